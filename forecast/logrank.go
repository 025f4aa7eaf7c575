package forecast

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"
)

// byYears returns the indices of the spells in the order of their years, and of
// their ids where these are equal.
func byYears(spells []Spell) []int {
	order := make([]int, len(spells))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int {
		return cmp.Or(cmp.Compare(spells[a].Years, spells[b].Years), cmp.Compare(spells[a].ID, spells[b].ID))
	})
	return order
}

// Comparison is a test of whether parts of a class reach the rung at the same
// rate.
type Comparison struct {
	Parts []LogRankPart
	ChiSq float64
	DF    int
	P     float64
	// Missing groups were left out because it is not known to which part they belong.
	Missing int
}

// LogRankPart is one part of a class with the events that it saw, and those it would
// have seen had it reached the rung at the rate of all.
type LogRankPart struct {
	Label    string
	N        int
	Observed int
	Expected float64
}

// LogRank compares the parts of a class by their labels, one for each spell, in
// the alphabetical order of the labels (Mantel 1966, Cancer Chemotherapy Reports
// 50:163; Peto and Peto 1972, Journal of the Royal Statistical Society A
// 135:185), with the hypergeometric variance at tied times. Dissolution ends a
// wait like a loss from view.
//
// It is an error when there are fewer than two parts, when there is no event, or
// when no two parts ever waited at the same time as an event.
func LogRank(spells []Spell, labels []string) (*Comparison, error) {
	if len(labels) != len(spells) {
		return nil, fmt.Errorf("%d labels for %d spells", len(labels), len(spells))
	}
	names := slices.Compact(slices.Sorted(slices.Values(labels)))
	k := len(names)
	if k < 2 {
		return nil, fmt.Errorf("a log-rank test needs two parts of the class, there is %s", counted(k, "part"))
	}
	c := &Comparison{Parts: make([]LogRankPart, k)}
	part := make([]int, len(spells))
	waiting := make([]float64, k)
	for i, label := range labels {
		part[i], _ = slices.BinarySearch(names, label)
		c.Parts[part[i]].N++
		waiting[part[i]]++
	}
	variance := mat.NewSymDense(k, nil)
	order, total, events := byYears(spells), float64(len(spells)), 0
	ending := make([]float64, k)
	for i := 0; i < len(order); {
		clear(ending)
		d, first := 0.0, i
		for ; i < len(order) && spells[order[i]].Years == spells[order[first]].Years; i++ {
			s, g := spells[order[i]], part[order[i]]
			ending[g]++
			if s.Outcome == Event {
				d++
				c.Parts[g].Observed++
			}
		}
		if d > 0 {
			events += int(d)
			spread := 0.0
			if total > 1 {
				spread = d * (total - d) / (total - 1)
			}
			for a := range k {
				share := waiting[a] / total
				c.Parts[a].Expected += d * share
				for b := range a + 1 {
					v := -share * waiting[b] / total
					if a == b {
						v += share
					}
					variance.SetSym(a, b, variance.At(a, b)+spread*v)
				}
			}
		}
		for a := range k {
			waiting[a] -= ending[a]
		}
		total -= float64(i - first)
	}
	if events == 0 {
		return nil, fmt.Errorf("no event among %s: there is nothing to compare", counted(len(spells), "group"))
	}
	for a := range c.Parts {
		c.Parts[a].Label = names[a]
	}
	if err := c.test(variance); err != nil {
		return nil, err
	}
	return c, nil
}

// fewValues is how many values of a covariate are parts of their own; with more the
// class is cut at the median.
const fewValues = 4

// LogRank compares the parts of the class by a covariate (see
// [Class.Covariates]): its values, or where these are more than four the groups up
// to its median and those above.
func (c *Class) LogRank(covariate string) (*Comparison, error) {
	x, err := c.Covariates([]string{covariate})
	if err != nil {
		return nil, err
	}
	var spells []Spell
	var values []float64
	for i, m := range c.Members {
		if v := x[i][0]; !math.IsNaN(v) {
			spells, values = append(spells, m.Spell), append(values, v)
		}
	}
	ordered := slices.Sorted(slices.Values(values))
	label := func(v float64) string { return fmt.Sprintf("%s %g", covariate, v) }
	if len(slices.Compact(slices.Clone(ordered))) > fewValues {
		median := percentile(ordered, 0.5)
		label = func(v float64) string {
			if v <= median {
				return fmt.Sprintf("%s to %g", covariate, median)
			}
			return fmt.Sprintf("%s over %g", covariate, median)
		}
	}
	labels := make([]string, len(values))
	for i, v := range values {
		labels[i] = label(v)
	}
	compared, err := LogRank(spells, labels)
	if err != nil {
		return nil, err
	}
	compared.Missing = len(c.Members) - len(spells)
	return compared, nil
}

// test sets the chi-squared statistic over the parts that were ever at risk of an
// event, without the last of them, for the differences add up to zero.
func (c *Comparison) test(variance *mat.SymDense) error {
	var at []int
	for a, part := range c.Parts {
		if part.Expected > 0 {
			at = append(at, a)
		}
	}
	c.DF = len(at) - 1
	if c.DF < 1 {
		return fmt.Errorf("only part %s of the class was waiting when the rung was reached: there is nothing to compare", c.Parts[at[0]].Label)
	}
	excess, spread := mat.NewVecDense(c.DF, nil), mat.NewSymDense(c.DF, nil)
	for i, a := range at[:c.DF] {
		excess.SetVec(i, float64(c.Parts[a].Observed)-c.Parts[a].Expected)
		for j, b := range at[:i+1] {
			spread.SetSym(i, j, variance.At(a, b))
		}
	}
	var factor mat.Cholesky
	var solved mat.VecDense
	if !factor.Factorize(spread) || factor.SolveVecTo(&solved, excess) != nil {
		return fmt.Errorf("the parts of the class never waited side by side when the rung was reached: there is nothing to compare")
	}
	c.ChiSq = mat.Dot(excess, &solved)
	c.P = ChiSquareP(c.ChiSq, c.DF)
	return nil
}
