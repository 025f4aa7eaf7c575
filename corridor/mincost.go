package corridor

import (
	"context"
)

// Step is a stretch of the curve of least cost: Amount more of flow, each unit of it
// at UnitCost.
type Step struct{ Amount, UnitCost int64 }

// Curve says what flows from one node to another cost at least, from nothing to the
// greatest flow: each step costs at least as much a unit as the one before it.
type Curve []Step

// Flow is the greatest flow of the curve.
func (c Curve) Flow() (flow int64) {
	for _, s := range c {
		flow += s.Amount
	}
	return flow
}

// Cost is the least cost of a flow up to the greatest. Products of amount and unit
// cost are exact up to 2^53.
func (c Curve) Cost(flow int64) (cost float64) {
	for _, s := range c {
		amount := min(s.Amount, flow)
		cost += float64(amount) * float64(s.UnitCost)
		if flow -= amount; flow == 0 {
			break
		}
	}
	return cost
}

// MinCost finds the least costs of all flows from s to t by successive cheapest ways
// (Busacker and Gowen 1960), with potentials (Edmonds and Karp 1972) that start as
// distances to the target: a search then touches little more than what has changed.
// An undirected edge has its cost in either direction, and flow sent against flow
// cancels it. Capacities and costs are as for [Graph.MaxFlow] and [Graph.Distances];
// an edge with cost [Closed] is not used.
func (g *Graph) MinCost(ctx context.Context, capacity, cost []int64, s, t int) (Curve, error) {
	m := &minCost{g: g, capacity: capacity, cost: cost, flow: make([]int64, g.M()), s: int32(s), t: int32(t)}
	m.start()
	var curve Curve
	for sent := int64(0); sent < noLimit && m.rest[s] != Unreachable && m.search(); {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		amount := m.augment(noLimit - sent)
		for more := amount; more > 0 && sent+amount < noLimit; amount += more {
			more = m.fill(noLimit - sent - amount)
		}
		sent += amount
		unit := m.rest[s]
		if n := len(curve); n > 0 && curve[n-1].UnitCost == unit {
			curve[n-1].Amount += amount
		} else {
			curve = append(curve, Step{amount, unit})
		}
	}
	return curve, nil
}

type minCost struct {
	g              *Graph
	capacity, cost []int64
	flow           []int64 // on each edge, positive from its first node to its second
	rest           []int64 // potential: least cost from a node to the target
	at             []int64 // reduced distance from the source
	by             []arc   // arc by which a node was reached
	touched        []int32
	q              queue
	s, t           int32

	// Of fill: where a node stands, the arc with which it goes on, and the way so far.
	state []uint8
	next  []int32
	met   []int32
	way   []int32
}

// A node in fill.
const (
	fresh uint8 = iota
	onWay
	left   // passed, and free for another way
	closed // no way on was found
)

// start sets the potentials to the distances to the target.
func (m *minCost) start() {
	usable := make([]int64, m.g.M())
	for e := range usable {
		usable[e] = m.cost[e]
		if m.capacity[e] <= 0 {
			usable[e] = Closed
		}
	}
	d := newDistances(m.g)
	d.run(usable, m.t, -1, true)
	m.rest = d.at
	m.at = make([]int64, m.g.N())
	for i := range m.at {
		m.at[i] = Unreachable
	}
	m.by = make([]arc, m.g.N())
	m.state, m.next = make([]uint8, m.g.N()), make([]int32, m.g.N())
}

// room says how much more can go over an arc at which cost a unit: first what
// cancels flow the other way, and gives its cost back.
func (m *minCost) room(a arc) (amount, unit int64) {
	e := a.edge >> 1
	flow, cost := m.flow[e], m.cost[e]
	if cost < 0 {
		return 0, 0
	}
	if a.edge&1 == 1 {
		flow = -flow
	}
	switch {
	case flow < 0:
		return -flow, -cost
	case m.g.directed && a.edge&1 == 1:
		return 0, 0
	}
	return m.capacity[e] - flow, cost
}

