package scenario

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"math"
	"slices"
	"strings"
	"sync"

	"entente"
	"entente/bargain"
	"entente/corridor"
	"entente/forecast"
	"entente/measure"
)

// Value is one answer: words, or a number with its interval.
type Value struct {
	Text   string  // as shown
	Number float64 // NaN where it is no number
	Low    float64
	High   float64
}

func words(text string) Value { return Value{text, math.NaN(), math.NaN(), math.NaN()} }

func count(n int) Value { return Value{fmt.Sprint(n), float64(n), math.NaN(), math.NaN()} }

// Steps lists what is asked, in its order.
func Steps() []string {
	return []string{"ladder", "obligations", "measures", "tolerance", "threats", "forecasts", "event model", "bargaining", "corridors"}
}

// Row is one question with its answer before and after.
type Row struct {
	Step    string // one of Steps
	What    string
	Before  Value
	After   Value
	Changed bool
	Through string // what carried the change, "" where nothing changed
}

// Result is a scenario set against the record as it stands.
type Result struct {
	Scenario *Scenario
	AsOf     entente.Day
	Rows     []Row
	Acts     []string // added or altered
	NotAsked []string // what could not be asked, and why
	Case     *entente.Case
}

// Options may be left zero.
type Options struct {
	Seed uint64
	Runs int // of the event model on each side; 0: 250
	// Draws from the ranges of the bargain; 0: 400.
	Draws int
}

// before is what was asked of one side.
type side struct {
	c         *entente.Case
	ladder    measure.Rungs
	owed      []measure.Owed
	stands    []measure.Stand
	exposures []measure.Exposure
	forecasts *forecast.Forecasts
	bargain   *bargain.Answer
	flows     []string // by route of the scenario
	amounts   []Value
	share     float64
	notes     []string
}

// horizonYears is the time ahead that scenarios are compared on.
const horizonYears = 10

// Compare applies the scenario and asks both sides everything.
func Compare(ctx context.Context, b *Base, s *Scenario, opt Options) (*Result, error) {
	asOf := s.AsOf
	if asOf == 0 {
		asOf = b.Case.Horizon
	}
	positions, err := b.positions(s)
	if err != nil {
		return nil, err
	}
	// The past of the class, from which weights come, is the same on both sides unless the
	// class is changed.
	var changed, still *entente.Case
	var past *forecast.ByMethod
	var errs [3]error
	var reading sync.WaitGroup
	reading.Go(func() { changed, errs[0] = b.Apply(ctx, s) })
	reading.Go(func() { still, errs[1] = b.without(ctx, asOf) })
	reading.Go(func() { past, errs[2] = pastOf(ctx, b.Case, asOf) })
	reading.Wait()
	for _, err := range errs {
		if err != nil {
			return nil, err
		}
	}
	pastAfter := past
	if s.touches("blocs") {
		if pastAfter, err = pastOf(ctx, changed, asOf); err != nil {
			return nil, err
		}
	}
	var before, after *side
	var errBefore, errAfter error
	var wg sync.WaitGroup
	wg.Go(func() { before, errBefore = ask(ctx, still, asOf, s, positions[0], past, b.Case.Horizon, opt) })
	wg.Go(func() { after, errAfter = ask(ctx, changed, asOf, s, positions[1], pastAfter, b.Case.Horizon, opt) })
	wg.Wait()
	if err := errors.Join(errBefore, errAfter); err != nil {
		return nil, err
	}
	r := &Result{Scenario: s, AsOf: asOf, Case: changed, NotAsked: after.notes}
	for _, row := range s.spec.Add["acts"] {
		r.Acts = append(r.Acts, fmt.Sprint(row["id"]))
	}
	r.Acts = append(r.Acts, slices.Sorted(maps.Keys(s.spec.Alter["acts"]))...)
	r.compare(before, after)
	return r, nil
}

func (s *Scenario) touches(table string) bool {
	return len(s.spec.Add[table])+len(s.spec.Alter[table])+len(s.spec.Remove[table]) > 0
}

