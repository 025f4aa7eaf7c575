package rem

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
)

// Simulation continues a record by a fitted model, event by event. Each event
// changes the statistics of the next.
//
// With waiting times it is exact: the next event comes after an exponential wait at
// the total rate and is a unit in proportion to its rate (Gillespie 1977); where
// rates fall between events, as weights decay, waits are drawn at an upper bound and
// thinned (Lewis & Shedler 1979). A model of the order of events alone says who is
// next, not when: its events come at a constant rate.
type Simulation struct {
	Design *Design
	Theta  []float64
	// Choice and ChoiceTheta complete Design: a choice model says whom the actor chooses
	// whom a rate model lets act; a hyper model, which of the sets of so many acts where
	// Design is a model of size.
	Choice      *Design
	ChoiceTheta []float64

	// After is the end of the record that is continued: events up to it are history.
	// What else is known of later times (covariates, layers, presence) still comes.
	After float64
	// Until and Events end a run, whichever comes first; 0: no such end. One is needed.
	Until  float64
	Events int
	// Rate is the number of events per unit of time for models of order alone; 0: that
	// of the history.
	Rate float64
	// Insert are events that happen by decree, in the order of time.
	Insert []Event
	Seed   uint64

	kinds bool // kinds of act are wanted though no term of Design reads them
}

// mostEvents bounds a run that ends by time alone.
const mostEvents = 1_000_000

// Run simulates the given run: the same run of the same simulation gives the same
// events. It may be called from several goroutines at once.
func (s *Simulation) Run(ctx context.Context, run int) ([]Event, error) {
	if s.Choice != nil && s.Design.Model.OfSizes {
		return s.runSets(ctx, run)
	}
	r, err := s.prepare(rand.New(rand.NewPCG(s.Seed, uint64(run))))
	if err != nil {
		return nil, err
	}
	return r.run(ctx)
}

func (r *runner) run(ctx context.Context) ([]Event, error) {
	m := *r.Design.Model
	m.Interval, m.PresenceSplits = false, true
	w := r.walker()
	w.moment = func(float64, []int) error { return nil }
	w.propose = func(t float64) (*Event, bool, error) {
		if err := ctx.Err(); err != nil {
			return nil, true, err
		}
		return r.propose(t)
	}
	if err := r.state.walk(&m, r.used, w); err != nil {
		return nil, err
	}
	return r.data.Events[r.history:], nil
}

// runner is one run on its way.
type runner struct {
	*Simulation
	data    Data
	state   *state
	used    []int
	random  *rand.Rand
	history int     // events
	until   float64 // the end, if there is one
	rate    float64 // of models of order alone
	now     float64
	insert  []Event
	who     *intensity
	whom    *intensity      // nil unless the choice has a model of its own
	timed   bool            // rates change between events
	due     []due           // times and sizes, where another model says them
	bySize  map[int][]int16 // kinds of the acts of the history; nil: not wanted
}

func (s *Simulation) check() error {
	d := s.Design
	switch {
	case s.Until == 0 && s.Events <= 0:
		return errors.New("a simulation needs an end: a time after its start, or a number of events")
	case s.Until != 0 && s.Until <= s.After:
		return fmt.Errorf("the simulation would end at %s, not after its start at %s", d.data.when(s.Until), d.data.when(s.After))
	case len(s.Theta) != len(d.Terms):
		return fmt.Errorf("%d coefficients for %d terms", len(s.Theta), len(d.Terms))
	case d.Model.RiskSet.OnSender || d.Model.Family == Choice:
		return errors.New("the model says who is addressed, not who acts; it is simulated after a rate model")
	case s.Choice != nil && !d.Model.OfSizes && (d.Model.Family != Rate || s.Choice.Model.Family != Choice):
		return fmt.Errorf("a %s model is not completed by a %s model; a rate model is, by a choice model", d.Model.Family, s.Choice.Model.Family)
	case s.Choice == nil && d.Model.Family == Rate && len(d.data.Events[0].To) > 0:
		return errors.New("the rate model says who acts and not towards whom; give a choice model too")
	case s.Choice != nil && len(s.ChoiceTheta) != len(s.Choice.Terms):
		return fmt.Errorf("%d coefficients for the %d terms of the choice", len(s.ChoiceTheta), len(s.Choice.Terms))
	case s.Choice != nil && !d.Model.OfSizes && !slices.Equal(s.Choice.data.Actors, d.data.Actors):
		return errors.New("the rate and the choice model are of different actors")
	case s.Choice != nil && (s.Choice.Model.RiskSet.Kinds || d.Model.RiskSet.Kinds):
		return errors.New("kinds of act are explained by one model alone (risk_set: {kinds: true}); two models do not say which of them does")
	case s.Rate < 0 || !finite(s.Rate):
		return fmt.Errorf("a rate of %v events per unit of time; give a number above 0", s.Rate)
	}
	for _, v := range slices.Concat(s.Theta, s.ChoiceTheta) {
		if !finite(v) {
			return errors.New("a coefficient is no number")
		}
	}
	last := d
	var problem error
	if s.Choice != nil {
		last = s.Choice
		if d.Model.OfSizes {
			problem = s.checkSets()
		}
	}
	insert := Data{Actors: last.data.Actors, Kinds: last.data.Kinds}
	insert.checkEvents("inserted", s.Insert, func(format string, args ...any) bool {
		problem = errors.Join(problem, fmt.Errorf(format, args...))
		return true
	})
	if problem == nil && len(s.Insert) > 0 && s.Insert[0].Time <= s.After {
		problem = fmt.Errorf("an event is inserted at %v, not after the start of the simulation", s.Insert[0].Time)
	}
	return problem
}

