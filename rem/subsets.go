package rem

import (
	"math"
	"slices"
)

// subsets counts, for every set of at most a given number of actors, the events
// that held all of them. A set is the path of its actors, ascending, so that the
// count of a set is reached from that of its beginning, and a beginning that no
// event held ends the search for all sets that start with it.
//
// In a directed event a receiver r is the actor n+r: a set then says who sent
// and who received.
type subsets struct {
	first []entry // paths of one actor, by actor
	pages []*page // of the longer ones, by the first bits of the hash
	room  room[page]
	depth uint      // how many bits
	sets  uint32    // made, the empty one among them
	odd   []float64 // counts that are not whole, or are too large for an entry

	asked  []int32 // the last set of which sums were asked, while they are known
	answer []float64
	known  bool

	paths  []path // scratch
	sought []sought
	warmed uint64
}

// path is a set that is to go on with actors from a place on.
type path struct {
	set  uint32
	next int32
}

// sought is a key of the table, and where its path goes on.
type sought struct {
	key, hash uint64
	next      int32
}

// page is a part of the table of paths, those whose hash begins with the same bits.
// A page that is full is split by one bit more (Fagin, Nievergelt, Pippenger & Strong
// 1979), so that the table grows without ever standing twice in memory.
type page struct {
	slots [pageSize]slot
	used  int
	depth uint
}

const pageSize = 1 << 12

// slot maps a path to its entry: key is (number of the beginning << actorBits |
// actor) + 1, and 0 in a free slot.
type slot struct {
	key uint64
	entry
}

// entry is what is known of a set: its number, 0 when no event held it, and its
// count, or from isOdd on the place of its count in odd.
type entry struct{ set, count uint32 }

const (
	actorBits = 23 // 2 * maxActors, senders and receivers
	isOdd     = 1 << 31
)

func newSubsets() *subsets { return &subsets{sets: 1, pages: []*page{new(page)}} }

func spread(key uint64) uint64 {
	key *= 0x9e3779b97f4a7c15
	return (key ^ key>>32) * 0xd6e8feb86659fd93
}

func (s *subsets) page(hash uint64) *page { return s.pages[hash>>(64-s.depth)] }

// find returns the entry of the set that adds the actor to a beginning, one of
// number 0 when no event held it.
func (s *subsets) find(beginning uint32, actor int32) entry {
	if beginning == 0 {
		if int(actor) < len(s.first) {
			return s.first[actor]
		}
		return entry{}
	}
	key := keyOf(beginning, actor)
	return s.look(key, spread(key))
}

func keyOf(beginning uint32, actor int32) uint64 {
	return (uint64(beginning)<<actorBits | uint64(actor)) + 1
}

func (s *subsets) look(key, hash uint64) entry {
	in := s.page(hash)
	for i := hash; ; i++ {
		at := &in.slots[i%pageSize]
		if at.key == key || at.key == 0 {
			return at.entry
		}
	}
}

// make returns the entry of the set that adds the actor to a beginning, to be
// changed before the next is made.
func (s *subsets) make(beginning uint32, actor int32) *entry {
	var e *entry
	if beginning == 0 {
		for int(actor) >= len(s.first) {
			s.first = append(s.first, entry{})
		}
		e = &s.first[actor]
	} else {
		key := keyOf(beginning, actor)
		e = s.open(key, spread(key))
	}
	return s.numbered(e)
}

func (s *subsets) numbered(e *entry) *entry {
	if e.set == 0 {
		e.set = s.sets
		s.sets++
	}
	return e
}

// open returns the entry of a key, made if need be.
func (s *subsets) open(key, hash uint64) *entry {
	in := s.page(hash)
	for 5*in.used > 4*pageSize {
		s.split(hash)
		in = s.page(hash)
	}
	return in.open(key, hash)
}

func (p *page) open(key, hash uint64) *entry {
	for i := hash; ; i++ {
		switch at := &p.slots[i%pageSize]; at.key {
		case key:
			return &at.entry
		case 0:
			at.key = key
			p.used++
			return &at.entry
		}
	}
}

// split makes two pages of that of a hash.
func (s *subsets) split(hash uint64) {
	full := s.page(hash)
	if full.depth == s.depth {
		pages := make([]*page, 2*len(s.pages))
		for k := range pages {
			pages[k] = s.pages[k/2]
		}
		s.pages = pages
		s.depth++
	}
	depth := full.depth + 1
	old := full.slots
	halves := [2]*page{full, &s.room.take(1)[0]}
	*full = page{depth: depth}
	halves[1].depth = depth
	for k := range old {
		if e := &old[k]; e.key != 0 {
			h := spread(e.key)
			*halves[h>>(64-depth)&1].open(e.key, h) = e.entry
		}
	}
	// All places that led to the page lead to the halves.
	span := 1 << (s.depth - depth)
	first := int(hash>>(64-depth)|1) * span
	for k := range span {
		s.pages[first+k] = halves[1]
	}
}

// count returns the weight of the events that held the set.
func (s *subsets) count(e entry) float64 {
	if e.count < isOdd {
		return float64(e.count)
	}
	return s.odd[e.count-isOdd]
}

