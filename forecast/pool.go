package forecast

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/mathext"

	"entente"
)

// The methods of forecasting a rung, in the order of [Methods].
const (
	ClassRate    = "class rate"    // Aalen-Johansen incidence of the class, given the time held
	ConstantRate = "constant rate" // events by risk years of the class, as if time held did not matter
	DecayRate    = "decay rate"    // the same with what is long ago counting less
	EventModel   = "event model"   // the group's own acts run forward
	Bargaining   = "bargaining"    // the spatial model of the members' positions
	Pooled       = "pooled"        // the logarithmic pool of all that has earned a weight
)

// Methods lists the methods that every group of the class has, in the order in which
// they are scored.
var Methods = []string{ClassRate, ConstantRate, DecayRate}

// fades are the half-lives, in years of the calendar, that the decay rate chooses from,
// and fadesOver how many of the last years they are compared on.
var fades = []float64{8, 16, 32}

const fadesOver = 30

// Singles returns what each of [Methods] says a group will do that has held the first
// rung of the class for the years held: reach the second within the further years, in
// ascending order. The result is by method, then by further time. origin is the day up
// to which the class is known. ok is false for a class without risk time. A rate
// counts half an event more than was seen (Jeffreys), so that none is ever zero.
func (c *Class) Singles(origin entente.Day, held float64, years []float64) (p [][]float64, ok bool) {
	curve := estimate(c.Spells())
	if !(curve.RiskYears > 0) {
		return nil, false
	}
	constant, decay := seen{float64(curve.Events), curve.RiskYears}, c.fading(origin)
	p = make([][]float64, len(Methods))
	for k := range p {
		p[k] = make([]float64, len(years))
	}
	for i, h := range years {
		p[1][i], p[2][i] = constant.within(h), decay.within(h)
		chance, atRisk := curve.Chance(held, h)
		if atRisk == 0 {
			chance = p[1][i]
		}
		p[0][i] = min(max(chance, 0), 1) // what rounding leaves
	}
	return p, true
}

// seen is how many events a risk time in years has brought, both perhaps weighted.
type seen struct{ events, years float64 }

// within is the chance of an event within some years at the rate seen.
func (s seen) within(years float64) float64 { return -math.Expm1(-(s.events + 0.5) / s.years * years) }

// interval is the 95 % of that chance, by Jeffreys' gamma distribution of the rate.
func (s seen) interval(years float64) (low, high float64) {
	end := func(p float64) float64 {
		return -math.Expm1(-mathext.GammaIncRegInv(s.events+0.5, p) / s.years * years)
	}
	return end(0.025), end(0.975)
}

// fading weighs the events and the risk time of the class, past years counting by the
// half-life under which the events of each of the last years would have been foretold
// best.
func (c *Class) fading(origin entente.Day) seen {
	// Events and risk time of each year ago; what is longer ago is weighed below.
	var events, risk [fadesOver]float64
	for i := range c.Members {
		m := &c.Members[i]
		begun := Years(m.Since, origin)
		ended := begun - m.Years
		for ago := int(max(ended, 0)); ago < fadesOver && float64(ago) < begun; ago++ {
			risk[ago] += min(float64(ago+1), begun) - max(float64(ago), ended)
		}
		if m.Outcome == Event && ended < fadesOver {
			events[int(max(ended, 0))]++
		}
	}
	best, result := math.Inf(-1), seen{}
	for _, half := range fades {
		decay := math.Ln2 / half
		// The half event more than was seen does not fade.
		e, r, score := 0.0, 0.0, 0.0
		for i := range c.Members {
			m := &c.Members[i]
			begun := Years(m.Since, origin)
			if begun <= fadesOver {
				continue
			}
			ended := max(begun-m.Years, fadesOver)
			r += (math.Exp(-decay*(ended-fadesOver)) - math.Exp(-decay*(begun-fadesOver))) / decay
			if m.Outcome == Event && begun-m.Years >= fadesOver {
				e += math.Exp(-decay * (ended - fadesOver))
			}
		}
		year := math.Exp(-decay)
		for ago := fadesOver - 1; ago >= 0; ago-- {
			if r > 0 && risk[ago] > 0 {
				mean := (e + 0.5) / r * risk[ago]
				lg, _ := math.Lgamma(events[ago] + 1)
				score += events[ago]*math.Log(mean) - mean - lg
			}
			e, r = e*year+events[ago], r*year+risk[ago]
		}
		if r > 0 && score > best {
			best, result = score, seen{e, r}
		}
	}
	return result
}

