package rem

import "math"

// coordination evaluates events on which two actors agree (Stadtfeld, Hollway &
// Block 2017, equation 6): each chooses the other, p_ij p_ji, normalised over all
// pairs. The score of a pair is the sum of the two choices' scores, the
// information its variance over the pairs.
type coordination struct {
	*replay
	theta []float64
	shift float64
	w     []float64 // exp(eta - shift) of each ordered pair; 0 when not in the risk set
	row   []float64 // sum of the weights of each sender
	sum   []float64 // n*p: sum of weight times statistics of each sender
	peak  []float64 // of row since it was last summed anew
	since []int     // changes since then
	mean  []float64 // n*p

	// Of the pairs i < j, those with i = 0 first: the product of the weights, 0 where not both
	// may choose, and the sum of the statistics.
	both, joint []float64
	s           sums
	chance      []float64 // of each actor to be in the event
	score       []float64
	// Weights and scores of some pairs, to be added together.
	weights, rows []float64
}

// pairs evaluates the chunk of a coordination.
func (c panelPart) pairs(theta []float64, into *total) {
	if len(c.steps) == 0 {
		return
	}
	n, p := c.n, c.p
	count := n * (n - 1) / 2
	o := &coordination{replay: c.replay(), theta: theta, shift: c.shift(theta),
		w: make([]float64, n*n), row: make([]float64, n), sum: make([]float64, n*p), peak: make([]float64, n), since: make([]int, n), mean: make([]float64, n*p),
		both: make([]float64, count), joint: make([]float64, count*p), s: into.sums(), chance: make([]float64, n), score: make([]float64, p), weights: make([]float64, 0, 16), rows: make([]float64, 16*p)}
	e, left := newEfron(p), int32(0)
	for k := range c.steps {
		st := &c.steps[k]
		if k == 0 || o.done < st.end {
			o.take(c.unit[o.done:st.end])
			o.done = st.end
			o.senders()
			o.normalise()
		}
		if left == 0 && st.tied > 0 {
			left = st.tied
			e.out.reset()
			for _, u := range c.acting(k) {
				e.out.add(math.Exp(o.pair(u)), o.score)
			}
			e.average(&o.s, int(left))
		}
		if eta := o.pair(st.unit); left > 0 {
			left--
			into.choseTied(c.first+k, eta, 0, o.score, e)
		} else {
			into.chose(c.first+k, eta, 0, o.score, &o.s)
		}
	}
}

// index is the number of the pair i < j.
func (o *coordination) index(i, j int) int { return i*(2*o.n-i-1)/2 + j - i - 1 }

// take takes in changes. The sums of a sender follow them, unless nearly all has
// changed.
func (o *coordination) take(changes []int32) {
	n, p := o.n, o.p
	follow := len(changes) < n*n/4
	for _, id := range changes {
		u := max(id, ^id)
		i, j := int(u)/n, int(u)%n
		sum := o.sum[i*p : (i+1)*p]
		o.since[i]++
		if old := o.w[u]; follow && old != 0 {
			o.row[i] -= old
			for k, v := range o.x(u) {
				sum[k] -= old * v
			}
		}
		pair := o.index(min(i, j), max(i, j))
		if !o.change(id) {
			o.w[u], o.both[pair] = 0, 0
			continue
		}
		x := o.x(u)
		w := math.Exp(dot(o.theta, x) - o.shift)
		o.w[u] = w
		if follow {
			o.row[i] += w
			for k, v := range x {
				sum[k] += w * v
			}
		}
		back := int32(j*n + i)
		o.both[pair] = w * o.w[back]
		if o.replay.row[back] >= 0 {
			joint := o.joint[pair*p : (pair+1)*p]
			for k, v := range o.x(back) {
				joint[k] = x[k] + v
			}
		}
	}
	if !follow {
		for i := range o.since {
			o.since[i] = n + 1
		}
	}
}

