package export_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"testing"

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

func day(t testing.TB, s string) entente.Day {
	t.Helper()
	d, err := entente.ParseDay(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func date(t testing.TB, s string) entente.Date {
	t.Helper()
	d, err := entente.ParseDate(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
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
		for _, key := range []string{"id", "date", "precision", "title", "type", "participants", "roles", "domains", "legal_force", "obligations", "status", "forum", "confidence", "sources", "level", "body", "summary", "known_at", "changes", "note"} {
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
		j := export.NewActJSON(a, day(t, want.on))
		if string(*j.Status) != want.status || (len(j.Changes) > 0) != want.changes {
			t.Errorf("%s: status %s with %d changes", want.on, *j.Status, len(j.Changes))
		}
	}
}

// TestUnknownIsNull tells what is not known from what is known to be nothing.
func TestUnknownIsNull(t *testing.T) {
	for _, c := range []struct {
		name string
		act  entente.Act
		want string
	}{
		{"nothing known", entente.Act{ID: "a", ObligationsUnknown: true},
			`{"id":"a","date":"","precision":"","title":"","type":"","level":null,"body":null,"participants":[],"roles":{},"domains":[],"legal_force":null,` +
				`"obligations":null,"status":null,"forum":"","changes":[],"summary":"","confidence":"","sources":[],"known_at":null,"note":""}`},
		{"a host that took no part", entente.Act{ID: "a", Date: date(t, "2020-02"), Status: entente.Held, Host: "TUR", KnownAt: date(t, "2021"),
			Participants: []entente.Participant{{Actor: "AZE", Role: "chair"}, {Actor: "KAZ"}}},
			`{"id":"a","date":"2020-02","precision":"month","title":"","type":"","level":null,"body":null,"participants":["AZE","KAZ"],"roles":{"AZE":"chair","TUR":"host"},` +
				`"domains":[],"legal_force":null,"obligations":[],"status":"held","forum":"","changes":[],"summary":"","confidence":"","sources":[],"known_at":"2021","note":""}`},
	} {
		var b strings.Builder
		if err := export.JSONLines(&b, []*entente.Act{&c.act}, day(t, "2024-01-01")); err != nil {
			t.Fatal(err)
		}
		if got := strings.TrimSpace(b.String()); got != c.want {
			t.Errorf("%s:\n got %s\nwant %s", c.name, got, c.want)
		}
	}
}

// brokenPipe takes n bytes and no more.
type brokenPipe struct{ n int }

var errPipe = errors.New("broken pipe")

func (b *brokenPipe) Write(p []byte) (int, error) {
	if len(p) > b.n {
		return b.n, errPipe
	}
	b.n -= len(p)
	return len(p), nil
}

// TestWriteErrors checks that a writer that fails, at the start or at the end, is
// not passed over.
func TestWriteErrors(t *testing.T) {
	c := ots(t)
	cite := export.Citation{Case: c, AsOf: c.Horizon, Act: c.Act("aztr-2021-shusha")}
	for name, write := range map[string]func(io.Writer) error{
		"json":    func(w io.Writer) error { return export.JSONLines(w, c.Acts, c.Horizon) },
		"csv":     func(w io.Writer) error { return export.CSV(w, c.Acts, c.Horizon) },
		"parquet": func(w io.Writer) error { return export.Parquet(w, c.Acts, c.Horizon) },
		"graphml": func(w io.Writer) error { return export.GraphML(w, c, c.Acts, c.Horizon, export.GraphOptions{}) },
		"gexf":    func(w io.Writer) error { return export.GEXF(w, c, c.Acts, c.Horizon, export.GraphOptions{}) },
		"bibtex":  func(w io.Writer) error { return export.BibTeX(w, cite) },
		"csl":     func(w io.Writer) error { return export.CSLJSON(w, cite) },
	} {
		whole := len(written(t, write))
		for _, n := range []int{0, whole / 2, whole - 1} {
			if err := write(&brokenPipe{n}); !errors.Is(err, errPipe) {
				t.Errorf("%s: after %d of %d bytes: error %v", name, n, whole, err)
			}
		}
	}
}
