package jobs

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
)

// The servers and workers of these tests are processes of their own: this binary run
// again in another role. They end when it does, or when they are killed.
const (
	roleKey   = "ENTENTE_JOBS_ROLE"
	configKey = "ENTENTE_JOBS_CONFIG"
)

func TestMain(m *testing.M) {
	switch os.Getenv(roleKey) {
	case "":
		os.Exit(m.Run())
	case "server":
		serverProcess()
	case "worker":
		workerProcess()
	}
}

type serverConfig struct {
	Name   string
	Folder string
	Routes []string // of a cluster
}

type serverPlace struct{ Client, Cluster string }

func read[T any](text string) (value T) {
	if err := json.Unmarshal([]byte(text), &value); err != nil {
		panic(err)
	}
	return value
}

// orphaned ends a process whose parent is gone.
func orphaned() {
	_, _ = io.Copy(io.Discard, os.Stdin)
	os.Exit(3)
}

func serverProcess() {
	go orphaned()
	c := read[serverConfig](os.Getenv(configKey))
	opt := &server.Options{
		ServerName: c.Name, Host: "127.0.0.1", Port: server.RANDOM_PORT, NoSigs: true, NoLog: true,
		JetStream: true, StoreDir: c.Folder, JetStreamMaxMemory: 1 << 28, JetStreamMaxStore: 1 << 30,
	}
	if len(c.Routes) > 0 {
		// Nobody can follow the address that is told around: all go by the routes given.
		opt.Cluster = server.ClusterOpts{Name: "test", Host: "127.0.0.1", Port: server.RANDOM_PORT, Advertise: "127.0.0.1:1", PoolSize: -1}
		opt.Routes = server.RoutesFromStr(strings.Join(c.Routes, ","))
	}
	s, err := server.NewServer(opt)
	if err != nil {
		panic(err)
	}
	s.Start()
	if !s.ReadyForConnections(10 * time.Second) {
		panic("the server does not start")
	}
	place := serverPlace{Client: s.ClientURL()}
	if len(c.Routes) > 0 {
		place.Cluster = s.ClusterAddr().String()
	}
	_ = json.NewEncoder(os.Stdout).Encode(place)
	s.WaitForShutdown()
}

type workerConfig struct {
	NATS, Version string
	Cores         int
	Other         bool // knows another kind
}

func workerProcess() {
	ctx, cancel := context.WithCancel(context.Background())
	go func() { _, _ = io.Copy(io.Discard, os.Stdin); cancel() }()
	c := read[workerConfig](os.Getenv(configKey))
	kinds := []Kind{digest, fatal, spin}
	if c.Other {
		kinds = []Kind{kindOf("other", nil)}
	}
	err := Serve(ctx, ServeOptions{NATS: c.NATS, Cores: max(c.Cores, 1), Version: c.Version, Log: func(m string) { fmt.Println(m) }}, kinds...)
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
}

// fatal is a shard that takes its worker with it.
var fatal = kindOf("fatal", func(_ context.Context, p []byte) ([]byte, error) {
	if string(p) == "1" {
		os.Exit(9)
	}
	return p, nil
})

// process is a server or a worker.
type process struct {
	cmd   *exec.Cmd
	in    io.Closer
	lines chan string
}

func spawn(t testing.TB, role string, config any) *process {
	t.Helper()
	text, err := json.Marshal(config)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), roleKey+"="+role, configKey+"="+string(text))
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	p := &process{cmd, in, make(chan string, 1000)}
	go func() {
		defer close(p.lines)
		for lines := bufio.NewScanner(out); lines.Scan(); {
			p.lines <- lines.Text()
		}
	}()
	t.Cleanup(p.kill)
	return p
}

// kill ends a process as a loss of power would.
func (p *process) kill() {
	_ = p.cmd.Process.Kill()
	_ = p.cmd.Wait()
}

// says waits for a line that contains the text.
func (p *process) says(t testing.TB, text string) string {
	t.Helper()
	limit := time.After(20 * time.Second)
	var said []string
	for {
		select {
		case line, open := <-p.lines:
			if !open {
				t.Fatalf("the process ended without %q; it said %q", text, said)
			}
			if strings.Contains(line, text) {
				return line
			}
			said = append(said, line)
		case <-limit:
			t.Fatalf("no %q; it said %q", text, said)
		}
	}
}

// wire is a way from one server to another that can be cut.
type wire struct {
	listener net.Listener
	target   atomic.Value // string
	mu       sync.Mutex
	open     map[net.Conn]bool
	isCut    bool
}

