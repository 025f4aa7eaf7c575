package bargain

import (
	"fmt"
	"os"
	"strings"
	"testing"
)

// TestPage holds docs/bargaining.md to the facts, and its example to the reader.
func TestPage(t *testing.T) {
	text, err := os.ReadFile("../docs/bargaining.md")
	if err != nil {
		t.Fatal(err)
	}
	page := string(text)
	_, example, _ := strings.Cut(page, "```yaml\n")
	example, _, _ = strings.Cut(example, "```")
	c, err := Read("docs/bargaining.md", strings.NewReader(example))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Solve(t.Context(), c, Drawing{Draws: 50}); err != nil {
		t.Fatal(err)
	}
	says := func(what, want string) {
		if !strings.Contains(page, want) {
			t.Errorf("docs/bargaining.md does not say %q of %s", want, what)
		}
	}
	says("the learnt reading", fmt.Sprintf("count %v, moved away from the reference point by %v of the distance to it; where all actors stand at ends, the distance from the middle is multiplied by %v.",
		learnt.Tempering.End, learnt.Tempering.Push, learnt.Tempering.Stretch))
	for name, m := range learnt.Measured {
		says(name, fmt.Sprintf("| %.1f (%.1f to %.1f) | %.1f |", m.Mean, m.MeanLow, m.MeanHigh, m.Median))
	}
	for _, name := range Readings() {
		says(name, "| `"+name+"` |")
	}
}
