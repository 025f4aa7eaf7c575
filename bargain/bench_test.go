package bargain

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"runtime"
	"testing"

	"entente/internal/shared"
)

// invented is a bargain of n actors with ranges on every input.
func invented(n, d int) *Case {
	rng := rand.New(rand.NewPCG(7, 7))
	c := &Case{}
	for k := range d {
		c.Dimensions = append(c.Dimensions, Dimension{Name: fmt.Sprintf("d%d", k), High: 100})
	}
	around := func(lo, hi, half float64) Range {
		m := lo + (hi-lo)*rng.Float64()
		return Range{max(lo, m-half), m, min(hi, m+half)}
	}
	for i := range n {
		p := Party{Name: fmt.Sprintf("A%02d", i), Capability: around(1, 100, 10)}
		for range d {
			p.Position = append(p.Position, around(0, 100, 10))
			p.Salience = append(p.Salience, around(5, 100/float64(d), 10))
		}
		c.Parties = append(c.Parties, p)
	}
	return c
}

// BenchmarkDraws plays 10,000 drawn bargains, readings and sensitivity included.
func BenchmarkDraws(b *testing.B) {
	for _, size := range [][2]int{{10, 1}, {20, 1}, {20, 2}} {
		c := invented(size[0], size[1])
		for i := range c.Dimensions {
			c.Dimensions[i].Reference = 0
		}
		b.Run(fmt.Sprintf("actors=%d/dimensions=%d", size[0], size[1]), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := Solve(b.Context(), c, Drawing{Draws: 10000, Seed: 1}); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(runtime.GOMAXPROCS(0)), "cores")
		})
	}
}

// BenchmarkReference plays the published cases, with everything recorded.
func BenchmarkReference(b *testing.B) {
	for _, name := range []string{"smp-eu-emission", "smp-china-soe-2dim", "smp-china-policy-1dim"} {
		b.Run(name, func(b *testing.B) {
			var want reference
			if err := json.NewDecoder(shared.Open(b, "reference/bargaining/"+name+".json")).Decode(&want); err != nil {
				b.Fatal(err)
			}
			issue := &Issue{Dimensions: want.Dimensions, Actors: want.Actors}
			for b.Loop() {
				if _, err := Spatial(b.Context(), issue, Stop{}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
