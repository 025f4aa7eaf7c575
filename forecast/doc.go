// Package forecast says how likely a group is to reach a further rung of the
// ladder, from what became of comparable groups.
//
// The one idea needed is the marker pair. For two rungs a and b the class is
// the groups that held a while they did not hold b; each is followed from the
// day it held a until it reached b, dissolved, or was last seen. Dissolution
// is a competing event, not a loss from view: a group that is gone cannot reach
// b any more. A group that has held a for some years is compared with those of
// the class that had neither reached b nor dissolved by then.
//
//	spells := forecast.Pairs(c.Blocs, 2, 3, forecast.Filter{Soft: true, LeaveOut: []string{"ots"}})
//	curve := forecast.Estimate(spells)
//	fmt.Println(curve.At(10).Incidence)
//
// [Forecast] does this for the group of a case and for every rung it lacks, and pools
// it with what other methods say.
//
// [Of] keeps with each spell what is known of its group, so that classes can be
// compared ([LogRank]) and regressed: [Cox] on the hazard among those still
// waiting, [FineGray] on the share that ever gets there. [OfLevel] asks of levels
// in place of pairs, [ReadTable] takes waits from a file, and [Ask] answers a
// whole question with the change that each part of its filter makes.
//
// The package does not correct the biases of the class: famous and lasting
// groups are over-represented, and rungs that were reached late or in secret are
// missed. A rung that was never found counts as not reached.
package forecast
