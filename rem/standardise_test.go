package rem

import (
	"math"
	"testing"
)

// Standardising overall changes the unit of a coefficient and nothing else, in the
// fit, in what each event costs and in what is simulated.
func TestStandardiseOverall(t *testing.T) {
	var events []Event
	for k := range int32(50) {
		i, j := (k*k+k/7)%6, (k*5+2)%6
		if i == j {
			j = (j + 1) % 6
		}
		set := []int32{i, j}
		if k%4 == 0 && i != 3 && j != 3 {
			set = append(set, 3)
		}
		events = append(events, Event{Time: float64(k), From: set, Value: 1})
	}
	var pairs []Event
	for _, e := range events {
		e.From = e.From[:2]
		pairs = append(pairs, e)
	}
	actors := []string{"a", "b", "c", "d", "e", "f"}
	for name, c := range map[string]struct {
		events []Event
		m      Model
	}{
		"pairs": {pairs, Model{Family: REM, Terms: []Term{{Term: "inertia", Weighted: true}, {Term: "trans"}}}},
		"sets":  {events, Model{Family: Hyper, Terms: []Term{{Term: "subrep", Order: 2}, {Term: "activity"}}}},
	} {
		t.Run(name, func(t *testing.T) {
			data := &Data{Actors: actors, Events: c.events}
			run := func(overall bool) (*Design, *Fit, []Event) {
				m := c.m
				m.Terms = append([]Term{}, c.m.Terms...)
				for k := range m.Terms {
					m.Terms[k].Overall = overall
				}
				d, err := Prepare(t.Context(), data, &m)
				if err != nil {
					t.Fatal(err)
				}
				f, err := d.Fit(t.Context(), Options{})
				if err != nil {
					t.Fatal(err)
				}
				made, err := (&Simulation{Design: d, Theta: f.Theta(), After: 49, Events: 20, Seed: 1}).Run(t.Context(), 1)
				if err != nil {
					t.Fatal(err)
				}
				return d, f, made
			}
			_, plain, first := run(false)
			d, scaled, second := run(true)
			if math.Abs(plain.LogLik-scaled.LogLik) > 1e-9 {
				t.Errorf("log-likelihood %v and %v", plain.LogLik, scaled.LogLik)
			}
			for k := range plain.Terms {
				if a, b := plain.Terms[k].Z, scaled.Terms[k].Z; math.Abs(a-b) > 1e-6 {
					t.Errorf("%s: z %v and %v", plain.Terms[k].Name, a, b)
				}
				if a, b := plain.Terms[k].Estimate, scaled.Terms[k].Estimate/d.scales[k].sd; math.Abs(a-b) > 1e-6 {
					t.Errorf("%s: %v and %v in its own unit", plain.Terms[k].Name, a, b)
				}
			}
			for k := range first {
				if first[k].From[0] != second[k].From[0] || first[k].From[1] != second[k].From[1] {
					t.Errorf("event %d is simulated as %v and as %v", k, first[k].From, second[k].From)
				}
			}
			n, sum := 0.0, 0.0
			_ = d.Each(t.Context(), func(m *Moment) error {
				for r := range m.Rows() {
					n++
					sum += m.Statistics(r)[0]
				}
				return nil
			})
			if math.Abs(sum/n) > 1e-10 {
				t.Errorf("the mean is %v", sum/n)
			}
		})
	}
}
