package brief

import (
	"bytes"
	"context"
	"os"
	"strings"
	"testing"

	"entente"
	"entente/cases"
	"entente/measure"
)

// small builds a case by hand: a group of three, a power that objects in its own
// words to any military role, and a founding document that says it tolerates
// drills.
func small(t *testing.T) *entente.Case {
	date := func(s string) entente.Date {
		d, err := entente.ParseDate(s)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	act := func(id, on string, kind entente.ActType, forum, parties string, domains ...entente.Domain) *entente.Act {
		a := &entente.Act{ID: id, Date: date(on), Title: "Act " + id, Type: kind, Status: entente.Held, Forum: forum, Domains: domains, Force: entente.PoliticalForce, Confidence: entente.High}
		for _, r := range parties {
			a.Participants = append(a.Participants, entente.Participant{Actor: string(r)})
		}
		return a
	}
	founding := act("founding", "2010", entente.Founding, "G", "ABC", entente.Political)
	drill := act("drill", "2015-03-01", entente.Exercise, "G", "ABC", entente.ExerciseDomain, entente.Border)
	protest := act("protest", "2015-03-11", entente.Statement, "bilateral", "PA", entente.Political)
	protest.Sources = []string{"s1"}
	aid := act("aid", "2012", entente.Treaty, "bilateral", "AP", entente.Political)
	aid.Force, aid.Status, aid.Obligations = entente.Binding, entente.InForce, []entente.Obligation{entente.Defense}
	draft := act("draft", "2016", entente.Treaty, "G", "ABC", entente.Political)
	draft.Status, draft.ObligationsUnknown = entente.Proposed, true
	c := &entente.Case{ID: "g", Title: "A case", Horizon: date("2016-12-31").Start, Recorded: date("2017-01-01").Start, Document: "The Paper",
		Acts: []*entente.Act{founding, aid, drill, protest, draft}, Sources: []entente.Source{{ID: "s1", Publisher: "Gazette", URL: "https://example.org/1"}},
		Claims:  []entente.Claim{{ID: "k1", Text: "One", Verdict: "agrees"}, {ID: "k2", Text: "Two", Verdict: "disagrees"}, {ID: "k3", Text: "Three", Verdict: "unverified"}},
		Threats: []entente.Threat{{ID: "raid", Name: "Raids", Exposed: []string{"A", "B"}, Responses: []entente.Domain{entente.Border}}},
		Postures: []entente.Posture{
			{ID: "drills", Power: "P", Form: "drills", Domains: []entente.Domain{entente.ExerciseDomain}, Stance: entente.Tolerate, Brief: true},
			{ID: "military", Power: "P", Form: "any military role", Stance: entente.Wary, Sources: []string{"s1"}},
			{ID: "pact", Power: "P", Form: "a pact", Domains: []entente.Domain{entente.Political}, Force: entente.Binding, Obligation: entente.Defense, Stance: entente.Oppose, Brief: true},
		}}
	c.Group.Code, c.Group.Name, c.Group.Short = "G", "The Group", "G"
	for _, code := range []string{"A", "B", "C"} {
		c.Group.Members = append(c.Group.Members, entente.Membership{Actor: code, Role: "member", Period: entente.Period{From: date("2010")}})
	}
	for _, code := range []string{"A", "B", "C", "P", "Q"} {
		c.Actors = append(c.Actors, entente.Actor{Code: code, Name: "State " + code, Kind: entente.State})
	}
	return c
}

// TestEveryTestByHand decides each kind of test on the small case.
func TestEveryTestByHand(t *testing.T) {
	c := small(t)
	for _, k := range []struct{ test, outcome, says string }{
		{"rung r3", "for", "r3, joint exercise, is held since 1 March 2015."},
		{"rung r6", "against", "r6, mutual defence, is not held."},
		{"not rung r6", "for", "r6, mutual defence, is not held."},
		{"if rung r6", "unmet", "is not held"},
		{"if not rung r6", "met", "is not held"},
		{"chance r6 5 0.5", "open", "no comparable groups"},
		{"not chance r6 5 0.5", "open", "no comparable groups"},
		{"chance r3 5 0.5", "against", "nothing left to chance"},
		{"stance military", "for", "rests on the power's own words or text, 11 March 2015."},
		{"stance drills", "against", "against it stands the same power on any military role (wary; the power's own words or text, 11 March 2015)"},
		{"stance pact", "open", "cannot confirm itself"},
		{"crossed military", "for", "is met by 1 act done, since 1 March 2015"},
		{"crossed pact", "against", "No act done meets the line of State P on a pact."},
		{"touched pact", "open", "A draft whose clauses are not known may meet"},
		{"touched military", "against", "No act proposed"},
		{"quiet drills", "open", "by date alone, 1 statement or incident followed within 90 days of one of 1 act"},
		{"quiet pact", "open", "No act done, with 90 days after it"},
		{"answered border", "for", "Of 2 exposures that border work could answer, 2 meet joint work of exposed states, 2 of them in the group's name."},
		{"answered border group", "for", "2 of them"},
		{"answered cyber", "open", "No exposure on record"},
		{"owed P defense", "for", "State A owes defence to or through State P"},
		{"owed Q defense", "against", "No member owes defence to or through State Q"},
		{"act drill", "for", "Act drill (1 March 2015)"},
		{"not act drill", "against", "Act drill"},
		{"act unheard-of", "open", "not on record"},
		{"claim k1", "for", "agrees"}, {"claim k2", "against", "disagrees"}, {"claim k3", "open", "unverified"}, {"claim k4", "open", "No claim k4"},
		{"multilateral", "open", "Too few acts"},
	} {
		test, err := entente.ParseTest(k.test)
		if err != nil {
			t.Fatal(err)
		}
		c.Implications = []entente.Implication{{ID: "i", Statement: "S", Tests: []entente.Test{test}, Change: "x"}}
		list, err := Implications(context.Background(), c, c.Horizon, 1)
		if err != nil {
			t.Fatal(err)
		}
		if got := list[0].Tests[0]; got.Outcome != k.outcome || !strings.Contains(got.Text, k.says) {
			t.Errorf("%q: %s: %s; want %s: %s", k.test, got.Outcome, got.Text, k.outcome, k.says)
		}
	}
	// Claims were checked on the whole record.
	test, _ := entente.ParseTest("claim k1")
	c.Implications = []entente.Implication{{ID: "i", Statement: "S", Tests: []entente.Test{test}}}
	if list, _ := Implications(context.Background(), c, c.Horizon-1, 1); list[0].Tests[0].Outcome != "open" {
		t.Errorf("a claim decides on an earlier day: %+v", list[0].Tests[0])
	}
}

func TestVerdictOnAnImplication(t *testing.T) {
	for _, k := range []struct{ outcomes, verdict, why string }{
		{"", "open", "the record cannot test it"},
		{"open open", "open", "no test can be decided"},
		{"met", "open", "no test can be decided"},
		{"met for", "supported", "1 for, 0 against"},
		{"unmet for against", "open", "what it presupposes is not there"},
		{"for open for", "supported", "2 for, 0 against, 1 open"},
		{"against open", "contradicted", "0 for, 1 against, 1 open"},
		{"for against", "mixed", "1 for, 1 against"},
	} {
		var tests []Finding
		for _, o := range strings.Fields(k.outcomes) {
			tests = append(tests, Finding{Outcome: o})
		}
		if verdict, why := decide(tests); verdict != k.verdict || why != k.why {
			t.Errorf("%q: %s (%s), want %s (%s)", k.outcomes, verdict, why, k.verdict, k.why)
		}
	}
}

// TestImplicationsPage holds the committed page to the record.
func TestImplicationsPage(t *testing.T) {
	const path = "../docs/ots-implications.md"
	c := builtin(t, "ots")
	list, err := Implications(context.Background(), c, c.Horizon, 1)
	if err != nil {
		t.Fatal(err)
	}
	var page bytes.Buffer
	if err := ImplicationsMarkdown(&page, c, c.Horizon, list); err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile(path, page.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	committed, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(committed, page.Bytes()) {
		t.Errorf("%s is not what entente implications --markdown writes; look at the change, then run make golden", path)
	}
	for _, im := range list {
		if len(im.Tests) == 0 || im.Change == "" {
			t.Errorf("%s has no test, or nothing that would change it", im.ID)
		}
		for _, found := range im.Tests {
			if found.Asks == found.Test {
				t.Errorf("%s: the test %q is not put into words", im.ID, found.Test)
			}
		}
	}
}

// TestBriefOwnWordsDecideNothing: in no built-in case does a stance that rests on
// the founding document alone support an implication.
func TestBriefOwnWordsDecideNothing(t *testing.T) {
	for _, name := range cases.Names() {
		c := builtin(t, name)
		basis := map[string]measure.Basis{}
		for _, s := range measure.Tolerance(c, c.Horizon) {
			basis[s.Posture] = s.Basis
		}
		list, err := Implications(context.Background(), c, c.Horizon, 1)
		if err != nil {
			t.Fatal(err)
		}
		for _, im := range list {
			for _, found := range im.Tests {
				id, stance := strings.CutPrefix(found.Test, "stance ")
				if stance && found.Outcome == "for" && (basis[id] == measure.Argued || basis[id] == measure.Inferred) {
					t.Errorf("%s: %q speaks for it and rests on %s", im.ID, found.Test, basis[id])
				}
			}
		}
		if b := build(t, c, c.Horizon); len(b.Implications) != len(c.Implications) {
			t.Errorf("%s: the brief holds %d of %d implications", name, len(b.Implications), len(c.Implications))
		}
	}
}
