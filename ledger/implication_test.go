package ledger

import (
	"reflect"
	"testing"
	"testing/fstest"

	"entente"
)

// TestImplications reads the tests of an implication, and leads one that names a
// replaced act to what replaced it.
func TestImplications(t *testing.T) {
	folder := readMap(t, "testdata/small")
	folder["implications.csv"] = &fstest.MapFile{Data: []byte("id,section,statement,tests,sources,would_change,note\n" +
		"i1,Drills,They drill,not rung r6;act drill-2005,s3,A pact,careful\n" +
		"i2,Drills,Nobody can tell,,,A text,\n")}
	c, err := Load(t.Context(), folder, Options{})
	if err != nil {
		t.Fatal(err)
	}
	want := []entente.Implication{
		{ID: "i1", Section: "Drills", Statement: "They drill", Tests: []entente.Test{{Not: true, Kind: entente.TestRung, Args: []string{"r6"}},
			{Kind: entente.TestAct, Args: []string{"drill-2005-b"}}}, Sources: []string{"s3"}, Change: "A pact", Note: "careful"},
		{ID: "i2", Section: "Drills", Statement: "Nobody can tell", Change: "A text"},
	}
	if !reflect.DeepEqual(c.Implications, want) {
		t.Errorf("got %+v", c.Implications)
	}
}
