package brief

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"entente"
	"entente/forecast"
	"entente/measure"
)

// Implication is a conclusion of the founding document, decided from the record.
type Implication struct {
	ID        string    `json:"id"`
	Section   string    `json:"section"`
	Statement string    `json:"statement"`
	Verdict   string    `json:"verdict"` // supported, contradicted, mixed, open
	Why       string    `json:"why"`     // how the tests went, in numbers
	Tests     []Finding `json:"tests"`
	Sources   []string  `json:"sources"`
	Change    string    `json:"would_change"`
	Note      string    `json:"note,omitempty"`
}

// Finding is what one test of an implication found.
type Finding struct {
	Test    string   `json:"test"`    // as the case states it
	Asks    string   `json:"asks"`    // in words
	Outcome string   `json:"outcome"` // for, against, open; met or unmet for what is presupposed
	Text    string   `json:"text"`
	Acts    []string `json:"acts"`
}

// The verdicts on an implication.
const (
	supported    = "supported"
	contradicted = "contradicted"
	mixed        = "mixed"
	openVerdict  = "open"
)

// answer is what a test found on the record: yes, no, or unknown.
type answer int

const (
	unknown answer = iota
	no
	yes
)

func truth(b bool) answer {
	if b {
		return yes
	}
	return no
}

// Implications decides the implications of the case as of the day, in the order
// of the case. seed fixes the intervals of the base rates.
func Implications(ctx context.Context, c *entente.Case, asOf entente.Day, seed uint64) ([]Implication, error) {
	f := find(c, asOf)
	if err := f.look(ctx, forecast.ForecastOptions{Seed: seed, WithoutModel: true, WithoutSkill: true}); err != nil {
		return nil, err
	}
	list := f.implications()
	return list, ctx.Err()
}

func (f *findings) implications() []Implication {
	list := []Implication{}
	p := prover{f: f, exposures: measure.Exposures(f.c, f.asOf)}
	for i := range f.c.Implications {
		im := &f.c.Implications[i]
		done := Implication{ID: im.ID, Section: im.Section, Statement: im.Statement, Tests: []Finding{}, Sources: slices.Clone(im.Sources), Change: im.Change, Note: im.Note}
		for _, t := range im.Tests {
			done.Tests = append(done.Tests, p.find(t))
			done.Sources = append(done.Sources, p.sources(t)...)
		}
		done.Sources = append([]string{}, dedupe(done.Sources)...)
		if done.Verdict, done.Why = decide(done.Tests); f.stage == noGroup {
			done.Verdict, done.Why = openVerdict, "the group is not founded yet"
		}
		list = append(list, done)
	}
	return list
}

// decide derives the verdict: what is presupposed must be met; then tests that
// speak for and against decide, and those that are open do not.
func decide(tests []Finding) (verdict, why string) {
	counts := map[string]int{}
	for _, t := range tests {
		counts[t.Outcome]++
	}
	speak, against := counts["for"], counts["against"]
	switch {
	case len(tests) == 0:
		return openVerdict, "the record cannot test it"
	case counts["unmet"] > 0:
		return openVerdict, "what it presupposes is not there"
	case speak == 0 && against == 0:
		return openVerdict, "no test can be decided"
	case against == 0:
		verdict = supported
	case speak == 0:
		verdict = contradicted
	default:
		verdict = mixed
	}
	why = fmt.Sprintf("%d for, %d against", speak, against)
	if n := counts["open"]; n > 0 {
		why += fmt.Sprintf(", %d open", n)
	}
	return verdict, why
}

// prover finds what tests ask for.
type prover struct {
	f         *findings
	exposures []measure.Exposure
}

func (p *prover) find(t entente.Test) Finding {
	found, text, acts := p.ask(t)
	if t.Not && found != unknown {
		found = yes + no - found
	}
	words := map[answer]string{yes: "for", no: "against", unknown: "open"}
	if t.If {
		words = map[answer]string{yes: "met", no: "unmet", unknown: "unmet"}
	}
	return Finding{Test: t.String(), Asks: p.f.asks(t), Outcome: words[found], Text: text, Acts: append([]string{}, acts...)}
}

