package rem

import (
	"fmt"
	"math"
	"slices"
)

// What is known of an event before it, whoever will act: in a crisis or not. It is the
// same for all that could happen, so it raises rates; of who acts it says something
// only as part of a product (do past ties count for more in a crisis?).
var eventTerms = []definition{{
	name: "event", everywhere: true, one: true, attrs: 1,
	says:    "a number of the coming event, the same for all that could happen (events: {covariates: [NAME]}); after the last event its own. In a model of order it has an effect in a product alone",
	formula: "a_e", source: "Meijerink-Bosman et al. 2023",
	bind: func(b *binder, t *Term) (statistic, error) {
		values, err := b.mark(t.Attr[0])
		if err != nil {
			return statistic{}, err
		}
		b.s.marked = true
		return statistic{timed: true, value: func(*unit) float64 { return values[b.s.coming] }}, nil
	},
}}

// Mark is a number of each event, known before it.
type Mark struct {
	Name   string
	Values []float64 // one per event
}

func (d *Data) markNames() (names []string) {
	for _, m := range d.Marks {
		names = append(names, m.Name)
	}
	return names
}

// mark returns the values of a covariate of events.
func (b *binder) mark(name string) ([]float64, error) {
	d := b.s.data
	at := slices.IndexFunc(d.Marks, func(m Mark) bool { return m.Name == name })
	if at < 0 {
		return nil, fmt.Errorf("events have no covariate %q; they have %s (events: {covariates: [NAME]})", name, orNone(d.markNames()))
	}
	values := d.Marks[at].Values
	var faults faults
	one := b.m.Ties != Ordered && b.m.Ties != Random && !b.m.apart()
	for i := range d.Events {
		switch {
		case math.IsNaN(values[i]):
			faults.add(fmt.Errorf("covariate %s of event %s is not known", name, d.told(i)))
		case one && i > 0 && d.Events[i].Time == d.Events[i-1].Time && values[i] != values[i-1]:
			faults.add(fmt.Errorf("covariate %s differs between events %s and %s of one time, which see one state; with ties: ordered each has its own", name, d.told(i-1), d.told(i)))
		}
	}
	return values, faults.err()
}

// apart reports whether each event has rows of its own in the design.
func (m *Model) apart() bool {
	return m.Family == Hyper || m.RiskSet.Controls > 0 || m.RiskSet.Given != nil || m.RiskSet.Kinds
}
