package corridor

import (
	"context"
	"errors"
	"math"
	"runtime"
	"sync"
)

// Betweenness says how many of all pairs of nodes go over an edge or a node, if each
// pair takes its shortest ways and shares itself among those that are equal: every
// unordered pair once, in a directed network every ordered one. A pair counts for
// the nodes between its ends, not for the ends.
type Betweenness struct{ Edge, Node []float64 }

// sourcesAtOnce are added up together before they are added to the whole. The parts
// do not depend on the number of cores, so neither does the sum.
const sourcesAtOnce = 64

// Betweenness counts by the algorithm of Brandes (2001, 2008), on every core. With
// cost nil each edge is one step; otherwise costs must be above 0, or [Closed].
func (g *Graph) Betweenness(ctx context.Context, cost []int64) (*Betweenness, error) {
	for _, c := range cost {
		if c == 0 {
			return nil, errors.New("an edge costs nothing: shortest ways by cost are then not countable")
		}
	}
	n, m := g.N(), g.M()
	total := &Betweenness{make([]float64, m), make([]float64, n)}
	parts := (n + sourcesAtOnce - 1) / sourcesAtOnce
	var (
		wait   sync.WaitGroup
		mutex  sync.Mutex
		turn   = sync.NewCond(&mutex)
		taken  int // parts begun
		merged int // parts added to the whole, in order
		failed error
	)
	for range min(runtime.GOMAXPROCS(0), parts) {
		wait.Go(func() {
			b := newBrandes(g, cost)
			for {
				mutex.Lock()
				if failed == nil {
					failed = ctx.Err()
				}
				part := taken
				taken++
				stop := failed != nil || part >= parts
				mutex.Unlock()
				if stop {
					return
				}
				for s := part * sourcesAtOnce; s < min((part+1)*sourcesAtOnce, n); s++ {
					b.from(int32(s))
				}
				mutex.Lock()
				for merged != part {
					turn.Wait()
				}
				b.moveTo(total)
				merged++
				if b.overflow && failed == nil {
					failed = errors.New("there are more shortest ways between two nodes than a number holds")
				}
				turn.Broadcast()
				mutex.Unlock()
			}
		})
	}
	wait.Wait()
	if failed != nil {
		return nil, failed
	}
	if !g.directed {
		for i := range total.Edge {
			total.Edge[i] /= 2
		}
		for i := range total.Node {
			total.Node[i] /= 2
		}
	}
	return total, nil
}

// brandes counts from one source after another.
type brandes struct {
	g          *Graph
	links      []link
	byCost     bool
	nodes      []settling
	order      []int32 // in which nodes were settled
	q          queue
	b          buckets
	onward     []onward // by the number of edges: links that lead one step on, node after node
	until      []int32  // where those of each node of the order end
	edge, node []float64
	overflow   bool
}

// settling is what is known of a node while a source is worked off, side by side
// because it is read together.
type settling struct {
	at      int64   // distance
	ways    float64 // number of shortest ways
	rest    float64 // pairs that depend on the node, itself included, for each way to it
	settled bool
}

type onward struct{ to, edge int32 }

// link is an open arc with its cost beside it.
type link struct {
	to, edge int32
	cost     int64
}

func newBrandes(g *Graph, cost []int64) *brandes {
	n := g.N()
	b := &brandes{g: g, byCost: cost != nil, nodes: make([]settling, n), order: make([]int32, 0, n),
		edge: make([]float64, g.M()), node: make([]float64, n), links: make([]link, len(g.arcs))}
	longest := int64(0)
	for i, a := range g.arcs {
		c := int64(1)
		if cost != nil {
			c = cost[a.edge>>1]
		}
		if !g.open(a) {
			c = Closed
		}
		b.links[i] = link{a.to, a.edge >> 1, c}
		longest = max(longest, c)
	}
	if b.byCost {
		if longest <= mostBuckets {
			b.b = newBuckets(longest)
		}
	}
	for i := range b.nodes {
		b.nodes[i].at = Unreachable
	}
	return b
}

func (b *brandes) from(s int32) {
	b.nodes[s].at, b.nodes[s].ways = 0, 1
	b.order = b.order[:0]
	switch {
	case !b.byCost:
		b.steps(s)
		b.gatherSteps(s)
	case b.b.ring != nil:
		b.bucketed(s)
		b.gather(s)
	default:
		b.heaped(s)
		b.gather(s)
	}
	for _, v := range b.order {
		b.nodes[v] = settling{at: Unreachable}
	}
}

