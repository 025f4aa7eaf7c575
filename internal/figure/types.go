package figure

// Head is what every figure carries: an id that is unique on the page, and the
// text that stands in for the picture.
type Head struct {
	ID    string // letters, digits and hyphens; the figure's own ids are fig-ID and beyond
	Title string // the finding
	Desc  string // what a reader who cannot see the figure should learn from it
}

// Depth is the depth class of a tie, as in the obligation code of ATOP 5.1.
type Depth int

// The depth classes. NoTie is a pair without any recorded act of cooperation.
const (
	NoTie         Depth = -1
	Cooperation   Depth = 0 // acts of cooperation, no obligation
	Consultation  Depth = 1
	Nonaggression Depth = 2 // or neutrality
	Defence       Depth = 3 // or offence
)

// Reach says when a bloc reached a rung.
type Reach struct {
	Reached     bool
	Years       float64 // since its founding
	Provisional bool    // the date or the rung is uncertain
}

// Bloc is a bloc with its rungs.
type Bloc struct {
	Name  string
	Rungs []Reach // as many as Ladders.Rungs
	Years float64 // observed: from its founding to its end or to the last day covered
}

// Rung names a rung of the ladder.
type Rung struct{ Code, Name string }

// Ladders sets the rungs of one bloc beside those of the others.
type Ladders struct {
	Head
	Rungs  []Rung
	Own    Bloc
	Others []Bloc
}

// Place is an actor on the map.
type Place struct {
	Code     string // ISO 3166-1 alpha-3, or the project's own code
	Name     string
	Lat, Lon float64 // of the capital, degrees
	Role     Role
}

// Role is how an actor stands to the group.
type Role int

// The roles.
const (
	Outsider Role = iota
	Member
	Observer
)

// Tie joins two places of a map.
type Tie struct {
	A, B  string // codes
	Depth Depth
	Title string // shown when the pointer rests on it
	Href  string
}

// Map shows the group's states, tinted, with their ties as lines between the
// capitals. It frames the members and observers; outsiders further away stand at
// the edge, in their direction.
type Map struct {
	Head
	Places []Place
	Ties   []Tie
}

// Lanes is a timeline of acts in lanes.
type Lanes struct {
	Head
	Lanes   []Lane
	Domains []string // legend, in the order of colours; at most 6
	To      float64  // right end, in years (2026.18); 0: the last mark
}

// Lane is one lane of a timeline, such as the bilateral acts.
type Lane struct {
	Name  string
	Note  string // small, under the name
	Marks []Mark
}

// Mark is an act on a timeline.
type Mark struct {
	From, To float64 // years, such as 2021.45; To > From when the date is only known to lie between them
	Domain   int     // index in Lanes.Domains
	Planned  bool    // proposed or announced: drawn hollow
	Title    string
	Href     string
}

// MatrixActor heads a row and a column.
type MatrixActor struct {
	Name string
	Role Role
}

// MatrixCell is the tie of a pair.
type MatrixCell struct {
	Depth  Depth
	Signed bool   // the deepest obligation is signed, not known to be in force
	Text   string // a number under the letter, such as the tie depth
	Title  string
	Href   string
}

// Matrix is a symmetric matrix of ties. Cell is asked once for each pair i < j.
type Matrix struct {
	Head
	Actors   []MatrixActor
	Cell     func(i, j int) MatrixCell
	TextNote string // what the number in a cell is
}

// Point is a value with its interval.
type Point struct {
	X            float64 // year
	Y, Low, High float64
	Missing      bool // nothing to say at X: a gap in the line
	N            int
}

// Line is a named run of points in order of X.
type Line struct {
	Name   string
	Points []Point
}

// Count is a number of acts in a period.
type Count struct {
	From, To float64
	N        int
}

// Change is a point in time at which something changed.
type Change struct {
	X     float64
	Label string
}

// Series shows shares over time with intervals, and the coverage under them on
// the same axis. The first line has its interval drawn as a band.
type Series struct {
	Head
	Lines         []Line // at most 3; values 0..1 are printed as per cent
	Changes       []Change
	Coverage      []Count
	CoverageLabel string
	From, To      float64 // both 0: as wide as the data
}

// Party is an actor that owes or is owed.
type Party struct {
	Code, Name string
	Role       Role // of those inside: an observer is drawn lighter
}

// Bond is what two parties owe each other.
type Bond struct {
	A, B   string
	Depth  Depth
	Signed bool   // signed, not known to be in force: drawn dashed
	Via    string // organisation or treaty through which, such as NATO
	Title  string
	Href   string
}

// Owes shows who owes whom what: the group's states in the middle, the bonds
// among them as arcs on the left, those with outsiders as lines to the right.
type Owes struct {
	Head
	Inside, Outside []Party
	Bonds           []Bond
}

// Answer is how an exposed actor's threat has been answered.
type Answer int

// The answers.
const (
	NotExposed Answer = iota
	Unanswered
	Discussed // in meetings and declarations only
	Bilaterally
	Multilaterally // in the group's name or by three or more
)

// Threat is one row of a threat matrix.
type Threat struct {
	Name    string
	Group   string   // heading above a run of rows, "" for none
	Answers []Answer // one for each of Threats.Actors
	Titles  []string // for the pointer, or nil
	Href    string
}

// Threats sets threats against the actors exposed to them.
type Threats struct {
	Head
	Actors  []string
	Threats []Threat
}

// Tone colours a word.
type Tone int

// The tones, from warm to cold.
const (
	Neutral Tone = iota
	Good
	Mild
	Warn
	Bad
)

// Bar is one row of a bar chart: what was done, solid, and what was proposed,
// hollow.
type Bar struct {
	Group          string // heading above a run of rows
	Name           string
	Badge          string // a word such as the stance
	Tone           Tone   // of the badge
	Done, Proposed int
	Title          string
	Href           string
}

// Bars is a chart of counts.
type Bars struct {
	Head
	Bars                     []Bar
	DoneLabel, ProposedLabel string // legend; "": done, proposed
}