func pastOf(ctx context.Context, c *entente.Case, asOf entente.Day) (*forecast.ByMethod, error) {
	if len(c.Blocs) < 2 {
		return nil, nil
	}
	return forecast.PastOf(ctx, forecast.Cut(c.Blocs, asOf), asOf)
}

// Positions is the file of a case's folder that holds its bargain.
const Positions = "bargaining.yaml"

// positions reads the bargain of the case, as it is and as the scenario has it; both nil
// where the case has none.
func (b *Base) positions(s *Scenario) (pair [2]*bargain.Case, err error) {
	read := func() (*bargain.Case, error) {
		file, err := b.folder.Open(Positions)
		if errors.Is(err, fs.ErrNotExist) {
			return nil, nil
		}
		if err != nil {
			return nil, err
		}
		defer func() { _ = file.Close() }()
		return bargain.Read(Positions, file)
	}
	for i := range pair {
		if pair[i], err = read(); err != nil {
			return pair, err
		}
	}
	if len(s.spec.Positions) == 0 {
		return pair, nil
	}
	if pair[1] == nil {
		return pair, fmt.Errorf("%s: the case has no %s whose positions could be changed", s.text.Where("$.positions"), Positions)
	}
	var problems []error
	for _, name := range slices.Sorted(maps.Keys(s.spec.Positions)) {
		if err := s.position(pair[1], name); err != nil {
			problems = append(problems, err)
		}
	}
	if err := errors.Join(problems...); err != nil {
		return pair, err
	}
	if err := pair[1].Check(); err != nil {
		return pair, fmt.Errorf("%s: %w", s.text.Where("$.positions"), err)
	}
	return pair, nil
}

// position changes the inputs of one actor, or with absent: true takes it from the table.
func (s *Scenario) position(c *bargain.Case, name string) error {
	path := "$.positions." + name
	var names []string
	for _, p := range c.Parties {
		names = append(names, p.Name)
	}
	i := slices.Index(names, name)
	inputs := s.spec.Positions[name]
	if i < 0 {
		if _, joins := inputs["position"]; !joins || inputs["salience"] == nil || inputs["capability"] == nil {
			return fmt.Errorf("%s: %s has no actor %q%s; one that joins the bargain gives position, salience and capability", s.text.Where(path), Positions, name, meant(name, names))
		}
		i = len(c.Parties)
		c.Parties = append(c.Parties, bargain.Party{Name: name, Position: make([]bargain.Range, len(c.Dimensions)), Salience: make([]bargain.Range, len(c.Dimensions)), Votes: 1})
	}
	p := &c.Parties[i]
	var problems []error
	for _, key := range slices.Sorted(maps.Keys(inputs)) {
		place := s.text.Where(path + "." + key)
		if key == "absent" {
			if inputs[key] == true {
				c.Parties = slices.Delete(c.Parties, i, i+1)
				return nil
			}
			continue
		}
		value, err := rangeOf(inputs[key])
		if err != nil {
			problems = append(problems, fmt.Errorf("%s: %s: %w", place, key, err))
			continue
		}
		d := &c.Dimensions[0]
		inside := func(low, high float64) bool { return value.Low >= min(low, high) && value.High <= max(low, high) }
		switch key {
		case "position":
			if !inside(d.Low, d.High) {
				problems = append(problems, fmt.Errorf("%s: position %g to %g lies beyond the ends of the scale, %g and %g", place, value.Low, value.High, d.Low, d.High))
			}
			p.Position[0] = value
		case "salience":
			if !inside(0, 100) {
				problems = append(problems, fmt.Errorf("%s: salience %g to %g is not between 0 and 100", place, value.Low, value.High))
			}
			if value.High <= 1.5 && value.High > 0 {
				problems = append(problems, fmt.Errorf("%s: salience %g is on a scale of 0 to 100; did you mean %g?", place, value.Mode, 100*value.Mode))
			}
			p.Salience[0] = value
		case "capability":
			if value.Low < 0 {
				problems = append(problems, fmt.Errorf("%s: capability %g is below 0", place, value.Low))
			}
			p.Capability = value
		case "ceiling":
			p.Limit = []bargain.Range{value}
		default:
			problems = append(problems, fmt.Errorf("%s: no input is called %q; there are position, salience, capability, ceiling and absent", place, key))
		}
	}
	return errors.Join(problems...)
}

