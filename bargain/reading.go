package bargain

import (
	_ "embed"
	"encoding/json"
	"math"
	"slices"
)

// Reading is one account of where a bargain ends.
type Reading struct {
	Name      string  `json:"name"`
	Dimension string  `json:"dimension,omitempty"` // where there are several
	Value     float64 `json:"value"`
	// Low and High hold nine outcomes in ten if the reading errs here as it erred on
	// the decided issues of the European Union, and the inputs lie in their ranges.
	Low  float64 `json:"low"`
	High float64 `json:"high"`
	// Error is the mean absolute error on those issues, in parts of the scale: 0..100
	// of it, or in the file's unit where the scale has other ends.
	Error float64 `json:"error"`
	// Inputs is what the ranges of the inputs alone do; nil without ranges.
	Inputs *Spread `json:"inputs,omitempty"`
}

// The readings, in the order in which they stand.
const (
	WeightedMean   = "weighted_mean"   // positions by capability and salience
	SalienceMean   = "salience_mean"   // positions by salience
	SpatialModel   = "spatial_model"   // mean by capability and salience of where the spatial model ends
	ConsensusPivot = "consensus_pivot" // how far those who must agree would go
	BaseRate       = "base_rate"       // what was decided elsewhere, whatever the positions
	TemperedMean   = "tempered_mean"   // learnt: Tempered
	readingsCount  = 6
)

// Readings lists the names of the readings.
func Readings() []string {
	return []string{WeightedMean, SalienceMean, SpatialModel, ConsensusPivot, BaseRate, TemperedMean}
}

// Tempering is the learnt reading: a mean by salience in which actors at an end
// of the scale count less, moved off the reference point.
type Tempering struct {
	// End is the weight of an actor at an end of the scale; others have 1.
	End float64 `json:"end"`
	// Stretch multiplies the distance from the middle where every actor stands at an
	// end, since such issues are often decided for one side.
	Stretch float64 `json:"stretch"`
	// Push is the part of the distance from the reference point (what holds without
	// an agreement) that is added to it.
	Push float64 `json:"push"`
}

// Predict gives the outcome, 0..100; reference is NaN where it is not known.
func (t Tempering) Predict(position, salience []float64, reference float64) float64 {
	sum, weights, split := 0.0, 0.0, true
	for i, x := range position {
		w := salience[i]
		if atEnd(x) {
			w *= t.End
		} else {
			split = false
		}
		sum += w * x
		weights += w
	}
	v := sum / weights
	if split {
		v = 50 + t.Stretch*(v-50)
	}
	if !math.IsNaN(reference) {
		v += t.Push * (v - reference)
	}
	return min(max(v, 0), 100)
}

func atEnd(x float64) bool { return x <= 1e-9 || x >= 100-1e-9 }

// Signer is one whose agreement a decision needs, with its votes and the furthest
// point that it would accept on either side of the reference point.
type Signer struct {
	Votes float64
	Limit float64
}

// Pivot is how far from the reference point signers with at least the quorum (0..1)
// of the votes would go together: with a quorum of 1 the nearest limit on the side
// on which all stand, and the reference point itself where they stand on both.
func Pivot(signers []Signer, reference, quorum float64) float64 {
	total := 0.0
	for _, s := range signers {
		total += s.Votes
	}
	ordered := slices.Clone(signers)
	reach := func(sign float64) float64 {
		slices.SortStableFunc(ordered, func(a, b Signer) int { // furthest first
			switch d := sign * (b.Limit - a.Limit); {
			case d < 0:
				return -1
			case d > 0:
				return 1
			}
			return 0
		})
		votes := 0.0
		for _, s := range ordered {
			if votes += s.Votes; votes >= quorum*total-1e-9*total {
				return max(0, sign*(s.Limit-reference))
			}
		}
		return 0
	}
	up, down := reach(1), reach(-1)
	if up >= down {
		return reference + up
	}
	return reference - down
}

// Facts is what was learnt and measured on decided issues.
type Facts struct {
	Data      string               `json:"data"`
	Issues    int                  `json:"issues"`
	Proposals int                  `json:"proposals"`
	Tempering Tempering            `json:"tempering"`
	Outcomes  []float64            `json:"outcomes"` // quantiles, as in Measured
	Median    float64              `json:"median_outcome"`
	Measured  map[string]*Measured `json:"measured"`
}

// Measured is the error of one reading, in points of a scale of 100.
type Measured struct {
	Mean     float64 `json:"mae"`
	MeanLow  float64 `json:"mae_low"` // 95% over resampled proposals
	MeanHigh float64 `json:"mae_high"`
	Median   float64 `json:"median"`
	// Residuals has the quantiles 0.025, 0.075, ... 0.975 of outcome less reading.
	Residuals []float64 `json:"residuals"`
}

//go:embed facts.json
var factsFile []byte

var learnt = func() *Facts {
	f := &Facts{}
	if err := json.Unmarshal(factsFile, f); err != nil {
		panic("facts.json: " + err.Error()) // of the build, not of an input
	}
	return f
}()

// Learnt returns the facts that the readings use.
func Learnt() *Facts { return learnt }

// fact is the key of a reading's measure: with capabilities that differ, two
// readings were measured on the economic weights of the states.
func fact(reading string, equal bool) string {
	if !equal && (reading == WeightedMean || reading == SpatialModel) {
		return reading + "_capability"
	}
	return reading
}
