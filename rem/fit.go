package rem

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
)

// Fit is a fitted model with what is known of its trustworthiness. Numbers that
// do not exist (the standard error of a fixed coefficient) are NaN, null in JSON.
type Fit struct {
	Model  string
	Events int // explained
	Actors int
	Cases  int // contributions to the log-likelihood: events, and intervals without one

	LogLik float64 // without penalties
	// NullLogLik is the log-likelihood when all coefficients but the intercept and
	// the fixed ones are zero.
	NullLogLik float64
	// Penalised is what was maximised, LogLik where there is no penalty.
	Penalised float64
	// LR compares with the null model; nil under a ridge. Under Firth's penalty it is
	// the penalised likelihood ratio (Heinze & Schemper 2002).
	LR *Test
	// DF counts the estimated coefficients; under a ridge their effective number,
	// the trace of the information times the covariance (Gray 1992).
	DF float64
	// AIC (Akaike 1974), AICc (Hurvich & Tsai 1989) and BIC (Schwarz 1978). The last
	// two count events as observations.
	AIC, AICc, BIC float64

	Converged   bool
	Iterations  int // Newton steps
	Evaluations int // of the likelihood
	Robust      string
	Level       float64 // of the intervals
	Warnings    []Warning
	Terms       []Estimate
	// Covariance of the estimates, row by row: the inverse of the information with
	// its ridge, or the sandwich when Robust is set; 0 for fixed coefficients.
	Covariance []float64
	// Curves are the coefficients that change with time.
	Curves []Curve

	options Options
	free    []int
	null    float64 // what was maximised, at the null model
}

// Estimate is the coefficient of a term: the change in the logarithm of the rate
// when its statistic grows by 1.
type Estimate struct {
	Name     string
	Estimate float64
	// SE is from the inverse information, RobustSE from the sandwich; 0 when that was
	// not asked for.
	SE, RobustSE float64
	// Z, P (two-sided, normal) and the Wald interval rest on RobustSE if there is one.
	Z, P      float64
	Low, High float64
	Fixed     bool
	// Diverges is +1 or -1 when the likelihood rises for ever in that direction: the
	// estimate is where the search gave up.
	Diverges int
}

// Warning is a reason to look before trusting a fit.
type Warning struct {
	Code  string   `json:"code"`
	Terms []string `json:"terms,omitempty"`
	Text  string   `json:"text"`
}

func (w Warning) String() string { return w.Text }

// Codes of warnings.
const (
	WarnConstant     = "constant"      // a statistic never varies
	WarnCollinear    = "collinear"     // terms say the same, exactly or nearly
	WarnSeparation   = "separation"    // a coefficient has no finite maximum
	WarnWeak         = "weak"          // a standard error out of all proportion
	WarnNotConverged = "not_converged" // the search ended before a maximum
	WarnFewEvents    = "few_events"    // not more events than coefficients
	WarnMissing      = "missing"       // covariates that are not known were filled
	WarnOrder        = "order"         // rows of a table were not in the order of time
	WarnTwice        = "twice"         // several events have the same id
	WarnValue        = "value"         // a table has a column of values that is not read
	WarnNoIntercept  = "no_intercept"  // the rate of waiting times is not estimated
	WarnRobust       = "robust"        // the sandwich was mended
)

// Theta returns the coefficients in the order of the terms.
func (f *Fit) Theta() []float64 {
	theta := make([]float64, len(f.Terms))
	for k := range f.Terms {
		theta[k] = f.Terms[k].Estimate
	}
	return theta
}

// Term finds a term by its name.
func (f *Fit) Term(name string) (Estimate, bool) {
	k := slices.IndexFunc(f.Terms, func(e Estimate) bool { return e.Name == name })
	if k < 0 {
		return Estimate{}, false
	}
	return f.Terms[k], true
}

