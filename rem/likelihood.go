package rem

import (
	"context"
	"math"
	"runtime"
	"slices"
	"sync"
)

// total is a sum of contributions to a log-likelihood, its gradient and its
// information (p*p, row by row; only the upper triangle is summed).
type total struct {
	loglik     float64
	grad, info []float64
	visit      func(c int, loglik float64, score []float64)
	score      []float64
}

func newTotal(p int) *total {
	return &total{grad: make([]float64, p), info: make([]float64, p*p)}
}

// part is a piece of a design that can be evaluated on its own.
type part interface {
	evaluate(theta []float64, into *total)
}

// evaluate sums all parts on all cores. The parts do not depend on the number of
// cores and are added in their order, so neither does a single bit of the sum.
func evaluate(ctx context.Context, parts []part, theta []float64) (*total, error) {
	p := len(theta)
	totals := make([]*total, len(parts))
	next := make(chan int)
	var wait sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), len(parts)) {
		wait.Go(func() {
			for k := range next {
				totals[k] = newTotal(p)
				parts[k].evaluate(theta, totals[k])
			}
		})
	}
	for k := range parts {
		if ctx.Err() != nil {
			break
		}
		next <- k
	}
	close(next)
	wait.Wait()
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	sum := newTotal(p)
	for _, t := range totals {
		sum.loglik += t.loglik
		for k, v := range t.grad {
			sum.grad[k] += v
		}
		for k, v := range t.info {
			sum.info[k] += v
		}
	}
	for i := range p {
		for j := range i {
			sum.info[i*p+j] = sum.info[j*p+i]
		}
	}
	return sum, nil
}

func dot(a, b []float64) float64 {
	sum := 0.0
	for k, v := range a {
		sum += v * b[k]
	}
	return sum
}

// sums are the moments of a risk set: of the weights, of weight times
// statistics, and of weight times their products (the upper triangle, row by row).
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
	at, p := 0, len(s.s1)
	for i := range p {
		for j := i; j < p; j++ {
			t.info[i*p+j] += f * s.s2[at]
			at++
		}
	}
	if t.visit != nil {
		t.visit(c, l, t.score)
	}
}

// panelPart evaluates one chunk of a panel.
type panelPart struct {
	*panel
	*chunk
	// choices takes the two choices of a coordination as if each were made alone:
	// cheap, concave, and close enough to begin from.
	choices bool
}

func (c panelPart) evaluate(theta []float64, into *total) {
	p := c.p
	x := make([]float64, c.units*p)
	w := make([]float64, c.units) // exp(eta - shift); 0 when not in the risk set
	on := make([]bool, c.units)
	s := newSums(p)
	shift, live, at, done, since := 0.0, 0, 0, 0, 0
	var peak float64
	if len(c.steps) > 0 {
		// The weights are relative to the largest at the start, so that they neither
		// overflow nor vanish.
		shift = math.Inf(-1)
		for k, u := 0, 0; u < c.steps[0].end; u++ {
			if c.unit[u] >= 0 {
				shift = max(shift, dot(theta, c.x[k:k+p]))
				k += p
			}
		}
		if math.IsInf(shift, 0) || math.IsNaN(shift) {
			shift = 0
		}
	}
	incremental := c.family == REM || c.family == Rate
	agree := c.family == Coordination
	var co *coordination
	if agree {
		co = newCoordination(c.panel)
	}
	for k, st := range c.steps {
		changes := c.unit[done:st.end]
		done = st.end
		since += len(changes)
		rebuild := incremental && since > live
		for _, id := range changes {
			u := id
			if id < 0 {
				u = ^id
			}
			if on[u] && incremental && !rebuild {
				s.add(-w[u], x[int(u)*p:int(u+1)*p])
			}
			if id < 0 {
				on[u] = false
				w[u] = 0
				live--
				continue
			}
			if !on[u] {
				on[u] = true
				live++
			}
			xu := x[int(u)*p : int(u+1)*p]
			copy(xu, c.x[at:at+p])
			at += p
			w[u] = math.Exp(dot(theta, xu) - shift)
			if incremental && !rebuild {
				s.add(w[u], xu)
			}
		}
		// Taking out a weight that dwarfs the rest would leave only rounding noise.
		if incremental && (rebuild || s.s0 < 1e-3*peak) {
			s.reset()
			for u, present := range on {
				if present {
					s.add(w[u], x[u*p:(u+1)*p])
				}
			}
			since, peak = 0, s.s0
		}
		peak = max(peak, s.s0)
		if agree {
			if c.choices {
				i, j := int(st.unit)/c.n, int(st.unit)%c.n
				for _, pair := range [2][2]int{{i, j}, {j, i}} {
					s.reset()
					for u := pair[0] * c.n; u < (pair[0]+1)*c.n; u++ {
						if on[u] {
							s.add(w[u], x[u*p:(u+1)*p])
						}
					}
					chosen := x[(pair[0]*c.n+pair[1])*p:][:p]
					into.chose(c.first+k, dot(theta, chosen), shift, chosen, &s)
				}
				continue
			}
			co.contribute(c.first+k, st.unit, k == 0 || len(changes) > 0, x, w, into)
			continue
		}
		if c.family == Choice {
			sender := int(st.unit) / c.n
			s.reset()
			for u := sender * c.n; u < (sender+1)*c.n; u++ {
				if on[u] {
					s.add(w[u], x[u*p:(u+1)*p])
				}
			}
		}
		var chosen []float64
		eta := 0.0
		if st.unit >= 0 {
			u := int(st.unit)
			chosen = x[u*p : (u+1)*p]
			eta = dot(theta, chosen)
		}
		if c.interval {
			into.waited(c.first+k, st.dt, eta, shift, chosen, &s)
		} else {
			into.chose(c.first+k, eta, shift, chosen, &s)
		}
	}
}

