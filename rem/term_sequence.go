package rem

import (
	"errors"
	"math"
	"slices"
	"strings"
)

// Terms of what came last: participation shifts (Gibson 2003, 2005; Butts 2008)
// and recency. They read the model's own events, whatever their memory: of all kinds, or
// of those given. A shift is from the last event, if that is of such a kind.
var sequenceTerms = []definition{
	shift("psABBA", "j -> i was the last event", func(e *Event, u *unit) bool { return slices.Contains(e.From, u.j) && slices.Contains(e.To, u.i) }),
	shift("psABAB", "the same pair acted last", func(e *Event, u *unit) bool {
		if len(e.To) == 0 {
			return slices.Contains(e.From, u.i) && slices.Contains(e.From, u.j)
		}
		return slices.Contains(e.From, u.i) && slices.Contains(e.To, u.j)
	}),
	shift("psABBY", "i was addressed last and turns to another", func(e *Event, u *unit) bool {
		return slices.Contains(e.To, u.i) && !in(e, u.j)
	}),
	shift("psABXA", "who acted last is addressed by another", func(e *Event, u *unit) bool {
		return slices.Contains(e.From, u.j) && !in(e, u.i)
	}),
	shift("psABXB", "who was addressed last is addressed by another", func(e *Event, u *unit) bool {
		return slices.Contains(e.To, u.j) && !in(e, u.i)
	}),
	shift("psABXY", "neither took part in the last event", func(e *Event, u *unit) bool { return !in(e, u.i) && !in(e, u.j) }),
	shift("psABAY", "who acted last turns to another (undirected: one of the two took part)", func(e *Event, u *unit) bool {
		if len(e.To) == 0 {
			return in(e, u.i) != in(e, u.j)
		}
		return slices.Contains(e.From, u.i) && !in(e, u.j)
	}),
	shift("psABA", "who acted last acts again", func(e *Event, u *unit) bool { return slices.Contains(e.From, u.i) }),
	shift("psABB", "who was addressed last acts", func(e *Event, u *unit) bool { return slices.Contains(e.To, u.i) }),
	shift("psABX", "one who took no part in the last event acts", func(e *Event, u *unit) bool { return !in(e, u.i) }),
	recency("recencyContinue", "1/(t - t_ij + 1), t_ij the last event i -> j", func(r *recent, u *unit) float64 { return r.pair(u.i, u.j) }),
	recency("recencySendSender", "1/(t - the last time i acted + 1)", func(r *recent, u *unit) float64 { return r.sent[u.i] }),
	recency("recencySendReceiver", "1/(t - the last time j acted + 1)", func(r *recent, u *unit) float64 { return r.sent[u.j] }),
	recency("recencyReceiveSender", "1/(t - the last time i was addressed + 1)", func(r *recent, u *unit) float64 { return r.received[u.i] }),
	recency("recencyReceiveReceiver", "1/(t - the last time j was addressed + 1)", func(r *recent, u *unit) float64 { return r.received[u.j] }),
	rank("rrankSend", "1/rank of j among those whom i addressed, the last first", func(r *recent, u *unit) int { return slices.Index(r.receivers[u.i], u.j) }),
	rank("rrankReceive", "1/rank of j among those who addressed i, the last first", func(r *recent, u *unit) int { return slices.Index(r.senders[u.i], u.j) }),
}

func in(e *Event, a int32) bool { return slices.Contains(e.From, a) || slices.Contains(e.To, a) }

