package forecast

import (
	"math"
	"math/rand/v2"
	"slices"
)

// pace is how often acts come, learnt from when they came: each size has a rate of
// its own, whose uncertainty is a gamma distribution. Past acts count the less the
// longer ago they were, by a half-life that is itself learnt.
type pace struct {
	halfLife float64   // years; 0: all acts count alike
	weight   float64   // acts, each with what it counts
	shape    []float64 // by size: the same, and Jeffreys' half act spread over the sizes
	exposure float64   // years, each with what it counts
}

// paces are the half-lives tried, in years.
var paces = []float64{1, 2, 5, 10, 20, 0}

// judged is over how many of the last years half-lives are compared.
const judged = 10

// happening is one act: years before the origin, and how many took part.
type happening struct {
	ago  float64
	size int
}

// learnPace chooses the half-life under which the counts of each of the last years
// would have been foretold best from what went before (the log score of a negative
// binomial, the gamma mixture of Poisson counts). acts may be in any order; since is how
// many years the record goes back.
func learnPace(acts []happening, since float64) (halfLife float64) {
	highest := math.Inf(-1)
	for _, half := range paces {
		score := 0.0
		for year := 1; year <= judged && float64(year) <= since/2; year++ {
			before := &pace{halfLife: half}
			before.count(acts, float64(year), since)
			seen := 0
			for _, a := range acts {
				if a.ago < float64(year) && a.ago >= float64(year-1) {
					seen++
				}
			}
			score += negativeBinomial(seen, before.weight+0.5, before.exposure)
		}
		if score > highest {
			halfLife, highest = half, score
		}
	}
	return halfLife
}

// paceOf is the pace by a half-life.
func paceOf(half float64, acts []happening, since float64, largest int) *pace {
	p := &pace{halfLife: half, shape: make([]float64, largest+1)}
	p.count(acts, 0, since)
	for size := 2; size <= largest; size++ {
		p.shape[size] += 0.5 / float64(largest-1)
	}
	return p
}

// count weighs the acts that were at least so many years ago.
func (p *pace) count(acts []happening, from, since float64) {
	decay := 0.0
	p.exposure = since - from
	if p.halfLife > 0 {
		decay = math.Ln2 / p.halfLife
		p.exposure = -math.Expm1(-decay*(since-from)) / decay
	}
	for _, a := range acts {
		if a.ago < from {
			continue
		}
		w := math.Exp(-decay * (a.ago - from))
		p.weight += w
		if a.size < len(p.shape) {
			p.shape[a.size] += w
		}
	}
}

// draw draws the rates by size, in acts per year.
func (p *pace) draw(random *rand.Rand) []float64 {
	rates := make([]float64, len(p.shape))
	for size, shape := range p.shape {
		if shape > 0 {
			rates[size] = gamma(shape, random) / p.exposure
		}
	}
	return rates
}

// negativeBinomial is the log probability of a count in one unit of time whose rate
// has a gamma distribution.
func negativeBinomial(k int, shape, exposure float64) float64 {
	a, _ := math.Lgamma(float64(k) + shape)
	b, _ := math.Lgamma(shape)
	c, _ := math.Lgamma(float64(k) + 1)
	return a - b - c + shape*math.Log(exposure/(exposure+1)) - float64(k)*math.Log1p(exposure)
}

// gamma draws from the gamma distribution of a shape and scale 1 (Marsaglia & Tsang
// 2000, ACM Transactions on Mathematical Software 26:363).
func gamma(shape float64, random *rand.Rand) float64 {
	if shape < 1 {
		return gamma(shape+1, random) * math.Pow(1-random.Float64(), 1/shape)
	}
	d := shape - 1.0/3
	c := 1 / math.Sqrt(9*d)
	for {
		x := random.NormFloat64()
		v := 1 + c*x
		if v <= 0 {
			continue
		}
		v *= v * v
		if math.Log(1-random.Float64()) < 0.5*x*x+d-d*v+d*math.Log(v) {
			return d * v
		}
	}
}

// beta draws from the beta distribution.
func beta(a, b float64, random *rand.Rand) float64 {
	x, y := gamma(a, random), gamma(b, random)
	if x+y == 0 {
		return 0.5
	}
	return x / (x + y)
}

// pick returns the place of a value in ascending running sums.
func pick(sums []float64, at float64) int {
	k, _ := slices.BinarySearch(sums, at)
	return min(k, len(sums)-1)
}
