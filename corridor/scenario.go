package corridor

import (
	"errors"
	"fmt"
	"io"
	"math"
	"slices"

	"entente/internal/yamltext"
)

type scenarioSpec struct {
	Name        string           `yaml:"name"`
	Note        string           `yaml:"note"`
	From        any              `yaml:"from"`
	To          any              `yaml:"to"`
	Horizon     any              `yaml:"horizon_days"`
	Alarm       map[string]any   `yaml:"alarm"`
	Threats     []threatSpec     `yaml:"threats"`
	Protections []protectionSpec `yaml:"protections"`
}

type threatSpec struct {
	Name        string `yaml:"name"`
	Edges       []any  `yaml:"edges"`
	Nodes       []any  `yaml:"nodes"`
	Yearly      any    `yaml:"yearly"`
	Each        any    `yaml:"each"`
	Loss        any    `yaml:"loss"`
	Days        any    `yaml:"days"`
	Day         any    `yaml:"day"`
	Recovery    string `yaml:"recovery"`
	Independent bool   `yaml:"independent"`
	Source      string `yaml:"source"`
	Note        string `yaml:"note"`
}

type protectionSpec struct {
	Name    string `yaml:"name"`
	Threats []any  `yaml:"threats"`
	Edges   []any  `yaml:"edges"`
	Yearly  any    `yaml:"yearly"`
	Loss    any    `yaml:"loss"`
	Days    any    `yaml:"days"`
	Source  string `yaml:"source"`
	Note    string `yaml:"note"`
}

const (
	maxScenario = 4 << 20 // bytes
	maxHorizon  = 100 * 365
)

