package scenario

import "slices"

// Question is a question that one of several scenarios at least changes: the answer
// before, and the row of each scenario, nil where it is as before.
type Question struct {
	Step, What string
	Before     Value
	Rows       []*Row
}

// Together sets several scenarios side by side, question by question. Of stances only the
// number of lines crossed is shown. Scenarios as of different days have sides of their own
// before; the first that asks gives Before.
func Together(results []*Result) []Question {
	var list []Question
	for i, r := range results {
		for k := range r.Rows {
			row := &r.Rows[k]
			if row.Step == "tolerance" && row.ID != "tolerance/crossed" {
				continue
			}
			at := slices.IndexFunc(list, func(q Question) bool { return q.Step == row.Step && q.What == row.What })
			if at < 0 {
				at = len(list)
				list = append(list, Question{row.Step, row.What, row.Before, make([]*Row, len(results))})
			}
			if row.Changed {
				list[at].Rows[i] = row
			}
		}
	}
	list = slices.DeleteFunc(list, func(q Question) bool { return !slices.ContainsFunc(q.Rows, func(r *Row) bool { return r != nil }) })
	steps := Steps()
	slices.SortStableFunc(list, func(a, b Question) int { return slices.Index(steps, a.Step) - slices.Index(steps, b.Step) })
	return list
}

// Letter names the i-th of several scenarios, from 0: A to Z, then AA and so on.
func Letter(i int) string {
	if i < 26 {
		return string(rune('A' + i))
	}
	return Letter(i/26-1) + Letter(i%26)
}

// Otherwise is the answer before that a scenario has, where it is not that of the
// question.
func (q *Question) Otherwise(row *Row) string {
	if row == nil || row.Before.Text == q.Before.Text {
		return ""
	}
	return row.Before.Text
}
