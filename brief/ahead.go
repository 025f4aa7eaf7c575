package brief

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"

	"entente"
	"entente/forecast"
	"entente/internal/figure"
)

// aheadSection shows what the event model makes of the year ahead, and what it cannot
// know.
func (f *findings) aheadSection(context.Context, uint64) (Section, error) {
	o := f.outlook
	if o == nil {
		if f.noOutlook == "" {
			return Section{}, nil
		}
		return Section{ID: "ahead", Title: "The acts of the year ahead cannot be forecast", Thin: upperFirst(f.noOutlook) + "."}, nil
	}
	s := Section{ID: "ahead"}
	first := o.Quarters[0]
	past := 0
	for _, n := range o.Recent[len(o.Recent)-yearAhead:] {
		past += n
	}
	s.Title = fmt.Sprintf("The event model expects about %.0f acts in the year ahead, %.0f a quarter (90%% of runs: %d to %d)", sumOf(o.Quarters[:yearAhead]), first.Mean, first.P5, first.P95)
	s.Text = append(s.Text,
		fmt.Sprintf("%s of the acts of %s were run forward from %s on record, %d of them in the year before. Half of the weight of past acts in who acts with whom is gone after %s; the rate of %.1f acts a year %s.",
			plural(o.Runs, "run", "runs"), joinAnd(f.names(o.Actors)), plural(o.Acts, "act", "acts"), past, halfLife(o.HalfLife), o.PerYear, paceWords(o.Pace)),
		f.blind())
	f.drawAhead(&s, o)
	s.Tables = append(s.Tables, f.pairTable(o), quarterTable(o), formTable(o))
	s.Notes = append(s.Notes,
		fmt.Sprintf("An act counts when it joins two or more of these states and is dated to the month at least. The simulation leaves a standard error of at most %.1f points in any chance. Words are those of Intelligence Community Directive 203 (2015).", 100*o.Error),
		"How forecasts of pairs and of numbers of acts have fared is not computed for this page: entente backtest --acts makes and scores them as of past days. The number of acts in the year before stands beside each pair because it is the simplest forecast there is.")
	return s, nil
}

// yearAhead is how many quarters are shown.
const yearAhead = 4

func sumOf(quarters []forecast.Quarter) float64 {
	sum := 0.0
	for _, q := range quarters {
		sum += q.Mean
	}
	return sum
}

func halfLife(years float64) string {
	if years == 0 {
		return "no time"
	}
	return plural(int(years), "year", "years")
}

func paceWords(halfLife float64) string {
	if halfLife == 0 {
		return "counts all years alike"
	}
	return fmt.Sprintf("counts the past by a half-life of %s", plural(int(halfLife), "year", "years"))
}

// blind says what the event model cannot know.
func (f *findings) blind() string {
	var never []string
	for _, rung := range f.neverRun() {
		never = append(never, fmt.Sprintf("r%d", rung))
	}
	text := "What the model cannot know: it repeats forms that acts on record have had, at the rate at which acts were recorded, and knows neither intentions, nor elections, wars and what outside powers do, nor acts that are only proposed."
	if len(never) > 0 {
		text += fmt.Sprintf(" No run reached %s, because no act on record has had such a form or hardly any: that is ignorance and not a chance of nothing.", joinAnd(never))
	}
	return text
}

// neverRun lists the rungs not held that no run of the event model reached.
func (f *findings) neverRun() []int {
	var never []int
	if f.outlook == nil {
		return nil
	}
	for _, path := range f.outlook.Rungs {
		if last := path.Chance[len(path.Chance)-1]; last.Probability == 0 && !f.ladder.Held(path.Rung) {
			never = append(never, path.Rung)
		}
	}
	return never
}

