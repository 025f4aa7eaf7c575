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
	for k, p := range chances {
		if !(p >= 0 && p <= 1) {
			return 0, fmt.Errorf("the chance of %d is %v", k, p)
		}
		below += p
		step := below
		if k >= came {
			step = below - 1
		}
		sum += step * step
	}
	if came > len(chances) {
		sum += float64(came-len(chances)) * below * below
	}
	if math.Abs(below-1) > 1e-6 {
		return 0, fmt.Errorf("the chances add up to %v, not 1", below)
	}
	return sum, nil
}

// A list of chances ends where they fall below 1e-300 of the greatest, so that both CRPS
// and CountLog may be asked of it, and is no longer than mostCounts.
const (
	leastChance = 1e-300
	mostCounts  = 1 << 24
)

// Poisson lists the chances of 0, 1, 2... of the Poisson distribution, until they are
// too small to be told from nothing.
func Poisson(mean float64) ([]float64, error) {
	if !(mean >= 0) || math.IsInf(mean, 1) {
		return nil, fmt.Errorf("a Poisson distribution of mean %v; a mean is a number from 0", mean)
	}
	return chances(mean, mean, func(k float64) float64 { return mean / (k + 1) })
}

// NegativeBinomial does so for the negative binomial of a mean and size (variance mean +
// mean^2/size).
func NegativeBinomial(mean, size float64) ([]float64, error) {
	if !(mean >= 0) || math.IsInf(mean, 1) || !(size > 0) || math.IsInf(size, 1) {
		return nil, fmt.Errorf("a negative binomial of mean %v and size %v; a mean is a number from 0, a size one above 0", mean, size)
	}
	mode := max(mean-mean/size, 0)
	again := mean / (mean + size)
	return chances(mean, mode, func(k float64) float64 { return (k + size) / (k + 1) * again })
}

// chances lists those of a distribution with one mode, given what the chance of k+1 is
// to that of k. Going from the mode, where they are greatest, and dividing by the sum
// keeps more digits than logarithms of factorials would.
func chances(mean, mode float64, next func(k float64) float64) ([]float64, error) {
	if mean >= mostCounts {
		return nil, tooWide(mean)
	}
	top := int(mode)
	p := make([]float64, top+1)
	p[top] = 1
	sum := 1.0
	for k := top; k > 0 && p[k] >= leastChance; k-- {
		p[k-1] = p[k] / next(float64(k-1))
		sum += p[k-1]
	}
	for k := top; p[k] >= leastChance; k++ {
		if k == mostCounts {
			return nil, tooWide(mean)
		}
		p = append(p, p[k]*next(float64(k)))
		sum += p[k+1]
	}
	for k := range p {
		p[k] /= sum
	}
	return p, nil
}

func tooWide(mean float64) error {
	return fmt.Errorf("a distribution of mean %v has chances for more than %d counts; score draws of it with Ensemble", mean, mostCounts)
}

// CountLog is minus the logarithm of the chance of what came (Good 1952). Where that was
// below 1e-300 it is taken to be 1e-300, and impossible is true.
func CountLog(chances []float64, came int) (loss float64, impossible bool) {
	p := 0.0
	if came >= 0 && came < len(chances) {
		p = chances[came]
	}
	if !(p >= leastChance) {
		return -math.Log(leastChance), true
	}
	return -math.Log(p), false
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
	for _, x := range append(sorted, came) {
		if math.IsNaN(x) || math.IsInf(x, 0) {
			return 0, 0, fmt.Errorf("a draw or an outcome is %v", x)
		}
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
func Normal(mean, sd, came float64) (float64, error) {
	if err := normal(mean, sd, came); err != nil {
		return 0, err
	}
	z := (came - mean) / sd
	cdf := math.Erfc(-z/math.Sqrt2) / 2
	density := math.Exp(-z*z/2) / math.Sqrt(2*math.Pi)
	return sd * (z*(2*cdf-1) + 2*density - 1/math.SqrtPi), nil
}

// NormalLog is minus the logarithm of a normal density at what came.
func NormalLog(mean, sd, came float64) (float64, error) {
	if err := normal(mean, sd, came); err != nil {
		return 0, err
	}
	z := (came - mean) / sd
	return z*z/2 + math.Log(sd) + math.Log(2*math.Pi)/2, nil
}

func normal(mean, sd, came float64) error {
	if math.IsNaN(mean-came) || math.IsInf(mean-came, 0) || !(sd > 0) || math.IsInf(sd, 1) {
		return fmt.Errorf("a normal distribution of mean %v and standard deviation %v at %v", mean, sd, came)
	}
	return nil
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
	if !(low <= high) || !(level > 0 && level < 1) || math.IsNaN(came) || math.IsInf(high-low, 0) || math.IsInf(came, 0) {
		return 0, fmt.Errorf("an interval of level %v from %v to %v at %v", level, low, high, came)
	}
	penalty := 2 / (1 - level)
	return high - low + penalty*max(low-came, 0) + penalty*max(came-high, 0), nil
}
