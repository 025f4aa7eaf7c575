package corridor

import (
	"context"
	"slices"
	"sort"
)

// Loss is by how much the greatest flow falls when an edge or node is lost.
type Loss struct {
	Index int
	Drop  int64
}

// Losses says for every edge by how much the greatest flow from s to t falls without
// it, largest fall first, then in the order of edges. An edge that a greatest flow
// leaves empty is missed by nobody; of another, what cannot go round it is lost.
func (g *Graph) Losses(ctx context.Context, capacity []int64, s, t int) ([]Loss, error) {
	f := newFlows(g)
	f.load(capacity)
	f.most(int32(s), int32(t), noLimit)
	losses := make([]Loss, g.M())
	for e, c := range capacity {
		if e%256 == 0 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
		losses[e] = Loss{e, f.without(e, c)}
	}
	sort.SliceStable(losses, func(i, j int) bool { return losses[i].Drop > losses[j].Drop })
	return losses, nil
}

// NodeLosses says the same for every node between the two.
func (g *Graph) NodeLosses(ctx context.Context, capacity []int64, s, t int) ([]Loss, error) {
	whole := g.MaxFlow(capacity, s, t)
	carries := make([]bool, g.N())
	for e, x := range whole.Edge {
		if x != 0 {
			carries[g.u[e]], carries[g.v[e]] = true, true
		}
	}
	f := newFlows(g)
	var losses []Loss
	for v := range g.N() {
		if v == s || v == t {
			continue
		}
		loss := Loss{Index: v}
		if carries[v] {
			if err := ctx.Err(); err != nil {
				return nil, err
			}
			f.load(capacity)
			for _, a := range g.arcs[g.start[v]:g.start[v+1]] {
				f.set(int(a.edge>>1), 0)
			}
			loss.Drop = whole.Value - f.most(int32(s), int32(t), noLimit)
		}
		losses = append(losses, loss)
	}
	sort.SliceStable(losses, func(i, j int) bool { return losses[i].Drop > losses[j].Drop })
	return losses, nil
}

// Attack is a set of edges taken out, and what flows after each.
type Attack struct {
	Edges []int
	After []int64 // after the first, the first two, ...
}

// Greedy takes out the edge that costs most flow, up to k times, and ends when nothing
// flows; of equal ones the first. It need not find the worst set.
func (g *Graph) Greedy(ctx context.Context, capacity []int64, s, t, k int) (*Attack, error) {
	left := slices.Clone(capacity)
	a := &Attack{}
	f := newFlows(g)
	for range k {
		f.load(left)
		flow := f.most(int32(s), int32(t), noLimit)
		if flow == 0 {
			break
		}
		most := Loss{-1, 0}
		for e, c := range left {
			if e%256 == 0 && ctx.Err() != nil {
				return nil, ctx.Err()
			}
			if on := f.on(e, c); max(on, -on) <= most.Drop {
				continue // it cannot cost more than it carries
			}
			if drop := f.without(e, c); drop > most.Drop {
				most = Loss{e, drop}
			}
		}
		left[most.Index] = 0
		a.Edges, a.After = append(a.Edges, most.Index), append(a.After, flow-most.Drop)
	}
	return a, nil
}

// LeastAfter bounds from below what still flows whichever k edges are taken out.
// What the k largest edges of a cut carry is, for any size z, at most k*z and what
// they carry beyond z; so the flow with every capacity cut down to z, less k*z, is a
// bound, and the best z gives that of the linear relaxation over whole z (Wood 1993).
func (g *Graph) LeastAfter(ctx context.Context, capacity []int64, s, t, k int) (int64, error) {
	f := newFlows(g)
	at := func(z int64) int64 {
		for e, c := range capacity {
			f.set(e, min(c, z))
		}
		return f.most(int32(s), int32(t), noLimit) - int64(k)*z
	}
	low, high := int64(0), slices.Max(append([]int64{0}, capacity...))
	for low < high { // what at gives rises, then falls
		if err := ctx.Err(); err != nil {
			return 0, err
		}
		middle := low + (high-low)/2
		if at(middle+1) > at(middle) {
			low = middle + 1
		} else {
			high = middle
		}
	}
	return max(0, at(low)), nil
}

// Worst is the set of k edges whose loss leaves least.
type Worst struct {
	Edges []int // k of them, in their order; of equal sets the first
	After int64
	Bound int64 // no set of k leaves less; After, where Proven
	// Proven says that the search ended: no set of k edges leaves less.
	Proven bool
}

// worstWork bounds the search: flows solved times edges.
const worstWork = 2e8

