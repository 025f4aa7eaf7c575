package export_test

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/parquet-go/parquet-go"

	"entente"
	"entente/cases"
	"entente/export"
	"entente/ledger"
)

func ots(t testing.TB) *entente.Case {
	t.Helper()
	folder, err := cases.FS("ots")
	if err != nil {
		t.Fatal(err)
	}
	c, err := ledger.Load(context.Background(), folder, ledger.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// written runs a writer twice and returns what it wrote, which must be the same.
func written(t *testing.T, write func(io.Writer) error) []byte {
	t.Helper()
	var a, b bytes.Buffer
	for _, w := range []*bytes.Buffer{&a, &b} {
		if err := write(w); err != nil {
			t.Fatal(err)
		}
	}
	if !bytes.Equal(a.Bytes(), b.Bytes()) {
		t.Fatal("two runs write different bytes")
	}
	return a.Bytes()
}

func TestJSONLines(t *testing.T) {
	c := ots(t)
	out := written(t, func(w io.Writer) error { return export.JSONLines(w, c.Acts, c.Horizon) })
	lines := strings.Split(strings.TrimSpace(string(out)), "\n")
	if len(lines) != len(c.Acts) {
		t.Fatalf("%d lines for %d acts", len(lines), len(c.Acts))
	}
	for i, line := range lines {
		var got map[string]any
		if err := json.Unmarshal([]byte(line), &got); err != nil {
			t.Fatal(err)
		}
		a := c.Acts[i]
		for _, key := range []string{"id", "date", "precision", "title", "type", "participants", "roles", "domains", "legal_force", "obligations", "status", "forum", "confidence", "sources"} {
			if _, ok := got[key]; !ok {
				t.Fatalf("%s: no key %q", a.ID, key)
			}
		}
		if unknown := got["obligations"] == nil; unknown != a.ObligationsUnknown {
			t.Errorf("%s: obligations written as %v", a.ID, got["obligations"])
		}
		if got["date"] != a.Date.String() || got["precision"] != a.Date.Precision.String() {
			t.Errorf("%s: date %v, %v", a.ID, got["date"], got["precision"])
		}
	}
}

// TestStatusOfTheDay tells the Shusha Declaration before and after ratification.
func TestStatusOfTheDay(t *testing.T) {
	c := ots(t)
	a := c.Act("aztr-2021-shusha")
	for _, want := range []struct {
		on, status string
		changes    bool
	}{{"2021-12-31", "signed", false}, {"2026-03-07", "in_force", true}} {
		day, err := entente.ParseDay(want.on)
		if err != nil {
			t.Fatal(err)
		}
		j := export.NewActJSON(a, day)
		if string(*j.Status) != want.status || (len(j.Changes) > 0) != want.changes {
			t.Errorf("%s: status %s with %d changes", want.on, *j.Status, len(j.Changes))
		}
	}
}

func TestCSV(t *testing.T) {
	c := ots(t)
	out := written(t, func(w io.Writer) error { return export.CSV(w, c.Acts, c.Horizon) })
	rows, err := csv.NewReader(bytes.NewReader(out)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if len(rows) != len(c.Acts)+1 {
		t.Fatalf("%d rows for %d acts", len(rows)-1, len(c.Acts))
	}
	for i, a := range c.Acts {
		if row := rows[i+1]; row[0] != a.ID || row[5] != a.Title || row[3] != a.Date.Start.String() {
			t.Errorf("row %d is %v", i+1, row)
		}
	}
}

func TestParquet(t *testing.T) {
	c := ots(t)
	out := written(t, func(w io.Writer) error { return export.Parquet(w, c.Acts, c.Horizon) })
	type row struct {
		ID           string   `parquet:"id"`
		Start        int32    `parquet:"start,date"`
		End          *int32   `parquet:"end,optional,date"`
		Title        string   `parquet:"title"`
		Participants []string `parquet:"participants,list"`
		Obligations  []string `parquet:"obligations,list"`
		Known        bool     `parquet:"obligations_known"`
		Force        *string  `parquet:"legal_force,optional"`
	}
	rows, err := parquet.Read[row](bytes.NewReader(out), int64(len(out)))
	if err != nil {
		t.Fatal(err)
	}
	if len(rows) != len(c.Acts) {
		t.Fatalf("%d rows for %d acts", len(rows), len(c.Acts))
	}
	for i, a := range c.Acts {
		r := rows[i]
		if r.ID != a.ID || r.Title != a.Title || r.Start != int32(a.Date.Start) || r.End == nil || *r.End != int32(a.Date.End) {
			t.Errorf("%s reads back as %+v", a.ID, r)
		}
		if len(r.Participants) != len(a.Participants) || len(r.Obligations) != len(a.Obligations) || r.Known == a.ObligationsUnknown {
			t.Errorf("%s: lists read back as %v and %v", a.ID, r.Participants, r.Obligations)
		}
		if (r.Force == nil) != (a.Force == "") {
			t.Errorf("%s: legal force %q reads back as %v", a.ID, a.Force, r.Force)
		}
	}
}

// xmlElements counts the elements of a document by name, and fails on malformed
// XML.
func xmlElements(t *testing.T, document []byte) map[string]int {
	t.Helper()
	counts := map[string]int{}
	decoder := xml.NewDecoder(bytes.NewReader(document))
	for {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			return counts
		}
		if err != nil {
			t.Fatal(err)
		}
		if start, ok := token.(xml.StartElement); ok {
			counts[start.Name.Local]++
		}
	}
}

func TestNetworks(t *testing.T) {
	c := ots(t)
	pairs, participations := map[[2]string]bool{}, 0
	actors := map[string]bool{}
	for _, a := range c.Acts {
		for i, p := range a.Participants {
			actors[p.Actor] = true
			participations++
			for _, q := range a.Participants[i+1:] {
				pairs[[2]string{min(p.Actor, q.Actor), max(p.Actor, q.Actor)}] = true
			}
		}
	}
	for name, write := range map[string]func(io.Writer, *entente.Case, []*entente.Act, entente.Day, export.GraphOptions) error{"graphml": export.GraphML, "gexf": export.GEXF} {
		for _, two := range []bool{false, true} {
			out := written(t, func(w io.Writer) error {
				return write(w, c, c.Acts, c.Horizon, export.GraphOptions{TwoMode: two})
			})
			got := xmlElements(t, out)
			nodes, edges := len(actors), len(pairs)
			if two {
				nodes, edges = len(actors)+len(c.Acts), participations
			}
			if got["node"] != nodes || got["edge"] != edges {
				t.Errorf("%s, two modes %v: %d nodes and %d edges, want %d and %d", name, two, got["node"], got["edge"], nodes, edges)
			}
		}
	}
}

func TestCite(t *testing.T) {
	c := ots(t)
	citation := export.Citation{Case: c, AsOf: c.Horizon, Version: "test", Act: c.Act("aztr-2021-shusha")}
	bib := string(written(t, func(w io.Writer) error { return export.BibTeX(w, citation) }))
	if n := strings.Count(bib, "\n@") + 1; n < 2 {
		t.Errorf("an act with sources gives %d entries", n)
	}
	if strings.Count(bib, "{") != strings.Count(bib, "}") {
		t.Error("unbalanced braces in BibTeX")
	}
	if !strings.Contains(bib, c.Checksum) {
		t.Error("the record's checksum is not cited")
	}
	var items []map[string]any
	csl := written(t, func(w io.Writer) error { return export.CSLJSON(w, citation) })
	if err := json.Unmarshal(csl, &items); err != nil || len(items) < 2 {
		t.Errorf("CSL-JSON: %d items, %v", len(items), err)
	}
}

// FuzzEscaping checks that no text breaks out of XML or BibTeX.
func FuzzEscaping(f *testing.F) {
	f.Add(`Türkiye & "Şuşa" <b> {x} \ % $`)
	f.Fuzz(func(t *testing.T, s string) {
		c := &entente.Case{ID: "x", Title: s, Actors: []entente.Actor{{Code: "A", Name: s, Kind: entente.State}, {Code: "B", Name: "B", Kind: entente.State}}}
		act := &entente.Act{ID: "x", Title: s, Participants: []entente.Participant{{Actor: "A", Role: s}, {Actor: "B"}}, Sources: []string{"s"}}
		c.Acts = []*entente.Act{act}
		c.Sources = []entente.Source{{ID: "s", Publisher: s, Title: s, URL: s, Note: s}}
		for _, two := range []bool{false, true} {
			var b bytes.Buffer
			if err := export.GraphML(&b, c, c.Acts, 0, export.GraphOptions{TwoMode: two}); err != nil {
				t.Fatal(err)
			}
			if err := export.GEXF(&b, c, c.Acts, 0, export.GraphOptions{TwoMode: two}); err != nil {
				t.Fatal(err)
			}
			for _, document := range strings.SplitAfter(b.String(), "</graphml>\n") {
				xmlElements(t, []byte(document))
			}
		}
		var b bytes.Buffer
		if err := export.BibTeX(&b, export.Citation{Case: c, Act: act}); err != nil {
			t.Fatal(err)
		}
		depth := 0
		text := strings.NewReplacer(`\{`, "", `\}`, "", `\textbackslash{}`, "").Replace(b.String())
		for _, r := range text {
			switch r {
			case '{':
				depth++
			case '}':
				depth--
			}
			if depth < 0 {
				t.Fatalf("braces close too early for %q", s)
			}
		}
		if depth != 0 {
			t.Fatalf("braces stay open for %q", s)
		}
	})
}
