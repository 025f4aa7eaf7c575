package brief

import (
	"context"
	"io"
	"os"
	"testing"

	"entente"
	"entente/internal/synthetic"
	"entente/ledger"
	"entente/measure"
)

// large loads an invented record of 100,000 acts and 300 actors.
func large(b *testing.B) *entente.Case {
	b.Helper()
	dir := b.TempDir()
	if err := synthetic.Write(dir, 1, 100_000, 300); err != nil {
		b.Fatal(err)
	}
	c, err := ledger.Load(context.Background(), os.DirFS(dir), ledger.Options{})
	if err != nil {
		b.Fatal(err)
	}
	return c
}

func BenchmarkVerdict(b *testing.B) {
	c := builtin(b, "ots")
	for b.Loop() {
		if _, err := Judge(context.Background(), c, c.Horizon, 1); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkBrief(b *testing.B) {
	c := builtin(b, "ots")
	for b.Loop() {
		page, err := Build(context.Background(), c, c.Horizon, Options{Seed: 1})
		if err != nil {
			b.Fatal(err)
		}
		if err := page.HTML(io.Discard); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkBriefLarge(b *testing.B) {
	c := large(b)
	b.ResetTimer()
	for b.Loop() {
		page, err := Build(context.Background(), c, c.Horizon, Options{Seed: 1})
		if err != nil {
			b.Fatal(err)
		}
		if err := page.HTML(io.Discard); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkMeasuresLarge computes every measure by year.
func BenchmarkMeasuresLarge(b *testing.B) {
	c := large(b)
	b.ResetTimer()
	for b.Loop() {
		if _, err := measure.Series(context.Background(), c, c.Horizon, measure.SeriesOptions{}); err != nil {
			b.Fatal(err)
		}
	}
}
