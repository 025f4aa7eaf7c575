package forecast

import (
	"fmt"
	"math"
	"strings"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat/distuv"
)

// Ties says how events at the same time share their risk set.
type Ties int

const (
	// Efron averages over the orders in which tied events may have come (Efron
	// 1977, Journal of the American Statistical Association 72:557).
	Efron Ties = iota
	// Breslow gives every tied event the whole risk set (Breslow 1974, Biometrics
	// 30:89).
	Breslow
)

func (t Ties) String() string {
	if t == Breslow {
		return "breslow"
	}
	return "efron"
}

// Regression is a fitted model of how covariates multiply a hazard.
type Regression struct {
	Names []string
	// Coef are log hazard ratios for one unit of the covariate, SE their standard
	// errors: from the inverse information for Cox, the sandwich for Fine-Gray.
	Coef, SE []float64
	LogLik   [2]float64 // partial log-likelihood at zero and at Coef
	// Score and Wald test that all coefficients are zero, beside the likelihood
	// ratio 2 (LogLik[1]-LogLik[0]); each is chi-squared on len(Coef) degrees.
	Score, Wald float64
	Ties        Ties
	N, Events   int
	Missing     int // groups left out because a covariate is not known
	Iterations  int
	// Drift tests for each covariate that its effect does not change with time,
	// chi-squared on one degree, and DriftAll for all of them together, on len(Coef)
	// degrees; for Cox alone, nil and 0 otherwise.
	Drift    []float64
	DriftAll float64
	Warnings []string // what to know before relying on the numbers
}

// LikelihoodRatio returns the chi-squared statistic that all coefficients are
// zero.
func (r *Regression) LikelihoodRatio() float64 { return 2 * (r.LogLik[1] - r.LogLik[0]) }

// Interval returns the interval of 95 % of a coefficient.
func (r *Regression) Interval(i int) (low, high float64) {
	return r.Coef[i] - z975*r.SE[i], r.Coef[i] + z975*r.SE[i]
}

// P returns the two-sided p-value of a coefficient by the normal approximation.
func (r *Regression) P(i int) float64 { return math.Erfc(math.Abs(r.Coef[i]/r.SE[i]) / math.Sqrt2) }

// ChiSquareP returns the probability of a chi-squared statistic at least as large
// on the degrees of freedom.
func ChiSquareP(statistic float64, df int) float64 {
	return distuv.ChiSquared{K: float64(df)}.Survival(statistic)
}

// Cox fits the proportional hazards model (Cox 1972, Journal of the Royal
// Statistical Society B 34:187) of the hazard of reaching the rung among those
// still waiting; dissolution ends the wait like a loss from view, so the hazard
// is cause-specific. x holds a row of covariates for each spell, in the order of
// names; a spell with a NaN in its row is left out and counted as Missing.
//
// It is an error when there is no event, when a covariate is the same for all
// groups or a combination of others, and when a number is not finite.
func Cox(spells []Spell, names []string, x [][]float64, ties Ties) (*Regression, error) {
	d, err := newDesign(spells, names, x)
	if err != nil {
		return nil, err
	}
	l := d.partial(ties, nil)
	r, beta, cov, err := l.maximise(d)
	if err != nil {
		return nil, err
	}
	d.unscale(r, beta, cov)
	l.drift(r, beta)
	return r, nil
}

// wanted events for each covariate, below which coefficients and their errors
// are unreliable (Peduzzi, Concato, Feinstein and Holford 1995, Journal of
// Clinical Epidemiology 48:1503).
const eventsPerCovariate = 10

// design is the covariates of the spells in the order of time, centred and in
// units of their standard deviation so that steps and singularity are judged on
// one scale.
type design struct {
	names   []string
	spells  []Spell // by Years
	x       []float64
	sd      []float64
	missing int
	events  int
}

func newDesign(spells []Spell, names []string, x [][]float64) (*design, error) {
	if len(names) == 0 {
		return nil, fmt.Errorf("no covariate to fit")
	}
	if len(x) != len(spells) {
		return nil, fmt.Errorf("%d rows of covariates for %d spells", len(x), len(spells))
	}
	d := &design{names: names, sd: make([]float64, len(names))}
	for _, i := range byYears(spells) {
		s, row := spells[i], x[i]
		if len(row) != len(names) {
			return nil, fmt.Errorf("group %s has %d covariates, want %d", s.ID, len(row), len(names))
		}
		if !(s.Years >= 0) || math.IsInf(s.Years, 1) {
			return nil, fmt.Errorf("group %s waited %v years: a wait is a number from 0", s.ID, s.Years)
		}
		known := true
		for j, v := range row {
			if math.IsInf(v, 0) {
				return nil, fmt.Errorf("%s of group %s is %v", names[j], s.ID, v)
			}
			known = known && !math.IsNaN(v)
		}
		if !known {
			d.missing++
			continue
		}
		d.spells = append(d.spells, s)
		d.x = append(d.x, row...)
		if s.Outcome == Event {
			d.events++
		}
	}
	if d.events == 0 {
		return nil, fmt.Errorf("no event among %s: there is nothing to fit", counted(len(d.spells), "group"))
	}
	return d, d.standardise()
}

