package main

import (
	"bytes"
	"os"
	"runtime"
	"testing"
)

// The report in docs is what the command writes.
func TestBacktestReport(t *testing.T) {
	if runtime.GOARCH != "amd64" {
		t.Skip("the report was written on amd64; elsewhere products are fused and runs go other ways")
	}
	want, err := os.ReadFile("../../docs/backtest.md")
	if err != nil {
		t.Fatal(err)
	}
	var out, problems bytes.Buffer
	if code := run(t.Context(), []string{"backtest", "--markdown"}, nil, &out, &problems); code != exitDone {
		t.Fatalf("exit %d: %s", code, problems.String())
	}
	if !bytes.Equal(out.Bytes(), want) {
		t.Errorf("docs/backtest.md is not what entente backtest --markdown writes; write it anew and read what it says")
	}
}
