package network

import "math/bits"

// Density returns m / (n(n-1)/2). It is not defined for fewer than two nodes.
func (g *Graph) Density() (value float64, ok bool) {
	n := float64(g.N())
	if n < 2 {
		return 0, false
	}
	return float64(g.M()) / (n * (n - 1) / 2), true
}

// HubShare returns the largest degree divided by twice the number of edges: 1/2
// for a star, 1/n for a ring. It is not defined without edges.
func (g *Graph) HubShare() (value float64, ok bool) {
	if g.M() == 0 {
		return 0, false
	}
	largest := 0
	for v := range g.N() {
		largest = max(largest, g.Degree(v))
	}
	return float64(largest) / float64(2*g.M()), true
}

// Transitivity returns 3 x triangles / connected triples (Newman, Strogatz &
// Watts 2001, Phys. Rev. E 64:026118, eq. 3): the share of pairs of partners of
// one node that are partners of each other. It is not defined where no node has
// two neighbours. In a projection of acts, every act of three or more closes
// triangles by itself; ClosureTest sets that aside.
func (g *Graph) Transitivity() (value float64, ok bool) {
	triples := g.triples()
	if triples == 0 {
		return 0, false
	}
	closed := 0
	for _, t := range g.triangles() {
		closed += int(t)
	}
	return float64(closed) / float64(triples), true
}

// MeanLocalClustering returns the mean over all nodes of the share of a node's
// pairs of neighbours that are joined (Watts & Strogatz 1998, Nature 393:440);
// nodes with fewer than two neighbours count 0. It is not defined without nodes.
func (g *Graph) MeanLocalClustering() (value float64, ok bool) {
	if g.N() == 0 {
		return 0, false
	}
	sum := 0.0
	for v, t := range g.triangles() {
		if d := float64(g.Degree(v)); d > 1 {
			sum += float64(t) / (d * (d - 1) / 2)
		}
	}
	return sum / float64(g.N()), true
}

// triples counts the pairs of edges that meet in a node.
func (g *Graph) triples() int {
	sum := 0
	for v := range g.N() {
		d := g.Degree(v)
		sum += d * (d - 1) / 2
	}
	return sum
}

// triangles returns, for each node, the number of triangles that it is part of.
// Two ways give the same numbers; the cheaper one is taken: rows of bits cost
// n/64 operations per edge, whatever the degrees, lists cost the degrees.
func (g *Graph) triangles() []int64 {
	words := (g.N() + 63) / 64
	if byBits := g.M() * words; words <= 64 && byBits <= g.triples() {
		return g.trianglesByBits(words)
	}
	return g.trianglesByLists()
}

func (g *Graph) trianglesByBits(words int) []int64 {
	n := g.N()
	rows := make([]uint64, n*words)
	for v := range n {
		row := rows[v*words : (v+1)*words]
		for _, u := range g.nbr[g.start[v]:g.start[v+1]] {
			row[u>>6] |= 1 << (u & 63)
		}
	}
	t := make([]int64, n)
	for v := range n {
		row := rows[v*words : (v+1)*words]
		all := 0
		for _, u := range g.nbr[g.start[v]:g.start[v+1]] {
			if int(u) > v {
				break
			}
			other := rows[int(u)*words:][:len(row)]
			common := 0
			for i, w := range row {
				common += bits.OnesCount64(w & other[i])
			}
			all += common
			t[u] += int64(common)
		}
		t[v] += int64(all)
	}
	// Each triangle was seen from both of a node's edges in it.
	for v := range t {
		t[v] /= 2
	}
	return t
}

// trianglesByLists orders the nodes by degree and looks only from each node to
// later ones, which keeps hubs cheap: O(m sqrt m) (Latapy 2008, Theor. Comput.
// Sci. 407:458-473, algorithm compact-forward).
func (g *Graph) trianglesByLists() []int64 {
	n := g.N()
	largest := 0
	for v := range n {
		largest = max(largest, g.Degree(v))
	}
	// rank is the position by descending degree, from a counting sort.
	place := make([]int32, largest+2)
	for v := range n {
		place[largest-g.Degree(v)+1]++
	}
	for d := range largest + 1 {
		place[d+1] += place[d]
	}
	rank := make([]int32, n)
	for v := range n {
		d := largest - g.Degree(v)
		rank[v] = place[d]
		place[d]++
	}
	// later holds, for each node, its neighbours of higher degree.
	start := make([]int32, n+1)
	later := make([]int32, 0, g.M())
	for v := range n {
		for _, u := range g.nbr[g.start[v]:g.start[v+1]] {
			if rank[u] < rank[v] {
				later = append(later, u)
			}
		}
		start[v+1] = int32(len(later))
	}
	t := make([]int64, n)
	mark := make([]int32, n) // v+1 where the node is a later neighbour of v
	for v := range n {
		for _, u := range later[start[v]:start[v+1]] {
			mark[u] = int32(v) + 1
		}
		for _, u := range later[start[v]:start[v+1]] {
			for _, w := range later[start[u]:start[u+1]] {
				if mark[w] == int32(v)+1 {
					t[v]++
					t[u]++
					t[w]++
				}
			}
		}
	}
	return t
}

// Components returns the connected component of each node, numbered by their
// first nodes, and how many there are. An isolate is a component.
func (g *Graph) Components() (label []int, count int) {
	n := g.N()
	label = make([]int, n)
	for v := range label {
		label[v] = -1
	}
	queue := make([]int32, 0, n)
	for v := range n {
		if label[v] >= 0 {
			continue
		}
		label[v] = count
		queue = append(queue[:0], int32(v))
		for len(queue) > 0 {
			u := queue[len(queue)-1]
			queue = queue[:len(queue)-1]
			for _, w := range g.nbr[g.start[u]:g.start[u+1]] {
				if label[w] < 0 {
					label[w] = count
					queue = append(queue, w)
				}
			}
		}
		count++
	}
	return label, count
}

// Giant returns the number of nodes in the largest component.
func (g *Graph) Giant() int {
	label, count := g.Components()
	size := make([]int, count)
	largest := 0
	for _, c := range label {
		size[c]++
		largest = max(largest, size[c])
	}
	return largest
}

// Isolates returns the number of nodes without a neighbour.
func (g *Graph) Isolates() int {
	count := 0
	for v := range g.N() {
		if g.Degree(v) == 0 {
			count++
		}
	}
	return count
}
