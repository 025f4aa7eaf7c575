package scenario

import (
	"context"
	"fmt"
	"math"

	"entente"
	"entente/bargain"
	"entente/corridor"
	"entente/forecast"
	"entente/measure"
)

// side is what was asked of one record.
type side struct {
	c           *entente.Case
	members     []string
	ladder      measure.Rungs
	owed        []measure.Owed
	attacks     []measure.Attack
	points      []measure.Point // the newest of each of the shares
	ties        []measure.Tie   // of members, deepest first
	communities *measure.Communities
	stands      []measure.Stand
	exposures   []measure.Exposure
	forecasts   *forecast.Forecasts
	bargain     *bargain.Answer
	positions   *bargain.Case
	notes       []string
}

// horizonYears is the time ahead that scenarios are compared on, and windowYears the
// time back.
const (
	horizonYears = 10
	windowYears  = 5
)

// shares are the measures that scenarios are compared on.
var shares = []string{"multilateral_share", "multilateral_exposure", "density", "in_group_share"}

// ask asks one record everything.
func ask(ctx context.Context, c *entente.Case, asOf entente.Day, positions *bargain.Case, past *forecast.ByMethod, model forecast.OutlookOptions, opt Options) (*side, error) {
	a := &side{c: c, members: measure.Studied(c, asOf), ladder: measure.Ladder(c, asOf)}
	if err := together(
		func() error { return a.measure(ctx, asOf, opt.Seed) },
		func() error { return a.foresee(ctx, asOf, positions, past, model, opt) },
	); err != nil {
		return nil, err
	}
	return a, nil
}

// measure asks what needs neither chance nor model.
func (a *side) measure(ctx context.Context, asOf entente.Day, seed uint64) (err error) {
	a.owed = measure.Obligations(a.c, asOf)
	a.attacks = measure.Attacks(a.c, asOf, a.members)
	a.stands = measure.Tolerance(a.c, asOf)
	a.exposures = measure.Exposures(a.c, asOf)
	a.ties = measure.Ties(a.c, asOf, measure.TieOptions{Among: a.members})
	points, err := measure.Series(ctx, a.c, asOf, measure.SeriesOptions{Window: windowYears}, shares...)
	if err != nil {
		return err
	}
	for i, p := range points {
		if i+1 == len(points) || points[i+1].Measure != p.Measure {
			a.points = append(a.points, p)
		}
	}
	a.communities, err = measure.CommunitiesAlone(ctx, a.c, asOf, seed)
	return err
}

// foresee asks the bargain and the forecasts, to which it belongs.
func (a *side) foresee(ctx context.Context, asOf entente.Day, positions *bargain.Case, past *forecast.ByMethod, model forecast.OutlookOptions, opt Options) (err error) {
	options := forecast.ForecastOptions{Seed: opt.Seed, Past: past, WithoutSkill: true, WithoutModel: opt.WithoutModel,
		Outlook: model}
	if positions != nil {
		if a.bargain, err = bargain.Solve(ctx, positions, bargain.Drawing{Draws: opt.Draws, Seed: opt.Seed}); err != nil {
			return fmt.Errorf("bargaining: %w", err)
		}
		a.positions = positions
		options.Bargaining = Depths(positions, a.bargain)
	}
	a.forecasts, err = forecast.Forecast(ctx, a.c, func(rung int) (entente.Day, bool) {
		return a.ladder.Rungs[rung].Date.Start, a.ladder.Rungs[rung].Reached
	}, asOf, options)
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case err != nil:
		a.notes = append(a.notes, "forecasts: "+err.Error())
	case a.forecasts.Outlook == nil && !opt.WithoutModel:
		a.notes = append(a.notes, "event model: "+a.forecasts.NoOutlook)
	}
	return nil
}

// Depths are the chances that a bargain ends at or beyond the places that rungs have on its
// first scale: the part of the draws in which the spatial model does, between the least and
// the greatest part by any reading. They have no date.
func Depths(c *bargain.Case, answer *bargain.Answer) map[int]forecast.Component {
	rungs := map[int]forecast.Component{}
	for rung, point := range c.Rungs {
		said := forecast.Component{Probability: math.NaN(), Low: 1, Note: fmt.Sprintf("%d draws of positions that are judgements; without a date; low and high by any reading", answer.Draws)}
		for _, r := range answer.Readings {
			if r.Inputs == nil || r.Dimension != "" && r.Dimension != c.Dimensions[0].Name {
				continue
			}
			for _, p := range r.Inputs.AtLeast {
				if p.Point != point {
					continue
				}
				said.Low, said.High = min(said.Low, p.Probability), max(said.High, p.Probability)
				if r.Name == bargain.SpatialModel {
					said.Probability = p.Probability
				}
			}
		}
		if !math.IsNaN(said.Probability) {
			rungs[rung] = said
		}
	}
	return rungs
}

// flows asks the greatest flow of each route that the scenario names.
func (s *Scenario) flows(ctx context.Context, c *entente.Case) ([]*corridor.FlowAnswer, error) {
	flows := make([]*corridor.FlowAnswer, len(s.spec.Routes))
	for i, r := range s.spec.Routes {
		n, err := corridor.Of(c, corridor.Layer{Names: r.Layers, With: []string{r.From, r.To}})
		if err == nil {
			if r.Assume > 0 {
				n = n.Assume(r.Assume)
			}
			flows[i], err = n.Flow(ctx, r.From, r.To)
		}
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", s.text.Where(fmt.Sprintf("$.routes[%d]", i)), err)
		}
	}
	return flows, nil
}
