package rem

import (
	"math"
	"os"
	"path/filepath"
	"testing"
)

// A rate model of size is Poisson: with a term of its own each size has the rate of
// its count, and log_sets at 1 turns it into the rate of one set.
func TestRateOfSize(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"actors.csv": "actor\nA\nB\nC\nD\n",
		"acts.csv":   "time,actors\n1,A;B\n2,A;C\n3,A;B;C\n5,C;D\n6,B;D\n8,A;B;C;D\n10,A;D\n",
		"spec.yaml": "model: size\ntiming: interval\norigin: 0\nactors: {file: actors.csv}\nevents: {file: acts.csv}\nterms:\n" +
			"  - {term: intercept}\n  - {term: ego, attr: multilateral}\n  - {term: ego, attr: log_sets, fixed: 1}\n",
		"again.yaml": "model: size\nactors: {file: actors.csv}\nevents: {file: acts.csv}\nterms:\n  - {term: activity}\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	fit := func(spec string) *Fit {
		t.Helper()
		data, m, err := Load(filepath.Join(dir, spec), nil, 0, 1)
		if err != nil {
			t.Fatal(err)
		}
		d, err := Prepare(t.Context(), data, m)
		if err != nil {
			t.Fatal(err)
		}
		f, err := d.Fit(t.Context(), Options{})
		if err != nil {
			t.Fatal(err)
		}
		return f
	}
	f := fit("spec.yaml")
	// 5 acts of 2 among 6 pairs, 2 larger ones among 4 triples and 1 quadruple, in 10.
	two, more := math.Log(5.0/6/10), math.Log(2.0/5/10)
	if a, b := f.Terms[0].Estimate, f.Terms[1].Estimate; math.Abs(a-two) > 1e-9 || math.Abs(a+b-more) > 1e-9 {
		t.Errorf("rates %v and %v, by hand %v and %v", a, a+b, two, more)
	}
	// By hand, past acts of each size (2, 3, 4) before each act, and the size that came.
	past, came := [][]float64{{0, 0, 0}, {1, 0, 0}, {2, 0, 0}, {2, 1, 0}, {3, 1, 0}, {4, 1, 0}, {4, 1, 1}}, []int{0, 0, 1, 0, 0, 2, 0}
	l := func(b float64) (sum float64) {
		for k, x := range past {
			total := 0.0
			for _, v := range x {
				total += math.Exp(b * v)
			}
			sum += b*x[came[k]] - math.Log(total)
		}
		return sum
	}
	f = fit("again.yaml")
	b := f.Terms[0].Estimate
	if math.Abs(f.LogLik-l(b)) > 1e-9 || l(b) < l(b+.01) || l(b) < l(b-.01) {
		t.Errorf("log-likelihood %v at %v, by hand %v", f.LogLik, b, l(b))
	}
}
