package corridor

import (
	"cmp"
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"slices"
)

// Piece is what holds together once some edges are gone.
type Piece struct {
	Fraction   float64 `json:"fraction"`
	Removed    int     `json:"removed"`
	Largest    float64 `json:"largest"`    // nodes of the largest component; a mean where the order is random
	Components float64 `json:"components"` // how many there are
	// Low and High hold nine random orders in ten.
	Low  float64 `json:"largest_p05"`
	High float64 `json:"largest_p95"`
}

// Percolate says what holds together when the first edges of an order are gone, for
// each fraction of all edges, rounded down. It puts edges back from the end, which
// takes one pass for all fractions (Newman and Ziff 2001).
func (g *Graph) Percolate(order []int, fractions []float64) ([]Piece, error) {
	if len(order) != g.M() {
		return nil, errors.New("an order of removal has every edge once")
	}
	pieces := make([]Piece, len(fractions))
	places := make([]int, len(fractions))
	for i, f := range fractions {
		if !(f >= 0 && f <= 1) {
			return nil, errors.New("a fraction of edges lies between 0 and 1")
		}
		// A fraction such as 0.3 of 10 edges is 3, though the product may fall short.
		removed := int(math.Floor(f*float64(g.M()) + 1e-9))
		pieces[i], places[i] = Piece{Fraction: f, Removed: removed}, i
	}
	slices.SortStableFunc(places, func(a, b int) int { return cmp.Compare(pieces[b].Removed, pieces[a].Removed) })
	above := make([]int32, g.N()) // a node further up, or minus the size at the top
	for i := range above {
		above[i] = -1
	}
	top := func(v int32) int32 {
		for above[v] >= 0 {
			if above[above[v]] >= 0 {
				above[v] = above[above[v]]
			}
			v = above[v]
		}
		return v
	}
	components, largest := g.N(), int32(min(1, g.N()))
	last := g.M()
	for _, place := range places {
		p := &pieces[place]
		for ; last > p.Removed; last-- {
			e := order[last-1]
			a, b := top(g.u[e]), top(g.v[e])
			if a == b {
				continue
			}
			if above[a] > above[b] {
				a, b = b, a
			}
			above[a] += above[b]
			above[b] = a
			components--
			largest = max(largest, -above[a])
		}
		p.Largest, p.Components = float64(largest), float64(components)
		p.Low, p.High = p.Largest, p.Largest
	}
	return pieces, nil
}

// Target is the order in which an attacker removes edges: largest value first,
// compared to six decimals, then in the order of edges.
func Target(values []float64) []int {
	order := make([]int, len(values))
	for i := range order {
		order[i] = i
	}
	rounded := func(i int) float64 { return math.Round(values[i] * 1e6) }
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(rounded(b), rounded(a)) })
	return order
}

// Random percolates in so many random orders and gives means, and the range that
// holds nine orders in ten.
func (g *Graph) Random(ctx context.Context, fractions []float64, runs int, seed uint64) ([]Piece, error) {
	if runs < 1 {
		return nil, errors.New("random percolation needs at least one run")
	}
	sums, err := g.Percolate(Target(make([]float64, g.M())), fractions)
	if err != nil {
		return nil, err
	}
	sizes := make([][]float64, len(fractions))
	for i := range sums {
		sums[i].Largest, sums[i].Components = 0, 0
	}
	order := make([]int, g.M())
	for run := range runs {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		for i := range order {
			order[i] = i
		}
		rng := rand.New(rand.NewPCG(seed, uint64(run)))
		rng.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
		pieces, err := g.Percolate(order, fractions)
		if err != nil {
			return nil, err
		}
		for i, p := range pieces {
			sums[i].Largest += p.Largest / float64(runs)
			sums[i].Components += p.Components / float64(runs)
			sizes[i] = append(sizes[i], p.Largest)
		}
	}
	for i := range sums {
		slices.Sort(sizes[i])
		sums[i].Low, sums[i].High = quantile(sizes[i], .05), quantile(sizes[i], .95)
	}
	return sums, nil
}

// quantile of sorted values: the smallest that so large a part does not pass.
func quantile(sorted []float64, p float64) float64 {
	return sorted[max(0, min(len(sorted)-1, int(math.Ceil(p*float64(len(sorted))))-1))]
}

// PercolationAnswer sets random losses beside an attack on the legs that most pairs
// use.
type PercolationAnswer struct {
	Nodes    int      `json:"n_nodes"`
	Edges    int      `json:"n_edges"`
	Targeted []Piece  `json:"targeted"`
	By       string   `json:"targeted_by"` // the measure by which the attacker chooses
	Random   []Piece  `json:"random"`
	Runs     int      `json:"runs"`
	Seed     uint64   `json:"seed"`
	Notes    []string `json:"notes,omitempty"`
}

// Percolation says how the network falls apart as legs go: those with the greatest
// betweenness in the intact network first, and in random order.
func (n *Network) Percolation(ctx context.Context, fractions []float64, runs int, seed uint64) (*PercolationAnswer, error) {
	g, err := n.Graph()
	if err != nil {
		return nil, err
	}
	between, err := n.Betweenness(ctx)
	if err != nil {
		return nil, err
	}
	a := &PercolationAnswer{Nodes: g.N(), Edges: g.M(), By: "betweenness by cost", Runs: runs, Seed: seed, Notes: between.Notes}
	values := make([]float64, g.M())
	for i, e := range between.Edges {
		if e.ByCost == nil {
			a.By = "betweenness by number of legs"
			break
		}
		values[i] = *e.ByCost
	}
	if a.By != "betweenness by cost" {
		for i, e := range between.Edges {
			values[i] = e.Unweighted
		}
	}
	if a.Targeted, err = g.Percolate(Target(values), fractions); err != nil {
		return nil, err
	}
	a.Random, err = g.Random(ctx, fractions, runs, seed)
	return a, err
}
