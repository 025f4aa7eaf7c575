package brief

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"

	"entente"
	"entente/measure"
)

func cols(names ...string) []Column {
	list := make([]Column, len(names))
	for i, name := range names {
		list[i] = Column{Name: strings.TrimPrefix(name, "#"), Numeric: strings.HasPrefix(name, "#")}
	}
	return list
}

// ladderSection shows the rungs with their acts, and the same rungs in the
// groups of the reference class.
func (f *findings) ladderSection() Section {
	s := Section{ID: "ladder"}
	top := f.ladder.Highest()
	held, missing := []string{}, []string{}
	for _, r := range f.ladder.Rungs {
		if r.Reached {
			held = append(held, r.Rung)
		} else {
			missing = append(missing, r.Rung)
		}
	}
	switch {
	case top < 0:
		s.Title = "No rung of the ladder is held yet"
	case len(missing) == 0:
		s.Title = "Every rung of the ladder is held"
	default:
		s.Title = fmt.Sprintf("%s holds %s; %s are missing", f.c.Group.Short, joinAnd(held), joinAnd(missing))
		if len(missing) == 1 {
			s.Title = fmt.Sprintf("%s holds %s; only %s is missing", f.c.Group.Short, joinAnd(held), missing[0])
		}
	}
	t := Table{Caption: "The rungs, the acts that hold them, and other readings of the same rung", Columns: cols("Rung", "What must be observed", "Held since", "Acts that come close", "Other readings"), Open: true}
	for _, r := range f.ladder.Rungs {
		since := Cell{Text: "not held", Class: "none"}
		if r.Reached {
			text := dateWords(r.Date)
			if r.Provisional {
				text += " (provisional: " + r.Missing + ")"
			}
			since = cite(text, r.Acts)
			since.Class = "good"
		}
		var nearText []string
		var nearActs []string
		for _, n := range r.Near {
			if !slices.Contains(nearText, n.Why) {
				nearText = append(nearText, n.Why)
			}
			nearActs = append(nearActs, n.Act)
		}
		var others, otherActs []string
		for _, o := range r.Others {
			others = append(others, dateWords(o.Date)+": "+o.Reading)
			otherActs = append(otherActs, o.Acts...)
		}
		t.Rows = append(t.Rows, []Cell{{Text: r.Rung + " " + r.Name}, {Text: r.Test}, since, cite(strings.Join(nearText, "; "), nearActs), cite(strings.Join(others, "; "), otherActs)})
	}
	s.Tables = append(s.Tables, t)
	if class, ok := f.classTable(); ok {
		s.Tables = append(s.Tables, class)
		f.drawLadders(&s)
	}
	if s.SVG != "" {
		s.Text = append(s.Text, fmt.Sprintf("The chart sets the group beside the %d others of the reference class by years since founding. Rungs need not come in order: some groups had forces before a treaty, many never had either.", len(f.class())))
	}
	return s
}

// class returns the groups of the reference class founded by the day, without the
// group itself.
func (f *findings) class() []entente.BlocRecord {
	var list []entente.BlocRecord
	for _, b := range f.c.Blocs {
		if b.Rungs[0].Begun(f.asOf) && entente.Fold(b.ID) != entente.Fold(f.c.Group.Code) {
			list = append(list, b)
		}
	}
	return list
}

// years is the time between two dates in years, by their middles; a rung dated
// before the founding counts as reached at the founding.
func years(from, to entente.Date) float64 {
	middle := func(d entente.Date) float64 { return (float64(d.Start) + float64(d.End)) / 2 }
	return max(0, (middle(to)-middle(from))/365.25)
}

func (f *findings) classTable() (Table, bool) {
	class := f.class()
	if len(class) == 0 {
		return Table{}, false
	}
	t := Table{Caption: "How soon comparable groups reached each rung (years since founding)", Columns: cols("Rung", "#Groups that reached it", "#Median years, among those", "#Reached within 10 years", "This group")}
	for r := range 9 {
		var times []float64
		for _, b := range class {
			if d := b.Rungs[r]; d.Begun(f.asOf) {
				times = append(times, years(b.Rungs[0], d))
			}
		}
		slices.Sort(times)
		median := "–"
		if len(times) > 0 {
			median = fmt.Sprintf("%.1f", (times[(len(times)-1)/2]+times[len(times)/2])/2)
		}
		early, _ := slices.BinarySearch(times, math.Nextafter(10, 11))
		own := "not held"
		if rung := f.ladder.Rungs[r]; rung.Reached && f.ladder.Rungs[0].Reached {
			own = fmt.Sprintf("%.1f years", years(f.ladder.Rungs[0].Date, rung.Date))
		}
		t.Rows = append(t.Rows, []Cell{{Text: fmt.Sprintf("r%d %s", r, f.ladder.Rungs[r].Name)}, {Text: fmt.Sprintf("%d of %d", len(times), len(class))}, {Text: median}, {Text: fmt.Sprint(early)}, {Text: own}})
	}
	return t, true
}

