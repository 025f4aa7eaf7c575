package bargain

import (
	"encoding/csv"
	"encoding/json"
	"flag"
	"os"
	"strconv"
	"testing"

	"entente/internal/shared"
)

var update = flag.Bool("update", false, "write facts.json anew from the decided issues")

// deu reads the decided issues and the capabilities beside the checkout.
func deu(t testing.TB) ([]Row, map[string]float64) {
	t.Helper()
	rows, err := ReadTable("deu3-train.csv", shared.Open(t, "reference/bargaining/deu3-train.csv"), nil)
	if err != nil {
		t.Fatal(err)
	}
	cells, err := csv.NewReader(shared.Open(t, "reference/bargaining/deu3-capability.csv")).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	capability := map[string]float64{}
	for _, c := range cells[1:] {
		if capability[c[0]], err = strconv.ParseFloat(c[1], 64); err != nil {
			t.Fatal(err)
		}
		capability[c[0]] *= 100 / 4.1
	}
	return rows, capability
}

// TestFacts fits and measures anew what facts.json says; with -update it writes
// the file.
func TestFacts(t *testing.T) {
	rows, capability := deu(t)
	facts, err := Learn(t.Context(), rows, capability)
	if err != nil {
		t.Fatal(err)
	}
	facts.Data = "236 issues of 92 proposals of the DEU III data (Arregui and Perarnaud 2021, doi 10.34810/data53)"
	text, err := json.MarshalIndent(facts, "", "\t")
	if err != nil {
		t.Fatal(err)
	}
	text = append(text, '\n')
	if *update {
		if err := os.WriteFile("facts.json", text, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if string(text) != string(factsFile) {
		t.Errorf("facts.json is not what the decided issues give; run go test ./bargain -run Facts -update\n%s", text)
	}
}