// asks words a test.
func (f *findings) asks(t entente.Test) string {
	text, opposite := f.words(t)
	if t.Not {
		text = opposite
	}
	if t.If {
		text = "presupposed: " + text
	}
	return text
}

// words says what a test asks, and what its opposite does.
func (f *findings) words(t entente.Test) (text, opposite string) {
	subject := ""
	if len(t.Args) > 0 {
		subject = t.Args[0]
	}
	line := subject
	var stance entente.Stance
	for i := range f.c.Postures {
		if p := &f.c.Postures[i]; p.ID == subject {
			line, stance = fmt.Sprintf("%s on %s", f.short(p.Power), p.Form), p.Stance
		}
	}
	rung := subject
	if t.Kind == entente.TestRung || t.Kind == entente.TestChance {
		if n, err := t.Rung(); err == nil {
			rung = fmt.Sprintf("r%d, %s", n, strings.ToLower(f.ladder.Rungs[n].Name))
		}
	}
	switch t.Kind {
	case entente.TestRung:
		return "the group holds " + rung, "the group does not hold " + rung
	case entente.TestChance:
		years, limit := t.Limit()
		return fmt.Sprintf("the base rate of %s within %g years is below %s", rung, years, percent(limit)),
			fmt.Sprintf("the base rate of %s within %g years is %s or more", rung, years, percent(limit))
	case entente.TestStance:
		text = fmt.Sprintf("%s, %s: by a source of its own, and uncontradicted", line, stance)
		return text, text + " (which would speak against it)"
	case entente.TestCrossed:
		return "an act done meets the line of " + line, "no act done meets the line of " + line
	case entente.TestTouched:
		return "an act proposed meets the line of " + line, "no act proposed meets the line of " + line
	case entente.TestQuiet:
		of := fmt.Sprintf("within %d days of the acts done that concern %s", measure.ResponseDays, line)
		return "no statement or incident is recorded " + of, "a statement or incident is recorded " + of
	case entente.TestAnswered:
		name := ""
		if len(t.Args) == 2 {
			name = " in the group's name"
		}
		of := fmt.Sprintf("most exposures to threats that %s work could answer", subject)
		return fmt.Sprintf("joint work%s answers %s", name, of), fmt.Sprintf("joint work%s leaves open %s, or half", name, of)
	case entente.TestOwed:
		what := fmt.Sprintf("member owes %s to or through %s", entente.Obligation(t.Args[1]).Prose(), f.named(subject))
		return "a " + what, "no " + what
	case entente.TestAct:
		title := subject
		if a := f.c.Act(subject); a != nil {
			title = a.Title
		}
		return "on record: " + title, "on record and against it: " + title
	case entente.TestClaim:
		for _, claim := range f.c.Claims {
			if claim.ID == subject {
				subject += " (" + claim.Text + ")"
			}
		}
		return "the record agrees with claim " + subject, "the record disagrees with claim " + subject
	case entente.TestMultilateral:
		return "the multilateral share of acts is higher than ten years before", "the multilateral share of acts is lower than ten years before"
	}
	return t.String(), t.String()
}

func (p *prover) ask(t entente.Test) (answer, string, []string) {
	switch t.Kind {
	case entente.TestRung:
		return p.rung(t)
	case entente.TestChance:
		return p.chance(t)
	case entente.TestStance, entente.TestCrossed, entente.TestTouched, entente.TestQuiet:
		return p.posture(t)
	case entente.TestAnswered:
		return p.answered(entente.Domain(t.Args[0]), len(t.Args) == 2)
	case entente.TestOwed:
		return p.owed(t.Args[0], entente.Obligation(t.Args[1]))
	case entente.TestAct:
		if a := p.f.c.Act(t.Args[0]); a != nil && a.Date.Begun(p.f.asOf) {
			return yes, fmt.Sprintf("On record: %s (%s).", a.Title, dateWords(a.Date)), []string{a.ID}
		}
		return unknown, fmt.Sprintf("The act %s is not on record by the day.", t.Args[0]), nil
	case entente.TestClaim:
		return p.claim(t.Args[0])
	case entente.TestMultilateral:
		return p.multilateral()
	}
	return unknown, fmt.Sprintf("Nothing is known of the test %q.", t), nil
}

