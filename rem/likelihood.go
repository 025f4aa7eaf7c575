package rem

import (
	"cmp"
	"context"
	"math"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
)

// total is a sum of contributions to a log-likelihood, its gradient and its
// information (p*p, row by row; only the upper triangle is summed; nil: not wanted).
type total struct {
	loglik     float64
	grad, info []float64
	visit      func(c int, loglik float64, score []float64)
	score      []float64
	scratch    *scratch
	err        error
}

// load returns rows, or nil with the error noted.
func (t *total) load(r *slab) []float64 {
	if t.scratch == nil {
		t.scratch = &scratch{}
	}
	x, err := r.load(t.scratch)
	t.err = cmp.Or(t.err, err)
	return x
}

func newTotal(p int, informed bool) *total {
	t := &total{grad: make([]float64, p)}
	if informed {
		t.info = make([]float64, p*p)
	}
	return t
}

// sums returns what the total needs to know of a risk set.
func (t *total) sums() sums {
	s := newSums(len(t.grad))
	if t.info == nil {
		s.s2 = nil
	}
	return s
}

// part is a piece of a design that can be evaluated on its own.
type part interface {
	evaluate(theta []float64, into *total)
}

// evaluate sums all parts on all cores. The parts do not depend on the number of
// cores and are added in their order, so neither does a single bit of the sum.
func evaluate(ctx context.Context, parts []part, theta []float64, informed bool) (*total, error) {
	totals, err := each(ctx, parts, theta, informed)
	if err != nil {
		return nil, err
	}
	return added(len(theta), totals, informed), nil
}

// each evaluates every part by itself.
func each(ctx context.Context, parts []part, theta []float64, informed bool) ([]*total, error) {
	p := len(theta)
	totals := make([]*total, len(parts))
	var next atomic.Int64
	var wait sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), len(parts)) {
		wait.Go(func() {
			var mine scratch
			for k := next.Add(1) - 1; k < int64(len(parts)) && ctx.Err() == nil; k = next.Add(1) - 1 {
				totals[k] = newTotal(p, informed)
				totals[k].scratch = &mine
				parts[k].evaluate(theta, totals[k])
			}
		})
	}
	wait.Wait()
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	for _, t := range totals {
		if t.err != nil {
			return nil, t.err
		}
	}
	return totals, nil
}

// added is the sum of the parts, in their order.
func added(p int, totals []*total, informed bool) *total {
	sum := newTotal(p, informed)
	for _, t := range totals {
		sum.loglik += t.loglik
		for k, v := range t.grad {
			sum.grad[k] += v
		}
		for k, v := range t.info {
			sum.info[k] += v
		}
	}
	for i := range min(p, len(sum.info)) {
		for j := range i {
			sum.info[i*p+j] = sum.info[j*p+i]
		}
	}
	return sum
}

func dot(a, b []float64) float64 {
	sum := 0.0
	for k, v := range a {
		sum += v * b[k]
	}
	return sum
}

// sums are the moments of a risk set: of the weights, of weight times
// statistics, and of weight times their products (the upper triangle, row by row;
// nil: not wanted).
type sums struct {
	s0 float64
	s1 []float64
	s2 []float64
}

func newSums(p int) sums { return sums{0, make([]float64, p), make([]float64, p*(p+1)/2)} }

func (s *sums) reset() {
	s.s0 = 0
	clear(s.s1)
	clear(s.s2)
}

func (s *sums) add(w float64, x []float64) {
	s.s0 += w
	s1, s2 := s.s1[:len(x)], s.s2
	if s2 == nil {
		for i, v := range x {
			s1[i] += w * v
		}
		return
	}
	for i, v := range x {
		f := w * v
		s1[i] += f
		row := s2[:len(x)-i]
		s2 = s2[len(row):]
		if f == 0 {
			continue
		}
		rest := x[i:]
		rest = rest[:len(row)]
		for j := range row {
			row[j] += f * rest[j]
		}
	}
}

// addAll adds rows of statistics that stand one after the other, four at a time: most of
// the time of a fit is spent here, and most of that in fetching and storing s2.
func (s *sums) addAll(w, x []float64) {
	p := len(s.s1)
	for len(w) >= 4 {
		s.add4(w[0], w[1], w[2], w[3], x[:p], x[p:2*p], x[2*p:3*p], x[3*p:4*p])
		w, x = w[4:], x[4*p:]
	}
	switch len(w) {
	case 1:
		s.add(w[0], x[:p])
	case 2:
		s.add4(w[0], w[1], 0, 0, x[:p], x[p:2*p], x[:p], x[:p])
	case 3:
		s.add4(w[0], w[1], w[2], 0, x[:p], x[p:2*p], x[2*p:3*p], x[:p])
	}
}

