package jobs

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// run is a job on its way.
type run struct {
	*store
	Options
	kind     Kind
	job      job
	payloads [][]byte
	shards   []string       // of each payload
	first    map[string]int // payload of each shard
	result   map[string][]byte
	seen     uint64 // up to where the store has been read
	unread   uint64 // results that were there when the last one was read
	fresh    bool   // what is read now came after the start, and so a failure counts
}

// run does a job with the server at the other end of the link.
func (l *link) run(ctx context.Context, opt Options, kind Kind, payloads [][]byte) ([][]byte, error) {
	s, err := openStore(ctx, l, opt.Replicas)
	if err != nil {
		return nil, err
	}
	return newRun(s, opt, kind, payloads).results(ctx)
}

// most is how many messages are asked for, or sent, at once.
const most = 256

func newRun(s *store, opt Options, kind Kind, payloads [][]byte) *run {
	r := &run{store: s, Options: opt, kind: kind, payloads: payloads, first: map[string]int{}, result: map[string][]byte{}}
	common := blob{name(opt.Common), len(opt.Common)}
	r.job = job{ID: name([]byte(kind.Name), []byte(opt.Version), []byte(common.Sum)), Kind: kind.Name, Version: opt.Version,
		Common: common, Tries: opt.Tries, Lost: opt.Lost}
	for i, p := range payloads {
		shard := name([]byte(r.job.ID), p)
		r.shards = append(r.shards, shard)
		if _, twice := r.first[shard]; !twice {
			r.first[shard] = i
		}
	}
	return r
}

func (r *run) left() int { return len(r.first) - len(r.result) }

func (r *run) results(ctx context.Context) ([][]byte, error) {
	if r.lasts {
		if err := r.collectStored(ctx); err != nil {
			return nil, err
		}
		r.Progress(len(r.result), len(r.first))
	}
	if r.left() > 0 {
		if err := r.work(ctx); err != nil {
			return nil, err
		}
	}
	out := make([][]byte, len(r.shards))
	for i, shard := range r.shards {
		out[i] = r.result[shard]
	}
	return out, nil
}

// work has what is missing done, and waits for it.
func (r *run) work(ctx context.Context) error {
	inner, stop := context.WithCancel(ctx)
	var helpers sync.WaitGroup
	defer func() {
		stop()
		within(time.Second, helpers.Wait)
		r.over() // after the last announcement, or workers would take the job up again
	}()
	if r.inside != nil {
		if err := r.forget(inner); err != nil {
			return err
		}
	}
	if err := r.openQueue(inner); err != nil {
		return err
	}
	if r.inside == nil {
		if err := r.publish(inner, &helpers); err != nil {
			return err
		}
	}
	o := newOpened(r.job, func(ctx context.Context) (Work, error) { return r.kind.Open(ctx, r.Common) })
	defer o.end()
	for range r.Workers {
		helpers.Go(func() { r.help(inner, o) })
	}
	if err := r.enqueue(inner); err != nil {
		return err
	}
	return r.collect(inner)
}

// within waits for something, but not forever.
func within(d time.Duration, wait func()) {
	done := make(chan struct{})
	go func() { defer close(done); wait() }()
	select {
	case <-done:
	case <-time.After(d):
	}
}

// publish makes the job known to workers elsewhere.
func (r *run) publish(ctx context.Context, helpers *sync.WaitGroup) error {
	if _, err := r.putBlob(ctx, r.Common); err != nil {
		return err
	}
	sub, err := r.conn.Subscribe(remarks+r.job.ID, func(m *nats.Msg) { r.Log(string(m.Data)) })
	if err != nil {
		return err
	}
	text, _ := json.Marshal(r.job) // of strings and numbers
	helpers.Go(func() {
		defer func() { _ = sub.Unsubscribe() }()
		for ctx.Err() == nil {
			_ = r.conn.Publish(announced, text)
			_ = pause(ctx, every)
		}
	})
	return nil
}

