package measure

import (
	"cmp"
	"math"
	"slices"
	"sort"

	"entente"
)

// Weight is what one act adds to the depth of the ties between its participants.
// The table is ours, a construction and not a measure from the literature: it is
// published so that a reader can dispute it, and Ties shows how the order of
// pairs moves when any one weight is halved or doubled.
type Weight struct {
	Name   string  `json:"name"`
	Weight float64 `json:"weight"`
	Lasts  bool    `json:"lasts"` // counts in full while in force, rather than fading with age
}

// Weights returns the table of weights, the ones for lasting commitments first.
func Weights() []Weight { return slices.Clone(weights[:]) }

const (
	byDefence = iota
	byRestraint
	byConsultation
	byMilitaryText
	byOtherText
	byDeployment
	byExercise
	byArms
	byInstitution
	byPlan
	byDeclaration
	byMeeting
)

var weights = [...]Weight{
	byDefence:      {"defence or offence owed through a channel", 8, true},
	byRestraint:    {"non-aggression or neutrality owed through a channel", 4, true},
	byConsultation: {"consultation owed through a channel", 3, true},
	byMilitaryText: {"other binding text on military, industrial or intelligence work", 2, true},
	byOtherText:    {"other binding text", 1, true},
	byDeployment:   {"deployment", 2, false},
	byExercise:     {"exercise", 2, false},
	byArms:         {"arms transfer or licensed production", 2, false},
	byInstitution:  {"institution or accession without binding force", 1, false},
	byPlan:         {"plan, protocol or agreement without binding force", 1, false},
	byDeclaration:  {"declaration", 1, false},
	byMeeting:      {"meeting", 0.5, false},
}

// weigh returns the row of the weight table for an act, or -1 when it adds
// nothing of its own (incidents, statements, withdrawals, proposals; and texts
// that oblige, which count by channel).
func weigh(a *entente.Act) int {
	if !a.Cooperation() {
		return -1
	}
	if a.Force == entente.Binding && a.Type != entente.Deployment && a.Type != entente.ArmsTransfer && a.Type != entente.LicenceProduction {
		switch {
		case binds(a):
			return -1 // counted once by channel, through Obligations
		case slices.ContainsFunc(a.Domains, entente.Domain.Military):
			return byMilitaryText
		}
		return byOtherText
	}
	switch a.Type {
	case entente.Deployment:
		return byDeployment
	case entente.Exercise:
		return byExercise
	case entente.ArmsTransfer, entente.LicenceProduction:
		return byArms
	case entente.Institution, entente.Accession, entente.Observer, entente.Founding:
		return byInstitution
	case entente.Plan, entente.Protocol, entente.Agreement, entente.Treaty:
		return byPlan
	case entente.Declaration:
		return byDeclaration
	}
	return byMeeting
}

// TieOptions chooses the pairs and the fading of Ties.
type TieOptions struct {
	Among    []string // codes; empty: members and observers of the group on the day
	HalfLife float64  // of events, in years; 0 means 5
}

// Tie is the depth of the relation of two states on a day.
type Tie struct {
	A        string   `json:"a"`
	B        string   `json:"b"`
	Code     int      `json:"obligation_code"` // 3 defence or offence, 2 neutrality or non-aggression, 1 consultation, 0 none; in force
	Depth    float64  `json:"depth"`
	Rank     int      `json:"rank"` // 1 is the deepest
	RankLow  int      `json:"rank_low"`
	RankHigh int      `json:"rank_high"` // the ranks met when each weight in turn is halved and doubled
	N        int      `json:"n"`         // acts that count
	Acts     []string `json:"acts"`      // those acts, heaviest first
}

