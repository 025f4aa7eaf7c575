package rem

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"entente"
)

// unit is one thing that could happen: an actor (i alone), a pair, a set.
type unit struct {
	i, j     int32
	kind     int16   // of act; 0 where kinds are not explained
	from, to []int32 // of sets; ascending
	tokens   []int32 // from, then n + to: the path of the set
}

// statistic is a term bound to a state.
type statistic struct {
	name  string
	term  int // its number in the model
	value func(u *unit) float64
	// touch marks the units whose value may have changed with the tie (i, j) of one
	// of the views, read as an ordered pair.
	views []*view
	touch func(m *marks, v *view, i, j int32)
	// attrs are the covariates read; a change of an actor's touches all its units.
	attrs []int
	// around, if any, marks the units of others that such a change touches.
	around func(m *marks, covariate int, actor int32)
	// timed statistics change with the time alone and are read anew at each moment.
	timed bool
	// before, if any, is given all units of the risk set before values are read.
	before func(each func(visit func(u *unit)))
}

// beforehand shows the statistics that want it all units of a risk set.
func beforehand(stats []statistic, each func(visit func(u *unit))) {
	for k := range stats {
		if stats[k].before != nil {
			stats[k].before(each)
		}
	}
}

// definition is a term of the catalogue.
type definition struct {
	name       string
	also       []string // names that other software has for it
	sets       bool     // of sets of actors; otherwise of pairs or actors
	one        bool     // of a single actor, the sender or the receiver: a rate model has it too
	everywhere bool     // of whatever could happen
	layers     int      // layers it reads
	attrs      int      // covariates it reads
	takes      string   // options that it reads, of those in options; "past" are those of all terms that read the values of past events, "ties" of those that read whether there were any
	says       string
	formula    string
	source     string
	bind       func(b *binder, t *Term) (statistic, error)
}

// check refuses options that the term does not read.
func (d *definition) check(t *Term) error {
	known := strings.Fields(strings.NewReplacer("past", "window half_life sizes kinds", "ties", "window sizes kinds").Replace(d.takes))
	for _, o := range []struct {
		name  string
		given bool
	}{
		{"of", t.Of != ""}, {"weighted", t.Weighted}, {"combine", t.Combine != ""}, {"third", t.Third != ""}, {"aggregate", t.Aggregate != ""},
		{"order", t.Order != 0}, {"senders", t.Senders != 0}, {"receivers", t.Receivers != 0}, {"direction", t.Direction != ""},
		{"exactly", t.Exactly}, {"sizes", t.Sizes != nil}, {"window", t.Window != 0}, {"half_life", t.HalfLife != 0}, {"kinds", t.Kinds != nil},
		{"share", t.Share}, {"signed", t.Signed}, {"empty", t.Empty != ""}, {"history", t.History != ""}, {"symmetric", t.Symmetric},
	} {
		if !o.given || slices.Contains(known, o.name) {
			continue
		}
		if len(known) == 0 {
			return fmt.Errorf("it does not take %s", o.name)
		}
		return fmt.Errorf("it does not take %s; it takes %s", o.name, strings.Join(known, ", "))
	}
	if t.Window < 0 || t.HalfLife < 0 || math.IsNaN(t.Window+t.HalfLife) {
		return fmt.Errorf("a window of %v, a half-life of %v; give a span of time above 0, or leave it out", t.Window, t.HalfLife)
	}
	if t.Delay != 0 && !(t.Delay > 0 && t.Delay < t.Window) {
		return fmt.Errorf("a window from %v to %v; it goes from an age to a greater one", t.Delay, t.Window)
	}
	return nil
}

// catalogue lists every term.
var catalogue = slices.Concat(tieTerms, eventTerms, kindTerms, degreeTerms, closureTerms, pathTerms, neighbourTerms, covariateTerms, sequenceTerms, setTerms, directedSetTerms)

