package figure

import "fmt"

// SVG draws a row for each event and in it a line for each horizon: the
// probability as a dot on its interval, in figures and in words.
func (f Chances) SVG() string {
	if len(f.Prospects) == 0 {
		return ""
	}
	const (
		nameRight = 150.0
		left      = 218.0
		right     = 500.0
		wordsLeft = right + 52
		row       = 18.0
	)
	c := &canvas{}
	x := scale{0, 100, left, right}
	y := 24.0
	thin := false
	var body canvas
	for _, p := range f.Prospects {
		height := max(row*float64(len(p.Chances)), 34) + 12
		body.line("grid", 0, y, width, y)
		body.lines("b", start, 0, y+21, wrap("b", p.Name, nameRight, 3))
		for i, k := range p.Chances {
			at := y + 6 + row*(float64(i)+.5)
			thin = thin || k.Thin
			name := "dot"
			if k.Thin {
				name = "dot open"
			}
			body.text("m s", end, left-12, at+4, horizon(k.Years))
			body.line("span", x.at(100*k.Low), at, x.at(100*k.High), at)
			body.line("span", x.at(100*k.Low), at-4, x.at(100*k.Low), at+4)
			body.line("span", x.at(100*k.High), at-4, x.at(100*k.High), at+4)
			body.circle(name, x.at(100*k.P), at, 4.6)
			body.text("m b", end, wordsLeft-8, at+4, fmt.Sprintf("%.0f%%", 100*k.P))
			body.text("m s", start, wordsLeft, at+4, shorten("m s", k.Words, width-wordsLeft))
		}
		y += height
	}
	c.line("grid", 0, y, width, y)
	x.ticks(25, func(v, at float64) {
		c.line("grid", at, 18, at, y)
		c.text("m s", middle, at, 12, fmt.Sprintf("%.0f%%", v))
	})
	c.WriteString(body.String())
	c.boxes = append(c.boxes, body.boxes...)
	keys := []key{{"probability, with its 95% interval", 34, func(x, y float64) {
		c.line("span", x-16, y, x+16, y)
		c.circle("dot", x, y, 4.6)
	}}}
	if thin {
		keys = append(keys, key{"hollow: few or no events, read the interval", 12, func(x, y float64) { c.circle("dot open", x, y, 4.6) }})
	}
	y = c.legend(0, y+20, keys)
	return c.figure(f.Head, y-6, 600, `.dot{fill:var(--fig-1,#1f6fb2);stroke:var(--fig-1,#1f6fb2);stroke-width:1.6}
.dot.open{fill:var(--fig-paper,#fff)}
.span{stroke:var(--fig-1,#1f6fb2);stroke-width:1.8;opacity:.75}
`)
}

func horizon(years float64) string {
	if years == 1 {
		return "1 year"
	}
	return fmt.Sprintf("%g years", years)
}
