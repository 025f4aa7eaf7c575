package figure

import (
	"fmt"
	"math"
	"slices"
)

// SVG draws the lanes one under the other on one time axis. Each act is a small
// glyph at its date; acts of the same days stand on top of each other, so that
// the height of a heap is their number. An act whose date is known only to lie
// in an interval is a bar over that interval, fading at both ends.
func (f Lanes) SVG() string {
	from, to := math.Inf(1), f.To
	for _, l := range f.Lanes {
		for _, m := range l.Marks {
			from, to = min(from, m.From), max(to, m.From, m.To)
		}
	}
	if math.IsInf(from, 1) {
		return ""
	}
	const (
		left  = 118.0
		right = width - 8.0
		pitch = 6.0 // height of one level
	)
	c := &canvas{}
	x := scale{math.Floor(from), to + (to-from)*0.004 + 0.02, left + 6, right - 4}
	fade := f.id() + "-fade"
	c.put(`<defs>`)
	for i := range max(1, len(f.Domains)) {
		c.put(`<linearGradient id="`, fade, i, `"><stop class="f`, i, `" offset="0" stop-opacity="0"/><stop class="f`, i, `" offset=".35"/><stop class="f`, i, `" offset=".65"/><stop class="f`, i, `" offset="1" stop-opacity="0"/></linearGradient>`)
	}
	c.put(`</defs>`)

	var body canvas
	y := 8.0
	for _, lane := range f.Lanes {
		placed, levels := pile(lane.Marks, x)
		height := max(54, float64(levels)*pitch+16)
		base := y + height - 5
		c.rect("lane", left, y, right-left, height)
		name := wrap("b", lane.Name, left-12, 2)
		note := lane.Note
		if note == "" {
			note = fmt.Sprintf("%d acts", len(lane.Marks))
			if len(lane.Marks) == 1 {
				note = "1 act"
			}
		}
		notes := wrap("y s", note, left-8, 2)
		at := body.lines("b", start, 0, y+height/2+12-8*float64(len(name))-7*float64(len(notes)), name)
		body.lines("y s", start, 0, at-1, notes)
		for _, p := range placed {
			f.mark(&body, lane.Marks[p.mark], p, base-pitch/2-float64(p.level)*pitch, fade)
		}
		y += height + 6
	}
	step := x.step(44)
	minor := max(1, step/5)
	x.ticks(minor, func(v, at float64) {
		if math.Mod(v, step) == 0 {
			c.line("grid", at, 8, at, y)
			c.text("m s", middle, min(at, right-14), y+12, fmt.Sprintf("%.0f", v))
		} else {
			c.line("grid", at, y-6, at, y-2)
		}
	})
	c.WriteString(body.String())
	c.boxes = append(c.boxes, body.boxes...)
	keys := make([]key, 0, len(f.Domains)+2)
	for i, d := range f.Domains {
		keys = append(keys, key{d, 10, func(x, y float64) { c.path(fmt.Sprintf("f%d", i), glyph(i, x, y, 3.8)) }})
	}
	var uncertain, planned bool
	for _, l := range f.Lanes {
		for _, m := range l.Marks {
			uncertain, planned = uncertain || m.To > m.From, planned || m.Planned
		}
	}
	if uncertain {
		keys = append(keys, key{"bar: day not known, only the interval", 24, func(x, y float64) {
			c.put(`<rect fill="url(#`, fade, `0)" x="`, x-12, `" y="`, y-2.2, `" width="24" height="4.4"/>`)
		}})
	}
	if planned {
		keys = append(keys, key{"hollow: proposed or announced", 10, func(x, y float64) { c.path("p0", glyph(0, x, y, 3.2)) }})
	}
	y = c.legend(0, y+36, keys)
	return c.figure(f.Head, y-6, 640, `.lane{fill:var(--fig-faint,#f2f5f7)}
`+domainStyle)
}

// domainStyle colours the domains, filled and hollow.
const domainStyle = `.f0{fill:var(--fig-1,#1f6fb2);stop-color:var(--fig-1,#1f6fb2)}
.f1{fill:var(--fig-2,#c04a18);stop-color:var(--fig-2,#c04a18)}
.f2{fill:var(--fig-3,#13795b);stop-color:var(--fig-3,#13795b)}
.f3{fill:var(--fig-4,#84509f);stop-color:var(--fig-4,#84509f)}
.f4{fill:var(--fig-5,#8f6a00);stop-color:var(--fig-5,#8f6a00)}
.f5{fill:var(--fig-6,#5b6772);stop-color:var(--fig-6,#5b6772)}
.p0,.p1,.p2,.p3,.p4,.p5{fill:var(--fig-paper,#fff);stroke-width:1.2}
.p0{stroke:var(--fig-1,#1f6fb2)}
.p1{stroke:var(--fig-2,#c04a18)}
.p2{stroke:var(--fig-3,#13795b)}
.p3{stroke:var(--fig-4,#84509f)}
.p4{stroke:var(--fig-5,#8f6a00)}
.p5{stroke:var(--fig-6,#5b6772)}
`

