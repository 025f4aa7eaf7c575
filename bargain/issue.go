package bargain

import (
	"fmt"
	"math"
)

// Issue is what is bargained over, and by whom.
type Issue struct {
	// Dimensions names what the positions are about; at least one.
	Dimensions []string
	Actors     []Actor
}

// Actor takes part in a bargain.
type Actor struct {
	Name string
	// Capability is the actor's means of influence on any scale; the same for all.
	Capability float64
	// Position on each dimension, 0..100.
	Position []float64
	// Salience of each dimension, 0..100, summing to at most 100: how much of its
	// means the actor spends on it.
	Salience []float64
}

// slack is what a sum of saliences may pass 100 by: rounding of the inputs.
const slack = 1e-6

// Check says what is wrong with an issue, or nothing.
func (issue *Issue) Check() error {
	d := len(issue.Dimensions)
	if d == 0 {
		return fmt.Errorf("an issue without dimensions; name at least one")
	}
	if len(issue.Actors) < 2 {
		return errActors
	}
	known, strength := map[string]bool{}, 0.0
	for i, a := range issue.Actors {
		name := a.Name
		if name == "" {
			return fmt.Errorf("actor %d has no name", i+1)
		}
		if known[name] {
			return fmt.Errorf("actor %s stands there twice", name)
		}
		known[name] = true
		if len(a.Position) != d || len(a.Salience) != d {
			return fmt.Errorf("actor %s has %d positions and %d saliences; the issue has %d dimensions", name, len(a.Position), len(a.Salience), d)
		}
		if !(a.Capability >= 0) || math.IsInf(a.Capability, 1) {
			return fmt.Errorf("actor %s: capability %v; it is a number from 0", name, a.Capability)
		}
		strength += a.Capability
		sum := 0.0
		for k := range d {
			if x := a.Position[k]; !(x >= 0 && x <= 100) {
				return fmt.Errorf("actor %s: position %v on %s lies outside 0..100", name, x, issue.Dimensions[k])
			}
			if s := a.Salience[k]; !(s >= 0 && s <= 100) {
				return fmt.Errorf("actor %s: salience %v of %s lies outside 0..100", name, s, issue.Dimensions[k])
			}
			sum += a.Salience[k]
		}
		switch {
		case sum > 100+slack:
			return fmt.Errorf("actor %s: saliences sum to %v; at most 100", name, sum)
		case sum == 0:
			return fmt.Errorf("actor %s cares for nothing here (salience 0); leave it out", name)
		}
	}
	if strength == 0 {
		return fmt.Errorf("no actor has any capability")
	}
	if math.IsInf(strength, 1) {
		return fmt.Errorf("the capabilities are too large to be added; use a smaller unit")
	}
	return nil
}
