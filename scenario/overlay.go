package scenario

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"entente"
	"entente/ledger"
)

// overlay is a folder of which some files are replaced.
type overlay struct {
	fs.FS
	files map[string][]byte
}

func (o *overlay) Open(name string) (fs.File, error) {
	if text, ok := o.files[name]; ok {
		return &memory{bytes.NewReader(text), name, len(text)}, nil
	}
	return o.FS.Open(name)
}

// ReadDir lists the folder beneath: what is replaced there has the same name.
func (o *overlay) ReadDir(name string) ([]fs.DirEntry, error) { return fs.ReadDir(o.FS, name) }

// memory is a file held in memory.
type memory struct {
	*bytes.Reader
	name string
	size int
}

func (m *memory) Stat() (fs.FileInfo, error) { return m, nil }
func (m *memory) Close() error               { return nil }
func (m *memory) Name() string               { return m.name }
func (m *memory) Size() int64                { return int64(m.size) }
func (m *memory) Mode() fs.FileMode          { return 0o444 }
func (m *memory) ModTime() time.Time         { return time.Time{} }
func (m *memory) IsDir() bool                { return false }
func (m *memory) Sys() any                   { return nil }

// without is the base as it would be on a later day if nothing came: its horizon moved.
func (b *Base) without(ctx context.Context, asOf entente.Day) (*entente.Case, error) {
	if asOf <= b.Case.Horizon {
		return b.Case, nil
	}
	o := &overlay{FS: b.folder, files: map[string][]byte{}}
	if err := o.horizon(asOf); err != nil {
		return nil, err
	}
	return ledger.Load(ctx, o, ledger.Options{KnownAt: b.knownAt})
}

// Apply returns the record as the scenario has it. Its errors have the place in the
// scenario where they can be mended.
func (b *Base) Apply(ctx context.Context, s *Scenario) (*entente.Case, error) {
	o := &overlay{FS: b.folder, files: map[string][]byte{}}
	if s.AsOf > b.Case.Horizon {
		if err := o.horizon(s.AsOf); err != nil {
			return nil, err
		}
	}
	places := map[string]string{} // paths of the rows that the scenario wrote, by table and id
	var problems []error
	for _, table := range tables {
		add, alter, remove := s.spec.Add[table], s.spec.Alter[table], s.spec.Remove[table]
		if len(add)+len(alter)+len(remove) == 0 {
			continue
		}
		t, err := readTable(b.folder, table)
		if err != nil {
			return nil, err
		}
		problems = append(problems, t.change(s, places)...)
		o.files[table+".csv"] = t.write()
	}
	if err := s.members(b.Case, o); err != nil {
		problems = append(problems, err)
	}
	if err := errors.Join(problems...); err != nil {
		return nil, err
	}
	options := ledger.Options{}
	if b.knownAt != 0 {
		options.KnownAt = max(b.knownAt, s.AsOf) // the scenario knows its own acts
	}
	c, err := ledger.Load(ctx, o, options)
	var found ledger.Problems
	if errors.As(err, &found) {
		return nil, s.blame(o, found, places)
	}
	if err != nil {
		return nil, err
	}
	return forget(c, s.spec.Remove["acts"]), nil
}

// blame says of the problems of the record with its changes where in the scenario they can
// be mended: in a row that it wrote, or where it takes out what other rows refer to. The
// others keep their place in the record.
func (s *Scenario) blame(o *overlay, found ledger.Problems, places map[string]string) error {
	var problems []error
	refer := map[string][]string{} // places of rows that refer to what is taken out, by path
	for _, p := range found {
		table := strings.TrimSuffix(p.File, ".csv")
		message := p.Message
		if p.Hint != "" {
			message += " (" + p.Hint + ")"
		}
		if path, ours := places[table+"/"+p.Row]; ours {
			problems = append(problems, fmt.Errorf("%s: %s", s.text.Where(path+"."+o.column(p)), message))
			continue
		}
		if path := s.takesOut(p.Message); path != "" {
			refer[path] = append(refer[path], p.Where())
			continue
		}
		problems = append(problems, fmt.Errorf("%s: with its changes, %s: %s", s.file, p.Where(), message))
	}
	for _, path := range slices.Sorted(maps.Keys(refer)) {
		problems = append(problems, fmt.Errorf("%s: it cannot be taken out, since %s to it, such as %s", s.text.Where(path), referring(len(refer[path])), refer[path][0]))
	}
	return errors.Join(problems...)
}

