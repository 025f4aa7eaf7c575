package scenario

import (
	"context"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"entente"
	"entente/bargain"
	"entente/corridor"
	"entente/forecast"
	"entente/measure"
)

// comparison writes the rows of a result from its two sides.
type comparison struct {
	*Result
	before, after *side
	step          string
}

func (c *comparison) add(id, what string, before, after Value, through string) *Row {
	row := Row{ID: strings.ReplaceAll(c.step, " ", "_") + "/" + id, Step: c.step, What: what, Before: before, After: after, Changed: differ(before, after)}
	if row.Changed {
		row.Through = through
	}
	c.Rows = append(c.Rows, row)
	return &c.Rows[len(c.Rows)-1]
}

func (c *comparison) rows() {
	for _, part := range []struct {
		step string
		do   func()
	}{{"ladder", c.ladder}, {"obligations", c.obligations}, {"measures", c.measures}, {"tolerance", func() { c.tolerance(); c.history() }}, {"threats", c.threats},
		{"forecasts", c.forecasts}, {"event model", c.eventModel}, {"bargaining", c.bargaining}} {
		c.step = part.step
		part.do()
	}
}

// ours are those of the acts that the scenario changed.
func (c *comparison) ours(acts ...string) string {
	var found []string
	for _, id := range c.Acts {
		if slices.Contains(acts, id) {
			found = append(found, id)
		}
	}
	return listed(found)
}

// among are the acts that the scenario changed and in which so many of the states take
// part.
func (c *comparison) among(states []string, least int) string {
	var found []string
	for _, id := range c.Acts {
		a := c.after.c.Act(id)
		if a == nil {
			a = c.before.c.Act(id)
		}
		n := 0
		for _, s := range states {
			if a.Has(s) {
				n++
			}
		}
		if n >= least {
			found = append(found, id)
		}
	}
	return listed(found)
}

// membership says who is among the states under study on one side alone.
func (c *comparison) membership() string {
	var moves []string
	for _, m := range c.before.members {
		if !slices.Contains(c.after.members, m) {
			moves = append(moves, m+" leaves")
		}
	}
	for _, m := range c.after.members {
		if !slices.Contains(c.before.members, m) {
			moves = append(moves, m+" joins")
		}
	}
	return listed(moves)
}

// rowsOf names the rows of a table that the scenario writes or takes away.
func (c *comparison) rowsOf(table, one string) string {
	s := &c.Scenario.spec
	var ids []string
	for _, row := range s.Add[table] {
		ids = append(ids, fmt.Sprint(row["id"]))
	}
	ids = slices.Concat(ids, slices.Sorted(maps.Keys(s.Alter[table])), s.Remove[table])
	if len(ids) == 0 {
		return ""
	}
	return one + " " + listed(ids)
}

// mostListed is how many ids stand in a cell.
const mostListed = 4

func listed(ids []string) string {
	if len(ids) > mostListed {
		return fmt.Sprintf("%s and %d more", strings.Join(ids[:mostListed-1], ", "), len(ids)-mostListed+1)
	}
	return strings.Join(ids, ", ")
}

func first(texts ...string) string {
	for _, t := range texts {
		if t != "" {
			return t
		}
	}
	return ""
}

// counted is a number of things in words.
func counted(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}

func count(n int) Value { return number(fmt.Sprint(n), float64(n)) }

func (c *comparison) ladder() {
	level := func(s *side) Value {
		if s.ladder.Level == "" {
			return words("none")
		}
		return words(s.ladder.Level)
	}
	since := func(r *measure.Rung) Value {
		if !r.Reached {
			return words("not held")
		}
		return words("since " + r.Date.String())
	}
	c.add("level", "highest rung held", level(c.before), level(c.after), c.moved())
	for i := range c.after.ladder.Rungs {
		b, a := &c.before.ladder.Rungs[i], &c.after.ladder.Rungs[i]
		c.add(a.Rung, a.Rung+" "+strings.ToLower(a.Name), since(b), since(a), c.holding(i))
	}
}

// holding is what changed the answer on a rung.
func (c *comparison) holding(rung int) string {
	b, a := &c.before.ladder.Rungs[rung], &c.after.ladder.Rungs[rung]
	return first(c.ours(slices.Concat(a.Acts, b.Acts)...), c.membership(), c.ours(c.Acts...))
}

