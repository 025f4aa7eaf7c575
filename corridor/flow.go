package corridor

// Flow is a maximum flow and a minimum cut that proves it.
type Flow struct {
	Value int64
	// Edge is the flow on each edge, positive from its first node to its second.
	Edge []int64
	// Cut lists the edges of a minimum cut in their order. Of all minimum cuts it
	// is the one nearest the target: fewest nodes are cut off together with it.
	Cut []int
	// SourceSide is the number of nodes on the source's side of the cut.
	SourceSide int
}

// flowArc stands in the list of a node. in is what can still flow over it into that
// node; its twin at the other end holds what can still flow out.
type flowArc struct {
	to, twin int32
	in       int64
}

// flows solves maximum-flow problems on one graph by Dinic's algorithm (Dinic 1970).
// Levels are distances to the target, so that walks from the source meet no dead end
// before an arc is full, and the last labelling is the cut.
type flows struct {
	g      *Graph
	arcs   []flowArc
	second []int32 // arc of each edge in the list of its second node
	first  []int32 // and of its first node
	level  []int32 // distance to the target plus one; 0: unknown
	next   []int32 // arc with which a node goes on
	queue  []int32
	path   []int32
	log    []change // what was sent since mark, where it may have to be taken back
	logged bool
}

type change struct {
	arc  int32
	sent int64
}

func newFlows(g *Graph) *flows {
	f := &flows{g: g, arcs: make([]flowArc, len(g.arcs)), first: make([]int32, g.M()), second: make([]int32, g.M()),
		level: make([]int32, g.N()), next: make([]int32, g.N()), queue: make([]int32, g.N())}
	for i, a := range g.arcs {
		if a.edge&1 == 0 {
			f.first[a.edge>>1] = int32(i)
		} else {
			f.second[a.edge>>1] = int32(i)
		}
	}
	for i, a := range g.arcs {
		f.arcs[i].to = a.to
		if a.edge&1 == 0 {
			f.arcs[i].twin = f.second[a.edge>>1]
		} else {
			f.arcs[i].twin = f.first[a.edge>>1]
		}
	}
	return f
}

// load sets the capacities of all edges, without flow.
func (f *flows) load(capacity []int64) {
	for e, c := range capacity {
		f.set(e, c)
	}
}

// set gives one edge a capacity without flow.
func (f *flows) set(e int, c int64) {
	f.arcs[f.second[e]].in = c
	if f.g.directed {
		c = 0
	}
	f.arcs[f.first[e]].in = c
}

// label finds how far nodes are from the target over arcs that are not full, until
// the source is met. Without the source, all that reach the target are labelled.
func (f *flows) label(s, t int32) bool {
	clear(f.level)
	f.level[t], f.next[t] = 1, f.g.start[t]
	queue := f.queue[:1]
	queue[0] = t
	for head := 0; head < len(queue); head++ {
		v := queue[head]
		d := f.level[v] + 1
		for _, a := range f.arcs[f.g.start[v]:f.g.start[v+1]] {
			if a.in > 0 && f.level[a.to] == 0 {
				f.level[a.to], f.next[a.to] = d, f.g.start[a.to]
				if a.to == s {
					return true
				}
				queue = append(queue, a.to)
			}
		}
	}
	return false
}

// block fills the shortest ways to the target, up to the limit.
func (f *flows) block(s, t int32, limit int64) (sent int64) {
	f.path = f.path[:0]
	v := s
	for {
		if v == t {
			send := limit - sent
			for _, a := range f.path {
				send = min(send, f.arcs[f.arcs[a].twin].in)
			}
			full := len(f.path)
			for i := len(f.path) - 1; i >= 0; i-- {
				a := f.path[i]
				twin := f.arcs[a].twin
				if f.logged {
					f.log = append(f.log, change{a, send})
				}
				f.arcs[a].in += send
				if f.arcs[twin].in -= send; f.arcs[twin].in == 0 {
					full = i
				}
			}
			if sent += send; sent == limit {
				return sent
			}
			v = f.arcs[f.arcs[f.path[full]].twin].to
			f.path = f.path[:full]
			continue
		}
		want, end := f.level[v]-1, f.g.start[v+1]
		i := f.next[v]
		for ; i < end; i++ {
			a := &f.arcs[i]
			if f.level[a.to] == want && f.arcs[a.twin].in > 0 {
				break
			}
		}
		f.next[v] = i
		if i < end {
			f.path = append(f.path, i)
			v = f.arcs[i].to
			continue
		}
		if v == s {
			return sent
		}
		f.level[v] = 0 // nothing more gets through
		last := f.path[len(f.path)-1]
		f.path = f.path[:len(f.path)-1]
		v = f.arcs[f.arcs[last].twin].to
		f.next[v]++
	}
}

// most sends as much as fits, or the limit, and returns how much was sent.
func (f *flows) most(s, t int32, limit int64) (sent int64) {
	for sent < limit && f.label(s, t) {
		sent += f.block(s, t, limit-sent)
	}
	return sent
}

// mark begins to note what is sent; back takes it back and ends that.
func (f *flows) mark() { f.log, f.logged = f.log[:0], true }

func (f *flows) back() {
	for _, c := range f.log {
		f.arcs[c.arc].in -= c.sent
		f.arcs[f.arcs[c.arc].twin].in += c.sent
	}
	f.logged = false
}

// without says by how much the greatest flow, which stands in f, falls when an edge
// is lost: by the part of the edge's own flow that cannot go round it.
func (f *flows) without(e int, capacity int64) int64 {
	on := f.on(e, capacity)
	if on == 0 {
		return 0
	}
	u, v, a, b := f.g.u[e], f.g.v[e], f.first[e], f.second[e]
	if on < 0 {
		u, v, on = v, u, -on
	}
	in, out := f.arcs[a].in, f.arcs[b].in
	f.arcs[a].in, f.arcs[b].in = 0, 0
	f.mark()
	round := f.most(u, v, on)
	f.back()
	f.arcs[a].in, f.arcs[b].in = in, out
	return on - round
}

// on is the flow on an edge of the given capacity.
func (f *flows) on(e int, capacity int64) int64 { return capacity - f.arcs[f.second[e]].in }

const noLimit = int64(1) << 62

// MaxFlow finds the greatest flow from s to t and a minimum cut (Ford and Fulkerson
// 1956). Capacities are whole numbers from 0, one for each edge, with a sum below
// 2^62; an undirected edge carries its capacity in either direction. Nodes that
// nothing joins have flow 0 and an empty cut.
func (g *Graph) MaxFlow(capacity []int64, s, t int) *Flow {
	f := newFlows(g)
	f.load(capacity)
	return f.answer(capacity, int32(s), int32(t))
}

// answer completes the flow and reads it off; s and t differ.
func (f *flows) answer(capacity []int64, s, t int32) *Flow {
	answer := &Flow{Value: f.most(s, t, noLimit), Edge: make([]int64, f.g.M())}
	for e, c := range capacity {
		answer.Edge[e] = f.on(e, c)
		from, to := f.level[f.g.u[e]] > 0, f.level[f.g.v[e]] > 0
		if c > 0 && from != to && (to || !f.g.directed) {
			answer.Cut = append(answer.Cut, e)
		}
	}
	for _, l := range f.level {
		if l == 0 {
			answer.SourceSide++
		}
	}
	return answer
}
