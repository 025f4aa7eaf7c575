package brief

import (
	"fmt"
	"slices"
	"strings"

	"entente"
)

// answer is the best cooperation that a state has against a threat.
type answer struct {
	form string // "" none, "bilateral", "multilateral"
	acts []string
	from entente.Date // the first of them
}

// answerTo finds what the state does with other members in the domains that could
// answer the threat. Political talk alone answers no threat, so a threat whose
// only response is political is not scored.
func (f *findings) answerTo(t *entente.Threat, state string) answer {
	var best answer
	for _, a := range f.c.ActsOn(f.asOf) {
		if !a.Cooperation() || a.StatusOn(f.asOf) == entente.Terminated || !a.Has(state) || f.joined(a) < 2 {
			continue
		}
		if !slices.ContainsFunc(t.Responses, func(d entente.Domain) bool { return d != entente.Political && a.In(d) }) {
			continue
		}
		form := "bilateral"
		if f.joined(a) >= 3 {
			form = "multilateral"
		}
		switch {
		case best.form == "" || best.form == "bilateral" && form == "multilateral":
			best = answer{form, []string{a.ID}, a.Date}
		case best.form == form:
			best.acts = append(best.acts, a.ID)
		}
	}
	return best
}

// joined counts members and observers among the participants.
func (f *findings) joined(a *entente.Act) int {
	k := f.count(a)
	for _, p := range a.Participants {
		if slices.Contains(f.observers, p.Actor) {
			k++
		}
	}
	return k
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
	states := slices.Concat(f.members, f.observers)
	t := Table{Caption: "Threats, and what the exposed states do together in the domains that could answer them", Columns: cols(append([]string{"Threat", "Could be answered by"}, f.names(states)...)...)}
	exposures, multilateral, none := 0, 0, 0
	for i := range f.c.Threats {
		threat := &f.c.Threats[i]
		fields := make([]string, len(threat.Responses))
		for j, d := range threat.Responses {
			fields[j] = string(d)
		}
		row := []Cell{{Text: threat.Name}, {Text: strings.Join(fields, ", ")}}
		for _, state := range states {
			switch {
			case !slices.Contains(threat.Exposed, state):
				row = append(row, Cell{Text: "–", Class: "none"})
				continue
			case !scored(threat):
				row = append(row, Cell{Text: "exposed", Class: "none"})
				continue
			}
			exposures++
			switch found := f.answerTo(threat, state); found.form {
			case "":
				none++
				row = append(row, Cell{Text: "nothing", Class: "bad"})
			default:
				cell := cite(fmt.Sprintf("%s, since %d (%s)", found.form, found.from.Start.Year(), plural(len(found.acts), "act", "acts")), found.acts)
				cell.Class = "warn"
				if found.form == "multilateral" {
					multilateral++
					cell.Class = "good"
				}
				row = append(row, cell)
			}
		}
		t.Rows = append(t.Rows, row)
	}
	switch {
	case exposures == 0:
		s.Title = "The threats recorded call for political answers only"
	case none == 0 && multilateral == exposures:
		s.Title = fmt.Sprintf("Every one of %d exposures has some multilateral cooperation in a field that could answer it", exposures)
	default:
		s.Title = fmt.Sprintf("%d of %d exposures to threats meet some multilateral cooperation in a field that could answer them; %d meet none at all", multilateral, exposures, none)
	}
	s.Tables = append(s.Tables, t)
	s.Notes = append(s.Notes, "A mark says that cooperation exists in a field that could answer the threat, not that it works. An origin named for a threat is where the exposure comes from or who could cause it, never an attribution.")
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
	crossed, proposed := 0, 0
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
			if len(x.Done) > 0 {
				crossed++
			}
			if len(x.Proposed) > 0 {
				proposed++
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
	case crossed == 0 && proposed == 0:
		s.Title = fmt.Sprintf("No act done or proposed crosses any of the %s recorded", plural(opposed, "line of opposition", "lines of opposition"))
	case crossed == 0:
		s.Title = fmt.Sprintf("Nothing done crosses a line of opposition; proposals touch %d of %d", proposed, opposed)
	default:
		s.Title = fmt.Sprintf("Acts done cross %d of %s recorded, proposals %d", crossed, plural(opposed, "line of opposition", "lines of opposition"), proposed)
	}
	s.Tables = append(s.Tables, t)
	s.Notes = append(s.Notes, "A stance concerns acts in the group's name, or acts with the actors that it is about, by domain, legal force and obligation. Stances that contradict each other are both shown. Some are inferences of the coder or of the founding brief; the last column says so.")
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
	if len(f.c.Claims) == 0 {
		return Section{}
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
	s.Title = fmt.Sprintf("Of %d claims of the founding document %d do not stand, %d cannot be verified, %d agree with the record",
		len(f.c.Claims), counts["disagrees"], counts["unverified"], counts["agrees"])
	s.Text = append(s.Text, fmt.Sprintf("Each checkable statement of %s is set against the acts on record. The verdicts were reached by a person on the whole record, not as of %s.", document, longDay(f.asOf)))
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
