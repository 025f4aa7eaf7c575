package rem

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"entente"
	"entente/cases"
	"entente/internal/shared"
	"entente/ledger"
)

func writeText(t testing.TB, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func testdata(t *testing.T) string {
	t.Helper()
	dir, err := filepath.Abs("testdata")
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

const fisheriesSpec = `
model: choice_coordination
like: goldfish
actors: {file: SEA/states_clean.csv, id: label, present: present, covariates: [regime, gdp]}
presence: SEA/presence_changes.csv
covariates:
  regime: {file: SEA/regime_changes_clean.csv}
  gdp: {file: SEA/gdp_changes.csv}
events: {file: SEA/dependent_events.csv}
layers:
  treaty: {start: SEA/treaty_initial.csv, file: SEA/treaty_changes.csv, value: increment}
  contiguity: {start: SEA/contiguity_initial.csv, file: SEA/contiguity_changes.csv, value: replace, replace: true}
terms:
  - {term: inertia, on: treaty, weighted: true}
  - {term: degree, on: treaty}
  - {term: trans, on: treaty}
  - {term: tie, on: contiguity}
  - {term: alter, attr: regime}
  - {term: diff, attr: regime}
  - {term: alter, attr: gdp}
  - {term: diff, attr: gdp}
`

// A published model, from its specification.
func TestSpecification(t *testing.T) {
	dir := filepath.Dir(shared.Path(t, "reference/rem/fisheries/README.md"))
	path := writeText(t, "spec.yaml", strings.ReplaceAll(fisheriesSpec, "SEA", dir))
	data, m, err := Load(path, &entente.Case{}, 0, 1)
	if err != nil {
		t.Fatal(err)
	}
	agree(t, data, m, references(t, "fisheries_estimates.json")["cc_covariates"])
}

func TestSpecificationOfSets(t *testing.T) {
	path := writeText(t, "spec.yaml", strings.ReplaceAll(`
model: hyper
ties: ordered
actors: {file: DIR/h10_actors.csv, covariates: [x, group]}
events: {file: DIR/h10_events.csv}
terms:
  - {term: subrep, order: 1}
  - {term: subrep, order: 2}
  - {term: subrep, order: 3}
  - {term: closure}
  - {term: attribute, attr: x, aggregate: absdiff}
  - {term: attribute, attr: group}
`, "DIR", testdata(t)))
	data, m, err := Load(path, &entente.Case{}, 0, 1)
	if err != nil {
		t.Fatal(err)
	}
	agree(t, data, m, references(t, "h_estimates.json")["h10_full_sequential/counts"])
}

func TestBadSpecifications(t *testing.T) {
	const head = "model: rem\nactors: {file: DIR/remstats_actors.csv}\nevents: {file: DIR/remstats_undirected_events.csv}\n"
	for _, c := range []struct{ name, text, want string }{
		{"empty", "", "it is empty"},
		{"unknown key", head + "term:\n  - {term: inertia}\n", "[4:1]"},
		{"unknown term", head + "terms:\n  - {term: inertai}\n", `is "inertia" meant`},
		{"a name of another version", head + "terms:\n  - {term: Degree_Sum}\n  - {term: Baseline}\n", "says nothing of their rate"},
		{"term of another family", head + "terms:\n  - {term: subset_repetition}\n", "which only hyper models have"},
		{"unknown model", "model: ram\n", `model "ram" is none of`},
		{"unknown layer", head + "terms:\n  - {term: inertia, on: treaties}\n", `no layer "treaties"`},
		{"unknown covariate", head + "terms:\n  - {term: same, attr: wealth}\n", `no covariate "wealth"`},
		{"no covariate", head + "terms:\n  - {term: same}\n", "name one"},
		{"no terms", head, "no terms"},
		{"no such file", "model: rem\nactors: {file: DIR/none.csv}\nevents: {file: DIR/none.csv}\n", "none.csv"},
		{"no such column", "model: rem\nactors: {file: DIR/remstats_actors.csv, id: code}\nevents: {file: DIR/remstats_undirected_events.csv}\n", "age, name, sex"},
		{"unknown actor", "model: hyper\nactors: {file: DIR/remstats_actors.csv}\nevents: {file: DIR/h10_events.csv}\nterms:\n  - {term: size}\n", `h10_events.csv:2: actor "A05"`},
		{"intercept without time", head + "terms:\n  - {term: intercept}\n", "says nothing of their rate"},
		{"constant", "model: hyper\nactors: {file: DIR/h10_actors.csv}\nevents: {file: DIR/h10_events.csv}\nterms:\n  - {term: size}\n", "term size never differs"},
		{"sender of a pair without direction", head + "terms:\n  - {term: indeg}\n", "no sender and no receiver"},
		{"ties", head + "ties: efrom\nterms:\n  - {term: inertia}\n", `ties "efrom" is none of breslow, efron, exclude, ordered, random`},
		{"from nowhere", "model: rem\nterms:\n  - {term: inertia}\n", "case: cooperation"},
	} {
		t.Run(c.name, func(t *testing.T) {
			data, m, err := Load(writeText(t, "spec.yaml", strings.ReplaceAll(c.text, "DIR", testdata(t))), &entente.Case{}, 0, 1)
			if err == nil {
				var d *Design
				if d, err = Prepare(t.Context(), data, m); err == nil {
					_, err = d.Fit(t.Context(), Options{})
				}
			}
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %q", err, c.want)
			}
		})
	}
}

func TestBadData(t *testing.T) {
	pair := func(id string, time float64, i, j int32) Event {
		return Event{ID: id, Time: time, From: []int32{i, j}, Value: 1}
	}
	terms := []Term{{Term: "inertia"}}
	for _, c := range []struct {
		name string
		data Data
		want string
	}{
		{"order", Data{Actors: []string{"A", "B", "C"}, Events: []Event{pair("x", 2, 0, 1), pair("y", 1, 0, 1)}}, "event y: its time 1 is before"},
		{"self", Data{Actors: []string{"A", "B"}, Events: []Event{{ID: "x", From: []int32{0}, To: []int32{0}, Value: 1}}}, "A acts with itself"},
		{"unknown", Data{Actors: []string{"A", "B"}, Events: []Event{pair("x", 1, 0, 7)}}, "event x: it names an actor that is not in the table"},
		{"nothing", Data{Actors: []string{"A", "B"}}, "no events"},
		{"twice", Data{Actors: []string{"A", "B"}, Events: []Event{pair("x", 1, 1, 1)}}, "B is in it twice"},
		{"absent", Data{Actors: []string{"A", "B", "C"}, Present: []bool{true, true, false}, Events: []Event{pair("x", 1, 0, 2)}}, "event x at time 1: C is not present then"},
		{"three", Data{Actors: []string{"A", "B", "C"}, Events: []Event{{ID: "x", From: []int32{0, 1, 2}, Value: 1}}}, "event x has 3 actors"},
	} {
		_, err := Prepare(t.Context(), &c.data, &Model{Family: REM, Terms: terms})
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %q", c.name, err, c.want)
		}
	}
}

