package ledger

import (
	"bufio"
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"entente/internal/synthetic"
)

// The test binary plays other processes too: TestMain turns to one of these when
// the variable names it.
const childVariable = "ENTENTE_LEDGER_CHILD"

func TestMain(m *testing.M) {
	switch os.Getenv(childVariable) {
	case "import": // LEDGER FOLDER: import, then say so
		if _, err := Import(context.Background(), os.Args[1], os.Args[2], someone); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		fmt.Println("done")
		if status, err := os.ReadFile("/proc/self/status"); err == nil {
			for _, line := range strings.Split(string(status), "\n") {
				if strings.HasPrefix(line, "VmHWM") {
					fmt.Println(line)
				}
			}
		}
		os.Exit(0)
	case "hold": // LEDGER: keep it locked for writing until standard input ends
		f, err := openFile(context.Background(), os.Args[1], true)
		if err == nil {
			err = f.write(context.Background(), "hold", func(*sql.Tx) error {
				fmt.Println("held")
				_, err := io.Copy(io.Discard, os.Stdin)
				return err
			})
		}
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func child(t testing.TB, role string, args ...string) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self, args...)
	cmd.Env = append(os.Environ(), childVariable+"="+role)
	return cmd
}

// An import is killed at random instants, before, during and after its
// transaction. Afterwards the ledger holds all of it or nothing of it, all of it
// if it was acknowledged, and verifies.
func TestKilledImport(t *testing.T) {
	acts, kills := 10_000, 200
	if testing.Short() || raceDetector {
		acts, kills = 1_000, 20
	}
	dir := t.TempDir()
	folder, edited := filepath.Join(dir, "folder"), filepath.Join(dir, "edited")
	if err := synthetic.Write(folder, 1, acts, 100); err != nil {
		t.Fatal(err)
	}
	// The second import changes a tenth of the acts of an existing ledger.
	if err := synthetic.Write(edited, 1, acts, 100); err != nil {
		t.Fatal(err)
	}
	editTitles(t, filepath.Join(edited, "acts.csv"), 10)
	before := filepath.Join(dir, "before.entente")
	began := time.Now()
	if out, err := child(t, "import", before, folder).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	whole := time.Since(began)
	began = time.Now()
	again := filepath.Join(dir, "again.entente")
	copyFile(t, before, again)
	if out, err := child(t, "import", again, edited).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	second := time.Since(began)
	full, err := Verify(t.Context(), before)
	if err != nil {
		t.Fatal(err)
	}
	changed, err := Verify(t.Context(), again)
	if err != nil {
		t.Fatal(err)
	}
	if changed.Checksum == full.Checksum {
		t.Fatal("the second import changes nothing")
	}

	random := rand.New(rand.NewPCG(1, 2))
	type trial struct {
		n     int
		onto  bool // an existing ledger
		delay time.Duration
	}
	trials := make(chan trial)
	var counts struct {
		sync.Mutex
		nothing, all, acknowledged int
	}
	var workers sync.WaitGroup
	for range 2 {
		workers.Go(func() {
			for tr := range trials {
				path := filepath.Join(dir, fmt.Sprintf("killed-%d.entente", tr.n))
				source, none, all := folder, "", full.Checksum
				if tr.onto {
					copyFile(t, before, path)
					source, none, all = edited, full.Checksum, changed.Checksum
				}
				acknowledged := killAfter(t, tr.delay, path, source)
				got := ""
				if report, err := Verify(t.Context(), path); err == nil {
					got = report.Checksum
				} else if tr.onto || !isNothing(err) {
					t.Errorf("kill %d after %s: %v", tr.n, tr.delay, err)
				}
				if got != none && got != all {
					t.Errorf("kill %d after %s: the ledger holds a part", tr.n, tr.delay)
				}
				if acknowledged && got != all {
					t.Errorf("kill %d after %s: an acknowledged import is lost", tr.n, tr.delay)
				}
				if tr.n%20 == 0 { // and the work can be taken up again
					if _, err := Import(t.Context(), path, source, someone); err != nil {
						t.Errorf("kill %d after %s: importing again: %v", tr.n, tr.delay, err)
					} else if report, err := Verify(t.Context(), path); err != nil || report.Checksum != all {
						t.Errorf("kill %d after %s: imported again: %v", tr.n, tr.delay, err)
					}
				}
				leftovers, _ := filepath.Glob(path + "*")
				for _, name := range leftovers {
					os.Remove(name)
				}
				counts.Lock()
				switch {
				case acknowledged:
					counts.acknowledged++
				case got == all:
					counts.all++
				default:
					counts.nothing++
				}
				counts.Unlock()
			}
		})
	}
	for n := range kills {
		tr := trial{n: n, onto: n%3 == 0}
		span := whole
		if tr.onto {
			span = second
		}
		// Half of the kills fall anywhere, half about the end, where the transaction
		// is written to the disk; two at a time an import takes longer than alone.
		share := random.Float64() * 1.3
		if n%2 == 0 {
			share = 0.9 + random.Float64()
		}
		tr.delay = time.Duration(share * float64(span))
		trials <- tr
	}
	close(trials)
	workers.Wait()
	t.Logf("%d kills: %d left nothing, %d left all unacknowledged, %d came after the acknowledgement", kills, counts.nothing, counts.all, counts.acknowledged)
}

