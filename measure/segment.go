package measure

import (
	"fmt"
	"math"
	"slices"
)

// Segmentation divides a series of counts into stretches of constant rate.
type Segmentation struct {
	Model       string    `json:"model"` // "poisson" or "negative binomial"
	PenaltyName string    `json:"penalty_name,omitempty"`
	Penalty     float64   `json:"penalty"`    // cost of a change
	Last        []int     `json:"last_index"` // last period of each segment but the final one
	LastLabel   []string  `json:"last,omitempty"`
	Rate        []float64 `json:"rate"`       // events per unit of exposure in each segment
	Objective   float64   `json:"objective"`  // sum of the segments' costs + Penalty x changes
	LogLik      float64   `json:"loglik"`     // complete, so that models can be compared
	Dispersion  float64   `json:"dispersion"` // alpha of the negative binomial; 0 is Poisson
}

// SegmentPoisson finds the division of least cost, exactly, by dynamic
// programming (Jackson et al. 2005, IEEE Signal Process. Lett. 12:105-108). A
// segment of T events over exposure E costs 2(T - T ln(T/E)), 0 if T = 0: minus
// twice its Poisson log-likelihood up to a constant. A change costs the penalty:
// ln n is SIC0, 2 ln n is BIC. Segments have at least minSeg periods, unless the
// series is shorter. A nil exposure is 1 throughout. Counts and exposures must be
// finite and not negative, and there must be some exposure.
func SegmentPoisson(x, exposure []float64, penalty float64, minSeg int) (Segmentation, error) {
	s, err := segmentable(x, exposure, penalty)
	if err != nil {
		return Segmentation{}, err
	}
	return s.poisson(penalty, minSeg), nil
}

// SegmentNegBin is SegmentPoisson for counts that scatter more than a Poisson
// allows, on which the Poisson finds changes that are none. The count of a period
// with exposure e has mean rate x e and variance mean x (1 + Dispersion x rate x
// mean exposure); with equal exposures that is the usual mean + Dispersion x
// mean^2. Its size parameter grows with the exposure, so that neighbouring
// periods add up to one period of the same kind and a segment's rate is T/E.
//
// The dispersion is one for the whole series and is chosen together with the
// segments: the pair with the least -2 log-likelihood + penalty x changes, which
// is the Objective. Segments are exact for a given dispersion; those that are
// best at some dispersion of a fine grid are compared, each at its likeliest. It
// takes at most 1500 periods.
func SegmentNegBin(x, exposure []float64, penalty float64, minSeg int) (Segmentation, error) {
	s, err := segmentable(x, exposure, penalty)
	if err != nil {
		return Segmentation{}, err
	}
	if s.n() > maxPeriods {
		return Segmentation{}, fmt.Errorf("measure: %s", tooLong(s.n()))
	}
	return s.negBin([]float64{penalty}, minSeg)[0], nil
}

func segmentable(x, exposure []float64, penalty float64) (*counts, error) {
	if !(penalty >= 0) || math.IsInf(penalty, 1) {
		return nil, fmt.Errorf("measure: penalty %v: it must be finite and not negative", penalty)
	}
	s, err := newCounts(x, exposure)
	if err != nil {
		return nil, fmt.Errorf("measure: %w", err)
	}
	if s.covered == 0 {
		return nil, fmt.Errorf("measure: %d periods without any exposure: there is no rate", len(x))
	}
	return s, nil
}

func (s *counts) poisson(penalty float64, minSeg int) Segmentation {
	p := newPartition(s.n())
	last, objective := p.least(minSeg, penalty, s.poissonCost)
	seg := s.segmentation("poisson", penalty, last)
	seg.Objective = objective
	seg.LogLik = s.poissonLogLik(last)
	return seg
}

func (s *counts) poissonCost(from, to int) float64 {
	T, E := s.span(from, to)
	if T <= 0 {
		return 0
	}
	return 2 * (T - T*math.Log(T/E))
}

func (s *counts) poissonLogLik(last []int) float64 {
	sum := 0.0
	for t, x := range s.x {
		if x > 0 {
			sum += x*math.Log(s.e[t]) - lgamma(x+1)
		}
	}
	s.eachSegment(last, func(from, to int) { sum -= s.poissonCost(from, to) / 2 })
	return sum
}

// segmentation fills in what follows from the last periods.
func (s *counts) segmentation(model string, penalty float64, last []int) Segmentation {
	seg := Segmentation{Model: model, Penalty: penalty, Last: last, Rate: make([]float64, 0, len(last)+1)}
	s.eachSegment(last, func(from, to int) {
		rate := 0.0
		if T, E := s.span(from, to); T > 0 {
			rate = T / E
		}
		seg.Rate = append(seg.Rate, rate)
	})
	return seg
}

