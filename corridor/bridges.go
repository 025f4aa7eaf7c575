package corridor

import "slices"

// Bridge is an edge whose loss parts the network.
type Bridge struct {
	Edge int
	// Pairs is the number of pairs of nodes that nothing joins once it is lost.
	Pairs int64
}

// Weak lists what a network hangs on, whatever the direction of its edges.
type Weak struct {
	Bridges []Bridge // in the order of edges
	// Articulation lists the nodes whose loss parts others, in their order.
	Articulation []int
	// Component numbers the components that hold together; Sizes are their sizes.
	Component []int32
	Sizes     []int
}

// Weak finds bridges and articulation points by one walk (Tarjan 1972; Hopcroft and
// Tarjan 1973).
func (g *Graph) Weak() *Weak {
	n := g.N()
	w := &Weak{Component: make([]int32, n)}
	var (
		order = make([]int32, n) // in which nodes were met, from 1
		low   = make([]int32, n)
		under = make([]int32, n) // nodes met from here on
		next  = make([]int32, n)
		by    = make([]int32, n) // edge by which a node was met
		cuts  = make([]bool, n)
		stack []int32
		met   int32
	)
	copy(next, g.start)
	for root := range int32(n) {
		if order[root] != 0 {
			continue
		}
		component, first, children := int32(len(w.Sizes)), met, 0
		enter := func(v, edge int32) {
			met++
			order[v], low[v], under[v], by[v], w.Component[v] = met, met, 1, edge, component
			stack = append(stack, v)
		}
		enter(root, -1)
		bridges := len(w.Bridges)
		for len(stack) > 0 {
			v := stack[len(stack)-1]
			if next[v] < g.start[v+1] {
				a := g.arcs[next[v]]
				next[v]++
				switch e := a.edge >> 1; {
				case e == by[v]:
				case order[a.to] == 0:
					enter(a.to, e)
				default:
					low[v] = min(low[v], order[a.to])
				}
				continue
			}
			stack = stack[:len(stack)-1]
			if len(stack) == 0 {
				break
			}
			p := stack[len(stack)-1]
			low[p] = min(low[p], low[v])
			under[p] += under[v]
			if low[v] > order[p] {
				w.Bridges = append(w.Bridges, Bridge{int(by[v]), int64(under[v])})
			}
			if p == root {
				children++
			} else if low[v] >= order[p] {
				cuts[p] = true
			}
		}
		cuts[root] = children > 1
		size := int(met - first)
		w.Sizes = append(w.Sizes, size)
		for i := range w.Bridges[bridges:] { // so far the nodes beyond
			b := &w.Bridges[bridges+i]
			b.Pairs *= int64(size) - b.Pairs
		}
	}
	slices.SortFunc(w.Bridges, func(a, b Bridge) int { return a.Edge - b.Edge })
	for v, cut := range cuts {
		if cut {
			w.Articulation = append(w.Articulation, v)
		}
	}
	return w
}
