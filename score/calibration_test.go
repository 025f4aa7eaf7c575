package score

import (
	"math"
	"math/rand/v2"
	"reflect"
	"testing"

	"pgregory.net/rapid"
)

// By hand: 0.2 came and 0.4 did not, which is the wrong way round, so both are given one
// half; 0.9 came.
func TestCalibrateByHand(t *testing.T) {
	c, err := Calibrate([]Forecast{{P: 0.9, Came: true}, {P: 0.4}, {P: 0.2, Came: true, Event: "e"}}, 1)
	if err != nil {
		t.Fatal(err)
	}
	want := []Step{{From: 0.2, To: 0.4, N: 2, Came: 0.5}, {From: 0.9, To: 0.9, N: 1, Came: 1}}
	if !reflect.DeepEqual(c.Steps, want) {
		t.Errorf("%+v", c.Steps)
	}
	near(t, "miscalibration", c.Miscalibration, (0.64+0.16+0.01)/3-0.5/3)
	near(t, "discrimination", c.Discrimination, 2.0/9-0.5/3)
	near(t, "uncertainty", c.Uncertainty, 2.0/9)
	recalibrated := 2 * math.Ln2 / 3
	entropy := -(2*math.Log(2.0/3) + math.Log(1.0/3)) / 3
	near(t, "log miscalibration", c.Log.Miscalibration, -(math.Log(0.9)+math.Log(0.6)+math.Log(0.2))/3-recalibrated)
	near(t, "log discrimination", c.Log.Discrimination, entropy-recalibrated)
	near(t, "log uncertainty", c.Log.Uncertainty, entropy)
	if c.Histogram[4] != 1 || c.Histogram[8] != 1 || c.Histogram[18] != 1 || c.N != 3 || c.Events != 2 || len(c.Band) != 3 {
		t.Errorf("%+v", c)
	}
}

// What recalibration fits is the isotonic regression: its values are the max over starts
// of the min over ends of the mean between them, rise, and are left alone when
// recalibrated again.
func TestRecalibration(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := newRecalibration(drawForecasts(t))
		r.fit()
		for k := range r.p {
			best := 0.0
			for from := 0; from <= k; from++ {
				least := 1.0
				came, weight := 0.0, 0.0
				for to := from; to < len(r.p); to++ {
					came += r.came[to]
					weight += r.weight[to]
					if to >= k {
						least = min(least, came/weight)
					}
				}
				best = max(best, least)
			}
			if math.Abs(r.fitted[k]-best) > 1e-12 {
				t.Fatalf("%d of %v is given %v, not %v", k, r.p, r.fitted[k], best)
			}
			if k > 0 && (r.fitted[k] < r.fitted[k-1] || r.p[k] <= r.p[k-1]) {
				t.Fatalf("falls: %v of %v", r.fitted, r.p)
			}
		}
		again := &recalibration{p: r.fitted, came: r.came, weight: r.weight, fitted: make([]float64, len(r.p))}
		again.fit()
		for k := range r.fitted {
			if math.Abs(again.fitted[k]-r.fitted[k]) > 1e-12 {
				t.Fatalf("recalibrated again: %v, not %v", again.fitted, r.fitted)
			}
		}
	})
}

// Forecasts that are calibrated look so: the test rejects as often as it says, and the
// band holds as many of the shares. Those that are too bold do not.
func TestCalibrationBand(t *testing.T) {
	random := rand.New(rand.NewPCG(11, 12))
	const times = 200
	rejected, bold, within, of := 0, 0, 0, 0
	for k := range times {
		good, worse := make([]Forecast, 300), make([]Forecast, 300)
		for i := range good {
			p := float64(1+random.IntN(19)) / 20
			came := random.Float64() < p
			good[i], worse[i] = Forecast{P: p, Came: came}, Forecast{P: min(max(0.5+2.5*(p-0.5), 0.01), 0.99), Came: came}
		}
		c, err := Calibrate(good, uint64(k))
		if err != nil {
			t.Fatal(err)
		}
		if c.P <= 0.1 {
			rejected++
		}
		for _, at := range c.Band {
			for _, s := range c.Steps {
				if s.From <= at.P && at.P <= s.To {
					of++
					if at.Low <= s.Came && s.Came <= at.High {
						within++
					}
				}
			}
		}
		if c, err = Calibrate(worse, uint64(k)); err != nil {
			t.Fatal(err)
		}
		if c.P <= 0.1 {
			bold++
		}
	}
	// Four standard errors of 200 trials at 0.1 are 0.085.
	if share := float64(rejected) / times; share < 0.015 || share > 0.185 {
		t.Errorf("%v of calibrated forecasts are rejected at 0.1", share)
	}
	if share := float64(within) / float64(of); share < 0.87 || share > 0.95 {
		t.Errorf("%v of shares lie within the band of 0.9", share)
	}
	if bold < times*95/100 {
		t.Errorf("only %d of %d bold forecasters are found out", bold, times)
	}
}

func TestCalibrateSameSeed(t *testing.T) {
	_, forecasts := readReference(t)
	one, err := Calibrate(forecasts, 7)
	if err != nil {
		t.Fatal(err)
	}
	two, _ := Calibrate(forecasts, 7)
	if !reflect.DeepEqual(one, two) {
		t.Error("the same seed gives another band")
	}
	many := make([]Forecast, 400)
	for i := range many {
		many[i] = Forecast{P: float64(i) / 399, Came: i%3 == 0}
	}
	c, err := Calibrate(many, 1)
	if err != nil {
		t.Fatal(err)
	}
	if n := len(c.Band); n != bandPoints || c.Band[0].P != 0 || c.Band[n-1].P != 1 {
		t.Errorf("%d points from %v to %v", n, c.Band[0], c.Band[n-1])
	}
}
