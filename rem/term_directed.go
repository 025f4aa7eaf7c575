package rem

import (
	"errors"
	"fmt"
	"slices"
)

// Terms of sets with direction, of senders I towards receivers J (Lerner & Lomi
// 2023). D_ij counts the past events in which i was a sender and j a receiver.
var directedSetTerms = []definition{
	{
		name: "popularity", also: []string{"indegree"}, sets: true, layers: 1,
		says: "the number of past events that the receivers received, over them as attribute", formula: "e.g. sum_{j in J} indeg_j / |J|", source: "Lerner & Lomi 2023",
		takes: "aggregate of direction past",
		bind: func(b *binder, t *Term) (statistic, error) {
			if !b.directed() {
				return statistic{}, errors.New("the sets have no direction; activity counts their events")
			}
			return b.events(t, "receiver")
		},
	},
	closureOfSets("trans", "sum_{i in I, j in J} sum_c min(D_ic, D_cj) / |I||J|", "senders have acted towards actors that acted towards receivers", false, true),
	closureOfSets("cycle", "sum_{i in I, j in J} sum_c min(D_ci, D_jc) / |I||J|", "receivers have acted towards actors that acted towards senders", true, false),
	closureOfSets("commonSender", "sum_{i in I, j in J} sum_c min(D_ci, D_cj) / |I||J|", "actors that acted towards a sender and a receiver", true, true),
	closureOfSets("commonReceiver", "sum_{i in I, j in J} sum_c min(D_ic, D_jc) / |I||J|", "actors towards which a sender and a receiver acted", false, false),
}

func closureOfSets(name, formula, says string, inOfSender, inOfReceiver bool) definition {
	return definition{
		name: name, sets: true, layers: 2, formula: formula, says: says + "; as closure, and over the pairs of one side with of", source: "Lerner & Lomi 2023",
		takes: "combine third aggregate of past",
		bind: func(b *binder, t *Term) (statistic, error) {
			if !b.directed() && name != "trans" {
				return statistic{}, errors.New("the sets have no direction; closure reads them")
			}
			return b.third(t, !b.directed(), inOfSender, inOfReceiver)
		},
	}
}

// subsetsOf reads the counts of the subsets of a set.
type subsetsOf struct {
	view *view
	way  way
	p, q int // actors of a subset: senders and receivers, or all in p where roles do not matter
	all  func(u *unit) float64
	sum  func(u *unit) float64
	each func(u *unit, found func(count float64)) // those that some event held
	// events adds the weights of the past events that pass, told how many senders and
	// receivers of the set they share, or how many actors.
	events func(u *unit, pass func(p, q int) bool) float64
}

// subsets binds the subsets that a term names: order actors in whatever roles, or
// so many senders and so many receivers. With byEvent, events are wanted and not
// the counts of subsets.
func (b *binder) subsets(t *Term, byEvent bool) (*subsetsOf, error) {
	crossed := t.Senders != 0 || t.Receivers != 0
	switch {
	case t.Senders < 0 || t.Receivers < 0 || t.Order < 0:
		return nil, errors.New("order, senders and receivers are numbers of actors, from 0")
	case crossed && !b.directed():
		return nil, errors.New("the sets have no direction; order is the number of actors of the subsets")
	case crossed && t.Order > 0:
		return nil, errors.New("subsets are of so many actors (order), or of so many senders and receivers; not both")
	case !crossed && t.Order < 1 && b.directed():
		return nil, errors.New("senders and receivers are the numbers of either in the subsets, or order is the number of actors in whatever roles")
	case !crossed && t.Order < 1:
		return nil, errors.New("order is the number of actors of the subsets, from 1")
	}
	as := *t
	if t.Order > 0 && b.directed() {
		if t.Direction != "" && t.Direction != "sym" {
			return nil, errors.New("order counts actors in whatever roles; a direction goes with senders and receivers")
		}
		as.Direction = "sym"
	}
	v, w, err := b.counts(&as, 0)
	if err != nil {
		return nil, err
	}
	return b.subsetsOn(&as, v, w, byEvent)
}

