package corridor

import (
	"container/heap"
	"context"
	"slices"
)

// item is a node at a distance, waiting in a queue.
type item struct {
	key  int64
	node int32
}

// queue is a heap of four children a node, smallest distance first; what has become
// stale is passed over by the reader.
type queue []item

func (q *queue) push(key int64, node int32) {
	h := append(*q, item{})
	i := len(h) - 1
	for i > 0 {
		p := (i - 1) / 4
		if h[p].key <= key {
			break
		}
		h[i] = h[p]
		i = p
	}
	h[i] = item{key, node}
	*q = h
}

func (q *queue) pop() item {
	h := *q
	top, last := h[0], h[len(h)-1]
	h = h[:len(h)-1]
	*q = h
	if len(h) == 0 {
		return top
	}
	i := 0
	for {
		c := 4*i + 1
		if c >= len(h) {
			break
		}
		least := c
		for k := c + 1; k < min(c+4, len(h)); k++ {
			if h[k].key < h[least].key {
				least = k
			}
		}
		if h[least].key >= last.key {
			break
		}
		h[i] = h[least]
		i = least
	}
	h[i] = last
	return top
}

// Distances returns the least cost of a way from s to every node, [Unreachable]
// where there is none (Dijkstra 1959). Costs are whole numbers from 0, one for each
// edge, with a sum below 2^62; an edge with cost [Closed] is not used.
func (g *Graph) Distances(cost []int64, s int) []int64 {
	d := newDistances(g)
	d.run(cost, int32(s), -1, false)
	return d.at
}

// distances is the room that searches by cost need.
type distances struct {
	g  *Graph
	at []int64
	q  queue
}

func newDistances(g *Graph) *distances { return &distances{g: g, at: make([]int64, g.N())} }

// run fills the distances from s, or against the direction of edges those to s. With
// a target from 0 it ends there; then only smaller distances are final.
func (d *distances) run(cost []int64, s, target int32, against bool) {
	g := d.g
	for i := range d.at {
		d.at[i] = Unreachable
	}
	d.q = d.q[:0]
	d.at[s] = 0
	d.q.push(0, s)
	for len(d.q) > 0 {
		top := d.q.pop()
		v := top.node
		if top.key > d.at[v] {
			continue
		}
		if v == target {
			return
		}
		for _, a := range g.arcs[g.start[v]:g.start[v+1]] {
			if g.directed && (a.edge&1 == 0) == against {
				continue
			}
			c := cost[a.edge>>1]
			if c < 0 {
				continue
			}
			if c += top.key; c < d.at[a.to] {
				d.at[a.to] = c
				d.q.push(c, a.to)
			}
		}
	}
}

// Route is a way without loops and what it costs.
type Route struct {
	Cost  int64
	Edges []int // in the order of travel
}

// Routes returns up to k loopless routes from s to t, cheapest first (Yen 1971, with
// the saving of Lawler 1972). Of routes that cost the same, the one whose edges come
// first is first. There are none where nothing joins s and t, or where they are one.
func (g *Graph) Routes(ctx context.Context, cost []int64, s, t, k int) ([]Route, error) {
	if s == t || k < 1 {
		return nil, nil
	}
	y := &yen{g: g, cost: slices.Clone(cost), d: newDistances(g), left: make([]bool, g.N()), t: int32(t)}
	y.d.run(y.cost, y.t, -1, true)
	y.rest = slices.Clone(y.d.at)
	for i := range y.d.at {
		y.d.at[i] = Unreachable
	}
	first, ok := y.spur(int32(s), nil)
	if !ok {
		return nil, nil
	}
	var routes []Route
	waiting := &candidates{{Route: first}}
	for len(*waiting) > 0 {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		best := heap.Pop(waiting).(candidate)
		if routes = append(routes, best.Route); len(routes) == k {
			break
		}
		// Every way that leaves the best one at or after its own spur.
		v, spent := int32(s), int64(0)
		for i := 0; i <= len(best.Edges)-1; i++ {
			if i >= best.spur {
				var shut []int32
				for _, r := range routes {
					if len(r.Edges) > i && slices.Equal(r.Edges[:i], best.Edges[:i]) && !slices.Contains(shut, int32(r.Edges[i])) {
						shut = append(shut, int32(r.Edges[i]))
					}
				}
				if way, ok := y.spur(v, shut); ok {
					edges := slices.Concat(best.Edges[:i], way.Edges)
					heap.Push(waiting, candidate{Route{spent + way.Cost, edges}, i})
				}
			}
			y.left[v] = true
			e := best.Edges[i]
			spent += cost[e]
			v = g.u[e] ^ g.v[e] ^ v
		}
		clear(y.left)
	}
	return routes, nil
}

