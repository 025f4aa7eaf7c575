package forecast_test

import (
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"entente"
	"entente/forecast"
)

func near(t *testing.T, what string, got, want float64) {
	t.Helper()
	if diff := math.Abs(got - want); !(diff <= 1e-12) && !(math.IsNaN(got) && math.IsNaN(want)) {
		t.Errorf("%s = %v, want %v", what, got, want)
	}
}

// five is worked by hand. At 1 of 5: one event. At 2 of 4: one dissolved. At 3
// of 3: one event beside one last seen. At 5 of 1: one event.
var five = []forecast.Spell{
	{ID: "e", Years: 5, Outcome: forecast.Event},
	{ID: "a", Years: 1, Outcome: forecast.Event},
	{ID: "c", Years: 3, Outcome: forecast.Censored},
	{ID: "b", Years: 2, Outcome: forecast.Dissolved},
	{ID: "d", Years: 3, Outcome: forecast.Event},
}

func TestCurveByHand(t *testing.T) {
	c := forecast.Estimate(five)
	if c.N != 5 || c.Events != 3 || c.Dissolved != 1 || c.Censored != 1 {
		t.Errorf("counts %d %d %d %d, want 5 3 1 1", c.N, c.Events, c.Dissolved, c.Censored)
	}
	near(t, "risk years", c.RiskYears, 14)
	near(t, "rate", c.Rate, 3.0/14)
	for _, want := range []struct {
		years                 float64
		atRisk                int
		incidence, gone, kept float64
		km                    float64
	}{
		{0.5, 5, 0, 0, 1, 0},
		{1, 5, 0.2, 0, 0.8, 0.2},
		{2.5, 3, 0.2, 0.2, 0.6, 0.2},
		{3, 3, 0.4, 0.2, 0.4, 1 - 0.8*2/3},
		{4.9, 1, 0.4, 0.2, 0.4, 1 - 0.8*2/3},
		{5, 1, 0.8, 0.2, 0, 1},
		{50, 0, 0.8, 0.2, 0, 1},
	} {
		p := c.At(want.years)
		if p.AtRisk != want.atRisk {
			t.Errorf("at %v: %d at risk, want %d", want.years, p.AtRisk, want.atRisk)
		}
		near(t, "incidence", p.Incidence, want.incidence)
		near(t, "gone", p.Gone, want.gone)
		near(t, "survival", p.Survival, want.kept)
		near(t, "Kaplan-Meier", p.KM, want.km)
	}
	// One event of five is a binomial share; the log interval is p exp(±z se/p).
	p, se := c.At(1), math.Sqrt(0.2*0.8/5)
	near(t, "standard error", p.SE, se)
	near(t, "low", p.Low, 0.2*math.Exp(-1.959963984540054*se/0.2))
	near(t, "high", p.High, 1)
}

// TestGarwood holds the exact interval to the values tabulated by Garwood (1936)
// for counts of 0, 1 and 10.
func TestGarwood(t *testing.T) {
	for _, want := range []struct {
		events    int
		low, high float64
	}{{0, 0, 3.689}, {1, 0.0253, 5.572}, {10, 4.795, 18.390}} {
		spells := make([]forecast.Spell, 20)
		for i := range spells {
			spells[i].Years = 0.05
			if i < want.events {
				spells[i].Outcome = forecast.Event
			}
		}
		c := forecast.Estimate(spells)
		if math.Abs(c.RateLow-want.low) > 6e-4 || math.Abs(c.RateHigh-want.high) > 6e-4 {
			t.Errorf("%d events in one year: %.4f to %.4f, want %v to %v", want.events, c.RateLow, c.RateHigh, want.low, want.high)
		}
	}
}

func TestCurveEmpty(t *testing.T) {
	c := forecast.Estimate(nil)
	if p := c.At(5); p.Incidence != 0 || p.Survival != 1 || p.AtRisk != 0 || !math.IsNaN(p.Low) || !math.IsNaN(c.Rate) {
		t.Errorf("an empty class gives %+v at rate %v", p, c.Rate)
	}
	if g := c.Given(1, []float64{5}, 1); len(g) != 1 || !math.IsNaN(g[0].Probability) || g[0].AtRisk != 0 {
		t.Errorf("an empty class gives %+v", g)
	}
}

