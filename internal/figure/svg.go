// Package figure draws the figures of a brief: pure functions from small
// structs to SVG text.
//
// Each figure is one <svg> that needs nothing else: no script, no font, no
// image. It carries its title and description for readers who cannot see it,
// takes its colours from the page's custom properties (--fig-…, with values of
// its own where the page sets none), and never tells anything by colour alone.
// The same struct gives the same bytes. Links inside a figure are for the
// pointer; the tables beside it lead to the same places by keyboard.
package figure

import (
	"html"
	"math"
	"strconv"
	"strings"
)

// width is that of every figure, in the units of its viewBox: the width in CSS
// pixels at which text has its nominal size.
const width = 720

// Text sizes. None is smaller than 11 at full width.
const (
	textSize  = 13
	smallSize = 12
	tinySize  = 11
)

// canvas collects the elements of one figure, and where its text stands.
type canvas struct {
	strings.Builder
	boxes []box
}

// box is a rectangle; text is what stands in it.
type box struct {
	x0, y0, x1, y1 float64
	text           string
}

func (b box) overlaps(o box) bool {
	return b.x0 < o.x1 && o.x0 < b.x1 && b.y0 < o.y1 && o.y0 < b.y1
}

func (b box) grow(d float64) box { return box{b.x0 - d, b.y0 - d, b.x1 + d, b.y1 + d, b.text} }

// put writes strings and numbers; a number is rounded to a tenth of a unit.
func (c *canvas) put(parts ...any) {
	for _, p := range parts {
		switch v := p.(type) {
		case string:
			c.WriteString(v)
		case float64:
			c.WriteString(num(v))
		case int:
			c.WriteString(strconv.Itoa(v))
		}
	}
}

func num(v float64) string {
	v = math.Round(v*10) / 10
	if v == 0 {
		v = 0 // no minus sign
	}
	return strconv.FormatFloat(v, 'f', -1, 64)
}

func (c *canvas) line(class string, x0, y0, x1, y1 float64) {
	c.put(`<line class="`, class, `" x1="`, x0, `" y1="`, y0, `" x2="`, x1, `" y2="`, y1, `"/>`)
}

func (c *canvas) rect(class string, x, y, w, h float64) {
	c.put(`<rect class="`, class, `" x="`, x, `" y="`, y, `" width="`, w, `" height="`, h, `"/>`)
}

func (c *canvas) circle(class string, x, y, r float64) {
	c.put(`<circle class="`, class, `" cx="`, x, `" cy="`, y, `" r="`, r, `"/>`)
}

func (c *canvas) path(class, d string) { c.put(`<path class="`, class, `" d="`, d, `"/>`) }

// link opens an element that leads to href, with a title for the pointer, and
// returns what closes it.
func (c *canvas) link(href, title string) (end string) {
	if href == "" {
		c.WriteString("<g>")
		end = "</g>"
	} else {
		c.put(`<a href="`, escape(href), `" tabindex="-1">`)
		end = "</a>"
	}
	if title != "" {
		c.put("<title>", escape(title), "</title>")
	}
	return end
}

// The anchors of a text.
const (
	start  = "start"
	middle = "middle"
	end    = "end"
)

// text writes one line with its baseline at y. The class may name a size (m, y),
// b for bold, s for soft.
func (c *canvas) text(class, anchor string, x, y float64, s string) {
	if s == "" {
		return
	}
	b := textBox(class, anchor, x, y, s)
	c.boxes = append(c.boxes, b)
	c.WriteString(`<text`)
	if class != "" {
		c.put(` class="`, class, `"`)
	}
	if anchor != start {
		c.put(` text-anchor="`, anchor, `"`)
	}
	c.put(` x="`, x, `" y="`, y, `">`, escape(s), `</text>`)
}

// lines writes several lines, the first with its baseline at y, and returns the
// baseline of the next.
func (c *canvas) lines(class, anchor string, x, y float64, list []string) float64 {
	for _, s := range list {
		c.text(class, anchor, x, y, s)
		y += leading(class)
	}
	return y
}

func classSize(class string) (size float64, bold bool) {
	size = textSize
	for _, w := range strings.Fields(class) {
		switch w {
		case "m":
			size = smallSize
		case "y":
			size = tinySize
		case "b":
			bold = true
		}
	}
	return size, bold
}

func leading(class string) float64 { size, _ := classSize(class); return math.Round(size * 1.25) }

