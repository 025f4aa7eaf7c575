package rem

import (
	"bytes"
	"cmp"
	"embed"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"

	"entente"
	"entente/internal/yamltext"
)

//go:embed models/*.yaml
var ready embed.FS

// Ready lists the names of the built-in specifications.
func Ready() []string {
	files, _ := fs.Glob(ready, "models/*.yaml")
	for i, f := range files {
		files[i] = strings.TrimSuffix(filepath.Base(f), ".yaml")
	}
	return files
}

// spec is a specification as written.
type spec struct {
	Model     Family                   `yaml:"model"`
	Like      string                   `yaml:"like"`
	Timing    string                   `yaml:"timing"`
	Directed  bool                     `yaml:"directed"`
	Ties      string                   `yaml:"ties"`
	DecayFrom string                   `yaml:"decay_from"`
	Intervals string                   `yaml:"intervals"`
	Enters    string                   `yaml:"presence_from"`
	Holds     string                   `yaml:"changes_from"`
	Splits    bool                     `yaml:"presence_splits"`
	Origin    instant                  `yaml:"origin"`
	After     instant                  `yaml:"after"`
	Ends      instant                  `yaml:"ends"`
	Missing   string                   `yaml:"missing"`
	Clock     string                   `yaml:"clock"`
	Actors    actorSpec                `yaml:"actors"`
	Events    eventSpec                `yaml:"events"`
	Presence  string                   `yaml:"presence"`
	Layers    map[string]layerSpec     `yaml:"layers"`
	Changes   map[string]covariateSpec `yaml:"covariates"`
	RiskSet   riskSpec                 `yaml:"risk_set"`
	Terms     []termSpec               `yaml:"terms"`
}

type actorSpec struct {
	File       string   `yaml:"file"`
	ID         string   `yaml:"id"`
	Present    string   `yaml:"present"`
	Covariates []string `yaml:"covariates"`
	Only       []string `yaml:"only"` // of a case: these states in place of the group's
}

type eventSpec struct {
	Case       string    `yaml:"case"` // "cooperation"
	Types      []string  `yaml:"types"`
	Domains    []string  `yaml:"domains"`
	Size       int       `yaml:"size"`
	LargerThan int       `yaml:"larger_than"`
	Roles      []string  `yaml:"roles"` // of the senders, where events have direction
	Table      tableSpec `yaml:",inline"`
	Name       string    `yaml:"name"`
	Covariates names     `yaml:"covariates"` // of the events: columns
}

type tableSpec struct {
	File     string `yaml:"file"`
	ID       string `yaml:"id"`
	Time     string `yaml:"time"`
	Sender   string `yaml:"sender"`
	Receiver string `yaml:"receiver"`
	Actors   string `yaml:"actors"` // one column, actors separated by semicolons
	Value    string `yaml:"value"`
	Kind     string `yaml:"kind"` // column of the kind of act
}

type layerSpec struct {
	Case       string    `yaml:"case"` // "cooperation" or "threats"
	Size       int       `yaml:"size"`
	LargerThan int       `yaml:"larger_than"`
	Start      string    `yaml:"start"`
	Directed   bool      `yaml:"directed"`
	Replace    bool      `yaml:"replace"`
	Table      tableSpec `yaml:",inline"`
}

type covariateSpec struct {
	File  string `yaml:"file"`
	Time  string `yaml:"time"`
	Actor string `yaml:"actor"`
	Value string `yaml:"value"`
}

type riskSpec struct {
	Controls int     `yaml:"controls"`
	MaxSize  int     `yaml:"max_size"`
	OnSender bool    `yaml:"on_sender"`
	Kinds    bool    `yaml:"kinds"`
	Observed float64 `yaml:"observed"`
	Within   string  `yaml:"within"`
	Given    string  `yaml:"given"` // file: stratum, observed, actors (or senders, receivers)
}

// names is one name or a list of names.
type names []string

func (n *names) UnmarshalYAML(text []byte) error {
	var one string
	if err := yaml.Unmarshal(text, &one); err == nil {
		*n = names{one}
		return nil
	}
	return yaml.Unmarshal(text, (*[]string)(n))
}

// ages are the ages of events between which they count; one number is the greatest.
type ages []float64

func (a *ages) UnmarshalYAML(text []byte) error {
	var one float64
	if err := yaml.Unmarshal(text, &one); err == nil {
		*a = ages{one}
		return nil
	}
	return yaml.Unmarshal(text, (*[]float64)(a))
}

