package forecast

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/mathext"

	"entente"
)

// The methods of forecasting a rung, in the order of [Methods].
const (
	ClassRate    = "class rate"    // Aalen-Johansen incidence of the class, given the time held
	ConstantRate = "constant rate" // events by risk years of the class, as if time held did not matter
	DecayRate    = "decay rate"    // the same with what is long ago counting less
	PastShare    = "past share"    // how often such forecasts came true before; see [shares]
	EventModel   = "event model"   // the group's own acts run forward
	Bargaining   = "bargaining"    // the spatial model of the members' positions
	Pooled       = "pooled"        // the logarithmic pool of all that has earned a weight
)

// Methods lists the methods that every group of the class has, in the order in which
// they are scored.
var Methods = []string{ClassRate, ConstantRate, DecayRate, PastShare}

// singles is how many of them need no past forecasts.
const singles = 3

// fades are the half-lives, in years of the calendar, that the decay rate chooses from,
// and fadesOver how many of the last years they are compared on.
var fades = [...]float64{8, 16, 32}

const fadesOver = 30

// Singles returns what each of [Methods] but the past share says a group will do that has
// held the first rung of the class for the years held: reach the second within the further
// years, in ascending order. The result is by method, then by further time. origin is the
// day up to which the class is known. ok is false for a class without risk time. A rate
// counts half an event more than was seen (Jeffreys), so that none is ever zero.
func (c *Class) Singles(origin entente.Day, held float64, years []float64) (p [][]float64, ok bool) {
	return c.on(origin).singles("", held, years)
}

// standingClass is a class as known on a day, ready to be asked with any one group left
// out.
type standingClass struct {
	waits   []begun   // by years
	spells  []Spell   // theirs
	weights []float64 // all 1
	tally
}

// begun is a spell that began some years ago.
type begun struct {
	Spell
	ago float64
}

// tally counts the events and the risk time of a class: all of it, of each of the last
// years, and of what is longer ago, weighed by each of fades.
type tally struct {
	all    seen
	recent [fadesOver]seen
	older  [len(fades)]seen
}

// on readies the class.
func (c *Class) on(origin entente.Day) *standingClass {
	s := &standingClass{waits: make([]begun, len(c.Members)), spells: make([]Spell, len(c.Members)),
		weights: slices.Repeat([]float64{1}, len(c.Members))}
	for i := range c.Members {
		s.waits[i] = begun{c.Members[i].Spell, Years(c.Members[i].Since, origin)}
	}
	slices.SortFunc(s.waits, func(a, b begun) int { return bySpell(a.Spell, b.Spell) })
	for i, w := range s.waits {
		s.spells[i] = w.Spell
		s.add(1, w)
	}
	return s
}

// add counts a spell, or with times -1 takes it out.
func (t *tally) add(times float64, m begun) {
	ended := m.ago - m.Years
	event := 0.0
	if m.Outcome == Event {
		event = times
	}
	t.all.events += event
	t.all.years += times * m.Years
	for ago := int(max(ended, 0)); ago < fadesOver && float64(ago) < m.ago; ago++ {
		t.recent[ago].years += times * (min(float64(ago+1), m.ago) - max(float64(ago), ended))
	}
	if ended < fadesOver {
		t.recent[int(max(ended, 0))].events += event
	}
	if m.ago <= fadesOver {
		return
	}
	for k, half := range fades {
		decay := math.Ln2 / half
		last := math.Exp(-decay * (max(ended, fadesOver) - fadesOver))
		t.older[k].years += times * (last - math.Exp(-decay*(m.ago-fadesOver))) / decay
		if ended >= fadesOver {
			t.older[k].events += event * last
		}
	}
}

// without returns the tally without one group, and where that stands among the spells,
// -1 if it is none of them.
func (s *standingClass) without(group string) (rest tally, at int) {
	rest = s.tally
	at = slices.IndexFunc(s.spells, func(m Spell) bool { return m.ID == group })
	if at >= 0 {
		rest.add(-1, s.waits[at])
	}
	return rest, at
}