type candidate struct {
	Route
	spur int // where it left the route that it came from
}

type candidates []candidate

func (c candidates) Len() int { return len(c) }
func (c candidates) Less(i, j int) bool {
	if c[i].Cost != c[j].Cost {
		return c[i].Cost < c[j].Cost
	}
	return slices.Compare(c[i].Edges, c[j].Edges) < 0
}
func (c candidates) Swap(i, j int) { c[i], c[j] = c[j], c[i] }
func (c *candidates) Push(x any)   { *c = append(*c, x.(candidate)) }
func (c *candidates) Pop() any {
	last := (*c)[len(*c)-1]
	*c = (*c)[:len(*c)-1]
	return last
}

type yen struct {
	g       *Graph
	cost    []int64
	d       *distances
	left    []bool // nodes that the route has passed
	touched []int32
	rest    []int64 // cost of the way to the target with everything open: what a search may hope for
	t       int32
}

// spur finds the cheapest way from v to the target that starts with none of the shut
// edges and avoids the nodes passed; of equal ones, that whose edges come first. The
// search runs towards the target, guided by what is left at least (Hart, Nilsson and
// Raphael 1968).
func (y *yen) spur(v int32, shut []int32) (Route, bool) {
	g, d := y.g, y.d
	if y.rest[v] == Unreachable {
		return Route{}, false
	}
	for _, e := range shut {
		y.cost[e] = -y.cost[e] - 1
	}
	defer func() {
		for _, e := range shut {
			y.cost[e] = -y.cost[e] - 1
		}
	}()
	for _, w := range y.touched {
		d.at[w] = Unreachable
	}
	y.touched = append(y.touched[:0], v)
	d.at[v] = 0
	d.q = d.q[:0]
	d.q.push(y.rest[v], v)
	limit := int64(Unreachable)
	for len(d.q) > 0 {
		top := d.q.pop()
		w := top.node
		if top.key > limit {
			break
		}
		if top.key > d.at[w]+y.rest[w] {
			continue
		}
		if w == y.t {
			limit = top.key // all that lies on an equally cheap way is still settled
			continue
		}
		for _, a := range g.arcs[g.start[w]:g.start[w+1]] {
			c := y.cost[a.edge>>1]
			if c < 0 || !g.open(a) || y.left[a.to] || y.rest[a.to] == Unreachable {
				continue
			}
			if c += d.at[w]; c < d.at[a.to] {
				if d.at[a.to] == Unreachable {
					y.touched = append(y.touched, a.to)
				}
				d.at[a.to] = c
				d.q.push(c+y.rest[a.to], a.to)
			}
		}
	}
	if limit == Unreachable {
		return Route{}, false
	}
	return Route{limit, y.trace(v, limit)}, true
}

// trace walks the cheapest ways found by spur and returns the first in the order of
// edges. Ways that cost nothing may lead in circles, so a walk may have to turn back.
func (y *yen) trace(from int32, total int64) []int {
	g, d := y.g, y.d
	// Which nodes lie on a cheapest way: those that the target is reached from.
	on := map[int32]bool{y.t: true}
	stack := []int32{y.t}
	for len(stack) > 0 {
		w := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		for _, a := range g.arcs[g.start[w]:g.start[w+1]] {
			c := y.cost[a.edge>>1]
			if c < 0 || g.directed && a.edge&1 == 0 || on[a.to] || y.left[a.to] || d.at[a.to] == Unreachable {
				continue
			}
			if d.at[a.to]+c == d.at[w] && d.at[w] <= total {
				on[a.to] = true
				stack = append(stack, a.to)
			}
		}
	}
	var edges []int
	passed := map[int32]bool{}
	var walk func(w int32) bool
	walk = func(w int32) bool {
		if w == y.t {
			return true
		}
		passed[w] = true
		for _, a := range g.arcs[g.start[w]:g.start[w+1]] {
			c := y.cost[a.edge>>1]
			if c < 0 || !g.open(a) || !on[a.to] || passed[a.to] || d.at[w]+c != d.at[a.to] {
				continue
			}
			edges = append(edges, int(a.edge>>1))
			if walk(a.to) {
				return true
			}
			edges = edges[:len(edges)-1]
		}
		return false
	}
	walk(from)
	return edges
}
