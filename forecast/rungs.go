package forecast

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"entente"
	"entente/score"
)

// Component is what one method says, and what it counts in the pool.
type Component struct {
	Method                 string
	Probability, Low, High float64
	Weight                 float64
	Note                   string // how it comes about, or why it has no weight
}

// RungForecast is the chance that a group reaches a rung within some years, by every
// method and pooled.
type RungForecast struct {
	From, Rung  int
	Held, Years float64
	N, Events   int // groups in the class, and how many ever reached the rung
	AtRisk      int // groups that waited longer than Held
	Pooled      Component
	Components  []Component
	Thin        string // why the class is a weak ground, "" when it is not known to be
}

// Skill is how the pool has fared against one of its parts over one horizon.
type Skill struct {
	Years float64
	Over  string
	score.Skill
	Sentence string
}

// Forecasts are the chances of all rungs that a group does not hold, with how such
// forecasts have fared before.
type Forecasts struct {
	Origin  entente.Day
	Rungs   []RungForecast
	Years   []RungForecast // the same for every year ahead, if asked for; see [ForecastOptions]
	Skills  []Skill
	Past    *ByMethod // the backtest that the weights and the skills come from; nil without a class
	Outlook *Outlook  // nil when no event model could be run
	// NoOutlook says why.
	NoOutlook  string
	Indicators []Indicator
}

// Indicator is what reaching one rung next would do to the chance of another.
type Indicator struct {
	Reached int     `json:"reached"`
	Rung    int     `json:"rung"`
	Years   float64 `json:"horizon_years"`
	Before  float64 `json:"before"`
	After   float64 `json:"after"`
	N       int     `json:"n"` // of the class of groups that held Reached and not Rung
	Events  int     `json:"events"`
}

// Horizons are the years ahead for which rungs are forecast.
func Horizons() []float64 { return slices.Clone(horizons) }

// firstOrigin is the year in which the backtest of the class begins.
const firstOrigin = 1950

// ForecastOptions may be left zero.
type ForecastOptions struct {
	Outlook OutlookOptions
	// Bargaining holds the chances that bargaining over positions gives to rungs, where a
	// case has positions.
	Bargaining map[int]Component
	// Past is the backtest of the class up to the day, where it was made before; see
	// [PastOf].
	Past *ByMethod
	// WithoutSkill leaves out how the pool has fared.
	WithoutSkill bool
	// WithoutModel leaves the event model out.
	WithoutModel bool
	// EachYear asks for every year up to the longest horizon. Between the horizons that
	// past forecasts have been scored on, the weights of the pool lie between theirs.
	EachYear bool
	Seed     uint64
}

// Forecast gives the chance of every rung that the group of the case does not hold on
// the day. held reports when the group reached a rung (0..8), if it has. The class and
// all weights are as known on the day.
func Forecast(ctx context.Context, c *entente.Case, held func(rung int) (entente.Day, bool), asOf entente.Day, opt ForecastOptions) (*Forecasts, error) {
	f := &Forecasts{Origin: asOf}
	from, since := -1, entente.Day(0)
	var holds [lastTarget + 1]bool
	for rung := range holds {
		if day, ok := held(rung); ok && day <= asOf {
			from, since, holds[rung] = rung, day, true
		}
	}
	if from < 0 {
		return nil, fmt.Errorf("the group holds no rung on %s, so there is nothing to compare it with", asOf)
	}
	if !opt.WithoutModel {
		opt.Outlook.Seed = opt.Seed
		var err error
		var thin *thinError
		f.Outlook, err = Ahead(ctx, c, asOf, opt.Outlook)
		switch {
		case errors.As(err, &thin):
			f.NoOutlook = err.Error()
		case err != nil:
			return nil, err
		}
	} else {
		f.NoOutlook = "the event model was left out"
	}
	known := Cut(c.Blocs, asOf)
	f.Past = opt.Past
	if f.Past == nil {
		var err error
		if f.Past, err = PastOf(ctx, known, asOf); err != nil {
			return nil, err
		}
	}
	if f.Past != nil && !opt.WithoutSkill {
		var err error
		f.Past.pool()
		if f.Skills, err = f.Past.Skills([]string{ClassRate, ConstantRate, PastShare}, opt.Seed); err != nil {
			return nil, err
		}
	}
	set := Peers(c)
	for to := 1; to <= lastTarget; to++ {
		if !holds[to] {
			f.rung(known, set, from, to, Years(since, asOf), opt)
		}
	}
	if len(f.Rungs) == 0 {
		return nil, errors.New("neither a reference class (blocs.csv) nor an event model speaks of any rung that the group does not hold")
	}
	f.indicate(known, set, from, holds[:])
	return f, nil
}

