package rem

import (
	"math"
	"math/bits"
	"slices"
)

// adjacency holds the values of the ties of each actor, for two uses that must
// both be fast: to read one value, and to run over the partners that two actors
// have in common. A row is a list of blocks of 64 partners; a bit each says that there is
// a tie and that its value is 2 or more. So two rows are intersected 64 partners at
// a time, whether actors are few or a million, and the ties of one event or of two,
// which are most, are counted unseen. Other values, which are few, stand by themselves:
// what is read of a row is far from what was read last, and costs by its bytes. A value
// below 0 is kept and is no tie.
type adjacency struct {
	rows []row
	read uint64 // ahead
}

type row struct {
	full       bool      // there is a block for everybody
	uneven     int32     // values that are not 1, 2, 3 ...
	tie, twice []uint64  // by block: which ties there are, and which are 2 or more
	odd        []uint64  // which blocks have other values than 1 and 2; only in a full row
	others     []others  // of each block in turn; in a full row of the odd ones
	values     []float64 // those other ones
	ids        []int32   // of the blocks, ascending; nil in a full row
	sum        float64   // of all values
	ties       int32
	all        int32 // blocks of a full row
}

// others is which values of a block are none of 0, 1 and 2.
type others struct {
	bits   uint64
	before int32 // how many there are in the blocks before
}

func newAdjacency(n int) *adjacency {
	a := &adjacency{rows: make([]row, n)}
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
	return r.value(k, r.othersOf(k), 1<<(j&63))
}

// othersAt returns the place of a block in others, or where it would stand.
func (r *row) othersAt(k int) (int, bool) {
	if !r.full {
		return k, true
	}
	at := k >> 6
	place := bits.OnesCount64(r.odd[at] & (1<<(k&63) - 1))
	for _, w := range r.odd[:at] {
		place += bits.OnesCount64(w)
	}
	return place, r.odd[at]>>(k&63)&1 != 0
}

func (r *row) othersOf(k int) others {
	if at, ok := r.othersAt(k); ok {
		return r.others[at]
	}
	return others{}
}

// value returns the value of the tie at a bit of a block.
func (r *row) value(k int, o others, bit uint64) float64 {
	if o.bits&bit != 0 {
		return r.other(o, bit)
	}
	v := 0.0
	if r.tie[k]&bit != 0 {
		v++
	}
	if r.twice[k]&bit != 0 {
		v++
	}
	return v
}

// other returns the value at a bit that is neither 1 nor 2.
func (r *row) other(o others, bit uint64) float64 {
	return r.values[int(o.before)+bits.OnesCount64(o.bits&(bit-1))]
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
		if k < len(r.others) {
			before = r.others[k].before
		}
		r.ids = slices.Insert(r.ids, k, id)
		r.tie = slices.Insert(r.tie, k, 0)
		r.twice = slices.Insert(r.twice, k, 0)
		r.others = slices.Insert(r.others, k, others{before: before})
		return k
	}
	all := int(r.all)
	words := make([]uint64, 2*all+(all+63)>>6)
	tie, twice, odd := words[:all:all], words[all:2*all:2*all], words[2*all:]
	var few []others
	for at, old := range r.ids {
		tie[old], twice[old] = r.tie[at], r.twice[at]
		if o := r.others[at]; o.bits != 0 {
			few = append(few, o)
			odd[old>>6] |= 1 << (old & 63)
		}
	}
	r.tie, r.twice, r.odd, r.others, r.ids, r.full = tie, twice, odd, few, nil, true
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
	was := r.value(k, r.othersOf(k), bit)
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
	case was <= 0 && v > 0:
		r.tie[k] |= bit
		r.ties++
	case was > 0 && v <= 0:
		r.tie[k] &^= bit
		r.ties--
	}
	r.twice[k] &^= bit
	if v >= 2 {
		r.twice[k] |= bit
	}
	r.putOther(k, bit, v)
	if r.ties == 0 && len(r.values) == 0 { // nothing is left but what rounding leaves
		r.sum = 0
	}
}

