package rem

import (
	"errors"
	"fmt"
	"slices"
)

// Terms of sets of actors (Lerner, Lomi, Mowbray, Rollings & Tranmer 2021;
// Lerner & Lomi 2023). Those that read subsets or pairs serve sets with and without
// direction; term_directed.go has what only sets with direction know.
var setTerms = []definition{
	{
		name: "size", sets: true, says: "how many actors act together; of: the senders or the receivers", formula: "n = |S|",
		takes: "of",
		bind: func(b *binder, t *Term) (statistic, error) {
			members, err := b.members(t)
			if err != nil {
				return statistic{}, err
			}
			return statistic{value: func(u *unit) float64 { return float64(len(members(u))) }}, nil
		},
	},
	{
		name: "subrep", also: []string{"subset_repetition"}, sets: true, layers: 1,
		says:    "how often subsets of this many actors (order) have acted together, alone or among others; the mean over subsets, or what aggregate says of their counts; exactly: only past events that share no more than that many actors with the set, so that order k is read given what larger common subsets explain. With direction: subsets of so many senders and so many receivers",
		formula: "sum_e w_e C(|S n P_e|, k) / C(n, k); exactly: sum_e w_e 1[|S n P_e| = k] / C(n, k)", source: "Lerner & Lomi 2023",
		takes: "order senders receivers direction of exactly aggregate past",
		bind:  bindSubrep,
	},
	{
		name: "shared", also: []string{"shared_events"}, sets: true, layers: 1,
		says:    "past events that share at least this many actors (order, or senders and receivers) with the set, each counted once",
		formula: "sum_e w_e 1[|S n P_e| >= k]", source: "Lerner, Tranmer, Mowbray & Hancean 2019",
		takes: "order senders receivers direction of past",
		bind: func(b *binder, t *Term) (statistic, error) {
			s, err := b.subsets(t, true)
			if err != nil {
				return statistic{}, err
			}
			return statistic{value: func(u *unit) float64 {
				return s.events(u, func(p, q int) bool { return p >= s.p && q >= s.q }) * b.s.factor(s.view)
			}}, nil
		},
	},
	{
		name: "exactrep", also: []string{"exact_repetition", "repetition"}, sets: true, layers: 1,
		says:    "how often exactly this set has acted; with direction: the same senders towards the same receivers, direction in: the receivers towards the senders, sym: the same actors in whatever roles",
		formula: "sum of w_e over P_e = S", source: "Lerner & Lomi 2023",
		takes: "direction past",
		bind:  bindExact,
	},
	{
		name: "success", also: []string{"prior_success"}, sets: true, layers: 1,
		says:    "the mean value (outcome) of past events over the subsets of this many actors that they share with the set; 0 without any. What members have gained unequally is activity with aggregate sd",
		formula: "sum_e w_e y_e C(|S n P_e|, k) / sum_e w_e C(|S n P_e|, k)", source: "Lerner & Hancean 2023",
		takes: "order senders receivers direction of past",
		bind:  bindSuccess,
	},
	{
		name: "closure", sets: true, layers: 2,
		says:    "third actors with whom two of the set have both acted; combine: min (the default), product, sum, unique; third: max the strongest of them alone; the mean over pairs, or what aggregate makes of the ordered pairs. On two layers: one of the pair on the first, the other on the second. With direction: in whatever roles",
		formula: "sum_{a != b in S} sum_c min(d_ac, d'_bc) / n(n-1)", source: "Lerner et al. 2021",
		takes: "combine third aggregate of past",
		bind:  func(b *binder, t *Term) (statistic, error) { return b.third(t, true, false, false) },
	},
	{
		name: "attribute", also: []string{"covariate"}, sets: true, attrs: 1,
		says:    "a covariate over the set: aggregate is average, sum, min, max, range, sd (population_sd divides by n), absdiff (mean difference of pairs), sum_absdiff, differ (share of pairs that differ) or same (share of pairs that are alike); of: the senders or the receivers; otherwise, with direction, the last four compare senders with receivers",
		formula: "e.g. sum a_i / n", source: "Lerner & Lomi 2023",
		takes: "aggregate of",
		bind:  bindAttribute,
	},
	{
		name: "same", also: []string{"homogeneity"}, sets: true, attrs: 1, says: "the share of pairs of the set that have the same property", formula: "sum_{a < b in S} 1[x_a = x_b] / C(n, 2)",
		takes: "of",
		bind:  func(b *binder, t *Term) (statistic, error) { return b.comparing(t, "same") },
	},
	{
		name: "diff", also: []string{"heterophily", "absdiff"}, sets: true, attrs: 1, says: "by how much the pairs of the set differ on average", formula: "sum_{a < b in S} |x_a - x_b| / C(n, 2)", source: "Lerner & Lomi 2023",
		takes: "of",
		bind:  func(b *binder, t *Term) (statistic, error) { return b.comparing(t, "absdiff") },
	},
	{
		name: "activity", also: []string{"degree"}, sets: true, layers: 1,
		says: "the number of past events of the actors, over the set as attribute; with direction: those that the senders sent", formula: "e.g. sum deg_i / n", source: "Lerner et al. 2021",
		takes: "aggregate of direction past",
		bind:  func(b *binder, t *Term) (statistic, error) { return b.events(t, "sender") },
	},
	{
		name: "pairactivity", sets: true, layers: 1,
		says: "the number of past joint events of the pairs of the set, over the pairs as attribute; with direction: events of a sender towards a receiver", formula: "e.g. sum d_ab / C(n, 2)", source: "Lerner et al. 2021",
		takes: "aggregate of direction past",
		bind:  bindPairActivity,
	},
	{
		name: "bilateral", sets: true, layers: 1,
		says:    "past events of exactly two actors that are a pair of the set, over the pairs as attribute: do bilateral acts lead to larger ones?",
		formula: "sum_e w_e 1[|P_e| = 2] C(|S n P_e|, 2) / C(n, 2)",
		takes:   "aggregate of direction past",
		bind:    func(b *binder, t *Term) (statistic, error) { return b.ofSizes(t, 2, 2) },
	},
	{
		name: "multilateral", sets: true, layers: 1,
		says:    "past events of three or more actors that hold a pair of the set, over the pairs as attribute",
		formula: "sum_e w_e 1[|P_e| > 2] C(|S n P_e|, 2) / C(n, 2)",
		takes:   "aggregate of direction past",
		bind:    func(b *binder, t *Term) (statistic, error) { return b.ofSizes(t, 3) },
	},
}

