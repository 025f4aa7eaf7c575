package corridor

import (
	"fmt"
	"math"
	"math/bits"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
)

// invented is a small random network, perhaps with parallel edges, edges without
// capacity and parts that nothing joins.
func invented(rng *rand.Rand, cheapest int64) (g *Graph, capacity, cost []int64) {
	n, m := 2+rng.IntN(5), 1+rng.IntN(9)
	var u, v []int32
	for range m {
		a := rng.IntN(n)
		b := (a + 1 + rng.IntN(n-1)) % n
		u, v = append(u, int32(a)), append(v, int32(b))
		capacity = append(capacity, int64(rng.IntN(6)))
		cost = append(cost, cheapest+int64(rng.IntN(4)))
	}
	g, err := NewGraph(n, u, v, rng.IntN(2) == 0)
	if err != nil {
		panic(err)
	}
	return g, capacity, cost
}

func each(t *testing.T, cheapest int64, check func(t *testing.T, rng *rand.Rand, g *Graph, capacity, cost []int64)) {
	t.Helper()
	for seed := range uint64(500) {
		rng := rand.New(rand.NewPCG(seed, 7))
		g, capacity, cost := invented(rng, cheapest)
		check(t, rng, g, capacity, cost)
		if t.Failed() {
			t.Fatalf("seed %d: directed %v, u %v, v %v, capacity %v, cost %v", seed, g.directed, g.u, g.v, capacity, cost)
		}
	}
}

// leastCut is the least capacity over all sets of nodes with the source and without
// the target, and the size of the largest such set.
func leastCut(g *Graph, capacity []int64, s, t int) (least int64, side int) {
	least = math.MaxInt64
	for set := range uint(1) << g.N() {
		if set>>s&1 == 0 || set>>t&1 == 1 {
			continue
		}
		sum := int64(0)
		for e, c := range capacity {
			from, to := set>>g.u[e]&1, set>>g.v[e]&1
			if from > to || from < to && !g.directed {
				sum += c
			}
		}
		if sum < least {
			least, side = sum, 0
		}
		if sum == least {
			side = max(side, bits.OnesCount(set))
		}
	}
	return least, side
}

func TestFlowIsLeastCut(t *testing.T) {
	each(t, 1, func(t *testing.T, _ *rand.Rand, g *Graph, capacity, _ []int64) {
		s, target := 0, g.N()-1
		flow := g.MaxFlow(capacity, s, target)
		least, side := leastCut(g, capacity, s, target)
		cut := int64(0)
		for _, e := range flow.Cut {
			cut += capacity[e]
		}
		if flow.Value != least || cut != least || flow.SourceSide != side {
			t.Errorf("flow %d, cut %d with %d nodes; want %d with %d", flow.Value, cut, flow.SourceSide, least, side)
		}
		net := make([]int64, g.N())
		for e, x := range flow.Edge {
			if x > capacity[e] || x < -capacity[e] || g.directed && x < 0 {
				t.Errorf("edge %d carries %d of %d", e, x, capacity[e])
			}
			net[g.u[e]] -= x
			net[g.v[e]] += x
		}
		for v, x := range net {
			if want := map[int]int64{s: -flow.Value, target: flow.Value}[v]; x != want {
				t.Errorf("node %d keeps %d, want %d", v, x, want)
			}
		}
	})
}

// The least cost by another way: unit after unit along the cheapest way that Bellman
// and Ford find among arcs of capacity one, in a matrix of residual arcs.
func slowCosts(g *Graph, capacity, cost []int64, s, t int) (costs []int64) {
	type link struct {
		from, to   int
		room, cost int64
	}
	var links []link // each followed by its reverse
	for e := range capacity {
		ends := [][2]int{{int(g.u[e]), int(g.v[e])}}
		if !g.directed {
			ends = append(ends, [2]int{int(g.v[e]), int(g.u[e])})
		}
		for _, x := range ends {
			links = append(links, link{x[0], x[1], capacity[e], cost[e]}, link{x[1], x[0], 0, -cost[e]})
		}
	}
	total := int64(0)
	for {
		at, by := slices.Repeat([]int64{math.MaxInt32}, g.N()), make([]int, g.N())
		at[s] = 0
		for range g.N() {
			for i, l := range links {
				if l.room > 0 && at[l.from] < math.MaxInt32 && at[l.from]+l.cost < at[l.to] {
					at[l.to], by[l.to] = at[l.from]+l.cost, i
				}
			}
		}
		if at[t] == math.MaxInt32 {
			return costs
		}
		for v := t; v != s; v = links[by[v]].from {
			links[by[v]].room--
			links[by[v]^1].room++
		}
		total += at[t]
		costs = append(costs, total)
	}
}

