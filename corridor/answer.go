package corridor

import (
	"context"
	"slices"
)

// FlowReading is a greatest flow with its cut at one end of all ranges. A number that
// what is known does not bound is nil.
type FlowReading struct {
	MaxFlow         *float64 `json:"max_flow"`
	Cut             []string `json:"cut"`
	CutCapacity     *float64 `json:"cut_capacity"`
	SourceSide      int      `json:"source_side"` // nodes on the source's side of the cut
	MinCost         *float64 `json:"min_cost"`    // of the greatest flow
	HalfFlow        *float64 `json:"half_flow"`   // half of it, rounded down to whole units of the last decimal
	HalfFlowMinCost *float64 `json:"half_flow_min_cost"`
}

// FlowAnswer is what can flow between two nodes. Where quantities are ranges the
// first fields hold what both ends agree on, nil where they do not, and Low and High
// the readings: the least capacities at the greatest costs, and the other way round.
type FlowAnswer struct {
	From string `json:"from"`
	To   string `json:"to"`
	FlowReading
	// DisjointRoutes is the number of routes that share no leg: the flow if every leg
	// carried one.
	DisjointRoutes int64        `json:"disjoint_routes"`
	Low            *FlowReading `json:"low,omitempty"`
	High           *FlowReading `json:"high,omitempty"`
	Unit           string       `json:"unit,omitempty"`
	CostUnit       string       `json:"cost_unit,omitempty"`
	Unknown        []string     `json:"unknown_capacity,omitempty"`
	Notes          []string     `json:"notes,omitempty"`
}

// Flow finds the greatest flow between two nodes, its minimum cut nearest the target,
// and the least cost of that flow and of half of it. Nodes that nothing joins have
// flow 0 and an empty cut.
func (n *Network) Flow(ctx context.Context, from, to string) (*FlowAnswer, error) {
	g, s, t, err := n.between(from, to)
	if err != nil {
		return nil, err
	}
	a := &FlowAnswer{From: n.Nodes[s], To: n.Nodes[t], Unit: n.CapacityUnit, CostUnit: n.CostUnit, Unknown: n.UnknownCapacities(), Notes: n.Notes}
	low, err := n.flowReading(ctx, g, s, t, worst)
	if err != nil {
		return nil, err
	}
	a.FlowReading = *low
	if len(a.Unknown) > 0 || !n.knownCosts() {
		high, err := n.flowReading(ctx, g, s, t, best)
		if err != nil {
			return nil, err
		}
		a.Low, a.High = low, high
		for _, pair := range [][2]**float64{{&a.MaxFlow, &high.MaxFlow}, {&a.CutCapacity, &high.CutCapacity}, {&a.MinCost, &high.MinCost},
			{&a.HalfFlow, &high.HalfFlow}, {&a.HalfFlowMinCost, &high.HalfFlowMinCost}} {
			if *pair[0] != nil && (*pair[1] == nil || **pair[0] != **pair[1]) {
				*pair[0] = nil
			}
		}
		if !slices.Equal(a.Cut, high.Cut) {
			a.Cut, a.SourceSide = nil, 0
		}
	}
	ones := slices.Repeat([]int64{1}, g.M())
	a.DisjointRoutes = g.MaxFlow(ones, s, t).Value
	return a, nil
}

