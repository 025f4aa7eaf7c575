package rem

import (
	"errors"
	"fmt"
	"slices"
)

// A risk set may be within a layer: only pairs that have a tie in it could act, those
// who may meet at all, authors and journals, or the pairs that ever do.

// activePairs is the name of the layer of all pairs that ever act, which is there for
// risk sets without being given.
const activePairs = "active"

// addActive adds the layer of all pairs that ever act, unless a layer has its name.
func (d *Data) addActive() {
	if _, given := d.layer(activePairs); given {
		return
	}
	l := Layer{Name: activePairs}
	seen := map[[2]int32]bool{}
	for i := range d.Events {
		e := &d.Events[i]
		to := e.To
		if l.Directed = l.Directed || len(to) > 0; len(to) == 0 {
			to = e.From
		}
		for _, i := range e.From {
			for _, j := range to {
				if pair := [2]int32{i, j}; i != j && !seen[pair] {
					seen[pair] = true
					l.Start = append(l.Start, Cell{i, j, 1})
				}
			}
		}
	}
	d.Layers = append(d.Layers, l)
}

// within binds the layer within which pairs are at risk.
func (b *binder) within() error {
	name := b.m.RiskSet.Within
	if name == "" {
		return nil
	}
	if b.m.Family == Hyper || b.m.Family == Rate {
		return fmt.Errorf("risk_set: within is of models of pairs, not of a %s model", b.m.Family)
	}
	if b.m.RiskSet.Given != nil {
		return errors.New("risk_set: alternatives are given or are within a layer, not both")
	}
	if name == b.s.data.own() {
		return errors.New("risk_set: within the events themselves nobody could act for the first time; within: active is of all pairs that ever act")
	}
	v, err := b.view(&Term{On: []string{name}}, 0)
	if err == nil {
		err = b.bothWays(v)
	}
	if err == nil && b.m.Family == Coordination && v.directed {
		err = errors.New("an agreement is of two who both may choose the other; the layer has a direction")
	}
	if err != nil {
		return fmt.Errorf("risk_set: within: %w", err)
	}
	b.s.atRisk = v
	return nil
}

// mayAct reports whether a pair is at risk by its tie.
func (s *state) mayAct(i, j int32) bool {
	return s.atRisk == nil || s.atRisk.out.rows[i].at(j) > 0
}

// pairsWithin lists the pairs at risk among those present; of one sender, unless it is
// negative.
func (r *riskSets) pairsWithin(sender int32) [][2]int32 {
	if r.within == nil {
		r.within = &pairList{}
		r.s.atRisk.turned = append(r.s.atRisk.turned, func(_, _ int32) { r.within.stale = true })
		r.within.stale = true
	}
	l := r.within
	if l.stale {
		l.stale, l.all, l.of = false, l.all[:0], make([]int, len(r.s.data.Actors)+1)
		ordered := r.m.Family != REM || r.m.Directed
		for i := range r.s.atRisk.out.rows {
			l.of[i] = len(l.all)
			if !r.s.present[i] {
				continue
			}
			r.s.atRisk.out.rows[i].each(func(j int32, _ float64) {
				if r.s.present[j] && (ordered || int32(i) < j) {
					l.all = append(l.all, [2]int32{int32(i), j})
				}
			})
		}
		l.of[len(l.of)-1] = len(l.all)
	}
	if sender < 0 {
		return l.all
	}
	return l.all[l.of[sender]:l.of[sender+1]]
}

// pairList are pairs at risk, by their first actor.
type pairList struct {
	all   [][2]int32
	of    []int // where those of each actor begin
	stale bool
}

// drawPair appends a pair drawn from those at risk.
func (r *riskSets) drawPair(s *shape) {
	pair := s.pairs[r.source.IntN(len(s.pairs))]
	r.arena = append(r.arena, pair[:]...)
}

// everyPair calls keep with each pair at risk, as sets of the shape.
func (s *shape) everyPair(keep func(from, to []int32)) {
	for _, pair := range s.pairs {
		set := slices.Clone(pair[:])
		if s.q == 0 {
			keep(set, nil)
		} else {
			keep(set[:1:1], set[1:])
		}
	}
}
