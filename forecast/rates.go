package forecast

import (
	"fmt"

	"entente"
)

// horizons are the further years for which rungs are forecast.
var horizons = []float64{1, 5, 10}

// lastTarget is the highest rung.
const lastTarget = 8

// A class below either number is called thin.
const enoughEvents, enoughGroups = 5, 10

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