// isNothing reports whether opening failed because nothing had been imported yet.
func isNothing(err error) bool {
	return errors.Is(err, os.ErrNotExist) || strings.Contains(err.Error(), "is empty: it is not a ledger yet") || strings.Contains(err.Error(), "holds no case yet")
}

// killAfter starts an import and kills it; it reports whether the import had been
// acknowledged.
func killAfter(t *testing.T, delay time.Duration, path, folder string) bool {
	cmd := child(t, "import", path, folder)
	var out bytes.Buffer
	cmd.Stdout = &out
	if err := cmd.Start(); err != nil {
		t.Error(err)
		return false
	}
	ended := make(chan struct{})
	go func() {
		_ = cmd.Wait()
		close(ended)
	}()
	select {
	case <-time.After(delay):
		_ = cmd.Process.Kill()
		<-ended
	case <-ended:
	}
	return strings.HasPrefix(out.String(), "done")
}

func copyFile(t testing.TB, from, to string) {
	t.Helper()
	data, err := os.ReadFile(from)
	if err != nil {
		t.Error(err)
	}
	if err := os.WriteFile(to, data, 0o644); err != nil {
		t.Error(err)
	}
}

// editTitles changes the summary of every n-th act.
func editTitles(t testing.TB, path string, n int) {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	lines := bytes.SplitAfter(data, []byte("\n"))
	for i := n; i < len(lines); i += n {
		lines[i] = bytes.Replace(lines[i], []byte(`,,"`), []byte(`,,"Edited: `), 1)
	}
	if err := os.WriteFile(path, bytes.Join(lines, nil), 0o644); err != nil {
		t.Fatal(err)
	}
}

func TestTwoProcesses(t *testing.T) {
	path := smallLedger(t)
	folder := readMap(t, "testdata/small")
	folder["acts.csv"].Data = bytes.Replace(folder["acts.csv"].Data, []byte("coded twice"), []byte("coded thrice"), 1)

	cmd := child(t, "hold", path)
	release, err := cmd.StdinPipe()
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
	if line, err := bufio.NewReader(out).ReadString('\n'); err != nil || line != "held\n" {
		t.Fatalf("%q %v", line, err)
	}
	// Reading goes on beside a writer.
	if _, err := Open(t.Context(), path, Options{}); err != nil {
		t.Errorf("reading beside a writer: %v", err)
	}
	// A second writer gives up with a message that says why,
	defer func(d time.Duration) { busyWait = d }(busyWait)
	busyWait = 100 * time.Millisecond
	if _, err := ImportFS(t.Context(), path, folder, someone); err == nil || !strings.Contains(err.Error(), "another process has the ledger in use") {
		t.Errorf("got %v", err)
	}
	// or waits until the first is done.
	busyWait = time.Minute
	waited := make(chan error)
	go func() {
		_, err := ImportFS(t.Context(), path, folder, someone)
		waited <- err
	}()
	if err := release.Close(); err != nil {
		t.Fatal(err)
	}
	if err := <-waited; err != nil {
		t.Errorf("after the first was done: %v", err)
	}
	if err := cmd.Wait(); err != nil {
		t.Error(err)
	}
	if report, err := Verify(t.Context(), path); err != nil || report.Revisions != 28 {
		t.Errorf("%+v %v", report, err)
	}
}

// Several processes that make and fill the same ledger at once: each waits its
// turn, the first adds, the others find nothing left to do.
func TestManyProcessesMakeOneLedger(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.entente")
	var all sync.WaitGroup
	for range 6 {
		all.Go(func() {
			if out, err := child(t, "import", path, "testdata/small").CombinedOutput(); err != nil {
				t.Errorf("%v: %s", err, out)
			}
		})
	}
	all.Wait()
	if report, err := Verify(t.Context(), path); err != nil || report.Revisions != 27 {
		t.Errorf("%+v %v", report, err)
	}
}

// mount makes a small file system in memory, which takes the right to mount.
func mount(t *testing.T, size string) string {
	t.Helper()
	dir := t.TempDir()
	if out, err := exec.Command("mount", "-t", "tmpfs", "-o", "size="+size, "tmpfs", dir).CombinedOutput(); err != nil {
		t.Skipf("mounting a file system is not allowed here: %v: %s", err, out)
	}
	t.Cleanup(func() {
		if out, err := exec.Command("umount", dir).CombinedOutput(); err != nil {
			t.Errorf("umount: %v: %s", err, out)
		}
	})
	return dir
}