// putOther keeps the value at a bit of a block if it is none of 0, 1 and 2, and forgets
// the one before.
func (r *row) putOther(k int, bit uint64, v float64) {
	has := v != 0 && v != 1 && v != 2
	place, ok := r.othersAt(k)
	if !ok {
		if !has {
			return
		}
		before := int32(len(r.values))
		if place < len(r.others) {
			before = r.others[place].before
		}
		r.others = slices.Insert(r.others, place, others{before: before})
		r.odd[k>>6] |= 1 << (k & 63)
	}
	o := &r.others[place]
	at := int(o.before) + bits.OnesCount64(o.bits&(bit-1))
	shift := int32(0)
	switch had := o.bits&bit != 0; {
	case had && has:
		r.values[at] = v
		return
	case has:
		r.values = slices.Insert(r.values, at, v)
		shift = 1
	case had:
		r.values = slices.Delete(r.values, at, at+1)
		shift = -1
	default:
		return
	}
	o.bits ^= bit
	after := r.others[place+1:]
	for i := range after {
		after[i].before += shift
	}
	if r.full && o.bits == 0 {
		r.others = slices.Delete(r.others, place, place+1)
		r.odd[k>>6] &^= 1 << (k & 63)
	}
}

func even(v float64) bool { return v >= 1 && v == math.Trunc(v) }

func (r *row) degree() int { return int(r.ties) }

