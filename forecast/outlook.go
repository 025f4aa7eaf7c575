package forecast

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/bits"
	"math/rand/v2"
	"runtime"
	"slices"
	"sync"

	"gonum.org/v1/gonum/mathext"

	"entente"
	"entente/rem"
)

// Outlook is what the event model makes of the time after a day: the acts of the
// states of the group run forward, a great many times.
type Outlook struct {
	Origin   entente.Day `json:"origin"`
	Model    string      `json:"model"`
	Acts     int         `json:"acts"`                 // of the record, from which the model learnt
	Actors   []string    `json:"actors"`               // the states present on the day
	HalfLife float64     `json:"half_life_years"`      // of past acts in the model, in years; 0: they do not fade
	Ridge    float64     `json:"ridge"`                // of the estimate
	Pace     float64     `json:"pace_half_life_years"` // the half-life of the rate of acts, in years; 0: it does not fade
	PerYear  float64     `json:"acts_per_year"`        // acts expected in a year
	Runs     int         `json:"runs"`
	Years    float64     `json:"years"` // how far each run went
	// Error is the largest standard error that the number of runs leaves in any of the
	// probabilities.
	Error float64 `json:"simulation_error"`
	// Met is whether Error is below what was asked for.
	Met bool `json:"error_met"`

	// Recent counts the acts of each of the eight quarters before the origin, as the model
	// learnt from them, the earliest first.
	Recent   [8]int     `json:"recent"`
	Rungs    []Path     `json:"rungs"`    // of the rungs not held
	Quarters []Quarter  `json:"quarters"` // the acts of each quarter
	Parties  []Meeting  `json:"pairs"`    // which pairs act together within a year
	Forms    []Expected `json:"forms"`
}

// Path is the chance of reaching a rung by the end of each year from the origin.
type Path struct {
	Rung   int      `json:"rung"`
	Chance []Chance `json:"chances"`
}

// Chance is a probability with the interval of 95 % that the uncertainty of the
// model's numbers leaves, and the standard error of the simulation.
type Chance struct {
	Years       float64 `json:"years"`
	Probability float64 `json:"probability"`
	Low         float64 `json:"low"`
	High        float64 `json:"high"`
	Error       float64 `json:"simulation_error"`
}

// Quarter is the distribution of the acts of one quarter after the origin: quantiles
// over the runs.
type Quarter struct {
	Quarter      int       `json:"quarter"` // from 1
	P5           int       `json:"p5"`
	P25          int       `json:"p25"`
	P50          int       `json:"p50"`
	P75          int       `json:"p75"`
	P95          int       `json:"p95"`
	Mean         float64   `json:"mean"`
	Multilateral float64   `json:"multilateral"` // how many of the mean are of three or more
	distribution []float64 // of acts, from 0
}

// Meeting is the chance that two states act together soon.
type Meeting struct {
	A       string  `json:"a"`
	B       string  `json:"b"`
	Acts    float64 `json:"acts"` // expected within a year
	Quarter Chance  `json:"quarter"`
	Year    Chance  `json:"year"`
}

// Expected is how many acts of a type and main domain a year brings.
type Expected struct {
	Type   entente.ActType `json:"type"`
	Domain entente.Domain  `json:"domain"`
	Acts   float64         `json:"acts"`
}

// OutlookOptions may be left zero.
type OutlookOptions struct {
	Model *rem.Source // nil: the built-in model forward
	Years float64     // how far to run; 0: 10
	// Runs is the number of runs; 0: as many as keep the standard error of every
	// probability below Error, but at most 50,000.
	Runs  int
	Error float64 // 0: 0.01
	Seed  uint64
	// Covered is the last day on which the record was kept, where that is before the
	// origin: what was not looked for since then does not make acts rarer. 0: the origin.
	Covered entente.Day
	// Tuning, if any, is taken instead of being chosen: for outlooks that are to differ in
	// nothing but their acts.
	Tuning *Tuning
	// Progress, if any, is told how many runs are done.
	Progress func(done int)
}

// Tuning is what an outlook chooses by how well the past would have been foretold.
type Tuning struct {
	HalfLife float64 // of past acts in the model, in years; 0: they do not fade
	Ridge    float64 // of the estimate
	Pace     float64 // the half-life of the rate of acts, in years; 0: it does not fade
}

// Tune chooses as [Ahead] would choose; nil where the record is too thin for a model.
func Tune(ctx context.Context, c *entente.Case, origin entente.Day, opt OutlookOptions) (*Tuning, error) {
	data, model, err := read(c, origin, &opt)
	var t *Tuning
	if err == nil {
		t, err = tune(ctx, data, model, happenings(data, origin, opt.Covered))
	}
	var thin *thinError
	if errors.As(err, &thin) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("the event model at %s: %w", origin, err)
	}
	return t, nil
}

