package network

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"testing"
)

func graphOf(t testing.TB, n int, edges ...Edge) *Graph {
	t.Helper()
	g, err := NewGraph(n, edges)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// pairs makes edges of weight 1 from a list of ends.
func pairs(ends ...int) []Edge {
	edges := make([]Edge, len(ends)/2)
	for i := range edges {
		edges[i] = Edge{ends[2*i], ends[2*i+1], 1}
	}
	return edges
}

func complete(nodes ...int) []Edge {
	var edges []Edge
	for i, u := range nodes {
		for _, v := range nodes[i+1:] {
			edges = append(edges, Edge{u, v, 1})
		}
	}
	return edges
}

// karate is the club of Zachary 1977 (J. Anthropol. Res. 33:452-473), members
// numbered from 0.
func karate() []Edge {
	return pairs(
		0, 1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6, 0, 7, 0, 8, 0, 10, 0, 11, 0, 12, 0, 13, 0, 17, 0, 19, 0, 21, 0, 31,
		1, 2, 1, 3, 1, 7, 1, 13, 1, 17, 1, 19, 1, 21, 1, 30, 2, 3, 2, 7, 2, 8, 2, 9, 2, 13, 2, 27, 2, 28, 2, 32,
		3, 7, 3, 12, 3, 13, 4, 6, 4, 10, 5, 6, 5, 10, 5, 16, 6, 16, 8, 30, 8, 32, 8, 33, 9, 33, 13, 33,
		14, 32, 14, 33, 15, 32, 15, 33, 18, 32, 18, 33, 19, 33, 20, 32, 20, 33, 22, 32, 22, 33,
		23, 25, 23, 27, 23, 29, 23, 32, 23, 33, 24, 25, 24, 27, 24, 31, 25, 31, 26, 29, 26, 33, 27, 33,
		28, 31, 28, 33, 29, 32, 29, 33, 30, 32, 30, 33, 31, 32, 31, 33, 32, 33)
}

func petersen() []Edge {
	return pairs(0, 1, 1, 2, 2, 3, 3, 4, 4, 0, 0, 5, 1, 6, 2, 7, 3, 8, 4, 9, 5, 7, 7, 9, 9, 6, 6, 8, 8, 5)
}

// bridged is two complete graphs of five joined by one edge.
func bridged() []Edge {
	return append(append(complete(0, 1, 2, 3, 4), complete(5, 6, 7, 8, 9)...), Edge{4, 5, 1})
}

var undefined = math.NaN()

func TestStructureByHand(t *testing.T) {
	for _, c := range []struct {
		name                                                string
		n                                                   int
		edges                                               []Edge
		density, transitivity, clustering, hub              float64
		components, giant, isolates, edgeCount, maxTriangle int
	}{
		{"no nodes", 0, nil, undefined, undefined, undefined, undefined, 0, 0, 0, 0, 0},
		{"one node", 1, nil, undefined, undefined, 0, undefined, 1, 1, 1, 0, 0},
		{"isolates", 3, nil, 0, undefined, 0, undefined, 3, 1, 3, 0, 0},
		{"one edge and an isolate", 3, pairs(2, 0), 1. / 3, undefined, 0, .5, 2, 2, 1, 1, 0},
		{"path", 3, pairs(0, 1, 1, 2), 2. / 3, 0, 0, .5, 1, 3, 0, 2, 0},
		{"star", 5, pairs(0, 1, 0, 2, 0, 3, 0, 4), .4, 0, 0, .5, 1, 5, 0, 4, 0},
		{"triangle", 3, complete(0, 1, 2), 1, 1, 1, 1. / 3, 1, 3, 0, 3, 1},
		{"triangle with a tail", 4, append(complete(0, 1, 2), Edge{2, 3, 1}), 4. / 6, 3. / 5, (1 + 1 + 1./3) / 4, 3. / 8, 1, 4, 0, 4, 1},
		{"complete", 6, complete(0, 1, 2, 3, 4, 5), 1, 1, 1, 1. / 6, 1, 6, 0, 15, 10},
		{"Petersen", 10, petersen(), 1. / 3, 0, 0, .1, 1, 10, 0, 15, 0},
		{"two bridged cliques", 10, bridged(), 21. / 45, 60. / 68, (8 + 2*6./10) / 10, 5. / 42, 1, 10, 0, 21, 6},
		// The club: 45 triangles, 528 connected triples; mean clustering .5706.
		{"karate", 34, karate(), 78. / 561, 135. / 528, 0.5706384782, 17. / 156, 1, 34, 0, 78, 18},
	} {
		t.Run(c.name, func(t *testing.T) {
			g := graphOf(t, c.n, c.edges...)
			for _, m := range []struct {
				what string
				get  func() (float64, bool)
				want float64
			}{
				{"density", g.Density, c.density},
				{"transitivity", g.Transitivity, c.transitivity},
				{"clustering", g.MeanLocalClustering, c.clustering},
				{"hub share", g.HubShare, c.hub},
			} {
				got, ok := m.get()
				if ok == math.IsNaN(m.want) || ok && math.Abs(got-m.want) > 1e-10 {
					t.Errorf("%s %v (%v), want %v", m.what, got, ok, m.want)
				}
			}
			_, components := g.Components()
			if got := []int{components, g.Giant(), g.Isolates(), g.M()}; !slices.Equal(got, []int{c.components, c.giant, c.isolates, c.edgeCount}) {
				t.Errorf("components, giant, isolates, edges %v; want %v", got, []int{c.components, c.giant, c.isolates, c.edgeCount})
			}
			if got := g.trianglesByBits((c.n + 63) / 64); !slices.Equal(got, g.trianglesByLists()) {
				t.Errorf("triangles by bits %v, by lists %v", got, g.trianglesByLists())
			} else if c.n > 0 && slices.Max(got) != int64(c.maxTriangle) {
				t.Errorf("most triangles at a node %d, want %d", slices.Max(got), c.maxTriangle)
			}
		})
	}
}

func TestBuilder(t *testing.T) {
	g := graphOf(t, 4, Edge{2, 1, 1.5}, Edge{3, 0, 2}, Edge{1, 2, 0.25}, Edge{0, 3, 1})
	want := []Edge{{0, 3, 3}, {1, 2, 1.75}}
	if got := slices.Collect(g.Edges()); !slices.Equal(got, want) {
		t.Errorf("edges %v, want %v", got, want)
	}
	if g.Weight() != 4.75 || g.Strength(2) != 1.75 || g.Degree(0) != 1 {
		t.Errorf("weight %v, strength %v, degree %d", g.Weight(), g.Strength(2), g.Degree(0))
	}
	for u, w := range g.Neighbours(3) {
		if u != 0 || w != 3 {
			t.Errorf("3 neighbours %d with %v", u, w)
		}
	}
	if u := g.Unweighted(); u.Weight() != 2 || u.Strength(3) != 1 || g.Strength(3) != 3 {
		t.Error("Unweighted must set the weights of its own graph alone to 1")
	}
	for _, c := range []struct {
		name string
		n    int
		edge Edge
		want string
	}{
		{"end too large", 3, Edge{0, 3, 1}, "nodes are 0..2"},
		{"end negative", 3, Edge{-1, 2, 1}, "nodes are 0..2"},
		{"no nodes", 0, Edge{0, 1, 1}, "joins 0 and 1"},
		{"self-loop", 3, Edge{2, 2, 1}, "self-loop"},
		{"negative weight", 3, Edge{0, 1, -1}, "weight -1"},
		{"no weight", 3, Edge{0, 1, 0}, "weight 0"},
		{"NaN", 3, Edge{0, 1, math.NaN()}, "weight NaN"},
		{"infinite", 3, Edge{0, 1, math.Inf(1)}, "weight +Inf"},
		{"sum too large", 3, Edge{0, 1, math.MaxFloat64}, "rescale"},
	} {
		if _, err := NewGraph(c.n, []Edge{c.edge}); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v, want %q", c.name, err, c.want)
		}
	}
	if _, err := NewGraph(-1, nil); err == nil {
		t.Error("a graph of -1 nodes")
	}
}

