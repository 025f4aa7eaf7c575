// Package synthetic writes large case folders of invented acts, for benchmarks
// and for tests of scale. The same seed gives the same bytes. Nothing in it is
// said about the world.
package synthetic

import (
	"bufio"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

const (
	firstYear = 1950
	lastYear  = 2024
)

// Write makes a case folder in dir, which is created when absent, with the given
// numbers of acts (from 1) and actors (from 8): a group of some states among many,
// bilateral treaties with and without obligations, meetings and exercises in the
// group's name, ratifications and entries into force, and one source for every
// five acts. It streams: its memory does not grow with the number of acts.
func Write(dir string, seed uint64, acts, actors int) error {
	if acts < 1 || actors < 8 {
		return fmt.Errorf("synthetic: %d acts of %d actors: at least 1 and 8 are needed", acts, actors)
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	w := &writer{dir: dir, random: rand.New(rand.NewPCG(seed, 0x656e74656e7465)), acts: acts, actors: actors, sources: acts/5 + 1}
	w.members = min(max(5, actors/20), 30)
	for _, table := range []struct {
		name string
		fill func(*bufio.Writer)
	}{
		{"case.yaml", w.caseFile}, {"actors.csv", w.actorTable}, {"sources.csv", w.sourceTable},
	} {
		if err := w.file(table.name, table.fill); err != nil {
			return err
		}
	}
	changes, err := os.Create(filepath.Join(dir, "changes.csv"))
	if err != nil {
		return err
	}
	defer changes.Close()
	later := bufio.NewWriterSize(changes, 1<<16)
	if err := w.file("acts.csv", func(b *bufio.Writer) { w.actTables(b, later) }); err != nil {
		return err
	}
	if err := later.Flush(); err != nil {
		return err
	}
	return changes.Close()
}

type writer struct {
	dir                            string
	random                         *rand.Rand
	acts, actors, sources, members int
}

// file writes one file; errors of the buffered writer surface when it is flushed.
func (w *writer) file(name string, fill func(*bufio.Writer)) error {
	f, err := os.Create(filepath.Join(w.dir, name))
	if err != nil {
		return err
	}
	defer f.Close()
	b := bufio.NewWriterSize(f, 1<<16)
	fill(b)
	if err := b.Flush(); err != nil {
		return err
	}
	return f.Close()
}

func code(i int) string { return fmt.Sprintf("S%03d", i) }

func (w *writer) caseFile(b *bufio.Writer) {
	fmt.Fprintf(b, "id: synthetic\ntitle: Invented acts\nquestion: Is the League turning into a military bloc?\nhorizon: %d-12-31\nrecorded: %d-06-01\ngroup: {code: LEAGUE, name: The League, short: League}\nmembers:\n", lastYear, lastYear+3)
	for i := range w.members {
		fmt.Fprintf(b, "  - {actor: %s, role: member, from: %d-01-01}\n", code(i), firstYear)
	}
}

func (w *writer) actorTable(b *bufio.Writer) {
	fmt.Fprintln(b, "code,name,kind,iso3,cow,gw,aliases,region,capital,lat,lon,note")
	for i := range w.actors - 1 {
		alias := ""
		if i%7 == 0 {
			alias = fmt.Sprintf("Old State %d@%d/1991;Ştat %d", i, firstYear, i)
		}
		fmt.Fprintf(b, "%s,State %d,state,,%d,%d,%s,Region %d,Capital %d,%.2f,%.2f,\n", code(i), i, i+1, i+1, alias, i%9, i,
			w.random.Float64()*120-60, w.random.Float64()*300-150)
	}
	fmt.Fprintln(b, "LEAGUE,The League,organization,,,,,,,,,")
}

func (w *writer) sourceTable(b *bufio.Writer) {
	fmt.Fprintln(b, "id,publisher,title,date,url,note")
	for i := range w.sources {
		fmt.Fprintf(b, "src-%06d,Gazette %d,Notice %d of the invented record,%d-%02d,https://example.org/n/%d,\n", i, i%40, i, w.yearOf(i*5), 1+i%12, i)
	}
}

// yearOf spreads the acts over the years, more of them later.
func (w *writer) yearOf(i int) int {
	share := float64(i) / float64(w.acts)
	return firstYear + min(int(share*(2-share)*float64(lastYear-firstYear+1)), lastYear-firstYear)
}

func (w *writer) actTables(acts, changes *bufio.Writer) {
	fmt.Fprintln(acts, "id,date,title,participants,roles,type,level,body,domains,legal_force,obligations,status,forum,supersedes,summary,sources,known_at,confidence,note")
	fmt.Fprintln(changes, "id,act,date,status,actors,summary,sources,known_at,confidence,note")
	for i := range w.acts {
		w.act(acts, changes, i)
	}
}

func (w *writer) act(acts, changes *bufio.Writer, i int) {
	r := w.random
	day := time.Date(w.yearOf(i), time.Month(1+r.IntN(12)), 1+r.IntN(28), 0, 0, 0, 0, time.UTC)
	date := day.Format("2006-01-02")
	switch r.IntN(12) {
	case 0:
		date = day.Format("2006-01")
	case 1:
		date = day.Format("2006")
	case 2:
		date += "/" + day.AddDate(0, 0, 6).Format("2006-01-02")
	}
	id := fmt.Sprintf("act-%07d", i)
	source := fmt.Sprintf("src-%06d", i/5)
	row := func(title, participants, kind, level, body, domains, force, obligations, status, forum, summary string) {
		fmt.Fprintf(acts, "%s,%s,%s,%s,,%s,%s,%s,%s,%s,%s,%s,%s,,\"%s\",%s,%s,%s,\n", id, date, title, participants, kind, level, body,
			domains, force, obligations, status, forum, summary, source, day.AddDate(0, 1, 0).Format("2006-01-02"), []string{"high", "medium", "low"}[r.IntN(3)])
	}
	switch k := r.IntN(20); {
	case k < 3: // a bilateral text with its later life
		a, b := w.pair()
		kind := []string{"treaty", "agreement", "protocol"}[r.IntN(3)]
		obligations := "none"
		if kind == "treaty" && r.IntN(3) == 0 {
			obligations = []string{"defense;consultation", "consultation", "nonaggression", "neutrality"}[r.IntN(4)]
		}
		row(fmt.Sprintf("Text %d on friendship and cooperation", i), code(a)+";"+code(b), kind, "head_of_state", "", w.domains(), "binding", obligations,
			"in_force", "bilateral", fmt.Sprintf("States %d and %d agree on cooperation, exchange of officers, and consultations", a, b))
		for n, status := range []string{"ratified", "in_force"} {
			when := day.AddDate(n, 3+r.IntN(9), 0).Format("2006-01-02")
			fmt.Fprintf(changes, "%s-%s,%s,%s,%s,,,%s,%s,high,\n", id, strings.ReplaceAll(status, "_", "-"), id, when, status, source, when)
		}
	case k < 6: // the group meets or exercises
		body := []string{"leaders", "foreign_ministers", "defence_ministers", "security_councils"}[r.IntN(4)]
		kind, level := "meeting", "minister"
		if r.IntN(4) == 0 {
			kind = "exercise"
		}
		row(fmt.Sprintf("League %s %d", kind, i), w.some(w.members, 3+r.IntN(3)), kind, level, body, w.domains(), "none", "none", "held", "LEAGUE",
			"The members meet under the chair, adopt a communiqué, and name the next host")
	case k < 14:
		row(fmt.Sprintf("Meeting %d of ministers", i), w.some(w.actors-1, 2), "meeting", "minister", "", w.domains(), "none", "none", "held", "bilateral",
			"Talks on trade, transport and security, with a statement to the press afterwards")
	case k < 17:
		row(fmt.Sprintf("Conference %d", i), w.some(w.actors-1, 3+r.IntN(5)), "declaration", "head_of_state", "", w.domains(), "political", "", "signed", "multilateral",
			"Şuşa, Türkiye and others are named in the declaration, which promises further work")
	case k < 19:
		row(fmt.Sprintf("Exercise %d", i), w.some(w.actors-1, 2+r.IntN(3)), "exercise", "agency", "", "exercise;training", "none", "none", "held", "multilateral",
			"Land and air units train together for a week, observers attend")
	default:
		row(fmt.Sprintf("Incident %d at the border", i), w.some(w.actors-1, 2), "incident", "", "", "border", "", "none", "held", "bilateral",
			"Shots are exchanged, both sides blame the other")
	}
}

func (w *writer) pair() (a, b int) {
	a = w.random.IntN(w.actors - 1)
	b = w.random.IntN(w.actors - 2)
	if b >= a {
		b++
	}
	return a, b
}

// some returns the codes of n different actors among the first of them.
func (w *writer) some(among, n int) string {
	var b strings.Builder
	taken := make([]int, 0, 8)
	for len(taken) < min(n, among) {
		k := w.random.IntN(among)
		if slices.Contains(taken, k) {
			continue
		}
		if len(taken) > 0 {
			b.WriteByte(';')
		}
		b.WriteString(code(k))
		taken = append(taken, k)
	}
	return b.String()
}

func (w *writer) domains() string {
	all := []string{"political", "training", "exercise", "intelligence", "industry", "arms", "border", "counterterrorism", "cyber", "infrastructure", "peacekeeping"}
	first := w.random.IntN(len(all))
	if w.random.IntN(2) == 0 {
		return all[first]
	}
	return all[first] + ";" + all[(first+1+w.random.IntN(len(all)-1))%len(all)]
}
