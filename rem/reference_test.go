package rem

import (
	"encoding/csv"
	"encoding/json"
	"math"
	"math/rand/v2"
	"os"
	"runtime"
	"slices"
	"sort"
	"strconv"
	"strings"
	"testing"

	"entente/internal/shared"
)

// reference is a published fit. The three peers write theirs in three forms.
type reference struct {
	Label, Dataset, Model string
	LogLik                float64
	First                 []float64
	Coefficients          []struct {
		Effect, Name string
		Estimate     float64
		SE           any
	}
}

func references(t *testing.T, file string) map[string]reference {
	t.Helper()
	text, err := os.ReadFile("testdata/" + file)
	if err != nil {
		t.Fatal(err)
	}
	var raw []map[string]any
	if err := json.Unmarshal(text, &raw); err != nil {
		t.Fatal(err)
	}
	out := map[string]reference{}
	for _, m := range raw {
		var r reference
		get := func(k string) string { s, _ := m[k].(string); return s }
		r.Label, r.Dataset, r.Model = get("label"), get("dataset"), get("model")
		r.LogLik = m["loglik"].(float64)
		for _, c := range m["coefficients"].([]any) {
			c := c.(map[string]any)
			r.Coefficients = append(r.Coefficients, struct {
				Effect, Name string
				Estimate     float64
				SE           any
			}{Estimate: c["estimate"].(float64), SE: c["se"]})
		}
		if list, ok := m["first10_contributions"].([]any); ok {
			for _, v := range list {
				r.First = append(r.First, v.(float64))
			}
		}
		name := r.Label
		if name == "" {
			name = r.Dataset + "/" + r.Model
		}
		out[name] = r
	}
	return out
}

// agree holds a model to a published fit: the log-likelihood at the published
// coefficients and its first contributions, then our own maximum.
func agree(t *testing.T, data *Data, m *Model, want reference) {
	t.Helper()
	d, err := Prepare(t.Context(), data, m)
	if err != nil {
		t.Fatal(err)
	}
	var theta []float64
	for _, c := range want.Coefficients {
		theta = append(theta, c.Estimate)
	}
	loglik, contributions, _ := d.LogLikelihood(theta)
	for k, v := range want.First {
		if math.Abs(contributions[k]-v) > 1e-7*(1+math.Abs(v)) {
			t.Fatalf("contribution %d: got %.12g, want %.12g", k+1, contributions[k], v)
		}
	}
	if math.Abs(loglik-want.LogLik) > 1e-9*math.Abs(want.LogLik) {
		t.Fatalf("log-likelihood at the published coefficients: got %.12f, want %.12f", loglik, want.LogLik)
	}
	fit, err := d.Fit(t.Context(), Options{})
	if err != nil {
		t.Fatal(err)
	}
	if !fit.Converged || fit.LogLik < want.LogLik-1e-6 {
		t.Errorf("our maximum is %.9f (converged: %v), the published one %.9f", fit.LogLik, fit.Converged, want.LogLik)
	}
	var uncentred []float64
	if strings.HasSuffix(want.Label, "directed_ordinal") {
		uncentred = uncentredErrors(t, d, theta)
	}
	for k, c := range want.Coefficients {
		got := fit.Terms[k]
		se, _ := c.SE.(float64)
		// remstimate stops its ordinal fits short of the maximum (its log-likelihood is
		// below ours), and its standard errors there are of another matrix.
		if strings.HasSuffix(want.Label, "directed_ordinal") && fit.LogLik > want.LogLik {
			if math.Abs(uncentred[k]-se) > 1e-3*se {
				t.Errorf("standard error of %s from uncentred moments: got %.8g, published is %.8g", got.Name, uncentred[k], se)
			}
			continue
		}
		if math.Abs(got.Estimate-c.Estimate) > 1e-4*math.Abs(c.Estimate)+1e-5*se {
			t.Errorf("%s: got %.8g, want %.8g", got.Name, got.Estimate, c.Estimate)
		}
		if math.Abs(got.SE-se) > 1e-3*se {
			t.Errorf("standard error of %s: got %.8g, want %.8g", got.Name, got.SE, se)
		}
	}
	t.Logf("%d iterations, log-likelihood %.9f", fit.Iterations, fit.LogLik)
}

