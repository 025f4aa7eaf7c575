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
	"entente/internal/shared"
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

// TestRegressionPairs fits pairs of rungs of the reference input.
func TestRegressionPairs(t *testing.T) {
	rows := table(t, shared.Open(t, "reference/hazard/marker_pairs_input.csv"))
	for _, test := range []struct {
		pair                               string
		coef, se, loglik                   []float64
		grayCoef, graySE, grayLog, logRank float64
		grayCoef2, graySE2                 float64
	}{
		{pair: "03", coef: []float64{-0.734003801396425, 0.515993859501703}, se: []float64{0.382817866093016, 0.381613797092428},
			loglik: []float64{-120.141371485251, -116.012896222073}, logRank: 7.17228331468005,
			grayCoef: -0.403332890032745, grayCoef2: 0.819602356164858, graySE: 0.350446275138425, graySE2: 0.351507119977019, grayLog: -120.088465025166},
		{pair: "04", coef: []float64{-0.733945461330933, -0.651453809072542}, se: []float64{0.48093534807658, 0.55561080344893},
			loglik: []float64{-95.0311823617026, -93.5348846668106}, logRank: 1.62823650548387,
			grayCoef: -0.742080192083417, grayCoef2: -0.629286602479334, graySE: 0.420448675606126, graySE2: 0.585361891878016, grayLog: -94.103980873239},
		{pair: "26", coef: []float64{0.273213632247289, 0.0792463891831281}, se: []float64{0.891123711729513, 0.891278700826488},
			loglik: []float64{-26.2262441672366, -26.176736282551}, logRank: 0.0881538275088946,
			grayCoef: 0.232511500391831, grayCoef2: 0.116171326703843, graySE: 1.08808563907561, graySE2: 1.07971450407648, grayLog: -26.5057513309637},
		{pair: "08", coef: []float64{-0.735250849103115, -0.372489324599917}, se: []float64{0.562510840495293, 0.628738281891261},
			loglik: []float64{-58.1066509038482, -57.2746608588109}, logRank: 1.37349933436958,
			grayCoef: -0.405310247568742, grayCoef2: -0.179092334360758, graySE: 0.492549861222341, graySE2: 0.552632388899801, grayLog: -59.3780078375479},
	} {
		var spells []forecast.Spell
		var x [][]float64
		var labels []string
		for _, row := range rows {
			if row["from_rung"]+row["to_rung"] != test.pair || row["status"] == "9" {
				continue
			}
			spells = append(spells, forecast.Spell{ID: row["bloc_id"], Years: decimal(t, row["days"]) / 365.25, Outcome: number(t, row["status"])})
			x = append(x, []float64{decimal(t, row["soft_origin"]), decimal(t, row["major_power"])})
			labels = append(labels, row["soft_origin"])
		}
		for _, ties := range []forecast.Ties{forecast.Efron, forecast.Breslow} { // no two events of these pairs are tied
			r, err := forecast.Cox(spells, three[:2], x, ties)
			if err != nil {
				t.Fatal(err)
			}
			close6(t, test.pair+" cox", r.Coef, test.coef...)
			close6(t, test.pair+" cox se", r.SE, test.se...)
			close6(t, test.pair+" cox loglik", r.LogLik[:], test.loglik...)
		}
		r, err := forecast.FineGray(spells, three[:2], x)
		if err != nil {
			t.Fatal(err)
		}
		close6(t, test.pair+" fine-gray", r.Coef, test.grayCoef, test.grayCoef2)
		close6(t, test.pair+" fine-gray se", r.SE, test.graySE, test.graySE2)
		close6(t, test.pair+" fine-gray loglik", r.LogLik[1:], test.grayLog)
		c, err := forecast.LogRank(spells, labels)
		if err != nil {
			t.Fatal(err)
		}
		close6(t, test.pair+" log-rank", []float64{c.ChiSq}, test.logRank)
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
	if err != nil || len(r.Warnings) == 0 || !strings.Contains(r.Warnings[0], "soft has no finite estimate") {
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
