package rem

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
)

// likelihood is a log-likelihood of p coefficients, a sum over cases (events, or
// intervals between them).
type likelihood interface {
	// eval returns the log-likelihood at theta. grad (length p) and info (p*p, row
	// major, symmetric; the expected information, minus the Hessian where they are
	// the same) are filled when not nil.
	eval(ctx context.Context, theta, grad, info []float64) (float64, error)
	// scores calls visit for every case in order with its contribution and its
	// score, valid during the call only.
	scores(ctx context.Context, theta []float64, visit func(c int, loglik float64, score []float64)) error
}

// Options says how a model is estimated. The zero value is maximum likelihood
// with standard errors from the inverse information.
type Options struct {
	// Start holds a value per coefficient, of an earlier fit perhaps. It saves
	// steps and does not change the result.
	Start []float64
	// Fixed coefficients, by name, stay at their value: known effects, offsets.
	Fixed map[string]float64
	// Ridge subtracts Ridge/2 times the sum of squared coefficients from the
	// log-likelihood; intercepts are exempt. It depends on the units of the
	// statistics: standardise them. Ridges gives single coefficients their own.
	Ridge  float64
	Ridges map[string]float64
	// Firth adds half the log determinant of the information to the
	// log-likelihood, which takes away the first-order bias and keeps estimates
	// finite under separation (Firth 1993; for partial likelihoods Heinze & Schemper
	// 2001). The determinant is differentiated numerically: 2 more evaluations per
	// coefficient and step.
	Firth bool
	// Drop leaves out terms that the data cannot identify, with a warning, where
	// the fit is otherwise refused.
	Drop bool
	// MaxIterations bounds the Newton steps; 0: 100.
	MaxIterations int
	// Robust asks for sandwich standard errors, clustered by "event" or by "actor";
	// z, p and intervals then rest on them. See Fit.
	Robust string
	// Level of the confidence intervals; 0: 0.95.
	Level float64
	// Progress is told of every accepted step.
	Progress func(iteration int, loglik float64)

	subject subject
}

// subject is what a likelihood is about and the optimiser cannot see in it.
type subject struct {
	model                 string
	events, actors, cases int
	// size is the largest absolute value of each statistic anywhere in the design;
	// it tells a statistic that never varies from rounding. nil: not known.
	size []float64
	// intercept marks the coefficients exempt from penalties and kept in the null
	// model; nil: those called intercept.
	intercept []bool
	// event numbers the event a case belongs to, where one event makes several
	// cases; nil: each case is one.
	event func(c int) int32
	// sketch is a cheaper likelihood of the same coefficients whose maximum is near;
	// the search begins there. sketchEvents is how many events it counts.
	sketch       likelihood
	sketchEvents int
	// expected is whether the information is the expected one and not minus the Hessian.
	expected bool
	// members are the actors of a case, in any order; none for an interval without
	// an event.
	members func(c int) []int32
}

// problem is a likelihood with some coefficients fixed and penalties added.
type problem struct {
	l           likelihood
	base        []float64 // fixed values; 0 where free
	free        []int
	ridge       []float64 // of the free coefficients
	firth       bool
	weight      float64 // how many events there are; 0: not known
	rough       float64 // a promised gain not worth a step, where the maximum need not be exact
	secant      bool    // the information is not the Hessian of the value: steps learn from the gradients
	evaluations int
}

// point is a problem evaluated. Matrices and gradients are of the free
// coefficients.
type point struct {
	theta  []float64 // all coefficients
	loglik float64
	value  float64   // with penalties; -Inf where anything is not finite
	grad   []float64 // of value, once complete
	info   []float64 // without the ridge; nil: not asked for
	whole  bool
}

func (m *problem) at(ctx context.Context, theta []float64) (*point, error) {
	return m.point(ctx, theta, true)
}

