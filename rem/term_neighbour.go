package rem

import (
	"errors"
	"fmt"
	"math"
)

// Terms of what an actor's neighbours are (goldfish calls them tertius). The
// neighbours of an actor are those who acted towards it.
var neighbourTerms = []definition{
	{
		name: "tertius", layers: 1, attrs: 1, one: true, takes: "of aggregate empty ties",
		says:    "a covariate over those who acted towards the receiver, or the sender; aggregate: average (the default), sum, min, max, sd; empty: what an actor without such has",
		formula: "e.g. the mean of a_k over k with x_kj > 0", source: "Stadtfeld, Hollway & Block 2017",
		bind: func(b *binder, t *Term) (statistic, error) {
			n, err := b.neighbours(t)
			if err != nil {
				return statistic{}, err
			}
			sender, err := b.sender(t)
			if err != nil {
				return statistic{}, err
			}
			return n.statistic(func(u *unit) float64 {
				a := u.j
				if sender {
					a = u.i
				}
				if x := n.of[a]; !math.IsNaN(x) {
					return x
				}
				return n.level
			}), nil
		},
	},
	{
		name: "tertiusDiff", layers: 1, attrs: 1, takes: "aggregate empty ties",
		says:    "by how much the sender differs from those who acted towards the receiver; aggregate and empty as for tertius",
		formula: "|a_i - the mean of a_k over k with x_kj > 0|", source: "Stadtfeld, Hollway & Block 2017",
		bind: func(b *binder, t *Term) (statistic, error) {
			n, err := b.neighbours(t)
			if err == nil && b.undirected() {
				err = errors.New("a pair without direction has no sender and no receiver")
			}
			if err != nil {
				return statistic{}, err
			}
			n.differences = n.mean
			return n.statistic(func(u *unit) float64 {
				if x := n.of[u.j]; !math.IsNaN(x) {
					return math.Abs(b.s.attr[n.attr][u.i] - x)
				}
				return n.difference
			}), nil
		},
	},
}

// neighbours keeps what the neighbours of each actor are, read anew when the state
// has changed.
type neighbours struct {
	s           *state
	v           *view
	attr        int
	fold        func([]float64) float64
	mean        bool // an actor without neighbours has the mean of the others
	differences bool
	version     int
	of          []float64 // NaN where there are no neighbours
	level       float64   // what an actor without has
	difference  float64   // the same of tertiusDiff
	scratch     []float64
}

func (b *binder) neighbours(t *Term) (*neighbours, error) {
	v, err := b.view(t, 0)
	if err != nil {
		return nil, err
	}
	n := &neighbours{s: b.s, v: v, version: -1, of: make([]float64, len(b.s.data.Actors))}
	if n.attr, err = b.attr(t, 0); err != nil {
		return nil, err
	}
	if n.fold, err = aggregate(t.Aggregate); err != nil {
		return nil, err
	}
	switch t.Empty {
	case "zero":
	case "mean":
		n.mean = true
	case "":
		// As goldfish has it: nobody is expected to have neighbours in a relation of
		// which nothing is known at the start.
		n.mean = v.layer >= 0 && v.window == 0 && len(b.s.data.Layers[v.layer].Start) > 0
	default:
		return nil, fmt.Errorf("empty is zero or mean, not %q", t.Empty)
	}
	return n, nil
}

func (n *neighbours) statistic(value func(u *unit) float64) statistic {
	return statistic{
		views: []*view{n.v}, attrs: []int{n.attr},
		touch: func(*marks, *view, int32, int32) {},
		// One change may reach every actor, through the mean.
		timed: true,
		value: func(u *unit) float64 {
			if n.version != n.s.version {
				n.read()
			}
			return value(u)
		},
	}
}

func (n *neighbours) read() {
	n.version = n.s.version
	attr := n.s.attr[n.attr]
	sum, some := 0.0, 0.0
	for a := range n.of {
		n.scratch = n.scratch[:0]
		n.v.in.rows[a].each(func(k int32, _ float64) { n.scratch = append(n.scratch, attr[k]) })
		n.of[a] = math.NaN()
		if len(n.scratch) > 0 {
			n.of[a] = n.fold(n.scratch)
			sum += n.of[a]
			some++
		}
	}
	n.level = 0
	if n.mean && some > 0 {
		n.level = sum / some
	}
	if !n.differences {
		return
	}
	sum, some = 0, 0
	n.difference = 0
	for i, x := range attr {
		for j, y := range n.of {
			if i != j && !math.IsNaN(y) {
				sum += math.Abs(x - y)
				some++
			}
		}
	}
	if some > 0 {
		n.difference = sum / some
	}
}
