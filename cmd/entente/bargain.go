package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"entente/bargain"
	"entente/scenario"
)

func (a *app) bargainCommand() *cobra.Command {
	var table, capability, model string
	var draws, rounds int
	var learn bool
	cmd := &cobra.Command{
		Use:   "bargain [FILE]",
		Short: "where a bargain ends: readings side by side, each with its measured error",
		Long: "Reads who bargains, from what position, with what capability and salience, and says where the bargain ends: the\n" +
			"spatial model of politics step by step, and beside it simpler readings, each with its error on real negotiations.\n" +
			"Inputs may be ranges; then they are drawn, and the inputs that move the outcome most are named. --table predicts\n" +
			"every issue of a table. Without a file the bargain is the case's own (bargaining.yaml in its folder). docs/bargaining.md has the keys of a file, the model and the measured errors.",
		Example: "  entente bargain\n  entente bargain --draws 10000 --json",
		Args:    cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 1 && strings.EqualFold(filepath.Ext(args[0]), ".csv") && table == "" {
				table, args = args[0], nil
			}
			switch {
			case table != "" && len(args) > 0:
				return usage("bargain takes a file or --table, not both", "entente bargain FILE, or entente bargain --table FILE.csv")
			case table != "":
				return a.bargainTable(cmd, table, capability, learn)
			case learn:
				return usage("--learn goes with --table", "entente bargain --table FILE.csv --learn")
			}
			c, err := a.bargainOf(cmd.Context(), args)
			if err != nil {
				return err
			}
			if capability != "" {
				if err := a.strengthen(cmd.Context(), c, capability); err != nil {
					return err
				}
			}
			switch strings.ToLower(model) {
			case "":
			case "smp", "bdm":
				c.Model = strings.ToUpper(model)
			default:
				return usage(fmt.Sprintf("--model %q is neither smp nor bdm", model), "smp is the spatial model, bdm the older expected-utility model")
			}
			done := a.working("bargaining")
			answer, err := bargain.Solve(cmd.Context(), c, bargain.Drawing{Draws: draws, Seed: a.seed})
			var older []bargain.ExpectedRound
			if err == nil && c.Model == "BDM" {
				older, err = bargain.ExpectedOf(cmd.Context(), c, rounds)
			}
			done()
			if err != nil {
				return err
			}
			if older != nil {
				return a.showExpected(c, answer, older)
			}
			if a.json {
				return a.writeJSON(answer)
			}
			a.showBargain(c, answer)
			return nil
		},
	}
	cmd.Flags().StringVar(&table, "table", "", "predict every issue of a CSV table in the layout of the DEU data, one row for each issue and reading")
	cmd.Flags().StringVar(&capability, "capability", "", "CSV of actor and capability, or an index by ccode, year and cinc; it takes the place of that of the file (with --table, without it all are equal)")
	cmd.Flags().BoolVar(&learn, "learn", false, "with --table: measure every reading on the table's outcomes and fit the learnt one")
	cmd.Flags().StringVar(&model, "model", "", "smp, the spatial model, or bdm, the older expected-utility model (default: as the file says, else smp)")
	cmd.Flags().IntVar(&draws, "draws", 1000, "draws from the ranges of the inputs")
	cmd.Flags().IntVar(&rounds, "rounds", 10, "rounds of the older model, which has no stopping rule")
	return cmd
}

// bargainOf reads the bargain of a file, or without one that of the case.
func (a *app) bargainOf(ctx context.Context, args []string) (*bargain.Case, error) {
	var f fs.File
	name := scenario.Positions
	if len(args) == 1 {
		name = args[0]
		opened, err := openInput(name)
		if err != nil {
			return nil, err
		}
		f = opened
	} else {
		folder, done, err := a.folder(ctx)
		if err != nil {
			return nil, err
		}
		defer done()
		f, err = folder.Open(name)
		if errors.Is(err, fs.ErrNotExist) {
			return nil, notFound("the case has no "+name, "write one beside case.yaml, or give the path of a file")
		}
		if err != nil {
			return nil, err
		}
	}
	defer f.Close()
	c, err := bargain.Read(name, f)
	if err != nil {
		return nil, input(err.Error(), "docs/bargaining.md has the keys of a bargain")
	}
	return c, nil
}

func openInput(path string) (*os.File, error) {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, notFound("there is no file "+path, "give the path of a file")
	}
	return f, err
}

func tenth(x float64) string { return strconv.FormatFloat(x, 'f', 1, 64) }

