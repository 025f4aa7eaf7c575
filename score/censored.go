package score

import (
	"errors"
	"fmt"
	"slices"
)

// Wait is the chance that was given to an event within a horizon, and what is known of
// it: how long the subject was followed, and how that ended.
type Wait struct {
	P     float64
	Years float64 // followed
	Ended int     // Censored, Came, or Competing: another event that rules this one out
	Block string
}

// How a wait ended.
const (
	Censored = iota
	Came
	Competing
)

// Settled turns waits into forecasts of yes or no at a horizon, weighted for those that
// were lost from view before it: each wait that is settled counts the inverse of the
// chance of having been followed so long, by the Kaplan-Meier estimate of censoring (Graf
// et al. 1999, Statistics in Medicine 18:2529; with competing events Schoop et al. 2011,
// Biometrical Journal 53:88). What was lost before the horizon does not
// count itself. Scores divide by the sum of the weights.
func Settled(waits []Wait, horizon float64) ([]Forecast, error) {
	if !(horizon > 0) {
		return nil, fmt.Errorf("a horizon of %v", horizon)
	}
	type step struct{ at, left float64 } // the share still followed after a time
	times := make([]float64, len(waits))
	for i, w := range waits {
		if !(w.Years >= 0) || w.Ended < Censored || w.Ended > Competing {
			return nil, fmt.Errorf("wait %d: followed %v years, ended %d", i+1, w.Years, w.Ended)
		}
		times[i] = w.Years
	}
	slices.Sort(times)
	times = slices.Compact(times)
	steps := make([]step, 0, len(times))
	kept := 1.0
	for _, t := range times {
		lost, atRisk := 0.0, 0.0
		for _, w := range waits {
			// An event at the time of a loss comes first.
			if w.Years > t || w.Years == t && w.Ended == Censored {
				atRisk++
			}
			if w.Years == t && w.Ended == Censored {
				lost++
			}
		}
		if lost > 0 {
			kept *= 1 - lost/atRisk
		}
		steps = append(steps, step{t, kept})
	}
	followed := func(t float64, before bool) float64 {
		g := 1.0
		for _, s := range steps {
			if s.at > t || before && s.at == t {
				break
			}
			g = s.left
		}
		return g
	}
	var out []Forecast
	for i, w := range waits {
		switch {
		case w.Years <= horizon && w.Ended != Censored:
			out = append(out, Forecast{P: w.P, Came: w.Ended == Came, Block: w.Block, Weight: 1 / followed(w.Years, true)})
		case w.Years > horizon || w.Years == horizon && w.Ended == Censored:
			g := followed(horizon, true)
			if g == 0 {
				return nil, fmt.Errorf("wait %d: nothing was followed to the horizon of %v", i+1, horizon)
			}
			out = append(out, Forecast{P: w.P, Block: w.Block, Weight: 1 / g})
		}
	}
	if len(out) == 0 {
		return nil, errors.New("no wait is settled at the horizon; take a shorter one")
	}
	return out, nil
}