// clip is how near to 0 or 1 a probability may come where its logarithm is taken.
const clip = 1e-6

func logit(p float64) float64 {
	p = min(max(p, clip), 1-clip)
	return math.Log(p / (1 - p))
}

// Pool is the logarithmic opinion pool of probabilities of one event: the odds are the
// product of the odds, each to the power of its weight (Genest & Zidek 1986,
// Statistical Science 1:114). Weights are not negative and add up to 1; a missing
// probability (NaN) leaves its weight to the others.
func Pool(p, weights []float64) float64 {
	sum, total := 0.0, 0.0
	for k, w := range weights {
		if w > 0 && !math.IsNaN(p[k]) {
			sum += w * logit(p[k])
			total += w
		}
	}
	if total == 0 {
		return math.NaN()
	}
	return 1 / (1 + math.Exp(-sum/total))
}

// fewestEvents is how many events past forecasts must have seen before a claim, or a
// weight, rests on them.
const fewestEvents = 20

// Trial is one past forecast with what became of it.
type Trial struct {
	P       []float64 // by method
	Reached bool
}

// LearnWeights returns the weights of the pool under which past forecasts would have had
// the best log score, drawn towards equal weights as if by as many further forecasts as
// enter here: sum over methods of fewestEvents/methods * log w (a Dirichlet prior).
// events is how many different events are among the trials; with fewer than 20 of them
// the weights are equal. start, unless nil, is where the search begins.
func LearnWeights(trials []Trial, methods, events int, start []float64) []float64 {
	w := slices.Repeat([]float64{1 / float64(methods)}, methods)
	if events < fewestEvents || methods < 2 {
		return w
	}
	l := newOdds(trials, methods)
	// Overlapping horizons repeat an event over several origins; the prior is scaled to
	// what one event counts.
	repeat := 0.0
	for i := range trials {
		if trials[i].Reached {
			repeat++
		}
	}
	l.prior = repeat / float64(events) * fewestEvents / float64(methods)
	if start != nil {
		copy(w, start)
	}
	// Exponentiated gradient with a step that is halved until it climbs (Kivinen &
	// Warmuth 1997, Information and Computation 132:1).
	next, gradient, ahead := make([]float64, methods), make([]float64, methods), make([]float64, methods)
	now := l.value(w, gradient)
	step := 1 / float64(len(trials))
	for range 200 {
		gain := 0.0
		for range 30 {
			total := 0.0
			for k := range w {
				next[k] = max(w[k]*math.Exp(min(step*gradient[k], 50)), 1e-9)
				total += next[k]
			}
			for k := range next {
				next[k] /= total
			}
			if v := l.value(next, ahead); v > now {
				gain, now = v-now, v
				w, next, gradient, ahead = next, w, ahead, gradient
				step *= 2
				break
			}
			step /= 2
		}
		if gain <= 1e-7*math.Abs(now) {
			break
		}
	}
	return w
}

// odds are the log odds of trials by method, turned so that those of what came are
// positive.
type odds struct {
	rows    []float64
	methods int
	prior   float64
}

func newOdds(trials []Trial, methods int) *odds {
	o := &odds{methods: methods, rows: make([]float64, 0, len(trials)*methods)}
	for i := range trials {
		for _, p := range trials[i].P[:methods] {
			x := logit(p)
			if !trials[i].Reached {
				x = -x
			}
			o.rows = append(o.rows, x)
		}
	}
	return o
}

// value is the log score of the pool with its prior, and its gradient.
func (o *odds) value(w, gradient []float64) float64 {
	sum, product := 0.0, 1.0
	clear(gradient)
	for i := 0; i < len(o.rows); i += o.methods {
		row := o.rows[i : i+o.methods]
		e := math.Exp(-dotted(w, row)) // at most 1e6
		product *= 1 + e
		if product > 1e290 {
			sum -= math.Log(product)
			product = 1
		}
		missed := e / (1 + e)
		for k, x := range row {
			gradient[k] += missed * x
		}
	}
	sum -= math.Log(product)
	for k, x := range w {
		sum += o.prior * math.Log(x)
		gradient[k] += o.prior / x
	}
	return sum
}

func dotted(w, x []float64) float64 {
	sum := 0.0
	for k, v := range w {
		sum += v * x[k]
	}
	return sum
}
