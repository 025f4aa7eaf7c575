package ledger

import (
	"context"
	"crypto/sha256"
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
	if err := r.readFolder(ctx, fsys); err != nil {
		return nil, err
	}
	c := r.build()
	c.KnownAt = opt.KnownAt
	return c, nil
}

// readFolder reads and checks all tables of a folder. It returns Problems when
// the folder is malformed.
func (r *record) readFolder(ctx context.Context, fsys fs.FS) error {
	if err := r.strangers(fsys); err != nil {
		return err
	}
	for t := range tableCount {
		found, err := scanFile(ctx, fsys, t, func(file io.Reader) error {
			sum := sha256.New()
			if err := r.readFile(t, io.TeeReader(file, sum)); err != nil {
				return err
			}
			sum.Sum(r.sums[t][:0])
			return nil
		})
		if err != nil {
			return err
		}
		if !found && tables[t].required {
			r.opaque[t] = true
			hint := "every case has one"
			if t != caseTable {
				hint = "its header is: " + tables[t].columns
			}
			r.report(Problem{File: t.file(), Message: "the file is missing", Hint: hint})
		}
	}
	return r.finish()
}

// scanFile opens the file of a table, if there is one, and hands it to read.
func scanFile(ctx context.Context, fsys fs.FS, t tableID, read func(io.Reader) error) (found bool, err error) {
	file, err := fsys.Open(t.file())
	if errors.Is(err, fs.ErrNotExist) {
		return false, ctx.Err()
	}
	if err != nil {
		return false, err
	}
	defer file.Close()
	if err := read(&contextReader{ctx: ctx, from: file}); err != nil {
		return true, fmt.Errorf("%s: %w", t.file(), err)
	}
	return true, nil
}

func (r *record) readFile(t tableID, file io.Reader) error {
	if t != caseTable {
		return r.readTable(t, file)
	}
	text, err := io.ReadAll(io.LimitReader(file, maxCase+1))
	if err != nil {
		return err
	}
	if len(text) > maxCase {
		r.report(Problem{File: t.file(), Message: "the file is larger than 64 KiB", Hint: "acts and sources have tables of their own"})
		return nil
	}
	r.readCase(string(text), false)
	return nil
}

// eachRow hands out the rows of a folder that has been read and found sound,
// without holding or checking them. The files must still be those that were read.
func (s *soundFolder) eachRow(ctx context.Context, each func(row) error) error {
	for t := range tableCount {
		var sum [sha256.Size]byte
		if _, err := scanFile(ctx, s.fsys, t, func(file io.Reader) error {
			hash := sha256.New()
			if err := eachRowOf(t, io.TeeReader(file, hash), each); err != nil {
				return err
			}
			hash.Sum(sum[:0])
			return nil
		}); err != nil {
			return err
		}
		if sum != s.sums[t] {
			return errChanging
		}
	}
	return nil
}

var errChanging = errors.New("the folder was changed while it was being read; nothing was written, try again")

func eachRowOf(t tableID, file io.Reader, each func(row) error) error {
	if t == caseTable {
		text, err := io.ReadAll(io.LimitReader(file, maxCase+1))
		if err != nil {
			return err
		}
		return each(row{t, caseTable.String(), string(text)})
	}
	sound := true
	in := newCSVReader(file, func(int, int, string, string) { sound = false })
	if _, _, err := in.header(tableColumns[t]); err != nil {
		return err
	}
	for {
		more, err := in.next()
		if err != nil || !more {
			return err
		}
		if !in.row(len(tableColumns[t])) || !sound {
			return errChanging
		}
		text := string(in.joined)
		id, _, _ := strings.Cut(text, string(separator))
		if err := each(row{t, id, text}); err != nil {
			return err
		}
	}
}

// soundFolder is a folder that has been read and found sound.
type soundFolder struct {
	fsys     fs.FS
	sums     [tableCount][sha256.Size]byte // of the files; zero where there is none
	recorded entente.Date
}

// checkFolder reads a folder to the end, its log included, holding only the ids.
func checkFolder(ctx context.Context, fsys fs.FS) (*soundFolder, error) {
	r := newRecord()
	if err := r.readFolder(ctx, fsys); err != nil {
		return nil, err
	}
	if _, _, err := readLog(ctx, fsys, nil); err != nil {
		return nil, err
	}
	return &soundFolder{fsys, r.sums, r.recorded}, nil
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
