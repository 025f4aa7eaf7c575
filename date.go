package entente

import (
	"cmp"
	"fmt"
	"strings"
	"time"
)

// Day is a calendar day of the proleptic Gregorian calendar, counted from
// 1970-01-01. It carries no time of day and no zone.
type Day int32

// NoEnd stands for the last day of a period that has not ended.
const NoEnd Day = 1<<31 - 1

// DayOf returns the day with the given year, month (1..12) and day of month.
// Values outside their range are normalised as time.Date does.
func DayOf(year, month, day int) Day {
	return Day(time.Date(year, time.Month(month), day, 0, 0, 0, 0, time.UTC).Unix() / 86400)
}

// ParseDay reads YYYY-MM-DD.
func ParseDay(s string) (Day, error) {
	d, err := ParseDate(s)
	if err != nil {
		return 0, err
	}
	if d.Precision != ToDay {
		return 0, fmt.Errorf("date %q: a full day is needed here: write YYYY-MM-DD", s)
	}
	return d.Start, nil
}

// Time returns midnight UTC at the start of the day.
func (d Day) Time() time.Time { return time.Unix(int64(d)*86400, 0).UTC() }

// Year returns the calendar year.
func (d Day) Year() int { return d.Time().Year() }

// String writes YYYY-MM-DD, or ".." for NoEnd.
func (d Day) String() string {
	if d == NoEnd {
		return ".."
	}
	return d.Time().Format("2006-01-02")
}

// MarshalText writes the day as String does.
func (d Day) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads a day as ParseDay does.
func (d *Day) UnmarshalText(b []byte) error {
	day, err := ParseDay(string(b))
	if err == nil {
		*d = day
	}
	return err
}

// Precision says how exactly a date is known. It is data and is never filled in.
type Precision uint8

// The precisions, from exact to loose.
const (
	Unknown   Precision = iota // no date
	ToDay                      // 2025-10-07
	ToMonth                    // 2025-10
	ToYear                     // 2025
	ToSpan                     // 2024-05-20/2024-08-08: some day in between
	OpenEnded                  // 2016/..: on or after the start, end not known
)

var precisionNames = [...]string{"", "day", "month", "year", "interval", "open"}

// String returns day, month, year, interval, open, or "" when unknown.
func (p Precision) String() string { return precisionNames[p] }

// Date is one day known with some precision: it lies somewhere in Start..End,
// both included. The zero Date is an unknown date.
//
// Dates have a total order (see Compare) and two partial relations: Before,
// which holds only when it is certain, and Overlaps, which holds when both may
// be the same day.
type Date struct {
	Start, End Day
	Precision  Precision
}

// On returns the date that is exactly the given day.
func On(d Day) Date { return Date{d, d, ToDay} }

// ParseDate reads YYYY, YYYY-MM, YYYY-MM-DD, an interval A/B of two such dates,
// or an open interval A/... An empty string is the unknown date.
func ParseDate(s string) (Date, error) {
	if s == "" {
		return Date{}, nil
	}
	from, to, isInterval := strings.Cut(s, "/")
	a, err := parseSimple(from, s)
	if err != nil || !isInterval {
		return a, err
	}
	if to == ".." {
		return Date{a.Start, NoEnd, OpenEnded}, nil
	}
	b, err := parseSimple(to, s)
	if err != nil {
		return Date{}, err
	}
	if b.End < a.Start {
		return Date{}, fmt.Errorf("date %q: the interval ends before it begins", s)
	}
	if b.Start < a.Start || b.End < a.End {
		return Date{}, fmt.Errorf("date %q: the second date must not begin or end before the first", s)
	}
	d := Date{a.Start, b.End, ToSpan}
	if short := d.shortest(); short.Precision != ToSpan {
		return Date{}, fmt.Errorf("date %q: write %q", s, short)
	}
	return d, nil
}

// parseSimple reads one of the three forms without a slash; whole is the cell
// named in the error.
func parseSimple(s, whole string) (Date, error) {
	fail := func(why string) (Date, error) { return Date{}, fmt.Errorf("date %q: %s", whole, why) }
	year, rest, ok := digits(s, 4)
	if !ok || (rest != "" && rest[0] != '-') {
		return fail("write YYYY, YYYY-MM, YYYY-MM-DD or an interval of two such dates with a slash")
	}
	if year == 0 {
		return fail("there is no year 0")
	}
	if rest == "" {
		return Date{DayOf(year, 1, 1), DayOf(year, 12, 31), ToYear}, nil
	}
	month, rest, ok := digits(rest[1:], 2)
	if !ok || (rest != "" && rest[0] != '-') {
		return fail("write YYYY, YYYY-MM, YYYY-MM-DD or an interval of two such dates with a slash")
	}
	if month < 1 || month > 12 {
		return fail("no such month")
	}
	if rest == "" {
		return Date{DayOf(year, month, 1), DayOf(year, month+1, 0), ToMonth}, nil
	}
	day, rest, ok := digits(rest[1:], 2)
	if !ok || rest != "" {
		return fail("write YYYY, YYYY-MM, YYYY-MM-DD or an interval of two such dates with a slash")
	}
	d := DayOf(year, month, day)
	if day < 1 || int(d.Time().Month()) != month {
		return fail("no such day in that month")
	}
	return On(d), nil
}

