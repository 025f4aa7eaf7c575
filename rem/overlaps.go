package rem

import (
	"encoding/binary"
	"slices"
)

// overlaps tells how many actors a set shares with each past event. Events of the
// same actors are one entry; each actor has the list of the entries that hold it.
// A receiver r of a directed event is the actor n+r, as in subsets.
type overlaps struct {
	n      int
	entry  map[string]int32
	weight []float64
	of     [][]int32 // by actor
	shared []uint32  // by entry: senders, and from bit 16 on receivers, that the set of the moment shares
	key    []byte
	hit    []int32

	asked  [2][]int32 // the last set that was asked for, while the answer is known
	answer []float64  // weight of the events that share p senders and q receivers, at p*(receivers+1) + q
	known  bool
}

func newOverlaps(n int) *overlaps {
	return &overlaps{n: n, entry: map[string]int32{}, of: make([][]int32, 2*n)}
}

func (o *overlaps) add(actors []int32, weight float64) {
	o.known = false
	o.key = o.key[:0]
	for _, a := range actors {
		o.key = binary.BigEndian.AppendUint32(o.key, uint32(a))
	}
	k, ok := o.entry[string(o.key)]
	if !ok {
		k = int32(len(o.weight))
		o.entry[string(o.key)] = k
		o.weight = append(o.weight, 0)
		o.shared = append(o.shared, 0)
		for _, a := range actors {
			o.of[a] = append(o.of[a], k)
		}
	}
	o.weight[k] += weight
}

// sum adds the weights of the past events that pass, told how many senders (or
// actors, without direction) and how many receivers they share with the set. What
// several terms ask of one set is counted once.
func (o *overlaps) sum(from, to []int32, pass func(p, q int) bool) float64 {
	if !o.known || !slices.Equal(from, o.asked[0]) || !slices.Equal(to, o.asked[1]) {
		o.count(from, to)
	}
	total := 0.0
	for k, weight := range o.answer {
		if p, q := k/(len(to)+1), k%(len(to)+1); weight != 0 && pass(p, q) {
			total += weight
		}
	}
	return total
}

func (o *overlaps) count(from, to []int32) {
	o.hit = o.hit[:0]
	note := func(list []int32, one uint32) {
		for _, k := range list {
			if o.shared[k] == 0 {
				o.hit = append(o.hit, k)
			}
			o.shared[k] += one
		}
	}
	for _, a := range from {
		note(o.of[a], 1)
	}
	for _, r := range to {
		note(o.of[o.n+int(r)], 1<<16)
	}
	o.answer = append(o.answer[:0], make([]float64, (len(from)+1)*(len(to)+1))...)
	for _, k := range o.hit {
		p, q := int(o.shared[k]&0xffff), int(o.shared[k]>>16)
		o.answer[p*(len(to)+1)+q] += o.weight[k]
		o.shared[k] = 0
	}
	o.asked[0], o.asked[1] = append(o.asked[0][:0], from...), append(o.asked[1][:0], to...)
	o.known = true
}
