package rem

import (
	"math"
	"strings"
	"testing"
)

// What is not known is refused, or filled by the mean of the others and told.
func TestFillMissing(t *testing.T) {
	nan := math.NaN()
	data := &Data{Actors: []string{"a", "b", "c"}, Events: []Event{
		{Time: 1, From: []int32{0}, To: []int32{1}, Value: 1}, {Time: 2, From: []int32{1}, To: []int32{2}, Value: 1}, {Time: 3, From: []int32{0}, To: []int32{2}, Value: 1}, {Time: 4, From: []int32{2}, To: []int32{0}, Value: 1}},
		Covariates: []Covariate{{Name: "x", Start: []float64{1, nan, 4}, Changes: []CovariateChange{{2.5, 2, nan}, {3.5, 0, 9}}}}}
	m := &Model{Family: REM, Directed: true, Terms: []Term{{Term: "alter", Attr: []string{"x"}}}}
	if _, err := Prepare(t.Context(), data, m); err == nil || !strings.Contains(err.Error(), "x of b is not known") {
		t.Errorf("a covariate that is not known was accepted: %v", err)
	}
	m.FillMissing = true
	d, err := Prepare(t.Context(), data, m)
	if err != nil {
		t.Fatal(err)
	}
	want := [][]float64{{1, 2.5, 4}, {1, 2.5, 4}, {1, 2.5, 1.75}, {9, 2.5, 1.75}}
	_ = d.Each(t.Context(), func(mo *Moment) error {
		for k := range mo.Rows() {
			if _, to := mo.Actors(k); mo.Statistics(k)[0] != want[mo.Event][to[0]] {
				t.Errorf("event %d: x of %d is %v, not %v", mo.Event, to[0], mo.Statistics(k)[0], want[mo.Event][to[0]])
			}
		}
		return nil
	})
	fit, err := d.Fit(t.Context(), Options{})
	if err != nil || len(fit.Warnings) == 0 || !strings.Contains(fit.Warnings[len(fit.Warnings)-1].Text, "2 values of x") {
		t.Errorf("nothing is said of filled values: %v %v", fit, err)
	}
	if !math.IsNaN(data.Covariates[0].Start[1]) {
		t.Error("the data themselves were changed")
	}
}
