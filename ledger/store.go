package ledger

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"entente"
)

// Extension is the ending of a ledger file's name.
const Extension = ".entente"

// applicationID marks a SQLite file as a ledger: "Ente" in ASCII.
const applicationID = 0x456E7465

// busyWait is how long to wait for another process that is writing.
var busyWait = 10 * time.Second

//go:embed migrations/*.sql
var migrations embed.FS

// file is an open ledger file.
type file struct {
	db   *sql.DB
	path string
}

// openFile opens an existing ledger file. Files of older versions are migrated
// when they are opened for writing.
func openFile(ctx context.Context, path string, write bool) (*file, error) {
	if err := isLedger(path); err != nil {
		return nil, err
	}
	f, err := connect(path, write)
	if err != nil {
		return nil, err
	}
	if err := f.check(ctx, write); err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}

func connect(path string, write bool) (*file, error) {
	absolute, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	query := url.Values{"mode": {"rw"}, "_pragma": {
		fmt.Sprintf("busy_timeout(%d)", busyWait.Milliseconds()), "synchronous(full)", "temp_store(memory)",
		"trusted_schema(off)", "cell_size_check(on)"}}
	if write {
		query.Set("_txlock", "immediate")
		query["_pragma"] = append(query["_pragma"], "cache_size(-32768)")
	} else {
		query["_pragma"] = append(query["_pragma"], "query_only(on)")
	}
	dsn := url.URL{Scheme: "file", OmitHost: true, Path: filepath.ToSlash(absolute), RawQuery: query.Encode()}
	db, err := sql.Open("sqlite", dsn.String())
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	db.SetMaxOpenConns(1)
	return &file{db, path}, nil
}

// Close closes the file.
func (f *file) Close() error { return f.db.Close() }

// isLedger looks at the first bytes of a file, so that a file of another kind is
// called what it is.
func isLedger(path string) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return err
	}
	head := make([]byte, 72)
	n, err := io.ReadFull(file, head)
	switch {
	case info.IsDir():
		return fmt.Errorf("%s is a folder, not a ledger file", path)
	case n == 0 && errors.Is(err, io.EOF):
		return errNotYet(path)
	case err != nil && !errors.Is(err, io.ErrUnexpectedEOF):
		return fmt.Errorf("%s: %w", path, err)
	case string(head[:min(n, 16)]) != "SQLite format 3\x00":
		return fmt.Errorf("%s is not a ledger file: ledgers are made by import, and folders of text are opened by their folder's name", path)
	case n < len(head):
		return fmt.Errorf("%s is damaged: the file is cut short; restore it from a copy", path)
	}
	id := uint32(head[68])<<24 | uint32(head[69])<<16 | uint32(head[70])<<8 | uint32(head[71])
	if id != applicationID {
		return fmt.Errorf("%s is a SQLite file of another program, not a ledger", path)
	}
	return nil
}

// migrationFiles returns the names of the migrations in order; number n brings a
// file from version n-1 to n.
func migrationFiles() []string {
	names, err := fs.Glob(migrations, "migrations/*.sql")
	if err != nil {
		return nil
	}
	slices.Sort(names)
	return names
}

// check brings the file to this version or says why it cannot be used.
func (f *file) check(ctx context.Context, write bool) error {
	var version int
	if err := f.db.QueryRowContext(ctx, "pragma user_version").Scan(&version); err != nil {
		return f.explain("open", err)
	}
	latest := len(migrationFiles())
	switch {
	case version > latest:
		return fmt.Errorf("%s was written by a newer version of this program (format %d, this one knows %d): update the program", f.path, version, latest)
	case version == 0:
		return f.unfinished(ctx, write)
	case version < latest && !write:
		return fmt.Errorf("%s has the older format %d: import into it once to bring it to format %d", f.path, version, latest)
	case version < latest:
		return f.migrate(ctx)
	}
	return nil
}