func (s *subsets) raise(e *entry, weight float64) {
	s.known = false
	if e.count >= isOdd {
		s.odd[e.count-isOdd] += weight
		return
	}
	sum := float64(e.count) + weight
	if sum >= 0 && sum < isOdd && sum == math.Trunc(sum) {
		e.count = uint32(sum)
		return
	}
	e.count = isOdd + uint32(len(s.odd))
	s.odd = append(s.odd, sum)
}

// seek lists the keys of all sets that go on from the paths by one actor. Their places
// in the table are read ahead, all at once: each is far from the others in memory, and
// waiting for one after the other would cost more than all that is done with them.
func (s *subsets) seek(actors []int32) {
	s.sought = s.sought[:0]
	for _, p := range s.paths {
		for i, a := range actors[p.next:] {
			key := keyOf(p.set, a)
			s.sought = append(s.sought, sought{key, spread(key), p.next + int32(i) + 1})
		}
	}
	warmed := uint64(0)
	for i := range s.sought {
		hash := s.sought[i].hash
		warmed += s.page(hash).slots[hash%pageSize].key
	}
	s.warmed = warmed
	s.paths = s.paths[:0]
}

// add counts an event for all its sets of 1 to order actors, ascending.
func (s *subsets) add(actors []int32, order int, weight float64) {
	s.paths = s.paths[:0]
	for i, a := range actors {
		e := s.make(0, a)
		s.raise(e, weight)
		s.paths = append(s.paths, path{e.set, int32(i) + 1})
	}
	for k := 1; k < order && len(s.paths) > 0; k++ {
		s.seek(actors)
		for _, at := range s.sought {
			e := s.numbered(s.open(at.key, at.hash))
			s.raise(e, weight)
			if int(at.next) < len(actors) {
				s.paths = append(s.paths, path{e.set, at.next})
			}
		}
	}
}

func (s *subsets) addFrom(beginning uint32, actors []int32, order int, weight float64) {
	for i, a := range actors {
		e := s.make(beginning, a)
		s.raise(e, weight)
		if order > 1 {
			s.addFrom(e.set, actors[i+1:], order-1, weight)
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
		e := s.make(beginning, a)
		s.raise(e, weight)
		s.addSenders(e.set, from[i+1:], to, p-1, q, weight)
	}
}

// addWhole counts an event for the set of all its actors alone.
func (s *subsets) addWhole(actors []int32, weight float64) {
	if len(actors) == 0 {
		return
	}
	var e *entry
	set := uint32(0)
	for _, a := range actors {
		e = s.make(set, a)
		set = e.set
	}
	s.raise(e, weight)
}

// whole returns the count of exactly this set.
func (s *subsets) whole(actors []int32) float64 {
	var e entry
	for _, a := range actors {
		if e = s.find(e.set, a); e.set == 0 {
			return 0
		}
	}
	return s.count(e)
}

// sums adds to into[k-1] the counts of all sets of k of the actors, k up to
// len(into). What terms of several orders ask of one set is counted once.
func (s *subsets) sums(actors []int32, into []float64) {
	if !s.known || len(into) > len(s.answer) || !slices.Equal(actors, s.asked) {
		for len(s.answer) < len(into) {
			s.answer = append(s.answer, 0)
		}
		clear(s.answer)
		s.sumAll(actors)
		s.asked, s.known = append(s.asked[:0], actors...), true
	}
	for k := range into {
		into[k] += s.answer[k]
	}
}

func (s *subsets) sumAll(actors []int32) {
	s.paths = s.paths[:0]
	for i, a := range actors {
		if e := s.find(0, a); e.set != 0 {
			s.answer[0] += s.count(e)
			s.paths = append(s.paths, path{e.set, int32(i) + 1})
		}
	}
	for k := 1; k < len(s.answer) && len(s.paths) > 0; k++ {
		s.seek(actors)
		for _, at := range s.sought {
			e := s.look(at.key, at.hash)
			if e.set == 0 {
				continue
			}
			s.answer[k] += s.count(e)
			if int(at.next) < len(actors) {
				s.paths = append(s.paths, path{e.set, at.next})
			}
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
		e := s.find(beginning, a)
		switch {
		case e.set == 0:
		case k == 1:
			found(s.count(e))
		default:
			s.visit(e.set, actors[i+1:], k-1, found)
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
			if e := c.find(set, a); e.set != 0 {
				c.picked = append(c.picked, a)
				c.next(e, from[i+1:], p-1, to, q)
				c.picked = c.picked[:len(c.picked)-1]
			}
		}
	case q > 0:
		for i, r := range to {
			if c.apart && slices.Contains(c.picked, r) {
				continue
			}
			if e := c.find(set, c.n+r); e.set != 0 {
				c.next(e, nil, 0, to[i+1:], q-1)
			}
		}
	default:
		c.found(0)
	}
}

func (c *crossing) next(e entry, from []int32, p int, to []int32, q int) {
	if p == 0 && q == 0 {
		c.found(c.count(e))
		return
	}
	c.visit(e.set, from, p, to, q)
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
