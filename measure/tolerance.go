package measure

import (
	"slices"
	"strings"

	"entente"
)

// Stand is what one posture of an outside power, or of a member, says about the
// acts on record: a threshold over domain, legal force and obligation, set
// against acts done and proposed. Postures of one power are never merged; where
// they contradict each other, both stand.
type Stand struct {
	Posture     string             `json:"posture"`
	Power       string             `json:"power"`
	Form        string             `json:"form"`
	Stance      entente.Stance     `json:"stance"`
	Involving   []string           `json:"involving"`   // empty: acts in the group's name
	Domains     []entente.Domain   `json:"domains"`     // empty: any security domain
	Force       entente.Force      `json:"legal_force"` // "": any
	Obligation  entente.Obligation `json:"obligation"`  // "": any
	Reason      string             `json:"reason"`
	Sources     []string           `json:"sources"`
	Date        entente.Date       `json:"date"` // when the stance is first known to have been voiced; zero: not known
	Basis       Basis              `json:"basis"`
	Confidence  entente.Confidence `json:"confidence"`
	Voiced      []string           `json:"voiced"`      // acts of the power in which it was voiced
	Contradicts []string           `json:"contradicts"` // postures of the same power that pull the other way
	Since       entente.Date       `json:"since"`       // of the first act done across the line; zero: none
	Acts        []Concern          `json:"acts"`        // the acts that the posture concerns, by date
}

// Line reports whether the stance is one that acts can cross: wary or oppose.
func (s *Stand) Line() bool { return line(s.Stance) }

func line(s entente.Stance) bool { return s == entente.Oppose || s == entente.Wary }

// Done returns the ids of the acts concerned that took place.
func (s *Stand) Done() []string { return s.ids(false) }

// Proposed returns the ids of the acts concerned that are proposed or announced.
func (s *Stand) Proposed() []string { return s.ids(true) }

func (s *Stand) ids(proposed bool) []string {
	ids := []string{}
	for i := range s.Acts {
		if s.Acts[i].Proposed == proposed {
			ids = append(ids, s.Acts[i].Act)
		}
	}
	return ids
}

// Basis says what a posture rests on.
type Basis string

// The bases, from the firmest. A posture argued in the founding document, or
// inferred by the coder, has no source of its own and cannot confirm itself.
const (
	Voiced   Basis = "voiced"   // a statement or text of the power itself, on record as an act
	Reported Basis = "reported" // a source
	Argued   Basis = "argued"   // the founding document alone
	Inferred Basis = "inferred" // the coder alone
)

// Effect is what an act is to a posture.
type Effect string

// The effects.
const (
	Crosses Effect = "crosses" // against what the power opposes
	Strains Effect = "strains" // against what it is wary of
	Within  Effect = "within"  // within what it tolerates or welcomes
)

func effectOf(s entente.Stance) Effect {
	switch s {
	case entente.Oppose:
		return Crosses
	case entente.Wary:
		return Strains
	}
	return Within
}

// Concern is an act that a posture is about.
type Concern struct {
	Act       string       `json:"act"`
	Date      entente.Date `json:"date"`
	Proposed  bool         `json:"proposed"` // proposed or announced on the day, not done
	May       bool         `json:"may"`      // only if the draft, whose clauses are not known, contains the obligation
	Before    bool         `json:"before"`   // certainly earlier than the day on which the stance is first known to have been voiced
	Effect    Effect       `json:"effect"`
	Unsought  string       `json:"unsought,omitempty"` // why no response is sought
	DaysSeen  int          `json:"days_seen"`          // days after the act that the view covers, at most ResponseDays
	Responses []Response   `json:"responses"`          // what the power did in those days; nothing says that the act caused it
	Usual     float64      `json:"usual"`              // as many such acts as ResponseDays saw on average in the two years before
}

// Response is an act of a power that followed an act within ResponseDays: a
// candidate for a response, by its date alone.
type Response struct {
	Act  string          `json:"act"`
	Date entente.Date    `json:"date"`
	Days int             `json:"days"` // from the first possible day of the act to that of the response
	Type entente.ActType `json:"type"`
}

// ResponseDays is how long after an act a deed of a power is listed as a
// candidate for its response: as long as AnswerDays.
const ResponseDays = AnswerDays

// usualDays is the time before an act over which the usual number of a power's
// acts is taken.
const usualDays = 730

// looseDays is the span of an act's date beyond which days after it mean nothing.
const looseDays = 31

