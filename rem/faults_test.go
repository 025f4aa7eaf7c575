package rem

import (
	"strings"
	"testing"
)

// All that is wrong with a specification's tables is told at once, each fault with its
// line, counted in the file as it is, and the id of its event.
func TestFaultsOfTables(t *testing.T) {
	const head = "model: rem\ndirected: true\nactors: {file: actors.csv, present: present, covariates: [wealth]}\nevents: {file: events.csv, value: w}\npresence: presence.csv\nterms:\n"
	for _, c := range []struct {
		name                                 string
		actors, events, presence, spec, want string
	}{
		{
			"rows", "id,present,wealth\nA,TRUE,1\nB,TRUE,much\nC,TRUE,3\nA,TRUE,2\n,TRUE,2\n",
			"id,time,sender,receiver,w\ne1,1,A,B,1\ne2,x,A,Z,1\n\ne3,3,B,B,1\ne4,4,C,A,0\ne5,2,A,C,NA\ne6,6,A,Q,1,7\n\"e7\n(late)\",inf,A,B,1\ne8,8,A,X,1\n",
			"node,time,replace\nY,3,TRUE\nC,soon,TRUE\n", head + "  - {term: inertia}\n",
			`actors.csv:5: actor "A" stands there twice
actors.csv:6: an actor without a name
actors.csv:3: "much" is no number
presence.csv:2: actor "Y" is not in actors.csv
presence.csv:3: "soon" is no time; give a number or a day such as 2025-10-07
events.csv:8: 6 cells, but the first line has 5
events.csv:3: "x" is no time; give a number or a day such as 2025-10-07
events.csv:3: actor "Z" is not in actors.csv
events.csv:5: event e3: B acts with itself
events.csv:7: event e5: its value is no number
events.csv:9: event e7
(late): its time is no number
events.csv:11: actor "X" is not in actors.csv
event e4 (events.csv:6): its weight is zero, so it would happen and leave no trace; give it a weight, or leave it out`,
		},
		{
			"absent", "id,present,wealth\nA,TRUE,1\nB,TRUE,2\nC,FALSE,3\nD,FALSE,4\n",
			"id,time,sender,receiver,w\ne1,1,A,B,1\ne2,2,C,D,1\ne3,3,B,C,1\ne4,4,A,C,1\ne5,5,A,B,1\ne6,5,D,B,1\n",
			"node,time,replace\nC,3,TRUE\nA,5,FALSE\n", head + "  - {term: inertia}\n",
			`event e2 (events.csv:3) at time 2: C (who enters at 3), D are not present then
event e5 (events.csv:6) at time 5: A is not present then
event e6 (events.csv:7) at time 5: D is not present then`,
		},
		{
			"terms", "id,present,wealth\nA,TRUE,1\nB,TRUE,NA\nC,TRUE,\n", "time,sender,receiver,w\n1,A,B,1\n2,B,C,1\n", "node,time,replace\n",
			head + "  - {term: inertai}\n  - {term: same, attr: wealth}\n  - {term: moon}\n  - {term: subrep, order: 2}\n",
			`[7:5] term inertai: there is no term "inertai" in this family of models; is "inertia" meant?
[8:5] term same(wealth): covariate wealth of B is not known; give it a value, leave the actor out, or take the others' mean (missing: mean)
covariate wealth of C is not known; give it a value, leave the actor out, or take the others' mean (missing: mean)
[9:5] term moon: there is no term "moon" in this family of models
[10:5] term subrep(order 2): "subrep" is a term of sets, which only hyper models have`,
		},
		{"window", "id,present,wealth\nA,TRUE,1\nB,TRUE,1\n", "time,sender,receiver,w\n1,A,B,1\n", "node,time,replace\n", head + "  - {term: inertia, window: 0}\n", "window: [0]; give a span of time above 0, or the ages"},
		{"family", "id,present,wealth\nA,TRUE,1\nB,TRUE,1\n", "time,sender,receiver,w\n1,A,B,1\n", "node,time,replace\n", strings.Replace(head, "model: rem", "model: rhem", 1) + "  - {term: inertia}\n", `[1:8] model "rhem" is none of rem, rate`},
		{"half-life", "id,present,wealth\nA,TRUE,1\nB,TRUE,1\n", "time,sender,receiver,w\n1,A,B,1\n", "node,time,replace\n", head + "  - {product: [{term: inertia, weighted: true, half_life: 0}, {term: recip}]}\n", "half_life: 0; give a span of time above 0, or leave it out"},
		{
			"many", "id,present,wealth\nA,TRUE,1\nB,TRUE,1\n", "time,sender,receiver,w\n" + strings.Repeat("1,A,A,1\n", 30), "node,time,replace\n", head + "  - {term: inertia}\n",
			"events.csv:21: A acts with itself\nand 10 faults more",
		},
	} {
		_, _, err := fitText(t, map[string]string{"actors.csv": c.actors, "events.csv": c.events, "presence.csv": c.presence}, c.spec, Options{})
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got\n%v\nwant\n%s", c.name, err, c.want)
		}
	}
}

