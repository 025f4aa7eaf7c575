package rem

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

// diagnosis is a fit while it is made.
type diagnosis struct {
	*Fit
	problem *problem
	names   []string
	options *Options
}

// SingularError says which terms the data cannot identify. The fit is refused,
// as any value of their coefficients would do as well as any other.
type SingularError struct {
	Constant  []string   // statistics that never differ within a risk set
	Relations []Relation // statistics that are a combination of others within every risk set
}

// Relation states that a statistic is a combination of others, up to what is the
// same for a whole risk set.
type Relation struct {
	Term string
	Of   []Share
}

// Share is a multiple of a statistic.
type Share struct {
	Times float64
	Term  string
}

// String writes a relation as an equation: degreeDiff = degreeMax - degreeMin.
func (r Relation) String() string {
	var b strings.Builder
	b.WriteString(r.Term + " =")
	for k, s := range r.Of {
		switch {
		case s.Times < 0:
			b.WriteString(" -")
		case k > 0:
			b.WriteString(" +")
		}
		if k > 0 || s.Times >= 0 {
			b.WriteString(" ")
		}
		if times := fraction(math.Abs(s.Times)); times != "1" {
			b.WriteString(times + " ")
		}
		b.WriteString(s.Term)
	}
	return b.String()
}

// fraction writes 0.6666667 as 2/3.
func fraction(v float64) string {
	for d := 1.0; d <= 12; d++ {
		if n := math.Round(v * d); n > 0 && n < 1e6 && math.Abs(v*d-n) < 1e-6*n {
			if d == 1 {
				return strconv.FormatFloat(n, 'f', -1, 64)
			}
			return fmt.Sprintf("%.0f/%.0f", n, d)
		}
	}
	return strconv.FormatFloat(v, 'g', 6, 64)
}

func (e *SingularError) Error() string {
	var lines []string
	for _, c := range e.Constant {
		lines = append(lines, fmt.Sprintf("term %s never differs within a risk set, so nothing can be learnt of it; leave it out", c))
	}
	for _, r := range e.Relations {
		lines = append(lines, fmt.Sprintf("the data cannot tell these terms apart: %s, within every risk set; leave out %s", r, r.Term))
	}
	return strings.Join(lines, "\n")
}

// terms lists what to leave out.
func (e *SingularError) terms() []string {
	out := slices.Clone(e.Constant)
	for _, r := range e.Relations {
		out = append(out, r.Term)
	}
	return out
}

var errNotFinite = errors.New("the log-likelihood is no finite number even with all coefficients zero: look for statistics that are not finite, fixed coefficients far too large, or an event outside its risk set")

// identify evaluates the likelihood at zero and looks for terms that the data
// cannot identify. They are refused, or fixed at 0 if so wished, or told of
// where a ridge decides on them.
func (d *diagnosis) identify(ctx context.Context) (*point, error) {
	m := d.problem
	zero, err := m.at(ctx, m.base)
	if err != nil {
		return nil, err
	}
	if !finite(zero.loglik) || !finite(zero.info...) {
		return nil, errNotFinite
	}
	found := d.unidentified(zero.info)
	if found != nil {
		// An information may be singular at one point only; what the data cannot
		// identify is singular anywhere.
		theta := slices.Clone(m.base)
		q := len(m.free)
		for a, i := range m.free {
			if v := zero.info[a*q+a]; v > 0 {
				theta[i] += math.Copysign(0.5, float64(a%2)-0.5) / math.Sqrt(v)
			}
		}
		elsewhere, err := m.at(ctx, theta)
		if err != nil {
			return nil, err
		}
		if finite(elsewhere.info...) {
			both := slices.Clone(zero.info)
			for k, v := range elsewhere.info {
				both[k] += v
			}
			found = d.unidentified(both)
		}
	}
	if found == nil {
		if m.firth && math.IsInf(zero.value, -1) {
			return nil, errors.New("the penalty of Firth needs an information that is positive definite, and with all coefficients zero it is not; use a ridge")
		}
		return zero, nil
	}
	out := found.terms()
	switch {
	case d.options.Drop:
		for _, c := range found.Constant {
			d.warn(WarnConstant, []string{c}, "term %s never differs within a risk set, so nothing can be learnt of it; it was left out", c)
		}
		for _, r := range found.Relations {
			d.warn(WarnCollinear, r.terms(), "the data cannot tell these terms apart: %s, within every risk set; %s was left out", r, r.Term)
		}
		var keep []int
		for _, i := range m.free {
			if !slices.Contains(out, d.names[i]) {
				keep = append(keep, i)
			}
		}
		m.restrictTo(keep)
		return m.at(ctx, m.base)
	case !d.penalises(out):
		return nil, found
	}
	for _, c := range found.Constant {
		d.warn(WarnConstant, []string{c}, "term %s never differs within a risk set; the penalty alone sets its coefficient to zero", c)
	}
	for _, r := range found.Relations {
		d.warn(WarnCollinear, r.terms(), "the data cannot tell these terms apart: %s, within every risk set; the penalty alone shares the effect among them", r)
	}
	return zero, nil
}

