package figure

import (
	"fmt"
	"math"
	"slices"
)

// SVG draws one strip for each rung: every other bloc that reached it is a dot
// at its years since founding, those that had it from the start a block at the
// left, and the studied bloc a marker on the line above. It returns "" without
// rungs.
func (f Ladders) SVG() string {
	if len(f.Rungs) == 0 {
		return ""
	}
	const (
		nameRight  = 168.0
		blockLeft  = 180.0
		axisLeft   = 262.0
		axisRight  = 592.0
		laterRight = 624.0
		countLeft  = 640.0
		dot        = 2.4
		pitch      = 5.4
		swarm      = 5 * pitch // at least, below the group's own line
	)
	c := &canvas{}
	limit, later := f.axisEnd()
	x := scale{0, limit, axisLeft + 6, axisRight}
	top := 46.0
	c.text("m s", start, 0, 14, "Rung")
	c.text("m s", end, axisLeft-8, 14, "from the")
	c.text("m s", end, axisLeft-8, 29, "founding")
	c.text("m s", start, x.x0, 14, "years from founding to the rung")
	if later {
		c.text("m s", middle, (axisRight+laterRight)/2+6, 14, "later")
	}
	c.text("m s", start, countLeft, 14, "ever")
	c.text("m s", start, countLeft, 29, "reached")
	var body canvas
	y := top
	for r, rung := range f.Rungs {
		var atStart, times []swarmDot
		for _, b := range f.Others {
			if r >= len(b.Rungs) || !b.Rungs[r].Reached {
				continue
			}
			d := swarmDot{x: x.at(b.Rungs[r].Years), hollow: b.Rungs[r].Provisional, title: fmt.Sprintf("%s: %s", b.Name, afterYears(b.Rungs[r].Years))}
			switch years := b.Rungs[r].Years; {
			case years < 0.05:
				atStart = append(atStart, d)
			case years > limit:
				d.x = axisRight + 14 + 6*math.Mod(float64(len(times)), 3)
				times = append(times, d)
			default:
				times = append(times, d)
			}
		}
		levels := dodge(times, pitch)
		deep := max(swarm, float64(levels)*pitch)
		columns := math.Floor((axisLeft - 12 - blockLeft - 22) / pitch)
		perColumn := max(math.Floor(deep/pitch), math.Ceil(float64(len(atStart))/columns))
		deep = max(deep, perColumn*pitch)
		height := 24 + deep + 10
		base := y + 24 + deep // dots stand on this line
		body.line("grid", 0, y+height, width, y+height)
		// The rung's name.
		lines := wrap("", rung.Name, nameRight-24, 3)
		body.text("b", start, 0, y+20, rung.Code)
		body.lines("", start, 24, y+20, lines)
		// Dots.
		for i, d := range atStart {
			d.x = axisLeft - 12 - math.Floor(float64(i)/perColumn)*pitch
			d.y = math.Mod(float64(i), perColumn)
			d.draw(&body, base, dot, pitch)
		}
		if n := len(atStart); n > 0 {
			left := axisLeft - 12 - math.Floor(float64(n-1)/perColumn)*pitch - dot
			body.text("m s", end, left-5, base-1, fmt.Sprint(n))
		}
		for _, d := range times {
			d.draw(&body, base, dot, pitch)
		}
		// The studied bloc.
		f.own(&body, r, x, y+14)
		// How many ever did.
		n := len(atStart) + len(times)
		body.text("b", start, countLeft, base-12, fmt.Sprint(n))
		body.text("m s", start, countLeft+4+textWidth("b", fmt.Sprint(n)), base-12, fmt.Sprintf("of %d", len(f.Others)))
		body.rect("void", countLeft, base-6, 76, 7)
		if len(f.Others) > 0 {
			body.rect("full", countLeft, base-6, 76*float64(n)/float64(len(f.Others)), 7)
		}
		y += height
	}
	// Axis behind the strips.
	x.ticks(x.step(34), func(v, at float64) {
		c.line("grid", at, top-6, at, y)
		c.text("m s", middle, at, top-10, fmt.Sprintf("%.0f", v))
	})
	if f.Own.Years > 0 && f.Own.Years <= limit {
		c.line("now", x.at(f.Own.Years), top-6, x.at(f.Own.Years), y+4)
		c.text("m o", middle, x.at(f.Own.Years), y+16, fmt.Sprintf("%s so far: %.1f years", f.Own.Name, f.Own.Years))
	}
	c.WriteString(body.String())
	c.boxes = append(c.boxes, body.boxes...)
	own := f.Own.Name
	keys := []key{
		{fmt.Sprintf("another bloc (%d in all)", len(f.Others)), 8, func(x, y float64) { c.circle("dot", x, y, 3) }},
		{"date or rung uncertain", 8, func(x, y float64) { c.circle("dot open", x, y, 2.6) }},
		{own + " reached it", 12, func(x, y float64) { c.path("own", diamond(x, y, 6)) }},
		{own + ", provisional", 12, func(x, y float64) { c.path("own open", diamond(x, y, 5.5)) }},
		{own + " without it", 26, func(x, y float64) { c.line("wait", x-13, y, x+13, y) }},
	}
	y = c.legend(0, y+38, keys)
	return c.figure(f.Head, y-6, 620, `.dot{fill:var(--fig-1,#1f6fb2);stroke:none}
.dot.open{fill:var(--fig-paper,#fff);stroke:var(--fig-1,#1f6fb2);stroke-width:1.2}
.own{fill:var(--fig-own,#b23a12);stroke:var(--fig-own,#b23a12);stroke-width:1.6}
.own.open{fill:var(--fig-paper,#fff)}
.run{stroke:var(--fig-own,#b23a12);stroke-width:2}
.wait{stroke:var(--fig-own,#b23a12);stroke-width:1.4;stroke-dasharray:2 4}
.now{stroke:var(--fig-own,#b23a12);stroke-width:1;opacity:.45}
.void{fill:none;stroke:var(--fig-line,#c5ced6);stroke-width:1}
.full{fill:var(--fig-1,#1f6fb2)}
`)
}

