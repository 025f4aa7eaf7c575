package rem

import (
	"math"
	"math/bits"
	"slices"
)

// adjacency holds the values of the ties of each actor, for two uses that must
// both be fast: to read one value, and to run over the partners that two actors
// have in common. A row is a list of blocks of 64 partners; bits say that there is a
// tie, that its value is 2 or more, and that it is neither 1 nor 2, and the rank of
// that last bit is the place of the value. So two rows are intersected 64 partners at
// a time, whether actors are few or a million, and the ties of one event or of two,
// which are most, are counted unseen.
type adjacency struct{ rows []row }

type row struct {
	blocks []block
	ids    []int32   // of the blocks, ascending; nil in a full row
	rank   []int32   // values in the blocks before
	values []float64 // other than 1 and 2
	sum    float64   // of all values
	ties   int32
	uneven int32 // values that are not 1, 2, 3 ...
	all    int32 // blocks of a full row
	full   bool  // there is a block for everybody
}

// block is the ties to the actors 64*id .. 64*id+63.
type block struct{ tie, twice, other uint64 }

func newAdjacency(n int) *adjacency {
	a := &adjacency{make([]row, n)}
	for i := range a.rows {
		a.rows[i].all = int32(n+63) >> 6
	}
	return a
}

// block returns the place of block id, or where it would stand.
func (r *row) block(id int32) (int, bool) {
	if r.full {
		return int(id), true
	}
	return slices.BinarySearch(r.ids, id)
}

// at returns the value of the tie to j, 0 when there is none.
func (r *row) at(j int32) float64 {
	k, ok := r.block(j >> 6)
	if !ok {
		return 0
	}
	return r.value(k, 1<<(j&63))
}

// value returns the value of the tie at a bit of a block.
func (r *row) value(k int, bit uint64) float64 {
	b := &r.blocks[k]
	if b.other&bit != 0 {
		return r.values[int(r.rank[k])+bits.OnesCount64(b.other&(bit-1))]
	}
	v := 0.0
	if b.tie&bit != 0 {
		v++
	}
	if b.twice&bit != 0 {
		v++
	}
	return v
}

// open returns the place of block id, which it makes if need be. A row of a quarter
// of all blocks is made full: its blocks are found without a search.
func (r *row) open(id int32) int {
	k, ok := r.block(id)
	if ok {
		return k
	}
	if 4*len(r.ids)+4 < int(r.all) {
		before := int32(len(r.values))
		if k < len(r.rank) {
			before = r.rank[k]
		}
		r.rank = slices.Insert(r.rank, k, before)
		r.ids = slices.Insert(r.ids, k, id)
		r.blocks = slices.Insert(r.blocks, k, block{})
		return k
	}
	blocks, rank := make([]block, r.all), make([]int32, r.all)
	for at, old := range r.ids {
		blocks[old] = r.blocks[at]
	}
	others := int32(0)
	for at := range blocks {
		rank[at] = others
		others += int32(bits.OnesCount64(blocks[at].other))
	}
	r.blocks, r.rank, r.ids, r.full = blocks, rank, nil, true
	return int(id)
}

// put gives the tie to j a value; 0 takes the tie away.
func (r *row) put(j int32, v float64) {
	bit := uint64(1) << (j & 63)
	k, ok := r.block(j >> 6)
	if !ok {
		if v == 0 {
			return
		}
		k = r.open(j >> 6)
	}
	b := &r.blocks[k]
	was := r.value(k, bit)
	if v == was {
		return
	}
	if was != 0 && !even(was) {
		r.uneven--
	}
	if v != 0 && !even(v) {
		r.uneven++
	}
	r.sum += v - was
	switch {
	case was == 0:
		b.tie |= bit
		r.ties++
	case v == 0:
		b.tie &^= bit
		r.ties--
		if r.ties == 0 {
			r.sum = 0
		}
	}
	b.twice &^= bit
	if v >= 2 {
		b.twice |= bit
	}
	at := int(r.rank[k]) + bits.OnesCount64(b.other&(bit-1))
	had, has := b.other&bit != 0, v != 0 && v != 1 && v != 2
	shift := int32(0)
	switch {
	case had && has:
		r.values[at] = v
	case has:
		r.values = append(r.values, 0)
		copy(r.values[at+1:], r.values[at:])
		r.values[at] = v
		shift = 1
	case had:
		r.values = slices.Delete(r.values, at, at+1)
		shift = -1
	}
	if shift != 0 {
		b.other ^= bit
		after := r.rank[k+1:]
		for i := range after {
			after[i] += shift
		}
	}
}

func even(v float64) bool { return v >= 1 && v == math.Trunc(v) }

func (r *row) degree() int { return int(r.ties) }

// each calls visit for every tie, partners ascending.
func (r *row) each(visit func(j int32, v float64)) {
	for k, b := range r.blocks {
		id := int32(k)
		if !r.full {
			id = r.ids[k]
		}
		for w := b.tie; w != 0; w &= w - 1 {
			visit(id<<6+int32(bits.TrailingZeros64(w)), r.value(k, w&-w))
		}
	}
}

// pairing says how the values of two ties to a common third actor combine.
type pairing uint8

const (
	byCount   pairing = iota // 1 for each third actor
	byMin                    // the smaller of the two values
	byProduct                // their product
	bySum                    // their sum
)

var pairings = []string{"unique", "min", "product", "sum"}

