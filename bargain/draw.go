package bargain

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
)

// Spread is what ranges of the inputs do to a reading.
type Spread struct {
	Low    float64 `json:"p05"`
	Median float64 `json:"p50"`
	High   float64 `json:"p95"`
	// AtLeast has the part of the draws at or beyond each point asked for.
	AtLeast []Passed `json:"at_least,omitempty"`
}

// Passed is the part of the draws that reach a point.
type Passed struct {
	Point       float64 `json:"point"`
	Probability float64 `json:"probability"`
}

// Influence is how much one uncertain input moves the spatial model's outcome.
type Influence struct {
	Actor     string `json:"actor"`
	Input     string `json:"input"` // capability, position, salience
	Dimension string `json:"dimension,omitempty"`
	Outcome   string `json:"outcome,omitempty"` // the dimension whose outcome moves, where there are several
	// FirstOrder is the part of the outcome's variance that knowing the input alone
	// would take away (Sobol 1993; Saltelli and others 2008, chapter 1), estimated
	// from the draws by classes of the input (Plischke, Borgonovo and Smith 2013).
	FirstOrder float64 `json:"first_order"`
	// Rank is the rank correlation of input and outcome (Spearman), -1..1.
	Rank float64 `json:"rank_correlation"`
}

// Answer is everything said of a case.
type Answer struct {
	Case        string       `json:"case,omitempty"`
	Model       string       `json:"model"`
	Steps       int          `json:"steps"`
	Settled     string       `json:"settled"`
	Rounds      []Round      `json:"rounds"`
	Readings    []Reading    `json:"readings"`
	Onlookers   []Opposition `json:"onlookers,omitempty"`
	Draws       int          `json:"draws"`
	Seed        uint64       `json:"seed,omitempty"`
	Sensitivity []Influence  `json:"sensitivity,omitempty"`
	Warnings    []string     `json:"warnings"`
}

// Drawing says how often ranges are drawn and from which seed.
type Drawing struct {
	Draws int // 0: 1,000
	Seed  uint64
}

// maxDraws bounds the draws of one answer.
const maxDraws = 10_000_000

// Solve plays the spatial model at the modes, and gives the readings side by side.
// Where inputs are ranges, all readings but the base rate are drawn anew as often
// as asked, each draw from its own stream of the seed: same seed, same result, on
// any number of cores.
func Solve(ctx context.Context, c *Case, drawing Drawing) (*Answer, error) {
	if err := c.Check(); err != nil {
		return nil, err
	}
	if drawing.Draws < 0 || drawing.Draws > maxDraws {
		return nil, fmt.Errorf("%d draws; give a number from 1 to %d", drawing.Draws, maxDraws)
	}
	run, err := Spatial(ctx, c.Issue(), c.Stop)
	if err != nil {
		return nil, err
	}
	c.toOwn(run.Rounds)
	a := &Answer{Case: c.Name, Model: "SMP", Steps: run.Steps, Settled: run.Settled, Rounds: run.Rounds, Warnings: append([]string{}, c.Warnings...)}
	inputs := c.inputs()
	points := newDraw(c)
	points.play()
	d := len(c.Dimensions)
	samples := points.values // of the modes, where nothing is drawn
	n := 1
	var drawn []float64
	if len(inputs) > 0 {
		if n = drawing.Draws; n == 0 {
			n = 1000
		}
		a.Draws, a.Seed = n, drawing.Seed
		samples, drawn, err = c.draw(ctx, inputs, n, drawing.Seed)
		if err != nil {
			return nil, err
		}
	}
	equal := true
	for _, p := range c.Parties {
		equal = equal && p.Capability == c.Parties[0].Capability && p.Capability.Low == p.Capability.High
	}
	column := make([]float64, n)
	for k := range d {
		dim := &c.Dimensions[k]
		for r, name := range Readings() {
			m := learnt.Measured[fact(name, equal)]
			reading := Reading{Name: name, Error: m.Mean * math.Abs(dim.High-dim.Low) / 100}
			if d > 1 {
				reading.Dimension = dim.Name
			}
			if name == BaseRate && dim.Base != nil {
				reading.Value, reading.Low, reading.High = dim.Base.Value, dim.Base.Low, dim.Base.High
				a.Readings = append(a.Readings, reading)
				continue
			}
			for i := range n {
				column[i] = samples[(i*d+k)*readingsCount+r]
			}
			reading.Value = dim.own(points.values[k*readingsCount+r])
			thin := thinned(column, 2000)
			low, high := m.interval(thin)
			reading.Low, reading.High = ordered(dim.own(low), dim.own(high))
			if len(inputs) > 0 && name != BaseRate {
				reading.Inputs = dim.spread(column)
			}
			a.Readings = append(a.Readings, reading)
		}
	}
	a.Onlookers = c.oppositions(samples)
	if len(inputs) > 0 {
		a.Sensitivity = c.sensitivity(inputs, drawn, samples, n)
	}
	return a, nil
}

