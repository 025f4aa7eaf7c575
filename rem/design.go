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
		b := &strataBuilder{d: d, s: s, m: m, stats: stats, changed: true}
		if err := s.walk(m, used, walker{presence: func(int32) { b.changed = true }, moment: func(dt float64, events []int) error {
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
		marks:   marks{n: n, rate: m.Family == Rate, ordered: ordered, mask: make([]uint64, units)},
		exclude: m.Ties == Exclude,
		x:       make([]float64, units*len(stats)), on: make([]bool, units), now: &chunk{},
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

	present []int32
	changed bool      // who is present
	drawn   []drawing // the event, those of its time, and its controls so far
	arena   []int32
	unit    unit
	tokens  []int32
}

const rowsPerStrata = 1 << 14

func (b *strataBuilder) moment(dt float64, events []int) error {
	for _, k := range events {
		if b.now == nil || len(b.now.x)/b.now.p >= rowsPerStrata {
			b.now = &strata{p: len(b.stats), interval: b.m.Interval, first: b.cases}
			b.d.strata = append(b.d.strata, b.now)
		}
		e := &b.s.data.Events[k]
		away := func(a int32) bool { return !b.s.present[a] }
		if slices.ContainsFunc(e.From, away) || slices.ContainsFunc(e.To, away) {
			return b.s.absent(e)
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
	u := &b.unit
	u.from, u.to, u.j = from, to, -1
	if len(to) > 0 {
		u.i, u.j = from[0], to[0]
		u.tokens = append(b.tokens[:0], from...)
		for _, r := range to {
			u.tokens = append(u.tokens, int32(len(b.s.data.Actors))+r)
		}
		b.tokens = u.tokens
	} else {
		u.i, u.tokens = from[0], from
		if len(from) > 1 {
			u.j = from[1]
		}
	}
	for k := range b.stats {
		b.now.x = append(b.now.x, b.stats[k].value(u))
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
	b.drawn = append(b.drawn[:0], drawing{sorted(e.From), sorted(e.To)})
	if b.m.Ties == Exclude {
		for _, o := range tied {
			if other := &b.s.data.Events[o]; o != k && !b.out(sorted(other.From), sorted(other.To)) {
				b.drawn = append(b.drawn, drawing{sorted(other.From), sorted(other.To)})
			}
		}
	}
	if b.changed {
		b.changed = false
		b.present = b.present[:0]
		for a, here := range b.s.present {
			if here {
				b.present = append(b.present, int32(a))
			}
		}
	}
	p, q := len(e.From), len(e.To)
	all := choose(len(b.present), p)
	if q > 0 {
		all *= choose(len(b.present)-p, q)
	}
	controls := b.m.RiskSet.Controls
	if controls == 0 || all-float64(len(b.drawn)) <= float64(controls) {
		if all > maxAlternatives {
			return fmt.Errorf("event %s: %.3g sets of its size could have acted; draw controls instead", b.s.data.name(k), all)
		}
		b.every(p, q)
		return nil
	}
	rows := len(b.now.x) / b.now.p
	r := rand.New(rand.NewPCG(b.m.RiskSet.Seed, uint64(k)))
	b.arena = b.arena[:0]
	for found := 0; found < controls; {
		at := len(b.arena)
		for len(b.arena) < at+p+q {
			if a := b.present[r.IntN(len(b.present))]; !slices.Contains(b.arena[at:], a) {
				b.arena = append(b.arena, a)
			}
		}
		from, to := b.arena[at:at+p:at+p], b.arena[at+p:]
		slices.Sort(from)
		slices.Sort(to)
		if !b.out(from, to) {
			b.drawn = append(b.drawn, drawing{from, to})
			b.row(from, to)
			found++
		}
	}
	if b.m.Interval {
		// Each control stands for as many as were not drawn.
		share := math.Log((all - 1) / float64(controls))
		for len(b.now.offset) < rows {
			b.now.offset = append(b.now.offset, 0)
		}
		for range controls {
			b.now.offset = append(b.now.offset, share)
		}
	}
	return nil
}

// drawing is a set that is no alternative any more.
type drawing struct{ from, to []int32 }

func (b *strataBuilder) out(from, to []int32) bool {
	for i := range b.drawn {
		if slices.Equal(b.drawn[i].from, from) && slices.Equal(b.drawn[i].to, to) {
			return true
		}
	}
	return false
}

// every adds all sets of p senders and q receivers.
func (b *strataBuilder) every(p, q int) {
	for from := range combinations(b.present, p) {
		if q == 0 {
			if !b.out(from, nil) {
				b.row(from, nil)
			}
			continue
		}
		rest := slices.DeleteFunc(slices.Clone(b.present), func(a int32) bool { return slices.Contains(from, a) })
		for to := range combinations(rest, q) {
			if !b.out(from, to) {
				b.row(from, to)
			}
		}
	}
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
