package export

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode"

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

// view says on which day the record was read, and what it could know.
func (c Citation) view() string {
	view := "as of " + c.AsOf.String()
	if c.KnownAt != 0 {
		view += ", as known at " + c.KnownAt.String()
	}
	return view
}

// whole reports whether the record is cited as it stands and not a view of it.
func (c Citation) whole() bool { return c.AsOf == c.Case.Horizon && c.KnownAt == 0 }

func (c Citation) program() string { return strings.TrimSpace("Entente " + c.Version) }

// key names the record, the view where it is not the whole record, and the act.
// It stays the same while the record grows; the note has the checksum.
func (c Citation) key() string {
	parts := []string{"entente", c.Case.ID}
	if c.AsOf != c.Case.Horizon {
		parts = append(parts, c.AsOf.String())
	}
	if c.KnownAt != 0 {
		parts = append(parts, "known", c.KnownAt.String())
	}
	if c.Act != nil {
		parts = append(parts, c.Act.ID)
	}
	return strings.Join(parts, "-")
}

// entry is one thing to cite.
type entry struct {
	key, title, author, note, url string
	date                          entente.Date
	dataset                       bool
}

// entries lists what is cited: the record, or the act and then the sources of the
// act and of its steps in view, each once.
func (c Citation) entries() []entry {
	record := entry{key: c.key(), title: c.Case.Title, author: "Entente", note: c.view() + "; record " + c.Case.Checksum, dataset: true}
	if c.Case.Recorded != 0 {
		record.date = entente.On(c.Case.Recorded)
	}
	if c.Act == nil {
		if !c.whole() {
			record.title += ", " + c.view()
		}
		return []entry{record}
	}
	record.title = fmt.Sprintf("%s (act %s, %s), in: %s", c.Act.Title, c.Act.ID, c.Act.Date, c.Case.Title)
	list := []entry{record}
	ids := slices.Clone(c.Act.Sources)
	for _, change := range c.Act.Changes {
		if change.Date.Begun(c.AsOf) {
			ids = append(ids, change.Sources...)
		}
	}
	seen := map[string]bool{}
	for _, id := range ids {
		s := c.Case.Source(id)
		if s == nil || seen[id] {
			continue
		}
		seen[id] = true
		e := entry{key: id, title: s.Title, author: s.Publisher, date: s.Date, url: s.URL, note: s.Note}
		if e.title == "" { // a publisher named twice would read as a title that is not there
			e.title, e.author = s.Publisher, ""
		}
		list = append(list, e)
	}
	return list
}

// BibTeX writes the citation as BibTeX entries in UTF-8: the record or the act as
// @misc, a source as @online, or as @misc when it has no address. Titles and
// publishers are braced, so that a style neither lowers their capitals (İlham,
// TANAP) nor takes a publisher apart as if it were a person. The record's date is
// the day on which it was coded.
func BibTeX(w io.Writer, c Citation) error {
	p := newPrinter(w)
	for i, e := range c.entries() {
		if i > 0 {
			p.f("\n")
		}
		kind := "misc"
		if e.url != "" {
			kind = "online"
		}
		p.f("@%s{%s,\n", kind, bibKey(e.key))
		line := func(name, value string) {
			if value != "" {
				p.f("  %s = {%s},\n", name, value)
			}
		}
		braced := func(name, value string) {
			if value = bibText(value); value != "" {
				line(name, "{"+value+"}")
			}
		}
		braced("author", e.author)
		braced("title", e.title)
		if !e.date.IsZero() {
			line("year", fmt.Sprint(e.date.Start.Year()))
			if e.date.Precision != entente.ToYear {
				line("date", e.date.String())
			}
		}
		if e.dataset {
			line("howpublished", "Data set")
			line("version", bibText(c.program()))
		}
		line("url", bibURL.Replace(plain(e.url)))
		line("note", bibText(e.note))
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

// BibTeX counts a brace even behind a backslash, so a brace of the text has to
// become a command whose own braces are a pair.
var bibSpecial = strings.NewReplacer(`\`, `\textbackslash{}`, "{", `\textbraceleft{}`, "}", `\textbraceright{}`, "%", `\%`, "&", `\&`, "#", `\#`, "$", `\$`, "_", `\_`, "~", `\textasciitilde{}`, "^", `\textasciicircum{}`)

// bibText is text as BibTeX and TeX read it.
func bibText(s string) string { return bibSpecial.Replace(plain(s)) }

// bibURL keeps a brace or a space from ending an address early; TeX reads the
// rest of it verbatim.
var bibURL = strings.NewReplacer("{", "%7B", "}", "%7D", " ", "%20", `\`, "%5C")

// plain is text on one line, without control characters.
func plain(s string) string {
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(s, "\uFFFD"))
	return strings.Join(strings.Fields(s), " ")
}

// cslItem is an item of CSL-JSON 1.0.2.
type cslItem struct {
	ID      string    `json:"id"`
	Type    string    `json:"type"`
	Title   string    `json:"title"`
	Author  []cslName `json:"author,omitempty"`
	Issued  *cslDate  `json:"issued,omitempty"`
	URL     string    `json:"URL,omitempty"`
	Note    string    `json:"note,omitempty"`
	Version string    `json:"version,omitempty"`
}

type cslName struct {
	Literal string `json:"literal"`
}

type cslDate struct {
	Parts   [][]int `json:"date-parts,omitempty"`
	Literal string  `json:"literal,omitempty"`
}

// newCSLDate gives a date as many parts as its precision allows, and an interval
// two ends. An open date has no form in numbers and is told as text.
func newCSLDate(d entente.Date) *cslDate {
	parts := func(day entente.Day) []int {
		t := day.Time()
		return []int{t.Year(), int(t.Month()), t.Day()}
	}
	switch d.Precision {
	case entente.Unknown:
		return nil
	case entente.ToYear:
		return &cslDate{Parts: [][]int{parts(d.Start)[:1]}}
	case entente.ToMonth:
		return &cslDate{Parts: [][]int{parts(d.Start)[:2]}}
	case entente.ToDay:
		return &cslDate{Parts: [][]int{parts(d.Start)}}
	case entente.ToSpan:
		return &cslDate{Parts: [][]int{parts(d.Start), parts(d.End)}}
	}
	return &cslDate{Literal: d.String()}
}

// CSLJSON writes the citation as an array of CSL-JSON items: the record or the act
// as a data set, a source as a web page, or as a document when it has no address.
func CSLJSON(w io.Writer, c Citation) error {
	var items []cslItem
	for _, e := range c.entries() {
		item := cslItem{ID: e.key, Type: "document", Title: plain(e.title), Issued: newCSLDate(e.date), URL: e.url, Note: plain(e.note)}
		if e.author != "" {
			item.Author = []cslName{{plain(e.author)}}
		}
		switch {
		case e.dataset:
			// Styles print the version of a data set and pass over its note.
			item.Type, item.Version, item.Note = "dataset", c.Case.Checksum, item.Note+"; "+plain(c.program())
		case e.url != "":
			item.Type = "webpage"
		}
		items = append(items, item)
	}
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", " ")
	return encoder.Encode(items)
}