func TestCurveIsLeastCost(t *testing.T) {
	each(t, 0, func(t *testing.T, _ *rand.Rand, g *Graph, capacity, cost []int64) {
		s, target := 0, g.N()-1
		curve, err := g.MinCost(t.Context(), capacity, cost, s, target)
		if err != nil {
			t.Fatal(err)
		}
		want := slowCosts(g, capacity, cost, s, target)
		if int(curve.Flow()) != len(want) {
			t.Errorf("flow %d, want %d", curve.Flow(), len(want))
			return
		}
		for i, c := range want {
			if curve.Cost(int64(i)+1) != float64(c) {
				t.Errorf("%d units cost %v, want %d", i+1, curve.Cost(int64(i)+1), c)
			}
		}
	})
}

// ways lists all loopless ways, cheapest first, then by edges.
func ways(g *Graph, cost []int64, s, t int) (all []Route) {
	passed := make([]bool, g.N())
	var walk func(v int, r Route)
	walk = func(v int, r Route) {
		if v == t {
			all = append(all, Route{r.Cost, slices.Clone(r.Edges)})
			return
		}
		passed[v] = true
		for _, a := range g.arcs[g.start[v]:g.start[v+1]] {
			if g.open(a) && !passed[a.to] && cost[a.edge>>1] >= 0 {
				walk(int(a.to), Route{r.Cost + cost[a.edge>>1], append(r.Edges, int(a.edge>>1))})
			}
		}
		passed[v] = false
	}
	walk(s, Route{})
	slices.SortFunc(all, func(a, b Route) int {
		if a.Cost != b.Cost {
			return int(a.Cost - b.Cost)
		}
		return slices.Compare(a.Edges, b.Edges)
	})
	return all
}

func TestRoutesAreAllWays(t *testing.T) {
	each(t, 1, func(t *testing.T, rng *rand.Rand, g *Graph, _, cost []int64) {
		if rng.IntN(3) == 0 {
			cost[rng.IntN(len(cost))] = Closed
		}
		want := ways(g, cost, 0, g.N()-1)
		for _, k := range []int{1, 2, 3, 1000} {
			got, err := g.Routes(t.Context(), cost, 0, g.N()-1, k)
			if err != nil {
				t.Fatal(err)
			}
			short := want[:min(k, len(want))]
			if len(got)+len(short) > 0 && !reflect.DeepEqual(got, short) {
				t.Errorf("%d routes %v, want %v", k, got, short)
			}
		}
	})
}

func TestBetweennessCountsWays(t *testing.T) {
	each(t, 1, func(t *testing.T, _ *rand.Rand, g *Graph, _, cost []int64) {
		for _, by := range [][]int64{nil, cost} {
			got, err := g.Betweenness(t.Context(), by)
			if err != nil {
				t.Fatal(err)
			}
			price := by
			if by == nil {
				price = slices.Repeat([]int64{1}, g.M())
			}
			edge, node := make([]float64, g.M()), make([]float64, g.N())
			for s := range g.N() {
				for target := range g.N() {
					if s == target || !g.directed && s > target {
						continue
					}
					all := ways(g, price, s, target)
					shortest := slices.DeleteFunc(slices.Clone(all), func(r Route) bool { return r.Cost > all[0].Cost })
					for _, r := range shortest {
						v := int32(s)
						for i, e := range r.Edges {
							edge[e] += 1 / float64(len(shortest))
							if i > 0 {
								node[v] += 1 / float64(len(shortest))
							}
							v = g.u[e] ^ g.v[e] ^ v
						}
					}
				}
			}
			for i := range edge {
				if !near(got.Edge[i], edge[i], 1e-12) {
					t.Errorf("edge %d: %v, want %v", i, got.Edge[i], edge[i])
				}
			}
			for i := range node {
				if !near(got.Node[i], node[i], 1e-12) {
					t.Errorf("node %d: %v, want %v", i, got.Node[i], node[i])
				}
			}
		}
	})
}

