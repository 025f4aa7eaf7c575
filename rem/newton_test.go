package rem

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// alternatives is a conditional logit held in memory: each case has rows of
// statistics, of which the first happened.
type alternatives [][][]float64

func (l alternatives) eval(_ context.Context, theta, grad, info []float64) (float64, error) {
	p := len(theta)
	total := 0.0
	clear(grad)
	clear(info)
	for _, rows := range l {
		value, score, variance := l.one(rows, theta)
		total += value
		for i := range p {
			if grad != nil {
				grad[i] += score[i]
			}
			for j := range p {
				if info != nil {
					info[i*p+j] += variance[i*p+j]
				}
			}
		}
	}
	return total, nil
}

func (l alternatives) one(rows [][]float64, theta []float64) (value float64, score, variance []float64) {
	p := len(theta)
	top := math.Inf(-1)
	for _, x := range rows {
		top = max(top, dot(theta, x))
	}
	sum, mean := 0.0, make([]float64, p)
	for _, x := range rows {
		w := math.Exp(dot(theta, x) - top)
		sum += w
		for k := range p {
			mean[k] += w * x[k]
		}
	}
	score, variance = make([]float64, p), make([]float64, p*p)
	for k := range p {
		mean[k] /= sum
		score[k] = rows[0][k] - mean[k]
	}
	for _, x := range rows {
		w := math.Exp(dot(theta, x)-top) / sum
		for i := range p {
			for j := range p {
				variance[i*p+j] += w * (x[i] - mean[i]) * (x[j] - mean[j])
			}
		}
	}
	return dot(theta, rows[0]) - top - math.Log(sum), score, variance
}

func (l alternatives) scores(_ context.Context, theta []float64, visit func(c int, loglik float64, score []float64)) error {
	for c, rows := range l {
		value, score, _ := l.one(rows, theta)
		visit(c, value, score)
	}
	return nil
}

// transformed applies f to every row.
func (l alternatives) transformed(f func(x []float64) []float64) alternatives {
	out := make(alternatives, len(l))
	for c, rows := range l {
		for _, x := range rows {
			out[c] = append(out[c], f(x))
		}
	}
	return out
}

// chances is a logistic regression as choices between a row and nothing.
func chances(rows [][]float64, happened []bool) alternatives {
	var l alternatives
	for k, x := range rows {
		pair := [][]float64{x, make([]float64, len(x))}
		if !happened[k] {
			slices.Reverse(pair)
		}
		l = append(l, pair)
	}
	return l
}

// counts is a Poisson regression, without the factorials.
type counts struct {
	x [][]float64
	y []float64
}

func (l counts) eval(ctx context.Context, theta, grad, info []float64) (float64, error) {
	p := len(theta)
	total := 0.0
	clear(grad)
	clear(info)
	for k, x := range l.x {
		mu := math.Exp(dot(theta, x))
		total += l.y[k]*dot(theta, x) - mu
		for i := range x {
			if grad != nil {
				grad[i] += (l.y[k] - mu) * x[i]
			}
			for j := range x {
				if info != nil {
					info[i*p+j] += mu * x[i] * x[j]
				}
			}
		}
	}
	return total, ctx.Err()
}

func (l counts) scores(_ context.Context, theta []float64, visit func(c int, loglik float64, score []float64)) error {
	for k, x := range l.x {
		eta := dot(theta, x)
		score := slices.Clone(x)
		scale(score, l.y[k]-math.Exp(eta))
		visit(k, l.y[k]*eta-math.Exp(eta), score)
	}
	return nil
}

// curve is any likelihood of one coefficient.
type curve func(x float64) (value, slope, information float64)

func (l curve) eval(_ context.Context, theta, grad, info []float64) (float64, error) {
	v, g, i := l(theta[0])
	if grad != nil {
		grad[0] = g
	}
	if info != nil {
		info[0] = i
	}
	return v, nil
}

func (l curve) scores(context.Context, []float64, func(int, float64, []float64)) error { return nil }

