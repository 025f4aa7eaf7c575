package brief

import (
	"fmt"
	"slices"
	"strings"

	"entente"
	"entente/internal/figure"
)

// answer is the best cooperation that a state has against a threat.
type answer struct {
	form string // one of the answer forms
	acts []string
	from entente.Date // the first of them
}

// The forms of an answer, from the strongest.
const (
	jointMultilateral = "joint work, multilateral"
	jointBilateral    = "joint work, bilateral"
	talkOnly          = "talk only"
	noAnswer          = "nothing"
)

var answerForms = []string{jointMultilateral, jointBilateral, talkOnly, noAnswer}

// answerYears is how far back an answer may lie and still count.
const answerYears = 10

// answerTo finds what the state does with other exposed states of the group in
// the domains that could answer the threat, in the last ten years: joint work
// (exercises, agreements, institutions and the like), or talk (meetings and
// declarations). Political talk alone answers no threat, so a threat whose only
// response is political is not scored.
func (f *findings) answerTo(t *entente.Threat, state string, acts []*entente.Act) answer {
	best := answer{form: noAnswer}
	for _, a := range acts {
		partners := 0
		for _, p := range a.Participants {
			if p.Actor != state && slices.Contains(t.Exposed, p.Actor) && (slices.Contains(f.members, p.Actor) || slices.Contains(f.observers, p.Actor)) {
				partners++
			}
		}
		if !a.Has(state) || partners == 0 ||
			!slices.ContainsFunc(t.Responses, func(d entente.Domain) bool { return d != entente.Political && a.In(d) }) {
			continue
		}
		form := jointBilateral
		switch {
		case a.Type == entente.Meeting || a.Type == entente.Declaration:
			form = talkOnly
		case partners >= 2:
			form = jointMultilateral
		}
		switch found, sofar := slices.Index(answerForms, form), slices.Index(answerForms, best.form); {
		case found < sofar:
			best = answer{form, []string{a.ID}, a.Date}
		case found == sofar:
			best.acts = append(best.acts, a.ID)
		}
	}
	return best
}

func scored(t *entente.Threat) bool {
	return slices.ContainsFunc(t.Responses, func(d entente.Domain) bool { return d != entente.Political })
}

// threatsSection sets each exposure against the cooperation that could answer it.
func (f *findings) threatsSection() Section {
	if len(f.c.Threats) == 0 {
		return Section{}
	}
	s := Section{ID: "threats"}
	var states []string
	for _, state := range slices.Concat(f.members, f.observers) {
		if slices.ContainsFunc(f.c.Threats, func(t entente.Threat) bool { return slices.Contains(t.Exposed, state) }) {
			states = append(states, state)
		}
	}
	t := Table{Caption: "Threats, and what the exposed states do together in the domains that could answer them", Columns: cols(append([]string{"Threat", "Could be answered by"}, f.names(states)...)...)}
	tally := map[string]int{}
	exposures := 0
	picture := figure.Threats{Actors: f.names(states)}
	var acts []*entente.Act
	for _, a := range f.c.ActsOn(f.asOf) {
		if a.Cooperation() && a.StatusOn(f.asOf) != entente.Terminated && a.Date.Start > f.asOf-answerYears*36525/100 {
			acts = append(acts, a)
		}
	}
	for i := range f.c.Threats {
		threat := &f.c.Threats[i]
		fields := make([]string, len(threat.Responses))
		for j, d := range threat.Responses {
			fields[j] = string(d)
		}
		row := []Cell{{Text: threat.Name}, {Text: strings.Join(fields, ", ")}}
		drawn := figure.Threat{Name: threat.Name, Group: upperFirst(threat.Section)}
		for _, state := range states {
			drawn.Answers = append(drawn.Answers, figure.NotExposed)
			drawn.Titles = append(drawn.Titles, "")
			last := len(drawn.Answers) - 1
			switch {
			case !slices.Contains(threat.Exposed, state):
				row = append(row, Cell{Text: "–", Class: "none"})
				continue
			case !scored(threat):
				row = append(row, Cell{Text: "exposed", Class: "none"})
				continue
			}
			exposures++
			found := f.answerTo(threat, state, acts)
			tally[found.form]++
			cell := Cell{Text: found.form}
			if found.form != noAnswer {
				cell = cite(fmt.Sprintf("%s, since %d", found.form, found.from.Start.Year()), found.acts)
			}
			cell.Class = map[string]string{jointMultilateral: "good", jointBilateral: "warn", talkOnly: "warn", noAnswer: "bad"}[found.form]
			row = append(row, cell)
			drawn.Answers[last] = map[string]figure.Answer{jointMultilateral: figure.Multilaterally, jointBilateral: figure.Bilaterally,
				talkOnly: figure.Discussed, noAnswer: figure.Unanswered}[found.form]
			drawn.Titles[last] = fmt.Sprintf("%s, %s: %s", threat.Name, f.short(state), cell.Text)
		}
		t.Rows = append(t.Rows, row)
		if scored(threat) {
			picture.Threats = append(picture.Threats, drawn)
		}
	}
	switch {
	case exposures == 0:
		s.Title = "The threats recorded call for political answers only"
	default:
		s.Title = fmt.Sprintf("Of %d exposures to threats %d meet multilateral work among the exposed, %d bilateral work, %d talk only and %d nothing",
			exposures, tally[jointMultilateral], tally[jointBilateral], tally[talkOnly], tally[noAnswer])
	}
	s.Tables = append(s.Tables, t)
	s.Notes = append(s.Notes, "A mark says that two or more exposed states cooperated in the last ten years in a field that could answer the threat, not that it works. Joint work is an exercise, agreement, institution, deployment or the like; talk is a meeting or a declaration. An origin named for a threat is where the exposure comes from or who could cause it, never an attribution.")
	picture.Head = head(&s, "A matrix of threats and states: for each exposure whether exposed states work together in a field that could answer it. The table below names the acts.")
	s.SVG = picture.SVG()
	return s
}

