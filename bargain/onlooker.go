package bargain

import (
	"fmt"
	"math"
	"slices"
)

// Onlooker has no seat at the table and minds how far the bargain goes: it opposes what
// lies beyond its ceiling. Where sources contradict each other about one, each account of
// it is an onlooker of its own.
type Onlooker struct {
	Name      string
	According string // whose account this is; "" where there is one alone
	Ceiling   Range  // on the first scale
	Source    string // of the ceiling, or else Note says on what judgement it rests
	Note      string
}

// Opposition is how likely an onlooker opposes: an agreement at each depth, and the one
// that each reading expects.
type Opposition struct {
	Name      string    `json:"name"`
	According string    `json:"according_to,omitempty"`
	Ceiling   Range     `json:"ceiling"`
	Source    string    `json:"source,omitempty"`
	Note      string    `json:"note,omitempty"`
	Depths    []Passed  `json:"depths"`
	Outcomes  []Opposed `json:"outcomes"`
}

// Opposed is the chance that the outcome of a reading lies beyond the ceiling, the ranges
// of the inputs and of the ceiling drawn independently.
type Opposed struct {
	Reading     string  `json:"reading"`
	Probability float64 `json:"probability"`
}

// Beyond reports whether a point of the first scale is nearer to its last end than another.
func (c *Case) Beyond(point, other float64) bool {
	d := &c.Dimensions[0]
	return d.unit(point) > d.unit(other)
}

// Opposes is the chance that an agreement at a point of the first scale lies beyond the
// ceiling of the onlooker, whose distribution is triangular.
func (c *Case) Opposes(o *Onlooker, point float64) float64 {
	d := &c.Dimensions[0]
	low, high := ordered(d.unit(o.Ceiling.Low), d.unit(o.Ceiling.High))
	return Range{low, d.unit(o.Ceiling.Mode), high}.below(d.unit(point))
}

// below is the chance that a draw from the distribution is less than x.
func (r Range) below(x float64) float64 {
	switch {
	case x <= r.Low:
		return 0
	case x >= r.High:
		return 1
	case x < r.Mode:
		return (x - r.Low) * (x - r.Low) / ((r.High - r.Low) * (r.Mode - r.Low))
	}
	return 1 - (r.High-x)*(r.High-x)/((r.High-r.Low)*(r.High-r.Mode))
}

// oppositions asks every onlooker about each point that is asked for on the first scale
// and about the outcomes of the readings: samples of draws on 0..100, as draw returns.
func (c *Case) oppositions(samples []float64) []Opposition {
	var list []Opposition
	draw := len(c.Dimensions) * readingsCount
	for i := range c.Onlookers {
		o := &c.Onlookers[i]
		p := Opposition{Name: o.Name, According: o.According, Ceiling: o.Ceiling, Source: o.Source, Note: o.Note, Depths: []Passed{}}
		for _, point := range c.Dimensions[0].AtLeast {
			p.Depths = append(p.Depths, Passed{point, c.Opposes(o, point)})
		}
		for r, name := range Readings() {
			if name == BaseRate { // it does not know who bargains
				continue
			}
			sum, n := 0.0, 0
			for k := r; k < len(samples); k += draw {
				sum += c.Opposes(o, c.Dimensions[0].own(samples[k]))
				n++
			}
			p.Outcomes = append(p.Outcomes, Opposed{name, sum / float64(n)})
		}
		list = append(list, p)
	}
	return list
}

type onlookerSpec struct {
	Name      any    `yaml:"name"`
	According any    `yaml:"according_to"`
	Ceiling   any    `yaml:"ceiling"`
	Source    string `yaml:"source"`
	Note      string `yaml:"note"`
}

// onlookers reads those without a seat.
func (f *reader) onlookers(c *Case) {
	if len(f.spec.Onlookers) > maxActors {
		f.bad("$.onlookers", "%d onlookers; at most %d are read", len(f.spec.Onlookers), maxActors)
		return
	}
	for i, spec := range f.spec.Onlookers {
		path := fmt.Sprintf("$.onlookers[%d]", i)
		o := Onlooker{Name: title(spec.Name), According: title(spec.According), Source: spec.Source, Note: spec.Note}
		same := func(other Onlooker) bool { return other.Name == o.Name }
		switch {
		case o.Name == "":
			f.bad(path+".name", "the onlooker has no name")
		case slices.ContainsFunc(c.Parties, func(p Party) bool { return p.Name == o.Name }):
			f.bad(path+".name", "%s has a seat at the table; an onlooker has none", o.Name)
		case slices.ContainsFunc(c.Onlookers, func(x Onlooker) bool { return same(x) && x.According == o.According }):
			f.bad(path+".name", "onlooker %s stands there twice; where sources contradict each other, according_to says whose account each is", o.Name)
		case o.According == "" && slices.ContainsFunc(c.Onlookers, same):
			f.bad(path, "onlooker %s has other accounts; say in according_to whose this is", o.Name)
		}
		if o.Source == "" && o.Note == "" {
			f.bad(path, "onlooker %s: on what does its ceiling rest? Give a source, or a note that says so if it is a judgement", o.Name)
		}
		var ok bool
		if o.Ceiling, ok = f.span(path+".ceiling", spec.Ceiling, "ceiling"); ok && len(c.Dimensions) > 0 {
			f.onScale(path+".ceiling", o.Ceiling, "ceiling", o.Name, &c.Dimensions[0])
		}
		c.Onlookers = append(c.Onlookers, o)
	}
}

// checkOnlookers says what is wrong with the onlookers of a case, or nothing.
func (c *Case) checkOnlookers() error {
	for _, o := range c.Onlookers {
		r := o.Ceiling
		if !(r.Low <= r.Mode && r.Mode <= r.High) || math.IsInf(r.High-r.Low, 0) {
			return fmt.Errorf("onlooker %s: the ceiling %v-%v-%v is not in order", o.Name, r.Low, r.Mode, r.High)
		}
	}
	return nil
}
