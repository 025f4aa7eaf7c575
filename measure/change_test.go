package measure

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
)

func near(got, want, tolerance float64) bool { return math.Abs(got-want) <= tolerance }

// column reads one column of a file of reference numbers by its name.
func column(t testing.TB, file, name string) []float64 {
	t.Helper()
	f, err := os.Open("testdata/changepoint/" + file)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	col := slices.Index(rows[0], name)
	if col < 0 {
		t.Fatalf("%s has no column %q", file, name)
	}
	var values []float64
	for _, row := range rows[1:] {
		v, err := strconv.ParseFloat(row[col], 64)
		if err != nil {
			t.Fatal(err)
		}
		values = append(values, v)
	}
	return values
}

type segmentReference struct {
	Penalty   float64   `json:"penalty"`
	MinSeg    int       `json:"minseglen"`
	LastYears []int     `json:"last_year_of_segment"`
	Means     []float64 `json:"segment_means"`
	Objective float64   `json:"objective"`
	Package   []int     `json:"changepoint_pkg_last_years"`
}

type changeReference struct {
	N      int              `json:"n"`
	Total  float64          `json:"total"`
	SIC0   segmentReference `json:"poisson_op_SIC0"`
	BIC    segmentReference `json:"poisson_op_BIC"`
	Single struct {
		LastYear int     `json:"last_year_first_regime"`
		LR       float64 `json:"lr"`
	} `json:"single"`
	BaiPerron struct {
		LastYear []int     `json:"last_year"`
		BIC      []float64 `json:"RSS_BIC"`
	} `json:"baiperron_mean_bic_h015"`
	BOCPD struct {
		A0          float64 `json:"a0"`
		B0          float64 `json:"b0"`
		Hazard      float64 `json:"hazard"`
		LogEvidence float64 `json:"log_evidence"`
	} `json:"bocpd"`
}

func changeReferences(t testing.TB) map[string]changeReference {
	t.Helper()
	data, err := os.ReadFile("testdata/changepoint/changepoints.json")
	if err != nil {
		t.Fatal(err)
	}
	refs := map[string]changeReference{}
	if err := json.Unmarshal(data, &refs); err != nil {
		t.Fatal(err)
	}
	if len(refs) != 4 {
		t.Fatalf("%d reference series, want 4", len(refs))
	}
	return refs
}

func yearsOf(last []int) []int {
	years := make([]int, len(last))
	for i, k := range last {
		years[i] = 1946 + k
	}
	return years
}

func yearLabels(n int) []string {
	labels := make([]string, n)
	for i := range labels {
		labels[i] = strconv.Itoa(1946 + i)
	}
	return labels
}

func TestPoissonSegmentsEqualReference(t *testing.T) {
	for name, ref := range changeReferences(t) {
		x := column(t, "series.csv", name)
		for _, want := range []segmentReference{ref.SIC0, ref.BIC} {
			got, err := SegmentPoisson(x, nil, want.Penalty, want.MinSeg)
			if err != nil {
				t.Fatal(name, err)
			}
			if years := yearsOf(got.Last); !slices.Equal(years, want.LastYears) || !slices.Equal(years, want.Package) {
				t.Errorf("%s, penalty %.3f: last years %v, want %v and %v", name, want.Penalty, years, want.LastYears, want.Package)
			}
			if !slices.EqualFunc(got.Rate, want.Means, func(a, b float64) bool { return near(a, b, 1e-9) }) {
				t.Errorf("%s, penalty %.3f: means %v, want %v", name, want.Penalty, got.Rate, want.Means)
			}
			// The penalty itself is printed with ten decimals and counts up to 12 times.
			if !near(got.Objective, want.Objective, 2e-9) {
				t.Errorf("%s, penalty %.3f: objective %.10f, want %.10f", name, want.Penalty, got.Objective, want.Objective)
			}
		}
	}
}

func TestSingleChangeEqualsReference(t *testing.T) {
	for name, ref := range changeReferences(t) {
		got, err := SinglePoisson(column(t, "series.csv", name), nil, 2)
		if err != nil {
			t.Fatal(name, err)
		}
		if got.Last+1946 != ref.Single.LastYear || !near(got.LR, ref.Single.LR, 1e-9) {
			t.Errorf("%s: %d with %.10f, want %d with %.10f", name, got.Last+1946, got.LR, ref.Single.LastYear, ref.Single.LR)
		}
	}
}

