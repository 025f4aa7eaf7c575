package entente

import (
	"slices"
)

// Actor is someone who takes part in acts: a state, an organisation, a bloc or
// a company.
type Actor struct {
	Code    string // the project's own code: ISO 3166 alpha-3 where there is one
	Name    string // as shown to readers, with its accents
	Kind    ActorKind
	ISO3    string // ISO 3166-1 alpha-3, "" where there is none
	COW     int    // Correlates of War state number, 0 where there is none
	GW      int    // Gleditsch-Ward state number, 0 where there is none
	Aliases []Alias
	Region  string
	Capital string
	Place   *Place // capital or seat; nil when unknown
	Note    string
}

// Alias is another name of an actor, perhaps only for a time.
type Alias struct {
	Name string
	Used Period
}

// Place is a point on the Earth in degrees, north and east positive.
type Place struct{ Lat, Lon float64 }

// Participant is an actor in an act, with the role it played ("" when nothing
// special is known).
type Participant struct{ Actor, Role string }

// Act is one dated, sourced deed with one or more participants.
type Act struct {
	ID           string
	Date         Date
	Title        string
	Participants []Participant
	Type         ActType
	Level        Level
	Body         Body
	Domains      []Domain // the act's object first
	Force        Force
	Obligations  []Obligation // only those that the text itself contains
	// ObligationsUnknown marks a text that may oblige but has not been read.
	ObligationsUnknown bool
	Status             Status // as the record knows it last
	Changes            []Change
	Forum              string // code of the group or organisation in whose name it was done, or bilateral, trilateral, multilateral, other
	Supersedes         []string
	Summary            string
	Sources            []string
	KnownAt            Date // when the record could know it; zero: only since it was recorded
	Confidence         Confidence
	Note               string
	// Host is the code of a host that did not itself take part, or "".
	Host string
}

// Change is a later, dated step in the life of an act: a ratification, an entry
// into force, an end.
type Change struct {
	ID         string
	Act        string
	Date       Date
	Status     Status   // Signed, Ratified, InForce or Terminated
	Actors     []string // who ratified or joined; empty: all parties
	Summary    string
	Sources    []string
	KnownAt    Date
	Confidence Confidence
	Note       string
}

// Has reports whether the actor takes part in the act.
func (a *Act) Has(actor string) bool {
	for i := range a.Participants {
		if a.Participants[i].Actor == actor {
			return true
		}
	}
	return false
}

// Role returns the role of the actor, "" when it has none or takes no part.
func (a *Act) Role(actor string) string {
	for _, p := range a.Participants {
		if p.Actor == actor {
			return p.Role
		}
	}
	return ""
}

// In reports whether the act belongs to the domain.
func (a *Act) In(d Domain) bool { return slices.Contains(a.Domains, d) }

// Obliges reports whether the act's text contains the obligation.
func (a *Act) Obliges(o Obligation) bool { return slices.Contains(a.Obligations, o) }

// Cooperation reports whether the act is a deed of cooperation that took place:
// not an incident, not one side's statement, not something only proposed or
// announced, and of two participants at least.
func (a *Act) Cooperation() bool {
	switch a.Type {
	case Incident, Statement, Withdrawal:
		return false
	}
	switch a.Status {
	case Proposed, Announced, "":
		return false
	}
	return len(a.Participants) >= 2
}

// StatusOn returns the status that the act had at the end of the day, or "" when
// it had not happened yet. A text whose signing is a change of its own was
// proposed until then. A text that is in force and whose entry into force is not
// dated counts from its own date; one that ended at an unknown date is reported as
// terminated.
func (a *Act) StatusOn(day Day) Status {
	if !a.Date.Begun(day) {
		return ""
	}
	status := a.Status
	var signed, inForce, ended *Change
	for i := range a.Changes {
		switch c := &a.Changes[i]; c.Status {
		case Signed:
			signed = c
		case InForce:
			if inForce == nil || c.Date.Compare(inForce.Date) < 0 {
				inForce = c
			}
		case Terminated:
			ended = c
		}
	}
	switch {
	case ended != nil && ended.Date.Over(day):
		return Terminated
	case signed != nil && !signed.Date.Begun(day):
		return Proposed
	case inForce != nil && !inForce.Date.Begun(day):
		return Signed
	case inForce != nil:
		return InForce
	case ended != nil && status == Terminated:
		return InForce
	}
	return status
}

// Source is one publication that the record rests on.
type Source struct {
	ID        string
	Publisher string
	Title     string
	Date      Date // of publication
	URL       string
	Note      string
}

// Span is a stretch of a source that shows something: the words themselves and
// where they stand, in bytes from the start of the document's text.
type Span struct {
	Source     string
	Quote      string
	Start, End int
}