// tiesSection ranks the pairs by depth.
func (f *findings) tiesSection(context.Context, uint64) (Section, error) {
	among := slices.Concat(f.members, f.observers)
	ties := measure.Ties(f.c, f.asOf, measure.TieOptions{Among: among})
	s := Section{ID: "ties"}
	if len(ties) == 0 || ties[0].Depth == 0 {
		s.Title, s.Thin = "No ties recorded", "No act of cooperation joins two of the states yet."
		return s, nil
	}
	first := ties[0]
	s.Title = fmt.Sprintf("The deepest tie is between %s and %s", f.short(first.A), f.short(first.B))
	var second []string
	for _, tie := range ties[1:] {
		if tie.Depth > 0 && tie.RankLow <= 2 {
			second = append(second, f.short(tie.A)+" and "+f.short(tie.B))
		}
	}
	switch {
	case first.RankHigh > 1:
		s.Title += ", narrowly: another weighting puts others first"
	case len(second) == 1:
		s.Title += ", then between " + second[0]
	case len(second) > 1:
		s.Title += "; which comes second depends on the weights (" + strings.Join(second, ", or ") + ")"
	}
	var none []string
	t := Table{Caption: "Pairs by tie depth, with the range of ranks when any weight is halved or doubled", Columns: cols("#Rank", "Pair", "#Depth", "#Rank range", "Obligation in force", "Acts")}
	for _, tie := range ties {
		if tie.N == 0 {
			none = append(none, f.short(tie.A)+"–"+f.short(tie.B))
			continue
		}
		t.Rows = append(t.Rows, []Cell{{Text: fmt.Sprint(tie.Rank)}, {Text: f.short(tie.A) + " – " + f.short(tie.B)}, {Text: fmt.Sprintf("%.1f", tie.Depth)},
			{Text: rankRange(tie)}, {Text: codeWords(tie.Code)}, cite(plural(tie.N, "act", "acts"), tie.Acts)})
	}
	s.Tables = append(s.Tables, t, weightTable())
	if len(none) > 0 {
		s.Notes = append(s.Notes, "No act of cooperation recorded between "+strings.Join(none, ", ")+".")
	}
	s.Notes = append(s.Notes, "Depth adds the texts in force and the recent events that two states share, by the printed weights; it is a construction of this tool.")
	if err := f.drawMap(&s, ties); err != nil {
		return s, err
	}
	return s, nil
}

func rankRange(t measure.Tie) string {
	if t.RankLow == t.RankHigh {
		return fmt.Sprint(t.RankLow)
	}
	return fmt.Sprintf("%d–%d", t.RankLow, t.RankHigh)
}

func weightTable() Table {
	t := Table{Caption: "Weights of tie depth (ours)", Columns: cols("Act", "#Weight", "Counts")}
	for _, w := range measure.Weights() {
		how := "fades by half in 5 years"
		if w.Lasts {
			how = "in full while in force, half while only signed"
		}
		t.Rows = append(t.Rows, []Cell{{Text: w.Name}, {Text: fmt.Sprintf("%g", w.Weight)}, {Text: how}})
	}
	return t
}

func codeWords(code int) string {
	return [...]string{"none", "consultation", "non-aggression or neutrality", "defence"}[code]
}

// form sorts an act by how many of the group's states it joins and in whose
// name.
func (f *findings) form(a *entente.Act) string {
	k := f.count(a)
	for _, p := range a.Participants {
		if slices.Contains(f.observers, p.Actor) {
			k++
		}
	}
	switch {
	case a.Forum == f.c.Group.Code:
		return f.c.Group.Short
	case k < 2:
		return ""
	case len(a.Participants) == 2:
		return "bilateral"
	case len(a.Participants) == 3:
		return "trilateral"
	}
	return "multilateral"
}

