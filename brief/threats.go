package brief

import (
	"fmt"
	"slices"
	"strings"

	"entente"
	"entente/internal/figure"
	"entente/measure"
)

// answerLooks gives each form of an answer its tone in a table and its mark in
// the figure.
var answerLooks = map[measure.AnswerForm]struct {
	tone string
	mark figure.Answer
}{
	measure.JointMultilateral: {"good", figure.Multilaterally},
	measure.JointBilateral:    {"warn", figure.Bilaterally},
	measure.TalkOnly:          {"warn", figure.Discussed},
	measure.NoAnswer:          {"bad", figure.Unanswered},
}

// answerCell says what answers an exposure, since when and by which acts.
func answerCell(form measure.AnswerForm, since entente.Date, inGroup, origin bool, acts []string) Cell {
	switch form {
	case measure.NotScored:
		return Cell{Text: "exposed", Class: "none"}
	case measure.NoAnswer:
		return Cell{Text: string(form), Class: "bad"}
	}
	text := fmt.Sprintf("%s, since %d", form, since.Start.Year())
	if inGroup {
		text += ", in the group's name too"
	}
	if origin {
		text += ", with an origin of the threat itself"
	}
	cell := cite(text, acts)
	cell.Class = answerLooks[form].tone
	return cell
}

// threatsSection sets each exposure against the cooperation that could answer it.
func (f *findings) threatsSection() Section {
	if len(f.c.Threats) == 0 {
		return Section{}
	}
	s := Section{ID: "threats"}
	exposures := map[[2]string]*measure.Exposure{}
	tally, scored := map[measure.AnswerForm]int{}, 0
	list := measure.Exposures(f.c, f.asOf)
	var states []string
	for _, state := range slices.Concat(f.members, f.observers) {
		if slices.ContainsFunc(list, func(e measure.Exposure) bool { return e.State == state }) {
			states = append(states, state)
		}
	}
	for i := range list {
		e := &list[i]
		exposures[[2]string{e.Threat, e.State}] = e
		if e.Form != measure.NotScored {
			tally[e.Form]++
			scored++
		}
	}
	head1 := append([]string{"Threat", "Could be answered by"}, f.names(states)...)
	whole := Table{Caption: "Threats, and what the exposed states do together in the domains that could answer them", Columns: cols(head1...)}
	parts := Table{Caption: "The same by response domain", Columns: cols(append([]string{"Threat", "Domain"}, f.names(states)...)...)}
	picture := figure.Threats{Actors: f.names(states)}
	for i := range f.c.Threats {
		threat := &f.c.Threats[i]
		row := []Cell{{Text: threat.Name}, {Text: domainList(threat.Responses)}}
		drawn := figure.Threat{Name: threat.Name, Group: upperFirst(threat.Section)}
		marked := false
		for _, state := range states {
			cell, mark, title := Cell{Text: "–", Class: "none"}, figure.NotExposed, ""
			if e := exposures[[2]string{threat.ID, state}]; e != nil {
				cell = answerCell(e.Form, e.Since, e.InGroup, e.Origin, e.Acts)
				if e.Form != measure.NotScored {
					mark, marked = answerLooks[e.Form].mark, true
					title = fmt.Sprintf("%s, %s: %s", threat.Name, f.short(state), cell.Text)
				}
			}
			row = append(row, cell)
			drawn.Answers, drawn.Titles = append(drawn.Answers, mark), append(drawn.Titles, title)
		}
		whole.Rows = append(whole.Rows, row)
		if marked {
			picture.Threats = append(picture.Threats, drawn)
		}
		parts.Rows = append(parts.Rows, domainRows(threat, states, exposures)...)
	}
	s.Title = "The threats recorded call for political answers only"
	if scored > 0 {
		s.Title = fmt.Sprintf("Of %d exposures to threats %d meet multilateral work among the exposed, %d bilateral work, %d talk only and %d nothing",
			scored, tally[measure.JointMultilateral], tally[measure.JointBilateral], tally[measure.TalkOnly], tally[measure.NoAnswer])
	}
	s.Tables = append(s.Tables, whole)
	if len(parts.Rows) > 0 {
		s.Tables = append(s.Tables, parts)
	}
	s.Notes = append(s.Notes, "A mark says that two or more exposed states cooperated in the last ten years in a field that could answer the threat, not that it works. Joint work is an exercise, agreement, institution, deployment or the like; talk is a meeting or a declaration. An origin named for a threat is where the exposure comes from or who could cause it, never an attribution.")
	picture.Head = head(&s, "A matrix of threats and states: for each exposure whether exposed states work together in a field that could answer it. The table below names the acts.")
	s.SVG = picture.SVG()
	return s
}

func domainList(domains []entente.Domain) string {
	words := make([]string, len(domains))
	for i, d := range domains {
		words[i] = string(d)
	}
	return strings.Join(words, ", ")
}

// domainRows gives a threat a row for each response domain but the political one,
// where it has more than one.
func domainRows(threat *entente.Threat, states []string, exposures map[[2]string]*measure.Exposure) [][]Cell {
	var rows [][]Cell
	if len(threat.Responses) < 2 {
		return nil
	}
	for i, d := range threat.Responses {
		if d == entente.Political {
			continue
		}
		row := []Cell{{Text: threat.Name}, {Text: string(d)}}
		for _, state := range states {
			cell := Cell{Text: "–", Class: "none"}
			if e := exposures[[2]string{threat.ID, state}]; e != nil {
				w := e.Answers[i]
				cell = answerCell(w.Form, w.Since, w.InGroup, w.Origin, w.Acts)
			}
			row = append(row, cell)
		}
		rows = append(rows, row)
	}
	return rows
}
