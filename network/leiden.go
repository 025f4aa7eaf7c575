package network

import (
	"fmt"
	"math"
	"math/rand/v2"
)

// Modularity returns Q = sum_c [ L_c/m - gamma (D_c/2m)^2 ] (Newman & Girvan
// 2004, Phys. Rev. E 69:026113; gamma after Reichardt & Bornholdt 2006, Phys.
// Rev. E 74:016110), where m is the weight of all edges, L_c of those inside
// community c, and D_c the sum of its nodes' strengths. partition[v] is the
// community of node v, any number. Q is not defined without edges, or where the
// partition does not name exactly one community for each node.
func (g *Graph) Modularity(partition []int, gamma float64) (q float64, ok bool) {
	if g.M() == 0 || len(partition) != g.N() {
		return 0, false
	}
	label := make([]int32, g.N())
	number(label, partition)
	return g.modularity(label, gamma, make([]float64, g.N())), true
}

// Leiden divides the graph into communities of high modularity by the Leiden
// algorithm (Traag, Waltman & van Eck 2019, Sci. Rep. 9:5233), repeated until an
// iteration no longer improves it. Every community is connected. The result maps
// each node to its community, numbered by their first nodes. Edges count by
// their weights (see Unweighted). A gamma of 0 means 1; a larger one gives more
// and smaller communities. The answer depends on the seed: see
// Graph.Communities.
func (g *Graph) Leiden(gamma float64, seed uint64) ([]int, error) {
	gamma, err := resolution(gamma)
	if err != nil {
		return nil, err
	}
	l := newLeiden(g, gamma)
	l.run(rand.NewPCG(seed, 0))
	label := make([]int, g.N())
	for v, c := range l.label {
		label[v] = int(c)
	}
	return label, nil
}

func resolution(gamma float64) (float64, error) {
	if gamma == 0 {
		return 1, nil
	}
	if !(gamma > 0) || math.IsInf(gamma, 1) {
		return 0, fmt.Errorf("network: resolution gamma %v: it must be positive and finite", gamma)
	}
	return gamma, nil
}

// number writes the partition to label with communities numbered from 0.
func number(label []int32, partition []int) {
	direct := true
	for v, c := range partition {
		direct = direct && c >= 0 && c < len(label)
		label[v] = int32(c)
	}
	if direct {
		return
	}
	id := make(map[int]int32)
	for v, c := range partition {
		n, seen := id[c]
		if !seen {
			n = int32(len(id))
			id[c] = n
		}
		label[v] = n
	}
}

// level is a graph whose nodes stand for sets of nodes of the first one: self is
// the weight of the edges inside such a set, strength the sum of its members'.
type level struct {
	start    []int32
	nbr      []int32
	weight   []float64
	self     []float64
	strength []float64
	twoM     float64
}

func newLevel(g *Graph) *level {
	return &level{g.start, g.nbr, g.weight, make([]float64, g.N()), g.strength, 2 * g.total}
}

func (lev *level) n() int { return len(lev.start) - 1 }

// modularity overwrites total, which needs room for the largest label.
func (g *Graph) modularity(label []int32, gamma float64, total []float64) float64 {
	clear(total)
	inside := 0.0
	for v := range g.N() {
		c := label[v]
		total[c] += g.strength[v]
		nbr := g.nbr[g.start[v]:g.start[v+1]]
		weight := g.weight[g.start[v]:g.start[v+1]][:len(nbr)]
		for i, u := range nbr {
			if int(u) > v {
				break
			}
			if label[u] == c {
				inside += weight[i]
			}
		}
	}
	q := inside / g.total
	for _, d := range total {
		q -= gamma * (d / (2 * g.total)) * (d / (2 * g.total))
	}
	return q
}

// randomness is theta of the paper, in units of the mean weight of an edge: how
// readily the refinement takes a merge that is not the best.
const randomness = 0.01

