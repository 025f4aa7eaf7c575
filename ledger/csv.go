package ledger

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

const (
	maxCell = 1 << 20 // bytes in one cell
	maxLine = 4 << 20 // bytes in one line

	separator = '\x1f' // between the cells of a row in memory and in a ledger; forbidden inside them
)

// csvReader reads a table line by line. A row is one line: the case format
// forbids line breaks inside cells, so a stray quote spoils one row and not the
// rest of the file, and a row's number is its line number.
type csvReader struct {
	buffer *bufio.Reader
	report func(line, column int, message, hint string)

	line    int
	text    []byte
	clipped bool // the line was longer than maxLine and text is only its beginning
	crlf    bool // already reported
	wide    bool // the file is in UTF-16

	joined []byte // cells of the current row with separators between them
	starts []int  // where each cell begins in the line, from 0
}

func newCSVReader(r io.Reader, report func(line, column int, message, hint string)) *csvReader {
	return &csvReader{buffer: bufio.NewReaderSize(r, 1<<16), report: report}
}

// next reads the next line into text, without its end. It is false at the end of
// the file.
func (c *csvReader) next() (bool, error) {
	c.text, c.clipped = c.text[:0], false
	for {
		part, err := c.buffer.ReadSlice('\n')
		if room := maxLine - len(c.text); len(part) > room {
			part, c.clipped = part[:room], true
		}
		c.text = append(c.text, part...)
		if err == nil {
			break
		}
		if errors.Is(err, io.EOF) {
			if len(c.text) == 0 {
				return false, nil
			}
			break
		}
		if !errors.Is(err, bufio.ErrBufferFull) {
			return false, err
		}
	}
	c.line++
	c.text = bytes.TrimSuffix(c.text, []byte("\n"))
	if n := len(c.text); n > 0 && c.text[n-1] == '\r' {
		c.text = c.text[:n-1]
		if !c.crlf {
			c.crlf = true
			c.report(c.line, n, "the line ends in CR LF", "save the file with LF line ends (Unix); reported once a file")
		}
	}
	if c.line == 1 {
		c.byteOrderMark()
	}
	return true, nil
}

func (c *csvReader) byteOrderMark() {
	switch {
	case bytes.HasPrefix(c.text, []byte("\xef\xbb\xbf")):
		c.report(1, 1, "the file begins with a byte order mark", "save it as UTF-8 without BOM")
		c.text = c.text[3:]
	case bytes.HasPrefix(c.text, []byte("\xff\xfe")), bytes.HasPrefix(c.text, []byte("\xfe\xff")):
		c.report(1, 1, "the file is in UTF-16", "save it as UTF-8 without BOM")
		c.wide = true
	}
}

// clean reports whether the line is UTF-8 text without control characters; it
// reports the first offence.
func (c *csvReader) clean() bool {
	plain := true
	for _, b := range c.text {
		if b < 0x20 || b >= 0x7f {
			plain = false
			break
		}
	}
	if plain {
		return true
	}
	for i := 0; i < len(c.text); {
		r, size := utf8.DecodeRune(c.text[i:])
		message, hint := "", ""
		switch {
		case r == utf8.RuneError && size == 1:
			if c.clipped && len(c.text)-i < utf8.UTFMax {
				return true // the cut went through a letter
			}
			message = fmt.Sprintf("byte 0x%02X is not UTF-8", c.text[i])
			hint = "the file was saved in another encoding: save it as UTF-8"
		case r == utf8.RuneError:
			message = "the letter here was lost (U+FFFD)"
			hint = "the text passed through a wrong encoding: type it again"
		case r == 0:
			message = "NUL byte"
			hint = "remove it; a text file holds none"
		case r == '\t':
			message = "tab character in a cell"
			hint = "write a space; columns are separated by commas"
		case r < 0x20, 0x7f <= r && r <= 0x9f:
			message = fmt.Sprintf("control character U+%04X", r)
			hint = "remove it"
		}
		if message != "" {
			c.report(c.line, i+1, message, hint)
			return false
		}
		i += size
	}
	return true
}

// split cuts the line at the separator into joined and starts. It returns the
// offset and description of what is wrong with the quoting, or "".
func (c *csvReader) split(sep byte) (offset int, wrong string) {
	c.joined, c.starts = c.joined[:0], c.starts[:0]
	line := c.text
	for i := 0; ; i++ {
		c.starts = append(c.starts, i)
		if i < len(line) && line[i] == '"' {
			open := i
			for i++; ; i++ {
				j := bytes.IndexByte(line[i:], '"')
				if j < 0 {
					return open, "the quote that opens here is not closed on this line"
				}
				c.joined = append(c.joined, line[i:i+j]...)
				i += j + 1
				if i == len(line) || line[i] != '"' {
					break
				}
				c.joined = append(c.joined, '"')
			}
			if i < len(line) && line[i] != sep {
				return i, "text after a closing quote"
			}
		} else {
			j := bytes.IndexByte(line[i:], sep)
			if j < 0 {
				j = len(line) - i
			}
			cell := line[i : i+j]
			if k := bytes.IndexByte(cell, '"'); k >= 0 {
				return i + k, "quote inside a cell that does not begin with one"
			}
			c.joined = append(c.joined, cell...)
			i += j
		}
		if i >= len(line) {
			return 0, ""
		}
		c.joined = append(c.joined, separator)
	}
}