// standardise centres and scales the columns, and refuses one that is constant
// or a linear combination of those before it.
func (d *design) standardise() error {
	n, p := len(d.spells), len(d.names)
	column := func(j int) []float64 {
		c := make([]float64, n)
		for i := range c {
			c[i] = d.x[i*p+j]
		}
		return c
	}
	var basis [][]float64 // orthonormal, of the columns before
	for j, name := range d.names {
		c := column(j)
		var mean, square float64
		for i, v := range c {
			mean += (v - mean) / float64(i+1)
		}
		largest := 0.0
		for i, v := range c {
			largest = max(largest, math.Abs(v))
			c[i] -= mean
			square += c[i] * c[i]
		}
		d.sd[j] = math.Sqrt(square / float64(n))
		if d.sd[j] <= 1e-12*largest || d.sd[j] == 0 {
			return fmt.Errorf("covariate %s is %v for all %s: it cannot tell them apart", name, d.x[j], counted(n, "group"))
		}
		for i := range c {
			c[i] /= d.sd[j]
			d.x[i*p+j] = c[i]
		}
		var with []string
		for k, b := range basis {
			if along := dot(b, c); math.Abs(along) > 1e-8*math.Sqrt(float64(n)) {
				with = append(with, d.names[k])
				for i := range c {
					c[i] -= along * b[i]
				}
			}
		}
		length := math.Sqrt(dot(c, c))
		if length <= 1e-7*math.Sqrt(float64(n)) {
			return fmt.Errorf("covariate %s is a linear combination of %s: leave one out", name, strings.Join(with, ", "))
		}
		for i := range c {
			c[i] /= length
		}
		basis = append(basis, c)
	}
	return nil
}

func dot(a, b []float64) (sum float64) {
	for i, v := range a {
		sum += v * b[i]
	}
	return sum
}

// unscale writes coefficients and covariance, which are in standard deviations,
// in the units of the covariates.
func (d *design) unscale(r *Regression, beta []float64, cov *mat.SymDense) {
	for j, b := range beta {
		r.Coef = append(r.Coef, b/d.sd[j])
		r.SE = append(r.SE, math.Sqrt(cov.At(j, j))/d.sd[j])
	}
}

// moment is a time with events.
type moment struct {
	first, last int     // the rows that end there
	events      float64 // of them, those with an event
	weight      float64 // in Fine-Gray, the share not yet lost from view just before
}

// partial is a partial log-likelihood over a design.
type partial struct {
	*design
	p       int
	efron   bool
	moments []moment
	left    []float64 // in Fine-Gray, for each row the share not yet lost just before its end; nil in Cox

	score, risk []float64 // x beta and exp(x beta) by row
	// sums holds for each moment the sums over its risk set of the risk, the risk
	// times x, and the risk times x x' (lower triangle), stride numbers together.
	sums   []float64
	stride int
}

// partial prepares the likelihood; kept, if not nil, is the share not lost from
// view just before the end of each row.
func (d *design) partial(ties Ties, kept []float64) *partial {
	p := len(d.names)
	l := &partial{design: d, p: p, efron: ties == Efron, left: kept, stride: 1 + p + p*(p+1)/2}
	for i := 0; i < len(d.spells); {
		m := moment{first: i, weight: 1}
		for ; i < len(d.spells) && d.spells[i].Years == d.spells[m.first].Years; i++ {
			if d.spells[i].Outcome == Event {
				m.events++
			}
		}
		m.last = i
		if kept != nil {
			m.weight = kept[m.first]
		}
		if m.events > 0 {
			l.moments = append(l.moments, m)
		}
	}
	l.score, l.risk = make([]float64, len(d.spells)), make([]float64, len(d.spells))
	l.sums = make([]float64, len(l.moments)*l.stride)
	return l
}

// add puts one row with a weight into sums of the layout of l.sums.
func (l *partial) add(sums []float64, row int, weight float64) {
	x := l.x[row*l.p : (row+1)*l.p]
	sums[0] += weight
	k := 1 + l.p
	for a, xa := range x {
		sums[1+a] += weight * xa
		for _, xb := range x[:a+1] {
			sums[k] += weight * xa * xb
			k++
		}
	}
}

