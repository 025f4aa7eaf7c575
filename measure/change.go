package measure

import (
	"fmt"
	"math"
	"slices"
)

// Change is what is known about changes in one series of counts: several models,
// each at each penalty, since they disagree where the counts are scattered.
type Change struct {
	Labels   []string  `json:"labels"` // one per period
	Counts   []float64 `json:"counts"`
	Exposure []float64 `json:"exposure"` // coverage of each period; all 1 where none was given

	// Thin says why the series cannot bear the models; all below is then empty.
	Thin string `json:"thin,omitempty"`

	Poisson []Segmentation `json:"poisson,omitempty"` // at SIC0, then at BIC
	NegBin  []Segmentation `json:"negative_binomial,omitempty"`
	Single  *Single        `json:"single,omitempty"`
	Mean    *MeanBreaks    `json:"bai_perron,omitempty"` // of the counts per exposure; nil where too few periods are covered
	Run     *RunLengths    `json:"bocpd,omitempty"`
}

// Break is a place where at least one model puts a change.
type Break struct {
	Last  int      `json:"last_index"` // last period of the old regime
	Label string   `json:"last"`
	By    []string `json:"by"` // models, with their penalty
}

const (
	minPeriods = 8
	minEvents  = 10
	maxPeriods = 1500 // the tables of the negative binomial grow with the square
	minSegment = 2
	hazard     = 1.0 / 50
)

// DetectChange fits every model to a series of counts with the exposure of each
// period, such as the number of acts recorded by any source: more coverage is
// then no change. A nil exposure is 1 throughout. A series of fewer than 8
// covered periods or 10 events, or of more than 1500 periods, or one that is not
// valid, gets a reason in Thin instead of numbers.
func DetectChange(labels []string, x, exposure []float64) Change {
	if exposure == nil {
		exposure = ones(len(x))
	}
	c := Change{Labels: labels, Counts: x, Exposure: exposure}
	s, err := newCounts(x, exposure)
	switch {
	case len(labels) != len(x):
		c.Thin = fmt.Sprintf("%d labels for %d counts", len(labels), len(x))
	case len(x) == 0:
		c.Thin = "no periods"
	case err != nil:
		c.Thin = err.Error()
	case len(x) > maxPeriods:
		c.Thin = tooLong(len(x))
	case s.covered < minPeriods:
		c.Thin = fmt.Sprintf("only %d periods with coverage; at least %d are needed", s.covered, minPeriods)
	case s.events() == 0:
		c.Thin = "no event in any period"
	case s.events() < minEvents:
		c.Thin = fmt.Sprintf("only %v events; at least %d are needed", s.events(), minEvents)
	}
	if c.Thin != "" {
		return c
	}
	names := []string{"SIC0", "BIC"}
	penalties := []float64{math.Log(float64(s.covered)), 2 * math.Log(float64(s.covered))}
	c.NegBin = s.negBin(penalties, minSegment)
	for _, penalty := range penalties {
		c.Poisson = append(c.Poisson, s.poisson(penalty, minSegment))
	}
	for _, fits := range [][]Segmentation{c.Poisson, c.NegBin} {
		for i := range fits {
			fits[i].PenaltyName = names[i]
			fits[i].LastLabel = pick(labels, fits[i].Last)
		}
	}
	single := s.single(minSegment)
	single.Label = labels[single.Last]
	c.Single = &single
	c.Mean = s.meanBreaks()
	if c.Mean != nil {
		c.Mean.LastLabel = pick(labels, c.Mean.Last)
	}
	// The prior expects the rate of the whole series and weighs as much as the
	// exposure in which one event is expected.
	run := s.runLengths(1, s.exposure()/s.events(), hazard)
	c.Run = &run
	return c
}

func tooLong(n int) string {
	return fmt.Sprintf("%d periods are more than the %d that the models take: use longer periods", n, maxPeriods)
}

// Breaks gathers the changes of the segmentations and of the mean breaks, in the
// order of time.
func (c *Change) Breaks() []Break {
	by := map[int][]string{}
	for _, seg := range c.Poisson {
		for _, last := range seg.Last {
			by[last] = append(by[last], "Poisson "+seg.PenaltyName)
		}
	}
	for _, seg := range c.NegBin {
		for _, last := range seg.Last {
			by[last] = append(by[last], "negative binomial "+seg.PenaltyName)
		}
	}
	if c.Mean != nil {
		for _, last := range c.Mean.Last {
			by[last] = append(by[last], "Bai-Perron")
		}
	}
	breaks := make([]Break, 0, len(by))
	for last, names := range by {
		breaks = append(breaks, Break{last, c.Labels[last], names})
	}
	slices.SortFunc(breaks, func(a, b Break) int { return a.Last - b.Last })
	return breaks
}

func pick(labels []string, at []int) []string {
	picked := make([]string, len(at))
	for i, k := range at {
		picked[i] = labels[k]
	}
	return picked
}

func ones(n int) []float64 {
	s := make([]float64, n)
	for i := range s {
		s[i] = 1
	}
	return s
}

// counts is a checked series with running sums: sumX[t] is the number of events
// and sumE[t] the exposure before period t.
type counts struct {
	x, e       []float64
	sumX, sumE []float64
	covered    int // periods with exposure
}

func newCounts(x, exposure []float64) (*counts, error) {
	if exposure == nil {
		exposure = ones(len(x))
	}
	if len(exposure) != len(x) {
		return nil, fmt.Errorf("%d exposures for %d counts", len(exposure), len(x))
	}
	sums := make([]float64, 2*(len(x)+1))
	s := &counts{x: x, e: exposure, sumX: sums[: len(x)+1 : len(x)+1], sumE: sums[len(x)+1:]}
	for t := range x {
		switch {
		case !(x[t] >= 0) || math.IsInf(x[t], 1):
			return nil, fmt.Errorf("count %v in period %d: a count is a number from 0 up", x[t], t+1)
		case !(exposure[t] >= 0) || math.IsInf(exposure[t], 1):
			return nil, fmt.Errorf("exposure %v in period %d: it is a number from 0 up", exposure[t], t+1)
		case exposure[t] == 0 && x[t] > 0:
			return nil, fmt.Errorf("period %d has %v events but no exposure", t+1, x[t])
		}
		if exposure[t] > 0 {
			s.covered++
		}
		s.sumX[t+1] = s.sumX[t] + x[t]
		s.sumE[t+1] = s.sumE[t] + exposure[t]
	}
	// Beyond these a single event is lost in the rounding of the sums.
	if s.events() > 1e15 || s.exposure() > 1e15 {
		return nil, fmt.Errorf("the series adds up to %v events and an exposure of %v: rescale it below 1e15", s.events(), s.exposure())
	}
	return s, nil
}

func (s *counts) n() int            { return len(s.x) }
func (s *counts) events() float64   { return s.sumX[s.n()] }
func (s *counts) exposure() float64 { return s.sumE[s.n()] }

// span returns the events and the exposure of periods from..to-1.
func (s *counts) span(from, to int) (events, exposure float64) {
	return s.sumX[to] - s.sumX[from], s.sumE[to] - s.sumE[from]
}
