package rem

// Terms of longer paths.
var pathTerms = []definition{
	{
		name: "four", layers: 1, takes: "ties",
		says:    "paths over two others: i has acted towards actors towards which others acted that acted towards j too",
		formula: "sum_{k, l} x_ik x_lk x_lj, all four different", source: "Stadtfeld, Hollway & Block 2017",
		bind: bindFour,
	},
	{
		name: "nodeTrans", layers: 1, one: true, takes: "of ties",
		says:    "transitive triples that begin at the receiver, or the sender; without direction twice the triangles",
		formula: "sum_{k, l} x_jk x_kl x_jl", source: "Stadtfeld, Hollway & Block 2017",
		bind: bindNodeTrans,
	},
}

func bindFour(b *binder, t *Term) (statistic, error) {
	v, err := b.view(t, 0)
	if err == nil {
		err = b.bothWays(v)
	}
	if err != nil {
		return statistic{}, err
	}
	return statistic{
		views: []*view{v},
		value: func(u *unit) float64 {
			total := 0.0
			// The path i -> k <- i -> j is none.
			back := 0.0
			if v.out.rows[u.i].at(u.j) > 0 {
				back = 1
			}
			v.out.rows[u.i].each(func(k int32, _ float64) {
				if k != u.j {
					total += common(&v.in.rows[k], &v.in.rows[u.j], byCount) - back
				}
			})
			return total
		},
		touch: func(m *marks, _ *view, a, c int32) {
			m.pair(a, c)
			v.in.rows[c].each(func(l int32, _ float64) { // a -> c <- l -> j
				v.out.rows[l].each(func(j int32, _ float64) { m.pair(a, j) })
			})
			v.in.rows[c].each(func(i int32, _ float64) { // i -> c <- a -> j
				v.out.rows[a].each(func(j int32, _ float64) { m.pair(i, j) })
			})
			v.out.rows[a].each(func(k int32, _ float64) { // i -> k <- a -> c
				v.in.rows[k].each(func(i int32, _ float64) { m.pair(i, c) })
			})
		},
	}, nil
}

func bindNodeTrans(b *binder, t *Term) (statistic, error) {
	v, err := b.view(t, 0)
	if err != nil {
		return statistic{}, err
	}
	sender, err := b.sender(t)
	if err != nil {
		return statistic{}, err
	}
	return statistic{
		views: []*view{v},
		value: func(u *unit) float64 {
			a := u.j
			if sender {
				a = u.i
			}
			total := 0.0
			v.out.rows[a].each(func(k int32, _ float64) {
				total += common(&v.out.rows[k], &v.out.rows[a], byCount)
			})
			return total
		},
		touch: func(m *marks, _ *view, a, c int32) {
			m.actor(a, sender)
			v.in.rows[a].each(func(other int32, _ float64) {
				if v.in.rows[c].at(other) > 0 {
					m.actor(other, sender)
				}
			})
		},
	}, nil
}
