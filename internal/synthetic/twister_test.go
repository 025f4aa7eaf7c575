package synthetic

import (
	"math"
	"slices"
	"testing"
)

// The first numbers that the authors of the generator publish for their array.
func TestTwister(t *testing.T) {
	w := twisterOf(0x123, 0x234, 0x345, 0x456)
	for i, want := range []uint32{1067595299, 955945823, 477289528, 4107218783, 4228976476} {
		if got := w.bits(); got != want {
			t.Errorf("number %d: got %d, want %d", i+1, got, want)
		}
	}
}

// The numbers are what Python 3.11.7 prints for the same calls in the same order.
func TestDrawsAreThoseOfPython(t *testing.T) {
	for _, c := range []struct {
		seed        uint64
		uniforms    [2]float64
		bits        uint32
		normals     [3]float64
		exponential float64
		choice      []int
		choices     []int
		shuffled    []float64
	}{
		{0, [2]float64{0.8444218515250481, 0.7579544029403025}, 1806341205, [3]float64{2.5110373812253317, 0.6528772028059545, -2.2290686680762852},
			7.084367773880945, []int{7, 5, 9, 3, 8, 2}, []int{1, 2, 2, 1, 3, 3}, []float64{3, 4, 1, 6, 5, 0, 7, 2}},
		{1, [2]float64{0.13436424411240122, 0.8474337369372327}, 3280387012, [3]float64{0.4620750647105825, 0.19346509659779357, 0.07781283712174002},
			1.9096615435913868, []int{3, 1, 7, 0, 6, 6}, []int{2, 2, 2, 1, 2, 2}, []float64{7, 3, 6, 4, 5, 0, 2, 1}},
		{1 << 32, [2]float64{0.11299430095636409, 0.41782886486292836}, 71624475, [3]float64{2.022662011098306, 0.2920417817015037, 0.1476632673916456},
			20.979162709817203, []int{0, 2, 1, 6, 8, 5}, []int{1, 1, 3, 1, 3, 1}, []float64{3, 0, 6, 2, 7, 1, 5, 4}},
		{math.MaxUint64, [2]float64{0.021825695401270107, 0.3380953268613758}, 910393425, [3]float64{-0.4299358029862855, 0.12179736797157653, 1.3880233966717455},
			4.756938331922103, []int{0, 3, 8, 7, 1, 5}, []int{1, 1, 1, 1, 2, 1}, []float64{3, 4, 0, 5, 6, 1, 2, 7}},
	} {
		w := newTwister(c.seed)
		for _, want := range c.uniforms {
			if got := w.uniform(); got != want {
				t.Errorf("seed %d: uniform %v, want %v", c.seed, got, want)
			}
		}
		if got := w.bits(); got != c.bits {
			t.Errorf("seed %d: bits %d, want %d", c.seed, got, c.bits)
		}
		// Logarithms and cosines may differ in the last bit between libraries.
		near := func(name string, got, want float64) {
			if math.Abs(got-want) > 1e-15*(1+math.Abs(want)) {
				t.Errorf("seed %d: %s %v, want %v", c.seed, name, got, want)
			}
		}
		for _, want := range c.normals {
			near("normal", w.normal(), want)
		}
		near("exponential", w.exponential(.25), c.exponential)
		for i, want := range c.choice {
			if got := w.below(10); got != want {
				t.Errorf("seed %d: choice %d is %d, want %d", c.seed, i+1, got, want)
			}
		}
		for i, want := range c.choices {
			if got := 1 + w.weighted([]float64{1, 1.5, 1.75}); got != want {
				t.Errorf("seed %d: weighted choice %d is %d, want %d", c.seed, i+1, got, want)
			}
		}
		x := []float64{0, 1, 2, 3, 4, 5, 6, 7}
		if w.shuffle(x); !slices.Equal(x, c.shuffled) {
			t.Errorf("seed %d: shuffled %v, want %v", c.seed, x, c.shuffled)
		}
	}
}
