package rem

import (
	"fmt"
	"math"
	"slices"
)

// Terms of sets of actors (Lerner, Lomi, Mowbray, Rollings & Tranmer 2021;
// Lerner & Lomi 2023).
var setTerms = []definition{
	{
		name: "size", sets: true, says: "how many actors act together", formula: "n = |S|",
		bind: func(*binder, *Term) (statistic, error) {
			return statistic{value: func(u *unit) float64 { return float64(len(u.from) + len(u.to)) }}, nil
		},
	},
	{
		name: "subrep", also: []string{"subset_repetition"}, sets: true, layers: 1,
		says:    "how often subsets of this many actors (order) have acted together, alone or among others; the mean over subsets, or with aggregate: sum their sum",
		formula: "sum_e w_e C(|S n P_e|, k) / C(n, k)", source: "Lerner & Lomi 2023",
		bind: bindSubrep,
	},
	{
		name: "exactrep", also: []string{"exact_repetition", "repetition"}, sets: true, layers: 1,
		says: "how often exactly this set has acted", formula: "sum of w_e over P_e = S", source: "Lerner & Lomi 2023",
		bind: func(b *binder, t *Term) (statistic, error) {
			v, err := b.layer(t, 0)
			if err != nil {
				return statistic{}, err
			}
			v.whole = true
			return statistic{value: func(u *unit) float64 { return v.exact.whole(u.tokens) * b.s.factor(v) }}, nil
		},
	},
	{
		name: "closure", also: []string{"trans"}, sets: true, layers: 1,
		says:    "third actors with whom two of the set have both acted; combine: min (the default), product, unique; the mean over pairs, or with aggregate: sum the sum over ordered pairs",
		formula: "sum_{a != b in S} sum_c min(d_ac, d_bc) / n(n-1)", source: "Lerner et al. 2021",
		bind: bindSetClosure,
	},
	{
		name: "attribute", also: []string{"covariate"}, sets: true, attrs: 1,
		says:    "a covariate over the set: aggregate is average, sum, min, max, sd, absdiff (mean difference of pairs) or sum_absdiff",
		formula: "e.g. sum a_i / n", source: "Lerner & Lomi 2023",
		bind: func(b *binder, t *Term) (statistic, error) {
			c, err := b.attr(t, 0)
			if err != nil {
				return statistic{}, err
			}
			return b.over(t, func(a int32) float64 { return b.s.attr[c][a] })
		},
	},
	{
		name: "activity", also: []string{"degree"}, sets: true, layers: 1,
		says: "the number of past events of the actors, over the set as attribute", formula: "e.g. sum deg_i / n", source: "Lerner et al. 2021",
		bind: func(b *binder, t *Term) (statistic, error) {
			v, err := b.layer(t, 0)
			if err != nil {
				return statistic{}, err
			}
			return b.over(t, func(a int32) float64 { return v.sent[a] * b.s.factor(v) })
		},
	},
	{
		name: "pairactivity", sets: true, layers: 1,
		says: "the number of past joint events of the pairs of the set, over the pairs as attribute", formula: "e.g. sum d_ab / C(n, 2)", source: "Lerner et al. 2021",
		bind: func(b *binder, t *Term) (statistic, error) {
			v, err := b.view(t, 0)
			if err != nil {
				return statistic{}, err
			}
			fold, err := aggregate(t.Aggregate)
			if err != nil {
				return statistic{}, err
			}
			var buffer []float64
			return statistic{value: func(u *unit) float64 {
				buffer = buffer[:0]
				for k, a := range u.from {
					for _, c := range u.from[k+1:] {
						buffer = append(buffer, v.out.rows[a].at(c)*b.s.factor(v))
					}
				}
				return fold(buffer)
			}}, nil
		},
	},
}