// row splits the line into exactly width cells. It is false when it cannot, and
// has then reported why.
func (c *csvReader) row(width int) bool {
	if c.clipped {
		c.tooLong()
		return false
	}
	if len(bytes.Trim(c.text, ",; \t")) == 0 {
		c.report(c.line, 1, "empty line", "remove it")
		return false
	}
	offset, wrong := c.split(',')
	if wrong == "" && len(c.starts) == width {
		return c.clean() && c.shortCells()
	}
	for _, other := range []struct {
		sep  byte
		name string
	}{{';', "semicolons"}, {'\t', "tabs"}} {
		if _, bad := c.split(other.sep); bad == "" && len(c.starts) == width && width > 1 {
			c.report(c.line, 1, "the columns are separated by "+other.name, "separate them by commas; semicolons separate the items of a list")
			return false
		}
	}
	if !c.clean() {
		return false
	}
	if wrong != "" {
		hint := "a cell with a comma or a quote stands in quotes, quotes inside it are doubled"
		if strings.Contains(wrong, "not closed") {
			hint = "close it; a cell may not contain a line break"
		}
		c.report(c.line, offset+1, wrong, hint)
		return false
	}
	c.split(',')
	have := len(c.starts)
	hint, column := "a cell with a comma stands in quotes", 1
	if have > width {
		column = c.starts[width] + 1
	} else {
		hint = "empty cells keep their commas"
	}
	c.report(c.line, column, fmt.Sprintf("%d cells, the header has %d columns", have, width), hint)
	return false
}

// shortCells reports cells over the limit.
func (c *csvReader) shortCells() bool {
	if len(c.text) <= maxCell {
		return true
	}
	ok := true
	for i, start := range c.starts {
		end := len(c.text)
		if i+1 < len(c.starts) {
			end = c.starts[i+1]
		}
		if end-start > maxCell {
			c.report(c.line, start+1, "the cell is larger than 1 MiB", "keep long texts elsewhere and give their address as a source")
			ok = false
		}
	}
	return ok
}

func (c *csvReader) tooLong() {
	c.split(',')
	for i, start := range c.starts {
		if i == len(c.starts)-1 || c.starts[i+1]-start > maxCell {
			c.report(c.line, start+1, "the cell is larger than 1 MiB", "keep long texts elsewhere and give their address as a source; perhaps a quote is not closed")
			return
		}
	}
}

// header reads the first line and compares it with the columns. It returns for
// each column its place in the file; ok is false when they differ, which has then
// been reported. The file is empty when places is nil and err is nil.
func (c *csvReader) header(columns []string) (places []int, ok bool, err error) {
	more, err := c.next()
	if err != nil {
		return nil, false, err
	}
	want := "the header is: " + strings.Join(columns, ",")
	if !more {
		c.report(1, 1, "the file is empty", want)
		return nil, false, nil
	}
	if c.wide {
		return nil, false, nil
	}
	if string(c.text) == strings.Join(columns, ",") {
		places = make([]int, len(columns))
		for i := range places {
			places[i] = i
		}
		return places, true, nil
	}
	for _, sep := range []byte{';', '\t'} {
		if strings.Contains(string(c.text), columns[0]+string(sep)) {
			name := map[byte]string{';': "semicolons", '\t': "tabs"}[sep]
			c.report(1, 1, "the columns are separated by "+name, "separate them by commas; semicolons separate the items of a list")
			return nil, false, nil
		}
	}
	if c.clipped {
		c.tooLong()
		return nil, false, nil
	}
	if !c.clean() {
		return nil, false, nil
	}
	if offset, wrong := c.split(','); wrong != "" {
		c.report(1, offset+1, wrong, want)
		return nil, false, nil
	}
	have := strings.Split(string(c.joined), string(separator))
	if strings.Join(have, ",") == strings.Join(columns, ",") {
		c.report(1, 1, "the header is quoted", want)
		return nil, false, nil
	}
	c.compareHeader(have, columns, want)
	places = make([]int, len(columns))
	for i, name := range columns {
		places[i] = indexOf(have, name)
	}
	return places, false, nil
}

func (c *csvReader) compareHeader(have, columns []string, want string) {
	seen := map[string]bool{}
	different := false
	for i, name := range have {
		column := c.starts[i] + 1
		switch {
		case seen[name]:
			c.report(1, column, fmt.Sprintf("column %q occurs twice", name), want)
			different = true
		case indexOf(columns, name) < 0:
			c.report(1, column, fmt.Sprintf("unknown column %q", name), want)
			different = true
		}
		seen[name] = true
	}
	for _, name := range columns {
		if !seen[name] {
			c.report(1, 1, fmt.Sprintf("column %q is missing", name), want)
			different = true
		}
	}
	if different {
		return
	}
	for i, name := range columns {
		if have[i] != name {
			c.report(1, c.starts[i]+1, fmt.Sprintf("column %q stands where %q should", have[i], name), want)
			return
		}
	}
}

func indexOf(names []string, name string) int {
	for i, n := range names {
		if n == name {
			return i
		}
	}
	return -1
}

// appendCSV appends a row, given as cells with separators between them, as a
// line of CSV. Cells are quoted only where they must be.
func appendCSV(line []byte, cells string) []byte {
	for {
		cell, rest, more := strings.Cut(cells, string(separator))
		if strings.ContainsAny(cell, ",\"") {
			line = append(line, '"')
			for i := range len(cell) {
				if cell[i] == '"' {
					line = append(line, '"')
				}
				line = append(line, cell[i])
			}
			line = append(line, '"')
		} else {
			line = append(line, cell...)
		}
		if !more {
			return append(line, '\n')
		}
		line = append(line, ',')
		cells = rest
	}
}
