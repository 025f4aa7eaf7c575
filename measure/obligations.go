package measure

import (
	"cmp"
	"slices"

	"entente"
)

// Owed is one obligation between two states, through one channel. It is
// mutual: the record does not code one-sided promises.
type Owed struct {
	A          string             `json:"a"` // A < B by code
	B          string             `json:"b"`
	Obligation entente.Obligation `json:"obligation"`
	Directed   bool               `json:"directed"` // always false
	Via        string             `json:"via"`      // bilateral, trilateral, multilateral, or the organisation
	Since      entente.Date       `json:"since"`
	Until      entente.Date       `json:"until"` // for what has lapsed
	Status     Standing           `json:"status"`
	Acts       []string           `json:"acts"`
}

// Standing says whether an obligation binds on the day.
type Standing string

// The standings. A text that is signed binds only when it enters into force;
// where the record has not seen that, it stays signed.
const (
	StandsInForce Standing = "in force"
	StandsSigned  Standing = "signed"
	StandsLapsed  Standing = "lapsed"
)

func (s Standing) rank() int {
	return slices.Index([]Standing{StandsInForce, StandsSigned, StandsLapsed}, s)
}

// Obligations derives who owes whom what on the day, from binding texts alone.
//
// A text done in the name of an organisation (its forum) binds through it: every
// state that is party to such a text, or that acceded by an act of its own
// together with the organisation, owes the obligation to every other such state,
// until its withdrawal. Any other text binds the states that are party to it.
// The result holds one row for each pair, obligation, channel and standing,
// ordered by standing, depth, pair and channel.
func Obligations(c *entente.Case, asOf entente.Day) []Owed {
	states := stateCodes(c)
	book := owings{}
	for _, a := range c.Acts {
		if !a.Date.Begun(asOf) || !separate(a.Forum) || !binds(a) {
			continue
		}
		t := spell(a, nil, asOf)
		if t.standing == "" {
			continue
		}
		parties := stateParties(a, states)
		for i, x := range parties {
			for _, y := range parties[i+1:] {
				for _, o := range a.Obligations {
					book.add(x, y, o, a.Forum, t, []string{a.ID})
				}
			}
		}
	}
	pools, order := organisations(c, asOf)
	for _, forum := range order {
		pools[forum].settle(book, asOf)
	}
	return book.rows()
}

func stateCodes(c *entente.Case) map[string]bool {
	states := map[string]bool{}
	for i := range c.Actors {
		if c.Actors[i].Kind == entente.State {
			states[c.Actors[i].Code] = true
		}
	}
	return states
}

// organisations gathers, for each organisation or shared format in the order of
// its first binding text, which state took on what by which act.
func organisations(c *entente.Case, asOf entente.Day) (pools map[string]*pool, order []string) {
	states := stateCodes(c)
	pools = map[string]*pool{}
	for _, a := range c.Acts {
		if !a.Date.Begun(asOf) || separate(a.Forum) {
			continue
		}
		switch {
		case a.Type == entente.Withdrawal:
			if p := pools[a.Forum]; p != nil && a.Force == entente.Binding && a.Status == entente.Terminated {
				p.leave(a, stateParties(a, states))
			}
		case binds(a):
			if pools[a.Forum] == nil {
				pools[a.Forum] = &pool{forum: a.Forum, entries: map[entente.Obligation]map[string][]entry{}}
				order = append(order, a.Forum)
			}
			pools[a.Forum].join(a, stateParties(a, states))
		}
	}
	return pools, order
}

// separate reports whether texts of the forum stand each for itself, rather than
// for an organisation that its parties join.
func separate(forum string) bool {
	switch forum {
	case "bilateral", "trilateral", "multilateral", "other":
		return true
	}
	return false
}

// binds reports whether the act is a binding text that obliges: its type is one
// that states sign or accede to, and it came at least to signature.
func binds(a *entente.Act) bool {
	if a.Force != entente.Binding || len(a.Obligations) == 0 {
		return false
	}
	switch a.Type {
	case entente.Treaty, entente.Agreement, entente.Protocol, entente.Founding, entente.Accession, entente.Declaration:
	default:
		return false
	}
	switch a.Status {
	case entente.Signed, entente.InForce, entente.Terminated:
		return true
	}
	return false
}

func stateParties(a *entente.Act, states map[string]bool) []string {
	var parties []string
	for _, p := range a.Participants {
		if states[p.Actor] && p.Role != "observer" && p.Role != "guest" {
			parties = append(parties, p.Actor)
		}
	}
	slices.Sort(parties)
	return parties
}

// tenure is how a text stands on a day, for one party or for all.
type tenure struct {
	standing     Standing
	since, until entente.Date
}

// spell says how the act stands on the day, ended early by the withdrawal when
// there is one.
func spell(a, withdrawal *entente.Act, asOf entente.Day) tenure {
	t := tenure{since: a.Date}
	switch a.StatusOn(asOf) {
	case entente.InForce:
		t.standing = StandsInForce
	case entente.Signed:
		t.standing = StandsSigned
	case entente.Terminated:
		t.standing = StandsLapsed
	default:
		return tenure{}
	}
	for _, change := range a.Changes {
		if change.Status == entente.InForce && change.Date.Begun(asOf) && t.since == a.Date {
			t.since = change.Date
		}
		if change.Status == entente.Terminated && t.standing == StandsLapsed {
			t.until = change.Date
		}
	}
	if withdrawal != nil && withdrawal.Date.Over(asOf) {
		t.standing, t.until = StandsLapsed, withdrawal.Date
	}
	return t
}

// owings gathers rows by pair, obligation, channel and standing.
type owings map[owingKey]*Owed

