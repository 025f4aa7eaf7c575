package main

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"entente"
	"entente/export"
	"entente/measure"
)

func (a *app) actorsCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "actors",
		Short: "list actors with their codes",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			v, err := a.open(cmd.Context())
			if err != nil {
				return err
			}
			acts := map[string]int{}
			for _, act := range v.ActsOn(v.asOf) {
				for _, p := range act.Participants {
					acts[p.Actor]++
				}
			}
			t := newTable(1, "code", "name", "kind", "in the group", "cow", "gw", "#acts")
			for i := range v.Actors {
				actor := &v.Actors[i]
				role := ""
				for _, m := range v.Group.Members {
					if m.Actor == actor.Code && m.Holds(v.asOf) {
						role = m.Role + " since " + m.From.String()
					}
				}
				if a.json {
					if err := a.writeJSON(actorJSON(actor, role, acts[actor.Code])); err != nil {
						return err
					}
					continue
				}
				t.add(actor.Code, actor.Name, strings.ReplaceAll(string(actor.Kind), "_", " "), role, number(actor.COW), number(actor.GW), strconv.Itoa(acts[actor.Code]))
			}
			if !a.json {
				a.print(t)
			}
			return nil
		},
	}
}

func number(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}

func actorJSON(actor *entente.Actor, role string, acts int) any {
	aliases := []string{}
	for _, al := range actor.Aliases {
		aliases = append(aliases, al.Name)
	}
	optional := func(n int) any {
		if n == 0 {
			return nil
		}
		return n
	}
	text := func(s string) any {
		if s == "" {
			return nil
		}
		return s
	}
	return struct {
		Code    string   `json:"code"`
		Name    string   `json:"name"`
		Kind    string   `json:"kind"`
		ISO3    any      `json:"iso3"`
		COW     any      `json:"cow"`
		GW      any      `json:"gw"`
		Aliases []string `json:"aliases"`
		Region  any      `json:"region"`
		Role    any      `json:"role"`
		Acts    int      `json:"acts"`
	}{actor.Code, actor.Name, string(actor.Kind), text(actor.ISO3), optional(actor.COW), optional(actor.GW), aliases, text(actor.Region), text(role), acts}
}

func (a *app) sourcesCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "sources",
		Short: "list sources with the number of acts that rest on each",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			v, err := a.open(cmd.Context())
			if err != nil {
				return err
			}
			acts := map[string][]string{}
			for _, act := range v.ActsOn(v.asOf) {
				for _, id := range sourcesOf(act) {
					acts[id] = append(acts[id], act.ID)
				}
			}
			t := newTable(1, "id", "source", "date", "#acts")
			for _, s := range v.Sources {
				if a.json {
					if err := a.writeJSON(struct {
						sourceJSON
						Acts []string `json:"acts"`
					}{newSourceJSON(&s), append([]string{}, acts[s.ID]...)}); err != nil {
						return err
					}
					continue
				}
				text := s.Publisher
				if s.Title != "" {
					text += ", " + s.Title
				}
				t.add(s.ID, text, s.Date.String(), strconv.Itoa(len(acts[s.ID])))
			}
			if !a.json {
				a.print(t)
			}
			return nil
		},
	}
}

// sourceJSON is a source as scripts read it.
type sourceJSON struct {
	ID        string `json:"id"`
	Publisher string `json:"publisher"`
	Title     string `json:"title"`
	Date      string `json:"date"`
	URL       string `json:"url"`
}

func newSourceJSON(s *entente.Source) sourceJSON {
	return sourceJSON{s.ID, s.Publisher, s.Title, s.Date.String(), s.URL}
}

func (a *app) tieCommand() *cobra.Command {
	return &cobra.Command{
		Use:     "tie [A B]",
		Short:   "everything between two actors, or all pairs by depth",
		Long:    "Shows what two states owe each other, the texts between them in the order of time with their later steps, their\nother acts by type, the depth of the tie, and the sources. Without actors it ranks the pairs of members and\nobservers by depth, with the ranks that they take when any weight is halved or doubled.",
		Example: "  entente tie AZE TUR\n  entente tie Kazakhstan uzbekistan --as-of 2015-01-01\n  entente tie",
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) == 1 {
				return usage("a tie has two ends", "name two actors, or none to rank all pairs")
			}
			return cobra.MaximumNArgs(2)(cmd, args)
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			v, err := a.open(cmd.Context())
			if err != nil {
				return err
			}
			if len(args) == 0 {
				return a.printTies(v)
			}
			x, err := v.find(args[0])
			if err != nil {
				return err
			}
			y, err := v.find(args[1])
			if err != nil {
				return err
			}
			if x.Code == y.Code {
				return usage(fmt.Sprintf("%s has no tie with itself", x.Name), "name two actors")
			}
			return a.printTie(v, x, y)
		},
	}
}