// Tolerance sets every posture in view on the day against the acts that it
// concerns, in the order of the case. A posture is in view unless it is known to
// have been voiced only later than the day, or than what the view could know. Responses are sought to acts that are dated to the
// month at least and in which the power took no part itself: its own acts, statements
// and incidents with the group, with a member or observer, or with another
// participant of the act.
func Tolerance(c *entente.Case, asOf entente.Day) []Stand {
	t := tolerance{c: c, asOf: asOf, acts: c.ActsOn(asOf), members: Studied(c, asOf)}
	t.near = slices.Concat(t.members, c.Group.On(asOf, "observer"), []string{c.Group.Code})
	known := asOf
	if c.KnownAt != 0 {
		known = min(asOf, c.KnownAt)
	}
	stands := []Stand{}
	for i := range c.Postures {
		if s := t.stand(&c.Postures[i]); s.Date.IsZero() || s.Date.Begun(known) {
			stands = append(stands, s)
		}
	}
	for i := range stands {
		for j := range stands {
			if contradict(&stands[i], &stands[j]) {
				stands[i].Contradicts = append(stands[i].Contradicts, stands[j].Posture)
			}
		}
	}
	return stands
}

type tolerance struct {
	c             *entente.Case
	asOf          entente.Day
	acts          []*entente.Act // in view
	members, near []string
}

func (t *tolerance) stand(p *entente.Posture) Stand {
	s := Stand{Posture: p.ID, Power: p.Power, Form: p.Form, Stance: p.Stance, Involving: filled(p.Involving), Domains: filled(p.Domains),
		Force: p.Force, Obligation: p.Obligation, Reason: p.Reason, Sources: filled(p.Sources),
		Voiced: []string{}, Contradicts: []string{}, Acts: []Concern{}}
	t.date(&s, p)
	var power []*entente.Act
	for _, a := range t.acts {
		if deedOf(a, p.Power) {
			power = append(power, a)
		}
	}
	for _, a := range t.acts {
		proposed, counts := standing(a, t.asOf)
		if !counts {
			continue
		}
		about, may := t.concerns(p, a, proposed)
		if !about {
			continue
		}
		x := Concern{Act: a.ID, Date: a.Date, Proposed: proposed, May: may, Before: a.Date.Before(s.Date), Effect: effectOf(p.Stance), Responses: []Response{}}
		t.respond(&x, a, p.Power, power)
		if s.Line() && !proposed && s.Since.IsZero() {
			s.Since = a.Date
		}
		s.Acts = append(s.Acts, x)
	}
	return s
}

func filled[T any](list []T) []T { return append([]T{}, list...) }

// date says when the stance was voiced and what it rests on: an act of the power
// that shares a source with it is where it was voiced, and that act's date and
// confidence are its own; otherwise its earliest dated source dates it.
func (t *tolerance) date(s *Stand, p *entente.Posture) {
	s.Confidence = entente.Low
	for _, a := range t.c.Acts {
		if a.Type == entente.Incident || !deedOf(a, p.Power) ||
			!slices.ContainsFunc(p.Sources, func(id string) bool { return slices.Contains(a.Sources, id) }) {
			continue
		}
		s.Voiced = append(s.Voiced, a.ID)
		if s.Date.IsZero() {
			s.Date = a.Date
		}
		if slices.Index(entente.Confidences, a.Confidence) < slices.Index(entente.Confidences, s.Confidence) {
			s.Confidence = a.Confidence
		}
	}
	switch {
	case len(s.Voiced) > 0:
		s.Basis = Voiced
	case len(p.Sources) > 0:
		s.Basis, s.Confidence = Reported, entente.Medium
		for _, id := range p.Sources {
			if source := t.c.Source(id); source != nil && source.Date.Compare(s.Date) < 0 {
				s.Date = source.Date
			}
		}
	case p.Brief:
		s.Basis = Argued
	default:
		s.Basis = Inferred
	}
}

// doers are the roles by which a participant of an incident or a statement is the
// one who acted or spoke.
var doers = map[string]bool{"attacker": true, "origin": true, "alleged origin": true, "side": true,
	"speaker": true, "proposer": true, "requester": true, "withdrawing": true}

// deedOf reports whether the act is one of the power's own. An incident or a
// statement is only that of those who acted or spoke, where roles say who did; a
// victim never did.
func deedOf(a *entente.Act, power string) bool {
	if !a.Has(power) {
		return false
	}
	role := a.Role(power)
	if a.Type != entente.Incident && a.Type != entente.Statement || doers[role] {
		return true
	}
	return role != "victim" && !slices.ContainsFunc(a.Participants, func(p entente.Participant) bool { return doers[p.Role] })
}

// standing says whether the act is one that a posture is set against, and whether
// it is only proposed or announced on the day.
func standing(a *entente.Act, asOf entente.Day) (proposed, counts bool) {
	switch a.StatusOn(asOf) {
	case entente.Proposed, entente.Announced:
		return true, true
	case entente.Held, entente.Signed, entente.InForce, entente.Terminated:
		return false, a.Type != entente.Statement && a.Type != entente.Incident
	}
	return false, false
}

