package forecast

import (
	"fmt"
	"math"
	"strings"

	"entente"
)

// horizons are the further years for which base rates are given.
var horizons = []float64{1, 5, 10}

// The rungs that base rates are given for: from the first joint exercise to
// forces of the group's own.
const firstTarget, lastTarget = 3, 8

// A class below either number is called thin.
const enoughEvents, enoughGroups = 5, 10

// Rate is the base rate of one rung for a group: how often comparable groups that
// had held the same rung for as long reached it within some further years.
type Rate struct {
	From, To               int     // the rung held and the rung asked for, 0..8
	Held                   float64 // years for which From has been held
	Years                  float64 // the further years
	Probability, Low, High float64 // with the interval of 95 %
	N, Events              int     // groups in the class, and how many of them ever reached To
	AtRisk, Within         int     // groups that had held From longer than Held without To, and how many of them reached it in time
	Method                 string  // the class and the estimator, in words
	Thin                   string  // why the number is weak, "" when it is not known to be
}

// BaseRates returns the base rates for the group of the case as of the day, for
// every rung from r3 to r8 that it does not hold and within 1, 5 and 10 years,
// in that order. held reports when the group reached a rung (0..8), if it has;
// the highest rung held by the day is the one the class has in common with it.
//
// The class is the groups of c.Blocs as they stood on the day (see [Cut]),
// without the group itself, which is known by its id, code, name or an alias. It
// is of soft origin when the group's own record says that the group is. The
// estimate and its interval are those of [Curve.Given], with a separate stream
// from the seed for each pair of rungs. When every group of the class has left
// the risk set before the time held, the constant rate stands in and Method says
// so.
//
// A rung for which the class holds no risk time is left out. A case without
// groups to compare, or a group that holds no rung, yields nothing.
func BaseRates(c *entente.Case, held func(rung int) (entente.Day, bool), asOf entente.Day, seed uint64) []Rate {
	from, since := -1, entente.Day(0)
	var holds [lastTarget + 1]bool
	for rung := range holds {
		if day, ok := held(rung); ok && day <= asOf {
			from, since, holds[rung] = rung, day, true
		}
	}
	if from < 0 || len(c.Blocs) == 0 {
		return nil
	}
	set, class := Peers(c), Cut(c.Blocs, asOf)
	years := Years(since, asOf)
	var rates []Rate
	for to := firstTarget; to <= lastTarget; to++ {
		if holds[to] {
			continue
		}
		curve := Estimate(Pairs(class, from, to, set))
		if curve.RiskYears == 0 {
			continue
		}
		for _, p := range curve.Given(years, horizons, stream(seed, from, to)) {
			rates = append(rates, rate(curve, from, to, years, p, set.Soft))
		}
	}
	return rates
}

// Peers returns the filter of the groups that the group of the case is compared
// with: without itself, known by its id, code, name or an alias, and of soft
// origin when its own record says that it is.
func Peers(c *entente.Case) Filter {
	var set Filter
	for _, i := range own(c) {
		set.LeaveOut = append(set.LeaveOut, c.Blocs[i].ID)
		set.Soft = set.Soft || c.Blocs[i].Soft
	}
	return set
}

// stream is the seed of a pair of rungs.
func stream(seed uint64, from, to int) uint64 {
	return seed ^ uint64(from*16+to)*0x9e3779b97f4a7c15
}

// rate puts a conditional probability into words, or the constant rate where
// there is none.
func rate(c *Curve, from, to int, held float64, p Conditional, soft bool) Rate {
	r := Rate{From: from, To: to, Held: held, Years: p.Years, Probability: p.Probability, Low: p.Low, High: p.High,
		N: c.N, Events: c.Events, AtRisk: p.AtRisk, Within: p.Events}
	origin := ""
	if soft {
		origin = "soft-origin "
	}
	estimator := fmt.Sprintf("Aalen-Johansen, given %.1f years held", held)
	if p.AtRisk == 0 {
		within := func(rate float64) float64 { return 1 - math.Exp(-rate*p.Years) }
		r.Probability, r.Low, r.High = within(c.Rate), within(c.RateLow), within(c.RateHigh)
		estimator = fmt.Sprintf("constant rate, none followed beyond %.1f years", held)
	}
	r.Method = fmt.Sprintf("reference class: %s that held r%d and not r%d, %s", counted(c.N, origin+"group"), from, to, estimator)

	r.Thin = strings.Join(thin(c, p), "; ")
	return r
}

// thin says why a conditional probability of the class is weak.
func thin(c *Curve, p Conditional) []string {
	var why []string
	if c.Events < enoughEvents {
		why = append(why, fmt.Sprintf("only %s: read as an order of magnitude", counted(c.Events, "event")))
	}
	switch {
	case c.N < enoughGroups:
		why = append(why, fmt.Sprintf("only %s in the class", counted(c.N, "group")))
	case p.AtRisk < enoughGroups:
		why = append(why, fmt.Sprintf("only %s of the class waited as long", counted(p.AtRisk, "group")))
	}
	if p.AtRisk > 0 && p.Events == 0 {
		why = append(why, "none reached it in that time: the upper end says more than the 0")
	}
	if p.AtRisk > 0 && !p.Followed {
		why = append(why, "no group was followed to the end of that time")
	}
	return why
}

func counted(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