func referring(n int) string {
	if n == 1 {
		return "a row refers"
	}
	return fmt.Sprintf("%d rows refer", n)
}

// takesOut is the path of the row that the scenario takes out and that a problem of the
// record misses by its id, or "".
func (s *Scenario) takesOut(message string) string {
	for table, ids := range s.spec.Remove {
		for k, id := range ids {
			if strings.HasPrefix(message, "unknown ") && strings.Contains(message, strconv.Quote(id)) {
				return fmt.Sprintf("$.remove.%s[%d]", table, k)
			}
		}
	}
	return ""
}

// column is the name of the column in which a problem of a table begins, or "".
func (o *overlay) column(p ledger.Problem) string {
	file := csv.NewReader(bytes.NewReader(o.files[p.File]))
	columns, err := file.Read()
	for err == nil {
		for i, name := range columns {
			if line, at := file.FieldPos(i); line == p.Line && at == p.Column && line > 1 {
				return name
			}
		}
		_, err = file.Read()
	}
	return ""
}

// forget takes acts out of a case with all that refers to them.
func forget(c *entente.Case, ids []string) *entente.Case {
	if len(ids) == 0 {
		return c
	}
	gone := func(id string) bool { return slices.Contains(ids, id) }
	without := func(list []string) []string { return slices.DeleteFunc(slices.Clone(list), gone) }
	c = c.Copy()
	c.Acts = slices.DeleteFunc(c.Acts, func(a *entente.Act) bool { return gone(a.ID) })
	for i := range c.Readings {
		c.Readings[i].Acts = without(c.Readings[i].Acts)
	}
	for i := range c.Against {
		c.Against[i].Acts = without(c.Against[i].Acts)
	}
	for i := range c.Claims {
		c.Claims[i].Acts = without(c.Claims[i].Acts)
	}
	c.Clauses = slices.DeleteFunc(c.Clauses, func(x entente.Clause) bool { return gone(x.Act) })
	c.Readings = slices.DeleteFunc(c.Readings, func(x entente.Reading) bool { return len(x.Acts) == 0 })
	c.Against = slices.DeleteFunc(c.Against, func(x entente.Objection) bool { return len(x.Acts) == 0 })
	return c
}

// table is the text of a table's rows.
type table struct {
	name    string
	columns []string
	rows    [][]string
}

func readTable(folder fs.FS, name string) (*table, error) {
	t := &table{name: name, columns: ledger.Columns(name)}
	file, err := folder.Open(name + ".csv")
	if errors.Is(err, fs.ErrNotExist) {
		return t, nil
	}
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }()
	rows, err := csv.NewReader(file).ReadAll()
	if err != nil {
		return nil, fmt.Errorf("%s.csv: %w", name, err)
	}
	t.rows = rows[1:]
	return t, nil
}

func (t *table) write() []byte {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	_ = w.Write(t.columns) // a buffer takes everything
	_ = w.WriteAll(t.rows)
	return b.Bytes()
}

func (t *table) find(id string) int {
	return slices.IndexFunc(t.rows, func(row []string) bool { return row[0] == id })
}

func (t *table) ids() []string {
	ids := make([]string, len(t.rows))
	for i, row := range t.rows {
		ids[i] = row[0]
	}
	return ids
}

