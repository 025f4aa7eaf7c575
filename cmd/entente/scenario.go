package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"entente"
	"entente/brief"
	"entente/cases"
	"entente/ledger"
	"entente/scenario"
)

func (a *app) scenarioCommand() *cobra.Command {
	var all, impact bool
	var page string
	var opt scenario.Options
	cmd := &cobra.Command{
		Use:   "scenario [FILE|NAME...]",
		Short: "what if: changes to a copy of the record, everything asked again, before and after side by side",
		Long: "Applies a scenario to a copy of the record and asks again: the ladder, obligations, measures, whose tolerance is\n" +
			"crossed, what answers the threats, forecasts by the class and by the group's own acts, bargaining and corridors. Shows\n" +
			"what changed and through which step; --all also what did not. Several scenarios are set in one table. Without an\n" +
			"argument lists those that come with the case. --impact sets scenarios and single next acts against outcomes.\n" +
			"--output writes a page of all of it. Nothing in the record is touched. docs/scenarios.md has the form of a file.",
		Example: "  entente scenario\n  entente scenario defence-clause\n  entente scenario defence-clause consultation-clause exercise-held\n  entente scenario csto-weakened --json\n  entente scenario --impact\n  entente scenario defence-clause exercise-held -o what-if.html",
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := checkPage(page); err != nil {
				return err
			}
			ctx := cmd.Context()
			folder, done, err := a.folder(ctx)
			if err != nil {
				return err
			}
			defer done()
			if len(args) == 0 && !impact && page == "" {
				return a.listScenarios(folder)
			}
			var known entente.Day
			if a.knownAt != "" {
				known, _ = entente.ParseDay(a.knownAt)
			}
			base, err := scenario.Open(ctx, folder, known)
			if err != nil {
				return err
			}
			opt.Seed = a.seed
			working := a.working("asking everything again")
			if page != "" {
				defer working()
				return a.scenarioPage(ctx, base, folder, args, opt, page)
			}
			if impact {
				matrix, err := a.impacts(ctx, base, folder, args, opt)
				working()
				if err != nil {
					return err
				}
				return a.showImpacts(base, matrix)
			}
			results, err := a.scenarios(ctx, base, folder, args, opt)
			working()
			if err != nil {
				return err
			}
			switch {
			case a.json:
				return a.scenarioJSON(base, results)
			case len(results) == 1:
				a.showScenario(base, results[0], all)
			default:
				a.showScenarios(base, results)
			}
			return nil
		},
	}
	flags := cmd.Flags()
	flags.BoolVar(&all, "all", false, "also what the scenario leaves as it is")
	flags.BoolVar(&impact, "impact", false, "how far each scenario, and the least next act for each rung, moves each chance")
	flags.StringVarP(&page, "output", "o", "", "write a page with everything side by side to this file (.html); without names of all that come with the case")
	flags.IntVar(&opt.Runs, "runs", 250, "runs of the event model on each side")
	flags.IntVar(&opt.Draws, "draws", 1000, "draws from the ranges of the bargain on each side")
	return cmd
}

// folder opens the case as a folder of text; a ledger file is exported to a temporary one.
func (a *app) folder(ctx context.Context) (folder fs.FS, done func(), err error) {
	nothing := func() {}
	if slices.Contains(cases.Names(), a.caseName) {
		folder, err = cases.FS(a.caseName)
		return folder, nothing, err
	}
	info, err := os.Stat(a.caseName)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nothing, notFound(fmt.Sprintf("no case %q", a.caseName), "there are the built-in cases "+strings.Join(cases.Names(), ", ")+"; otherwise give the path of a folder or of a .entente file")
	}
	if err != nil {
		return nil, nothing, err
	}
	if info.IsDir() {
		return os.DirFS(a.caseName), nothing, nil
	}
	dir, err := os.MkdirTemp("", "entente-*")
	if err != nil {
		return nil, nothing, err
	}
	done = func() { _ = os.RemoveAll(dir) }
	text := filepath.Join(dir, "case")
	if err := ledger.Export(ctx, a.caseName, text); err != nil {
		done()
		return nil, nothing, err
	}
	return os.DirFS(text), done, nil
}