func (b *binder) subsetsOn(t *Term, v *view, w way, byEvent bool) (*subsetsOf, error) {
	members, err := b.members(t)
	if err != nil {
		return nil, err
	}
	s := &subsetsOf{view: v, way: w, p: t.Senders, q: t.Receivers}
	v.overlaps = v.overlaps || byEvent
	if t.Order > 0 {
		k := t.Order
		s.p, s.q = k, 0
		s.all = func(u *unit) float64 { return choose(len(members(u)), k) }
		s.events = func(u *unit, pass func(p, q int) bool) float64 { return v.past.sum(members(u), nil, pass) }
		if byEvent {
			return s, nil
		}
		if err := b.affordable(v, func(e *Event) float64 { return choose(len(e.From)+len(e.To), k) }); err != nil {
			return nil, err
		}
		v.order = max(v.order, k)
		into := make([]float64, k)
		s.sum = func(u *unit) float64 {
			clear(into)
			v.sub.sums(members(u), into)
			return into[k-1]
		}
		s.each = func(u *unit, found func(float64)) { v.sub.visit(0, members(u), k, found) }
		return s, nil
	}
	if byEvent && (t.Of != "" || w == either) {
		return nil, errors.New("events that share senders and receivers are found between the two sides and with direction; use order")
	}
	p, q := t.Senders, t.Receivers
	s.events = func(u *unit, pass func(p, q int) bool) float64 {
		if w == back {
			return v.past.sum(u.to, u.from, func(p, q int) bool { return pass(q, p) })
		}
		return v.past.sum(u.from, u.to, pass)
	}
	s.all = func(u *unit) float64 {
		if t.Of != "" {
			n := len(members(u))
			return choose(n, p) * choose(n-p, q)
		}
		return choose(len(u.from), p) * choose(len(u.to), q)
	}
	if byEvent {
		return s, nil
	}
	if w == either {
		return s, b.eitherWay(t, s)
	}
	// Past senders are p of our senders, or where roles are turned q of our receivers.
	first, second := p, q
	if w == back {
		first, second = q, p
	}
	if err := b.affordable(v, func(e *Event) float64 { return choose(len(e.From), first) * choose(len(e.To), second) }); err != nil {
		return nil, err
	}
	v.crossed = [2]int{max(v.crossed[0], first), max(v.crossed[1], second)}
	walk := &crossing{n: int32(len(b.s.data.Actors)), apart: t.Of != ""}
	s.each = func(u *unit, found func(float64)) {
		walk.subsets, walk.found = v.sub, found
		switch {
		case t.Of != "":
			side := members(u)
			walk.visit(0, side, first, side, second)
		case w == back:
			walk.visit(0, u.to, first, u.from, second)
		default:
			walk.visit(0, u.from, first, u.to, second)
		}
	}
	s.sum = totalOf(s.each)
	return s, nil
}

// eitherWay reads subsets of p senders and q receivers that took part together in
// whatever roles.
func (b *binder) eitherWay(t *Term, s *subsetsOf) error {
	if t.Of != "" {
		return errors.New("subsets of one side in whatever roles are given by order")
	}
	v, p, q := s.view, s.p, s.q
	if err := b.affordable(v, func(e *Event) float64 { return choose(len(e.From)+len(e.To), p+q) }); err != nil {
		return err
	}
	v.order = max(v.order, p+q)
	var set []int32
	s.each = func(u *unit, found func(float64)) {
		for from := range combinations(u.from, p) {
			for to := range combinations(u.to, q) {
				set = append(append(set[:0], from...), to...)
				slices.Sort(set)
				if x := v.sub.whole(slices.Compact(set)); x != 0 {
					found(x)
				}
			}
		}
	}
	s.sum = totalOf(s.each)
	return nil
}

// totalOf adds up what each finds.
func totalOf(each func(u *unit, found func(float64))) func(u *unit) float64 {
	sum := 0.0
	add := func(count float64) { sum += count }
	return func(u *unit) float64 {
		sum = 0
		each(u, add)
		return sum
	}
}

// mostSubsets bounds the subsets of one event that are counted.
const mostSubsets = 5_000_000

// affordable refuses to count subsets of events of very many actors.
func (b *binder) affordable(v *view, subsets func(e *Event) float64) error {
	events := b.s.data.Events
	if v.layer >= 0 {
		events = b.s.data.Layers[v.layer].Events
	}
	for k := range events {
		e := &events[k]
		if n := subsets(e); n > mostSubsets && v.takes(e) {
			name := e.ID
			if name == "" {
				name = fmt.Sprintf("number %d", k+1)
			}
			return fmt.Errorf("event %s has %.3g subsets of that many actors; take smaller subsets, or leave large events out with sizes", name, n)
		}
	}
	return nil
}
