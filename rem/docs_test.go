package rem

import (
	"os"
	"strings"
	"testing"
)

// Every term stands in the manual with what it says and its formula.
func TestEveryTermIsDocumented(t *testing.T) {
	text, err := os.ReadFile("../docs/models.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range catalogue {
		if row := d.manual(); !strings.Contains(string(text), row) {
			t.Errorf("docs/models.md lacks the row\n%s", row)
		}
	}
}

func (d *definition) manual() string {
	name := "`" + d.name + "`"
	if len(d.also) > 0 {
		name += " (`" + strings.Join(d.also, "`, `") + "`)"
	}
	of := "pairs"
	switch {
	case d.everywhere:
		of = "all"
	case d.sets:
		of = "sets"
	case d.one:
		of = "pairs, actors"
	}
	return "| " + name + " | " + of + " | " + d.says + " | " + strings.ReplaceAll(d.formula, "|", "\\|") + " | " + d.source + " |"
}