// change applies what a scenario says of a table and notes the paths at which it says so.
func (t *table) change(s *Scenario, places map[string]string) (problems []error) {
	fail := func(path, format string, args ...any) {
		problems = append(problems, fmt.Errorf("%s: %s", s.text.Where(path), fmt.Sprintf(format, args...)))
	}
	unknown := func(path, id string) {
		fail(path, "%s has no row %q%s", t.name, id, meant(id, t.ids()))
	}
	for _, id := range slices.Sorted(maps.Keys(s.spec.Alter[t.name])) {
		path := "$.alter." + t.name + "." + id
		i := t.find(id)
		if i < 0 {
			unknown(path, id)
			continue
		}
		if to, ok := s.spec.Alter[t.name][id][t.columns[0]]; ok && to != id {
			fail(path+"."+t.columns[0], "the id of a row cannot be altered, as others refer to it; take the row out and add another")
			continue
		}
		row := slices.Clone(t.rows[i])
		t.set(row, s.spec.Alter[t.name][id], path, fail)
		t.rows[i] = row
		places[t.name+"/"+id] = path
	}
	for i, cells := range s.spec.Add[t.name] {
		path := fmt.Sprintf("$.add.%s[%d]", t.name, i)
		for _, cells := range s.repeated(t.name, cells, path, fail) {
			row := make([]string, len(t.columns))
			t.defaults(row)
			t.set(row, cells, path, fail)
			if t.find(row[0]) >= 0 {
				fail(path, "%s has a row %q already; alter changes it", t.name, row[0])
				continue
			}
			t.rows = append(t.rows, row)
			places[t.name+"/"+row[0]] = path
		}
	}
	for k, id := range s.spec.Remove[t.name] {
		path := fmt.Sprintf("$.remove.%s[%d]", t.name, k)
		i := t.find(id)
		if i < 0 && !slices.Contains(s.spec.Remove[t.name][:k], id) {
			unknown(path, id)
			continue
		}
		if slices.Contains(s.spec.Remove[t.name][:k], id) {
			fail(path, "%q is taken out twice", id)
			continue
		}
		if t.name == "acts" {
			continue // taken out of the case, as much else refers to acts
		}
		t.rows = slices.Delete(t.rows, i, i+1)
	}
	return problems
}

// defaults fills what a supposed row of a table has when the scenario does not say.
func (t *table) defaults(row []string) {
	if t.name == "acts" || t.name == "changes" {
		row[slices.Index(t.columns, "confidence")] = string(entente.Low)
		row[slices.Index(t.columns, "note")] = "supposed by a scenario"
	}
}

// set writes cells into a row.
func (t *table) set(row []string, cells map[string]any, path string, fail func(string, string, ...any)) {
	for _, column := range slices.Sorted(maps.Keys(cells)) {
		i := slices.Index(t.columns, column)
		if i < 0 {
			continue // refused when the file was read
		}
		text, ok := cell(cells[column])
		if !ok {
			fail(path+"."+column, "%s is a text, a number or a list of these", column)
			continue
		}
		row[i] = text
	}
}

// cell writes a value of YAML as the cell of a table: a list is joined by semicolons.
func cell(v any) (string, bool) {
	switch v := v.(type) {
	case nil:
		return "", true
	case string:
		return v, true
	case bool:
		if v {
			return "yes", true
		}
		return "no", true
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64), true
	case []any:
		var parts []string
		for _, x := range v {
			part, ok := cell(x)
			if _, nested := x.([]any); !ok || nested {
				return "", false
			}
			parts = append(parts, part)
		}
		return strings.Join(parts, ";"), true
	case int, int64, uint64:
		return fmt.Sprint(v), true
	}
	return "", false
}

// repeated turns an act that comes every year into one act a year, until a day. Its id
// gets the year.
func (s *Scenario) repeated(name string, cells map[string]any, path string, fail func(string, string, ...any)) []map[string]any {
	every, ok := cells["every"]
	if name != "acts" || !ok {
		return []map[string]any{cells}
	}
	if every != "year" {
		fail(path+".every", "every %v: an act may come every year", every)
		return nil
	}
	first, err := entente.ParseDay(plainOf(cells["date"]))
	if err != nil {
		fail(path+".date", "an act that comes every year gives the day of the first: %v", err)
		return nil
	}
	last := s.AsOf
	if until, ok := cells["until"]; ok {
		if last, err = entente.ParseDay(fmt.Sprint(until)); err != nil {
			fail(path+".until", "%v", err)
			return nil
		}
	}
	var all []map[string]any
	t := first.Time()
	for day, year := first, t.Year(); day <= last && len(all) < 100; {
		one := maps.Clone(cells)
		one["id"], one["date"] = fmt.Sprintf("%v-%d", cells["id"], year), day.String()
		all = append(all, one)
		year++
		day = entente.DayOf(year, int(t.Month()), t.Day())
	}
	if len(all) == 0 {
		fail(path, "it comes every year from %s, which is after %s", first, last)
	}
	return all
}

