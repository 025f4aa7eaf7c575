package entente

import (
	"testing"
)

func date(t testing.TB, s string) Date {
	t.Helper()
	d, err := ParseDate(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestParseDate(t *testing.T) {
	for _, c := range []struct {
		in, start, end string
		precision      Precision
	}{
		{"2025", "2025-01-01", "2025-12-31", ToYear},
		{"2024-02", "2024-02-01", "2024-02-29", ToMonth},
		{"2009-10-03", "2009-10-03", "2009-10-03", ToDay},
		{"2024-05-20/2024-08-08", "2024-05-20", "2024-08-08", ToSpan},
		{"2025-07/2025-12", "2025-07-01", "2025-12-31", ToSpan},
		{"2016/..", "2016-01-01", "..", OpenEnded},
	} {
		d := date(t, c.in)
		if d.Start.String() != c.start || d.End.String() != c.end || d.Precision != c.precision {
			t.Errorf("ParseDate(%q) = %v..%v %v, want %s..%s %v", c.in, d.Start, d.End, d.Precision, c.start, c.end, c.precision)
		}
	}
	for _, bad := range []string{"2025-13", "2025-02-30", "25-1-1", "2025-1-1", "x", "2025-10-07T00:00", "2025/2024", "2024-01/2024-01",
		"2025-01-01/2025-12-31", "0000", "../2025", "2025/", "2025-10-7", "２０２５"} {
		if d, err := ParseDate(bad); err == nil {
			t.Errorf("ParseDate(%q) = %v, want an error", bad, d)
		}
	}
}

func TestDateOrder(t *testing.T) {
	// Each date sorts before the next one.
	order := []string{"2024", "2024-12", "2024-12-31", "2025-01-01", "2025-01", "2025-01-01/2025-02-03", "2025", "2025/..", "2025-01-02", ""}
	for i := range order {
		for j := range order {
			got, want := date(t, order[i]).Compare(date(t, order[j])), 0
			if i < j {
				want = -1
			} else if i > j {
				want = 1
			}
			if got != want {
				t.Errorf("%q against %q: %d, want %d", order[i], order[j], got, want)
			}
		}
	}
}

func TestDateRelations(t *testing.T) {
	for _, c := range []struct {
		a, b             string
		before, overlaps bool
	}{
		{"2024", "2025-01-01", true, false},
		{"2025-01-01", "2025", false, true},
		{"2025-03", "2025-04", true, false},
		{"2016/..", "2030", false, true},
		{"", "2030", false, false},
	} {
		a, b := date(t, c.a), date(t, c.b)
		if a.Before(b) != c.before || a.Overlaps(b) != c.overlaps || b.Overlaps(a) != c.overlaps {
			t.Errorf("%q, %q: before %v overlaps %v", c.a, c.b, a.Before(b), a.Overlaps(b))
		}
	}
}

func FuzzParseDate(f *testing.F) {
	for _, s := range []string{"2025", "2025-10", "2025-10-07", "2024-05-20/2024-08-08", "2016/..", ""} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		d, err := ParseDate(s)
		if err != nil {
			return
		}
		if d.Start > d.End {
			t.Fatalf("%q begins after it ends", s)
		}
		back, err := ParseDate(d.String())
		if err != nil || back != d {
			t.Fatalf("%q reads as %v, which reads back as %v (%v)", s, d, back, err)
		}
	})
}
