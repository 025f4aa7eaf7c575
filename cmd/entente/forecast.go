package main

import (
	"bytes"
	"context"
	"encoding/gob"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"entente"
	"entente/bargain"
	"entente/forecast"
	"entente/jobs"
	"entente/measure"
	"entente/rem"
	"entente/scenario"
	"entente/score"
)

func (a *app) forecastCommand() *cobra.Command {
	var model string
	var runs int
	var bound float64
	cmd := &cobra.Command{
		Use:   "forecast",
		Short: "how likely each next rung is and by when, by every method, with how such forecasts have fared",
		Long: "Gives the chance of every rung that the group does not hold within 1, 5 and 10 years: by the reference class, a\n" +
			"constant and a decaying rate, and the group's own acts run forward by an event model; pooled by weights learnt\n" +
			"from past forecasts alone. Beside the numbers stand the words of one published scale and how the pool has fared\n" +
			"against the simplest of its parts. Then what the next year may bring, and which rung would move which chance most.\n" +
			"docs/forecasts.md has the methods.",
		Example: "  entente forecast\n  entente forecast --as-of 2019-12-31 --known-at 2019-12-31 --model none --json",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			v, err := a.open(cmd.Context())
			if err != nil {
				return err
			}
			if runs < 0 || bound < 0 || bound >= 1 {
				return usage("--runs is a number from 1 and --error one between 0 and 1", "")
			}
			opt := forecast.ForecastOptions{Seed: a.seed, WithoutModel: model == "none", Outlook: forecast.OutlookOptions{Runs: runs, Error: bound}}
			if !opt.WithoutModel {
				if opt.Outlook.Model, err = openModel(model); err != nil {
					return err
				}
			}
			ladder := measure.Ladder(v.Case, v.asOf)
			done := a.working("forecasting")
			defer func() { done() }()
			if opt.Bargaining, err = a.bargained(cmd.Context(), v); err != nil {
				return err
			}
			f, err := forecast.Forecast(cmd.Context(), v.Case, func(rung int) (entente.Day, bool) {
				return ladder.Rungs[rung].Date.Start, ladder.Rungs[rung].Reached
			}, v.asOf, opt)
			done()
			done = func() {}
			if err != nil {
				if cmd.Context().Err() == nil {
					err = input(err.Error(), "")
				}
				return err
			}
			if a.json {
				return a.forecastJSON(v, ladder, f)
			}
			a.forecastTable(v, ladder, f)
			if v.past() {
				a.paragraph("", "Bargaining is left out: positions carry no date, and those of today were not known on that day.")
			}
			return nil
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&model, "model", "", "specification of the event model, or none (default: the built-in model forward)")
	flags.IntVar(&runs, "runs", 0, "runs of the event model (default: as many as --error needs)")
	flags.Float64Var(&bound, "error", 0.01, "standard error that the simulation may leave in a probability")
	return cmd
}