func (s *Simulation) prepare(random *rand.Rand) (*runner, error) {
	if err := s.check(); err != nil {
		return nil, err
	}
	d := s.Design
	r := &runner{Simulation: s, data: *d.data, random: random, until: s.Until, rate: s.Rate, now: s.After, insert: s.Insert}
	r.history = len(d.data.Events)
	if k := slices.IndexFunc(d.data.Events, func(e Event) bool { return e.Time > s.After }); k >= 0 {
		r.history = k
	}
	if r.history == 0 {
		return nil, errors.New("no event of the record is before the start of the simulation, so there is nothing to continue")
	}
	r.data.Events = slices.Clip(d.data.Events[:r.history])
	if r.until == 0 {
		r.until = math.Inf(1)
	}
	if span := s.After - r.data.Events[0].Time; r.rate == 0 && span > 0 {
		r.rate = float64(r.history) / span
	}
	if !d.Model.Interval && !(r.rate > 0) {
		return nil, errors.New("the events of the record are all at one time, so their rate is not known; give one")
	}
	r.state = newState(&r.data)
	var err error
	if r.who, err = newIntensity(r.state, d, s.Theta); err != nil {
		return nil, err
	}
	r.used = slices.Clone(d.used)
	if s.Choice != nil {
		if r.whom, err = newIntensity(r.state, s.Choice, s.ChoiceTheta); err != nil {
			return nil, err
		}
		r.used = append(r.used, s.Choice.used...)
	}
	if d.Model.RiskSet.Kinds { // the model says it
	} else if s.kinds || d.readsKinds() || s.Choice != nil && s.Choice.readsKinds() {
		r.bySize = r.kindsBySize()
	}
	slices.Sort(r.used)
	r.used = slices.Compact(r.used)
	if r.state.marked {
		return nil, errors.New("a term reads what is known of an event before it, which is not known of events to come; the model cannot be simulated")
	}
	r.timed = d.Model.Interval && slices.ContainsFunc(r.who.stats, func(st statistic) bool { return st.timed })
	r.state.start()
	return r, nil
}

// walker passes on to the rates what changes.
func (r *runner) walker() walker {
	parts := []*intensity{r.who}
	if r.whom != nil {
		parts = append(parts, r.whom)
	}
	var w []walker
	for _, in := range parts {
		if in.panel != nil {
			w = append(w, in.panel.walker())
		}
	}
	return walker{
		touched: func(v *view, i, j int32) {
			for k := range w {
				w[k].touched(v, i, j)
			}
		},
		attr: func(c int, actor int32) {
			for k := range w {
				w[k].attr(c, actor)
			}
		},
		presence: func(actor int32) {
			r.who.changed()
			for k := range w {
				w[k].presence(actor)
			}
		},
	}
}

// propose finds the next event, unless something else changes first, at t.
func (r *runner) propose(t float64) (*Event, bool, error) {
	done := len(r.data.Events) - r.history
	if done > mostEvents {
		return nil, true, fmt.Errorf("a run was stopped after %d events; end it earlier, or by a number of events", mostEvents)
	}
	if r.Events > 0 && done >= r.Events {
		return nil, true, nil
	}
	if r.due != nil {
		return r.proposeDue(t)
	}
	r.state.now = r.now
	stop := min(t, r.until)
	decreed := len(r.insert) > 0 && r.insert[0].Time <= stop
	if decreed {
		stop = r.insert[0].Time
	}
	if t <= r.now { // what changed before the start
		return nil, false, nil
	}
	e, err := r.next(stop)
	if err != nil {
		return nil, true, err
	}
	switch {
	case e != nil:
	case decreed:
		if e, err = r.decree(); err != nil {
			return nil, true, err
		}
	default:
		r.now = stop
		return nil, r.until <= t, nil
	}
	r.now = e.Time
	return e, false, nil
}