func (f *findings) forms() []string {
	return []string{"bilateral", "trilateral", "multilateral", f.c.Group.Short}
}

// timelineSection counts acts by form and period.
func (f *findings) timelineSection() Section {
	s := Section{ID: "timeline"}
	type key struct {
		from int
		form string
	}
	counts := map[key][]string{}
	var periods []int
	total := 0
	recent := map[string]int{}
	for _, a := range f.c.ActsOn(f.asOf) {
		form := f.form(a)
		if form == "" || !a.Cooperation() {
			continue
		}
		from := a.Date.Start.Year() / 5 * 5
		k := key{from, form}
		counts[k] = append(counts[k], a.ID)
		if !slices.Contains(periods, from) {
			periods = append(periods, from)
		}
		if a.Date.Start.Year() > f.asOf.Year()-recentYears {
			total++
			recent[form]++
		}
	}
	slices.Sort(periods)
	switch {
	case total < 5:
		s.Title = fmt.Sprintf("Few acts of cooperation are recorded in the %d years to %s", recentYears, longDay(f.asOf))
	default:
		s.Title = fmt.Sprintf("%d acts in the last %d years: %d bilateral, %d in the name of %s, %d in other formats",
			total, recentYears, recent["bilateral"], recent[f.c.Group.Short], f.c.Group.Short, total-recent["bilateral"]-recent[f.c.Group.Short])
	}
	columns := []string{"Period"}
	for _, form := range f.forms() {
		columns = append(columns, "#"+upperFirst(form))
	}
	t := Table{Caption: "Acts of cooperation by form and period", Columns: cols(columns...)}
	for _, from := range periods {
		row := []Cell{{Text: fmt.Sprintf("%d–%d", from, min(from+4, f.asOf.Year()))}}
		for _, form := range f.forms() {
			ids := counts[key{from, form}]
			row = append(row, cite(fmt.Sprint(len(ids)), ids))
		}
		t.Rows = append(t.Rows, row)
	}
	s.Tables = append(s.Tables, t)
	s.Notes = append(s.Notes, "A bar instead of a dot marks a date known only to the month, the year or an interval; a hollow mark is proposed or announced. Counts grow with coverage: read the forms against each other, not the growth.")
	f.drawLanes(&s)
	return s
}

// matrixSection shows the obligation code of each pair.
func (f *findings) matrixSection() Section {
	s := Section{ID: "matrix"}
	among := slices.Concat(f.members, f.observers)
	t := Table{Caption: "Deepest obligation in force between two states, by any channel", Columns: cols(append([]string{""}, f.names(among)...)...)}
	defence := 0
	for _, a := range among {
		row := []Cell{{Text: f.short(a)}}
		for _, b := range among {
			if a == b {
				row = append(row, Cell{Text: "·"})
				continue
			}
			code, acts := f.deepest(a, b)
			if code == 3 && a < b && slices.Contains(f.members, a) && slices.Contains(f.members, b) {
				defence++
			}
			row = append(row, cite(codeWords(code), acts))
		}
		t.Rows = append(t.Rows, row)
	}
	n := len(f.members)
	s.Title = fmt.Sprintf("%s of %d pairs of %s owe each other defence; most owe less or nothing", upperFirst(numberWord(defence)), n*(n-1)/2, f.memberWord())
	if 2*defence > n*(n-1)/2 {
		s.Title = fmt.Sprintf("%s of %d pairs of %s owe each other defence", upperFirst(numberWord(defence)), n*(n-1)/2, f.memberWord())
	}
	s.Tables = append(s.Tables, t)
	f.drawMatrix(&s)
	return s
}

func (f *findings) names(codes []string) []string {
	list := make([]string, len(codes))
	for i, code := range codes {
		list[i] = f.short(code)
	}
	return list
}

// deepest returns the deepest obligation in force between two states and the
// acts that carry it.
func (f *findings) deepest(a, b string) (code int, acts []string) {
	a, b = min(a, b), max(a, b)
	for _, o := range f.obligations {
		if o.A != a || o.B != b || o.Status != measure.StandsInForce {
			continue
		}
		switch d := o.Obligation.Depth(); {
		case d > code:
			code, acts = d, slices.Clone(o.Acts)
		case d == code:
			acts = dedupe(append(acts, o.Acts...))
		}
	}
	return code, acts
}