// bargained is what the bargain of the case, if it has one, says of the rungs that it gives
// places: the part of the draws in which the spatial model passes them, between the least
// and the greatest part by any reading. Positions carry no date: they are those of the end
// of the record, and an earlier day is not told them.
func (a *app) bargained(ctx context.Context, v *view) (map[int]forecast.Component, error) {
	if v.past() {
		return nil, nil
	}
	c, err := a.bargainOf(ctx, nil)
	var missing *failure
	if errors.As(err, &missing) && missing.code == "not_found" {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	answer, err := bargain.Solve(ctx, c, bargain.Drawing{Seed: a.seed})
	if err != nil {
		return nil, err
	}
	return scenario.Depths(c, answer), nil
}

func rungName(ladder measure.Rungs, rung int) string {
	return fmt.Sprintf("r%d %s", rung, strings.ToLower(ladder.Rungs[rung].Name))
}

// percentage prints a probability that may be unknown.
func percentage(p float64) string {
	switch {
	case math.IsNaN(p):
		return "-"
	case p > 0 && p < 0.005:
		return "<1%"
	case p < 1 && p > 0.995:
		return ">99%"
	}
	return percent(p)
}

func (a *app) forecastTable(v *view, ladder measure.Rungs, f *forecast.Forecasts) {
	a.printf("%s as of %s, level %s\n\n", v.Group.Name, v.asOf, ladder.Level)
	t := newTable(3, "rung", "#years", "#pooled", "95% interval", "in words", "#class", "#constant", "#decay", "#share", "#model", "#bargain")
	for _, r := range f.Rungs {
		of := func(method string) string {
			k := slices.IndexFunc(r.Components, func(c forecast.Component) bool { return c.Method == method })
			if k < 0 {
				return ""
			}
			return percentage(r.Components[k].Probability)
		}
		p := r.Pooled
		t.add(rungName(ladder, r.Rung), fmt.Sprintf("%g", r.Years), percentage(p.Probability), percentage(p.Low)+" to "+percentage(p.High),
			forecast.Words(p.Probability), of(forecast.ClassRate), of(forecast.ConstantRate), of(forecast.DecayRate), of(forecast.PastShare), of(forecast.EventModel), of(forecast.Bargaining))
	}
	a.print(t)
	a.printf("\n")
	a.paragraph("", "Words are those of ICD 203. The interval pools the intervals of the parts, as if all erred the same way. The event model and bargaining have no weight: their own past forecasts of rungs have met too few events to be judged; bargaining says how deep, not when.")
	if len(f.Rungs) > 0 {
		a.paragraph("", "The pool: "+f.Rungs[0].Pooled.Note+".")
	}
	for _, s := range f.Skills {
		a.paragraph("", s.Sentence)
	}
	if f.Outlook == nil {
		a.paragraph("", "No event model: "+f.NoOutlook+".")
	} else {
		a.outlookTable(f.Outlook)
	}
	if len(f.Indicators) > 0 {
		a.printf("\nWhat reaching a rung next would do to the chance of another within 10 years\n")
		t := newTable(1, "if reached", "then", "#before", "#after", "#groups", "#events")
		for _, i := range f.Indicators[:min(len(f.Indicators), 8)] {
			t.add(rungName(ladder, i.Reached), rungName(ladder, i.Rung), percentage(i.Before), percentage(i.After), fmt.Sprint(i.N), fmt.Sprint(i.Events))
		}
		a.print(t)
		a.paragraph("", "An association in the class: groups that had reached the first, from the day they did. Few events make few claims.")
	}
	a.printf("\nrecord %s, seed %d\n", short(v.Checksum), a.seed)
}

// outlookTable prints what the event model makes of the year ahead.
func (a *app) outlookTable(o *forecast.Outlook) {
	life, pace := "do not fade", "all years count alike"
	if o.HalfLife > 0 {
		life = fmt.Sprintf("lose half their weight in %g years", o.HalfLife)
	}
	if o.Pace > 0 {
		pace = fmt.Sprintf("half-life %g years", o.Pace)
	}
	a.printf("\nThe year ahead by the event model\n")
	a.paragraph("", fmt.Sprintf("%d runs forward from %d acts of %s; past acts %s, their rate of %.1f a year has %s. The simulation leaves a standard error of at most %.1f points%s.",
		o.Runs, o.Acts, strings.Join(o.Actors, ", "), life, o.PerYear, pace, 100*o.Error, map[bool]string{false: ", more than was asked for"}[o.Met]))
	t := newTable(0, "quarter", "#acts", "90% of runs", "#of three or more")
	for _, q := range o.Quarters[:min(4, len(o.Quarters))] {
		t.add(fmt.Sprintf("%d", q.Quarter), fmt.Sprintf("%.1f", q.Mean), fmt.Sprintf("%d to %d", q.P5, q.P95), fmt.Sprintf("%.1f", q.Multilateral))
	}
	a.print(t)
	a.printf("\n")
	t = newTable(0, "pair", "#acts", "#in a quarter", "#in a year", "95% interval", "in words")
	for _, m := range o.Parties[:min(10, len(o.Parties))] {
		t.add(m.A+" "+m.B, fmt.Sprintf("%.1f", m.Acts), percentage(m.Quarter.Probability), percentage(m.Year.Probability),
			percentage(m.Year.Low)+" to "+percentage(m.Year.High), forecast.Words(m.Year.Probability))
	}
	a.print(t)
	var forms []string
	for _, x := range o.Forms[:min(6, len(o.Forms))] {
		forms = append(forms, fmt.Sprintf("%s, %s %.1f", strings.ReplaceAll(string(x.Type), "_", " "), x.Domain, x.Acts))
	}
	a.paragraph("", "Most expected: "+strings.Join(forms, "; ")+".")
}

// known is a number that may be unknown, null in JSON.
type known float64

func (n known) MarshalJSON() ([]byte, error) {
	if math.IsNaN(float64(n)) || math.IsInf(float64(n), 0) {
		return []byte("null"), nil
	}
	return json.Marshal(float64(n))
}

type forecastRow struct {
	Event       string  `json:"event"`
	Horizon     float64 `json:"horizon_years"`
	Probability known   `json:"probability"`
	Low         known   `json:"low"`
	High        known   `json:"high"`
	Words       string  `json:"words"`
	Method      string  `json:"method"`
	Weight      float64 `json:"weight"`
	N           int     `json:"n"`
	Events      int     `json:"events"`
	Note        string  `json:"note,omitempty"`
	Thin        string  `json:"thin,omitempty"`
}

func (a *app) forecastJSON(v *view, ladder measure.Rungs, f *forecast.Forecasts) error {
	var list []forecastRow
	for _, r := range f.Rungs {
		for _, c := range append([]forecast.Component{r.Pooled}, r.Components...) {
			list = append(list, forecastRow{Event: rungName(ladder, r.Rung), Horizon: r.Years,
				Probability: known(c.Probability), Low: known(c.Low), High: known(c.High), Words: forecast.Words(c.Probability),
				Method: c.Method, Weight: c.Weight, N: r.N, Events: r.Events, Note: c.Note, Thin: r.Thin})
		}
	}
	type skill struct {
		Horizon  float64 `json:"horizon_years"`
		Over     string  `json:"over"`
		Skill    known   `json:"skill"`
		Low      known   `json:"low"`
		High     known   `json:"high"`
		N        int     `json:"n"`
		Events   int     `json:"events"`
		Sentence string  `json:"sentence"`
	}
	var skills []skill
	for _, s := range f.Skills {
		skills = append(skills, skill{s.Years, s.Over, known(s.Value), known(s.Low), known(s.High), s.N, s.Events, s.Sentence})
	}
	return a.writeJSON(struct {
		Group      string               `json:"group"`
		AsOf       string               `json:"as_of"`
		Level      string               `json:"level"`
		Scale      string               `json:"scale"`
		Forecasts  []forecastRow        `json:"forecasts"`
		Skills     []skill              `json:"skills"`
		Outlook    *forecast.Outlook    `json:"outlook"`
		NoOutlook  string               `json:"no_outlook,omitempty"`
		Indicators []forecast.Indicator `json:"indicators"`
		Record     string               `json:"record"`
		Seed       uint64               `json:"seed"`
	}{v.Group.Code, v.asOf.String(), ladder.Level, "ICD 203", list, skills, f.Outlook, f.NoOutlook, f.Indicators, v.Checksum, a.seed})
}

func (a *app) backtestCommand() *cobra.Command {
	var from, to int
	var horizons []float64
	var acts, groups, markdown bool
	var model, store, page, nats, keep string
	var runs int
	cmd := &cobra.Command{
		Use:   "backtest",
		Short: "how forecasts like these would have fared: made as of past days, from what was known then, and scored",
		Long: "Makes the forecasts of past days again, each from nothing but what was known on its day, everything learnt anew,\n" +
			"and scores them: every rung for every group of the reference class without itself, and which pairs of the group's\n" +
			"states act together and how many acts a quarter brings. Forecasts are sealed by a hash before they are scored.\n" +
			"docs/backtest.md is what this says of the built-in case.",
		Example: "  entente backtest --groups --from 1990 --horizons 5\n  entente backtest --acts --from 2018 --store forecasts.jsonl --json",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if from > to || from < 1800 || to > 2200 {
				return usage(fmt.Sprintf("--from %d --to %d: years, the first not after the last", from, to), "")
			}
			if runs < 2 {
				return usage(fmt.Sprintf("--runs %d: two at least", runs), "")
			}
			if err := checkPage(page); err != nil {
				return err
			}
			for _, h := range horizons {
				if !(h > 0 && h <= 100) {
					return usage(fmt.Sprintf("--horizons %g: years above 0, at most 100", h), "")
				}
			}
			v, err := a.open(cmd.Context())
			if err != nil {
				return err
			}
			both := acts == groups
			if (both || groups) && len(v.Blocs) < 2 && groups {
				return notFound("the case has no reference class", "blocs.csv holds it")
			}
			report := &backtestReport{app: a, notes: []string{}}
			folder, done, err := a.folder(cmd.Context())
			if err != nil {
				return err
			}
			defer done()
			report.job = backtestJob{KnownAt: v.knownAt, AsOf: v.asOf, Runs: runs, Seed: a.seed}
			if report.job.Model, err = openModel(model); err != nil {
				return err
			}
			if report.job.Folder, err = packed(folder); err != nil {
				return err
			}
			report.options = a.jobOptions(nats, keep, "origins")
			if (both || groups) && len(v.Blocs) >= 2 {
				if err := report.ofGroups(cmd.Context(), v, from, to, horizons); err != nil {
					return err
				}
			}
			if both || acts {
				if err := report.ofActs(cmd.Context(), v, from, to); err != nil {
					return err
				}
			}
			if store != "" {
				if err := report.write(store); err != nil {
					return err
				}
			}
			if page != "" {
				if err := report.page(v, page); err != nil {
					return err
				}
			}
			if markdown {
				return report.markdown(v)
			}
			return report.show(v)
		},
	}
	flags := cmd.Flags()
	flags.IntVar(&from, "from", 1950, "first year: forecasts are made on each 1 January")
	flags.IntVar(&to, "to", 2025, "last year")
	flags.Float64SliceVar(&horizons, "horizons", []float64{1, 5, 10}, "years ahead, of rungs")
	flags.BoolVar(&groups, "groups", false, "only the rungs of the reference class")
	flags.BoolVar(&acts, "acts", false, "only the acts of the group's states")
	flags.StringVar(&model, "model", "", "specification of the event model (default: the built-in model forward)")
	flags.IntVar(&runs, "runs", 2000, "runs of the event model at each origin")
	flags.BoolVar(&markdown, "markdown", false, "write the report as Markdown")
	jobFlags(cmd, &nats, &keep)
	flags.StringVarP(&page, "output", "o", "", "write a page of reliability diagrams to this file (.html)")
	flags.StringVar(&store, "store", "", "file for all forecasts with what became of them, as JSON lines")
	return cmd
}

