package corridor

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"entente"
)

// Range is what is known of a quantity: it lies from Low to High. The zero value is
// a known 0.
type Range struct{ Low, High float64 }

// Unknown is the range of a capacity or cost of which nothing is known.
var Unknown = Range{0, math.Inf(1)}

// Exactly is the range of a known number.
func Exactly(x float64) Range { return Range{x, x} }

// Known reports whether the range is one number.
func (r Range) Known() bool { return r.Low == r.High }

func (r Range) String() string {
	number := func(x float64) string { return strconv.FormatFloat(x, 'g', -1, 64) }
	switch {
	case r == Unknown:
		return "unknown"
	case r.Known():
		return number(r.Low)
	case math.IsInf(r.High, 1):
		return "at least " + number(r.Low)
	}
	return number(r.Low) + ".." + number(r.High)
}

// Edge is a leg between two nodes, given by their places in Nodes.
type Edge struct {
	ID             string
	From, To       int
	Capacity, Cost Range
}

// Network is a set of legs between named nodes with what is known of their
// quantities. Its methods answer in the same units, by exact arithmetic on decimals;
// where a quantity is a range they answer for its best and its worst end.
type Network struct {
	Name     string
	Nodes    []string
	Edges    []Edge
	Directed bool

	CapacityUnit, CostUnit string
	// Notes say what a reader of any answer must know, such as what is unknown.
	Notes []string

	graph *Graph
	place map[string]int
	// Of a case: names of the nodes beside their ids, and ids and names of others.
	labels    []string
	elsewhere []string
}

// Node finds a node by name; an unknown one is an error that names the nearest.
func (n *Network) Node(name string) (int, error) {
	if n.place == nil {
		n.place = make(map[string]int, len(n.Nodes))
		for i, node := range n.Nodes {
			n.place[node] = i
		}
	}
	if i, ok := n.place[name]; ok {
		return i, nil
	}
	key := entente.Fold(name)
	for i, label := range n.labels {
		if entente.Fold(label) == key || entente.Fold(n.Nodes[i]) == key {
			return i, nil
		}
	}
	if near := nearest(name, slices.Concat(n.Nodes, n.labels, n.elsewhere)); near != "" {
		return 0, fmt.Errorf("no node %q; did you mean %q?", name, near)
	}
	if len(n.Nodes) <= 60 {
		return 0, fmt.Errorf("no node %q; there are %s", name, strings.Join(n.Nodes, ", "))
	}
	return 0, fmt.Errorf("no node %q among %d nodes", name, len(n.Nodes))
}

// Ends finds two different nodes.
func (n *Network) Ends(from, to string) (s, t int, err error) {
	s, err = n.Node(from)
	if err == nil {
		t, err = n.Node(to)
	}
	if err == nil && s == t {
		err = fmt.Errorf("from and to are the same node %q", n.Nodes[s])
	}
	return s, t, err
}

// between is the network's shape with two different nodes of it.
func (n *Network) between(from, to string) (g *Graph, s, t int, err error) {
	if s, t, err = n.Ends(from, to); err == nil {
		g, err = n.Graph()
	}
	return g, s, t, err
}

// Graph is the network's shape, made at the first call.
func (n *Network) Graph() (*Graph, error) {
	if n.graph != nil {
		return n.graph, nil
	}
	u, v := make([]int32, len(n.Edges)), make([]int32, len(n.Edges))
	for i, e := range n.Edges {
		if e.From == e.To {
			return nil, fmt.Errorf("edge %q joins a node to itself", e.ID)
		}
		u[i], v[i] = int32(e.From), int32(e.To)
	}
	g, err := NewGraph(len(n.Nodes), u, v, n.Directed)
	n.graph = g
	return g, err
}

// Unit is a copy in which every leg carries one: a flow is then a number of routes
// that share no leg, whatever the capacities are.
func (n *Network) Unit() *Network {
	c := *n
	c.Edges = slices.Clone(n.Edges)
	for i := range c.Edges {
		c.Edges[i].Capacity = Exactly(1)
	}
	c.CapacityUnit = "routes that share no leg"
	return &c
}

// settled is a network whose capacities are numbers, for questions that need them. Of
// ranges with two ends it takes the end asked for; where some capacity has no bound
// every leg counts one. A note says which.
func (n *Network) settled(which end) *Network {
	unknown := len(n.UnknownCapacities())
	if unknown == 0 {
		return n
	}
	if slices.ContainsFunc(n.Edges, func(e Edge) bool { return math.IsInf(e.Capacity.High, 1) }) {
		n = n.Unit()
		n.Notes = append(slices.Clone(n.Notes), "capacities are not all known, so every leg counts one: flows are numbers of routes that share no leg")
		return n
	}
	c := *n
	c.Edges = slices.Clone(n.Edges)
	name := "least"
	for i := range c.Edges {
		r := &c.Edges[i].Capacity
		*r = Exactly(r.Low)
		if which == best {
			*r = Exactly(n.Edges[i].Capacity.High)
			name = "greatest"
		}
	}
	c.Notes = append(slices.Clone(n.Notes), fmt.Sprintf("%d capacities are ranges; here each is the %s of its range", unknown, name))
	return &c
}

