package rem

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"sort"
	"strconv"
	"strings"

	"entente"
)

// Data is what happened, in the order of time. Time is in any unit (days for a
// case, seconds for most data sets); windows and half-lives are in the same.
type Data struct {
	Actors     []string         // labels; elsewhere an actor is an index into it
	Present    []bool           // at the start; nil: all are present
	Presence   []PresenceChange // in the order of time
	Covariates []Covariate
	Layers     []Layer
	Events     []Event   // what the model explains, in the order of time
	Marks      []Mark    // covariates of Events
	Own        string    // the name under which terms see Events as a layer; "": "events"
	Ends       *float64  // when observation ended; nil: with the last change of anything that the model reads
	Dated      bool      // times are days of the calendar, counted from 1970
	Kinds      []string  // labels of Event.Kind; empty when events are of one kind
	notes      []Warning // reasons to look at the tables before trusting a fit
	file       string    // of Events; "" unless they come from a table
}

// Event is one relational event or, in a layer, one change of a tie. A directed
// event goes From one or several actors To one or several; an undirected one has
// all its actors in From, in the order of the record, and nil in To.
type Event struct {
	ID       string
	Time     float64
	From, To []int32
	Value    float64 // by how much it counts, 1 for most; in a layer that Replaces, the new value
	Kind     int16
	line     int32 // of its table; 0: none
}

// Layer is a relation that terms may read: its state at the start and what
// changed it since. It is not itself explained.
type Layer struct {
	Name     string
	Directed bool
	Replace  bool // Event.Value is the new value of a tie, not an addition to it
	Start    []Cell
	Events   []Event
}

// Cell is the value of one tie.
type Cell struct {
	From, To int32
	Value    float64
}

// Covariate is a number per actor that may change.
type Covariate struct {
	Name    string
	Start   []float64 // one per actor; NaN where it is not known
	Changes []CovariateChange
}

// CovariateChange gives an actor's covariate a new value.
type CovariateChange struct {
	Time  float64
	Actor int32
	Value float64
}

// PresenceChange lets an actor enter or leave the risk set.
type PresenceChange struct {
	Time    float64
	Actor   int32
	Present bool
}

// maxActors is what the keys of subsets can number.
const maxActors = 1<<22 - 1

// check reports everything that is wrong with the data, each problem with the
// id of its event.
func (d *Data) check() error {
	var problems []error
	fail := func(format string, args ...any) bool {
		problems = append(problems, fmt.Errorf(format, args...))
		return len(problems) < 20
	}
	n := len(d.Actors)
	if n < 2 {
		fail("the data have %d actors; an event needs at least two to choose from", n)
	}
	if n > maxActors {
		fail("the data have %d actors; the engine numbers at most %d", n, maxActors)
	}
	if len(d.Events) == 0 {
		fail("there are no events to explain")
	}
	if d.Present != nil && len(d.Present) != n {
		fail("presence is given for %d of %d actors", len(d.Present), n)
	}
	if len(d.Kinds) > 64 {
		fail("the events are of %d kinds; at most 64 are told apart", len(d.Kinds))
	}
	for i := range d.Events {
		if d.Events[i].Value == 0 && !fail("event %s: %s", d.told(i), zeroWeight) {
			break
		}
	}
	d.checkEvents(d.own(), d.Events, fail)
	if k := len(d.Events) - 1; k >= 0 && d.Ends != nil && !(d.Events[k].Time <= *d.Ends) {
		fail("event %s at %v is after the end of observation, %v", d.told(k), d.Events[k].Time, *d.Ends)
	}
	for _, m := range d.Marks {
		if len(m.Values) != len(d.Events) {
			fail("covariate %s of events has %d values for %d events", m.Name, len(m.Values), len(d.Events))
		}
	}
	names := map[string]bool{d.own(): true}
	for i := range d.Layers {
		l := &d.Layers[i]
		if names[l.Name] {
			fail("two layers are called %q", l.Name)
		}
		names[l.Name] = true
		for _, c := range l.Start {
			switch {
			case c.From < 0 || int(c.From) >= n || c.To < 0 || int(c.To) >= n:
				fail("layer %s: a tie at the start names an actor that is not in the table", l.Name)
			case c.From == c.To:
				fail("layer %s: %s has a tie to itself at the start", l.Name, d.Actors[c.From])
			case math.IsNaN(c.Value) || math.IsInf(c.Value, 0):
				fail("layer %s: the tie of %s and %s at the start is no number", l.Name, d.Actors[c.From], d.Actors[c.To])
			}
		}
		d.checkEvents("layer "+l.Name, l.Events, fail)
	}
	for i := range d.Covariates {
		c := &d.Covariates[i]
		if len(c.Start) != n {
			fail("covariate %s has %d values at the start for %d actors", c.Name, len(c.Start), n)
			continue
		}
		last := math.Inf(-1)
		for _, ch := range c.Changes {
			switch {
			case ch.Actor < 0 || int(ch.Actor) >= n:
				fail("covariate %s: a change at %v names an actor that is not in the table", c.Name, ch.Time)
			case math.IsNaN(ch.Time) || ch.Time < last:
				fail("covariate %s: the change of %s at %v is out of order", c.Name, d.Actors[ch.Actor], ch.Time)
			}
			last = ch.Time
		}
	}
	last := math.Inf(-1)
	for _, ch := range d.Presence {
		switch {
		case ch.Actor < 0 || int(ch.Actor) >= n:
			fail("presence: a change at %v names an actor that is not in the table", ch.Time)
		case math.IsNaN(ch.Time) || ch.Time < last:
			fail("presence: the change of %s at %v is out of order", d.Actors[ch.Actor], ch.Time)
		}
		last = ch.Time
	}
	return errors.Join(problems...)
}