// backtestReport collects what was forecast and how it scored.
type backtestReport struct {
	*app
	job     backtestJob
	options jobs.Options
	rungs   *forecast.ByMethod
	of      *forecast.ActsResult
	scores  []scoreRow
	notes   []string
}

// scoreRow is one line of scores.
type scoreRow struct {
	Target  string  `json:"target"`
	Horizon float64 `json:"horizon_years"`
	Method  string  `json:"method"`
	Brier   known   `json:"brier"`
	Log     known   `json:"log"`
	AUC     known   `json:"auc"`
	CRPS    known   `json:"crps"`
	Skill   known   `json:"skill"` // over the baseline
	Low     known   `json:"skill_low"`
	High    known   `json:"skill_high"`
	Over    string  `json:"over"`
	N       int     `json:"n"`
	Events  int     `json:"events"`
	Clipped int     `json:"clipped"`
	// Intervals of brier, log and auc draw whole blocks; missing for counts.
	Intervals *intervals `json:"intervals,omitempty"`
	// Murphy's parts, which close on brier with the two within bins.
	Reliability known `json:"reliability"`
	Resolution  known `json:"resolution"`
	Uncertainty known `json:"uncertainty"`
	Variance    known `json:"within_bin_variance"`
	Covariance  known `json:"within_bin_covariance"`
	// The parts of the CORP decomposition, and how often calibrated forecasts look worse.
	Miscalibration known `json:"miscalibration"`
	Discrimination known `json:"discrimination"`
	CalibrationP   known `json:"calibration_p"`
	// The same parts of the log score; missing for counts.
	LogParts *parts `json:"log_parts,omitempty"`
	Further
	// Skills are over each of the simple methods, the first of them again as above.
	Skills []skillRow `json:"skills"`
}

