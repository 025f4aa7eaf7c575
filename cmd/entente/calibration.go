package main

import (
	"fmt"
	"path/filepath"
	"strings"

	"entente/brief"
	"entente/forecast"
	"entente/score"
)

// checkPage refuses a name that does not end as that of a page; "" is no page.
func checkPage(path string) error {
	if e := strings.ToLower(filepath.Ext(path)); path == "" || e == ".html" || e == ".htm" {
		return nil
	}
	return usage(fmt.Sprintf("cannot tell the form of %q", path), "end the name with .html")
}

// parts are those of the log score.
type parts struct {
	Miscalibration float64 `json:"miscalibration"`
	Discrimination float64 `json:"discrimination"`
	Uncertainty    float64 `json:"uncertainty"`
}

// skillByLog is a skill by the log score with its interval.
type skillByLog struct {
	Skill known `json:"skill"`
	Low   known `json:"low"`
	High  known `json:"high"`
}

// ends is an interval of 95 %: low and high, null where there is none.
type ends [2]known

func endsOf(b score.Bounds) ends { return ends{known(b.Low), known(b.High)} }

// intervals are those of scores by the bootstrap over blocks.
type intervals struct {
	Brier ends `json:"brier"`
	Log   ends `json:"log"`
	AUC   ends `json:"auc"`
}

func intervalsOf(forecasts []score.Forecast, seed uint64) (*intervals, error) {
	s, err := score.Bootstrap(forecasts, seed)
	if err != nil {
		return nil, err
	}
	return &intervals{endsOf(s.Brier), endsOf(s.Log), endsOf(s.AUC)}, nil
}

// page writes how the pool and the event model have fared, with reliability diagrams.
func (r *backtestReport) page(v *view, path string) error {
	p := &brief.Calibrations{Case: v.Case, AsOf: v.asOf, Judgement: r.judgement(), Record: short(v.Checksum), Seed: r.seed}
	for _, s := range r.scores {
		from, target := r.rungs, ""
		switch {
		case s.Method != forecast.Pooled && s.Method != forecast.EventModel:
			continue
		case s.Target == "pair":
			from, target = r.pairs(), s.Target
		case s.Target != "any rung":
			continue
		}
		c, err := brief.Calibrate(fmt.Sprintf("calibration-%d", len(p.Of)+1), fmt.Sprintf("%s within %g %s: %s", strings.ToUpper(s.Target[:1])+s.Target[1:], s.Horizon, years(s.Horizon), s.Method), from.Scored(s.Method, target, s.Horizon), r.seed)
		if err != nil {
			return err
		}
		p.Of = append(p.Of, c)
	}
	if err := writeFile(path, p.HTML); err != nil {
		return err
	}
	_, err := fmt.Fprintf(r.stderr, "wrote %s\n", path)
	return err
}
