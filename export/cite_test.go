package export_test

import (
	"encoding/json"
	"io"
	"reflect"
	"strings"
	"testing"

	"entente"
	"entente/export"
)

// cited is a case with the traps of citations: Turkic capitals, signs that TeX
// reads as commands, dates of each precision, a source without a title, one
// without an address, one that is cited twice and one of a step not yet taken.
func cited(t testing.TB) export.Citation {
	c := &entente.Case{ID: "ots", Title: "Türkiye & the bloc", Checksum: "sha256:ab12", Horizon: day(t, "2026-03-07"), Recorded: day(t, "2026-11-23"),
		Sources: []entente.Source{
			{ID: "day", Publisher: "AZƏRTAC", Title: "İlham Əliyev: 100% {sic}", Date: date(t, "2021-06-16"), URL: "https://example.org/a_b?x=50%25&y={z}#top"},
			{ID: "month", Publisher: "R&D_Press", Title: "Costs $5 #1 ~ ^ \\", Date: date(t, "2021-06"), URL: "https://example.org/m", Note: "two\nlines"},
			{ID: "year", Publisher: "Daily", Date: date(t, "2020"), URL: "https://example.org/y"},
			{ID: "span", Publisher: "Archive", Title: "Papers", Date: date(t, "2019-02-03/2019-04-05")},
			{ID: "open", Publisher: "Archive", Title: "Series", Date: date(t, "2016/..")},
			{ID: "later", Publisher: "Gazette", Title: "Ratified", Date: date(t, "2022-01-02")},
		}}
	act := &entente.Act{ID: "shusha", Title: "Şuşa Bəyannaməsi", Date: date(t, "2021-06-15"), Sources: []string{"day", "month", "year", "absent"}, Changes: []entente.Change{
		{Status: entente.Ratified, Date: date(t, "2021-12"), Sources: []string{"span", "day", "open"}},
		{Status: entente.InForce, Date: date(t, "2022-01"), Sources: []string{"later"}},
	}}
	c.Acts = []*entente.Act{act}
	return export.Citation{Case: c, AsOf: day(t, "2021-12-31"), KnownAt: day(t, "2022-06-01"), Version: "v1.2.0", Act: act}
}