// sources returns the sources of the stance or claim that the test names.
func (p *prover) sources(t entente.Test) []string {
	switch t.Kind {
	case entente.TestStance, entente.TestCrossed, entente.TestTouched, entente.TestQuiet:
		for i := range p.f.c.Postures {
			if s := &p.f.c.Postures[i]; s.ID == t.Args[0] {
				return s.Sources
			}
		}
	case entente.TestClaim:
		for i := range p.f.c.Claims {
			if c := &p.f.c.Claims[i]; c.ID == t.Args[0] {
				return c.Sources
			}
		}
	}
	return nil
}

func (p *prover) rung(t entente.Test) (answer, string, []string) {
	n, err := t.Rung()
	if err != nil {
		return unknown, err.Error(), nil
	}
	r := p.f.ladder.Rungs[n]
	if !r.Reached {
		return no, fmt.Sprintf("%s, %s, is not held.", r.Rung, strings.ToLower(r.Name)), nil
	}
	text := fmt.Sprintf("%s, %s, is held since %s", r.Rung, strings.ToLower(r.Name), dateWords(r.Date))
	if r.Provisional {
		text += ", provisionally"
	}
	return yes, text + ".", r.Acts
}

func (p *prover) chance(t entente.Test) (answer, string, []string) {
	n, err := t.Rung()
	if err != nil {
		return unknown, err.Error(), nil
	}
	years, limit := t.Limit()
	r := p.f.ladder.Rungs[n]
	if r.Reached {
		return no, fmt.Sprintf("%s is held since %s: there is nothing left to chance.", r.Rung, dateWords(r.Date)), r.Acts
	}
	rate, thin, ok := p.f.classRate(n, years)
	if !ok {
		return unknown, fmt.Sprintf("The record holds no comparable groups from which to say how often %s follows.", r.Rung), nil
	}
	found := unknown
	switch {
	case rate.High < limit:
		found = yes
	case rate.Low >= limit:
		found = no
	}
	text := fmt.Sprintf("Comparable groups reached %s within %g years in %s of cases (%s to %s), against a limit of %s: %s",
		r.Rung, years, percent(rate.Probability), percent(rate.Low), percent(rate.High), percent(limit), likelihood(rate.Probability, rate.Low, rate.High))
	if thin != "" {
		text += "; " + thin
	}
	return found, text + ".", nil
}

// posture answers the tests that name one.
func (p *prover) posture(t entente.Test) (answer, string, []string) {
	i := slices.IndexFunc(p.f.stands, func(s measure.Stand) bool { return s.Posture == t.Args[0] })
	if i < 0 {
		return unknown, fmt.Sprintf("The stance %s is not known to have been voiced by the day.", t.Args[0]), nil
	}
	s := &p.f.stands[i]
	towards := fmt.Sprintf("%s on %s", p.f.short(s.Power), s.Form)
	switch t.Kind {
	case entente.TestCrossed:
		return meets(s.Done(), "done", s.Since, towards)
	case entente.TestTouched:
		found, text, ids := meets(s.Proposed(), "proposed", entente.Date{}, towards)
		if found == yes && !slices.ContainsFunc(s.Acts, func(x measure.Concern) bool { return x.Proposed && !x.May }) {
			return unknown, fmt.Sprintf("A draft whose clauses are not known may meet the line of %s.", towards), ids
		}
		return found, text, ids
	case entente.TestQuiet:
		return quiet(s, towards)
	}
	return p.stance(s, towards)
}

func meets(ids []string, how string, since entente.Date, towards string) (answer, string, []string) {
	if len(ids) == 0 {
		return no, fmt.Sprintf("No act %s meets the line of %s.", how, towards), nil
	}
	text := fmt.Sprintf("The line of %s is met by %s %s", towards, plural(len(ids), "act", "acts"), how)
	if !since.IsZero() {
		text += ", since " + dateWords(since)
	}
	return yes, text + ".", ids
}

func grounded(s *measure.Stand) bool { return s.Basis == measure.Voiced || s.Basis == measure.Reported }

