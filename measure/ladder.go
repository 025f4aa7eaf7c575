package measure

import (
	"fmt"
	"slices"
	"strings"

	"entente"
)

// Rungs is the institutionalisation ladder of a group on a day: a profile of
// dated markers, each decided by acts alone. It is not monotone; a later rung
// may be held without an earlier one.
type Rungs struct {
	Group string      `json:"group"`
	AsOf  entente.Day `json:"as_of"`
	Level string      `json:"level"` // the highest rung held, "" when none is
	Rungs []Rung      `json:"rungs"`
}

// Rung is one marker of the ladder.
type Rung struct {
	Rung        string       `json:"rung"` // r0..r8
	Name        string       `json:"name"`
	Test        string       `json:"test"` // what must be observed
	Reached     bool         `json:"reached"`
	Provisional bool         `json:"provisional"` // held by its newest evidence, which a later act must confirm
	Date        entente.Date `json:"date"`
	Acts        []string     `json:"acts"`    // the acts that hold it
	Missing     string       `json:"missing"` // what is not there, or not yet
	Near        []Near       `json:"near"`    // acts that come close and do not count
	Others      []Coding     `json:"other_codings"`
}

// Near is an act that comes close to a rung, and why it does not count.
type Near struct {
	Act string `json:"act"`
	Why string `json:"why"`
}

// Coding is another reading of a rung with the act that would date it.
type Coding struct {
	Date    entente.Date `json:"date"`
	Acts    []string     `json:"acts"`
	Reading string       `json:"reading"`
}

// Held reports whether the rung with the number 0..8 is reached.
func (r Rungs) Held(rung int) bool { return r.Rungs[rung].Reached }

// Highest returns the number of the highest rung held, or -1.
func (r Rungs) Highest() int {
	for i := len(r.Rungs) - 1; i >= 0; i-- {
		if r.Rungs[i].Reached {
			return i
		}
	}
	return -1
}

// rungNames and rungTests word the ladder. The tests follow the concepts of
// Haftendorn, Keohane and Wallander (1999) for r1, the military contact and
// institution codes of ATOP 5.1 for r2 to r6, Leeds and Anac (2005) for r7 and
// Wallander (2000) for r8.
var rungNames = [9]string{"Forum", "Security dimension", "Regular security meetings", "Joint exercise", "Binding security framework",
	"Duty to consult", "Mutual defence", "Standing staff", "Pre-assigned forces"}

var rungTests = [9]string{
	"a founding text, and leaders or ministers who keep meeting",
	"a text adopted in the group's name by leaders or ministers that names defence, military or intelligence work as its field",
	"defence ministers, chiefs of staff, security councils or intelligence chiefs meet in the group's name, and again within 36 months",
	"an exercise of troops or staffs in the group's name, with at least half the members",
	"a binding treaty of the group whose object is security or defence",
	"a binding text of the group that obliges members to consult on a threat or attack",
	"a binding text of the group that obliges members to help against an attack",
	"a permanent multinational staff or command of the group",
	"a named multinational force under the group's command, declared operational",
}

// Ladder judges the group's rungs on the acts in view on the day. An act counts
// for the group when it was done in the group's name (its forum) by at least
// three members, or by all of them when there are fewer.
func Ladder(c *entente.Case, asOf entente.Day) Rungs {
	l := climber{c: c, asOf: asOf, on: map[entente.Day][]string{}}
	for _, a := range c.Acts {
		if a.Forum == c.Group.Code && a.Date.Begun(asOf) {
			l.acts = append(l.acts, a)
		}
	}
	judges := [9]func(*Rung){l.forum, l.security, l.meetings, l.exercise, l.framework,
		l.duty(entente.Consultation), l.duty(entente.Defense),
		l.organ(entente.MilitaryStaff), l.organ(entente.JointForce)}
	result := Rungs{Group: c.Group.Code, AsOf: asOf, Rungs: make([]Rung, len(judges))}
	for i, judge := range judges {
		r := &result.Rungs[i]
		*r = Rung{Rung: fmt.Sprintf("r%d", i), Name: rungNames[i], Test: rungTests[i], Acts: []string{}, Near: []Near{}, Others: []Coding{}}
		judge(r)
		if !r.Reached && r.Missing == "" {
			r.Missing = fmt.Sprintf("not found up to %s: %s", asOf, r.Test)
		}
		l.readings(r)
		if r.Reached {
			result.Level = r.Rung
		}
	}
	return result
}

