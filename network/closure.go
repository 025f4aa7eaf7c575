package network

import (
	"context"
	"fmt"
	"math"
	"math/bits"
	"math/rand/v2"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
)

// ClosureOptions are the choices of ClosureTest; the zero value is a sound one.
type ClosureOptions struct {
	Draws int // random rearrangements; 0 means 999
	Seed  uint64
}

// Closure compares the transitivity of a projection with what acts of the same
// sizes and actors as active would show by chance.
type Closure struct {
	Observed float64 // transitivity of the projection
	Mean, SD float64 // of the rearrangements
	Low      float64 // 5 per cent of the rearrangements lie below
	High     float64 // 5 per cent lie above
	P        float64 // share at or above the observed value, itself counted: (1+#)/(1+draws)
	Draws    int
	Thin     string // why there is no test; the numbers above then mean nothing, save Observed where it is not 0
}

const (
	// The draws come from this many chains, each from its own random stream, so
	// that the result does not depend on the number of cores.
	closureChains = 8
	// Trades per act before the first draw of a chain and between two draws.
	// Strona et al. find that a few trades per row suffice to forget the start.
	closureBurnIn = 10
	closureThin   = 2
	// Below these sizes the rearrangements are so few that p cannot be small.
	closureMinActs   = 6
	closureMinActors = 5
	// Above this size the table of who has met whom would fill the memory.
	closureMaxActors = 1 << 15
)

// ClosureTest asks whether the partners of one actor are partners of each other
// more often than the sizes of acts alone bring about: an act of k actors is a
// clique in the projection and closes k(k-1)(k-2)/6 triangles by itself. Each
// act is a list of different nodes 0..n-1. The null hypothesis keeps the number
// of acts of each actor and the number of actors of each act and is sampled by
// curveball trades (Strona et al. 2014, Nat. Commun. 5:4114; uniform by Carstens
// 2015, Phys. Rev. E 91:042812). Acts of one actor take no part. It returns
// ok = false, with the reason in Thin, where there is too little to test.
func ClosureTest(ctx context.Context, n int, acts [][]int32, opt ClosureOptions) (c Closure, ok bool, err error) {
	draws := opt.Draws
	if draws <= 0 {
		draws = 999
	}
	start, actors, err := closureInput(n, acts)
	if err != nil {
		return Closure{}, false, err
	}
	var defined bool
	if actors <= closureMaxActors {
		c.Observed, defined = newProjector(actors, start).transitivity(start)
	}
	switch {
	case actors > closureMaxActors:
		c.Thin = fmt.Sprintf("%d actors are more than the %d that the test takes", actors, closureMaxActors)
	case len(start) < closureMinActs:
		c.Thin = fmt.Sprintf("only %d acts of two or more; at least %d are needed", len(start), closureMinActs)
	case actors < closureMinActors:
		c.Thin = fmt.Sprintf("only %d actors take part; at least %d are needed", actors, closureMinActors)
	case !defined:
		c.Thin = "no actor has two partners"
	}
	if c.Thin != "" {
		return c, false, ctx.Err()
	}

	values := make([]float64, draws)
	var next atomic.Int64
	var wait sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), closureChains) {
		wait.Go(func() {
			p := newProjector(actors, start)
			for ctx.Err() == nil {
				chain := int(next.Add(1)) - 1
				if chain >= closureChains {
					return
				}
				// Chain i makes the draws from its own share of the list.
				mine := values[chain*draws/closureChains : (chain+1)*draws/closureChains]
				p.sample(ctx, start, rand.NewPCG(opt.Seed, uint64(chain)), mine)
			}
		})
	}
	wait.Wait()
	if err := ctx.Err(); err != nil {
		return Closure{}, false, err
	}

	slices.Sort(values)
	atLeast := 0
	for _, x := range values {
		c.Mean += x / float64(draws)
		if x >= c.Observed-1e-12 {
			atLeast++
		}
	}
	for _, x := range values {
		c.SD += (x - c.Mean) * (x - c.Mean)
	}
	c.SD = math.Sqrt(c.SD / max(1, float64(draws-1)))
	c.Low, c.High = quantile(values, 0.05), quantile(values, 0.95)
	c.P = float64(1+atLeast) / float64(1+draws)
	c.Draws = draws
	if values[draws-1]-values[0] < 1e-12 {
		c.Thin = "every rearrangement of the acts has the same transitivity"
		return c, false, nil
	}
	return c, true, nil
}

