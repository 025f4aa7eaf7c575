package corridor

import (
	"errors"
	"fmt"
	"math"
)

// Graph is the shape of a network in compact arrays: nodes 0..N-1 and edges
// 0..M-1, without quantities. Capacities and costs are slices beside it, so that
// one shape serves many scenarios. It is not changed after [NewGraph] and may be
// used by several goroutines.
type Graph struct {
	directed bool
	u, v     []int32
	start    []int32 // of the arcs of each node, and the end of the last
	arcs     []arc
}

// arc leads from the node in whose list it stands. edge is the edge's index times
// two, plus one where the arc runs from the edge's second node to its first.
type arc struct{ to, edge int32 }

// Limits of a graph, so that indices fit into 32 bits with a bit to spare.
const maxEdges = 1 << 29

// NewGraph builds the graph of n nodes whose edge i joins u[i] and v[i]. A
// directed edge can be used from u to v alone. Parallel edges are allowed, loops
// are not. The slices are kept.
func NewGraph(n int, u, v []int32, directed bool) (*Graph, error) {
	switch {
	case len(u) != len(v):
		return nil, fmt.Errorf("%d first ends and %d second ends of edges", len(u), len(v))
	case n < 0 || n >= math.MaxInt32 || len(u) > maxEdges:
		return nil, errors.New("a network has at most 2^31-1 nodes and 2^29 edges")
	}
	g := &Graph{directed: directed, u: u, v: v, start: make([]int32, n+1), arcs: make([]arc, 2*len(u))}
	for i := range u {
		if u[i] < 0 || int(u[i]) >= n || v[i] < 0 || int(v[i]) >= n {
			return nil, fmt.Errorf("edge %d joins nodes %d and %d, of which there are %d", i, u[i], v[i], n)
		}
		if u[i] == v[i] {
			return nil, fmt.Errorf("edge %d joins node %d to itself", i, u[i])
		}
		g.start[u[i]+1]++
		g.start[v[i]+1]++
	}
	for i := range n {
		g.start[i+1] += g.start[i]
	}
	at := make([]int32, n)
	copy(at, g.start)
	for i := range u {
		g.arcs[at[u[i]]] = arc{v[i], int32(i) << 1}
		at[u[i]]++
		g.arcs[at[v[i]]] = arc{u[i], int32(i)<<1 | 1}
		at[v[i]]++
	}
	return g, nil
}

// N returns the number of nodes.
func (g *Graph) N() int { return len(g.start) - 1 }

// M returns the number of edges.
func (g *Graph) M() int { return len(g.u) }

// Ends returns the two nodes of an edge.
func (g *Graph) Ends(edge int) (u, v int) { return int(g.u[edge]), int(g.v[edge]) }

// Directed reports whether edges can be used in one direction alone.
func (g *Graph) Directed() bool { return g.directed }

// open reports whether an arc may be travelled in its direction.
func (g *Graph) open(a arc) bool { return !g.directed || a.edge&1 == 0 }

// Unreachable is the distance between nodes that no route joins.
const Unreachable = math.MaxInt64

// Closed as the cost of an edge takes it out of the network.
const Closed int64 = -1
