package rem

import (
	"fmt"
	"math"
	"slices"
)

// A panel is the design of a model whose risk set is the same units from event
// to event: all pairs, or all actors. Most of their statistics do not change
// between two events, so the panel holds changes: a chunk begins with all units,
// then each step says which units changed, left or entered, and what happened.
type panel struct {
	family   Family
	interval bool
	n, p     int // actors, statistics
	units    int
	chunks   []*chunk
	cases    int
}

// chunk is a run of steps that can be evaluated without those before it.
type chunk struct {
	steps []step
	unit  []int32 // that changed; ^unit when it left the risk set
	slab          // p statistics for each unit that changed and did not leave
	first int     // number of the chunk's first case
}

// step is one moment: the changes up to here, then an event, or the end of an
// interval without one.
type step struct {
	end      int // of the chunk's changes
	dt, time float64
	unit     int32 // that acted; -1: none
	event    int32 // its number
	tied     int32 // events of its time, itself among them, that share Efron's denominators; 0: none
}

// marks collects the units that something touched.
type marks struct {
	n       int
	rate    bool
	ordered bool // pairs have a direction
	mask    []uint64
	list    []int32
	bit     uint64
}

func (m *marks) unit(u int32) {
	if m.mask[u] == 0 {
		m.list = append(m.list, u)
	}
	m.mask[u] |= m.bit
}

// pair marks the unit of a pair; in a rate model that of its sender.
func (m *marks) pair(i, j int32) {
	switch {
	case i == j:
	case m.rate:
		m.unit(i)
	case m.ordered || i < j:
		m.unit(i*int32(m.n) + j)
	default:
		m.unit(j*int32(m.n) + i)
	}
}

// actor marks all units in which the actor is the sender, or the receiver.
func (m *marks) actor(a int32, sender bool) {
	if m.rate {
		if sender {
			m.unit(a)
		}
		return
	}
	for k := range int32(m.n) {
		if sender {
			m.pair(a, k)
		} else {
			m.pair(k, a)
		}
	}
}

// panelBuilder writes a panel while time goes on.
type panelBuilder struct {
	*panel
	s     *state
	stats []statistic
	marks marks
	x     []float64 // the statistics of all units now
	on    []bool
	now   *chunk
	timed uint64
	built bool
	ties  Ties
	live  int
}

// maxUnits bounds the statistics of a full risk set held at a time.
const maxUnits = 64 << 20

func newPanelBuilder(s *state, m *Model, stats []statistic) (*panelBuilder, error) {
	n := len(s.data.Actors)
	units := n
	if m.Family != Rate {
		units = n * n
	}
	if units*len(stats) > maxUnits {
		return nil, fmt.Errorf("a full risk set of %d units with %d terms does not fit; draw controls instead", units, len(stats))
	}
	b := &panelBuilder{
		panel: &panel{family: m.Family, interval: m.Interval, n: n, p: len(stats), units: units},
		s:     s, stats: stats,
		marks: marks{n: n, rate: m.Family == Rate, ordered: m.Family != REM || m.Directed, mask: make([]uint64, units)},
		ties:  m.Ties,
		x:     make([]float64, units*len(stats)), on: make([]bool, units), now: &chunk{},
	}
	for k := range stats {
		if stats[k].timed {
			b.timed |= 1 << k
		}
	}
	b.chunks = []*chunk{b.now}
	return b, nil
}

func (b *panelBuilder) ends(u int32) (i, j int32) {
	if b.marks.rate {
		return u, -1
	}
	return u / int32(b.n), u % int32(b.n)
}

func (b *panelBuilder) present(u int32) bool {
	i, j := b.ends(u)
	if j < 0 {
		return b.s.present[i]
	}
	return i != j && (b.marks.ordered || i < j) && b.s.present[i] && b.s.present[j] && b.s.mayAct(i, j)
}

const allBits = math.MaxUint64

func (b *panelBuilder) touchAll(bits uint64) {
	b.marks.bit = bits
	for u := range int32(b.units) {
		if i, j := b.ends(u); i != j && (b.marks.ordered || j < 0 || i < j) {
			b.marks.unit(u)
		}
	}
}

func (b *panelBuilder) walker() walker {
	return walker{
		touched: func(v *view, i, j int32) {
			if v == b.s.atRisk {
				b.marks.bit = 1 << 63
				b.marks.pair(i, j)
			}
			for k := range b.stats {
				for _, own := range b.stats[k].views {
					if own == v {
						b.marks.bit = 1 << k
						b.stats[k].touch(&b.marks, v, i, j)
						break
					}
				}
			}
		},
		attr: func(c int, actor int32) {
			for k := range b.stats {
				for _, own := range b.stats[k].attrs {
					if own == c {
						b.marks.bit = 1 << k
						b.marks.actor(actor, true)
						b.marks.actor(actor, false)
						if b.stats[k].around != nil {
							b.stats[k].around(&b.marks, c, actor)
						}
					}
				}
			}
		},
		presence: func(actor int32) {
			b.marks.bit = 1 << 63
			b.marks.actor(actor, true)
			b.marks.actor(actor, false)
		},
		moment: b.moment,
	}
}

