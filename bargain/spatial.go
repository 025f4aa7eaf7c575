package bargain

import (
	"context"
	"errors"
	"fmt"
	"math"
)

// Constants of the spatial model's published settings.
const (
	leastGain     = 1e-5 // a challenge must promise more than this
	coalitionBase = 1e-8 // strength of an empty coalition between options
	challengeBase = 1e-10
	offerBase     = 1e-6  // added to the mover's own weight in an offer
	tie           = 1e-12 // gains and probabilities nearer than this are equal: the first counts
)

// Stop says when a run ends; the zero value is the published setting.
type Stop struct {
	MinSteps int     // not before this many steps; 2
	MaxSteps int     // at the latest after this many; 100
	Ratio    float64 // when a step moves less than this part of the first; 0.02
	Floor    float64 // added to the first step's movement in that ratio; 1e-4
}

func (s Stop) orPublished() Stop {
	if s.MinSteps == 0 {
		s.MinSteps = 2
	}
	if s.MaxSteps == 0 {
		s.MaxSteps = 100
	}
	if s.Ratio == 0 {
		s.Ratio = 0.02
	}
	if s.Floor == 0 {
		s.Floor = 1e-4
	}
	return s
}

// Run is a bargain played step by step.
type Run struct {
	// Steps is the number of steps taken; Rounds has one entry more.
	Steps  int     `json:"steps"`
	Rounds []Round `json:"rounds"`
	// Settled says why the run ended.
	Settled string `json:"settled"`
}

// Round is the state before a step and what happens in it; the last Round has the
// final positions alone.
type Round struct {
	Turn int `json:"turn"`
	// Position has, for each actor, its position on each dimension (0..100).
	Position [][]float64 `json:"position"`
	// Probability is that of each actor's position to win, by capability alone.
	Probability []float64 `json:"win_probability,omitempty"`
	// Risk is each actor's attitude to risk, -0.5..1; above 0 is averse.
	Risk      []float64  `json:"risk_R,omitempty"`
	Proposals []Proposal `json:"proposals,omitempty"`
	Accepted  []Choice   `json:"accepted,omitempty"`
	// NearTies names actors whose two best options differ by less than 1e-9.
	NearTies []string `json:"near_ties,omitempty"`
}

// Proposal is one actor's challenge of another.
type Proposal struct {
	Initiator      string    `json:"initiator"`
	Receiver       string    `json:"receiver"`
	OfferInitiator []float64 `json:"offer_initiator"` // where the initiator would go
	OfferReceiver  []float64 `json:"offer_receiver"`
	Gain           float64   `json:"gain"`  // expected utility over the status quo, seen by the initiator
	Win            float64   `json:"p_win"` // the initiator's view of its chance
}

// Choice is the option that an actor took: "status quo" or "initiator>receiver".
type Choice struct {
	Actor       string  `json:"actor"`
	Bargain     string  `json:"bargain"`
	Probability float64 `json:"probability"`
}

// Spatial plays the spatial model of politics in its variant with Condorcet
// probabilities (KAPSARC's SMP at default settings, after Bueno de Mesquita 1994;
// docs/bargaining.md has every rule). Positions and saliences are on 0..100.
func Spatial(ctx context.Context, issue *Issue, stop Stop) (*Run, error) {
	if err := issue.Check(); err != nil {
		return nil, err
	}
	e := newEngine(len(issue.Actors), len(issue.Dimensions))
	e.stop = stop.orPublished()
	for i, a := range issue.Actors {
		e.set(i, a.Capability, a.Position, a.Salience)
	}
	run := &Run{}
	e.play(func(moved float64) bool {
		run.Rounds = append(run.Rounds, e.round(issue, moved >= 0))
		return ctx.Err() == nil
	})
	run.Steps, run.Settled = e.steps, e.settled
	return run, ctx.Err()
}

