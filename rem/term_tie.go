package rem

import "errors"

// Terms of the tie itself.
var tieTerms = []definition{
	{
		name: "intercept", also: []string{"baseline"}, everywhere: true, one: true,
		says: "the rate when all else is zero, in events per unit and unit of time", formula: "1",
		bind: func(*binder, *Term) (statistic, error) {
			return statistic{value: func(*unit) float64 { return 1 }}, nil
		},
	},
	{
		name: "inertia", also: []string{"tie"}, layers: 1, takes: "weighted share past",
		says: "the pair has acted before (weighted: how often)", formula: "x_ij",
		source: "Butts 2008; Stadtfeld, Hollway & Block 2017",
		bind:   func(b *binder, t *Term) (statistic, error) { return b.tie(t, false) },
	},
	{
		name: "recip", also: []string{"reciprocity"}, layers: 1, takes: "weighted share past",
		says: "the receiver has acted towards the sender before (weighted: how often)", formula: "x_ji",
		source: "Butts 2008",
		bind:   func(b *binder, t *Term) (statistic, error) { return b.tie(t, true) },
	},
}

func (b *binder) tie(t *Term, reverse bool) (statistic, error) {
	v, err := b.view(t, 0)
	if err == nil {
		err = b.bothWays(v)
	}
	if err == nil {
		err = t.decays(t.Weighted || t.Share)
	}
	if err != nil {
		return statistic{}, err
	}
	if t.Share {
		return b.tieShare(v, reverse)
	}
	weighted := t.Weighted
	return statistic{
		views: []*view{v},
		value: func(u *unit) float64 {
			i, j := u.i, u.j
			if reverse {
				i, j = j, i
			}
			x := v.out.rows[i].at(j)
			if weighted {
				return x * b.s.factor(v)
			}
			return one(x > 0)
		},
		touch: func(m *marks, _ *view, i, j int32) {
			if reverse {
				i, j = j, i
			}
			m.pair(i, j)
		},
	}, nil
}

// decays refuses a half-life where values are not read: a tie that has lost half its
// value is still one.
func (t *Term) decays(values bool) error {
	if t.HalfLife > 0 && !values {
		return errors.New("it reads whether there is a tie, and a half-life leaves a tie one; weighted: true (of third actors combine: min) reads values; or leave half_life out")
	}
	return nil
}

// tieShare is the share of a sender's events that went to the receiver, in reverse
// the share of the events towards the sender that came from it; before there are
// any, what all alike would have.
func (b *binder) tieShare(v *view, reverse bool) (statistic, error) {
	if !v.directed {
		return statistic{}, errors.New("a share of the sender's events needs a layer with a direction")
	}
	none := 1 / float64(len(b.s.data.Actors)-1)
	return statistic{
		views: []*view{v},
		value: func(u *unit) float64 {
			row := &v.out.rows[u.i]
			if reverse {
				row = &v.in.rows[u.i]
			}
			if row.sum == 0 {
				return none
			}
			return row.at(u.j) / row.sum
		},
		touch: func(m *marks, _ *view, i, j int32) {
			if reverse {
				i = j
			}
			m.actor(i, true)
		},
	}, nil
}
