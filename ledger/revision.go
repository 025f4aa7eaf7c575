package ledger

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"entente"
)

// logFile is the revision log in a folder that came from a ledger.
const logFile = "revisions.jsonl"

// Entry is one revision in the log of a ledger: a row of a table as it was
// written at one time.
type Entry struct {
	Seq        int64
	Table, ID  string
	Cells      []string     // in the order of Columns(Table); for "case" the text of case.yaml
	KnownAt    entente.Date // since when the record could know it
	RecordedAt time.Time
	Who, Why   string
	Hash       string // hex; over this revision and the hash of the one before
}

// revision is an entry as it is stored.
type revision struct {
	seq                           int64
	table, id, cells              string
	knownAt, recordedAt, who, why string
	hash                          []byte
}

// seal returns the hash of the revision that follows the one with the given
// hash: sha256 over that hash, the number, and each field after its length (both
// as 8 bytes, big-endian).
func (v *revision) seal(before []byte) []byte {
	buffer := make([]byte, 0, 512+len(v.cells))
	buffer = append(buffer, before...)
	buffer = binary.BigEndian.AppendUint64(buffer, uint64(v.seq))
	for _, field := range [...]string{v.table, v.id, v.cells, v.knownAt, v.recordedAt, v.who, v.why} {
		buffer = binary.BigEndian.AppendUint64(buffer, uint64(len(field)))
		buffer = append(buffer, field...)
	}
	sum := sha256.Sum256(buffer)
	return sum[:]
}

func (v *revision) entry() (Entry, error) {
	known, err := entente.ParseDate(v.knownAt)
	if err != nil {
		return Entry{}, fmt.Errorf("revision %d: known-at: %w", v.seq, err)
	}
	recorded, err := time.Parse(time.RFC3339, v.recordedAt)
	if err != nil {
		return Entry{}, fmt.Errorf("revision %d: recorded-at: %w", v.seq, err)
	}
	return Entry{v.seq, v.table, v.id, splitCells(v.table, v.cells), known, recorded, v.who, v.why, hex.EncodeToString(v.hash)}, nil
}

func splitCells(table, cells string) []string {
	if table == caseTable.String() {
		return []string{cells}
	}
	return strings.Split(cells, string(separator))
}

// cell returns the cell of the named column.
func (w row) cell(column string) string {
	cells := w.cells
	for range indexOf(tableColumns[w.table], column) {
		_, cells, _ = strings.Cut(cells, string(separator))
	}
	cell, _, _ := strings.Cut(cells, string(separator))
	return cell
}

// Log returns the revisions of one row of a ledger file, oldest first.
func Log(ctx context.Context, path, table, id string) ([]Entry, error) {
	if _, ok := tableNamed(table); !ok {
		return nil, fmt.Errorf("no table %q: one of %s", table, strings.Join(Tables(), ", "))
	}
	f, err := openFile(ctx, path, false)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var entries []Entry
	err = f.revisions(ctx, f.db, "where tbl = ? and id = ?", []any{table, id}, func(v *revision) error {
		e, err := v.entry()
		entries = append(entries, e)
		return err
	})
	if err == nil && len(entries) == 0 {
		err = fmt.Errorf("%s has no row %s/%s", path, table, id)
	}
	return entries, err
}

// revisions hands out the revisions that fulfil a condition, in their order.
func (f *file) revisions(ctx context.Context, from queryer, where string, args []any, each func(*revision) error) error {
	found, err := from.QueryContext(ctx, "select seq, tbl, id, cells, known_at, recorded_at, who, why, hash from revisions "+where+" order by seq", args...)
	if err != nil {
		return f.explain("read", err)
	}
	defer found.Close()
	for found.Next() {
		var v revision
		if err := found.Scan(&v.seq, &v.table, &v.id, &v.cells, &v.knownAt, &v.recordedAt, &v.who, &v.why, &v.hash); err != nil {
			return f.explain("read", err)
		}
		if err := each(&v); err != nil {
			return err
		}
	}
	return f.explain("read", found.Err())
}

// jsonRevision is a line of revisions.jsonl.
type jsonRevision struct {
	Seq        int64    `json:"seq"`
	Table      string   `json:"table"`
	ID         string   `json:"id"`
	Cells      []string `json:"cells"`
	KnownAt    string   `json:"known_at"`
	RecordedAt string   `json:"recorded_at"`
	Who        string   `json:"who"`
	Why        string   `json:"why"`
	Hash       string   `json:"hash"`
}

