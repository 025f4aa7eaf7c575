package figure

import (
	"fmt"
	"math"
)

// Coefficient is an estimate of a model with its interval. Note stands in place of
// the interval where there is none, such as fixed.
type Coefficient struct {
	Name                string
	Estimate, Low, High float64
	Note                string
}

// Coefficients shows the estimates of a model on one scale, with a line at zero.
type Coefficients struct {
	Head
	Coefficients []Coefficient
	Unit         string // of the scale
	Level        string // of the intervals, such as 95%
}

// SVG draws a row for each coefficient: a dot on its interval, hollow where the
// interval holds zero.
func (f Coefficients) SVG() string {
	if len(f.Coefficients) == 0 {
		return ""
	}
	const (
		nameWidth = 236.0
		left      = 252.0
		right     = 560.0
	)
	c := &canvas{}
	low, high := 0.0, 0.0
	for _, k := range f.Coefficients {
		low, high = min(low, k.Estimate), max(high, k.Estimate)
		if k.Note == "" {
			low, high = min(low, k.Low), max(high, k.High)
		}
	}
	if low == high {
		low, high = -1, 1
	}
	// A round step that gives 3 to 7 marks.
	step := math.Pow(10, math.Floor(math.Log10(high-low)))
	for _, s := range []float64{step / 5, step / 2, step} {
		if (high-low)/s <= 7 {
			step = s
			break
		}
	}
	x := scale{math.Floor(low/step) * step, math.Ceil(high/step) * step, left, right}
	y := 26.0
	var body canvas
	for _, k := range f.Coefficients {
		names := wrap("", k.Name, nameWidth, 2)
		height := 12 + leading("")*float64(len(names))
		body.line("grid", 0, y, width, y)
		body.lines("", start, 0, y+19, names)
		at := y + height/2
		body.WriteString("<g><title>" + escape(k.Name) + "</title>")
		class := "dot"
		value := fmt.Sprintf("%.3g", k.Estimate)
		if k.Note == "" {
			if k.Low <= 0 && k.High >= 0 {
				class = "dot open"
			}
			body.line("span", x.at(k.Low), at, x.at(k.High), at)
			body.line("span", x.at(k.Low), at-4, x.at(k.Low), at+4)
			body.line("span", x.at(k.High), at-4, x.at(k.High), at+4)
			body.text("y s", end, width, at+4, fmt.Sprintf("%.2g to %.2g", k.Low, k.High))
		} else {
			class = "dot open"
			body.text("y s", end, width, at+4, k.Note)
		}
		body.circle(class, x.at(k.Estimate), at, 4.6)
		body.text("m b", end, right+56, at+4, value)
		body.WriteString("</g>")
		y += height
	}
	c.line("grid", 0, y, width, y)
	x.ticks(step, func(v, at float64) {
		class := "grid"
		if math.Abs(v) < step/2 {
			class = "axis"
		}
		c.line(class, at, 20, at, y)
		c.text("m s", middle, at, 14, fmt.Sprintf("%.4g", v))
	})
	c.WriteString(body.String())
	c.boxes = append(c.boxes, body.boxes...)
	y = c.legend(0, y+20, []key{
		{f.Unit + ", with its " + f.Level + " interval", 34, func(x, y float64) {
			c.line("span", x-16, y, x+16, y)
			c.circle("dot", x, y, 4.6)
		}},
		{"hollow: the interval holds zero", 12, func(x, y float64) { c.circle("dot open", x, y, 4.6) }},
	})
	return c.figure(f.Head, y-6, 600, `.dot{fill:var(--fig-1,#1f6fb2);stroke:var(--fig-1,#1f6fb2);stroke-width:1.6}
.dot.open{fill:var(--fig-paper,#fff)}
.span{stroke:var(--fig-1,#1f6fb2);stroke-width:1.8;opacity:.75}
`)
}