type termSpec struct {
	Term        string     `yaml:"term"`
	On          names      `yaml:"on"`
	Attr        names      `yaml:"attr"`
	Of          string     `yaml:"of"`
	Weighted    *bool      `yaml:"weighted"`
	Combine     string     `yaml:"combine"`
	Third       string     `yaml:"third"`
	Aggregate   string     `yaml:"aggregate"`
	Order       int        `yaml:"order"`
	Senders     int        `yaml:"senders"`
	Receivers   int        `yaml:"receivers"`
	Direction   string     `yaml:"direction"`
	Exactly     bool       `yaml:"exactly"`
	Sizes       []int      `yaml:"sizes"`
	Window      *ages      `yaml:"window"`
	HalfLife    *float64   `yaml:"half_life"`
	Transform   string     `yaml:"transform"`
	Ratio       float64    `yaml:"ratio"`
	Standardise string     `yaml:"standardise"` // true, overall, or population
	Fixed       *float64   `yaml:"fixed"`
	Pieces      []instant  `yaml:"pieces"`
	Smooth      int        `yaml:"smooth"`
	Empty       string     `yaml:"empty"`
	Kinds       names      `yaml:"kinds"`
	Share       bool       `yaml:"share"`
	Signed      bool       `yaml:"signed"`
	History     string     `yaml:"history"`
	Symmetric   bool       `yaml:"symmetric"`
	Unless      string     `yaml:"unless"`
	Product     []termSpec `yaml:"product"`
	Name        string     `yaml:"name"`
}

// countEvents makes a term count events, not partners, unless it says otherwise, as
// remstats does.
func (t *termSpec) countEvents() {
	if d, err := find(t.Term, false); err == nil {
		reads := strings.Fields(d.takes)
		if yes := true; t.Weighted == nil && slices.Contains(reads, "weighted") {
			t.Weighted = &yes
		}
		if t.Combine == "" && slices.Contains(reads, "combine") {
			t.Combine = "min"
		}
	}
	for i := range t.Product {
		t.Product[i].countEvents()
	}
}

// spans refuses a window or a half-life that is none: 0 is not read as if it were not
// there.
func (t *termSpec) spans() error {
	if w := t.Window; w != nil && (len(*w) == 0 || len(*w) > 2 || !((*w)[len(*w)-1] > 0) || !((*w)[0] >= 0)) {
		return fmt.Errorf("window: %v; give a span of time above 0, or the ages from and to which events count", []float64(*w))
	}
	if t.HalfLife != nil && !(*t.HalfLife > 0) {
		return fmt.Errorf("half_life: %v; give a span of time above 0, or leave it out", *t.HalfLife)
	}
	for i := range t.Product {
		if err := t.Product[i].spans(); err != nil {
			return err
		}
	}
	return nil
}

func (t *termSpec) term() Term {
	out := Term{Term: t.Term, On: t.On, Attr: t.Attr, Of: t.Of, Weighted: t.Weighted != nil && *t.Weighted, Combine: t.Combine, Third: t.Third, Aggregate: t.Aggregate,
		Order: t.Order, Senders: t.Senders, Receivers: t.Receivers, Direction: t.Direction, Exactly: t.Exactly, Sizes: t.Sizes,
		Transform: t.Transform, Ratio: t.Ratio, Standardise: t.Standardise == "true" || t.Standardise == "population", Population: t.Standardise == "population", Overall: t.Standardise == "overall", Fixed: t.Fixed, Smooth: t.Smooth,
		Empty: t.Empty, Kinds: t.Kinds, Share: t.Share, Signed: t.Signed, History: t.History, Symmetric: t.Symmetric, Unless: t.Unless, Name: t.Name}
	if out.Aggregate == "mean" { // as goldfish has it
		out.Aggregate = "average"
	}
	if t.Window != nil && len(*t.Window) > 0 {
		w := *t.Window
		out.Window = w[len(w)-1]
		if len(w) > 1 {
			out.Delay = w[0]
		}
	}
	if t.HalfLife != nil {
		out.HalfLife = *t.HalfLife
	}
	for i := range t.Product {
		out.Product = append(out.Product, t.Product[i].term())
	}
	return out
}

// maxSpec bounds a specification in bytes.
const maxSpec = 64 << 10

