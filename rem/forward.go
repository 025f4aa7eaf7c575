package rem

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/bits"
	"math/rand/v2"
	"slices"
)

// Forward runs a model of undirected sets of a small group on from a day, a great
// many times. It draws from the same distribution as [Simulation]; it is faster
// because it holds every set of the group at once and because a past event adds to a
// set's statistics only by how many actors both share. It serves models whose terms
// are subrep or exactrep on past events (with a half-life or none), or stay as they
// are on the day: covariates and layers.
//
// A Forward is read only once made; Run may be called from several goroutines.
type Forward struct {
	Actors []string // by number: bit i of a set is actor i
	After  float64

	sets  []uint32    // by size, ascending
	first []int       // where the sets of a size start; one more than the sizes
	start []float64   // statistics of each set on the day
	past  []overlap   // by statistic
	gains [][]float64 // by statistic: what a set gains from an act, by place
	lives []float64   // the half-lives, each once
}

// overlap is how a statistic grows with an event that shares actors with a set.
type overlap struct {
	order       int // actors of the subsets that are counted; 0: those of the whole set
	life        int // its half-life in lives; -1: the statistic does not change
	least, most int // actors of an event that counts; 0: any number
	sum         bool
}

// mostForward is how many actors a group may have: 2^16 sets.
const mostForward = 16

// Forward prepares runs from a time on; what the data hold of later times is not
// used. It fails when the model or the size of the group needs a [Simulation].
func (d *Design) Forward(after float64) (*Forward, error) {
	m := d.Model
	switch {
	case m.Family != Hyper || m.Directed || m.RiskSet.OnSender || m.RiskSet.MaxSize > 0 || m.RiskSet.Kinds || m.Interval:
		return nil, errors.New("runs forward need a hyper model of sets without direction, each compared with those of its size")
	case m.DecayFromPrevious:
		return nil, errors.New("runs forward measure the age of acts on the day of the next one (decay_from: event)")
	}
	f := &Forward{Actors: d.data.Actors, After: after}
	for i := range m.Terms {
		p, err := f.kindOf(&m.Terms[i])
		if err != nil {
			return nil, m.Terms[i].fault(err)
		}
		f.past = append(f.past, p)
	}
	if len(f.past) != len(d.Terms) {
		return nil, errors.New("runs forward need coefficients that do not change with time")
	}
	return f, f.prepare(d)
}

func (f *Forward) kindOf(t *Term) (overlap, error) {
	if t.Transform != "" || t.Standardise || t.Overall || t.Product != nil || t.Pieces != nil || t.Smooth > 0 {
		return overlap{}, errors.New("runs forward add up what each act adds; take out transform, standardise, product, pieces and smooth")
	}
	def, err := find(t.Term, true)
	if err != nil {
		return overlap{}, err
	}
	if def.name == "event" {
		return overlap{}, errors.New("what is known of an event before it is not known of those to come")
	}
	if def.layers == 0 || len(t.On) > 0 {
		if t.Window != 0 || t.HalfLife != 0 {
			return overlap{}, errors.New("runs forward keep layers and covariates as they are on the day; take out window and half_life")
		}
		return overlap{life: -1}, nil
	}
	if def.name != "subrep" && def.name != "exactrep" || t.Exactly || t.Window != 0 || t.Kinds != nil ||
		t.Aggregate != "" && t.Aggregate != "average" && t.Aggregate != "sum" {
		return overlap{}, errors.New("runs forward know subrep and exactrep of past acts, with half_life or sizes and no other option")
	}
	p := overlap{order: t.Order, sum: t.Aggregate == "sum", life: slices.Index(f.lives, t.HalfLife)}
	if def.name == "subrep" {
		p.order = max(p.order, 1)
	}
	if len(t.Sizes) > 0 {
		p.least = t.Sizes[0]
	}
	if len(t.Sizes) > 1 {
		p.most = t.Sizes[1]
	}
	if p.life < 0 {
		p.life = len(f.lives)
		f.lives = append(f.lives, t.HalfLife)
	}
	return p, nil
}