// gather computes the sums over the risk set of every moment: those whose wait
// goes on, and in Fine-Gray those who dissolved before, each with the chance
// that it would still be in view.
func (l *partial) gather(beta []float64) {
	for i := range l.spells {
		l.score[i] = dot(beta, l.x[i*l.p:(i+1)*l.p])
		l.risk[i] = math.Exp(l.score[i])
	}
	running := make([]float64, l.stride)
	row := len(l.spells)
	for m := len(l.moments) - 1; m >= 0; m-- {
		for row > l.moments[m].first {
			row--
			l.add(running, row, l.risk[row])
		}
		copy(l.sums[m*l.stride:], running)
	}
	if l.left == nil {
		return
	}
	clear(running)
	row = 0
	for m, at := range l.moments {
		for ; row < at.first; row++ {
			if l.spells[row].Outcome == Dissolved {
				l.add(running, row, l.risk[row]/l.left[row])
			}
		}
		for k, v := range running {
			l.sums[m*l.stride+k] += at.weight * v
		}
	}
}

// eval returns the log-likelihood at beta with its gradient and information.
func (l *partial) eval(beta []float64) (loglik float64, grad *mat.VecDense, info *mat.SymDense) {
	grad, info = mat.NewVecDense(l.p, nil), mat.NewSymDense(l.p, nil)
	g, h := grad.RawVector().Data, info.RawSymmetric().Data
	l.each(beta, func(_ int, own float64, score, spread []float64) {
		loglik += own
		for a, v := range score {
			g[a] += v
		}
		for a, v := range spread {
			h[a] += v
		}
	})
	return loglik, grad, info
}

// each visits the moments with what each adds to the log-likelihood at beta, to
// its gradient and, as the upper triangle of a matrix, to its information; the
// slices are valid during the call only.
func (l *partial) each(beta []float64, visit func(m int, loglik float64, score, spread []float64)) {
	l.gather(beta)
	tied, sums := make([]float64, l.stride), make([]float64, l.stride)
	score, spread := make([]float64, l.p), make([]float64, l.p*l.p)
	for m, at := range l.moments {
		loglik := 0.0
		clear(tied)
		clear(score)
		clear(spread)
		for row := at.first; row < at.last; row++ {
			if l.spells[row].Outcome != Event {
				continue
			}
			loglik += l.score[row]
			for a := range score {
				score[a] += l.x[row*l.p+a]
			}
			if l.efron {
				l.add(tied, row, l.risk[row])
			}
		}
		for e := range int(at.events) {
			for k := range sums {
				sums[k] = l.sums[m*l.stride+k] - float64(e)/at.events*tied[k]
			}
			loglik -= math.Log(sums[0])
			k := 1 + l.p
			for a := range score {
				mean := sums[1+a] / sums[0]
				score[a] -= mean
				for b := range a + 1 {
					spread[b*l.p+a] += sums[k]/sums[0] - mean*sums[1+b]/sums[0]
					k++
				}
			}
		}
		visit(m, loglik, score, spread)
	}
}

// drift tests whether effects change with time: the score test of each covariate
// times one minus the Kaplan-Meier survival just before each event, added to the
// fitted model (Grambsch and Therneau 1994, Biometrika 81:515).
func (l *partial) drift(r *Regression, beta []float64) {
	p := l.p
	total, first, second := mat.NewSymDense(p, nil), mat.NewSymDense(p, nil), mat.NewSymDense(p, nil)
	slope := mat.NewVecDense(p, nil)
	survival := 1.0
	l.each(beta, func(m int, _ float64, score, spread []float64) {
		at := l.moments[m]
		time := 1 - survival
		survival *= 1 - at.events/float64(len(l.spells)-at.first)
		for a := range p {
			slope.SetVec(a, slope.AtVec(a)+time*score[a])
			for b := range a + 1 {
				v := spread[b*p+a]
				total.SetSym(b, a, total.At(b, a)+v)
				first.SetSym(b, a, first.At(b, a)+time*v)
				second.SetSym(b, a, second.At(b, a)+time*time*v)
			}
		}
	})
	// What is left of the information on the added terms once the coefficients
	// themselves are fitted.
	var factor mat.Cholesky
	var solved, taken mat.Dense
	if !factor.Factorize(total) || factor.SolveTo(&solved, first) != nil {
		return
	}
	taken.Mul(first, &solved)
	left := mat.NewSymDense(p, nil)
	for a := range p {
		for b := range a + 1 {
			left.SetSym(b, a, second.At(b, a)-taken.At(b, a))
		}
	}
	var each mat.VecDense
	if !factor.Factorize(left) || factor.Cond() > 1e12 || factor.SolveVecTo(&each, slope) != nil {
		return
	}
	r.DriftAll = mat.Dot(slope, &each)
	for a, name := range r.Names {
		chisq := slope.AtVec(a) * slope.AtVec(a) / left.At(a, a)
		r.Drift = append(r.Drift, chisq)
		if pValue := ChiSquareP(chisq, 1); pValue < 0.05 {
			r.Warnings = append(r.Warnings, fmt.Sprintf("the effect of %s changes with time (p %.2g): one hazard ratio does not describe it", name, pValue))
		}
	}
}