// own draws the studied bloc's line of one rung.
func (f Ladders) own(c *canvas, r int, x scale, y float64) {
	if r >= len(f.Own.Rungs) {
		return
	}
	reach := f.Own.Rungs[r]
	if !reach.Reached {
		to := min(f.Own.Years, x.to)
		c.line("wait", x.x0, y, x.at(to), y)
		c.text("m s", start, x.at(to)+7, y+4, "not reached")
		return
	}
	at := x.at(min(reach.Years, x.to))
	class, note := "own", ""
	if reach.Provisional {
		class, note = "own open", ", provisional"
	}
	c.line("run", x.x0, y, at, y)
	c.path(class, diamond(at, y, 6))
	c.text("m b o", start, at+10, y+4, afterYears(reach.Years)+note)
}

func afterYears(years float64) string {
	if years < 0.05 {
		return "at its founding"
	}
	return fmt.Sprintf("after %.1f years", years)
}

// axisEnd chooses how many years the axis shows: all the years of the studied
// bloc, and of the others at least nine in ten; the rest is drawn as later.
func (f Ladders) axisEnd() (limit float64, later bool) {
	var all []float64
	for _, b := range f.Others {
		for _, r := range b.Rungs {
			if r.Reached && r.Years >= 0.05 {
				all = append(all, r.Years)
			}
		}
	}
	slices.Sort(all)
	limit = 10
	need := f.Own.Years * 1.25
	if len(all) > 0 {
		need = max(need, all[(len(all)-1)*9/10])
	}
	limit = max(limit, math.Ceil(need/10)*10)
	return limit, len(all) > 0 && all[len(all)-1] > limit
}

// swarmDot is a dot of a swarm; y is its level above the base line.
type swarmDot struct {
	x, y   float64
	hollow bool
	title  string
}

func (d swarmDot) draw(c *canvas, base, r, pitch float64) {
	class := "dot"
	if d.hollow {
		class, r = "dot open", r-0.4
	}
	c.put("<g><title>", escape(d.title), "</title>")
	c.circle(class, d.x, base-pitch/2-d.y*pitch, r)
	c.put("</g>")
}

// dodge gives each dot the lowest level at which it touches no other, and
// returns the number of levels.
func dodge(dots []swarmDot, pitch float64) int {
	slices.SortStableFunc(dots, func(a, b swarmDot) int {
		switch {
		case a.x < b.x:
			return -1
		case a.x > b.x:
			return 1
		}
		return 0
	})
	var ends []float64 // right end of the last dot on each level
	for i := range dots {
		level := slices.IndexFunc(ends, func(e float64) bool { return e <= dots[i].x-pitch/2 })
		if level < 0 {
			level = len(ends)
			ends = append(ends, 0)
		}
		ends[level] = dots[i].x + pitch/2
		dots[i].y = float64(level)
	}
	return len(ends)
}

func diamond(x, y, r float64) string {
	return "M" + num(x) + " " + num(y-r) + "L" + num(x+r) + " " + num(y) + "L" + num(x) + " " + num(y+r) + "L" + num(x-r) + " " + num(y) + "Z"
}