func TestBibTeX(t *testing.T) {
	cite := cited(t)
	const want = `@misc{entente-ots-2021-12-31-known-2022-06-01-shusha,
  author = {{Entente}},
  title = {{Şuşa Bəyannaməsi (act shusha, 2021-06-15), in: Türkiye \& the bloc}},
  year = {2026},
  date = {2026-11-23},
  howpublished = {Data set},
  version = {Entente v1.2.0},
  note = {as of 2021-12-31, as known at 2022-06-01; record sha256:ab12},
}

@online{day,
  author = {{AZƏRTAC}},
  title = {{İlham Əliyev: 100\% \textbraceleft{}sic\textbraceright{}}},
  year = {2021},
  date = {2021-06-16},
  url = {https://example.org/a_b?x=50%25&y=%7Bz%7D#top},
}

@online{month,
  author = {{R\&D\_Press}},
  title = {{Costs \$5 \#1 \textasciitilde{} \textasciicircum{} \textbackslash{}}},
  year = {2021},
  date = {2021-06},
  url = {https://example.org/m},
  note = {two lines},
}

@online{year,
  title = {{Daily}},
  year = {2020},
  url = {https://example.org/y},
}

@misc{span,
  author = {{Archive}},
  title = {{Papers}},
  year = {2019},
  date = {2019-02-03/2019-04-05},
}

@misc{open,
  author = {{Archive}},
  title = {{Series}},
  year = {2016},
  date = {2016-01-01/..},
}
`
	if got := string(written(t, func(w io.Writer) error { return export.BibTeX(w, cite) })); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// TestCiteKeys checks that a view has its own key, and that neither the key nor
// the title of the whole record says on which day it was read.
func TestCiteKeys(t *testing.T) {
	whole := cited(t)
	whole.Act, whole.KnownAt, whole.AsOf = nil, 0, whole.Case.Horizon
	past, then := whole, whole
	past.AsOf, then.KnownAt = day(t, "2019-12-31"), day(t, "2022-06-01")
	for _, test := range []struct {
		cite       export.Citation
		key, title string
	}{
		{whole, "entente-ots", "Türkiye & the bloc"},
		{past, "entente-ots-2019-12-31", "Türkiye & the bloc, as of 2019-12-31"},
		{then, "entente-ots-known-2022-06-01", "Türkiye & the bloc, as of 2026-03-07, as known at 2022-06-01"},
	} {
		items := csl(t, test.cite)
		if len(items) != 1 || items[0]["id"] != test.key || items[0]["title"] != test.title {
			t.Errorf("%v, want key %q and title %q", items, test.key, test.title)
		}
		if bib := string(written(t, func(w io.Writer) error { return export.BibTeX(w, test.cite) })); !strings.HasPrefix(bib, "@misc{"+test.key+",\n") {
			t.Errorf("BibTeX key: %s", bib)
		}
	}
}

func csl(t *testing.T, cite export.Citation) (items []map[string]any) {
	t.Helper()
	if err := json.Unmarshal(written(t, func(w io.Writer) error { return export.CSLJSON(w, cite) }), &items); err != nil {
		t.Fatal(err)
	}
	return items
}

// TestCSLJSON checks items and dates against the CSL-JSON 1.0.2 data model.
func TestCSLJSON(t *testing.T) {
	items := csl(t, cited(t))
	parts := func(dates ...[]any) map[string]any {
		var list []any
		for _, d := range dates {
			list = append(list, d)
		}
		return map[string]any{"date-parts": list}
	}
	name := func(s string) []any { return []any{map[string]any{"literal": s}} }
	want := []map[string]any{
		{"id": "entente-ots-2021-12-31-known-2022-06-01-shusha", "type": "dataset", "title": "Şuşa Bəyannaməsi (act shusha, 2021-06-15), in: Türkiye & the bloc", "author": name("Entente"),
			"issued": parts([]any{2026., 11., 23.}), "version": "sha256:ab12", "note": "as of 2021-12-31, as known at 2022-06-01; record sha256:ab12; Entente v1.2.0"},
		{"id": "day", "type": "webpage", "title": "İlham Əliyev: 100% {sic}", "author": name("AZƏRTAC"), "issued": parts([]any{2021., 6., 16.}), "URL": "https://example.org/a_b?x=50%25&y={z}#top"},
		{"id": "month", "type": "webpage", "title": `Costs $5 #1 ~ ^ \`, "author": name("R&D_Press"), "issued": parts([]any{2021., 6.}), "URL": "https://example.org/m", "note": "two lines"},
		{"id": "year", "type": "webpage", "title": "Daily", "issued": parts([]any{2020.}), "URL": "https://example.org/y"},
		{"id": "span", "type": "document", "title": "Papers", "author": name("Archive"), "issued": parts([]any{2019., 2., 3.}, []any{2019., 4., 5.})},
		{"id": "open", "type": "document", "title": "Series", "author": name("Archive"), "issued": map[string]any{"literal": "2016-01-01/.."}},
	}
	if len(items) != len(want) {
		t.Fatalf("%d items, want %d", len(items), len(want))
	}
	for i := range want {
		if !reflect.DeepEqual(items[i], want[i]) {
			t.Errorf("item %d:\n got %v\nwant %v", i, items[i], want[i])
		}
	}
}

// TestCiteOTS cites every act of the built-in case: each has its own key and the
// sources of its row.
func TestCiteOTS(t *testing.T) {
	c := ots(t)
	for _, a := range c.Acts {
		items := csl(t, export.Citation{Case: c, AsOf: c.Horizon, Act: a})
		ids := map[any]bool{}
		for _, item := range items {
			if ids[item["id"]] {
				t.Errorf("%s: two items %v", a.ID, item["id"])
			}
			ids[item["id"]] = true
			if item["title"] == nil {
				t.Errorf("%s: %v has no title", a.ID, item["id"])
			}
		}
		for _, id := range a.Sources {
			if !ids[id] {
				t.Errorf("%s: source %s is not cited", a.ID, id)
			}
		}
	}
}

// FuzzBibTeX counts braces as BibTeX does, with no regard to backslashes: whatever
// the text, there are two entries and nothing between or after them.
func FuzzBibTeX(f *testing.F) {
	f.Add("Türkiye & \"Şuşa\" {x} \\ % $ } @misc{y,", "https://example.org/{a} b%20\\")
	f.Fuzz(func(t *testing.T, text, url string) {
		c := &entente.Case{ID: text, Title: text, Checksum: "c", Sources: []entente.Source{{ID: "s", Publisher: text, Title: text, URL: url, Note: text}}}
		act := &entente.Act{ID: text, Title: text, Sources: []string{"s"}}
		var b strings.Builder
		if err := export.BibTeX(&b, export.Citation{Case: c, Act: act, Version: text}); err != nil {
			t.Fatal(err)
		}
		rest := b.String()
		for n := range 2 {
			at := strings.IndexByte(rest, '@')
			if at < 0 || strings.TrimSpace(rest[:at]) != "" {
				t.Fatalf("entry %d does not follow in %q", n, b.String())
			}
			open := at + strings.IndexByte(rest[at:], '{')
			depth, end := 0, -1
			for i := open; i < len(rest) && end < 0; i++ {
				switch rest[i] {
				case '{':
					depth++
				case '}':
					if depth--; depth == 0 {
						end = i
					}
				}
			}
			if end < 0 {
				t.Fatalf("entry %d does not end in %q", n, b.String())
			}
			rest = rest[end+1:]
		}
		if strings.TrimSpace(rest) != "" {
			t.Fatalf("after the entries: %q", rest)
		}
	})
}
