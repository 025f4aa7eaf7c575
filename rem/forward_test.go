package rem

import (
	"context"
	"math"
	"math/bits"
	"math/rand/v2"
	"testing"

	"entente/cases"
	"entente/ledger"
)

func otsForward(t testing.TB, spec string) (*Design, *Fit, *Forward) {
	t.Helper()
	folder, err := cases.FS("ots")
	if err != nil {
		t.Fatal(err)
	}
	c, err := ledger.Load(t.Context(), folder, ledger.Options{})
	if err != nil {
		t.Fatal(err)
	}
	data, m, err := Load(spec, c, c.Horizon, 1)
	if err != nil {
		t.Fatal(err)
	}
	d, err := Prepare(t.Context(), data, m)
	if err != nil {
		t.Fatal(err)
	}
	fit, err := d.Fit(t.Context(), Options{})
	if err != nil {
		t.Fatal(err)
	}
	f, err := d.Forward(float64(c.Horizon))
	if err != nil {
		t.Fatal(err)
	}
	return d, fit, f
}

const forwardSpec = `model: hyper
events: {case: cooperation}
ties: exclude
terms:
  - {term: subrep, order: 1, half_life: 1825}
  - {term: subrep, order: 2, half_life: 1825}
  - {term: subrep, order: 3, half_life: 1825}
  - {term: subrep, order: 2, sizes: [2, 2]}
  - {term: exactrep, half_life: 900}
  - {term: pairactivity, on: threats}
`

// After any course of events the sets have the statistics that the likelihood reads.
func TestForwardStatistics(t *testing.T) {
	d, fit, f := otsForward(t, writeText(t, "spec.yaml", forwardSpec))
	rates := make([]float64, f.Sizes()+1)
	for n := 2; n < len(rates); n++ {
		rates[n] = 0.01
	}
	theta := fit.Theta()
	c := &course{f: f, rates: rates}
	if err := c.begin(Drift{theta, rates}); err != nil {
		t.Fatal(err)
	}
	s := Simulation{Design: d, Theta: theta, After: f.After, Until: f.After + 3000}
	random := rand.New(rand.NewPCG(1, 2))
	acts := 0
	err := f.Run(t.Context(), Drift{theta, rates}, f.After+2000, random, func(at float64, set uint32) bool {
		s.Insert = append(s.Insert, Event{Time: at, From: membersOf(set), Value: 1})
		c.add(at, set)
		acts++
		return true
	})
	if err != nil {
		t.Fatal(err)
	}
	if acts < 60 {
		t.Fatalf("%d acts in 2000 days at 0.07 a day", acts)
	}
	// The general engine takes the same acts by decree and reads every set at the end.
	s.Rate = math.SmallestNonzeroFloat64
	r, err := s.prepare(random)
	if err != nil {
		t.Fatal(err)
	}
	w := r.walker()
	w.moment = func(float64, []int) error { return nil }
	w.propose = func(at float64) (*Event, bool, error) {
		if len(r.insert) == 0 {
			return nil, true, nil
		}
		e := &r.insert[0]
		r.insert = r.insert[1:]
		return e, false, nil
	}
	if err := r.state.walk(d.Model, r.used, w); err != nil {
		t.Fatal(err)
	}
	end := f.After + 2000
	r.state.now = end
	var u unit
	var tokens []int32
	for i, set := range f.sets {
		tokens = u.set(membersOf(set), nil, len(f.Actors), tokens)
		want := 0.0
		for k, st := range r.who.stats {
			want += theta[k] * st.value(&u)
		}
		got := c.still[i]
		for l := range c.decay {
			got += c.decay[l][i] * c.factor(l, end)
		}
		if math.Abs(got-want) > 1e-9*(1+math.Abs(want)) {
			t.Fatalf("set %b: %v, the general engine has %v", set, got, want)
		}
	}
}

// Without effects all sets of a size are alike and acts come at the rates given.
func TestForwardRates(t *testing.T) {
	_, fit, f := otsForward(t, writeText(t, "spec.yaml", forwardSpec))
	theta := make([]float64, len(fit.Theta()))
	rates := []float64{0, 0, 0.02, 0.01}
	random := rand.New(rand.NewPCG(3, 4))
	of := map[uint32]int{}
	sizes := make([]int, 4)
	const runs, days = 400, 1000
	for range runs {
		err := f.Run(t.Context(), Drift{theta, rates}, f.After+days, random, func(_ float64, set uint32) bool {
			of[set]++
			sizes[bits.OnesCount32(set)]++
			return true
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	for n, rate := range rates {
		if want := rate * runs * days; math.Abs(float64(sizes[n])-want) > 4*math.Sqrt(want) {
			t.Errorf("%d acts of %d, expected %v", sizes[n], n, want)
		}
	}
	for set, k := range of {
		n := bits.OnesCount32(set)
		want := float64(sizes[n]) / choose(f.Sizes(), n)
		if math.Abs(float64(k)-want) > 5*math.Sqrt(want) {
			t.Errorf("set %b acted %d times, expected %v", set, k, want)
		}
	}
}

func TestForwardRefuses(t *testing.T) {
	folder, err := cases.FS("ots")
	if err != nil {
		t.Fatal(err)
	}
	c, err := ledger.Load(t.Context(), folder, ledger.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{
		"model: hyper\nevents: {case: cooperation}\nterms:\n  - {term: closure}\n",
		"model: hyper\nevents: {case: cooperation}\nterms:\n  - {term: subrep, order: 2, transform: log1p}\n",
		"model: hyper\nevents: {case: cooperation}\nterms:\n  - {term: subrep, order: 2, window: 100}\n",
		"model: rem\nevents: {case: cooperation, size: 2}\nterms:\n  - {term: inertia}\n",
	} {
		data, m, err := Load(writeText(t, "spec.yaml", text), c, c.Horizon, 1)
		if err != nil {
			t.Fatal(err)
		}
		d, err := Prepare(context.Background(), data, m)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := d.Forward(float64(c.Horizon)); err == nil {
			t.Errorf("run forward although it is not known how:\n%s", text)
		}
	}
	_, fit, f := otsForward(t, writeText(t, "spec.yaml", forwardSpec))
	for _, by := range []Drift{{nil, nil}, {fit.Theta(), []float64{1}}, {fit.Theta(), []float64{0, 0, math.NaN()}}, {fit.Theta(), make([]float64, 40)}} {
		if err := f.Run(t.Context(), by, f.After+1, rand.New(rand.NewPCG(0, 0)), func(float64, uint32) bool { return true }); err == nil {
			t.Errorf("ran by %v", by)
		}
	}
}

func BenchmarkForwardTenYears(b *testing.B) {
	_, fit, f := otsForward(b, writeText(b, "spec.yaml", forwardSpec))
	rates := []float64{0, 0, 0.022, 0.006, 0.004, 0.004, 0.002, 0.001, 0.001}
	random := rand.New(rand.NewPCG(3, 4))
	acts := 0
	for b.Loop() {
		err := f.Run(b.Context(), Drift{fit.Theta(), rates}, f.After+3652, random, func(float64, uint32) bool { acts++; return true })
		if err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(acts)/float64(b.N), "acts/run")
}