func (r Relation) terms() []string {
	out := []string{r.Term}
	for _, s := range r.Of {
		out = append(out, s.Term)
	}
	return out
}

// penalises reports whether every one of the terms has a ridge.
func (d *diagnosis) penalises(terms []string) bool {
	for a, i := range d.problem.free {
		if slices.Contains(terms, d.names[i]) && d.problem.ridge[a] == 0 {
			return false
		}
	}
	return true
}

// singular is the bar for eigenvalues of an information scaled to a unit
// diagonal: far above rounding, far below any collinearity of real data.
const singular = 1e-10

// unidentified finds the null space of the information; nil when it has none.
func (d *diagnosis) unidentified(info []float64) *SingularError {
	m := d.problem
	q := len(m.free)
	largest := 0.0
	for a := range q {
		largest = max(largest, info[a*q+a])
	}
	out := &SingularError{}
	var rest []int
	for a, i := range m.free {
		floor := 1e-30 * largest
		if size := d.options.subject.size; size != nil {
			// What rounding leaves of the variance of a constant of this size.
			floor = 1e-12 * size[i] * size[i] * float64(max(1, d.options.subject.cases))
			if d.options.exempt(i, d.names) {
				floor = 0
			}
		}
		if math.Abs(info[a*q+a]) <= floor {
			out.Constant = append(out.Constant, d.names[i])
		} else {
			rest = append(rest, a)
		}
	}
	n := len(rest)
	r, unit := correlation(submatrix(info, q, rest), n)
	values, vectors := eigen(r, n)
	var null [][]float64
	for k, v := range values {
		if math.Abs(v) < singular {
			null = append(null, vectors[k*n:(k+1)*n])
		}
	}
	// Preferably a late term is left out, and no intercept.
	order := make([]int, n)
	for k := range order {
		order[k] = k
	}
	slices.SortStableFunc(order, func(a, b int) int {
		x, y := d.options.exempt(m.free[rest[a]], d.names), d.options.exempt(m.free[rest[b]], d.names)
		switch {
		case x && !y:
			return 1
		case y && !x:
			return -1
		}
		return b - a
	})
	pivots := eliminate(null, order)
	for k, c := range pivots {
		r := Relation{Term: d.names[m.free[rest[c]]]}
		for j, v := range null[k] {
			if j != c && math.Abs(v) > 1e-4 {
				// The eigenvector is of statistics in units of their spread.
				r.Of = append(r.Of, Share{-v * unit[c] / unit[j], d.names[m.free[rest[j]]]})
			}
		}
		slices.SortStableFunc(r.Of, func(a, b Share) int {
			switch {
			case a.Times > 0 && b.Times < 0:
				return -1
			case a.Times < 0 && b.Times > 0:
				return 1
			}
			return 0
		})
		out.Relations = append(out.Relations, r)
	}
	if out.Constant == nil && out.Relations == nil {
		return nil
	}
	return out
}

// eliminate brings vectors to a form in which each has a coordinate of its own, 1
// there and 0 in all others (Gauss-Jordan), and returns these; earlier ones of the order are preferred.
func eliminate(null [][]float64, order []int) []int {
	var pivots []int
	for _, c := range order {
		row := len(pivots)
		if row == len(null) {
			break
		}
		best := row
		for k := row; k < len(null); k++ {
			if math.Abs(null[k][c]) > math.Abs(null[best][c]) {
				best = k
			}
		}
		if math.Abs(null[best][c]) < 1e-4 {
			continue
		}
		null[row], null[best] = null[best], null[row]
		scale(null[row], 1/null[row][c])
		for k := range null {
			if f := null[k][c]; k != row && f != 0 {
				for j, v := range null[row] {
					null[k][j] -= f * v
				}
			}
		}
		pivots = append(pivots, c)
	}
	return pivots
}

func scale(x []float64, f float64) {
	for k := range x {
		x[k] *= f
	}
}

// submatrix takes rows and columns of an n x n matrix.
func submatrix(a []float64, n int, which []int) []float64 {
	out := make([]float64, 0, len(which)*len(which))
	for _, i := range which {
		for _, j := range which {
			out = append(out, a[i*n+j])
		}
	}
	return out
}

// generalInverse inverts, and where a matrix is singular inverts what is not;
// unknown marks the coefficients on which a singular direction depends.
func generalInverse(a []float64, n int) (inverse []float64, unknown []bool) {
	unknown = make([]bool, n)
	if inverse, ok := invert(a, n); ok {
		return inverse, unknown
	}
	r, unit := correlation(a, n)
	values, vectors := eigen(r, n)
	inverse = make([]float64, n*n)
	for k, v := range values {
		u := vectors[k*n : (k+1)*n]
		for i := range n {
			if v < 1e-14 {
				unknown[i] = unknown[i] || math.Abs(u[i]) > 1e-6
				continue
			}
			for j := range n {
				inverse[i*n+j] += u[i] * u[j] / v / unit[i] / unit[j]
			}
		}
	}
	return inverse, unknown
}

