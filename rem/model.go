package rem

// Family is a kind of model: what its units are, that is, what could have
// happened at an event.
type Family string

const (
	REM          Family = "rem"                 // who acts with whom: units are pairs of actors (Butts 2008)
	Rate         Family = "rate"                // who acts: units are actors (Stadtfeld, Hollway & Block 2017)
	Choice       Family = "choice"              // whom does the sender choose: units are its possible receivers
	Coordination Family = "choice_coordination" // which pair agrees: both choose each other
	Hyper        Family = "hyper"               // which set of actors acts: units are sets (Lerner & Lomi 2023)
)

// Model says what is fitted: the family, the terms, the risk set and the
// conventions.
type Model struct {
	Family   Family
	Directed bool // the pairs of a REM, the sets of a hyperevent model have a direction
	// Interval models the waiting times as exponential, with intervals that end
	// without an event as censored; otherwise only the order of events counts
	// (partial likelihood).
	Interval bool
	Terms    []Term
	RiskSet  RiskSet
	Conventions
	// OfSizes says that the actors of a rate model are sizes of acts, from 2, as the
	// family size of a specification has it.
	OfSizes bool
}

// Term names a statistic and how it reads the past.
type Term struct {
	Term      string   // as in the catalogue: inertia, trans, subrep
	On        []string // layers; empty: the model's own events
	Attr      []string // covariates
	Of        string   // "sender" or "receiver" for terms of one actor; "": as the family has it
	Weighted  bool     // sums of values in place of 0 and 1, or of numbers of partners
	Combine   string   // closure: unique, min, product, sum
	Third     string   // closure over third actors: sum (or ""), or max, the strongest alone
	Aggregate string   // over a set: average, sum, min, max, absdiff, sum_absdiff, sd
	Order     int      // subset repetition: actors of the subset
	Senders   int      // directed subset repetition: senders of the subset
	Receivers int      // and its receivers
	Direction string   // directed sets: out (past senders among the senders), in (among the receivers), sym (either)
	Exactly   bool     // subset repetition: only past events that share no more actors than the subset
	Sizes     []int    // least and, if there is one, most actors of a past event that counts
	Window    float64  // only events not older count; 0: all
	Delay     float64  // and of these only those older than this
	HalfLife  float64  // an event of this age counts half; 0: none decays
	Transform string   // of the finished statistic: log1p, sqrt, log, square, geometric
	Ratio     float64  // of the geometric transform: by how much each further one counts less than the one before
	// Standardise takes off the mean over the risk set of the moment and divides by
	// the standard deviation over it (0 where all are equal), over the units that were
	// drawn where the risk set is a sample.
	Standardise bool
	Population  bool // standard deviations are those of a population, not of a sample from one
	// Overall does so over all risk sets of the record together.
	Overall bool
	// Empty says what an actor without neighbours has: zero, or the mean of the others.
	Empty string
	// Kinds are the kinds of act that count as past; empty: all.
	Kinds []string
	// Share divides a count by what it could be at most: of a tie by all events of its
	// sender (of a reciprocal one, towards its sender), of a degree by all events.
	Share bool
	// Signed keeps the sign of a difference.
	Signed bool
	// History "sequential" counts a path over a third actor only if its second tie arose
	// after its first.
	History string
	// Symmetric adds what the term is with sender and receiver exchanged.
	Symmetric bool
	// Unless names a layer: the statistic is 0 for pairs that have a tie in it.
	Unless string
	// Pieces are times at which the coefficient may change; Smooth lets it change all
	// the time, as a natural cubic spline of so many functions.
	Pieces []float64
	Smooth int
	// Fixed is the value of the coefficient where it is known; nil: it is estimated.
	Fixed   *float64
	Product []Term // interaction: the product of these instead
	Name    string // in the table; "": made from the above
	place   string // in a specification
}

// RiskSet says what could have happened in an event's place.
type RiskSet struct {
	// Controls is the number of units drawn for each event; 0: all units.
	Controls int
	Seed     uint64
	// MaxSize lets sets of any size up to this one be alternatives; 0: those of the
	// event's own size. Controls are then drawn for each size.
	MaxSize int
	// OnSender keeps the senders of each event: who is addressed is explained, not by
	// whom.
	OnSender bool
	// Within names a layer: only pairs that have a tie in it at the time could act.
	Within string
	// Observed is the share of the events that are explained, drawn by the seed; all are
	// past for those after them. 0: all.
	Observed float64
	// Kinds makes every kind of act an alternative: the kind of the next act is explained
	// too.
	Kinds bool
	// Given are the alternatives of each event, in the order of the events, where
	// they were drawn elsewhere.
	Given [][]Candidate
}

// Candidate is a set of actors that could have acted: From alone when the model
// has no direction.
type Candidate struct{ From, To []int32 }

// Conventions are the choices that software makes silently and differently. The
// zero value is ours.
type Conventions struct {
	// Ties says what events of one time see of each other.
	Ties Ties
	// DecayFromPrevious measures the age of an event to the event before the
	// coming one, not to the coming one.
	DecayFromPrevious bool
	// SplitAtEvents lets intervals end at events alone; otherwise they end
	// wherever the state changes.
	SplitAtEvents bool
	// PresenceAfter lets an actor who enters or leaves at the time of an event do so
	// after it; otherwise before.
	PresenceAfter bool
	// ChangesHold lets what a covariate or a layer becomes at the time of an event hold for
	// that event; otherwise only after it.
	ChangesHold bool
	// PresenceSplits ends an interval where an actor enters or leaves; otherwise who is
	// present at its end counts as present throughout.
	PresenceSplits bool
	// Numbered measures time in events: the number of an event, from 1, takes the place
	// of its time.
	Numbered bool
	// FillMissing gives a covariate that is not known the mean of the other actors'
	// values; otherwise it is an error. A fit says how many were filled.
	FillMissing bool
	// Origin starts the clock of an interval model; nil: the first change of
	// anything that the model reads.
	Origin *float64
	// After leaves what happened up to this time, and at it, to the past: only later events
	// are explained, and the wait for the first of them begins with it. nil: all are.
	After *float64
}

// Ties says what events of one time see of each other.
type Ties string

const (
	Breslow Ties = ""        // all see the state before; each is compared with the whole risk set
	Exclude Ties = "exclude" // all see the state before; none is an alternative of another
	Efron   Ties = "efron"   // all see the state before; those who act leave the risk set on average half way (Efron 1977)
	Random  Ties = "random"  // in an order drawn by RiskSet.Seed, each sees those before it
	Ordered Ties = "ordered" // in the order of the record, each sees those before it
)
