package corridor

import (
	"bytes"
	"fmt"
	"runtime"
	"testing"
)

func BenchmarkMaxFlow(b *testing.B) {
	for _, size := range lattices {
		b.Run(fmt.Sprintf("edges=%d", size.edges), func(b *testing.B) {
			g, capacity, _ := lattice(b, size.k)
			for b.Loop() {
				g.MaxFlow(capacity, 0, g.N()-1)
			}
		})
	}
}

func BenchmarkDistances(b *testing.B) {
	for _, size := range lattices {
		b.Run(fmt.Sprintf("edges=%d", size.edges), func(b *testing.B) {
			g, _, cost := lattice(b, size.k)
			for b.Loop() {
				g.Distances(cost, 0)
			}
		})
	}
}

func BenchmarkBridges(b *testing.B) {
	for _, size := range lattices {
		b.Run(fmt.Sprintf("edges=%d", size.edges), func(b *testing.B) {
			g, _, _ := lattice(b, size.k)
			for b.Loop() {
				g.Weak()
			}
		})
	}
}

func BenchmarkMinCost(b *testing.B) {
	for _, size := range lattices {
		b.Run(fmt.Sprintf("edges=%d", size.edges), func(b *testing.B) {
			g, capacity, cost := lattice(b, size.k)
			for b.Loop() {
				if _, err := g.MinCost(b.Context(), capacity, cost, 0, g.N()-1); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// The cores are set here: the first run of a nested benchmark does not heed -cpu.
func BenchmarkBetweenness(b *testing.B) {
	for _, size := range lattices[:2] {
		g, _, cost := lattice(b, size.k)
		for _, by := range []struct {
			name string
			cost []int64
		}{{"steps", nil}, {"cost", cost}} {
			for _, cores := range []int{1, 2} {
				b.Run(fmt.Sprintf("by=%s/edges=%d/cores=%d", by.name, size.edges, cores), func(b *testing.B) {
					defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(cores))
					for b.Loop() {
						if _, err := g.Betweenness(b.Context(), by.cost); err != nil {
							b.Fatal(err)
						}
					}
				})
			}
		}
	}
}

func BenchmarkRoutes(b *testing.B) {
	for _, size := range lattices[:3] {
		b.Run(fmt.Sprintf("k=10/edges=%d", size.edges), func(b *testing.B) {
			g, _, cost := lattice(b, size.k)
			for b.Loop() {
				if _, err := g.Routes(b.Context(), cost, 0, g.N()-1, 10); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkLosses(b *testing.B) {
	for _, size := range lattices[:3] {
		b.Run(fmt.Sprintf("edges=%d", size.edges), func(b *testing.B) {
			g, capacity, _ := lattice(b, size.k)
			for b.Loop() {
				if _, err := g.Losses(b.Context(), capacity, 0, g.N()-1); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkWorstSet(b *testing.B) {
	net, ends, _ := known(b, "netC")
	g, err := net.Graph()
	if err != nil {
		b.Fatal(err)
	}
	w, err := net.wholes(best)
	if err != nil {
		b.Fatal(err)
	}
	for k := 1; k <= 3; k++ {
		b.Run(fmt.Sprintf("k=%d/edges=%d", k, g.M()), func(b *testing.B) {
			for b.Loop() {
				if worst, err := g.WorstSet(b.Context(), w.capacity, ends.Source, ends.Target, k); err != nil || !worst.Proven {
					b.Fatal(worst, err)
				}
			}
		})
	}
}

// BenchmarkRisk plays 10,000 draws eight times over: as it is, without each of three
// threats, with each of three protections, with all.
func BenchmarkRisk(b *testing.B) {
	net, _, _ := known(b, "netA")
	sc := scenario(b, net, campaign)
	for b.Loop() {
		if _, err := net.Risk(b.Context(), sc, RiskOptions{Draws: 10000, Seed: 1}); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkRead(b *testing.B) {
	g, capacity, cost := lattice(b, 708)
	var file bytes.Buffer
	fmt.Fprintln(&file, "id,u,v,capacity,cost")
	for e := range capacity {
		fmt.Fprintf(&file, "%d,%d,%d,%d,%d\n", e, g.u[e], g.v[e], capacity[e], cost[e])
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Read("edges.csv", bytes.NewReader(file.Bytes()), false); err != nil {
			b.Fatal(err)
		}
	}
}
