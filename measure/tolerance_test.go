package measure_test

import (
	"math"
	"slices"
	"testing"

	"entente"
	"entente/measure"
)

// made builds a small case by hand: a group of three members, A, B and C, and an
// outside power P.
func made(t *testing.T, acts ...*entente.Act) *entente.Case {
	c := &entente.Case{Horizon: day(t, "2020-12-31"), Recorded: day(t, "2021-01-01")}
	c.Group.Code = "G"
	for _, code := range []string{"A", "B", "C"} {
		c.Group.Members = append(c.Group.Members, entente.Membership{Actor: code, Role: "member", Period: entente.Period{From: date(t, "2010")}})
		c.Actors = append(c.Actors, entente.Actor{Code: code, Name: code, Kind: entente.State})
	}
	c.Acts = acts
	return c
}

// deed is an act in the group's name unless its parties say otherwise.
func deed(t *testing.T, id, on string, kind entente.ActType, status entente.Status, parties string, domains ...entente.Domain) *entente.Act {
	a := &entente.Act{ID: id, Date: date(t, on), Title: id, Type: kind, Status: status, Domains: domains, Forum: "G", Force: entente.PoliticalForce, Confidence: entente.High}
	for _, r := range parties {
		a.Participants = append(a.Participants, entente.Participant{Actor: string(r)})
	}
	return a
}

func TestToleranceByHand(t *testing.T) {
	drill := deed(t, "drill", "2015-03-01", entente.Exercise, entente.Held, "ABC", entente.ExerciseDomain)
	said := deed(t, "said", "2015-03-21", entente.Statement, entente.Held, "PA", entente.Political)
	said.Sources = []string{"s1"}
	said.Forum = "bilateral"
	late := deed(t, "late", "2015-05-31", entente.Incident, entente.Held, "PB", entente.Political) // day 91
	before := deed(t, "before", "2014-02-01", entente.Meeting, entente.Held, "PC", entente.Political)
	other := deed(t, "other", "2015-03-10", entente.Meeting, entente.Held, "PQ", entente.Political) // with a stranger
	pact := deed(t, "pact", "2020-11-01", entente.Treaty, entente.Proposed, "ABC", entente.Political)
	pact.ObligationsUnknown = true
	aid := deed(t, "aid", "2018", entente.Treaty, entente.InForce, "ABC", entente.Political)
	aid.Force, aid.Obligations = entente.Binding, []entente.Obligation{entente.Defense}
	c := made(t, before, drill, other, said, late, aid, pact)
	c.Sources = []entente.Source{{ID: "s1"}, {ID: "s2", Date: date(t, "2012-05")}, {ID: "s3", Date: date(t, "2019")}}
	c.Postures = []entente.Posture{
		{ID: "ok-drills", Power: "P", Form: "drills", Domains: []entente.Domain{entente.ExerciseDomain}, Force: entente.PoliticalForce, Obligation: entente.NoObligation, Stance: entente.Tolerate, Brief: true},
		{ID: "no-military", Power: "P", Form: "any military role", Stance: entente.Oppose, Sources: []string{"s1"}},
		{ID: "no-pact", Power: "P", Form: "a duty to consult", Domains: []entente.Domain{entente.Political}, Force: entente.Binding, Obligation: entente.Consultation, Stance: entente.Wary, Sources: []string{"s3", "s2"}},
		{ID: "q-later", Power: "Q", Form: "anything", Stance: entente.Oppose, Sources: []string{"s3"}},
	}
	stands := measure.Tolerance(c, day(t, "2020-12-01"))
	if len(stands) != 4 {
		t.Fatalf("%d stands", len(stands))
	}
	drills, military, consult := stands[0], stands[1], stands[2]

	if drills.Basis != measure.Argued || drills.Confidence != entente.Low || !drills.Date.IsZero() {
		t.Errorf("a stance of the founding document alone: %s, %s, %s", drills.Basis, drills.Confidence, drills.Date)
	}
	if military.Basis != measure.Voiced || military.Confidence != entente.High || military.Date.String() != "2015-03-21" || !slices.Equal(military.Voiced, []string{"said"}) {
		t.Errorf("a stance voiced by an act: %s, %s, %s, %v", military.Basis, military.Confidence, military.Date, military.Voiced)
	}
	if consult.Basis != measure.Reported || consult.Confidence != entente.Medium || consult.Date.String() != "2012-05" {
		t.Errorf("a reported stance: %s, %s, %s", consult.Basis, consult.Confidence, consult.Date)
	}

	// The drill is tolerated by one posture and crosses the other: both are shown.
	if !slices.Equal(drills.Done(), []string{"drill"}) || drills.Acts[0].Effect != measure.Within || !slices.Equal(drills.Contradicts, []string{"no-military"}) {
		t.Errorf("tolerated: %+v", drills)
	}
	if !slices.Equal(military.Done(), []string{"drill"}) || military.Acts[0].Effect != measure.Crosses || military.Since != drill.Date || !slices.Equal(military.Contradicts, []string{"ok-drills"}) {
		t.Errorf("crossed: %+v", military)
	}
	// Only the statement with a member within 90 days is a candidate.
	x := military.Acts[0]
	if !x.Before || len(x.Responses) != 1 || x.Responses[0].Act != "said" || x.Responses[0].Days != 20 || x.DaysSeen != 90 {
		t.Errorf("responses: %+v", x)
	}
	// One act in the 730 days before, in windows of 90 days.
	if want := 90.0 / 730; math.Abs(x.Usual-want) > 1e-12 {
		t.Errorf("usual %v, want %v", x.Usual, want)
	}

	// The defence treaty lies beyond a line drawn at consultation; the draft may.
	if !slices.Equal(consult.Done(), []string{"aid"}) || !slices.Equal(consult.Proposed(), []string{"pact"}) {
		t.Fatalf("a line at consultation concerns %v and %v", consult.Done(), consult.Proposed())
	}
	if consult.Acts[0].May || consult.Acts[0].Unsought == "" || !consult.Acts[1].May || consult.Acts[1].DaysSeen != 30 || consult.Acts[0].Effect != measure.Strains {
		t.Errorf("%+v", consult.Acts)
	}
}

