package jobs

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/nats-io/nats.go"
)

const (
	// A run tells of itself this often, and is taken for gone after so long a silence.
	every   = time.Second
	silence = 10 * time.Second
	// stroke is how long a worker waits for a shard before it looks around.
	stroke = time.Second
)

// ServeOptions are the options of [Serve].
type ServeOptions struct {
	NATS    string // address of a server or of a cluster, as of [Options]
	Cores   int    // shards at once; 0: one per core
	Version string // as of [Options]
	Log     func(message string)
}

// Serve takes shards of the given kinds from a NATS server until ctx ends. It then hands
// back what it has not finished and returns nil. An error is one of the start alone:
// later on it waits for a lost server to come back.
func Serve(ctx context.Context, opt ServeOptions, kinds ...Kind) error {
	opt.Log = serial(opt.Log)
	if opt.Cores <= 0 {
		opt.Cores = runtime.GOMAXPROCS(0)
	}
	if opt.Version == "" {
		opt.Version = Version()
	}
	if opt.NATS == "" {
		return errors.New("a worker needs the address of a NATS server, such as nats://host:4222")
	}
	l, err := connect(opt.NATS, "", opt.Log)
	if err != nil {
		return err
	}
	defer l.close()
	w := &worker{store: &store{l}, version: opt.Version, log: opt.Log, kinds: map[string]Kind{}, known: map[string]*opened{}, refused: map[string]time.Time{}}
	for _, k := range kinds {
		w.kinds[k.Name] = k
	}
	sub, err := l.conn.Subscribe(announced, func(m *nats.Msg) { w.hear(m.Data) })
	if err != nil {
		return err
	}
	defer func() { _ = sub.Unsubscribe() }()
	opt.Log(fmt.Sprintf("connected to %s, version %s, %d shards at once; waiting for work", l.conn.ConnectedAddr(), opt.Version, opt.Cores))
	var cores sync.WaitGroup
	for n := range opt.Cores {
		cores.Go(func() { w.serve(ctx, n) })
	}
	cores.Wait()
	_ = l.conn.FlushTimeout(answer) // what is handed back
	opt.Log(fmt.Sprintf("stopped; %d shards done", w.done.Load()))
	return nil
}

// worker takes shards of all jobs that it hears of.
type worker struct {
	*store
	version string
	kinds   map[string]Kind
	log     func(string)

	mu      sync.Mutex
	known   map[string]*opened
	refused map[string]time.Time
	done    atomic.Int64
}

// hear takes note of a job, or of its end.
func (w *worker) hear(text []byte) {
	var j job
	if json.Unmarshal(text, &j) != nil || j.ID == "" {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	now := time.Now()
	o := w.known[j.ID]
	switch kind, able := w.kinds[j.Kind]; {
	case j.Over:
		if o != nil {
			o.end()
			delete(w.known, j.ID)
		}
		delete(w.refused, j.ID)
	case o != nil:
		o.heard = now
	case j.Version != w.version:
		w.refuse(j, now, fmt.Sprintf("is of the program's version %s, the job of %s; run the same version on both sides", w.version, j.Version))
	case !able:
		w.refuse(j, now, fmt.Sprintf("does not know work of the kind %q", j.Kind))
	default:
		o = newOpened(j, func(ctx context.Context) (Work, error) {
			common, err := w.blob(ctx, j.Common)
			if err != nil {
				return nil, err
			}
			return kind.Open(ctx, common)
		})
		o.heard = now
		w.known[j.ID] = o
		w.log(fmt.Sprintf("takes shards of %s, job %.12s", j.Kind, j.ID))
	}
}

// refuse says once why a job is left to other workers, here and at the job.
func (w *worker) refuse(j job, now time.Time, why string) {
	if _, said := w.refused[j.ID]; !said {
		w.log(fmt.Sprintf("leaves job %.12s to others: this worker %s", j.ID, why))
		host, _ := os.Hostname()
		_ = w.conn.Publish(remarks+j.ID, fmt.Appendf(nil, "the worker on %s (process %d) takes no shards: it %s", host, os.Getpid(), why))
	}
	w.refused[j.ID] = now
}

// current lists the jobs that still want to be done, in the same order each time.
func (w *worker) current() []*opened {
	w.mu.Lock()
	defer w.mu.Unlock()
	var list []*opened
	for id, o := range w.known {
		if time.Since(o.heard) > silence && w.conn.IsConnected() {
			o.end()
			delete(w.known, id)
			w.log(fmt.Sprintf("hears no more of job %.12s", id))
			continue
		}
		list = append(list, o)
	}
	for id, heard := range w.refused {
		if time.Since(heard) > silence {
			delete(w.refused, id)
		}
	}
	slices.SortFunc(list, func(a, b *opened) int { return strings.Compare(a.ID, b.ID) })
	return list
}

// serve is one of the cores of a worker. It stays with a job that has shards for a
// while, then looks at the others.
func (w *worker) serve(ctx context.Context, core int) {
	turn, since := core, time.Now()
	for ctx.Err() == nil {
		list := w.current()
		if len(list) == 0 {
			_ = pause(ctx, 20*time.Millisecond)
			continue
		}
		wait := stroke
		if len(list) > 1 {
			wait = stroke / 5
		}
		done, err := w.take(ctx, context.Background(), list[turn%len(list)], wait)
		if done {
			w.done.Add(1)
		}
		if err != nil {
			w.log(err.Error())
		}
		if !done || time.Since(since) > stroke {
			turn, since = turn+1, time.Now()
		}
	}
}
