package rem

import (
	"sync"
	"unsafe"
)

// room hands out zeroed memory, cut from pieces that double up to largest bytes. Long
// records touch a gigabyte of it for the first time, and doing so in small pages costs most
// where several cores do it at once: without large ones a million hyperevents take a
// twentieth longer on one thread, and a seventh on two.
type room[T any] struct {
	mu   sync.Mutex
	free []T
	next int
}

const (
	largest = 16 << 20
	sizable = 4 << 20
)

// take returns n values.
func (r *room[T]) take(n int) []T {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.free) < n {
		var one T
		size := int(unsafe.Sizeof(one))
		r.next = min(2*r.next, largest/size)
		r.free = make([]T, max(r.next, n))
		r.next = len(r.free)
		if bytes := len(r.free) * size; bytes >= sizable {
			largePages(unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(r.free))), bytes))
		}
	}
	taken := r.free[:n:n]
	r.free = r.free[n:]
	return taken
}
