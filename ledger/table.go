package ledger

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"entente"
)

// tableID names a table of a case, in the order in which the tables are read:
// what a row refers to stands in a table before it, but for acts that replace
// later ones.
type tableID uint8

const (
	caseTable tableID = iota
	actorTable
	sourceTable
	actTable
	changeTable
	clauseTable
	nodeTable
	corridorTable
	threatTable
	postureTable
	blocTable
	claimTable
	implicationTable
	tableCount
)

// tables gives each table's name and columns. The first column is the row's id.
var tables = [tableCount]struct {
	name, columns string
	required      bool
	what          string // a row, in an error
}{
	caseTable:        {"case", "", true, "case"},
	actorTable:       {"actors", "code,name,kind,iso3,cow,gw,aliases,region,capital,lat,lon,note", true, "actor"},
	sourceTable:      {"sources", "id,publisher,title,date,url,note", true, "source"},
	actTable:         {"acts", "id,date,title,participants,roles,type,level,body,domains,legal_force,obligations,status,forum,supersedes,summary,sources,known_at,confidence,note", true, "act"},
	changeTable:      {"changes", "id,act,date,status,actors,summary,sources,known_at,confidence,note", false, "change"},
	clauseTable:      {"clauses", "id,act,article,kind,says,binding,confidence,sources", false, "clause"},
	nodeTable:        {"corridor_nodes", "id,name,country,lat,lon,kind,note", false, "corridor node"},
	corridorTable:    {"corridors", "id,corridor,from,to,mode,length_km,capacity,capacity_unit,transit_days,volumes,volume_unit,status,whole,sources,note", false, "corridor"},
	threatTable:      {"threats", "id,name,kind,origin,exposed,responses,section,summary,sources", false, "threat"},
	postureTable:     {"postures", "id,power,form,involving,domains,legal_force,obligation,stance,reason,sources,brief", false, "posture"},
	blocTable:        {"blocs", "id,name,region,r0,r1,r2,r3,r4,r5,r6,r7,r8,ended,end_kind,censored,members_n,members,soft,major_power,atop,confidence,weak,source,note", false, "bloc"},
	claimTable:       {"claims", "id,section,claim,acts,verdict,evidence,sources,note", false, "claim"},
	implicationTable: {"implications", "id,section,statement,tests,sources,would_change,note", false, "implication"},
}

// tableColumns holds the columns of each table, split.
var tableColumns = func() (split [tableCount][]string) {
	for t := range tables {
		if tables[t].columns != "" {
			split[t] = strings.Split(tables[t].columns, ",")
		}
	}
	return split
}()

func (t tableID) String() string { return tables[t].name }

func (t tableID) file() string {
	if t == caseTable {
		return "case.yaml"
	}
	return tables[t].name + ".csv"
}

func tableNamed(name string) (tableID, bool) {
	for t := range tableCount {
		if tables[t].name == name {
			return t, true
		}
	}
	return 0, false
}

// Tables returns the names of the tables of a case, "case" among them.
func Tables() []string {
	names := make([]string, tableCount)
	for t := range tables {
		names[t] = tables[t].name
	}
	return names
}

// Columns returns the names of a table's columns in their order, or nil for
// "case", whose one cell is the text of case.yaml, and for unknown names.
func Columns(table string) []string {
	if t, ok := tableNamed(table); ok {
		return slices.Clone(tableColumns[t])
	}
	return nil
}

// validID reports whether s is a row's id: [a-z0-9][a-z0-9._-]*.
func validID(s string) bool {
	for i := range len(s) {
		c := s[i]
		switch {
		case 'a' <= c && c <= 'z', '0' <= c && c <= '9':
		case i > 0 && (c == '.' || c == '_' || c == '-'):
		default:
			return false
		}
	}
	return s != ""
}

// validCode reports whether s is an actor's code: [A-Z][A-Z0-9_]*.
func validCode(s string) bool {
	for i := range len(s) {
		c := s[i]
		switch {
		case 'A' <= c && c <= 'Z':
		case i > 0 && ('0' <= c && c <= '9' || c == '_'):
		default:
			return false
		}
	}
	return s != ""
}

