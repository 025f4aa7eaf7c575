package rem

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
)

// Goodness says how well a fitted model foresaw each event of its record, in the
// record from which it was fitted.
type Goodness struct {
	Events int `json:"n_events"`
	// Rank is the mean place of the event among its alternatives, relative to their
	// number: 0 always first, 0.5 as by chance.
	Rank real `json:"mean_relative_rank"`
	// Recall of each k: the share of events among the k most likely alternatives.
	Recall []Recall `json:"recall"`
	// Bits is the mean surprise of an event, -log2 of its probability; ChanceBits
	// that of a model for which all alternatives are equally likely.
	Bits       real `json:"mean_bits"`
	ChanceBits real `json:"chance_bits"`
	// Steady tests of each term whether its coefficient is the same at all times.
	Steady []Steadiness `json:"steady"`
	// Surprises are the events in the order of the record.
	Surprises []Surprise `json:"surprises"`
}

// Recall is the share of events among the K most likely alternatives, with what
// chance would give. Equally likely alternatives share their places.
type Recall struct {
	K      int  `json:"k"`
	Share  real `json:"share"`
	Chance real `json:"chance"`
}

// Surprise is one event as the model saw it coming.
type Surprise struct {
	Event        string  `json:"event"`
	Time         float64 `json:"time"`
	Actors       Parties `json:"actors"`
	Probability  real    `json:"probability"` // given that something happened then
	Bits         real    `json:"bits"`        // -log2 of the probability
	Rank         float64 `json:"rank"`        // 1: the most likely; equals share their places
	Alternatives float64 `json:"alternatives"`
	// Deviance residual: sqrt(-2 log p) for the order of events; with waiting times that
	// of the number of events in the wait, 1, against the number expected (Therneau,
	// Grambsch & Fleming 1990), negative when the wait was long.
	Deviance real       `json:"deviance"`
	Score    []real     `json:"score"` // residual of each term: its statistic less what was expected
	Expected []Expected `json:"expected"`
}

// Expected is an alternative that the model held likely.
type Expected struct {
	Actors      Parties `json:"actors"`
	Probability real    `json:"probability"`
}

// Parties are the labels of who acts, and towards whom where there is a direction.
type Parties struct {
	From []string `json:"from"`
	To   []string `json:"to,omitempty"`
	Kind string   `json:"kind,omitempty"` // of act, where kinds are explained
}

func (p Parties) String() string {
	text := strings.Join(p.From, ", ")
	if len(p.To) > 0 {
		text += " -> " + strings.Join(p.To, ", ")
	}
	if p.Kind != "" {
		text += " (" + p.Kind + ")"
	}
	return text
}

// Map gives every label another.
func (p Parties) Map(name func(label string) string) Parties {
	each := func(labels []string) (named []string) {
		for _, l := range labels {
			named = append(named, name(l))
		}
		return named
	}
	return Parties{each(p.From), each(p.To), p.Kind}
}

// Steadiness tests a coefficient against one that changes linearly with the number
// of the event: a chi-squared of one degree of freedom, from the scaled Schoenfeld
// residuals (Grambsch & Therneau 1994, equation 11).
type Steadiness struct {
	Term string `json:"term"`
	// Trend is the correlation of the residual with the event's number: positive when
	// the coefficient grows.
	Trend real `json:"trend"`
	Chi2  real `json:"chi2"`
	P     real `json:"p"`
}

