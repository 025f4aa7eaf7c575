package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"entente"
	"entente/export"
	"entente/ledger"
)

// filter chooses acts.
type filter struct {
	actors                                 []string
	forum, kind, domain, obligation, since string
	until, text, status                    string
}

func (f *filter) flags(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringArrayVar(&f.actors, "actor", nil, "with this actor (code or name; repeat for acts with all of them)")
	flags.StringVar(&f.forum, "forum", "", "in the name of this group or format (OTS, CSTO, bilateral, ...)")
	flags.StringVar(&f.kind, "type", "", "of this type (treaty, meeting, exercise, ...)")
	flags.StringVar(&f.domain, "domain", "", "in this domain (training, intelligence, industry, ...)")
	flags.StringVar(&f.obligation, "obligation", "", "with this obligation (defense, consultation, ...)")
	flags.StringVar(&f.status, "status", "", "with this status on the day (in_force, signed, proposed, ...)")
	flags.StringVar(&f.since, "since", "", "on or after this date (YYYY, YYYY-MM or YYYY-MM-DD)")
	flags.StringVar(&f.until, "until", "", "on or before this date")
	flags.StringVar(&f.text, "text", "", "containing these words or beginnings of words; accents and Turkic letters may be left out")
}

// apply returns the acts in view that pass the filter, by date.
func (f *filter) apply(ctx context.Context, v *view) ([]*entente.Act, error) {
	var tests []func(*entente.Act) bool
	for _, name := range f.actors {
		actor, err := v.find(name)
		if err != nil {
			return nil, err
		}
		tests = append(tests, func(a *entente.Act) bool { return a.Has(actor.Code) })
	}
	if f.forum != "" {
		known := slices.ContainsFunc(v.Acts, func(a *entente.Act) bool { return strings.EqualFold(a.Forum, f.forum) })
		if !known {
			return nil, notFound(fmt.Sprintf("no act has the forum %q", f.forum), "forums of this record: "+strings.Join(forums(v.Case), ", "))
		}
		tests = append(tests, func(a *entente.Act) bool { return strings.EqualFold(a.Forum, f.forum) })
	}
	if f.kind != "" {
		kind, err := entente.ParseActType(f.kind)
		if err != nil {
			return nil, word("--type", err)
		}
		tests = append(tests, func(a *entente.Act) bool { return a.Type == kind })
	}
	if f.domain != "" {
		domain, err := entente.ParseDomain(f.domain)
		if err != nil {
			return nil, word("--domain", err)
		}
		tests = append(tests, func(a *entente.Act) bool { return a.In(domain) })
	}
	if f.obligation != "" {
		obligation, err := entente.ParseObligation(f.obligation)
		if err != nil {
			return nil, word("--obligation", err)
		}
		tests = append(tests, func(a *entente.Act) bool { return a.Obliges(obligation) })
	}
	if f.status != "" {
		status, err := entente.ParseStatus(f.status)
		if err != nil {
			return nil, word("--status", err)
		}
		tests = append(tests, func(a *entente.Act) bool { return a.StatusOn(v.asOf) == status })
	}
	for _, limit := range []struct {
		flag, value string
		test        func(a *entente.Act, d entente.Date) bool
	}{
		{"--since", f.since, func(a *entente.Act, d entente.Date) bool { return a.Date.End >= d.Start }},
		{"--until", f.until, func(a *entente.Act, d entente.Date) bool { return a.Date.Start <= d.End }},
	} {
		if limit.value == "" {
			continue
		}
		d, err := entente.ParseDate(limit.value)
		if err != nil {
			return nil, usage(limit.flag+": "+err.Error(), "write YYYY, YYYY-MM or YYYY-MM-DD")
		}
		tests = append(tests, func(a *entente.Act) bool { return limit.test(a, d) })
	}
	if f.text != "" {
		ids, err := v.search(ctx, f.text)
		if err != nil {
			return nil, input(err.Error(), "")
		}
		found := make(map[string]bool, len(ids))
		for _, id := range ids {
			found[id] = true
		}
		tests = append(tests, func(a *entente.Act) bool { return found[a.ID] })
	}
	var acts []*entente.Act
	for _, a := range v.ActsOn(v.asOf) {
		if !slices.ContainsFunc(tests, func(test func(*entente.Act) bool) bool { return !test(a) }) {
			acts = append(acts, a)
		}
	}
	return acts, nil
}

// search finds acts by text, in a ledger file through its index.
func (v *view) search(ctx context.Context, text string) ([]string, error) {
	if v.isLedger() {
		return ledger.Search(ctx, v.path, text)
	}
	return ledger.Find(v.Case, text)
}

// word makes a usage error of a value outside a vocabulary.
func word(flag string, err error) error {
	var w *entente.WordError
	if errors.As(err, &w) {
		return usage(flag+": "+w.Error(), w.Hint)
	}
	return usage(flag+": "+err.Error(), "")
}

func forums(c *entente.Case) []string {
	seen := map[string]bool{}
	var list []string
	for _, a := range c.Acts {
		if !seen[a.Forum] {
			seen[a.Forum] = true
			list = append(list, a.Forum)
		}
	}
	slices.Sort(list)
	return list
}

