package rem

import (
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"entente"
	"entente/internal/shared"
)

// Peers' inputs and models, statistics and estimation together; docs/bench/rem.md
// has the figures. GOMAXPROCS=1 for one thread.
func BenchmarkFit(b *testing.B) {
	dir := filepath.Dir(shared.Path(b, "reference/rem/bench/README.md"))
	sea := filepath.Dir(shared.Path(b, "reference/rem/fisheries/README.md"))
	ids := []string{"id"}
	for k := range 100 {
		ids = append(ids, strconv.Itoa(k+1))
	}
	actors := "actors: {file: " + writeText(b, "actors.csv", strings.Join(ids, "\n")+"\n") + "}\nevents: {file: DIR/d_1000_100.csv}\n"
	for _, c := range []struct{ name, spec string }{
		{"remstats/events=1000/actors=100/full", "model: rem\ndirected: true\n" + actors +
			"terms: [{term: inertia, weighted: true}, {term: recip, weighted: true}, {term: otp, combine: min}, {term: indeg, weighted: true}]\n"},
		{"goldfish-rem/events=1000/actors=100", "model: rem\ndirected: true\ntiming: interval\n" + actors +
			"terms: [{term: intercept}, {term: inertia, weighted: true, transform: log1p}, {term: recip, weighted: true, transform: log1p}, {term: trans}, {term: indeg}]\n"},
		{"goldfish-choice/events=1000/actors=100", "model: choice\n" + actors +
			"terms: [{term: inertia, weighted: true, transform: log1p}, {term: recip, weighted: true, transform: log1p}, {term: trans}, {term: indeg}]\n"},
		{"eventnet/events=1000/actors=100", "model: hyper\nties: exclude\nrisk_set: {controls: 10}\nactors: {file: DIR/h_1000_100_actors.csv, covariates: [x]}\nevents: {file: DIR/h_1000_100_events.csv}\n" +
			"terms: [{term: subrep, order: 1}, {term: subrep, order: 2}, {term: subrep, order: 3}, {term: closure}, {term: attribute, attr: x, aggregate: absdiff}]\n"},
		{"goldfish-fisheries/terms=8", fisheriesSpec},
	} {
		spec := writeText(b, "spec.yaml", strings.ReplaceAll(strings.ReplaceAll(c.spec, "SEA", sea), "DIR", dir))
		data, m, err := Load(spec, &entente.Case{}, 0, 1)
		if err != nil {
			b.Fatal(err)
		}
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				d, err := Prepare(b.Context(), data, m)
				if err != nil {
					b.Fatal(err)
				}
				if _, err := d.Fit(b.Context(), Options{}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
