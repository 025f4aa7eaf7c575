package figure

import (
	"fmt"
	"math"
	"strings"
)

// Spread is what is expected at X: a middle value with ranges around it. A missing one
// has only further values.
type Spread struct {
	X       float64
	Missing bool
	Middle  float64
	Ranges  [][2]float64 // as many as Fan.Ranges, low and high, the widest first
	Others  []float64    // as many as Fan.Others; NaN where there is none
}

// Panel is one chart of a fan.
type Panel struct {
	Name, Note string   // the note is written small under the name
	Spreads    []Spread // in order of X
}

// Fan shows how what is expected spreads with time, in charts of one scale.
type Fan struct {
	Head
	Panels  []Panel
	Middle  string   // legend of the middle values
	Ranges  []string // legends of the ranges, the widest first; at most 2
	Others  []string // legends of the further lines; at most 2
	Unit    string   // what X is, such as years from now
	Percent bool     // values are 0..1 and printed as per cent
	Now     float64  // X at which what is known ends; 0: no mark
}

// SVG draws the charts three to a row, a single one over the whole width. It returns ""
// without any point.
func (f Fan) SVG() string {
	from, to, most := f.extent()
	if !(from < to) {
		return ""
	}
	const gap = 24.0
	left := max(44, textWidth("m s", fmt.Sprintf("%.0f", most))+8)
	columns, high := 3, 112.0
	if len(f.Panels) == 1 {
		columns, high = 1, 180
	}
	wide := (width - left - gap*float64(columns-1)) / float64(columns)
	c := &canvas{}
	top := 0.0
	for row := 0; row < len(f.Panels); row += columns {
		panels := f.Panels[row:min(row+columns, len(f.Panels))]
		names := 0.0
		for i, p := range panels {
			x := left + float64(i)*(wide+gap)
			y := c.lines("b", start, x, top+14, wrap("b", p.Name, wide, 2))
			y = c.lines("m s", start, x, y, wrap("m s", p.Note, wide, 3))
			names = max(names, y-top)
		}
		y := scale{0, most, top + names + high, top + names}
		for i, p := range panels {
			x0 := left + float64(i)*(wide+gap)
			f.panel(c, p, scale{from, to, x0, x0 + wide}, y, i == 0)
		}
		top += names + high + 32
	}
	if f.Unit != "" {
		c.text("m s", end, width, top, f.Unit)
		top += 12
	}
	at := c.legend(0, top+10, f.keys(c))
	return c.figure(f.Head, at-6, 600, `.range{fill:var(--fig-1,#1f6fb2);opacity:.17}
.range.inner{opacity:.3}
.mid,.k1,.k2{fill:none;stroke-width:2.2;stroke-linejoin:round;stroke-linecap:round}
.mid{stroke:var(--fig-1,#1f6fb2)}
.k1{stroke:var(--fig-2,#c04a18);stroke-width:1.8;stroke-dasharray:6 4}
.k2{stroke:var(--fig-3,#13795b);stroke-width:1.8;stroke-dasharray:1.5 4}
circle{fill:var(--fig-paper,#fff);stroke:var(--fig-1,#1f6fb2);stroke-width:1.5}
.now{stroke:var(--fig-own,#b23a12);stroke-width:1.4;stroke-dasharray:5 4}
`)
}

// extent returns the ends of X, and the upper end of the values as printed.
func (f Fan) extent() (from, to, most float64) {
	from, to = math.Inf(1), math.Inf(-1)
	for _, p := range f.Panels {
		for _, s := range p.Spreads {
			from, to = min(from, s.X), max(to, s.X)
			for i := range f.Others {
				if v := f.other(s, i); !math.IsNaN(v) {
					most = max(most, v)
				}
			}
			if !s.Missing {
				most = max(most, s.Middle)
				for _, r := range s.Ranges {
					most = max(most, r[1])
				}
			}
		}
	}
	if f.Percent {
		most *= 100
	}
	step := f.step(most)
	return from, to, step * max(math.Ceil(most/step), 1)
}

// step is the distance of the lines on the axis of values, four of them at most: a
// quarter, or one, two or five of a power of ten.
func (f Fan) step(most float64) float64 {
	if f.Percent {
		return 25
	}
	power := math.Pow(10, math.Floor(math.Log10(max(most, 1)/4)))
	for _, n := range []float64{1, 2, 5, 10} {
		if step := n * power; step >= 1 && 4*step >= most {
			return step
		}
	}
	return 10 * power
}

func (f Fan) other(s Spread, i int) float64 {
	if i >= len(s.Others) {
		return math.NaN()
	}
	return s.Others[i]
}

