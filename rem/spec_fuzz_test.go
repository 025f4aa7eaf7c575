package rem

import "testing"

// A specification may be any bytes: the answer is one or an error, never a panic.
func FuzzSpecification(f *testing.F) {
	for _, name := range Ready() {
		text, err := ready.ReadFile("models/" + name + ".yaml")
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	f.Add([]byte("model: !000\nterms: [{term: !!1 x}]"))
	f.Add([]byte("terms: {a: &a [*a]}\norigin: [1]\nends: {}"))
	f.Add([]byte("events: {roles: 3, size: -1}\nrisk_set: {controls: 1e9}\nmodel: hyper\nterms: - 3"))
	f.Fuzz(func(t *testing.T, text []byte) {
		s, err := decode(text)
		if err != nil {
			return
		}
		l := &loader{spec: s, at: map[string]int32{}}
		_, _ = l.model(1)
	})
}
