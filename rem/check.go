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
					values[k][run] = properties[k].of(made)
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
		c := Check{Property: p.name, Observed: real(p.of(events[first:]))}
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

// property is a number that sums up a run of events.
type property struct {
	name string
	of   func(events []Event) float64
}

// properties lists what is worth checking in the events of the design, where a model
// says when they come, and of how many actors they are.
func (d *Design) properties(pace, size bool) []property {
	n := len(d.data.Actors)
	degrees := func(events []Event) []float64 {
		degree := make([]float64, n)
		for i := range events {
			for _, a := range slices.Concat(events[i].From, events[i].To) {
				degree[a]++
			}
		}
		return degree
	}
	var list []property
	add := func(name string, of func([]Event) float64) { list = append(list, property{name, of}) }
	if pace {
		add("events", func(e []Event) float64 { return float64(len(e)) })
		add("variation of waits (s.d. / mean)", func(e []Event) float64 {
			var waits []float64
			for k := 1; k < len(e); k++ {
				waits = append(waits, e[k].Time-e[k-1].Time)
			}
			m, sd := moments(waits)
			return sd / m
		})
	}
	if d.Model.Family == Hyper && size {
		add("mean size", func(e []Event) float64 {
			sum := 0.0
			for i := range e {
				sum += float64(len(e[i].From) + len(e[i].To))
			}
			return sum / max(1, float64(len(e)))
		})
		add("share of three or more", func(e []Event) float64 {
			sum := 0.0
			for i := range e {
				if len(e[i].From)+len(e[i].To) > 2 {
					sum++
				}
			}
			return sum / max(1, float64(len(e)))
		})
	}
	add("largest share of one actor", func(e []Event) float64 { return slices.Max(degrees(e)) / max(1, float64(len(e))) })
	add("inequality of activity (s.d. / mean)", func(e []Event) float64 {
		m, sd := moments(degrees(e))
		return sd / m
	})
	if d.Model.Family == Rate && len(d.data.Events[0].To) == 0 {
		return list
	}
	add("share of repeated sets", func(e []Event) float64 {
		seen := map[string]bool{}
		repeated := 0.0
		for i := range e {
			key := fmt.Sprint(sorted(e[i].From), sorted(e[i].To))
			if seen[key] {
				repeated++
			}
			seen[key] = true
		}
		return repeated / max(1, float64(len(e)))
	})
	met := func(e []Event) [][]bool {
		tie := make([][]bool, n)
		for a := range tie {
			tie[a] = make([]bool, n)
		}
		for i := range e {
			all := slices.Concat(e[i].From, e[i].To)
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
	add("mean number of partners", func(e []Event) float64 {
		sum := 0.0
		for _, row := range met(e) {
			for _, t := range row {
				if t {
					sum++
				}
			}
		}
		return sum / float64(n)
	})
	add("transitivity of partners", func(e []Event) float64 {
		tie := met(e)
		closed, open := 0.0, 0.0
		for a := range n {
			for b := range n {
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
	})
	if len(d.data.Events[0].To) > 0 {
		add("share of reciprocated ties", func(e []Event) float64 {
			tie := map[[2]int32]bool{}
			for i := range e {
				for _, a := range e[i].From {
					for _, b := range e[i].To {
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
		})
	}
	return list
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
