package rem

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// A past event as a term sees it.
type pastEvent struct {
	from, to []int32
	weight   float64 // of decay alone
	value    float64
}

func (p *pastEvent) all() []int32 { return union(p.from, p.to) }

func union(a, b []int32) []int32 {
	u := slices.Concat(a, b)
	slices.Sort(u)
	return slices.Compact(u)
}

func shares(set, with []int32) (n int) {
	for _, a := range set {
		if slices.Contains(with, a) {
			n++
		}
	}
	return n
}

// subsetsOfSize lists them by brute force.
func subsetsOfSize(set []int32, k int) (out [][]int32) {
	for mask := range 1 << len(set) {
		var s []int32
		for i, a := range set {
			if mask&(1<<i) != 0 {
				s = append(s, a)
			}
		}
		if len(s) == k {
			out = append(out, s)
		}
	}
	return out
}

// recount computes terms of sets from the list of events, with loops over everything.
type recount struct {
	data  *Data
	model *Model
	now   float64
	event int // in the order of the record; events from it on have not been
}

func (r *recount) directed() bool { return r.model.Directed }

// past lists the events of a layer that count.
func (r *recount) past(t *Term, k int) (out []pastEvent) {
	name := ""
	if len(t.On) > 0 {
		name = t.On[min(k, len(t.On)-1)]
	}
	at, _ := r.data.layer(name)
	events := r.data.Events
	if at >= 0 {
		events = r.data.Layers[at].Events
		for _, c := range r.data.Layers[at].Start {
			e := Event{Time: r.data.Events[0].Time, From: []int32{c.From, c.To}, Value: c.Value}
			if r.data.Layers[at].Directed {
				e.From, e.To = e.From[:1], e.From[1:]
			}
			if t.Window == 0 {
				events = append([]Event{e}, events...)
			}
		}
	}
	starts := 0
	if at >= 0 {
		starts = len(events) - len(r.data.Layers[at].Events)
	}
	for i, e := range events {
		switch {
		case at >= 0 && i >= starts && e.Time >= r.now, at < 0 && e.Time > r.now, at < 0 && e.Time == r.now && (r.model.Ties != Ordered || i >= r.event):
			continue
		case t.Window > 0 && r.now-e.Time > t.Window:
			continue
		}
		size := len(union(e.From, e.To))
		if len(t.Sizes) > 0 && size < t.Sizes[0] || len(t.Sizes) > 1 && t.Sizes[1] > 0 && size > t.Sizes[1] {
			continue
		}
		w := 1.0
		if t.HalfLife > 0 {
			w = math.Pow(.5, (r.now-e.Time)/t.HalfLife)
		}
		out = append(out, pastEvent{e.From, e.To, w, e.Value})
	}
	return out
}

// roles turns past events so that from is what senders are compared with; without
// roles all stand in from.
func (r *recount) roles(t *Term) (out []pastEvent, joint bool) {
	list := r.past(t, 0)
	at := -1
	if len(t.On) > 0 {
		at, _ = r.data.layer(t.On[0])
	}
	directed := r.directed() && at < 0 || at >= 0 && r.data.Layers[at].Directed
	joint = !r.directed() || !directed || t.Direction == "sym" || t.Order > 0
	for _, p := range list {
		switch {
		case joint:
			p.from, p.to = p.all(), nil
		case t.Direction == "in":
			p.from, p.to = p.to, p.from
		}
		out = append(out, p)
	}
	return out, joint
}

// dyads sums events of i towards j, or of both where roles do not matter.
func dyads(list []pastEvent, joint bool, i, j int32) (sum float64) {
	for _, p := range list {
		if joint && slices.Contains(p.from, i) && slices.Contains(p.from, j) || !joint && slices.Contains(p.from, i) && slices.Contains(p.to, j) {
			sum += p.weight * p.value
		}
	}
	return sum
}

func (r *recount) covariate(name string, a int32) float64 {
	for _, c := range r.data.Covariates {
		if c.Name != name {
			continue
		}
		v := c.Start[a]
		for _, ch := range c.Changes {
			if ch.Actor == a && ch.Time < r.now {
				v = ch.Value
			}
		}
		return v
	}
	return math.NaN()
}

