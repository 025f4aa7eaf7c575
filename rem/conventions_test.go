package rem

import (
	"bytes"
	"compress/gzip"
	"strings"
	"testing"
)

// At 0.4 the event of 0.3 is in a window of 0.1 where 0.3 + 0.1 is compared, and is not
// where 0.4 - 0.1 is, which decimals make a little more than 0.3.
func TestWindowAtItsVeryAge(t *testing.T) {
	for _, c := range []struct {
		conventions Conventions
		window      float64
		want        float64
	}{
		{Conventions{}, 0.1, 1},
		{Conventions{SplitAtEvents: true}, 0.1, 0},
		{Conventions{SplitAtEvents: true}, 0.10000001, 1},
		{Conventions{}, 0.09999999, 0},
	} {
		data := &Data{Actors: []string{"A", "B", "C"}, Events: []Event{
			{Time: 0.3, From: []int32{0}, To: []int32{1}, Value: 1}, {Time: 0.4, From: []int32{0}, To: []int32{1}, Value: 1}}}
		d, err := Prepare(t.Context(), data, &Model{Family: REM, Directed: true, Conventions: c.conventions, Terms: []Term{{Term: "inertia", Window: c.window}}})
		if err != nil {
			t.Fatal(err)
		}
		var got float64
		if err := d.Each(t.Context(), func(m *Moment) error {
			got = m.Statistics(m.Observed)[0]
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		if got != c.want {
			t.Errorf("%+v, window %v: %v, not %v", c.conventions, c.window, got, c.want)
		}
	}
}

// Who is there from the time of an event on may act at it, by times and by numbers.
func TestPresentFromTheTimeOfAnEvent(t *testing.T) {
	for _, clock := range []string{"clock: times\n", "clock: numbers\n"} {
		tables := map[string]string{
			"actors.csv":   "id,present\nA,TRUE\nB,TRUE\nC,FALSE\n",
			"presence.csv": "time,node,replace\n2,C,TRUE\n",
			"events.csv":   "time,sender,receiver\n1,A,B\n2,A,C\n3,B,C\n4,C,A\n5,B,A\n6,A,B\n",
		}
		spec := clock + "model: rem\ndirected: true\nactors: {file: actors.csv, present: present}\npresence: presence.csv\nevents: {file: events.csv}\nterms: [{term: inertia}]\n"
		if _, _, err := fitText(t, tables, spec, Options{Ridge: 1}); err != nil {
			t.Error(clock, err)
		}
		if _, _, err := fitText(t, tables, "presence_from: after\n"+spec, Options{Ridge: 1}); err == nil || !strings.Contains(err.Error(), "C") {
			t.Errorf("%s: %v, not that C is away", clock, err)
		}
	}
}

// What changes at the time of an event holds for it or only after it, by changes_from.
func TestChangesAtTheTimeOfAnEvent(t *testing.T) {
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	if _, err := z.Write([]byte("time,sender,receiver,value\n2,A,C,5\n")); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	for _, family := range []string{"model: rem\ndirected: true\n", "model: rem\ndirected: true\nrisk_set: {controls: 3}\n", "model: choice\n"} {
		for key, want := range map[string][2]float64{
			"":                                      {1, 0},
			"changes_from: time\n":                  {7, 5},
			"like: remstats\n":                      {7, 5},
			"like: remstats\nchanges_from: after\n": {1, 0},
		} {
			design, _, err := fitText(t, map[string]string{
				"actors.csv":   "id,wealth\nA,1\nB,1\nC,1\nD,2\n",
				"wealth.csv":   "time,node,replace\n2,C,7\n",
				"roads.csv.gz": packed.String(),
				"events.csv":   "time,sender,receiver\n1,A,B\n2,A,C\n3,B,C\n4,C,D\n5,B,A\n6,D,B\n",
			}, key+family+`actors: {file: actors.csv, covariates: [wealth]}
covariates: {wealth: {file: wealth.csv}}
events: {file: events.csv}
layers: {roads: {file: roads.csv.gz, value: value, replace: true, directed: true}}
terms: [{term: alter, attr: wealth}, {term: tie, on: roads, weighted: true}]
`, Options{Ridge: 1})
			if err != nil {
				t.Fatal(err)
			}
			if err := design.Each(t.Context(), func(m *Moment) error {
				if x := m.Statistics(m.Observed); m.Event == 1 && (x[0] != want[0] || x[1] != want[1]) {
					t.Errorf("%s%s: %v, not %v", key, family, x, want)
				}
				return nil
			}); err != nil {
				t.Fatal(err)
			}
		}
	}
}