// Fit maximises the log-likelihood of the design.
func (d *Design) Fit(ctx context.Context, opt Options) (*Fit, error) {
	if err := d.timeless(); err != nil {
		return nil, err
	}
	opt.subject = d.subject()
	opt.Fixed = maps.Clone(opt.Fixed)
	for k, i := range d.of {
		if t := &d.Model.Terms[i]; t.Fixed != nil {
			if opt.Fixed == nil {
				opt.Fixed = map[string]float64{}
			}
			opt.Fixed[d.Terms[k]] = *t.Fixed
		}
	}
	some, events, err := d.some()
	if err != nil {
		return nil, err
	}
	if some != nil {
		opt.subject.sketch, opt.subject.sketchEvents = &assembled{parts: some}, events
	}
	fit, err := maximise(ctx, d.likelihood(), len(d.Terms), d.Terms, opt)
	if errors.Is(err, errNotFinite) {
		return nil, cmp.Or(d.notFinite(ctx), err)
	}
	if err != nil {
		return nil, err
	}
	fit.Warnings = append(fit.Warnings, d.data.notes...)
	if d.Model.Interval && !slices.Contains(opt.subject.intercept, true) {
		fit.warn(WarnNoIntercept, nil, "waiting times without an intercept: whatever has all statistics 0 is taken to happen once per unit of time; add the term intercept")
	}
	for _, text := range d.filled {
		fit.warn(WarnMissing, nil, "%s", text)
	}
	fit.Curves, err = d.curves(fit)
	return fit, err
}

// notFinite names the first statistic that is no finite number; nil where all are.
func (d *Design) notFinite(ctx context.Context) error {
	return d.Each(ctx, func(m *Moment) error {
		for row := range m.Rows() {
			for k, v := range m.Statistics(row) {
				if !finite(v) {
					return fmt.Errorf("term %s is %v for %v at time %s; a logarithm of 0 or a root of less is none, log1p is finite from 0 on", d.Terms[k], v, d.who(m, row), d.When(m.Time))
				}
			}
		}
		return nil
	})
}

// Profile returns the profile-likelihood interval of a term of a fit of this
// design.
func (d *Design) Profile(ctx context.Context, fit *Fit, term string, level float64) (Interval, error) {
	return profile(ctx, d.likelihood(), fit, term, level)
}

// warmShare is the number of parts of which one is enough to find where to begin.
const warmShare = 8

// some returns a design that is cheaper and leads close to the maximum, and its
// events: a part of a long one, the single choices of a coordination; nil when there
// is none.
func (d *Design) some() (some []part, events int, err error) {
	parts := d.parts()
	if d.Model.Family == Coordination {
		alone, err := d.panel.alone()
		return []part{alone}, d.Events, err
	}
	for k := 0; len(parts) >= 2*warmShare && k < len(parts); k += warmShare {
		some = append(some, parts[k])
	}
	return some, d.Events / warmShare, nil
}

// assembled is the likelihood of a design.
type assembled struct {
	parts  []part
	spread Spread // nil: the parts are evaluated here
}

func (d *Design) likelihood() *assembled { return &assembled{d.parts(), d.spread} }

// total sums all parts, here or elsewhere.
func (a *assembled) total(ctx context.Context, theta []float64, informed bool) (*total, error) {
	if a.spread == nil {
		return evaluate(ctx, a.parts, theta, informed)
	}
	sums, err := a.spread(ctx, theta, informed)
	if err != nil {
		return nil, err
	}
	if len(sums) != len(a.parts) {
		return nil, fmt.Errorf("%d sums of %d parts", len(sums), len(a.parts))
	}
	totals := make([]*total, len(sums))
	for k, s := range sums {
		totals[k] = &total{loglik: s.LogLik, grad: s.Gradient, info: s.Information}
	}
	return added(len(theta), totals, informed), nil
}

func (a *assembled) eval(ctx context.Context, theta, grad, info []float64) (float64, error) {
	t, err := a.total(ctx, theta, info != nil)
	if err != nil {
		return 0, err
	}
	if grad != nil {
		copy(grad, t.grad)
	}
	if info != nil {
		copy(info, t.info)
	}
	return t.loglik, nil
}

func (a *assembled) scores(ctx context.Context, theta []float64, visit func(c int, loglik float64, score []float64)) error {
	var mine scratch
	for _, part := range a.parts {
		if err := ctx.Err(); err != nil {
			return err
		}
		t := newTotal(len(theta), false)
		t.score, t.visit, t.scratch = make([]float64, len(theta)), visit, &mine
		part.evaluate(theta, t)
		if t.err != nil {
			return t.err
		}
	}
	return nil
}

