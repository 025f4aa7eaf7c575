package score

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"testing"

	"pgregory.net/rapid"
)

// reference is testdata/scores.json, computed from the definitions by another program.
type reference struct {
	N          int
	Brier      float64
	Log        float64 `json:"log_score_eps1e6"`
	Base       float64 `json:"base_rate"`
	BrierSkill float64 `json:"brier_skill_vs_base"`
	LogSkill   float64 `json:"log_skill_vs_base"`
	Murphy     struct {
		Reliability, Resolution, Uncertainty, Check float64
		Variance                                    float64 `json:"within_bin_variance"`
		Covariance                                  float64 `json:"within_bin_covariance"`
	} `json:"murphy_10bins"`
	AUC     float64
	Poisson []struct {
		Lambda    float64
		Obs       int
		CRPS, Log float64
	}
	NegBin []struct {
		Size, Mu  float64
		Obs       int
		CRPS, Log float64
	}
	Ensemble struct {
		Sample, Obs, CRPS []float64
		Fair              []float64 `json:"crps_fair"`
	}
	RPS struct {
		P         []float64
		ByOutcome []float64 `json:"rps_by_outcome"`
	}
}

func near(t *testing.T, what string, got, want float64) {
	t.Helper()
	if !(math.Abs(got-want) <= 1e-9*max(1, math.Abs(want))) {
		t.Errorf("%s: %.12g, the reference has %.12g", what, got, want)
	}
}

func readReference(t *testing.T) (reference, []Forecast) {
	t.Helper()
	var ref reference
	text, err := os.ReadFile("testdata/scores.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &ref); err != nil {
		t.Fatal(err)
	}
	f, err := os.Open("testdata/binary.csv")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var forecasts []Forecast
	for _, row := range rows[1:] {
		p, err := strconv.ParseFloat(row[1], 64)
		if err != nil {
			t.Fatal(err)
		}
		forecasts = append(forecasts, Forecast{P: p, Came: row[2] == "1"})
	}
	return ref, forecasts
}

func TestBinaryReference(t *testing.T) {
	ref, forecasts := readReference(t)
	b, err := Of(forecasts)
	if err != nil {
		t.Fatal(err)
	}
	if b.N != ref.N {
		t.Errorf("%d forecasts, want %d", b.N, ref.N)
	}
	near(t, "brier", b.Brier, ref.Brier)
	near(t, "log", b.Log, ref.Log)
	near(t, "base", b.Base, ref.Base)
	near(t, "brier skill", b.BrierSkill, ref.BrierSkill)
	near(t, "log skill", b.LogSkill, ref.LogSkill)
	near(t, "auc", b.AUC, ref.AUC)
	near(t, "reliability", b.Reliability, ref.Murphy.Reliability)
	near(t, "resolution", b.Resolution, ref.Murphy.Resolution)
	near(t, "uncertainty", b.Uncertainty, ref.Murphy.Uncertainty)
	near(t, "variance", b.Variance, ref.Murphy.Variance)
	near(t, "covariance", b.Covariance, ref.Murphy.Covariance)
	near(t, "check", b.Reliability-b.Resolution+b.Uncertainty+b.Variance-b.Covariance, ref.Murphy.Check)
}

func TestCountsReference(t *testing.T) {
	ref, _ := readReference(t)
	if len(ref.Poisson) == 0 || len(ref.NegBin) == 0 {
		t.Fatal("the reference is empty")
	}
	for _, r := range ref.Poisson {
		checkCounts(t, listed(t)(Poisson(r.Lambda)), r.Obs, r.CRPS, r.Log)
	}
	for _, r := range ref.NegBin {
		checkCounts(t, listed(t)(NegativeBinomial(r.Mu, r.Size)), r.Obs, r.CRPS, r.Log)
	}
	for i, obs := range ref.Ensemble.Obs {
		crps, fair, err := Ensemble(ref.Ensemble.Sample, obs)
		if err != nil {
			t.Fatal(err)
		}
		near(t, "ensemble", crps, ref.Ensemble.CRPS[i])
		near(t, "fair ensemble", fair, ref.Ensemble.Fair[i])
	}
	for k, want := range ref.RPS.ByOutcome {
		got, err := RPS(ref.RPS.P, k)
		if err != nil {
			t.Fatal(err)
		}
		near(t, "RPS", got, want)
	}
}