// moved is what changed any answer on the ladder, "" where none changed.
func (c *comparison) moved() string {
	var by []string
	for i := range c.after.ladder.Rungs {
		if c.before.ladder.Held(i) != c.after.ladder.Held(i) && !slices.Contains(by, c.holding(i)) {
			by = append(by, c.holding(i))
		}
	}
	return strings.Join(by, ", ")
}

// pair is two states, in the order of their codes.
type pair [2]string

// owing finds the pairs that owe each other an obligation by one standing, of those whose
// number of members is as asked.
func (a *side) owing(o entente.Obligation, status measure.Standing, members int) map[pair]*measure.Owed {
	pairs := map[pair]*measure.Owed{}
	for i := range a.owed {
		owed := &a.owed[i]
		n := 0
		for _, state := range [2]string{owed.A, owed.B} {
			if slices.Contains(a.members, state) {
				n++
			}
		}
		if owed.Obligation == o && owed.Status == status && n == members {
			pairs[pair{owed.A, owed.B}] = owed
		}
	}
	return pairs
}

func (c *comparison) obligations() {
	for _, o := range []entente.Obligation{entente.Defense, entente.Consultation, entente.Nonaggression} {
		c.bound(string(o), "pairs of members bound to "+o.Prose(), o, measure.StandsInForce, 2)
		c.bound(string(o)+"_signed", "pairs of members with "+o.Prose()+" signed, not in force", o, measure.StandsSigned, 2)
	}
	c.bound("outside", "pairs of a member and an outsider bound to "+entente.Defense.Prose(), entente.Defense, measure.StandsInForce, 1)
	tried := func(s *side) (tested, met int) {
		for _, a := range s.attacks {
			if a.Tested() {
				tested++
				if a.Met() {
					met++
				}
			}
		}
		return tested, met
	}
	tested, met := tried(c.before)
	testedAfter, metAfter := tried(c.after)
	if tested+testedAfter > 0 {
		through := first(c.among(c.after.members, 1), c.membership())
		c.add("tested", "attacks on a member to whom help was promised", count(tested), count(testedAfter), through)
		c.add("met", "of these, answered by a deployment", count(met), count(metAfter), through)
	}
}

// bound sets the numbers of pairs side by side.
func (c *comparison) bound(id, what string, o entente.Obligation, status measure.Standing, members int) {
	b, a := c.before.owing(o, status, members), c.after.owing(o, status, members)
	if len(a)+len(b) == 0 && status == measure.StandsSigned {
		return
	}
	var acts []string
	differ := func(some, others map[pair]*measure.Owed) {
		for p, owed := range some {
			if others[p] != nil {
				continue
			}
			acts = append(acts, owed.Acts...)
			for _, id := range c.Acts {
				if act := c.after.c.Act(id); act != nil && act.Has(owed.Via) && (act.Has(p[0]) || act.Has(p[1])) {
					acts = append(acts, id)
				}
			}
		}
	}
	differ(a, b)
	differ(b, a)
	c.add(id, what, count(len(b)), count(len(a)), first(c.ours(acts...), c.membership(), c.ours(c.Acts...)))
}

func (c *comparison) measures() {
	through := first(c.membership(), c.among(c.after.members, 2), c.ours(c.Acts...))
	for _, m := range measure.Names() {
		if b, a := c.before.point(m.Name), c.after.point(m.Name); b != nil && a != nil {
			c.add(m.Name, fmt.Sprintf("%s, %d years", strings.ToLower(m.Title), windowYears), share(b), share(a), through)
		}
	}
	c.add("depth", "depth of the ties of members, mean of pairs", c.before.depth(), c.after.depth(), through)
	c.add("deepest", "deepest tie of two members", c.before.deepest(), c.after.deepest(), through)
	b, a := c.before.communities, c.after.communities
	if b.Thin != "" || a.Thin != "" {
		return
	}
	through = first(c.membership(), c.ours(c.Acts...))
	c.add("community", fmt.Sprintf("members in one community of states, %d years", measure.CommunityYears), c.before.community(), c.after.community(), through)
	c.add("formats", "how tightly the group hangs together, among formats", c.before.format(), c.after.format(), through)
}

func (a *side) point(name string) *measure.Point {
	if k := slices.IndexFunc(a.points, func(p measure.Point) bool { return p.Measure == name }); k >= 0 {
		return &a.points[k]
	}
	return nil
}