// settle writes the statistics of all that was touched into the chunk.
func (b *panelBuilder) settle() {
	if !b.built {
		b.touchAll(allBits)
		b.built = true
	} else if b.timed != 0 {
		b.touchAll(b.timed)
	}
	var u unit
	beforehand(b.stats, func(visit func(u *unit)) {
		for id := range int32(b.units) {
			if b.present(id) {
				u.i, u.j = b.ends(id)
				visit(&u)
			}
		}
	})
	for _, id := range b.marks.list {
		mask := b.marks.mask[id]
		b.marks.mask[id] = 0
		u.i, u.j = b.ends(id)
		x := b.x[int(id)*b.p : int(id+1)*b.p]
		changed := false
		for k := range b.stats {
			if mask&(1<<k) == 0 {
				continue
			}
			if v := b.stats[k].value(&u); v != x[k] {
				x[k] = v
				changed = true
			}
		}
		switch present := b.present(id); {
		case present && (!b.on[id] || changed):
			b.now.unit = append(b.now.unit, id)
			if cap(b.now.x)-len(b.now.x) < len(x) {
				b.now.x = slices.Grow(b.now.x, len(b.now.x))
			}
			b.now.x = append(b.now.x, x...)
			if !b.on[id] {
				b.on[id] = true
				b.live++
			}
		case !present && b.on[id]:
			b.now.unit = append(b.now.unit, ^id)
			b.on[id] = false
			b.live--
		}
	}
	b.marks.list = b.marks.list[:0]
}

// full reports whether a chunk has grown well beyond all units.
func (b *panelBuilder) full() bool { return len(b.now.unit) >= 8*b.live && len(b.now.steps) >= 16 }

// shelve gives the statistics of the last chunk away.
func (b *panelBuilder) shelve(s *shelf) (err error) {
	b.now.slab, err = s.keep(b.now.x, b.p, false)
	return err
}

// cut begins a new chunk with all units.
func (b *panelBuilder) cut() {
	b.now = &chunk{first: b.cases}
	b.chunks = append(b.chunks, b.now)
	for u, on := range b.on {
		if on {
			b.now.unit = append(b.now.unit, int32(u))
			b.now.x = append(b.now.x, b.x[u*b.p:(u+1)*b.p]...)
		}
	}
}

func (b *panelBuilder) add(dt float64, unit int32, event int) {
	b.now.steps = append(b.now.steps, step{end: len(b.now.unit), dt: dt, time: b.s.now, unit: unit, event: int32(event)})
	b.cases++
}

func (b *panelBuilder) moment(dt float64, events []int) error {
	b.settle()
	if b.live == 0 && len(events) > 0 {
		return fmt.Errorf("event %s: nobody is present who could act", b.s.data.told(events[0]))
	}
	if len(events) == 0 {
		if dt > 0 && b.live > 0 { // while nobody is there nothing can happen
			b.add(dt, -1, -1)
		}
		return nil
	}
	type deed struct {
		unit  int32
		event int
	}
	tied := make([]deed, 0, 4)
	for _, k := range events {
		e := &b.s.data.Events[k]
		i, j := pairOf(e)
		id := i
		if !b.marks.rate {
			if !b.marks.ordered && i > j {
				i, j = j, i
			}
			id = i*int32(b.n) + j
		}
		if !b.on[id] {
			return b.s.absent(e)
		}
		tied = append(tied, deed{id, k})
	}
	if b.ties == Efron {
		// Those who choose from the same risk set stand together.
		risk := func(d deed) int32 {
			if b.family == Choice {
				return d.unit / int32(b.n)
			}
			return 0
		}
		slices.SortStableFunc(tied, func(x, y deed) int { return int(risk(x) - risk(y)) })
		first := len(b.now.steps)
		for _, d := range tied {
			b.add(dt, d.unit, d.event)
		}
		group := b.now.steps[first:]
		for k := range group {
			with := 0
			for _, d := range tied {
				if risk(d) == risk(tied[k]) {
					with++
				}
			}
			if with > 1 {
				group[k].tied = int32(with)
			}
		}
		return nil
	}
	for _, d := range tied {
		var out []int32
		if b.ties == Exclude {
			for _, other := range tied {
				if other.unit != d.unit && !slices.Contains(out, other.unit) {
					out = append(out, other.unit)
					b.now.unit = append(b.now.unit, ^other.unit)
				}
			}
		}
		b.add(dt, d.unit, d.event)
		dt = 0
		for _, other := range out {
			b.now.unit = append(b.now.unit, other)
			b.now.x = append(b.now.x, b.x[int(other)*b.p:int(other+1)*b.p]...)
		}
	}
	return nil
}

// pairOf returns the two actors of a dyadic event, as listed.
func pairOf(e *Event) (i, j int32) {
	if len(e.To) > 0 {
		return e.From[0], e.To[0]
	}
	if len(e.From) > 1 {
		return e.From[0], e.From[1]
	}
	return e.From[0], -1
}
