package main

import (
	"bytes"
	"encoding/json"
	"io"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"testing"
)

// The page carries the numbers that --json prints, to the last digit, row by row.
func TestScenarioPageHasTheNumbersOfJSON(t *testing.T) {
	path := filepath.Join(t.TempDir(), "page.html")
	var out, said bytes.Buffer
	ask := func(args ...string) {
		t.Helper()
		if code := run(t.Context(), append([]string{"scenario", "iran-war", "--runs", "50", "--draws", "50"}, args...), bytes.NewReader(nil), &out, io.Writer(&said)); code != 0 {
			t.Fatalf("%v: code %d: %s", args, code, said.String())
		}
	}
	ask("--json")
	ask("-o", path)
	page, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	type value struct {
		Text             string
		Value, Low, High *float64
	}
	var result struct {
		Rows []struct {
			ID            string
			Before, After value
		}
	}
	if err := json.Unmarshal(out.Bytes(), &result); err != nil {
		t.Fatal(err)
	}
	line := regexp.MustCompile(`<tr data-id="([^"]+)"><th scope="row">[^<]*</th><td>(.*?)</td><td>(.*?)</td>`)
	data := regexp.MustCompile(`^<data value="([^"]+)"(?: data-low="([^"]+)" data-high="([^"]+)")?>`)
	cells := map[string][2]string{}
	for _, m := range line.FindAllSubmatch(page, -1) {
		cells[string(m[1])] = [2]string{string(m[2]), string(m[3])}
	}
	numbers := 0
	same := func(id, text string, want *float64) {
		if want == nil && text == "" {
			return
		}
		got, err := strconv.ParseFloat(text, 64)
		if want == nil || err != nil || math.Abs(got-*want) > 0 {
			t.Errorf("%s: %q on the page, %v in JSON", id, text, want)
		}
		numbers++
	}
	for _, row := range result.Rows {
		on, there := cells[row.ID]
		if !there {
			t.Errorf("the page has no row %s", row.ID)
		}
		for i, v := range []value{row.Before, row.After} {
			m := data.FindStringSubmatch(on[i])
			if m == nil {
				m = make([]string, 4)
			}
			same(row.ID, m[1], v.Value)
			if v.Value != nil && v.Low != nil && v.High != nil {
				same(row.ID, m[2], v.Low)
				same(row.ID, m[3], v.High)
			}
		}
	}
	if len(cells) != len(result.Rows) || numbers < 100 {
		t.Errorf("%d rows on the page, %d in JSON, %d numbers compared", len(cells), len(result.Rows), numbers)
	}
}
