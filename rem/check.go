package rem

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"sync"
)

// Draw draws coefficients from the normal distribution of the estimates: what the
// data leave open. Fixed coefficients stay.
func (f *Fit) Draw(random *rand.Rand) []float64 {
	theta, p, q := f.Theta(), len(f.Terms), len(f.free)
	root := submatrix(f.Covariance, p, f.free)
	if !cholesky(root, q) {
		return theta
	}
	z := make([]float64, q)
	for a := range z {
		z[a] = random.NormFloat64()
	}
	for a, i := range f.free {
		theta[i] += dot(root[a*q:a*q+a+1], z)
	}
	return theta
}

// Check compares a property of the events of the record with what the fitted
// model makes when it is run forward over the same stretch.
type Check struct {
	Property string `json:"property"`
	Observed real   `json:"observed"`
	Low      real   `json:"low"` // 5% of the runs lie below
	Median   real   `json:"median"`
	High     real   `json:"high"` // 5% of the runs lie above
	// P is the share of runs at least as far out as the record, on either side: small
	// when the model does not make such records.
	P real `json:"p"`
}

// history is the share of the record that the runs of Checks start from.
const history = 3

// Checks runs a fitted model forward from the first third of the record, as many
// times as runs says, and compares degree, size, repetition, closure and, with
// waiting times, pace with those of the rest of the record. choice and its fit complete
// a rate model of directed events or a model of size, as in [Simulation]; otherwise nil.
func (d *Design) Checks(ctx context.Context, fit *Fit, choice *Design, choiceFit *Fit, runs int, seed uint64) ([]Check, error) {
	if runs < 20 {
		return nil, fmt.Errorf("%d runs; 20 at least tell a range", runs)
	}
	acts := d
	if choice != nil {
		acts = choice
	}
	events := acts.data.Events
	first := len(events) / history
	for first > 0 && first < len(events) && events[first].Time == events[first-1].Time {
		first++
	}
	if first == 0 || len(events)-first < 10 {
		return nil, errors.New("the record is too short to be simulated in part")
	}
	s := Simulation{Design: d, Theta: fit.Theta(), Choice: choice, After: events[first-1].Time, Seed: seed}
	if choice != nil {
		s.ChoiceTheta = choiceFit.Theta()
	}
	if s.Until = d.End(); !d.Model.Interval {
		s.Until, s.Events = 0, len(events)-first
	}
	properties := acts.properties(d.Model.Interval, d.Model.OfSizes || d.Model.RiskSet.MaxSize > 0)
	values := make([][]float64, len(properties))
	for k := range values {
		values[k] = make([]float64, runs)
	}
	problems := make([]error, runs)
	next := make(chan int)
	var wait sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		wait.Go(func() {
			for run := range next {
				made, err := s.Run(ctx, run)
				problems[run] = err
				for k := range properties {
					values[k][run] = properties[k].of(made, acts.Actors)
				}
			}
		})
	}
	for run := range runs {
		next <- run
	}
	close(next)
	wait.Wait()
	for _, err := range problems {
		if err != nil {
			return nil, err
		}
	}
	var checks []Check
	for k, p := range properties {
		c := Check{Property: p.name, Observed: real(p.of(events[first:], acts.Actors))}
		v := values[k]
		slices.Sort(v)
		at := func(q float64) real { return real(v[int(q*float64(runs-1)+.5)]) }
		c.Low, c.Median, c.High = at(.05), at(.5), at(.95)
		below, above := 0, 0
		for _, x := range v {
			if real(x) <= c.Observed {
				below++
			}
			if real(x) >= c.Observed {
				above++
			}
		}
		c.P = real(min(1, 2*float64(1+min(below, above))/float64(runs+1)))
		checks = append(checks, c)
	}
	return checks, nil
}

// property is a number that sums up a run of events of so many actors.
type property struct {
	name string
	of   func(events []Event, actors int) float64
}