// over tells the workers that the job is over and clears what is left of its queue. The
// results stay.
func (r *run) over() {
	if !r.lasts {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), answer)
	defer cancel()
	j := r.job
	j.Over = true
	text, _ := json.Marshal(j)
	_ = r.conn.Publish(announced, text)
	_ = r.js.DeleteConsumer(ctx, queueStream, r.job.ID)
	if queue, err := r.js.Stream(ctx, queueStream); err == nil && r.left() > 0 {
		_ = queue.Purge(ctx, jetstream.WithPurgeSubject(queued+r.job.ID+".*"))
	}
	_ = r.conn.FlushWithContext(ctx)
}

// forget drops what the queue in a folder remembers of workers that are gone.
func (r *run) forget(ctx context.Context) error {
	if !r.lasts {
		return nil
	}
	err := r.js.DeleteConsumer(ctx, queueStream, r.job.ID)
	if errors.Is(err, jetstream.ErrConsumerNotFound) {
		return nil
	}
	return err
}

// idle is after how long without any worker the queue of a job is closed; the next run
// opens it again.
const idle = 10 * time.Minute

func (r *run) openQueue(ctx context.Context) error {
	return r.again(ctx, func(ctx context.Context) error {
		_, err := r.js.CreateOrUpdateConsumer(ctx, queueStream, jetstream.ConsumerConfig{
			Durable: r.job.ID, FilterSubject: queued + r.job.ID + ".*",
			AckPolicy: jetstream.AckExplicitPolicy, AckWait: r.Lost, MaxDeliver: -1, MaxAckPending: -1, MaxWaiting: 10000, InactiveThreshold: idle,
		})
		return err
	})
}

// enqueue queues all shards without a result; those that are in the queue stay as they
// are.
func (r *run) enqueue(ctx context.Context) error {
	var missing []string
	for i, shard := range r.shards {
		if _, done := r.result[shard]; !done && r.first[shard] == i {
			missing = append(missing, shard)
		}
	}
	for len(missing) > 0 {
		var subjects []string
		var messages [][]byte
		for size := 0; len(missing) > 0 && len(messages) < most && size < partSize; missing = missing[1:] {
			m, err := r.pack(ctx, r.payloads[r.first[missing[0]]])
			if err != nil {
				return err
			}
			subjects, messages = append(subjects, queued+r.job.ID+"."+missing[0]), append(messages, m)
			size += len(m)
		}
		if err := r.again(ctx, func(ctx context.Context) error { return r.send(ctx, subjects, messages) }); err != nil {
			return err
		}
	}
	return nil
}

