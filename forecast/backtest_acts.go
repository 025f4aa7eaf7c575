package forecast

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"

	"entente"
	"entente/rem"
)

// ActsBacktest asks, as of past days, which pairs of states would act together within a
// year and how many acts each quarter would bring. Every origin sees only what the
// record knew on that day, and everything is learnt anew from it.
type ActsBacktest struct {
	// Known returns the record as it was known at the end of a day.
	Known func(ctx context.Context, day entente.Day) (*entente.Case, error)
	// Full is the record as it is known now, from which outcomes are taken.
	Full    *entente.Case
	Origins []entente.Day
	Model   *rem.Source // nil: the built-in model forward
	Runs    int         // of the event model at each origin; 0: 2,000
	Seed    uint64
	// Spread, if any, makes the forecasts of the origins elsewhere: what [ActsBacktest.At]
	// returns for each, in their order. nil: here, one after the other.
	Spread func(ctx context.Context, origins []entente.Day) ([]Made, error)
}

// The further methods for pairs of states.
const (
	LastYear = "rate of the last year" // as often as in the year before
	HubRate  = "rate of hubs"          // as active states meet by chance: no pair has a past of its own
)

// PairMethods lists the methods that pairs are forecast by, but for the pool.
var PairMethods = []string{EventModel, ConstantRate, DecayRate, LastYear, HubRate}

// CountMethods lists the methods that counts of acts are forecast by.
var CountMethods = []string{EventModel, ConstantRate, LastYear}

// CountPast is the forecast of the number of acts of one quarter, with what came.
type CountPast struct {
	Origin  entente.Day `json:"origin"`
	Quarter int         `json:"quarter"` // after the origin, from 1
	Acts    int         `json:"acts"`    // that came
	// Of are the chances of 0, 1, 2... acts by method.
	Of [][]float64 `json:"-"`
}

// ActsResult is what a backtest of acts made.
type ActsResult struct {
	Pairs  *ByMethod
	Counts []CountPast
	// Skipped says, for origins on which nothing was forecast, why.
	Skipped []string
}

// skip notes a reason for the days from one to another.
func (r *ActsResult) skip(from, to entente.Day, reason string) {
	days := from.String()
	if to != from {
		days += " to " + to.String()
	}
	r.Skipped = append(r.Skipped, days+": "+reason)
}

// Run makes the forecasts of every origin.
func (a *ActsBacktest) Run(ctx context.Context) (*ActsResult, error) {
	out := &ActsResult{Pairs: &ByMethod{Methods: append(slices.Clone(PairMethods), Pooled)}}
	var origins []entente.Day
	for _, origin := range a.Origins {
		if origin+366 > a.Full.Horizon {
			out.Pairs.Unsettled++
			out.skip(origin, origin, fmt.Sprintf("the year after it is not over by %s, the end of the record", a.Full.Horizon))
			continue
		}
		origins = append(origins, origin)
	}
	spread := a.Spread
	if spread == nil {
		spread = a.inTurn
	}
	results, err := spread(ctx, origins)
	if err != nil {
		return nil, err
	}
	if len(results) != len(origins) {
		return nil, fmt.Errorf("%d results of %d origins", len(results), len(origins))
	}
	var thin []entente.Day
	why := ""
	for i, made := range results {
		if made.Thin != "" {
			thin, why = append(thin, origins[i]), made.Thin
		}
		out.Pairs.Past = append(out.Pairs.Past, made.Past...)
		out.Counts = append(out.Counts, made.Counts...)
	}
	if len(thin) > 0 {
		out.skip(thin[0], thin[len(thin)-1], why)
	}
	if len(out.Pairs.Past) == 0 {
		return nil, fmt.Errorf("no origin has the record that a forecast needs; %s", out.Skipped[0])
	}
	out.Pairs.pool()
	out.Pairs.seal()
	return out, nil
}

func (a *ActsBacktest) inTurn(ctx context.Context, origins []entente.Day) ([]Made, error) {
	results := make([]Made, len(origins))
	for i, origin := range origins {
		var err error
		if results[i], err = a.At(ctx, origin); err != nil {
			return nil, fmt.Errorf("the forecast of %s: %w", origin, err)
		}
	}
	return results, nil
}

// thinError is a record too thin to learn from.
type thinError struct{ text string }

func (e *thinError) Error() string { return e.text }

// At makes the forecasts of one origin, without the pool.
func (a *ActsBacktest) At(ctx context.Context, origin entente.Day) (Made, error) {
	var made Made
	model, runs := a.Model, a.Runs
	if model == nil {
		var err error
		if model, err = rem.Open("forward"); err != nil {
			return made, err
		}
	}
	if runs == 0 {
		runs = 2000
	}
	all, _, err := model.Load(a.Full, a.Full.Horizon, a.Seed)
	if err != nil {
		return made, err
	}
	c, err := a.Known(ctx, origin)
	if err != nil {
		return made, err
	}
	e, err := learn(ctx, c, origin, OutlookOptions{Model: model, Years: 1, Seed: a.Seed})
	var thin *thinError
	if errors.As(err, &thin) {
		made.Thin = thin.text
		return made, nil
	}
	if err != nil {
		return made, err
	}
	o, err := e.run(ctx, OutlookOptions{Runs: runs, Seed: a.Seed})
	if err != nil {
		return made, err
	}
	a.pairs(origin, e, o, all, &made)
	a.counts(origin, e, o, all, &made)
	return made, nil
}