// leiden is the working memory of one run after another on the same graph.
// Gains are in units of weight: a gain of x adds 2x/twoM to the modularity.
type leiden struct {
	g     *Graph
	base  *level // the same graph; read only
	gamma float64
	theta float64
	eps   float64 // smaller gains are rounding
	pcg   *rand.PCG
	q     float64
	label []int32 // of the base nodes: the best partition so far

	spare   [2]level // aggregated graphs, by turns
	where   []int32  // node of the level that a base node is part of
	comm    []int32  // community of a node of the level
	total   []float64
	size    []int32
	empty   []int32
	queue   []int32
	queued  []bool
	order   []int32
	link    []float64 // weight from the node at hand to a community; 0 elsewhere
	touched []int32

	refined    []int32 // sub-community of a node of the level
	inside     []float64
	cut        []float64 // weight from a sub-community to the rest of its community
	refTotal   []float64
	refSize    []int32
	candidates []int32
	odds       []float64
	id         []int32
	trial      []int32
}

func newLeiden(g *Graph, gamma float64) *leiden {
	base := newLevel(g)
	n, arcs := base.n(), len(base.nbr)
	l := &leiden{g: g, base: base, gamma: gamma, eps: 1e-12 * base.twoM}
	if arcs > 0 {
		l.theta = randomness * base.twoM / float64(arcs)
	}
	ints := make([]int32, 13*n)
	take := func(k int) []int32 {
		s := ints[:k:k]
		ints = ints[k:]
		return s
	}
	floats := make([]float64, 6*n+1)
	takeFloats := func(k int) []float64 {
		s := floats[:k:k]
		floats = floats[k:]
		return s
	}
	l.label, l.trial, l.where, l.comm, l.size = take(n), take(n), take(n), take(n), take(n)
	l.empty, l.queue, l.order, l.touched = take(n)[:0], take(n), take(n), take(n)[:0]
	l.refined, l.refSize, l.id = take(n), take(n), take(n)
	l.candidates = take(n)[:0]
	l.total, l.link, l.inside, l.cut, l.refTotal = takeFloats(n), takeFloats(n), takeFloats(n), takeFloats(n), takeFloats(n)
	l.odds = takeFloats(n + 1)[:0]
	l.queued = make([]bool, n)
	return l
}

// run leaves the partition in l.label, numbered by first nodes, and its
// modularity in l.q.
func (l *leiden) run(pcg *rand.PCG) {
	l.pcg = pcg
	for v := range l.label {
		l.label[v] = int32(v)
	}
	l.q = 0
	if len(l.base.nbr) == 0 {
		return
	}
	l.q = l.g.modularity(l.label, l.gamma, l.total)
	for {
		copy(l.trial, l.label)
		l.iterate(l.trial)
		q := l.g.modularity(l.trial, l.gamma, l.total)
		if q <= l.q+1e-12 {
			break
		}
		l.q = q
		copy(l.label, l.trial)
	}
	l.renumber(l.label)
}

// iterate improves the partition of the base nodes by one pass through ever
// smaller graphs.
func (l *leiden) iterate(label []int32) {
	lev := l.base
	for v := range l.where {
		l.where[v] = int32(v)
	}
	copy(l.comm, label)
	for turn := 0; ; turn++ {
		n := lev.n()
		l.move(lev, l.comm[:n])
		if l.renumber(l.comm[:n]) == n {
			break
		}
		parts := 0
		for try := 0; try < 4; try++ {
			if parts = l.refine(lev); parts < n {
				break
			}
		}
		if parts == n {
			// Only rounding can leave a community in which no two nodes want to
			// merge: its nodes stay apart.
			copy(l.comm, l.refined[:n])
			break
		}
		next := &l.spare[turn%2]
		l.aggregate(lev, next, parts)
		for v, at := range l.where {
			l.where[v] = l.refined[at]
		}
		lev = next
	}
	for v, at := range l.where {
		label[v] = l.comm[at]
	}
}

// renumber numbers labels within 0..n-1 by first occurrence; it returns how many
// there are.
func (l *leiden) renumber(label []int32) int {
	id := l.id[:len(label)]
	for i := range id {
		id[i] = -1
	}
	count := int32(0)
	for v, c := range label {
		if id[c] < 0 {
			id[c] = count
			count++
		}
		label[v] = id[c]
	}
	return int(count)
}

func (l *leiden) shuffled(n int) []int32 {
	order := l.order[:n]
	for i := range order {
		j := below(l.pcg, i+1)
		order[i] = order[j]
		order[j] = int32(i)
	}
	return order
}

