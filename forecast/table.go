package forecast

import (
	"cmp"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"

	"entente"
)

// Table is the waits of groups between pairs of rungs, read from a file.
type Table struct {
	name    string
	columns []string // covariates, as headed
	has     map[string]bool
	rows    []tableRow
}

type tableRow struct {
	Member
	from, to int
	held     bool // the second rung was held when the first was reached
	dated    bool // it is known when that was
}

// alreadyHeld is the status of a row whose group never waited.
const alreadyHeld = 9

// The columns that a table must have.
var required = []string{"bloc_id", "from_rung", "to_rung", "days", "status"}

// ReadTable reads CSV with a header: bloc_id, from_rung, to_rung (0 to 8), days
// waited from 0, and status (0 last seen, 1 reached, 2 dissolved, 9 held already),
// one row for each group and pair. The columns soft_origin and major_power (0 or
// 1), members, since (day or year on which the first rung was reached) and region
// serve the filters; these but region, and every further column of numbers, are
// covariates, empty where unknown. name is the file's, for errors, which tell all
// that is wrong, each with line and column.
func ReadTable(name string, r io.Reader) (*Table, error) {
	reader := csv.NewReader(r)
	reader.Comment = '#'
	reader.TrimLeadingSpace = true
	head, err := reader.Read()
	if errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("%s: the file is empty; its first line names the columns %s", name, strings.Join(required, ","))
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	t := &Table{name: name, has: map[string]bool{}}
	head[0] = strings.TrimPrefix(head[0], "\ufeff")
	for i, column := range head {
		if column == "" || t.has[column] {
			line, at := reader.FieldPos(i)
			return nil, fmt.Errorf("%s:%d:%d: column %d has no name, or that of another: %q", name, line, at, i+1, column)
		}
		t.has[column] = true
		if !slices.Contains(required, column) && column != "region" {
			t.columns = append(t.columns, column)
		}
	}
	for _, column := range required {
		if !t.has[column] {
			return nil, fmt.Errorf("%s:1: there is no column %s; a table of waits has %s", name, column, strings.Join(required, ","))
		}
	}
	if err := t.read(reader, head); err != nil {
		return nil, err
	}
	if len(t.rows) == 0 {
		return nil, fmt.Errorf("%s: there is no row below the header", name)
	}
	return t, nil
}

// shownProblems is how many mistakes of a file are told one by one.
const shownProblems = 20

func (t *Table) read(reader *csv.Reader, head []string) error {
	type key struct {
		id       string
		from, to int
	}
	seen := map[key]int{}
	var problems []error
	for {
		cells, err := reader.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			problems = append(problems, fmt.Errorf("%s: %w", t.name, err))
			if errors.Is(err, csv.ErrFieldCount) {
				continue
			}
			break
		}
		before := len(problems)
		c := rowCells{t: t, extra: make([]float64, 0, len(t.columns))}
		for i, cell := range cells {
			if wrong := c.set(head[i], cell); wrong != "" {
				line, at := reader.FieldPos(i)
				problems = append(problems, fmt.Errorf("%s:%d:%d: %s", t.name, line, at, wrong))
			}
		}
		row := c.done()
		line, _ := reader.FieldPos(0)
		k := key{row.ID, row.from, row.to}
		if first, twice := seen[k]; twice && len(problems) == before {
			problems = append(problems, fmt.Errorf("%s:%d: %s r%d to r%d stands already in line %d", t.name, line, row.ID, row.from, row.to, first))
		}
		seen[k] = line
		t.rows = append(t.rows, row)
	}
	if more := len(problems) - shownProblems; more > 0 {
		problems = append(problems[:shownProblems], fmt.Errorf("%s: and %d more", t.name, more))
	}
	return errors.Join(problems...)
}

// rowCells takes in the cells of one row.
type rowCells struct {
	t     *Table
	row   tableRow
	group entente.BlocRecord
	extra []float64
}

func (c *rowCells) done() tableRow {
	c.row.Group, c.row.extra = &c.group, c.extra
	return c.row
}