// Events of the wrong number of actors, and sets larger than there are actors.
func TestFaultsOfSets(t *testing.T) {
	tables := map[string]string{"actors.csv": "id\nA\nB\nC\n", "sets.csv": "time,actors\n1,A;B\n2,A;B;C;D;B\n3,A;C\n4,B;C;B\n", "twice.csv": "time,actors,actors\n1,A;B,B;C\n", "good.csv": "time,actors\n1,A;B\n2,A;B;C\n3,A;C\n4,C;B;A\n"}
	for spec, want := range map[string]string{
		"model: hyper\nactors: {file: actors.csv}\nevents: {file: sets.csv}\nterms: [{term: activity}]\n":                              "sets.csv:3: actor \"D\" is not in actors.csv\nsets.csv:5: B is in it twice",
		"model: rem\nactors: {file: actors.csv}\nevents: {file: good.csv}\nterms: [{term: inertia}]\n":                                 "event good.csv:3 has 3 actors; a rem model is of two, a hyper model of any number; choose events by size\nevent good.csv:5 has 3",
		"model: size\nrisk_set: {max_size: 2}\nactors: {file: actors.csv}\nevents: {file: good.csv}\nterms: [{term: activity}]\n":      "event good.csv:3 has 3 actors; a model of size has 2 to max_size\nevent good.csv:5 has 3",
		"model: size\nrisk_set: {max_size: 4}\nactors: {file: actors.csv}\nevents: {file: good.csv}\nterms: [{term: activity}]\n":      "max_size is 4; there are 3 actors",
		"model: hyper\nrisk_set: {max_size: 2}\nactors: {file: actors.csv}\nevents: {file: good.csv}\nterms: [{term: activity}]\n":     "event good.csv:3 has 3 actors, more than max_size 2\nevent good.csv:5 has 3 actors, more",
		"model: hyper\nactors: {file: actors.csv}\nevents: {file: twice.csv}\nterms: [{term: activity}]\n":                             `twice.csv has two columns "actors"`,
		"model: rem\nrisk_set: {controls: -1}\nactors: {file: actors.csv}\nevents: {file: good.csv}\nterms: [{term: inertia}]\n":       "risk_set: -1 controls",
		"model: hyper\nactors: {file: actors.csv}\nevents: {file: good.csv}\nrisk_set: {given: none.csv}\nterms: [{term: activity}]\n": "none.csv",
	} {
		if _, _, err := fitText(t, tables, spec, Options{}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
		}
	}
}

// What a person may have meant is asked only where a name is near.
func TestMeant(t *testing.T) {
	for name, want := range map[string]string{"inertai": `; is "inertia" meant?`, "Recip": `; is "recip" meant?`, "tie": `; is "tie" meant?`, "is": "", "moon": "", "": "", "outdegre": `; is "outdeg" meant?`} {
		if got := meant(name, []string{"inertia", "recip", "tie", "outdeg"}); got != want {
			t.Errorf("%q: %q, want %q", name, got, want)
		}
	}
}
