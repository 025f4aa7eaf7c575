package brief

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"strings"

	"entente"
	"entente/forecast"
	"entente/internal/figure"
)

// look forecasts the rungs not held and, unless the event model is left out, the year
// ahead. What cannot be forecast is no error: unsaid and noOutlook say what is missing.
func (f *findings) look(ctx context.Context, opt forecast.ForecastOptions) error {
	switch {
	case f.stage == tooLittle:
	case f.stage == noGroup:
		f.unsaid = fmt.Sprintf("The record holds no founding of %s by %s: there is no rung from which comparable groups went on.", f.theGroup(), longDay(f.asOf))
	case len(f.open()) == 0:
		f.unsaid = "Every rung of the ladder is held: none is left to forecast."
		if !opt.WithoutModel {
			var err error
			opt.Outlook.Seed, opt.Outlook.Years = opt.Seed, 1
			if f.outlook, err = forecast.Ahead(ctx, f.c, f.asOf, opt.Outlook); err != nil {
				f.noOutlook = err.Error()
			}
		}
	default:
		f.ask(ctx, opt)
	}
	return ctx.Err()
}

// ask forecasts the rungs, without an event model where there can be none.
func (f *findings) ask(ctx context.Context, opt forecast.ForecastOptions) {
	held := func(rung int) (entente.Day, bool) {
		r := f.ladder.Rungs[rung]
		return r.Date.Start, r.Reached
	}
	var err error
	f.chances, err = forecast.Forecast(ctx, f.c, held, f.asOf, opt)
	var without string
	if err != nil && !opt.WithoutModel {
		without, opt.WithoutModel = err.Error(), true
		f.chances, err = forecast.Forecast(ctx, f.c, held, f.asOf, opt)
	}
	if err != nil {
		f.chances, f.unsaid, f.noOutlook = nil, upperFirst(err.Error())+".", without
	} else {
		f.outlook, f.noOutlook = f.chances.Outlook, cmp.Or(without, f.chances.NoOutlook)
	}
	if f.chances == nil && len(f.class()) == 0 || f.chances != nil && f.likeliest() == nil {
		f.unsaid = "The record has no comparable groups (blocs.csv) that stood where this one stands, so no chance of the next rungs is pooled."
	}
}

// open lists the rungs not held.
func (f *findings) open() []int {
	var open []int
	for i, r := range f.ladder.Rungs {
		if !r.Reached {
			open = append(open, i)
		}
	}
	return open
}

func (f *findings) rungName(rung int) string {
	return fmt.Sprintf("r%d %s", rung, strings.ToLower(f.ladder.Rungs[rung].Name))
}

// forecasts lists for each rung and horizon the pooled chance, and after it those of the
// methods that it is pooled from.
func (f *findings) forecasts() []Forecast {
	list := []Forecast{}
	if f.chances == nil {
		return list
	}
	for i := range f.chances.Rungs {
		r := &f.chances.Rungs[i]
		if math.IsNaN(r.Pooled.Probability) {
			continue
		}
		for _, p := range append([]forecast.Component{r.Pooled}, r.Components...) {
			if p.Weight > 0 {
				list = append(list, Forecast{Event: f.rungName(r.Rung), Horizon: r.Years, Probability: p.Probability, Low: p.Low, High: p.High,
					Words: likelihood(p.Probability, p.Low, p.High), Method: p.Method, Weight: p.Weight, N: r.N, Events: r.Events, Note: p.Note, Thin: r.Thin})
			}
		}
	}
	return list
}

// likelihood puts a probability and its interval into words. A class of twenty
// groups in which nothing happened does not bear the word for zero: what it bears
// is the word for the upper end.
func likelihood(p, low, high float64) string {
	from, to := forecast.Words(low), forecast.Words(high)
	switch {
	case p < 0.01, low < 0.01 && forecast.Words(p) == to:
		return "at most " + to
	case from == to:
		return to
	case low < 0.01:
		return forecast.Words(p) + ", at most " + to
	}
	return forecast.Words(p) + ", from " + from + " to " + to
}

// chance prints a probability that may be unknown. One near 1 is never said to be sure.
func chance(p float64) string {
	switch {
	case math.IsNaN(p):
		return "–"
	case p > 0 && p < 0.005:
		return "<1%"
	case p > 0.995:
		return ">99%"
	}
	return percent(p)
}

func chanceBetween(p, low, high float64) string {
	if math.IsNaN(p) {
		return "–"
	}
	return fmt.Sprintf("%s (%s to %s)", chance(p), chance(low), chance(high))
}

// nextHorizon is the horizon, in years, that headlines use.
const nextHorizon = 5

