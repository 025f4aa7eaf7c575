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
	Case   *entente.Case
	AsOf   entente.Day
	Model  string  // the specification
	Chance float64 // mean surprise in bits if all alternatives were equally likely
	Mean   float64 // of the model
	Recall string  // a sentence on how often it was right
	// Acts in the order of time; those to be told of in full are Told, the least
	// expected first.
	Acts []SurprisingAct
	Told []SurprisingAct
}

// SurprisingAct is an act as a model saw it coming.
type SurprisingAct struct {
	ID      string  // in the case
	Bits    float64 // -log2 of its probability
	Odds    float64 // one in so many
	Rank    string  // place among its alternatives
	Instead []string
}

//go:embed surprises.html.tmpl
var surprisesText string

var surprisesTemplate = template.Must(template.New("surprises").Funcs(template.FuncMap{
	"css": func() template.CSS { return template.CSS(pageStyle) },
	"web": func(s string) bool { return strings.HasPrefix(s, "https://") || strings.HasPrefix(s, "http://") },
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
		act := s.Case.Act(a.ID)
		year := act.Date.Start.Year()
		first := entente.DayOf(year, 1, 1)
		d := figure.Dot{X: float64(year) + float64(act.Date.Start-first)/366, Y: a.Bits, Title: fmt.Sprintf("%s, %s: %.1f bits", act.Title, act.Date, a.Bits)}
		if told[a.ID] {
			d.Label, d.Href = act.ID, "#act-"+act.ID
		}
		f.Dots = append(f.Dots, d)
	}
	return template.HTML(f.SVG())
}

// Who names the participants of an act.
func (s *Surprises) Who(act *entente.Act) string {
	var names []string
	for _, p := range act.Participants {
		names = append(names, s.Case.Name(p.Actor))
	}
	return strings.Join(names, ", ")
}

// Sources are those of an act.
func (s *Surprises) Sources(act *entente.Act) []*entente.Source {
	var list []*entente.Source
	for _, id := range act.Sources {
		if source := s.Case.Source(id); source != nil {
			list = append(list, source)
		}
	}
	return list
}
