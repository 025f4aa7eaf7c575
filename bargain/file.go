package bargain

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"

	"entente/internal/yamltext"
)

// fileSpec is a bargain as written; JSON is read as the YAML that it is.
type fileSpec struct {
	Case       string         `yaml:"case"`
	Note       string         `yaml:"note"`
	Model      string         `yaml:"model"`
	Parameters map[string]any `yaml:"parameters"`
	Dimensions []any          `yaml:"dimensions"`
	Actors     []actorSpec    `yaml:"actors"`
	Onlookers  []onlookerSpec `yaml:"onlookers"`
	Quorum     any            `yaml:"quorum"`
	OptOut     any            `yaml:"opt_out"`
	AtLeast    []any          `yaml:"at_least"`
	Rungs      map[string]any `yaml:"rungs"`
	BaseRate   map[string]any `yaml:"base_rate"`
	Reference  any            `yaml:"reference"`

	// An issue of a table of decided issues may keep its columns.
	DisagreementPoint any    `yaml:"disagreement_point"`
	CouncilVote       string `yaml:"council_vote"`
	Proposal          any    `yaml:"proposal"`
	Issue             any    `yaml:"issue"`
	ProposalCode      any    `yaml:"proposal_code"`
	Instrument        any    `yaml:"instrument"`
	Council           any    `yaml:"council"`
	Procedure         any    `yaml:"procedure"`
	Outcome           any    `yaml:"outcome"`

	// Results of an earlier run may stand below the inputs; they are not read.
	Steps      any `yaml:"steps"`
	Rounds     any `yaml:"rounds"`
	Difference any `yaml:"max_abs_difference_to_KTAB_positions_unit_scale"`
	Q          any `yaml:"Q"`
	TUnused    any `yaml:"T_unused"`
}

type actorSpec struct {
	Name       any    `yaml:"name"`
	Capability any    `yaml:"capability"`
	Position   any    `yaml:"position"`
	Salience   any    `yaml:"salience"`
	Signs      any    `yaml:"signs"`
	Votes      any    `yaml:"votes"`
	Ceiling    any    `yaml:"ceiling"`
	Source     string `yaml:"source"`
	Note       string `yaml:"note"`

	// The layout of the older model: capitalised, salience on 0..1.
	OldName       any `yaml:"Actor"`
	OldCapability any `yaml:"Capability"`
	OldPosition   any `yaml:"Position"`
	OldSalience   any `yaml:"Salience"`
}

// Bounds of a file.
const (
	maxFile       = 8 << 20 // bytes
	maxActors     = 300
	maxDimensions = 20
)

// published are the settings that the model has; a file may say so.
var published = map[string]string{"victory": "linear", "voting": "proportional", "pce": "conditional", "transition": "deterministic", "risk_range": "mid",
	"risk_adjust": "one_third", "third_party": "semi_commit", "interpolation": "S2P2", "bargain": "initiator_only"}