// cells is a cursor over the cells of one row. Each method takes the next cell
// and reports to the record what is wrong with it, so that a row's struct literal
// in the order of its columns is both its decoder and its check.
type cells struct {
	*record
	table  tableID
	id     string
	rest   string
	column int   // of the cell taken last, from 0; -1 before the first
	line   int   // 0 for a row of a ledger
	starts []int // where the cells begin in the line; nil for a row of a ledger
}

// next takes the next cell.
func (c *cells) next() string {
	c.column++
	i := strings.IndexByte(c.rest, separator)
	if i < 0 {
		cell := c.rest
		c.rest = ""
		return cell
	}
	cell := c.rest[:i]
	c.rest = c.rest[i+1:]
	return cell
}

// must takes the next cell, which may not be empty.
func (c *cells) must() string {
	s := c.next()
	if strings.TrimSpace(s) == "" {
		c.fail(fmt.Sprintf("%s is empty", c.columnName(c.column)), fmt.Sprintf("every %s needs one", tables[c.table].what))
	}
	return s
}

func (c *cells) columnName(i int) string {
	if columns := tableColumns[c.table]; i < len(columns) {
		return columns[i]
	}
	return "cell " + strconv.Itoa(i+1)
}

// fail reports a problem with the cell taken last.
func (c *cells) fail(message, hint string) { c.failAt(c.column, message, hint) }

// failIn reports a problem with the cell of the named column.
func (c *cells) failIn(column, message, hint string) {
	c.failAt(indexOf(tableColumns[c.table], column), message, hint)
}

func (c *cells) failAt(column int, message, hint string) { c.report(c.problem(column, message, hint)) }

func (c *cells) problem(column int, message, hint string) Problem {
	p := Problem{File: c.table.String(), Line: c.line, Row: c.id, Message: message, Hint: hint}
	if c.line > 0 {
		p.File = c.table.file()
		if column >= 0 && column < len(c.starts) {
			p.Column = c.starts[column] + 1
		}
	} else {
		p.Message = c.columnName(column) + ": " + message
	}
	return p
}

// word takes a word of a vocabulary.
func word[W ~string](c *cells, parse func(string) (W, error)) W {
	s := c.next()
	w, err := parse(s)
	if err != nil {
		c.failWord(s, err)
	}
	return w
}

func (c *cells) failWord(s string, err error) {
	message, hint := err.Error(), ""
	var unknown *entente.WordError
	if errors.As(err, &unknown) {
		hint = unknown.Hint
		if s == "" {
			message = c.columnName(c.column) + " is empty"
		}
	}
	c.fail(message, hint)
}

// oneOf takes one of the given words.
func (c *cells) oneOf(words ...string) string {
	s := c.next()
	if !slices.Contains(words, s) {
		c.fail(fmt.Sprintf("%s is %q", c.columnName(c.column), s), "one of "+strings.Join(words, ", "))
	}
	return s
}

func (c *cells) yes() bool { return c.oneOf("yes", "no") == "yes" }

// date takes a date, which may be empty.
func (c *cells) date() entente.Date { return c.readDate(c.next()) }

func (c *cells) readDate(s string) entente.Date {
	d, err := entente.ParseDate(s)
	if err != nil {
		c.fail(err.Error(), "")
	}
	return d
}

// list takes a list of items separated by semicolons: none empty, none twice.
func (c *cells) list() []string { return c.items(c.next()) }

func (c *cells) items(s string) []string {
	if s == "" {
		return nil
	}
	items := c.strings.take(1 + strings.Count(s, ";"))
	for i := range items {
		item, rest, _ := strings.Cut(s, ";")
		s = rest
		switch {
		case item == "":
			c.fail("empty item in the list", "remove the semicolon too many")
		case item[0] == ' ' || item[len(item)-1] == ' ':
			c.fail(fmt.Sprintf("space around %q", item), "separate the items by a semicolon alone")
			item = strings.TrimSpace(item)
		}
		if item != "" && slices.Contains(items[:i], item) {
			c.fail(fmt.Sprintf("%q occurs twice", item), "")
		}
		items[i] = item
	}
	return items
}

