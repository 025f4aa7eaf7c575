package export

import (
	"encoding/csv"
	"encoding/json"
	"io"
	"strings"

	"entente"
)

// ActJSON is an act as scripts read it. What the record does not know is null;
// a text known to carry no obligation has an empty list.
type ActJSON struct {
	ID           string               `json:"id"`
	Date         entente.Date         `json:"date"`      // as the record has it: 2025, 2025-10, 2025-10-07, A/B or A/..
	Precision    string               `json:"precision"` // day, month, year, interval or open
	Title        string               `json:"title"`
	Type         entente.ActType      `json:"type"`
	Level        *entente.Level       `json:"level"`
	Body         *entente.Body        `json:"body"`
	Participants []string             `json:"participants"`
	Roles        map[string]string    `json:"roles"` // of participants that have one, and of a host that took no part
	Domains      []entente.Domain     `json:"domains"`
	Force        *entente.Force       `json:"legal_force"`
	Obligations  []entente.Obligation `json:"obligations"`
	Status       *entente.Status      `json:"status"` // on the day asked for
	Forum        string               `json:"forum"`
	Changes      []ChangeJSON         `json:"changes"` // that had begun by then
	Summary      string               `json:"summary"`
	Confidence   entente.Confidence   `json:"confidence"`
	Sources      []string             `json:"sources"`
	KnownAt      *entente.Date        `json:"known_at"`
	Note         string               `json:"note"`
}

// ChangeJSON is a later step of an act.
type ChangeJSON struct {
	Date    entente.Date   `json:"date"`
	Status  entente.Status `json:"status"`
	Actors  []string       `json:"actors"` // empty: all parties
	Sources []string       `json:"sources"`
}

// known returns nil for the unknown, empty value.
func known[W ~string](w W) *W {
	if w == "" {
		return nil
	}
	return &w
}

// list copies a list so that an empty one is written [] and not null.
func list[T any](items []T) []T { return append([]T{}, items...) }

// NewActJSON tells the act with the status that it had on the day, and the steps
// taken by then.
func NewActJSON(a *entente.Act, asOf entente.Day) ActJSON {
	j := ActJSON{
		ID: a.ID, Date: a.Date, Precision: a.Date.Precision.String(), Title: a.Title, Type: a.Type,
		Level: known(a.Level), Body: known(a.Body), Participants: []string{}, Roles: map[string]string{},
		Domains: list(a.Domains), Force: known(a.Force), Obligations: list(a.Obligations), Status: known(a.StatusOn(asOf)),
		Forum: a.Forum, Changes: []ChangeJSON{}, Summary: a.Summary, Confidence: a.Confidence, Sources: list(a.Sources), Note: a.Note,
	}
	if a.ObligationsUnknown {
		j.Obligations = nil
	}
	if !a.KnownAt.IsZero() {
		j.KnownAt = &a.KnownAt
	}
	for _, p := range a.Participants {
		j.Participants = append(j.Participants, p.Actor)
		if p.Role != "" {
			j.Roles[p.Actor] = p.Role
		}
	}
	if a.Host != "" {
		j.Roles[a.Host] = "host"
	}
	for _, c := range a.Changes {
		if c.Date.Begun(asOf) {
			j.Changes = append(j.Changes, ChangeJSON{c.Date, c.Status, list(c.Actors), list(c.Sources)})
		}
	}
	return j
}

// JSONLines writes one act a line.
func JSONLines(w io.Writer, acts []*entente.Act, asOf entente.Day) error {
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	for _, a := range acts {
		if err := encoder.Encode(NewActJSON(a, asOf)); err != nil {
			return err
		}
	}
	return nil
}

// CSV writes a flat table with one row an act, in UTF-8 without a byte order
// mark, quoted as in RFC 4180, each line ended by LF as in a case folder. Lists
// in a cell are separated by semicolons; roles are written ACTOR=role.
// Obligations are "none" where the text has none and empty where it has not been
// read. start and end are the first and last possible day; end is empty for an
// open date.
func CSV(w io.Writer, acts []*entente.Act, asOf entente.Day) error {
	table := csv.NewWriter(w)
	if err := table.Write([]string{"id", "date", "precision", "start", "end", "title", "type", "level", "body", "participants", "roles", "domains",
		"legal_force", "obligations", "status", "forum", "summary", "confidence", "sources", "known_at", "note"}); err != nil {
		return err
	}
	for _, a := range acts {
		var roles, parties []string
		for _, p := range a.Participants {
			parties = append(parties, p.Actor)
			if p.Role != "" {
				roles = append(roles, p.Actor+"="+p.Role)
			}
		}
		if a.Host != "" {
			roles = append(roles, a.Host+"=host")
		}
		start, end := bounds(a.Date)
		if err := table.Write([]string{a.ID, a.Date.String(), a.Date.Precision.String(), start, end, a.Title, string(a.Type),
			string(a.Level), string(a.Body), strings.Join(parties, ";"), strings.Join(roles, ";"), join(a.Domains), string(a.Force), promises(a),
			string(a.StatusOn(asOf)), a.Forum, a.Summary, string(a.Confidence), strings.Join(a.Sources, ";"), a.KnownAt.String(), a.Note}); err != nil {
			return err
		}
	}
	table.Flush()
	return table.Error()
}

// promises lists the obligations of the act: "none" where its text has none, empty
// where it has not been read.
func promises(a *entente.Act) string {
	if len(a.Obligations) == 0 && !a.ObligationsUnknown {
		return string(entente.NoObligation)
	}
	return join(a.Obligations)
}

// bounds returns the first and last possible day, each "" when there is none.
func bounds(d entente.Date) (start, end string) {
	if d.IsZero() {
		return "", ""
	}
	if d.End != entente.NoEnd {
		end = d.End.String()
	}
	return d.Start.String(), end
}

func texts[W ~string](words []W) []string {
	texts := make([]string, len(words))
	for i, w := range words {
		texts[i] = string(w)
	}
	return texts
}

func join[W ~string](words []W) string { return strings.Join(texts(words), ";") }