func TestDiskFull(t *testing.T) {
	dir := mount(t, "1m")
	path := filepath.Join(dir, "x.entente")
	if _, err := Import(t.Context(), path, "testdata/small", someone); err != nil {
		t.Fatal(err)
	}
	before, err := Verify(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	large := filepath.Join(t.TempDir(), "large")
	if err := synthetic.Write(large, 1, 5000, 20); err != nil {
		t.Fatal(err)
	}
	fresh := filepath.Join(dir, "y.entente")
	for _, target := range []string{path, fresh} {
		_, err := Import(t.Context(), target, large, someone)
		if err == nil || !strings.Contains(err.Error(), "disk is full") {
			t.Errorf("import: got %v", err)
		}
	}
	if after, err := Verify(t.Context(), path); err != nil || after.Checksum != before.Checksum || after.Head != before.Head {
		t.Errorf("after a full disk: %v %+v", err, after)
	}
	if _, err := Open(t.Context(), fresh, Options{}); err == nil || !isNothing(err) {
		t.Errorf("got %v", err)
	}
	if err := os.Remove(fresh); err != nil {
		t.Fatal(err)
	}
	if err := Export(t.Context(), large, filepath.Join(dir, "out")); err == nil || !strings.Contains(err.Error(), "no space left") {
		t.Errorf("export: got %v", err)
	}
	if entries, _ := os.ReadDir(dir); len(entries) != 1 {
		t.Errorf("left behind: %v", entries)
	}
}

func TestReadOnlyMedia(t *testing.T) {
	dir := mount(t, "4m")
	path := filepath.Join(dir, "x.entente")
	if _, err := Import(t.Context(), path, "testdata/small", someone); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command("mount", "-o", "remount,ro", dir).CombinedOutput(); err != nil {
		t.Skipf("cannot make the file system read-only: %v: %s", err, out)
	}
	if _, err := Open(t.Context(), path, Options{}); err != nil {
		t.Errorf("reading: %v", err)
	}
	if _, err := Verify(t.Context(), path); err != nil {
		t.Errorf("verifying: %v", err)
	}
	if ids, err := Search(t.Context(), path, "turkiye"); err != nil || len(ids) != 3 {
		t.Errorf("searching: %v %v", ids, err)
	}
	folder := readMap(t, "testdata/small")
	folder["acts.csv"].Data = bytes.Replace(folder["acts.csv"].Data, []byte("coded twice"), []byte("coded thrice"), 1)
	if _, err := ImportFS(t.Context(), path, folder, someone); err == nil || !strings.Contains(err.Error(), "read-only") {
		t.Errorf("importing: got %v", err)
	}
	if _, err := ImportFS(t.Context(), filepath.Join(dir, "new.entente"), folder, someone); err == nil || !strings.Contains(err.Error(), "read-only") {
		t.Errorf("making: got %v", err)
	}
	if err := Export(t.Context(), path, filepath.Join(dir, "out")); err == nil || !strings.Contains(err.Error(), "read-only") {
		t.Errorf("exporting: got %v", err)
	}
}

func TestNotALedger(t *testing.T) {
	sound, err := os.ReadFile(smallLedger(t))
	if err != nil {
		t.Fatal(err)
	}
	change := func(sql string) []byte {
		path := filepath.Join(t.TempDir(), "x.entente")
		if err := os.WriteFile(path, sound, 0o644); err != nil {
			t.Fatal(err)
		}
		f, err := connect(path, true)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		if _, err := f.db.Exec(sql); err != nil {
			t.Fatal(err)
		}
		f.Close()
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		return data
	}
	for name, c := range map[string]struct {
		data []byte
		want string
	}{
		"empty":           {nil, "is empty"},
		"text":            {[]byte("id,date\n"), "is not a ledger file"},
		"begin only":      {sound[:40], "damaged"},
		"half":            {sound[:len(sound)/2], "damaged"},
		"one page less":   {sound[:len(sound)-4096], "damaged"},
		"garbled":         {append(bytes.Clone(sound[:8192]), bytes.Repeat([]byte{0xa5}, len(sound)-8192)...), "damaged"},
		"another program": {change("pragma application_id = 1"), "of another program"},
		"newer":           {change("pragma user_version = 99"), "newer version"},
		"no version":      {change("pragma user_version = 0"), "damaged"},
		"no table":        {change("drop table revisions"), "damaged"},
	} {
		path := filepath.Join(t.TempDir(), "x.entente")
		if err := os.WriteFile(path, c.data, 0o644); err != nil {
			t.Fatal(err)
		}
		if _, err := Open(t.Context(), path, Options{}); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: Open gives %v", name, err)
		}
		if _, err := Verify(t.Context(), path); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: Verify gives %v", name, err)
		}
		rev := someone
		rev.Create = false
		if _, err := Import(t.Context(), path, "testdata/small", rev); err == nil {
			t.Errorf("%s: Import succeeds", name)
		}
		if after, err := os.ReadFile(path); err != nil || !bytes.Equal(after, c.data) {
			t.Errorf("%s: the file was changed", name)
		}
	}
	if _, err := Open(t.Context(), filepath.Join(t.TempDir(), "none"), Options{}); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("got %v", err)
	}
}
