package brief

import (
	"fmt"
	"slices"
	"strings"

	"entente"
	"entente/internal/figure"
	"entente/measure"
)

// head makes a figure's head from its section: the title is the finding.
func head(s *Section, desc string) figure.Head {
	return figure.Head{ID: s.ID, Title: s.Title, Desc: desc}
}

// yearOf returns a day as a decimal year.
func yearOf(d entente.Day) float64 {
	y := d.Year()
	first := entente.DayOf(y, 1, 1)
	return float64(y) + float64(d-first)/float64(entente.DayOf(y+1, 1, 1)-first)
}

func (f *findings) drawLadders(s *Section) {
	class := f.class()
	if !f.ladder.Rungs[0].Reached {
		return
	}
	founded := f.ladder.Rungs[0].Date
	l := figure.Ladders{Own: figure.Bloc{Name: f.c.Group.Short, Years: years(founded, entente.On(f.asOf))}}
	for _, r := range f.ladder.Rungs {
		l.Rungs = append(l.Rungs, figure.Rung{Code: r.Rung, Name: r.Name})
		reach := figure.Reach{Reached: r.Reached, Provisional: r.Provisional}
		if r.Reached {
			reach.Years = years(founded, r.Date)
		}
		l.Own.Rungs = append(l.Own.Rungs, reach)
	}
	for _, b := range class {
		end := entente.On(f.asOf)
		for _, d := range []entente.Date{b.Ended, b.Censored} {
			if d.Begun(f.asOf) && d.Start < end.Start {
				end = d
			}
		}
		other := figure.Bloc{Name: b.Name, Years: years(b.Rungs[0], end)}
		for i, d := range b.Rungs {
			reach := figure.Reach{Reached: d.Begun(f.asOf), Provisional: slices.Contains(b.Weak, i)}
			if reach.Reached {
				reach.Years = years(b.Rungs[0], d)
			}
			other.Rungs = append(other.Rungs, reach)
		}
		l.Others = append(l.Others, other)
	}
	l.Head = head(s, fmt.Sprintf("For each rung, the years from founding to reaching it: %s and %d other groups of the reference class. %s.", f.c.Group.Short, len(class), s.Title))
	s.SVG = l.SVG()
}

func (f *findings) roleOf(code string) figure.Role {
	switch {
	case slices.Contains(f.members, code):
		return figure.Member
	case slices.Contains(f.observers, code):
		return figure.Observer
	}
	return figure.Outsider
}

// depthOf is the class of the deepest obligation in force, or of plain
// cooperation.
func (f *findings) depthOf(a, b string, acts int) figure.Depth {
	code, _ := f.deepest(a, b)
	if code == 0 && acts == 0 {
		return figure.NoTie
	}
	return figure.Depth(code)
}

func (f *findings) drawMap(s *Section, ties []measure.Tie) error {
	m := figure.Map{}
	placed := map[string]bool{}
	place := func(code string) bool {
		a := f.c.Actor(code)
		if a == nil || a.Place == nil {
			return false
		}
		if !placed[code] {
			placed[code] = true
			m.Places = append(m.Places, figure.Place{Code: code, Name: a.Name, Lat: a.Place.Lat, Lon: a.Place.Lon, Role: f.roleOf(code)})
		}
		return true
	}
	for _, code := range slices.Concat(f.members, f.observers) {
		place(code)
	}
	for _, t := range ties {
		if t.N == 0 || !place(t.A) || !place(t.B) {
			continue
		}
		m.Ties = append(m.Ties, figure.Tie{A: t.A, B: t.B, Depth: f.depthOf(t.A, t.B, t.N), Title: fmt.Sprintf("%s – %s: %s, %s", f.short(t.A), f.short(t.B), codeWords(t.Code), plural(t.N, "act", "acts"))})
	}
	// Outsiders are drawn for defence only: who else would have to come.
	drawn := map[[2]string]bool{}
	for _, o := range f.obligations {
		pair := [2]string{o.A, o.B}
		inA, inB := f.roleOf(o.A) != figure.Outsider, f.roleOf(o.B) != figure.Outsider
		if o.Obligation != entente.Defense || o.Status != measure.StandsInForce || inA == inB || drawn[pair] || !place(o.A) || !place(o.B) {
			continue
		}
		drawn[pair] = true
		m.Ties = append(m.Ties, figure.Tie{A: o.A, B: o.B, Depth: figure.Defence, Title: fmt.Sprintf("%s – %s: defence, through %s", f.short(o.A), f.short(o.B), o.Via)})
	}
	m.Head = head(s, "A map of the members and observers with a line for each pair that shares an act of cooperation, by the deepest obligation in force, and lines to outsiders to whom they owe defence. The table below lists every pair.")
	svg, err := m.SVG()
	s.SVG = svg
	return err
}

