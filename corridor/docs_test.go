package corridor

import (
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"
)

// TestPage holds docs/corridors.md to the record and its example to the reader.
func TestPage(t *testing.T) {
	text, err := os.ReadFile("../docs/corridors.md")
	if err != nil {
		t.Fatal(err)
	}
	page := string(text)
	c := builtIn(t)
	rows := regexp.MustCompile("(?m)^\\| (`(?:freight|--layer).*?) \\| (\\d+) \\| (\\d+) \\| (\\d+) \\|$").FindAllStringSubmatch(page, -1)
	if len(rows) != 6 {
		t.Fatalf("%d layers in the table", len(rows))
	}
	for _, row := range rows {
		var layer Layer
		for _, m := range regexp.MustCompile("--layer (?:\"([^\"]+)\"|([^`]+))").FindAllStringSubmatch(row[1], -1) {
			layer.Names = append(layer.Names, m[1]+m[2])
		}
		all, err := Of(c, layer)
		if err != nil {
			t.Fatal(err)
		}
		layer.Operating = true
		operating, err := Of(c, layer)
		if err != nil {
			t.Fatal(err)
		}
		capacities := 0
		for _, e := range all.Edges {
			for _, leg := range c.Corridors {
				if leg.ID == e.ID && leg.Capacity != nil {
					capacities++
				}
			}
		}
		got := []string{fmt.Sprint(len(all.Edges)), fmt.Sprint(len(operating.Edges)), fmt.Sprint(capacities)}
		if strings.Join(got, " ") != strings.Join(row[2:], " ") {
			t.Errorf("%s: %v, the page says %v", row[1], got, row[2:])
		}
	}
	net, err := Of(c, Layer{})
	if err != nil {
		t.Fatal(err)
	}
	_, example, _ := strings.Cut(page, "```yaml\n")
	example, _, _ = strings.Cut(example, "```")
	sc, err := ReadScenario("docs/corridors.md", strings.NewReader(example), net)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := net.Risk(t.Context(), sc, RiskOptions{Draws: 500, Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	if answer.Loss.Mean <= 0 || answer.Together.Mean <= 0 {
		t.Errorf("the example loses %v and saves %v", answer.Loss.Mean, answer.Together.Mean)
	}
	weak, err := net.Weak()
	if err != nil {
		t.Fatal(err)
	}
	if want := fmt.Sprintf("%d of the %d freight legs are bridges", len(weak.Bridges), len(net.Edges)); !strings.Contains(page, want) {
		t.Errorf("the page does not say %q", want)
	}
}
