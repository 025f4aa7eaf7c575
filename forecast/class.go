package forecast

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"entente"
)

// Choice is whether something is asked for.
type Choice int

const (
	Either  Choice = iota
	With           // only those that have it
	Without        // only those that do not
)

// Filter narrows a reference class; the zero Filter keeps every group.
type Filter struct {
	Soft     bool     // only groups founded without security as purpose
	LeaveOut []string // ids of groups that are not to be in the class
	// Region keeps groups whose region holds these words, Elsewhere those whose
	// region does not; both are compared by [entente.Fold].
	Region, Elsewhere string
	MajorPower        Choice // a major power among the members
	Least, Most       int    // members, 0: no bound; a group of unknown size is not kept by a bound
	// Since and Until bound the year in which the first rung was reached, 0: no
	// bound; both years count.
	Since, Until int
}

// keeps reports whether a group that reached the first rung on the day is in the
// class.
func (f *Filter) keeps(b *entente.BlocRecord, day entente.Day) bool {
	return (b.Soft || !f.Soft) &&
		(f.Region == "" || inRegion(b, f.Region)) &&
		(f.Elsewhere == "" || !inRegion(b, f.Elsewhere)) &&
		(f.MajorPower == Either || b.MajorPower == (f.MajorPower == With)) &&
		(f.Least == 0 || b.MembersN >= f.Least) &&
		(f.Most == 0 || b.MembersN > 0 && b.MembersN <= f.Most) &&
		(f.Since == 0 || day.Year() >= f.Since) &&
		(f.Until == 0 || day.Year() <= f.Until) &&
		!slices.Contains(f.LeaveOut, b.ID)
}

func inRegion(b *entente.BlocRecord, words string) bool {
	return strings.Contains(entente.Fold(b.Region), entente.Fold(words))
}

// A FilterStep is one part of a filter, in words, with the filter that is left
// without it.
type FilterStep struct {
	Words string
	Rest  Filter
}

// Steps takes a filter apart, so that the change which each part makes can be
// shown.
func (f Filter) Steps() []FilterStep {
	var steps []FilterStep
	step := func(words string, drop func(*Filter)) {
		rest := f
		drop(&rest)
		steps = append(steps, FilterStep{words, rest})
	}
	if f.Soft {
		step("soft origin", func(r *Filter) { r.Soft = false })
	}
	if len(f.LeaveOut) > 0 {
		step("without "+strings.Join(f.LeaveOut, ", "), func(r *Filter) { r.LeaveOut = nil })
	}
	if f.Region != "" {
		step("region "+f.Region, func(r *Filter) { r.Region = "" })
	}
	if f.Elsewhere != "" {
		step("region not "+f.Elsewhere, func(r *Filter) { r.Elsewhere = "" })
	}
	switch f.MajorPower {
	case With:
		step("with a major power", func(r *Filter) { r.MajorPower = Either })
	case Without:
		step("without a major power", func(r *Filter) { r.MajorPower = Either })
	}
	if f.Least > 0 || f.Most > 0 {
		words := "at least " + strconv.Itoa(f.Least) + " members"
		switch {
		case f.Least == 0:
			words = "at most " + strconv.Itoa(f.Most) + " members"
		case f.Most > 0:
			words = strconv.Itoa(f.Least) + " to " + strconv.Itoa(f.Most) + " members"
		}
		step(words, func(r *Filter) { r.Least, r.Most = 0, 0 })
	}
	if f.Since != 0 || f.Until != 0 {
		words := fmt.Sprintf("first rung in %d to %d", f.Since, f.Until)
		switch {
		case f.Since == 0:
			words = fmt.Sprintf("first rung by %d", f.Until)
		case f.Until == 0:
			words = fmt.Sprintf("first rung since %d", f.Since)
		}
		step(words, func(r *Filter) { r.Since, r.Until = 0, 0 })
	}
	return steps
}

// Class is a reference class: the groups at risk of a rung, with what is known
// of each when its wait began.
type Class struct {
	From, To int
	Members  []Member
	Reached  int // groups that reached From
	Already  int // of those, how many had reached To by that day, and so never waited
	columns  []string
}

// Member is a group of a class.
type Member struct {
	Spell
	Group *entente.BlocRecord // from a table only what its columns say
	Since entente.Day         // when it reached the first rung; from a table only where that says so
	extra []float64           // the further columns of a table; NaN where empty
}

// Of returns the class of the marker pair from and to with its members; its
// spells are those of [Pairs].
func Of(blocs []entente.BlocRecord, from, to int, set Filter) *Class {
	c := &Class{}
	c.fill(blocs, from, to, set)
	return c
}

// fill makes the class that of other marker pairs, in the room that it has.
func (c *Class) fill(blocs []entente.BlocRecord, from, to int, set Filter) {
	*c = Class{From: from, To: to, Members: c.Members[:0]}
	c.follow(blocs, set, from, func(b *entente.BlocRecord) (entente.Day, bool) { return reached(b, from) },
		func(b *entente.BlocRecord) (entente.Day, bool) { return reached(b, to) })
	c.Members = slices.DeleteFunc(c.Members, func(m Member) bool {
		goal, has := reached(m.Group, to)
		held := has && goal <= m.Since
		if held {
			c.Already++
		}
		return held
	})
}

