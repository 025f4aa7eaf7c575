package brief

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"entente"
	"entente/cases"
	"entente/ledger"
	"entente/measure"
)

var update = flag.Bool("update", false, "rewrite the golden files")

func builtin(t testing.TB, name string) *entente.Case {
	t.Helper()
	folder, err := cases.FS(name)
	if err != nil {
		t.Fatal(err)
	}
	return load(t, folder)
}

func load(t testing.TB, folder fs.FS) *entente.Case {
	t.Helper()
	c, err := ledger.Load(context.Background(), folder, ledger.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func build(t testing.TB, c *entente.Case, asOf entente.Day) *Brief {
	t.Helper()
	b, err := Build(context.Background(), c, asOf, Options{Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// TestFindings keeps the words that a reader sees first: the statement and the
// finding of each section, for the built-in cases on several days and for the
// smallest case.
func TestFindings(t *testing.T) {
	for _, k := range []struct {
		name string
		c    *entente.Case
		days []string
	}{
		{"ots", builtin(t, "ots"), []string{"2026-03-07", "2022-12-31", "2019-12-31", "2005-06-30"}},
		{"nato1955", builtin(t, "nato1955"), []string{"1955-05-31", "1950-06-01", "1948-12-31"}},
		{"five", load(t, os.DirFS("testdata/five")), []string{""}},
	} {
		t.Run(k.name, func(t *testing.T) {
			var out bytes.Buffer
			for _, text := range k.days {
				asOf := k.c.Horizon
				if text != "" {
					var err error
					if asOf, err = entente.ParseDay(text); err != nil {
						t.Fatal(err)
					}
				}
				b := build(t, k.c, min(asOf, k.c.Horizon))
				fmt.Fprintf(&out, "as of %s\n%s\n", min(asOf, k.c.Horizon), b.Verdict.Statement)
				for _, s := range b.Sections {
					fmt.Fprintf(&out, "  %s: %s\n", s.ID, s.Title)
					if s.Thin != "" {
						fmt.Fprintf(&out, "    thin: %s\n", s.Thin)
					}
				}
				for _, e := range b.Verdict.For {
					fmt.Fprintf(&out, "  + %s\n", e.Text)
				}
				for _, e := range b.Verdict.Against {
					fmt.Fprintf(&out, "  - %s\n", e.Text)
				}
				for _, e := range b.Verdict.Watch {
					fmt.Fprintf(&out, "  ? %s\n", e.Text)
				}
			}
			golden(t, k.name+".findings", out.Bytes())
		})
	}
}

// golden compares with a file in testdata, or rewrites it with -update.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s differs; look at the change, then run go test ./brief -update\ngot:\n%s", path, got)
	}
}

// TestEveryNumberLeadsToActs follows every act cited anywhere to the register, and
// every source there to the list of sources.
func TestEveryNumberLeadsToActs(t *testing.T) {
	for _, name := range cases.Names() {
		c := builtin(t, name)
		b := build(t, c, c.Horizon)
		acts := map[string]bool{}
		for _, a := range b.Acts {
			acts[a.ID] = true
		}
		check := func(where string, ids []string) {
			for _, id := range ids {
				if !acts[id] {
					t.Errorf("%s: %s cites %s, which is not in the register", name, where, id)
				}
			}
		}
		for _, s := range b.Sections {
			for _, table := range s.Tables {
				for _, row := range table.Rows {
					if len(row) != len(table.Columns) {
						t.Errorf("%s: table %q has a row of %d cells under %d columns", name, table.Caption, len(row), len(table.Columns))
					}
					for _, cell := range row {
						check(s.ID, cell.Acts)
					}
				}
			}
		}
		for _, e := range slices.Concat(b.Verdict.For, b.Verdict.Against, b.Verdict.Watch) {
			check(e.Text, e.Acts)
			if len(e.Acts) == 0 {
				t.Errorf("%s: %q rests on no act", name, e.Text)
			}
		}
		sources := map[string]bool{}
		for _, s := range b.Sources {
			sources[s.ID] = true
			check(s.ID, s.Acts)
		}
		for _, a := range b.Acts {
			if len(a.Sources) == 0 && a.Confidence != string(entente.Low) {
				t.Errorf("%s: act %s has neither a source nor low confidence", name, a.ID)
			}
			for _, id := range a.Sources {
				if !sources[id] {
					t.Errorf("%s: source %s of act %s is not listed", name, id, a.ID)
				}
			}
		}
	}
}

// TestTooLittle holds a case of five acts to an honest answer.
func TestTooLittle(t *testing.T) {
	c := load(t, os.DirFS("testdata/five"))
	b := build(t, c, c.Horizon)
	if !strings.HasPrefix(b.Verdict.Statement, "Too little to say") {
		t.Errorf("a case of five acts is answered: %s", b.Verdict.Statement)
	}
	if b.Verdict.Level != "" || len(b.Verdict.Forecasts) > 0 || len(b.Figures) > 0 {
		t.Errorf("a case of five acts gets level %q, %d forecasts, %d facts", b.Verdict.Level, len(b.Verdict.Forecasts), len(b.Figures))
	}
}

// TestNothingIsHardCoded renames the group and its members everywhere: the brief
// must be the same but for the names.
func TestNothingIsHardCoded(t *testing.T) {
	folder, err := cases.FS("ots")
	if err != nil {
		t.Fatal(err)
	}
	c := load(t, folder)
	renamed := load(t, folder)
	// The new codes and names keep the alphabetical order of the old, since order
	// decides how a pair is written.
	codes := map[string]string{}
	for i := range renamed.Actors {
		a := &renamed.Actors[i]
		codes[a.Code] = a.Code + "X"
		a.Code += "X"
		a.Name += "X"
	}
	swap := func(s *string) {
		if to, ok := codes[*s]; ok {
			*s = to
		}
	}
	swap(&renamed.Group.Code)
	renamed.Group.Name, renamed.Group.Short = "Organization of Turkic StatesX", "OTSX"
	for i := range renamed.Group.Members {
		swap(&renamed.Group.Members[i].Actor)
	}
	for _, a := range renamed.Acts {
		swap(&a.Forum)
		swap(&a.Host)
		for i := range a.Participants {
			swap(&a.Participants[i].Actor)
		}
		for i := range a.Changes {
			for j := range a.Changes[i].Actors {
				swap(&a.Changes[i].Actors[j])
			}
		}
	}
	for i := range renamed.Blocs {
		if strings.EqualFold(renamed.Blocs[i].ID, "ots") {
			renamed.Blocs[i].ID = "otsx"
		}
	}
	got := build(t, renamed, c.Horizon).Verdict
	want := build(t, c, c.Horizon).Verdict
	strip := strings.NewReplacer("X", "")
	if strip.Replace(got.Statement) != strip.Replace(want.Statement) || got.Level != want.Level {
		t.Errorf("under other names the verdict changes:\n%s\n%s", got.Statement, want.Statement)
	}
	if len(got.For) != len(want.For) || len(got.Forecasts) != len(want.Forecasts) {
		t.Errorf("under other names there are %d reasons for and %d forecasts, want %d and %d", len(got.For), len(got.Forecasts), len(want.For), len(want.Forecasts))
	}
	for i := range got.Forecasts {
		if got.Forecasts[i].Probability != want.Forecasts[i].Probability {
			t.Errorf("under other names %s has probability %v, want %v", got.Forecasts[i].Event, got.Forecasts[i].Probability, want.Forecasts[i].Probability)
		}
	}
}

// TestSameBytes builds the brief on one core and on all.
func TestSameBytes(t *testing.T) {
	c := builtin(t, "ots")
	write := func() string {
		text, err := json.Marshal(build(t, c, c.Horizon))
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	many := write()
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	if one := write(); one != many {
		t.Error("the brief differs between one core and many")
	}
}

// TestRulesAreWrittenDown holds docs/verdict.md to the code.
func TestRulesAreWrittenDown(t *testing.T) {
	page, err := os.ReadFile("../docs/verdict.md")
	if err != nil {
		t.Fatal(err)
	}
	wants := []string{
		fmt.Sprintf("fewer than %d acts of cooperation", tooFewActs),
		fmt.Sprintf("fewer than %d acts in the name", tooFewInName),
		fmt.Sprintf("in the %d years before the day", recentYears),
		pactWords(build5(true)), pactWords(build5(false)),
	}
	for stage, answer := range answers {
		if stage == pact {
			continue
		}
		wants = append(wants, "| "+answer[0]+" |")
		if stage != bloc {
			wants = append(wants, answer[1])
		}
	}
	for _, want := range wants {
		if !strings.Contains(string(page), want) {
			t.Errorf("docs/verdict.md does not say %q", want)
		}
	}
}

// build5 is a profile that holds r5, and r6 when defence is asked for.
func build5(defence bool) measure.Rungs {
	l := measure.Rungs{Rungs: make([]measure.Rung, 9)}
	l.Rungs[5].Reached, l.Rungs[6].Reached = true, defence
	return l
}

// TestStages walks the table of stages.
func TestStages(t *testing.T) {
	for _, k := range []struct {
		held []int
		want stage
	}{
		{nil, noGroup}, {[]int{0}, forumOnly}, {[]int{0, 1}, agendaOnly}, {[]int{0, 2}, meetingsOnly}, {[]int{0, 1, 2}, meetingsOnly},
		{[]int{0, 1, 2, 3}, exercising}, {[]int{0, 7}, exercising}, {[]int{0, 8}, exercising}, {[]int{0, 4}, framework}, {[]int{0, 3, 4}, framework},
		{[]int{0, 4, 5}, pact}, {[]int{0, 6}, pact}, {[]int{0, 4, 5, 6}, pact}, {[]int{0, 3, 6}, bloc}, {[]int{0, 6, 7}, bloc}, {[]int{0, 6, 8}, bloc},
	} {
		l := measure.Rungs{Rungs: make([]measure.Rung, 9)}
		for _, i := range k.held {
			l.Rungs[i].Reached = true
		}
		if got := stageOf(l); got != k.want {
			t.Errorf("rungs %v: stage %d, want %d", k.held, got, k.want)
		}
	}
}

// TestGoldenBrief keeps the whole brief of the smallest case in its three forms.
func TestGoldenBrief(t *testing.T) {
	c := load(t, os.DirFS("testdata/five"))
	b := build(t, c, c.Horizon)
	var page, text bytes.Buffer
	if err := b.HTML(&page); err != nil {
		t.Fatal(err)
	}
	if err := b.Markdown(&text); err != nil {
		t.Fatal(err)
	}
	data, err := json.MarshalIndent(b, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "five.html", page.Bytes())
	golden(t, "five.md", text.Bytes())
	golden(t, "five.json", append(data, '\n'))
}

// TestReadmeShowsTheVerdict holds the README to what the program prints.
func TestReadmeShowsTheVerdict(t *testing.T) {
	page, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	c := builtin(t, "ots")
	statement := find(c, c.Horizon).statement()
	if !strings.Contains(strings.Join(strings.Fields(string(page)), " "), statement) {
		t.Errorf("README.md does not show the verdict as it is: %s", statement)
	}
}
