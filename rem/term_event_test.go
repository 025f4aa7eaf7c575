package rem

import (
	"math"
	"strings"
	"testing"
)

// A covariate of events follows its rows as they are sorted by time; with waiting times
// its coefficient is the ratio of two rates.
func TestCovariateOfEvents(t *testing.T) {
	tables := map[string]string{
		"actors.csv": "id\nA\nB\n",
		// In a crisis 3 events in 1 + 1 + 2, otherwise 2 in 4 + 8.
		"events.csv": "time,sender,receiver,crisis\n1,A,B,1\n14,B,A,0\n2,B,A,1\n6,A,B,0\n16,A,B,1\n",
		"tied.csv":   "time,sender,receiver,crisis\n1,A,B,1\n1,B,A,0\n2,A,B,\n",
	}
	const head = "model: rem\ndirected: true\ntiming: interval\norigin: 0\nactors: {file: actors.csv}\nevents: {file: events.csv, covariates: [crisis]}\n"
	d, fit, err := fitText(t, tables, head+"terms: [{term: intercept}, {term: event, attr: crisis}]\n", Options{})
	if err != nil {
		t.Fatal(err)
	}
	calm, crisis := math.Log(2/12./2), math.Log(3/4./2)
	if a, b := fit.Terms[0].Estimate, fit.Terms[1].Estimate; math.Abs(a-calm) > 1e-8 || math.Abs(b-(crisis-calm)) > 1e-8 {
		t.Errorf("%v and %v, by hand %v and %v", a, b, calm, crisis-calm)
	}
	s := Simulation{Design: d, Theta: fit.Theta(), After: 16, Events: 3}
	if _, err := s.Run(t.Context(), 0); err == nil || !strings.Contains(err.Error(), "not known of events to come") {
		t.Errorf("a run into unknown times: %v", err)
	}
	for text, want := range map[string]string{
		head + "terms: [{term: intercept}, {term: event, attr: war}]\n":                                                `events have no covariate "war"; they have crisis`,
		strings.Replace(head, "[crisis]", "war", 1) + "terms: [{term: intercept}]\n":                                   `events.csv has no column "war"`,
		strings.Replace(head, "timing: interval\n", "", 1) + "terms: [{term: event, attr: crisis}]\n":                  "event(crisis) never differs",
		strings.Replace(head, "events.csv", "tied.csv", 1) + "terms: [{term: intercept}, {term: event, attr: crisis}]": "differs between events tied.csv:2 and tied.csv:3 of one time",
	} {
		if _, _, err := fitText(t, tables, text, Options{}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
		}
	}
}

// In a product it says when a statistic counts for more; where each event has rows of
// its own, so do events of one time.
func TestCovariateOfSets(t *testing.T) {
	data := setData()
	data.Events[6].Time = data.Events[5].Time
	data.Marks = []Mark{{"crisis", []float64{0, 0, 1, 0, 2, 3, 5}}}
	crisis := Term{Term: "event", Attr: []string{"crisis"}}
	d, err := Prepare(t.Context(), &data, &Model{Family: Hyper, RiskSet: RiskSet{Controls: 2}, Terms: []Term{{Term: "activity"}, {Product: []Term{crisis, {Term: "activity"}}}}})
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Each(t.Context(), func(m *Moment) error {
		for r := range m.Rows() {
			if x := m.Statistics(r); x[1] != x[0]*data.Marks[0].Values[m.Event] {
				t.Errorf("event %d: %v", m.Event, x)
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
}