// built lists the scenarios of a case's folder, by name.
func built(folder fs.FS) []string {
	files, _ := fs.Glob(folder, "scenarios/*.yaml")
	for i, f := range files {
		files[i] = strings.TrimSuffix(path.Base(f), ".yaml")
	}
	return files
}

func (a *app) listScenarios(folder fs.FS) error {
	names := built(folder)
	if len(names) == 0 {
		a.paragraph("", "The case comes with no scenarios. A file that begins with a name and a reasoning is one; docs/scenarios.md has the form.")
		return nil
	}
	t := newTable(1, "scenario", "what if")
	for _, name := range names {
		s, err := readScenario(folder, name)
		if err != nil {
			return err
		}
		if a.json {
			if err := a.writeJSON(map[string]string{"scenario": name, "name": s.Name, "reasoning": s.Reasoning}); err != nil {
				return err
			}
			continue
		}
		t.add(name, s.Name)
	}
	if !a.json {
		a.print(t)
	}
	return nil
}

// readScenario reads a file, or one that comes with the case.
func readScenario(folder fs.FS, name string) (*scenario.Scenario, error) {
	text, err := os.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) && slices.Contains(built(folder), name) {
		text, err = fs.ReadFile(folder, "scenarios/"+name+".yaml")
		name += ".yaml"
	}
	if errors.Is(err, fs.ErrNotExist) {
		hint := "entente scenario lists those that come with the case"
		if near := entente.Nearest(name, built(folder)); near != "" {
			hint = "did you mean " + near + "?"
		}
		return nil, notFound(fmt.Sprintf("there is no scenario %q", name), hint)
	}
	if err != nil {
		return nil, err
	}
	s, err := scenario.Read(name, text)
	if err != nil {
		return nil, input(err.Error(), "docs/scenarios.md has the form of a scenario")
	}
	return s, nil
}

func (a *app) scenarios(ctx context.Context, base *scenario.Base, folder fs.FS, names []string, opt scenario.Options) ([]*scenario.Result, error) {
	list, err := a.named(folder, names)
	if err != nil {
		return nil, err
	}
	var results []*scenario.Result
	for _, s := range list {
		r, err := scenario.Compare(ctx, base, s, opt)
		if err != nil {
			return nil, refused(ctx, err)
		}
		results = append(results, r)
	}
	return results, nil
}

// named reads scenarios by file or name.
func (a *app) named(folder fs.FS, names []string) ([]*scenario.Scenario, error) {
	var list []*scenario.Scenario
	for _, name := range names {
		s, err := readScenario(folder, name)
		if err != nil {
			return nil, err
		}
		if a.asOf != "" && s.AsOf == 0 {
			s.AsOf, _ = entente.ParseDay(a.asOf)
		}
		list = append(list, s)
	}
	return list, nil
}

// refused is the error of a scenario that does not fit the case.
func refused(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return err
	}
	return input(err.Error(), "")
}

// impacts asks the scenarios named, or all of the case, and after them the next acts.
func (a *app) impacts(ctx context.Context, base *scenario.Base, folder fs.FS, names []string, opt scenario.Options) (*scenario.Matrix, error) {
	if len(names) == 0 {
		names = built(folder)
	}
	list, err := a.named(folder, names)
	if err != nil {
		return nil, err
	}
	day := base.Case.Horizon
	if a.asOf != "" {
		day, _ = entente.ParseDay(a.asOf)
	}
	next, err := base.Next(day)
	if err != nil {
		return nil, err
	}
	m, err := scenario.CrossImpact(ctx, base, append(list, next...), opt)
	if err != nil {
		return nil, refused(ctx, err)
	}
	return m, nil
}