// laneDomains are the colours of the timeline: a domain for each group of fields.
var laneDomains = []string{"political", "military", "intelligence and counter-terrorism", "arms and industry", "border, cyber, infrastructure"}

func laneDomain(a *entente.Act) int {
	best := 0
	for _, d := range a.Domains {
		at := map[entente.Domain]int{entente.Training: 1, entente.ExerciseDomain: 1, entente.Peacekeeping: 1,
			entente.Intelligence: 2, entente.Counterterrorism: 2, entente.Arms: 3, entente.Industry: 3,
			entente.Border: 4, entente.Cyber: 4, entente.Infrastructure: 4}[d]
		if at != 0 && (best == 0 || at < best) {
			best = at
		}
	}
	return best
}

func (f *findings) drawLanes(s *Section) {
	notes := map[string]string{"bilateral": "two states", "trilateral": "three states", "multilateral": "four or more, other formats", f.c.Group.Short: "in the group's name"}
	l := figure.Lanes{Domains: laneDomains, To: yearOf(f.asOf)}
	lanes := map[string]*figure.Lane{}
	for _, form := range f.forms() {
		lanes[form] = &figure.Lane{Name: upperFirst(form), Note: notes[form]}
	}
	first := windowStart(f)
	drawn := 0
	for _, a := range f.c.ActsOn(f.asOf) {
		form := f.form(a)
		status := a.StatusOn(f.asOf)
		planned := status == entente.Proposed || status == entente.Announced
		if form == "" || a.Date.Start < first || a.Type == entente.Incident || a.Type == entente.Statement && !planned || drawn == lanesLimit {
			continue
		}
		drawn++
		mark := figure.Mark{From: yearOf(a.Date.Start), Domain: laneDomain(a), Planned: planned, Title: dateWords(a.Date) + ": " + a.Title, Href: "#act-" + a.ID}
		mark.To = mark.From
		if a.Date.Precision != entente.ToDay {
			mark.To = min(yearOf(min(a.Date.End, f.asOf)+1), l.To)
		}
		lanes[form].Marks = append(lanes[form].Marks, mark)
	}
	for _, form := range f.forms() {
		l.Lanes = append(l.Lanes, *lanes[form])
	}
	if drawn == lanesLimit {
		s.Notes = append(s.Notes, fmt.Sprintf("The picture shows the first %d acts; the table counts all.", lanesLimit))
	}
	l.Head = head(s, "Acts of cooperation by date in lanes for bilateral, trilateral and multilateral acts and for acts in the group's name, marked by field. The table below counts them by period.")
	s.SVG = l.SVG()
}

// lanesLimit is how many marks a timeline can hold and still be read.
const lanesLimit = 2000

// windowStart is the first day of the timeline: acts that stand alone decades
// before the others would squeeze the rest.
func windowStart(f *findings) entente.Day {
	acts := f.c.ActsOn(f.asOf)
	start := entente.Day(0)
	for i, a := range acts {
		if i == 0 || a.Date.Start-acts[i-1].Date.Start > 10*366 {
			start = a.Date.Start
		}
	}
	return start
}

