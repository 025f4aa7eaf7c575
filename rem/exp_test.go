package rem

import (
	"math"
	"math/big"
	"math/rand/v2"
	"testing"
)

func TestExps(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	v := []float64{0, math.Copysign(0, -1), 1, -1, 1e-300, -1e-17, 699.9, -699.9, 700, -745, 709.7, -800, 800, math.Inf(-1), math.Inf(1)}
	for range 100_000 {
		v = append(v, random.NormFloat64()*math.Exp(random.Float64()*8-2))
	}
	got := append([]float64(nil), v...)
	exps(got, 0)
	worst := 0.0
	for i, x := range v {
		want := math.Exp(x)
		if want == 0 || math.IsInf(want, 1) || math.Abs(x) > 700 {
			if got[i] != want {
				t.Fatalf("exp(%v) = %v, not %v", x, got[i], want)
			}
			continue
		}
		worst = max(worst, math.Abs(got[i]-want)/want)
	}
	if worst > 5e-16 {
		t.Errorf("off by %g", worst)
	}
	shifted := []float64{3, 4}
	if exps(shifted, 4); shifted[1] != 1 || math.Abs(shifted[0]-math.Exp(-1)) > 1e-16 {
		t.Error(shifted)
	}
	nan := []float64{math.NaN()}
	if exps(nan, 0); !math.IsNaN(nan[0]) {
		t.Error("not a number became one")
	}
}

// The constants of the two parts of log(2) add up to it, to more digits than one holds.
func TestLogTwo(t *testing.T) {
	sum := new(big.Float).SetPrec(120).Add(big.NewFloat(0x1.62e42fefp-1), big.NewFloat(0x1.473de6af278edp-34))
	want, _, err := big.ParseFloat("0.693147180559945309417232121458176568075500134", 10, 120, big.ToNearestEven)
	if err != nil {
		t.Fatal(err)
	}
	if gap, _ := sum.Sub(sum, want).Float64(); math.Abs(gap) > 1e-25 {
		t.Errorf("off by %g", gap)
	}
}