const maxSteps = 60

// maximise climbs by Newton's method from zero. It returns the coefficients of the
// standardised covariates and the inverse information there.
func (l *partial) maximise(d *design) (*Regression, []float64, *mat.SymDense, error) {
	r := &Regression{Names: d.names, N: len(d.spells), Events: d.events, Missing: d.missing, Ties: Breslow}
	if l.efron {
		r.Ties = Efron
	}
	at := ascent{beta: make([]float64, l.p)}
	at.loglik, at.grad, at.info = l.eval(at.beta)
	if err := l.identified(at.info); err != nil {
		return nil, nil, nil, err
	}
	r.LogLik[0] = at.loglik
	var runaway []string
	var factor mat.Cholesky
	step := mat.NewVecDense(l.p, nil)
	for ; r.Iterations < maxSteps; r.Iterations++ {
		if !factor.Factorize(at.info) || factor.SolveVecTo(step, at.grad) != nil {
			runaway = l.far(at.beta, 1)
			break
		}
		gain := mat.Dot(step, at.grad)
		if r.Iterations == 0 {
			r.Score = gain
		}
		// A step that is long and yet gains next to nothing climbs towards infinity.
		if runaway = l.far(step.RawVector().Data, 0.1); gain < 1e-8 && len(runaway) > 0 {
			break
		}
		runaway = nil
		if gain <= 1e-20*(1+math.Abs(at.loglik)) || !l.ascend(&at, step) {
			break
		}
	}
	r.LogLik[1] = at.loglik
	var cov mat.SymDense
	if !factor.Factorize(at.info) || factor.InverseTo(&cov) != nil {
		return nil, nil, nil, fmt.Errorf("%s: the likelihood has no maximum at finite values; leave it out or join categories", strings.Join(runaway, ", "))
	}
	beta := mat.NewVecDense(l.p, at.beta)
	r.Wald = mat.Inner(beta, at.info, beta)
	r.warn(runaway)
	return r, at.beta, &cov, nil
}

// ascent is where a search for the maximum stands.
type ascent struct {
	beta   []float64
	loglik float64
	grad   *mat.VecDense
	info   *mat.SymDense
}

// ascend takes the step, halved until it does not lead down; false when it is as
// high as the arithmetic can tell.
func (l *partial) ascend(at *ascent, step *mat.VecDense) bool {
	next := ascent{beta: make([]float64, l.p)}
	for size := 1.0; size > 1e-6; size /= 2 {
		for a := range next.beta {
			next.beta[a] = at.beta[a] + size*step.AtVec(a)
		}
		if next.loglik, next.grad, next.info = l.eval(next.beta); next.loglik >= at.loglik {
			*at = next
			return true
		}
	}
	return false
}

// warn says what to know of the fit; the covariates runaway have no finite
// estimate.
func (r *Regression) warn(runaway []string) {
	if len(runaway) > 0 {
		r.Warnings = append(r.Warnings, fmt.Sprintf("no finite estimate of %s, which parts the groups that reached the rung first from the rest: coefficient and standard error are only where the search stopped", strings.Join(runaway, ", ")))
	}
	if r.Events < eventsPerCovariate*len(r.Names) {
		r.Warnings = append(r.Warnings, fmt.Sprintf("%s for %s: fewer than %d each, so coefficients and their errors are unreliable", counted(r.Events, "event"), counted(len(r.Names), "covariate"), eventsPerCovariate))
	}
	if r.Missing > 0 {
		r.Warnings = append(r.Warnings, fmt.Sprintf("%s left out: a covariate is not known", counted(r.Missing, "group")))
	}
}

// identified reports whether the covariates can be told apart within the risk
// sets; info is the information at zero.
func (l *partial) identified(info *mat.SymDense) error {
	for j, name := range l.names {
		if info.At(j, j) <= 1e-10*float64(l.events) {
			return fmt.Errorf("covariate %s is the same for all groups still waiting whenever the rung was reached: it cannot tell them apart", name)
		}
	}
	var factor mat.Cholesky
	if !factor.Factorize(info) || factor.Cond() > 1e12 {
		return fmt.Errorf("%s: a combination of these is the same for all groups still waiting whenever the rung was reached: leave one out", strings.Join(l.names, ", "))
	}
	return nil
}

// far names the covariates whose element is larger than the limit.
func (l *partial) far(v []float64, limit float64) (names []string) {
	for i, x := range v {
		if math.Abs(x) > limit {
			names = append(names, l.names[i])
		}
	}
	return names
}
