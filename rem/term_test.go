package rem

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// past is a network as a dense table, for formulas written out.
type past struct {
	n      int
	x      [][]float64 // value of the tie i -> j
	a      []float64   // covariate
	empty  bool        // the layer had no ties at the start
	latest *Event
}

func (p *past) tie(i, j int) float64 {
	if p.x[i][j] != 0 {
		return 1
	}
	return 0
}

// two sums f over third actors.
func (p *past) two(i, j int, f func(k int) float64) (sum float64) {
	for k := range p.n {
		if k != i && k != j {
			sum += f(k)
		}
	}
	return sum
}

func (p *past) all(f func(k int) float64) (sum float64) {
	for k := range p.n {
		sum += f(k)
	}
	return sum
}

func (p *past) tertius(j int) (float64, bool) {
	sum := p.all(func(k int) float64 { return p.tie(k, j) * p.a[k] })
	n := p.all(func(k int) float64 { return p.tie(k, j) })
	return sum / n, n > 0
}

// written are the dyadic terms as their formulas say, over tables.
var written = map[string]func(p *past, i, j int) float64{
	"inertia": func(p *past, i, j int) float64 { return p.tie(i, j) },
	"recip":   func(p *past, i, j int) float64 { return p.tie(j, i) },
	"indeg":   func(p *past, _, j int) float64 { return p.all(func(k int) float64 { return p.tie(k, j) }) },
	"outdeg":  func(p *past, _, j int) float64 { return p.all(func(k int) float64 { return p.tie(j, k) }) },
	"degree": func(p *past, _, j int) float64 {
		return p.all(func(k int) float64 { return max(p.tie(j, k), p.tie(k, j)) })
	},

	"indegreeSender":      func(p *past, i, _ int) float64 { return p.all(func(k int) float64 { return p.x[k][i] }) },
	"indegreeReceiver":    func(p *past, _, j int) float64 { return p.all(func(k int) float64 { return p.x[k][j] }) },
	"outdegreeSender":     func(p *past, i, _ int) float64 { return p.all(func(k int) float64 { return p.x[i][k] }) },
	"outdegreeReceiver":   func(p *past, _, j int) float64 { return p.all(func(k int) float64 { return p.x[j][k] }) },
	"totaldegreeSender":   func(p *past, i, _ int) float64 { return p.all(func(k int) float64 { return p.x[i][k] + p.x[k][i] }) },
	"totaldegreeReceiver": func(p *past, _, j int) float64 { return p.all(func(k int) float64 { return p.x[j][k] + p.x[k][j] }) },

	"trans": func(p *past, i, j int) float64 {
		return p.two(i, j, func(k int) float64 { return p.tie(i, k) * p.tie(k, j) })
	},
	"cycle": func(p *past, i, j int) float64 {
		return p.two(i, j, func(k int) float64 { return p.tie(j, k) * p.tie(k, i) })
	},
	"commonSender": func(p *past, i, j int) float64 {
		return p.two(i, j, func(k int) float64 { return p.tie(k, i) * p.tie(k, j) })
	},
	"commonReceiver": func(p *past, i, j int) float64 {
		return p.two(i, j, func(k int) float64 { return p.tie(i, k) * p.tie(j, k) })
	},
	"four": func(p *past, i, j int) float64 {
		return p.two(i, j, func(k int) float64 {
			return p.two(i, j, func(l int) float64 {
				if k == l {
					return 0
				}
				return p.tie(i, k) * p.tie(l, k) * p.tie(l, j)
			})
		})
	},
	"nodeTrans": func(p *past, _, j int) float64 {
		return p.all(func(k int) float64 {
			return p.all(func(l int) float64 { return p.tie(j, k) * p.tie(k, l) * p.tie(j, l) })
		})
	},
	"tertius": func(p *past, _, j int) float64 {
		if x, ok := p.tertius(j); ok || p.empty {
			return x
		}
		sum, n := 0.0, 0.0
		for v := range p.n {
			if x, ok := p.tertius(v); ok {
				sum += x
				n++
			}
		}
		return sum / n
	},
	"tertiusDiff": func(p *past, i, j int) float64 {
		if x, ok := p.tertius(j); ok {
			return math.Abs(p.a[i] - x)
		}
		if p.empty {
			return 0
		}
		sum, n := 0.0, 0.0
		for u := range p.n {
			for v := range p.n {
				if x, ok := p.tertius(v); ok && u != v {
					sum += math.Abs(p.a[u] - x)
					n++
				}
			}
		}
		return sum / n
	},
	"ego":     func(p *past, i, _ int) float64 { return p.a[i] },
	"alter":   func(p *past, _, j int) float64 { return p.a[j] },
	"diff":    func(p *past, i, j int) float64 { return math.Abs(p.a[i] - p.a[j]) },
	"sim":     func(p *past, i, j int) float64 { return -math.Abs(p.a[i] - p.a[j]) },
	"average": func(p *past, i, j int) float64 { return (p.a[i] + p.a[j]) / 2 },
	"minimum": func(p *past, i, j int) float64 { return min(p.a[i], p.a[j]) },
	"maximum": func(p *past, i, j int) float64 { return max(p.a[i], p.a[j]) },
	"psABBA":  func(p *past, i, j int) float64 { return p.shift(func(a, b int) bool { return i == b && j == a }) },
	"psABAB":  func(p *past, i, j int) float64 { return p.shift(func(a, b int) bool { return i == a && j == b }) },
	"psABBY":  func(p *past, i, j int) float64 { return p.shift(func(a, b int) bool { return i == b && j != a }) },
	"psABXA":  func(p *past, i, j int) float64 { return p.shift(func(a, b int) bool { return i != b && j == a }) },
	"psABXB":  func(p *past, i, j int) float64 { return p.shift(func(a, b int) bool { return i != a && j == b }) },
	"psABXY": func(p *past, i, j int) float64 {
		return p.shift(func(a, b int) bool { return i != a && i != b && j != a && j != b })
	},
	"psABAY": func(p *past, i, j int) float64 { return p.shift(func(a, b int) bool { return i == a && j != b }) },
	"psABA":  func(p *past, i, _ int) float64 { return p.shift(func(a, _ int) bool { return i == a }) },
	"psABB":  func(p *past, i, _ int) float64 { return p.shift(func(_, b int) bool { return i == b }) },
	"psABX":  func(p *past, i, _ int) float64 { return p.shift(func(a, b int) bool { return i != a && i != b }) },
}

