package rem

import (
	"cmp"
	"context"
	"errors"
	"runtime"
	"slices"
	"sync"
)

// The risk sets of the events are opened by several walkers at once. Each goes
// through the record with a state of its own, which is cheap beside the statistics of
// all alternatives, and opens blocks of risk sets that nobody has opened: the first from
// the start, the second of two from the middle. One that comes to where another began
// goes on to the blocks that are left, and when none is it is done. The blocks do not
// depend on the number of walkers, and so neither does the design.

const (
	rowsPerBlock = 1 << 14
	maxWalkers   = 8 // each holds the whole state
)

// strataBuilder is one of the walkers.
type strataBuilder struct {
	d     *Design
	s     *state
	stats []statistic
	risk  riskSets

	blocks   *blocks
	start    int // the first block that is for this walker
	perBlock int
	turn     int  // risk sets so far, of all walkers
	block    int  // of the last of them
	mine     bool // this walker writes it
	over     bool // nothing is left to write
	now      strata
	done     []finished
	err      error // of keeping them

	unit   unit
	tokens []int32
}

type finished struct {
	block int
	*strata
}

// blocks is which blocks some walker has taken.
type blocks struct {
	sync.Mutex
	taken map[int]bool
	all   int // how many there are, known once a walker came to the end
}

// take reports whether a block was not taken before, and whether none is left.
func (b *blocks) take(k int) (taken, over bool) {
	b.Lock()
	defer b.Unlock()
	if b.taken[k] {
		return false, b.all > 0 && len(b.taken) == b.all
	}
	b.taken[k] = true
	return true, false
}

// end notes how many blocks there are.
func (b *blocks) end(all int) {
	b.Lock()
	defer b.Unlock()
	b.all = all
}

// errAllTaken ends a walk with no more to do.
var errAllTaken = errors.New("all blocks are taken")

// buildStrata writes rows for each event's own risk set.
func (d *Design) buildStrata(ctx context.Context, s *state, stats []statistic) error {
	perBlock := d.setsPerBlock()
	n := (d.Events + perBlock - 1) / perBlock
	shared := &blocks{taken: map[int]bool{}}
	walkers := make([]*strataBuilder, max(1, min(runtime.GOMAXPROCS(0), n, maxWalkers)))
	for k := range walkers {
		if k > 0 {
			s = newState(d.data)
			var err error
			if stats, err = (&binder{s, d.Model}).bind(d.Model.Terms); err != nil {
				return err
			}
			s.start()
		}
		b := &strataBuilder{d: d, s: s, stats: stats, blocks: shared, start: k * n / len(walkers), perBlock: perBlock, block: -1}
		b.risk = riskSets{s: s, m: d.Model, changed: true, wanted: b.wanted}
		walkers[k] = b
	}
	failed := make([]error, len(walkers))
	var wait sync.WaitGroup
	for k, b := range walkers {
		wait.Go(func() { failed[k] = b.walk(ctx) })
	}
	wait.Wait()
	if err := ctx.Err(); err != nil {
		return err
	}
	// The first that went wrong in the order of time, as one walker would say.
	var first *failure
	for _, err := range failed {
		var f *failure
		if errors.As(err, &f) {
			if first == nil || f.turn < first.turn {
				first = f
			}
		} else if err != nil {
			return err
		}
	}
	if first != nil {
		return first.error
	}
	var all []finished
	for _, b := range walkers {
		all = append(all, b.done...)
	}
	slices.SortFunc(all, func(a, b finished) int { return cmp.Compare(a.block, b.block) })
	cases := 0
	for _, f := range all {
		f.first = cases
		cases += len(f.cases)
		d.strata = append(d.strata, f.strata)
	}
	return nil
}

// setsPerBlock is how many risk sets make a block.
func (d *Design) setsPerBlock() int {
	rows := 1 << 10
	switch risk := &d.Model.RiskSet; {
	case risk.Controls > 0:
		rows = (risk.Controls + 1) * max(1, risk.MaxSize)
	case len(risk.Given) > 0:
		rows = 0
		for _, g := range risk.Given {
			rows += len(g) + 1
		}
		rows /= len(risk.Given)
	}
	return max(1, rowsPerBlock/rows)
}

// failure is what went wrong with a risk set.
type failure struct {
	turn int
	error
}

func (b *strataBuilder) walk(ctx context.Context) error {
	err := b.s.walk(b.d.Model, b.d.used, walker{
		presence: func(int32) { b.risk.changed = true },
		moment: func(dt float64, events []int) error {
			if err := ctx.Err(); err != nil {
				return err
			}
			if err := b.risk.each(dt, events, b.open); err != nil {
				return &failure{b.turn, err}
			}
			if b.over {
				return errAllTaken
			}
			return nil
		},
	})
	b.flush()
	if errors.Is(err, errAllTaken) {
		err = nil
	} else if err == nil {
		b.blocks.end(b.block + 1)
	}
	return cmp.Or(err, b.err)
}

// wanted reports whether the next risk set is this walker's to open.
func (b *strataBuilder) wanted() bool {
	block := b.turn / b.perBlock
	b.turn++
	if block != b.block {
		b.flush()
		b.block, b.mine = block, false
		if block >= b.start {
			b.mine, b.over = b.blocks.take(block)
		}
	}
	return b.mine
}

// flush keeps the block that was written, without room to spare.
func (b *strataBuilder) flush() {
	if len(b.now.cases) > 0 {
		kept, err := b.d.shelf.keep(b.now.x, len(b.stats), true)
		b.err = cmp.Or(b.err, err)
		b.done = append(b.done, finished{b.block, &strata{
			p: len(b.stats), interval: b.d.Model.Interval,
			cases: slices.Clone(b.now.cases), slab: kept, offset: slices.Clone(b.now.offset),
		}})
	}
	b.now.cases, b.now.x, b.now.offset = b.now.cases[:0], b.now.x[:0], nil
}

// open writes the rows of one risk set.
func (b *strataBuilder) open(event int, dt float64) error {
	c, p := &b.now, len(b.stats)
	beforehand(b.stats, func(visit func(u *unit)) {
		for _, set := range b.risk.sets {
			b.read(set)
			visit(&b.unit)
		}
	})
	for i := range b.risk.sets {
		b.read(b.risk.sets[i])
		for k := range b.stats {
			c.x = append(c.x, b.stats[k].value(&b.unit))
		}
	}
	if b.risk.offset != nil {
		for len(c.offset) < len(c.x)/p-len(b.risk.offset) {
			c.offset = append(c.offset, 0)
		}
		c.offset = append(c.offset, b.risk.offset...)
	} else if c.offset != nil {
		c.offset = append(c.offset, make([]float64, len(c.x)/p-len(c.offset))...)
	}
	c.cases = append(c.cases, stratum{end: len(c.x) / p, event: int32(event), dt: dt, tied: int32(b.risk.tied), acting: int32(b.risk.acting)})
	return nil
}

// read makes a set the unit of which statistics are read.
func (b *strataBuilder) read(set drawing) {
	b.tokens = b.unit.set(set.from, set.to, len(b.s.data.Actors), b.tokens)
	b.unit.kind = set.kind
}