func newWire(t testing.TB) *wire {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	w := &wire{listener: l, open: map[net.Conn]bool{}}
	t.Cleanup(func() { _ = l.Close(); w.cut(true) })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go w.pass(c)
		}
	}()
	return w
}

func (w *wire) pass(from net.Conn) {
	defer func() { _ = from.Close() }()
	target, _ := w.target.Load().(string)
	to, err := net.Dial("tcp", target)
	if err != nil {
		return
	}
	defer func() { _ = to.Close() }()
	w.mu.Lock()
	if w.isCut {
		w.mu.Unlock()
		return
	}
	w.open[from], w.open[to] = true, true
	w.mu.Unlock()
	go func() { _, _ = io.Copy(to, from); _ = to.Close() }()
	_, _ = io.Copy(from, to)
}

func (w *wire) cut(yes bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.isCut = yes
	if yes {
		for c := range w.open {
			_ = c.Close()
		}
		clear(w.open)
	}
}

// cluster is some servers.
type cluster struct {
	servers []*process
	clients []string    // addresses
	wires   [3][3]*wire // from, to
}

func startCluster(t testing.TB, n int) *cluster {
	t.Helper()
	c := &cluster{}
	for from := range n {
		config := serverConfig{Name: fmt.Sprintf("s%d", from), Folder: filepath.Join(t.TempDir(), "store")}
		for to := range n {
			if from != to {
				w := newWire(t)
				w.target.Store("")
				c.wires[from][to] = w
				config.Routes = append(config.Routes, "nats://"+w.listener.Addr().String())
			}
		}
		c.servers = append(c.servers, spawn(t, "server", config))
	}
	for to, s := range c.servers {
		place := read[serverPlace](s.says(t, "Client"))
		c.clients = append(c.clients, place.Client)
		for from := range n {
			if from != to {
				c.wires[from][to].target.Store(place.Cluster)
			}
		}
	}
	return c
}

func (c *cluster) address() string { return strings.Join(c.clients, ",") }

// split cuts a server off from the others, or joins it to them again.
func (c *cluster) split(server int, yes bool) {
	for other := range c.clients {
		if other != server {
			c.wires[server][other].cut(yes)
			c.wires[other][server].cut(yes)
		}
	}
}

// at calls a function once when so many shards are done, and holds the progress to its
// order: nothing is counted twice.
func at(t *testing.T, when int, do func()) func(done, of int) {
	last := -1
	return func(done, of int) {
		if done != last+1 {
			t.Errorf("progress from %d to %d of %d", last, done, of)
		}
		last = done
		if done == when {
			do()
		}
	}
}

// logged passes messages to the test's log while it runs.
func logged(t *testing.T) func(string) {
	var over atomic.Bool
	began := time.Now()
	t.Cleanup(func() { over.Store(true) })
	return func(m string) {
		if !over.Load() {
			t.Logf("%.1f s: %s", time.Since(began).Seconds(), m)
		}
	}
}

const many = 200

func TestKilledWorker(t *testing.T) {
	t.Parallel()
	c := startCluster(t, 1)
	doomed := spawn(t, "worker", workerConfig{NATS: c.address(), Version: "1", Cores: 2})
	spawn(t, "worker", workerConfig{NATS: c.address(), Version: "1"}).says(t, "waiting for work")
	doomed.says(t, "waiting for work")
	opt := Options{NATS: c.address(), Version: "1", Workers: -1, Common: shared, Lost: time.Second, Log: logged(t)}
	opt.Progress = at(t, many/4, doomed.kill)
	got, err := Run(t.Context(), opt, digest, numbers(many))
	if err != nil {
		t.Fatal(err)
	}
	same(t, got, digests(many))
	alone, err := Run(t.Context(), Options{Common: shared}, digest, numbers(many))
	if err != nil {
		t.Fatal(err)
	}
	same(t, got, alone)

	// The results are there for whoever asks the same again, without any worker.
	opt.Progress = nil
	again, err := Run(t.Context(), opt, digest, numbers(many))
	if err != nil {
		t.Fatal(err)
	}
	same(t, again, got)
}

func TestShardThatKillsItsWorkers(t *testing.T) {
	t.Parallel()
	c := startCluster(t, 1)
	for range 3 {
		spawn(t, "worker", workerConfig{NATS: c.address(), Version: "1"}) // of one core, so that no other shard is lost with it
	}
	_, err := Run(t.Context(), Options{NATS: c.address(), Version: "1", Workers: -1, Lost: 300 * time.Millisecond, Tries: 2, Log: logged(t)}, fatal, numbers(4))
	var shard *ShardError
	if !errors.As(err, &shard) || shard.Index != 1 || shard.Tries != 2 || !strings.Contains(err.Error(), "the worker that had it was lost each time") {
		t.Fatal(err)
	}
}