// posturesSection sets the stances of outside powers, and the members' own
// limits, against acts done and proposed.
func (f *findings) posturesSection() Section {
	if len(f.c.Postures) == 0 {
		return Section{}
	}
	s := Section{ID: "postures"}
	t := Table{Caption: "Stances, and the acts that they concern", Columns: cols("Power", "Stance", "Towards", "Done", "Proposed", "Why")}
	var crossed, proposed []string
	var order []Crossing
	for _, stance := range []entente.Stance{entente.Oppose, entente.Wary, entente.Tolerate, entente.Welcome} {
		for _, x := range f.crossings() {
			if x.Stance == stance {
				order = append(order, x)
			}
		}
	}
	for _, x := range order {
		class := map[entente.Stance]string{entente.Oppose: "bad", entente.Wary: "warn", entente.Tolerate: "none", entente.Welcome: "good"}[x.Stance]
		if x.Stance == entente.Oppose {
			line := fmt.Sprintf("%s on %s", f.short(x.Power), x.Form)
			if len(x.Done) > 0 {
				crossed = append(crossed, line)
			}
			if len(x.Proposed) > 0 {
				proposed = append(proposed, line)
			}
		}
		t.Rows = append(t.Rows, []Cell{{Text: f.short(x.Power)}, {Text: string(x.Stance), Class: class}, {Text: x.Form},
			cite(fmt.Sprint(len(x.Done)), x.Done), cite(fmt.Sprint(len(x.Proposed)), x.Proposed), {Text: x.Reason}})
	}
	opposed := 0
	for _, x := range order {
		if x.Stance == entente.Oppose {
			opposed++
		}
	}
	switch {
	case opposed == 0:
		s.Title = "No recorded power opposes any form of this cooperation"
	case len(crossed) == 0 && len(proposed) == 0:
		s.Title = fmt.Sprintf("No act done or proposed crosses any of the %s recorded", plural(opposed, "line of opposition", "lines of opposition"))
	case len(crossed) == 0:
		s.Title = fmt.Sprintf("Nothing done crosses a line of opposition; proposals may touch %d of %d", len(proposed), opposed)
	case len(proposed) == 0:
		s.Title = fmt.Sprintf("Acts done cross %d of %s recorded, proposals none", len(crossed), plural(opposed, "line of opposition", "lines of opposition"))
	default:
		s.Title = fmt.Sprintf("Acts done cross %d of %s recorded; proposals may touch %d", len(crossed), plural(opposed, "line of opposition", "lines of opposition"), len(proposed))
	}
	if len(crossed) > 0 {
		s.Text = append(s.Text, "Crossed by acts done: "+strings.Join(crossed, "; ")+".")
	}
	if len(proposed) > 0 {
		s.Text = append(s.Text, "Touched by acts proposed: "+strings.Join(proposed, "; ")+". A draft whose clauses are not known counts against every line that it may cross.")
	}
	s.Tables = append(s.Tables, t)
	s.Notes = append(s.Notes, "A stance concerns acts in the group's name, or acts with the actors that it is about, by domain, legal force and obligation. Stances that contradict each other are both shown. Some are inferences of the coder or of the founding brief; the last column says so.")
	f.drawPostures(&s, order)
	return s
}

