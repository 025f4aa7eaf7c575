package forecast

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"math"
	"runtime"
	"slices"
	"strconv"
	"sync"

	"entente"
	"entente/score"
)

// Past is one forecast that was made as of a past day, before what it speaks of was
// known, with what became of it.
type Past struct {
	Target  string      `json:"target"`  // r1..r8, or what else was asked
	Subject string      `json:"subject"` // the group, or the pair of states
	Origin  entente.Day `json:"origin"`
	Years   float64     `json:"horizon_years"`
	From    int         `json:"from"`          // the rung held, -1 where there is none
	Held    float64     `json:"held"`          // years
	P       []float64   `json:"probabilities"` // by method
	Event   string      `json:"-"`             // the event that came, by which repeated ones are told; "" when none did
	// Wait is for how many years the subject was followed from the origin, up to the event
	// or another end, and Ended how that ended (score.Censored, Came, Competing).
	Wait  float64 `json:"-"`
	Ended int     `json:"-"`
	open  bool    // not followed to the horizon
}

// GroupBacktest asks of every group of the class, as of past days and without the group
// itself, whether it would reach each rung it did not hold.
type GroupBacktest struct {
	Blocs    []entente.BlocRecord
	Origins  []entente.Day
	Horizons []float64 // years, ascending
	// Spread, if any, makes the forecasts of the origins elsewhere: what [GroupBacktest.At]
	// returns for each, in their order. nil: on the cores of this process.
	Spread func(ctx context.Context, origins []entente.Day) ([]Made, error)
	// Unpooled leaves the pool out, and so the weights of every origin and the seal.
	Unpooled bool
}

// ByMethod are the past forecasts and the methods of their probabilities; the last is
// the pool.
type ByMethod struct {
	Methods []string
	Past    []Past
	// Unsettled counts the forecasts left out because the record ends before their
	// horizon does and the rung was not reached by then.
	Unsettled int
	// Open are these forecasts; what they lack is weighed in by those who were followed as
	// long and further (score.Settled).
	Open    []Past
	Weights []WeightsOn
	latest  []latest
	last    map[float64]*shares // after all of them, by horizon
	// Hash is the SHA-256 of all forecasts as they were before any of them was scored.
	Hash string
}

// WeightsOn are the weights of the pool on a day.
type WeightsOn struct {
	Origin  entente.Day `json:"origin"`
	Years   float64     `json:"horizon_years"`
	Weights []float64   `json:"weights"`
	Events  int         `json:"events"` // past events behind them
}

// latest are the weights of the pool after all past forecasts of a horizon.
type latest struct {
	WeightsOn
	trials int
}

// learnLatest learns them.
func (b *ByMethod) learnLatest(asOf entente.Day) {
	years := b.horizons()
	b.latest = make([]latest, len(years))
	var wg sync.WaitGroup
	for k := range years {
		wg.Go(func() {
			var trials []Trial
			events := map[string]bool{}
			for i := range b.Past {
				e := &b.Past[i]
				if e.Years != years[k] {
					continue
				}
				trials = append(trials, Trial{e.P, e.Event != ""})
				if e.Event != "" {
					events[e.Event] = true
				}
			}
			w := LearnWeights(trials, len(Methods), len(events), nil)
			b.latest[k] = latest{WeightsOn{asOf, years[k], w, len(events)}, len(trials)}
		})
	}
	wg.Wait()
}

// Yearly returns the first of January of each year from one to another.
func Yearly(from, to int) []entente.Day {
	var days []entente.Day
	for y := from; y <= to; y++ {
		days = append(days, entente.DayOf(y, 1, 1))
	}
	return days
}

// Run makes the forecasts of every origin from the class as it stood then. It uses all
// cores and gives the same on any number of them.
func (g *GroupBacktest) Run(ctx context.Context) (*ByMethod, error) {
	if len(g.Blocs) < 2 {
		return nil, errors.New("a backtest over groups needs a reference class of at least two groups (blocs.csv)")
	}
	if len(g.Origins) == 0 || len(g.Horizons) == 0 {
		return nil, errors.New("a backtest needs origins and horizons")
	}
	spread := g.Spread
	if spread == nil {
		spread = g.onCores
	}
	results, err := spread(ctx, g.Origins)
	if err != nil {
		return nil, err
	}
	if len(results) != len(g.Origins) {
		return nil, fmt.Errorf("%d results of %d origins", len(results), len(g.Origins))
	}
	out := &ByMethod{Methods: append(slices.Clone(Methods), Pooled)}
	n := 0
	for i := range results {
		n += len(results[i].Past)
	}
	out.Past = make([]Past, 0, n)
	for _, r := range results {
		out.Past = append(out.Past, r.Past...)
		out.Open = append(out.Open, r.Open...)
		out.Unsettled += r.Unsettled
	}
	for i := range out.Open {
		out.Open[i].open = true
	}
	if len(out.Past) == 0 {
		return nil, fmt.Errorf("%w: from %s on", errUnsettled, g.Origins[0])
	}
	out.share()
	if !g.Unpooled {
		out.pool()
		out.seal()
	}
	return out, nil
}

// errUnsettled means that nothing can be scored.
var errUnsettled = errors.New("no forecast is settled by the end of the class's record")

