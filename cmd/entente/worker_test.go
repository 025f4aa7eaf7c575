package main

import (
	"bufio"
	"bytes"
	"context"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
)

// A backtest and a fit that a worker elsewhere does have the bytes of those done here, and
// a worker ends when it is told to.
func TestWorker(t *testing.T) {
	s, err := server.NewServer(&server.Options{Host: "127.0.0.1", Port: server.RANDOM_PORT, JetStream: true, StoreDir: t.TempDir(), NoSigs: true, NoLog: true})
	if err != nil {
		t.Fatal(err)
	}
	s.Start()
	defer s.Shutdown()
	if !s.ReadyForConnections(10 * time.Second) {
		t.Fatal("the server did not start")
	}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan int, 1)
	var said bytes.Buffer
	go func() {
		ended <- run(ctx, []string{"worker", "--nats", s.ClientURL(), "--cores", "2"}, nil, &bytes.Buffer{}, &said)
	}()
	for _, command := range [][]string{{"backtest", "--from", "2015", "--runs", "200", "--json"}, {"fit", "dyadic", "--profile", "--json"}} {
		answer := func(more ...string) []byte {
			var out, problems bytes.Buffer
			if code := run(t.Context(), slices.Concat(command, more), nil, &out, &problems); code != exitDone {
				t.Fatalf("%v: exit %d: %s", command, code, problems.String())
			}
			return out.Bytes()
		}
		if here, there := answer(), answer("--nats", s.ClientURL()); !bytes.Equal(here, there) {
			t.Errorf("done elsewhere %s is\n%s\nnot\n%s", command[0], there, here)
		}
	}
	stop()
	select {
	case code := <-ended:
		if code != exitDone {
			t.Errorf("the worker ended with %d: %s", code, said.String())
		}
	case <-time.After(20 * time.Second):
		t.Error("the worker did not end")
	}
}

// A worker that is killed in the middle of its work is made good for.
func TestKilledWorker(t *testing.T) {
	s, err := server.NewServer(&server.Options{Host: "127.0.0.1", Port: server.RANDOM_PORT, JetStream: true, StoreDir: t.TempDir(), NoSigs: true, NoLog: true})
	if err != nil {
		t.Fatal(err)
	}
	s.Start()
	defer s.Shutdown()
	if !s.ReadyForConnections(10 * time.Second) {
		t.Fatal("the server did not start")
	}
	// This binary under another name is the program.
	worker := exec.Command(os.Args[0])
	worker.Args = []string{"entente", "worker", "--nats", s.ClientURL(), "--cores", "2"}
	says, err := worker.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := worker.Start(); err != nil {
		t.Fatal(err)
	}
	killed := make(chan bool, 1)
	go func() {
		busy := false
		for lines := bufio.NewScanner(says); lines.Scan(); {
			if strings.Contains(lines.Text(), "takes shards of simulate") {
				busy = true
				time.Sleep(50 * time.Millisecond)
				break
			}
		}
		_ = worker.Process.Kill()
		killed <- busy
	}()
	simulate := []string{"simulate", "hyper", "--until", "2030-12-31", "--runs", "1000", "--uncertain"}
	here := succeeds(t, simulate)
	there := succeeds(t, append(simulate, "--nats", s.ClientURL()))
	_ = worker.Process.Kill()
	if !<-killed {
		t.Error("the worker was not there")
	}
	_ = worker.Wait()
	if here != there {
		t.Error("a simulation whose worker was killed differs from one done here")
	}
	folder := t.TempDir()
	for range 2 {
		if kept := succeeds(t, append(simulate, "--resume", folder)); kept != here {
			t.Error("a simulation that goes on from a folder differs")
		}
	}
}

func TestWorkerRefuses(t *testing.T) {
	for _, args := range [][]string{{"worker"}, {"worker", "--nats", "nats://127.0.0.1:1"}, {"worker", "--nats", "no address"}, {"worker", "--nats", "nats://127.0.0.1:1", "--cores", "-1"}} {
		var out, problems bytes.Buffer
		if code := run(t.Context(), args, nil, &out, &problems); code == exitDone || problems.Len() == 0 {
			t.Errorf("%v: exit %d, %q", args, code, problems.String())
		}
	}
}
