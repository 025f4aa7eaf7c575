package brief

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"entente"
	"entente/forecast"
	"entente/measure"
)

// Rules of the verdict. They are written down in docs/verdict.md; the two must
// agree, and a test holds them to it.
const (
	// tooFewActs and tooFewInName are the sizes below which the record says too
	// little about a group for any answer.
	tooFewActs   = 10
	tooFewInName = 3
	// recentYears is how far back the direction of travel looks.
	recentYears = 5
)

// stage is the verdict's reading of a ladder profile.
type stage int

const (
	noGroup stage = iota
	tooLittle
	forumOnly
	agendaOnly
	meetingsOnly
	exercising
	framework
	pact
	bloc
)

// stageOf reads the profile. A military bloc is a group whose members owe each
// other help by a text of the group (r6) and that has given the promise hands:
// an exercise (r3), a staff (r7) or forces (r8).
func stageOf(l measure.Rungs) stage {
	switch {
	case l.Held(6) && (l.Held(3) || l.Held(7) || l.Held(8)):
		return bloc
	case l.Held(6) || l.Held(5):
		return pact
	case l.Held(4):
		return framework
	case l.Held(3) || l.Held(7) || l.Held(8):
		return exercising
	case l.Held(2):
		return meetingsOnly
	case l.Held(1):
		return agendaOnly
	case l.Held(0):
		return forumOnly
	}
	return noGroup
}

// answers word the stages: the short answer and what the group is.
var answers = map[stage][2]string{
	forumOnly:    {"No", "a political forum without a security dimension of its own"},
	agendaOnly:   {"No", "a forum that has put security on its agenda"},
	meetingsOnly: {"Not yet", "a forum whose security officials meet regularly"},
	exercising:   {"Not yet", "a forum that trains together without a treaty behind it"},
	framework:    {"In part", "a security organisation with a binding framework, and without a duty to consult or to help"},
	pact:         {"In part", "a pact on paper"},
	bloc:         {"Yes", "a military bloc: its members owe each other help and have given that promise hands"},
}

// findings is everything that the verdict and the brief are derived from,
// computed once.
type findings struct {
	c           *entente.Case
	asOf        entente.Day
	ladder      measure.Rungs
	stage       stage
	members     []string // on the day; the states studied when there is no group yet
	observers   []string
	obligations []measure.Owed
	bonds       []measure.Bond
	attacks     []measure.Attack
	stands      []measure.Stand
	chances     *forecast.Forecasts // of the rungs not held; nil: unsaid says why
	unsaid      string
	outlook     *forecast.Outlook // of the year ahead; nil: left out, or noOutlook says why
	noOutlook   string
	inName      int // acts in the group's name in view
	amongStates int // acts of cooperation with two or more of the states
}

func find(c *entente.Case, asOf entente.Day) *findings {
	f := &findings{c: c, asOf: asOf, ladder: measure.Ladder(c, asOf)}
	f.members = measure.Studied(c, asOf)
	f.observers = c.Group.On(asOf, "observer")
	f.obligations = measure.Obligations(c, asOf)
	f.bonds = measure.Bonds(c, asOf, f.members)
	f.attacks = measure.Attacks(c, asOf, f.members)
	f.stands = measure.Tolerance(c, asOf)
	for _, a := range c.ActsOn(asOf) {
		if a.Forum == c.Group.Code {
			f.inName++
		}
		if a.Cooperation() && f.count(a) >= 2 {
			f.amongStates++
		}
	}
	f.stage = stageOf(f.ladder)
	if f.amongStates < tooFewActs || f.stage != noGroup && f.inName < tooFewInName {
		f.stage = tooLittle
	}
	return f
}

// count returns how many members take part in the act.
func (f *findings) count(a *entente.Act) int {
	k := 0
	for _, p := range a.Participants {
		if slices.Contains(f.members, p.Actor) {
			k++
		}
	}
	return k
}

// among returns the obligations of one kind and standing between two members.
func (f *findings) among(o entente.Obligation, s measure.Standing) []measure.Owed {
	var rows []measure.Owed
	for _, row := range f.obligations {
		if row.Obligation == o && row.Status == s && slices.Contains(f.members, row.A) && slices.Contains(f.members, row.B) {
			rows = append(rows, row)
		}
	}
	return rows
}

// pairsOf returns the distinct pairs of the rows, and the acts behind them.
func pairsOf(rows []measure.Owed) (pairs [][2]string, acts []string) {
	for _, row := range rows {
		if pair := [2]string{row.A, row.B}; !slices.Contains(pairs, pair) {
			pairs = append(pairs, pair)
		}
		for _, id := range row.Acts {
			if !slices.Contains(acts, id) {
				acts = append(acts, id)
			}
		}
	}
	return pairs, acts
}