func ordered(a, b float64) (low, high float64) { return min(a, b), max(a, b) }

// thinned takes every so many of the values, at most about limit.
func thinned(values []float64, limit int) []float64 {
	if len(values) <= limit {
		return values
	}
	var out []float64
	for i := 0; i < len(values); i += (len(values) + limit - 1) / limit {
		out = append(out, values[i])
	}
	return out
}

// spread takes draws on 0..100 and answers in units of the scale.
func (d *Dimension) spread(column []float64) *Spread {
	sorted := slices.Sorted(slices.Values(column))
	s := &Spread{Median: d.own(quantile(sorted, 0.5))}
	s.Low, s.High = ordered(d.own(quantile(sorted, 0.05)), d.own(quantile(sorted, 0.95)))
	for _, at := range d.AtLeast {
		k, _ := slices.BinarySearch(sorted, d.unit(at)-1e-9)
		s.AtLeast = append(s.AtLeast, Passed{at, float64(len(sorted)-k) / float64(len(sorted))})
	}
	return s
}

// input is one range that is not a point.
type input struct {
	party, dim int
	kind       string
	of         Range
}

// inputs lists them in the order of the actors.
func (c *Case) inputs() []input {
	var list []input
	add := func(i, k int, kind string, r Range) {
		if r.Low < r.High {
			list = append(list, input{i, k, kind, r})
		}
	}
	for i, p := range c.Parties {
		add(i, 0, "capability", p.Capability)
		for k := range c.Dimensions {
			add(i, k, "position", p.Position[k])
			add(i, k, "salience", p.Salience[k])
			if p.Limit != nil {
				add(i, k, "limit", p.Limit[k])
			}
		}
	}
	return list
}

// draw is one drawn case and the room to play it in.
type draw struct {
	c          *Case
	e          *engine
	capability []float64
	position   [][]float64 // 0..100
	salience   [][]float64
	limit      []float64 // actor by dimension, 0..100
	signers    []Signer
	x, s       []float64
	values     []float64 // readings by dimension
}

func newDraw(c *Case) *draw {
	n, d := len(c.Parties), len(c.Dimensions)
	w := &draw{c: c, e: newEngine(n, d), limit: make([]float64, n*d), x: make([]float64, n), s: make([]float64, n), values: make([]float64, d*readingsCount)}
	w.e.stop = c.Stop.orPublished()
	for range n {
		w.capability = append(w.capability, 0)
		w.position = append(w.position, make([]float64, d))
		w.salience = append(w.salience, make([]float64, d))
	}
	w.reset()
	return w
}

// reset puts every input at its mode.
func (w *draw) reset() {
	d := len(w.c.Dimensions)
	for i, p := range w.c.Parties {
		w.capability[i] = p.Capability.Mode
		for k := range d {
			w.position[i][k] = w.c.Dimensions[k].unit(p.Position[k].Mode)
			w.salience[i][k] = p.Salience[k].Mode
			w.limit[i*d+k] = w.position[i][k]
			if p.Limit != nil {
				w.limit[i*d+k] = w.c.Dimensions[k].unit(p.Limit[k].Mode)
			}
		}
	}
}

// put enters one drawn value.
func (w *draw) put(in input, v float64) {
	dim := &w.c.Dimensions[in.dim]
	at := in.party*len(w.c.Dimensions) + in.dim
	switch in.kind {
	case "capability":
		w.capability[in.party] = v
	case "salience":
		w.salience[in.party][in.dim] = v
	case "position":
		w.position[in.party][in.dim] = dim.unit(v)
		if w.c.Parties[in.party].Limit == nil {
			w.limit[at] = dim.unit(v)
		}
	case "limit":
		w.limit[at] = dim.unit(v)
	}
}

// play fills values.
func (w *draw) play() {
	d := len(w.c.Dimensions)
	for i := range w.c.Parties {
		w.e.set(i, w.capability[i], w.position[i], w.salience[i])
	}
	all := true
	for _, p := range w.c.Parties {
		all = all && !p.Signs
	}
	quorum := w.c.Quorum
	if quorum == 0 {
		quorum = 1
	}
	for k := range d {
		v := w.values[k*readingsCount : (k+1)*readingsCount]
		v[0], v[1] = w.e.means(k)
		reference := math.NaN()
		if r := w.c.Dimensions[k].Reference; !math.IsNaN(r) {
			reference = w.c.Dimensions[k].unit(r)
		}
		careless := true // nobody cares for this dimension by itself
		for i := range w.c.Parties {
			careless = careless && w.e.s[i*d+k] == 0
		}
		w.signers = w.signers[:0]
		for i, p := range w.c.Parties {
			w.x[i], w.s[i] = w.position[i][k], w.e.s[i*d+k]
			if careless {
				w.s[i] = w.e.sum[i]
			}
			if all || p.Signs {
				votes := p.Votes
				if votes == 0 {
					votes = 1
				}
				w.signers = append(w.signers, Signer{votes, w.limit[i*d+k]})
			}
		}
		from := reference
		if math.IsNaN(from) {
			from = 0
		}
		v[3] = Pivot(w.signers, from, quorum)
		v[4] = learnt.Median
		v[5] = learnt.Tempering.Predict(w.x, w.s, reference)
	}
	w.e.play(nil)
	for k := range d {
		w.values[k*readingsCount+2] = min(max(w.e.final(k), 0), 100) // a mean of points of the scale, but for rounding
	}
}

