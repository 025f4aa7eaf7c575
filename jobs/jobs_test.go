package jobs

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// kindOf is a kind whose shards share nothing.
func kindOf(name string, work Work) Kind {
	return Kind{Name: name, Open: func(context.Context, []byte) (Work, error) { return work, nil }}
}

// digest is the kind of the tests: the checksum of what is shared and of the payload, ten
// milliseconds later, so that there is something to interrupt.
var digest = Kind{Name: "digest", Open: func(_ context.Context, common []byte) (Work, error) {
	return func(ctx context.Context, payload []byte) ([]byte, error) {
		if err := pause(ctx, 10*time.Millisecond); err != nil {
			return nil, err
		}
		sum := sha256.Sum256(append(bytes.Clone(common), payload...))
		return sum[:], nil
	}, nil
}}

var shared = []byte("a record, a specification and a seed")

func numbers(n int) [][]byte {
	list := make([][]byte, n)
	for i := range list {
		list[i] = fmt.Appendf(nil, "%d", i)
	}
	return list
}

// digests is what shards of digest must give, without any machinery.
func digests(n int) [][]byte {
	var list [][]byte
	for _, p := range numbers(n) {
		sum := sha256.Sum256(append(bytes.Clone(shared), p...))
		list = append(list, sum[:])
	}
	return list
}

func same(t *testing.T, got, want [][]byte) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%d results of %d", len(got), len(want))
	}
	for i := range got {
		if !bytes.Equal(got[i], want[i]) {
			t.Fatalf("result %d is %x, not %x", i, got[i], want[i])
		}
	}
}

func TestOrderOnAnyNumberOfCores(t *testing.T) {
	k := kindOf("sleepy", func(ctx context.Context, p []byte) ([]byte, error) {
		return p, pause(ctx, time.Duration(rand.IntN(3))*time.Millisecond)
	})
	for _, cores := range []int{0, 1, 7} {
		last := 0
		got, err := Run(t.Context(), Options{Workers: cores, Progress: func(done, of int) {
			if done != last+1 || of != 200 {
				t.Errorf("progress from %d to %d of %d", last, done, of)
			}
			last = done
		}}, k, numbers(200))
		if err != nil {
			t.Fatal(err)
		}
		same(t, got, numbers(200))
	}
}

func TestNothingToDo(t *testing.T) {
	if got, err := Run(t.Context(), Options{}, digest, nil); err != nil || len(got) != 0 {
		t.Fatal(got, err)
	}
}

func TestEqualPayloadsAreOneShard(t *testing.T) {
	var calls atomic.Int32
	k := kindOf("count", func(_ context.Context, p []byte) ([]byte, error) { calls.Add(1); return p, nil })
	got, err := Run(t.Context(), Options{}, k, [][]byte{{1}, {2}, {1}, {}})
	if err != nil {
		t.Fatal(err)
	}
	same(t, got, [][]byte{{1}, {2}, {1}, {}})
	if calls.Load() != 3 {
		t.Errorf("%d shards were done, not 3", calls.Load())
	}
}

// Neither a payload nor a result nor what is shared need fit one message.
func TestLargerThanAMessage(t *testing.T) {
	large := make([]byte, 3<<20)
	for i := range large {
		large[i] = byte(i * i >> 8)
	}
	k := Kind{Name: "large", Open: func(_ context.Context, common []byte) (Work, error) {
		return func(_ context.Context, p []byte) ([]byte, error) { return slices.Concat(common, p, large), nil }, nil
	}}
	got, err := Run(t.Context(), Options{Common: large}, k, [][]byte{large, {7}})
	if err != nil {
		t.Fatal(err)
	}
	same(t, got, [][]byte{slices.Concat(large, large, large), slices.Concat(large, []byte{7}, large)})
}

func TestFailingShardIsReported(t *testing.T) {
	var tries atomic.Int32
	k := kindOf("fails", func(_ context.Context, p []byte) ([]byte, error) {
		if string(p) == "3" {
			return nil, fmt.Errorf("the likelihood is flat (try %d)", tries.Add(1))
		}
		return p, nil
	})
	got, err := Run(t.Context(), Options{Tries: 2}, k, numbers(20))
	var shard *ShardError
	if !errors.As(err, &shard) || got != nil {
		t.Fatal(got, err)
	}
	if want := (ShardError{"fails", 3, 20, 2, "the likelihood is flat (try 2)"}); *shard != want {
		t.Errorf("%+v, not %+v", *shard, want)
	}
	if want := "shard 4 of 20 (fails) was tried 2 times and failed: the likelihood is flat (try 2)"; err.Error() != want {
		t.Errorf("it says %q, not %q", err, want)
	}
	if tries.Load() != 2 {
		t.Errorf("tried %d times", tries.Load())
	}
}

func TestFailureThatPasses(t *testing.T) {
	var tries atomic.Int32
	k := kindOf("fails", func(_ context.Context, p []byte) ([]byte, error) {
		if tries.Add(1) == 1 {
			return nil, errors.New("no memory")
		}
		return p, nil
	})
	got, err := Run(t.Context(), Options{}, k, numbers(3))
	if err != nil {
		t.Fatal(err)
	}
	same(t, got, numbers(3))
}

func TestPanicIsAFailure(t *testing.T) {
	k := kindOf("poisoned", func(_ context.Context, p []byte) ([]byte, error) {
		if string(p) == "1" {
			var table []int
			table[len(p)]++
		}
		return p, nil
	})
	_, err := Run(t.Context(), Options{Tries: 2}, k, numbers(4))
	if err == nil || !strings.Contains(err.Error(), "shard 2 of 4 (poisoned) was tried 2 times and failed: it panicked: runtime error: index out of range") ||
		!strings.Contains(err.Error(), "(jobs_test.go:") {
		t.Fatal(err)
	}
}