// Assume is a copy in which legs of unknown capacity have the given one. It is a
// scenario, not a fact, and the copy's notes say so.
func (n *Network) Assume(capacity float64) *Network {
	c := *n
	c.Edges, c.Notes = slices.Clone(n.Edges), slices.Clone(n.Notes)
	count := 0
	for i := range c.Edges {
		if c.Edges[i].Capacity == Unknown {
			c.Edges[i].Capacity = Exactly(capacity)
			count++
		}
	}
	c.Notes = append(c.Notes, fmt.Sprintf("a scenario: %d legs of unknown capacity are taken to carry %v", count, capacity))
	return &c
}

// UnknownCapacities lists the edges whose capacity is not one number.
func (n *Network) UnknownCapacities() (ids []string) {
	for _, e := range n.Edges {
		if !e.Capacity.Known() {
			ids = append(ids, e.ID)
		}
	}
	return ids
}

func (n *Network) knownCosts() bool {
	return !slices.ContainsFunc(n.Edges, func(e Edge) bool { return !e.Cost.Known() })
}

// ids names edges.
func (n *Network) ids(edges []int) []string {
	ids := make([]string, len(edges))
	for i, e := range edges {
		ids[i] = n.Edges[e].ID
	}
	return ids
}

// scale turns decimals into whole numbers: a value times Factor.
type scale struct{ factor float64 }

const exact = 1 << 53 // whole numbers up to here are exact as floating point

// scaleOf finds the scale on which all finite values are whole numbers, or as nearly
// as their sum allows.
func scaleOf(what string, values func(yield func(float64) bool)) (scale, error) {
	digits, total := 0, 0.0
	for x := range values {
		if math.IsInf(x, 0) {
			continue
		}
		total += x
		if x != math.Trunc(x) {
			text := strconv.FormatFloat(x, 'f', -1, 64)
			for i := range text {
				if text[i] == '.' {
					digits = max(digits, len(text)-i-1)
				}
			}
		}
	}
	s := scale{1}
	for range digits {
		if total*s.factor*10 >= exact {
			break
		}
		s.factor *= 10
	}
	if total >= exact {
		return s, fmt.Errorf("the sum of %s passes 2^53; use a larger unit", what)
	}
	for x := range values {
		if !math.IsInf(x, 0) && math.Abs(float64(s.whole(x))/s.factor-x) > 1e-9*x {
			return s, fmt.Errorf("%s of %g and of %g in all differ too much to be added exactly; use another unit or fewer decimals", what, x, total)
		}
	}
	return s, nil
}

func (s scale) whole(x float64) int64  { return int64(math.Round(x * s.factor)) }
func (s scale) number(x int64) float64 { return float64(x) / s.factor }

// end chooses between the two ends of all ranges.
type end bool

const (
	worst end = false // least capacity, greatest cost
	best  end = true
)

// wholes are a network's quantities as whole numbers, at one end of their ranges.
type wholes struct {
	capacity, cost           []int64
	unbounded                int64 // capacity that stands for any; a flow of it or more has no known limit
	capacityScale, costScale scale
}

// wholes reads the quantities. The scale is that of both ends.
func (n *Network) wholes(which end) (*wholes, error) {
	ends := func(of func(Edge) Range) func(func(float64) bool) {
		return func(yield func(float64) bool) {
			for _, e := range n.Edges {
				r := of(e)
				if !yield(r.Low) || r.High != r.Low && !yield(r.High) {
					return
				}
			}
		}
	}
	capacity := func(e Edge) Range { return e.Capacity }
	cost := func(e Edge) Range { return e.Cost }
	w := &wholes{capacity: make([]int64, len(n.Edges)), cost: make([]int64, len(n.Edges))}
	var err1, err2 error
	w.capacityScale, err1 = scaleOf("capacities", ends(capacity))
	w.costScale, err2 = scaleOf("costs", ends(cost))
	if err := errors.Join(err1, err2); err != nil {
		return nil, err
	}
	w.unbounded = 1
	for i, e := range n.Edges {
		x, c := e.Capacity.Low, e.Cost.High
		if which == best {
			x, c = e.Capacity.High, e.Cost.Low
		}
		if math.IsInf(x, 1) {
			w.capacity[i] = -1
		} else {
			w.capacity[i] = w.capacityScale.whole(x)
			w.unbounded += w.capacity[i]
		}
		if w.cost[i] = Closed; !math.IsInf(c, 1) {
			w.cost[i] = w.costScale.whole(c)
		}
	}
	for i, x := range w.capacity {
		if x < 0 {
			w.capacity[i] = w.unbounded
		}
	}
	return w, nil
}

// nearest returns the candidate that differs least from what was typed, or "" when
// none is near.
func nearest(typed string, candidates []string) (near string) {
	least := 1 + min(3, len([]rune(typed))/3)
	for _, c := range candidates {
		if d := edits([]rune(typed), []rune(c), least); d < least {
			near, least = c, d
		}
	}
	return near
}

// edits counts the letters to insert, remove, replace or swap (optimal string
// alignment), up to the limit.
func edits(a, b []rune, limit int) int {
	if len(a)-len(b) >= limit || len(b)-len(a) >= limit {
		return limit
	}
	before, above, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range a {
		before, above, row = above, row, before
		row[0] = i + 1
		for j := range b {
			change := above[j]
			if a[i] != b[j] {
				change++
			}
			row[j+1] = min(change, above[j+1]+1, row[j]+1)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				row[j+1] = min(row[j+1], before[j-1]+1)
			}
		}
	}
	return row[len(b)]
}
