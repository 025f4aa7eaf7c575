package rem

import (
	"math"
	"strings"
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

// Of a share of the events each is compared as it would be among all: the likelihood is
// the sum over those that were drawn.
func TestObservedShare(t *testing.T) {
	data := setData()
	for k := range 60 {
		e := data.Events[k%7]
		e.Time = float64(61 + k/2)
		data.Events = append(data.Events, e)
	}
	theta := []float64{.2, -.3}
	for name, m := range map[string]Model{
		"drawn": {Family: Hyper, RiskSet: RiskSet{Controls: 4, Seed: 3}, Conventions: Conventions{Ties: Exclude}},
		"full":  {Family: Hyper, RiskSet: RiskSet{Seed: 8}},
	} {
		m.Terms = []Term{{Term: "subrep", Order: 1}, {Term: "subrep", Order: 2}}
		rows := map[int]float64{}
		for _, observed := range []float64{1, .3} {
			m.RiskSet.Observed = observed
			d, err := Prepare(t.Context(), &data, &m)
			if err != nil {
				t.Fatal(err)
			}
			want, n := 0.0, 0
			if err := d.Each(t.Context(), func(m *Moment) error {
				p := m.Shares(theta, nil)[m.Observed]
				if observed == 1 {
					rows[m.Event] = p
				} else if math.Abs(rows[m.Event]-p) > 1e-12 {
					t.Errorf("%s, event %d: %v among all, %v among those drawn", name, m.Event, rows[m.Event], p)
				}
				n++
				want += math.Log(rows[m.Event])
				return nil
			}); err != nil {
				t.Fatal(err)
			}
			if got, _, _ := d.LogLikelihood(theta); math.Abs(got-want) > 1e-9 {
				t.Errorf("%s: log-likelihood %v, of its events %v", name, got, want)
			}
			if n != d.Events || observed == 1 && n != 67 || observed < 1 && (n < 8 || n > 35) {
				t.Errorf("%s: %d events of 67 at %v, the design says %d", name, n, observed, d.Events)
			}
			f, err := d.Fit(t.Context(), Options{})
			if err != nil || f.Events != n {
				t.Errorf("%s: %v, a fit of %d events", name, err, f.Events)
			}
		}
	}
}

func TestRefusedShares(t *testing.T) {
	data := eventsOfKinds(12)
	for want, m := range map[string]Model{
		"above 0 and at most 1":       {Family: REM, Directed: true, RiskSet: RiskSet{Observed: 2, Controls: 3}},
		"every event is explained":    {Family: REM, Directed: true, Interval: true, RiskSet: RiskSet{Observed: .5, Controls: 3}},
		"give controls too":           {Family: REM, Directed: true, RiskSet: RiskSet{Observed: .5}},
		"of 12 events none was drawn": {Family: REM, Directed: true, RiskSet: RiskSet{Observed: 1e-9, Controls: 3}},
	} {
		m.Terms = []Term{{Term: "inertia"}}
		if _, err := Prepare(t.Context(), data, &m); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
		}
	}
}
