package rem

import (
	"errors"
	"fmt"
	"math"
	"slices"
)

// Terms of what an actor's neighbours are (goldfish calls them tertius). The
// neighbours of an actor are those who acted towards it.
var neighbourTerms = []definition{
	{
		name: "tertius", layers: 1, attrs: 1, one: true, takes: "of aggregate empty ties",
		says:    "a covariate over those who acted towards the receiver, or the sender; aggregate: average (the default), median, sum, min, max, sd; empty: what an actor without such has",
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
			return n.statistic(sender, func(u *unit) float64 {
				a := u.j
				if sender {
					a = u.i
				}
				if x := n.around(a); !math.IsNaN(x) {
					return x
				}
				return n.level()
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
			return n.statistic(false, func(u *unit) float64 {
				if x := n.around(u.j); !math.IsNaN(x) {
					return math.Abs(b.s.attr[n.attr][u.i] - x)
				}
				return n.difference()
			}), nil
		},
	},
}

// neighbours keeps what the neighbours of each actor are. Of an actor it is read anew
// when a tie towards it arises or ends or a neighbour changes; what those without
// neighbours have, when anybody's is.
type neighbours struct {
	s       *state
	v       *view
	attr    int
	fold    func([]float64) float64
	mean    bool      // an actor without neighbours has the mean of the others
	of      []float64 // NaN where there are no neighbours
	stale   []bool    // of is no longer that of now
	typical float64   // what an actor without has
	known   bool      // typical is that of now
	moved   bool      // somebody's has changed since units were marked
	scratch []float64
}

func (b *binder) neighbours(t *Term) (*neighbours, error) {
	v, err := b.view(t, 0)
	if err != nil {
		return nil, err
	}
	actors := len(b.s.data.Actors)
	n := &neighbours{s: b.s, v: v, of: make([]float64, actors), stale: slices.Repeat([]bool{true}, actors)}
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

// statistic makes a statistic of what is around the receiver, or the sender.
func (n *neighbours) statistic(sender bool, value func(u *unit) float64) statistic {
	n.v.turned = append(n.v.turned, func(_, j int32) { n.change(j) })
	n.s.altered = append(n.s.altered, func(covariate int, actor int32) {
		if covariate == n.attr {
			n.known, n.moved = false, true // the difference of those without is from all actors
			n.v.out.rows[actor].each(func(j int32, _ float64) { n.change(j) })
		}
	})
	// Those without neighbours have what the others have.
	without := func(m *marks) {
		if !n.mean || !n.moved {
			return
		}
		n.moved = false
		for a := range n.of {
			if n.v.in.rows[a].degree() == 0 {
				m.actor(int32(a), sender)
			}
		}
	}
	return statistic{
		views: []*view{n.v}, attrs: []int{n.attr}, value: value,
		touch: func(m *marks, _ *view, _, j int32) {
			m.actor(j, sender)
			without(m)
		},
		around: func(m *marks, covariate int, actor int32) {
			if covariate == n.attr {
				n.v.out.rows[actor].each(func(j int32, _ float64) { m.actor(j, sender) })
				without(m)
			}
		},
	}
}

func (n *neighbours) change(a int32) { n.stale[a], n.known, n.moved = true, false, true }

// around is what the neighbours of an actor are; NaN without any.
func (n *neighbours) around(a int32) float64 {
	if n.stale[a] {
		attr := n.s.attr[n.attr]
		n.scratch = n.scratch[:0]
		n.v.in.rows[a].each(func(k int32, _ float64) { n.scratch = append(n.scratch, attr[k]) })
		n.of[a], n.stale[a] = math.NaN(), false
		if len(n.scratch) > 0 {
			n.of[a] = n.fold(n.scratch)
		}
	}
	return n.of[a]
}

// level is the mean of what the neighbours of actors with neighbours are.
func (n *neighbours) level() float64 {
	if n.mean && !n.known {
		sum, some := 0.0, 0.0
		for a := range n.of {
			if x := n.around(int32(a)); !math.IsNaN(x) {
				sum += x
				some++
			}
		}
		n.typical, n.known = sum/max(1, some), true
	}
	return n.typical
}

// difference is the mean difference between an actor and what is around another, over
// all pairs for which there is one.
func (n *neighbours) difference() float64 {
	if !n.mean || n.known {
		return n.typical
	}
	attr := n.s.attr[n.attr]
	sorted := slices.Clone(attr)
	slices.Sort(sorted)
	below := make([]float64, len(sorted)+1) // sums of the first
	for k, x := range sorted {
		below[k+1] = below[k] + x
	}
	all := below[len(sorted)]
	sum, some := 0.0, 0.0
	for a, own := range attr {
		y := n.around(int32(a))
		if math.IsNaN(y) {
			continue
		}
		k, _ := slices.BinarySearch(sorted, y)
		sum += y*float64(k) - below[k] + (all - below[k]) - y*float64(len(sorted)-k) - math.Abs(own-y)
		some += float64(len(sorted) - 1)
	}
	n.typical, n.known = sum/max(1, some), true
	return n.typical
}