// climber holds what every rung's test needs: the acts done in the group's name
// and in view on the day, by date.
type climber struct {
	c    *entente.Case
	asOf entente.Day
	acts []*entente.Act
	on   map[entente.Day][]string // the members on the days of acts
}

// hold marks the rung as reached by the act.
func (r *Rung) hold(a *entente.Act) {
	r.Reached, r.Date, r.Acts = true, a.Date, []string{a.ID}
}

func (r *Rung) near(a *entente.Act, why string) { r.Near = append(r.Near, Near{a.ID, why}) }

// members counts those participants who were members on the act's first day. An
// act that founds the group counts all its states.
func (l *climber) members(a *entente.Act) (present, all int) {
	on, ok := l.on[a.Date.Start]
	if !ok {
		on = l.c.Group.On(a.Date.Start, "member")
		l.on[a.Date.Start] = on
	}
	for _, p := range a.Participants {
		if slices.Contains(on, p.Actor) {
			present++
		}
	}
	if len(on) == 0 {
		for _, p := range a.Participants {
			if actor := l.c.Actor(p.Actor); actor != nil && actor.Kind == entente.State {
				present++
			}
		}
		return present, present
	}
	return present, len(on)
}

// quorum reports whether three members took part, or all when there are fewer.
func (l *climber) quorum(a *entente.Act) bool {
	present, all := l.members(a)
	return present >= min(3, max(all, 2))
}

// happened reports whether the act had taken place by the day, rather than been
// proposed or announced.
func (l *climber) happened(a *entente.Act) bool {
	switch a.StatusOn(l.asOf) {
	case entente.Signed, entente.InForce, entente.Held, entente.Terminated:
		return true
	}
	return false
}

// adopted reports whether the act is a text adopted by leaders or ministers.
func adopted(a *entente.Act) bool {
	switch a.Type {
	case entente.Declaration, entente.Treaty, entente.Founding, entente.Agreement, entente.Protocol:
		return a.Level == entente.HeadOfState || a.Level == entente.Minister
	}
	return false
}

// military reports whether the act names military, defence-industrial or
// intelligence work, or promises defence.
func military(a *entente.Act) bool {
	return a.Body != entente.CivilProtection &&
		(slices.ContainsFunc(a.Domains, entente.Domain.Military) || a.Obliges(entente.Defense) || a.Obliges(entente.Offense))
}

func (l *climber) forum(r *Rung) {
	var founding *entente.Act
	for _, a := range l.acts {
		if !l.happened(a) || !l.quorum(a) {
			continue
		}
		if founding == nil {
			if a.Type == entente.Founding || a.Type == entente.Treaty || a.Type == entente.Declaration {
				founding = a
				r.hold(a)
				r.Provisional = true
				r.Missing = "no later meeting of leaders or ministers yet"
			}
			continue
		}
		meets := a.Type == entente.Meeting || a.Type == entente.Declaration
		if meets && founding.Date.Before(a.Date) && (a.Level == entente.HeadOfState || a.Level == entente.Minister) {
			r.Provisional, r.Missing = false, ""
			r.Acts = append(r.Acts, a.ID)
			return
		}
	}
}

