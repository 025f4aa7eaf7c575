package rem

import (
	"math"
	"slices"
)

// state is what the terms read: the network, the covariates and who is present,
// just before a moment.
type state struct {
	data     *Data
	now      float64   // the coming event
	previous float64   // the event before it
	coming   int       // the number of the coming event, of the last one after it
	marked   bool      // a term reads what is known of the coming event
	latest   []*Event  // the events of the time before it; with an order among them the last of them
	recent   []*recent // as terms want it
	present  []bool
	attr     [][]float64 // by covariate
	views    []*view
	age      func() float64
	version  int // of everything that terms read but the time: counts the changes
	// atRisk is the layer within which pairs could act; nil: all could.
	atRisk *view
	// altered are told of each change of a covariate.
	altered []func(covariate int, actor int32)
}

// view is one layer as some terms see it: everything so far, what is not older
// than a window, or with a half-life.
type view struct {
	reading
	replace  bool
	directed bool

	out, in  *adjacency // in is out when the layer has no direction
	sent     []float64  // events of each actor, as a sender or at all
	received []float64  // events of each actor as a receiver; sent when the layer has no direction
	pairs    bool       // out and in are wanted
	order    int        // subsets up to this order are wanted
	crossed  [2]int     // subsets of up to so many senders and so many receivers are wanted
	whole    bool       // exact sets are wanted
	overlaps bool       // how many actors a set shares with past events is wanted
	sub      *subsets
	exact    *subsets
	past     *overlaps

	epoch   float64  // decayed weights count 2^((time-epoch)/halfLife)
	entered int      // events of the layer that have become old enough for the window
	expired int      // and that left it
	applied []*Event // events that a window takes in, kept for when they enter and leave it
	scratch []int32
	turned  []func(i, j int32)   // told of each tie that arises or ends, of one without direction both ways
	arose   map[[2]int32]arising // when each tie arose; of those at the start nothing is known; nil: not wanted
	ties    int                  // that arose
	events  int                  // that arose says of
}

// arising is when a tie arose: its place among all ties, and which event made it.
type arising struct{ order, event int }

// reading says which events of a layer a view holds and how.
type reading struct {
	layer       int     // -1: the model's own events
	delay       float64 // an event counts when it is older
	window      float64 // and no older; 0: whatever its age
	halfLife    float64
	kinds       uint64 // of act, one bit each; 0: all
	least, most int    // actors of an event; 0: any number
	joint       bool   // senders and receivers of an event act together
	bare        bool   // an event counts 1, whatever its value
}

// ofKinds reports whether an event is of one of the kinds, one bit each; 0 are all.
func ofKinds(kinds uint64, e *Event) bool { return kinds == 0 || kinds>>e.Kind&1 != 0 }

// takes reports whether an event counts, by its kind and the number of its actors.
func (r *reading) takes(e *Event) bool {
	if !ofKinds(r.kinds, e) {
		return false
	}
	if r.least == 0 && r.most == 0 {
		return true
	}
	size := len(e.From)
	for _, a := range e.To {
		if !slices.Contains(e.From, a) {
			size++
		}
	}
	return size >= r.least && (r.most == 0 || size <= r.most)
}

func newState(d *Data) *state {
	s := &state{data: d, present: make([]bool, len(d.Actors)), attr: make([][]float64, len(d.Covariates)), previous: math.Inf(-1)}
	for i := range s.present {
		s.present[i] = d.Present == nil || d.Present[i]
	}
	return s
}

// view returns the view with this reading, made once for all terms that want the same.
func (s *state) view(r reading) *view {
	if r.layer < 0 {
		r.joint = r.joint && len(s.data.Events) > 0 && len(s.data.Events[0].To) > 0
	} else {
		r.joint = r.joint && s.data.Layers[r.layer].Directed
	}
	for _, v := range s.views {
		if v.reading == r {
			return v
		}
	}
	v := &view{reading: r}
	if r.layer < 0 {
		v.directed = len(s.data.Events) > 0 && len(s.data.Events[0].To) > 0
	} else {
		v.directed = s.data.Layers[r.layer].Directed
		v.replace = s.data.Layers[r.layer].Replace
	}
	v.directed = v.directed && !r.joint
	s.views = append(s.views, v)
	return v
}