// skillRow is the skill of a method over another.
type skillRow struct {
	Over  string `json:"over"`
	Skill known  `json:"skill"`
	Low   known  `json:"low"`
	High  known  `json:"high"`
	Claim string `json:"claim"`
	// The skill by the log score; missing for counts.
	ByLog *skillByLog `json:"by_log,omitempty"`
}

// add takes the skill over a method, by the log score too where there is one.
func (s *scoreRow) add(over string, skill, byLog *score.Skill) {
	if s.Over == "" {
		s.Over, s.Skill, s.Low, s.High = over, known(skill.Value), known(skill.Low), known(skill.High)
	}
	if over != s.Method {
		row := skillRow{Over: over, Skill: known(skill.Value), Low: known(skill.Low), High: known(skill.High), Claim: skill.Claim("the " + over)}
		if byLog != nil {
			row.ByLog = &skillByLog{known(byLog.Value), known(byLog.Low), known(byLog.High)}
		}
		s.Skills = append(s.Skills, row)
	}
}

func (r *backtestReport) ofGroups(ctx context.Context, v *view, from, to int, horizons []float64) error {
	test := &forecast.GroupBacktest{Blocs: forecast.Cut(v.Blocs, v.asOf), Origins: forecast.Yearly(from, to), Horizons: slices.Sorted(slices.Values(horizons))}
	job := r.job
	job.Horizons = test.Horizons
	test.Spread = job.spread(r.options)
	var err error
	if r.rungs, err = test.Run(ctx); err != nil {
		return r.failed(ctx, err, "begin earlier, or take a shorter horizon")
	}
	var targets []scored
	for _, h := range test.Horizons {
		for _, target := range []string{"", "r1", "r2", "r3", "r4", "r5", "r6", "r7", "r8"} {
			targets = append(targets, scored{Target: target, Years: h, Over: []string{forecast.ClassRate, forecast.ConstantRate, forecast.DecayRate, forecast.PastShare}})
		}
	}
	if err := r.score(ctx, r.rungs, targets); err != nil {
		return err
	}
	return r.when()
}