func (p *past) shift(holds func(a, b int) bool) float64 {
	if e := p.latest; e != nil && holds(int(e.From[0]), int(e.To[0])) {
		return 1
	}
	return 0
}

// dividedAsWritten are the terms divided by what they could be.
var dividedAsWritten = map[string]func(p *past, i, j int) float64{
	"inertia": func(p *past, i, j int) float64 {
		return ratio(p.x[i][j], written["outdegreeSender"](p, i, j), 1/float64(p.n-1))
	},
	"recip": func(p *past, i, j int) float64 {
		return ratio(p.x[j][i], written["indegreeSender"](p, i, j), 1/float64(p.n-1))
	},
	"indegreeReceiver": func(p *past, i, j int) float64 {
		return ratio(written["indegreeReceiver"](p, i, j), p.events(), 1/float64(p.n))
	},
	"totaldegreeSender": func(p *past, i, j int) float64 {
		return ratio(written["totaldegreeSender"](p, i, j), 2*p.events(), 1/float64(p.n))
	},
}

func (p *past) events() float64 {
	return p.all(func(i int) float64 { return p.all(func(j int) float64 { return p.x[i][j] }) })
}

func ratio(a, b, none float64) float64 {
	if b == 0 {
		return none
	}
	return a / b
}

// Every dyadic term has at every moment, for every pair, the value that its formula
// gives from the events one by one.
func TestTermsAsWritten(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	const n = 7
	data := &Data{Actors: strings.Split("ABCDEFG", ""), Kinds: []string{"visit", "treaty"},
		Covariates: []Covariate{{Name: "a", Start: []float64{1, 4, 0, 2, 2, 9, 3}, Changes: []CovariateChange{{12.5, 3, 7}, {30.5, 0, -2}}}},
		Layers:     []Layer{{Name: "known", Directed: true, Start: []Cell{{0, 1, 1}, {2, 1, 2}}}}}
	for k := range 60 {
		i := r.Int32N(n)
		e := Event{Time: float64(k), From: []int32{i}, To: []int32{(i + 1 + r.Int32N(n-1)) % n}, Value: 1, Kind: int16(k % 2)}
		data.Events = append(data.Events, e)
		e.Time += .25
		if k%3 == 0 {
			data.Layers[0].Events = append(data.Layers[0].Events, e)
		}
	}
	var m Model
	var formula []func(p *past, i, j int) float64
	var layered []string
	add := func(term Term, f func(p *past, i, j int) float64) {
		m.Terms = append(m.Terms, term)
		formula = append(formula, f)
		layered = append(layered, strings.Join(term.On, "")+strings.Join(term.Kinds, ""))
	}
	check := func() {
		m.Family, m.Directed = REM, true
		d, err := Prepare(t.Context(), data, &m)
		if err != nil {
			t.Fatal(err)
		}
		values := 0
		if err := d.Each(t.Context(), func(mo *Moment) error {
			pasts := map[string]*past{}
			for _, name := range layered {
				if pasts[name] != nil {
					continue
				}
				p := &past{n: n, a: slices.Clone(data.Covariates[0].Start), empty: name != "known"}
				for range n {
					p.x = append(p.x, make([]float64, n))
				}
				for _, c := range data.Covariates[0].Changes {
					if c.Time < mo.Time {
						p.a[c.Actor] = c.Value
					}
				}
				events := data.Events
				if name == "known" {
					events = data.Layers[0].Events
					for _, c := range data.Layers[0].Start {
						p.x[c.From][c.To] += c.Value
					}
				}
				for k := range events {
					if e := &events[k]; e.Time < mo.Time && (name != "treaty" || e.Kind == 1) {
						p.x[e.From[0]][e.To[0]] += e.Value
					}
				}
				if mo.Event > 0 {
					p.latest = &data.Events[mo.Event-1]
				}
				pasts[name] = p
			}
			for row := range mo.Rows() {
				from, to := mo.Actors(row)
				for k, got := range mo.Statistics(row) {
					want := formula[k](pasts[layered[k]], int(from[0]), int(to[0]))
					if pasts[layered[k]].empty && math.IsNaN(want) {
						want = 0
					}
					values++
					if math.Abs(got-want) > 1e-12 {
						t.Fatalf("event %d, %s -> %s, %s: %v, by hand %v", mo.Event, data.Actors[from[0]], data.Actors[to[0]], d.Terms[k], got, want)
					}
				}
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		m.Terms, formula, layered = nil, nil, nil
		t.Logf("%d values", values)
	}
	names := make([]string, 0, len(written))
	for name := range written {
		names = append(names, name)
	}
	slices.Sort(names)
	of := func(name string) Term {
		def, err := find(name, false)
		if err != nil {
			t.Fatal(err)
		}
		term := Term{Term: name}
		if def.attrs > 0 {
			term.Attr = []string{"a"}
		}
		return term
	}
	for _, name := range names {
		add(of(name), written[name])
	}
	check()
	for _, name := range names {
		if def, _ := find(name, false); def.layers > 0 {
			term := of(name)
			term.On = []string{"known"}
			add(term, written[name])
			term.On, term.Kinds = nil, []string{"treaty"}
			add(term, written[name])
		}
	}
	check()
	for name, f := range dividedAsWritten {
		term := of(name)
		term.Share = true
		add(term, f)
	}
	add(Term{Term: "diff", Attr: []string{"a"}, Signed: true}, func(p *past, i, j int) float64 { return p.a[i] - p.a[j] })
	check()
	for _, d := range catalogue {
		if _, ok := written[d.name]; !ok && !d.sets && !slices.Contains([]string{"intercept", "degreeSum", "degreeMin", "degreeMax", "degreeDiff", "activity", "same", "egoAlterInt"}, d.name) && !strings.HasPrefix(d.name, "mixed") && !strings.Contains(d.name, "rec") && !strings.HasPrefix(d.name, "rrank") {
			t.Errorf("term %s is not written out", d.name)
		}
	}
}
