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
	if n, err := strconv.Atoi(os.Getenv("COLUMNS")); err == nil && n >= 40 {
		return n
	}
	if f, ok := w.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		if width, _, err := term.GetSize(int(f.Fd())); err == nil {
			return width
		}
	}
	return 0
}

// table prints columns of text. The column marked as flexible takes what the
// terminal leaves and is wrapped; the others are never shortened.
type table struct {
	head  []string
	flex  int // index of the flexible column
	right []bool
	rows  [][]string
}

func newTable(flex int, head ...string) *table {
	t := &table{flex: flex, right: make([]bool, len(head))}
	for i, h := range head {
		t.right[i] = strings.HasPrefix(h, "#")
		t.head = append(t.head, strings.TrimPrefix(h, "#"))
	}
	return t
}

func (t *table) add(cells ...string) { t.rows = append(t.rows, cells) }

func (a *app) print(t *table) {
	widths := make([]int, len(t.head))
	for _, row := range append([][]string{t.head}, t.rows...) {
		for i, cell := range row {
			widths[i] = max(widths[i], columns(cell))
		}
	}
	if a.width > 0 {
		fixed := 2 * (len(widths) - 1)
		for i, w := range widths {
			if i != t.flex {
				fixed += w
			}
		}
		widths[t.flex] = min(widths[t.flex], max(a.width-fixed, 20))
	}
	var b strings.Builder
	for i, row := range append([][]string{t.head}, t.rows...) {
		if i == 0 {
			row = upper(row)
		}
		t.line(&b, row, widths)
	}
	_, _ = io.WriteString(a.stdout, b.String())
}

func upper(row []string) []string {
	out := make([]string, len(row))
	for i, cell := range row {
		out[i] = strings.ToUpper(cell)
	}
	return out
}

// line writes one row, as many lines high as its flexible cell needs.
func (t *table) line(b *strings.Builder, row []string, widths []int) {
	parts := wrap(row[t.flex], widths[t.flex])
	for n, part := range parts {
		var line strings.Builder
		for i := range row {
			cell := row[i]
			if i == t.flex {
				cell = part
			} else if n > 0 {
				cell = ""
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

// wrap breaks text at spaces into lines of at most width columns; a longer word
// stands alone on its line.
func wrap(text string, width int) []string {
	if columns(text) <= width {
		return []string{text}
	}
	var lines []string
	line := ""
	for _, word := range strings.Fields(text) {
		switch {
		case line == "":
			line = word
		case columns(line)+1+columns(word) <= width:
			line += " " + word
		default:
			lines = append(lines, line)
			line = word
		}
	}
	return append(lines, line)
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

// paragraph writes text wrapped to the terminal, indented.
func (a *app) paragraph(indent, text string) {
	width := a.width
	if width == 0 {
		width = 100
	}
	for _, line := range wrap(text, width-len(indent)) {
		a.printf("%s%s\n", indent, line)
	}
}
