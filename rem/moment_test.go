package rem

import (
	"math"
	"testing"
)

// What a moment says must be what the likelihood counts: the share of the event
// is exp of its contribution.
func TestMomentsAgreeWithLikelihood(t *testing.T) {
	events := []Event{
		{Time: 1, From: []int32{0, 1}, Value: 1}, {Time: 2, From: []int32{2, 3}, Value: 1}, {Time: 3, From: []int32{0, 1}, Value: 1},
		{Time: 4, From: []int32{1, 2}, Value: 1}, {Time: 5, From: []int32{0, 1}, Value: 1}, {Time: 5, From: []int32{0, 3}, Value: 1}, {Time: 7, From: []int32{1, 3}, Value: 1},
	}
	sets := append([]Event{{Time: 0, From: []int32{0, 1, 4}, Value: 1}, {Time: .5, From: []int32{1, 2, 3, 4}, Value: 1}}, events...)
	actors := []string{"a", "b", "c", "d", "e"}
	dyadic := []Term{{Term: "inertia", Weighted: true}, {Term: "trans"}}
	hyper := []Term{{Term: "subrep", Order: 1}, {Term: "subrep", Order: 2}}
	for name, c := range map[string]struct {
		events []Event
		m      Model
	}{
		"pairs":           {events, Model{Family: REM, Terms: dyadic}},
		"pairs, some":     {events, Model{Family: REM, Terms: dyadic, RiskSet: RiskSet{Controls: 4, Seed: 1}}},
		"agreement":       {events, Model{Family: Coordination, Terms: dyadic}},
		"sets":            {sets, Model{Family: Hyper, Terms: hyper}},
		"sets, excluded":  {sets, Model{Family: Hyper, Terms: hyper, Conventions: Conventions{Ties: Exclude}}},
		"sets, some":      {sets, Model{Family: Hyper, Terms: hyper, RiskSet: RiskSet{Controls: 3, Seed: 2}}},
		"sets, all sizes": {sets, Model{Family: Hyper, Terms: append(hyper, Term{Term: "size"}), RiskSet: RiskSet{MaxSize: 4}}},
		"sets, by size":   {sets, Model{Family: Hyper, Terms: append(hyper, Term{Term: "size"}), RiskSet: RiskSet{MaxSize: 4, Controls: 3, Seed: 5}}},
	} {
		t.Run(name, func(t *testing.T) {
			d, err := Prepare(t.Context(), &Data{Actors: actors, Events: c.events}, &c.m)
			if err != nil {
				t.Fatal(err)
			}
			theta := []float64{.3, -.2, .1}[:len(d.Terms)]
			_, contributions, _ := d.LogLikelihood(theta)
			cases := 0
			if err := d.Each(t.Context(), func(m *Moment) error {
				shares := m.Shares(theta, nil)
				if l := math.Log(shares[m.Observed]); math.Abs(l-contributions[m.Case]) > 1e-12 {
					t.Errorf("case %d: %v and %v", m.Case, l, contributions[m.Case])
				}
				if m.Event != cases {
					t.Errorf("case %d is of event %d, not %d", m.Case, m.Event, cases)
				}
				from, to := m.Actors(m.Observed)
				e := c.events[m.Event]
				if len(from)+len(to) != len(e.From) || from[0] != e.From[0] {
					t.Errorf("case %d: %v %v acted, not %v", m.Case, from, to, e.From)
				}
				total := 0.0
				for k, s := range shares {
					if from, to := m.Actors(k); c.m.Family != Coordination || from[0] < to[0] {
						total += s
					}
				}
				if math.Abs(total-1) > 1e-12 {
					t.Errorf("case %d: the shares sum to %v", m.Case, total)
				}
				cases++
				return nil
			}); err != nil || cases != len(c.events) {
				t.Fatalf("%d cases of %d events: %v", cases, len(c.events), err)
			}
		})
	}
}

// A partial likelihood over controls drawn by size, weighted by what they stand for,
// estimates that of all sets.
func TestControlsBySize(t *testing.T) {
	var events []Event
	for k := range int32(60) {
		set := []int32{k % 7, (k*3 + 1) % 7}
		if set[0] == set[1] {
			set[1] = (set[1] + 1) % 7
		}
		for a := range int32(7) {
			if k%3 == 0 && a != set[0] && a != set[1] && len(set) < 3 {
				set = append(set, a)
			}
		}
		events = append(events, Event{Time: float64(k), From: set, Value: 1})
	}
	data := &Data{Actors: []string{"a", "b", "c", "d", "e", "f", "g"}, Events: events}
	terms := []Term{{Term: "size"}, {Term: "activity"}}
	all, err := Prepare(t.Context(), data, &Model{Family: Hyper, Terms: terms, RiskSet: RiskSet{MaxSize: 4}})
	if err != nil {
		t.Fatal(err)
	}
	want, err := all.Fit(t.Context(), Options{})
	if err != nil {
		t.Fatal(err)
	}
	mean := []float64{0, 0}
	const draws = 40
	for seed := range uint64(draws) {
		some, err := Prepare(t.Context(), data, &Model{Family: Hyper, Terms: terms, RiskSet: RiskSet{MaxSize: 4, Controls: 8, Seed: seed}})
		if err != nil {
			t.Fatal(err)
		}
		fit, err := some.Fit(t.Context(), Options{})
		if err != nil {
			t.Fatal(err)
		}
		for k, e := range fit.Terms {
			mean[k] += e.Estimate / draws
		}
	}
	for k, e := range want.Terms {
		if math.Abs(mean[k]-e.Estimate) > .25*e.SE {
			t.Errorf("%s: %v over samples, %v over all sets (s.e. %v)", e.Name, mean[k], e.Estimate, e.SE)
		}
	}
}