const (
	// perDraw runs share one draw of the model's numbers, so that what these leave open
	// can be told from chance.
	perDraw   = 5
	firstRuns = 2000
	mostRuns  = 50_000
	// fewestActs is how many acts the record needs before a model is fitted.
	fewestActs = 25
)

// lives are the half-lives of past acts tried, in years, and ridges the penalties.
var (
	lives  = []float64{2, 5, 10}
	ridges = []float64{0.5, 5}
)

// Ahead runs the group's acts forward from the end of the day by a model fitted to what
// c holds up to then. For an honest forecast c is the record as known on the day.
func Ahead(ctx context.Context, c *entente.Case, origin entente.Day, opt OutlookOptions) (*Outlook, error) {
	e, err := learn(ctx, c, origin, opt)
	if err != nil {
		return nil, fmt.Errorf("the event model at %s: %w", origin, err)
	}
	return e.run(ctx, opt)
}

// engine is the fitted model and all else that a run draws on.
type engine struct {
	c       *entente.Case
	origin  entente.Day
	o       Outlook
	fit     *rem.Fit
	forward *rem.Forward
	known   *rem.Data // what the model learnt from
	pace    *pace
	forms   *forms
	years   float64
	present []int // actors of forward that are present, ascending
}

func learn(ctx context.Context, c *entente.Case, origin entente.Day, opt OutlookOptions) (*engine, error) {
	e := &engine{c: c, origin: origin, years: opt.Years}
	if e.years == 0 {
		e.years = 10
	}
	if !(e.years > 0 && e.years <= 50) {
		return nil, fmt.Errorf("%g years ahead; give more than 0 and at most 50", opt.Years)
	}
	data, model, err := read(c, origin, &opt)
	if err != nil {
		return nil, err
	}
	e.known = data
	acts := happenings(data, origin, opt.Covered)
	t := opt.Tuning
	if t == nil {
		if t, err = tune(ctx, data, model, acts); err != nil {
			return nil, err
		}
	}
	if err := e.settle(ctx, model, t); err != nil {
		return nil, err
	}
	for i := range data.Events {
		if ago := int((float64(origin) - data.Events[i].Time) / quarter); ago < len(e.o.Recent) {
			e.o.Recent[len(e.o.Recent)-1-ago]++
		}
	}
	e.pace = paceOf(t.Pace, acts, acts[0].ago, e.forward.Sizes())
	if err := e.learnForms(data, acts); err != nil {
		return nil, err
	}
	here := e.forward.Present()
	for i, code := range data.Actors {
		if here>>i&1 == 1 {
			e.present = append(e.present, i)
			e.o.Actors = append(e.o.Actors, code)
		}
	}
	e.o.Origin, e.o.Model, e.o.Acts, e.o.Pace, e.o.Years = origin, opt.Model.Path, len(data.Events), e.pace.halfLife, e.years
	for _, shape := range e.pace.shape {
		e.o.PerYear += shape / e.pace.exposure
	}
	return e, nil
}

// read reads the model and the acts that it is fitted to.
func read(c *entente.Case, origin entente.Day, opt *OutlookOptions) (*rem.Data, *rem.Model, error) {
	if opt.Model == nil {
		var err error
		if opt.Model, err = rem.Open("forward"); err != nil {
			return nil, nil, err
		}
	}
	data, model, err := opt.Model.Load(c, origin, opt.Seed)
	if err == nil && len(data.Events) < fewestActs {
		err = &thinError{fmt.Sprintf("%d acts of cooperation are known; the model is not fitted to fewer than %d", len(data.Events), fewestActs)}
	}
	return data, model, err
}

// happenings are the acts, the first first, by their years before the end of what is
// covered.
func happenings(data *rem.Data, origin, until entente.Day) (acts []happening) {
	covered := float64(origin)
	if until != 0 {
		covered = min(covered, float64(until))
	}
	for i := range data.Events {
		acts = append(acts, happening{max(covered-data.Events[i].Time, 0) / yearDays, len(data.Events[i].From)})
	}
	return acts
}