// Load reads a specification, from a file or by the name of a built-in one, and
// the data that it names: acts of the case, or tables beside the file. The seed
// draws controls.
func Load(path string, c *entente.Case, asOf entente.Day, seed uint64) (*Data, *Model, error) {
	source, err := Open(path)
	if err != nil {
		return nil, nil, err
	}
	return source.Load(c, asOf, seed)
}

// Source is the text of a specification, to be loaded more than once or elsewhere.
type Source struct {
	Path string // or the name of a ready one; tables stand beside it
	Text []byte
}

// Open reads a specification, or takes a ready one by its name.
func Open(path string) (*Source, error) {
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) && slices.Contains(Ready(), path) {
		text, err = ready.ReadFile("models/" + path + ".yaml")
	}
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("there is no specification %s; give a YAML file or one of the built-in ones: %s", path, strings.Join(Ready(), ", "))
	}
	if err != nil {
		return nil, err
	}
	if len(text) > maxSpec {
		return nil, fmt.Errorf("%s: a specification of %d bytes; at most %d are read", path, len(text), maxSpec)
	}
	return &Source{path, text}, nil
}

// Load is [Load] of the text.
func (s *Source) Load(c *entente.Case, asOf entente.Day, seed uint64) (*Data, *Model, error) {
	path := s.Path
	spec, text, err := decode(s.Text)
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", path, err)
	}
	l := &loader{spec: spec, text: text, dir: filepath.Dir(path), c: c, asOf: asOf, at: map[string]int32{}}
	m, err := l.model(seed)
	if err == nil {
		err = l.load(m)
	}
	if err == nil && l.RiskSet.Within == activePairs {
		l.data.addActive()
	}
	if err == nil && l.Model == sizes && len(l.Layers) > 0 {
		err = errors.New("a model of size reads no layers, only the events themselves")
	}
	if err == nil && l.Model == sizes {
		err = l.data.bySize(l.RiskSet.MaxSize)
	}
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", path, err)
	}
	return &l.data, m, nil
}

// decode reads a specification.
func decode(text []byte) (*spec, *yamltext.Text, error) {
	s := &spec{}
	read, err := yamltext.Decode("", text, s)
	if errors.Is(err, io.EOF) {
		err = errors.New("it is empty; it names a model, events and terms")
	} else if err != nil {
		for key, what := range written {
			if found := `unknown field "` + key + `"`; strings.Contains(err.Error(), found) {
				err = errors.New(strings.Replace(err.Error(), found, found+": "+what, 1))
			}
		}
	}
	return s, read, err
}

// written is how a specification says what some write as keys, many of them the options
// of other programs.
var written = map[string]string{
	"seed":            "the seed is that of the whole run, --seed",
	"column":          "covariates of actors are columns of their table (actors: {covariates: [COLUMN]}); covariates: names tables of changes",
	"memory":          "each term has its own window or half_life",
	"memory_value":    "each term has its own window or half_life",
	"decay":           "each term has its own half_life",
	"scaling":         "share: true for \"prop\", standardise: true for \"std\"",
	"transformFun":    "transform: log1p, log, sqrt or square",
	"aggregateFun":    "aggregate: mean, median, sum, min, max or sd",
	"ignoreRep":       "unless: LAYER, with the layer of the events",
	"consider_type":   "kinds: own, where kinds are explained",
	"ordinal":         "timing: ordinal or interval",
	"formula":         "terms: a list of terms",
	"riskset":         "risk_set",
	"sampling":        "risk_set: {controls: N}",
	"num_non_events":  "risk_set: {controls: N}",
	"halflife":        "half_life",
	"half-life":       "half_life",
	"standardize":     "standardise",
	"standardization": "standardise",
}

type loader struct {
	*spec
	text *yamltext.Text
	dir  string
	c    *entente.Case
	asOf entente.Day
	data Data
	at   map[string]int32
	// numbered is whether some time was given as a number, not as a day.
	numbered bool
	// faults are what is wrong with rows of tables.
	faults faults
	spare  []int32 // room for the actors of events to come
}

// place is the line and column of a key of the specification.
func (l *loader) place(format string, args ...any) string {
	if at := l.text.Where("$." + fmt.Sprintf(format, args...)); at != "" {
		return "[" + at[1:] + "] "
	}
	return ""
}

// refuse says what is wrong with the value of a key.
func (l *loader) refuse(key, format string, args ...any) error {
	return fmt.Errorf(l.place("%s", key)+format, args...)
}