// drawAhead draws the acts by quarter, past and ahead.
func (f *findings) drawAhead(s *Section, o *forecast.Outlook) {
	now := yearOf(o.Origin)
	panel := figure.Panel{Name: "Acts of cooperation by quarter", Note: "each point at the end of its quarter"}
	for i, n := range o.Recent {
		panel.Spreads = append(panel.Spreads, figure.Spread{X: now - float64(len(o.Recent)-1-i)/4, Missing: true, Others: []float64{float64(n)}})
	}
	for _, q := range o.Quarters[:yearAhead] {
		panel.Spreads = append(panel.Spreads, figure.Spread{X: now + float64(q.Quarter)/4, Middle: q.Mean, Others: []float64{math.NaN()},
			Ranges: [][2]float64{{float64(q.P5), float64(q.P95)}, {float64(q.P25), float64(q.P75)}}})
	}
	fan := figure.Fan{Panels: []figure.Panel{panel}, Middle: "mean of runs", Ranges: []string{"90% of runs", "50% of runs"}, Others: []string{"recorded"}, Unit: "year", Now: now}
	fan.Head = head(s, "The acts recorded in each of the last eight quarters, and those that the event model expects in each of the next four, with the ranges that hold 50 and 90 per cent of its runs. A table below gives the numbers.")
	s.SVG = fan.SVG()
}

// pairTable lists the pairs that the model expects to act together most, with what they
// did in the year before.
func (f *findings) pairTable(o *forecast.Outlook) Table {
	const most = 10
	t := Table{Caption: "Pairs most likely to act together in the year ahead", Open: true,
		Columns: cols("Pair", "#Acts expected", "#Within a quarter", "#Within a year, 95% interval", "In words", "Acts in the year before")}
	for _, m := range o.Parties[:min(len(o.Parties), most)] {
		ids := f.lately(m.A, m.B)
		t.Rows = append(t.Rows, []Cell{{Text: f.short(m.A) + " – " + f.short(m.B)}, {Text: fmt.Sprintf("%.1f", m.Acts)}, {Text: chance(m.Quarter.Probability)},
			{Text: chanceBetween(m.Year.Probability, m.Year.Low, m.Year.High)}, {Text: forecast.Words(m.Year.Probability)}, cite(plural(len(ids), "act", "acts"), ids)})
	}
	return t
}

// lately lists the acts of a pair in the year before the day, as the model counts acts.
func (f *findings) lately(a, b string) []string {
	var ids []string
	for _, act := range f.c.ActsOn(f.asOf) {
		in := func(code string) bool {
			return slices.ContainsFunc(act.Participants, func(p entente.Participant) bool { return p.Actor == code })
		}
		if act.Cooperation() && act.Date.Start > f.asOf-365 && act.Date.End-act.Date.Start <= 31 && in(a) && in(b) {
			ids = append(ids, act.ID)
		}
	}
	return ids
}

func quarterTable(o *forecast.Outlook) Table {
	t := Table{Caption: "Acts expected by quarter", Columns: cols("#Quarter", "#Mean", "#50% of runs", "#90% of runs", "#Of three states or more")}
	for _, q := range o.Quarters[:yearAhead] {
		t.Rows = append(t.Rows, []Cell{{Text: fmt.Sprint(q.Quarter)}, {Text: fmt.Sprintf("%.1f", q.Mean)}, {Text: fmt.Sprintf("%d to %d", q.P25, q.P75)},
			{Text: fmt.Sprintf("%d to %d", q.P5, q.P95)}, {Text: fmt.Sprintf("%.1f", q.Multilateral)}})
	}
	return t
}

func formTable(o *forecast.Outlook) Table {
	const most = 10
	t := Table{Caption: "Acts most expected in the year ahead", Columns: cols("Type", "Domain", "#Acts expected")}
	for _, x := range o.Forms[:min(len(o.Forms), most)] {
		t.Rows = append(t.Rows, []Cell{{Text: strings.ReplaceAll(string(x.Type), "_", " ")}, {Text: string(x.Domain)}, {Text: fmt.Sprintf("%.1f", x.Acts)}})
	}
	return t
}