func (n *Network) flowReading(ctx context.Context, g *Graph, s, t int, which end) (*FlowReading, error) {
	w, err := n.wholes(which)
	if err != nil {
		return nil, err
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	flow := g.MaxFlow(w.capacity, s, t)
	r := &FlowReading{Cut: n.ids(flow.Cut), SourceSide: flow.SourceSide}
	if flow.Value >= w.unbounded {
		r.Cut, r.SourceSide = nil, 0
		return r, nil
	}
	half := flow.Value / 2
	r.MaxFlow, r.HalfFlow = at(w.capacityScale.number(flow.Value)), at(w.capacityScale.number(half))
	r.CutCapacity = r.MaxFlow
	// A leg whose cost may be anything is not used; where the flow needs it, its cost
	// has no bound.
	curve, err := g.MinCost(ctx, w.capacity, w.cost, s, t)
	if err != nil {
		return nil, err
	}
	price := func(amount int64) *float64 {
		if curve.Flow() < amount {
			return nil
		}
		return at(curve.Cost(amount) / w.capacityScale.factor / w.costScale.factor)
	}
	r.MinCost, r.HalfFlowMinCost = price(flow.Value), price(half)
	return r, nil
}

func at(x float64) *float64 { return &x }

// Way is a route by the names of its legs and nodes.
type Way struct {
	Cost  float64  `json:"cost"`
	Legs  []string `json:"legs"`
	Nodes []string `json:"nodes"`
}

// RouteAnswer is the cheapest route, and those next to it. Where costs are ranges,
// Cost is nil unless both ends agree; Low has the routes at the least costs, High
// those at the greatest.
type RouteAnswer struct {
	From      string   `json:"from"`
	To        string   `json:"to"`
	Connected bool     `json:"connected"`
	Cost      *float64 `json:"cost"`
	Legs      []string `json:"legs"`
	Nodes     []string `json:"nodes"`
	Routes    []Way    `json:"routes"`
	Low       []Way    `json:"low,omitempty"`
	High      []Way    `json:"high,omitempty"`
	Detours   []Detour `json:"detours,omitempty"`
	CostUnit  string   `json:"cost_unit,omitempty"`
	Notes     []string `json:"notes,omitempty"`
}

// Detour is what the way costs once a leg of the cheapest route is lost, at the least
// costs of all legs; nil where no way is left.
type Detour struct {
	Leg  string   `json:"edge"`
	Cost *float64 `json:"cost"`
	More *float64 `json:"more"`
}

// Routes finds the k cheapest loopless routes between two nodes over legs that may
// carry something. Where nothing joins the nodes there are none, which is no error.
func (n *Network) Routes(ctx context.Context, from, to string, k int) (*RouteAnswer, error) {
	g, s, t, err := n.between(from, to)
	if err != nil {
		return nil, err
	}
	ways := func(which end) ([]Way, error) {
		w, err := n.wholes(which)
		if err != nil {
			return nil, err
		}
		for i, e := range n.Edges {
			if e.Capacity.High == 0 {
				w.cost[i] = Closed
			}
		}
		routes, err := g.Routes(ctx, w.cost, s, t, k)
		ways := []Way{}
		for _, r := range routes {
			ways = append(ways, n.way(r, s, w.costScale))
		}
		return ways, err
	}
	a := &RouteAnswer{From: n.Nodes[s], To: n.Nodes[t], CostUnit: n.CostUnit, Notes: n.Notes, Legs: []string{}, Nodes: []string{}}
	if a.Routes, err = ways(best); err != nil {
		return nil, err
	}
	a.Connected = len(a.Routes) > 0
	if a.Connected {
		a.Cost, a.Legs, a.Nodes = at(a.Routes[0].Cost), a.Routes[0].Legs, a.Routes[0].Nodes
	}
	if !n.knownCosts() {
		a.Low = a.Routes
		if a.High, err = ways(worst); err != nil {
			return nil, err
		}
		if a.Connected && (len(a.High) == 0 || a.High[0].Cost != *a.Cost) {
			a.Cost = nil
		}
	}
	return a, nil
}

// Detours adds to an answer what the loss of each leg of its cheapest route costs.
func (n *Network) Detours(ctx context.Context, a *RouteAnswer) error {
	s, t, err := n.Ends(a.From, a.To)
	if err != nil || !a.Connected {
		return err
	}
	g, err := n.Graph()
	if err != nil {
		return err
	}
	w, err := n.wholes(best)
	if err != nil {
		return err
	}
	d := newDistances(g)
	first := a.Routes[0]
	for i, e := range n.Edges {
		if e.Capacity.High == 0 {
			w.cost[i] = Closed
		}
	}
	for _, leg := range first.Legs {
		if err := ctx.Err(); err != nil {
			return err
		}
		e := slices.IndexFunc(n.Edges, func(e Edge) bool { return e.ID == leg })
		keep := w.cost[e]
		w.cost[e] = Closed
		d.run(w.cost, int32(s), int32(t), false)
		w.cost[e] = keep
		detour := Detour{Leg: leg}
		if x := d.at[t]; x != Unreachable {
			detour.Cost = at(w.costScale.number(x))
			detour.More = at(*detour.Cost - first.Cost)
		}
		a.Detours = append(a.Detours, detour)
	}
	return nil
}

func (n *Network) way(r Route, s int, costs scale) Way {
	w := Way{Cost: costs.number(r.Cost), Legs: n.ids(r.Edges), Nodes: []string{n.Nodes[s]}}
	for _, e := range r.Edges {
		s = n.Edges[e].From ^ n.Edges[e].To ^ s
		w.Nodes = append(w.Nodes, n.Nodes[s])
	}
	return w
}

// EdgeBetweenness is the number of pairs whose shortest ways use an edge.
type EdgeBetweenness struct {
	Edge       string   `json:"edge"`
	Unweighted float64  `json:"unweighted"`
	ByCost     *float64 `json:"by_cost"` // nil where costs do not allow it, or differ between Low and High
	Low        *float64 `json:"by_least_cost,omitempty"`
	High       *float64 `json:"by_greatest_cost,omitempty"`
}

// NodeBetweenness is the number of pairs whose shortest ways pass through a node.
type NodeBetweenness struct {
	Node       string   `json:"node"`
	Unweighted float64  `json:"unweighted"`
	ByCost     *float64 `json:"by_cost"`
}

// BetweennessAnswer has a row for each edge and each node, in their order.
type BetweennessAnswer struct {
	Edges    []EdgeBetweenness `json:"edges"`
	Nodes    []NodeBetweenness `json:"nodes"`
	CostUnit string            `json:"cost_unit,omitempty"`
	Notes    []string          `json:"notes,omitempty"`
}

// Betweenness counts pairs of nodes over edges and nodes, by the number of legs and
// by cost. An edge of unknown cost, or one that costs nothing, leaves no reading by
// cost, and a note says so.
func (n *Network) Betweenness(ctx context.Context) (*BetweennessAnswer, error) {
	g, err := n.Graph()
	if err != nil {
		return nil, err
	}
	a := &BetweennessAnswer{CostUnit: n.CostUnit, Notes: slices.Clone(n.Notes)}
	steps, err := g.Betweenness(ctx, nil)
	if err != nil {
		return nil, err
	}
	byCost := func(which end) (*Betweenness, error) {
		w, err := n.wholes(which)
		if err != nil {
			return nil, err
		}
		if i := slices.IndexFunc(w.cost, func(c int64) bool { return c <= 0 }); i >= 0 {
			a.Notes = append(a.Notes, "no betweenness by cost: edge "+n.Edges[i].ID+" has cost "+n.Edges[i].Cost.String()+", and shortest ways need a cost above 0")
			return nil, nil
		}
		return g.Betweenness(ctx, w.cost)
	}
	low, err := byCost(best)
	if err != nil {
		return nil, err
	}
	high := low
	if low != nil && !n.knownCosts() {
		if high, err = byCost(worst); err != nil {
			return nil, err
		}
	}
	for i, e := range n.Edges {
		row := EdgeBetweenness{Edge: e.ID, Unweighted: steps.Edge[i]}
		switch {
		case low == nil:
		case high == low:
			row.ByCost = &low.Edge[i]
		default:
			row.Low = &low.Edge[i]
			if high != nil {
				row.High = &high.Edge[i]
			}
		}
		a.Edges = append(a.Edges, row)
	}
	for i, name := range n.Nodes {
		row := NodeBetweenness{Node: name, Unweighted: steps.Node[i]}
		if low != nil && high == low {
			row.ByCost = &low.Node[i]
		}
		a.Nodes = append(a.Nodes, row)
	}
	return a, nil
}

// VitalEdge is by how much the greatest flow falls when an edge is lost.
type VitalEdge struct {
	Edge string  `json:"edge"`
	Drop float64 `json:"drop"`
}

// VitalNode is the same for a node.
type VitalNode struct {
	Node string  `json:"node"`
	Drop float64 `json:"drop"`
}

// VitalSet is the worst loss of K edges at once.
type VitalSet struct {
	K     int      `json:"k"`
	Edges []string `json:"edges"`
	After float64  `json:"flow_after"`
	// Bound: no K edges leave less. Proven: neither less than After.
	Bound  float64 `json:"bound"`
	Proven bool    `json:"proven"`
}

// VitalAnswer says which losses hurt the flow between two nodes most.
type VitalAnswer struct {
	From    string      `json:"from"`
	To      string      `json:"to"`
	MaxFlow float64     `json:"max_flow"`
	Single  []VitalEdge `json:"single"` // largest drop first, then in the order of edges
	Nodes   []VitalNode `json:"nodes,omitempty"`
	// Greedy lists the edge that hurts most, then that which hurts most without it, and
	// so on; GreedyAfter is what flows after each. GreedyBound: no set of as many edges
	// as asked leaves less.
	Greedy      []string     `json:"greedy"`
	GreedyAfter []float64    `json:"greedy_flow_after"`
	GreedyBound float64      `json:"greedy_bound"`
	Exact       *VitalSet    `json:"exact,omitempty"`
	High        *VitalAnswer `json:"high,omitempty"` // at the greatest capacities
	Unit        string       `json:"unit,omitempty"`
	Notes       []string     `json:"notes,omitempty"`
}

// VitalOptions say how far to look; the zero value looks at three edges by greed.
type VitalOptions struct {
	K     int  // edges that greed takes out; 3 if 0
	Exact int  // size of the worst set to search for; none if 0
	Nodes bool // also what the loss of each node costs
}

// Vital finds the losses that hurt the flow between two nodes most. Where capacities
// are ranges, the answer is for their least, with that for their greatest in High.
// Where one has no bound every leg counts one, and a note says so: the flow is then a
// number of routes that share no leg.
func (n *Network) Vital(ctx context.Context, from, to string, opt VitalOptions) (*VitalAnswer, error) {
	low := n.settled(worst)
	a, err := low.vital(ctx, from, to, opt)
	if err == nil && low != n && low.CapacityUnit == n.CapacityUnit {
		a.High, err = n.settled(best).vital(ctx, from, to, opt)
	}
	return a, err
}

func (n *Network) vital(ctx context.Context, from, to string, opt VitalOptions) (*VitalAnswer, error) {
	g, s, t, err := n.between(from, to)
	if err != nil {
		return nil, err
	}
	w, err := n.wholes(best)
	if err != nil {
		return nil, err
	}
	number := w.capacityScale.number
	a := &VitalAnswer{From: n.Nodes[s], To: n.Nodes[t], Unit: n.CapacityUnit, Notes: n.Notes, Greedy: []string{}, GreedyAfter: []float64{},
		MaxFlow: number(g.MaxFlow(w.capacity, s, t).Value)}
	losses, err := g.Losses(ctx, w.capacity, s, t)
	if err != nil {
		return nil, err
	}
	for _, l := range losses {
		a.Single = append(a.Single, VitalEdge{n.Edges[l.Index].ID, number(l.Drop)})
	}
	if opt.Nodes {
		losses, err := g.NodeLosses(ctx, w.capacity, s, t)
		if err != nil {
			return nil, err
		}
		for _, l := range losses {
			a.Nodes = append(a.Nodes, VitalNode{n.Nodes[l.Index], number(l.Drop)})
		}
	}
	k := opt.K
	if k == 0 {
		k = 3
	}
	greedy, err := g.Greedy(ctx, w.capacity, s, t, k)
	if err != nil {
		return nil, err
	}
	a.Greedy = n.ids(greedy.Edges)
	for _, after := range greedy.After {
		a.GreedyAfter = append(a.GreedyAfter, number(after))
	}
	bound, err := g.LeastAfter(ctx, w.capacity, s, t, k)
	if err != nil {
		return nil, err
	}
	a.GreedyBound = number(bound)
	if opt.Exact > 0 {
		worst, err := g.WorstSet(ctx, w.capacity, s, t, opt.Exact)
		if err != nil {
			return nil, err
		}
		a.Exact = &VitalSet{len(worst.Edges), n.ids(worst.Edges), number(worst.After), number(worst.Bound), worst.Proven}
	}
	return a, nil
}

// WeakAnswer lists what the network hangs on.
type WeakAnswer struct {
	Components int          `json:"components"`
	Largest    int          `json:"largest"`
	Bridges    []WeakBridge `json:"bridges"`
	Nodes      []string     `json:"articulation"`
	Notes      []string     `json:"notes,omitempty"`
}

// WeakBridge is a leg whose loss parts Pairs pairs of nodes.
type WeakBridge struct {
	Edge  string `json:"edge"`
	Pairs int64  `json:"pairs_parted"`
}

// Weak finds the legs and nodes whose loss parts the network.
func (n *Network) Weak() (*WeakAnswer, error) {
	g, err := n.Graph()
	if err != nil {
		return nil, err
	}
	w := g.Weak()
	a := &WeakAnswer{Components: len(w.Sizes), Largest: slices.Max(append([]int{0}, w.Sizes...)), Bridges: []WeakBridge{}, Nodes: []string{}, Notes: n.Notes}
	for _, b := range w.Bridges {
		a.Bridges = append(a.Bridges, WeakBridge{n.Edges[b.Edge].ID, b.Pairs})
	}
	for _, v := range w.Articulation {
		a.Nodes = append(a.Nodes, n.Nodes[v])
	}
	return a, nil
}
