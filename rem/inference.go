package rem

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/mathext"
)

// Test is a chi-squared test.
type Test struct {
	Statistic float64
	DF        int
	P         float64
}

// MarshalJSON writes numbers that do not exist as null.
func (t Test) MarshalJSON() ([]byte, error) {
	return json.Marshal(struct {
		Statistic real `json:"statistic"`
		DF        int  `json:"df"`
		P         real `json:"p"`
	}{real(t.Statistic), t.DF, real(t.P)})
}

// chiSquaredTail is the probability of more than x.
func chiSquaredTail(x float64, df int) float64 {
	if df == 1 {
		return math.Erfc(math.Sqrt(x / 2))
	}
	return mathext.GammaIncRegComp(float64(df)/2, x/2)
}

// Compare is the likelihood ratio test of two nested fits to the same events, in
// either order (Wilks 1938).
func Compare(a, b *Fit) (Test, error) {
	if len(a.free) > len(b.free) {
		a, b = b, a
	}
	switch {
	case a.Events != b.Events || a.Cases != b.Cases || a.Model != b.Model:
		return Test{}, fmt.Errorf("the fits are not of the same events: %s with %d events in %d cases, %s with %d in %d", a.Model, a.Events, a.Cases, b.Model, b.Events, b.Cases)
	case a.options.penalised() || b.options.penalised():
		return Test{}, errors.New("a likelihood ratio test compares fits without a penalty; use profile intervals, or AIC")
	case len(a.free) == len(b.free):
		return Test{}, errors.New("the fits have the same number of coefficients, so neither is nested in the other")
	}
	for _, f := range []*Fit{a, b} {
		if !f.Converged {
			return Test{}, errors.New("one of the fits did not converge, so its log-likelihood is not its maximum")
		}
	}
	for _, e := range a.Terms {
		other, ok := b.Term(e.Name)
		switch {
		case !ok && (!e.Fixed || e.Estimate != 0):
			return Test{}, fmt.Errorf("the fits are not nested: the larger has no term %s", e.Name)
		case ok && other.Fixed && (!e.Fixed || e.Estimate != other.Estimate):
			return Test{}, fmt.Errorf("the fits are not nested: %s is fixed at %v in the larger", e.Name, other.Estimate)
		}
	}
	for _, e := range b.Terms {
		if _, ok := a.Term(e.Name); !ok && e.Fixed && e.Estimate != 0 {
			return Test{}, fmt.Errorf("the fits are not nested: %s is fixed at %v in the larger", e.Name, e.Estimate)
		}
	}
	t := Test{Statistic: max(0, 2*(b.LogLik-a.LogLik)), DF: len(b.free) - len(a.free)}
	t.P = chiSquaredTail(t.Statistic, t.DF)
	return t, nil
}

func (o *Options) penalised() bool {
	if o.Firth || o.Ridge > 0 {
		return true
	}
	for _, v := range o.Ridges {
		if v > 0 {
			return true
		}
	}
	return false
}

// Wald tests that the coefficients of the terms are all zero, with the fit's
// covariance, robust if that was asked for.
func (f *Fit) Wald(terms ...string) (Test, error) {
	var which []int
	var theta []float64
	for _, name := range terms {
		k := slices.IndexFunc(f.Terms, func(e Estimate) bool { return e.Name == name })
		switch {
		case k < 0:
			return Test{}, fmt.Errorf("the fit has no term %s", name)
		case f.Terms[k].Fixed:
			return Test{}, fmt.Errorf("term %s is fixed, so there is nothing to test", name)
		case math.IsNaN(f.Terms[k].SE) || f.Terms[k].Diverges != 0:
			return Test{}, fmt.Errorf("term %s has no finite estimate; compare fits with and without it", name)
		case slices.Contains(which, k):
			return Test{}, fmt.Errorf("term %s is named twice", name)
		}
		which = append(which, k)
		theta = append(theta, f.Terms[k].Estimate)
	}
	if len(which) == 0 {
		return Test{}, errors.New("no terms to test")
	}
	inverse, ok := invert(submatrix(f.Covariance, len(f.Terms), which), len(which))
	if !ok {
		return Test{}, fmt.Errorf("the covariance of %s is singular", list(terms))
	}
	t := Test{DF: len(which)}
	for k, v := range theta {
		t.Statistic += v * dot(inverse[k*len(which):(k+1)*len(which)], theta)
	}
	t.P = chiSquaredTail(t.Statistic, t.DF)
	return t, nil
}

// Interval is a confidence interval; a bound that does not exist is infinite, null
// in JSON.
type Interval struct {
	Term      string
	Level     float64
	Low, High float64
}

// MarshalJSON writes infinite bounds as null.
func (i Interval) MarshalJSON() ([]byte, error) {
	return json.Marshal(struct {
		Term  string `json:"term"`
		Level real   `json:"level"`
		Low   real   `json:"low"`
		High  real   `json:"high"`
	}{i.Term, real(i.Level), real(i.Low), real(i.High)})
}

