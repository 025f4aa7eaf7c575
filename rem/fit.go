package rem

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strings"
)

// Options of a fit; the zero value starts at zero without a penalty.
type Options struct {
	Start         []float64 // one per term; nil: zeros, an intercept at the mean rate
	MaxIterations int       // 0: 100
	Ridge         float64   // half of it times the sum of squares is taken off the log-likelihood
}

// Fit is a fitted model.
type Fit struct {
	Model      string     `json:"model"`
	Events     int        `json:"n_events"`
	Actors     int        `json:"n_actors"`
	LogLik     float64    `json:"loglik"`
	NullLogLik float64    `json:"null_loglik"` // at the start: all coefficients zero
	AIC        float64    `json:"aic"`
	BIC        float64    `json:"bic"` // with the logarithm of the number of events
	Converged  bool       `json:"converged"`
	Iterations int        `json:"iterations"`
	Warnings   []string   `json:"warnings"`
	Terms      []Estimate `json:"terms"`

	// Covariance of the estimates: the inverse of the information, row by row.
	Covariance []float64 `json:"-"`
}

// Estimate is the coefficient of a term.
type Estimate struct {
	Name     string  `json:"name"`
	Estimate float64 `json:"estimate"`
	SE       float64 `json:"se"`
	Z        float64 `json:"z"`
	P        float64 `json:"p"` // two-sided, normal
}

// Fit maximises the log-likelihood by Newton's method with the expected
// information. Where a step does not raise it, the information is damped
// (Levenberg 1944, Marquardt 1963): the likelihood of coordination need not be
// concave far from its maximum.
func (d *Design) Fit(ctx context.Context, opt Options) (*Fit, error) {
	p := len(d.Terms)
	if opt.Start != nil && len(opt.Start) != p {
		return nil, fmt.Errorf("the start has %d values for %d terms", len(opt.Start), p)
	}
	if opt.Ridge < 0 || math.IsNaN(opt.Ridge) {
		return nil, fmt.Errorf("a ridge penalty of %v is below zero", opt.Ridge)
	}
	parts := d.parts()
	theta := make([]float64, p)
	copy(theta, opt.Start)
	fit := &Fit{Model: string(d.Model.Family), Events: d.Events, Actors: d.Actors, Warnings: []string{}}
	eval := func(parts []part, theta []float64) (*total, error) {
		t, err := evaluate(ctx, parts, theta)
		if err != nil {
			return nil, err
		}
		for k, v := range theta {
			t.loglik -= opt.Ridge / 2 * v * v
			t.grad[k] -= opt.Ridge * v
			t.info[k*p+k] += opt.Ridge
		}
		return t, nil
	}
	now, err := eval(parts, theta)
	if err != nil {
		return nil, err
	}
	fit.NullLogLik = now.loglik
	start := theta
	if opt.Start == nil {
		if k := d.intercept(); k >= 0 && now.info[k*p+k] > 0 {
			// At zero the information of the intercept is the number of events that a
			// rate of 1 would bring.
			events := now.grad[k] + now.info[k*p+k]
			start[k] = math.Log(events / now.info[k*p+k])
			now = nil
		}
	}
	if now != nil {
		if err := d.singular(now.info); err != nil {
			return nil, err
		}
	}
	most := opt.MaxIterations
	if most == 0 {
		most = 100
	}
	if some := d.some(parts); some != nil {
		warm := &search{theta: start, most: most, tolerance: 1e-3}
		if err := warm.run(func(theta []float64) (*total, error) { return eval(some, theta) }); err != nil {
			return nil, err
		}
		if warm.converged {
			start, now = warm.theta, nil
		}
	}
	s := &search{theta: start, now: now, most: most}
	if err := s.run(func(theta []float64) (*total, error) { return eval(parts, theta) }); err != nil {
		return nil, err
	}
	theta, now = s.theta, s.now
	fit.Converged, fit.Iterations = s.converged, s.iterations
	if err := d.singular(now.info); err != nil {
		return nil, err
	}
	if p > d.Events {
		fit.warn("%d terms on %d events: the estimates mean little", p, d.Events)
	}
	fit.LogLik = now.loglik
	if opt.Ridge > 0 {
		fit.LogLik += opt.Ridge / 2 * dot(theta, theta)
	}
	if !fit.Converged {
		fit.warn("no maximum was found in %d steps; the estimates are where the search ended", min(fit.Iterations, most))
	}
	if fit.Covariance = invert(now.info); fit.Covariance == nil {
		return nil, d.singular(now.info)
	}
	for k, name := range d.Terms {
		e := Estimate{Name: name, Estimate: theta[k], SE: math.Sqrt(fit.Covariance[k*p+k])}
		e.Z = e.Estimate / e.SE
		e.P = math.Erfc(math.Abs(e.Z) / math.Sqrt2)
		fit.Terms = append(fit.Terms, e)
		d.runaway(fit, k, now.info[k*p+k])
	}
	fit.AIC = 2*float64(p) - 2*fit.LogLik
	fit.BIC = math.Log(float64(d.Events))*float64(p) - 2*fit.LogLik
	return fit, nil
}