// engine is the state of one run; it is used again for the next one. Matrices are
// slices by row; positions and saliences are in 0..1.
type engine struct {
	n, d int
	c    []float64 // capability
	s    []float64 // n x d salience
	sum  []float64 // salience over all dimensions
	w    []float64 // sum times capability
	norm []float64 // sum of squared saliences
	x    []float64 // n x d positions

	dist  []float64 // dist[j*n+i]: of i to the position of j
	worth []float64 // 1 less those
	base  []float64 // own utilities, risk of the owner: base[i*n+j] of the position of j
	total []float64 // sums of base by row
	risk  []float64
	p     []float64 // probability of each position

	// One actor's challenges.
	view, home, bound, gain, win []float64
	order                        []int

	offers  []offer
	judged  []float64 // worth of the status quo and of each offer to everyone
	next    []float64
	options []option
	utility []float64 // of an option for each actor, option by option
	chosen  []option
	wins    []float64

	stop    Stop
	steps   int
	settled string
	trace   bool
	close   []bool // chosen by less than 1e-9
}

type offer struct {
	from, to  int
	gain, win float64
	xi, xj    []float64
}

type option struct {
	offer int // -1: the status quo
	p     float64
}

func newEngine(n, d int) *engine {
	f := func(k int) []float64 { return make([]float64, k) }
	e := &engine{stop: Stop{}.orPublished(), n: n, d: d, c: f(n), s: f(n * d), sum: f(n), w: f(n), norm: f(n), x: f(n * d),
		dist: f(n * n), worth: f(n * n), base: f(n * n), total: f(n), risk: f(n), p: f(n), next: f(n * d),
		view: f(n), home: f(n), bound: f(n), gain: f(n), win: f(n), order: make([]int, 0, n),
		judged: f((n + 1) * n), utility: f((n + 1) * n), wins: f(n + 1), close: make([]bool, n), chosen: make([]option, n), offers: make([]offer, 0, n)}
	xs := f(2 * n * d)
	for range n {
		e.offers = append(e.offers, offer{xi: xs[:d:d], xj: xs[d : 2*d : 2*d]})
		xs = xs[2*d:]
	}
	return e
}

// set enters one actor, on 0..100.
func (e *engine) set(i int, capability float64, position, salience []float64) {
	e.c[i] = capability
	e.sum[i], e.norm[i] = 0, 0
	for k := range e.d {
		s := salience[k] / 100
		e.x[i*e.d+k] = position[k] / 100
		e.s[i*e.d+k] = s
		e.sum[i] += s
		e.norm[i] += s * s
	}
	e.w[i] = e.sum[i] * capability
}

// play steps until the positions rest. Seen, if given, is called before each step
// is carried out with its movement, and at the end with -1; when it says false the
// run is broken off.
func (e *engine) play(seen func(moved float64) bool) {
	e.steps, e.settled, e.trace = 0, "", seen != nil
	first := 0.0
	for {
		e.distances()
		if !e.attitudes() {
			e.settled = "no position is more likely to win than another: nobody moves"
			break
		}
		e.challenge()
		moved := e.choose()
		if seen != nil && !seen(moved) {
			return
		}
		copy(e.x, e.next)
		e.steps++
		if e.steps == 1 {
			first = moved
		}
		if e.steps >= e.stop.MinSteps && moved/(first+e.stop.Floor) < e.stop.Ratio {
			e.settled = fmt.Sprintf("the last step moved less than %v of the first", e.stop.Ratio)
			break
		}
		if e.steps >= e.stop.MaxSteps {
			e.settled = fmt.Sprintf("stopped after %d steps, not at rest", e.steps)
			break
		}
	}
	if seen != nil {
		seen(-1)
	}
}

// distances fills dist, each actor with its own weights; on one dimension they
// cancel.
func (e *engine) distances() {
	n := e.n
	for j := range n {
		row, x := e.dist[j*n:j*n+n], e.x[j*e.d:(j+1)*e.d]
		for i := range row {
			row[i] = e.distance(i, x)
		}
	}
}

