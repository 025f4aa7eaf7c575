package corridor

import (
	"bufio"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
)

// mostProblems of a file are written out; the rest are counted.
const mostProblems = 50

// Read reads a list of edges: CSV with the columns id, u, v, capacity, cost in any
// order; others are passed over. A quantity is a number from 0, a range "5..10" (or
// "5.." where only the least is known), or empty where it is unknown. All mistakes
// are reported with file and line.
func Read(name string, r io.Reader, directed bool) (*Network, error) {
	f := &edgeReader{name: name, csv: csv.NewReader(bufio.NewReaderSize(r, 1<<16)), net: &Network{Name: name, Directed: directed, place: map[string]int{}}, lines: map[string]int{}}
	f.csv.ReuseRecord = true
	f.csv.FieldsPerRecord = -1
	if err := f.header(); err != nil {
		return nil, err
	}
	for {
		row, err := f.csv.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		f.row(row)
	}
	if f.count > mostProblems {
		f.problems = append(f.problems, fmt.Errorf("%s: and %d problems more", name, f.count-mostProblems))
	}
	if err := errors.Join(f.problems...); err != nil {
		return nil, err
	}
	if len(f.net.Edges) == 0 {
		return nil, fmt.Errorf("%s:1: there are columns but no edges", name)
	}
	return f.net, nil
}

type edgeReader struct {
	name     string
	csv      *csv.Reader
	net      *Network
	column   [5]int // of each of edgeColumns
	width    int
	lines    map[string]int // of an id
	problems []error
	count    int
}

var edgeColumns = [5]string{"id", "u", "v", "capacity", "cost"}

func (f *edgeReader) header() error {
	row, err := f.csv.Read()
	if errors.Is(err, io.EOF) {
		return fmt.Errorf("%s:1: the file is empty; a list of edges has the columns %s", f.name, strings.Join(edgeColumns[:], ","))
	}
	if err != nil {
		return fmt.Errorf("%s: %w", f.name, err)
	}
	f.width = len(row)
	found := map[string]int{}
	for i, cell := range row {
		cell = strings.ToLower(strings.TrimSpace(strings.TrimPrefix(cell, "\ufeff")))
		if _, twice := found[cell]; twice && cell != "" {
			return fmt.Errorf("%s:1: column %q stands there twice", f.name, cell)
		}
		found[cell] = i
	}
	for k, c := range edgeColumns {
		i, ok := found[c]
		if !ok {
			return fmt.Errorf("%s:1: there is no column %q; a list of edges has the columns %s", f.name, c, strings.Join(edgeColumns[:], ","))
		}
		f.column[k] = i
	}
	return nil
}

func (f *edgeReader) bad(column int, format string, args ...any) {
	f.count++
	if f.count > mostProblems {
		return
	}
	line, at := f.csv.FieldPos(column)
	f.problems = append(f.problems, fmt.Errorf("%s:%d:%d: %s", f.name, line, at, fmt.Sprintf(format, args...)))
}

func (f *edgeReader) row(row []string) {
	if len(row) != f.width {
		f.bad(0, "%d cells, the first line has %d", len(row), f.width)
		return
	}
	before := f.count
	cell := func(k int) string { return strings.TrimSpace(row[f.column[k]]) }
	id := cell(0)
	line, _ := f.csv.FieldPos(0)
	if id == "" {
		f.bad(f.column[0], "the edge has no id")
	} else if first, twice := f.lines[id]; twice {
		f.bad(f.column[0], "edge %q stands in line %d already", id, first)
	}
	id = strings.Clone(id)
	f.lines[id] = line
	for k := 1; k <= 2; k++ {
		if cell(k) == "" {
			f.bad(f.column[k], "edge %q has no node %s", id, edgeColumns[k])
		}
	}
	if cell(1) == cell(2) && cell(1) != "" {
		f.bad(f.column[2], "edge %q joins node %q to itself", id, cell(1))
	}
	capacity, err := ParseRange(cell(3))
	if err != nil {
		f.bad(f.column[3], "capacity %q of edge %q %v", cell(3), id, err)
	}
	cost, err := ParseRange(cell(4))
	if err != nil {
		f.bad(f.column[4], "cost %q of edge %q %v", cell(4), id, err)
	}
	if f.count == before {
		f.net.Edges = append(f.net.Edges, Edge{id, f.node(cell(1)), f.node(cell(2)), capacity, cost})
	}
}

// node is the place of a node, which nodes take in the order in which they appear.
func (f *edgeReader) node(name string) int {
	i, ok := f.net.place[name]
	if !ok {
		i = len(f.net.Nodes)
		name = strings.Clone(name)
		f.net.Nodes = append(f.net.Nodes, name)
		f.net.place[name] = i
	}
	return i
}

// ParseRange reads a number from 0, a range "5..10", "5.." or "..10", or nothing for
// unknown. Its errors continue a sentence.
func ParseRange(text string) (Range, error) {
	if text == "" {
		return Unknown, nil
	}
	low, high, ranged := strings.Cut(text, "..")
	if !ranged {
		x, err := quantity(text)
		return Exactly(x), err
	}
	r := Unknown
	var err error
	if low != "" {
		r.Low, err = quantity(low)
	}
	if high != "" && err == nil {
		r.High, err = quantity(high)
	}
	if err == nil && r.Low > r.High {
		err = errors.New("ends below where it begins")
	}
	return r, err
}

func quantity(text string) (float64, error) {
	x, err := strconv.ParseFloat(strings.TrimSpace(text), 64)
	switch {
	case err != nil:
		return 0, errors.New("is no number; a number from 0, a range such as 5..10, or nothing where it is unknown")
	case math.IsNaN(x) || math.IsInf(x, 0):
		return 0, errors.New("is no finite number; leave the cell empty where it is unknown")
	case x < 0:
		return 0, errors.New("is negative")
	}
	return x, nil
}
