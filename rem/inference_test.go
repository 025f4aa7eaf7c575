package rem

import (
	"context"
	"encoding/json"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestProfileAgainstR(t *testing.T) {
	// uniroot(function(v) logLik(clogit(case ~ induced + offset(v * spontaneous) + strata(stratum), infert)) - top + qchisq(.95, 1) / 2, ...)
	l := infert(t)
	f := mustFit(t, l, abortions, Options{subject: subject{events: 83}})
	for k, want := range [][2]float64{{1.35277028477, 2.74732871795}, {0.746019673376, 2.174710643212}} {
		got, err := profile(t.Context(), l, f, abortions[k], 0.95)
		if err != nil {
			t.Fatal(err)
		}
		near(t, "low", got.Low, want[0], 1e-6)
		near(t, "high", got.High, want[1], 1e-6)
	}
	// The same on ll(b) + log(det(I))/2 of the first twelve sets.
	f = mustFit(t, l[:12], abortions, Options{Firth: true, subject: subject{events: 12}})
	for k, want := range [][2]float64{{-0.91074054779, 2.08371310959}, {-0.256072787304, 2.206961169891}} {
		got, err := profile(t.Context(), l[:12], f, abortions[k], 0.95)
		if err != nil {
			t.Fatal(err)
		}
		near(t, "penalised low", got.Low, want[0], 1e-5)
		near(t, "penalised high", got.High, want[1], 1e-5)
	}
}

func TestProfileOfSeparated(t *testing.T) {
	// Ten of ten happened: the log-likelihood 10 log p falls by 1.92 where p is
	// exp(-0.192); there is no upper bound.
	var x [][]float64
	var y []bool
	for range 10 {
		x, y = append(x, []float64{1}), append(y, true)
	}
	l := chances(x, y)
	f := mustFit(t, l, []string{"base"}, Options{subject: subject{events: 10}})
	got, err := profile(t.Context(), l, f, "base", 0.95)
	if err != nil {
		t.Fatal(err)
	}
	p := math.Exp(-3.841458820694124 / 20)
	near(t, "low", got.Low, math.Log(p/(1-p)), 1e-6)
	if !math.IsInf(got.High, 1) {
		t.Errorf("high: got %v", got.High)
	}
	if text, err := json.Marshal(got); err != nil || !strings.Contains(string(text), `"high":null`) {
		t.Errorf("got %s, %v", text, err)
	}
	for _, bad := range []struct {
		term  string
		level float64
		want  string
	}{{"bas", 0.95, `is "base" meant`}, {"base", 95, "between 0 and 1"}} {
		if _, err := profile(t.Context(), l, f, bad.term, bad.level); err == nil || !strings.Contains(err.Error(), bad.want) {
			t.Errorf("%+v: got %v", bad, err)
		}
	}
}

// At a bound of the profile the likelihood ratio test of that value has p = 1 -
// level.
func TestProfileInvertsTheTest(t *testing.T) {
	names := []string{"a", "b"}
	rapid.Check(t, func(r *rapid.T) {
		l := choices(r, 2)
		opt := Options{subject: subject{events: len(l)}}
		f, err := maximise(context.Background(), l, 2, names, opt)
		if err != nil || len(f.Warnings) > 0 {
			r.Skip("degenerate data")
		}
		level := rapid.Float64Range(0.5, 0.999).Draw(r, "level")
		i, err := profile(context.Background(), l, f, "b", level)
		if err != nil {
			r.Fatal(err)
		}
		for _, bound := range []float64{i.Low, i.High} {
			opt.Fixed = map[string]float64{"b": bound}
			small := mustFit(t, l, names, opt)
			test, err := Compare(small, f)
			if err != nil {
				r.Fatal(err)
			}
			if math.Abs(test.P-(1-level)) > 1e-6 {
				r.Errorf("at %v: p %v, want %v", bound, test.P, 1-level)
			}
		}
	})
}

func TestCompareAndWald(t *testing.T) {
	l := warpbreaks()
	about := subject{events: 54, cases: 54}
	f := mustFit(t, l, looms, Options{subject: about})
	zero := map[string]float64{"tensionM": 0, "tensionH": 0}
	small := mustFit(t, l, looms, Options{Fixed: zero, subject: about})
	// anova(glm(breaks ~ wool, poisson), glm(breaks ~ wool + tension, poisson), test = "LRT")
	for _, pair := range [][2]*Fit{{f, small}, {small, f}} {
		got, err := Compare(pair[0], pair[1])
		if err != nil {
			t.Fatal(err)
		}
		near(t, "ratio", got.Statistic, 70.94157051, 1e-8)
		near(t, "p", got.P/3.9376e-16, 1, 1e-4)
		if got.DF != 2 {
			t.Errorf("%d degrees of freedom", got.DF)
		}
	}
	without := counts{y: l.y}
	for _, x := range l.x {
		without.x = append(without.x, x[:2])
	}
	got, err := Compare(mustFit(t, without, looms[:2], Options{subject: about}), f)
	if err != nil {
		t.Fatal(err)
	}
	near(t, "terms left out of the model", got.Statistic, 70.94157051, 1e-8)

	// One term: the square of z. b' V^-1 b for the two tensions, in R.
	one, err := f.Wald("woolB")
	if err != nil {
		t.Fatal(err)
	}
	near(t, "one term", one.Statistic, f.Terms[1].Z*f.Terms[1].Z, 1e-10)
	near(t, "its p", one.P, f.Terms[1].P, 1e-10)
	two, err := f.Wald("tensionM", "tensionH")
	if err != nil {
		t.Fatal(err)
	}
	near(t, "two terms", two.Statistic, 71.0506655205, 1e-6)

	ridge := mustFit(t, l, looms, Options{Ridge: 1, subject: about})
	other := mustFit(t, l, looms, Options{subject: subject{events: 53, cases: 53}})
	moved := mustFit(t, l, looms, Options{Fixed: map[string]float64{"woolB": 1}, subject: about})
	for _, pair := range [][2]*Fit{{f, f}, {ridge, small}, {other, small}, {moved, small}} {
		if _, err := Compare(pair[0], pair[1]); err == nil {
			t.Errorf("compared %v and %v", pair[0].Terms, pair[1].Terms)
		}
	}
	for _, terms := range [][]string{nil, {"wool"}, {"woolB", "woolB"}} {
		if _, err := f.Wald(terms...); err == nil {
			t.Errorf("tested %v", terms)
		}
	}
	if _, err := small.Wald("tensionM"); err == nil {
		t.Error("tested what is fixed")
	}
	if ridge.DF >= 4 || ridge.DF <= 1 || ridge.LR != nil {
		t.Errorf("a ridge has %v effective coefficients", ridge.DF)
	}
}

// By definition the actor-robust middle is the sum of score products over all
// ordered pairs of cases that share an actor.
func TestActorsRobust(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		l := choices(r, 2)
		largest := rapid.SampledFrom([]int{1, 2, 4, 14}).Draw(r, "largest set")
		sets := make([][]int32, len(l))
		for c := range sets {
			sets[c] = rapid.SliceOfNDistinct(rapid.Int32Range(0, 20), 0, largest, rapid.ID).Draw(r, "set")
		}
		opt := Options{Robust: "actor", subject: subject{events: len(l), members: func(c int) []int32 { return sets[c] }}}
		f, err := maximise(context.Background(), l, 2, []string{"a", "b"}, opt)
		if err != nil {
			r.Skip("degenerate data")
		}
		var scores [][]float64
		_ = l.scores(context.Background(), f.Theta(), func(_ int, _ float64, s []float64) {
			scores = append(scores, append([]float64(nil), s...))
		})
		meat := make([]float64, 4)
		for c := range l {
			for d := range l {
				near := c == d
				for _, a := range sets[c] {
					for _, b := range sets[d] {
						near = near || a == b
					}
				}
				if near {
					addProduct(meat, 1, scores[c], scores[d])
				}
			}
		}
		plain := opt
		plain.Robust = ""
		bread := mustFit(t, l, []string{"a", "b"}, plain).Covariance
		want := product(product(bread, meat, 2), bread, 2)
		for _, w := range f.Warnings {
			if w.Code == WarnRobust {
				if values, _ := eigen(want, 2); values[0] >= 0 {
					r.Errorf("mended what was positive definite: %v", want)
				}
				return
			}
		}
		for k := range want {
			if math.Abs(f.Covariance[k]-want[k]) > 1e-8*(1+math.Abs(want[0])+math.Abs(want[3])) {
				r.Errorf("got %v, want %v", f.Covariance, want)
			}
		}
	})
}

