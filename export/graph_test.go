package export_test

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"

	"entente"
	"entente/export"
	"entente/network"
)

// graphML and gexf are the documents as their formats define them, read by names
// of elements and attributes.
type graphML struct {
	Keys []struct {
		ID   string `xml:"id,attr"`
		For  string `xml:"for,attr"`
		Name string `xml:"attr.name,attr"`
		Type string `xml:"attr.type,attr"`
	} `xml:"http://graphml.graphdrawing.org/xmlns key"`
	Graph struct {
		Direction string          `xml:"edgedefault,attr"`
		Nodes     []graphMLObject `xml:"node"`
		Edges     []graphMLObject `xml:"edge"`
	} `xml:"graph"`
}

type graphMLObject struct {
	ID     string `xml:"id,attr"`
	Source string `xml:"source,attr"`
	Target string `xml:"target,attr"`
	Data   []struct {
		Key   string `xml:"key,attr"`
		Value string `xml:",chardata"`
	} `xml:"data"`
}

type gexf struct {
	Version string `xml:"version,attr"`
	Graph   struct {
		Mode       string `xml:"mode,attr"`
		TimeFormat string `xml:"timeformat,attr"`
		Attributes []struct {
			Class      string `xml:"class,attr"`
			Mode       string `xml:"mode,attr"`
			Attributes []struct {
				ID    string `xml:"id,attr"`
				Title string `xml:"title,attr"`
				Type  string `xml:"type,attr"`
			} `xml:"attribute"`
		} `xml:"attributes"`
		Nodes []gexfObject `xml:"nodes>node"`
		Edges []gexfObject `xml:"edges>edge"`
	} `xml:"http://gexf.net/1.3 graph"`
}

type gexfObject struct {
	ID     string      `xml:"id,attr"`
	Label  string      `xml:"label,attr"`
	Source string      `xml:"source,attr"`
	Target string      `xml:"target,attr"`
	Weight string      `xml:"weight,attr"`
	Start  string      `xml:"start,attr"`
	End    string      `xml:"end,attr"`
	Values []gexfValue `xml:"attvalues>attvalue"`
	Place  *struct {
		X float64 `xml:"x,attr"`
		Y float64 `xml:"y,attr"`
	} `xml:"http://gexf.net/1.3/viz position"`
}

type gexfValue struct {
	For   string `xml:"for,attr"`
	Value string `xml:"value,attr"`
	Start string `xml:"start,attr"`
	End   string `xml:"end,attr"`
}

// decode reads the whole document, so that anything after its end is an error.
func decode(t testing.TB, document []byte, into any) {
	t.Helper()
	decoder := xml.NewDecoder(bytes.NewReader(document))
	if err := decoder.Decode(into); err != nil {
		t.Fatal(err)
	}
	if token, err := decoder.Token(); !errors.Is(err, io.EOF) {
		if text, ok := token.(xml.CharData); !ok || strings.TrimSpace(string(text)) != "" {
			t.Fatalf("after the document: %v, %v", token, err)
		}
	}
}

// object is a node or an edge in either format: its attributes by name, with
// label and ends among them.
type object map[string]string

// readGraphML returns nodes and edges by id, having checked that every attribute
// is declared for its kind and every end exists.
func readGraphML(t testing.TB, document []byte) (nodes map[string]object, edges []object) {
	t.Helper()
	var d graphML
	decode(t, document, &d)
	if d.Graph.Direction != "undirected" {
		t.Errorf("edges are %q", d.Graph.Direction)
	}
	names := map[string]string{}
	for _, k := range d.Keys {
		names[k.For+" "+k.ID] = k.Name
	}
	read := func(of string, o graphMLObject) object {
		values := object{}
		for _, v := range o.Data {
			name, ok := names[of+" "+v.Key]
			if !ok {
				t.Errorf("%s %s: attribute %q is not declared", of, o.ID, v.Key)
			}
			values[name] = v.Value
		}
		return values
	}
	nodes = map[string]object{}
	for _, n := range d.Graph.Nodes {
		if nodes[n.ID] != nil {
			t.Errorf("two nodes %q", n.ID)
		}
		nodes[n.ID] = read("node", n)
	}
	for _, e := range d.Graph.Edges {
		if nodes[e.Source] == nil || nodes[e.Target] == nil {
			t.Errorf("edge %s joins %q and %q, which are not both nodes", e.ID, e.Source, e.Target)
		}
		o := read("edge", e)
		o["source"], o["target"] = e.Source, e.Target
		edges = append(edges, o)
	}
	return nodes, edges
}