// point evaluates at theta, with the information or without.
func (m *problem) point(ctx context.Context, theta []float64, informed bool) (*point, error) {
	p, q := len(theta), len(m.free)
	grad := make([]float64, p)
	var info []float64
	if informed {
		info = make([]float64, p*p)
	}
	loglik, err := m.l.eval(ctx, theta, grad, info)
	m.evaluations++
	if err != nil {
		return nil, err
	}
	pt := &point{theta: theta, loglik: loglik, value: loglik, grad: make([]float64, q)}
	if informed {
		pt.info = m.restrict(info)
	}
	for a, i := range m.free {
		pt.grad[a] = grad[i] - m.ridge[a]*theta[i]
		pt.value -= m.ridge[a] / 2 * theta[i] * theta[i]
	}
	pt.whole = !m.firth
	if m.firth {
		logdet, ok := logDeterminant(pt.info, q)
		if !ok {
			logdet = math.Inf(-1)
		}
		pt.value += logdet / 2
	}
	if !finite(pt.value) || !finite(pt.grad...) || !finite(pt.info...) {
		pt.value = math.Inf(-1)
	}
	return pt, nil
}

// restrict picks the free coefficients' rows and columns.
func (m *problem) restrict(info []float64) []float64 {
	p, q := len(m.base), len(m.free)
	out := make([]float64, q*q)
	for a, i := range m.free {
		for b, j := range m.free {
			out[a*q+b] = info[i*p+j]
		}
	}
	return out
}

// complete adds Firth's part to the gradient: half the trace of the inverse
// information times its derivative (Firth 1993, eq. 3.1), by central differences.
func (m *problem) complete(ctx context.Context, pt *point) error {
	if pt.whole {
		return nil
	}
	pt.whole = true
	p, q := len(m.base), len(m.free)
	inverse, ok := invert(pt.info, q)
	if !ok {
		return nil // value is -Inf; the step is not taken
	}
	var side [2][]float64
	for a, i := range m.free {
		h := 1e-4 / math.Sqrt(pt.info[a*q+a])
		for s, sign := range [2]float64{-1, 1} {
			theta := slices.Clone(pt.theta)
			theta[i] += sign * h
			info := make([]float64, p*p)
			if _, err := m.l.eval(ctx, theta, nil, info); err != nil {
				return err
			}
			m.evaluations++
			side[s] = m.restrict(info)
		}
		trace := 0.0
		for k, v := range inverse {
			trace += v * (side[1][k] - side[0][k])
		}
		pt.grad[a] += trace / (4 * h)
	}
	if !finite(pt.grad...) {
		return fmt.Errorf("the information is not finite around a point where it is: Firth's penalty cannot be followed; use a ridge")
	}
	return nil
}

// ascent is where climbing ended.
type ascent struct {
	*point
	step       []float64 // the next Newton step of the free coefficients, not taken
	decrement  float64   // the gain that it promises
	converged  bool
	iterations int
}

// remote is a promised gain beyond which a new information is worth more than what
// the gradients have taught.
const remote = 0.1

// closing is a promised gain after which the next point is likely the last, where the
// information is wanted.
const closing = 1e-8

// runaway is a step that is not small beside its coefficient though it gains nothing.
const runaway = 1e-3

// climb maximises over the active ones of the free coefficients by Newton's
// method. Statistics of relational events have long tails, so far from the
// maximum the quadratic model holds for short steps only: a step is cut to a
// length that follows its success. Length is in the information's own measure, per
// case the spread of the change in log-rate within a risk set, and so is the promised
// gain that decides whether to stop; neither depends on the units of the
// statistics. Where the information is not positive definite it is damped
// (Levenberg 1944). Where it is not the Hessian it is only the beginning, and the
// change of the gradient over each step mends it (Broyden, Fletcher, Goldfarb &
// Shanno 1970). The point returned has its information.
func (m *problem) climb(ctx context.Context, pt *point, active []int, limit int, progress func(int, float64)) (*ascent, error) {
	up, err := m.ascend(ctx, pt, active, limit, progress)
	if err != nil || up.info != nil {
		return up, err
	}
	informed, err := m.at(ctx, up.theta)
	if err != nil {
		return nil, err
	}
	up.info = informed.info
	return up, nil
}

