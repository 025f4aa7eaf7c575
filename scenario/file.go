package scenario

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"entente"
	"entente/internal/yamltext"
	"entente/ledger"
)

// Scenario is a named set of changes to a record.
type Scenario struct {
	ID        string // the name of its file without folder and ending
	Name      string
	Reasoning string
	AsOf      entente.Day // on which both sides are compared; 0: the case's horizon
	spec      spec
	text      *yamltext.Text
	file      string
}

// spec is a scenario as written.
type spec struct {
	Name      string                               `yaml:"name"`
	Reasoning string                               `yaml:"reasoning"`
	AsOf      string                               `yaml:"as_of"`
	Add       map[string][]map[string]any          `yaml:"add"`
	Alter     map[string]map[string]map[string]any `yaml:"alter"`
	Remove    map[string][]string                  `yaml:"remove"`
	Join      []memberSpec                         `yaml:"join"`
	Leave     []memberSpec                         `yaml:"leave"`
	Positions map[string]map[string]any            `yaml:"positions"`
	Routes    []routeSpec                          `yaml:"routes"`
}

// memberSpec is an actor that joins the group, or leaves it, on a day.
type memberSpec struct {
	Actor string `yaml:"actor"`
	Role  string `yaml:"role"`
	On    string `yaml:"on"`
}

// routeSpec is a question put to the corridors.
type routeSpec struct {
	From   string   `yaml:"from"`
	To     string   `yaml:"to"`
	Layers []string `yaml:"layers"`
	// Assume is the capacity of legs of which none is recorded; 0: unknown stays unknown.
	Assume float64 `yaml:"assume"`
}

// maxFile bounds a scenario in bytes.
const maxFile = 256 << 10

// tables are those that a scenario may change; the others hold what others have said.
var tables = []string{"actors", "acts", "changes", "sources", "threats", "postures", "corridors", "corridor_nodes", "blocs"}

// Read reads a scenario and checks its form; whether it fits a case, [Base.Apply] tells.
func Read(name string, text []byte) (*Scenario, error) {
	if len(text) > maxFile {
		return nil, fmt.Errorf("%s: a scenario of %d bytes; at most %d are read", name, len(text), maxFile)
	}
	s := &Scenario{ID: strings.TrimSuffix(path.Base(filepath.ToSlash(name)), path.Ext(name)), file: name}
	var err error
	s.text, err = yamltext.Decode(name, text, &s.spec)
	if errors.Is(err, io.EOF) {
		err = errors.New("it is empty; a scenario has a name and changes")
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	s.Name, s.Reasoning = strings.TrimSpace(s.spec.Name), strings.TrimSpace(s.spec.Reasoning)
	var problems []error
	fail := func(path, format string, args ...any) {
		problems = append(problems, fmt.Errorf("%s: %s", s.text.Where(path), fmt.Sprintf(format, args...)))
	}
	if s.Name == "" {
		problems = append(problems, fmt.Errorf("%s:1:1: the scenario has no name", name))
	}
	if s.Reasoning == "" {
		problems = append(problems, fmt.Errorf("%s:1:1: the scenario has no reasoning: say why it is worth asking", name))
	}
	if s.spec.AsOf != "" {
		if s.AsOf, err = entente.ParseDay(s.spec.AsOf); err != nil {
			fail("$.as_of", "%v", err)
		}
	}
	for _, in := range []struct {
		key    string
		tables []string
	}{{"add", slices.Sorted(maps.Keys(s.spec.Add))}, {"alter", slices.Sorted(maps.Keys(s.spec.Alter))}, {"remove", slices.Sorted(maps.Keys(s.spec.Remove))}} {
		for _, table := range in.tables {
			if !slices.Contains(tables, table) {
				fail("$."+in.key+"."+table, "there is no table %q to change%s; there are %s", table, meant(table, tables), strings.Join(tables, ", "))
			}
		}
	}
	for _, table := range slices.Sorted(maps.Keys(s.spec.Add)) {
		for i, row := range s.spec.Add[table] {
			s.columns(fmt.Sprintf("$.add.%s[%d]", table, i), table, row, fail)
		}
	}
	for _, table := range slices.Sorted(maps.Keys(s.spec.Alter)) {
		for _, id := range slices.Sorted(maps.Keys(s.spec.Alter[table])) {
			s.columns("$.alter."+table+"."+id, table, s.spec.Alter[table][id], fail)
		}
	}
	for key, list := range map[string][]memberSpec{"join": s.spec.Join, "leave": s.spec.Leave} {
		for i, m := range list {
			path := fmt.Sprintf("$.%s[%d]", key, i)
			if m.Actor == "" {
				fail(path, "no actor is named")
			}
			if _, err := entente.ParseDay(m.On); err != nil {
				fail(path, "on: %v", err)
			}
			if m.Role != "" && m.Role != "member" && m.Role != "observer" {
				fail(path+".role", "role %q is neither member nor observer", m.Role)
			}
		}
	}
	for i, r := range s.spec.Routes {
		if r.From == "" || r.To == "" {
			fail(fmt.Sprintf("$.routes[%d]", i), "a route is asked from a node to a node")
		}
		if r.Assume < 0 {
			fail(fmt.Sprintf("$.routes[%d].assume", i), "a capacity of %g is below 0", r.Assume)
		}
	}
	slices.SortFunc(problems, func(a, b error) int { return strings.Compare(a.Error(), b.Error()) })
	return s, errors.Join(problems...)
}

// columns checks that a row names columns of its table.
func (s *Scenario) columns(path, table string, row map[string]any, fail func(string, string, ...any)) {
	columns := ledger.Columns(table)
	for _, column := range slices.Sorted(maps.Keys(row)) {
		if slices.Contains(columns, column) || table == "acts" && (column == "every" || column == "until") {
			continue
		}
		if columns != nil {
			fail(path+"."+column, "table %s has no column %q%s", table, column, meant(column, columns))
		}
	}
}

// meant suggests the nearest of some words.
func meant(word string, words []string) string {
	lower := make([]string, len(words))
	for i, w := range words {
		lower[i] = strings.ToLower(w)
	}
	if i := slices.Index(lower, entente.Nearest(word, lower)); i >= 0 {
		return fmt.Sprintf(" (%s?)", words[i])
	}
	return ""
}