// onCores makes the forecasts of all origins in this process.
func (g *GroupBacktest) onCores(ctx context.Context, origins []entente.Day) ([]Made, error) {
	results := make([]Made, len(origins))
	var wg sync.WaitGroup
	workers := min(runtime.GOMAXPROCS(0), len(origins))
	counted := *g
	counted.Blocs = onOneDay(g.Blocs)
	for w := range workers {
		wg.Go(func() {
			for i := w; i < len(origins) && ctx.Err() == nil; i += workers {
				results[i] = counted.At(origins[i])
			}
		})
	}
	wg.Wait()
	return results, ctx.Err()
}

// Made is what was forecast on one origin, and what came of it.
type Made struct {
	Past      []Past
	Open      []Past // not followed to their horizon
	Unsettled int
	// Counts are of acts; Thin says why nothing was forecast of them.
	Counts []CountPast
	Thin   string
}

// At makes the forecasts of one origin, without the pool.
func (g *GroupBacktest) At(origin entente.Day) Made {
	var out Made
	known := Cut(g.Blocs, origin)
	last := lastSeen(g.Blocs)
	var class Class
	var classes [lastTarget + 1][lastTarget + 1][2]*standingClass // by from, to and soft origin
	for i := range g.Blocs {
		b := &g.Blocs[i]
		if founded, ok := reached(b, 0); !ok || founded > origin || !b.Ended.IsZero() && standing(b.Ended) <= origin {
			continue
		}
		from, since := -1, entente.Day(0)
		for rung := range b.Rungs {
			if day, ok := reached(b, rung); ok && day <= origin {
				from, since = rung, day
			}
		}
		held := Years(since, origin)
		followed := last
		if !b.Censored.IsZero() {
			followed = min(followed, standing(b.Censored))
		}
		for to := 1; to <= lastTarget; to++ {
			goal, has := reached(b, to)
			if has && goal <= origin {
				continue
			}
			standing := &classes[from][to][int(indicator(b.Soft))]
			if *standing == nil {
				class.fill(known, from, to, Filter{Soft: b.Soft})
				*standing = class.on(origin)
			}
			// A rung reached after the record of others ends would be a success without its
			// failures: what is not followed to the horizon does not count, whatever came.
			settled := 0
			for settled < len(g.Horizons) && horizon(origin, g.Horizons[settled]) <= followed {
				settled++
			}
			asked := g.Horizons
			if g.Unpooled {
				asked = asked[:settled]
			}
			p, ok := (*standing).singles(b.ID, held, asked)
			if !ok {
				continue
			}
			out.Unsettled += len(g.Horizons) - settled
			target := "r" + strconv.Itoa(to)
			wait, ended := waited(b, origin, followed, goal, has)
			for k, h := range asked {
				f := Past{Target: target, Subject: b.ID, Origin: origin, Years: h, From: from, Held: held, P: make([]float64, 0, len(Methods)+1)}
				f.Wait, f.Ended = wait, ended
				if has && goal <= min(f.ends(), followed) {
					f.Event = b.ID + " " + target
				}
				for m := range p {
					f.P = append(f.P, p[m][k])
				}
				if k >= settled {
					out.Open = append(out.Open, f)
					continue
				}
				out.Past = append(out.Past, f)
			}
		}
	}
	return out
}

// waited is for how long a group was followed from an origin on, until it reached the
// rung, dissolved or was last looked at, and which of these it was.
func waited(b *entente.BlocRecord, origin, followed, goal entente.Day, has bool) (years float64, ended int) {
	end, ended := followed, score.Censored
	if !b.Ended.IsZero() && standing(b.Ended) <= followed {
		end, ended = standing(b.Ended), score.Competing
	}
	if has && goal <= end {
		end, ended = goal, score.Came
	}
	return max(Years(origin, end), 0), ended
}

// lastSeen is the day up to which a class was followed: the last on which a group was
// looked at.
func lastSeen(blocs []entente.BlocRecord) entente.Day {
	var last entente.Day
	for i := range blocs {
		if !blocs[i].Censored.IsZero() {
			last = max(last, standing(blocs[i].Censored))
		}
	}
	return last
}

// pool adds the pool of each forecast, with weights learnt from those that were settled
// by its origin.
func (b *ByMethod) pool() {
	methods := len(b.Methods) - 1
	b.eachHorizon(func(order []*Past) {
		var trials []Trial
		events := map[string]bool{}
		var w []float64
		var origin entente.Day
		learnt := -1
		inTime(order, func(e *Past) {
			trials = append(trials, Trial{e.P, e.Event != ""})
			if e.Event != "" {
				events[e.Event] = true
			}
		}, func(f *Past) {
			if learnt < 0 || f.Origin != origin {
				if len(trials) != learnt {
					w, learnt = LearnWeights(trials, methods, len(events), w), len(trials)
				}
				origin = f.Origin
				b.Weights = append(b.Weights, WeightsOn{f.Origin, f.Years, w, len(events)})
			}
			f.P = append(f.P, Pool(f.P, w))
		})
	})
}

// ends is the day on which the forecast is settled.
func (f *Past) ends() entente.Day { return horizon(f.Origin, f.Years) }

// horizon is the day some years after another.
func horizon(from entente.Day, years float64) entente.Day {
	return from + entente.Day(math.Round(years*yearDays))
}

// seal notes the hash of the forecasts.
func (b *ByMethod) seal() {
	h := sha256.New()
	for i := range b.Past {
		f := &b.Past[i]
		fmt.Fprintf(h, "%s\t%s\t%s\t%g\t%x\n", f.Target, f.Subject, f.Origin, f.Years, f.P)
	}
	b.Hash = "sha256:" + hex.EncodeToString(h.Sum(nil))
}