// rangeOf reads a number, or a map of low, mode and high.
func rangeOf(v any) (bargain.Range, error) {
	number := func(v any) (float64, bool) {
		switch v := v.(type) {
		case float64:
			return v, true
		case int:
			return float64(v), true
		case int64:
			return float64(v), true
		case uint64:
			return float64(v), true
		}
		return 0, false
	}
	if x, ok := number(v); ok {
		return bargain.Point(x), nil
	}
	m, ok := v.(map[string]any)
	low, a := number(m["low"])
	mode, b := number(m["mode"])
	high, c := number(m["high"])
	if !ok || !a || !b || !c || len(m) != 3 || !(low <= mode && mode <= high) {
		return bargain.Range{}, errors.New("give a number, or {low: , mode: , high: } in that order")
	}
	return bargain.Range{Low: low, Mode: mode, High: high}, nil
}

// ask asks one side everything.
func ask(ctx context.Context, c *entente.Case, asOf entente.Day, s *Scenario, positions *bargain.Case, past *forecast.ByMethod, covered entente.Day, opt Options) (*side, error) {
	a := &side{c: c, ladder: measure.Ladder(c, asOf)}
	a.owed = measure.Obligations(c, asOf)
	a.stands = measure.Tolerance(c, asOf)
	a.exposures = measure.Exposures(c, asOf)
	if err := a.multilateral(ctx, asOf); err != nil {
		return nil, err
	}
	runs, draws := opt.Runs, opt.Draws
	if runs == 0 {
		runs = 250
	}
	if draws == 0 {
		draws = 400
	}
	options := forecast.ForecastOptions{Seed: opt.Seed, Past: past, WithoutSkill: true, Outlook: forecast.OutlookOptions{Runs: runs, Covered: covered}}
	if positions != nil {
		answer, err := bargain.Solve(ctx, positions, bargain.Drawing{Draws: draws, Seed: opt.Seed})
		if err != nil {
			return nil, fmt.Errorf("bargaining: %w", err)
		}
		a.bargain = answer
	} else {
		a.notes = append(a.notes, "bargaining: the case has no "+Positions)
	}
	var err error
	a.forecasts, err = forecast.Forecast(ctx, c, func(rung int) (entente.Day, bool) {
		return a.ladder.Rungs[rung].Date.Start, a.ladder.Rungs[rung].Reached
	}, asOf, options)
	switch {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case err != nil:
		a.notes = append(a.notes, "forecasts: "+err.Error())
	case a.forecasts.Outlook == nil:
		a.notes = append(a.notes, "event model: "+a.forecasts.NoOutlook)
	}
	return a, a.routes(ctx, s)
}

// multilateral is the share of acts of three or more members in the five years before.
func (a *side) multilateral(ctx context.Context, asOf entente.Day) error {
	all, large := 0, 0
	members := measure.Studied(a.c, asOf)
	for _, act := range a.c.ActsOn(asOf) {
		if !act.Cooperation() || act.Date.Start < asOf-5*366 {
			continue
		}
		n := 0
		for _, p := range act.Participants {
			if slices.Contains(members, p.Actor) {
				n++
			}
		}
		if n >= 2 {
			all++
		}
		if n >= 3 {
			large++
		}
	}
	a.share = math.NaN()
	if all > 0 {
		a.share = float64(large) / float64(all)
	}
	return ctx.Err()
}