// scenarioPage writes the scenarios named, or all of the case, and what moves what.
func (a *app) scenarioPage(ctx context.Context, base *scenario.Base, folder fs.FS, names []string, opt scenario.Options, path string) error {
	if len(names) == 0 {
		names = built(folder)
	}
	results, err := a.scenarios(ctx, base, folder, names, opt)
	if err != nil {
		return err
	}
	impact, err := a.impacts(ctx, base, folder, names, opt)
	if err != nil {
		return err
	}
	page := &brief.WhatIfs{Case: base.Case, Of: results, Impact: impact, Record: short(base.Case.Checksum), Seed: a.seed}
	if err := writeFile(path, page.HTML); err != nil {
		return err
	}
	_, err = fmt.Fprintf(a.stderr, "wrote %s\n", path)
	return err
}

// showImpacts prints a row for each scenario: by how much it moves each outcome.
func (a *app) showImpacts(base *scenario.Base, m *scenario.Matrix) error {
	if a.json {
		return a.impactJSON(base, m)
	}
	if len(m.Rows) == 0 {
		a.paragraph("", "The case comes with no scenarios, and the group holds every rung: there is no next act.")
		return nil
	}
	head := []string{"scenario"}
	for _, o := range m.Outcomes {
		head = append(head, "#"+o.Name)
	}
	t := newTable(0, head...)
	cells := []string{"as it stands"}
	for _, i := range m.Rows[0] {
		text, _, _ := strings.Cut(i.Before.Text, " (")
		cells = append(cells, text)
	}
	t.add(cells...)
	for k, row := range m.Rows {
		cells := []string{m.Results[k].Scenario.ID}
		if rung, ok := strings.CutPrefix(cells[0], "next-"); ok {
			cells[0] = "next act: " + rung
		}
		for _, i := range row {
			cells = append(cells, i.Text())
		}
		t.add(cells...)
	}
	a.print(t)
	a.printf("\n")
	a.paragraph("", "Changes by each scenario: of the chance of each rung within 10 years, pooled, in points; of where the bargain ends, tempered mean, in points of its scale; of lines crossed, by number. = as before, * the furthest of all that leave it open. A next act is the least single act of all members that holds the rung. Chances come from comparable groups: an association, and often of few groups (entente hazard).")
	a.printf("record %s, seed %d\n", short(base.Case.Checksum), a.seed)
	return nil
}

func (a *app) impactJSON(base *scenario.Base, m *scenario.Matrix) error {
	type cell struct {
		Scenario string        `json:"scenario"`
		Outcome  string        `json:"outcome"`
		Before   scenarioValue `json:"before"`
		After    scenarioValue `json:"after"`
		Change   known         `json:"change"`
		Most     bool          `json:"most"`
	}
	cells := []cell{}
	for _, row := range m.Rows {
		for _, i := range row {
			cells = append(cells, cell{i.Scenario, i.Outcome, valueOf(i.Before), valueOf(i.After), known(i.Change), i.Most})
		}
	}
	return a.writeJSON(struct {
		Impact []cell `json:"impact"`
		Record string `json:"record"`
		Seed   uint64 `json:"seed"`
	}{cells, base.Case.Checksum, a.seed})
}

func (a *app) showScenario(base *scenario.Base, r *scenario.Result, all bool) {
	a.paragraph("", r.Scenario.Name)
	a.paragraph("  ", r.Scenario.Reasoning)
	a.printf("\nboth sides as of %s\n\n", r.AsOf)
	t := newTable(1, "step", "question", "before", "after", "through")
	step := ""
	for _, row := range r.Rows {
		if !row.Changed && !all {
			continue
		}
		name := row.Step
		if name == step {
			name = ""
		}
		step = row.Step
		t.add(name, row.What, row.Before.Text, row.After.Text, row.Through)
	}
	if len(t.rows) > 0 {
		a.print(t)
		a.printf("\n")
	}
	if same := unchanged(r); same != "" && !all {
		a.paragraph("", "Nothing changed in: "+same+".")
	}
	for _, n := range r.NotAsked {
		a.paragraph("", "Not asked: "+n+".")
	}
	a.brackets(r.Rows, all)
	a.paragraph("", "A what-if shows what the rules and models would say of such a record, not that it would come about.")
	a.printf("record %s, seed %d\n", short(base.Case.Checksum), a.seed)
}

