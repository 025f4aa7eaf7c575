package rem

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
)

// riskSets says, event by event, what could have happened in its place: all sets of
// the event's kind, or a sample of them that depends on the seed and the number of
// the event alone.
type riskSets struct {
	s       *state
	m       *Model
	present []int32
	changed bool // who is present
	// wanted, if any, is asked before a risk set is drawn whether it is to be opened.
	wanted func() bool

	sets     []drawing // the event, then its alternatives
	observed int       // events among them: 1, or 0 for an interval that ended without one
	offset   []float64 // logarithm of how many units each stands for; nil: 1
	out      []drawing // events of the same time that are no alternatives, or stand beside the event
	tied     int       // with Efron's rule: events of the time with this risk set, 1 without others
	acting   int       // and the sets that they are, the first rows
	arena    []int32

	pcg     rand.PCG
	source  *rand.Rand // reads pcg
	ofEvent []shape    // scratch
	within  *pairList  // where pairs are at risk within a layer
}

// drawing is a set of actors, ascending; to is nil without direction.
type drawing struct {
	from, to []int32
	kind     int16 // of act; 0 where kinds are not explained
}

func (d *drawing) is(from, to []int32, kind int16) bool {
	return d.kind == kind && slices.Equal(d.from, from) && slices.Equal(d.to, to)
}

// drawn is an event as one of what could happen.
func (r *riskSets) drawn(e *Event) drawing {
	if r.m.Family == Rate { // whomever it acts with
		return drawing{from: e.From[:1], kind: r.kindOf(e)}
	}
	return drawing{sorted(e.From), sorted(e.To), r.kindOf(e)}
}

func (r *riskSets) kindOf(e *Event) int16 {
	if r.m.RiskSet.Kinds {
		return e.Kind
	}
	return 0
}

// kinds is in how many kinds of act each set could act.
func (r *riskSets) kinds() int {
	if r.m.RiskSet.Kinds {
		return len(r.s.data.Kinds)
	}
	return 1
}

// maxAlternatives bounds the sets of a full risk set.
const maxAlternatives = 2_000_000

// each opens the risk set of every event of a moment, or of an interval that ends
// without one, and calls visit with the number of the event (-1) and the waiting
// time that is its share.
func (r *riskSets) each(dt float64, events []int, visit func(event int, dt float64) error) error {
	if len(events) == 0 {
		if dt <= 0 {
			return nil
		}
		if r.wanted != nil && !r.wanted() {
			return nil
		}
		r.observed, r.out = 0, r.out[:0]
		if err := r.draw(nil, -1); err != nil || len(r.sets) == 0 {
			return err // while nobody is there nothing can happen
		}
		return visit(-1, dt)
	}
	for i, k := range events {
		if !r.m.observes(k) {
			continue
		}
		if r.wanted != nil && !r.wanted() {
			continue
		}
		if i > 0 {
			dt = 0
		}
		r.s.coming = k
		e := &r.s.data.Events[k]
		away := func(a int32) bool { return !r.s.present[a] }
		from, to := e.From, e.To
		if r.m.Family == Rate {
			from, to = from[:1], nil
		}
		if slices.ContainsFunc(from, away) || slices.ContainsFunc(to, away) {
			return r.s.absent(e)
		}
		if i, j := pairOf(e); j >= 0 && !r.s.mayAct(i, j) {
			return r.s.absent(e)
		}
		r.observed = 1
		r.out = r.out[:0]
		if r.m.Ties == Exclude || r.m.Ties == Efron {
			for _, o := range events {
				if other := &r.s.data.Events[o]; o != k {
					r.out = append(r.out, r.drawn(other))
				}
			}
		}
		if err := r.draw(e, k); err != nil {
			return err
		}
		if err := visit(k, dt); err != nil {
			return err
		}
	}
	return nil
}

// observes reports whether an event is one of those that are explained.
func (m *Model) observes(k int) bool {
	share := m.RiskSet.Observed
	return share == 0 || rand.New(rand.NewPCG(m.RiskSet.Seed^1<<61, uint64(k))).Float64() < share
}

