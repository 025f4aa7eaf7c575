package entente

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Implication is a conclusion that the founding document draws from the record,
// with the tests that decide it. The statement is the case's; the verdict is
// computed from the tests on the day.
type Implication struct {
	ID        string
	Section   string // what it is about, in a word or two
	Statement string
	Tests     []Test
	Sources   []string
	Change    string // what would change the verdict
	Note      string
}

// Test is one condition on the record that bears on an implication: true speaks
// for it, false against it. Not turns it round. One with If is what the
// implication presupposes: until it is true, the others decide nothing.
type Test struct {
	If   bool
	Not  bool
	Kind TestKind
	Args []string
}

// TestKind is what a test looks at.
type TestKind string

// The kinds of test, with their arguments.
const (
	TestRung         TestKind = "rung"         // RUNG: the group holds it
	TestChance       TestKind = "chance"       // RUNG YEARS LIMIT: the base rate of reaching the rung within 1, 5 or 10 years is below the limit (0..1)
	TestStance       TestKind = "stance"       // POSTURE: the stance has a source, and no other stance of that power contradicts it
	TestCrossed      TestKind = "crossed"      // POSTURE: an act done lies across its line
	TestTouched      TestKind = "touched"      // POSTURE: an act proposed lies, or may lie, across its line
	TestQuiet        TestKind = "quiet"        // POSTURE: no statement or incident by the power followed the acts done that it concerns
	TestAnswered     TestKind = "answered"     // DOMAIN [group]: joint work answers most exposures in the domain (in the group's name)
	TestOwed         TestKind = "owed"         // ACTOR OBLIGATION: a member owes it to the actor, or through it, by a text in force
	TestAct          TestKind = "act"          // ACT: it is in view
	TestClaim        TestKind = "claim"        // CLAIM: the record agrees with it
	TestMultilateral TestKind = "multilateral" // the multilateral share of acts is higher than ten years before
)

// TestArgs gives each kind of test the names of its arguments, in the order in
// which a reader meets them; one in brackets may be left out.
var TestArgs = []struct {
	Kind TestKind
	Args string
}{
	{TestRung, "RUNG"}, {TestChance, "RUNG YEARS LIMIT"}, {TestStance, "POSTURE"}, {TestCrossed, "POSTURE"}, {TestTouched, "POSTURE"},
	{TestQuiet, "POSTURE"}, {TestAnswered, "DOMAIN [group]"}, {TestOwed, "ACTOR OBLIGATION"}, {TestAct, "ACT"}, {TestClaim, "CLAIM"}, {TestMultilateral, ""},
}

// String writes the test as ParseTest reads it.
func (t Test) String() string {
	words := append([]string{string(t.Kind)}, t.Args...)
	if t.Not {
		words = append([]string{"not"}, words...)
	}
	if t.If {
		words = append([]string{"if"}, words...)
	}
	return strings.Join(words, " ")
}

// ParseTest reads a test: "if" for what is presupposed, "not" for the opposite,
// the kind and the arguments, separated by single spaces. That what it names exists is for the reader of the
// record to check.
func ParseTest(s string) (Test, error) {
	words := strings.Split(s, " ")
	var t Test
	if words[0] == "if" {
		t.If, words = true, words[1:]
	}
	if len(words) > 0 && words[0] == "not" {
		t.Not, words = true, words[1:]
	}
	kinds := make([]TestKind, len(TestArgs))
	for i := range TestArgs {
		kinds[i] = TestArgs[i].Kind
	}
	kind := ""
	if len(words) > 0 {
		kind = words[0]
	}
	var err error
	if t.Kind, err = parseWord("test", kind, kinds); err != nil {
		return Test{}, err
	}
	t.Args = words[1:]
	names := strings.Fields(TestArgs[slices.Index(kinds, t.Kind)].Args)
	least := len(names)
	if least > 0 && strings.HasPrefix(names[least-1], "[") {
		least--
	}
	if len(t.Args) < least || len(t.Args) > len(names) || slices.Contains(t.Args, "") {
		return Test{}, fmt.Errorf("test %q: write %s", s, strings.TrimSpace(string(t.Kind)+" "+strings.Join(names, " ")))
	}
	return t, t.check()
}

// check looks at the arguments whose values are known beforehand.
func (t Test) check() error {
	switch t.Kind {
	case TestRung, TestChance:
		if _, err := t.Rung(); err != nil {
			return err
		}
	case TestAnswered:
		if _, err := ParseDomain(t.Args[0]); err != nil {
			return err
		}
		if len(t.Args) == 2 && t.Args[1] != "group" {
			return fmt.Errorf("test %q: after the domain only the word group may stand", t)
		}
	case TestOwed:
		if _, err := ParseObligation(t.Args[1]); err != nil {
			return err
		}
	}
	if t.Kind == TestChance {
		if !slices.Contains([]string{"1", "5", "10"}, t.Args[1]) {
			return fmt.Errorf("test %q: base rates are given for 1, 5 and 10 years", t)
		}
		if limit, err := strconv.ParseFloat(t.Args[2], 64); err != nil || !(limit > 0 && limit < 1) {
			return fmt.Errorf("test %q: the limit is a probability between 0 and 1", t)
		}
	}
	return nil
}

// Rung returns the number 0..8 of the rung that the test names.
func (t Test) Rung() (int, error) {
	if s := t.Args[0]; len(s) == 2 && s[0] == 'r' && s[1] >= '0' && s[1] <= '8' {
		return int(s[1] - '0'), nil
	}
	return 0, fmt.Errorf("test %q: a rung is r0 to r8", t)
}

// Limit returns the years and the probability of a test of chance, 0 for any
// other.
func (t Test) Limit() (years, limit float64) {
	if t.Kind == TestChance {
		years, _ = strconv.ParseFloat(t.Args[1], 64)
		limit, _ = strconv.ParseFloat(t.Args[2], 64)
	}
	return years, limit
}