// PastOf runs the backtest of a class, as known on the day, up to it, without the pool;
// nil when nothing of it is settled.
func PastOf(ctx context.Context, known []entente.BlocRecord, asOf entente.Day) (*ByMethod, error) {
	last := asOf.Time().Year()
	if len(known) < 2 || last <= firstOrigin {
		return nil, nil
	}
	test := &GroupBacktest{Blocs: known, Origins: Yearly(firstOrigin, last), Horizons: horizons, Unpooled: true}
	past, err := test.Run(ctx)
	if errors.Is(err, errUnsettled) {
		return nil, nil
	}
	if err == nil {
		past.learnLatest(asOf)
	}
	return past, err
}

// Skills compares the pool with some of the methods, for each horizon.
func (b *ByMethod) Skills(over []string, seed uint64) ([]Skill, error) {
	var skills []Skill
	for _, years := range b.horizons() {
		model := b.Scored(Pooled, "", years)
		for _, method := range over {
			s, err := score.Against(model, b.Scored(method, "", years), seed)
			if err != nil {
				return nil, err
			}
			skills = append(skills, Skill{Years: years, Over: method, Skill: *s, Sentence: fmt.Sprintf("At %g %s the pooled forecast has been %s.", years, yearsWord(years), s.Claim("the "+method))})
		}
	}
	return skills, nil
}

func yearsWord(n float64) string {
	if n == 1 {
		return "year"
	}
	return "years"
}

func (b *ByMethod) horizons() []float64 {
	var years []float64
	for i := range b.Past {
		if !slices.Contains(years, b.Past[i].Years) {
			years = append(years, b.Past[i].Years)
		}
	}
	slices.Sort(years)
	return years
}

// Scored returns the forecasts of a method with what came of them, of one target or, for
// "", of all. Forecasts of one group are one block; those of pairs, which share the acts
// of larger sets, are one block for each origin.
func (b *ByMethod) Scored(method, target string, years float64) []score.Forecast {
	m := slices.Index(b.Methods, method)
	var out []score.Forecast
	for i := range b.Past {
		f := &b.Past[i]
		if m >= 0 && f.Years == years && (target == "" || f.Target == target) {
			block := f.Subject
			if f.From < 0 {
				block = f.Origin.String()
			}
			out = append(out, score.Forecast{P: f.P[m], Came: f.Event != "", Block: block, Event: f.Event})
		}
	}
	return out
}

// Waits returns all forecasts of a method for a horizon, also of groups that were not
// followed to it, for scores that weigh these in; nil where there are none such.
func (b *ByMethod) Waits(method, target string, years float64) []score.Wait {
	m := slices.Index(b.Methods, method)
	if m < 0 || len(b.Open) == 0 {
		return nil
	}
	var out []score.Wait
	for _, list := range [][]Past{b.Past, b.Open} {
		for i := range list {
			f := &list[i]
			if f.Years == years && (target == "" || f.Target == target) {
				out = append(out, score.Wait{P: f.P[m], Years: f.Wait, Ended: f.Ended, Block: f.Subject, Event: f.Event})
			}
		}
	}
	return out
}