// profile finds where the likelihood, maximised over all other coefficients, has
// fallen so far that the term's value would be rejected at 1 - level (Cox &
// Oakes 1984; penalised: Heinze & Schemper 2002). It searches on the signed root of
// the fall, which is nearly linear in the coefficient and whose slope the gradient
// gives.
func profile(ctx context.Context, l likelihood, fit *Fit, term string, level float64) (Interval, error) {
	if !(level > 0 && level < 1) {
		return Interval{}, fmt.Errorf("the level of an interval is %v; it lies between 0 and 1, as 0.95", level)
	}
	names := make([]string, len(fit.Terms))
	for i, e := range fit.Terms {
		names[i] = e.Name
	}
	k := slices.Index(names, term)
	switch {
	case k < 0:
		return Interval{}, unknownTerm("profile of", term, names)
	case fit.Terms[k].Fixed:
		return Interval{}, fmt.Errorf("profile of %s: the coefficient is fixed", term)
	case !fit.Converged:
		return Interval{}, fmt.Errorf("profile of %s: the fit did not converge, so there is no maximum to fall from", term)
	}
	opt := fit.options
	opt.Start = nil
	m, err := opt.problem(l, len(names), names)
	if err != nil {
		return Interval{}, err
	}
	m.restrictTo(fit.free) // the fit may have dropped some
	top, err := m.at(ctx, fit.Theta())
	if err != nil {
		return Interval{}, err
	}
	s := &descent{problem: m, coefficient: k, a: slices.Index(m.free, k), diverges: fit.Terms[k].Diverges, top: top, target: math.Sqrt2 * math.Erfinv(level)}
	for a := range m.free {
		if a != s.a {
			s.others = append(s.others, a)
		}
	}
	out := Interval{Term: term, Level: level}
	if out.Low, err = s.bound(ctx, -1); err != nil {
		return out, err
	}
	out.High, err = s.bound(ctx, 1)
	return out, err
}

// restrictTo keeps some of the free coefficients; the others stay at their base.
func (m *problem) restrictTo(free []int) {
	var ridge []float64
	for a, i := range m.free {
		if slices.Contains(free, i) {
			ridge = append(ridge, m.ridge[a])
		}
	}
	m.free, m.ridge = slices.Clone(free), ridge
}

// descent follows the profile of one coefficient.
type descent struct {
	*problem
	coefficient, a int
	others         []int
	diverges       int
	top            *point
	target         float64 // of the signed root
}

// bound finds the coefficient at which the root of twice the fall is the target.
func (s *descent) bound(ctx context.Context, side float64) (float64, error) {
	best := s.top.theta[s.coefficient]
	if s.diverges == int(side) {
		return math.Inf(int(side)), nil
	}
	q := len(s.free)
	covariance, _ := generalInverse(s.hessian(s.top), q)
	step := s.target * math.Sqrt(covariance[s.a*q+s.a])
	if s.diverges != 0 || !(step > 0) {
		step = math.Abs(best) / 4 // where the likelihood is flat its curvature is no guide
	}
	near, far := best, math.NaN()
	from, beyond := s.top, false // whether far is where the likelihood is no number
	x, fell := best+side*step, 0.0
	for range 80 {
		pt, root, slope, err := s.fall(ctx, from, x)
		if err != nil {
			return 0, err
		}
		if finite(root) && root < fell-1e-3 && math.IsNaN(far) {
			return 0, fmt.Errorf("the profile rises again away from the estimate: the fit is not at the highest maximum; start it from a coefficient of %g", x)
		}
		switch {
		case math.Abs(root-s.target) < 1e-8:
			return x, nil
		case root > s.target || !finite(root):
			far, beyond = x, !finite(root)
		default:
			near, fell = x, root
		}
		if finite(root) {
			from = pt
		}
		next := x + side*(s.target-root)/slope
		switch {
		case math.IsNaN(far):
			// No bracket yet: go on, at most ten times as far as now.
			reach := near + side*10*math.Abs(near-best)
			if !finite(next) || slope <= 0 || side*(next-reach) > 0 {
				next = reach
			}
			if math.Abs(next-best) > 1e6*step && root < s.target {
				return math.Inf(int(side)), nil
			}
		case !finite(next) || slope <= 0 || side*(next-near) <= 0 || side*(far-next) <= 0:
			next = near + (far-near)/2
		}
		if next == x || math.Abs(far-near) < 1e-12*math.Abs(near) {
			if beyond {
				return math.Inf(int(side)), nil
			}
			return x, nil
		}
		x = next
	}
	return 0, fmt.Errorf("the profile of the coefficient was not followed to the end; it was last at %g", x)
}

// fall holds the coefficient at x, maximises over the others and returns the root
// of twice the fall from the top, and its slope away from the top.
func (s *descent) fall(ctx context.Context, from *point, x float64) (pt *point, root, slope float64, err error) {
	q := len(s.free)
	theta := slices.Clone(from.theta)
	shift := x - theta[s.coefficient]
	// The others follow along the ridge of the likelihood.
	if len(s.others) > 0 {
		h := s.hessian(from)
		right := make([]float64, len(s.others))
		for k, b := range s.others {
			right[k] = -h[b*q+s.a]
		}
		if inverse, ok := invert(submatrix(h, q, s.others), len(s.others)); ok {
			for k, b := range s.others {
				theta[s.free[b]] += shift * dot(inverse[k*len(s.others):(k+1)*len(s.others)], right)
			}
		}
	}
	theta[s.coefficient] = x
	pt, err = s.at(ctx, theta)
	if err != nil {
		return nil, 0, 0, err
	}
	if !finite(pt.value) {
		theta = slices.Clone(from.theta)
		theta[s.coefficient] = x
		if pt, err = s.at(ctx, theta); err != nil || !finite(pt.value) {
			return pt, math.NaN(), math.NaN(), err
		}
	}
	up, err := s.climb(ctx, pt, s.others, 100, nil)
	if err != nil {
		return nil, 0, 0, err
	}
	pt = up.point
	// What the last step would have gained belongs to the maximum.
	value := pt.value
	if up.converged {
		value += up.decrement
	}
	drop := max(0, s.top.value-value)
	root = math.Sqrt(2 * drop)
	slope = math.Abs(pt.grad[s.a]) / root
	if pt.grad[s.a]*(x-s.top.theta[s.coefficient]) > 0 {
		slope = -slope // the profile rises away from the top
	}
	return pt, root, slope, nil
}
