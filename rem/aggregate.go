package rem

import (
	"fmt"
	"math"
	"slices"
)

// comparison folds the pairs of a list of numbers.
type comparison struct {
	of   func(x, y float64) float64
	mean bool // over the pairs; otherwise their sum
}

var comparisons = map[string]comparison{
	"absdiff":     {func(x, y float64) float64 { return math.Abs(x - y) }, true},
	"sum_absdiff": {func(x, y float64) float64 { return math.Abs(x - y) }, false},
	"differ":      {func(x, y float64) float64 { return one(x != y) }, true},
	"same":        {func(x, y float64) float64 { return one(x == y) }, true},
}

func one(is bool) float64 {
	if is {
		return 1
	}
	return 0
}

// aggregate returns the function that folds the numbers of a set into one and may sort
// them; an empty list gives 0, and one number has no differences.
func aggregate(name string) (func([]float64) float64, error) {
	total := func(x []float64) (sum float64) {
		for _, v := range x {
			sum += v
		}
		return sum
	}
	nonEmpty := func(least int, f func([]float64) float64) func([]float64) float64 {
		return func(x []float64) float64 {
			if len(x) < least {
				return 0
			}
			return f(x)
		}
	}
	switch name {
	case "", "average":
		return nonEmpty(1, func(x []float64) float64 { return total(x) / float64(len(x)) }), nil
	case "sum":
		return total, nil
	case "min":
		return nonEmpty(1, slices.Min[[]float64]), nil
	case "max":
		return nonEmpty(1, slices.Max[[]float64]), nil
	case "median":
		return nonEmpty(1, func(x []float64) float64 {
			slices.Sort(x)
			return (x[(len(x)-1)/2] + x[len(x)/2]) / 2
		}), nil
	case "range":
		return nonEmpty(1, func(x []float64) float64 { return slices.Max(x) - slices.Min(x) }), nil
	case "sd", "population_sd":
		least, off := 2, 1
		if name == "population_sd" {
			least, off = 1, 0
		}
		return nonEmpty(least, func(x []float64) float64 {
			mean, squares := total(x)/float64(len(x)), 0.0
			for _, v := range x {
				squares += (v - mean) * (v - mean)
			}
			return math.Sqrt(squares / float64(len(x)-off))
		}), nil
	}
	c, ok := comparisons[name]
	if !ok {
		return nil, fmt.Errorf("aggregate is one of average, median, sum, min, max, range, sd, population_sd, absdiff, sum_absdiff, differ, same, not %q", name)
	}
	return nonEmpty(2, func(x []float64) (sum float64) {
		for i, v := range x {
			for _, w := range x[i+1:] {
				sum += c.of(v, w)
			}
		}
		if c.mean {
			sum /= choose(len(x), 2)
		}
		return sum
	}), nil
}
