package measure_test

import (
	"os"
	"strings"
	"testing"

	"entente/measure"
)

// TestEveryMeasureHasItsPage looks for each measure in the pages that describe
// them.
func TestEveryMeasureHasItsPage(t *testing.T) {
	const folder = "../docs/measures/"
	entries, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	pages := ""
	for _, e := range entries {
		if e.Name() == "README.md" {
			continue
		}
		text, err := os.ReadFile(folder + e.Name())
		if err != nil {
			t.Fatal(err)
		}
		pages += string(text)
		if !strings.Contains(string(text), "Code: ") && !strings.Contains(string(text), "the code is ") && !strings.Contains(string(text), "`entente obligations`") {
			t.Errorf("%s does not say where the code is", e.Name())
		}
	}
	for _, m := range measure.Names() {
		if !strings.Contains(pages, "`"+m.Name+"`") {
			t.Errorf("no page in docs/measures describes %s", m.Name)
		}
	}
}
