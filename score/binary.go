package score

import (
	"cmp"
	"fmt"
	"math"
	"slices"
)

// Forecast is a probability that was given to an event, and whether it came.
type Forecast struct {
	P    float64
	Came bool
	// Block names what else depends on the same chance: a group, a month. Blocks are
	// drawn whole when a score's uncertainty is asked for.
	Block string
	// Event names the event that came, where several forecasts speak of the same one;
	// "" makes it one of its own.
	Event string
	// Weight is what the forecast counts, for outcomes that are not all seen; 0 is 1.
	Weight float64
}

func (f *Forecast) weight() float64 {
	if f.Weight == 0 {
		return 1
	}
	return f.Weight
}

func (f *Forecast) y() float64 {
	if f.Came {
		return 1
	}
	return 0
}

// Binary are the scores of probabilities of yes or no.
type Binary struct {
	N      int // forecasts
	Came   int // forecasts whose event came
	Events int // different events among these

	Brier float64 // mean of (p-y)^2 (Brier 1950)
	Murphy
	Log     float64 // mean of -ln of the probability of what came (Good 1952), p kept from 0 and 1 by Clip
	Clipped int     // forecasts that were nearer than that
	// AUC is how often an event that came had the higher probability than one that did
	// not, ties counting half; NaN when all or none came, which Ranking says in words.
	AUC float64
	// Mean is that of the probabilities, Base the share that came. BrierSkill and LogSkill
	// are over always saying Base; NaN when all or none came.
	Mean, Base, BrierSkill, LogSkill float64
}

// Murphy are the parts of the Brier score over bins of equal width: Brier =
// Reliability - Resolution + Uncertainty + Variance - Covariance exactly (Murphy 1973;
// the terms within bins after Stephenson, Coelho & Jolliffe 2008).
type Murphy struct {
	Reliability float64 // of the bins: mean of (mean p - share that came)^2
	Resolution  float64 // mean of (share that came in the bin - share that came)^2
	Uncertainty float64 // base (1 - base)
	Variance    float64 // of p within bins
	Covariance  float64 // twice that of p and outcome within bins
}

// Clip is how near to 0 or 1 the log score takes a probability to be at most.
const Clip = 1e-6

// bins is how many equal bins the parts of the Brier score rest on.
const bins = 10

func check(forecasts []Forecast) error {
	if len(forecasts) == 0 {
		return errNone
	}
	for i := range forecasts {
		f := &forecasts[i]
		if !(f.P >= 0 && f.P <= 1) {
			return fmt.Errorf("forecast %d: %v is no probability", i+1, f.P)
		}
		if !(f.Weight >= 0) || math.IsInf(f.Weight, 1) {
			return fmt.Errorf("forecast %d: a weight of %v", i+1, f.Weight)
		}
	}
	return nil
}

// brier and logScore are the losses of one forecast.
func brier(f *Forecast) float64 { return (f.P - f.y()) * (f.P - f.y()) }

func logScore(f *Forecast) float64 {
	p := min(max(f.P, Clip), 1-Clip)
	if f.Came {
		return -math.Log(p)
	}
	return -math.Log1p(-p)
}

// entropy is the log score of always saying the share that came.
func entropy(base float64) float64 {
	if base <= 0 || base >= 1 {
		return 0
	}
	return -base*math.Log(base) - (1-base)*math.Log1p(-base)
}

// Of scores probabilities.
func Of(forecasts []Forecast) (*Binary, error) {
	if err := check(forecasts); err != nil {
		return nil, err
	}
	b := &Binary{N: len(forecasts), Events: events(forecasts)}
	var total float64
	type bin struct{ w, p, y, pp, py float64 }
	var in [bins]bin
	for i := range forecasts {
		f := &forecasts[i]
		w, y := f.weight(), f.y()
		total += w
		b.Brier += w * brier(f)
		b.Log += w * logScore(f)
		b.Base += w * y
		b.Mean += w * f.P
		if f.P < Clip || f.P > 1-Clip {
			b.Clipped++
		}
		if f.Came {
			b.Came++
		}
		k := &in[min(int(f.P*bins), bins-1)]
		k.w, k.p, k.y, k.pp, k.py = k.w+w, k.p+w*f.P, k.y+w*y, k.pp+w*f.P*f.P, k.py+w*f.P*y
	}
	b.Brier, b.Log, b.Mean, b.Base = b.Brier/total, b.Log/total, b.Mean/total, b.Base/total
	for _, k := range in {
		if k.w == 0 {
			continue
		}
		p, y := k.p/k.w, k.y/k.w
		b.Reliability += k.w / total * (p - y) * (p - y)
		b.Resolution += k.w / total * (y - b.Base) * (y - b.Base)
		b.Variance += (k.pp - k.w*p*p) / total
		b.Covariance += 2 * (k.py - k.w*p*y) / total
	}
	b.Uncertainty = b.Base * (1 - b.Base)
	b.AUC, b.BrierSkill, b.LogSkill = auc(byChance(forecasts)), math.NaN(), math.NaN()
	if b.Came > 0 && b.Came < b.N {
		b.BrierSkill = 1 - b.Brier/b.Uncertainty
		b.LogSkill = 1 - b.Log/entropy(b.Base)
	}
	return b, nil
}

