package main

import (
	"strings"
	"testing"
)

// The streams are what go test -json writes, less the times.
func TestSummarise(t *testing.T) {
	for _, c := range []struct {
		name   string
		stream string
		want   counts
		says   []string
		hides  []string
	}{
		{
			name: "leaves are counted, not their parents",
			stream: `{"Action":"start","Package":"a"}
{"Action":"run","Package":"a","Test":"TestX"}
{"Action":"run","Package":"a","Test":"TestX/one"}
{"Action":"output","Package":"a","Test":"TestX/one","Output":"chatter\n"}
{"Action":"run","Package":"a","Test":"TestX/two"}
{"Action":"pass","Package":"a","Test":"TestX/one"}
{"Action":"pass","Package":"a","Test":"TestX/two"}
{"Action":"pass","Package":"a","Test":"TestX"}
{"Action":"pass","Package":"a","Elapsed":1.5}`,
			want:  counts{passed: 2},
			says:  []string{"ok  \ta\t1.5s\t2 passed, 0 failed, 0 skipped", "\n2 passed, 0 failed, 0 skipped\n"},
			hides: []string{"chatter"},
		},
		{
			name: "a failure is shown in full and counted once",
			stream: `{"Action":"run","Package":"a","Test":"TestX"}
{"Action":"run","Package":"a","Test":"TestX/one"}
{"Action":"output","Package":"a","Test":"TestX/one","Output":"x_test.go:7: got 1, want 2\n"}
{"Action":"fail","Package":"a","Test":"TestX/one"}
{"Action":"fail","Package":"a","Test":"TestX"}
{"Action":"fail","Package":"a"}`,
			want: counts{failed: 1},
			says: []string{"got 1, want 2", "FAIL\ta"},
		},
		{
			name: "a parent that fails by itself counts",
			stream: `{"Action":"run","Package":"a","Test":"TestX"}
{"Action":"run","Package":"a","Test":"TestX/one"}
{"Action":"pass","Package":"a","Test":"TestX/one"}
{"Action":"fail","Package":"a","Test":"TestX"}
{"Action":"fail","Package":"a"}`,
			want: counts{passed: 1, failed: 1},
		},
		{
			name: "a skip gives its reason",
			stream: `{"Action":"run","Package":"a","Test":"TestX"}
{"Action":"output","Package":"a","Test":"TestX","Output":"=== RUN   TestX\n"}
{"Action":"output","Package":"a","Test":"TestX","Output":"    x_test.go:9: no browser\n"}
{"Action":"output","Package":"a","Test":"TestX","Output":"--- SKIP: TestX (0.00s)\n"}
{"Action":"skip","Package":"a","Test":"TestX"}
{"Action":"pass","Package":"a"}`,
			want: counts{skipped: 1},
			says: []string{"skipped TestX: x_test.go:9: no browser"},
		},
		{
			name: "the seeds of a fuzz target are one test",
			stream: `{"Action":"run","Package":"a","Test":"FuzzX"}
{"Action":"run","Package":"a","Test":"FuzzX/seed#0"}
{"Action":"run","Package":"a","Test":"FuzzX/seed#1"}
{"Action":"pass","Package":"a","Test":"FuzzX/seed#0"}
{"Action":"fail","Package":"a","Test":"FuzzX/seed#1"}
{"Action":"fail","Package":"a","Test":"FuzzX"}
{"Action":"fail","Package":"a"}`,
			want: counts{failed: 1},
		},
		{
			name: "a package that does not compile is a failure with its output",
			stream: `{"ImportPath":"a [a.test]","Action":"build-output","Output":"a/x.go:3: undefined: y\n"}
{"ImportPath":"a [a.test]","Action":"build-fail"}
{"Action":"start","Package":"a"}
{"Action":"output","Package":"a","Output":"FAIL\ta [build failed]\n"}
{"Action":"fail","Package":"a","FailedBuild":"a [a.test]"}`,
			want: counts{failed: 1},
			says: []string{"undefined: y", "0 passed, 1 failed, 0 skipped"},
		},
		{
			name: "a test cut off by the death of the process is shown",
			stream: `{"Action":"run","Package":"a","Test":"TestX"}
{"Action":"output","Package":"a","Test":"TestX","Output":"panic: boom\n"}
{"Action":"fail","Package":"a"}`,
			want: counts{failed: 1},
			says: []string{"panic: boom"},
		},
		{
			name:   "a package cut off is a failure",
			stream: `{"Action":"start","Package":"a"}`,
			want:   counts{failed: 1},
			says:   []string{"ended without a result"},
		},
		{
			name: "a package without tests is neither",
			stream: `{"Action":"output","Package":"a","Output":"?   \ta\t[no test files]\n"}
{"Action":"skip","Package":"a"}`,
			want: counts{},
		},
		{
			name:   "what is not an event is passed through",
			stream: "go: no such module\n",
			says:   []string{"go: no such module"},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			var out strings.Builder
			got, err := summarise(strings.NewReader(c.stream), &out)
			if err != nil {
				t.Fatal(err)
			}
			if got != c.want {
				t.Errorf("got %+v, want %+v in\n%s", got, c.want, out.String())
			}
			for _, s := range c.says {
				if !strings.Contains(out.String(), s) {
					t.Errorf("%q is missing from\n%s", s, out.String())
				}
			}
			for _, s := range c.hides {
				if strings.Contains(out.String(), s) {
					t.Errorf("%q should not be in\n%s", s, out.String())
				}
			}
		})
	}
}