func fold(how string, x []float64) float64 {
	mean, sum, pairs, differences, unlike := 0.0, 0.0, 0.0, 0.0, 0.0
	for _, v := range x {
		sum += v
	}
	if len(x) == 0 {
		return 0
	}
	mean = sum / float64(len(x))
	squares := 0.0
	for i := range x {
		squares += (x[i] - mean) * (x[i] - mean)
		for j := range i {
			pairs++
			differences += math.Abs(x[i] - x[j])
			if x[i] != x[j] {
				unlike++
			}
		}
	}
	switch how {
	case "", "average":
		return mean
	case "sum":
		return sum
	case "min":
		return slices.Min(x)
	case "max":
		return slices.Max(x)
	case "median":
		x = slices.Sorted(slices.Values(x))
		return (x[len(x)/2] + x[(len(x)-1)/2]) / 2
	case "range":
		return slices.Max(x) - slices.Min(x)
	case "population_sd":
		return math.Sqrt(squares / float64(len(x)))
	case "sum_absdiff":
		return differences
	}
	if len(x) < 2 {
		return 0
	}
	switch how {
	case "sd":
		return math.Sqrt(squares / float64(len(x)-1))
	case "absdiff":
		return differences / pairs
	case "differ":
		return unlike / pairs
	case "same":
		return 1 - unlike/pairs
	}
	panic(how)
}

func (r *recount) side(t *Term, from, to []int32) []int32 {
	switch t.Of {
	case "sender":
		return from
	case "receiver":
		return to
	}
	return union(from, to)
}

// ordered lists the pairs of a set, both ways unless between its two sides.
func (r *recount) ordered(t *Term, from, to []int32) (out [][2]int32) {
	if r.directed() && t.Of == "" {
		for _, i := range from {
			for _, j := range to {
				out = append(out, [2]int32{i, j})
			}
		}
		return out
	}
	set := r.side(t, from, to)
	for _, i := range set {
		for _, j := range set {
			if i != j {
				out = append(out, [2]int32{i, j})
			}
		}
	}
	return out
}

func (r *recount) value(t *Term, from, to []int32) float64 {
	switch t.Term {
	case "size":
		return float64(len(r.side(t, from, to)))
	case "subrep", "success", "shared":
		return r.subsets(t, from, to)
	case "exactrep":
		list, joint := r.roles(t)
		sum := 0.0
		for _, p := range list {
			if joint && slices.Equal(sorted(p.from), union(from, to)) || !joint && slices.Equal(sorted(p.from), from) && slices.Equal(sorted(p.to), to) {
				sum += p.weight * p.value
			}
		}
		return sum
	case "closure", "trans", "cycle", "commonSender", "commonReceiver":
		return r.third(t, from, to)
	case "attribute", "same", "diff":
		how := map[string]string{"attribute": t.Aggregate, "same": "same", "diff": "absdiff"}[t.Term]
		return r.over(how, t, from, to, func(a int32) float64 { return r.covariate(t.Attr[0], a) })
	case "activity", "popularity":
		list, joint := r.roles(t)
		as := *t
		if r.directed() && t.Of == "" && !joint {
			as.Of = map[string]string{"activity": "sender", "popularity": "receiver"}[t.Term]
		}
		return r.over(t.Aggregate, &as, from, to, func(a int32) (sum float64) {
			for _, p := range list {
				in := p.from
				if t.Term == "popularity" && !joint {
					in = p.to
				}
				if slices.Contains(in, a) {
					sum += p.weight * p.value
				}
			}
			return sum
		})
	case "pairactivity", "bilateral", "multilateral":
		as := *t
		switch t.Term {
		case "bilateral":
			as.Sizes = []int{2, 2}
		case "multilateral":
			as.Sizes = []int{3}
		}
		list, joint := r.roles(&as)
		var x []float64
		for _, pair := range r.ordered(t, from, to) {
			if joint && pair[0] > pair[1] && !(r.directed() && t.Of == "") {
				continue // once
			}
			i, j := pair[0], pair[1]
			if t.Direction == "in" {
				// The events were turned: their receivers stand in from.
				x = append(x, dyads(list, false, i, j))
				continue
			}
			x = append(x, dyads(list, joint, i, j))
		}
		return fold(t.Aggregate, x)
	}
	panic(t.Term)
}