func textBox(class, anchor string, x, y float64, s string) box {
	size, _ := classSize(class)
	w := textWidth(class, s)
	switch anchor {
	case middle:
		x -= w / 2
	case end:
		x -= w
	}
	return box{x, y - 0.76*size, x + w, y + 0.22*size, s}
}

// advance holds the widths of the printable ASCII characters in thousandths of
// the size, each the wider of Arial's and DejaVu Sans's: the first is as wide as
// the typefaces the page asks for, the second what many systems have without
// them, a seventh wider.
var advance = [95]uint16{
	318, 401, 460, 838, 636, 950, 780, 275, 390, 390, 500, 838, 318, 361, 318, 337,
	636, 636, 636, 636, 636, 636, 636, 636, 636, 636, 337, 337, 838, 838, 838, 556,
	1015, 684, 686, 722, 770, 667, 611, 778, 752, 295, 500, 667, 557, 863, 748, 787,
	667, 787, 722, 667, 611, 732, 684, 989, 685, 667, 685, 390, 337, 390, 838, 556,
	500, 613, 635, 550, 635, 615, 352, 635, 634, 278, 278, 579, 278, 974, 634, 612,
	635, 635, 411, 521, 392, 634, 592, 818, 592, 592, 525, 636, 337, 636, 838,
}

// textWidth estimates the width of a text, on the wide side, since the reader's
// typeface is not known.
func textWidth(class, s string) float64 {
	sum := 0.0
	for _, r := range s {
		switch {
		case r >= ' ' && r <= '~':
			sum += float64(advance[r-' '])
		case r == 'ı' || r == 'İ' || r == '·' || r == '’' || r == '‘':
			sum += 320
		case r == '—' || r == '…' || r == '→' || r == '←':
			sum += 1000
		case r > 0x2e80:
			sum += 1000
		default:
			sum += 640
		}
	}
	size, bold := classSize(class)
	if bold {
		sum *= 1.13
	}
	return sum * size / 1000
}

// wrap breaks a text into lines of at most w; a word that is wider has a line of
// its own. Lines beyond the limit are joined to the last, cut with an ellipsis.
func wrap(class, s string, w float64, limit int) []string {
	var list []string
	current := ""
	for _, word := range strings.Fields(s) {
		next := word
		if current != "" {
			next = current + " " + word
		}
		if current != "" && textWidth(class, next) > w {
			list = append(list, current)
			next = word
		}
		current = next
	}
	if current != "" {
		list = append(list, current)
	}
	if limit > 0 && len(list) > limit {
		list[limit-1] = shorten(class, strings.Join(list[limit-1:], " "), w)
		list = list[:limit]
	}
	return list
}

// shorten cuts a text to the width, with an ellipsis.
func shorten(class, s string, w float64) string {
	if textWidth(class, s) <= w {
		return s
	}
	runes := []rune(s)
	for len(runes) > 0 && textWidth(class, string(runes)+"…") > w {
		runes = runes[:len(runes)-1]
	}
	return strings.TrimRight(string(runes), " ,;:–-") + "…"
}

// key is an entry of a legend: draw paints a swatch of the given width around
// the point.
type key struct {
	label string
	wide  float64
	draw  func(x, y float64)
}

// legend lays entries out in rows from (x, y), the middle of the first row, and
// returns the middle of the row after the last.
func (c *canvas) legend(x, y float64, keys []key) float64 {
	const row = 20
	at := x
	for _, k := range keys {
		w := k.wide + 6 + textWidth("m", k.label)
		if at > x && at+w > width {
			at, y = x, y+row
		}
		k.draw(at+k.wide/2, y)
		c.text("m s", start, at+k.wide+6, y+4, k.label)
		at += w + 16
	}
	return y + row
}

// base is the style of every figure. A page sets the custom properties; the
// values here are for a figure that stands alone.
const base = `text{font-size:13px;fill:var(--fig-ink,#1c2630)}
.m{font-size:12px}
.y{font-size:11px}
.b{font-weight:600}
.s{fill:var(--fig-soft,#55616d)}
.o{fill:var(--fig-own,#b23a12)}
.grid{stroke:var(--fig-line,#d9dfe4);stroke-width:1;fill:none}
.axis{stroke:var(--fig-soft,#55616d);stroke-width:1;fill:none}
.h{paint-order:stroke;stroke:var(--fig-halo,#fff);stroke-width:3.5px;stroke-linejoin:round}
a{cursor:pointer}
`

