package forecast

import (
	"slices"
	"strings"

	"entente"
)

// yearDays is the length of a year in days wherever the package speaks of years.
const yearDays = 365.25

// Years is the time between two days in years of 365.25 days.
func Years(from, to entente.Day) float64 { return float64(to-from) / yearDays }

// The outcomes of a spell.
const (
	Censored  = iota // last seen without the rung
	Event            // reached the rung
	Dissolved        // ended as a group without the rung
)

// Spell is one group's wait from one rung to another.
type Spell struct {
	ID      string
	Years   float64 // from the first rung to the outcome, 0 or more, in years of 365.25 days
	Outcome int     // Censored, Event or Dissolved
}

// Pairs returns the risk set of the marker pair from and to (rung numbers 0..8):
// the groups that reached from, except those that had reached to by that day.
// Time runs from the day of from. A group that never reached to is followed
// until its end or, if it has none, until the day it was last looked at.
//
// A date known only to the year stands for 1 July, to the month for the 15th,
// an interval for its middle day and an open interval for its start. A rung
// dated before the founding counts from the founding. A group with neither an
// end nor a last day is left out of the pairs whose second rung it lacks, and so
// is one whose follow-up would end before it starts. A rung number outside 0..8
// yields nothing.
func Pairs(blocs []entente.BlocRecord, from, to int, set Filter) []Spell {
	var spells []Spell
	for i := range blocs {
		start, ok := reached(&blocs[i], from)
		if !ok || !set.keeps(&blocs[i], start) {
			continue
		}
		goal, has := reached(&blocs[i], to)
		if s, ok := wait(&blocs[i], start, goal, has); ok && !(has && goal <= start) {
			spells = append(spells, s)
		}
	}
	return spells
}

// wait returns the spell of a group from a day on: until the goal where it has
// one, else until its end or the day it was last looked at.
func wait(b *entente.BlocRecord, start, goal entente.Day, has bool) (Spell, bool) {
	end, outcome := goal, Event
	switch {
	case has:
	case !b.Ended.IsZero():
		end, outcome = standing(b.Ended), Dissolved
	case !b.Censored.IsZero():
		end, outcome = standing(b.Censored), Censored
	default:
		return Spell{}, false
	}
	return Spell{b.ID, Years(start, end), outcome}, end >= start
}

// reached returns the day on which the group counts as having reached the rung.
func reached(b *entente.BlocRecord, rung int) (entente.Day, bool) {
	if rung < 0 || rung >= len(b.Rungs) || b.Rungs[rung].IsZero() {
		return 0, false
	}
	day := standing(b.Rungs[rung])
	if founded := b.Rungs[0]; !founded.IsZero() {
		day = max(day, standing(founded))
	}
	return day, true
}

// standing returns the one day by which a date of limited precision is counted.
func standing(d entente.Date) entente.Day {
	switch d.Precision {
	case entente.ToYear:
		return entente.DayOf(d.Start.Year(), 7, 1)
	case entente.ToMonth:
		t := d.Start.Time()
		return entente.DayOf(t.Year(), int(t.Month()), 15)
	case entente.ToSpan:
		return d.Start + (d.End-d.Start)/2
	}
	return d.Start
}

// onOneDay returns the groups with each date as the one day by which it is counted, which
// need not be worked out again then.
func onOneDay(blocs []entente.BlocRecord) []entente.BlocRecord {
	out := slices.Clone(blocs)
	for i := range out {
		b := &out[i]
		for rung := range b.Rungs {
			if !b.Rungs[rung].IsZero() {
				b.Rungs[rung] = entente.On(standing(b.Rungs[rung]))
			}
		}
		for _, d := range []*entente.Date{&b.Ended, &b.Censored} {
			if !d.IsZero() {
				*d = entente.On(standing(*d))
			}
		}
	}
	return out
}

// Cut returns the groups as they stood at the end of the day: those not yet
// founded are dropped, rungs and ends that came later are taken away, and a
// group that still existed was last seen on that day at the latest. Days are
// counted as [Pairs] counts them. The records given are not changed.
func Cut(blocs []entente.BlocRecord, asOf entente.Day) []entente.BlocRecord {
	var cut []entente.BlocRecord
	for _, b := range blocs {
		if founded, ok := reached(&b, 0); !ok || founded > asOf {
			continue
		}
		for i := range b.Rungs {
			if day, ok := reached(&b, i); ok && day > asOf {
				b.Rungs[i] = entente.Date{}
			}
		}
		if !b.Ended.IsZero() && standing(b.Ended) > asOf {
			b.Ended, b.EndKind, b.Censored = entente.Date{}, "", entente.On(asOf)
		}
		if !b.Censored.IsZero() && standing(b.Censored) > asOf {
			b.Censored = entente.On(asOf)
		}
		cut = append(cut, b)
	}
	return cut
}

// own returns the indices of the group under study among the blocs: those whose
// id or name is the id of the case or the code, name, short name or an alias of
// its group.
func own(c *entente.Case) []int {
	fold := func(s string) string { return entente.Fold(strings.ReplaceAll(s, "_", " ")) }
	names := []string{fold(c.ID), fold(c.Group.Code), fold(c.Group.Name), fold(c.Group.Short)}
	if a := c.Actor(c.Group.Code); a != nil {
		names = append(names, fold(a.Name))
		for _, alias := range a.Aliases {
			names = append(names, fold(alias.Name))
		}
	}
	var found []int
	for i := range c.Blocs {
		id, name := fold(c.Blocs[i].ID), fold(c.Blocs[i].Name)
		if (id != "" && slices.Contains(names, id)) || (name != "" && slices.Contains(names, name)) {
			found = append(found, i)
		}
	}
	return found
}
