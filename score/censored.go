package score

import (
	"cmp"
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
	Event string // as in Forecast
}

// How a wait ended.
const (
	Censored = iota
	Came
	Competing
)

// Settled turns waits into forecasts of yes or no at a horizon, weighted for those that
// were lost from view (Graf et al. 1999, Statistics in Medicine 18:2529; with competing
// events Schoop et al. 2011, Biometrical Journal 53:88). Let G(t) be the share still
// followed after t, the Kaplan-Meier estimate of losses, events coming before losses of
// the same moment. A wait that ended by the horizon counts 1/G just before its end, one
// that was followed beyond the horizon 1/G(horizon), with no event; one that was lost by
// the horizon, or at it, does not count.
//
// The weights add up to the number of waits, so that Of, which divides by them, gives
// Graf's Brier score, and for AUC that of Blanche, Dartigues & Jacqmin-Gadda 2013
// (Statistics in Medicine 32:5381), in which whoever met the competing event did not meet
// this one. Losses must not depend on what was forecast. If everyone still waiting was
// lost by the horizon the score is not defined, and that is an error.
func Settled(waits []Wait, horizon float64) ([]Forecast, error) {
	if !(horizon > 0) {
		return nil, fmt.Errorf("a horizon of %v years", horizon)
	}
	if len(waits) == 0 {
		return nil, errNone
	}
	for i, w := range waits {
		if !(w.P >= 0 && w.P <= 1) {
			return nil, fmt.Errorf("wait %d: %v is no probability", i+1, w.P)
		}
		if !(w.Years >= 0) || w.Ended < Censored || w.Ended > Competing {
			return nil, fmt.Errorf("wait %d: followed %v years, ended %d", i+1, w.Years, w.Ended)
		}
	}
	weights, beyond := settledWeights(waits, horizon)
	var out []Forecast
	for i, w := range waits {
		f := Forecast{P: w.P, Block: w.Block, Event: w.Event, Weight: weights[i]}
		switch {
		case w.Years > horizon:
			f.Weight = beyond
		case w.Ended == Censored && beyond == 0:
			return nil, fmt.Errorf("everyone still waiting was lost by the horizon of %v years (wait %d after %v); take a shorter one", horizon, i+1, w.Years)
		case w.Ended == Censored:
			continue
		default:
			f.Came = w.Ended == Came
		}
		out = append(out, f)
	}
	if len(out) == 0 {
		return nil, errors.New("no wait is settled at the horizon; take a shorter one")
	}
	return out, nil
}

// settledWeights returns 1/G just before the end of each wait that ended by the horizon,
// and 1/G(horizon), 0 where G is 0.
func settledWeights(waits []Wait, horizon float64) (weights []float64, beyond float64) {
	order := make([]int, len(waits)) // by time, events before losses
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(i, j int) int {
		a, b := &waits[i], &waits[j]
		lost := func(w *Wait) int {
			if w.Ended == Censored {
				return 1
			}
			return 0
		}
		return cmp.Or(cmp.Compare(a.Years, b.Years), cmp.Compare(lost(a), lost(b)))
	})
	weights = make([]float64, len(waits))
	g := 1.0
	for at, i := range order {
		w := &waits[i]
		if w.Years > horizon {
			break
		}
		if w.Ended != Censored {
			weights[i] = 1 / g
			continue
		}
		// One loss after the other among those left: the product over a moment telescopes
		// to 1 - lost / at risk.
		left := float64(len(order) - at)
		g *= (left - 1) / left
	}
	if g == 0 {
		return weights, 0
	}
	return weights, 1 / g
}
