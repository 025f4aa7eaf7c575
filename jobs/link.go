package jobs

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// link is the way to a server: one elsewhere, or one in this process.
type link struct {
	conn   *nats.Conn
	js     jetstream.JetStream
	inside *server.Server // nil: elsewhere
	lasts  bool           // what is stored outlives this process
	folder string         // of the server in this process, to be removed at the end
	locked *os.File

	mu    sync.Mutex
	moved time.Time
}

// answer is how long a single request may take. A cluster that has no leader yet does
// not answer at all, so requests are short and repeated.
const answer = time.Second

// Bounds of the server in this process, which would else take a share of what the
// machine has.
const (
	mostMemory = 8 << 30
	mostDisk   = 1 << 40
)

// publishing leaves room for what a server that is gone never answered.
var publishing = []jetstream.JetStreamOpt{jetstream.WithPublishAsyncMaxPending(1 << 16), jetstream.WithPublishAsyncTimeout(5 * time.Second)}

func connect(address, folder string, log func(string)) (*link, error) {
	if address == "" {
		return inside(folder)
	}
	conn, err := dial(address, log)
	if err != nil {
		return nil, err
	}
	js, err := jetstream.New(conn, publishing...)
	if err != nil {
		conn.Close()
		return nil, err
	}
	return &link{conn: conn, js: js, lasts: true}, nil
}

// dial connects to a server elsewhere and stays connected to it or to another of its
// cluster for as long as any is there.
func dial(address string, log func(string)) (*nats.Conn, error) {
	for a := range strings.SplitSeq(address, ",") {
		u, err := url.Parse(strings.TrimSpace(a))
		if err != nil || u.Host == "" || u.Scheme != "nats" && u.Scheme != "tls" && u.Scheme != "ws" && u.Scheme != "wss" {
			return nil, fmt.Errorf("%q is no address of a NATS server; give one such as nats://host:4222, or several separated by commas", a)
		}
	}
	conn, err := nats.Connect(address,
		nats.Name("entente"),
		nats.Timeout(2*time.Second),
		nats.MaxReconnects(-1), nats.IgnoreAuthErrorAbort(), nats.ReconnectWait(250*time.Millisecond),
		nats.PingInterval(3*time.Second), nats.MaxPingsOutstanding(2),
		nats.DisconnectErrHandler(func(c *nats.Conn, err error) {
			if err != nil && !c.IsClosed() {
				log("lost the NATS server; looking for it or another of its cluster")
			}
		}),
		nats.ReconnectHandler(func(c *nats.Conn) { log("again connected to a NATS server: " + c.ConnectedAddr()) }),
		nats.ErrorHandler(func(*nats.Conn, *nats.Subscription, error) {}), // what matters is noticed where it is waited for
	)
	switch {
	case err == nil:
		return conn, nil
	case errors.Is(err, nats.ErrAuthorization):
		return nil, fmt.Errorf("the NATS server at %s does not let this user in; give nats://user:password@host:4222", hide(address))
	}
	return nil, fmt.Errorf("no NATS server answers at %s: %w", hide(address), err)
}

// hide leaves out passwords.
func hide(address string) string {
	parts := strings.Split(address, ",")
	for i, p := range parts {
		if u, err := url.Parse(strings.TrimSpace(p)); err == nil {
			parts[i] = u.Redacted()
		}
	}
	return strings.Join(parts, ",")
}

// inside starts a server in this process that nobody else can reach.
func inside(folder string) (_ *link, err error) {
	l := &link{lasts: folder != ""}
	defer func() {
		if err != nil {
			l.close()
		}
	}()
	if !l.lasts {
		if folder, err = os.MkdirTemp("", "entente-jobs-"); err != nil {
			return nil, fmt.Errorf("the queue of work needs a folder for temporary files: %w", err)
		}
		l.folder = folder
	} else if l.locked, err = take(folder); err != nil {
		return nil, err
	}
	opt := &server.Options{
		ServerName: "entente", DontListen: true, NoSigs: true, NoLog: true, NoSystemAccount: true,
		JetStream: true, StoreDir: folder, JetStreamMaxMemory: mostMemory, JetStreamMaxStore: mostDisk,
	}
	s, err := server.NewServer(opt)
	if err != nil {
		return nil, fmt.Errorf("the queue of work in this process does not start: %w", err)
	}
	l.inside = s
	s.Start()
	if !s.ReadyForConnections(10 * time.Second) {
		return nil, errors.New("the queue of work in this process did not start within 10 s; is the disk of temporary files full?")
	}
	if l.conn, err = nats.Connect("", nats.InProcessServer(s), nats.Name("entente")); err != nil {
		return nil, err
	}
	l.js, err = jetstream.New(l.conn, publishing...)
	return l, err
}

// take makes the folder this process's own for as long as it lives.
func take(folder string) (*os.File, error) {
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return nil, err
	}
	f, err := os.OpenFile(filepath.Join(folder, "entente-jobs.lock"), os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return nil, err
	}
	if err := lock(f); err != nil {
		_ = f.Close()
		return nil, fmt.Errorf("%s holds the results of another entente that is still running; wait for it, or give another folder", folder)
	}
	return f, nil
}

func (l *link) close() {
	if l.inside != nil && !l.lasts && l.js != nil {
		// A server that ends while somebody waits for a message gives them 50 ms to hear of it.
		ctx, cancel := context.WithTimeout(context.Background(), answer)
		_ = l.js.DeleteStream(ctx, queueStream)
		_ = l.js.DeleteStream(ctx, storeStream)
		cancel()
	}
	if l.conn != nil {
		l.conn.Close()
	}
	if l.inside != nil {
		l.inside.Shutdown()
		l.inside.WaitForShutdown()
	}
	if l.locked != nil {
		_ = l.locked.Close()
	}
	if l.folder != "" {
		_ = os.RemoveAll(l.folder)
	}
}

// again repeats a request until it is answered, for as long as ctx lives or the server
// refuses; a single one has the time of answer, and more of it later on, as the line may
// be slow. Servers that say nothing may be cut off from the rest of their cluster, so
// after a few tries another one is asked.
func (l *link) again(ctx context.Context, request func(context.Context) error) error {
	for try := 1; ; try++ {
		one, cancel := context.WithTimeout(ctx, answer<<min((try-1)/3, 4))
		err := request(one)
		cancel()
		switch {
		case err == nil:
			return nil
		case ctx.Err() != nil:
			return ctx.Err()
		case !passing(err):
			return err
		}
		if try%3 == 0 {
			l.move()
		}
		if err := pause(ctx, 100*time.Millisecond); err != nil {
			return err
		}
	}
}

// move goes to another server of the cluster, unless that was just done.
func (l *link) move() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.inside == nil && l.conn.IsConnected() && time.Since(l.moved) > 4*answer {
		_ = l.conn.ForceReconnect()
		l.moved = time.Now()
	}
}

// passing reports whether an error is of the moment: no answer, no leader, a server that
// is just gone.
func passing(err error) bool {
	var api *jetstream.APIError
	if errors.As(err, &api) {
		return api.Code == 503 || api.Code == 408 || api.ErrorCode == noPeers
	}
	for _, e := range []error{
		context.DeadlineExceeded, nats.ErrTimeout, nats.ErrNoResponders, jetstream.ErrNoStreamResponse, jetstream.ErrNoHeartbeat,
		nats.ErrDisconnected, nats.ErrReconnectBufExceeded, nats.ErrConnectionReconnecting, nats.ErrNoServers, jetstream.ErrConsumerLeadershipChanged,
	} {
		if errors.Is(err, e) {
			return true
		}
	}
	return false
}

func pause(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}