// A published specification of remstats carries over with its names and defaults.
func TestLikeRemstats(t *testing.T) {
	dir, err := filepath.Abs("testdata")
	if err != nil {
		t.Fatal(err)
	}
	want := references(t, "remstats_estimates.json")
	for label, terms := range map[string]string{
		"directed_ordinal": `[{term: inertia}, {term: reciprocity}, {term: indegreeReceiver}, {term: otp}, {term: psABBA}, {term: recencyContinue}, {term: same, attr: sex}, {term: difference, attr: age, standardise: true}]`,
		"directed_exact":   `[{term: baseline}, {term: inertia}, {term: reciprocity}, {term: indegreeReceiver}, {term: otp}, {term: psABBA}, {term: recencyContinue}, {term: same, attr: sex}, {term: difference, attr: age, standardise: true}]`,
	} {
		timing := "ordinal"
		if strings.HasSuffix(label, "exact") {
			timing = "interval"
		}
		path := filepath.Join(t.TempDir(), "spec.yaml")
		text := "model: rem\nlike: remstats\ntiming: " + timing + "\ndirected: true\nactors: {file: " + dir + "/remstats_actors.csv, id: name, covariates: [age, sex]}\nevents: {file: " + dir + "/remstats_directed_events.csv}\nterms: " + terms + "\n"
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		data, m, err := Load(path, nil, 0, 1)
		if err != nil {
			t.Fatal(err)
		}
		d, err := Prepare(t.Context(), data, m)
		if err != nil {
			t.Fatal(err)
		}
		var theta []float64
		for _, c := range want[label].Coefficients {
			theta = append(theta, c.Estimate)
		}
		if l, _, _ := d.LogLikelihood(theta); math.Abs(l-want[label].LogLik) > 1e-9*math.Abs(l) {
			t.Errorf("%s: log-likelihood %v, published %v", label, l, want[label].LogLik)
		}
	}
}