// infert are the 83 matched sets of Trichopoulos and others (1976), as in R's
// datasets package: prior spontaneous and induced abortions of a case and its
// controls.
func infert(t testing.TB) alternatives {
	t.Helper()
	text, err := os.ReadFile("testdata/infert.csv")
	if err != nil {
		t.Fatal(err)
	}
	var l alternatives
	last := 0
	for _, line := range strings.Fields(string(text))[1:] {
		var stratum, happened int
		x := make([]float64, 2)
		if _, err := fmt.Sscanf(line, "%d,%d,%g,%g", &stratum, &happened, &x[0], &x[1]); err != nil {
			t.Fatal(err)
		}
		if stratum != last {
			l = append(l, nil)
			last = stratum
		}
		l[len(l)-1] = append(l[len(l)-1], x)
	}
	return l
}

// warpbreaks are breaks of yarn by wool (A, B) and tension (L, M, H), nine looms
// each (Tippett 1950), as in R's datasets package.
func warpbreaks() counts {
	var l counts
	for k, y := range []float64{26, 30, 54, 25, 70, 52, 51, 26, 67, 18, 21, 29, 17, 12, 18, 35, 30, 36, 36, 21, 24, 18, 10, 43, 28, 15, 26,
		27, 14, 29, 19, 29, 31, 41, 20, 44, 42, 26, 19, 16, 39, 28, 21, 39, 29, 20, 21, 24, 17, 13, 15, 15, 16, 28} {
		x := []float64{1, 0, 0, 0}
		if k >= 27 {
			x[1] = 1
		}
		if tension := k % 27 / 9; tension > 0 {
			x[1+tension] = 1
		}
		l.x = append(l.x, x)
		l.y = append(l.y, y)
	}
	return l
}

var (
	abortions = []string{"spontaneous", "induced"}
	looms     = []string{"intercept", "woolB", "tensionM", "tensionH"}
)

func mustFit(t testing.TB, l likelihood, names []string, opt Options) *Fit {
	t.Helper()
	fit, err := maximise(context.Background(), l, len(names), names, opt)
	if err != nil {
		t.Fatal(err)
	}
	return fit
}

func near(t testing.TB, what string, got, want, tolerance float64) {
	t.Helper()
	if !(math.Abs(got-want) <= tolerance*max(1, math.Abs(want))) {
		t.Errorf("%s: got %.12g, want %.12g", what, got, want)
	}
}

func columns(f *Fit, of func(Estimate) float64) []float64 {
	var out []float64
	for _, e := range f.Terms {
		out = append(out, of(e))
	}
	return out
}