func (r *backtestReport) ofActs(ctx context.Context, v *view, from, to int) error {
	job := r.job
	test := &forecast.ActsBacktest{Full: v.Case, Model: job.Model, Runs: job.Runs, Seed: job.Seed}
	job.Acts = true
	test.Spread = job.spread(r.options)
	first := v.Horizon.Time().Year()
	for _, act := range v.Acts {
		if act.Cooperation() {
			first = min(first, act.Date.Start.Time().Year())
		}
	}
	for _, day := range forecast.Yearly(max(from, first+1), to) {
		if day <= v.Horizon {
			test.Origins = append(test.Origins, day)
		}
	}
	if len(test.Origins) == 0 {
		return input(fmt.Sprintf("the record has no act of cooperation before %d", to), "give a later --to")
	}
	var err error
	if r.of, err = test.Run(ctx); err != nil {
		return r.failed(ctx, err, "")
	}
	r.notes = append(r.notes, r.of.Skipped...)
	var targets []scored
	for _, h := range []float64{0.25, 1} {
		targets = append(targets, scored{Target: "pair", Years: h, Over: []string{forecast.ConstantRate, forecast.LastYear, forecast.DecayRate, forecast.HubRate}})
	}
	if err := r.score(ctx, r.of.Pairs, targets); err != nil {
		return err
	}
	return r.counts(job.Runs)
}