// piled is a mark's place in its lane: its interval on the axis and its level.
type piled struct {
	mark   int
	x0, x1 float64
	level  int
}

// glyphWide is the least room a mark takes on the axis; barWide that of a mark
// with an uncertain date.
const (
	glyphWide = 6.0
	barWide   = 13.0
)

// pile gives each mark the lowest level at which it touches no other, earlier
// marks first and the long bars at the bottom, and returns the number of levels.
func pile(marks []Mark, x scale) ([]piled, int) {
	list := make([]piled, 0, len(marks))
	for i, m := range marks {
		p := piled{mark: i, x0: x.at(m.From), x1: x.at(max(m.From, m.To))}
		least := glyphWide
		if m.To > m.From {
			least = barWide
		}
		if short := least - (p.x1 - p.x0); short > 0 {
			p.x0, p.x1 = p.x0-short/2, p.x1+short/2
		}
		list = append(list, p)
	}
	const long = 3 * barWide
	slices.SortStableFunc(list, func(a, b piled) int {
		la, lb := a.x1-a.x0 > long, b.x1-b.x0 > long
		switch {
		case la != lb && la:
			return -1
		case la != lb:
			return 1
		case a.x0+a.x1 < b.x0+b.x1:
			return -1
		case a.x0+a.x1 > b.x0+b.x1:
			return 1
		}
		return 0
	})
	var levels [][]piled
	for i := range list {
		level := slices.IndexFunc(levels, func(row []piled) bool {
			return !slices.ContainsFunc(row, func(o piled) bool { return o.x0 < list[i].x1-1e-9 && list[i].x0 < o.x1-1e-9 })
		})
		if level < 0 {
			level = len(levels)
			levels = append(levels, nil)
		}
		list[i].level = level
		levels[level] = append(levels[level], list[i])
	}
	return list, len(levels)
}

func (f Lanes) mark(c *canvas, m Mark, p piled, y float64, fade string) {
	domain := max(0, min(m.Domain, 5))
	end := c.link(m.Href, m.Title)
	if m.To > m.From {
		c.put(`<rect fill="url(#`, fade, min(domain, max(0, len(f.Domains)-1)), `)" x="`, p.x0, `" y="`, y-1.6, `" width="`, p.x1-p.x0, `" height="3.2"/>`)
	}
	class, size := fmt.Sprintf("f%d", domain), 2.9
	if m.Planned {
		class, size = fmt.Sprintf("p%d", domain), 2.4
	}
	c.path(class, glyph(domain, (p.x0+p.x1)/2, y, size))
	c.put(end)
}

// glyph is the outline of the shape of a domain, about r around the point: disc,
// square, triangle, diamond, cross, pentagon upside down.
func glyph(kind int, x, y, r float64) string {
	poly := func(points ...float64) string {
		d := ""
		for i := 0; i < len(points); i += 2 {
			d += string("ML"[min(i, 1)]) + num(x+points[i]*r) + " " + num(y+points[i+1]*r)
		}
		return d + "Z"
	}
	switch kind {
	case 1:
		return poly(-.9, -.9, .9, -.9, .9, .9, -.9, .9)
	case 2:
		return poly(0, -1.1, 1.1, .9, -1.1, .9)
	case 3:
		return poly(0, -1.2, 1.2, 0, 0, 1.2, -1.2, 0)
	case 4:
		return poly(-.4, -1.1, .4, -1.1, .4, -.4, 1.1, -.4, 1.1, .4, .4, .4, .4, 1.1, -.4, 1.1, -.4, .4, -1.1, .4, -1.1, -.4, -.4, -.4)
	case 5:
		return poly(-1.1, -.9, 1.1, -.9, 0, 1.1)
	}
	return "M" + num(x-r) + " " + num(y) + "a" + num(r) + " " + num(r) + " 0 1 1 " + num(2*r) + " 0a" + num(r) + " " + num(r) + " 0 1 1 " + num(-2*r) + " 0Z"
}