// By event with single cases is White's: vcovHC(g, type = "HC0") of sandwich.
func TestEventsRobust(t *testing.T) {
	f := mustFit(t, warpbreaks(), looms, Options{Robust: "event", subject: subject{events: 54}})
	for k, want := range []float64{0.116578166841, 0.104321359159, 0.128956022686, 0.124924396333} {
		near(t, looms[k], f.Terms[k].RobustSE, want, 1e-6)
		near(t, "z", f.Terms[k].Z, f.Terms[k].Estimate/want, 1e-6)
	}
}

func TestMatrices(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		n := rapid.IntRange(1, 8).Draw(r, "n")
		root := rapid.SliceOfN(rapid.Float64Range(-1, 1), n*n, n*n).Draw(r, "root")
		a := make([]float64, n*n)
		for i := range n {
			for j := range n {
				for k := range n {
					a[i*n+j] += root[i*n+k] * root[j*n+k]
				}
			}
			a[i*n+i] += 0.1
		}
		inverse, ok := invert(a, n)
		if !ok {
			r.Fatal("not positive definite")
		}
		logdet, _ := logDeterminant(a, n)
		values, vectors := eigen(a, n)
		for _, v := range values {
			logdet -= math.Log(v)
		}
		if math.Abs(logdet) > 1e-9 {
			r.Errorf("the determinant is not the product of the eigenvalues: off by %v", logdet)
		}
		one := product(a, inverse, n)
		for i := range n {
			for j := range n {
				sum := 0.0
				for k, v := range values {
					sum += v * vectors[k*n+i] * vectors[k*n+j]
				}
				if math.Abs(sum-a[i*n+j]) > 1e-11 || math.Abs(one[i*n+j]-math.Max(0, 1-math.Abs(float64(i-j)))) > 1e-9 {
					r.Errorf("%d, %d: %v and %v", i, j, sum-a[i*n+j], one[i*n+j])
				}
			}
		}
	})
}