func TestFitAgainstR(t *testing.T) {
	estimate := func(e Estimate) float64 { return e.Estimate }
	se := func(e Estimate) float64 { return e.SE }
	robust := func(e Estimate) float64 { return e.RobustSE }
	event := subject{events: 83, cases: 83}
	loom := subject{events: 54, cases: 54, event: func(c int) int32 { return int32(c % 9) }}
	for _, c := range []struct {
		name   string
		l      likelihood
		names  []string
		opt    Options
		loglik float64
		null   float64
		want   map[string][]float64
	}{
		// survival 3.5-3:
		// f <- clogit(case ~ spontaneous + induced + strata(stratum), infert, method = "exact"); coef(f); sqrt(diag(vcov(f))); f$loglik
		// coxph(Surv(rep(1, 248), case) ~ spontaneous + induced + strata(stratum) + cluster(stratum), infert, ties = "breslow"): robust
		{"matched sets", infert(t), abortions, Options{Robust: "event", subject: event}, -64.2022369244, -90.7793548513, map[string][]float64{
			"estimate": {1.98587551668, 1.40901163188}, "se": {0.352443539807, 0.360712436249}, "robust": {0.401971461188, 0.384615054757}}},
		// g <- glm(breaks ~ wool + tension, poisson, warpbreaks, control = list(epsilon = 1e-14)); null: breaks ~ 1
		// sandwich 3.0-2: vcovCL(g, cluster = rep(1:9, 6), type = "HC0", cadjust = FALSE)
		{"counts", warpbreaks(), looms, Options{Robust: "event", subject: loom}, 3596.46214378, 3596.46214378 - 86.98032304/2, map[string][]float64{
			"estimate": {3.691963144941, -0.205988442639, -0.321320431601, -0.518488496512},
			"se":       {0.0454107943426, 0.0515712427836, 0.0602659166952, 0.0639595193957},
			"robust":   {0.130460838218, 0.061086334387, 0.117247646145, 0.130501826180}}},
		// optim(c(0, 0), function(b) -(ll(b) - sum(b^2)), method = "BFGS", control = list(reltol = 1e-16)): ridge 2
		{"ridge", infert(t), abortions, Options{Ridge: 2, subject: event}, -65.2558885701, -90.7793548513, map[string][]float64{"estimate": {1.529142518198, 0.968073695575}}},
		// the same with ll(b) + log(det(I))/2 on the first twelve sets
		{"Firth", infert(t)[:12], abortions, Options{Firth: true, subject: subject{events: 12}}, -11.9592827196, -12.3605681, map[string][]float64{
			"estimate": {0.548176943157, 0.817226921935}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := mustFit(t, c.l, c.names, c.opt)
			if !f.Converged || len(f.Warnings) > 0 {
				t.Errorf("converged %v, warnings %v", f.Converged, f.Warnings)
			}
			near(t, "log-likelihood", f.LogLik, c.loglik, 1e-9)
			if !c.opt.Firth {
				near(t, "null", f.NullLogLik, c.null, 1e-8)
			} else {
				near(t, "penalised", f.Penalised, -10.9691723828, 1e-9)
				near(t, "ratio with the null", f.LR.Statistic, 2*(-10.9691723828+12.0586771748), 1e-8)
			}
			for what, of := range map[string]func(Estimate) float64{"estimate": estimate, "se": se, "robust": robust} {
				for k, want := range c.want[what] {
					near(t, what+" of "+c.names[k], of(f.Terms[k]), want, 1e-6)
				}
			}
		})
	}
}

func TestCriteria(t *testing.T) {
	f := mustFit(t, warpbreaks(), looms, Options{subject: subject{events: 54}})
	// AIC(g) is 493.055966418 with the factorials, which the log-likelihood here leaves out.
	factorials := 0.0
	for _, y := range warpbreaks().y {
		l, _ := math.Lgamma(y + 1)
		factorials += l
	}
	near(t, "AIC", f.AIC+2*factorials, 493.055966418, 1e-9)
	near(t, "AICc", f.AICc-f.AIC, 2*4*5/49.0, 1e-9)
	near(t, "BIC", f.BIC-f.AIC, 4*math.Log(54)-8, 1e-9)
	e := f.Terms[1]
	near(t, "z", e.Z, -0.205988442639/0.0515712427836, 1e-6)
	near(t, "p", e.P*1e5, 6.49e-5*1e5, 1e-3) // summary(g): woolB -3.994 6.49e-05
	near(t, "low", e.Low, -0.205988442639-1.959963985*0.0515712427836, 1e-6)
	// anova(g, test = "LRT") against breaks ~ 1
	near(t, "ratio", f.LR.Statistic, 86.98032304, 1e-8)
	if f.LR.DF != 3 || f.Evaluations > 6 {
		t.Errorf("%d degrees of freedom, %d evaluations", f.LR.DF, f.Evaluations)
	}
	// A statistic far out in the tail keeps its digits: pnorm(-20) * 2.
	near(t, "tail", math.Erfc(20/math.Sqrt2)/5.507248237212467e-89, 1, 1e-9)
}

// The likelihood of a Poisson process at a constant rate, by hand: 3 events in 20
// units of time.
func TestNullModelOfARate(t *testing.T) {
	rate := curve(func(b float64) (float64, float64, float64) {
		e := 20 * math.Exp(b)
		return 3*b - e, 3 - e, e
	})
	f := mustFit(t, rate, []string{"intercept"}, Options{subject: subject{events: 3}})
	near(t, "rate", f.Terms[0].Estimate, math.Log(3.0/20), 1e-12)
	near(t, "standard error", f.Terms[0].SE, 1/math.Sqrt(3), 1e-12)
	near(t, "null", f.NullLogLik, 3*math.Log(3.0/20)-3, 1e-12)
	if f.Evaluations != 1 || f.LR != nil {
		t.Errorf("%d evaluations, test %v; the rate is known from one", f.Evaluations, f.LR)
	}
}

