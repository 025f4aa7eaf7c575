package rem

import (
	"sync"
	"unsafe"
)

// room hands out zeroed memory, cut from pieces that double up to largest bytes. Long
// records touch a gigabyte of it for the first time, page by page, which takes a tenth of
// the time of a design and more where several cores do so at once. Pieces of some size are
// therefore to be backed by large pages, where the system has such.
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
