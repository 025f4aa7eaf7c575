package brief

import (
	"bytes"
	"context"
	"encoding/json"
	"io/fs"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"entente"
	"entente/cases"
	"entente/forecast"
)

func section(t *testing.T, b *Brief, id string) Section {
	t.Helper()
	i := slices.IndexFunc(b.Sections, func(s Section) bool { return s.ID == id })
	if i < 0 {
		t.Fatalf("there is no section %s", id)
	}
	return b.Sections[i]
}

func judge(t *testing.T, c *entente.Case, asOf entente.Day) *Verdict {
	t.Helper()
	v, err := Judge(context.Background(), c, asOf, 1)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// TestVerdictIsThatOfTheBrief: the event model of a brief moves nothing in its verdict.
func TestVerdictIsThatOfTheBrief(t *testing.T) {
	for _, name := range cases.Names() {
		c := builtin(t, name)
		if got, want := build(t, c, c.Horizon).Verdict, *judge(t, c, c.Horizon); !reflect.DeepEqual(got, want) {
			t.Errorf("%s: the brief says\n%+v\nand the verdict\n%+v", name, got, want)
		}
	}
}

// TestPooledFirst: for every rung and horizon the pooled chance comes first, and those it
// is pooled from have its whole weight.
func TestPooledFirst(t *testing.T) {
	c := builtin(t, "ots")
	weight := 1.0
	for i, f := range judge(t, c, c.Horizon).Forecasts {
		if f.Method == forecast.Pooled {
			if weight < 0.999999 || weight > 1.000001 {
				t.Errorf("before %d the weights add up to %v", i, weight)
			}
			weight = 0
			continue
		}
		weight += f.Weight
	}
}

// TestNextSection: the page says by which skill the pool is to be read, has a chart, and
// sets every method beside the pool.
func TestNextSection(t *testing.T) {
	c := builtin(t, "ots")
	b, err := Build(context.Background(), c, c.Horizon, Options{Seed: 1, Bargaining: map[int]forecast.Component{3: {Probability: 0.5, Low: 0.4, High: 0.6}}})
	if err != nil {
		t.Fatal(err)
	}
	s := section(t, b, "next")
	text := strings.Join(s.Text, "\n")
	for _, want := range []string{"At 5 years the pooled forecast has been no better than the past share", "The event model", "The next step that would move most"} {
		if !strings.Contains(text, want) {
			t.Errorf("the page does not say %q:\n%s", want, text)
		}
	}
	fared := section(t, b, "fared")
	if !strings.Contains(fared.SVG, "167 events in 8657 forecasts") || len(fared.Tables) != 1 || !strings.HasPrefix(fared.Title, "Past forecasts of this kind said 9% on average, and 7% came") {
		t.Errorf("how forecasts have fared: %s, %d tables", fared.Title, len(fared.Tables))
	}
	if !strings.Contains(s.SVG, "r3 joint exercise, years from now 10: ") || len(s.Tables) != 4 {
		t.Errorf("%d tables, a chart of %d bytes", len(s.Tables), len(s.SVG))
	}
	for _, method := range []string{"Class rate", "Constant rate", "Decay rate", "Past share", "Event model", "Bargaining"} {
		if !slices.ContainsFunc(s.Tables[1].Columns, func(c Column) bool { return c.Name == method }) {
			t.Errorf("%s does not stand beside the pool", method)
		}
	}
	if s := section(t, b, "ahead"); !strings.Contains(s.SVG, "recorded") || !strings.Contains(strings.Join(s.Text, " "), "What the model cannot know") {
		t.Errorf("the year ahead: %v", s.Text)
	}
}

// without is a case folder that lacks a file.
type without struct {
	fs.FS
	name string
}

func (w without) Open(name string) (fs.File, error) {
	if name == w.name {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	}
	return w.FS.Open(name)
}

// TestWithoutGround: what is missing is said, and all forms of the brief can be written.
func TestWithoutGround(t *testing.T) {
	folder, err := cases.FS("ots")
	if err != nil {
		t.Fatal(err)
	}
	c := load(t, without{folder, "blocs.csv"})
	b := build(t, c, c.Horizon)
	if s := section(t, b, "next"); !strings.Contains(s.Thin, "no comparable groups (blocs.csv)") || s.SVG != "" {
		t.Errorf("without a class: %+v", s)
	}
	if v := judge(t, c, c.Horizon); v.NoForecasts == "" || v.NoForecasts != b.Verdict.NoForecasts || len(v.Forecasts) > 0 {
		t.Errorf("without a class the verdict says %q, and the brief %q", v.NoForecasts, b.Verdict.NoForecasts)
	}
	var out bytes.Buffer
	if err := b.HTML(&out); err != nil {
		t.Error(err)
	}
	if _, err := json.Marshal(b); err != nil {
		t.Error(err)
	}
	nato := builtin(t, "nato1955")
	if s := section(t, build(t, nato, nato.Horizon), "next"); !strings.Contains(s.Thin, "Every rung") {
		t.Errorf("with every rung held: %+v", s)
	}
	if s := section(t, build(t, nato, entente.DayOf(1950, 6, 1)), "ahead"); !strings.Contains(s.Thin, "not fitted to fewer than 25") {
		t.Errorf("with few acts: %+v", s)
	}
	small := load(t, os.DirFS("testdata/five"))
	if v := judge(t, small, small.Horizon); v.NoForecasts != "" || len(v.Forecasts) > 0 {
		t.Errorf("five acts: %+v", v)
	}
}

func TestLikelihood(t *testing.T) {
	for _, k := range []struct {
		p, low, high float64
		want         string
	}{
		{0.25, 0.14, 0.38, "unlikely, from very unlikely to unlikely"}, {0.3, 0.25, 0.4, "unlikely"}, {0, 0, 0.2, "at most unlikely"},
		{0.08, 0.005, 0.19, "at most very unlikely"}, {0.04, 0.001, 0.1, "almost no chance, at most very unlikely"},
	} {
		if got := likelihood(k.p, k.low, k.high); got != k.want {
			t.Errorf("%v (%v to %v) is %q, want %q", k.p, k.low, k.high, got, k.want)
		}
	}
}
