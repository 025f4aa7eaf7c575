package rem

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
)

// valueAt70 is the value of a term for a set at time 70, after all events before it.
func valueAt70(t *testing.T, data Data, m Model, term Term, from, to []int32) float64 {
	t.Helper()
	data.Events = append(data.Events[:len(data.Events):len(data.Events)], Event{ID: "coming", Time: 70, From: from, To: to, Value: 1})
	m.Family = Hyper
	m.Terms = []Term{term}
	m.RiskSet.Given = make([][]Candidate, len(data.Events))
	d, err := Prepare(t.Context(), &data, &m)
	if err != nil {
		t.Fatal(err)
	}
	var value float64
	if err := d.Each(t.Context(), func(m *Moment) error {
		value = m.Statistics(0)[0]
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	return value
}

// Seven acts of six states, with values, a relation of pairs and a covariate.
func setData() Data {
	set := func(time, value float64, from ...int32) Event { return Event{Time: time, From: from, Value: value} }
	return Data{
		Actors: []string{"a", "b", "c", "d", "e", "f"},
		Events: []Event{
			set(0, 1, 0, 1), set(10, 3, 0, 1), set(20, 1, 0, 1, 2), set(30, 1, 1, 2, 3), set(40, 1, 0, 3, 4, 5), set(50, 1, 2, 4), set(60, 5, 5, 0),
		},
		Layers: []Layer{{Name: "roads", Start: []Cell{{0, 4, 2}, {4, 0, 2}, {2, 3, 1}}, Events: []Event{set(35, 1, 4, 1)}},
			{Name: "status", Replace: true, Start: []Cell{{0, 1, 3}, {1, 2, 1}}, Events: []Event{set(15, 2, 1, 0), set(45, 4, 0, 2), set(55, 0, 1, 2)}}},
		Covariates: []Covariate{
			{Name: "wealth", Start: []float64{1, 4, 6, 0, 2, 2}, Changes: []CovariateChange{{Time: 25, Actor: 0, Value: 3}}},
			{Name: "region", Start: []float64{1, 1, 2, 2, 2, 3}},
		},
	}
}

// Each term by hand. Values count an event as often as they say: a and b have acted
// together 1 + 3 + 1 times.
func TestTermsOfSets(t *testing.T) {
	abc := []int32{0, 1, 2}
	for _, c := range []struct {
		term Term
		set  []int32
		want float64
	}{
		{Term{Term: "size"}, abc, 3},
		// a: 1+3+1+1+5, b: 1+3+1+1, c: 1+1+1
		{Term{Term: "subrep", Order: 1}, abc, (11 + 6 + 3) / 3.},
		// ab 5, ac 1, bc 2
		{Term{Term: "subrep", Order: 2}, abc, 8 / 3.},
		{Term{Term: "subrep", Order: 2, Aggregate: "sum"}, abc, 8},
		{Term{Term: "subrep", Order: 2, Aggregate: "min"}, abc, 1},
		{Term{Term: "subrep", Order: 2, Aggregate: "max"}, abc, 5},
		{Term{Term: "subrep", Order: 2, Aggregate: "range"}, abc, 4},
		{Term{Term: "subrep", Order: 2, Aggregate: "sd"}, abc, math.Sqrt((49/9. + 25/9. + 4/9.) / 2)},
		{Term{Term: "subrep", Order: 2, Aggregate: "population_sd"}, abc, math.Sqrt((49/9. + 25/9. + 4/9.) / 3)},
		{Term{Term: "subrep", Order: 2, Aggregate: "sum", Transform: "geometric", Ratio: .5}, abc, 2 - 1/128.},
		{Term{Term: "subrep", Order: 2, Aggregate: "absdiff"}, abc, 8 / 3.},
		{Term{Term: "subrep", Order: 2, Aggregate: "sum_absdiff"}, abc, 8},
		{Term{Term: "subrep", Order: 2, Aggregate: "min"}, []int32{0, 1, 4}, 0}, // b and e never met
		{Term{Term: "subrep", Order: 3}, abc, 1},
		{Term{Term: "subrep", Order: 4}, abc, 0},
		// The four acts of a and b alone share just two with abc, and so does that of b, c and d.
		{Term{Term: "subrep", Order: 2, Exactly: true}, abc, (4 + 1) / 3.},
		{Term{Term: "subrep", Order: 1, Exactly: true, Aggregate: "sum"}, abc, 1 + 1 + 5},
		{Term{Term: "subrep", Order: 3, Exactly: true}, abc, 1},
		{Term{Term: "shared", Order: 2}, abc, 4 + 1 + 1},
		{Term{Term: "shared", Order: 1}, abc, 4 + 1 + 1 + 1 + 1 + 5},
		{Term{Term: "exactrep"}, []int32{1, 0}, 4},
		{Term{Term: "exactrep"}, abc, 1},
		// Four events with ab or ac or bc: two of one pair with values 1 and 3, abc three pairs, bcd one.
		{Term{Term: "success", Order: 2}, abc, (1 + 3 + 3 + 1) / (1 + 1 + 3 + 1.)},
		{Term{Term: "success", Order: 3}, []int32{0, 1, 3}, 0},
		// Common partners by the smaller count. ab: c min(1,2), d min(1,1); ac: b min(5,2),
		// d min(1,1), e min(1,1); bc: a min(5,1), d min(1,1).
		{Term{Term: "closure", Aggregate: "sum"}, abc, 2 * (2 + 4 + 2)},
		{Term{Term: "closure"}, abc, 8 / 3.},
		{Term{Term: "closure", Aggregate: "min"}, abc, 2},
		{Term{Term: "closure", Aggregate: "max"}, abc, 4},
		{Term{Term: "closure", Third: "max"}, abc, (1 + 2 + 1) / 3.},
		{Term{Term: "closure", Combine: "product", Third: "max", Aggregate: "sum"}, abc, 2 * (2 + 10 + 5)},
		{Term{Term: "closure", Combine: "unique"}, abc, (2 + 3 + 2) / 3.},
		{Term{Term: "closure", Combine: "product", Aggregate: "sum"}, abc, 2 * (2 + 1 + 10 + 1 + 1 + 5 + 1)},
		{Term{Term: "trans", Combine: "sum", Aggregate: "max"}, abc, 7 + 2 + 2},
		// a has acted with d and e (once each) and b (5), c (1), f (6); roads: d-c 1, e-a 2, e-b 1.
		// Ordered pairs of {a, c}: a..x by acts, x..c by road: d min(1,1); c by acts, a by road: e min(1,2).
		{Term{Term: "closure", On: []string{"", "roads"}, Aggregate: "sum"}, []int32{0, 2}, 2},
		{Term{Term: "closure", On: []string{"", "roads"}}, []int32{0, 2}, 1},
		{Term{Term: "closure", On: []string{"roads"}}, []int32{0, 1}, 1}, // e, min(2, 1)
		{Term{Term: "attribute", Attr: []string{"wealth"}}, abc, (3 + 4 + 6) / 3.},
		{Term{Term: "attribute", Attr: []string{"wealth"}, Aggregate: "range"}, abc, 3},
		{Term{Term: "attribute", Attr: []string{"region"}, Aggregate: "differ"}, abc, 2 / 3.},
		{Term{Term: "attribute", Attr: []string{"region"}, Aggregate: "same"}, []int32{5}, 0},
		{Term{Term: "same", Attr: []string{"region"}}, abc, 1 / 3.},
		{Term{Term: "heterophily", Attr: []string{"wealth"}}, abc, (1 + 3 + 2) / 3.},
		{Term{Term: "activity"}, abc, 20 / 3.},
		{Term{Term: "activity", Aggregate: "sd"}, []int32{1, 2}, math.Sqrt(4.5)},
		{Term{Term: "activity", On: []string{"roads"}}, []int32{0, 4}, (2 + 3) / 2.},
		{Term{Term: "pairactivity", Aggregate: "max"}, abc, 5},
		{Term{Term: "pairactivity", On: []string{"roads"}, Aggregate: "sum"}, []int32{0, 1, 4}, 3},
		{Term{Term: "subrep", Order: 2, On: []string{"roads"}, Aggregate: "sum"}, []int32{0, 1, 4}, 3},
		{Term{Term: "pairactivity", On: []string{"status"}}, abc, (2 + 4) / 3.},
		{Term{Term: "closure", On: []string{"status"}, Aggregate: "max"}, abc, 2}, // of b and c, by a
		{Term{Term: "bilateral"}, abc, 4 / 3.},
		{Term{Term: "multilateral"}, abc, (1 + 1 + 2) / 3.},
		{Term{Term: "bilateral", Aggregate: "sum"}, []int32{0, 2, 4, 5}, 1 + 5},
		{Term{Term: "subrep", Order: 2, Sizes: []int{3, 3}, Aggregate: "sum"}, []int32{0, 1, 2, 3}, 3 + 3},
		{Term{Term: "subrep", Order: 2, Sizes: []int{4}, Aggregate: "sum"}, []int32{0, 1, 2, 3}, 1},
		{Term{Term: "activity", Sizes: []int{0, 2}, Aggregate: "max"}, abc, 9},
		{Term{Term: "bilateral", HalfLife: 35}, []int32{0, 1}, .25 + 3*math.Exp2(-60/35.)},
		{Term{Term: "bilateral", Window: 60}, []int32{0, 1}, 3},
		{Term{Term: "multilateral", Window: 50}, []int32{0, 1}, 1},
		{Term{Term: "shared", Order: 2, Window: 49}, abc, 1},
		{Term{Term: "shared", Order: 3, HalfLife: 25}, abc, .25},
		{Term{Term: "subrep", Order: 2, Exactly: true, HalfLife: 40, Transform: "sqrt"}, []int32{2, 3}, math.Sqrt(.5)},
		{Term{Product: []Term{{Term: "bilateral"}, {Term: "size"}}}, abc, 4},
	} {
		if got := valueAt70(t, setData(), Model{}, c.term, c.set, nil); math.Abs(got-c.want) > 1e-12 {
			t.Errorf("%s of %v: got %v, want %v", c.term.label(), c.set, got, c.want)
		}
	}
}

// Messages from one or more to one or more.
func directedData() Data {
	event := func(time, value float64, from, to []int32) Event {
		return Event{Time: time, From: from, To: to, Value: value}
	}
	type s = []int32
	return Data{
		Actors: []string{"a", "b", "c", "d", "e"},
		Events: []Event{
			event(0, 1, s{0}, s{1, 2}), event(10, 1, s{1}, s{0}), event(20, 2, s{0, 3}, s{1}), event(30, 1, s{2}, s{3, 4, 1}), event(40, 1, s{3}, s{0}), event(50, 1, s{4}, s{3}), event(60, 1, s{1, 2}, s{0}),
		},
		Layers:     []Layer{{Name: "talks", Events: []Event{{Time: 5, From: s{0, 1, 3}, Value: 1}, {Time: 15, From: s{0, 1}, Value: 1}}}},
		Covariates: []Covariate{{Name: "rank", Start: []float64{1, 2, 2, 5, 3}}},
	}
}

func TestTermsOfDirectedSets(t *testing.T) {
	type s = []int32
	for _, c := range []struct {
		term     Term
		from, to s
		want     float64
	}{
		{Term{Term: "size"}, s{0}, s{1, 2}, 3},
		{Term{Term: "size", Of: "receiver"}, s{0}, s{1, 2}, 2},
		// a has sent to b 1 + 2 times and to c once.
		{Term{Term: "subrep", Senders: 1, Receivers: 1}, s{0}, s{1, 2}, 4 / 2.},
		{Term{Term: "subrep", Senders: 1, Receivers: 1, Aggregate: "max"}, s{0}, s{1, 2}, 3},
		{Term{Term: "subrep", Senders: 1, Receivers: 1, Aggregate: "min"}, s{0}, s{1, 4}, 0},
		{Term{Term: "subrep", Senders: 1, Receivers: 2}, s{0}, s{1, 2}, 1},
		{Term{Term: "subrep", Senders: 2, Receivers: 1}, s{0, 3}, s{1, 2}, 2 / 2.},
		{Term{Term: "subrep", Receivers: 1}, s{4}, s{1, 2}, (1 + 2 + 1 + 1) / 2.}, // b three times, one twice; c once
		{Term{Term: "subrep", Receivers: 2}, s{0}, s{1, 3, 4}, 3 / 3.},            // bd, be and de, by c
		{Term{Term: "subrep", Senders: 1}, s{0, 3}, s{2}, (3 + 3) / 2.},
		// Turned: the receivers have sent to the senders.
		{Term{Term: "subrep", Senders: 1, Receivers: 1, Direction: "in"}, s{0}, s{1, 2}, (2 + 1) / 2.},
		{Term{Term: "subrep", Senders: 1, Receivers: 2, Direction: "in"}, s{0}, s{1, 2}, 1},
		{Term{Term: "subrep", Senders: 1, Direction: "in"}, s{0}, s{1}, 3}, // a was addressed by b, d, bc
		// a and b in whatever roles: abc once, ba once, adb of value 2, and abc again.
		{Term{Term: "subrep", Senders: 1, Receivers: 1, Direction: "sym"}, s{0}, s{1}, 1 + 1 + 2 + 1},
		{Term{Term: "subrep", Order: 2}, s{0}, s{1}, 5},
		{Term{Term: "subrep", Order: 2, Of: "receiver"}, s{0}, s{3, 4}, 1 + 1}, // in c's message, and e to d
		{Term{Term: "subrep", Order: 3}, s{2}, s{0, 1}, 2},
		// Receivers to each other: c has sent to b; b and c sent to a.
		{Term{Term: "subrep", Senders: 1, Receivers: 1, Of: "receiver"}, s{0}, s{1, 2}, 1 / 2.},
		{Term{Term: "subrep", Senders: 1, Receivers: 2, Of: "receiver"}, s{0}, s{1, 2, 4}, 1 / 3.}, // c to b and e
		{Term{Term: "subrep", Senders: 1, Receivers: 1, Of: "sender"}, s{0, 1}, s{4}, (3 + 2) / 2.},
		{Term{Term: "subrep", Senders: 1, Receivers: 1, Exactly: true}, s{0}, s{1, 2}, 2 / 2.}, // ad to b, not a to b and c
		{Term{Term: "shared", Senders: 1, Receivers: 1}, s{0}, s{1, 2}, 1 + 2},
		{Term{Term: "shared", Senders: 1, Receivers: 1, Direction: "in"}, s{0}, s{1, 2}, 2},
		{Term{Term: "shared", Order: 2}, s{0}, s{1, 2}, 1 + 1 + 2 + 1 + 1},
		{Term{Term: "exactrep"}, s{0}, s{1, 2}, 1},
		{Term{Term: "exactrep", Direction: "in"}, s{0}, s{1, 2}, 1},
		{Term{Term: "exactrep", Direction: "sym"}, s{2}, s{1, 0}, 2},
		{Term{Term: "success", Senders: 1, Receivers: 1}, s{0}, s{1}, 3 / 2.},
		// d to a and a to b: transitive by a. d sent to a once, to b twice; a to b thrice.
		{Term{Term: "trans"}, s{3}, s{1}, 1},
		{Term{Term: "trans", Combine: "product"}, s{3}, s{1, 4}, (1*3 + 0) / 2.},
		{Term{Term: "cycle"}, s{0}, s{2}, 2}, // c to b to a, and c to d to a
		{Term{Term: "cycle"}, s{2}, s{0}, 0},
		{Term{Term: "commonSender"}, s{3}, s{1}, 1},
		{Term{Term: "commonReceiver"}, s{3}, s{1}, 1},
		{Term{Term: "commonReceiver", Of: "sender"}, s{1, 3}, s{4}, 1},
		{Term{Term: "closure"}, s{3}, s{4}, 2}, // b and c, in whatever roles
		{Term{Term: "attribute", Attr: []string{"rank"}}, s{0}, s{1, 3}, 8 / 3.},
		{Term{Term: "attribute", Attr: []string{"rank"}, Of: "sender"}, s{0}, s{1, 3}, 1},
		{Term{Term: "attribute", Attr: []string{"rank"}, Of: "receiver", Aggregate: "absdiff"}, s{0}, s{1, 3, 4}, (3 + 1 + 2) / 3.},
		{Term{Term: "attribute", Attr: []string{"rank"}, Aggregate: "absdiff"}, s{0}, s{1, 3}, (1 + 4) / 2.},
		{Term{Term: "same", Attr: []string{"rank"}}, s{1}, s{2, 3}, 1 / 2.},
		{Term{Term: "activity"}, s{0, 3}, s{2}, 3},
		{Term{Term: "activity", Of: "receiver"}, s{2}, s{0, 3}, 3},
		{Term{Term: "activity", Direction: "sym", Aggregate: "max"}, s{0}, s{4}, 1 + 1 + 2 + 1 + 1},
		{Term{Term: "popularity"}, s{3}, s{0, 1}, (3 + 4) / 2.},
		{Term{Term: "pairactivity"}, s{0}, s{1, 2}, 4 / 2.},
		{Term{Term: "pairactivity", Direction: "in"}, s{0}, s{1, 2}, 3 / 2.},
		{Term{Term: "pairactivity", On: []string{"talks"}}, s{0}, s{1, 3}, 3 / 2.},
		{Term{Term: "subrep", Order: 3, On: []string{"talks"}}, s{0}, s{1, 3}, 1},
		{Term{Term: "bilateral", Direction: "sym"}, s{0}, s{1, 3}, (1 + 1) / 2.},
		{Term{Term: "multilateral"}, s{0}, s{1, 2}, (3 + 1) / 2.},
	} {
		got := valueAt70(t, directedData(), Model{Directed: true}, c.term, c.from, c.to)
		if math.Abs(got-c.want) > 1e-12 {
			t.Errorf("%s of %v -> %v: got %v, want %v", c.term.label(), c.from, c.to, got, c.want)
		}
	}
	// A layer with direction is read without one where sets have none.
	data := setData()
	data.Layers = []Layer{{Name: "mail", Directed: true, Events: directedData().Events[:3]}}
	for _, c := range []struct {
		term Term
		want float64
	}{
		{Term{Term: "subrep", Order: 2, On: []string{"mail"}, Aggregate: "sum"}, 4 + 1 + 1},
		{Term{Term: "pairactivity", On: []string{"mail"}, Aggregate: "max"}, 4},
		{Term{Term: "activity", On: []string{"mail"}, Aggregate: "sum"}, 4 + 4 + 1},
		{Term{Term: "closure", On: []string{"mail", "mail"}, Aggregate: "max"}, 3}, // of a and b: c once, d twice
	} {
		if got := valueAt70(t, data, Model{}, c.term, s{0, 1, 2}, nil); got != c.want {
			t.Errorf("%s: got %v, want %v", c.term.label(), got, c.want)
		}
	}
}

// What cannot be meant is refused in words.
func TestTermsOfSetsRefuse(t *testing.T) {
	set, directed := setData(), directedData()
	for _, c := range []struct {
		term Term
		data *Data
		want string
	}{
		{Term{Term: "subrep"}, &set, "order is the number of actors"},
		{Term{Term: "subrep", Order: -1}, &set, "from 0"},
		{Term{Term: "subrep"}, &directed, "senders and receivers are the numbers"},
		{Term{Term: "subrep", Senders: 1, Order: 1}, &directed, "not both"},
		{Term{Term: "subrep", Senders: 1}, &set, "no direction"},
		{Term{Term: "subrep", Order: 2, Direction: "in"}, &directed, "whatever roles"},
		{Term{Term: "subrep", Order: 2, Direction: "in"}, &set, "direction is for models whose sets have one"},
		{Term{Term: "subrep", Senders: 1, Direction: "inwards"}, &directed, "out, in or sym"},
		{Term{Term: "subrep", Senders: 1, Direction: "out", On: []string{"talks"}}, &directed, "the layer has no direction"},
		{Term{Term: "subrep", Order: 2, Aggregate: "mode"}, &set, "aggregate is one of"},
		{Term{Term: "activity", Aggregate: "same"}, &set, "compares categories"},
		{Term{Term: "subrep", Order: 2, Aggregate: "min", Exactly: true}, &set, "with exactly"},
		{Term{Term: "subrep", Order: 2, On: []string{"status"}}, &set, "are replaced"},
		{Term{Term: "activity", On: []string{"status"}}, &set, "are replaced"},
		{Term{Term: "subrep", Order: 2, Sizes: []int{3, 2}}, &set, "sizes are"},
		{Term{Term: "bilateral", Sizes: []int{2}}, &set, "how large the past events are"},
		{Term{Term: "shared", Order: 2, Aggregate: "sum"}, &set, "does not take aggregate"},
		{Term{Term: "closure", Aggregate: "differ"}, &set, "compares categories"},
		{Term{Term: "closure", Aggregate: "mean"}, &set, "aggregate is one of average, median, sum"},
		{Term{Term: "closure", Combine: "most"}, &set, "combine is one of"},
		{Term{Term: "closure", Direction: "in"}, &directed, "does not take direction"},
		{Term{Term: "cycle"}, &set, "closure reads them"},
		{Term{Term: "trans", Direction: "in"}, &directed, "does not take direction"},
		{Term{Term: "popularity"}, &set, "activity counts"},
		{Term{Term: "activity", Direction: "in"}, &directed, "popularity those"},
		{Term{Term: "activity", Of: "sender"}, &set, "no direction"},
		{Term{Term: "activity", Of: "both"}, &directed, "of is sender or receiver"},
		{Term{Term: "same", Attr: []string{"region"}, Aggregate: "sum"}, &set, "does not take aggregate; it takes of"},
		{Term{Term: "size", Order: 2}, &set, "does not take order"},
		{Term{Term: "attribute", Attr: []string{"region"}, HalfLife: 3}, &set, "does not take half_life"},
		{Term{Term: "pairactivity", Weighted: true}, &set, "does not take weighted"},
		{Term{Term: "success", Order: 2, Aggregate: "min"}, &set, "does not take aggregate"},
	} {
		_, err := Prepare(t.Context(), c.data, &Model{Family: Hyper, Terms: []Term{c.term}})
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %q", c.term.label(), err, c.want)
		}
	}
}

// Messages from one to one are the same model as pairs with direction and as sets of
// one sender and one receiver, so what holds pairs against published numbers holds
// sets too.
func TestDirectedPairsAreSets(t *testing.T) {
	b := newTable(t, rows(t, "testdata/remstats_actors.csv"), "name")
	list := rows(t, "testdata/remstats_directed_events.csv")
	b.data.Events = b.ties(list, "actor1", "actor2", "", false)
	for k := range b.data.Events {
		b.data.Events[k].Time = math.Floor(b.data.Events[k].Time) // so that some are tied
	}
	for _, ties := range []Ties{Breslow, Exclude, Ordered} {
		for _, halfLife := range []float64{0, 30} {
			pairs := Model{Family: REM, Directed: true, Conventions: Conventions{Ties: ties}}
			sets := Model{Family: Hyper, Directed: true, Conventions: Conventions{Ties: ties}}
			var theta []float64
			for k, c := range []struct{ pair, set Term }{
				{Term{Term: "inertia", Weighted: true}, Term{Term: "subrep", Senders: 1, Receivers: 1}},
				{Term{Term: "inertia", Weighted: true}, Term{Term: "exactrep"}},
				{Term{Term: "recip", Weighted: true}, Term{Term: "subrep", Senders: 1, Receivers: 1, Direction: "in"}},
				{Term{Term: "recip", Weighted: true}, Term{Term: "exactrep", Direction: "in"}},
				{Term{Term: "recip", Weighted: true}, Term{Term: "pairactivity", Direction: "in"}},
				{Term{Term: "outdeg", Of: "sender", Weighted: true}, Term{Term: "activity"}},
				{Term{Term: "outdeg", Of: "sender", Weighted: true}, Term{Term: "subrep", Senders: 1}},
				{Term{Term: "outdeg", Of: "receiver", Weighted: true}, Term{Term: "subrep", Receivers: 1, Direction: "in"}},
				{Term{Term: "indeg", Of: "receiver", Weighted: true}, Term{Term: "popularity"}},
				{Term{Term: "indeg", Of: "sender", Weighted: true}, Term{Term: "subrep", Senders: 1, Direction: "in"}},
				{Term{Term: "trans", Combine: "min"}, Term{Term: "trans"}},
				{Term{Term: "trans", Combine: "unique"}, Term{Term: "trans", Combine: "unique"}},
				{Term{Term: "cycle", Combine: "product"}, Term{Term: "cycle", Combine: "product"}},
				{Term{Term: "commonSender", Combine: "min"}, Term{Term: "commonSender"}},
				{Term{Term: "commonReceiver", Combine: "min"}, Term{Term: "commonReceiver"}},
			} {
				if c.set.HalfLife = halfLife; c.pair.Combine != "unique" {
					c.pair.HalfLife = halfLife
				}
				pairs.Terms, sets.Terms = append(pairs.Terms, c.pair), append(sets.Terms, c.set)
				theta = append(theta, .02*float64(k%5-2))
			}
			var contributions [2][]float64
			for k, m := range []*Model{&pairs, &sets} {
				d, err := Prepare(t.Context(), b.data, m)
				if err != nil {
					t.Fatal(err)
				}
				_, contributions[k], _ = d.LogLikelihood(theta)
			}
			for k, v := range contributions[0] {
				if math.Abs(v-contributions[1][k]) > 1e-10*(1+math.Abs(v)) {
					t.Fatalf("ties %q, half-life %v, event %d: %v as a pair, %v as a set", ties, halfLife, k+1, v, contributions[1][k])
				}
			}
		}
	}
}

// A model of pairs may read a layer of sets, and of these the large ones alone.
func TestPairsReadLargeSets(t *testing.T) {
	data := setData()
	talks := Layer{Name: "talks", Events: data.Events}
	data.Events, data.Layers = []Event{{Time: 70, From: []int32{0, 1}, Value: 1}}, []Layer{talks}
	m := &Model{Family: REM, Terms: []Term{
		{Term: "inertia", On: []string{"talks"}, Weighted: true}, {Term: "inertia", On: []string{"talks"}, Weighted: true, Sizes: []int{3}},
		{Term: "inertia", On: []string{"talks"}, Weighted: true, Sizes: []int{2, 2}}, {Term: "inertia", On: []string{"talks"}, Weighted: true, Sizes: []int{3}, Window: 45},
	}}
	d, err := Prepare(t.Context(), &data, m)
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Each(t.Context(), func(m *Moment) error {
		for k := range m.Rows() {
			i, _ := m.Actors(k)
			want := map[[2]int32][]float64{{0, 1}: {5, 1, 4, 0}, {1, 2}: {2, 2, 0, 1}, {0, 5}: {6, 1, 5, 1}, {2, 4}: {1, 0, 1, 0}}[[2]int32{i[0], i[1]}]
			for c, v := range want {
				if got := m.Statistics(k)[c]; got != v {
					t.Errorf("%v, term %d: %v, not %v", i, c, got, v)
				}
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
}

// One actor alone has no pairs, and nothing is divided by none.
func TestSetsOfOne(t *testing.T) {
	for k := range slices.Concat(setTerms, directedSetTerms) {
		def := slices.Concat(setTerms, directedSetTerms)[k]
		for _, directed := range []bool{false, true} {
			for _, how := range []string{"", "sum", "sd", "min", "range", "absdiff"} {
				data, m, to := setData(), Model{}, []int32(nil)
				if directed {
					data, m, to = directedData(), Model{Directed: true}, []int32{2}
				}
				term := Term{Term: def.name, Aggregate: how}
				if def.attrs > 0 {
					term.Attr = []string{data.Covariates[0].Name}
				}
				if slices.Contains([]string{"subrep", "shared", "success"}, def.name) {
					term.Order = 3
				}
				if _, err := (&binder{newState(&data), &Model{Family: Hyper, Directed: directed}}).bind([]Term{term}); err != nil {
					continue // no such aggregate, or of sets with direction alone
				}
				got := valueAt70(t, data, m, term, []int32{4}, to)
				if pairs := !slices.Contains([]string{"size", "attribute", "activity", "popularity"}, def.name); math.IsNaN(got) || math.IsInf(got, 0) || !directed && pairs && got != 0 {
					t.Errorf("directed %v, %s: %v", directed, term.label(), got)
				}
			}
		}
	}
}

// An event of very many actors is refused, not counted for ever.
func TestVeryLargeEvents(t *testing.T) {
	data := Data{Events: []Event{{ID: "all", Value: 1}, {ID: "two", From: []int32{0, 1}, Value: 1}}}
	for a := range int32(1000) {
		data.Actors = append(data.Actors, fmt.Sprint(a))
		data.Events[0].From = append(data.Events[0].From, a)
	}
	m := &Model{Family: Hyper, RiskSet: RiskSet{Controls: 2}, Terms: []Term{{Term: "subrep", Order: 3}}}
	if _, err := Prepare(t.Context(), &data, m); err == nil || !strings.Contains(err.Error(), "event all has 1.66e+08 subsets") {
		t.Errorf("got %v", err)
	}
	m.Terms[0].Sizes = []int{0, 20}
	m.Terms = append(m.Terms, Term{Term: "shared", Order: 3})
	m.RiskSet.Given = make([][]Candidate, 2)
	if _, err := Prepare(t.Context(), &data, m); err != nil {
		t.Error(err)
	}
}
