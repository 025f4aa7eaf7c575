package forecast

import (
	"context"
	"math"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"

	"entente"
	"entente/score"
)

// By hand: the odds of 0.2 and 0.5 are 1/4 and 1; half of each weight gives 1/2, a
// probability of 1/3.
func TestPool(t *testing.T) {
	if got := Pool([]float64{0.2, 0.5}, []float64{0.5, 0.5}); math.Abs(got-1.0/3) > 1e-12 {
		t.Errorf("%v", got)
	}
	if got := Pool([]float64{0.2, math.NaN()}, []float64{0.1, 0.9}); math.Abs(got-0.2) > 1e-12 {
		t.Errorf("what is missing leaves its weight: %v", got)
	}
	if got := Pool([]float64{math.NaN()}, []float64{1}); !math.IsNaN(got) {
		t.Errorf("nothing pooled is %v", got)
	}
	if got := Pool([]float64{0, 0}, []float64{0.5, 0.5}); math.Abs(got-0.005) > 1e-12 {
		t.Errorf("two zeros pool to %v", got)
	}
}

func TestLearnWeights(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	var trials []Trial
	events := 0
	for range 3000 {
		p := random.Float64()
		came := random.Float64() < p
		if came {
			events++
		}
		trials = append(trials, Trial{[]float64{p, random.Float64(), 0.5}, came})
	}
	if w := LearnWeights(trials, 3, events, nil); w[0] < 0.88 || math.Abs(w[0]+w[1]+w[2]-1) > 1e-9 {
		t.Errorf("the method that is right has weight %v", w)
	}
	if w := LearnWeights(trials, 3, fewestEvents-1, nil); w[0] != w[1] || w[1] != w[2] {
		t.Errorf("weights %v from too few events", w)
	}
	from := LearnWeights(trials, 3, events, []float64{0.1, 0.1, 0.8})
	for k, v := range LearnWeights(trials, 3, events, nil) {
		if math.Abs(v-from[k]) > 0.01 {
			t.Errorf("the weights depend on where the search began: %v", from)
		}
	}
}

// A group that waits ten years without event, and one that reached the rung after five:
// one event in fifteen years.
func TestSingles(t *testing.T) {
	day := func(year int) entente.Date { return entente.On(entente.DayOf(year, 1, 1)) }
	waits := entente.BlocRecord{ID: "waits", Censored: day(2010)}
	waits.Rungs[0], waits.Rungs[2] = day(2000), day(2000)
	reached := waits
	reached.ID, reached.Rungs[3] = "reached", day(2005)
	class := Of([]entente.BlocRecord{waits, reached}, 2, 3, Filter{})
	p, ok := class.Singles(entente.DayOf(2010, 1, 1), 0, []float64{5.01})
	if !ok {
		t.Fatal("no risk time")
	}
	if math.Abs(p[0][0]-0.5) > 1e-12 {
		t.Errorf("class rate %v, want 1/2", p[0][0])
	}
	if want := 1 - math.Exp(-1.5/15*5.01); math.Abs(p[1][0]-want) > 1e-3 {
		t.Errorf("constant rate %v, want %v", p[1][0], want)
	}
	if !(p[2][0] > 0 && p[2][0] < 1) {
		t.Errorf("decay rate %v", p[2][0])
	}
}

// With one half-life only, weights of years are as computed by numerical integration.
func TestFading(t *testing.T) {
	c := ots(t, 0)
	class := Of(c.Blocs, 2, 3, Filter{})
	got := class.on(c.Horizon).fading()
	best := math.Inf(1)
	for _, half := range fades {
		var want seen
		for _, m := range class.Members {
			begun := Years(m.Since, c.Horizon)
			const step = 0.01
			for x := begun - m.Years; x < begun; x += step {
				want.years += step * math.Exp2(-(x+step/2)/half)
			}
			if m.Outcome == Event {
				// Events of the last years count by their whole year, as risk time is kept.
				want.events += math.Exp2(-math.Floor(begun-m.Years) / half)
			}
		}
		best = min(best, math.Abs(got.years/want.years-1)+math.Abs(got.events/want.events-1))
	}
	if best > 0.12 {
		t.Errorf("%+v is not what any half-life gives (off by %.3f)", got, best)
	}
}

