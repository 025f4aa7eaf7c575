package forecast

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

// Question is what is asked of a reference class.
type Question struct {
	From, To int
	Set      Filter
	// Years are those for which more than the curve is given; empty: 5, 10 and 20.
	// One past the longest follow-up is an error.
	Years []float64
	// Held asks what follows when From has been held for so many years; NaN: not
	// asked.
	Held float64
	// Cox names the covariates of the regressions, none: no regression.
	Cox  []string
	Ties Ties
	// By names the covariate of the log-rank test; "": the first of Cox, else
	// soft_origin or major_power, whichever of them tells the groups apart.
	By   string
	Seed uint64
}

// Classes gives the class of a pair of rungs and a filter.
type Classes func(from, to int, set Filter) (*Class, error)

// Summary counts a class and gives its rate. What is undefined is nil.
type Summary struct {
	Pair      string   `json:"pair"`
	N         int      `json:"n"`
	Events    int      `json:"events"`
	Dissolved int      `json:"dissolved"`
	Censored  int      `json:"censored"`
	Reached   int      `json:"reached_from"`
	Already   int      `json:"already_had_to"`
	RiskYears float64  `json:"risk_years"`
	Rate      *float64 `json:"rate"` // events a year at risk, with the exact interval of 95 %
	RateLow   *float64 `json:"rate_low"`
	RateHigh  *float64 `json:"rate_high"`
	Median    *float64 `json:"median_years_to_event"` // among those that reached it
	Longest   float64  `json:"longest_follow_up"`
}

func (c *Class) summary(curve *Curve) Summary {
	return Summary{Pair: pairName(c.From, c.To), N: curve.N, Events: curve.Events, Dissolved: curve.Dissolved, Censored: curve.Censored,
		Reached: c.Reached, Already: c.Already, RiskYears: curve.RiskYears, Rate: defined(curve.Rate), RateLow: defined(curve.RateLow),
		RateHigh: defined(curve.RateHigh), Median: defined(curve.MedianToEvent()), Longest: curve.Longest()}
}

// Answer is what is known of a reference class. What is undefined is nil.
type Answer struct {
	Summary
	Filter   string        `json:"filter"` // in words, "" when every group is kept
	Curve    []AnswerPoint `json:"curve"`
	Held     *float64      `json:"held,omitempty"`
	Given    []AnswerGiven `json:"conditional,omitempty"`
	Cox      *AnswerModel  `json:"cox"`
	FineGray *AnswerModel  `json:"fine_gray"`
	LogRank  *AnswerTest   `json:"logrank"`
	Filters  []AnswerStep  `json:"filters,omitempty"`
	Notes    []string      `json:"notes"`
}

// AnswerPoint is a [Point] with the bootstrap interval of the incidence and how
// many waits had ended by then.
type AnswerPoint struct {
	Years      float64  `json:"years"`
	Incidence  float64  `json:"cif"`
	Low        *float64 `json:"low"`
	High       *float64 `json:"high"`
	SE         float64  `json:"se"`
	BootLow    float64  `json:"bootstrap_low"`
	BootHigh   float64  `json:"bootstrap_high"`
	KM         float64  `json:"km"`
	KMLow      *float64 `json:"km_low"`
	KMHigh     *float64 `json:"km_high"`
	Hazard     float64  `json:"hazard"` // cumulative, Nelson-Aalen
	HazardLow  *float64 `json:"hazard_low"`
	HazardHigh *float64 `json:"hazard_high"`
	Gone       float64  `json:"gone"` // the share dissolved
	AtRisk     int      `json:"at_risk"`
	Events     int      `json:"events"`
	Dissolved  int      `json:"dissolved"`
	Censored   int      `json:"censored"`
	Followed   bool     `json:"followed"` // false past the longest follow-up
}

// AnswerGiven is a [Conditional].
type AnswerGiven struct {
	Years       float64  `json:"years"`
	Probability *float64 `json:"probability"`
	Low         *float64 `json:"low"`
	High        *float64 `json:"high"`
	Words       string   `json:"words"`
	AtRisk      int      `json:"at_risk"`
	Events      int      `json:"events"`
	Thin        string   `json:"thin"`
}

