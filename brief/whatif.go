package brief

import (
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"math"
	"strconv"
	"strings"

	"entente"
	"entente/internal/figure"
	"entente/scenario"
)

// WhatIfs is a page of scenarios set against the record as it stands.
type WhatIfs struct {
	Case   *entente.Case
	Of     []*scenario.Result
	Impact *scenario.Matrix // nil: not asked
	Record string           // its checksum
	Seed   uint64
}

//go:embed whatif.html.tmpl
var whatIfText string

var whatIfTemplate = template.Must(template.New("whatif").Funcs(template.FuncMap{
	"css":    func() template.CSS { return template.CSS(pageStyle) },
	"cell":   valueCell,
	"exact":  exact,
	"letter": scenario.Letter,
	"bare": func(text string) string {
		before, _, _ := strings.Cut(text, " (")
		return before
	},
	"inc": func(i int) int { return i + 1 },
}).Parse(whatIfText))

// HTML writes the page, self-contained as the brief is: no script, no outside request.
func (w *WhatIfs) HTML(out io.Writer) error { return whatIfTemplate.Execute(out, w) }

// valueCell writes an answer; a number carries its exact value and the ends of its
// interval.
func valueCell(v scenario.Value) template.HTML {
	text := template.HTMLEscapeString(v.Text)
	if math.IsNaN(v.Number) {
		return template.HTML(text)
	}
	ends := ""
	if !math.IsNaN(v.Low) && !math.IsNaN(v.High) {
		ends = fmt.Sprintf(` data-low="%s" data-high="%s"`, exact(v.Low), exact(v.High))
	}
	return template.HTML(fmt.Sprintf(`<data value="%s"%s>%s</data>`, exact(v.Number), ends, text))
}

// Lead says what the scenario comes to in a sentence or two.
func (w *WhatIfs) Lead(r *scenario.Result) string {
	changed := 0
	for i := range r.Rows {
		if r.Rows[i].Changed {
			changed++
		}
	}
	text := fmt.Sprintf("Of %d answers %d change.", len(r.Rows), changed)
	if row := r.Row("ladder/level"); row != nil {
		if row.Changed {
			return fmt.Sprintf("The highest rung held goes from %s to %s. %s", row.Before.Text, row.After.Text, text)
		}
		return fmt.Sprintf("The highest rung held stays %s. %s", row.After.Text, text)
	}
	return text
}

// answeredStep is one step of what was asked, its answers parted by whether they changed.
type answeredStep struct {
	Name          string
	Changed, Same []scenario.Row
}

// Steps parts the answers of a scenario.
func (w *WhatIfs) Steps(r *scenario.Result) []answeredStep {
	var list []answeredStep
	for _, name := range scenario.Steps() {
		s := answeredStep{Name: name}
		for _, row := range r.Rows {
			switch {
			case row.Step != name:
			case row.Changed:
				s.Changed = append(s.Changed, row)
			default:
				s.Same = append(s.Same, row)
			}
		}
		if len(s.Changed)+len(s.Same) > 0 {
			list = append(list, s)
		}
	}
	return list
}

// Intervals says what lies between two numbers in brackets.
func (w *WhatIfs) Intervals(r *scenario.Result) string { return scenario.Intervals(r.Rows, true) }

// Together sets all scenarios side by side.
func (w *WhatIfs) Together() []scenario.Question { return scenario.Together(w.Of) }

// drawnShifts is a figure with what stands under it.
type drawnShifts struct {
	Caption string
	SVG     template.HTML
}