// stance holds a stance against the others of the same power. One that rests on
// the founding document or on inference cannot confirm what the document says.
func (p *prover) stance(s *measure.Stand, towards string) (answer, string, []string) {
	var against []string
	for i := range p.f.stands {
		if o := &p.f.stands[i]; slices.Contains(s.Contradicts, o.Posture) && grounded(o) {
			against = append(against, fmt.Sprintf("%s (%s; %s)", o.Form, o.Stance, voicedWords(o)))
		}
	}
	text := fmt.Sprintf("%s: %s; rests on %s", towards, s.Stance, voicedWords(s))
	switch {
	case len(against) > 0 && grounded(s):
		return unknown, text + "; contradicted by the same power on " + strings.Join(against, "; ") + ": both stand.", s.Voiced
	case len(against) > 0:
		return no, text + "; against it stands the same power on " + strings.Join(against, "; ") + ".", s.Voiced
	case grounded(s):
		return yes, text + ".", s.Voiced
	}
	return unknown, text + " alone, which cannot confirm itself.", s.Voiced
}

// quiet looks for statements and incidents after the acts done that the posture
// concerns. One that followed is no proof of a response, so the test stays open.
func quiet(s *measure.Stand, towards string) (answer, string, []string) {
	sought, loud := 0, []string{}
	for _, x := range s.Acts {
		if x.Proposed || x.Unsought != "" {
			continue
		}
		heard := false
		for _, r := range x.Responses {
			if r.Type == entente.Statement || r.Type == entente.Incident {
				heard = true
				if !slices.Contains(loud, r.Act) {
					loud = append(loud, r.Act)
				}
			}
		}
		if heard || x.DaysSeen == measure.ResponseDays {
			sought++
		}
	}
	switch {
	case sought == 0:
		return unknown, fmt.Sprintf("No act done, with %d days after it, tests %s.", measure.ResponseDays, towards), nil
	case len(loud) > 0:
		return unknown, fmt.Sprintf("%s: by date alone, %s within %d days of one of %s.", towards,
			plural(len(loud), "statement or incident followed", "statements or incidents followed"), measure.ResponseDays, plural(sought, "act", "acts")), loud
	}
	return yes, fmt.Sprintf("%s: no statement or incident is recorded within %d days of any of %s, which may be a gap of the record.", towards, measure.ResponseDays, plural(sought, "act", "acts")), s.Done()
}

func (p *prover) answered(d entente.Domain, group bool) (answer, string, []string) {
	all, joint, inName := 0, 0, 0
	var acts []string
	for i := range p.exposures {
		for _, w := range p.exposures[i].Answers {
			if w.Domain != d || w.Form == measure.NotScored {
				continue
			}
			all++
			if !w.Form.Joint() {
				continue
			}
			joint++
			if w.InGroup {
				inName++
			}
			for _, id := range w.Acts {
				if a := p.f.c.Act(id); !group || a != nil && a.Forum == p.f.c.Group.Code {
					acts = append(acts, id)
				}
			}
		}
	}
	if all == 0 {
		return unknown, fmt.Sprintf("No exposure on record could be answered by %s work.", d), nil
	}
	met := joint
	if group {
		met = inName
	}
	return truth(2*met > all), fmt.Sprintf("Of %s that %s work could answer, %d meet joint work of exposed states, %d of them in the group's name.",
		plural(all, "exposure", "exposures"), d, joint, inName), dedupe(acts)
}

func (p *prover) owed(to string, o entente.Obligation) (answer, string, []string) {
	var members, acts []string
	note := func(member string, ids []string) {
		if slices.Contains(p.f.members, member) {
			members, acts = append(members, member), append(acts, ids...)
		}
	}
	for _, row := range p.f.obligations {
		switch {
		case row.Obligation != o || row.Status != measure.StandsInForce:
		case row.A == to:
			note(row.B, row.Acts)
		case row.B == to:
			note(row.A, row.Acts)
		}
	}
	for _, b := range p.f.bonds {
		if b.Via == to && b.Obligation == o && b.Status == measure.StandsInForce {
			note(b.State, b.Acts)
		}
	}
	members = dedupe(members)
	word := "to or through " + p.f.named(to)
	if len(members) == 0 {
		return no, fmt.Sprintf("No member owes %s %s by a text in force.", o.Prose(), word), nil
	}
	verb := "owe"
	if len(members) == 1 {
		verb = "owes"
	}
	return yes, fmt.Sprintf("%s %s %s %s by a text in force.", joinAnd(p.f.names(members)), verb, o.Prose(), word), dedupe(acts)
}

