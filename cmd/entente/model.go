package main

import (
	"cmp"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"entente"
	"entente/brief"
	"entente/internal/figure"
	"entente/rem"
)

const modelHint = "docs/models.md has the keys of a specification"

// specArgs takes a specification and at most so many in all.
func specArgs(most int) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) == 0 {
			return usage("no model is named", "give a YAML file or a built-in specification: "+strings.Join(rem.Ready(), ", "))
		}
		return cobra.MaximumNArgs(most)(cmd, args)
	}
}

// design reads a specification and its data and prepares the statistics.
func (a *app) design(ctx context.Context, v *view, spec string) (*rem.Design, error) {
	data, model, err := rem.Load(spec, v.Case, v.asOf, a.seed)
	if err != nil {
		return nil, input(err.Error(), modelHint)
	}
	defer a.working("reading the past of every event")()
	design, err := rem.Prepare(ctx, data, model)
	if err != nil && ctx.Err() == nil {
		return nil, input(spec+": "+err.Error(), modelHint)
	}
	return design, err
}

// estimate fits a specification without options.
func (a *app) estimate(ctx context.Context, v *view, spec string) (*rem.Design, *rem.Fit, error) {
	design, err := a.design(ctx, v, spec)
	if err != nil {
		return nil, nil, err
	}
	defer a.working("fitting")()
	fit, err := design.Fit(ctx, rem.Options{})
	if err != nil && ctx.Err() == nil {
		err = input(spec+": "+err.Error(), modelHint)
	}
	return design, fit, err
}

func (a *app) fitCommand() *cobra.Command {
	var opt rem.Options
	var asCSV, asLatex, asSVG, profile bool
	var nats, keep string
	cmd := &cobra.Command{
		Use:   "fit SPEC",
		Short: "relational event model: who acts with whom next, and why",
		Long: "Fits the relational event model of a specification, a YAML file or a built-in one (" + strings.Join(rem.Ready(), ", ") + "), to the acts of the\n" +
			"case or to tables that it names. A coefficient is the change of the logarithm of the rate per unit of its statistic.\ndocs/models.md has the terms and the conventions.",
		Example: "  entente fit hyper\n  entente fit dyadic --json\n  entente fit hyper --robust event --profile\n  entente fit hyper --svg",
		Args:    specArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := a.oneForm("--csv", asCSV, "--latex", asLatex, "--svg", asSVG); err != nil {
				return err
			}
			if opt.Robust != "" && opt.Robust != "event" && opt.Robust != "actor" {
				return usage(fmt.Sprintf("--robust %q", opt.Robust), "give event or actor, over which errors are correlated")
			}
			if !(opt.Level > 0 && opt.Level < 1) {
				return usage(fmt.Sprintf("--level %v", opt.Level), "give a number between 0 and 1, such as 0.95")
			}
			if opt.Ridge < 0 {
				return usage(fmt.Sprintf("--ridge %v", opt.Ridge), "a penalty is 0 or more")
			}
			ctx := cmd.Context()
			v, err := a.open(ctx)
			if err != nil {
				return err
			}
			design, err := a.design(ctx, v, args[0])
			if err != nil {
				return err
			}
			if nats+keep != "" {
				options := a.jobOptions(nats, keep, "shares of the likelihood")
				m, err := sendModel(args[0], v.Case, v.asOf, a.seed)
				if err == nil {
					options.Common, err = encoded(m)
				}
				if err != nil {
					return input(args[0]+": "+err.Error(), modelHint)
				}
				design.SpreadBy(spreadFit(design, options))
			}
			done := a.working("fitting")
			fit, err := design.Fit(ctx, opt)
			for k := 0; err == nil && profile && k < len(fit.Terms); k++ {
				if e := &fit.Terms[k]; !e.Fixed {
					var interval rem.Interval
					if interval, err = design.Profile(ctx, fit, e.Name, opt.Level); err == nil {
						e.Low, e.High = interval.Low, interval.High
					}
				}
			}
			done()
			var unshared *failure
			if err != nil && ctx.Err() == nil && !errors.As(err, &unshared) {
				err = input(args[0]+": "+err.Error(), modelHint)
			}
			if err != nil {
				return err
			}
			switch {
			case a.json:
				return a.writeJSON(fit)
			case asCSV:
				err = a.fitCSV(fit)
			case asLatex:
				a.fitLatex(fit)
			case asSVG:
				a.printf("%s\n", coefficients(fit))
			default:
				a.fitTable(fit)
				return nil
			}
			for _, w := range fit.Warnings {
				fmt.Fprintf(a.stderr, "warning: %s\n", w)
			}
			return err
		},
	}
	flags := cmd.Flags()
	flags.Float64Var(&opt.Ridge, "ridge", 0, "penalty: half of it times the sum of squared coefficients")
	flags.BoolVar(&opt.Firth, "firth", false, "penalty of Firth: less bias, finite estimates, for thin data")
	flags.StringVar(&opt.Robust, "robust", "", "sandwich standard errors, clustered by `event|actor`")
	flags.Float64Var(&opt.Level, "level", .95, "level of the intervals")
	flags.BoolVar(&profile, "profile", false, "intervals by profile likelihood, not from standard errors")
	flags.BoolVar(&opt.Drop, "drop", false, "leave out terms that the data cannot tell apart, with a warning")
	flags.BoolVar(&asCSV, "csv", false, "write CSV")
	flags.BoolVar(&asLatex, "latex", false, "write a LaTeX table")
	flags.BoolVar(&asSVG, "svg", false, "write a plot of the coefficients")
	jobFlags(cmd, &nats, &keep)
	return cmd
}