// search finds a cheapest way to the target and moves the potentials so that it and
// all others as cheap cost nothing.
func (m *minCost) search() bool {
	g := m.g
	for _, v := range m.touched {
		m.at[v] = Unreachable
	}
	m.touched = append(m.touched[:0], m.s)
	m.q = m.q[:0]
	m.at[m.s] = 0
	m.q.push(0, m.s)
	for len(m.q) > 0 {
		top := m.q.pop()
		v := top.node
		if top.key > m.at[v] {
			continue
		}
		if v == m.t {
			for _, w := range m.touched {
				if d := m.at[w]; d < top.key {
					m.rest[w] += top.key - d
				}
			}
			return true
		}
		for _, a := range g.arcs[g.start[v]:g.start[v+1]] {
			rest := m.rest[a.to]
			if rest == Unreachable {
				continue
			}
			amount, unit := m.room(a)
			if amount == 0 {
				continue
			}
			d := top.key + unit + rest - m.rest[v]
			if d < m.at[a.to] {
				if m.at[a.to] == Unreachable {
					m.touched = append(m.touched, a.to)
				}
				m.at[a.to], m.by[a.to] = d, a
				m.q.push(d, a.to)
			}
		}
	}
	return false
}

// augment sends what fits along the way found.
func (m *minCost) augment(limit int64) int64 {
	send := limit
	for v := m.t; v != m.s; v = m.back(v) {
		amount, _ := m.room(m.by[v])
		send = min(send, amount)
	}
	for v := m.t; v != m.s; v = m.back(v) {
		m.send(m.by[v], send)
	}
	return send
}

// fill sends more over arcs that cost nothing once the potentials have moved, so that
// one search serves all ways that are equally cheap (Ford and Fulkerson 1962). One
// walk may miss some; it is repeated until it finds none.
func (m *minCost) fill(limit int64) (sent int64) {
	g := m.g
	for _, v := range m.met {
		m.state[v] = fresh
	}
	m.met = m.met[:0]
	enter := func(v int32) {
		if m.state[v] == fresh {
			m.met = append(m.met, v)
			m.next[v] = g.start[v]
		}
		m.state[v] = onWay
	}
	enter(m.s)
	m.way = m.way[:0]
	v := m.s
	for {
		if v == m.t {
			send := limit - sent
			for _, i := range m.way {
				amount, _ := m.room(g.arcs[i])
				send = min(send, amount)
			}
			full := len(m.way)
			for i := len(m.way) - 1; i >= 0; i-- {
				a := g.arcs[m.way[i]]
				amount, _ := m.room(a)
				if amount == send {
					full = i
				}
				m.send(a, send)
			}
			if sent += send; sent == limit {
				break
			}
			for _, i := range m.way[full:] {
				m.state[g.arcs[i].to] = left
			}
			v = m.from(g.arcs[m.way[full]])
			m.way = m.way[:full]
			continue
		}
		i, end := m.next[v], g.start[v+1]
		for ; i < end; i++ {
			a := g.arcs[i]
			rest := m.rest[a.to]
			if rest == Unreachable || m.state[a.to] == onWay || m.state[a.to] == closed {
				continue
			}
			if amount, unit := m.room(a); amount > 0 && unit+rest == m.rest[v] {
				break
			}
		}
		m.next[v] = i
		if i < end {
			m.way = append(m.way, i)
			v = g.arcs[i].to
			enter(v)
			continue
		}
		m.state[v] = closed
		if v == m.s {
			break
		}
		last := m.way[len(m.way)-1]
		m.way = m.way[:len(m.way)-1]
		v = m.from(g.arcs[last])
	}
	return sent
}

// from is the node in whose list an arc stands.
func (m *minCost) from(a arc) int32 {
	if a.edge&1 == 0 {
		return m.g.u[a.edge>>1]
	}
	return m.g.v[a.edge>>1]
}

func (m *minCost) send(a arc, amount int64) {
	if a.edge&1 == 0 {
		m.flow[a.edge>>1] += amount
	} else {
		m.flow[a.edge>>1] -= amount
	}
}

// back is the node from which v was reached.
func (m *minCost) back(v int32) int32 { return m.from(m.by[v]) }
