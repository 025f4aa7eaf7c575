package bargain

import (
	"bytes"
	"encoding/json"
	"math"
	"os"
	"runtime"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// TestEmission replays a published run whose numbers are in testdata.
func TestEmission(t *testing.T) {
	text, err := os.ReadFile("testdata/emission.json")
	if err != nil {
		t.Fatal(err)
	}
	var want reference
	if err := json.Unmarshal(text, &want); err != nil {
		t.Fatal(err)
	}
	run, err := Spatial(t.Context(), &Issue{Dimensions: want.Dimensions, Actors: want.Actors}, Stop{})
	if err != nil {
		t.Fatal(err)
	}
	if run.Steps != want.Steps {
		t.Fatalf("%d steps, want %d", run.Steps, want.Steps)
	}
	for r, w := range want.Rounds {
		for i := range w.Position {
			if got := run.Rounds[r].Position[i][0]; math.Abs(got-w.Position[i][0]) > 1e-9 {
				t.Errorf("turn %d, %s: %v, want %v", r, want.Actors[i].Name, got, w.Position[i][0])
			}
		}
	}
}

func TestNobodyMoves(t *testing.T) {
	issue := &Issue{Dimensions: []string{"x"}, Actors: []Actor{{"A", 1, []float64{40}, []float64{50}}, {"B", 2, []float64{40}, []float64{90}}}}
	run, err := Spatial(t.Context(), issue, Stop{})
	if err != nil || run.Steps != 0 || len(run.Rounds) != 1 {
		t.Fatalf("%+v, %v", run, err)
	}
}

func TestTempering(t *testing.T) {
	learnt := Tempering{End: 0.5, Stretch: 1.2, Push: 0.1}
	for _, test := range []struct {
		name      string
		x, s      []float64
		reference float64
		want      float64
	}{
		{"graded, no reference", []float64{0, 60}, []float64{50, 50}, math.NaN(), 40},                    // (0.5*0 + 1*60)/1.5
		{"pushed", []float64{0, 60}, []float64{50, 50}, 0, 44},                                           // 40 + 0.1*40
		{"all at ends", []float64{0, 100, 100}, []float64{50, 50, 50}, math.NaN(), 50 + 1.2*(200./3-50)}, // 66.7 stretched
		{"cut at the end", []float64{100, 99}, []float64{50, 50}, 0, 100},
	} {
		if got := learnt.Predict(test.x, test.s, test.reference); math.Abs(got-test.want) > 1e-12 {
			t.Errorf("%s: %v, want %v", test.name, got, test.want)
		}
	}
}

func TestPivot(t *testing.T) {
	of := func(limits ...float64) []Signer {
		var s []Signer
		for _, l := range limits {
			s = append(s, Signer{1, l})
		}
		return s
	}
	for _, test := range []struct {
		name              string
		signers           []Signer
		reference, quorum float64
		want              float64
	}{
		{"the most reluctant decides", of(75, 40, 100), 0, 1, 40},
		{"one may stay out", of(75, 40, 100), 0, 2. / 3, 75},
		{"both sides: nothing changes", of(20, 70), 50, 1, 50},
		{"below the reference", of(20, 35), 50, 1, 35},
		{"a majority below", of(20, 30, 70), 50, 0.6, 30},
		{"votes count", []Signer{{3, 80}, {1, 10}}, 0, 0.75, 80},
	} {
		if got := Pivot(test.signers, test.reference, test.quorum); math.Abs(got-test.want) > 1e-12 {
			t.Errorf("%s: %v, want %v", test.name, got, test.want)
		}
	}
}

// TestSameBytes draws on one core and on several.
func TestSameBytes(t *testing.T) {
	c := invented(6, 2)
	solve := func(cores int) []byte {
		defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(cores))
		a, err := Solve(t.Context(), c, Drawing{Draws: 300, Seed: 5})
		if err != nil {
			t.Fatal(err)
		}
		text, err := json.Marshal(a)
		if err != nil {
			t.Fatal(err)
		}
		return text
	}
	if !bytes.Equal(solve(1), solve(4)) {
		t.Error("one core and four give different bytes")
	}
}

