package forecast

import (
	"math"
	"math/rand/v2"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mathext"

	"entente"
	"entente/cases"
	"entente/ledger"
	"entente/measure"
	"entente/rem"
)

func ots(t testing.TB, knownAt entente.Day) *entente.Case {
	t.Helper()
	folder, err := cases.FS("ots")
	if err != nil {
		t.Fatal(err)
	}
	c, err := ledger.Load(t.Context(), folder, ledger.Options{KnownAt: knownAt})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// The forecasts of the acts of ten years, 10,000 times over.
func BenchmarkOutlook(b *testing.B) {
	c := ots(b, 0)
	for b.Loop() {
		if _, err := Ahead(b.Context(), c, c.Horizon, OutlookOptions{Seed: 1, Runs: 10_000}); err != nil {
			b.Fatal(err)
		}
	}
}

// Chances rise with the years, the bound on the error of the simulation is kept or said
// to be missed, and the numbers are the same on one core and on all.
func TestAhead(t *testing.T) {
	c := ots(t, 0)
	o, err := Ahead(t.Context(), c, c.Horizon, OutlookOptions{Seed: 3, Error: 0.02})
	if err != nil {
		t.Fatal(err)
	}
	if !o.Met || o.Error > 0.02 {
		t.Errorf("a simulation error of %v after %d runs", o.Error, o.Runs)
	}
	for _, p := range o.Rungs {
		last := 0.0
		for _, ch := range p.Chance {
			if ch.Probability < last || ch.Low > ch.Probability || ch.High < ch.Probability || ch.High > 1 || ch.Low < 0 {
				t.Errorf("r%d: %+v after %v", p.Rung, ch, last)
			}
			last = ch.Probability
		}
	}
	held := measure.Ladder(c, c.Horizon)
	for rung := range 9 {
		if has := slices.ContainsFunc(o.Rungs, func(p Path) bool { return p.Rung == rung }); has == held.Held(rung) {
			t.Errorf("r%d is held (%v) and forecast (%v)", rung, held.Held(rung), has)
		}
	}
	mean, expected := 0.0, 0.0
	for _, q := range o.Quarters[:4] {
		mean += q.Mean
		if !(q.P5 <= q.P25 && q.P25 <= q.P50 && q.P50 <= q.P75 && q.P75 <= q.P95) {
			t.Errorf("quantiles out of order: %+v", q)
		}
	}
	for _, x := range o.Forms {
		expected += x.Acts
	}
	if math.Abs(mean-o.PerYear) > 0.5 || math.Abs(expected-mean) > 0.1 {
		t.Errorf("%.2f acts in four quarters, %.2f by their forms, at a rate of %.2f a year", mean, expected, o.PerYear)
	}
	before := runtime.GOMAXPROCS(1)
	again, err := Ahead(t.Context(), c, c.Horizon, OutlookOptions{Seed: 3, Error: 0.02})
	runtime.GOMAXPROCS(before)
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(o, again) {
		t.Error("one core gives other numbers")
	}
}

// A record without acts, a horizon past reason and a model of something else are refused.
func TestAheadRefuses(t *testing.T) {
	c := ots(t, 0)
	early := entente.DayOf(1992, 6, 1)
	if _, err := Ahead(t.Context(), c, early, OutlookOptions{}); err == nil || !strings.Contains(err.Error(), "fewer than 25") {
		t.Errorf("a forecast from a handful of acts: %v", err)
	}
	dyadic, err := rem.Open("dyadic")
	if err != nil {
		t.Fatal(err)
	}
	for _, opt := range []OutlookOptions{{Years: -1}, {Years: 80}, {Error: 2}, {Error: math.NaN()}, {Model: dyadic}, {Model: &rem.Source{Path: "empty"}}} {
		if _, err := Ahead(t.Context(), c, c.Horizon, opt); err == nil {
			t.Errorf("ran with %+v", opt)
		}
	}
}

// The ladder decides what a simulated act holds: an exercise of all members in the name
// of the group is r3, one of two states is nothing.
func TestClimb(t *testing.T) {
	c := ots(t, 0)
	codes := []string{"AZE", "KAZ", "KGZ", "TUR", "UZB"}
	cl := newClimb(c, c.Horizon, codes)
	exercise := &entente.Act{Type: entente.Exercise, Domains: []entente.Domain{"exercise"}, Level: entente.Minister, Force: "political", Status: entente.Held}
	if got := cl.rungs(0, exercise, 1<<5-1); got != 1<<3 {
		t.Errorf("an exercise of all members holds rungs %b", got)
	}
	if got := cl.rungs(0, exercise, 3); got != 0 {
		t.Errorf("an exercise of two holds rungs %b", got)
	}
	treaty := &entente.Act{Type: entente.Treaty, Domains: []entente.Domain{"political"}, Level: entente.HeadOfState, Force: entente.Binding, Status: entente.InForce,
		Obligations: []entente.Obligation{entente.Defense}}
	if got := cl.rungs(1, treaty, 1<<5-1); got>>6&1 != 1 {
		t.Errorf("a treaty of mutual defence holds rungs %b", got)
	}
}

// An outlook by the tuning that it would have chosen is the same outlook.
func TestTune(t *testing.T) {
	c := ots(t, 0)
	opt := OutlookOptions{Seed: 3, Runs: 50}
	chosen, err := Ahead(t.Context(), c, c.Horizon, opt)
	if err != nil {
		t.Fatal(err)
	}
	if opt.Tuning, err = Tune(t.Context(), c, c.Horizon, opt); err != nil {
		t.Fatal(err)
	}
	given, err := Ahead(t.Context(), c, c.Horizon, opt)
	if err != nil || !reflect.DeepEqual(chosen, given) {
		t.Errorf("%v: %+v instead of %+v", err, given, chosen)
	}
	if thin, err := Tune(t.Context(), c, entente.DayOf(1993, 1, 1), opt); thin != nil || err != nil {
		t.Errorf("a thin record is tuned to %+v, %v", thin, err)
	}
}

// Acts at a steady rate give that rate; acts that have become ten times as many lately
// give the late rate, by a short half-life.
func TestPace(t *testing.T) {
	var steady, rising []happening
	for i := range 200 {
		steady = append(steady, happening{20 * (float64(i) + 0.5) / 200, 2 + i%2})
	}
	p := paceOf(learnPace(steady, 20), steady, 20, 3)
	rate := (p.shape[2] + p.shape[3]) / p.exposure
	if math.Abs(rate-10) > 0.5 {
		t.Errorf("ten acts a year give a rate of %v (half-life %v)", rate, p.halfLife)
	}
	for i := range 20 {
		rising = append(rising, happening{2 + float64(i)*0.9, 2})
	}
	for i := range 40 {
		rising = append(rising, happening{float64(i) * 0.05, 2})
	}
	p = paceOf(learnPace(rising, 20), rising, 20, 2)
	if rate := p.shape[2] / p.exposure; p.halfLife == 0 || p.halfLife > 5 || rate < 8 {
		t.Errorf("twenty acts a year after one a year give a rate of %v, half-life %v", rate, p.halfLife)
	}
}

func TestGammaMoments(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for _, shape := range []float64{0.07, 0.5, 1, 4.5} {
		const n = 200_000
		sum, square := 0.0, 0.0
		for range n {
			x := gamma(shape, random)
			sum += x / n
			square += x * x / n
		}
		if math.Abs(sum-shape) > 5*math.Sqrt(shape/n) || math.Abs(square-sum*sum-shape) > 0.03*(shape+1) {
			t.Errorf("shape %v: mean %v, variance %v", shape, sum, square-sum*sum)
		}
	}
}

// What runs of one draw vary by is not taken for uncertainty of the model.
func TestChanceOf(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 6))
	binomial := func(p float64) int32 {
		k := int32(0)
		for range perDraw {
			if random.Float64() < p {
				k++
			}
		}
		return k
	}
	same, apart := make([]int32, 4000), make([]int32, 4000)
	for i := range same {
		same[i], apart[i] = binomial(0.3), binomial(beta(3, 7, random))
	}
	ch := chanceOf(same)
	if math.Abs(ch.Probability-0.3) > 0.02 || ch.High-ch.Low > 0.12 {
		t.Errorf("chance alone: %+v", ch)
	}
	ch = chanceOf(apart)
	low, high := mathext.InvRegIncBeta(3, 7, 0.025), mathext.InvRegIncBeta(3, 7, 0.975)
	if math.Abs(ch.Low-low) > 0.03 || math.Abs(ch.High-high) > 0.03 {
		t.Errorf("a chance between %v and %v: %+v", low, high, ch)
	}
	if ch = chanceOf(make([]int32, 100)); ch.Probability != 0 || ch.High != 3.0/(100*perDraw) {
		t.Errorf("nothing seen: %+v", ch)
	}
}