// find returns the definition of a term by any of its names; the case of letters and
// underscores make no difference, as software changed them from version to version.
func find(name string, sets bool) (*definition, error) {
	plain := func(name string) string { return strings.ToLower(strings.ReplaceAll(name, "_", "")) }
	var names []string
	elsewhere := false // a term of this name is of the other families
	for i := range catalogue {
		c := &catalogue[i]
		called := append([]string{c.name}, c.also...)
		is := slices.ContainsFunc(called, func(own string) bool { return plain(own) == plain(name) })
		if !c.everywhere && c.sets != sets {
			elsewhere = elsewhere || is
			continue
		}
		if is {
			return c, nil
		}
		names = append(names, called...)
	}
	switch {
	case elsewhere && sets:
		return nil, fmt.Errorf("%q is a term of pairs or actors; hyper models have terms of sets", name)
	case elsewhere:
		return nil, fmt.Errorf("%q is a term of sets, which only hyper models have", name)
	}
	return nil, fmt.Errorf("there is no term %q in this family of models%s", name, meant(name, names))
}

// is reports whether a term of all families is the one of this name.
func (t *Term) is(name string) bool {
	d, err := find(t.Term, false)
	return err == nil && d.name == name
}

// meant asks whether the nearest of some names is meant, if one is near.
func meant(name string, names []string) string {
	if near := entente.Nearest(name, names); near != "" {
		return fmt.Sprintf("; is %q meant?", near)
	}
	return ""
}

// binder gives terms what they need of a state.
type binder struct {
	s *state
	m *Model
}

// view returns the k-th layer of the term, with its ties kept as pairs.
func (b *binder) view(t *Term, k int) (*view, error) {
	v, err := b.layer(t, k)
	if err == nil {
		v.pairs = true
	}
	return v, err
}

// layer returns the k-th layer of the term.
func (b *binder) layer(t *Term, k int) (*view, error) {
	r, err := b.reading(t, k)
	if err != nil {
		return nil, err
	}
	return b.s.view(r), nil
}

// reading is how the term reads its k-th layer.
func (b *binder) reading(t *Term, k int) (reading, error) {
	if t.Aggregate == "differ" || t.Aggregate == "same" {
		return reading{}, fmt.Errorf("aggregate %s compares categories, not numbers of events; absdiff and sd say how they differ", t.Aggregate)
	}
	name := ""
	if k < len(t.On) {
		name = t.On[k]
	}
	layer, ok := b.s.data.layer(name)
	if !ok {
		names := []string{b.s.data.own()}
		for _, l := range b.s.data.Layers {
			names = append(names, l.Name)
		}
		return reading{}, fmt.Errorf("there is no layer %q; the layers are %s", name, strings.Join(names, ", "))
	}
	r := reading{layer: layer, delay: t.Delay, window: t.Window, halfLife: t.HalfLife}
	var err error
	if r.kinds, err = b.kinds(t); err != nil {
		return reading{}, err
	}
	if len(t.Sizes) > 0 {
		r.least = t.Sizes[0]
		if len(t.Sizes) > 1 {
			r.most = t.Sizes[1]
		}
		if len(t.Sizes) > 2 || r.least < 0 || r.most < 0 || r.most > 0 && r.most < r.least {
			return reading{}, fmt.Errorf("sizes are the least and the most actors of a past event that counts, not %v", t.Sizes)
		}
	}
	return r, nil
}

func orNone(names []string) string {
	if len(names) == 0 {
		return "none"
	}
	return strings.Join(names, ", ")
}

func (b *binder) covariateNames() (names []string) {
	for _, c := range b.s.data.Covariates {
		names = append(names, c.Name)
	}
	return names
}

func (b *binder) attr(t *Term, k int) (int, error) {
	at := slices.IndexFunc(b.s.data.Covariates, func(c Covariate) bool { return c.Name == t.Attr[k] })
	if at < 0 {
		return 0, fmt.Errorf("there is no covariate %q; there are %s", t.Attr[k], orNone(b.covariateNames()))
	}
	var faults faults
	for a, v := range b.s.data.Covariates[at].Start {
		if math.IsNaN(v) {
			faults.add(fmt.Errorf("covariate %s of %s is not known; give it a value, leave the actor out, or take the others' mean (missing: mean)", t.Attr[k], b.s.data.Actors[a]))
		}
	}
	for _, c := range b.s.data.Covariates[at].Changes {
		if math.IsNaN(c.Value) {
			faults.add(fmt.Errorf("covariate %s of %s changes at %s to a value that is not known", t.Attr[k], b.s.data.Actors[c.Actor], b.s.data.when(c.Time)))
		}
	}
	return at, faults.err()
}

