package ledger

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/csv"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"pgregory.net/rapid"

	"entente"
	"entente/internal/synthetic"
)

// day reads a day of a test.
func day(t testing.TB, s string) entente.Day {
	t.Helper()
	d, err := entente.ParseDay(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// smallLedger imports the small case into a new ledger.
func smallLedger(t testing.TB) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "small.entente")
	if _, err := Import(t.Context(), path, "testdata/small", someone); err != nil {
		t.Fatal(err)
	}
	return path
}

// same reports whether two cases are equal in every respect.
func same(a, b *entente.Case) bool {
	a.Act("") // both have made their index then
	b.Act("")
	return reflect.DeepEqual(a, b)
}

func actIDs(c *entente.Case) []string {
	var ids []string
	for _, a := range c.Acts {
		ids = append(ids, a.ID)
	}
	return ids
}

func TestLoadReadsEveryCell(t *testing.T) {
	c, err := Load(t.Context(), os.DirFS("testdata/small"), Options{})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := actIDs(c), []string{"accord-1994", "drill-2005-b", "shusha-2021", "pact-idea"}; !slices.Equal(got, want) {
		t.Errorf("acts %v, want %v", got, want)
	}
	date := func(s string) entente.Date {
		d, err := entente.ParseDate(s)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	number := func(v float64) *float64 { return &v }
	for _, check := range []struct {
		name      string
		got, want any
	}{
		{"accord", *c.Act("accord-1994"), entente.Act{ID: "accord-1994", Date: date("1994-06-10"), Title: "Accord on friendship",
			Participants: []entente.Participant{{Actor: "AZE"}, {Actor: "TUR"}}, Type: entente.Treaty, Level: entente.HeadOfState, Body: entente.Leaders,
			Domains: []entente.Domain{entente.Political}, Force: entente.Binding, Obligations: []entente.Obligation{entente.Consultation},
			Status: entente.InForce, Forum: "ACC", Summary: "Friends, consulting", Sources: []string{"s1"}, KnownAt: date("1994-06-20"), Confidence: entente.High,
			Changes: []entente.Change{
				{ID: "accord-ratified-aze", Act: "accord-1994", Date: date("1995-02"), Status: entente.Ratified, Actors: []string{"AZE"}, Sources: []string{"s1"}, KnownAt: date("1995"), Confidence: entente.High},
				{ID: "accord-in-force", Act: "accord-1994", Date: date("1996-01-05"), Status: entente.InForce, Sources: []string{"s1"}, KnownAt: date("1996-02"), Confidence: entente.High},
			}}},
		{"idea", c.Act("pact-idea").ObligationsUnknown, true},
		{"a change follows its act to what replaced it", c.Act("drill-2005-b").Changes[0].ID, "drill-note"},
		{"so does a claim", c.Claims[1].Acts, []string{"drill-2005-b"}},
		{"membership", c.Group.Members[2], entente.Membership{Actor: "KAZ", Role: "observer", Period: entente.Period{From: date("2001"), Until: date("2010-05")}}},
		{"gap", c.Gaps, []entente.Gap{{Period: entente.Period{From: date("1995"), Until: date("1999")}, Types: []entente.ActType{entente.Meeting}, Text: "Meetings of these years were not searched"}}},
		{"reading", c.Readings, []entente.Reading{{Rung: "r1", Acts: []string{"accord-1994", "shusha-2021"}, Reading: "The founding words read as defence"}}},
		{"objection", c.Against, []entente.Objection{{Acts: []string{"pact-idea"}, Text: "Nobody answered the proposal"}}},
		{"recorded", c.Recorded.String(), "2021-06-01"},
		{"horizon", c.Horizon.String(), "2020-12-31"},
		{"alias", c.Actor("TUR").Aliases, []entente.Alias{{Name: "Turkey"}, {Name: "Ottoman heir", Used: entente.Period{From: date("1990"), Until: date("1995-03")}}}},
		{"place", *c.Actor("AZE").Place, entente.Place{Lat: 40.41, Lon: 49.87}},
		{"quoted", c.Source("s1").Title, `Text of the "Accord"`},
		{"posture", c.Postures[0], entente.Posture{ID: "p1", Power: "KAZ", Form: "a pact", Involving: []string{"TUR", "AZE"}, Force: entente.Binding, Stance: entente.Oppose, Reason: "said so", Sources: []string{"s3"}, Brief: true}},
		{"posture without obligation", c.Postures[1].Obligation, entente.NoObligation},
		{"corridor", c.Corridors[0], entente.Corridor{ID: "c1", Corridor: "Line", From: "baku", To: "kars", Mode: "rail", LengthKM: number(826), Capacity: number(6.5), CapacityUnit: "Mt/year",
			Volumes: map[int]float64{2021: 0.6, 2022: 1.5}, VolumeUnit: "Mt", Status: "operating", Sources: []string{"s3"}}},
		{"node", c.Nodes[1], entente.Node{ID: "kars", Name: "Kars", Country: "TUR", Kind: "station", Place: entente.Place{Lat: 40.6, Lon: 43.1}}},
		{"bloc", c.Blocs[0], entente.BlocRecord{ID: "nato", Name: "North Atlantic Treaty Organization", Region: "Euro-Atlantic",
			Rungs: [9]entente.Date{date("1949-04-04"), date("1949-04-04"), date("1949-10-05"), date("1952-02")}, Censored: date("2025-12-31"),
			MembersN: 12, Members: "US CA", MajorPower: true, ATOP: []string{"3180"}, Confidence: entente.High, Weak: []int{2, 3}, Source: "Treaty"}},
		{"threat", c.Threats[0], entente.Threat{ID: "t1", Name: "Smuggling", Kind: "transnational", Origin: []string{"KAZ"}, Exposed: []string{"AZE", "TUR"}, Responses: []entente.Domain{entente.Border, entente.Intelligence}, Sources: []string{"s3"}}},
		{"clause", c.Clauses[1], entente.Clause{ID: "shusha-1", Act: "shusha-2021", Article: "1", Kind: "assistance_undefined", Says: "Needed assistance", Binding: "unclear", Confidence: entente.Medium, Sources: []string{"s2"}}},
	} {
		if !reflect.DeepEqual(check.got, check.want) {
			t.Errorf("%s:\n got %+v\nwant %+v", check.name, check.got, check.want)
		}
	}
	// A host outside the participants, and a role inside, on a row that is replaced.
	folder := readMap(t, "testdata/small")
	folder["acts.csv"].Data = bytes.ReplaceAll(folder["acts.csv"].Data, []byte(",drill-2005,"), []byte(",,"))
	if c, err = Load(t.Context(), folder, Options{}); err != nil {
		t.Fatal(err)
	}
	if a := c.Act("drill-2005"); a.Host != "KAZ" || a.Role("AZE") != "lead" || a.Role("TUR") != "" {
		t.Errorf("drill: host %q, roles %q %q", a.Host, a.Role("AZE"), a.Role("TUR"))
	}
}

// The view that a day's knowledge gives, worked out by hand from testdata/small.
func TestKnownAt(t *testing.T) {
	path := smallLedger(t)
	for _, c := range []struct {
		known           string
		acts, changes   []string // of the accord
		claims, clauses int      // claims with acts; clauses
		readings        int
		objections      int
	}{
		{"1994-06-19", nil, nil, 0, 0, 0, 0},
		{"1994-06-20", []string{"accord-1994"}, nil, 1, 1, 1, 0},
		{"1995-12-30", []string{"accord-1994"}, nil, 1, 1, 1, 0},
		{"1995-12-31", []string{"accord-1994"}, []string{"accord-ratified-aze"}, 1, 1, 1, 0},
		{"2006-12-30", []string{"accord-1994"}, []string{"accord-ratified-aze", "accord-in-force"}, 1, 1, 1, 0},
		// The first coding of the drill is known before the one that replaces it.
		{"2006-12-31", []string{"accord-1994", "drill-2005"}, []string{"accord-ratified-aze", "accord-in-force"}, 2, 1, 1, 0},
		{"2021-05-31", []string{"accord-1994", "drill-2005", "shusha-2021"}, []string{"accord-ratified-aze", "accord-in-force"}, 2, 2, 1, 0},
		{"2021-06-01", []string{"accord-1994", "drill-2005-b", "shusha-2021", "pact-idea"}, []string{"accord-ratified-aze", "accord-in-force"}, 2, 2, 1, 1},
	} {
		opt := Options{KnownAt: day(t, c.known)}
		folder, err := Load(t.Context(), os.DirFS("testdata/small"), opt)
		if err != nil {
			t.Fatal(err)
		}
		if got := actIDs(folder); !slices.Equal(got, c.acts) {
			t.Errorf("%s: acts %v, want %v", c.known, got, c.acts)
		}
		var changes []string
		if a := folder.Act("accord-1994"); a != nil {
			for _, ch := range a.Changes {
				changes = append(changes, ch.ID)
			}
		}
		if !slices.Equal(changes, c.changes) {
			t.Errorf("%s: changes %v, want %v", c.known, changes, c.changes)
		}
		claims := 0
		for _, cl := range folder.Claims {
			if len(cl.Acts) > 0 {
				claims++
			}
		}
		if claims != c.claims || len(folder.Clauses) != c.clauses || len(folder.Readings) != c.readings || len(folder.Against) != c.objections {
			t.Errorf("%s: %d claims with acts, %d clauses, %d readings, %d objections", c.known, claims, len(folder.Clauses), len(folder.Readings), len(folder.Against))
		}
		ledger, err := Open(t.Context(), path, opt)
		if err != nil {
			t.Fatal(err)
		}
		if !same(folder, ledger) {
			t.Errorf("%s: folder and ledger differ:\n%+v\n%+v", c.known, folder, ledger)
		}
	}
}

// A correction is known from the day it was made: an earlier day still sees what
// stood in the ledger then.
func TestKnownAtRebuildsThePast(t *testing.T) {
	path := smallLedger(t)
	folder := readMap(t, "testdata/small")
	folder["acts.csv"].Data = bytes.Replace(folder["acts.csv"].Data, []byte("Accord on friendship"), []byte("Accord on consultation"), 1)
	folder["actors.csv"].Data = bytes.Replace(folder["actors.csv"].Data, []byte("Türkiye"), []byte("Republic of Türkiye"), 1)
	later := Revision{Who: "Editor", Why: "the gazette has another title", Now: time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)}
	sum, err := ImportFS(t.Context(), path, folder, later)
	if err != nil {
		t.Fatal(err)
	}
	if total := sum.Total(); total.Changed != 2 || total.Added != 0 || total.Kept != 0 {
		t.Errorf("summary %+v", total)
	}
	for known, want := range map[string][2]string{
		"2026-04-30": {"Accord on friendship", "Türkiye"},
		"2026-05-01": {"Accord on consultation", "Republic of Türkiye"},
		"":           {"Accord on consultation", "Republic of Türkiye"},
		"1994-06-20": {"Accord on friendship", "Türkiye"},
	} {
		var opt Options
		if known != "" {
			opt.KnownAt = day(t, known)
		}
		c, err := Open(t.Context(), path, opt)
		if err != nil {
			t.Fatal(err)
		}
		if got := [2]string{c.Act("accord-1994").Title, c.Name("TUR")}; got != want {
			t.Errorf("known at %q: %q, want %q", known, got, want)
		}
	}
	entries, err := Log(t.Context(), path, "acts", "accord-1994")
	if err != nil {
		t.Fatal(err)
	}
	if len(entries) != 2 || entries[0].Who != "Tester" || entries[1].Who != "Editor" || entries[1].Why != later.Why ||
		entries[1].Cells[2] != "Accord on consultation" || entries[0].KnownAt.String() != "1994-06-20" || entries[1].KnownAt.String() != "2026-05-01" ||
		!entries[1].RecordedAt.Equal(later.Now) {
		t.Errorf("log %+v", entries)
	}
	if _, err := Log(t.Context(), path, "acts", "nothing"); err == nil {
		t.Error("the log of a row that does not exist")
	}
}