// oneForm refuses two forms of output at once; it is given names and whether they
// were asked for.
func (a *app) oneForm(forms ...any) error {
	var asked []string
	if a.json {
		asked = append(asked, "--json")
	}
	for k := 0; k < len(forms); k += 2 {
		if forms[k+1].(bool) {
			asked = append(asked, forms[k].(string))
		}
	}
	if len(asked) > 1 {
		return usage(strings.Join(asked, " and ")+" cannot go together", "choose one")
	}
	return nil
}

func (a *app) fitTable(fit *rem.Fit) {
	units := "actors"
	if fit.Model == "size" {
		units = "sizes"
	}
	a.printf("%s model, %d events, %d %s\nlog-likelihood %.6g, without any effect %.6g; AIC %.6g, BIC %.6g\n",
		fit.Model, fit.Events, fit.Actors, units, fit.LogLik, fit.NullLogLik, fit.AIC, fit.BIC)
	if fit.LR != nil {
		a.printf("all effects together: chi-squared %.2f, %d degrees of freedom, p %.3g\n", fit.LR.Statistic, fit.LR.DF, fit.LR.P)
	}
	a.printf("\n")
	errors := "s.e."
	if fit.Robust != "" {
		errors = "s.e. by " + fit.Robust
	}
	t := newTable(0, "term", "#estimate", "#"+errors, "#z", "#p", fmt.Sprintf("%g%% interval", 100*fit.Level))
	for _, e := range fit.Terms {
		se := e.SE
		if fit.Robust != "" {
			se = e.RobustSE
		}
		if e.Fixed {
			t.add(e.Name, fmt.Sprintf("%.4g", e.Estimate), "fixed", "", "", "")
			continue
		}
		if math.IsNaN(se) { // a warning says why
			t.add(e.Name, fmt.Sprintf("%.4g", e.Estimate), "none", "", "", "")
			continue
		}
		t.add(e.Name, fmt.Sprintf("%.4g", e.Estimate), fmt.Sprintf("%.3g", se), fmt.Sprintf("%.2f", e.Z), fmt.Sprintf("%.3g", e.P), fmt.Sprintf("%.3g to %.3g", e.Low, e.High))
	}
	a.print(t)
	for _, c := range fit.Curves {
		a.printf("\n%s, as it changes\n", c.Term)
		t := newTable(0, "from", "#coefficient", fmt.Sprintf("%g%% interval", 100*fit.Level))
		for _, p := range c.Points {
			t.add(p.When, fmt.Sprintf("%.3g", p.Estimate), fmt.Sprintf("%.3g to %.3g", p.Low, p.High))
		}
		a.print(t)
	}
	for _, w := range fit.Warnings {
		a.printf("warning: %s\n", w)
	}
}

