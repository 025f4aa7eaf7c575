package rem

import (
	"strings"
	"testing"

	"entente"
	"entente/cases"
	"entente/ledger"
)

// statisticsOf are the statistics of the last event, as it happened.
func statisticsOf(t *testing.T, d *Design) (last []float64) {
	t.Helper()
	if err := d.Each(t.Context(), func(m *Moment) error {
		last = append(last[:0], m.Statistics(m.Observed)...)
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	return last
}

// The kind of act is a column of a table; a term may read some kinds alone.
func TestKindsOfAct(t *testing.T) {
	actors := writeText(t, "actors.csv", "name\nA\nB\nC\n")
	events := writeText(t, "events.csv", "time,sender,receiver,what\n1,A,B,visit\n2,A,B,treaty\n3,B,A,visit\n4,A,C,visit\n5,A,B,visit\n6,A,B,treaty\n")
	layer := writeText(t, "layer.csv", "time,sender,receiver,sort\n1,A,B,treaty\n2,A,B,loan\n3,A,B,loan\n")
	text := "model: rem\ndirected: true\nactors: {file: " + actors + "}\nevents: {file: " + events + ", kind: what}\n" +
		"layers:\n  money: {file: " + layer + ", kind: sort, directed: true}\nterms:\n" +
		"  - {term: inertia, weighted: true}\n  - {term: inertia, weighted: true, kinds: visit}\n  - {term: inertia, weighted: true, kinds: [treaty]}\n" +
		"  - {term: inertia, weighted: true, kinds: [visit, treaty], window: 3}\n  - {term: inertia, on: money, weighted: true, kinds: loan}\n  - {term: outdeg, of: sender, kinds: treaty}\n"
	load := func(text string) (*Data, *Model, error) { return Load(writeText(t, "spec.yaml", text), nil, 0, 1) }
	data, m, err := load(text)
	if err != nil {
		t.Fatal(err)
	}
	d, err := Prepare(t.Context(), data, m)
	if err != nil {
		t.Fatal(err)
	}
	got := statisticsOf(t, d)
	for k, want := range []float64{3, 2, 1, 1, 2, 1} {
		if got[k] != want {
			t.Errorf("%s: %v, by hand %v", d.Terms[k], got[k], want)
		}
	}
	if d.Terms[1] != "inertia(visit, weighted)" {
		t.Errorf("the term is called %s", d.Terms[1])
	}
	if data, m, err = load(strings.Replace(text, "kinds: visit", "kinds: war", 1)); err == nil {
		_, err = Prepare(t.Context(), data, m)
	}
	if err == nil || !strings.Contains(err.Error(), `there is no kind of act "war"; there are visit, treaty, loan`) {
		t.Errorf("an unknown kind: %v", err)
	}
	if _, _, err := load(strings.Replace(text, "kind: what", "kind: sort", 1)); err == nil || !strings.Contains(err.Error(), `no column "sort"`) {
		t.Errorf("an unknown column: %v", err)
	}
	run := Simulation{Design: d, Theta: make([]float64, len(d.Terms)), After: 6, Events: 3}
	if events, err := run.Run(t.Context(), 1); err != nil || len(events) != 3 {
		t.Errorf("a run with kinds: %d events, %v", len(events), err)
	}
}

// In a case the kind is the type of act.
func TestKindsOfActsOfTheCase(t *testing.T) {
	folder, err := cases.FS("ots")
	if err != nil {
		t.Fatal(err)
	}
	c, err := ledger.Load(t.Context(), folder, ledger.Options{})
	if err != nil {
		t.Fatal(err)
	}
	path := writeText(t, "spec.yaml", "model: hyper\nevents: {case: cooperation}\nties: exclude\nrisk_set: {controls: 5}\nterms:\n  - {term: subrep, order: 2}\n  - {term: subrep, order: 2, kinds: meeting}\n  - {term: subrep, order: 2, kinds: exercise}\n")
	data, m, err := Load(path, c, c.Horizon, 1)
	if err != nil {
		t.Fatal(err)
	}
	d, err := Prepare(t.Context(), data, m)
	if err != nil {
		t.Fatal(err)
	}
	got := statisticsOf(t, d)
	last := data.Events[len(data.Events)-1]
	pairs, before := 0.0, map[string]float64{}
	for i, a := range last.From {
		for _, b := range last.From[i+1:] {
			pairs++
			for _, e := range data.Events {
				if shares([]int32{a, b}, e.From) == 2 && e.Time < last.Time {
					before[""]++
					before[string(c.Act(e.ID).Type)]++
				}
			}
		}
	}
	for k, kind := range []entente.ActType{"", entente.Meeting, entente.Exercise} {
		if want := before[string(kind)] / pairs; got[k] != want || want == 0 {
			t.Errorf("%s: %v, counted %v", d.Terms[k], got[k], want)
		}
	}
}
