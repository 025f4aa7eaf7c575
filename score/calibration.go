package score

import (
	"math"
	"math/rand/v2"
	"slices"
)

// Calibration says whether what was given a probability of p came in p of cases: the
// CORP reliability diagram (Dimitriadis, Gneiting & Jordan 2021, PNAS 118:e2016191118).
type Calibration struct {
	Steps []Step
	// Band is where 90 % of samples lie that are drawn as if the forecasts were
	// calibrated, at up to 50 of their probabilities.
	Band []BandAt
	// Histogram counts the forecasts by twentieths of probability.
	Histogram [20]int

	Parts       // of the Brier score
	Log   Parts // of the log score
	// P is the share of samples drawn as if the forecasts were calibrated that look at
	// least as miscalibrated by the Brier score, the forecasts themselves among them. It
	// and the band take forecasts to be independent: where several speak of one event
	// chance alone strays further than they say.
	P float64
	// N and Events say how much stands behind it.
	N, Events int
}

// Parts are those of a score: it is Miscalibration - Discrimination + Uncertainty
// exactly. Miscalibration is what recalibration gains, Discrimination what recalibrated
// forecasts gain over always saying the share that came, Uncertainty the score of that.
type Parts struct{ Miscalibration, Discrimination, Uncertainty float64 }

// Step is a stretch of probabilities with the share that came in it, made so that the
// share never falls as the probability rises.
type Step struct {
	From, To float64 // the probabilities in it
	N        int
	Came     float64 // the share
}

// BandAt is the band at a probability.
type BandAt struct{ P, Low, High float64 }

const (
	bands      = 1000 // samples behind the band
	bandPoints = 50
)

// Calibrate recalibrates forecasts by isotonic regression and says how much that
// changes. The band resamples outcomes from the forecasts themselves, by a generator
// from the seed.
func Calibrate(forecasts []Forecast, seed uint64) (*Calibration, error) {
	b, err := Of(forecasts)
	if err != nil {
		return nil, err
	}
	r := newRecalibration(forecasts)
	r.fit()
	brier, log := r.losses()
	c := &Calibration{N: b.N, Events: b.Events,
		Parts: Parts{b.Brier - brier, b.Uncertainty - brier, b.Uncertainty},
		Log:   Parts{b.Log - log, entropy(b.Base) - log, entropy(b.Base)}}
	for _, p := range r.p {
		c.Histogram[min(int(p*float64(len(c.Histogram))), len(c.Histogram)-1)]++
	}
	for i := 0; i < b.N; {
		s := Step{From: r.p[i], Came: r.fitted[i]}
		for first := i; i < b.N && r.fitted[i] == r.fitted[first]; i++ {
			s.To = r.p[i]
			s.N++
		}
		c.Steps = append(c.Steps, s)
	}
	c.band(r, seed)
	return c, nil
}

// recalibration holds forecasts in the order of their probabilities, what came of them,
// and what they should have said.
type recalibration struct {
	p, y, w, fitted []float64
	total           float64
	blocks          []pool
}

// pool is a run of forecasts that share one fitted value.
type pool struct {
	sum, weight float64
	until       int
}

func newRecalibration(forecasts []Forecast) *recalibration {
	n := len(forecasts)
	r := &recalibration{p: make([]float64, n), y: make([]float64, n), w: make([]float64, n), fitted: make([]float64, n)}
	for i, f := range byChance(forecasts) {
		r.p[i], r.y[i], r.w[i] = f.P, f.y(), f.weight()
		r.total += r.w[i]
	}
	return r
}

// fit fits the outcomes by values that never fall, forecasts of one probability sharing
// one: pool adjacent violators (Ayer et al. 1955).
func (r *recalibration) fit() {
	blocks := r.blocks[:0]
	for i := 0; i < len(r.p); {
		var b pool
		for first := i; i < len(r.p) && r.p[i] == r.p[first]; i++ {
			b.sum += r.w[i] * r.y[i]
			b.weight += r.w[i]
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
			r.fitted[at] = min(b.sum/b.weight, 1)
		}
	}
	r.blocks = blocks
}

// losses are the Brier and the log score of the fitted values.
func (r *recalibration) losses() (brier, log float64) {
	for i, x := range r.fitted {
		brier += r.w[i] * (x - r.y[i]) * (x - r.y[i])
	}
	start := 0
	for _, b := range r.blocks {
		log += b.weight * entropy(r.fitted[start])
		start = b.until
	}
	return brier / r.total, log / r.total
}

// miscalibration is that of the Brier score.
func (r *recalibration) miscalibration() float64 {
	sum := 0.0
	for i, p := range r.p {
		sum += r.w[i] * ((p-r.y[i])*(p-r.y[i]) - (r.fitted[i]-r.y[i])*(r.fitted[i]-r.y[i]))
	}
	return sum / r.total
}

func (c *Calibration) band(r *recalibration, seed uint64) {
	random := rand.New(rand.NewPCG(seed, 1))
	seen := r.miscalibration()
	at := r.places()
	samples := make([][]float64, len(at))
	worse := 1
	for range bands {
		for i, p := range r.p {
			r.y[i] = 0
			if random.Float64() < p {
				r.y[i] = 1
			}
		}
		r.fit()
		if r.miscalibration() >= seen {
			worse++
		}
		for k, i := range at {
			samples[k] = append(samples[k], r.fitted[i])
		}
	}
	c.P = float64(worse) / (bands + 1)
	for k, i := range at {
		slices.Sort(samples[k])
		quantile := func(q float64) float64 { return samples[k][int(math.Round(q*(bands-1)))] }
		c.Band = append(c.Band, BandAt{r.p[i], quantile(0.05), quantile(0.95)})
	}
}

// places are where each probability is met first, or evenly many of them where there are
// more than the band has points.
func (r *recalibration) places() []int {
	var at []int
	for i := range r.p {
		if i == 0 || r.p[i] != r.p[i-1] {
			at = append(at, i)
		}
	}
	if len(at) <= bandPoints {
		return at
	}
	thinned := make([]int, bandPoints)
	for k := range thinned {
		thinned[k] = at[k*(len(at)-1)/(bandPoints-1)]
	}
	return thinned
}