func (l *climber) security(r *Rung) {
	var wide *entente.Act
	for _, a := range l.acts {
		if !adopted(a) || !l.quorum(a) || !l.happened(a) {
			continue
		}
		if military(a) {
			r.hold(a)
			break
		}
		if wide == nil && slices.ContainsFunc(a.Domains, entente.Domain.Security) && a.Body != entente.CivilProtection {
			wide = a
		}
	}
	if wide != nil {
		r.Others = append(r.Others, Coding{wide.Date, []string{wide.ID},
			"wide reading: the text names " + wideFields(wide) + ", but no military, defence-industry or intelligence field"})
	}
	if !r.Reached {
		for _, a := range l.acts {
			if !l.happened(a) && military(a) {
				r.near(a, string(a.StatusOn(l.asOf))+" only")
			}
		}
	}
}

func wideFields(a *entente.Act) string {
	var fields []string
	for _, d := range a.Domains {
		if d.Security() {
			fields = append(fields, domainName(d))
		}
	}
	return strings.Join(fields, " and ")
}

// domainName writes a domain as a reader says it.
func domainName(d entente.Domain) string {
	switch d {
	case entente.Counterterrorism:
		return "counter-terrorism"
	case entente.Industry:
		return "defence industry"
	}
	return string(d)
}

// securityMeeting is the set of bodies whose meetings make r2.
func securityMeeting(b entente.Body) bool {
	switch b {
	case entente.DefenceMinisters, entente.ChiefsOfStaff, entente.SecurityCouncils, entente.IntelligenceHeads:
		return true
	}
	return false
}

// followUp is how soon a second security meeting must follow the first.
const followUp = 36 // months

func (l *climber) meetings(r *Rung) {
	var held []*entente.Act
	for _, a := range l.acts {
		switch {
		case a.Type != entente.Meeting && a.Type != entente.Declaration && a.Type != entente.Institution:
		case !securityMeeting(a.Body) || !l.quorum(a):
			if a.Type == entente.Meeting && (a.Body == entente.DefenceIndustry || a.Body == entente.InteriorMinisters) {
				r.near(a, "a meeting of "+bodyName(a.Body)+", not of defence or security heads")
			}
		case l.happened(a):
			held = append(held, a)
		default:
			r.near(a, string(a.StatusOn(l.asOf))+" only")
		}
	}
	for i, a := range held {
		limit := addMonths(a.Date.End, followUp)
		if i+1 < len(held) {
			if held[i+1].Date.Start <= limit {
				r.hold(a)
				r.Acts = append(r.Acts, held[i+1].ID)
				return
			}
			r.near(a, "not followed by another within 36 months")
			continue
		}
		if l.asOf <= limit {
			r.hold(a)
			r.Provisional = true
			r.Missing = fmt.Sprintf("a second meeting by %s would confirm it", limit)
			return
		}
		r.near(a, "not followed by another within 36 months")
	}
}

// bodyName writes a body as a reader says it.
func bodyName(b entente.Body) string {
	switch b {
	case entente.DefenceIndustry:
		return "heads of defence industry"
	case entente.CivilProtection:
		return "civil-protection services"
	}
	return strings.ReplaceAll(string(b), "_", " ")
}

// addMonths moves a day by whole months; the day of the month is kept where the
// month has it.
func addMonths(d entente.Day, months int) entente.Day {
	t := d.Time()
	first := entente.DayOf(t.Year(), int(t.Month())+months, 1)
	last := entente.DayOf(t.Year(), int(t.Month())+months+1, 0)
	return min(first+entente.Day(t.Day()-1), last)
}

func (l *climber) exercise(r *Rung) {
	for _, a := range l.acts {
		exercise := a.Type == entente.Exercise
		switch present, all := l.members(a); {
		case !exercise && !l.happened(a) && a.In(entente.ExerciseDomain):
			r.near(a, string(a.StatusOn(l.asOf))+" only")
		case !exercise:
		case a.Body == entente.CivilProtection || !a.In(entente.ExerciseDomain):
			r.near(a, "an exercise of civil protection, not of troops or staffs")
		case !l.happened(a):
			r.near(a, string(a.StatusOn(l.asOf))+" only")
		case 2*present < all:
			r.near(a, fmt.Sprintf("%d of %d members took part", present, all))
		case !r.Reached:
			r.hold(a)
		}
	}
	if !r.Reached && len(r.Near) > 0 {
		r.Missing = fmt.Sprintf("no exercise of troops or staffs in the group's name up to %s", l.asOf)
	}
}

