package forecast

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
)

// shareWeight is by how many forecasts' worth a share is drawn towards a wider one.
const shareWeight = 50

// shares count how often past forecasts of one horizon came true. The share of a rung
// among groups whose highest rung was the same is drawn towards that of the rung among all
// groups, and this towards that of all rungs, as if by 50 forecasts each; half a success
// more than was seen keeps it above zero. Forecasts of one event over several origins
// count each: they are how the methods are judged, too.
type shares struct {
	all    share
	rung   map[string]share
	of     map[held]share
	events map[held]map[string]bool // different ones
}

type share struct{ came, of float64 }

// held is a rung that is asked for and the highest that the group has.
type held struct {
	rung string
	from int
}

func newShares() *shares {
	return &shares{rung: map[string]share{}, of: map[held]share{}, events: map[held]map[string]bool{}}
}

// settle counts a forecast of which it is known what became.
func (s *shares) settle(f *Past) {
	came := 0.0
	at := held{f.Target, f.From}
	if f.Event != "" {
		came = 1
		if s.events[at] == nil {
			s.events[at] = map[string]bool{}
		}
		s.events[at][f.Event] = true
	}
	add := func(x share) share { return share{x.came + came, x.of + 1} }
	s.all, s.rung[at.rung], s.of[at] = add(s.all), add(s.rung[at.rung]), add(s.of[at])
}

// at is the share of forecasts of a rung among groups that held the same one.
func (s *shares) at(h held) float64 {
	toward := func(x share, wider float64) float64 { return (x.came + shareWeight*wider) / (x.of + shareWeight) }
	return toward(s.of[h], toward(s.rung[h.rung], (s.all.came+0.5)/(s.all.of+1)))
}

// component is the share within some years as a method; ends of the interval are those of
// Jeffreys for the rate of as many different events.
func (s *shares) component(h held, years float64) Component {
	p, n := s.at(h), float64(len(s.events[h]))
	rate := seen{n, (n + 0.5) / -math.Log1p(-p)}
	low, high := rate.interval(1)
	return Component{Method: PastShare, Probability: p, Low: low, High: high,
		Note: fmt.Sprintf("%s came within %g %s in %.0f of %.0f past forecasts for groups that held r%d at most (%s), drawn towards the share of all groups",
			h.rung, years, yearsWord(years), s.of[h].came, s.of[h].of, h.from, counted(len(s.events[h]), "group"))}
}

// share adds the past share to the forecasts of every origin, from those that were settled
// by then, and keeps the shares after all of them.
func (b *ByMethod) share() {
	b.last = map[float64]*shares{}
	b.eachHorizon(func(order []*Past) {
		s := newShares()
		for _, f := range inTime(order, s.settle, func(f *Past) { f.P = append(f.P, s.at(held{f.Target, f.From})) }) {
			s.settle(f)
		}
		b.last[order[0].Years] = s
	})
}

// shareAt is the past share as a method, none when there are no past forecasts. Between two
// horizons of theirs the hazard is spread evenly over time.
func (b *ByMethod) shareAt(rung, from int, years float64) (c Component, ok bool) {
	at := held{"r" + strconv.Itoa(rung), from}
	if s := b.last[years]; s != nil {
		return s.component(at, years), true
	}
	known := slices.Sorted(maps.Keys(b.last))
	k, _ := slices.BinarySearch(known, years)
	if k == 0 || k == len(known) {
		return c, false
	}
	low, high := b.last[known[k-1]].component(at, known[k-1]), b.last[known[k]].component(at, known[k])
	part := (years - known[k-1]) / (known[k] - known[k-1])
	between := func(p, q float64) float64 { return -math.Expm1((1-part)*math.Log1p(-p) + part*math.Log1p(-q)) }
	return Component{Method: PastShare, Probability: between(low.Probability, high.Probability), Low: between(low.Low, high.Low), High: between(low.High, high.High),
		Note: fmt.Sprintf("between the shares of %g and %g years", known[k-1], known[k])}, true
}

// eachHorizon calls visit with the forecasts of each horizon, open ones too, in the order
// of their origins.
func (b *ByMethod) eachHorizon(visit func(order []*Past)) {
	order := make([]*Past, 0, len(b.Past)+len(b.Open))
	for i := range b.Past {
		order = append(order, &b.Past[i])
	}
	for i := range b.Open {
		order = append(order, &b.Open[i])
	}
	slices.SortStableFunc(order, func(f, g *Past) int {
		return cmp.Or(cmp.Compare(f.Years, g.Years), cmp.Compare(f.Origin, g.Origin))
	})
	for lo := 0; lo < len(order); {
		hi := lo
		for hi < len(order) && order[hi].Years == order[lo].Years {
			hi++
		}
		visit(order[lo:hi])
		lo = hi
	}
}

// inTime goes through the forecasts of one horizon: before each origin those are settled
// of which it is known by then what became. It returns those that are known only later.
func inTime(order []*Past, settle, make func(f *Past)) (later []*Past) {
	settled := 0
	for _, f := range order {
		for order[settled].ends() <= f.Origin {
			if !order[settled].open {
				settle(order[settled])
			}
			settled++
		}
		make(f)
	}
	return slices.DeleteFunc(slices.Clone(order[settled:]), func(f *Past) bool { return f.open })
}