func share(p *measure.Point) Value {
	if p.Value == nil {
		return words(first(p.Thin, "too few acts"))
	}
	v := number(fmt.Sprintf("%.0f%% of %d acts", 100**p.Value, p.N), *p.Value)
	if p.Low != nil && p.High != nil {
		v.Low, v.High, v.Interval = *p.Low, *p.High, "95% (Wilson)"
		v.Text = fmt.Sprintf("%.0f%% (%.0f to %.0f) of %d acts", 100*v.Number, 100*v.Low, 100*v.High, p.N)
	}
	return v
}

func (a *side) depth() Value {
	if len(a.ties) == 0 {
		return words("no pairs")
	}
	sum := 0.0
	for _, t := range a.ties {
		sum += t.Depth
	}
	mean := sum / float64(len(a.ties))
	return number(fmt.Sprintf("%.1f of %s", mean, counted(len(a.ties), "pair")), mean)
}

func (a *side) deepest() Value {
	if len(a.ties) == 0 {
		return words("no pairs")
	}
	t := &a.ties[0]
	return words(fmt.Sprintf("%s %s, %.1f", t.A, t.B, t.Depth))
}

// community is how many members the community has in which most of them are.
func (a *side) community() Value {
	most, size := 0, 0
	for _, states := range a.communities.Groups {
		n := 0
		for _, m := range a.members {
			if slices.Contains(states, m) {
				n++
			}
		}
		if n > most {
			most, size = n, len(states)
		}
	}
	return number(fmt.Sprintf("%d of %d, in one of %d states", most, len(a.members), size), float64(most))
}

// format is the place of the group among the formats that its members share, by how often
// runs put two of their states into one community.
func (a *side) format() Value {
	k := slices.IndexFunc(a.communities.Formats, func(f measure.Format) bool { return f.Name == a.c.Group.Short })
	if k < 0 {
		return words("not known")
	}
	return number(fmt.Sprintf("%d of %d", k+1, len(a.communities.Formats)), float64(k+1))
}

// tolerance says whose lines are crossed by what is done, and by what is proposed.
func (c *comparison) tolerance() {
	find := func(s *side, posture string) *measure.Stand {
		k := slices.IndexFunc(s.stands, func(x measure.Stand) bool { return x.Posture == posture && x.Line() })
		if k < 0 {
			return nil
		}
		return &s.stands[k]
	}
	crossings := func(s *measure.Stand) Value {
		if s == nil {
			return words("no such stance")
		}
		return words(fmt.Sprintf("%d done, %d proposed", len(s.Done()), len(s.Proposed())))
	}
	var postures []string
	for _, s := range slices.Concat(c.after.stands, c.before.stands) {
		if s.Line() && !slices.Contains(postures, s.Posture) {
			postures = append(postures, s.Posture)
		}
	}
	if len(postures) == 0 {
		return
	}
	crossed, crossedAfter := 0, 0
	var powers []string
	for _, posture := range postures {
		b, a := find(c.before, posture), find(c.after, posture)
		var acts []string
		stance := a
		if a == nil {
			stance = b
		}
		for _, s := range []*measure.Stand{b, a} {
			if s != nil {
				acts = slices.Concat(acts, s.Done(), s.Proposed())
			}
		}
		c.add(posture, fmt.Sprintf("%s, %s: %s", stance.Power, stance.Stance, stance.Form), crossings(b), crossings(a),
			first(c.ours(acts...), c.rowsOf("postures", "stance"), c.membership(), c.ours(c.Acts...)))
		was, is := b != nil && len(b.Done()) > 0, a != nil && len(a.Done()) > 0
		if was {
			crossed++
		}
		if is {
			crossedAfter++
		}
		if was != is {
			powers = append(powers, stance.Power)
		}
	}
	slices.Sort(powers)
	c.add("crossed", "lines crossed by acts done", count(crossed), count(crossedAfter), "lines of "+listed(slices.Compact(powers)))
}

// history says, of each power across whose lines the scenario puts an act, what that power
// did within [measure.ResponseDays] of such acts so far, beside what it usually does.
func (c *comparison) history() {
	anew := map[string][]string{} // acts by power
	for i := range c.after.stands {
		if s := &c.after.stands[i]; s.Line() {
			for _, id := range s.Done() {
				if slices.Contains(c.Acts, id) && !slices.Contains(anew[s.Power], id) {
					anew[s.Power] = append(anew[s.Power], id)
				}
			}
		}
	}
	for _, power := range slices.Sorted(maps.Keys(anew)) {
		c.add("history/"+power, fmt.Sprintf("acts across lines of %s so far, %d days", power, measure.ResponseDays),
			words("not crossed anew"), words(c.before.followed(power)), c.ours(anew[power]...))
	}
}