// start fills the views with the ties at the start. A window starts empty: when
// the ties of the start arose is not known.
func (s *state) start() {
	n := len(s.data.Actors)
	for _, v := range s.views {
		if v.pairs {
			v.out = newAdjacency(n)
			v.in = v.out
			if v.directed {
				v.in = newAdjacency(n)
			}
		}
		if v.order > 0 || v.crossed != [2]int{} {
			v.sub = newSubsets()
		}
		if v.whole {
			v.exact = newSubsets()
		}
		if v.overlaps {
			v.past = newOverlaps(n)
		}
		v.sent = make([]float64, n)
		v.received = v.sent
		if v.directed {
			v.received = make([]float64, n)
		}
		if len(s.data.Events) > 0 {
			v.epoch = s.data.Events[0].Time
		}
		if v.layer >= 0 && v.window == 0 {
			v.begin(s.data.Layers[v.layer].Start, n)
		}
	}
	for i := range s.attr {
		s.attr[i] = slices.Clone(s.data.Covariates[i].Start)
	}
}

// begin takes in the ties at the start, each as an event of two. Without direction a
// tie may stand in the table once or both ways.
func (v *view) begin(cells []Cell, n int) {
	if v.kinds != 0 {
		return // of what kind they are is not known
	}
	seen := make(map[[2]int32]bool, len(cells))
	for _, c := range cells {
		key := [2]int32{c.From, c.To}
		if !v.directed {
			key = [2]int32{min(c.From, c.To), max(c.From, c.To)}
		}
		e := Event{From: key[:1], To: key[1:], Value: c.Value}
		if !v.takes(&e) {
			continue
		}
		if v.bare && c.Value != 0 {
			c.Value = 1
		}
		v.set(c.From, c.To, c.Value)
		if seen[key] || c.Value == 0 {
			continue
		}
		seen[key] = true
		if !v.directed {
			e.From, e.To = key[:], nil
		}
		v.count(&e, n, c.Value)
	}
}

func (v *view) set(i, j int32, value float64) {
	if !v.pairs {
		return
	}
	v.out.rows[i].put(j, value)
	if v.directed {
		v.in.rows[j].put(i, value)
	} else {
		v.out.rows[j].put(i, value)
	}
}

// noteRise notes when the tie of i and j arises or ends, as its value becomes the one
// given.
func (v *view) noteRise(i, j int32, value float64) {
	switch was := v.out.rows[i].at(j); {
	case was <= 0 && value > 0:
		v.ties++
		v.arose[[2]int32{i, j}] = arising{v.ties, v.events}
	case was > 0 && value <= 0:
		delete(v.arose, [2]int32{i, j})
	default:
		return
	}
	if !v.directed {
		v.arose[[2]int32{j, i}] = v.arose[[2]int32{i, j}]
	}
}

// tiny is below what counts as a tie after a weight was taken out again.
const tiny = 1e-9

// apply takes an event in, or with sign -1 out of a window, and calls touched for
// each ordered pair whose value changed.
func (v *view) apply(e *Event, n int, sign float64, touched func(i, j int32)) {
	weight := sign
	if !v.bare {
		weight *= e.Value
	}
	if v.halfLife > 0 {
		weight *= math.Exp2((e.Time - v.epoch) / v.halfLife)
	}
	if v.joint && len(e.To) > 0 {
		e = together(e)
	}
	if v.arose != nil && sign > 0 {
		v.events++
	}
	if v.pairs {
		change := func(i, j int32) {
			value := weight
			switch {
			case v.replace && sign < 0:
				value = 0
			case !v.replace:
				value += v.out.rows[i].at(j)
				if math.Abs(value) < tiny*math.Abs(weight) {
					value = 0
				}
			}
			if v.arose != nil {
				v.noteRise(i, j, value)
			}
			turns := v.turned != nil && (v.out.rows[i].at(j) > 0) != (value > 0)
			v.set(i, j, value)
			if turns {
				for _, tell := range v.turned {
					tell(i, j)
					if !v.directed {
						tell(j, i)
					}
				}
			}
			if touched != nil {
				touched(i, j)
				if !v.directed {
					touched(j, i)
				}
			}
		}
		if v.directed {
			for _, i := range e.From {
				for _, j := range e.To {
					if i != j {
						change(i, j)
					}
				}
			}
		} else {
			for k, i := range e.From {
				for _, j := range e.From[k+1:] {
					change(i, j)
				}
			}
		}
	}
	v.count(e, n, weight)
}

