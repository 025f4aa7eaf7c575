package figure

import "slices"

// leastClique is the number of states from which ties between every two of them
// are said once instead of drawn one by one: 6 states already have 15 pairs.
const leastClique = 6

// clique returns, in order, indices of a set in which every two are joined, or
// nil when none of leastClique is found: the least joined is left out until the
// rest is complete. It need not be the largest.
func clique(n int, joined func(i, j int) bool) []int {
	set := make([]int, n)
	for i := range set {
		set[i] = i
	}
	for len(set) >= leastClique {
		worst, fewest := -1, len(set)-1
		for k, i := range set {
			degree := 0
			for _, j := range set {
				if i != j && joined(i, j) {
					degree++
				}
			}
			if degree < fewest || degree == fewest && worst >= 0 {
				worst, fewest = k, degree
			}
		}
		if worst < 0 {
			return set
		}
		set = slices.Delete(set, worst, worst+1)
	}
	return nil
}