// bind makes the statistics of a model's terms.
func (b *binder) bind(terms []Term) ([]statistic, error) {
	sets := b.m.Family == Hyper
	stats := make([]statistic, 0, len(terms))
	var faults faults
	faults.add(b.within())
	for i := range terms {
		t := &terms[i]
		st, err := b.term(t, sets)
		if err != nil {
			faults.add(t.fault(err))
			continue
		}
		st.name, st.term = t.label(), i
		for slices.ContainsFunc(stats, func(o statistic) bool { return o.name == st.name }) {
			st.name += "'"
		}
		parts, err := b.vary(t, st)
		if err != nil {
			faults.add(t.fault(err))
		}
		stats = append(stats, parts...)
	}
	if err := faults.err(); err != nil {
		return nil, err
	}
	if len(stats) > 60 {
		return nil, fmt.Errorf("the model has %d coefficients; at most 60 are fitted together", len(stats))
	}
	return stats, nil
}

func (b *binder) term(t *Term, sets bool) (statistic, error) {
	var st statistic
	if len(t.Product) > 0 {
		var parts []statistic
		for i := range t.Product {
			p, err := b.term(&t.Product[i], sets)
			if err != nil {
				return st, err
			}
			parts = append(parts, p)
			st.views = append(st.views, p.views...)
			st.attrs = append(st.attrs, p.attrs...)
			st.timed = st.timed || p.timed
			if first, then := st.before, p.before; first == nil {
				st.before = then
			} else if then != nil {
				st.before = func(each func(visit func(u *unit))) { first(each); then(each) }
			}
		}
		st.touch = func(m *marks, v *view, i, j int32) {
			for _, p := range parts {
				if p.touch != nil && slices.Contains(p.views, v) {
					p.touch(m, v, i, j)
				}
			}
		}
		st.around = func(m *marks, covariate int, actor int32) {
			for _, p := range parts {
				if p.around != nil && slices.Contains(p.attrs, covariate) {
					p.around(m, covariate, actor)
				}
			}
		}
		st.value = func(u *unit) float64 {
			x := 1.0
			for k := range parts {
				x *= parts[k].value(u)
			}
			return x
		}
	} else {
		def, err := find(t.Term, sets)
		if err != nil {
			return st, err
		}
		if len(t.On) > max(def.layers, 1) || (def.layers == 0 && len(t.On) > 0) {
			return st, fmt.Errorf("it reads %d layers, %d are named", def.layers, len(t.On))
		}
		if len(t.Attr) > def.attrs {
			return st, fmt.Errorf("it reads %d covariates, %d are named", def.attrs, len(t.Attr))
		}
		if len(t.On) > 0 && len(t.On) < def.layers && !sets {
			return st, fmt.Errorf("it reads %d layers, %d are named", def.layers, len(t.On))
		}
		if len(t.Attr) < def.attrs {
			known := b.covariateNames()
			if def.name == "event" {
				known = b.s.data.markNames()
			}
			return st, fmt.Errorf("it reads %d covariates, %d are named; name one of %s", def.attrs, len(t.Attr), orNone(known))
		}
		if b.m.Family == Rate && !def.one {
			return st, errors.New("it reads two actors; a rate model is of one who acts, whomever it acts with")
		}
		if err := def.check(t); err != nil {
			return st, err
		}
		if slices.Equal(t.Kinds, []string{ownKind}) {
			st, err = b.ofOwnKind(t, def.bind)
		} else {
			st, err = def.bind(b, t)
		}
		if err != nil {
			return st, err
		}
		if t.HalfLife > 0 {
			st.timed = true
		}
	}
	change, err := t.transform()
	if err != nil {
		return st, err
	}
	if raw := st.value; change != nil && t.is("sim") { // of the difference; likeness is its negative
		st.value = func(u *unit) float64 { return -change(-raw(u)) }
	} else if change != nil {
		st.value = func(u *unit) float64 { return change(raw(u)) }
	}
	if t.Unless != "" {
		if err := b.unless(t, &st); err != nil {
			return st, err
		}
	}
	if t.Standardise {
		b.standardise(&st, t.Population)
	}
	return st, nil
}

