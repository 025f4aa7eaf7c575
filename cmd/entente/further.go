package main

import (
	"fmt"
	"math"
	"slices"

	"entente/forecast"
	"entente/score"
)

// Further are scores of some targets alone; what a target has none of is left out. A row
// takes it in, and shards of a backtest hand rows on, so it must be exported to be encoded.
type Further struct {
	// RPS is the ranked probability score of the chances that a rung comes between one
	// horizon and the next, or never by the last.
	RPS *known `json:"rps,omitempty"`
	// IntervalScore is that of the central interval of 90 %, and Inside the share of what
	// came that lies in it.
	IntervalScore *known `json:"interval_score,omitempty"`
	Inside        *known `json:"inside_90,omitempty"`
	// BrierOpen is the Brier score with those not followed to the horizon weighed in, by
	// the inverse probability of being followed; of as many forecasts.
	BrierOpen *known `json:"brier_ipcw,omitempty"`
	Open      int    `json:"n_ipcw,omitempty"`
}

// weigh adds the Brier score with open forecasts weighed in.
func (f *Further) weigh(b *forecast.ByMethod, t scored) error {
	waits := b.Waits(t.Method, t.Target, t.Years)
	if waits == nil {
		return nil
	}
	settled, err := score.Settled(waits, t.Years)
	if err != nil {
		return fmt.Errorf("%s within %g %s: %w", t.Target, t.Years, years(t.Years), err)
	}
	s, err := score.Of(settled)
	if err != nil {
		return err
	}
	brier := known(s.Brier)
	f.BrierOpen, f.Open = &brier, len(waits)
	return nil
}

// unscored is a row without scores of yes or no.
func unscored(target string, horizon float64, method string, n, events int) scoreRow {
	none := known(math.NaN())
	return scoreRow{Target: target, Horizon: horizon, Method: method, Brier: none, Log: none, AUC: none, CRPS: none, N: n, Events: events,
		Reliability: none, Resolution: none, Uncertainty: none, Variance: none, Covariance: none, Miscalibration: none, Discrimination: none, CalibrationP: none}
}

// when scores at what time rungs came.
func (r *backtestReport) when() error {
	losses, blocks, events, err := r.rungs.When()
	if err != nil || len(blocks) == 0 {
		return err
	}
	for m, method := range r.rungs.Methods {
		row := unscored("when a rung comes", r.rungs.Past[0].Years, method, len(blocks), events)
		for i := range r.rungs.Past {
			row.Horizon = max(row.Horizon, r.rungs.Past[i].Years)
		}
		mean := known(average(losses[m]))
		row.RPS = &mean
		for _, baseline := range []string{forecast.ClassRate, forecast.ConstantRate, forecast.DecayRate, forecast.PastShare} {
			skill, err := score.OfLosses(losses[m], losses[slices.Index(r.rungs.Methods, baseline)], blocks, events, r.seed)
			if err != nil {
				return err
			}
			row.add(baseline, skill, nil)
		}
		r.scores = append(r.scores, row)
	}
	return nil
}

func average(x []float64) float64 {
	sum := 0.0
	for _, v := range x {
		sum += v
	}
	return sum / float64(len(x))
}

// intervals scores the central intervals of 90 % of counts by a method.
func (r *backtestReport) intervals(f *Further, method int) error {
	total, inside := 0.0, 0.0
	for _, c := range r.of.Counts {
		low, high := central(c.Of[method], 0.9)
		loss, err := score.Interval(low, high, 0.9, float64(c.Acts))
		if err != nil {
			return err
		}
		total += loss / float64(len(r.of.Counts))
		if float64(c.Acts) >= low && float64(c.Acts) <= high {
			inside += 1 / float64(len(r.of.Counts))
		}
	}
	a, b := known(total), known(inside)
	f.IntervalScore, f.Inside = &a, &b
	return nil
}

// central is the interval from the number up to which (1-level)/2 of the chances lie to
// the one up to which all but as much do.
func central(chances []float64, level float64) (low, high float64) {
	below, set := 0.0, false
	for k, p := range chances {
		below += p
		if !set && below >= (1-level)/2-1e-12 {
			low, set = float64(k), true
		}
		if high = float64(k); below >= (1+level)/2-1e-12 {
			break
		}
	}
	return low, high
}

// furtherHead and furtherCells are the table of further scores.
var furtherHead = []string{"target", "#years", "method", "#RPS", "#interval score", "#inside 90%", "#Brier, open ones weighed in", "#n"}

func (s *scoreRow) furtherCells() ([]string, bool) {
	if s.RPS == nil && s.IntervalScore == nil && (s.BrierOpen == nil || s.Target != "any rung") {
		return nil, false
	}
	number := func(n *known) string {
		if n == nil || math.IsNaN(float64(*n)) {
			return ""
		}
		return fmt.Sprintf("%.3f", float64(*n))
	}
	inside, n := "", s.N
	if s.Inside != nil {
		inside = fmt.Sprintf("%.0f%%", 100*float64(*s.Inside))
	}
	if s.BrierOpen != nil {
		n = s.Open
	}
	return []string{s.Target, fmt.Sprintf("%g", s.Horizon), s.Method, number(s.RPS), number(s.IntervalScore), inside, number(s.BrierOpen), fmt.Sprint(n)}, true
}
