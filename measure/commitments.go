package measure

import (
	"slices"

	"entente"
)

// Bond is an organisation's obligation that a state has taken on, whether or not
// the record names another state bound in the same way.
type Bond struct {
	State      string
	Obligation entente.Obligation
	Via        string // the organisation or format
	Status     Standing
	Since      entente.Date
	Acts       []string
}

// Bonds returns what the states have taken on through organisations and shared
// treaties, in force or signed on the day, ordered by state, depth and
// organisation.
func Bonds(c *entente.Case, asOf entente.Day, states []string) []Bond {
	pools, order := organisations(c, asOf)
	var bonds []Bond
	for _, state := range states {
		for _, o := range entente.Obligations {
			for _, forum := range order {
				t, acts := strongest(pools[forum].entries[o][state], asOf)
				if t.standing == StandsInForce || t.standing == StandsSigned {
					bonds = append(bonds, Bond{state, o, forum, t.standing, t.since, acts})
				}
			}
		}
	}
	return bonds
}

// AnswerDays is how long after an attack help still counts as an answer to it.
const AnswerDays = 90

// Attack is an incident in which a state of the group was the victim, set
// against the promises of help that it held on that day.
type Attack struct {
	Act      *entente.Act
	Victim   string
	Promises []Owed         // defence promises in force, from anyone
	Help     []*entente.Act // deployments to the victim by those who promised, within AnswerDays
	Words    []*entente.Act // statements by them in that time
}

// Tested reports whether anyone had promised the victim help.
func (a Attack) Tested() bool { return len(a.Promises) > 0 }

// Met reports whether help, and not only words, came.
func (a Attack) Met() bool { return len(a.Help) > 0 }

// Attacks finds the incidents in view whose victim (by role) is one of the
// states, and what those who had promised defence did within AnswerDays. It is the
// test of a clause by events: a promise that stayed silent when an attack came
// weighs against the thesis that it binds.
func Attacks(c *entente.Case, asOf entente.Day, states []string) []Attack {
	var attacks []Attack
	for _, a := range c.Acts {
		if a.Type != entente.Incident || !a.Date.Begun(asOf) {
			continue
		}
		for _, p := range a.Participants {
			if p.Role != "victim" || !slices.Contains(states, p.Actor) {
				continue
			}
			attack := Attack{Act: a, Victim: p.Actor}
			helpers := map[string]bool{}
			for _, o := range Obligations(c, a.Date.Start) {
				if o.Obligation == entente.Defense && o.Status == StandsInForce && (o.A == p.Actor || o.B == p.Actor) {
					attack.Promises = append(attack.Promises, o)
					helpers[o.A], helpers[o.B] = true, true
				}
			}
			delete(helpers, p.Actor)
			for _, b := range c.Acts {
				if b == a || b.Date.End < a.Date.Start || b.Date.Start > min(asOf, a.Date.End+AnswerDays) || !b.Has(p.Actor) ||
					!slices.ContainsFunc(b.Participants, func(q entente.Participant) bool { return helpers[q.Actor] }) {
					continue
				}
				switch b.Type {
				case entente.Deployment:
					attack.Help = append(attack.Help, b)
				case entente.Statement:
					if b.Role(p.Actor) == "speaker" {
						continue
					}
					attack.Words = append(attack.Words, b)
				}
			}
			attacks = append(attacks, attack)
		}
	}
	return attacks
}
