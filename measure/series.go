package measure

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"

	"entente"
	"entente/network"
)

// Measure describes one of the series that Series computes.
type Measure struct {
	Name  string `json:"name"`
	Title string `json:"title"`
	Unit  string `json:"unit"`
	About string `json:"about"`
}

// Point is one value of a series. Value is nil where the window holds too little
// to compute it; Thin then says why. Low and High bound it where an interval
// exists (95 per cent, Wilson 1927).
type Point struct {
	Measure  string   `json:"measure"`
	Year     int      `json:"year"` // the last year of the window
	Value    *float64 `json:"value"`
	Low      *float64 `json:"low"`
	High     *float64 `json:"high"`
	N        int      `json:"n"`        // acts that the value rests on
	Coverage int      `json:"coverage"` // all acts recorded in the window, whoever took part
	Thin     string   `json:"thin,omitempty"`
	Partial  bool     `json:"partial,omitempty"` // the window's last year is not over on the day
}

// SeriesOptions chooses windows and the states under study.
type SeriesOptions struct {
	Window int            // length in years, ending with the year named; 0 means 1
	Layer  entente.Domain // only acts of this domain; "" means all
	Among  []string       // states; empty: the members on the day (or the first members, before there are any)
}

// tooFew is the number of acts below which a share or a network of acts is not
// worth a number: with four acts the 95 per cent interval of a share covers more
// than half of the range.
const tooFew = 5

var measures = []Measure{
	{"acts", "Acts of cooperation", "acts", "acts of cooperation with two or more of the states"},
	{"acts_multilateral", "Multilateral acts", "acts", "acts of cooperation with three or more of the states"},
	{"multilateral_share", "Multilateral share of acts", "share", "acts with three or more of the states among those with two or more"},
	{"multilateral_exposure", "Multilateral share of pairings", "share", "pairs of the states brought together by acts of three or more, among all such pairs; an act of k states makes k(k-1)/2"},
	{"density", "Density", "share", "pairs of the states joined by an act, among all pairs"},
	{"transitivity", "Transitivity", "share", "3 x triangles / connected triples in the pairwise view"},
	{"clustering", "Mean local clustering", "share", "mean over the states of the share of their partners that are partners; 0 for isolates"},
	{"hub_share", "Hub share", "share", "largest degree / (2 x edges): how far one state is the hub"},
	{"ei_index", "E-I index", "index", "(external - internal) / (external + internal) ties of the states, -1 closed to +1 open"},
	{"in_group_share", "In-group share", "share", "mean over the states of the share of their ties that stay inside"},
}

// Names lists the measures in the order in which they are printed.
func Names() []Measure { return slices.Clone(measures) }

// Studied returns the states whose acts the measures count on the day: the
// members, or the first members while there are none yet.
func Studied(c *entente.Case, asOf entente.Day) []string {
	if on := c.Group.On(asOf, "member"); len(on) > 0 {
		return on
	}
	first := entente.NoEnd
	for _, m := range c.Group.Members {
		if m.Role == "member" && !m.From.IsZero() {
			first = min(first, m.From.Start)
		}
	}
	if first == entente.NoEnd {
		return c.Group.Ever("member")
	}
	return c.Group.On(first, "member")
}