func TestHardRoads(t *testing.T) {
	for _, c := range []struct {
		name string
		l    curve
		opt  Options
		want float64
	}{
		// The information is negative beyond 1 of the top.
		{"not concave", func(x float64) (float64, float64, float64) {
			d := x - 3
			return -20 * math.Log(1+d*d), -40 * d / (1 + d*d), 40 * (1 - d*d) / (1 + d*d) / (1 + d*d)
		}, Options{}, 3},
		{"no number beyond the top", func(x float64) (float64, float64, float64) {
			return 10*x + math.Log(2-x), 10 - 1/(2-x), 1 / (2 - x) / (2 - x)
		}, Options{}, 1.9},
		{"steps far too long", func(x float64) (float64, float64, float64) {
			return 1000*x - math.Exp(x), 1000 - math.Exp(x), math.Exp(x)
		}, Options{}, math.Log(1000)},
		{"a start worse than none", func(x float64) (float64, float64, float64) {
			return 1000*x - math.Exp(x), 1000 - math.Exp(x), math.Exp(x)
		}, Options{Start: []float64{800}}, math.Log(1000)},
		// Half the curvature is missing, so steps shrink by half only.
		{"expected information", func(x float64) (float64, float64, float64) {
			return -(x - 1) * (x - 1) / 2, 1 - x, 2
		}, Options{}, 1},
		{"tiny units", func(x float64) (float64, float64, float64) {
			x *= 1e-9
			return 100*x - 10*math.Exp(x), 1e-9 * (100 - 10*math.Exp(x)), 1e-18 * 10 * math.Exp(x)
		}, Options{}, 1e9 * math.Log(10)},
	} {
		t.Run(c.name, func(t *testing.T) {
			last := math.Inf(-1)
			c.opt.Progress = func(_ int, loglik float64) {
				if loglik < last-1e-9 {
					t.Errorf("a step fell from %v to %v", last, loglik)
				}
				last = loglik
			}
			f := mustFit(t, c.l, []string{"x"}, c.opt)
			if !f.Converged {
				t.Errorf("not converged: %v", f.Warnings)
			}
			near(t, "maximum", f.Terms[0].Estimate, c.want, 2e-6)
		})
	}
}

func TestSeparation(t *testing.T) {
	// Ten events of each kind; all of the second kind happened. In the first five of
	// ten did.
	var x [][]float64
	var y []bool
	for k := range 20 {
		x = append(x, []float64{1, float64(k / 10)})
		y = append(y, k >= 10 || k%2 == 0)
	}
	l := chances(x, y)
	names := []string{"base", "group"}
	f := mustFit(t, l, names, Options{subject: subject{events: 20}})
	if len(f.Warnings) != 1 || f.Warnings[0].Code != WarnSeparation || !slices.Equal(f.Warnings[0].Terms, []string{"group"}) || f.Terms[1].Diverges != 1 || f.Terms[0].Diverges != 0 {
		t.Errorf("group separates upwards; got %v", f.Warnings)
	}
	near(t, "base", f.Terms[0].Estimate, 0, 1e-6)

	mirrored := l.transformed(func(x []float64) []float64 { return []float64{x[0], -1e-4 * x[1]} })
	f = mustFit(t, mirrored, names, Options{subject: subject{events: 20}})
	if len(f.Warnings) != 1 || f.Terms[1].Diverges != -1 {
		t.Errorf("turned round, in other units: got %v", f.Warnings)
	}

	// Firth's penalty on a saturated table adds one half to each of its cells: 5.5
	// against 5.5, 10.5 against 0.5 (Heinze & Schemper 2002, section 3).
	f = mustFit(t, l, names, Options{Firth: true, subject: subject{events: 20}})
	near(t, "group by Firth", f.Terms[1].Estimate, math.Log(10.5/0.5), 1e-6)
	near(t, "its standard error", f.Terms[1].SE, math.Sqrt(4/10.0+1/(10*10.5/11*0.5/11)), 1e-6)
	if len(f.Warnings) > 0 || !f.Converged {
		t.Errorf("Firth: converged %v, %v", f.Converged, f.Warnings)
	}
	f = mustFit(t, l, names, Options{Ridges: map[string]float64{"group": 0.1}, subject: subject{events: 20}})
	if len(f.Warnings) > 0 || f.Terms[1].Estimate < 1 || f.Terms[1].Estimate > 20 {
		t.Errorf("ridge: %v, %v", f.Terms[1], f.Warnings)
	}

	// Two terms separate together though neither does alone: what happened always has
	// the larger sum.
	var both alternatives
	for k := range 30 {
		a := float64(k%7) - 3
		both = append(both, [][]float64{{a + 1, -a}, {a, -a}, {-a, a}})
	}
	f = mustFit(t, both, []string{"a", "b"}, Options{subject: subject{events: 30}})
	if f.Terms[0].Diverges != 1 || f.Terms[1].Diverges != 1 {
		t.Errorf("both separate; got %v", f.Warnings)
	}
}

