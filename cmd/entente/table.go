package main

import (
	"io"
	"os"
	"strconv"
	"strings"
	"unicode"

	"golang.org/x/term"
)

// terminalWidth returns the width of the terminal that w is, from COLUMNS or the
// terminal itself, or 0 when w is not a terminal: then nothing is shortened.
func terminalWidth(w io.Writer) int {
	if n, err := strconv.Atoi(os.Getenv("COLUMNS")); err == nil && n >= 20 {
		return n
	}
	if f, ok := w.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		if width, _, err := term.GetSize(int(f.Fd())); err == nil {
			return width
		}
	}
	return 0
}

// table prints columns of text. Where the terminal is too narrow the flexible
// column is wrapped first, then the others; a word is never cut, so that an id
// can be copied. Where even the longest words do not fit side by side, each row
// is written as a list of its cells.
type table struct {
	head  []string
	flex  int // index of the flexible column
	right []bool
	rows  [][]string
}

// newTable takes the heads of the columns; "#" before one sets it to the right.
func newTable(flex int, head ...string) *table {
	t := &table{flex: flex, right: make([]bool, len(head))}
	for i, h := range head {
		t.right[i] = strings.HasPrefix(h, "#")
		t.head = append(t.head, strings.ToUpper(strings.TrimPrefix(h, "#")))
	}
	return t
}

func (t *table) add(cells ...string) { t.rows = append(t.rows, cells) }

// The order in which columns give way: the flexible one down to a readable width,
// others that are wider than slim, the flexible one again, and then the rest.
const (
	readable = 24
	slim     = 16
)

func (a *app) print(t *table) {
	var b strings.Builder
	if widths := t.widths(a.width); widths != nil {
		t.line(&b, t.head, widths)
		for _, row := range t.rows {
			t.line(&b, row, widths)
		}
	} else {
		t.stack(&b, a.width)
	}
	_, _ = io.WriteString(a.stdout, b.String()) // run looks after errors
}

// widths fits the columns into the limit (0: none), or returns nil.
func (t *table) widths(limit int) []int {
	widths, floor := make([]int, len(t.head)), make([]int, len(t.head))
	excess := 2*(len(t.head)-1) - limit
	for i := range t.head {
		for _, row := range append([][]string{t.head}, t.rows...) {
			widths[i] = max(widths[i], columns(row[i]))
			for _, line := range wrap(row[i], 1) {
				floor[i] = max(floor[i], columns(line))
			}
		}
		if t.right[i] {
			floor[i] = widths[i]
		}
		excess += widths[i]
	}
	if limit == 0 || excess <= 0 {
		return widths
	}
	natural := widths[t.flex]
	shrink := func(i, least int) {
		give := min(max(widths[i]-max(least, floor[i]), 0), excess)
		widths[i] -= give
		excess -= give
	}
	others := func(least int) {
		for excess > 0 {
			widest := -1
			for i := range widths {
				if i != t.flex && widths[i] > max(floor[i], least) && (widest < 0 || widths[i] > widths[widest]) {
					widest = i
				}
			}
			if widest < 0 {
				return
			}
			shrink(widest, widths[widest]-1)
		}
	}
	shrink(t.flex, readable)
	others(slim)
	shrink(t.flex, 1)
	others(1)
	if excess > 0 {
		return nil
	}
	// A column that was wrapped may need less than it was left.
	for i := range widths {
		if i == t.flex {
			continue
		}
		used := 0
		for _, row := range append([][]string{t.head}, t.rows...) {
			for _, line := range wrap(row[i], widths[i]) {
				used = max(used, columns(line))
			}
		}
		excess -= widths[i] - used
		widths[i] = used
	}
	widths[t.flex] = min(natural, widths[t.flex]-excess)
	return widths
}

// line writes one row, as many lines high as its highest cell.
func (t *table) line(b *strings.Builder, row []string, widths []int) {
	cells, height := make([][]string, len(row)), 1
	for i, cell := range row {
		cells[i] = wrap(cell, widths[i])
		height = max(height, len(cells[i]))
	}
	for n := range height {
		var line strings.Builder
		for i, lines := range cells {
			cell := ""
			if n < len(lines) {
				cell = lines[n]
			}
			gap := strings.Repeat(" ", max(0, widths[i]-columns(cell)))
			if t.right[i] {
				line.WriteString(gap + cell)
			} else {
				line.WriteString(cell + gap)
			}
			line.WriteString("  ")
		}
		b.WriteString(strings.TrimRight(line.String(), " "))
		b.WriteByte('\n')
	}
}

