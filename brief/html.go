package brief

import (
	_ "embed"
	"encoding/csv"
	"fmt"
	"html"
	"html/template"
	"io"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

//go:embed style.css
var pageStyle string

//go:embed page.html.tmpl
var pageText string

var pageTemplate = template.Must(template.New("page").Funcs(template.FuncMap{
	"numeric": func(t Table, i int) bool { return i < len(t.Columns) && t.Columns[i].Numeric },
	"css":     func() template.CSS { return template.CSS(pageStyle) },
	"web":     func(s string) bool { return strings.HasPrefix(s, "https://") || strings.HasPrefix(s, "http://") },
	"csv":     tableURL,
	"slug":    slug,
}).Parse(pageText))

// page is a brief with what the page needs to know beside it.
type page struct {
	*Brief
	number map[string]int // of an act in the register, from 1
	source map[string]int // of a source in Brief.Sources
}

// HTML writes the brief as one self-contained page: no script, no outside
// request, fit for screen (light and dark), phone and print.
func (b *Brief) HTML(w io.Writer) error {
	return pageTemplate.Execute(w, b.page())
}

func (b *Brief) page() *page {
	p := &page{Brief: b, number: make(map[string]int, len(b.Acts)), source: make(map[string]int, len(b.Sources))}
	for i := range b.Acts {
		p.number[b.Acts[i].ID] = i + 1
	}
	for i := range b.Sources {
		p.source[b.Sources[i].ID] = i
	}
	return p
}

// shownTable is a table with the page that resolves its links.
type shownTable struct {
	Page  *page
	Table Table
	File  string // name under which its CSV is saved
}

// Args passes a table to its template.
func (p *page) Args(t Table, file string) shownTable { return shownTable{p, t, file} }

// shownFirst is how many reasons stand open; the rest is one click away.
const shownFirst = 6

// reasons are a list of evidence with the page that resolves its links.
type reasons struct {
	Page *page
	List []Evidence
}

// partedReasons are those that stand open, and the rest or nil.
type partedReasons struct {
	First reasons
	Rest  *reasons
}

// Reasons parts a list of evidence into what stands open and the rest.
func (p *page) Reasons(list []Evidence) partedReasons {
	if len(list) <= shownFirst+1 {
		return partedReasons{First: reasons{p, list}}
	}
	return partedReasons{reasons{p, list[:shownFirst]}, &reasons{p, list[shownFirst:]}}
}

// foldRefs is the number of links beyond which they are folded away.
const foldRefs = 5

// Refs writes the links from a number or a sentence to its acts, in the order of
// the register. The text is built here, not in the template, because a brief has
// thousands of them.
func (p *page) Refs(ids []string) template.HTML {
	if len(ids) == 0 {
		return ""
	}
	ids = p.inOrder(ids)
	var b strings.Builder
	closing := "</span>"
	if len(ids) > foldRefs {
		fmt.Fprintf(&b, `<details class="refs"><summary>%d acts</summary>`, len(ids))
		closing = "</details>"
	} else {
		b.WriteString(`<span class="refs">`)
	}
	for i, id := range ids {
		if i > 0 {
			b.WriteByte(' ')
		}
		n := p.number[id]
		if n == 0 {
			b.WriteString(template.HTMLEscapeString(id))
			continue
		}
		b.WriteString(`<a href="#act-` + template.HTMLEscapeString(id) + `"`)
		if len(ids) <= foldRefs {
			a := &p.Acts[n-1]
			b.WriteString(` title="` + template.HTMLEscapeString(a.Date+": "+a.Title) + `"`)
		}
		b.WriteString(">" + strconv.Itoa(n) + "</a>")
	}
	b.WriteString(closing)
	return template.HTML(b.String())
}

// Cell writes the text of a cell and its links. A text that only counts the acts
// is not said twice.
func (p *page) Cell(c Cell) template.HTML {
	links := p.Refs(c.Acts)
	if links == "" {
		return template.HTML(html.EscapeString(c.Text))
	}
	if c.Text == plural(len(c.Acts), "act", "acts") {
		return links
	}
	return template.HTML(html.EscapeString(c.Text)+" ") + links
}

// inOrder sorts act ids by their number in the register.
func (p *page) inOrder(ids []string) []string {
	return slices.SortedStableFunc(slices.Values(ids), func(a, b string) int { return p.number[a] - p.number[b] })
}

var actLink = regexp.MustCompile(` href="#act-([^"]*)"`)

// Figure is a section's figure, without links to acts that the register does not
// hold. Package figure escapes what it is given.
func (p *page) Figure(svg string) template.HTML {
	return template.HTML(actLink.ReplaceAllStringFunc(svg, func(link string) string {
		if p.number[html.UnescapeString(actLink.FindStringSubmatch(link)[1])] == 0 {
			return ""
		}
		return link
	}))
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
