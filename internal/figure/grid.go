package figure

import (
	"fmt"
	"strings"
)

// SVG draws a row for each threat and a column for each actor: a full disc where
// it has been answered multilaterally, a half disc bilaterally, a ring where the
// exposed actor has no recorded answer, and a small dot where it is not exposed.
func (f Threats) SVG() string {
	if len(f.Threats) == 0 || len(f.Actors) == 0 {
		return ""
	}
	c := &canvas{}
	n := float64(len(f.Actors))
	const style = "y b"
	column := 40.0
	for _, a := range f.Actors {
		for _, word := range strings.Fields(a) {
			column = max(column, textWidth(style, word)+6)
		}
	}
	column = min(column, (width-186)/n)
	left := width - column*n
	top := 0.0
	for _, a := range f.Actors {
		top = max(top, leading(style)*float64(len(wrap(style, a, column-4, 3))))
	}
	for j, a := range f.Actors {
		lines := wrap(style, a, column-4, 3)
		for k, l := range lines {
			lines[k] = shorten(style, l, column-.5)
		}
		c.lines(style, middle, left+(float64(j)+.5)*column, 12+top-leading(style)*float64(len(lines)), lines)
	}
	y := top + 8
	group := ""
	for _, t := range f.Threats {
		if t.Group != "" && t.Group != group {
			group = t.Group
			c.line("axis", 0, y+2, width, y+2)
			c.text("m b s", start, 0, y+19, group)
			y += 26
		}
		lines := wrap("", t.Name, left-16, 2)
		height := 14 + 16*float64(len(lines))
		c.rect("row", 0, y, width, height-2)
		c.lines("", start, 6, y+height/2+3.5-8*float64(len(lines)-1), lines)
		for j := range f.Actors {
			answer, title := NotExposed, ""
			if j < len(t.Answers) {
				answer = t.Answers[j]
			}
			if j < len(t.Titles) {
				title = t.Titles[j]
			}
			end := c.link("", title)
			c.answer(answer, left+(float64(j)+.5)*column, y+height/2-1)
			c.put(end)
		}
		y += height
	}
	y = c.legend(0, y+18, []key{
		{"joint work, multilateral", 16, func(x, y float64) { c.answer(Multilaterally, x, y) }},
		{"joint work, bilateral", 16, func(x, y float64) { c.answer(Bilaterally, x, y) }},
		{"talk only", 16, func(x, y float64) { c.answer(Discussed, x, y) }},
		{"exposed, nothing recorded", 16, func(x, y float64) { c.answer(Unanswered, x, y) }},
		{"not exposed", 10, func(x, y float64) { c.answer(NotExposed, x, y) }},
	})
	return c.figure(f.Head, y-6, 600, `.row{fill:var(--fig-faint,#f2f5f7)}
.yes{fill:var(--fig-3,#13795b)}
.half{fill:none;stroke:var(--fig-3,#13795b);stroke-width:1.6}
.no{fill:var(--fig-paper,#fff);stroke:var(--fig-2,#c04a18);stroke-width:2}
.na{fill:var(--fig-line,#c5ced6)}
`)
}

// answer draws the mark of an answer.
func (c *canvas) answer(a Answer, x, y float64) {
	const r = 7.0
	switch a {
	case Multilaterally:
		c.circle("yes", x, y, r)
	case Bilaterally:
		c.circle("half", x, y, r-.8)
		c.path("yes", fmt.Sprintf("M%s %sa%s %s 0 0 0 0 %sZ", num(x), num(y-r), num(r), num(r), num(2*r)))
	case Discussed:
		c.circle("half", x, y, r-.8)
		c.circle("yes", x, y, 2)
	case Unanswered:
		c.circle("no", x, y, r-1)
	default:
		c.circle("na", x, y, 1.6)
	}
}

// SVG draws a row for each bar, with its badge, a solid bar for what was done
// and a hollow one for what was proposed.
func (f Bars) SVG() string {
	if len(f.Bars) == 0 {
		return ""
	}
	c := &canvas{}
	most, badge := 1, 0.0
	for _, b := range f.Bars {
		most = max(most, b.Done+b.Proposed)
		if b.Badge != "" {
			badge = max(badge, textWidth("m b", b.Badge)+30)
		}
	}
	const bars, numbers = 210.0, 58.0
	barLeft := width - bars - numbers
	left := barLeft - badge
	unit := bars / float64(most)
	y := 0.0
	group := ""
	for _, b := range f.Bars {
		if b.Group != "" && b.Group != group {
			group = b.Group
			if y > 0 {
				y += 8
				c.line("grid", 0, y-4, width, y-4)
			}
			c.text("b", start, 0, y+15, group)
			y += 22
		}
		lines := wrap("", b.Name, left-22, 3)
		height := 10 + 16*float64(len(lines))
		middleY := y + height/2
		end := c.link(b.Href, b.Title)
		c.lines("", start, 10, middleY+4.5-8*float64(len(lines)-1), lines)
		if b.Badge != "" {
			c.badge(b.Tone, left, middleY)
			c.text("m b", start, left+20, middleY+4.2, b.Badge)
		}
		c.line("axis", barLeft, middleY-10, barLeft, middleY+10)
		c.rect("done", barLeft, middleY-6, unit*float64(b.Done), 12)
		if b.Proposed > 0 {
			c.rect("todo", barLeft+unit*float64(b.Done)+.8, middleY-5.3, max(1, unit*float64(b.Proposed)-1.6), 10.6)
		}
		count := fmt.Sprint(b.Done)
		if b.Proposed > 0 {
			count += fmt.Sprintf(" + %d", b.Proposed)
		}
		c.text("m s", start, barLeft+unit*float64(b.Done+b.Proposed)+6, middleY+4.2, count)
		c.put(end)
		y += height
	}
	done, proposed := f.DoneLabel, f.ProposedLabel
	if done == "" {
		done = "done"
	}
	if proposed == "" {
		proposed = "proposed"
	}
	y = c.legend(0, y+20, []key{
		{done, 18, func(x, y float64) { c.rect("done", x-9, y-6, 18, 12) }},
		{proposed, 18, func(x, y float64) { c.rect("todo", x-8, y-5.3, 16, 10.6) }},
	})
	return c.figure(f.Head, y-6, 600, `.done{fill:var(--fig-1,#1f6fb2)}
.todo{fill:var(--fig-paper,#fff);stroke:var(--fig-1,#1f6fb2);stroke-width:1.6;stroke-dasharray:3 2}
.t0{fill:var(--fig-soft,#55616d)}
.t1{fill:var(--fig-3,#13795b)}
.t2{fill:none;stroke:var(--fig-3,#13795b);stroke-width:1.8}
.t3{fill:none;stroke:var(--fig-2,#c04a18);stroke-width:1.8}
.t4{fill:var(--fig-2,#c04a18)}
`)
}

// badge draws the sign of a tone: discs for the warm, triangles for the cold,
// full at the ends of the scale.
func (c *canvas) badge(t Tone, x, y float64) {
	class := fmt.Sprintf("t%d", t)
	switch t {
	case Good:
		c.circle(class, x+8, y, 5.5)
	case Mild:
		c.circle(class, x+8, y, 4.6)
	case Warn, Bad:
		r := 5.4
		if t == Bad {
			r = 6.2
		}
		c.path(class, strings.Join([]string{"M", num(x + 8), " ", num(y - r), "L", num(x + 8 + r), " ", num(y + .8*r), "L", num(x + 8 - r), " ", num(y + .8*r), "Z"}, ""))
	default:
		c.rect(class, x+4, y-1.2, 8, 2.4)
	}
}