// AnswerModel is a [Regression].
type AnswerModel struct {
	Names      []string   `json:"names"`
	Coef       []float64  `json:"coef"`
	SE         []float64  `json:"se"`
	Low        []float64  `json:"low"`
	High       []float64  `json:"high"`
	Z          []float64  `json:"z"`
	P          []float64  `json:"p"`
	LogLik     [2]float64 `json:"loglik"`
	Ratio      float64    `json:"likelihood_ratio"`
	RatioP     float64    `json:"likelihood_ratio_p"`
	Score      float64    `json:"score"`
	Drift      []float64  `json:"drift,omitempty"` // chi-squared on 1 that the effect changes with time
	DriftAll   float64    `json:"drift_all,omitempty"`
	Wald       *float64   `json:"wald"`
	Ties       string     `json:"ties"`
	N          int        `json:"n"`
	Events     int        `json:"events"`
	Missing    int        `json:"missing"`
	Iterations int        `json:"iterations"`
	Warnings   []string   `json:"warnings"`
}

// AnswerTest is a [Comparison].
type AnswerTest struct {
	By      string       `json:"by"`
	ChiSq   float64      `json:"chisq"`
	DF      int          `json:"df"`
	P       float64      `json:"p"`
	Missing int          `json:"missing"`
	Parts   []AnswerPart `json:"parts"`
}

// AnswerPart is a [LogRankPart].
type AnswerPart struct {
	Label    string  `json:"label"`
	N        int     `json:"n"`
	Observed int     `json:"observed"`
	Expected float64 `json:"expected"`
}

// AnswerStep is the class without one part of the filter.
type AnswerStep struct {
	Without string       `json:"without"`
	N       int          `json:"n"`
	Events  int          `json:"events"`
	Rate    *float64     `json:"rate"`
	Curve   []StepChange `json:"curve"`
}

// StepChange is the incidence without a part of the filter, and by how much the
// whole filter differs from it.
type StepChange struct {
	Years     float64  `json:"years"`
	Incidence float64  `json:"cif"`
	Low       *float64 `json:"low"`
	High      *float64 `json:"high"`
	Change    float64  `json:"change"` // what the filter adds to the incidence
}

// defaultYears are the years of a question that names none, and every year up to
// curveYears is on the curve.
var defaultYears = []float64{5, 10, 20}

const curveYears = 20

// Ask answers a question about a class. An empty class is an error that says how
// it came to be empty; a class without events is an answer with a note, but not to
// a question for a regression.
func Ask(classes Classes, q Question) (*Answer, error) {
	class, err := classes(q.From, q.To, q.Set)
	if err != nil {
		return nil, err
	}
	curve := Estimate(class.Spells())
	a := &Answer{Summary: class.summary(curve), Filter: q.Set.Words(), Notes: []string{}}
	if a.N == 0 {
		return nil, fmt.Errorf("%s: no group to follow%s; %s reached r%d, of which %d held r%d by then", a.Pair, after(", ", a.Filter), counted(a.Reached, "group"), q.From, a.Already, q.To)
	}
	for _, y := range q.Years {
		if !(y > 0) || math.IsInf(y, 1) {
			return nil, fmt.Errorf("%v is no number of years", y)
		}
		if y > a.Longest {
			return nil, fmt.Errorf("%s: no group was followed for %g years, the longest for %.1f: the data say nothing of later", a.Pair, y, a.Longest)
		}
	}
	a.draw(curve, q)
	if !math.IsNaN(q.Held) {
		if err := a.given(curve, q); err != nil {
			return nil, err
		}
	}
	if err := a.compare(class, q); err != nil {
		return nil, err
	}
	if a.Filters, err = changes(classes, q, curve); err != nil {
		return nil, err
	}
	if a.Events == 0 && a.RateHigh != nil {
		a.Notes = append(a.Notes, fmt.Sprintf("no event in %.0f years at risk: the incidence of 0 is no proof of none; at the upper end of the rate %.0f %% would reach r%d within 10 years",
			a.RiskYears, 100*(1-math.Exp(-10**a.RateHigh)), q.To))
	} else {
		a.Notes = append(a.Notes, thin(curve, Conditional{AtRisk: a.N, Events: a.Events, Followed: true})...)
	}
	if a.Longest < curveYears {
		a.Notes = append(a.Notes, fmt.Sprintf("no group was followed for more than %.1f years: past that the curve stays where it was", a.Longest))
	}
	return a, nil
}