// readGEXF is readGraphML for GEXF. It leaves the dynamic weights out and checks
// that they do not overlap, grow, and end at the weight of the edge.
func readGEXF(t testing.TB, document []byte) (nodes map[string]object, edges []object) {
	t.Helper()
	var d gexf
	decode(t, document, &d)
	if d.Version != "1.3" || d.Graph.Mode != "dynamic" || d.Graph.TimeFormat != "date" {
		t.Errorf("version %q, mode %q, time %q", d.Version, d.Graph.Mode, d.Graph.TimeFormat)
	}
	declared := map[string]string{}
	for _, set := range d.Graph.Attributes {
		for _, a := range set.Attributes {
			declared[set.Class+" "+a.ID] = set.Mode
		}
	}
	read := func(of string, o gexfObject) object {
		values := object{}
		var weights []gexfValue
		for _, v := range o.Values {
			switch declared[of+" "+v.For] {
			case "static":
				values[v.For] = v.Value
			case "dynamic":
				weights = append(weights, v)
			default:
				t.Errorf("%s %s: attribute %q is not declared", of, o.ID, v.For)
			}
		}
		for i, v := range weights {
			last := i == len(weights)-1
			if !last && (v.End == "" || v.End >= weights[i+1].Start || parse(t, v.Value) >= parse(t, weights[i+1].Value)) {
				t.Errorf("%s %s: weights %v", of, o.ID, weights)
			}
			if v.End != "" && v.End < v.Start || last && (v.Value != o.Weight || v.End != o.End) || i == 0 && v.Start != o.Start {
				t.Errorf("%s %s from %q to %q of weight %s: weights %v", of, o.ID, o.Start, o.End, o.Weight, weights)
			}
		}
		if o.End != "" && o.End < o.Start {
			t.Errorf("%s %s ends on %s before it starts on %s", of, o.ID, o.End, o.Start)
		}
		if o.Weight != "" {
			values["weight"] = o.Weight
		}
		return values
	}
	nodes = map[string]object{}
	for _, n := range d.Graph.Nodes {
		o := read("node", n)
		o["label"] = n.Label
		if (n.Place != nil) != (o["lat"] != "") || n.Place != nil && math.Hypot(n.Place.X-10*parse(t, o["lon"]), n.Place.Y-10*parse(t, o["lat"])) > 1e-9 {
			t.Errorf("%s stands at %+v", n.ID, n.Place)
		}
		nodes[n.ID] = o
	}
	for _, e := range d.Graph.Edges {
		o := read("edge", e)
		o["source"], o["target"] = e.Source, e.Target
		edges = append(edges, o)
	}
	return nodes, edges
}

func parse(t testing.TB, s string) float64 {
	t.Helper()
	x, err := strconv.ParseFloat(s, 64)
	if err != nil {
		t.Fatal(err)
	}
	return x
}

func graphs(t *testing.T, c *entente.Case, asOf entente.Day, two bool) (nodes map[string]object, edges []object) {
	t.Helper()
	opt := export.GraphOptions{TwoMode: two}
	nodes, edges = readGraphML(t, written(t, func(w io.Writer) error { return export.GraphML(w, c, c.ActsOn(asOf), asOf, opt) }))
	n, e := readGEXF(t, written(t, func(w io.Writer) error { return export.GEXF(w, c, c.ActsOn(asOf), asOf, opt) }))
	if !reflect.DeepEqual(nodes, n) {
		t.Errorf("two modes %v: GraphML and GEXF differ in nodes", two)
	}
	if !reflect.DeepEqual(edges, e) {
		t.Errorf("two modes %v: GraphML and GEXF differ in edges", two)
	}
	return nodes, edges
}