// digits writes a number in full for a program; nothing where there is none.
func digits(v float64) string {
	if math.IsNaN(v) {
		return ""
	}
	return strconv.FormatFloat(v, 'g', -1, 64)
}

func (a *app) fitCSV(fit *rem.Fit) error {
	rows := [][]string{{"term", "estimate", "se", "robust_se", "z", "p", "low", "high"}}
	for _, e := range fit.Terms {
		robust := ""
		if fit.Robust != "" {
			robust = digits(e.RobustSE)
		}
		rows = append(rows, []string{e.Name, digits(e.Estimate), digits(e.SE), robust, digits(e.Z), digits(e.P), digits(e.Low), digits(e.High)})
	}
	return csv.NewWriter(a.stdout).WriteAll(rows)
}

var latex = strings.NewReplacer(`\`, `\textbackslash{}`, `_`, `\_`, `&`, `\&`, `%`, `\%`, `#`, `\#`, `$`, `\$`, `{`, `\{`, `}`, `\}`, `~`, `\textasciitilde{}`, `^`, `\textasciicircum{}`)

func (a *app) fitLatex(fit *rem.Fit) {
	a.printf("\\begin{tabular}{lrrrr}\n\\hline\nTerm & Estimate & s.e. & $z$ & $p$ \\\\\n\\hline\n")
	for _, e := range fit.Terms {
		se := e.SE
		if fit.Robust != "" {
			se = e.RobustSE
		}
		if e.Fixed {
			a.printf("%s & $%.4g$ & fixed & & \\\\\n", latex.Replace(e.Name), e.Estimate)
			continue
		}
		if math.IsNaN(se) {
			a.printf("%s & $%.4g$ & none & & \\\\\n", latex.Replace(e.Name), e.Estimate)
			continue
		}
		a.printf("%s & $%.4g$ & $%.3g$ & $%.2f$ & $%s$ \\\\\n", latex.Replace(e.Name), e.Estimate, se, e.Z, tiny(e.P))
	}
	a.printf("\\hline\n\\multicolumn{5}{l}{%d events, log-likelihood $%.6g$, AIC $%.6g$, BIC $%.6g$} \\\\\n\\hline\n\\end{tabular}\n", fit.Events, fit.LogLik, fit.AIC, fit.BIC)
}

// tiny writes a probability for print.
func tiny(p float64) string {
	if p < .001 {
		return "<0.001"
	}
	return fmt.Sprintf("%.3f", p)
}

func coefficients(fit *rem.Fit) string {
	f := figure.Coefficients{
		Head: figure.Head{ID: "coefficients", Title: fmt.Sprintf("Coefficients of the %s model of %d events", fit.Model, fit.Events)},
		Unit: "change of the logarithm of the rate", Level: fmt.Sprintf("%g%%", 100*fit.Level),
	}
	for _, e := range fit.Terms {
		k := figure.Coefficient{Name: e.Name, Estimate: e.Estimate, Low: e.Low, High: e.High}
		switch {
		case e.Fixed:
			k.Note = "fixed"
		case e.Diverges != 0:
			k.Note = "no finite estimate"
		case math.IsNaN(e.Low) || math.IsInf(e.Low, 0) || math.IsNaN(e.High) || math.IsInf(e.High, 0):
			k.Note = "no finite interval"
		}
		f.Coefficients = append(f.Coefficients, k)
		f.Desc += fmt.Sprintf("%s: %.3g, %.3g to %.3g. ", e.Name, e.Estimate, e.Low, e.High)
	}
	return f.SVG()
}

func (a *app) statsCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "stats SPEC",
		Short: "the statistics behind a model, a row for all that could have happened",
		Long: "Writes the design of a relational event model as CSV, or as JSON lines: for each event a row for what happened\n" +
			"(observed 1) and one for each alternative, with the value of every term just before. Weight is the number of\nalternatives that a drawn row stands for; a case without an observed row is an interval that ended without an event.",
		Example: "  entente stats dyadic",
		Args:    specArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			ctx := cmd.Context()
			v, err := a.open(ctx)
			if err != nil {
				return err
			}
			design, err := a.design(ctx, v, args[0])
			if err != nil {
				return err
			}
			explained := design.Model.RiskSet.Kinds
			w := csv.NewWriter(a.stdout)
			if !a.json {
				head := []string{"case", "event", "time", "wait", "observed", "weight", "from", "to"}
				if explained {
					head = append(head, "kind")
				}
				if err := w.Write(append(head, design.Terms...)); err != nil {
					return err
				}
			}
			err = design.Each(ctx, func(m *rem.Moment) error {
				event := ""
				if m.Event >= 0 {
					event = design.EventName(m.Event)
				}
				for k := range m.Rows() {
					parties := design.Parties(m.Actors(k))
					observed := 0
					if k == m.Observed {
						observed = 1
					}
					if a.json {
						values := map[string]float64{}
						for i, name := range design.Terms {
							values[name] = m.Statistics(k)[i]
						}
						if err := a.writeJSON(struct {
							Case     int                `json:"case"`
							Event    string             `json:"event"`
							Time     float64            `json:"time"`
							Wait     float64            `json:"wait"`
							Observed int                `json:"observed"`
							Weight   float64            `json:"weight"`
							From     []string           `json:"from"`
							To       []string           `json:"to,omitempty"`
							Kind     string             `json:"kind,omitempty"`
							Values   map[string]float64 `json:"statistics"`
						}{m.Case + 1, event, m.Time, m.Wait, observed, m.Weight(k), parties.From, parties.To, m.Kind(k), values}); err != nil {
							return err
						}
						continue
					}
					row := []string{strconv.Itoa(m.Case + 1), event, design.When(m.Time), digits(m.Wait), strconv.Itoa(observed), digits(m.Weight(k)), strings.Join(parties.From, ";"), strings.Join(parties.To, ";")}
					if explained {
						row = append(row, m.Kind(k))
					}
					for _, x := range m.Statistics(k) {
						row = append(row, digits(x))
					}
					if err := w.Write(row); err != nil {
						return err
					}
				}
				return nil
			})
			w.Flush()
			return cmp.Or(err, w.Error())
		},
	}
}

