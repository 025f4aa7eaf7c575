package scenario

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"entente"
	"entente/bargain"
	"entente/measure"
)

// nextActs are the least acts by which a group comes to each rung, by the tests of
// [measure.Ladder]: what a row of acts.csv says beside id, date, title, participants and
// forum.
var nextActs = [9]string{
	1: "type: declaration, level: head_of_state, domains: [training], legal_force: political, obligations: none, status: signed",
	2: "type: meeting, level: minister, body: defence_ministers, domains: [training], legal_force: none, obligations: none, status: held",
	3: "type: exercise, level: minister, domains: [exercise], legal_force: none, obligations: none, status: held",
	4: "type: treaty, level: head_of_state, domains: [training], legal_force: binding, obligations: none, status: in_force",
	5: "type: treaty, level: head_of_state, domains: [political], legal_force: binding, obligations: [consultation], status: in_force",
	6: "type: treaty, level: head_of_state, domains: [political], legal_force: binding, obligations: [defense], status: in_force",
	7: "type: institution, level: minister, body: military_staff, domains: [training], legal_force: none, obligations: none, status: in_force",
	8: "type: institution, level: minister, body: joint_force, domains: [training], legal_force: none, obligations: none, status: in_force",
}

// Next supposes, for each rung that the group does not hold on the day, the least single
// act of all members by which it would. Each is a scenario of its own.
func (b *Base) Next(asOf entente.Day) ([]*Scenario, error) {
	c := b.Case
	members := measure.Studied(c, asOf)
	quoted := make([]string, len(members))
	for i, m := range members {
		quoted[i] = strconv.Quote(m)
	}
	var list []*Scenario
	for i, rung := range measure.Ladder(c, asOf).Rungs {
		if rung.Reached || nextActs[i] == "" {
			continue
		}
		name := fmt.Sprintf("next act: %s %s", rung.Rung, strings.ToLower(rung.Name))
		text := fmt.Sprintf("name: %q\nreasoning: %q\nas_of: %s\nadd:\n  acts:\n    - {id: next-%s, date: %s, title: %q, participants: [%s], forum: %q, %s}\n",
			name, "The least single act of all members that holds the rung: "+rung.Test, asOf, rung.Rung, asOf, rung.Name+" (supposed)", strings.Join(quoted, ", "), c.Group.Code, nextActs[i])
		s, err := Read("next-"+rung.Rung, []byte(text))
		if err != nil {
			return nil, err
		}
		list = append(list, s)
	}
	return list, nil
}

// Impact is what one scenario does to one outcome.
type Impact struct {
	Scenario string // its id
	Outcome  string // the id of the row
	Before   Value
	After    Value
	// Change is after less before; a rung that comes to be held counts as 1. NaN where
	// either is not known.
	Change float64
	// Most is whether no other scenario moves the outcome further, of those that leave it
	// open.
	Most bool
}

// Text is the change as shown: in points of a chance or of a scale, or in number; = for
// none, with a star for the most.
func (i *Impact) Text() string {
	change, mark := i.Change, ""
	if strings.HasPrefix(i.Outcome, "forecasts/") {
		change *= 100
	}
	if i.Most {
		mark = "*"
	}
	switch {
	case i.After.Text == held && i.Before.Text != held:
		return held
	case math.IsNaN(change):
		return "-"
	case math.Round(change) == 0:
		return "="
	}
	return fmt.Sprintf("%s%+.0f", mark, change)
}

// Matrix is the cross-impact of scenarios on outcomes: a row for each scenario.
type Matrix struct {
	Outcomes []Outcome
	Rows     [][]Impact
	Results  []*Result
}

// Outcome is a column of the matrix.
type Outcome struct{ ID, Name string }

// CrossImpact asks each scenario and sets the changes of the chances of further rungs and
// of the lines crossed in a matrix. All sides are without the event model, whose chance
// would drown small changes.
func CrossImpact(ctx context.Context, b *Base, scenarios []*Scenario, opt Options) (*Matrix, error) {
	opt.WithoutModel = true
	m := &Matrix{}
	for _, s := range scenarios {
		r, err := Compare(ctx, b, s, opt)
		if err != nil {
			return nil, err
		}
		m.Results = append(m.Results, r)
	}
	for rung := range 9 {
		m.column(fmt.Sprintf("forecasts/r%d", rung), fmt.Sprintf("r%d", rung))
	}
	m.column("bargaining/"+bargain.TemperedMean, "bargain ends")
	if len(m.Results) > 0 && m.Results[0].Bargain != nil {
		for _, scale := range m.Results[0].Bargain.Dimensions {
			m.column("bargaining/"+bargain.TemperedMean+"/"+scale.Name, scale.Name)
		}
	}
	m.column("tolerance/crossed", "lines crossed")
	for i, r := range m.Results {
		m.Rows = append(m.Rows, nil)
		for _, o := range m.Outcomes {
			m.Rows[i] = append(m.Rows[i], impact(r, o.ID))
		}
	}
	for k := range m.Outcomes {
		m.mark(k)
	}
	return m, nil
}

// column adds an outcome if any scenario has it.
func (m *Matrix) column(id, name string) {
	if slices.ContainsFunc(m.Results, func(r *Result) bool { return r.Row(id) != nil }) {
		m.Outcomes = append(m.Outcomes, Outcome{id, name})
	}
}

func impact(r *Result, id string) Impact {
	i := Impact{Scenario: r.Scenario.ID, Outcome: id, Before: words("-"), After: words("-"), Change: math.NaN()}
	row := r.Row(id)
	if row == nil {
		return i
	}
	i.Before, i.After = row.Before, row.After
	before, after := row.Before.Number, row.After.Number
	if row.After.Text == held {
		after = 1
	}
	i.Change = after - before
	return i
}

// mark finds the scenarios that move an outcome furthest.
func (m *Matrix) mark(k int) {
	most := 0.0
	open := func(i *Impact) bool { return !math.IsNaN(i.Change) && i.After.Text != held }
	for _, row := range m.Rows {
		if open(&row[k]) {
			most = max(most, math.Abs(row[k].Change))
		}
	}
	for _, row := range m.Rows {
		row[k].Most = most > 0 && open(&row[k]) && math.Abs(row[k].Change) == most
	}
}
