package forecast_test

import (
	"fmt"
	"math"
	"os"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"entente/forecast"
)

// close6 holds numbers to those of other software, to 1e-6.
func close6(t *testing.T, what string, got []float64, want ...float64) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%s: %v, want %v", what, got, want)
	}
	for i := range want {
		if diff := math.Abs(got[i] - want[i]); !(diff <= 1e-6) {
			t.Errorf("%s: %.12g, want %.12g", what, got, want)
			return
		}
	}
}

func decimal(t testing.TB, s string) float64 {
	t.Helper()
	v, err := strconv.ParseFloat(s, 64)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// The numbers are those of R 4.2.2: survival 3.5-3 (coxph, finegray, survdiff)
// and cmprsk 2.2-11 (crr, gtol 1e-12).
var three = []string{"soft_origin", "major_power", "length"}

func tied(t testing.TB) (spells []forecast.Spell, x [][]float64) {
	t.Helper()
	f, err := os.Open("testdata/tied.csv")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	for _, row := range table(t, f) {
		spells = append(spells, forecast.Spell{ID: row["id"], Years: decimal(t, row["years"]), Outcome: number(t, row["status"])})
		x = append(x, []float64{decimal(t, row["soft_origin"]), decimal(t, row["major_power"]), decimal(t, row["length"])})
	}
	return spells, x
}

func TestCoxTies(t *testing.T) {
	spells, x := tied(t)
	efron, err := forecast.Cox(spells, three, x, forecast.Efron)
	if err != nil {
		t.Fatal(err)
	}
	close6(t, "efron", efron.Coef, -0.567987331108576, -0.112965406384764, -0.0306446114738261)
	close6(t, "efron se", efron.SE, 0.26207767595508, 0.281298737766051, 0.0428354160071183)
	close6(t, "efron loglik", efron.LogLik[:], -364.922605696898, -362.503551327592)
	close6(t, "efron tests", []float64{efron.Score, efron.Wald}, 5.18234691973916, 5.08788034988206)
	breslow, err := forecast.Cox(spells, three, x, forecast.Breslow)
	if err != nil {
		t.Fatal(err)
	}
	close6(t, "breslow", breslow.Coef, -0.533447971074508, -0.112586262415827, -0.0293900709562837)
	close6(t, "breslow se", breslow.SE, 0.262821558742124, 0.281027297921309, 0.0429127179900659)
	close6(t, "breslow loglik", breslow.LogLik[:], -368.378324524511, -366.251714642435)
	close6(t, "breslow tests", []float64{breslow.Score, breslow.Wald}, 4.52401156355423, 4.45344059864293)
}

// R's cox.zph, in time by Kaplan-Meier.
func TestDriftReference(t *testing.T) {
	spells, x := tied(t)
	efron, err := forecast.Cox(spells, three, x, forecast.Efron)
	if err != nil {
		t.Fatal(err)
	}
	close6(t, "efron", append(efron.Drift, efron.DriftAll), 3.40807571721549, 1.05196226712976, 0.000301140383741297, 3.4756757782705)
	breslow, err := forecast.Cox(spells, three, x, forecast.Breslow)
	if err != nil {
		t.Fatal(err)
	}
	close6(t, "breslow", append(breslow.Drift, breslow.DriftAll), 2.96871911096529, 0.872126745532348, 2.95051630711584e-05, 3.0100387113857)
	c := forecast.Of(builtin(t).Blocs, 0, 3, forecast.Filter{})
	if x, err = c.Covariates(three[:2]); err != nil {
		t.Fatal(err)
	}
	r, err := forecast.Cox(c.Spells(), three[:2], x, forecast.Efron)
	if err != nil {
		t.Fatal(err)
	}
	close6(t, "r0-r3", append(r.Drift, r.DriftAll), 3.92434414585621, 0.252389865413064, 4.142586504237)
	if last := r.Warnings[len(r.Warnings)-1]; !strings.Contains(last, "the effect of soft_origin changes with time (p 0.048)") {
		t.Errorf("warnings %q", r.Warnings)
	}
}

func TestFineGrayTies(t *testing.T) {
	spells, x := tied(t)
	r, err := forecast.FineGray(spells, three, x)
	if err != nil {
		t.Fatal(err)
	}
	close6(t, "coef", r.Coef, -0.324266243368216, 0.0142551661393685, -0.0531584311028412)
	close6(t, "loglik", r.LogLik[:], -374.238869575964, -372.748620453447)
	// crr counts losses as we do once they come a moment after events.
	close6(t, "se", r.SE, 0.24227957297302, 0.258388799746231, 0.0418086987265399)
}

func TestLogRankReference(t *testing.T) {
	spells, x := tied(t)
	for _, test := range []struct {
		columns  int
		chisq    float64
		observed []int
		expected []float64
	}{
		{1, 4.35298906497636, []int{29, 48}, []float64{21.2752301489681, 55.7247698510319}},
		{2, 6.86739178445267, []int{12, 17, 43, 5}, []float64{10.52976541222, 10.7454647367481, 46.241180235778, 9.48358961525388}},
	} {
		labels := make([]string, len(x))
		for i := range x {
			labels[i] = strings.Trim(fmt.Sprint(x[i][:test.columns]), "[]")
		}
		c, err := forecast.LogRank(spells, labels)
		if err != nil {
			t.Fatal(err)
		}
		close6(t, "chisq", []float64{c.ChiSq}, test.chisq)
		for i, part := range c.Parts {
			if part.Observed != test.observed[i] {
				t.Errorf("%s: %d observed, want %d", part.Label, part.Observed, test.observed[i])
			}
			close6(t, "expected", []float64{part.Expected}, test.expected[i])
		}
	}
}

// TestRegressionPairs fits every pair of rungs of the built-in class. Where R's
// coefficients run away, or where it is left without one, we must say so.
func TestRegressionPairs(t *testing.T) {
	f, err := os.Open("testdata/regressions.csv")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	blocs := builtin(t).Blocs
	fitted, gray, warned, refused := 0, 0, 0, 0
	rows := table(t, f)
	for _, row := range rows {
		what := fmt.Sprintf("r%s-r%s %s", row["from"], row["to"], row["ties"])
		numbers := func(columns ...string) (list []float64) {
			for _, c := range columns {
				v, err := strconv.ParseFloat(row[c], 64)
				if err != nil {
					v = math.NaN()
				}
				list = append(list, v)
			}
			return list
		}
		class := forecast.Of(blocs, number(t, row["from"]), number(t, row["to"]), forecast.Filter{})
		x, err := class.Covariates(three[:2])
		if err != nil {
			t.Fatal(err)
		}
		ties := forecast.Efron
		if row["ties"] == "breslow" {
			ties = forecast.Breslow
		}
		r, err := forecast.Cox(class.Spells(), three[:2], x, ties)
		coef := numbers("cox1", "cox2")
		switch {
		case err != nil:
			refused++
			// R leaves out a covariate that is constant, or gives it the coefficient 0.
			if both := math.Abs(coef[0]*coef[1]) > 0; both || !strings.Contains(err.Error(), "cannot tell them apart") {
				t.Errorf("%s: %v, want %v", what, err, coef)
			}
			continue
		case math.Abs(coef[0]) > 15 || math.Abs(coef[1]) > 15:
			warned++
			if len(r.Warnings) == 0 || !strings.Contains(r.Warnings[0], "no finite estimate of") {
				t.Errorf("%s: %v without a warning", what, r.Coef)
			}
			continue
		}
		fitted++
		close6(t, what+" cox", r.Coef, coef...)
		close6(t, what+" cox se", r.SE, numbers("se1", "se2")...)
		close6(t, what+" cox loglik", r.LogLik[:], numbers("loglik0", "loglik1")...)
		c, err := class.LogRank("soft_origin")
		if err != nil {
			t.Fatal(err)
		}
		close6(t, what+" log-rank", []float64{c.ChiSq}, numbers("logrank")...)
		g, err := forecast.FineGray(class.Spells(), three[:2], x)
		if err != nil {
			t.Fatal(err)
		}
		if coef := numbers("gray1", "gray2"); math.Abs(coef[0]) < 15 && math.Abs(coef[1]) < 15 {
			gray++
			close6(t, what+" fine-gray", g.Coef, coef...)
			close6(t, what+" fine-gray se", g.SE, numbers("grayse1", "grayse2")...)
		}
	}
	t.Logf("%d fits of Cox, %d of Fine-Gray equal R's; %d without a finite estimate are warned of, %d refused", fitted, gray, warned, refused)
	if fitted < 80 || gray < 80 {
		t.Errorf("%d fits of Cox and %d of Fine-Gray compared, of %d", fitted, gray, len(rows))
	}
}

// Without ties and with one binary covariate the score test of the Cox model is
// the log-rank test.
func TestLogRankIsTheScoreTest(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(4, 40).Draw(t, "n")
		spells, labels, x := make([]forecast.Spell, n), make([]string, n), make([][]float64, n)
		for i := range spells {
			spells[i] = forecast.Spell{ID: strconv.Itoa(i), Years: float64(i), Outcome: rapid.IntRange(0, 2).Draw(t, "outcome")}
			x[i] = []float64{float64(rapid.IntRange(0, 1).Draw(t, "x"))}
			labels[i] = strconv.Itoa(int(x[i][0]))
		}
		c, err := forecast.LogRank(spells, labels)
		r, failed := forecast.Cox(spells, []string{"x"}, x, forecast.Efron)
		if (err == nil) != (failed == nil) {
			t.Fatalf("log-rank says %v, Cox %v", err, failed)
		}
		if err == nil && math.Abs(c.ChiSq-r.Score) > 1e-8*(1+c.ChiSq) {
			t.Fatalf("log-rank %v, score test %v", c.ChiSq, r.Score)
		}
	})
}

