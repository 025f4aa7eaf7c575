package rem

import (
	"maps"
	"math"
	"slices"
	"testing"
)

// The statistics tables of remstats 4.1.0, cell by cell: eight events, every dyad.
func TestRemstatsStatistics(t *testing.T) {
	count := func(name string) Term {
		if len(name) == 3 {
			return Term{Term: name, Combine: "min"}
		}
		return Term{Term: name, Weighted: true}
	}
	directed := map[string]Term{
		"inertia": count("inertia"), "reciprocity": count("recip"), "indegreeReceiver": {Term: "indegreeReceiver"}, "outdegreeSender": {Term: "outdegreeSender"},
		"totaldegreeReceiver": {Term: "totaldegreeReceiver"}, "otp": count("otp"), "itp": count("itp"), "osp": count("osp"), "isp": count("isp"),
		"otp.unique": {Term: "otp"}, "psABBA": {Term: "psABBA"}, "psABBY": {Term: "psABBY"}, "recencyContinue": {Term: "recencyContinue"},
		"recencySendSender": {Term: "recencySendSender"}, "rrankSend": {Term: "rrankSend"}, "send_age": {Term: "send", Attr: []string{"age"}},
		"same_sex": {Term: "same", Attr: []string{"sex"}}, "difference_age": {Term: "difference", Attr: []string{"age"}},
	}
	undirected := map[string]Term{
		"inertia": count("inertia"), "degreeMin": count("degreeMin"), "degreeMax": count("degreeMax"), "degreeDiff": count("degreeDiff"), "sp": {Term: "sp", Combine: "min"},
		"sp.unique": {Term: "sp"}, "recencyContinue": {Term: "recencyContinue"}, "same_sex": directed["same_sex"], "difference_age": directed["difference_age"],
		"average_age": {Term: "average", Attr: []string{"age"}}, "psABAB": {Term: "psABAB"},
	}
	memory := func(window, halfLife float64) map[string]Term {
		terms := map[string]Term{}
		for _, name := range []string{"inertia", "reciprocity", "otp"} {
			term := directed[name]
			term.Window, term.HalfLife = window, halfLife
			terms[name] = term
		}
		return terms
	}
	for _, c := range []struct {
		file     string
		directed bool
		terms    map[string]Term
	}{
		{"directed_full", true, directed}, {"directed_decay30", true, memory(0, 30)}, {"directed_window30", true, memory(30, 0)}, {"undirected_full", false, undirected},
	} {
		t.Run(c.file, func(t *testing.T) {
			events, from, to := "testdata/remstats_undirected_events.csv", "actor1", "actor2"
			if c.directed {
				events = "testdata/remstats_directed_events.csv"
			}
			b := newTable(t, rows(t, "testdata/remstats_actors.csv"), "name", "age", "sex")
			b.data.Events = b.ties(rows(t, events), "actor1", "actor2", "", !c.directed)
			if c.directed {
				from, to = "sender", "receiver"
			}
			origin := 0.0
			m := &Model{Family: REM, Directed: c.directed, Interval: true, Conventions: Conventions{Ties: Ordered, DecayFromPrevious: true, SplitAtEvents: true, Origin: &origin}}
			columns := slices.Sorted(maps.Keys(c.terms))
			for _, name := range columns {
				term := c.terms[name]
				term.Name = name
				m.Terms = append(m.Terms, term)
			}
			d, err := Prepare(t.Context(), b.data, m)
			if err != nil {
				t.Fatal(err)
			}
			type cell struct {
				event    int
				from, to int32
			}
			want := map[cell]map[string]string{}
			for _, r := range rows(t, "testdata/remstats_"+c.file+".csv") {
				want[cell{int(number(t, r["event"])), b.at[r[from]], b.at[r[to]]}] = r
			}
			cells := 0
			if err := d.Each(t.Context(), func(mo *Moment) error {
				for k := range mo.Rows() {
					from, to := mo.Actors(k)
					at := cell{mo.Event + 1, from[0], 0}
					if c.directed {
						at.to = to[0]
					} else {
						at.to = from[1]
					}
					r, ok := want[at]
					if !ok {
						continue
					}
					for i, name := range columns {
						cells++
						if got, want := mo.Statistics(k)[i], number(t, r[name]); math.Abs(got-want) > 1e-11*max(1, math.Abs(want)) {
							t.Errorf("event %d, %v: %s is %v, published %v", at.event, at, name, got, want)
						}
					}
				}
				return nil
			}); err != nil {
				t.Fatal(err)
			}
			if cells != len(want)*len(columns) {
				t.Errorf("%d of %d cells were compared", cells, len(want)*len(columns))
			}
			t.Logf("%d cells", cells)
		})
	}
}