func (a *app) actsCommand() *cobra.Command {
	var f filter
	cmd := &cobra.Command{
		Use:     "acts",
		Short:   "list acts",
		Example: "  entente acts --actor TUR --type exercise --since 2020\n  entente acts --text shusha\n  entente acts --forum OTS --json",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			v, err := a.open(cmd.Context())
			if err != nil {
				return err
			}
			acts, err := f.apply(cmd.Context(), v)
			if err != nil {
				return err
			}
			if a.json {
				return export.JSONLines(a.stdout, acts, v.asOf)
			}
			t := newTable(1, "date", "act", "actors", "status", "id")
			for _, act := range acts {
				t.add(act.Date.String(), act.Title, codes(act, 5), statusWord(act.StatusOn(v.asOf)), act.ID)
			}
			a.print(t)
			fmt.Fprintf(a.stderr, "%s in view as of %s\n", count(len(acts), "act"), v.asOf)
			return nil
		},
	}
	f.flags(cmd)
	return cmd
}

func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// codes lists the participants' codes, and how many more there are.
func codes(a *entente.Act, most int) string {
	var list []string
	for i, p := range a.Participants {
		if i == most {
			return strings.Join(list, " ") + fmt.Sprintf(" +%d", len(a.Participants)-most)
		}
		list = append(list, p.Actor)
	}
	return strings.Join(list, " ")
}

func statusWord(s entente.Status) string {
	if s == "" {
		return "unknown"
	}
	return strings.ReplaceAll(string(s), "_", " ")
}

func (a *app) actCommand() *cobra.Command {
	return &cobra.Command{
		Use:     "act ID",
		Short:   "everything about one act",
		Example: "  entente act aztr-2021-shusha",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			v, err := a.open(cmd.Context())
			if err != nil {
				return err
			}
			act := v.Act(args[0])
			if act == nil || !act.Date.Begun(v.asOf) {
				return a.noAct(v, args[0], act)
			}
			var log []ledger.Entry
			if v.isLedger() {
				if log, err = ledger.Log(cmd.Context(), v.path, "acts", act.ID); err != nil {
					return err
				}
				if v.knownAt != 0 { // what was revised later is not yet known
					log = slices.DeleteFunc(log, func(e ledger.Entry) bool { return !e.KnownAt.Over(v.knownAt) })
				}
			}
			if a.json {
				return a.writeJSON(actInFull(v, act, log))
			}
			a.printAct(v, act)
			a.printRevisions(log)
			return nil
		},
	}
}

// noAct explains why there is no act with the id in view.
func (a *app) noAct(v *view, id string, act *entente.Act) error {
	if act != nil {
		return notFound(fmt.Sprintf("act %q is dated %s, after --as-of %s", id, act.Date, v.asOf), "leave out --as-of, or ask for a later day")
	}
	hint := "entente acts lists ids; --text searches"
	if near := nearest(id, v.Acts, 5); len(near) > 0 {
		hint = "ids like it: " + strings.Join(near, " ")
	}
	return notFound(fmt.Sprintf("no act %q in the record", id), hint)
}

// nearest returns the ids most like the one that was typed: by the number of
// letters to change, where part of an id counts as near. Ids that share little
// with it are not offered.
func nearest(id string, acts []*entente.Act, most int) []string {
	type candidate struct {
		id       string
		distance int
	}
	var list []candidate
	for _, act := range acts {
		d := distance(id, act.ID)
		if len(id) >= 3 && strings.Contains(act.ID, id) {
			d = 0
		}
		if d <= len(id)/3 {
			list = append(list, candidate{act.ID, d})
		}
	}
	slices.SortStableFunc(list, func(p, q candidate) int { return cmp.Compare(p.distance, q.distance) })
	var ids []string
	for _, c := range list[:min(len(list), most)] {
		ids = append(ids, c.id)
	}
	return ids
}

// distance counts the letters to insert, delete or replace (Levenshtein 1966).
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			d := diagonal
			if a[i] != b[j] {
				d++
			}
			diagonal, row[j+1] = row[j+1], min(d, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}

// actInFull is an act as scripts read it, with what leads on from it: its
// clauses, its sources with their addresses, and in a ledger file its revisions.
func actInFull(v *view, act *entente.Act, log []ledger.Entry) any {
	type clause struct {
		Article string   `json:"article"`
		Kind    string   `json:"kind"`
		Says    string   `json:"says"`
		Binding string   `json:"binding"`
		Sources []string `json:"sources"`
	}
	type revision struct {
		Seq        int64        `json:"seq"`
		KnownAt    entente.Date `json:"known_at"`
		RecordedAt time.Time    `json:"recorded_at"`
		Who        string       `json:"who"`
		Why        string       `json:"why"`
	}
	full := struct {
		export.ActJSON
		Supersedes []string     `json:"supersedes"`
		Clauses    []clause     `json:"clauses"`
		References []sourceJSON `json:"references"`
		Revisions  []revision   `json:"revisions,omitempty"`
	}{ActJSON: export.NewActJSON(act, v.asOf), Supersedes: append([]string{}, act.Supersedes...), Clauses: []clause{}, References: []sourceJSON{}}
	for _, c := range clausesOf(v.Case, act) {
		full.Clauses = append(full.Clauses, clause{c.Article, c.Kind, c.Says, c.Binding, append([]string{}, c.Sources...)})
	}
	for _, id := range sourcesOf(act) {
		if s := v.Source(id); s != nil {
			full.References = append(full.References, newSourceJSON(s))
		}
	}
	for _, e := range log {
		full.Revisions = append(full.Revisions, revision{e.Seq, e.KnownAt, e.RecordedAt, e.Who, e.Why})
	}
	return full
}