// nextSection shows the chances of the rungs not held, by every method, with how such
// forecasts have fared and what would move them.
func (f *findings) nextSection(context.Context, uint64) (Section, error) {
	s := Section{ID: "next", Title: "The next rungs cannot be forecast", Thin: f.unsaid}
	if f.chances == nil {
		if f.stage != noGroup && len(f.open()) == 0 {
			s.Title = "No rung is left to forecast"
		}
		return s, nil
	}
	likeliest := f.likeliest()
	if likeliest == nil {
		s.Title = "No chance of the next rungs can be pooled"
		s.Thin = f.unsaid + " What other methods say stands alone: their past forecasts of rungs have met too few events to be judged."
	} else {
		p := likeliest.Pooled
		s.Title = fmt.Sprintf("The likeliest next rung is %s: %s within %d years, %s", f.rungName(likeliest.Rung), chance(p.Probability), nextHorizon, forecast.Words(p.Probability))
		s.Text = append(s.Text, fmt.Sprintf("The chances are pooled from the rate of comparable groups, their constant rate, their decaying rate and the share of such forecasts that came true before, by %s. The interval of the likeliest runs from %s to %s.",
			p.Note, chance(p.Low), chance(p.High)), f.fared())
		if text := f.apart(); text != "" {
			s.Text = append(s.Text, text)
		}
		f.drawNext(&s)
		s.Tables = append(s.Tables, f.pooledTable())
		s.Notes = append(s.Notes, fmt.Sprintf("The pooled interval pools the ends of the intervals of its parts, as if all erred the same way: rather too wide than too narrow. Past forecasts were scored at %s; between these years the weights lie between theirs. Nothing that this group did or said lately moves the rates of comparable groups; famous and lasting groups are over-represented among them, and rungs reached late or in secret are missed.", horizonWords()))
	}
	s.Tables = append(s.Tables, f.methodsTable(likeliest == nil))
	if t, ok := f.skillTable(); ok {
		s.Tables = append(s.Tables, t)
	}
	if t, ok := f.indicatorTable(); ok {
		s.Tables = append(s.Tables, t)
		if text := f.mover(); text != "" {
			s.Text = append(s.Text, text)
		}
		s.Notes = append(s.Notes, "An indicator is an association in the class: what became of the groups that had taken a step, from the day they took it.")
	}
	if slices.ContainsFunc(f.chances.Rungs, func(r forecast.RungForecast) bool { _, ok := component(&r, forecast.Bargaining); return ok }) {
		s.Notes = append(s.Notes, "Bargaining over the members' positions says how deep they would go, not when, and has no weight in the pool.")
	}
	s.Notes = append(s.Notes, "Words are those of Intelligence Community Directive 203 (2015).")
	return s, nil
}

func horizonWords() string {
	var list []string
	for _, h := range forecast.Horizons() {
		list = append(list, fmt.Sprintf("%g", h))
	}
	return joinAnd(list) + " years"
}

// likeliest is the rung with the highest pooled chance within the horizon of headlines;
// nil where nothing is pooled.
func (f *findings) likeliest() *forecast.RungForecast {
	var best *forecast.RungForecast
	for i := range f.chances.Rungs {
		r := &f.chances.Rungs[i]
		if r.Years == nextHorizon && !math.IsNaN(r.Pooled.Probability) && (best == nil || r.Pooled.Probability > best.Pooled.Probability) {
			best = r
		}
	}
	return best
}

// fared says how such forecasts have fared at the horizon of headlines.
func (f *findings) fared() string {
	var list []string
	for _, s := range f.chances.Skills {
		if s.Years == nextHorizon {
			list = append(list, s.Sentence)
		}
	}
	if len(list) == 0 {
		return "There are too few past forecasts of comparable groups to say how such forecasts have fared."
	}
	return "Such forecasts have been made again as of every year since 1950, from what was known then. " + strings.Join(list, " ")
}

// enoughEvents is how many events an indicator needs to be more than an order of magnitude.
const enoughEvents = 5

// mover words the indicator that would move a chance most, among those that ever saw an
// event.
func (f *findings) mover() string {
	k := slices.IndexFunc(f.chances.Indicators, func(i forecast.Indicator) bool { return i.Events > 0 })
	if k < 0 {
		return ""
	}
	i := f.chances.Indicators[k]
	text := fmt.Sprintf("The next step that would move most is %s: %d of %s that had taken it went on to %s, which would take the chance of that within %g years from %s to %s",
		f.rungName(i.Reached), i.Events, plural(i.N, "group", "groups"), f.rungName(i.Rung), i.Years, chance(i.Before), chance(i.After))
	if i.Events < enoughEvents {
		text += fmt.Sprintf("; with %s that is an order of magnitude", plural(i.Events, "event", "events"))
	}
	return text + "."
}