// openModel reads the specification of an event model; nil where none is given.
func openModel(path string) (*rem.Source, error) {
	if path == "" {
		return nil, nil
	}
	source, err := rem.Open(path)
	if err != nil {
		return nil, input(err.Error(), modelHint)
	}
	return source, nil
}

// failed says what went wrong, unless the person at the terminal stopped it.
func (r *backtestReport) failed(ctx context.Context, err error, hint string) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return input(err.Error(), hint)
}

// score scores every method on each of some targets, all of them shards: each draws its
// samples anew.
func (r *backtestReport) score(ctx context.Context, b *forecast.ByMethod, targets []scored) error {
	job := scoreJob{Forecasts: b, Seed: r.seed}
	var payloads [][]byte
	for _, target := range targets {
		if len(b.Scored(target.Over[0], target.Target, target.Years)) == 0 {
			continue
		}
		for _, method := range b.Methods {
			target.Method = method
			payload, err := encoded(target)
			if err != nil {
				return err
			}
			payloads = append(payloads, payload)
		}
	}
	options, here := r.options, scoreKind
	options.Progress = r.progress("scores")
	if options.NATS+options.Folder == "" { // in this process the forecasts are there already
		here.Open = func(context.Context, []byte) (jobs.Work, error) { return job.work, nil }
	} else {
		var err error
		if options.Common, err = encoded(job); err != nil {
			return err
		}
	}
	results, err := jobs.Run(ctx, options, here, payloads)
	if err != nil {
		return r.failed(ctx, err, "")
	}
	for _, text := range results {
		var row scoreRow
		if err := gob.NewDecoder(bytes.NewReader(text)).Decode(&row); err != nil {
			return fmt.Errorf("a score cannot be read: %w", err)
		}
		r.scores = append(r.scores, row)
	}
	return nil
}

// counts scores the numbers of acts by quarter.
func (r *backtestReport) counts(runs int) error {
	losses := make([][]float64, len(forecast.CountMethods))
	logs := make([]float64, len(losses))
	var blocks []string
	events := 0
	for _, c := range r.of.Counts {
		blocks = append(blocks, c.Origin.String())
		events += c.Acts
		for m, chances := range c.Of {
			loss, err := score.CRPS(chances, c.Acts)
			if err != nil {
				return fmt.Errorf("acts of quarter %d after %s: %w", c.Quarter, c.Origin, err)
			}
			losses[m] = append(losses[m], loss)
			// What no run brought is not impossible: it counts half a run.
			l, _ := score.CountLog(chances, c.Acts)
			logs[m] += min(l, math.Log(2*float64(runs))) / float64(len(r.of.Counts))
		}
	}
	for m, method := range forecast.CountMethods {
		row := unscored("acts in a quarter", 1, method, len(losses[m]), events)
		row.Log, row.CRPS = known(logs[m]), known(average(losses[m]))
		if err := r.intervals(&row.Further, m); err != nil {
			return err
		}
		for _, baseline := range []string{forecast.ConstantRate, forecast.LastYear} {
			skill, err := score.OfLosses(losses[m], losses[slices.Index(forecast.CountMethods, baseline)], blocks, events, r.seed)
			if err != nil {
				return err
			}
			row.add(baseline, skill, nil)
		}
		r.scores = append(r.scores, row)
	}
	return nil
}