// tune fits the model for each half-life and penalty to the first two thirds of the
// acts, and takes those under which the last third was least surprising; and the
// half-life of the pace.
func tune(ctx context.Context, data *rem.Data, model *rem.Model, acts []happening) (*Tuning, error) {
	early := *data
	early.Events = data.Events[:2*len(data.Events)/3]
	best, t := math.Inf(-1), &Tuning{Pace: learnPace(acts, acts[0].ago)}
	for _, life := range halfLives(model) {
		m := withHalfLife(model, life)
		all, err := rem.Prepare(ctx, data, m)
		if err != nil {
			return nil, err
		}
		past, err := rem.Prepare(ctx, &early, m)
		if err != nil {
			return nil, err
		}
		for _, ridge := range ridges {
			fit, err := past.Fit(ctx, rem.Options{Ridge: ridge})
			if err != nil {
				return nil, err
			}
			_, each, err := all.LogLikelihood(fit.Theta())
			if err != nil {
				return nil, err
			}
			_, before, err := past.LogLikelihood(fit.Theta())
			if err != nil {
				return nil, err
			}
			score := 0.0
			for _, l := range each[len(before):] {
				score += l
			}
			if score > best {
				best, t.HalfLife, t.Ridge = score, life/yearDays, ridge
			}
		}
	}
	if math.IsInf(best, -1) {
		return nil, errors.New("no fit gives the last third of the acts any chance")
	}
	return t, nil
}

// settle fits the model as tuned to all that is known.
func (e *engine) settle(ctx context.Context, model *rem.Model, t *Tuning) error {
	e.o.HalfLife, e.o.Ridge = t.HalfLife, t.Ridge
	design, err := rem.Prepare(ctx, e.known, withHalfLife(model, t.HalfLife*yearDays))
	if err != nil {
		return err
	}
	if e.fit, err = design.Fit(ctx, rem.Options{Ridge: t.Ridge}); err != nil {
		return err
	}
	if !e.fit.Converged {
		return errors.New("the fit did not converge; entente fit says why")
	}
	e.forward, err = design.Forward(float64(e.origin))
	return err
}

// halfLives lists what is tried: nothing but what the model has, if none of its terms
// fades.
func halfLives(m *rem.Model) []float64 {
	if !slices.ContainsFunc(m.Terms, func(t rem.Term) bool { return t.HalfLife > 0 }) {
		return []float64{0}
	}
	days := make([]float64, len(lives))
	for i, years := range lives {
		days[i] = years * yearDays
	}
	return days
}

func withHalfLife(m *rem.Model, life float64) *rem.Model {
	copied := *m
	copied.Terms = slices.Clone(m.Terms)
	for i := range copied.Terms {
		if copied.Terms[i].HalfLife > 0 {
			copied.Terms[i].HalfLife = life
		}
	}
	return &copied
}

func (e *engine) learnForms(data *rem.Data, acts []happening) error {
	var of []*entente.Act
	var sizes []int
	var weights []float64
	for i := range data.Events {
		act := e.c.Act(data.Events[i].ID)
		if act == nil {
			return fmt.Errorf("event %s is no act of the case; a forecast needs a model of the case's own acts", data.Events[i].ID)
		}
		w := 1.0
		if e.pace.halfLife > 0 {
			w = math.Exp2(-acts[i].ago / e.pace.halfLife)
		}
		of, sizes, weights = append(of, act), append(sizes, acts[i].size), append(weights, w)
	}
	e.forms = learnForms(e.c.Group.Code, of, sizes, weights)
	return nil
}

// batch is what the runs of one draw of the model's numbers came to.
type batch struct {
	reached  [][]int32  // by rung and year: runs that had reached it
	met      [2][]int32 // by pair: runs in which both acted together within a quarter, a year
	together []int32    // by pair: such acts
	counts   []uint16   // by run and quarter: acts
	large    []int32    // by quarter: acts of three or more
	forms    []int32    // by kind of form: acts within a year
}

const quarter = yearDays / 4

func (e *engine) run(ctx context.Context, opt OutlookOptions) (*Outlook, error) {
	bound := opt.Error
	if bound == 0 {
		bound = 0.01
	}
	if !(bound > 0 && bound < 1) {
		return nil, fmt.Errorf("a simulation error of %g; give one between 0 and 1", opt.Error)
	}
	from := newClimb(e.c, e.origin, e.forward.Actors)
	draws, most := firstRuns/perDraw, mostRuns/perDraw
	if opt.Runs > 0 {
		draws = max((opt.Runs+perDraw-1)/perDraw, 2)
		most = draws
	}
	var batches []*batch
	for {
		first := len(batches)
		batches = append(batches, make([]*batch, draws)...)
		if err := each(ctx, draws, from, func(own *climb, i int) error {
			b, err := e.batch(ctx, own, opt.Seed, first+i)
			batches[first+i] = b
			return err
		}); err != nil {
			return nil, err
		}
		e.sum(batches, from.base.Held)
		if opt.Progress != nil {
			opt.Progress(len(batches) * perDraw)
		}
		e.o.Met = e.o.Error <= bound
		if e.o.Met || len(batches) >= most {
			return &e.o, nil
		}
		// The error falls with the root of the number of runs.
		need := int(math.Ceil(1.05 * float64(len(batches)) * (e.o.Error / bound) * (e.o.Error / bound)))
		draws = max(min(need, most)-len(batches), 1)
	}
}

