package rem

import (
	"math"
	"testing"
)

// A coefficient in pieces is that of the events of each piece alone; a smooth one of
// two functions is a line.
func TestVaryingCoefficients(t *testing.T) {
	data := Data{Actors: []string{"a", "b", "c", "d", "e"}, Covariates: []Covariate{{Name: "x", Start: []float64{0, 1, 2, 0, 1.5}}}}
	for k := range int32(80) {
		i, j := (k*k)%5, (k*3+k/40)%5
		if i == j {
			j = (j + 1) % 5
		}
		data.Events = append(data.Events, Event{Time: float64(k), From: []int32{i}, To: []int32{j}, Value: 1})
	}
	fit := func(data Data, terms ...Term) *Fit {
		t.Helper()
		d, err := Prepare(t.Context(), &data, &Model{Family: REM, Directed: true, Terms: terms})
		if err != nil {
			t.Fatal(err)
		}
		f, err := d.Fit(t.Context(), Options{})
		if err != nil {
			t.Fatal(err)
		}
		return f
	}
	near := func(what string, got, want float64) {
		t.Helper()
		if !(math.Abs(got-want) < 1e-6*(1+math.Abs(want))) {
			t.Errorf("%s: %v, not %v", what, got, want)
		}
	}
	alter := Term{Term: "alter", Attr: []string{"x"}}
	early, late := data, data
	early.Events, late.Events = data.Events[:30], data.Events[30:]
	pieces := alter
	pieces.Pieces = []float64{30}
	f, a, b := fit(data, pieces), fit(early, alter), fit(late, alter)
	near("log-likelihood of pieces", f.LogLik, a.LogLik+b.LogLik)
	for k, part := range []*Fit{a, b} {
		near("piece", f.Terms[k].Estimate, part.Terms[0].Estimate)
		near("s.e. of piece", f.Terms[k].SE, part.Terms[0].SE)
		near("curve", float64(f.Curves[0].Points[k].Estimate), part.Terms[0].Estimate)
	}
	line, smooth := alter, alter
	line.Smooth, smooth.Smooth = 2, 4
	f, s := fit(data, line), fit(data, smooth)
	if s.LogLik < f.LogLik || f.LogLik < fit(data, alter).LogLik {
		t.Errorf("more freedom, less likelihood: %v %v", f.LogLik, s.LogLik)
	}
	points := f.Curves[0].Points
	near("line", float64(points[8].Estimate), f.Terms[0].Estimate+f.Terms[1].Estimate)
	near("middle of the line", float64(points[4].Estimate), f.Terms[0].Estimate+f.Terms[1].Estimate/2)
	for _, bad := range []Term{{Pieces: []float64{5, 5}}, {Pieces: []float64{9, 5}}, {Smooth: 1}, {Smooth: 3, Pieces: []float64{1}}, {Smooth: 79, Name: "too many"}} {
		bad.Term, bad.Attr = "alter", []string{"x"}
		if _, err := Prepare(t.Context(), &data, &Model{Family: REM, Directed: true, Terms: []Term{bad}}); err == nil {
			t.Errorf("%+v was accepted", bad)
		}
	}
}