func (a *app) gofCommand() *cobra.Command {
	var ks []int
	var runs, surprises int
	var asCSV bool
	var page string
	cmd := &cobra.Command{
		Use:   "gof SPEC [CHOICE]",
		Short: "how well a fitted model foresaw each event, and which it did not",
		Long: "Fits the model of a specification and asks of every event where the model had it among all that could have\n" +
			"happened: rank, recall, surprise in bits (-log2 of its probability). Each coefficient is tested for being steady in\n" +
			"time, and with --runs the model is run forward from the first third of the record to see whether it makes such\nrecords. CHOICE completes a rate model or a model of size. With --csv: every event with its residuals.",
		Example: "  entente gof hyper\n  entente gof dyadic --surprises 20 --runs 200",
		Args:    specArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := a.oneForm("--csv", asCSV); err != nil {
				return err
			}
			if len(args) == 2 && runs == 0 {
				return usage("CHOICE is read with --runs alone", "it completes a rate model that is run forward")
			}
			for _, k := range ks {
				if k < 1 {
					return usage(fmt.Sprintf("--k %d: places are counted from 1", k), "")
				}
			}
			ctx := cmd.Context()
			v, err := a.open(ctx)
			if err != nil {
				return err
			}
			design, fit, err := a.estimate(ctx, v, args[0])
			if err != nil {
				return err
			}
			done := a.working("looking at every event")
			good, err := design.Goodness(ctx, fit, ks)
			done()
			if err != nil {
				return err
			}
			var checks []rem.Check
			if runs > 0 {
				var choice *rem.Design
				var choiceFit *rem.Fit
				if len(args) == 2 {
					if choice, choiceFit, err = a.estimate(ctx, v, args[1]); err != nil {
						return err
					}
				}
				done := a.working("simulating")
				checks, err = design.Checks(ctx, fit, choice, choiceFit, runs, a.seed)
				done()
				if err != nil {
					return err
				}
			}
			if page != "" {
				if err := writeFile(page, surprisesPage(v, design, args[0], good, surprises).HTML); err != nil {
					return err
				}
				fmt.Fprintf(a.stderr, "wrote %s\n", page)
			}
			switch {
			case a.json:
				return a.writeJSON(struct {
					Model string `json:"model"`
					*rem.Goodness
					Checks []rem.Check `json:"checks,omitempty"`
				}{fit.Model, good, checks})
			case asCSV:
				return a.surprisesCSV(design, good)
			}
			a.goodness(design, fit, good, checks, surprises)
			return nil
		},
	}
	flags := cmd.Flags()
	flags.IntSliceVar(&ks, "k", []int{1, 3, 5, 10}, "places for which recall is told")
	flags.IntVar(&surprises, "surprises", 10, "number of least expected events shown")
	flags.IntVar(&runs, "runs", 0, "simulated runs against which the record is checked")
	flags.StringVarP(&page, "output", "o", "", "write the least expected acts as a page to this file")
	flags.BoolVar(&asCSV, "csv", false, "write every event with its residuals as CSV")
	return cmd
}

