package forecast

import (
	"cmp"
	"math"
	"math/bits"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/mathext"
)

// z975 is the 0.975 quantile of the standard normal distribution, for two-sided
// intervals of 95 %.
const z975 = 1.959963984540054

// replicates is how many bootstrap samples stand behind an interval.
const replicates = 2000

// Curve is the estimated course of a reference class over the years since its
// first rung.
type Curve struct {
	N, Events, Dissolved, Censored int

	RiskYears float64 // the sum of the spells
	// Rate is events per risk year, with the exact interval of 95 % for a Poisson
	// count (Garwood 1936, Biometrika 28:437). All three are NaN without risk time.
	Rate, RateLow, RateHigh float64

	spells []Spell // by Years
	steps  []step
}

// step is one distinct time at which a group reached the rung or dissolved.
type step struct {
	years                     float64
	atRisk, events, dissolved float64
	incidence, gone, survival float64 // after the step
	km                        float64 // Kaplan-Meier survival after the step
}

// Estimate fits the curve of a reference class. Spells need not be sorted; an
// event and the end of another group's follow-up at the same time count as the
// event first.
func Estimate(spells []Spell) *Curve {
	c := estimate(slices.Clone(spells))
	c.RateLow, c.RateHigh = garwood(c.Events, c.RiskYears)
	return c
}

// estimate is Estimate without the interval of the rate, which takes half of its time. It
// keeps the spells and sorts them.
func estimate(spells []Spell) *Curve {
	c := &Curve{N: len(spells), spells: spells}
	slices.SortFunc(c.spells, bySpell)
	s := step{survival: 1, km: 1}
	for i := 0; i < c.N; {
		s.years, s.atRisk, s.events, s.dissolved = c.spells[i].Years, float64(c.N-i), 0, 0
		for first := i; i < c.N && (i == first || c.spells[i].Years == s.years); i++ {
			c.RiskYears += c.spells[i].Years
			switch c.spells[i].Outcome {
			case Event:
				s.events++
			case Dissolved:
				s.dissolved++
			}
		}
		if s.events+s.dissolved == 0 {
			continue
		}
		c.Events += int(s.events)
		c.Dissolved += int(s.dissolved)
		s.incidence = min(s.incidence+s.survival*s.events/s.atRisk, 1)
		s.gone = min(s.gone+s.survival*s.dissolved/s.atRisk, 1)
		s.survival *= 1 - (s.events+s.dissolved)/s.atRisk
		s.km *= 1 - s.events/s.atRisk
		c.steps = append(c.steps, s)
	}
	c.Censored = c.N - c.Events - c.Dissolved
	c.Rate = float64(c.Events) / c.RiskYears
	return c
}

// bySpell orders spells by time, then by group.
func bySpell(a, b Spell) int {
	return cmp.Or(cmp.Compare(a.Years, b.Years), cmp.Compare(a.ID, b.ID))
}

// garwood returns the exact interval of 95 % for the rate behind a Poisson count
// seen over some risk time; without risk time both ends are NaN.
func garwood(events int, years float64) (low, high float64) {
	if !(years > 0) {
		return math.NaN(), math.NaN()
	}
	if events > 0 {
		low = mathext.GammaIncRegInv(float64(events), 0.025) / years
	}
	return low, mathext.GammaIncRegInv(float64(events)+1, 0.975) / years
}

// Point is what had become of a class some years after its first rung. An end of
// an interval that is undefined is NaN.
type Point struct {
	Years  float64
	AtRisk int // groups still waiting just before that time

	// Incidence is the Aalen-Johansen share that had reached the rung, with
	// dissolution as a competing event. The three shares add up to 1.
	Incidence, Gone, Survival float64
	// SE is the Greenwood-type standard error of Incidence, equal to its
	// infinitesimal jackknife; Low and High are the interval of 95 % on the log
	// scale, capped at 1. They are undefined while Incidence is 0, except that they
	// too are 0 as long as no spell has ended: then every group is known to wait.
	SE, Low, High float64

	// Hazard is the Nelson-Aalen sum of events over those at risk, the expected
	// number of events of a group kept at risk, with Aalen's variance and the
	// interval of 95 % on the log scale, undefined at 0.
	Hazard, HazardSE, HazardLow, HazardHigh float64

	// KM is one minus the Kaplan-Meier survival, which treats dissolution as a
	// loss from view and so says how many would have reached the rung had no group
	// dissolved. Its interval of 95 % is on the log-log scale and is undefined at 0
	// and 1, with the same exception.
	KM, KMLow, KMHigh float64
}

