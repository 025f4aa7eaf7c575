package rem

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"entente"
	"entente/internal/shared"
	"entente/internal/synthetic"
)

// Peers' inputs and models, statistics and estimation together. GOMAXPROCS=1 for one
// thread; peer-s is what the peer took in seconds (docs/bench/rem.md names it).
func BenchmarkFit(b *testing.B) {
	dir := filepath.Dir(shared.Path(b, "reference/rem/bench/README.md"))
	sea := filepath.Dir(shared.Path(b, "reference/rem/fisheries/README.md"))
	ids := []string{"id"}
	for k := range 100 {
		ids = append(ids, strconv.Itoa(k+1))
	}
	actors := "actors: {file: " + writeText(b, "actors.csv", strings.Join(ids, "\n")+"\n") + "}\nevents: {file: DIR/d_1000_100.csv}\n"
	for _, c := range []struct {
		name, spec string
		peer       float64
	}{
		{"remstats/events=1000/actors=100/full", "model: rem\ndirected: true\n" + actors +
			"terms: [{term: inertia, weighted: true}, {term: recip, weighted: true}, {term: otp, combine: min}, {term: indeg, weighted: true}]\n", 15.9},
		{"goldfish-rem/events=1000/actors=100", "model: rem\ndirected: true\ntiming: interval\n" + actors +
			"terms: [{term: intercept}, {term: inertia, weighted: true, transform: log1p}, {term: recip, weighted: true, transform: log1p}, {term: trans}, {term: indeg}]\n", 21.3},
		{"goldfish-choice/events=1000/actors=100", "model: choice\n" + actors +
			"terms: [{term: inertia, weighted: true, transform: log1p}, {term: recip, weighted: true, transform: log1p}, {term: trans}, {term: indeg}]\n", 0},
		{"goldfish-fisheries/terms=8", fisheriesSpec, 80},
	} {
		spec := writeText(b, "spec.yaml", strings.ReplaceAll(strings.ReplaceAll(c.spec, "SEA", sea), "DIR", dir))
		data, m, err := Load(spec, &entente.Case{}, 0, 1)
		if err != nil {
			b.Fatal(err)
		}
		benchmarkFit(b, c.name, data, m, c.peer)
	}
}

// The streams of the peers' larger cases and beyond, made here: growth over events,
// actors and the size of sets. ENTENTE_MILLION=1 adds those of a million events.
func BenchmarkSampled(b *testing.B) {
	for _, c := range []struct {
		events, actors int
		peer           float64
	}{{10_000, 100, 0}, {30_000, 100, 0}, {100_000, 100, 87}, {100_000, 1_000, 0}, {100_000, 10_000, 0}, {1_000_000, 100, 0}, {1_000_000, 10_000, 0}} {
		name := fmt.Sprintf("dyads/events=%d/actors=%d", c.events, c.actors)
		benchmarkLarge(b, name, c.events, c.peer, func() (*Data, *Model) { return dyadStream(c.events, c.actors) })
	}
	for _, c := range []struct {
		events, actors, size int
		peer                 float64
	}{{10_000, 100, 6, 318}, {10_000, 1_000, 6, 31}, {10_000, 1_000, 4, 0}, {10_000, 1_000, 8, 0}, {30_000, 1_000, 6, 0}, {100_000, 1_000, 6, 0}, {100_000, 10_000, 6, 0}, {1_000_000, 10_000, 6, 0}} {
		name := fmt.Sprintf("sets/events=%d/actors=%d/size=%d", c.events, c.actors, c.size)
		benchmarkLarge(b, name, c.events, c.peer, func() (*Data, *Model) { return setStream(c.events, c.actors, c.size) })
	}
}

func benchmarkLarge(b *testing.B, name string, events int, peer float64, of func() (*Data, *Model)) {
	if events >= 1_000_000 && os.Getenv("ENTENTE_MILLION") == "" {
		return
	}
	data, m := of()
	benchmarkFit(b, name, data, m, peer)
}

func benchmarkFit(b *testing.B, name string, data *Data, m *Model, peer float64) {
	b.Run(name, func(b *testing.B) {
		b.ReportAllocs()
		runtime.GC()
		for b.Loop() {
			d, err := Prepare(b.Context(), data, m)
			if err != nil {
				b.Fatal(err)
			}
			if _, err := d.Fit(b.Context(), Options{}); err != nil {
				b.Fatal(err)
			}
		}
		if peer > 0 {
			b.ReportMetric(peer, "peer-s")
		}
	})
}

// dyadStream is the sampled case of remstats at any size.
func dyadStream(events, actors int) (*Data, *Model) {
	data := &Data{}
	for a := range actors {
		data.Actors = append(data.Actors, strconv.Itoa(a+1))
	}
	for _, e := range synthetic.Dyads(events, actors, 1) {
		data.Events = append(data.Events, Event{Time: e.Time, From: []int32{e.From}, To: []int32{e.To}, Value: 1})
	}
	return data, &Model{Family: REM, Directed: true, RiskSet: RiskSet{Controls: 9, Seed: 1}, Terms: []Term{
		{Term: "inertia", Weighted: true}, {Term: "recip", Weighted: true}, {Term: "otp", Combine: "min"}, {Term: "indeg", Weighted: true}}}
}

// setStream is the case of eventnet at any size.
func setStream(events, actors, size int) (*Data, *Model) {
	stream, x, _ := synthetic.Sets(events, actors, size, 1, true)
	data := &Data{Covariates: []Covariate{{Name: "x", Start: x}}}
	for a := range actors {
		data.Actors = append(data.Actors, synthetic.Name(a, actors))
	}
	for _, e := range stream {
		data.Events = append(data.Events, Event{Time: e.Time, From: e.Actors, Value: 1})
	}
	m := &Model{Family: Hyper, RiskSet: RiskSet{Controls: 10, Seed: 1}, Terms: []Term{
		{Term: "subrep", Order: 1}, {Term: "subrep", Order: 2}, {Term: "subrep", Order: 3}, {Term: "closure"},
		{Term: "attribute", Attr: []string{"x"}, Aggregate: "absdiff"}}}
	m.Ties = Exclude
	return data, m
}

// What the neighbours of actors are, among many actors.
func BenchmarkNeighbours(b *testing.B) {
	for _, term := range []string{"tertius", "tertiusDiff"} {
		data, m := dyadStream(5000, 3000)
		x := make([]float64, len(data.Actors))
		for a := range x {
			x[a] = float64(a % 7)
		}
		data.Covariates = []Covariate{{Name: "x", Start: x}}
		m.Terms = []Term{{Term: term, Attr: []string{"x"}, Empty: "mean"}}
		benchmarkFit(b, term+"/events=5000/actors=3000", data, m, 0)
	}
}