// Read reads a bargain from YAML or JSON. Every problem is reported, with file,
// line and column. docs/bargaining.md has the keys.
func Read(name string, r io.Reader) (*Case, error) {
	text, err := io.ReadAll(io.LimitReader(r, maxFile+1))
	if err != nil {
		return nil, err
	}
	if len(text) > maxFile {
		return nil, fmt.Errorf("%s: more than %d bytes; is this a bargain?", name, maxFile)
	}
	f := &reader{spec: &fileSpec{}}
	if f.text, err = yamltext.Decode(name, text, f.spec); err != nil {
		if errors.Is(err, io.EOF) {
			err = errors.New("it is empty; a bargain names dimensions and actors")
		}
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	c := f.read()
	if len(f.problems) > 0 {
		return nil, errors.Join(f.problems...)
	}
	if err := c.Check(); err != nil { // what no single place is to blame for
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return c, nil
}

type reader struct {
	spec     *fileSpec
	text     *yamltext.Text
	problems []error
}

// bad notes a problem at a place such as $.actors[2].salience.
func (f *reader) bad(path, format string, args ...any) {
	f.problems = append(f.problems, fmt.Errorf("%s: %s", f.text.Where(path), fmt.Sprintf(format, args...)))
}

func (f *reader) read() *Case {
	c := &Case{Name: f.spec.Case, Note: f.spec.Note, Model: "SMP"}
	old := strings.HasPrefix(strings.ToUpper(f.spec.Model), "BDM")
	if m := strings.ToUpper(f.spec.Model); m != "" && m != "SMP" && !old {
		f.bad("$.model", "model %q is neither SMP nor BDM", f.spec.Model)
	}
	if old {
		c.Model = "BDM"
	}
	f.parameters(c)
	if len(f.spec.Actors) > maxActors {
		f.bad("$.actors", "%d actors; at most %d are read", len(f.spec.Actors), maxActors)
		return c
	}
	if old && len(f.spec.Actors) > 0 && f.spec.Actors[0].OldName != nil {
		f.older(c)
	} else {
		f.dimensions(c)
		f.actors(c)
	}
	f.onlookers(c)
	f.decision(c)
	return c
}

// number reads one finite number.
func (f *reader) number(path string, v any, what string) (float64, bool) {
	x := math.NaN()
	switch v := v.(type) {
	case float64:
		x = v
	case uint64:
		x = float64(v)
	case int64:
		x = float64(v)
	case int:
		x = float64(v)
	case string: // a number in quotes, as tables turned into JSON have them
		if y, err := strconv.ParseFloat(strings.TrimSpace(v), 64); err == nil {
			x = y
		}
	case nil:
		f.bad(path, "%s is missing", what)
		return 0, false
	}
	if math.IsNaN(x) || math.IsInf(x, 0) {
		f.bad(path, "%s %v is no number", what, v)
		return 0, false
	}
	return x, true
}

// span reads a number, or low, mode and high.
func (f *reader) span(path string, v any, what string) (Range, bool) {
	m, ok := v.(map[string]any)
	if !ok {
		x, ok := f.number(path, v, what)
		return Point(x), ok
	}
	for key := range m {
		if key != "low" && key != "mode" && key != "high" {
			f.bad(path+"."+key, "%s: key %q is none of low, mode, high", what, key)
			return Range{}, false
		}
	}
	low, ok1 := f.number(path+".low", m["low"], what+", low,")
	mode, ok2 := f.number(path+".mode", m["mode"], what+", mode,")
	high, ok3 := f.number(path+".high", m["high"], what+", high,")
	if !ok1 || !ok2 || !ok3 {
		return Range{}, false
	}
	if low > mode || mode > high {
		f.bad(path, "%s %v, %v, %v: low, mode and high are not in order", what, low, mode, high)
		return Range{}, false
	}
	return Range{low, mode, high}, true
}

// spans reads one entry for each dimension; a single one may stand without a list.
func (f *reader) spans(path string, v any, what string, dimensions int) []Range {
	list, ok := v.([]any)
	if !ok {
		list = []any{v}
	}
	if len(list) != dimensions {
		f.bad(path, "%s has %d entries; there are %d dimensions (a range is {low: , mode: , high: })", what, len(list), dimensions)
		return nil
	}
	var out []Range
	for k, v := range list {
		at := path
		if ok {
			at = fmt.Sprintf("%s[%d]", path, k)
		}
		if r, ok := f.span(at, v, what); ok {
			out = append(out, r)
		}
	}
	if len(out) != dimensions {
		return nil
	}
	return out
}

// entries reads one entry for each dimension: a list, a map by the names of dimensions,
// or, where there is one alone, the entry itself. A map may leave out what stays as now.
func (f *reader) entries(path string, v any, what string, dims []Dimension, now []Range) []Range {
	m := byName(v, dims)
	if m == nil {
		return f.spans(path, v, what, len(dims))
	}
	out, given := make([]Range, len(dims)), make([]bool, len(dims))
	copy(out, now)
	for _, key := range sorted(m) {
		k := slices.IndexFunc(dims, func(d Dimension) bool { return d.Name == key })
		if k < 0 {
			f.bad(path+"."+key, "there is no dimension %q; there are %s", key, names(dims))
			return nil
		}
		if out[k], given[k] = f.span(path+"."+key, m[key], what+" on "+key); !given[k] {
			return nil
		}
	}
	if k := slices.Index(given, false); k >= 0 && now == nil {
		f.bad(path, "%s on %s is missing", what, dims[k].Name)
		return nil
	}
	return out
}

// byName is a value that has entries by the names of dimensions, or nil.
func byName(v any, dims []Dimension) map[string]any {
	m, ok := v.(map[string]any)
	if !ok {
		return nil
	}
	named, span := false, false
	for key := range m {
		named = named || slices.ContainsFunc(dims, func(d Dimension) bool { return d.Name == key })
		span = span || key == "low" || key == "mode" || key == "high"
	}
	if named || !span && len(dims) > 1 {
		return m
	}
	return nil
}

func names(dims []Dimension) string {
	var list []string
	for _, d := range dims {
		list = append(list, d.Name)
	}
	return strings.Join(list, ", ")
}

func (f *reader) parameters(c *Case) {
	for _, key := range sorted(f.spec.Parameters) {
		v, path := f.spec.Parameters[key], "$.parameters."+key
		whole := func(into *int, least int) {
			if x, ok := f.number(path, v, key); ok {
				if x != math.Trunc(x) || x < float64(least) || x > 10000 {
					f.bad(path, "%s %v is no whole number from %d to 10000", key, v, least)
				}
				*into = int(x)
			}
		}
		positive := func(into *float64) {
			if x, ok := f.number(path, v, key); ok {
				if x <= 0 {
					f.bad(path, "%s %v is not above 0", key, v)
				}
				*into = x
			}
		}
		switch key {
		case "min_iter":
			whole(&c.Stop.MinSteps, 1)
		case "max_iter":
			whole(&c.Stop.MaxSteps, 1)
		case "min_delta_ratio":
			positive(&c.Stop.Ratio)
		case "min_sig_delta":
			positive(&c.Stop.Floor)
		default:
			switch want, known := published[key]; {
			case !known:
				f.bad(path, "parameter %q is not known; there are %s, min_iter, max_iter, min_delta_ratio, min_sig_delta", key, strings.Join(sorted(published), ", "))
			case v != want:
				f.bad(path, "parameter %s: %v is not built in; the model has %s", key, v, want)
			}
		}
	}
}

func sorted[V any](m map[string]V) []string {
	var keys []string
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

func (f *reader) dimensions(c *Case) {
	if len(f.spec.Dimensions) == 0 {
		f.bad("$.dimensions", "there are no dimensions; name at least one, such as dimensions: [depth]")
	}
	if len(f.spec.Dimensions) > maxDimensions {
		f.bad("$.dimensions", "%d dimensions; at most %d are read", len(f.spec.Dimensions), maxDimensions)
		return
	}
	for k, v := range f.spec.Dimensions {
		path := fmt.Sprintf("$.dimensions[%d]", k)
		d := Dimension{Low: 0, High: 100, Reference: math.NaN()}
		switch v := v.(type) {
		case string:
			d.Name = v
		case map[string]any:
			for _, key := range sorted(v) {
				if !slices.Contains([]string{"name", "low", "high", "reference", "base_rate", "at_least", "note", "source"}, key) {
					f.bad(path+"."+key, "key %q is not known; a dimension has name, low, high, reference, base_rate, at_least", key)
				}
			}
			d.Name, _ = v["name"].(string)
			_, low := v["low"]
			_, high := v["high"]
			if low || high {
				if !low || !high {
					f.bad(path, "dimension %s: the scale has only one end; give low and high", d.Name)
				} else {
					d.Low, low = f.number(path+".low", v["low"], "low")
					d.High, high = f.number(path+".high", v["high"], "high")
					if low && high && d.Low == d.High {
						f.bad(path, "dimension %s: the scale runs from %v to %v; its ends must differ", d.Name, d.Low, d.High)
					}
				}
			}
			if r, ok := v["reference"]; ok && r != nil {
				d.Reference = f.within(path+".reference", r, "reference", &d)
			}
			if m, ok := v["base_rate"].(map[string]any); ok {
				d.Base = f.base(path+".base_rate", m, &d)
			}
			if points, ok := v["at_least"]; ok {
				list, ok := points.([]any)
				if !ok {
					f.bad(path+".at_least", "at_least is a list of points, such as [60, 80]")
				}
				f.points(path+".at_least", list, &d)
			}
		default:
			f.bad(path, "a dimension is a name, or a map with name, low and high")
		}
		if d.Name == "" {
			f.bad(path, "the dimension has no name")
		}
		for _, other := range c.Dimensions {
			if other.Name == d.Name && d.Name != "" {
				f.bad(path, "dimension %s stands there twice", d.Name)
			}
		}
		c.Dimensions = append(c.Dimensions, d)
	}
	key, v := "reference", f.spec.Reference
	if v == nil {
		key, v = "disagreement_point", f.spec.DisagreementPoint
	} else if f.spec.DisagreementPoint != nil {
		f.bad("$.disagreement_point", "reference and disagreement_point are the same thing; give one")
	}
	switch {
	case v == nil || v == "":
	case len(c.Dimensions) != 1:
		f.bad("$."+key, "%s belongs to one dimension; write it there", key)
	default:
		c.Dimensions[0].Reference = f.within("$."+key, v, key, &c.Dimensions[0])
	}
	if f.spec.BaseRate != nil {
		if len(c.Dimensions) != 1 {
			f.bad("$.base_rate", "base_rate belongs to one dimension; write it there")
		} else {
			c.Dimensions[0].Base = f.base("$.base_rate", f.spec.BaseRate, &c.Dimensions[0])
		}
	}
}

// points reads the points of a scale whose passing is counted.
func (f *reader) points(path string, list []any, d *Dimension) {
	for k, v := range list {
		if x := f.within(fmt.Sprintf("%s[%d]", path, k), v, "at_least", d); !slices.Contains(d.AtLeast, x) {
			d.AtLeast = append(d.AtLeast, x)
		}
	}
	slices.SortFunc(d.AtLeast, func(a, b float64) int { return cmp.Compare(d.unit(a), d.unit(b)) })
}

// within reads a point on a scale.
func (f *reader) within(path string, v any, what string, d *Dimension) float64 {
	x, ok := f.number(path, v, what)
	if !ok {
		return math.NaN()
	}
	if u := d.unit(x); !(u >= 0 && u <= 100) {
		f.bad(path, "%s %v lies outside the scale of %s, %v to %v", what, x, d.Name, d.Low, d.High)
	}
	return x
}

func (f *reader) base(path string, m map[string]any, d *Dimension) *Rate {
	for _, key := range sorted(m) {
		if !slices.Contains([]string{"value", "low", "high", "source", "note"}, key) {
			f.bad(path+"."+key, "key %q is none of value, low, high, source", key)
		}
	}
	r := &Rate{}
	r.Value = f.within(path+".value", m["value"], "value", d)
	r.Low = f.within(path+".low", m["low"], "low", d)
	r.High = f.within(path+".high", m["high"], "high", d)
	if r.Low > r.Value || r.Value > r.High {
		f.bad(path, "base rate %v, %v, %v: low, value and high are not in order", r.Low, r.Value, r.High)
	}
	return r
}

// title reads a name that YAML may have taken for a number or a truth value.
func title(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		return strings.TrimSpace(v)
	}
	return fmt.Sprint(v)
}

func (f *reader) actors(c *Case) {
	if len(f.spec.Actors) < 2 {
		f.bad("$.actors", "%d actors; a bargain needs at least two", len(f.spec.Actors))
	}
	seen := map[string]bool{}
	strength, largest, largestAt := 0.0, 0.0, ""
	for i, a := range f.spec.Actors {
		path := fmt.Sprintf("$.actors[%d]", i)
		if a.OldName != nil || a.OldCapability != nil || a.OldPosition != nil || a.OldSalience != nil {
			f.bad(path, "keys are written small: name, capability, position, salience; capitals belong to model: BDM")
			continue
		}
		p := Party{Name: title(a.Name), Source: a.Source, Note: a.Note}
		f.named(path+".name", p.Name, seen)
		for _, x := range []struct {
			key string
			is  any
		}{{"capability", a.Capability}, {"position", a.Position}, {"salience", a.Salience}} {
			if x.is == nil {
				f.bad(path+"."+x.key, "%s is missing", x.key)
			}
		}
		f.enter(path, &p, written{a.Capability, a.Position, a.Salience, a.Ceiling, a.Votes, a.Signs}, c.Dimensions)
		strength += max(0, p.Capability.Mode)
		sum := 0.0
		for _, r := range p.Salience {
			sum += r.High
		}
		if sum > largest {
			largest, largestAt = sum, path+".salience"
		}
		c.Parties = append(c.Parties, p)
	}
	if len(f.spec.Actors) > 0 && strength == 0 {
		f.bad("$.actors", "no actor has any capability; give it on any scale, the same number for all if they are equal")
	}
	if largest > 0 && largest <= 2 {
		f.bad(largestAt, "salience %v is the largest of all: saliences are on 0..100, so write 80 for 0.8", largest)
	}
}

// written is what a text says of a party; what it leaves out is nil.
type written struct{ capability, position, salience, ceiling, votes, signs any }

// enter writes into a party what a text says of it.
func (f *reader) enter(path string, p *Party, w written, dims []Dimension) {
	if w.capability != nil {
		if p.Capability, _ = f.span(path+".capability", w.capability, "capability"); p.Capability.Low < 0 {
			f.bad(path+".capability", "capability %v of %s is negative", p.Capability.Low, p.Name)
		}
	}
	if w.position != nil {
		p.Position = f.entries(path+".position", w.position, "position", dims, p.Position)
		for k, r := range p.Position {
			f.onScale(at(path+".position", w.position, k, dims), r, "position", p.Name, &dims[k])
		}
	}
	if w.salience != nil {
		p.Salience = f.entries(path+".salience", w.salience, "salience", dims, p.Salience)
		f.attention(path+".salience", w.salience, p, dims)
	}
	if w.ceiling != nil {
		now := p.Limit
		if now == nil {
			now = p.Position
		}
		p.Limit = f.entries(path+".ceiling", w.ceiling, "ceiling", dims, now)
		for k, r := range p.Limit {
			f.onScale(at(path+".ceiling", w.ceiling, k, dims), r, "ceiling", p.Name, &dims[k])
		}
	}
	if w.votes != nil {
		if v, ok := f.number(path+".votes", w.votes, "votes"); ok && v <= 0 {
			f.bad(path+".votes", "votes %v of %s are not above 0", v, p.Name)
		} else {
			p.Votes = v
		}
	}
	if w.signs != nil {
		var ok bool
		if p.Signs, ok = w.signs.(bool); !ok {
			f.bad(path+".signs", "signs %v of %s is neither true nor false", w.signs, p.Name)
		}
	}
}

// attention checks the saliences of a party.
func (f *reader) attention(path string, v any, p *Party, dims []Dimension) {
	sum, mode := 0.0, 0.0
	for k, r := range p.Salience {
		if r.Low < 0 || r.High > 100 {
			f.bad(at(path, v, k, dims), "salience %s of %s lies outside 0..100", shown(r), p.Name)
		}
		sum += r.High
		mode += r.Mode
	}
	switch {
	case p.Salience == nil:
	case sum > 100+slack && len(p.Salience) > 1:
		f.bad(path, "the saliences of %s sum to %v; together they are at most 100, the whole of its attention", p.Name, sum)
	case mode == 0:
		f.bad(path, "%s has no salience on any dimension and so takes no part; leave it out", p.Name)
	}
}

// at is the place of the k-th entry, if entries stand in a list or by name.
func at(path string, v any, k int, dims []Dimension) string {
	if _, ok := v.([]any); ok {
		return fmt.Sprintf("%s[%d]", path, k)
	}
	if m := byName(v, dims); m != nil {
		return path + "." + dims[k].Name
	}
	return path
}

func shown(r Range) string {
	if r.Low == r.High {
		return fmt.Sprint(r.Mode)
	}
	return fmt.Sprintf("%v to %v", r.Low, r.High)
}

func (f *reader) named(path, name string, seen map[string]bool) {
	switch {
	case name == "":
		f.bad(path, "the actor has no name")
	case seen[name]:
		f.bad(path, "actor %s stands there twice", name)
	}
	seen[name] = true
}

func (f *reader) onScale(path string, r Range, what, name string, d *Dimension) {
	for _, x := range []float64{r.Low, r.High} {
		if u := d.unit(x); !(u >= 0 && u <= 100) {
			f.bad(path, "%s %v of %s lies outside the scale of %s, %v to %v", what, x, name, d.Name, d.Low, d.High)
			return
		}
	}
}

// older reads actors in the layout of the older model: one dimension, whose ends
// are the outermost positions, numbers that may be quoted, salience on 0..1.
func (f *reader) older(c *Case) {
	number := func(path string, v any, what string) float64 {
		x, _ := f.number(path, v, what)
		return x
	}
	d := Dimension{Name: "position", Low: math.Inf(1), High: math.Inf(-1), Reference: math.NaN()}
	if len(f.spec.Dimensions) > 0 {
		if name, ok := f.spec.Dimensions[0].(string); ok && len(f.spec.Dimensions) == 1 {
			d.Name = name
		} else {
			f.bad("$.dimensions", "the layout of the older model has one dimension")
		}
	}
	seen, strength := map[string]bool{}, 0.0
	for i, a := range f.spec.Actors {
		path := fmt.Sprintf("$.actors[%d]", i)
		name := title(a.OldName)
		f.named(path+".Actor", name, seen)
		x, w, s := number(path+".Position", a.OldPosition, "position"), number(path+".Capability", a.OldCapability, "capability"), number(path+".Salience", a.OldSalience, "salience")
		if w < 0 {
			f.bad(path+".Capability", "capability %v of %s is negative", w, name)
		}
		if s <= 0 || s > 1 {
			f.bad(path+".Salience", "salience %v of %s lies outside 0..1 in this layout; without any an actor takes no part", s, name)
		}
		d.Low, d.High = min(d.Low, x), max(d.High, x)
		strength += w
		c.Parties = append(c.Parties, Party{Name: name, Capability: Point(w), Position: []Range{Point(x)}, Salience: []Range{Point(100 * s)}})
	}
	if d.Low == d.High {
		f.bad("$.actors", "all actors stand at %v: there is nothing to bargain about", d.Low)
	}
	if strength == 0 {
		f.bad("$.actors", "no actor has any capability")
	}
	if len(c.Parties) < 2 {
		f.bad("$.actors", "%d actors; a bargain needs at least two", len(c.Parties))
	}
	c.Dimensions = []Dimension{d}
}

// decision reads how a decision is taken and what is asked of the draws.
func (f *reader) decision(c *Case) {
	if v := f.spec.Quorum; v != nil {
		if x, ok := f.number("$.quorum", v, "quorum"); ok {
			if x <= 0 || x > 1 {
				f.bad("$.quorum", "quorum %v lies outside 0..1", x)
			}
			c.Quorum = x
		}
	}
	if v := f.spec.OptOut; v != nil {
		signers := 0
		for _, p := range c.Parties {
			if p.Signs {
				signers++
			}
		}
		if signers == 0 {
			signers = len(c.Parties)
		}
		if x, ok := f.number("$.opt_out", v, "opt_out"); ok {
			switch {
			case f.spec.Quorum != nil:
				f.bad("$.opt_out", "opt_out and quorum both say who can be done without; give one")
			case x != math.Trunc(x) || x < 0 || x >= float64(signers):
				f.bad("$.opt_out", "opt_out %v is no whole number below the %d who sign", x, signers)
			default:
				c.Quorum = 1 - x/float64(signers)
			}
		}
	}
	switch strings.ToLower(f.spec.CouncilVote) {
	case "":
	case "unan", "unanimity", "qmv":
		if c.Quorum == 0 && strings.EqualFold(f.spec.CouncilVote, "qmv") {
			c.Quorum = qualified
		}
		for i := range c.Parties {
			p := &c.Parties[i]
			if v := councilVotes[strings.ToLower(p.Name)]; v > 0 && p.Votes == 0 {
				p.Votes, p.Signs = v, true
			}
		}
	default:
		f.bad("$.council_vote", "council_vote %q is neither QMV nor Unan", f.spec.CouncilVote)
	}
	for _, rung := range slices.Sorted(maps.Keys(f.spec.Rungs)) {
		path := "$.rungs." + rung
		n, err := strconv.Atoi(strings.TrimPrefix(rung, "r"))
		if err != nil || n < 0 || n > 8 || rung != fmt.Sprintf("r%d", n) {
			f.bad(path, "rung %q is none of r0 to r8", rung)
			continue
		}
		if len(c.Dimensions) == 0 {
			return
		}
		d := &c.Dimensions[0]
		x := f.within(path, f.spec.Rungs[rung], "rungs", d)
		if c.Rungs == nil {
			c.Rungs = map[int]float64{}
		}
		c.Rungs[n] = x
		f.points(path, []any{x}, d)
	}
	switch {
	case f.spec.AtLeast == nil:
	case len(c.Dimensions) != 1:
		f.bad("$.at_least", "at_least belongs to one dimension; write it there")
	default:
		f.points("$.at_least", f.spec.AtLeast, &c.Dimensions[0])
	}
}