// At evaluates the curve after the given years. Beyond the last follow-up it
// stays where it was.
//
// The estimator is that of Aalen and Johansen (1978, Scandinavian Journal of
// Statistics 5:141), its variance the multinomial delta method over the
// transitions at each time (Andersen, Borgan, Gill and Keiding 1993, section
// IV.4); Kaplan-Meier has Greenwood's variance and the interval of Kalbfleisch
// and Prentice (1980). The cumulative hazard is that of Nelson (1972, Technometrics
// 14:945) and Aalen (1978, Annals of Statistics 6:701).
func (c *Curve) At(years float64) Point {
	p := Point{Years: years, Survival: 1, Low: math.NaN(), High: math.NaN(), KMLow: math.NaN(), KMHigh: math.NaN(),
		HazardLow: math.NaN(), HazardHigh: math.NaN()}
	p.AtRisk = c.N - c.before(years, false)
	last := 0
	for last < len(c.steps) && c.steps[last].years <= years {
		last++
	}
	if last == 0 {
		if c.N > 0 && c.before(years, true) == 0 {
			p.Low, p.High, p.KMLow, p.KMHigh = 0, 0, 0, 0
		}
		return p
	}
	end := c.steps[last-1]
	p.Incidence, p.Gone, p.Survival, p.KM = end.incidence, end.gone, end.survival, 1-end.km

	var variance, greenwood, aalen float64
	survived := 1.0
	for _, s := range c.steps[:last] {
		e, d := s.events/s.atRisk, s.dissolved/s.atRisk
		// What a small change of either share at this step does to the incidence
		// at the end: it adds here and takes from all that follows.
		var later float64
		if e+d < 1 {
			later = (end.incidence - s.incidence) / (1 - e - d)
		}
		up, down := survived-later, -later
		mean := up*e + down*d
		variance += (up*up*e + down*down*d - mean*mean) / s.atRisk
		greenwood += s.events / (s.atRisk * (s.atRisk - s.events))
		p.Hazard += e
		aalen += e / s.atRisk
		survived = s.survival
	}
	p.SE, p.HazardSE = math.Sqrt(max(variance, 0)), math.Sqrt(aalen)
	if p.Hazard > 0 {
		spread := math.Exp(z975 * p.HazardSE / p.Hazard)
		p.HazardLow, p.HazardHigh = p.Hazard/spread, p.Hazard*spread
	}
	if p.Incidence > 0 {
		spread := math.Exp(z975 * p.SE / p.Incidence)
		p.Low, p.High = p.Incidence/spread, min(p.Incidence*spread, 1)
	}
	if end.km > 0 && end.km < 1 {
		spread := math.Exp(z975 * math.Sqrt(greenwood) / -math.Log(end.km))
		p.KMLow, p.KMHigh = 1-math.Pow(end.km, 1/spread), 1-math.Pow(end.km, spread)
	}
	return p
}

// Longest returns the longest follow-up, in years; 0 without spells. Beyond it the
// data say nothing.
func (c *Curve) Longest() float64 {
	if c.N == 0 {
		return 0
	}
	return c.spells[c.N-1].Years
}

// Ended counts the groups whose wait ended within the years, both ends included,
// by how it ended.
func (c *Curve) Ended(years float64) (events, dissolved, censored int) {
	for _, s := range c.spells[:c.before(years, true)] {
		switch s.Outcome {
		case Event:
			events++
		case Dissolved:
			dissolved++
		default:
			censored++
		}
	}
	return events, dissolved, censored
}

// MedianToEvent returns the median wait of the groups that reached the rung, NaN
// without one. It says nothing of how long a group waits: those that never reached
// the rung are not in it.
func (c *Curve) MedianToEvent() float64 {
	var waits []float64
	for _, s := range c.spells {
		if s.Outcome == Event {
			waits = append(waits, s.Years)
		}
	}
	if len(waits) == 0 {
		return math.NaN()
	}
	return percentile(waits, 0.5)
}

// before counts the spells that end before the time, or also at it.
func (c *Curve) before(years float64, orAt bool) int {
	order := upTo
	if !orAt {
		order = func(s Spell, t float64) int { return cmp.Compare(s.Years, t) }
	}
	i, _ := slices.BinarySearchFunc(c.spells, years, order)
	return i
}

// upTo finds the first spell that is longer than a time.
func upTo(s Spell, t float64) int {
	if s.Years <= t {
		return -1
	}
	return 1
}

// Conditional is the chance of a group that has waited for some time to reach
// the rung within a further time.
type Conditional struct {
	Years                  float64 // the further time
	Probability, Low, High float64 // NaN when no group of the class waited so long
	AtRisk                 int     // groups of the class that had waited longer than the time held
	Events                 int     // of those, how many reached the rung within the further time
	Followed               bool    // whether the follow-up of those reaches the end of that time, or settles them all before
}

// Given returns, for a group that has waited for the years held, the chance of
// reaching the rung within each of the further years, in ascending order:
// (F(t+h)-F(t)) / (1-F(t)-D(t)), where F is the incidence and D the share
// dissolved. It is the incidence among the groups that waited longer than t.
//
// The interval is the 2.5 and 97.5 percentiles of 2,000 bootstrap samples of
// whole groups (Efron 1981, Journal of the American Statistical Association
// 76:312), drawn by a PCG generator from the seed; samples in which no group
// waited so long are passed over. Resampling cannot show what a handful of events
// may hide, and shows nothing when there was none. With fewer than 5 events in
// the time the interval is therefore widened to take in the exact one of a
// constant rate over the risk time seen, 1 - exp(-rate h).
func (c *Curve) Given(held float64, years []float64, seed uint64) []Conditional {
	years = slices.Sorted(slices.Values(years))
	first := c.before(held, true)
	waiting := c.spells[first:]
	results := make([]Conditional, len(years))
	for i, h := range years {
		results[i] = Conditional{Years: h, Probability: math.NaN(), Low: math.NaN(), High: math.NaN(), AtRisk: len(waiting)}
	}
	if len(waiting) == 0 || len(years) == 0 {
		return results
	}

	values, samples := c.resample(first, held, years, seed)
	for i := range results {
		r := &results[i]
		r.Probability = values[i]
		r.Low, r.High = percentile(samples[i], 0.025), percentile(samples[i], 0.975)
		window(r, held, waiting)
	}
	return results
}