func (d *Data) checkEvents(where string, events []Event, fail func(string, ...any) bool) {
	last := math.Inf(-1)
	for i := range events {
		e := &events[i]
		name := e.ID
		if name == "" {
			name = fmt.Sprintf("number %d", i+1)
		}
		ok := true
		if e.Time < last {
			ok = fail("%s: event %s: its time %v is before the event above it; sort the events by time", where, name, e.Time)
		}
		last = max(last, e.Time)
		for _, fault := range d.faultsOf(e) {
			ok = fail("%s: event %s: %s", where, name, fault)
		}
		if !ok {
			return
		}
	}
}

// zeroWeight is what is wrong with an event of weight zero.
const zeroWeight = "its weight is zero, so it would happen and leave no trace; give it a weight, or leave it out"

// faultsOf lists what is wrong with an event in itself.
func (d *Data) faultsOf(e *Event) (faults []string) {
	bad := func(format string, args ...any) { faults = append(faults, fmt.Sprintf(format, args...)) }
	if math.IsNaN(e.Time) || math.IsInf(e.Time, 0) {
		bad("its time is no number")
	}
	if math.IsNaN(e.Value) || math.IsInf(e.Value, 0) {
		bad("its value is no number")
	}
	if len(e.From) == 0 {
		bad("it has no actors")
	}
	if e.Kind < 0 || int(e.Kind) >= max(1, len(d.Kinds)) {
		bad("its kind is number %d of %d", e.Kind+1, len(d.Kinds))
	}
	for _, set := range [2][]int32{e.From, e.To} {
		for k, a := range set {
			switch {
			case a < 0 || int(a) >= len(d.Actors):
				bad("it names an actor that is not in the table")
			case slices.Index(set, a) < k && !slices.Contains(set[slices.Index(set, a)+1:k], a):
				bad("%s is in it twice", d.Actors[a])
			}
		}
	}
	if len(e.From) == 1 && len(e.To) == 1 && e.From[0] == e.To[0] && len(faults) == 0 {
		bad("%s acts with itself", d.Actors[e.From[0]])
	}
	return faults
}

// suits reports every event that a model of this family cannot be of.
func (d *Data) suits(m *Model) error {
	var faults faults
	for i := range d.Events {
		e := &d.Events[i]
		if m.Family == Hyper {
			if most := m.RiskSet.MaxSize; most > 0 && !m.RiskSet.OnSender && m.RiskSet.Given == nil && e.actors() > most {
				faults.add(fmt.Errorf("event %s has %d actors, more than max_size %d", d.told(i), e.actors(), most))
			}
			if directed := m.Directed || len(d.Events[0].To) > 0; directed != (len(e.To) > 0) {
				faults.add(fmt.Errorf("event %s has %d receivers; in a directed model every event has senders and receivers, otherwise none has", d.told(i), len(e.To)))
			}
			continue
		}
		if actors := e.actors(); actors > 2 || m.Family != Rate && actors != 2 {
			faults.add(fmt.Errorf("event %s has %d actors; a %s model is of two, a hyper model of any number; choose events by size", d.told(i), actors, m.Family))
		}
	}
	return faults.err()
}

// attended reports every event of which an actor is not present.
func (d *Data) attended(m *Model) error {
	if d.Present == nil && len(d.Presence) == 0 {
		return nil
	}
	present := make([]bool, len(d.Actors))
	for a := range present {
		present[a] = d.Present == nil || d.Present[a]
	}
	var faults faults
	next := 0
	for i := range d.Events {
		e := &d.Events[i]
		for ; next < len(d.Presence) && (d.Presence[next].Time < e.Time || d.Presence[next].Time == e.Time && !m.PresenceAfter); next++ {
			present[d.Presence[next].Actor] = d.Presence[next].Present
		}
		who := slices.Concat(e.From, e.To)
		if m.Family == Rate { // whomever it acts with
			who = e.From[:1]
		}
		var names []string
		for _, a := range who {
			if !present[a] {
				name := d.Actors[a]
				if k := slices.IndexFunc(d.Presence[next:], func(c PresenceChange) bool { return c.Actor == a && c.Present }); k >= 0 {
					name += fmt.Sprintf(" (who enters at %s)", d.when(d.Presence[next+k].Time))
				}
				names = append(names, name)
			}
		}
		if names != nil {
			are := "is"
			if len(names) > 1 {
				are = "are"
			}
			faults.add(fmt.Errorf("event %s at time %s: %s %s not present then", d.told(i), d.when(e.Time), strings.Join(names, ", "), are))
		}
	}
	return faults.err()
}