func TestImport(t *testing.T) {
	path := smallLedger(t)
	fromFolder, err := Load(t.Context(), os.DirFS("testdata/small"), Options{})
	if err != nil {
		t.Fatal(err)
	}
	fromLedger, err := Open(t.Context(), path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if !same(fromFolder, fromLedger) {
		t.Errorf("the ledger does not hold what the folder held:\n%+v\n%+v", fromFolder, fromLedger)
	}
	if fromFolder.Checksum != fromLedger.Checksum {
		t.Error("checksums differ")
	}

	again, err := Import(t.Context(), path, "testdata/small", someone)
	if err != nil {
		t.Fatal(err)
	}
	if total := again.Total(); total != (TableSummary{Unchanged: 27}) {
		t.Errorf("the same folder again: %+v", total)
	}

	// A folder with fewer rows removes none.
	less := readMap(t, "testdata/small")
	delete(less, "threats.csv")
	delete(less, "claims.csv")
	sum, err := ImportFS(t.Context(), path, less, someone)
	if err != nil {
		t.Fatal(err)
	}
	if total := sum.Total(); total != (TableSummary{Unchanged: 24, Kept: 3}) {
		t.Errorf("a smaller folder: %+v", total)
	}

	// A folder that is sound in itself but not with the rows of the ledger.
	earlier := readMap(t, "testdata/small")
	earlier["case.yaml"].Data = bytes.Replace(earlier["case.yaml"].Data, []byte("horizon: 2020-12-31"), []byte("horizon: 1999-12-31"), 1)
	for _, gone := range []string{"claims.csv", "clauses.csv", "changes.csv"} {
		delete(earlier, gone)
	}
	acts := strings.SplitAfter(string(earlier["acts.csv"].Data), "\n")
	earlier["acts.csv"].Data = []byte(acts[0] + acts[2] + acts[5])
	earlier["case.yaml"].Data = bytes.Replace(earlier["case.yaml"].Data, []byte(", shusha-2021"), nil, 1)
	if _, err := Load(t.Context(), earlier, Options{}); err != nil {
		t.Fatal(err)
	}
	if _, err := ImportFS(t.Context(), path, earlier, someone); err == nil || !strings.Contains(err.Error(), "acts/shusha-2021: date: date 2020-11-10 lies after the horizon") {
		t.Errorf("got %v", err)
	}
	if c, err := Open(t.Context(), path, Options{}); err != nil || c.Checksum != fromFolder.Checksum {
		t.Errorf("a refused import changed the ledger: %v", err)
	}
}

func TestRevisionNeedsItsReason(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.entente")
	now := someone.Now
	for _, c := range []struct {
		rev  Revision
		want string
	}{
		{Revision{Why: "x", Now: now, Create: true}, "who makes the change"},
		{Revision{Who: "x", Why: " ", Now: now, Create: true}, "why is the change made"},
		{Revision{Who: "x", Why: "x", Create: true}, "time"},
		{Revision{Who: "x\n", Why: "x", Now: now, Create: true}, "control characters"},
		{Revision{Who: "x", Why: "x", Now: now}, "there is no ledger"},
		{Revision{Who: "x", Why: "x", Now: now, KnownAt: entente.On(dayOf(now) + 1), Create: true}, "after the day of the revision"},
	} {
		_, err := Import(t.Context(), path, "testdata/small", c.rev)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%+v: got %v", c.rev, err)
		}
	}
	if _, err := Import(t.Context(), filepath.Join(t.TempDir(), "x.db"), "testdata/small", someone); err == nil || !strings.Contains(err.Error(), Extension) {
		t.Errorf("got %v", err)
	}
	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
		t.Error("a refused import made the ledger")
	}
}

