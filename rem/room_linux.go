package rem

import "syscall"

// largePages is advice only: a system that does not take it works as before.
func largePages(memory []byte) { _ = syscall.Madvise(memory, syscall.MADV_HUGEPAGE) }
