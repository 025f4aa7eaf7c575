package figure

import (
	"fmt"
	"math"
)

// Told is an answer: a value with its interval, or words where there is no value.
type Told struct {
	Value, Low, High float64 // NaN where there is none
	Words            string
}

// Shift is an answer before and after a change.
type Shift struct {
	Name          string
	Before, After Told
}

// Shifts sets answers before and after a change beneath each other, on one scale.
type Shifts struct {
	Head
	Shifts   []Shift
	From, To float64 // the ends of the scale, the last of which may be the lower
	Percent  bool    // values are 0..1 and printed as per cent
	Interval string  // what the intervals are
}

// SVG draws two dots on their intervals for each answer, the hollow one above for before.
func (f Shifts) SVG() string {
	if len(f.Shifts) == 0 || !(math.Abs(f.To-f.From) > 0) {
		return ""
	}
	const (
		nameWidth   = 244.0
		left, right = 262.0, 588.0
		words       = 122.0
	)
	low, high, x0, x1 := f.From, f.To, left, right
	if low > high {
		low, high, x0, x1 = high, low, x1, x0
	}
	x := scale{low, high, x0, x1}
	c, body, y := &canvas{}, canvas{}, 26.0
	for _, s := range f.Shifts {
		names := wrap("", s.Name, nameWidth, 3)
		height := max(12+leading("")*float64(len(names)), 36)
		at := y + height/2
		body.line("grid", 0, y, width, y)
		body.lines("", start, 0, y+19, names)
		body.put("<g><title>", escape(s.Name+": "+f.print(s.Before)+" before, "+f.print(s.After)+" after"), "</title>")
		f.mark(&body, x, s.Before, at-6, "dot open")
		f.mark(&body, x, s.After, at+6, "dot")
		body.put("</g>")
		text := f.print(s.Before)
		if after := f.print(s.After); after != text {
			text += " → " + after
		}
		body.text("m b", end, width, at+4, shorten("m b", text, words))
		y += height
	}
	c.line("grid", 0, y, width, y)
	x.ticks(f.step(), func(v, at float64) {
		c.line("grid", at, 20, at, y)
		c.text("m s", middle, at, 14, f.print(Told{Value: v}))
	})
	c.WriteString(body.String())
	c.boxes = append(c.boxes, body.boxes...)
	entry := func(class string) func(x, y float64) {
		return func(x, y float64) {
			c.line("span", x-16, y, x+16, y)
			c.circle(class, x, y, 4.6)
		}
	}
	y = c.legend(0, y+20, []key{{"before", 34, entry("dot open")}, {"after", 34, entry("dot")}})
	y = c.lines("m s", start, 0, y+4, wrap("m s", f.Interval, width, 3))
	return c.figure(f.Head, y-6, 600, `.dot{fill:var(--fig-1,#1f6fb2);stroke:var(--fig-1,#1f6fb2);stroke-width:1.6}
.dot.open{fill:var(--fig-paper,#fff);stroke:var(--fig-soft,#55616d)}
.span{stroke:var(--fig-soft,#55616d);stroke-width:1.6;opacity:.75}
`)
}

// mark draws one answer; words are printed beside the row alone.
func (f Shifts) mark(c *canvas, x scale, t Told, at float64, class string) {
	if math.IsNaN(t.Value) {
		return
	}
	on := func(v float64) float64 { return x.at(min(max(v, x.from), x.to)) }
	if !math.IsNaN(t.Low) && !math.IsNaN(t.High) {
		c.line("span", on(t.Low), at, on(t.High), at)
		c.line("span", on(t.Low), at-3, on(t.Low), at+3)
		c.line("span", on(t.High), at-3, on(t.High), at+3)
	}
	c.circle(class, on(t.Value), at, 4.6)
}

func (f Shifts) print(t Told) string {
	switch {
	case math.IsNaN(t.Value):
		return t.Words
	case f.Percent:
		return fmt.Sprintf("%.0f%%", 100*t.Value)
	case math.Abs(f.To-f.From) >= 20:
		return fmt.Sprintf("%.0f", t.Value)
	}
	return fmt.Sprintf("%.3g", t.Value)
}

// step gives 4 to 10 marks on the scale: one, two or five of a power of ten, or quarters of
// a hundred per cent.
func (f Shifts) step() float64 {
	if f.Percent && f.From == 0 && f.To == 1 {
		return 0.25
	}
	span := math.Abs(f.To - f.From)
	power := math.Pow(10, math.Floor(math.Log10(span)))
	for _, s := range []float64{power / 5, power / 2} {
		if span/s <= 10 {
			return s
		}
	}
	return power
}