// closureInput checks the acts, keeps those of two or more and renumbers their
// actors without gaps.
func closureInput(n int, acts [][]int32) (kept [][]int32, actors int, err error) {
	id := make([]int32, max(n, 0))
	seenIn := make([]int32, max(n, 0))
	places := 0
	for i, act := range acts {
		for _, v := range act {
			if v < 0 || int(v) >= n {
				return nil, 0, fmt.Errorf("network: act %d names node %d: nodes are 0..%d", i, v, n-1)
			}
			if seenIn[v] == int32(i)+1 {
				return nil, 0, fmt.Errorf("network: act %d names node %d twice", i, v)
			}
			seenIn[v] = int32(i) + 1
		}
		places += len(act)
	}
	arena := make([]int32, 0, places)
	for _, act := range acts {
		if len(act) < 2 {
			continue
		}
		first := len(arena)
		for _, v := range act {
			if id[v] == 0 {
				actors++
				id[v] = int32(actors)
			}
			arena = append(arena, id[v]-1)
		}
		kept = append(kept, arena[first:len(arena):len(arena)])
	}
	return kept, actors, nil
}

// quantile of sorted values, with linear interpolation between neighbours.
func quantile(sorted []float64, p float64) float64 {
	at := p * float64(len(sorted)-1)
	i := int(at)
	if i+1 >= len(sorted) {
		return sorted[len(sorted)-1]
	}
	return sorted[i] + (at-float64(i))*(sorted[i+1]-sorted[i])
}

// projector rearranges acts and measures the transitivity of their projection.
type projector struct {
	actors, words int
	rows          []uint64 // who has met whom
	acts          [][]int32
	arena         []int32
	mark          []uint8
	pool          []int32
}

func newProjector(actors int, acts [][]int32) *projector {
	words := (actors + 63) / 64
	places := 0
	for _, act := range acts {
		places += len(act)
	}
	return &projector{
		actors: actors, words: words,
		rows:  make([]uint64, actors*words),
		acts:  make([][]int32, len(acts)),
		arena: make([]int32, 0, places),
		mark:  make([]uint8, actors),
	}
}

func (p *projector) sample(ctx context.Context, start [][]int32, pcg *rand.PCG, values []float64) {
	p.arena = p.arena[:0]
	for i, act := range start {
		first := len(p.arena)
		p.arena = append(p.arena, act...)
		p.acts[i] = p.arena[first:len(p.arena):len(p.arena)]
	}
	trades := closureBurnIn * len(start)
	for i := range values {
		if ctx.Err() != nil {
			return
		}
		for range trades {
			p.trade(pcg)
		}
		trades = closureThin * len(start)
		// Without a connected triple nothing is closed.
		values[i], _ = p.transitivity(p.acts)
	}
}

// trade lets two acts deal out anew, at random, the actors that only one of them
// has.
func (p *projector) trade(pcg *rand.PCG) {
	i, j := below(pcg, len(p.acts)), below(pcg, len(p.acts)-1)
	if j >= i {
		j++
	}
	a, b := p.acts[i], p.acts[j]
	for _, v := range a {
		p.mark[v] = 1
	}
	// Move what both have to the front of b, and the rest of b into the pool.
	shared := 0
	for k, v := range b {
		if p.mark[v] == 1 {
			p.mark[v] = 2
			b[shared], b[k] = v, b[shared]
			shared++
		}
	}
	p.pool = append(p.pool[:0], b[shared:]...)
	kept := 0
	for k, v := range a {
		if p.mark[v] == 2 {
			a[kept], a[k] = v, a[kept]
			kept++
		}
		p.mark[v] = 0
	}
	p.pool = append(p.pool, a[kept:]...)
	need := len(a) - kept
	for k := range need {
		at := k + below(pcg, len(p.pool)-k)
		p.pool[k], p.pool[at] = p.pool[at], p.pool[k]
	}
	copy(a[kept:], p.pool[:need])
	copy(b[shared:], p.pool[need:])
}

// below returns a number in 0..n-1, from the high bits of n times a 32-bit draw
// (Lemire 2019); its bias of n/2^32 does not matter here.
func below(pcg *rand.PCG, n int) int {
	return int((pcg.Uint64() >> 32) * uint64(n) >> 32)
}

func (p *projector) transitivity(acts [][]int32) (value float64, ok bool) {
	clear(p.rows)
	for _, act := range acts {
		for _, u := range act {
			row := p.rows[int(u)*p.words:][:p.words]
			for _, v := range act {
				row[v>>6] |= 1 << (v & 63)
			}
		}
	}
	closed, triples := 0, 0
	for u := range p.actors {
		row := p.rows[u*p.words:][:p.words]
		row[u>>6] &^= 1 << (u & 63)
		degree := 0
		for _, w := range row {
			degree += bits.OnesCount64(w)
		}
		triples += degree * (degree - 1) / 2
	}
	for u := range p.actors {
		row := p.rows[u*p.words:][:p.words]
		for at, word := range row[:u>>6+1] {
			for ; word != 0; word &= word - 1 {
				v := at<<6 | bits.TrailingZeros64(word)
				if v > u {
					break
				}
				other := p.rows[v*p.words:][:len(row)]
				for i, w := range row {
					closed += bits.OnesCount64(w & other[i])
				}
			}
		}
	}
	// Each triangle is seen from its three edges: closed = 3 x triangles.
	if triples == 0 {
		return 0, false
	}
	return float64(closed) / float64(triples), true
}
