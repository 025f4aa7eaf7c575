package network

import (
	"cmp"
	"compress/gzip"
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"math"
	"os"
	"slices"
	"strconv"
	"testing"

	"entente/internal/shared"
)

// atopInput is one layer of one year of the ATOP alliance network over the
// members of the state system.
type atopInput struct {
	year    int
	layer   string
	states  []int // COW codes; a node is an index into it
	edges   []Edge
	dropped int // dyads of the year with an end outside the system
}

func (in atopInput) name() string { return fmt.Sprintf("%d/%s", in.year, in.layer) }

func (in atopInput) graph(t testing.TB) *Graph {
	g, err := NewGraph(len(in.states), in.edges)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// readTable returns the rows of a CSV file without its header.
func readTable(t testing.TB, r io.Reader) [][]string {
	t.Helper()
	rows, err := csv.NewReader(r).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return rows[1:]
}

func readGzip(t testing.TB, name string) [][]string {
	t.Helper()
	z, err := gzip.NewReader(shared.Open(t, name))
	if err != nil {
		t.Fatal(err)
	}
	return readTable(t, z)
}

func whole(t testing.TB, s string) int {
	t.Helper()
	n, err := strconv.Atoi(s)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func decimal(t testing.TB, s string) float64 {
	t.Helper()
	x, err := strconv.ParseFloat(s, 64)
	if err != nil {
		t.Fatal(err)
	}
	return x
}

// atopInputs reads the two layers of all years, ordered by year and layer.
func atopInputs(t testing.TB) []atopInput {
	t.Helper()
	node := map[int]map[int]int{}
	states := map[int][]int{}
	for _, row := range readGzip(t, "reference/network/cow_system_1946_2018.csv.gz") {
		year, code := whole(t, row[0]), whole(t, row[1])
		if node[year] == nil {
			node[year] = map[int]int{}
		}
		node[year][code] = len(states[year])
		states[year] = append(states[year], code)
	}
	at := map[string]*atopInput{}
	for year, codes := range states {
		for _, layer := range []string{"any", "defense"} {
			at[fmt.Sprintf("%d/%s", year, layer)] = &atopInput{year: year, layer: layer, states: codes}
		}
	}
	for _, row := range readGzip(t, "reference/network/atop51_edges_1946_2018.csv.gz") {
		year := whole(t, row[0])
		u, inU := node[year][whole(t, row[1])]
		v, inV := node[year][whole(t, row[2])]
		for _, layer := range []string{"any", "defense"} {
			in := at[fmt.Sprintf("%d/%s", year, layer)]
			switch {
			case !inU || !inV:
				in.dropped++
			case layer == "any" || row[4] == "1":
				in.edges = append(in.edges, Edge{u, v, 1})
			}
		}
	}
	var inputs []atopInput
	for _, in := range at {
		inputs = append(inputs, *in)
	}
	slices.SortFunc(inputs, func(a, b atopInput) int {
		return cmp.Or(cmp.Compare(a.year, b.year), cmp.Compare(a.layer, b.layer))
	})
	return inputs
}

// The columns of atop_year.csv after year and layer.
const (
	colN = 2 + iota
	colM
	colDropped
	colDensity
	colTransitivity
	colClustering
	colComponents
	colGiant
	colIsolates
	colLouvainBest
	colLouvainWorst
	colLeidenBest
	colBestCommunities
)

func atopYears(t testing.TB) map[string][]string {
	f, err := os.Open("testdata/atop_year.csv")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	rows := map[string][]string{}
	for _, row := range readTable(t, f) {
		rows[row[0]+"/"+row[1]] = row
	}
	return rows
}

// TestStructureEqualsReference compares every measure of the 146 networks. The
// reference is printed with eight digits, so half a unit of the eighth is due.
func TestStructureEqualsReference(t *testing.T) {
	inputs, want := atopInputs(t), atopYears(t)
	if len(inputs) != 146 || len(want) != 146 {
		t.Fatalf("%d inputs and %d rows, want 146 of each", len(inputs), len(want))
	}
	for _, in := range inputs {
		row := want[in.name()]
		g := in.graph(t)
		_, components := g.Components()
		for _, c := range []struct {
			what string
			col  int
			got  int
		}{
			{"nodes", colN, g.N()},
			{"edges", colM, g.M()},
			{"dropped dyads", colDropped, in.dropped},
			{"components", colComponents, components},
			{"giant component", colGiant, g.Giant()},
			{"isolates", colIsolates, g.Isolates()},
		} {
			if want := whole(t, row[c.col]); c.got != want {
				t.Errorf("%s: %s %d, want %d", in.name(), c.what, c.got, want)
			}
		}
		for _, c := range []struct {
			what string
			col  int
			get  func() (float64, bool)
		}{
			{"density", colDensity, g.Density},
			{"transitivity", colTransitivity, g.Transitivity},
			{"mean local clustering", colClustering, g.MeanLocalClustering},
		} {
			got, ok := c.get()
			if want := decimal(t, row[c.col]); !ok || math.Abs(got-want) > 1e-8 {
				t.Errorf("%s: %s %.10f (%v), want %.10f", in.name(), c.what, got, ok, want)
			}
		}
	}
}

func TestCommunitiesReachReference(t *testing.T) {
	want := atopYears(t)
	higher, lowest := 0, 0.0
	for _, in := range atopInputs(t) {
		row := want[in.name()]
		c, ok, err := in.graph(t).Communities(context.Background(), CommunityOptions{Seed: 1})
		if err != nil || !ok {
			t.Fatal(in.name(), ok, err)
		}
		best := max(decimal(t, row[colLeidenBest]), decimal(t, row[colLouvainBest]))
		if c.BestQ < best-0.002 {
			t.Errorf("%s: best Q %.6f, want at least %.6f - 0.002", in.name(), c.BestQ, best)
		}
		lowest = min(lowest, c.BestQ-best)
		if c.BestQ > best+1e-7 {
			higher++
		}
		if q, _ := in.graph(t).Modularity(c.Best, 1); math.Abs(q-c.BestQ) > 1e-12 {
			t.Errorf("%s: best Q %.12f but its partition has %.12f", in.name(), c.BestQ, q)
		}
	}
	t.Logf("best Q above the reference in %d of 146 networks; furthest below %.2g", higher, lowest)
}

func TestModularityOfReferencePartitions(t *testing.T) {
	want := atopYears(t)
	community := map[string]map[int]int{}
	degree := map[string]map[int]int{}
	for _, row := range readTable(t, shared.Open(t, "reference/network/atop_best_partitions.csv")) {
		name, state := row[0]+"/"+row[1], whole(t, row[2])
		if community[name] == nil {
			community[name], degree[name] = map[int]int{}, map[int]int{}
		}
		community[name][state] = whole(t, row[3])
		degree[name][state] = whole(t, row[4])
	}
	seen := 0
	for _, in := range atopInputs(t) {
		of := community[in.name()]
		if of == nil {
			continue
		}
		seen++
		g := in.graph(t)
		label := make([]int, g.N())
		for v, state := range in.states {
			label[v] = of[state]
			if got, want := g.Degree(v), degree[in.name()][state]; got != want {
				t.Errorf("%s: state %d has degree %d, want %d", in.name(), state, got, want)
			}
		}
		q, ok := g.Modularity(label, 1)
		best := max(decimal(t, want[in.name()][colLeidenBest]), decimal(t, want[in.name()][colLouvainBest]))
		if !ok || math.Abs(q-best) > 1e-8 {
			t.Errorf("%s: Q of the reference partition %.10f, want %.10f", in.name(), q, best)
		}
		number := slices.Max(label)
		if want := whole(t, want[in.name()][colBestCommunities]); number != want {
			t.Errorf("%s: %d communities, want %d", in.name(), number, want)
		}
	}
	if seen != 14 {
		t.Errorf("%d partitions, want 14", seen)
	}
}

// BenchmarkStructure and BenchmarkLeiden time one call, averaged over the 146
// networks; docs/bench/network.R times igraph on the same.
func BenchmarkStructure(b *testing.B) {
	var graphs []*Graph
	inputs := atopInputs(b)
	for _, in := range inputs {
		graphs = append(graphs, in.graph(b))
	}
	each := func(name string, f func(*Graph)) {
		b.Run("measure="+name, func(b *testing.B) {
			for b.Loop() {
				for _, g := range graphs {
					f(g)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(graphs)), "ns/graph")
		})
	}
	each("density", func(g *Graph) { g.Density() })
	each("transitivity", func(g *Graph) { g.Transitivity() })
	each("clustering", func(g *Graph) { g.MeanLocalClustering() })
	each("components", func(g *Graph) { g.Components() })
	each("giant", func(g *Graph) { g.Giant() })
	each("isolates", func(g *Graph) { g.Isolates() })
	each("hub", func(g *Graph) { g.HubShare() })
	label := make([]int, 200)
	for v := range label {
		label[v] = v % 5
	}
	each("modularity", func(g *Graph) { g.Modularity(label[:g.N()], 1) })
	b.Run("measure=build", func(b *testing.B) {
		for b.Loop() {
			for _, in := range inputs {
				in.graph(b)
			}
		}
		b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(graphs)), "ns/graph")
	})
}

func BenchmarkLeiden(b *testing.B) {
	var graphs []*Graph
	for _, in := range atopInputs(b) {
		graphs = append(graphs, in.graph(b))
	}
	seed := uint64(0)
	sum, best := 0.0, make([]float64, len(graphs))
	for b.Loop() {
		seed++
		for i, g := range graphs {
			label, err := g.Leiden(1, seed)
			if err != nil {
				b.Fatal(err)
			}
			q, _ := g.Modularity(label, 1)
			sum += q
			best[i] = max(best[i], q)
		}
	}
	total := 0.0
	for _, q := range best {
		total += q
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(graphs)), "ns/graph")
	b.ReportMetric(sum/float64(b.N*len(graphs)), "meanQ")
	b.ReportMetric(total/float64(len(graphs)), "bestQ")
}