// send puts messages into the queue, all under way at once.
func (r *run) send(ctx context.Context, subjects []string, messages [][]byte) error {
	var answers []jetstream.PubAckFuture
	for i, m := range messages {
		f, err := r.js.PublishAsync(subjects[i], m)
		if err != nil {
			return err
		}
		answers = append(answers, f)
	}
	for _, f := range answers {
		select {
		case <-f.Ok():
		case err := <-f.Err():
			if !queuedAlready(err) {
				return err
			}
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

func queuedAlready(err error) bool {
	var api *jetstream.APIError
	return errors.As(err, &api) && strings.Contains(api.Description, "maximum messages per subject")
}

// help is one of the workers of this process.
func (r *run) help(ctx context.Context, o *opened) {
	for ctx.Err() == nil {
		if _, err := r.take(ctx, ctx, o, stroke); err != nil && ctx.Err() == nil {
			r.Log(err.Error())
		}
	}
}

// reader reads the results of the job that came after those seen.
func (r *run) reader(ctx context.Context) (c jetstream.Consumer, err error) {
	err = r.again(ctx, func(ctx context.Context) error {
		c, err = r.js.CreateConsumer(ctx, storeStream, jetstream.ConsumerConfig{
			FilterSubject: results + r.job.ID + ".*", AckPolicy: jetstream.AckNonePolicy, MemoryStorage: true, InactiveThreshold: time.Minute,
			DeliverPolicy: jetstream.DeliverByStartSequencePolicy, OptStartSeq: r.seen + 1,
		})
		return err
	})
	return c, err
}

// collectStored reads the results of earlier runs, to the last: a failure that is read
// later is one of this run.
func (r *run) collectStored(ctx context.Context) error {
	for {
		reader, err := r.reader(ctx)
		if err != nil {
			return err
		}
		for r.unread = reader.CachedInfo().NumPending; r.unread > 0 && err == nil; {
			_, err = r.read(ctx, reader, int(min(r.unread, most)))
		}
		if err == nil || ctx.Err() != nil {
			return ctx.Err()
		}
		r.move()
	}
}

// collect reads results as they come, until there are all.
func (r *run) collect(ctx context.Context) error {
	r.fresh = true
	var reader jetstream.Consumer
	quiet, last, silent := 5*time.Second, time.Now(), 0
	for r.left() > 0 {
		if reader == nil {
			var err error
			if reader, err = r.reader(ctx); err != nil {
				return err
			}
		}
		n, err := r.read(ctx, reader, most)
		var shard *ShardError
		switch {
		case r.left() == 0:
			return nil
		case errors.As(err, &shard):
			return shard
		case ctx.Err() != nil:
			return ctx.Err()
		case err != nil: // its server is gone, or says nothing
			reader = nil
			if silent++; silent%3 == 0 {
				r.move()
			}
			_ = pause(ctx, 100*time.Millisecond)
		default:
			silent = 0
		}
		if n > 0 {
			quiet, last = 5*time.Second, time.Now()
			continue
		}
		if time.Since(last) < quiet {
			continue
		}
		// Nothing for a long time. Most likely the shards are long; but if another run of
		// the same job cleared the queue, or nobody is there, this helps or says so.
		if r.Workers <= 0 {
			r.Log(fmt.Sprintf("no shard was done for %.0f s; is there an entente worker of version %s?", time.Since(last).Seconds(), r.Version))
		}
		quiet *= 2
		if err := r.openQueue(ctx); err != nil {
			return err
		}
		if err := r.enqueue(ctx); err != nil {
			return err
		}
	}
	return nil
}

// read takes in up to a number of results that come within a stroke, and returns how many
// were new.
func (r *run) read(ctx context.Context, from jetstream.Consumer, number int) (n int, err error) {
	one, cancel := context.WithTimeout(ctx, stroke)
	defer cancel()
	batch, err := from.Fetch(number, jetstream.FetchContext(one))
	if err != nil {
		return 0, err
	}
	for m := range batch.Messages() {
		isNew, err := r.took(ctx, m)
		if err != nil {
			return n, err
		}
		if isNew {
			n++
			if r.fresh {
				r.Progress(len(r.result), len(r.first))
			}
		}
		if r.fresh && r.left() == 0 {
			return n, nil
		}
	}
	return n, batch.Error()
}

// took takes in one result and reports whether it is new.
func (r *run) took(ctx context.Context, m jetstream.Msg) (bool, error) {
	meta, err := m.Metadata()
	if err != nil {
		return false, err
	}
	shard := m.Subject()[strings.LastIndexByte(m.Subject(), '.')+1:]
	index, asked := r.first[shard]
	if _, done := r.result[shard]; done || !asked {
		r.seen, r.unread = meta.Sequence.Stream, meta.NumPending
		return false, nil
	}
	result, failure, err := r.unpack(ctx, m.Data())
	if ctx.Err() != nil {
		return false, ctx.Err()
	}
	r.seen, r.unread = meta.Sequence.Stream, meta.NumPending
	switch {
	case err != nil: // parts of it are gone; it is done again
		return false, nil
	case failure != nil && r.fresh:
		return false, &ShardError{Kind: r.kind.Name, Index: index, Of: len(r.payloads), Tries: failure.Tries, Message: failure.Message}
	case failure != nil:
		return false, nil
	}
	r.result[shard] = result
	return true, nil
}