func clausesOf(c *entente.Case, act *entente.Act) []entente.Clause {
	return slices.DeleteFunc(slices.Clone(c.Clauses), func(cl entente.Clause) bool { return cl.Act != act.ID })
}

func (a *app) printAct(v *view, act *entente.Act) {
	a.printf("%s\n%s  %s\n\n", act.Title, act.Date, act.ID)
	line := func(name, text string) {
		if text != "" {
			a.item(name, text)
		}
	}
	for i, p := range act.Participants {
		name := "participants"
		if i > 0 {
			name = ""
		}
		text := p.Actor + "  " + v.Name(p.Actor)
		if p.Role != "" {
			text += " (" + p.Role + ")"
		}
		a.item(name, text)
	}
	if act.Host != "" {
		line("hosted by", act.Host+"  "+v.Name(act.Host))
	}
	line("type", string(act.Type))
	line("level", string(act.Level))
	line("body", strings.ReplaceAll(string(act.Body), "_", " "))
	line("forum", act.Forum)
	line("domains", joinWords(act.Domains))
	force := string(act.Force)
	if force == "" {
		force = "not known"
	}
	line("legal force", force)
	obligations := joinWords(act.Obligations)
	switch {
	case act.ObligationsUnknown:
		obligations = "not known"
	case obligations == "":
		obligations = "none"
	}
	line("obligations", obligations)
	line("status", statusWord(act.StatusOn(v.asOf))+" as of "+v.asOf.String())
	for _, change := range act.Changes {
		if !change.Date.Begun(v.asOf) {
			continue
		}
		text := change.Date.String() + "  " + statusWord(change.Status)
		if len(change.Actors) > 0 {
			text += " (" + strings.Join(change.Actors, ", ") + ")"
		}
		if change.Summary != "" {
			text += ": " + change.Summary
		}
		line("  "+"then", text)
	}
	line("confidence", string(act.Confidence))
	if !act.KnownAt.IsZero() {
		line("known at", act.KnownAt.String())
	}
	if len(act.Supersedes) > 0 {
		line("replaces", strings.Join(act.Supersedes, ", "))
	}
	if act.Summary != "" {
		a.printf("\n")
		a.paragraph("", act.Summary)
	}
	if act.Note != "" {
		a.printf("\n")
		a.paragraph("", "Note: "+act.Note)
	}
	if clauses := clausesOf(v.Case, act); len(clauses) > 0 {
		a.printf("\nClauses, in the coder's words\n")
		t := newTable(2, "  article", "kind", "says", "binding")
		for _, c := range clauses {
			t.add("  "+c.Article, strings.ReplaceAll(c.Kind, "_", " "), c.Says, c.Binding)
		}
		a.print(t)
	}
	a.printSources(v, sourcesOf(act))
}

func (a *app) printRevisions(log []ledger.Entry) {
	if len(log) == 0 {
		return
	}
	a.printf("\nRevisions of the row (entente log shows what changed)\n")
	t := newTable(3, "  recorded", "known at", "who", "why")
	for _, e := range log {
		t.add("  "+e.RecordedAt.Format("2006-01-02 15:04"), e.KnownAt.String(), e.Who, e.Why)
	}
	a.print(t)
}

func joinWords[W ~string](words []W) string {
	list := make([]string, len(words))
	for i, w := range words {
		list[i] = strings.ReplaceAll(string(w), "_", " ")
	}
	return strings.Join(list, ", ")
}

// sourcesOf returns the sources of an act and of its changes, without repetition.
func sourcesOf(acts ...*entente.Act) []string {
	var ids []string
	add := func(list []string) {
		for _, id := range list {
			if !slices.Contains(ids, id) {
				ids = append(ids, id)
			}
		}
	}
	for _, act := range acts {
		add(act.Sources)
		for _, change := range act.Changes {
			add(change.Sources)
		}
	}
	return ids
}

func (a *app) printSources(v *view, ids []string) {
	if len(ids) == 0 {
		a.printf("\nNo source with an address is recorded.\n")
		return
	}
	a.printf("\nSources\n")
	for _, id := range ids {
		s := v.Source(id)
		if s == nil {
			continue
		}
		text := s.Publisher
		if s.Title != "" {
			text += ", " + s.Title
		}
		if !s.Date.IsZero() {
			text += ", " + s.Date.String()
		}
		a.hanging("  ", "      ", "["+s.ID+"] "+text, a.width)
		if s.URL != "" {
			a.printf("      %s\n", s.URL)
		}
	}
}