func checkCounts(t *testing.T, chances []float64, obs int, crps, log float64) {
	t.Helper()
	got, err := CRPS(chances, obs)
	if err != nil {
		t.Fatal(err)
	}
	near(t, "CRPS", got, crps)
	loss, impossible := CountLog(chances, obs)
	if impossible {
		t.Errorf("%d is called impossible", obs)
	}
	near(t, "log", loss, log)
}

// listed returns the chances of a distribution that must exist.
func listed(t *testing.T) func([]float64, error) []float64 {
	return func(chances []float64, err error) []float64 {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return chances
	}
}

// By hand: what came far from what was thought likely has the logarithm of its formula,
// and what no number can hold is said to be impossible.
func TestTails(t *testing.T) {
	for _, c := range []struct {
		mean float64
		came int
	}{{0.5, 20}, {0.5, 100}, {0.01, 60}, {7, 250}, {300, 0}, {2e6, 2_000_000}, {2e6, 1_970_000}, {2e6, 2_030_000}} {
		lg, _ := math.Lgamma(float64(c.came) + 1)
		want := c.mean - float64(c.came)*math.Log(c.mean) + lg
		loss, impossible := CountLog(listed(t)(Poisson(c.mean)), c.came)
		if impossible || math.Abs(loss-want) > 1e-9*max(want, c.mean) {
			t.Errorf("Poisson %v, %d came: %v, want %v", c.mean, c.came, loss, want)
		}
	}
	near(t, "negative binomial", first(CountLog(listed(t)(NegativeBinomial(1, 1)), 500)), 501*math.Ln2)
	for _, came := range []int{0, 3_000_000, -1} {
		if loss, impossible := CountLog(listed(t)(Poisson(2e6)), came); !impossible || loss != 300*math.Ln10 {
			t.Errorf("%d of a mean of 2 million: %v, %v", came, loss, impossible)
		}
	}
	if got := listed(t)(Poisson(0)); first(CountLog(got, 0)) != 0 {
		t.Errorf("a mean of nothing: %v", got)
	}
	// A large mean is nearly normal.
	crps, err := CRPS(listed(t)(Poisson(2e6)), 2_001_000)
	if err != nil {
		t.Fatal(err)
	}
	if like, _ := Normal(2e6, math.Sqrt(2e6), 2_001_000); math.Abs(crps/like-1) > 1e-3 {
		t.Errorf("CRPS %v, of the normal %v", crps, like)
	}
	if far, _ := CRPS([]float64{1}, 1_000_000_000); far != 1e9 {
		t.Errorf("a billion where none was expected: %v", far)
	}
}

func first[T, U any](v T, _ U) T { return v }

func drawForecasts(t *rapid.T) []Forecast {
	n := rapid.IntRange(1, 80).Draw(t, "n")
	forecasts := make([]Forecast, n)
	for i := range forecasts {
		forecasts[i] = Forecast{
			P:      float64(rapid.IntRange(0, 40).Draw(t, "p")) / 40,
			Came:   rapid.Bool().Draw(t, "came"),
			Weight: rapid.Float64Range(0.1, 3).Draw(t, "w"),
		}
	}
	return forecasts
}

// Both decompositions close for any forecasts, with weights and ties.
func TestDecompositionsClose(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		forecasts := drawForecasts(t)
		b, err := Of(forecasts)
		if err != nil {
			t.Fatal(err)
		}
		if sum := b.Reliability - b.Resolution + b.Uncertainty + b.Variance - b.Covariance; math.Abs(sum-b.Brier) > 1e-12 {
			t.Fatalf("the parts add up to %v, Brier is %v", sum, b.Brier)
		}
		c, err := Calibrate(forecasts, 1)
		if err != nil {
			t.Fatal(err)
		}
		if sum := c.Miscalibration - c.Discrimination + c.Uncertainty; math.Abs(sum-b.Brier) > 1e-12 {
			t.Fatalf("the parts add up to %v, Brier is %v", sum, b.Brier)
		}
		if sum := c.Log.Miscalibration - c.Log.Discrimination + c.Log.Uncertainty; math.Abs(sum-b.Log) > 1e-12 {
			t.Fatalf("the parts add up to %v, the log score is %v", sum, b.Log)
		}
		if c.Log.Miscalibration < -1e-12 || c.Log.Discrimination < -1e-12 {
			t.Fatalf("log: %+v", c.Log)
		}
		if c.Miscalibration < -1e-12 || c.Discrimination < -1e-12 {
			t.Fatalf("miscalibration %v, discrimination %v", c.Miscalibration, c.Discrimination)
		}
		for k := 1; k < len(c.Steps); k++ {
			if c.Steps[k].Came <= c.Steps[k-1].Came || c.Steps[k].From <= c.Steps[k-1].To {
				t.Fatalf("steps out of order: %v", c.Steps)
			}
		}
	})
}

