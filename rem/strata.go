package rem

import (
	"math"
	"slices"
)

// A stratum is a design in which each event has a risk set of its own: rows of
// statistics, the events first.
type strata struct {
	p        int
	interval bool
	cases    []stratum
	slab
	offset []float64 // of each row, nil when all are 0
	first  int
}

type stratum struct {
	end   int   // of its rows
	event int32 // its number, the first of the rows; -1: an interval ended without one
	dt    float64
	// With Efron's rule: events of the time with the same risk set, and the first rows,
	// which they are.
	tied, acting int32
}

func (c *strata) evaluate(theta []float64, into *total) {
	p, x := c.p, into.load(&c.slab)
	if x == nil {
		return
	}
	s, e := into.sums(), newEfron(p)
	row := 0
	eta := make([]float64, 0, 64)
	for k, st := range c.cases {
		eta = eta[:0]
		shift := math.Inf(-1)
		for r := row; r < st.end; r++ {
			v := dot(theta, x[r*p:(r+1)*p])
			if c.offset != nil {
				v += c.offset[r]
			}
			eta = append(eta, v)
			shift = max(shift, v)
		}
		first, w := eta[0], eta
		exps(w, shift)
		s.reset()
		s.addAll(w, x[row*p:st.end*p])
		var chosen []float64
		if st.event >= 0 {
			chosen = x[row*p : (row+1)*p]
		}
		switch {
		case st.tied > 1:
			e.out.reset()
			e.out.addAll(w[:st.acting], x[row*p:])
			e.average(&s, int(st.tied))
			into.choseTied(c.first+k, first, shift, chosen, e)
		case c.interval:
			into.waited(c.first+k, st.dt, first, shift, chosen, &s)
		default:
			into.chose(c.first+k, first, shift, chosen, &s)
		}
		row = st.end
	}
}

func sorted(set []int32) []int32 {
	if slices.IsSorted(set) {
		return set
	}
	set = slices.Clone(set)
	slices.Sort(set)
	return set
}

// set makes the unit of a set out of n actors; tokens is scratch.
func (u *unit) set(from, to []int32, n int, tokens []int32) []int32 {
	u.from, u.to, u.j = from, to, -1
	if len(to) > 0 {
		u.i, u.j = from[0], to[0]
		tokens = append(tokens[:0], from...)
		for _, r := range to {
			tokens = append(tokens, int32(n)+r)
		}
		u.tokens = tokens
		return tokens
	}
	u.i, u.tokens = from[0], from
	if len(from) > 1 {
		u.j = from[1]
	}
	return tokens
}
