package scenario

import (
	"context"
	"fmt"
	"io/fs"
	"math"
	"reflect"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"entente"
	"entente/bargain"
	"entente/cases"
	"entente/forecast"
	"entente/ledger"
)

func base(t testing.TB) (*Base, fs.FS) {
	t.Helper()
	folder, err := cases.FS("ots")
	if err != nil {
		t.Fatal(err)
	}
	b, err := Open(t.Context(), folder, 0)
	if err != nil {
		t.Fatal(err)
	}
	return b, folder
}

func compare(t *testing.T, b *Base, text string) *Result {
	t.Helper()
	s, err := Read("test.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	r, err := Compare(t.Context(), b, s, Options{Seed: 1, Runs: 100, Draws: 50})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func (r *Result) row(t *testing.T, what string) Row {
	t.Helper()
	k := slices.IndexFunc(r.Rows, func(x Row) bool { return strings.HasPrefix(x.What, what) })
	if k < 0 {
		t.Fatalf("nothing was asked of %q", what)
	}
	return r.Rows[k]
}

// Every scenario that comes with the built-in case can be asked, changes something, and
// says through what; the record stays as it is.
func TestBuiltIn(t *testing.T) {
	b, folder := base(t)
	files, err := fs.Glob(folder, "scenarios/*.yaml")
	if err != nil || len(files) < 10 {
		t.Fatalf("%d scenarios, %v", len(files), err)
	}
	checksum, acts := b.Case.Checksum, len(b.Case.Acts)
	for _, f := range files {
		text, err := fs.ReadFile(folder, f)
		if err != nil {
			t.Fatal(err)
		}
		r := compare(t, b, string(text))
		changed := 0
		for _, row := range r.Rows {
			if row.Changed {
				changed++
				if row.Through == "" {
					t.Errorf("%s: %s changed through nothing", f, row.What)
				}
			}
		}
		if changed == 0 {
			t.Errorf("%s changes nothing", f)
		}
		if len(r.NotAsked) > 0 {
			t.Errorf("%s: not asked: %v", f, r.NotAsked)
		}
	}
	if b.Case.Checksum != checksum || len(b.Case.Acts) != acts {
		t.Error("the record was touched")
	}
}

// What the rules of the ladder, of obligations and of tolerance say of a treaty of
// mutual defence, by hand.
func TestDefenceClause(t *testing.T) {
	b, folder := base(t)
	text, err := fs.ReadFile(folder, "scenarios/defence-clause.yaml")
	if err != nil {
		t.Fatal(err)
	}
	r := compare(t, b, string(text))
	if row := r.row(t, "highest rung held"); row.Before.Text != "r2" || row.After.Text != "r6" || row.Through != "what-if-treaty-defence" {
		t.Errorf("%+v", row)
	}
	if row := r.row(t, "RUS, oppose: explicit collective defence"); row.After.Text != "1 done, 1 proposed" {
		t.Errorf("%+v", row)
	}
	if row := r.row(t, "r6 within 10 years, pooled"); row.After.Text != "held" || math.IsNaN(row.Before.Number) {
		t.Errorf("%+v", row)
	}
}

// Every onlooker of the built-in bargain rests on a source of the record or says that it
// is a judgement, and its note names stances on record of that power.
func TestOnlookersRest(t *testing.T) {
	b, _ := base(t)
	pair, err := b.positions(&Scenario{})
	if err != nil {
		t.Fatal(err)
	}
	stance := regexp.MustCompile(`\b[a-z]{3}-[a-z]+\b`)
	for _, o := range pair[0].Onlookers {
		if o.Source != "" && !slices.ContainsFunc(b.Case.Sources, func(s entente.Source) bool { return s.ID == o.Source }) {
			t.Errorf("%s, %s: no source %s", o.Name, o.According, o.Source)
		}
		if o.Source == "" && !strings.HasPrefix(o.Note, "a judgement") {
			t.Errorf("%s, %s: neither a source nor said to be a judgement", o.Name, o.According)
		}
		named := stance.FindAllString(strings.TrimPrefix(o.Note, "a judgement"), -1)
		found := false
		for _, id := range named {
			k := slices.IndexFunc(b.Case.Postures, func(p entente.Posture) bool { return p.ID == id })
			found = found || k >= 0 && b.Case.Postures[k].Power == o.Name
		}
		if !found {
			t.Errorf("%s, %s: of %v none is a stance of it", o.Name, o.According, named)
		}
	}
}

// A scenario without changes changes nothing, whatever the day and the cores.
func TestNothing(t *testing.T) {
	b, _ := base(t)
	text := "name: nothing\nreasoning: a check\nas_of: 2027-06-30\nroutes:\n  - {from: xian, to: istanbul, assume: 6}\n"
	r := compare(t, b, text)
	for _, row := range r.Rows {
		if row.Changed || row.Before.Text != row.After.Text {
			t.Errorf("%+v", row)
		}
	}
	before := runtime.GOMAXPROCS(1)
	again := compare(t, b, text)
	runtime.GOMAXPROCS(before)
	for i := range r.Rows {
		if r.Rows[i].After.Text != again.Rows[i].After.Text {
			t.Errorf("one core says %+v", again.Rows[i])
		}
	}
}

// Positions are those of the end of the record: a past day is not told them.
func TestPastDay(t *testing.T) {
	b, _ := base(t)
	r := compare(t, b, "name: x\nreasoning: y\nas_of: 2019-12-31\npositions:\n  KAZ: {position: 90}\n")
	if r.Row("bargaining/weighted_mean") != nil || r.Bargain != nil || len(r.NotAsked) != 1 || !strings.Contains(r.NotAsked[0], "positions carry no date") {
		t.Errorf("not asked: %q", r.NotAsked)
	}
	if r.Row("forecasts/r6") == nil {
		t.Error("no forecasts of a past day")
	}
}

func TestMembers(t *testing.T) {
	b, _ := base(t)
	r := compare(t, b, "name: x\nreasoning: y\nas_of: 2026-12-31\nleave:\n  - {actor: TUR, on: 2026-10-01}\njoin:\n  - {actor: HUN, on: 2026-10-01}\n")
	on := r.Case.Group.On(r.AsOf, "member")
	if slices.Contains(on, "TUR") || !slices.Contains(on, "HUN") || len(on) != 5 {
		t.Errorf("members are %v", on)
	}
	if slices.Contains(r.Case.Group.On(r.AsOf, "observer"), "HUN") {
		t.Error("a member is an observer still")
	}
	if !reflect.DeepEqual(b.Case.Group.On(b.Case.Horizon, "member"), []string{"AZE", "KAZ", "KGZ", "TUR", "UZB"}) {
		t.Error("the record's members were touched")
	}
}

// Every mistake is named with its line.
func TestMistakes(t *testing.T) {
	b, _ := base(t)
	const head = "name: x\nreasoning: y\nas_of: 2026-12-31\n"
	for _, c := range []struct{ text, want string }{
		{"", "it is empty"},
		{"name: x\n", "no reasoning"},
		{"nam: x\n", "nam"},
		{head + "as: z\n", "as"},
		{"name: x\nreasoning: y\nas_of: 2026-13-31\n", "test.yaml:3:8"},
		{head + "add:\n  act:\n    - {id: a}\n", `no table "act" to change (acts?)`},
		{head + "add:\n  acts:\n    - {id: a, dat: 2026-05-01}\n", `no column "dat" (date?)`},
		{head + "alter:\n  acts:\n    ots-2025-treaty-propsal: {status: signed}\n", `test.yaml:6:`},
		{head + "remove:\n  acts: [no-such-act]\n", `acts has no row "no-such-act"`},
		{head + "remove:\n  acts: [aztr-2021-shusha, nothing-here]\n", `test.yaml:5:`},
		{head + "leave:\n  - {actor: RUS, on: 2026-05-01}\n", "RUS is not in Organization of Turkic States on 2026-05-01"},
		{head + "join:\n  - {actor: TUX, on: 2026-05-01}\n", `there is no actor "TUX" (TUR?)`},
		{head + "join:\n  - {actor: KAZ, on: 2026-05-01}\n", "KAZ is a member of Organization of Turkic States on 2026-05-01 already"},
		{head + "join:\n  - {actor: TKM}\n", "test.yaml:5"},
		{head + "positions:\n  KAZ: {salience: 1.4}\n", "test.yaml:5:19: salience 1.4 of KAZ: saliences are on 0..100, so write 80 for 0.8"},
		{head + "positions:\n  KAZ: {salience: 140}\n", "test.yaml:5:19: salience 140 of KAZ lies outside 0..100"},
		{head + "positions:\n  KAZ: {position: 120}\n", "position 120 of KAZ lies outside the scale of depth, 0 to 100"},
		{head + "positions:\n  KAZ: {ceiling: 120}\n", "test.yaml:5:18: ceiling 120 of KAZ lies outside the scale of depth, 0 to 100"},
		{head + "positions:\n  KAZ: {capability: -1}\n", "test.yaml:5:21: capability -1 of KAZ is negative"},
		{head + "positions:\n  KAZ: {absent: yes}\n", "absent is true or false"},
		{head + "positions:\n  KAZ: {absent: true, position: 30}\n", "nothing else of it can be changed"},
		{head + "positions:\n  KAZ: {postion: 30}\n", `no input is called "postion"`},
		{head + "positions:\n  KAZ: {position: {depht: 30}}\n", "is none of low, mode, high"},
		{head + "positions:\n  KAZ: {position: {low: 50, mode: 40, high: 60}}\n", "low, mode and high are not in order"},
		{head + "positions:\n  KAS: {position: 20}\n", `has no actor "KAS" (KAZ?)`},
		{head + "alter:\n  corridors:\n    titr-aktau-baku: {capacity: -3}\n", "test.yaml:6:"},
		{head + "routes:\n  - {from: xian, to: nowhere}\n", "test.yaml:5:"},
		{head + "add:\n  acts:\n    - {id: a, date: 2026-05-01, title: t, participants: [KAZ, TUR], type: treaty, domains: [political], legal_force: binding, obligations: none, status: signed, forum: bilateral, supersedes: [b]}\n    - {id: b, date: 2026-05-01, title: t, participants: [KAZ, TUR], type: treaty, domains: [political], legal_force: binding, obligations: none, status: signed, forum: bilateral, supersedes: [a]}\n", "test.yaml:"},
		{head + "add:\n  acts:\n    - {id: a, date: 2028-05-01, title: t, participants: [KAZ, TUR], type: meeting, domains: [political], legal_force: none, obligations: none, status: held, forum: bilateral}\n", "lies after the horizon"},
		{head + "add:\n  acts:\n    - {id: aztr-2021-shusha, date: 2026-05-01}\n", "acts has a row"},
		{head + "add:\n  acts:\n    - {id: a, every: month, date: 2026-05-01}\n", "every month"},
		{head + "add:\n  acts:\n    - {id: a, every: year}\n", "test.yaml:6:7: an act that comes every year gives the day of the first"},
		{"reasoning: y\n", "test.yaml:1:1: the scenario has no name"},
		{head + "alter:\n  acts:\n    aztr-2021-shusha: {id: renamed}\n", "test.yaml:6:28: the id of a row cannot be altered"},
		{head + "remove:\n  actors: [KAZ]\n", "test.yaml:5:12: it cannot be taken out, since "},
		{head + "remove:\n  sources: [metbuat-az-2021-12]\n", "7 rows refer to it, such as acts.csv:"},
		{head + "remove:\n  acts: [aztr-2021-shusha, aztr-2021-shusha]\n", "test.yaml:5:28: \"aztr-2021-shusha\" is taken out twice"},
		{head + "remove:\n  corridors: [titr-aktau-baku, titr-aktau-baku]\n", "test.yaml:5:32: \"titr-aktau-baku\" is taken out twice"},
		{head + "leave:\n  - {actor: TUR, on: 2030-01-01}\n", "test.yaml:5:22: 2030-01-01 lies after 2026-12-31"},
		{head + "join:\n  - {actor: HUN, role: observer, on: 2025-01-01}\n", "HUN is an observer of"},
		{head + "add:\n  changes:\n    - {id: c, act: no-such, date: 2025-01-01, status: signed}\n", "test.yaml:6:20: unknown act \"no-such\""},
		{head + "add:\n  acts:\n    - {id: a, date: 2026-05-01, title: t, participants: [KAZ, TURR], type: treaty, domains: [politicall], legal_force: binding, obligations: none, status: sign, forum: bilateral}\n", "test.yaml:6:93: unknown domain \"politicall\""},
		{head + "alter:\n  corridors:\n    titr-aktau-baku: {capacity: -3}\n", "test.yaml:6:33: -3 is below 0"},
		{head + "routes:\n  - {from: xian, to: istanbul, assume: -2}\n", "test.yaml:5:40: a capacity of -2 is below 0"},
		{head + "routes:\n  - {from: xian, to: xian}\n", "test.yaml:5:5: from and to are the same node"},
		{head + "add:\n  acts:\n    - {id: a, date: 2026-05-01, title: t, participants: [KAZ, TUR], type: treaty, domains: [political], legal_force: binding, obligations: none, status: signed, forum: bilateral, supersedes: [a]}\n", "the acts replace each other in a circle: a -> a"},
	} {
		s, err := Read("test.yaml", []byte(c.text))
		if err == nil {
			_, err = Compare(t.Context(), b, s, Options{Runs: 20, Draws: 10})
		}
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s\ngave %v, expected %q", c.text, err, c.want)
		}
	}
}