// Nothing that happened after an origin moves a forecast of that origin, nor the weights
// of the pool then.
func TestGroupBacktestSeesNoFuture(t *testing.T) {
	c := ots(t, 0)
	origins := Yearly(1960, 2000)
	run := func(blocs []entente.BlocRecord) *ByMethod {
		g := GroupBacktest{Blocs: blocs, Origins: origins, Horizons: []float64{5}}
		b, err := g.Run(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	is := run(c.Blocs)
	edge := entente.DayOf(1985, 6, 1)
	changed := c.Copy().Blocs
	for i := range changed {
		b := &changed[i]
		for rung := range b.Rungs {
			if rung > 0 && (b.Rungs[rung].IsZero() || b.Rungs[rung].Start > edge) {
				b.Rungs[rung] = entente.On(edge + entente.Day(30*(rung+i)))
			}
		}
	}
	other := run(changed)
	at := func(b *ByMethod) map[string][]float64 {
		p := map[string][]float64{}
		for _, f := range b.Past {
			if f.ends() < edge {
				p[f.Subject+f.Target+f.Origin.String()] = f.P
			}
		}
		return p
	}
	if a, b := at(is), at(other); len(a) < 1000 || !reflect.DeepEqual(a, b) {
		t.Errorf("%d forecasts of before the change, %d after it, and they differ", len(a), len(b))
	}
	if is.Hash == other.Hash {
		t.Error("other forecasts have the same seal")
	}
	if again := run(c.Blocs); again.Hash != is.Hash {
		t.Error("the same forecasts have another seal")
	}
}

func TestGroupBacktestRefuses(t *testing.T) {
	c := ots(t, 0)
	for _, g := range []GroupBacktest{
		{Blocs: c.Blocs[:1], Origins: Yearly(1990, 1991), Horizons: []float64{1}},
		{Blocs: c.Blocs, Horizons: []float64{1}},
		{Blocs: c.Blocs, Origins: Yearly(2025, 2025), Horizons: []float64{50}},
		{Blocs: c.Blocs, Origins: Yearly(1900, 1901), Horizons: []float64{1}},
	} {
		if _, err := g.Run(t.Context()); err == nil {
			t.Errorf("ran with %d blocs, %v, %v", len(g.Blocs), g.Origins, g.Horizons)
		}
	}
}

// Forecasts of acts see what was known, and outcomes what came.
func TestActsBacktest(t *testing.T) {
	full := ots(t, 0)
	known := func(_ context.Context, d entente.Day) (*entente.Case, error) { return ots(t, d), nil }
	a := &ActsBacktest{Full: full, Known: known, Origins: Yearly(2015, 2026), Runs: 200, Seed: 1}
	r, err := a.Run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Skipped) != 2 || !strings.Contains(r.Skipped[0], "2026-01-01") || !strings.Contains(r.Skipped[1], "fewer than 25") {
		t.Errorf("left out: %q", r.Skipped)
	}
	for _, f := range r.Pairs.Past {
		if len(f.P) != len(r.Pairs.Methods) {
			t.Fatalf("%d probabilities of %d methods", len(f.P), len(r.Pairs.Methods))
		}
		for k, p := range f.P {
			if !(p >= 0 && p <= 1) {
				t.Errorf("%s at %s: %s says %v", f.Subject, f.Origin, r.Pairs.Methods[k], p)
			}
		}
	}
	// Azerbaijan and Türkiye acted together in 2021: Shusha, at the least.
	found := false
	for _, f := range r.Pairs.Past {
		if f.Subject == "AZE-TUR" && f.Years == 1 && f.Origin == entente.DayOf(2021, 1, 1) {
			found = f.Event != ""
		}
	}
	if !found {
		t.Error("no act of Azerbaijan and Türkiye in 2021")
	}
	for _, c := range r.Counts {
		for m, p := range c.Of {
			sum := 0.0
			for _, x := range p {
				sum += x
			}
			if math.Abs(sum-1) > 1e-9 {
				t.Errorf("%s: the chances of %s add up to %v", c.Origin, CountMethods[m], sum)
			}
		}
	}
	// A record in which nothing after 2020 is known gives the same forecasts of 2020.
	cut := &ActsBacktest{Full: full, Origins: Yearly(2020, 2020), Runs: 200, Seed: 1, Known: func(_ context.Context, d entente.Day) (*entente.Case, error) {
		return ots(t, entente.DayOf(2020, 1, 1)), nil
	}}
	one, err := cut.Run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range one.Pairs.Past {
		for _, g := range r.Pairs.Past {
			if f.Subject == g.Subject && f.Origin == g.Origin && f.Years == g.Years && !reflect.DeepEqual(f.P[:5], g.P[:5]) {
				t.Errorf("%s: %v, and %v when more is to come", f.Subject, f.P, g.P)
			}
		}
	}
}

// By hand: after three forecasts of r3 for groups at r2, one of which came true, and one
// of r4 that did not, the share of all is (1+0.5)/(4+1) = 0.3; that of r3 (1+50*0.3)/(3+50)
// = 16/53; and that of r3 from r2 (1+50*16/53)/53. Of r5, of which nothing is known, it is
// that of all.
func TestShares(t *testing.T) {
	day := func(year int) entente.Day { return entente.DayOf(year, 1, 1) }
	past := func(target, group string, from, year int, event string) Past {
		return Past{Target: target, Subject: group, From: from, Origin: day(year), Years: 1, Event: event}
	}
	b := &ByMethod{Past: []Past{past("r3", "a", 2, 2000, ""), past("r3", "b", 2, 2000, "b r3"), past("r4", "a", 2, 2000, ""),
		past("r3", "a", 2, 2001, ""), past("r3", "c", 2, 2002, "")}}
	b.share()
	// On the first day nothing is known: half a success in one trial. A year on, three
	// forecasts are settled, two of them of r3, and then a third of it.
	for k, want := range []float64{0.5, 0.5, 0.5, (1 + 50*(1+50*1.5/4)/52) / 52, (1 + 50*16.0/53) / 53} {
		if got := b.Past[k].P[0]; math.Abs(got-want) > 1e-12 {
			t.Errorf("forecast %d: %v, by hand %v", k, got, want)
		}
	}
	s := newShares()
	for k := range b.Past[:4] {
		s.settle(&b.Past[k])
	}
	if got, want := s.at(held{"r3", 2}), (1+50*16.0/53)/53; math.Abs(got-want) > 1e-12 {
		t.Errorf("r3: %v, by hand %v", got, want)
	}
	if got := s.at(held{"r5", 2}); math.Abs(got-0.3) > 1e-12 {
		t.Errorf("r5: %v, by hand 0.3", got)
	}
	// Between two horizons the hazard is spread evenly: half way it is the mean of both.
	b.last = map[float64]*shares{1: s, 3: s}
	two, ok := b.shareAt(3, 2, 2)
	if one, _ := b.shareAt(3, 2, 1); !ok || math.Abs(two.Probability-one.Probability) > 1e-12 || !(two.Low < two.Probability && two.Probability < two.High) {
		t.Errorf("%+v", two)
	}
	if _, ok := b.shareAt(3, 2, 4); ok {
		t.Error("a share beyond all past forecasts")
	}
}

// By hand: chances of 0.1, 0.3 and 0.2 within 1, 5 and 10 years, the last not less than
// the one before, are 0.1, 0.2, 0 and 0.7 of the classes; the second came, so the score is
// 0.1^2 + (0.3-1)^2 + (0.3-1)^2 = 0.99. A forecast without its longest horizon is none.
func TestWhen(t *testing.T) {
	b := &ByMethod{Methods: []string{"m"}}
	add := func(subject string, years, p float64, event string) {
		b.Past = append(b.Past, Past{Target: "r3", Subject: subject, Origin: 1, Years: years, P: []float64{p}, Event: event})
	}
	add("a", 1, 0.1, "")
	add("a", 5, 0.3, "a r3")
	add("a", 10, 0.2, "a r3")
	add("b", 1, 0.1, "")
	add("b", 5, 0.3, "")
	losses, blocks, events, err := b.When()
	if err != nil || len(losses) != 1 || len(losses[0]) != 1 || math.Abs(losses[0][0]-0.99) > 1e-12 || len(blocks) != 1 || events != 1 {
		t.Errorf("%v of %v, %d events, %v", losses, blocks, events, err)
	}
}

// With those weighed in that were not followed to a horizon, every group that could be
// asked on a day counts, and what is known of each is how long it was followed.
func TestWaits(t *testing.T) {
	c := ots(t, 0)
	test := &GroupBacktest{Blocs: c.Blocs, Origins: Yearly(1980, 2020), Horizons: []float64{1, 10}}
	b, err := test.Run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if len(b.Open) != b.Unsettled || len(b.Open) == 0 {
		t.Fatalf("%d open forecasts, %d not settled", len(b.Open), b.Unsettled)
	}
	one, ten := b.Waits(Pooled, "", 1), b.Waits(Pooled, "", 10)
	if len(one) != len(ten) {
		t.Errorf("%d waits within a year, %d within ten", len(one), len(ten))
	}
	for i := range b.Open {
		f := &b.Open[i]
		if len(f.P) != len(b.Methods) || f.Wait >= f.Years && f.Ended == score.Censored || f.Ended == score.Came && f.Event == "" && f.Wait < f.Years {
			t.Fatalf("%+v", f)
		}
	}
	for i := range b.Past {
		if f := &b.Past[i]; f.Ended == score.Came != (f.Event != "") && f.Wait <= f.Years-0.01 {
			t.Fatalf("%+v", f)
		}
	}
	unpooled := *test
	unpooled.Unpooled = true
	if u, err := unpooled.Run(t.Context()); err != nil || len(u.Open) != 0 || u.Unsettled != b.Unsettled {
		t.Errorf("without the pool: %d open, %v", len(u.Open), err)
	}
}

// The forecast of a rung holds all methods, its pool lies among those that have a weight,
// and an event model's numbers have none.
func TestForecast(t *testing.T) {
	c := ots(t, 0)
	held := func(rung int) (entente.Day, bool) { return entente.DayOf(2009, 10, 3), rung <= 2 }
	f, err := Forecast(t.Context(), c, held, c.Horizon, ForecastOptions{Seed: 1, Outlook: OutlookOptions{Runs: 500}})
	if err != nil {
		t.Fatal(err)
	}
	if len(f.Rungs) != 6*3 || len(f.Skills) != 9 || f.Outlook == nil || len(f.Indicators) == 0 {
		t.Fatalf("%d rungs, %d skills, %d indicators", len(f.Rungs), len(f.Skills), len(f.Indicators))
	}
	for _, r := range f.Rungs {
		low, high, weight := 1.0, 0.0, 0.0
		for _, p := range r.Components {
			if p.Weight > 0 {
				low, high = min(low, p.Probability), max(high, p.Probability)
			}
			weight += p.Weight
			if p.Method == EventModel && (p.Weight != 0 || !strings.Contains(p.Note, "no weight")) {
				t.Errorf("the event model has weight %v, %q", p.Weight, p.Note)
			}
			if !(p.Low <= p.Probability+1e-9 && p.Probability <= p.High+1e-9) {
				t.Errorf("r%d %v years: %+v", r.Rung, r.Years, p)
			}
		}
		if math.Abs(weight-1) > 1e-9 || r.Pooled.Probability < low-1e-6 || r.Pooled.Probability > max(high, clip)+1e-6 {
			t.Errorf("r%d %v years: pooled %v of %+v", r.Rung, r.Years, r.Pooled, r.Components)
		}
	}
	if _, err := Forecast(t.Context(), c, func(int) (entente.Day, bool) { return 0, false }, c.Horizon, ForecastOptions{}); err == nil {
		t.Error("a group without any rung was forecast")
	}
}

func BenchmarkGroupBacktest(b *testing.B) {
	c := ots(b, 0)
	for b.Loop() {
		g := &GroupBacktest{Blocs: c.Blocs, Origins: Yearly(1950, 2025), Horizons: []float64{1, 5, 10}}
		if _, err := g.Run(b.Context()); err != nil {
			b.Fatal(err)
		}
	}
}
