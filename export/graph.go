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
	// joined in pairs: an act of k actors adds 1/(k-1) to the weight of each of
	// its pairs, as in network.Hypergraph.Project.
	TwoMode bool
}

// graph is an undirected network with attributes in a fixed order.
type graph struct {
	nodeFields, edgeFields []field
	nodes, edges           []element
}

type field struct{ id, kind string } // kind: string, int or double

// element is a node or an edge. Attributes without a value are left out.
type element struct {
	id, label      string // of a node
	place          *entente.Place
	source, target string // of an edge
	values         map[string]string
	life           spell
	weights        []spell // how the weight of an edge grows, without overlaps
}

// spell is a stretch of days, both included, and the weight that holds in it. An
// end of NoEnd is open; known is false where no day is known at all.
type spell struct {
	start, end entente.Day
	known      bool
	weight     float64
}

// build makes the network of the acts and their participants.
func build(c *entente.Case, acts []*entente.Act, asOf entente.Day, opt GraphOptions) *graph {
	g := &graph{}
	if opt.TwoMode {
		g.nodeFields = append(g.nodeFields, field{"mode", "string"})
	}
	g.nodeFields = append(g.nodeFields, field{"kind", "string"}, field{"role", "string"}, field{"acts", "int"},
		field{"lat", "double"}, field{"lon", "double"}, field{"note", "string"})
	g.actors(c, acts, asOf)
	if opt.TwoMode {
		g.twoMode(acts, asOf)
	} else {
		g.pairs(acts, asOf)
	}
	return g
}

// actors adds those who take part in an act, in the order of the case, each from
// its first act on. Someone whom the case does not list is known by the code alone.
func (g *graph) actors(c *entente.Case, acts []*entente.Act, asOf entente.Day) {
	counts, first := map[string]int{}, map[string]spell{}
	var codes []string
	for i := range c.Actors {
		codes = append(codes, c.Actors[i].Code)
	}
	for _, a := range acts {
		for _, p := range a.Participants {
			if counts[p.Actor]++; counts[p.Actor] == 1 && c.Actor(p.Actor) == nil {
				codes = append(codes, p.Actor)
			}
			if s := first[p.Actor]; !a.Date.IsZero() && (!s.known || a.Date.Start < s.start) {
				first[p.Actor] = spell{start: a.Date.Start, end: entente.NoEnd, known: true}
			}
		}
	}
	for _, code := range codes {
		if counts[code] == 0 {
			continue
		}
		node := element{id: code, label: c.Name(code), life: first[code]}
		values := map[string]string{"mode": "actor", "acts": strconv.Itoa(counts[code])}
		if a := c.Actor(code); a != nil {
			values["kind"], values["note"] = string(a.Kind), a.Note
			if node.place = a.Place; a.Place != nil {
				values["lat"], values["lon"] = number(a.Place.Lat), number(a.Place.Lon)
			}
		}
		for _, m := range c.Group.Members {
			if m.Actor == code && m.Holds(asOf) {
				values["role"] = m.Role
			}
		}
		node.values = values
		g.nodes = append(g.nodes, node)
	}
}

func (g *graph) twoMode(acts []*entente.Act, asOf entente.Day) {
	g.nodeFields = append(g.nodeFields, field{"date", "string"}, field{"type", "string"}, field{"forum", "string"}, field{"domains", "string"},
		field{"legal_force", "string"}, field{"obligations", "string"}, field{"status", "string"}, field{"host", "string"})
	g.edgeFields = []field{{"participant_role", "string"}}
	for _, a := range acts {
		id := "act:" + a.ID
		g.nodes = append(g.nodes, element{id: id, label: a.Title, life: life(a, asOf), values: map[string]string{
			"mode": "act", "date": a.Date.String(), "type": string(a.Type), "forum": a.Forum, "domains": join(a.Domains), "legal_force": string(a.Force),
			"obligations": promises(a), "status": string(a.StatusOn(asOf)), "host": a.Host, "note": a.Note}})
		for _, p := range a.Participants {
			g.edges = append(g.edges, element{source: p.Actor, target: id, life: life(a, asOf, p.Actor), values: map[string]string{"participant_role": p.Role}})
		}
	}
}

