package forecast_test

import (
	"encoding/json"
	"math"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"entente"
	"entente/forecast"
)

func classes(blocs []entente.BlocRecord) forecast.Classes {
	return func(from, to int, set forecast.Filter) (*forecast.Class, error) {
		return forecast.Of(blocs, from, to, set), nil
	}
}

// TestSection7 holds the anchors of the reference class for the built-in case, as
// printed to two digits, to one answer.
func TestSection7(t *testing.T) {
	c := builtin(t)
	blocs := forecast.Cut(c.Blocs, c.Horizon)
	for _, want := range []struct {
		from, to, n, events int
		after               [3]float64
		low, high           float64
	}{
		{2, 3, 27, 17, [3]float64{.44, .52, .67}, .36, .75},
		{2, 4, 18, 11, [3]float64{.44, .50, .65}, .32, .79},
		{2, 5, 25, 4, [3]float64{.08, .12, .18}, .04, .35},
		{2, 6, 24, 6, [3]float64{.13, .22, .28}, .10, .47},
		{2, 8, 26, 7, [3]float64{.08, .12, .31}, .04, .35},
		{0, 3, 41, 17, [3]float64{.12, .20, .28}, 0, 0},
		{0, 4, 38, 23, [3]float64{.24, .35, .52}, 0, 0},
		{0, 6, 38, 8, [3]float64{.05, .08, .20}, 0, 0},
		{0, 8, 41, 8, [3]float64{.07, .10, .15}, 0, 0},
	} {
		row := forecast.Of(blocs, want.from, want.to, forecast.Peers(c)).Row(nil)
		if row.N != want.n || row.Events != want.events {
			t.Errorf("%s: %d groups, %d events, want %d, %d", row.Pair, row.N, row.Events, want.n, want.events)
		}
		for i, p := range row.Curve {
			if math.Abs(p.Incidence-want.after[i]) > .005 {
				t.Errorf("%s after %v years: %.3f, want %.2f", row.Pair, p.Years, p.Incidence, want.after[i])
			}
		}
		if ten := row.Curve[1]; want.high > 0 && (math.Abs(*ten.Low-want.low) > .005 || math.Abs(*ten.High-want.high) > .005) {
			t.Errorf("%s after 10 years: %.3f to %.3f, want %.2f to %.2f", row.Pair, *ten.Low, *ten.High, want.low, want.high)
		}
	}
}

// TestAskIsTheVerdict: what the verdict says of a rung by the class is what the class says
// given the time held.
func TestAskIsTheVerdict(t *testing.T) {
	c := builtin(t)
	since := entente.DayOf(2022, 6, 30)
	f, err := forecast.Forecast(t.Context(), c, holds(map[int]entente.Day{0: since, 1: since, 2: since}), c.Horizon, forecast.ForecastOptions{Seed: 5, WithoutModel: true, WithoutSkill: true})
	if err != nil {
		t.Fatal(err)
	}
	answer, err := forecast.Ask(classes(forecast.Cut(c.Blocs, c.Horizon)), forecast.Question{From: 2, To: 6, Set: forecast.Peers(c),
		Years: []float64{10, 1, 5}, Held: forecast.Years(since, c.Horizon), Seed: 5})
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for _, r := range f.Rungs {
		for _, g := range answer.Given {
			if r.Rung == 6 && r.Years == g.Years {
				found++
				p := r.Components[0]
				near(t, "class rate", p.Probability, *g.Probability)
				if p.Low != *g.Low || p.High != *g.High || r.AtRisk != g.AtRisk {
					t.Errorf("within %v years: the verdict says %+v, the class %+v", g.Years, p, g)
				}
			}
		}
	}
	if found != 3 {
		t.Errorf("%d horizons in common, want 3", found)
	}
}

func TestAskFilters(t *testing.T) {
	blocs := builtin(t).Blocs
	set := forecast.Filter{Soft: true, Region: "Africa"}
	answer, err := forecast.Ask(classes(blocs), forecast.Question{From: 0, To: 3, Set: set, Held: math.NaN()})
	if err != nil {
		t.Fatal(err)
	}
	if answer.Held != nil || len(answer.Filters) != 2 || answer.Filter != "soft origin, region Africa" {
		t.Fatalf("%+v", answer)
	}
	wider := forecast.Estimate(forecast.Pairs(blocs, 0, 3, forecast.Filter{Region: "Africa"}))
	narrow := forecast.Estimate(forecast.Pairs(blocs, 0, 3, set))
	step := answer.Filters[0]
	near(t, "without soft", step.Curve[1].Incidence, wider.At(10).Incidence)
	near(t, "change", step.Curve[1].Change, narrow.At(10).Incidence-wider.At(10).Incidence)
	if step.N != wider.N || step.Events != wider.Events {
		t.Errorf("%+v, want %d groups, %d events", step, wider.N, wider.Events)
	}
}

