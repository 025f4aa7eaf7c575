package brief

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"entente"
	"entente/forecast"
	"entente/internal/figure"
)

// baseRates returns the base rates of the rungs not yet held, computed once for
// a seed.
func (f *findings) baseRates(seed uint64) []forecast.Rate {
	if f.rates == nil || f.ratesSeed != seed {
		f.ratesSeed = seed
		f.rates = forecast.BaseRates(f.c, func(rung int) (entente.Day, bool) {
			r := f.ladder.Rungs[rung]
			return r.Date.Start, r.Reached
		}, f.asOf, seed)
	}
	return f.rates
}

// forecasts words the base rates.
func (f *findings) forecasts(seed uint64) []Forecast {
	rates := f.baseRates(seed)
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
	var horizons []float64
	for _, p := range forecasts {
		if !slices.Contains(horizons, p.Horizon) {
			horizons = append(horizons, p.Horizon)
		}
	}
	columns := []string{"Rung"}
	for _, h := range horizons {
		columns = append(columns, fmt.Sprintf("#Within %s", plural(int(h), "year", "years")))
	}
	t := Table{Caption: "Base rates of comparable groups, given how long this one has held its rung, with 95% intervals",
		Columns: cols(append(columns, fmt.Sprintf("In words, %d years", nextHorizon), "#Reached it", "Read with care")...)}
	likeliest := Forecast{Probability: -1}
	var picture figure.Chances
	for len(forecasts) > 0 {
		row := []Cell{{Text: forecasts[0].Event}}
		words, reached := "", ""
		var care []string
		prospect := figure.Prospect{Name: row[0].Text}
		for len(forecasts) > 0 && forecasts[0].Event == row[0].Text {
			p := forecasts[0]
			forecasts = forecasts[1:]
			row = append(row, Cell{Text: fmt.Sprintf("%s (%s to %s)", percent(p.Probability), percent(p.Low), percent(p.High))})
			reached = fmt.Sprintf("%d of %d", p.Events, p.N)
			prospect.Chances = append(prospect.Chances, figure.Chance{Years: p.Horizon, P: p.Probability, Low: p.Low, High: p.High, Words: p.Words, Thin: p.Thin != ""})
			if p.Horizon == nextHorizon {
				words = p.Words
				if p.Thin != "" {
					care = append(care, p.Thin)
				}
				if p.Probability > likeliest.Probability {
					likeliest = p
				}
			}
		}
		picture.Prospects = append(picture.Prospects, prospect)
		t.Rows = append(t.Rows, append(row, Cell{Text: words}, Cell{Text: reached}, Cell{Text: strings.Join(care, "; ")}))
	}
	s.Title = "How often comparable groups went on"
	if likeliest.Probability >= 0 {
		s.Title = fmt.Sprintf("The likeliest next rung by the record of comparable groups is %s: %s within %d years", likeliest.Event, percent(likeliest.Probability), nextHorizon)
		s.Text = append(s.Text, upperFirst(likeliest.Method)+".")
	}
	picture.Head = head(&s, "For each rung not yet held, the share of comparable groups that reached it within some years, with its 95 per cent interval. The table below gives the numbers.")
	s.SVG = picture.SVG()
	t.Open = s.SVG == ""
	s.Tables = append(s.Tables, t)
	s.Notes = append(s.Notes, "These are rates of a reference class, not a model of this group: nothing that it did or said lately moves them. The intervals are those of resampling the class. Words follow the bands of Intelligence Community Directive 203 (2015).")
	return s, nil
}