// decree takes the next of the inserted events.
func (r *runner) decree() (*Event, error) {
	e := &r.insert[0]
	r.insert = r.insert[1:]
	for _, a := range slices.Concat(e.From, e.To) {
		if !r.state.present[a] {
			return nil, fmt.Errorf("inserted event at %v: %s is not present then", e.Time, r.data.Actors[a])
		}
	}
	return e, nil
}

// next draws the next event before stop; nil: there is none.
func (r *runner) next(stop float64) (*Event, error) {
	if !r.Design.Model.Interval {
		at := r.now + r.random.ExpFloat64()/r.rate
		if at > stop {
			return nil, nil
		}
		return r.happens(at)
	}
	if !r.timed {
		total, err := r.who.read(r.now, r.random)
		if err != nil {
			return nil, err
		}
		at := r.now + r.random.ExpFloat64()/total
		if !(at <= stop) {
			return nil, nil
		}
		return r.event(at)
	}
	for now := r.now; ; {
		total, err := r.who.read(now, r.random)
		if err != nil {
			return nil, err
		}
		// Over a stretch in which a few events are due each statistic moves one way, so
		// the rate of a unit is at most that of its statistics' higher ends.
		end := min(stop, now+2/total)
		switch {
		case stop == now:
			return nil, nil
		case end == now:
			return nil, explosion(now)
		}
		bound, err := r.who.bound(end)
		if err != nil {
			return nil, err
		}
		at := now + r.random.ExpFloat64()/bound
		if !(at <= end) {
			if end == stop {
				return nil, nil
			}
			now = end
			continue
		}
		total, err = r.who.read(at, r.random)
		if err != nil {
			return nil, err
		}
		if r.random.Float64()*bound < total {
			return r.event(at)
		}
		now = at
	}
}

func explosion(at float64) error {
	return fmt.Errorf("at %v the rates of the model grow beyond all bounds, as each event raises them further; it does not describe a process that could go on (use transform: log1p, a window or a half-life)", at)
}

// happens draws what happens at a time.
func (r *runner) happens(at float64) (*Event, error) {
	if _, err := r.who.read(at, r.random); err != nil {
		return nil, err
	}
	return r.event(at)
}

// event draws a unit by the rates just read.
func (r *runner) event(at float64) (*Event, error) {
	from, to := r.who.pick(r.random, -1)
	if r.whom != nil {
		if _, err := r.whom.read(at, r.random); err != nil {
			return nil, err
		}
		from, to = r.whom.pick(r.random, from[0])
		if from == nil { // alone: nobody to choose from
			return nil, fmt.Errorf("at %v an actor acts and nobody is present whom it could choose", at)
		}
	}
	e := &Event{ID: fmt.Sprintf("simulated %d", len(r.data.Events)-r.history+1), Time: at, From: from, To: to, Value: 1}
	if r.bySize != nil && r.due == nil {
		e.Kind = r.drawKind(e)
	}
	if d := r.Design; d.Model.RiskSet.Kinds {
		e.Kind = r.who.picked
	}
	return e, nil
}

// intensity holds the rates of all units at a moment.
type intensity struct {
	s     *state
	m     *Model
	stats []statistic
	theta []float64
	w     []float64 // rate of each unit
	x     []float64 // statistics of each unit
	// pairs and actors:
	panel *panelBuilder
	// sets:
	risk    riskSets
	history int    // events of the record, whose sizes are drawn where a model is given them
	like    *Event // of the size of the next event, where it is known; nil: it is drawn
	sets    []drawing
	picked  int16 // the kind of the act that was drawn last, where kinds are explained
	unit    unit
	tokens  []int32

	low []float64 // scratch of bound
}

func newIntensity(s *state, d *Design, theta []float64) (*intensity, error) {
	m := d.Model
	in := &intensity{s: s, m: m, theta: theta, history: len(s.data.Events)}
	var err error
	if in.stats, err = (&binder{s, m}).bind(m.Terms); err != nil {
		return nil, err
	}
	d.scaled(in.stats)
	if m.Family == Hyper || m.RiskSet.Kinds {
		in.risk = riskSets{s: s, m: m, changed: true}
		return in, nil
	}
	if in.panel, err = newPanelBuilder(s, m, in.stats); err != nil {
		return nil, err
	}
	in.w = make([]float64, in.panel.units)
	in.x = in.panel.x
	return in, nil
}

// changed forgets who is present.
func (in *intensity) changed() {
	in.risk.changed = true
	in.sets = nil
}

