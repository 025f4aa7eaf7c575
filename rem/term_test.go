package rem

import (
	"cmp"
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// The case worked by hand: what happened before the event at 8 is
//
//	1 A -> B, 2 B -> C, 3 A -> C, 4 C -> A (twice the weight), 5 A -> B, 6 D -> B
//
// so the values are AB 2, BC 1, AC 1, CA 2, DB 1; E has done nothing. In the other
// layer, y, are tied A and D, B and C, C and E.
func TestTermsOfPairs(t *testing.T) {
	event := func(time float64, from, to int32, value float64, kind int16) Event {
		return Event{Time: time, From: []int32{from}, To: []int32{to}, Value: value, Kind: kind}
	}
	tie := func(time float64, a, b int32) Event { return Event{Time: time, From: []int32{a, b}, Value: 1} }
	const a, b, c, d, e = 0, 1, 2, 3, 4
	data := &Data{Actors: []string{"A", "B", "C", "D", "E"}, Kinds: []string{"visit", "treaty"},
		Events:     []Event{event(1, a, b, 1, 0), event(2, b, c, 1, 1), event(3, a, c, 1, 1), event(4, c, a, 2, 0), event(5, a, b, 1, 1), event(6, d, b, 1, 0), event(8, d, c, 1, 0)},
		Marks:      []Mark{{Name: "crisis", Values: []float64{0, 1, 0, 0, 1, 0, 3}}},
		Layers:     []Layer{{Name: "y", Events: []Event{tie(1, a, d), tie(2, b, c), tie(2.5, c, e)}}},
		Covariates: []Covariate{{Name: "wealth", Start: []float64{1, 4, 2, 8, 5}}, {Name: "faith", Start: []float64{3, 3, 0, 2, 7}}}}
	wealth, faith, both := []string{"wealth"}, []string{"faith"}, []string{"", "y"}
	half := func(ages ...float64) (sum float64) {
		for _, age := range ages {
			sum += math.Exp2(-age / 2)
		}
		return sum
	}
	sd := math.Sqrt(20 * .25 * .75 / 19) // of 5 ties among 20 pairs
	pairs := [][2]int32{{a, b}, {d, c}, {c, b}, {b, d}, {d, b}, {b, a}, {a, d}, {a, c}}
	hand := map[string]bool{}
	for _, row := range []struct {
		term Term
		want [8]float64 // AB, DC, CB, BD, DB, BA, AD, AC
	}{
		{Term{Term: "inertia"}, [8]float64{1, 0, 0, 0, 1, 0, 0, 1}},
		{Term{Term: "inertia", Weighted: true}, [8]float64{2, 0, 0, 0, 1, 0, 0, 1}},
		{Term{Term: "inertia", Weighted: true, HalfLife: 2}, [8]float64{half(7, 3), 0, 0, 0, half(2), 0, 0, half(5)}},
		{Term{Term: "inertia", Weighted: true, Window: 3}, [8]float64{1, 0, 0, 0, 1, 0, 0, 0}},
		{Term{Term: "inertia", Weighted: true, Delay: 2, Window: 5}, [8]float64{1, 0, 0, 0, 0, 0, 0, 1}},
		{Term{Term: "inertia", Weighted: true, Kinds: []string{"treaty"}}, [8]float64{1, 0, 0, 0, 0, 0, 0, 1}},
		{Term{Term: "inertia", Weighted: true, Transform: "geometric", Ratio: .5}, [8]float64{1.5, 0, 0, 0, 1, 0, 0, 1}},
		{Term{Term: "inertia", Share: true}, [8]float64{2. / 3, 0, 0, 0, 1, 0, 0, 1. / 3}},
		{Term{Term: "inertia", Standardise: true}, [8]float64{.75 / sd, -.25 / sd, -.25 / sd, -.25 / sd, .75 / sd, -.25 / sd, -.25 / sd, .75 / sd}},
		{Term{Term: "recip"}, [8]float64{0, 0, 1, 1, 0, 1, 0, 1}},
		{Term{Term: "recip", Share: true}, [8]float64{0, 1. / 4, 1. / 2, 1. / 3, 1. / 4, 2. / 3, 0, 1}},
		{Term{Term: "indeg"}, [8]float64{2, 2, 2, 0, 2, 1, 0, 2}},
		{Term{Term: "indeg", Of: "sender"}, [8]float64{1, 0, 2, 2, 0, 2, 1, 1}},
		{Term{Term: "indeg", Unless: "y"}, [8]float64{2, 2, 0, 0, 2, 1, 0, 2}},
		{Term{Term: "outdeg"}, [8]float64{1, 1, 1, 1, 1, 2, 1, 1}},
		{Term{Term: "outdeg", Of: "sender"}, [8]float64{2, 1, 1, 1, 1, 1, 2, 2}},
		{Term{Term: "degree"}, [8]float64{3, 2, 3, 1, 3, 2, 1, 2}},
		{Term{Term: "indegreeSender"}, [8]float64{2, 0, 2, 3, 0, 3, 2, 2}},
		{Term{Term: "indegreeReceiver"}, [8]float64{3, 2, 3, 0, 3, 2, 0, 2}},
		{Term{Term: "indegreeReceiver", Share: true}, [8]float64{3. / 7, 2. / 7, 3. / 7, 0, 3. / 7, 2. / 7, 0, 2. / 7}},
		{Term{Term: "outdegreeSender"}, [8]float64{3, 1, 2, 1, 1, 1, 3, 3}},
		{Term{Term: "outdegreeReceiver"}, [8]float64{1, 2, 1, 1, 1, 3, 1, 2}},
		{Term{Term: "totaldegreeSender"}, [8]float64{5, 1, 4, 4, 1, 4, 5, 5}},
		{Term{Term: "totaldegreeReceiver"}, [8]float64{4, 4, 4, 1, 4, 5, 1, 4}},
		{Term{Term: "activity"}, [8]float64{1, 2, 1, 1, 1, 3, 1, 2}},
		{Term{Term: "degreeSum"}, [8]float64{5, 3, 5, 4, 4, 5, 3, 4}},
		{Term{Term: "degreeMin"}, [8]float64{2, 1, 2, 1, 1, 2, 1, 2}},
		{Term{Term: "degreeMax"}, [8]float64{3, 2, 3, 3, 3, 3, 2, 2}},
		{Term{Term: "degreeDiff"}, [8]float64{1, 1, 1, 2, 2, 1, 1, 0}},
		{Term{Term: "trans"}, [8]float64{0, 1, 1, 0, 0, 1, 0, 1}},
		{Term{Term: "trans", Combine: "min"}, [8]float64{0, 1, 2, 0, 0, 1, 0, 1}},
		{Term{Term: "commonReceiver", Combine: "sum", Third: "max"}, [8]float64{2, 0, 0, 0, 0, 2, 3, 0}},
		{Term{Term: "trans", History: "sequential"}, [8]float64{0, 0, 0, 0, 0, 1, 0, 1}},
		{Term{Term: "trans", History: "consecutive"}, [8]float64{0, 0, 0, 0, 0, 0, 0, 1}},
		{Term{Term: "cycle"}, [8]float64{1, 0, 0, 0, 0, 0, 0, 0}},
		{Term{Term: "commonSender"}, [8]float64{0, 0, 1, 0, 0, 0, 0, 0}},
		{Term{Term: "commonReceiver"}, [8]float64{1, 0, 0, 0, 0, 1, 1, 0}},
		{Term{Term: "mixedTrans", On: both}, [8]float64{1, 1, 0, 0, 0, 0, 0, 1}},
		{Term{Term: "mixedCycle", On: both}, [8]float64{0, 1, 0, 0, 0, 1, 0, 0}},
		{Term{Term: "mixedCommonSender", On: both}, [8]float64{1, 0, 0, 1, 0, 1, 0, 0}},
		{Term{Term: "mixedCommonReceiver", On: both}, [8]float64{1, 1, 0, 0, 0, 0, 0, 1}},
		{Term{Term: "mixedCommonReceiver", On: both, Symmetric: true}, [8]float64{1, 2, 0, 0, 0, 1, 0, 1}},
		{Term{Term: "four"}, [8]float64{0, 1, 0, 0, 0, 0, 0, 0}},
		{Term{Term: "nodeTrans", Of: "sender"}, [8]float64{1, 0, 0, 0, 0, 0, 1, 1}},
		{Term{Term: "tertius", Attr: wealth}, [8]float64{4.5, 2.5, 4.5, 0, 4.5, 2, 0, 2.5}},
		{Term{Term: "tertius", Attr: wealth, Empty: "mean"}, [8]float64{4.5, 2.5, 4.5, 3, 4.5, 2, 3, 2.5}},
		{Term{Term: "tertiusDiff", Attr: wealth}, [8]float64{3.5, 5.5, 2.5, 0, 3.5, 2, 0, 1.5}},
		{Term{Term: "ego", Attr: wealth}, [8]float64{1, 8, 2, 4, 8, 4, 1, 1}},
		{Term{Term: "alter", Attr: wealth}, [8]float64{4, 2, 4, 8, 4, 1, 8, 2}},
		{Term{Term: "same", Attr: faith}, [8]float64{1, 0, 0, 0, 0, 1, 0, 0}},
		{Term{Term: "diff", Attr: wealth}, [8]float64{3, 6, 2, 4, 4, 3, 7, 1}},
		{Term{Term: "diff", Attr: wealth, Signed: true}, [8]float64{-3, 6, -2, -4, 4, 3, -7, -1}},
		{Term{Term: "sim", Attr: wealth}, [8]float64{-3, -6, -2, -4, -4, -3, -7, -1}},
		{Term{Term: "average", Attr: wealth}, [8]float64{2.5, 5, 3, 6, 6, 2.5, 4.5, 1.5}},
		{Term{Term: "minimum", Attr: wealth}, [8]float64{1, 2, 2, 4, 4, 1, 1, 1}},
		{Term{Term: "maximum", Attr: wealth}, [8]float64{4, 8, 4, 8, 8, 4, 8, 2}},
		{Term{Term: "egoAlterInt", Attr: []string{"wealth", "faith"}}, [8]float64{3, 0, 6, 8, 24, 12, 2, 0}},
		{Term{Term: "event", Attr: []string{"crisis"}}, [8]float64{3, 3, 3, 3, 3, 3, 3, 3}},
		{Term{Product: []Term{{Term: "event", Attr: []string{"crisis"}}, {Term: "inertia"}}}, [8]float64{3, 0, 0, 0, 3, 0, 0, 3}},
		{Term{Term: "psABBA"}, [8]float64{0, 0, 0, 1, 0, 0, 0, 0}},
		{Term{Term: "psABAB"}, [8]float64{0, 0, 0, 0, 1, 0, 0, 0}},
		{Term{Term: "psABBY"}, [8]float64{0, 0, 0, 0, 0, 1, 0, 0}},
		{Term{Term: "psABXA"}, [8]float64{0, 0, 0, 0, 0, 0, 1, 0}},
		{Term{Term: "psABXB"}, [8]float64{1, 0, 1, 0, 0, 0, 0, 0}},
		{Term{Term: "psABXY"}, [8]float64{0, 0, 0, 0, 0, 0, 0, 1}},
		{Term{Term: "psABAY"}, [8]float64{0, 1, 0, 0, 0, 0, 0, 0}},
		{Term{Term: "psABA"}, [8]float64{0, 1, 0, 0, 1, 0, 0, 0}},
		{Term{Term: "psABB"}, [8]float64{0, 0, 0, 1, 0, 1, 0, 0}},
		{Term{Term: "psABX"}, [8]float64{1, 0, 1, 0, 0, 0, 1, 1}},
		{Term{Term: "recencyContinue"}, [8]float64{1. / 4, 0, 0, 0, 1. / 3, 0, 0, 1. / 6}},
		{Term{Term: "recencySendSender"}, [8]float64{1. / 4, 1. / 3, 1. / 5, 1. / 7, 1. / 3, 1. / 7, 1. / 4, 1. / 4}},
		{Term{Term: "recencySendReceiver"}, [8]float64{1. / 7, 1. / 5, 1. / 7, 1. / 3, 1. / 7, 1. / 4, 1. / 3, 1. / 5}},
		{Term{Term: "recencyReceiveSender"}, [8]float64{1. / 5, 0, 1. / 6, 1. / 3, 0, 1. / 3, 1. / 5, 1. / 5}},
		{Term{Term: "recencyReceiveReceiver"}, [8]float64{1. / 3, 1. / 6, 1. / 3, 0, 1. / 3, 1. / 5, 0, 1. / 6}},
		{Term{Term: "rrankSend"}, [8]float64{1, 0, 0, 0, 1, 0, 0, 1. / 2}},
		{Term{Term: "psABAB", Kinds: []string{"treaty"}}, [8]float64{}},
		{Term{Term: "psABXB", Kinds: []string{"visit"}}, [8]float64{1, 0, 1, 0, 0, 0, 0, 0}},
		{Term{Term: "recencyContinue", Kinds: []string{"visit"}}, [8]float64{1. / 8, 0, 0, 0, 1. / 3, 0, 0, 0}},
		{Term{Term: "rrankSend", Kinds: []string{"treaty"}}, [8]float64{1, 0, 0, 0, 0, 0, 0, 1. / 2}},
		{Term{Term: "rrankReceive"}, [8]float64{0, 0, 1. / 2, 1, 0, 1. / 2, 0, 1}},
	} {
		hand[row.term.Term] = true
		compared := 0
		design, err := Prepare(t.Context(), data, &Model{Family: REM, Directed: true, Terms: []Term{row.term}})
		if err != nil {
			t.Fatal(err)
		}
		if err := design.Each(t.Context(), func(m *Moment) error {
			if m.Time != 8 {
				return nil
			}
			for k := range m.Rows() {
				from, to := m.Actors(k)
				at := slices.Index(pairs, [2]int32{from[0], to[0]})
				if at < 0 {
					continue
				}
				compared++
				if got := m.Statistics(k)[0]; math.Abs(got-row.want[at]) > 1e-12 {
					t.Errorf("%s, %s -> %s: %v, by hand %v", row.term.label(), data.Actors[from[0]], data.Actors[to[0]], got, row.want[at])
				}
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		if compared != len(pairs) {
			t.Errorf("%s: %d of %d pairs were compared", row.term.label(), compared, len(pairs))
		}
	}
	for _, d := range catalogue {
		if !d.sets && d.name != "intercept" && d.name != "kind" && !hand[d.name] {
			t.Errorf("term %s was not worked by hand", d.name)
		}
	}
}

// pairs computes terms of pairs and of actors as their formulas say, from the list of
// what happened, with loops over everything.
type pairs struct {
	data  *Data
	model *Model
	now   float64
	event int // its number; -1 at the end of an interval without one
	rows  [][2]int
	known map[seenBy]*relation
	all   map[*Term][]float64 // of statistics that are standardised
}

type seenBy struct {
	term  *Term
	layer string
}

// relation is what a term sees of a layer.
type relation struct {
	directed bool
	x        [][]float64 // values
	tie      [][]float64 // 1 where there is a tie, however old
	arose    [][]int     // in which order; 0: at the start
	by       [][]int     // by which event; 0: at the start
	acts     []float64   // of each actor, as a sender or at all
	empty    bool        // there were no ties at the start
}

func square[T any](n int) [][]T {
	x := make([][]T, n)
	for i := range x {
		x[i] = make([]T, n)
	}
	return x
}

func (p *pairs) n() int { return len(p.data.Actors) }

// seen lists the events of the model that have been.
func (p *pairs) seen() []Event {
	k := 0
	for k < len(p.data.Events) && (p.data.Events[k].Time < p.now || p.model.Ties == Ordered && k < p.event) {
		k++
	}
	return p.data.Events[:k]
}

// last are the events that count as the last one.
func (p *pairs) last() []Event {
	seen := p.seen()
	k := len(seen) - 1
	for p.model.Ties != Ordered && k > 0 && seen[k-1].Time == seen[k].Time {
		k--
	}
	return seen[max(k, 0):]
}

func (p *pairs) age(since float64) float64 {
	seen := p.seen()
	switch {
	case !p.model.DecayFromPrevious:
		return p.now - since
	case len(seen) > 0:
		return seen[len(seen)-1].Time - since
	case p.model.Origin != nil:
		return *p.model.Origin - since
	}
	return p.now - since
}

// read replays a layer up to now: what set or added to ties, and what left the window
// again.
func (p *pairs) read(t *Term, layer string) *relation {
	key := seenBy{t, layer}
	if p.known[key] != nil {
		return p.known[key]
	}
	n := p.n()
	r := &relation{x: square[float64](n), tie: square[float64](n), arose: square[int](n), by: square[int](n), acts: make([]float64, n), empty: true}
	p.known[key] = r
	at, _ := p.data.layer(layer)
	events, replace := p.seen(), false
	r.directed = len(p.data.Events[0].To) > 0
	if at >= 0 {
		l := &p.data.Layers[at]
		r.directed, replace, events = l.Directed, l.Replace, nil
		for _, e := range l.Events {
			if e.Time < p.now {
				events = append(events, e)
			}
		}
		if r.empty = len(l.Start) == 0 || t.Window > 0; t.Window == 0 && t.Kinds == nil {
			for _, c := range l.Start {
				if len(t.Sizes) > 0 && t.Sizes[0] > 2 {
					continue
				}
				for _, pair := range [][2]int32{{c.From, c.To}, {c.To, c.From}} {
					if pair[0] == c.From || !r.directed {
						r.tie[pair[0]][pair[1]] = c.Value
						r.x[pair[0]][pair[1]] = c.Value * p.decay(t, p.data.Events[0].Time)
						r.acts[pair[0]] += c.Value * p.decay(t, p.data.Events[0].Time)
					}
				}
			}
		}
	}
	type change struct {
		time float64
		of   Event
		ends bool
	}
	var changes []change
	for _, e := range events {
		size := len(union(e.From, e.To))
		if len(t.Sizes) > 0 && (size < t.Sizes[0] || len(t.Sizes) > 1 && size > t.Sizes[1]) {
			continue
		}
		if t.Kinds != nil && !slices.Contains(t.Kinds, p.data.Kinds[e.Kind]) {
			continue
		}
		if t.Delay > 0 && e.Time+t.Delay >= p.now {
			continue
		}
		changes = append(changes, change{e.Time + t.Delay, e, false})
		if t.Window > 0 && e.Time+t.Window < p.now {
			changes = append(changes, change{e.Time + t.Window, e, true})
		}
	}
	slices.SortStableFunc(changes, func(a, b change) int {
		switch {
		case a.time != b.time:
			return cmp.Compare(a.time, b.time)
		case a.ends != b.ends && b.ends:
			return -1
		case a.ends != b.ends:
			return 1
		}
		return 0
	})
	order, event := 0, 0
	for _, c := range changes {
		event += int(one(!c.ends))
		w := c.of.Value * p.decay(t, c.of.Time)
		v := c.of.Value
		if c.ends {
			w, v = -w, -v
		}
		for _, a := range c.of.From {
			if t.Window == 0 || c.of.Time+t.Window >= p.now {
				r.acts[a] += w
			}
		}
		set := func(i, j int32) {
			was := r.tie[i][j] > 0
			switch {
			case replace && c.ends:
				r.tie[i][j], r.x[i][j] = 0, 0
			case replace:
				r.tie[i][j], r.x[i][j] = v, w
			default:
				r.tie[i][j] += v
				r.x[i][j] += w
			}
			if is := r.tie[i][j] > 0; is && !was {
				r.arose[i][j], r.by[i][j] = order, event
			} else if !is {
				r.arose[i][j], r.by[i][j] = 0, 0
			}
			if r.tie[i][j] == 0 {
				r.x[i][j] = 0
			}
		}
		for a, i := range c.of.From {
			others := c.of.To
			if !r.directed {
				others = c.of.From[a+1:]
			}
			for _, j := range others {
				order++
				set(i, j)
				if !r.directed {
					set(j, i)
				}
			}
		}
	}
	for i := range n {
		for j := range n {
			r.tie[i][j] = one(r.tie[i][j] > 0)
		}
	}
	return r
}

func (p *pairs) decay(t *Term, since float64) float64 {
	if t.HalfLife == 0 {
		return 1
	}
	return math.Pow(.5, p.age(since)/t.HalfLife)
}

func (p *pairs) covariate(name string, a int) float64 {
	for _, c := range p.data.Covariates {
		if c.Name == name {
			v := c.Start[a]
			for _, ch := range c.Changes {
				if int(ch.Actor) == a && ch.Time < p.now {
					v = ch.Value
				}
			}
			return v
		}
	}
	return math.NaN()
}

func (p *pairs) sum(f func(k int) float64) (total float64) {
	for k := range p.n() {
		total += f(k)
	}
	return total
}

// third sums f over the actors that are not i or j.
func (p *pairs) third(i, j int, f func(k int) float64) float64 {
	return p.sum(func(k int) float64 {
		if k == i || k == j {
			return 0
		}
		return f(k)
	})
}

var plainly Term

// value is the finished statistic.
func (p *pairs) value(t *Term, i, j int) float64 {
	x := 1.0
	if len(t.Product) > 0 {
		for k := range t.Product {
			x *= p.value(&t.Product[k], i, j)
		}
	} else {
		x = p.raw(t, i, j)
	}
	switch t.Transform {
	case "log1p":
		x = math.Log1p(x)
	case "sqrt":
		x = math.Sqrt(x)
	case "square":
		x *= x
	case "geometric":
		sum, next := 0.0, 1.0
		for range int(x) {
			sum, next = sum+next, next*t.Ratio
		}
		if part := x - math.Floor(x); part != 0 { // no sum of whole ones
			sum = (1 - math.Exp(x*math.Log(t.Ratio))) / (1 - t.Ratio)
		}
		x = sum
	}
	if t.Unless != "" && p.read(&plainly, t.Unless).tie[i][j] != 0 {
		x = 0
	}
	if t.Standardise {
		all := p.all[t]
		if all == nil {
			plain := *t
			plain.Standardise = false
			for _, row := range p.rows {
				all = append(all, p.value(&plain, row[0], row[1]))
			}
			p.all[t] = all
		}
		how := "sd"
		if t.Population {
			how = "population_sd"
		}
		if sd := fold(how, all); slices.Max(all)-slices.Min(all) > 1e-9*math.Abs(slices.Max(all)) {
			return (x - fold("average", all)) / sd
		}
		return 0
	}
	return x
}

func (p *pairs) raw(t *Term, i, j int) float64 {
	layer := func(k int) *relation {
		if k < len(t.On) {
			return p.read(t, t.On[k])
		}
		return p.read(t, "")
	}
	r := layer(0)
	x := r.tie
	if t.Weighted || t.Share || strings.HasSuffix(t.Term, "greeSender") || strings.HasSuffix(t.Term, "greeReceiver") {
		x = r.x
	}
	in := func(a int) float64 { return p.sum(func(k int) float64 { return x[k][a] }) }
	out := func(a int) float64 { return p.sum(func(k int) float64 { return x[a][k] }) }
	degree := func(a int) float64 {
		switch {
		case !r.directed:
			return out(a)
		case &x[0] == &r.x[0]:
			return in(a) + out(a)
		}
		return p.sum(func(k int) float64 { return max(x[k][a], x[a][k]) })
	}
	share := func(value, ends float64) float64 {
		if !t.Share {
			return value
		}
		all := p.sum(out)
		if !r.directed {
			all /= 2
		}
		none := 0.0
		if len(p.seen()) == 0 {
			none = 1 / float64(p.n())
		}
		return ratio(value, ends*all, none)
	}
	ends := 1.0 + one(r.directed)
	z := func(k, a int) float64 { return p.covariate(t.Attr[k], a) }
	of := j
	if t.Of == "sender" || p.model.Family == Rate {
		of = i
	}
	join := func(a, b float64) float64 { // of two legs
		switch {
		case a <= 0 || b <= 0:
			return 0
		case t.Combine == "min":
			return min(a, b)
		case t.Combine == "product":
			return a * b
		case t.Combine == "sum":
			return a + b
		}
		return 1
	}
	path := func(i, j int, leg1, leg2 func(k int) float64) float64 {
		if t.Third == "max" {
			most := 0.0
			for k := range p.n() {
				if k != i && k != j {
					most = max(most, join(leg1(k), leg2(k)))
				}
			}
			return most
		}
		return p.third(i, j, func(k int) float64 { return join(leg1(k), leg2(k)) })
	}
	paths := func(name string, i, j int, x, y [][]float64) float64 {
		switch name {
		case "trans", "mixedTrans":
			return path(i, j, func(k int) float64 { return x[i][k] }, func(k int) float64 { return y[k][j] })
		case "cycle", "mixedCycle":
			return path(i, j, func(k int) float64 { return x[j][k] }, func(k int) float64 { return y[k][i] })
		case "commonSender", "mixedCommonSender":
			return path(i, j, func(k int) float64 { return x[k][i] }, func(k int) float64 { return y[k][j] })
		}
		return path(i, j, func(k int) float64 { return x[i][k] }, func(k int) float64 { return y[j][k] })
	}
	undirected := p.model.Family == REM && !p.model.Directed
	sequential := func(i, j int) float64 {
		return p.third(i, j, func(k int) float64 {
			follows := r.arose[k][j] > r.arose[i][k]
			if t.History == "consecutive" {
				follows = r.by[i][k] > 0 && r.by[k][j] == r.by[i][k]+1
			}
			return r.tie[i][k] * r.tie[k][j] * one(follows)
		})
	}
	counts := func(e *Event) bool { return t.Kinds == nil || slices.Contains(t.Kinds, p.data.Kinds[e.Kind]) }
	recency := func(holds func(e *Event) bool) float64 {
		last := math.Inf(-1)
		seen := p.seen()
		for k := range seen {
			if counts(&seen[k]) && holds(&seen[k]) {
				last = seen[k].Time
			}
		}
		return 1 / (p.now - last + 1)
	}
	from := func(e *Event, a int) bool { return slices.Contains(e.From, int32(a)) }
	to := func(e *Event, a int) bool { return slices.Contains(e.To, int32(a)) || len(e.To) == 0 && from(e, a) }
	rank := func(holds func(e *Event, k int) bool) float64 {
		var others []int
		seen := p.seen()
		for k := len(seen) - 1; k >= 0; k-- {
			for a := range p.n() {
				if counts(&seen[k]) && holds(&seen[k], a) && !slices.Contains(others, a) {
					others = append(others, a)
				}
			}
		}
		if at := slices.Index(others, j); at >= 0 {
			return 1 / float64(at+1)
		}
		return 0
	}
	shift := func(holds func(a, b []int32, any func(k int) bool) bool) float64 {
		for _, e := range p.last() {
			if counts(&e) && holds(e.From, e.To, func(k int) bool { return from(&e, k) || to(&e, k) }) {
				return 1
			}
		}
		return 0
	}
	is := func(set []int32, a int) bool { return slices.Contains(set, int32(a)) }
	around := func(a int) (list []float64) {
		for k := range p.n() {
			if r.tie[k][a] != 0 {
				list = append(list, z(0, k))
			}
		}
		return list
	}
	expected := t.Empty == "mean" || t.Empty == "" && !r.empty
	switch t.Term {
	case "inertia":
		if t.Share {
			return ratio(r.x[i][j], out(i), 1/float64(p.n()-1))
		}
		return x[i][j]
	case "recip":
		if t.Share {
			return ratio(r.x[j][i], in(i), 1/float64(p.n()-1))
		}
		return x[j][i]
	case "indeg":
		return share(in(of), 1)
	case "outdeg":
		return share(out(of), 1)
	case "degree":
		return share(degree(of), ends)
	case "indegreeSender":
		return share(in(i), 1)
	case "indegreeReceiver":
		return share(in(j), 1)
	case "outdegreeSender":
		return share(out(i), 1)
	case "outdegreeReceiver":
		return share(out(j), 1)
	case "totaldegreeSender":
		return share(degree(i), ends)
	case "totaldegreeReceiver":
		return share(degree(j), ends)
	case "activity":
		return r.acts[of]
	case "degreeSum":
		return share(degree(i)+degree(j), 2)
	case "degreeMin":
		return share(min(degree(i), degree(j)), 1)
	case "degreeMax":
		return share(max(degree(i), degree(j)), 1)
	case "degreeDiff":
		return math.Abs(degree(i) - degree(j))
	case "trans", "cycle", "commonSender", "commonReceiver", "mixedTrans", "mixedCycle", "mixedCommonSender", "mixedCommonReceiver":
		if t.History != "" {
			if t.Term == "cycle" {
				i, j = j, i
			}
			return sequential(i, j)
		}
		second := r
		if strings.HasPrefix(t.Term, "mixed") {
			second = layer(1)
		}
		total := paths(t.Term, i, j, r.x, second.x)
		if t.Symmetric || undirected && (second != r || r.directed && (t.Term == "trans" || t.Term == "cycle" || t.Term == "mixedTrans" || t.Term == "mixedCycle")) {
			total += paths(t.Term, j, i, r.x, second.x)
		}
		return total
	case "four":
		return p.third(i, j, func(k int) float64 {
			return p.third(i, j, func(l int) float64 { return one(k != l) * r.tie[i][k] * r.tie[l][k] * r.tie[l][j] })
		})
	case "nodeTrans":
		return p.sum(func(k int) float64 {
			return p.sum(func(l int) float64 { return r.tie[of][k] * r.tie[k][l] * r.tie[of][l] })
		})
	case "tertius":
		if list := around(of); len(list) > 0 {
			return fold(t.Aggregate, list)
		} else if !expected {
			return 0
		}
		var all []float64
		for a := range p.n() {
			if list := around(a); len(list) > 0 {
				all = append(all, fold(t.Aggregate, list))
			}
		}
		return fold("average", all)
	case "tertiusDiff":
		if list := around(j); len(list) > 0 {
			return math.Abs(z(0, i) - fold(t.Aggregate, list))
		} else if !expected {
			return 0
		}
		var all []float64
		for a := range p.n() {
			for b := range p.n() {
				if list := around(b); len(list) > 0 && a != b {
					all = append(all, math.Abs(z(0, a)-fold(t.Aggregate, list)))
				}
			}
		}
		return fold("average", all)
	case "ego":
		return z(0, i)
	case "alter":
		return z(0, j)
	case "same":
		return one(z(0, i) == z(0, j))
	case "diff":
		if t.Signed {
			return z(0, i) - z(0, j)
		}
		return math.Abs(z(0, i) - z(0, j))
	case "sim":
		return -math.Abs(z(0, i) - z(0, j))
	case "average":
		return (z(0, i) + z(0, j)) / 2
	case "minimum":
		return min(z(0, i), z(0, j))
	case "maximum":
		return max(z(0, i), z(0, j))
	case "egoAlterInt":
		return z(0, i) * z(1, j)
	case "psABBA":
		return shift(func(a, b []int32, _ func(int) bool) bool { return is(b, i) && is(a, j) })
	case "psABAB":
		return shift(func(a, b []int32, _ func(int) bool) bool {
			return is(a, i) && is(b, j) || len(b) == 0 && is(a, i) && is(a, j)
		})
	case "psABBY":
		return shift(func(_, b []int32, any func(int) bool) bool { return is(b, i) && !any(j) })
	case "psABXA":
		return shift(func(a, _ []int32, any func(int) bool) bool { return !any(i) && is(a, j) })
	case "psABXB":
		return shift(func(_, b []int32, any func(int) bool) bool { return !any(i) && is(b, j) })
	case "psABXY":
		return shift(func(_, _ []int32, any func(int) bool) bool { return !any(i) && !any(j) })
	case "psABAY":
		return shift(func(a, b []int32, any func(int) bool) bool {
			return is(a, i) && !any(j) || len(b) == 0 && !is(a, i) && is(a, j)
		})
	case "psABA":
		return shift(func(a, _ []int32, _ func(int) bool) bool { return is(a, i) })
	case "psABB":
		return shift(func(_, b []int32, _ func(int) bool) bool { return is(b, i) })
	case "psABX":
		return shift(func(_, _ []int32, any func(int) bool) bool { return !any(i) })
	case "recencyContinue":
		return recency(func(e *Event) bool { return from(e, i) && to(e, j) })
	case "recencySendSender":
		return recency(func(e *Event) bool { return from(e, i) })
	case "recencySendReceiver":
		return recency(func(e *Event) bool { return from(e, j) })
	case "recencyReceiveSender":
		return recency(func(e *Event) bool { return to(e, i) })
	case "recencyReceiveReceiver":
		return recency(func(e *Event) bool { return to(e, j) })
	case "rrankSend":
		return rank(func(e *Event, k int) bool { return k != i && from(e, i) && to(e, k) })
	case "rrankReceive":
		return rank(func(e *Event, k int) bool { return k != i && from(e, k) && to(e, i) })
	case "intercept":
		return 1
	case "event":
		k := p.event
		if k < 0 { // the next one, or the last
			k = len(p.seen())
			for k < len(p.data.Events)-1 && p.data.Events[k].Time < p.now {
				k++
			}
		}
		return p.data.Marks[0].Values[min(k, len(p.data.Events)-1)]
	}
	panic(t.Term)
}

func ratio(a, b, none float64) float64 {
	if b == 0 {
		return none
	}
	return a / b
}

// randomPairs are events of two of two kinds, some at one time, among actors that come
// and go; layers that add up, end and replace ties, with a start or without; covariates
// that change.
func randomPairs(r *rand.Rand, directed bool) *Data {
	const n = 7
	d := &Data{Kinds: []string{"visit", "treaty"}, Layers: []Layer{
		{Name: "mail", Directed: true},
		{Name: "roads", Start: []Cell{{0, 1, 2}, {3, 2, 1}, {5, 6, .5}, {2, 4, 1}}},
		{Name: "friends", Directed: true, Replace: true, Start: []Cell{{0, 1, 1}, {1, 0, 2}, {1, 2, 1}, {4, 5, 1}}},
		{Name: "border", Replace: true},
		{Name: "talks"},
		{Name: "pacts", Start: []Cell{{1, 3, 1}}},
	}}
	for a := range n {
		d.Actors = append(d.Actors, string(rune('a'+a)))
		d.Present = append(d.Present, a != 6)
	}
	here := slices.Clone(d.Present)
	pair := func(time, value float64, directed bool) Event {
		i := r.Int32N(n)
		e := Event{Time: time, Value: value, From: []int32{i}, Kind: int16(r.IntN(2))}
		if j := (i + 1 + r.Int32N(n-1)) % n; directed {
			e.To = []int32{j}
		} else {
			e.From = append(e.From, j)
		}
		return e
	}
	value := func() float64 { return []float64{1, 1, 2, .5}[r.IntN(4)] }
	pacts := map[[2]int32]float64{{1, 3}: 1}
	time := 0.0
	for k := range 45 {
		step := float64(r.IntN(3))
		time += step
		if step > 0 && k > 0 && r.IntN(4) == 0 {
			a := r.Int32N(n)
			here[a] = !here[a]
			d.Presence = append(d.Presence, PresenceChange{time - float64(r.IntN(2))/4, a, here[a]})
		}
		for {
			e := pair(time, value(), directed)
			if here[e.From[0]] && here[append(e.From, e.To...)[1]] {
				d.Events = append(d.Events, e)
				break
			}
			for a := range here { // too few may be there
				if !here[a] {
					here[a] = true
					d.Presence = append(d.Presence, PresenceChange{time, int32(a), true})
					break
				}
			}
		}
		for l := range d.Layers {
			if r.IntN(2) == 0 {
				continue
			}
			e := pair(time+float64(l%3)/4, value(), d.Layers[l].Directed)
			switch {
			case d.Layers[l].Replace:
				e.Value = float64(r.IntN(3))
			case l == 5:
				key := [2]int32{min(e.From[0], e.From[1]), max(e.From[0], e.From[1])}
				if pacts[key] > 0 && r.IntN(2) == 0 {
					e.Value = -pacts[key]
				}
				pacts[key] += e.Value
			case l == 4 && r.IntN(2) == 0:
				for a := range int32(n) {
					if r.IntN(3) == 0 && !slices.Contains(e.From, a) {
						e.From = append(e.From, a)
					}
				}
			}
			d.Layers[l].Events = append(d.Layers[l].Events, e)
		}
	}
	d.Marks = []Mark{{Name: "wealth"}}
	for _, e := range d.Events {
		d.Marks[0].Values = append(d.Marks[0].Values, float64(int(e.Time)%3))
	}
	for _, name := range []string{"wealth", "faith"} {
		c := Covariate{Name: name}
		for range n {
			c.Start = append(c.Start, float64(r.IntN(4)))
		}
		for at := range 8 {
			c.Changes = append(c.Changes, CovariateChange{float64(at*5) + float64(at%2)/2, r.Int32N(n), float64(r.IntN(5))})
		}
		d.Covariates = append(d.Covariates, c)
	}
	return d
}

// termsOfPairs lists every term of the catalogue that a family has, with its options
// and layers.
func termsOfPairs(r *rand.Rand, data *Data, m *Model) (terms []Term) {
	fits := func(t Term) bool {
		_, err := (&binder{newState(data), m}).bind([]Term{t})
		return err == nil
	}
	add := func(t Term) {
		if fits(t) {
			terms = append(terms, t)
		}
	}
	for k := range catalogue {
		d := &catalogue[k]
		if d.sets || d.name == "intercept" || d.name == "kind" {
			continue
		}
		takes := strings.Fields(d.takes)
		plain := Term{Term: d.name, Attr: []string{"wealth", "faith"}[:d.attrs]}
		if d.layers == 2 {
			plain.On = []string{"", "mail"}
		}
		forms := []Term{plain}
		vary := func(option string, change func(t *Term)) {
			if !slices.Contains(takes, option) {
				return
			}
			for _, t := range slices.Clone(forms) {
				change(&t)
				forms = append(forms, t)
			}
		}
		vary("of", func(t *Term) { t.Of = "sender" })
		vary("weighted", func(t *Term) { t.Weighted = true })
		vary("share", func(t *Term) { t.Share = true })
		vary("signed", func(t *Term) { t.Signed = true })
		vary("symmetric", func(t *Term) { t.Symmetric = true })
		if slices.Contains(takes, "history") {
			for _, t := range slices.Clone(forms) {
				for _, t.History = range []string{"sequential", "consecutive"} {
					forms = append(forms, t)
				}
			}
		}
		if slices.Contains(takes, "combine") {
			for _, t := range slices.Clone(forms) {
				for _, t.Combine = range pairings {
					forms = append(forms, t)
				}
			}
		}
		vary("kinds", func(t *Term) { t.Kinds = []string{"treaty"} })
		vary("third", func(t *Term) { t.Third = "max" })
		vary("empty", func(t *Term) { t.Empty = "mean" })
		if slices.Contains(takes, "empty") {
			forms = append(forms, forms[0])
			forms[len(forms)-1].Empty = "zero"
		}
		if slices.Contains(takes, "aggregate") {
			for _, t := range slices.Clone(forms) {
				for _, t.Aggregate = range []string{"sum", "min", "max", "range", "sd", "population_sd"} {
					forms = append(forms, t)
				}
			}
		}
		for _, t := range forms {
			add(t)
			if d.layers == 0 {
				continue
			}
			layers := [][]string{{"mail"}, {"roads"}, {"friends"}, {"border"}, {"talks"}, {"pacts"}}
			if d.layers == 2 {
				layers = [][]string{{"mail", "roads"}, {"friends", ""}, {"talks", "border"}, {"friends", "friends"}, {"border", "mail"}, {"pacts", ""}}
			}
			for _, on := range append([][]string{plain.On}, layers...) {
				t := t
				t.On = on
				add(t)
				if slices.Contains(on, "pacts") { // what is taken off would not match in part
					continue
				}
				t.Kinds = []string{"treaty"}
				add(t)
				t.Window = []float64{5, 9}[r.IntN(2)]
				add(t)
				t.Delay = 3
				add(t)
				t.Delay = 0
				t.Kinds, t.Sizes = nil, []int{2, 2}
				add(t)
				t.Sizes, t.HalfLife = []int{3}, 6
				add(t)
				t.Sizes = nil
				add(t)
				t.Window = 0
				add(t)
			}
		}
	}
	for _, t := range slices.Clone(terms) {
		if t.Transform = []string{"log1p", "sqrt", "square", "geometric"}[r.IntN(4)]; t.Transform == "geometric" {
			t.Ratio = .25
		}
		if t.Signed || t.Term == "sim" || t.Term == "degreeDiff" && t.HalfLife > 0 { // a root of what rounding leaves is no trifle
			t.Transform, t.Ratio = "", 0
		}
		if r.IntN(4) == 0 && !slices.Contains([]string{"sim", "mail"}, t.Term) && !t.Signed {
			add(t)
		}
		if t.Standardise, t.Population = true, r.IntN(2) == 0; r.IntN(4) == 0 {
			add(t)
		}
		if t.Unless = []string{"mail", "roads", "friends", "border"}[r.IntN(4)]; r.IntN(4) == 0 {
			add(t)
		}
		if r.IntN(8) == 0 {
			add(Term{Product: []Term{t, terms[r.IntN(len(terms))]}, Standardise: t.Standardise && r.IntN(2) == 0})
		}
	}
	return terms
}

// Every term of pairs and of actors, with its options, has at every moment and for all
// that could happen then the value that its formula gives from the list of what
// happened: nothing that an event changes is overlooked.
func TestTermsOfPairsAgreeWithRecount(t *testing.T) {
	origin := -2.0
	used := map[string]bool{}
	for seed, c := range []struct {
		directed bool
		model    Model
	}{
		{true, Model{Family: REM, Directed: true}},
		{true, Model{Family: REM, Directed: true, Interval: true, Conventions: Conventions{Ties: Ordered, DecayFromPrevious: true, Origin: &origin}}},
		{true, Model{Family: Choice, Conventions: Conventions{Ties: Ordered, DecayFromPrevious: true}}},
		{true, Model{Family: Rate, Interval: true}},
		{true, Model{Family: REM, Directed: true, RiskSet: RiskSet{Controls: 4, Seed: 3}}},
		{false, Model{Family: REM}},
		{false, Model{Family: REM, Interval: true, Conventions: Conventions{Ties: Ordered}}},
		{false, Model{Family: Coordination}},
		{false, Model{Family: REM, RiskSet: RiskSet{Controls: 4, Seed: 3}}},
	} {
		random := rand.New(rand.NewPCG(uint64(seed), 21))
		data, m := randomPairs(random, c.directed), c.model
		terms := termsOfPairs(random, data, &m)
		random.Shuffle(len(terms), func(i, j int) { terms[i], terms[j] = terms[j], terms[i] })
		all := len(terms)
		first := map[string]bool{}
		var some []Term // each term plain or not, and a share of all
		for _, term := range terms {
			if !first[term.Term] || random.IntN(all) < 100 {
				some = append(some, term)
			}
			first[term.Term] = true
		}
		terms = some
		checked, wrong, nonzero := 0, 0, make([]bool, len(terms))
		labels := make([]string, len(terms))
		for k := range terms {
			labels[k] = terms[k].label()
			terms[k].Name = fmt.Sprint(k)
			used[terms[k].Term] = true
		}
		for first := 0; first < len(terms); first += 50 {
			m.Terms = terms[first:min(first+50, len(terms))]
			d, err := Prepare(t.Context(), data, &m)
			if err != nil {
				t.Fatal(err)
			}
			if err := d.Each(t.Context(), func(now *Moment) error {
				p := &pairs{data: data, model: &m, now: now.Time, event: now.Event, known: map[seenBy]*relation{}, all: map[*Term][]float64{}}
				for row := range now.Rows() {
					from, to := now.Actors(row)
					both := append(slices.Clone(from), to...)
					if len(both) == 1 {
						both = append(both, both[0])
					}
					p.rows = append(p.rows, [2]int{int(both[0]), int(both[1])})
				}
				for row, pair := range p.rows {
					for k, got := range now.Statistics(row) {
						want := p.value(&m.Terms[k], pair[0], pair[1])
						nonzero[first+k] = nonzero[first+k] || want != 0
						checked++
						if math.IsNaN(got) && math.IsNaN(want) || math.Abs(got-want) <= 1e-9*(1+math.Abs(want)) {
							continue
						}
						if wrong++; wrong < 10 {
							t.Errorf("%s, directed %v, event %d at %v, %v, %s: %v, recounted %v", m.Family, c.directed, now.Event, now.Time, pair, labels[first+k], got, want)
						}
					}
				}
				return nil
			}); err != nil {
				t.Fatal(err)
			}
		}
		idle := 0
		for k := range nonzero {
			idle += int(one(!nonzero[k]))
		}
		t.Logf("%s, directed %v: %d of %d terms, %d values, %d wrong; %d terms were always 0", m.Family, c.directed, len(terms), all, checked, wrong, idle)
		if idle > len(terms)/4 {
			t.Errorf("%d of %d terms were always 0", idle, len(terms))
		}
	}
	for _, d := range catalogue {
		if !d.sets && d.name != "intercept" && d.name != "kind" && !used[d.name] {
			t.Errorf("term %s was not tried", d.name)
		}
	}
}

// A term says what it lacks or does not read, and nothing is read that has no meaning.
func TestRefusedTermsOfPairs(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 1))
	wealth := []string{"wealth"}
	directed, undirected := Model{Family: REM, Directed: true}, Model{Family: REM}
	for _, c := range []struct {
		model Model
		term  Term
		want  string
	}{
		{directed, Term{Term: "transity"}, `there is no term "transity"`},
		{directed, Term{Term: "inertia", On: []string{"post"}}, `there is no layer "post"; the layers are events, mail, roads`},
		{directed, Term{Term: "inertia", On: []string{"mail", "roads"}}, "it reads 1 layers, 2 are named"},
		{directed, Term{Term: "mixedTrans", On: []string{"mail"}}, "it reads 2 layers, 1 are named"},
		{directed, Term{Term: "mixedTrans"}, "it reads two layers"},
		{directed, Term{Term: "psABBA", On: []string{"mail"}}, "it reads 0 layers, 1 are named"},
		{directed, Term{Term: "same"}, "it reads 1 covariates, 0 are named; name one of wealth, faith"},
		{directed, Term{Term: "same", Attr: []string{"height"}}, `there is no covariate "height"; there are wealth, faith`},
		{directed, Term{Term: "egoAlterInt", Attr: wealth}, "it reads 2 covariates, 1 are named"},
		{directed, Term{Term: "same", Attr: []string{"wealth", "faith"}}, "it reads 1 covariates, 2 are named"},
		{directed, Term{Term: "event"}, "it reads 1 covariates, 0 are named; name one of wealth"},
		{directed, Term{Term: "event", Attr: []string{"faith"}}, `events have no covariate "faith"; they have wealth`},
		{directed, Term{Term: "inertia", Kinds: []string{"war"}}, `there is no kind of act "war"; there are visit, treaty`},
		{directed, Term{Term: "inertia", Combine: "min"}, "it does not take combine; it takes weighted, share, window, half_life, sizes, kinds"},
		{directed, Term{Term: "inertia", HalfLife: 3}, "a half-life leaves a tie one"},
		{directed, Term{Term: "trans", HalfLife: 3}, "a half-life leaves a tie one"},
		{directed, Term{Term: "trans", Combine: "minimum"}, "combine is one of unique, min, product, sum"},
		{directed, Term{Term: "trans", History: "strict"}, `history is sequential or consecutive, not "strict"`},
		{directed, Term{Term: "trans", History: "sequential", Combine: "min"}, "does not combine values"},
		{directed, Term{Term: "trans", Third: "min"}, `third is sum or max, not "min"`},
		{directed, Term{Term: "trans", History: "sequential", Third: "max"}, "it does not take third"},
		{directed, Term{Term: "commonSender", History: "sequential"}, "it does not take history"},
		{directed, Term{Term: "trans", Symmetric: true}, "it does not take symmetric"},
		{directed, Term{Term: "four", Weighted: true}, "it does not take weighted"},
		{directed, Term{Term: "four", HalfLife: 2}, "it does not take half_life"},
		{directed, Term{Term: "ego", Attr: wealth, Window: 3}, "it does not take window"},
		{directed, Term{Term: "psABBA", Kinds: []string{"war"}}, `there is no kind of act "war"`},
		{directed, Term{Term: "rrankSend", Kinds: []string{"war"}}, `there is no kind of act "war"`},
		{directed, Term{Term: "inertia", Window: -1}, "a window of -1"},
		{directed, Term{Term: "inertia", Delay: 3, Window: 3}, "a window from 3 to 3; it goes from an age to a greater one"},
		{directed, Term{Term: "inertia", Share: true, On: []string{"roads"}}, "needs a layer with a direction"},
		{directed, Term{Term: "indeg", Of: "both"}, `of is sender or receiver, not "both"`},
		{directed, Term{Term: "tertius", Attr: wealth, Empty: "nothing"}, `empty is zero or mean, not "nothing"`},
		{directed, Term{Term: "tertius", Attr: wealth, Aggregate: "mode"}, "aggregate is one of average, median, sum"},
		{directed, Term{Term: "inertia", Transform: "cube"}, `transform "cube" is none of`},
		{directed, Term{Term: "inertia", Unless: "post"}, `unless: there is no layer "post"`},
		{undirected, Term{Term: "inertia", On: []string{"mail"}}, "the pairs of the model have no direction and the layer has one"},
		{undirected, Term{Term: "four", On: []string{"mail"}}, "the pairs of the model have no direction and the layer has one"},
		{undirected, Term{Term: "degreeMin", Unless: "mail"}, "unless: the pairs of the model have no direction"},
		{undirected, Term{Term: "trans", History: "sequential"}, "no first and no second tie"},
		{undirected, Term{Term: "outdegreeSender"}, "no sender and no receiver"},
		{undirected, Term{Term: "tertius", Attr: wealth}, "no sender and no receiver"},
		{undirected, Term{Term: "tertiusDiff", Attr: wealth}, "no sender and no receiver"},
		{undirected, Term{Term: "diff", Attr: wealth, Signed: true}, "a difference and no sign of it"},
		{undirected, Term{Term: "egoAlterInt", Attr: []string{"wealth", "faith"}}, "no sender and no receiver"},
		{undirected, Term{Term: "psABBA"}, "psABAB, psABAY and psABXY read both actors"},
		{undirected, Term{Term: "recencySendSender"}, "recencyContinue reads both actors"},
		{undirected, Term{Term: "rrankSend"}, "recencyContinue reads both actors"},
		{Model{Family: Rate}, Term{Term: "inertia"}, "it reads two actors; a rate model is of one"},
		{Model{Family: Rate}, Term{Term: "alter", Attr: wealth}, "it reads two actors"},
		{Model{Family: Rate}, Term{Term: "indeg", Of: "receiver"}, "a rate model has no receiver"},
		{Model{Family: Rate}, Term{Term: "indeg", Unless: "mail"}, "unless is of terms of pairs"},
		{Model{Family: Choice}, Term{Term: "outdeg", Of: "sender"}, "the same for all whom it could choose"},
		{Model{Family: Choice}, Term{Term: "ego", Attr: wealth}, "the same for all whom it could choose"},
		{directed, Term{Term: "inertia", Transform: "geometric"}, `transform geometric has a ratio between 0 and 1, as no other has; transform is "geometric" and ratio 0`},
		{directed, Term{Term: "inertia", Transform: "sqrt", Ratio: .5}, "as no other has"},
		{directed, Term{Term: "inertia", Transform: "geometric", Ratio: 1.5}, "a ratio between 0 and 1"},
	} {
		data, m := randomPairs(random, c.model.Family != REM || c.model.Directed), c.model
		m.Terms = []Term{c.term}
		if _, err := Prepare(t.Context(), data, &m); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s, %s: got %v, want %q", m.Family, c.term.label(), err, c.want)
		} else if !strings.Contains(err.Error(), c.term.Term) {
			t.Errorf("%s: %v does not name the term", c.term.label(), err)
		}
	}
}

// Where pairs that have a tie are left out of account (goldfish's ignoreRep), the
// log-likelihood at its coefficients is the one that was recomputed from the definition:
// goldfish's own mask counts the increments of one pair at one time once.
func TestIgnoredRepetitions(t *testing.T) {
	on := []string{"treaty"}
	m := &Model{Family: Coordination, Terms: []Term{{Term: "inertia", On: on}, {Term: "degree", On: on, Unless: "treaty"}, {Term: "trans", On: on, Unless: "treaty"}, {Term: "tie", On: []string{"contiguity"}}}}
	d, err := Prepare(t.Context(), fisheries(t, false), m)
	if err != nil {
		t.Fatal(err)
	}
	if got, _, _ := d.LogLikelihood([]float64{3.20465, .58005, .22196, .96466}); math.Abs(got - -399.2378) > 1e-3 {
		t.Errorf("got %v, recomputed -399.2378", got)
	}
}

// Every option of a term can be written in a specification.
func TestEveryOptionOfATermCanBeWritten(t *testing.T) {
	path := writeText(t, "spec.yaml", `
model: rem
directed: true
actors: {file: `+testdata(t)+`/remstats_actors.csv, id: name, covariates: [age, sex]}
events: {file: `+testdata(t)+`/remstats_directed_events.csv}
terms:
  - {term: x, on: [a, b], attr: age, of: sender, weighted: true, combine: min, third: max, aggregate: sum, order: 2, senders: 1, receivers: 2, direction: in, exactly: true,
     sizes: [2, 3], window: [1, 4], half_life: 5, transform: geometric, ratio: 0.5, standardise: population, empty: zero, kinds: [visit], share: true, signed: true, history: sequential,
     symmetric: true, unless: a, pieces: [6, 7], smooth: 3, fixed: 8, name: all, product: [{term: y, share: true}]}
  - {term: x, standardise: overall}
`)
	_, m, err := Load(path, nil, 0, 1)
	if err != nil {
		t.Fatal(err)
	}
	term := m.Terms[0]
	term.Overall = m.Terms[1].Overall
	for v, k := reflect.ValueOf(term), 0; k < v.NumField(); k++ {
		if v.Field(k).IsZero() {
			t.Errorf("%s is not read", v.Type().Field(k).Name)
		}
	}
	if !term.Product[0].Share {
		t.Error("the parts of a product lose their options")
	}
}