// named is the name of an actor, with its article when it is no state.
func (f *findings) named(code string) string {
	if a := f.c.Actor(code); a != nil && a.Kind != entente.State && a.Kind != entente.Company {
		return "the " + strings.TrimPrefix(a.Name, "The ")
	}
	return f.short(code)
}

// claim takes over the verdict on a claim, which was reached on the whole record.
func (p *prover) claim(id string) (answer, string, []string) {
	if c := p.f.c; p.f.asOf < c.Horizon || c.KnownAt != 0 && c.KnownAt < c.Recorded {
		return unknown, "Claims were checked on the whole record, not as of or known at an earlier day.", nil
	}
	for _, claim := range p.f.c.Claims {
		if claim.ID == id {
			found := map[string]answer{"agrees": yes, "disagrees": no}[claim.Verdict]
			return found, fmt.Sprintf("Claim %s: %s (%s).", id, strings.TrimSuffix(claim.Evidence, "."), claim.Verdict), p.f.inView(claim.Acts)
		}
	}
	return unknown, fmt.Sprintf("No claim %s is on record.", id), nil
}

// multilateral compares the last share of multilateral acts with that of ten
// years before, as the section on it does.
func (p *prover) multilateral() (answer, string, []string) {
	points, err := measure.Series(context.Background(), p.f.c, p.f.asOf, measure.SeriesOptions{Window: shareWindow}, "multilateral_share")
	if err != nil {
		return unknown, err.Error(), nil
	}
	var known []measure.Point
	for _, point := range points {
		if point.Value != nil {
			known = append(known, point)
		}
	}
	title := shareTitle(known)
	found := unknown
	switch {
	case strings.HasPrefix(title, "Cooperation has become more"):
		found = yes
	case strings.HasPrefix(title, "Cooperation has become less"):
		found = no
	}
	return found, title + ".", nil
}

// implicationsSection shows the implications with their tests and verdicts.
func (f *findings) implicationsSection(list []Implication) Section {
	if len(list) == 0 || f.stage == noGroup {
		return Section{}
	}
	s := Section{ID: "implications", Title: implicationsTitle(list)}
	tones := map[string]string{supported: "good", mixed: "warn", contradicted: "bad", openVerdict: "none", "for": "good", "against": "bad"}
	whole := Table{Caption: "What the founding document concludes, tested on the record", Columns: cols("About", "Statement", "How it is tested", "Verdict", "What would change it", "Sources"), Open: true}
	parts := Table{Caption: "What each test found", Columns: cols("Statement", "Test", "Outcome", "What was found")}
	byVerdict := map[string][]string{}
	for _, im := range list {
		byVerdict[im.Verdict] = append(byVerdict[im.Verdict], im.Statement)
		asks := make([]string, len(im.Tests))
		for i, found := range im.Tests {
			asks[i] = found.Asks
			parts.Rows = append(parts.Rows, []Cell{{Text: im.Statement}, {Text: found.Asks}, {Text: found.Outcome, Class: tones[found.Outcome]}, cite(found.Text, found.Acts)})
		}
		tested := strings.Join(asks, "; ")
		if len(asks) == 0 {
			tested = "the record cannot test it"
		}
		change := sentence(im.Change)
		if im.Note != "" {
			change += " Note: " + sentence(im.Note)
		}
		whole.Rows = append(whole.Rows, []Cell{{Text: im.Section}, {Text: im.Statement}, {Text: upperFirst(tested)}, {Text: im.Verdict + " (" + im.Why + ")", Class: tones[im.Verdict]},
			{Text: change}, {Text: strings.Join(f.publishers(im.Sources), "; ")}})
	}
	s.Tables = append(s.Tables, whole)
	if len(parts.Rows) > 0 {
		s.Tables = append(s.Tables, parts)
	}
	for _, verdict := range []string{contradicted, mixed} {
		if statements := byVerdict[verdict]; len(statements) > 0 {
			s.Text = append(s.Text, upperFirst(verdict)+": "+strings.Join(statements, "; ")+".")
		}
	}
	s.Notes = append(s.Notes, "A statement is supported when a test speaks for it and none against, contradicted the other way round, and open when no test can be decided or when what it presupposes is not there. A stance that rests on the founding document alone decides nothing: the document cannot confirm itself. A verdict is about the tests, not about the world.")
	return s
}

