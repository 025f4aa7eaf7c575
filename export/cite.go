package export

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"entente"
)

// Citation names what is cited: a record, a view of it on a day and as known on a
// day, or one act with its sources.
type Citation struct {
	Case    *entente.Case
	AsOf    entente.Day
	KnownAt entente.Day  // 0: everything known
	Version string       // of the program
	Act     *entente.Act // nil: the record or view
}

// note says which record and view it was.
func (c Citation) note() string {
	parts := []string{"as of " + c.AsOf.String()}
	if c.KnownAt != 0 {
		parts = append(parts, "as known at "+c.KnownAt.String())
	}
	return strings.Join(append(parts, "record "+c.Case.Checksum, "Entente "+c.Version), "; ")
}

// entry is one thing to cite.
type entry struct {
	key, title, author, note, url string
	date                          entente.Date
	dataset                       bool
}

// entries lists what is cited: the record, or the act and then its sources.
func (c Citation) entries() []entry {
	record := entry{key: "entente-" + c.Case.ID, title: c.Case.Title, author: "Entente", note: c.note(), date: entente.On(c.Case.Recorded), dataset: true}
	if c.Act == nil {
		return []entry{record}
	}
	record.key += "-" + c.Act.ID
	record.title = fmt.Sprintf("%s (act %s, %s), in: %s", c.Act.Title, c.Act.ID, c.Act.Date, c.Case.Title)
	list := []entry{record}
	ids := c.Act.Sources
	for _, change := range c.Act.Changes {
		ids = append(ids[:len(ids):len(ids)], change.Sources...)
	}
	seen := map[string]bool{}
	for _, id := range ids {
		s := c.Case.Source(id)
		if s == nil || seen[id] {
			continue
		}
		seen[id] = true
		title := s.Title
		if title == "" {
			title = s.Publisher
		}
		list = append(list, entry{key: id, title: title, author: s.Publisher, date: s.Date, url: s.URL, note: s.Note})
	}
	return list
}

// BibTeX writes the citation as BibTeX entries in UTF-8. Names of publishers are
// braced so that they are not taken apart.
func BibTeX(w io.Writer, c Citation) error {
	p := newPrinter(w)
	for i, e := range c.entries() {
		if i > 0 {
			p.f("\n")
		}
		kind := "online"
		if e.dataset {
			kind = "misc"
		}
		p.f("@%s{%s,\n", kind, bibKey(e.key))
		line := func(name, value string) {
			if value != "" {
				p.f("  %s = {%s},\n", name, value)
			}
		}
		line("author", "{"+bibEscape(e.author)+"}")
		line("title", "{"+bibEscape(e.title)+"}")
		if !e.date.IsZero() {
			line("year", fmt.Sprint(e.date.Start.Year()))
			if e.date.Precision != entente.ToYear {
				line("date", e.date.String())
			}
		}
		line("url", strings.NewReplacer("{", "%7B", "}", "%7D", " ", "%20", `\`, "%5C").Replace(e.url))
		line("note", bibEscape(e.note))
		p.f("}\n")
	}
	return p.close()
}

// bibKey keeps the letters that BibTeX allows in a key.
func bibKey(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', strings.ContainsRune("-_.:", r):
			return r
		}
		return '-'
	}, s)
}

var bibSpecial = strings.NewReplacer(`\`, `\textbackslash{}`, "{", `\{`, "}", `\}`, "%", `\%`, "&", `\&`, "#", `\#`, "$", `\$`, "_", `\_`, "~", `\textasciitilde{}`, "^", `\textasciicircum{}`)

func bibEscape(s string) string { return bibSpecial.Replace(s) }

// cslItem is an item of CSL-JSON 1.0.2.
type cslItem struct {
	ID        string    `json:"id"`
	Type      string    `json:"type"`
	Title     string    `json:"title"`
	Author    []cslName `json:"author,omitempty"`
	Publisher string    `json:"publisher,omitempty"`
	Issued    *cslDate  `json:"issued,omitempty"`
	URL       string    `json:"URL,omitempty"`
	Note      string    `json:"note,omitempty"`
	Version   string    `json:"version,omitempty"`
}

type cslName struct {
	Literal string `json:"literal"`
}

type cslDate struct {
	Parts [][]int `json:"date-parts"`
}

// CSLJSON writes the citation as an array of CSL-JSON items. A date has as many
// parts as its precision allows.
func CSLJSON(w io.Writer, c Citation) error {
	var items []cslItem
	for _, e := range c.entries() {
		item := cslItem{ID: e.key, Type: "webpage", Title: e.title, Author: []cslName{{e.author}}, URL: e.url, Note: e.note}
		if e.dataset {
			item.Type, item.Version = "dataset", c.Case.Checksum
		} else {
			item.Publisher = e.author
		}
		if !e.date.IsZero() {
			t := e.date.Start.Time()
			parts := []int{t.Year(), int(t.Month()), t.Day()}
			switch e.date.Precision {
			case entente.ToYear:
				parts = parts[:1]
			case entente.ToMonth:
				parts = parts[:2]
			}
			item.Issued = &cslDate{[][]int{parts}}
			if e.date.Precision == entente.ToSpan {
				t := e.date.End.Time()
				item.Issued.Parts = append(item.Issued.Parts, []int{t.Year(), int(t.Month()), t.Day()})
			}
		}
		items = append(items, item)
	}
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", " ")
	return encoder.Encode(items)
}
