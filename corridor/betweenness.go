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
	at         []int64   // distance
	ways       []float64 // number of shortest ways
	share      []float64 // what depends on a node
	order      []int32   // in which nodes were settled
	settled    []bool
	q          queue
	b          buckets
	edge, node []float64
	overflow   bool
}

// link is an open arc with its cost beside it.
type link struct {
	to, edge int32
	cost     int64
}

func newBrandes(g *Graph, cost []int64) *brandes {
	n := g.N()
	b := &brandes{g: g, byCost: cost != nil, at: make([]int64, n), ways: make([]float64, n), share: make([]float64, n),
		order: make([]int32, 0, n), edge: make([]float64, g.M()), node: make([]float64, n), links: make([]link, len(g.arcs))}
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
		b.settled = make([]bool, n)
		if longest <= mostBuckets {
			b.b = newBuckets(longest)
		}
	}
	for i := range b.at {
		b.at[i] = Unreachable
	}
	return b
}

func (b *brandes) from(s int32) {
	switch {
	case !b.byCost:
		b.steps(s)
	case b.b.ring != nil:
		b.bucketed(s)
	default:
		b.heaped(s)
	}
	b.gather(s)
}

// steps settles nodes by the number of edges.
func (b *brandes) steps(s int32) {
	b.at[s], b.ways[s] = 0, 1
	b.order = append(b.order[:0], s)
	for head := 0; head < len(b.order); head++ {
		v := b.order[head]
		d, ways := b.at[v]+1, b.ways[v]
		for _, l := range b.links[b.g.start[v]:b.g.start[v+1]] {
			if l.cost < 0 {
				continue
			}
			if b.at[l.to] == Unreachable {
				b.at[l.to] = d
				b.order = append(b.order, l.to)
			}
			if b.at[l.to] == d {
				b.ways[l.to] += ways
			}
		}
	}
}

// heaped settles nodes by cost.
func (b *brandes) heaped(s int32) {
	b.at[s], b.ways[s] = 0, 1
	b.order, b.q = b.order[:0], b.q[:0]
	b.q.push(0, s)
	for len(b.q) > 0 {
		top := b.q.pop()
		v := top.node
		if top.key > b.at[v] || b.settled[v] {
			continue
		}
		b.settle(v)
		for _, l := range b.links[b.g.start[v]:b.g.start[v+1]] {
			if b.relax(l, b.at[v], b.ways[v]) {
				b.q.push(b.at[l.to], l.to)
			}
		}
	}
}

// bucketed does the same where costs are small numbers: nodes wait in a ring of
// buckets, one for each distance that may still come (Dial 1969).
func (b *brandes) bucketed(s int32) {
	b.at[s], b.ways[s] = 0, 1
	b.order = b.order[:0]
	ring, mask := b.b.ring, b.b.mask
	ring[0] = append(ring[0], s)
	waiting := 1
	for d := int64(0); waiting > 0; d++ {
		bucket := ring[d&mask]
		for _, v := range bucket {
			waiting--
			if b.at[v] != d || b.settled[v] {
				continue
			}
			b.settle(v)
			for _, l := range b.links[b.g.start[v]:b.g.start[v+1]] {
				if b.relax(l, d, b.ways[v]) {
					at := b.at[l.to] & mask
					ring[at] = append(ring[at], l.to)
					waiting++
				}
			}
		}
		ring[d&mask] = bucket[:0]
	}
}

func (b *brandes) settle(v int32) {
	b.settled[v] = true
	b.order = append(b.order, v)
}

// relax notes the ways that a link opens and reports whether its end came nearer.
func (b *brandes) relax(l link, d int64, ways float64) bool {
	if l.cost < 0 {
		return false
	}
	switch d += l.cost; {
	case d < b.at[l.to]:
		b.at[l.to], b.ways[l.to] = d, ways
		return true
	case d == b.at[l.to]:
		b.ways[l.to] += ways
	}
	return false
}

// gather adds up, from the farthest node inwards, what depends on each edge, and
// leaves everything as it was before the source.
func (b *brandes) gather(s int32) {
	for i := len(b.order) - 1; i >= 0; i-- {
		v := b.order[i]
		d, ways, share := b.at[v], b.ways[v], 0.0
		for _, l := range b.links[b.g.start[v]:b.g.start[v+1]] {
			if l.cost >= 0 && b.at[l.to] == d+l.cost {
				part := ways / b.ways[l.to] * (1 + b.share[l.to])
				b.edge[l.edge] += part
				share += part
			}
		}
		b.share[v] = share
		if v != s {
			b.node[v] += share
		}
		if math.IsInf(ways, 1) {
			b.overflow = true
		}
	}
	for _, v := range b.order {
		b.at[v], b.ways[v], b.share[v] = Unreachable, 0, 0
		if b.byCost {
			b.settled[v] = false
		}
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