// Saying what one believes is best: the mean score of the true chance is the lowest.
func TestProper(t *testing.T) {
	chances := listed(t)(NegativeBinomial(4, 2))
	wrong := listed(t)(Poisson(4))
	mean := func(forecast []float64, of func([]float64, int) float64) float64 {
		sum := 0.0
		for k, p := range chances {
			sum += p * of(forecast, k)
		}
		return sum
	}
	crps := func(p []float64, k int) float64 { v, _ := CRPS(p, k); return v }
	logs := func(p []float64, k int) float64 { v, _ := CountLog(p, k); return v }
	if mean(chances, crps) >= mean(wrong, crps) || mean(chances, logs) >= mean(wrong, logs) {
		t.Error("a wrong distribution scores better than the true one")
	}
	for _, truth := range []float64{0.03, 0.3, 0.8} {
		for _, said := range []float64{0.01, 0.1, 0.5, 0.95} {
			expect := func(p float64, of func(*Forecast) float64) float64 {
				return truth*of(&Forecast{P: p, Came: true}) + (1-truth)*of(&Forecast{P: p})
			}
			if expect(truth, brier) > expect(said, brier) || expect(truth, logScore) > expect(said, logScore) {
				t.Errorf("with a chance of %v it pays to say %v", truth, said)
			}
		}
	}
}