// Ties returns the depth of every pair, deepest first,
//
//	D = sum over channels of w(deepest obligation owed through it)
//	  + sum over other binding texts of w / (k-1)
//	  + sum over events of w / (k-1) * exp(-ln 2 * age / half-life),
//
// with the weights of Weights. A channel is a bilateral tie, a treaty of several
// states, or an organisation: what two states owe each other through it counts
// once, however many texts repeat it, and half while it is only signed. An act
// of k states is shared among the k-1 partners of each (Newman 2001, Physical
// Review E 64:016132), since a summit of eight says less about any one pair than
// a visit.
func Ties(c *entente.Case, asOf entente.Day, opt TieOptions) []Tie {
	among := opt.Among
	if len(among) == 0 {
		among = append(c.Group.On(asOf, "member"), c.Group.On(asOf, "observer")...)
	}
	halfLife := cmp.Or(opt.HalfLife, 5)
	index := map[string]int{}
	for i, code := range among {
		index[code] = i
	}
	n := len(among)
	// share[pair][w] is the sum of the unweighted contributions by weight row, so
	// that the sensitivity to each weight needs no second pass over the acts.
	share := make([][len(weights)]float64, n*n)
	type part struct {
		id string
		d  float64
	}
	parts := make([][]part, n*n)
	present := make([]int, 0, n)
	add := func(i, j, row int, size float64) int {
		at := min(i, j)*n + max(i, j)
		share[at][row] += size
		return at
	}
	owed := Obligations(c, asOf)
	for _, o := range deepestByChannel(owed) {
		i, inA := index[o.A]
		j, inB := index[o.B]
		if inA && inB {
			size := 1.0
			if o.Status == StandsSigned {
				size = 0.5
			}
			row := [...]int{0, byConsultation, byRestraint, byDefence}[o.Obligation.Depth()]
			at := add(i, j, row, size)
			for _, id := range o.Acts {
				if !slices.ContainsFunc(parts[at], func(p part) bool { return p.id == id }) {
					parts[at] = append(parts[at], part{id, size * weights[row].Weight})
				}
			}
		}
	}
	for _, a := range c.Acts {
		row := weigh(a)
		if row < 0 || !a.Date.Begun(asOf) {
			continue
		}
		size := 1.0
		if weights[row].Lasts {
			switch a.StatusOn(asOf) {
			case entente.Signed:
				size = 0.5
			case entente.Terminated:
				continue
			}
		} else {
			age := float64(asOf-a.Date.Start) / 365.25
			size = math.Exp(-math.Ln2 * age / halfLife)
		}
		present = present[:0]
		for _, p := range a.Participants {
			if i, ok := index[p.Actor]; ok {
				present = append(present, i)
			}
		}
		size /= float64(len(a.Participants) - 1)
		for x, i := range present {
			for _, j := range present[x+1:] {
				at := add(i, j, row, size)
				parts[at] = append(parts[at], part{a.ID, size * weights[row].Weight})
			}
		}
	}
	code := obligationCodes(owed)
	var ties []Tie
	var shares [][len(weights)]float64
	for i := range n {
		for j := i + 1; j < n; j++ {
			at := i*n + j
			t := Tie{A: min(among[i], among[j]), B: max(among[i], among[j]), N: len(parts[at]), Acts: []string{}}
			t.Code = code[[2]string{t.A, t.B}]
			sort.SliceStable(parts[at], func(x, y int) bool { return parts[at][x].d > parts[at][y].d })
			for _, p := range parts[at] {
				t.Acts = append(t.Acts, p.id)
			}
			ties = append(ties, t)
			shares = append(shares, share[at])
		}
	}
	rankTies(ties, shares)
	slices.SortFunc(ties, func(x, y Tie) int {
		return cmp.Or(cmp.Compare(x.Rank, y.Rank), cmp.Compare(x.A, y.A), cmp.Compare(x.B, y.B))
	})
	return ties
}

// deepestByChannel keeps, for each pair and channel, the row that weighs most: the
// deepest obligation in force, or a deeper one that is signed.
func deepestByChannel(owed []Owed) []Owed {
	type key struct{ a, b, via string }
	at := map[key]int{}
	weight := func(o Owed) int {
		w := 2 * o.Obligation.Depth()
		if o.Status == StandsSigned {
			w /= 2
		}
		return w
	}
	var kept []Owed
	for _, o := range owed {
		if o.Status == StandsLapsed {
			continue
		}
		k := key{o.A, o.B, o.Via}
		if i, seen := at[k]; !seen {
			at[k] = len(kept)
			kept = append(kept, o)
		} else if weight(o) > weight(kept[i]) {
			kept[i] = o
		}
	}
	return kept
}

// obligationCodes returns the obligation code of every pair that owes each other
// something in force.
func obligationCodes(owed []Owed) map[[2]string]int {
	code := map[[2]string]int{}
	for _, o := range owed {
		if o.Status == StandsInForce {
			pair := [2]string{o.A, o.B}
			code[pair] = max(code[pair], o.Obligation.Depth())
		}
	}
	return code
}

// rankTies sets depths, ranks, and the range of ranks under each weight halved
// and doubled. Equal depths share the better rank.
func rankTies(ties []Tie, shares [][len(weights)]float64) {
	depths := make([]float64, len(ties))
	evaluate := func(scaled int, by float64) []int {
		for i := range ties {
			depths[i] = 0
			for w := range weights {
				weight := weights[w].Weight
				if w == scaled {
					weight *= by
				}
				depths[i] += weight * shares[i][w]
			}
		}
		return ranks(depths)
	}
	for i, r := range evaluate(-1, 1) {
		ties[i].Depth, ties[i].Rank, ties[i].RankLow, ties[i].RankHigh = depths[i], r, r, r
	}
	for w := range weights {
		for _, by := range []float64{0.5, 2} {
			for i, r := range evaluate(w, by) {
				ties[i].RankLow = min(ties[i].RankLow, r)
				ties[i].RankHigh = max(ties[i].RankHigh, r)
			}
		}
	}
}

// ranks gives 1 to the largest; equal values share the better rank.
func ranks(values []float64) []int {
	sorted := slices.Clone(values)
	slices.SortFunc(sorted, func(a, b float64) int { return cmp.Compare(b, a) })
	result := make([]int, len(values))
	for i, v := range values {
		at, _ := slices.BinarySearchFunc(sorted, v, func(e, target float64) int { return cmp.Compare(target, e) })
		result[i] = at + 1
	}
	return result
}
