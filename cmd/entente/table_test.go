package main

import (
	"slices"
	"strings"
	"testing"
)

func TestWrap(t *testing.T) {
	for _, c := range []struct {
		name, text string
		width      int
		want       []string
	}{
		{"short", "Türkiye", 7, []string{"Türkiye"}},
		{"at spaces", "Treaty on Friendship", 10, []string{"Treaty on", "Friendship"}},
		{"own indent", "  ratified by TUR", 12, []string{"  ratified", "  by TUR"}},
		{"names at the hyphen", "Azerbaijan-Türkiye treaty", 11, []string{"Azerbaijan-", "Türkiye", "treaty"}},
		{"ids are left whole", "aztr-2021-shusha cst-1992", 10, []string{"aztr-2021-shusha", "cst-1992"}},
		{"intervals at the slash", "2022-11-11/2023-02-01", 12, []string{"2022-11-11/", "2023-02-01"}},
		{"addresses are left whole", "see https://example.org/A-B", 8, []string{"see", "https://example.org/A-B"}},
		{"wide letters count two", "比什凯克 Бишкек", 8, []string{"比什凯克", "Бишкек"}},
		{"marks count nothing", "I\u0307stanbul İstanbul", 8, []string{"I\u0307stanbul", "İstanbul"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := wrap(c.text, c.width); !slices.Equal(got, c.want) {
				t.Errorf("wrap(%q, %d) = %q, want %q", c.text, c.width, got, c.want)
			}
		})
	}
}

// FuzzWrap checks that wrapping moves letters to other lines and does nothing
// else, and that a line is too wide only where it is a single piece.
func FuzzWrap(f *testing.F) {
	f.Add("  Azerbaijan-Türkiye 2022-11-11/2023-02-01 比什凯克", 9)
	f.Fuzz(func(t *testing.T, text string, width int) {
		width = width & 63
		lines := wrap(text, width)
		letters := func(s string) string { return strings.Join(strings.Fields(s), "") }
		if got := letters(strings.Join(lines, " ")); got != letters(text) {
			t.Fatalf("wrap(%q, %d) = %q: letters %q", text, width, lines, got)
		}
		for _, line := range lines {
			if columns(line) > width && len(lines) > 1 && strings.ContainsAny(strings.TrimSpace(line), " ") {
				t.Fatalf("wrap(%q, %d): %q could be broken", text, width, line)
			}
		}
	})
}

// TestTable prints one table into ever narrower terminals.
func TestTable(t *testing.T) {
	for _, c := range []struct {
		name  string
		width int
		want  string
	}{
		{"no terminal", 0, `
DATE                   ACT                              ACTORS   ACTS  ID
2022-11-11/2023-02-01  No military alliance in the OTS  KAZ OTS    12  kaz-2022-no
2025                   Drill proposed                   AZE            ots-2025
`},
		{"the flexible column gives way first", 76, `
DATE                   ACT                        ACTORS   ACTS  ID
2022-11-11/2023-02-01  No military alliance in    KAZ OTS    12  kaz-2022-no
                       the OTS
2025                   Drill proposed             AZE            ots-2025
`},
		{"then the others", 50, `
DATE         ACT        ACTORS   ACTS  ID
2022-11-11/  No         KAZ OTS    12  kaz-2022-no
2023-02-01   military
             alliance
             in the
             OTS
2025         Drill      AZE            ots-2025
             proposed
`},
		{"then each row is a list", 36, `
DATE    2022-11-11/2023-02-01
ACT     No military alliance in the
        OTS
ACTORS  KAZ OTS
ACTS    12
ID      kaz-2022-no

DATE    2025
ACT     Drill proposed
ACTORS  AZE
ID      ots-2025
`},
	} {
		t.Run(c.name, func(t *testing.T) {
			var b strings.Builder
			table := newTable(1, "date", "act", "actors", "#acts", "id")
			table.add("2022-11-11/2023-02-01", "No military alliance in the OTS", "KAZ OTS", "12", "kaz-2022-no")
			table.add("2025", "Drill proposed", "AZE", "", "ots-2025")
			(&app{stdout: &b, width: c.width}).print(table)
			if got := "\n" + b.String(); got != c.want {
				t.Errorf("got%swant%s", got, c.want)
			}
			for line := range strings.Lines(b.String()) {
				if c.width > 0 && columns(strings.TrimRight(line, "\n")) > c.width {
					t.Errorf("%q is wider than %d", line, c.width)
				}
			}
		})
	}
}

func TestDistance(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want int
	}{{"", "", 0}, {"kitten", "sitting", 3}, {"", "abc", 3}, {"shusha", "shusha", 0}, {"shsha", "shusha", 1}} {
		if got := distance(c.a, c.b); got != c.want {
			t.Errorf("distance(%q, %q) = %d, want %d", c.a, c.b, got, c.want)
		}
		if got := distance(c.b, c.a); got != c.want {
			t.Errorf("distance(%q, %q) = %d, want %d", c.b, c.a, got, c.want)
		}
	}
}