func TestGivenByHand(t *testing.T) {
	c := forecast.Estimate(five)
	// After 1 year four wait; one dissolves at 2, one of three arrives at 3, the
	// last at 5: 3/4 x 1/3, then the rest of those followed.
	g := c.Given(1, []float64{4, 1, 2}, 7)
	if len(g) != 3 || g[0].Years != 1 || g[1].Years != 2 || g[2].Years != 4 {
		t.Fatalf("horizons %+v, want 1, 2, 4", g)
	}
	near(t, "within 1", g[0].Probability, 0)
	near(t, "within 2", g[1].Probability, 0.25)
	near(t, "within 4", g[2].Probability, 0.75)
	if g[2].AtRisk != 4 || g[2].Events != 2 || g[0].Events != 0 {
		t.Errorf("counts %+v", g)
	}
	// No event within one year: 4 risk years, so an upper bound of -ln(0.025)/4 a year.
	near(t, "low", g[0].Low, 0)
	near(t, "high", g[0].High, 1-math.Exp(math.Log(0.025)/4))
	// Two events in 10 risk years: at least as wide as the exact Poisson interval,
	// 0.2422 to 7.2247.
	if want := 1 - math.Exp(-7.2247/10*4); g[2].High < want-1e-4 || g[2].Low > 1-math.Exp(-0.2422/10*4)+1e-4 {
		t.Errorf("interval within 4: %v to %v, want it to reach %v", g[2].Low, g[2].High, want)
	}
	if late := c.Given(6, []float64{1}, 7)[0]; !math.IsNaN(late.Probability) || late.AtRisk != 0 || late.Followed {
		t.Errorf("after everyone left: %+v", late)
	}
}

// spells draws a class with many ties, so that every order of outcomes at one
// time occurs.
func spells() *rapid.Generator[[]forecast.Spell] {
	return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) forecast.Spell {
		return forecast.Spell{Years: float64(rapid.IntRange(0, 40).Draw(t, "quarters")) / 4, Outcome: rapid.IntRange(0, 2).Draw(t, "outcome")}
	}), 1, 60)
}

func TestCurveProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		class := spells().Draw(t, "class")
		c := forecast.Estimate(class)
		shuffled := forecast.Estimate(rapid.Permutation(class).Draw(t, "shuffled"))
		var last forecast.Point
		for years := 0.0; years <= 11; years += 0.25 {
			p := c.At(years)
			if math.Abs(p.Incidence+p.Gone+p.Survival-1) > 1e-12 {
				t.Fatalf("shares at %v add up to %v", years, p.Incidence+p.Gone+p.Survival)
			}
			if p.Incidence < last.Incidence || p.Gone < last.Gone || p.KM < last.KM || (years > 0 && p.Survival > last.Survival) || p.AtRisk > c.N {
				t.Fatalf("the curve turns back between %+v and %+v", last, p)
			}
			if p.KM < p.Incidence-1e-12 {
				t.Fatalf("Kaplan-Meier %v below the incidence %v", p.KM, p.Incidence)
			}
			if p.Low > p.Incidence || p.High < p.Incidence-1e-12 || p.High > 1 || p.KMLow > p.KM || p.KMHigh < p.KM || p.SE < 0 {
				t.Fatalf("interval of %+v", p)
			}
			if q := shuffled.At(years); math.Abs(p.SE-q.SE) > 1e-12 || math.Abs(p.Incidence-q.Incidence) > 1e-12 {
				t.Fatalf("the order of the spells matters: %+v, %+v", p, q)
			}
			last = p
		}
	})
}