func TestMeanBreaksEqualReference(t *testing.T) {
	for name, ref := range changeReferences(t) {
		got, err := BaiPerron(column(t, "series.csv", name), 0)
		if err != nil {
			t.Fatal(name, err)
		}
		if years := yearsOf(got.Last); !slices.Equal(years, ref.BaiPerron.LastYear) {
			t.Errorf("%s: last years %v, want %v", name, years, ref.BaiPerron.LastYear)
		}
		if !slices.EqualFunc(got.BIC, ref.BaiPerron.BIC, func(a, b float64) bool { return near(a, b, 1e-9) }) {
			t.Errorf("%s: BIC %.10f, want %.10f", name, got.BIC, ref.BaiPerron.BIC)
		}
	}
}

func TestRunLengthsEqualReference(t *testing.T) {
	for name, ref := range changeReferences(t) {
		x := column(t, "series.csv", name)
		got, err := BOCPD(x, nil, ref.BOCPD.A0, ref.BOCPD.B0, ref.BOCPD.Hazard)
		if err != nil {
			t.Fatal(name, err)
		}
		file := "bocpd_" + name + ".csv"
		most, expected := column(t, file, "map_run_length"), column(t, file, "expected_run_length")
		for i := range x {
			if got.MAP[i] != int(most[i]) || !near(got.Expected[i], expected[i], 1e-8) {
				t.Errorf("%s %d: run length %d, expected %.9f; want %v and %.9f", name, 1946+i, got.MAP[i], got.Expected[i], most[i], expected[i])
			}
		}
		if !near(got.LogEvidence, ref.BOCPD.LogEvidence, 1e-9) {
			t.Errorf("%s: log evidence %.10f, want %.10f", name, got.LogEvidence, ref.BOCPD.LogEvidence)
		}
	}
}

// The posterior of the run length, by hand: after one period it is 0 with the
// hazard and 1 otherwise; P(run = 0) stays the hazard.
func TestRunLengthsByHand(t *testing.T) {
	r, err := BOCPD([]float64{2, 0, 9, 9}, nil, 1, 1, 0.1)
	if err != nil {
		t.Fatal(err)
	}
	if !near(r.Expected[0], 0.9, 1e-12) || r.Recent[0] != 1 || !near(r.Recent[1], 1, 1e-12) {
		t.Errorf("after one and two periods: %v, %v", r.Expected, r.Recent)
	}
	// Geometric predictive of the prior Gamma(1,1): P(x) = (1/2)^(x+1). After x = 2
	// the regime's is NB(3, 2/3): P(0) = (2/3)^3 = 8/27.
	stay, end := 0.9*8./27, 0.1*0.5
	if want := 0.9 * (2*stay + end) / (stay + end); !near(r.Expected[1], want, 1e-12) {
		t.Errorf("expected run after two periods %v, want %v", r.Expected[1], want)
	}
	two, err := BOCPD([]float64{2, 0}, nil, 1, 1, 0.1)
	if err != nil {
		t.Fatal(err)
	}
	if want := math.Log(1./8) + math.Log(stay+end); !near(two.LogEvidence, want, 1e-12) {
		t.Errorf("log evidence %v, want %v", two.LogEvidence, want)
	}
}

func TestAlarms(t *testing.T) {
	x := make([]float64, 40)
	for i := range x {
		if x[i] = 1; i >= 25 {
			x[i] = 30
		}
	}
	r, err := BOCPD(x, nil, 1, 0.5, 0.02)
	if err != nil {
		t.Fatal(err)
	}
	if got := r.Alarms(0.5); !slices.Equal(got, []int{25}) {
		t.Errorf("alarms %v, want one at 25", got)
	}
}

// negBinLog is the log-probability of a count by its definition as a product.
func negBinLog(x int, mean, size float64) float64 {
	p := size * math.Log(size/(size+mean))
	for i := range x {
		p += math.Log((size + float64(i)) / float64(i+1) * mean / (size + mean))
	}
	return p
}

