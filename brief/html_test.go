package brief

import (
	"bytes"
	"context"
	"errors"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"entente"
	"entente/internal/figure"
)

// smallBrief has one of everything, and text that would break a careless page.
func smallBrief() *Brief {
	bars := figure.Bars{Head: figure.Head{ID: "one", Title: `Bars <b> & "more"`, Desc: "Two bars."}, Bars: []figure.Bar{{Group: "A", Name: "x", Badge: "wary", Tone: figure.Warn, Done: 2, Proposed: 1}}}
	many := []string{"a-1", "a-2", "a-3", "a-4", "a-5", "a-6", "unlisted"}
	b := &Brief{
		Title: `Is <i>this</i> a bloc & "why"?`,
		Verdict: Verdict{Group: "GRP", AsOf: entente.DayOf(2020, 2, 29), KnownAt: "2021-01-01", Statement: "Not yet. It holds one rung.", Record: "sha256:00ff00ff00ff00ff",
			For: []Evidence{{Text: "One <script>alert(1)</script>.", Acts: []string{"a-2", "a-1"}}}, Against: []Evidence{{Text: "Two.", Acts: many}}},
		Figures: []Fact{{Value: "1 of 9", Label: "rungs", Acts: []string{"a-1"}}},
		Sections: []Section{
			{ID: "one", Title: "Bars | pipes", Text: []string{"A *starred* text."}, SVG: bars.SVG(), Notes: []string{"A note."},
				Tables: []Table{{Caption: "Numbers, with a comma", Columns: []Column{{Name: "Name"}, {Name: "n", Numeric: true}}, Rows: [][]Cell{
					{{Text: "x | y"}, {Text: "12", Acts: many, Class: "good"}},
					{{Text: "longer than the head"}, {Text: "1"}, {Text: "extra"}},
				}}}},
			{ID: "two", Title: "Thin", Thin: "Too few acts."},
		},
		Sources: []SourceRow{{ID: "s1", Publisher: "News <Agency>", Title: "A title", Date: "2019-05-01", URL: "https://example.org/a?b=1&c=2", Acts: []string{"a-1"}}, {ID: "s2", Publisher: "Bad", URL: "javascript:alert(1)", Acts: []string{"a-2"}}},
		Method:  []string{"Read with care."},
	}
	for _, id := range many[:6] {
		b.Acts = append(b.Acts, ActRow{ID: id, Date: "1 May 2019", Title: "Act " + id, Participants: "A, B", Status: "held", Confidence: "high", Sources: []string{"s1", "s2", "missing"}})
	}
	return b
}

func render(t *testing.T, b *Brief) string {
	t.Helper()
	var page bytes.Buffer
	if err := b.HTML(&page); err != nil {
		t.Fatal(err)
	}
	return page.String()
}

var (
	idPattern   = regexp.MustCompile(`[\s"]id="([^"]*)"`)
	hashPattern = regexp.MustCompile(`href="#([^"]*)"`)
	loadPattern = regexp.MustCompile(`(?i)(<script|<link[^>]+href="[^d]|<img|<iframe|@import|url\(\s*["']?[^#)"'])`)
)

func checkPage(t *testing.T, page string) {
	t.Helper()
	ids := map[string]bool{}
	for _, m := range idPattern.FindAllStringSubmatch(page, -1) {
		if ids[m[1]] {
			t.Errorf("id %q occurs twice", m[1])
		}
		ids[m[1]] = true
	}
	for _, m := range hashPattern.FindAllStringSubmatch(page, -1) {
		if !ids[m[1]] && !strings.HasPrefix(m[1], "act-") {
			t.Errorf("link to #%s leads nowhere", m[1])
		}
	}
	if m := loadPattern.FindString(page); m != "" {
		t.Errorf("the page loads something or runs a script: %s", m)
	}
}

func TestHTML(t *testing.T) {
	page := render(t, smallBrief())
	checkPage(t, page)
	for _, want := range []string{
		`<html lang="en">`, `Is &lt;i&gt;this&lt;/i&gt; a bloc`, "&lt;script&gt;alert(1)", `<li id="act-a-6" value="6">`,
		`<summary>7 acts</summary>`, `<a href="#act-a-1" title="1 May 2019: Act a-1">1</a> <a href="#act-a-2"`, "unlisted",
		"Too few acts.", `href="https://example.org/a?b=1&amp;c=2" rel="noopener noreferrer external"`, "sha256:00ff00ff00ff00ff", "@techreport{entente-grp-2020-02-29,",
		`aria-labelledby="fig-one-t fig-one-d"`, "data:text/csv;charset=utf-8,Name%2Cn%2Cacts",
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %s", want)
		}
	}
	if strings.Contains(page, `href="javascript:`) {
		t.Error("a source's address runs a script")
	}
}

func TestHTMLIsTheSameTwice(t *testing.T) {
	first, second := render(t, smallBrief()), render(t, smallBrief())
	if first != second {
		t.Error("two renderings of one brief differ")
	}
}

func TestMarkdown(t *testing.T) {
	var out bytes.Buffer
	if err := smallBrief().Markdown(&out); err != nil {
		t.Fatal(err)
	}
	text := out.String()
	for _, want := range []string{"# Is &lt;i>this&lt;/i> a bloc", "**Not yet. It holds one rung.**", "## Bars | pipes", `A \*starred\* text.`, `| x \| y |`,
		"[1](#act-a-1), [2](#act-a-2)", "`unlisted`", "> Too few acts.", "1. <a id=\"act-a-1\"></a>1 May 2019: **Act a-1**", "<https://example.org/a?b=1&c=2>", "```bibtex"} {
		if !strings.Contains(text, want) {
			t.Errorf("the Markdown lacks %s", want)
		}
	}
}

func TestPDFWithoutBrowser(t *testing.T) {
	t.Setenv("CHROME", filepath.Join(t.TempDir(), "no-such-browser"))
	var out bytes.Buffer
	if err := PDF(context.Background(), []byte("<p>x"), &out); err == nil || !strings.Contains(err.Error(), "CHROME names") {
		t.Errorf("error = %v, want one that names CHROME", err)
	}
	t.Setenv("CHROME", "")
	t.Setenv("PATH", t.TempDir())
	if err := PDF(context.Background(), []byte("<p>x"), &out); !errors.Is(err, ErrNoBrowser) {
		t.Errorf("error = %v, want ErrNoBrowser", err)
	}
	if out.Len() > 0 {
		t.Error("something was written")
	}
}

func BenchmarkHTML(b *testing.B) {
	brief := builtIn(b, "ots")
	var page bytes.Buffer
	b.ReportAllocs()
	for b.Loop() {
		page.Reset()
		if err := brief.HTML(&page); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(page.Len()), "page-bytes")
}
