package jobs

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"time"
)

// Work does one shard. It is a pure function of the payload and of what it was opened
// with, may be called from several goroutines at once, and ends soon after ctx does. A
// panic of its own goroutine is a failure of the shard; one of another ends the process.
type Work func(ctx context.Context, payload []byte) ([]byte, error)

// Kind is a sort of work. Its name is the same in every process.
type Kind struct {
	Name string
	// Open reads what all shards of a job share, once in each process that takes some.
	Open func(ctx context.Context, common []byte) (Work, error)
}

// Options of [Run]. The zero value is a server in this process and a worker per core.
type Options struct {
	// NATS is the address of a server, or those of a cluster separated by commas, such as
	// nats://host:4222; "": a server in this process.
	NATS string
	// Folder keeps the results of the server in this process, so that a rerun goes on from
	// them; "": they are kept in memory and end with it.
	Folder string
	// Common is what all payloads share. It is sent once, not with each payload.
	Common []byte
	// Workers is the number of shards that this process does at once; 0: one per core;
	// negative: none, as other processes do them all.
	Workers int
	// Tries is how often a shard is handed out before it counts as failed; 0: 3.
	Tries int
	// Lost is after how long without a sign of life the shard of a worker is handed to
	// another; 0: 5 s.
	Lost time.Duration
	// Replicas is how many servers of a cluster keep the shards and results; 0: 3 of a
	// cluster, 1 of a single server.
	Replicas int
	// Version is that of the program; only workers of the same one take the shards; "":
	// that of this executable ([Version]).
	Version string
	// Progress, if any, is told how many shards are done, of how many.
	Progress func(done, of int)
	// Log, if any, is told what a person may want to know, one thing at a time: a lost
	// server, a worker that refuses, a shard that is tried again.
	Log func(message string)
}

// A ShardError says which shard could not be done, and why.
type ShardError struct {
	Kind  string
	Index int // of the payload, from 0
	Of    int // payloads
	Tries int
	// Message is the last error of the shard.
	Message string
}

func (e *ShardError) Error() string {
	return fmt.Sprintf("shard %d of %d (%s) was tried %d times and failed: %s", e.Index+1, e.Of, e.Kind, e.Tries, e.Message)
}

// Run does the work of all payloads and returns their results in the same order. When
// one of them cannot be done it returns a [ShardError] and no results; when ctx ends, its
// error. What was done until then is kept where the results are kept.
func Run(ctx context.Context, opt Options, kind Kind, payloads [][]byte) ([][]byte, error) {
	opt, err := opt.withDefaults()
	if err != nil {
		return nil, err
	}
	if len(payloads) == 0 {
		return nil, ctx.Err()
	}
	l, err := connect(opt.NATS, opt.Folder, opt.Log)
	if err != nil {
		return nil, err
	}
	defer l.close()
	return l.run(ctx, opt, kind, payloads)
}

func (o Options) withDefaults() (Options, error) {
	switch {
	case o.NATS == "" && o.Workers < 0:
		return o, errors.New("without a NATS server elsewhere nobody but this process can do the work")
	case o.NATS != "" && o.Folder != "":
		return o, errors.New("results are kept by the NATS server or in a folder, not both")
	case o.Tries < 0 || o.Lost < 0 || o.Replicas < 0:
		return o, errors.New("tries, replicas and the time after which a worker is lost cannot be below zero")
	}
	if o.Workers == 0 {
		o.Workers = runtime.GOMAXPROCS(0)
	}
	if o.Tries == 0 {
		o.Tries = 3
	}
	if o.Lost == 0 {
		o.Lost = 5 * time.Second
	}
	if o.Version == "" && o.NATS+o.Folder != "" { // in memory all is of this process
		o.Version = Version()
	}
	o.Log = serial(o.Log)
	if o.Progress == nil {
		o.Progress = func(int, int) {}
	}
	return o, nil
}

// serial lets one message through at a time.
func serial(log func(string)) func(string) {
	if log == nil {
		return func(string) {}
	}
	var mu sync.Mutex
	return func(message string) {
		mu.Lock()
		defer mu.Unlock()
		log(message)
	}
}

// A job is what the workers are told of a run. Its ID stands for everything that the
// results depend on but the payloads.
type job struct {
	ID      string `json:"id"`
	Kind    string `json:"kind"`
	Version string `json:"version"`
	Common  blob   `json:"common"`
	Tries   int    `json:"tries"`
	// Lost is in nanoseconds.
	Lost time.Duration `json:"lost"`
	// Over says that the results are complete, or wanted no more.
	Over bool `json:"over,omitempty"`
}

// name is the SHA-256 of the parts, told apart by their lengths.
func name(parts ...[]byte) string {
	h := sha256.New()
	for _, p := range parts {
		_ = binary.Write(h, binary.BigEndian, uint64(len(p)))
		h.Write(p)
	}
	return hex.EncodeToString(h.Sum(nil))
}