// transform returns what is done to the finished statistic; nil: nothing.
func (t *Term) transform() (func(x float64) float64, error) {
	if (t.Transform == "geometric") != (t.Ratio > 0 && t.Ratio < 1) || t.Ratio < 0 || t.Ratio >= 1 {
		return nil, fmt.Errorf("transform geometric has a ratio between 0 and 1, as no other has; transform is %q and ratio %v", t.Transform, t.Ratio)
	}
	switch t.Transform {
	case "":
		return nil, nil
	case "log1p":
		return math.Log1p, nil
	case "log":
		return math.Log, nil
	case "sqrt":
		return math.Sqrt, nil
	case "square":
		return func(x float64) float64 { return x * x }, nil
	case "geometric":
		// 1 + r + r^2 + ... over x (Snijders, Pattison, Robins & Handcock 2006; Hunter 2007).
		return func(x float64) float64 { return (1 - math.Pow(t.Ratio, x)) / (1 - t.Ratio) }, nil
	}
	return nil, fmt.Errorf("transform %q is none of log1p, log, sqrt, square, geometric", t.Transform)
}

// unless makes a statistic 0 for pairs that have a tie in a layer.
func (b *binder) unless(t *Term, st *statistic) error {
	if b.m.Family == Hyper || b.m.Family == Rate {
		return fmt.Errorf("unless is of terms of pairs; the units of a %s model are none", b.m.Family)
	}
	v, err := b.view(&Term{On: []string{t.Unless}}, 0)
	if err == nil {
		err = b.bothWays(v)
	}
	if err != nil {
		return fmt.Errorf("unless: %w", err)
	}
	raw, views, touch := st.value, st.views, st.touch
	st.views = append(slices.Clone(views), v)
	st.touch = func(m *marks, changed *view, i, j int32) {
		if changed == v {
			m.pair(i, j)
		}
		if slices.Contains(views, changed) {
			touch(m, changed, i, j)
		}
	}
	st.value = func(u *unit) float64 {
		if v.out.rows[u.i].at(u.j) > 0 {
			return 0
		}
		return raw(u)
	}
	return nil
}

// bothWays refuses a layer with direction where the order of a pair means nothing.
func (b *binder) bothWays(v *view) error {
	if b.undirected() && v.directed {
		return errors.New("the pairs of the model have no direction and the layer has one")
	}
	return nil
}

// undirected reports whether the units are pairs without direction. Those of a
// coordination have one: each of the two chooses.
func (b *binder) undirected() bool { return b.m.Family == REM && !b.m.Directed }

// standardise takes off the mean over the risk set and divides by the standard
// deviation over it. Each sender of a choice has a risk set of its own.
func (b *binder) standardise(st *statistic, population bool) {
	type spread struct{ n, sum, squares, least, most float64 }
	raw, earlier := st.value, st.before
	over := make([]spread, 1)
	at := func(*unit) *spread { return &over[0] }
	if b.m.Family == Choice {
		over = make([]spread, len(b.s.data.Actors))
		at = func(u *unit) *spread { return &over[u.i] }
	}
	st.timed = true
	st.before = func(each func(visit func(u *unit))) {
		if earlier != nil {
			earlier(each)
		}
		for k := range over {
			over[k] = spread{least: math.Inf(1), most: math.Inf(-1)}
		}
		each(func(u *unit) {
			o, x := at(u), raw(u)
			o.n++
			o.sum += x
			o.least, o.most = min(o.least, x), max(o.most, x)
		})
		each(func(u *unit) {
			o := at(u)
			d := raw(u) - o.sum/o.n
			o.squares += d * d
		})
	}
	st.value = func(u *unit) float64 {
		o := at(u)
		if !finite(o.least, o.most) {
			return raw(u) // the fit says of which unit it is no number
		}
		if !(o.most-o.least > tiny*max(math.Abs(o.least), math.Abs(o.most))) {
			return 0 // all are equal, but for rounding
		}
		n := o.n
		if !population {
			n--
		}
		return (raw(u) - o.sum/o.n) / math.Sqrt(o.squares/n)
	}
}

