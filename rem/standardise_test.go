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

// Within each risk set, of sets or drawn, a standardised statistic is the plain one less
// its mean, divided by its standard deviation.
func TestStandardiseWithinDrawnRiskSets(t *testing.T) {
	data := setData()
	for name, risk := range map[string]RiskSet{"all sets of a size": {}, "drawn": {Controls: 4, Seed: 2}, "drawn of all sizes": {Controls: 3, MaxSize: 4, Seed: 5}} {
		for _, population := range []bool{false, true} {
			plain := []Term{{Term: "activity"}, {Term: "size"}, {Term: "closure", Transform: "sqrt"}}
			standard := []Term{}
			for _, term := range plain {
				term.Standardise, term.Population = true, population
				standard = append(standard, term)
			}
			rows := func(terms []Term) (all [][][]float64) {
				d, err := Prepare(t.Context(), &data, &Model{Family: Hyper, RiskSet: risk, Terms: terms})
				if err != nil {
					t.Fatal(err)
				}
				if err := d.Each(t.Context(), func(m *Moment) error {
					columns := make([][]float64, len(terms))
					for r := range m.Rows() {
						for k, x := range m.Statistics(r) {
							columns[k] = append(columns[k], x)
						}
					}
					all = append(all, columns)
					return nil
				}); err != nil {
					t.Fatal(err)
				}
				return all
			}
			before, after := rows(plain), rows(standard)
			varied := 0
			for e := range before {
				for k, column := range before[e] {
					how := "sd"
					if population {
						how = "population_sd"
					}
					mean, sd := fold("average", column), fold(how, column)
					for r, x := range column {
						want := 0.0
						if sd > 1e-12 {
							want = (x - mean) / sd
							varied++
						}
						if got := after[e][k][r]; math.Abs(got-want) > 1e-9 {
							t.Errorf("%s, event %d, term %d, row %d: %v, by hand %v", name, e, k, r, got, want)
						}
					}
				}
			}
			if varied < 10 {
				t.Errorf("%s: %d values vary", name, varied)
			}
		}
	}
}