// followed counts the acts across a power's lines that an act of it followed, beside how
// many would have been at its usual pace (as if its acts came at a steady rate).
func (a *side) followed(power string) string {
	seen := map[string]bool{}
	met, usual := 0, 0.0
	for i := range a.stands {
		s := &a.stands[i]
		if s.Power != power || !s.Line() {
			continue
		}
		for _, act := range s.Acts {
			if act.Proposed || act.Unsought != "" || act.DaysSeen == 0 || seen[act.Act] {
				continue
			}
			seen[act.Act] = true
			if len(act.Responses) > 0 {
				met++
			}
			usual -= math.Expm1(-act.Usual * float64(act.DaysSeen) / measure.ResponseDays)
		}
	}
	if len(seen) == 0 {
		return "none on record to learn from"
	}
	return fmt.Sprintf("%d of %d were followed by an act of it, %.1f at its usual pace", met, len(seen), usual)
}

func (c *comparison) threats() {
	if len(c.before.exposures)+len(c.after.exposures) == 0 {
		return
	}
	for _, form := range measure.AnswerForms {
		n := func(s *side) (n int) {
			for _, e := range s.exposures {
				if e.Form == form {
					n++
				}
			}
			return n
		}
		c.add(strings.ReplaceAll(strings.ReplaceAll(string(form), ",", ""), " ", "_"), "exposures answered by "+string(form), count(n(c.before)), count(n(c.after)),
			first(c.rowsOf("threats", "threat"), c.membership(), c.ours(c.Acts...)))
	}
}

// chances sets the chances of further rungs side by side. A rung held is certain.
func (c *comparison) chances(method, what string, through func(rung int) string) {
	if c.before.forecasts == nil || c.after.forecasts == nil {
		return
	}
	for rung := 1; rung < len(c.after.ladder.Rungs); rung++ {
		if c.before.ladder.Held(rung) && c.after.ladder.Held(rung) {
			continue
		}
		b, a := c.before.chance(rung, method), c.after.chance(rung, method)
		if math.IsNaN(b.Number) && math.IsNaN(a.Number) { // neither side has a chance to show
			continue
		}
		row := c.add(fmt.Sprintf("r%d", rung), fmt.Sprintf(what, rung), b, a, through(rung))
		if row.Changed && c.after.ladder.Held(rung) {
			row.Through = c.holding(rung)
		}
	}
}

// What a chance may be instead of a number.
const (
	held    = "held"
	unknown = "not known"
)

// spans says what lies between the ends of a chance, by method.
var spans = map[string]string{
	forecast.Pooled:     "95% of each method, pooled as if all erred the same way",
	forecast.EventModel: "95% of what its few acts leave open",
	forecast.Bargaining: "the least and the greatest chance by any reading",
}

func (a *side) chance(rung int, method string) Value {
	if a.ladder.Held(rung) {
		return words(held)
	}
	if f := a.rung(rung); f != nil {
		for _, part := range append([]forecast.Component{f.Pooled}, f.Components...) {
			if part.Method == method && !math.IsNaN(part.Probability) {
				return Value{fmt.Sprintf("%.0f%% (%.0f to %.0f)", 100*part.Probability, 100*part.Low, 100*part.High), part.Probability, part.Low, part.High, spans[method]}
			}
		}
	}
	return words(unknown)
}

func (a *side) rung(rung int) *forecast.RungForecast {
	for i := range a.forecasts.Rungs {
		if f := &a.forecasts.Rungs[i]; f.Rung == rung && f.Years == horizonYears {
			return f
		}
	}
	return nil
}

// forecasts follow the chain from the changed acts to the rung, to the class of groups on
// it, and to the chance.
func (c *comparison) forecasts() {
	c.chances(forecast.Pooled, fmt.Sprintf("r%%d within %d years, pooled", horizonYears), func(rung int) string {
		chain := c.rowsOf("blocs", "class without or with")
		if by := c.moved(); by != "" {
			chain = by + " → "
			if c.after.ladder.Level != "" {
				chain += c.after.ladder.Level
			} else {
				chain += "no rung"
			}
		}
		if f := c.after.rung(rung); f != nil {
			chain += fmt.Sprintf(" → %s at r%d, %d of them came to r%d", counted(f.N, "group"), f.From, f.Events, rung)
		}
		return strings.TrimPrefix(chain, " → ")
	})
}