// A design hands its cases, their scores and their actors to the estimation.
func TestDesignAsLikelihood(t *testing.T) {
	data := &Data{Actors: []string{"A", "B", "C", "D", "E"}}
	for k := range int32(60) {
		i, j := k*k%5, (k*k+1+k%3)%5
		data.Events = append(data.Events, Event{Time: float64(k), From: []int32{i}, To: []int32{j}, Value: 1})
	}
	for _, m := range []*Model{
		{Family: REM, Directed: true, Interval: true, Terms: []Term{{Term: "intercept"}, {Term: "inertia"}, {Term: "recip"}}},
		{Family: Choice, Terms: []Term{{Term: "inertia"}, {Term: "recip"}}},
		{Family: Rate, Terms: []Term{{Term: "outdeg", Weighted: true}}},
	} {
		d, err := Prepare(t.Context(), data, m)
		if err != nil {
			t.Fatal(err)
		}
		f, err := d.Fit(t.Context(), Options{})
		if err != nil {
			t.Fatal(err)
		}
		s := d.subject()
		total, last, loglik := make([]float64, len(d.Terms)), -1, 0.0
		err = d.likelihood().scores(t.Context(), f.Theta(), func(c int, l float64, score []float64) {
			if c != last+1 {
				t.Fatalf("%s: case %d after %d", m.Family, c, last)
			}
			last = c
			loglik += l
			for k, v := range score {
				total[k] += v
			}
			if want := map[Family]int{REM: 2, Choice: 2, Rate: 1}[m.Family]; c == last && s.members(c) != nil && len(s.members(c)) != want {
				t.Errorf("%s: case %d has the actors %v", m.Family, c, s.members(c))
			}
		})
		if err != nil || last != s.cases-1 {
			t.Errorf("%s: %d cases of %d, %v", m.Family, last+1, s.cases, err)
		}
		near(t, string(m.Family)+" log-likelihood", f.LogLik, loglik, 1e-9)
		for k, v := range total {
			near(t, "score of "+d.Terms[k], v*f.Terms[k].SE, 0, 1e-5)
		}
		for _, by := range []string{"event", "actor"} {
			r, err := d.Fit(t.Context(), Options{Robust: by})
			if err != nil || !(r.Terms[0].RobustSE > 0) {
				t.Errorf("%s robust by %s: %v", m.Family, by, err)
			}
		}
		i, err := d.Profile(t.Context(), f, d.Terms[0], 0.9)
		if err != nil || !(i.Low < f.Terms[0].Estimate && f.Terms[0].Estimate < i.High) {
			t.Errorf("%s: profile %v, %v", m.Family, i, err)
		}
	}
}

