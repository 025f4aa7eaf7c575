package ledger

import (
	"bytes"
	"context"
	"crypto/sha256"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"entente"
)

// Revision says who changes a ledger, why, and since when the change could be
// known.
type Revision struct {
	Who, Why string
	// KnownAt is the date of knowledge of new rows that do not carry their own,
	// and of changes to rows. Zero: new rows are known since the day on which the
	// case was recorded, changes since Now.
	KnownAt entente.Date
	Now     time.Time // when it is written
	Create  bool      // make the ledger if it does not exist
}

func (v Revision) check() error {
	switch {
	case strings.TrimSpace(v.Who) == "":
		return errors.New("a revision needs a name: who makes the change?")
	case strings.TrimSpace(v.Why) == "":
		return errors.New("a revision needs a reason: why is the change made?")
	case strings.ContainsFunc(v.Who+v.Why, func(r rune) bool { return r < 0x20 }):
		return errors.New("who and why are one line each, without control characters")
	case v.Now.IsZero():
		return errors.New("a revision needs the time at which it is made")
	case !v.KnownAt.IsZero() && v.KnownAt.Start > dayOf(v.Now):
		return fmt.Errorf("known-at %s lies after the day of the revision, %s", v.KnownAt, dayOf(v.Now))
	}
	return nil
}

func dayOf(t time.Time) entente.Day {
	year, month, day := t.UTC().Date()
	return entente.DayOf(year, int(month), day)
}

// Summary counts what an import did, by table.
type Summary struct {
	Restored int // revisions taken over from the folder's own log
	Tables   []TableSummary
}

// TableSummary counts what an import did to one table.
type TableSummary struct {
	Table                     string
	Added, Changed, Unchanged int
	Kept                      int // rows of the ledger that the folder lacks; an import removes nothing
}

// Total adds up the tables.
func (s Summary) Total() TableSummary {
	var sum TableSummary
	for _, t := range s.Tables {
		sum.Added += t.Added
		sum.Changed += t.Changed
		sum.Unchanged += t.Unchanged
		sum.Kept += t.Kept
	}
	return sum
}

// Create makes an empty ledger file. It is an error if the file exists.
func Create(ctx context.Context, path string) error {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o644)
	if errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("%s exists already", path)
	}
	if err != nil {
		return err
	}
	if err := file.Close(); err != nil {
		return err
	}
	f, err := connect(path, true)
	if err != nil {
		return err
	}
	defer f.Close()
	return f.migrate(ctx)
}

// Import writes the rows of a folder into a ledger as revisions, in one
// transaction: all of them or none. Rows equal to those of the ledger make no
// revision, and rows that the folder lacks stay. A malformed folder gives Problems
// and touches nothing.
//
// A folder exported from a ledger brings its log: into an empty ledger, or one
// whose log is a beginning of it, the log is taken over as it is, and only
// what was edited since becomes new revisions. A ledger that has gone on since
// the export refuses the folder, whose rows are out of date.
func Import(ctx context.Context, path, folder string, v Revision) (Summary, error) {
	info, err := os.Stat(folder)
	if err != nil {
		return Summary{}, err
	}
	if !info.IsDir() {
		return Summary{}, fmt.Errorf("%s is not a folder", folder)
	}
	return ImportFS(ctx, path, os.DirFS(folder), v)
}

// ImportFS is Import from any file system, an embedded one for example.
func ImportFS(ctx context.Context, path string, folder fs.FS, v Revision) (Summary, error) {
	if err := v.check(); err != nil {
		return Summary{}, err
	}
	// The folder is read twice: once to know that it is sound, before anything is
	// touched, and once to write it. So neither needs to hold it in memory.
	sound, err := checkFolder(ctx, folder)
	if err != nil {
		return Summary{}, err
	}
	f, err := openOrCreate(ctx, path, v.Create)
	if err != nil {
		return Summary{}, err
	}
	defer f.Close()
	var sum Summary
	err = f.write(ctx, "import", func(tx *sql.Tx) error {
		w, err := newWriter(ctx, f, tx, v, sound.recorded)
		if err != nil {
			return err
		}
		if err := w.restore(folder); err != nil {
			return err
		}
		if err := sound.eachRow(ctx, w.put); err != nil {
			return err
		}
		sum, err = w.finish()
		return err
	})
	if err != nil {
		return Summary{}, err
	}
	return sum, nil
}

