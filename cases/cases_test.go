package cases_test

import (
	"context"
	"fmt"
	"maps"
	"net/url"
	"os"
	"slices"
	"strings"
	"testing"

	"entente"
	"entente/cases"
	"entente/ledger"
)

func load(t *testing.T, name string) *entente.Case {
	t.Helper()
	folder, err := cases.FS(name)
	if err != nil {
		t.Fatal(err)
	}
	c, err := ledger.Load(context.Background(), folder, ledger.Options{})
	if err != nil {
		t.Fatalf("%s:\n%v", name, err)
	}
	return c
}

// TestCounts pins the size of every table, so that a row lost or doubled in a
// later edit is seen.
func TestCounts(t *testing.T) {
	type counts struct {
		acts, changes, actors, sources, clauses, threats, postures, corridors, nodes, blocs, claims int
	}
	want := map[string]counts{
		"ots":      {acts: 323, changes: 52, actors: 48, sources: 358, clauses: 119, threats: 24, postures: 35, corridors: 60, nodes: 54, blocs: 69, claims: 51},
		"nato1955": {acts: 85, changes: 20, actors: 38, sources: 53, clauses: 11, threats: 5, postures: 6, blocs: 68, claims: 5},
	}
	if got := slices.Sorted(maps.Keys(want)); !slices.Equal(got, slices.Sorted(slices.Values(cases.Names()))) {
		t.Fatalf("counts for %v, cases are %v", got, cases.Names())
	}
	readme, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range want {
		c := load(t, name)
		changes := 0
		for _, a := range c.Acts {
			changes += len(a.Changes)
		}
		got := counts{len(c.Acts), changes, len(c.Actors), len(c.Sources), len(c.Clauses), len(c.Threats), len(c.Postures),
			len(c.Corridors), len(c.Nodes), len(c.Blocs), len(c.Claims)}
		if got != want {
			t.Errorf("%s: got %+v, want %+v", name, got, want)
		}
		if c.ID != name {
			t.Errorf("%s: its id is %q", name, c.ID)
		}
		row := fmt.Sprintf("| %d | %d | %d | %d | %s |", got.acts, got.changes, got.actors, got.sources, c.Horizon)
		if !strings.Contains(string(readme), row) {
			t.Errorf("README.md does not give the counts of %s: %s", name, row)
		}
	}
}

func TestUnknownCase(t *testing.T) {
	_, err := cases.FS("atlantis")
	if err == nil || !strings.Contains(err.Error(), "ots") || !strings.Contains(err.Error(), "atlantis") {
		t.Errorf("the error does not name the cases: %v", err)
	}
	cases.Names()[0] = "spoiled"
	if cases.Names()[0] != "ots" {
		t.Error("a caller can change the names")
	}
}

// TestKeptForReviewers: two rows of the research notes rest on a mistake of the
// founding brief and are no acts.
func TestKeptForReviewers(t *testing.T) {
	c := load(t, "ots")
	for _, id := range []string{"turkon-1992-claim", "uztr-later-accord"} {
		if c.Act(id) != nil {
			t.Errorf("%s is in the record", id)
		}
	}
}

// TestRatificationsAreChanges: a ratification or an entry into force is a step in
// the life of a text and not an act of its own, or it would be counted twice.
func TestRatificationsAreChanges(t *testing.T) {
	for _, name := range cases.Names() {
		for _, a := range load(t, name).Acts {
			for _, end := range []string{"-ratify", "-ratif", "-rat", "-eif"} {
				if strings.HasSuffix(a.ID, end) {
					t.Errorf("%s: %s is an act", name, a.ID)
				}
			}
		}
	}
}

