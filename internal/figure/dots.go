package figure

import (
	"fmt"
	"math"
	"slices"
)

// Dot is an act at a time with a value.
type Dot struct {
	X, Y  float64 // year; value, 0 or more
	Label string  // written beside it where there is room, "" for none
	Title string  // for the pointer
	Href  string
}

// Dots is a scatter of acts over time.
type Dots struct {
	Head
	Dots []Dot
	Unit string  // of the values
	Mark float64 // a value with a line of its own; 0: none
	Note string  // what the line is
}

// SVG draws the dots over a time axis; those with a label are filled.
func (f Dots) SVG() string {
	if len(f.Dots) == 0 {
		return ""
	}
	const (
		left, right = 40.0, width - 24.0
		top, bottom = 22.0, 262.0
	)
	from, to, high := f.Dots[0].X, f.Dots[0].X, f.Mark
	for _, d := range f.Dots {
		from, to, high = min(from, d.X), max(to, d.X), max(high, d.Y)
	}
	x := scale{math.Floor(from), math.Floor(to) + 1, left, right}
	y := scale{0, math.Ceil(high) + .5, bottom, top}
	c := &canvas{}
	y.ticks(2, func(v, at float64) {
		c.line("grid", left, at, right, at)
		c.text("m s", end, left-6, at+4, fmt.Sprintf("%.0f", v))
	})
	x.ticks(x.step(44), func(v, at float64) {
		c.line("grid", at, bottom, at, bottom+4)
		c.text("m s", middle, at, bottom+18, fmt.Sprintf("%.0f", v))
	})
	c.line("axis", left, bottom, right, bottom)
	c.text("m s", start, 0, 12, f.Unit)
	if f.Mark > 0 {
		c.line("mark", left, y.at(f.Mark), right, y.at(f.Mark))
	}
	var taken []box // by filled dots
	for _, d := range f.Dots {
		class := "dot open"
		if d.Label != "" {
			class = "dot"
		}
		close := c.link(d.Href, d.Title)
		c.circle(class, x.at(d.X), y.at(d.Y), 4)
		c.WriteString(close)
		if d.Label != "" {
			taken = append(taken, box{x.at(d.X) - 5, y.at(d.Y) - 5, x.at(d.X) + 5, y.at(d.Y) + 5, ""})
		}
	}
	for _, d := range f.Dots {
		if d.Label == "" {
			continue
		}
		for _, anchor := range []string{start, end} {
			at := x.at(d.X) + 8
			if anchor == end {
				at -= 16
			}
			b := textBox("y h", anchor, at, y.at(d.Y)+4, d.Label)
			free := b.x0 >= left && b.x1 <= width
			for _, o := range slices.Concat(c.boxes, taken) {
				free = free && !b.overlaps(o)
			}
			if free {
				c.text("y h", anchor, at, y.at(d.Y)+4, d.Label)
				break
			}
		}
	}
	below := bottom + 24
	if f.Mark > 0 {
		below = c.legend(0, bottom+38, []key{{f.Note, 26, func(x, y float64) { c.line("mark", x-12, y, x+12, y) }}})
	}
	return c.figure(f.Head, below, 600, `.dot{fill:var(--fig-1,#1f6fb2);stroke:var(--fig-1,#1f6fb2);stroke-width:1.4}
.dot.open{fill:var(--fig-paper,#fff)}
.mark{stroke:var(--fig-own,#b23a12);stroke-width:1.4;stroke-dasharray:5 4}
`)
}
