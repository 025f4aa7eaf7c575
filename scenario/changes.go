package scenario

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"entente"
)

// Changes says in words what the scenario changes, a line for each change, in the order of
// the file's keys.
func (s *Scenario) Changes() []string {
	var list []string
	say := func(format string, args ...any) { list = append(list, fmt.Sprintf(format, args...)) }
	for _, table := range tables {
		for _, row := range s.spec.Add[table] {
			text := plainOf(row["id"])
			if title := plainOf(row["title"]) + plainOf(row["name"]); title != "" {
				text += ": " + title
			}
			if row["every"] != nil {
				text += ", every year"
			}
			say("added to %s: %s", table, text)
		}
		for _, id := range slices.Sorted(maps.Keys(s.spec.Alter[table])) {
			var cells []string
			for _, column := range slices.Sorted(maps.Keys(s.spec.Alter[table][id])) {
				cells = append(cells, column+" "+plainOf(s.spec.Alter[table][id][column]))
			}
			say("altered in %s: %s: %s", table, id, strings.Join(cells, ", "))
		}
		if ids := s.spec.Remove[table]; len(ids) > 0 {
			say("taken out of %s: %s", table, strings.Join(ids, ", "))
		}
	}
	for _, m := range s.spec.Join {
		say("%s joins on %s", m.Actor, m.On)
	}
	for _, m := range s.spec.Leave {
		say("%s leaves on %s", m.Actor, m.On)
	}
	for _, name := range slices.Sorted(maps.Keys(s.spec.Positions)) {
		inputs := s.spec.Positions[name]
		if inputs["absent"] == true {
			say("%s leaves the bargain", name)
			continue
		}
		var parts []string
		for _, key := range slices.Sorted(maps.Keys(inputs)) {
			parts = append(parts, key+" "+plainOf(inputs[key]))
		}
		say("in the bargain, %s: %s", name, strings.Join(parts, "; "))
	}
	return list
}

// plainOf writes a value of a scenario for people.
func plainOf(v any) string {
	switch v := v.(type) {
	case map[string]any:
		if low, mode, high := v["low"], v["mode"], v["high"]; mode != nil {
			return fmt.Sprintf("%v to %v, most likely %v", low, high, mode)
		}
		var parts []string
		for _, key := range slices.Sorted(maps.Keys(v)) {
			parts = append(parts, key+" "+plainOf(v[key]))
		}
		return strings.Join(parts, ", ")
	case []any:
		var parts []string
		for _, x := range v {
			parts = append(parts, plainOf(x))
		}
		return strings.Join(parts, ", ")
	case nil:
		return ""
	}
	return fmt.Sprint(v)
}

// Supposed are the acts that the scenario changed, as it has them; those that it takes
// away are missing.
func (r *Result) Supposed() []*entente.Act {
	var list []*entente.Act
	for _, id := range r.Acts {
		if a := r.Case.Act(id); a != nil {
			list = append(list, a)
		}
	}
	return list
}