func (s *counts) eachSegment(last []int, do func(from, to int)) {
	from := 0
	for _, k := range last {
		do(from, k+1)
		from = k + 1
	}
	do(from, s.n())
}

// partition is the memory of the dynamic programme.
type partition struct {
	cost   []float64 // least cost of the first t periods
	before []int32   // where the last segment of that division starts
}

func newPartition(n int) *partition {
	return &partition{make([]float64, n+1), make([]int32, n+1)}
}

// least divides the periods at least cost. Among equals it takes the longest
// last segment. Pruning (PELT) would keep the result but does not pay at the
// lengths of historical series.
func (p *partition) least(minSeg int, penalty float64, cost func(from, to int) float64) (last []int, objective float64) {
	n := len(p.cost) - 1
	minSeg = min(max(minSeg, 1), n)
	p.cost[0] = -penalty
	for t := 1; t <= n; t++ {
		p.cost[t] = math.Inf(1)
		for from := 0; from <= t-minSeg; from++ {
			if from > 0 && from < minSeg {
				continue
			}
			if total := p.cost[from] + cost(from, t) + penalty; total < p.cost[t] {
				p.cost[t], p.before[t] = total, int32(from)
			}
		}
	}
	changes := 0
	for t := p.before[n]; t > 0; t = p.before[t] {
		changes++
	}
	last = make([]int, changes)
	for t := p.before[n]; t > 0; t = p.before[t] {
		changes--
		last[changes] = int(t) - 1
	}
	return last, p.cost[n]
}

// The dispersions of the first search: 35 steps by a third, beyond which a
// negative binomial is a Poisson or all but a spike at zero. Likelihood may then
// lead somewhat further.
const (
	firstDispersion = 5e-4
	dispersionStep  = 4. / 3
	dispersionSteps = 35
	leastDispersion = 1e-4
	mostDispersion  = 1e3
)

// negBin solves for several penalties at once, since the costs of the segments
// do not depend on the penalty.
func (s *counts) negBin(penalties []float64, minSeg int) []Segmentation {
	best := make([]Segmentation, len(penalties))
	for i, penalty := range penalties {
		best[i] = s.poisson(penalty, minSeg)
		best[i].Model = "negative binomial"
		best[i].Objective = penalty*float64(len(best[i].Last)) - 2*best[i].LogLik
	}
	if s.events() == 0 {
		return best
	}
	f := newNegBinFit(s)
	dp := newPartition(s.n())
	better := func(i int, last []int, alpha float64) bool {
		logLik := f.logLik(last, alpha)
		objective := penalties[i]*float64(len(last)) - 2*logLik
		if objective >= best[i].Objective-1e-9*(1+math.Abs(objective)) {
			return false
		}
		best[i] = s.segmentation("negative binomial", penalties[i], last)
		best[i].Objective, best[i].LogLik, best[i].Dispersion = objective, logLik, alpha
		return true
	}
	// Every division that is best for some dispersion of the grid is a candidate,
	// at the dispersion that suits it most.
	for i := range penalties {
		better(i, best[i].Last, f.likeliest(best[i].Last))
	}
	tried := make([][]int, len(penalties))
	alpha := firstDispersion
	for range dispersionSteps {
		f.price(alpha)
		for i, penalty := range penalties {
			last, _ := dp.least(minSeg, penalty, f.cost)
			if tried[i] == nil || !slices.Equal(last, tried[i]) {
				better(i, last, f.likeliest(last))
				tried[i] = last
			}
		}
		alpha *= dispersionStep
	}
	for i, penalty := range penalties {
		for turns := 0; best[i].Dispersion > 0 && turns < 50; turns++ {
			f.price(best[i].Dispersion)
			last, _ := dp.least(minSeg, penalty, f.cost)
			if slices.Equal(last, best[i].Last) || !better(i, last, f.likeliest(last)) {
				break
			}
		}
	}
	return best
}

// negBinFit holds what the search for a dispersion computes again and again: of
// the cost 2 [ (R+T) ln(R+T) - R ln R - T ln T ] of a segment of T events and
// size R = E/alpha, everything but one logarithm can be had from tables.
type negBinFit struct {
	s         *counts
	unit      float64   // covered periods per exposure: scales exposures to a mean of 1
	eLogE     []float64 // E ln E of periods from..to-1, at from*(n+1)+to, E scaled
	tLogT     []float64
	prices    []float64 // cost at the dispersion last priced
	factorial float64   // sum of ln x!
}