// unfinished deals with a file without a format: the process that was making it
// died, and what it had begun has just been rolled back.
func (f *file) unfinished(ctx context.Context, write bool) error {
	var tables int
	if err := f.db.QueryRowContext(ctx, "select count(*) from sqlite_schema").Scan(&tables); err != nil {
		return f.explain("open", err)
	}
	switch {
	case tables > 0:
		return fmt.Errorf("%s is damaged: the number of its format is missing; restore it from a copy", f.path)
	case !write:
		return errNotYet(f.path)
	}
	return f.migrate(ctx)
}

func errNotYet(path string) error {
	return fmt.Errorf("%s is empty: it is not a ledger yet; import a folder into it", path)
}

// migrate runs the migrations that the file lacks, each with its number in one
// transaction.
func (f *file) migrate(ctx context.Context) error {
	return f.write(ctx, "migrate", func(tx *sql.Tx) error {
		var version int
		if err := tx.QueryRowContext(ctx, "pragma user_version").Scan(&version); err != nil {
			return err
		}
		for i, name := range migrationFiles() {
			if i < version {
				continue
			}
			text, err := migrations.ReadFile(name)
			if err != nil {
				return err
			}
			if _, err := tx.ExecContext(ctx, string(text)); err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
			if _, err := tx.ExecContext(ctx, fmt.Sprintf("pragma user_version = %d; pragma application_id = %d", i+1, applicationID)); err != nil {
				return err
			}
		}
		return nil
	})
}

// write runs do in a transaction that has the file to itself from the start.
func (f *file) write(ctx context.Context, doing string, do func(*sql.Tx) error) error {
	tx, err := f.db.BeginTx(ctx, nil)
	if err != nil {
		return f.explain(doing, err)
	}
	defer tx.Rollback() //nolint:errcheck // after a commit it has nothing to do
	err = do(tx)
	if err == nil {
		err = tx.Commit()
	}
	if err != nil && ctx.Err() != nil {
		// A context that ends takes the transaction back at any moment, and what
		// the next statement then meets (done, closed, interrupted) is chance.
		return fmt.Errorf("%s: cannot %s: stopped; nothing was changed: %w", f.path, doing, ctx.Err())
	}
	return f.explain(doing, err)
}

// explain puts an error of the engine into words that say what to do.
func (f *file) explain(doing string, err error) error {
	if err == nil {
		return nil
	}
	var engine *sqlite.Error
	if !errors.As(err, &engine) {
		return err
	}
	say := func(text string) error { return fmt.Errorf("%s: cannot %s: %s: %w", f.path, doing, text, err) }
	switch engine.Code() & 0xff {
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED:
		return say(fmt.Sprintf("another process has the ledger in use; waited %s, nothing was changed, try again when it is done", busyWait))
	case sqlite3.SQLITE_FULL:
		return say("the disk is full; nothing was changed, make room and try again")
	case sqlite3.SQLITE_READONLY:
		return say("the file or its folder is read-only; copy it to where you may write")
	case sqlite3.SQLITE_CANTOPEN:
		return say("the file or its folder cannot be opened for this; check that they exist and that you may write there")
	case sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_ERROR:
		return say("the file is damaged or no ledger; restore it from a copy")
	case sqlite3.SQLITE_IOERR:
		return say("the disk gave an error; nothing was changed")
	case sqlite3.SQLITE_INTERRUPT:
		return say("stopped; nothing was changed")
	}
	return say("the database engine refused")
}

// Open reads a case from a folder of text or a ledger file.
func Open(ctx context.Context, path string, opt Options) (*entente.Case, error) {
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("no case %s: give a folder, a file NAME%s, or the name of a built-in case: %w", path, Extension, err)
	}
	if err != nil {
		return nil, err
	}
	if info.IsDir() {
		return Load(ctx, os.DirFS(path), opt)
	}
	f, err := openFile(ctx, path, false)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	r, err := f.record(ctx, f.db, opt)
	if err != nil {
		return nil, err
	}
	c := r.build()
	c.KnownAt = opt.KnownAt
	return c, nil
}

