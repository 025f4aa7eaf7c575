package rem

import "strings"

// Terms of how active or popular an actor is.
var degreeTerms = []definition{
	{
		name: "indeg", also: []string{"indegree"}, layers: 1, one: true, takes: "of weighted share past",
		says: "how many actors have acted towards the receiver, or the sender (weighted: how often)", formula: "sum_k x_kj",
		source: "Butts 2008; Stadtfeld, Hollway & Block 2017",
		bind:   func(b *binder, t *Term) (statistic, error) { return b.degree(t, true, false) },
	},
	{
		name: "outdeg", also: []string{"outdegree"}, layers: 1, one: true, takes: "of weighted share past",
		says: "towards how many actors the receiver, or the sender, has acted (weighted: how often)", formula: "sum_k x_jk",
		source: "Butts 2008; Stadtfeld, Hollway & Block 2017",
		bind:   func(b *binder, t *Term) (statistic, error) { return b.degree(t, false, true) },
	},
	{
		name: "degree", also: []string{"totaldegree"}, layers: 1, one: true, takes: "of weighted share past",
		says: "with how many actors the receiver, or the sender, has acted (weighted: how often, in plus out)", formula: "sum_k x_jk (+ x_kj where the layer is directed)",
		source: "Butts 2008",
		bind:   func(b *binder, t *Term) (statistic, error) { return b.degree(t, true, true) },
	},
	degreeOfEvents("indegreeSender", "events towards the sender, all counted", "sum_k x_ki", true, false),
	degreeOfEvents("indegreeReceiver", "events towards the receiver, all counted", "sum_k x_kj", true, false),
	degreeOfEvents("outdegreeSender", "events of the sender, all counted", "sum_k x_ik", false, true),
	degreeOfEvents("outdegreeReceiver", "events of the receiver, all counted", "sum_k x_jk", false, true),
	degreeOfEvents("totaldegreeSender", "events of the sender and towards it, all counted", "sum_k x_ik + x_ki", true, true),
	degreeOfEvents("totaldegreeReceiver", "events of the receiver and towards it, all counted", "sum_k x_jk + x_kj", true, true),
	{
		name: "activity", layers: 1, one: true, takes: "of past",
		says: "past events of the receiver, or the sender, as a sender or without direction; of a single actor in a rate model", formula: "sum_e w_e over events of j",
		bind: func(b *binder, t *Term) (statistic, error) {
			v, err := b.layer(t, 0)
			if err != nil {
				return statistic{}, err
			}
			sender, err := b.sender(t)
			if err != nil {
				return statistic{}, err
			}
			return statistic{timed: true, value: func(u *unit) float64 {
				if sender {
					return v.sent[u.i] * b.s.factor(v)
				}
				return v.sent[u.j] * b.s.factor(v)
			}}, nil
		},
	},
	{
		name: "degreeSum", also: []string{"totaldegreeDyad"}, layers: 1, takes: "weighted share past", says: "the degrees of the two together", formula: "deg_i + deg_j",
		bind: func(b *binder, t *Term) (statistic, error) {
			return b.degrees(t, 2, func(x, y float64) float64 { return x + y })
		},
	},
	{
		name: "degreeMin", layers: 1, takes: "weighted share past", says: "the smaller degree of the two", formula: "min(deg_i, deg_j)",
		bind: func(b *binder, t *Term) (statistic, error) {
			return b.degrees(t, 1, func(x, y float64) float64 { return min(x, y) })
		},
	},
	{
		name: "degreeMax", layers: 1, takes: "weighted share past", says: "the larger degree of the two", formula: "max(deg_i, deg_j)",
		bind: func(b *binder, t *Term) (statistic, error) {
			return b.degrees(t, 1, func(x, y float64) float64 { return max(x, y) })
		},
	},
	{
		name: "degreeDiff", layers: 1, takes: "weighted past", says: "by how much the degrees of the two differ", formula: "|deg_i - deg_j|",
		bind: func(b *binder, t *Term) (statistic, error) {
			return b.degrees(t, 1, func(x, y float64) float64 { return max(x-y, y-x) })
		},
	},
}