// shareWindow is the length of the windows of the multilateral share, in years:
// yearly numbers of acts are too small for a share before the 2010s.
const shareWindow = 5

// shareSection shows the multilateral share with its interval and coverage, and
// the change points of the count with coverage as exposure.
func (f *findings) shareSection(ctx context.Context, _ uint64) (Section, error) {
	s := Section{ID: "share"}
	points, err := measure.Series(ctx, f.c, f.asOf, measure.SeriesOptions{Window: shareWindow}, "multilateral_share", "multilateral_exposure", "acts")
	if err != nil {
		return s, err
	}
	third := len(points) / 3
	share, exposure := points[:third], points[third:2*third]
	var known []measure.Point
	for _, p := range share {
		if p.Value != nil {
			known = append(known, p)
		}
	}
	s.Title = shareTitle(known)
	t := Table{Caption: fmt.Sprintf("Multilateral share in windows of %d years", shareWindow), Columns: cols("#Window ends", "#Share of acts", "#95% interval", "#Acts", "#Share of pairings", "#All acts recorded")}
	for i, p := range share {
		row := []Cell{{Text: fmt.Sprint(p.Year)}, {Text: "too thin"}, {}, {Text: fmt.Sprint(p.N)}, {}, {Text: fmt.Sprint(p.Coverage)}}
		if p.Value != nil {
			row[1].Text, row[2].Text = percent(*p.Value), percent(*p.Low)+" to "+percent(*p.High)
		}
		if v := exposure[i].Value; v != nil {
			row[4].Text = percent(*v)
		}
		if p.Partial {
			row[0].Text += " (to " + longDay(f.asOf) + ")"
		}
		t.Rows = append(t.Rows, row)
	}
	s.Tables = append(s.Tables, t)
	if len(known) == 0 {
		s.Thin = fmt.Sprintf("No window of %d years holds enough acts between two or more of the states for a share.", shareWindow)
	}
	s.Notes = append(s.Notes,
		fmt.Sprintf("The states are %s, held fixed over the whole series.", joinAnd(f.names(f.members))),
		"Share of acts: acts that join three or more of the states, among those that join two or more. Share of pairings: the same by pairs brought together, which grows with the size of acts.",
		"The strip under the chart counts all acts recorded, whoever took part: where it rises, more was written about or more was collected, and counts rise with it.")
	change, err := measure.Changes(ctx, f.c, f.asOf, "acts_multilateral")
	if err != nil {
		return s, err
	}
	s.Text = append(s.Text, changeWords(change)...)
	if table, ok := changeTable(change); ok {
		s.Tables = append(s.Tables, table)
	}
	f.drawShare(&s, share, exposure, change)
	return s, nil
}

func percent(v float64) string { return fmt.Sprintf("%.0f%%", 100*v) }

// shareTitle compares the last window with the one ten years before, or with the
// earliest that does not overlap it.
func shareTitle(known []measure.Point) string {
	if len(known) == 0 {
		return "Too few acts for a multilateral share"
	}
	last, first := known[len(known)-1], known[0]
	for _, p := range known {
		if p.Year <= last.Year-10 {
			first = p
		}
	}
	ends := fmt.Sprintf("%s of acts in the %d years to %d", percent(*last.Value), shareWindow, last.Year)
	if last.Year-first.Year < shareWindow {
		return "Multilateral: " + ends
	}
	ends += fmt.Sprintf(" against %s to %d", percent(*first.Value), first.Year)
	switch {
	case *last.Low > *first.High:
		return "Cooperation has become more multilateral: " + ends
	case *last.High < *first.Low:
		return "Cooperation has become less multilateral: " + ends
	}
	return "No clear move from bilateral to multilateral: " + ends
}