// The same by simulation: over outcomes drawn from the truth every false forecast does
// worse, by more than five standard errors of the difference.
func TestProperBySimulation(t *testing.T) {
	const times = 40_000
	random := rand.New(rand.NewPCG(3, 4))
	worse := func(name string, difference func() float64) {
		sum, squares := 0.0, 0.0
		for range times {
			d := difference()
			sum += d
			squares += d * d
		}
		mean := sum / times
		if se := math.Sqrt((squares/times - mean*mean) / times); !(mean > 5*se) {
			t.Errorf("%s: the false forecast is worse by %v, standard error %v", name, mean, se)
		}
	}
	must := func(v float64, err error) float64 {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	for name, of := range map[string]func(*Forecast) float64{"Brier": brier, "log": logScore} {
		for _, bias := range []float64{-0.1, 0.1} {
			worse(name, func() float64 {
				p := 0.15 + 0.7*random.Float64()
				came := random.Float64() < p
				return of(&Forecast{P: p + bias, Came: came}) - of(&Forecast{P: p, Came: came})
			})
		}
	}
	draw := func(chances []float64) int {
		u := random.Float64()
		for k, p := range chances {
			if u -= p; u < 0 {
				return k
			}
		}
		return len(chances) - 1
	}
	truth, few, many := listed(t)(NegativeBinomial(4, 2)), listed(t)(NegativeBinomial(3, 2)), listed(t)(Poisson(4))
	for name, other := range map[string][]float64{"too low": few, "too sure": many} {
		worse("CRPS, "+name, func() float64 {
			k := draw(truth)
			return must(CRPS(other, k)) - must(CRPS(truth, k))
		})
		worse("log of counts, "+name, func() float64 {
			k := draw(truth)
			return first(CountLog(other, k)) - first(CountLog(truth, k))
		})
	}
	rungs := []float64{0.5, 0.2, 0.2, 0.1}
	worse("RPS", func() float64 {
		k := draw(rungs)
		return must(RPS([]float64{0.3, 0.4, 0.2, 0.1}, k)) - must(RPS(rungs, k))
	})
	for name, c := range map[string][2]float64{"shifted": {0.5, 1}, "too sure": {0, 0.6}, "too wide": {0, 1.7}} {
		worse("normal, "+name, func() float64 {
			x := random.NormFloat64()
			return must(Normal(c[0], c[1], x)) - must(Normal(0, 1, x))
		})
		worse("log of normal, "+name, func() float64 {
			x := random.NormFloat64()
			return must(NormalLog(c[0], c[1], x)) - must(NormalLog(0, 1, x))
		})
		worse("interval, "+name, func() float64 {
			const z = 1.2815515655446004 // of 80 %
			x := random.NormFloat64()
			return must(Interval(c[0]-z*c[1], c[0]+z*c[1], 0.8, x)) - must(Interval(-z, z, 0.8, x))
		})
	}
}

// Many draws score as the distribution they come from; the fair score does so with few.
func TestEnsembleConverges(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	want, err := Normal(1, 2, 3)
	if err != nil {
		t.Fatal(err)
	}
	few, many := 0.0, make([]float64, 20_000)
	const times = 20_000
	for range times {
		_, fair, err := Ensemble([]float64{1 + 2*random.NormFloat64(), 1 + 2*random.NormFloat64(), 1 + 2*random.NormFloat64()}, 3)
		if err != nil {
			t.Fatal(err)
		}
		few += fair / times
	}
	for i := range many {
		many[i] = 1 + 2*random.NormFloat64()
	}
	plain, _, err := Ensemble(many, 3)
	if err != nil {
		t.Fatal(err)
	}
	if math.Abs(plain-want) > 0.03 || math.Abs(few-want) > 0.04 {
		t.Errorf("ensembles score %v and, fair, %v; the distribution %v", plain, few, want)
	}
}

// By hand: an interval missed by 1 at level 0.9 costs its width and 20.
func TestInterval(t *testing.T) {
	got, err := Interval(2, 5, 0.9, 6)
	if err != nil {
		t.Fatal(err)
	}
	near(t, "interval", got, 3+20)
	if got, _ = Interval(2, 5, 0.9, 4); got != 3 {
		t.Errorf("a hit costs %v, not its width", got)
	}
}

func TestSkill(t *testing.T) {
	var model, base []Forecast
	for i := range 100 {
		came := i%4 == 0
		p := 0.1
		if came {
			p = 0.9
		}
		block := strconv.Itoa(i / 5)
		model = append(model, Forecast{P: p, Came: came, Block: block})
		base = append(base, Forecast{P: 0.25, Came: came, Block: block})
	}
	s, err := Against(model, base, 1)
	if err != nil {
		t.Fatal(err)
	}
	near(t, "skill", s.Value, 1-0.01/0.1875)
	if s.Blocks != 20 || s.Events != 25 || !(s.Low < s.Value && s.Value < s.High && s.Low > 0.8) {
		t.Errorf("%+v", s)
	}
	again, _ := Against(model, base, 1)
	if *again != *s {
		t.Error("the same seed gives another interval")
	}
	if got, want := s.Claim("the class rate"), "better than the class rate (skill 0.95"; len(got) < len(want) || got[:len(want)] != want {
		t.Errorf("%q", got)
	}
	s, _ = Against(base, base, 1)
	if got, want := s.Claim("itself"), "no better than itself (skill 0.00, 0.00 to 0.00; 25 events in 100 forecasts)"; got != want {
		t.Errorf("%q", got)
	}
	s, _ = Against(model[:40], base[:40], 1)
	if got, want := s.Claim("x"), "no claim: only 10 events in 40 forecasts, fewer than 20"; got != want {
		t.Errorf("%q", got)
	}
	for i := range model {
		model[i].Event = "the one event"
	}
	if s, _ = Against(model, base, 1); s.Events != 1 {
		t.Errorf("one event that many forecasts speak of counts %d", s.Events)
	}
}

// By hand: of five, one came at 1, one was lost at 2, one came at 3, one met the
// competing event at 4 and one was followed beyond 5. Who is settled after the loss
// stands for the lost one too: 1/(1-1/4).
func TestSettled(t *testing.T) {
	waits := []Wait{{P: 0.1, Years: 1, Ended: Came}, {P: 0.2, Years: 2}, {P: 0.3, Years: 3, Ended: Came}, {P: 0.4, Years: 4, Ended: Competing}, {P: 0.5, Years: 9}}
	got, err := Settled(waits, 5)
	if err != nil {
		t.Fatal(err)
	}
	want := []Forecast{{P: 0.1, Came: true, Weight: 1}, {P: 0.3, Came: true, Weight: 4.0 / 3}, {P: 0.4, Weight: 4.0 / 3}, {P: 0.5, Weight: 4.0 / 3}}
	if len(got) != len(want) {
		t.Fatalf("%+v", got)
	}
	for i := range want {
		near(t, "weight", got[i].Weight, want[i].Weight)
		if got[i].P != want[i].P || got[i].Came != want[i].Came {
			t.Errorf("%+v, want %+v", got[i], want[i])
		}
	}
}

// By hand, from Graf's definition, with ties: at 5 one event came and, after it, one of
// the three still followed was lost. G before 5 is 1, after it 2/3: the event counts 1,
// the loss at the horizon nothing, those beyond it 3/2 each.
func TestSettledAtHorizon(t *testing.T) {
	waits := []Wait{{P: 0.1, Years: 5}, {P: 0.9, Years: 5, Ended: Came, Event: "e"}, {P: 0.2, Years: 6}, {P: 0.3, Years: 7, Ended: Came}}
	got, err := Settled(waits, 5)
	if err != nil {
		t.Fatal(err)
	}
	want := []Forecast{{P: 0.9, Came: true, Weight: 1, Event: "e"}, {P: 0.2, Weight: 1.5}, {P: 0.3, Weight: 1.5}}
	if !slices.Equal(got, want) {
		t.Errorf("%+v", got)
	}
	b, err := Of(got)
	if err != nil {
		t.Fatal(err)
	}
	near(t, "Graf's Brier score", b.Brier, (0.01+1.5*0.04+1.5*0.09)/4)
	if b.AUC != 1 {
		t.Errorf("AUC %v", b.AUC)
	}
}

// The weights add up to the number of waits, whatever was lost and when, so that dividing
// by them is dividing by the waits.
func TestSettledWeights(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		waits := make([]Wait, rapid.IntRange(1, 40).Draw(t, "n"))
		beyond := false
		for i := range waits {
			waits[i] = Wait{P: 0.5, Years: float64(rapid.IntRange(0, 8).Draw(t, "years")), Ended: rapid.IntRange(Censored, Competing).Draw(t, "ended")}
			beyond = beyond || waits[i].Years > 5
		}
		got, err := Settled(waits, 5)
		if err != nil {
			if beyond {
				t.Fatal(err)
			}
			return
		}
		sum := 0.0
		for _, f := range got {
			sum += f.Weight
		}
		if math.Abs(sum-float64(len(waits))) > 1e-9 {
			t.Fatalf("weights of %v for %d waits: %+v", sum, len(waits), got)
		}
	})
}

