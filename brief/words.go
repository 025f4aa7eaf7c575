package brief

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"entente"
)

// longDay writes 7 October 2025.
func longDay(d entente.Day) string { return d.Time().Format("2 January 2006") }

// dateWords writes a date with no more precision than it has.
func dateWords(d entente.Date) string {
	switch d.Precision {
	case entente.Unknown:
		return "at an unknown date"
	case entente.ToDay:
		return longDay(d.Start)
	case entente.ToMonth:
		return d.Start.Time().Format("January 2006")
	case entente.ToYear:
		return d.Start.Time().Format("2006")
	case entente.OpenEnded:
		return "from " + longDay(d.Start)
	}
	return "between " + longDay(d.Start) + " and " + longDay(d.End)
}

// plural writes a count with its noun.
func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

var numberWords = [...]string{"no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"}

func numberWord(n int) string {
	if n < len(numberWords) {
		return numberWords[n]
	}
	return fmt.Sprint(n)
}

// joinAnd writes a, b and c.
func joinAnd(list []string) string { return join(list, "and") }

func join(list []string, last string) string {
	switch len(list) {
	case 0:
		return ""
	case 1:
		return list[0]
	}
	return strings.Join(list[:len(list)-1], ", ") + " " + last + " " + list[len(list)-1]
}

// joinOr writes PREFIX a, b or c.
func joinOr(prefix string, list []string) string { return prefix + join(list, "or") }

func lowerFirst(s string) string {
	r, size := utf8.DecodeRuneInString(s)
	return string(unicode.ToLower(r)) + s[size:]
}

func upperFirst(s string) string {
	r, size := utf8.DecodeRuneInString(s)
	return string(unicode.ToUpper(r)) + s[size:]
}
