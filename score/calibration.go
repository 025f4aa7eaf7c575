package score

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"
)

// Calibration says whether what was given a probability of p came in p of cases: the
// CORP reliability diagram (Dimitriadis, Gneiting & Jordan 2021, PNAS 118:e2016191118).
type Calibration struct {
	Steps []Step
	// The Brier score is Miscalibration - Discrimination + Uncertainty exactly.
	Miscalibration, Discrimination, Uncertainty float64
	// P is the share of samples, drawn as if the forecasts were calibrated, that look
	// at least as miscalibrated.
	P float64
	// N and Events say how much stands behind it.
	N, Events int
}

// Step is a stretch of probabilities with the share that came in it, made so that the
// share never falls as the probability rises; with the band in which 90 % of samples lie
// if the forecasts are calibrated.
type Step struct {
	From, To  float64 // the probabilities in it
	N         int
	Came      float64 // the share
	Low, High float64 // the band at the middle of the stretch
}

// bands is how many samples the bands rest on.
const bands = 1000

// Calibrate recalibrates forecasts by isotonic regression and says how much that
// changes. The bands resample outcomes from the forecasts themselves, by a generator
// from the seed.
func Calibrate(forecasts []Forecast, seed uint64) (*Calibration, error) {
	b, err := Of(forecasts)
	if err != nil {
		return nil, err
	}
	sorted := slices.Clone(forecasts)
	slices.SortStableFunc(sorted, func(a, b Forecast) int { return cmp.Compare(a.P, b.P) })
	n := len(sorted)
	y, w := make([]float64, n), make([]float64, n)
	total := 0.0
	for i := range sorted {
		y[i], w[i] = sorted[i].y(), sorted[i].weight()
		total += w[i]
	}
	fitted := make([]float64, n)
	isotonic(sorted, y, w, fitted)
	c := &Calibration{N: b.N, Events: b.Events, Uncertainty: b.Uncertainty}
	recalibrated := loss(fitted, y, w, total)
	c.Miscalibration, c.Discrimination = b.Brier-recalibrated, b.Uncertainty-recalibrated
	for i := 0; i < n; {
		s := Step{From: sorted[i].P, Came: fitted[i]}
		for first := i; i < n && fitted[i] == fitted[first]; i++ {
			s.To = sorted[i].P
			s.N++
		}
		c.Steps = append(c.Steps, s)
	}
	c.band(sorted, w, total, seed)
	return c, nil
}

// loss is the Brier score of values against outcomes.
func loss(p, y, w []float64, total float64) float64 {
	sum := 0.0
	for i := range p {
		sum += w[i] * (p[i] - y[i]) * (p[i] - y[i])
	}
	return sum / total
}

// isotonic fits the outcomes by values that never fall, forecasts of one probability
// sharing one: pool adjacent violators (Ayer et al. 1955).
func isotonic(sorted []Forecast, y, w, into []float64) {
	type block struct {
		sum, weight float64
		until       int
	}
	var blocks []block
	for i := 0; i < len(sorted); {
		var b block
		for first := i; i < len(sorted) && sorted[i].P == sorted[first].P; i++ {
			b.sum += w[i] * y[i]
			b.weight += w[i]
		}
		b.until = i
		for len(blocks) > 0 {
			last := blocks[len(blocks)-1]
			if last.sum*b.weight < b.sum*last.weight {
				break
			}
			b.sum += last.sum
			b.weight += last.weight
			blocks = blocks[:len(blocks)-1]
		}
		blocks = append(blocks, b)
	}
	at := 0
	for _, b := range blocks {
		for ; at < b.until; at++ {
			into[at] = b.sum / b.weight
		}
	}
}

func (c *Calibration) band(sorted []Forecast, w []float64, total float64, seed uint64) {
	random := rand.New(rand.NewPCG(seed, 1))
	n := len(sorted)
	y, fitted, p := make([]float64, n), make([]float64, n), make([]float64, n)
	for i := range sorted {
		p[i] = sorted[i].P
	}
	middle := make([]int, len(c.Steps))
	at := 0
	for k, s := range c.Steps {
		middle[k] = at + s.N/2
		at += s.N
	}
	seen := make([][]float64, len(c.Steps))
	worse := 0
	for range bands {
		for i := range y {
			y[i] = 0
			if random.Float64() < p[i] {
				y[i] = 1
			}
		}
		isotonic(sorted, y, w, fitted)
		if loss(p, y, w, total)-loss(fitted, y, w, total) >= c.Miscalibration {
			worse++
		}
		for k, i := range middle {
			seen[k] = append(seen[k], fitted[i])
		}
	}
	c.P = float64(worse) / bands
	for k := range c.Steps {
		slices.Sort(seen[k])
		c.Steps[k].Low, c.Steps[k].High = seen[k][int(math.Round(0.05*(bands-1)))], seen[k][int(math.Round(0.95*(bands-1)))]
	}
}