// Losses do not move the score: with a third lost at random it is that of the full record.
func TestSettledIsUnbiased(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 6))
	full, seen := make([]Wait, 200_000), make([]Wait, 200_000)
	for i := range full {
		rate := 0.02 + 0.2*random.Float64()
		came, other, lost := random.ExpFloat64()/rate, random.ExpFloat64()/0.05, random.ExpFloat64()/0.08
		w := Wait{P: rate / 0.22, Years: min(came, other), Ended: Competing}
		if came < other {
			w.Ended = Came
		}
		full[i], seen[i] = w, w
		if lost < w.Years {
			seen[i].Years, seen[i].Ended = lost, Censored
		}
	}
	var of [2]*Binary
	for k, waits := range [][]Wait{full, seen} {
		forecasts, err := Settled(waits, 5)
		if err != nil {
			t.Fatal(err)
		}
		if of[k], err = Of(forecasts); err != nil {
			t.Fatal(err)
		}
	}
	if math.Abs(of[0].Brier-of[1].Brier) > 0.003 || math.Abs(of[0].AUC-of[1].AUC) > 0.005 {
		t.Errorf("Brier %v and %v, AUC %v and %v", of[0].Brier, of[1].Brier, of[0].AUC, of[1].AUC)
	}
}

// The interval of the mean loss is that of its standard error over blocks, and that of
// AUC holds the truth about as often as it says.
func TestBootstrap(t *testing.T) {
	random := rand.New(rand.NewPCG(8, 9))
	const times, groups, each = 150, 60, 4
	// Two normals one standard deviation apart are told apart with this chance.
	truth := math.Erfc(-1.0/2) / 2
	hits := 0
	for k := range times {
		var forecasts []Forecast
		for g := range groups {
			for range each {
				came := random.Float64() < 0.4
				x := random.NormFloat64()
				if came {
					x++
				}
				forecasts = append(forecasts, Forecast{P: 1 / (1 + math.Exp(0.9-x)), Came: came, Block: strconv.Itoa(g)})
			}
		}
		s, err := Bootstrap(forecasts, uint64(k))
		if err != nil {
			t.Fatal(err)
		}
		if s.AUC.Low <= truth && truth <= s.AUC.High {
			hits++
		}
		if k > 0 {
			continue
		}
		b, _ := Of(forecasts)
		variance := 0.0
		for g := range groups {
			sum := 0.0
			for i := range each {
				sum += brier(&forecasts[g*each+i]) - b.Brier
			}
			variance += sum * sum
		}
		want := 2 * 1.96 * math.Sqrt(variance) / (groups * each)
		if width := s.Brier.High - s.Brier.Low; math.Abs(width/want-1) > 0.1 || s.Blocks != groups {
			t.Errorf("an interval of %v, by its standard error %v; %d blocks", width, want, s.Blocks)
		}
		if !(s.Log.Low < b.Log && b.Log < s.Log.High) {
			t.Errorf("log %v, %+v", b.Log, s.Log)
		}
		if again, _ := Bootstrap(forecasts, 0); *again != *s {
			t.Error("the same seed gives another interval")
		}
	}
	if share := float64(hits) / times; share < 0.87 || share > 0.995 {
		t.Errorf("%v of intervals of 95 %% hold the true AUC", share)
	}
	s, err := Bootstrap([]Forecast{{P: 0.2, Block: "a"}, {P: 0.4, Came: true, Block: "a"}}, 1)
	if err != nil || !math.IsNaN(s.Brier.Low) || !math.IsNaN(s.AUC.High) || s.Blocks != 1 {
		t.Errorf("one block: %+v, %v", s, err)
	}
}

