package ledger

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"entente/internal/synthetic"
)

var someone = Revision{Who: "Tester", Why: "test", Now: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC), Create: true}

func largeFolder(tb testing.TB, acts int) string {
	tb.Helper()
	dir := filepath.Join(tb.TempDir(), "folder")
	if err := synthetic.Write(dir, 1, acts, 300); err != nil {
		tb.Fatal(err)
	}
	return dir
}

func BenchmarkImport(b *testing.B) {
	const acts = 100_000
	dir := largeFolder(b, acts)
	b.Run(fmt.Sprintf("acts=%d", acts), func(b *testing.B) {
		path := filepath.Join(b.TempDir(), "large.entente")
		for b.Loop() {
			_ = os.Remove(path)
			if _, err := Import(b.Context(), path, dir, someone); err != nil {
				b.Fatal(err)
			}
		}
		if info, err := os.Stat(path); err == nil {
			b.ReportMetric(float64(info.Size())/1e6, "MB-file")
		}
	})
}

func BenchmarkOpen(b *testing.B) {
	const acts = 100_000
	path := filepath.Join(b.TempDir(), "large.entente")
	if _, err := Import(b.Context(), path, largeFolder(b, acts), someone); err != nil {
		b.Fatal(err)
	}
	b.Run(fmt.Sprintf("acts=%d", acts), func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := Open(b.Context(), path, Options{}); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func BenchmarkLoadFolder(b *testing.B) {
	for _, acts := range []int{330, 100_000} {
		dir := largeFolder(b, acts)
		b.Run(fmt.Sprintf("acts=%d", acts), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := Load(b.Context(), os.DirFS(dir), Options{}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