// addRows adds the rows of x with the numbers given.
func (s *sums) addRows(w []float64, rows []int32, x []float64) {
	p := len(s.s1)
	for len(w) >= 4 {
		a, b, c, d := int(rows[0])*p, int(rows[1])*p, int(rows[2])*p, int(rows[3])*p
		s.add4(w[0], w[1], w[2], w[3], x[a:a+p], x[b:b+p], x[c:c+p], x[d:d+p])
		w, rows = w[4:], rows[4:]
	}
	for k, v := range w {
		at := int(rows[k]) * p
		s.add(v, x[at:at+p])
	}
}

func (s *sums) add4(v, w, y, z float64, a, b, c, d []float64) {
	s.s0 += (v + w) + (y + z)
	p := len(s.s1)
	s1, s2 := s.s1[:p], s.s2
	a, b, c, d = a[:p], b[:p], c[:p], d[:p]
	if s2 == nil {
		for i := range s1 {
			s1[i] += (v*a[i] + w*b[i]) + (y*c[i] + z*d[i])
		}
		return
	}
	for len(s1) > 0 {
		e, f, g, h := v*a[0], w*b[0], y*c[0], z*d[0]
		s1[0] += (e + f) + (g + h)
		row := s2[:len(s1)]
		a, b, c, d = a[:len(row)], b[:len(row)], c[:len(row)], d[:len(row)]
		for j := range row {
			row[j] += (e*a[j] + f*b[j]) + (g*c[j] + h*d[j])
		}
		s1, s2, a, b, c, d = s1[1:], s2[len(row):], a[1:], b[1:], c[1:], d[1:]
	}
}

// chose adds the contribution of one event that chose x, with weight log-offset
// eta, out of the risk set.
func (t *total) chose(c int, eta, shift float64, x []float64, s *sums) {
	l := eta - shift - math.Log(s.s0)
	t.loglik += l
	p := len(x)
	f := 1 / s.s0
	at := 0
	for i := range p {
		m := s.s1[i] * f
		t.grad[i] += x[i] - m
		if t.visit != nil {
			t.score[i] = x[i] - m
		}
		if t.info == nil {
			continue
		}
		for j := i; j < p; j++ {
			t.info[i*p+j] += s.s2[at]*f - m*s.s1[j]*f
			at++
		}
	}
	if t.visit != nil {
		t.visit(c, l, t.score)
	}
}

// waited adds the contribution of an interval of length dt, and of the event that
// ended it unless x is nil.
func (t *total) waited(c int, dt, eta, shift float64, x []float64, s *sums) {
	f := dt * math.Exp(shift)
	l := -f * s.s0
	if x != nil {
		l += eta
	}
	t.loglik += l
	for i, v := range s.s1 {
		g := -f * v
		if x != nil {
			g += x[i]
		}
		t.grad[i] += g
		if t.visit != nil {
			t.score[i] = g
		}
	}
	if t.info != nil {
		at, p := 0, len(s.s1)
		for i := range p {
			for j := i; j < p; j++ {
				t.info[i*p+j] += f * s.s2[at]
				at++
			}
		}
	}
	if t.visit != nil {
		t.visit(c, l, t.score)
	}
}

// panelPart evaluates one chunk of a panel, whose statistics are loaded first.
type panelPart struct {
	*panel
	*chunk
	loaded []float64
}

func (c panelPart) evaluate(theta []float64, into *total) {
	if c.loaded = into.load(&c.slab); c.loaded == nil {
		return
	}
	switch c.family {
	case Coordination:
		c.pairs(theta, into)
	case Choice:
		c.choices(theta, into)
	default:
		c.rates(theta, into)
	}
}

// replay knows where in a chunk the statistics of each unit stand as time goes on.
type replay struct {
	panelPart
	row  []int32 // of c.x, of each unit; -1 when it is not in the risk set
	done int     // changes
	next int32   // row
}

func (c panelPart) replay() *replay {
	r := &replay{panelPart: c, row: make([]int32, c.units)}
	for u := range r.row {
		r.row[u] = -1
	}
	return r
}

// x returns the statistics of a unit in the risk set.
func (r *replay) x(u int32) []float64 {
	at := int(r.row[u]) * r.p
	return r.loaded[at : at+r.p : at+r.p]
}

// to goes on to the end of the changes before a step.
func (r *replay) to(st *step) {
	for _, id := range r.unit[r.done:st.end] {
		r.change(id)
	}
	r.done = st.end
}

// change takes in one change and reports whether its unit is in the risk set now.
func (r *replay) change(id int32) bool {
	if id < 0 {
		r.row[^id] = -1
		return false
	}
	r.row[id] = r.next
	r.next++
	return true
}