func TestNegBinLogLikelihood(t *testing.T) {
	x := []float64{3, 0, 7, 2, 2, 11, 0, 1}
	e := []float64{2, 1, 4, 1, 1, 3, 0.5, 2}
	s, err := newCounts(x, e)
	if err != nil {
		t.Fatal(err)
	}
	const alpha = 0.7
	meanE := s.exposure() / 8
	rates := []float64{12. / 8, 14. / 6.5}
	want := 0.0
	for i := range x {
		rate := rates[0]
		if i > 3 {
			rate = rates[1]
		}
		want += negBinLog(int(x[i]), rate*e[i], e[i]/(alpha*meanE))
	}
	f := newNegBinFit(s)
	if got := f.logLik([]int{3}, alpha); !near(got, want, 1e-10) {
		t.Errorf("log-likelihood %.12f, want %.12f", got, want)
	}
	// A small dispersion is a Poisson.
	if got, want := f.logLik([]int{3}, 1e-7), s.poissonLogLik([]int{3}); !near(got, want, 1e-4) {
		t.Errorf("log-likelihood at dispersion 1e-7 %.9f, Poisson %.9f", got, want)
	}
	poisson := 0.0
	for i := range x {
		rate := rates[0]
		if i > 3 {
			rate = rates[1]
		}
		m := rate * e[i]
		poisson += x[i]*math.Log(m) - m - lgamma(x[i]+1)
	}
	if got := s.poissonLogLik([]int{3}); !near(got, poisson, 1e-10) {
		t.Errorf("Poisson log-likelihood %.12f, want %.12f", got, poisson)
	}
}

// drawNegBin draws a negative binomial count as a Poisson of a gamma rate.
func drawNegBin(rng *rand.Rand, mean, size float64) float64 {
	gamma := 0.0 // integer sizes only: a sum of exponentials
	for range int(size) {
		gamma += rng.ExpFloat64()
	}
	return drawPoisson(rng, mean*gamma/size)
}

func drawPoisson(rng *rand.Rand, mean float64) float64 {
	k, left := -1.0, mean
	for left >= 0 {
		left -= rng.ExpFloat64()
		k++
	}
	return k
}

// Overdispersed counts of one rate: the Poisson sees changes, the negative
// binomial almost none, and it recovers the dispersion and true changes.
func TestNegBinSegmentsOfSimulatedCounts(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 5))
	const n, runs = 60, 200
	bic := 2 * math.Log(n)
	poisson, negBin, found := 0, 0, 0
	dispersions := make([]float64, 0, runs)
	for range runs {
		flat, step := make([]float64, n), make([]float64, n)
		for i := range flat {
			flat[i] = drawNegBin(rng, 8, 2)
			mean := 2.
			if i >= 30 {
				mean = 16
			}
			step[i] = drawNegBin(rng, mean, 2)
		}
		p, err := SegmentPoisson(flat, nil, bic, 2)
		if err != nil {
			t.Fatal(err)
		}
		nb, err := SegmentNegBin(flat, nil, bic, 2)
		if err != nil {
			t.Fatal(err)
		}
		poisson += len(p.Last)
		negBin += len(nb.Last)
		dispersions = append(dispersions, nb.Dispersion)
		if nb, _ = SegmentNegBin(step, nil, bic, 2); len(nb.Last) == 1 && nb.Last[0] >= 27 && nb.Last[0] <= 31 {
			found++
		}
	}
	slices.Sort(dispersions)
	t.Logf("changes per flat series: Poisson %.2f, negative binomial %.2f; median dispersion %.3f of 0.5; steps found %d of %d",
		float64(poisson)/runs, float64(negBin)/runs, dispersions[runs/2], found, runs)
	if poisson < 3*runs {
		t.Errorf("Poisson finds only %d changes: the test has lost its point", poisson)
	}
	if negBin > runs/5 {
		t.Errorf("negative binomial finds %d changes in %d flat series", negBin, runs)
	}
	if m := dispersions[runs/2]; m < 0.4 || m > 0.6 {
		t.Errorf("median dispersion %.3f, want near 0.5", m)
	}
	if found < runs*3/4 {
		t.Errorf("the step was found in %d of %d series", found, runs)
	}
}

