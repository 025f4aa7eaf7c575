package ledger

import (
	"os"
	"testing"
)

func TestLoadSmall(t *testing.T) {
	c, err := Load(t.Context(), os.DirFS("testdata/small"), Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range c.Acts {
		t.Logf("%+v", *a)
	}
	t.Logf("%+v %s", c.Group, c.Checksum)
}
