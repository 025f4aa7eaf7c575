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
// same order. Blocks of forecasts are drawn with replacement, together for both
// (Künsch 1989; Hamill 1999), by a generator from the seed. The interval is NaN when
// there is one block only.
func Against(model, baseline []Forecast, seed uint64) (*Skill, error) {
	if err := errors.Join(check(model), check(baseline)); err != nil {
		return nil, err
	}
	if len(model) != len(baseline) {
		return nil, fmt.Errorf("%d forecasts cannot be compared with %d", len(model), len(baseline))
	}
	a, b := make([]float64, len(model)), make([]float64, len(model))
	blocks := make([]string, len(model))
	var events []string
	s := &Skill{N: len(model)}
	for i := range model {
		if model[i].Came != baseline[i].Came || model[i].Block != baseline[i].Block {
			return nil, fmt.Errorf("forecast %d speaks of another event than that of the baseline", i+1)
		}
		w := model[i].weight()
		a[i], b[i], blocks[i] = w*brier(&model[i]), w*brier(&baseline[i]), model[i].Block
		if model[i].Came {
			if model[i].Event == "" {
				s.Events++
			} else {
				events = append(events, model[i].Event)
			}
		}
	}
	slices.Sort(events)
	s.Events += len(slices.Compact(events))
	s.ofLosses(a, b, blocks, seed)
	return s, nil
}

// OfLosses compares any two lists of losses of the same forecasts: a skill by CRPS, or by
// the log score. Blocks may be nil: each forecast is a block of its own.
func OfLosses(model, baseline []float64, blocks []string, seed uint64) (*Skill, error) {
	switch {
	case len(model) == 0:
		return nil, errors.New("there are no forecasts to score")
	case len(model) != len(baseline) || blocks != nil && len(blocks) != len(model):
		return nil, fmt.Errorf("%d forecasts cannot be compared with %d", len(model), len(baseline))
	}
	for i, v := range slices.Concat(model, baseline) {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return nil, fmt.Errorf("loss %d is %v", i%len(model)+1, v)
		}
	}
	s := &Skill{N: len(model), Events: len(model)}
	s.ofLosses(model, baseline, blocks, seed)
	return s, nil
}

func (s *Skill) ofLosses(model, baseline []float64, blocks []string, seed uint64) {
	place := map[string]int{}
	var a, b []float64
	for i := range model {
		k := len(a)
		if blocks != nil && blocks[i] != "" {
			at, ok := place[blocks[i]]
			if !ok {
				at = k
				place[blocks[i]] = k
			}
			k = at
		}
		if k == len(a) {
			a, b = append(a, 0), append(b, 0)
		}
		a[k] += model[i]
		b[k] += baseline[i]
	}
	s.Blocks = len(a)
	var sumA, sumB float64
	for k := range a {
		sumA += a[k]
		sumB += b[k]
	}
	s.Value, s.Low, s.High = skill(sumA, sumB), math.NaN(), math.NaN()
	if len(a) < 2 {
		return
	}
	random := rand.NewPCG(seed, 0)
	samples := make([]float64, 0, replicates)
	for range replicates {
		sumA, sumB = 0, 0
		for range a {
			k, _ := bits.Mul64(random.Uint64(), uint64(len(a)))
			sumA += a[k]
			sumB += b[k]
		}
		if v := skill(sumA, sumB); !math.IsNaN(v) {
			samples = append(samples, v)
		}
	}
	if len(samples) == 0 {
		return
	}
	slices.Sort(samples)
	at := func(p float64) float64 { return samples[int(math.Round(p*float64(len(samples)-1)))] }
	s.Low, s.High = at(0.025), at(0.975)
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
