package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"entente/rem"
)

func (a *app) fitCommand() *cobra.Command {
	var ridge float64
	cmd := &cobra.Command{
		Use:   "fit SPEC",
		Short: "relational event model: who acts with whom next, and why",
		Long: "Fits the relational event model of a specification, a YAML file or a built-in one (hyper, dyadic), to the acts of the\n" +
			"case or to tables that it names. A coefficient is the change of the logarithm of the rate per unit of its statistic.\ndocs/models.md has the terms and the conventions.",
		Example: "  entente fit hyper\n  entente fit dyadic --json",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			v, err := a.open(cmd.Context())
			if err != nil {
				return err
			}
			data, model, err := rem.Load(args[0], v.Case, v.asOf, a.seed)
			if err != nil {
				return input(err.Error(), "docs/models.md has the keys of a specification")
			}
			done := a.working("fitting")
			design, err := rem.Prepare(cmd.Context(), data, model)
			if err != nil {
				done()
				return err
			}
			fit, err := design.Fit(cmd.Context(), rem.Options{Ridge: ridge})
			done()
			if err != nil {
				return err
			}
			if a.json {
				return a.writeJSON(fit)
			}
			a.printf("%s model, %d events, %d actors\nlog-likelihood %.6g, without any effect %.6g; AIC %.6g, BIC %.6g\n\n",
				fit.Model, fit.Events, fit.Actors, fit.LogLik, fit.NullLogLik, fit.AIC, fit.BIC)
			t := newTable(0, "term", "estimate", "s.e.", "z", "p")
			for _, e := range fit.Terms {
				t.add(e.Name, fmt.Sprintf("%.4g", e.Estimate), fmt.Sprintf("%.3g", e.SE), fmt.Sprintf("%.2f", e.Z), fmt.Sprintf("%.3g", e.P))
			}
			a.print(t)
			for _, w := range fit.Warnings {
				a.printf("warning: %s\n", w)
			}
			return nil
		},
	}
	cmd.Flags().Float64Var(&ridge, "ridge", 0, "penalty: half of it times the sum of squared coefficients")
	return cmd
}