// horizon moves the last covered day of the case.
func (o *overlay) horizon(day entente.Day) error {
	return o.caseFile(func(line string) string {
		if strings.HasPrefix(line, "horizon:") {
			return "horizon: " + day.String()
		}
		return line
	})
}

// caseFile rewrites case.yaml line by line.
func (o *overlay) caseFile(each func(line string) string) error {
	file, err := o.Open("case.yaml")
	if err != nil {
		return err
	}
	defer func() { _ = file.Close() }()
	text, err := io.ReadAll(file)
	if err != nil {
		return err
	}
	lines := strings.Split(string(text), "\n")
	for i := range lines {
		lines[i] = each(strings.TrimSuffix(lines[i], "\r"))
	}
	o.files["case.yaml"] = []byte(strings.Join(lines, "\n"))
	return nil
}

// members writes who joins and who leaves.
func (s *Scenario) members(c *entente.Case, o *overlay) error {
	if len(s.spec.Join)+len(s.spec.Leave) == 0 {
		return nil
	}
	var problems []error
	fail := func(path, format string, args ...any) {
		problems = append(problems, fmt.Errorf("%s: %s", s.text.Where(path), fmt.Sprintf(format, args...)))
	}
	list := slices.Clone(c.Group.Members)
	asOf := s.AsOf
	if asOf == 0 {
		asOf = c.Horizon
	}
	inTime := func(path string, day entente.Day) {
		if day > asOf {
			fail(path+".on", "%s lies after %s, the day for which both sides are asked; as_of gives another", day, asOf)
		}
	}
	for i, m := range s.spec.Leave {
		path := fmt.Sprintf("$.leave[%d]", i)
		day, _ := entente.ParseDay(m.On)
		inTime(path, day)
		at := slices.IndexFunc(list, func(x entente.Membership) bool {
			return x.Actor == m.Actor && (m.Role == "" || x.Role == m.Role) && x.Holds(day)
		})
		if at < 0 {
			fail(path, "%s is not in %s on %s, so it cannot leave", m.Actor, c.Group.Name, m.On)
			continue
		}
		list[at].Until = entente.On(day)
	}
	for i, m := range s.spec.Join {
		path := fmt.Sprintf("$.join[%d]", i)
		day, _ := entente.ParseDay(m.On)
		inTime(path, day)
		if c.Actor(m.Actor) == nil {
			var codes []string
			for _, a := range c.Actors {
				codes = append(codes, a.Code)
			}
			fail(path, "there is no actor %q%s", m.Actor, meant(m.Actor, codes))
			continue
		}
		role := m.Role
		if role == "" {
			role = "member"
		}
		for k := range list {
			if list[k].Actor != m.Actor || !list[k].Holds(day) {
				continue
			}
			if list[k].Role == role {
				fail(path, "%s is %s of %s on %s already", m.Actor, map[string]string{"member": "a member", "observer": "an observer"}[role], c.Group.Name, m.On)
			}
			list[k].Until = entente.On(day)
		}
		list = append(list, entente.Membership{Actor: m.Actor, Role: role, Period: entente.Period{From: entente.On(day)}})
	}
	if err := errors.Join(problems...); err != nil {
		return err
	}
	var b strings.Builder
	b.WriteString("members:")
	for _, m := range list {
		fmt.Fprintf(&b, "\n  - {actor: %q, role: %s, from: %q", m.Actor, m.Role, m.From.String())
		if !m.Until.IsZero() {
			fmt.Fprintf(&b, ", until: %q", m.Until.String())
		}
		if len(m.Acts) > 0 {
			fmt.Fprintf(&b, ", acts: [%s]", strings.Join(m.Acts, ", "))
		}
		b.WriteString("}")
	}
	inside := false
	return o.caseFile(func(line string) string {
		switch {
		case strings.HasPrefix(line, "members:"):
			inside = true
			return b.String()
		case inside && (line == "" || strings.ContainsRune(" \t-#]}", rune(line[0]))): // of the list, or between it and the next key
			return "#"
		}
		inside = false
		return line
	})
}
