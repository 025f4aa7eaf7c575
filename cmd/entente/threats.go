package main

import (
	"strings"

	"github.com/spf13/cobra"

	"entente/measure"
)

func (a *app) threatsCommand() *cobra.Command {
	var open bool
	cmd := &cobra.Command{
		Use:   "threats",
		Short: "which exposures have cooperation that could answer them, and which have none",
		Long: "A row for each threat and each state of the group exposed to it: what that state does with other exposed states\n" +
			"of the group in the domains that could answer the threat, since when, in what form and by which acts of the last\n" +
			"ten years. It says that they cooperate, not that it helps. docs/tolerance.md has the rules.",
		Example: "  entente threats\n  entente threats --open\n  entente threats --json",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			v, err := a.open(cmd.Context())
			if err != nil {
				return err
			}
			if len(v.Threats) == 0 && !a.json {
				a.printf("The record names no threat: there is nothing to answer.\n")
				return nil
			}
			t := newTable(0, "threat", "state", "answered by", "since", "by domain", "acts")
			for _, e := range measure.Exposures(v.Case, v.asOf) {
				if open && (e.Form.Joint() || e.Form == measure.NotScored) {
					continue
				}
				if a.json {
					if err := a.writeJSON(e); err != nil {
						return err
					}
					continue
				}
				form := string(e.Form)
				if e.InGroup {
					form += ", in the group's name"
				}
				if e.Origin {
					form += ", with an origin of it"
				}
				t.add(e.Name, e.State, form, e.Since.String(), domainWords(e), shortList(e.Acts, 3))
			}
			if !a.json {
				a.print(t)
			}
			return nil
		},
	}
	cmd.Flags().BoolVar(&open, "open", false, "only exposures that joint work could answer and none does")
	return cmd
}

// domainWords says in short what answers an exposure in each domain.
func domainWords(e measure.Exposure) string {
	short := map[measure.AnswerForm]string{measure.JointMultilateral: "multilateral", measure.JointBilateral: "bilateral",
		measure.TalkOnly: "talk", measure.NoAnswer: "nothing", measure.NotScored: "not scored"}
	list := make([]string, len(e.Answers))
	for i, w := range e.Answers {
		list[i] = string(w.Domain) + " " + short[w.Form]
	}
	return strings.Join(list, ", ")
}
