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
	byDefence:      {"binding text with defence or offence", 8, true},
	byRestraint:    {"binding text with non-aggression or neutrality", 4, true},
	byConsultation: {"binding text with consultation only", 3, true},
	byMilitaryText: {"binding text on military, industrial or intelligence work", 2, true},
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
// nothing (incidents, statements, withdrawals, proposals).
func weigh(a *entente.Act) int {
	if !a.Cooperation() {
		return -1
	}
	if a.Force == entente.Binding && a.Type != entente.Deployment && a.Type != entente.ArmsTransfer && a.Type != entente.LicenceProduction {
		deepest := 0
		for _, o := range a.Obligations {
			deepest = max(deepest, o.Depth())
		}
		switch {
		case deepest == 3:
			return byDefence
		case deepest == 2:
			return byRestraint
		case deepest == 1:
			return byConsultation
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

// Ties returns the depth of every pair,
//
//	D = sum over events of w * exp(-ln 2 * age / half-life) + sum of w over texts in force,
//
// with the weights of Weights, deepest first. An act of k states adds the same
// to each of its pairs. A binding text that is signed and not yet in force
// counts half.
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
		var present []int
		for _, p := range a.Participants {
			if i, ok := index[p.Actor]; ok {
				present = append(present, i)
			}
		}
		for x, i := range present {
			for _, j := range present[x+1:] {
				at := min(i, j)*n + max(i, j)
				share[at][row] += size
				parts[at] = append(parts[at], part{a.ID, size * weights[row].Weight})
			}
		}
	}
	code := obligationCodes(c, asOf)
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

// obligationCodes returns the obligation code of every pair that owes each other
// something in force on the day.
func obligationCodes(c *entente.Case, asOf entente.Day) map[[2]string]int {
	code := map[[2]string]int{}
	for _, o := range Obligations(c, asOf) {
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