// printTies ranks the pairs of members and observers.
func (a *app) printTies(v *view) error {
	t := newTable(6, "#rank", "pair", "#depth", "ranks", "obligation", "#acts", "heaviest acts")
	for _, tie := range measure.Ties(v.Case, v.asOf, measure.TieOptions{}) {
		if a.json {
			if err := a.writeJSON(tie); err != nil {
				return err
			}
			continue
		}
		obligation := [...]string{"none", "consultation", "non-aggression or neutrality", "defence"}[tie.Code]
		t.add(strconv.Itoa(tie.Rank), tie.A+" "+tie.B, fmt.Sprintf("%.1f", tie.Depth), fmt.Sprintf("%d-%d", tie.RankLow, tie.RankHigh), obligation, strconv.Itoa(tie.N), shortList(tie.Acts, 3))
	}
	if !a.json {
		a.print(t)
	}
	return nil
}

func (a *app) printTie(v *view, x, y *entente.Actor) error {
	first, second := min(x.Code, y.Code), max(x.Code, y.Code)
	owed := slices.DeleteFunc(measure.Obligations(v.Case, v.asOf), func(o measure.Owed) bool { return o.A != first || o.B != second })
	var texts, others []*entente.Act
	for _, act := range v.ActsOn(v.asOf) {
		switch {
		case !act.Has(x.Code) || !act.Has(y.Code):
		case isText(act) && len(act.Participants) <= 3:
			texts = append(texts, act)
		default:
			others = append(others, act)
		}
	}
	ties := measure.Ties(v.Case, v.asOf, measure.TieOptions{Among: []string{first, second}})
	if a.json {
		all := append(slices.Clone(texts), others...)
		slices.SortStableFunc(all, func(p, q *entente.Act) int { return p.Date.Compare(q.Date) })
		acts := []export.ActJSON{}
		for _, act := range all {
			acts = append(acts, export.NewActJSON(act, v.asOf))
		}
		sources := []string{}
		sources = append(sources, sourcesOf(all...)...)
		return a.writeJSON(struct {
			A           string           `json:"a"`
			B           string           `json:"b"`
			AsOf        entente.Day      `json:"as_of"`
			Depth       float64          `json:"depth"`
			Obligations []measure.Owed   `json:"obligations"`
			Acts        []export.ActJSON `json:"acts"`
			Sources     []string         `json:"sources"`
		}{first, second, v.asOf, ties[0].Depth, append([]measure.Owed{}, owed...), acts, sources})
	}
	a.printf("%s and %s as of %s: %s together, tie depth %.1f\n", x.Name, y.Name, v.asOf, count(len(texts)+len(others), "act"), ties[0].Depth)
	if len(owed) > 0 {
		a.printf("\nWhat they owe each other\n")
		a.print(owedTable(owed, "  "))
	} else {
		a.printf("\nThey owe each other nothing by a binding text on record.\n")
	}
	if len(texts) > 0 {
		a.printf("\nTexts between the two (or with one more)\n")
		t := newTable(1, "  date", "act", "obligations", "status", "id")
		for _, act := range texts {
			t.add("  "+act.Date.String(), act.Title, joinWords(act.Obligations), statusWord(act.StatusOn(v.asOf)), act.ID)
			for _, change := range act.Changes {
				if change.Date.Begun(v.asOf) {
					who := ""
					if len(change.Actors) > 0 {
						who = " by " + strings.Join(change.Actors, ", ")
					}
					t.add("  "+change.Date.String(), "  "+statusWord(change.Status)+who, "", "", "")
				}
			}
		}
		a.print(t)
	}
	if len(others) > 0 {
		a.printf("\nOther acts with both (entente acts --actor %s --actor %s lists them)\n", first, second)
		t := newTable(3, "  type", "#acts", "from", "to", "last")
		for _, kind := range entente.ActTypes {
			var of []*entente.Act
			for _, act := range others {
				if act.Type == kind {
					of = append(of, act)
				}
			}
			if len(of) > 0 {
				last := of[len(of)-1]
				t.add("  "+strings.ReplaceAll(string(kind), "_", " "), strconv.Itoa(len(of)), of[0].Date.String(), last.Date.String(), last.ID)
			}
		}
		a.print(t)
	}
	a.printSources(v, sourcesOf(texts...))
	return nil
}