func TestUnidentified(t *testing.T) {
	// degreeDiff = degreeMax - degreeMin, and size is 3 everywhere.
	base := infert(t)
	extended := base.transformed(func(x []float64) []float64 { return []float64{x[0], x[1], 3, x[0] - x[1], 0.5*x[0] + 1e3} })
	names := []string{"degreeMax", "degreeMin", "size", "degreeDiff", "half"}
	sizes := []float64{2, 2, 3, 2, 1001}
	about := subject{events: 83, cases: 83, size: sizes}
	_, err := maximise(t.Context(), extended, 5, names, Options{subject: about})
	var bad *SingularError
	if !errors.As(err, &bad) {
		t.Fatalf("a singular model: got %v", err)
	}
	if !slices.Equal(bad.Constant, []string{"size"}) || len(bad.Relations) != 2 {
		t.Fatalf("got %+v", bad)
	}
	for _, want := range []string{"term size never differs", "degreeDiff = degreeMax - degreeMin", "half = 1/2 degreeMax", "leave out degreeDiff"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q is not in %q", want, err)
		}
	}

	want := mustFit(t, base, abortions, Options{})
	f := mustFit(t, extended, names, Options{Drop: true, subject: about})
	near(t, "degreeMax", f.Terms[0].Estimate, want.Terms[0].Estimate, 1e-8)
	if f.DF != 2 || !f.Terms[2].Fixed || !f.Terms[3].Fixed || !f.Terms[4].Fixed || len(f.Warnings) != 3 {
		t.Errorf("left out: %+v, %v", f.Terms, f.Warnings)
	}
	if _, err := profile(t.Context(), extended, f, "degreeMin", 0.9); err != nil {
		t.Errorf("a profile where terms were left out: %v", err)
	}

	f = mustFit(t, extended, names, Options{Ridge: 0.01, subject: about})
	if len(f.Warnings) < 3 || !f.Converged || math.Abs(f.Terms[2].Estimate) > 1e-6 {
		t.Errorf("under a ridge: %+v, %v", f.Terms, f.Warnings)
	}
	if _, err := maximise(t.Context(), extended, 5, names, Options{Firth: true, subject: about}); !errors.As(err, &bad) {
		t.Errorf("Firth's penalty does not identify them: got %v", err)
	}

	// With an intercept what is the same everywhere is a multiple of it.
	wool := warpbreaks()
	for k := range wool.x {
		wool.x[k] = append(wool.x[k], 4)
	}
	_, err = maximise(t.Context(), wool, 5, append(slices.Clone(looms), "looms"), Options{})
	if err == nil || !strings.Contains(err.Error(), "looms = 4 intercept") {
		t.Errorf("got %v", err)
	}

	// Nearly the same is a warning that names the pair and not the third.
	extended = base.transformed(func(x []float64) []float64 { return []float64{x[0], x[1], x[0] + 1e-3*x[1]*x[1]} })
	f = mustFit(t, extended, []string{"a", "b", "almost"}, Options{subject: subject{events: 83}})
	k := slices.IndexFunc(f.Warnings, func(w Warning) bool { return w.Code == WarnCollinear })
	if k < 0 || !slices.Equal(f.Warnings[k].Terms, []string{"a", "almost"}) {
		t.Errorf("got %v", f.Warnings)
	}
}