func (q *Question) years() []float64 {
	if len(q.Years) == 0 {
		return defaultYears
	}
	return slices.Compact(slices.Sorted(slices.Values(q.Years)))
}

// draw fills the curve: every year up to 20, and those asked for.
func (a *Answer) draw(curve *Curve, q Question) {
	years := slices.Clone(q.years())
	for y := 1.0; y <= curveYears; y++ {
		years = append(years, y)
	}
	years = slices.Compact(slices.Sorted(slices.Values(years)))
	low, high := curve.Bootstrap(years, stream(q.Seed, q.From, q.To))
	for i, y := range years {
		p := curve.At(y)
		point := AnswerPoint{Years: y, Incidence: p.Incidence, Low: defined(p.Low), High: defined(p.High), SE: p.SE, BootLow: low[i], BootHigh: high[i],
			KM: p.KM, KMLow: defined(p.KMLow), KMHigh: defined(p.KMHigh), Hazard: p.Hazard, HazardLow: defined(p.HazardLow), HazardHigh: defined(p.HazardHigh),
			Gone: p.Gone, AtRisk: p.AtRisk, Followed: y <= a.Longest}
		point.Events, point.Dissolved, point.Censored = curve.Ended(y)
		a.Curve = append(a.Curve, point)
	}
}

// given fills what follows after the years held.
func (a *Answer) given(curve *Curve, q Question) error {
	if !(q.Held >= 0) || math.IsInf(q.Held, 1) {
		return fmt.Errorf("%v is no number of years held", q.Held)
	}
	a.Held = &q.Held
	for _, g := range curve.Given(q.Held, q.years(), stream(q.Seed, q.From, q.To)) {
		given := AnswerGiven{Years: g.Years, Probability: defined(g.Probability), Low: defined(g.Low), High: defined(g.High),
			Words: Words(g.Probability), AtRisk: g.AtRisk, Events: g.Events}
		if g.AtRisk == 0 {
			given.Thin = fmt.Sprintf("no group of the class waited longer than %.1f years", q.Held)
		} else {
			given.Thin = strings.Join(thin(curve, g), "; ")
		}
		a.Given = append(a.Given, given)
	}
	return nil
}

// compare fits the regressions and tests the parts of the class.
func (a *Answer) compare(class *Class, q Question) error {
	if len(q.Cox) > 0 {
		x, err := class.Covariates(q.Cox)
		if err != nil {
			return err
		}
		cox, err := Cox(class.Spells(), q.Cox, x, q.Ties)
		if err != nil {
			return fmt.Errorf("%s: %w", a.Pair, err)
		}
		a.Cox = cox.answer()
		if gray, err := FineGray(class.Spells(), q.Cox, x); err != nil {
			a.Notes = append(a.Notes, "no competing-risk regression: "+err.Error())
		} else {
			a.FineGray = gray.answer()
		}
	}
	by := []string{q.By}
	if q.By == "" {
		if by = []string{"soft_origin", "major_power"}; len(q.Cox) > 0 {
			by = q.Cox[:1]
		}
	}
	var last error
	for _, name := range by {
		test, err := class.LogRank(name)
		if err == nil {
			a.LogRank = test.answer(name)
			return nil
		}
		last = err
	}
	if q.By != "" {
		return fmt.Errorf("%s: %w", a.Pair, last)
	}
	a.Notes = append(a.Notes, fmt.Sprintf("no log-rank test by %s: %v", strings.Join(by, " or "), last))
	return nil
}

func (r *Regression) answer() *AnswerModel {
	m := &AnswerModel{Names: r.Names, Coef: r.Coef, SE: r.SE, LogLik: r.LogLik, Ratio: r.LikelihoodRatio(), RatioP: ChiSquareP(r.LikelihoodRatio(), len(r.Coef)),
		Score: r.Score, Drift: r.Drift, DriftAll: r.DriftAll, Wald: defined(r.Wald), Ties: r.Ties.String(), N: r.N, Events: r.Events, Missing: r.Missing, Iterations: r.Iterations, Warnings: r.Warnings}
	if m.Warnings == nil {
		m.Warnings = []string{}
	}
	for i, b := range r.Coef {
		low, high := r.Interval(i)
		m.Low, m.High = append(m.Low, low), append(m.High, high)
		m.Z, m.P = append(m.Z, b/r.SE[i]), append(m.P, r.P(i))
	}
	return m
}

