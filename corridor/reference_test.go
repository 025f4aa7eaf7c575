package corridor

import (
	"encoding/csv"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"testing"

	"entente/internal/shared"
)

// reference is what R igraph and networkx say of a network.
type reference struct {
	Nodes, Edges, Source, Target int
	MaxFlow                      float64 `json:"max_flow"`
	Cut                          []int   `json:"min_cut_edges"`
	CutSide                      int     `json:"min_cut_source_side_size"`
	MinCost                      float64 `json:"max_flow_min_cost"`
	HalfFlow                     float64 `json:"half_flow"`
	HalfCost                     float64 `json:"half_flow_min_cost"`
	ShortestCost                 float64 `json:"shortest_cost_source_target"`
	NodeByCost                   struct {
		Sum   float64
		Top10 []struct {
			Node  int
			Value float64
		}
	} `json:"node_betweenness_cost"`
	Single []struct {
		Edge int
		Drop float64 `json:"flow_drop"`
	} `json:"vital_single_top10"`
	Greedy []struct {
		Edge  int
		After float64 `json:"flow_after"`
	} `json:"vital_greedy3"`
	Pair *struct {
		After float64 `json:"flow_after"`
		Edges []int
	} `json:"vital_exact_pair"`
	Percolation []struct {
		Fraction                     float64
		Removed, Largest, Components int
	}
}

