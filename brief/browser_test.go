package brief

import (
	"bytes"
	"context"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"entente/cases"
	"entente/ledger"
)

// builtIn builds the brief of a case that comes with the product.
func builtIn(t testing.TB, name string) *Brief {
	t.Helper()
	fsys, err := cases.FS(name)
	if err != nil {
		t.Fatal(err)
	}
	c, err := ledger.Load(context.Background(), fsys, ledger.Options{})
	if err != nil {
		t.Fatal(err)
	}
	b, err := Build(context.Background(), c, c.Horizon, Options{Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// browserPath returns a Chromium to test with. Without one the test is skipped,
// or fails where the environment says that there must be one.
func browserPath(t *testing.T) string {
	t.Helper()
	path, err := findBrowser()
	if err == nil {
		return path
	}
	if os.Getenv("CI") == "true" || os.Getenv("ENTENTE_BROWSER") == "require" {
		t.Fatalf("a browser is required here: %v", err)
	}
	t.Skipf("%v (CI=true or ENTENTE_BROWSER=require makes this a failure)", err)
	return ""
}

// tab is a page under test, with what it asked for and complained about.
type tab struct {
	ctx context.Context
	mu  sync.Mutex
	// requests are all addresses that the page asked for; complaints are console
	// messages, exceptions and entries of the browser's log.
	requests, complaints []string
}

func openTab(t *testing.T) *tab {
	t.Helper()
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(browserPath(t)), chromedp.DisableGPU, chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-quic", true))
	if os.Geteuid() == 0 {
		options = append(options, chromedp.NoSandbox)
	}
	ctx, cancelTime := context.WithTimeout(t.Context(), 3*time.Minute)
	t.Cleanup(cancelTime)
	ctx, cancelAllocator := chromedp.NewExecAllocator(ctx, options...)
	t.Cleanup(cancelAllocator)
	ctx, cancel := chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	p := &tab{ctx: ctx}
	if err := chromedp.Listen(ctx, p.hear); err != nil {
		t.Fatal(err)
	}
	if _, err := chromedp.Call(ctx, network.Enable, network.EnableParams{}); err != nil {
		t.Fatal(err)
	}
	return p
}

func (p *tab) hear(event any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch e := event.(type) {
	case *network.EventRequestWillBeSent:
		p.requests = append(p.requests, e.Request.URL)
	case *runtime.EventConsoleAPICalled:
		p.complaints = append(p.complaints, fmt.Sprintf("console.%s", e.Type))
	case *runtime.EventExceptionThrown:
		p.complaints = append(p.complaints, "exception: "+e.ExceptionDetails.Text)
	case *log.EventEntryAdded:
		p.complaints = append(p.complaints, fmt.Sprintf("%s: %s", e.Entry.Level, e.Entry.Text))
	}
}

func (p *tab) open(t *testing.T, page string) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "brief.html")
	if err := os.WriteFile(file, []byte(page), 0o600); err != nil {
		t.Fatal(err)
	}
	address := url.URL{Scheme: "file", Path: filepath.ToSlash(file)}
	p.do(t, chromedp.Navigate(address.String()))
}

func (p *tab) do(t *testing.T, actions ...chromedp.Action[chromedp.Void]) {
	t.Helper()
	if err := chromedp.Do(p.ctx, actions...); err != nil {
		t.Fatal(err)
	}
}

// scheme makes the page light or dark.
func (p *tab) scheme(t *testing.T, name string) {
	t.Helper()
	_, err := chromedp.Call(p.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: name}}})
	if err != nil {
		t.Fatal(err)
	}
}

// ask runs a script that returns a list of findings.
func (p *tab) ask(t *testing.T, what, script string) {
	t.Helper()
	found, err := chromedp.Run(p.ctx, chromedp.Evaluate[[]string]("("+script+")()"))
	if err != nil {
		t.Fatalf("%s: %v", what, err)
	}
	for i, f := range found {
		if i == 12 {
			t.Errorf("%s: and %d more", what, len(found)-i)
			break
		}
		t.Errorf("%s: %s", what, f)
	}
}

// shot keeps a picture of the whole page in the folder that ENTENTE_SHOTS names,
// for people who want to look.
func (p *tab) shot(t *testing.T, name string) {
	t.Helper()
	dir := os.Getenv("ENTENTE_SHOTS")
	if dir == "" {
		return
	}
	picture, err := chromedp.Run(p.ctx, chromedp.FullScreenshot(100))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, name+".png"), picture, 0o644); err != nil {
		t.Fatal(err)
	}
}