// Ranking says in words how well the forecasts told what would come from what would not,
// or why that cannot be said.
func (b *Binary) Ranking() string {
	switch {
	case b.Came == 0:
		return fmt.Sprintf("no ranking: nothing came in %s", plural(b.N, "forecast"))
	case b.Came == b.N:
		return fmt.Sprintf("no ranking: the event came in all of %s", plural(b.N, "forecast"))
	}
	return fmt.Sprintf("what came had the higher probability in %.0f%% of comparisons with what did not (AUC %.2f; %s in %s)", 100*b.AUC, b.AUC, plural(b.Events, "event"), plural(b.N, "forecast"))
}

// Spread are the intervals of scores by a bootstrap over blocks.
type Spread struct {
	Brier, Log, AUC Bounds // NaN with one block, or where no sample has the score
	Blocks          int
}

// Bootstrap draws blocks of forecasts with replacement (Künsch 1989), by a generator from
// the seed, and returns the middle 95 % of each score. To compare two sets of forecasts
// use Against: their intervals may overlap though one is clearly better.
func Bootstrap(forecasts []Forecast, seed uint64) (*Spread, error) {
	if err := check(forecasts); err != nil {
		return nil, err
	}
	of, n := blocksOf(len(forecasts), func(i int) string { return forecasts[i].Block })
	weight, briers, logs := make([]float64, n), make([]float64, n), make([]float64, n)
	for i, k := range of {
		f := &forecasts[i]
		weight[k] += f.weight()
		briers[k] += f.weight() * brier(f)
		logs[k] += f.weight() * logScore(f)
	}
	mean := func(sums []float64) func([]float64) float64 {
		return func(times []float64) float64 {
			var sum, total float64
			for k, m := range times {
				sum += m * sums[k]
				total += m * weight[k]
			}
			return sum / total
		}
	}
	sorted := byChance(forecasts)
	drawn := slices.Clone(sorted)
	bounds := resample(n, seed, mean(briers), mean(logs), func(times []float64) float64 {
		for k := range sorted {
			drawn[k].weight = times[of[sorted[k].i]] * sorted[k].weight
		}
		return auc(drawn)
	})
	return &Spread{bounds[0], bounds[1], bounds[2], n}, nil
}

// ranked is a forecast among those in the order of their probabilities.
type ranked struct {
	p, weight float64
	came      bool
	i         int // its place in the list that was given
}

func byChance(forecasts []Forecast) []ranked {
	sorted := make([]ranked, len(forecasts))
	for i := range forecasts {
		f := &forecasts[i]
		sorted[i] = ranked{f.P, f.weight(), f.Came, i}
	}
	slices.SortFunc(sorted, func(a, b ranked) int { return cmp.Or(cmp.Compare(a.p, b.p), cmp.Compare(a.i, b.i)) })
	return sorted
}

// auc is the area under the receiver operating curve by ranks (Hanley & McNeil 1982).
func auc(sorted []ranked) float64 {
	var below, came, won float64
	for i := 0; i < len(sorted); {
		var yes, no float64
		for first := i; i < len(sorted) && sorted[i].p == sorted[first].p; i++ {
			if sorted[i].came {
				yes += sorted[i].weight
			} else {
				no += sorted[i].weight
			}
		}
		won += yes * (below + no/2)
		came += yes
		below += no
	}
	if came == 0 || below == 0 {
		return math.NaN()
	}
	return won / (came * below)
}