// TestRowsAreSound checks what a reader of the record relies on, in every case.
func TestRowsAreSound(t *testing.T) {
	for _, name := range cases.Names() {
		c := load(t, name)
		group := c.Actor(c.Group.Code)
		if group == nil {
			t.Fatalf("%s: the group %s is no actor", name, c.Group.Code)
		}
		used := map[string]bool{}
		cite := func(ids []string) {
			for _, id := range ids {
				used[id] = true
			}
		}
		for _, a := range c.Acts {
			cite(a.Sources)
			if len(a.Sources) == 0 && a.Confidence != entente.Low {
				t.Errorf("%s: %s has no source and is not of low confidence", name, a.ID)
			}
			if a.KnownAt.Before(a.Date) && a.Status != entente.Announced && a.Status != entente.Proposed {
				t.Errorf("%s: %s is known before it happened", name, a.ID)
			}
			if a.Forum == "" {
				t.Errorf("%s: %s has no forum", name, a.ID)
			}
			if a.Forum == group.Code && a.Body == "" && a.Type != entente.Statement && a.Type != entente.Exercise &&
				a.Type != entente.Treaty && a.Type != entente.Protocol && a.Type != entente.Agreement {
				t.Errorf("%s: %s in the group's name says not which body acted", name, a.ID)
			}
			for i, ch := range a.Changes {
				cite(ch.Sources)
				if ch.Date.Before(a.Date) {
					t.Errorf("%s: change %s lies before its act", name, ch.ID)
				}
				if len(ch.Sources) == 0 && ch.Confidence != entente.Low {
					t.Errorf("%s: change %s has no source and is not of low confidence", name, ch.ID)
				}
				if i > 0 && ch.Date.Compare(a.Changes[i-1].Date) < 0 {
					t.Errorf("%s: the changes of %s are not in order", name, a.ID)
				}
			}
		}
		for _, x := range c.Clauses {
			cite(x.Sources)
		}
		for _, x := range c.Threats {
			cite(x.Sources)
		}
		for _, x := range c.Postures {
			cite(x.Sources)
		}
		for _, x := range c.Corridors {
			cite(x.Sources)
		}
		for _, x := range c.Claims {
			cite(x.Sources)
		}
		addresses := map[string]string{}
		for _, s := range c.Sources {
			if !used[s.ID] {
				t.Errorf("%s: nothing rests on the source %s", name, s.ID)
			}
			if u, err := url.Parse(s.URL); err != nil || u.Host == "" || !strings.HasPrefix(u.Scheme, "http") {
				t.Errorf("%s: the address of %s is %q", name, s.ID, s.URL)
			}
			if s.Publisher == "" {
				t.Errorf("%s: %s has no publisher", name, s.ID)
			}
			if other := addresses[s.URL]; other != "" {
				t.Errorf("%s: %s and %s have the same address", name, s.ID, other)
			}
			addresses[s.URL] = s.ID
		}
	}
}

// TestClausesAgree: what an act is coded to oblige is what its clauses say. A
// clause of an obligation's kind in a text coded without it, or an obligation
// without any clause where the text has been read, would be a slip.
func TestClausesAgree(t *testing.T) {
	c := load(t, "ots")
	kinds := map[string]map[entente.Obligation]bool{}
	for _, cl := range c.Clauses {
		o, err := entente.ParseObligation(cl.Kind)
		if err != nil {
			continue
		}
		if kinds[cl.Act] == nil {
			kinds[cl.Act] = map[entente.Obligation]bool{}
		}
		kinds[cl.Act][o] = true
		if a := c.Act(cl.Act); !a.Obliges(o) {
			t.Errorf("%s says %s and %s is not coded with it", cl.ID, o, a.ID)
		}
	}
}

// TestAliases: what people type leads to one actor.
func TestAliases(t *testing.T) {
	c := load(t, "ots")
	for text, code := range map[string]string{
		"turkiye": "TUR", "Turkey": "TUR", "Türkiye": "TUR", "Kyrgyz Republic": "KGZ", "Turkic Council": "OTS",
		"TRNC": "XNC", "Azərbaycan": "AZE", "Қазақстан": "KAZ", "O'zbekiston": "UZB", "cow:640": "TUR", "gw:704": "UZB",
	} {
		if a, err := c.Find(text); err != nil || a.Code != code {
			t.Errorf("Find(%q) = %v, %v; want %s", text, a, err, code)
		}
	}
	for i := range c.Actors {
		a := &c.Actors[i]
		for _, alias := range a.Aliases {
			if found, err := c.Find(alias.Name); err != nil || found.Code != a.Code {
				t.Errorf("the alias %q of %s finds %v, %v", alias.Name, a.Code, found, err)
			}
		}
	}
	if a := c.Actor("XNC"); a.ISO3 != "" || a.COW != 0 || a.GW != 0 {
		t.Errorf("XNC has codes of recognised states: %+v", a)
	}
}