// checkObserved refuses models of which not all events can be left out of the likelihood.
func (m *Model) checkObserved() error {
	switch share := m.RiskSet.Observed; {
	case share == 0:
		return nil
	case !(share > 0 && share <= 1):
		return fmt.Errorf("risk_set: observed is the share of the events that are explained, above 0 and at most 1, not %v", share)
	case m.Interval:
		return errors.New("risk_set: with waiting times every event is explained; observed is for models of order")
	case m.Ties == Efron:
		return errors.New("risk_set: ties: efron compares all events of one time; with observed take breslow, exclude, ordered or random")
	case !m.apart():
		return errors.New("risk_set: events are drawn where alternatives are; give controls too")
	}
	return nil
}

// draw fills sets with the event and its alternatives; e is nil for an interval
// that ends without one.
func (r *riskSets) draw(e *Event, k int) error {
	r.sets, r.offset, r.arena = r.sets[:0], nil, r.arena[:0]
	if e != nil {
		r.sets = append(r.sets, r.drawn(e))
		r.tie()
	}
	if given := r.m.RiskSet.Given; given != nil && e != nil {
		if k >= len(given) {
			return fmt.Errorf("event %s: no alternatives are given", r.s.data.told(k))
		}
		for _, c := range given[k] {
			r.sets = append(r.sets, drawing{from: sorted(c.From), to: sorted(c.To)})
		}
		return nil
	}
	r.here()
	shapes, err := r.shapes(e, k)
	if err != nil {
		return err
	}
	for i := range shapes {
		shapes[i].all *= float64(r.kinds())
	}
	controls := r.m.RiskSet.Controls
	if controls == 0 {
		all := 0.0
		for _, s := range shapes {
			all += s.all
		}
		if all > maxAlternatives {
			return fmt.Errorf("%s: %.3g sets could have acted; draw controls instead", r.where(e, k), all)
		}
		for _, s := range shapes {
			r.every(s)
		}
		return nil
	}
	if r.source == nil {
		r.source = rand.New(&r.pcg)
	}
	r.pcg.Seed(r.m.RiskSet.Seed, uint64(k))
	if k < 0 { // intervals without an event are told apart by when they end
		r.pcg.Seed(r.m.RiskSet.Seed^1<<63, math.Float64bits(r.s.now))
	}
	for _, s := range shapes {
		r.sample(s, controls, len(shapes) > 1)
	}
	return nil
}

// here lists who is present.
func (r *riskSets) here() {
	if !r.changed {
		return
	}
	r.changed = false
	if r.within != nil {
		r.within.stale = true
	}
	r.present = r.present[:0]
	for a, here := range r.s.present {
		if here {
			r.present = append(r.present, int32(a))
		}
	}
}

func (r *riskSets) where(e *Event, k int) string {
	if e == nil {
		return fmt.Sprintf("the interval that ends at %v", r.s.now)
	}
	return "event " + r.s.data.told(k)
}

// shape is a stratum of a risk set: sets of so many senders and receivers.
type shape struct {
	p, q   int
	sender []int32    // when they are given
	all    float64    // how many there are
	holds  bool       // the event is of this shape
	pairs  [][2]int32 // at risk, where they are within a layer
}

// shapes lists what an event's alternatives look like.
func (r *riskSets) shapes(e *Event, k int) ([]shape, error) {
	here := len(r.present)
	count := func(p, q int) float64 {
		all := choose(here, p)
		if q > 0 {
			all *= choose(here-p, q)
		}
		return all
	}
	directed := r.m.Family == Choice || r.m.Directed
	if e != nil {
		directed = len(e.To) > 0
	}
	one := func(s shape) ([]shape, error) {
		if r.s.atRisk != nil {
			sender := int32(-1)
			if s.sender != nil {
				sender = s.sender[0]
			}
			s.pairs = r.pairsWithin(sender)
			s.all = float64(len(s.pairs))
		}
		r.ofEvent = append(r.ofEvent[:0], s)
		return r.ofEvent, nil
	}
	switch {
	case r.m.Family == Choice || r.m.RiskSet.OnSender:
		if e == nil || len(e.To) == 0 {
			return nil, fmt.Errorf("%s: it has no sender on which the alternatives could be conditioned", r.where(e, k))
		}
		return one(shape{len(e.From), len(e.To), sorted(e.From), choose(here-len(e.From), len(e.To)), true, nil})
	case r.m.Family == Rate:
		return one(shape{1, 0, nil, float64(here), e != nil, nil})
	case r.m.Family == REM && directed:
		return one(shape{1, 1, nil, count(1, 1), e != nil, nil})
	case r.m.Family == REM:
		return one(shape{2, 0, nil, count(2, 0), e != nil, nil})
	case r.m.RiskSet.MaxSize == 0:
		if e == nil {
			return nil, fmt.Errorf("%s: the waiting time of an act is that of acts of any size; give max_size, the largest that could have acted", r.where(e, k))
		}
		return one(shape{len(e.From), len(e.To), nil, count(len(e.From), len(e.To)), true, nil})
	}
	shapes := r.ofEvent[:0]
	if !directed {
		least := 2
		if e != nil && len(e.From) == 1 {
			least = 1
		}
		for p := least; p <= min(r.m.RiskSet.MaxSize, here); p++ {
			shapes = append(shapes, shape{p, 0, nil, count(p, 0), e != nil && len(e.From) == p, nil})
		}
		return shapes, nil
	}
	for p := 1; p < r.m.RiskSet.MaxSize; p++ {
		for q := 1; p+q <= min(r.m.RiskSet.MaxSize, here); q++ {
			shapes = append(shapes, shape{p, q, nil, count(p, q), e != nil && len(e.From) == p && len(e.To) == q, nil})
		}
	}
	return shapes, nil
}