// A finer grid of dispersions must not find anything better.
func TestNegBinObjectiveIsLeast(t *testing.T) {
	for name := range changeReferences(t) {
		s, err := newCounts(column(t, "series.csv", name), nil)
		if err != nil {
			t.Fatal(err)
		}
		for _, penalty := range []float64{math.Log(73), 2 * math.Log(73)} {
			got := s.negBin([]float64{penalty}, 2)[0]
			p, f := newPartition(s.n()), newNegBinFit(s)
			for logAlpha := math.Log(1e-4); logAlpha < math.Log(50); logAlpha += 0.02 {
				alpha := math.Exp(logAlpha)
				f.price(alpha)
				last, _ := p.least(2, penalty, f.cost)
				if objective := penalty*float64(len(last)) - 2*f.logLik(last, alpha); objective < got.Objective-1e-6 {
					t.Errorf("%s, penalty %.2f: %.6f at dispersion %.4f, but %.6f at %.4f", name, penalty, got.Objective, got.Dispersion, objective, alpha)
				}
			}
			t.Logf("%s, penalty %.2f: dispersion %.4f, last years %v", name, penalty, got.Dispersion, yearsOf(got.Last))
		}
	}
}

// randomSeries makes a series with exposures and a random division into segments
// of at least minSeg.
func randomSeries(rng *rand.Rand, minSeg int) (x, e []float64, last []int) {
	n := 4 + rng.IntN(40)
	x, e = make([]float64, n), make([]float64, n)
	mean := 1 + 5*rng.Float64()
	for i := range x {
		if rng.IntN(10) == 0 {
			mean = 12 * rng.Float64()
		}
		if rng.IntN(8) > 0 || i == 0 {
			e[i] = 0.2 + 3*rng.Float64()
			x[i] = drawPoisson(rng, mean*e[i])
		}
	}
	for k := -1; ; {
		k += minSeg + rng.IntN(n)
		if k > n-1-minSeg {
			return x, e, last
		}
		last = append(last, k)
	}
}

func TestSegmentationBeatsRandomDivisions(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for range 300 {
		minSeg := 1 + rng.IntN(4)
		x, e, last := randomSeries(rng, minSeg)
		penalty := 6 * rng.Float64()
		s, err := newCounts(x, e)
		if err != nil {
			t.Fatal(err)
		}
		poisson, err := SegmentPoisson(x, e, penalty, minSeg)
		if err != nil {
			t.Fatal(err)
		}
		negBin, err := SegmentNegBin(x, e, penalty, minSeg)
		if err != nil {
			t.Fatal(err)
		}
		f := newNegBinFit(s)
		cost := penalty * float64(len(last))
		s.eachSegment(last, func(from, to int) { cost += s.poissonCost(from, to) })
		if poisson.Objective > cost+1e-9 {
			t.Fatalf("%v over %v: objective %v, but dividing after %v costs %v", x, e, poisson.Objective, last, cost)
		}
		for _, alpha := range []float64{0.01, 0.3, 2} {
			if other := penalty*float64(len(last)) - 2*f.logLik(last, alpha); negBin.Objective > other+1e-6 {
				t.Fatalf("%v over %v: objective %v, but dividing after %v with %v costs %v", x, e, negBin.Objective, last, alpha, other)
			}
		}
		for _, seg := range []Segmentation{poisson, negBin} {
			first := 0
			for _, k := range append(slices.Clone(seg.Last), len(x)-1) {
				if k+1-first < min(minSeg, len(x)) {
					t.Fatalf("segment %d..%d is shorter than %d", first, k, minSeg)
				}
				first = k + 1
			}
			if len(seg.Rate) != len(seg.Last)+1 {
				t.Fatalf("%d rates for %d segments", len(seg.Rate), len(seg.Last)+1)
			}
		}
		if negBin.LogLik < 0 && negBin.Objective > poisson.Penalty*float64(len(poisson.Last))-2*poisson.LogLik+1e-9 {
			t.Fatalf("negative binomial %v is worse than its own limit, the Poisson %v", negBin, poisson)
		}
	}
}

func TestExposureScales(t *testing.T) {
	rng := rand.New(rand.NewPCG(8, 8))
	for range 100 {
		x, e, _ := randomSeries(rng, 2)
		scaled := make([]float64, len(e))
		for i := range e {
			scaled[i] = 4 * e[i]
		}
		labels := yearLabels(len(x))
		a, b := DetectChange(labels, x, e), DetectChange(labels, x, scaled)
		if a.Thin != b.Thin {
			t.Fatalf("%q and %q", a.Thin, b.Thin)
		}
		if a.Thin != "" {
			continue
		}
		for i := range a.Poisson {
			for _, pair := range [][2]Segmentation{{a.Poisson[i], b.Poisson[i]}, {a.NegBin[i], b.NegBin[i]}} {
				if !slices.Equal(pair[0].Last, pair[1].Last) {
					t.Fatalf("%s: segments end at %v, with four times the exposure at %v", pair[0].Model, pair[0].Last, pair[1].Last)
				}
				for k, rate := range pair[0].Rate {
					if !near(rate, 4*pair[1].Rate[k], 1e-9*rate) {
						t.Fatalf("%s: rates %v, with four times the exposure %v", pair[0].Model, pair[0].Rate, pair[1].Rate)
					}
				}
			}
		}
		if !slices.Equal(a.Run.MAP, b.Run.MAP) || !near(a.Run.LogEvidence, b.Run.LogEvidence, 1e-8) {
			t.Fatal("run lengths depend on the unit of exposure")
		}
		if a.Single.Last != b.Single.Last || !near(a.Single.LR, b.Single.LR, 1e-8) {
			t.Fatal("the single change depends on the unit of exposure")
		}
	}
}

