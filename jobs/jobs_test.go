package jobs

import (
	"context"
	"fmt"
	"testing"
	"time"
)

func kindOf(name string, work Work) Kind {
	return Kind{Name: name, Open: func(context.Context, []byte) (Work, error) { return work, nil }}
}

func numbers(n int) [][]byte {
	list := make([][]byte, n)
	for i := range list {
		list[i] = fmt.Appendf(nil, "%d", i)
	}
	return list
}

func TestRun(t *testing.T) {
	k := kindOf("echo", func(_ context.Context, p []byte) ([]byte, error) { return append([]byte("r"), p...), nil })
	for range 3 {
		began := time.Now()
		got, err := Run(t.Context(), Options{}, k, numbers(2000))
		if err != nil {
			t.Fatal(err)
		}
		t.Log(time.Since(began))
		for i := range got {
			if string(got[i]) != fmt.Sprintf("r%d", i) {
				t.Fatal(i, string(got[i]))
			}
		}
	}
	began := time.Now()
	if _, err := Run(t.Context(), Options{}, k, numbers(2)); err != nil {
		t.Fatal(err)
	}
	t.Log("two", time.Since(began))
}
