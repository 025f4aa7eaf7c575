package synthetic_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"entente"
	"entente/internal/synthetic"
	"entente/ledger"
)

func TestWrite(t *testing.T) {
	dir := t.TempDir()
	a, b, other := filepath.Join(dir, "a"), filepath.Join(dir, "b"), filepath.Join(dir, "other")
	for name, seed := range map[string]uint64{a: 7, b: 7, other: 8} {
		if err := synthetic.Write(name, seed, 2000, 40); err != nil {
			t.Fatal(err)
		}
	}
	for _, file := range []string{"case.yaml", "actors.csv", "sources.csv", "acts.csv", "changes.csv"} {
		first, err := os.ReadFile(filepath.Join(a, file))
		if err != nil {
			t.Fatal(err)
		}
		second, err := os.ReadFile(filepath.Join(b, file))
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(first, second) {
			t.Errorf("%s: the same seed gives other bytes", file)
		}
		if third, err := os.ReadFile(filepath.Join(other, file)); file == "acts.csv" && (err != nil || bytes.Equal(first, third)) {
			t.Errorf("%s: another seed gives the same bytes, %v", file, err)
		}
	}
	c, err := ledger.Load(t.Context(), os.DirFS(a), ledger.Options{})
	if err != nil {
		t.Fatal(err)
	}
	obliging, inForce := 0, 0
	for _, act := range c.Acts {
		if act.Obliges(entente.Defense) {
			obliging++
		}
		if len(act.Changes) == 2 && act.Changes[1].Status == entente.InForce {
			inForce++
		}
	}
	if len(c.Acts) != 2000 || len(c.Actors) != 40 || len(c.Group.Members) != 5 || obliging == 0 || inForce < 200 {
		t.Errorf("%d acts, %d actors, %d members, %d with a defence obligation, %d with changes", len(c.Acts), len(c.Actors), len(c.Group.Members), obliging, inForce)
	}
	for _, size := range [][2]int{{0, 40}, {10, 7}} {
		if err := synthetic.Write(filepath.Join(dir, "none"), 1, size[0], size[1]); err == nil {
			t.Errorf("%d acts of %d actors", size[0], size[1])
		}
	}
	for _, size := range [][2]int{{1, 8}, {50, 8}} {
		tiny := filepath.Join(dir, "tiny")
		if err := synthetic.Write(tiny, 1, size[0], size[1]); err != nil {
			t.Fatal(err)
		}
		if _, err := ledger.Load(t.Context(), os.DirFS(tiny), ledger.Options{}); err != nil {
			t.Errorf("%v: %v", size, err)
		}
	}
}