func TestWarnings(t *testing.T) {
	has := func(f *Fit, code string) bool {
		return slices.ContainsFunc(f.Warnings, func(w Warning) bool { return w.Code == code && w.Text != "" })
	}
	if f := mustFit(t, infert(t)[4:6], abortions, Options{subject: subject{events: 2}, Ridge: 1}); !has(f, WarnFewEvents) {
		t.Errorf("two coefficients on two events: %v", f.Warnings)
	}
	f := mustFit(t, infert(t), abortions, Options{MaxIterations: 1})
	if f.Converged || !has(f, WarnNotConverged) {
		t.Errorf("one step: %v", f.Warnings)
	}
	if _, err := profile(t.Context(), infert(t), f, "induced", 0.95); err == nil {
		t.Error("a profile of no maximum")
	}
	// Half of the first kind happened, all of the second, or all but one: the estimate
	// is far out and finite, and needs no warning.
	var x [][]float64
	var y []bool
	for k := range 400 {
		x = append(x, []float64{1, float64(k / 200)})
		y = append(y, k >= 200 || k%2 == 0)
	}
	about := subject{events: 400}
	if f := mustFit(t, chances(x, y), []string{"base", "group"}, Options{MaxIterations: 15, subject: about}); f.Converged || !has(f, WarnWeak) {
		t.Errorf("separated, and stopped on the way: %v", f.Warnings)
	}
	y[399] = false
	f = mustFit(t, chances(x, y), []string{"base", "group"}, Options{subject: about})
	near(t, "all but one", f.Terms[1].Estimate, math.Log(199), 1e-6)
	if len(f.Warnings) > 0 {
		t.Errorf("all but one: %v", f.Warnings)
	}
}

func TestRefused(t *testing.T) {
	l := infert(t)
	for _, c := range []struct {
		opt  Options
		want string
	}{
		{Options{Start: []float64{1}}, "1 for 2"},
		{Options{Start: []float64{1, math.NaN()}}, "no finite"},
		{Options{Fixed: map[string]float64{"inducd": 0}}, `is "induced" meant`},
		{Options{Fixed: map[string]float64{"induced": math.Inf(1)}}, "no finite"},
		{Options{Ridge: -1}, "from 0 up"},
		{Options{Ridges: map[string]float64{"x": 1}}, "no such term"},
		{Options{Level: 95}, "between 0 and 1"},
		{Options{Robust: "actors"}, "by event or by actor"},
		{Options{Robust: "actor"}, "does not say whose"},
	} {
		if _, err := maximise(t.Context(), l, 2, abortions, c.opt); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%+v: got %v, want %q", c.opt, err, c.want)
		}
	}
	if _, err := maximise(t.Context(), l, 0, nil, Options{}); err == nil {
		t.Error("no terms")
	}
	stopped, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := maximise(stopped, l, 2, abortions, Options{}); !errors.Is(err, context.Canceled) {
		t.Errorf("stopped: %v", err)
	}
	wrong := curve(func(float64) (float64, float64, float64) { return math.Inf(-1), math.NaN(), 1 })
	if _, err := maximise(t.Context(), wrong, 1, []string{"x"}, Options{}); err == nil || !strings.Contains(err.Error(), "finite") {
		t.Errorf("no number: %v", err)
	}
}