// write stores every forecast with its outcome.
func (r *backtestReport) write(path string) error {
	return writeFile(path, func(w io.Writer) error {
		encoder := json.NewEncoder(w)
		for _, b := range []*forecast.ByMethod{r.rungs, r.pairs()} {
			if b == nil {
				continue
			}
			if err := encoder.Encode(map[string]any{"methods": b.Methods, "hash": b.Hash, "forecasts": len(b.Past)}); err != nil {
				return err
			}
			for i := range b.Past {
				f := &b.Past[i]
				if err := encoder.Encode(struct {
					*forecast.Past
					Came bool `json:"came"`
				}{f, f.Event != ""}); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

func (r *backtestReport) pairs() *forecast.ByMethod {
	if r.of == nil {
		return nil
	}
	return r.of.Pairs
}

func (r *backtestReport) show(v *view) error {
	hashes := map[string]string{}
	for name, b := range map[string]*forecast.ByMethod{"rungs": r.rungs, "pairs": r.pairs()} {
		if b != nil {
			hashes[name] = b.Hash
		}
	}
	if r.json {
		return r.writeJSON(struct {
			Scores  []scoreRow        `json:"scores"`
			Skipped []string          `json:"skipped"`
			Sealed  map[string]string `json:"sealed"`
			Record  string            `json:"record"`
			Seed    uint64            `json:"seed"`
		}{r.scores, r.notes, hashes, v.Checksum, r.seed})
	}
	r.printf("Scores of all methods; smaller is better, but for AUC and skill\n")
	t := newTable(2, "target", "#years", "method", "#Brier", "#log", "#AUC", "#CRPS", "#skill", "95% interval", "#n", "#events")
	each := newTable(2, "rung", "#years", "pooled forecast", "#Brier", "#AUC", "#skill", "95% interval", "#n", "#events")
	fixed := func(n known) string {
		if math.IsNaN(float64(n)) {
			return ""
		}
		return strings.Replace(fmt.Sprintf("%.3f", float64(n)), "-0.000", "0.000", 1)
	}
	for _, s := range r.scores {
		skill, between := "", "baseline"
		if s.Method != s.Over {
			skill, between = fixed(s.Skill), fixed(s.Low)+" to "+fixed(s.High)
		}
		years, n, events := fmt.Sprintf("%g", s.Horizon), fmt.Sprint(s.N), fmt.Sprint(s.Events)
		if s.RPS != nil {
			continue
		}
		if !strings.HasPrefix(s.Target, "r") {
			t.add(s.Target, years, s.Method, fixed(s.Brier), fixed(s.Log), fixed(s.AUC), fixed(s.CRPS), skill, between, n, events)
		} else if s.Method == forecast.Pooled {
			verdict, _, _ := strings.Cut(s.Skills[0].Claim, " (")
			each.add(s.Target, years, verdict, fixed(s.Brier), fixed(s.AUC), skill, between, n, events)
		}
	}
	r.print(t)
	r.printf("\nFurther scores\n")
	more := newTable(1, furtherHead...)
	for i := range r.scores {
		if cells, ok := r.scores[i].furtherCells(); ok {
			more.add(cells...)
		}
	}
	r.print(more)
	if r.rungs != nil {
		r.printf("\nRung by rung\n")
		r.print(each)
	}
	r.printf("\n")
	for _, sentence := range r.judgement() {
		r.paragraph("", sentence)
	}
	for _, note := range r.notes {
		r.paragraph("", "left out: "+note)
	}
	if r.rungs != nil {
		r.printf("\n%d forecasts of rungs, %d more not settled by the end of the record; sealed %s\n", len(r.rungs.Past), r.rungs.Unsettled, short(r.rungs.Hash))
	}
	if r.of != nil {
		r.printf("%d forecasts of pairs and %d of counts; sealed %s\n", len(r.of.Pairs.Past), len(r.of.Counts), short(r.of.Pairs.Hash))
	}
	r.printf("record %s, seed %d\n", short(v.Checksum), r.seed)
	return nil
}

// judgement says of each target what the pool and the event model have been worth.
func (r *backtestReport) judgement() []string {
	var sentences []string
	for _, s := range r.scores {
		if s.Method != forecast.Pooled && s.Method != forecast.EventModel || strings.HasPrefix(s.Target, "r") {
			continue
		}
		name := s.Method
		if name == forecast.Pooled {
			name = "pooled forecast"
		}
		var claims []string
		for _, c := range s.Skills {
			claims = append(claims, c.Claim)
		}
		sentences = append(sentences, fmt.Sprintf("%s, %g %s: the %s is %s.", strings.ToUpper(s.Target[:1])+s.Target[1:], s.Horizon, years(s.Horizon), name, strings.Join(claims, ", ")))
	}
	return sentences
}

// markdown writes the report for docs/backtest.md.
func (r *backtestReport) markdown(v *view) error {
	fixed := func(n known) string {
		if math.IsNaN(float64(n)) {
			return ""
		}
		return strings.Replace(fmt.Sprintf("%.3f", float64(n)), "-0.000", "0.000", 1)
	}
	r.printf("# How the forecasts have fared\n\nWritten by `entente backtest --markdown` from record %s with seed %d. Each forecast was made from nothing but what was known on its day; [forecasts.md](forecasts.md) says how.\n", short(v.Checksum), r.seed)
	r.printf("\n## In words\n\n")
	for _, sentence := range r.judgement() {
		r.printf("- %s\n", sentence)
	}
	r.printf("\n## Scores\n\nSmaller is better, but for AUC and skill. Skill is over the method marked as baseline; its interval draws groups, or for pairs and counts origins, with replacement.\n")
	r.printf("\n| target | years | method | Brier | log | AUC | CRPS | skill (95%%) | n | events |\n| --- | ---: | --- | ---: | ---: | ---: | ---: | --- | ---: | ---: |\n")
	for _, s := range r.scores {
		if s.Target[0] == 'r' || s.RPS != nil {
			continue
		}
		skill := "baseline"
		if s.Method != s.Over {
			skill = fmt.Sprintf("%s (%s to %s)", fixed(s.Skill), fixed(s.Low), fixed(s.High))
		}
		r.printf("| %s | %g | %s | %s | %s | %s | %s | %s | %d | %d |\n", s.Target, s.Horizon, s.Method, fixed(s.Brier), fixed(s.Log), fixed(s.AUC), fixed(s.CRPS), skill, s.N, s.Events)
	}
	r.printf("\n## Further scores\n\nRPS: when a rung comes, between one horizon and the next or never by the last. Interval score and the share that came inside: of the central interval of 90%% of counts. The last Brier score weighs in those who were not followed to the horizon.\n\n")
	r.printf("| %s |\n| --- | ---: | --- | ---: | ---: | ---: | ---: | ---: |\n", strings.ReplaceAll(strings.Join(furtherHead, " | "), "#", ""))
	for i := range r.scores {
		if cells, ok := r.scores[i].furtherCells(); ok {
			r.printf("| %s |\n", strings.Join(cells, " | "))
		}
	}
	if r.rungs != nil {
		r.printf("\n## Rung by rung\n\n| rung | years | the pooled forecast is | Brier | reliability | resolution | miscalibration | AUC | n | events |\n| --- | ---: | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |\n")
		for _, s := range r.scores {
			if s.Target[0] == 'r' && s.Method == forecast.Pooled {
				verdict, _, _ := strings.Cut(s.Skills[0].Claim, " (")
				r.printf("| %s | %g | %s | %s | %s | %s | %s | %s | %d | %d |\n", s.Target, s.Horizon, verdict, fixed(s.Brier), fixed(s.Reliability), fixed(s.Resolution), fixed(s.Miscalibration), fixed(s.AUC), s.N, s.Events)
			}
		}
	}
	r.printf("\n## What was left out\n\n")
	for _, note := range r.notes {
		r.printf("- %s\n", note)
	}
	if r.rungs != nil {
		r.printf("- %d forecasts of rungs whose horizon lies beyond the end of the class's record; %d were scored, sealed as %s\n", r.rungs.Unsettled, len(r.rungs.Past), r.rungs.Hash)
	}
	if r.of != nil {
		r.printf("- %d forecasts of pairs and %d of counts were scored, sealed as %s\n", len(r.of.Pairs.Past), len(r.of.Counts), r.of.Pairs.Hash)
	}
	return nil
}

func years(n float64) string {
	if n == 1 {
		return "year"
	}
	return "years"
}
