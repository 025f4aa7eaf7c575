package rem

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
)

// Design is a model's statistics over the data, ready to be fitted.
type Design struct {
	Model  *Model
	Terms  []string // names, in the order of the coefficients
	Events int
	Actors int
	panel  *panel
	strata []*strata
}

// maxUnits bounds the statistics of a full risk set held at a time.
const maxUnits = 64 << 20

// Prepare checks data and model and walks through time once, writing down the
// statistics of every risk set.
func Prepare(ctx context.Context, data *Data, m *Model) (*Design, error) {
	if err := data.check(); err != nil {
		return nil, err
	}
	if len(m.Terms) == 0 {
		return nil, errors.New("the model has no terms")
	}
	if len(m.Terms) > 60 {
		return nil, fmt.Errorf("the model has %d terms; at most 60 are fitted together", len(m.Terms))
	}
	d := &Design{Model: m, Events: len(data.Events), Actors: len(data.Actors)}
	intercept := slices.ContainsFunc(m.Terms, func(t Term) bool { return t.Term == "intercept" || t.Term == "baseline" })
	if intercept && !m.Interval {
		return nil, errors.New("term intercept: the order of events alone says nothing of their rate; take it out or model the waiting times")
	}
	if m.Interval && (m.Family == Choice || m.Family == Coordination) {
		return nil, fmt.Errorf("a %s model has no waiting times; they belong to the rate model", m.Family)
	}
	s := newState(data)
	stats, err := (&binder{s, m}).bind(m.Terms)
	if err != nil {
		return nil, err
	}
	for i := range data.Events {
		e := &data.Events[i]
		if m.Family == Hyper {
			continue
		}
		if actors := len(e.From) + len(e.To); actors > 2 || m.Family != Rate && actors != 2 {
			return nil, fmt.Errorf("event %s has %d actors; a %s model is of two, a hyper model of any number; choose events by size", data.name(i), actors, m.Family)
		}
	}
	var used []int
	for _, st := range stats {
		d.Terms = append(d.Terms, st.name)
		used = append(used, st.attrs...)
		if st.before != nil && (m.Family == Hyper || m.RiskSet.Controls > 0) {
			return nil, fmt.Errorf("term %s: statistics are standardised over a full risk set of pairs or actors only", st.name)
		}
	}
	slices.Sort(used)
	used = slices.Compact(used)
	for _, v := range s.views {
		if span := data.Events[len(data.Events)-1].Time - data.Events[0].Time; v.halfLife > 0 && span/v.halfLife > 900 {
			return nil, fmt.Errorf("a half-life of %v is too short for events over %v: nothing would be left of them", v.halfLife, span)
		}
	}
	s.start()
	if m.Family == Hyper || m.RiskSet.Controls > 0 || m.RiskSet.Given != nil {
		b := &strataBuilder{d: d, s: s, m: m, stats: stats}
		if err := s.walk(m, used, walker{moment: func(dt float64, events []int) error {
			if err := ctx.Err(); err != nil {
				return err
			}
			return b.moment(dt, events)
		}}); err != nil {
			return nil, err
		}
		return d, nil
	}
	n := len(data.Actors)
	units := n
	if m.Family != Rate {
		units = n * n
	}
	if units*len(stats) > maxUnits {
		return nil, fmt.Errorf("a full risk set of %d units with %d terms does not fit; draw controls instead", units, len(stats))
	}
	ordered := m.Family != REM || m.Directed
	b := &panelBuilder{
		panel: &panel{family: m.Family, interval: m.Interval, n: n, p: len(stats), units: units},
		s:     s, stats: stats,
		marks: marks{n: n, rate: m.Family == Rate, ordered: ordered, mask: make([]uint64, units)},
		x:     make([]float64, units*len(stats)), on: make([]bool, units), now: &chunk{},
	}
	for k := range stats {
		if stats[k].timed {
			b.timed |= 1 << k
		}
	}
	b.chunks = []*chunk{b.now}
	d.panel = b.panel
	w := b.walker()
	w.moment = func(dt float64, events []int) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		return b.moment(dt, events)
	}
	return d, s.walk(m, used, w)
}

func (d *Data) name(i int) string {
	if id := d.Events[i].ID; id != "" {
		return id
	}
	return fmt.Sprintf("number %d", i+1)
}

func (s *state) noRiskSet(events []int) error {
	if len(events) == 0 {
		return fmt.Errorf("at time %v no actor is present", s.now)
	}
	return fmt.Errorf("event %s: nobody is present who could act", s.data.name(events[0]))
}

func (s *state) absent(e *Event) error {
	var names []string
	for _, a := range slices.Concat(e.From, e.To) {
		if !s.present[a] {
			names = append(names, s.data.Actors[a])
		}
	}
	if names == nil {
		return fmt.Errorf("event %s at time %v is not in the risk set", e.ID, e.Time)
	}
	return fmt.Errorf("event %s at time %v: %s is not present then", e.ID, e.Time, strings.Join(names, ", "))
}

// strataBuilder writes rows for each event's own risk set.
type strataBuilder struct {
	d     *Design
	s     *state
	m     *Model
	stats []statistic
	now   *strata
	cases int
}

const rowsPerStrata = 1 << 14