// routes asks the flows between the nodes that the scenario names.
func (a *side) routes(ctx context.Context, s *Scenario) error {
	for i, r := range s.spec.Routes {
		n, err := corridor.Of(a.c, corridor.Layer{Names: r.Layers, With: []string{r.From, r.To}})
		if err == nil {
			if r.Assume > 0 {
				n = n.Assume(r.Assume)
			}
			var flow *corridor.FlowAnswer
			if flow, err = n.Flow(ctx, r.From, r.To); err == nil {
				a.flows = append(a.flows, r.From+" to "+r.To)
				a.amounts = append(a.amounts, flowValue(flow))
				continue
			}
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		return fmt.Errorf("%s: %w", s.text.Where(fmt.Sprintf("$.routes[%d]", i)), err)
	}
	return nil
}

// compare writes the rows.
func (r *Result) compare(before, after *side) {
	add := func(step, what string, b, a Value, through string) {
		row := Row{Step: step, What: what, Before: b, After: a, Changed: b != a && (b.Text != a.Text || differ(b.Number, a.Number))}
		if row.Changed {
			row.Through = through
		}
		r.Rows = append(r.Rows, row)
	}
	ours := func(acts []string) string {
		var found []string
		for _, id := range acts {
			if slices.ContainsFunc(r.Acts, func(own string) bool { return id == own || strings.HasPrefix(id, own+"-") }) {
				found = append(found, id)
			}
		}
		return strings.Join(found, ", ")
	}
	level := func(s *side) string {
		if s.ladder.Level == "" {
			return "none"
		}
		return s.ladder.Level
	}
	through := "changed acts"
	var gained, lost []string
	for i := range after.ladder.Rungs {
		b, a := &before.ladder.Rungs[i], &after.ladder.Rungs[i]
		if b.Reached != a.Reached {
			if a.Reached {
				gained = append(gained, fmt.Sprintf("r%d", i))
				through = ours(a.Acts)
			} else {
				lost = append(lost, fmt.Sprintf("r%d", i))
			}
		}
	}
	add("ladder", "highest rung held", words(level(before)), words(level(after)), through)
	for i := range after.ladder.Rungs {
		b, a := &before.ladder.Rungs[i], &after.ladder.Rungs[i]
		if b.Reached || a.Reached {
			add("ladder", fmt.Sprintf("r%d %s", i, strings.ToLower(a.Name)), words(held(b)), words(held(a)), first(ours(a.Acts), "acts taken away or altered"))
		}
	}
	members := measure.Studied(after.c, r.AsOf)
	for _, o := range []entente.Obligation{entente.Defense, entente.Consultation, entente.Nonaggression} {
		b, _ := owing(before, measure.Studied(before.c, r.AsOf), o)
		a, acts := owing(after, members, o)
		add("obligations", "pairs of members bound to "+string(o), count(b), count(a), first(ours(acts), "membership or the end of an act"))
	}
	b, _ := outside(before, measure.Studied(before.c, r.AsOf))
	a, acts := outside(after, members)
	add("obligations", "pairs of a member and an outsider bound to defense", count(b), count(a), first(ours(acts), "membership or the end of an act"))
	add("measures", "share of acts of three or more members, five years", share(before.share), share(after.share), "acts of the scenario")
	r.tolerance(before, after, add, ours)
	r.threats(before, after, add)
	why := "the class of groups at " + level(after)
	if len(gained)+len(lost) > 0 {
		why = strings.Join(append(gained, lost...), ", ") + " on the ladder, so another class of groups"
	}
	r.forecasts(before, after, add, why)
	r.bargaining(before, after, add)
	for i := range after.amounts {
		add("corridors", "greatest flow "+after.flows[i], before.amounts[i], after.amounts[i], "legs of the scenario")
	}
}

func differ(a, b float64) bool { return a != b && !(math.IsNaN(a) && math.IsNaN(b)) }

func first(texts ...string) string {
	for _, t := range texts {
		if t != "" {
			return t
		}
	}
	return ""
}

func held(r *measure.Rung) string {
	if !r.Reached {
		return "not held"
	}
	return "since " + r.Date.String()
}

func share(x float64) Value {
	if math.IsNaN(x) {
		return words("no acts")
	}
	return Value{fmt.Sprintf("%.0f%%", 100*x), x, math.NaN(), math.NaN()}
}

// owing counts the pairs of members of which one owes the other an obligation in force.
func owing(s *side, members []string, o entente.Obligation) (pairs int, acts []string) {
	seen := map[[2]string]bool{}
	for _, owed := range s.owed {
		if owed.Obligation != o || owed.Status != measure.StandsInForce || !slices.Contains(members, owed.A) || !slices.Contains(members, owed.B) {
			continue
		}
		key := [2]string{min(owed.A, owed.B), max(owed.A, owed.B)}
		if !seen[key] {
			seen[key] = true
			pairs++
		}
		acts = append(acts, owed.Acts...)
	}
	return pairs, acts
}

// outside counts the pairs of a member and an outsider of which one owes the other
// defence.
func outside(s *side, members []string) (pairs int, acts []string) {
	seen := map[[2]string]bool{}
	for _, owed := range s.owed {
		if owed.Obligation != entente.Defense || owed.Status != measure.StandsInForce || slices.Contains(members, owed.A) == slices.Contains(members, owed.B) {
			continue
		}
		seen[[2]string{min(owed.A, owed.B), max(owed.A, owed.B)}] = true
		acts = append(acts, owed.Acts...)
	}
	return len(seen), acts
}

type adder func(step, what string, before, after Value, through string)

// tolerance says whose lines are crossed by what is done, and by what is proposed.
func (r *Result) tolerance(before, after *side, add adder, ours func([]string) string) {
	for i := range after.stands {
		a := &after.stands[i]
		if !a.Line() {
			continue
		}
		k := slices.IndexFunc(before.stands, func(b measure.Stand) bool { return b.Posture == a.Posture })
		b := words("no such stance")
		if k >= 0 {
			b = crossings(&before.stands[k])
		}
		if now := crossings(a); now.Text != b.Text {
			add("tolerance", fmt.Sprintf("%s, %s: %s", a.Power, a.Stance, a.Form), b, now, first(ours(append(a.Done(), a.Proposed()...)), "acts taken away or altered"))
		}
	}
	for i := range before.stands {
		b := &before.stands[i]
		if b.Line() && !slices.ContainsFunc(after.stands, func(a measure.Stand) bool { return a.Posture == b.Posture }) {
			add("tolerance", fmt.Sprintf("%s, %s: %s", b.Power, b.Stance, b.Form), crossings(b), words("no such stance"), "postures of the scenario")
		}
	}
	total := func(s *side) (n int) {
		for i := range s.stands {
			if s.stands[i].Line() && len(s.stands[i].Done()) > 0 {
				n++
			}
		}
		return n
	}
	add("tolerance", "lines crossed by acts done", count(total(before)), count(total(after)), "the rows above")
}

func crossings(s *measure.Stand) Value {
	done, proposed := len(s.Done()), len(s.Proposed())
	return words(fmt.Sprintf("%d done, %d proposed", done, proposed))
}

func (r *Result) threats(before, after *side, add adder) {
	for _, form := range measure.AnswerForms {
		n := func(s *side) (n int) {
			for _, e := range s.exposures {
				if e.Form == form {
					n++
				}
			}
			return n
		}
		add("threats", "exposures answered by "+string(form), count(n(before)), count(n(after)), "acts or threats of the scenario")
	}
}

// forecasts sets the chances of ten years side by side. A rung held is certain.
func (r *Result) forecasts(before, after *side, add adder, why string) {
	if before.forecasts == nil || after.forecasts == nil {
		return
	}
	for rung := 3; rung <= 8; rung++ {
		if before.ladder.Held(rung) && after.ladder.Held(rung) {
			continue
		}
		add("forecasts", fmt.Sprintf("r%d within %d years, pooled", rung, horizonYears), chance(before, rung, forecast.Pooled), chance(after, rung, forecast.Pooled), why)
	}
	for rung := 3; rung <= 8; rung++ {
		if before.ladder.Held(rung) && after.ladder.Held(rung) {
			continue
		}
		if before.forecasts.Outlook != nil && after.forecasts.Outlook != nil {
			b, a := chance(before, rung, forecast.EventModel), chance(after, rung, forecast.EventModel)
			noise := 2 * math.Hypot(before.forecasts.Outlook.Error, after.forecasts.Outlook.Error)
			add("event model", fmt.Sprintf("r%d within %d years, own acts run forward", rung, horizonYears), b, a, "the acts from which runs go forward")
			if row := &r.Rows[len(r.Rows)-1]; row.Changed && math.Abs(b.Number-a.Number) < noise {
				row.Changed, row.Through = false, fmt.Sprintf("not told from chance with so few runs (%.0f points)", 100*noise)
			}
		}
	}
	if b, a := before.forecasts.Outlook, after.forecasts.Outlook; b != nil && a != nil {
		per := func(o *forecast.Outlook) Value {
			return Value{fmt.Sprintf("%.1f", o.PerYear), o.PerYear, math.NaN(), math.NaN()}
		}
		add("event model", "acts expected in a year", per(b), per(a), "the rate of acts")
	}
}

func chance(s *side, rung int, method string) Value {
	if s.ladder.Held(rung) {
		return words("held")
	}
	for _, f := range s.forecasts.Rungs {
		if f.Rung != rung || f.Years != horizonYears {
			continue
		}
		for _, c := range append([]forecast.Component{f.Pooled}, f.Components...) {
			if c.Method == method && !math.IsNaN(c.Probability) {
				return Value{fmt.Sprintf("%.0f%% (%.0f to %.0f)", 100*c.Probability, 100*c.Low, 100*c.High), c.Probability, c.Low, c.High}
			}
		}
	}
	return words("not known")
}

// bargaining sets the readings side by side.
func (r *Result) bargaining(before, after *side, add adder) {
	if before.bargain == nil || after.bargain == nil {
		return
	}
	for _, a := range after.bargain.Readings {
		k := slices.IndexFunc(before.bargain.Readings, func(b bargain.Reading) bool { return b.Name == a.Name && b.Dimension == a.Dimension })
		if k < 0 || math.IsNaN(a.Value) {
			continue
		}
		add("bargaining", strings.ReplaceAll(a.Name, "_", " "), reading(before.bargain.Readings[k]), reading(a), "positions of the scenario")
	}
}

func reading(r bargain.Reading) Value {
	v := Value{fmt.Sprintf("%.0f", r.Value), r.Value, r.Low, r.High}
	if r.Inputs != nil {
		v.Low, v.High = r.Inputs.Low, r.Inputs.High
	}
	v.Text = fmt.Sprintf("%.0f (%.0f to %.0f)", v.Number, v.Low, v.High)
	return v
}

// flowValue is the greatest flow by what is known of capacities: one number, both ends,
// or that nothing bounds it; and the routes without a common leg.
func flowValue(f *corridor.FlowAnswer) Value {
	v := Value{Number: math.NaN(), Low: math.NaN(), High: math.NaN()}
	routes := fmt.Sprintf("; %d routes without a common leg", f.DisjointRoutes)
	switch {
	case f.MaxFlow != nil:
		v.Number = *f.MaxFlow
		v.Text = fmt.Sprintf("%g", *f.MaxFlow) + routes
	case f.Low != nil && f.Low.MaxFlow != nil:
		v.Low = *f.Low.MaxFlow
		v.Text = fmt.Sprintf("at least %g", v.Low)
		if f.High != nil && f.High.MaxFlow != nil {
			v.High = *f.High.MaxFlow
			v.Text = fmt.Sprintf("%g to %g", v.Low, v.High)
		}
		v.Text += routes
	default:
		v.Text = "not bounded by what is known" + routes
	}
	return v
}