func TestExposureExplainsMoreCoverage(t *testing.T) {
	x, e := make([]float64, 30), make([]float64, 30)
	for i := range x {
		x[i], e[i] = 2, 4
		if i >= 20 {
			x[i], e[i] = 12, 24
		}
	}
	labels := yearLabels(30)
	if c := DetectChange(labels, x, nil); len(c.Poisson[1].Last) != 1 || c.Poisson[1].LastLabel[0] != "1965" {
		t.Errorf("without coverage: %+v, want one change after 1965", c.Poisson[1])
	}
	c := DetectChange(labels, x, e)
	if got := c.Breaks(); len(got) != 0 {
		t.Errorf("with coverage: breaks %v, want none", got)
	}
	if c.Mean != nil {
		t.Errorf("the share is constant, yet it has breaks %v", c.Mean)
	}
}

func TestUncoveredPeriods(t *testing.T) {
	labels := yearLabels(24)
	x, e := make([]float64, 24), make([]float64, 24)
	for i := range x {
		if i%3 == 0 {
			continue // not covered
		}
		x[i], e[i] = 1, 10
		if i >= 12 {
			x[i] = 8
		}
	}
	c := DetectChange(labels, x, e)
	if c.Thin != "" {
		t.Fatal(c.Thin)
	}
	for _, seg := range []Segmentation{c.Poisson[1], c.NegBin[1]} {
		if len(seg.Last) != 1 || seg.Last[0] < 11 || seg.Last[0] > 12 {
			t.Errorf("%s: changes after %v, want one after 11 or 12, between which nothing is covered", seg.Model, seg.Last)
		}
	}
	if len(c.Mean.Last) != 1 || c.Mean.Last[0] != 11 {
		t.Errorf("mean breaks after %v, want 11", c.Mean.Last)
	}
}

func TestThinSeries(t *testing.T) {
	zeros := make([]float64, 20)
	few := slices.Clone(zeros)
	few[3], few[9] = 4, 5
	uncovered := make([]float64, 20)
	for i := range 7 {
		uncovered[i] = 1
	}
	front := slices.Clone(zeros)
	for i := range 7 {
		front[i] = 5
	}
	for _, c := range []struct {
		name        string
		labels      []string
		x, exposure []float64
		want        string
	}{
		{"empty", nil, nil, nil, "no periods"},
		{"seven periods", yearLabels(7), []float64{9, 9, 9, 9, 9, 9, 9}, nil, "only 7 periods"},
		{"no event", yearLabels(20), zeros, nil, "no event"},
		{"nine events", yearLabels(20), few, nil, "only 9 events"},
		{"seven covered", yearLabels(20), front, uncovered, "only 7 periods with coverage"},
		{"never covered", yearLabels(20), zeros, zeros, "only 0 periods with coverage"},
		{"too long", yearLabels(1501), ones(1501), nil, "1501 periods are more than the 1500"},
		{"labels", yearLabels(3), zeros, nil, "3 labels for 20 counts"},
		{"exposures", yearLabels(20), zeros, zeros[:4], "4 exposures for 20 counts"},
		{"negative", yearLabels(1), []float64{-1}, nil, "count -1 in period 1"},
		{"NaN", yearLabels(1), []float64{math.NaN()}, nil, "count NaN in period 1"},
		{"uncovered event", yearLabels(2), []float64{0, 2}, []float64{1, 0}, "period 2 has 2 events but no exposure"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := DetectChange(c.labels, c.x, c.exposure)
			if !strings.Contains(got.Thin, c.want) {
				t.Errorf("thin because %q, want %q", got.Thin, c.want)
			}
			if got.Poisson != nil || got.Run != nil || len(got.Breaks()) != 0 {
				t.Error("a thin series has numbers")
			}
		})
	}
}