// follows reports whether an event of the record falls within the year after the origin,
// and how far.
func follows(event *rem.Event, origin entente.Day) (years float64, ok bool) {
	years = (event.Time - float64(origin)) / yearDays
	return years, years > 0 && years <= 1
}

func (a *ActsBacktest) pairs(origin entente.Day, e *engine, o *Outlook, all *rem.Data, out *Made) {
	n := len(e.known.Actors)
	meetings := func(weight func(ago float64) float64) (pairs []float64, activity []float64, total float64) {
		pairs, activity = make([]float64, n*n), make([]float64, n)
		for i := range e.known.Events {
			event := &e.known.Events[i]
			w := weight((float64(origin) - event.Time) / yearDays)
			for _, x := range event.From {
				for _, y := range event.From {
					if x < y {
						pairs[int(x)*n+int(y)] += w
						activity[x] += w
						activity[y] += w
						total += w
					}
				}
			}
		}
		return pairs, activity, total
	}
	since := (float64(origin) - e.known.Events[0].Time) / yearDays
	once, _, _ := meetings(func(float64) float64 { return 1 })
	last, _, _ := meetings(func(ago float64) float64 {
		if ago <= 1 {
			return 1
		}
		return 0
	})
	fading, activity, total := meetings(func(ago float64) float64 {
		if e.pace.halfLife == 0 {
			return 1
		}
		return math.Exp2(-ago / e.pace.halfLife)
	})
	chance := 0.0 // of two draws by activity falling on two of those present
	for k, x := range e.present {
		for _, y := range e.present[k+1:] {
			chance += activity[x] * activity[y]
		}
	}
	for k, x := range e.present {
		for _, y := range e.present[k+1:] {
			subject := e.known.Actors[x] + "-" + e.known.Actors[y]
			m := slices.IndexFunc(o.Parties, func(m Meeting) bool { return m.A == e.known.Actors[x] && m.B == e.known.Actors[y] })
			hub := 0.0
			if chance > 0 {
				hub = total * activity[x] * activity[y] / chance / e.pace.exposure
			}
			came := math.Inf(1)
			for i := range all.Events {
				if years, ok := follows(&all.Events[i], origin); ok && takesPart(all, i, e.known.Actors[x]) && takesPart(all, i, e.known.Actors[y]) {
					came = min(came, years)
				}
			}
			for _, ahead := range []Chance{o.Parties[m].Quarter, o.Parties[m].Year} {
				within := func(rate float64) float64 { return -math.Expm1(-rate * ahead.Years) }
				f := Past{Target: "pair", Subject: subject, Origin: origin, Years: ahead.Years, From: -1}
				f.P = []float64{ahead.Probability, within((once[x*n+y] + 0.5) / since),
					within((fading[x*n+y] + 0.5) / e.pace.exposure), within(last[x*n+y] + 0.5), within(hub)}
				if came <= ahead.Years {
					f.Event = fmt.Sprintf("%s %s", subject, origin)
				}
				out.Past = append(out.Past, f)
			}
		}
	}
}

func takesPart(d *rem.Data, event int, actor string) bool {
	return slices.ContainsFunc(d.Events[event].From, func(a int32) bool { return d.Actors[a] == actor })
}

func (a *ActsBacktest) counts(origin entente.Day, e *engine, o *Outlook, all *rem.Data, out *Made) {
	since := (float64(origin) - e.known.Events[0].Time) / yearDays
	lastYear := 0
	for i := range e.known.Events {
		if float64(origin)-e.known.Events[i].Time <= yearDays {
			lastYear++
		}
	}
	came := make([]int, 4)
	for i := range all.Events {
		if years, ok := follows(&all.Events[i], origin); ok {
			came[min(int(years*4), 3)]++
		}
	}
	for q, acts := range came {
		out.Counts = append(out.Counts, CountPast{Origin: origin, Quarter: q + 1, Acts: acts, Of: [][]float64{
			o.Quarters[q].distribution,
			negativeBinomials(float64(len(e.known.Events))+0.5, 4*since),
			negativeBinomials(float64(lastYear)+0.5, 4),
		}})
	}
}

// negativeBinomials lists the chances of 0, 1, 2... acts in one unit of time, up to where
// nothing is left.
func negativeBinomials(shape, exposure float64) []float64 {
	var p []float64
	for k, sum := 0, 0.0; sum < 1-1e-12 && k < 10_000; k++ {
		p = append(p, math.Exp(negativeBinomial(k, shape, exposure)))
		sum += p[k]
	}
	return p
}
