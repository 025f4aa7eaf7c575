package rem

import (
	"encoding/binary"
	"fmt"
	"math"
	"os"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
)

// heldBytes is how many bytes of statistics a design holds in memory. Those beyond go to
// a file, from which every evaluation reads them in turn.
var heldBytes int64 = 1 << 30

// slab holds the statistics of a piece of a design, row after row: in memory, or at a
// place of the design's file.
type slab struct {
	x     []float64
	shelf *shelf // nil: in memory
	at    int64
	n     int       // of numbers
	most  []float64 // the largest absolute value of each column
}

// shelf keeps the rows of a design.
type shelf struct {
	room          room[float64]
	held, written atomic.Int64
	open          sync.Once
	file          *os.File
	err           error // of opening it
}

// keep takes over rows of so many columns, or a copy of them where x is to be used again.
func (s *shelf) keep(x []float64, columns int, again bool) (slab, error) {
	size := int64(8 * len(x))
	r := slab{n: len(x), most: make([]float64, columns)}
	if s.held.Add(size) <= heldBytes {
		if r.x = x; again {
			r.x = s.room.take(len(x))
		}
	} else {
		s.held.Add(-size)
		if s.open.Do(s.create); s.err != nil {
			return r, s.err
		}
		r.shelf, r.at = s, s.written.Add(size)-size
	}
	return r, r.store(x)
}

// create opens the file. It has no name any more, so nothing is left of it however the
// program ends, or else, where a file in use keeps its name, it goes with the design.
func (s *shelf) create() {
	if s.file, s.err = os.CreateTemp("", "entente-*.rows"); s.err != nil {
		s.err = fmt.Errorf("statistics beyond %d MB go to a file: %w", heldBytes>>20, s.err)
		return
	}
	if os.Remove(s.file.Name()) != nil {
		runtime.AddCleanup(s, func(file *os.File) {
			_ = file.Close()
			_ = os.Remove(file.Name())
		}, s.file)
	}
}

// store writes rows to their place.
func (r *slab) store(x []float64) error {
	clear(r.most)
	for at := 0; at < len(x); at += len(r.most) {
		for k, v := range x[at : at+len(r.most)] {
			r.most[k] = max(r.most[k], math.Abs(v))
		}
	}
	if r.shelf == nil {
		copy(r.x, x)
		return nil
	}
	bytes := make([]byte, 0, 8*len(x))
	for _, v := range x {
		bytes = binary.LittleEndian.AppendUint64(bytes, math.Float64bits(v))
	}
	if _, err := r.shelf.file.WriteAt(bytes, r.at); err != nil {
		return fmt.Errorf("writing statistics that do not fit in memory: %w", err)
	}
	return nil
}

// scratch is room for rows that are read.
type scratch struct {
	x     []float64
	bytes []byte
}

// load returns the rows, valid until the next use of the scratch.
func (r *slab) load(into *scratch) ([]float64, error) {
	if r.shelf == nil {
		return r.x, nil
	}
	into.bytes = slices.Grow(into.bytes[:0], 8*r.n)[:8*r.n]
	if _, err := r.shelf.file.ReadAt(into.bytes, r.at); err != nil {
		return nil, fmt.Errorf("reading back statistics that do not fit in memory: %w", err)
	}
	into.x = slices.Grow(into.x[:0], r.n)[:r.n]
	for k := range into.x {
		into.x[k] = math.Float64frombits(binary.LittleEndian.Uint64(into.bytes[8*k:]))
	}
	return into.x, nil
}