// senders sets the mean statistics of each sender.
func (o *coordination) senders() {
	n, p := o.n, o.p
	for i := range n {
		if o.since[i] == 0 {
			continue
		}
		sum := o.sum[i*p : (i+1)*p]
		// Taking out a weight that dwarfs the rest would leave only rounding noise.
		if o.since[i] > n || o.row[i] < 1e-3*o.peak[i] {
			o.row[i], o.peak[i], o.since[i] = 0, 0, 0
			clear(sum)
			for j, w := range o.w[i*n : (i+1)*n] {
				if w == 0 {
					continue
				}
				o.row[i] += w
				x := o.x(int32(i*n + j))
				x = x[:len(sum)]
				for k := range sum {
					sum[k] += w * x[k]
				}
			}
		}
		o.peak[i] = max(o.peak[i], o.row[i])
		if o.row[i] > 0 {
			for k, v := range sum {
				o.mean[i*p+k] = v / o.row[i]
			}
		}
	}
}

// normalise sums over all pairs.
func (o *coordination) normalise() {
	n, p := o.n, o.p
	o.s.reset()
	clear(o.chance)
	pair := 0
	for i := range n {
		if o.row[i] == 0 {
			pair += n - 1 - i
			continue
		}
		own, of := o.mean[i*p:(i+1)*p], 1/o.row[i]
		for j := i + 1; j < n; j++ {
			both := o.both[pair]
			x := o.joint[pair*p : (pair+1)*p]
			pair++
			if both == 0 {
				continue
			}
			both *= of / o.row[j]
			if o.s.s2 == nil {
				o.s.add(both, x)
				o.chance[i] += both
				o.chance[j] += both
				continue
			}
			other := o.mean[j*p : (j+1)*p]
			score := o.rows[len(o.weights)*p:][:p]
			x, own, other = x[:len(score)], own[:len(score)], other[:len(score)]
			for k := range score {
				score[k] = x[k] - own[k] - other[k]
			}
			if o.weights = append(o.weights, both); len(o.weights) == cap(o.weights) {
				o.s.addAll(o.weights, o.rows)
				o.weights = o.weights[:0]
			}
		}
	}
	o.s.addAll(o.weights, o.rows)
	o.weights = o.weights[:0]
	if o.s.s2 == nil {
		for i, chance := range o.chance {
			for k, v := range o.mean[i*p : (i+1)*p] {
				o.s.s1[k] -= chance * v
			}
		}
	}
}

// pair sets the score of a pair and returns the logarithm of its two choices.
func (o *coordination) pair(u int32) float64 {
	n, p := o.n, o.p
	i, j := int(u)/n, int(u)%n
	back := j*n + i
	a, b := o.x(u), o.x(int32(back))
	for k := range o.score {
		o.score[k] = a[k] - o.mean[i*p+k] + b[k] - o.mean[j*p+k]
	}
	return math.Log(o.w[u]/o.row[i]) + math.Log(o.w[back]/o.row[j])
}

// alone returns the two choices of every pair that agreed as if each were made alone:
// cheap, concave, and close enough to begin from.
func (c *panel) alone() *strata {
	out := &strata{p: c.p}
	for _, chunk := range c.chunks {
		r := panelPart{c, chunk}.replay()
		for k := range chunk.steps {
			st := &chunk.steps[k]
			r.to(st)
			i, j := st.unit/int32(c.n), st.unit%int32(c.n)
			for _, pair := range [2][2]int32{{i, j}, {j, i}} {
				chosen := pair[0]*int32(c.n) + pair[1]
				out.x = append(out.x, r.x(chosen)...)
				for u := pair[0] * int32(c.n); u < (pair[0]+1)*int32(c.n); u++ {
					if r.row[u] >= 0 && u != chosen {
						out.x = append(out.x, r.x(u)...)
					}
				}
				out.cases = append(out.cases, stratum{end: len(out.x) / c.p, event: st.event})
			}
		}
	}
	return out
}
