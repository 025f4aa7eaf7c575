// Package shared finds the reference material that lies beside a checkout for
// tests that compare against it. The product never needs it at run time.
package shared

import (
	"os"
	"path/filepath"
	"runtime"
	"testing"
)

// Path returns the absolute path of a file in the material beside the project
// root. A test whose file is absent is skipped and says which file it wanted.
func Path(t testing.TB, name string) string {
	t.Helper()
	_, self, _, _ := runtime.Caller(0)
	root := filepath.Join(filepath.Dir(self), "..", "..")
	path := filepath.Join(root, "..", "shared", filepath.FromSlash(name))
	if _, err := os.Stat(path); err != nil {
		t.Skipf("the reference file %q is not beside this checkout; the essential numbers are also in testdata", name)
	}
	return path
}

// Open opens such a file and closes it when the test ends.
func Open(t testing.TB, name string) *os.File {
	t.Helper()
	f, err := os.Open(Path(t, name))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.Close() })
	return f
}