// A stopped import writes nothing, wherever it was stopped.
func TestStoppedImport(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "folder")
	if err := synthetic.Write(folder, 1, 3000, 20); err != nil {
		t.Fatal(err)
	}
	path := smallLedger(t)
	before, err := Verify(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	for _, after := range []time.Duration{0, time.Millisecond, 20 * time.Millisecond, 40 * time.Millisecond, 60 * time.Millisecond, 100 * time.Millisecond} {
		ctx, cancel := context.WithTimeout(t.Context(), after)
		_, err := Import(ctx, path, folder, someone)
		cancel()
		if err == nil {
			continue // a fast machine
		}
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("stopped after %s: %v", after, err)
		}
		if report, err := Verify(t.Context(), path); err != nil || report.Head != before.Head {
			t.Errorf("stopped after %s: %v", after, err)
		}
	}
}

func TestCreate(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.entente")
	if err := Create(t.Context(), path); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(t.Context(), path, Options{}); err == nil || !strings.Contains(err.Error(), "holds no case yet") {
		t.Errorf("got %v", err)
	}
	if err := Create(t.Context(), path); err == nil || !strings.Contains(err.Error(), "exists already") {
		t.Errorf("got %v", err)
	}
	if err := Export(t.Context(), path, filepath.Join(t.TempDir(), "out")); err == nil || !strings.Contains(err.Error(), "holds no case yet") {
		t.Errorf("got %v", err)
	}
	rev := someone
	rev.Create = false
	if _, err := Import(t.Context(), path, "testdata/small", rev); err != nil {
		t.Fatal(err)
	}
	if files, _ := filepath.Glob(filepath.Join(filepath.Dir(path), "*")); len(files) != 1 {
		t.Errorf("a ledger is one file, not %v", files)
	}
}