// When scores, for every method, the chances that a rung comes between one horizon and
// the next: the ranked probability score of each group, rung and origin of which all
// horizons are settled. blocks names the groups, events how many of these came.
func (b *ByMethod) When() (losses [][]float64, blocks []string, events int, err error) {
	horizons := b.horizons()
	n := len(horizons)
	losses = make([][]float64, len(b.Methods))
	came := map[string]bool{}
	for i := 0; i+n <= len(b.Past); i++ {
		first, last := &b.Past[i], &b.Past[i+n-1]
		if first.Years != horizons[0] || last.Years != horizons[n-1] || last.Target != first.Target || last.Subject != first.Subject || last.Origin != first.Origin {
			continue
		}
		class := n
		for k := n - 1; k >= 0; k-- {
			if b.Past[i+k].Event != "" {
				class = k
				came[b.Past[i+k].Event] = true
			}
		}
		for m := range losses {
			chances, before := make([]float64, n+1), 0.0
			for k := range n {
				p := max(b.Past[i+k].P[m], before) // what is likelier sooner is as likely later
				chances[k], before = p-before, p
			}
			chances[n] = 1 - before
			loss, err := score.RPS(chances, class)
			if err != nil {
				return nil, nil, 0, err
			}
			losses[m] = append(losses[m], loss)
		}
		blocks = append(blocks, first.Subject)
	}
	return losses, blocks, len(came), nil
}

// everyYear is each year up to the longest of [Horizons].
var everyYear = []float64{1, 2, 3, 4, 5, 6, 7, 8, 9, 10}

// rung forecasts one rung over all horizons.
func (f *Forecasts) rung(known []entente.BlocRecord, set Filter, from, to int, held float64, opt ForecastOptions) {
	times := horizons
	if opt.EachYear {
		times = everyYear
	}
	class := Of(known, from, to, set)
	curve := Estimate(class.Spells())
	var given []Conditional
	var decay seen
	if curve.RiskYears > 0 {
		given = curve.Given(held, times, stream(opt.Seed, from, to))
		decay = class.on(f.Origin).fading()
	}
	for i, years := range times {
		r := RungForecast{From: from, Rung: to, Held: held, Years: years, N: curve.N, Events: curve.Events}
		if given != nil {
			r.class(curve, given[i], decay)
			r.Thin = strings.Join(thin(curve, given[i]), "; ")
		}
		if f.Past != nil {
			if share, ok := f.Past.shareAt(to, from, years); ok {
				r.Components = append(r.Components, share)
			}
		}
		r.model(f.Outlook)
		if b, has := opt.Bargaining[to]; has {
			b.Method, b.Weight = Bargaining, 0
			r.Components = append(r.Components, b)
		}
		if len(r.Components) == 0 {
			continue
		}
		r.pool(f.weights(years))
		if opt.EachYear {
			f.Years = append(f.Years, r)
		}
		if slices.Contains(horizons, years) {
			f.Rungs = append(f.Rungs, r)
		}
	}
}

// class adds what the reference class says.
func (r *RungForecast) class(curve *Curve, given Conditional, decay seen) {
	r.AtRisk = given.AtRisk
	constant := seen{float64(curve.Events), curve.RiskYears}
	low, high := constant.interval(r.Years)
	first := Component{Method: ClassRate, Probability: min(max(given.Probability, 0), 1), Low: given.Low, High: given.High,
		Note: fmt.Sprintf("Aalen-Johansen, %s that held r%d and not r%d, given %.1f years held; bootstrap interval", counted(curve.N, "group"), r.From, r.Rung, r.Held)}
	second := Component{Method: ConstantRate, Probability: constant.within(r.Years), Low: low, High: high,
		Note: fmt.Sprintf("%s in %.0f group-years", counted(curve.Events, "event"), curve.RiskYears)}
	if given.AtRisk == 0 {
		first.Probability, first.Low, first.High = second.Probability, low, high
		first.Note = fmt.Sprintf("none of %s was followed beyond %.1f years; the constant rate stands in", counted(curve.N, "group"), r.Held)
	}
	low, high = decay.interval(r.Years)
	third := Component{Method: DecayRate, Probability: decay.within(r.Years), Low: low, High: high,
		Note: fmt.Sprintf("recent years count more: %.1f events in %.0f group-years", decay.events, decay.years)}
	r.Components = append(r.Components, first, second, third)
}

// model adds what the event model says.
func (r *RungForecast) model(o *Outlook) {
	if o == nil {
		return
	}
	k := slices.IndexFunc(o.Rungs, func(p Path) bool { return p.Rung == r.Rung })
	if k < 0 {
		return
	}
	for _, ch := range o.Rungs[k].Chance {
		if ch.Years == r.Years {
			r.Components = append(r.Components, Component{Method: EventModel, Probability: ch.Probability, Low: ch.Low, High: ch.High,
				Note: fmt.Sprintf("%d runs forward from %d acts", o.Runs, o.Acts)})
		}
	}
}

