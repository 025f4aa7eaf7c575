package brief

import (
	"bytes"
	"strconv"
	"strings"
	"testing"

	"entente"
	"entente/score"
)

// The page says what was forecast and what came, with intervals, and claims nothing from
// few events.
func TestCalibrations(t *testing.T) {
	var many, few []score.Forecast
	for i := range 200 {
		f := score.Forecast{P: float64(i%10) / 10, Came: i%10 > i/10%10, Block: strconv.Itoa(i / 10)}
		many = append(many, f)
		if i < 12 {
			f.Came = false
			few = append(few, f)
		}
	}
	p := &Calibrations{Case: &entente.Case{Group: entente.Group{Name: "A <group>"}}, Judgement: []string{"No better than chance."}, Record: "sha256:ab", Seed: 3}
	for i, forecasts := range [][]score.Forecast{many, few} {
		c, err := Calibrate("c"+strconv.Itoa(i), "Pair within 1 year", forecasts, 3)
		if err != nil {
			t.Fatal(err)
		}
		p.Of = append(p.Of, c)
	}
	var page bytes.Buffer
	if err := p.HTML(&page); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"A &lt;group&gt;", "No better than chance.", "record sha256:ab with seed 3",
		"On average 45.0% was forecast and 45.0% came.", "90 events in 200 forecasts", "(95% interval 0.", "Of independent calibrated forecasts ",
		"Ranking: no ranking: nothing came in 12 forecasts.", "No claim: fewer than 20 events.", `id="fig-c1"`,
	} {
		if !strings.Contains(page.String(), want) {
			t.Errorf("the page does not say %q", want)
		}
	}
	if s := page.String(); strings.Contains(s, "NaN") || strings.Contains(s, "<script") {
		t.Error("NaN or a script on the page")
	}
	if _, err := Calibrate("c", "none", nil, 1); err == nil {
		t.Error("nothing was scored")
	}
}