func (b *strataBuilder) moment(dt float64, events []int) error {
	for _, k := range events {
		if b.now == nil || len(b.now.x)/b.now.p >= rowsPerStrata {
			b.now = &strata{p: len(b.stats), interval: b.m.Interval, first: b.cases}
			b.d.strata = append(b.d.strata, b.now)
		}
		e := &b.s.data.Events[k]
		for _, a := range slices.Concat(e.From, e.To) {
			if !b.s.present[a] {
				return b.s.absent(e)
			}
		}
		b.row(sorted(e.From), sorted(e.To))
		if err := b.alternatives(k, e, events); err != nil {
			return err
		}
		for b.now.offset != nil && len(b.now.offset) < len(b.now.x)/b.now.p {
			b.now.offset = append(b.now.offset, 0)
		}
		b.now.cases = append(b.now.cases, stratum{end: len(b.now.x) / b.now.p, observed: 1, dt: dt})
		b.cases++
		dt = 0
	}
	return nil
}

func sorted(set []int32) []int32 {
	if slices.IsSorted(set) {
		return set
	}
	set = slices.Clone(set)
	slices.Sort(set)
	return set
}

func (b *strataBuilder) row(from, to []int32) {
	u := unit{from: from, to: to, tokens: from, j: -1}
	if len(to) > 0 {
		u.i, u.j = from[0], to[0]
		u.tokens = slices.Clone(from)
		for _, r := range to {
			u.tokens = append(u.tokens, int32(len(b.s.data.Actors))+r)
		}
	} else {
		u.i = from[0]
		if len(from) > 1 {
			u.j = from[1]
		}
	}
	for k := range b.stats {
		b.now.x = append(b.now.x, b.stats[k].value(&u))
	}
}

// maxAlternatives bounds the sets of a full risk set.
const maxAlternatives = 2_000_000

// alternatives adds a row for each unit that could have acted in the event's
// place: as many senders, as many receivers, all present.
func (b *strataBuilder) alternatives(k int, e *Event, tied []int) error {
	if given := b.m.RiskSet.Given; given != nil {
		if k >= len(given) {
			return fmt.Errorf("event %s: no alternatives are given", b.s.data.name(k))
		}
		for _, c := range given[k] {
			b.row(sorted(c.From), sorted(c.To))
		}
		return nil
	}
	excluded := map[string]bool{key(e.From, e.To): true}
	if b.m.Ties == Exclude {
		for _, o := range tied {
			excluded[key(b.s.data.Events[o].From, b.s.data.Events[o].To)] = true
		}
	}
	var present []int32
	for a, here := range b.s.present {
		if here {
			present = append(present, int32(a))
		}
	}
	p, q := len(e.From), len(e.To)
	all := choose(len(present), p) * choose(len(present), q)
	if q > 0 {
		all = choose(len(present), p) * choose(len(present)-p, q)
	}
	controls := float64(b.m.RiskSet.Controls)
	if controls == 0 || all-float64(len(excluded)) <= controls {
		if all > maxAlternatives {
			return fmt.Errorf("event %s: %.3g sets of its size could have acted; draw controls instead", b.s.data.name(k), all)
		}
		for from := range combinations(present, p) {
			if q == 0 {
				if !excluded[key(from, nil)] {
					b.row(from, nil)
				}
				continue
			}
			rest := slices.DeleteFunc(slices.Clone(present), func(a int32) bool { return slices.Contains(from, a) })
			for to := range combinations(rest, q) {
				if !excluded[key(from, to)] {
					b.row(from, to)
				}
			}
		}
		return nil
	}
	r := rand.New(rand.NewPCG(b.m.RiskSet.Seed, uint64(k)))
	rows := len(b.now.x) / b.now.p
	for drawn := 0; drawn < b.m.RiskSet.Controls; {
		for i := range p + q { // the first p+q of a shuffle
			j := i + r.IntN(len(present)-i)
			present[i], present[j] = present[j], present[i]
		}
		from, to := slices.Clone(present[:p]), slices.Clone(present[p:p+q])
		slices.Sort(from)
		slices.Sort(to)
		if name := key(from, to); !excluded[name] {
			excluded[name] = true
			b.row(from, to)
			drawn++
		}
	}
	if b.m.Interval {
		// Each control stands for as many as were not drawn.
		share := math.Log((all - 1) / controls)
		for len(b.now.offset) < rows {
			b.now.offset = append(b.now.offset, 0)
		}
		for range b.m.RiskSet.Controls {
			b.now.offset = append(b.now.offset, share)
		}
	}
	return nil
}

// key names a set of actors, whatever their order.
func key(from, to []int32) string {
	buffer := make([]byte, 0, 4*(len(from)+len(to))+1)
	for side, set := range [2][]int32{sorted(from), sorted(to)} {
		for _, a := range set {
			buffer = append(buffer, byte(a), byte(a>>8), byte(a>>16), byte(side))
		}
	}
	return string(buffer)
}

// combinations yields every set of k of the actors, ascending.
func combinations(of []int32, k int) func(yield func([]int32) bool) {
	return func(yield func([]int32) bool) {
		if k > len(of) {
			return
		}
		at := make([]int, k)
		for i := range at {
			at[i] = i
		}
		set := make([]int32, k)
		for {
			for i, a := range at {
				set[i] = of[a]
			}
			if !yield(slices.Clone(set)) {
				return
			}
			i := k - 1
			for i >= 0 && at[i] == len(of)-k+i {
				i--
			}
			if i < 0 {
				return
			}
			at[i]++
			for j := i + 1; j < k; j++ {
				at[j] = at[j-1] + 1
			}
		}
	}
}