// depthStyle holds fills, inks and line widths by depth class.
const depthStyle = `.d3{fill:var(--fig-d3,#123f66)}
.d2{fill:var(--fig-d2,#2b71a8)}
.d1{fill:var(--fig-d1,#9cc4e0)}
.d0{fill:var(--fig-d0,#e4e9ed)}
text.i3{fill:var(--fig-d3-ink,#fff)}
text.i2{fill:var(--fig-d2-ink,#fff)}
text.i1{fill:var(--fig-d1-ink,#10222f)}
text.i0{fill:var(--fig-d0-ink,#1c2630)}
.l3,.l2,.l1,.l0{fill:none;stroke-linecap:round}
.l3{stroke:var(--fig-l3,#123f66);stroke-width:4.5}
.l2{stroke:var(--fig-l2,#2b71a8);stroke-width:2.6}
.l1{stroke:var(--fig-l1,#3f86ba);stroke-width:1.5}
.l0{stroke:var(--fig-soft,#55616d);stroke-width:1.4;stroke-dasharray:.1 4}
.dash{stroke-dasharray:7 6;stroke-linecap:butt}
`

// letters are the codes of the depth classes.
var letters = map[Depth]string{Defence: "D", Nonaggression: "N", Consultation: "C", Cooperation: "·"}

var depthNames = map[Depth]string{
	Defence: "defence", Nonaggression: "non-aggression or neutrality", Consultation: "consultation",
	Cooperation: "cooperation only", NoTie: "no act recorded",
}

// figure wraps the canvas in its <svg>. Minimum is the width in CSS pixels below
// which the text could not be read: a narrower page scrolls the figure.
func (c *canvas) figure(h Head, height float64, minimum int, style string) string {
	var out strings.Builder
	out.Grow(c.Len() + 2048)
	id := escape(h.id())
	for _, s := range []string{`<svg xmlns="http://www.w3.org/2000/svg" id="`, id, `" class="figure" role="img" aria-labelledby="`, id, `-t `, id, `-d" viewBox="0 0 `,
		strconv.Itoa(width), " ", num(math.Ceil(height)), `" style="min-width:`, strconv.Itoa(minimum), `px"><title id="`, id, `-t">`, escape(h.Title),
		`</title><desc id="`, id, `-d">`, escape(h.Desc), `</desc><style>`, scope("#"+h.id(), base+style), `</style>`, c.String(), "</svg>"} {
		out.WriteString(s)
	}
	return out.String()
}

// id is the figure's id on the page, apart from that of the section around it.
func (h Head) id() string { return "fig-" + h.ID }

// scope puts a selector before each selector of simple rules, one rule a line,
// so that the figure's style stays inside the figure.
func scope(selector, style string) string {
	var out strings.Builder
	for rule := range strings.Lines(style) {
		names, body, ok := strings.Cut(strings.TrimSpace(rule), "{")
		if !ok {
			continue
		}
		for i, name := range strings.Split(names, ",") {
			if i > 0 {
				out.WriteByte(',')
			}
			out.WriteString(selector + " " + name)
		}
		out.WriteString("{" + body)
	}
	return out.String()
}

// scale maps years to places on a horizontal axis.
type scale struct{ from, to, x0, x1 float64 }

func (s scale) at(v float64) float64 {
	if s.to == s.from {
		return s.x0
	}
	return s.x0 + (v-s.from)/(s.to-s.from)*(s.x1-s.x0)
}

// step returns the smallest round step in units of the axis that keeps ticks at
// least gap apart.
func (s scale) step(gap float64) float64 {
	for unit := 1.0; unit < 1e12; unit *= 1000 {
		for _, v := range []float64{1, 2, 5, 10, 20, 25, 50, 100, 200, 500} {
			if v*unit*(s.x1-s.x0)/(s.to-s.from) >= gap {
				return v * unit
			}
		}
	}
	return 1e12
}

// ticks calls f for each multiple of step on the axis.
func (s scale) ticks(step float64, f func(v, x float64)) {
	for i := math.Ceil(s.from/step - 1e-9); i*step <= s.to+1e-9; i++ {
		v := i*step + 0 // no minus sign on zero
		f(v, s.at(v))
	}
}

func escape(s string) string { return html.EscapeString(s) }
