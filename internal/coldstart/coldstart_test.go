// Package coldstart measures the program as a person meets it: a new process
// that starts, reads the built-in case and prints its verdict.
package coldstart

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
	"time"
)

// BenchmarkProcess reports the median of the wall-clock times and the largest
// resident memory of any run. Use -benchtime 20x for twenty runs.
func BenchmarkProcess(b *testing.B) {
	binary := filepath.Join(b.TempDir(), "entente")
	build := exec.Command("go", "build", "-trimpath", "-o", binary, "entente/cmd/entente")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		b.Fatalf("%v\n%s", err, out)
	}
	for _, args := range [][]string{{"version"}, {"verdict"}, {"brief", "-o", filepath.Join(b.TempDir(), "brief.html")}} {
		b.Run("command="+args[0], func(b *testing.B) {
			var took []time.Duration
			var peak int64
			for b.Loop() {
				cmd := exec.Command(binary, args...)
				start := time.Now()
				if out, err := cmd.CombinedOutput(); err != nil {
					b.Fatalf("%v\n%s", err, out)
				}
				took = append(took, time.Since(start))
				peak = max(peak, residentBytes(cmd.ProcessState))
			}
			slices.Sort(took)
			b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "median-ms")
			if peak > 0 {
				b.ReportMetric(float64(peak)/1e6, "peak-MB")
			}
		})
	}
}