// Where nobody dissolves the subdistribution hazard is the hazard.
func TestFineGrayWithoutDissolutionIsCox(t *testing.T) {
	spells, x := tied(t)
	for i := range spells {
		spells[i].Outcome %= 2
	}
	cox, err := forecast.Cox(spells, three, x, forecast.Breslow)
	if err != nil {
		t.Fatal(err)
	}
	gray, err := forecast.FineGray(spells, three, x)
	if err != nil {
		t.Fatal(err)
	}
	close6(t, "coef", gray.Coef, cox.Coef...)
	close6(t, "loglik", gray.LogLik[:], cox.LogLik[:]...)
}

// Neither the order of the groups, nor the unit of time, nor that of a covariate
// moves what is said of the others.
func TestRegressionInvariance(t *testing.T) {
	spells, x := tied(t)
	turned, other := make([]forecast.Spell, len(spells)), make([][]float64, len(x))
	for i, s := range spells {
		at := (i*101 + 7) % len(spells) // 186 groups: 101 has no divisor in common
		turned[at] = forecast.Spell{ID: s.ID, Years: s.Years * 12, Outcome: s.Outcome}
		other[at] = []float64{1 - x[i][0], x[i][1], 1e6 + 1000*x[i][2]}
	}
	for name, fit := range map[string]func([]forecast.Spell, [][]float64) (*forecast.Regression, error){
		"cox": func(s []forecast.Spell, x [][]float64) (*forecast.Regression, error) {
			return forecast.Cox(s, three, x, forecast.Efron)
		},
		"fine-gray": func(s []forecast.Spell, x [][]float64) (*forecast.Regression, error) {
			return forecast.FineGray(s, three, x)
		},
	} {
		a, err := fit(spells, x)
		if err != nil {
			t.Fatal(err)
		}
		b, err := fit(turned, other)
		if err != nil {
			t.Fatal(err)
		}
		close6(t, name, []float64{-b.Coef[0], b.Coef[1], 1000 * b.Coef[2]}, a.Coef...)
		close6(t, name+" se", []float64{b.SE[0], b.SE[1], 1000 * b.SE[2]}, a.SE...)
		close6(t, name+" loglik", append(b.LogLik[:], b.Score, b.Wald), append(a.LogLik[:], a.Score, a.Wald)...)
	}
}