func TestAskErrors(t *testing.T) {
	blocs := builtin(t).Blocs
	for _, test := range []struct {
		q    forecast.Question
		want string
	}{
		{forecast.Question{From: 2, To: 3, Set: forecast.Filter{Region: "Atlantis"}}, "r2-r3: no group to follow, region Atlantis; 0 groups reached r2"},
		{forecast.Question{From: 2, To: 3, Years: []float64{200}}, "no group was followed for 200 years, the longest for"},
		{forecast.Question{From: 2, To: 3, Years: []float64{-1}}, "-1 is no number of years"},
		{forecast.Question{From: 2, To: 3, Years: []float64{math.NaN()}}, "NaN is no number of years"},
		{forecast.Question{From: 2, To: 3, Held: -2}, "-2 is no number of years held"},
		{forecast.Question{From: 2, To: 3, Cox: []string{"trade"}}, `unknown covariate "trade": there are soft_origin, major_power, members`},
		{forecast.Question{From: 2, To: 3, Set: forecast.Filter{Soft: true}, By: "soft_origin"}, "r2-r3: a log-rank test needs two parts"},
		{forecast.Question{From: 8, To: 3, Set: forecast.Filter{Region: "Gulf"}, Cox: []string{"members"}}, "r8-r3: no group to follow"},
	} {
		if _, err := forecast.Ask(classes(blocs), test.q); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%+v: %v, want %q", test.q, err, test.want)
		}
	}
}

func TestParsePair(t *testing.T) {
	for text, want := range map[string][2]int{"r2-r3": {2, 3}, "R0-r8": {0, 8}, "7-1": {7, 1}, "r2 - r3": {2, 3}} {
		if from, to, err := forecast.ParsePair(text); err != nil || from != want[0] || to != want[1] {
			t.Errorf("%q: %d %d %v", text, from, to, err)
		}
	}
	for text, want := range map[string]string{
		"": "is no pair", "r2": "is no pair", "r2-": "is no pair", "a-b": "is no pair", "r2-r3-r4": "is no pair",
		"r2-r9": "the nearest is r2-r8", "r9-r12": "the nearest is r7-r8", "r3-r3": "the nearest is r3-r4", "r8-r8": "the nearest is r7-r8",
	} {
		if _, _, err := forecast.ParsePair(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", text, err, want)
		}
	}
}

// TestAskNeverFails: whatever the waits, there is an answer that JSON can hold, or
// an error.
func TestAskNeverFails(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(0, 12).Draw(t, "n")
		var text strings.Builder
		text.WriteString("bloc_id,from_rung,to_rung,days,status,soft_origin,x\n")
		for i := range n {
			row := []string{string(rune('a' + i)), "2", "3", rapid.SampledFrom([]string{"0", "1", "100", "365.25", "8000", "1e9"}).Draw(t, "days"),
				rapid.SampledFrom([]string{"0", "1", "2", "9"}).Draw(t, "status"), rapid.SampledFrom([]string{"0", "1"}).Draw(t, "soft"),
				rapid.SampledFrom([]string{"", "0", "1", "-3.5", "1e9", "1e-9"}).Draw(t, "x")}
			text.WriteString(strings.Join(row, ",") + "\n")
		}
		table, err := forecast.ReadTable("w.csv", strings.NewReader(text.String()))
		if err != nil {
			return
		}
		q := forecast.Question{From: 2, To: 3, Held: rapid.SampledFrom([]float64{math.NaN(), 0, 0.5, 1, 30}).Draw(t, "held")}
		if rapid.Bool().Draw(t, "cox") {
			q.Cox = []string{"x", "soft_origin"}
		}
		answer, err := forecast.Ask(table.Class, q)
		if err != nil {
			return
		}
		if _, err := json.Marshal(answer); err != nil {
			t.Fatalf("%v: %+v %+v of\n%s", err, answer.Cox, answer.FineGray, &text)
		}
	})
}

// BenchmarkAsk is one whole answer with 2,000 resamples, regressions and filters.
func BenchmarkAsk(b *testing.B) {
	blocs := builtin(b).Blocs
	for b.Loop() {
		q := forecast.Question{From: 0, To: 3, Set: forecast.Filter{LeaveOut: []string{"ots"}}, Held: 3, Cox: []string{"soft_origin", "major_power"}, Seed: 1}
		if _, err := forecast.Ask(classes(blocs), q); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkCut(b *testing.B) {
	blocs := builtin(b).Blocs
	b.ReportAllocs()
	for b.Loop() {
		forecast.Cut(blocs, entente.DayOf(2010, 12, 31))
	}
}

// BenchmarkBootstrap resamples large classes.
func BenchmarkBootstrap(b *testing.B) {
	var spells []forecast.Spell
	for i := range 10_000 {
		spells = append(spells, forecast.Spell{ID: "g", Years: float64(i*7919%10_007) / 300, Outcome: i % 3})
	}
	for _, n := range []int{69, 1000, 10_000} {
		curve := forecast.Estimate(spells[:n])
		b.Run("groups="+strconv.Itoa(n), func(b *testing.B) {
			for b.Loop() {
				curve.Bootstrap([]float64{5, 10, 20}, 1)
			}
		})
	}
}