// ReadScenario reads threats and protections from YAML or JSON for a network whose
// legs and nodes they name. Every mistake is reported with file, line and column.
// docs/corridors.md has the keys.
func ReadScenario(name string, r io.Reader, n *Network) (*Scenario, error) {
	text, err := io.ReadAll(io.LimitReader(r, maxScenario+1))
	if err != nil {
		return nil, err
	}
	if len(text) > maxScenario {
		return nil, fmt.Errorf("%s: more than %d bytes; is this a scenario?", name, maxScenario)
	}
	f := &scenarioReader{net: n, edges: map[string]int{}}
	if f.text, err = yamltext.Decode(name, text, &f.spec); err != nil {
		if errors.Is(err, io.EOF) {
			err = errors.New("it is empty; a scenario names threats")
		}
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	for i, e := range n.Edges {
		f.edges[e.ID] = i
		f.ids = append(f.ids, e.ID)
	}
	sc := f.read()
	return sc, errors.Join(f.problems...)
}

type scenarioReader struct {
	net      *Network
	edges    map[string]int
	ids      []string
	spec     scenarioSpec
	text     *yamltext.Text
	problems []error
}

func (f *scenarioReader) bad(path, format string, args ...any) {
	f.problems = append(f.problems, fmt.Errorf("%s: %s", f.text.Where(path), fmt.Sprintf(format, args...)))
}

// number reads a number in a range; nothing is the number that it is without.
func (f *scenarioReader) number(path string, v any, what string, low, high, without float64) float64 {
	x := math.NaN()
	switch v := v.(type) {
	case nil:
		if !math.IsNaN(without) {
			return without
		}
		f.bad(path, "%s is missing", what)
		return 0
	case float64:
		x = v
	case uint64:
		x = float64(v)
	case int64:
		x = float64(v)
	case int:
		x = float64(v)
	}
	switch {
	case math.IsNaN(x):
		f.bad(path, "%s %v is no number", what, v)
		return 0
	case x < low || x > high:
		f.bad(path, "%s %v lies outside %v..%v", what, v, low, high)
		return 0
	}
	return x
}

// spread reads a number from 0, or low and high, or low, mode and high.
func (f *scenarioReader) spread(path string, v any, what string, high float64, without Spread) Spread {
	if v == nil && !math.IsNaN(without.Low) {
		return without
	}
	m, ok := v.(map[string]any)
	if !ok {
		return Point(f.number(path, v, what, 0, high, math.NaN()))
	}
	for key := range m {
		if key != "low" && key != "mode" && key != "high" {
			f.bad(path+"."+key, "%s: key %q is none of low, mode, high", what, key)
		}
	}
	s := Spread{Low: f.number(path+".low", m["low"], what+", low,", 0, high, math.NaN()),
		High: f.number(path+".high", m["high"], what+", high,", 0, high, math.NaN())}
	s.Mode = f.number(path+".mode", m["mode"], what+", mode,", 0, high, (s.Low+s.High)/2)
	if s.Low > s.Mode || s.Mode > s.High {
		f.bad(path, "%s %v, %v, %v: low, mode and high are not in order", what, s.Low, s.Mode, s.High)
	}
	return s
}

var missing = Point(math.NaN())

func (f *scenarioReader) read() *Scenario {
	spec := &f.spec
	sc := &Scenario{Name: spec.Name, From: text(spec.From), To: text(spec.To),
		Horizon: f.number("$.horizon_days", spec.Horizon, "horizon_days", 1, maxHorizon, year), AlarmLoss: .3, AlarmDays: 30}
	for key := range spec.Alarm {
		if key != "loss" && key != "days" {
			f.bad("$.alarm."+key, "alarm: key %q is neither loss nor days", key)
		}
	}
	sc.AlarmLoss = f.number("$.alarm.loss", spec.Alarm["loss"], "loss of the alarm", 0, 1, sc.AlarmLoss)
	sc.AlarmDays = f.number("$.alarm.days", spec.Alarm["days"], "days of the alarm", 0, maxHorizon, sc.AlarmDays)
	if len(spec.Threats) == 0 {
		f.bad("$.threats", "there are no threats; name at least one")
	}
	names := map[string]int{}
	for i := range spec.Threats {
		path := fmt.Sprintf("$.threats[%d]", i)
		th := f.threat(path, &spec.Threats[i])
		if _, twice := names[th.Name]; twice {
			f.bad(path+".name", "threat %q stands there twice", th.Name)
		}
		names[th.Name] = i
		sc.Threats = append(sc.Threats, th)
	}
	protected := map[string]bool{}
	for i := range spec.Protections {
		path := fmt.Sprintf("$.protections[%d]", i)
		p := f.protection(path, &spec.Protections[i], names)
		if protected[p.Name] {
			f.bad(path+".name", "protection %q stands there twice", p.Name)
		}
		protected[p.Name] = true
		sc.Protections = append(sc.Protections, p)
	}
	return sc
}

func text(v any) string {
	if v == nil {
		return ""
	}
	return fmt.Sprint(v)
}

// legs finds edges by id; "all" is all of them.
func (f *scenarioReader) legs(path string, list []any) (edges []int) {
	for i, v := range list {
		id := text(v)
		if id == "all" {
			edges = edges[:0]
			for e := range f.net.Edges {
				edges = append(edges, e)
			}
			return edges
		}
		e, ok := f.edges[id]
		switch near := ""; {
		case ok && !slices.Contains(edges, e):
			edges = append(edges, e)
		case ok:
		default:
			if near = nearest(id, f.ids); near != "" {
				near = fmt.Sprintf("; did you mean %q?", near)
			}
			f.bad(fmt.Sprintf("%s[%d]", path, i), "no leg %q%s", id, near)
		}
	}
	return edges
}

func (f *scenarioReader) threat(path string, spec *threatSpec) Threat {
	th := Threat{Name: spec.Name, Source: spec.Source, Independent: spec.Independent, Anyday: spec.Day == nil}
	if th.Name == "" {
		f.bad(path, "a threat needs a name")
	}
	th.Edges = f.legs(path+".edges", spec.Edges)
	for i, v := range spec.Nodes {
		node, err := f.net.Node(text(v))
		if err != nil {
			f.bad(fmt.Sprintf("%s.nodes[%d]", path, i), "%v", err)
			continue
		}
		for e, edge := range f.net.Edges {
			if (edge.From == node || edge.To == node) && !slices.Contains(th.Edges, e) {
				th.Edges = append(th.Edges, e)
			}
		}
	}
	slices.Sort(th.Edges)
	if len(spec.Edges)+len(spec.Nodes) == 0 {
		f.bad(path, "threat %q exposes nothing; name edges or nodes", th.Name)
	}
	th.Yearly = f.spread(path+".yearly", spec.Yearly, "yearly probability", 1, missing)
	th.Each = f.number(path+".each", spec.Each, "each", 0, 1, 1)
	th.Loss = f.spread(path+".loss", spec.Loss, "loss", 1, Point(1))
	th.Days = f.spread(path+".days", spec.Days, "days", maxHorizon, missing)
	th.Day = f.spread(path+".day", spec.Day, "day", year, Spread{})
	switch spec.Recovery {
	case "", "at_once":
	case "even":
		th.Linear = true
	default:
		f.bad(path+".recovery", "recovery %q is neither at_once nor even", spec.Recovery)
	}
	return th
}

func (f *scenarioReader) protection(path string, spec *protectionSpec, names map[string]int) Protection {
	p := Protection{Name: spec.Name, Source: spec.Source, Edges: f.legs(path+".edges", spec.Edges)}
	if p.Name == "" {
		f.bad(path, "a protection needs a name")
	}
	for i, v := range spec.Threats {
		th, ok := names[text(v)]
		if !ok {
			f.bad(fmt.Sprintf("%s.threats[%d]", path, i), "no threat %q is named above", text(v))
			continue
		}
		p.Threats = append(p.Threats, th)
	}
	if len(spec.Threats) == 0 {
		for i := range f.spec.Threats {
			p.Threats = append(p.Threats, i)
		}
	}
	p.Yearly = f.number(path+".yearly", spec.Yearly, "factor of the yearly probability", 0, 1, 1)
	p.Loss = f.number(path+".loss", spec.Loss, "factor of the loss", 0, 1, 1)
	p.Days = f.number(path+".days", spec.Days, "factor of the days", 0, 1, 1)
	if p.Yearly == 1 && p.Loss == 1 && p.Days == 1 {
		f.bad(path, "protection %q changes nothing; give a factor below 1 for yearly, loss or days", p.Name)
	}
	return p
}