// TestRange compares the quantiles of a triangular distribution with its
// distribution function.
func TestRange(t *testing.T) {
	r := Range{10, 30, 40}
	for _, u := range []float64{0, 0.1, 0.5, 2. / 3, 0.9, 1} {
		x := r.at(u)
		f := (x - 10) * (x - 10) / (30 * 20)
		if x > 30 {
			f = 1 - (40-x)*(40-x)/(30*10)
		}
		if math.Abs(f-u) > 1e-12 {
			t.Errorf("quantile %v is %v, where the distribution is %v", u, x, f)
		}
	}
}

// TestFirstOrder uses y = 3a + b + noise of uniform variables, whose first-order
// indices are 9/10.5, 1/10.5 and 0 for a variable that does not enter.
func TestFirstOrder(t *testing.T) {
	const n = 40000
	a, b, c, y := make([]float64, n), make([]float64, n), make([]float64, n), make([]float64, n)
	for i := range n {
		// A lattice: equally spread, without randomness.
		at := func(k float64) float64 { return math.Mod(0.5+float64(i)*k, 1) }
		a[i], b[i], c[i] = at(0.6180339887498949), at(0.7548776662466927), at(0.5698402909980532)
		y[i] = 3*a[i] + b[i] + math.Sqrt(0.5)*at(0.8191725133961645)
	}
	for name, test := range map[string]struct {
		x    []float64
		want float64
	}{"a": {a, 9 / 10.5}, "b": {b, 1 / 10.5}, "c": {c, 0}} {
		if got := firstOrder(ranks(test.x), y); math.Abs(got-test.want) > 0.01 {
			t.Errorf("%s: %v, want %v", name, got, test.want)
		}
	}
	if got := correlation(ranks(a), ranks(a)); math.Abs(got-1) > 1e-12 {
		t.Errorf("rank correlation with itself %v", got)
	}
}

// TestUnits: a scale with other ends gives the same bargain in other units, and one
// turned round its mirror image.
func TestUnits(t *testing.T) {
	text, err := os.ReadFile("testdata/emission.json")
	if err != nil {
		t.Fatal(err)
	}
	var want reference
	if err := json.Unmarshal(text, &want); err != nil {
		t.Fatal(err)
	}
	build := func(low, high float64) *Case {
		c := &Case{Dimensions: []Dimension{{Name: "x", Low: low, High: high, Reference: math.NaN()}}}
		for _, a := range want.Actors {
			c.Parties = append(c.Parties, Party{Name: a.Name, Capability: Point(a.Capability), Salience: []Range{Point(a.Salience[0])},
				Position: []Range{Point(low + a.Position[0]/100*(high-low))}})
		}
		return c
	}
	plain, err := Solve(t.Context(), build(0, 100), Drawing{})
	if err != nil {
		t.Fatal(err)
	}
	years, err := Solve(t.Context(), build(4, 10), Drawing{})
	if err != nil {
		t.Fatal(err)
	}
	if plain.Steps != years.Steps {
		t.Fatalf("%d and %d steps", plain.Steps, years.Steps)
	}
	for k, r := range plain.Readings {
		if got := (years.Readings[k].Value - 4) / 6 * 100; math.Abs(got-r.Value) > 1e-9 {
			t.Errorf("%s: %v, want %v", r.Name, got, r.Value)
		}
		if got := years.Readings[k].Error / 6 * 100; math.Abs(got-r.Error) > 1e-9 {
			t.Errorf("%s: error %v, want %v", r.Name, got, r.Error)
		}
	}
}

