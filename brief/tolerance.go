package brief

import (
	"fmt"
	"slices"
	"strings"

	"entente"
	"entente/measure"
)

// crossings sets every posture against the acts that it concerns, in the order of
// the case.
func (f *findings) crossings() []Crossing {
	list := []Crossing{}
	for i := range f.stands {
		s := &f.stands[i]
		list = append(list, Crossing{Power: s.Power, Form: s.Form, Stance: s.Stance, Date: s.Date, Basis: s.Basis, Confidence: s.Confidence, Since: s.Since,
			Done: s.Done(), Proposed: s.Proposed(), Contradicts: f.formsOf(s.Contradicts), Reason: s.Reason, Sources: s.Sources})
	}
	return list
}

// formsOf names postures by what they are about.
func (f *findings) formsOf(ids []string) []string {
	forms := []string{}
	for i := range f.stands {
		if slices.Contains(ids, f.stands[i].Posture) {
			forms = append(forms, f.stands[i].Form)
		}
	}
	return forms
}

// stanceTones gives each stance its tone in a table.
var stanceTones = map[entente.Stance]string{entente.Oppose: "bad", entente.Wary: "warn", entente.Tolerate: "none", entente.Welcome: "good"}

// posturesSection sets the stances of outside powers, and the members' own
// limits, against acts done and proposed.
func (f *findings) posturesSection() Section {
	if len(f.stands) == 0 {
		return Section{}
	}
	s := Section{ID: "postures"}
	order := f.crossings()
	slices.SortStableFunc(order, func(a, b Crossing) int {
		return slices.Index(entente.Stances, b.Stance) - slices.Index(entente.Stances, a.Stance)
	})
	t := Table{Caption: "Stances, and the acts that they concern", Columns: cols("Power", "Stance", "Towards", "Voiced", "Rests on", "Done", "Proposed", "Why")}
	var crossed, proposed []string
	opposed := 0
	for _, x := range order {
		if x.Stance == entente.Oppose {
			opposed++
			line := fmt.Sprintf("%s on %s", f.short(x.Power), x.Form)
			if len(x.Done) > 0 {
				crossed = append(crossed, line)
			}
			if len(x.Proposed) > 0 {
				proposed = append(proposed, line)
			}
		}
		t.Rows = append(t.Rows, []Cell{{Text: f.short(x.Power)}, {Text: string(x.Stance), Class: stanceTones[x.Stance]}, {Text: x.Form},
			{Text: sinceWords(x.Date)}, {Text: basisWords(x.Basis) + "; " + string(x.Confidence) + " confidence"},
			cite(fmt.Sprint(len(x.Done)), x.Done), cite(fmt.Sprint(len(x.Proposed)), x.Proposed), {Text: x.Reason}})
	}
	s.Title = posturesTitle(opposed, len(crossed), len(proposed))
	if len(crossed) > 0 {
		s.Text = append(s.Text, "Crossed by acts done: "+strings.Join(crossed, "; ")+".")
	}
	if len(proposed) > 0 {
		s.Text = append(s.Text, "Touched by acts proposed: "+strings.Join(proposed, "; ")+". A draft whose clauses are not known counts against every line that it may cross.")
	}
	s.Tables = append(s.Tables, t)
	for _, further := range []Table{f.crossingTable(), f.contradictionTable()} {
		if len(further.Rows) > 0 {
			s.Tables = append(s.Tables, further)
		}
	}
	s.Notes = append(s.Notes,
		"A stance concerns acts in the group's name, or acts with the actors that it is about, by domain, legal force and obligation. Stances that contradict each other are both shown, and a newer one does not erase an older one. A stance argued in the founding document or inferred by the coder has no source of its own.",
		fmt.Sprintf("What followed a crossing is listed by its date alone, within %d days: nothing says that the crossing caused it. The usual number is how many such acts of that power as many days saw in the two years before.", measure.ResponseDays))
	f.drawPostures(&s, order)
	return s
}

func sinceWords(d entente.Date) string {
	if d.IsZero() {
		return "not known"
	}
	return dateWords(d)
}

func basisWords(b measure.Basis) string {
	return map[measure.Basis]string{measure.Voiced: "the power's own words or text", measure.Reported: "a source",
		measure.Argued: "the founding document", measure.Inferred: "inference"}[b]
}

