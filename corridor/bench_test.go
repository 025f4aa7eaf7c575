package corridor

import (
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
				g.Weak(nil)
			}
		})
	}
}

func BenchmarkMinCost(b *testing.B) {
	for _, size := range lattices {
		b.Run(fmt.Sprintf("edges=%d", size.edges), func(b *testing.B) {
			g, capacity, cost := lattice(b, size.k)
			for b.Loop() {
				if _, err := g.MinCost(b.Context(), capacity, cost, 0, g.N()-1, 0); err != nil {
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
