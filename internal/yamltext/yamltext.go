// Package yamltext reads YAML that people write: strictly, so that a misspelt key is
// an error with its line and column, and so that whoever finds fault with a value can
// say where it stands.
package yamltext

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// Text is a YAML text that was read.
type Text struct {
	name string
	file *ast.File
}

// Decode fills into, a pointer to a struct, from a text of the given name; keys that
// the struct does not have are errors. An empty text is io.EOF.
//
// The YAML library panics on some malformed tags, which a reader of files must not:
// that is an error too.
func Decode(name string, text []byte, into any) (t *Text, err error) {
	defer func() {
		if p := recover(); p != nil {
			t, err = nil, fmt.Errorf("this is not YAML that can be read: %v", p)
		}
	}()
	if err := yaml.NewDecoder(bytes.NewReader(text), yaml.Strict()).Decode(into); err != nil {
		return nil, err
	}
	file, err := parser.ParseBytes(text, 0)
	return &Text{name, file}, err
}

// Where is the file, line and column of a path such as $.actors[2].salience, or of
// the nearest thing that holds it.
func (t *Text) Where(path string) (place string) {
	defer func() {
		if recover() != nil { // as in Decode
			place = t.name
		}
	}()
	for path != "" {
		if p, err := yaml.PathString(path); err == nil {
			if node, err := p.FilterFile(t.file); err == nil && node != nil && node.GetToken() != nil {
				at := node.GetToken().Position
				return fmt.Sprintf("%s:%d:%d", t.name, at.Line, at.Column)
			}
		}
		path = path[:max(strings.LastIndexAny(path, ".["), 0)]
	}
	return t.name
}
