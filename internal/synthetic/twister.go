package synthetic

import (
	"math"
	"sort"
)

// twister is the generator MT19937 (Matsumoto & Nishimura 1998, with the seeding
// by an array of 2002) with the draws of Python 3.11's module random on top of it,
// so that a stream made by a Python script can be made again here, draw by draw.
type twister struct {
	word   [twisterWords]uint32
	next   int     // the word that is handed out next
	spare  float64 // the second number of a normal pair
	spares bool
}

const (
	twisterWords  = 624
	twisterMiddle = 397
)

// newTwister seeds as Python does with an integer: by its 32-bit words, the lowest
// first.
func newTwister(seed uint64) *twister {
	if high := uint32(seed >> 32); high != 0 {
		return twisterOf(uint32(seed), high)
	}
	return twisterOf(uint32(seed))
}

// twisterOf seeds by an array that is not empty.
func twisterOf(key ...uint32) *twister {
	w := &twister{next: twisterWords}
	w.word[0] = 19650218
	for i := uint32(1); i < twisterWords; i++ {
		w.word[i] = 1812433253*w.folded(int(i-1)) + i
	}
	i := 1
	// Word 0 is never mixed in itself: it repeats the last word at each turn.
	mix := func(factor, add uint32) {
		w.word[i] = w.word[i] ^ factor*w.folded(i-1)
		w.word[i] += add
		if i++; i == twisterWords {
			w.word[0] = w.word[twisterWords-1]
			i = 1
		}
	}
	for k := range max(twisterWords, len(key)) {
		j := k % len(key)
		mix(1664525, key[j]+uint32(j))
	}
	for range twisterWords - 1 {
		mix(1566083941, -uint32(i))
	}
	w.word[0] = 1 << 31
	return w
}

func (w *twister) folded(i int) uint32 { return w.word[i] ^ w.word[i]>>30 }

// twist renews all words: word i from the top bit of i, the rest of i+1, and the
// word 397 further on.
func (w *twister) twist() {
	for i := range w.word {
		both := w.word[i]&(1<<31) | w.word[(i+1)%twisterWords]&(1<<31-1)
		v := w.word[(i+twisterMiddle)%twisterWords] ^ both>>1
		if both&1 != 0 {
			v ^= 0x9908b0df
		}
		w.word[i] = v
	}
	w.next = 0
}

// bits returns the next 32 bits, tempered.
func (w *twister) bits() uint32 {
	if w.next == twisterWords {
		w.twist()
	}
	y := w.word[w.next]
	w.next++
	y ^= y >> 11
	y ^= y << 7 & 0x9d2c5680
	y ^= y << 15 & 0xefc60000
	return y ^ y>>18
}

// uniform is random(): 53 bits of two draws, in [0, 1).
func (w *twister) uniform() float64 {
	high := uint64(w.bits() >> 5)
	low := uint64(w.bits() >> 6)
	return float64(high<<26|low) / (1 << 53)
}

// below is a whole number under n: as many bits as n has, drawn until they are
// under it. n is from 1 to 2^31.
func (w *twister) below(n int) int {
	size := 0
	for v := n; v > 0; v >>= 1 {
		size++
	}
	for {
		if v := int(w.bits() >> (32 - size)); v < n {
			return v
		}
	}
}

// shuffle exchanges each place, from the last, with one not behind it.
func (w *twister) shuffle(x []float64) {
	for i := len(x) - 1; i > 0; i-- {
		j := w.below(i + 1)
		x[i], x[j] = x[j], x[i]
	}
}

// exponential is expovariate(rate).
func (w *twister) exponential(rate float64) float64 {
	return -math.Log(1-w.uniform()) / rate
}

// normal is gauss(0, 1): pairs by Box & Muller (1958), the second one kept.
func (w *twister) normal() float64 {
	if w.spares {
		w.spares = false
		return w.spare
	}
	angle := w.uniform() * 2 * math.Pi
	radius := math.Sqrt(-2 * math.Log(1-w.uniform()))
	w.spare, w.spares = math.Sin(angle)*radius, true
	return math.Cos(angle) * radius
}

// weighted is choices(...)[0]: an index drawn by cumulative weights.
func (w *twister) weighted(cumulative []float64) int {
	last := len(cumulative) - 1
	x := w.uniform() * cumulative[last]
	return sort.Search(last, func(i int) bool { return cumulative[i] > x })
}
