package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"entente/brief"
)

func (a *app) implicationsCommand() *cobra.Command {
	var markdown bool
	cmd := &cobra.Command{
		Use:   "implications",
		Short: "what the founding document concludes, tested on the record",
		Long: "Decides each implication that the case states by its tests on the ladder, base rates, stances, threats, obligations\n" +
			"and acts: supported, contradicted, mixed or open, with what each test found and what would change the verdict.\n" +
			"docs/tolerance.md has the rules, docs/format.md the tests. --markdown writes a page.",
		Example: "  entente implications\n  entente implications --as-of 2022-12-31 --json\n  entente implications --markdown",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if markdown && a.json {
				return usage("--markdown and --json cannot go together", "choose one")
			}
			v, err := a.open(cmd.Context())
			if err != nil {
				return err
			}
			list, err := brief.Implications(cmd.Context(), v.Case, v.asOf, a.seed)
			if err != nil {
				return err
			}
			switch {
			case markdown:
				return brief.ImplicationsMarkdown(a.stdout, v.Case, v.asOf, list)
			case a.json:
				for i := range list {
					if err := a.writeJSON(&list[i]); err != nil {
						return err
					}
				}
				return nil
			}
			a.printImplications(v, list)
			return nil
		},
	}
	cmd.Flags().BoolVar(&markdown, "markdown", false, "write a page in Markdown")
	return cmd
}

func (a *app) printImplications(v *view, list []brief.Implication) {
	if len(list) == 0 {
		a.printf("The record states no implication: there is nothing to test.\n")
		return
	}
	t := newTable(2, "id", "about", "statement", "verdict", "tests")
	for _, im := range list {
		t.add(im.ID, im.Section, im.Statement, im.Verdict, im.Why)
	}
	a.print(t)
	a.printf("\nWhat the tests found\n")
	for _, im := range list {
		a.printf("%s\n", im.ID)
		for _, found := range im.Tests {
			a.paragraph("  ", fmt.Sprintf("- %s: %s [%s]", found.Outcome, found.Text, found.Test))
		}
		a.paragraph("  ", "- would change it: "+im.Change)
	}
	a.printf("\nas of %s\n", v.asOf)
}