// TestMembership: who was a member when.
func TestMembership(t *testing.T) {
	c := load(t, "ots")
	for day, want := range map[string]string{
		"2009-10-02": "",
		"2009-10-03": "AZE KAZ KGZ TUR",
		"2019-10-15": "AZE KAZ KGZ TUR UZB",
		"2026-03-07": "AZE KAZ KGZ TUR UZB",
	} {
		d, err := entente.ParseDay(day)
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(c.Group.On(d, "member"), " "); got != want {
			t.Errorf("members on %s: %q, want %q", day, got, want)
		}
	}
	if got := strings.Join(c.Group.Ever("observer"), " "); got != "HUN TKM XNC" {
		t.Errorf("observers: %s", got)
	}
}

// TestStatusOn: dated steps that the research notes give for single texts.
func TestStatusOn(t *testing.T) {
	c := load(t, "ots")
	for _, test := range []struct {
		act, day string
		want     entente.Status
	}{
		{"cst-1992", "1994-04-19", entente.Signed},
		{"cst-1992", "1994-04-20", entente.InForce},
		{"aztr-2021-shusha", "2021-12-31", entente.Signed},
		{"aztr-2021-shusha", "2022-02-05", entente.InForce},
		{"kzuz-1992", "1997-12-31", entente.InForce},
		{"kzuz-1992", "1998-12-31", entente.Terminated},
		{"azkz-1996", "1998-12-31", entente.Signed},
		{"azkz-1996", "2005-12-31", entente.Terminated},
		{"sco-2007", "2012-10-30", entente.Signed},
		{"sco-2007", "2012-10-31", entente.InForce},
		{"kzkg-2024", "2026-03-07", entente.Signed},
		{"azuz-2024-treaty", "2026-03-07", entente.Signed},
		{"aztr-2025-idef", "2026-03-07", entente.Signed},
		{"us-2001-manas", "2014-06-03", entente.Terminated},
	} {
		day, err := entente.ParseDay(test.day)
		if err != nil {
			t.Fatal(err)
		}
		a := c.Act(test.act)
		if a == nil {
			t.Errorf("no act %s", test.act)
			continue
		}
		if got := a.StatusOn(day); got != test.want {
			t.Errorf("%s on %s is %q, want %q", test.act, test.day, got, test.want)
		}
	}
}

// TestReferenceClass: no group is measured against itself or twice.
func TestReferenceClass(t *testing.T) {
	for name, absent := range map[string]string{"ots": "nordefco", "nato1955": "nato"} {
		c := load(t, name)
		seen := map[string]bool{}
		for _, b := range c.Blocs {
			if b.ID == absent {
				t.Errorf("%s: the reference class holds %s", name, absent)
			}
			if seen[b.ID] {
				t.Errorf("%s: %s occurs twice", name, b.ID)
			}
			seen[b.ID] = true
			if b.Rungs[0].IsZero() {
				t.Errorf("%s: %s has no founding date", name, b.ID)
			}
			if b.Ended.IsZero() == b.Censored.IsZero() {
				t.Errorf("%s: %s must have ended or be censored, and not both", name, b.ID)
			}
		}
	}
}

// TestFive: the tiny case that the brief is tested on is sound as well.
func TestFive(t *testing.T) {
	folder := os.DirFS("../brief/testdata/five")
	c, err := ledger.Load(context.Background(), folder, ledger.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if len(c.Acts) != 5 {
		t.Errorf("%d acts, want 5", len(c.Acts))
	}
}
