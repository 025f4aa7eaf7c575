package export

import (
	"bufio"
	"cmp"
	"encoding/xml"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"entente"
)

// GraphOptions chooses the shape of a network.
type GraphOptions struct {
	// TwoMode makes every act a node beside the actors, with an edge to each of
	// its participants, so that an act of many stays one. Otherwise actors are
	// joined in pairs, with the number of acts that join them.
	TwoMode bool
}

// graph is a network with attributes in a fixed order.
type graph struct {
	nodeFields, edgeFields []field
	nodes                  []element
	edges                  []element
}

type field struct{ id, kind string } // kind: string, int or double

type element struct {
	id, label, source, target string
	values                    []string // one for each field; "" is left out
	start                     entente.Day
	place                     *entente.Place
}

// build makes the network of the acts and their participants.
func build(c *entente.Case, acts []*entente.Act, asOf entente.Day, opt GraphOptions) *graph {
	g := &graph{nodeFields: []field{{"mode", "string"}, {"kind", "string"}, {"role", "string"}, {"acts", "int"}, {"date", "string"}, {"type", "string"}, {"status", "string"}}}
	counts := map[string]int{}
	for _, a := range acts {
		for _, p := range a.Participants {
			counts[p.Actor]++
		}
	}
	for i := range c.Actors {
		actor := &c.Actors[i]
		if counts[actor.Code] == 0 {
			continue
		}
		role := ""
		for _, m := range c.Group.Members {
			if m.Actor == actor.Code && m.Holds(asOf) {
				role = m.Role
			}
		}
		g.nodes = append(g.nodes, element{id: actor.Code, label: actor.Name, place: actor.Place,
			values: []string{"actor", string(actor.Kind), role, strconv.Itoa(counts[actor.Code]), "", "", ""}})
	}
	if opt.TwoMode {
		g.twoMode(acts, asOf)
	} else {
		g.pairs(acts)
	}
	return g
}

func (g *graph) twoMode(acts []*entente.Act, asOf entente.Day) {
	g.edgeFields = []field{{"participant_role", "string"}}
	for _, a := range acts {
		g.nodes = append(g.nodes, element{id: "act:" + a.ID, label: a.Title, start: a.Date.Start,
			values: []string{"act", "", "", "", a.Date.String(), string(a.Type), string(a.StatusOn(asOf))}})
		for _, p := range a.Participants {
			g.edges = append(g.edges, element{source: p.Actor, target: "act:" + a.ID, start: a.Date.Start, values: []string{p.Role}})
		}
	}
}

// pairs joins actors that took part in an act together.
func (g *graph) pairs(acts []*entente.Act) {
	g.edgeFields = []field{{"weight", "int"}, {"multilateral", "int"}, {"first", "string"}, {"last", "string"}}
	type tie struct {
		acts, multilateral int
		first, last        *entente.Act
	}
	ties := map[[2]string]*tie{}
	for _, a := range acts {
		for i, p := range a.Participants {
			for _, q := range a.Participants[i+1:] {
				key := [2]string{min(p.Actor, q.Actor), max(p.Actor, q.Actor)}
				t := ties[key]
				if t == nil {
					t = &tie{first: a}
					ties[key] = t
				}
				t.acts++
				if len(a.Participants) > 2 {
					t.multilateral++
				}
				t.last = a
			}
		}
	}
	for key, t := range ties {
		g.edges = append(g.edges, element{source: key[0], target: key[1], start: t.first.Date.Start,
			values: []string{strconv.Itoa(t.acts), strconv.Itoa(t.multilateral), t.first.Date.String(), t.last.Date.String()}})
	}
	slices.SortFunc(g.edges, func(a, b element) int {
		return cmp.Or(cmp.Compare(a.source, b.source), cmp.Compare(a.target, b.target))
	})
}

// printer writes text with escaped values and remembers the first error.
type printer struct {
	w   *bufio.Writer
	err error
}

func newPrinter(w io.Writer) *printer { return &printer{w: bufio.NewWriter(w)} }

func (p *printer) f(format string, args ...any) {
	if p.err == nil {
		_, p.err = fmt.Fprintf(p.w, format, args...)
	}
}

func (p *printer) close() error {
	if p.err != nil {
		return p.err
	}
	return p.w.Flush()
}

// esc escapes text for XML, in elements and attributes.
func esc(s string) string {
	var b strings.Builder
	if err := xml.EscapeText(&b, []byte(s)); err != nil {
		return ""
	}
	return b.String()
}

