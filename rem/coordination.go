package rem

import (
	"math"

	"gonum.org/v1/gonum/floats"
)

// coordination evaluates events on which two actors agree (Stadtfeld, Hollway &
// Block 2017, equation 6): each chooses the other, p_ij p_ji, normalised over all
// pairs. The score of a pair is the sum of the two choices' scores, the
// information its variance over the pairs.
type coordination struct {
	*replay
	theta []float64
	shift []float64 // of each sender: its largest log-weight when it was last weighed anew
	w     []float64 // exp(eta - shift) of each ordered pair; 0 when not in the risk set
	row   []float64 // sum of the weights of each sender
	share []float64 // 1 by that; 0 when it is 0
	sum   []float64 // n*p: sum of weight times statistics of each sender
	peak  []float64 // of row since it was last summed anew
	since []int     // changes since then
	mean  []float64 // p*n, statistic by statistic

	// Of the pairs i < j, those with i = 0 first: the product of the weights, 0 where not both
	// may choose, and, statistic by statistic, the sum of both.
	both, joint []float64
	s           sums
	chance      []float64 // of each actor to be in the event
	score       []float64
	// Of the pairs of one actor: their probabilities, and p times as many scores, as they
	// are and by probability.
	weights, scores, weighed []float64
}

// pairs evaluates the chunk of a coordination.
func (c panelPart) pairs(theta []float64, into *total) {
	if len(c.steps) == 0 {
		return
	}
	n, p := c.n, c.p
	count := n * (n - 1) / 2
	o := &coordination{replay: c.replay(), theta: theta, shift: make([]float64, n),
		w: make([]float64, n*n), row: make([]float64, n), share: make([]float64, n), sum: make([]float64, n*p), peak: make([]float64, n), since: make([]int, n), mean: make([]float64, n*p),
		both: make([]float64, count), joint: make([]float64, count*p), s: into.sums(), chance: make([]float64, n), score: make([]float64, p),
		weights: make([]float64, n), scores: make([]float64, n*p), weighed: make([]float64, n*p)}
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

// take takes in changes. The sums of a sender follow them; when much has changed, all
// is summed anew.
func (o *coordination) take(changes []int32) {
	n, p := o.n, o.p
	if o.done == 0 || len(changes) >= n*n/4 {
		for _, id := range changes {
			o.change(id)
		}
		o.renew()
		return
	}
	for _, id := range changes {
		u := max(id, ^id)
		i, j := int(u)/n, int(u)%n
		sum := o.sum[i*p : (i+1)*p]
		o.since[i]++
		if old := o.w[u]; old != 0 {
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
		o.w[u] = dot(o.theta, x)
		if o.row[i] == 0 && o.peak[i] == 0 { // nobody to choose until now
			o.shift[i] = o.w[u]
		}
		exps(o.w[u:u+1], o.shift[i])
		w := o.w[u]
		o.row[i] += w
		for k, v := range x {
			sum[k] += w * v
		}
		back := int32(j*n + i)
		o.both[pair] = w * o.w[back]
		if o.replay.row[back] >= 0 {
			for k, v := range o.x(back) {
				o.joint[k*len(o.both)+pair] = x[k] + v
			}
		}
	}
}

// renew weighs and sums all pairs.
func (o *coordination) renew() {
	n, p := o.n, o.p
	clear(o.row)
	clear(o.sum)
	for i := range n {
		w, rows := o.w[i*n:(i+1)*n], o.replay.row[i*n:(i+1)*n]
		top := math.Inf(-1)
		for j, row := range rows {
			if w[j] = math.Inf(-1); row >= 0 {
				w[j] = dot(o.theta, o.loaded[int(row)*p:])
				top = max(top, w[j])
			}
		}
		if math.IsInf(top, 0) || math.IsNaN(top) {
			top = 0
		}
		o.shift[i] = top
		exps(w, top)
		sum := o.sum[i*p : (i+1)*p]
		for j, row := range rows {
			if row < 0 {
				continue
			}
			o.row[i] += w[j]
			x := o.loaded[int(row)*p:][:len(sum)]
			for k := range sum {
				sum[k] += w[j] * x[k]
			}
		}
	}
	pair := 0
	for i := range n {
		for j := i + 1; j < n; j++ {
			u, back := i*n+j, j*n+i
			o.both[pair] = o.w[u] * o.w[back]
			if x, y := o.replay.row[u], o.replay.row[back]; x >= 0 && y >= 0 {
				a, b := o.loaded[int(x)*p:][:p], o.loaded[int(y)*p:][:p]
				for k, v := range a {
					o.joint[k*len(o.both)+pair] = v + b[k]
				}
			}
			pair++
		}
	}
	for i := range o.since {
		o.since[i], o.peak[i] = 1, o.row[i]
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
		if o.share[i] = 0; o.row[i] > 0 {
			o.share[i] = 1 / o.row[i]
			for k, v := range sum {
				o.mean[k*n+i] = v * o.share[i]
			}
		}
	}
}

// normalise sums over all pairs, those of one actor with all after it at a time.
func (o *coordination) normalise() {
	n, p, count := o.n, o.p, len(o.both)
	o.s.reset()
	clear(o.chance)
	first := 0
	for i := range n - 1 {
		end := first + n - 1 - i
		b, share := o.weights[:n-1-i], o.share[i+1:]
		for j, both := range o.both[first:end] {
			b[j] = both * o.share[i] * share[j]
		}
		floats.Add(o.chance[i+1:], b)
		sum := floats.Sum(b)
		o.chance[i] += sum
		o.s.s0 += sum
		at := 0
		for k := range p {
			joint := o.joint[k*count+first : k*count+end]
			if o.s.s2 == nil {
				o.s.s1[k] += floats.Dot(b, joint)
				continue
			}
			score, weighed := o.scores[k*n:][:len(b)], o.weighed[k*n:][:len(b)]
			own, other := o.mean[k*n+i], o.mean[k*n+i+1:(k+1)*n]
			joint, other = joint[:len(score)], other[:len(score)]
			for j := range score {
				score[j] = joint[j] - own - other[j]
				weighed[j] = b[j] * score[j]
			}
			o.s.s1[k] += floats.Dot(b, score)
		}
		for k := range p {
			for l := k; l < p && o.s.s2 != nil; l++ {
				o.s.s2[at] += floats.Dot(o.weighed[k*n:][:len(b)], o.scores[l*n:][:len(b)])
				at++
			}
		}
		first = end
	}
	if o.s.s2 == nil {
		for k := range p {
			o.s.s1[k] -= floats.Dot(o.chance, o.mean[k*n:(k+1)*n])
		}
	}
}

// pair sets the score of a pair and returns the logarithm of its two choices.
func (o *coordination) pair(u int32) float64 {
	n := o.n
	i, j := int(u)/n, int(u)%n
	back := j*n + i
	a, b := o.x(u), o.x(int32(back))
	for k := range o.score {
		o.score[k] = a[k] - o.mean[k*n+i] + b[k] - o.mean[k*n+j]
	}
	return math.Log(o.w[u]/o.row[i]) + math.Log(o.w[back]/o.row[j])
}

// alone returns the two choices of every pair that agreed as if each were made alone:
// cheap, concave, and close enough to begin from.
func (c *panel) alone() (*strata, error) {
	out := &strata{p: c.p}
	var mine scratch
	for _, chunk := range c.chunks {
		x, err := chunk.load(&mine)
		if err != nil {
			return nil, err
		}
		r := panelPart{c, chunk, x}.replay()
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
	return out, nil
}
