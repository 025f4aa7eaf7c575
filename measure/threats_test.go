package measure_test

import (
	"slices"
	"testing"

	"entente"
	"entente/measure"
)

func TestExposuresByHand(t *testing.T) {
	old := deed(t, "old", "2009-12-30", entente.Agreement, entente.InForce, "ABC", entente.Border) // more than ten years before
	talk := deed(t, "talk", "2012", entente.Meeting, entente.Held, "ABC", entente.Border, entente.Cyber)
	pair := deed(t, "pair", "2014", entente.Agreement, entente.InForce, "AB", entente.Border)
	pair.Forum = "bilateral"
	ended := deed(t, "ended", "2015", entente.Exercise, entente.Terminated, "ABC", entente.Cyber)
	planned := deed(t, "planned", "2016", entente.Exercise, entente.Announced, "ABC", entente.Border)
	both := deed(t, "both", "2017", entente.Exercise, entente.Held, "ABC", entente.Cyber)
	stranger := deed(t, "stranger", "2018", entente.Exercise, entente.Held, "AQ", entente.Border)
	c := made(t, old, talk, pair, ended, planned, both, stranger)
	c.Threats = []entente.Threat{
		{ID: "raid", Name: "Raids", Origin: []string{"Q"}, Exposed: []string{"A", "B", "Q"}, Responses: []entente.Domain{entente.Border, entente.Political}},
		{ID: "hack", Name: "Hacks", Origin: []string{"B"}, Exposed: []string{"A", "B", "C"}, Responses: []entente.Domain{entente.Border, entente.Cyber}},
		{ID: "alone", Name: "One state", Exposed: []string{"C"}, Responses: []entente.Domain{entente.Border}},
		{ID: "talk", Name: "Only words", Exposed: []string{"A"}, Responses: []entente.Domain{entente.Political}},
	}
	got := measure.Exposures(c, day(t, "2020-12-31"))
	want := []struct {
		threat, state string
		form          measure.AnswerForm
		since         string
		acts          []string
		inGroup       bool
	}{
		{"raid", "A", measure.JointBilateral, "2014", []string{"pair"}, false},
		{"raid", "B", measure.JointBilateral, "2014", []string{"pair"}, false},
		{"hack", "A", measure.JointMultilateral, "2017", []string{"both"}, true},
		{"hack", "B", measure.JointMultilateral, "2017", []string{"both"}, true},
		{"hack", "C", measure.JointMultilateral, "2017", []string{"both"}, true},
		{"alone", "C", measure.NoAnswer, "", []string{}, false},
		{"talk", "A", measure.NotScored, "", []string{}, false},
	}
	if len(got) != len(want) {
		t.Fatalf("%d exposures, want %d: %+v", len(got), len(want), got)
	}
	for i, w := range want {
		e := got[i]
		if e.Threat != w.threat || e.State != w.state || e.Form != w.form || e.Since.String() != w.since || !slices.Equal(e.Acts, w.acts) || e.InGroup != w.inGroup || e.Origin != (w.threat == "hack") {
			t.Errorf("%d: %+v, want %+v", i, e, w)
		}
	}
	// The domains of C against hacks: talk about borders, a drill in cyber work.
	byDomain := got[4].Answers
	if byDomain[0].Form != measure.TalkOnly || byDomain[0].Since.String() != "2012" || byDomain[1].Form != measure.JointMultilateral {
		t.Errorf("by domain: %+v", byDomain)
	}
	if political := got[0].Answers[1]; political.Form != measure.NotScored || len(political.Acts) != 0 {
		t.Errorf("political talk counts as an answer: %+v", political)
	}
	if e := measure.Exposures(made(t), day(t, "2020-12-31")); e == nil || len(e) != 0 {
		t.Errorf("a case without threats: %v", e)
	}
}

func BenchmarkExposures(b *testing.B) {
	c := builtin(b, "ots")
	for b.Loop() {
		measure.Exposures(c, c.Horizon)
	}
}
