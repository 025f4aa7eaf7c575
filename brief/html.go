package brief

import (
	_ "embed"
	"encoding/csv"
	"fmt"
	"html/template"
	"io"
	"net/url"
	"slices"
	"strings"
)

//go:embed style.css
var pageStyle string

//go:embed page.html.tmpl
var pageText string

var pageTemplate = template.Must(template.New("page").Funcs(template.FuncMap{
	"numeric": func(t Table, i int) bool { return i < len(t.Columns) && t.Columns[i].Numeric },
	"css":     func() template.CSS { return template.CSS(pageStyle) },
	"svg":     func(s string) template.HTML { return template.HTML(s) }, // from package figure, which escapes what it is given
	"csv":     tableURL,
	"slug":    slug,
}).Parse(pageText))

// page is a brief with what the page needs to know beside it.
type page struct {
	*Brief
	number map[string]int     // of an act in the register, from 1
	source map[string]int     // of a source in Brief.Sources
	told   map[string]*ActRow // by id
}

// HTML writes the brief as one self-contained page: no script, no outside
// request, fit for screen (light and dark), phone and print.
func (b *Brief) HTML(w io.Writer) error {
	return pageTemplate.Execute(w, b.page())
}

func (b *Brief) page() *page {
	p := &page{Brief: b, number: make(map[string]int, len(b.Acts)), source: make(map[string]int, len(b.Sources)), told: make(map[string]*ActRow, len(b.Acts))}
	for i := range b.Acts {
		p.number[b.Acts[i].ID] = i + 1
		p.told[b.Acts[i].ID] = &b.Acts[i]
	}
	for i := range b.Sources {
		p.source[b.Sources[i].ID] = i
	}
	return p
}

// ref is a link from a number or a sentence to an act of the register.
type ref struct {
	ID, Title string
	Number    int // 0: the act is not in the register
}

// shownTable is a table with the page that resolves its links.
type shownTable struct {
	Page  *page
	Table Table
	File  string // name under which its CSV is saved
}

// Args passes a table to its template.
func (p *page) Args(t Table, file string) shownTable { return shownTable{p, t, file} }

// foldRefs is the number of links beyond which they are folded away.
const foldRefs = 5

// refs are the links behind a cell, a fact or a reason.
type refs struct {
	List   []ref
	Folded bool
}

// Refs resolves act ids to links, in the order of the register.
func (p *page) Refs(ids []string) refs {
	list := make([]ref, 0, len(ids))
	for _, id := range ids {
		r := ref{ID: id, Number: p.number[id]}
		if a := p.told[id]; a != nil {
			r.Title = a.Date + ": " + a.Title
		}
		list = append(list, r)
	}
	slices.SortStableFunc(list, func(a, b ref) int { return a.Number - b.Number })
	return refs{list, len(list) > foldRefs}
}

// SourcesOf returns the sources of an act that are listed; an id without a row is
// skipped.
func (p *page) SourcesOf(a ActRow) []SourceRow {
	var list []SourceRow
	for _, id := range a.Sources {
		if i, ok := p.source[id]; ok {
			list = append(list, p.Sources[i])
		}
	}
	return list
}

// Number is an act's place in the register.
func (p *page) Number(id string) int { return p.number[id] }

// RecordShort is the start of the record's checksum.
func (p *page) RecordShort() string {
	_, sum, ok := strings.Cut(p.Verdict.Record, ":")
	if !ok {
		sum = p.Verdict.Record
	}
	return sum[:min(12, len(sum))]
}

// Citation is how to cite the brief in prose.
func (p *page) Citation() string {
	text := fmt.Sprintf("Entente (%d): %s Brief as of %s", p.Verdict.AsOf.Year(), sentence(p.Title), p.Verdict.AsOf)
	if p.Verdict.KnownAt != "" {
		text += ", as known at " + p.Verdict.KnownAt
	}
	if p.Verdict.Record != "" {
		text += "; record " + p.Verdict.Record
	}
	return text + "."
}

// BibTeX is the entry of the brief.
func (p *page) BibTeX() string {
	clean := strings.NewReplacer("{", "(", "}", ")", `\`, "/", "&", `\&`, "%", `\%`, "$", `\$`, "#", `\#`, "_", `\_`)
	var b strings.Builder
	fmt.Fprintf(&b, "@techreport{entente-%s-%s,\n", slug(p.Verdict.Group), p.Verdict.AsOf)
	fmt.Fprintf(&b, "  title       = {{%s}},\n", clean.Replace(p.Title))
	fmt.Fprintf(&b, "  institution = {Entente},\n  type        = {Brief},\n  year        = {%d},\n", p.Verdict.AsOf.Year())
	note := fmt.Sprintf("As of %s", p.Verdict.AsOf)
	if p.Verdict.KnownAt != "" {
		note += ", known at " + p.Verdict.KnownAt
	}
	if p.Verdict.Record != "" {
		note += ", record " + p.Verdict.Record
	}
	fmt.Fprintf(&b, "  note        = {%s}\n}", clean.Replace(note))
	return b.String()
}

// sentence closes a text with a full stop unless it closes itself.
func sentence(s string) string {
	if s == "" || strings.ContainsAny(s[len(s)-1:], ".?!") {
		return s
	}
	return s + "."
}

// slug keeps the letters and digits of a text that suit an id or a file name.
func slug(s string) string {
	return strings.Trim(strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9':
			return r
		case r >= 'A' && r <= 'Z':
			return r + 'a' - 'A'
		}
		return '-'
	}, s), "-")
}

// tableURL is a table as CSV in a data URL, so that it can be saved from the
// page without asking anyone. A last column holds the acts of each row.
func tableURL(t Table) (template.URL, error) {
	var text strings.Builder
	w := csv.NewWriter(&text)
	head := make([]string, 0, len(t.Columns)+1)
	for _, c := range t.Columns {
		head = append(head, c.Name)
	}
	rows := [][]string{append(head, "acts")}
	for _, cells := range t.Rows {
		row := make([]string, 0, len(cells)+1)
		var acts []string
		for _, cell := range cells {
			row = append(row, cell.Text)
			acts = append(acts, cell.Acts...)
		}
		rows = append(rows, append(row, strings.Join(acts, ";")))
	}
	if err := w.WriteAll(rows); err != nil {
		return "", fmt.Errorf("table %q as CSV: %w", t.Caption, err)
	}
	return template.URL("data:text/csv;charset=utf-8," + url.PathEscape(text.String())), nil
}