// set takes in one cell and says what is wrong with it.
func (c *rowCells) set(column, cell string) (wrong string) {
	cell = strings.TrimSpace(cell)
	number, err := strconv.ParseFloat(cell, 64)
	if cell == "" {
		number, err = math.NaN(), nil
	} else if err != nil || math.IsNaN(number) || math.IsInf(number, 0) {
		err = errors.New("no number")
	}
	if slices.Contains(c.t.columns, column) && column != "since" {
		c.extra = append(c.extra, number)
	}
	whole := func(low, high float64) bool {
		return err == nil && number >= low && number <= high && number == math.Trunc(number)
	}
	switch column {
	case "bloc_id":
		if cell == "" {
			return "bloc_id is empty"
		}
		c.row.ID, c.group.ID = cell, cell
	case "from_rung", "to_rung":
		if !whole(0, lastTarget) {
			return fmt.Sprintf("%s %q is no rung from 0 to %d", column, cell, lastTarget)
		}
		if column == "from_rung" {
			c.row.from = int(number)
		} else {
			c.row.to = int(number)
		}
	case "days":
		if err != nil || !(number >= 0) {
			return fmt.Sprintf("days %q is no number from 0", cell)
		}
		c.row.Years = number / yearDays
	case "status":
		if !whole(Censored, Dissolved) && number != alreadyHeld {
			return fmt.Sprintf("status %q is none of 0 (last seen), 1 (reached), 2 (dissolved), 9 (held already)", cell)
		}
		c.row.Outcome, c.row.held = int(number), number == alreadyHeld
	case "region":
		c.group.Region = cell
	case "since":
		return c.since(cell)
	case "soft_origin", "major_power":
		if !whole(0, 1) {
			return fmt.Sprintf("%s %q is neither 0 nor 1", column, cell)
		}
		if column == "soft_origin" {
			c.group.Soft = number == 1
		} else {
			c.group.MajorPower = number == 1
		}
	case "members":
		if cell != "" && !whole(1, 1e6) {
			return fmt.Sprintf("members %q is no whole number from 1", cell)
		}
		c.group.MembersN = max(int(number), 0)
	default:
		if err != nil {
			return fmt.Sprintf("%s %q is no number", column, cell)
		}
	}
	return ""
}

// since takes in a date, and its year as a covariate.
func (c *rowCells) since(cell string) (wrong string) {
	if cell == "" {
		c.extra = append(c.extra, math.NaN())
		return ""
	}
	date, err := entente.ParseDate(cell)
	if err != nil {
		c.extra = append(c.extra, math.NaN())
		return "since: " + err.Error()
	}
	c.row.Since, c.row.dated = standing(date), true
	c.extra = append(c.extra, decimalYear(c.row.Since))
	return ""
}

// Class returns the class of a pair of rungs in the table, narrowed by the
// filter. A pair that is not in the table, and a filter by a column that is not
// there, is an error.
func (t *Table) Class(from, to int, set Filter) (*Class, error) {
	period := set.Since != 0 || set.Until != 0
	for _, need := range []struct {
		column string
		asked  bool
	}{
		{"soft_origin", set.Soft}, {"major_power", set.MajorPower != Either}, {"region", set.Region != "" || set.Elsewhere != ""},
		{"members", set.Least > 0 || set.Most > 0}, {"since", period},
	} {
		if need.asked && !t.has[need.column] {
			return nil, fmt.Errorf("%s has no column %s to choose groups by", t.name, need.column)
		}
	}
	c := &Class{From: from, To: to, columns: t.columns}
	if c.columns == nil {
		c.columns = []string{}
	}
	found := false
	for i := range t.rows {
		r := &t.rows[i]
		if r.from != from || r.to != to {
			continue
		}
		found = true
		if !set.keeps(r.Group, r.Since) || period && !r.dated {
			continue
		}
		c.Reached++
		if r.held {
			c.Already++
		} else {
			c.Members = append(c.Members, r.Member)
		}
	}
	if !found {
		near := t.Pairs()[0]
		for _, p := range t.Pairs() {
			if away(p, from, to) < away(near, from, to) {
				near = p
			}
		}
		return nil, fmt.Errorf("%s has no pair r%d-r%d; the nearest is r%d-r%d", t.name, from, to, near[0], near[1])
	}
	return c, nil
}

func away(pair [2]int, from, to int) int {
	return max(pair[0]-from, from-pair[0]) + max(pair[1]-to, to-pair[1])
}

// Pairs lists the pairs of rungs in the table, in order.
func (t *Table) Pairs() [][2]int {
	var pairs [][2]int
	for _, r := range t.rows {
		pairs = append(pairs, [2]int{r.from, r.to})
	}
	slices.SortFunc(pairs, func(a, b [2]int) int { return cmp.Or(cmp.Compare(a[0], b[0]), cmp.Compare(a[1], b[1])) })
	return slices.Compact(pairs)
}

// Groups lists the ids of the table's groups, in alphabetical order.
func (t *Table) Groups() []string {
	var ids []string
	for _, r := range t.rows {
		ids = append(ids, r.ID)
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}