func (a *app) goodness(design *rem.Design, fit *rem.Fit, good *rem.Goodness, checks []rem.Check, surprises int) {
	a.printf("%s model, %d events\nmean surprise %.2f bits; %.2f if all alternatives were equally likely\nmean rank %.0f%% of the way down (50%% by chance)\n\n",
		fit.Model, good.Events, good.Bits, good.ChanceBits, 100*good.Rank)
	t := newTable(0, "event among the first", "#of events", "#by chance")
	for _, r := range good.Recall {
		t.add(strconv.Itoa(r.K), fmt.Sprintf("%.0f%%", 100*r.Share), fmt.Sprintf("%.0f%%", 100*r.Chance))
	}
	a.print(t)
	a.printf("\nis each coefficient the same at all times?\n")
	t = newTable(0, "term", "#trend", "#chi-squared", "#p")
	for _, s := range good.Steady {
		t.add(s.Term, fmt.Sprintf("%+.2f", s.Trend), fmt.Sprintf("%.2f", s.Chi2), fmt.Sprintf("%.3g", s.P))
	}
	a.print(t)
	if checks != nil {
		a.printf("\nthe record after its first third against runs of the model\n")
		t = newTable(0, "property", "#record", "#runs, median", "90% of runs", "#p")
		for _, c := range checks {
			t.add(c.Property, fmt.Sprintf("%.3g", c.Observed), fmt.Sprintf("%.3g", c.Median), fmt.Sprintf("%.3g to %.3g", c.Low, c.High), fmt.Sprintf("%.2g", c.P))
		}
		a.print(t)
	}
	list := slices.Clone(good.Surprises)
	slices.SortStableFunc(list, func(x, y rem.Surprise) int { return cmp.Compare(y.Bits, x.Bits) })
	list = list[:min(max(0, surprises), len(list))]
	if len(list) == 0 {
		return
	}
	a.printf("\nwhat the model did not expect\n")
	t = newTable(1, "time", "event", "who", "#bits", "#rank", "expected instead")
	for _, s := range list {
		var instead []string
		for _, e := range s.Expected[:min(2, len(s.Expected))] {
			instead = append(instead, fmt.Sprintf("%s (%.0f%%)", e.Actors, 100*e.Probability))
		}
		t.add(design.When(s.Time), s.Event, s.Actors.String(), fmt.Sprintf("%.1f", s.Bits), fmt.Sprintf("%.0f of %.0f", s.Rank, s.Alternatives), strings.Join(instead, "; "))
	}
	a.print(t)
}

// mostDrawn bounds the acts in the figure of a page.
const mostDrawn = 2000

