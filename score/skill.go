package score

import (
	"errors"
	"fmt"
	"math"
	"math/bits"
	"math/rand/v2"
	"slices"
	"strings"
)

// Skill is how much better forecasts were than those of a baseline: 1 - score /
// score of the baseline, with the interval of 95 % of a paired bootstrap over blocks.
type Skill struct {
	Value, Low, High float64
	N, Events        int
	Blocks           int
}

// replicates is how many bootstrap samples stand behind an interval.
const replicates = 2000

// FewestEvents is how many events forecasts must have met before anything is claimed of
// them.
const FewestEvents = 20

// Against compares the Brier scores of two sets of forecasts of the same events, in the
// same order and of the same weights. Blocks of forecasts are drawn with replacement,
// together for both (Künsch 1989; Hamill 1999), by a generator from the seed. The
// interval is NaN when there is one block only.
func Against(model, baseline []Forecast, seed uint64) (*Skill, error) {
	return against(model, baseline, brier, seed)
}

// AgainstLog compares the log scores in the same way, clipped as in Binary.
func AgainstLog(model, baseline []Forecast, seed uint64) (*Skill, error) {
	return against(model, baseline, logScore, seed)
}

func against(model, baseline []Forecast, of func(*Forecast) float64, seed uint64) (*Skill, error) {
	if err := check(model); err != nil {
		return nil, err
	}
	if len(model) != len(baseline) {
		return nil, fmt.Errorf("%d forecasts cannot be compared with %d", len(model), len(baseline))
	}
	if err := check(baseline); err != nil {
		return nil, fmt.Errorf("baseline: %w", err)
	}
	a, b := make([]float64, len(model)), make([]float64, len(model))
	blocks := make([]string, len(model))
	for i := range model {
		f, g := &model[i], &baseline[i]
		if f.Came != g.Came || f.Block != g.Block {
			return nil, fmt.Errorf("forecast %d speaks of another event than that of the baseline", i+1)
		}
		if f.weight() != g.weight() {
			return nil, fmt.Errorf("forecast %d counts %v, that of the baseline %v", i+1, f.weight(), g.weight())
		}
		a[i], b[i], blocks[i] = f.weight()*of(f), f.weight()*of(g), f.Block
	}
	return OfLosses(a, b, blocks, events(model), seed)
}

// events is how many different events came.
func events(forecasts []Forecast) int {
	seen := map[string]bool{}
	n := 0
	for i := range forecasts {
		switch f := &forecasts[i]; {
		case !f.Came || seen[f.Event]:
		case f.Event == "":
			n++
		default:
			seen[f.Event] = true
			n++
		}
	}
	return n
}

// OfLosses compares any two lists of losses from 0 up of the same forecasts, such as
// CRPS. Blocks may be nil: each forecast is a block of its own, and so is one whose block
// is "". Events are those that the forecasts have met, for Claim.
func OfLosses(model, baseline []float64, blocks []string, events int, seed uint64) (*Skill, error) {
	switch {
	case len(model) == 0:
		return nil, errNone
	case len(model) != len(baseline):
		return nil, fmt.Errorf("%d forecasts cannot be compared with %d", len(model), len(baseline))
	case blocks != nil && len(blocks) != len(model):
		return nil, fmt.Errorf("%d forecasts have %d blocks", len(model), len(blocks))
	case events < 0:
		return nil, fmt.Errorf("%d events", events)
	}
	for i, v := range slices.Concat(model, baseline) {
		if !(v >= 0) || math.IsInf(v, 1) {
			return nil, fmt.Errorf("loss %d is %v; a skill is a ratio of losses from 0 up", i%len(model)+1, v)
		}
	}
	of, n := blocksOf(len(model), func(i int) string {
		if blocks == nil {
			return ""
		}
		return blocks[i]
	})
	a, b := make([]float64, n), make([]float64, n)
	for i, k := range of {
		a[k] += model[i]
		b[k] += baseline[i]
	}
	s := &Skill{N: len(model), Events: events, Blocks: n}
	ratio := func(times []float64) float64 {
		var sumA, sumB float64
		for k, m := range times {
			sumA += m * a[k]
			sumB += m * b[k]
		}
		return skill(sumA, sumB)
	}
	s.Value = ratio(once(n))
	bounds := resample(n, seed, ratio)
	s.Low, s.High = bounds[0].Low, bounds[0].High
	return s, nil
}

// blocksOf numbers the blocks of n forecasts; one without a name is one of its own.
func blocksOf(n int, name func(i int) string) (of []int, blocks int) {
	place := map[string]int{}
	of = make([]int, n)
	for i := range of {
		at, ok := place[name(i)]
		if !ok {
			at = blocks
			blocks++
			if name(i) != "" {
				place[name(i)] = at
			}
		}
		of[i] = at
	}
	return of, blocks
}

// once counts every block once.
func once(blocks int) []float64 {
	times := make([]float64, blocks)
	for k := range times {
		times[k] = 1
	}
	return times
}

// Bounds are the ends of an interval of 95 %; NaN where there is none.
type Bounds struct{ Low, High float64 }

// resample draws blocks with replacement and returns the middle 95 % of each statistic,
// which is given how often each block was drawn. Samples in which a statistic is not
// defined do not count; with one block nothing can be said.
func resample(blocks int, seed uint64, statistics ...func(times []float64) float64) []Bounds {
	bounds := make([]Bounds, len(statistics))
	samples := make([][]float64, len(statistics))
	random := rand.NewPCG(seed, 0)
	times := make([]float64, blocks)
	for range replicates {
		if blocks < 2 {
			break
		}
		clear(times)
		for range times {
			k, _ := bits.Mul64(random.Uint64(), uint64(blocks))
			times[k]++
		}
		for i, of := range statistics {
			if v := of(times); !math.IsNaN(v) {
				samples[i] = append(samples[i], v)
			}
		}
	}
	for i, list := range samples {
		bounds[i] = Bounds{math.NaN(), math.NaN()}
		if len(list) == 0 {
			continue
		}
		slices.Sort(list)
		at := func(p float64) float64 { return list[int(math.Round(p*float64(len(list)-1)))] }
		bounds[i] = Bounds{at(0.025), at(0.975)}
	}
	return bounds
}

func skill(model, baseline float64) float64 {
	switch {
	case baseline > 0:
		return 1 - model/baseline
	case model == 0:
		return 0
	}
	return math.NaN()
}

// errNone refuses to score nothing.
var errNone = errors.New("there are no forecasts to score")

// Claim is what may be said of the forecasts against the baseline, in one clause:
// nothing with fewer than 20 events, otherwise whether the interval of the skill leaves
// 0 on one side.
func (s *Skill) Claim(baseline string) string {
	size := fmt.Sprintf("%s in %s", plural(s.Events, "event"), plural(s.N, "forecast"))
	if s.Events < FewestEvents {
		return fmt.Sprintf("no claim: only %s, fewer than %d", size, FewestEvents)
	}
	if math.IsNaN(s.Value) || math.IsNaN(s.Low) {
		return fmt.Sprintf("no claim: the skill over %s has no interval (%s)", baseline, size)
	}
	numbers := fmt.Sprintf("(skill %.2f, %.2f to %.2f; %s)", s.Value, s.Low, s.High, size)
	numbers = strings.ReplaceAll(numbers, "-0.00", "0.00")
	switch {
	case s.Low > 0:
		return "better than " + baseline + " " + numbers
	case s.High < 0:
		return "worse than " + baseline + " " + numbers
	}
	return "no better than " + baseline + " " + numbers
}

func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