func openOrCreate(ctx context.Context, path string, create bool) (*file, error) {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist) && !create:
		return nil, fmt.Errorf("there is no ledger %s; create it first: %w", path, err)
	case errors.Is(err, fs.ErrNotExist):
		if filepath.Ext(path) != Extension {
			return nil, fmt.Errorf("a ledger's name ends in %s, not %s", Extension, path)
		}
		if err := Create(ctx, path); err != nil {
			return nil, err
		}
	case err == nil && info.Size() == 0 && create:
		// What is left when a process dies, or still works, between making the
		// file and laying out its tables.
		f, err := connect(path, true)
		if err != nil {
			return nil, err
		}
		if err := f.migrate(ctx); err != nil {
			f.Close()
			return nil, err
		}
		f.Close()
	}
	return openFile(ctx, path, true)
}

// queryer is a database or a transaction on it.
type queryer interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// writer appends revisions to a ledger within one transaction.
type writer struct {
	ctx   context.Context
	file  *file
	tx    *sql.Tx
	by    Revision
	since entente.Date // when the case was recorded

	count   int64
	head    []byte
	empty   bool // the ledger had no revisions: every row is new
	last    revision
	current *sql.Stmt
	insert  *sql.Stmt
	index   *sql.Stmt
	reindex *sql.Stmt
	tables  [tableCount]TableSummary
	sum     Summary
}

func newWriter(ctx context.Context, f *file, tx *sql.Tx, by Revision, recorded entente.Date) (*writer, error) {
	// The driver starts a goroutine for every statement that can be cancelled; the
	// reader of the folder notices the end of the context instead.
	w := &writer{ctx: context.WithoutCancel(ctx), file: f, tx: tx, by: by, since: recorded}
	var err error
	if w.count, w.head, err = readHead(ctx, tx); err != nil {
		return nil, err
	}
	w.empty = w.count == 0
	w.last.recordedAt, w.last.who, w.last.why = by.Now.UTC().Format(time.RFC3339), by.Who, by.Why
	for _, p := range []struct {
		into **sql.Stmt
		text string
	}{
		{&w.current, "select cells, (select min(seq) from revisions where tbl = ?1 and id = ?2) from revisions where tbl = ?1 and id = ?2 order by seq desc limit 1"},
		{&w.insert, "insert into revisions (seq, tbl, id, cells, known_at, recorded_at, who, why, hash) values (?, ?, ?, ?, ?, ?, ?, ?, ?)"},
		{&w.index, "insert into words (rowid, text) values (?, ?)"},
		{&w.reindex, "insert or replace into words (rowid, text) values (?, ?)"},
	} {
		if *p.into, err = tx.PrepareContext(ctx, p.text); err != nil {
			return nil, err
		}
	}
	for t := range w.tables {
		w.tables[t].Table = tableID(t).String()
	}
	return w, nil
}

func readHead(ctx context.Context, from queryer) (count int64, hash []byte, err error) {
	err = from.QueryRowContext(ctx, "select count, hash from head").Scan(&count, &hash)
	if errors.Is(err, sql.ErrNoRows) || err == nil && len(hash) != sha256.Size {
		err = errors.New("the head of the log is missing: the file is damaged")
	}
	return count, hash, err
}

// restore takes over what the folder's own log has beyond the ledger's.
func (w *writer) restore(folder fs.FS) error {
	before, head := w.count, w.head
	diverged := errors.New("the folder's revisions.jsonl is the log of another ledger: remove it to import the rows without their history")
	count, _, err := readLog(w.ctx, folder, func(v *revision) error {
		if v.seq <= before {
			if v.seq == before && !bytes.Equal(v.hash, head) {
				return diverged
			}
			return nil
		}
		w.sum.Restored++
		first := v.seq
		if !w.empty && v.table == actTable.String() {
			if _, seq, err := w.find(v.table, v.id); err != nil {
				return err
			} else if seq > 0 {
				first = seq
			}
		}
		w.empty = false
		return w.append(v, first)
	})
	if err != nil || count == 0 || count >= before {
		return err
	}
	var at []byte
	if err := w.tx.QueryRowContext(w.ctx, "select hash from revisions where seq = ?", count).Scan(&at); err != nil {
		return err
	}
	last := []byte(nil)
	if _, last, err = readLog(w.ctx, folder, nil); err != nil {
		return err
	}
	if !bytes.Equal(at, last) {
		return diverged
	}
	return fmt.Errorf("the ledger has %d revisions made after this folder was exported: export it again and repeat your edits there, or remove revisions.jsonl to import these rows over the newer ones", before-count)
}

