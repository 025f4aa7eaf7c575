package bargain

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// candidate is a reading with coefficients, of which one family has several.
type candidate struct {
	end, stretch, push float64 // as in Tempering
	salience           float64 // exponent
	union              float64 // weight of Commission and Parliament
	votes              float64 // exponent of votes in the Council
	middle             float64 // part of the distance to the middle that is taken back
	median             float64 // part of the weighted median
	held               float64 // weight of actors at the reference point
}

var plain = candidate{end: 1, stretch: 1, salience: 1, union: 1, held: 1}

func (c candidate) predict(r *Row) float64 {
	w := make([]float64, len(r.Position))
	for i, x := range r.Position {
		w[i] = r.Salience[i]
		if c.salience != 1 {
			w[i] = math.Pow(w[i], c.salience)
		}
		if r.Actors[i] == "com" || r.Actors[i] == "ep" {
			w[i] *= c.union
		} else if c.votes != 0 {
			w[i] *= math.Pow(councilVotes[r.Actors[i]]/10, c.votes)
		}
		if x == r.Reference {
			w[i] *= c.held
		}
	}
	v := Tempering{c.end, c.stretch, c.push}.Predict(r.Position, w, r.Reference)
	if c.median > 0 {
		order := make([]int, len(w))
		all := 0.0
		for i := range order {
			order[i] = i
			all += w[i]
		}
		slices.SortStableFunc(order, func(a, b int) int { return int(math.Copysign(1, r.Position[a]-r.Position[b])) })
		sum := 0.0
		for _, i := range order {
			if sum += w[i]; sum >= all/2 {
				v = (1-c.median)*v + c.median*r.Position[i]
				break
			}
		}
	}
	return v + c.middle*(50-v)
}

// families are all that was tried as a fifth reading, the weighted mean first.
func families() ([]string, map[string][]candidate) {
	with := func(values []float64, set func(*candidate, float64)) func([]candidate) []candidate {
		return func(list []candidate) (out []candidate) {
			for _, c := range list {
				for _, v := range values {
					c := c
					set(&c, v)
					out = append(out, c)
				}
			}
			return out
		}
	}
	end := with(gridEnd, func(c *candidate, v float64) { c.end = v })
	stretch := with(gridStretch, func(c *candidate, v float64) { c.stretch = v })
	push := with(gridPush, func(c *candidate, v float64) { c.push = v })
	pull := with([]float64{-0.1, -0.05, 0, 0.05, 0.1}, func(c *candidate, v float64) { c.push = v })
	salience := with([]float64{0, 0.5, 1, 1.5, 2}, func(c *candidate, v float64) { c.salience = v })
	union := with([]float64{0.5, 1, 1.5, 2, 3}, func(c *candidate, v float64) { c.union = v })
	votes := with([]float64{0, 0.25, 0.5, 0.75, 1}, func(c *candidate, v float64) { c.votes = v })
	middle := with([]float64{-0.1, 0, 0.1, 0.2, 0.3}, func(c *candidate, v float64) { c.middle = v })
	median := with([]float64{0, 0.1, 0.2, 0.3, 0.5}, func(c *candidate, v float64) { c.median = v })
	held := with([]float64{0.25, 0.5, 0.7, 0.85, 1, 1.2, 1.5}, func(c *candidate, v float64) { c.held = v })
	all := map[string][]func([]candidate) []candidate{
		"weighted mean": {}, "salience exponent": {salience}, "Commission and Parliament": {union}, "Council votes": {votes}, "shrunk to the middle": {middle},
		"mixed with the median": {median}, "reference point": {pull}, "weight at the reference point": {held}, "ends": {end}, "ends, Council votes": {end, votes},
		"ends, salience exponent": {end, salience}, "ends, push": {end, push}, "ends, push, stretch": {end, push, stretch}, "ends, push, stretch, Council votes": {end, push, stretch, votes},
	}
	out := map[string][]candidate{}
	var names []string
	for name, steps := range all {
		list := []candidate{plain}
		for _, step := range steps {
			list = step(list)
		}
		out[name] = list
		names = append(names, name)
	}
	slices.Sort(names)
	at := slices.Index(names, "weighted mean")
	names[0], names[at] = names[at], names[0]
	return names, out
}

