package brief

import (
	"context"
	"fmt"

	"entente/forecast"
	"entente/score"
)

// faredSection sets what past forecasts said against what came; there is none where they
// are too few, which the section before says.
func (f *findings) faredSection(_ context.Context, seed uint64) (Section, error) {
	if f.chances == nil || f.chances.Past == nil {
		return Section{}, nil
	}
	past := f.chances.Past.Scored(forecast.Pooled, "", nextHorizon)
	if len(past) == 0 {
		return Section{}, nil
	}
	scores, err := score.Of(past)
	if err != nil || scores.Events < score.FewestEvents {
		return Section{}, err
	}
	corp, err := score.Calibrate(past, seed)
	if err != nil {
		return Section{}, err
	}
	s := Section{ID: "fared", Title: fmt.Sprintf("Past forecasts of this kind said %s on average, and %s came", percent(scores.Mean), percent(scores.Base))}
	s.Text = append(s.Text, fmt.Sprintf("On each 1 January since 1950 every group of the class was asked, without itself and from what was known then, whether it would reach each rung that it did not hold within %d years: %d forecasts, %s. %s.",
		nextHorizon, scores.N, plural(scores.Events, "event", "events"), "Ranking: "+scores.Ranking()))
	s.SVG = reliability(corp, head(&s, fmt.Sprintf("What came against what was forecast, %d years ahead: %d forecasts, %d events. On average %.1f%% was forecast and %.1f%% came. A table below gives the numbers.", nextHorizon, scores.N, scores.Events, 100*scores.Mean, 100*scores.Base)))
	t := Table{Caption: fmt.Sprintf("What was forecast %d years ahead, and what came", nextHorizon), Columns: cols("#Forecast, from", "#To", "#Came", "#Forecasts")}
	for _, step := range corp.Steps {
		t.Rows = append(t.Rows, []Cell{{Text: percentTenth(step.From)}, {Text: percentTenth(step.To)}, {Text: percentTenth(step.Came)}, {Text: fmt.Sprint(step.N)}})
	}
	s.Tables = append(s.Tables, t)
	s.Notes = append(s.Notes, fmt.Sprintf("Steps join forecasts whose outcomes do not rise with them (isotonic regression; Dimitriadis, Gneiting and Jordan 2021). Of independent calibrated forecasts %s would look as miscalibrated; ours overlap, so that is too strict.", fewPercent(corp.P)))
	return s, nil
}

func percentTenth(p float64) string { return fmt.Sprintf("%.1f%%", 100*p) }