// connect sums the weights from v to each community in link and lists in touched
// the communities met. The caller must clear link again.
func (l *leiden) connect(lev *level, v int32, comm []int32) {
	l.touched = l.touched[:0]
	link := l.link
	nbr := lev.nbr[lev.start[v]:lev.start[v+1]]
	weight := lev.weight[lev.start[v]:lev.start[v+1]][:len(nbr)]
	for i, u := range nbr {
		c := comm[u]
		if link[c] == 0 {
			l.touched = append(l.touched, c)
		}
		link[c] += weight[i]
	}
}

// move takes nodes from a queue and moves each to the community that gains most,
// until none gains; a move puts the neighbours outside the new community back in
// the queue.
func (l *leiden) move(lev *level, comm []int32) {
	n := lev.n()
	total, size, queued := l.total[:n], l.size[:n], l.queued[:n]
	clear(total)
	clear(size)
	for v, c := range comm {
		total[c] += lev.strength[v]
		size[c]++
	}
	l.empty = l.empty[:0]
	for c, s := range size {
		if s == 0 {
			l.empty = append(l.empty, int32(c))
		}
	}
	queue := l.queue[:n]
	copy(queue, l.shuffled(n))
	for v := range queued {
		queued[v] = true
	}
	head, waiting := 0, n
	for waiting > 0 {
		v := queue[head]
		if head++; head == n {
			head = 0
		}
		waiting--
		queued[v] = false

		from := comm[v]
		k := lev.strength[v]
		pull := l.gamma * k / lev.twoM
		total[from] -= k
		size[from]--
		l.connect(lev, v, comm)
		best, to := l.link[from]-pull*total[from]+l.eps, from
		for _, c := range l.touched {
			if gain := l.link[c] - pull*total[c]; gain > best {
				best, to = gain, c
			}
			l.link[c] = 0
		}
		if best < 0 && size[from] > 0 {
			to = l.empty[len(l.empty)-1]
			l.empty = l.empty[:len(l.empty)-1]
		} else if to != from && size[from] == 0 {
			l.empty = append(l.empty, from)
		}
		total[to] += k
		size[to]++
		if to == from {
			continue
		}
		comm[v] = to
		for _, u := range lev.nbr[lev.start[v]:lev.start[v+1]] {
			if !queued[u] && comm[u] != to {
				queued[u] = true
				at := head + waiting
				if at >= n {
					at -= n
				}
				queue[at] = u
				waiting++
			}
		}
	}
}

// refine divides the communities of the level into well-connected parts, numbers
// them in l.refined and returns their number. Each part starts as one node; a
// node still alone joins a part of its community at random, the more likely the
// more it gains (eq. in Traag et al., supplementary A.2).
func (l *leiden) refine(lev *level) int {
	n := lev.n()
	comm, refined, refSize := l.comm[:n], l.refined[:n], l.refSize[:n]
	inside, cut, refTotal := l.inside[:n], l.cut[:n], l.refTotal[:n]
	for v := range n {
		sum := 0.0
		c := comm[v]
		nbr := lev.nbr[lev.start[v]:lev.start[v+1]]
		weight := lev.weight[lev.start[v]:lev.start[v+1]][:len(nbr)]
		for i, u := range nbr {
			if comm[u] == c {
				sum += weight[i]
			}
		}
		inside[v], cut[v] = sum, sum
		refined[v], refSize[v] = int32(v), 1
		refTotal[v] = lev.strength[v]
	}
	// The totals that move left are by the labels before renumber.
	total := l.total[:n]
	clear(total)
	for v, c := range comm {
		total[c] += lev.strength[v]
	}
	parts := n
	for _, v := range l.shuffled(n) {
		c := comm[v]
		k := lev.strength[v]
		pull := l.gamma * k / lev.twoM
		if refSize[refined[v]] != 1 || inside[v] < pull*(total[c]-k)-l.eps {
			continue
		}
		to := l.choose(lev, v, pull, total[c])
		if to == v {
			l.clearLinks()
			continue
		}
		refined[v] = to
		refSize[to]++
		refSize[v]--
		refTotal[to] += k
		cut[to] += inside[v] - 2*l.link[to]
		parts--
		l.clearLinks()
	}
	l.renumber(refined)
	return parts
}