// read brings the rates up to a time and returns their sum.
func (in *intensity) read(at float64, random *rand.Rand) (float64, error) {
	in.s.now = at
	total := 0.0
	if in.panel != nil {
		b := in.panel
		b.now.unit, b.now.x = b.now.unit[:0], b.now.x[:0]
		b.settle()
		for _, u := range b.now.unit {
			if u < 0 {
				in.w[^u] = 0
				continue
			}
			in.w[u] = math.Exp(dot(in.theta, in.x[int(u)*b.p:int(u+1)*b.p]))
		}
	} else if err := in.readSets(random); err != nil {
		return 0, err
	}
	if in.m.Family == Coordination {
		in.agree()
	}
	for _, w := range in.w {
		total += w
	}
	switch {
	case math.IsInf(total, 1) || math.IsNaN(total):
		return 0, explosion(at)
	case total == 0:
		return 0, fmt.Errorf("at %v nobody is present who could act", at)
	}
	return total, nil
}

// agree turns the weights of choices into the chances of pairs, i < j; the weights
// are read anew from the statistics each time.
func (in *intensity) agree() {
	b := in.panel
	n := b.n
	choice := make([]float64, len(in.w))
	for i := range n {
		sum := 0.0
		for j := range n {
			u := i*n + j
			if b.on[u] {
				choice[u] = math.Exp(dot(in.theta, in.x[u*b.p:(u+1)*b.p]))
				sum += choice[u]
			}
		}
		for j := range n {
			if u := i*n + j; b.on[u] {
				choice[u] /= sum
			}
		}
	}
	for i := range n {
		for j := range n {
			in.w[i*n+j] = 0
			if i < j {
				in.w[i*n+j] = choice[i*n+j] * choice[j*n+i]
			}
		}
	}
}

// readSets lists the sets that could act, of the sizes of the model or of one drawn
// from the record, and reads their rates.
func (in *intensity) readSets(random *rand.Rand) error {
	r := &in.risk
	if in.m.RiskSet.MaxSize == 0 || in.sets == nil {
		var e *Event
		if e = in.like; e == nil && in.m.RiskSet.MaxSize == 0 {
			e = &in.s.data.Events[random.IntN(in.history)]
		}
		r.here()
		shapes, err := r.shapes(e, 0)
		if err != nil {
			return err
		}
		r.sets, r.observed = r.sets[:0], 0
		for _, s := range shapes {
			if s.all > maxAlternatives {
				return fmt.Errorf("%.3g sets could act at each event; simulate a model of fewer actors or a smaller max_size", s.all)
			}
			r.every(s)
		}
		in.sets = r.sets
	}
	p := len(in.stats)
	in.w, in.x = in.w[:0], in.x[:0]
	beforehand(in.stats, func(visit func(u *unit)) {
		for _, set := range in.sets {
			in.turn(set)
			visit(&in.unit)
		}
	})
	for i := range in.sets {
		in.turn(in.sets[i])
		for k := range in.stats {
			in.x = append(in.x, in.stats[k].value(&in.unit))
		}
		in.w = append(in.w, math.Exp(dot(in.theta, in.x[i*p:])))
	}
	return nil
}

// turn makes a set the unit of which statistics are read.
func (in *intensity) turn(set drawing) {
	in.tokens = in.unit.set(set.from, set.to, len(in.s.data.Actors), in.tokens)
	in.unit.kind = set.kind
}

// bound returns what the sum of the rates cannot exceed between the time that was
// read and the given one, provided that nothing happens.
func (in *intensity) bound(end float64) (float64, error) {
	in.low = append(in.low[:0], in.x...)
	if _, err := in.read(end, nil); err != nil {
		return 0, err
	}
	total, p := 0.0, len(in.theta)
	for u := range in.w {
		if in.w[u] == 0 {
			continue
		}
		eta := 0.0
		for k, t := range in.theta {
			eta += max(t*in.low[u*p+k], t*in.x[u*p+k])
		}
		total += math.Exp(eta)
	}
	return total, nil
}

// pick draws a unit in proportion to its rate; sender, unless negative, is who acts.
func (in *intensity) pick(random *rand.Rand, sender int32) (from, to []int32) {
	lo, hi := 0, len(in.w)
	if sender >= 0 {
		lo = int(sender) * in.panel.n
		hi = lo + in.panel.n
	}
	total := 0.0
	for _, w := range in.w[lo:hi] {
		total += w
	}
	left := random.Float64() * total
	last := -1
	for u := lo; u < hi; u++ {
		if in.w[u] == 0 {
			continue
		}
		last = u
		if left -= in.w[u]; left < 0 {
			break
		}
	}
	switch {
	case last < 0:
		return nil, nil
	case in.panel == nil:
		in.picked = in.sets[last].kind
		return slices.Clone(in.sets[last].from), slices.Clone(in.sets[last].to)
	case in.m.Family == Rate:
		return []int32{int32(last)}, nil
	}
	i, j := int32(last/in.panel.n), int32(last%in.panel.n)
	if in.m.Family == Coordination || in.m.Family == REM && !in.m.Directed {
		return []int32{i, j}, nil
	}
	return []int32{i}, []int32{j}
}