// count counts an event for its actors and their subsets.
func (v *view) count(e *Event, n int, weight float64) {
	for _, a := range e.From {
		v.sent[a] = v.plus(v.sent[a], weight)
	}
	for _, a := range e.To {
		v.received[a] = v.plus(v.received[a], weight)
	}
	if v.sub == nil && v.exact == nil && v.past == nil {
		return
	}
	set := append(v.scratch[:0], e.From...)
	slices.Sort(set)
	for _, r := range e.To {
		set = append(set, int32(n)+r)
	}
	slices.Sort(set)
	v.scratch = set
	if v.sub != nil {
		if v.order > 0 {
			v.sub.add(set, v.order, weight)
		} else {
			v.sub.addCrossed(set, len(e.From), v.crossed, weight)
		}
	}
	if v.exact != nil {
		v.exact.addWhole(set, weight)
	}
	if v.past != nil {
		v.past.add(set, weight)
	}
}

// plus adds a weight. What rounding leaves when the last weight leaves a window is
// nothing.
func (v *view) plus(sum, weight float64) float64 {
	sum += weight
	if v.window > 0 && math.Abs(sum) < tiny*math.Abs(weight) {
		return 0
	}
	return sum
}

// together is an event whose senders and receivers act together.
func together(e *Event) *Event {
	joint := *e
	joint.From, joint.To = slices.Clone(e.From), nil
	for _, a := range e.To {
		if !slices.Contains(joint.From, a) {
			joint.From = append(joint.From, a)
		}
	}
	return &joint
}

// factor is what the weights of a view must be multiplied with now.
func (s *state) factor(v *view) float64 {
	if v.halfLife == 0 {
		return 1
	}
	return math.Exp2(-(s.age() - v.epoch) / v.halfLife)
}

// walker is told what happens as time goes on.
type walker struct {
	touched  func(v *view, i, j int32)
	attr     func(covariate int, actor int32)
	presence func(actor int32)
	// moment is called before anything of its time has changed the state: with the
	// events of the time (one by one when ties are ordered), or with none where an
	// interval ends without an event. dt is the time since the last moment.
	moment func(dt float64, events []int) error
	// propose, if any, is asked for the next event once those of the record are over:
	// one not after t, when something else changes, or none; or to stop.
	propose func(t float64) (e *Event, stop bool, err error)
}

// walk goes through all time once.
func (s *state) walk(m *Model, used []int, w walker) error {
	if moment := w.moment; m.After != nil && w.propose == nil {
		w.moment = func(dt float64, events []int) error {
			if s.now <= *m.After {
				return nil
			}
			return moment(min(dt, s.now-*m.After), events)
		}
	}
	p := newPassage(s, m, used, w)
	for {
		s.coming = min(p.nextEvent, len(s.data.Events)-1)
		t := p.next()
		if ends := s.data.Ends; ends != nil && w.propose == nil && t > *ends {
			return p.end(*ends)
		}
		splits := m.PresenceSplits && p.nextPresence < len(s.data.Presence) && s.data.Presence[p.nextPresence].Time <= t
		if splits {
			t = s.data.Presence[p.nextPresence].Time
		}
		if w.propose != nil && p.nextEvent == len(s.data.Events) {
			e, stop, err := w.propose(t)
			if err != nil || stop {
				return err
			}
			if e != nil {
				s.data.Events = append(s.data.Events, *e)
				splits = splits && e.Time == t
				t = e.Time
			}
		}
		if math.IsInf(t, 1) {
			return nil
		}
		s.now = t
		if p.byAge {
			p.aged(t)
		}
		if splits && m.Interval && t > p.closed {
			// Until now those were present who were.
			if err := w.moment(t-p.closed, nil); err != nil {
				return err
			}
			p.closed = t
		}
		p.presenceUntil(t, !m.PresenceAfter)
		if m.ChangesHold && p.changing(t) {
			if m.Interval && !m.SplitAtEvents && t > p.closed { // until now all was as before
				if err := w.moment(t-p.closed, nil); err != nil {
					return err
				}
				p.closed = t
			}
			p.changes(t)
		}
		if err := p.events(t); err != nil {
			return err
		}
		p.presenceUntil(t, true)
		p.changes(t)
		if !p.byAge {
			p.aged(t)
		}
	}
}