func (l *leiden) clearLinks() {
	for _, c := range l.touched {
		l.link[c] = 0
	}
}

// choose draws the part that v, now alone in part v, joins; it may stay alone.
// The weights to the parts are left in l.link.
func (l *leiden) choose(lev *level, v int32, pull, total float64) int32 {
	comm, refined := l.comm, l.refined
	c := comm[v]
	l.touched = l.touched[:0]
	nbr := lev.nbr[lev.start[v]:lev.start[v+1]]
	weight := lev.weight[lev.start[v]:lev.start[v+1]][:len(nbr)]
	for i, u := range nbr {
		if comm[u] != c {
			continue
		}
		r := refined[u]
		if l.link[r] == 0 {
			l.touched = append(l.touched, r)
		}
		l.link[r] += weight[i]
	}
	l.candidates = append(l.candidates[:0], v)
	l.odds = append(l.odds[:0], 0)
	best := 0.0
	for _, r := range l.touched {
		d := l.refTotal[r]
		if l.cut[r] < l.gamma*d/lev.twoM*(total-d)-l.eps {
			continue
		}
		if gain := l.link[r] - pull*d; gain >= 0 {
			l.candidates = append(l.candidates, r)
			l.odds = append(l.odds, gain)
			best = max(best, gain)
		}
	}
	sum := 0.0
	for i, gain := range l.odds {
		// exp(-40) is below what one draw can ever pick.
		if x := (gain - best) / l.theta; x > -40 {
			sum += math.Exp(x)
		}
		l.odds[i] = sum
	}
	draw := float64(l.pcg.Uint64()>>11) * 0x1p-53 * sum
	for i, upTo := range l.odds {
		if draw < upTo {
			return l.candidates[i]
		}
	}
	return l.candidates[len(l.candidates)-1]
}

// aggregate makes each part of the level one node of next, and gives it the
// community of its members, which l.comm holds afterwards.
func (l *leiden) aggregate(lev, next *level, parts int) {
	n := lev.n()
	refined := l.refined[:n]
	if cap(next.start) < parts+1 {
		next.start = make([]int32, 0, n+1)
		next.self = make([]float64, n)
		next.strength = make([]float64, n)
		next.nbr = make([]int32, 0, len(lev.nbr))
		next.weight = make([]float64, 0, len(lev.nbr))
	}
	next.twoM = lev.twoM
	next.self, next.strength = next.self[:parts], next.strength[:parts]
	clear(next.self)
	clear(next.strength)
	// Members of each part, side by side, from a counting sort.
	first := l.size[:parts]
	clear(first)
	for _, r := range refined {
		first[r]++
	}
	at := int32(0)
	for r, s := range first {
		first[r] = at
		at += s
	}
	members := l.order[:n]
	for v, r := range refined {
		members[first[r]] = int32(v)
		first[r]++
	}
	comm := l.id[:parts] // renumber's memory is free here
	next.start = append(next.start[:0], 0)
	next.nbr, next.weight = next.nbr[:0], next.weight[:0]
	from := int32(0)
	for r := range parts {
		to := first[r]
		l.touched = l.touched[:0]
		for _, v := range members[from:to] {
			comm[r] = l.comm[v]
			next.self[r] += lev.self[v]
			next.strength[r] += lev.strength[v]
			nbr := lev.nbr[lev.start[v]:lev.start[v+1]]
			weight := lev.weight[lev.start[v]:lev.start[v+1]][:len(nbr)]
			for i, u := range nbr {
				c := refined[u]
				if l.link[c] == 0 {
					l.touched = append(l.touched, c)
				}
				l.link[c] += weight[i]
			}
		}
		for _, c := range l.touched {
			if int(c) == r {
				next.self[r] += l.link[c] / 2
			} else {
				next.nbr = append(next.nbr, c)
				next.weight = append(next.weight, l.link[c])
			}
			l.link[c] = 0
		}
		next.start = append(next.start, int32(len(next.nbr)))
		from = to
	}
	copy(l.comm, comm)
}