func bindSubrep(b *binder, t *Term) (statistic, error) {
	v, err := b.layer(t, 0)
	if err != nil {
		return statistic{}, err
	}
	if t.Order < 1 {
		return statistic{}, fmt.Errorf("order is the number of actors of the subsets, from 1")
	}
	v.order = max(v.order, t.Order)
	k, sum := t.Order, t.Aggregate == "sum"
	if !sum && t.Aggregate != "" && t.Aggregate != "average" {
		return statistic{}, fmt.Errorf("aggregate is average or sum, not %q", t.Aggregate)
	}
	into := make([]float64, k)
	return statistic{value: func(u *unit) float64 {
		clear(into)
		v.sub.sums(u.tokens, into)
		x := into[k-1] * b.s.factor(v)
		if sum || x == 0 {
			return x
		}
		return x / choose(len(u.tokens), k)
	}}, nil
}

func bindSetClosure(b *binder, t *Term) (statistic, error) {
	v, err := b.view(t, 0)
	if err != nil {
		return statistic{}, err
	}
	how := byMin
	if t.Combine != "" {
		at := slices.Index(pairings, t.Combine)
		if at < 0 {
			return statistic{}, fmt.Errorf("combine is one of unique, min, product, sum, not %q", t.Combine)
		}
		how = pairing(at)
	}
	sum := t.Aggregate == "sum"
	if !sum && t.Aggregate != "" && t.Aggregate != "average" {
		return statistic{}, fmt.Errorf("aggregate is average or sum, not %q", t.Aggregate)
	}
	return statistic{value: func(u *unit) float64 {
		total := 0.0
		for k, a := range u.from {
			for _, c := range u.from[k+1:] {
				total += common(&v.out.rows[a], &v.in.rows[c], how, a, c)
			}
		}
		f := b.s.factor(v)
		switch how {
		case byCount:
			f = 1
		case byProduct:
			f *= f
		}
		n := float64(len(u.from))
		if sum {
			return 2 * total * f
		}
		if n < 2 {
			return 0
		}
		return 2 * total * f / (n * (n - 1))
	}}, nil
}

// over reads a number of each actor of the set and aggregates.
func (b *binder) over(t *Term, of func(a int32) float64) (statistic, error) {
	fold, err := aggregate(t.Aggregate)
	if err != nil {
		return statistic{}, err
	}
	var members func(u *unit) []int32
	switch t.Of {
	case "":
		members = func(u *unit) []int32 { return u.from }
	case "sender":
		members = func(u *unit) []int32 { return u.from }
	case "receiver":
		members = func(u *unit) []int32 { return u.to }
	default:
		return statistic{}, fmt.Errorf("of is sender or receiver, not %q", t.Of)
	}
	var buffer []float64
	return statistic{value: func(u *unit) float64 {
		buffer = buffer[:0]
		for _, a := range members(u) {
			buffer = append(buffer, of(a))
		}
		return fold(buffer)
	}}, nil
}

// aggregate returns the function that folds the numbers of a set into one; an
// empty list gives 0.
func aggregate(name string) (func([]float64) float64, error) {
	total := func(x []float64) (sum float64) {
		for _, v := range x {
			sum += v
		}
		return sum
	}
	differences := func(x []float64) (sum float64) {
		for i, v := range x {
			for _, w := range x[i+1:] {
				sum += math.Abs(v - w)
			}
		}
		return sum
	}
	nonEmpty := func(least int, f func([]float64) float64) func([]float64) float64 {
		return func(x []float64) float64 {
			if len(x) < least {
				return 0
			}
			return f(x)
		}
	}
	switch name {
	case "", "average":
		return nonEmpty(1, func(x []float64) float64 { return total(x) / float64(len(x)) }), nil
	case "sum":
		return total, nil
	case "min":
		return nonEmpty(1, slices.Min[[]float64]), nil
	case "max":
		return nonEmpty(1, slices.Max[[]float64]), nil
	case "sd":
		return nonEmpty(2, func(x []float64) float64 {
			mean, squares := total(x)/float64(len(x)), 0.0
			for _, v := range x {
				squares += (v - mean) * (v - mean)
			}
			return math.Sqrt(squares / float64(len(x)-1))
		}), nil
	case "absdiff":
		return nonEmpty(2, func(x []float64) float64 { return differences(x) / choose(len(x), 2) }), nil
	case "sum_absdiff":
		return differences, nil
	}
	return nil, fmt.Errorf("aggregate is one of average, sum, min, max, sd, absdiff, sum_absdiff, not %q", name)
}