// WorstSet searches for the k edges whose loss leaves least flow, by branching: a set
// that does harm holds an edge that carries flow, so only those are tried, and where
// even their whole flows would not make a set better the branch ends. Where the search
// grows too long it gives the best set found, not proven, with the bound.
func (g *Graph) WorstSet(ctx context.Context, capacity []int64, s, t, k int) (*Worst, error) {
	k = min(k, g.M())
	w := &search{ctx: ctx, f: newFlows(g), left: slices.Clone(capacity), s: int32(s), t: int32(t)}
	w.solves = int(worstWork / float64(g.M()+100))
	bound, err := g.LeastAfter(ctx, capacity, s, t, k)
	if err != nil {
		return nil, err
	}
	greedy, err := g.Greedy(ctx, capacity, s, t, k)
	if err != nil {
		return nil, err
	}
	w.floor, w.best, w.set = bound, g.MaxFlow(capacity, s, t).Value, nil
	if n := len(greedy.After); n > 0 {
		w.best, w.set = greedy.After[n-1], greedy.Edges
	}
	w.branch(k, nil)
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	answer := &Worst{After: w.best, Proven: w.solves > 0 || w.best == bound, Bound: bound}
	if answer.Proven {
		answer.Bound = w.best
	}
	found := slices.Clone(w.set)
	// Of the sets that leave as little, the first: edge by edge the smallest that
	// some such set holds. Where fewer edges cannot do it, one that carries less than
	// the difference is in no such set.
	var first []int
	fewer, err := g.LeastAfter(ctx, capacity, s, t, k-1)
	if err != nil {
		return nil, err
	}
	for e := 0; e < g.M() && len(first) < k && answer.Proven; e++ {
		if g.M()-e < k-len(first) {
			break
		}
		if capacity[e] < fewer-answer.After {
			continue
		}
		keep := w.left[e]
		w.left[e] = 0
		if w.reaches(answer.After, k-len(first)-1, e+1) {
			first = append(first, e)
			continue
		}
		w.left[e] = keep
		if w.solves <= 0 || ctx.Err() != nil {
			break
		}
	}
	if len(first) == k {
		answer.Edges = first
		return answer, ctx.Err()
	}
	for e := 0; len(found) < k; e++ {
		if !slices.Contains(found, e) {
			found = append(found, e)
		}
	}
	slices.Sort(found)
	answer.Edges = found
	return answer, ctx.Err()
}

type search struct {
	ctx    context.Context
	f      *flows
	left   []int64 // capacities, 0 where taken out
	s, t   int32
	solves int // left before the search is given up
	floor  int64
	best   int64
	set    []int
}

// solve finds the flow with what is left, and the edges from first on that carry
// some of it, most first.
func (w *search) solve(first int) (flow int64, carriers []Loss) {
	w.solves--
	w.f.load(w.left)
	flow = w.f.most(w.s, w.t, noLimit)
	for e := first; e < len(w.left); e++ {
		if on := w.f.on(e, w.left[e]); on != 0 {
			carriers = append(carriers, Loss{e, max(on, -on)})
		}
	}
	sort.SliceStable(carriers, func(i, j int) bool { return carriers[i].Drop > carriers[j].Drop })
	return flow, carriers
}

// most is what k of the carriers carry at most together.
func most(carriers []Loss, k int) (sum int64) {
	for _, c := range carriers[:min(k, len(carriers))] {
		sum += c.Drop
	}
	return sum
}

// branch looks for a set better than the best with k more edges than those taken.
func (w *search) branch(k int, taken []int) {
	if w.solves <= 0 || w.best == w.floor || w.ctx.Err() != nil {
		return
	}
	flow, carriers := w.solve(0)
	if flow < w.best {
		w.best, w.set = flow, slices.Clone(taken)
	}
	if k == 0 {
		return
	}
	if k == 1 {
		for _, c := range carriers {
			if flow-c.Drop >= w.best {
				break
			}
			if after := flow - w.f.without(c.Index, w.left[c.Index]); after < w.best {
				w.best, w.set = after, append(slices.Clone(taken), c.Index)
			}
		}
		return
	}
	// After an edge has been tried, the sets that remain do not hold it; but the
	// flow may still use it, so it is not shut, only not tried again.
	for i, c := range carriers {
		if flow-most(carriers[i:], k) >= w.best {
			break
		}
		keep := w.left[c.Index]
		w.left[c.Index] = 0
		w.branch(k-1, append(taken, c.Index))
		w.left[c.Index] = keep
	}
}

// reaches says whether some set of up to k edges from first on leaves no more than
// the goal.
func (w *search) reaches(goal int64, k, first int) bool {
	if w.solves <= 0 || w.ctx.Err() != nil {
		return false
	}
	flow, carriers := w.solve(first)
	if flow <= goal {
		return true
	}
	if k == 0 || flow-most(carriers, k) > goal {
		return false
	}
	if k == 1 {
		for _, c := range carriers {
			if flow-c.Drop > goal {
				break
			}
			if flow-w.f.without(c.Index, w.left[c.Index]) <= goal {
				return true
			}
		}
		return false
	}
	for _, c := range carriers {
		keep := w.left[c.Index]
		w.left[c.Index] = 0
		ok := w.reaches(goal, k-1, first)
		w.left[c.Index] = keep
		if ok {
			return true
		}
	}
	return false
}
