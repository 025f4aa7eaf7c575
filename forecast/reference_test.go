package forecast_test

import (
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"math"
	"os"
	"slices"
	"strconv"
	"testing"

	"entente"
	"entente/cases"
	"entente/forecast"
	"entente/internal/shared"
	"entente/ledger"
)

func builtin(t testing.TB) *entente.Case {
	t.Helper()
	fsys, err := cases.FS("ots")
	if err != nil {
		t.Fatal(err)
	}
	c, err := ledger.Load(context.Background(), fsys, ledger.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// table reads a CSV file with a header into one map a row.
func table(t testing.TB, r io.Reader) []map[string]string {
	t.Helper()
	reader := csv.NewReader(r)
	reader.Comment = '#'
	lines, err := reader.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var rows []map[string]string
	for _, line := range lines[1:] {
		row := map[string]string{}
		for i, cell := range line {
			row[lines[0][i]] = cell
		}
		rows = append(rows, row)
	}
	return rows
}

func number(t testing.TB, s string) int {
	t.Helper()
	n, err := strconv.Atoi(s)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

var sets = map[string]forecast.Filter{
	"all":         {},
	"soft":        {Soft: true},
	"soft_no_ots": {Soft: true, LeaveOut: []string{"ots"}},
}

// TestPairsReference compares the risk sets with the reference input: its status
// is 0 censored, 1 event, 2 dissolved, or 9 when the second rung was held
// already.
func TestPairsReference(t *testing.T) {
	blocs := builtin(t).Blocs
	type pair struct{ from, to int }
	wanted := map[pair]map[string]forecast.Spell{}
	rows := table(t, shared.Open(t, "reference/hazard/marker_pairs_input.csv"))
	for _, row := range rows {
		p := pair{number(t, row["from_rung"]), number(t, row["to_rung"])}
		if wanted[p] == nil {
			wanted[p] = map[string]forecast.Spell{}
		}
		if status := number(t, row["status"]); status != 9 {
			wanted[p][row["bloc_id"]] = forecast.Spell{ID: row["bloc_id"], Years: float64(number(t, row["days"])) / 365.25, Outcome: status}
		}
	}
	if len(rows) != 2652 || len(wanted) != 64 {
		t.Fatalf("the reference has %d rows of %d pairs, want 2652 of 64", len(rows), len(wanted))
	}
	for p, want := range wanted {
		got := forecast.Pairs(blocs, p.from, p.to, forecast.Filter{})
		if len(got) != len(want) {
			t.Errorf("r%d to r%d: %d spells, want %d", p.from, p.to, len(got), len(want))
		}
		for _, s := range got {
			if s != want[s.ID] {
				t.Errorf("r%d to r%d: %v, want %v", p.from, p.to, s, want[s.ID])
			}
		}
	}
}

func TestCurveReferenceExcerpt(t *testing.T) {
	f, err := os.Open("testdata/marker_pairs.csv")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	compare(t, table(t, f), 19)
}

func TestCurveReference(t *testing.T) {
	compare(t, table(t, shared.Open(t, "reference/hazard/marker_pairs.csv")), 117)
}

func TestLevelsReference(t *testing.T) {
	compare(t, table(t, shared.Open(t, "reference/hazard/level_transitions.csv")), 24)
}

// TestLevelWaitsReference compares the waits on each level with the reference
// input.
func TestLevelWaitsReference(t *testing.T) {
	blocs := builtin(t).Blocs
	got := map[string]forecast.Member{}
	for level := range 8 {
		for _, m := range forecast.OfLevel(blocs, level, forecast.Filter{}).Members {
			got[m.ID+strconv.Itoa(level)] = m
		}
	}
	rows := table(t, shared.Open(t, "reference/hazard/transitions_input.csv"))
	if len(rows) != len(got) {
		t.Errorf("%d waits, want %d", len(got), len(rows))
	}
	for _, row := range rows {
		m := got[row["bloc_id"]+row["k"]]
		want := forecast.Spell{ID: row["bloc_id"], Years: decimal(t, row["days"]) / 365.25, Outcome: number(t, row["status"])}
		if m.Spell != want || m.Since.String() != row["entered"] {
			t.Errorf("level %s: %v since %s, want %v since %s", row["k"], m.Spell, m.Since, want, row["entered"])
		}
	}
}

// class returns the class of a row of a reference.
func class(t *testing.T, blocs []entente.BlocRecord, row map[string]string) *forecast.Class {
	if row["from_level"] != "" {
		set := forecast.Filter{Soft: row["set"] == "soft_sojourners"}
		c := forecast.OfLevel(blocs, number(t, row["from_level"]), set)
		all := forecast.OfLevel(blocs, number(t, row["from_level"]), forecast.Filter{})
		check(t, row, map[string]float64{"entered": float64(all.Reached), "skipped_share": float64(all.Already) / float64(all.Reached)})
		if row["set"] != "all" {
			c = c.Sojourners()
		}
		return c
	}
	set, ok := sets[row["set"]]
	if !ok {
		t.Fatalf("unknown set %q", row["set"])
	}
	c := forecast.Of(blocs, number(t, row["from_rung"]), number(t, row["to_rung"]), set)
	check(t, row, map[string]float64{"reached_from": float64(c.Reached), "already_had_to": float64(c.Already)})
	if pairs := forecast.Pairs(blocs, c.From, c.To, set); !slices.Equal(pairs, c.Spells()) {
		t.Errorf("the class of r%d to r%d is not that of the pairs", c.From, c.To)
	}
	return c
}

// check holds numbers to the columns of a row, to 1e-6, and returns the largest
// difference. An empty cell stands for what is undefined.
func check(t *testing.T, row map[string]string, got map[string]float64) (worst float64) {
	for column, value := range got {
		want := math.NaN()
		cell, ok := row[column]
		if !ok {
			t.Fatalf("the reference has no column %s", column)
		}
		if cell != "" {
			want = decimal(t, cell)
		}
		if math.IsNaN(want) && math.IsNaN(value) {
			continue
		}
		diff := math.Abs(value - want)
		if !(diff <= 1e-6) {
			t.Errorf("%s %s%s to %s%s: %s = %.9g, want %v", row["set"], row["from_rung"], row["from_level"], row["to_rung"], row["to_level"], column, value, cell)
		}
		worst = max(worst, diff)
	}
	return worst
}

// compare holds every number of every row to the reference.
func compare(t *testing.T, rows []map[string]string, n int) {
	if len(rows) != n {
		t.Fatalf("%d rows, want %d", len(rows), n)
	}
	blocs := builtin(t).Blocs
	worst := 0.0
	for _, row := range rows {
		c := forecast.Estimate(class(t, blocs, row).Spells())
		got := map[string]float64{
			"n": float64(c.N), "events": float64(c.Events), "dissolved": float64(c.Dissolved), "censored": float64(c.Censored),
			"risk_years": c.RiskYears, "rate_per_year": c.Rate, "rate_lo": c.RateLow, "rate_hi": c.RateHigh,
			"median_years_to_event_among_events": c.MedianToEvent(),
		}
		for _, years := range []int{5, 10, 20} {
			p := c.At(float64(years))
			for column, value := range map[string]float64{
				"cif%d": p.Incidence, "cif%d_se": p.SE, "cif%d_lo": p.Low, "cif%d_hi": p.High, "diss%d": p.Gone,
				"km%d": p.KM, "km%d_lo": p.KMLow, "km%d_hi": p.KMHigh, "atrisk%d": float64(p.AtRisk),
			} {
				got[fmt.Sprintf(column, years)] = value
			}
		}
		worst = max(worst, check(t, row, got))
	}
	t.Logf("%d rows, largest difference %.2g", len(rows), worst)
}