func TestWhatIsSharedCannotBeRead(t *testing.T) {
	k := Kind{Name: "shut", Open: func(context.Context, []byte) (Work, error) { return nil, errors.New("no such term") }}
	_, err := Run(t.Context(), Options{}, k, numbers(2))
	if err == nil || !strings.Contains(err.Error(), "what its shards share cannot be read: no such term") {
		t.Fatal(err)
	}
}

func TestInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	var began atomic.Int32
	k := kindOf("endless", func(ctx context.Context, _ []byte) ([]byte, error) {
		began.Add(1)
		cancel()
		<-ctx.Done()
		return nil, ctx.Err()
	})
	temporary := t.TempDir()
	t.Setenv("TMPDIR", temporary)
	start := time.Now()
	_, err := Run(ctx, Options{Workers: 2}, k, numbers(100))
	if !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	if took := time.Since(start); took > 5*time.Second {
		t.Errorf("it took %v to stop", took)
	}
	if began.Load() > 2 {
		t.Errorf("%d shards were begun by two workers", began.Load())
	}
	if left, err := os.ReadDir(temporary); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v %v", left, err)
	}
	if _, err := Run(ctx, Options{}, k, numbers(1)); !errors.Is(err, context.Canceled) {
		t.Error("after the end:", err)
	}
}

func TestRerunGoesOn(t *testing.T) {
	folder := t.TempDir()
	var calls atomic.Int32
	k := kindOf("count", func(ctx context.Context, p []byte) ([]byte, error) {
		calls.Add(1)
		return p, pause(ctx, time.Millisecond)
	})
	ctx, cancel := context.WithCancel(t.Context())
	_, err := Run(ctx, Options{Folder: folder, Progress: func(done, _ int) {
		if done == 30 {
			cancel()
		}
	}}, k, numbers(100))
	if !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	first := calls.Load()
	began := -1
	opt := Options{Folder: folder, Progress: func(done, _ int) {
		if began < 0 {
			began = done
		}
	}}
	got, err := Run(t.Context(), opt, k, numbers(100))
	if err != nil {
		t.Fatal(err)
	}
	same(t, got, numbers(100))
	if began < 30 {
		t.Errorf("the rerun began at %d of 30 and more done", began)
	}
	if again := int(calls.Load()-first) - (100 - began); again != 0 {
		t.Errorf("%d shards were done twice", again)
	}
	calls.Store(0)
	opt.Version = "another"
	if _, err := Run(t.Context(), opt, k, numbers(100)); err != nil || calls.Load() != 100 {
		t.Errorf("another version did %d shards of 100: %v", calls.Load(), err)
	}
	opt.Version, opt.Common = "", []byte("another record")
	calls.Store(0)
	if _, err := Run(t.Context(), opt, k, numbers(100)); err != nil || calls.Load() != 100 {
		t.Errorf("another record did %d shards of 100: %v", calls.Load(), err)
	}
}

// A failure is of its run; the next one tries anew.
func TestRerunAfterFailure(t *testing.T) {
	folder := t.TempDir()
	well := false
	k := kindOf("fails", func(_ context.Context, p []byte) ([]byte, error) {
		if !well {
			return nil, errors.New("the disk is full")
		}
		return p, nil
	})
	if _, err := Run(t.Context(), Options{Folder: folder, Tries: 1}, k, numbers(3)); err == nil {
		t.Fatal("no error")
	}
	well = true
	got, err := Run(t.Context(), Options{Folder: folder, Tries: 1}, k, numbers(3))
	if err != nil {
		t.Fatal(err)
	}
	same(t, got, numbers(3))
}

func TestFolderInUse(t *testing.T) {
	folder := t.TempDir()
	l, err := connect("", folder, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer l.close()
	if _, err := Run(t.Context(), Options{Folder: folder}, digest, numbers(1)); err == nil || !strings.Contains(err.Error(), "still running") {
		t.Error(err)
	}
}

func TestOptionsThatMakeNoSense(t *testing.T) {
	for _, c := range []struct {
		opt  Options
		says string
	}{
		{Options{Workers: -1}, "nobody but this process"},
		{Options{NATS: "nats://127.0.0.1:4222", Folder: "x"}, "not both"},
		{Options{Tries: -1}, "below zero"},
		{Options{NATS: "somewhere"}, `"somewhere" is no address of a NATS server`},
		{Options{NATS: "http://somewhere"}, "is no address of a NATS server"},
		{Options{NATS: "nats://u:secret@127.0.0.1:1"}, "no NATS server answers at nats://u:xxxxx@127.0.0.1:1"},
	} {
		if _, err := Run(t.Context(), c.opt, digest, numbers(1)); err == nil || !strings.Contains(err.Error(), c.says) || strings.Contains(err.Error(), "secret") {
			t.Errorf("%+v: %v", c.opt, err)
		}
	}
}

func BenchmarkRun(b *testing.B) {
	k := kindOf("echo", func(_ context.Context, p []byte) ([]byte, error) { return p, nil })
	for _, n := range []int{1, 20, 2000} {
		b.Run(fmt.Sprintf("shards=%d", n), func(b *testing.B) {
			payloads := numbers(n)
			for b.Loop() {
				if _, err := Run(b.Context(), Options{}, k, payloads); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