// words takes a list of words of a vocabulary.
func words[W ~string](c *cells, parse func(string) (W, error)) []W {
	return wordItems(c, c.list(), parse)
}

func wordItems[W ~string](c *cells, items []string, parse func(string) (W, error)) []W {
	if len(items) == 0 {
		return nil
	}
	list := make([]W, 0, len(items))
	for _, s := range items {
		if s == "" {
			continue // reported by items
		}
		w, err := parse(s)
		if err != nil {
			c.failWord(s, err)
			continue
		}
		list = append(list, w)
	}
	return list
}

// refs takes a list of ids of rows of another table.
func (c *cells) refs(to tableID) []string {
	items := c.list()
	for _, id := range items {
		c.refer(to, id)
	}
	return items
}

// ref takes the id of a row of another table; it may not be empty.
func (c *cells) ref(to tableID) string {
	id := c.must()
	c.refer(to, id)
	return id
}

// refer checks that the cell taken last may name the row.
func (c *cells) refer(to tableID, id string) {
	if id == "" || c.knows(to, id) {
		return
	}
	c.unresolved = append(c.unresolved, reference{to, strings.Clone(id), c.problem(c.column, "", "")})
}

// number takes a number, nil when empty.
func (c *cells) number() *float64 {
	s := c.next()
	if s == "" {
		return nil
	}
	v, ok := c.parseNumber(s)
	if !ok {
		return nil
	}
	return &v
}

// amount takes a number that is not below 0, nil when empty.
func (c *cells) amount() *float64 {
	v := c.number()
	if v != nil && *v < 0 {
		c.fail(fmt.Sprintf("%g is below 0", *v), "no such quantity is; leave it empty when unknown")
		return nil
	}
	return v
}

func (c *cells) parseNumber(s string) (float64, bool) {
	v, err := strconv.ParseFloat(s, 64)
	if err != nil || math.IsNaN(v) || math.IsInf(v, 0) {
		c.fail(fmt.Sprintf("%q is not a number", s), "write digits with a decimal point; leave it empty when unknown")
		return 0, false
	}
	return v, true
}

// whole takes a whole number from 1 on, 0 when empty.
func (c *cells) whole() int {
	s := c.next()
	if s == "" {
		return 0
	}
	v, err := strconv.Atoi(s)
	if err != nil || v < 1 {
		c.fail(fmt.Sprintf("%q is not a whole number above zero", s), "leave it empty when unknown")
		return 0
	}
	return v
}

// place takes a latitude and a longitude.
func (c *cells) place() *entente.Place {
	lat, first := c.number(), c.column
	lon := c.number()
	if lat == nil && lon == nil {
		return nil
	}
	if lat == nil || lon == nil {
		c.failAt(first, "a place needs both lat and lon", "")
		return nil
	}
	if math.Abs(*lat) > 90 {
		c.failAt(first, fmt.Sprintf("latitude %v is not between -90 and 90", *lat), "")
	}
	if math.Abs(*lon) > 180 {
		c.fail(fmt.Sprintf("longitude %v is not between -180 and 180", *lon), "")
	}
	return &entente.Place{Lat: *lat, Lon: *lon}
}

// knownAt takes the date since which a row can be known.
func (c *cells) knownAt() entente.Date {
	d := c.date()
	if c.recorded.Precision != entente.Unknown && !d.IsZero() && d.Start > c.recorded.Start {
		c.fail(fmt.Sprintf("known-at %s lies in the future of the record", d),
			fmt.Sprintf("the case was recorded on %s; mend the date, or recorded in case.yaml", c.recorded))
	}
	return d
}