// TestGivenIsTheQuotient holds the incidence among those still waiting to the
// quotient of the whole class's curve.
func TestGivenIsTheQuotient(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := forecast.Estimate(spells().Draw(t, "class"))
		held := rapid.Float64Range(0, 10).Draw(t, "held")
		for _, g := range c.Given(held, []float64{0, 1, 5, 10}, 1) {
			if g.AtRisk == 0 {
				if !math.IsNaN(g.Probability) {
					t.Fatalf("nobody waits and yet %+v", g)
				}
				continue
			}
			now, then := c.At(held), c.At(held+g.Years)
			want := (then.Incidence - now.Incidence) / now.Survival
			if math.Abs(g.Probability-want) > 1e-9 {
				t.Fatalf("after %v within %v: %v, want %v", held, g.Years, g.Probability, want)
			}
			if !(g.Low >= 0 && g.High <= 1 && g.Low <= g.High) {
				t.Fatalf("interval %+v", g)
			}
		}
	})
}

func TestGivenSeeds(t *testing.T) {
	c := forecast.Estimate(forecast.Pairs(builtin(t).Blocs, 2, 3, forecast.Filter{Soft: true}))
	a, b, other := c.Given(3, []float64{5}, 1), c.Given(3, []float64{5}, 1), c.Given(3, []float64{5}, 2)
	if !reflect.DeepEqual(a, b) {
		t.Errorf("one seed, two results: %v, %v", a, b)
	}
	if a[0].Probability != other[0].Probability || math.Abs(a[0].Low-other[0].Low) > 0.06 || math.Abs(a[0].High-other[0].High) > 0.06 {
		t.Errorf("seeds differ by more than simulation error: %v, %v", a, other)
	}
}

func bloc(t testing.TB, id string, soft bool, ended, censored string, rungs ...string) entente.BlocRecord {
	t.Helper()
	b := entente.BlocRecord{ID: id, Name: "Group " + id, Soft: soft}
	parse := func(s string) entente.Date {
		d, err := entente.ParseDate(s)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	for i, s := range rungs {
		b.Rungs[i] = parse(s)
	}
	b.Ended, b.Censored = parse(ended), parse(censored)
	return b
}

func TestPairsDates(t *testing.T) {
	const last = "2020-01-01"
	for _, test := range []struct {
		name  string
		bloc  entente.BlocRecord
		days  int // -1: not in the class
		ended int
	}{
		{"a year is 1 July", bloc(t, "x", true, "", last, "2000-01-01", "2001", "2001-07-31"), 30, forecast.Event},
		{"a month is the 15th", bloc(t, "x", true, "", last, "2000-01-01", "2001-02", "2001-02-20"), 5, forecast.Event},
		{"an interval is its middle", bloc(t, "x", true, "", last, "2000-01-01", "2001-02-01/2001-02-11", "2001-02-07"), 1, forecast.Event},
		{"an open interval is its start", bloc(t, "x", true, "", last, "2000-01-01", "2001-02-01/..", "2001-02-03"), 2, forecast.Event},
		{"not before the founding", bloc(t, "x", true, "", last, "2000-01-11", "1999", "2000-01-12"), 1, forecast.Event},
		{"reached already", bloc(t, "x", true, "", last, "2000-01-11", "2001", "2001-07-01"), -1, 0},
		{"never held", bloc(t, "x", true, "", last, "2000-01-11", "", "2001-07-01"), -1, 0},
		{"dissolved", bloc(t, "x", true, "2001-07-11", "", "2000-01-11", "2001"), 10, forecast.Dissolved},
		{"last seen", bloc(t, "x", true, "", "2001-07-02", "2000-01-11", "2001"), 1, forecast.Censored},
		{"last seen before it began", bloc(t, "x", true, "", "2001-06-02", "2000-01-11", "2001"), -1, 0},
		{"no end known", bloc(t, "x", true, "", "", "2000-01-11", "2001"), -1, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := forecast.Pairs([]entente.BlocRecord{test.bloc}, 1, 2, forecast.Filter{})
			var want []forecast.Spell
			if test.days >= 0 {
				want = []forecast.Spell{{ID: "x", Years: float64(test.days) / 365.25, Outcome: test.ended}}
			}
			if !slices.Equal(got, want) {
				t.Errorf("got %v, want %v", got, want)
			}
		})
	}
	if got := forecast.Pairs(builtin(t).Blocs, -1, 9, forecast.Filter{}); got != nil {
		t.Errorf("rungs that do not exist give %v", got)
	}
}

