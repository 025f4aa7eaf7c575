package bargain

import (
	"strings"
	"testing"
)

const good = `dimensions: [depth]
actors:
  - {name: A, capability: 10, position: 20, salience: 40}
  - {name: B, capability: 5, position: [80], salience: [{low: 20, mode: 30, high: 60}]}
`

func TestReadRefuses(t *testing.T) {
	for name, test := range map[string]struct{ old, new, want string }{
		"salience above the scale": {"salience: 40", "salience: 140", "x.yaml:3:"},
		"salience of 1.4":          {"salience: 40}\n  - {name: B, capability: 5, position: [80], salience: [{low: 20, mode: 30, high: 60}]}", "salience: 1.4}\n  - {name: B, capability: 5, position: 80, salience: 0.5}", "x.yaml:3:55: salience 1.4 is the largest"},
		"scale without ends":       {"[depth]", "[{name: depth, low: 0}]", "only one end"},
		"scale without length":     {"[depth]", "[{name: depth, low: 3, high: 3}]", "must differ"},
		"no dimensions":            {"[depth]", "[]", "no dimensions"},
		"rungs of no dimension":    {"dimensions: [depth]", "rungs: {r3: 5}\nonlookers: [{name: X, ceiling: 3, note: n}]\nat_least: [4]", "no dimensions"},
		"points of no dimension":   {"[depth]", "[depth, width]\nat_least: [4]", "at_least belongs to one dimension"},
		"unknown dimension":        {"position: 20", "position: {dept: 20, depth: 3}", `no dimension "dept"`},
		"rung of no ladder":        {"dimensions", "rungs: {r9: 5}\ndimensions", "none of r0 to r8"},
		"points no list":           {"[depth]", "[{name: depth, at_least: 4}]", "at_least is a list"},
		"signs":                    {"salience: 40", "salience: 40, signs: maybe", "neither true nor false"},
		"negative capability":      {"capability: 10", "capability: -10", "x.yaml:3:"},
		"no capability":            {"capability: 10", "capability: 0", ""},
		"position outside":         {"position: 20", "position: 120", "position 120 of A lies outside the scale of depth, 0 to 100"},
		"not a number":             {"position: 20", "position: .nan", "is no number"},
		"infinite":                 {"capability: 10", "capability: .inf", "is no number"},
		"text":                     {"position: 20", "position: much", "position much is no number"},
		"missing":                  {"position: 20, ", "", "position is missing"},
		"twice":                    {"name: B", "name: A", "x.yaml:4:12: actor A stands there twice"},
		"no name":                  {"name: B, ", "", "no name"},
		"unknown key":              {"name: B", "nom: B", "[4:6]"},
		"range out of order":       {"low: 20", "low: 50", "not in order"},
		"range key":                {"low: 20", "lo: 20", `"lo" is none of`},
		"entries":                  {"[80]", "[80, 3]", "2 entries; there are 1 dimensions"},
		"voting":                   {"dimensions", "parameters: {voting: cubic}\ndimensions", "x.yaml:1:22: parameter voting: cubic is not built in"},
		"parameter":                {"dimensions", "parameters: {speed: 3}\ndimensions", `parameter "speed" is not known`},
		"one actor":                {"\n  - {name: B, capability: 5, position: [80], salience: [{low: 20, mode: 30, high: 60}]}", "", "1 actors; a bargain needs at least two"},
		"salience 0":               {"salience: 40", "salience: 0", "takes no part"},
		"reference outside":        {"dimensions", "reference: 101\ndimensions", "reference 101 lies outside"},
		"opt out":                  {"dimensions", "opt_out: 2\ndimensions", "opt_out 2"},
		"empty":                    {good, "", "it is empty"},
	} {
		t.Run(name, func(t *testing.T) {
			text := strings.Replace(good, test.old, test.new, 1)
			if text == good {
				t.Fatal("the test changes nothing")
			}
			c, err := Read("x.yaml", strings.NewReader(text))
			if test.want == "" {
				if err != nil {
					t.Fatal(err)
				}
				return
			}
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Fatalf("got %v, %v; want %q", c, err, test.want)
			}
		})
	}
	if _, err := Read("x.yaml", strings.NewReader(strings.NewReplacer("capability: 10", "capability: 0", "capability: 5", "capability: 0").Replace(good))); err == nil || !strings.Contains(err.Error(), "no actor has any capability") {
		t.Errorf("got %v", err)
	}
}

func FuzzRead(f *testing.F) {
	f.Add(good)
	f.Add(`{"model":"BDM","actors":[{"Actor":"A","Capability":"0.1","Position":"4","Salience":"0.8"},{"Actor":"B","Capability":"1","Position":"5","Salience":"1"}]}`)
	f.Fuzz(func(t *testing.T, text string) {
		c, err := Read("x", strings.NewReader(text))
		if err != nil {
			return
		}
		c.Stop.MaxSteps = 3
		if _, err := Solve(t.Context(), c, Drawing{Draws: 3}); err != nil {
			t.Fatal(err)
		}
	})
}