// apart names the rung on which the event model is furthest from the pool.
func (f *findings) apart() string {
	if f.outlook == nil {
		return ""
	}
	widest, text := 0.0, ""
	for i := range f.chances.Rungs {
		r := &f.chances.Rungs[i]
		p, ok := component(r, forecast.EventModel)
		if !ok || r.Years != nextHorizon || !(math.Abs(p.Probability-r.Pooled.Probability) > widest) {
			continue
		}
		widest = math.Abs(p.Probability - r.Pooled.Probability)
		text = fmt.Sprintf("The event model, which runs the group's own acts forward, disagrees most on %s: %s within %d years, against %s pooled. It stands beside the pool and does not enter it, because its own past forecasts of rungs have met too few events to be judged.",
			f.rungName(r.Rung), chance(p.Probability), nextHorizon, chance(r.Pooled.Probability))
	}
	return text
}

func component(r *forecast.RungForecast, method string) (forecast.Component, bool) {
	k := slices.IndexFunc(r.Components, func(c forecast.Component) bool { return c.Method == method })
	if k < 0 {
		return forecast.Component{}, false
	}
	return r.Components[k], true
}

// classRate is the rate of comparable groups alone, and why it is weak.
func (f *findings) classRate(rung int, years float64) (rate forecast.Component, thin string, ok bool) {
	if f.chances == nil {
		return rate, "", false
	}
	i := slices.IndexFunc(f.chances.Rungs, func(r forecast.RungForecast) bool { return r.Rung == rung && r.Years == years })
	if i < 0 {
		return rate, "", false
	}
	rate, ok = component(&f.chances.Rungs[i], forecast.ClassRate)
	return rate, f.chances.Rungs[i].Thin, ok
}

// drawNext draws the chance of each rung by year.
func (f *findings) drawNext(s *Section) {
	fan := figure.Fan{Middle: "pooled", Ranges: []string{"95% interval"}, Others: []string{"event model", "class rate"}, Unit: "years from now", Percent: true}
	if f.outlook == nil {
		fan.Others = []string{"class rate"}
	}
	never := f.neverRun()
	for i := range f.chances.Years {
		r := &f.chances.Years[i]
		if math.IsNaN(r.Pooled.Probability) {
			return
		}
		if name := f.rungName(r.Rung); len(fan.Panels) == 0 || fan.Panels[len(fan.Panels)-1].Name != name {
			fan.Panels = append(fan.Panels, figure.Panel{Name: name, Spreads: []figure.Spread{{Ranges: [][2]float64{{0, 0}}, Others: make([]float64, len(fan.Others))}}})
		}
		panel := &fan.Panels[len(fan.Panels)-1]
		p := r.Pooled
		if r.Years == nextHorizon {
			panel.Note = fmt.Sprintf("%s within %d years: %s", chance(p.Probability), nextHorizon, forecast.Words(p.Probability))
		}
		spread := figure.Spread{X: r.Years, Middle: p.Probability, Ranges: [][2]float64{{p.Low, p.High}}}
		for _, method := range fan.Others {
			other := math.NaN()
			if c, ok := component(r, method); ok && !(method == forecast.EventModel && slices.Contains(never, r.Rung)) {
				other = c.Probability
			}
			spread.Others = append(spread.Others, other)
		}
		panel.Spreads = append(panel.Spreads, spread)
	}
	fan.Head = head(s, "For each rung not held, the pooled chance of reaching it within one to ten years with its 95 per cent interval, and beside it what single methods say. The table below gives the numbers.")
	s.SVG = fan.SVG()
}

// pooledTable has a row for each rung, with the pooled chances and their words.
func (f *findings) pooledTable() Table {
	columns := []string{"Rung"}
	for _, h := range forecast.Horizons() {
		columns = append(columns, fmt.Sprintf("Within %s", plural(int(h), "year", "years")))
	}
	t := Table{Caption: "Pooled chance of each rung, with its 95% interval", Columns: cols(append(columns, "#Groups that reached it")...), Open: true}
	for i := range f.chances.Rungs {
		r := &f.chances.Rungs[i]
		if i == 0 || f.chances.Rungs[i-1].Rung != r.Rung {
			t.Rows = append(t.Rows, []Cell{{Text: f.rungName(r.Rung)}})
		}
		row := &t.Rows[len(t.Rows)-1]
		text, p := "–", r.Pooled
		if !math.IsNaN(p.Probability) {
			text = chanceBetween(p.Probability, p.Low, p.High) + ", " + forecast.Words(p.Probability)
		}
		*row = append(*row, Cell{Text: text})
		if len(*row) == len(t.Columns)-1 {
			*row = append(*row, Cell{Text: fmt.Sprintf("%d of %d", r.Events, r.N)})
		}
	}
	return t
}

