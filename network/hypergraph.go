package network

import (
	"slices"

	"entente"
)

// Hypergraph is the temporal network of a case: each act is one hyperedge over
// all its participants, in the order of the acts' dates. Graphs of pairs are
// views of it (see Project), made for a window and a layer.
type Hypergraph struct {
	Actors []string // codes; a node is an index into it
	Edges  []Hyperedge
}

// Hyperedge is an act as the network sees it: Nodes are its participants,
// ascending, without repetition.
type Hyperedge struct {
	Act   *entente.Act
	Nodes []int32
}

// Layer is a kind of relation: the acts for which Holds is true.
type Layer struct {
	Name  string
	Holds func(*entente.Act) bool
}

// DomainLayer holds the acts of one domain.
func DomainLayer(d entente.Domain) Layer {
	return Layer{string(d), func(a *entente.Act) bool { return a.In(d) }}
}

// Build makes the hypergraph of the given acts over those actors of the case
// that keep admits; other participants are left out of the hyperedges, and acts
// without any admitted participant are left out altogether.
func Build(c *entente.Case, acts []*entente.Act, keep func(*entente.Actor) bool) *Hypergraph {
	h := &Hypergraph{}
	node := make(map[string]int32, len(c.Actors))
	for i := range c.Actors {
		if a := &c.Actors[i]; keep(a) {
			node[a.Code] = int32(len(h.Actors))
			h.Actors = append(h.Actors, a.Code)
		}
	}
	h.Edges = make([]Hyperedge, 0, len(acts))
	participations := 0
	for _, a := range acts {
		participations += len(a.Participants)
	}
	arena := make([]int32, 0, participations)
	for _, a := range acts {
		first := len(arena)
		for _, p := range a.Participants {
			if n, ok := node[p.Actor]; ok {
				arena = append(arena, n)
			}
		}
		nodes := arena[first:len(arena):len(arena)]
		if len(nodes) == 0 {
			continue
		}
		slices.Sort(nodes)
		h.Edges = append(h.Edges, Hyperedge{a, slices.Compact(nodes)})
	}
	return h
}

// Node returns the index of the actor, or -1.
func (h *Hypergraph) Node(code string) int { return slices.Index(h.Actors, code) }

// Layer returns the view that holds only the acts of the layer.
func (h *Hypergraph) Layer(l Layer) *Hypergraph {
	return h.filter(func(e Hyperedge) bool { return l.Holds(e.Act) })
}

// Window returns the view of the acts whose first possible day lies in
// from..to, both included.
func (h *Hypergraph) Window(from, to entente.Day) *Hypergraph {
	first, _ := slices.BinarySearchFunc(h.Edges, from, func(e Hyperedge, d entente.Day) int { return int(e.Act.Date.Start) - int(d) })
	last, _ := slices.BinarySearchFunc(h.Edges, to+1, func(e Hyperedge, d entente.Day) int { return int(e.Act.Date.Start) - int(d) })
	return &Hypergraph{h.Actors, h.Edges[first:max(first, last)]}
}

func (h *Hypergraph) filter(keep func(Hyperedge) bool) *Hypergraph {
	view := &Hypergraph{Actors: h.Actors}
	for _, e := range h.Edges {
		if keep(e) {
			view.Edges = append(view.Edges, e)
		}
	}
	return view
}

// Project returns the dyadic view: an edge between every two participants of one
// act. An act of k states adds 1/(k-1) to each of its pairs, so that the strength
// of a state is the number of its acts (Newman 2001, Physical Review E
// 64:016132). A summit of k states still makes k(k-1)/2 pairs: density and
// closure of the view say as much about the size of acts as about who seeks whom
// (see ClosureTest).
func (h *Hypergraph) Project() *Graph {
	n := len(h.Actors)
	weight := make([]float64, n*n)
	for _, e := range h.Edges {
		w := 1 / float64(max(len(e.Nodes)-1, 1))
		for i, u := range e.Nodes {
			for _, v := range e.Nodes[i+1:] {
				weight[int(u)*n+int(v)] += w
			}
		}
	}
	var edges []Edge
	for u := range n {
		for v := u + 1; v < n; v++ {
			if w := weight[u*n+v]; w > 0 {
				edges = append(edges, Edge{U: u, V: v, W: w})
			}
		}
	}
	g, err := NewGraph(n, edges)
	if err != nil {
		panic("network: a projection is always a valid graph: " + err.Error())
	}
	return g
}