// prepare replays the record up to the day and reads the statistics of every set.
func (f *Forward) prepare(d *Design) error {
	s := Simulation{Design: d, Theta: make([]float64, len(d.Terms)), After: f.After, Until: f.After + 1}
	s.Rate = math.SmallestNonzeroFloat64
	r, err := s.prepare(rand.New(rand.NewPCG(0, 0)))
	if err != nil {
		return err
	}
	w := r.walker()
	w.moment = func(float64, []int) error { return nil }
	w.propose = func(t float64) (*Event, bool, error) { return nil, t > f.After, nil }
	if err := r.state.walk(d.Model, r.used, w); err != nil {
		return err
	}
	r.state.now = f.After
	var present []int32
	for a, here := range r.state.present {
		if here {
			present = append(present, int32(a))
		}
	}
	if len(present) > mostForward || len(f.Actors) > 32 {
		return fmt.Errorf("%d actors; runs forward hold every set of at most %d", len(present), mostForward)
	}
	if len(present) < 2 {
		return errors.New("fewer than two actors are present on the day")
	}
	f.first = []int{0, 0}
	for size := 2; size <= len(present); size++ {
		for chosen := uint32(0); chosen < 1<<len(present); chosen++ {
			if bits.OnesCount32(chosen) != size {
				continue
			}
			set := uint32(0)
			for left := chosen; left != 0; left &= left - 1 {
				set |= 1 << present[bits.TrailingZeros32(left)]
			}
			f.sets = append(f.sets, set)
		}
		f.first = append(f.first, len(f.sets))
	}
	f.first = slices.Insert(f.first, 2, 0) // sizes 0 and 1 have no sets
	for k := range f.past {
		f.gains = append(f.gains, f.gain(&f.past[k]))
	}
	var u unit
	var tokens []int32
	for _, set := range f.sets {
		tokens = u.set(membersOf(set), nil, len(f.Actors), tokens)
		for _, st := range r.who.stats {
			f.start = append(f.start, st.value(&u))
		}
	}
	return nil
}

// membersOf lists the actors of a set, ascending.
func membersOf(set uint32) []int32 {
	var actors []int32
	for ; set != 0; set &= set - 1 {
		actors = append(actors, int32(bits.TrailingZeros32(set)))
	}
	return actors
}

// Sizes returns the largest size of a set, that of all actors present.
func (f *Forward) Sizes() int { return len(f.first) - 2 }

// Drift says how a run differs from another: the coefficients, and the rates at which
// sets of each size act.
type Drift struct {
	Theta []float64
	Rates []float64 // acts per unit of time, by size; sizes 0 and 1 do not act
}

// Run draws the acts of one course of events up to a time and hands each to visit in
// the order of time, until visit returns false: acts come as a Poisson process at the
// rates of the sizes, the set of each in proportion to the exponential of its
// statistics times the coefficients.
func (f *Forward) Run(ctx context.Context, by Drift, until float64, random *rand.Rand, visit func(at float64, set uint32) bool) error {
	c := &course{f: f, rates: by.Rates}
	if err := c.begin(by); err != nil {
		return err
	}
	for at, n := f.After, 0; ; n++ {
		if n&0xff == 0 {
			if err := ctx.Err(); err != nil {
				return err
			}
		}
		if n > mostEvents {
			return fmt.Errorf("a run was stopped after %d acts; lower the rates or end it earlier", mostEvents)
		}
		at += random.ExpFloat64() / c.total
		if !(at <= until) {
			return nil
		}
		k, err := c.draw(at, random)
		if err != nil {
			return err
		}
		if !visit(at, f.sets[k]) {
			return nil
		}
		c.add(at, f.sets[k])
	}
}

// course is one run on its way.
type course struct {
	f     *Forward
	rates []float64
	total float64
	still []float64   // by set: what does not change, times the coefficients
	decay [][]float64 // by half-life and set: what does, as it was worth on the first day
	grows [][]float64 // by half-life: what a set of a size gains from an act of a size that shares so many actors
	w     []float64
	sums  []float64
}

