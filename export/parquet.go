package export

import (
	"io"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/compress/zstd"

	"entente"
)

// actRow is an act as a Parquet row: lists stay lists, unknown is null, start and
// end are dates in days since 1970-01-01.
type actRow struct {
	ID           string   `parquet:"id"`
	Date         string   `parquet:"date"`
	Precision    string   `parquet:"precision,dict"`
	Start        int32    `parquet:"start,date"`
	End          *int32   `parquet:"end,optional,date"`
	Title        string   `parquet:"title"`
	Type         string   `parquet:"type,dict"`
	Level        *string  `parquet:"level,optional,dict"`
	Body         *string  `parquet:"body,optional,dict"`
	Participants []string `parquet:"participants,list"`
	Roles        []string `parquet:"roles,list"` // in the order of the participants, "" for none
	Domains      []string `parquet:"domains,list"`
	Force        *string  `parquet:"legal_force,optional,dict"`
	Obligations  []string `parquet:"obligations,list"`
	Known        bool     `parquet:"obligations_known"`
	Status       *string  `parquet:"status,optional,dict"`
	Forum        string   `parquet:"forum,dict"`
	Summary      string   `parquet:"summary"`
	Confidence   string   `parquet:"confidence,dict"`
	Sources      []string `parquet:"sources,list"`
	KnownAt      *string  `parquet:"known_at,optional"`
}

// Parquet writes the acts as one Parquet file, compressed with Zstandard.
func Parquet(w io.Writer, acts []*entente.Act, asOf entente.Day) error {
	file := parquet.NewGenericWriter[actRow](w, parquet.Compression(&zstd.Codec{}))
	const batch = 1024
	rows := make([]actRow, 0, batch)
	for i, a := range acts {
		rows = append(rows, newActRow(a, asOf))
		if len(rows) == batch || i == len(acts)-1 {
			if _, err := file.Write(rows); err != nil {
				return err
			}
			rows = rows[:0]
		}
	}
	return file.Close()
}

func newActRow(a *entente.Act, asOf entente.Day) actRow {
	text := func(s string) *string {
		if s == "" {
			return nil
		}
		return &s
	}
	r := actRow{ID: a.ID, Date: a.Date.String(), Precision: a.Date.Precision.String(), Start: int32(a.Date.Start), Title: a.Title, Type: string(a.Type),
		Level: text(string(a.Level)), Body: text(string(a.Body)), Force: text(string(a.Force)), Known: !a.ObligationsUnknown, Status: text(string(a.StatusOn(asOf))),
		Forum: a.Forum, Summary: a.Summary, Confidence: string(a.Confidence), Sources: a.Sources, KnownAt: text(a.KnownAt.String())}
	if a.Date.End != entente.NoEnd {
		end := int32(a.Date.End)
		r.End = &end
	}
	for _, p := range a.Participants {
		r.Participants, r.Roles = append(r.Participants, p.Actor), append(r.Roles, p.Role)
	}
	for _, d := range a.Domains {
		r.Domains = append(r.Domains, string(d))
	}
	for _, o := range a.Obligations {
		r.Obligations = append(r.Obligations, string(o))
	}
	return r
}
