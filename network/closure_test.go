package network

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// rearrangements lists the transitivity of every way to fill acts of the same
// sizes so that each actor is in as many acts as before.
func rearrangements(t *testing.T, n int, acts [][]int32) []float64 {
	left := make([]int, n)
	for _, act := range acts {
		for _, v := range act {
			left[v]++
		}
	}
	now := make([][]int32, len(acts))
	var values []float64
	var fill func(act int, from int32)
	fill = func(act int, from int32) {
		if act == len(acts) {
			joined := map[[2]int32]bool{}
			var edges []Edge
			for _, a := range now {
				for i, u := range a {
					for _, v := range a[i+1:] {
						if !joined[[2]int32{u, v}] {
							joined[[2]int32{u, v}] = true
							edges = append(edges, Edge{int(u), int(v), 1})
						}
					}
				}
			}
			value, _ := graphOf(t, n, edges...).Transitivity()
			values = append(values, value)
			return
		}
		if len(now[act]) == len(acts[act]) {
			fill(act+1, 0)
			return
		}
		for v := from; int(v) < n; v++ {
			if left[v] > 0 {
				left[v]--
				now[act] = append(now[act], v)
				fill(act, v+1)
				now[act] = now[act][:len(now[act])-1]
				left[v]++
			}
		}
	}
	fill(0, 0)
	slices.Sort(values)
	return values
}

func TestClosureEqualsEnumeration(t *testing.T) {
	for _, c := range []struct {
		name string
		n    int
		acts [][]int32
	}{
		{"pairs and a trio", 6, [][]int32{{0, 1}, {1, 2}, {2, 0}, {3, 4}, {4, 5}, {3, 5, 0}}},
		{"trios", 6, [][]int32{{0, 1, 2}, {0, 1, 3}, {0, 2, 3}, {3, 4, 5}, {4, 5}, {0, 5}}},
		{"a hub", 5, [][]int32{{0, 1}, {0, 2}, {0, 3}, {0, 4}, {1, 2}, {3, 4}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			all := rearrangements(t, c.n, c.acts)
			const draws = 40000
			got, ok, err := ClosureTest(context.Background(), c.n, c.acts, ClosureOptions{Draws: draws, Seed: 2})
			if err != nil || !ok {
				t.Fatal(got, ok, err)
			}
			mean, atLeast := 0.0, 0
			for _, x := range all {
				mean += x / float64(len(all))
				if x >= got.Observed-1e-12 {
					atLeast++
				}
			}
			sd := 0.0
			for _, x := range all {
				sd += (x - mean) * (x - mean) / float64(len(all))
			}
			sd = math.Sqrt(sd)
			p := float64(atLeast) / float64(len(all))
			t.Logf("%d rearrangements: mean %.4f and %.4f, sd %.4f and %.4f, p %.4f and %.4f", len(all), mean, got.Mean, sd, got.SD, p, got.P)
			// Five standard errors, doubled for draws that follow one another.
			due := 10 / math.Sqrt(draws)
			if math.Abs(got.Mean-mean) > due*sd || math.Abs(got.SD-sd) > due*sd || math.Abs(got.P-p) > due*0.5 {
				t.Errorf("mean %v, sd %v, p %v; enumeration %v, %v, %v", got.Mean, got.SD, got.P, mean, sd, p)
			}
			if got.Low > got.Mean || got.High < got.Mean || got.Draws != draws {
				t.Errorf("%+v", got)
			}
		})
	}
}

func TestTradesKeepSizesAndDegrees(t *testing.T) {
	rng := rand.New(rand.NewPCG(4, 4))
	const n = 12
	acts := make([][]int32, 30)
	for i := range acts {
		for _, v := range rng.Perm(n)[:2+rng.IntN(6)] {
			acts[i] = append(acts[i], int32(v))
		}
	}
	p := newProjector(n, acts)
	p.sample(context.Background(), acts, rand.NewPCG(1, 1), make([]float64, 5))
	before, after := make([]int, n), make([]int, n)
	moved := false
	for i := range acts {
		if len(p.acts[i]) != len(acts[i]) {
			t.Fatalf("act %d had %d actors and has %d", i, len(acts[i]), len(p.acts[i]))
		}
		seen := map[int32]bool{}
		for k := range acts[i] {
			before[acts[i][k]]++
			after[p.acts[i][k]]++
			if seen[p.acts[i][k]] {
				t.Fatalf("act %d has actor %d twice", i, p.acts[i][k])
			}
			seen[p.acts[i][k]] = true
			moved = moved || !slices.Contains(acts[i], p.acts[i][k])
		}
	}
	if !slices.Equal(before, after) || !moved {
		t.Errorf("actors were in %v acts and are in %v (moved: %v)", before, after, moved)
	}
}

