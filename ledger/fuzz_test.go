package ledger

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

// refused checks that an error of a folder is Problems with places in it.
func refused(t *testing.T, folder fstest.MapFS, err error) {
	t.Helper()
	var problems Problems
	if !errors.As(err, &problems) || len(problems) == 0 {
		t.Fatalf("not Problems: %v", err)
	}
	checkPlaces(t, folder, problems)
}

// Any bytes as acts.csv are either refused with places, or a case that comes back
// the same from its own export.
func FuzzCSV(f *testing.F) {
	small := readMap(f, "testdata/small")
	f.Add(small["acts.csv"].Data)
	head, _, _ := bytes.Cut(small["acts.csv"].Data, []byte("\n"))
	f.Add([]byte(string(head) + "\n\"a\",2010,\"x \"\"y\"\"\",AZE;TUR,,meeting,,,,,,held,,,,,,low,\n"))
	f.Add([]byte(string(head) + "\r\na;b;c\r\n"))
	f.Add([]byte("\xef\xbb\xbfid\tdate"))
	f.Fuzz(func(t *testing.T, data []byte) {
		folder := readMap(t, "testdata/small")
		for _, name := range []string{"changes.csv", "clauses.csv", "claims.csv"} {
			delete(folder, name)
		}
		folder["case.yaml"].Data = []byte("id: s\ntitle: S\nquestion: Q\nhorizon: 2020-12-31\nrecorded: 2021-06-01\ngroup: {code: ACC, name: A}\n")
		folder["acts.csv"].Data = data
		c, err := Load(t.Context(), folder, Options{})
		if err != nil {
			refused(t, folder, err)
			return
		}
		out := filepath.Join(t.TempDir(), "out")
		if err := ExportFS(t.Context(), folder, out); err != nil {
			t.Fatal(err)
		}
		again, err := Load(t.Context(), os.DirFS(out), Options{})
		if err != nil || !same(c, again) {
			t.Fatalf("the export differs: %v", err)
		}
	})
}

// Cells without control characters survive writing and reading.
func FuzzCells(f *testing.F) {
	f.Add("a", "b,c", `d"e`)
	f.Add("", `"`, `","`)
	f.Fuzz(func(t *testing.T, a, b, c string) {
		for _, s := range []string{a, b, c} {
			if strings.ContainsFunc(s, func(r rune) bool { return r < 0x20 }) || len(s) > 1000 {
				return // the property is of cells that the record may hold
			}
		}
		want := a + string(separator) + b + string(separator) + c
		in := newCSVReader(bytes.NewReader(appendCSV(nil, want)), func(int, int, string, string) {})
		if more, err := in.next(); err != nil || !more {
			t.Fatal(more, err)
		}
		if strings.HasPrefix(want, "\xef\xbb\xbf") {
			return // a mark of byte order at the head of a text is not part of it
		}
		if _, wrong := in.split(','); wrong != "" || string(in.joined) != want {
			t.Fatalf("%q came back as %q, %s", want, in.joined, wrong)
		}
	})
}

func FuzzYAML(f *testing.F) {
	f.Add(string(readMap(f, "testdata/small")["case.yaml"].Data))
	f.Add("id: &a [*a]\n")
	f.Add("? a\n: b\n--- \n...\n")
	f.Add("a: !!binary |\n  x\n<<: {b: c}\n")
	f.Add("members: [{actor: NO}]\nid: 2022-01-01")
	f.Fuzz(func(t *testing.T, text string) {
		folder := readMap(t, "testdata/small")
		folder["case.yaml"].Data = []byte(text)
		if _, err := Load(t.Context(), folder, Options{}); err != nil {
			var problems Problems
			if !errors.As(err, &problems) || len(problems) == 0 {
				t.Fatalf("not Problems: %v", err)
			}
		}
	})
}

// Any bytes as revisions.jsonl are refused or are a log that comes back the same.
func FuzzRevisions(f *testing.F) {
	path := filepath.Join(f.TempDir(), "x.entente")
	if _, err := Import(context.Background(), path, "testdata/small", someone); err != nil {
		f.Fatal(err)
	}
	out := filepath.Join(f.TempDir(), "out")
	if err := Export(context.Background(), path, out); err != nil {
		f.Fatal(err)
	}
	log := readMap(f, out)[logFile].Data
	f.Add(log)
	first, _, _ := bytes.Cut(log, []byte("\n"))
	f.Add(first)
	f.Add([]byte(`{"seq":1,"table":"case","id":"case","cells":["x"],"known_at":"2020","recorded_at":"2020-01-01T00:00:00Z","who":"a","why":"b","hash":""}`))
	f.Add([]byte("\n{}\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		folder := fstest.MapFS{logFile: {Data: data}}
		var all []byte
		head := make([]byte, 32)
		count, last, err := readLog(t.Context(), folder, func(v *revision) error {
			if !slices.Equal(v.seal(head), v.hash) {
				t.Fatal("a revision that does not fit was handed out")
			}
			head = v.hash
			line, err := v.line()
			all = append(all, line...)
			return err
		})
		if err != nil {
			refused(t, folder, err)
			return
		}
		n, again, err := readLog(t.Context(), fstest.MapFS{logFile: {Data: all}}, nil)
		if err != nil || n != count || !bytes.Equal(again, last) {
			t.Fatalf("the log does not come back: %v", err)
		}
	})
}

// A ledger file with bytes changed opens or is refused, and reading it ends.
func FuzzLedgerFile(f *testing.F) {
	sound, err := os.ReadFile(smallLedger(f))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(0, []byte{}, len(sound))
	f.Add(100, []byte("x"), len(sound))
	f.Add(4096, []byte{0xff, 0xff}, len(sound))
	f.Add(0, []byte("id,date"), 7)
	f.Add(4100, bytes.Repeat([]byte{7}, 500), 9000)
	path := filepath.Join(f.TempDir(), "x.entente")
	f.Fuzz(func(t *testing.T, at int, patch []byte, size int) {
		data := bytes.Clone(sound)
		if at < 0 || at > len(data) || size < 0 || size > len(data) {
			return // no such place in the file
		}
		copy(data[at:], patch)
		if err := os.WriteFile(path, data[:size], 0o644); err != nil {
			t.Fatal(err)
		}
		_, opened := Open(t.Context(), path, Options{})
		if _, err := Verify(t.Context(), path); err == nil && opened != nil {
			t.Fatalf("verified, but it cannot be opened: %v", opened)
		}
		_, _ = Search(t.Context(), path, "turkiye")
	})
}