// concerns reports whether the posture is about such an act. Without a domain a
// posture is about security in the wide sense; one about political cooperation
// alone is not about acts with a security side, unless it names an obligation. A
// line drawn at an obligation is crossed by a deeper one too. A proposed treaty
// whose clauses are not known may carry any obligation.
func (t *tolerance) concerns(p *entente.Posture, a *entente.Act, proposed bool) (about, may bool) {
	if !t.parties(p, a) {
		return false, false
	}
	promise := p.Obligation != "" && p.Obligation != entente.NoObligation
	open := a.ObligationsUnknown && proposed && a.Type == entente.Treaty
	security := slices.ContainsFunc(a.Domains, entente.Domain.Security)
	switch {
	case promise && open:
	case len(p.Domains) == 0:
		if !security {
			return false, false
		}
	case !slices.ContainsFunc(p.Domains, a.In):
		return false, false
	case security && !promise && len(p.Involving) == 0 && !slices.ContainsFunc(p.Domains, func(d entente.Domain) bool { return d != entente.Political }):
		return false, false
	}
	switch p.Force {
	case entente.Binding:
		if a.Force != entente.Binding && !open {
			return false, false
		}
	case entente.PoliticalForce, entente.NoForce:
		if a.Force == entente.Binding || open {
			return false, false
		}
	}
	switch {
	case p.Obligation == "":
		return true, false
	case p.Obligation == entente.NoObligation:
		return len(a.Obligations) == 0, false
	case slices.ContainsFunc(a.Obligations, func(o entente.Obligation) bool {
		return o == p.Obligation || line(p.Stance) && o.Depth() > p.Obligation.Depth()
	}):
		return true, false
	}
	return open, open
}

// parties reports whether those take part in the act whom the posture is about.
func (t *tolerance) parties(p *entente.Posture, a *entente.Act) bool {
	if len(p.Involving) == 0 {
		return a.Forum == t.c.Group.Code
	}
	member := a.Has(t.c.Group.Code) || slices.ContainsFunc(t.members, a.Has)
	return member && !slices.ContainsFunc(p.Involving, func(code string) bool { return !a.Has(code) })
}

// respond finds what the power did after the act, and how much it usually does.
// power holds its acts in view, by date.
func (t *tolerance) respond(x *Concern, a *entente.Act, power string, acts []*entente.Act) {
	switch {
	case a.Has(power):
		x.Unsought = "it took part itself"
		return
	case a.Date.End-a.Date.Start >= looseDays:
		x.Unsought = "the act is dated too loosely"
		return
	}
	x.DaysSeen = int(min(max(t.asOf-a.Date.End, 0), ResponseDays))
	before := 0
	for _, b := range acts {
		if b.Date.Start > min(t.asOf, a.Date.End+ResponseDays) {
			break
		}
		if !t.addressed(b, a, power) {
			continue
		}
		switch {
		case b.Date.Start >= a.Date.Start:
			x.Responses = append(x.Responses, Response{b.ID, b.Date, int(b.Date.Start - a.Date.Start), b.Type})
		case b.Date.Start >= a.Date.Start-usualDays:
			before++
		}
	}
	x.Usual = float64(before) * ResponseDays / usualDays
}

// addressed reports whether an act of the power has to do with the group, its
// states, or another participant of the act that it may answer.
func (t *tolerance) addressed(b, a *entente.Act, power string) bool {
	return slices.ContainsFunc(b.Participants, func(p entente.Participant) bool {
		return p.Actor != power && (slices.Contains(t.near, p.Actor) || a.Has(p.Actor))
	})
}

// contradict reports whether two postures of one power pull apart on the same
// ground: one draws a line where the other tolerates or welcomes, for acts of the
// same parties. (Who welcomes a text and objects to one who signed it does not
// contradict himself.)
func contradict(a, b *Stand) bool {
	if a.Power != b.Power || a.Line() == b.Line() || !sameParties(a, b) {
		return false
	}
	sameAct := slices.ContainsFunc(a.Acts, func(x Concern) bool {
		return slices.ContainsFunc(b.Acts, func(y Concern) bool { return x.Act == y.Act })
	})
	return sameAct || domainsMeet(a, b) &&
		(a.Force == "" || b.Force == "" || a.Force == b.Force) &&
		(a.Obligation == "" || b.Obligation == "" || a.Obligation == b.Obligation)
}

func sameParties(a, b *Stand) bool {
	sorted := func(s *Stand) string { return strings.Join(slices.Sorted(slices.Values(s.Involving)), ";") }
	return sorted(a) == sorted(b)
}

func domainsMeet(a, b *Stand) bool {
	if len(a.Domains) > 0 && len(b.Domains) > 0 {
		return slices.ContainsFunc(a.Domains, func(d entente.Domain) bool { return slices.Contains(b.Domains, d) })
	}
	wide := func(s *Stand) bool {
		return len(s.Domains) == 0 || slices.ContainsFunc(s.Domains, entente.Domain.Security) || s.Obligation.Depth() > 0
	}
	return wide(a) && wide(b)
}