// directed reports whether sets have senders and receivers.
func (b *binder) directed() bool {
	return b.m.Directed || len(b.s.data.Events) > 0 && len(b.s.data.Events[0].To) > 0
}

// way is whose past roles a term of sets compares with those of now.
type way uint8

const (
	forth  way = iota // senders were senders
	back              // senders were receivers
	either            // in whatever roles
)

// layerOf returns the k-th layer of a term of sets, with the roles that it compares.
func (b *binder) layerOf(t *Term, k int) (*view, way, error) {
	r, err := b.reading(t, k)
	if err != nil {
		return nil, 0, err
	}
	at := slices.Index([]string{"out", "in", "sym"}, t.Direction)
	if at < 0 && t.Direction != "" {
		return nil, 0, fmt.Errorf("direction is out, in or sym, not %q", t.Direction)
	}
	directed := r.layer < 0 && b.directed() || r.layer >= 0 && b.s.data.Layers[r.layer].Directed
	w := way(max(at, 0))
	switch {
	case !b.directed() && at >= 0:
		return nil, 0, errors.New("direction is for models whose sets have one (directed: true)")
	case !directed && at >= 0 && w != either:
		return nil, 0, fmt.Errorf("the layer has no direction, so it cannot be read as %q", t.Direction)
	case !directed || !b.directed():
		w = either
	}
	r.joint = w == either
	return b.s.view(r), w, nil
}

// counts is a layer whose events are counted; a layer that replaces values has
// values of pairs, not events.
func (b *binder) counts(t *Term, k int) (*view, way, error) {
	v, w, err := b.layerOf(t, k)
	if err == nil && v.replace {
		err = fmt.Errorf("the values of layer %s are replaced, not added up; pairactivity and closure read such layers", b.s.data.Layers[v.layer].Name)
	}
	return v, w, err
}

// members returns the actors of a set that the term is about.
func (b *binder) members(t *Term) (func(u *unit) []int32, error) {
	if !b.directed() {
		if t.Of != "" {
			return nil, fmt.Errorf("of %s: the sets have no direction", t.Of)
		}
		return func(u *unit) []int32 { return u.from }, nil
	}
	switch t.Of {
	case "":
		var all []int32
		return func(u *unit) []int32 {
			all = append(append(all[:0], u.from...), u.to...)
			slices.Sort(all)
			all = slices.Compact(all)
			return all
		}, nil
	case "sender":
		return func(u *unit) []int32 { return u.from }, nil
	case "receiver":
		return func(u *unit) []int32 { return u.to }, nil
	}
	return nil, fmt.Errorf("of is sender or receiver, not %q", t.Of)
}

