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

// Options may be left zero.
type Options struct {
	Seed uint64
	// Bargaining holds the chances that bargaining over positions gives to rungs, where a
	// case has positions.
	Bargaining map[int]forecast.Component
}

// runs of the event model behind a brief: they leave a standard error of about two
// points in a chance.
const runs = 2000

// mostActs is how many acts an event model is fitted to for a brief.
const mostActs = 1000

// Build writes the whole brief on the case as of the day. The same case, day and
// options give the same brief on any machine.
func Build(ctx context.Context, c *entente.Case, asOf entente.Day, opt Options) (*Brief, error) {
	f := find(c, asOf)
	if err := f.look(ctx, forecast.ForecastOptions{Seed: opt.Seed, EachYear: true, Bargaining: opt.Bargaining,
		WithoutModel: f.amongStates > mostActs, Outlook: forecast.OutlookOptions{Runs: runs}}); err != nil {
		return nil, err
	}
	if f.amongStates > mostActs {
		f.noOutlook = fmt.Sprintf("the record holds %d acts of cooperation among the states, and fitting the event model to more than %d takes longer than a page may: entente forecast does it", f.amongStates, mostActs)
	}
	b := &Brief{Title: c.Title, Verdict: *f.verdict(), Method: f.method(), Implications: []Implication{}}
	if f.stage == tooLittle {
		b.Sections = []Section{f.actsSection(), f.coverageSection()}
		b.register(f)
		return b, nil
	}
	b.Figures = f.facts()
	b.Implications = f.implications()
	sections := []func(context.Context, uint64) (Section, error){
		plainly(f.ladderSection), f.nextSection, f.faredSection, f.aheadSection, f.tiesSection, plainly(f.timelineSection), plainly(f.matrixSection), f.shareSection,
		plainly(f.obligationsSection), f.communitiesSection, plainly(f.threatsSection), plainly(f.posturesSection),
		plainly(f.againstSection), plainly(f.claimsSection),
		plainly(func() Section { return f.implicationsSection(b.Implications) }), plainly(f.coverageSection),
	}
	for _, section := range sections {
		s, err := section(ctx, opt.Seed)
		if err != nil {
			return nil, err
		}
		if s.ID != "" {
			b.Sections = append(b.Sections, s)
		}
	}
	b.register(f)
	return b, nil
}

// plainly adapts a section that needs neither context nor seed.
func plainly(section func() Section) func(context.Context, uint64) (Section, error) {
	return func(ctx context.Context, _ uint64) (Section, error) { return section(), ctx.Err() }
}

// facts picks the numbers that a reader takes away.
func (f *findings) facts() []Fact {
	top := f.ladder.Highest()
	facts := []Fact{}
	if top >= 0 {
		r := f.ladder.Rungs[top]
		facts = append(facts, Fact{fmt.Sprintf("%s of r8", r.Rung), fmt.Sprintf("highest rung held: %s, since %s", strings.ToLower(r.Name), dateWords(r.Date)), r.Acts})
	} else {
		facts = append(facts, Fact{"none", "rungs of institutionalisation held", nil})
	}
	n := len(f.members)
	pairs, acts := pairsOf(f.among(entente.Defense, measure.StandsInForce))
	facts = append(facts, Fact{fmt.Sprintf("%d of %d", len(pairs), n*(n-1)/2), "pairs of " + f.memberWord() + " that owe each other defence by a text in force", acts})
	var bound, outside []string
	for _, ch := range f.outsideChannels() {
		bound, outside = append(bound, ch.members...), append(outside, ch.acts...)
	}
	facts = append(facts, Fact{fmt.Sprintf("%d of %d", len(dedupe(bound)), n), f.memberWord() + " bound to defend states outside the group", dedupe(outside)})
	facts = append(facts, Fact{fmt.Sprint(f.amongStates), fmt.Sprintf("acts of cooperation among two or more of the states, of %d acts recorded up to %s", len(f.c.ActsOn(f.asOf)), longDay(f.asOf)), nil})
	return facts
}

