package rem

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
)

// A model of size says when the next act comes and of how many; a model of sets, which
// of the sets of so many acts. The sizes do not read the sets, so their course is run
// first and the sets are drawn along it.

// due is an act of which is known when it comes, of how many, and of what kind.
type due struct {
	at   float64
	size int
	kind int16
}

// checkSets refuses a model of sets that does not complete the model of size.
func (s *Simulation) checkSets() error {
	d, sets := s.Design, s.Choice
	switch m := sets.Model; {
	case m.Family != Hyper || m.RiskSet.MaxSize > 0 || m.RiskSet.OnSender:
		return errors.New("a model of size is completed by a hyper model that compares sets of one size (without max_size and on_sender)")
	case len(d.data.Events) != len(sets.data.Events) || !slices.EqualFunc(d.data.Events, sets.data.Events, func(a, b Event) bool { return a.Time == b.Time }):
		return errors.New("the model of size and the model of sets are of different events")
	case (d.readsKinds() || sets.readsKinds()) && !slices.Equal(d.data.Kinds, sets.data.Kinds):
		return errors.New("the model of size and the model of sets tell different kinds of act apart")
	}
	for i := range s.Insert {
		if n := s.Insert[i].actors(); n < smallest || n-smallest >= len(d.data.Actors) {
			return fmt.Errorf("inserted event at %v has %d actors; the model of size has %s to %s", s.Insert[i].Time, n, d.data.Actors[0], d.data.Actors[len(d.data.Actors)-1])
		}
	}
	return nil
}

// runSets runs a model of size and draws the set of each act.
func (s *Simulation) runSets(ctx context.Context, run int) ([]Event, error) {
	if err := s.check(); err != nil {
		return nil, err
	}
	sizes := *s
	sizes.Choice, sizes.ChoiceTheta, sizes.Insert = nil, nil, nil
	sizes.kinds = s.Choice.readsKinds()
	for _, e := range s.Insert {
		e.From, e.To = []int32{int32(e.actors() - smallest)}, nil
		sizes.Insert = append(sizes.Insert, e)
	}
	acts, err := sizes.Run(ctx, run)
	if err != nil || len(acts) == 0 {
		return nil, err
	}
	sets := Simulation{Design: s.Choice, Theta: s.ChoiceTheta, After: s.After, Until: s.Until, Events: len(acts), Rate: 1, Insert: s.Insert}
	r, err := sets.prepare(rand.New(rand.NewPCG(^s.Seed, uint64(run))))
	if err != nil {
		return nil, err
	}
	for i := range acts {
		r.due = append(r.due, due{acts[i].Time, int(acts[i].From[0]) + smallest, acts[i].Kind})
	}
	return r.run(ctx)
}

// proposeDue finds the set of the act that is due next, unless something else changes
// first, at t.
func (r *runner) proposeDue(t float64) (*Event, bool, error) {
	if len(r.due) == 0 {
		return nil, true, nil
	}
	next := r.due[0]
	if next.at > t {
		return nil, false, nil
	}
	r.due = r.due[1:]
	if len(r.insert) > 0 && r.insert[0].Time == next.at {
		e, err := r.decree()
		return e, err != nil, err
	}
	r.who.like = r.ofSize(next.size)
	e, err := r.happens(next.at)
	if err != nil {
		return nil, true, fmt.Errorf("an act of %d actors: %w", next.size, err)
	}
	e.Kind = next.kind
	return e, false, nil
}

// ofSize returns an event of the history of that many actors, one drawn of all where
// sets have a direction; or what such an event would look like without one.
func (r *runner) ofSize(size int) *Event {
	if len(r.data.Events[0].To) == 0 {
		return &Event{From: make([]int32, size)}
	}
	var alike []*Event
	for i := range r.data.Events[:r.history] {
		if e := &r.data.Events[i]; e.actors() == size {
			alike = append(alike, e)
		}
	}
	if alike == nil {
		return &Event{From: make([]int32, 1), To: make([]int32, size-1)}
	}
	return alike[r.random.IntN(len(alike))]
}

// sizeOf is the number of actors of an event of the design.
func (d *Design) sizeOf(e *Event) int {
	if d.Model.OfSizes {
		return int(e.From[0]) + smallest
	}
	return e.actors()
}

func (e *Event) actors() int { return len(e.From) + len(e.To) }

// readsKinds reports whether a term reads past events by their kind.
func (d *Design) readsKinds() bool {
	var reads func(terms []Term) bool
	reads = func(terms []Term) bool {
		return slices.ContainsFunc(terms, func(t Term) bool {
			own := len(t.On) == 0 || slices.ContainsFunc(t.On, func(name string) bool { at, _ := d.data.layer(name); return at < 0 })
			return t.Kinds != nil && own && !t.is("kind") || reads(t.Product)
		})
	}
	return reads(d.Model.Terms)
}

// kindsBySize lists the kinds of the acts of the history by the number of their actors;
// those of all acts under 0.
func (r *runner) kindsBySize() map[int][]int16 {
	kinds := map[int][]int16{}
	for i := range r.data.Events[:r.history] {
		e := &r.data.Events[i]
		size := r.Design.sizeOf(e)
		kinds[size] = append(kinds[size], e.Kind)
		kinds[0] = append(kinds[0], e.Kind)
	}
	return kinds
}

// drawKind draws the kind of an act by the shares of the kinds among the acts of the
// history of as many actors; among all acts where there is none.
func (r *runner) drawKind(e *Event) int16 {
	alike := r.bySize[r.Design.sizeOf(e)]
	if alike == nil {
		alike = r.bySize[0]
	}
	return alike[r.random.IntN(len(alike))]
}
