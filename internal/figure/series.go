package figure

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

// SVG draws the lines over the coverage strip. A missing point breaks its line;
// nothing is drawn where nothing is known. It returns "" without any point.
func (f Series) SVG() string {
	from, to := f.From, f.To
	if from == 0 && to == 0 {
		from, to = math.Inf(1), math.Inf(-1)
		for _, l := range f.Lines {
			for _, p := range l.Points {
				from, to = min(from, p.X), max(to, p.X)
			}
		}
		for _, n := range f.Coverage {
			from, to = min(from, n.From), max(to, n.To)
		}
	}
	if !(from < to) {
		return ""
	}
	c := &canvas{}
	labels, right := wrapNames(f.Lines, 150)
	const left, high, strip = 44.0, 220.0, 54.0
	x := scale{from, to, left, width - right}
	top := 12.0
	for range changeRows(f.Changes, x) {
		top += 16
	}
	y := func(v float64) float64 { return top + (1-v)*high }
	for _, v := range []float64{0, .25, .5, .75, 1} {
		c.line("grid", left, y(v), x.x1, y(v))
		c.text("m s", end, left-7, y(v)+4, fmt.Sprintf("%.0f%%", 100*v))
	}
	stripTop := top + high + 30
	bottom := stripTop + strip
	var body canvas
	for i, l := range slices.Backward(f.Lines) {
		f.drawLine(&body, i, l, x, y)
	}
	// Coverage.
	most := 0
	for _, n := range f.Coverage {
		most = max(most, n.N)
	}
	label := f.CoverageLabel
	if label == "" {
		label = "Acts recorded"
	}
	if len(f.Coverage) > 0 {
		body.text("m s h", start, left+2, stripTop-6, label)
	}
	for _, n := range f.Coverage {
		if n.N == 0 || most == 0 {
			continue
		}
		h := max(1, strip*float64(n.N)/float64(most))
		x0, x1 := x.at(n.From), x.at(n.To)
		c.put("<g><title>", escape(fmt.Sprintf("%s: %d", span(n.From, n.To), n.N)), "</title>")
		c.rect("cover", x0+.5, bottom-h, max(1, x1-x0-1), h)
		c.put("</g>")
	}
	c.line("axis", left, bottom, x.x1, bottom)
	if most > 0 {
		c.text("m s", end, left-7, stripTop+10, fmt.Sprint(most))
		c.text("m s", end, left-7, bottom+2, "0")
	}
	x.ticks(x.step(50), func(v, at float64) {
		c.line("grid", at, top, at, bottom+4)
		c.text("m s", middle, at, bottom+18, fmt.Sprintf("%.0f", v))
	})
	for i, row := range changeRows(f.Changes, x) {
		for _, k := range row {
			at := x.at(k.X)
			c.line("change", at, top-4-16*float64(i), at, bottom)
			anchor, label, tx := changeLabel(k, x)
			c.text("m b", anchor, tx, top-8-16*float64(i), label)
		}
	}
	c.WriteString(body.String())
	c.boxes = append(c.boxes, body.boxes...)
	f.nameLines(c, labels, x.x1+10, y)
	keys := []key{{"95% interval", 20, func(x, y float64) { c.rect("band k0", x-10, y-6, 20, 12) }}}
	if len(f.Changes) > 0 {
		keys = append(keys, key{"change point", 14, func(x, y float64) { c.line("change", x, y-8, x, y+8) }})
	}
	keys = append(keys, key{"a gap in a line: too few acts for a value", 0, func(float64, float64) {}})
	at := c.legend(left, bottom+42, keys)
	return c.figure(f.Head, at-6, 600, `.k0{stroke:var(--fig-1,#1f6fb2)}
.k1{stroke:var(--fig-2,#c04a18)}
.k2{stroke:var(--fig-3,#13795b)}
path{fill:none;stroke-width:2.4;stroke-linejoin:round;stroke-linecap:round}
path.k1{stroke-dasharray:7 5}
path.k2{stroke-dasharray:1.5 5}
.band{fill:var(--fig-1,#1f6fb2);fill-opacity:.17;stroke:none}
circle{fill:var(--fig-paper,#fff);stroke-width:2}
.cover{fill:var(--fig-soft,#55616d);fill-opacity:.55}
.change{stroke:var(--fig-own,#b23a12);stroke-width:1.6;stroke-dasharray:5 4}
text.n0{fill:var(--fig-1,#1f6fb2)}
text.n1{fill:var(--fig-2,#c04a18)}
text.n2{fill:var(--fig-3,#13795b)}
`)
}