func TestFilter(t *testing.T) {
	blocs := builtin(t).Blocs
	count := func(f forecast.Filter) int { return len(forecast.Pairs(blocs, 0, 3, f)) }
	if all, soft, west := count(forecast.Filter{}), count(forecast.Filter{Soft: true}), count(forecast.Filter{Region: "WEST  africa"}); all != 69 || soft != 42 || west != 5 {
		t.Errorf("all %d, soft %d, West Africa %d, want 69, 42, 5", all, soft, west)
	}
	if got := count(forecast.Filter{Soft: true, LeaveOut: []string{"ots", "nato"}}); got != 41 {
		t.Errorf("soft without the group: %d, want 41", got)
	}
}

// TestCutIsHonest compares the class as of each day with the class of that time:
// nothing later may be in it, and everything earlier must be unmoved.
func TestCutIsHonest(t *testing.T) {
	blocs := builtin(t).Blocs
	before := slices.Clone(blocs)
	rapid.Check(t, func(t *rapid.T) {
		asOf := entente.Day(rapid.IntRange(-18000, 21000).Draw(t, "day"))
		from, to := rapid.IntRange(0, 8).Draw(t, "from"), rapid.IntRange(0, 8).Draw(t, "to")
		full := map[string]forecast.Spell{}
		for _, s := range forecast.Pairs(blocs, from, to, forecast.Filter{}) {
			full[s.ID] = s
		}
		cut := forecast.Cut(blocs, asOf)
		ends := map[string]entente.Date{}
		for _, b := range cut {
			ends[b.ID] = b.Censored
			if b.Rungs[0].Start > asOf {
				t.Fatalf("%s was founded after %s", b.ID, asOf)
			}
		}
		for _, s := range forecast.Pairs(cut, from, to, forecast.Filter{}) {
			whole, ok := full[s.ID]
			switch {
			case !ok:
				t.Fatalf("%v is not in the full class", s)
			case s == whole:
			case s.Outcome != forecast.Censored || s.Years > whole.Years || ends[s.ID] != entente.On(min(asOf, blocs[0].Censored.Start)):
				t.Fatalf("as of %s: %v, in full %v", asOf, s, whole)
			}
		}
	})
	if !reflect.DeepEqual(blocs, before) {
		t.Error("the records were changed")
	}
}

// holds makes the profile of a group from rung dates.
func holds(days map[int]entente.Day) func(int) (entente.Day, bool) {
	return func(rung int) (entente.Day, bool) {
		day, ok := days[rung]
		return day, ok
	}
}

var otsRungs = map[int]entente.Day{0: entente.DayOf(2009, 10, 3), 1: entente.DayOf(2021, 11, 12), 2: entente.DayOf(2022, 6, 30)}