func (c *comparison) eventModel() {
	if c.before.forecasts == nil || c.after.forecasts == nil {
		return
	}
	b, a := c.before.forecasts.Outlook, c.after.forecasts.Outlook
	if b == nil || a == nil {
		return
	}
	through := first(c.ours(c.Acts...), c.membership())
	c.chances(forecast.EventModel, fmt.Sprintf("r%%d within %d years, own acts run forward", horizonYears), func(int) string { return through })
	noise := 2 * math.Hypot(b.Error, a.Error)
	for i := range c.Rows {
		if row := &c.Rows[i]; row.Step == c.step && row.Changed && math.Abs(row.Before.Number-row.After.Number) < noise {
			row.Changed, row.Through = false, fmt.Sprintf("not told from chance with so few runs (%.0f points)", 100*noise)
		}
	}
	per := func(o *forecast.Outlook) Value {
		return number(fmt.Sprintf("%.1f", o.PerYear), o.PerYear)
	}
	c.add("acts", "acts expected in a year", per(b), per(a), through)
}

// told takes back changes of the step that are smaller than chance makes them, with so few
// draws: where the number and both ends of what is around it stay within the noise
// of each.
func (c *comparison) told(noise func(before, after float64) float64, asked func(*Row) bool) {
	for i := range c.Rows {
		row := &c.Rows[i]
		if row.Step != c.step || !row.Changed || !asked(row) {
			continue
		}
		within := func(before, after float64) bool { return math.Abs(before-after) < noise(before, after) }
		b, a := row.Before, row.After
		if within(b.Number, a.Number) && within(b.Low, a.Low) && within(b.High, a.High) {
			row.Changed, row.Through = false, fmt.Sprintf("not told from chance with so few draws (%.1f points)", 100*noise(b.Number, a.Number))
		}
	}
}

func (c *comparison) bargaining() {
	if c.before.bargain == nil || c.after.bargain == nil {
		return
	}
	through := c.table()
	for _, a := range c.after.bargain.Readings {
		k := slices.IndexFunc(c.before.bargain.Readings, func(b bargain.Reading) bool { return b.Name == a.Name && b.Dimension == a.Dimension })
		if k < 0 || math.IsNaN(a.Value) {
			continue
		}
		id, what := a.Name, "where it ends, "+strings.ReplaceAll(a.Name, "_", " ")
		if a.Dimension != "" {
			id, what = id+"/"+a.Dimension, what+", "+a.Dimension
		}
		c.add(id, what, reading(c.before.bargain.Readings[k]), reading(a), through)
	}
	c.onlookers(through)
	c.chances(forecast.Bargaining, "deep enough for r%d, spatial model", func(int) string { return through })
	n, m := float64(c.before.bargain.Draws), float64(c.after.bargain.Draws)
	if n == 0 || m == 0 {
		return
	}
	// A share of the draws strays by the root of p(1-p)/n; two of them by both.
	c.told(func(before, after float64) float64 {
		return 2 * math.Sqrt(max(before*(1-before), 1/n)/n+max(after*(1-after), 1/m)/m)
	}, func(row *Row) bool { return row.Before.Interval == spans[forecast.Bargaining] })
}

// onlookers say how likely each opposes what the bargain ends in, and what the group has
// come to: the place of the deepest rung that it holds.
func (c *comparison) onlookers(through string) {
	var asked []bargain.Opposition
	for _, o := range slices.Concat(c.before.bargain.Onlookers, c.after.bargain.Onlookers) {
		if !slices.ContainsFunc(asked, func(x bargain.Opposition) bool { return x.Name == o.Name && x.According == o.According }) {
			asked = append(asked, o)
		}
	}
	for _, o := range asked {
		id, who := o.Name, o.Name
		if o.According != "" {
			id += "/" + strings.ReplaceAll(o.According, " ", "_")
			who += " (" + o.According + ")"
		}
		b, a := opposition(c.before, o.Name, o.According), opposition(c.after, o.Name, o.According)
		c.add("opposes/"+id, who+" opposes where it ends, spatial model", c.before.opposed(b), c.after.opposed(a), through)
		c.add("opposes_held/"+id, who+" opposes the rungs held", c.before.opposedHeld(b), c.after.opposedHeld(a), first(c.moved(), through))
	}
}

// opposition is one account of an onlooker on a side, or nil.
func opposition(a *side, name, according string) *bargain.Opposition {
	for i := range a.bargain.Onlookers {
		if o := &a.bargain.Onlookers[i]; o.Name == name && o.According == according {
			return o
		}
	}
	return nil
}