// shift is a participation shift; the events of one time are the last together.
func shift(name, says string, holds func(e *Event, u *unit) bool) definition {
	return definition{
		name: name, takes: "kinds", says: says, formula: "0 or 1", source: "Butts 2008",
		one: slices.Contains([]string{"psABA", "psABB", "psABX"}, name),
		bind: func(b *binder, t *Term) (statistic, error) {
			kinds, err := b.kinds(t)
			if err != nil {
				return statistic{}, err
			}
			if b.undirected() && !slices.Contains([]string{"psABAB", "psABAY", "psABXY"}, name) {
				return statistic{}, errors.New("a pair without direction has no sender and no receiver; psABAB, psABAY and psABXY read both actors")
			}
			return statistic{timed: true, value: func(u *unit) float64 {
				for _, e := range b.s.latest {
					if ofKinds(kinds, e) && holds(e, u) {
						return 1
					}
				}
				return 0
			}}, nil
		},
	}
}

func recency(name, formula string, last func(r *recent, u *unit) float64) definition {
	return definition{
		name: name, takes: "kinds", says: "how recent the last event of the kind is; 0 if there was none", formula: formula, source: "Butts 2008; Meijerink-Bosman et al. 2023",
		one: strings.HasSuffix(name, "Sender"),
		bind: func(b *binder, t *Term) (statistic, error) {
			if b.undirected() && name != "recencyContinue" {
				return statistic{}, errors.New("a pair without direction has no sender and no receiver; recencyContinue reads both actors")
			}
			r, err := b.recent(t)
			return statistic{timed: true, value: func(u *unit) float64 { return 1 / (b.s.now - last(r, u) + 1) }}, err
		},
	}
}

func rank(name, formula string, place func(r *recent, u *unit) int) definition {
	return definition{
		name: name, takes: "kinds", says: "how recent the partner is among the actor's partners; 0 if they never met", formula: formula, source: "Butts 2008",
		bind: func(b *binder, t *Term) (statistic, error) {
			if b.undirected() {
				return statistic{}, errors.New("a pair without direction has no sender and no receiver; recencyContinue reads both actors")
			}
			r, err := b.recent(t)
			return statistic{timed: true, value: func(u *unit) float64 {
				if at := place(r, u); at >= 0 {
					return 1 / float64(at+1)
				}
				return 0
			}}, err
		},
	}
}

// recent holds when each actor and pair last acted; -Inf: never.
type recent struct {
	kinds          uint64 // of act, one bit each; 0: all
	last           map[uint64]float64
	sent, received []float64
	receivers      [][]int32 // of each actor, the last addressed first
	senders        [][]int32
}

// recent returns what is recent of the kinds that a term names, one for all terms that
// want the same.
func (b *binder) recent(t *Term) (*recent, error) {
	kinds, err := b.kinds(t)
	if err != nil {
		return nil, err
	}
	for _, r := range b.s.recent {
		if r.kinds == kinds {
			return r, nil
		}
	}
	n := len(b.s.data.Actors)
	r := &recent{kinds: kinds, last: map[uint64]float64{}, sent: make([]float64, n), received: make([]float64, n), receivers: make([][]int32, n), senders: make([][]int32, n)}
	for a := range n {
		r.sent[a], r.received[a] = math.Inf(-1), math.Inf(-1)
	}
	b.s.recent = append(b.s.recent, r)
	return r, nil
}

func (r *recent) pair(i, j int32) float64 {
	if t, ok := r.last[uint64(i)<<32|uint64(j)]; ok {
		return t
	}
	return math.Inf(-1)
}

func (r *recent) note(e *Event) {
	to := e.To
	if len(to) == 0 {
		to = e.From
	}
	for _, i := range e.From {
		r.sent[i] = e.Time
		for _, j := range to {
			if i != j {
				r.last[uint64(i)<<32|uint64(j)] = e.Time
				r.receivers[i] = first(r.receivers[i], j)
				r.senders[j] = first(r.senders[j], i)
			}
		}
	}
	for _, j := range to {
		r.received[j] = e.Time
	}
}

// first moves an actor to the head of a list.
func first(list []int32, a int32) []int32 {
	at := slices.Index(list, a)
	if at < 0 {
		list = append(list, a)
		at = len(list) - 1
	}
	copy(list[1:at+1], list[:at])
	list[0] = a
	return list
}
