// Package entente holds the words in which the rest of the project speaks: an
// actor, a dated and sourced act of one or more actors, the obligations it
// creates, the group of states under study, and the case that gathers them
// around one question.
//
// The one idea needed is that everything said about a group is derived from
// acts. An act keeps all its participants together (a summit of five is one act
// of five, not ten pairs); its date keeps the precision that the source gives;
// and whatever follows later (a ratification, an entry into force, an end) is a
// dated change of that act. Two clocks run: when something happened (as of) and
// when the record could know it (known at).
//
// The package reads no files and imports nothing but the standard library.
package entente

import (
	"fmt"
	"slices"
	"strings"
)

// word is a closed vocabulary: a string type whose values are listed in one
// place.
type word interface{ ~string }

// parseWord returns s as a word of the vocabulary, or an error that lists it.
func parseWord[W word](what, s string, vocabulary []W) (W, error) {
	if w := W(s); slices.Contains(vocabulary, w) {
		return w, nil
	}
	names := make([]string, len(vocabulary))
	for i, w := range vocabulary {
		names[i] = string(w)
	}
	hint := "one of " + strings.Join(names, ", ")
	if near := Nearest(s, names); near != "" {
		hint = fmt.Sprintf("did you mean %q? (%s)", near, hint)
	}
	return "", &WordError{What: what, Value: s, Hint: hint}
}

// parseOptional is parseWord where an empty string means unknown.
func parseOptional[W word](what, s string, vocabulary []W) (W, error) {
	if s == "" {
		return "", nil
	}
	return parseWord(what, s, vocabulary)
}

// A WordError reports a value outside a closed vocabulary; Hint lists the words
// that would do.
type WordError struct{ What, Value, Hint string }

func (e *WordError) Error() string { return fmt.Sprintf("unknown %s %q", e.What, e.Value) }

// Nearest returns the candidate that differs least from s, the case of letters aside,
// if it differs in no more than a third of the letters of s; otherwise "": what a
// person may have meant.
func Nearest(s string, candidates []string) string {
	best, limit := "", len(s)/3+1
	for _, c := range candidates {
		if d := editDistance(strings.ToLower(s), strings.ToLower(c)); d < limit {
			best, limit = c, d
		}
	}
	return best
}

// editDistance counts the letters to insert, delete or replace and the neighbours to
// swap that make b of a (Damerau 1964), no letter touched twice.
func editDistance(a, b string) int {
	before, above, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		before, above, row = above, row, before
		row[0] = i + 1
		for j := range len(b) {
			row[j+1] = min(above[j]+1, row[j]+1, above[j+1]+1)
			if a[i] == b[j] {
				row[j+1] = above[j]
			}
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				row[j+1] = min(row[j+1], before[j-1]+1)
			}
		}
	}
	return row[len(b)]
}

// ActType is the kind of deed an act is.
type ActType string

// The types of act.
const (
	Accession         ActType = "accession"
	Agreement         ActType = "agreement"
	ArmsTransfer      ActType = "arms_transfer"
	Declaration       ActType = "declaration"
	Deployment        ActType = "deployment"
	Exercise          ActType = "exercise"
	Founding          ActType = "founding"
	Incident          ActType = "incident"
	Institution       ActType = "institution"
	LicenceProduction ActType = "licence_production"
	Meeting           ActType = "meeting"
	Observer          ActType = "observer"
	Plan              ActType = "plan"
	Protocol          ActType = "protocol"
	Statement         ActType = "statement"
	Treaty            ActType = "treaty"
	Withdrawal        ActType = "withdrawal"
)

// ActTypes lists the types of act.
var ActTypes = []ActType{Accession, Agreement, ArmsTransfer, Declaration, Deployment, Exercise, Founding, Incident,
	Institution, LicenceProduction, Meeting, Observer, Plan, Protocol, Statement, Treaty, Withdrawal}

// ParseActType reads a type of act.
func ParseActType(s string) (ActType, error) { return parseWord("type of act", s, ActTypes) }

// Level is the rank of those who acted.
type Level string

// The levels, from the highest. The empty level is unknown.
const (
	HeadOfState  Level = "head_of_state"
	Minister     Level = "minister"
	Agency       Level = "agency"
	CompanyLevel Level = "company"
)

// Levels lists the levels.
var Levels = []Level{HeadOfState, Minister, Agency, CompanyLevel}

// ParseLevel reads a level; an empty string is the unknown level.
func ParseLevel(s string) (Level, error) { return parseOptional("level", s, Levels) }

// Body says which organs met, exercised or were created, where the ladder
// depends on it.
type Body string

// The bodies.
const (
	Leaders           Body = "leaders"
	ForeignMinisters  Body = "foreign_ministers"
	DefenceMinisters  Body = "defence_ministers"
	ChiefsOfStaff     Body = "chiefs_of_staff"
	SecurityCouncils  Body = "security_councils"
	IntelligenceHeads Body = "intelligence_chiefs"
	InteriorMinisters Body = "interior_ministers"
	DefenceIndustry   Body = "defence_industry"
	CivilProtection   Body = "civil_protection"
	MilitaryStaff     Body = "military_staff"
	JointForce        Body = "joint_force"
	OtherBody         Body = "other"
)

// Bodies lists the bodies.
var Bodies = []Body{Leaders, ForeignMinisters, DefenceMinisters, ChiefsOfStaff, SecurityCouncils, IntelligenceHeads,
	InteriorMinisters, DefenceIndustry, CivilProtection, MilitaryStaff, JointForce, OtherBody}

// ParseBody reads a body; an empty string is no body.
func ParseBody(s string) (Body, error) { return parseOptional("body", s, Bodies) }

// Domain is a field of cooperation.
type Domain string

