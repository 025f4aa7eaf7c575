package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
)

// event is one line of go test -json (see go doc test2json). Build output
// carries ImportPath instead of Package.
type event struct {
	Action      string
	Package     string
	ImportPath  string
	Test        string
	Output      string
	Elapsed     float64
	FailedBuild string
}

// counts are of leaves: a test with subtests is counted by them, unless it
// failed although none of them did. The seeds of a fuzz target are inputs, not
// tests, and count as one. A package that failed outside its tests (it did not
// compile, or its TestMain gave up) counts as one failure.
type counts struct{ passed, failed, skipped int }

// pkg is what is known of a package while its events arrive.
type pkg struct {
	counts
	output    map[string]*strings.Builder // by test; "" is the package itself
	parents   map[string]bool             // tests that have subtests
	failures  map[string]bool             // tests below which something failed
	skipNotes []string
}

// summarise reads the stream to its end and writes what a person wants to see.
// Lines that are not events are passed through.
func summarise(r io.Reader, w io.Writer) (counts, error) {
	var total counts
	pkgs := map[string]*pkg{}
	builds := map[string]*strings.Builder{}

	lines := bufio.NewReader(r)
	for {
		line, err := lines.ReadString('\n')
		if line != "" {
			var e event
			if json.Unmarshal([]byte(line), &e) != nil || e.Action == "" {
				fmt.Fprint(w, line)
			} else if e.Action == "build-output" {
				at(builds, e.ImportPath).WriteString(e.Output)
			} else if e.Package != "" {
				p := pkgs[e.Package]
				if p == nil {
					p = &pkg{output: map[string]*strings.Builder{}, parents: map[string]bool{}, failures: map[string]bool{}}
					pkgs[e.Package] = p
				}
				if p.take(e, w, builds) {
					total.passed += p.passed
					total.failed += p.failed
					total.skipped += p.skipped
					delete(pkgs, e.Package)
				}
			}
		}
		if err == io.EOF {
			break
		}
		if err != nil {
			return total, err
		}
	}
	for name := range pkgs {
		fmt.Fprintf(w, "FAIL\t%s\tended without a result\n", name)
		total.failed++
	}
	fmt.Fprintf(w, "\n%d passed, %d failed, %d skipped\n", total.passed, total.failed, total.skipped)
	return total, nil
}

// take notes one event and reports whether it closed the package.
func (p *pkg) take(e event, w io.Writer, builds map[string]*strings.Builder) (done bool) {
	switch e.Action {
	case "run":
		for parent := above(e.Test); parent != ""; parent = above(parent) {
			p.parents[parent] = true
		}
	case "output":
		at(p.output, e.Test).WriteString(e.Output)
	case "pass", "fail", "skip":
		if e.Test == "" {
			p.close(e, w, builds)
			return true
		}
		p.count(e, w)
	}
	return false
}

func (p *pkg) count(e event, w io.Writer) {
	output := at(p.output, e.Test).String()
	delete(p.output, e.Test)
	if e.Action == "fail" {
		fmt.Fprint(w, output)
	}
	if isFuzz(e.Test) && above(e.Test) != "" {
		return
	}
	leaf := !p.parents[e.Test] || isFuzz(e.Test)
	switch {
	case e.Action == "pass" && leaf:
		p.passed++
	case e.Action == "skip":
		p.skipped++
		p.skipNotes = append(p.skipNotes, e.Test+": "+reason(output))
	case e.Action == "fail":
		if leaf || !p.failures[e.Test] {
			p.failed++
		}
		for parent := above(e.Test); parent != ""; parent = above(parent) {
			p.failures[parent] = true
		}
	}
}

func (p *pkg) close(e event, w io.Writer, builds map[string]*strings.Builder) {
	word := map[string]string{"pass": "ok", "fail": "FAIL", "skip": "none"}[e.Action]
	if e.Action == "fail" {
		if p.failed == 0 {
			p.failed = 1
		}
		if b := builds[e.FailedBuild]; b != nil {
			fmt.Fprint(w, b.String())
		}
		// What is left is of the package itself ("" sorts first) and of tests
		// that were running when the process died.
		for _, test := range slices.Sorted(maps.Keys(p.output)) {
			fmt.Fprint(w, p.output[test].String())
		}
	}
	fmt.Fprintf(w, "%-4s\t%s\t%.1fs\t%d passed, %d failed, %d skipped\n", word, e.Package, e.Elapsed, p.passed, p.failed, p.skipped)
	for _, s := range p.skipNotes {
		fmt.Fprintf(w, "    \tskipped %s\n", s)
	}
}

// reason is the last line a skipped test said before its "--- SKIP".
func reason(output string) string {
	said := ""
	for line := range strings.Lines(output) {
		line = strings.TrimSpace(line)
		if line != "" && !strings.HasPrefix(line, "===") && !strings.HasPrefix(line, "---") {
			said = line
		}
	}
	return said
}

func above(test string) string {
	if i := strings.LastIndexByte(test, '/'); i >= 0 {
		return test[:i]
	}
	return ""
}

// isFuzz tells a fuzz target and its seeds from other tests.
func isFuzz(test string) bool { return strings.HasPrefix(test, "Fuzz") }

func at(m map[string]*strings.Builder, key string) *strings.Builder {
	b := m[key]
	if b == nil {
		b = &strings.Builder{}
		m[key] = b
	}
	return b
}
