package rem

import (
	"fmt"
	"slices"
)

// Terms of third actors. The two legs of a pair (i, j) over a third actor k are
// read from rows: the out-row or the in-row of i, the out-row or the in-row of j.
// By default the third actors are counted; combine says otherwise: min is the sum
// of the smaller of the two values.
var closureTerms = []definition{
	closure("trans", "otp", "sum_k x_ik x_kj", "i has acted towards actors that acted towards j", false, true),
	closure("cycle", "itp", "sum_k x_jk x_ki", "j has acted towards actors that acted towards i", true, false),
	closure("commonSender", "isp", "sum_k x_ki x_kj", "actors that acted towards both", true, true),
	closure("commonReceiver", "osp", "sum_k x_ik x_jk", "actors towards which both acted", false, false),
	mixed("mixedTrans", "sum_k x_ik y_kj", false, true),
	mixed("mixedCycle", "sum_k x_jk y_ki", true, false),
	mixed("mixedCommonSender", "sum_k x_ki y_kj", true, true),
	mixed("mixedCommonReceiver", "sum_k x_ik y_jk", false, false),
}

func closure(name, also, formula, says string, inOfI, inOfJ bool) definition {
	return definition{
		name: name, also: []string{also}, layers: 1, formula: formula, says: says,
		source: "Butts 2008; Stadtfeld, Hollway & Block 2017",
		bind: func(b *binder, t *Term) (statistic, error) {
			v, err := b.view(t, 0)
			if err != nil {
				return statistic{}, err
			}
			return b.closure(t, v, v, inOfI, inOfJ)
		},
	}
}

func mixed(name, formula string, inOfI, inOfJ bool) definition {
	return definition{
		name: name, layers: 2, formula: formula, says: "third actors over two layers",
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
	decays := t.HalfLife > 0 && how != byCount
	return statistic{
		views: []*view{x, y},
		value: func(u *unit) float64 {
			c := common(&legOfI().rows[u.i], &legOfJ().rows[u.j], how)
			if decays {
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
				pick(y, !inOfJ).rows[third].each(func(other int32, _ float64) { m.pair(end, other) })
			}
			if v == y {
				end, third := i, j
				if inOfJ {
					end, third = j, i
				}
				pick(x, !inOfI).rows[third].each(func(other int32, _ float64) { m.pair(other, end) })
			}
		},
	}, nil
}

func pick(v *view, in bool) *adjacency {
	if in {
		return v.in
	}
	return v.out
}