// obligationsSection says who owes whom what, inside and outside.
func (f *findings) obligationsSection() Section {
	s := Section{ID: "obligations"}
	pairs, _ := pairsOf(f.among(entente.Defense, measure.StandsInForce))
	outside := f.outsideDefence()
	s.Title = fmt.Sprintf("Inside the group %s; to outsiders %s", numberedPairs(len(pairs)), outsideWords(len(outside)))
	s.Tables = append(s.Tables,
		f.owedTable("Inside the group, in force", func(in int, o measure.Owed) bool { return in == 2 && o.Status == measure.StandsInForce }),
		f.owedTable("Inside the group, signed and not seen in force", func(in int, o measure.Owed) bool { return in == 2 && o.Status == measure.StandsSigned }),
		f.owedTable("Between members or observers and outsiders: defence in force", func(in int, o measure.Owed) bool {
			return in == 1 && o.Status == measure.StandsInForce && o.Obligation == entente.Defense
		}))
	s.Tables[0].Open = true
	s.Tables = slices.DeleteFunc(s.Tables, func(t Table) bool { return len(t.Rows) == 0 })
	for _, e := range outside {
		s.Text = append(s.Text, e.Text)
	}
	if clauses, ok := f.clauseTable(); ok {
		s.Tables = append(s.Tables, clauses)
	}
	s.Notes = append(s.Notes, "Only binding texts count. Promises through an organisation run between all states bound by it, from the later of their two entries to the first withdrawal; those with a state that the record does not follow are not listed pair by pair.")
	f.drawOwes(&s)
	return s
}

func numberedPairs(n int) string {
	switch n {
	case 0:
		return "no pair owes the other defence"
	case 1:
		return "one pair owes each other defence"
	}
	return numberWord(n) + " pairs owe each other defence"
}

func outsideWords(n int) string {
	if n == 0 {
		return "none is recorded"
	}
	return "members are bound through " + plural(n, "channel", "channels")
}

// owedTable lists the obligations that keep admits, one row for each pair and
// obligation, with every channel through which it runs.
func (f *findings) owedTable(caption string, keep func(in int, o measure.Owed) bool) Table {
	t := Table{Caption: caption, Columns: cols("Pair", "Obligation", "Through", "Since", "Acts")}
	within := slices.Concat(f.members, f.observers)
	type key struct {
		a, b string
		o    entente.Obligation
	}
	rows := map[key][]measure.Owed{}
	var order []key
	for _, o := range f.obligations {
		in := 0
		for _, code := range []string{o.A, o.B} {
			if slices.Contains(within, code) {
				in++
			}
		}
		if !keep(in, o) {
			continue
		}
		k := key{o.A, o.B, o.Obligation}
		if rows[k] == nil {
			order = append(order, k)
		}
		rows[k] = append(rows[k], o)
	}
	for _, k := range order {
		var through, acts []string
		var since entente.Date
		for _, o := range rows[k] {
			through = append(through, o.Via)
			acts = append(acts, o.Acts...)
			if since.IsZero() || o.Since.Compare(since) < 0 {
				since = o.Since
			}
		}
		acts = dedupe(acts)
		t.Rows = append(t.Rows, []Cell{{Text: f.short(k.a) + " – " + f.short(k.b)}, {Text: k.o.Prose()}, {Text: strings.Join(through, ", ")}, {Text: dateWords(since)}, cite(plural(len(acts), "act", "acts"), acts)})
	}
	return t
}

// clauseTable shows the clauses that carry no obligation of the five and still
// bear on the question: help without form, and no hostile blocs.
func (f *findings) clauseTable() (Table, bool) {
	t := Table{Caption: "Clauses short of an obligation: help without form, and no hostile blocs", Columns: cols("Act", "Article", "Kind", "What it says", "Binding")}
	for _, clause := range f.c.Clauses {
		kind := map[string]string{"assistance_undefined": "help without form", "no_hostile_bloc": "no hostile bloc"}[clause.Kind]
		a := f.c.Act(clause.Act)
		if kind == "" || a == nil || !a.Date.Begun(f.asOf) || f.count(a) < 2 && a.Forum != f.c.Group.Code {
			continue
		}
		t.Rows = append(t.Rows, []Cell{cite(a.Title, []string{a.ID}), {Text: clause.Article}, {Text: kind}, {Text: clause.Says}, {Text: clause.Binding}})
	}
	return t, len(t.Rows) > 0
}

// actsSection lists the acts themselves, for a case too small for anything else.
func (f *findings) actsSection() Section {
	s := Section{ID: "acts", Title: "What the record holds"}
	t := Table{Caption: "All acts in view", Columns: cols("Date", "Act", "Participants", "Status"), Open: true}
	for _, a := range f.c.ActsOn(f.asOf) {
		t.Rows = append(t.Rows, []Cell{{Text: dateWords(a.Date)}, cite(a.Title, []string{a.ID}), {Text: f.who(a)}, {Text: statusWords(a, f.asOf)}})
	}
	s.Tables = append(s.Tables, t)
	if len(t.Rows) == 0 {
		s.Thin = "No act is in view on this day."
	}
	return s
}