func (r *recount) over(how string, t *Term, from, to []int32, of func(int32) float64) float64 {
	if r.directed() && t.Of == "" && slices.Contains([]string{"absdiff", "sum_absdiff", "differ", "same"}, how) {
		sum := 0.0
		for _, i := range from {
			for _, j := range to {
				switch d := math.Abs(of(i) - of(j)); {
				case how == "absdiff" || how == "sum_absdiff":
					sum += d
				case (d == 0) == (how == "same"):
					sum++
				}
			}
		}
		if how != "sum_absdiff" {
			sum /= float64(len(from) * len(to))
		}
		return sum
	}
	var x []float64
	for _, a := range r.side(t, from, to) {
		x = append(x, of(a))
	}
	return fold(how, x)
}

func (r *recount) subsets(t *Term, from, to []int32) float64 {
	list, joint := r.roles(t)
	if t.Term == "shared" {
		sum := 0.0
		for _, p := range list {
			if joint && shares(r.side(t, from, to), p.from) >= t.Order || !joint && shares(from, p.from) >= t.Senders && shares(to, p.to) >= t.Receivers {
				sum += p.weight * p.value
			}
		}
		return sum
	}
	type subset struct{ from, to []int32 }
	var all []subset
	switch {
	case t.Order > 0:
		for _, s := range subsetsOfSize(r.side(t, from, to), t.Order) {
			all = append(all, subset{s, nil})
		}
	case t.Of == "":
		for _, a := range subsetsOfSize(from, t.Senders) {
			for _, b := range subsetsOfSize(to, t.Receivers) {
				all = append(all, subset{a, b})
			}
		}
	default:
		for _, a := range subsetsOfSize(r.side(t, from, to), t.Senders) {
			rest := slices.DeleteFunc(slices.Clone(r.side(t, from, to)), func(x int32) bool { return slices.Contains(a, x) })
			for _, b := range subsetsOfSize(rest, t.Receivers) {
				all = append(all, subset{a, b})
			}
		}
	}
	var counts, bare []float64
	for _, s := range all {
		sum, n := 0.0, 0.0
		for _, p := range list {
			holds := shares(s.from, p.from) == len(s.from) && shares(s.to, p.to) == len(s.to)
			if joint {
				holds = shares(union(s.from, s.to), p.from) == len(union(s.from, s.to))
			}
			if t.Exactly && joint {
				holds = holds && shares(r.side(t, from, to), p.from) == t.Order
			} else if t.Exactly {
				holds = holds && shares(from, p.from) == t.Senders && shares(to, p.to) == t.Receivers
			}
			if holds {
				sum += p.weight * p.value
				n += p.weight
			}
		}
		counts = append(counts, sum)
		bare = append(bare, n)
	}
	if t.Term == "success" {
		n := fold("sum", bare)
		if n == 0 {
			return 0
		}
		return fold("sum", counts) / n
	}
	return fold(t.Aggregate, counts)
}

func (r *recount) third(t *Term, from, to []int32) float64 {
	x, y := r.past(t, 0), r.past(t, 1)
	joint := func(k int) bool {
		at := -1
		if len(t.On) > 0 {
			at, _ = r.data.layer(t.On[min(k, len(t.On)-1)])
		}
		return t.Term == "closure" || !r.directed() || at >= 0 && !r.data.Layers[at].Directed
	}
	for k, list := range [][]pastEvent{x, y} {
		for i := range list {
			if joint(k) {
				list[i].from, list[i].to = list[i].all(), nil
			}
		}
	}
	tie := func(k int, list []pastEvent, a, c int32, in bool) float64 {
		if in {
			a, c = c, a
		}
		return dyads(list, joint(k), a, c)
	}
	inOfFirst := t.Term == "cycle" || t.Term == "commonSender"
	inOfSecond := t.Term == "trans" || t.Term == "commonSender"
	var values []float64
	for _, pair := range r.ordered(t, from, to) {
		sum, most := 0.0, 0.0
		for c := range int32(len(r.data.Actors)) {
			if most = max(most, sum); t.Third == "max" {
				sum = 0
			}
			if c == pair[0] || c == pair[1] {
				continue
			}
			a, b := tie(0, x, pair[0], c, inOfFirst), tie(1, y, pair[1], c, inOfSecond)
			if a <= 0 || b <= 0 {
				continue
			}
			switch t.Combine {
			case "", "min":
				sum += min(a, b)
			case "product":
				sum += a * b
			case "sum":
				sum += a + b
			case "unique":
				sum++
			}
		}
		if t.Third == "max" {
			sum = max(most, sum)
		}
		values = append(values, sum)
	}
	return fold(t.Aggregate, values)
}