// opposed is the chance by the spatial model, between the least and the greatest by any
// reading.
func (a *side) opposed(o *bargain.Opposition) Value {
	if o == nil {
		return words("does not look on")
	}
	v := Value{Number: math.NaN(), Low: 1, Interval: spans[forecast.Bargaining]}
	for _, p := range o.Outcomes {
		v.Low, v.High = min(v.Low, p.Probability), max(v.High, p.Probability)
		if p.Reading == bargain.SpatialModel {
			v.Number = p.Probability
		}
	}
	v.Text = fmt.Sprintf("%.0f%% (%.0f to %.0f)", 100*v.Number, 100*v.Low, 100*v.High)
	return v
}

// opposedHeld is the chance at the place of the deepest rung held.
func (a *side) opposedHeld(o *bargain.Opposition) Value {
	if o == nil {
		return words("does not look on")
	}
	deepest, at := -1, 0.0
	for rung := range a.ladder.Rungs {
		place, placed := a.positions.Rungs[rung]
		if placed && a.ladder.Held(rung) && (deepest < 0 || a.positions.Beyond(place, at)) {
			deepest, at = rung, place
		}
	}
	if deepest < 0 {
		return words("no rung on the scale")
	}
	p := a.positions.Opposes(&bargain.Onlooker{Ceiling: o.Ceiling}, at)
	return number(fmt.Sprintf("%.0f%% at r%d", 100*p, deepest), p)
}

func seated(c *bargain.Case, name string) bool {
	return slices.ContainsFunc(c.Parties, func(p bargain.Party) bool { return p.Name == name })
}

// table says who bargains otherwise than before.
func (c *comparison) table() string {
	var moved, parts []string
	for _, name := range slices.Sorted(maps.Keys(c.Scenario.spec.Positions)) {
		switch inputs := c.Scenario.spec.Positions[name]; {
		case inputs["absent"] == true:
			parts = append(parts, name+" leaves the table")
		case inputs["position"] != nil && !seated(c.before.positions, name):
			parts = append(parts, name+" joins the table")
		default:
			moved = append(moved, name)
		}
	}
	if len(moved) > 0 {
		parts = append(parts, "inputs of "+listed(moved))
	}
	return strings.Join(parts, ", ")
}

func reading(r bargain.Reading) Value {
	v := Value{Number: r.Value, Low: r.Low, High: r.High, Interval: "nine outcomes in ten by the errors on decided issues"}
	switch {
	case r.Inputs != nil:
		v.Low, v.High, v.Interval = r.Inputs.Low, r.Inputs.High, "the middle nine draws in ten"
	case r.Name == bargain.BaseRate:
		v.Interval = "nine comparable bargains in ten"
	}
	v.Text = fmt.Sprintf("%.0f (%.0f to %.0f)", v.Number, v.Low, v.High)
	return v
}

// routes sets the flows side by side that the scenario asks for.
func (c *comparison) routes(ctx context.Context) error {
	c.step = "corridors"
	before, err := c.Scenario.flows(ctx, c.before.c)
	if err != nil {
		return err
	}
	after, err := c.Scenario.flows(ctx, c.after.c)
	if err != nil {
		return err
	}
	for i, r := range c.Scenario.spec.Routes {
		c.add(r.From+"-"+r.To, "greatest flow "+r.From+" to "+r.To, flow(before[i]), flow(after[i]),
			first(c.rowsOf("corridors", "legs"), c.rowsOf("corridor_nodes", "nodes")))
	}
	return nil
}

// flow is the greatest flow by what is known of capacities: one number, both ends, or
// that nothing bounds it; and the routes without a common leg.
func flow(f *corridor.FlowAnswer) Value {
	v := words("not bounded by what is known")
	switch {
	case f.MaxFlow != nil:
		v.Number = *f.MaxFlow
		v.Text = fmt.Sprintf("%g", *f.MaxFlow)
	case f.Low != nil && f.Low.MaxFlow != nil:
		v.Low = *f.Low.MaxFlow
		v.Text = fmt.Sprintf("at least %g", v.Low)
		if f.High != nil && f.High.MaxFlow != nil {
			v.High = *f.High.MaxFlow
			v.Text = fmt.Sprintf("%g to %g", v.Low, v.High)
		}
	}
	switch f.DisjointRoutes {
	case 0:
		v.Text += ", no route"
	case 1:
		v.Text += ", one route"
	default:
		v.Text += fmt.Sprintf(", %d routes without a common leg", f.DisjointRoutes)
	}
	return v
}
