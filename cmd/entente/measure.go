package main

import (
	"encoding/csv"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"entente"
	"entente/measure"
)

func (a *app) ladderCommand() *cobra.Command {
	return &cobra.Command{
		Use:     "ladder",
		Short:   "rungs of institutionalisation, with the acts that hold them",
		Long:    "Shows the rungs r0 to r8 with the date and the acts that hold each, what is missing, acts that come close and\nother readings. docs/measures/ladder.md has the tests.",
		Example: "  entente ladder\n  entente ladder --as-of 2019-12-31 --json",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			v, err := a.open(cmd.Context())
			if err != nil {
				return err
			}
			ladder := measure.Ladder(v.Case, v.asOf)
			if a.json {
				return a.writeJSON(ladder)
			}
			level := ladder.Level
			if level == "" {
				level = "no rung"
			}
			a.printf("%s as of %s: %s\n\n", v.Group.Name, v.asOf, level)
			t := newTable(3, "rung", "name", "held since", "by, or what is missing")
			for _, r := range ladder.Rungs {
				since, by := "-", r.Missing
				if r.Reached {
					since, by = r.Date.String(), strings.Join(r.Acts, " ")
					if r.Provisional {
						since += "?"
						by += " (provisional: " + r.Missing + ")"
					}
				}
				t.add(r.Rung, r.Name, since, by)
				for _, o := range r.Others {
					t.add("", "", "  ("+o.Date.String()+")", "other reading: "+o.Reading+" ["+strings.Join(o.Acts, " ")+"]")
				}
				for _, n := range r.Near {
					t.add("", "", "", "close: "+n.Act+": "+n.Why)
				}
			}
			a.print(t)
			return nil
		},
	}
}

func (a *app) measureCommand() *cobra.Command {
	var opt measure.SeriesOptions
	var layer string
	var asCSV, list bool
	cmd := &cobra.Command{
		Use:     "measure [NAME...]",
		Short:   "series by year or window",
		Long:    "Prints yearly series of the named measures, or of all. A value is left out, and the reason given, where the window\nholds too little. Every value carries its number of acts and the coverage of the record. --list names the measures.",
		Example: "  entente measure multilateral_share --window 5\n  entente measure --list\n  entente measure density hub_share --csv",
		RunE: func(cmd *cobra.Command, args []string) error {
			if list {
				return a.listMeasures()
			}
			if asCSV && a.json {
				return usage("--csv and --json cannot go together", "choose one")
			}
			if layer != "" {
				domain, err := entente.ParseDomain(layer)
				if err != nil {
					return word("--layer", err)
				}
				opt.Layer = domain
			}
			if opt.Window < 1 {
				return usage(fmt.Sprintf("--window %d: a window lasts one year or more", opt.Window), "")
			}
			v, err := a.open(cmd.Context())
			if err != nil {
				return err
			}
			points, err := measure.Series(cmd.Context(), v.Case, v.asOf, opt, args...)
			if err != nil {
				return usage(err.Error(), "entente measure --list describes them")
			}
			switch {
			case a.json:
				for _, p := range points {
					if err := a.writeJSON(p); err != nil {
						return err
					}
				}
				return nil
			case asCSV:
				return a.pointsCSV(points)
			}
			t := newTable(6, "measure", "#year", "#value", "interval", "#n", "#coverage", "note")
			for _, p := range points {
				value, interval, note := "-", "", p.Thin
				if p.Value != nil {
					value = strconv.FormatFloat(*p.Value, 'f', -1, 64)
					if *p.Value != float64(int(*p.Value)) {
						value = fmt.Sprintf("%.3f", *p.Value)
					}
				}
				if p.Low != nil {
					interval = fmt.Sprintf("%.3f to %.3f", *p.Low, *p.High)
				}
				if p.Partial {
					note = strings.TrimPrefix(note+"; to "+v.asOf.String(), "; ")
				}
				t.add(p.Measure, strconv.Itoa(p.Year), value, interval, strconv.Itoa(p.N), strconv.Itoa(p.Coverage), note)
			}
			a.print(t)
			return nil
		},
	}
	flags := cmd.Flags()
	flags.IntVar(&opt.Window, "window", 1, "length of the windows in years, each ending with the year named")
	flags.StringVar(&layer, "layer", "", "only acts of this domain")
	flags.BoolVar(&asCSV, "csv", false, "write CSV")
	flags.BoolVar(&list, "list", false, "list the measures")
	return cmd
}

func (a *app) listMeasures() error {
	t := newTable(2, "name", "unit", "what it is")
	for _, m := range measure.Names() {
		if a.json {
			if err := a.writeJSON(m); err != nil {
				return err
			}
			continue
		}
		t.add(m.Name, m.Unit, m.About)
	}
	if !a.json {
		a.print(t)
	}
	return nil
}

func (a *app) pointsCSV(points []measure.Point) error {
	w := csv.NewWriter(a.stdout)
	text := func(v *float64) string {
		if v == nil {
			return ""
		}
		return strconv.FormatFloat(*v, 'g', -1, 64)
	}
	rows := [][]string{{"measure", "year", "value", "low", "high", "n", "coverage", "thin"}}
	for _, p := range points {
		rows = append(rows, []string{p.Measure, strconv.Itoa(p.Year), text(p.Value), text(p.Low), text(p.High), strconv.Itoa(p.N), strconv.Itoa(p.Coverage), p.Thin})
	}
	return w.WriteAll(rows)
}

func (a *app) changeCommand() *cobra.Command {
	return &cobra.Command{
		Use:     "change [NAME]",
		Short:   "change points of a series, by every model and penalty",
		Long:    "Looks for changes in a yearly series with the coverage of the record as exposure. Series: " + strings.Join(measure.ChangeNames(), ", ") + ".\ndocs/measures/change-points.md describes the models.",
		Example: "  entente change acts_multilateral\n  entente change multilateral_share --json",
		Args:    cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			name := "acts_multilateral"
			if len(args) == 1 {
				name = args[0]
			}
			if !slices.Contains(measure.ChangeNames(), name) {
				return usage(fmt.Sprintf("no series %q", name), "one of "+strings.Join(measure.ChangeNames(), ", "))
			}
			v, err := a.open(cmd.Context())
			if err != nil {
				return err
			}
			change, err := measure.Changes(cmd.Context(), v.Case, v.asOf, name)
			if err != nil {
				return err
			}
			if a.json {
				return a.writeJSON(struct {
					Measure string      `json:"measure"`
					AsOf    entente.Day `json:"as_of"`
					measure.Change
				}{name, v.asOf, change})
			}
			if change.Thin != "" {
				a.printf("%s: no change point is sought: %s\n", name, change.Thin)
				return nil
			}
			a.printf("%s, %s to %s, %d whole years\n\n", name, change.Labels[0], change.Labels[len(change.Labels)-1], len(change.Labels))
			t := newTable(2, "model", "penalty", "changes after", "rates")
			row := func(model, penalty string, after []string, rates []float64) {
				text := make([]string, len(rates))
				for i, r := range rates {
					text[i] = fmt.Sprintf("%.3g", r)
				}
				t.add(model, penalty, orNone(strings.Join(after, ", ")), strings.Join(text, " > "))
			}
			for _, seg := range append(slices.Clone(change.Poisson), change.NegBin...) {
				row(seg.Model, seg.PenaltyName, seg.LastLabel, seg.Rate)
			}
			if change.Mean != nil {
				row("bai-perron", "BIC", change.Mean.LastLabel, nil)
			}
			a.print(t)
			return nil
		},
	}
}

func orNone(s string) string {
	if s == "" {
		return "none"
	}
	return s
}