// each does n pieces of work on all cores, each worker with a climb of its own.
func each(ctx context.Context, n int, from *climb, do func(*climb, int) error) error {
	workers := min(runtime.GOMAXPROCS(0), n)
	errs := make([]error, workers)
	var wg sync.WaitGroup
	for w := range workers {
		wg.Go(func() {
			own := *from
			own.c, own.known = from.c.Copy(), map[[3]int]uint16{}
			for i := w; i < n && errs[w] == nil; i += workers {
				if errs[w] = ctx.Err(); errs[w] == nil {
					errs[w] = do(&own, i)
				}
			}
		})
	}
	wg.Wait()
	return errors.Join(errs...)
}

func (e *engine) batch(ctx context.Context, climb *climb, seed uint64, draw int) (*batch, error) {
	random := rand.New(rand.NewPCG(seed, uint64(draw)))
	years, quarters, n := int(math.Ceil(e.years)), int(math.Ceil(e.years*4)), len(e.forward.Actors)
	b := &batch{
		met: [2][]int32{make([]int32, n*n), make([]int32, n*n)}, together: make([]int32, n*n), counts: make([]uint16, perDraw*quarters),
		large: make([]int32, quarters), forms: make([]int32, len(e.forms.kinds)), reached: make([][]int32, 9),
	}
	for rung := range b.reached {
		b.reached[rung] = make([]int32, years)
	}
	by := rem.Drift{Theta: e.fit.Draw(random), Rates: e.pace.draw(random)}
	for size := range by.Rates {
		by.Rates[size] /= yearDays
	}
	drawn := e.forms.draw(random)
	start := float64(e.origin)
	first := make([]float64, n*n) // when a pair first acts together in a run
	for run := range perDraw {
		for j := range first {
			first[j] = math.Inf(1)
		}
		var reached uint16
		err := e.forward.Run(ctx, by, start+e.years*yearDays, random, func(at float64, set uint32) bool {
			since := at - start
			q := min(int(since/quarter), quarters-1)
			b.counts[run*quarters+q]++
			size := bits.OnesCount32(set)
			if size > 2 {
				b.large[q]++
			}
			kind, named := drawn.next(size, random)
			if since <= yearDays {
				b.forms[kind]++
				for left := set; left != 0; left &= left - 1 {
					i := bits.TrailingZeros32(left)
					for right := left & (left - 1); right != 0; right &= right - 1 {
						j := i*n + bits.TrailingZeros32(right)
						b.together[j]++
						first[j] = min(first[j], since)
					}
				}
			}
			if !named {
				return true
			}
			for fresh := climb.rungs(kind, e.forms.kinds[kind], set) &^ reached; fresh != 0; fresh &= fresh - 1 {
				rung := bits.TrailingZeros16(fresh)
				reached |= 1 << rung
				for y := min(int(since/yearDays), years-1); y < years; y++ {
					b.reached[rung][y]++
				}
			}
			return true
		})
		if err != nil {
			return nil, err
		}
		for j, at := range first {
			for k, within := range [2]float64{quarter, yearDays} {
				if at <= within {
					b.met[k][j]++
				}
			}
		}
	}
	return b, nil
}

