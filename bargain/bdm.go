package bargain

import (
	"context"
	"errors"
	"math"
	"slices"
)

// ExpectedRound is the state after a round of the older model; the first has the
// initial positions alone.
type ExpectedRound struct {
	Turn     int         `json:"turn"`
	Position [][]float64 `json:"position"`
	Risk     []float64   `json:"R,omitempty"` // -1..1
	Exponent []float64   `json:"r,omitempty"` // 0.5..2; of utilities
	// Probability of the actor in the row to prevail over the one in the column.
	Probability [][]float64 `json:"probability,omitempty"`
	Moves       []Move      `json:"moves,omitempty"`
	Median      float64     `json:"median"` // weighted by capability and salience
	Mean        float64     `json:"mean"`
}

// Move is one actor's change of position, after a confrontation or a compromise.
type Move struct {
	Actor    string  `json:"actor"`
	Kind     string  `json:"kind"`
	To       string  `json:"to"`
	Own      float64 `json:"eu_own"`   // expected utility of challenging, seen by the actor
	Other    float64 `json:"eu_other"` // of being challenged
	Position float64 `json:"new_position"`
}

// Expected plays the expected-utility model of Bueno de Mesquita as restated by
// Scholz, Calbert and Smith (2011), in the form in which their program is public,
// with Q = 1. It has one dimension and no stopping rule: positions may cycle, so
// the number of rounds is the caller's. Positions are in the issue's own unit;
// only their differences count. It stands here for comparison; it is not among
// the readings.
func Expected(ctx context.Context, issue *Issue, rounds int) ([]ExpectedRound, error) {
	if len(issue.Dimensions) != 1 {
		return nil, errors.New("the expected-utility model has one dimension; give an issue with one, or use the spatial model")
	}
	if rounds < 0 || rounds > 10000 {
		return nil, errors.New("rounds lie in 0..10000")
	}
	n := len(issue.Actors)
	m := &expected{n: n, p: make([]float64, n*n), own: make([]float64, n*n), other: make([]float64, n*n)}
	for _, a := range issue.Actors {
		m.x = append(m.x, a.Position[0])
		m.w = append(m.w, a.Capability*a.Salience[0]/100)
		m.s = append(m.s, a.Salience[0]/100)
	}
	m.span = slices.Max(m.x) - slices.Min(m.x)
	out := []ExpectedRound{m.round(0)}
	for turn := 1; turn <= rounds && m.span > 0; turn++ {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		one := slices.Repeat([]float64{1}, n)
		m.utilities(one)
		// Danger is what others expect of challenging oneself, in one's own view.
		danger := make([]float64, n)
		for i := range n {
			for j := range n {
				if j != i {
					danger[i] += m.other[i*n+j]
				}
			}
		}
		lo, hi := slices.Min(danger), slices.Max(danger)
		risk, r := make([]float64, n), one
		if hi > lo {
			r = make([]float64, n)
			for i, d := range danger {
				risk[i] = (2*d - hi - lo) / (hi - lo)
				r[i] = (1 - risk[i]/3) / (1 + risk[i]/3)
			}
		}
		m.utilities(r)
		probability := make([][]float64, n)
		for i := range n {
			probability[i] = slices.Clone(m.p[i*n : (i+1)*n])
		}
		moves := m.move(issue)
		state := m.round(turn)
		state.Risk, state.Exponent, state.Probability, state.Moves = risk, r, probability, moves
		out = append(out, state)
	}
	return out, nil
}

type expected struct {
	n          int
	x, w, s    []float64
	span       float64
	p          []float64
	own, other []float64 // own[i*n+j]: i's view of challenging j; other: of j challenging i
}

// utilities fills p, own and other under exponents r.
func (m *expected) utilities(r []float64) {
	n, all := m.n, 0.0
	distance := make([]float64, n*n) // (|x_k - x_a| / span)^r_k
	for k := range n {
		for a := range n {
			distance[k*n+a] = math.Pow(math.Abs(m.x[k]-m.x[a])/m.span, r[k])
		}
	}
	for i := range n {
		for j := range n {
			pro := 0.0
			if m.x[i] != m.x[j] {
				for k := range n {
					z := m.w[k] * (distance[k*n+j] - distance[k*n+i])
					pro += max(0, z)
					all += math.Abs(z)
				}
			}
			m.p[i*n+j] = pro
		}
	}
	if all > 0 {
		for i := range m.p {
			m.p[i] /= all
		}
	}
	value := func(h, i, j int) float64 {
		d, p := math.Abs(m.x[i]-m.x[j])/m.span, m.p[i*n+j]
		success := 2 - 4*math.Pow(0.5-0.5*d, r[h])
		failure := 2 - 4*math.Pow(0.5+0.5*d, r[h])
		quo := 2 - 4*math.Pow(0.5, r[h])
		return m.s[j]*(p*success+(1-p)*failure) + (1-m.s[j])*success - quo
	}
	for i := range n {
		for j := range n {
			m.own[i*n+j], m.other[i*n+j] = value(i, i, j), value(i, j, i)
		}
	}
}

// move lets every actor take its best offer, all at once.
func (m *expected) move(issue *Issue) []Move {
	n := m.n
	var moves []Move
	next := slices.Clone(m.x)
	for i := range n {
		var best *Move
		least := math.Inf(1)
		for j := range n {
			if m.x[i] == m.x[j] {
				continue
			}
			a, b := m.own[i*n+j], m.other[i*n+j]
			offer := Move{Actor: issue.Actors[i].Name, To: issue.Actors[j].Name, Own: a, Other: b}
			var cost float64
			switch {
			case b > a && a > 0:
				offer.Kind, offer.Position = "confrontation", m.x[j]
				cost = math.Abs(m.x[j] - m.x[i])
			case a < 0 && b > -a:
				offer.Kind, offer.Position = "compromise", m.x[i]+(m.x[j]-m.x[i])*math.Abs(a/b)
				cost = (-a*m.x[i] + b*m.x[j]) / (b - a)
			default:
				continue
			}
			forced := offer.Kind == "confrontation"
			if best == nil || forced && best.Kind != offer.Kind || forced == (best.Kind == "confrontation") && cost < least {
				best, least = &offer, cost
			}
		}
		if best != nil {
			next[i] = best.Position
			moves = append(moves, *best)
		}
	}
	m.x = next
	return moves
}

// round copies out the positions with their weighted median and mean.
func (m *expected) round(turn int) ExpectedRound {
	r := ExpectedRound{Turn: turn}
	sum := 0.0
	for i, x := range m.x {
		r.Position = append(r.Position, []float64{x})
		r.Mean += m.w[i] * x
		sum += m.w[i]
	}
	r.Mean /= sum
	places := slices.Clone(m.x)
	slices.Sort(places)
	r.Median = places[0]
	for _, x := range slices.Compact(places)[1:] {
		favour := 0.0
		for k, at := range m.x {
			favour += m.w[k] * (math.Abs(at-r.Median) - math.Abs(at-x))
		}
		if favour > 0 {
			r.Median = x
		}
	}
	return r
}

// ExpectedOf plays the older model on a case at its modes, in its own units.
func ExpectedOf(ctx context.Context, c *Case, rounds int) ([]ExpectedRound, error) {
	if err := c.Check(); err != nil {
		return nil, err
	}
	return Expected(ctx, c.own(), rounds)
}
