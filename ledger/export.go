package ledger

import (
	"bufio"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// Export writes a case, a folder or a ledger file, as a folder of text. A ledger's
// folder also holds its log. The folder appears whole or not at all, and one that
// already holds files is not written over.
func Export(ctx context.Context, from, folder string) error {
	info, err := os.Stat(from)
	if err != nil {
		return err
	}
	if info.IsDir() {
		return ExportFS(ctx, os.DirFS(from), folder)
	}
	f, err := openFile(ctx, from, false)
	if err != nil {
		return err
	}
	defer f.Close()
	return writeFolder(folder, func(dir string) error { return f.export(ctx, dir) })
}

// ExportFS is Export from any file system, an embedded one for example.
func ExportFS(ctx context.Context, from fs.FS, folder string) error {
	sound, err := checkFolder(ctx, from)
	if err != nil {
		return err
	}
	return writeFolder(folder, func(dir string) error {
		w := &folderWriter{dir: dir}
		defer w.abandon()
		if err := sound.eachRow(ctx, w.put); err != nil {
			return err
		}
		if err := w.begin(logFile, ""); err != nil {
			return err
		}
		count, _, err := readLog(ctx, from, w.revision)
		if err != nil {
			return err
		}
		if err := w.end(); err != nil || count > 0 {
			return err
		}
		return os.Remove(filepath.Join(dir, logFile))
	})
}

// writeFolder fills a temporary folder beside the wanted one and then gives it
// its name.
func writeFolder(folder string, fill func(dir string) error) (err error) {
	folder = filepath.Clean(folder)
	switch entries, err := os.ReadDir(folder); {
	case err == nil && len(entries) > 0:
		return fmt.Errorf("%s holds files already: give a new folder", folder)
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return err
	}
	dir, err := os.MkdirTemp(filepath.Dir(folder), "."+filepath.Base(folder)+"-*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.RemoveAll(dir))
		}
	}()
	if err := fill(dir); err != nil {
		return err
	}
	if err := os.Chmod(dir, 0o755); err != nil {
		return err
	}
	if err := os.Remove(folder); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return os.Rename(dir, folder)
}

// folderWriter writes the files of a folder one after the other.
type folderWriter struct {
	dir    string
	table  tableID
	file   *os.File
	buffer *bufio.Writer
	line   []byte
}

func (w *folderWriter) begin(name, header string) error {
	if err := w.end(); err != nil {
		return err
	}
	var err error
	if w.file, err = os.Create(filepath.Join(w.dir, name)); err != nil {
		return err
	}
	w.buffer = bufio.NewWriterSize(w.file, 1<<16)
	_, err = w.buffer.WriteString(header)
	return err
}

// end closes the file being written; it is on the disk then.
func (w *folderWriter) end() error {
	if w.file == nil {
		return nil
	}
	file := w.file
	w.file = nil
	return errors.Join(w.buffer.Flush(), file.Sync(), file.Close())
}

func (w *folderWriter) abandon() {
	if w.file != nil {
		w.file.Close()
	}
}

// put writes a row; rows come table by table.
func (w *folderWriter) put(r row) error {
	if w.file == nil || w.table != r.table {
		header := ""
		if r.table != caseTable {
			header = tables[r.table].columns + "\n"
		}
		if err := w.begin(r.table.file(), header); err != nil {
			return err
		}
		w.table = r.table
	}
	w.line = append(w.line[:0], r.cells...)
	if r.table != caseTable {
		w.line = appendCSV(w.line[:0], r.cells)
	}
	_, err := w.buffer.Write(w.line)
	return err
}

func (w *folderWriter) revision(v *revision) error {
	line, err := v.line()
	if err == nil {
		_, err = w.buffer.Write(line)
	}
	return err
}

// export writes the tables, their rows in the order in which they were first
// seen, and the log, all of one state of the ledger.
func (f *file) export(ctx context.Context, dir string) error {
	tx, err := f.db.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return f.explain("read", err)
	}
	defer tx.Rollback() //nolint:errcheck // nothing was written
	w := &folderWriter{dir: dir}
	defer w.abandon()
	for t := range tableCount {
		if err := f.currentRows(ctx, tx, t, w.put); err != nil {
			return err
		}
	}
	if _, err := os.Stat(filepath.Join(dir, caseTable.file())); err != nil && w.table == caseTable && w.file == nil {
		return fmt.Errorf("%s holds no case yet: import a folder into it", f.path)
	}
	if err := w.begin(logFile, ""); err != nil {
		return err
	}
	if err := f.revisions(ctx, tx, "", nil, w.revision); err != nil {
		return err
	}
	return w.end()
}

// currentRows hands out the current rows of a table in first-seen order, without
// holding the table.
func (f *file) currentRows(ctx context.Context, from queryer, t tableID, each func(row) error) error {
	found, err := from.QueryContext(ctx, `select r.id, r.cells
		from (select min(seq) as first, max(seq) as last from revisions where tbl = ? group by id) as g
		join revisions as r on r.seq = g.last order by g.first`, t.String())
	if err != nil {
		return f.explain("read", err)
	}
	defer found.Close()
	for found.Next() {
		r := row{table: t}
		if err := found.Scan(&r.id, &r.cells); err != nil {
			return f.explain("read", err)
		}
		if err := each(r); err != nil {
			return err
		}
	}
	return f.explain("read", found.Err())
}
