package network

import (
	"fmt"
	"iter"
	"math"
)

// Edge joins two different nodes with a positive weight.
type Edge struct {
	U, V int
	W    float64
}

// Graph is an undirected, weighted graph of nodes 0..n-1 without self-loops. It
// does not change after it is made, so any number of goroutines may read it.
//
// Measures use the topology alone, each edge counting once, unless their
// documentation says that they use weights. A measure that is not defined on a
// graph (transitivity where no two edges meet) returns ok = false, never NaN.
type Graph struct {
	// Compressed rows: the neighbours of v, ascending, are nbr[start[v]:start[v+1]].
	start  []int32
	nbr    []int32
	weight []float64
	// strength[v] is the sum of the weights of v's row, total that of all edges.
	strength []float64
	total    float64
}

// NewGraph makes a graph of n nodes. Edges between the same two nodes are merged
// and their weights added. It refuses an end outside 0..n-1, a self-loop, and a
// weight that is not a positive finite number.
func NewGraph(n int, edges []Edge) (*Graph, error) {
	if n < 0 || n >= math.MaxInt32 {
		return nil, fmt.Errorf("network: a graph of %d nodes: the count must lie in 0..%d", n, math.MaxInt32-1)
	}
	if len(edges) > math.MaxInt32/2 {
		return nil, fmt.Errorf("network: %d edges are more than the %d that a graph holds", len(edges), math.MaxInt32/2)
	}
	g := &Graph{start: make([]int32, n+1)}
	for i, e := range edges {
		switch {
		case e.U < 0 || e.U >= n || e.V < 0 || e.V >= n:
			return nil, fmt.Errorf("network: edge %d joins %d and %d: nodes are 0..%d", i, e.U, e.V, n-1)
		case e.U == e.V:
			return nil, fmt.Errorf("network: edge %d joins node %d to itself: leave self-loops out", i, e.U)
		case !(e.W > 0) || math.IsInf(e.W, 1):
			return nil, fmt.Errorf("network: edge %d (%d-%d) has weight %v: it must be positive and finite", i, e.U, e.V, e.W)
		}
		g.start[e.U+1]++
		g.start[e.V+1]++
		g.total += e.W
	}
	if math.IsInf(2*g.total, 1) {
		return nil, fmt.Errorf("network: the weights of the %d edges add up to more than a number can hold: rescale them", len(edges))
	}
	for v := range n {
		g.start[v+1] += g.start[v]
	}
	g.fill(edges)
	g.merge()
	g.strengthen()
	return g, nil
}

// fill sorts the arcs by two counting passes: by target, then stably by source.
func (g *Graph) fill(edges []Edge) {
	arcs := 2 * len(edges)
	type arc struct {
		from int32
		w    float64
	}
	n := g.N()
	next := make([]int32, n)
	copy(next, g.start)
	byTarget := make([]arc, arcs)
	for _, e := range edges {
		byTarget[next[e.V]] = arc{int32(e.U), e.W}
		next[e.V]++
		byTarget[next[e.U]] = arc{int32(e.V), e.W}
		next[e.U]++
	}
	g.nbr = make([]int32, arcs)
	g.weight = make([]float64, arcs)
	copy(next, g.start)
	for v := range n {
		for _, a := range byTarget[g.start[v]:g.start[v+1]] {
			i := next[a.from]
			next[a.from]++
			g.nbr[i], g.weight[i] = int32(v), a.w
		}
	}
}

// merge adds up parallel edges, which lie side by side in a row. Both rows add
// in the order of the input, so the two directions stay equal to the last bit.
func (g *Graph) merge() {
	out := int32(0)
	first := int32(0)
	for v := range g.N() {
		row := out
		last := g.start[v+1]
		for i := first; i < last; i++ {
			if out > row && g.nbr[out-1] == g.nbr[i] {
				g.weight[out-1] += g.weight[i]
				continue
			}
			g.nbr[out], g.weight[out] = g.nbr[i], g.weight[i]
			out++
		}
		first = last
		g.start[v+1] = out
	}
	g.nbr, g.weight = g.nbr[:out:out], g.weight[:out:out]
}

func (g *Graph) strengthen() {
	g.strength = make([]float64, g.N())
	for v := range g.strength {
		for _, w := range g.weight[g.start[v]:g.start[v+1]] {
			g.strength[v] += w
		}
	}
}

// N returns the number of nodes.
func (g *Graph) N() int { return len(g.start) - 1 }

// M returns the number of edges.
func (g *Graph) M() int { return len(g.nbr) / 2 }

// Weight returns the sum of the edges' weights.
func (g *Graph) Weight() float64 { return g.total }

// Degree returns the number of neighbours of v.
func (g *Graph) Degree(v int) int { return int(g.start[v+1] - g.start[v]) }

// Strength returns the sum of the weights of v's edges.
func (g *Graph) Strength(v int) float64 { return g.strength[v] }

// Neighbours yields the neighbours of v, ascending, each with the weight of the
// edge to it.
func (g *Graph) Neighbours(v int) iter.Seq2[int, float64] {
	return func(yield func(int, float64) bool) {
		for i := g.start[v]; i < g.start[v+1]; i++ {
			if !yield(int(g.nbr[i]), g.weight[i]) {
				return
			}
		}
	}
}

// Edges yields every edge once, U < V, in ascending order of U and then V.
func (g *Graph) Edges() iter.Seq[Edge] {
	return func(yield func(Edge) bool) {
		for u := range g.N() {
			for i := g.start[u]; i < g.start[u+1]; i++ {
				if v := int(g.nbr[i]); v > u && !yield(Edge{u, v, g.weight[i]}) {
					return
				}
			}
		}
	}
}

// Unweighted returns the graph with every weight set to 1.
func (g *Graph) Unweighted() *Graph {
	ones := make([]float64, len(g.weight))
	for i := range ones {
		ones[i] = 1
	}
	u := &Graph{start: g.start, nbr: g.nbr, weight: ones, total: float64(g.M())}
	u.strengthen()
	return u
}

// Induced returns the graph of the nodes with in true and the edges among them;
// they are numbered anew, in their old order.
func (g *Graph) Induced(in []bool) *Graph {
	id := make([]int32, g.N())
	n, arcs := int32(0), int32(0)
	for v := range id {
		id[v] = -1
		if has(in, v) {
			id[v] = n
			n++
			arcs += g.start[v+1] - g.start[v]
		}
	}
	sub := &Graph{
		start:  make([]int32, 1, n+1),
		nbr:    make([]int32, 0, arcs),
		weight: make([]float64, 0, arcs),
	}
	for v := range id {
		if id[v] < 0 {
			continue
		}
		for i := g.start[v]; i < g.start[v+1]; i++ {
			to := id[g.nbr[i]]
			if to < 0 {
				continue
			}
			sub.nbr = append(sub.nbr, to)
			sub.weight = append(sub.weight, g.weight[i])
			if to > id[v] {
				sub.total += g.weight[i]
			}
		}
		sub.start = append(sub.start, int32(len(sub.nbr)))
	}
	sub.strengthen()
	return sub
}

// has reads a membership list that may be shorter than the graph: nodes beyond
// its end are outside.
func has(in []bool, v int) bool { return v < len(in) && in[v] }
