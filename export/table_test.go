package export_test

import (
	"bytes"
	"encoding/csv"
	"io"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/parquet-go/parquet-go"

	"entente"
	"entente/export"
)

// invented are acts with what a spreadsheet or a column store could lose: quotes,
// separators, line ends, other scripts, open and missing dates, a host.
func invented(t testing.TB) []*entente.Act {
	return []*entente.Act{
		{ID: "a", Date: date(t, "2016/.."), Title: "He said \"no\", twice\nand left", Type: entente.Meeting, Status: entente.Held, Forum: "OTS",
			Participants: []entente.Participant{{Actor: "AZE", Role: "chair"}, {Actor: "KAZ"}}, Host: "TUR", Summary: "Şuşa; İğdır, Бишкек 比什凯克", Note: "=1+1"},
		{ID: "b", Date: date(t, "2024-05-20/2024-08-08"), Title: " spaced ", Type: entente.Treaty, Status: entente.InForce, Force: entente.Binding,
			Participants: []entente.Participant{{Actor: "AZE"}, {Actor: "TUR"}}, ObligationsUnknown: true, Domains: []entente.Domain{entente.Arms, entente.Industry},
			Changes: []entente.Change{{Date: date(t, "2025"), Status: entente.Terminated, Actors: []string{"TUR"}, Sources: []string{"s"}}}},
		{ID: "c", Title: "undated", ObligationsUnknown: true},
	}
}

// TestCSV reads the table back and compares every cell with the act.
func TestCSV(t *testing.T) {
	for name, set := range map[string][]*entente.Act{"ots": ots(t).Acts, "invented": invented(t)} {
		asOf := day(t, "2026-03-07")
		rows, err := csv.NewReader(bytes.NewReader(written(t, func(w io.Writer) error { return export.CSV(w, set, asOf) }))).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		if len(rows) != len(set)+1 {
			t.Fatalf("%s: %d rows for %d acts", name, len(rows)-1, len(set))
		}
		for i, a := range set {
			got := map[string]string{}
			for j, column := range rows[0] {
				got[column] = rows[i+1][j]
			}
			j := export.NewActJSON(a, asOf)
			want := map[string]string{"id": a.ID, "date": a.Date.String(), "precision": j.Precision, "start": "", "end": "", "title": a.Title, "type": string(a.Type),
				"level": string(a.Level), "body": string(a.Body), "participants": strings.Join(j.Participants, ";"), "roles": "", "domains": words(a.Domains),
				"legal_force": string(a.Force), "obligations": words(a.Obligations), "status": string(a.StatusOn(asOf)), "forum": a.Forum, "summary": a.Summary,
				"confidence": string(a.Confidence), "sources": strings.Join(a.Sources, ";"), "known_at": a.KnownAt.String(), "note": a.Note}
			if !a.Date.IsZero() {
				want["start"] = a.Date.Start.String()
				if a.Date.Precision != entente.OpenEnded {
					want["end"] = a.Date.End.String()
				}
			}
			if !a.ObligationsUnknown && len(a.Obligations) == 0 {
				want["obligations"] = "none"
			}
			roles := map[string]string{}
			for _, role := range strings.FieldsFunc(got["roles"], func(r rune) bool { return r == ';' }) {
				actor, what, _ := strings.Cut(role, "=")
				roles[actor] = what
			}
			if !maps.Equal(roles, j.Roles) {
				t.Errorf("%s: roles %q, want %v", a.ID, got["roles"], j.Roles)
			}
			want["roles"] = got["roles"]
			if !maps.Equal(got, want) {
				t.Errorf("%s:\n got %q\nwant %q", a.ID, got, want)
			}
		}
	}
}

func words[W ~string](list []W) string {
	var texts []string
	for _, w := range list {
		texts = append(texts, string(w))
	}
	return strings.Join(texts, ";")
}

// parquetAct is an act as another program would read it, by the names of columns.
type parquetAct struct {
	ID           string   `parquet:"id"`
	Date         string   `parquet:"date"`
	Precision    string   `parquet:"precision"`
	Start        *int32   `parquet:"start,optional,date"`
	End          *int32   `parquet:"end,optional,date"`
	Title        string   `parquet:"title"`
	Type         string   `parquet:"type"`
	Level        *string  `parquet:"level,optional"`
	Body         *string  `parquet:"body,optional"`
	Participants []string `parquet:"participants,list"`
	Roles        []string `parquet:"roles,list"`
	Host         *string  `parquet:"host,optional"`
	Domains      []string `parquet:"domains,list"`
	Force        *string  `parquet:"legal_force,optional"`
	Obligations  []string `parquet:"obligations,list"`
	Known        bool     `parquet:"obligations_known"`
	Status       *string  `parquet:"status,optional"`
	Forum        string   `parquet:"forum"`
	Changes      []struct {
		Date    string   `parquet:"date"`
		Status  string   `parquet:"status"`
		Actors  []string `parquet:"actors,list"`
		Sources []string `parquet:"sources,list"`
	} `parquet:"changes,list"`
	Summary    string   `parquet:"summary"`
	Confidence string   `parquet:"confidence"`
	Sources    []string `parquet:"sources,list"`
	KnownAt    *string  `parquet:"known_at,optional"`
	Note       string   `parquet:"note"`
}

