package rem

import (
	"math"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// What a design keeps in a file changes nothing, and nothing is left behind.
func TestRowsInAFile(t *testing.T) {
	folder := t.TempDir()
	t.Setenv("TMPDIR", folder)
	dyads, dyadic := dyadStream(3000, 30)
	sets, hyper := setStream(2000, 40, 5)
	overall := *hyper
	overall.Terms = append([]Term(nil), hyper.Terms...)
	for k := range overall.Terms {
		overall.Terms[k].Overall = true
	}
	choice := *dyadic
	choice.Family, choice.RiskSet = Choice, RiskSet{}
	for name, c := range map[string]struct {
		data  *Data
		model *Model
	}{"pairs": {dyads, dyadic}, "sets": {sets, hyper}, "standardised": {sets, &overall}, "choice": {dyads, &choice}} {
		fit := func(limit int64) (*Fit, []float64) {
			was := heldBytes
			heldBytes = limit
			defer func() { heldBytes = was }()
			d, err := Prepare(t.Context(), c.data, c.model)
			if err != nil {
				t.Fatal(err)
			}
			if limit < was && d.shelf.file == nil {
				t.Fatal(name, "kept everything in memory")
			}
			f, err := d.Fit(t.Context(), Options{})
			if err != nil {
				t.Fatal(err)
			}
			var opened []float64
			if err := d.Each(t.Context(), func(m *Moment) error {
				opened = append(opened, m.Statistics(m.Rows()-1)...)
				return nil
			}); err != nil {
				t.Fatal(err)
			}
			return f, opened
		}
		want, rows := fit(heldBytes)
		got, again := fit(100_000)
		if math.Float64bits(got.LogLik) != math.Float64bits(want.LogLik) {
			t.Errorf("%s: %v, not %v", name, got.LogLik, want.LogLik)
		}
		for k := range rows {
			if rows[k] != again[k] {
				t.Fatalf("%s: statistic %d is %v, not %v", name, k, again[k], rows[k])
			}
		}
	}
	if left, _ := filepath.Glob(filepath.Join(folder, "*")); len(left) > 0 && runtime.GOOS != "windows" {
		t.Error("left behind:", left)
	}
}

// A folder that takes no file is said.
func TestRowsWithoutRoom(t *testing.T) {
	none := filepath.Join(t.TempDir(), "none")
	for _, name := range []string{"TMPDIR", "TMP", "TEMP"} {
		t.Setenv(name, none)
	}
	was := heldBytes
	heldBytes = 1000
	defer func() { heldBytes = was }()
	data, m := dyadStream(1000, 30)
	if _, err := Prepare(t.Context(), data, m); err == nil || !strings.Contains(err.Error(), "go to a file") {
		t.Error(err)
	}
}