// GraphML writes the network of the acts for tools that read GraphML.
func GraphML(w io.Writer, c *entente.Case, acts []*entente.Act, asOf entente.Day, opt GraphOptions) error {
	g := build(c, acts, asOf, opt)
	p := newPrinter(w)
	p.f("%s", xml.Header+`<graphml xmlns="http://graphml.graphdrawing.org/xmlns">`+"\n")
	p.f("  <desc>%s as of %s, record %s</desc>\n", esc(c.Title), asOf, esc(c.Checksum))
	p.f("  <key id=\"label\" for=\"node\" attr.name=\"label\" attr.type=\"string\"/>\n  <key id=\"lat\" for=\"node\" attr.name=\"lat\" attr.type=\"double\"/>\n  <key id=\"lon\" for=\"node\" attr.name=\"lon\" attr.type=\"double\"/>\n")
	for _, set := range []struct {
		of     string
		fields []field
	}{{"node", g.nodeFields}, {"edge", g.edgeFields}} {
		for _, f := range set.fields {
			p.f("  <key id=\"%s_%s\" for=\"%s\" attr.name=\"%s\" attr.type=\"%s\"/>\n", set.of, f.id, set.of, f.id, f.kind)
		}
	}
	p.f("  <graph edgedefault=\"undirected\">\n")
	data := func(of string, fields []field, values []string) {
		for i, f := range fields {
			if values[i] != "" {
				p.f("      <data key=\"%s_%s\">%s</data>\n", of, f.id, esc(values[i]))
			}
		}
	}
	for _, n := range g.nodes {
		p.f("    <node id=\"%s\">\n      <data key=\"label\">%s</data>\n", esc(n.id), esc(n.label))
		if n.place != nil {
			p.f("      <data key=\"lat\">%g</data>\n      <data key=\"lon\">%g</data>\n", n.place.Lat, n.place.Lon)
		}
		data("node", g.nodeFields, n.values)
		p.f("    </node>\n")
	}
	for i, e := range g.edges {
		p.f("    <edge id=\"e%d\" source=\"%s\" target=\"%s\">\n", i, esc(e.source), esc(e.target))
		data("edge", g.edgeFields, e.values)
		p.f("    </edge>\n")
	}
	p.f("  </graph>\n</graphml>\n")
	return p.close()
}

// GEXF writes the network of the acts for Gephi (GEXF 1.3), with the first day of
// each edge so that its timeline can be played.
func GEXF(w io.Writer, c *entente.Case, acts []*entente.Act, asOf entente.Day, opt GraphOptions) error {
	g := build(c, acts, asOf, opt)
	p := newPrinter(w)
	p.f("%s", xml.Header+`<gexf xmlns="http://gexf.net/1.3" xmlns:viz="http://gexf.net/1.3/viz" version="1.3">`+"\n")
	p.f("  <meta>\n    <creator>entente</creator>\n    <description>%s as of %s, record %s</description>\n  </meta>\n", esc(c.Title), asOf, esc(c.Checksum))
	p.f("  <graph defaultedgetype=\"undirected\" mode=\"dynamic\" timeformat=\"date\">\n")
	kinds := map[string]string{"int": "integer", "string": "string", "double": "double"}
	for _, set := range []struct {
		of     string
		fields []field
	}{{"node", g.nodeFields}, {"edge", g.edgeFields}} {
		p.f("    <attributes class=\"%s\">\n", set.of)
		for i, f := range set.fields {
			p.f("      <attribute id=\"%d\" title=\"%s\" type=\"%s\"/>\n", i, f.id, kinds[f.kind])
		}
		p.f("    </attributes>\n")
	}
	values := func(list []string) {
		p.f("        <attvalues>\n")
		for i, v := range list {
			if v != "" {
				p.f("          <attvalue for=\"%d\" value=\"%s\"/>\n", i, esc(v))
			}
		}
		p.f("        </attvalues>\n")
	}
	p.f("    <nodes>\n")
	for _, n := range g.nodes {
		p.f("      <node id=\"%s\" label=\"%s\">\n", esc(n.id), esc(n.label))
		values(n.values)
		if n.place != nil {
			p.f("        <viz:position x=\"%g\" y=\"%g\"/>\n", 10*n.place.Lon, 10*n.place.Lat)
		}
		p.f("      </node>\n")
	}
	p.f("    </nodes>\n    <edges>\n")
	for i, e := range g.edges {
		weight := ""
		if !opt.TwoMode {
			weight = fmt.Sprintf(" weight=\"%s\"", e.values[0])
		}
		p.f("      <edge id=\"%d\" source=\"%s\" target=\"%s\"%s start=\"%s\">\n", i, esc(e.source), esc(e.target), weight, e.start)
		values(e.values)
		p.f("      </edge>\n")
	}
	p.f("    </edges>\n  </graph>\n</gexf>\n")
	return p.close()
}
