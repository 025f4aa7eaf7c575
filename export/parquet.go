package export

import (
	"io"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/compress/zstd"

	"entente"
)

// actRow is an act as a Parquet row.
type actRow struct {
	ID           string      `parquet:"id"`
	Date         string      `parquet:"date"`
	Precision    string      `parquet:"precision,dict"`
	Start        *int32      `parquet:"start,optional,date"`
	End          *int32      `parquet:"end,optional,date"`
	Title        string      `parquet:"title"`
	Type         string      `parquet:"type,dict"`
	Level        *string     `parquet:"level,optional,dict"`
	Body         *string     `parquet:"body,optional,dict"`
	Participants []string    `parquet:"participants,list"`
	Roles        []string    `parquet:"roles,list"` // in the order of the participants, "" for none
	Host         *string     `parquet:"host,optional"`
	Domains      []string    `parquet:"domains,list"`
	Force        *string     `parquet:"legal_force,optional,dict"`
	Obligations  []string    `parquet:"obligations,list"`
	Known        bool        `parquet:"obligations_known"`
	Status       *string     `parquet:"status,optional,dict"`
	Forum        string      `parquet:"forum,dict"`
	Changes      []changeRow `parquet:"changes,list"`
	Summary      string      `parquet:"summary"`
	Confidence   string      `parquet:"confidence,dict"`
	Sources      []string    `parquet:"sources,list"`
	KnownAt      *string     `parquet:"known_at,optional"`
	Note         string      `parquet:"note"`
}

// changeRow is a later step of an act within its row.
type changeRow struct {
	Date    string   `parquet:"date"`
	Status  string   `parquet:"status"`
	Actors  []string `parquet:"actors,list"`
	Sources []string `parquet:"sources,list"`
}

// Parquet writes the acts as one Parquet file, compressed with Zstandard, with
// the columns of ActJSON: lists stay lists and the unknown is null. start and end
// are DATEs, the first and last possible day, end null for an open date. roles
// run parallel to participants; host is one that took no part. A list cannot be
// null, so obligations_known tells a text without obligations from one that has
// not been read. The day of the statuses is kept as the file's key "as_of".
func Parquet(w io.Writer, acts []*entente.Act, asOf entente.Day) error {
	file := parquet.NewGenericWriter[actRow](w, parquet.Compression(&zstd.Codec{}), parquet.KeyValueMetadata("as_of", asOf.String()))
	const batch = 1024
	rows := make([]actRow, 0, min(batch, len(acts)))
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
	r := actRow{
		ID: a.ID, Date: a.Date.String(), Precision: a.Date.Precision.String(), Title: a.Title, Type: string(a.Type),
		Level: known(string(a.Level)), Body: known(string(a.Body)), Host: known(a.Host), Domains: texts(a.Domains), Force: known(string(a.Force)),
		Obligations: texts(a.Obligations), Known: !a.ObligationsUnknown, Status: known(string(a.StatusOn(asOf))), Forum: a.Forum,
		Summary: a.Summary, Confidence: string(a.Confidence), Sources: a.Sources, KnownAt: known(a.KnownAt.String()), Note: a.Note,
	}
	if !a.Date.IsZero() {
		start := int32(a.Date.Start)
		r.Start = &start
		if a.Date.End != entente.NoEnd {
			end := int32(a.Date.End)
			r.End = &end
		}
	}
	for _, p := range a.Participants {
		r.Participants, r.Roles = append(r.Participants, p.Actor), append(r.Roles, p.Role)
	}
	for _, c := range a.Changes {
		if c.Date.Begun(asOf) {
			r.Changes = append(r.Changes, changeRow{c.Date.String(), string(c.Status), c.Actors, c.Sources})
		}
	}
	return r
}