// digits reads exactly n leading decimal digits.
func digits(s string, n int) (value int, rest string, ok bool) {
	if len(s) < n {
		return 0, s, false
	}
	for i := range n {
		if s[i] < '0' || s[i] > '9' {
			return 0, s, false
		}
		value = value*10 + int(s[i]-'0')
	}
	return value, s[n:], true
}

// shortest returns the same range of days in its plainest form: a span that is
// exactly a day, a month or a year is that day, month or year.
func (d Date) shortest() Date {
	a, b := d.Start.Time(), d.End.Time()
	switch {
	case d.Start == d.End:
		return On(d.Start)
	case a.Day() == 1 && d.End == DayOf(a.Year(), int(a.Month())+1, 0):
		return Date{d.Start, d.End, ToMonth}
	case a.YearDay() == 1 && b.Year() == a.Year() && b.Month() == 12 && b.Day() == 31:
		return Date{d.Start, d.End, ToYear}
	}
	return d
}

// IsZero reports whether the date is unknown.
func (d Date) IsZero() bool { return d.Precision == Unknown }

// String writes the date in the form that ParseDate reads.
func (d Date) String() string {
	t := d.Start.Time()
	switch d.Precision {
	case Unknown:
		return ""
	case ToDay:
		return t.Format("2006-01-02")
	case ToMonth:
		return t.Format("2006-01")
	case ToYear:
		return t.Format("2006")
	case OpenEnded:
		return d.Start.String() + "/.."
	}
	return d.Start.String() + "/" + d.End.String()
}

// MarshalText writes the date as String does.
func (d Date) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads a date as ParseDate does.
func (d *Date) UnmarshalText(b []byte) error {
	v, err := ParseDate(string(b))
	if err == nil {
		*d = v
	}
	return err
}

// Compare is the total order of dates: by first possible day, then by last
// possible day (so the more exact of two dates that begin together comes
// first), then by precision. The unknown date comes last.
func (d Date) Compare(e Date) int {
	if d.IsZero() || e.IsZero() {
		return cmp.Compare(boolInt(d.IsZero()), boolInt(e.IsZero()))
	}
	return cmp.Or(cmp.Compare(d.Start, e.Start), cmp.Compare(d.End, e.End), cmp.Compare(d.Precision, e.Precision))
}

func boolInt(b bool) int {
	if b {
		return 1
	}
	return 0
}

// Before reports whether d is certainly earlier than e: every possible day of d
// lies before every possible day of e. It is false when either is unknown.
func (d Date) Before(e Date) bool { return !d.IsZero() && !e.IsZero() && d.End < e.Start }

// Overlaps reports whether d and e may be the same day.
func (d Date) Overlaps(e Date) bool {
	return !d.IsZero() && !e.IsZero() && d.Start <= e.End && e.Start <= d.End
}

// Begun reports whether the date is on or before the given day by its first
// possible day. This is the rule by which an act is in view "as of" a day: an
// act known only as "2025" is in view from 1 January 2025 on.
func (d Date) Begun(day Day) bool { return !d.IsZero() && d.Start <= day }

// Over reports whether the date has certainly passed or arrived by the given
// day: its last possible day is on or before it. This is the rule by which a
// commitment ends, so that it is not called lapsed before it must be.
func (d Date) Over(day Day) bool { return !d.IsZero() && d.End <= day }

// Period is a stretch of time from one date to another; a zero Until means that
// it has not ended as far as the record knows.
type Period struct {
	From, Until Date
}

// Holds reports whether the period covers the day, by Begun for its start and
// Over for its end. A zero From means "always".
func (p Period) Holds(day Day) bool {
	return (p.From.IsZero() || p.From.Begun(day)) && !p.Until.Over(day)
}

// String writes FROM/UNTIL, with ".." for a missing end, or "" for the empty
// period.
func (p Period) String() string {
	if p == (Period{}) {
		return ""
	}
	end := func(d Date) string {
		if d.IsZero() {
			return ".."
		}
		return d.String()
	}
	return end(p.From) + "/" + end(p.Until)
}

// ParsePeriod reads FROM/UNTIL, where either may be ".." and each is a day, a
// month or a year. A single date without a slash is a start.
func ParsePeriod(s string) (Period, error) {
	if s == "" {
		return Period{}, nil
	}
	from, until, _ := strings.Cut(s, "/")
	read := func(text string) (Date, error) {
		if text == ".." || text == "" {
			return Date{}, nil
		}
		return parseSimple(text, s)
	}
	a, err := read(from)
	if err != nil {
		return Period{}, err
	}
	b, err := read(until)
	if err != nil {
		return Period{}, err
	}
	if !a.IsZero() && !b.IsZero() && b.End < a.Start {
		return Period{}, fmt.Errorf("period %q ends before it begins", s)
	}
	return Period{a, b}, nil
}
