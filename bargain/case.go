package bargain

import (
	"fmt"
	"math"
	"slices"
)

// Case is a bargain as a file describes it: inputs may be ranges, and scales may
// have ends of their own.
type Case struct {
	Name       string
	Note       string // what all inputs rest on, as the file says
	Model      string // SMP, or BDM for the older model
	Dimensions []Dimension
	Parties    []Party
	Onlookers  []Onlooker
	Stop       Stop
	// Quorum is the part of the votes that a decision needs, 0..1; 0 stands for all.
	Quorum float64
	// Rungs are the places that rungs of the ladder have on the first scale, by number.
	Rungs    map[int]float64
	Warnings []string
}

// Dimension is one scale. Positions are given between its ends, the last of which
// may be below the first.
type Dimension struct {
	Name      string
	Low, High float64
	Reference float64 // what holds without an agreement; NaN: not known
	Base      *Rate   // what was decided in comparable bargains, if known
	// AtLeast lists points whose passing is counted over the draws, from the first end of
	// the scale to the last.
	AtLeast []float64
}

// Rate is a base rate from elsewhere with its interval.
type Rate struct{ Value, Low, High float64 }

// Party is an actor whose traits may be ranges.
type Party struct {
	Name       string
	Capability Range
	Position   []Range
	Salience   []Range
	// Signs says that the decision needs it, if a quorum does not do without; Votes
	// are its votes then. Limit is how far it would go, by dimension; nil: to its
	// position.
	Signs bool
	Votes float64
	Limit []Range
	// Source is that of the inputs, Note on what judgement they rest and what would measure
	// them.
	Source, Note string
}

// Range is a triangular distribution; a point has all three the same.
type Range struct {
	Low  float64 `json:"low"`
	Mode float64 `json:"mode"`
	High float64 `json:"high"`
}

// Point is a range without width.
func Point(x float64) Range { return Range{x, x, x} }

// at returns the quantile u of the distribution.
func (r Range) at(u float64) float64 {
	width := r.High - r.Low
	if width == 0 {
		return r.Mode
	}
	if left := r.Mode - r.Low; u*width < left {
		return r.Low + math.Sqrt(u*width*left)
	}
	return r.High - math.Sqrt((1-u)*width*(r.High-r.Mode))
}

func (d *Dimension) plain() bool { return d.Low == 0 && d.High == 100 }

// unit turns a point of the scale into 0..100.
func (d *Dimension) unit(x float64) float64 {
	if d.plain() {
		return x
	}
	return 100 * (x - d.Low) / (d.High - d.Low)
}

// own turns 0..100 into a point of the scale.
func (d *Dimension) own(x float64) float64 {
	if d.plain() {
		return x
	}
	return d.Low + x*(d.High-d.Low)/100
}

// Issue is the case with every range at its mode, on 0..100.
func (c *Case) Issue() *Issue {
	issue := &Issue{}
	for _, d := range c.Dimensions {
		issue.Dimensions = append(issue.Dimensions, d.Name)
	}
	for _, p := range c.Parties {
		a := Actor{Name: p.Name, Capability: p.Capability.Mode}
		for k := range c.Dimensions {
			a.Position = append(a.Position, c.Dimensions[k].unit(p.Position[k].Mode))
			a.Salience = append(a.Salience, p.Salience[k].Mode)
		}
		issue.Actors = append(issue.Actors, a)
	}
	return issue
}

// own is the case with every range at its mode, in its own units.
func (c *Case) own() *Issue {
	issue := c.Issue()
	for i, p := range c.Parties {
		for k := range c.Dimensions {
			issue.Actors[i].Position[k] = p.Position[k].Mode
		}
	}
	return issue
}

// toOwn writes positions on 0..100 in the units of the case, in place.
func (c *Case) toOwn(rounds []Round) {
	scale := func(x []float64) {
		for k := range x {
			x[k] = c.Dimensions[k].own(x[k])
		}
	}
	for _, r := range rounds {
		for _, x := range r.Position {
			scale(x)
		}
		for _, p := range r.Proposals {
			scale(p.OfferInitiator)
			scale(p.OfferReceiver)
		}
	}
}

// Check says what is wrong with a case, or nothing.
func (c *Case) Check() error {
	for _, d := range c.Dimensions {
		if !(math.Abs(d.High-d.Low) > 0) || math.IsInf(d.High-d.Low, 0) {
			return fmt.Errorf("dimension %s runs from %v to %v; a scale needs two different ends", d.Name, d.Low, d.High)
		}
	}
	for _, p := range c.Parties {
		if len(p.Position) != len(c.Dimensions) || len(p.Salience) != len(c.Dimensions) || p.Limit != nil && len(p.Limit) != len(c.Dimensions) {
			return fmt.Errorf("actor %s: positions, saliences and limits have as many entries as there are dimensions", p.Name)
		}
		ranges := slices.Concat([]Range{p.Capability}, p.Position, p.Salience, p.Limit)
		for _, r := range ranges {
			if !(r.Low <= r.Mode && r.Mode <= r.High) || math.IsInf(r.High-r.Low, 0) {
				return fmt.Errorf("actor %s: the range %v-%v-%v is not in order", p.Name, r.Low, r.Mode, r.High)
			}
		}
		sum := 0.0
		for k := range c.Dimensions {
			for _, x := range []float64{p.Position[k].Low, p.Position[k].High} {
				if u := c.Dimensions[k].unit(x); !(u >= 0 && u <= 100) {
					return fmt.Errorf("actor %s: position %v on %s lies outside the scale", p.Name, x, c.Dimensions[k].Name)
				}
			}
			if p.Salience[k].Low < 0 {
				return fmt.Errorf("actor %s: salience below 0", p.Name)
			}
			sum += p.Salience[k].High
		}
		if sum > 100+slack {
			return fmt.Errorf("actor %s: saliences may sum to %v; at most 100", p.Name, sum)
		}
		if p.Capability.Low < 0 {
			return fmt.Errorf("actor %s: capability below 0", p.Name)
		}
	}
	if err := c.checkOnlookers(); err != nil {
		return err
	}
	if c.Quorum < 0 || c.Quorum > 1 {
		return fmt.Errorf("quorum %v lies outside 0..1", c.Quorum)
	}
	return c.Issue().Check()
}
