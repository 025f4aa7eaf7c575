package synthetic_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"math"
	"os"
	"slices"
	"testing"

	"entente/internal/shared"
	"entente/internal/synthetic"
)

func sum(t *testing.T, write func(io.Writer) error) string {
	t.Helper()
	h := sha256.New()
	if err := write(h); err != nil {
		t.Fatal(err)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// The sums are of what the Python scripts wrote on whose output the speed of other
// software was measured (Python 3.11.7).
func TestStreamsAreThoseOfTheScripts(t *testing.T) {
	for _, c := range []struct {
		n, actors int
		seed      uint64
		want      string
	}{
		{1000, 100, 1, "46d2ae1d0b5b58a008e401ccb2f399f5137d5f518d9f54ec28ea5be0274ec28f"},
		{100_000, 100, 1, "43068021a876eb39daa3e0deb03e5b7d69b992f260d47d8839f7d39729fa7146"},
		{5000, 2, math.MaxUint64, "974ddff79e91496a4ed9fd57f14aa38aa27221e762f6312f68ad0dd4489bfd31"},
	} {
		events := synthetic.Dyads(c.n, c.actors, c.seed)
		if got := sum(t, func(w io.Writer) error { return synthetic.WriteDyads(w, events) }); got != c.want {
			t.Errorf("%d dyads of %d actors: sum %s, want %s", c.n, c.actors, got, c.want)
		}
	}
	for _, c := range []struct {
		n, actors, maxSize int
		seed               uint64
		ties               bool
		events, table      string
	}{
		{150, 10, 4, 20261, true, "464ca526e20c2ce57be765169427b025fb9c333ed80ff37f82ab210610cb2973", "a77d8d56f9a995b02b885d24a24b1a085ed0c01aa2c30caa2ccb865600820f53"},
		{500, 30, 6, 20260, true, "f99e0bb31e9c98c7b03fee6617d5977cb1e17611f1ea08144975697121aaa3df", "6e4abc1d93d53ff3513ae316186ca0d4a339f307dbbd3fd25de606a21507cff6"},
		{5000, 7, 7, 1 << 32, true, "0526b9fcb90f228c41f5b4d51e64a3318515509b973439a90d8cc1cabe6c02e2", "cf44f7da2eff0135626cb642f96ba8913d242470b17d83c990864e01e86cc887"},
		{1000, 1000, 6, 1, false, "7a6f8d8d919813938f36f16f291e06f010cab7736938455c523edf1f341145ea", "9503b49c13d7ab3a8058dce3d07cb57e4621e64864cb36350754c0b8654df3cd"},
		{10_000, 100, 6, 1, false, "033535e20aa86cf9ca3a6c44c4250db67e9317d366295cd2360650cf25aff280", "5bc359d1641982fc1a741f1edfa1c61b95ac1bf831b8eda9e41d0b7f2d97cae0"},
		{100_000, 1000, 6, 1, false, "6a254c407515bffb4f2a939f5a51ed90f3d9c996856de118deda9edb41391431", "9503b49c13d7ab3a8058dce3d07cb57e4621e64864cb36350754c0b8654df3cd"},
	} {
		events, x, group := synthetic.Sets(c.n, c.actors, c.maxSize, c.seed, c.ties)
		if got := sum(t, func(w io.Writer) error { return synthetic.WriteSets(w, events, c.actors) }); got != c.events {
			t.Errorf("%d sets of %d actors: sum %s, want %s", c.n, c.actors, got, c.events)
		}
		if got := sum(t, func(w io.Writer) error { return synthetic.WriteActors(w, x, group) }); got != c.table {
			t.Errorf("%d actors: sum %s, want %s", c.actors, got, c.table)
		}
	}
}

// The published streams, byte by byte, so that a difference shows its place.
func TestPublishedStreams(t *testing.T) {
	const bench, sets = "reference/rem/bench/", "reference/rem/hyperevents/"
	check := func(file string, write func(io.Writer) error) {
		want, err := os.ReadFile(shared.Path(t, file))
		if err != nil {
			t.Fatal(err)
		}
		var got bytes.Buffer
		if err := write(&got); err != nil {
			t.Fatal(err)
		}
		a, b := bytes.Split(got.Bytes(), []byte("\n")), bytes.Split(want, []byte("\n"))
		for i := range min(len(a), len(b)) {
			if !bytes.Equal(a[i], b[i]) {
				t.Errorf("%s: line %d is %q, want %q", file, i+1, a[i], b[i])
				return
			}
		}
		if len(a) != len(b) {
			t.Errorf("%s: %d lines, want %d", file, len(a), len(b))
		}
	}
	check(bench+"d_1000_100.csv", func(w io.Writer) error { return synthetic.WriteDyads(w, synthetic.Dyads(1000, 100, 1)) })
	for _, c := range []struct {
		prefix             string
		n, actors, maxSize int
		seed               uint64
		ties               bool
	}{{bench + "h_1000_100", 1000, 100, 6, 1, false}, {sets + "h10", 150, 10, 4, 20261, true}, {sets + "h30", 500, 30, 6, 20260, true}} {
		events, x, group := synthetic.Sets(c.n, c.actors, c.maxSize, c.seed, c.ties)
		check(c.prefix+"_events.csv", func(w io.Writer) error { return synthetic.WriteSets(w, events, c.actors) })
		check(c.prefix+"_actors.csv", func(w io.Writer) error { return synthetic.WriteActors(w, x, group) })
	}
}

func TestStreamsThatCannotBe(t *testing.T) {
	for _, n := range [][2]int{{0, 5}, {-1, 5}, {5, 1}, {5, -1}} {
		if events := synthetic.Dyads(n[0], n[1], 1); events != nil {
			t.Errorf("%d dyads of %d actors: got %d", n[0], n[1], len(events))
		}
	}
	for _, n := range [][3]int{{0, 5, 2}, {5, 5, 1}, {5, 3, 4}, {5, -1, 2}} {
		if events, x, group := synthetic.Sets(n[0], n[1], n[2], 1, false); events != nil || x != nil || group != nil {
			t.Errorf("%d sets of at most %d of %d actors: got %d", n[0], n[2], n[1], len(events))
		}
	}
	if err := synthetic.WriteSets(io.Discard, []synthetic.Set{{Time: 1, Actors: []int32{0, 5}}}, 5); err == nil {
		t.Error("an actor beyond the table is written")
	}
	if err := synthetic.WriteActors(io.Discard, []float64{1}, nil); err == nil {
		t.Error("tables of different lengths are written")
	}
}

// Sets share memory; writing behind one must not reach the next.
func TestSetsDoNotOverlap(t *testing.T) {
	events, _, _ := synthetic.Sets(2000, 20, 5, 3, false)
	again, _, _ := synthetic.Sets(2000, 20, 5, 3, false)
	for i := range events {
		_ = append(events[i].Actors, -1)
	}
	for i, e := range events {
		if !slices.Equal(e.Actors, again[i].Actors) || !slices.IsSorted(e.Actors) || len(slices.Compact(slices.Clone(e.Actors))) != len(e.Actors) {
			t.Fatalf("event %d: %v", i+1, e.Actors)
		}
	}
}

func BenchmarkDyads(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		synthetic.Dyads(1_000_000, 10_000, 1)
	}
}

func BenchmarkSets(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		synthetic.Sets(1_000_000, 10_000, 6, 1, false)
	}
}