func (l *loader) model(seed uint64) (*Model, error) {
	m := &Model{Family: l.Model, Directed: l.Directed, RiskSet: RiskSet{Controls: l.RiskSet.Controls, Seed: seed, MaxSize: l.RiskSet.MaxSize, OnSender: l.RiskSet.OnSender, Kinds: l.RiskSet.Kinds, Observed: l.RiskSet.Observed, Within: l.RiskSet.Within}}
	if families := []Family{REM, Rate, Choice, Coordination, Hyper, sizes}; !slices.Contains(families, l.Model) {
		return nil, l.refuse("model", "model %q is none of %s, %s, %s, %s, %s, %s", l.Model, REM, Rate, Choice, Coordination, Hyper, sizes)
	}
	if l.Model == sizes {
		m.Family, m.RiskSet.MaxSize, m.OfSizes = Rate, 0, true
	}
	if l.RiskSet.Controls < 0 {
		return nil, l.refuse("risk_set.controls", "risk_set: %d controls; give a number from 1, or leave it out for all", l.RiskSet.Controls)
	}
	zero := 0.0
	switch l.Like {
	case "":
	case "goldfish":
		m.FillMissing = true
	case "eventnet":
		m.Ties = Exclude
	case "remstats":
		m.Conventions = Conventions{Ties: Ordered, DecayFromPrevious: true, SplitAtEvents: true, ChangesHold: true, Origin: &zero, Numbered: l.Timing != "interval"}
	default:
		return nil, l.refuse("like", "like %q is none of goldfish, eventnet, remstats", l.Like)
	}
	choices := []struct {
		key, value string
		of         map[string]func()
	}{
		{"timing", l.Timing, map[string]func(){"ordinal": func() {}, "interval": func() { m.Interval = true }}},
		{"ties", l.Ties, map[string]func(){"breslow": func() { m.Ties = Breslow }, "exclude": func() { m.Ties = Exclude }, "efron": func() { m.Ties = Efron }, "random": func() { m.Ties = Random }, "ordered": func() { m.Ties = Ordered }}},
		{"decay_from", l.DecayFrom, map[string]func(){"coming": func() { m.DecayFromPrevious = false }, "previous": func() { m.DecayFromPrevious = true }}},
		{"clock", l.Clock, map[string]func(){"times": func() { m.Numbered = false }, "numbers": func() { m.Numbered = true }}},
		{"missing", l.Missing, map[string]func(){"error": func() { m.FillMissing = false }, "mean": func() { m.FillMissing = true }}},
		{"presence_from", l.Enters, map[string]func(){"time": func() { m.PresenceAfter = false }, "after": func() { m.PresenceAfter = true }}},
		{"changes_from", l.Holds, map[string]func(){"time": func() { m.ChangesHold = true }, "after": func() { m.ChangesHold = false }}},
		{"intervals", l.Intervals, map[string]func(){"changes": func() { m.SplitAtEvents = false }, "events": func() { m.SplitAtEvents = true }}},
	}
	for _, c := range choices {
		if c.value == "" {
			continue
		}
		set, ok := c.of[c.value]
		if !ok {
			var known []string
			for k := range c.of {
				known = append(known, k)
			}
			slices.Sort(known)
			return nil, l.refuse(c.key, "%s %q is none of %s", c.key, c.value, strings.Join(known, ", "))
		}
		set()
	}
	m.PresenceSplits = l.Splits
	for _, k := range []struct {
		key  string
		text instant
		into **float64
	}{{"origin", l.Origin, &m.Origin}, {"ends", l.Ends, &l.data.Ends}, {"after", l.After, &m.After}} {
		if k.text == "" {
			continue
		}
		t, err := l.instant(string(k.text))
		if err != nil {
			return nil, l.refuse(k.key, "%s: %w", k.key, err)
		}
		*k.into = &t
	}
	for i := range l.Terms {
		if l.Like == "remstats" {
			l.Terms[i].countEvents()
		}
		t := l.Terms[i].term()
		t.place = l.place("terms[%d]", i)
		if s := l.Terms[i].Standardise; !slices.Contains([]string{"", "true", "false", "overall", "population"}, s) {
			return nil, t.fault(fmt.Errorf("standardise is true, population or overall, not %q", s))
		}
		if err := l.Terms[i].spans(); err != nil {
			return nil, t.fault(err)
		}
		for _, text := range l.Terms[i].Pieces {
			at, err := l.instant(string(text))
			if err != nil {
				return nil, t.fault(fmt.Errorf("pieces: %w", err))
			}
			t.Pieces = append(t.Pieces, at)
		}
		m.Terms = append(m.Terms, t)
	}
	return m, nil
}