func TestWorkerOfAnotherVersion(t *testing.T) {
	t.Parallel()
	c := startCluster(t, 1)
	old := spawn(t, "worker", workerConfig{NATS: c.address(), Version: "0"})
	other := spawn(t, "worker", workerConfig{NATS: c.address(), Version: "1", Other: true})
	old.says(t, "waiting for work")
	other.says(t, "waiting for work")
	var mu sync.Mutex
	var heard []string
	opt := Options{NATS: c.address(), Version: "1", Workers: 1, Common: shared, Log: func(m string) { mu.Lock(); defer mu.Unlock(); heard = append(heard, m) }}
	got, err := Run(t.Context(), opt, digest, numbers(30))
	if err != nil {
		t.Fatal(err)
	}
	same(t, got, digests(30))
	old.says(t, "to others: this worker is of the program's version 0, the job of 1; run the same version on both sides")
	other.says(t, `to others: this worker does not know work of the kind "digest"`)
	mu.Lock()
	defer mu.Unlock()
	for _, want := range []string{"takes no shards: it is of the program's version 0, the job of 1", `takes no shards: it does not know work of the kind "digest"`} {
		if !slices.ContainsFunc(heard, func(m string) bool { return strings.Contains(m, want) }) {
			t.Errorf("nobody said %q at the job, but %q", want, heard)
		}
	}
}

// A job that is over is not taken up again, or the next one would wait for it.
func TestRunsInARow(t *testing.T) {
	t.Parallel()
	c := startCluster(t, 1)
	w := spawn(t, "worker", workerConfig{NATS: c.address(), Version: "1"})
	w.says(t, "waiting for work")
	const runs = 20
	for run := range runs {
		if _, err := Run(t.Context(), Options{NATS: c.address(), Version: "1", Workers: -1, Common: fmt.Append(nil, run), Log: logged(t)}, digest, numbers(2)); err != nil {
			t.Fatal(err)
		}
	}
	_ = w.in.Close()
	taken := 0
	for line := range w.lines {
		if strings.Contains(line, "takes shards of digest") {
			taken++
		}
	}
	if taken != runs {
		t.Errorf("%d jobs were taken up %d times", runs, taken)
	}
}

func TestStoppedWorkerHandsBack(t *testing.T) {
	t.Parallel()
	c := startCluster(t, 1)
	w := spawn(t, "worker", workerConfig{NATS: c.address(), Version: "1"})
	w.says(t, "waiting for work")
	opt := Options{NATS: c.address(), Version: "1", Workers: 1, Common: shared, Lost: time.Minute, Log: logged(t)}
	opt.Progress = at(t, many/4, func() { _ = w.in.Close() })
	began := time.Now()
	got, err := Run(t.Context(), opt, digest, numbers(many))
	if err != nil {
		t.Fatal(err)
	}
	same(t, got, digests(many))
	w.says(t, "stopped; ")
	if err := w.cmd.Wait(); err != nil {
		t.Error("the worker ended with", err)
	}
	if took := time.Since(began); took > 30*time.Second { // a shard that was not handed back is lost for a minute
		t.Errorf("it took %v", took)
	}
}

func TestInterruptedElsewhere(t *testing.T) {
	t.Parallel()
	c := startCluster(t, 1)
	ctx, cancel := context.WithCancel(t.Context())
	opt := Options{NATS: c.address(), Version: "1", Common: shared, Log: logged(t), Progress: at(t, 20, cancel)}
	if _, err := Run(ctx, opt, digest, numbers(many)); !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	began := -1
	opt.Progress = func(done, _ int) {
		if began < 0 {
			began = done
		}
	}
	got, err := Run(t.Context(), opt, digest, numbers(many))
	if err != nil {
		t.Fatal(err)
	}
	same(t, got, digests(many))
	if began < 20 {
		t.Errorf("the rerun began with %d done", began)
	}
}

func TestServerWithoutStorage(t *testing.T) {
	t.Parallel()
	s, err := server.NewServer(&server.Options{Host: "127.0.0.1", Port: server.RANDOM_PORT, NoSigs: true, NoLog: true})
	if err != nil {
		t.Fatal(err)
	}
	s.Start()
	defer s.Shutdown()
	if !s.ReadyForConnections(10 * time.Second) {
		t.Fatal("the server does not start")
	}
	_, err = Run(t.Context(), Options{NATS: s.ClientURL(), Version: "1"}, digest, numbers(1))
	if err == nil || !strings.Contains(err.Error(), "start it with JetStream") {
		t.Error(err)
	}
}

