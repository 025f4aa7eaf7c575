package main

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
)

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