// A route that is cut is an answer of 0, not an error.
func TestCutRoute(t *testing.T) {
	b, _ := base(t)
	r := compare(t, b, "name: x\nreasoning: y\nremove:\n  corridors: [titr-aktau-baku, titr-kuryk-baku, titr-tkm-baku]\nroutes:\n  - {from: xian, to: istanbul, assume: 6}\n")
	if row := r.row(t, "greatest flow xian to istanbul"); row.After.Number != 0 || row.Before.Number != 6 {
		t.Errorf("%+v", row)
	}
}

// Both sides run the acts forward by one tuning, that of the record as it stands, so that
// a choice that falls otherwise on the changed side is no effect of the acts.
func TestOneTuning(t *testing.T) {
	b, _ := base(t)
	var text strings.Builder
	text.WriteString("name: no more acts than before 2012\nreasoning: a check\nas_of: 2026-12-31\nremove:\n  acts:\n")
	for i, a := range b.Case.Acts {
		if i%5 > 0 && a.Date.Start.Time().Year() >= 2012 {
			fmt.Fprintf(&text, "    - %s\n", a.ID)
		}
	}
	r := compare(t, b, text.String())
	s, err := b.still(t.Context(), question{r.AsOf, Options{Seed: 1}})
	if err != nil {
		t.Fatal(err)
	}
	own, err := forecast.Tune(t.Context(), r.Case, r.AsOf, forecast.OutlookOptions{Seed: 1, Covered: b.Case.Horizon})
	if err != nil || reflect.DeepEqual(own, s.tuning) {
		t.Fatalf("the changed record would be tuned to %+v, %v: the test tests nothing", own, err)
	}
	o, err := forecast.Ahead(t.Context(), r.Case, r.AsOf, forecast.OutlookOptions{Seed: 1, Runs: 100, Covered: b.Case.Horizon, Tuning: s.tuning})
	if err != nil {
		t.Fatal(err)
	}
	if row := r.Row("event_model/acts"); row.After.Number != o.PerYear || o.Pace != s.tuning.Pace || o.HalfLife != s.tuning.HalfLife {
		t.Errorf("%+v, tuned to %+v: %v", row.After, s.tuning, o.PerYear)
	}
}

