package ledger

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"slices"
	"strings"

	"entente"
)

// record reads the rows of a case one after the other, checks them, and, when
// keep is set, builds the case from them. Rows come table by table in the order
// of the tables.
//
// References are checked against every row of the record, also against those
// that the view hides: a view is a part of a sound whole.
type record struct {
	keep    bool        // build the case; otherwise only check
	knownAt entente.Day // hide acts and changes of a folder not known by then; 0 hides nothing

	problems Problems
	more     int
	sums     [tableCount][sha256.Size]byte // of a folder's files as they were read

	horizon, recorded entente.Date
	ids               [tableCount]map[string]int32 // id -> number of the row in its table, from 0
	lines             [tableCount][]int32          // of a folder's rows, by their number
	opaque            [tableCount]bool             // the table could not be read: nothing is said about references to it
	unresolved        []reference
	supersedes        map[string]replacement

	out     *entente.Case  // apart from the record, which is not kept alive with it
	acts    []*entente.Act // by number of the row; nil when hidden
	changes []entente.Change
	view    [tableCount][]string // the rows in view, for the checksum
	cursor  cells                // the row being read

	newActs arena[entente.Act]
	parties arena[entente.Participant]
	strings arena[string]
}

// row is one row of a table: its cells with separators between them.
type row struct {
	table tableID
	id    string
	cells string
}

// reference is a row named before it was seen.
type reference struct {
	to tableID
	id string
	at Problem
}

// replacement is the ids that an act supersedes.
type replacement struct {
	ids []string
	at  Problem
}

// arena hands out small slices cut from large ones: a hundred thousand acts would
// otherwise be half a million allocations.
type arena[T any] struct{ free []T }

func (a *arena[T]) take(n int) []T {
	if n > len(a.free) {
		a.free = make([]T, max(n, 512))
	}
	s := a.free[:n:n]
	a.free = a.free[n:]
	return s
}

func newRecord() *record {
	r := &record{supersedes: map[string]replacement{}, out: new(entente.Case)}
	for t := range r.ids {
		r.ids[t] = map[string]int32{}
	}
	return r
}

func (r *record) report(p Problem) {
	if len(r.problems) >= maxProblems {
		r.more++
		return
	}
	r.problems = append(r.problems, p)
}

// knows reports whether the row exists.
func (r *record) knows(t tableID, id string) bool {
	_, ok := r.ids[t][id]
	return ok
}

// know registers a row's id without reading the row.
func (r *record) know(t tableID, id string, line int) {
	if !r.keep {
		id = strings.Clone(id) // it is part of the row's text, which is not to be kept
	}
	r.ids[t][id] = int32(len(r.lines[t]))
	r.lines[t] = append(r.lines[t], int32(line))
}

// folderRow reads one row of a folder.
func (r *record) folderRow(t tableID, text string, line int, starts []int) {
	id, _, _ := strings.Cut(text, string(separator))
	r.cursor = cells{record: r, table: t, id: id, rest: text, column: -1, line: line, starts: starts}
	r.checkID(&r.cursor)
	if first, twice := r.ids[t][id]; twice {
		r.cursor.failAt(0, fmt.Sprintf("duplicate %s %q", tableColumns[t][0], id), fmt.Sprintf("first used in line %d", r.lines[t][first]))
		return
	}
	r.know(t, id, line)
	r.row(&r.cursor, text, len(r.lines[t])-1)
}

// ledgerRow reads one row of a ledger, whose id is known already; number is its
// place in its table.
func (r *record) ledgerRow(t tableID, text string, number int) {
	id, _, _ := strings.Cut(text, string(separator))
	r.cursor = cells{record: r, table: t, id: id, rest: text, column: -1}
	r.checkID(&r.cursor)
	r.row(&r.cursor, text, number)
}

