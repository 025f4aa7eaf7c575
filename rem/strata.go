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
	x        []float64
	offset   []float64 // of each row, nil when all are 0
	first    int
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
	p := c.p
	s, e := into.sums(), newEfron(p)
	row := 0
	eta := make([]float64, 0, 64)
	for k, st := range c.cases {
		eta = eta[:0]
		shift := math.Inf(-1)
		for r := row; r < st.end; r++ {
			v := dot(theta, c.x[r*p:(r+1)*p])
			if c.offset != nil {
				v += c.offset[r]
			}
			eta = append(eta, v)
			shift = max(shift, v)
		}
		s.reset()
		for r := row; r < st.end; r++ {
			s.add(math.Exp(eta[r-row]-shift), c.x[r*p:(r+1)*p])
		}
		var chosen []float64
		if st.event >= 0 {
			chosen = c.x[row*p : (row+1)*p]
		}
		if st.tied > 1 {
			e.out.reset()
			for r := row; r < row+int(st.acting); r++ {
				e.out.add(math.Exp(eta[r-row]-shift), c.x[r*p:(r+1)*p])
			}
			e.average(&s, int(st.tied))
			into.choseTied(c.first+k, eta[0], shift, chosen, e)
		} else if c.interval {
			into.waited(c.first+k, st.dt, eta[0], shift, chosen, &s)
		} else {
			into.chose(c.first+k, eta[0], shift, chosen, &s)
		}
		row = st.end
	}
}

// strataBuilder writes rows for each event's own risk set.
type strataBuilder struct {
	d     *Design
	s     *state
	stats []statistic
	risk  riskSets
	now   *strata
	cases int

	unit   unit
	tokens []int32
}

const rowsPerStrata = 1 << 14

func (b *strataBuilder) moment(dt float64, events []int) error {
	return b.risk.each(dt, events, func(event int, dt float64) error {
		if b.now == nil || len(b.now.x)/b.now.p >= rowsPerStrata {
			b.now = &strata{p: len(b.stats), interval: b.d.Model.Interval, first: b.cases}
			b.d.strata = append(b.d.strata, b.now)
		}
		c := b.now
		for i := range b.risk.sets {
			b.row(b.risk.sets[i].from, b.risk.sets[i].to)
		}
		if b.risk.offset != nil {
			for len(c.offset) < len(c.x)/c.p-len(b.risk.offset) {
				c.offset = append(c.offset, 0)
			}
			c.offset = append(c.offset, b.risk.offset...)
		} else if c.offset != nil {
			c.offset = append(c.offset, make([]float64, len(c.x)/c.p-len(c.offset))...)
		}
		c.cases = append(c.cases, stratum{end: len(c.x) / c.p, event: int32(event), dt: dt, tied: int32(b.risk.tied), acting: int32(b.risk.acting)})
		b.cases++
		return nil
	})
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
	b.tokens = u.set(from, to, len(b.s.data.Actors), b.tokens)
	for k := range b.stats {
		b.now.x = append(b.now.x, b.stats[k].value(u))
	}
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
