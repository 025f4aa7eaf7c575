package rem

import (
	"errors"
	"math"
	"math/rand/v2"
	"slices"
)

// checkTies refuses conventions on ties that have no meaning for the model.
func (m *Model) checkTies() error {
	switch {
	case m.Ties != Efron:
		return nil
	case m.Interval:
		return errors.New("ties: efron is for models of the order of events; waiting times say themselves that events are of one time")
	case m.RiskSet.Controls > 0 || m.RiskSet.Given != nil:
		return errors.New("ties: efron compares the events of one time with the same risk set, and with controls each event has its own; take breslow, exclude, ordered or random")
	}
	return nil
}

// shuffle puts the events of one time in an order drawn by the seed.
func (m *Model) shuffle(tied []int) {
	rand.New(rand.NewPCG(m.RiskSet.Seed^1<<62, uint64(tied[0]))).Shuffle(len(tied), func(i, j int) { tied[i], tied[j] = tied[j], tied[i] })
}

// tie puts the other events of the time that have the event's risk set beside it.
func (r *riskSets) tie() {
	r.tied, r.acting = 1, 1
	if r.m.Ties != Efron {
		return
	}
	own := r.sets[0]
	for _, other := range r.out {
		switch {
		case r.m.RiskSet.OnSender && !slices.Equal(other.from, own.from),
			(r.m.RiskSet.OnSender || r.m.RiskSet.MaxSize == 0) && (len(other.from) != len(own.from) || len(other.to) != len(own.to)):
			continue
		}
		r.tied++
		if !slices.ContainsFunc(r.sets, func(s drawing) bool { return s.is(other.from, other.to, other.kind) }) {
			r.sets = append(r.sets, other)
			r.acting++
		}
	}
}

// efron is the denominator of the events of one time. In which order they came is
// not known; before the l-th of d on average a share of (l-1)/d of those who act has
// acted and counts no more (Efron 1977). Each event has the mean over all l, so that the order of the
// record makes no difference. A unit that acts twice is one of those who act.
type efron struct {
	out  sums    // of the units that act
	log  float64 // mean of the logarithm
	mean []float64
	info []float64
}

func newEfron(p int) *efron {
	return &efron{out: newSums(p), mean: make([]float64, p), info: make([]float64, p*p)}
}

// average takes the mean over d events out of a risk set.
func (e *efron) average(s *sums, d int) {
	e.log = 0
	clear(e.mean)
	clear(e.info)
	p := len(e.mean)
	mean := make([]float64, p)
	for l := range d {
		gone := float64(l) / float64(d)
		left := s.s0 - gone*e.out.s0
		e.log += math.Log(left) / float64(d)
		for i := range p {
			mean[i] = (s.s1[i] - gone*e.out.s1[i]) / left
			e.mean[i] += mean[i] / float64(d)
		}
		if s.s2 == nil {
			continue
		}
		at := 0
		for i := range p {
			for j := i; j < p; j++ {
				e.info[i*p+j] += ((s.s2[at]-gone*e.out.s2[at])/left - mean[i]*mean[j]) / float64(d)
				at++
			}
		}
	}
}

// choseTied adds the contribution of one of several events of a time.
func (t *total) choseTied(c int, eta, shift float64, x []float64, e *efron) {
	l := eta - shift - e.log
	t.loglik += l
	for i, v := range x {
		t.grad[i] += v - e.mean[i]
		if t.visit != nil {
			t.score[i] = v - e.mean[i]
		}
	}
	for k := range t.info {
		t.info[k] += e.info[k]
	}
	if t.visit != nil {
		t.visit(c, l, t.score)
	}
}
