package network

import (
	"context"
	"math/rand/v2"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
)

// CommunityOptions are the choices of Graph.Communities; the zero value is a sound one.
type CommunityOptions struct {
	Seeds int     // runs of the Leiden algorithm; 0 means 60
	Gamma float64 // resolution of the modularity; 0 means 1
	Seed  uint64  // run i draws from the stream (Seed, i)
}

// Communities is what repeated runs of the Leiden algorithm found. The runs differ
// only by chance, so what they do not share is not a finding: read Best beside
// the range of Q and the co-membership rates.
type Communities struct {
	Best     []int // community of each node, numbered by first nodes; the first of the best runs
	Count    int   // communities in Best, isolates included
	Gamma    float64
	Seeds    int
	BestQ    float64
	WorstQ   float64
	Distinct int // different partitions among the runs

	runs [][]int32
}

// CoMembership returns the share of runs, 0..1, that put both nodes in one
// community.
func (c *Communities) CoMembership(u, v int) float64 {
	together := 0
	for _, label := range c.runs {
		if label[u] == label[v] {
			together++
		}
	}
	return float64(together) / float64(len(c.runs))
}

// CoMemberships returns the rates of all pairs u < v, packed by rows: (0,1),
// (0,2) .. (0,n-1), (1,2) .. It holds n(n-1)/2 numbers.
func (c *Communities) CoMemberships() []float64 {
	n := len(c.Best)
	rates := make([]float64, n*(n-1)/2)
	rest := rates
	for u := range n {
		row := rest[:n-1-u]
		rest = rest[len(row):]
		for _, label := range c.runs {
			at := label[u]
			for i, l := range label[u+1:] {
				if l == at {
					row[i]++
				}
			}
		}
	}
	for i := range rates {
		rates[i] /= float64(len(c.runs))
	}
	return rates
}

// Communities runs the Leiden algorithm once per seed on all cores; the
// result does not depend on their number. It returns ok = false for a graph
// without edges, which has no modularity. It stops with the context's error.
func (g *Graph) Communities(ctx context.Context, opt CommunityOptions) (c *Communities, ok bool, err error) {
	gamma, err := resolution(opt.Gamma)
	if err != nil {
		return nil, false, err
	}
	if g.M() == 0 {
		return nil, false, ctx.Err()
	}
	seeds := opt.Seeds
	if seeds <= 0 {
		seeds = 60
	}
	labels := make([]int32, seeds*g.N())
	runs := make([][]int32, seeds)
	q := make([]float64, seeds)
	var next atomic.Int64
	var wait sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), seeds) {
		wait.Go(func() {
			l := newLeiden(g, gamma)
			for ctx.Err() == nil {
				i := int(next.Add(1)) - 1
				if i >= seeds {
					return
				}
				l.run(rand.NewPCG(opt.Seed, uint64(i)))
				runs[i] = labels[i*g.N() : (i+1)*g.N()]
				copy(runs[i], l.label)
				q[i] = l.q
			}
		})
	}
	wait.Wait()
	if err := ctx.Err(); err != nil {
		return nil, false, err
	}
	best := 0
	c = &Communities{Gamma: gamma, Seeds: seeds, WorstQ: q[0], runs: runs}
	for i := range q {
		// Runs that reach the same partition may differ in the last bits of Q.
		if q[i] > q[best]+1e-12 {
			best = i
		}
		c.WorstQ = min(c.WorstQ, q[i])
	}
	c.BestQ = q[best]
	c.Best = make([]int, g.N())
	for v, label := range runs[best] {
		c.Best[v] = int(label)
		c.Count = max(c.Count, int(label)+1)
	}
	c.Distinct = distinct(runs)
	return c, true, nil
}

func distinct(runs [][]int32) int {
	sorted := slices.Clone(runs)
	slices.SortFunc(sorted, slices.Compare[[]int32])
	return len(slices.CompactFunc(sorted, slices.Equal[[]int32]))
}
