package rem

import (
	"fmt"
	"math"
	"reflect"
	"strings"
	"testing"
)

// setsOfKinds is a record whose acts of two are three visits to a treaty and whose
// acts of three are all treaties.
func setsOfKinds() Data {
	d := Data{Kinds: []string{"visit", "treaty"}}
	for k := range 9 {
		d.Actors = append(d.Actors, fmt.Sprintf("a%d", k))
	}
	for k := range int32(8) {
		e := Event{Time: float64(k), From: []int32{k, (k + 1) % 9}, Value: 1}
		switch {
		case k%2 == 1:
			e.From, e.Kind = append(e.From, (k+3)%9), 1
		case k == 0:
			e.Kind = 1
		}
		d.Events = append(d.Events, e)
	}
	return d
}

// bothModels are a model of size and one of sets of the same events.
func bothModels(t *testing.T, data Data, terms ...Term) (size, sets *Design) {
	t.Helper()
	prepare := func(d *Data, m Model) *Design {
		design, err := Prepare(t.Context(), d, &m)
		if err != nil {
			t.Fatal(err)
		}
		return design
	}
	sets = prepare(&data, Model{Family: Hyper, Terms: terms})
	bySize := data
	if err := bySize.bySize(4); err != nil {
		t.Fatal(err)
	}
	size = prepare(&bySize, Model{Family: Rate, OfSizes: true, Interval: true, Conventions: Conventions{DecayFromPrevious: true},
		Terms: []Term{{Term: "intercept"}, {Term: "ego", Attr: []string{"multilateral"}}, {Term: "activity", HalfLife: 3, Transform: "log1p"}}})
	return size, sets
}

// A model of size says when and of how many, a model of sets who: whoever simulates
// both and fits them to the result must find them again.
func TestSimulateSizeAndSets(t *testing.T) {
	data := setsOfKinds()
	terms := []Term{{Term: "subrep", Order: 2, HalfLife: 5, Transform: "sqrt"}, {Term: "activity", Transform: "log1p"}}
	size, sets := bothModels(t, data, terms...)
	theta, whom := []float64{-.7, -.6, .4}, []float64{.8, .3}
	s := Simulation{Design: size, Theta: theta, Choice: sets, ChoiceTheta: whom, After: 7, Events: 1500, Seed: 5,
		Insert: []Event{{ID: "decreed", Time: 9, From: []int32{2, 5, 7, 8}, Value: 1}}}
	events, err := s.Run(t.Context(), 2)
	if err != nil {
		t.Fatal(err)
	}
	again, err := s.Run(t.Context(), 2)
	if err != nil || !reflect.DeepEqual(events, again) {
		t.Fatalf("the same run gives other events: %v", err)
	}
	other, err := s.Run(t.Context(), 3)
	if err != nil || reflect.DeepEqual(events[0], other[0]) {
		t.Fatalf("two runs are alike: %v", err)
	}
	if len(events) != 1500 {
		t.Fatalf("%d events", len(events))
	}
	decreed := 0
	for _, e := range events {
		if e.ID == "decreed" && e.Time == 9 && len(e.From) == 4 {
			decreed++
		}
	}
	if decreed != 1 {
		t.Errorf("the inserted event came %d times", decreed)
	}
	data.Events = append(data.Events, events...)
	size, sets = bothModels(t, data, terms...)
	for k, d := range []*Design{size, sets} {
		fit, err := d.Fit(t.Context(), Options{})
		if err != nil {
			t.Fatal(err)
		}
		for i, e := range fit.Terms {
			if want := [][]float64{theta, whom}[k][i]; !(math.Abs(e.Estimate-want) < 3.3*e.SE) || e.SE > .5 {
				t.Errorf("%s: %v simulated, %v ± %v found", e.Name, want, e.Estimate, e.SE)
			}
		}
	}
}

