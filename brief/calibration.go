package brief

import (
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"math"

	"entente"
	"entente/internal/figure"
	"entente/score"
)

// Calibrations is a page on how past forecasts have fared.
type Calibrations struct {
	Case      *entente.Case
	AsOf      entente.Day
	Judgement []string // sentences on skill
	Of        []*Calibration
	Record    string // its checksum
	Seed      uint64
}

// Calibration sets one kind of forecast against what came.
type Calibration struct {
	ID, Title string
	scores    *score.Binary
	spread    *score.Spread
	corp      *score.Calibration
}

// Calibrate scores the forecasts. The id is unique on the page.
func Calibrate(id, title string, forecasts []score.Forecast, seed uint64) (*Calibration, error) {
	scores, err := score.Of(forecasts)
	if err != nil {
		return nil, err
	}
	spread, err := score.Bootstrap(forecasts, seed)
	if err != nil {
		return nil, err
	}
	corp, err := score.Calibrate(forecasts, seed)
	if err != nil {
		return nil, err
	}
	return &Calibration{id, title, scores, spread, corp}, nil
}

//go:embed calibration.html.tmpl
var calibrationText string

var calibrationTemplate = template.Must(template.New("calibration").Funcs(template.FuncMap{
	"css": func() template.CSS { return template.CSS(pageStyle) },
}).Parse(calibrationText))

// HTML writes the page, self-contained as the brief is: no script, no outside request.
func (c *Calibrations) HTML(w io.Writer) error { return calibrationTemplate.Execute(w, c) }

// Sentences say what the figure shows, with the scores and their intervals.
func (c *Calibration) Sentences() []string {
	between := func(b score.Bounds) string {
		if math.IsNaN(b.Low) {
			return "no interval"
		}
		return fmt.Sprintf("95%% interval %.3f to %.3f", b.Low, b.High)
	}
	s, p := c.scores, c.corp
	ranking := "Ranking: " + s.Ranking()
	if !math.IsNaN(s.AUC) {
		ranking += ", " + between(c.spread.AUC)
	}
	list := []string{
		fmt.Sprintf("On average %.1f%% was forecast and %.1f%% came.", 100*s.Mean, 100*s.Base),
		fmt.Sprintf("Brier score %.3f (%s): miscalibration %.3f, less discrimination %.3f, plus uncertainty %.3f. Log score %.3f (%s): miscalibration %.3f, less discrimination %.3f, plus uncertainty %.3f.",
			s.Brier, between(c.spread.Brier), p.Miscalibration, p.Discrimination, p.Uncertainty, s.Log, between(c.spread.Log), p.Log.Miscalibration, p.Log.Discrimination, p.Log.Uncertainty),
		ranking + ".",
	}
	if s.Events < score.FewestEvents {
		return append(list, fmt.Sprintf("No claim: fewer than %d events.", score.FewestEvents))
	}
	return append(list, fmt.Sprintf("Of independent calibrated forecasts %s would look as miscalibrated.", fewPercent(p.P)))
}

func fewPercent(p float64) string {
	if p < 0.01 {
		return "fewer than 1%"
	}
	return fmt.Sprintf("%.0f%%", 100*p)
}

// Figure is the reliability diagram.
func (c *Calibration) Figure() template.HTML {
	return template.HTML(reliability(c.corp, figure.Head{ID: c.ID, Title: c.Title + ": what came against what was forecast",
		Desc: fmt.Sprintf("%d forecasts, %d events. On average %.1f%% was forecast and %.1f%% came.", c.scores.N, c.scores.Events, 100*c.scores.Mean, 100*c.scores.Base)}))
}

// reliability draws a recalibration with the band of calibrated forecasts.
func reliability(corp *score.Calibration, head figure.Head) string {
	f := figure.Reliability{Head: head, Forecasts: corp.Histogram[:], N: corp.N, Events: corp.Events}
	for _, s := range corp.Steps {
		f.Shares = append(f.Shares, figure.Share{From: s.From, To: s.To, Came: s.Came, N: s.N})
	}
	for _, b := range corp.Band {
		f.Band = append(f.Band, figure.Band{P: b.P, Low: b.Low, High: b.High})
	}
	return f.SVG()
}