func (l *loader) load(m *Model) error {
	if l.Events.Case != "" {
		return l.fromCase()
	}
	if l.Actors.File == "" || l.Events.Table.File == "" {
		return errors.New("events name a file and actors name a file, or events name the acts of the case (case: cooperation)")
	}
	if err := l.actors(); err != nil {
		return err
	}
	l.data.Own = l.Events.Name
	t, err := l.table(l.Events.Table.File)
	if err != nil {
		return err
	}
	if l.data.Events, err = l.eventsOf(t, l.Events.Table, l.Directed || l.Model == Choice); err != nil {
		return err
	}
	l.data.file = t.path
	for _, name := range l.Events.Covariates {
		if err := l.mark(t, name); err != nil {
			return err
		}
	}
	for i := range l.data.Events {
		if l.data.Events[i].Value == 0 {
			l.faults.add(fmt.Errorf("event %s: %s", l.data.told(i), zeroWeight))
		}
	}
	for _, name := range sortedKeys(l.Layers) {
		s := l.Layers[name]
		if s.Start == "" && s.Table.File == "" {
			return l.refuse("layers."+name, "layer %s has neither ties at the start (start: FILE) nor changes (file: FILE)", name)
		}
		layer := Layer{Name: name, Directed: s.Directed, Replace: s.Replace}
		if s.Start != "" {
			start := s.Table
			start.File = s.Start
			start.Time = "-"
			if start.Value == "" || s.Start != s.Table.File {
				start.Value = "value"
			}
			cells, err := l.events(start, true)
			if err != nil {
				return err
			}
			for _, e := range cells {
				for _, i := range e.From {
					for _, j := range e.To {
						layer.Start = append(layer.Start, Cell{i, j, e.Value})
					}
				}
			}
		}
		if s.Table.File != "" {
			if layer.Events, err = l.events(s.Table, s.Directed); err != nil {
				return err
			}
		}
		l.data.Layers = append(l.data.Layers, layer)
	}
	if l.data.Dated && l.numbered {
		return errors.New("some times are days of the calendar and some are numbers; write all in one way")
	}
	if l.RiskSet.Given != "" {
		if err := l.given(m); err != nil {
			return err
		}
	}
	return l.faults.err()
}

// ReadEvents reads a table of events among the design's actors: columns time and
// actors (separated by semicolons), or time, sender and receiver, and kind where terms
// read the kinds of past events. The path is for messages.
func (d *Design) ReadEvents(path string, text []byte) ([]Event, error) {
	l := &loader{spec: &spec{Actors: actorSpec{File: "the model"}}, at: map[string]int32{}}
	t, err := readTable(path, bytes.NewReader(text), &l.faults)
	if err != nil {
		return nil, err
	}
	for k, name := range d.data.Actors {
		l.at[name] = int32(k)
	}
	columns := tableSpec{}
	if d.Kinds() != nil {
		columns.Kind = "kind"
		l.data.Kinds = slices.Clone(d.data.Kinds)
	}
	l.data.Actors = d.data.Actors
	events, err := l.eventsOf(t, columns, len(d.data.Events[0].To) > 0)
	if err == nil {
		err = l.faults.err()
	}
	if unknown := l.data.Kinds[min(len(d.data.Kinds), len(l.data.Kinds)):]; err == nil && len(unknown) > 0 {
		err = fmt.Errorf("%s: there is no kind of act %q; there are %s", path, unknown[0], strings.Join(d.data.Kinds, ", "))
	}
	if err == nil && len(events) > 0 && l.data.Dated != d.data.Dated {
		err = fmt.Errorf("%s: times are days of the calendar in one of the table and the model, and numbers in the other", path)
	}
	return events, err
}