// judge looks at the finished fit for what should not be trusted.
func (d *diagnosis) judge(up *ascent, covariance []float64, unknown []bool, null *point) {
	fit, m := d.Fit, d.problem
	q := len(m.free)
	if fit.Events > 0 && q >= fit.Events {
		fit.warn(WarnFewEvents, nil, "%d coefficients on %s: the estimates mean little; take fewer terms, or a penalty", q, count(fit.Events, "event"))
	}
	before, wide := generalInverse(null.info, q)
	running := make([]bool, q)
	for a, i := range m.free {
		e := &fit.Terms[i]
		grown := covariance[a*q+a] / before[a*q+a]
		if unknown[a] || wide[a] {
			grown = math.Inf(1)
		}
		// A coefficient that runs away has lost the information it had at the start,
		// and its steps do not shrink though they gain nothing.
		if up.converged && grown > 1e4 && math.Abs(up.step[a]) > runaway*math.Abs(up.theta[i]) {
			running[a] = true
			e.Diverges = 1
			to, way := "plus", "largest"
			if up.step[a] < 0 {
				e.Diverges, to, way = -1, "minus", "smallest"
			}
			if fit.Robust != "" { // scores vanish on the way, and with them the sandwich
				none := math.NaN()
				e.RobustSE, e.Z, e.P, e.Low, e.High = none, none, none, none, none
			}
			fit.warn(WarnSeparation, []string{e.Name}, "term %s separates: the likelihood rises for ever as its coefficient goes to %s infinity, since the events, alone or with other terms, always have the %s value of their risk set; use Firth's penalty or a ridge, or leave it out", e.Name, to, way)
			continue
		}
		if math.IsNaN(e.SE) {
			fit.warn(WarnCollinear, []string{e.Name}, "%s has no standard error: where the search ended the data do not tell its coefficient apart from others'", e.Name)
			continue
		}
		if m.ridge[a] == 0 && grown > 1e3 && math.Abs(e.Estimate) < e.SE {
			fit.warn(WarnWeak, []string{e.Name}, "term %s: its standard error is %.3g times what it was with all coefficients zero, as where it is estimated the data say next to nothing of it; its z and p do not test it (Hauck & Donner 1977), a likelihood ratio or profile interval does",
				e.Name, math.Sqrt(grown))
		}
	}
	if !up.converged {
		worst, most := "", 0.0
		for a, i := range m.free {
			if g := math.Abs(up.grad[a]) * math.Sqrt(covariance[a*q+a]); g >= most {
				worst, most = d.names[i], g
			}
		}
		fit.warn(WarnNotConverged, []string{worst}, "no maximum was found in %s; the estimates are where the search ended, and %s is farthest from its maximum (%.2g standard errors); allow more steps, give start values, or use a ridge",
			count(up.iterations, "step"), worst, most)
	}
	d.nearlyCollinear(up, running, unknown)
}

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return strconv.Itoa(n) + " " + what + "s"
}

// nearlyCollinear warns by the condition index of the scaled information (Belsley,
// Kuh & Welsch 1980), the intercept taken out first: that a statistic is far
// from zero does no harm.
func (d *diagnosis) nearlyCollinear(up *ascent, running, unknown []bool) {
	m := d.problem
	q := len(m.free)
	info := slices.Clone(up.info)
	var rest []int
	for a, i := range m.free {
		info[a*q+a] += m.ridge[a]
		if !running[a] && !unknown[a] && !d.options.exempt(i, d.names) {
			rest = append(rest, a)
		}
	}
	for a, i := range m.free {
		if pivot := info[a*q+a]; d.options.exempt(i, d.names) && pivot > 0 {
			for _, b := range rest {
				f := info[b*q+a] / pivot
				for _, c := range rest {
					info[b*q+c] -= f * info[a*q+c]
				}
			}
		}
	}
	n := len(rest)
	if n < 2 {
		return
	}
	r, _ := correlation(submatrix(info, q, rest), n)
	values, vectors := eigen(r, n)
	for k, v := range values {
		index := math.Sqrt(values[n-1] / v)
		if !(index > 100) {
			break
		}
		u := vectors[k*n : (k+1)*n]
		most := 0.0
		for _, x := range u {
			most = max(most, math.Abs(x))
		}
		var terms []string
		for j, x := range u {
			if math.Abs(x) > 0.2*most {
				terms = append(terms, d.names[m.free[rest[j]]])
			}
		}
		d.warn(WarnCollinear, terms, "%s say nearly the same within the risk sets (condition index %.0f): their separate coefficients are unsure, though not their joint effect", list(terms), index)
	}
}

func list(words []string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:len(words)-1], ", ") + " and " + words[len(words)-1]
}
