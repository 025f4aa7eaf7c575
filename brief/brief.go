// Package brief turns a case into an answer: a verdict worded by written rules,
// and a brief that lays out the evidence for and against it, with every number
// leading to acts and every act to its sources.
package brief

import (
	"entente"
	"entente/measure"
)

// Brief is the whole answer in a form that the page, the Markdown and the JSON
// share.
type Brief struct {
	Title   string  `json:"title"` // the case's question
	Verdict Verdict `json:"verdict"`
	// Implications are what the founding document concludes, tested on the record.
	Implications []Implication `json:"implications"`
	Figures      []Fact        `json:"facts"`    // the few numbers a reader takes away
	Sections     []Section     `json:"sections"` // in reading order
	Acts         []ActRow      `json:"acts"`     // every act cited above, by date
	Sources      []SourceRow   `json:"sources"`  // every source of those acts
	Method       []string      `json:"method"`   // how to read it, and what it cannot tell
}

// Fact is a number that stands out, with the acts behind it.
type Fact struct {
	Value string   `json:"value"`
	Label string   `json:"label"`
	Acts  []string `json:"acts,omitempty"`
}

// Section is one finding with its evidence.
type Section struct {
	ID     string   `json:"id"`
	Title  string   `json:"title"` // the finding itself
	Text   []string `json:"text"`  // paragraphs
	SVG    string   `json:"-"`     // figure, with its own title and description; "" when there is none
	Tables []Table  `json:"tables,omitempty"`
	Notes  []string `json:"notes,omitempty"` // caveats under the figure
	Thin   string   `json:"thin,omitempty"`  // why no number is given, when the record is too thin
}

// Table is the data behind a figure, or a table in its own right.
type Table struct {
	Caption string   `json:"caption"`
	Columns []Column `json:"columns"`
	Rows    [][]Cell `json:"rows"`
	Open    bool     `json:"-"` // shown at once rather than folded under the figure
}

// Column heads a table column.
type Column struct {
	Name    string `json:"name"`
	Numeric bool   `json:"numeric,omitempty"`
}

// Cell is one cell; Acts are the acts that the reader is led to from it, Class
// names a tone (good, warn, bad, none) for the page.
type Cell struct {
	Text  string   `json:"text"`
	Acts  []string `json:"acts,omitempty"`
	More  int      `json:"more,omitempty"` // further acts that are counted in Text and not listed
	Class string   `json:"-"`
}

// ActRow is an act as the register at the end of the brief prints it.
type ActRow struct {
	ID           string   `json:"id"`
	Date         string   `json:"date"`
	Title        string   `json:"title"`
	Participants string   `json:"participants"` // names, with roles
	Summary      string   `json:"summary,omitempty"`
	Status       string   `json:"status"`
	Confidence   string   `json:"confidence"`
	Sources      []string `json:"sources"`
}

// SourceRow is a source as the list at the end of the brief prints it.
type SourceRow struct {
	ID        string   `json:"id"`
	Publisher string   `json:"publisher"`
	Title     string   `json:"title,omitempty"`
	Date      string   `json:"date,omitempty"`
	URL       string   `json:"url"`
	Acts      []string `json:"acts"`
}

// Verdict is the short answer. Its JSON keys are a promise to scripts.
type Verdict struct {
	Group     string      `json:"group"`
	AsOf      entente.Day `json:"as_of"`
	KnownAt   string      `json:"known_at,omitempty"`
	Statement string      `json:"statement"`
	Level     string      `json:"level"` // r0..r8, or "" when no rung is held
	Forecasts []Forecast  `json:"forecasts"`
	// NoForecasts says what is missing where there are none.
	NoForecasts string     `json:"no_forecasts,omitempty"`
	For         []Evidence `json:"for"`
	Against     []Evidence `json:"against"`
	Postures    []Crossing `json:"postures"`
	Watch       []Evidence `json:"watch"`
	Record      string     `json:"record"` // sha256:... of the record
}

// Forecast is a probability with its interval (0..1) and the method behind it.
type Forecast struct {
	Event       string  `json:"event"`
	Horizon     float64 `json:"horizon_years"`
	Probability float64 `json:"probability"`
	Low         float64 `json:"low"`
	High        float64 `json:"high"`
	Words       string  `json:"words"`
	Method      string  `json:"method"` // pooled, or one of those it is pooled from
	Weight      float64 `json:"weight"` // in the pool
	N           int     `json:"n"`      // groups in the class
	Events      int     `json:"events"` // how many of them ever reached the rung
	Note        string  `json:"note,omitempty"`
	Thin        string  `json:"thin,omitempty"`
}

// Evidence is one reason, with the acts that it rests on.
type Evidence struct {
	Text string   `json:"text"`
	Acts []string `json:"acts"`
}

// listed is how many acts a table cell or a reason leads to at most; the rest
// are counted and named as such, so that a large record still makes a page that
// opens.
const listed = 60

// cite makes a cell that leads to acts.
func cite(text string, acts []string) Cell {
	c := Cell{Text: text, Acts: acts}
	if len(acts) > listed {
		c.Acts, c.More = acts[:listed], len(acts)-listed
	}
	return c
}

// Crossing sets a posture of an outside power against the acts it applies to.
type Crossing struct {
	Power       string             `json:"power"`
	Form        string             `json:"form"`
	Stance      entente.Stance     `json:"stance"`
	Date        entente.Date       `json:"date"`  // when the stance is first known to have been voiced
	Basis       measure.Basis      `json:"basis"` // what it rests on
	Confidence  entente.Confidence `json:"confidence"`
	Since       entente.Date       `json:"since"`       // of the first act done across the line
	Done        []string           `json:"done"`        // acts that took place and that it applies to
	Proposed    []string           `json:"proposed"`    // acts proposed or announced
	Contradicts []string           `json:"contradicts"` // forms on which the same power pulls the other way
	Reason      string             `json:"reason"`
	Sources     []string           `json:"sources"`
}
