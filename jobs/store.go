package jobs

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// Two streams hold everything. The queue has one message for each shard that is to be
// done, under entente.queue.JOB.SHARD; a shard that is there already is not queued twice.
// The store has one message for each result, under entente.result.JOB.SHARD, and the parts
// of what is too large for one message, under entente.part.SUM.NUMBER. Everything in the
// store is named by what it is made of, so that writing it again changes nothing.
const (
	queueStream = "entente-queue"
	storeStream = "entente-store"

	queued  = "entente.queue."
	results = "entente.result."
	parts   = "entente.part."

	// Without storage: what runs are under way, told every so often, and what workers
	// have to say about a job.
	announced = "entente.job"
	remarks   = "entente.remark."
)

const (
	partSize = 128 << 10 // bytes; a server takes messages up to 1 MB by default, and 64 MB on their way to one reader
	kept     = 7 * 24 * time.Hour
)

type store struct {
	*link
}

// A server may take so long to get ready for its first use; one that does not know of
// storage says so at once.
const (
	noAnswer  = 20 * time.Second
	noStorage = 2 * time.Second
)

// openStore opens the queue and the store, and makes them where they are not there yet.
func openStore(ctx context.Context, l *link, replicas int) (*store, error) {
	switch {
	case replicas > 0:
	case l.inside == nil && l.conn.ConnectedClusterName() != "":
		replicas = 3
	default:
		replicas = 1
	}
	storage, age := jetstream.MemoryStorage, time.Duration(0)
	if l.lasts {
		storage, age = jetstream.FileStorage, kept
	}
	bounded, cancel := context.WithTimeout(ctx, noAnswer)
	defer cancel()
	for _, c := range []jetstream.StreamConfig{
		{Name: queueStream, Description: "shards to be done", Subjects: []string{queued + ">"}, Retention: jetstream.WorkQueuePolicy,
			Discard: jetstream.DiscardNew, DiscardNewPerSubject: true},
		{Name: storeStream, Description: "results of shards", Subjects: []string{results + ">", parts + ">"}, AllowDirect: true},
	} {
		c.MaxMsgsPerSubject, c.Storage, c.MaxAge, c.Replicas = 1, storage, age, replicas
		var last error
		began := time.Now()
		err := l.again(bounded, func(ctx context.Context) error {
			if last = l.ensure(ctx, c); stateless(last) && time.Since(began) > noStorage {
				cancel()
			}
			return last
		})
		if err != nil {
			if ctx.Err() != nil {
				return nil, ctx.Err()
			}
			return nil, unready(last, replicas)
		}
	}
	return &store{l}, nil
}

// ensure makes a stream unless it is there.
func (l *link) ensure(ctx context.Context, c jetstream.StreamConfig) error {
	if l.lasts {
		if _, err := l.js.Stream(ctx, c.Name); !errors.Is(err, jetstream.ErrStreamNotFound) {
			return err
		}
	}
	_, err := l.js.CreateStream(ctx, c)
	if errors.Is(err, jetstream.ErrStreamNameAlreadyInUse) { // another process was quicker
		return nil
	}
	return err
}

// What a server answers that cannot keep something so many times: because it stands
// alone, or because too few servers of its cluster have come so far.
const (
	noReplicas jetstream.ErrorCode = 10074
	noPeers    jetstream.ErrorCode = 10005
)

// stateless reports whether an error says that the server keeps nothing.
func stateless(err error) bool {
	return errors.Is(err, nats.ErrNoResponders) || errors.Is(err, jetstream.ErrJetStreamNotEnabled) || errors.Is(err, jetstream.ErrJetStreamNotEnabledForAccount)
}

