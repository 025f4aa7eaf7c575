package measure_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"entente"
	"entente/measure"
)

// pairs lists the pairs among the given states that owe the obligation with the
// standing, by any channel but those excluded.
func pairs(c *entente.Case, asOf entente.Day, o entente.Obligation, s measure.Standing, among string, except ...string) []string {
	states := strings.Fields(among)
	var list []string
	for _, row := range measure.Obligations(c, asOf) {
		if row.Obligation == o && row.Status == s && slices.Contains(states, row.A) && slices.Contains(states, row.B) && !slices.Contains(except, row.Via) {
			if pair := row.A + "-" + row.B; !slices.Contains(list, pair) {
				list = append(list, pair)
			}
		}
	}
	slices.Sort(list)
	return list
}

// TestPairTable holds the derivation to the pair table of the clause check, which
// was compiled by reading the treaties pair by pair.
func TestPairTable(t *testing.T) {
	c := builtin(t, "ots")
	const states = "AZE KAZ KGZ TUR UZB HUN TKM"
	for _, want := range []struct {
		o      entente.Obligation
		s      measure.Standing
		except []string
		pairs  string
	}{
		{entente.Defense, measure.StandsInForce, nil, "AZE-TUR HUN-TUR KAZ-KGZ"},
		{entente.Defense, measure.StandsSigned, nil, "AZE-TUR"},
		{entente.Consultation, measure.StandsInForce, []string{"CIS"}, "AZE-KAZ AZE-TUR HUN-KAZ HUN-TUR KAZ-KGZ KAZ-TKM KAZ-UZB KGZ-UZB"},
		{entente.Consultation, measure.StandsInForce, nil, "AZE-KAZ AZE-KGZ AZE-TUR AZE-UZB HUN-KAZ HUN-TUR KAZ-KGZ KAZ-TKM KAZ-UZB KGZ-UZB"},
		{entente.Nonaggression, measure.StandsInForce, []string{"CIS"}, "AZE-KAZ AZE-TUR AZE-UZB KAZ-KGZ KAZ-UZB KGZ-UZB TKM-UZB"},
		{entente.Nonaggression, measure.StandsInForce, nil, "AZE-KAZ AZE-KGZ AZE-TUR AZE-UZB KAZ-KGZ KAZ-UZB KGZ-UZB TKM-UZB"},
		{entente.Neutrality, measure.StandsInForce, nil, "KAZ-TKM"},
		{entente.Offense, measure.StandsInForce, nil, ""},
	} {
		got := strings.Join(pairs(c, c.Horizon, want.o, want.s, states, want.except...), " ")
		if got != want.pairs {
			t.Errorf("%s, %s, except %v:\n got %s\nwant %s", want.o, want.s, want.except, got, want.pairs)
		}
	}
	signed := pairs(c, c.Horizon, entente.Nonaggression, measure.StandsSigned, states)
	for _, pair := range []string{"KGZ-TKM", "KAZ-TKM", "AZE-TKM"} {
		if !slices.Contains(signed, pair) {
			t.Errorf("%s should owe each other non-aggression by a signed text; signed: %v", pair, signed)
		}
	}
	if !slices.Contains(pairs(c, c.Horizon, entente.Consultation, measure.StandsSigned, states), "AZE-UZB") {
		t.Error("Azerbaijan and Uzbekistan should owe each other consultation by a signed text")
	}
	for _, outsider := range []string{"KAZ", "KGZ"} {
		if len(pairs(c, c.Horizon, entente.Defense, measure.StandsInForce, outsider+" RUS")) != 1 {
			t.Errorf("%s and Russia should owe each other defence", outsider)
		}
	}
	if got := pairs(c, c.Horizon, entente.Defense, measure.StandsInForce, "TUR KAZ KGZ UZB TKM"); len(got) != 1 {
		t.Errorf("Türkiye owes defence in Central Asia: %v", got)
	}
}

func TestCollectiveSecurityTreatyOverTime(t *testing.T) {
	c := builtin(t, "ots")
	csto := func(on string) []string {
		var list []string
		for _, row := range measure.Obligations(c, day(t, on)) {
			if row.Via == "CSTO" && row.Obligation == entente.Defense && row.Status == measure.StandsInForce {
				list = append(list, row.A+"-"+row.B)
			}
		}
		return list
	}
	for _, want := range []struct {
		on        string
		with, out []string
		n         int
	}{
		{"1994-04-19", nil, nil, 0}, // signed, not yet in force
		{"1995-06-30", []string{"AZE-UZB", "AZE-KAZ", "AZE-RUS", "KAZ-UZB", "ARM-AZE", "GEO-RUS"}, nil, 9 * 8 / 2},
		{"2000-01-01", []string{"KAZ-KGZ", "KAZ-RUS"}, []string{"AZE-KAZ", "KAZ-UZB", "GEO-RUS"}, 6 * 5 / 2},
		{"2008-01-01", []string{"KAZ-UZB", "RUS-UZB"}, []string{"AZE-KAZ"}, 7 * 6 / 2},
		{"2026-03-07", []string{"KAZ-KGZ", "ARM-RUS"}, []string{"KAZ-UZB"}, 6 * 5 / 2},
	} {
		got := csto(want.on)
		if len(got) != want.n {
			t.Errorf("%s: %d pairs, want %d: %v", want.on, len(got), want.n, got)
		}
		for _, pair := range want.with {
			if !slices.Contains(got, pair) {
				t.Errorf("%s: %s is missing", want.on, pair)
			}
		}
		for _, pair := range want.out {
			if slices.Contains(got, pair) {
				t.Errorf("%s: %s should not be there", want.on, pair)
			}
		}
	}
}

// TestObligationsAreSound checks properties that must hold on any day: every row
// leads to acts that carry the obligation and have begun, a pair is written once
// in order, and a text in force on a day was known to be so from its Since.
func TestObligationsAreSound(t *testing.T) {
	for _, name := range []string{"ots", "nato1955"} {
		c := builtin(t, name)
		for year := 1940; year <= c.Horizon.Year(); year += 3 {
			asOf := min(entente.DayOf(year, 6, 30), c.Horizon)
			seen := map[string]bool{}
			for _, row := range measure.Obligations(c, asOf) {
				key := fmt.Sprint(row.A, row.B, row.Obligation, row.Via, row.Status)
				if seen[key] || row.A >= row.B {
					t.Errorf("%s %s: %s is repeated or out of order", name, asOf, key)
				}
				seen[key] = true
				if !row.Since.Begun(asOf) || len(row.Acts) == 0 {
					t.Errorf("%s %s: %s since %s by %v", name, asOf, key, row.Since, row.Acts)
				}
				for _, id := range row.Acts {
					a := c.Act(id)
					if a.Type != entente.Withdrawal && !a.Obliges(row.Obligation) {
						t.Errorf("%s %s: %s rests on %s, which does not oblige so", name, asOf, key, id)
					}
				}
			}
		}
	}
}
