package corridor

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"math"
	"runtime"
	"slices"
	"sync"
)

// Spread is an uncertain input: a triangular distribution from Low over Mode to High.
// Where all three are equal it is a number.
type Spread struct{ Low, Mode, High float64 }

// Point is a number without spread.
func Point(x float64) Spread { return Spread{x, x, x} }

// at is the value below which a part u of the distribution lies.
func (s Spread) at(u float64) float64 {
	width := s.High - s.Low
	if width == 0 {
		return s.Low
	}
	if left := s.Mode - s.Low; u*width <= left {
		return s.Low + math.Sqrt(u*width*left)
	}
	return s.High - math.Sqrt((1-u)*width*(s.High-s.Mode))
}

// Threat is something that may strike once in each year. What it strikes it strikes
// together, on one day, for one length of time: that is what several legs lost to one
// storm or one campaign have in common.
type Threat struct {
	Name        string
	Edges       []int   // exposed
	Yearly      Spread  // probability that it strikes in a year
	Each        float64 // probability that an exposed leg is hit once it strikes
	Loss        Spread  // share of capacity lost
	Days        Spread  // until it is repaired
	Linear      bool    // capacity comes back evenly and not all at the end
	Day         Spread  // of the year on which it strikes, from 0
	Anyday      bool    // it may strike on any day; Day is not read
	Independent bool    // it strikes each leg for itself: no common cause
	Source      string  // "" for a judgement
}

// Protection lowers threats: each factor multiplies what it names.
type Protection struct {
	Name               string
	Threats            []int // those it lowers
	Edges              []int // the legs it covers; nil: all
	Yearly, Loss, Days float64
	Source             string
}

// Scenario is a set of threats over a time, with what may be done about them.
type Scenario struct {
	Name        string
	From, To    string
	Horizon     float64 // days
	Threats     []Threat
	Protections []Protection
	// Alarm counts the draws in which more than AlarmLoss of the flow is gone for
	// AlarmDays without a break.
	AlarmLoss, AlarmDays float64
}

// Summary describes the part of the flow that is lost, over draws.
type Summary struct {
	Mean           float64 `json:"mean"`
	SE             float64 `json:"se"` // of the mean, from the number of draws
	P05            float64 `json:"p05"`
	Median         float64 `json:"p50"`
	P95            float64 `json:"p95"`
	WorstTwentieth float64 `json:"worst_twentieth"` // mean of the worst draws in twenty
}

// Saving is the difference of two runs on the same draws.
type Saving struct {
	Name string  `json:"name"`
	Mean float64 `json:"saved"` // part of the flow that is not lost any more
	SE   float64 `json:"se"`
	Low  float64 `json:"low"` // 95%, from the number of draws
	High float64 `json:"high"`
	Left float64 `json:"loss_left"`
	// Unpaired is what the standard error would be with other draws in each run.
	Unpaired float64 `json:"se_unpaired"`
}

// RiskAnswer says how much of the flow between two nodes a scenario costs.
type RiskAnswer struct {
	From        string   `json:"from"`
	To          string   `json:"to"`
	Scenario    string   `json:"scenario,omitempty"`
	MaxFlow     float64  `json:"max_flow"`
	Unit        string   `json:"unit,omitempty"`
	Horizon     float64  `json:"horizon_days"`
	Draws       int      `json:"draws"`
	Seed        uint64   `json:"seed"`
	MeanFlow    float64  `json:"mean_flow"` // over the horizon and the draws
	Loss        Summary  `json:"loss"`      // as a part of the undisturbed flow
	AnyLoss     float64  `json:"any_loss"`  // share of draws with some
	Halt        float64  `json:"halt"`      // share of draws in which nothing flows for a time
	AlarmLoss   float64  `json:"alarm_loss"`
	AlarmDays   float64  `json:"alarm_days"`
	Alarm       float64  `json:"alarm"`   // share of draws with an alarm
	Threats     []Saving `json:"threats"` // what would be saved if one never struck
	Protections []Saving `json:"protections"`
	Together    *Saving  `json:"together,omitempty"` // all protections
	Notes       []string `json:"notes,omitempty"`
}

// RiskOptions say how many draws are made; 10,000 if 0.
type RiskOptions struct {
	Draws int
	Seed  uint64
}

