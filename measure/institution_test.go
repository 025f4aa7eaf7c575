package measure_test

import (
	"encoding/csv"
	"strconv"
	"testing"

	"entente/internal/shared"
	"entente/measure"
)

func TestInstitutionRule(t *testing.T) {
	for _, c := range []struct {
		name string
		p    measure.Provisions
		want int
	}{
		{"nothing", measure.Provisions{}, 0},
		{"contact in war only", measure.Provisions{MilitaryContact: 1}, 0},
		{"contact in peace", measure.Provisions{MilitaryContact: 2}, 1},
		{"common policy", measure.Provisions{MilitaryContact: 3}, 2},
		{"a base", measure.Provisions{Bases: 1}, 2},
		{"training", measure.Provisions{MilitaryAid: 3}, 1},
		{"grants", measure.Provisions{MilitaryAid: 2}, 0},
		{"a military organisation in second place", measure.Provisions{Purposes: [2]int{2, 1}}, 1},
	} {
		if got := c.p.Institution(); got != c.want {
			t.Errorf("%s: %d, want %d", c.name, got, c.want)
		}
	}
}

// TestInstitutionAgainstATOP holds the rule to 777 coded treaties.
func TestInstitutionAgainstATOP(t *testing.T) {
	rows, err := csv.NewReader(shared.Open(t, "reference/depth/atop51_institutionalisation.csv")).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	at := map[string]int{}
	for i, name := range rows[0] {
		at[name] = i
	}
	agree, coded := 0, 0
	for _, row := range rows[1:] {
		if row[at["rule_milinst"]] == "" {
			continue // a provision is not coded
		}
		coded++
		n := func(name string) int {
			if row[at[name]] == "" {
				return 0 // not coded for this treaty
			}
			v, err := strconv.Atoi(row[at[name]])
			if err != nil {
				t.Fatalf("treaty %s: %s: %v", row[0], name, err)
			}
			return v
		}
		p := measure.Provisions{IntegratedCommand: n("intcom") == 1, Bases: n("base"), MilitaryContact: n("milcon"), MilitaryAid: n("milaid"),
			Contributions: n("contrib") == 1, Subordination: n("subord"), Purposes: [2]int{n("orgpurp1"), n("orgpurp2")}}
		got := p.Institution()
		if got != n("rule_milinst") {
			t.Errorf("treaty %s: %d, the reference has %s", row[0], got, row[at["rule_milinst"]])
		}
		if got == n("milinst") {
			agree++
		}
	}
	if share := float64(agree) / float64(coded); coded != 777 || share < 0.988 {
		t.Errorf("agreement %.4f over %d treaties, want .988 over 777", share, coded)
	}
}