func (e *engine) distance(i int, x []float64) float64 {
	if len(x) == 1 {
		return math.Abs(e.x[i] - x[0])
	}
	t := 0.0
	for k, v := range x {
		u := e.s[i*e.d+k] * (e.x[i*e.d+k] - v)
		t += u * u
	}
	return math.Sqrt(t / e.norm[i])
}

// utility of a distance of at most 1 for an attitude to risk.
func utility(d, risk float64) float64 { return (1 - d) * (1 + d*risk) }

// split returns what of v is above 0, and what is below with its sign turned. It
// does not branch: which way a vote goes cannot be foreseen.
func split(v float64) (pro, con float64) {
	bits := math.Float64bits(v)
	sign := uint64(int64(bits) >> 63)
	return math.Float64frombits(bits &^ sign), math.Float64frombits(bits & sign &^ (1 << 63))
}

// condorcet returns in p the probabilities of m options, of which u[o*n+k] is the
// utility of the o-th for the k-th voter. Voters count by weight.
func condorcet(p, u, weight []float64, m int) {
	n := len(weight)
	for a := range m {
		p[a] = 0.5
	}
	for a := range m {
		ua := u[a*n : a*n+n]
		for b := a + 1; b < m; b++ {
			ub := u[b*n : b*n+n][:len(ua)]
			pro, con := coalitionBase, coalitionBase
			for k, v := range ua {
				p, c := split(weight[k] * (v - ub[k]))
				pro += p
				con += c
			}
			p[a] *= pro / (pro + con)
			p[b] *= con / (pro + con)
		}
	}
	sum := 0.0
	for _, v := range p[:m] {
		sum += v
	}
	for a := range m {
		p[a] /= sum
	}
}

// probabilities of the positions, by capability alone and without risk.
func (e *engine) probabilities() {
	n := e.n
	for k, d := range e.dist {
		e.worth[k] = 1 - d
	}
	condorcet(e.p, e.worth, e.c, n)
}

// attitudes fills p and risk; false when they are not defined.
func (e *engine) attitudes() bool {
	e.probabilities()
	lo, hi := e.p[0], e.p[0]
	for _, v := range e.p {
		lo, hi = min(lo, v), max(hi, v)
	}
	if hi-lo <= tie*hi {
		return false
	}
	for i, v := range e.p {
		e.risk[i] = (3*v - (hi + 2*lo)) / (2 * (hi - lo))
	}
	return true
}

// challenge finds for each actor the challenge of greatest gain.
func (e *engine) challenge() {
	n := e.n
	e.offers = e.offers[:0]
	for i := range n {
		for k := range n {
			e.view[k] = (2*e.risk[i] + e.risk[k]) / 3
		}
		for k, d := range e.dist[i*n : i*n+n] {
			e.home[k] = utility(d, e.view[k])
		}
		// The gain is (1-u)(1-2s(1-P)), with u what the other's position is worth to i,
		// and so at most 1-u: the others are tried by that.
		order := e.order[:0]
		for j := range n {
			e.gain[j] = 0
			e.bound[j] = 1 - utility(e.dist[j*n+i], e.view[i])
			if j == i || e.bound[j] <= leastGain {
				continue
			}
			at := len(order)
			order = append(order, j)
			for ; at > 0 && e.bound[order[at-1]] < e.bound[j]; at-- {
				order[at] = order[at-1]
			}
			order[at] = j
		}
		top := leastGain
		for _, j := range order {
			if e.bound[j] < top-tie {
				break
			}
			e.gain[j], e.win[j] = e.contest(i, j)
			top = max(top, e.gain[j])
		}
		for j, g := range e.gain {
			if g > leastGain && g >= top-tie {
				e.offers = e.offers[:len(e.offers)+1]
				e.propose(&e.offers[len(e.offers)-1], i, j, g, e.win[j])
				break
			}
		}
	}
	for i := range n {
		total := 0.0
		for j := range n {
			u := utility(e.dist[j*n+i], e.risk[i])
			e.base[i*n+j] = u
			total += u
		}
		e.total[i] = total
	}
}