func span(from, to float64) string {
	if to-from <= 1.001 {
		return fmt.Sprintf("%.0f", math.Floor(from))
	}
	return fmt.Sprintf("%.0f–%.0f", math.Floor(from), math.Ceil(to)-1)
}

// drawLine draws runs of known points, the band first.
func (f Series) drawLine(c *canvas, i int, l Line, x scale, y func(float64) float64) {
	i = min(i, 2)
	var run []Point
	flush := func() {
		if len(run) == 0 {
			return
		}
		var line, upper, lower strings.Builder
		for k, p := range run {
			at := num(x.at(p.X)) + " "
			fmt.Fprint(&line, string("ML"[min(k, 1)]), at, num(y(p.Y)))
			fmt.Fprint(&upper, string("ML"[min(k, 1)]), at, num(y(min(1, p.High))))
			lower.WriteString("L" + num(x.at(run[len(run)-1-k].X)) + " " + num(y(max(0, run[len(run)-1-k].Low))))
		}
		if i == 0 && len(run) > 1 {
			c.path("band", upper.String()+lower.String()+"Z")
		} else if i == 0 {
			c.rect("band", x.at(run[0].X)-3, y(run[0].High), 6, y(run[0].Low)-y(run[0].High))
		}
		c.path(fmt.Sprintf("k%d", i), line.String())
		run = nil
	}
	for _, p := range l.Points {
		if p.Missing {
			flush()
			continue
		}
		run = append(run, p)
	}
	flush()
	for _, p := range l.Points {
		if p.Missing {
			continue
		}
		note := fmt.Sprintf("%s, %.0f: %.0f%%", l.Name, p.X, 100*p.Y)
		if p.High > p.Low {
			note += fmt.Sprintf(" (%.0f%% to %.0f%%)", 100*p.Low, 100*p.High)
		}
		if p.N > 0 {
			note += fmt.Sprintf(", n = %d", p.N)
		}
		c.put("<g><title>", escape(note), "</title>")
		c.circle(fmt.Sprintf("k%d", i), x.at(p.X), y(p.Y), 2.8)
		c.put("</g>")
	}
}

// wrapNames breaks the names of the lines and returns the room they need.
func wrapNames(list []Line, most float64) (names [][]string, room float64) {
	room = 12
	for _, l := range list {
		lines := wrap("m b", l.Name, most, 4)
		for _, s := range lines {
			room = max(room, textWidth("m b", s)+14)
		}
		names = append(names, lines)
	}
	return names, room
}

// nameLines writes each line's name beside its last point, moved apart where
// they would touch.
func (f Series) nameLines(c *canvas, names [][]string, x float64, y func(float64) float64) {
	type tag struct {
		line       int
		at, height float64
	}
	var tags []tag
	for i, l := range f.Lines {
		for _, p := range slices.Backward(l.Points) {
			if !p.Missing {
				tags = append(tags, tag{i, y(p.Y), 15 * float64(len(names[i]))})
				break
			}
		}
	}
	slices.SortStableFunc(tags, func(a, b tag) int { return int(math.Copysign(1, a.at-b.at)) })
	for i := range tags {
		tags[i].at -= tags[i].height / 2
		if i > 0 {
			tags[i].at = max(tags[i].at, tags[i-1].at+tags[i-1].height+4)
		}
	}
	for i, floor := len(tags)-1, y(0)+10; i >= 0; i-- {
		tags[i].at = min(tags[i].at, floor-tags[i].height)
		floor = tags[i].at - 4
	}
	for _, t := range tags {
		c.lines(fmt.Sprintf("m b n%d", min(t.line, 2)), start, x, t.at+12, names[t.line])
	}
}

// changeLabel places the label of a change to the side where there is room.
func changeLabel(k Change, x scale) (anchor, label string, at float64) {
	at = x.at(k.X)
	if at+textWidth("m b", k.Label)+4 > x.x1 && at > (x.x0+x.x1)/2 {
		return end, k.Label, at - 4
	}
	return start, k.Label, at + 4
}

// changeRows sorts changes into rows in which their labels do not touch, the
// first row nearest to the chart.
func changeRows(list []Change, x scale) [][]Change {
	var rows [][]Change
	for _, k := range list {
		mine := changeBox(k, x)
		row := slices.IndexFunc(rows, func(row []Change) bool {
			return !slices.ContainsFunc(row, func(o Change) bool { return changeBox(o, x).grow(3).overlaps(mine) })
		})
		if row < 0 {
			row = len(rows)
			rows = append(rows, nil)
		}
		rows[row] = append(rows[row], k)
	}
	return rows
}

func changeBox(k Change, x scale) box {
	anchor, label, at := changeLabel(k, x)
	return textBox("m b", anchor, at, 0, label)
}