func (f *findings) drawMatrix(s *Section) {
	among := slices.Concat(f.members, f.observers)
	ties := map[[2]string]measure.Tie{}
	for _, t := range measure.Ties(f.c, f.asOf, measure.TieOptions{Among: among}) {
		ties[[2]string{t.A, t.B}] = t
	}
	m := figure.Matrix{TextNote: "tie depth"}
	for _, code := range among {
		m.Actors = append(m.Actors, figure.MatrixActor{Name: f.short(code), Role: f.roleOf(code)})
	}
	m.Cell = func(i, j int) figure.MatrixCell {
		a, b := min(among[i], among[j]), max(among[i], among[j])
		t := ties[[2]string{a, b}]
		cell := figure.MatrixCell{Depth: f.depthOf(a, b, t.N), Title: fmt.Sprintf("%s – %s: %s in force, depth %.1f, %s", f.short(a), f.short(b), codeWords(t.Code), t.Depth, plural(t.N, "act", "acts"))}
		if t.N > 0 {
			cell.Text = fmt.Sprintf("%.0f", t.Depth)
		}
		for _, o := range f.obligations {
			if o.A == a && o.B == b && o.Status == measure.StandsSigned && figure.Depth(o.Obligation.Depth()) > cell.Depth {
				cell.Depth, cell.Signed = figure.Depth(o.Obligation.Depth()), true
			}
		}
		return cell
	}
	m.Head = head(s, "A matrix of the members and observers: each cell gives the deepest obligation between two states and the depth of their tie. The table below says the same in words.")
	s.SVG = m.SVG()
}

func (f *findings) drawShare(s *Section, share, exposure []measure.Point, change measure.Change) {
	fig := figure.Series{CoverageLabel: "acts recorded per year, whoever took part"}
	line := func(name string, points []measure.Point) {
		l := figure.Line{Name: name}
		for _, p := range points {
			x := min(float64(p.Year)+1, yearOf(f.asOf))
			q := figure.Point{X: x, N: p.N, Missing: p.Value == nil}
			if p.Value != nil {
				q.Y, q.Low, q.High = *p.Value, *p.Value, *p.Value
				if p.Low != nil {
					q.Low, q.High = *p.Low, *p.High
				}
			}
			l.Points = append(l.Points, q)
		}
		fig.Lines = append(fig.Lines, l)
	}
	line("share of acts", share)
	line("share of pairings", exposure)
	counts := map[int]int{}
	for _, a := range f.c.ActsOn(f.asOf) {
		counts[a.Date.Start.Year()]++
	}
	if len(share) == 0 {
		return
	}
	for y := share[0].Year; y <= f.asOf.Year(); y++ {
		fig.Coverage = append(fig.Coverage, figure.Count{From: float64(y), To: float64(y + 1), N: counts[y]})
	}
	for _, year := range sternChanges(change) {
		fig.Changes = append(fig.Changes, figure.Change{X: float64(year), Label: fmt.Sprintf("change after %d", year-1)})
	}
	fig.Head = head(s, fmt.Sprintf("The share of acts among the states that join three or more of them, in windows of %d years, with its 95 per cent interval, and below it the number of acts recorded each year.", shareWindow))
	s.SVG = fig.SVG()
}