// coordination evaluates events on which two actors agree (Stadtfeld, Hollway &
// Block 2017, equation 6): each chooses the other, p_ij p_ji, normalised over all
// pairs. The score of a pair is the sum of the two choices' scores, the
// information its variance over the pairs.
type coordination struct {
	n, p  int
	row   []float64 // sum of the weights of each sender
	mean  []float64 // n*p: mean statistics of each sender
	s     sums
	score []float64
}

func newCoordination(c *panel) *coordination {
	return &coordination{n: c.n, p: c.p, row: make([]float64, c.n), mean: make([]float64, c.n*c.p), s: newSums(c.p), score: make([]float64, c.p)}
}

func (c *coordination) contribute(number int, event int32, changed bool, x, w []float64, into *total) {
	n, p := c.n, c.p
	if changed {
		clear(c.mean)
		for i := range n {
			c.row[i] = 0
			m := c.mean[i*p : (i+1)*p]
			for j := range n {
				v := w[i*n+j]
				if v == 0 {
					continue
				}
				c.row[i] += v
				xs := x[(i*n+j)*p:][:len(m)]
				for k := range m {
					m[k] += v * xs[k]
				}
			}
			if c.row[i] > 0 {
				for k := range m {
					m[k] /= c.row[i]
				}
			}
		}
		c.s.reset()
		for i := range n {
			for j := i + 1; j < n; j++ {
				if w[i*n+j] == 0 || w[j*n+i] == 0 {
					continue
				}
				both := w[i*n+j] / c.row[i] * (w[j*n+i] / c.row[j])
				c.pair(i, j, x)
				c.s.add(both, c.score)
			}
		}
	}
	i, j := int(event)/n, int(event)%n
	c.pair(i, j, x)
	eta := math.Log(w[i*n+j]/c.row[i]) + math.Log(w[j*n+i]/c.row[j])
	into.chose(number, eta, 0, c.score, &c.s)
}

// pair sets the score of a pair.
func (c *coordination) pair(i, j int, x []float64) {
	n, p := c.n, c.p
	a, b := x[(i*n+j)*p:(i*n+j+1)*p], x[(j*n+i)*p:(j*n+i+1)*p]
	mi, mj := c.mean[i*p:(i+1)*p], c.mean[j*p:(j+1)*p]
	score := c.score
	a, b, mi, mj = a[:len(score)], b[:len(score)], mi[:len(score)], mj[:len(score)]
	for k := range score {
		score[k] = a[k] - mi[k] + b[k] - mj[k]
	}
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
func (d *Design) LogLikelihood(theta []float64) (loglik float64, contributions []float64) {
	for _, part := range d.parts() {
		t := newTotal(len(d.Terms))
		t.score = make([]float64, len(d.Terms))
		t.visit = func(_ int, l float64, _ []float64) { contributions = append(contributions, l) }
		part.evaluate(theta, t)
		loglik += t.loglik
	}
	return loglik, slices.Clip(contributions)
}