func TestInduced(t *testing.T) {
	g := graphOf(t, 5, Edge{0, 1, 2}, Edge{1, 2, 3}, Edge{2, 4, 5}, Edge{1, 4, 7})
	sub := g.Induced([]bool{false, true, true, false, true})
	want := []Edge{{0, 1, 3}, {0, 2, 7}, {1, 2, 5}}
	if got := slices.Collect(sub.Edges()); sub.N() != 3 || !slices.Equal(got, want) || sub.Weight() != 15 {
		t.Errorf("%d nodes, edges %v, weight %v; want 3, %v, 15", sub.N(), got, sub.Weight(), want)
	}
	if none := g.Induced(nil); none.N() != 0 || none.M() != 0 {
		t.Error("nobody induces a graph with nodes")
	}
}

func TestGroupIndices(t *testing.T) {
	// 0, 1, 2 are the group: internal 0-1 and 1-2, external 2-3 and 0-4; 3-4 is
	// none of theirs.
	g := graphOf(t, 6, Edge{0, 1, 4}, Edge{1, 2, 1}, Edge{2, 3, 1}, Edge{0, 4, 2}, Edge{3, 4, 9})
	group := []bool{true, true, true, false, false, false}
	for _, c := range []struct {
		name string
		get  func() (float64, bool)
		want float64
	}{
		{"E-I", func() (float64, bool) { return g.EI(group) }, 0},
		{"E-I weighted", func() (float64, bool) { return g.EIWeighted(group) }, (3. - 5) / 8},
		{"E-I of all", func() (float64, bool) { return g.EI([]bool{true, true, true, true, true, true}) }, -1},
		{"E-I of one", func() (float64, bool) { return g.EI([]bool{true}) }, 1},
		{"E-I of an isolate", func() (float64, bool) { return g.EI([]bool{5: true}) }, undefined},
		{"E-I of nobody", func() (float64, bool) { return g.EI(nil) }, undefined},
		{"share of 1", func() (float64, bool) { return g.InGroupShare(1, group) }, 1},
		{"share of 0", func() (float64, bool) { return g.InGroupShare(0, group) }, .5},
		{"share of 0 by weight", func() (float64, bool) { return g.InGroupShareWeighted(0, group) }, 4. / 6},
		{"share of an isolate", func() (float64, bool) { return g.InGroupShare(5, group) }, undefined},
		{"share of nobody", func() (float64, bool) { return g.InGroupShare(6, group) }, undefined},
	} {
		got, ok := c.get()
		if ok == math.IsNaN(c.want) || ok && math.Abs(got-c.want) > 1e-15 {
			t.Errorf("%s %v (%v), want %v", c.name, got, ok, c.want)
		}
	}
}