func (c *cells) actor() entente.Actor {
	a := entente.Actor{Code: c.next(), Name: c.must(), Kind: word(c, entente.ParseActorKind), ISO3: c.next()}
	if a.ISO3 != "" && (len(a.ISO3) != 3 || !validCode(a.ISO3)) {
		c.fail(fmt.Sprintf("%q is not an ISO 3166 alpha-3 code", a.ISO3), "three capital letters, or empty")
	}
	a.COW = c.whole()
	a.GW = c.whole()
	for _, item := range c.list() {
		name, used, _ := strings.Cut(item, "@")
		period, err := entente.ParsePeriod(used)
		if err != nil {
			c.fail(err.Error(), "an alias is NAME or NAME@FROM/UNTIL")
		}
		a.Aliases = append(a.Aliases, entente.Alias{Name: name, Used: period})
	}
	a.Region = c.next()
	a.Capital = c.next()
	a.Place = c.place()
	a.Note = c.next()
	return a
}

func (c *cells) source() entente.Source {
	s := entente.Source{ID: c.next(), Publisher: c.next(), Title: c.next(), Date: c.date(), URL: c.next()}
	if strings.ContainsAny(s.URL, " ;") {
		c.fail("more than one address", "one source, one address; make further sources of the others")
	}
	s.Note = c.next()
	if s.Publisher == "" && s.Title == "" && s.URL == "" {
		c.failIn("title", "the source has neither publisher, title nor url", "a reader must be able to find it")
	}
	return s
}

func (c *cells) act() *entente.Act {
	a := &c.newActs.take(1)[0]
	a.ID = c.next()
	a.Date = c.readDate(c.must())
	a.Title = c.must()
	a.Participants = c.participants()
	a.Host = c.roles(a.Participants)
	a.Type = word(c, entente.ParseActType)
	a.Level = word(c, entente.ParseLevel)
	a.Body = word(c, entente.ParseBody)
	a.Domains = words(c, entente.ParseDomain)
	a.Force = word(c, entente.ParseForce)
	switch s := c.next(); s {
	case "":
		a.ObligationsUnknown = true
	case "none":
	default:
		a.Obligations = wordItems(c, c.items(s), entente.ParseObligation)
	}
	a.Status = word(c, entente.ParseStatus)
	a.Forum = c.next()
	a.Supersedes = c.refs(actTable)
	if len(a.Supersedes) > 0 {
		c.supersedes[a.ID] = replacement{a.Supersedes, c.problem(c.column, "", "")}
	}
	a.Summary = c.next()
	a.Sources = c.refs(sourceTable)
	a.KnownAt = c.knownAt()
	a.Confidence = word(c, entente.ParseConfidence)
	a.Note = c.next()
	c.checkAct(a)
	return a
}

func (c *cells) participants() []entente.Participant {
	s := c.must()
	if s == "" {
		return nil
	}
	list := c.parties.take(1 + strings.Count(s, ";"))
	for i, code := range c.items(s) {
		c.refer(actorTable, code)
		list[i].Actor = code
	}
	return list
}

// roles takes the roles, sets them on the participants and returns the host that
// took no part.
func (c *cells) roles(participants []entente.Participant) (host string) {
	for _, item := range c.list() {
		code, role, ok := strings.Cut(item, "=")
		if !ok || code == "" || role == "" {
			c.fail(fmt.Sprintf("role %q", item), "write CODE=role")
			continue
		}
		i := slices.IndexFunc(participants, func(p entente.Participant) bool { return p.Actor == code })
		switch {
		case i >= 0 && participants[i].Role != "":
			c.fail(fmt.Sprintf("%s has two roles", code), "one role for each participant")
		case i >= 0:
			participants[i].Role = role
		case role != "host":
			c.fail(fmt.Sprintf("%s has the role %q but is no participant", code, role), "only a host may stand outside: CODE=host")
		case host != "":
			c.fail(fmt.Sprintf("a second host outside the participants, %s", code), "at most one")
		default:
			host = code
			c.refer(actorTable, code)
		}
	}
	return host
}