// partition of capacities: the share that is left is counted in millionths.
const partition = 1_000_000

// Risk draws what the threats do, and says what part of the flow between two nodes is
// lost, what each threat costs and what each protection would save. All runs share
// their random numbers, so that a difference is a difference and not chance; a number
// depends on the seed, the draw and the names concerned alone, so that it stays when
// other threats are added. Same seed, same bytes, on any number of cores.
//
// Where capacities are ranges their least counts; where one has no bound every leg
// counts one. A note says so.
func (n *Network) Risk(ctx context.Context, sc *Scenario, opt RiskOptions) (*RiskAnswer, error) {
	n = n.settled(worst)
	g, s, t, err := n.between(sc.From, sc.To)
	if err != nil {
		return nil, err
	}
	w, err := n.wholes(best)
	if err != nil {
		return nil, err
	}
	total := 0.0
	for _, c := range w.capacity {
		total += float64(c)
	}
	if total*partition >= 1<<61 {
		return nil, errors.New("capacities have too many digits to be lost in parts; use fewer decimals")
	}
	draws := opt.Draws
	if draws == 0 {
		draws = 10000
	}
	if draws < 2 {
		return nil, fmt.Errorf("%d draws; at least two", draws)
	}
	r := &risk{net: n, g: g, sc: sc, s: int32(s), t: int32(t), seed: opt.Seed, base: make([]int64, g.M())}
	for e, c := range w.capacity {
		r.base[e] = c * partition
	}
	r.hash()
	r.whole = g.MaxFlow(r.base, s, t).Value
	a := &RiskAnswer{From: n.Nodes[s], To: n.Nodes[t], Scenario: sc.Name, Unit: n.CapacityUnit, Horizon: sc.Horizon, Draws: draws, Seed: opt.Seed,
		AlarmLoss: sc.AlarmLoss, AlarmDays: sc.AlarmDays, MaxFlow: w.capacityScale.number(r.whole) / partition,
		Threats: []Saving{}, Protections: []Saving{}, Notes: slices.Clone(n.Notes)}
	for _, th := range sc.Threats {
		if th.Source == "" {
			a.Notes = append(a.Notes, "no source: the inputs of threat "+th.Name+" are a judgement")
		}
	}
	for _, p := range sc.Protections {
		if p.Source == "" {
			a.Notes = append(a.Notes, "no source: the effect of protection "+p.Name+" is a judgement")
		}
	}
	if r.whole == 0 {
		a.Notes = append(a.Notes, "nothing flows between the two to begin with, so nothing can be lost")
		return a, nil
	}
	plan := make([]lowered, len(sc.Threats))
	before, err := r.run(ctx, draws, plan)
	if err != nil {
		return nil, err
	}
	losses := make([]float64, draws)
	for i, o := range before {
		losses[i] = o.loss
		a.AnyLoss += share(o.loss > 0, draws)
		a.Halt += share(o.halt, draws)
		a.Alarm += share(o.alarm, draws)
	}
	a.Loss = summarise(losses)
	a.MeanFlow = a.MaxFlow * (1 - a.Loss.Mean)
	compare := func(name string, plan []lowered) (Saving, error) {
		after, err := r.run(ctx, draws, plan)
		if err != nil {
			return Saving{}, err
		}
		saved, left := make([]float64, draws), make([]float64, draws)
		for i, o := range after {
			saved[i], left[i] = losses[i]-o.loss, o.loss
		}
		mean, se := meanSE(saved)
		leftMean, leftSE := meanSE(left)
		return Saving{name, mean, se, mean - 1.96*se, mean + 1.96*se, leftMean, math.Hypot(a.Loss.SE, leftSE)}, nil
	}
	for i, th := range sc.Threats {
		never := slices.Clone(plan)
		never[i].never = true
		saving, err := compare(th.Name, never)
		if err != nil {
			return nil, err
		}
		a.Threats = append(a.Threats, saving)
	}
	all := make([]lowered, len(sc.Threats))
	for i := range sc.Protections {
		p := &sc.Protections[i]
		one := make([]lowered, len(sc.Threats))
		for _, th := range p.Threats {
			one[th].by = append(one[th].by, p)
			all[th].by = append(all[th].by, p)
		}
		saving, err := compare(p.Name, one)
		if err != nil {
			return nil, err
		}
		a.Protections = append(a.Protections, saving)
	}
	if len(sc.Protections) > 1 {
		saving, err := compare("all together", all)
		if err != nil {
			return nil, err
		}
		a.Together = &saving
	}
	return a, nil
}