// A small case with neither class, bargain nor acts enough says what was not asked.
func TestSmallCase(t *testing.T) {
	b, err := Open(t.Context(), smallCase(), 0)
	if err != nil {
		t.Fatal(err)
	}
	r := compare(t, b, "name: x\nreasoning: y\nas_of: 2021-12-31\nadd:\n  acts:\n    - {id: pact, date: 2021-05-01, title: Pact, participants: [AAA, BBB, CCC], type: treaty, level: head_of_state, domains: [political], legal_force: binding, obligations: [defense], status: signed, forum: GRP}\n")
	if row := r.row(t, "highest rung held"); row.Before.Text != "none" || row.After.Text != "r6" {
		t.Errorf("%+v", row)
	}
	if len(r.NotAsked) != 2 {
		t.Errorf("not asked: %q", r.NotAsked)
	}
}

func smallCase() fstest.MapFS {
	return fstest.MapFS{
		"case.yaml":   {Data: []byte("id: small\ntitle: A small case\nquestion: Is it?\nhorizon: 2020-12-31\nrecorded: 2021-01-01\ngroup: {code: GRP, name: Group, short: G}\nmembers:\n  - {actor: AAA, role: member, from: 2010-01-01}\n  - {actor: BBB, role: member, from: 2010-01-01}\n  - {actor: CCC, role: member, from: 2010-01-01}\n")},
		"actors.csv":  {Data: []byte(header("actors") + fill("actors", "GRP", "Group", "organization") + fill("actors", "AAA", "A", "state") + fill("actors", "BBB", "B", "state") + fill("actors", "CCC", "C", "state"))},
		"acts.csv":    {Data: []byte(header("acts") + "met,2015-05-01,A meeting,AAA;BBB,,meeting,minister,,political,none,none,held,bilateral,,,s,,high,\n")},
		"sources.csv": {Data: []byte(header("sources") + fill("sources", "s", "Publisher", "Title"))},
	}
}

