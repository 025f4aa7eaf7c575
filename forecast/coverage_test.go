package forecast_test

import (
	"math"
	"math/rand/v2"
	"strconv"
	"testing"

	"entente/forecast"
)

// TestRegressionCoverage draws classes from known coefficients: nine intervals in
// ten and more must hold them, and the estimates must centre on them.
func TestRegressionCoverage(t *testing.T) {
	truth := []float64{0.7, -0.5}
	// The time of an event or dissolution by a uniform draw, and which it is.
	hazard := func(random *rand.Rand, effect float64) (float64, int) {
		event, dissolved := random.ExpFloat64()/(0.3*math.Exp(effect)), random.ExpFloat64()/0.2
		if event < dissolved {
			return event, forecast.Event
		}
		return dissolved, forecast.Dissolved
	}
	// Fine and Gray 1999, section 5: the share 1-(1-p(1-exp(-t)))^exp(effect).
	share := func(random *rand.Rand, effect float64) (float64, int) {
		const p = 0.5
		power := math.Exp(effect)
		u := random.Float64()
		if reach := 1 - math.Pow(1-p, power); u < reach {
			return -math.Log(1 - (1-math.Pow(1-u, 1/power))/p), forecast.Event
		}
		return random.ExpFloat64(), forecast.Dissolved
	}
	cox := func(s []forecast.Spell, x [][]float64) (*forecast.Regression, error) {
		return forecast.Cox(s, three[:2], x, forecast.Efron)
	}
	gray := func(s []forecast.Spell, x [][]float64) (*forecast.Regression, error) {
		return forecast.FineGray(s, three[:2], x)
	}
	for _, test := range []struct {
		name string
		draw func(*rand.Rand, float64) (float64, int)
		fit  func([]forecast.Spell, [][]float64) (*forecast.Regression, error)
	}{{"cox", hazard, cox}, {"fine-gray", share, gray}} {
		random := rand.New(rand.NewPCG(11, 5))
		const classes, groups = 200, 200
		var held [2]int
		var mean [2]float64
		for range classes {
			spells, x := make([]forecast.Spell, groups), make([][]float64, groups)
			for i := range spells {
				x[i] = []float64{float64(random.IntN(2)), random.NormFloat64()}
				years, outcome := test.draw(random, truth[0]*x[i][0]+truth[1]*x[i][1])
				if lost := 4 * random.Float64(); lost < years {
					years, outcome = lost, forecast.Censored
				}
				spells[i] = forecast.Spell{ID: strconv.Itoa(i), Years: years, Outcome: outcome}
			}
			r, err := test.fit(spells, x)
			if err != nil {
				t.Fatal(err)
			}
			for j := range truth {
				low, high := r.Interval(j)
				if low <= truth[j] && truth[j] <= high {
					held[j]++
				}
				mean[j] += r.Coef[j] / classes
			}
		}
		for j := range truth {
			// 95 % of 200 is 190, with a standard deviation of 3; the mean of 200
			// estimates has one of about 0.015.
			if held[j] < 178 || math.Abs(mean[j]-truth[j]) > 0.05 {
				t.Errorf("%s, coefficient %v: mean %.3f, in %d of %d intervals", test.name, truth[j], mean[j], held[j], classes)
			}
		}
		t.Logf("%s: means %.3f, in %v of %d intervals", test.name, mean, held, classes)
	}
}