// contest returns what i expects to gain from challenging j and its chance to win
// with the help of third parties, seen by i: view has the attitudes that it lends
// to everyone, home what its own position is worth to everyone.
func (e *engine) contest(i, j int) (gain, win float64) {
	n := e.n
	there, view, home, weight := e.dist[j*n:j*n+n], e.view[:n], e.home[:n], e.w[:n]
	own, other := home[i], utility(there[i], view[i])
	ci, cj := challengeBase, challengeBase
	for _, v := range [2]float64{weight[i] * (own - other), weight[j] * (home[j] - utility(there[j], view[j]))} {
		pro, con := split(v)
		ci += pro
		cj += con
	}
	bi, bj := ci, cj
	for k, d := range there {
		if k == i || k == j {
			continue
		}
		// Third party k supports i with v; it weighs what siding brings if its side
		// wins and if it loses: p(2u_i+1)+(1-p)3u_j against p 3u_i+(1-p)(2u_j+1).
		w, ui, uj := weight[k], home[k], (1-d)*(1+d*view[k])
		a, b := split(w * (ui - uj))
		a += bi
		p := a / (a + (bj + b))
		pro, con := split(w * (p*(1-ui) - (1-p)*(1-uj)))
		ci += pro
		cj += con
	}
	win = ci / (ci + cj)
	s := e.sum[j]
	return (1-s)*2*own + s*(win*2*own+(1-win)*2*other) - (own + other), win
}

// propose writes the offer: both move towards each other by the other's weight.
func (e *engine) propose(o *offer, i, j int, gain, win float64) {
	o.from, o.to, o.gain, o.win = i, j, gain, win
	for k := range e.d {
		si, sj := e.s[i*e.d+k]*win, e.s[j*e.d+k]*(1-win)
		wi, wj := si*si, sj*sj
		xi, xj := e.x[i*e.d+k], e.x[j*e.d+k]
		o.xi[k] = rounded(((wi+offerBase)*xi + wj*xj) / (wi + offerBase + wj))
		o.xj[k] = rounded((wi*xi + (wj+offerBase)*xj) / (wi + wj + offerBase))
	}
}

// rounded to four decimals of the unit scale.
func rounded(x float64) float64 { return math.Trunc(0.5+10000*x) / 10000 }

// choose lets every actor take the most probable option of its queue, writes the
// new positions to next and returns the sum of the moves.
func (e *engine) choose() float64 {
	n := e.n
	copy(e.next, e.x)
	for o := range len(e.offers) + 1 {
		e.judge(e.judged[o*n:o*n+n], o-1)
	}
	moved := 0.0
	for k := range n {
		e.options = append(e.options[:0], option{offer: -1})
		for o := range e.offers {
			if e.offers[o].from == k || e.offers[o].to == k {
				e.options = append(e.options, option{offer: o})
			}
		}
		m := len(e.options)
		if m == 1 {
			e.chosen[k], e.close[k] = option{-1, 1}, false
			continue
		}
		for o, opt := range e.options {
			copy(e.utility[o*n:o*n+n], e.judged[(opt.offer+1)*n:])
		}
		condorcet(e.wins, e.utility, e.c, m)
		best := 0
		for o := 1; o < m; o++ {
			if e.wins[o] > e.wins[best]+tie {
				best = o
			}
		}
		e.close[k] = false
		if e.trace {
			for o := range m {
				e.close[k] = e.close[k] || o != best && math.Abs(e.wins[o]-e.wins[best]) < 1e-9
			}
		}
		e.chosen[k] = option{e.options[best].offer, e.wins[best]}
		if o := e.options[best].offer; o >= 0 {
			to := e.offers[o].xi
			if e.offers[o].to == k {
				to = e.offers[o].xj
			}
			move := 0.0
			for d, v := range to {
				move += (v - e.x[k*e.d+d]) * (v - e.x[k*e.d+d])
				e.next[k*e.d+d] = v
			}
			moved += math.Sqrt(move)
		}
	}
	return moved
}

