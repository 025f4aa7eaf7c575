//go:build !linux

package rem

func largePages([]byte) {}