// Where a term reads the kinds of past acts, each act has a kind, in the shares of the
// record's acts of as many actors.
func TestSimulatedKinds(t *testing.T) {
	kinds := Term{Term: "subrep", Order: 1, Kinds: []string{"visit"}, Transform: "log1p"}
	size, sets := bothModels(t, setsOfKinds(), kinds, Term{Term: "size", Fixed: new(float64)})
	alone := Simulation{Design: sets, Theta: []float64{.1, 0}, After: 7, Events: 1200, Seed: 2}
	joint := Simulation{Design: size, Theta: []float64{-1, 0, 0}, Choice: sets, ChoiceTheta: alone.Theta, After: 7, Events: 1200, Seed: 2}
	for name, s := range map[string]Simulation{"sets alone": alone, "size and sets": joint} {
		events, err := s.Run(t.Context(), 0)
		if err != nil {
			t.Fatal(err)
		}
		var visits, all [5]float64
		for _, e := range events {
			all[len(e.From)]++
			visits[len(e.From)] += one(e.Kind == 0)
		}
		if share, se := visits[2]/all[2], math.Sqrt(.75*.25/all[2]); math.Abs(share-.75) > 3.3*se {
			t.Errorf("%s: %v of the acts of two are visits, 0.75 in the record", name, share)
		}
		if visits[3] > 0 || all[3] == 0 {
			t.Errorf("%s: %v of %v acts of three are visits, none in the record", name, visits[3], all[3])
		}
		// No act of the record has four actors: they are of any kind, 3 of 8 visits.
		if share, se := visits[4]/max(1, all[4]), math.Sqrt(3*5/64./max(1, all[4])); all[4] > 0 && math.Abs(share-3/8.) > 3.3*se {
			t.Errorf("%s: %v of the acts of four are visits, 0.375 of all in the record", name, share)
		}
	}
	plain, err := Prepare(t.Context(), sets.data, &Model{Family: Hyper, Terms: []Term{{Term: "subrep", Order: 1}}})
	if err != nil {
		t.Fatal(err)
	}
	alone.Design, alone.Theta = plain, []float64{0}
	events, err := alone.Run(t.Context(), 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range events {
		if e.Kind != 0 {
			t.Fatal("a kind was drawn that nothing reads")
		}
	}
	if _, err := sets.ReadEvents("more.csv", []byte("time,actors\n9,a1;a2\n")); err == nil || !strings.Contains(err.Error(), `no column "kind"`) {
		t.Errorf("a decree without a kind: %v", err)
	}
	if _, err := sets.ReadEvents("more.csv", []byte("time,actors,kind\n9,a1;a2,war\n")); err == nil || !strings.Contains(err.Error(), `no kind of act "war"; there are visit, treaty`) {
		t.Errorf("a decree of an unknown kind: %v", err)
	}
	decrees, err := sets.ReadEvents("more.csv", []byte("time,actors,kind\n9,a1;a2,treaty\n"))
	if err != nil || decrees[0].Kind != 1 {
		t.Errorf("a decree of a treaty: %v, %v", decrees, err)
	}
}

func TestChecksOfSizeAndSets(t *testing.T) {
	data := setsOfKinds()
	size, sets := bothModels(t, data, Term{Term: "activity", Transform: "log1p"})
	s := Simulation{Design: size, Theta: []float64{0, -.6, 0}, Choice: sets, ChoiceTheta: []float64{.3}, After: 7, Events: 60, Seed: 5}
	events, err := s.Run(t.Context(), 0)
	if err != nil {
		t.Fatal(err)
	}
	data.Events = append(data.Events, events...)
	size, sets = bothModels(t, data, Term{Term: "activity", Transform: "log1p"})
	var fits []*Fit
	for _, d := range []*Design{size, sets} {
		fit, err := d.Fit(t.Context(), Options{})
		if err != nil {
			t.Fatal(err)
		}
		fits = append(fits, fit)
	}
	checks, err := size.Checks(t.Context(), fits[0], sets, fits[1], 40, 1)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, c := range checks {
		names = append(names, c.Property)
		if math.IsNaN(float64(c.Median)) || c.P <= 0 {
			t.Errorf("%+v", c)
		}
	}
	got := strings.Join(names, ", ")
	for _, want := range []string{"events", "mean size", "share of three or more", "transitivity of partners"} {
		if !strings.Contains(got, want) {
			t.Errorf("%s is not checked, but %s", want, got)
		}
	}
}

func TestRefusedPairsOfModels(t *testing.T) {
	data := setsOfKinds()
	size, sets := bothModels(t, data, Term{Term: "activity"})
	short := data
	short.Events = data.Events[:6]
	_, fewer := bothModels(t, short, Term{Term: "activity"})
	any, err := Prepare(t.Context(), &data, &Model{Family: Hyper, RiskSet: RiskSet{MaxSize: 3}, Terms: []Term{{Term: "activity"}}})
	if err != nil {
		t.Fatal(err)
	}
	five := []Event{{Time: 9, From: []int32{0, 1, 2, 3, 4}, Value: 1}}
	for _, c := range []struct {
		choice *Design
		insert []Event
		want   string
	}{
		{any, nil, "without max_size"},
		{fewer, nil, "of different events"},
		{sets, five, "inserted event at 9 has 5 actors; the model of size has 2 to 4"},
	} {
		s := Simulation{Design: size, Theta: make([]float64, 3), Choice: c.choice, ChoiceTheta: []float64{0}, After: 7, Events: 5, Insert: c.insert}
		if _, err := s.Run(t.Context(), 0); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("got %v, want %q", err, c.want)
		}
	}
}
