package rem

import (
	"cmp"
	"compress/gzip"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"entente"
)

// Tables are read row by row; what is wrong with rows is collected in the loader's
// faults.

// csvFile is a table read whole; a cell is found by row and column name.
type csvFile struct {
	path  string
	at    map[string]int
	rows  [][]string
	lines []int32 // of the rows
}

// twoColumns stands in place of the number of a column whose name another has too.
const twoColumns = -1

// where is the place of a row in its file.
func (t *csvFile) where(row int) string { return t.path + ":" + strconv.Itoa(int(t.lines[row])) }

func (l *loader) table(file string) (*csvFile, error) {
	path := file
	if !filepath.IsAbs(path) {
		path = filepath.Join(l.dir, file)
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if filepath.Ext(path) != ".gz" {
		return readTable(file, f, &l.faults)
	}
	z, err := gzip.NewReader(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return readTable(file, z, &l.faults)
}

// readTable leaves out the rows that are not as long as the first, and adds them to the
// faults.
func readTable(file string, from io.Reader, faults *faults) (*csvFile, error) {
	t := &csvFile{path: file, at: map[string]int{}}
	reader := csv.NewReader(from)
	reader.ReuseRecord = true
	var cells []string // of many rows
	for {
		row, err := reader.Read()
		if err == io.EOF {
			break
		}
		if err != nil && !errors.Is(err, csv.ErrFieldCount) {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		line, _ := reader.FieldPos(0)
		switch {
		case err != nil:
			faults.add(fmt.Errorf("%s:%d: %d cells, but the first line has %d", file, line, len(row), reader.FieldsPerRecord))
			continue
		case len(t.at) == 0:
			for k, name := range row {
				name = strings.TrimPrefix(name, "\ufeff")
				if _, twice := t.at[name]; twice {
					k = twoColumns
				}
				t.at[name] = k
			}
			continue
		}
		if cap(cells)-len(cells) < len(row) {
			cells = make([]string, 0, max(1<<12, len(row)))
		}
		first := len(cells)
		cells = append(cells, row...)
		t.rows, t.lines = append(t.rows, cells[first:len(cells):len(cells)]), append(t.lines, int32(line))
	}
	if len(t.at) == 0 {
		return nil, fmt.Errorf("%s is empty", file)
	}
	return t, nil
}

func (t *csvFile) column(names ...string) (int, error) {
	for _, name := range names {
		k, ok := t.at[name]
		if ok && k == twoColumns {
			return k, fmt.Errorf("%s has two columns %q", t.path, name)
		}
		if ok {
			return k, nil
		}
	}
	return 0, fmt.Errorf("%s has no column %q; it has %s", t.path, names[0], strings.Join(sortedKeys(t.at), ", "))
}

func (t *csvFile) number(row, column int) (float64, error) {
	text := t.rows[row][column]
	switch strings.ToUpper(text) {
	case "TRUE":
		return 1, nil
	case "FALSE":
		return 0, nil
	case "", "NA":
		return math.NaN(), nil
	}
	v, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return 0, fmt.Errorf("%s: %q is no number", t.where(row), text)
	}
	return v, nil
}

// instant is a time as written in a specification.
type instant string

func (t *instant) UnmarshalYAML(text []byte) error {
	*t = instant(strings.Trim(strings.TrimSpace(string(text)), `"'`))
	return nil
}

// instant reads a time: a number, or a day of the calendar, which counts from 1970.
func (l *loader) instant(text string) (float64, error) {
	v, err := strconv.ParseFloat(text, 64)
	if err == nil {
		l.numbered = true
		return v, nil
	}
	day, err := entente.ParseDay(text)
	if err != nil {
		return 0, fmt.Errorf("%q is no time; give a number or a day such as 2025-10-07", text)
	}
	l.data.Dated = true
	return float64(day), nil
}

func (l *loader) time(t *csvFile, row, column int) (float64, error) {
	v, err := l.instant(t.rows[row][column])
	if err != nil {
		return 0, fmt.Errorf("%s: %w", t.where(row), err)
	}
	return v, nil
}

func (l *loader) actor(t *csvFile, row int, name string) (int32, error) {
	a, ok := l.at[name]
	if !ok {
		return 0, fmt.Errorf("%s: actor %q is not in %s", t.where(row), name, l.Actors.File)
	}
	return a, nil
}

func (l *loader) actors() error {
	t, err := l.table(l.Actors.File)
	if err != nil {
		return err
	}
	id, err := t.column(or(l.Actors.ID, "label", "actor", "name", "id")...)
	if err != nil {
		return err
	}
	for row, r := range t.rows {
		if _, twice := l.at[r[id]]; twice {
			l.faults.add(fmt.Errorf("%s: actor %q stands there twice", t.where(row), r[id]))
		}
		if r[id] == "" {
			l.faults.add(fmt.Errorf("%s: an actor without a name", t.where(row)))
		}
		l.at[r[id]] = int32(len(l.data.Actors))
		l.data.Actors = append(l.data.Actors, r[id])
	}
	read := func(name string) ([]float64, error) {
		k, err := t.column(name)
		if err != nil {
			return nil, err
		}
		values := make([]float64, len(t.rows))
		for row := range t.rows {
			values[row], err = t.number(row, k)
			l.faults.add(err)
		}
		return values, nil
	}
	if l.Actors.Present != "" {
		values, err := read(l.Actors.Present)
		if err != nil {
			return err
		}
		for _, v := range values {
			l.data.Present = append(l.data.Present, v == 1)
		}
	}
	for _, name := range l.Actors.Covariates {
		values, err := read(name)
		if err != nil {
			return err
		}
		c := Covariate{Name: name, Start: values}
		if s, ok := l.Changes[name]; ok {
			if c.Changes, err = l.changes(s); err != nil {
				return err
			}
		}
		l.data.Covariates = append(l.data.Covariates, c)
	}
	for name := range l.Changes {
		if !slices.Contains(l.Actors.Covariates, name) {
			return fmt.Errorf("covariate %s changes, but actors do not list it among their covariates", name)
		}
	}
	if l.Presence != "" {
		changes, err := l.changes(covariateSpec{File: l.Presence})
		if err != nil {
			return err
		}
		for _, c := range changes {
			l.data.Presence = append(l.data.Presence, PresenceChange{c.Time, c.Actor, c.Value == 1})
		}
	}
	return nil
}

// or returns the column that was named, or else those usual for it.
func or(named string, usual ...string) []string {
	if named != "" {
		return []string{named}
	}
	return usual
}

func (l *loader) changes(s covariateSpec) ([]CovariateChange, error) {
	t, err := l.table(s.File)
	if err != nil {
		return nil, err
	}
	time, err := t.column(or(s.Time, "time")...)
	if err != nil {
		return nil, err
	}
	node, err := t.column(or(s.Actor, "node", "actor")...)
	if err != nil {
		return nil, err
	}
	value, err := t.column(or(s.Value, "replace", "value")...)
	if err != nil {
		return nil, err
	}
	var out []CovariateChange
	for row, r := range t.rows {
		var c CovariateChange
		c.Actor, err = l.actor(t, row, r[node])
		l.faults.add(err)
		c.Time, err = l.time(t, row, time)
		l.faults.add(err)
		c.Value, err = t.number(row, value)
		l.faults.add(err)
		out = append(out, c)
	}
	slices.SortStableFunc(out, func(a, b CovariateChange) int { return cmp.Compare(a.Time, b.Time) })
	return out, nil
}

func (l *loader) events(s tableSpec, directed bool) ([]Event, error) {
	t, err := l.table(s.File)
	if err != nil {
		return nil, err
	}
	return l.eventsOf(t, s, directed)
}

func (l *loader) eventsOf(t *csvFile, s tableSpec, directed bool) ([]Event, error) {
	var err error
	time, id, value, kind, together, sender, receiver := -1, -1, -1, -1, -1, -1, -1
	find := func(into *int, needed bool, names ...string) {
		k, missing := t.column(names...)
		if missing == nil {
			*into = k
		} else if (needed || k == twoColumns) && err == nil {
			err = missing
		}
	}
	if s.Time != "-" {
		find(&time, true, or(s.Time, "time")...)
	}
	find(&id, s.ID != "", or(s.ID, "event_id", "id")...)
	if s.Value != "" {
		find(&value, true, s.Value)
	}
	if s.Kind != "" {
		find(&kind, true, s.Kind)
	}
	find(&together, s.Actors != "", or(s.Actors, "actors")...)
	if together < 0 {
		find(&sender, true, or(s.Sender, "sender", "senders", "actor1")...)
		find(&receiver, true, or(s.Receiver, "receiver", "receivers", "actor2")...)
	}
	if err != nil {
		return nil, err
	}
	events := make([]Event, 0, len(t.rows))
	for row, r := range t.rows {
		faults := l.faults.all
		e := Event{Value: 1, line: t.lines[row]}
		if id >= 0 {
			e.ID = r[id]
		} else {
			e.ID = t.where(row)
		}
		if time >= 0 {
			e.Time, err = l.time(t, row, time)
			l.faults.add(err)
		}
		if value >= 0 {
			e.Value, err = t.number(row, value)
			l.faults.add(err)
		}
		if kind >= 0 {
			e.Kind = l.kind(r[kind])
		}
		if together >= 0 {
			e.From = l.several(t, row, together)
			if directed && len(e.From) > 0 {
				e.From, e.To = e.From[:1:1], e.From[1:]
			}
		} else {
			e.From, e.To = l.several(t, row, sender), l.several(t, row, receiver)
			if !directed {
				e.From, e.To = append(e.From, e.To...), nil
			}
		}
		if l.faults.all == faults { // what stands there can be read
			for _, fault := range l.data.faultsOf(&e) {
				l.faults.add(fmt.Errorf("%s: %s", t.told(row, &e), fault))
			}
			if directed && len(e.To) == 0 {
				l.faults.add(fmt.Errorf("%s: it has a sender and no receiver", t.told(row, &e)))
			}
		}
		events = append(events, e)
	}
	if id >= 0 {
		l.twice(t, events)
	}
	if _, missing := t.column("value"); missing == nil && value < 0 && s.Value == "" {
		l.note(WarnValue, t.path+" has a column value that is not read, so every event counts 1; name it (value: value) if it is what events count by")
	}
	l.sort(t, events)
	return events, nil
}

// told is the place of an event in its file, with its id.
func (t *csvFile) told(row int, e *Event) string {
	if at := t.where(row); at != e.ID {
		return at + ": event " + e.ID
	}
	return t.where(row)
}

// mark reads a covariate of the events, in whose order the rows of their table may not
// be.
func (l *loader) mark(t *csvFile, name string) error {
	k, err := t.column(name)
	if err != nil {
		return err
	}
	m := Mark{Name: name}
	for i := range l.data.Events {
		row, _ := slices.BinarySearch(t.lines, l.data.Events[i].line)
		v, err := t.number(row, k)
		l.faults.add(err)
		m.Values = append(m.Values, v)
	}
	l.data.Marks = append(l.data.Marks, m)
	return nil
}

// note is a reason to look at a table before trusting a fit.
func (l *loader) note(code, text string) {
	l.data.notes = append(l.data.notes, Warning{Code: code, Text: text})
}

// twice notes ids that several events have.
func (l *loader) twice(t *csvFile, events []Event) {
	if numbered(events) {
		return
	}
	lines := make(map[string]int, len(events))
	more, text := 0, ""
	for row := range events {
		first, seen := lines[events[row].ID]
		if !seen {
			lines[events[row].ID] = int(t.lines[row])
			continue
		}
		if more++; more == 1 {
			text = fmt.Sprintf("%s: event %s stands in line %d already", t.where(row), events[row].ID, first)
		}
	}
	if more > 1 {
		text += fmt.Sprintf(", and %d more ids stand twice", more-1)
	}
	if more > 0 {
		l.note(WarnTwice, text)
	}
}

// numbered reports whether ids rise as numbers do, the longer being the larger: then none
// stands twice.
func numbered(events []Event) bool {
	for k := 1; k < len(events); k++ {
		last, id := events[k-1].ID, events[k].ID
		if len(id) < len(last) || len(id) == len(last) && id <= last {
			return false
		}
	}
	return true
}

// sort puts events in the order of time, and notes which were not.
func (l *loader) sort(t *csvFile, events []Event) {
	first, late := 0, 0
	latest := math.Inf(-1)
	for k := range events {
		if events[k].Time < latest {
			if late++; late == 1 {
				first = k
			}
		}
		latest = max(latest, events[k].Time)
	}
	if late == 0 {
		return
	}
	text := t.told(first, &events[first]) + " is earlier than one above it"
	if late > 1 {
		text += fmt.Sprintf(", and so are %d more", late-1)
	}
	l.note(WarnOrder, text+"; the table was read in the order of time")
	slices.SortStableFunc(events, func(a, b Event) int { return cmp.Compare(a.Time, b.Time) })
}

// kind numbers a kind of act.
func (l *loader) kind(name string) int16 {
	k := slices.Index(l.data.Kinds, name)
	if k < 0 {
		k = len(l.data.Kinds)
		l.data.Kinds = append(l.data.Kinds, name)
	}
	return int16(k)
}

// several reads actors separated by semicolons.
func (l *loader) several(t *csvFile, row, column int) []int32 {
	text := t.rows[row][column]
	if most := 1 + strings.Count(text, ";"); cap(l.spare)-len(l.spare) < most {
		l.spare = make([]int32, 0, max(1<<12, most))
	}
	first := len(l.spare)
	for name := range strings.SplitSeq(text, ";") {
		actor, err := l.actor(t, row, name)
		l.faults.add(err)
		l.spare = append(l.spare, actor)
	}
	return l.spare[first:len(l.spare):len(l.spare)]
}

// given reads the alternatives of each event; rows with observed 1 are the events
// themselves.
func (l *loader) given(m *Model) error {
	t, err := l.table(l.RiskSet.Given)
	if err != nil {
		return err
	}
	columns := []string{"stratum", "observed", "actors"}
	if len(l.data.Events) > 0 && len(l.data.Events[0].To) > 0 {
		columns = []string{"stratum", "observed", "senders", "receivers"}
	}
	at := make([]int, len(columns))
	for k, name := range columns {
		if at[k], err = t.column(name, strings.TrimSuffix(name, "s")); err != nil {
			return err
		}
	}
	m.RiskSet.Given = make([][]Candidate, len(l.data.Events))
	for row, r := range t.rows {
		stratum, err := strconv.Atoi(r[at[0]])
		if err != nil || stratum < 1 || stratum > len(l.data.Events) {
			l.faults.add(fmt.Errorf("%s: stratum %q is no number of an event, 1 to %d", t.where(row), r[at[0]], len(l.data.Events)))
			continue
		}
		if r[at[1]] == "1" {
			continue
		}
		c := Candidate{From: l.several(t, row, at[2])}
		if len(at) > 3 {
			c.To = l.several(t, row, at[3])
		}
		m.RiskSet.Given[stratum-1] = append(m.RiskSet.Given[stratum-1], c)
	}
	return nil
}