// unready says why a server is of no use.
func unready(err error, replicas int) error {
	var api *jetstream.APIError
	switch {
	case stateless(err):
		return errors.New("the NATS server keeps nothing: start it with JetStream (nats-server -js)")
	case errors.As(err, &api) && (api.ErrorCode == noReplicas || api.ErrorCode == noPeers):
		return fmt.Errorf("the NATS server cannot keep results %d times: %s; start %d servers of the cluster at least", replicas, api.Description, replicas)
	case passing(err):
		return fmt.Errorf("the NATS server gave no answer for %v: %w; a cluster answers when more than half of its servers run", noAnswer, err)
	}
	return fmt.Errorf("the NATS server keeps nothing: %w", err)
}

// A blob says where something is kept in parts.
type blob struct {
	Sum  string `json:"sum"`
	Size int    `json:"size"`
}

// putBlob stores something in parts.
func (s *store) putBlob(ctx context.Context, data []byte) (blob, error) {
	b := blob{name(data), len(data)}
	for n := 0; n*partSize < len(data); n++ {
		part := data[n*partSize : min(len(data), (n+1)*partSize)]
		if err := s.put(ctx, parts+b.Sum+"."+strconv.Itoa(n), part); err != nil {
			return b, err
		}
	}
	return b, nil
}

// blob reads what putBlob stored.
func (s *store) blob(ctx context.Context, b blob) ([]byte, error) {
	data := make([]byte, 0, b.Size)
	for n := 0; n*partSize < b.Size; n++ {
		part, err := s.get(ctx, parts+b.Sum+"."+strconv.Itoa(n))
		if err != nil {
			return nil, err
		}
		data = append(data, part...)
	}
	if name(data) != b.Sum {
		return nil, fmt.Errorf("what is stored as %.12s is not what was written", b.Sum)
	}
	return data, nil
}

// put stores a message and waits until it is kept.
func (s *store) put(ctx context.Context, subject string, data []byte) error {
	return s.again(ctx, func(ctx context.Context) error {
		_, err := s.js.Publish(ctx, subject, data)
		return err
	})
}

// get reads a message; nil: there is none.
func (s *store) get(ctx context.Context, subject string) (data []byte, err error) {
	err = s.again(ctx, func(ctx context.Context) error {
		stream, err := s.js.Stream(ctx, storeStream)
		if err != nil {
			return err
		}
		m, err := stream.GetLastMsgForSubject(ctx, subject)
		if errors.Is(err, jetstream.ErrMsgNotFound) {
			return nil
		}
		if err == nil {
			data = m.Data
		}
		return err
	})
	return data, err
}

// The first byte of a message says what the rest is.
const (
	whole  = 'w' // the bytes themselves
	apart  = 'p' // a blob
	failed = 'f' // a failure
)

// failure is the result of a shard that could not be done.
type failure struct {
	Tries   int    `json:"tries"`
	Message string `json:"message"`
}

// pack turns bytes of any length into a message, and stores them apart if they are too
// many.
func (s *store) pack(ctx context.Context, data []byte) ([]byte, error) {
	if len(data) <= partSize {
		return append([]byte{whole}, data...), nil
	}
	b, err := s.putBlob(ctx, data)
	if err != nil {
		return nil, err
	}
	return tagged(apart, b), nil
}

func tagged(tag byte, value any) []byte {
	text, _ := json.Marshal(value) // of a struct of numbers and strings
	return append([]byte{tag}, text...)
}

// unpack reads what pack wrote; what a failure says it returns as one.
func (s *store) unpack(ctx context.Context, message []byte) ([]byte, *failure, error) {
	if len(message) == 0 {
		return nil, nil, errors.New("an empty message")
	}
	switch rest := message[1:]; message[0] {
	case whole:
		return bytes.Clone(rest), nil, nil
	case apart:
		var b blob
		if err := json.Unmarshal(rest, &b); err != nil {
			return nil, nil, err
		}
		data, err := s.blob(ctx, b)
		return data, nil, err
	case failed:
		f := &failure{}
		err := json.Unmarshal(rest, f)
		return nil, f, err
	}
	return nil, nil, fmt.Errorf("a message of an unknown kind %q", message[0])
}