// Judge returns the verdict on the case as of the day. Its forecasts are pooled from
// those of the case's reference class; seed fixes their intervals.
func Judge(ctx context.Context, c *entente.Case, asOf entente.Day, seed uint64) (*Verdict, error) {
	f := find(c, asOf)
	if err := f.look(ctx, forecast.ForecastOptions{Seed: seed, WithoutModel: true, WithoutSkill: true}); err != nil {
		return nil, err
	}
	return f.verdict(), nil
}

func (f *findings) verdict() *Verdict {
	v := &Verdict{Group: f.c.Group.Code, AsOf: f.asOf, Level: f.ladder.Level, Record: f.c.Checksum,
		KnownAt:   f.knownAt(),
		Forecasts: []Forecast{}, For: []Evidence{}, Against: []Evidence{}, Postures: []Crossing{}, Watch: []Evidence{}}
	v.Statement = f.statement()
	if f.stage == tooLittle {
		v.Level = ""
		return v
	}
	v.Forecasts = f.forecasts()
	if len(v.Forecasts) == 0 {
		v.NoForecasts = f.unsaid
	}
	v.For, v.Against, v.Watch = f.evidenceFor(), f.evidenceAgainst(), f.watch()
	v.Postures = f.crossings()
	return v
}

func (f *findings) knownAt() string {
	if f.c.KnownAt == 0 {
		return ""
	}
	return f.c.KnownAt.String()
}

// memberWord says what the states studied are on the day.
func (f *findings) memberWord() string {
	if f.stage == noGroup {
		return "later members"
	}
	return "members"
}

// theGroup names the group with its article.
func (f *findings) theGroup() string { return "the " + strings.TrimPrefix(f.c.Group.Name, "The ") }

// statement words the verdict in two sentences: what the group is, and where it
// has been moving.
func (f *findings) statement() string {
	name := f.theGroup()
	day := longDay(f.asOf)
	if f.c.KnownAt != 0 {
		day += ", as known on " + longDay(f.c.KnownAt) + ","
	}
	switch f.stage {
	case tooLittle:
		return fmt.Sprintf("Too little to say: up to %s the record holds %s between two or more of the states studied and %s in the name of %s, fewer than any answer can rest on. "+
			"It names no rung, trend or probability; add acts, or widen the period covered.",
			day, plural(f.amongStates, "act of cooperation", "acts of cooperation"), plural(f.inName, "act", "acts"), name)
	case noGroup:
		return fmt.Sprintf("Not as of %s: the record holds no founding of %s by then. %s", day, name, f.bilateralSentence())
	}
	answer := answers[f.stage]
	what := answer[1]
	if f.stage == pact {
		what = pactWords(f.ladder)
	}
	first := fmt.Sprintf("%s: on %s %s is %s (rung %s of r8)", answer[0], day, name, what, f.ladder.Level)
	if missing := f.notHeld(); len(missing) > 0 {
		first += ", with " + joinOr("no ", missing)
	}
	return first + ". " + f.directionSentence()
}

func pactWords(l measure.Rungs) string {
	if l.Held(6) {
		return "a defence pact without exercises, staff or forces"
	}
	return "a pact whose members must consult and need not help"
}

// notHeld names the rungs above the agenda that are not held.
func (f *findings) notHeld() []string {
	words := map[int]string{2: "regular security meetings", 3: "joint exercise", 4: "binding security treaty", 5: "duty to consult",
		6: "mutual-defence clause", 7: "standing staff", 8: "forces of its own"}
	var missing []string
	for i := 2; i < len(f.ladder.Rungs); i++ {
		if !f.ladder.Held(i) {
			missing = append(missing, words[i])
		}
	}
	return missing
}

// directionSentence says what moved in the last years and where defence promises
// run.
func (f *findings) directionSentence() string {
	since := entente.DayOf(f.asOf.Year()-recentYears, int(f.asOf.Time().Month()), f.asOf.Time().Day())
	var gained []string
	rungs := slices.Clone(f.ladder.Rungs)
	slices.SortStableFunc(rungs, func(a, b measure.Rung) int { return a.Date.Compare(b.Date) })
	for _, r := range rungs {
		if r.Reached && r.Date.Start > since {
			gained = append(gained, fmt.Sprintf("%s (%s)", r.Rung, dateWords(r.Date)))
		}
	}
	var move string
	switch {
	case len(gained) == 0:
		move = fmt.Sprintf("It gained no rung in the %d years before", recentYears)
	case len(gained) == 1:
		move = fmt.Sprintf("It gained one rung in the %d years before, %s", recentYears, gained[0])
	default:
		move = fmt.Sprintf("It gained %s rungs in the %d years before, %s", numberWord(len(gained)), recentYears, joinAnd(gained))
	}
	if f.stage == bloc || f.stage == pact && f.ladder.Held(6) {
		return move + "."
	}
	return move + "; " + lowerFirst(f.bilateralSentence())
}