func TestModularityByHand(t *testing.T) {
	g := graphOf(t, 10, bridged()...)
	halves := []int{7, 7, 7, 7, 7, -2, -2, -2, -2, -2}
	for _, c := range []struct {
		name  string
		label []int
		gamma float64
		want  float64
	}{
		{"halves", halves, 1, 20./21 - .5},
		{"halves, gamma 2", halves, 2, 20./21 - 1},
		{"one community", make([]int, 10), 1, 0},
		{"singletons", []int{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}, 1, -(8*16 + 2*25) / (42. * 42)},
	} {
		if got, ok := g.Modularity(c.label, c.gamma); !ok || math.Abs(got-c.want) > 1e-14 {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
	if _, ok := g.Modularity(halves[:9], 1); ok {
		t.Error("a partition of nine of ten nodes has a modularity")
	}
	if _, ok := graphOf(t, 2).Modularity([]int{0, 1}, 1); ok {
		t.Error("a graph without edges has a modularity")
	}
	w := graphOf(t, 4, Edge{0, 1, 3}, Edge{2, 3, 3}, Edge{1, 2, 2})
	if got, _ := w.Modularity([]int{0, 0, 1, 1}, 1); math.Abs(got-(6./8-.5)) > 1e-15 {
		t.Errorf("weighted: %v, want .25", got)
	}
}

func TestCommunitiesOfKnownGraphs(t *testing.T) {
	ring := []Edge{} // of eight cliques of five, each joined to the next
	for k := range 8 {
		ring = append(ring, complete(5*k, 5*k+1, 5*k+2, 5*k+3, 5*k+4)...)
		ring = append(ring, Edge{5 * k, (5*k + 6) % 40, 1})
	}
	for _, c := range []struct {
		name  string
		n     int
		edges []Edge
		q     float64
		count int
	}{
		{"two bridged cliques", 10, bridged(), 20./21 - .5, 2},
		{"karate", 34, karate(), 0.4197896, 4}, // the proven optimum (Brandes et al. 2008, IEEE TKDE 20:172-188)
		{"complete", 7, complete(0, 1, 2, 3, 4, 5, 6), 0, 1},
		{"ring of cliques", 40, ring, 80./88 - 1./8, 8},
		{"edges apart", 5, pairs(0, 1, 2, 3), .5, 3},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, ok, err := graphOf(t, c.n, c.edges...).Communities(context.Background(), CommunityOptions{})
			if err != nil || !ok {
				t.Fatal(ok, err)
			}
			if math.Abs(got.BestQ-c.q) > 1e-7 || got.Count != c.count {
				t.Errorf("best Q %.7f in %d communities, want %.7f in %d", got.BestQ, got.Count, c.q, c.count)
			}
			if got.WorstQ > got.BestQ || got.Distinct < 1 || got.Distinct > got.Seeds || got.Seeds != 60 {
				t.Errorf("worst Q %v, %d partitions in %d runs", got.WorstQ, got.Distinct, got.Seeds)
			}
		})
	}
}