func share(is bool, of int) float64 {
	if is {
		return 1 / float64(of)
	}
	return 0
}

func meanSE(x []float64) (mean, se float64) {
	for _, v := range x {
		mean += v
	}
	mean /= float64(len(x))
	for _, v := range x {
		se += (v - mean) * (v - mean)
	}
	return mean, math.Sqrt(se / float64(len(x)-1) / float64(len(x)))
}

func summarise(x []float64) Summary {
	s := Summary{}
	s.Mean, s.SE = meanSE(x)
	sorted := slices.Sorted(slices.Values(x))
	s.P05, s.Median, s.P95 = quantile(sorted, .05), quantile(sorted, .5), quantile(sorted, .95)
	worst := sorted[len(sorted)-max(1, len(sorted)/20):]
	for _, v := range worst {
		s.WorstTwentieth += v / float64(len(worst))
	}
	return s
}

// lowered is what is done about a threat.
type lowered struct {
	never bool
	by    []*Protection
}

// factor multiplies the effects of the protections that cover an edge; -1 asks for
// those that cover all.
func (l lowered) factor(edge int, of func(*Protection) float64) float64 {
	f := 1.0
	for _, p := range l.by {
		if p.Edges == nil || edge >= 0 && slices.Contains(p.Edges, edge) {
			f *= of(p)
		}
	}
	return f
}

type outcome struct {
	loss        float64
	halt, alarm bool
}

type risk struct {
	net   *Network
	g     *Graph
	sc    *Scenario
	s, t  int32
	seed  uint64
	base  []int64
	whole int64
	names []uint64 // of threats, hashed
	legs  []uint64 // of edges, hashed
}

func (r *risk) hash() {
	of := func(text string) uint64 {
		h := fnv.New64a()
		_, _ = h.Write([]byte(text)) // it never fails
		return h.Sum64()
	}
	for _, th := range r.sc.Threats {
		r.names = append(r.names, of("threat "+th.Name))
	}
	for _, e := range r.net.Edges {
		r.legs = append(r.legs, of("edge "+e.ID))
	}
}

// What a random number is for.
const (
	ofYearly = iota
	ofStrike
	ofDay
	ofHit
	ofLoss
	ofDays
)

// uniform is a number in 0..1 that depends on what it is for, and on nothing else:
// words mixed by the finaliser of SplitMix64 (Steele, Lea and Flood 2014).
func (r *risk) uniform(draw int, threat, leg uint64, year, what int) float64 {
	mix := func(z uint64) uint64 {
		z += 0x9e3779b97f4a7c15
		z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
		z = (z ^ z>>27) * 0x94d049bb133111eb
		return z ^ z>>31
	}
	h := mix(r.seed)
	for _, x := range [...]uint64{uint64(draw), threat, leg, uint64(year)<<8 | uint64(what)} {
		h = mix(h ^ x)
	}
	return float64(h>>11) / (1 << 53)
}

// damage is what one leg lacks for a time.
type damage struct {
	edge       int
	begin, end float64
	left       float64 // share of capacity
}

const year = 365.0

// recoverySteps of a recovery that is even; each has the loss at its middle.
const recoverySteps = 10

