package yamltext

import (
	"errors"
	"io"
	"strings"
	"testing"
)

type spec struct {
	Name  string           `yaml:"name"`
	Items []map[string]any `yaml:"items"`
}

func TestDecode(t *testing.T) {
	var s spec
	text, err := Decode("a.yaml", []byte("name: x\nitems:\n  - {size: 3}\n  - size: four\n"), &s)
	if err != nil || s.Name != "x" || len(s.Items) != 2 {
		t.Fatal(s, err)
	}
	for path, want := range map[string]string{"$.items[1].size": "a.yaml:4:11", "$.name": "a.yaml:1:7", "$.absent.deeply": "a.yaml:1:5"} {
		if got := text.Where(path); got != want {
			t.Errorf("%s stands at %s, not %s", path, got, want)
		}
	}
	if _, err := Decode("a.yaml", nil, &s); !errors.Is(err, io.EOF) {
		t.Errorf("an empty text: %v", err)
	}
	if _, err := Decode("a.yaml", []byte("name: x\nnme: y\n"), &s); err == nil || !strings.Contains(err.Error(), "[2:1]") {
		t.Errorf("a misspelt key: %v", err)
	}
}

// A value of another sort than is wanted is told in plain words, at its place.
func TestPlain(t *testing.T) {
	for text, want := range map[string]string{
		"name: [a]\n":               "[1:7] a list stands here, where a text is wanted",
		"items: 5\n":                "a whole number stands here, where a list is wanted",
		"name: x\nitems: [3]\n":     "is wanted",
		"name: {a: b}\nitems: []\n": "a map of keys stands here, where a text is wanted",
	} {
		var s spec
		if _, err := Decode("a.yaml", []byte(text), &s); err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "Go ") {
			t.Errorf("%q gives %v, expected %q", text, err, want)
		}
	}
}

// Whatever the bytes, there is an answer or an error.
func FuzzDecode(f *testing.F) {
	f.Add([]byte("name: !000\nitems: [{a: !!1 x}]"))
	f.Add([]byte("items: {a: &a [*a]}"))
	f.Fuzz(func(t *testing.T, bytes []byte) {
		var s spec
		if text, err := Decode("x", bytes, &s); err == nil {
			text.Where("$.items[0].a")
		}
	})
}
