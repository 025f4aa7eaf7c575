// Command testsum reads the output of go test -json, prints one line for each
// package and the whole output of what failed, and closes with the counts.
package main

import (
	"fmt"
	"os"
)

func main() {
	s, err := summarise(os.Stdin, os.Stdout)
	if err != nil {
		fmt.Fprintf(os.Stderr, "testsum: %v\n", err)
		os.Exit(1)
	}
	if s.failed > 0 {
		os.Exit(1)
	}
	if s.passed == 0 {
		fmt.Fprintln(os.Stderr, "testsum: no test ran")
		os.Exit(1)
	}
}