// strikes draws all damage of one draw.
func (r *risk) strikes(into []damage, draw int, plan []lowered) []damage {
	for k := range r.sc.Threats {
		th, do := &r.sc.Threats[k], plan[k]
		if do.never {
			continue
		}
		yearly := th.Yearly.at(r.uniform(draw, r.names[k], 0, 0, ofYearly))
		for y := 0; float64(y)*year < r.sc.Horizon; y++ {
			// Of a year that the horizon cuts short, the part before it counts.
			length := min(year, r.sc.Horizon-float64(y)*year)
			strike := func(leg uint64, edge int) (day float64, ok bool) {
				p := yearly * do.factor(edge, func(p *Protection) float64 { return p.Yearly })
				if r.uniform(draw, r.names[k], leg, y, ofStrike) >= p {
					return 0, false
				}
				u := r.uniform(draw, r.names[k], leg, y, ofDay)
				day = u * year
				if !th.Anyday {
					day = th.Day.at(u)
				}
				return day + float64(y)*year, day < length
			}
			hurt := func(leg uint64, edge int, day float64) {
				loss := th.Loss.at(r.uniform(draw, r.names[k], leg, y, ofLoss)) * do.factor(edge, func(p *Protection) float64 { return p.Loss })
				days := th.Days.at(r.uniform(draw, r.names[k], leg, y, ofDays)) * do.factor(edge, func(p *Protection) float64 { return p.Days })
				if loss <= 0 || days <= 0 {
					return
				}
				if !th.Linear {
					into = append(into, damage{edge, day, day + days, 1 - loss})
					return
				}
				for i := range recoverySteps {
					into = append(into, damage{edge, day + days*float64(i)/recoverySteps, day + days*float64(i+1)/recoverySteps,
						1 - loss*(1-(float64(i)+.5)/recoverySteps)})
				}
			}
			if th.Independent {
				for _, e := range th.Edges {
					if day, ok := strike(r.legs[e], e); ok {
						hurt(r.legs[e], e, day)
					}
				}
				continue
			}
			day, ok := strike(0, -1)
			if !ok {
				continue
			}
			for _, e := range th.Edges {
				// A protection of some legs lowers the odds that those are hit.
				each := th.Each
				for _, p := range do.by {
					if p.Edges != nil && slices.Contains(p.Edges, e) {
						each *= p.Yearly
					}
				}
				if each >= 1 || r.uniform(draw, r.names[k], r.legs[e], y, ofHit) < each {
					hurt(0, e, day)
				}
			}
		}
	}
	return into
}

// play follows one draw through the time and adds up what is lost.
func (r *risk) play(f *flows, room *playRoom, draw int, plan []lowered) (o outcome) {
	room.hits = r.strikes(room.hits[:0], draw, plan)
	if len(room.hits) == 0 {
		return o
	}
	horizon := r.sc.Horizon
	times := append(room.times[:0], 0, horizon)
	for _, d := range room.hits {
		times = append(times, min(d.begin, horizon), min(d.end, horizon))
	}
	slices.Sort(times)
	times = slices.Compact(times)
	room.times = times
	low := 0.0 // days since the flow fell below the alarm
	lost := 0.0
	for i := range len(times) - 1 {
		begin, end := times[i], times[i+1]
		room.now = room.now[:0]
		for _, d := range room.hits {
			if d.begin <= begin && d.end >= end {
				room.now = append(room.now, d)
			}
		}
		gone := 0.0
		if len(room.now) > 0 {
			flow := r.flow(f, room.now)
			gone = 1 - float64(flow)/float64(r.whole)
			o.halt = o.halt || flow == 0
		}
		lost += gone * (end - begin)
		if gone > r.sc.AlarmLoss {
			low += end - begin
			o.alarm = o.alarm || low >= r.sc.AlarmDays-1e-6 // days are sums of differences
		} else {
			low = 0
		}
	}
	o.loss = lost / horizon
	return o
}

type playRoom struct {
	hits, now []damage
	times     []float64
}

// flow with damage; of two on one leg the second takes its share of what the first left.
func (r *risk) flow(f *flows, now []damage) int64 {
	slices.SortStableFunc(now, func(a, b damage) int { return cmp.Compare(a.edge, b.edge) })
	f.load(r.base)
	for i := 0; i < len(now); {
		e, left := now[i].edge, 1.0
		for ; i < len(now) && now[i].edge == e; i++ {
			left *= now[i].left
		}
		f.set(e, int64(math.Round(left*partition))*(r.base[e]/partition))
	}
	return f.most(r.s, r.t, noLimit)
}

// run plays all draws on every core.
func (r *risk) run(ctx context.Context, draws int, plan []lowered) ([]outcome, error) {
	outcomes := make([]outcome, draws)
	cores := runtime.GOMAXPROCS(0)
	var wait sync.WaitGroup
	for core := range cores {
		wait.Go(func() {
			f, room := newFlows(r.g), &playRoom{}
			for i := core; i < draws && (i/cores%64 != 0 || ctx.Err() == nil); i += cores {
				outcomes[i] = r.play(f, room, i, plan)
			}
		})
	}
	wait.Wait()
	return outcomes, ctx.Err()
}