func posturesTitle(opposed, crossed, proposed int) string {
	lines := plural(opposed, "line of opposition", "lines of opposition")
	switch {
	case opposed == 0:
		return "No recorded power opposes any form of this cooperation"
	case crossed == 0 && proposed == 0:
		return fmt.Sprintf("No act done or proposed crosses any of the %s recorded", lines)
	case crossed == 0:
		return fmt.Sprintf("Nothing done crosses a line of opposition; proposals may touch %d of %d", proposed, opposed)
	case proposed == 0:
		return fmt.Sprintf("Acts done cross %d of %s recorded, proposals none", crossed, lines)
	}
	return fmt.Sprintf("Acts done cross %d of %s recorded; proposals may touch %d", crossed, lines, proposed)
}

// crossingRows is how many crossings the table of them shows, the newest.
const crossingRows = 200

// crossingTable lists the acts against a line, and what the power did then.
func (f *findings) crossingTable() Table {
	t := Table{Caption: fmt.Sprintf("Acts against a line, and what that power did within %d days", measure.ResponseDays),
		Columns: cols("Date", "Act", "Meets the line of", "How", "Followed by", "#Usual")}
	type crossing struct {
		stand *measure.Stand
		x     measure.Concern
	}
	var list []crossing
	for i := range f.stands {
		if s := &f.stands[i]; s.Line() {
			for _, x := range s.Acts {
				list = append(list, crossing{s, x})
			}
		}
	}
	slices.SortStableFunc(list, func(a, b crossing) int { return a.x.Date.Compare(b.x.Date) })
	if more := len(list) - crossingRows; more > 0 {
		list = list[more:]
		t.Caption += fmt.Sprintf(" (the newest %d; %d earlier ones are left out)", crossingRows, more)
	}
	for _, c := range list {
		how := Cell{Text: effectWords(c.x), Class: stanceTones[c.stand.Stance]}
		t.Rows = append(t.Rows, []Cell{{Text: dateWords(c.x.Date)}, cite(f.c.Act(c.x.Act).Title, []string{c.x.Act}),
			{Text: f.short(c.stand.Power) + " on " + c.stand.Form}, how, f.followed(c.x), {Text: usualWords(c.x)}})
	}
	return t
}

func effectWords(x measure.Concern) string {
	verb := map[measure.Effect]string{measure.Crosses: "cross", measure.Strains: "strain"}[x.Effect]
	switch {
	case x.May:
		return "may " + verb + " it, if the draft says so"
	case x.Proposed:
		return "would " + verb + " it"
	case x.Before:
		return string(x.Effect) + " it, before it was voiced"
	}
	return string(x.Effect) + " it"
}

// followed lists the candidates for a response with their days.
func (f *findings) followed(x measure.Concern) Cell {
	if x.Unsought != "" {
		return Cell{Text: "not sought: " + x.Unsought, Class: "none"}
	}
	parts, ids := []string{}, []string{}
	for _, r := range x.Responses {
		parts = append(parts, fmt.Sprintf("%s, day %d", strings.ReplaceAll(string(r.Type), "_", " "), r.Days))
		ids = append(ids, r.Act)
	}
	text := strings.Join(parts, "; ")
	if text == "" {
		text = "nothing recorded"
	}
	if x.DaysSeen < measure.ResponseDays {
		text += fmt.Sprintf(" (%s seen)", plural(x.DaysSeen, "day", "days"))
	}
	return cite(text, ids)
}

func usualWords(x measure.Concern) string {
	if x.Unsought != "" {
		return ""
	}
	return fmt.Sprintf("%.1f", x.Usual)
}

// contradictionTable sets stances of one power that pull apart beside each other.
func (f *findings) contradictionTable() Table {
	t := Table{Caption: "Stances of one power that contradict each other; neither is dropped", Columns: cols("Power", "Draws a line at", "Voiced", "Yet tolerates or welcomes", "Voiced")}
	for i := range f.stands {
		s := &f.stands[i]
		if !s.Line() {
			continue
		}
		for j := range f.stands {
			if o := &f.stands[j]; slices.Contains(s.Contradicts, o.Posture) {
				t.Rows = append(t.Rows, []Cell{{Text: f.short(s.Power)}, {Text: fmt.Sprintf("%s (%s)", s.Form, s.Stance), Class: stanceTones[s.Stance]}, {Text: voicedWords(s)},
					{Text: fmt.Sprintf("%s (%s)", o.Form, o.Stance), Class: stanceTones[o.Stance]}, {Text: voicedWords(o)}})
			}
		}
	}
	return t
}

func voicedWords(s *measure.Stand) string {
	if s.Date.IsZero() {
		return basisWords(s.Basis)
	}
	return basisWords(s.Basis) + ", " + dateWords(s.Date)
}