func (f *findings) drawOwes(s *Section) {
	fig := figure.Owes{}
	inside := slices.Concat(f.members, f.observers)
	for _, code := range inside {
		fig.Inside = append(fig.Inside, figure.Party{Code: code, Name: f.short(code), Role: f.roleOf(code)})
	}
	bonds := map[[2]string]int{}
	for _, o := range f.obligations {
		in := 0
		for _, code := range []string{o.A, o.B} {
			if slices.Contains(inside, code) {
				in++
			}
		}
		depth := figure.Depth(o.Obligation.Depth())
		if in == 0 || o.Status == measure.StandsLapsed || in == 1 && (depth != figure.Defence || o.Status != measure.StandsInForce) {
			continue
		}
		for _, code := range []string{o.A, o.B} {
			if !slices.Contains(inside, code) && !slices.ContainsFunc(fig.Outside, func(p figure.Party) bool { return p.Code == code }) {
				fig.Outside = append(fig.Outside, figure.Party{Code: code, Name: f.short(code)})
			}
		}
		bond := figure.Bond{A: o.A, B: o.B, Depth: depth, Signed: o.Status == measure.StandsSigned, Via: o.Via,
			Title: fmt.Sprintf("%s – %s: %s through %s, %s", f.short(o.A), f.short(o.B), o.Obligation.Prose(), o.Via, o.Status)}
		key := [2]string{o.A, o.B}
		at, seen := bonds[key]
		switch {
		case !seen:
			bonds[key] = len(fig.Bonds)
			fig.Bonds = append(fig.Bonds, bond)
		case bond.Depth > fig.Bonds[at].Depth || bond.Depth == fig.Bonds[at].Depth && fig.Bonds[at].Signed && !bond.Signed:
			fig.Bonds[at] = bond
		case bond.Depth == fig.Bonds[at].Depth && bond.Signed == fig.Bonds[at].Signed && !strings.Contains(fig.Bonds[at].Via, bond.Via):
			fig.Bonds[at].Via += ", " + bond.Via
		}
	}
	// An organisation whose other states the record does not follow stands for
	// them.
	for _, b := range f.bonds {
		if b.Obligation != entente.Defense || b.Status != measure.StandsInForce || b.Via == f.c.Group.Code || !f.reachesOutside(b.Via) ||
			slices.ContainsFunc(f.obligations, func(o measure.Owed) bool {
				return o.Via == b.Via && o.Obligation == entente.Defense && o.Status == measure.StandsInForce &&
					(o.A == b.State && !slices.Contains(inside, o.B) || o.B == b.State && !slices.Contains(inside, o.A))
			}) {
			continue
		}
		if !slices.ContainsFunc(fig.Outside, func(p figure.Party) bool { return p.Code == b.Via }) {
			fig.Outside = append(fig.Outside, figure.Party{Code: b.Via, Name: "Others in " + b.Via})
		}
		fig.Bonds = append(fig.Bonds, figure.Bond{A: b.State, B: b.Via, Depth: figure.Defence, Via: b.Via, Title: fmt.Sprintf("%s: defence through %s", f.short(b.State), f.c.Name(b.Via))})
	}
	fig.Head = head(s, "The deepest obligation of every pair of members and observers, and the defence they owe outsiders, with the organisation or treaty through which. The tables below list each with its acts.")
	s.SVG = fig.SVG()
}

func (f *findings) drawPostures(s *Section, order []Crossing) {
	tones := map[entente.Stance]figure.Tone{entente.Oppose: figure.Bad, entente.Wary: figure.Warn, entente.Tolerate: figure.Mild, entente.Welcome: figure.Good}
	fig := figure.Bars{DoneLabel: "acts done", ProposedLabel: "acts proposed"}
	byPower := slices.Clone(order)
	slices.SortStableFunc(byPower, func(a, b Crossing) int { return strings.Compare(f.short(a.Power), f.short(b.Power)) })
	for _, x := range byPower {
		fig.Bars = append(fig.Bars, figure.Bar{Group: f.short(x.Power), Name: x.Form, Badge: string(x.Stance), Tone: tones[x.Stance], Done: len(x.Done), Proposed: len(x.Proposed), Title: x.Reason})
	}
	fig.Head = head(s, "For each power and form of cooperation its stance, and how many acts done and proposed the stance concerns. The table below lists the acts.")
	s.SVG = fig.SVG()
}