// Bootstrap returns the interval of 95 % of the incidence at each of the years,
// in ascending order: the 2.5 and 97.5 percentiles of 2,000 samples of whole
// groups, as in [Curve.Given]. Both ends are NaN for an empty class.
func (c *Curve) Bootstrap(years []float64, seed uint64) (low, high []float64) {
	years = slices.Sorted(slices.Values(years))
	low, high = make([]float64, len(years)), make([]float64, len(years))
	if c.N == 0 {
		for i := range years {
			low[i], high[i] = math.NaN(), math.NaN()
		}
		return low, high
	}
	_, samples := c.resample(0, 0, years, seed)
	for i := range years {
		low[i], high[i] = percentile(samples[i], 0.025), percentile(samples[i], 0.975)
	}
	return low, high
}

// resample returns the incidence of the spells from first on within the years
// after held, and the same of bootstrap samples of all spells, sorted, for each of
// the years. A sample without a spell from first on is passed over.
func (c *Curve) resample(first int, held float64, years []float64, seed uint64) (values []float64, samples [][]float64) {
	waiting := c.spells[first:]
	weights := make([]float64, len(waiting))
	for i := range weights {
		weights[i] = 1
	}
	values = make([]float64, len(years))
	incidence(values, waiting, weights, held, years)
	drawn := slices.Clone(values)
	samples = make([][]float64, len(years))
	for i := range samples {
		samples[i] = make([]float64, 0, replicates)
	}
	random := rand.NewPCG(seed, 0)
	for range replicates {
		clear(weights)
		for range c.N {
			// The bias of the multiplication is below N in 2^64.
			if at, _ := bits.Mul64(random.Uint64(), uint64(c.N)); int(at) >= first {
				weights[int(at)-first]++
			}
		}
		if incidence(drawn, waiting, weights, held, years) {
			for i, v := range drawn {
				samples[i] = append(samples[i], v)
			}
		}
	}
	for i := range samples {
		slices.Sort(samples[i])
	}
	return values, samples
}

// window counts what was seen of the waiting within the further time, and widens
// the interval when that is little.
func window(r *Conditional, held float64, waiting []Spell) {
	end, longest := held+r.Years, waiting[len(waiting)-1].Years
	r.Followed = true
	var risk float64
	for _, s := range waiting {
		risk += min(s.Years, end) - held
		if s.Outcome == Event && s.Years <= end {
			r.Events++
		}
		if s.Outcome == Censored && s.Years == longest && longest < end {
			r.Followed = false
		}
	}
	if low, high := garwood(r.Events, risk); r.Events < enoughEvents && risk > 0 {
		r.Low = min(r.Low, 1-math.Exp(-low*r.Years))
		r.High = max(r.High, 1-math.Exp(-high*r.Years))
	}
}

// incidence sets values to the Aalen-Johansen incidence of the weighted spells
// (sorted, all longer than held) by the years after held, and reports whether
// any weight was there.
func incidence(values []float64, spells []Spell, weights []float64, held float64, years []float64) bool {
	var atRisk float64
	for _, w := range weights {
		atRisk += w
	}
	if atRisk == 0 {
		return false
	}
	reached, survival, next := 0.0, 1.0, 0
	for i := 0; i < len(spells); {
		t := spells[i].Years
		for next < len(years) && held+years[next] < t {
			values[next] = reached
			next++
		}
		if next == len(years) {
			return true
		}
		var events, dissolved, leaving float64
		for first := i; i < len(spells) && (i == first || spells[i].Years == t); i++ {
			leaving += weights[i]
			switch spells[i].Outcome {
			case Event:
				events += weights[i]
			case Dissolved:
				dissolved += weights[i]
			}
		}
		if events+dissolved > 0 {
			reached = min(reached+survival*events/atRisk, 1)
			survival *= 1 - (events+dissolved)/atRisk
		}
		atRisk -= leaving
	}
	for ; next < len(years); next++ {
		values[next] = reached
	}
	return true
}

// percentile interpolates between the order statistics of a sorted, non-empty
// sample (definition 7 of Hyndman and Fan 1996, The American Statistician
// 50:361).
func percentile(sorted []float64, p float64) float64 {
	at := p * float64(len(sorted)-1)
	i := int(at)
	if i+1 >= len(sorted) {
		return sorted[len(sorted)-1]
	}
	return sorted[i] + (at-float64(i))*(sorted[i+1]-sorted[i])
}