// Series computes the named measures (all of them when none is named) for every
// year from the first act to the day, each over a window of whole years.
func Series(ctx context.Context, c *entente.Case, asOf entente.Day, opt SeriesOptions, names ...string) ([]Point, error) {
	if len(names) == 0 {
		for _, m := range measures {
			names = append(names, m.Name)
		}
	}
	for _, name := range names {
		if !slices.ContainsFunc(measures, func(m Measure) bool { return m.Name == name }) {
			return nil, fmt.Errorf("no measure %q; there are %s", name, strings.Join(measureNames(), ", "))
		}
	}
	if opt.Window < 0 {
		return nil, fmt.Errorf("a window of %d years: use 1 or more", opt.Window)
	}
	years := windows(c, asOf, max(opt.Window, 1))
	among := opt.Among
	if len(among) == 0 {
		among = Studied(c, asOf)
	}
	all := network.Build(c, c.ActsOn(asOf), func(a *entente.Actor) bool { return a.Kind == entente.State })
	whole := all
	if opt.Layer != "" {
		all = all.Layer(network.DomainLayer(opt.Layer))
	}
	inside := make([]bool, len(all.Actors))
	for i, code := range all.Actors {
		inside[i] = slices.Contains(among, code)
	}
	points := make([]Point, 0, len(names)*len(years))
	views := make([]*view, len(years))
	for _, name := range names {
		for i, w := range years {
			if err := ctx.Err(); err != nil {
				return nil, err
			}
			if views[i] == nil {
				views[i] = look(all.Window(w.from, w.to), inside)
				views[i].coverage = len(whole.Window(w.from, w.to).Edges)
			}
			p := Point{Measure: name, Year: w.year, Coverage: views[i].coverage, Partial: w.partial}
			views[i].fill(&p)
			points = append(points, p)
		}
	}
	return points, nil
}

func measureNames() []string {
	names := make([]string, len(measures))
	for i, m := range measures {
		names[i] = m.Name
	}
	return names
}

type window struct {
	year     int
	from, to entente.Day
	partial  bool
}

// windows returns the windows that end with each year from the first act in view
// to the day. An old commitment recorded for what it still obliges opens no empty
// decades: the series begins with the first year from which no ten years pass
// without an act.
func windows(c *entente.Case, asOf entente.Day, length int) []window {
	var years []int
	for _, a := range c.Acts {
		if a.Date.Begun(asOf) {
			years = append(years, a.Date.Start.Year())
		}
	}
	if len(years) == 0 {
		return nil
	}
	slices.Sort(years)
	first := years[0]
	for i := 1; i < len(years); i++ {
		if years[i]-years[i-1] > 10 {
			first = years[i]
		}
	}
	last := asOf.Year()
	var list []window
	for y := first; y <= last; y++ {
		list = append(list, window{
			year: y,
			from: entente.DayOf(y-length+1, 1, 1), to: min(entente.DayOf(y, 12, 31), asOf),
			partial: asOf < entente.DayOf(y, 12, 31),
		})
	}
	return list
}

// view holds what the measures of one window need, computed once.
type view struct {
	coverage                 int
	acts, multilateral       int
	pairs, multilateralPairs int
	states                   int
	inner                    *network.Graph // among the states
	outer                    *network.Graph // over all states of the record
	inside                   []bool
}

func look(h *network.Hypergraph, inside []bool) *view {
	v := &view{inside: inside}
	for _, in := range inside {
		if in {
			v.states++
		}
	}
	kept := make([]network.Hyperedge, 0, len(h.Edges))
	for _, e := range h.Edges {
		if !e.Act.Cooperation() || len(e.Nodes) < 2 {
			continue
		}
		kept = append(kept, e)
		k := 0
		for _, n := range e.Nodes {
			if inside[n] {
				k++
			}
		}
		if k >= 2 {
			v.acts++
			v.pairs += k * (k - 1) / 2
		}
		if k >= 3 {
			v.multilateral++
			v.multilateralPairs += k * (k - 1) / 2
		}
	}
	v.outer = (&network.Hypergraph{Actors: h.Actors, Edges: kept}).Project()
	v.inner = v.outer.Induced(inside)
	return v
}