// The domains.
const (
	Political        Domain = "political"
	Training         Domain = "training"
	ExerciseDomain   Domain = "exercise"
	Intelligence     Domain = "intelligence"
	Industry         Domain = "industry"
	Arms             Domain = "arms"
	Border           Domain = "border"
	Counterterrorism Domain = "counterterrorism"
	Cyber            Domain = "cyber"
	Infrastructure   Domain = "infrastructure"
	Peacekeeping     Domain = "peacekeeping"
)

// Domains lists the domains.
var Domains = []Domain{Political, Training, ExerciseDomain, Intelligence, Industry, Arms, Border, Counterterrorism,
	Cyber, Infrastructure, Peacekeeping}

// ParseDomain reads a domain.
func ParseDomain(s string) (Domain, error) { return parseWord("domain", s, Domains) }

// Military reports whether the domain is defence or intelligence work proper:
// training, exercise, intelligence, defence industry or arms.
func (d Domain) Military() bool {
	switch d {
	case Training, ExerciseDomain, Intelligence, Industry, Arms:
		return true
	}
	return false
}

// Security reports whether the domain is security in the wide sense: the
// military domains, and border, counter-terrorism, cyber and peacekeeping work.
func (d Domain) Security() bool {
	switch d {
	case Border, Counterterrorism, Cyber, Peacekeeping:
		return true
	}
	return d.Military()
}

// Force is the legal force of an act.
type Force string

// The legal forces. The empty force means that the sources do not tell.
const (
	NoForce        Force = "none"
	PoliticalForce Force = "political"
	Binding        Force = "binding"
)

// Forces lists the legal forces.
var Forces = []Force{NoForce, PoliticalForce, Binding}

// ParseForce reads a legal force; an empty string is the unknown force.
func ParseForce(s string) (Force, error) { return parseOptional("legal force", s, Forces) }

// Obligation is one of the five promises that the Alliance Treaty Obligations
// and Provisions project distinguishes (Leeds, Ritter, Mitchell and Long 2002,
// International Interactions 28).
type Obligation string

// The obligations, deepest first.
const (
	Defense       Obligation = "defense"
	Offense       Obligation = "offense"
	Neutrality    Obligation = "neutrality"
	Nonaggression Obligation = "nonaggression"
	Consultation  Obligation = "consultation"
)

// Obligations lists the obligations, deepest first.
var Obligations = []Obligation{Defense, Offense, Neutrality, Nonaggression, Consultation}

// ParseObligation reads an obligation.
func ParseObligation(s string) (Obligation, error) { return parseWord("obligation", s, Obligations) }

// Prose writes the obligation as a sentence does, in British spelling.
func (o Obligation) Prose() string {
	switch o {
	case Defense:
		return "defence"
	case Offense:
		return "offence"
	case Nonaggression:
		return "non-aggression"
	}
	return string(o)
}

// Depth is the ordinal code of an obligation in a tie: 3 defence or offence, 2
// neutrality or non-aggression, 1 consultation, 0 anything else (ATOP 5.1).
func (o Obligation) Depth() int {
	switch o {
	case Defense, Offense:
		return 3
	case Neutrality, Nonaggression:
		return 2
	case Consultation:
		return 1
	}
	return 0
}

// Status is how far an act has come.
type Status string

// The statuses. Ratified occurs only as a change of an act. The empty status
// means that the act is not yet, or not known to be, in any of them.
const (
	Proposed   Status = "proposed"
	Announced  Status = "announced"
	Signed     Status = "signed"
	InForce    Status = "in_force"
	Held       Status = "held"
	Terminated Status = "terminated"
	Ratified   Status = "ratified"
)

// Statuses lists the statuses that an act may have.
var Statuses = []Status{Proposed, Announced, Signed, InForce, Held, Terminated}

// ParseStatus reads the status of an act.
func ParseStatus(s string) (Status, error) { return parseWord("status", s, Statuses) }

// ChangeStatuses lists the statuses that a change of an act may bring.
var ChangeStatuses = []Status{Signed, Ratified, InForce, Terminated}

// ParseChangeStatus reads the status that a change brings.
func ParseChangeStatus(s string) (Status, error) { return parseWord("change", s, ChangeStatuses) }

// Confidence is how sure the coder is of a row.
type Confidence string

// The confidences.
const (
	High   Confidence = "high"
	Medium Confidence = "medium"
	Low    Confidence = "low"
)

// Confidences lists the confidences.
var Confidences = []Confidence{High, Medium, Low}

// ParseConfidence reads a confidence.
func ParseConfidence(s string) (Confidence, error) { return parseWord("confidence", s, Confidences) }

// ActorKind says what an actor is.
type ActorKind string

// The kinds of actor.
const (
	State        ActorKind = "state"
	Organization ActorKind = "organization"
	Bloc         ActorKind = "bloc"
	Company      ActorKind = "company"
	CorridorBody ActorKind = "corridor_body"
)

// ActorKinds lists the kinds of actor.
var ActorKinds = []ActorKind{State, Organization, Bloc, Company, CorridorBody}

// ParseActorKind reads a kind of actor.
func ParseActorKind(s string) (ActorKind, error) { return parseWord("kind of actor", s, ActorKinds) }

// Stance is an outside power's attitude towards a form of cooperation.
type Stance string

// The stances.
const (
	Welcome  Stance = "welcome"
	Tolerate Stance = "tolerate"
	Wary     Stance = "wary"
	Oppose   Stance = "oppose"
)

// Stances lists the stances, warmest first.
var Stances = []Stance{Welcome, Tolerate, Wary, Oppose}

// ParseStance reads a stance.
func ParseStance(s string) (Stance, error) { return parseWord("stance", s, Stances) }
