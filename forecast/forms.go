package forecast

import (
	"math/bits"
	"math/rand/v2"
	"slices"
	"sync"

	"entente"
	"entente/measure"
)

// forms is what acts of the record were, from which a future act takes its form: the
// form of a past act of as many actors (two, or more) in proportion to what it counts
// by its age, or now and then of one of the other kind. Whether an act of three or more
// is done in the name of the group is drawn by its type.
type forms struct {
	acts  []*entente.Act // one for each past act
	kind  []int          // of each: its number among the kinds
	kinds []*entente.Act // distinct forms, by one act that had each
	// weight of each past act, by whether it was of two (0) or more (1)
	weight [2][]float64
	total  [2]float64
	// named and all count, by type, the past acts of three or more that were done in the
	// name of the group, and all of these.
	named, all map[entente.ActType]float64
	share      float64 // over all types
}

// borrowed is how many acts of its own kind weigh as much as all of the other kind
// together, when the form of an act is drawn.
const borrowed = 5

// leaning is how many acts the share over all types weighs in the share of one.
const leaning = 2

// sameForm reports whether two acts cannot be told apart by the ladder but for their
// date and participants.
func sameForm(a, b *entente.Act) bool {
	return a.Type == b.Type && a.Level == b.Level && a.Body == b.Body && a.Force == b.Force && a.Status == b.Status &&
		slices.Equal(a.Domains, b.Domains) && slices.Equal(a.Obligations, b.Obligations)
}

// learnForms reads the forms of acts with the sizes and weights given.
func learnForms(group string, acts []*entente.Act, sizes []int, weights []float64) *forms {
	f := &forms{named: map[entente.ActType]float64{}, all: map[entente.ActType]float64{}}
	var named, all float64
	for i, a := range acts {
		k := slices.IndexFunc(f.kinds, func(b *entente.Act) bool { return sameForm(a, b) })
		if k < 0 {
			k = len(f.kinds)
			f.kinds = append(f.kinds, a)
		}
		f.acts, f.kind = append(f.acts, a), append(f.kind, k)
		large := 0
		if sizes[i] > 2 {
			large = 1
			f.all[a.Type] += weights[i]
			all += weights[i]
			if a.Forum == group {
				f.named[a.Type] += weights[i]
				named += weights[i]
			}
		}
		for l := range f.weight {
			w := 0.0
			if l == large {
				w = weights[i]
				f.total[l] += w
			}
			f.weight[l] = append(f.weight[l], w)
		}
	}
	f.share = (named + 0.5) / (all + 1)
	return f
}

// drawnForms are the chances of one run.
type drawnForms struct {
	*forms
	sums  [2][]float64 // running weights of the past acts
	other [2]float64   // how likely the form is taken from the other kind
	named map[entente.ActType]float64
}

// draw lets chance say what the record leaves open: the weights of past acts by
// resampling (Rubin 1981, Annals of Statistics 9:130), the shares by their beta
// distributions.
func (f *forms) draw(random *rand.Rand) *drawnForms {
	d := &drawnForms{forms: f, named: map[entente.ActType]float64{}}
	for l := range f.weight {
		sum := 0.0
		d.sums[l] = make([]float64, len(f.acts))
		for i, w := range f.weight[l] {
			if w > 0 {
				sum += w * random.ExpFloat64()
			}
			d.sums[l][i] = sum
		}
		d.other[l] = borrowed / (borrowed + f.total[l])
	}
	for _, t := range f.types() {
		d.named[t] = beta(f.named[t]+leaning*f.share, f.all[t]-f.named[t]+leaning*(1-f.share), random)
	}
	return d
}

// types lists the types of act of the record in a fixed order.
func (f *forms) types() []entente.ActType {
	var types []entente.ActType
	for _, a := range f.kinds {
		if !slices.Contains(types, a.Type) {
			types = append(types, a.Type)
		}
	}
	slices.Sort(types)
	return types
}

// next draws the form of an act of so many actors, and whether it is done in the name
// of the group.
func (d *drawnForms) next(size int, random *rand.Rand) (kind int, named bool) {
	l := 0
	if size > 2 {
		l = 1
	}
	if random.Float64() < d.other[l] {
		l = 1 - l
	}
	if d.total[l] == 0 {
		l = 1 - l
	}
	sums := d.sums[l]
	kind = d.kind[pick(sums, random.Float64()*sums[len(sums)-1])]
	return kind, size > 2 && random.Float64() < d.named[d.kinds[kind].Type]
}

// climb says which rungs an act of a form would newly hold if the group did it. The
// ladder itself is asked, once for each form and number of members.
type climb struct {
	c       *entente.Case // a copy, to which an act at a time is added
	acts    []*entente.Act
	origin  entente.Day
	base    measure.Rungs
	members uint32 // of the sets of actors, who is a member
	actors  []string
	known   map[[3]int]uint16 // what rungs has said, of this copy
	shared  *sync.Map         // and of all
}

func newClimb(c *entente.Case, origin entente.Day, actors []string) *climb {
	cl := &climb{c: c.Copy(), acts: slices.Clip(c.Acts), origin: origin, base: measure.Ladder(c, origin), actors: actors, known: map[[3]int]uint16{}, shared: &sync.Map{}}
	on := c.Group.On(origin, "member")
	for i, code := range actors {
		if slices.Contains(on, code) {
			cl.members |= 1 << i
		}
	}
	return cl
}

// rungs returns the rungs, one bit each, that an act of the set newly holds.
func (cl *climb) rungs(kind int, like *entente.Act, set uint32) uint16 {
	key := [3]int{kind, bits.OnesCount32(set & cl.members)}
	if cl.members == 0 { // without members the ladder counts states
		key[2] = bits.OnesCount32(set)
	}
	rungs, ok := cl.known[key]
	if ok {
		return rungs
	}
	if said, ok := cl.shared.Load(key); ok {
		rungs = said.(uint16)
	} else {
		rungs = cl.ask(like, set)
		cl.shared.Store(key, rungs)
	}
	cl.known[key] = rungs
	return rungs
}

// ask asks the ladder.
func (cl *climb) ask(like *entente.Act, set uint32) (rungs uint16) {
	act := *like
	act.ID, act.Date, act.Forum, act.Changes, act.Supersedes = "simulated", entente.On(cl.origin+1), cl.c.Group.Code, nil, nil
	act.Participants = nil
	for i, code := range cl.actors {
		if set>>i&1 == 1 {
			act.Participants = append(act.Participants, entente.Participant{Actor: code})
		}
	}
	cl.c.Acts = append(cl.acts, &act)
	for i, r := range measure.Ladder(cl.c, cl.origin+1).Rungs {
		if r.Reached && !cl.base.Held(i) {
			rungs |= 1 << i
		}
	}
	return rungs
}
