package rem

import (
	"errors"
	"fmt"
	"slices"
)

// Terms of third actors. The two legs of a pair (i, j) over a third actor k are
// read from rows: the out-row or the in-row of i, the out-row or the in-row of j.
// By default the third actors are counted; combine says otherwise: min is the sum
// of the smaller of the two values. Where the pairs of the model have no direction
// and the path has one, both directions count.
var closureTerms = []definition{
	closure("trans", []string{"transitivity", "otp", "sp"}, "sum_k x_ik x_kj", "i has acted towards actors that acted towards j (history: sequential: after i had acted towards them; consecutive: by the very next event)", false, true),
	closure("cycle", []string{"itp"}, "sum_k x_jk x_ki", "j has acted towards actors that acted towards i (history: sequential: after j had acted towards them; consecutive: by the very next event)", true, false),
	closure("commonSender", []string{"isp", "clReceiver"}, "sum_k x_ki x_kj", "actors that acted towards both", true, true),
	closure("commonReceiver", []string{"osp", "clSender"}, "sum_k x_ik x_jk", "actors towards which both acted", false, false),
	mixed("mixedTrans", "sum_k x_ik y_kj", false, true),
	mixed("mixedCycle", "sum_k x_jk y_ki", true, false),
	mixed("mixedCommonSender", "sum_k x_ki y_kj", true, true),
	mixed("mixedCommonReceiver", "sum_k x_ik y_jk", false, false),
}

func closure(name string, also []string, formula, says string, inOfI, inOfJ bool) definition {
	takes := "combine third past"
	if inOfI != inOfJ {
		takes += " history"
	}
	return definition{
		name: name, also: also, layers: 1, takes: takes, formula: formula, says: says,
		source: "Butts 2008; Stadtfeld, Hollway & Block 2017",
		bind: func(b *binder, t *Term) (statistic, error) {
			v, err := b.view(t, 0)
			if err != nil {
				return statistic{}, err
			}
			if t.History != "" {
				return b.inOrder(t, v, inOfI)
			}
			return b.closure(t, v, v, inOfI, inOfJ)
		},
	}
}

func mixed(name, formula string, inOfI, inOfJ bool) definition {
	return definition{
		name: name, layers: 2, takes: "combine third symmetric past", formula: formula, says: "third actors over two layers; symmetric: and the same with i and j exchanged",
		source: "Stadtfeld, Hollway & Block 2017",
		bind: func(b *binder, t *Term) (statistic, error) {
			if len(t.On) != 2 {
				return statistic{}, fmt.Errorf("it reads two layers, %d are named", len(t.On))
			}
			x, err := b.view(t, 0)
			if err != nil {
				return statistic{}, err
			}
			y, err := b.view(t, 1)
			if err != nil {
				return statistic{}, err
			}
			if name == "mixedCycle" { // its first layer holds the leg from j
				x, y = y, x
			}
			return b.closure(t, x, y, inOfI, inOfJ)
		},
	}
}

// closure reads the leg of i from view x and the leg of j from view y.
func (b *binder) closure(t *Term, x, y *view, inOfI, inOfJ bool) (statistic, error) {
	over, err := t.over()
	if err != nil {
		return statistic{}, err
	}
	how := byCount
	if t.Combine != "" {
		k := slices.Index(pairings, t.Combine)
		if k < 0 {
			return statistic{}, fmt.Errorf("combine is one of unique, min, product, sum, not %q", t.Combine)
		}
		how = pairing(k)
	}
	legOfI := func() *adjacency { return pick(x, inOfI) }
	legOfJ := func() *adjacency { return pick(y, inOfJ) }
	if err := t.decays(how != byCount); err != nil {
		return statistic{}, err
	}
	mark := func(m *marks, i, j int32) {
		m.pair(i, j)
		if t.Symmetric {
			m.pair(j, i)
		}
	}
	both := t.Symmetric || b.undirected() && (x != y || x.directed && inOfI != inOfJ)
	return statistic{
		views: []*view{x, y},
		value: func(u *unit) float64 {
			c := over(&legOfI().rows[u.i], &legOfJ().rows[u.j], how)
			if both {
				c += over(&legOfI().rows[u.j], &legOfJ().rows[u.i], how)
			}
			if t.HalfLife > 0 {
				f := b.s.factor(x)
				if how == byProduct {
					f *= b.s.factor(y)
				}
				c *= f
			}
			return c
		},
		touch: func(m *marks, v *view, i, j int32) {
			if v == x {
				end, third := i, j // the leg (end, third) of the first actor
				if inOfI {
					end, third = j, i
				}
				// whoever has the third actor in its own leg
				pick(y, !inOfJ).rows[third].each(func(other int32, _ float64) { mark(m, end, other) })
			}
			if v == y {
				end, third := i, j
				if inOfJ {
					end, third = j, i
				}
				pick(x, !inOfI).rows[third].each(func(other int32, _ float64) { mark(m, other, end) })
			}
		},
	}, nil
}

// inOrder counts the third actors k whose tie k -> j arose after i -> k, or for a
// cycle k -> i after j -> k: at any time after it, or with a consecutive history by
// the next event of the layer that the term reads. A tie that was there at the start
// arose before all others, and in no order with its like.
func (b *binder) inOrder(t *Term, v *view, cycle bool) (statistic, error) {
	if t.History != "sequential" && t.History != "consecutive" {
		return statistic{}, fmt.Errorf("history is sequential or consecutive, not %q", t.History)
	}
	if t.Combine != "" && t.Combine != "unique" {
		return statistic{}, fmt.Errorf("a %s history counts third actors; it does not combine values", t.History)
	}
	if t.Third != "" {
		return statistic{}, fmt.Errorf("a %s history counts third actors; it does not take third", t.History)
	}
	if b.undirected() {
		return statistic{}, errors.New("a pair without direction has no first and no second tie")
	}
	counted := *t
	counted.Combine = ""
	st, err := b.closure(&counted, v, v, cycle, !cycle)
	if err != nil {
		return statistic{}, err
	}
	v.arose = map[[2]int32]arising{}
	follows := func(first, second arising) bool { return second.order > first.order }
	if t.History == "consecutive" {
		follows = func(first, second arising) bool { return first.event > 0 && second.event == first.event+1 }
	}
	st.value = func(u *unit) (count float64) {
		from, to := u.i, u.j
		if cycle {
			from, to = to, from
		}
		v.out.rows[from].each(func(k int32, _ float64) {
			if v.out.rows[k].at(to) > 0 && follows(v.arose[[2]int32{from, k}], v.arose[[2]int32{k, to}]) {
				count++
			}
		})
		return count
	}
	return st, nil
}

// over returns how a term reads two legs over all third actors.
func (t *Term) over() (func(a, b *row, how pairing) float64, error) {
	switch t.Third {
	case "", "sum":
		return common, nil
	case "max":
		return strongest, nil
	}
	return nil, fmt.Errorf("third is sum or max, not %q", t.Third)
}

// third names how third actors are read where it is not as usual.
func (t *Term) third() string {
	if t.Third == "max" {
		return "strongest third"
	}
	return ""
}

// strongest is the largest combined value over the common partners of a and b.
func strongest(a, b *row, how pairing) (most float64) {
	a.each(func(k int32, v float64) {
		w := b.at(k)
		if w == 0 {
			return
		}
		x := 1.0
		switch how {
		case byMin:
			x = min(v, w)
		case byProduct:
			x = v * w
		case bySum:
			x = v + w
		}
		most = max(most, x)
	})
	return most
}

func pick(v *view, in bool) *adjacency {
	if in {
		return v.in
	}
	return v.out
}
