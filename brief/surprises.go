package brief

import (
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"strings"

	"entente"
	"entente/internal/figure"
)

// Surprises is what a page of the acts that an event model did not expect says.
type Surprises struct {
	Case   *entente.Case // nil: the acts are of tables
	AsOf   entente.Day
	Model  string  // the specification
	Chance float64 // mean surprise in bits if all alternatives were equally likely
	Mean   float64 // of the model
	Recall string  // a sentence on how often it was right
	Number int     // of acts
	// Acts are those drawn, in the order of time; those to be told of in full are Told,
	// the least expected first.
	Acts []SurprisingAct
	Told []SurprisingAct
}

// SurprisingAct is an act as a model saw it coming.
type SurprisingAct struct {
	ID      string  // in the case or the table
	At      float64 // where it is drawn: a year with its share that had passed, or the number of the act
	When    string
	Who     []string // names
	Bits    float64  // -log2 of its probability
	Odds    float64  // one in so many
	Rank    string   // place among its alternatives
	Instead []string
	Act     *entente.Act // nil: of a table
}

// Year is a day as a year with its share that had passed.
func Year(day entente.Day) float64 {
	year := day.Year()
	return float64(year) + float64(day-entente.DayOf(year, 1, 1))/366
}

// Title is that of the act, of a table its id.
func (a SurprisingAct) Title() string {
	if a.Act == nil {
		return a.ID
	}
	return a.Act.Title
}

//go:embed surprises.html.tmpl
var surprisesText string

var surprisesTemplate = template.Must(template.New("surprises").Funcs(template.FuncMap{
	"join": func(names []string) string { return strings.Join(names, ", ") },
	"css":  func() template.CSS { return template.CSS(pageStyle) },
	"web":  func(s string) bool { return strings.HasPrefix(s, "https://") || strings.HasPrefix(s, "http://") },
}).Parse(surprisesText))

// HTML writes the page, self-contained as the brief is: no script, no outside
// request.
func (s *Surprises) HTML(w io.Writer) error { return surprisesTemplate.Execute(w, s) }

// Figure is the surprise of every act over time.
func (s *Surprises) Figure() template.HTML {
	told := map[string]bool{}
	for _, a := range s.Told {
		told[a.ID] = true
	}
	f := figure.Dots{
		Head: figure.Head{ID: "surprises", Title: "Surprise of each act in bits", Desc: fmt.Sprintf("%d acts; the mean is %.1f bits. The acts told of below are filled.", len(s.Acts), s.Mean)},
		Unit: "bits", Mark: s.Chance, Note: fmt.Sprintf("%.1f bits: all alternatives equally likely", s.Chance),
	}
	for _, a := range s.Acts {
		d := figure.Dot{X: a.At, Y: a.Bits, Title: fmt.Sprintf("%s, %s: %.1f bits", a.Title(), a.When, a.Bits)}
		if told[a.ID] {
			d.Label, d.Href = a.ID, "#act-"+a.ID
		}
		f.Dots = append(f.Dots, d)
	}
	return template.HTML(f.SVG())
}

// Sources are those of an act of the case.
func (s *Surprises) Sources(act *entente.Act) []*entente.Source {
	if act == nil {
		return nil
	}
	var list []*entente.Source
	for _, id := range act.Sources {
		if source := s.Case.Source(id); source != nil {
			list = append(list, source)
		}
	}
	return list
}
