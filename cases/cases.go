// Package cases holds the built-in cases: folders of text in the case format,
// each with one question about one group of states.
package cases

import (
	"embed"
	"fmt"
	"io/fs"
	"slices"
	"strings"
)

//go:embed all:ots all:nato1955
var folders embed.FS

var names = []string{"ots", "nato1955"}

// Names returns the names of the built-in cases; the first is the default.
func Names() []string { return slices.Clone(names) }

// FS returns the folder of the built-in case with the name. The error for any
// other name lists those that there are.
func FS(name string) (fs.FS, error) {
	if !slices.Contains(names, name) {
		return nil, fmt.Errorf("no built-in case %q: there are %s; a folder is given by its path", name, strings.Join(names, ", "))
	}
	return fs.Sub(folders, name)
}