func TestCoMembership(t *testing.T) {
	c, _, err := graphOf(t, 10, bridged()...).Communities(context.Background(), CommunityOptions{Seeds: 20})
	if err != nil {
		t.Fatal(err)
	}
	if c.Distinct != 1 || c.CoMembership(0, 4) != 1 || c.CoMembership(4, 5) != 0 {
		t.Errorf("%d partitions, 0 with 4 %v, 4 with 5 %v; want 1, 1, 0", c.Distinct, c.CoMembership(0, 4), c.CoMembership(4, 5))
	}
	c, _, err = graphOf(t, 34, karate()...).Communities(context.Background(), CommunityOptions{Seeds: 7, Gamma: 2})
	if err != nil {
		t.Fatal(err)
	}
	rates := c.CoMemberships()
	at := 0
	for u := range 34 {
		for v := u + 1; v < 34; v++ {
			if rates[at] != c.CoMembership(u, v) || c.CoMembership(u, v) != c.CoMembership(v, u) {
				t.Fatalf("rate of %d and %d: packed %v, by pair %v", u, v, rates[at], c.CoMembership(u, v))
			}
			at++
		}
	}
	if at != len(rates) {
		t.Errorf("%d rates, want %d", len(rates), at)
	}
}

// randomGraph has planted groups of 6 and random weights.
func randomGraph(t testing.TB, rng *rand.Rand, weighted bool) *Graph {
	n := 2 + rng.IntN(60)
	var edges []Edge
	for u := range n {
		for v := u + 1; v < n; v++ {
			p := 0.06
			if u/6 == v/6 {
				p = 0.6
			}
			if rng.Float64() < p {
				w := 1.0
				if weighted {
					w = rng.ExpFloat64() + 0.01
				}
				edges = append(edges, Edge{u, v, w})
			}
		}
	}
	return graphOf(t, n, edges...)
}

func TestLeidenProperties(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 7))
	for i := range 300 {
		g := randomGraph(t, rng, i%2 == 0)
		if g.M() == 0 {
			continue
		}
		gamma := 0.3 + 2*rng.Float64()
		label, err := g.Leiden(gamma, uint64(i))
		if err != nil {
			t.Fatal(err)
		}
		again, _ := g.Leiden(gamma, uint64(i))
		if !slices.Equal(label, again) {
			t.Fatal("the same seed gives two partitions")
		}
		q, _ := g.Modularity(label, gamma)
		alone := make([]int, g.N())
		for v := range alone {
			alone[v] = v
		}
		if aloneQ, _ := g.Modularity(alone, gamma); q < aloneQ-1e-12 {
			t.Fatalf("Q %v is below the singletons' %v", q, aloneQ)
		}
		next := 0
		for v, c := range label {
			if c > next {
				t.Fatalf("community %d of node %d comes before %d", c, v, next)
			}
			next = max(next, c+1)
		}
		for c := range next {
			in := make([]bool, g.N())
			for v := range in {
				in[v] = label[v] == c
			}
			if _, parts := g.Induced(in).Components(); parts != 1 {
				t.Fatalf("community %d has %d parts", c, parts)
			}
		}
		// No single node gains by moving: the optimum is at least a local one.
		for v := range g.N() {
			own := label[v]
			for c := range next + 1 {
				label[v] = c
				if moved, _ := g.Modularity(label, gamma); moved > q+1e-9 {
					t.Fatalf("moving node %d from %d to %d raises Q from %v to %v", v, own, c, q, moved)
				}
			}
			label[v] = own
		}
	}
}