// TestPairs compares the network of pairs of the built-in case with the
// projection on which the product's own measures rest.
func TestPairs(t *testing.T) {
	c := ots(t)
	nodes, edges := graphs(t, c, c.Horizon, false)
	h := network.Build(c, c.Acts, func(*entente.Actor) bool { return true })
	want := map[string]float64{}
	for e := range h.Project().Edges() {
		want[h.Actors[e.U]+" "+h.Actors[e.V]] = e.W
		want[h.Actors[e.V]+" "+h.Actors[e.U]] = e.W
	}
	if len(edges) != len(want)/2 {
		t.Errorf("%d edges, the projection has %d", len(edges), len(want)/2)
	}
	strength := map[string]float64{}
	for _, e := range edges {
		w := parse(t, e["weight"])
		if math.Abs(w-want[e["source"]+" "+e["target"]]) > 1e-9 {
			t.Errorf("%s and %s: weight %g, the projection has %g", e["source"], e["target"], w, want[e["source"]+" "+e["target"]])
		}
		strength[e["source"]] += w
		strength[e["target"]] += w
	}
	for code, n := range nodes {
		together := 0
		for _, a := range c.Acts {
			if a.Has(code) && len(a.Participants) > 1 {
				together++
			}
		}
		if math.Abs(strength[code]-float64(together)) > 1e-6 {
			t.Errorf("%s: strength %g for %d acts with others", code, strength[code], together)
		}
		if n["label"] != c.Name(code) {
			t.Errorf("%s is labelled %q", code, n["label"])
		}
	}
	if nodes["HUN"]["role"] != "observer" || nodes["AZE"]["role"] != "member" || nodes["RUS"]["role"] != "" {
		t.Errorf("roles: HUN %q, AZE %q, RUS %q", nodes["HUN"]["role"], nodes["AZE"]["role"], nodes["RUS"]["role"])
	}
	if code := "TRNC"; nodes[code] != nil && nodes[code]["note"] == "" {
		t.Errorf("%s stands without its note", code)
	}
}

func TestTwoMode(t *testing.T) {
	c := ots(t)
	nodes, edges := graphs(t, c, c.Horizon, true)
	var got, want []string
	for _, e := range edges {
		got = append(got, e["source"]+" "+e["target"]+" "+e["participant_role"])
	}
	actors := map[string]bool{}
	for _, a := range c.Acts {
		for _, p := range a.Participants {
			actors[p.Actor] = true
			want = append(want, p.Actor+" act:"+a.ID+" "+p.Role)
		}
		if n := nodes["act:"+a.ID]; n["label"] != a.Title || n["date"] != a.Date.String() || n["status"] != string(a.StatusOn(c.Horizon)) ||
			a.ObligationsUnknown != (n["obligations"] == "") || len(a.Obligations) == 0 && !a.ObligationsUnknown && n["obligations"] != "none" {
			t.Errorf("act %s is the node %v", a.ID, n)
		}
	}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Error("the edges are not the participations")
	}
	if len(nodes) != len(actors)+len(c.Acts) {
		t.Errorf("%d nodes for %d actors and %d acts", len(nodes), len(actors), len(c.Acts))
	}
}

// small is a case worked by hand: a treaty of A and B that ends in 2012, a
// meeting of A, B and C on the day it is signed, a pact of three that C alone
// leaves in March 2015, and one of A and D, who is not in the list of actors.
func small(t testing.TB) *entente.Case {
	parties := func(codes string) (list []entente.Participant) {
		for _, code := range strings.Fields(codes) {
			list = append(list, entente.Participant{Actor: code})
		}
		return list
	}
	c := &entente.Case{ID: "small", Title: "Small", Horizon: day(t, "2020-12-31"), Acts: []*entente.Act{
		{ID: "treaty", Date: date(t, "2010-05"), Status: entente.Terminated, Participants: parties("B A"),
			Changes: []entente.Change{{Status: entente.Terminated, Date: date(t, "2012")}}},
		{ID: "summit", Date: date(t, "2010-05-01"), Status: entente.Held, Participants: parties("A B C")},
		{ID: "pact", Date: date(t, "2014"), Status: entente.InForce, Participants: parties("C A"),
			Changes: []entente.Change{{Status: entente.Terminated, Date: date(t, "2015-03-03"), Actors: []string{"C"}}}},
		{ID: "deal", Date: date(t, "2016-01-05"), Status: entente.Terminated, Participants: parties("D A"),
			Changes: []entente.Change{{Status: entente.Terminated, Date: date(t, "2018-06-07")}}},
	}}
	for _, code := range []string{"A", "B", "C"} {
		c.Actors = append(c.Actors, entente.Actor{Code: code, Name: code + "land", Kind: entente.State})
	}
	return c
}

