package bargain

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
)

// The grid over which the coefficients of Tempering are averaged.
var (
	gridEnd     = []float64{0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1}
	gridStretch = []float64{1, 1.1, 1.2, 1.3, 1.4}
	gridPush    = []float64{0, 0.03, 0.06, 0.09, 0.12, 0.15}
)

// errorScale is the scale, in points, of the Laplace distribution of errors under
// which the points of the grid are weighed: twice the usual error, since issues of
// one proposal go together and count for about half.
const errorScale = 40

// grid lists all combinations.
func grid() []Tempering {
	var list []Tempering
	for _, end := range gridEnd {
		for _, stretch := range gridStretch {
			for _, push := range gridPush {
				list = append(list, Tempering{end, stretch, push})
			}
		}
	}
	return list
}

// errorsOn is the absolute error of each point of the grid on each row.
func errorsOn(rows []Row, points []Tempering) [][]float64 {
	table := make([][]float64, len(points))
	for p, t := range points {
		for i := range rows {
			table[p] = append(table[p], math.Abs(t.Predict(rows[i].Position, rows[i].Salience, rows[i].Reference)-rows[i].Outcome))
		}
	}
	return table
}

// temper averages the grid over its posterior given the rows that are in: a flat
// prior and errors distributed after Laplace. The mean is steadier than the best
// point, of which there are many nearly as good.
func temper(points []Tempering, table [][]float64, in func(row int) bool) Tempering {
	sums := make([]float64, len(points))
	for p, errs := range table {
		for i, e := range errs {
			if in(i) {
				sums[p] += e
			}
		}
	}
	least, all := slices.Min(sums), 0.0
	var t Tempering
	for p, sum := range sums {
		w := math.Exp((least - sum) / errorScale)
		all += w
		t.End += w * points[p].End
		t.Stretch += w * points[p].Stretch
		t.Push += w * points[p].Push
	}
	return Tempering{t.End / all, t.Stretch / all, t.Push / all}
}

// Learn fits the learnt reading to decided issues and measures all readings on
// them: the learnt one on proposals left out of its fit, one at a time, and the
// base rate likewise. Weighted readings are measured twice where capability (by
// actor) is given, with and without it.
func Learn(ctx context.Context, rows []Row, capability map[string]float64) (*Facts, error) {
	rows = slices.Clone(rows)
	for i, r := range rows {
		if math.IsNaN(r.Outcome) {
			return nil, fmt.Errorf("issue %s of proposal %s (line %d) has no outcome to learn from", r.Issue, r.Proposal, r.Line)
		}
		rows[i].Capability = nil
	}
	var proposals []string
	for _, r := range rows {
		if !slices.Contains(proposals, r.Proposal) {
			proposals = append(proposals, r.Proposal)
		}
	}
	if len(proposals) < 10 {
		return nil, errors.New("fewer than ten proposals; too few to learn from and to measure on")
	}
	points := grid()
	table := errorsOn(rows, points)
	facts := &Facts{Issues: len(rows), Proposals: len(proposals), Measured: map[string]*Measured{}}
	everything := temper(points, table, func(int) bool { return true })
	for _, c := range []*float64{&everything.End, &everything.Stretch, &everything.Push} {
		*c = math.Round(*c*1000) / 1000
	}
	facts.Tempering = everything
	var outcomes []float64
	for _, r := range rows {
		outcomes = append(outcomes, r.Outcome)
	}
	slices.Sort(outcomes)
	facts.Median = quantile(outcomes, 0.5)
	facts.Outcomes = quantiles(outcomes)

	values := make([][]float64, len(rows)) // readings, then the two by capability
	for i := range rows {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		row := rows[i]
		without := func(k int) bool { return rows[k].Proposal != row.Proposal }
		var rest []float64
		for k, r := range rows {
			if without(k) {
				rest = append(rest, r.Outcome)
			}
		}
		slices.Sort(rest)
		v := row.Values(temper(points, table, without), quantile(rest, 0.5))
		values[i] = v[:]
		if capability != nil {
			for _, actor := range row.Actors {
				row.Capability = append(row.Capability, capability[actor])
			}
			w := row.Values(facts.Tempering, facts.Median)
			values[i] = append(values[i], w[0], w[2])
		}
	}
	names := Readings()
	if capability != nil {
		names = append(names, fact(WeightedMean, false), fact(SpatialModel, false))
	}
	for k, name := range names {
		var residuals []float64
		for i, r := range rows {
			residuals = append(residuals, r.Outcome-values[i][k])
		}
		facts.Measured[name] = measure(rows, proposals, residuals)
	}
	if capability == nil {
		facts.Measured[fact(WeightedMean, false)] = facts.Measured[WeightedMean]
		facts.Measured[fact(SpatialModel, false)] = facts.Measured[SpatialModel]
	}
	return facts, nil
}

// resamples of proposals behind an interval of the mean error.
const resamples = 2000

func measure(rows []Row, proposals []string, residuals []float64) *Measured {
	var errs []float64
	by := map[string][]float64{}
	for i, r := range residuals {
		errs = append(errs, math.Abs(r))
		by[rows[i].Proposal] = append(by[rows[i].Proposal], math.Abs(r))
	}
	m := &Measured{Mean: tidy(mean(errs))}
	rng := rand.New(rand.NewPCG(1, 1))
	means := make([]float64, resamples)
	for b := range means {
		sum, n := 0.0, 0
		for range proposals {
			for _, e := range by[proposals[rng.IntN(len(proposals))]] {
				sum += e
				n++
			}
		}
		means[b] = sum / float64(n)
	}
	slices.Sort(means)
	m.MeanLow, m.MeanHigh = tidy(quantile(means, 0.025)), tidy(quantile(means, 0.975))
	slices.Sort(errs)
	m.Median = tidy(quantile(errs, 0.5))
	sorted := slices.Clone(residuals)
	slices.Sort(sorted)
	m.Residuals = quantiles(sorted)
	return m
}

// quantiles 0.025, 0.075, ... 0.975 of sorted values.
func quantiles(sorted []float64) []float64 {
	var out []float64
	for k := range 20 {
		out = append(out, tidy(quantile(sorted, (float64(k)+0.5)/20)))
	}
	return out
}

// tidy rounds a measured error to what can be read.
func tidy(x float64) float64 { return math.Round(x*100) / 100 }