// choices evaluates events in which a sender chooses among its own units.
func (c panelPart) choices(theta []float64, into *total) {
	r := c.replay()
	s, e := into.sums(), newEfron(c.p)
	w, rows := make([]float64, 0, c.n), make([]int32, 0, c.n)
	shift, left := 0.0, int32(0)
	for k := range c.steps {
		st := &c.steps[k]
		r.to(st)
		first := int(st.unit) / c.n * c.n
		if left == 0 {
			w, rows, shift = w[:0], rows[:0], math.Inf(-1)
			for _, row := range r.row[first : first+c.n] {
				if row >= 0 {
					eta := dot(theta, c.loaded[int(row)*c.p:])
					shift = max(shift, eta)
					w, rows = append(w, eta), append(rows, row)
				}
			}
			exps(w, shift)
			s.reset()
			s.addRows(w, rows, c.loaded)
			if left = st.tied; left > 0 {
				e.out.reset()
				for _, u := range c.acting(k) {
					e.out.add(math.Exp(dot(theta, r.x(u))-shift), r.x(u))
				}
				e.average(&s, int(left))
			}
		}
		chosen := r.x(st.unit)
		if eta := dot(theta, chosen); left > 0 {
			left--
			into.choseTied(c.first+k, eta, shift, chosen, e)
		} else {
			into.chose(c.first+k, eta, shift, chosen, &s)
		}
	}
}

// acting lists the units of the tied steps from k, each once.
func (c panelPart) acting(k int) []int32 {
	var units []int32
	for _, st := range c.steps[k : k+int(c.steps[k].tied)] {
		u := st.unit
		if n := int32(c.n); c.family == Coordination { // either of the two may stand first
			u = min(u, u%n*n+u/n)
		}
		if !slices.Contains(units, u) {
			units = append(units, u)
		}
	}
	return units
}

// rates evaluates moments at which any unit may act. The sums over the risk set follow
// the changes.
func (c panelPart) rates(theta []float64, into *total) {
	if len(c.steps) == 0 {
		return
	}
	r := c.replay()
	w := make([]float64, c.units) // exp(eta - shift); 0 when not in the risk set
	s, e := into.sums(), newEfron(c.p)
	shift, live, since, left := c.shift(theta), 0, 0, int32(0)
	var peak float64
	for k := range c.steps {
		st := &c.steps[k]
		changes := c.unit[r.done:st.end]
		r.done = st.end
		since += len(changes)
		rebuild := since > live
		for _, id := range changes {
			u := max(id, ^id)
			if r.row[u] >= 0 {
				live--
				if !rebuild {
					s.add(-w[u], r.x(u))
				}
			}
			w[u] = 0
			if !r.change(id) {
				continue
			}
			live++
			w[u] = dot(theta, r.x(u))
			exps(w[u:u+1], shift)
			if !rebuild {
				s.add(w[u], r.x(u))
			}
		}
		// Taking out a weight that dwarfs the rest would leave only rounding noise.
		if rebuild || s.s0 < 1e-3*peak {
			s.reset()
			for u, row := range r.row {
				if row >= 0 {
					s.add(w[u], r.x(int32(u)))
				}
			}
			since, peak = 0, s.s0
		}
		peak = max(peak, s.s0)
		var chosen []float64
		eta := 0.0
		if st.unit >= 0 {
			chosen = r.x(st.unit)
			eta = dot(theta, chosen)
		}
		if left == 0 && st.tied > 0 {
			left = st.tied
			e.out.reset()
			for _, u := range c.acting(k) {
				e.out.add(w[u], r.x(u))
			}
			e.average(&s, int(left))
		}
		switch {
		case left > 0:
			left--
			into.choseTied(c.first+k, eta, shift, chosen, e)
		case c.interval:
			into.waited(c.first+k, st.dt, eta, shift, chosen, &s)
		default:
			into.chose(c.first+k, eta, shift, chosen, &s)
		}
	}
}

// shift is the largest log-weight at the start of a chunk: weights relative to it
// neither overflow nor vanish.
func (c panelPart) shift(theta []float64) float64 {
	shift, at := math.Inf(-1), 0
	for _, u := range c.unit[:c.steps[0].end] {
		if u >= 0 {
			shift = max(shift, dot(theta, c.loaded[at:at+c.p]))
			at += c.p
		}
	}
	if math.IsInf(shift, 0) || math.IsNaN(shift) {
		return 0
	}
	return shift
}

// parts lists the pieces of a design.
func (d *Design) parts() []part {
	var parts []part
	if d.panel != nil {
		for _, c := range d.panel.chunks {
			parts = append(parts, panelPart{panel: d.panel, chunk: c})
		}
	}
	for _, c := range d.strata {
		parts = append(parts, c)
	}
	return parts
}

// LogLikelihood returns the log-likelihood of coefficients in the order of the
// terms, and the contribution of each case (an event, or an interval that ended
// without one) in the order of time.
func (d *Design) LogLikelihood(theta []float64) (loglik float64, contributions []float64, err error) {
	err = d.likelihood().scores(context.Background(), theta, func(_ int, l float64, _ []float64) {
		loglik += l
		contributions = append(contributions, l)
	})
	return loglik, slices.Clip(contributions), err
}