// bilateralSentence says which members owe each other defence, and through what.
func (f *findings) bilateralSentence() string {
	n := len(f.members)
	pairs, _ := pairsOf(f.among(entente.Defense, measure.StandsInForce))
	if len(pairs) == 0 {
		return fmt.Sprintf("No pair of its %d %s owes the other defence by a text in force.", n, f.memberWord())
	}
	var names []string
	for _, p := range pairs[:min(len(pairs), 4)] {
		names = append(names, f.short(p[0])+"-"+f.short(p[1]))
	}
	if len(pairs) > 4 {
		names = append(names, fmt.Sprintf("%d more", len(pairs)-4))
	}
	own := "none of them through a text of the group"
	if f.ladder.Held(6) {
		own = "by a text of the group among others"
	}
	return fmt.Sprintf("Promises of defence bind %d of the %d pairs of its %s (%s), %s.", len(pairs), n*(n-1)/2, f.memberWord(), joinAnd(names), own)
}

func (f *findings) short(code string) string { return f.c.Name(code) }

// evidenceFor lists what speaks for a bloc, strongest first.
func (f *findings) evidenceFor() []Evidence {
	var list []Evidence
	for i := len(f.ladder.Rungs) - 1; i >= 1; i-- {
		r := f.ladder.Rungs[i]
		if !r.Reached {
			continue
		}
		text := fmt.Sprintf("%s, %s, is held since %s", r.Rung, strings.ToLower(r.Name), dateWords(r.Date))
		if r.Provisional {
			text += ", provisionally: " + r.Missing
		}
		list = append(list, Evidence{text + ".", r.Acts})
	}
	for _, o := range []entente.Obligation{entente.Defense, entente.Consultation} {
		if pairs, acts := pairsOf(f.among(o, measure.StandsInForce)); len(pairs) > 0 {
			text := fmt.Sprintf("%s of %s owe each other %s by a text in force: %s.", plural(len(pairs), "pair", "pairs"), f.memberWord(), o.Prose(), f.pairList(pairs))
			if n := len(f.members); len(pairs) == n*(n-1)/2 {
				text = fmt.Sprintf("Every pair of %s owes each other %s by a text in force.", f.memberWord(), o.Prose())
			}
			list = append(list, Evidence{text, acts})
		}
		if pairs, acts := pairsOf(f.among(o, measure.StandsSigned)); o == entente.Defense && len(pairs) > 0 {
			list = append(list, Evidence{fmt.Sprintf("A further promise of defence is signed and not seen in force: %s.", f.pairList(pairs)), acts})
		}
	}
	return list
}

func (f *findings) pairList(pairs [][2]string) string {
	const named = 8
	var names []string
	for _, p := range pairs[:min(len(pairs), named)] {
		names = append(names, f.short(p[0])+" and "+f.short(p[1]))
	}
	text := strings.Join(names, "; ")
	if len(pairs) > named {
		text += fmt.Sprintf("; and %d more pairs", len(pairs)-named)
	}
	return text
}

// evidenceAgainst lists what speaks against a bloc: rungs tried and not held,
// promises to outsiders, clauses that stayed silent, and recorded objections.
func (f *findings) evidenceAgainst() []Evidence {
	var list []Evidence
	if f.stage != bloc {
		var missing, acts []string
		for i := 3; i < len(f.ladder.Rungs); i++ {
			if r := f.ladder.Rungs[i]; !r.Reached {
				missing = append(missing, r.Rung)
				for _, n := range r.Near {
					if !slices.Contains(acts, n.Act) {
						acts = append(acts, n.Act)
					}
				}
			}
		}
		if len(missing) > 0 {
			text := fmt.Sprintf("Not held: %s.", joinAnd(missing))
			if len(acts) > 0 {
				text += " What comes close does not count: it is proposed, political, civil or too small."
			}
			list = append(list, Evidence{text, acts})
		}
	}
	list = append(list, f.outsideDefence()...)
	for _, a := range f.attacks {
		if a.Tested() && !a.Met() {
			list = append(list, f.silence(a))
		}
	}
	for _, o := range f.c.Against {
		if ids := f.inView(o.Acts); len(ids) > 0 {
			list = append(list, Evidence{o.Text, ids})
		}
	}
	return list
}

