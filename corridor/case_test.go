package corridor

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"entente"
	"entente/cases"
	"entente/internal/shared"
	"entente/ledger"
)

func builtIn(t testing.TB) *entente.Case {
	t.Helper()
	folder, err := cases.FS("ots")
	if err != nil {
		t.Fatal(err)
	}
	c, err := ledger.Load(t.Context(), folder, ledger.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// The record's own legs against R igraph: distances, bridges, articulation points,
// routes that share no leg, and betweenness by great-circle kilometres.
func TestRecordAgainstIgraph(t *testing.T) {
	type pair struct {
		From, To string
		Paths    int64
		KM       float64
	}
	var want struct {
		Nodes        int
		Components   int
		Bridges      []string
		Articulation []string
		Edges        []struct {
			ID string
			KM float64
		}
		Disjoint []pair `json:"edge_disjoint_paths"`
		Top      []struct {
			ID    string
			Value float64
		} `json:"edge_betweenness_km_top10"`
		Operating struct {
			Edges, Components int
			Disjoint          []pair `json:"edge_disjoint_paths"`
		} `json:"operating_only"`
	}
	if err := json.NewDecoder(shared.Open(t, "reference/corridor/netR-answers.json")).Decode(&want); err != nil {
		t.Fatal(err)
	}
	c := builtIn(t)
	net, err := Of(c, Layer{})
	if err != nil {
		t.Fatal(err)
	}
	if len(net.Nodes) != want.Nodes || len(net.Edges) != len(want.Edges) {
		t.Fatalf("%d nodes and %d legs, want %d and %d", len(net.Nodes), len(net.Edges), want.Nodes, len(want.Edges))
	}
	for i, e := range want.Edges {
		if net.Edges[i].ID != e.ID || !near(net.Edges[i].Cost.Low, e.KM, 1e-7) {
			t.Errorf("leg %v, want %v", net.Edges[i], e)
		}
	}
	weak, err := net.Weak()
	if err != nil {
		t.Fatal(err)
	}
	var bridges []string
	for _, b := range weak.Bridges {
		bridges = append(bridges, b.Edge)
	}
	slices.Sort(weak.Nodes)
	if !slices.Equal(bridges, want.Bridges) || !slices.Equal(weak.Nodes, want.Articulation) || weak.Components != want.Components {
		t.Errorf("got %v, want bridges %v and articulation %v", weak, want.Bridges, want.Articulation)
	}
	check := func(net *Network, pairs []pair) {
		for _, p := range pairs {
			flow, err := net.Flow(t.Context(), p.From, p.To)
			if err != nil {
				t.Error(err)
				continue
			}
			route, err := net.Routes(t.Context(), p.From, p.To, 1)
			if err != nil {
				t.Fatal(err)
			}
			if flow.DisjointRoutes != p.Paths || route.Connected != (p.Paths > 0) || p.KM > 0 && !near(*route.Cost, p.KM, 1e-7) {
				t.Errorf("%s to %s: %d routes, cost %v; want %v", p.From, p.To, flow.DisjointRoutes, route.Cost, p)
			}
		}
	}
	check(net, want.Disjoint)
	between, err := net.Betweenness(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	by := map[string]float64{}
	for _, e := range between.Edges {
		by[e.Edge] = *e.ByCost
	}
	for _, e := range want.Top {
		if by[e.ID] != e.Value {
			t.Errorf("%s: betweenness %v, want %v", e.ID, by[e.ID], e.Value)
		}
	}
	operating, err := Of(c, Layer{Operating: true})
	if err != nil {
		t.Fatal(err)
	}
	if len(operating.Edges) != want.Operating.Edges {
		t.Errorf("%d operating legs, want %d", len(operating.Edges), want.Operating.Edges)
	}
	check(operating, want.Operating.Disjoint) // nothing that operates reaches Kashgar: 0, no error
	if weak, err = operating.Weak(); err != nil || weak.Components != want.Operating.Components {
		t.Errorf("%d components operate, want %d (%v)", weak.Components, want.Operating.Components, err)
	}
	other, err := Of(c, Layer{With: []string{"Ceyhan terminal"}})
	if err != nil {
		t.Fatal(err)
	}
	flow, err := other.Flow(t.Context(), "xian", "ceyhan")
	if err != nil || *flow.MaxFlow != 0 || flow.DisjointRoutes != 0 || len(flow.Cut) != 0 {
		t.Errorf("xian to ceyhan: %v, %v", flow, err)
	}
}

// Unknown capacities give intervals, and what bounds them is known.
func TestRecordCapacities(t *testing.T) {
	c := builtIn(t)
	net, err := Of(c, Layer{})
	if err != nil {
		t.Fatal(err)
	}
	// From Tbilisi to Kars the record knows both legs of Baku-Tbilisi-Kars, 5 Mt a year,
	// and a way round by Baku and Nakhchivan, which is unknown.
	flow, err := net.Flow(t.Context(), "tbilisi", "kars")
	if err != nil {
		t.Fatal(err)
	}
	if flow.MaxFlow != nil || *flow.Low.MaxFlow != 5 || *flow.High.MaxFlow != 20 || flow.Unit != "Mt/year" {
		t.Errorf("tbilisi to kars: %v, %v to %v %s", flow.MaxFlow, *flow.Low.MaxFlow, *flow.High.MaxFlow, flow.Unit)
	}
	gas, err := Of(c, Layer{Names: []string{"pipeline_gas"}})
	if err != nil {
		t.Fatal(err)
	}
	flow, err = gas.Flow(t.Context(), "sangachal", "melendugno")
	if err != nil {
		t.Fatal(err)
	}
	if *flow.Low.MaxFlow != 0 || *flow.High.MaxFlow != 10 || !slices.Equal(flow.High.Cut, []string{"tap"}) {
		t.Errorf("gas: %v to %v, cut %v", *flow.Low.MaxFlow, *flow.High.MaxFlow, flow.High.Cut)
	}
	for _, layer := range []string{"energy", "cable", "middle corridor", "instc", "northern", "zangezur", "all"} {
		if _, err := Of(c, Layer{Names: []string{layer}}); err != nil {
			t.Errorf("%s: %v", layer, err)
		}
	}
	if _, err := Of(c, Layer{Names: []string{"teleport"}}); err == nil || !strings.Contains(err.Error(), "the modes rail, sea") {
		t.Errorf("teleport: %v", err)
	}
}