// TestOwnDeeds: what was done or said to a power is no deed of its own.
func TestOwnDeeds(t *testing.T) {
	drill := deed(t, "drill", "2015-03-01", entente.Exercise, entente.Held, "ABC", entente.ExerciseDomain)
	with := func(id string, kind entente.ActType, roles ...string) *entente.Act {
		a := deed(t, id, "2015-03-02", kind, entente.Held, "PA", entente.Political)
		for i, r := range roles {
			a.Participants[i].Role = r
		}
		return a
	}
	c := made(t, drill, with("hit", entente.Incident, "victim"), with("hit-by", entente.Incident, "", "attacker"), with("clash", entente.Incident),
		with("struck", entente.Incident, "origin", "victim"), with("told", entente.Statement, "criticised", "speaker"), with("said", entente.Statement, "speaker"), with("met", entente.Meeting, "guest", "host"))
	c.Postures = []entente.Posture{{ID: "p", Power: "P", Form: "drills", Stance: entente.Oppose}}
	var got []string
	for _, r := range measure.Tolerance(c, day(t, "2016-01-01"))[0].Acts[0].Responses {
		got = append(got, r.Act)
	}
	if want := []string{"clash", "struck", "said", "met"}; !slices.Equal(got, want) {
		t.Errorf("own deeds %v, want %v", got, want)
	}
}

func TestToleranceAsOf(t *testing.T) {
	drill := deed(t, "drill", "2015-03-01", entente.Exercise, entente.Held, "ABC", entente.ExerciseDomain)
	c := made(t, drill)
	c.Sources = []entente.Source{{ID: "s", Date: date(t, "2016-06")}}
	c.Postures = []entente.Posture{{ID: "p", Power: "P", Form: "drills", Stance: entente.Oppose, Sources: []string{"s"}}}
	if stands := measure.Tolerance(c, day(t, "2016-05-31")); len(stands) != 0 {
		t.Errorf("a stance not yet voiced is in view: %+v", stands)
	}
	stands := measure.Tolerance(c, day(t, "2016-06-01"))
	if len(stands) != 1 || !slices.Equal(stands[0].Done(), []string{"drill"}) {
		t.Errorf("an act before the stance was voiced is part of its history: %+v", stands)
	}
	c.KnownAt = day(t, "2016-05-31")
	if stands := measure.Tolerance(c, day(t, "2020-01-01")); len(stands) != 0 {
		t.Errorf("a stance that nobody could know yet is in view: %+v", stands)
	}
	if got := measure.Tolerance(made(t), day(t, "2020-01-01")); got == nil || len(got) != 0 {
		t.Errorf("a case without postures: %v", got)
	}
}

// TestToleranceOfTurkicStates holds the built-in case to what its sources say.
func TestToleranceOfTurkicStates(t *testing.T) {
	c := builtin(t, "ots")
	stands := map[string]measure.Stand{}
	for _, s := range measure.Tolerance(c, c.Horizon) {
		stands[s.Posture] = s
	}
	lavrov := stands["rus-military"]
	if lavrov.Basis != measure.Voiced || lavrov.Date.String() != "2021-12" || !slices.Contains(lavrov.Voiced, "ru-2021-lavrov") {
		t.Errorf("Lavrov's words: %s, %s, %v", lavrov.Basis, lavrov.Date, lavrov.Voiced)
	}
	for _, id := range []string{"rus-industry", "rus-training", "rus-exercise"} {
		if !slices.Contains(stands[id].Contradicts, "rus-military") || !slices.Contains(lavrov.Contradicts, id) {
			t.Errorf("%s and rus-military are not both shown: %v, %v", id, stands[id].Contradicts, lavrov.Contradicts)
		}
	}
	if s := stands["rus-defense"]; len(s.Done()) != 0 || !slices.Equal(s.Proposed(), []string{"ots-2025-treaty-proposal"}) || !s.Acts[0].May {
		t.Errorf("the line at collective defence: %+v", s)
	}
	if s := stands["eu-trnc"]; s.Since.String() != "2022-11-11" || !slices.ContainsFunc(s.Acts[0].Responses, func(r measure.Response) bool { return r.Act == "eu-2022-trnc" && r.Days == 1 }) {
		t.Errorf("the TRNC as observer: %+v", s)
	}
}

func BenchmarkTolerance(b *testing.B) {
	c := builtin(b, "ots")
	for b.Loop() {
		measure.Tolerance(c, c.Horizon)
	}
}
