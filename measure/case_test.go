package measure_test

import (
	"context"
	"testing"

	"entente"
	"entente/cases"
	"entente/ledger"
)

// builtin loads a built-in case.
func builtin(t testing.TB, name string) *entente.Case {
	t.Helper()
	fsys, err := cases.FS(name)
	if err != nil {
		t.Fatal(err)
	}
	c, err := ledger.Load(context.Background(), fsys, ledger.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func day(t testing.TB, s string) entente.Day {
	t.Helper()
	d, err := entente.ParseDay(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func date(t testing.TB, s string) entente.Date {
	t.Helper()
	d, err := entente.ParseDate(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}