// brackets says what the intervals of the rows shown are.
func (a *app) brackets(rows []scenario.Row, all bool) {
	if between := scenario.Intervals(rows, all); between != "" {
		a.paragraph("", "Numbers in brackets: "+between+".")
	}
}

// unchanged lists the steps in which nothing changed.
func unchanged(r *scenario.Result) string {
	var steps, same []string
	for _, row := range r.Rows {
		if !slices.Contains(steps, row.Step) {
			steps = append(steps, row.Step)
		}
	}
	for _, step := range steps {
		if !slices.ContainsFunc(r.Rows, func(row scenario.Row) bool { return row.Step == step && row.Changed }) {
			same = append(same, step)
		}
	}
	return strings.Join(same, ", ")
}

// showScenarios sets several scenarios in one table: a row for each question that any of
// them changes, before and after each.
func (a *app) showScenarios(base *scenario.Base, results []*scenario.Result) {
	head := []string{"question", "before"}
	for i, r := range results {
		a.printf("%s  %s (as of %s)\n", scenario.Letter(i), r.Scenario.Name, r.AsOf)
		head = append(head, scenario.Letter(i))
	}
	a.printf("\n")
	t := newTable(0, head...)
	var rows []scenario.Row
	for _, q := range scenario.Together(results) {
		cells := []string{q.What, q.Before.Text}
		for _, row := range q.Rows {
			if row == nil {
				cells = append(cells, "=")
				continue
			}
			rows = append(rows, *row)
			cell := row.After.Text
			if from := q.Otherwise(row); from != "" {
				cell += " (from " + from + ")"
			}
			cells = append(cells, cell)
		}
		t.add(cells...)
	}
	a.print(t)
	a.printf("\n")
	a.brackets(rows, false)
	a.paragraph("", "= as before. Scenarios as of different days have sides of their own; where these differ the cell says from what.")
	a.printf("record %s, seed %d\n", short(base.Case.Checksum), a.seed)
}

type scenarioValue struct {
	Text     string `json:"text"`
	Value    known  `json:"value"`
	Low      known  `json:"low"`
	High     known  `json:"high"`
	Interval string `json:"interval,omitempty"`
}

func valueOf(v scenario.Value) scenarioValue {
	return scenarioValue{v.Text, known(v.Number), known(v.Low), known(v.High), v.Interval}
}

func (a *app) scenarioJSON(base *scenario.Base, results []*scenario.Result) error {
	type row struct {
		ID       string        `json:"id"`
		Step     string        `json:"step"`
		Question string        `json:"question"`
		Before   scenarioValue `json:"before"`
		After    scenarioValue `json:"after"`
		Changed  bool          `json:"changed"`
		Through  string        `json:"through,omitempty"`
	}
	for _, r := range results {
		rows := make([]row, len(r.Rows))
		for i, x := range r.Rows {
			rows[i] = row{x.ID, x.Step, x.What, valueOf(x.Before), valueOf(x.After), x.Changed, x.Through}
		}
		if err := a.writeJSON(struct {
			Scenario  string   `json:"scenario"`
			Reasoning string   `json:"reasoning"`
			AsOf      string   `json:"as_of"`
			Acts      []string `json:"acts"`
			Rows      []row    `json:"rows"`
			NotAsked  []string `json:"not_asked,omitempty"`
			Record    string   `json:"record"`
			Seed      uint64   `json:"seed"`
		}{r.Scenario.Name, r.Scenario.Reasoning, r.AsOf.String(), r.Acts, rows, r.NotAsked, base.Case.Checksum, a.seed}); err != nil {
			return err
		}
	}
	return nil
}