// Figures are the chances of rungs, and where the bargain ends on each of its scales.
func (w *WhatIfs) Figures(r *scenario.Result, number int) []drawnShifts {
	chances := figure.Shifts{From: 0, To: 1, Percent: true, Head: figure.Head{ID: fmt.Sprintf("whatif-%d-chances", number), Title: "The chance of further rungs, before and after"}}
	list := []figure.Shifts{w.shifts(r, chances, func(row *scenario.Row) bool { return row.Step == "forecasts" })}
	if r.Bargain != nil {
		for k, d := range r.Bargain.Dimensions {
			ends := figure.Shifts{From: d.Low, To: d.High, Head: figure.Head{ID: fmt.Sprintf("whatif-%d-bargain-%d", number, k+1), Title: "Where the bargain ends on " + d.Name + ", before and after"}}
			list = append(list, w.shifts(r, ends, func(row *scenario.Row) bool {
				return strings.HasPrefix(row.What, "where it ends") && (len(r.Bargain.Dimensions) == 1 || strings.HasSuffix(row.ID, "/"+d.Name))
			}))
		}
	}
	var drawn []drawnShifts
	for _, f := range list {
		if svg := f.SVG(); svg != "" {
			drawn = append(drawn, drawnShifts{f.Title, template.HTML(svg)})
		}
	}
	return drawn
}

// shifts fills a figure with the rows asked for.
func (w *WhatIfs) shifts(r *scenario.Result, f figure.Shifts, of func(*scenario.Row) bool) figure.Shifts {
	told := func(v scenario.Value) figure.Told {
		return figure.Told{Value: v.Number, Low: v.Low, High: v.High, Words: v.Text}
	}
	var rows []scenario.Row
	var words []string
	for i := range r.Rows {
		if row := &r.Rows[i]; of(row) {
			rows = append(rows, *row)
			f.Shifts = append(f.Shifts, figure.Shift{Name: row.What, Before: told(row.Before), After: told(row.After)})
			words = append(words, fmt.Sprintf("%s: %s before, %s after", row.What, row.Before.Text, row.After.Text))
		}
	}
	f.Desc = strings.Join(words, "; ") + "."
	f.Interval = "Lines: " + scenario.Intervals(rows, true) + "."
	return f
}

// Inputs is what one actor brings to the bargain, and on what it rests.
type Inputs struct{ Name, Position, Salience, Capability, Ceiling, Rests string }

// Inputs lists what went into the bargain, those without a seat last.
func (w *WhatIfs) Inputs(r *scenario.Result) []Inputs {
	if r.Bargain == nil {
		return nil
	}
	var list []Inputs
	for _, p := range r.Bargain.Parties {
		in := Inputs{Name: p.Name, Capability: spanOf(p.Capability.Low, p.Capability.Mode, p.Capability.High), Rests: rests(p.Source, p.Note)}
		for k := range r.Bargain.Dimensions {
			sep := ""
			if k > 0 {
				sep = "; "
			}
			in.Position += sep + spanOf(p.Position[k].Low, p.Position[k].Mode, p.Position[k].High)
			in.Salience += sep + spanOf(p.Salience[k].Low, p.Salience[k].Mode, p.Salience[k].High)
			if p.Limit != nil {
				in.Ceiling += sep + spanOf(p.Limit[k].Low, p.Limit[k].Mode, p.Limit[k].High)
			}
		}
		list = append(list, in)
	}
	for _, o := range r.Bargain.Onlookers {
		name := o.Name
		if o.According != "" {
			name += ", according to " + o.According
		}
		list = append(list, Inputs{Name: name, Position: "no seat", Ceiling: spanOf(o.Ceiling.Low, o.Ceiling.Mode, o.Ceiling.High), Rests: rests(o.Source, o.Note)})
	}
	return list
}

func rests(source, note string) string {
	switch {
	case source == "" && note == "":
		return "a judgement without a note"
	case source == "":
		return note
	case note == "":
		return source
	}
	return source + ": " + note
}

// spanOf prints a range, or the point that it is.
func spanOf(low, mode, high float64) string {
	if low == high {
		return fmt.Sprintf("%g", mode)
	}
	return fmt.Sprintf("%g to %g, most likely %g", low, high, mode)
}

// exact is a number in full, "" where it is not known.
func exact(x float64) string {
	if math.IsNaN(x) {
		return ""
	}
	return strconv.FormatFloat(x, 'g', -1, 64)
}
