package rem

import (
	"bytes"
	"testing"
)

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
		s, places, err := decode(text)
		if err != nil {
			return
		}
		l := &loader{spec: s, text: places, at: map[string]int32{}}
		_, _ = l.model(1)
	})
}

// A table may be any bytes: what is wrong with it is told, and what is read is in order.
func FuzzTableOfEvents(f *testing.F) {
	f.Add([]byte("time,sender,receiver\n1,A,B\n\n2,B,A\n"), true)
	f.Add([]byte("time,actors,value,kind\n2025-01-01,A;B;C,2,visit\n2024-02-30,A;A,NA,\"tre\naty\"\n"), false)
	f.Add([]byte("\xef\xbb\xbfid,time,sender,receiver\ne1,inf,A;B,C\ne1,-3,C,\n1,2\n\"x"), true)
	f.Fuzz(func(t *testing.T, text []byte, directed bool) {
		l := &loader{spec: &spec{}, at: map[string]int32{"A": 0, "B": 1, "C": 2}}
		l.data.Actors = []string{"A", "B", "C"}
		table, err := readTable("events.csv", bytes.NewReader(text), &l.faults)
		if err != nil {
			return
		}
		events, err := l.eventsOf(table, tableSpec{}, directed)
		if err != nil || l.faults.err() != nil {
			return
		}
		l.data.checkEvents("events", events, func(format string, args ...any) bool {
			t.Errorf(format, args...)
			return true
		})
	})
}
