package measure

import (
	"fmt"
	"math"
)

// RunLengths is the posterior of how many periods the present regime has lasted,
// after each period.
type RunLengths struct {
	MAP      []int     `json:"map_run_length"`
	Expected []float64 `json:"expected_run_length"`
	// Recent is P(run <= 2): the probability that the regime began in the last
	// two periods. It is 1 in the first two. P(run = 0) is not kept, since it
	// equals the hazard in every period.
	Recent      []float64 `json:"p_run_le_2"`
	LogEvidence float64   `json:"log_evidence"` // of the whole series
	Shape       float64   `json:"a0"`
	Rate        float64   `json:"b0"`
	Hazard      float64   `json:"hazard"`
}

// BOCPD runs Bayesian online change-point detection (Adams & MacKay 2007,
// arXiv:0710.3742) on Poisson counts whose rate has a Gamma(a0, b0) prior in each
// regime, so that the next count is negative binomial. The hazard is the
// probability that a regime ends with any period. A nil exposure is 1 throughout.
// Every value uses only the periods up to its own.
func BOCPD(x, exposure []float64, a0, b0, hazard float64) (*RunLengths, error) {
	s, err := newCounts(x, exposure)
	if err != nil {
		return nil, fmt.Errorf("measure: %w", err)
	}
	for _, p := range []struct {
		name  string
		value float64
	}{{"a0", a0}, {"b0", b0}} {
		if !(p.value > 0) || math.IsInf(p.value, 1) {
			return nil, fmt.Errorf("measure: prior %s = %v: it must be positive and finite", p.name, p.value)
		}
	}
	if !(hazard > 0 && hazard < 1) {
		return nil, fmt.Errorf("measure: hazard %v: it lies between 0 and 1", hazard)
	}
	r := s.runLengths(a0, b0, hazard)
	return &r, nil
}

func (s *counts) runLengths(a0, b0, hazard float64) RunLengths {
	n := s.n()
	r := RunLengths{
		MAP: make([]int, n), Expected: make([]float64, n), Recent: make([]float64, n),
		Shape: a0, Rate: b0, Hazard: hazard,
	}
	// logP[k] is ln P(the regime began with period k | x_1..x_t), so that a run's
	// place does not move as time goes on. A run of 0 has seen no period yet.
	logP := make([]float64, n+1)
	logStay, logEnd := math.Log1p(-hazard), math.Log(hazard)
	for t := range n {
		x, e := s.x[t], s.e[t]
		most := math.Inf(-1)
		for k := range t + 1 {
			T, E := s.span(k, t)
			logP[k] += negBinPredictive(x, e, a0+T, b0+E)
			most = max(most, logP[k])
		}
		sum := 0.0
		for k := range t + 1 {
			sum += math.Exp(logP[k] - most)
		}
		evidence := most + math.Log(sum)
		r.LogEvidence += evidence
		for k := range t + 1 {
			logP[k] += logStay - evidence
		}
		logP[t+1] = logEnd

		best := t + 1
		for k := t + 1; k >= 0; k-- {
			run, p := t+1-k, math.Exp(logP[k])
			r.Expected[t] += float64(run) * p
			if run <= 2 {
				r.Recent[t] += p
			}
			if logP[k] > logP[best] {
				best = k
			}
		}
		r.Recent[t] = min(1, r.Recent[t])
		r.MAP[t] = t + 1 - best
	}
	return r
}

// negBinPredictive is the log-probability of x events in exposure e when the rate
// is Gamma(a, b).
func negBinPredictive(x, e, a, b float64) float64 {
	if e == 0 {
		return 0
	}
	p := -a * math.Log1p(e/b)
	if x > 0 {
		p += lgamma(a+x) - lgamma(a) - lgamma(x+1) - x*math.Log1p(b/e)
	}
	return p
}

// Alarms returns the periods at which P(run <= 2) reaches the threshold after
// having been below it; the first two periods, in which every run is short, are
// left out.
func (r *RunLengths) Alarms(threshold float64) []int {
	var at []int
	for t := 2; t < len(r.Recent); t++ {
		if r.Recent[t] >= threshold && (t == 2 || r.Recent[t-1] < threshold) {
			at = append(at, t)
		}
	}
	return at
}
