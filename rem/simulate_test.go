package rem

import (
	"fmt"
	"math"
	"reflect"
	"strings"
	"testing"
)

// Whoever simulates a model and fits it to the result must find the model again.
func TestSimulateAndRecover(t *testing.T) {
	actors := make([]string, 12)
	x := make([]float64, len(actors))
	for k := range actors {
		actors[k] = fmt.Sprintf("a%d", k)
		x[k] = float64(k%4) / 2
	}
	seedOf := func(directed bool) []Event {
		e := Event{Time: 0, From: []int32{0, 1}, Value: 1}
		if directed {
			e = Event{Time: 0, From: []int32{0}, To: []int32{1}, Value: 1}
		}
		return []Event{e}
	}
	covariate := []Covariate{{Name: "x", Start: x, Changes: []CovariateChange{{Time: 10, Actor: 3, Value: 3}, {Time: 15, Actor: 5, Value: 2}}}}
	presence := []PresenceChange{{5, 4, false}, {20, 4, true}, {20, 7, false}}
	sets := []Event{{Time: 0, From: []int32{0, 1}, Value: 1}, {Time: 0.1, From: []int32{2, 3, 4}, Value: 1}, {Time: 0.2, From: []int32{5, 6, 1}, Value: 1}}
	both := []Event{{Time: 0, From: []int32{0}, To: []int32{1, 2}, Value: 1}, {Time: .1, From: []int32{3, 4}, To: []int32{2}, Value: 1}}
	for name, c := range map[string]struct {
		events []Event
		m      Model
		theta  []float64
	}{
		"pairs, waiting times": {seedOf(true), Model{Family: REM, Directed: true, Interval: true,
			Terms: []Term{{Term: "intercept"}, {Term: "inertia"}, {Term: "recip"}, {Term: "alter", Attr: []string{"x"}}}}, []float64{-3, .8, .5, .6}},
		"pairs, decay": {seedOf(true), Model{Family: REM, Directed: true, Interval: true, Conventions: Conventions{DecayFromPrevious: true},
			Terms: []Term{{Term: "intercept"}, {Term: "inertia", Weighted: true, HalfLife: 5, Transform: "log1p"}, {Term: "recip", Weighted: true, HalfLife: 5, Transform: "log1p"}}}, []float64{-2.6, .4, .7}},
		"pairs, window": {seedOf(false), Model{Family: REM, Interval: true, Conventions: Conventions{PresenceSplits: true},
			Terms: []Term{{Term: "intercept"}, {Term: "inertia", Window: 2}, {Term: "trans"}}}, []float64{-2.4, 1.2, .08}},
		"pairs, window of ages": {seedOf(true), Model{Family: REM, Directed: true, Interval: true, Conventions: Conventions{PresenceSplits: true},
			Terms: []Term{{Term: "intercept"}, {Term: "inertia", Delay: .5, Window: 2}}}, []float64{-2.6, 1}},
		"pairs, order": {seedOf(false), Model{Family: REM,
			Terms: []Term{{Term: "inertia", Weighted: true, Transform: "log1p"}, {Term: "sim", Attr: []string{"x"}}}}, []float64{.6, .9}},
		"actors": {[]Event{{Time: 0, From: []int32{0}, Value: 1}}, Model{Family: Rate, Interval: true,
			Terms: []Term{{Term: "intercept"}, {Term: "ego", Attr: []string{"x"}}}}, []float64{-.5, .4}},
		"agreement": {seedOf(false), Model{Family: Coordination,
			Terms: []Term{{Term: "inertia"}, {Term: "alter", Attr: []string{"x"}}}}, []float64{.7, .5}},
		"sets": {sets, Model{Family: Hyper,
			Terms: []Term{{Term: "subrep", Order: 1, Transform: "log1p"}, {Term: "subrep", Order: 2, Transform: "sqrt"}, {Term: "attribute", Attr: []string{"x"}}}}, []float64{.3, .5, .4}},
		"sets, all sizes, waiting times": {sets, Model{Family: Hyper, Interval: true, RiskSet: RiskSet{MaxSize: 3},
			Terms: []Term{{Term: "intercept"}, {Term: "size"}, {Term: "attribute", Attr: []string{"x"}}}}, []float64{-3, -.5, .8}},
		"directed sets": {both, Model{Family: Hyper, Directed: true,
			Terms: []Term{{Term: "exactrep", Transform: "sqrt"}, {Term: "activity", Of: "receiver", Transform: "log1p"}}}, []float64{.5, .6}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			data := Data{Actors: actors, Events: c.events, Covariates: covariate, Presence: presence}
			design, err := Prepare(t.Context(), &data, &c.m)
			if err != nil {
				t.Fatal(err)
			}
			s := Simulation{Design: design, Theta: c.theta, After: c.events[len(c.events)-1].Time, Events: 1500, Rate: 10, Seed: 4}
			events, err := s.Run(t.Context(), 1)
			if err != nil {
				t.Fatal(err)
			}
			again, err := s.Run(t.Context(), 1)
			if err != nil || !reflect.DeepEqual(events, again) {
				t.Fatalf("the same run gives other events: %v", err)
			}
			if len(events) != 1500 {
				t.Fatalf("%d events", len(events))
			}
			data.Events = append(append([]Event{}, c.events...), events...)
			// Unlike thinning, the likelihood must know who was there at each moment.
			m := c.m
			m.PresenceSplits = m.Interval
			if design, err = Prepare(t.Context(), &data, &m); err != nil {
				t.Fatal(err)
			}
			fit, err := design.Fit(t.Context(), Options{})
			if err != nil {
				t.Fatal(err)
			}
			for k, e := range fit.Terms {
				if !(math.Abs(e.Estimate-c.theta[k]) < 3.3*e.SE) || e.SE > .5 {
					t.Errorf("%s: %v simulated, %v ± %v found", e.Name, c.theta[k], e.Estimate, e.SE)
				}
			}
		})
	}
}