// find returns the current cells of a row and the number of its first revision,
// 0 when there is none.
func (w *writer) find(table, id string) (cells string, first int64, err error) {
	err = w.current.QueryRowContext(w.ctx, table, id).Scan(&cells, &first)
	if errors.Is(err, sql.ErrNoRows) {
		return "", 0, nil
	}
	return cells, first, err
}

// put writes a row as a revision unless the ledger has it so already.
func (w *writer) put(r row) error {
	table, counts := r.table.String(), &w.tables[r.table]
	var old string
	var first int64
	if !w.empty {
		var err error
		if old, first, err = w.find(table, r.id); err != nil {
			return err
		}
	}
	switch {
	case first > 0 && old == r.cells:
		counts.Unchanged++
		return nil
	case first > 0:
		counts.Changed++
	default:
		counts.Added++
		first = w.count + 1
	}
	v := &w.last
	v.seq, v.table, v.id, v.cells = w.count+1, table, r.id, r.cells
	v.knownAt = w.knownAt(r, row{r.table, r.id, old}, first < v.seq).String()
	v.hash = v.seal(w.head)
	return w.append(v, first)
}

// knownAt returns since when a revision could be known: a row's own date when the
// revision brings it, otherwise that of the import, otherwise the day on which the
// case was recorded for a new row and the day of the import for a change.
func (w *writer) knownAt(r, old row, changed bool) entente.Date {
	if r.table == actTable || r.table == changeTable {
		own := r.cell("known_at")
		if own != "" && (!changed || old.cell("known_at") != own) {
			d, _ := entente.ParseDate(own) // the row is sound
			return d
		}
	}
	switch {
	case !w.by.KnownAt.IsZero():
		return w.by.KnownAt
	case changed:
		return entente.On(dayOf(w.by.Now))
	}
	return w.since
}

// append writes a sealed revision; first is the number of the row's first one.
func (w *writer) append(v *revision, first int64) error {
	if _, err := w.insert.ExecContext(w.ctx, v.seq, v.table, v.id, v.cells, v.knownAt, v.recordedAt, v.who, v.why, v.hash); err != nil {
		return err
	}
	w.count, w.head = v.seq, v.hash
	if v.table != actTable.String() {
		return nil
	}
	index := w.index
	if first < v.seq {
		index = w.reindex
	}
	_, err := index.ExecContext(w.ctx, first, indexText(row{actTable, v.id, v.cells}))
	return err
}

// finish writes the head, checks the whole if the ledger held more than the
// folder, and returns the summary.
func (w *writer) finish() (Summary, error) {
	if _, err := w.tx.ExecContext(w.ctx, "update head set count = ?, hash = ?", w.count, w.head); err != nil {
		return Summary{}, err
	}
	if w.sum.Tables = w.tables[:]; w.empty {
		return w.sum, nil
	}
	kept := 0
	for t := range w.tables {
		counts := &w.tables[t]
		var rows int
		if err := w.tx.QueryRowContext(w.ctx, "select count(distinct id) from revisions where tbl = ?", counts.Table).Scan(&rows); err != nil {
			return Summary{}, err
		}
		counts.Kept = rows - counts.Added - counts.Changed - counts.Unchanged
		kept += counts.Kept
	}
	if kept > 0 {
		if _, err := w.file.record(w.ctx, w.tx, Options{}); err != nil {
			return Summary{}, fmt.Errorf("the folder does not fit the rows that the ledger already holds; nothing was changed: %w", err)
		}
	}
	return w.sum, nil
}