// boundText reports whether the act is a binding text of the group signed by a
// quorum.
func (l *climber) boundText(a *entente.Act) bool {
	switch a.Type {
	case entente.Treaty, entente.Agreement, entente.Protocol, entente.Founding, entente.Declaration:
		return a.Force == entente.Binding && l.quorum(a) && l.happened(a)
	}
	return false
}

func (l *climber) framework(r *Rung) {
	for _, a := range l.acts {
		object := len(a.Obligations) > 0 || len(a.Domains) > 0 && a.Domains[0].Security()
		switch {
		case a.Type == entente.Treaty && !l.happened(a):
			r.near(a, string(a.StatusOn(l.asOf))+" only"+unread(a))
		case !l.boundText(a):
		case a.Body == entente.CivilProtection:
			r.near(a, "binding, but its object is civil protection")
		case !object:
			if slices.ContainsFunc(a.Domains, entente.Domain.Security) {
				r.near(a, "binding, but security is not its object")
			}
		case !r.Reached:
			r.hold(a)
		}
	}
}

func unread(a *entente.Act) string {
	if a.ObligationsUnknown {
		return ", its clauses not known"
	}
	return ""
}

// duty judges a rung that needs a binding text of the group with an obligation.
func (l *climber) duty(o entente.Obligation) func(*Rung) {
	return func(r *Rung) {
		for _, a := range l.acts {
			switch {
			case a.Obliges(o) && l.boundText(a):
				r.hold(a)
				return
			case a.Obliges(o) && adopted(a) && l.quorum(a) && l.happened(a):
				if len(r.Others) == 0 {
					r.Others = append(r.Others, Coding{a.Date, []string{a.ID},
						fmt.Sprintf("counting texts without legal force: a political text speaks of %s", o.Prose())})
				}
				r.near(a, "political, not binding")
			case a.Type == entente.Treaty && !l.happened(a):
				r.near(a, string(a.StatusOn(l.asOf))+" only"+unread(a))
			}
		}
	}
}

// organ judges a rung that needs a standing body of the group. The act that
// creates it may be one of the group itself, so no quorum of members is asked.
func (l *climber) organ(b entente.Body) func(*Rung) {
	return func(r *Rung) {
		for _, a := range l.acts {
			switch {
			case a.Body != b:
			case a.Type == entente.Meeting || a.Type == entente.Statement || a.Type == entente.Exercise:
			case !l.happened(a):
				r.near(a, string(a.StatusOn(l.asOf))+" only")
			default:
				r.hold(a)
				if a.Status != entente.InForce && l.asOf < addMonths(a.Date.End, 12) {
					r.Provisional = true
					r.Missing = "it has not yet lasted twelve months"
				}
				return
			}
		}
	}
}

// readings adds the other codings that the case names, and drops a derived one
// that names the same act.
func (l *climber) readings(r *Rung) {
	for _, reading := range l.c.Readings {
		if reading.Rung != r.Rung {
			continue
		}
		coding := Coding{Acts: reading.Acts, Reading: reading.Reading}
		for _, id := range reading.Acts {
			if a := l.c.Act(id); a != nil && a.Date.Begun(l.asOf) && (coding.Date.IsZero() || a.Date.Compare(coding.Date) < 0) {
				coding.Date = a.Date
			}
		}
		if coding.Date.IsZero() {
			continue
		}
		r.Others = slices.DeleteFunc(r.Others, func(o Coding) bool { return slices.Equal(o.Acts, coding.Acts) })
		r.Others = append(r.Others, coding)
	}
	slices.SortStableFunc(r.Others, func(a, b Coding) int { return a.Date.Compare(b.Date) })
}