// TestProperties: positions stay within those given, shares are shares, and every
// reading lies on the scale with its interval around it in order.
func TestProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := &Case{Dimensions: []Dimension{{Name: "x", High: 100, Reference: math.NaN()}}}
		lo, hi := 100.0, 0.0
		for i := range rapid.IntRange(2, 9).Draw(t, "n") {
			x := float64(rapid.IntRange(0, 20).Draw(t, "x")) * 5
			lo, hi = min(lo, x), max(hi, x)
			c.Parties = append(c.Parties, Party{Name: string(rune('A' + i)), Capability: Point(rapid.Float64Range(0.01, 100).Draw(t, "c")), Position: []Range{Point(x)}, Salience: []Range{Point(rapid.Float64Range(1, 100).Draw(t, "s"))}})
		}
		a, err := Solve(t.Context(), c, Drawing{})
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range a.Rounds {
			for _, x := range r.Position {
				if x[0] < lo-0.01 || x[0] > hi+0.01 {
					t.Fatalf("turn %d: %v outside %v to %v", r.Turn, x[0], lo, hi)
				}
			}
			for _, p := range r.Proposals {
				if !(p.Win >= 0 && p.Win <= 1) || p.Gain <= 0 {
					t.Fatalf("%+v", p)
				}
			}
		}
		for _, r := range a.Readings {
			if !(r.Value >= 0 && r.Value <= 100 && r.Low >= 0 && r.Low <= r.High && r.High <= 100 && r.Error > 0) {
				t.Fatalf("%+v", r)
			}
		}
	})
}

func TestReadTable(t *testing.T) {
	const head = "proposal,issue,council_vote,pos_a,pos_b,sal_a,sal_b,disagreement_point\n"
	rows, err := ReadTable("t.csv", strings.NewReader(head+"1,1,QMV,0,60,50,50,0\n1,2,Unan,,60,50,50,\n"), nil)
	if err == nil || !strings.Contains(err.Error(), "t.csv:3: 1 actors") {
		t.Errorf("%v, %v", rows, err)
	}
	rows, err = ReadTable("t.csv", strings.NewReader(head+"1,1,QMV,0,60,50,50,0\n"), nil)
	if err != nil {
		t.Fatal(err)
	}
	readings := rows[0].Readings()
	if got := readings[0]; got.Name != WeightedMean || got.Value != 30 || got.Error != Learnt().Measured[WeightedMean].Mean {
		t.Errorf("%+v", got)
	}
	for text, want := range map[string]string{
		"":                                   "no header",
		"proposal,issue,pos_a,sal_a\n":       "a bargain needs two",
		"proposal,issue,pos_a,pos_b,sal_a\n": "t.csv:1: actor b has a column pos_b and no column sal_b",
		head:                                 "no issues",
		head + "1,1,QMV,0,160,50,50,0\n":     `t.csv:2: pos_b "160"`,
		head + "1,1,QMV,0,60,50,NaN,0\n":     `sal_b "NaN"`,
		head + "1,1,most,0,60,50,50,0\n":     "neither QMV nor Unan",
		head + "1,1,QMV,0,60,50,50\n":        "7 cells; the header has 8",
		head + strings.Repeat("1,1,QMV,0,60,50,50,0\n", 2):  "stands there twice, first on line 2",
		strings.Replace(head, "issue,", "issue,colour,", 1): `column "colour" is not known`,
	} {
		if _, err := ReadTable("t.csv", strings.NewReader(text), nil); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %v, want %q", text, err, want)
		}
	}
}

func TestReadOwnScale(t *testing.T) {
	c, err := Read("x", strings.NewReader(`
dimensions: [{name: year, low: 4, high: 10, reference: 4}]
opt_out: 1
at_least: [6]
base_rate: {value: 5, low: 4, high: 9}
actors:
  - {name: A, capability: 1, position: 4, salience: 50, ceiling: 5}
  - {name: B, capability: 1, position: 7, salience: 50, ceiling: {low: 6, mode: 7, high: 8}}
`))
	if err != nil {
		t.Fatal(err)
	}
	a, err := Solve(t.Context(), c, Drawing{Draws: 500, Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []struct {
		name  string
		value float64
	}{{WeightedMean, 5.5}, {ConsensusPivot, 7}, {BaseRate, 5}} {
		k := slices.IndexFunc(a.Readings, func(r Reading) bool { return r.Name == want.name })
		if r := a.Readings[k]; math.Abs(r.Value-want.value) > 1e-9 {
			t.Errorf("%+v, want %v", r, want.value)
		}
		if want.name == ConsensusPivot {
			in := a.Readings[k].Inputs
			if in == nil || in.Low < 6 || in.High > 8 || in.AtLeast[0].Probability != 1 {
				t.Errorf("%+v", in)
			}
		}
	}
}
