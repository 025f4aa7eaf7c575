package entente

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// index finds acts by id; it is made at the first question.
type index struct {
	sync.Mutex
	acts map[string]*Act
}

// Copy returns a case of which lists can be extended, replaced and cut without
// changing c. What the lists hold is shared: an act or another entry that is to be
// altered is to be replaced by a copy of it.
func (c *Case) Copy() *Case {
	return &Case{
		ID: c.ID, Title: c.Title, Question: c.Question, Group: c.Group, Horizon: c.Horizon, Recorded: c.Recorded, Document: c.Document,
		Gaps: slices.Clone(c.Gaps), Readings: slices.Clone(c.Readings), Against: slices.Clone(c.Against),
		Actors: slices.Clone(c.Actors), Acts: slices.Clone(c.Acts), Sources: slices.Clone(c.Sources), Clauses: slices.Clone(c.Clauses),
		Threats: slices.Clone(c.Threats), Postures: slices.Clone(c.Postures), Corridors: slices.Clone(c.Corridors), Nodes: slices.Clone(c.Nodes),
		Blocs: slices.Clone(c.Blocs), Claims: slices.Clone(c.Claims), Implications: slices.Clone(c.Implications),
		KnownAt: c.KnownAt, Checksum: c.Checksum,
	}
}

// Actor returns the actor with the code, or nil.
func (c *Case) Actor(code string) *Actor {
	for i := range c.Actors {
		if c.Actors[i].Code == code {
			return &c.Actors[i]
		}
	}
	return nil
}

// Name returns the name of the actor with the code, or the code itself.
func (c *Case) Name(code string) string {
	if a := c.Actor(code); a != nil {
		return a.Name
	}
	return code
}

// Act returns the act with the id, or nil. It may be called from several
// goroutines as long as none changes Acts.
func (c *Case) Act(id string) *Act {
	c.index.Lock()
	defer c.index.Unlock()
	if len(c.index.acts) != len(c.Acts) {
		c.index.acts = make(map[string]*Act, len(c.Acts))
		for _, a := range c.Acts {
			c.index.acts[a.ID] = a
		}
	}
	return c.index.acts[id]
}

// Source returns the source with the id, or nil.
func (c *Case) Source(id string) *Source {
	for i := range c.Sources {
		if c.Sources[i].ID == id {
			return &c.Sources[i]
		}
	}
	return nil
}

// ActsOn returns the acts in view on the day, in the order of their dates.
func (c *Case) ActsOn(day Day) []*Act {
	acts := make([]*Act, 0, len(c.Acts))
	for _, a := range c.Acts {
		if a.Date.Begun(day) {
			acts = append(acts, a)
		}
	}
	return acts
}

// Find resolves what a person typed to an actor: a code of the case, an ISO3
// code, a COW or Gleditsch-Ward number (written "cow:640" or "gw:640"), a name
// or an alias, all compared by Fold. A name that several actors have used is an
// error that lists them.
func (c *Case) Find(text string) (*Actor, error) {
	key := Fold(text)
	match := func(test func(*Actor) bool) []*Actor {
		var found []*Actor
		for i := range c.Actors {
			if test(&c.Actors[i]) {
				found = append(found, &c.Actors[i])
			}
		}
		return found
	}
	scheme, number, isNumber := strings.Cut(key, ":")
	tests := []func(*Actor) bool{
		func(a *Actor) bool { return Fold(a.Code) == key },
		func(a *Actor) bool { return a.ISO3 != "" && Fold(a.ISO3) == key },
		func(a *Actor) bool {
			n, err := strconv.Atoi(number)
			return isNumber && err == nil && n > 0 && (scheme == "cow" && a.COW == n || scheme == "gw" && a.GW == n)
		},
		func(a *Actor) bool { return Fold(a.Name) == key },
		func(a *Actor) bool {
			return slices.ContainsFunc(a.Aliases, func(al Alias) bool { return Fold(al.Name) == key })
		},
	}
	for _, test := range tests {
		switch found := match(test); len(found) {
		case 0:
		case 1:
			return found[0], nil
		default:
			codes := make([]string, len(found))
			for i, a := range found {
				codes[i] = a.Code
			}
			return nil, fmt.Errorf("the name %q fits several actors: %s; use the code", text, strings.Join(codes, ", "))
		}
	}
	var names []string
	for i := range c.Actors {
		names = append(names, Fold(c.Actors[i].Code), Fold(c.Actors[i].Name))
	}
	if near := Nearest(key, names); near != "" {
		return nil, fmt.Errorf("no actor %q in the record; did you mean %q? (entente actors lists them)", text, near)
	}
	return nil, fmt.Errorf("no actor %q in the record (entente actors lists them)", text)
}