// fault says that something is wrong with the term, and where it stands.
func (t *Term) fault(err error) error { return fmt.Errorf("%sterm %s: %w", t.place, t.label(), err) }

// label is the name of the term in tables.
func (t *Term) label() string {
	if t.Name != "" {
		return t.Name
	}
	if len(t.Product) > 0 {
		var parts []string
		for i := range t.Product {
			parts = append(parts, t.Product[i].label())
		}
		return strings.Join(parts, " x ")
	}
	var args []string
	args = append(args, t.On...)
	args = append(args, t.Attr...)
	if t.Order > 0 {
		args = append(args, fmt.Sprintf("order %d", t.Order))
	}
	if t.Senders > 0 || t.Receivers > 0 {
		args = append(args, fmt.Sprintf("%d to %d", t.Senders, t.Receivers))
	}
	if t.Exactly {
		args = append(args, "exactly")
	}
	switch len(t.Sizes) {
	case 1:
		args = append(args, fmt.Sprintf("of %d and more", t.Sizes[0]))
	case 2:
		args = append(args, fmt.Sprintf("of %d to %d", t.Sizes[0], t.Sizes[1]))
	}
	args = append(args, t.Kinds...)
	for _, o := range []struct {
		name  string
		given bool
	}{{"share", t.Share}, {"signed", t.Signed}, {"symmetric", t.Symmetric}} {
		if o.given {
			args = append(args, o.name)
		}
	}
	if t.Unless != "" {
		args = append(args, "unless "+t.Unless)
	}
	if t.Empty != "" {
		args = append(args, "empty "+t.Empty)
	}
	for _, s := range []string{t.Direction, t.Of, t.Combine, t.Aggregate, t.History, t.third()} {
		if s != "" {
			args = append(args, s)
		}
	}
	if t.Weighted {
		args = append(args, "weighted")
	}
	switch {
	case t.Delay > 0:
		args = append(args, fmt.Sprintf("window %v to %v", t.Delay, t.Window))
	case t.Window > 0:
		args = append(args, fmt.Sprintf("window %v", t.Window))
	}
	if t.HalfLife > 0 {
		args = append(args, fmt.Sprintf("half-life %v", t.HalfLife))
	}
	name := t.Term
	if len(args) > 0 {
		name += "(" + strings.Join(args, ", ") + ")"
	}
	switch {
	case t.Ratio > 0:
		name = fmt.Sprintf("%s %v %s", t.Transform, t.Ratio, name)
	case t.Transform != "":
		name = t.Transform + " " + name
	}
	return name
}

// sender reports whether a term of one actor reads the sender: always in a rate
// model, otherwise where the term says so.
func (b *binder) sender(t *Term) (bool, error) {
	switch {
	case b.undirected():
		return false, fmt.Errorf("a pair without direction has no sender and no receiver; degreeSum, degreeMin, degreeMax, average, minimum and maximum read both actors")
	case b.m.Family == Rate && t.Of == "receiver":
		return false, errors.New("a rate model has no receiver")
	case b.m.Family == Rate, t.Of == "sender":
		if b.m.Family == Choice || b.m.Family == Coordination {
			return false, fmt.Errorf("a property of the sender is the same for all whom it could choose; it has no effect in a %s model", b.m.Family)
		}
		return true, nil
	case t.Of == "" || t.Of == "receiver":
		return false, nil
	}
	return false, fmt.Errorf("of is sender or receiver, not %q", t.Of)
}
