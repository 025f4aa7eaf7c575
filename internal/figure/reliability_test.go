package figure

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestReliabilityIsReadable(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		chances := rapid.SliceOfN(rapid.Float64Range(0, 1), 2, 60).Draw(r, "p")
		slices.Sort(chances)
		f := Reliability{Head: head("r"), N: rapid.IntRange(1, 1_000_000).Draw(r, "n"), Events: rapid.IntRange(0, 3).Draw(r, "events"), Note: strings.Repeat("a note ", rapid.IntRange(0, 60).Draw(r, "note"))}
		for i := 0; i+1 < len(chances); i += 2 {
			f.Shares = append(f.Shares, Share{chances[i], chances[i+1], chances[i/2], i})
		}
		for _, p := range chances {
			f.Band = append(f.Band, Band{p, p * p, 1 - (1-p)*(1-p)})
		}
		f.Forecasts = rapid.SliceOfN(rapid.IntRange(0, 1_000_000), 0, 25).Draw(r, "forecasts")
		checkSVG(r, f.SVG())
	})
}

// The caption says how much stands behind the figure.
func TestReliabilityCaption(t *testing.T) {
	f := Reliability{Head: head("r"), Shares: []Share{{0, 1, 0.5, 7}}, N: 7, Events: 1, Note: "A note."}
	for _, want := range []string{"1 event in 7 forecasts. A note.", "7 forecasts at 0.0% to 100.0%: 50.0% came"} {
		if !strings.Contains(f.SVG(), want) {
			t.Errorf("the figure does not say %q", want)
		}
	}
}