// known opens a reference network: A and B lie here, C beside the checkout.
func known(t testing.TB, name string) (*Network, *reference, [][]string) {
	t.Helper()
	path := func(file string) string {
		if name == "netC" {
			return shared.Path(t, "reference/corridor/"+file)
		}
		return filepath.Join("testdata", file)
	}
	net := readFile(t, path(name+"-edges.csv"))
	text, err := os.ReadFile(path(name + "-answers.json"))
	if err != nil {
		t.Fatal(err)
	}
	want := &reference{}
	if err := json.Unmarshal(text, want); err != nil {
		t.Fatal(err)
	}
	f, err := os.Open(path(name + "-edge-measures.csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if len(net.Nodes) != want.Nodes || len(net.Edges) != want.Edges || len(rows)-1 != want.Edges {
		t.Fatalf("%s: %d nodes and %d edges, want %d and %d", name, len(net.Nodes), len(net.Edges), want.Nodes, want.Edges)
	}
	return net, want, rows[1:]
}

func readFile(t testing.TB, path string) *Network {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	net, err := Read(path, f, false)
	if err != nil {
		t.Fatal(err)
	}
	return net
}

var references = []string{"netA", "netB", "netC"}

func names(places []int) []string {
	var s []string
	for _, p := range places {
		s = append(s, strconv.Itoa(p))
	}
	return s
}

func TestFlowAgainstIgraph(t *testing.T) {
	for _, name := range references {
		t.Run(name, func(t *testing.T) {
			net, want, _ := known(t, name)
			from, to := strconv.Itoa(want.Source), strconv.Itoa(want.Target)
			got, err := net.Flow(t.Context(), from, to)
			if err != nil {
				t.Fatal(err)
			}
			for _, c := range []struct {
				what string
				got  *float64
				want float64
			}{{"flow", got.MaxFlow, want.MaxFlow}, {"cut", got.CutCapacity, want.MaxFlow}, {"cost", got.MinCost, want.MinCost}, {"half", got.HalfFlow, want.HalfFlow}, {"cost of half", got.HalfFlowMinCost, want.HalfCost}} {
				if c.got == nil || *c.got != c.want {
					t.Errorf("%s %v, want %v", c.what, c.got, c.want)
				}
			}
			if !slices.Equal(got.Cut, names(want.Cut)) || got.SourceSide != want.CutSide {
				t.Errorf("cut %v with %d nodes, want %v with %d", got.Cut, got.SourceSide, want.Cut, want.CutSide)
			}
			route, err := net.Routes(t.Context(), from, to, 1)
			if err != nil {
				t.Fatal(err)
			}
			if *route.Cost != want.ShortestCost {
				t.Errorf("cheapest route %v, want %v", *route.Cost, want.ShortestCost)
			}
		})
	}
}

func near(a, b, tolerance float64) bool { return math.Abs(a-b) <= tolerance*max(1, math.Abs(b)) }

func number(t testing.TB, text string) float64 {
	t.Helper()
	x, err := strconv.ParseFloat(text, 64)
	if err != nil {
		t.Fatal(err)
	}
	return x
}

// The reference has 10 significant digits.
func TestBetweennessAgainstIgraph(t *testing.T) {
	for _, name := range references {
		t.Run(name, func(t *testing.T) {
			net, want, rows := known(t, name)
			got, err := net.Betweenness(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			for i, row := range rows {
				e := got.Edges[i]
				if e.Edge != row[0] || !near(e.Unweighted, number(t, row[1]), 1e-9) || !near(*e.ByCost, number(t, row[2]), 1e-9) {
					t.Errorf("edge %s: %v and %v, want %v", e.Edge, e.Unweighted, *e.ByCost, row)
				}
			}
			sum := 0.0
			byName := map[string]float64{}
			for _, n := range got.Nodes {
				sum += *n.ByCost
				byName[n.Node] = *n.ByCost
			}
			if !near(sum, want.NodeByCost.Sum, 1e-9) {
				t.Errorf("nodes add up to %v, want %v", sum, want.NodeByCost.Sum)
			}
			for _, n := range want.NodeByCost.Top10 {
				if !near(byName[strconv.Itoa(n.Node)], n.Value, 1e-9) {
					t.Errorf("node %d: %v, want %v", n.Node, byName[strconv.Itoa(n.Node)], n.Value)
				}
			}
		})
	}
}

func TestVitalAgainstEnumeration(t *testing.T) {
	for _, name := range references {
		t.Run(name, func(t *testing.T) {
			net, want, rows := known(t, name)
			g, err := net.Graph()
			if err != nil {
				t.Fatal(err)
			}
			w, err := net.wholes(best)
			if err != nil {
				t.Fatal(err)
			}
			s, _ := net.Node(strconv.Itoa(want.Source))
			target, _ := net.Node(strconv.Itoa(want.Target))
			losses, err := g.Losses(t.Context(), w.capacity, s, target)
			if err != nil {
				t.Fatal(err)
			}
			for i, one := range want.Single {
				if losses[i].Index != one.Edge || losses[i].Drop != int64(one.Drop) {
					t.Errorf("place %d: %v, want %v", i, losses[i], one)
				}
			}
			for _, l := range losses {
				if float64(l.Drop) != number(t, rows[l.Index][3]) {
					t.Errorf("edge %d: drop %d, want %s", l.Index, l.Drop, rows[l.Index][3])
				}
			}
			greedy, err := g.Greedy(t.Context(), w.capacity, s, target, 3)
			if err != nil {
				t.Fatal(err)
			}
			if len(greedy.Edges) != len(want.Greedy) {
				t.Fatalf("greedy %v, want %v", greedy, want.Greedy)
			}
			for i, one := range want.Greedy {
				if greedy.Edges[i] != one.Edge || greedy.After[i] != int64(one.After) {
					t.Errorf("greedy %v, want %v", greedy, want.Greedy)
				}
			}
			for k := 1; k <= 3; k++ {
				worst, err := g.WorstSet(t.Context(), w.capacity, s, target, k)
				if err != nil {
					t.Fatal(err)
				}
				bound, err := g.LeastAfter(t.Context(), w.capacity, s, target, k)
				if err != nil {
					t.Fatal(err)
				}
				t.Logf("k=%d: %v, bound %d", k, worst, bound)
				if bound > worst.After {
					t.Errorf("k=%d: bound %d above %d", k, bound, worst.After)
				}
				left := slices.Clone(w.capacity)
				for _, e := range worst.Edges {
					left[e] = 0
				}
				if after := g.MaxFlow(left, s, target).Value; after != worst.After {
					t.Errorf("k=%d: without %v flows %d, not %d", k, worst.Edges, after, worst.After)
				}
				if k == 2 && want.Pair != nil && (!slices.Equal(worst.Edges, want.Pair.Edges) || worst.After != int64(want.Pair.After) || !worst.Proven) {
					t.Errorf("worst pair %v, want %v", worst, want.Pair)
				}
			}
		})
	}
}

func TestPercolationAgainstIgraph(t *testing.T) {
	for _, name := range references {
		t.Run(name, func(t *testing.T) {
			net, want, _ := known(t, name)
			var fractions []float64
			for _, p := range want.Percolation {
				fractions = append(fractions, p.Fraction)
			}
			got, err := net.Percolation(t.Context(), fractions, 20, 1)
			if err != nil {
				t.Fatal(err)
			}
			for i, p := range want.Percolation {
				if q := got.Targeted[i]; q.Removed != p.Removed || q.Largest != float64(p.Largest) || q.Components != float64(p.Components) {
					t.Errorf("fraction %v: %+v, want %+v", p.Fraction, q, p)
				}
				if q := got.Random[i]; q.Low > q.Largest+1e-9 && q.High > q.Low || q.Largest > float64(want.Nodes)+1e-9 {
					t.Errorf("fraction %v at random: %+v", p.Fraction, q)
				}
			}
		})
	}
}