// told names an event in a message, with its line where it comes from a table.
func (d *Data) told(i int) string {
	name := d.name(i)
	if line := d.Events[i].line; line > 0 {
		if at := fmt.Sprintf("%s:%d", d.file, line); at != name {
			name += " (" + at + ")"
		}
	}
	return name
}

// mostFaults is how many faults are told one by one.
const mostFaults = 20

// faults collects what is wrong, so that all of it is told at once.
type faults struct {
	list []error
	all  int
}

func (f *faults) add(err error) {
	if err == nil {
		return
	}
	if f.all++; f.all <= mostFaults {
		f.list = append(f.list, err)
	}
}

func (f *faults) err() error {
	if more := f.all - len(f.list); more > 0 {
		return errors.Join(append(f.list, fmt.Errorf("and %d faults more", more))...)
	}
	return errors.Join(f.list...)
}

// fill returns data in which covariates of the model's terms that are not known have
// the mean of the other actors' values at that time, and says what it did.
func (d *Data) fill(m *Model) (*Data, []string) {
	read := map[string]bool{}
	var note func(terms []Term)
	note = func(terms []Term) {
		for i := range terms {
			for _, name := range terms[i].Attr {
				read[name] = true
			}
			note(terms[i].Product)
		}
	}
	note(m.Terms)
	filled := *d
	filled.Covariates = slices.Clone(d.Covariates)
	var done []string
	for i := range filled.Covariates {
		c := &filled.Covariates[i]
		if !read[c.Name] {
			continue
		}
		known, sum := 0.0, 0.0
		for _, v := range c.Start {
			if !math.IsNaN(v) {
				known++
				sum += v
			}
		}
		if known == 0 {
			continue // an error later, by name
		}
		c.Start, c.Changes = slices.Clone(c.Start), slices.Clone(c.Changes)
		count := 0
		for a, v := range c.Start {
			if math.IsNaN(v) {
				c.Start[a] = sum / known
				count++
			}
		}
		now := slices.Clone(c.Start)
		for k := range c.Changes {
			ch := &c.Changes[k]
			if math.IsNaN(ch.Value) {
				others := 0.0
				for a, v := range now {
					if int32(a) != ch.Actor {
						others += v
					}
				}
				ch.Value = others / float64(len(now)-1)
				count++
			}
			now[ch.Actor] = ch.Value
		}
		if count > 0 {
			done = append(done, fmt.Sprintf("%d values of %s that are not known were given the mean of the other actors", count, c.Name))
		}
	}
	return &filled, done
}

// numbered returns the data with the numbers of the events as their times; what
// changed between two events changes between their numbers.
func (d *Data) numbered(m *Model) *Data {
	// What happens at the time of an event comes before it or after it.
	at := func(t float64, holds bool) float64 {
		after := sort.Search(len(d.Events), func(k int) bool { return d.Events[k].Time > t || holds && d.Events[k].Time == t })
		return float64(after) + .5
	}
	n := *d
	n.Dated, n.Ends = false, nil
	n.Events = slices.Clone(d.Events)
	for k := range n.Events {
		n.Events[k].Time = float64(k + 1)
	}
	n.Layers = slices.Clone(d.Layers)
	for i := range n.Layers {
		n.Layers[i].Events = slices.Clone(d.Layers[i].Events)
		for k := range n.Layers[i].Events {
			n.Layers[i].Events[k].Time = at(d.Layers[i].Events[k].Time, m.ChangesHold)
		}
	}
	n.Covariates = slices.Clone(d.Covariates)
	for i := range n.Covariates {
		n.Covariates[i].Changes = slices.Clone(d.Covariates[i].Changes)
		for k := range n.Covariates[i].Changes {
			n.Covariates[i].Changes[k].Time = at(d.Covariates[i].Changes[k].Time, m.ChangesHold)
		}
	}
	n.Presence = slices.Clone(d.Presence)
	for k := range n.Presence {
		n.Presence[k].Time = at(d.Presence[k].Time, !m.PresenceAfter)
	}
	return &n
}

// when writes a time: the day, where times are days.
func (d *Data) when(t float64) string {
	if d.Dated && math.Abs(t) < 1<<30 {
		return entente.Day(math.Floor(t)).String()
	}
	if math.Abs(t) < 1e15 {
		return strconv.FormatFloat(t, 'f', -1, 64) // seconds since 1970 keep all their digits
	}
	return strconv.FormatFloat(t, 'g', -1, 64)
}

func (d *Data) own() string {
	if d.Own == "" {
		return "events"
	}
	return d.Own
}

// layer finds a layer by name; the data's own events are layer -1.
func (d *Data) layer(name string) (index int, ok bool) {
	if name == "" || name == d.own() {
		return -1, true
	}
	index = slices.IndexFunc(d.Layers, func(l Layer) bool { return l.Name == name })
	return index, index >= 0
}