func (m *problem) ascend(ctx context.Context, pt *point, active []int, limit int, progress func(int, float64)) (*ascent, error) {
	reach := math.Inf(1)
	if m.weight > 0 {
		reach = 0.4 * math.Sqrt(m.weight)
	}
	last, settled := 0.0, 0 // settled steps gained next to nothing, perhaps by rounding
	up := &ascent{point: pt, step: make([]float64, len(m.free)), decrement: math.NaN()}
	h := m.hessian(pt)
	for refused := 0; ; {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if err := m.complete(ctx, up.point); err != nil {
			return nil, err
		}
		s := m.quadratic(h, up.grad, active)
		step, definite := s.solve(0)
		if definite {
			up.decrement = dot(s.grad, step) / 2
			clear(up.step)
			for k, a := range active {
				up.step[a] = step[k] / s.unit[k]
			}
			if up.decrement < 1e-9 {
				settled++
			}
			if m.arrived(up, last) || settled > 8 {
				up.converged = true
				return up, nil
			}
		}
		if up.iterations == limit {
			return up, nil
		}
		for damping := 1e-3; !definite; damping *= 4 {
			if damping > 1e12 {
				return up, nil
			}
			step, definite = s.solve(damping)
		}
		length := math.Sqrt(s.curve(step))
		if length > reach {
			scale(step, reach/length)
			length = reach
		}
		for {
			theta := slices.Clone(up.theta)
			for k, a := range active {
				theta[m.free[a]] += step[k] / s.unit[k]
			}
			next, err := m.point(ctx, theta, !m.secant || m.firth || up.decrement > remote || up.decrement < closing)
			if err != nil {
				return nil, err
			}
			slope := dot(s.grad, step)
			gain, promised := next.value-up.value, slope-s.curve(step)/2
			if gain >= -1e-12*(1+math.Abs(up.value)) {
				if gain > promised/2 {
					reach = max(reach, 3*length)
				} else if gain < promised/8 {
					reach = length / 2
				}
				last = up.decrement
				before := up.point
				up.point = next
				if next.info != nil {
					h = m.hessian(next)
				}
				if m.secant {
					if err := m.complete(ctx, next); err != nil {
						return nil, err
					}
					m.learn(h, before, next)
				}
				break
			}
			if refused++; refused > 60 {
				return up, nil
			}
			// The top of the parabola through both values and the slope.
			cut := slope / (2 * (slope - gain))
			cut = min(max(cut, 0.1), 0.5) // also where the value is not finite
			scale(step, cut)
			length *= cut
			reach = length
		}
		up.iterations++
		if progress != nil {
			progress(up.iterations, up.loglik)
		}
	}
}

// arrived reports whether the next step is the last. It is taken without looking
// at the likelihood again, so what counts is what it leaves, in standard errors.
// Where steps shrink slowly (expected information in place of the Hessian, Firth's
// penalty) that is a geometric series at the rate of the last two. A coefficient
// that runs away never arrives.
func (m *problem) arrived(up *ascent, last float64) bool {
	rate := 1.0
	if up.iterations > 0 {
		rate = math.Sqrt(up.decrement / last)
	}
	left := 2e-6
	if m.firth {
		left = 1e-7
	}
	switch {
	case up.decrement < m.rough || up.decrement < 1e-14 || up.decrement < 1e-16*math.Abs(up.value):
		return true
	case !(up.decrement < 1e-9):
		return false
	case math.Sqrt(2*up.decrement)*rate < left*(1-rate):
		return true
	}
	for a, i := range m.free {
		if math.Abs(up.step[a]) > runaway*math.Abs(up.theta[i]) {
			return up.iterations > 0 && !m.firth
		}
	}
	return false
}

// quadratic is the local model of the active coefficients in units in which the
// diagonal of the information is 1.
type quadratic struct {
	n    int
	unit []float64
	grad []float64
	info []float64
}

func (m *problem) quadratic(h, grad []float64, active []int) *quadratic {
	n, q := len(active), len(m.free)
	s := &quadratic{n: n, unit: make([]float64, n), grad: make([]float64, n), info: make([]float64, n*n)}
	for k, a := range active {
		s.unit[k] = 1
		if v := math.Abs(h[a*q+a]); v > 0 {
			s.unit[k] = math.Sqrt(v)
		}
	}
	for k, a := range active {
		s.grad[k] = grad[a] / s.unit[k]
		for l, b := range active {
			s.info[k*n+l] = h[a*q+b] / s.unit[k] / s.unit[l]
		}
	}
	return s
}

// hessian is the information with the ridge.
func (m *problem) hessian(pt *point) []float64 {
	q := len(m.free)
	h := slices.Clone(pt.info)
	for a, v := range m.ridge {
		h[a*q+a] += v
	}
	return h
}

