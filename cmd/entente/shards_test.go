package main

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"entente/jobs"
)

// What is kept is found again, scores and all: a rerun does nothing twice.
func TestResumedBacktest(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "kept")
	backtest := func(ctx context.Context) (int, string) {
		var out, problems bytes.Buffer
		code := run(ctx, []string{"backtest", "--from", "2012", "--runs", "50", "--json", "--resume", folder}, nil, &out, &problems)
		return code, out.String()
	}
	code, first := backtest(t.Context())
	if code != exitDone {
		t.Fatal("exit", code)
	}
	kinds := []*jobs.Kind{&backtestKind, &scoreKind}
	for _, kind := range kinds {
		open := kind.Open
		defer func() { kind.Open = open }()
		kind.Open = func(context.Context, []byte) (jobs.Work, error) { return nil, errors.New("done once already") }
	}
	if code, again := backtest(t.Context()); code != exitDone || again != first {
		t.Errorf("a rerun: exit %d, the same %v", code, again == first)
	}
}

// A specification goes with the job: what is kept for one is not taken for another of the
// same name.
func TestChangedModel(t *testing.T) {
	forward, err := os.ReadFile("../../rem/models/forward.yaml")
	if err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	spec := filepath.Join(folder, "own.yaml")
	backtest := func(text []byte, flags ...string) string {
		if err := os.WriteFile(spec, text, 0o644); err != nil {
			t.Fatal(err)
		}
		var out, problems bytes.Buffer
		args := append([]string{"backtest", "--acts", "--from", "2024", "--runs", "50", "--model", spec}, flags...)
		if code := run(t.Context(), args, nil, &out, &problems); code != exitDone {
			t.Fatalf("exit %d: %s", code, problems.String())
		}
		return out.String()
	}
	changed := bytes.Replace(forward, []byte("terms:"), []byte("terms:\n  - {term: subrep, order: 3, half_life: 300}"), 1)
	if bytes.Equal(changed, forward) {
		t.Fatal("the specification was not changed")
	}
	kept := []string{"--resume", filepath.Join(folder, "kept")}
	first := backtest(forward, kept...)
	if again := backtest(forward, kept...); again != first {
		t.Error("the same asked again has another answer")
	}
	if got, want := backtest(changed, kept...), backtest(changed); got != want || got == first {
		t.Error("the answer is not that of the specification as it is now")
	}
}