type owingKey struct {
	a, b string
	o    entente.Obligation
	via  string
	s    Standing
}

func (book owings) add(a, b string, o entente.Obligation, via string, t tenure, acts []string) {
	if a > b {
		a, b = b, a
	}
	key := owingKey{a, b, o, via, t.standing}
	row := book[key]
	if row == nil {
		row = &Owed{A: a, B: b, Obligation: o, Via: via, Since: t.since, Until: t.until, Status: t.standing, Acts: []string{}}
		book[key] = row
	}
	if t.since.Compare(row.Since) < 0 {
		row.Since = t.since
	}
	if t.until.Compare(row.Until) > 0 && !t.until.IsZero() || row.Until.IsZero() {
		row.Until = t.until
	}
	for _, id := range acts {
		if !slices.Contains(row.Acts, id) {
			row.Acts = append(row.Acts, id)
		}
	}
}

func (book owings) rows() []Owed {
	rows := make([]Owed, 0, len(book))
	for _, row := range book {
		rows = append(rows, *row)
	}
	slices.SortFunc(rows, func(x, y Owed) int {
		return cmp.Or(
			cmp.Compare(x.Status.rank(), y.Status.rank()),
			cmp.Compare(slices.Index(entente.Obligations, x.Obligation), slices.Index(entente.Obligations, y.Obligation)),
			cmp.Compare(x.A, y.A), cmp.Compare(x.B, y.B), cmp.Compare(x.Via, y.Via))
	})
	return rows
}

// pool is what the states of one organisation owe each other: for each
// obligation and state, the acts by which the state took it on.
type pool struct {
	forum   string
	entries map[entente.Obligation]map[string][]entry
	joined  []entente.Obligation // obligations in order of first sight
}

type entry struct {
	act        *entente.Act
	withdrawal *entente.Act
}

func (p *pool) join(a *entente.Act, parties []string) {
	for _, o := range a.Obligations {
		if p.entries[o] == nil {
			p.entries[o] = map[string][]entry{}
			p.joined = append(p.joined, o)
		}
		for _, state := range parties {
			p.entries[o][state] = append(p.entries[o][state], entry{act: a})
		}
	}
}

// leave ends, for the states that withdraw, every text taken on before.
func (p *pool) leave(withdrawal *entente.Act, parties []string) {
	for _, byState := range p.entries {
		for _, state := range parties {
			for i := range byState[state] {
				if byState[state][i].withdrawal == nil {
					byState[state][i].withdrawal = withdrawal
				}
			}
		}
	}
}

// settle pairs the states of the pool. A pair owes an obligation as firmly as
// the less bound of the two, since the later of the two became bound.
func (p *pool) settle(book owings, asOf entente.Day) {
	for _, o := range p.joined {
		var states []string
		best := map[string]tenure{}
		acts := map[string][]string{}
		for state, entries := range p.entries[o] {
			t, ids := strongest(entries, asOf)
			if t.standing == "" {
				continue
			}
			states = append(states, state)
			best[state], acts[state] = t, ids
		}
		slices.Sort(states)
		for i, a := range states {
			for _, b := range states[i+1:] {
				t := both(best[a], best[b])
				if t.standing != "" {
					book.add(a, b, o, p.forum, t, p.inOrder(o, shared(acts[a], acts[b])))
				}
			}
		}
	}
}

// strongest returns how firmly a state is bound by any of its entries, and the
// acts that bind it so.
func strongest(entries []entry, asOf entente.Day) (tenure, []string) {
	var best tenure
	var ids []string
	for _, e := range entries {
		t := spell(e.act, e.withdrawal, asOf)
		switch {
		case t.standing == "":
		case best.standing == "" || t.standing.rank() < best.standing.rank():
			best, ids = t, []string{e.act.ID}
		case t.standing == best.standing:
			ids = append(ids, e.act.ID)
			if t.since.Compare(best.since) < 0 {
				best.since = t.since
			}
			if t.until.Compare(best.until) > 0 {
				best.until = t.until
			}
		}
		if t.standing == StandsLapsed && e.withdrawal != nil && best.standing == StandsLapsed {
			ids = append(ids, e.withdrawal.ID)
		}
	}
	return best, ids
}

// both joins the tenures of two states. Two states whose times in the pool never
// overlapped owed each other nothing.
func both(a, b tenure) tenure {
	t := tenure{standing: a.standing, since: a.since, until: a.until}
	if b.standing.rank() > t.standing.rank() {
		t.standing = b.standing
	}
	if b.since.Compare(t.since) > 0 {
		t.since = b.since
	}
	if t.until.IsZero() || !b.until.IsZero() && b.until.Compare(t.until) < 0 {
		t.until = b.until
	}
	if t.standing == StandsLapsed && !t.until.IsZero() && t.until.Before(t.since) {
		return tenure{}
	}
	return t
}

// shared returns the acts that bind both states, or, where one joined by an act of
// its own, all that bind either.
func shared(a, b []string) []string {
	var both []string
	for _, id := range a {
		if slices.Contains(b, id) {
			both = append(both, id)
		}
	}
	if len(both) > 0 {
		return both
	}
	return slices.Concat(a, b)
}

// inOrder sorts acts by their dates, without repetition.
func (p *pool) inOrder(o entente.Obligation, all []string) []string {
	dates := map[string]entente.Date{}
	for _, entries := range p.entries[o] {
		for _, e := range entries {
			dates[e.act.ID] = e.act.Date
			if e.withdrawal != nil {
				dates[e.withdrawal.ID] = e.withdrawal.Date
			}
		}
	}
	slices.Sort(all)
	all = slices.Compact(all)
	slices.SortStableFunc(all, func(x, y string) int { return dates[x].Compare(dates[y]) })
	return all
}