func newNegBinFit(s *counts) *negBinFit {
	n := s.n()
	table := make([]float64, 3*(n+1)*(n+1))
	k := (n + 1) * (n + 1)
	f := &negBinFit{s: s, unit: float64(s.covered) / s.exposure(), eLogE: table[:k], tLogT: table[k : 2*k], prices: table[2*k:]}
	for _, x := range s.x {
		f.factorial += lgamma(x + 1)
	}
	for from := range n {
		for to := from + 1; to <= n; to++ {
			T, E := s.span(from, to)
			f.tLogT[from*(n+1)+to] = xLogX(T)
			f.eLogE[from*(n+1)+to] = xLogX(E * f.unit)
		}
	}
	return f
}

func xLogX(x float64) float64 {
	if x <= 0 {
		return 0
	}
	return x * math.Log(x)
}

func (f *negBinFit) price(alpha float64) {
	n, logAlpha := f.s.n(), math.Log(alpha)
	for from := range n {
		for to := from + 1; to <= n; to++ {
			f.prices[from*(n+1)+to] = f.segment(from, to, alpha, logAlpha)
		}
	}
}

func (f *negBinFit) cost(from, to int) float64 { return f.prices[from*(f.s.n()+1)+to] }

func (f *negBinFit) segment(from, to int, alpha, logAlpha float64) float64 {
	T, E := f.s.span(from, to)
	if T <= 0 {
		return 0
	}
	E *= f.unit
	at := from*(f.s.n()+1) + to
	R := E / alpha
	rLogR := (f.eLogE[at] - E*logAlpha) / alpha
	return 2 * ((R+T)*math.Log(R+T) - rLogR - f.tLogT[at])
}

func (f *negBinFit) logLik(last []int, alpha float64) float64 {
	return f.scatter(alpha) + f.fit(last, alpha)
}

// scatter is the part of the log-likelihood that does not depend on the
// segments, fit the part that does.
func (f *negBinFit) scatter(alpha float64) float64 {
	sum := -f.factorial
	for t, x := range f.s.x {
		if x > 0 {
			sum += logRising(f.s.e[t]*f.unit/alpha, x)
		}
	}
	return sum
}

func (f *negBinFit) fit(last []int, alpha float64) float64 {
	sum, logAlpha := 0.0, math.Log(alpha)
	f.s.eachSegment(last, func(from, to int) { sum -= f.segment(from, to, alpha, logAlpha) / 2 })
	return sum
}

// logRising is ln Gamma(r+x)/Gamma(r).
func logRising(r, x float64) float64 {
	if x <= 24 && r < 1e10 && x == math.Trunc(x) {
		product := r
		for i := 1.0; i < x; i++ {
			product *= r + i
		}
		return math.Log(product)
	}
	return lgamma(r+x) - lgamma(r)
}

// likeliest maximises the likelihood of given segments over the logarithm of the
// dispersion by golden section.
func (f *negBinFit) likeliest(last []int) float64 {
	const golden = 0.6180339887498949
	low, high := math.Log(leastDispersion), math.Log(mostDispersion)
	at := func(logAlpha float64) float64 { return f.logLik(last, math.Exp(logAlpha)) }
	a, b := high-golden*(high-low), low+golden*(high-low)
	fa, fb := at(a), at(b)
	for high-low > 1e-5 {
		if fa > fb {
			high, b, fb = b, a, fa
			a = high - golden*(high-low)
			fa = at(a)
		} else {
			low, a, fa = a, b, fb
			b = low + golden*(high-low)
			fb = at(b)
		}
	}
	return math.Exp((low + high) / 2)
}

func lgamma(x float64) float64 {
	v, _ := math.Lgamma(x)
	return v
}

// Single is the one change that a Poisson series supports best.
type Single struct {
	Last  int     `json:"last_index"` // last period of the first regime
	Label string  `json:"last,omitempty"`
	LR    float64 `json:"lr"` // likelihood ratio 2 (ln L1 - ln L0)
}

// SinglePoisson compares one change with none. LR is a maximum over all places,
// so its values under no change are larger than chi-square ones: 10 is not much.
// Both regimes have at least minSeg periods; for a series too short for two, LR
// is 0 and Last the final period.
func SinglePoisson(x, exposure []float64, minSeg int) (Single, error) {
	s, err := segmentable(x, exposure, 0)
	if err != nil {
		return Single{}, err
	}
	return s.single(minSeg), nil
}

func (s *counts) single(minSeg int) Single {
	minSeg = max(minSeg, 1)
	n := s.n()
	whole := s.poissonCost(0, n)
	best := Single{Last: n - 1}
	for k := minSeg; k <= n-minSeg; k++ {
		if lr := whole - s.poissonCost(0, k) - s.poissonCost(k, n); lr > best.LR {
			best = Single{Last: k - 1, LR: lr}
		}
	}
	return best
}