// panel draws one chart; the first of a row has the values beside its axis.
func (f Fan) panel(c *canvas, p Panel, x, y scale, first bool) {
	unit, of := "", 1.0
	if f.Percent {
		unit, of = "%", 100
	}
	value := func(v float64) float64 { return y.at(min(max(of*v, 0), y.to)) }
	y.ticks(f.step(y.to), func(v, at float64) {
		c.line("grid", x.x0, at, x.x1, at)
		if first {
			c.text("m s", end, x.x0-7, at+4, fmt.Sprintf("%.0f%s", v, unit))
		}
	})
	x.ticks(x.step(36), func(v, at float64) {
		c.line("axis", at, y.x0, at, y.x0+4)
		c.text("m s", middle, min(at, x.x1-8), y.x0+17, fmt.Sprintf("%.0f", v))
	})
	c.line("axis", x.x0, y.x0, x.x1, y.x0)
	var known []Spread
	for _, s := range p.Spreads {
		if !s.Missing {
			known = append(known, s)
		}
	}
	for i := range f.Ranges {
		c.path(rangeClasses[i], outline(known, i, x, value))
	}
	if f.Now != 0 {
		c.line("now", x.at(f.Now), y.x1, x.at(f.Now), y.x0)
	}
	for i := range f.Others {
		c.path(otherClasses[i], joined(p.Spreads, x, func(s Spread) float64 { return value(f.other(s, i)) }))
	}
	c.path("mid", joined(known, x, func(s Spread) float64 { return value(s.Middle) }))
	for _, s := range known {
		c.put("<g><title>", escape(p.Name+", "+f.told(s)), "</title>")
		c.circle("", x.at(s.X), value(s.Middle), 2.4)
		c.put("</g>")
	}
}

// told says in words what a point shows.
func (f Fan) told(s Spread) string {
	print := func(v float64) string { return fmt.Sprintf("%.1f", v) }
	if f.Percent {
		print = func(v float64) string { return fmt.Sprintf("%.0f%%", 100*v) }
	}
	text := fmt.Sprintf("%s %.6g: %s", f.Unit, s.X, print(s.Middle))
	for i, r := range s.Ranges {
		text += fmt.Sprintf("; %s %s to %s", f.Ranges[i], print(r[0]), print(r[1]))
	}
	for i, name := range f.Others {
		if v := f.other(s, i); !math.IsNaN(v) {
			text += fmt.Sprintf("; %s %s", name, print(v))
		}
	}
	return text
}

// outline runs along the upper end of a range and back along the lower.
func outline(spreads []Spread, i int, x scale, value func(float64) float64) string {
	var upper, lower strings.Builder
	for k, s := range spreads {
		back := spreads[len(spreads)-1-k]
		fmt.Fprintf(&upper, "%c%s %s", "ML"[min(k, 1)], num(x.at(s.X)), num(value(s.Ranges[i][1])))
		fmt.Fprintf(&lower, "L%s %s", num(x.at(back.X)), num(value(back.Ranges[i][0])))
	}
	if len(spreads) == 0 {
		return ""
	}
	return upper.String() + lower.String() + "Z"
}

// joined is the line through the points that have a value.
func joined(spreads []Spread, x scale, at func(Spread) float64) string {
	var d strings.Builder
	for _, s := range spreads {
		y := at(s)
		if math.IsNaN(y) {
			continue
		}
		fmt.Fprintf(&d, "%c%s %s", "ML"[min(d.Len(), 1)], num(x.at(s.X)), num(y))
	}
	return d.String()
}

func (f Fan) keys(c *canvas) []key {
	var keys []key
	add := func(label, class string) {
		keys = append(keys, key{label, 26, func(x, y float64) { c.line(class, x-12, y, x+12, y) }})
	}
	if f.Middle != "" {
		add(f.Middle, "mid")
	}
	for i, name := range f.Ranges {
		keys = append(keys, key{name, 22, func(x, y float64) {
			for _, class := range rangeClasses[:i+1] { // the inner range lies on the outer one
				c.rect(class, x-10, y-6, 20, 12)
			}
		}})
	}
	for i, name := range f.Others {
		add(name, otherClasses[i])
	}
	if f.Now != 0 {
		keys = append(keys, key{"day of the forecast", 8, func(x, y float64) { c.line("now", x, y-8, x, y+8) }})
	}
	return keys
}

var (
	rangeClasses = [2]string{"range", "range inner"}
	otherClasses = [2]string{"k1", "k2"}
)