// singles is [Class.Singles] without one group.
func (s *standingClass) singles(group string, held float64, years []float64) (p [][]float64, ok bool) {
	rest, at := s.without(group)
	if rest.all.years < 1e-9 { // what rounding leaves of nothing
		return nil, false
	}
	p = make([][]float64, singles)
	if len(years) == 0 {
		return p, true
	}
	all := make([]float64, len(p)*len(years))
	for k := range p {
		p[k] = all[k*len(years) : (k+1)*len(years)]
	}
	decay := rest.fading()
	for i, h := range years {
		p[1][i], p[2][i] = rest.all.within(h), decay.within(h)
	}
	if at >= 0 {
		s.weights[at] = 0
		defer func() { s.weights[at] = 1 }()
	}
	first, _ := slices.BinarySearchFunc(s.spells, held, upTo)
	if !incidence(p[0], s.spells[first:], s.weights[first:], held, years) {
		copy(p[0], p[1])
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

// fading weighs the events and the risk time, past years counting by the half-life under
// which the events of each of the last years would have been foretold best.
func (t *tally) fading() seen {
	best, result := math.Inf(-1), seen{}
	for k, half := range fades {
		// The half event more than was seen does not fade.
		s, year, score := t.older[k], math.Exp(-math.Ln2/half), 0.0
		for ago := fadesOver - 1; ago >= 0; ago-- {
			now := t.recent[ago]
			if s.years > 0 && now.years > 0 { // Poisson, up to what all half-lives share
				mean := (s.events + 0.5) / s.years * now.years
				score -= mean
				if now.events > 0 {
					score += now.events * math.Log(mean)
				}
			}
			s.events, s.years = s.events*year+now.events, s.years*year+now.years
		}
		if s.years > 0 && score > best {
			best, result = score, s
		}
	}
	return result
}

// clip is how near to 0 or 1 a probability may come where its logarithm is taken: classes
// of some tens of groups cannot tell what is rarer.
const clip = 0.005

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
	l.climb(w)
	return w
}

// climb moves weights to the maximum by Newton steps that keep their sum. The value is
// concave and falls without bound towards a weight of 0.
func (o *odds) climb(w []float64) {
	n := o.methods
	bordered, right, step := mat.NewDense(n+1, n+1, nil), mat.NewVecDense(n+1, nil), mat.NewVecDense(n+1, nil)
	next, ahead := make([]float64, n), make([]float64, n)
	gradient, curvature := make([]float64, n), make([]float64, n*n)
	now := o.value(w, gradient, curvature)
	for range 50 {
		for i := range n {
			for j := range n {
				bordered.Set(i, j, curvature[i*n+j])
			}
			bordered.Set(i, n, 1)
			bordered.Set(n, i, 1)
			right.SetVec(i, gradient[i])
		}
		if step.SolveVec(bordered, right) != nil {
			return
		}
		gain, length := 0.0, 1.0
		for i := range n {
			d := step.AtVec(i)
			gain += gradient[i] * d
			if d < 0 { // no weight loses more than nine tenths at once
				length = min(length, -0.9*w[i]/d)
			}
		}
		if !(gain > 1e-9*math.Abs(now)) {
			return
		}
		for ; ; length /= 2 {
			if length < 1e-6 {
				return
			}
			for i := range n {
				next[i] = w[i] + length*step.AtVec(i)
			}
			if v := o.value(next, ahead, curvature); v > now {
				now = v
				break
			}
		}
		copy(w, next)
		gradient, ahead = ahead, gradient
	}
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

// value is the log score of the pool with its prior, its gradient and, row by row, minus
// its second derivatives.
func (o *odds) value(w, gradient, curvature []float64) float64 {
	sum, product := 0.0, 1.0
	clear(gradient)
	clear(curvature)
	for i := 0; i < len(o.rows); i += o.methods {
		row := o.rows[i : i+o.methods]
		e := math.Exp(-dotted(w, row)) // at most 1e6
		product *= 1 + e
		if product > 1e290 {
			sum -= math.Log(product)
			product = 1
		}
		missed := e / (1 + e)
		spread := missed / (1 + e)
		for k, x := range row {
			gradient[k] += missed * x
			for j, y := range row {
				curvature[k*o.methods+j] += spread * x * y
			}
		}
	}
	sum -= math.Log(product)
	for k, x := range w {
		sum += o.prior * math.Log(x)
		gradient[k] += o.prior / x
		curvature[k*o.methods+k] += o.prior / (x * x)
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