func TestRelabellingChangesNothing(t *testing.T) {
	rng := rand.New(rand.NewPCG(9, 1))
	for range 60 {
		g := randomGraph(t, rng, true)
		if g.M() == 0 {
			continue
		}
		h := relabelled(t, rng, g)
		for _, f := range []func(*Graph) (float64, bool){
			(*Graph).Density, (*Graph).Transitivity, (*Graph).MeanLocalClustering, (*Graph).HubShare,
			func(g *Graph) (float64, bool) { return float64(g.Giant()), true },
			func(g *Graph) (float64, bool) { return float64(g.Isolates()), true },
			func(g *Graph) (float64, bool) { _, n := g.Components(); return float64(n), true },
			func(g *Graph) (float64, bool) {
				label, _ := g.Components()
				return g.Modularity(label, 1)
			},
		} {
			a, okA := f(g)
			b, okB := f(h)
			if okA != okB || math.Abs(a-b) > 1e-12 {
				t.Fatalf("%v (%v) became %v (%v) after relabelling %d nodes", a, okA, b, okB, g.N())
			}
		}
	}
}

// A best partition may be rare among the runs, so the best Q of many runs on a
// graph and on its relabelled copy may differ by what measures of it allow.
func TestRelabellingKeepsBestQ(t *testing.T) {
	rng := rand.New(rand.NewPCG(9, 1))
	for range 40 {
		g := randomGraph(t, rng, true)
		if g.M() == 0 {
			continue
		}
		a, _, err := g.Communities(context.Background(), CommunityOptions{Seeds: 300})
		if err != nil {
			t.Fatal(err)
		}
		b, _, err := relabelled(t, rng, g).Communities(context.Background(), CommunityOptions{Seeds: 300, Seed: 1})
		if err != nil {
			t.Fatal(err)
		}
		if math.Abs(a.BestQ-b.BestQ) > 0.002 {
			t.Errorf("best Q %v became %v after relabelling %d nodes", a.BestQ, b.BestQ, g.N())
		}
	}
}

func relabelled(t testing.TB, rng *rand.Rand, g *Graph) *Graph {
	to := rng.Perm(g.N())
	var edges []Edge
	for e := range g.Edges() {
		edges = append(edges, Edge{to[e.V], to[e.U], e.W})
	}
	rng.Shuffle(len(edges), func(i, j int) { edges[i], edges[j] = edges[j], edges[i] })
	return graphOf(t, g.N(), edges...)
}

// Scaling all weights is a change of unit.
func TestWeightUnit(t *testing.T) {
	g := randomGraph(t, rand.New(rand.NewPCG(2, 2)), true)
	var edges []Edge
	for e := range g.Edges() {
		edges = append(edges, Edge{e.U, e.V, e.W * 1024})
	}
	a, err := g.Leiden(1, 3)
	if err != nil {
		t.Fatal(err)
	}
	b, err := graphOf(t, g.N(), edges...).Leiden(1, 3)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(a, b) {
		t.Errorf("%v became %v", a, b)
	}
}

func TestCommunitiesDoNotDependOnCores(t *testing.T) {
	g := randomGraph(t, rand.New(rand.NewPCG(5, 5)), true)
	var acts [][]int32
	for e := range g.Edges() {
		acts = append(acts, []int32{int32(e.U), int32(e.V)})
	}
	find := func(cores int) (*Communities, Closure) {
		defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(cores))
		c, _, err := g.Communities(context.Background(), CommunityOptions{Seed: 4})
		if err != nil {
			t.Fatal(err)
		}
		closure, _, err := ClosureTest(context.Background(), g.N(), acts, ClosureOptions{Draws: 50, Seed: 4})
		if err != nil {
			t.Fatal(err)
		}
		return c, closure
	}
	a, closureA := find(1)
	b, closureB := find(7)
	if !slices.Equal(a.Best, b.Best) || a.BestQ != b.BestQ || a.WorstQ != b.WorstQ || a.Distinct != b.Distinct ||
		!slices.Equal(a.CoMemberships(), b.CoMemberships()) {
		t.Errorf("one core: %+v; seven: %+v", a, b)
	}
	if closureA != closureB {
		t.Errorf("one core: %+v; seven: %+v", closureA, closureB)
	}
}

