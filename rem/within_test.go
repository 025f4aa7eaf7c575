package rem

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// meetings are events of pairs that have a tie in a layer at the time, which comes and
// goes; one actor leaves for a while.
func meetings(directed bool) *Data {
	random := rand.New(rand.NewPCG(6, 6))
	d := &Data{Actors: []string{"A", "B", "C", "D", "E", "F"}, Layers: []Layer{{Name: "may", Directed: directed, Replace: true}},
		Presence: []PresenceChange{{10, 4, false}, {22, 4, true}}}
	tie := map[[2]int32]bool{}
	set := func(time float64, i, j int32, on bool) {
		e := Event{Time: time, From: []int32{i}, To: []int32{j}, Value: one(on)}
		if !directed {
			e.From, e.To = []int32{i, j}, nil
			tie[[2]int32{j, i}] = on
		}
		tie[[2]int32{i, j}] = on
		d.Layers[0].Events = append(d.Layers[0].Events, e)
	}
	for i := range int32(6) {
		for j := range int32(6) {
			if i != j && random.IntN(2) == 0 {
				set(0, i, j, true)
			}
		}
	}
	for k := range 40 {
		time := float64(k + 1)
		for {
			i, j := random.Int32N(6), random.Int32N(6)
			if away := k+1 >= 10 && k+1 < 22; i == j || !tie[[2]int32{i, j}] || away && (i == 4 || j == 4) {
				continue
			}
			e := Event{Time: time, From: []int32{i}, To: []int32{j}, Value: 1}
			if !directed {
				e.From, e.To = []int32{i, j}, nil
			}
			d.Events = append(d.Events, e)
			break
		}
		if i, j := random.Int32N(6), random.Int32N(6); i != j && k%3 == 0 {
			set(time+.5, i, j, !tie[[2]int32{i, j}])
		}
	}
	return d
}