// draw returns the readings and the inputs of every draw.
func (c *Case) draw(ctx context.Context, inputs []input, n int, seed uint64) (samples, drawn []float64, err error) {
	d := len(c.Dimensions)
	samples, drawn = make([]float64, n*d*readingsCount), make([]float64, n*len(inputs))
	var next atomic.Int64
	var group sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), n) {
		group.Add(1)
		go func() {
			defer group.Done()
			w, stream := newDraw(c), rand.NewPCG(0, 0)
			rng := rand.New(stream)
			for {
				i := int(next.Add(1)) - 1
				if i >= n || ctx.Err() != nil {
					return
				}
				stream.Seed(seed, uint64(i))
				for k, in := range inputs {
					v := in.of.at(rng.Float64())
					drawn[i*len(inputs)+k] = v
					w.put(in, v)
				}
				w.play()
				copy(samples[i*d*readingsCount:], w.values)
			}
		}()
	}
	group.Wait()
	return samples, drawn, ctx.Err()
}

// sensitivity measures every input against the spatial model's outcome, the most
// influential first.
func (c *Case) sensitivity(inputs []input, drawn, samples []float64, n int) []Influence {
	d := len(c.Dimensions)
	var list []Influence
	x := make([]float64, n)
	for k := range d {
		y := make([]float64, n)
		for i := range n {
			y[i] = samples[(i*d+k)*readingsCount+2]
		}
		ry := ranks(y)
		for m, in := range inputs {
			if in.kind == "limit" { // the spatial model does not know it
				continue
			}
			for i := range n {
				x[i] = drawn[i*len(inputs)+m]
			}
			rx := ranks(x)
			f := Influence{Actor: c.Parties[in.party].Name, Input: in.kind, FirstOrder: firstOrder(rx, y), Rank: correlation(rx, ry)}
			if d > 1 {
				f.Outcome = c.Dimensions[k].Name
				if in.kind != "capability" {
					f.Dimension = c.Dimensions[in.dim].Name
				}
			}
			list = append(list, f)
		}
	}
	slices.SortStableFunc(list, func(a, b Influence) int {
		switch {
		case a.FirstOrder > b.FirstOrder:
			return -1
		case a.FirstOrder < b.FirstOrder:
			return 1
		}
		return 0
	})
	return list
}

// ranks from 0, ties shared.
func ranks(x []float64) []float64 {
	order := make([]int, len(x))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int {
		switch {
		case x[a] < x[b]:
			return -1
		case x[a] > x[b]:
			return 1
		}
		return a - b
	})
	r := make([]float64, len(x))
	for i := 0; i < len(order); {
		j := i
		for j < len(order) && x[order[j]] == x[order[i]] {
			j++
		}
		for _, o := range order[i:j] {
			r[o] = float64(i+j-1) / 2
		}
		i = j
	}
	return r
}

func correlation(x, y []float64) float64 {
	mx, my := mean(x), mean(y)
	var xy, xx, yy float64
	for i := range x {
		xy += (x[i] - mx) * (y[i] - my)
		xx += (x[i] - mx) * (x[i] - mx)
		yy += (y[i] - my) * (y[i] - my)
	}
	if xx == 0 || yy == 0 {
		return 0
	}
	return xy / math.Sqrt(xx*yy)
}

func mean(x []float64) float64 {
	sum := 0.0
	for _, v := range x {
		sum += v
	}
	return sum / float64(len(x))
}

// firstOrder is the variance of the class means over the variance, less what
// chance alone would give (the correction of a one-way analysis of variance).
func firstOrder(rank, y []float64) float64 {
	n := len(y)
	classes := min(max(int(math.Cbrt(float64(n))), 2), 40)
	sum, count := make([]float64, classes), make([]float64, classes)
	total := mean(y)
	all := 0.0
	for i, v := range y {
		k := min(int(rank[i]*float64(classes)/float64(n)), classes-1)
		sum[k] += v
		count[k]++
		all += (v - total) * (v - total)
	}
	if all == 0 || n <= classes {
		return 0
	}
	between := 0.0
	for k := range sum {
		if count[k] > 0 {
			m := sum[k]/count[k] - total
			between += count[k] * m * m
		}
	}
	within := (all - between) / float64(n-classes)
	return max(0, (between-float64(classes-1)*within)/all)
}