// againstSection lists what weighs against the thesis of a bloc.
func (f *findings) againstSection() Section {
	s := Section{ID: "against"}
	t := Table{Caption: "Evidence against the thesis that a military bloc is forming", Columns: cols("What the record shows", "Acts"), Open: true}
	for _, e := range f.evidenceAgainst() {
		t.Rows = append(t.Rows, []Cell{{Text: e.Text}, cite(plural(len(e.Acts), "act", "acts"), e.Acts)})
	}
	s.Title = "What weighs against it: " + strings.ToLower(plural(len(t.Rows), "finding", "findings"))
	if len(t.Rows) == 0 {
		s.Title, s.Thin = "Nothing recorded weighs against it", "The record holds no refusal, outside obligation or unmet test; that may be a gap of the record."
		return s
	}
	s.Tables = append(s.Tables, t)
	return s
}

// claimsSection compares the founding document with the record.
func (f *findings) claimsSection() Section {
	if len(f.c.Claims) == 0 || f.asOf < f.c.Horizon {
		return Section{} // the claims were checked on the whole record
	}
	s := Section{ID: "claims"}
	counts := map[string]int{}
	t := Table{Caption: "Claims of the founding document against the record", Columns: cols("Section", "Claim", "Verdict", "Evidence", "Acts")}
	for _, verdict := range []string{"disagrees", "unverified", "agrees"} {
		for _, claim := range f.c.Claims {
			if claim.Verdict != verdict {
				continue
			}
			counts[verdict]++
			class := map[string]string{"disagrees": "bad", "unverified": "warn", "agrees": "good"}[verdict]
			ids := f.inView(claim.Acts)
			t.Rows = append(t.Rows, []Cell{{Text: claim.Section}, {Text: claim.Text}, {Text: verdict, Class: class}, {Text: strings.TrimSuffix(claim.Evidence+". "+claim.Note, ". ")}, cite(plural(len(ids), "act", "acts"), ids)})
		}
	}
	document := "the founding document"
	if f.c.Document != "" {
		document = "“" + f.c.Document + "”"
	}
	s.Title = fmt.Sprintf("Of %d claims of the founding document the record supports %d and contradicts %d; %d cannot be verified",
		len(f.c.Claims), counts["agrees"], counts["disagrees"], counts["unverified"])
	s.Text = append(s.Text, fmt.Sprintf("Each checkable statement of %s is set against the acts on record. The verdicts were reached when the record was coded, on the whole of it.", document))
	s.Tables = append(s.Tables, t)
	return s
}

// coverageSection says what the record covers and where it is known to be thin.
func (f *findings) coverageSection() Section {
	s := Section{ID: "coverage"}
	acts := f.c.ActsOn(f.asOf)
	high, sourced := 0, 0
	counts := map[int]int{}
	var periods []int
	for _, a := range acts {
		if a.Confidence == entente.High {
			high++
		}
		if len(a.Sources) > 0 {
			sourced++
		}
		p := a.Date.Start.Year() / 10 * 10
		if counts[p] == 0 {
			periods = append(periods, p)
		}
		counts[p]++
	}
	slices.Sort(periods)
	s.Title = fmt.Sprintf("The record holds %s up to %s and has known gaps", plural(len(acts), "act", "acts"), longDay(f.asOf))
	if len(f.c.Gaps) == 0 {
		s.Title = fmt.Sprintf("The record holds %s up to %s", plural(len(acts), "act", "acts"), longDay(f.asOf))
	}
	s.Text = append(s.Text, fmt.Sprintf("%d of the acts have a source with an address, and %d are coded with high confidence.", sourced, high))
	t := Table{Caption: "Acts recorded by decade, whoever took part", Columns: cols("Decade", "#Acts")}
	for _, p := range periods {
		t.Rows = append(t.Rows, []Cell{{Text: fmt.Sprintf("%ds", p)}, {Text: fmt.Sprint(counts[p])}})
	}
	s.Tables = append(s.Tables, t)
	if len(f.c.Gaps) > 0 {
		g := Table{Caption: "Known gaps", Columns: cols("Period", "Types", "What is missing"), Open: true}
		for _, gap := range f.c.Gaps {
			types := make([]string, len(gap.Types))
			for i, kind := range gap.Types {
				types[i] = strings.ReplaceAll(string(kind), "_", " ")
			}
			period := gap.Period.String()
			if period == "" {
				period = "all"
			}
			g.Rows = append(g.Rows, []Cell{{Text: period}, {Text: orAll(strings.Join(types, ", "))}, {Text: gap.Text}})
		}
		s.Tables = append(s.Tables, g)
	}
	return s
}

func orAll(s string) string {
	if s == "" {
		return "all"
	}
	return s
}