// surprisesPage tells of the least expected acts, of those of a case with their sources.
func surprisesPage(v *view, design *rem.Design, spec string, good *rem.Goodness, most int) *brief.Surprises {
	p := &brief.Surprises{Case: v.Case, AsOf: v.asOf, Model: spec, Chance: float64(good.ChanceBits), Mean: float64(good.Bits), Number: len(good.Surprises)}
	for _, r := range good.Recall {
		if r.K == 3 {
			p.Recall = fmt.Sprintf("The act was among the three most likely alternatives in %.0f%% of cases; by chance it would be in %.0f%%.", 100*r.Share, 100*r.Chance)
		}
	}
	if slices.ContainsFunc(good.Surprises, func(s rem.Surprise) bool { return v.Act(s.Event) == nil }) {
		p.Case = nil
	}
	for k, s := range good.Surprises {
		act := brief.SurprisingAct{ID: s.Event, At: float64(k + 1), When: design.When(s.Time), Who: []string{s.Actors.String()},
			Bits: float64(s.Bits), Odds: 1 / float64(s.Probability), Rank: fmt.Sprintf("%.0f of %.0f", s.Rank, s.Alternatives)}
		if design.Dated() {
			act.At = brief.Year(entente.Day(math.Floor(s.Time)))
		}
		name := func(p rem.Parties) string { return p.String() }
		if p.Case != nil {
			act.Act = v.Act(s.Event)
			act.When, act.Who = act.Act.Date.String(), nil
			for _, participant := range act.Act.Participants {
				act.Who = append(act.Who, v.Name(participant.Actor))
			}
			name = func(p rem.Parties) string { return p.Map(v.Name).String() }
		}
		for _, e := range s.Expected {
			act.Instead = append(act.Instead, fmt.Sprintf("%s (%.0f%%)", name(e.Actors), 100*e.Probability))
		}
		p.Acts = append(p.Acts, act)
	}
	byBits := slices.Clone(p.Acts)
	slices.SortStableFunc(byBits, func(x, y brief.SurprisingAct) int { return cmp.Compare(y.Bits, x.Bits) })
	p.Told = byBits[:min(max(0, most), len(byBits))]
	if len(byBits) > mostDrawn {
		p.Acts = slices.Clone(byBits[:mostDrawn])
		slices.SortStableFunc(p.Acts, func(x, y brief.SurprisingAct) int { return cmp.Compare(x.At, y.At) })
	}
	return p
}

func (a *app) surprisesCSV(design *rem.Design, good *rem.Goodness) error {
	w := csv.NewWriter(a.stdout)
	head := []string{"event", "time", "from", "to", "probability", "bits", "rank", "alternatives", "deviance"}
	for _, name := range design.Terms {
		head = append(head, "score "+name)
	}
	rows := [][]string{head}
	for _, s := range good.Surprises {
		row := []string{s.Event, design.When(s.Time), strings.Join(s.Actors.From, ";"), strings.Join(s.Actors.To, ";"),
			digits(float64(s.Probability)), digits(float64(s.Bits)), digits(s.Rank), digits(s.Alternatives), digits(float64(s.Deviance))}
		for _, v := range s.Score {
			row = append(row, digits(float64(v)))
		}
		rows = append(rows, row)
	}
	return w.WriteAll(rows)
}

