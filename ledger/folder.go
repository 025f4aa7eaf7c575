package ledger

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"strings"

	"entente"
)

// Options says which view of a record is wanted. The zero value is all of it.
type Options struct {
	// KnownAt leaves out what could not be known by the end of that day; 0 leaves
	// out nothing.
	KnownAt entente.Day
}

// Load reads and checks a case from a folder of text. A malformed folder gives
// Problems that list everything wrong with it.
func Load(ctx context.Context, fsys fs.FS, opt Options) (*entente.Case, error) {
	r := newRecord()
	r.keep, r.knownAt = true, opt.KnownAt
	if err := r.readFolder(ctx, fsys, nil); err != nil {
		return nil, err
	}
	return r.build(), nil
}

// readFolder reads all tables of a folder, handing each sound row to sink if
// there is one. It returns Problems when the folder is malformed.
func (r *record) readFolder(ctx context.Context, fsys fs.FS, sink func(row) error) error {
	if err := r.strangers(fsys); err != nil {
		return err
	}
	for t := range tableCount {
		if err := r.readFile(ctx, fsys, t, sink); err != nil {
			return err
		}
	}
	return r.finish()
}

func (r *record) readFile(ctx context.Context, fsys fs.FS, t tableID, sink func(row) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	file, err := fsys.Open(t.file())
	if errors.Is(err, fs.ErrNotExist) {
		if tables[t].required {
			r.opaque[t] = true
			hint := "every case has one"
			if t != caseTable {
				hint = "its header is: " + tables[t].columns
			}
			r.report(Problem{File: t.file(), Message: "the file is missing", Hint: hint})
		}
		return nil
	}
	if err != nil {
		return err
	}
	defer file.Close()
	reader := &contextReader{ctx: ctx, from: file}
	if t != caseTable {
		if err := r.readTable(t, reader, sink); err != nil {
			return fmt.Errorf("%s: %w", t.file(), err)
		}
		return nil
	}
	text, err := io.ReadAll(io.LimitReader(reader, maxCell+1))
	if err != nil {
		return fmt.Errorf("%s: %w", t.file(), err)
	}
	if len(text) > maxCell {
		r.report(Problem{File: t.file(), Message: "the file is larger than 1 MiB", Hint: "acts and sources have tables of their own"})
		return nil
	}
	before := len(r.problems)
	r.readCase(string(text), false)
	if sink != nil && len(r.problems) == before {
		return sink(row{caseTable, "case", string(text)})
	}
	return nil
}

// strangers reports tables that no case has: a misspelt name must not pass for
// an absent table.
func (r *record) strangers(fsys fs.FS) error {
	entries, err := fs.ReadDir(fsys, ".")
	if err != nil {
		return err
	}
	for _, e := range entries {
		name := e.Name()
		if path.Ext(name) != ".csv" {
			continue
		}
		if t, ok := tableNamed(strings.TrimSuffix(name, ".csv")); ok && t != caseTable {
			continue
		}
		r.report(Problem{File: name, Message: "no table of a case has this name", Hint: "the tables are " + strings.Join(Tables()[1:], ", ")})
	}
	return nil
}

// contextReader ends reading when the context ends.
type contextReader struct {
	ctx  context.Context
	from io.Reader
}

func (c *contextReader) Read(b []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	return c.from.Read(b)
}
