package rem

import (
	"context"
	"math"
)

// Moment is one case of the likelihood opened: what could have happened, by which
// statistics, and what did.
type Moment struct {
	Case  int // number of its contribution
	Event int // number of the event in Data.Events; -1 where an interval ended without one
	Time  float64
	Wait  float64 // since the moment before; 0 for all but the first event of a time
	// Observed is the row of the event; -1 without one.
	Observed int

	design *Design
	rows   []float64
	offset []float64 // nil: all 0
	unit   []int32   // of each row, where units are actors or pairs
	sets   []drawing // of each row, where they are sets
	pair   [2]int32
}

// Rows is the number of alternatives, the event among them. In a coordination each
// pair has two, for the choice of either actor.
func (m *Moment) Rows() int {
	if m.sets != nil {
		return len(m.sets)
	}
	return len(m.unit)
}

// Statistics returns those of row k, in the order of the terms.
func (m *Moment) Statistics(k int) []float64 {
	p := len(m.design.Terms)
	return m.rows[k*p : (k+1)*p]
}

// Actors returns who would act in row k, and towards whom; valid until the next
// call.
func (m *Moment) Actors(k int) (from, to []int32) {
	if m.sets != nil {
		return m.sets[k].from, m.sets[k].to
	}
	panel := m.design.panel
	if panel.family == Rate {
		m.pair[0] = m.unit[k]
		return m.pair[:1], nil
	}
	m.pair[0], m.pair[1] = m.unit[k]/int32(panel.n), m.unit[k]%int32(panel.n)
	if panel.family == REM && !m.design.Model.Directed {
		return m.pair[:], nil
	}
	return m.pair[:1], m.pair[1:]
}

// Kind is the kind of act of row k, where kinds are explained; otherwise "".
func (m *Moment) Kind(k int) string {
	if !m.design.Model.RiskSet.Kinds {
		return ""
	}
	return m.design.data.Kinds[m.sets[k].kind]
}

// Weight is the number of units that row k stands for: more than 1 for controls of
// a model with waiting times.
func (m *Moment) Weight(k int) float64 {
	if m.offset == nil {
		return 1
	}
	return math.Exp(m.offset[k])
}

// Shares returns, for every row, the probability that it is what happens, given
// that something does, at coefficients theta; it appends to into. In a
// coordination both rows of a pair hold the probability of the pair.
func (m *Moment) Shares(theta, into []float64) []float64 {
	first := len(into)
	top := math.Inf(-1)
	for k := range m.Rows() {
		eta := dot(theta, m.Statistics(k))
		if m.offset != nil {
			eta += m.offset[k]
		}
		top = max(top, eta)
		into = append(into, eta)
	}
	share := into[first:]
	total := 0.0
	for k, eta := range share {
		share[k] = math.Exp(eta - top)
		total += share[k]
	}
	if m.design.Model.Family != Coordination {
		for k := range share {
			share[k] /= total
		}
		return into
	}
	n := int32(m.design.panel.n)
	sender := make([]float64, n)
	for k, u := range m.unit {
		sender[u/n] += share[k]
	}
	at := make(map[int32]int, len(share))
	for k, u := range m.unit {
		share[k] /= sender[u/n]
		at[u] = k
	}
	total = 0
	for k, u := range m.unit {
		if i, j := u/n, u%n; i < j {
			if other, ok := at[j*n+i]; ok {
				share[k] *= share[other]
				share[other] = share[k]
				total += share[k]
			}
		}
	}
	for k := range share {
		share[k] /= total
	}
	return into
}

// Each opens every case in the order of time. A Moment is valid during the call
// only; an error of visit ends the run.
func (d *Design) Each(ctx context.Context, visit func(*Moment) error) error {
	if d.panel != nil {
		return d.eachPanel(ctx, visit)
	}
	return d.eachStrata(ctx, visit)
}

func (d *Design) eachPanel(ctx context.Context, visit func(*Moment) error) error {
	m := &Moment{design: d}
	var mine scratch
	for _, c := range d.panel.chunks {
		x, err := c.load(&mine)
		if err != nil {
			return err
		}
		r := panelPart{d.panel, c, x}.replay()
		for k := range c.steps {
			if err := ctx.Err(); err != nil {
				return err
			}
			st := &c.steps[k]
			r.to(st)
			m.Case, m.Event, m.Time, m.Wait, m.Observed = c.first+k, int(st.event), st.time, st.dt, -1
			m.unit, m.rows = m.unit[:0], m.rows[:0]
			lo, hi := int32(0), int32(d.panel.units)
			if d.panel.family == Choice {
				lo = st.unit / int32(d.panel.n) * int32(d.panel.n)
				hi = lo + int32(d.panel.n)
			}
			for u := lo; u < hi; u++ {
				if r.row[u] < 0 {
					continue
				}
				if u == st.unit {
					m.Observed = len(m.unit)
				}
				m.unit = append(m.unit, u)
				m.rows = append(m.rows, r.x(u)...)
			}
			if err := visit(m); err != nil {
				return err
			}
		}
	}
	return nil
}

// eachStrata walks through time again: who was drawn is not kept.
func (d *Design) eachStrata(ctx context.Context, visit func(*Moment) error) error {
	s := newState(d.data)
	if _, err := (&binder{s, d.Model}).bind(d.Model.Terms); err != nil {
		return err
	}
	s.start()
	m := &Moment{design: d}
	risk := riskSets{s: s, m: d.Model, changed: true}
	part, loaded := 0, -1
	var mine scratch
	var x []float64
	open := func(k int, dt float64) error {
		for m.Case >= d.strata[part].first+len(d.strata[part].cases) {
			part++
		}
		c := d.strata[part]
		if part != loaded {
			var err error
			if x, err = c.load(&mine); err != nil {
				return err
			}
			loaded = part
		}
		at := m.Case - c.first
		row := 0
		if at > 0 {
			row = c.cases[at-1].end
		}
		m.Event, m.Time, m.Wait, m.Observed = k, s.now, dt, -1
		if k >= 0 {
			m.Observed = 0
		}
		m.rows, m.sets, m.offset = x[row*c.p:c.cases[at].end*c.p], risk.sets, nil
		if c.offset != nil {
			m.offset = c.offset[row:c.cases[at].end]
		}
		err := visit(m)
		m.Case++
		return err
	}
	return s.walk(d.Model, d.used, walker{presence: func(int32) { risk.changed = true }, moment: func(dt float64, events []int) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		return risk.each(dt, events, open)
	}})
}

// Parties labels a set of actors.
func (d *Design) Parties(from, to []int32) Parties {
	label := func(set []int32) []string {
		var names []string
		for _, a := range set {
			names = append(names, d.data.Actors[a])
		}
		return names
	}
	return Parties{From: label(from), To: label(to)}
}

// When writes a time: the day, where times are days of the calendar.
func (d *Design) When(t float64) string { return d.data.when(t) }

// Dated reports whether times are days of the calendar, counted from 1970.
func (d *Design) Dated() bool { return d.data.Dated }

// End is when observation ended, or the time of the last event where that is not
// known.
func (d *Design) End() float64 {
	if d.data.Ends != nil {
		return *d.data.Ends
	}
	return d.data.Events[len(d.data.Events)-1].Time
}

// EventName is the id of an event, or its number.
func (d *Design) EventName(event int) string { return d.data.name(event) }