// TestTimeline compares the lives of ties and the growth of their weights with
// those worked out by hand, on two days.
func TestTimeline(t *testing.T) {
	c := small(t)
	for _, test := range []struct {
		asOf  string
		two   bool
		edges []string
	}{
		{"2020-12-31", false, []string{
			"A B 2010-05-01..: 1.5 2010-05-01..",
			"A C 2010-05-01..: 0.5 2010-05-01..2013-12-31, 1.5 2014-01-01..",
			"A D 2016-01-05..2018-06-07: 1 2016-01-05..2018-06-07",
			"B C 2010-05-01..: 0.5 2010-05-01..",
		}},
		{"2017-01-01", false, []string{
			"A B 2010-05-01..: 1.5 2010-05-01..",
			"A C 2010-05-01..: 0.5 2010-05-01..2013-12-31, 1.5 2014-01-01..",
			"A D 2016-01-05..: 1 2016-01-05..",
			"B C 2010-05-01..: 0.5 2010-05-01..",
		}},
		{"2020-12-31", true, []string{
			"B act:treaty 2010-05-01..2012-12-31: ", "A act:treaty 2010-05-01..2012-12-31: ",
			"A act:summit 2010-05-01..: ", "B act:summit 2010-05-01..: ", "C act:summit 2010-05-01..: ",
			"C act:pact 2014-01-01..2015-03-03: ", "A act:pact 2014-01-01..: ",
			"D act:deal 2016-01-05..2018-06-07: ", "A act:deal 2016-01-05..2018-06-07: ",
		}},
	} {
		var d gexf
		asOf := day(t, test.asOf)
		decode(t, written(t, func(w io.Writer) error {
			return export.GEXF(w, c, c.Acts, asOf, export.GraphOptions{TwoMode: test.two})
		}), &d)
		var got []string
		for _, e := range d.Graph.Edges {
			var weights []string
			for _, v := range e.Values {
				if v.For == "weight" {
					weights = append(weights, fmt.Sprintf("%s %s..%s", v.Value, v.Start, v.End))
				}
			}
			got = append(got, fmt.Sprintf("%s %s %s..%s: %s", e.Source, e.Target, e.Start, e.End, strings.Join(weights, ", ")))
		}
		if !slices.Equal(got, test.edges) {
			t.Errorf("as of %s, two modes %v:\n got %q\nwant %q", test.asOf, test.two, got, test.edges)
		}
		graphs(t, c, asOf, test.two)
	}
	nodes, edges := graphs(t, c, c.Horizon, false)
	if want := (object{"source": "A", "target": "B", "weight": "1.5", "acts": "2", "multilateral": "1", "first": "2010-05-01", "last": "2010-05"}); !reflect.DeepEqual(edges[0], want) {
		t.Errorf("A and B: %v, want %v", edges[0], want)
	}
	if want := (object{"label": "D", "acts": "1"}); !reflect.DeepEqual(nodes["D"], want) {
		t.Errorf("the actor without a row is %v, want %v", nodes["D"], want)
	}
}

// FuzzNetworks checks that any text comes back from both formats as it went in,
// save what XML cannot hold.
func FuzzNetworks(f *testing.F) {
	f.Add("Türkiye & \"Şuşa\" <b> ]]> {x} 'y'", "\x00\xff\ufffe\r\n\t")
	f.Fuzz(func(t *testing.T, name, note string) {
		c := &entente.Case{ID: "x", Title: name, Checksum: note, Actors: []entente.Actor{{Code: "A", Name: name, Note: note, Kind: entente.State}, {Code: "B", Name: "B"}}}
		c.Acts = []*entente.Act{{ID: "x", Title: name, Note: note, Date: entente.On(0), Participants: []entente.Participant{{Actor: "A", Role: note}, {Actor: "B"}}}}
		held := func(s string) string {
			return strings.Map(func(r rune) rune {
				if r == '\t' || r == '\n' || r == '\r' || r >= 0x20 && r <= 0xD7FF || r >= 0xE000 && r <= 0xFFFD || r >= 0x10000 {
					return r
				}
				return 0xFFFD
			}, s)
		}
		for _, two := range []bool{false, true} {
			var ml, gx bytes.Buffer
			opt := export.GraphOptions{TwoMode: two}
			if err := export.GraphML(&ml, c, c.Acts, 0, opt); err != nil {
				t.Fatal(err)
			}
			if err := export.GEXF(&gx, c, c.Acts, 0, opt); err != nil {
				t.Fatal(err)
			}
			nodes, _ := readGraphML(t, ml.Bytes())
			dynamic, _ := readGEXF(t, gx.Bytes())
			for _, n := range []object{nodes["A"], dynamic["A"]} {
				if n["label"] != held(name) || n["note"] != held(note) {
					t.Errorf("%q and %q read back as %q", name, note, n)
				}
			}
			if two && nodes["act:x"]["label"] != held(name) {
				t.Errorf("%q reads back as %q", name, nodes["act:x"]["label"])
			}
		}
	})
}
