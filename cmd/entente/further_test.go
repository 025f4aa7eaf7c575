package main

import "testing"

// By hand: of chances 0.04, 0.16, 0.5, 0.26, 0.04 the central 90 % go from 1 to 3.
func TestCentral(t *testing.T) {
	for _, c := range []struct {
		chances   []float64
		low, high float64
	}{
		{[]float64{0.04, 0.16, 0.5, 0.26, 0.04}, 1, 3},
		{[]float64{0.05, 0.9, 0.05}, 0, 1},
		{[]float64{1}, 0, 0},
		{[]float64{0, 0, 1}, 2, 2},
	} {
		if low, high := central(c.chances, 0.9); low != c.low || high != c.high {
			t.Errorf("%v: %v to %v, by hand %v to %v", c.chances, low, high, c.low, c.high)
		}
	}
}
