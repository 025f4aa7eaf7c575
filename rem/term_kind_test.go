package rem

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// eventsOfKinds are directed events of two kinds among five actors.
func eventsOfKinds(n int) *Data {
	random := rand.New(rand.NewPCG(3, 3))
	d := &Data{Actors: []string{"A", "B", "C", "D", "E"}, Kinds: []string{"visit", "treaty"}}
	for k := range n {
		i := random.Int32N(5)
		e := Event{Time: float64(k + 1), From: []int32{i}, To: []int32{(i + 1 + random.Int32N(4)) % 5}, Value: 1}
		e.Kind = int16(random.IntN(3) / 2)
		d.Events = append(d.Events, e)
	}
	return d
}

// With a rate for each kind, each has that of its events.
func TestRatesOfKinds(t *testing.T) {
	data, zero := eventsOfKinds(30), 0.0
	d, err := Prepare(t.Context(), data, &Model{Family: REM, Directed: true, Interval: true, RiskSet: RiskSet{Kinds: true}, Conventions: Conventions{Origin: &zero},
		Terms: []Term{{Term: "intercept"}, {Term: "FEtype", Kinds: []string{"treaty"}}}})
	if err != nil {
		t.Fatal(err)
	}
	f, err := d.Fit(t.Context(), Options{})
	if err != nil {
		t.Fatal(err)
	}
	treaties := 0.0
	for _, e := range data.Events {
		treaties += float64(e.Kind)
	}
	visit, treaty := math.Log((30-treaties)/20/30), math.Log(treaties/20/30)
	if a, b := f.Terms[0].Estimate, f.Terms[1].Estimate; math.Abs(a-visit) > 1e-9 || math.Abs(a+b-treaty) > 1e-9 {
		t.Errorf("rates %v and %v, by hand %v and %v", a, a+b, visit, treaty)
	}
}