// Goodness compares every event with its alternatives at the coefficients of a
// fit. ks are the places for which recall is told.
func (d *Design) Goodness(ctx context.Context, fit *Fit, ks []int) (*Goodness, error) {
	if len(fit.Terms) != len(d.Terms) {
		return nil, errors.New("the fit is of another model than the design")
	}
	theta := fit.Theta()
	for _, v := range theta {
		if !finite(v) {
			return nil, errors.New("a coefficient of the fit is no number, so nothing can be foreseen with it")
		}
	}
	scores := make([][]float64, 0, d.Events)
	if err := d.likelihood().scores(ctx, theta, func(_ int, _ float64, score []float64) {
		scores = append(scores, slices.Clone(score))
	}); err != nil {
		return nil, err
	}
	g := &Goodness{Recall: make([]Recall, len(ks))}
	for i, k := range ks {
		if k < 1 {
			return nil, fmt.Errorf("recall at %d: count from 1", k)
		}
		g.Recall[i].K = k
	}
	var shares []float64
	expected := 0.0 // events since the last one
	err := d.Each(ctx, func(m *Moment) error {
		if d.Model.Interval {
			expected += m.expected(theta)
		}
		if m.Observed < 0 {
			return nil
		}
		shares = m.Shares(theta, shares[:0])
		above, level := places(m, shares)
		g.Surprises = append(g.Surprises, d.surprise(m, shares, scores[m.Case]))
		s := &g.Surprises[len(g.Surprises)-1]
		if d.Model.Interval {
			// One event against the number expected. A further event of the same time was
			// not waited for.
			s.Deviance = 0
			if expected > 0 {
				s.Deviance = real(math.Copysign(math.Sqrt(2*max(0, expected-1-math.Log(expected))), 1-expected))
			}
			expected = 0
		}
		s.Rank = above + (level+1)/2
		g.Rank += real((s.Rank - 1) / max(1, s.Alternatives-1))
		g.Bits += s.Bits
		g.ChanceBits += real(math.Log2(s.Alternatives))
		for i, k := range ks {
			g.Recall[i].Share += real(min(1, max(0, (float64(k)-above)/level)))
			g.Recall[i].Chance += real(min(1, float64(k)/s.Alternatives))
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	g.Events = len(g.Surprises)
	n := real(g.Events)
	g.Rank, g.Bits, g.ChanceBits = g.Rank/n, g.Bits/n, g.ChanceBits/n
	for i := range g.Recall {
		g.Recall[i].Share /= n
		g.Recall[i].Chance /= n
	}
	g.Steady = steadiness(fit, scores)
	return g, nil
}

// expected is the number of events that the rates foresee during the wait.
func (m *Moment) expected(theta []float64) float64 {
	if m.Wait == 0 {
		return 0
	}
	rate := 0.0
	for k := range m.Rows() {
		rate += m.Weight(k) * math.Exp(dot(theta, m.Statistics(k)))
	}
	return rate * m.Wait
}

// units calls visit for the rows that are units of their own: in a coordination one
// of a pair's two.
func (m *Moment) units(visit func(k int)) {
	for k := range m.Rows() {
		if m.design.Model.Family == Coordination && !m.first(k) {
			continue
		}
		visit(k)
	}
}

// first reports whether row k, of a coordination, is the one that stands for its
// pair.
func (m *Moment) first(k int) bool {
	n := int32(m.design.panel.n)
	return m.unit[k]/n < m.unit[k]%n
}

// places counts the units more likely than the event, and those as likely, the event
// among them.
func places(m *Moment, shares []float64) (above, level float64) {
	own := shares[m.Observed] / m.Weight(m.Observed)
	m.units(func(k int) {
		w := m.Weight(k)
		switch v := shares[k] / w; {
		case math.Abs(v-own) <= 1e-12*own:
			level += w
		case v > own:
			above += w
		}
	})
	return above, max(1, level)
}

// most is the number of likely alternatives that are told of an event.
const most = 3

// surprise tells of an event all but its rank.
func (d *Design) surprise(m *Moment, shares, score []float64) Surprise {
	p := shares[m.Observed]
	s := Surprise{
		Event: d.data.name(m.Event), Time: m.Time, Actors: d.who(m, m.Observed), Probability: real(p), Bits: real(-math.Log2(p)),
		Deviance: real(math.Sqrt(-2 * math.Log(p))),
	}
	var best []int
	m.units(func(k int) {
		s.Alternatives += m.Weight(k)
		at, _ := slices.BinarySearchFunc(best, k, func(a, b int) int {
			switch {
			case shares[a] > shares[b]:
				return -1
			case shares[a] < shares[b]:
				return 1
			}
			return a - b
		})
		if at < most {
			best = slices.Insert(best, at, k)
			best = best[:min(most, len(best))]
		}
	})
	for _, k := range best {
		s.Expected = append(s.Expected, Expected{d.who(m, k), real(shares[k])})
	}
	for _, v := range score {
		s.Score = append(s.Score, real(v))
	}
	return s
}

// who labels what would happen in a row; in a coordination the two, whoever chooses.
func (d *Design) who(m *Moment, row int) Parties {
	p := d.Parties(m.Actors(row))
	p.Kind = m.Kind(row)
	if d.Model.Family == Coordination {
		p.From, p.To = append(p.From, p.To...), nil
	}
	return p
}

// steadiness correlates each term's scaled residual with the order of the cases.
func steadiness(fit *Fit, scores [][]float64) []Steadiness {
	p, n := len(fit.Terms), len(scores)
	mean := float64(n-1) / 2
	squares := 0.0
	for c := range n {
		squares += (float64(c) - mean) * (float64(c) - mean)
	}
	var out []Steadiness
	for k, e := range fit.Terms {
		if e.Fixed || math.IsNaN(e.SE) {
			continue
		}
		// The residual scaled by n times the covariance has the local coefficient, less
		// the estimate, as its expectation.
		row := fit.Covariance[k*p : (k+1)*p]
		along, own := 0.0, 0.0
		for c, s := range scores {
			r := float64(n) * dot(row, s)
			along += (float64(c) - mean) * r
			own += r * r
		}
		chi := along * along / (float64(n) * row[k] * squares)
		out = append(out, Steadiness{e.Name, real(along / math.Sqrt(squares*own)), real(chi), real(chiSquaredTail(chi, 1))})
	}
	return out
}