// subject says what the design is about.
func (d *Design) subject() subject {
	family := d.Model.Family
	if d.Model.OfSizes {
		family = sizes
	}
	s := subject{model: string(family), events: d.Events, actors: d.Actors, expected: d.Model.Family == Coordination,
		size: make([]float64, len(d.Terms)), intercept: make([]bool, len(d.Terms))}
	for k, i := range d.of {
		s.intercept[k] = d.Model.Terms[i].is("intercept")
	}
	measure := func(r *slab) {
		for k, v := range r.most {
			s.size[k] = max(s.size[k], v)
		}
	}
	var acted []int32 // event of each case, -1 for none
	for _, c := range d.strata {
		measure(&c.slab)
		for _, st := range c.cases {
			acted = append(acted, st.event)
		}
	}
	if d.panel != nil {
		for _, c := range d.panel.chunks {
			measure(&c.slab)
			for _, st := range c.steps {
				acted = append(acted, st.event)
			}
		}
	}
	s.cases = len(acted)
	s.members = func(c int) []int32 {
		if acted[c] < 0 {
			return nil
		}
		e := &d.data.Events[acted[c]]
		if d.Model.Family == Rate {
			return e.From[:1]
		}
		return slices.Concat(e.From, e.To)
	}
	return s
}

// maximise finds the maximum of a likelihood of p coefficients.
func maximise(ctx context.Context, l likelihood, p int, names []string, opt Options) (*Fit, error) {
	m, err := opt.problem(l, p, names)
	if err != nil {
		return nil, err
	}
	if opt.Level == 0 {
		opt.Level = 0.95
	}
	if opt.MaxIterations <= 0 {
		opt.MaxIterations = 100
	}
	s := opt.subject
	fit := &Fit{Model: s.model, Events: s.events, Actors: s.actors, Cases: s.cases, Robust: opt.Robust, Level: opt.Level,
		Warnings: []Warning{}, Covariance: make([]float64, p*p), options: opt}
	d := &diagnosis{Fit: fit, problem: m, names: names, options: &opt}

	zero, err := d.identify(ctx)
	if err != nil {
		return nil, err
	}
	null, err := d.nullModel(ctx, zero)
	if err != nil {
		return nil, err
	}
	all := make([]int, len(m.free))
	for a := range all {
		all[a] = a
	}
	start, err := d.begin(ctx, null, all)
	if err != nil {
		return nil, err
	}
	up, err := m.climb(ctx, start, all, opt.MaxIterations, opt.Progress)
	if err != nil {
		return nil, err
	}
	fit.free = m.free
	fit.Converged, fit.Iterations = up.converged, up.iterations
	theta := slices.Clone(up.theta)
	if up.converged {
		// The last step is already computed and gains less than can be told.
		for a, i := range m.free {
			theta[i] += up.step[a]
		}
	}
	if opt.penalised() {
		// Without its penalty the likelihood is not flat there, and still told exactly.
		if up.point, err = m.at(ctx, theta); err != nil {
			return nil, err
		}
	}
	fit.LogLik, fit.NullLogLik, fit.Penalised, fit.null = up.loglik, null.loglik, up.value, null.value
	if err := d.tabulate(ctx, up, theta, null); err != nil {
		return nil, err
	}
	fit.Evaluations = m.evaluations
	return fit, nil
}

// begin chooses where the search starts: at the given values, near the maximum of
// the sketch, or at the null model where that is higher.
func (d *diagnosis) begin(ctx context.Context, null *point, all []int) (*point, error) {
	m, s := d.problem, &d.options.subject
	theta := slices.Clone(m.base)
	switch {
	case d.options.Start != nil:
		for _, i := range m.free {
			theta[i] = d.options.Start[i]
		}
	case s.sketch != nil && len(all) > 0:
		rough := *m
		rough.l, rough.weight, rough.rough, rough.firth, rough.secant = s.sketch, float64(s.sketchEvents), 1e-3, false, false
		from, err := rough.at(ctx, null.theta)
		if err != nil {
			return nil, err
		}
		up, err := rough.climb(ctx, from, all, d.options.MaxIterations, nil)
		if err != nil {
			return nil, err
		}
		if !up.converged {
			return null, nil
		}
		for a, i := range m.free {
			theta[i] = up.theta[i] + up.step[a]
		}
	default:
		return null, nil
	}
	start, err := m.at(ctx, theta)
	if err != nil || start.value > null.value {
		return start, err
	}
	return null, nil
}