// methodsTable sets all methods beside the pool.
func (f *findings) methodsTable(open bool) Table {
	methods := []string{forecast.ClassRate, forecast.ConstantRate, forecast.DecayRate, forecast.PastShare, forecast.EventModel, forecast.Bargaining}
	methods = slices.DeleteFunc(methods, func(m string) bool {
		return !slices.ContainsFunc(f.chances.Rungs, func(r forecast.RungForecast) bool { _, ok := component(&r, m); return ok })
	})
	columns := []string{"Rung", "#Within", "#Pooled", "In words"}
	for _, m := range methods {
		columns = append(columns, "#"+upperFirst(m))
	}
	t := Table{Caption: "Chance of each rung by every method, with 95% intervals", Columns: cols(append(columns, "#Reached it", "Read with care")...), Open: open}
	for i := range f.chances.Rungs {
		r := &f.chances.Rungs[i]
		p := r.Pooled
		row := []Cell{{Text: f.rungName(r.Rung)}, {Text: plural(int(r.Years), "year", "years")}, {Text: chanceBetween(p.Probability, p.Low, p.High)}, {Text: "–"}}
		if !math.IsNaN(p.Probability) {
			row[3].Text = likelihood(p.Probability, p.Low, p.High)
		}
		care := ""
		if r.Thin != "" {
			care = "class rate: " + r.Thin
		}
		for _, m := range methods {
			c, ok := component(r, m)
			switch {
			case !ok:
				row = append(row, Cell{Text: "–"})
			case m == forecast.EventModel && c.Probability == 0:
				row = append(row, Cell{Text: "no run"})
			default:
				row = append(row, Cell{Text: chanceBetween(c.Probability, c.Low, c.High)})
			}
		}
		reached := "–"
		if r.N > 0 {
			reached = fmt.Sprintf("%d of %d", r.Events, r.N)
		}
		t.Rows = append(t.Rows, append(row, Cell{Text: reached}, Cell{Text: care}))
	}
	return t
}

// skillTable lists how the pool has fared against its simplest parts.
func (f *findings) skillTable() (Table, bool) {
	t := Table{Caption: "How the pooled forecasts of comparable groups have fared (skill by the Brier score: 1 is perfect, 0 no better, below 0 worse)",
		Columns: cols("#Years ahead", "Against", "#Skill", "#95% interval", "#Forecasts", "#Events", "Judgement")}
	for _, s := range f.chances.Skills {
		judgement, _, _ := strings.Cut(s.Claim("the "+s.Over), " (")
		t.Rows = append(t.Rows, []Cell{{Text: fmt.Sprintf("%g", s.Years)}, {Text: s.Over}, {Text: fixed(s.Value)}, {Text: fixed(s.Low) + " to " + fixed(s.High)},
			{Text: fmt.Sprint(s.N)}, {Text: fmt.Sprint(s.Events)}, {Text: judgement}})
	}
	return t, len(t.Rows) > 0
}

func fixed(v float64) string {
	if math.IsNaN(v) {
		return "–"
	}
	return strings.Replace(fmt.Sprintf("%.2f", v), "-0.00", "0.00", 1)
}

// indicatorTable says which rung, reached next, would move which chance most, and what
// on record would reach it.
func (f *findings) indicatorTable() (Table, bool) {
	const most = 8
	t := Table{Caption: "Indicators: what reaching a rung next would do to the chance of another within 10 years", Open: true,
		Columns: cols("If reached next", "Proposed or announced for it", "Then", "#Chance now", "#Chance then", "#Went on", "Read with care")}
	for _, i := range f.chances.Indicators[:min(len(f.chances.Indicators), most)] {
		near, care := Cell{Text: "nothing on record", Class: "none"}, ""
		if ids := f.inSight(i.Reached); len(ids) > 0 {
			near = cite(plural(len(ids), "act", "acts"), ids)
		}
		if i.Events < enoughEvents {
			care = "fewer than five events: an order of magnitude"
		}
		t.Rows = append(t.Rows, []Cell{{Text: f.rungName(i.Reached)}, near, {Text: f.rungName(i.Rung)}, {Text: chance(i.Before)}, {Text: chance(i.After)},
			{Text: fmt.Sprintf("%d of %d", i.Events, i.N)}, {Text: care}})
	}
	return t, len(t.Rows) > 0
}

// inSight lists the acts proposed or announced that would bear on a rung.
func (f *findings) inSight(rung int) []string {
	var ids []string
	for _, n := range f.ladder.Rungs[rung].Near {
		if strings.HasPrefix(n.Why, string(entente.Proposed)) || strings.HasPrefix(n.Why, string(entente.Announced)) {
			ids = append(ids, n.Act)
		}
	}
	return dedupe(ids)
}
