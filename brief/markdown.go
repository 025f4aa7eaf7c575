package brief

import (
	"bufio"
	"fmt"
	"io"
	"strings"
)

// Markdown writes what the page says as Markdown (CommonMark with tables). The
// numbers in brackets are links to the acts at the end; figures are represented
// by their tables.
func (b *Brief) Markdown(w io.Writer) error {
	out := bufio.NewWriter(w)
	m := &markdown{page: b.page(), w: out}
	m.write()
	return out.Flush()
}

// markdown writes to a buffer whose error is met at the end.
type markdown struct {
	*page
	w *bufio.Writer
}

func (m *markdown) print(parts ...string) {
	for _, s := range parts {
		_, _ = m.w.WriteString(s) // bufio keeps the error for Flush
	}
}

func (m *markdown) write() {
	v := m.Verdict
	m.print("# ", plain(m.Title), "\n\n")
	m.print(plain(v.Group), ", as of ", v.AsOf.String())
	if v.KnownAt != "" {
		m.print(", as known at ", v.KnownAt)
	}
	m.print("\n\n## The verdict\n\n**", plain(v.Statement), "**\n\n")
	for _, f := range m.Figures {
		m.print("- **", plain(f.Value), "** ", plain(f.Label), m.links(f.Acts), "\n")
	}
	m.evidence("Speaks for a bloc", v.For)
	m.evidence("Speaks against", v.Against)
	m.evidence("What to watch", v.Watch)
	for _, s := range m.Sections {
		m.print("\n<a id=\"", s.ID, "\"></a>\n\n## ", plain(s.Title), "\n\n")
		for _, p := range s.Text {
			m.print(plain(p), "\n\n")
		}
		if s.Thin != "" {
			m.print("> ", plain(s.Thin), "\n\n")
		}
		for _, t := range s.Tables {
			m.table(t)
		}
		for _, n := range s.Notes {
			m.print("*", plain(n), "*\n\n")
		}
	}
	if len(m.Acts) > 0 {
		m.print("\n## The acts behind this brief\n\n")
	}
	for i, a := range m.Acts {
		m.print(fmt.Sprintf("%d. <a id=\"act-%s\"></a>", i+1, a.ID), plain(a.Date), ": **", plain(a.Title), "**. ", plain(a.Participants))
		if a.Summary != "" {
			m.print(". ", plain(strings.TrimSuffix(a.Summary, ".")))
		}
		m.print(". `", a.ID, "`; ", plain(a.Status), "; ", a.Confidence, " confidence; ")
		sources := m.SourcesOf(a)
		for k, s := range sources {
			if k > 0 {
				m.print(", ")
			}
			m.print(external(s.Publisher, s.URL))
		}
		if len(sources) == 0 {
			m.print("no source on record")
		}
		m.print("\n")
	}
	if len(m.Sources) > 0 {
		m.print("\n## The sources\n\n")
	}
	for _, s := range m.Sources {
		m.print("- ", plain(s.Publisher))
		if s.Title != "" {
			m.print(", *", plain(s.Title), "*")
		}
		if s.Date != "" {
			m.print(", ", plain(s.Date))
		}
		if s.URL != "" {
			m.print(", <", strings.NewReplacer("<", "%3C", ">", "%3E", " ", "%20").Replace(s.URL), ">")
		} else {
			m.print(", no page found")
		}
		m.print(m.links(s.Acts), "\n")
	}
	if len(m.Method) > 0 {
		m.print("\n## How to read this\n\n")
	}
	for _, n := range m.Method {
		m.print("- ", plain(n), "\n")
	}
	m.print("\n## Cite this\n\n", plain(m.Citation()), "\n\n```bibtex\n", m.BibTeX(), "\n```\n")
}

func (m *markdown) evidence(title string, list []Evidence) {
	if len(list) == 0 {
		return
	}
	m.print("\n### ", title, "\n\n")
	for _, e := range list {
		m.print("- ", plain(e.Text), m.links(e.Acts), "\n")
	}
}

func (m *markdown) table(t Table) {
	m.print("**", plain(t.Caption), "**\n\n|")
	for _, c := range t.Columns {
		m.print(" ", cellText(c.Name), " |")
	}
	m.print("\n|")
	for _, c := range t.Columns {
		if c.Numeric {
			m.print(" ---: |")
		} else {
			m.print(" --- |")
		}
	}
	for _, row := range t.Rows {
		m.print("\n|")
		for _, c := range row {
			m.print(" ", cellText(c.Text), m.links(c.Acts), " |")
		}
	}
	m.print("\n\n")
}

// links writes the numbers of acts as links.
func (m *markdown) links(ids []string) string {
	if len(ids) == 0 {
		return ""
	}
	parts := make([]string, 0, len(ids))
	for _, id := range m.inOrder(ids) {
		if n := m.number[id]; n > 0 {
			parts = append(parts, fmt.Sprintf("[%d](#act-%s)", n, id))
		} else {
			parts = append(parts, "`"+id+"`")
		}
	}
	return " (" + strings.Join(parts, ", ") + ")"
}

// plain keeps text from being read as Markdown.
var plain = strings.NewReplacer(`\`, `\\`, "*", `\*`, "_", `\_`, "`", "\\`", "[", `\[`, "]", `\]`, "<", "&lt;", "\n", " ", "\r", "").Replace

// cellText is plain for a table cell, where a bar would end it.
func cellText(s string) string { return strings.ReplaceAll(plain(s), "|", `\|`) }

func external(text, address string) string {
	if address == "" {
		return plain(text)
	}
	return "[" + plain(text) + "](<" + strings.NewReplacer("<", "%3C", ">", "%3E", " ", "%20").Replace(address) + ">)"
}