// The likelihood within a layer, from the list of what happened; the same with as many
// controls as there are alternatives.
func TestLikelihoodWithinALayer(t *testing.T) {
	const theta = .4
	for name, m := range map[string]Model{
		"directed": {Family: REM, Directed: true}, "undirected": {Family: REM}, "choice": {Family: Choice}, "agreement": {Family: Coordination},
	} {
		data := meetings(m.Directed || m.Family == Choice)
		m.RiskSet.Within = "may"
		m.Terms = []Term{{Term: "inertia", Weighted: true}}
		want := 0.0
		for k, e := range data.Events {
			i, j := pairOf(&e)
			tied := func(i, j int32) bool {
				on := false
				for _, c := range data.Layers[0].Events {
					a, b := pairOf(&c)
					if c.Time < e.Time && (a == i && b == j || !data.Layers[0].Directed && a == j && b == i) {
						on = c.Value != 0
					}
				}
				return on && (e.Time < 10 || e.Time >= 22 || i != 4 && j != 4)
			}
			rate := func(i, j int32) float64 {
				n := 0.0
				for _, o := range data.Events[:k] {
					if a, b := pairOf(&o); a == i && b == j || len(o.To) == 0 && a == j && b == i {
						n++
					}
				}
				return math.Exp(theta * n)
			}
			choice := func(i, j int32) float64 {
				total := 0.0
				for o := range int32(6) {
					if o != i && tied(i, o) {
						total += rate(i, o)
					}
				}
				return rate(i, j) / total
			}
			unit := rate
			if m.Family == Coordination {
				unit = func(i, j int32) float64 { return choice(i, j) * choice(j, i) }
			}
			total := 0.0
			for a := range int32(6) {
				for b := range int32(6) {
					if a == b || !tied(a, b) || m.Family == Choice && a != i || len(e.To) == 0 && a > b {
						continue
					}
					total += unit(a, b)
				}
			}
			want += math.Log(unit(i, j) / total)
		}
		for _, controls := range []int{0, 100} {
			if m.RiskSet.Controls = controls; controls > 0 && m.Family == Coordination {
				continue
			}
			d, err := Prepare(t.Context(), data, &m)
			if err != nil {
				t.Fatal(name, err)
			}
			if got, _, _ := d.LogLikelihood([]float64{theta}); math.Abs(got-want) > 1e-9 {
				t.Errorf("%s, %d controls: log-likelihood %v, by hand %v", name, controls, got, want)
			}
		}
		if m.Family == Coordination {
			continue
		}
		m.RiskSet.Controls = 2
		d, err := Prepare(t.Context(), data, &m)
		if err != nil {
			t.Fatal(err)
		}
		if err := d.Each(t.Context(), func(now *Moment) error {
			for k := range now.Rows() {
				from, to := now.Actors(k)
				both := slices.Concat(from, to)
				on := false
				for _, c := range data.Layers[0].Events {
					a, b := pairOf(&c)
					if c.Time < now.Time && (a == both[0] && b == both[1] || !data.Layers[0].Directed && a == both[1] && b == both[0]) {
						on = c.Value != 0
					}
				}
				if !on || m.Family == Choice && from[0] != data.Events[now.Event].From[0] {
					t.Errorf("%s, event %d: %v was drawn", name, now.Event, both)
				}
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
	}
}

// A run stays within its layer, and with waiting times the pairs that are not at risk
// take no part in the rate.
func TestSimulateWithinALayer(t *testing.T) {
	data := meetings(true)
	data.Presence, data.Layers[0].Events = nil, []Event{
		{Time: 0, From: []int32{0}, To: []int32{1}, Value: 1}, {Time: 0, From: []int32{2}, To: []int32{3}, Value: 1}}
	data.Events = []Event{{Time: 1, From: []int32{0}, To: []int32{1}, Value: 1}}
	zero := 0.0
	d, err := Prepare(t.Context(), data, &Model{Family: REM, Directed: true, Interval: true, RiskSet: RiskSet{Within: "may"}, Terms: []Term{{Term: "intercept"}}, Conventions: Conventions{Origin: &zero}})
	if err != nil {
		t.Fatal(err)
	}
	s := Simulation{Design: d, Theta: []float64{math.Log(3)}, After: 1, Until: 201, Seed: 1}
	events, err := s.Run(t.Context(), 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range events {
		if i, j := pairOf(&e); (i != 0 || j != 1) && (i != 2 || j != 3) {
			t.Fatalf("%d acts towards %d", i, j)
		}
	}
	if n := float64(len(events)); math.Abs(n-1200) > 3.5*math.Sqrt(1200) {
		t.Errorf("%v events of 2 pairs at rate 3 in 200", n)
	}
}

// Within "active" are the pairs that ever act.
func TestWithinActivePairs(t *testing.T) {
	tables := map[string]string{"actors.csv": "id\nA\nB\nC\nD\n", "events.csv": "time,sender,receiver\n1,A,B\n2,B,A\n3,A,B\n4,C,D\n5,A,B\n"}
	const head = "model: rem\ndirected: true\nactors: {file: actors.csv}\nevents: {file: events.csv}\nterms: [{term: inertia}]\n"
	d, _, err := fitText(t, tables, head+"risk_set: {within: active}\n", Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Each(t.Context(), func(m *Moment) error {
		if m.Rows() != 3 {
			t.Errorf("%d pairs at risk", m.Rows())
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]string{
		head + "risk_set: {within: roads}\n":                                     `risk_set: within: there is no layer "roads"`,
		head + "risk_set: {within: events}\n":                                    "nobody could act for the first time",
		strings.Replace(head, "rem", "rate", 1) + "risk_set: {within: active}\n": "not of a rate model",
		strings.Replace(head, "directed: true\n", "", 1) + "layers: {roads: {start: roads.csv, directed: true}}\nrisk_set: {within: roads}\n": "the pairs of the model have no direction and the layer has one",
		head + "layers: {roads: {start: roads.csv, directed: true}}\nrisk_set: {within: roads}\n":                                             "at time 2: the two have no tie then",
		head + "layers: {roads: {start: roads.csv, directed: true}}\nrisk_set: {within: roads, controls: 2}\n":                                "at time 2: the two have no tie then",
	} {
		tables["roads.csv"] = "sender,receiver,value\nA,B,1\nB,C,1\nC,D,1\n"
		if _, _, err := fitText(t, tables, text, Options{}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
		}
	}
}
