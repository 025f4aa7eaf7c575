package corridor

import (
	"fmt"
	"reflect"
	"runtime"
	"testing"
)

// lattice is the k by k lattice of the speed reference: cells row by row, the edge
// to the right, then the edge down; edge number e from 1 has capacity
// e*7919 mod 100 + 1 and cost e*104729 mod 50 + 1.
func lattice(t testing.TB, k int) (g *Graph, capacity, cost []int64) {
	t.Helper()
	var u, v []int32
	for row := range k {
		for column := range k {
			i := int32(row*k + column)
			if column+1 < k {
				u, v = append(u, i), append(v, i+1)
			}
			if row+1 < k {
				u, v = append(u, i), append(v, i+int32(k))
			}
		}
	}
	for e := 1; e <= len(u); e++ {
		capacity = append(capacity, int64(e*7919%100+1))
		cost = append(cost, int64(e*104729%50+1))
	}
	g, err := NewGraph(k*k, u, v, false)
	if err != nil {
		t.Fatal(err)
	}
	return g, capacity, cost
}

// The values of the speed reference, which R igraph gave.
var lattices = []struct {
	k, edges       int
	flow, distance int64
}{{23, 1012, 40, 673}, {71, 9940, 59, 1722}, {224, 99904, 59, 5145}, {708, 1001112, 49, 16476}}

func TestLattices(t *testing.T) {
	for _, want := range lattices {
		t.Run(fmt.Sprintf("edges=%d", want.edges), func(t *testing.T) {
			g, capacity, _ := lattice(t, want.k)
			if g.M() != want.edges {
				t.Fatalf("%d edges, want %d", g.M(), want.edges)
			}
			if got := g.MaxFlow(capacity, 0, g.N()-1).Value; got != want.flow {
				t.Errorf("flow %d, want %d", got, want.flow)
			}
		})
	}
}

func TestDistances(t *testing.T) {
	for _, want := range lattices {
		g, _, cost := lattice(t, want.k)
		if got := g.Distances(cost, 0)[g.N()-1]; got != want.distance {
			t.Errorf("k=%d: distance %d, want %d", want.k, got, want.distance)
		}
	}
}

// Betweenness is the same to the last bit on any number of cores, with either queue.
func TestBetweennessCores(t *testing.T) {
	g, _, cost := lattice(t, 23)
	far := make([]int64, len(cost)) // too far apart for buckets
	for i, c := range cost {
		far[i] = c * 1_000_003
	}
	run := func(cores int, cost []int64) *Betweenness {
		defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(cores))
		b, err := g.Betweenness(t.Context(), cost)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	one := run(1, cost)
	for _, cores := range []int{2, 3, 7} {
		if !reflect.DeepEqual(one, run(cores, cost)) {
			t.Errorf("%d cores differ from one", cores)
		}
	}
	for i, x := range run(2, far).Edge {
		if !near(x, one.Edge[i], 1e-12) {
			t.Fatalf("edge %d: %v by the heap, %v by buckets", i, x, one.Edge[i])
		}
	}
}

// Least costs on the lattices by the network simplex of networkx 3.6.1.
func TestLatticeCosts(t *testing.T) {
	for i, want := range [][2]float64{{30102, 14311}, {112168, 52585}} {
		g, capacity, cost := lattice(t, lattices[i].k)
		curve, err := g.MinCost(t.Context(), capacity, cost, 0, g.N()-1)
		if err != nil {
			t.Fatal(err)
		}
		flow := curve.Flow()
		if flow != lattices[i].flow || curve.Cost(flow) != want[0] || curve.Cost(flow/2) != want[1] {
			t.Errorf("%d flow at %v, half of it at %v; want %d at %v and %v", flow, curve.Cost(flow), curve.Cost(flow/2), lattices[i].flow, want[0], want[1])
		}
	}
}