// stack writes each row as its cells below each other, with an empty line between.
func (t *table) stack(b *strings.Builder, limit int) {
	wide := 0
	for _, h := range t.head {
		wide = max(wide, columns(strings.TrimSpace(h)))
	}
	for n, row := range t.rows {
		if n > 0 {
			b.WriteByte('\n')
		}
		for i, cell := range row {
			cell = strings.TrimSpace(cell)
			if cell == "" {
				continue
			}
			head := strings.TrimSpace(t.head[i])
			for m, part := range wrap(cell, max(limit-wide-2, 10)) {
				if m > 0 {
					head = ""
				}
				b.WriteString(head + strings.Repeat(" ", wide+2-columns(head)) + part + "\n")
			}
		}
	}
}

// wrap breaks text into lines of at most width columns, each with the text's own
// indent. It breaks at spaces and, in a word that is too long, after the slash of
// an interval of dates and after a hyphen before a capital (Azerbaijan-Türkiye,
// but not an id). What is longer still stands alone on its line.
func wrap(text string, width int) []string {
	if columns(text) <= width {
		return []string{text}
	}
	indent := text[:len(text)-len(strings.TrimLeft(text, " "))]
	var lines []string
	line := ""
	put := func(gap, word string) {
		switch {
		case line == "":
			line = word
		case columns(indent+line+gap+word) <= width:
			line += gap + word
		default:
			lines = append(lines, indent+line)
			line = word
		}
	}
	for _, word := range strings.Fields(text) {
		parts := []string{word}
		if columns(indent+word) > width {
			parts = breaks(word)
		}
		put(" ", parts[0])
		for _, part := range parts[1:] {
			put("", part)
		}
	}
	return append(lines, indent+line)
}

// breaks cuts a long word where a line may end.
func breaks(word string) []string {
	if strings.Contains(word, "://") {
		return []string{word}
	}
	var parts []string
	start, before := 0, rune(0)
	for i, r := range word {
		if before == '/' || before == '-' && unicode.IsUpper(r) {
			parts = append(parts, word[start:i])
			start = i
		}
		before = r
	}
	return append(parts, word[start:])
}

// columns counts the terminal columns of a text: combining marks take none, wide
// East Asian letters two.
func columns(s string) int {
	n := 0
	for _, r := range s {
		switch {
		case unicode.Is(unicode.Mn, r) || unicode.Is(unicode.Cf, r):
		case r >= 0x1100 && (r <= 0x115f || r >= 0x2e80 && r <= 0xa4cf || r >= 0xac00 && r <= 0xd7a3 || r >= 0xf900 && r <= 0xfaff || r >= 0xfe30 && r <= 0xfe6f || r >= 0xff00 && r <= 0xff60):
			n += 2
		default:
			n++
		}
	}
	return n
}

// paragraph writes text wrapped to the terminal, indented; what follows the first
// line of a point in a list stands under its text.
func (a *app) paragraph(indent, text string) {
	hang := indent
	if strings.HasPrefix(text, "- ") {
		hang += "  "
	}
	width := a.width
	if width == 0 {
		width = 100
	}
	a.hanging(indent, hang, text, width)
}

// item writes a named value; at a terminal it is wrapped under its first line.
func (a *app) item(name, text string) {
	const wide = 14
	a.hanging(name+strings.Repeat(" ", max(0, wide-columns(name))), strings.Repeat(" ", wide), text, a.width)
}

// hanging writes text behind first, and its further lines behind rest. A width of
// 0 leaves it on one line.
func (a *app) hanging(first, rest, text string, width int) {
	lines := []string{text}
	if width > 0 {
		lines = wrap(text, max(width-columns(rest), 20))
	}
	for _, line := range lines {
		a.printf("%s%s\n", first, line)
		first = rest
	}
}
