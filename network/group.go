package network

// EI returns the E-I index of a group (Krackhardt & Stern 1988, Soc. Psychol.
// Q. 51:123-140): (external - internal) / (external + internal), over the edges
// with at least one end in the group; -1 where the members turn only to each
// other, +1 where they turn only to others. Node v is a member where in[v] is
// true. It is not defined where the members have no edge.
func (g *Graph) EI(in []bool) (value float64, ok bool) {
	return g.ei(in, func(float64) float64 { return 1 })
}

// EIWeighted is EI with each edge counted by its weight.
func (g *Graph) EIWeighted(in []bool) (value float64, ok bool) {
	return g.ei(in, func(w float64) float64 { return w })
}

func (g *Graph) ei(in []bool, count func(float64) float64) (float64, bool) {
	internal, external := 0.0, 0.0
	for v := range g.N() {
		if !has(in, v) {
			continue
		}
		for i := g.start[v]; i < g.start[v+1]; i++ {
			if u := int(g.nbr[i]); !has(in, u) {
				external += count(g.weight[i])
			} else if u > v {
				internal += count(g.weight[i])
			}
		}
	}
	if internal+external == 0 {
		return 0, false
	}
	return (external - internal) / (external + internal), true
}

// InGroupShare returns the share of v's edges that lead into the group. It is
// not defined for an isolate or a node that the graph does not have.
func (g *Graph) InGroupShare(v int, in []bool) (value float64, ok bool) {
	if v < 0 || v >= g.N() || g.Degree(v) == 0 {
		return 0, false
	}
	inside := 0
	for _, u := range g.nbr[g.start[v]:g.start[v+1]] {
		if has(in, int(u)) {
			inside++
		}
	}
	return float64(inside) / float64(g.Degree(v)), true
}

// InGroupShareWeighted is InGroupShare with each edge counted by its weight.
func (g *Graph) InGroupShareWeighted(v int, in []bool) (value float64, ok bool) {
	if v < 0 || v >= g.N() || g.Degree(v) == 0 {
		return 0, false
	}
	inside, all := 0.0, 0.0
	for i := g.start[v]; i < g.start[v+1]; i++ {
		all += g.weight[i]
		if has(in, int(g.nbr[i])) {
			inside += g.weight[i]
		}
	}
	return inside / all, true
}
