package jobs

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/nats-io/nats.go/jetstream"
)

// opened is a job of which this process takes shards.
type opened struct {
	job
	heard time.Time       // from its run
	ctx   context.Context // ends with the job
	end   context.CancelFunc

	open func(context.Context) (Work, error)
	once sync.Once
	work Work
	err  error

	mu     sync.Mutex
	queue  jetstream.Consumer
	silent atomic.Int32 // waits in a row without any word of the server
}

func newOpened(j job, open func(context.Context) (Work, error)) *opened {
	o := &opened{job: j, open: open}
	o.ctx, o.end = context.WithCancel(context.Background())
	return o
}

// take waits for one shard of a job, for about as long as wait, and does it. It reports
// whether it did; an error is why the shard was not done although there was one. Once the
// wait has begun it goes on until gone ends, even if ctx has ended: a shard that is on its
// way here must be handed back, or it is missed only after the time of a lost worker.
func (s *store) take(ctx, gone context.Context, o *opened, wait time.Duration) (bool, error) {
	queue, err := s.queueOf(gone, o)
	if err != nil {
		_ = pause(o.ctx, 200*time.Millisecond) // it is not there yet, or nobody answers
		return false, nil
	}
	began := time.Now()
	batch, err := queue.Fetch(1, jetstream.FetchMaxWait(wait))
	if err != nil {
		_ = pause(ctx, 200*time.Millisecond)
		return false, nil
	}
	var m jetstream.Msg
	select {
	case m = <-batch.Messages():
	case <-gone.Done():
		return false, nil
	}
	if m != nil {
		o.silent.Store(0)
		return s.shard(ctx, o, m)
	}
	switch {
	case batch.Error() != nil: // the queue was closed, most likely as the job is over, or has another leader
		_ = pause(o.ctx, 200*time.Millisecond)
	case time.Since(began) < wait+patience:
		o.silent.Store(0)
	case o.silent.Add(1)%4 == 0: // the server would have said that there is nothing
		s.move()
	}
	return false, nil
}

// patience is by how much later than at the end of a wait a server may say that there was
// nothing. The library itself gives up after a second.
const patience = 900 * time.Millisecond

// queueOf is the queue of a job's shards.
func (s *store) queueOf(ctx context.Context, o *opened) (jetstream.Consumer, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.queue == nil {
		ctx, cancel := context.WithTimeout(ctx, answer)
		defer cancel()
		queue, err := s.js.Consumer(ctx, queueStream, o.ID)
		if err != nil {
			return nil, err
		}
		o.queue = queue
	}
	return o.queue, nil
}

// shard does one shard. Its message leaves the queue after the result is stored; until
// then the server is told that somebody is at it.
func (s *store) shard(ctx context.Context, o *opened, m jetstream.Msg) (bool, error) {
	meta, err := m.Metadata()
	if err != nil {
		return false, err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(o.ctx, cancel)()
	defer beat(m, o.Lost/3)()
	shard := m.Subject()[strings.LastIndexByte(m.Subject(), '.')+1:]
	tries := int(meta.NumDelivered)
	if tries > 1 { // perhaps it was done and only the word of it was lost
		if old, err := s.get(ctx, results+o.ID+"."+shard); err == nil && len(old) > 0 && old[0] != failed {
			return false, m.Ack()
		}
	}
	result, err := s.attempt(ctx, o, m, tries)
	switch {
	case ctx.Err() != nil:
		return false, quietly(m.Nak())
	case err == nil:
		if result, err = s.pack(ctx, result); err != nil {
			return false, quietly(m.Nak())
		}
	case tries < o.Tries:
		_ = m.NakWithDelay(min(50*time.Millisecond<<tries, time.Second))
		return false, fmt.Errorf("shard %.12s of %s failed: %w; it is handed out again", shard, o.Kind, err)
	default:
		result = tagged(failed, failure{min(tries, o.Tries), err.Error()})
	}
	if s.put(ctx, results+o.ID+"."+shard, result) != nil {
		return false, quietly(m.Nak())
	}
	_ = m.Ack() // if it is lost the shard comes again and is seen to be done
	if err != nil {
		return false, fmt.Errorf("shard %.12s of %s failed: %w; it is given up", shard, o.Kind, err)
	}
	return true, nil
}

// quietly drops the error of handing a shard back: it goes back anyway when nobody is
// heard to be at it.
func quietly(error) error { return nil }

// attempt does a shard unless it was tried too often.
func (s *store) attempt(ctx context.Context, o *opened, m jetstream.Msg, tries int) ([]byte, error) {
	if tries > o.Tries {
		return nil, errors.New("the worker that had it was lost each time, without a word")
	}
	payload, _, err := s.unpack(ctx, m.Data())
	if err != nil {
		return nil, err
	}
	o.once.Do(func() {
		o.work, o.err = safely(func() (Work, error) { return o.open(ctx) })
	})
	if o.err != nil {
		return nil, fmt.Errorf("what its shards share cannot be read: %w", o.err)
	}
	return safely(func() ([]byte, error) { return o.work(ctx, payload) })
}

// beat tells the server every so often that somebody is at a shard.
func beat(m jetstream.Msg, every time.Duration) (stop func()) {
	done := make(chan struct{})
	go func() {
		tick := time.NewTicker(every)
		defer tick.Stop()
		for {
			select {
			case <-done:
				return
			case <-tick.C:
				_ = m.InProgress()
			}
		}
	}()
	return func() { close(done) }
}

// safely turns a panic into an error that says where it was.
func safely[T any](do func() (T, error)) (result T, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("it panicked: %v%s", p, where(string(debug.Stack())))
		}
	}()
	return do()
}

// where finds the line of a panic in a stack.
func where(stack string) string {
	lines := strings.Split(stack, "\n")
	for i := len(lines) - 4; i >= 0; i-- {
		if strings.HasPrefix(lines[i], "panic(") {
			place, _, _ := strings.Cut(strings.TrimSpace(lines[i+3]), " +0x")
			return " (" + place[strings.LastIndexByte(place, '/')+1:] + ")"
		}
	}
	return ""
}
