// Package importtest holds the rooms to the order in which they may know each
// other, and the files to what a stranger's machine can use.
package importtest

import (
	"bytes"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const (
	module = "entente"
	root   = "../.."
)

// mayImport lists, for each room, the rooms it may import. A room that is not
// listed is a mistake: say here where it stands. Tests may import any room.
var mayImport = map[string][]string{
	".":                   {},
	"cases":               {},
	"ledger":              {"."},
	"network":             {"."},
	"score":               {},
	"jobs":                {},
	"forecast":            {".", "measure", "rem", "score"},
	"internal/yamltext":   {},
	"bargain":             {"internal/yamltext"},
	"corridor":            {".", "internal/yamltext"},
	"rem":                 {".", "internal/yamltext"},
	"scenario":            {".", "ledger", "measure", "forecast", "bargain", "corridor", "internal/yamltext"},
	"export":              {".", "network"},
	"measure":             {".", "network"},
	"internal/figure":     {},
	"brief":               {".", "network", "measure", "forecast", "score", "scenario", "internal/figure"},
	"cmd/entente":         {".", "cases", "ledger", "network", "measure", "score", "forecast", "bargain", "corridor", "rem", "jobs", "scenario", "export", "brief", "internal/figure"},
	"internal/synthetic":  {"."},
	"internal/shared":     {}, // for tests alone
	"internal/testsum":    {},
	"internal/importtest": {},
	"internal/coldstart":  {},
}

func TestImports(t *testing.T) {
	for dir, files := range rooms(t) {
		allowed, known := mayImport[dir]
		if !known {
			t.Errorf("%s: a new room; add it to mayImport and to ARCHITECTURE.md", dir)
			continue
		}
		for _, file := range files {
			for _, imported := range imports(t, file) {
				if !slices.Contains(allowed, imported) {
					t.Errorf("%s imports %s, which %s may not", file, imported, dir)
				}
			}
		}
	}
}

// The table itself must not allow a circle, or the order would mean nothing.
func TestOrder(t *testing.T) {
	var visit func(room string, above []string)
	visit = func(room string, above []string) {
		if slices.Contains(above, room) {
			t.Fatalf("mayImport allows a circle: %s", strings.Join(append(above, room), " -> "))
		}
		for _, next := range mayImport[room] {
			visit(next, append(slices.Clone(above), room))
		}
	}
	for room := range mayImport {
		visit(room, nil)
	}
}

// The binary is built without cgo, so nothing of ours may ask for it.
func TestNoCgo(t *testing.T) {
	for _, files := range rooms(t) {
		for _, file := range files {
			if slices.Contains(imports(t, file), "C") {
				t.Errorf("%s imports C", file)
			}
		}
	}
}

// rooms maps each folder with Go files, relative to the module, to those files
// that are not tests.
func rooms(t *testing.T) map[string][]string {
	t.Helper()
	found := map[string][]string{}
	err := filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if base := d.Name(); name != root && (base == "testdata" || base == "vendor" || base == "node_modules" || base[0] == '.') {
				return filepath.SkipDir
			}
			return nil
		}
		if strings.HasSuffix(name, ".go") && !strings.HasSuffix(name, "_test.go") {
			rel, err := filepath.Rel(root, name)
			if err != nil {
				return err
			}
			rel = filepath.ToSlash(rel)
			found[path.Dir(rel)] = append(found[path.Dir(rel)], rel)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(found) == 0 {
		t.Fatal("no Go files found")
	}
	return found
}

// imports lists what a file imports of ours, as rooms, and "C" if it does.
func imports(t *testing.T, file string) []string {
	t.Helper()
	f, err := parser.ParseFile(token.NewFileSet(), filepath.Join(root, file), nil, parser.ImportsOnly)
	if err != nil {
		t.Fatal(err)
	}
	var ours []string
	for _, spec := range f.Imports {
		imported, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			t.Fatal(err)
		}
		switch {
		case imported == module:
			ours = append(ours, ".")
		case imported == "C":
			ours = append(ours, "C")
		case strings.HasPrefix(imported, module+"/"):
			ours = append(ours, strings.TrimPrefix(imported, module+"/"))
		}
	}
	return ours
}

// strayed finds a path that starts at the root of one machine, not the middle
// of a web address. Hosts are in pieces so that this file does not name them.
var strayed = regexp.MustCompile(`(?:^|[\s"'` + "`" + `(=:])/(?:work|root|tmp|home/[a-z]+|Users/[A-Za-z]+)/[A-Za-z.]` +
	`|proxy\.golang` + `\.org|registry\.npmjs` + `\.org|deb\.debian` + `\.org`)

// TestNothingLocal looks through the committed files for paths of somebody's
// machine and for the hosts of package registries.
func TestNothingLocal(t *testing.T) {
	list := exec.Command("git", "ls-files", "-z")
	list.Dir = root
	names, err := list.Output()
	if err != nil {
		t.Skip("not in a git checkout")
	}
	for _, name := range strings.Split(strings.TrimSuffix(string(names), "\x00"), "\x00") {
		text, err := os.ReadFile(filepath.Join(root, name))
		if err != nil || bytes.IndexByte(text[:min(len(text), 8000)], 0) >= 0 {
			continue // removed but not yet committed, a link to a folder, or not text
		}
		for i, line := range strings.Split(string(text), "\n") {
			if hit := strayed.FindString(line); hit != "" {
				t.Errorf("%s:%d: %q belongs to one machine or names a registry", name, i+1, hit)
			}
		}
	}
}
