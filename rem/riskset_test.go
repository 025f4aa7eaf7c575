package rem

import (
	"math"
	"testing"
)

// As many controls as there are alternatives make the full risk set, also where a rate
// model is of events that go on to somebody.
func TestAllControlsAreTheFullRiskSet(t *testing.T) {
	data := eventsOfKinds(25)
	for name, m := range map[string]Model{
		"rate": {Family: Rate, Terms: []Term{{Term: "outdeg"}, {Term: "indeg", Weighted: true}}},
		"rem":  {Family: REM, Directed: true, Terms: []Term{{Term: "inertia"}, {Term: "recip"}}},
	} {
		var logliks []float64
		for _, controls := range []int{0, 1000} {
			m.RiskSet.Controls = controls
			d, err := Prepare(t.Context(), data, &m)
			if err != nil {
				t.Fatal(err)
			}
			l, _, err := d.LogLikelihood([]float64{.4, -.3})
			if err != nil {
				t.Fatal(err)
			}
			logliks = append(logliks, l)
		}
		if math.Abs(logliks[0]-logliks[1]) > 1e-9 {
			t.Errorf("%s: log-likelihood %v in full and %v with all controls", name, logliks[0], logliks[1])
		}
	}
}