func TestRanking(t *testing.T) {
	for _, c := range []struct {
		forecasts []Forecast
		want      string
	}{
		{[]Forecast{{P: 0.5}}, "no ranking: nothing came in 1 forecast"},
		{[]Forecast{{P: 0.5, Came: true}, {P: 0.2, Came: true}}, "no ranking: the event came in all of 2 forecasts"},
		{[]Forecast{{P: 0.5, Came: true}, {P: 0.2}, {P: 0.5}}, "what came had the higher probability in 75% of comparisons with what did not (AUC 0.75; 1 event in 3 forecasts)"},
	} {
		b, err := Of(c.forecasts)
		if err != nil {
			t.Fatal(err)
		}
		if got := b.Ranking(); got != c.want {
			t.Errorf("%q, want %q", got, c.want)
		}
	}
}

// The rule of 20 events holds for losses as well: 60 forecasts of one war are one event.
func TestOfLossesClaims(t *testing.T) {
	good, bad := make([]float64, 60), make([]float64, 60)
	for i := range good {
		good[i], bad[i] = 1, 2
	}
	s, err := OfLosses(good, bad, nil, 1, 1)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := s.Claim("the rate"), "no claim: only 1 event in 60 forecasts, fewer than 20"; got != want {
		t.Errorf("%q", got)
	}
	if s, _ = OfLosses(good, bad, nil, 20, 1); s.Claim("the rate") != "better than the rate (skill 0.50, 0.50 to 0.50; 20 events in 60 forecasts)" {
		t.Errorf("%q", s.Claim("the rate"))
	}
}

// By hand: skill by the log score, with weights.
func TestAgainstLog(t *testing.T) {
	model := []Forecast{{P: 0.8, Came: true, Weight: 2}, {P: 0.4}}
	base := []Forecast{{P: 0.5, Came: true, Weight: 2}, {P: 0.5}}
	s, err := AgainstLog(model, base, 1)
	if err != nil {
		t.Fatal(err)
	}
	near(t, "skill", s.Value, 1-(2*math.Log(0.8)+math.Log(0.6))/(3*math.Log(0.5)))
	if s, _ = Against(model, base, 1); s.N != 2 || s.Events != 1 || s.Blocks != 2 {
		t.Errorf("%+v", s)
	}
	near(t, "skill by Brier", s.Value, 1-(2*0.04+0.16)/0.75)
	base[0].Weight = 1
	if _, err = Against(model, base, 1); err == nil || err.Error() != "forecast 1 counts 2, that of the baseline 1" {
		t.Errorf("other weights: %v", err)
	}
}

