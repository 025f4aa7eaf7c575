package rem

import (
	"context"
	"encoding/binary"
	"math"
	"slices"
)

// sandwich returns the robust covariance B M B: B is the inverse information and M
// sums products of scores over pairs of cases that may depend on each other.
//
// By event these are the cases of one event (Huber 1967, White 1982; for partial
// likelihoods Lin & Wei 1989). By actor they are all cases that share at least
// one actor (Aronow, Samii & Assenova 2015, eq. 5, there for dyads). There is no
// correction for small samples.
func (d *diagnosis) sandwich(ctx context.Context, theta, bread []float64) ([]float64, error) {
	m := d.problem
	q := len(m.free)
	own := make([]float64, q)
	each := func(visit func(c int, score []float64)) error {
		return m.l.scores(ctx, theta, func(c int, _ float64, score []float64) {
			for a, i := range m.free {
				own[a] = score[i]
			}
			visit(c, own)
		})
	}
	meat := make([]float64, q*q)
	var err error
	switch event := d.options.subject.event; {
	case d.Robust == "actor":
		err = overlapping(each, d.options.subject.members, q, meat)
	case event == nil:
		err = each(func(_ int, score []float64) { addProduct(meat, 1, score, score) })
	default:
		g := groups{q: q, at: map[string]int{}}
		err = each(func(c int, score []float64) { g.add([]int32{event(c)}, score) })
		for k := range g.size {
			addProduct(meat, 1, g.sum(k), g.sum(k))
		}
	}
	if err != nil {
		return nil, err
	}
	v := product(product(bread, meat, q), bread, q)
	for i := range q {
		for j := range i {
			mean := (v[i*q+j] + v[j*q+i]) / 2
			v[i*q+j], v[j*q+i] = mean, mean
		}
	}
	if d.Robust == "actor" && d.mend(v, bread) {
		d.warn(WarnRobust, nil, "with so few actors some combinations of coefficients have a negative actor-robust variance; it was set to zero, and these standard errors may be too small (Cameron, Gelbach & Miller 2011)")
	}
	return v, nil
}

// groups sums scores by sets of actors.
type groups struct {
	q    int
	at   map[string]int
	sums []float64
	size []int // of the set
	key  []byte
}

func (g *groups) sum(k int) []float64 { return g.sums[k*g.q : (k+1)*g.q] }

func (g *groups) add(set []int32, score []float64) {
	g.key = g.key[:0]
	for _, a := range set {
		g.key = binary.LittleEndian.AppendUint32(g.key, uint32(a))
	}
	k, ok := g.at[string(g.key)]
	if !ok {
		k = len(g.size)
		g.at[string(g.key)] = k
		g.size = append(g.size, len(set))
		g.sums = append(g.sums, make([]float64, g.q)...)
	}
	for j, v := range score {
		g.sums[k*g.q+j] += v
	}
}

func addProduct(into []float64, f float64, x, y []float64) {
	for i, v := range x {
		for j, w := range y {
			into[i*len(x)+j] += f * v * w
		}
	}
}

// maxSubsets bounds the actors of a set whose subsets are listed.
const maxSubsets = 12

// overlapping sums score products over all ordered pairs of cases that share an actor.
// By inclusion and exclusion that is the sum over all sets B of actors of
// (-1)^(|B|+1) S_B S_B', S_B the sum of the scores of the cases that contain B;
// for dyads: the actors' clusters less the dyads' clusters. Where sets are too
// large for their subsets to be listed, pairs of distinct sets are.
func overlapping(each func(func(c int, score []float64)) error, members func(c int) []int32, q int, meat []float64) error {
	whole := groups{q: q, at: map[string]int{}}
	var sets [][]int32
	largest := 0
	if err := each(func(c int, score []float64) {
		set := slices.Clone(members(c))
		slices.Sort(set)
		set = slices.Compact(set)
		if len(set) == 0 {
			addProduct(meat, 1, score, score) // depends on no other
			return
		}
		largest = max(largest, len(set))
		if whole.add(set, score); len(sets) < len(whole.size) {
			sets = append(sets, set)
		}
	}); err != nil {
		return err
	}
	if largest > maxSubsets {
		byDistinctSets(sets, &whole, meat)
		return nil
	}
	parts := groups{q: q, at: map[string]int{}}
	subset := make([]int32, 0, maxSubsets)
	for k, set := range sets {
		for mask := 1; mask < 1<<len(set); mask++ {
			subset = subset[:0]
			for j, a := range set {
				if mask>>j&1 == 1 {
					subset = append(subset, a)
				}
			}
			parts.add(subset, whole.sum(k))
		}
	}
	for k, size := range parts.size {
		addProduct(meat, float64(2*(size%2)-1), parts.sum(k), parts.sum(k))
	}
	return nil
}

// byDistinctSets does the same set by set.
func byDistinctSets(sets [][]int32, whole *groups, meat []float64) {
	in := map[int32][]int{}
	for k, set := range sets {
		for _, a := range set {
			in[a] = append(in[a], k)
		}
	}
	seen := make([]int, len(sets)) // by which set, from 1
	near := make([]float64, whole.q)
	for k, set := range sets {
		clear(near)
		for _, a := range set {
			for _, other := range in[a] {
				if seen[other] == k+1 {
					continue
				}
				seen[other] = k + 1
				for j, v := range whole.sum(other) {
					near[j] += v
				}
			}
		}
		addProduct(meat, 1, whole.sum(k), near)
	}
}

// mend sets negative eigenvalues of v, in units of the model's own standard errors,
// to zero.
func (d *diagnosis) mend(v, bread []float64) bool {
	q := len(d.problem.free)
	unit := make([]float64, q)
	for i := range q {
		unit[i] = 1
		if b := bread[i*q+i]; b > 0 {
			unit[i] = math.Sqrt(b)
		}
	}
	r := make([]float64, q*q)
	for i := range q {
		for j := range q {
			r[i*q+j] = v[i*q+j] / unit[i] / unit[j]
		}
	}
	values, vectors := eigen(r, q)
	if values[0] >= -1e-10*math.Abs(values[q-1]) {
		return false
	}
	clear(v)
	for k, value := range values {
		u := vectors[k*q : (k+1)*q]
		for i := range q {
			for j := range q {
				v[i*q+j] += max(0, value) * u[i] * u[j] * unit[i] * unit[j]
			}
		}
	}
	return true
}