// warmShare is the number of parts of which one is used to find where to begin:
// it leads close to the maximum of all of them.
const warmShare = 8

// some returns a design that is cheaper and leads close to the maximum: a part of
// a long one, the single choices of a coordination; nil when there is none.
func (d *Design) some(parts []part) (some []part) {
	if d.Model.Family == Coordination {
		for _, c := range d.panel.chunks {
			some = append(some, panelPart{d.panel, c, true})
		}
		return some
	}
	for k := 0; len(parts) >= 2*warmShare && k < len(parts); k += warmShare {
		some = append(some, parts[k])
	}
	return some
}

// search is Newton's way to a maximum.
type search struct {
	theta      []float64
	now        *total // at theta; nil: not evaluated yet
	most       int
	tolerance  float64 // of half the Newton decrement; 0: as far as the numbers go
	converged  bool
	iterations int
}

func (s *search) run(eval func(theta []float64) (*total, error)) (err error) {
	if s.now == nil {
		if s.now, err = eval(s.theta); err != nil {
			return err
		}
	}
	if math.IsNaN(s.now.loglik) || math.IsInf(s.now.loglik, 0) {
		return errors.New("the log-likelihood at the start is no number; look for infinite statistics, or give other start values")
	}
	damping := 0.0
	for s.iterations = 1; s.iterations <= s.most && damping < 1e10; s.iterations++ {
		step, ok := solve(s.now.info, s.now.grad, damping)
		if !ok {
			damping = max(10*damping, 1e-4)
			continue
		}
		decrement := dot(step, s.now.grad)
		tried := make([]float64, len(step))
		for k := range tried {
			tried[k] = s.theta[k] + step[k]
		}
		next, err := eval(tried)
		if err != nil {
			return err
		}
		noise := 1e-13 * math.Abs(s.now.loglik)
		if !(next.loglik-s.now.loglik > -noise) || math.IsInf(next.loglik, 0) {
			damping = max(10*damping, 1e-1)
			continue
		}
		s.theta, s.now = tried, next
		if damping /= 100; damping < 1e-2 {
			damping = 0
		}
		if decrement/2 < max(s.tolerance, 1e-10*(1+math.Abs(s.now.loglik)*1e-3)) && damping == 0 {
			s.converged = true
			return nil
		}
	}
	return nil
}

func (f *Fit) warn(format string, args ...any) {
	f.Warnings = append(f.Warnings, fmt.Sprintf(format, args...))
}

func (d *Design) intercept() int {
	for k := range d.Model.Terms {
		if name := d.Model.Terms[k].Term; name == "intercept" || name == "baseline" {
			return k
		}
	}
	return -1
}

// runaway warns of a coefficient without a finite maximum: the likelihood still
// rises, and its information has faded beside what it was worth at the start.
func (d *Design) runaway(fit *Fit, k int, info float64) {
	e := fit.Terms[k]
	if math.Abs(e.Estimate) > 8 && e.SE > math.Abs(e.Estimate) && info < 1 {
		direction := "always have the largest"
		if e.Estimate < 0 {
			direction = "always have the smallest"
		}
		fit.warn("term %s separates: the events %s value of their risk set, so its estimate has no finite maximum; use a ridge penalty or leave it out", e.Name, direction)
	}
}