// checkAct checks what hangs together across the cells of an act.
func (c *cells) checkAct(a *entente.Act) {
	open := a.Status == entente.Proposed || a.Status == entente.Announced
	if len(a.Participants) == 1 && !open && a.Participants[0].Actor != "" {
		switch a.Type {
		case entente.Incident, entente.Statement, entente.Withdrawal, "":
		default:
			c.failIn("participants", fmt.Sprintf("one participant alone cannot make a %s", a.Type), "only an incident, a statement, a withdrawal or something proposed may have one")
		}
	}
	if len(a.Sources) == 0 && a.Confidence != entente.Low && a.Confidence != "" {
		c.failIn("sources", "an act without a source", "give its source, or set confidence to low")
	}
	if c.horizon.Precision != entente.Unknown && !open && a.Status != "" && a.Date.Start > c.horizon.Start {
		c.failIn("date", fmt.Sprintf("date %s lies after the horizon %s", a.Date, c.horizon),
			"only something proposed or announced may; mend the date, the status or horizon in case.yaml")
	}
}

func (c *cells) change() entente.Change {
	return entente.Change{ID: c.next(), Act: c.ref(actTable), Date: c.date(), Status: word(c, entente.ParseChangeStatus),
		Actors: c.refs(actorTable), Summary: c.next(), Sources: c.refs(sourceTable), KnownAt: c.knownAt(),
		Confidence: word(c, entente.ParseConfidence), Note: c.next()}
}

func (c *cells) clause() entente.Clause {
	return entente.Clause{ID: c.next(), Act: c.ref(actTable), Article: c.next(), Kind: c.clauseKind(), Says: c.must(),
		Binding: c.oneOf("yes", "no", "unclear"), Confidence: word(c, entente.ParseConfidence), Sources: c.refs(sourceTable)}
}

func (c *cells) clauseKind() string {
	s := c.next()
	switch s {
	case "no_hostile_bloc", "assistance_undefined", "duration", "ratification":
		return s
	}
	if slices.Contains(entente.Domains, entente.Domain(s)) {
		return s
	}
	if _, err := entente.ParseObligation(s); err != nil {
		c.fail(fmt.Sprintf("unknown kind of clause %q", s), "an obligation (defense, offense, neutrality, nonaggression, consultation), no_hostile_bloc, assistance_undefined, duration, ratification, or a domain")
	}
	return s
}

func (c *cells) node() entente.Node {
	n := entente.Node{ID: c.next(), Name: c.must(), Country: c.must()}
	if n.Country != "" && !validCode(n.Country) {
		c.fail(fmt.Sprintf("country %q", n.Country), "an actor's code or an ISO 3166 alpha-3 code")
	}
	place := c.place()
	if place == nil {
		c.failIn("lat", "a corridor node needs lat and lon", "in degrees, north and east positive")
		place = &entente.Place{}
	}
	n.Place, n.Kind, n.Note = *place, c.next(), c.next()
	return n
}

func (c *cells) corridor() entente.Corridor {
	return entente.Corridor{ID: c.next(), Corridor: c.must(), From: c.ref(nodeTable), To: c.ref(nodeTable), Mode: c.must(),
		LengthKM: c.amount(), Capacity: c.amount(), CapacityUnit: c.next(), TransitDays: c.amount(), Volumes: c.volumes(),
		VolumeUnit: c.next(), Status: c.next(), Whole: c.yes(), Sources: c.refs(sourceTable), Note: c.next()}
}

func (c *cells) volumes() map[int]float64 {
	items := c.list()
	if len(items) == 0 {
		return nil
	}
	volumes := make(map[int]float64, len(items))
	for _, item := range items {
		year, amount, _ := strings.Cut(item, "=")
		y, err := strconv.Atoi(year)
		if err != nil || len(year) != 4 {
			c.fail(fmt.Sprintf("volume %q", item), "write YEAR=AMOUNT")
			continue
		}
		if _, twice := volumes[y]; twice {
			c.fail(fmt.Sprintf("two volumes for %d", y), "")
		}
		if v, ok := c.parseNumber(amount); ok {
			volumes[y] = v
		}
	}
	return volumes
}