func TestCommunitiesRefusals(t *testing.T) {
	g := graphOf(t, 34, karate()...)
	for _, gamma := range []float64{-1, math.NaN(), math.Inf(1)} {
		if _, _, err := g.Communities(context.Background(), CommunityOptions{Gamma: gamma}); err == nil {
			t.Errorf("gamma %v was taken", gamma)
		}
		if _, err := g.Leiden(gamma, 1); err == nil {
			t.Errorf("gamma %v was taken", gamma)
		}
	}
	if c, ok, err := graphOf(t, 3).Communities(context.Background(), CommunityOptions{}); c != nil || ok || err != nil {
		t.Errorf("a graph without edges gave %v, %v, %v", c, ok, err)
	}
	cancelled, cancel := context.WithCancel(context.Background())
	cancel()
	if _, _, err := g.Communities(cancelled, CommunityOptions{}); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	if label, err := graphOf(t, 3).Leiden(1, 1); err != nil || !slices.Equal(label, []int{0, 1, 2}) {
		t.Errorf("without edges: %v, %v", label, err)
	}
}

// FuzzNewGraph: what is accepted is symmetric, sorted, complete and in range,
// and its communities are those of a valid partition.
func FuzzNewGraph(f *testing.F) {
	f.Add(3, []byte{0, 1, 4, 1, 2, 4, 0, 1, 9})
	f.Add(1, []byte{0, 0, 1})
	f.Add(0, []byte{})
	f.Add(9, []byte{1, 2, 255, 3, 4, 254, 5, 6, 253})
	f.Fuzz(func(t *testing.T, n int, data []byte) {
		if n > 300 || len(data) > 3000 {
			return
		}
		var edges []Edge
		sum := 0.0
		for ; len(data) >= 3; data = data[3:] {
			w := float64(data[2])
			switch data[2] {
			case 255:
				w = math.NaN()
			case 254:
				w = math.Inf(1)
			case 253:
				w = 1e307
			case 252:
				w = 5e-324
			case 251:
				w = -1
			}
			edges = append(edges, Edge{int(data[0]) - 1, int(data[1]) - 1, w})
			sum += w
		}
		g, err := NewGraph(n, edges)
		if err != nil {
			if g != nil || !strings.HasPrefix(err.Error(), "network: ") {
				t.Fatalf("%v with %v", g, err)
			}
			return
		}
		joined := map[[2]int]float64{}
		for _, e := range edges {
			joined[[2]int{min(e.U, e.V), max(e.U, e.V)}] += e.W
		}
		if g.N() != n || g.M() != len(joined) || math.Abs(g.Weight()-sum) > 1e-9*sum {
			t.Fatalf("%d nodes, %d edges, weight %v; want %d, %d, %v", g.N(), g.M(), g.Weight(), n, len(joined), sum)
		}
		for v := range n {
			last := -1
			for u, w := range g.Neighbours(v) {
				if u <= last || joined[[2]int{min(u, v), max(u, v)}] != w {
					t.Fatalf("%d has neighbour %d with %v after %d", v, u, w, last)
				}
				last = u
			}
		}
		for _, measure := range []func() (float64, bool){g.Density, g.Transitivity, g.MeanLocalClustering, g.HubShare} {
			if x, ok := measure(); ok && !(x >= 0 && x <= 1) {
				t.Fatalf("a measure of %v", x)
			}
		}
		if n > 0 && !slices.Equal(g.trianglesByBits((n+63)/64), g.trianglesByLists()) {
			t.Fatal("triangles differ by bits and by lists")
		}
		label, err := g.Leiden(0, 1)
		if err != nil || len(label) != n {
			t.Fatal(label, err)
		}
		if q, ok := g.Modularity(label, 1); ok && !(q >= -1e-12 && q <= 1) {
			t.Fatalf("modularity %v", q)
		}
	})
}