// randomSets are events of up to four (or up to three towards up to three), three
// layers, and a covariate that changes, among eight actors.
func randomSets(r *rand.Rand, directed bool) *Data {
	const n = 8
	value := func() float64 { return []float64{1, 1, 2, .5}[r.IntN(4)] }
	event := func(time float64, directed bool, most int) Event {
		e := Event{Time: time, Value: value()}
		order := r.Perm(n)
		p := 1 + r.IntN(most)
		if !directed && p == 1 {
			p = 2
		}
		for _, a := range order[:p] {
			e.From = append(e.From, int32(a))
		}
		if directed {
			for _, a := range order[p : p+1+r.IntN(most)] {
				e.To = append(e.To, int32(a))
			}
		}
		return e
	}
	d := &Data{Layers: []Layer{{Name: "mail", Directed: true}, {Name: "talks"}, {Name: "roads", Start: []Cell{{0, 1, 2}, {3, 2, 1}, {5, 6, .5}}}}}
	for a := range n {
		d.Actors = append(d.Actors, string(rune('a'+a)))
	}
	time := 0.0
	for range 30 {
		time += float64(r.IntN(3))
		if directed {
			d.Events = append(d.Events, event(time, true, 3))
		} else {
			d.Events = append(d.Events, event(time, false, 4))
		}
		if r.IntN(2) == 0 {
			d.Layers[0].Events = append(d.Layers[0].Events, event(time, true, 2))
		}
		if r.IntN(2) == 0 {
			d.Layers[1].Events = append(d.Layers[1].Events, event(time+.5, false, 4))
		}
		if r.IntN(3) == 0 {
			d.Layers[2].Events = append(d.Layers[2].Events, event(time+.25, false, 2))
		}
	}
	c := Covariate{Name: "wealth", Start: make([]float64, n)}
	for a := range c.Start {
		c.Start[a] = float64(r.IntN(3))
	}
	for at := range 6 {
		c.Changes = append(c.Changes, CovariateChange{float64(at*7) + .1, r.Int32N(n), float64(r.IntN(4))})
	}
	d.Covariates = []Covariate{c}
	return d
}

