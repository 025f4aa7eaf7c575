package figure

import (
	"math"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// smallFan has a gap before the day of the forecast and a line that ends early.
func smallFan() Fan {
	return Fan{Head: head("fan"), Middle: "pooled", Ranges: []string{"90% of runs", "50% of runs"}, Others: []string{"recorded"}, Unit: "year", Now: 2026.2,
		Panels: []Panel{{Name: "Acts a quarter", Spreads: []Spread{
			{X: 2025.7, Missing: true, Others: []float64{4}}, {X: 2025.95, Missing: true, Others: []float64{9}},
			{X: 2026.45, Middle: 6, Ranges: [][2]float64{{2, 11}, {4, 8}}, Others: []float64{math.NaN()}},
			{X: 2026.7, Middle: 6.5, Ranges: [][2]float64{{1, 13}, {4, 9}}}}}}}
}

func TestFanIsReadable(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		f := Fan{Head: head("r"), Middle: "pooled", Ranges: []string{"95% interval"}, Others: []string{"event model", "class rate"}, Unit: "years from now",
			Percent: rapid.Bool().Draw(r, "percent")}
		most := 1.0
		if !f.Percent {
			most = rapid.Float64Range(0, 1e4).Draw(r, "most")
		}
		words := strings.Repeat("a name ", rapid.IntRange(0, 20).Draw(r, "words"))
		years := rapid.IntRange(2, 50).Draw(r, "years")
		for range rapid.IntRange(1, 8).Draw(r, "panels") {
			p := Panel{Name: words, Note: words}
			for x := range years {
				v := rapid.Float64Range(0, most).Draw(r, "v")
				p.Spreads = append(p.Spreads, Spread{X: float64(x), Middle: v, Ranges: [][2]float64{{v / 2, (v + most) / 2}}, Others: []float64{math.NaN(), most - v}, Missing: x == 1})
			}
			f.Panels = append(f.Panels, p)
		}
		checkSVG(r, f.SVG())
	})
}

// The values of a point are there to be read, also by those who cannot see the chart.
func TestFanTellsItsPoints(t *testing.T) {
	chance := Fan{Head: head("f"), Percent: true, Unit: "years from now", Ranges: []string{"95% interval"}, Others: []string{"event model"},
		Panels: []Panel{{Name: "r3", Spreads: []Spread{{X: 0, Ranges: [][2]float64{{0, 0}}}, {X: 5, Middle: 0.25, Ranges: [][2]float64{{0.14, 0.38}}, Others: []float64{0.54}}}}}}
	for svg, want := range map[string]string{
		smallFan().SVG(): "Acts a quarter, year 2026.45: 6.0; 90% of runs 2.0 to 11.0; 50% of runs 4.0 to 8.0</title>",
		chance.SVG():     "r3, years from now 5: 25%; 95% interval 14% to 38%; event model 54%</title>",
	} {
		if !strings.Contains(svg, want) {
			t.Errorf("the figure does not say %q", want)
		}
	}
}