func sortedKeys[V any](m map[string]V) []string {
	var keys []string
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// fromCase takes acts of cooperation among the group's members and observers, or
// the actors named, up to the day asked for. Acts dated less closely than to the
// month are left out: their place in the order is not known.
func (l *loader) fromCase() error {
	if l.Events.Case != "cooperation" {
		return l.refuse("events.case", "events: case is cooperation, not %q", l.Events.Case)
	}
	if l.Events.Covariates != nil {
		return errors.New("events: covariates are columns of a table; acts of a case have none")
	}
	if l.Actors.File != "" || l.Events.Table.File != "" {
		return errors.New("events come from the case or from a file, not from both")
	}
	l.data.Dated = true
	ends := float64(l.asOf)
	l.data.Ends = &ends
	codes := l.Actors.Only
	if codes == nil {
		for _, m := range l.c.Group.Members {
			if !slices.Contains(codes, m.Actor) {
				codes = append(codes, m.Actor)
			}
		}
	}
	for _, code := range codes {
		if l.c.Actor(code) == nil {
			return l.refuse("actors.only", "actors: %q is not in the case", code)
		}
		l.at[code] = int32(len(l.data.Actors))
		l.data.Actors = append(l.data.Actors, code)
	}
	var err error
	if l.data.Events, err = l.acts(l.Events.Types, l.Events.Domains, l.Events.Size, l.Events.LargerThan); err != nil {
		return err
	}
	if directed := l.Directed || l.Model == Choice; directed != (l.Events.Roles != nil) {
		return errors.New("events of the case have a direction where roles name the senders among the participants (roles: [host]) and directed is true; give both or neither")
	} else if directed {
		l.direct(l.Events.Roles)
	}
	for _, name := range sortedKeys(l.Layers) {
		s := l.Layers[name]
		if s.Case != "cooperation" {
			return l.refuse("layers."+name, "layer %s: case is cooperation, not %q", name, s.Case)
		}
		events, err := l.acts(nil, nil, s.Size, s.LargerThan)
		if err != nil {
			return err
		}
		l.data.Layers = append(l.data.Layers, Layer{Name: name, Events: events})
	}
	threats := Layer{Name: "threats"}
	for i, a := range codes {
		for _, b := range codes[i+1:] {
			shared := 0.0
			for _, t := range l.c.Threats {
				if slices.Contains(t.Exposed, a) && slices.Contains(t.Exposed, b) {
					shared++
				}
			}
			if shared > 0 {
				threats.Start = append(threats.Start, Cell{l.at[a], l.at[b], shared})
			}
		}
	}
	l.data.Layers = append(l.data.Layers, threats, l.organisations())
	return nil
}

// direct gives acts a direction, from the participants that have one of the roles to
// all others. Acts without both are left out.
func (l *loader) direct(roles []string) {
	for k := range l.data.Events {
		e := &l.data.Events[k]
		act, all := l.c.Act(e.ID), e.From
		e.From = nil
		for _, a := range all {
			if slices.Contains(roles, act.Role(l.data.Actors[a])) {
				e.From = append(e.From, a)
			} else {
				e.To = append(e.To, a)
			}
		}
	}
	l.data.Events = slices.DeleteFunc(l.data.Events, func(e Event) bool { return len(e.From) == 0 || len(e.To) == 0 })
}

func (l *loader) acts(types, domains []string, size, largerThan int) ([]Event, error) {
	for _, word := range types {
		if _, err := entente.ParseActType(word); err != nil {
			return nil, err
		}
	}
	for _, word := range domains {
		if _, err := entente.ParseDomain(word); err != nil {
			return nil, err
		}
	}
	var events []Event
	for _, act := range l.c.Acts {
		if !act.Cooperation() || !act.Date.Begun(l.asOf) || act.Date.End-act.Date.Start > 31 {
			continue
		}
		if types != nil && !slices.Contains(types, string(act.Type)) {
			continue
		}
		if domains != nil && !slices.ContainsFunc(act.Domains, func(d entente.Domain) bool { return slices.Contains(domains, string(d)) }) {
			continue
		}
		e := Event{ID: act.ID, Time: float64(act.Date.Start), Value: 1, Kind: l.kind(string(act.Type))}
		for _, p := range act.Participants {
			if a, ok := l.at[p.Actor]; ok && !slices.Contains(e.From, a) {
				e.From = append(e.From, a)
			}
		}
		if len(e.From) < 2 || size > 0 && len(e.From) != size || len(e.From) <= largerThan {
			continue
		}
		events = append(events, e)
	}
	slices.SortStableFunc(events, func(a, b Event) int { return cmp.Compare(a.Time, b.Time) })
	return events, nil
}