// OfLevel returns the class of the groups on a level (0..7), from the day on
// which they reached that rung or a higher one until the day on which they
// reached a still higher one. A group that reached both on one day passed
// through in no time and counts in Already; it is a member all the same, with a
// wait of 0. See [Class.Sojourners].
func OfLevel(blocs []entente.BlocRecord, level int, set Filter) *Class {
	c := &Class{From: level, To: level + 1}
	c.follow(blocs, set, level, func(b *entente.BlocRecord) (entente.Day, bool) { return above(b, level) },
		func(b *entente.BlocRecord) (entente.Day, bool) { return above(b, level+1) })
	for _, m := range c.Members {
		if m.skipped() {
			c.Already++
		}
	}
	return c
}

// Sojourners returns the class without the groups that passed through in no time.
func (c *Class) Sojourners() *Class {
	rest := *c
	rest.Members = slices.DeleteFunc(slices.Clone(c.Members), Member.skipped)
	return &rest
}

func (m Member) skipped() bool { return m.Years == 0 && m.Outcome == Event }

// follow fills the class with the groups that have a start, kept by the filter.
func (c *Class) follow(blocs []entente.BlocRecord, set Filter, from int, start, goal func(*entente.BlocRecord) (entente.Day, bool)) {
	if from < 0 || from > lastTarget {
		return
	}
	c.Members = slices.Grow(c.Members, len(blocs))
	for i := range blocs {
		b := &blocs[i]
		day, ok := start(b)
		if !ok || !set.keeps(b, day) {
			continue
		}
		c.Reached++
		end, has := goal(b)
		s, ok := wait(b, day, max(end, day), has)
		if ok {
			c.Members = append(c.Members, Member{Spell: s, Group: b, Since: day})
		}
	}
}

// above returns the day on which a group had reached the rung or a higher one.
func above(b *entente.BlocRecord, rung int) (first entente.Day, ok bool) {
	for ; rung < len(b.Rungs); rung++ {
		if day, has := reached(b, rung); has && (!ok || day < first) {
			first, ok = day, true
		}
	}
	return first, ok
}

// Spells returns the waits of the members.
func (c *Class) Spells() []Spell {
	spells := make([]Spell, len(c.Members))
	for i, m := range c.Members {
		spells[i] = m.Spell
	}
	return spells
}

// Covariates returns the covariates of the names, a row for each member, with NaN
// where a value is not known. There are soft_origin and major_power (0 or 1),
// members (how many), since (the year in which the first rung was reached, with
// its fraction), r0 to r8 (1 when the group held that rung when its wait began),
// region:WORDS (1 when its region holds the words), and the further columns of a
// table. A name that is none of these is an error that lists them.
func (c *Class) Covariates(names []string) ([][]float64, error) {
	x := make([][]float64, len(c.Members))
	for i := range x {
		x[i] = make([]float64, len(names))
	}
	for j, name := range names {
		if slices.Contains(names[:j], name) {
			return nil, fmt.Errorf("covariate %s is named twice", name)
		}
		value, err := c.covariate(name)
		if err != nil {
			return nil, err
		}
		for i := range c.Members {
			x[i][j] = value(&c.Members[i])
		}
	}
	return x, nil
}

// Names lists the covariates that the class has, without those of regions.
func (c *Class) Names() []string {
	if c.columns != nil {
		return c.columns
	}
	names := []string{"soft_origin", "major_power", "members", "since"}
	for rung := range lastTarget + 1 {
		names = append(names, "r"+strconv.Itoa(rung))
	}
	return names
}

func (c *Class) covariate(name string) (func(*Member) float64, error) {
	if words, ok := strings.CutPrefix(name, "region:"); ok && words != "" {
		return func(m *Member) float64 {
			if m.Group.Region == "" {
				return math.NaN()
			}
			return indicator(inRegion(m.Group, words))
		}, nil
	}
	known := c.Names()
	at := slices.Index(known, name)
	switch {
	case at < 0:
		hint := "there are " + strings.Join(known, ", ")
		if near := entente.Nearest(name, known); near != "" {
			hint = fmt.Sprintf("did you mean %s? (%s)", near, hint)
		}
		return nil, fmt.Errorf("unknown covariate %q: %s", name, hint)
	case c.columns != nil:
		return func(m *Member) float64 { return m.extra[at] }, nil
	}
	switch name {
	case "soft_origin":
		return func(m *Member) float64 { return indicator(m.Group.Soft) }, nil
	case "major_power":
		return func(m *Member) float64 { return indicator(m.Group.MajorPower) }, nil
	case "members":
		return func(m *Member) float64 {
			if m.Group.MembersN == 0 {
				return math.NaN()
			}
			return float64(m.Group.MembersN)
		}, nil
	case "since":
		return func(m *Member) float64 { return decimalYear(m.Since) }, nil
	}
	rung := int(name[1] - '0')
	return func(m *Member) float64 {
		day, ok := reached(m.Group, rung)
		return indicator(ok && day <= m.Since)
	}, nil
}

// decimalYear is a day as a year with its fraction, to a day or so.
func decimalYear(day entente.Day) float64 {
	return 1970 + float64(day-entente.DayOf(1970, 1, 1))/yearDays
}

func indicator(is bool) float64 {
	if is {
		return 1
	}
	return 0
}
