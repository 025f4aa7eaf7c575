package rem

import "slices"

// subsets counts, for every set of at most a given number of actors, the events
// that held all of them. A set is the path of its actors, ascending, so that the
// count of a set is reached from that of its beginning, and a beginning that no
// event held ends the search for all sets that start with it.
//
// In a directed event a receiver r is the actor n+r: a set then says who sent
// and who received.
type subsets struct {
	slots []slot
	count []float64 // by the number of the set; 0 is the empty set
}

// slot maps a path to the number of its set: key is (number of the beginning <<
// actorBits | actor) + 1, and 0 in a free slot.
type slot struct {
	key uint64
	set uint32
}

const actorBits = 23 // 2 * maxActors, senders and receivers

func newSubsets() *subsets {
	return &subsets{slots: make([]slot, 64), count: make([]float64, 1, 64)}
}

func spread(key uint64) uint64 {
	key *= 0x9e3779b97f4a7c15
	return key ^ key>>32
}

// find returns the number of the set that adds the actor to a beginning.
func (s *subsets) find(beginning uint32, actor int32) (uint32, bool) {
	key := (uint64(beginning)<<actorBits | uint64(actor)) + 1
	mask := uint64(len(s.slots) - 1)
	for i := spread(key) & mask; ; i = (i + 1) & mask {
		switch s.slots[i].key {
		case key:
			return s.slots[i].set, true
		case 0:
			return 0, false
		}
	}
}

func (s *subsets) findOrAdd(beginning uint32, actor int32) uint32 {
	if 4*len(s.count) > 3*len(s.slots) {
		s.grow()
	}
	key := (uint64(beginning)<<actorBits | uint64(actor)) + 1
	mask := uint64(len(s.slots) - 1)
	for i := spread(key) & mask; ; i = (i + 1) & mask {
		switch s.slots[i].key {
		case key:
			return s.slots[i].set
		case 0:
			set := uint32(len(s.count))
			s.slots[i] = slot{key, set}
			s.count = append(s.count, 0)
			return set
		}
	}
}

func (s *subsets) grow() {
	old := s.slots
	s.slots = make([]slot, 2*len(old))
	mask := uint64(len(s.slots) - 1)
	for _, e := range old {
		if e.key == 0 {
			continue
		}
		i := spread(e.key) & mask
		for s.slots[i].key != 0 {
			i = (i + 1) & mask
		}
		s.slots[i] = e
	}
}

// add counts an event for all its sets of 1 to order actors, ascending.
func (s *subsets) add(actors []int32, order int, weight float64) {
	s.addFrom(0, actors, order, weight)
}

func (s *subsets) addFrom(beginning uint32, actors []int32, order int, weight float64) {
	for i, a := range actors {
		set := s.findOrAdd(beginning, a)
		s.count[set] += weight
		if order > 1 {
			s.addFrom(set, actors[i+1:], order-1, weight)
		}
	}
}

// addCrossed counts an event, senders first, for all its sets of up to most[0]
// senders and most[1] receivers.
func (s *subsets) addCrossed(actors []int32, senders int, most [2]int, weight float64) {
	s.addSenders(0, actors[:senders], actors[senders:], most[0], most[1], weight)
}

func (s *subsets) addSenders(beginning uint32, from, to []int32, p, q int, weight float64) {
	if q > 0 {
		s.addFrom(beginning, to, q, weight)
	}
	if p == 0 {
		return
	}
	for i, a := range from {
		set := s.findOrAdd(beginning, a)
		s.count[set] += weight
		s.addSenders(set, from[i+1:], to, p-1, q, weight)
	}
}

// addWhole counts an event for the set of all its actors alone.
func (s *subsets) addWhole(actors []int32, weight float64) {
	set := uint32(0)
	for _, a := range actors {
		set = s.findOrAdd(set, a)
	}
	s.count[set] += weight
}

// whole returns the count of exactly this set.
func (s *subsets) whole(actors []int32) float64 {
	set := uint32(0)
	for _, a := range actors {
		var ok bool
		if set, ok = s.find(set, a); !ok {
			return 0
		}
	}
	return s.count[set]
}

// sums adds to into[k-1] the counts of all sets of k of the actors, k up to
// len(into).
func (s *subsets) sums(actors []int32, into []float64) { s.sumsFrom(0, actors, into) }

func (s *subsets) sumsFrom(beginning uint32, actors []int32, into []float64) {
	for i, a := range actors {
		set, ok := s.find(beginning, a)
		if !ok {
			continue
		}
		into[0] += s.count[set]
		if len(into) > 1 {
			s.sumsFrom(set, actors[i+1:], into[1:])
		}
	}
}

// visit calls found with the count of each set of k of the actors that some event
// held.
func (s *subsets) visit(beginning uint32, actors []int32, k int, found func(count float64)) {
	for i, a := range actors {
		if len(actors)-i < k {
			return
		}
		set, ok := s.find(beginning, a)
		switch {
		case !ok:
		case k == 1:
			found(s.count[set])
		default:
			s.visit(set, actors[i+1:], k-1, found)
		}
	}
}

// crossing visits sets of senders and receivers.
type crossing struct {
	*subsets
	n      int32
	apart  bool // no actor is both
	picked []int32
	found  func(count float64)
}

// visit calls found with the count of each set of p senders out of from and q
// receivers out of to that some event held.
func (c *crossing) visit(set uint32, from []int32, p int, to []int32, q int) {
	switch {
	case p > 0:
		for i, a := range from {
			if next, ok := c.find(set, a); ok {
				c.picked = append(c.picked, a)
				c.visit(next, from[i+1:], p-1, to, q)
				c.picked = c.picked[:len(c.picked)-1]
			}
		}
	case q > 0:
		for i, r := range to {
			if c.apart && slices.Contains(c.picked, r) {
				continue
			}
			if next, ok := c.find(set, c.n+r); ok {
				c.visit(next, nil, 0, to[i+1:], q-1)
			}
		}
	default:
		c.found(c.count[set])
	}
}

// choose is the number of sets of k out of n.
func choose(n, k int) float64 {
	if k < 0 || k > n {
		return 0
	}
	c := 1.0
	for i := range min(k, n-k) {
		c = c * float64(n-i) / float64(i+1)
	}
	return c
}
