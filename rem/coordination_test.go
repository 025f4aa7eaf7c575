package rem

import (
	"math"
	"math/rand/v2"
	"strconv"
	"testing"
)

// Each chooses among the others, so what is added to a covariate of all who may be chosen
// is of no account, however much it is, also while few of the actors are present and for
// those who arrive later.
func TestCoordinationOfFewWithLargeScores(t *testing.T) {
	const n, first = 30, 6
	data := func(shift float64) *Data {
		d := &Data{Present: make([]bool, n)}
		c := Covariate{Name: "x"}
		source := rand.New(rand.NewPCG(4, 1))
		for a := range n {
			d.Actors = append(d.Actors, "a"+strconv.Itoa(a))
			c.Start = append(c.Start, math.Round(source.Float64()*16)/16+shift)
			d.Present[a] = a < first
		}
		present := first
		for k := range 60 {
			if k%3 == 2 && present < n {
				d.Presence = append(d.Presence, PresenceChange{Time: float64(k) - 0.5, Actor: int32(present), Present: true})
				present++
			}
			i, j := int32(source.IntN(present)), int32(source.IntN(present-1))
			if j >= i {
				j++
			}
			d.Events = append(d.Events, Event{Time: float64(k), From: []int32{i, j}, Value: 1})
		}
		d.Covariates = []Covariate{c}
		return d
	}
	m := &Model{Family: Coordination, Terms: []Term{{Term: "alter", Attr: []string{"x"}}, {Term: "inertia"}}}
	of := func(shift float64) *Design {
		d, err := Prepare(t.Context(), data(shift), m)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	plain := of(0)
	for _, shift := range []float64{1024, -1024} {
		moved := of(shift)
		for _, theta := range [][]float64{{1, 0.5}, {-3, 0.2}} {
			want, each, err := plain.LogLikelihood(theta)
			if err != nil {
				t.Fatal(err)
			}
			got, again, err := moved.LogLikelihood(theta)
			if err != nil {
				t.Fatal(err)
			}
			near(t, "log-likelihood", got, want, 1e-9)
			for k := range each {
				near(t, "event "+strconv.Itoa(k), again[k], each[k], 1e-9)
			}
		}
	}
}