func (a *app) simulateCommand() *cobra.Command {
	var until, after, insert string
	var nats, keep string
	var s rem.Simulation
	var runs int
	var uncertain bool
	cmd := &cobra.Command{
		Use:   "simulate SPEC [CHOICE]",
		Short: "continue the record by a fitted model, event by event",
		Long: "Fits the model of a specification and runs it forward from the end of the record, or from --from: each event changes\n" +
			"what is likely next. CHOICE, a choice model, says whom the actors of a rate model choose; a hyper model, which set acts\n" +
			"where SPEC is a model of size. Writes the events of every run as CSV, or as JSON lines. A model of the order of events alone makes them come at the record's mean rate, or at\n" +
			"--rate. --insert adds events by decree (a table with the columns\n" +
			"time and actors, or sender and receiver, and kind where a term reads kinds).",
		Example: "  entente simulate hyper --events 20\n  entente simulate hyper --until 2028-12-31 --runs 100 --uncertain --json",
		Args:    specArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			if runs < 1 {
				return usage(fmt.Sprintf("--runs %d: one run at least", runs), "")
			}
			if until == "" && s.Events < 1 {
				return usage("a simulation needs an end", "give --until or --events")
			}
			ctx := cmd.Context()
			v, err := a.open(ctx)
			if err != nil {
				return err
			}
			design, fit, err := a.estimate(ctx, v, args[0])
			if err != nil {
				return err
			}
			s.Design, s.Theta, s.Seed = design, fit.Theta(), a.seed
			var choiceFit *rem.Fit
			if len(args) == 2 {
				if s.Choice, choiceFit, err = a.estimate(ctx, v, args[1]); err != nil {
					return err
				}
				s.ChoiceTheta = choiceFit.Theta()
			}
			acts := design // what the events are of
			if s.Choice != nil {
				acts = s.Choice
			}
			s.After = design.End()
			for _, f := range []struct {
				flag, text string
				into       *float64
			}{{"--from", after, &s.After}, {"--until", until, &s.Until}} {
				if f.text == "" {
					continue
				}
				if *f.into, err = instant(design, f.text); err != nil {
					return usage(f.flag+": "+err.Error(), "")
				}
			}
			if insert != "" {
				text, err := os.ReadFile(insert)
				if err != nil {
					return input(err.Error(), "")
				}
				if s.Insert, err = acts.ReadEvents(insert, text); err != nil {
					return input(err.Error(), "")
				}
			}
			kinds := acts.Kinds()
			w := csv.NewWriter(a.stdout)
			if !a.json {
				head := []string{"run", "event", "time", "from", "to"}
				if kinds != nil {
					head = append(head, "kind")
				}
				if err := w.Write(head); err != nil {
					return err
				}
			}
			list := make([]simulated, runs)
			for run := range list {
				if uncertain {
					random := rand.New(rand.NewPCG(a.seed, ^uint64(run)))
					s.Theta = fit.Draw(random)
					if choiceFit != nil {
						s.ChoiceTheta = choiceFit.Draw(random)
					}
				}
				list[run] = simulated{run, s.Theta, s.ChoiceTheta}
			}
			err = a.simulateRuns(ctx, v, args, s, list, a.jobOptions(nats, keep, "shards of runs"), func(run int, events []rem.Event) error {
				for _, e := range events {
					p := acts.Parties(e.From, e.To)
					if kinds != nil {
						p.Kind = kinds[e.Kind]
					}
					if a.json {
						if err := a.writeJSON(struct {
							Run   int      `json:"run"`
							Event string   `json:"event"`
							Time  string   `json:"time"`
							From  []string `json:"from"`
							To    []string `json:"to,omitempty"`
							Kind  string   `json:"kind,omitempty"`
						}{run + 1, e.ID, design.When(e.Time), p.From, p.To, p.Kind}); err != nil {
							return err
						}
						continue
					}
					row := []string{strconv.Itoa(run + 1), e.ID, design.When(e.Time), strings.Join(p.From, ";"), strings.Join(p.To, ";")}
					if kinds != nil {
						row = append(row, p.Kind)
					}
					if err := w.Write(row); err != nil {
						return err
					}
				}
				return nil
			})
			if err != nil {
				return err
			}
			w.Flush()
			return w.Error()
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&after, "from", "", "end of the past that is continued (default: the end of the record)")
	flags.StringVar(&until, "until", "", "end of each run, a day or a time")
	flags.IntVar(&s.Events, "events", 0, "end each run after so many events")
	flags.Float64Var(&s.Rate, "rate", 0, "events per day, or unit of time, of a model of the order of events (default: the record's mean)")
	flags.StringVar(&insert, "insert", "", "table of events that happen by decree")
	flags.IntVar(&runs, "runs", 1, "number of runs")
	flags.BoolVar(&uncertain, "uncertain", false, "draw the coefficients of each run from what the data leave open")
	jobFlags(cmd, &nats, &keep)
	return cmd
}

// instant reads a time, or a day where times are days.
func instant(d *rem.Design, text string) (float64, error) {
	if d.Dated() {
		day, err := entente.ParseDay(text)
		return float64(day), err
	}
	t, err := strconv.ParseFloat(text, 64)
	if err != nil || math.IsNaN(t) || math.IsInf(t, 0) {
		return 0, fmt.Errorf("%q is no time", text)
	}
	return t, nil
}