// properties lists what is worth checking in the events of the design, where a model
// says when they come, and of how many actors they are.
func (d *Design) properties(pace, size bool) []property {
	var list []property
	if pace {
		list = append(list, property{"events", func(events []Event, _ int) float64 { return float64(len(events)) }},
			property{"variation of waits (s.d. / mean)", variationOfWaits})
	}
	if d.Model.Family == Hyper && size {
		list = append(list, property{"mean size", meanSize}, property{"share of three or more", shareOfLarge})
	}
	list = append(list, property{"largest share of one actor", largestShare}, property{"inequality of activity (s.d. / mean)", inequality})
	directed := len(d.data.Events[0].To) > 0
	if d.Model.Family == Rate && !directed {
		return list
	}
	list = append(list, property{"share of repeated sets", shareRepeated}, property{"mean number of partners", meanPartners},
		property{"transitivity of partners", transitivity})
	if directed {
		list = append(list, property{"share of reciprocated ties", shareReciprocated})
	}
	return list
}

func variationOfWaits(events []Event, _ int) float64 {
	var waits []float64
	for k := 1; k < len(events); k++ {
		waits = append(waits, events[k].Time-events[k-1].Time)
	}
	return variation(waits)
}

func variation(x []float64) float64 {
	mean, sd := moments(x)
	return sd / mean
}

// meanOver averages over events; 0 without any.
func meanOver(events []Event, of func(e *Event) float64) float64 {
	sum := 0.0
	for i := range events {
		sum += of(&events[i])
	}
	return sum / max(1, float64(len(events)))
}

func meanSize(events []Event, _ int) float64 {
	return meanOver(events, func(e *Event) float64 { return float64(len(e.From) + len(e.To)) })
}

func shareOfLarge(events []Event, _ int) float64 {
	return meanOver(events, func(e *Event) float64 {
		if len(e.From)+len(e.To) > 2 {
			return 1
		}
		return 0
	})
}

// activity counts the events of each actor.
func activity(events []Event, actors int) []float64 {
	count := make([]float64, actors)
	for i := range events {
		for _, a := range slices.Concat(events[i].From, events[i].To) {
			count[a]++
		}
	}
	return count
}

func largestShare(events []Event, actors int) float64 {
	return slices.Max(activity(events, actors)) / max(1, float64(len(events)))
}

func inequality(events []Event, actors int) float64 { return variation(activity(events, actors)) }

func shareRepeated(events []Event, _ int) float64 {
	seen := map[string]bool{}
	return meanOver(events, func(e *Event) float64 {
		key := fmt.Sprint(sorted(e.From), sorted(e.To))
		if seen[key] {
			return 1
		}
		seen[key] = true
		return 0
	})
}

// partners says who has acted together with whom, or towards whom.
func partners(events []Event, actors int) [][]bool {
	tie := make([][]bool, actors)
	for a := range tie {
		tie[a] = make([]bool, actors)
	}
	for i := range events {
		all := slices.Concat(events[i].From, events[i].To)
		for _, a := range all {
			for _, b := range all {
				if a != b {
					tie[a][b] = true
				}
			}
		}
	}
	return tie
}

func meanPartners(events []Event, actors int) float64 {
	sum := 0.0
	for _, row := range partners(events, actors) {
		for _, tie := range row {
			if tie {
				sum++
			}
		}
	}
	return sum / float64(actors)
}

func transitivity(events []Event, actors int) float64 {
	tie := partners(events, actors)
	closed, open := 0.0, 0.0
	for a := range actors {
		for b := range actors {
			for c := range b {
				if tie[a][b] && tie[a][c] {
					open++
					if tie[b][c] {
						closed++
					}
				}
			}
		}
	}
	return closed / max(1, open)
}

func shareReciprocated(events []Event, _ int) float64 {
	tie := map[[2]int32]bool{}
	for i := range events {
		for _, a := range events[i].From {
			for _, b := range events[i].To {
				tie[[2]int32{a, b}] = true
			}
		}
	}
	both := 0.0
	for t := range tie {
		if tie[[2]int32{t[1], t[0]}] {
			both++
		}
	}
	return both / max(1, float64(len(tie)))
}

func moments(x []float64) (mean, sd float64) {
	for _, v := range x {
		mean += v / float64(len(x))
	}
	for _, v := range x {
		sd += (v - mean) * (v - mean)
	}
	return mean, math.Sqrt(sd / float64(max(1, len(x)-1)))
}