func bindSubrep(b *binder, t *Term) (statistic, error) {
	s, err := b.subsets(t, t.Exactly)
	if err != nil {
		return statistic{}, err
	}
	fold, err := aggregate(t.Aggregate)
	if err != nil {
		return statistic{}, err
	}
	sum := t.Aggregate == "sum"
	if sum || t.Aggregate == "" || t.Aggregate == "average" {
		total := s.sum
		if t.Exactly {
			total = func(u *unit) float64 {
				return s.events(u, func(p, q int) bool { return p == s.p && q == s.q })
			}
		}
		return statistic{value: func(u *unit) float64 {
			x := total(u)
			if x == 0 {
				return 0
			}
			x *= b.s.factor(s.view)
			if sum {
				return x
			}
			return x / s.all(u)
		}}, nil
	}
	if t.Exactly {
		return statistic{}, fmt.Errorf("with exactly, aggregate is average or sum, not %q", t.Aggregate)
	}
	var counts []float64
	return statistic{value: func(u *unit) float64 {
		counts = counts[:0]
		f, all := b.s.factor(s.view), int(s.all(u))
		s.each(u, func(count float64) { counts = append(counts, count*f) })
		for len(counts) < all {
			counts = append(counts, 0)
		}
		return fold(counts)
	}}, nil
}

func bindSuccess(b *binder, t *Term) (statistic, error) {
	gain, err := b.subsets(t, false)
	if err != nil {
		return statistic{}, err
	}
	r := gain.view.reading
	r.bare = true
	bare := b.s.view(r)
	events, err := b.subsetsOn(t, bare, gain.way, false)
	if err != nil {
		return statistic{}, err
	}
	return statistic{value: func(u *unit) float64 {
		n := events.sum(u)
		if n*b.s.factor(bare) < tiny {
			return 0
		}
		return gain.sum(u) / n
	}}, nil
}

func bindExact(b *binder, t *Term) (statistic, error) {
	v, w, err := b.counts(t, 0)
	if err != nil {
		return statistic{}, err
	}
	v.whole = true
	all, err := b.members(&Term{})
	if err != nil {
		return statistic{}, err
	}
	n := int32(len(b.s.data.Actors))
	var turned []int32
	return statistic{value: func(u *unit) float64 {
		tokens := u.tokens
		switch w {
		case either:
			tokens = all(u)
		case back:
			turned = append(turned[:0], u.to...)
			for _, a := range u.from {
				turned = append(turned, n+a)
			}
			tokens = turned
		}
		return v.exact.whole(tokens) * b.s.factor(v)
	}}, nil
}

// events is the activity of the actors of a side, or their popularity.
func (b *binder) events(t *Term, side string) (statistic, error) {
	v, w, err := b.counts(t, 0)
	if err != nil {
		return statistic{}, err
	}
	if w == back {
		return statistic{}, errors.New("activity counts the events that an actor sent, popularity those that it received; neither takes direction: in")
	}
	of := *t
	if b.directed() && t.Of == "" && w != either {
		of.Of = side
	}
	if side == "receiver" {
		return b.over(&of, func(a int32) float64 { return v.received[a] * b.s.factor(v) })
	}
	return b.over(&of, func(a int32) float64 { return v.sent[a] * b.s.factor(v) })
}

func bindAttribute(b *binder, t *Term) (statistic, error) {
	c, err := b.attr(t, 0)
	if err != nil {
		return statistic{}, err
	}
	st, err := b.over(t, func(a int32) float64 { return b.s.attr[c][a] })
	st.attrs = []int{c}
	return st, err
}

func (b *binder) comparing(t *Term, how string) (statistic, error) {
	as := *t
	as.Aggregate = how
	return bindAttribute(b, &as)
}

// over reads a number of each actor of the set and aggregates.
func (b *binder) over(t *Term, of func(a int32) float64) (statistic, error) {
	fold, err := aggregate(t.Aggregate)
	if err != nil {
		return statistic{}, err
	}
	members, err := b.members(t)
	if err != nil {
		return statistic{}, err
	}
	if compare, ok := comparisons[t.Aggregate]; ok && b.directed() && t.Of == "" {
		return statistic{value: func(u *unit) float64 {
			sum := 0.0
			for _, i := range u.from {
				for _, j := range u.to {
					sum += compare.of(of(i), of(j))
				}
			}
			if compare.mean && sum != 0 {
				sum /= float64(len(u.from) * len(u.to))
			}
			return sum
		}}, nil
	}
	var numbers []float64
	return statistic{value: func(u *unit) float64 {
		numbers = numbers[:0]
		for _, a := range members(u) {
			numbers = append(numbers, of(a))
		}
		return fold(numbers)
	}}, nil
}