// readDir returns the files of a folder.
func readDir(t testing.TB, dir string) map[string]string {
	t.Helper()
	files := map[string]string{}
	for name, file := range readMap(t, dir) {
		files[name] = string(file.Data)
	}
	return files
}

func TestExport(t *testing.T) {
	path := smallLedger(t)
	dir := t.TempDir()
	out := filepath.Join(dir, "out")
	if err := Export(t.Context(), path, out); err != nil {
		t.Fatal(err)
	}
	got, want := readDir(t, out), readDir(t, "testdata/small")
	if strings.Count(got[logFile], "\n") != 27 {
		t.Errorf("log of %d lines", strings.Count(got[logFile], "\n"))
	}
	delete(got, logFile)
	if !reflect.DeepEqual(got, want) {
		t.Errorf("the folder came back as\n%v\nnot\n%v", got, want)
	}
	if err := Export(t.Context(), path, out); err == nil || !strings.Contains(err.Error(), "holds files already") {
		t.Errorf("got %v", err)
	}
	// From a folder, its log goes along.
	copied := filepath.Join(dir, "copy")
	if err := os.Mkdir(copied, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := Export(t.Context(), out, copied); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(readDir(t, copied), readDir(t, out)) {
		t.Error("the copy differs")
	}
	plain := filepath.Join(dir, "plain")
	if err := Export(t.Context(), "testdata/small", plain); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(readDir(t, plain), want) {
		t.Error("a folder without a log does not come back as it was")
	}
	if entries, _ := os.ReadDir(dir); len(entries) != 3 {
		t.Errorf("left behind: %v", entries)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := Export(ctx, path, filepath.Join(dir, "stopped")); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if entries, _ := os.ReadDir(dir); len(entries) != 3 {
		t.Errorf("a stopped export left something behind: %v", entries)
	}
}

func TestImportedLog(t *testing.T) {
	path := smallLedger(t)
	dir := t.TempDir()
	out := filepath.Join(dir, "out")
	if err := Export(t.Context(), path, out); err != nil {
		t.Fatal(err)
	}
	first, err := Verify(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}

	// The log is restored as it was, and an edit becomes a revision after it.
	edited := readMap(t, out)
	edited["sources.csv"].Data = bytes.Replace(edited["sources.csv"].Data, []byte("Yearbook"), []byte("Almanac"), 1)
	second := filepath.Join(dir, "second.entente")
	sum, err := ImportFS(t.Context(), second, edited, someone)
	if err != nil {
		t.Fatal(err)
	}
	if sum.Restored != 27 || sum.Total() != (TableSummary{Changed: 1, Unchanged: 26}) {
		t.Errorf("%+v", sum)
	}
	if entries, err := Log(t.Context(), second, "acts", "accord-1994"); err != nil || len(entries) != 1 || !entries[0].RecordedAt.Equal(someone.Now) {
		t.Errorf("%v %+v", err, entries)
	}
	report, err := Verify(t.Context(), second)
	if err != nil || report.Revisions != 28 {
		t.Errorf("%v %+v", err, report)
	}

	// Into the ledger it came from, only the edit goes.
	if sum, err = ImportFS(t.Context(), path, edited, someone); err != nil || sum.Restored != 0 || sum.Total().Changed != 1 {
		t.Errorf("%v %+v", err, sum)
	}
	// Now the ledger has gone on, and the folder is out of date.
	if _, err = ImportFS(t.Context(), path, edited, someone); err == nil || !strings.Contains(err.Error(), "1 revisions made after this folder was exported") {
		t.Errorf("got %v", err)
	}
	// A ledger that is behind is brought forward.
	newer := filepath.Join(dir, "newer")
	if err := Export(t.Context(), second, newer); err != nil {
		t.Fatal(err)
	}
	third := filepath.Join(dir, "third.entente")
	if _, err := Import(t.Context(), third, out, someone); err != nil {
		t.Fatal(err)
	}
	if sum, err = Import(t.Context(), third, newer, someone); err != nil || sum.Restored != 1 || sum.Total() != (TableSummary{Unchanged: 27}) {
		t.Errorf("%v %+v", err, sum)
	}
	if a, err := Verify(t.Context(), third); err != nil || a.Head != report.Head || a.Head == first.Head {
		t.Errorf("%v %+v", err, a)
	}
	// The log of another ledger is refused.
	other := filepath.Join(dir, "other.entente")
	rev := someone
	rev.Who = "Somebody else"
	if _, err := Import(t.Context(), other, "testdata/small", rev); err != nil {
		t.Fatal(err)
	}
	if _, err := Import(t.Context(), other, newer, someone); err == nil || !strings.Contains(err.Error(), "log of another ledger") {
		t.Errorf("got %v", err)
	}
	if _, err := Import(t.Context(), other, out, someone); err == nil || !strings.Contains(err.Error(), "log of another ledger") {
		t.Errorf("got %v", err)
	}
	// A log that was tampered with is refused, with its line.
	for name, change := range map[string]func(string) string{
		"revisions.jsonl:3":  func(s string) string { return strings.Replace(s, `"TUR","Türkiye"`, `"TUR","Turkey"`, 1) },
		"revisions.jsonl:27": func(s string) string { i := strings.LastIndex(s, `"seq":27`); return s[:i] + `"seq":28` + s[i+8:] },
		"revisions.jsonl:1":  func(s string) string { return "{}\n" + s },
		"revisions.jsonl:28": func(s string) string { return s + "not json\n" },
	} {
		bad := readMap(t, out)
		bad[logFile].Data = []byte(change(string(bad[logFile].Data)))
		var problems Problems
		_, err := ImportFS(t.Context(), filepath.Join(dir, "bad.entente"), bad, someone)
		if !errors.As(err, &problems) || problems[0].Where() != name {
			t.Errorf("%s: got %v", name, err)
		}
	}
	if _, err := os.Stat(filepath.Join(dir, "bad.entente")); err == nil {
		t.Error("a refused log made a ledger")
	}
}

// anyFolder draws a sound case folder, written by the standard library's CSV
// writer, with texts that need care.
func anyFolder(t *rapid.T) fstest.MapFS {
	text := rapid.StringOf(rapid.RuneFrom([]rune(`abcXYZ ,;"'=@#|\<>&:-_.%İıŞşƏəğç’Қж中🙂é`)))
	solid := rapid.Custom(func(t *rapid.T) string { return "T" + text.Draw(t, "rest") })
	date := rapid.SampledFrom([]string{"1990", "1990-02", "1990-02-28", "1991/1992", "1993-05-01/1993-05-09", "1994/..", "1990-01-01"})
	folder := fstest.MapFS{}
	put := func(table tableID, rows [][]string) {
		var b bytes.Buffer
		w := csv.NewWriter(&b)
		_ = w.Write(tableColumns[table])
		_ = w.WriteAll(rows)
		folder[table.file()] = &fstest.MapFile{Data: b.Bytes()}
	}
	shuffled := func(prefix string, least, most int) []string {
		n := rapid.IntRange(least, most).Draw(t, "number of "+prefix)
		ids := make([]string, n)
		for i := range ids {
			ids[i] = fmt.Sprintf("%s%d", prefix, i)
		}
		return rapid.Permutation(ids).Draw(t, prefix)
	}
	codes, sources, acts := shuffled("S", 2, 6), shuffled("src-", 1, 4), shuffled("act-", 1, 12)
	var rows [][]string
	for _, code := range codes {
		rows = append(rows, []string{code, solid.Draw(t, "name"), "state", "", "", "", rapid.SampledFrom([]string{"", "Old", "Old@1990/1991;Older"}).Draw(t, "alias"), text.Draw(t, "region"), "", "", "", text.Draw(t, "note")})
	}
	put(actorTable, rows)
	rows = nil
	for _, id := range sources {
		rows = append(rows, []string{id, solid.Draw(t, "publisher"), text.Draw(t, "title"), date.Draw(t, "date"), "", ""})
	}
	put(sourceTable, rows)
	rows = nil
	for i, id := range acts {
		parties := rapid.Permutation(codes).Draw(t, "parties")[:rapid.IntRange(2, len(codes)).Draw(t, "n")]
		replaces := ""
		if i > 0 && rapid.IntRange(0, 4).Draw(t, "replaces") == 0 {
			replaces = acts[i-1]
		}
		rows = append(rows, []string{id, date.Draw(t, "date"), solid.Draw(t, "title"), strings.Join(parties, ";"), "", string(rapid.SampledFrom(entente.ActTypes).Draw(t, "type")),
			"", "", rapid.SampledFrom([]string{"", "political", "arms;cyber"}).Draw(t, "domains"), "", rapid.SampledFrom([]string{"", "none", "defense;consultation"}).Draw(t, "obligations"),
			"held", text.Draw(t, "forum"), replaces, text.Draw(t, "summary"), rapid.SampledFrom(sources).Draw(t, "source"),
			rapid.SampledFrom([]string{"", "1995", "1996-03", "1999-12-31"}).Draw(t, "known"), "medium", text.Draw(t, "note")})
	}
	put(actTable, rows)
	rows = nil
	for _, id := range shuffled("change-", 0, 4) {
		rows = append(rows, []string{id, rapid.SampledFrom(acts).Draw(t, "act"), date.Draw(t, "date"), "ratified", "", text.Draw(t, "summary"), "",
			rapid.SampledFrom([]string{"", "1997", "2000-01"}).Draw(t, "known"), "low", ""})
	}
	if len(rows) > 0 {
		put(changeTable, rows)
	}
	folder["case.yaml"] = &fstest.MapFile{Data: fmt.Appendf(nil, "# %d\nid: drawn\ntitle: Drawn\nquestion: Why?\nhorizon: 2000-12-31\nrecorded: 2001-01-01\ngroup: {code: %s, name: G}\n",
		rapid.IntRange(0, 99).Draw(t, "comment"), codes[0])}
	return folder
}

func TestFolderAndLedgerSayTheSame(t *testing.T) {
	root := t.TempDir()
	run := 0
	rapid.Check(t, func(t *rapid.T) {
		run++
		dir := filepath.Join(root, fmt.Sprint(run))
		if err := os.Mkdir(dir, 0o755); err != nil {
			t.Fatal(err)
		}
		defer os.RemoveAll(dir)
		ctx := context.Background()
		at := func(name string) string { return filepath.Join(dir, name) }
		no := func(err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		files := func(name string) map[string]string {
			all := map[string]string{}
			entries, err := os.ReadDir(at(name))
			no(err)
			for _, e := range entries {
				data, err := os.ReadFile(filepath.Join(at(name), e.Name()))
				no(err)
				all[e.Name()] = string(data)
			}
			return all
		}
		folder := anyFolder(t)
		original, err := Load(ctx, folder, Options{})
		no(err)
		_, err = ImportFS(ctx, at("a.entente"), folder, someone)
		no(err)
		no(Export(ctx, at("a.entente"), at("one")))
		exported, err := Open(ctx, at("one"), Options{})
		no(err)
		if !same(original, exported) {
			t.Fatalf("the exported folder says something else:\n%+v\n%+v", original, exported)
		}
		sum, err := Import(ctx, at("b.entente"), at("one"), someone)
		no(err)
		if total := sum.Total(); total.Added+total.Changed > 0 {
			t.Fatalf("an unedited folder made revisions: %+v", sum)
		}
		no(Export(ctx, at("b.entente"), at("two")))
		if one, two := files("one"), files("two"); !reflect.DeepEqual(one, two) {
			t.Fatalf("the second export differs:\n%q\n%q", one, two)
		}
		known := rapid.SampledFrom([]string{"1994-01-01", "1996-03-31", "1999-12-31", "2000-12-31", "2001-01-01"}).Draw(t, "known at")
		d, err := entente.ParseDay(known)
		no(err)
		fromFolder, err := Load(ctx, folder, Options{KnownAt: d})
		no(err)
		fromLedger, err := Open(ctx, at("b.entente"), Options{KnownAt: d})
		no(err)
		if !same(fromFolder, fromLedger) {
			t.Fatalf("known at %s folder and ledger differ:\n%+v\n%+v", known, fromFolder, fromLedger)
		}
		for _, name := range []string{"a.entente", "b.entente", "one", "two"} {
			_, err := Verify(ctx, at(name))
			no(err)
		}
		word := rapid.SampledFrom([]string{"t", "x", "şuşa", "shusha", "old", "act 1", "S1", "medium"}).Draw(t, "word")
		a, err := Search(ctx, at("a.entente"), word)
		no(err)
		b, err := Search(ctx, at("one"), word)
		no(err)
		if !slices.Equal(a, b) {
			t.Fatalf("search for %q: ledger %v, folder %v", word, a, b)
		}
	})
}

func TestChecksum(t *testing.T) {
	sum := func(folder fs.FS) string {
		t.Helper()
		c, err := Load(t.Context(), folder, Options{})
		if err != nil {
			t.Fatal(err)
		}
		return c.Checksum
	}
	base := sum(os.DirFS("testdata/small"))
	moved := readMap(t, "testdata/small")
	for name, file := range moved {
		if lines := strings.SplitAfter(string(file.Data), "\n"); strings.HasSuffix(name, ".csv") {
			rows := lines[1 : len(lines)-1]
			slices.Reverse(rows)
			file.Data = []byte(lines[0] + strings.Join(rows, ""))
		}
	}
	if sum(moved) != base {
		t.Error("the order of rows changes the checksum")
	}
	quoted := readMap(t, "testdata/small")
	quoted["sources.csv"].Data = bytes.Replace(quoted["sources.csv"].Data, []byte("Yearbook"), []byte(`"Yearbook"`), 1)
	if sum(quoted) != base {
		t.Error("needless quotes change the checksum")
	}
	for name, change := range map[string][2]string{"acts.csv": {"coded twice", "coded once"}, "blocs.csv": {"1952-02", "1952-03"}, "case.yaml": {"a comment stays", "a comment goes"}} {
		changed := readMap(t, "testdata/small")
		changed[name].Data = bytes.Replace(changed[name].Data, []byte(change[0]), []byte(change[1]), 1)
		if sum(changed) == base {
			t.Errorf("a change of %s does not show in the checksum", name)
		}
	}
}

func TestVerifyNoticesTampering(t *testing.T) {
	source, err := os.ReadFile(smallLedger(t))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ name, sql, want string }{
		{"nothing", "", ""},
		{"a changed cell", "update revisions set cells = replace(cells, 'friendship', 'hostility') where id = 'accord-1994'", "(acts/accord-1994) does not fit its hash"},
		{"a changed reason", "update revisions set why = 'x' where seq = 3", "revision 3"},
		{"a changed date of knowledge", "update revisions set known_at = '1990' where id = 'accord-1994'", "does not fit its hash"},
		{"a deleted revision", "delete from revisions where seq = 5", "revision 4 is followed by 6"},
		{"two revisions swapped", "update revisions set seq = -1 where seq = 2; update revisions set seq = 2 where seq = 3; update revisions set seq = 3 where seq = -1", "revision 2"},
		{"a log cut short", "delete from revisions where tbl = 'claims'", "its head says 27"},
		{"a row added outside", "insert into revisions select seq + 1, 'claims', 'k9', replace(cells, 'k2', 'k9'), known_at, recorded_at, who, why, hash from revisions order by seq desc limit 1", "revision 28"},
		{"an unknown word with a fitting length", "update revisions set cells = replace(cells, 'treaty', 'treatx') where id = 'accord-1994'", "unknown type of act"},
		{"a lost index entry", "delete from words where rowid = (select seq from revisions where id = 'accord-1994')", "the search index holds 4 acts of 5"},
		{"a lost head", "delete from head", "head"},
		// This is the limit: cut short, with the head rewritten to fit. Only a head
		// noted elsewhere shows it.
		{"a log cut short with a new head", `delete from revisions where tbl = 'claims';
			update head set count = (select max(seq) from revisions), hash = (select hash from revisions order by seq desc limit 1)`, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "x.entente")
			if err := os.WriteFile(path, source, 0o644); err != nil {
				t.Fatal(err)
			}
			db, err := sql.Open("sqlite", path)
			if err != nil {
				t.Fatal(err)
			}
			if c.sql != "" && !strings.Contains(c.sql, "from words") && !strings.Contains(c.sql, "from head") {
				if _, err := db.Exec(c.sql); err == nil && !strings.HasPrefix(c.sql, "insert") {
					t.Error("the file let its log be changed")
				}
			}
			if _, err := db.Exec("drop trigger revisions_stay; drop trigger revisions_are_kept; " + c.sql); err != nil && !strings.HasPrefix(c.sql, "insert") {
				t.Fatal(err)
			}
			db.Close()
			report, err := Verify(t.Context(), path)
			switch {
			case c.want == "" && err != nil:
				t.Errorf("got %v", err)
			case c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)):
				t.Errorf("got %v, want %s", err, c.want)
			case c.name == "nothing" && (report.Revisions != 27 || report.Acts != 4 || report.Sources != 3 || len(report.Head) != 64 || !strings.HasPrefix(report.Checksum, "sha256:")):
				t.Errorf("%+v", report)
			}
		})
	}
	if report, err := Verify(t.Context(), "testdata/small"); err != nil || report.Ledger || report.Acts != 4 || report.Revisions != 0 {
		t.Errorf("%v %+v", err, report)
	}
}