// judge fills in what the positions after an offer are worth to each actor: the
// mean of its utilities for all positions.
func (e *engine) judge(into []float64, o int) {
	n := e.n
	if o < 0 {
		for a := range n {
			into[a] = e.total[a] / float64(n)
		}
		return
	}
	of := &e.offers[o]
	for a := range n {
		ui, uj := utility(e.distance(a, of.xi), e.risk[a]), utility(e.distance(a, of.xj), e.risk[a])
		into[a] = sumWith(e.base[a*n:a*n+n], of.from, ui, of.to, uj) / float64(n)
	}
}

// sumWith adds up a row in which two entries are replaced, in the row's order: where
// two options are worth the same, the order of adding decides between them.
func sumWith(row []float64, i int, ui float64, j int, uj float64) float64 {
	if j < i {
		i, ui, j, uj = j, uj, i, ui
	}
	t := 0.0
	for _, v := range row[:i] {
		t += v
	}
	t += ui
	for _, v := range row[i+1 : j] {
		t += v
	}
	t += uj
	for _, v := range row[j+1:] {
		t += v
	}
	return t
}

// round copies the state out, with the step where there is one.
func (e *engine) round(issue *Issue, step bool) Round {
	points := func(x []float64) []float64 {
		out := make([]float64, len(x))
		for k, v := range x {
			out[k] = 100 * v
		}
		return out
	}
	name := func(i int) string { return issue.Actors[i].Name }
	r := Round{Turn: e.steps}
	for i := range e.n {
		r.Position = append(r.Position, points(e.x[i*e.d:(i+1)*e.d]))
	}
	if !step {
		return r
	}
	r.Probability = append(r.Probability, e.p...)
	r.Risk = append(r.Risk, e.risk...)
	for _, o := range e.offers {
		r.Proposals = append(r.Proposals, Proposal{name(o.from), name(o.to), points(o.xi), points(o.xj), o.gain, o.win})
	}
	for i, c := range e.chosen {
		what := "status quo"
		if c.offer >= 0 {
			what = name(e.offers[c.offer].from) + ">" + name(e.offers[c.offer].to)
		}
		r.Accepted = append(r.Accepted, Choice{name(i), what, c.p})
		if e.close[i] {
			r.NearTies = append(r.NearTies, name(i))
		}
	}
	return r
}

// means of the present positions on one dimension, 0..100: by capability and salience, and
// by salience alone, both that of the dimension. One that nobody with a weight cares for
// counts all salience.
func (e *engine) means(dim int) (weighted, salience float64) {
	var all, sum float64
	for i := range e.n {
		x, s := e.x[i*e.d+dim], e.s[i*e.d+dim]
		weighted += s * e.c[i] * x
		salience += s * x
		all += s * e.c[i]
		sum += s
	}
	if all == 0 || sum == 0 {
		return e.final(dim), e.final(dim)
	}
	return 100 * weighted / all, 100 * salience / sum
}

// final is the mean of the present positions by capability and the salience of all
// dimensions, which is what the spatial model's actors put into it.
func (e *engine) final(dim int) float64 {
	mean, all := 0.0, 0.0
	for i := range e.n {
		mean += e.w[i] * e.x[i*e.d+dim]
		all += e.w[i]
	}
	return 100 * mean / all
}

// outcome of the present positions on one dimension, 0..100: their mean by
// capability and salience, the most probable one, and the mean by probability.
func (e *engine) outcome(dim int) (mean, top, likely float64) {
	e.distances()
	e.probabilities()
	sum, best := 0.0, 0
	for i := range e.n {
		w := e.w[i]
		x := e.x[i*e.d+dim]
		sum += w
		mean += w * x
		likely += e.p[i] * x
		if e.p[i] > e.p[best]+tie {
			best = i
		}
	}
	return 100 * mean / sum, 100 * e.x[best*e.d+dim], 100 * likely
}

var errActors = errors.New("a bargain needs at least two actors")