// One large act makes the projection all triangles, which is no finding; pairs
// that close triangles among themselves are one.
func TestClosureTellsPactsFromPartners(t *testing.T) {
	pact := [][]int32{{0, 1, 2, 3, 4, 5, 6, 7}}
	for v := int32(8); v < 18; v++ {
		pact = append(pact, []int32{v - 8, v})
	}
	got, ok, err := ClosureTest(context.Background(), 18, pact, ClosureOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if got.Observed < 0.5 || ok && got.P < 0.05 {
		t.Errorf("one pact of eight: %+v, want a high transitivity that chance explains", got)
	}
	var friends [][]int32
	for k := int32(0); k < 8; k++ {
		a, b, c := 3*k, 3*k+1, 3*k+2
		friends = append(friends, []int32{a, b}, []int32{b, c}, []int32{a, c})
	}
	got, ok, err = ClosureTest(context.Background(), 24, friends, ClosureOptions{})
	if err != nil || !ok || got.Observed != 1 || got.P > 0.005 || got.High > 0.5 {
		t.Errorf("eight circles of three: %+v %v %v, want closure beyond chance", got, ok, err)
	}
}

func TestClosureThin(t *testing.T) {
	for _, c := range []struct {
		name string
		n    int
		acts [][]int32
		want string
	}{
		{"no acts", 4, nil, "only 0 acts"},
		{"acts of one", 9, [][]int32{{0}, {1}, {2}, {3}, {4}, {5}, {6, 7}}, "only 1 acts"},
		{"few actors", 4, [][]int32{{0, 1}, {1, 2}, {2, 3}, {0, 3}, {0, 2}, {1, 3}}, "only 4 actors"},
		{"no triple", 12, [][]int32{{0, 1}, {2, 3}, {4, 5}, {6, 7}, {8, 9}, {10, 11}}, "no actor has two partners"},
		{"nothing to trade", 5, [][]int32{{0, 1, 2, 3, 4}, {0, 1, 2, 3, 4}, {0, 1, 2, 3, 4}, {0, 1, 2, 3, 4}, {0, 1, 2, 3, 4}, {0, 1, 2, 3, 4}}, "same transitivity"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, ok, err := ClosureTest(context.Background(), c.n, c.acts, ClosureOptions{Draws: 99})
			if ok || err != nil || !strings.Contains(got.Thin, c.want) {
				t.Errorf("%+v %v %v, want thin: %q", got, ok, err, c.want)
			}
		})
	}
	for _, acts := range [][][]int32{{{0, 5}}, {{-1, 0}}, {{1, 2, 1}}} {
		if _, _, err := ClosureTest(context.Background(), 5, acts, ClosureOptions{}); err == nil {
			t.Errorf("acts %v were taken", acts)
		}
	}
	cancelled, cancel := context.WithCancel(context.Background())
	cancel()
	if _, _, err := ClosureTest(cancelled, 5, [][]int32{{0, 1}}, ClosureOptions{}); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

func BenchmarkClosure(b *testing.B) {
	rng := rand.New(rand.NewPCG(4, 4))
	acts := make([][]int32, 200)
	for i := range acts {
		size := 2
		if i%4 == 0 {
			size = 3 + rng.IntN(5)
		}
		for _, v := range rng.Perm(30)[:size] {
			acts[i] = append(acts[i], int32(v))
		}
	}
	for b.Loop() {
		if _, _, err := ClosureTest(context.Background(), 30, acts, ClosureOptions{}); err != nil {
			b.Fatal(err)
		}
	}
}
