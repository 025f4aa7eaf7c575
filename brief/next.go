package brief

import (
	"context"
	"fmt"
	"strings"

	"entente"
	"entente/forecast"
)

// forecasts returns the base rates of the rungs not yet held.
func (f *findings) forecasts(seed uint64) []Forecast {
	rates := forecast.BaseRates(f.c, func(rung int) (entente.Day, bool) {
		r := f.ladder.Rungs[rung]
		return r.Date.Start, r.Reached
	}, f.asOf, seed)
	list := make([]Forecast, len(rates))
	for i, r := range rates {
		list[i] = Forecast{
			Event:       fmt.Sprintf("r%d %s", r.To, strings.ToLower(f.ladder.Rungs[r.To].Name)),
			Horizon:     r.Years,
			Probability: r.Probability, Low: r.Low, High: r.High,
			Words: likelihood(r.Probability, r.Low, r.High), Method: r.Method, N: r.N, Events: r.Events, Thin: r.Thin,
		}
	}
	return list
}

// likelihood puts a probability and its interval into words. A class of twenty
// groups in which nothing happened does not bear the word for zero: what it bears
// is the word for the upper end.
func likelihood(p, low, high float64) string {
	from, to := forecast.Words(low), forecast.Words(high)
	switch {
	case p < 0.01:
		return "at most " + to
	case from == to:
		return to
	case low < 0.01:
		return forecast.Words(p) + ", at most " + to
	}
	return forecast.Words(p) + ", from " + from + " to " + to
}

// nextHorizon is the horizon, in years, that the headline of the base rates uses.
const nextHorizon = 5

// nextSection shows the base rates of the rungs not yet held.
func (f *findings) nextSection(_ context.Context, seed uint64) (Section, error) {
	forecasts := f.forecasts(seed)
	if len(forecasts) == 0 {
		return Section{}, nil
	}
	s := Section{ID: "next"}
	likeliest := -1
	t := Table{Caption: "Base rates of comparable groups, given how long this one has held its rung", Columns: cols("Rung", "#Years", "#Probability", "#95% interval", "In words", "From", "Thin because"), Open: true}
	for i, p := range forecasts {
		if p.Horizon == nextHorizon && (likeliest < 0 || p.Probability > forecasts[likeliest].Probability) {
			likeliest = i
		}
		t.Rows = append(t.Rows, []Cell{{Text: p.Event}, {Text: fmt.Sprintf("%g", p.Horizon)}, {Text: percent(p.Probability)}, {Text: percent(p.Low) + " to " + percent(p.High)}, {Text: p.Words}, {Text: p.Method}, {Text: p.Thin}})
	}
	if likeliest >= 0 {
		p := forecasts[likeliest]
		s.Title = fmt.Sprintf("The likeliest next rung by the record of comparable groups is %s: %s within %g years", p.Event, percent(p.Probability), p.Horizon)
	} else {
		s.Title = "How often comparable groups went on"
	}
	s.Tables = append(s.Tables, t)
	s.Notes = append(s.Notes, "These are rates of a reference class, not a model of this group: nothing that it did or said lately moves them. The interval is that of resampling the class. Words follow the bands of Intelligence Community Directive 203 (2015).")
	return s, nil
}
