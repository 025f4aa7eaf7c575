package rem

import (
	"bytes"
	"compress/gzip"
	"slices"
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
		if _, _, err := fitText(t, tables, "presence_from: after\n"+spec, Options{Ridge: 1}); err == nil || !strings.Contains(err.Error(), "C (who enters at") {
			t.Errorf("%s: %v, not that C is away", clock, err)
		}
	}
}

// Events that all happen when the clock starts tell nothing of their rate.
func TestNoTimePasses(t *testing.T) {
	for _, controls := range []string{"", "risk_set: {controls: 2}\n"} {
		_, _, err := fitText(t, map[string]string{"actors.csv": "id\nA\nB\nC\n", "events.csv": "time,sender,receiver\n1,A,B\n1,B,C\n1,C,A\n"},
			controls+"model: rem\ndirected: true\ntiming: interval\nactors: {file: actors.csv}\nevents: {file: events.csv}\nterms: [{term: intercept}]\n", Options{})
		if err == nil || !strings.Contains(err.Error(), "no time passes") {
			t.Errorf("%s: %v", controls, err)
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

var afterTables = map[string]string{
	"actors.csv":   "name,age,present\na,1,TRUE\nb,2,TRUE\nc,4,TRUE\nd,7,FALSE\n",
	"ages.csv":     "time,node,replace\n3,a,10\n",
	"closer.csv":   "time,sender,receiver,value\n3,a,b,5\n",
	"presence.csv": "time,node,replace\n3,d,TRUE\n",
	"acts.csv":     "time,sender,receiver\n1,a,b\n2,b,c\n3,d,a\n5,a,b\n5.5,c,d\n8,b,a\n",
}

func afterSpec(keys string) string {
	return "model: rem\ndirected: true\n" + keys + `actors: {file: actors.csv, id: name, present: present, covariates: [age]}
presence: presence.csv
covariates: {age: {file: ages.csv}}
layers: {closer: {file: closer.csv, value: value, replace: true, directed: true}}
events: {file: acts.csv}
terms:
  - {term: inertia, weighted: true}
  - {term: receive, attr: age}
  - {term: tie, on: closer, weighted: true}
`
}

func momentsOf(t *testing.T, keys string) (rows [][]float64, waits []float64) {
	t.Helper()
	d, _, err := fitText(t, afterTables, afterSpec(keys), Options{Ridge: 1})
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Each(t.Context(), func(m *Moment) error {
		var all []float64
		for r := range m.Rows() {
			all = append(all, m.Statistics(r)...)
		}
		rows, waits = append(rows, all), append(waits, m.Wait)
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	return rows, waits
}

// What is explained after a time has the alternatives and statistics that it has when all
// is explained; the first wait begins with the time.
func TestAfter(t *testing.T) {
	for _, keys := range []string{"timing: ordinal\n", "clock: numbers\n", "timing: interval\nintervals: events\norigin: 0\n", "timing: interval\norigin: 0\n"} {
		all, waits := momentsOf(t, keys)
		some, later := momentsOf(t, keys+"after: 5.25\n")
		if len(some) != 2 {
			t.Fatalf("%s: %d moments after 5.25, want 2", keys, len(some))
		}
		first := len(all) - 2
		for k := range some {
			if !slices.Equal(some[k], all[first+k]) {
				t.Errorf("%s: moment %d: got %v, want %v", keys, k, some[k], all[first+k])
			}
		}
		if strings.Contains(keys, "interval\n") && (later[0] != 0.25 || later[1] != waits[first+1]) {
			t.Errorf("%s: waits %v, want 0.25 and %v", keys, later, waits[first+1])
		}
	}
	if _, waits := momentsOf(t, "timing: interval\norigin: 4\nafter: 3\n"); !slices.Equal(waits, []float64{1, .5, 2.5}) {
		t.Errorf("the clock starts at 4, and waits are %v", waits)
	}
	if _, _, err := fitText(t, afterTables, afterSpec("timing: interval\norigin: 4\n"), Options{}); err == nil || !strings.Contains(err.Error(), "acts.csv:2 at 1 is before the clock starts (origin: 4)") {
		t.Errorf("an event before the clock: got %v", err)
	}
	if _, _, err := fitText(t, afterTables, afterSpec("after: 8\n"), Options{}); err == nil || !strings.Contains(err.Error(), "no event is later than 8") {
		t.Errorf("nothing to explain: got %v", err)
	}
}

// Event 3 happens at the time of all changes: remstats's statistics know of them, and
// goldfish's do not. The presence of d, who acts then, is known to both, by whatever clock.
func TestChangesAndPresenceAtAnEvent(t *testing.T) {
	for keys, before := range map[string]bool{
		"timing: ordinal\n":                                 false,
		"clock: numbers\n":                                  false,
		"changes_from: time\n":                              true,
		"like: remstats\n":                                  true,
		"like: remstats\ntiming: interval\n":                true,
		"timing: interval\nchanges_from: time\norigin: 0\n": true,
		"like: remstats\nchanges_from: after\n":             false,
	} {
		rows, waits := momentsOf(t, keys)
		at := 2
		if len(rows) > 6 { // an interval ends where all changes, just before the event
			at = 3
			if waits[2] != 1 || waits[3] != 0 || slices.Contains(rows[2], 10) || slices.Contains(rows[2], 5) {
				t.Errorf("%s: waits %v at the change, rows before it %v", keys, waits[2:4], rows[2])
			}
		}
		if len(rows[at]) != 12*3 {
			t.Errorf("%s: %d values at the third event, want those of 12 pairs", keys, len(rows[at]))
		}
		if slices.Contains(rows[at], 10) != before || slices.Contains(rows[at], 5) != before {
			t.Errorf("%s: rows %v; changes at the time of the event known: want %v", keys, rows[at], before)
		}
		if !slices.Contains(rows[at+1], 10) || !slices.Contains(rows[at+1], 5) {
			t.Errorf("%s: after the event nothing has changed: %v", keys, rows[at+1])
		}
	}
}