func TestLossesAndWorstSets(t *testing.T) {
	each(t, 1, func(t *testing.T, _ *rand.Rand, g *Graph, capacity, _ []int64) {
		s, target := 0, g.N()-1
		without := func(edges ...int) int64 {
			left := slices.Clone(capacity)
			for _, e := range edges {
				left[e] = 0
			}
			return g.MaxFlow(left, s, target).Value
		}
		whole := without()
		losses, err := g.Losses(t.Context(), capacity, s, target)
		if err != nil {
			t.Fatal(err)
		}
		for i, l := range losses {
			if want := whole - without(l.Index); l.Drop != want || i > 0 && losses[i-1].Drop < l.Drop {
				t.Errorf("edge %d: drop %d, want %d", l.Index, l.Drop, want)
			}
		}
		nodes, err := g.NodeLosses(t.Context(), capacity, s, target)
		if err != nil {
			t.Fatal(err)
		}
		for _, l := range nodes {
			var at []int
			for e := range capacity {
				if int(g.u[e]) == l.Index || int(g.v[e]) == l.Index {
					at = append(at, e)
				}
			}
			if want := whole - without(at...); l.Drop != want {
				t.Errorf("node %d: drop %d, want %d", l.Index, l.Drop, want)
			}
		}
		for k := 1; k <= min(3, g.M()); k++ {
			least, first := int64(math.MaxInt64), []int(nil)
			set := make([]int, 0, k)
			var choose func(from int)
			choose = func(from int) {
				if len(set) == k {
					if after := without(set...); after < least {
						least, first = after, slices.Clone(set)
					}
					return
				}
				for e := from; e < g.M(); e++ {
					set = append(set, e)
					choose(e + 1)
					set = set[:len(set)-1]
				}
			}
			choose(0)
			worst, err := g.WorstSet(t.Context(), capacity, s, target, k)
			if err != nil {
				t.Fatal(err)
			}
			if worst.After != least || !worst.Proven || !slices.Equal(worst.Edges, first) {
				t.Errorf("worst %d: %v, want %v leaving %d", k, worst, first, least)
			}
			bound, err := g.LeastAfter(t.Context(), capacity, s, target, k)
			if err != nil {
				t.Fatal(err)
			}
			if bound > least {
				t.Errorf("bound %d above %d", bound, least)
			}
		}
	})
}

func TestBridgesPart(t *testing.T) {
	each(t, 1, func(t *testing.T, _ *rand.Rand, g *Graph, _, _ []int64) {
		parts := func(without func(e int) bool) (pairs int64, components int) {
			join := make([][]bool, g.N())
			for i := range join {
				join[i] = make([]bool, g.N())
				join[i][i] = true
			}
			for e := range g.M() {
				if !without(e) {
					join[g.u[e]][g.v[e]], join[g.v[e]][g.u[e]] = true, true
				}
			}
			for k := range join {
				for i := range join {
					for j := range join {
						join[i][j] = join[i][j] || join[i][k] && join[k][j]
					}
				}
			}
			for i := range join {
				components++
				for j := range i {
					if join[i][j] {
						pairs++
					}
				}
				if slices.Contains(join[i][:i], true) {
					components--
				}
			}
			return pairs, components
		}
		all, components := parts(func(int) bool { return false })
		var want []Bridge
		for e := range g.M() {
			if pairs, _ := parts(func(x int) bool { return x == e }); pairs < all {
				want = append(want, Bridge{e, all - pairs})
			}
		}
		var nodes []int
		for v := range g.N() {
			_, without := parts(func(e int) bool { return int(g.u[e]) == v || int(g.v[e]) == v })
			alone := !slices.Contains(g.u, int32(v)) && !slices.Contains(g.v, int32(v))
			if !alone && without-1 > components { // the node itself is one component
				nodes = append(nodes, v)
			}
		}
		got := g.Weak()
		if !slices.Equal(got.Bridges, want) || !slices.Equal(got.Articulation, nodes) || len(got.Sizes) != components {
			t.Errorf("got %+v, want bridges %v, articulation %v, %d components", got, want, nodes, components)
		}
	})
}

// Decimals are added exactly, and names and order of nodes do not matter.
func TestDecimals(t *testing.T) {
	n := &Network{Nodes: []string{"s", "m", "t"}, Edges: []Edge{
		{"a", 0, 1, Exactly(.1), Exactly(1.5)}, {"b", 0, 1, Exactly(.2), Exactly(.25)}, {"c", 1, 2, Exactly(1e6), Exactly(3)}}}
	flow, err := n.Flow(t.Context(), "s", "t")
	if err != nil {
		t.Fatal(err)
	}
	if *flow.MaxFlow != .3 || *flow.HalfFlow != .1 || !near(*flow.MinCost, .1*4.5+.2*3.25, 1e-15) || fmt.Sprint(flow.Cut) != "[a b]" {
		t.Errorf("%v %v %v %v", *flow.MaxFlow, *flow.HalfFlow, *flow.MinCost, flow.Cut)
	}
	n.Edges[2].Capacity = Exactly(1e300)
	if _, err := n.Flow(t.Context(), "s", "t"); err == nil {
		t.Error("1e300 and 0.1 were added exactly")
	}
}