// nullModel climbs with the intercepts alone.
func (d *diagnosis) nullModel(ctx context.Context, zero *point) (*point, error) {
	m := d.problem
	var intercepts []int
	for a, i := range m.free {
		if d.options.exempt(i, d.names) {
			intercepts = append(intercepts, a)
		}
	}
	if len(intercepts) == 0 {
		return zero, nil
	}
	start := zero
	if len(intercepts) == 1 {
		next, exact, err := d.rated(ctx, zero, intercepts[0])
		switch {
		case err != nil:
			return nil, err
		case exact:
			return next, nil
		case next != nil && next.value > start.value:
			start = next
		}
	}
	up, err := m.climb(ctx, start, intercepts, d.options.MaxIterations, nil)
	if err != nil {
		return nil, err
	}
	return up.point, nil
}

// rated moves the intercept to the mean rate. With waiting times and all
// coefficients zero the log-likelihood is -E, the exposure, which is also the
// information of the intercept; its gradient is N - E. At intercept b the
// log-likelihood is N b - E exp(b), highest at log(N/E), and the information is exp(b)
// times that at zero; so there is nothing to evaluate. nil when the likelihood is
// none of that kind.
func (d *diagnosis) rated(ctx context.Context, zero *point, a int) (pt *point, exact bool, err error) {
	m := d.problem
	q, i := len(m.free), m.free[a]
	exposure := zero.info[a*q+a]
	events := exposure + zero.grad[a]
	if n := float64(d.options.subject.events); math.Abs(events-n) <= 1e-12*exposure {
		events = n // what could act so far outnumbers what did that the difference is rounding
	}
	if !(exposure > 0 && events > 0) {
		return nil, false, nil
	}
	theta := slices.Clone(zero.theta)
	theta[i] = math.Log(events / exposure)
	swallowed := exposure > 1e9*events // of gradients at zero rounding leaves little
	if m.firth || m.ridge[a] > 0 || swallowed || math.Abs(zero.loglik+exposure) > 1e-9*exposure {
		pt, err = m.at(ctx, theta)
		return pt, false, err
	}
	f := events / exposure
	pt = &point{theta: theta, loglik: events * (theta[i] - 1), grad: slices.Clone(zero.grad), info: slices.Clone(zero.info), whole: true}
	for b := range q {
		pt.grad[b] += zero.info[a*q+b] * (1 - f)
	}
	scale(pt.info, f)
	pt.value = pt.loglik + zero.value - zero.loglik
	return pt, true, nil
}

// tabulate fills in the table, the criteria and the warnings.
func (d *diagnosis) tabulate(ctx context.Context, up *ascent, theta []float64, null *point) error {
	fit, m := d.Fit, d.problem
	p, q := len(theta), len(m.free)
	penalised := slices.Clone(up.info)
	ridge := false
	for a, v := range m.ridge {
		penalised[a*q+a] += v
		ridge = ridge || v > 0
	}
	covariance, unknown := generalInverse(penalised, q)
	fit.DF = float64(q)
	if ridge {
		fit.DF = 0
		for a, v := range product(up.info, covariance, q) {
			if a%(q+1) == 0 {
				fit.DF += v
			}
		}
	}
	fit.AIC = 2*fit.DF - 2*fit.LogLik
	fit.AICc, fit.BIC = math.NaN(), math.NaN()
	if n := float64(fit.Events); n > 0 {
		fit.BIC = fit.DF*math.Log(n) - 2*fit.LogLik
		if n > fit.DF+1 {
			fit.AICc = fit.AIC + 2*fit.DF*(fit.DF+1)/(n-fit.DF-1)
		}
	}
	if added := d.added(); !ridge && added > 0 {
		fit.LR = &Test{Statistic: max(0, 2*(fit.Penalised-fit.null)), DF: added}
		fit.LR.P = chiSquaredTail(fit.LR.Statistic, added)
	}
	used := covariance
	if fit.Robust != "" && q > 0 {
		var err error
		if used, err = d.sandwich(ctx, theta, covariance); err != nil {
			return err
		}
	}
	for a, i := range m.free {
		for b, j := range m.free {
			fit.Covariance[i*p+j] = used[a*q+b]
		}
	}
	width := math.Sqrt2 * math.Erfinv(fit.Level)
	none := math.NaN()
	for i, name := range d.names {
		e := Estimate{Name: name, Estimate: theta[i], SE: none, Z: none, P: none, Low: none, High: none}
		a := slices.Index(m.free, i)
		if e.Fixed = a < 0; !e.Fixed && !unknown[a] {
			e.SE = math.Sqrt(covariance[a*q+a])
			se := e.SE
			if fit.Robust != "" {
				e.RobustSE = math.Sqrt(used[a*q+a])
				se = e.RobustSE
			}
			if se > 0 {
				e.Z = e.Estimate / se
				e.P = math.Erfc(math.Abs(e.Z) / math.Sqrt2)
			}
			e.Low, e.High = e.Estimate-width*se, e.Estimate+width*se
		}
		fit.Terms = append(fit.Terms, e)
	}
	d.judge(up, covariance, unknown, null)
	return nil
}