// passage is how far a walk has come.
type passage struct {
	*state
	walker
	model  *Model
	used   []int           // covariates
	layers []int           // that are read, other than the events themselves
	views  map[int][]*view // of each layer

	nextEvent, nextPresence int
	nextOfLayer, nextOfAttr []int
	closed                  float64 // when the last interval ended; NaN before the first
	tied                    []int
	// byAge is whether events leave windows when the coming event finds them too old;
	// otherwise this has a time of its own, at which intervals may end. In exact numbers it
	// is the same; of decimal ones t-w may be above s where s+w is not below t.
	byAge bool
}

func newPassage(s *state, m *Model, used []int, w walker) *passage {
	p := &passage{state: s, walker: w, model: m, used: used, views: map[int][]*view{}, closed: math.NaN(), byAge: m.SplitAtEvents && w.propose == nil,
		nextOfLayer: make([]int, len(s.data.Layers)), nextOfAttr: make([]int, len(s.data.Covariates))}
	s.age = func() float64 {
		if m.DecayFromPrevious && !math.IsInf(s.previous, -1) {
			return s.previous
		}
		return s.now
	}
	for _, v := range s.views {
		if p.views[v.layer] == nil && v.layer >= 0 {
			p.layers = append(p.layers, v.layer)
		}
		p.views[v.layer] = append(p.views[v.layer], v)
	}
	slices.Sort(p.layers)
	if m.Origin != nil {
		p.closed, s.previous = *m.Origin, *m.Origin
	}
	return p
}

// next is when the next thing happens or changes, presence apart.
func (p *passage) next() float64 {
	t, d := math.Inf(1), p.data
	if p.nextEvent < len(d.Events) {
		t = d.Events[p.nextEvent].Time
	}
	for _, l := range p.layers {
		if at := p.nextOfLayer[l]; at < len(d.Layers[l].Events) {
			t = min(t, d.Layers[l].Events[at].Time)
		}
	}
	for _, c := range p.used {
		if at := p.nextOfAttr[c]; at < len(d.Covariates[c].Changes) {
			t = min(t, d.Covariates[c].Changes[at].Time)
		}
	}
	for _, v := range p.state.views {
		if p.byAge {
			break
		}
		if v.delay > 0 && v.entered < len(v.applied) {
			t = min(t, v.applied[v.entered].Time+v.delay)
		}
		if v.window > 0 && v.expired < len(v.applied) {
			t = min(t, v.applied[v.expired].Time+v.window)
		}
	}
	return t
}

// end closes the last interval.
func (p *passage) end(t float64) error {
	p.now = t
	if p.model.Interval && !p.model.SplitAtEvents && t > p.closed {
		return p.moment(t-p.closed, nil)
	}
	return nil
}

// presenceUntil lets actors enter and leave up to a time, and at it if so wished.
func (p *passage) presenceUntil(t float64, at bool) {
	for list := p.data.Presence; p.nextPresence < len(list) && (list[p.nextPresence].Time < t || at && list[p.nextPresence].Time == t); p.nextPresence++ {
		c := list[p.nextPresence]
		p.present[c.Actor] = c.Present
		if p.presence != nil {
			p.presence(c.Actor)
		}
	}
}