// chances are the forecasts of the class, without an event model.
func chances(t *testing.T, c *entente.Case, held map[int]entente.Day, asOf entente.Day) *forecast.Forecasts {
	t.Helper()
	f, err := forecast.Forecast(t.Context(), c, holds(held), asOf, forecast.ForecastOptions{Seed: 1, WithoutModel: true, WithoutSkill: true, EachYear: true})
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestForecastOTS(t *testing.T) {
	c := builtin(t)
	asOf := entente.DayOf(2025, 12, 31)
	f := chances(t, c, otsRungs, asOf)
	if len(f.Rungs) != 18 {
		t.Fatalf("%d forecasts, want six rungs at three horizons", len(f.Rungs))
	}
	for i, r := range f.Rungs {
		if r.From != 2 || r.Rung != 3+i/3 || r.Years != []float64{1, 5, 10}[i%3] {
			t.Errorf("forecast %d is r%d to r%d within %v", i, r.From, r.Rung, r.Years)
		}
		curve := forecast.Estimate(forecast.Pairs(c.Blocs, 2, r.Rung, forecast.Filter{Soft: true, LeaveOut: []string{"ots"}}))
		now, then := curve.At(r.Held), curve.At(r.Held+r.Years)
		p := r.Components[0]
		near(t, "class rate", p.Probability, (then.Incidence-now.Incidence)/now.Survival)
		if !(0 <= p.Low && p.Low <= p.Probability && p.Probability <= p.High && p.High <= 1) {
			t.Errorf("interval of %+v", p)
		}
		if r.N != curve.N || r.Events != curve.Events {
			t.Errorf("the class of %+v is not the soft-origin one without the group", r)
		}
		if (r.Events < 5 || r.AtRisk < 10 || p.Probability == 0) != (r.Thin != "") {
			t.Errorf("thin is %q for %+v", r.Thin, r)
		}
	}
	if got, want := f.Rungs[0].Components[0].Note, "Aalen-Johansen, 27 groups that held r2 and not r3, given 3.5 years held; bootstrap interval"; got != want {
		t.Errorf("note %q, want %q", got, want)
	}
	if got := f.Rungs[6].Thin; !strings.HasPrefix(got, "only 4 events: read as an order of magnitude") {
		t.Errorf("consultation rests on 4 events, but thin is %q", got)
	}
	if again := chances(t, c, otsRungs, asOf); !reflect.DeepEqual(f, again) {
		t.Error("one seed, two results")
	}
}

// TestForecastByYear: the years in between join up with the horizons, and a chance does
// not fall as the years go by.
func TestForecastByYear(t *testing.T) {
	f := chances(t, builtin(t), otsRungs, entente.DayOf(2025, 12, 31))
	if len(f.Years) != 6*10 {
		t.Fatalf("%d years, want ten for each of six rungs", len(f.Years))
	}
	k := 0
	for i, r := range f.Years {
		if k < len(f.Rungs) && r.Rung == f.Rungs[k].Rung && r.Years == f.Rungs[k].Years {
			if !reflect.DeepEqual(r, f.Rungs[k]) {
				t.Errorf("r%d within %v years: %+v, and %+v", r.Rung, r.Years, r, f.Rungs[k])
			}
			k++
		}
		if before := f.Years[max(i-1, 0)]; before.Rung == r.Rung && before.Pooled.Probability > r.Pooled.Probability {
			t.Errorf("r%d: %v within %v years, %v within %v", r.Rung, before.Pooled.Probability, before.Years, r.Pooled.Probability, r.Years)
		}
		weight := 0.0
		for _, p := range r.Components {
			weight += p.Weight
		}
		if math.Abs(weight-1) > 1e-9 {
			t.Errorf("r%d within %v years: weights add up to %v", r.Rung, r.Years, weight)
		}
	}
	if k != len(f.Rungs) {
		t.Errorf("%d of %d horizons are among the years", k, len(f.Rungs))
	}
}

// TestForecastAsOf holds that a group's future and its class's future stay out.
func TestForecastAsOf(t *testing.T) {
	c := builtin(t)
	asOf := entente.DayOf(2015, 1, 1)
	f := chances(t, c, otsRungs, asOf)
	if f.Rungs[0].From != 0 {
		t.Fatalf("in 2015 the group held r0 alone, got %+v", f.Rungs[0])
	}
	later := builtin(t)
	for i := range later.Blocs {
		b := &later.Blocs[i]
		for rung, d := range b.Rungs {
			if !d.IsZero() && d.Start > asOf {
				b.Rungs[rung] = entente.Date{}
			}
		}
	}
	if again := chances(t, later, otsRungs, asOf); !reflect.DeepEqual(f.Rungs, again.Rungs) {
		t.Error("what came after the day changes the forecasts of the day")
	}
}

func TestForecastEdges(t *testing.T) {
	asOf := entente.DayOf(2020, 1, 1)
	held := map[int]entente.Day{0: entente.DayOf(1960, 1, 1)}
	if _, err := forecast.Forecast(t.Context(), &entente.Case{ID: "x"}, holds(held), asOf, forecast.ForecastOptions{WithoutModel: true}); err == nil || !strings.Contains(err.Error(), "blocs.csv") {
		t.Errorf("no groups to compare: %v", err)
	}
	c := &entente.Case{ID: "case", Group: entente.Group{Code: "ÖWN"}, Blocs: []entente.BlocRecord{
		bloc(t, "own", false, "", "2020-01-01", "1960-01-01"),
		bloc(t, "a", true, "", "2020-01-01", "1990-01-01", "", "", "2000-01-01"),
		bloc(t, "b", false, "2010-01-01", "", "1990-01-01"),
	}}
	f := chances(t, c, held, asOf)
	if len(f.Rungs) != 24 {
		t.Fatalf("%d forecasts, want 24", len(f.Rungs))
	}
	k := slices.IndexFunc(f.Rungs, func(r forecast.RungForecast) bool { return r.Rung == 3 && r.Years == 10 })
	r := f.Rungs[k]
	if r.N != 2 || r.AtRisk != 0 || r.Events != 1 {
		t.Errorf("the class is %+v, want the two others, both of which left before 60 years", r)
	}
	// Half an event more than was seen, in the 30 years of both.
	near(t, "constant rate", r.Components[0].Probability, 1-math.Exp(-1.5*10/(float64(entente.DayOf(2000, 1, 1)-entente.DayOf(1990, 1, 1)+entente.DayOf(2010, 1, 1)-entente.DayOf(1990, 1, 1))/365.25)))
	if want := "none of 2 groups was followed beyond 60.0 years; the constant rate stands in"; r.Components[0].Note != want {
		t.Errorf("note %q, want %q", r.Components[0].Note, want)
	}
	if want := "only 1 event: read as an order of magnitude; only 2 groups in the class"; r.Thin != want {
		t.Errorf("thin %q, want %q", r.Thin, want)
	}
	for _, r := range f.Rungs {
		if math.IsNaN(r.Pooled.Probability) || math.IsNaN(r.Pooled.Low) || math.IsNaN(r.Pooled.High) {
			t.Errorf("%+v", r)
		}
	}
}

func TestWords(t *testing.T) {
	for _, test := range []struct {
		p    float64
		want string
	}{
		{0, "remote"}, {0.0099, "remote"}, {0.01, "almost no chance"}, {0.05, "very unlikely"}, {0.1999, "very unlikely"},
		{0.2, "unlikely"}, {0.45, "roughly even chance"}, {0.55, "likely"}, {0.8, "very likely"}, {0.95, "almost certain"},
		{0.99, "almost certain"}, {0.995, "nearly certain"}, {1, "nearly certain"}, {-0.1, ""}, {1.1, ""}, {math.NaN(), ""},
	} {
		if got := forecast.Words(test.p); got != test.want {
			t.Errorf("%v is %q, want %q", test.p, got, test.want)
		}
	}
}

// BenchmarkForecast is the forecast of a verdict: the class, and the weights from its past.
func BenchmarkForecast(b *testing.B) {
	c := builtin(b)
	held := holds(otsRungs)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := forecast.Forecast(b.Context(), c, held, c.Horizon, forecast.ForecastOptions{Seed: 1, WithoutModel: true, WithoutSkill: true}); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkGiven is one interval from 2,000 bootstrap samples at three horizons.
func BenchmarkGiven(b *testing.B) {
	c := forecast.Estimate(forecast.Pairs(builtin(b).Blocs, 2, 3, forecast.Filter{Soft: true, LeaveOut: []string{"ots"}}))
	b.ReportAllocs()
	for b.Loop() {
		c.Given(3.5, []float64{1, 5, 10}, 1)
	}
}

func BenchmarkEstimate(b *testing.B) {
	blocs := builtin(b).Blocs
	b.ReportAllocs()
	for b.Loop() {
		forecast.Estimate(forecast.Pairs(blocs, 2, 3, forecast.Filter{})).At(10)
	}
}