// common combines the values of a and b over their common partners.
func common(a, b *row, how pairing) float64 {
	if len(a.blocks) > len(b.blocks) {
		a, b = b, a
	}
	if how == byMin && a.uneven == 0 && b.uneven == 0 {
		how = byLeast
	}
	n, rest := 0, 0.0
	switch {
	case len(a.blocks) == 0:
	case a.full:
		return commonOfFull(a, b, how)
	case b.full:
		for k, id := range a.ids {
			m, more := meeting(a, b, k, int(id), how)
			n += m
			rest += more
		}
	default:
		ids, skip := b.ids, len(b.ids)/len(a.ids)
		l := 0
		for k, id := range a.ids {
			if skip > 8 { // in strides, then in their last
				step := 1
				for l+step < len(ids) && ids[l+step] < id {
					l += step
					step *= 2
				}
				at, _ := slices.BinarySearch(ids[l:min(l+step, len(ids))], id)
				l += at
			}
			for l < len(ids) && ids[l] < id {
				l++
			}
			if l == len(ids) {
				break
			}
			if ids[l] == id {
				m, more := meeting(a, b, k, l, how)
				n += m
				rest += more
			}
		}
	}
	return float64(n) + rest
}

// commonOfPairs adds up common over all pairs of several rows.
func commonOfPairs(rows []*row, how pairing) (total float64) {
	plain := how == byMin || how == byCount
	for _, r := range rows {
		plain = plain && r.full && (how == byCount || r.uneven == 0)
	}
	if plain && len(rows) > 2 && len(rows) < 8 {
		return commonOfFew(rows, how)
	}
	for k, a := range rows {
		for _, b := range rows[k+1:] {
			total += common(a, b, how)
		}
	}
	return total
}

// commonOfFew is commonOfPairs of up to seven full rows of whole values. It counts, for
// 64 partners at once, how many of the rows have a tie, in binary, one digit a word: m
// of them make m(m-1)/2 pairs.
func commonOfFew(rows []*row, how pairing) float64 {
	var lists [7][]block
	var values [7]float64
	all := len(rows[0].blocks)
	x := lists[:len(rows)]
	for i, r := range rows {
		x[i] = r.blocks[:all]
	}
	n, rest := 0, 0.0
	for k := range all {
		var t0, t1, t2, w0, w1, w2 uint64
		var one, two uint64 // rows with another value: one at least, two at least
		for i := range x {
			b := &x[i][k]
			carry := t0 & b.tie
			t0 ^= b.tie
			t2 ^= t1 & carry
			t1 ^= carry
			carry = w0 & b.twice
			w0 ^= b.twice
			w2 ^= w1 & carry
			w1 ^= carry
			two |= one & b.other
			one |= b.other
		}
		n += pairsOf(t0, t1, t2)
		if how == byCount {
			continue
		}
		if w1|w2 != 0 {
			n += pairsOf(w0, w1, w2)
		}
		for ; two != 0; two &= two - 1 {
			bit := two & -two
			found := values[:0]
			for i, r := range rows {
				if w := x[i][k].other; w&bit != 0 {
					v := r.values[int(r.rank[k])+bits.OnesCount64(w&(bit-1))]
					for _, o := range found {
						rest += min(v, o) - 2
					}
					found = append(found, v)
				}
			}
		}
	}
	return float64(n) + rest
}

// pairsOf adds up m(m-1)/2 over 64 numbers m, given by their binary digits.
func pairsOf(d0, d1, d2 uint64) int {
	n := bits.OnesCount64(d1) + 2*bits.OnesCount64(d0&d1)
	if d2 != 0 {
		n += 6*bits.OnesCount64(d2) + 4*bits.OnesCount64(d0&d2) + 8*bits.OnesCount64(d1&d2)
	}
	return n
}

func commonOfFull(a, b *row, how pairing) float64 {
	n, rest := 0, 0.0
	x := a.blocks
	y := b.blocks[:len(x)]
	switch how {
	case byCount:
		for k := range x {
			n += bits.OnesCount64(x[k].tie & y[k].tie)
		}
	case byLeast:
		for k := range x {
			n += bits.OnesCount64(x[k].tie&y[k].tie) + bits.OnesCount64(x[k].twice&y[k].twice)
			if x[k].other&y[k].other != 0 {
				rest += meetOthers(a, b, k, k)
			}
		}
	default:
		for k := range x {
			if w := x[k].tie & y[k].tie; w != 0 {
				rest += meet(a, b, k, k, w, how)
			}
		}
	}
	return float64(n) + rest
}

// byLeast is byMin where all values are whole: 1 for each tie that both have, 1 more
// for each that is 2 or more in both, and what remains of the others.
const byLeast pairing = 255

func meeting(a, b *row, k, l int, how pairing) (n int, rest float64) {
	w := a.blocks[k].tie & b.blocks[l].tie
	switch {
	case w == 0:
	case how == byCount:
		n = bits.OnesCount64(w)
	case how == byLeast:
		n = bits.OnesCount64(w) + bits.OnesCount64(a.blocks[k].twice&b.blocks[l].twice)
		if a.blocks[k].other&b.blocks[l].other != 0 {
			rest = meetOthers(a, b, k, l)
		}
	default:
		rest = meet(a, b, k, l, w, how)
	}
	return n, rest
}

// meetOthers returns by how much the smaller values exceed 2.
func meetOthers(a, b *row, k, l int) (total float64) {
	p, q := a.blocks[k].other, b.blocks[l].other
	x, y := a.values[a.rank[k]:], b.values[b.rank[l]:]
	for w := p & q; w != 0; w &= w - 1 {
		below := w&-w - 1
		total += min(x[bits.OnesCount64(p&below)], y[bits.OnesCount64(q&below)]) - 2
	}
	return total
}

func meet(a, b *row, k, l int, w uint64, how pairing) (total float64) {
	for ; w != 0; w &= w - 1 {
		u, v := a.value(k, w&-w), b.value(l, w&-w)
		switch how {
		case byMin:
			total += min(u, v)
		case byProduct:
			total += u * v
		case bySum:
			total += u + v
		}
	}
	return total
}