// added counts the coefficients that the null model does not have.
func (d *diagnosis) added() int {
	n := 0
	for _, i := range d.problem.free {
		if !d.options.exempt(i, d.names) {
			n++
		}
	}
	return n
}

// MarshalJSON writes numbers that do not exist as null.
func (f *Fit) MarshalJSON() ([]byte, error) {
	return json.Marshal(struct {
		Model       string     `json:"model"`
		Events      int        `json:"n_events"`
		Actors      int        `json:"n_actors"`
		LogLik      real       `json:"loglik"`
		NullLogLik  real       `json:"null_loglik"`
		Penalised   real       `json:"penalised_loglik"`
		LR          *Test      `json:"lr_test"`
		DF          real       `json:"df"`
		AIC         real       `json:"aic"`
		AICc        real       `json:"aicc"`
		BIC         real       `json:"bic"`
		Cases       int        `json:"n_cases"`
		Converged   bool       `json:"converged"`
		Iterations  int        `json:"iterations"`
		Evaluations int        `json:"evaluations"`
		Robust      string     `json:"robust,omitempty"`
		Level       real       `json:"level"`
		Warnings    []Warning  `json:"warnings"`
		Terms       []Estimate `json:"terms"`
		Curves      []Curve    `json:"curves,omitempty"`
	}{f.Model, f.Events, f.Actors, real(f.LogLik), real(f.NullLogLik), real(f.Penalised), f.LR, real(f.DF),
		real(f.AIC), real(f.AICc), real(f.BIC), f.Cases, f.Converged, f.Iterations, f.Evaluations, f.Robust, real(f.Level), f.Warnings, f.Terms, f.Curves})
}

// MarshalJSON writes numbers that do not exist as null.
func (e Estimate) MarshalJSON() ([]byte, error) {
	out := struct {
		Name     string `json:"name"`
		Estimate real   `json:"estimate"`
		SE       real   `json:"se"`
		RobustSE *real  `json:"robust_se,omitempty"`
		Z        real   `json:"z"`
		P        real   `json:"p"`
		Low      real   `json:"low"`
		High     real   `json:"high"`
		Fixed    bool   `json:"fixed,omitempty"`
		Diverges int    `json:"diverges,omitempty"`
	}{e.Name, real(e.Estimate), real(e.SE), nil, real(e.Z), real(e.P), real(e.Low), real(e.High), e.Fixed, e.Diverges}
	if robust := real(e.RobustSE); robust != 0 {
		out.RobustSE = &robust
	}
	return json.Marshal(out)
}

// real is a number that JSON may not know.
type real float64

func (r real) MarshalJSON() ([]byte, error) {
	if !finite(float64(r)) {
		return []byte("null"), nil
	}
	return json.Marshal(float64(r))
}

func (f *Fit) warn(code string, terms []string, format string, args ...any) {
	f.Warnings = append(f.Warnings, Warning{code, terms, fmt.Sprintf(format, args...)})
}