// steps settles nodes by the number of edges.
func (b *brandes) steps(s int32) {
	b.order = append(b.order, s)
	b.onward, b.until = b.onward[:0], b.until[:0]
	for head := 0; head < len(b.order); head++ {
		v := b.order[head]
		d, ways := b.nodes[v].at+1, b.nodes[v].ways
		for _, l := range b.links[b.g.start[v]:b.g.start[v+1]] {
			if l.cost < 0 {
				continue
			}
			w := &b.nodes[l.to]
			if w.at < d {
				continue
			}
			if w.at > d {
				w.at = d
				b.order = append(b.order, l.to)
			}
			w.ways += ways
			b.onward = append(b.onward, onward{l.to, l.edge})
		}
		b.until = append(b.until, int32(len(b.onward)))
	}
}

// heaped settles nodes by cost.
func (b *brandes) heaped(s int32) {
	b.q = b.q[:0]
	b.q.push(0, s)
	for len(b.q) > 0 {
		top := b.q.pop()
		v := &b.nodes[top.node]
		if top.key > v.at || v.settled {
			continue
		}
		v.settled = true
		b.order = append(b.order, top.node)
		for _, l := range b.links[b.g.start[top.node]:b.g.start[top.node+1]] {
			if b.relax(l, v) {
				b.q.push(b.nodes[l.to].at, l.to)
			}
		}
	}
}

// bucketed does the same where costs are small numbers: nodes wait in a ring of
// buckets, one for each distance that may still come (Dial 1969).
func (b *brandes) bucketed(s int32) {
	ring, mask := b.b.ring, b.b.mask
	ring[0] = append(ring[0], s)
	waiting := 1
	for d := int64(0); waiting > 0; d++ {
		bucket := ring[d&mask]
		for _, place := range bucket {
			waiting--
			v := &b.nodes[place]
			if v.at != d || v.settled {
				continue
			}
			v.settled = true
			b.order = append(b.order, place)
			for _, l := range b.links[b.g.start[place]:b.g.start[place+1]] {
				if b.relax(l, v) {
					at := b.nodes[l.to].at & mask
					ring[at] = append(ring[at], l.to)
					waiting++
				}
			}
		}
		ring[d&mask] = bucket[:0]
	}
}

// relax notes the ways that a link from v opens and reports whether its end came
// nearer.
func (b *brandes) relax(l link, v *settling) bool {
	if l.cost < 0 {
		return false
	}
	w := &b.nodes[l.to]
	switch d := v.at + l.cost; {
	case d < w.at:
		w.at, w.ways = d, v.ways
		return true
	case d == w.at:
		w.ways += v.ways
	}
	return false
}

// gather adds up, from the farthest node inwards, what depends on each edge.
func (b *brandes) gather(s int32) {
	for i := len(b.order) - 1; i >= 0; i-- {
		place := b.order[i]
		v, share := &b.nodes[place], 0.0
		for _, l := range b.links[b.g.start[place]:b.g.start[place+1]] {
			if w := &b.nodes[l.to]; l.cost >= 0 && w.at == v.at+l.cost {
				part := v.ways * w.rest
				b.edge[l.edge] += part
				share += part
			}
		}
		b.close(place, s, share)
	}
}

// gatherSteps does the same with the links that steps has found.
func (b *brandes) gatherSteps(s int32) {
	for i := len(b.order) - 1; i >= 0; i-- {
		begin := int32(0)
		if i > 0 {
			begin = b.until[i-1]
		}
		place := b.order[i]
		ways, share := b.nodes[place].ways, 0.0
		for _, l := range b.onward[begin:b.until[i]] {
			part := ways * b.nodes[l.to].rest
			b.edge[l.edge] += part
			share += part
		}
		b.close(place, s, share)
	}
}

// close ends a node on which so many pairs depend.
func (b *brandes) close(place, s int32, share float64) {
	v := &b.nodes[place]
	v.rest = (1 + share) / v.ways
	if place != s {
		b.node[place] += share
	}
	if math.IsInf(v.ways, 1) {
		b.overflow = true
	}
}

// moveTo adds what was gathered to the whole and forgets it.
func (b *brandes) moveTo(total *Betweenness) {
	for i, x := range b.edge {
		total.Edge[i] += x
	}
	for i, x := range b.node {
		total.Node[i] += x
	}
	clear(b.edge)
	clear(b.node)
}

// buckets is a ring of nodes by distance.
type buckets struct {
	ring [][]int32
	mask int64
}

const mostBuckets = 1 << 12

func newBuckets(longest int64) buckets {
	size := int64(1)
	for size <= longest {
		size *= 2
	}
	return buckets{make([][]int32, size), size - 1}
}