// pairs returns a function that calls visit for the pairs of a set: of a sender and
// a receiver where sets have direction and the term is not about one side, otherwise
// of two members; those in both orders unless the order makes no difference.
func (b *binder) pairs(t *Term, once bool) (func(u *unit, visit func(a, c int32)), error) {
	members, err := b.members(t)
	if err != nil {
		return nil, err
	}
	if b.directed() && t.Of == "" {
		return func(u *unit, visit func(a, c int32)) {
			for _, i := range u.from {
				for _, j := range u.to {
					if i != j {
						visit(i, j)
					}
				}
			}
		}, nil
	}
	return func(u *unit, visit func(a, c int32)) {
		set := members(u)
		for k, a := range set {
			for _, c := range set[k+1:] {
				visit(a, c)
				if !once {
					visit(c, a)
				}
			}
		}
	}, nil
}

func bindPairActivity(b *binder, t *Term) (statistic, error) {
	v, w, err := b.layerOf(t, 0)
	if err != nil {
		return statistic{}, err
	}
	v.pairs = true
	fold, err := aggregate(t.Aggregate)
	if err != nil {
		return statistic{}, err
	}
	pairs, err := b.pairs(t, w == either)
	if err != nil {
		return statistic{}, err
	}
	var values []float64
	f := 1.0
	visit := func(a, c int32) {
		if w == back {
			a, c = c, a
		}
		values = append(values, v.out.rows[a].at(c)*f)
	}
	return statistic{value: func(u *unit) float64 {
		values, f = values[:0], b.s.factor(v)
		pairs(u, visit)
		return fold(values)
	}}, nil
}

func (b *binder) ofSizes(t *Term, sizes ...int) (statistic, error) {
	if t.Sizes != nil {
		return statistic{}, fmt.Errorf("it says itself how large the past events are; pairactivity takes sizes")
	}
	sized := *t
	sized.Sizes = sizes
	return bindPairActivity(b, &sized)
}

// third is the closure of the pairs of a set by third actors, the leg of the first
// of a pair on the first layer, that of the second on the second; legs are rows out
// of an actor or into it, or ties in either direction.
func (b *binder) third(t *Term, sym, inOfFirst, inOfSecond bool) (statistic, error) {
	layers := make([]*view, 2)
	for k := range layers {
		r, err := b.reading(t, min(k, max(0, len(t.On)-1)))
		if err != nil {
			return statistic{}, err
		}
		r.joint = sym
		layers[k] = b.s.view(r)
		layers[k].pairs = true
	}
	x, y := layers[0], layers[1]
	how := byMin
	if t.Combine != "" {
		at := slices.Index(pairings, t.Combine)
		if at < 0 {
			return statistic{}, fmt.Errorf("combine is one of unique, min, product, sum, not %q", t.Combine)
		}
		how = pairing(at)
	}
	fold, err := aggregate(t.Aggregate)
	if err != nil {
		return statistic{}, err
	}
	over, err := t.over()
	if err != nil {
		return statistic{}, err
	}
	between := b.directed() && t.Of == ""
	once := x == y && inOfFirst == inOfSecond || x == y && !x.directed
	pairs, err := b.pairs(t, once)
	if err != nil {
		return statistic{}, err
	}
	twice := 1.0
	if once && !between {
		twice = 2
	}
	var sum, n, f float64
	var values []float64
	visit := func(a, c int32) {
		v := f * over(&pick(x, inOfFirst).rows[a], &pick(y, inOfSecond).rows[c], how)
		values = append(values, v)
		if twice == 2 { // a pair and its reverse
			values = append(values, v)
		}
		sum += v
		n++
	}
	members, err := b.members(t)
	if err != nil {
		return statistic{}, err
	}
	mean := t.Aggregate == "" || t.Aggregate == "average"
	alike := once && !between && (mean || t.Aggregate == "sum") && t.third() == ""
	var rows []*row
	st := statistic{value: func(u *unit) float64 {
		sum, n, values = 0, 0, values[:0]
		switch f = 1; how {
		case byMin, bySum:
			f = b.s.factor(x)
		case byProduct:
			f = b.s.factor(x) * b.s.factor(y)
		}
		if alike {
			set := members(u)
			rows = rows[:0]
			for _, a := range set {
				rows = append(rows, &pick(x, inOfFirst).rows[a])
			}
			sum, n = f*commonOfPairs(rows, how), choose(len(set), 2)
		} else {
			pairs(u, visit)
		}
		switch {
		case n == 0:
			return 0
		case t.Aggregate == "sum":
			return twice * sum
		case !mean:
			return fold(values)
		case between:
			n = float64(len(u.from) * len(u.to))
		}
		return sum / n
	}}
	if alike {
		var ahead []int32
		st.before = func(each func(visit func(u *unit))) {
			ahead = ahead[:0]
			each(func(u *unit) { ahead = append(ahead, members(u)...) })
			pick(x, inOfFirst).readAhead(ahead)
		}
	}
	return st, nil
}
