//go:build !linux

package coldstart

import "os"

// residentBytes is not known here.
func residentBytes(*os.ProcessState) int64 { return 0 }