// isText reports whether the act is a document rather than a deed.
func isText(act *entente.Act) bool {
	switch act.Type {
	case entente.Treaty, entente.Agreement, entente.Protocol, entente.Declaration, entente.Founding, entente.Institution, entente.Plan:
		return true
	}
	return false
}

func owedTable(owed []measure.Owed, indent string) *table {
	t := newTable(5, indent+"pair", "obligation", "through", "status", "since", "acts")
	for _, o := range owed {
		since := o.Since.String()
		if !o.Until.IsZero() {
			since += " to " + o.Until.String()
		}
		t.add(indent+o.A+" "+o.B, string(o.Obligation), o.Via, string(o.Status), since, strings.Join(o.Acts, " "))
	}
	return t
}

func (a *app) obligationsCommand() *cobra.Command {
	var all bool
	cmd := &cobra.Command{
		Use:   "obligations [A [B]]",
		Short: "who owes whom what on a day",
		Long: "Shows the obligations in force between pairs of states, with the acts and the organisation through which they\n" +
			"run. Without an actor: every pair with a state that is or was a member or observer of the group. --all adds what\n" +
			"is signed and not seen in force, and what has lapsed. docs/measures/obligations.md says how they are derived.",
		Example: "  entente obligations\n  entente obligations KAZ RUS --all\n  entente obligations --as-of 1995-06-30 --json",
		Args:    cobra.MaximumNArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			v, err := a.open(cmd.Context())
			if err != nil {
				return err
			}
			var named []string
			for _, arg := range args {
				actor, err := v.find(arg)
				if err != nil {
					return err
				}
				named = append(named, actor.Code)
			}
			group := append(v.Group.Ever("member"), v.Group.Ever("observer")...)
			t := slices.DeleteFunc(measure.Obligations(v.Case, v.asOf), func(o measure.Owed) bool {
				if !all && o.Status != measure.StandsInForce {
					return true
				}
				if len(named) == 0 {
					return !slices.Contains(group, o.A) && !slices.Contains(group, o.B)
				}
				for _, code := range named {
					if o.A != code && o.B != code {
						return true
					}
				}
				return false
			})
			if a.json {
				for _, o := range t {
					if err := a.writeJSON(o); err != nil {
						return err
					}
				}
				return nil
			}
			a.printObligations(v, t, len(named) > 0)
			return nil
		},
	}
	cmd.Flags().BoolVar(&all, "all", false, "also what is signed and not seen in force, and what has lapsed")
	return cmd
}

// printObligations prints the pairs inside the group before those with
// outsiders, unless the reader named actors.
func (a *app) printObligations(v *view, owed []measure.Owed, named bool) {
	if len(owed) == 0 {
		a.printf("No obligation is on record as of %s.\n", v.asOf)
		return
	}
	if named {
		a.print(owedTable(owed, ""))
		return
	}
	members := v.Group.Ever("member")
	inside := func(o measure.Owed) bool { return slices.Contains(members, o.A) && slices.Contains(members, o.B) }
	for _, part := range []struct {
		title string
		keep  func(measure.Owed) bool
	}{
		{"Between members of the " + v.Group.Short, inside},
		{"Between members or observers and others", func(o measure.Owed) bool { return !inside(o) }},
	} {
		rows := slices.DeleteFunc(slices.Clone(owed), func(o measure.Owed) bool { return !part.keep(o) })
		if len(rows) > 0 {
			a.printf("%s, as of %s\n", part.title, v.asOf)
			a.print(owedTable(rows, "  "))
			a.printf("\n")
		}
	}
}