// sum makes the answer of the batches.
func (e *engine) sum(batches []*batch, held func(int) bool) {
	o := &e.o
	o.Runs, o.Error = len(batches)*perDraw, 0
	years, quarters, n := int(math.Ceil(e.years)), int(math.Ceil(e.years*4)), len(e.forward.Actors)
	per := make([]int32, len(batches))
	chance := func(years float64, of func(*batch) int32) Chance {
		for i, b := range batches {
			per[i] = of(b)
		}
		ch := chanceOf(per)
		ch.Years = years
		o.Error = max(o.Error, ch.Error)
		return ch
	}
	o.Rungs = nil
	for rung := range 9 {
		if held(rung) {
			continue
		}
		p := Path{Rung: rung}
		for y := range years {
			p.Chance = append(p.Chance, chance(min(float64(y+1), e.years), func(b *batch) int32 { return b.reached[rung][y] }))
		}
		o.Rungs = append(o.Rungs, p)
	}
	o.Parties = nil
	for k, i := range e.present {
		for _, j := range e.present[k+1:] {
			m := Meeting{A: e.forward.Actors[i], B: e.forward.Actors[j]}
			m.Quarter = chance(0.25, func(b *batch) int32 { return b.met[0][i*n+j] })
			m.Year = chance(1, func(b *batch) int32 { return b.met[1][i*n+j] })
			for _, b := range batches {
				m.Acts += float64(b.together[i*n+j]) / float64(o.Runs)
			}
			o.Parties = append(o.Parties, m)
		}
	}
	slices.SortStableFunc(o.Parties, func(a, b Meeting) int {
		switch {
		case a.Acts > b.Acts:
			return -1
		case a.Acts < b.Acts:
			return 1
		}
		return 0
	})
	o.Quarters = make([]Quarter, quarters)
	counts := make([]int, 0, o.Runs)
	for q := range o.Quarters {
		counts = counts[:0]
		w := &o.Quarters[q]
		w.Quarter = q + 1
		for _, b := range batches {
			for run := range perDraw {
				counts = append(counts, int(b.counts[run*quarters+q]))
			}
			w.Multilateral += float64(b.large[q]) / float64(o.Runs)
		}
		w.fill(counts)
	}
	e.expect(batches)
}

func (w *Quarter) fill(counts []int) {
	slices.Sort(counts)
	at := func(p float64) int { return counts[min(int(p*float64(len(counts))), len(counts)-1)] }
	w.P5, w.P25, w.P50, w.P75, w.P95 = at(0.05), at(0.25), at(0.5), at(0.75), at(0.95)
	w.distribution = make([]float64, counts[len(counts)-1]+1)
	for _, k := range counts {
		w.Mean += float64(k) / float64(len(counts))
		w.distribution[k] += 1 / float64(len(counts))
	}
}

// expect adds up the acts of the first year by type and main domain.
func (e *engine) expect(batches []*batch) {
	e.o.Forms = nil
	for k, like := range e.forms.kinds {
		n := 0
		for _, b := range batches {
			n += int(b.forms[k])
		}
		var domain entente.Domain
		if len(like.Domains) > 0 {
			domain = like.Domains[0]
		}
		at := slices.IndexFunc(e.o.Forms, func(x Expected) bool { return x.Type == like.Type && x.Domain == domain })
		if at < 0 {
			at = len(e.o.Forms)
			e.o.Forms = append(e.o.Forms, Expected{Type: like.Type, Domain: domain})
		}
		e.o.Forms[at].Acts += float64(n) / float64(e.o.Runs)
	}
	slices.SortStableFunc(e.o.Forms, func(a, b Expected) int {
		switch {
		case a.Acts > b.Acts:
			return -1
		case a.Acts < b.Acts:
			return 1
		}
		return 0
	})
}

// chanceOf tells what the model's numbers leave open from what chance does: the
// variance between draws, less what runs of one draw vary by (the one-way random
// effects estimate for proportions), fitted by a beta distribution whose middle 95 %
// are the interval.
func chanceOf(reached []int32) Chance {
	draws := float64(len(reached))
	total, square := 0, 0.0
	for _, k := range reached {
		p := float64(k) / perDraw
		total += int(k)
		square += p * p / draws
	}
	mean := float64(total) / (draws * perDraw)
	between := max(square-mean*mean, 0) * draws / max(draws-1, 1)
	c := Chance{Probability: mean, Low: mean, High: mean, Error: math.Sqrt(between / draws)}
	// Within a draw the runs vary by p(1-p), estimated without bias by k(n-k)/n(n-1).
	within := 0.0
	for _, k := range reached {
		within += float64(k) * float64(perDraw-k) / (perDraw * (perDraw - 1)) / draws
	}
	variance := between - within/perDraw
	if mean == 0 || mean == 1 {
		// Nothing was seen in so many runs: the rule of three.
		c.Error = 1 / (draws * perDraw)
		if mean == 0 {
			c.High = 3 / (draws * perDraw)
		} else {
			c.Low = 1 - 3/(draws*perDraw)
		}
		return c
	}
	if most := 0.95 * mean * (1 - mean); variance > most {
		variance = most
	}
	if variance > 1e-12 {
		m := mean*(1-mean)/variance - 1
		c.Low = mathext.InvRegIncBeta(mean*m, (1-mean)*m, 0.025)
		c.High = mathext.InvRegIncBeta(mean*m, (1-mean)*m, 0.975)
	}
	c.Low, c.High = max(min(c.Low, mean-z975*c.Error), 0), min(max(c.High, mean+z975*c.Error), 1)
	return c
}