// The likelihood of who acts towards whom in which kind, term by term from the list of
// events: past events of the kind of what could happen, of one kind, of any.
func TestLikelihoodOfKinds(t *testing.T) {
	data := eventsOfKinds(25)
	terms := []Term{
		{Term: "kind", Kinds: []string{"treaty"}},
		{Term: "inertia", Weighted: true, Kinds: []string{ownKind}},
		{Term: "recip", Weighted: true, Kinds: []string{"visit"}},
		{Term: "outdeg", Of: "sender", Weighted: true},
		{Product: []Term{{Term: "kind", Kinds: []string{"treaty"}}, {Term: "inertia", Weighted: true, Kinds: []string{"visit"}}}, Name: "visits before a treaty"},
		{Term: "psABBA", Kinds: []string{ownKind}},
		{Term: "recencyContinue", Kinds: []string{ownKind}},
	}
	theta := []float64{-.4, .3, .2, -.1, .5, .6, -.7}
	m := &Model{Family: REM, Directed: true, RiskSet: RiskSet{Kinds: true}, Terms: terms}
	d, err := Prepare(t.Context(), data, m)
	if err != nil {
		t.Fatal(err)
	}
	past := func(before int, i, j int32, kinds ...int16) (n float64) {
		for _, e := range data.Events[:before] {
			if (i < 0 || e.From[0] == i) && (j < 0 || e.To[0] == j) && slices.Contains(kinds, e.Kind) {
				n++
			}
		}
		return n
	}
	rate := func(k int, i, j int32, kind int16) float64 {
		turned, recent := 0.0, 0.0
		for n, e := range data.Events[:k] {
			if n == k-1 && e.From[0] == j && e.To[0] == i && e.Kind == kind {
				turned = 1
			}
			if e.From[0] == i && e.To[0] == j && e.Kind == kind {
				recent = 1 / float64(k-n+1)
			}
		}
		x := []float64{float64(kind), past(k, i, j, kind), past(k, j, i, 0), past(k, i, -1, 0, 1), float64(kind) * past(k, i, j, 0), turned, recent}
		return math.Exp(dot(theta, x))
	}
	want := 0.0
	for k, e := range data.Events {
		total := 0.0
		for i := range int32(5) {
			for j := range int32(5) {
				for kind := range int16(2) {
					if i != j {
						total += rate(k, i, j, kind)
					}
				}
			}
		}
		want += math.Log(rate(k, e.From[0], e.To[0], e.Kind) / total)
	}
	if got, _, err := d.LogLikelihood(theta); err != nil || math.Abs(got-want) > 1e-9 {
		t.Errorf("log-likelihood %v (%v), by hand %v", got, err, want)
	}
	f, err := d.Fit(t.Context(), Options{})
	if err != nil {
		t.Fatal(err)
	}
	good, err := d.Goodness(t.Context(), f, []int{1})
	if err != nil {
		t.Fatal(err)
	}
	if s := good.Surprises[0]; s.Alternatives != 40 || !strings.HasSuffix(s.Actors.String(), "("+data.Kinds[data.Events[0].Kind]+")") {
		t.Errorf("the first event is told as %v of %v", s.Actors, s.Alternatives)
	}
	// Drawn: no alternative twice, none of them the event, and both kinds among them.
	m.RiskSet.Controls = 12
	if d, err = Prepare(t.Context(), data, m); err != nil {
		t.Fatal(err)
	}
	if err := d.Each(t.Context(), func(m *Moment) error {
		seen, kinds := map[string]bool{}, map[string]int{}
		for k := range m.Rows() {
			from, to := m.Actors(k)
			seen[fmt.Sprint(from, to, m.Kind(k))] = true
			kinds[m.Kind(k)]++
		}
		if len(seen) != 13 || len(kinds) != 2 || m.Kind(0) != data.Kinds[data.Events[m.Event].Kind] {
			t.Errorf("event %d: %d different rows of kinds %v", m.Event, len(seen), kinds)
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
}

// Whoever simulates a model of kinds and fits it to the result finds it again; of pairs
// and of sets.
func TestSimulateExplainedKinds(t *testing.T) {
	sets := setsOfKinds()
	own := []string{ownKind}
	for name, c := range map[string]struct {
		data  *Data
		m     Model
		theta []float64
	}{
		"pairs": {eventsOfKinds(20), Model{Family: REM, Directed: true, Interval: true, Terms: []Term{{Term: "intercept"}, {Term: "kind", Kinds: []string{"treaty"}}, {Term: "inertia", Kinds: own, Weighted: true, Transform: "log1p"}, {Term: "recip"}}}, []float64{-3, -.8, .7, .4}},
		"sets":  {&sets, Model{Family: Hyper, Terms: []Term{{Term: "kind", Kinds: []string{"treaty"}}, {Term: "subrep", Order: 1, Kinds: own, Transform: "log1p"}, {Term: "subrep", Order: 2, Transform: "sqrt"}}}, []float64{.6, .4, .5}},
	} {
		c.m.RiskSet.Kinds = true
		prepare := func() *Design {
			d, err := Prepare(t.Context(), c.data, &c.m)
			if err != nil {
				t.Fatal(err)
			}
			return d
		}
		d := prepare()
		if !slices.Equal(d.Kinds(), c.data.Kinds) {
			t.Errorf("%s: kinds %v", name, d.Kinds())
		}
		s := Simulation{Design: d, Theta: c.theta, After: d.End(), Events: 1200, Seed: 9}
		events, err := s.Run(t.Context(), 0)
		if err != nil {
			t.Fatal(err)
		}
		c.data.Events = append(c.data.Events, events...)
		fit, err := prepare().Fit(t.Context(), Options{})
		if err != nil {
			t.Fatal(err)
		}
		for k, e := range fit.Terms {
			if !(math.Abs(e.Estimate-c.theta[k]) < 3.3*e.SE) || e.SE > .5 {
				t.Errorf("%s, %s: %v simulated, %v ± %v found", name, e.Name, c.theta[k], e.Estimate, e.SE)
			}
		}
	}
}

func TestRefusedKinds(t *testing.T) {
	kind := Term{Term: "kind", Kinds: []string{"treaty"}}
	explained := RiskSet{Kinds: true}
	single := eventsOfKinds(5)
	single.Kinds = []string{"visit"}
	for k := range single.Events {
		single.Events[k].Kind = 0
	}
	for want, c := range map[string]struct {
		data *Data
		m    Model
	}{
		"makes every kind an alternative":    {eventsOfKinds(5), Model{Family: REM, Directed: true, Terms: []Term{kind}}},
		"term inertia(own): the kind of":     {eventsOfKinds(5), Model{Family: REM, Directed: true, Terms: []Term{{Term: "inertia", Kinds: []string{ownKind}}}}},
		"there is no kind of act \"war\"":    {eventsOfKinds(5), Model{Family: REM, Directed: true, RiskSet: explained, Terms: []Term{{Term: "kind", Kinds: []string{"war"}}}}},
		"kinds says which":                   {eventsOfKinds(5), Model{Family: REM, Directed: true, RiskSet: explained, Terms: []Term{{Term: "kind"}}}},
		"it does not take weighted":          {eventsOfKinds(5), Model{Family: REM, Directed: true, RiskSet: explained, Terms: []Term{{Term: "kind", Kinds: []string{"treaty"}, Weighted: true}}}},
		"the events are of one kind":         {single, Model{Family: REM, Directed: true, RiskSet: explained, Terms: []Term{{Term: "inertia"}}}},
		"has no kind that either side":       {eventsOfKinds(5), Model{Family: Coordination, RiskSet: explained, Terms: []Term{{Term: "inertia"}}}},
		"alternatives that are given have n": {eventsOfKinds(5), Model{Family: REM, Directed: true, RiskSet: RiskSet{Kinds: true, Given: [][]Candidate{}}, Terms: []Term{{Term: "inertia"}}}},
	} {
		if _, err := Prepare(t.Context(), c.data, &c.m); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
		}
	}
}