// row reads the cells of a row.
func (r *record) row(c *cells, text string, number int) {
	t := c.table
	visible := true
	switch t {
	case actorTable:
		a := c.actor()
		if r.keep {
			r.out.Actors = append(r.out.Actors, a)
		}
	case sourceTable:
		s := c.source()
		if r.keep {
			r.out.Sources = append(r.out.Sources, s)
		}
	case actTable:
		a := c.act()
		if visible = r.visible(a.KnownAt); visible && r.keep {
			r.out.Acts = append(r.out.Acts, a)
			for len(r.acts) <= number {
				r.acts = append(r.acts, nil)
			}
			r.acts[number] = a
		}
	case changeTable:
		ch := c.change()
		if visible = r.visible(ch.KnownAt); visible && r.keep {
			r.changes = append(r.changes, ch)
		}
	case clauseTable:
		cl := c.clause()
		if r.keep {
			r.out.Clauses = append(r.out.Clauses, cl)
		}
	case nodeTable:
		n := c.node()
		if r.keep {
			r.out.Nodes = append(r.out.Nodes, n)
		}
	case corridorTable:
		co := c.corridor()
		if r.keep {
			r.out.Corridors = append(r.out.Corridors, co)
		}
	case threatTable:
		th := c.threat()
		if r.keep {
			r.out.Threats = append(r.out.Threats, th)
		}
	case postureTable:
		p := c.posture()
		if r.keep {
			r.out.Postures = append(r.out.Postures, p)
		}
	case blocTable:
		b := c.bloc()
		if r.keep {
			r.out.Blocs = append(r.out.Blocs, b)
		}
	case claimTable:
		cl := c.claim()
		if r.keep {
			r.out.Claims = append(r.out.Claims, cl)
		}
	case implicationTable:
		im := c.implication()
		if r.keep {
			r.out.Implications = append(r.out.Implications, im)
		}
	}
	if r.keep && visible {
		r.view[t] = append(r.view[t], text)
	}
}

// checkID checks the form of a row's id.
func (r *record) checkID(c *cells) {
	valid, hint := validID(c.id), "small letters, digits, '.', '_' and '-', beginning with a letter or digit"
	if c.table == actorTable {
		valid, hint = validCode(c.id), "capital letters, digits and '_', beginning with a letter"
	}
	if !valid {
		c.failAt(0, fmt.Sprintf("%s %q", tableColumns[c.table][0], c.id), hint)
	}
}

// visible reports whether a row of a folder with the given known-at date is in
// the view.
func (r *record) visible(known entente.Date) bool {
	switch {
	case r.knownAt == 0:
		return true
	case known.IsZero():
		return r.recorded.Over(r.knownAt)
	}
	return known.Over(r.knownAt)
}

// finish checks what could only be checked at the end and returns all problems,
// or nil.
func (r *record) finish() error {
	for _, ref := range r.unresolved {
		if r.opaque[ref.to] || r.knows(ref.to, ref.id) {
			continue
		}
		p := ref.at
		p.Message += fmt.Sprintf("unknown %s %q", tables[ref.to].what, ref.id)
		p.Hint = r.nearest(ref.to, ref.id)
		r.report(p)
	}
	r.unresolved = nil
	r.findCycles()
	if len(r.problems) > 0 {
		return sorted(r.problems, r.more)
	}
	return nil
}

// nearest returns a hint that names an id close to the given one.
func (r *record) nearest(t tableID, id string) string {
	where := "add it to " + t.file()
	if len(r.ids[t]) > 50_000 || len(id) > 200 {
		return where
	}
	best := ""
	folded := entente.Fold(id)
	for known := range r.ids[t] {
		if (entente.Fold(known) == folded || oneEdit(known, id)) && (best == "" || known < best) {
			best = known
		}
	}
	if best != "" {
		return fmt.Sprintf("did you mean %q? or %s", best, where)
	}
	return where
}

// oneEdit reports whether one letter inserted, removed, replaced or swapped with
// its neighbour makes b of a.
func oneEdit(a, b string) bool {
	if len(a) > len(b) {
		a, b = b, a
	}
	if len(b)-len(a) > 1 {
		return false
	}
	i := 0
	for i < len(a) && a[i] == b[i] {
		i++
	}
	if len(a) < len(b) {
		return a[i:] == b[i+1:]
	}
	return i == len(a) || a[i+1:] == b[i+1:] ||
		i+1 < len(a) && a[i] == b[i+1] && a[i+1] == b[i] && a[i+2:] == b[i+2:]
}