func TestRegressionErrors(t *testing.T) {
	s := func(outcomes ...int) (list []forecast.Spell) {
		for i, o := range outcomes {
			list = append(list, forecast.Spell{ID: string(rune('a' + i)), Years: float64(i + 1), Outcome: o})
		}
		return list
	}
	rows := func(columns ...[]float64) [][]float64 {
		x := make([][]float64, len(columns[0]))
		for i := range x {
			for _, c := range columns {
				x[i] = append(x[i], c[i])
			}
		}
		return x
	}
	nan, inf := math.NaN(), math.Inf(1)
	for _, test := range []struct {
		name   string
		spells []forecast.Spell
		names  []string
		x      [][]float64
		want   string
	}{
		{"no event", s(0, 2, 0), []string{"soft"}, rows([]float64{0, 1, 0}), "no event among 3 groups"},
		{"constant", s(1, 0, 1), []string{"soft"}, rows([]float64{1, 1, 1}), "soft is 1 for all 3 groups"},
		{"collinear", s(1, 0, 1, 1), []string{"a", "b", "c"}, rows([]float64{0, 1, 2, 5}, []float64{1, 0, 3, 1}, []float64{2, 2, 10, 12}), "c is a linear combination of a, b"},
		{"late", s(0, 0, 1), []string{"soft"}, rows([]float64{0, 1, 0}), "soft is the same for all groups still waiting"},
		{"infinite", s(1, 0, 1), []string{"soft"}, rows([]float64{0, inf, 0}), "soft of group b is +Inf"},
		{"all unknown", s(1, 0, 1), []string{"soft"}, rows([]float64{nan, nan, nan}), "no event among 0 groups"},
		{"negative", []forecast.Spell{{ID: "z", Years: -1, Outcome: 1}}, []string{"soft"}, rows([]float64{0}), "group z waited -1 years"},
		{"not a number", []forecast.Spell{{ID: "z", Years: nan, Outcome: 1}}, []string{"soft"}, rows([]float64{0}), "group z waited NaN years"},
		{"short", s(1, 0), []string{"soft"}, rows([]float64{0}), "1 rows of covariates for 2 spells"},
	} {
		for model, fit := range map[string]func() (*forecast.Regression, error){
			"cox": func() (*forecast.Regression, error) {
				return forecast.Cox(test.spells, test.names, test.x, forecast.Efron)
			},
			"fine-gray": func() (*forecast.Regression, error) { return forecast.FineGray(test.spells, test.names, test.x) },
		} {
			if _, err := fit(); err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("%s, %s: %v, want %q", model, test.name, err, test.want)
			}
		}
	}
	// The covariate parts the class: who has it came first.
	r, err := forecast.Cox(s(1, 1, 1, 0, 0, 0), []string{"soft"}, rows([]float64{1, 1, 1, 0, 0, 0}), forecast.Efron)
	if err != nil || len(r.Warnings) == 0 || !strings.Contains(r.Warnings[0], "no finite estimate of soft, which parts") {
		t.Errorf("separated: %+v, %v", r, err)
	}
	r, err = forecast.Cox(s(1, 1, 1, 0, 0, 1), []string{"soft"}, rows([]float64{1, nan, 1, 0, 1, 0}), forecast.Efron)
	if err != nil || r.Missing != 1 || r.N != 5 {
		t.Errorf("unknown value: %+v, %v", r, err)
	}
}

func BenchmarkRegression(b *testing.B) {
	spells, x := tied(b)
	b.Run("cox", func(b *testing.B) {
		for b.Loop() {
			if _, err := forecast.Cox(spells, three, x, forecast.Efron); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("fine-gray", func(b *testing.B) {
		for b.Loop() {
			if _, err := forecast.FineGray(spells, three, x); err != nil {
				b.Fatal(err)
			}
		}
	})
}
