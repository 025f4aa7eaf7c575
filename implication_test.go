package entente_test

import (
	"strings"
	"testing"

	"entente"
)

func TestParseTest(t *testing.T) {
	for _, good := range []string{"rung r6", "not rung r0", "chance r6 5 0.2", "stance p1", "not quiet p1", "answered border", "answered cyber group",
		"owed RUS defense", "not owed RUS defense", "act a1", "claim c1", "multilateral", "crossed p", "touched p", "if not rung r6", "if act a"} {
		got, err := entente.ParseTest(good)
		if err != nil {
			t.Errorf("%q: %v", good, err)
		} else if got.String() != good {
			t.Errorf("%q is written back as %q", good, got)
		}
	}
	if got, _ := entente.ParseTest("not chance r6 5 0.25"); !got.Not || got.Kind != entente.TestChance {
		t.Errorf("%+v", got)
	} else if years, limit := got.Limit(); years != 5 || limit != 0.25 {
		t.Errorf("limits %v %v", years, limit)
	}
	for bad, want := range map[string]string{
		"":                 `unknown test ""`,
		"if":               `unknown test ""`,
		"not if rung r6":   `unknown test "if"`,
		"not":              `unknown test ""`,
		"runs r6":          `unknown test "runs"`,
		"rung":             "write rung RUNG",
		"rung r6 r7":       "write rung RUNG",
		"act ":             "write act ACT",
		"rung r9":          "a rung is r0 to r8",
		"rung  r6":         "write rung RUNG",
		"chance r6 3 0.2":  "1, 5 and 10 years",
		"chance r6 5 1.4":  "between 0 and 1",
		"chance r6 5 NaN":  "between 0 and 1",
		"answered politix": "unknown domain",
		"answered cyber x": "only the word group",
		"owed RUS defence": "unknown obligation",
		"multilateral x":   "write multilateral",
	} {
		if _, err := entente.ParseTest(bad); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: error %v, want %q", bad, err, want)
		}
	}
}

func FuzzParseTest(f *testing.F) {
	for _, s := range []string{"rung r6", "if not chance r6 5 0.2", "answered cyber group", "owed RUS defense", "multilateral"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		test, err := entente.ParseTest(s)
		if err == nil && test.String() != s {
			t.Errorf("%q is written back as %q", s, test)
		}
	})
}