func TestMoreReplicasThanServers(t *testing.T) {
	t.Parallel()
	c := startCluster(t, 1)
	_, err := Run(t.Context(), Options{NATS: c.address(), Version: "1", Replicas: 3}, digest, numbers(1))
	if err == nil || !strings.Contains(err.Error(), "cannot keep results 3 times") || !strings.Contains(err.Error(), "start 3 servers") {
		t.Error(err)
	}
}

func TestKilledServerAndWorker(t *testing.T) {
	t.Parallel()
	c := startCluster(t, 3)
	doomed := spawn(t, "worker", workerConfig{NATS: c.address(), Version: "1", Cores: 2})
	spawn(t, "worker", workerConfig{NATS: c.address(), Version: "1"})
	opt := Options{NATS: c.address(), Version: "1", Common: shared, Workers: 1, Lost: 2 * time.Second, Log: logged(t)}
	opt.Progress = at(t, many/4, func() {
		leader := c.leader(t)
		t.Logf("kills server %d, which leads the queue, and a worker", leader)
		c.servers[leader].kill()
		doomed.kill()
	})
	got, err := Run(t.Context(), opt, digest, numbers(many))
	if err != nil {
		t.Fatal(err)
	}
	same(t, got, digests(many))
}

// leader is the server that leads the queue.
func (c *cluster) leader(t *testing.T) int {
	l, err := connect(c.address(), "", func(string) {})
	if err != nil {
		t.Fatal(err)
	}
	defer l.close()
	queue, err := l.js.Stream(t.Context(), queueStream)
	if err != nil {
		t.Fatal(err)
	}
	info := queue.CachedInfo()
	if info.Config.Replicas != 3 {
		t.Errorf("the queue is kept %d times", info.Config.Replicas)
	}
	return int(info.Cluster.Leader[1] - '0')
}

func TestSplitCluster(t *testing.T) {
	t.Parallel()
	c := startCluster(t, 3)
	for range 2 {
		spawn(t, "worker", workerConfig{NATS: c.address(), Version: "1"})
	}
	opt, err := Options{NATS: c.address(), Version: "1", Common: shared, Workers: 1, Lost: 2 * time.Second, Log: logged(t)}.withDefaults()
	if err != nil {
		t.Fatal(err)
	}
	l, err := connect(opt.NATS, "", opt.Log)
	if err != nil {
		t.Fatal(err)
	}
	defer l.close()
	own := slices.Index(c.clients, l.conn.ConnectedUrl())
	opt.Progress = func(done, _ int) {
		switch done {
		case many / 4:
			t.Logf("cuts off server %d, which the run is connected to", own)
			c.split(own, true)
		case many * 3 / 4:
			c.split(own, false)
		}
	}
	got, err := l.run(t.Context(), opt, digest, numbers(many))
	if err != nil {
		t.Fatal(err)
	}
	same(t, got, digests(many))
}

// spin is a shard of pure computing, about 20 ms.
var spin = kindOf("spin", func(_ context.Context, p []byte) ([]byte, error) {
	sum := sha256.Sum256(p)
	for range 100_000 {
		sum = sha256.Sum256(sum[:])
	}
	return sum[:], nil
})

// Worker processes of one core each do all the work; the run only collects. Shards that
// wait measure the machinery, shards that compute the machine as well.
func BenchmarkWorkers(b *testing.B) {
	for _, kind := range []Kind{digest, spin} {
		for _, n := range []int{1, 2, 4} {
			b.Run(fmt.Sprintf("kind=%s/workers=%d", kind.Name, n), func(b *testing.B) {
				c := startCluster(b, 1)
				for range n {
					spawn(b, "worker", workerConfig{NATS: c.address(), Version: "1"}).says(b, "waiting for work")
				}
				round := 0
				for b.Loop() {
					round++
					if _, err := Run(b.Context(), Options{NATS: c.address(), Version: "1", Workers: -1, Common: fmt.Append(nil, round)}, kind, numbers(200)); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}

// Small shards through a server of its own process, and through a cluster that keeps
// everything three times.
func BenchmarkElsewhere(b *testing.B) {
	for _, n := range []int{1, 3} {
		b.Run(fmt.Sprintf("servers=%d", n), func(b *testing.B) {
			c := startCluster(b, n)
			echo := kindOf("echo", func(_ context.Context, p []byte) ([]byte, error) { return p, nil })
			once := Options{NATS: c.address(), Version: "1"}
			if _, err := Run(b.Context(), once, echo, numbers(1)); err != nil { // the cluster gathers
				b.Fatal(err)
			}
			round := 0
			for b.Loop() {
				round++
				once.Common = fmt.Append(nil, round)
				if _, err := Run(b.Context(), once, echo, numbers(2000)); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