func TestFixedAndJSON(t *testing.T) {
	free := mustFit(t, infert(t), abortions, Options{subject: subject{model: "hyper", events: 83, actors: 5, cases: 83}})
	fixed := mustFit(t, infert(t), abortions, Options{Fixed: map[string]float64{"induced": free.Terms[1].Estimate}})
	near(t, "the other", fixed.Terms[0].Estimate, free.Terms[0].Estimate, 1e-7)
	near(t, "log-likelihood", fixed.LogLik, free.LogLik, 1e-10)
	all := mustFit(t, infert(t), abortions, Options{Fixed: map[string]float64{"induced": 1, "spontaneous": 2}})
	if all.DF != 0 || !all.Converged || all.LR != nil {
		t.Errorf("all fixed: %+v", all)
	}
	text, err := json.Marshal(fixed)
	if err != nil {
		t.Fatal(err)
	}
	var read struct {
		Warnings []Warning
		Terms    []struct {
			Name  string
			SE, P *float64
			Fixed bool
		}
		BIC *float64
	}
	if err := json.Unmarshal(text, &read); err != nil {
		t.Fatal(err)
	}
	if read.Warnings == nil || read.BIC != nil || read.Terms[1].SE != nil || !read.Terms[1].Fixed || read.Terms[0].SE == nil {
		t.Errorf("got %s", text)
	}
	again, err := json.Marshal(mustFit(t, infert(t), abortions, Options{subject: subject{model: "hyper", events: 83, actors: 5, cases: 83}}))
	if first, _ := json.Marshal(free); err != nil || string(first) != string(again) {
		t.Errorf("two fits differ: %s %s", first, again)
	}
	if !strings.HasPrefix(string(again), `{"model":"hyper","n_events":83,"n_actors":5,"loglik":-64.20`) {
		t.Errorf("got %s", again)
	}
}

// A warm start saves steps and changes nothing; a sketch likewise.
func TestBeginnings(t *testing.T) {
	l := infert(t)
	cold := mustFit(t, l, abortions, Options{subject: subject{events: 83}})
	warm := mustFit(t, l, abortions, Options{Start: cold.Theta(), subject: subject{events: 83}})
	sketched := mustFit(t, l, abortions, Options{subject: subject{events: 83, sketch: l[:40], sketchEvents: 40}})
	if warm.Evaluations > 2 || sketched.Iterations >= cold.Iterations+1 {
		t.Errorf("%d, %d and %d evaluations", cold.Evaluations, warm.Evaluations, sketched.Evaluations)
	}
	for k, e := range cold.Terms {
		near(t, "warm "+e.Name, warm.Terms[k].Estimate, e.Estimate, 1e-9)
		near(t, "sketched "+e.Name, sketched.Terms[k].Estimate, e.Estimate, 1e-9)
	}
}

// choices draws a conditional logit that is not separated.
func choices(r *rapid.T, p int) alternatives {
	value := rapid.Float64Range(-2, 2)
	l := make(alternatives, rapid.IntRange(15, 40).Draw(r, "cases"))
	for c := range l {
		for range rapid.IntRange(2, 5).Draw(r, "alternatives") {
			var x []float64
			for range p {
				x = append(x, value.Draw(r, "x"))
			}
			l[c] = append(l[c], x)
		}
		// What happened, and at another time its opposite.
		l = append(l, [][]float64{l[c][1], l[c][0]})
	}
	return l
}