func (v *revision) line() ([]byte, error) {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	err := encoder.Encode(jsonRevision{v.seq, v.table, v.id, splitCells(v.table, v.cells), v.knownAt, v.recordedAt, v.who, v.why, hex.EncodeToString(v.hash)})
	return b.Bytes(), err
}

// parseRevision reads a line of revisions.jsonl. It checks the form of the
// revision and not whether its row is sound: a log keeps what was once written.
func parseRevision(line []byte) (*revision, error) {
	var j jsonRevision
	if !utf8.Valid(line) {
		return nil, errors.New("the line is not UTF-8")
	}
	decoder := json.NewDecoder(bytes.NewReader(line))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&j); err != nil {
		return nil, fmt.Errorf("not a revision in JSON: %w", err)
	}
	if decoder.More() {
		return nil, errors.New("more than one object on the line")
	}
	hash, err := hex.DecodeString(j.Hash)
	if err != nil || len(hash) != sha256.Size {
		return nil, fmt.Errorf("hash %q is not 64 hexadecimal digits", j.Hash)
	}
	v := &revision{j.Seq, j.Table, j.ID, strings.Join(j.Cells, string(separator)), j.KnownAt, j.RecordedAt, j.Who, j.Why, hash}
	if err := v.wellFormed(len(j.Cells)); err != nil {
		return nil, err
	}
	return v, nil
}

// wellFormed checks that the revision can be a row of its table with the given
// number of cells.
func (v *revision) wellFormed(cells int) error {
	t, ok := tableNamed(v.table)
	switch {
	case !ok:
		return fmt.Errorf("no table %q", v.table)
	case t == caseTable && (v.id != "case" || cells != 1):
		return errors.New("the case is one row named case with one cell")
	case t != caseTable && cells != len(tableColumns[t]):
		return fmt.Errorf("%d cells, %s has %d columns", cells, v.table, len(tableColumns[t]))
	case t != caseTable && (strings.Count(v.cells, string(separator)) != cells-1 || strings.ContainsAny(v.cells, "\n\r\x00")):
		return errors.New("a cell contains a line break or control character")
	case t != caseTable && (v.id == "" || row{t, v.id, v.cells}.cell(tableColumns[t][0]) != v.id):
		return fmt.Errorf("id %q is not that of the row", v.id)
	case strings.TrimSpace(v.who) == "" || strings.TrimSpace(v.why) == "":
		return errors.New("who and why must be given")
	}
	_, err := v.entry()
	return err
}

// readLog reads the revision log of a folder, checks its chain of hashes, and
// hands each revision to sink if there is one. A folder without a log has length 0.
func readLog(ctx context.Context, fsys fs.FS, sink func(*revision) error) (count int64, head []byte, err error) {
	head = make([]byte, sha256.Size)
	file, err := fsys.Open(logFile)
	if errors.Is(err, fs.ErrNotExist) {
		return 0, head, nil
	}
	if err != nil {
		return 0, head, err
	}
	defer file.Close()
	lines := bufio.NewScanner(&contextReader{ctx, file})
	lines.Buffer(nil, 8*maxLine)
	fail := func(message string) (int64, []byte, error) {
		return 0, nil, Problems{{File: logFile, Line: int(count + 1), Message: message,
			Hint: "the log of a ledger is not edited by hand: edit the tables, or remove this file to import them without their history"}}
	}
	for lines.Scan() {
		v, err := parseRevision(lines.Bytes())
		if err != nil {
			return fail(err.Error())
		}
		if v.seq != count+1 {
			return fail(fmt.Sprintf("revision %d stands where %d should", v.seq, count+1))
		}
		if !slices.Equal(v.seal(head), v.hash) {
			return fail(fmt.Sprintf("revision %d does not fit its hash: it or one before it was changed", v.seq))
		}
		if sink != nil {
			if err := sink(v); err != nil {
				return 0, nil, err
			}
		}
		head = v.hash
		count++
	}
	if errors.Is(lines.Err(), bufio.ErrTooLong) {
		return fail("the line is too long")
	}
	if err := lines.Err(); err != nil {
		return 0, nil, fmt.Errorf("%s: %w", logFile, err)
	}
	return count, head, nil
}