// singular names the terms that cannot be told apart, nil when all can.
func (d *Design) singular(info []float64) error {
	p := len(d.Terms)
	for k := range p {
		if info[k*p+k] <= 0 || math.IsNaN(info[k*p+k]) {
			return fmt.Errorf("term %s never differs within a risk set, so nothing can be learnt of it; take it out", d.Terms[k])
		}
	}
	// Gram-Schmidt on the information scaled to a unit diagonal: a term whose rest is
	// nothing is a combination of those before it.
	scaled := make([]float64, p*p)
	for i := range p {
		for j := range p {
			scaled[i*p+j] = info[i*p+j] / math.Sqrt(info[i*p+i]*info[j*p+j])
		}
	}
	for k := 1; k < p; k++ {
		lead := make([]float64, k*k)
		rhs := make([]float64, k)
		for i := range k {
			copy(lead[i*k:(i+1)*k], scaled[i*p:i*p+k])
			rhs[i] = scaled[i*p+k]
		}
		b, ok := solve(lead, rhs, 0)
		if !ok {
			continue
		}
		if rest := 1 - dot(b, rhs); rest < 1e-10 {
			var with []string
			for i, v := range b {
				if math.Abs(v) > 1e-5 {
					factor := v * math.Sqrt(info[k*p+k]/info[i*p+i])
					with = append(with, fmt.Sprintf("%+.6g %s", factor, d.Terms[i]))
				}
			}
			return fmt.Errorf("term %s says the same as others: it is %s within every risk set; take one of them out", d.Terms[k], strings.Join(with, " "))
		}
	}
	return nil
}

// cholesky factors a symmetric matrix, its diagonal raised by the share damping,
// after scaling to a unit diagonal. It returns the lower factor and the scale.
func cholesky(a []float64, damping float64) (l, scale []float64, ok bool) {
	p := 0
	for p*p < len(a) {
		p++
	}
	l, scale = make([]float64, p*p), make([]float64, p)
	for i := range p {
		if !(a[i*p+i] > 0) {
			return nil, nil, false
		}
		scale[i] = 1 / math.Sqrt(a[i*p+i])
	}
	for i := range p {
		for j := range i + 1 {
			v := a[i*p+j] * scale[i] * scale[j]
			if i == j {
				v += damping
			}
			for k := range j {
				v -= l[i*p+k] * l[j*p+k]
			}
			if i != j {
				l[i*p+j] = v / l[j*p+j]
				continue
			}
			if !(v > 1e-14) {
				return nil, nil, false
			}
			l[i*p+i] = math.Sqrt(v)
		}
	}
	return l, scale, true
}

// solve returns x with a x = b, a symmetric and positive definite.
func solve(a, b []float64, damping float64) ([]float64, bool) {
	l, scale, ok := cholesky(a, damping)
	if !ok {
		return nil, false
	}
	p := len(b)
	x := make([]float64, p)
	for i := range p {
		x[i] = b[i] * scale[i]
		for k := range i {
			x[i] -= l[i*p+k] * x[k]
		}
		x[i] /= l[i*p+i]
	}
	for i := p - 1; i >= 0; i-- {
		for k := i + 1; k < p; k++ {
			x[i] -= l[k*p+i] * x[k]
		}
		x[i] /= l[i*p+i]
	}
	for i := range x {
		x[i] *= scale[i]
	}
	return x, true
}

// invert returns the inverse of a symmetric positive definite matrix, nil when it
// is not.
func invert(a []float64) []float64 {
	p := 0
	for p*p < len(a) {
		p++
	}
	inverse := make([]float64, p*p)
	unit := make([]float64, p)
	for k := range p {
		clear(unit)
		unit[k] = 1
		column, ok := solve(a, unit, 0)
		if !ok {
			return nil
		}
		copy(inverse[k*p:(k+1)*p], column)
	}
	return inverse
}
