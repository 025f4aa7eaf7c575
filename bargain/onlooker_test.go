package bargain

import (
	"math"
	"strings"
	"testing"
)

// The chance that a point lies beyond a triangular ceiling, by hand: below the mode the
// square of the way up, above it one less the square of the way left.
func TestOpposes(t *testing.T) {
	c := &Case{Dimensions: []Dimension{{Low: 0, High: 100}}}
	for _, k := range []struct {
		ceiling     Range
		point, want float64
	}{
		{Range{55, 65, 75}, 40, 0},
		{Range{55, 65, 75}, 60, 0.125}, // 5*5/(20*10)
		{Range{55, 65, 75}, 65, 0.5},
		{Range{55, 65, 75}, 70, 0.875}, // 1-5*5/(20*10)
		{Range{55, 65, 75}, 80, 1},
		{Range{10, 10, 20}, 15, 0.75}, // 1-5*5/(10*10)
		{Range{10, 20, 20}, 15, 0.25},
		{Point(60), 60, 0},
		{Point(60), 60.1, 1},
	} {
		if got := c.Opposes(&Onlooker{Ceiling: k.ceiling}, k.point); math.Abs(got-k.want) > 1e-12 {
			t.Errorf("%v at %v: %v, by hand %v", k.ceiling, k.point, got, k.want)
		}
	}
	// A scale whose last end is the lower number is minded in its own direction.
	turned := &Case{Dimensions: []Dimension{{Low: 8, High: 0}}}
	for point, want := range map[float64]float64{4: 0, 2: 0.5, 0.5: 1} {
		if got := turned.Opposes(&Onlooker{Ceiling: Range{1, 2, 3}}, point); got != want {
			t.Errorf("turned, at %v: %v, by hand %v", point, got, want)
		}
	}
}

const watched = "dimensions: [d]\nat_least: [40, 55]\nactors:\n  - {name: A, capability: 1, position: 20, salience: 50}\n  - {name: B, capability: 1, position: 80, salience: 50}\nonlookers:\n"

func TestOnlookers(t *testing.T) {
	c, err := Read("x.yaml", strings.NewReader(watched+"  - {name: C, ceiling: {low: 40, mode: 50, high: 60}, note: n}\n"))
	if err != nil {
		t.Fatal(err)
	}
	a, err := Solve(t.Context(), c, Drawing{})
	if err != nil || len(a.Onlookers) != 1 {
		t.Fatalf("%+v, %v", a, err)
	}
	o := a.Onlookers[0]
	if o.Outcomes[0] != (Opposed{WeightedMean, 0.5}) { // the mean is 50
		t.Errorf("%+v", o.Outcomes)
	}
	if len(o.Depths) != 2 || o.Depths[0] != (Passed{40, 0}) || o.Depths[1] != (Passed{55, 0.875}) {
		t.Errorf("%+v", o.Depths)
	}
	// Over draws the chance is that of drawing both: the ceiling is a point, so it is the
	// part of the draws beyond it.
	c, err = Read("x.yaml", strings.NewReader(strings.Replace(watched, "position: 20", "position: {low: 0, mode: 20, high: 60}", 1)+"  - {name: C, ceiling: 55, note: n}\n"))
	if err != nil {
		t.Fatal(err)
	}
	if a, err = Solve(t.Context(), c, Drawing{Draws: 500, Seed: 1}); err != nil {
		t.Fatal(err)
	}
	for k, r := range a.Readings[:3] {
		if r.Inputs.AtLeast[1].Probability != a.Onlookers[0].Outcomes[k].Probability {
			t.Errorf("%s: %+v, %+v", r.Name, r.Inputs.AtLeast, a.Onlookers[0].Outcomes[k])
		}
	}
}

func TestReadOnlookersRefuses(t *testing.T) {
	for line, want := range map[string]string{
		"{name: C, note: n}":                                                 "x.yaml:7:5: ceiling is missing",
		"{name: A, ceiling: 10, note: n}":                                    "A has a seat at the table",
		"{ceiling: 10, note: n}":                                             "no name",
		"{name: C, ceiling: 120, note: n}":                                   "x.yaml:7:24: ceiling 120 of C lies outside the scale",
		"{name: C, ceiling: 10}":                                             "on what does its ceiling rest?",
		"{name: C, position: 10}":                                            "position",
		"{name: C, ceiling: {low: 1}, note: n}":                              "mode",
		"{name: C, ceiling: 1, note: n}\n  - {name: C, ceiling: 2, note: n}": "x.yaml:8:12: onlooker C stands there twice",
		"{name: C, ceiling: 1, note: n, according_to: a}\n  - {name: C, ceiling: 2, note: n}":                      "say in according_to whose this is",
		"{name: C, ceiling: 1, note: n, according_to: a}\n  - {name: C, ceiling: 2, note: n, according_to: \"a\"}": "stands there twice",
	} {
		if _, err := Read("x.yaml", strings.NewReader(watched+"  - "+line+"\n")); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s gave %v, not %q", line, err, want)
		}
	}
}
