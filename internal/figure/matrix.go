package figure

import (
	"fmt"
	"strings"
)

// SVG draws the matrix with a letter, a shade and a number in each cell, and its
// legend. It returns "" for fewer than two actors.
func (f Matrix) SVG() string {
	n := len(f.Actors)
	if n < 2 || f.Cell == nil {
		return ""
	}
	c := &canvas{}
	left := 60.0
	for _, a := range f.Actors {
		for _, l := range wrap("b", a.Name, 130, 2) {
			left = max(left, textWidth("b", l)+12)
		}
	}
	// Names over the columns: level where every word fits its column, perhaps in
	// smaller type, or else at a slant.
	size, slant := "m", 0.0
	cell := min(84, (width-left)/float64(n))
	if !f.fits(size, cell) {
		size = "y"
	}
	if !f.fits(size, cell) {
		for _, a := range f.Actors {
			slant = max(slant, textWidth("y b", shorten("y b", a.Name, 130)))
		}
		cell = min(84, (width-left-slant*.72)/float64(n))
	}
	high := max(34, min(cell, 46))
	top := slant*.7 + 14
	if slant == 0 {
		for _, a := range f.Actors {
			top = max(top, leading(size)*float64(len(wrap(class(size, a.Role), a.Name, cell-2, 4)))+8)
		}
	}
	for j, a := range f.Actors {
		x, style := left+(float64(j)+.5)*cell, class(size, a.Role)
		if slant > 0 {
			c.put(`<text class="`, style, `" transform="translate(`, x, " ", top-6, `) rotate(-42)">`, escape(shorten(style, a.Name, 130)), `</text>`)
			continue
		}
		lines := wrap(style, a.Name, cell-2, 4)
		c.lines(style, middle, x, top-8-leading(size)*float64(len(lines)-1), lines)
	}
	used := map[Depth]bool{}
	signed := false
	for i, a := range f.Actors {
		y := top + float64(i)*high
		lines := wrap("b", a.Name, left-12, 2)
		c.lines(class("", a.Role), end, left-8, y+high/2+4.5-8*float64(len(lines)-1), lines)
		for j := range f.Actors {
			x := left + float64(j)*cell
			if i == j {
				c.line("grid", x+4, y+4, x+cell-4, y+high-4)
				continue
			}
			t := f.Cell(min(i, j), max(i, j))
			used[t.Depth], signed = true, signed || t.Signed
			f.cell(c, t, x, y, cell, high)
		}
	}
	y := top + float64(n)*high + 22
	keys := []key{}
	for _, d := range []Depth{Defence, Nonaggression, Consultation, Cooperation, NoTie} {
		if !used[d] {
			continue
		}
		keys = append(keys, key{depthNames[d], 18, func(x, y float64) {
			c.rect(cellClass(d), x-9, y-8, 18, 16)
			c.text(fmt.Sprintf("m b i%d", max(0, d)), middle, x, y+4.3, letters[d])
		}})
	}
	if signed {
		keys = append(keys, key{"signed, not known to be in force", 22, func(x, y float64) {
			c.rect("d0 unsure", x-10, y-8, 20, 16)
			c.text("m b i0", middle, x, y+4.3, "(D)")
		}})
	}
	if f.TextNote != "" {
		keys = append(keys, key{"number: " + f.TextNote, 0, func(float64, float64) {}})
	}
	observers := false
	for _, a := range f.Actors {
		observers = observers || a.Role == Observer
	}
	if observers {
		keys = append(keys, key{"in italics: observer", 0, func(float64, float64) {}})
	}
	y = c.legend(0, y, keys)
	return c.figure(f.Head, y-6, 560, depthStyle+`rect{stroke:var(--fig-paper,#fff);stroke-width:1.5}
rect.none{fill:none;stroke:var(--fig-line,#d9dfe4);stroke-width:1}
rect.unsure{stroke:var(--fig-ink,#1c2630);stroke-width:1;stroke-dasharray:3 3}
.it{font-style:italic}
`)
}

// fits reports whether every word of the names fits a column.
func (f Matrix) fits(size string, cell float64) bool {
	for _, a := range f.Actors {
		for _, word := range strings.Fields(a.Name) {
			if textWidth(class(size, a.Role), word) > cell-2 {
				return false
			}
		}
	}
	return true
}

// class is the style of an actor's name.
func class(size string, role Role) string {
	switch role {
	case Observer:
		return size + " it"
	case Outsider:
		return size + " s"
	}
	return size + " b"
}

func cellClass(d Depth) string {
	if d == NoTie {
		return "none"
	}
	return fmt.Sprintf("d%d", d)
}

func (f Matrix) cell(c *canvas, t MatrixCell, x, y, w, h float64) {
	end := c.link(t.Href, t.Title)
	name := cellClass(t.Depth)
	if t.Signed {
		name += " unsure"
	}
	c.rect(name, x+1, y+1, w-2, h-2)
	letter := letters[t.Depth]
	if t.Signed {
		letter = "(" + letter + ")"
	}
	ink := fmt.Sprintf("i%d", max(0, t.Depth))
	if t.Text == "" {
		c.text("b "+ink, middle, x+w/2, y+h/2+4.5, letter)
	} else {
		c.text("b "+ink, middle, x+w/2, y+h/2-2, letter)
		c.text("y "+ink, middle, x+w/2, y+h/2+13, t.Text)
	}
	c.put(end)
}