func (c *course) begin(by Drift) error {
	f, p := c.f, len(c.f.past)
	if len(by.Theta) != p {
		return fmt.Errorf("%d coefficients for %d terms", len(by.Theta), p)
	}
	if len(by.Rates) > f.Sizes()+1 {
		return fmt.Errorf("rates of acts of %d actors; %d are present", len(by.Rates)-1, f.Sizes())
	}
	for size, rate := range by.Rates {
		if !(rate >= 0) || math.IsInf(rate, 1) || size < 2 && rate != 0 {
			return fmt.Errorf("a rate of %v for acts of %d actors", rate, size)
		}
		c.total += rate
	}
	c.still = make([]float64, len(f.sets))
	c.decay, c.grows = make([][]float64, len(f.lives)), make([][]float64, len(f.lives))
	for l := range f.lives {
		c.decay[l] = make([]float64, len(f.sets))
		c.grows[l] = make([]float64, f.place(0, f.Sizes()+1, 0))
	}
	for k, part := range f.past {
		into := c.still
		if part.life >= 0 {
			into = c.decay[part.life]
			for i, gain := range f.gains[k] {
				c.grows[part.life][i] += by.Theta[k] * gain
			}
		}
		for i := range f.sets {
			into[i] += by.Theta[k] * f.start[i*p+k]
		}
	}
	return nil
}

// place is where the gain of a set of n actors from an act of m that shares q is kept.
func (f *Forward) place(m, n, q int) int {
	span := f.Sizes() + 1
	return (n*span+m)*span + q
}

// gain lists what a set gains from an act, by place.
func (f *Forward) gain(s *overlap) []float64 {
	most := f.Sizes()
	into := make([]float64, f.place(0, most+1, 0))
	for n := 2; n <= most; n++ {
		for m := max(2, s.least); m <= most && (s.most == 0 || m <= s.most); m++ {
			for q := 1; q <= min(n, m); q++ {
				gain := 0.0
				switch {
				case s.order == 0:
					if q == n && q == m {
						gain = 1
					}
				case s.sum:
					gain = choose(q, s.order)
				case s.order <= n:
					gain = choose(q, s.order) / choose(n, s.order)
				}
				into[f.place(m, n, q)] = gain
			}
		}
	}
	return into
}

// factor is what a weight of the first day has become.
func (c *course) factor(life int, at float64) float64 {
	if half := c.f.lives[life]; half > 0 {
		return math.Exp2((c.f.After - at) / half)
	}
	return 1
}

// draw returns the number of the set that acts.
func (c *course) draw(at float64, random *rand.Rand) (int, error) {
	size, left := 0, random.Float64()*c.total
	for n, rate := range c.rates {
		if rate == 0 {
			continue
		}
		size = n
		if left -= rate; left < 0 {
			break
		}
	}
	lo, hi := c.f.first[size], c.f.first[size+1]
	w := append(c.w[:0], c.still[lo:hi]...)
	c.w = w
	for l, decay := range c.decay {
		now := c.factor(l, at)
		for i, x := range decay[lo:hi] {
			w[i] += x * now
		}
	}
	total := c.sumUp(w, 0)
	if !(total > 0) || math.IsInf(total, 1) { // too large or too small as they are
		highest := slices.Max(w)
		if math.IsInf(highest, 0) || math.IsNaN(highest) {
			return 0, explosion(at)
		}
		total = c.sumUp(w, highest)
	}
	k, _ := slices.BinarySearch(c.sums, random.Float64()*total)
	return lo + min(k, len(w)-1), nil
}

// sumUp fills sums with the running sums of the rates whose logarithms, more by an offset,
// are given.
func (c *course) sumUp(logs []float64, offset float64) float64 {
	c.sums = c.sums[:0]
	total := 0.0
	for _, eta := range logs {
		total += math.Exp(eta - offset)
		c.sums = append(c.sums, total)
	}
	return total
}

// add lets an act change the statistics of the sets that may act.
func (c *course) add(at float64, act uint32) {
	m := bits.OnesCount32(act)
	for l, decay := range c.decay {
		now := 1 / c.factor(l, at)
		for n, rate := range c.rates {
			if rate == 0 {
				continue
			}
			gain := c.grows[l][c.f.place(m, n, 0):]
			lo, hi := c.f.first[n], c.f.first[n+1]
			d := decay[lo:hi]
			for i, set := range c.f.sets[lo:hi] {
				d[i] += gain[bits.OnesCount32(set&act)] * now
			}
		}
	}
}

// Present returns the set of all actors who are present.
func (f *Forward) Present() uint32 { return f.sets[len(f.sets)-1] }
