package figure

import (
	"fmt"
	"strings"
)

// Share is the share of events that came among forecasts from one probability to
// another.
type Share struct {
	From, To, Came float64
	N              int
}

// Band is where shares lie at a probability if the forecasts are calibrated.
type Band struct{ P, Low, High float64 }

// Reliability sets what came against what was forecast, with the number of forecasts by
// probability under it on the same axis.
type Reliability struct {
	Head
	Shares    []Share // ascending
	Band      []Band  // ascending
	Forecasts []int   // by equal parts of 0 to 1
	N, Events int
	Note      string // written under the figure, such as the score and its parts
}

// SVG draws the shares as steps over the diagonal on which calibrated forecasts lie.
func (f Reliability) SVG() string {
	if len(f.Shares) == 0 {
		return ""
	}
	const (
		left, right = 60.0, 420.0
		top, bottom = 28.0, 388.0
		bars, base  = 420.0, 480.0
	)
	x, y := scale{0, 100, left, right}, scale{0, 100, bottom, top}
	c := &canvas{}
	x.ticks(25, func(v, at float64) {
		c.line("grid", at, top, at, bottom)
		c.line("grid", left, y.at(v), right, y.at(v))
		c.text("m s", middle, at, base+16, fmt.Sprintf("%.0f%%", v))
		c.text("m s", end, left-6, y.at(v)+4, fmt.Sprintf("%.0f%%", v))
	})
	if len(f.Band) > 0 {
		c.path("band", f.outline(x, y))
	}
	c.line("even", left, bottom, right, top)
	c.path("steps", f.steps(x, y))
	for _, s := range f.Shares {
		closing := c.link("", fmt.Sprintf("%s at %.1f%% to %.1f%%: %.1f%% came", count(s.N, "forecast"), 100*s.From, 100*s.To, 100*s.Came))
		c.line("step", x.at(100*s.From), y.at(100*s.Came), x.at(100*s.To), y.at(100*s.Came))
		c.circle("dot", x.at(50*(s.From+s.To)), y.at(100*s.Came), 3)
		c.WriteString(closing)
	}
	f.histogram(c, x, scale{0, 1, base, bars})
	c.line("axis", left, base, right, base)
	c.text("m s", start, 0, 12, "share that came")
	c.text("m s", start, left, bars-10, "number of forecasts")
	c.text("m s", middle, (left+right)/2, base+34, "probability forecast")
	at := c.lines("m", start, 0, base+58, wrap("m", f.caption(), width, 3))
	at = c.legend(0, at+2, []key{
		{"what came, recalibrated", 26, func(x, y float64) {
			c.line("step", x-12, y, x+12, y)
			c.circle("dot", x, y, 3)
		}},
		{"where 90% of calibrated forecasts would lie", 26, func(x, y float64) { c.rect("band", x-12, y-6, 24, 12) }},
		{"as forecast", 26, func(x, y float64) { c.line("even", x-12, y, x+12, y) }},
	})
	return c.figure(f.Head, at-6, 600, `.band{fill:var(--fig-1,#1f6fb2);opacity:.16}
.even{stroke:var(--fig-soft,#55616d);stroke-width:1.2;stroke-dasharray:5 4}
.steps{fill:none;stroke:var(--fig-1,#1f6fb2);stroke-width:1}
.step{stroke:var(--fig-1,#1f6fb2);stroke-width:2.6;stroke-linecap:round}
.dot{fill:var(--fig-1,#1f6fb2)}
.bar{fill:var(--fig-soft,#55616d)}
`)
}

func (f Reliability) caption() string {
	s := count(f.Events, "event") + " in " + count(f.N, "forecast") + "."
	if f.Note != "" {
		s += " " + f.Note
	}
	return s
}

// outline runs along the upper end of the band and back along the lower.
func (f Reliability) outline(x, y scale) string {
	var d strings.Builder
	point := func(p, v float64) {
		command := "L"
		if d.Len() == 0 {
			command = "M"
		}
		fmt.Fprintf(&d, "%s%s %s", command, num(x.at(100*p)), num(y.at(100*v)))
	}
	for _, b := range f.Band {
		point(b.P, b.High)
	}
	for i := len(f.Band) - 1; i >= 0; i-- {
		point(f.Band[i].P, f.Band[i].Low)
	}
	return d.String() + "Z"
}

// steps joins the shares.
func (f Reliability) steps(x, y scale) string {
	var d strings.Builder
	for i, s := range f.Shares {
		command := "L"
		if i == 0 {
			command = "M"
		}
		fmt.Fprintf(&d, "%s%s %sL%s %s", command, num(x.at(100*s.From)), num(y.at(100*s.Came)), num(x.at(100*s.To)), num(y.at(100*s.Came)))
	}
	return d.String()
}

// histogram draws a bar for each part of 0 to 1, the longest as tall as there is room.
func (f Reliability) histogram(c *canvas, x, y scale) {
	most := 0
	for _, n := range f.Forecasts {
		most = max(most, n)
	}
	if most == 0 {
		return
	}
	parts := float64(len(f.Forecasts))
	for k, n := range f.Forecasts {
		from, to := 100*float64(k)/parts, 100*float64(k+1)/parts
		h := y.x0 - y.at(float64(n)/float64(most))
		if n > 0 {
			h = max(h, 1)
		}
		closing := c.link("", fmt.Sprintf("%.0f%% to %.0f%%: %s", from, to, count(n, "forecast")))
		c.rect("bar", x.at(from)+1, y.x0-h, x.at(to)-x.at(from)-2, h)
		c.WriteString(closing)
	}
	c.text("y s", end, x.x0-6, y.x1+4, fmt.Sprint(most))
}

func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprint(n, " ", noun, "s")
}
