package ledger

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"
)

// Report is what Verify found.
type Report struct {
	Path     string
	Ledger   bool   // a ledger file; otherwise a folder
	Checksum string // of the whole record, "" when it cannot be read
	Rows     []TableCount
	Acts     int // in view: replaced ones left out
	Sources  int

	// Revisions and Head are the length and the last hash of the log, in hex. A
	// log that was cut short and given a new head is sound in itself: only a
	// head noted elsewhere shows it.
	Revisions   int64
	Head        string
	First, Last time.Time // when the first and last revisions were written

	Faults []string // what is wrong; empty for a sound record
}

// TableCount is the number of rows of a table.
type TableCount struct {
	Table string
	Rows  int
}

// Verify checks a ledger file, its chain of hashes, its engine's own structure,
// its index, and every current row, or a folder: every row and, when it came from
// a ledger, its log. The error lists the report's faults if there are any.
func Verify(ctx context.Context, path string) (Report, error) {
	info, err := os.Stat(path)
	if err != nil {
		return Report{}, err
	}
	report := Report{Path: path, Ledger: !info.IsDir()}
	if report.Ledger {
		err = report.ledger(ctx)
	} else {
		err = report.folder(ctx)
	}
	if err != nil {
		return report, err
	}
	if len(report.Faults) > 0 {
		return report, fmt.Errorf("%s does not verify:\n%s", path, strings.Join(report.Faults, "\n"))
	}
	return report, nil
}

func (p *Report) fault(format string, args ...any) {
	p.Faults = append(p.Faults, fmt.Sprintf(format, args...))
}

func (p *Report) folder(ctx context.Context) error {
	r := newRecord()
	r.keep = true
	fsys := os.DirFS(p.Path)
	err := r.readFolder(ctx, fsys)
	var problems Problems
	if errors.As(err, &problems) {
		for _, problem := range problems {
			p.Faults = append(p.Faults, problem.String())
		}
	} else if err != nil {
		return err
	} else {
		p.count(r)
	}
	count, head, err := readLog(ctx, fsys, func(v *revision) error {
		e, err := v.entry()
		if v.seq == 1 {
			p.First = e.RecordedAt
		}
		p.Last = e.RecordedAt
		return err
	})
	if errors.As(err, &problems) {
		p.fault("%s", problems)
		return nil
	}
	if err != nil {
		return err
	}
	if count > 0 {
		p.Revisions, p.Head = count, hex.EncodeToString(head)
	}
	return nil
}

// count fills in what a sound record holds.
func (p *Report) count(r *record) {
	for t := range tableCount {
		if n := len(r.ids[t]); n > 0 {
			p.Rows = append(p.Rows, TableCount{t.String(), n})
		}
	}
	c := r.build()
	p.Checksum, p.Acts, p.Sources = c.Checksum, len(c.Acts), len(c.Sources)
}

func (p *Report) ledger(ctx context.Context) error {
	f, err := openFile(ctx, p.Path, false)
	if err != nil {
		return err
	}
	defer f.Close()
	tx, err := f.db.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return f.explain("verify", err)
	}
	defer tx.Rollback() //nolint:errcheck // nothing was written
	if err := p.engine(ctx, tx); err != nil {
		return f.explain("verify", err)
	}
	if len(p.Faults) > 0 {
		return nil // what lies in a broken file says nothing
	}
	if err := p.chain(ctx, f, tx); err != nil {
		return err
	}
	r, err := f.record(ctx, tx, Options{})
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err != nil {
		p.fault("%v", err)
		return nil
	}
	p.count(r)
	return p.index(ctx, f, tx, r)
}

// engine lets SQLite check its own structures, the index over the rows among
// them.
func (p *Report) engine(ctx context.Context, tx *sql.Tx) error {
	found, err := tx.QueryContext(ctx, "pragma integrity_check(20)")
	if err != nil {
		return err
	}
	defer found.Close()
	for found.Next() {
		var text string
		if err := found.Scan(&text); err != nil {
			return err
		}
		if text != "ok" {
			p.fault("the file is damaged: %s", text)
		}
	}
	return found.Err()
}

// chain follows the hashes from the first revision to the head.
func (p *Report) chain(ctx context.Context, f *file, tx *sql.Tx) error {
	count, head, err := readHead(ctx, tx)
	if err != nil {
		p.fault("%v", err)
	}
	at := make([]byte, len(head))
	expected := int64(1)
	err = f.revisions(ctx, tx, "", nil, func(v *revision) error {
		if v.seq != expected {
			p.fault("revision %d is followed by %d: revisions were deleted", expected-1, v.seq)
		} else if !bytes.Equal(v.seal(at), v.hash) {
			p.fault("revision %d (%s/%s) does not fit its hash: it was changed, or the order of the log was", v.seq, v.table, v.id)
		}
		if err := v.wellFormed(len(splitCells(v.table, v.cells))); err != nil {
			p.fault("revision %d: %v", v.seq, err)
		} else if e, err := v.entry(); err == nil {
			if p.First.IsZero() {
				p.First = e.RecordedAt
			}
			p.Last = e.RecordedAt
		}
		at, expected = v.hash, v.seq+1
		if len(p.Faults) >= 100 {
			return errEnough
		}
		return nil
	})
	if errors.Is(err, errEnough) {
		p.fault("the check of the log ended here: more may be wrong")
		return nil
	}
	if err != nil {
		return err
	}
	p.Revisions, p.Head = expected-1, hex.EncodeToString(at)
	if head != nil && (count != p.Revisions || !bytes.Equal(head, at)) {
		p.fault("the log ends at revision %d, its head says %d: revisions were cut off or added outside this program", p.Revisions, count)
	}
	return nil
}

var errEnough = errors.New("enough")

// index checks that the words of the current acts, and no others, can be found.
func (p *Report) index(ctx context.Context, f *file, tx *sql.Tx, r *record) error {
	var indexed int
	if err := tx.QueryRowContext(ctx, "select count(*) from words").Scan(&indexed); err != nil {
		return f.explain("verify", err)
	}
	if acts := len(r.ids[actTable]); indexed != acts {
		p.fault("the search index holds %d acts of %d", indexed, acts)
	}
	return nil
}