// pairs joins actors that took part in an act together.
func (g *graph) pairs(acts []*entente.Act, asOf entente.Day) {
	g.edgeFields = []field{{"weight", "double"}, {"acts", "int"}, {"multilateral", "int"}, {"first", "string"}, {"last", "string"}}
	ties := map[[2]string][]*entente.Act{}
	for _, a := range acts {
		for i, p := range a.Participants {
			for _, q := range a.Participants[i+1:] {
				key := [2]string{min(p.Actor, q.Actor), max(p.Actor, q.Actor)}
				ties[key] = append(ties[key], a)
			}
		}
	}
	for pair, together := range ties {
		g.edges = append(g.edges, tie(pair, together, asOf))
	}
	slices.SortFunc(g.edges, func(a, b element) int {
		return cmp.Or(cmp.Compare(a.source, b.source), cmp.Compare(a.target, b.target))
	})
}

// tie is the edge between two actors that did these acts together. It lasts until
// the last of them ended, and is open when one has no end.
func tie(pair [2]string, acts []*entente.Act, asOf entente.Day) element {
	acts = slices.Clone(acts)
	slices.SortStableFunc(acts, func(a, b *entente.Act) int { return a.Date.Compare(b.Date) })
	e := element{source: pair[0], target: pair[1]}
	weight, multilateral := 0.0, 0
	for _, a := range acts {
		weight += 1 / float64(len(a.Participants)-1)
		if len(a.Participants) > 2 {
			multilateral++
		}
		l := life(a, asOf, pair[0], pair[1])
		if !l.known {
			continue
		}
		if !e.life.known {
			e.life = l
		}
		e.life.end = max(e.life.end, l.end)
		if n := len(e.weights); n > 0 {
			if e.weights[n-1].start == l.start {
				e.weights[n-1].weight = weight
				continue
			}
			e.weights[n-1].end = l.start - 1
		}
		e.weights = append(e.weights, spell{start: l.start, end: entente.NoEnd, known: true, weight: weight})
	}
	if n := len(e.weights); n > 0 {
		e.weights[n-1].end = e.life.end
	}
	e.values = map[string]string{"weight": number(weight), "acts": strconv.Itoa(len(acts)), "multilateral": strconv.Itoa(multilateral),
		"first": acts[0].Date.String(), "last": acts[len(acts)-1].Date.String()}
	return e
}

// life returns the days on which the act stands: from its first possible day to
// the last possible day of a dated end, if the record has one that has come by
// the day asked for. An end that names actors counts only for these.
func life(a *entente.Act, asOf entente.Day, actors ...string) spell {
	s := spell{start: a.Date.Start, end: entente.NoEnd, known: !a.Date.IsZero()}
	for _, c := range a.Changes {
		if c.Status != entente.Terminated || !c.Date.Over(asOf) || c.Date.End < s.start {
			continue
		}
		if len(c.Actors) == 0 || slices.ContainsFunc(c.Actors, func(code string) bool { return slices.Contains(actors, code) }) {
			s.end = min(s.end, c.Date.End)
		}
	}
	return s
}

func number(x float64) string { return strconv.FormatFloat(x, 'g', 12, 64) }

// printer writes text and remembers the first error.
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

// esc escapes text for XML, in elements and attributes; what XML cannot hold
// becomes U+FFFD.
func esc(s string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(s)) // a Builder takes everything
	return b.String()
}

// describe says what the network shows, for the reader who opens the file later.
func describe(c *entente.Case, acts []*entente.Act, asOf entente.Day) string {
	return esc(fmt.Sprintf("%s, %d acts as of %s, record %s", c.Title, len(acts), asOf, c.Checksum))
}