// Clause is what one article of an act's text says, in the coder's words.
type Clause struct {
	ID         string
	Act        string
	Article    string
	Kind       string // an obligation, or no_hostile_bloc, assistance_undefined, duration, ratification, or a domain
	Says       string
	Binding    string // yes, no, unclear
	Confidence Confidence
	Sources    []string
}

// Membership is an actor's place in a group for a time.
type Membership struct {
	Actor string
	Role  string // "member" or "observer"
	Period
	Acts []string // the acts that show it
}

// Group is the set of states under study, with dated membership.
type Group struct {
	Code    string // the actor code of the group itself; acts in its name have it as forum
	Name    string
	Short   string
	Members []Membership
}

// On returns the codes of those who have the role on the day, in the order of
// the case.
func (g *Group) On(day Day, role string) []string {
	var codes []string
	for _, m := range g.Members {
		if m.Role == role && m.Holds(day) && !slices.Contains(codes, m.Actor) {
			codes = append(codes, m.Actor)
		}
	}
	return codes
}

// Ever returns the codes of those who ever had the role, in the order of the
// case.
func (g *Group) Ever(role string) []string {
	var codes []string
	for _, m := range g.Members {
		if m.Role == role && !slices.Contains(codes, m.Actor) {
			codes = append(codes, m.Actor)
		}
	}
	return codes
}

// Threat is an exposure of some states and the domains that could answer it.
type Threat struct {
	ID        string
	Name      string
	Kind      string
	Origin    []string // where it comes from or who could cause it; not an attribution
	Exposed   []string
	Responses []Domain
	Section   string // the heading of the founding brief under which it stands, if any
	Summary   string
	Sources   []string
}

// Posture is an outside power's stance towards a form of cooperation. An empty
// Domains, Force or Obligation matches anything.
type Posture struct {
	ID         string
	Power      string
	Form       string
	Involving  []string // the posture concerns acts with these actors; empty: acts in the group's name
	Domains    []Domain
	Force      Force
	Obligation Obligation // "" any; NoObligation for forms without one
	Stance     Stance
	Reason     string
	Sources    []string
	Brief      bool // argued in the founding brief
}

// NoObligation marks a posture towards cooperation without any obligation.
const NoObligation Obligation = "none"

// Corridor is one leg of a transport or energy route; unknown quantities are nil.
type Corridor struct {
	ID, Corridor, From, To, Mode string
	LengthKM, Capacity           *float64
	CapacityUnit                 string
	TransitDays                  *float64
	Volumes                      map[int]float64 // by year
	VolumeUnit                   string
	Status                       string
	Whole                        bool // a whole route that only holds volumes, not a leg
	Sources                      []string
	Note                         string
}

// Node is an end of corridor legs.
type Node struct {
	ID, Name, Country, Kind, Note string
	Place                         Place
}

// BlocRecord is one group of the reference class with the dates of its rungs
// r0..r8; a rung not reached is the zero Date.
type BlocRecord struct {
	ID, Name, Region string
	Rungs            [9]Date
	Ended            Date
	EndKind          string
	Censored         Date
	MembersN         int
	Members          string
	Soft             bool // founded without security as purpose
	MajorPower       bool
	ATOP             []string
	Confidence       Confidence
	Weak             []int // rungs of low confidence
	Source, Note     string
}

// Claim is one checkable statement of the founding document and what the record
// says to it.
type Claim struct {
	ID, Section, Text string
	Acts              []string
	Verdict           string // agrees, disagrees, unverified
	Evidence          string
	Sources           []string
	Note              string
}

// Gap is a known hole in the coverage of a case.
type Gap struct {
	Period
	Types []ActType // empty: all
	Text  string
}

// Reading is another coding of a rung that a reader may meet, with the act that
// would date it.
type Reading struct {
	Rung    string // r0..r8
	Acts    []string
	Reading string
}

// Objection is evidence against the thesis that the acts themselves do not show
// by their form: a refusal, a denial, a reservation. The coder says what it is.
type Objection struct {
	Acts []string
	Text string
}

// Case is everything recorded for one question.
type Case struct {
	ID       string
	Title    string
	Question string
	Group    Group
	Horizon  Day    // the last day covered
	Recorded Day    // the day on which the case was coded; rows without a known-at date are known since then
	Document string // the founding document whose claims are checked, "" when there is none
	Gaps     []Gap
	Readings []Reading
	Against  []Objection

	Actors    []Actor
	Acts      []*Act // in the order of their dates
	Sources   []Source
	Clauses   []Clause
	Threats   []Threat
	Postures  []Posture
	Corridors []Corridor
	Nodes     []Node
	Blocs     []BlocRecord
	Claims    []Claim
	// Implications are the conclusions of the founding document, with their tests.
	Implications []Implication

	KnownAt  Day    // the view holds what the record could know on this day; 0: everything
	Checksum string // sha256:... of the record that this view was made from

	index index
}
