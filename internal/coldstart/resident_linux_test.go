package coldstart

import (
	"os"
	"syscall"
)

// residentBytes is the largest resident set of a process that has ended; Linux
// counts it in kibibytes.
func residentBytes(p *os.ProcessState) int64 {
	usage, ok := p.SysUsage().(*syscall.Rusage)
	if !ok {
		return 0
	}
	return int64(usage.Maxrss) * 1024 //nolint:unconvert // 32 bits on some machines
}