// learn changes h so that it explains the change of the gradient between two points.
func (m *problem) learn(h []float64, from, to *point) {
	q := len(m.free)
	step, change, along := make([]float64, q), make([]float64, q), make([]float64, q)
	for a, i := range m.free {
		step[a] = to.theta[i] - from.theta[i]
		change[a] = from.grad[a] - to.grad[a]
	}
	for a := range q {
		along[a] = dot(h[a*q:(a+1)*q], step)
	}
	curve, slope := dot(step, along), dot(step, change)
	if !(slope > 1e-3*curve) {
		return // it would not stay positive definite
	}
	for a := range q {
		for b := range q {
			h[a*q+b] += change[a]*change[b]/slope - along[a]*along[b]/curve
		}
	}
}

// solve returns the step (info + damping I)^-1 grad; false when that matrix is
// not positive definite.
func (s *quadratic) solve(damping float64) ([]float64, bool) {
	l := slices.Clone(s.info)
	for k := range s.n {
		l[k*s.n+k] += damping
	}
	if !cholesky(l, s.n) {
		return nil, false
	}
	step := slices.Clone(s.grad)
	substitute(l, s.n, step)
	return step, true
}

// curve returns x' info x.
func (s *quadratic) curve(x []float64) float64 {
	sum := 0.0
	for k := range s.n {
		sum += x[k] * dot(s.info[k*s.n:(k+1)*s.n], x)
	}
	return sum
}

func (o *Options) problem(l likelihood, p int, names []string) (*problem, error) {
	if p == 0 {
		return nil, fmt.Errorf("the model has no terms")
	}
	m := &problem{l: l, base: make([]float64, p), firth: o.Firth, weight: float64(o.subject.events), secant: o.Firth || o.subject.expected}
	switch {
	case o.Start != nil && len(o.Start) != p:
		return nil, fmt.Errorf("start values: %d for %d coefficients", len(o.Start), p)
	case !finite(o.Start...):
		return nil, fmt.Errorf("start values: one of them is no finite number")
	case o.Level < 0 || o.Level >= 1 || math.IsNaN(o.Level):
		return nil, fmt.Errorf("the level of intervals is %v; it lies between 0 and 1, as 0.95", o.Level)
	case o.Robust != "" && o.Robust != "event" && o.Robust != "actor":
		return nil, fmt.Errorf("robust standard errors are clustered by event or by actor, not by %q", o.Robust)
	case o.Robust == "actor" && o.subject.members == nil:
		return nil, fmt.Errorf("robust standard errors by actor are asked for, and this model does not say whose its cases are")
	}
	for _, name := range sortedKeys(o.Fixed) {
		if !slices.Contains(names, name) {
			return nil, unknownTerm("fixed coefficient", name, names)
		}
		if !finite(o.Fixed[name]) {
			return nil, fmt.Errorf("fixed coefficient %s: its value is no finite number", name)
		}
	}
	for _, name := range sortedKeys(o.Ridges) {
		if !slices.Contains(names, name) {
			return nil, unknownTerm("ridge", name, names)
		}
	}
	for i, name := range names {
		if value, fixed := o.Fixed[name]; fixed {
			m.base[i] = value
			continue
		}
		ridge := o.Ridge
		if o.exempt(i, names) {
			ridge = 0
		}
		if own, ok := o.Ridges[name]; ok {
			ridge = own
		}
		if !(ridge >= 0) || math.IsInf(ridge, 1) {
			return nil, fmt.Errorf("the ridge of %s is %v; it is a number from 0 up", name, ridge)
		}
		m.free = append(m.free, i)
		m.ridge = append(m.ridge, ridge)
	}
	return m, nil
}

// exempt reports whether a coefficient is an intercept.
func (o *Options) exempt(i int, names []string) bool {
	if o.subject.intercept != nil {
		return o.subject.intercept[i]
	}
	return strings.EqualFold(strings.Trim(names[i], "()"), "intercept")
}

func unknownTerm(what, name string, names []string) error {
	return fmt.Errorf("%s %s: the model has no such term%s", what, name, meant(name, names))
}

func finite(values ...float64) bool {
	for _, v := range values {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return false
		}
	}
	return true
}