func (v *view) fill(p *Point) {
	set := func(value float64, ok bool, why string) {
		if !ok {
			p.Thin = why
			return
		}
		p.Value = &value
	}
	share := func(part, whole int) {
		if v.acts < tooFew {
			p.Thin = fmt.Sprintf("only %d acts with two or more of the states; at least %d are needed", v.acts, tooFew)
			return
		}
		value := float64(part) / float64(whole)
		low, high := wilson(part, whole)
		p.Value, p.Low, p.High = &value, &low, &high
	}
	graph := func(value float64, ok bool) {
		switch {
		case v.acts < tooFew:
			p.Thin = fmt.Sprintf("only %d acts with two or more of the states; at least %d are needed", v.acts, tooFew)
		default:
			set(value, ok, "not defined: too few ties")
		}
	}
	p.N = v.acts
	switch p.Measure {
	case "acts":
		set(float64(v.acts), true, "")
	case "acts_multilateral":
		set(float64(v.multilateral), true, "")
	case "multilateral_share":
		share(v.multilateral, v.acts)
	case "multilateral_exposure":
		share(v.multilateralPairs, v.pairs)
		// Pairings made by one act are not independent, so no interval is claimed.
		p.Low, p.High = nil, nil
	case "density":
		graph(v.inner.Density())
	case "transitivity":
		graph(v.inner.Transitivity())
	case "clustering":
		graph(v.inner.MeanLocalClustering())
	case "hub_share":
		graph(v.inner.HubShare())
	case "ei_index":
		graph(v.outer.EI(v.inside))
	case "in_group_share":
		graph(meanInGroupShare(v.outer, v.inside))
	}
	if p.Coverage == 0 {
		p.Value, p.Low, p.High = nil, nil, nil
		p.Thin = "no act recorded in the window"
	}
}

// meanInGroupShare averages, over the states with ties, the share of their ties
// that stay inside.
func meanInGroupShare(g *network.Graph, inside []bool) (float64, bool) {
	sum, n := 0.0, 0
	for node, in := range inside {
		if !in {
			continue
		}
		if share, ok := g.InGroupShare(node, inside); ok {
			sum += share
			n++
		}
	}
	if n == 0 {
		return 0, false
	}
	return sum / float64(n), true
}

// wilson returns the 95 per cent score interval of a share (Wilson 1927, JASA
// 22:209-212).
func wilson(part, whole int) (low, high float64) {
	if whole == 0 {
		return 0, 1
	}
	const z = 1.959963984540054
	n, p := float64(whole), float64(part)/float64(whole)
	centre := (p + z*z/(2*n)) / (1 + z*z/n)
	half := z / (1 + z*z/n) * math.Sqrt(p*(1-p)/n+z*z/(4*n*n))
	return max(0, centre-half), min(1, centre+half)
}

// ChangeNames lists the series whose changes Changes looks for.
func ChangeNames() []string { return []string{"acts", "acts_multilateral", "multilateral_share"} }

// Changes looks for changes in a yearly series of counts among the states. The
// exposure of "acts" and "acts_multilateral" is the coverage, all acts recorded
// in the year, so that a year of which more is recorded is no change; that of
// "multilateral_share" is the acts among the states, so that the rate is the
// share. A year that is not over on the day is left out.
func Changes(ctx context.Context, c *entente.Case, asOf entente.Day, name string) (Change, error) {
	if !slices.Contains(ChangeNames(), name) {
		return Change{}, fmt.Errorf("no series %q to look for changes in; there are %s", name, strings.Join(ChangeNames(), ", "))
	}
	counted := name
	if name == "multilateral_share" {
		counted = "acts_multilateral"
	}
	points, err := Series(ctx, c, asOf, SeriesOptions{}, counted)
	if err != nil {
		return Change{}, err
	}
	var labels []string
	var x, exposure []float64
	for _, p := range points {
		if p.Partial {
			continue
		}
		labels = append(labels, fmt.Sprint(p.Year))
		value := 0.0
		if p.Value != nil {
			value = *p.Value
		}
		x = append(x, value)
		if name == "multilateral_share" {
			exposure = append(exposure, float64(p.N))
		} else {
			exposure = append(exposure, float64(p.Coverage))
		}
	}
	return DetectChange(labels, x, exposure), nil
}