// each calls visit for every tie, partners ascending.
func (r *row) each(visit func(j int32, v float64)) {
	for k, w := range r.tie {
		id := int32(k)
		if !r.full {
			id = r.ids[k]
		}
		if w == 0 {
			continue
		}
		for o := r.othersOf(k); w != 0; w &= w - 1 {
			visit(id<<6+int32(bits.TrailingZeros64(w)), r.value(k, o, w&-w))
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
	if len(a.tie) > len(b.tie) {
		a, b = b, a
	}
	if how == byMin && a.uneven == 0 && b.uneven == 0 {
		how = byLeast
	}
	n, rest := 0, 0.0
	switch {
	case len(a.tie) == 0:
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

// readAhead reads a little of full rows, all at once: each is far from the others in
// memory, and waiting for one after the other would cost more than all that is done
// with them.
func (a *adjacency) readAhead(actors []int32) {
	full, read := 0, uint64(0)
	for _, i := range actors {
		if a.rows[i].full {
			full++
		}
	}
	if full == 0 {
		return
	}
	for _, i := range actors {
		if r := &a.rows[i]; r.full {
			read ^= r.tie[0] ^ r.twice[0] ^ r.odd[0]
			if len(r.others) > 0 {
				read ^= r.others[0].bits ^ math.Float64bits(r.values[0])
			}
		}
	}
	a.read = read
}

// commonOfFew is commonOfPairs of up to seven full rows of whole values.
func commonOfFew(rows []*row, how pairing) float64 {
	var words [7][]uint64
	few := words[:len(rows)]
	for i, r := range rows {
		few[i] = r.tie
	}
	n := pairsOf(few)
	if how == byCount {
		return float64(n)
	}
	for i, r := range rows {
		few[i] = r.twice
	}
	n += pairsOf(few)
	// Of the other values only those that two rows have count.
	rest := 0.0
	var values [7]float64
	var start [7]int // of the others of these blocks
	for at := range rows[0].odd {
		var one, two uint64
		for _, r := range rows {
			two |= one & r.odd[at]
			one |= r.odd[at]
		}
		for ; two != 0; two &= two - 1 {
			block := two & -two
			var found [7]others
			var one, two uint64
			for i, r := range rows {
				if r.odd[at]&block != 0 {
					found[i] = r.others[start[i]+bits.OnesCount64(r.odd[at]&(block-1))]
					two |= one & found[i].bits
					one |= found[i].bits
				}
			}
			for ; two != 0; two &= two - 1 {
				bit := two & -two
				with := values[:0]
				for i, r := range rows {
					if found[i].bits&bit == 0 {
						continue
					}
					v := r.other(found[i], bit)
					for _, o := range with {
						rest += min(v, o) - 2
					}
					with = append(with, v)
				}
			}
		}
		for i, r := range rows {
			start[i] += bits.OnesCount64(r.odd[at])
		}
	}
	return float64(n) + rest
}

// pairsOf adds up, over the bits of three to seven lists of words, the pairs of lists that
// have the bit: m lists make m(m-1)/2. Full adders count 64 bits at once in binary, one
// digit a word.
func pairsOf(lists [][]uint64) int {
	a := lists[0]
	b, c := lists[1][:len(a)], lists[2][:len(a)]
	n := 0
	if len(lists) == 3 {
		for k := range a {
			d0, d1 := addBits(a[k], b[k], c[k])
			n += bits.OnesCount64(d1) + 2*bits.OnesCount64(d0&d1)
		}
		return n
	}
	d := lists[3][:len(a)]
	if len(lists) == 4 {
		for k := range a {
			sum, carry := addBits(a[k], b[k], c[k])
			d0, more := sum^d[k], sum&d[k]
			d1, d2 := carry^more, carry&more
			n += bits.OnesCount64(d1) + 2*bits.OnesCount64(d0&d1) + 6*bits.OnesCount64(d2)
		}
		return n
	}
	// Five to seven; a list that is missing adds nothing.
	var last [3][]uint64
	copy(last[:], lists[4:])
	e, f, g := last[0][:len(a)], last[1], last[2]
	for k := range a {
		sum, carry := addBits(a[k], b[k], c[k])
		sum, more := addBits(sum, d[k], e[k])
		var d0, third uint64
		switch len(lists) {
		case 5:
			d0 = sum
		case 6:
			d0, third = sum^f[k], sum&f[k]
		default:
			d0, third = addBits(sum, f[k], g[k])
		}
		d1, d2 := addBits(carry, more, third)
		n += bits.OnesCount64(d1) + 2*bits.OnesCount64(d0&d1) + 6*bits.OnesCount64(d2) + 4*bits.OnesCount64(d0&d2) + 8*bits.OnesCount64(d1&d2)
	}
	return n
}

// addBits adds three numbers of one bit, 64 times.
func addBits(a, b, c uint64) (sum, carry uint64) {
	either := a ^ b
	return either ^ c, a&b | either&c
}

func commonOfFull(a, b *row, how pairing) float64 {
	n, rest := 0, 0.0
	x := a.tie
	y := b.tie[:len(x)]
	if how == byCount || how == byLeast {
		for k := range x {
			n += bits.OnesCount64(x[k] & y[k])
		}
	}
	if how == byLeast {
		x = a.twice
		y = b.twice[:len(x)]
		for k := range x {
			n += bits.OnesCount64(x[k] & y[k])
		}
	}
	if how == byCount {
		return float64(n)
	}
	// The others of a block are found from those of the blocks before.
	i, j := 0, 0
	for at, p := range a.odd {
		q := b.odd[at]
		if how == byLeast {
			for w := p & q; w != 0; w &= w - 1 {
				below := w&-w - 1
				rest += meetOthers(a, b, a.others[i+bits.OnesCount64(p&below)], b.others[j+bits.OnesCount64(q&below)])
			}
			i += bits.OnesCount64(p)
			j += bits.OnesCount64(q)
			continue
		}
		for k := at << 6; k < min((at+1)<<6, len(x)); k++ {
			var u, v others
			if p>>(k&63)&1 != 0 {
				u = a.others[i]
				i++
			}
			if q>>(k&63)&1 != 0 {
				v = b.others[j]
				j++
			}
			if w := x[k] & y[k]; w != 0 {
				rest += meet(a, b, k, k, u, v, w, how)
			}
		}
	}
	return float64(n) + rest
}

// byLeast is byMin where all values are whole: 1 for each tie that both have, 1 more
// for each that is 2 or more in both, and what remains of the others.
const byLeast pairing = 255

func meeting(a, b *row, k, l int, how pairing) (n int, rest float64) {
	w := a.tie[k] & b.tie[l]
	switch {
	case w == 0:
	case how == byCount:
		n = bits.OnesCount64(w)
	case how == byLeast:
		n = bits.OnesCount64(w) + bits.OnesCount64(a.twice[k]&b.twice[l])
		rest = meetOthers(a, b, a.othersOf(k), b.othersOf(l))
	default:
		rest = meet(a, b, k, l, a.othersOf(k), b.othersOf(l), w, how)
	}
	return n, rest
}

// meetOthers returns by how much the smaller of the values that two blocks both have
// exceed 2.
func meetOthers(a, b *row, p, q others) (total float64) {
	for w := p.bits & q.bits; w != 0; w &= w - 1 {
		total += min(a.other(p, w&-w), b.other(q, w&-w)) - 2
	}
	return total
}

func meet(a, b *row, k, l int, p, q others, w uint64, how pairing) (total float64) {
	for ; w != 0; w &= w - 1 {
		u, v := a.value(k, p, w&-w), b.value(l, q, w&-w)
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
