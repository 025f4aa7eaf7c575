package rem

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"entente"
	"entente/cases"
	"entente/ledger"
)

const directedSpec = `
model: hyper
directed: true
ties: ordered
actors: {file: actors.csv, covariates: [rank]}
events: {file: mail.csv}
layers:
  talks: {file: talks.csv}
  copies: {file: copies.csv, directed: true, start: before.csv}
RISK
terms:
  - {term: subrep, senders: 1, receivers: 1, name: to}
  - {term: subrep, senders: 1, receivers: 1, direction: in, name: back}
  - {term: subrep, receivers: 2, aggregate: max, name: receivers}
  - {term: subrep, order: 2, exactly: true, name: exactly}
  - {term: subrep, order: 2, on: talks, sizes: [3], name: large talks}
  - {term: pairactivity, on: copies, name: copies}
  - {term: trans, on: [copies, events], name: trans}
`

func writeAll(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// Directed sets from tables, through to the statistics.
func TestSpecificationOfDirectedSets(t *testing.T) {
	files := map[string]string{
		"spec.yaml":  strings.ReplaceAll(directedSpec, "RISK", ""),
		"actors.csv": "label,rank\na,1\nb,2\nc,2\nd,5\ne,3\n",
		"mail.csv":   "time,senders,receivers\n1,a,b;c\n2,b;d,a\n3,c,a;d;e\n4,a,b;c\n",
		"talks.csv":  "time,actors\n1,a;b\n1,a;b;c\n",
		"copies.csv": "time,sender,receiver\n2,b,c;d\n",
		"before.csv": "sender,receiver,value\na,d,2\n",
		"given.csv":  "stratum,observed,senders,receivers\n4,1,a,b;c\n4,0,a,d;e\n3,0,c,a;b;d\n",
	}
	check := func(dir string, rows int) {
		t.Helper()
		data, m, err := Load(filepath.Join(dir, "spec.yaml"), &entente.Case{}, 0, 1)
		if err != nil {
			t.Fatal(err)
		}
		d, err := Prepare(t.Context(), data, m)
		if err != nil {
			t.Fatal(err)
		}
		if err := d.Each(t.Context(), func(m *Moment) error {
			if m.Event != 3 {
				return nil
			}
			if m.Rows() != rows {
				t.Errorf("%d rows, not %d", m.Rows(), rows)
			}
			// To b and c once; back from b once and from c once; nobody but a has addressed b
			// and c together; no past event shares just two of a, b, c but two (bd to a, c to ade);
			// talks of three; a has copied neither; a copied d, who wrote to neither b nor c.
			if got, want := m.Statistics(0), []float64{1, 1, 1, 2 / 3., 1, 0, 0}; !slices.Equal(got, want) {
				t.Errorf("%v, not %v", got, want)
			}
			for k := range m.Rows() {
				from, to := m.Actors(k)
				if len(from) != 1 || len(to) != 2 || slices.Contains(to, from[0]) {
					t.Errorf("%v to %v is no alternative", from, to)
				}
				if from[0] == 0 && slices.Equal(to, []int32{3, 4}) {
					if got, want := m.Statistics(k), []float64{0, .5, 1, 1 / 3., 0, 1, 0}; !slices.Equal(got, want) {
						t.Errorf("to d and e: %v", got)
					}
				}
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
	}
	check(writeAll(t, files), 5*6)
	files["spec.yaml"] = strings.ReplaceAll(directedSpec, "RISK", "risk_set: {given: given.csv}")
	check(writeAll(t, files), 2)
	files["spec.yaml"] = strings.ReplaceAll(directedSpec, "RISK", "risk_set: {on_sender: true}")
	check(writeAll(t, files), 6)
}

func TestBadDirectedSets(t *testing.T) {
	actors := "label\na\nb\nc\n"
	const head = "model: hyper\ndirected: true\nactors: {file: actors.csv}\nevents: {file: mail.csv}\n"
	for _, c := range []struct{ mail, spec, want string }{
		{"time,sender,receiver\n1,a,\n", head + "terms: [{term: size}]\n", `mail.csv:2: actor "" is not`},
		{"time,actors\n1,a\n", head + "terms: [{term: size}]\n", "has a sender and no receiver"},
		{"time,sender,receiver\n1,a,b;b\n", head + "terms: [{term: size}]\n", "b is in it twice"},
		{"time,sender,receiver\n1,a,b\n", head + "terms: [{term: subrep, order: two}]\n", "[5:"},
		{"time,sender,receiver\n1,a,b\n", head + "terms: [{term: subrep, orders: 2}]\n", "orders"},
		{"time,sender,receiver\n1,a,b\n", head + "terms: [{term: subrep, sender: 1}]\n", "sender"},
	} {
		dir := writeAll(t, map[string]string{"actors.csv": actors, "mail.csv": c.mail, "spec.yaml": c.spec})
		data, m, err := Load(filepath.Join(dir, "spec.yaml"), &entente.Case{}, 0, 1)
		if err == nil {
			_, err = Prepare(t.Context(), data, m)
		}
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("got %v, want %q", err, c.want)
		}
	}
	mixed := &Data{Actors: []string{"a", "b", "c"}, Events: []Event{{From: []int32{0}, To: []int32{1}, Value: 1}, {From: []int32{0, 1}, Value: 1}}}
	if _, err := Prepare(t.Context(), mixed, &Model{Family: Hyper, Terms: []Term{{Term: "size"}}}); err == nil || !strings.Contains(err.Error(), "number 2 has 0 receivers") {
		t.Errorf("mixed events: %v", err)
	}
}

// Organisations of which both are members: who founds, enters and withdraws.
func TestOrganisations(t *testing.T) {
	day := func(y, m, d int) entente.Date {
		return entente.On(entente.DayOf(y, m, d))
	}
	act := func(id string, date entente.Date, kind entente.ActType, status entente.Status, forum string, who ...string) *entente.Act {
		a := &entente.Act{ID: id, Date: date, Type: kind, Status: status, Forum: forum}
		for _, w := range who {
			code, role, _ := strings.Cut(w, "=")
			a.Participants = append(a.Participants, entente.Participant{Actor: code, Role: role})
		}
		return a
	}
	c := &entente.Case{Group: entente.Group{Code: "G"}}
	for _, a := range []string{"A", "B", "C", "D"} {
		c.Actors = append(c.Actors, entente.Actor{Code: a, Kind: entente.State})
		c.Group.Members = append(c.Group.Members, entente.Membership{Actor: a, Role: "member"})
	}
	for _, a := range []string{"G", "X", "Y"} {
		c.Actors = append(c.Actors, entente.Actor{Code: a, Kind: entente.Organization})
	}
	const inForce, signed, over = entente.InForce, entente.Signed, entente.Terminated
	c.Acts = []*entente.Act{
		act("x", day(2000, 1, 1), entente.Founding, inForce, "X", "A=host", "B"),
		act("g", day(2000, 1, 2), entente.Founding, inForce, "G", "A", "B", "C"),
		act("bilateral", day(2000, 2, 1), entente.Treaty, inForce, "bilateral", "A", "D"),
		act("x-c", day(2001, 1, 1), entente.Accession, inForce, "X", "C=acceding", "X", "D"),
		act("x-d", day(2001, 2, 1), entente.Accession, inForce, "X", "D=partner", "X"),
		act("y", entente.Date{Start: entente.DayOf(2002, 1, 1), End: entente.DayOf(2002, 12, 31), Precision: entente.ToYear}, entente.Treaty, inForce, "Y", "A", "B"),
		act("y-draft", day(2002, 6, 1), entente.Treaty, signed, "Y", "A", "C"),
		act("x-b-note", day(2003, 1, 1), entente.Withdrawal, entente.Announced, "X", "B=withdrawing", "X"),
		act("x-b", day(2003, 6, 1), entente.Withdrawal, over, "X", "B=withdrawing", "X"),
		act("late", day(2010, 1, 1), entente.Accession, inForce, "Y", "D=acceding", "Y"),
		act("meeting", day(2001, 3, 3), entente.Meeting, entente.Held, "G", "A", "B"),
	}
	dir := writeAll(t, map[string]string{"spec.yaml": "model: hyper\nevents: {case: cooperation}\nterms: [{term: pairactivity, on: organisations}]\n"})
	data, _, err := Load(filepath.Join(dir, "spec.yaml"), c, entente.DayOf(2005, 1, 1), 1)
	if err != nil {
		t.Fatal(err)
	}
	k, ok := data.layer("organisations")
	if !ok {
		t.Fatal("no layer")
	}
	on := func(date entente.Day, i, j int32) (sum float64) {
		for _, e := range data.Layers[k].Events {
			if e.Time <= float64(date) && slices.Contains(e.From, i) && slices.Contains(e.From, j) {
				sum += e.Value
			}
		}
		return sum
	}
	for _, c := range []struct {
		date entente.Day
		i, j int32
		want float64
	}{
		{entente.DayOf(1999, 12, 31), 0, 1, 0}, {entente.DayOf(2000, 1, 3), 0, 1, 1}, {entente.DayOf(2000, 3, 1), 0, 3, 0},
		{entente.DayOf(2001, 3, 1), 0, 2, 1}, {entente.DayOf(2001, 3, 1), 1, 2, 1}, {entente.DayOf(2004, 1, 1), 0, 3, 0},
		{entente.DayOf(2002, 7, 1), 0, 1, 1}, {entente.DayOf(2002, 12, 31), 0, 1, 2}, {entente.DayOf(2003, 7, 1), 0, 1, 1}, {entente.DayOf(2003, 7, 1), 1, 2, 0}, {entente.DayOf(2004, 1, 1), 0, 2, 1},
	} {
		if got := on(c.date, c.i, c.j); got != c.want {
			t.Errorf("%v: %d and %d have %v in common, not %v", c.date, c.i, c.j, got, c.want)
		}
	}
}

// What the built-in record shows of memberships, against what is known of them.
func TestOrganisationsOfTheRecord(t *testing.T) {
	folder, err := cases.FS("ots")
	if err != nil {
		t.Fatal(err)
	}
	c, err := ledger.Load(t.Context(), folder, ledger.Options{})
	if err != nil {
		t.Fatal(err)
	}
	dir := writeAll(t, map[string]string{"spec.yaml": "model: hyper\nevents: {case: cooperation}\nterms: [{term: pairactivity, on: organisations}]\n"})
	data, _, err := Load(filepath.Join(dir, "spec.yaml"), c, c.Horizon, 1)
	if err != nil {
		t.Fatal(err)
	}
	k, _ := data.layer("organisations")
	on := func(date entente.Day, one, other string) (sum float64) {
		i, j := int32(slices.Index(data.Actors, one)), int32(slices.Index(data.Actors, other))
		for _, e := range data.Layers[k].Events {
			if e.Time <= float64(date) && slices.Contains(e.From, i) && slices.Contains(e.From, j) {
				sum += e.Value
			}
		}
		return sum
	}
	for _, c := range []struct {
		date       entente.Day
		one, other string
		want       float64
	}{
		{entente.DayOf(1995, 1, 1), "KAZ", "UZB", 2}, // CIS, Collective Security Treaty
		{entente.DayOf(2000, 1, 1), "KAZ", "UZB", 1}, // Uzbekistan has left the treaty
		{entente.DayOf(2005, 1, 1), "KAZ", "UZB", 2}, // CIS, SCO
		{entente.DayOf(2010, 1, 1), "KAZ", "UZB", 3}, // and the CSTO again
		{entente.DayOf(2025, 1, 1), "KAZ", "UZB", 3}, // CIS, SCO, Conference of Special Services
		{entente.DayOf(2025, 1, 1), "KAZ", "KGZ", 4}, // CIS, CSTO, SCO, Conference of Special Services
		{entente.DayOf(1998, 12, 31), "HUN", "TUR", 0},
		{entente.DayOf(2025, 1, 1), "HUN", "TUR", 1}, // NATO
		{entente.DayOf(1998, 1, 1), "AZE", "KAZ", 2}, // CIS, Collective Security Treaty until 1999
		{entente.DayOf(2000, 1, 1), "AZE", "TKM", 1}, // CIS
		{entente.DayOf(2025, 1, 1), "KAZ", "TUR", 1}, // Conference of Special Services
	} {
		if got := on(c.date, c.one, c.other); got != c.want {
			t.Errorf("%v: %s and %s have %v in common, not %v", c.date, c.one, c.other, got, c.want)
		}
	}
}

// Acts of the case with a direction: from hosts to guests.
func TestRolesGiveDirection(t *testing.T) {
	act := func(id string, day int, who ...string) *entente.Act {
		a := &entente.Act{ID: id, Date: entente.On(entente.DayOf(2000, 1, day)), Type: entente.Meeting, Status: entente.Held}
		for _, w := range who {
			code, role, _ := strings.Cut(w, "=")
			a.Participants = append(a.Participants, entente.Participant{Actor: code, Role: role})
		}
		return a
	}
	c := &entente.Case{Acts: []*entente.Act{act("one", 1, "A=host", "B", "C"), act("none", 2, "A", "B"), act("two", 3, "C", "A=chair", "B=host"), act("all", 4, "A=host", "B=host")}}
	for _, a := range []string{"A", "B", "C"} {
		c.Actors = append(c.Actors, entente.Actor{Code: a, Kind: entente.State})
		c.Group.Members = append(c.Group.Members, entente.Membership{Actor: a, Role: "member"})
	}
	const terms = "terms: [{term: activity}]\n"
	load := func(text string) (*Data, error) {
		dir := writeAll(t, map[string]string{"spec.yaml": "model: hyper\n" + text + terms})
		data, _, err := Load(filepath.Join(dir, "spec.yaml"), c, entente.DayOf(2005, 1, 1), 1)
		return data, err
	}
	data, err := load("directed: true\nevents: {case: cooperation, roles: [host, chair]}\n")
	if err != nil {
		t.Fatal(err)
	}
	if len(data.Events) != 2 || !slices.Equal(data.Events[0].To, []int32{1, 2}) || !slices.Equal(data.Events[1].From, []int32{0, 1}) || !slices.Equal(data.Events[1].To, []int32{2}) {
		t.Errorf("%+v", data.Events)
	}
	for _, text := range []string{"directed: true\nevents: {case: cooperation}\n", "events: {case: cooperation, roles: [host]}\n"} {
		if _, err := load(text); err == nil || !strings.Contains(err.Error(), "roles name the senders") {
			t.Errorf("%s: %v", text, err)
		}
	}
}