func (c *Comparison) answer(by string) *AnswerTest {
	t := &AnswerTest{By: by, ChiSq: c.ChiSq, DF: c.DF, P: c.P, Missing: c.Missing}
	for _, p := range c.Parts {
		t.Parts = append(t.Parts, AnswerPart(p))
	}
	return t
}

// changes shows what each part of the filter does to the incidence.
func changes(classes Classes, q Question, curve *Curve) ([]AnswerStep, error) {
	var steps []AnswerStep
	for _, s := range q.Set.Steps() {
		class, err := classes(q.From, q.To, s.Rest)
		if err != nil {
			return nil, err
		}
		wider := Estimate(class.Spells())
		step := AnswerStep{Without: s.Words, N: wider.N, Events: wider.Events, Rate: defined(wider.Rate)}
		for _, y := range q.years() {
			p := wider.At(y)
			step.Curve = append(step.Curve, StepChange{Years: y, Incidence: p.Incidence, Low: defined(p.Low), High: defined(p.High), Change: curve.At(y).Incidence - p.Incidence})
		}
		steps = append(steps, step)
	}
	return steps, nil
}

// Words tells a filter in words, "" for that which keeps every group.
func (f Filter) Words() string {
	var words []string
	for _, s := range f.Steps() {
		words = append(words, s.Words)
	}
	return strings.Join(words, ", ")
}

// after puts a text behind a separator, where there is one.
func after(separator, text string) string {
	if text == "" {
		return ""
	}
	return separator + text
}

func defined(v float64) *float64 {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return nil
	}
	return &v
}

func pairName(from, to int) string { return fmt.Sprintf("r%d-r%d", from, to) }

// ParsePair reads a pair of rungs, such as r2-r3.
func ParsePair(text string) (from, to int, err error) {
	first, second, ok := strings.Cut(strings.ToLower(text), "-")
	if ok {
		if from, ok = parseRung(first); ok {
			to, ok = parseRung(second)
		}
	}
	switch {
	case !ok:
		return 0, 0, fmt.Errorf("%q is no pair of rungs, such as r2-r3", text)
	case max(from, to) > lastTarget:
		return 0, 0, fmt.Errorf("there is no pair %s: rungs are r0 to r%d; the nearest is %s", text, lastTarget, pairName(min(from, lastTarget-1), min(to, lastTarget)))
	case from == to:
		return 0, 0, fmt.Errorf("%s is one rung, not a pair of two; the nearest is %s", text, pairName(min(from, lastTarget-1), min(from, lastTarget-1)+1))
	}
	return from, to, nil
}

func parseRung(text string) (int, bool) {
	n, err := strconv.ParseUint(strings.TrimPrefix(strings.TrimSpace(text), "r"), 10, 8)
	return int(n), err == nil
}

// PairRow is one pair of rungs in an overview, or one level.
type PairRow struct {
	Summary
	Curve []PairPoint `json:"curve"`
}

// PairPoint is the incidence of a pair after some years.
type PairPoint struct {
	Years     float64  `json:"years"`
	Incidence float64  `json:"cif"`
	Low       *float64 `json:"low"`
	High      *float64 `json:"high"`
	KM        float64  `json:"km"`
	AtRisk    int      `json:"at_risk"`
}

// Row sums a class up for an overview, after each of the years; none: after 5, 10
// and 20.
func (c *Class) Row(years []float64) PairRow {
	q := Question{Years: years}
	curve := Estimate(c.Spells())
	row := PairRow{Summary: c.summary(curve)}
	for _, y := range q.years() {
		p := curve.At(y)
		row.Curve = append(row.Curve, PairPoint{Years: y, Incidence: p.Incidence, Low: defined(p.Low), High: defined(p.High), KM: p.KM, AtRisk: p.AtRisk})
	}
	return row
}