// What followed acts across a power's line, by hand: of two exercises one was followed by a
// statement of it within 90 days. In the two years before the second there was one such
// act, so one in 8.1 such times, and 1-exp(-90/730) of one act at that pace.
func TestHistory(t *testing.T) {
	folder := smallCase()
	folder["actors.csv"].Data = append(folder["actors.csv"].Data, fill("actors", "ZZZ", "X", "state")...)
	folder["postures.csv"] = &fstest.MapFile{Data: []byte(header("postures") + "line,ZZZ,exercises,,exercise,any,any,oppose,said so,s,no\n")}
	const drill = "AAA;BBB;CCC,,exercise,minister,,exercise,none,none,held,GRP,,,s,,high,\n"
	folder["acts.csv"].Data = []byte(header("acts") + "one,2012-01-10,A drill," + drill + "said,2012-02-01,A statement,ZZZ;AAA,ZZZ=speaker,statement,minister,,political,none,none,held,bilateral,,,s,,high,\n" + "two,2014-01-10,A drill," + drill)
	b, err := Open(t.Context(), folder, 0)
	if err != nil {
		t.Fatal(err)
	}
	r := compare(t, b, "name: x\nreasoning: y\nas_of: 2020-12-31\nadd:\n  acts:\n    - {id: three, date: 2020-05-01, title: A drill, participants: [AAA, BBB, CCC], type: exercise, level: minister, domains: [exercise], legal_force: none, obligations: none, status: held, forum: GRP}\n")
	if row := r.Row("tolerance/history/ZZZ"); row == nil || row.After.Text != "1 of 2 were followed by an act of it, 0.1 at its usual pace" || row.Through != "three" {
		t.Errorf("%+v", row)
	}
	if row := r.Row("tolerance/line"); row.After.Text != "3 done, 0 proposed" {
		t.Errorf("%+v", row)
	}
}