// pool pools the parts that have earned a weight. The ends of its interval are the pools
// of theirs, as if all parts erred the same way: rather too wide than too narrow.
func (r *RungForecast) pool(w []float64, learnt string) {
	var p, low, high, weights []float64
	for i := range r.Components {
		part := &r.Components[i]
		k := slices.Index(Methods, part.Method)
		if k < 0 {
			part.Note += fmt.Sprintf("; no weight: its past forecasts of rungs have met fewer than %d events", fewestEvents)
			continue
		}
		part.Weight = w[k]
		p, low, high, weights = append(p, part.Probability), append(low, part.Low), append(high, part.High), append(weights, w[k])
	}
	r.Pooled = Component{Method: Pooled, Weight: 1, Note: learnt}
	if len(p) == 0 {
		r.Pooled.Probability, r.Pooled.Low, r.Pooled.High = math.NaN(), math.NaN(), math.NaN()
		return
	}
	r.Pooled.Probability, r.Pooled.Low, r.Pooled.High = Pool(p, weights), Pool(low, weights), Pool(high, weights)
}

// weights returns the weights of the pool for a horizon, in the order of [Methods].
func (f *Forecasts) weights(years float64) (w []float64, learnt string) {
	equal := slices.Repeat([]float64{1 / float64(len(Methods))}, len(Methods))
	if f.Past == nil {
		return equal, "equal weights: there are no past forecasts"
	}
	scored := f.Past.latest // by years
	k, found := slices.BinarySearchFunc(scored, years, func(l latest, y float64) int { return cmp.Compare(l.Years, y) })
	switch {
	case found:
	case k == 0 || k == len(scored):
		return equal, "equal weights: there are no past forecasts of that horizon"
	default:
		return f.between(scored[k-1].Years, scored[k].Years, years)
	}
	l := scored[k]
	if l.Events < fewestEvents {
		return equal, fmt.Sprintf("equal weights: past forecasts have met %s, fewer than %d", counted(l.Events, "event"), fewestEvents)
	}
	return l.Weights, fmt.Sprintf("weights from %d past forecasts of %d events", l.trials, l.Events)
}

// between returns weights that lie between those of two horizons as the years do.
func (f *Forecasts) between(low, high, years float64) (w []float64, learnt string) {
	below, _ := f.weights(low)
	above, _ := f.weights(high)
	part := (years - low) / (high - low)
	for k := range below {
		w = append(w, (1-part)*below[k]+part*above[k])
	}
	return w, fmt.Sprintf("weights between those of %g and %g years", low, high)
}

// indicate says what reaching each rung next would do to the chance of the others: the
// pool of the class that holds the higher rung, from the day it reached it, beside that
// of now. It shows only what the class has events for.
func (f *Forecasts) indicate(known []entente.BlocRecord, set Filter, from int, holds []bool) {
	const years = 10
	now := map[int]float64{}
	for _, r := range f.Rungs {
		if r.Years == years {
			now[r.Rung] = r.Pooled.Probability
		}
	}
	w, _ := f.weights(years)
	for next := from + 1; next <= lastTarget; next++ {
		if holds[next] {
			continue
		}
		for to := from + 1; to <= lastTarget; to++ {
			before, ok := now[to]
			if to == next || holds[to] || !ok {
				continue
			}
			class := Of(known, next, to, set)
			single, ok := class.Singles(f.Origin, 0, []float64{years})
			if !ok {
				continue
			}
			p := []float64{single[0][0], single[1][0], single[2][0], math.NaN()}
			if f.Past != nil {
				if share, ok := f.Past.shareAt(to, next, years); ok {
					p[3] = share.Probability
				}
			}
			events := 0
			for _, m := range class.Members {
				if m.Outcome == Event {
					events++
				}
			}
			f.Indicators = append(f.Indicators, Indicator{Reached: next, Rung: to, Years: years, Before: before,
				After: Pool(p, w), N: len(class.Members), Events: events})
		}
	}
	slices.SortStableFunc(f.Indicators, func(a, b Indicator) int {
		x, y := math.Abs(a.After-a.Before), math.Abs(b.After-b.Before)
		switch {
		case x > y:
			return -1
		case x < y:
			return 1
		}
		return 0
	})
}