func TestLabelsOnlyName(t *testing.T) {
	x := column(t, "series.csv", "new_ge2_ots_states")
	years := DetectChange(yearLabels(73), x, nil)
	other := make([]string, 73)
	for i := range other {
		other[i] = fmt.Sprintf("Q%d", i)
	}
	quarters := DetectChange(other, x, nil)
	for i, b := range years.Breaks() {
		if q := quarters.Breaks()[i]; q.Last != b.Last || !slices.Equal(q.By, b.By) || q.Label != other[b.Last] {
			t.Errorf("break %v became %v", b, q)
		}
	}
	if got := years.Poisson[1].LastLabel; !slices.Equal(got, []string{"1990", "1997"}) {
		t.Errorf("changes after %v, want 1990 and 1997", got)
	}
	if data, err := json.Marshal(years); err != nil || !strings.Contains(string(data), `"last":["1990","1997"]`) {
		t.Errorf("JSON: %v: %s", err, data)
	}
}

func TestChangeRefusals(t *testing.T) {
	x := []float64{1, 2, 3, 4}
	for _, c := range []struct {
		name string
		err  func() error
		want string
	}{
		{"penalty", func() error { _, err := SegmentPoisson(x, nil, -1, 2); return err }, "penalty -1"},
		{"penalty NaN", func() error { _, err := SegmentNegBin(x, nil, math.NaN(), 2); return err }, "penalty NaN"},
		{"no exposure", func() error { _, err := SinglePoisson([]float64{0}, []float64{0}, 2); return err }, "without any exposure"},
		{"trimming", func() error { _, err := BaiPerron(x, 0.7); return err }, "trimming h 0.7"},
		{"short", func() error { _, err := BaiPerron(x[:3], 0); return err }, "3 periods"},
		{"constant", func() error { _, err := BaiPerron([]float64{.1, .1, .1, .1, .1}, 0); return err }, "constant"},
		{"hazard", func() error { _, err := BOCPD(x, nil, 1, 1, 1); return err }, "hazard 1"},
		{"prior", func() error { _, err := BOCPD(x, nil, 1, 0, .1); return err }, "b0 = 0"},
	} {
		if err := c.err(); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v, want %q", c.name, err, c.want)
		}
	}
}

func TestExactSteps(t *testing.T) {
	y := []float64{1, 1, 1, 1, 1, 5, 5, 5, 5, 5, 2, 2, 2, 2, 2}
	b, err := BaiPerron(y, 0)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(b.Last, []int{4, 9}) || !slices.EqualFunc(b.Mean, []float64{1, 5, 2}, func(a, b float64) bool { return near(a, b, 1e-12) }) {
		t.Errorf("breaks after %v with means %v, want 4 and 9 with 1, 5, 2", b.Last, b.Mean)
	}
}

// FuzzDetectChange feeds any numbers: no panic, and nothing undefined in the
// result.
func FuzzDetectChange(f *testing.F) {
	f.Add([]byte{1, 0, 3, 7, 2, 9, 0, 0, 12, 40, 38, 3}, 1.0)
	f.Add([]byte{0, 0, 0, 0, 0, 0, 0, 0, 0, 255}, 1e-9)
	f.Add([]byte{255, 1, 255, 1, 255, 1, 255, 1, 255, 1}, 1e12)
	f.Fuzz(func(t *testing.T, data []byte, scale float64) {
		if len(data) > 80 {
			data = data[:80]
		}
		x, e := make([]float64, len(data)), make([]float64, len(data))
		for i, b := range data {
			x[i] = float64(b&15) * scale
			e[i] = float64(b >> 4)
		}
		for _, exposure := range [][]float64{nil, e} {
			c := DetectChange(yearLabels(len(x)), x, exposure)
			if c.Thin != "" {
				continue
			}
			if _, err := json.Marshal(c); err != nil {
				t.Errorf("%v", err)
			}
		}
	})
}

func BenchmarkDetectChange(b *testing.B) {
	x := column(b, "series.csv", "new_all")
	labels := yearLabels(len(x))
	b.ReportAllocs()
	for b.Loop() {
		DetectChange(labels, x, nil)
	}
}
