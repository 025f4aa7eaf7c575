// Package yamltext reads YAML that people write: strictly, so that a misspelt key is
// an error with its line and column, and so that whoever finds fault with a value can
// say where it stands.
package yamltext

import (
	"bytes"
	"errors"
	"fmt"
	"regexp"
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
		return nil, plain(err)
	}
	file, err := parser.ParseBytes(text, 0)
	return &Text{name, file}, err
}

// mismatch is how the library says that a value is of another sort than was wanted.
var mismatch = regexp.MustCompile(`cannot unmarshal (\S+(?: \{\})?) into Go (?:struct field \S+|value) of type (\S+)|(\S+) was used where (\S+) is expected`)

// sorts are the sorts of values in plain words, by how the words of the library begin.
var sorts = []struct{ begins, words string }{
	{"[]", "a list"}, {"map", "a map of keys"}, {"seq", "a list"}, {"uint", "a whole number"}, {"int", "a whole number"}, {"float", "a number"},
	{"string", "a text"}, {"bool", "true or false"}, {"null", "nothing"},
}

// plain takes the words of the programming language out of an error.
func plain(err error) error {
	text := err.Error()
	m := mismatch.FindStringSubmatchIndex(text)
	if m == nil {
		return err
	}
	word := func(k int) string {
		if m[2*k] < 0 {
			return ""
		}
		kind := text[m[2*k]:m[2*k+1]]
		for _, s := range sorts {
			if strings.HasPrefix(kind, s.begins) {
				return s.words
			}
		}
		return "a map of keys" // any other sort is made of keys
	}
	has, wants := word(1)+word(3), word(2)+word(4)
	return errors.New(text[:m[0]] + has + " stands here, where " + wants + " is wanted" + text[m[1]:])
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