// Each script returns what it found wrong.
const (
	// Every figure has a name and a description that its label points to, and is
	// drawn at a size at which its text can be read.
	scriptFigures = `() => {
	const bad = [];
	for (const svg of document.querySelectorAll("svg.figure")) {
		const parts = (svg.getAttribute("aria-labelledby") || "").split(" ").map(id => document.getElementById(id));
		if (svg.getAttribute("role") !== "img" || parts.length !== 2 || parts.some(p => !p || p.textContent.trim().length < 3)) bad.push(svg.id + " has no text alternative");
		const size = svg.getBoundingClientRect();
		if (size.width < 300 || size.height < 60) bad.push(svg.id + " is not drawn");
		for (const text of svg.querySelectorAll("text")) {
			const px = parseFloat(getComputedStyle(text).fontSize) * size.width / 720;
			if (px < LEAST) { bad.push(svg.id + ": text of " + px.toFixed(1) + "px: " + text.textContent); break }
		}
	}
	return bad }`

	// No text of a figure lies on another, or reaches beyond the figure.
	scriptOverlap = `() => {
	const bad = [];
	for (const svg of document.querySelectorAll("svg.figure")) {
		const texts = [...svg.querySelectorAll("text")].filter(t => !t.hasAttribute("transform"));
		const boxes = texts.map(t => { const b = t.getBBox(); return {l: b.x + 1, r: b.x + b.width - 1, t: b.y + 2.5, b: b.y + b.height - 2.5, s: t.textContent} });
		boxes.forEach((a, i) => {
			if (a.l < -3 || a.r > 723) bad.push(svg.id + ": beyond the edge: " + a.s);
			for (const b of boxes.slice(0, i)) if (a.l < b.r && b.l < a.r && a.t < b.b && b.t < a.b) bad.push(svg.id + ": " + a.s + " lies on " + b.s);
		});
	}
	return bad }`

	// Text stands out from what is behind it: 4.5 to 1, or 3 to 1 when large
	// (WCAG 2.2, success criterion 1.4.3).
	scriptContrast = `() => {
	const paint = document.createElement("canvas").getContext("2d", {willReadFrequently: true});
	const rgba = color => { paint.clearRect(0, 0, 1, 1); paint.fillStyle = color; paint.fillRect(0, 0, 1, 1); const d = paint.getImageData(0, 0, 1, 1).data; return [d[0], d[1], d[2], d[3] / 255] };
	const over = (top, under) => top.slice(0, 3).map((v, i) => v * top[3] + under[i] * (1 - top[3])).concat(1);
	const light = c => { const [r, g, b] = c.map(v => (v /= 255) <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4); return .2126 * r + .7152 * g + .0722 * b };
	const ratio = (a, b) => { const x = light(a), y = light(b); return (Math.max(x, y) + .05) / (Math.min(x, y) + .05) };
	const behind = e => { const layers = []; for (; e; e = e.parentElement) { const c = rgba(getComputedStyle(e).backgroundColor); if (c[3] > 0) { layers.push(c); if (c[3] === 1) break } }
		let under = [255, 255, 255, 1]; for (const c of layers.reverse()) under = over(c, under); return under };
	const bad = new Set(), walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
	let checked = 0;
	for (let node; node = walk.nextNode();) {
		const e = node.parentElement;
		if (!node.data.trim() || !e.checkVisibility({visibilityProperty: true}) || e.closest("title,desc,style")) continue;
		const style = getComputedStyle(e), svg = e.closest("svg");
		let under = behind(svg ? svg.parentElement : e), ink = rgba(svg ? style.fill : style.color);
		if (svg) {
			const b = e.getBBox(), point = svg.createSVGPoint();
			point.x = b.x + b.width / 2; point.y = b.y + b.height / 2;
			if (e.hasAttribute("transform")) continue;
			for (const shape of svg.querySelectorAll("rect,circle,path")) {
				if (shape.compareDocumentPosition(e) & Node.DOCUMENT_POSITION_PRECEDING || shape.closest("defs")) continue;
				const s = getComputedStyle(shape);
				if (s.fill === "none" || s.fill.startsWith("url") || !shape.isPointInFill(point)) continue;
				const c = rgba(s.fill); c[3] *= parseFloat(s.fillOpacity) * parseFloat(s.opacity);
				under = over(c, under);
			}
			if (style.paintOrder.startsWith("stroke") && style.stroke !== "none") under = rgba(style.stroke);
		}
		ink = over(ink, under);
		checked++;
		const size = parseFloat(style.fontSize), large = size >= 24 || size >= 18.66 && parseInt(style.fontWeight) >= 700;
		const got = ratio(ink, under);
		if (got < (large ? 3 : 4.5)) bad.add((svg ? svg.id : e.tagName + "." + e.className) + " " + got.toFixed(2) + ": " + node.data.trim().slice(0, 40));
	}
	if (checked < 20) bad.add("only " + checked + " texts were checked");
	return [...bad] }`

	// Headings go down one step at a time, ids are unique, links within the page
	// arrive, and images of text have landmarks around them.
	scriptStructure = `() => {
	const bad = [], seen = new Set();
	let level = 0;
	for (const h of document.querySelectorAll("h1,h2,h3,h4")) { const l = +h.tagName[1]; if (l > level + 1) bad.push(h.tagName + " after h" + level + ": " + h.textContent); level = l }
	if (document.querySelectorAll("h1").length !== 1) bad.push("not one h1");
	for (const e of document.querySelectorAll("[id]")) { if (seen.has(e.id)) bad.push("id twice: " + e.id); seen.add(e.id) }
	for (const a of document.querySelectorAll("a[href^='#']")) { const id = decodeURIComponent(a.getAttribute("href").slice(1)); if (!seen.has(id)) bad.push("link to nowhere: #" + id) }
	for (const name of ["main", "header", "footer", "nav"]) if (!document.querySelector(name)) bad.push("no " + name);
	if (!document.documentElement.lang) bad.push("no language");
	for (const t of document.querySelectorAll("table")) if (!t.caption || !t.querySelector("th[scope]")) bad.push("a table without caption or heads");
	return bad }`

	scriptOverflow = `() => {
	const wide = document.documentElement.scrollWidth, page = document.documentElement.clientWidth;
	if (wide <= page) return [];
	const bad = [wide + "px of content in a page of " + page + "px"];
	for (const e of document.body.querySelectorAll("*")) if (!e.closest(".scroll") && e.getBoundingClientRect().right > page + 1) bad.push(e.tagName + "." + e.className + " " + e.textContent.trim().slice(0, 40));
	return bad }`
)