// record reads the view of the ledger.
func (f *file) record(ctx context.Context, from queryer, opt Options) (*record, error) {
	rows, ids, err := f.rows(ctx, from, opt)
	if err != nil {
		return nil, err
	}
	if len(rows[caseTable]) == 0 {
		return nil, fmt.Errorf("%s holds no case yet: import a folder into it", f.path)
	}
	r := newRecord()
	r.keep = true
	r.ids = ids
	for t := range rows {
		r.view[t] = make([]string, 0, len(rows[t]))
	}
	r.out.Acts = make([]*entente.Act, 0, len(rows[actTable]))
	r.acts = make([]*entente.Act, len(rows[actTable]))
	r.out.Sources = make([]entente.Source, 0, len(rows[sourceTable]))
	r.changes = make([]entente.Change, 0, len(rows[changeTable]))
	for t := range tableCount {
		for number, w := range rows[t] {
			switch {
			case w.hidden:
			case t == caseTable:
				r.readCase(w.cells, true)
			case strings.Count(w.cells, string(separator))+1 != len(tableColumns[t]):
				id, _, _ := strings.Cut(w.cells, string(separator))
				r.report(Problem{File: t.String(), Row: id, Message: "the number of cells is not that of the columns"})
			default:
				r.ledgerRow(t, w.cells, number)
			}
		}
	}
	if err := r.finish(); err != nil {
		return nil, fmt.Errorf("%s holds rows that break the rules of a case, perhaps changed by another program (see verify):\n%w", f.path, err)
	}
	return r, nil
}

// stored is a row of a ledger in a view.
type stored struct {
	cells  string
	hidden bool // not known yet
}

// rows returns the rows of each table in first-seen order, as the view has them,
// and the number of each by its id.
func (f *file) rows(ctx context.Context, from queryer, opt Options) (tables [tableCount][]stored, ids [tableCount]map[string]int32, err error) {
	for t := range ids {
		ids[t] = map[string]int32{}
	}
	fail := func(err error) ([tableCount][]stored, [tableCount]map[string]int32, error) {
		return tables, ids, f.explain("read", err)
	}
	var revisions int
	if err := from.QueryRowContext(ctx, "select count from head").Scan(&revisions); err != nil {
		return fail(err)
	}
	ids[actTable] = make(map[string]int32, min(revisions, 1<<20))
	// One column instead of four: what the driver does for each is most of the time
	// that a large ledger takes to open. The id is the first cell.
	known := "''"
	if opt.KnownAt != 0 {
		known = "known_at"
	}
	found, err := from.QueryContext(ctx, "select "+known+" || char(31) || tbl || char(31) || cells from revisions order by seq")
	if err != nil {
		return fail(err)
	}
	defer found.Close()
	var text string
	into := []any{&text}
	for found.Next() {
		if err := found.Scan(into...); err != nil {
			return fail(err)
		}
		known, rest, _ := strings.Cut(text, string(separator))
		name, cells, _ := strings.Cut(rest, string(separator))
		id, _, isTable := strings.Cut(cells, string(separator))
		if !isTable {
			id = caseTable.String()
		}
		t, ok := tableNamed(name)
		if !ok {
			return fail(fmt.Errorf("%s: a revision names the unknown table %q: the file is damaged", f.path, name))
		}
		seen := true
		if opt.KnownAt != 0 {
			date, err := entente.ParseDate(known)
			if err != nil {
				return fail(fmt.Errorf("%s: %s/%s: known-at: %w", f.path, name, id, err))
			}
			seen = date.Over(opt.KnownAt)
		}
		number, old := ids[t][id]
		switch {
		case !old:
			ids[t][id] = int32(len(tables[t]))
			// What acts and changes are made of is always in view: without actors
			// and sources no view could be read.
			hidden := !seen && (t == actTable || t == changeTable)
			tables[t] = append(tables[t], stored{cells, hidden})
		case seen:
			tables[t][number] = stored{cells, false}
		}
	}
	return tables, ids, f.explain("read", found.Err())
}
