package synthetic

import (
	"bufio"
	"fmt"
	"io"
	"math"
	"slices"
	"sort"
	"strconv"
)

// Dyad is a directed event of two actors, numbered from 0.
type Dyad struct {
	Time     float64 // rounded to 6 decimals
	From, To int32
}

// Set is an undirected event of two or more actors, numbered from 0, ascending.
type Set struct {
	Time   float64 // whole
	Actors []int32
}

// memory is how many events back a new set may look for a former one, and
// receivers how many of its latest a sender may return to.
const (
	memory    = 500
	receivers = 10
)

// Dyads makes n directed events among actors (from 2; nil with fewer). Senders are
// drawn by popularity, which falls with rank^-0.6; 35 in 100 return to one of the
// sender's last ten receivers, 10 in 100 answer whoever addressed the sender last,
// the others are drawn by popularity. Times between events are exponential of
// mean 1. The speed of other software was measured on these very streams.
func Dyads(n, actors int, seed uint64) []Dyad {
	if n < 1 || actors < 2 {
		return nil
	}
	random := newTwister(seed)
	popular := newPopularity(random, actors)
	addressed := make([][]int32, actors) // the last receivers of each, the oldest first
	answer := make([]int32, actors)      // who addressed each last; -1: nobody
	for i := range answer {
		answer[i] = -1
	}
	events := make([]Dyad, n)
	var digits []byte
	now := 0.0
	for k := range events {
		from := popular.draw(random)
		to := int32(-1)
		switch u := random.uniform(); {
		case u < .35 && addressed[from] != nil:
			to = addressed[from][random.below(len(addressed[from]))]
		case u < .45:
			to = answer[from]
		}
		for to < 0 || to == from {
			to = popular.draw(random)
		}
		now += random.exponential(1)
		if l := addressed[from]; len(l) == receivers {
			copy(l, l[1:])
			l[receivers-1] = to
		} else {
			addressed[from] = append(l, to)
		}
		answer[to] = from
		events[k] = Dyad{From: from, To: to}
		events[k].Time, digits = rounded(now, 6, digits)
	}
	return events
}

// Sets makes n undirected events of 2 to maxSize actors, size s with weight
// 1/(s-1), and for each actor a normal number x, rounded to 4 decimals, and a group
// that is 1 for 40 in 100. 45 in 100 events begin with actors of one of the last
// 500 events, each kept with probability 0.7; popularity fills the rest. With ties,
// 8 in 100 events have the time of the event before. All are nil when actors are
// fewer than maxSize, or maxSize than 2.
func Sets(n, actors, maxSize int, seed uint64, ties bool) (events []Set, x []float64, group []int8) {
	if n < 1 || maxSize < 2 || actors < maxSize {
		return nil, nil, nil
	}
	random := newTwister(seed)
	popular := newPopularity(random, actors)
	x, group = make([]float64, actors), make([]int8, actors)
	var digits []byte
	for a := range actors {
		x[a], digits = rounded(random.normal(), 4, digits)
		if random.uniform() < .4 {
			group[a] = 1
		}
	}
	sizes := make([]float64, maxSize-1) // cumulative
	total := 0.0
	for k := range sizes {
		total += 1 / float64(k+1)
		sizes[k] = total
	}
	events = make([]Set, n)
	var arena []int32
	now := 0
	for k := range events {
		size := 2 + random.weighted(sizes)
		if len(arena) < size {
			arena = make([]int32, 1<<12+size)
		}
		set := arena[:0:size]
		if k > 0 && random.uniform() < .45 {
			back := min(float64(min(k, memory)-1), random.exponential(1/50.0))
			for _, a := range events[k-1-int(back)].Actors {
				// Drawn for each, whether there is room for it or not.
				if random.uniform() < .7 && len(set) < size {
					set = append(set, a)
				}
			}
		}
		for len(set) < size {
			if a := popular.draw(random); !slices.Contains(set, a) {
				set = append(set, a)
			}
		}
		slices.Sort(set)
		if !ties || k == 0 || random.uniform() >= .08 {
			now += 1 + int(random.exponential(1/4.0))
		}
		events[k] = Set{float64(now), set}
		arena = arena[size:]
	}
	return events, x, group
}

// popularity draws actors with weights that fall with a shuffled rank.
type popularity []float64 // cumulative

func newPopularity(random *twister, actors int) popularity {
	p := make(popularity, actors)
	for i := range p {
		p[i] = math.Pow(float64(i+1), -.6)
	}
	random.shuffle(p)
	for i := 1; i < actors; i++ {
		p[i] += p[i-1]
	}
	return p
}

func (p popularity) draw(random *twister) int32 {
	last := len(p) - 1
	return int32(min(sort.SearchFloat64s(p, random.uniform()*p[last]), last))
}

// rounded is the number that is read back when v was printed with so many decimals.
func rounded(v float64, decimals int, buffer []byte) (float64, []byte) {
	buffer = strconv.AppendFloat(buffer[:0], v, 'f', decimals, 64)
	v, _ = strconv.ParseFloat(string(buffer), 64) // what was formatted parses
	return v, buffer
}

// WriteDyads writes a table with the columns time, sender, receiver; actors are
// numbered from 1.
func WriteDyads(w io.Writer, events []Dyad) error {
	b := bufio.NewWriterSize(w, 1<<16) // Flush reports the first error of all writes
	_, _ = b.WriteString("time,sender,receiver\n")
	for _, e := range events {
		row := strconv.AppendFloat(b.AvailableBuffer(), e.Time, 'f', 6, 64)
		row = strconv.AppendInt(append(row, ','), int64(e.From)+1, 10)
		row = strconv.AppendInt(append(row, ','), int64(e.To)+1, 10)
		_, _ = b.Write(append(row, '\n'))
	}
	return b.Flush()
}

// WriteSets writes a table with the columns event_id, time, actors; actors, of
// which there are so many in all, are named by Name and joined by semicolons.
func WriteSets(w io.Writer, events []Set, actors int) error {
	names := make([]string, actors)
	for a := range names {
		names[a] = Name(a, actors)
	}
	b := bufio.NewWriterSize(w, 1<<16)
	_, _ = b.WriteString("event_id,time,actors\n")
	for k, e := range events {
		row := strconv.AppendInt(b.AvailableBuffer(), int64(k)+1, 10)
		row = strconv.AppendInt(append(row, ','), int64(e.Time), 10)
		between := byte(',')
		for _, a := range e.Actors {
			if a < 0 || int(a) >= actors {
				return fmt.Errorf("synthetic: event %d names actor %d of %d", k+1, a+1, actors)
			}
			row = append(append(row, between), names[a]...)
			between = ';'
		}
		_, _ = b.Write(append(row, '\n'))
	}
	return b.Flush()
}

// WriteActors writes a table with the columns actor, x, group.
func WriteActors(w io.Writer, x []float64, group []int8) error {
	if len(x) != len(group) {
		return fmt.Errorf("synthetic: %d values of x for %d of group", len(x), len(group))
	}
	b := bufio.NewWriterSize(w, 1<<16)
	_, _ = b.WriteString("actor,x,group\n")
	for a := range x {
		fmt.Fprintf(b, "%s,%.4f,%d\n", Name(a, len(x)), x[a], group[a])
	}
	return b.Flush()
}

// Name is the label of actor a, from 0, of so many: A and its number from 1, with
// as many digits as their number has.
func Name(a, actors int) string {
	return fmt.Sprintf("A%0*d", len(strconv.Itoa(actors)), a+1)
}