// Positions on several scales: some changed by name, all by a list, one who joins; what is
// asked of rungs is asked of the first scale alone.
func TestSeveralScales(t *testing.T) {
	folder := smallCase()
	folder[Positions] = &fstest.MapFile{Data: []byte("dimensions: [{name: troops, low: 0, high: 10}, {name: share, low: 100, high: 0, at_least: [5]}]\nrungs: {r3: 5}\nactors:\n" +
		"  - {name: AAA, capability: 1, position: [2, 80], salience: [40, 40], ceiling: [3, 60]}\n  - {name: BBB, capability: 1, position: [{low: 3, mode: 4, high: 5}, 40], salience: [40, 20]}\n")}
	b, err := Open(t.Context(), folder, 0)
	if err != nil {
		t.Fatal(err)
	}
	const head = "name: x\nreasoning: y\nas_of: 2020-12-31\npositions:\n"
	for text, want := range map[string][2]float64{ // weighted means after
		"  AAA: {position: {share: 50}}\n":                                              {3, (40*50. + 20*40) / 60},
		"  AAA: {position: [6, 50], salience: {share: 20}}\n":                           {5, 45},
		"  CCC: {capability: 2, position: {share: 0, troops: 9}, salience: [20, 30]}\n": {(2*40 + 4*40 + 9*40) / 120., (80*40 + 40*20) / 120.},
		"  BBB: {ceiling: {share: 10}}\n":                                               {3, (40*80. + 20*40) / 60},
	} {
		r := compare(t, b, head+text)
		for k, id := range []string{"bargaining/weighted_mean/troops", "bargaining/weighted_mean/share"} {
			if row := r.Row(id); row == nil || math.Abs(row.After.Number-want[k]) > 1e-9 {
				t.Errorf("%s%s: %+v, by hand %v", text, id, row, want[k])
			}
		}
		if k := len(r.Bargain.Parties) - 1; strings.Contains(text, "ceiling") && r.Bargain.Parties[k].Limit[0] != r.Bargain.Parties[k].Position[0] {
			t.Errorf("a ceiling on one scale alone moved that on the other: %+v", r.Bargain.Parties[k])
		}
	}
	for text, want := range map[string]string{
		"  AAA: {position: 5}\n":                                              "test.yaml:5:19: position has 1 entries; there are 2 dimensions",
		"  AAA: {position: {ships: 5}}\n":                                     `there is no dimension "ships"; there are troops, share`,
		"  AAA: {position: {share: 120}}\n":                                   "test.yaml:5:27: position 120 of AAA lies outside the scale of share, 100 to 0",
		"  AAA: {salience: {share: 70}}\n":                                    "the saliences of AAA sum to 110",
		"  AAA: {salience: [0.4, 0.3]}\n":                                     "saliences are on 0..100",
		"  CCC: {capability: 2, position: {share: 0}, salience: [20, 30]}\n":  "position on troops is missing",
		"  CCC: {capability: 2, position: [1, 2], salience: {troops: 140}}\n": "salience on share is missing",
		"  CCC: {capability: 2, position: [1, 2], salience: [20, 140]}\n":     "salience 140 of CCC lies outside 0..100",
	} {
		s, err := Read("test.yaml", []byte(head+text))
		if err == nil {
			_, err = Compare(t.Context(), b, s, Options{Runs: 20, Draws: 10})
		}
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%sgave %v, expected %q", text, err, want)
		}
	}
	pair, err := b.positions(&Scenario{})
	if err != nil {
		t.Fatal(err)
	}
	answer, err := bargain.Solve(t.Context(), pair[0], bargain.Drawing{Draws: 100, Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	// The share passes its 5 in no draw, which once stood for the 5 of r3.
	if said := Depths(pair[0], answer)[3]; said.Probability != answer.Readings[2].Inputs.AtLeast[0].Probability || answer.Readings[2].Dimension != "troops" {
		t.Errorf("%+v, on the first scale %+v", said, answer.Readings[2])
	}
}

// Each next act holds its rung, and no deeper one; those of a group that holds it are not
// asked. The matrix has the changes that the scenarios have alone.
func TestCrossImpact(t *testing.T) {
	b, _ := base(t)
	next, err := b.Next(b.Case.Horizon)
	if err != nil || len(next) != 6 {
		t.Fatalf("%d next acts, %v", len(next), err)
	}
	opt := Options{Seed: 1, Draws: 50}
	m, err := CrossImpact(t.Context(), b, next, opt)
	if err != nil {
		t.Fatal(err)
	}
	for k, r := range m.Results {
		want := strings.TrimPrefix(r.Scenario.ID, "next-")
		if row := r.Row("ladder/level"); row.After.Text != want {
			t.Errorf("%s leads to %s", r.Scenario.ID, row.After.Text)
		}
		alone, err := Compare(t.Context(), b, next[k], Options{Seed: 1, Draws: 50, Runs: 20})
		if err != nil {
			t.Fatal(err)
		}
		for i, o := range m.Outcomes {
			row := alone.Row(o.ID)
			switch change := m.Rows[k][i].Change; {
			case row == nil && math.IsNaN(change):
			case row.After.Text == "held":
				if change != 1-row.Before.Number {
					t.Errorf("%s, %s: %v", r.Scenario.ID, o.ID, change)
				}
			case !math.IsNaN(change) && change != row.After.Number-row.Before.Number:
				t.Errorf("%s, %s: %v, alone %+v", r.Scenario.ID, o.ID, change, row)
			}
		}
	}
	for i, o := range m.Outcomes {
		most, marked := 0.0, 0.0
		for _, row := range m.Rows {
			if x := row[i]; !math.IsNaN(x.Change) && x.After.Text != "held" {
				most = max(most, math.Abs(x.Change))
				if x.Most {
					marked = math.Abs(x.Change)
				}
			}
		}
		if most != marked {
			t.Errorf("%s: %v is marked, %v is the most", o.ID, marked, most)
		}
	}
}

// What an answer changed through is named: acts, members, legs, inputs.
func TestThrough(t *testing.T) {
	b, folder := base(t)
	for _, c := range []struct{ scenario, id, before, after, through string }{
		{"csto-weakened", "obligations/outside", "10", "4", "what-if-csto-kaz, what-if-csto-kgz"},
		{"turkey-leaves", "obligations/defense", "2", "1", "TUR leaves"},
		{"turkey-leaves", "bargaining/weighted_mean", "", "", "TUR leaves the table"},
		{"turkmen-accession", "bargaining/consensus_pivot", "75 (75 to 75)", "40 (40 to 40)", "TKM joins the table"},
		{"russian-counter-offer", "bargaining/consensus_pivot", "75 (75 to 75)", "50 (50 to 50)", "inputs of KAZ, KGZ, UZB"},
		{"clause-not-invoked", "obligations/tested", "2", "3", "what-if-attack"},
		{"defence-clause", "tolerance/history/IRN", "not crossed anew", "none on record to learn from", "what-if-treaty-defence"},
		{"exercise-held", "tolerance/history/RUS", "", "", "what-if-exercise"},
		{"defence-clause", "bargaining/opposes_held/RUS/controlled_coexistence", "0% at r2", "100% at r6", "what-if-treaty-defence"},
		{"exercise-held", "bargaining/opposes_held/RUS/Lavrov_2021", "22% at r2", "100% at r3", "what-if-exercise"},
		{"iran-war", "corridors/moscow-mumbai", "15, one route", "0, no route", "legs instc-w-rasht-tehran, instc-e-inche-tehran"},
		{"iran-war", "threats/joint_work_bilateral", "13", "15", "threat what-if-iran-war"},
		{"consultation-clause", "obligations/consultation_signed", "4", "10", "what-if-treaty-consult"},
		{"exercise-cancelled", "tolerance/rus-military", "", "", "ots-2025-drill-proposal, ots-2025-bayramov"},
	} {
		text, err := fs.ReadFile(folder, "scenarios/"+c.scenario+".yaml")
		if err != nil {
			t.Fatal(err)
		}
		row := compare(t, b, string(text)).Row(c.id)
		if row == nil {
			t.Errorf("%s: no row %s", c.scenario, c.id)
			continue
		}
		if !row.Changed || row.Through != c.through || c.before != "" && (row.Before.Text != c.before || row.After.Text != c.after) {
			t.Errorf("%s: %+v", c.scenario, *row)
		}
	}
}

func TestLetter(t *testing.T) {
	for i, want := range map[int]string{0: "A", 25: "Z", 26: "AA", 51: "AZ", 52: "BA", 702: "AAA"} {
		if got := Letter(i); got != want {
			t.Errorf("%d is %s, not %s", i, got, want)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte("name: x\nreasoning: y\nadd:\n  acts:\n    - {id: a, every: year}\n"))
	f.Add([]byte("positions: {KAZ: {salience: {low: 1}}}\njoin: [{actor: X}]\n"))
	f.Add([]byte("name: x\nreasoning: y\npositions: {RUS: {ceiling: {low: 1, mode: 2, high: 3}}, KAZ: {position: [1], votes: 2, signs: true}, X: {position: {depth: 3}, salience: 2, capability: 1}}\n"))
	b, _ := base(f)
	f.Fuzz(func(t *testing.T, text []byte) {
		if s, err := Read("x.yaml", text); err == nil {
			_, _ = b.Apply(context.Background(), s)
			_, _ = b.positions(s)
			s.Changes()
		}
	})
}

// A first what-if reads the record and asks both sides; a further one asks its own.
func BenchmarkScenario(b *testing.B) {
	_, folder := base(b)
	text, err := fs.ReadFile(folder, "scenarios/exercise-held.yaml")
	if err != nil {
		b.Fatal(err)
	}
	ask := func(b *testing.B, on *Base) {
		s, err := Read("x.yaml", text)
		if err == nil {
			_, err = Compare(b.Context(), on, s, Options{Seed: 1})
		}
		if err != nil {
			b.Fatal(err)
		}
	}
	b.Run("first", func(b *testing.B) {
		for b.Loop() {
			on, err := Open(b.Context(), folder, 0)
			if err != nil {
				b.Fatal(err)
			}
			ask(b, on)
		}
	})
	b.Run("further", func(b *testing.B) {
		on, _ := base(b)
		ask(b, on)
		for b.Loop() {
			ask(b, on)
		}
	})
}

// header and fill write the text of a table: its columns, and a row of some first cells.
func header(table string) string { return strings.Join(ledger.Columns(table), ",") + "\n" }

func fill(table string, cells ...string) string {
	row := make([]string, len(ledger.Columns(table)))
	copy(row, cells)
	return strings.Join(row, ",") + "\n"
}
