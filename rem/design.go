package rem

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sort"
	"strings"
)

// Design is a model's statistics over the data, ready to be fitted.
type Design struct {
	Model  *Model
	Terms  []string // names, in the order of the coefficients
	Events int
	Actors int
	data   *Data
	filled []string // what was put in place of covariates that are not known
	of     []int    // the term of each coefficient
	used   []int    // covariates that the terms read
	panel  *panel
	strata []*strata
	shelf  shelf
	spread Spread
	scales []standard // of columns standardised overall; nil: none
}

// Prepare checks data and model and walks through time once, writing down the
// statistics of every risk set.
func Prepare(ctx context.Context, data *Data, m *Model) (*Design, error) {
	if err := data.check(); err != nil {
		return nil, err
	}
	if len(m.Terms) == 0 {
		return nil, errors.New("the model has no terms")
	}
	d := &Design{Model: m, Events: len(data.Events), Actors: len(data.Actors), data: data}
	if m.After != nil {
		past := sort.Search(len(data.Events), func(k int) bool { return data.Events[k].Time > *m.After })
		if d.Events -= past; d.Events == 0 {
			return nil, fmt.Errorf("after: no event is later than %s, so none is explained", data.when(*m.After))
		}
		if m.Numbered {
			own, number := *m, float64(past)
			own.After = &number
			m, d.Model = &own, &own
		}
	}
	if first := &data.Events[len(data.Events)-d.Events]; m.Interval && m.Origin != nil && first.Time < *m.Origin {
		return nil, fmt.Errorf("event %s at %s is before the clock starts (origin: %s); start it earlier, or leave events up to a time to the past (after)", data.told(len(data.Events)-d.Events), data.when(first.Time), data.when(*m.Origin))
	}
	if m.Numbered {
		if m.Interval {
			return nil, errors.New("waiting times are lost when events are numbered; choose one")
		}
		d.data = data.numbered(m)
		data = d.data
	}
	if m.FillMissing {
		d.data, d.filled = data.fill(m)
		data = d.data
	}
	intercept := slices.ContainsFunc(m.Terms, func(t Term) bool { return t.is("intercept") })
	if intercept && !m.Interval {
		return nil, errors.New("term intercept: the order of events alone says nothing of their rate; take it out or model the waiting times")
	}
	if m.Interval && (m.Family == Choice || m.Family == Coordination) {
		return nil, fmt.Errorf("a %s model has no waiting times; they belong to the rate model (what it reads may still go by times: clock: times)", m.Family)
	}
	if m.Family == Coordination && (m.RiskSet.Controls > 0 || m.RiskSet.Given != nil) {
		return nil, errors.New("a choice_coordination model compares each pair with all others; it takes no controls")
	}
	if err := errors.Join(m.checkTies(), m.checkKinds(data), m.checkObserved()); err != nil {
		return nil, err
	}
	if m.Family != Hyper && (m.RiskSet.MaxSize > 0 || m.RiskSet.OnSender) {
		return nil, fmt.Errorf("max_size and on_sender are of hyper models; a %s model has events of fixed size", m.Family)
	}
	s := newState(data)
	stats, err := (&binder{s, m}).bind(m.Terms)
	if err != nil {
		return nil, err
	}
	if err := errors.Join(data.suits(m), data.attended(m)); err != nil {
		return nil, err
	}
	var used []int
	for _, st := range stats {
		d.Terms = append(d.Terms, st.name)
		d.of = append(d.of, st.term)
		used = append(used, st.attrs...)
	}
	slices.Sort(used)
	used = slices.Compact(used)
	d.used = used
	for _, v := range s.views {
		if span := data.Events[len(data.Events)-1].Time - data.Events[0].Time; v.halfLife > 0 && span/v.halfLife > 900 {
			return nil, fmt.Errorf("a half-life of %v is too short for events over %v: nothing would be left of them", v.halfLife, span)
		}
	}
	s.start()
	if m.RiskSet.Observed > 0 {
		d.Events = 0
		for k := range data.Events {
			if m.observes(k) && (m.After == nil || data.Events[k].Time > *m.After) {
				d.Events++
			}
		}
		if d.Events == 0 {
			return nil, fmt.Errorf("risk_set: of %d events none was drawn; raise observed, or take another seed", len(data.Events))
		}
	}
	if m.apart() {
		if err := d.buildStrata(ctx, s, stats); err != nil {
			return nil, err
		}
		return d, d.standardise(ctx)
	}
	b, err := newPanelBuilder(s, m, stats)
	if err != nil {
		return nil, err
	}
	d.panel = b.panel
	w := b.walker()
	w.moment = func(dt float64, events []int) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		if b.full() {
			if err := b.shelve(&d.shelf); err != nil {
				return err
			}
			b.cut()
		}
		return b.moment(dt, events)
	}
	if err := s.walk(m, used, w); err != nil {
		return nil, err
	}
	if err := b.shelve(&d.shelf); err != nil {
		return nil, err
	}
	return d, d.standardise(ctx)
}

func (d *Data) name(i int) string {
	if id := d.Events[i].ID; id != "" {
		return id
	}
	return fmt.Sprintf("number %d", i+1)
}

func (s *state) absent(e *Event) error {
	var names []string
	for _, a := range slices.Concat(e.From, e.To) {
		if !s.present[a] {
			names = append(names, s.data.Actors[a])
		}
	}
	if names == nil && s.atRisk != nil {
		return fmt.Errorf("event %s at time %v: the two have no tie then in the layer within which pairs could act", e.ID, e.Time)
	}
	if names == nil {
		return fmt.Errorf("event %s at time %v is not in the risk set", e.ID, e.Time)
	}
	return fmt.Errorf("event %s at time %v: %s is not present then", e.ID, e.Time, strings.Join(names, ", "))
}

// timeless refuses waiting times where no time passes: any rate would explain them.
func (d *Design) timeless() error {
	if !d.Model.Interval {
		return nil
	}
	for _, c := range d.strata {
		for k := range c.cases {
			if c.cases[k].dt > 0 {
				return nil
			}
		}
	}
	if d.panel != nil {
		for _, c := range d.panel.chunks {
			for k := range c.steps {
				if c.steps[k].dt > 0 {
					return nil
				}
			}
		}
	}
	return errors.New("no time passes before the events, so nothing can be learnt of their rate; say when the clock starts (origin), or model their order (timing: ordinal)")
}