// events tells of those of a time, then lets the state know of them; where there is none
// an interval may end.
func (p *passage) events(t float64) error {
	m, d := p.model, p.data
	p.tied = p.tied[:0]
	for ; p.nextEvent < len(d.Events) && d.Events[p.nextEvent].Time == t; p.nextEvent++ {
		p.tied = append(p.tied, p.nextEvent)
	}
	dt := t - p.closed
	if math.IsNaN(dt) {
		dt = 0
	}
	switch {
	case len(p.tied) == 0:
		if m.Interval && !m.SplitAtEvents {
			if err := p.moment(dt, nil); err != nil {
				return err
			}
			p.close(t)
		}
	case m.Ties == Ordered || m.Ties == Random:
		if m.Ties == Random {
			m.shuffle(p.tied)
		}
		for _, k := range p.tied {
			p.state.coming = k
			if err := p.moment(dt, []int{k}); err != nil {
				return err
			}
			p.happened(k)
			p.close(t)
			dt, p.previous = 0, t
		}
	default:
		if err := p.moment(dt, p.tied); err != nil {
			return err
		}
		p.happened(p.tied...)
		p.close(t)
		p.previous = t
	}
	if math.IsNaN(p.closed) {
		p.closed = t
	}
	return nil
}

// close ends an interval, unless the clock starts later.
func (p *passage) close(t float64) {
	if !(t < p.closed) {
		p.closed = t
	}
}

// changing reports whether a covariate or a layer changes at a time.
func (p *passage) changing(t float64) bool {
	d := p.data
	return slices.ContainsFunc(p.used, func(c int) bool {
		list, at := d.Covariates[c].Changes, p.nextOfAttr[c]
		return at < len(list) && list[at].Time == t
	}) || slices.ContainsFunc(p.layers, func(l int) bool {
		list, at := d.Layers[l].Events, p.nextOfLayer[l]
		return at < len(list) && list[at].Time == t
	})
}

// happened lets the state know of events, which are the latest then.
func (p *passage) happened(events ...int) {
	p.latest = p.latest[:0]
	for _, k := range events {
		e := &p.data.Events[k]
		for _, v := range p.views[-1] {
			p.enter(v, e, p.walker)
		}
		p.latest = append(p.latest, e)
		for _, r := range p.recent {
			if ofKinds(r.kinds, e) {
				r.note(e)
			}
		}
	}
}

// changes makes those of a time: of covariates and of layers.
func (p *passage) changes(t float64) {
	for _, c := range p.used {
		at := &p.nextOfAttr[c]
		for list := p.data.Covariates[c].Changes; *at < len(list) && list[*at].Time == t; *at++ {
			p.state.attr[c][list[*at].Actor] = list[*at].Value
			p.version++
			for _, tell := range p.altered {
				tell(c, list[*at].Actor)
			}
			if p.walker.attr != nil {
				p.walker.attr(c, list[*at].Actor)
			}
		}
	}
	for _, l := range p.layers {
		at := &p.nextOfLayer[l]
		for list := p.data.Layers[l].Events; *at < len(list) && list[*at].Time == t; *at++ {
			for _, v := range p.views[l] {
				p.enter(v, &list[*at], p.walker)
			}
		}
	}
}

// aged lets events enter and leave windows by their age at a time.
func (p *passage) aged(t float64) {
	older := func(e *Event, span float64) bool {
		if p.byAge {
			return t-span > e.Time
		}
		return e.Time+span <= t
	}
	for _, v := range p.state.views {
		for v.delay > 0 && v.entered < len(v.applied) && older(v.applied[v.entered], v.delay) {
			p.version++
			v.apply(v.applied[v.entered], len(p.data.Actors), 1, p.touch(v))
			v.entered++
		}
		for v.window > 0 && v.expired < len(v.applied) && older(v.applied[v.expired], v.window) {
			p.version++
			v.apply(v.applied[v.expired], len(p.data.Actors), -1, p.touch(v))
			v.expired++
		}
	}
}

func (s *state) enter(v *view, e *Event, w walker) {
	s.version++
	if !v.takes(e) {
		return
	}
	if v.window > 0 {
		v.applied = append(v.applied, e)
	}
	if v.delay == 0 {
		v.apply(e, len(s.data.Actors), 1, w.touch(v))
	}
}

func (w walker) touch(v *view) func(i, j int32) {
	if w.touched == nil {
		return nil
	}
	return func(i, j int32) { w.touched(v, i, j) }
}