// findCycles reports acts that directly or through others replace themselves,
// each cycle once.
func (r *record) findCycles() {
	const walking, done = 1, 2
	state := map[string]int{}
	var path []string
	var walk func(id string)
	walk = func(id string) {
		switch state[id] {
		case done:
			return
		case walking:
			cycle := append(slices.Clone(path[slices.Index(path, id):]), id)
			p := r.supersedes[path[len(path)-1]].at
			p.Message += "the acts replace each other in a circle: " + strings.Join(cycle, " -> ")
			p.Hint = "an act replaces earlier rows only"
			r.report(p)
			return
		}
		state[id] = walking
		path = append(path, id)
		for _, next := range r.supersedes[id].ids {
			walk(next)
		}
		path = path[:len(path)-1]
		state[id] = done
	}
	ids := make([]string, 0, len(r.supersedes))
	for id := range r.supersedes {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	for _, id := range ids {
		walk(id)
	}
}

// build returns the case: acts in the order of their dates with their changes,
// replaced acts left out, references led to the acts that replaced them and those
// to hidden acts removed.
func (r *record) build() *entente.Case {
	c := r.out
	sortActs(c.Acts)
	replacedBy := map[string]string{}
	for _, a := range c.Acts {
		for _, old := range a.Supersedes {
			if _, twice := replacedBy[old]; !twice {
				replacedBy[old] = a.ID
			}
		}
	}
	if len(replacedBy) > 0 {
		c.Acts = slices.DeleteFunc(c.Acts, func(a *entente.Act) bool {
			_, replaced := replacedBy[a.ID]
			return replaced
		})
	}
	find := func(id string) *entente.Act {
		for len(replacedBy) > 0 {
			next, replaced := replacedBy[id]
			if !replaced {
				break
			}
			id = next
		}
		if number, ok := r.ids[actTable][id]; ok && int(number) < len(r.acts) {
			return r.acts[number]
		}
		return nil
	}
	visible := func(ids []string) []string {
		var kept []string
		for _, id := range ids {
			if a := find(id); a != nil && !slices.Contains(kept, a.ID) {
				kept = append(kept, a.ID)
			}
		}
		return kept
	}

	attachChanges(r.changes, find)
	c.Clauses = slices.DeleteFunc(c.Clauses, func(cl entente.Clause) bool { return find(cl.Act) == nil })
	for i := range c.Clauses {
		c.Clauses[i].Act = find(c.Clauses[i].Act).ID
	}
	for i := range c.Claims {
		c.Claims[i].Acts = visible(c.Claims[i].Acts)
	}
	for i := range c.Implications {
		for _, t := range c.Implications[i].Tests {
			if t.Kind == entente.TestAct {
				if a := find(t.Args[0]); a != nil {
					t.Args[0] = a.ID
				}
			}
		}
	}
	for i := range c.Group.Members {
		c.Group.Members[i].Acts = visible(c.Group.Members[i].Acts)
	}
	// A reading or an objection that rests on hidden acts alone could not be made.
	c.Readings = slices.DeleteFunc(c.Readings, func(rd entente.Reading) bool {
		return len(rd.Acts) > 0 && visible(rd.Acts) == nil
	})
	for i := range c.Readings {
		c.Readings[i].Acts = visible(c.Readings[i].Acts)
	}
	c.Against = slices.DeleteFunc(c.Against, func(o entente.Objection) bool {
		return len(o.Acts) > 0 && visible(o.Acts) == nil
	})
	for i := range c.Against {
		c.Against[i].Acts = visible(c.Against[i].Acts)
	}
	c.Checksum = checksum(&r.view)
	// Nothing is nil, however it came about: views of a folder and of a ledger are
	// equal in every respect.
	c.Acts, c.Clauses, c.Readings, c.Against = orNil(c.Acts), orNil(c.Clauses), orNil(c.Readings), orNil(c.Against)
	c.Sources = orNil(c.Sources)
	return c
}

func orNil[T any](s []T) []T {
	if len(s) == 0 {
		return nil
	}
	return s
}

// attachChanges gives each act its changes in the order of their dates.
func attachChanges(changes []entente.Change, find func(string) *entente.Act) {
	type key struct {
		date   entente.Date
		act    *entente.Act
		change *entente.Change
	}
	keys := make([]key, 0, len(changes))
	for i := range changes {
		if a := find(changes[i].Act); a != nil {
			changes[i].Act = a.ID
			keys = append(keys, key{changes[i].Date, a, &changes[i]})
		}
	}
	order := func(a, b key) int {
		if a.act != b.act {
			return strings.Compare(a.act.ID, b.act.ID)
		}
		return cmp.Or(a.date.Compare(b.date), strings.Compare(a.change.ID, b.change.ID))
	}
	if !slices.IsSortedFunc(keys, order) {
		slices.SortFunc(keys, order)
	}
	all := make([]entente.Change, len(keys))
	for i, first := 0, 0; i < len(keys); i++ {
		all[i] = *keys[i].change
		if i+1 == len(keys) || keys[i+1].act != keys[i].act {
			keys[i].act.Changes = all[first : i+1 : i+1]
			first = i + 1
		}
	}
}

// sortActs sorts by date, then id. Dates are compared in a compact copy: the acts
// lie scattered in memory.
func sortActs(acts []*entente.Act) {
	type key struct {
		date entente.Date
		act  *entente.Act
	}
	keys := make([]key, len(acts))
	for i, a := range acts {
		keys[i] = key{a.Date, a}
	}
	slices.SortFunc(keys, func(a, b key) int {
		if a.date != b.date {
			return a.date.Compare(b.date)
		}
		return strings.Compare(a.act.ID, b.act.ID)
	})
	for i := range keys {
		acts[i] = keys[i].act
	}
}

// checksum is the sha256 of the rows in the order of table and id, each as
// "table US cells RS" (the ASCII separators), case.yaml as it stands. It is the
// same for a folder and a ledger that hold the same rows in any order.
func checksum(view *[tableCount][]string) string {
	h := sha256.New()
	buffer := make([]byte, 0, 1<<16)
	for t, rows := range view {
		// A row begins with its id and a separator, which sorts before every
		// letter of an id: the order of the rows is the order of their ids.
		if !slices.IsSorted(rows) {
			slices.Sort(rows)
		}
		name := tableID(t).String()
		for _, cells := range rows {
			buffer = append(buffer, name...)
			buffer = append(buffer, separator)
			buffer = append(buffer, cells...)
			buffer = append(buffer, '\x1e')
			if len(buffer) > 1<<15 {
				h.Write(buffer)
				buffer = buffer[:0]
			}
		}
	}
	h.Write(buffer)
	return "sha256:" + hex.EncodeToString(h.Sum(nil))
}

// readTable reads a table of a folder.
func (r *record) readTable(t tableID, file io.Reader) error {
	report := func(line, column int, message, hint string) {
		r.report(Problem{File: t.file(), Line: line, Column: column, Message: message, Hint: hint})
	}
	in := newCSVReader(file, report)
	columns := tableColumns[t]
	places, ok, err := in.header(columns)
	if err != nil {
		return err
	}
	if places == nil || !ok && places[0] < 0 {
		r.opaque[t] = true
		return nil
	}
	width := len(columns)
	if !ok {
		// The rows cannot be judged, but their ids spare the reader a flood of
		// unknown references.
		r.opaque[t] = len(in.starts) < 2
		width = len(in.starts)
	}
	count := 0
	for {
		more, err := in.next()
		if err != nil {
			return err
		}
		if !more {
			break
		}
		count++
		if !in.row(width) {
			// Others may refer to it all the same.
			if id, _, _ := bytes.Cut(in.text, []byte(",")); len(id) < 200 && (validID(string(id)) || validCode(string(id))) {
				r.know(t, string(id), in.line)
			}
			continue
		}
		text := string(in.joined)
		if !ok {
			r.know(t, strings.Split(text, string(separator))[places[0]], in.line)
			continue
		}
		r.folderRow(t, text, in.line, in.starts)
	}
	if count == 0 && tables[t].required {
		r.opaque[t] = true
		report(1, 0, "no rows: the file holds only its header", fmt.Sprintf("a case needs one %s at least", tables[t].what))
	}
	return nil
}
