package measure

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"entente"
	"entente/network"
)

// CommunityYears is the length of the window in which communities are sought.
const CommunityYears = 10

// Communities says into which communities the states of the record fall by the
// acts of the last years, and which formats hold the states under study together.
type Communities struct {
	From, To entente.Day
	N        int // acts that join two or more states in the window
	Thin     string
	Groups   [][]string // the best partition, largest first; states without ties are left out
	BestQ    float64
	WorstQ   float64
	Seeds    int
	Distinct int
	Pairs    []PairRate // pairs of the states under study
	Formats  []Format   // tightest first
	Closure  network.Closure
}

// PairRate is the share of runs that put two states in one community.
type PairRate struct {
	A, B string
	Rate float64
}

// Format is an organisation or format, seen as a set of states.
type Format struct {
	Name   string
	States []string
	// Inside is the share of its states' ties that stay among them, 0..1, and
	// Together the mean co-membership rate of its pairs.
	Inside, Together float64
	Studied          int // how many of the states under study belong to it
}

// FindCommunities runs the Leiden algorithm 60 times on the acts of cooperation
// of the last CommunityYears, over all states of the record, and tests closure.
func FindCommunities(ctx context.Context, c *entente.Case, asOf entente.Day, seed uint64) (*Communities, error) {
	r, h, err := communities(ctx, c, asOf, seed)
	if err != nil || len(r.Groups) == 0 {
		return r, err
	}
	acts := make([][]int32, len(h.Edges))
	for i, e := range h.Edges {
		acts[i] = e.Nodes
	}
	r.Closure, _, err = network.ClosureTest(ctx, len(h.Actors), acts, network.ClosureOptions{Seed: seed, Draws: closureDraws(len(acts))})
	return r, err
}

// CommunitiesAlone is FindCommunities without the test of closure, which takes most of
// its time.
func CommunitiesAlone(ctx context.Context, c *entente.Case, asOf entente.Day, seed uint64) (*Communities, error) {
	r, _, err := communities(ctx, c, asOf, seed)
	return r, err
}

func communities(ctx context.Context, c *entente.Case, asOf entente.Day, seed uint64) (*Communities, *network.Hypergraph, error) {
	r := &Communities{From: addMonths(asOf, -12*CommunityYears) + 1, To: asOf}
	h := network.Build(c, c.ActsOn(asOf), func(a *entente.Actor) bool { return a.Kind == entente.State }).
		Window(r.From, r.To).Layer(network.Layer{Name: "cooperation", Holds: (*entente.Act).Cooperation})
	for _, e := range h.Edges {
		if len(e.Nodes) >= 2 {
			r.N++
		}
	}
	const enough = 30
	if r.N < enough {
		r.Thin = fmt.Sprintf("only %d acts join two or more states in the %d years to %s; at least %d are needed to look for communities", r.N, CommunityYears, asOf, enough)
		return r, h, nil
	}
	g := h.Project()
	found, ok, err := g.Communities(ctx, network.CommunityOptions{Seed: seed})
	if err != nil || !ok {
		return r, h, err
	}
	r.BestQ, r.WorstQ, r.Seeds, r.Distinct = found.BestQ, found.WorstQ, found.Seeds, found.Distinct
	byLabel := make([][]string, found.Count)
	for v, label := range found.Best {
		if g.Degree(v) > 0 {
			byLabel[label] = append(byLabel[label], h.Actors[v])
		}
	}
	for _, states := range byLabel {
		if len(states) > 0 {
			r.Groups = append(r.Groups, states)
		}
	}
	slices.SortStableFunc(r.Groups, func(a, b []string) int { return cmp.Compare(len(b), len(a)) })
	studied := Studied(c, asOf)
	for i, a := range studied {
		for _, b := range studied[i+1:] {
			r.Pairs = append(r.Pairs, PairRate{min(a, b), max(a, b), found.CoMembership(h.Node(a), h.Node(b))})
		}
	}
	slices.SortStableFunc(r.Pairs, func(a, b PairRate) int { return cmp.Compare(b.Rate, a.Rate) })
	for _, f := range formats(c, asOf, h, studied) {
		in := make([]bool, len(h.Actors))
		for _, s := range f.States {
			in[h.Node(s)] = true
		}
		inside, total, pairs := 0.0, 0.0, 0
		for i, a := range f.States {
			u := h.Node(a)
			total += g.Strength(u)
			for v, w := range g.Neighbours(u) {
				if in[v] {
					inside += w
				}
			}
			for _, b := range f.States[i+1:] {
				f.Together += found.CoMembership(u, h.Node(b))
				pairs++
			}
		}
		if total == 0 {
			continue
		}
		f.Inside, f.Together = inside/total, f.Together/float64(pairs)
		r.Formats = append(r.Formats, f)
	}
	slices.SortStableFunc(r.Formats, func(a, b Format) int {
		return cmp.Or(cmp.Compare(b.Together, a.Together), cmp.Compare(b.Inside, a.Inside))
	})
	return r, h, nil
}

// closureDraws is how many rearrangements of so many acts to draw: 999, and fewer
// of a very large record, where the null varies little and each draw is long.
func closureDraws(acts int) int { return min(999, max(99, 500_000/max(acts, 1))) }

// formats lists the sets of states to compare: the group under study, and every
// organisation or format in whose name three states or more are bound on the day
// or acted at least twice in the window, if two of the states under study are
// among them.
func formats(c *entente.Case, asOf entente.Day, h *network.Hypergraph, studied []string) []Format {
	sets := map[string]map[string]int{}
	note := func(forum, state string, times int) {
		if sets[forum] == nil {
			sets[forum] = map[string]int{}
		}
		sets[forum][state] += times
	}
	for _, e := range h.Edges {
		if f := e.Act.Forum; !separate(f) && f != c.Group.Code {
			for _, n := range e.Nodes {
				if role := e.Act.Role(h.Actors[n]); role != "observer" && role != "guest" {
					note(f, h.Actors[n], 1)
				}
			}
		}
	}
	pools, order := organisations(c, asOf)
	for _, forum := range order {
		for _, byState := range pools[forum].entries {
			for state, entries := range byState {
				if t, _ := strongest(entries, asOf); t.standing == StandsInForce || t.standing == StandsSigned {
					note(forum, state, 2)
				}
			}
		}
	}
	list := []Format{{Name: c.Group.Short, States: studied, Studied: len(studied)}}
	for forum, times := range sets {
		if forum == c.Group.Code {
			continue
		}
		f := Format{Name: forum}
		for state, k := range times {
			if k >= 2 && h.Node(state) >= 0 {
				f.States = append(f.States, state)
				if slices.Contains(studied, state) {
					f.Studied++
				}
			}
		}
		if len(f.States) >= 3 && f.Studied >= 2 {
			slices.Sort(f.States)
			list = append(list, f)
		}
	}
	slices.SortFunc(list, func(a, b Format) int { return cmp.Compare(a.Name, b.Name) })
	return list
}