func TestRefuses(t *testing.T) {
	for name, f := range map[string][]Forecast{
		"none": nil, "above 1": {{P: 1.01}}, "NaN": {{P: math.NaN()}}, "weight": {{P: 0.5, Weight: -1}},
	} {
		if _, err := Of(f); err == nil {
			t.Errorf("%s: scored", name)
		}
		if _, err := Calibrate(f, 1); err == nil {
			t.Errorf("%s: calibrated", name)
		}
		if _, err := Bootstrap(f, 1); err == nil {
			t.Errorf("%s: given an interval", name)
		}
		if _, err := Against(f, f, 1); err == nil {
			t.Errorf("%s: compared", name)
		}
	}
	if _, err := Against([]Forecast{{P: 0.5}}, []Forecast{{P: 0.5, Came: true}}, 1); err == nil {
		t.Error("compared with forecasts of something else")
	}
	if _, err := CRPS([]float64{0.5}, 1); err == nil {
		t.Error("half a distribution was scored")
	}
	if _, err := RPS([]float64{0.5, 0.5}, 2); err == nil {
		t.Error("a class that does not exist came")
	}
	inf, nan := math.Inf(1), math.NaN()
	refused := map[string]error{}
	for name, draws := range map[string][]float64{"one draw": {1}, "+Inf": {1, inf}, "-Inf": {-inf, 1}, "NaN": {nan, 1}} {
		_, _, refused["ensemble with "+name] = Ensemble(draws, 1)
	}
	_, _, refused["ensemble at +Inf"] = Ensemble([]float64{1, 2}, inf)
	for _, c := range [][3]float64{{0, 0, 1}, {0, -1, 1}, {nan, 1, 1}, {0, nan, 1}, {0, 1, nan}, {0, inf, 1}, {inf, 1, inf}} {
		_, refused[fmt.Sprint("normal ", c)] = Normal(c[0], c[1], c[2])
		_, refused[fmt.Sprint("log of normal ", c)] = NormalLog(c[0], c[1], c[2])
	}
	for _, mean := range []float64{-1, nan, inf, 1e9} {
		_, refused[fmt.Sprint("Poisson ", mean)] = Poisson(mean)
		_, refused[fmt.Sprint("negative binomial ", mean)] = NegativeBinomial(mean, 1)
	}
	for _, size := range []float64{0, -1, nan, inf} {
		_, refused[fmt.Sprint("negative binomial of size ", size)] = NegativeBinomial(1, size)
	}
	_, refused["interval"] = Interval(2, 1, 0.9, 1)
	_, refused["level"] = Interval(1, 2, 1, 1)
	_, refused["interval at NaN"] = Interval(1, 2, 0.9, nan)
	for name, w := range map[string]Wait{"probability": {P: 1.1, Years: 9}, "NaN": {P: nan, Years: 9}, "years": {Years: -1}, "end": {Years: 9, Ended: 3}} {
		_, refused["wait of another "+name] = Settled([]Wait{w}, 5)
	}
	_, refused["no waits"] = Settled(nil, 5)
	_, refused["horizon of 0"] = Settled([]Wait{{Years: 9}}, 0)
	_, refused["a wait lost before the horizon"] = Settled([]Wait{{Years: 2}}, 5)
	_, refused["all lost after an event"] = Settled([]Wait{{Years: 1, Ended: Came}, {Years: 2}}, 5)
	one := []float64{1}
	_, refused["no losses"] = OfLosses(nil, nil, nil, 0, 1)
	_, refused["losses of other lengths"] = OfLosses(one, nil, nil, 0, 1)
	_, refused["blocks of other lengths"] = OfLosses(one, one, []string{"a", "b"}, 0, 1)
	_, refused["events below 0"] = OfLosses(one, one, nil, -1, 1)
	_, refused["a loss below 0"] = OfLosses([]float64{-1}, one, nil, 0, 1)
	_, refused["a loss of +Inf"] = OfLosses(one, []float64{inf}, nil, 0, 1)
	for name, err := range refused {
		if err == nil {
			t.Errorf("%s: scored", name)
		}
	}
	b, err := Of([]Forecast{{P: 0.5}, {P: 0.2}})
	if err != nil || !math.IsNaN(b.AUC) || !math.IsNaN(b.BrierSkill) {
		t.Errorf("nothing came: %+v, %v", b, err)
	}
}