func TestProperties(t *testing.T) {
	names := []string{"a", "b", "c"}
	about := func(l alternatives) subject { return subject{events: len(l), cases: len(l)} }
	rapid.Check(t, func(r *rapid.T) {
		l := choices(r, 3)
		f, err := maximise(context.Background(), l, 3, names, Options{subject: about(l)})
		if err != nil || !f.Converged || len(f.Warnings) > 0 {
			r.Skip("degenerate data")
		}
		same := func(what string, got, want float64) {
			if math.Abs(got-want) > 1e-6*(1+math.Abs(want)) {
				r.Errorf("%s: got %.10g, want %.10g", what, got, want)
			}
		}
		// Other units and another zero of a statistic: the coefficient in the inverse of
		// the unit, the rest as it was.
		unit := math.Pow(10, float64(rapid.IntRange(-8, 6).Draw(r, "unit")))
		scaled := mustFit(t, l.transformed(func(x []float64) []float64 { return []float64{x[0], unit * (5 + x[1]), x[2]} }), names, Options{subject: about(l)})
		same("scaled", scaled.Terms[1].Estimate*unit, f.Terms[1].Estimate)
		same("its standard error", scaled.Terms[1].SE*unit, f.Terms[1].SE)
		same("another", scaled.Terms[0].Estimate, f.Terms[0].Estimate)
		same("log-likelihood", scaled.LogLik, f.LogLik)
		// Another order of the terms.
		turned := mustFit(t, l.transformed(func(x []float64) []float64 { return []float64{x[2], x[0], x[1]} }), []string{"c", "a", "b"}, Options{subject: about(l)})
		same("turned", turned.Terms[1].Estimate, f.Terms[0].Estimate)
		// Fixed at its maximum.
		fixed := mustFit(t, l, names, Options{Fixed: map[string]float64{"b": f.Terms[1].Estimate}, subject: about(l)})
		same("beside the fixed", fixed.Terms[2].Estimate, f.Terms[2].Estimate)
		// A vanishing ridge.
		ridge := mustFit(t, l, names, Options{Ridge: 1e-9, subject: about(l)})
		same("ridge", ridge.Terms[0].Estimate, f.Terms[0].Estimate)
		// Every case twice: the same estimates, variances halved.
		twice := mustFit(t, append(slices.Clone(l), l...), names, Options{subject: about(l)})
		same("twice", twice.Terms[0].Estimate, f.Terms[0].Estimate)
		same("twice, standard error", twice.Terms[0].SE*math.Sqrt2, f.Terms[0].SE)
		// Nothing better nearby.
		for k := range names {
			theta := f.Theta()
			for _, d := range []float64{-0.01, 0.01} {
				theta[k] = f.Terms[k].Estimate + d*f.Terms[k].SE
				if v, _ := l.eval(context.Background(), theta, nil, nil); v > f.LogLik {
					r.Errorf("the likelihood is higher beside the maximum")
				}
			}
		}
		if !reflect.DeepEqual(columns(f, func(e Estimate) float64 { return e.Estimate }), f.Theta()) {
			r.Errorf("theta")
		}
	})
}

// Firth's estimates exist whatever happened.
func TestFirthIsFinite(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		x := [][]float64{}
		var y []bool
		for k := range rapid.IntRange(6, 15).Draw(r, "rows") {
			x = append(x, []float64{1, float64(k%5) - 2})
			y = append(y, rapid.Bool().Draw(r, "happened"))
		}
		f := mustFit(t, chances(x, y), []string{"base", "x"}, Options{Firth: true, subject: subject{events: len(x)}})
		if !f.Converged || math.Abs(f.Terms[1].Estimate) > 10 || len(f.Warnings) > 0 {
			r.Errorf("%v %v %v", y, f.Terms, f.Warnings)
		}
	})
}

func BenchmarkMaximise(b *testing.B) {
	l := infert(b)
	for b.Loop() {
		if _, err := maximise(b.Context(), l, 2, abortions, Options{subject: subject{events: 83}}); err != nil {
			b.Fatal(err)
		}
	}
}

func ExampleRelation() {
	fmt.Println(Relation{"degreeDiff", []Share{{1, "degreeMax"}, {-1, "degreeMin"}}})
	fmt.Println(Relation{"both", []Share{{-2.0 / 3, "a"}, {0.1234567, "b"}}})
	// Output:
	// degreeDiff = degreeMax - degreeMin
	// both = -2/3 a + 0.123457 b
}

// What is left after a term was dropped is searched as if it had never been there.
func TestDropChangesNothingElse(t *testing.T) {
	for _, m := range []Model{{Family: Coordination}, {Family: Hyper, RiskSet: RiskSet{Controls: 5}}} {
		data := tiedData(3, false)
		term := Term{Term: "inertia"}
		if m.Family == Hyper {
			term = Term{Term: "subrep", Order: 1}
		}
		var fits [2]*Fit
		for k := range fits {
			m.Terms = []Term{term, term}[:k+1]
			d, err := Prepare(t.Context(), data, &m)
			if err != nil {
				t.Fatal(err)
			}
			if fits[k], err = d.Fit(t.Context(), Options{Drop: true}); err != nil {
				t.Fatal(err)
			}
		}
		near(t, "estimate", fits[1].Terms[0].Estimate, fits[0].Terms[0].Estimate, 1e-12)
		if fits[1].Iterations != fits[0].Iterations || len(fits[1].Warnings) == 0 {
			t.Errorf("%s: %d steps, %d without the term that was dropped; warnings %v", m.Family, fits[1].Iterations, fits[0].Iterations, fits[1].Warnings)
		}
	}
}
