package ledger

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
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

// BenchmarkImportProcess imports a million acts in a process of its own and reports
// that process's largest memory, to show that it does not hold the folder.
func BenchmarkImportProcess(b *testing.B) {
	for _, acts := range []int{100_000, 1_000_000} {
		b.Run(fmt.Sprintf("acts=%d", acts), func(b *testing.B) {
			dir := largeFolder(b, acts)
			path := filepath.Join(b.TempDir(), "large.entente")
			for b.Loop() {
				_ = os.Remove(path)
				out, err := child(b, "import", path, dir).CombinedOutput()
				if err != nil {
					b.Fatalf("%v: %s", err, out)
				}
				var kB float64
				if i := strings.Index(string(out), "VmHWM:"); i >= 0 {
					_, _ = fmt.Sscan(string(out[i+len("VmHWM:"):]), &kB)
				}
				b.ReportMetric(kB/1000, "MB-peak")
			}
		})
	}
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