// TestNested chooses among all families within each training part, so that the
// search itself is paid for. With -v it says what it finds; the figures stand in
// docs/bargaining.md.
func TestNested(t *testing.T) {
	rows, _ := deu(t)
	names, all := families()
	predictions := map[string][][]float64{}
	for _, name := range names {
		for _, c := range all[name] {
			var p []float64
			for i := range rows {
				p = append(p, c.predict(&rows[i]))
			}
			predictions[name] = append(predictions[name], p)
		}
	}
	var proposals []string
	for _, r := range rows {
		if !slices.Contains(proposals, r.Proposal) {
			proposals = append(proposals, r.Proposal)
		}
	}
	// blend predicts the rows of test by the family's members weighed on those of train.
	blend := func(name string, train, test []int) []float64 {
		sums := make([]float64, len(predictions[name]))
		for c, p := range predictions[name] {
			for _, i := range train {
				sums[c] += math.Abs(p[i] - rows[i].Outcome)
			}
		}
		least, weights := slices.Min(sums), 0.0
		out := make([]float64, len(test))
		for c, p := range predictions[name] {
			w := math.Exp((least - sums[c]) / errorScale)
			weights += w
			for k, i := range test {
				out[k] += w * p[i]
			}
		}
		for k := range out {
			out[k] /= weights
		}
		return out
	}
	fold := func(within []int, seed uint64, parts int) [][2][]int {
		order := slices.Clone(proposals)
		rand.New(rand.NewPCG(seed, 3)).Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
		part := map[string]int{}
		for k, p := range order {
			part[p] = k % parts
		}
		out := make([][2][]int, parts)
		for _, i := range within {
			for f := range out {
				side := 0
				if part[rows[i].Proposal] == f {
					side = 1
				}
				out[f][side] = append(out[f][side], i)
			}
		}
		return out
	}
	everything := make([]int, len(rows))
	for i := range everything {
		everything[i] = i
	}
	const seeds = 10
	errs := map[string][]float64{} // mean over seeds, by row
	chosen := map[string]int{}
	names = append(names, "chosen")
	for _, name := range names {
		errs[name] = make([]float64, len(rows))
	}
	for seed := range uint64(seeds) {
		for _, f := range fold(everything, seed, 10) {
			best, least := "", math.Inf(1)
			for _, name := range names[:len(names)-1] {
				sum := 0.0
				for _, inner := range fold(f[0], seed+100, 5) {
					for k, v := range blend(name, inner[0], inner[1]) {
						sum += math.Abs(v - rows[inner[1][k]].Outcome)
					}
				}
				if sum < least {
					best, least = name, sum
				}
				for k, v := range blend(name, f[0], f[1]) {
					errs[name][f[1][k]] += math.Abs(v-rows[f[1][k]].Outcome) / seeds
				}
			}
			chosen[best]++
			for k, v := range blend(best, f[0], f[1]) {
				errs["chosen"][f[1][k]] += math.Abs(v-rows[f[1][k]].Outcome) / seeds
			}
		}
	}
	for _, name := range names {
		m := measure(rows, proposals, errs[name])
		var less []float64
		for i := range rows {
			less = append(less, errs[name][i]-errs["weighted mean"][i])
		}
		if name == "chosen" && mean(less) >= 0 {
			t.Errorf("the search does not beat the weighted mean: %+.2f points", mean(less))
		}
		low, high := interval(rows, proposals, less)
		t.Logf("%-36s %4d  mae %.2f (%.2f to %.2f)  median %.2f  less mean %+.2f (%+.2f to %+.2f)  chosen %d",
			name, len(all[name]), m.Mean, m.MeanLow, m.MeanHigh, m.Median, mean(less), low, high, chosen[name])
	}
}

// interval of the mean of signed values over resampled proposals.
func interval(rows []Row, proposals []string, values []float64) (low, high float64) {
	rng := rand.New(rand.NewPCG(1, 1))
	by := map[string][]float64{}
	for i, v := range values {
		by[rows[i].Proposal] = append(by[rows[i].Proposal], v)
	}
	var means []float64
	for range resamples {
		sum, n := 0.0, 0
		for range proposals {
			for _, e := range by[proposals[rng.IntN(len(proposals))]] {
				sum += e
				n++
			}
		}
		means = append(means, sum/float64(n))
	}
	slices.Sort(means)
	return quantile(means, 0.025), quantile(means, 0.975)
}