func TestBriefInBrowser(t *testing.T) {
	p := openTab(t)
	for _, name := range []string{"ots", "nato1955"} {
		t.Run(name, func(t *testing.T) {
			b := builtIn(t, name)
			p.mu.Lock()
			p.requests, p.complaints = nil, nil
			p.mu.Unlock()
			p.do(t, chromedp.EmulateViewport(1000, 900))
			p.scheme(t, "light")
			p.open(t, render(t, b))

			figures := 0
			for _, s := range b.Sections {
				if s.SVG != "" {
					figures++
				}
			}
			drawn, err := chromedp.Run(p.ctx, chromedp.Evaluate[int](`document.querySelectorAll("svg.figure").length`))
			if err != nil || drawn != figures || figures < 4 {
				t.Errorf("%d figures on the page, want %d and at least 4 (%v)", drawn, figures, err)
			}
			p.ask(t, "structure", scriptStructure)
			p.ask(t, "figures", strings.Replace(scriptFigures, "LEAST", "10.9", 1))
			p.ask(t, "overlap", scriptOverlap)
			p.shot(t, name+"-light")
			p.ask(t, "contrast, light", scriptContrast)
			p.scheme(t, "dark")
			p.shot(t, name+"-dark")
			p.ask(t, "contrast, dark", scriptContrast)
			p.do(t, chromedp.EmulateViewport(360, 740, chromedp.EmulateMobile))
			p.ask(t, "phone", scriptOverflow)
			p.ask(t, "figures on a phone", strings.Replace(scriptFigures, "LEAST", "8.5", 1))
			p.shot(t, name+"-phone")
			p.ask(t, "phone, all open", `() => { document.querySelectorAll("details").forEach(d => d.open = true); return [] }`)
			p.ask(t, "phone, all open", scriptOverflow)

			p.mu.Lock()
			defer p.mu.Unlock()
			for _, c := range p.complaints {
				t.Errorf("the browser complains: %s", c)
			}
			for _, r := range p.requests {
				if !strings.HasPrefix(r, "file:") && !strings.HasPrefix(r, "data:") {
					t.Errorf("the page asks for %s", r)
				}
			}
			if len(p.requests) == 0 {
				t.Error("no request was seen, not even for the page: the check is blind")
			}
		})
	}
}

func TestPDF(t *testing.T) {
	browserPath(t)
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	var out bytes.Buffer
	if err := PDF(ctx, []byte(render(t, builtIn(t, "ots"))), &out); err != nil {
		t.Fatal(err)
	}
	data := out.Bytes()
	if !bytes.HasPrefix(data, []byte("%PDF-")) {
		t.Fatal("not a PDF")
	}
	if pages := len(regexp.MustCompile(`/Type\s*/Page\b`).FindAll(data, -1)); pages < 2 {
		t.Errorf("%d pages, want more than one", pages)
	}
}