func dedupe(list []string) []string {
	var out []string
	for _, s := range list {
		if !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}

// register lists every act that the brief cites, and every source of those acts.
func (b *Brief) register(f *findings) {
	cited := map[string]bool{}
	cite := func(ids []string) {
		for _, id := range ids {
			cited[id] = true
		}
	}
	for _, e := range slices.Concat(b.Verdict.For, b.Verdict.Against, b.Verdict.Watch) {
		cite(e.Acts)
	}
	for _, p := range b.Verdict.Postures {
		cite(p.Done)
		cite(p.Proposed)
	}
	for _, fact := range b.Figures {
		cite(fact.Acts)
	}
	for _, s := range b.Sections {
		for _, t := range s.Tables {
			for _, row := range t.Rows {
				for _, cell := range row {
					cite(cell.Acts)
				}
			}
		}
	}
	byID := make(map[string]*entente.Source, len(f.c.Sources))
	for i := range f.c.Sources {
		byID[f.c.Sources[i].ID] = &f.c.Sources[i]
	}
	at := map[string]int{}
	for _, a := range f.c.Acts {
		if !cited[a.ID] {
			continue
		}
		sources := slices.Clone(a.Sources)
		for _, change := range a.Changes {
			sources = append(sources, change.Sources...)
		}
		sources = dedupe(sources)
		b.Acts = append(b.Acts, ActRow{ID: a.ID, Date: dateWords(a.Date), Title: a.Title, Participants: f.who(a), Summary: f.told(a),
			Status: statusWords(a, f.asOf), Confidence: string(a.Confidence), Sources: sources})
		for _, id := range sources {
			s := byID[id]
			if s == nil {
				continue
			}
			i, seen := at[id]
			if !seen {
				i = len(b.Sources)
				at[id] = i
				b.Sources = append(b.Sources, SourceRow{ID: id, Publisher: s.Publisher, Title: s.Title, Date: s.Date.String(), URL: s.URL})
			}
			b.Sources[i].Acts = append(b.Sources[i].Acts, a.ID)
		}
	}
	slices.SortFunc(b.Sources, func(x, y SourceRow) int {
		return strings.Compare(entente.Fold(x.Publisher)+" "+x.ID, entente.Fold(y.Publisher)+" "+y.ID)
	})
}

// who writes the participants with their roles.
func (f *findings) who(a *entente.Act) string {
	names := make([]string, len(a.Participants))
	for i, p := range a.Participants {
		names[i] = f.c.Name(p.Actor)
		if p.Role != "" {
			names[i] += " (" + p.Role + ")"
		}
	}
	return strings.Join(names, ", ")
}

// told writes the summary with the later steps of the act up to the day.
func (f *findings) told(a *entente.Act) string {
	text := a.Summary
	for _, change := range a.Changes {
		if !change.Date.Begun(f.asOf) {
			continue
		}
		step := map[entente.Status]string{entente.Ratified: "ratified", entente.InForce: "in force", entente.Terminated: "ended", entente.Signed: "signed"}[change.Status]
		if len(change.Actors) > 0 {
			names := make([]string, len(change.Actors))
			for i, code := range change.Actors {
				names[i] = f.c.Name(code)
			}
			step += " by " + joinAnd(names)
		}
		text = strings.TrimSuffix(text, ".") + "; " + step + " " + dateWords(change.Date)
	}
	return strings.TrimPrefix(text, "; ")
}

// statusWords writes the status of the act on the day with its legal force.
func statusWords(a *entente.Act, asOf entente.Day) string {
	status := strings.ReplaceAll(string(a.StatusOn(asOf)), "_", " ")
	if status == "" {
		status = "status not known"
	}
	switch a.Force {
	case entente.Binding:
		status += ", binding"
	case entente.PoliticalForce:
		status += ", political"
	}
	return status
}

// method says how to read the brief and what it cannot tell.
func (f *findings) method() []string {
	notes := []string{
		fmt.Sprintf("Everything here is derived from the record as of %s; absence after that day, or in a gap of the record, means not covered, not that nothing happened.", longDay(f.asOf)),
		"A rung is decided by acts alone, done in the group's name by at least three members. Promises count when the text is binding; a text signed and not seen in force is shown apart.",
		"Dates keep the precision of their source. An act dated to a year or a month is in view from the first day of that year or month; a commitment ends only when its end has certainly passed.",
		"The record is denser for recent years than for earlier ones: every trend is shown as a share with its interval, beside the number of acts recorded.",
		"Tie depth is a construction of this tool, not a measure from the literature; its weights are printed with it, and so is how far the order moves when any of them is halved or doubled.",
	}
	if len(f.c.Blocs) > 0 {
		notes = append(notes, "Chances of rungs are pooled from rates of comparable groups, with weights learnt from past forecasts alone. They carry the biases of that class: famous and lasting groups are over-represented, and late or secret rungs are missed. What runs of the group's own acts say stands beside them.")
	}
	return notes
}