// GraphML writes the network of the acts for tools that read GraphML. Nodes are
// actors with name, kind, role in the group on the day, number of acts, place and
// note; an edge has its weight, the number of acts, how many of them had more than
// two participants, and the dates of the first and last. In two-mode networks an
// act is the node "act:" and its id, with its attributes.
func GraphML(w io.Writer, c *entente.Case, acts []*entente.Act, asOf entente.Day, opt GraphOptions) error {
	g := build(c, acts, asOf, opt)
	p := newPrinter(w)
	p.f("%s", xml.Header+`<graphml xmlns="http://graphml.graphdrawing.org/xmlns">`+"\n")
	p.f("  <desc>%s</desc>\n", describe(c, acts, asOf))
	p.f("  <key id=\"label\" for=\"node\" attr.name=\"label\" attr.type=\"string\"/>\n")
	keys := func(of string, fields []field) {
		for _, f := range fields {
			p.f("  <key id=\"%s_%s\" for=\"%s\" attr.name=\"%s\" attr.type=\"%s\"/>\n", of, f.id, of, f.id, f.kind)
		}
	}
	keys("node", g.nodeFields)
	keys("edge", g.edgeFields)
	p.f("  <graph edgedefault=\"undirected\">\n")
	data := func(of string, fields []field, values map[string]string) {
		for _, f := range fields {
			if v := values[f.id]; v != "" {
				p.f("      <data key=\"%s_%s\">%s</data>\n", of, f.id, esc(v))
			}
		}
	}
	for _, n := range g.nodes {
		p.f("    <node id=\"%s\">\n      <data key=\"label\">%s</data>\n", esc(n.id), esc(n.label))
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

// GEXF writes the network of the acts for Gephi (GEXF 1.3) with the attributes
// that GraphML has, so that the timeline can be played: actors appear with their
// first act, the weight of a tie grows with each act, and a tie ends when every
// act that made it has ended. Actors with a known place stand where they lie, ten
// units to a degree.
func GEXF(w io.Writer, c *entente.Case, acts []*entente.Act, asOf entente.Day, opt GraphOptions) error {
	g := build(c, acts, asOf, opt)
	p := newPrinter(w)
	p.f("%s", xml.Header+`<gexf xmlns="http://gexf.net/1.3" xmlns:viz="http://gexf.net/1.3/viz" version="1.3">`+"\n")
	p.f("  <meta>\n    <creator>Entente</creator>\n    <description>%s</description>\n  </meta>\n", describe(c, acts, asOf))
	p.f("  <graph defaultedgetype=\"undirected\" mode=\"dynamic\" timeformat=\"date\">\n")
	kinds := map[string]string{"int": "integer", "string": "string", "double": "double"}
	columns := func(of, mode string, fields []field) {
		p.f("    <attributes class=\"%s\" mode=\"%s\">\n", of, mode)
		for _, f := range fields {
			p.f("      <attribute id=\"%s\" title=\"%s\" type=\"%s\"/>\n", f.id, f.id, kinds[f.kind])
		}
		p.f("    </attributes>\n")
	}
	// The title "weight" is reserved for a weight that changes with time.
	var static, dynamic []field
	for _, f := range g.edgeFields {
		if f.id == "weight" {
			dynamic = append(dynamic, f)
		} else {
			static = append(static, f)
		}
	}
	columns("node", "static", g.nodeFields)
	columns("edge", "static", static)
	if len(dynamic) > 0 {
		columns("edge", "dynamic", dynamic)
	}
	values := func(fields []field, e element) {
		p.f("        <attvalues>\n")
		for _, f := range fields {
			if v := e.values[f.id]; v != "" {
				p.f("          <attvalue for=\"%s\" value=\"%s\"/>\n", f.id, esc(v))
			}
		}
		for _, s := range e.weights {
			p.f("          <attvalue for=\"weight\" value=\"%s\"%s/>\n", number(s.weight), days(s))
		}
		p.f("        </attvalues>\n")
	}
	p.f("    <nodes count=\"%d\">\n", len(g.nodes))
	for _, n := range g.nodes {
		p.f("      <node id=\"%s\" label=\"%s\"%s>\n", esc(n.id), esc(n.label), days(n.life))
		values(g.nodeFields, n)
		if n.place != nil {
			p.f("        <viz:position x=\"%s\" y=\"%s\" z=\"0\"/>\n", number(10*n.place.Lon), number(10*n.place.Lat))
		}
		p.f("      </node>\n")
	}
	p.f("    </nodes>\n    <edges count=\"%d\">\n", len(g.edges))
	for i, e := range g.edges {
		weight := ""
		if v := e.values["weight"]; v != "" {
			weight = fmt.Sprintf(" weight=\"%s\"", v)
		}
		p.f("      <edge id=\"%d\" source=\"%s\" target=\"%s\"%s%s>\n", i, esc(e.source), esc(e.target), weight, days(e.life))
		values(static, e)
		p.f("      </edge>\n")
	}
	p.f("    </edges>\n  </graph>\n</gexf>\n")
	return p.close()
}

// days writes the attributes that bound a spell.
func days(s spell) string {
	switch {
	case !s.known:
		return ""
	case s.end == entente.NoEnd:
		return fmt.Sprintf(" start=\"%s\"", s.start)
	}
	return fmt.Sprintf(" start=\"%s\" end=\"%s\"", s.start, s.end)
}