// showBargain prints the readings first, then how the actors moved, then which
// inputs matter.
func (a *app) showBargain(c *bargain.Case, answer *bargain.Answer) {
	name := c.Name
	if name == "" {
		name = "bargain"
	}
	a.paragraph("", fmt.Sprintf("%s: %d actors; the spatial model took %d steps (%s)", name, len(c.Parties), answer.Steps, answer.Settled))
	if c.Note != "" {
		a.paragraph("", "Note of the file: "+c.Note)
	}
	a.printf("\n")
	head := []string{"reading", "#value", "#low", "#high", "#error"}
	if answer.Draws > 0 {
		head = append(head, "#p05", "#p50", "#p95")
	}
	var points []string
	for k := range c.Dimensions {
		for _, p := range c.Dimensions[k].AtLeast {
			if name := passing(&c.Dimensions[k], p); answer.Draws > 0 && !slices.Contains(points, name) {
				points = append(points, name)
			}
		}
	}
	head = append(head, points...)
	t := newTable(0, head...)
	for i, r := range answer.Readings {
		label := r.Name
		if r.Dimension != "" {
			label += ", " + r.Dimension
		}
		cells := []string{label, tenth(r.Value), tenth(r.Low), tenth(r.High), tenth(r.Error)}
		if answer.Draws > 0 {
			if r.Inputs != nil {
				cells = append(cells, tenth(r.Inputs.Low), tenth(r.Inputs.Median), tenth(r.Inputs.High))
				for _, name := range points {
					d := &c.Dimensions[i/len(bargain.Readings())]
					k := slices.IndexFunc(r.Inputs.AtLeast, func(p bargain.Passed) bool { return passing(d, p.Point) == name })
					if k < 0 {
						cells = append(cells, "")
						continue
					}
					cells = append(cells, strconv.FormatFloat(r.Inputs.AtLeast[k].Probability, 'f', 2, 64))
				}
			}
			for len(cells) < len(head) {
				cells = append(cells, "")
			}
		}
		t.add(cells...)
	}
	a.print(t)
	a.printf("\n")
	a.paragraph("", "Low and high hold nine outcomes in ten if a reading errs here as it did on 236 decided issues of the European Union; error is its mean absolute error there.")
	a.printf("\n")
	first, last := answer.Rounds[0].Position, answer.Rounds[len(answer.Rounds)-1].Position
	head = []string{"actor"}
	for _, d := range c.Dimensions {
		head = append(head, "#"+d.Name, "#end")
	}
	t = newTable(0, head...)
	for i, p := range c.Parties {
		cells := []string{p.Name}
		for k := range c.Dimensions {
			cells = append(cells, tenth(first[i][k]), tenth(last[i][k]))
		}
		t.add(cells...)
	}
	a.print(t)
	a.showOnlookers(c, answer)
	if len(answer.Sensitivity) > 0 {
		a.printf("\nWhat moves the spatial model's outcome most, of %d uncertain inputs, over %d draws (seed %d):\n", len(answer.Sensitivity), answer.Draws, answer.Seed)
		t = newTable(0, "input", "#first order", "#rank correlation")
		for _, s := range answer.Sensitivity[:min(10, len(answer.Sensitivity))] {
			label := s.Actor + ", " + s.Input
			if s.Dimension != "" {
				label += " of " + s.Dimension
			}
			if s.Outcome != "" {
				label += ", on " + s.Outcome
			}
			t.add(label, strconv.FormatFloat(s.FirstOrder, 'f', 3, 64), strconv.FormatFloat(s.Rank, 'f', 2, 64))
		}
		a.print(t)
	}
	for _, w := range answer.Warnings {
		a.printf("warning: %s\n", w)
	}
}

// showOnlookers prints how likely those without a seat oppose an agreement at each depth,
// and where the readings expect it.
func (a *app) showOnlookers(c *bargain.Case, answer *bargain.Answer) {
	if len(answer.Onlookers) == 0 {
		return
	}
	a.printf("\n")
	a.paragraph("", "Chance that those without a seat oppose an agreement at a point of the scale, and where the spatial model ends (least to greatest by any reading):")
	head := []string{"onlooker", "according to"}
	for _, p := range answer.Onlookers[0].Depths {
		head = append(head, "#"+place(c, p.Point))
	}
	t := newTable(0, append(head, "#ends", "#by any reading", "ceiling from")...)
	for _, o := range answer.Onlookers {
		cells := []string{o.Name, o.According}
		for _, p := range o.Depths {
			cells = append(cells, percentage(p.Probability))
		}
		least, most, spatial := 1.0, 0.0, 0.0
		for _, p := range o.Outcomes {
			least, most = min(least, p.Probability), max(most, p.Probability)
			if p.Reading == bargain.SpatialModel {
				spatial = p.Probability
			}
		}
		t.add(append(cells, percentage(spatial), percentage(least)+" to "+percentage(most), cmp.Or(o.Source, "judgement"))...)
	}
	a.print(t)
	a.paragraph("", "Where sources contradict each other, each account stands by itself; they are not averaged. Notes are in the file.")
}

