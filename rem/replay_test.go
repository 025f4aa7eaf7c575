package rem

import (
	"math"
	"math/rand/v2"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"testing"
)

// The design and the fit are the same, bit by bit, on any number of cores.
func TestWalkersAgree(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	for name, of := range map[string]func() (*Data, *Model){
		"dyads": func() (*Data, *Model) { return dyadStream(9000, 40) },
		"sets":  func() (*Data, *Model) { return setStream(7000, 60, 5) },
		"waiting": func() (*Data, *Model) {
			data, m := dyadStream(5000, 40)
			m.Interval = true
			m.Terms = append(m.Terms, Term{Term: "intercept"})
			data.Presence = []PresenceChange{{Time: 100.5, Actor: 3}, {Time: 101, Actor: 3, Present: true}}
			for k, e := range data.Events { // while 3 is away it does not act
				if e.Time > 100.5 && e.Time <= 101 && (e.From[0] == 3 || e.To[0] == 3) {
					data.Events[k].From, data.Events[k].To = []int32{5}, []int32{6}
				}
			}
			m.PresenceSplits = true
			return data, m
		},
	} {
		t.Run(name, func(t *testing.T) {
			var designs []*Design
			var fits []*Fit
			for _, cores := range []int{1, 2, 5} {
				runtime.GOMAXPROCS(cores)
				data, m := of()
				d, err := Prepare(t.Context(), data, m)
				if err != nil {
					t.Fatal(err)
				}
				fit, err := d.Fit(t.Context(), Options{})
				if err != nil {
					t.Fatal(err)
				}
				designs, fits = append(designs, d), append(fits, fit)
			}
			if len(designs[0].strata) < 3 {
				t.Fatalf("%d blocks: too few to be shared", len(designs[0].strata))
			}
			for k, d := range designs[1:] {
				if !reflect.DeepEqual(d.strata, designs[0].strata) {
					t.Error("the design depends on the number of cores")
				}
				if fits[k+1].LogLik != fits[0].LogLik || !slices.Equal(fits[k+1].Theta(), fits[0].Theta()) {
					t.Error("the fit depends on the number of cores")
				}
			}
		})
	}
}

// What is wrong with two events is said of the first, whoever walks into it.
func TestWalkersReportTheFirstError(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	for _, cores := range []int{1, 2, 4} {
		runtime.GOMAXPROCS(cores)
		data, m := dyadStream(9000, 40)
		data.Events[3000].ID, data.Events[8000].ID = "early", "late"
		for _, k := range []int{3000, 8000} {
			e := data.Events[k]
			data.Presence = append(data.Presence,
				PresenceChange{Time: math.Nextafter(e.Time, 0), Actor: e.From[0]}, PresenceChange{Time: math.Nextafter(e.Time, 1e9), Actor: e.From[0], Present: true})
		}
		if _, err := Prepare(t.Context(), data, m); err == nil || !strings.Contains(err.Error(), "event early at") {
			t.Errorf("%d cores: %v", cores, err)
		}
	}
}

// Rows against maps: values of every kind that come and go, in rows of few blocks
// and of many.
func TestAdjacencyAgainstMaps(t *testing.T) {
	for _, c := range []struct {
		n, puts int
		values  []float64
	}{
		{70, 4000, []float64{0, 1, 2, 3, 4}},
		{70, 2000, []float64{0, 1, 2, 3, 1.5, .25, -1, 1e6}},
		{3000, 3000, []float64{0, 1, 1, 2, 3}},
		{3000, 12000, []float64{0, 1, 2, 3, 7, .5}},
		{3000, 40000, []float64{1, 2, 3, 9}},
	} {
		random := rand.New(rand.NewPCG(uint64(c.n), uint64(c.puts)))
		const rows = 8
		a := newAdjacency(c.n)
		var want [rows]map[int32]float64
		for i := range want {
			want[i] = map[int32]float64{}
		}
		for k := range c.puts {
			i, j, v := random.IntN(rows), int32(random.IntN(c.n)), c.values[random.IntN(len(c.values))]
			if random.IntN(4) > 0 { // rows of different density
				i = i * i / rows
			}
			a.rows[i].put(j, v)
			if want[i][j] = v; v == 0 {
				delete(want[i], j)
			}
			if k%(c.puts/20) > 0 {
				continue
			}
			near := func(what string, got, want float64) {
				if math.Abs(got-want) > 1e-9*(1+math.Abs(want)) {
					t.Fatalf("%d actors, after %d changes: %s is %v, not %v", c.n, k+1, what, got, want)
				}
			}
			var all []*row
			for i := range rows {
				all = append(all, &a.rows[i])
				sum, ties := 0.0, 0
				for j, v := range want[i] {
					near("a value", a.rows[i].at(j), v)
					sum += v
					if v > 0 {
						ties++
					}
				}
				near("the number of ties", float64(a.rows[i].degree()), float64(ties))
				near("the sum of a row", a.rows[i].sum, sum)
				a.rows[i].each(func(j int32, v float64) { near("a value passed by", v, want[i][j]) })
			}
			for how := range pairings {
				total := 0.0
				for i := range rows {
					near(pairings[how]+" of all pairs", commonOfPairs(all[:i], pairing(how)), total)
					for o := range i {
						sum := 0.0
						for j, v := range want[i] {
							w, ok := want[o][j]
							if !ok || v <= 0 || w <= 0 {
								continue
							}
							sum += []float64{1, min(v, w), v * w, v + w}[how]
						}
						near(pairings[how], common(&a.rows[i], &a.rows[o], pairing(how)), sum)
						total += sum
					}
				}
				near(pairings[how]+" of all pairs", commonOfPairs(all, pairing(how)), total)
			}
		}
	}
}

// The table of subsets against a map, through many splits of its pages.
func TestSubsetsAgainstMaps(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	s := newSubsets()
	want := map[[3]int32]float64{}
	draw := func() []int32 {
		set := make([]int32, 2+random.IntN(5))
		for i := range set {
			set[i] = int32(random.IntN(300))
		}
		slices.Sort(set)
		return slices.Compact(set)
	}
	visit := func(set []int32, found func(key [3]int32, k int)) {
		for k := 1; k <= 3; k++ {
			for some := range combinations(set, k) {
				key := [3]int32{-1, -1, -1}
				copy(key[:], some)
				found(key, k)
			}
		}
	}
	for k := range 20000 {
		set, weight := draw(), []float64{1, 1, 2, -1, .5}[random.IntN(5)]
		s.add(set, 3, weight)
		visit(set, func(key [3]int32, _ int) { want[key] += weight })
		if k%10 > 0 {
			continue
		}
		set = draw()
		var got, sums [3]float64
		s.sums(set, got[:])
		visit(set, func(key [3]int32, k int) { sums[k-1] += want[key] })
		if got != sums {
			t.Fatalf("after %d events the sums of %v are %v, not %v", k+1, set, got, sums)
		}
	}
	if s.depth < 4 {
		t.Errorf("%d pages: too few to have been split much", len(s.pages))
	}
}