func TestSearch(t *testing.T) {
	ledger := smallLedger(t)
	for _, c := range []struct {
		text string
		want []string
	}{
		{"turkiye", []string{"accord-1994", "drill-2005-b", "shusha-2021"}},
		{"Türkiye", []string{"accord-1994", "drill-2005-b", "shusha-2021"}},
		{"TURKEY", []string{"accord-1994", "drill-2005-b", "shusha-2021"}},
		{"Shusha", []string{"shusha-2021"}},
		{"Şuşa", []string{"shusha-2021"}},
		{"susa", []string{"shusha-2021"}},
		{"şuş", []string{"shusha-2021"}},
		{"ganja", nil},
		{"Gence", []string{"drill-2005-b"}},
		{"ganc", []string{"drill-2005-b"}},
		{"azerbay", []string{"accord-1994", "drill-2005-b", "shusha-2021"}},
		{"Қазақ", []string{"pact-idea"}},
		{"friend", []string{"accord-1994"}},
		{"friend turk", []string{"accord-1994"}},
		{"friend kaz", nil},
		{"coded twice", []string{"shusha-2021"}},
		{"drill-2005", []string{"drill-2005-b"}},
		{"KAZ", []string{"pact-idea"}},
		{"ottoman", []string{"accord-1994", "drill-2005-b", "shusha-2021"}},
		{`fri"end`, nil},
		{"friend* OR pact", nil},
	} {
		for _, path := range []string{ledger, "testdata/small"} {
			got, err := Search(t.Context(), path, c.text)
			if err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("%s: %q finds %v, want %v", filepath.Base(path), c.text, got, c.want)
			}
		}
	}
	for _, path := range []string{ledger, "testdata/small"} {
		if _, err := Search(t.Context(), path, " ,;' "); err == nil {
			t.Errorf("%s: a search for nothing", path)
		}
	}
	// The index follows changes of acts and of actors' names.
	folder := readMap(t, "testdata/small")
	folder["acts.csv"].Data = bytes.Replace(folder["acts.csv"].Data, []byte("Accord on friendship"), []byte("Accord on neighbours"), 1)
	folder["actors.csv"].Data = bytes.Replace(folder["actors.csv"].Data, []byte("Turkey;"), []byte("Anadolu;"), 1)
	if _, err := ImportFS(t.Context(), ledger, folder, someone); err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]int{"friendship": 0, "neighbours": 1, "turkey": 0, "anadolu": 3, "consulting": 1} {
		if got, err := Search(t.Context(), ledger, text); err != nil || len(got) != want {
			t.Errorf("after the change %q finds %v, %v", text, got, err)
		}
	}
}
