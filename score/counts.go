package score

import (
	"errors"
	"fmt"
	"math"
	"slices"
)

// CRPS is the continuous ranked probability score of a distribution over 0, 1, 2...
// whose chances are given, at what came: the sum over k of (F(k) - 1[k >= came])^2
// (Matheson & Winkler 1976). The chances may stop where they add up to 1.
func CRPS(chances []float64, came int) (float64, error) {
	if came < 0 || len(chances) == 0 {
		return 0, fmt.Errorf("a count of %d forecast by %d chances", came, len(chances))
	}
	sum, below := 0.0, 0.0
	for k := 0; k < max(len(chances), came); k++ {
		if k < len(chances) {
			if !(chances[k] >= 0 && chances[k] <= 1) {
				return 0, fmt.Errorf("the chance of %d is %v", k, chances[k])
			}
			below += chances[k]
		}
		step := below
		if k >= came {
			step = below - 1
		}
		sum += step * step
	}
	if math.Abs(below-1) > 1e-6 {
		return 0, fmt.Errorf("the chances add up to %v, not 1", below)
	}
	return sum, nil
}

// enough is where the tail of a distribution is cut off.
const enough = 1e-15

// Poisson lists the chances of 0, 1, 2... of the Poisson distribution.
func Poisson(mean float64) []float64 {
	return chances(mean, func(k float64) float64 {
		lg, _ := math.Lgamma(k + 1)
		return k*math.Log(mean) - mean - lg
	})
}

// NegativeBinomial lists the chances of 0, 1, 2... of the negative binomial of a mean
// and size (variance mean + mean^2/size).
func NegativeBinomial(mean, size float64) []float64 {
	return chances(mean, func(k float64) float64 {
		a, _ := math.Lgamma(k + size)
		b, _ := math.Lgamma(size)
		c, _ := math.Lgamma(k + 1)
		return a - b - c + size*math.Log(size/(size+mean)) + k*math.Log(mean/(size+mean))
	})
}

func chances(mean float64, log func(k float64) float64) []float64 {
	if mean == 0 {
		return []float64{1}
	}
	var p []float64
	for k := 0; k < 1_000_000; k++ {
		x := math.Exp(log(float64(k)))
		if !(x >= 0) {
			return nil
		}
		p = append(p, x)
		if float64(k) > mean && x < enough {
			break
		}
	}
	return p
}

// CountLog is minus the logarithm of the chance of what came. Where that was none the
// chance is taken to be 1e-300, and impossible is true.
func CountLog(chances []float64, came int) (loss float64, impossible bool) {
	const least = 1e-300
	p := 0.0
	if came >= 0 && came < len(chances) {
		p = chances[came]
	}
	return -math.Log(max(p, least)), p < least
}

// Ensemble is the CRPS of draws at what came: mean |x - came| - mean |x - x'| / 2. fair
// divides the second mean by the pairs of different draws, so that few draws are not
// worse for being few (Ferro 2014).
func Ensemble(draws []float64, came float64) (crps, fair float64, err error) {
	m := float64(len(draws))
	if len(draws) < 2 {
		return 0, 0, errors.New("an ensemble needs two draws at least")
	}
	sorted := slices.Sorted(slices.Values(draws))
	if math.IsNaN(sorted[0]) || math.IsNaN(came) {
		return 0, 0, errors.New("a draw or an outcome is no number")
	}
	near, apart := 0.0, 0.0
	for i, x := range sorted {
		near += math.Abs(x - came)
		apart += 2 * x * (2*float64(i) + 1 - m)
	}
	return near/m - apart/(2*m*m), near/m - apart/(2*m*(m-1)), nil
}

// Normal is the CRPS of a normal distribution (Gneiting, Raftery, Westveld & Goldman
// 2005, equation 5).
func Normal(mean, sd, came float64) float64 {
	z := (came - mean) / sd
	cdf := math.Erfc(-z/math.Sqrt2) / 2
	density := math.Exp(-z*z/2) / math.Sqrt(2*math.Pi)
	return sd * (z*(2*cdf-1) + 2*density - 1/math.SqrtPi)
}

// RPS is the ranked probability score of the chances of ordered classes at the class
// that came (Epstein 1969), not divided by the number of classes.
func RPS(chances []float64, came int) (float64, error) {
	if came < 0 || came >= len(chances) {
		return 0, fmt.Errorf("class %d came; there are %d", came, len(chances))
	}
	return CRPS(chances, came)
}

// Interval is the score of a central interval of a level, such as 0.95 (Winkler 1972):
// its width, and what came outside of it at 2/(1-level) times the distance.
func Interval(low, high, level, came float64) (float64, error) {
	if !(low <= high) || !(level > 0 && level < 1) {
		return 0, fmt.Errorf("an interval of level %v from %v to %v", level, low, high)
	}
	penalty := 2 / (1 - level)
	return high - low + penalty*max(low-came, 0) + penalty*max(came-high, 0), nil
}
