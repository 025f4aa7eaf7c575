package rem

// Terms of the tie itself.
var tieTerms = []definition{
	{
		name: "intercept", also: []string{"baseline"},
		says: "the rate when all else is zero, in events per unit and unit of time", formula: "1",
		bind: func(*binder, *Term) (statistic, error) {
			return statistic{value: func(*unit) float64 { return 1 }}, nil
		},
	},
	{
		name: "inertia", also: []string{"tie"}, layers: 1,
		says: "the pair has acted before (weighted: how often)", formula: "x_ij",
		source: "Butts 2008; Stadtfeld, Hollway & Block 2017",
		bind:   func(b *binder, t *Term) (statistic, error) { return b.tie(t, false) },
	},
	{
		name: "recip", also: []string{"reciprocity"}, layers: 1,
		says: "the receiver has acted towards the sender before (weighted: how often)", formula: "x_ji",
		source: "Butts 2008",
		bind:   func(b *binder, t *Term) (statistic, error) { return b.tie(t, true) },
	},
}

func (b *binder) tie(t *Term, reverse bool) (statistic, error) {
	v, err := b.view(t, 0)
	if err != nil {
		return statistic{}, err
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
			switch {
			case x == 0:
				return 0
			case weighted:
				return x * b.s.factor(v)
			}
			return 1
		},
		touch: func(m *marks, _ *view, i, j int32) {
			if reverse {
				i, j = j, i
			}
			m.pair(i, j)
		},
	}, nil
}