// uncentredErrors are standard errors from the second moments of the statistics over each
// risk set, their means not taken off.
func uncentredErrors(t *testing.T, d *Design, theta []float64) []float64 {
	t.Helper()
	p := len(theta)
	moments := make([]float64, p*p)
	if err := d.Each(t.Context(), func(m *Moment) error {
		for row, share := range m.Shares(theta, nil) {
			x := m.Statistics(row)
			for i := range p {
				for j := range p {
					moments[i*p+j] += share * x[i] * x[j]
				}
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	inverse, ok := invert(moments, p)
	if !ok {
		t.Fatal("the moments have no inverse")
	}
	errors := make([]float64, p)
	for k := range errors {
		errors[k] = math.Sqrt(inverse[k*p+k])
	}
	return errors
}

// rows reads a CSV file as maps from its header.
func rows(t *testing.T, path string) []map[string]string {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	all, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var out []map[string]string
	for _, r := range all[1:] {
		m := map[string]string{}
		for k, h := range all[0] {
			m[h] = r[k]
		}
		out = append(out, m)
	}
	return out
}

func number(t *testing.T, s string) float64 {
	t.Helper()
	switch s {
	case "TRUE":
		return 1
	case "FALSE":
		return 0
	}
	v, err := strconv.ParseFloat(s, 64)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// table helps to read the reference data.
type table struct {
	t    *testing.T
	data *Data
	at   map[string]int32
}

func newTable(t *testing.T, actors []map[string]string, label string, covariates ...string) *table {
	b := &table{t, &Data{}, map[string]int32{}}
	for _, r := range actors {
		b.at[r[label]] = int32(len(b.data.Actors))
		b.data.Actors = append(b.data.Actors, r[label])
		if p, ok := r["present"]; ok {
			b.data.Present = append(b.data.Present, p == "TRUE")
		}
	}
	for _, c := range covariates {
		cov := Covariate{Name: c}
		for _, r := range actors {
			cov.Start = append(cov.Start, number(t, r[c]))
		}
		b.data.Covariates = append(b.data.Covariates, cov)
	}
	return b
}

func (b *table) id(name string) int32 {
	a, ok := b.at[name]
	if !ok {
		b.t.Fatalf("unknown actor %q", name)
	}
	return a
}

// ties reads events of two; both: the tie has no direction.
func (b *table) ties(list []map[string]string, from, to, value string, both bool) []Event {
	var out []Event
	for i, r := range list {
		e := Event{ID: strconv.Itoa(i + 1), Time: number(b.t, r["time"]), From: []int32{b.id(r[from])}, Value: 1}
		if both {
			e.From = append(e.From, b.id(r[to]))
		} else {
			e.To = []int32{b.id(r[to])}
		}
		if value != "" {
			e.Value = number(b.t, r[value])
		}
		out = append(out, e)
	}
	sort.SliceStable(out, func(i, j int) bool { return out[i].Time < out[j].Time })
	return out
}

func (b *table) changes(covariate string, list []map[string]string) {
	k := slices.IndexFunc(b.data.Covariates, func(c Covariate) bool { return c.Name == covariate })
	for _, r := range list {
		b.data.Covariates[k].Changes = append(b.data.Covariates[k].Changes, CovariateChange{number(b.t, r["time"]), b.id(r["node"]), number(b.t, r["replace"])})
	}
	sort.SliceStable(b.data.Covariates[k].Changes, func(i, j int) bool {
		return b.data.Covariates[k].Changes[i].Time < b.data.Covariates[k].Changes[j].Time
	})
}

func fisheries(t *testing.T, directed bool) *Data {
	const dir = "reference/rem/fisheries/"
	read := func(name string) []map[string]string { return rows(t, shared.Path(t, dir+name)) }
	b := newTable(t, read("states_clean.csv"), "label", "regime", "gdp")
	for _, r := range read("presence_changes.csv") {
		b.data.Presence = append(b.data.Presence, PresenceChange{number(t, r["time"]), b.id(r["node"]), r["replace"] == "TRUE"})
	}
	sort.SliceStable(b.data.Presence, func(i, j int) bool { return b.data.Presence[i].Time < b.data.Presence[j].Time })
	b.changes("regime", read("regime_changes_clean.csv"))
	b.changes("gdp", read("gdp_changes.csv"))
	b.data.Events = b.ties(read("dependent_events.csv"), "sender", "receiver", "", !directed)
	for _, l := range []struct {
		name, value string
	}{{"treaty", "increment"}, {"contiguity", "replace"}} {
		layer := Layer{Name: l.name, Replace: l.value == "replace"}
		for _, r := range read(l.name + "_initial.csv") {
			layer.Start = append(layer.Start, Cell{b.id(r["sender"]), b.id(r["receiver"]), number(t, r["value"])})
		}
		layer.Events = b.ties(read(l.name+"_changes.csv"), "sender", "receiver", l.value, true)
		b.data.Layers = append(b.data.Layers, layer)
	}
	return b.data
}

// Fisheries treaties among states, goldfish 1.7.0.
func TestFisheries(t *testing.T) {
	want := references(t, "fisheries_estimates.json")
	treaty, contiguity := []string{"treaty"}, []string{"contiguity"}
	structural := []Term{{Term: "inertia", On: treaty}, {Term: "degree", On: treaty}, {Term: "trans", On: treaty}, {Term: "tie", On: contiguity}}
	for _, c := range []struct {
		label string
		model Model
	}{
		{"cc_structural", Model{Family: Coordination, Terms: structural}},
		{"cc_covariates", Model{Family: Coordination, Terms: append([]Term{{Term: "inertia", On: treaty, Weighted: true}}, append(slices.Clone(structural[1:]),
			Term{Term: "alter", Attr: []string{"regime"}}, Term{Term: "diff", Attr: []string{"regime"}},
			Term{Term: "alter", Attr: []string{"gdp"}}, Term{Term: "diff", Attr: []string{"gdp"}})...)}},
		{"rate", Model{Family: Rate, Interval: true, Terms: []Term{{Term: "intercept"}, {Term: "degree", On: treaty}, {Term: "ego", Attr: []string{"regime"}}, {Term: "ego", Attr: []string{"gdp"}}}}},
		{"rem", Model{Family: REM, Directed: true, Interval: true, Terms: []Term{{Term: "intercept"}, {Term: "inertia", On: treaty}, {Term: "trans", On: treaty}, {Term: "degree", On: treaty}, {Term: "tie", On: contiguity}}}},
	} {
		t.Run(c.label, func(t *testing.T) { agree(t, fisheries(t, c.model.Family == REM), &c.model, want[c.label]) })
	}
}

// Phone calls in a dormitory, goldfish 1.7.0.
func TestSocialEvolution(t *testing.T) {
	want := references(t, "social_estimates.json")
	load := func(t *testing.T) *Data {
		const dir = "reference/rem/social-evolution/"
		read := func(name string) []map[string]string { return rows(t, shared.Path(t, dir+name)) }
		b := newTable(t, read("actors.csv"), "label", "floor")
		b.data.Own = "calls"
		b.data.Events = b.ties(read("calls.csv"), "sender", "receiver", "increment", false)
		b.data.Layers = []Layer{{Name: "friendship", Directed: true, Replace: true, Events: b.ties(read("friendship_changes.csv"), "sender", "receiver", "replace", false)}}
		return b.data
	}
	friends, floor := []string{"friendship"}, []string{"floor"}
	rem := []Term{{Term: "inertia"}, {Term: "recip"}, {Term: "trans"}, {Term: "outdeg", Of: "sender"}, {Term: "indeg"}, {Term: "tie", On: friends}, {Term: "same", Attr: floor}}
	rate := []Term{{Term: "indeg"}, {Term: "outdeg"}, {Term: "indeg", On: friends}}
	for _, c := range []struct {
		label string
		model Model
	}{
		{"rate_exact", Model{Family: Rate, Interval: true, Terms: append([]Term{{Term: "intercept"}}, rate...)}},
		{"rate_ordered", Model{Family: Rate, Terms: rate}},
		{"choice", Model{Family: Choice, Terms: []Term{{Term: "inertia"}, {Term: "recip"}, {Term: "trans"}, {Term: "indeg"}, {Term: "tie", On: friends}, {Term: "same", Attr: floor}}}},
		{"choice_window", Model{Family: Choice, Terms: []Term{{Term: "inertia", Weighted: true, Transform: "log1p"}, {Term: "inertia", Window: 86400}, {Term: "recip", Window: 604800},
			{Term: "indeg", Weighted: true, Transform: "sqrt"}, {Term: "cycle"}, {Term: "tie", On: friends}}}},
		{"rem_exact", Model{Family: REM, Directed: true, Interval: true, Terms: append([]Term{{Term: "intercept"}}, rem...)}},
		{"rem_ordered", Model{Family: REM, Directed: true, Terms: rem}},
	} {
		t.Run(c.label, func(t *testing.T) { agree(t, load(t), &c.model, want[c.label]) })
	}
}

// Simulated dyads, remify and remstats 4.1.0, remstimate 3.1.0.
func TestRemstats(t *testing.T) {
	want := references(t, "remstats_estimates.json")
	origin := 0.0
	load := func(t *testing.T, directed bool) *Data {
		b := newTable(t, rows(t, "testdata/remstats_actors.csv"), "name", "age", "sex")
		file := "testdata/remstats_undirected_events.csv"
		if directed {
			file = "testdata/remstats_directed_events.csv"
		}
		b.data.Events = b.ties(rows(t, file), "actor1", "actor2", "", !directed)
		return b.data
	}
	age, sex := []string{"age"}, []string{"sex"}
	inertia, recip, otp := Term{Term: "inertia", Weighted: true}, Term{Term: "recip", Weighted: true}, Term{Term: "trans", Combine: "min"}
	indegree := Term{Term: "indeg", Weighted: true}
	full := []Term{{Term: "intercept"}, inertia, recip, indegree, {Term: "outdeg", Weighted: true, Of: "sender"}, {Term: "degree", Weighted: true},
		otp, {Term: "itp", Combine: "min"}, {Term: "osp", Combine: "min"}, {Term: "isp", Combine: "min"}, {Term: "otp"}, {Term: "psABBA"}, {Term: "psABBY"},
		{Term: "recencyContinue"}, {Term: "recencySendSender"}, {Term: "rrankSend"}, {Term: "send", Attr: age}, {Term: "same", Attr: sex}, {Term: "difference", Attr: age}}
	memory := func(window, halfLife float64) []Term {
		terms := []Term{{Term: "intercept"}, inertia, recip, otp}
		for i := range terms[1:] {
			terms[i+1].Window, terms[i+1].HalfLife = window, halfLife
		}
		return terms
	}
	standard := []Term{{Term: "intercept"}, inertia, recip, indegree, otp, {Term: "psABBA"}, {Term: "recencyContinue"}, {Term: "same", Attr: sex}, {Term: "difference", Attr: age, Standardise: true}}
	pair := []Term{{Term: "intercept"}, inertia, {Term: "degreeMin", Weighted: true}, {Term: "degreeMax", Weighted: true}, {Term: "otp", Combine: "min", Name: "sp"}, {Term: "recencyContinue"}, {Term: "same", Attr: sex}}
	for _, c := range []struct {
		label    string
		directed bool
		interval bool
		terms    []Term
	}{
		{"directed_full", true, true, full},
		{"directed_exact", true, true, standard},
		{"directed_ordinal", true, false, standard[1:]},
		{"directed_decay30", true, true, memory(0, 30)},
		{"directed_window30", true, true, memory(30, 0)},
		{"undirected_exact", false, true, pair},
		{"undirected_ordinal", false, false, pair[1:]},
	} {
		t.Run(c.label, func(t *testing.T) {
			m := &Model{Family: REM, Directed: c.directed, Interval: c.interval, Terms: c.terms,
				Conventions: Conventions{Ties: Ordered, DecayFromPrevious: true, SplitAtEvents: true, Origin: &origin, Numbered: !c.interval}}
			agree(t, load(t, c.directed), m, want[c.label])
		})
	}
	t.Run("undirected_full", func(t *testing.T) {
		terms := append(slices.Clone(pair[:4]), Term{Term: "degreeDiff", Weighted: true})
		d, err := Prepare(t.Context(), load(t, false), &Model{Family: REM, Interval: true, Terms: terms, Conventions: Conventions{Origin: &origin}})
		if err != nil {
			t.Fatal(err)
		}
		_, err = d.Fit(t.Context(), Options{})
		if err == nil || !strings.Contains(err.Error(), "degreeDiff") || !strings.Contains(err.Error(), "= degreeMax(weighted) - degreeMin(weighted)") {
			t.Errorf("a singular model: got %v", err)
		}
	})
}

var hyperTerms = map[string][]Term{
	"counts": {{Term: "subrep", Order: 1}, {Term: "subrep", Order: 2}, {Term: "subrep", Order: 3}, {Term: "closure"},
		{Term: "attribute", Attr: []string{"x"}, Aggregate: "absdiff"}, {Term: "attribute", Attr: []string{"group"}}},
	"decay": {{Term: "subrep", Order: 1, HalfLife: 20}, {Term: "subrep", Order: 2, HalfLife: 20}, {Term: "exactrep", HalfLife: 20}, {Term: "closure", HalfLife: 20},
		{Term: "attribute", Attr: []string{"x"}}, {Term: "attribute", Attr: []string{"group"}, Aggregate: "absdiff"}},
	"log1p_sum": {{Term: "subrep", Order: 1, Aggregate: "sum", Transform: "log1p"}, {Term: "subrep", Order: 2, Aggregate: "sum", Transform: "log1p"},
		{Term: "subrep", Order: 3, Aggregate: "sum", Transform: "log1p"}, {Term: "closure", Aggregate: "sum", Transform: "log1p"},
		{Term: "attribute", Attr: []string{"x"}, Aggregate: "sum_absdiff"}, {Term: "activity", Aggregate: "sum_absdiff"}},
}

func hyperData(t *testing.T, actors, events string) *table {
	b := newTable(t, rows(t, actors), "actor", "x", "group")
	for _, r := range rows(t, events) {
		e := Event{ID: r["event_id"], Time: number(t, r["time"]), Value: 1}
		for _, a := range strings.Split(r["actors"], ";") {
			e.From = append(e.From, b.id(a))
		}
		b.data.Events = append(b.data.Events, e)
	}
	return b
}

// Hyperevents, eventnet 1.3 and survival::clogit.
func TestHyperevents(t *testing.T) {
	want := references(t, "h_estimates.json")
	for _, name := range []string{"counts", "decay", "log1p_sum"} {
		t.Run("h10_full_sequential/"+name, func(t *testing.T) {
			b := hyperData(t, "testdata/h10_actors.csv", "testdata/h10_events.csv")
			agree(t, b.data, &Model{Family: Hyper, Terms: hyperTerms[name], Conventions: Conventions{Ties: Ordered}}, want["h10_full_sequential/"+name])
		})
		for order, ties := range map[string]Ties{"sequential": Ordered, "simultaneous": Exclude} {
			table := "h30_sampled_" + order
			t.Run(table+"/"+name, func(t *testing.T) {
				const dir = "reference/rem/hyperevents/"
				b := hyperData(t, shared.Path(t, dir+"h30_actors.csv"), shared.Path(t, dir+"h30_events.csv"))
				given := make([][]Candidate, len(b.data.Events))
				for _, r := range rows(t, shared.Path(t, dir+table+".csv")) {
					var c Candidate
					for _, a := range strings.Split(r["actors"], ";") {
						c.From = append(c.From, b.id(a))
					}
					if k := int(number(t, r["stratum"])) - 1; r["observed"] == "0" {
						given[k] = append(given[k], c)
					} else if !slices.Equal(sorted(c.From), sorted(b.data.Events[k].From)) {
						k = slices.IndexFunc(b.data.Events, func(e Event) bool {
							return e.Time == number(t, r["time"]) && slices.Equal(sorted(c.From), sorted(e.From))
						})
						t.Fatalf("stratum %s is event %d", r["stratum"], k+1)
					}
				}
				agree(t, b.data, &Model{Family: Hyper, Terms: hyperTerms[name], RiskSet: RiskSet{Given: given}, Conventions: Conventions{Ties: ties}}, want[table+"/"+name])
			})
		}
	}
}

// The information is minus the second derivative of the log-likelihood.
func TestInformation(t *testing.T) {
	b := hyperData(t, "testdata/h10_actors.csv", "testdata/h10_events.csv")
	d, err := Prepare(t.Context(), b.data, &Model{Family: Hyper, Terms: hyperTerms["counts"]})
	if err != nil {
		t.Fatal(err)
	}
	theta := []float64{.05, .01, -.02, .03, -.1, .2}
	p := len(theta)
	at, err := evaluate(t.Context(), d.parts(), theta, true)
	if err != nil {
		t.Fatal(err)
	}
	const h = 1e-5
	for k := range p {
		up, down := slices.Clone(theta), slices.Clone(theta)
		up[k] += h
		down[k] -= h
		a, _ := evaluate(t.Context(), d.parts(), up, true)
		c, _ := evaluate(t.Context(), d.parts(), down, true)
		if slope := (a.loglik - c.loglik) / (2 * h); math.Abs(slope-at.grad[k]) > 1e-5*(1+math.Abs(slope)) {
			t.Errorf("gradient %d: got %v, by differences %v", k, at.grad[k], slope)
		}
		for j := range p {
			if bend := -(a.grad[j] - c.grad[j]) / (2 * h); math.Abs(bend-at.info[k*p+j]) > 1e-4*(1+math.Abs(bend)) {
				t.Errorf("information %d, %d: got %v, by differences %v", k, j, at.info[k*p+j], bend)
			}
		}
	}
}

// The same bytes on one core and on many.
func TestCores(t *testing.T) {
	b := hyperData(t, "testdata/h10_actors.csv", "testdata/h10_events.csv")
	m := &Model{Family: Hyper, Terms: hyperTerms["counts"], RiskSet: RiskSet{Controls: 20, Seed: 7}}
	var first *Fit
	for _, cores := range []int{1, 2, 3} {
		before := runtime.GOMAXPROCS(cores)
		d, err := Prepare(t.Context(), b.data, m)
		if err != nil {
			t.Fatal(err)
		}
		fit, err := d.Fit(t.Context(), Options{})
		runtime.GOMAXPROCS(before)
		if err != nil {
			t.Fatal(err)
		}
		if first == nil {
			first = fit
		} else if !slices.Equal(fit.Terms, first.Terms) || fit.LogLik != first.LogLik {
			t.Errorf("%d cores: %v, one: %v", cores, fit.Terms, first.Terms)
		}
	}
}

// Pairs as a panel of all pairs, and as sets of two with rows for each event, are
// the same model, whatever events of one time see of each other.
func TestPairsAreSetsOfTwo(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	data := &Data{Actors: []string{"A", "B", "C", "D", "E", "F"}}
	for k := range 80 {
		i := r.Int32N(6)
		j := (i + 1 + r.Int32N(5)) % 6
		data.Events = append(data.Events, Event{Time: float64(k / 2), From: []int32{i, j}, Value: 1})
	}
	for _, ties := range []Ties{Breslow, Exclude, Ordered} {
		pairs := &Model{Family: REM, Terms: []Term{{Term: "inertia", Weighted: true}, {Term: "trans", Combine: "min"}, {Term: "inertia", Weighted: true, HalfLife: 10, Transform: "sqrt"}}, Conventions: Conventions{Ties: ties}}
		sets := &Model{Family: Hyper, Terms: []Term{{Term: "subrep", Order: 2}, {Term: "closure"}, {Term: "subrep", Order: 2, HalfLife: 10, Transform: "sqrt"}}, Conventions: Conventions{Ties: ties}}
		var logliks [2][]float64
		for k, m := range []*Model{pairs, sets} {
			d, err := Prepare(t.Context(), data, m)
			if err != nil {
				t.Fatal(err)
			}
			_, logliks[k], _ = d.LogLikelihood([]float64{.3, -.1, .5})
		}
		for k, v := range logliks[0] {
			if math.Abs(v-logliks[1][k]) > 1e-10 {
				t.Fatalf("ties %q, event %d: %v as a pair, %v as a set", ties, k+1, v, logliks[1][k])
			}
		}
	}
}