// Sets and sampled pairs are clustered by the actors of their events: the middle
// of the sandwich is the sum of score products over all pairs of events that share
// an actor. Intervals without an event stand alone.
func TestActorsRobustOfSets(t *testing.T) {
	sets := &Data{Actors: strings.Split("ABCDEFGHIJKLMNOPQRST", "")}
	pairs := &Data{Actors: sets.Actors, Layers: []Layer{{Name: "treaties", Directed: true}}}
	source := rand.New(rand.NewPCG(1, 2))
	for k := range 80 {
		var set []int32
		for _, a := range source.Perm(20)[:2+k%3] {
			set = append(set, int32(a))
		}
		sets.Events = append(sets.Events, Event{Time: float64(k), From: set, Value: 1})
		pairs.Events = append(pairs.Events, Event{Time: float64(k), From: set[:1], To: set[1:2], Value: 1})
		pairs.Layers[0].Events = append(pairs.Layers[0].Events, Event{Time: float64(k) + 0.5, From: set[1:2], To: set[:1], Value: 1})
	}
	for _, c := range []struct {
		data  *Data
		model *Model
	}{
		{sets, &Model{Family: Hyper, RiskSet: RiskSet{Controls: 5}, Terms: []Term{{Term: "subrep", Order: 1}, {Term: "subrep", Order: 2}}}},
		{pairs, &Model{Family: REM, Directed: true, Interval: true, RiskSet: RiskSet{Controls: 5},
			Terms: []Term{{Term: "intercept"}, {Term: "inertia"}, {Term: "tie", On: []string{"treaties"}}}}},
	} {
		d, err := Prepare(t.Context(), c.data, c.model)
		if err != nil {
			t.Fatal(err)
		}
		f, err := d.Fit(t.Context(), Options{})
		if err != nil {
			t.Fatal(err)
		}
		r, err := d.Fit(t.Context(), Options{Robust: "actor"})
		if err != nil || len(r.Warnings) > 0 {
			t.Fatal(err, r.Warnings)
		}
		var scores [][]float64
		_ = d.likelihood().scores(t.Context(), r.Theta(), func(_ int, _ float64, s []float64) { scores = append(scores, slices.Clone(s)) })
		var acted []*Event
		_ = d.Each(t.Context(), func(m *Moment) error {
			acted = append(acted, nil)
			if m.Event >= 0 {
				acted[len(acted)-1] = &d.data.Events[m.Event]
			}
			return nil
		})
		p := len(d.Terms)
		meat := make([]float64, p*p)
		for i, a := range acted {
			for j, b := range acted {
				shared := i == j
				for _, x := range actorsOf(a) {
					shared = shared || slices.Contains(actorsOf(b), x)
				}
				if shared {
					addProduct(meat, 1, scores[i], scores[j])
				}
			}
		}
		want := product(product(f.Covariance, meat, p), f.Covariance, p)
		for k, v := range want {
			near(t, string(c.model.Family)+" covariance", r.Covariance[k], v, 1e-9)
		}
	}
}

func actorsOf(e *Event) []int32 {
	if e == nil {
		return nil
	}
	return slices.Concat(e.From, e.To)
}