// TestParquet reads the file back and compares it with what JSON tells.
func TestParquet(t *testing.T) {
	for name, set := range map[string][]*entente.Act{"ots": ots(t).Acts, "invented": invented(t), "none": nil} {
		asOf := day(t, "2026-03-07")
		out := written(t, func(w io.Writer) error { return export.Parquet(w, set, asOf) })
		file, err := parquet.OpenFile(bytes.NewReader(out), int64(len(out)))
		if err != nil {
			t.Fatal(err)
		}
		if got, _ := file.Lookup("as_of"); got != "2026-03-07" {
			t.Errorf("%s: as_of is %q", name, got)
		}
		rows, err := parquet.Read[parquetAct](bytes.NewReader(out), int64(len(out)))
		if err != nil {
			t.Fatal(err)
		}
		if len(rows) != len(set) {
			t.Fatalf("%s: %d rows for %d acts", name, len(rows), len(set))
		}
		for i, a := range set {
			got, want := rows[i].json(t), export.NewActJSON(a, asOf)
			if !reflect.DeepEqual(got, want) {
				t.Errorf("%s:\n got %+v\nwant %+v", a.ID, got, want)
			}
			for bound, pair := range map[string]struct {
				got  *int32
				want entente.Day
				null bool
			}{"start": {rows[i].Start, a.Date.Start, a.Date.IsZero()}, "end": {rows[i].End, a.Date.End, a.Date.IsZero() || a.Date.Precision == entente.OpenEnded}} {
				if pair.null != (pair.got == nil) || !pair.null && *pair.got != int32(pair.want) {
					t.Errorf("%s: %s reads back as %v", a.ID, bound, pair.got)
				}
			}
		}
	}
}

// json puts the row into the words of ActJSON.
func (r *parquetAct) json(t *testing.T) export.ActJSON {
	j := export.ActJSON{ID: r.ID, Date: date(t, r.Date), Precision: r.Precision, Title: r.Title, Type: entente.ActType(r.Type), Level: (*entente.Level)(r.Level),
		Body: (*entente.Body)(r.Body), Participants: append([]string{}, r.Participants...), Roles: map[string]string{}, Domains: typed[entente.Domain](r.Domains),
		Force: (*entente.Force)(r.Force), Status: (*entente.Status)(r.Status), Forum: r.Forum, Changes: []export.ChangeJSON{}, Summary: r.Summary,
		Confidence: entente.Confidence(r.Confidence), Sources: append([]string{}, r.Sources...), Note: r.Note}
	for i, role := range r.Roles {
		if role != "" {
			j.Roles[r.Participants[i]] = role
		}
	}
	if r.Host != nil {
		j.Roles[*r.Host] = "host"
	}
	if r.Known {
		j.Obligations = typed[entente.Obligation](r.Obligations)
	}
	if r.KnownAt != nil {
		d := date(t, *r.KnownAt)
		j.KnownAt = &d
	}
	for _, c := range r.Changes {
		j.Changes = append(j.Changes, export.ChangeJSON{Date: date(t, c.Date), Status: entente.Status(c.Status),
			Actors: append([]string{}, c.Actors...), Sources: append([]string{}, c.Sources...)})
	}
	return j
}

func typed[W ~string](texts []string) []W {
	list := []W{}
	for _, s := range texts {
		list = append(list, W(s))
	}
	return list
}

// FuzzCSV checks that any text comes back from the table as it went in. A
// carriage return before a line feed is the one thing that readers of CSV drop.
func FuzzCSV(f *testing.F) {
	f.Add("a,b;\"c\"\nd", " İ ")
	f.Add("0", "\r\r\n0")
	f.Fuzz(func(t *testing.T, title, note string) {
		var b bytes.Buffer
		if err := export.CSV(&b, []*entente.Act{{ID: "x", Title: title, Note: note}}, 0); err != nil {
			t.Fatal(err)
		}
		rows, err := csv.NewReader(&b).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		lines := strings.NewReplacer("\r\n", "\n")
		column := func(name string) string { return rows[1][slices.Index(rows[0], name)] }
		if len(rows) != 2 || column("title") != lines.Replace(title) || column("note") != lines.Replace(note) {
			t.Errorf("%q and %q read back as %q", title, note, rows)
		}
	})
}

func BenchmarkWriters(b *testing.B) {
	c := ots(b)
	for name, write := range map[string]func(io.Writer) error{
		"json":    func(w io.Writer) error { return export.JSONLines(w, c.Acts, c.Horizon) },
		"csv":     func(w io.Writer) error { return export.CSV(w, c.Acts, c.Horizon) },
		"parquet": func(w io.Writer) error { return export.Parquet(w, c.Acts, c.Horizon) },
		"graphml": func(w io.Writer) error { return export.GraphML(w, c, c.Acts, c.Horizon, export.GraphOptions{}) },
		"gexf":    func(w io.Writer) error { return export.GEXF(w, c, c.Acts, c.Horizon, export.GraphOptions{}) },
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if err := write(io.Discard); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
