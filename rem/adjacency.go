package rem

import "math/bits"

// adjacency holds the values of the ties of each actor, for two uses that must
// both be fast: to read one value, and to run over the partners that two actors
// have in common. A row is a list of blocks of 64 partners; a bit says that there
// is a tie, and the rank of the bit is the place of its value. So two rows are
// intersected 64 partners at a time, whether actors are few or a million.
type adjacency struct{ rows []row }

type row struct {
	blocks []block // ascending by id
	values []float64
	sum    float64 // of the values
}

type block struct {
	word uint64
	id   int32 // partners 64*id .. 64*id+63
	rank int32 // ties in the blocks before
}

func newAdjacency(n int) *adjacency { return &adjacency{make([]row, n)} }

// block returns the place of block id, or where it would stand.
func (r *row) block(id int32) (int, bool) {
	if k := int(id); k < len(r.blocks) && r.blocks[k].id == id { // dense rows
		return k, true
	}
	lo, hi := 0, len(r.blocks)
	for lo < hi {
		mid := int(uint(lo+hi) >> 1)
		if r.blocks[mid].id < id {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	return lo, lo < len(r.blocks) && r.blocks[lo].id == id
}

// at returns the value of the tie to j, 0 when there is none.
func (r *row) at(j int32) float64 {
	k, ok := r.block(j >> 6)
	if !ok {
		return 0
	}
	b := &r.blocks[k]
	bit := uint64(1) << (j & 63)
	if b.word&bit == 0 {
		return 0
	}
	return r.values[int(b.rank)+bits.OnesCount64(b.word&(bit-1))]
}

// put gives the tie to j a value; 0 takes the tie away.
func (r *row) put(j int32, v float64) {
	k, ok := r.block(j >> 6)
	bit := uint64(1) << (j & 63)
	if ok && r.blocks[k].word&bit != 0 {
		b := &r.blocks[k]
		at := int(b.rank) + bits.OnesCount64(b.word&(bit-1))
		if v != 0 {
			r.sum += v - r.values[at]
			r.values[at] = v
			return
		}
		r.sum -= r.values[at]
		r.values = append(r.values[:at], r.values[at+1:]...)
		b.word &^= bit
		if b.word == 0 {
			r.blocks = append(r.blocks[:k], r.blocks[k+1:]...)
			k--
		}
		for i := k + 1; i < len(r.blocks); i++ {
			r.blocks[i].rank--
		}
		if len(r.values) == 0 {
			r.sum = 0
		}
		return
	}
	if v == 0 {
		return
	}
	if !ok {
		rank := int32(len(r.values))
		if k < len(r.blocks) {
			rank = r.blocks[k].rank
		}
		r.blocks = append(r.blocks, block{})
		copy(r.blocks[k+1:], r.blocks[k:])
		r.blocks[k] = block{id: j >> 6, rank: rank}
	}
	b := &r.blocks[k]
	at := int(b.rank) + bits.OnesCount64(b.word&(bit-1))
	r.values = append(r.values, 0)
	copy(r.values[at+1:], r.values[at:])
	r.values[at] = v
	r.sum += v
	b.word |= bit
	for i := k + 1; i < len(r.blocks); i++ {
		r.blocks[i].rank++
	}
}

func (r *row) degree() int { return len(r.values) }

// each calls visit for every tie, partners ascending.
func (r *row) each(visit func(j int32, v float64)) {
	at := 0
	for _, b := range r.blocks {
		for w := b.word; w != 0; w &= w - 1 {
			visit(b.id<<6+int32(bits.TrailingZeros64(w)), r.values[at])
			at++
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

// common combines the values of a and b over their common partners, without the
// two actors skip1 and skip2 themselves.
func common(a, b *row, how pairing, skip1, skip2 int32) float64 {
	total := 0.0
	x, y := a.blocks, b.blocks
	for i, j := 0, 0; i < len(x) && j < len(y); {
		p, q := &x[i], &y[j]
		if p.id != q.id {
			if p.id < q.id {
				i++
			} else {
				j++
			}
			continue
		}
		i++
		j++
		w := p.word & q.word
		if w == 0 {
			continue
		}
		if skip1>>6 == p.id {
			w &^= 1 << (skip1 & 63)
		}
		if skip2>>6 == p.id {
			w &^= 1 << (skip2 & 63)
		}
		if how == byCount {
			total += float64(bits.OnesCount64(w))
			continue
		}
		for ; w != 0; w &= w - 1 {
			below := w&-w - 1
			u := a.values[int(p.rank)+bits.OnesCount64(p.word&below)]
			v := b.values[int(q.rank)+bits.OnesCount64(q.word&below)]
			switch how {
			case byMin:
				total += min(u, v)
			case byProduct:
				total += u * v
			case bySum:
				total += u + v
			}
		}
	}
	return total
}