// Every term of sets, with its options, equals a recount of the whole past at every
// event, for the event and for its alternatives.
func TestTermsOfSetsAgreeWithRecount(t *testing.T) {
	wealth := []string{"wealth"}
	aggregates := []string{"", "median", "sum", "min", "max", "range", "sd", "population_sd", "absdiff", "sum_absdiff", "differ", "same"}
	for seed, ties := range []Ties{Breslow, Exclude, Ordered} {
		for _, directed := range []bool{false, true} {
			random := rand.New(rand.NewPCG(uint64(seed), 11))
			data := randomSets(random, directed)
			var terms []Term
			add := func(t Term) { terms = append(terms, t) }
			sides := []string{""}
			if directed {
				sides = []string{"", "sender", "receiver"}
			}
			for _, of := range sides {
				add(Term{Term: "size", Of: of})
				for _, how := range aggregates {
					add(Term{Term: "attribute", Attr: wealth, Aggregate: how, Of: of})
					if how == "differ" || how == "same" {
						continue
					}
					add(Term{Term: "activity", Aggregate: how, Of: of})
					add(Term{Term: "pairactivity", Aggregate: how, Of: of})
					for k := 1; k <= 3; k++ {
						add(Term{Term: "subrep", Order: k, Aggregate: how, Of: of})
					}
				}
				add(Term{Term: "same", Attr: wealth, Of: of})
				add(Term{Term: "diff", Attr: wealth, Of: of})
				add(Term{Term: "bilateral", Of: of})
				add(Term{Term: "multilateral", Of: of, Aggregate: "max"})
				for k := 1; k <= 3; k++ {
					add(Term{Term: "subrep", Order: k, Exactly: true, Of: of})
					add(Term{Term: "shared", Order: k, Of: of})
					add(Term{Term: "success", Order: k, Of: of})
				}
				closures := []string{"closure", "trans"}
				if directed {
					closures = append(closures, "cycle", "commonSender", "commonReceiver")
				}
				for _, name := range closures {
					for _, how := range aggregates[:len(aggregates)-2] { // whether values are the same is left to rounding
						add(Term{Term: name, Aggregate: how, Of: of})
						add(Term{Term: name, Aggregate: how, Of: of, On: []string{"mail", "talks"}})
						add(Term{Term: name, Aggregate: how, Of: of, On: []string{"roads", ""}})
					}
					for _, how := range pairings {
						add(Term{Term: name, Combine: how, Of: of})
						add(Term{Term: name, Combine: how, Of: of, Third: "max"})
					}
				}
			}
			add(Term{Term: "exactrep"})
			if directed {
				for _, way := range []string{"", "in", "sym"} {
					add(Term{Term: "exactrep", Direction: way})
					for p := range 3 {
						for q := range 3 {
							if p+q == 0 {
								continue
							}
							add(Term{Term: "subrep", Senders: p, Receivers: q, Direction: way})
							add(Term{Term: "subrep", Senders: p, Receivers: q, Direction: way, Aggregate: "sd"})
							add(Term{Term: "success", Senders: p, Receivers: q, Direction: way})
							if way != "sym" {
								add(Term{Term: "subrep", Senders: p, Receivers: q, Direction: way, Of: "receiver"})
								add(Term{Term: "subrep", Senders: p, Receivers: q, Direction: way, Of: "sender", Aggregate: "max"})
								add(Term{Term: "subrep", Senders: p, Receivers: q, Direction: way, Exactly: true})
								add(Term{Term: "shared", Senders: p, Receivers: q, Direction: way})
							}
						}
					}
				}
				add(Term{Term: "pairactivity", Direction: "in"})
				add(Term{Term: "pairactivity", Direction: "in", Of: "sender"})
				add(Term{Term: "pairactivity", Direction: "sym"})
				add(Term{Term: "activity", Direction: "sym"})
				add(Term{Term: "popularity"})
				add(Term{Term: "popularity", Of: "sender", Aggregate: "max"})
				add(Term{Term: "subrep", Senders: 1, Receivers: 1, On: []string{"talks"}})
			}
			// Each of these on the other layers, by size, in a window, with a half-life.
			for _, term := range slices.Clone(terms) {
				add := func(t Term) {
					if random.IntN(3) == 0 && (!directed || random.IntN(6) == 0) { // there are thousands
						add(t)
					}
				}
				if slices.Contains([]string{"size", "attribute", "same", "diff"}, term.Term) {
					continue
				}
				if term.On == nil {
					for _, layer := range []string{"mail", "talks", "roads"} {
						if layer != "mail" && (term.Direction == "in" || term.Term == "popularity" || term.Senders+term.Receivers > 0) {
							continue
						}
						on := term
						on.On = []string{layer}
						add(on)
					}
				}
				varied := term
				varied.HalfLife = 9
				add(varied)
				varied.Window = 12
				add(varied)
				if term.Term != "bilateral" && term.Term != "multilateral" {
					varied.Sizes = []int{3}
					add(varied)
					varied.Sizes, varied.Window = []int{0, 3}, 0
					add(varied)
				}
			}
			for k := range terms {
				terms[k].Name = fmt.Sprint(k)
			}
			checked, wrong, nonzero := 0, 0, make([]bool, len(terms))
			for first := 0; first < len(terms); first += 50 {
				some := terms[first:min(first+50, len(terms))]
				m := &Model{Family: Hyper, Directed: directed, Terms: some, RiskSet: RiskSet{Controls: 2, Seed: 3}, Conventions: Conventions{Ties: ties}}
				d, err := Prepare(t.Context(), data, m)
				if err != nil {
					t.Fatal(err)
				}
				if err := d.Each(t.Context(), func(now *Moment) error {
					r := &recount{data, m, now.Time, now.Event}
					for row := range now.Rows() {
						from, to := now.Actors(row)
						for k, got := range now.Statistics(row) {
							want := r.value(&some[k], from, to)
							nonzero[first+k] = nonzero[first+k] || want != 0
							checked++
							if math.Abs(got-want) > 1e-9*(1+math.Abs(want)) {
								if wrong++; wrong < 15 {
									label := some[k]
									label.Name = ""
									t.Errorf("directed %v, ties %q, event %d, %v -> %v, %s: got %v, recounted %v", directed, ties, now.Event, from, to, label.label(), got, want)
								}
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
				if !nonzero[k] {
					idle++
				}
			}
			t.Logf("directed %v, ties %q: %d terms, %d values, %d wrong; %d terms were always 0", directed, ties, len(terms), checked, wrong, idle)
			if idle > len(terms)/10 {
				t.Errorf("%d of %d terms were always 0", idle, len(terms))
			}
		}
	}
}