// place is a point of the first scale with the rungs that stand there.
func place(c *bargain.Case, point float64) string {
	text := fmt.Sprintf("%g", point)
	for rung := 8; rung >= 0; rung-- {
		if x, ok := c.Rungs[rung]; ok && x == point {
			text = fmt.Sprintf("r%d ", rung) + text
		}
	}
	return text
}

// passing heads a column of the chance to pass a point, towards the last end of a scale.
func passing(d *bargain.Dimension, point float64) string {
	if d.High < d.Low {
		return fmt.Sprintf("#P(<=%g)", point)
	}
	return fmt.Sprintf("#P(>=%g)", point)
}

// showExpected prints the rounds of the older model above the same readings.
func (a *app) showExpected(c *bargain.Case, answer *bargain.Answer, rounds []bargain.ExpectedRound) error {
	if a.json {
		return a.writeJSON(struct {
			Case     string                  `json:"case,omitempty"`
			Model    string                  `json:"model"`
			Steps    int                     `json:"steps"`
			Settled  string                  `json:"settled"`
			Rounds   []bargain.ExpectedRound `json:"rounds"`
			Readings []bargain.Reading       `json:"readings"`
			Warnings []string                `json:"warnings"`
		}{c.Name, "BDM", len(rounds) - 1, "a fixed number of rounds: this model has no stopping rule", rounds, answer.Readings, answer.Warnings})
	}
	a.paragraph("", fmt.Sprintf("The older expected-utility model over %d rounds; it has no stopping rule and may cycle.", len(rounds)-1))
	t := newTable(0, "#round", "#median", "#mean")
	for _, r := range rounds {
		t.add(strconv.Itoa(r.Turn), strconv.FormatFloat(r.Median, 'f', 4, 64), strconv.FormatFloat(r.Mean, 'f', 4, 64))
	}
	a.print(t)
	a.printf("\n")
	a.showBargain(c, answer)
	return nil
}

// bargainTable predicts, or learns from, the issues of a table.
func (a *app) bargainTable(cmd *cobra.Command, path, capabilityPath string, learn bool) error {
	const hint = "docs/bargaining.md has the columns of a table of issues"
	var capability map[string]float64
	if capabilityPath != "" {
		var err error
		if capability, err = readCapability(capabilityPath, math.MaxInt); err != nil {
			return input(err.Error(), "two columns, actor and capability, with a header line")
		}
	}
	f, err := openInput(path)
	if err != nil {
		return err
	}
	defer f.Close()
	rows, err := bargain.ReadTable(path, f, capability)
	if err != nil {
		return input(err.Error(), hint)
	}
	if learn {
		done := a.working("learning")
		facts, err := bargain.Learn(cmd.Context(), rows, capability)
		done()
		if err != nil {
			return input(path+": "+err.Error(), hint)
		}
		if a.json {
			facts.Data = filepath.Base(path)
			return a.writeJSON(facts)
		}
		a.printf("%d issues of %d proposals; learnt: end %.3f, stretch %.3f, push %.3f\n\n", facts.Issues, facts.Proposals, facts.Tempering.End, facts.Tempering.Stretch, facts.Tempering.Push)
		t := newTable(0, "reading", "#mean error", "#low", "#high", "#median error")
		for _, name := range bargain.Readings() {
			m := facts.Measured[name]
			t.add(name, tenth(m.Mean), tenth(m.MeanLow), tenth(m.MeanHigh), tenth(m.Median))
		}
		a.print(t)
		return nil
	}
	type line struct {
		Proposal string `json:"proposal"`
		Issue    string `json:"issue"`
		Actors   int    `json:"n_actors"`
		bargain.Reading
	}
	t := newTable(2, "proposal", "issue", "reading", "#value", "#low", "#high", "#error")
	for i := range rows {
		if err := cmd.Context().Err(); err != nil {
			return err
		}
		row := &rows[i]
		for _, r := range row.Readings() {
			if a.json {
				if err := a.writeJSON(line{row.Proposal, row.Issue, len(row.Actors), r}); err != nil {
					return err
				}
				continue
			}
			t.add(row.Proposal, row.Issue, r.Name, tenth(r.Value), tenth(r.Low), tenth(r.High), tenth(r.Error))
		}
	}
	if !a.json {
		a.print(t)
	}
	return nil
}
