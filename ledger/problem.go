package ledger

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Problem is one thing wrong in a case, at the place where it can be mended.
type Problem struct {
	File    string // acts.csv, case.yaml; the table's name for a row of a ledger file
	Line    int    // from 1; 0 when the whole file or a row of a ledger is meant
	Column  int    // from 1, in bytes: where the offending cell begins; 0 when the whole line is meant
	Row     string // the id of the row, where it has one
	Message string
	Hint    string // what to do about it, or ""
}

// String writes FILE:LINE:COLUMN: MESSAGE (HINT), leaving out what is not known.
func (p Problem) String() string {
	var b strings.Builder
	b.WriteString(p.Where())
	if b.Len() > 0 {
		b.WriteString(": ")
	}
	b.WriteString(p.Message)
	if p.Hint != "" {
		fmt.Fprintf(&b, " (%s)", p.Hint)
	}
	return b.String()
}

// Where writes FILE:LINE:COLUMN, or TABLE/ID for a row of a ledger file.
func (p Problem) Where() string {
	switch {
	case p.Line == 0 && p.Row != "":
		return p.File + "/" + p.Row
	case p.Line == 0:
		return p.File
	case p.Column == 0:
		return fmt.Sprintf("%s:%d", p.File, p.Line)
	}
	return fmt.Sprintf("%s:%d:%d", p.File, p.Line, p.Column)
}

// Problems is everything wrong with a case, in the order of file, line and
// column. It is the error that a malformed case gives.
type Problems []Problem

// Error writes one problem a line; of very many it writes the first and how many
// more there are.
func (ps Problems) Error() string {
	const most = 500
	var lines []string
	for _, p := range ps[:min(len(ps), most)] {
		lines = append(lines, p.String())
	}
	if len(ps) > most {
		lines = append(lines, fmt.Sprintf("and %d more problems", len(ps)-most))
	}
	return strings.Join(lines, "\n")
}

// maxProblems bounds what is kept of a hopeless file: a column shifted in a
// million rows is one mistake, and nobody reads a million lines about it.
const maxProblems = 10_000

// sorted returns the problems in order, closed by a line that counts the more
// that were found but not kept.
func sorted(ps Problems, more int) Problems {
	slices.SortStableFunc(ps, func(a, b Problem) int {
		return cmp.Or(strings.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
	if more > 0 {
		ps = append(ps, Problem{Message: fmt.Sprintf("%d more problems are not listed", more),
			Hint: "mend these first and run again"})
	}
	return ps
}