// The page that reads the built-in models says what they say, with what it leaves out
// of one too.
func TestReadingOfTheModels(t *testing.T) {
	text, err := os.ReadFile("../docs/ots-models.md")
	if err != nil {
		t.Fatal(err)
	}
	folder, err := cases.FS("ots")
	if err != nil {
		t.Fatal(err)
	}
	c, err := ledger.Load(t.Context(), folder, ledger.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range Ready() {
		_, section, ok := strings.Cut(string(text), "## `entente fit "+name+"`")
		if !ok {
			t.Errorf("docs/ots-models.md does not read %s", name)
			continue
		}
		section, _, _ = strings.Cut(section, "\n## ")
		data, m, err := Load(name, c, c.Horizon, 1)
		if err != nil {
			t.Fatal(err)
		}
		estimate := func(m Model) *Fit {
			d, err := Prepare(t.Context(), data, &m)
			if err != nil {
				t.Fatal(err)
			}
			fit, err := d.Fit(t.Context(), Options{})
			if err != nil {
				t.Fatal(err)
			}
			return fit
		}
		fit := estimate(*m)
		if name == "transition" {
			without := *m
			without.Terms = m.Terms[1:]
			e := estimate(without).Terms
			if said := fmt.Sprintf("say nothing (%.2g, standard error %.2g) and past larger acts little (%.2g, %.2g)", e[0].Estimate, e[0].SE, e[1].Estimate, e[1].SE); !strings.Contains(section, said) {
				t.Errorf("transition without activity: the page does not say %q", said)
			}
		}
		if !strings.Contains(section, fmt.Sprintf("\n%d acts", fit.Events)) {
			t.Errorf("%s: the page does not say %d acts", name, fit.Events)
		}
		for _, e := range fit.Terms {
			row, _, _ := strings.Cut(section[max(0, strings.Index(section, "| "+e.Name+" ")):], "\n")
			cells := strings.Split(row, "|")
			if len(cells) != 5 || strings.TrimSpace(cells[2]) != fmt.Sprintf("%.2g", e.Estimate) || strings.TrimSpace(cells[3]) != fmt.Sprintf("%.2g", e.SE) {
				t.Errorf("%s: %s is %.2g (%.2g), the page says %q", name, e.Name, e.Estimate, e.SE, row)
			}
		}
	}
}

// fitText fits a specification written beside tables.
func fitText(t *testing.T, tables map[string]string, spec string, opt Options) (*Design, *Fit, error) {
	t.Helper()
	dir := t.TempDir()
	tables["spec.yaml"] = spec
	for name, text := range tables {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	data, model, err := Load(filepath.Join(dir, "spec.yaml"), nil, 0, 1)
	if err != nil {
		return nil, nil, err
	}
	design, err := Prepare(t.Context(), data, model)
	if err != nil {
		return nil, nil, err
	}
	fit, err := design.Fit(t.Context(), opt)
	return design, fit, err
}

// Rows out of the order of time are sorted, and the fit names the first.
func TestRowsOutOfOrder(t *testing.T) {
	tables := map[string]string{
		"actors.csv": "id\nA\nB\nC\n",
		"events.csv": "id,time,sender,receiver\ne1,1,A,B\ne2,5,B,A\ne3,3,B,C\ne4,4,A,B\ne5,6,A,B\n",
	}
	_, fit, err := fitText(t, tables, "model: rem\ndirected: true\nactors: {file: actors.csv}\nevents: {file: events.csv}\nterms: [{term: inertia}]\n", Options{})
	if err != nil {
		t.Fatal(err)
	}
	if len(fit.Warnings) == 0 || fit.Warnings[0].Code != WarnOrder || !strings.HasPrefix(fit.Warnings[0].Text, "events.csv:4: event e3 is earlier than one above it, and so are 1 more") {
		t.Errorf("warnings %v", fit.Warnings)
	}
}

func TestWhatCannotBeRead(t *testing.T) {
	const head = "model: rem\ndirected: true\nactors: {file: actors.csv}\nevents: {file: events.csv}\n"
	for text, want := range map[string]string{
		head + "layers: {treaty: {directed: true}}\nterms: [{term: inertia}]\n":                         "layer treaty has neither ties at the start",
		head + "terms: [{term: inertia, weighted: true, transform: log, name: x}]\n":                    "term x is -Inf for A -> B at time 1",
		head + "terms: [{term: inertia, weighted: true, transform: log, standardise: true, name: x}]\n": "term x is -Inf for A -> B at time 1",
	} {
		tables := map[string]string{"actors.csv": "id\nA\nB\nC\n", "events.csv": "time,sender,receiver\n1,A,B\n2,B,A\n"}
		if _, _, err := fitText(t, tables, text, Options{}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, expected %q", err, want)
		}
	}
}

// A coefficient without a finite maximum has no sandwich: the scores vanish on the
// way and would make it look certain.
func TestSeparationHasNoRobustError(t *testing.T) {
	tables := map[string]string{"actors.csv": "id\nA\nB\nC\n", "events.csv": "time,sender,receiver\n1,A,B\n2,B,C\n3,C,A\n4,B,A\n"}
	_, fit, err := fitText(t, tables, "model: rem\ndirected: true\nactors: {file: actors.csv}\nevents: {file: events.csv}\nterms: [{term: inertia}]\n", Options{Robust: "event"})
	if err != nil {
		t.Fatal(err)
	}
	if e := fit.Terms[0]; e.Diverges != -1 || !math.IsNaN(e.RobustSE) || !math.IsNaN(e.P) || !math.IsNaN(e.High) {
		t.Errorf("%+v", e)
	}
}

// In a coordination it is of no account who stands first.
func TestCoordinationNamesTwoWithoutDirection(t *testing.T) {
	tables := map[string]string{"actors.csv": "id\nA\nB\nC\n", "events.csv": "time,sender,receiver\n1,A,B\n2,B,C\n3,A,B\n4,A,C\n5,B,A\n"}
	design, fit, err := fitText(t, tables, "model: choice_coordination\nactors: {file: actors.csv}\nevents: {file: events.csv}\nterms: [{term: inertia}]\n", Options{})
	if err != nil {
		t.Fatal(err)
	}
	good, err := design.Goodness(t.Context(), fit, nil)
	if err != nil {
		t.Fatal(err)
	}
	if s := good.Surprises[0]; s.Actors.String() != "A, B" || s.Expected[0].Actors.To != nil {
		t.Errorf("%+v", s)
	}
}

func TestWaitingTimesWithoutIntercept(t *testing.T) {
	tables := map[string]string{"actors.csv": "id\nA\nB\nC\n", "events.csv": "time,sender,receiver\n1,A,B\n2,B,C\n3,A,B\n4,B,A\n"}
	_, fit, err := fitText(t, tables, "model: rem\ndirected: true\ntiming: interval\nactors: {file: actors.csv}\nevents: {file: events.csv}\nterms: [{term: inertia}]\n", Options{})
	if err != nil {
		t.Fatal(err)
	}
	if len(fit.Warnings) != 1 || fit.Warnings[0].Code != WarnNoIntercept {
		t.Errorf("warnings %v", fit.Warnings)
	}
}

// Where far more sets could act than did, at coefficients of zero rounding swallows
// the events; the intercept still begins at their mean rate.
func TestMeanRateAmongManySets(t *testing.T) {
	actors, events := "id\n", "time,actors\n"
	for k := range 2000 {
		actors += fmt.Sprintf("A%d\n", k)
	}
	for k := range 300 {
		events += fmt.Sprintf("%d,A%d;A%d;A%d;A%d;A%d\n", 1000*k, k%7, k%11+10, k%13+30, k%17+50, k%19+70)
	}
	_, fit, err := fitText(t, map[string]string{"actors.csv": actors, "events.csv": events},
		"model: hyper\ntiming: interval\norigin: -1000\nactors: {file: actors.csv}\nevents: {file: events.csv}\nrisk_set: {controls: 5, max_size: 5}\nterms: [{term: intercept}, {term: subrep, order: 1}]\n", Options{})
	if err != nil {
		t.Fatal(err)
	}
	sets := 0.0
	for size := 2; size <= 5; size++ {
		sets += choose(2000, size)
	}
	if want := 300 * (math.Log(300/(300e3*sets)) - 1); math.Abs(fit.NullLogLik/want-1) > 1e-9 || fit.Evaluations > 20 {
		t.Errorf("log-likelihood of the mean rate %v, expected %v; %d evaluations, %v", fit.NullLogLik, want, fit.Evaluations, fit.Warnings)
	}
}

// A table whose values are not read, and ids that stand twice, are told.
func TestTableNotes(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"events.csv": "id,time,sender,receiver,value\ne1,1,A,B,0\ne2,2,B,A,1\ne1,3,A,C,2\ne4,4,C,B,1\ne5,5,A,B,1\n",
		"actors.csv": "id\nA\nB\nC\n",
		"spec.yaml":  "model: rem\ndirected: true\nactors: {file: actors.csv}\nevents: {file: events.csv}\nterms:\n  - {term: inertia}\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	data, m, err := Load(filepath.Join(dir, "spec.yaml"), nil, 0, 1)
	if err != nil {
		t.Fatal(err)
	}
	d, err := Prepare(t.Context(), data, m)
	if err != nil {
		t.Fatal(err)
	}
	fit, err := d.Fit(t.Context(), Options{})
	if err != nil {
		t.Fatal(err)
	}
	var codes []string
	for _, w := range fit.Warnings {
		codes = append(codes, w.Code)
		if w.Code == WarnTwice && !strings.Contains(w.Text, ":4: event e1 stands in line 2 already") {
			t.Errorf("%q", w.Text)
		}
	}
	if !slices.Contains(codes, WarnTwice) || !slices.Contains(codes, WarnValue) {
		t.Errorf("warnings %v", codes)
	}
}

// What others write as keys is answered with what to write.
func TestKeysOfOtherPrograms(t *testing.T) {
	for text, want := range map[string]string{
		"model: hyper\nrisk_set: {controls: 10, seed: 1}\n":  `[2:26] unknown field "seed": the seed is that of the whole run, --seed`,
		"model: rem\nmemory: decay\n":                        `[2:1] unknown field "memory": each term has its own window or half_life`,
		"model: rem\nterms:\n- {term: trans, halflife: 3}\n": `unknown field "halflife": half_life`,
		"model: rem\nnonsense: 3\n":                          `[2:1] unknown field "nonsense"`,
	} {
		if _, _, err := decode([]byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %s", text, err, want)
		}
	}
}