func (c *cells) threat() entente.Threat {
	return entente.Threat{ID: c.next(), Name: c.must(), Kind: c.must(), Origin: c.refs(actorTable), Exposed: c.refs(actorTable),
		Responses: words(c, entente.ParseDomain), Section: c.next(), Summary: c.next(), Sources: c.refs(sourceTable)}
}

func (c *cells) posture() entente.Posture {
	p := entente.Posture{ID: c.next(), Power: c.ref(actorTable), Form: c.must(), Involving: c.refs(actorTable)}
	if s := c.must(); s != "any" {
		p.Domains = wordItems(c, c.items(s), entente.ParseDomain)
	}
	if s := c.must(); s != "any" {
		force, err := entente.ParseForce(s)
		if err != nil {
			c.failWord(s, err)
		}
		p.Force = force
	}
	switch s := c.must(); s {
	case "any", "":
	case string(entente.NoObligation):
		p.Obligation = entente.NoObligation
	default:
		obligation, err := entente.ParseObligation(s)
		if err != nil {
			c.failWord(s, err)
		}
		p.Obligation = obligation
	}
	p.Stance = word(c, entente.ParseStance)
	p.Reason = c.next()
	p.Sources = c.refs(sourceTable)
	p.Brief = c.yes()
	return p
}

func (c *cells) bloc() entente.BlocRecord {
	b := entente.BlocRecord{ID: c.next(), Name: c.must(), Region: c.next()}
	for i := range b.Rungs {
		b.Rungs[i] = c.date()
	}
	b.Ended, b.EndKind, b.Censored = c.date(), c.next(), c.date()
	if !b.Ended.IsZero() && !b.Censored.IsZero() {
		c.fail("a bloc that ended is not censored", "give either ended or censored")
	}
	b.MembersN, b.Members = c.whole(), c.next()
	b.Soft, b.MajorPower = c.yes(), c.yes()
	b.ATOP = c.list()
	b.Confidence = word(c, entente.ParseConfidence)
	for _, item := range c.list() {
		rung, ok := parseRung(item)
		if !ok {
			c.fail(fmt.Sprintf("rung %q", item), "r0 to r8")
			continue
		}
		b.Weak = append(b.Weak, rung)
	}
	b.Source, b.Note = c.next(), c.next()
	return b
}

// parseRung reads r0 to r8.
func parseRung(s string) (int, bool) {
	if len(s) != 2 || s[0] != 'r' || s[1] < '0' || s[1] > '8' {
		return 0, false
	}
	return int(s[1] - '0'), true
}

func (c *cells) claim() entente.Claim {
	return entente.Claim{ID: c.next(), Section: c.next(), Text: c.must(), Acts: c.refs(actTable),
		Verdict: c.oneOf("agrees", "disagrees", "unverified"), Evidence: c.next(), Sources: c.refs(sourceTable), Note: c.next()}
}

func (c *cells) implication() entente.Implication {
	return entente.Implication{ID: c.next(), Section: c.next(), Statement: c.must(), Tests: c.tests(), Sources: c.refs(sourceTable), Change: c.must(), Note: c.next()}
}

// tests takes the tests of an implication and checks that what they name exists.
// Without a test it cannot be decided from the record.
func (c *cells) tests() []entente.Test {
	var tests []entente.Test
	for _, item := range c.list() {
		if item == "" {
			continue // reported by items
		}
		t, err := entente.ParseTest(item)
		if err != nil {
			c.failWord(item, err)
			continue
		}
		if to, ok := testSubjects[t.Kind]; ok {
			c.refer(to, t.Args[0])
		}
		tests = append(tests, t)
	}
	return tests
}

// testSubjects are the tables of what the first argument of a test names.
var testSubjects = map[entente.TestKind]tableID{
	entente.TestStance: postureTable, entente.TestCrossed: postureTable, entente.TestTouched: postureTable, entente.TestQuiet: postureTable,
	entente.TestOwed: actorTable, entente.TestAct: actTable, entente.TestClaim: claimTable,
}