// sample draws controls of a shape without replacement. Where there are several
// shapes, each gives as many rows, the event among them, and a row stands for the
// share of its shape (Langholz & Borgan 1995); with waiting times the event stands
// for itself and the controls for all others.
func (r *riskSets) sample(s shape, controls int, stratified bool) {
	taken := 0
	if s.holds {
		taken = 1
	}
	if stratified && s.holds && !r.m.Interval && controls > 1 {
		controls--
	}
	rows := len(r.sets)
	if s.all-float64(len(r.out)+taken) <= float64(controls) {
		r.every(s)
		if r.offset != nil {
			r.offset = append(r.offset, make([]float64, len(r.sets)-rows)...)
		}
		return
	}
	for found := 0; found < controls; {
		at := len(r.arena)
		if r.s.atRisk != nil {
			r.drawPair(&s)
		} else {
			r.arena = append(r.arena, s.sender...)
		}
		for len(r.arena) < at+s.p+s.q {
			if a := r.present[r.source.IntN(len(r.present))]; !slices.Contains(r.arena[at:], a) {
				r.arena = append(r.arena, a)
			}
		}
		from, to := r.arena[at:at+s.p:at+s.p], r.arena[at+s.p:at+s.p+s.q:at+s.p+s.q]
		slices.Sort(from)
		slices.Sort(to)
		var kind int16
		if n := r.kinds(); n > 1 {
			kind = int16(r.source.IntN(n))
		}
		if !r.has(from, to, kind) {
			r.sets = append(r.sets, drawing{from, to, kind})
			found++
		}
	}
	if !r.m.Interval && !stratified {
		return
	}
	if r.offset == nil {
		r.offset = make([]float64, rows)
	}
	share := math.Log((s.all - float64(taken)) / float64(controls))
	if !r.m.Interval {
		share = math.Log(s.all / float64(controls+taken))
		if s.holds {
			r.offset[0] = share
		}
	}
	for len(r.offset) < len(r.sets) {
		r.offset = append(r.offset, share)
	}
}

func (r *riskSets) has(from, to []int32, kind int16) bool {
	for _, list := range [2][]drawing{r.sets, r.out} {
		for i := range list {
			if list[i].is(from, to, kind) {
				return true
			}
		}
	}
	return false
}

// isEvent reports whether the set is the event or one of its time.
func (r *riskSets) isEvent(from, to []int32, kind int16) bool {
	if r.observed > 0 && r.sets[0].is(from, to, kind) {
		return true
	}
	for i := range r.out {
		if r.out[i].is(from, to, kind) {
			return true
		}
	}
	return false
}

// every adds all sets of a shape, in every kind.
func (r *riskSets) every(s shape) {
	keep := func(from, to []int32) {
		for kind := range int16(r.kinds()) {
			if !r.isEvent(from, to, kind) {
				r.sets = append(r.sets, drawing{from, to, kind})
			}
		}
	}
	if r.s.atRisk != nil {
		s.everyPair(keep)
		return
	}
	add := func(from []int32) {
		if s.q == 0 {
			keep(from, nil)
			return
		}
		rest := slices.DeleteFunc(slices.Clone(r.present), func(a int32) bool { return slices.Contains(from, a) })
		for to := range combinations(rest, s.q) {
			keep(from, to)
		}
	}
	if s.sender != nil {
		add(s.sender)
		return
	}
	for from := range combinations(r.present, s.p) {
		add(from)
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