// silence words an attack on a member that no recorded help followed.
func (f *findings) silence(a measure.Attack) Evidence {
	_, acts := pairsOf(a.Promises)
	ids := append([]string{a.Act.ID}, acts...)
	said := "no statement of theirs is recorded"
	if len(a.Words) > 0 {
		said = "their statements are"
		for _, w := range a.Words {
			ids = append(ids, w.ID)
		}
	}
	limit := fmt.Sprintf("within %d days", measure.AnswerDays)
	if seen := f.asOf - a.Act.Date.Start; seen < measure.AnswerDays {
		limit = fmt.Sprintf("in the %s that the record covers since then", plural(int(seen), "day", "days"))
	}
	return Evidence{fmt.Sprintf("When %s was attacked (%s) it held promises of defence; no deployment by those who promised is recorded %s, and %s.",
		f.short(a.Victim), dateWords(a.Act.Date), limit, said), dedupe(ids)}
}

// outsideDefence says which members owe defence to outsiders, by channel.
func (f *findings) outsideDefence() []Evidence {
	var list []Evidence
	for _, ch := range f.outsideChannels() {
		verb := "owe"
		if len(ch.members) == 1 {
			verb = "owes"
		}
		list = append(list, Evidence{fmt.Sprintf("%s %s defence outside the group, through %s.", joinAnd(f.names(ch.members)), verb, ch.via), ch.acts})
	}
	return list
}

// channel is a way by which members owe defence to outsiders.
type channel struct {
	via     string
	members []string
	acts    []string
}

func (f *findings) outsideChannels() []*channel {
	var channels []*channel
	at := func(via string) *channel {
		for _, ch := range channels {
			if ch.via == via {
				return ch
			}
		}
		channels = append(channels, &channel{via: via})
		return channels[len(channels)-1]
	}
	note := func(via, member string, acts []string) {
		ch := at(via)
		if !slices.Contains(ch.members, member) {
			ch.members = append(ch.members, member)
		}
		for _, id := range acts {
			if !slices.Contains(ch.acts, id) {
				ch.acts = append(ch.acts, id)
			}
		}
	}
	for _, b := range f.bonds {
		if b.Obligation == entente.Defense && b.Status == measure.StandsInForce && b.Via != f.c.Group.Code && f.reachesOutside(b.Via) {
			via := b.Via
			if f.c.Actor(via) != nil {
				via = "the " + f.c.Name(via)
			}
			note(via, b.State, b.Acts)
		}
	}
	for _, o := range f.obligations {
		if o.Obligation != entente.Defense || o.Status != measure.StandsInForce || o.Via != "bilateral" {
			continue
		}
		inA, inB := slices.Contains(f.members, o.A), slices.Contains(f.members, o.B)
		if inA == inB {
			continue
		}
		member, outsider := o.A, o.B
		if inB {
			member, outsider = o.B, o.A
		}
		note("a bilateral treaty with "+f.c.Name(outsider), member, o.Acts)
	}
	return channels
}

// reachesOutside reports whether an organisation's promise of defence binds a
// member to anyone outside the group. Where the record follows only one of the
// organisation's states, the others are taken to be outside.
func (f *findings) reachesOutside(via string) bool {
	bound := 0
	for _, o := range f.obligations {
		if o.Via != via || o.Obligation != entente.Defense || o.Status != measure.StandsInForce {
			continue
		}
		bound++
		if !slices.Contains(f.members, o.A) || !slices.Contains(f.members, o.B) {
			return true
		}
	}
	return bound == 0
}

func (f *findings) inView(ids []string) []string {
	var seen []string
	for _, id := range ids {
		if a := f.c.Act(id); a != nil && a.Date.Begun(f.asOf) {
			seen = append(seen, id)
		}
	}
	return seen
}

// watch lists the acts proposed or announced in the group's name, with the rung
// that each would move.
func (f *findings) watch() []Evidence {
	var list []Evidence
	seen := map[string][]string{}
	var order []string
	for _, r := range f.ladder.Rungs {
		if r.Reached {
			if r.Provisional {
				list = append(list, Evidence{fmt.Sprintf("%s is provisional: %s.", r.Rung, r.Missing), r.Acts})
			}
			continue
		}
		for _, n := range r.Near {
			if strings.HasPrefix(n.Why, string(entente.Proposed)) || strings.HasPrefix(n.Why, string(entente.Announced)) {
				if seen[n.Act] == nil {
					order = append(order, n.Act)
				}
				seen[n.Act] = append(seen[n.Act], r.Rung)
			}
		}
	}
	for _, id := range order {
		a := f.c.Act(id)
		list = append(list, Evidence{fmt.Sprintf("%s (%s, %s): would bear on %s.", a.Title, a.StatusOn(f.asOf), dateWords(a.Date), joinAnd(seen[id])), []string{id}})
	}
	for _, row := range f.among(entente.Defense, measure.StandsSigned) {
		list = append(list, Evidence{fmt.Sprintf("Entry into force of the signed promise of defence between %s and %s.", f.short(row.A), f.short(row.B)), row.Acts})
	}
	return list
}
