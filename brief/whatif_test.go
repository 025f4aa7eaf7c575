package brief

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"entente/cases"
	"entente/scenario"
)

// whatIfs asks two scenarios of the built-in case, with text that would break a careless
// page.
func whatIfs(t *testing.T) *WhatIfs {
	t.Helper()
	folder, err := cases.FS("ots")
	if err != nil {
		t.Fatal(err)
	}
	b, err := scenario.Open(t.Context(), folder, 0)
	if err != nil {
		t.Fatal(err)
	}
	var list []*scenario.Scenario
	for i, text := range []string{
		"name: 'A <script>alert(1)</script> & \"more\"'\nreasoning: 'why <b>not</b> ]]>'\nas_of: 2026-12-31\nadd:\n  acts:\n    - {id: drill, date: 2026-09-15, title: 'An <i>exercise</i> & more', participants: [AZE, KAZ, KGZ, TUR, UZB], type: exercise, level: minister, domains: [exercise], legal_force: none, obligations: none, status: held, forum: OTS}\npositions:\n  'X<y>': {capability: 1, position: {low: 0, mode: 10, high: 20}, salience: 50, note: '<u>guess</u>'}\n",
		"name: Nothing at all\nreasoning: a check\nas_of: 2026-06-30\n",
	} {
		s, err := scenario.Read(fmt.Sprintf("s%d<x>.yaml", i), []byte(text))
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, s)
	}
	opt := scenario.Options{Seed: 1, Runs: 50, Draws: 50}
	w := &WhatIfs{Case: b.Case, Record: "sha256:ab", Seed: 1}
	for _, s := range list {
		r, err := scenario.Compare(t.Context(), b, s, opt)
		if err != nil {
			t.Fatal(err)
		}
		w.Of = append(w.Of, r)
	}
	next, err := b.Next(b.Case.Horizon)
	if err != nil {
		t.Fatal(err)
	}
	if w.Impact, err = scenario.CrossImpact(t.Context(), b, append(list, next...), opt); err != nil {
		t.Fatal(err)
	}
	return w
}

func renderWhatIfs(t *testing.T, w *WhatIfs) string {
	t.Helper()
	var page bytes.Buffer
	if err := w.HTML(&page); err != nil {
		t.Fatal(err)
	}
	return page.String()
}

// toldNumber is a number on the page with the ends of its interval.
type toldNumber struct{ value, low, high float64 }

// The page is well-formed, escapes what it is given, and has every number in full.
func TestWhatIfs(t *testing.T) {
	w := whatIfs(t)
	page := renderWhatIfs(t, w)
	checkPage(t, page)
	if again := renderWhatIfs(t, w); again != page {
		t.Error("two renderings differ")
	}
	told, changes := readWhatIfs(t, page)
	for _, r := range w.Of {
		for _, row := range r.Rows {
			for side, v := range map[string]scenario.Value{"before": row.Before, "after": row.After} {
				got, has := told[r.Scenario.ID+" "+row.ID+" "+side]
				if has != !math.IsNaN(v.Number) {
					t.Errorf("%s, %s, %s: a number on the page: %v, in the answer: %v", r.Scenario.ID, row.ID, side, has, v.Number)
				}
				if same := func(a, b float64) bool { return a == b || math.IsNaN(a) && math.IsNaN(b) }; has && !(got.value == v.Number && same(got.low, v.Low) && same(got.high, v.High)) {
					t.Errorf("%s, %s, %s: %v on the page, %+v", r.Scenario.ID, row.ID, side, got, v)
				}
			}
		}
	}
	for k, row := range w.Impact.Rows {
		for _, i := range row {
			got, has := changes[w.Impact.Results[k].Scenario.ID+" "+i.Outcome]
			if has != !math.IsNaN(i.Change) || has && got != i.Change {
				t.Errorf("%s moves %s by %v on the page, %v", i.Scenario, i.Outcome, got, i.Change)
			}
		}
	}
	for _, want := range []string{"A &lt;script&gt;alert(1)&lt;/script&gt; &amp; &#34;more&#34;", "why &lt;b&gt;not&lt;/b&gt;", "An &lt;i&gt;exercise", "X&lt;y&gt;", "&lt;u&gt;guess",
		"The highest rung held goes from r2 to r3.", "The highest rung held stays r2. Of", "positions and saliences are judgements", "RUS, according to Lavrov 2021", "metbuat-az-2021-12: said that",
		"record sha256:ab with seed 1", "forecasts, 95% of each method", `id="fig-whatif-1-chances"`, `id="fig-whatif-2-bargain-1"`} {
		if !strings.Contains(page, want) {
			t.Errorf("the page does not say %q", want)
		}
	}
}

// readWhatIfs reads the page as XML, which fails where it is not well-formed, and returns
// the numbers of its answers and of its matrix.
func readWhatIfs(t *testing.T, page string) (told map[string]toldNumber, changes map[string]float64) {
	t.Helper()
	told, changes = map[string]toldNumber{}, map[string]float64{}
	attribute := func(e xml.StartElement, name string) string {
		for _, a := range e.Attr {
			if a.Name.Local == name {
				return a.Value
			}
		}
		return ""
	}
	number := func(text string) float64 {
		if text == "" {
			return math.NaN()
		}
		x, err := strconv.ParseFloat(text, 64)
		if err != nil {
			t.Errorf("%q on the page is no number", text)
		}
		return x
	}
	d := xml.NewDecoder(strings.NewReader(page))
	table, row, cell := "", "", 0
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return told, changes
		}
		if err != nil {
			t.Fatalf("not well-formed: %v", err)
		}
		e, ok := token.(xml.StartElement)
		if !ok {
			continue
		}
		switch e.Name.Local {
		case "table":
			table = attribute(e, "data-scenario")
		case "tr":
			row, cell = attribute(e, "data-id"), 0
			if s := attribute(e, "data-scenario"); s != "" {
				table = s
			}
		case "td":
			cell++
			if change := attribute(e, "data-change"); change != "" {
				changes[table+" "+attribute(e, "data-outcome")] = number(change)
			}
		case "data":
			if row != "" {
				told[table+" "+row+" "+map[int]string{1: "before", 2: "after"}[cell]] = toldNumber{number(attribute(e, "value")), number(attribute(e, "data-low")), number(attribute(e, "data-high"))}
			}
		}
	}
}

func TestWhatIfsInBrowser(t *testing.T) {
	p := openTab(t)
	p.do(t, chromedp.EmulateViewport(1000, 900))
	p.scheme(t, "light")
	p.open(t, renderWhatIfs(t, whatIfs(t)))
	p.ask(t, "structure", scriptStructure)
	p.ask(t, "figures", strings.Replace(scriptFigures, "LEAST", "10.9", 1))
	p.ask(t, "overlap", scriptOverlap)
	p.shot(t, "whatif-light")
	p.ask(t, "contrast, light", scriptContrast)
	p.scheme(t, "dark")
	p.ask(t, "contrast, dark", scriptContrast)
	p.do(t, chromedp.EmulateViewport(360, 740, chromedp.EmulateMobile))
	p.ask(t, "phone, all open", `() => { document.querySelectorAll("details").forEach(d => d.open = true); return [] }`)
	p.ask(t, "phone, all open", scriptOverflow)
	p.ask(t, "figures on a phone", strings.Replace(scriptFigures, "LEAST", "8.5", 1))
	p.shot(t, "whatif-phone")
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, c := range p.complaints {
		t.Errorf("the browser complains: %s", c)
	}
}