func implicationsTitle(list []Implication) string {
	counts := map[string]int{}
	for _, im := range list {
		counts[im.Verdict]++
	}
	return fmt.Sprintf("Of %s of the founding document the record supports %d and contradicts %d; %d are mixed and %d open",
		plural(len(list), "implication", "implications"), counts[supported], counts[contradicted], counts[mixed], counts[openVerdict])
}

// publishers names sources by publisher and date.
func (f *findings) publishers(ids []string) []string {
	names := []string{}
	for _, id := range ids {
		if s := f.c.Source(id); s != nil {
			name := s.Publisher
			if name == "" {
				name = s.Title
			}
			if !s.Date.IsZero() {
				name += ", " + s.Date.String()
			}
			names = append(names, name)
		}
	}
	return names
}

// ImplicationsMarkdown writes a page of its own on the implications of the case:
// a row for each, and below what each test found, with links to the sources.
func ImplicationsMarkdown(w io.Writer, c *entente.Case, asOf entente.Day, list []Implication) error {
	out := bufio.NewWriter(w)
	say := func(parts ...string) {
		for _, s := range parts {
			_, _ = out.WriteString(s) // bufio keeps the error for Flush
		}
	}
	say("# Implications tested on the record\n\n", plain(c.Title), ". As of ", longDay(asOf), ". This page is written by `entente implications --markdown`.\n\n")
	if len(list) == 0 {
		say("The record states no implication: there is nothing to test.\n")
		return out.Flush()
	}
	document := "the founding document"
	if c.Document != "" {
		document = "“" + c.Document + "”"
	}
	say(plain(implicationsTitle(list)), ". The statements are the coder's words for what ", plain(document), " concludes. [tolerance.md](tolerance.md#implications) has the rules of the verdicts.\n\n")
	say("| | about | statement | how it is tested | verdict | what would change it | sources |\n| --- | --- | --- | --- | --- | --- | --- |\n")
	for _, im := range list {
		var asks []string
		for _, t := range im.Tests {
			asks = append(asks, cellText(t.Asks))
		}
		if len(asks) == 0 {
			asks = []string{"the record cannot test it"}
		}
		say("| [", im.ID, "](#", im.ID, ") | ", cellText(im.Section), " | ", cellText(im.Statement), " | ", upperFirst(strings.Join(asks, "; ")), " | **", im.Verdict, "**: ", im.Why,
			" | ", cellText(im.Change), " | ", sourceLinks(c, im.Sources), " |\n")
	}
	say("\n## What each test found\n")
	for _, im := range list {
		say("\n### <a id=\"", im.ID, "\"></a>", im.ID, ": ", plain(im.Statement), "\n\n", upperFirst(im.Verdict), ": ", im.Why, ".\n\n")
		for _, t := range im.Tests {
			say("- ", t.Outcome, ": ", plain(t.Text), " (`", t.Test, "`)")
			if len(t.Acts) > 0 {
				say(" `", strings.Join(t.Acts[:min(len(t.Acts), shownActs)], "` `"), "`")
			}
			if more := len(t.Acts) - shownActs; more > 0 {
				say(fmt.Sprintf(" and %d more", more))
			}
			say("\n")
		}
		if im.Note != "" {
			say("\n*", plain(sentence(im.Note)), "*\n")
		}
	}
	return out.Flush()
}

// shownActs is how many acts the page names behind a test.
const shownActs = 8

func sourceLinks(c *entente.Case, ids []string) string {
	var links []string
	for _, id := range ids {
		if s := c.Source(id); s != nil {
			name := s.Publisher
			if name == "" {
				name = s.Title
			}
			links = append(links, strings.ReplaceAll(external(name, s.URL), "|", `\|`))
		}
	}
	if len(links) == 0 {
		return "the acts named below"
	}
	return strings.Join(links, ", ")
}