// The rate model says who acts and when, the choice model whom it chooses.
func TestSimulateRateAndChoice(t *testing.T) {
	data := Data{Actors: []string{"a", "b", "c", "d", "e", "f"}, Events: []Event{{Time: 0, From: []int32{0}, To: []int32{1}, Value: 1}},
		Covariates: []Covariate{{Name: "x", Start: []float64{0, 1, 2, 0, 1, 2}}}}
	rate := Model{Family: Rate, Interval: true, Terms: []Term{{Term: "intercept"}, {Term: "ego", Attr: []string{"x"}}}}
	choice := Model{Family: Choice, Directed: true, Terms: []Term{{Term: "recip"}, {Term: "alter", Attr: []string{"x"}}}}
	want := [][]float64{{-1, .5}, {1.1, -.4}}
	prepare := func(m *Model) *Design {
		d, err := Prepare(t.Context(), &data, m)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	s := Simulation{Design: prepare(&rate), Theta: want[0], Choice: prepare(&choice), ChoiceTheta: want[1], Events: 1200, Seed: 1}
	events, err := s.Run(t.Context(), 0)
	if err != nil {
		t.Fatal(err)
	}
	data.Events = append(data.Events, events...)
	for k, m := range []*Model{&rate, &choice} {
		fit, err := prepare(m).Fit(t.Context(), Options{})
		if err != nil {
			t.Fatal(err)
		}
		for i, e := range fit.Terms {
			if !(math.Abs(e.Estimate-want[k][i]) < 3.3*e.SE) {
				t.Errorf("%s: %v simulated, %v ± %v found", e.Name, want[k][i], e.Estimate, e.SE)
			}
		}
	}
	if _, err := (&Simulation{Design: s.Design, Theta: want[0], Events: 1}).Run(t.Context(), 0); err == nil {
		t.Error("a rate model of directed events was simulated without a choice")
	}
}

func TestExplosion(t *testing.T) {
	data := Data{Actors: []string{"a", "b"}, Events: []Event{{Time: 0, From: []int32{0, 1}, Value: 1}}}
	for _, halfLife := range []float64{0, 5} {
		m := Model{Family: REM, Interval: true, Terms: []Term{{Term: "intercept"}, {Term: "inertia", Weighted: true, HalfLife: halfLife}}}
		d, err := Prepare(t.Context(), &data, &m)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := (&Simulation{Design: d, Theta: []float64{1, 3}, Until: 1e6, Seed: 1}).Run(t.Context(), 0); err == nil || !strings.Contains(err.Error(), "beyond all bounds") {
			t.Errorf("half-life %v: an exploding model ran: %v", halfLife, err)
		}
	}
}

// A rate that decays between events is thinned, not held: the number of events in
// the interval after one event has a known mean.
func TestThinning(t *testing.T) {
	// Two actors, one unit: rate exp(b + c 2^-(t/h)), the event at 0 alone counted.
	data := Data{Actors: []string{"a", "b"}, Events: []Event{{Time: 0, From: []int32{0, 1}, Value: 1}},
		Layers: []Layer{{Name: "shock", Events: []Event{{Time: 0, From: []int32{0, 1}, Value: 1}}}}}
	m := Model{Family: REM, Interval: true, Terms: []Term{{Term: "intercept"}, {Term: "inertia", On: []string{"shock"}, Weighted: true, HalfLife: 1}}}
	d, err := Prepare(t.Context(), &data, &m)
	if err != nil {
		t.Fatal(err)
	}
	want := 0.0
	const steps = 100_000
	for k := range steps {
		want += 3.0 / steps * math.Exp(-.5+2*math.Exp2(-(float64(k)+.5)*3/steps))
	}
	s := Simulation{Design: d, Theta: []float64{-.5, 2}, Until: 3, Seed: 7}
	total := 0
	const runs = 4000
	for run := range runs {
		events, err := s.Run(t.Context(), run)
		if err != nil {
			t.Fatal(err)
		}
		total += len(events)
	}
	if got, se := float64(total)/runs, math.Sqrt(want/runs); math.Abs(got-want) > 3.5*se {
		t.Errorf("%v events a run, expected %v ± %v", got, want, se)
	}
}

func TestInsertedEvents(t *testing.T) {
	data := Data{Actors: []string{"a", "b", "c"}, Events: []Event{{Time: 0, From: []int32{0, 1}, Value: 1}, {Time: 1, From: []int32{0, 1}, Value: 1}}}
	m := Model{Family: REM, Terms: []Term{{Term: "inertia"}}}
	d, err := Prepare(t.Context(), &data, &m)
	if err != nil {
		t.Fatal(err)
	}
	s := Simulation{Design: d, Theta: []float64{20}, After: 1, Until: 60, Insert: []Event{{Time: 30, From: []int32{1, 2}, Value: 1}}}
	events, err := s.Run(t.Context(), 0)
	if err != nil {
		t.Fatal(err)
	}
	later := 0
	for _, e := range events {
		if pair := [2]int32{e.From[0], e.From[1]}; pair == [2]int32{1, 2} {
			if e.Time < 30 {
				t.Errorf("b and c acted at %v, before they ever did", e.Time)
			}
			later++
		}
	}
	if later < 5 {
		t.Errorf("b and c acted %d times after they were made to", later)
	}
	s.Insert[0].Time = .5
	if _, err := s.Run(t.Context(), 0); err == nil {
		t.Error("an event was inserted into the past")
	}
}
