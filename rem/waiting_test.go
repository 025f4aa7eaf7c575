package rem

import (
	"math"
	"math/rand/v2"
	"testing"
)

// With waiting times the controls of an interval, whether an event ended it or not,
// stand for all that could have happened: sampled fits estimate that of the full
// risk set, and without terms they are equal to it.
func TestControlsOfIntervals(t *testing.T) {
	source := rand.New(rand.NewPCG(3, 4))
	data := &Data{Actors: []string{"a", "b", "c", "d", "e", "f", "g"}, Layers: []Layer{{Name: "talks", Directed: true}}}
	for k := range 70 {
		i, j := int32(source.IntN(7)), int32(source.IntN(6))
		if j >= i {
			j++
		}
		data.Events = append(data.Events, Event{Time: float64(k) + source.Float64()/2, From: []int32{i}, To: []int32{j}, Value: 1})
		if k%2 == 0 {
			data.Layers[0].Events = append(data.Layers[0].Events, Event{Time: float64(k) + 0.75, From: []int32{j}, To: []int32{i}, Value: 1})
		}
	}
	// Two events of one time.
	data.Events[30].Time = data.Events[29].Time
	ends := 75.0
	data.Ends = &ends
	for _, directed := range []bool{true, false} {
		m := Model{Family: REM, Directed: directed, Interval: true, Terms: []Term{{Term: "intercept"}, {Term: "inertia"}, {Term: "tie", On: []string{"talks"}}}}
		if !directed {
			for k := range data.Events {
				e := &data.Events[k]
				e.From, e.To = []int32{e.From[0], e.To[0]}, nil
			}
			m.Terms[2] = Term{Term: "degreeSum", Weighted: true, Transform: "log1p"}
		}
		full, err := Prepare(t.Context(), data, &m)
		if err != nil {
			t.Fatal(err)
		}
		want, err := full.Fit(t.Context(), Options{})
		if err != nil {
			t.Fatal(err)
		}
		mean := make([]float64, len(want.Terms))
		const draws = 40
		for seed := range uint64(draws) {
			sampled := m
			sampled.RiskSet = RiskSet{Controls: 8, Seed: seed}
			d, err := Prepare(t.Context(), data, &sampled)
			if err != nil {
				t.Fatal(err)
			}
			got, err := d.Fit(t.Context(), Options{})
			if err != nil {
				t.Fatal(err)
			}
			if got.Cases != want.Cases {
				t.Fatalf("%d cases over controls, %d over all pairs", got.Cases, want.Cases)
			}
			near(t, "null log-likelihood", got.NullLogLik, want.NullLogLik, 1e-12)
			for k, e := range got.Terms {
				mean[k] += e.Estimate / draws
			}
		}
		for k, e := range want.Terms {
			if math.Abs(mean[k]-e.Estimate) > .25*e.SE {
				t.Errorf("%s: %v over samples, %v over all pairs (s.e. %v)", e.Name, mean[k], e.Estimate, e.SE)
			}
		}
	}
}

// While nobody is there nothing can happen, and no time passes for the model.
func TestNobodyThere(t *testing.T) {
	data := &Data{Actors: []string{"a", "b", "c"}, Present: []bool{true, true, true}}
	for k, pair := range [][2]int32{{0, 1}, {1, 2}, {0, 1}, {2, 0}, {1, 0}} {
		data.Events = append(data.Events, Event{Time: float64(10 * k), From: pair[:1], To: pair[1:], Value: 1})
	}
	for a := range int32(3) {
		data.Presence = append(data.Presence, PresenceChange{Time: 22, Actor: a})
	}
	for a := range int32(3) {
		data.Presence = append(data.Presence, PresenceChange{Time: 26, Actor: a, Present: true})
	}
	for _, controls := range []int{0, 2} {
		m := &Model{Family: REM, Directed: true, Interval: true, Terms: []Term{{Term: "intercept"}}, RiskSet: RiskSet{Controls: controls, Seed: 1}}
		m.PresenceSplits = true
		d, err := Prepare(t.Context(), data, m)
		if err != nil {
			t.Fatal(err)
		}
		f, err := d.Fit(t.Context(), Options{})
		if err != nil {
			t.Fatal(err)
		}
		// By hand: five events, six pairs at risk for 40 units of time less the four.
		near(t, "rate", f.Terms[0].Estimate, math.Log(5/(6*36.0)), 1e-9)
	}
}