// degreeOfEvents is a degree by the name that says whose it is, of values.
func degreeOfEvents(name, says, formula string, in, out bool) definition {
	sender := strings.HasSuffix(name, "Sender")
	return definition{
		name: name, layers: 1, one: sender, takes: "share past", says: says, formula: formula, source: "Meijerink-Bosman et al. 2023",
		bind: func(b *binder, t *Term) (statistic, error) {
			c := *t
			c.Weighted, c.Of = true, "receiver"
			if sender {
				c.Of = "sender"
			}
			return b.degree(&c, in, out)
		},
	}
}

// degreeOf returns what reads the degree of an actor in a view.
func (b *binder) degreeOf(t *Term, in, out bool) (v *view, of func(a int32) float64, err error) {
	if v, err = b.view(t, 0); err != nil {
		return nil, nil, err
	}
	weighted := t.Weighted || t.Share
	if err = t.decays(weighted); err != nil {
		return nil, nil, err
	}
	read := func(a *adjacency, k int32) float64 {
		if weighted {
			return a.rows[k].sum * b.s.factor(v)
		}
		return float64(a.rows[k].degree())
	}
	return v, func(k int32) float64 {
		switch {
		case !in || !v.directed:
			return read(v.out, k)
		case !out:
			return read(v.in, k)
		case weighted:
			return read(v.out, k) + read(v.in, k)
		}
		return read(v.out, k) + read(v.in, k) - common(&v.out.rows[k], &v.in.rows[k], byCount)
	}, nil
}

// divide turns a degree into a share of all events, or of both their ends where a
// degree counts both; before the first event all actors have alike.
func (b *binder) divide(t *Term, v *view, st statistic, ends float64) statistic {
	if !t.Share {
		return st
	}
	raw, n := st.value, float64(len(b.s.data.Actors))
	version, all := -1, 0.0
	st.timed = true // any event changes the share of every actor
	st.value = func(u *unit) float64 {
		if version != b.s.version {
			version, all = b.s.version, 0
			for k := range v.out.rows {
				all += v.out.rows[k].sum
			}
			if !v.directed {
				all /= 2
			}
		}
		switch {
		case all > 0:
			return raw(u) / (ends * all * b.s.factor(v))
		case len(b.s.latest) == 0:
			return 1 / n
		}
		return 0
	}
	return st
}

func (b *binder) degree(t *Term, in, out bool) (statistic, error) {
	v, of, err := b.degreeOf(t, in, out)
	if err != nil {
		return statistic{}, err
	}
	sender, err := b.sender(t)
	if err != nil {
		return statistic{}, err
	}
	ends := 1.0
	if in && out && v.directed {
		ends = 2
	}
	return b.divide(t, v, statistic{
		views: []*view{v},
		value: func(u *unit) float64 {
			if sender {
				return of(u.i)
			}
			return of(u.j)
		},
		touch: func(m *marks, _ *view, i, j int32) {
			for _, a := range [2]int32{i, j} {
				if a == i && !out && v.directed || a == j && !in && v.directed {
					continue
				}
				m.actor(a, sender)
			}
		},
	}, ends), nil
}

func (b *binder) degrees(t *Term, ends float64, join func(x, y float64) float64) (statistic, error) {
	v, of, err := b.degreeOf(t, true, true)
	if err != nil {
		return statistic{}, err
	}
	return b.divide(t, v, statistic{
		views: []*view{v},
		value: func(u *unit) float64 { return join(of(u.i), of(u.j)) },
		touch: func(m *marks, _ *view, i, j int32) {
			m.actor(i, true)
			m.actor(i, false)
			m.actor(j, true)
			m.actor(j, false)
		},
	}, ends), nil
}
