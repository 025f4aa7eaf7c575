package rem

import (
	"fmt"
	"math"
	"slices"
	"sort"
)

// A coefficient that changes with time is several: the statistic times each
// function of a basis of time (Hastie & Tibshirani 1993). Pieces are the periods
// between given times; a smooth curve is a natural cubic spline.

// basis holds the functions of time by which a statistic is multiplied.
type basis struct {
	names []string
	at    func(t float64, into []float64)
}

// basisOf returns the basis of a term; nil when its coefficient is constant.
func (t *Term) basisOf(d *Data) (*basis, error) {
	switch {
	case len(t.Pieces) == 0 && t.Smooth == 0:
		return nil, nil
	case len(t.Pieces) > 0 && t.Smooth > 0:
		return nil, fmt.Errorf("its coefficient is either of pieces or smooth, not both")
	case t.Fixed != nil:
		return nil, fmt.Errorf("a fixed coefficient does not change with time")
	case t.Smooth > 0:
		return spline(t.Smooth, d)
	}
	cuts := t.Pieces
	if !sort.Float64sAreSorted(cuts) || len(slices.Compact(slices.Clone(cuts))) < len(cuts) {
		return nil, fmt.Errorf("pieces: the times are not in order")
	}
	b := &basis{}
	for k := range len(cuts) + 1 {
		switch {
		case k == 0:
			b.names = append(b.names, "before "+d.when(cuts[0]))
		case k == len(cuts):
			b.names = append(b.names, "from "+d.when(cuts[k-1]))
		default:
			b.names = append(b.names, d.when(cuts[k-1])+" to "+d.when(cuts[k]))
		}
	}
	b.at = func(t float64, into []float64) {
		clear(into)
		k, found := slices.BinarySearch(cuts, t)
		if found {
			k++
		}
		into[k] = 1
	}
	return b, nil
}

// spline is a natural cubic spline of so many functions: a constant, a line, and
// one for each inner knot (Hastie, Tibshirani & Friedman 2009, equations 5.4, 5.5).
// The knots are quantiles of the times of the events; time runs from 0 to 1 over
// them.
func spline(df int, d *Data) (*basis, error) {
	if df < 2 {
		return nil, fmt.Errorf("smooth: %d functions; 2 are a line, 3 or 4 a curve", df)
	}
	n := len(d.Events)
	first, last := d.Events[0].Time, d.Events[n-1].Time
	if first == last {
		return nil, fmt.Errorf("smooth: all events are at one time")
	}
	scale := func(t float64) float64 { return (t - first) / (last - first) }
	knots := make([]float64, df)
	for k := range knots {
		knots[k] = scale(d.Events[k*(n-1)/(df-1)].Time)
	}
	if len(slices.Compact(slices.Clone(knots))) < df {
		return nil, fmt.Errorf("smooth: the events are at too few times for %d functions", df)
	}
	names := []string{"level", "slope"}
	for k := range df - 2 {
		names = append(names, fmt.Sprintf("bend %d", k+1))
	}
	cube := func(x float64) float64 { x = max(0, x); return x * x * x }
	hinge := func(x float64, k int) float64 {
		return (cube(x-knots[k]) - cube(x-knots[df-1])) / (knots[df-1] - knots[k])
	}
	return &basis{names, func(t float64, into []float64) {
		x := scale(t)
		into[0], into[1] = 1, x
		for k := range df - 2 {
			into[k+2] = hinge(x, k) - hinge(x, df-2)
		}
	}}, nil
}

// vary makes the statistics of a term whose coefficient changes with time.
func (b *binder) vary(t *Term, st statistic) ([]statistic, error) {
	basis, err := t.basisOf(b.s.data)
	if err != nil || basis == nil {
		return []statistic{st}, err
	}
	var stats []statistic
	raw := st.value
	into := make([]float64, len(basis.names))
	at := math.NaN()
	for k, name := range basis.names {
		part := st
		part.name = st.name + ": " + name
		part.timed = true
		part.value = func(u *unit) float64 {
			if b.s.now != at {
				at = b.s.now
				basis.at(at, into)
			}
			if into[k] == 0 {
				return 0
			}
			return raw(u) * into[k]
		}
		stats = append(stats, part)
	}
	return stats, nil
}

// Curve is a coefficient as it changes with time.
type Curve struct {
	Term   string       `json:"term"`
	Points []CurvePoint `json:"points"`
}

// CurvePoint is a coefficient at a time, with its interval from the standard
// errors.
type CurvePoint struct {
	Time     float64 `json:"time"`
	When     string  `json:"when"` // the time as it is read
	Estimate real    `json:"estimate"`
	Low      real    `json:"low"`
	High     real    `json:"high"`
}

// curvePoints is how many points of a smooth curve are told, evenly spread from the
// first event to the last.
const curvePoints = 9

// curves returns the coefficients that change with time; of a piece the point where
// it begins.
func (d *Design) curves(fit *Fit) ([]Curve, error) {
	var curves []Curve
	p := len(fit.Terms)
	first := 0
	for k := range d.Model.Terms {
		t := &d.Model.Terms[k]
		columns := 0
		for columns < len(d.of)-first && d.of[first+columns] == k {
			columns++
		}
		basis, err := t.basisOf(d.data)
		if err != nil {
			return nil, err
		}
		if basis == nil {
			first += columns
			continue
		}
		from, to := d.data.Events[0].Time, d.data.Events[len(d.data.Events)-1].Time
		times := append([]float64{from}, t.Pieces...)
		if t.Smooth > 0 {
			times = nil
			for i := range curvePoints {
				times = append(times, from+(to-from)*float64(i)/(curvePoints-1))
			}
		}
		c := Curve{Term: t.label()}
		into := make([]float64, columns)
		width := math.Sqrt2 * math.Erfinv(fit.Level)
		for _, at := range times {
			basis.at(at, into)
			estimate, variance := 0.0, 0.0
			for i, x := range into {
				estimate += x * fit.Terms[first+i].Estimate
				for j, y := range into {
					variance += x * y * fit.Covariance[(first+i)*p+first+j]
				}
			}
			half := width * math.Sqrt(variance)
			c.Points = append(c.Points, CurvePoint{at, d.data.when(at), real(estimate), real(estimate - half), real(estimate + half)})
		}
		curves = append(curves, c)
		first += columns
	}
	return curves, nil
}
