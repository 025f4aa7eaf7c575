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
	for i := range forecasts {
		c.Histogram[min(int(forecasts[i].P*float64(len(c.Histogram))), len(c.Histogram)-1)]++
	}
	for k := 0; k < len(r.p); {
		s := Step{From: r.p[k], Came: r.fitted[k]}
		for first := k; k < len(r.p) && r.fitted[k] == r.fitted[first]; k++ {
			s.To = r.p[k]
			s.N += r.until[k] - r.start(k)
		}
		c.Steps = append(c.Steps, s)
	}
	c.band(r, seed)
	return c, nil
}

// recalibration holds forecasts by their different probabilities, ascending: what came
// of each, and what it should have been.
type recalibration struct {
	sorted          []ranked
	p, came, weight []float64 // came is the weight of those that came
	until           []int     // the end of each probability in sorted
	fitted          []float64
	pools           []pool
}

// pool is a run of probabilities that share one fitted value.
type pool struct {
	came, weight float64
	until        int
}

func newRecalibration(forecasts []Forecast) *recalibration {
	r := &recalibration{sorted: byChance(forecasts)}
	for i, f := range r.sorted {
		k := len(r.p) - 1
		if i == 0 || f.p != r.p[k] {
			r.p, r.came, r.weight, r.until = append(r.p, f.p), append(r.came, 0), append(r.weight, 0), append(r.until, i)
			k++
		}
		r.until[k]++
		r.weight[k] += f.weight
		if f.came {
			r.came[k] += f.weight
		}
	}
	r.fitted = make([]float64, len(r.p))
	return r
}

// start is where a probability begins in sorted.
func (r *recalibration) start(k int) int {
	if k == 0 {
		return 0
	}
	return r.until[k-1]
}

// fit fits what came by values that never fall: pool adjacent violators (Ayer et al.
// 1955).
func (r *recalibration) fit() {
	pools := r.pools[:0]
	for k, came := range r.came {
		b := pool{came, r.weight[k], k + 1}
		for len(pools) > 0 {
			last := pools[len(pools)-1]
			if last.came*b.weight < b.came*last.weight {
				break
			}
			b.came += last.came
			b.weight += last.weight
			pools = pools[:len(pools)-1]
		}
		pools = append(pools, b)
	}
	at := 0
	for _, b := range pools {
		for x := min(b.came/b.weight, 1); at < b.until; at++ {
			r.fitted[at] = x
		}
	}
	r.pools = pools
}

// losses are the Brier and the log score of the fitted values.
func (r *recalibration) losses() (brier, log float64) {
	total := 0.0
	for _, b := range r.pools {
		x := r.fitted[b.until-1]
		brier += b.weight * x * (1 - x)
		log += b.weight * entropy(x)
		total += b.weight
	}
	return brier / total, log / total
}

// miscalibration is that of the Brier score, times the weight of all.
func (r *recalibration) miscalibration() float64 {
	sum := 0.0
	for k, p := range r.p {
		x := r.fitted[k]
		sum += (p - x) * (r.weight[k]*(p+x) - 2*r.came[k])
	}
	return sum
}

// draw puts outcomes in the place of those that came, as if the forecasts were calibrated.
func (r *recalibration) draw(random *rand.Rand) {
	i := 0
	for k, p := range r.p {
		sum := 0.0
		for ; i < r.until[k]; i++ {
			if random.Float64() < p {
				sum += r.sorted[i].weight
			}
		}
		r.came[k] = sum
	}
}

func (c *Calibration) band(r *recalibration, seed uint64) {
	random := rand.New(rand.NewPCG(seed, 1))
	seen := r.miscalibration()
	at := places(len(r.p))
	samples := make([][]float64, len(at))
	worse := 1
	for range bands {
		r.draw(random)
		r.fit()
		if r.miscalibration() >= seen {
			worse++
		}
		for j, k := range at {
			samples[j] = append(samples[j], r.fitted[k])
		}
	}
	c.P = float64(worse) / (bands + 1)
	for j, k := range at {
		slices.Sort(samples[j])
		quantile := func(q float64) float64 { return samples[j][int(math.Round(q*(bands-1)))] }
		c.Band = append(c.Band, BandAt{r.p[k], quantile(0.05), quantile(0.95)})
	}
}

// places are all of n, or evenly many of them where there are more than the band has
// points.
func places(n int) []int {
	at := make([]int, min(n, bandPoints))
	for j := range at {
		at[j] = j
		if n > bandPoints {
			at[j] = j * (n - 1) / (bandPoints - 1)
		}
	}
	return at
}
