package main

import (
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"entente"
	"entente/forecast"
	"entente/measure"
)

// hazardFlags are the flags of entente hazard as given.
type hazardFlags struct {
	pair, set, region, elsewhere, major, members, period, ties, by string
	leaveOut, cox                                                  []string
	years                                                          []float64
	held                                                           float64
	levels                                                         bool
}

// reference is where classes come from: the reference class of a case, or a table.
type reference struct {
	name    string // the file; "" for a case
	classes forecast.Classes
	pairs   [][2]int // of the overview
	first   [2]int   // the pair asked for when none is named
	groups  []string // ids
	blocs   []entente.BlocRecord
	peers   forecast.Filter
	from    int     // the highest rung that the group of the case holds; -1: none, or a table
	held    float64 // for how many years
	group   string
	asOf    string
}

func (a *app) hazardCommand() *cobra.Command {
	f := &hazardFlags{}
	cmd := &cobra.Command{
		Use:   "hazard [FILE.csv]",
		Short: "what became of comparable groups: incidence by year, rates, tests and regressions",
		Long: "Follows the groups of the reference class that held one rung until they reached another, dissolved, or were last\n" +
			"seen: the Aalen-Johansen incidence with dissolution as competing event, Kaplan-Meier and Nelson-Aalen beside it, the\n" +
			"exact interval of the rate, a log-rank test, Cox and Fine-Gray regressions, and the change that each filter makes.\n" +
			"Without --pair also an overview of pairs. The class is the case's own, as it stood on the day asked for and without\n" +
			"the group itself, or a table of waits. docs/reference-class.md has the methods and the columns of a table.",
		Example: "  entente hazard\n  entente hazard --pair r2-r6 --region Africa\n  entente hazard --pair r0-r3 --set all --cox soft_origin,major_power --ties breslow",
		Args:    cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if f.levels && (f.pair != "" || len(f.cox) > 0 || f.by != "" || cmd.Flags().Changed("held")) {
				return usage("--levels shows every step of the ladder, not a pair", "leave --pair, --held, --cox and --by out")
			}
			ref, err := a.reference(cmd, args)
			if err != nil {
				return err
			}
			q, err := f.question(ref)
			if err != nil {
				return err
			}
			q.Seed = a.seed
			if f.levels {
				return a.hazardLevels(ref, q)
			}
			return a.hazard(ref, q, f.pair == "")
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&f.pair, "pair", "", "rung held and rung asked for, such as r2-r3 (default: the highest rung that the group holds and the next it does not)")
	flags.StringVar(&f.set, "set", "", "all, soft (founded without security as purpose), and either with _no_ID to leave a group out, such as soft_no_ots (default: the groups that the case's group is compared with; all of a table)")
	flags.StringSliceVar(&f.leaveOut, "leave-out", nil, "`IDs` of groups to leave out")
	flags.StringVar(&f.region, "region", "", "only groups whose region holds these words, such as Africa")
	flags.StringVar(&f.elsewhere, "not-region", "", "only groups whose region does not hold these words")
	flags.StringVar(&f.major, "major-power", "", "yes or no: only groups with, or without, a major power among their members")
	flags.StringVar(&f.members, "members", "", "only groups of so many members, such as 3..10, 3.. or ..10")
	flags.StringVar(&f.period, "period", "", "only groups that reached the first rung in these years, such as 1990..2025")
	flags.Float64Var(&f.held, "held", math.NaN(), "years for which the first rung has been held: what follows then (default: as long as the case's group has)")
	flags.Lookup("held").DefValue = "0" // of which the help says nothing
	flags.Float64SliceVar(&f.years, "years", nil, "years for which filters, the time held and the overview are shown (default 5,10,20)")
	flags.StringSliceVar(&f.cox, "cox", nil, "`covariates` of a Cox and a Fine-Gray regression: soft_origin, major_power, members, since, r0 to r8 (held when the wait began), region:WORDS, or columns of the table")
	flags.StringVar(&f.ties, "ties", "efron", "efron or breslow: how events at the same time share their risk set in the Cox regression")
	flags.StringVar(&f.by, "by", "", "covariate whose parts the log-rank test compares (default: the first of --cox, else soft_origin or major_power)")
	flags.BoolVar(&f.levels, "levels", false, "the steps from each level (the highest rung held) to the next higher")
	return cmd
}

// reference opens the table or the case's reference class.
func (a *app) reference(cmd *cobra.Command, args []string) (*reference, error) {
	if len(args) == 1 {
		file, err := openInput(args[0])
		if err != nil {
			return nil, err
		}
		defer file.Close()
		defer a.working("reading " + args[0])()
		table, err := forecast.ReadTable(filepath.Base(args[0]), file)
		if err != nil {
			return nil, input(err.Error(), "docs/reference-class.md has the columns of a table of waits")
		}
		ref := &reference{name: filepath.Base(args[0]), classes: table.Class, pairs: table.Pairs(), groups: table.Groups(), from: -1}
		if ref.first = ref.pairs[0]; slices.Contains(ref.pairs, [2]int{2, 3}) {
			ref.first = [2]int{2, 3}
		}
		return ref, nil
	}
	v, err := a.open(cmd.Context())
	if err != nil {
		return nil, err
	}
	if len(v.Blocs) == 0 {
		return nil, notFound("the case has no reference class", "blocs.csv holds it; or give a table of waits")
	}
	ref := &reference{blocs: forecast.Cut(v.Blocs, v.asOf), peers: forecast.Peers(v.Case), first: [2]int{2, 3}, from: -1, group: v.Group.Name, asOf: v.asOf.String()}
	ref.classes = func(from, to int, set forecast.Filter) (*forecast.Class, error) {
		return forecast.Of(ref.blocs, from, to, set), nil
	}
	for _, b := range v.Blocs {
		ref.groups = append(ref.groups, b.ID)
	}
	ladder := measure.Ladder(v.Case, v.asOf)
	next := 0
	for i, r := range ladder.Rungs {
		if r.Reached {
			ref.from, ref.held = i, forecast.Years(r.Date.Start, v.asOf)
			next = i + 1
		}
	}
	if ref.from >= 0 && next < len(ladder.Rungs) {
		ref.first = [2]int{ref.from, next}
	}
	for _, from := range slices.Compact([]int{max(ref.first[0], 0), 0}) {
		for to := max(from+1, 3); to < len(ladder.Rungs); to++ {
			ref.pairs = append(ref.pairs, [2]int{from, to})
		}
	}
	return ref, nil
}

// question reads the flags.
func (f *hazardFlags) question(ref *reference) (q forecast.Question, err error) {
	q = forecast.Question{From: ref.first[0], To: ref.first[1], Years: f.years, Held: f.held, Cox: f.cox, By: f.by}
	if f.pair != "" {
		if q.From, q.To, err = forecast.ParsePair(f.pair); err != nil {
			return q, usage(err.Error(), "--pair r2-r3: the rung held and the rung asked for")
		}
	}
	if ref.from == q.From && math.IsNaN(q.Held) {
		q.Held = ref.held
	}
	switch strings.ToLower(f.ties) {
	case "efron":
	case "breslow":
		q.Ties = forecast.Breslow
	default:
		return q, usage(fmt.Sprintf("--ties %q is neither efron nor breslow", f.ties), "--ties efron")
	}
	q.Set, err = f.filter(ref)
	return q, err
}

// filter reads the flags that choose groups.
func (f *hazardFlags) filter(ref *reference) (set forecast.Filter, err error) {
	if f.set == "" {
		set = ref.peers
	} else {
		kind, id, without := strings.Cut(f.set, "_no_")
		if kind != "all" && kind != "soft" {
			return set, usage(fmt.Sprintf("--set %q: there are all and soft, and either with _no_ID", f.set), "--set soft_no_ots")
		}
		set.Soft = kind == "soft"
		if without {
			f.leaveOut = append(f.leaveOut, id)
		}
	}
	for _, id := range f.leaveOut {
		if !slices.Contains(ref.groups, id) {
			hint := "the ids of the groups stand in the first column of blocs.csv or of the table"
			if near := entente.Nearest(id, ref.groups); near != "" {
				hint = fmt.Sprintf("did you mean %s? %s", near, hint)
			}
			return set, notFound(fmt.Sprintf("there is no group %q to leave out", id), hint)
		}
		if !slices.Contains(set.LeaveOut, id) {
			set.LeaveOut = append(slices.Clone(set.LeaveOut), id)
		}
	}
	set.Region, set.Elsewhere = f.region, f.elsewhere
	switch strings.ToLower(f.major) {
	case "":
	case "yes":
		set.MajorPower = forecast.With
	case "no":
		set.MajorPower = forecast.Without
	default:
		return set, usage(fmt.Sprintf("--major-power %q is neither yes nor no", f.major), "--major-power no")
	}
	if set.Least, set.Most, err = bounds("members", f.members, 1, math.MaxInt32); err != nil {
		return set, err
	}
	set.Since, set.Until, err = bounds("period", f.period, 1, 9999)
	return set, err
}

// bounds reads A..B, A.. or ..B; an open end is 0.
func bounds(flag, text string, least, most int) (low, high int, err error) {
	if text == "" {
		return 0, 0, nil
	}
	first, second, ok := strings.Cut(text, "..")
	ends := []string{first, second}
	values := []int{0, 0}
	for i, end := range ends {
		if end == "" {
			continue
		}
		n, wrong := strconv.Atoi(end)
		ok = ok && wrong == nil && n >= least && n <= most
		values[i] = n
	}
	if !ok || first == "" && second == "" || second != "" && values[0] > values[1] {
		return 0, 0, usage(fmt.Sprintf("--%s %q is no range", flag, text), "--"+flag+" "+map[string]string{"members": "3..10", "period": "1990..2025"}[flag]+", or with one end open")
	}
	return values[0], values[1], nil
}

// hazardAnswer is what entente hazard --json writes.
type hazardAnswer struct {
	Group string `json:"group,omitempty"`
	AsOf  string `json:"as_of,omitempty"`
	File  string `json:"file,omitempty"`
	*forecast.Answer
	Pairs []forecast.PairRow `json:"pairs,omitempty"`
}

// hazard answers the question, with an overview of pairs where none was named.
func (a *app) hazard(ref *reference, q forecast.Question, overview bool) error {
	done := a.working("resampling")
	answer, err := forecast.Ask(ref.classes, q)
	done()
	if err != nil {
		return input(err.Error(), "entente help hazard has the filters; docs/reference-class.md the methods")
	}
	result := hazardAnswer{Group: ref.group, AsOf: ref.asOf, File: ref.name, Answer: answer}
	class, err := ref.classes(q.From, q.To, q.Set)
	if err != nil {
		return input(err.Error(), "entente help hazard")
	}
	for _, id := range ref.peers.LeaveOut {
		if slices.ContainsFunc(class.Members, func(m forecast.Member) bool { return m.ID == id }) {
			answer.Notes = append(answer.Notes, id+" is the group of the case, and in this class: leave it out before using the numbers for it")
		}
	}
	if overview {
		for _, p := range ref.pairs {
			class, err := ref.classes(p[0], p[1], q.Set)
			if err != nil {
				return input(err.Error(), "entente help hazard")
			}
			result.Pairs = append(result.Pairs, class.Row(q.Years))
		}
	}
	if a.json {
		return a.writeJSON(result)
	}
	if overview {
		a.pairTable(answer.Filter, result.Pairs)
		a.printf("\n")
	}
	a.hazardText(answer)
	return nil
}

// hazardLevels shows the steps between levels.
func (a *app) hazardLevels(ref *reference, q forecast.Question) error {
	if ref.blocs == nil {
		return usage("--levels needs the rungs of a case", "leave the table out")
	}
	type levels struct {
		Group      string             `json:"group"`
		AsOf       string             `json:"as_of"`
		Levels     []forecast.PairRow `json:"levels"`
		Sojourners []forecast.PairRow `json:"sojourners"`
	}
	result := levels{Group: ref.group, AsOf: ref.asOf}
	for level := range 8 {
		class := forecast.OfLevel(ref.blocs, level, q.Set)
		result.Levels = append(result.Levels, class.Row(q.Years))
		result.Sojourners = append(result.Sojourners, class.Sojourners().Row(q.Years))
	}
	if a.json {
		return a.writeJSON(result)
	}
	filter := q.Set.Words()
	a.paragraph("", "From each level, the highest rung held, to a higher one; a group that took several rungs on one day passes through in no time.")
	a.printf("\n")
	a.pairTable(filter, result.Levels)
	a.printf("\n")
	a.paragraph("", "Without those who passed through in no time:")
	a.printf("\n")
	a.pairTable(filter, result.Sojourners)
	return nil
}

func percentOr(p *float64, otherwise string) string {
	if p == nil {
		return otherwise
	}
	return percent(*p)
}

// span writes an interval of shares.
func span(low, high *float64) string {
	if low == nil || high == nil {
		return "-"
	}
	return percent(*low) + " to " + percent(*high)
}

// pairTable prints an overview.
func (a *app) pairTable(filter string, rows []forecast.PairRow) {
	if filter == "" {
		filter = "every group"
	}
	a.paragraph("", "Class: "+filter+". Per cent that reached the second rung so many years after the first, with the interval of 95 %; events a year at risk.")
	a.printf("\n")
	head := []string{"pair", "#n", "#events", "#gone"}
	if len(rows) > 0 {
		for _, p := range rows[0].Curve {
			head = append(head, fmt.Sprintf("#%g y", p.Years))
		}
	}
	t := newTable(0, append(head, "#a year")...)
	for _, r := range rows {
		cells := []string{r.Pair, strconv.Itoa(r.N), strconv.Itoa(r.Events), strconv.Itoa(r.Dissolved)}
		for _, p := range r.Curve {
			if r.N == 0 {
				cells = append(cells, "-")
			} else if p.Low == nil || p.High == nil {
				cells = append(cells, percent(p.Incidence))
			} else {
				cells = append(cells, fmt.Sprintf("%s (%.0f-%.0f)", percent(p.Incidence), 100**p.Low, 100**p.High))
			}
		}
		t.add(append(cells, amount(r.Rate, "-"))...)
	}
	a.print(t)
}

// hazardText prints the answer about one pair.
func (a *app) hazardText(r *forecast.Answer) {
	from, to, _ := strings.Cut(r.Pair, "-")
	who := "every group"
	if r.Filter != "" {
		who = r.Filter
	}
	a.paragraph("", fmt.Sprintf("From %s to %s (%s): %d groups; %d reached %s, %d dissolved without it, %d were last seen without it. Of %d that reached %s, %d held %s by then.",
		from, to, who, r.N, r.Events, to, r.Dissolved, r.Censored, r.Reached, from, r.Already, to))
	a.paragraph("", fmt.Sprintf("Rate: %s a year at risk, exact interval of 95 %% from %s to %s; %d in %.0f years.", amount(r.Rate, "undefined"), amount(r.RateLow, "undefined"), amount(r.RateHigh, "undefined"), r.Events, r.RiskYears))
	a.printf("\n")
	t := newTable(0, "years", "#at risk", "#events", "#gone", "#lost", "#incidence", "#95 %", "#bootstrap", "#1-KM")
	for _, p := range r.Curve {
		if p.Followed {
			t.add(plain(p.Years), strconv.Itoa(p.AtRisk), strconv.Itoa(p.Events), strconv.Itoa(p.Dissolved), strconv.Itoa(p.Censored),
				percent(p.Incidence), span(p.Low, p.High), span(&p.BootLow, &p.BootHigh), percent(p.KM))
		}
	}
	a.print(t)
	a.printf("\n")
	a.paragraph("", "gone: dissolved by then; lost: last seen by then; 1-KM: the incidence had no group dissolved")
	a.hazardGiven(r, from, to)
	a.hazardFilters(r)
	a.hazardModels(r)
	a.notes(r.Notes)
}

func (a *app) hazardGiven(r *forecast.Answer, from, to string) {
	if r.Held == nil {
		return
	}
	a.printf("\n")
	a.paragraph("", fmt.Sprintf("Given that %s has been held for %s years without %s:", from, tenth(*r.Held), to))
	a.printf("\n")
	t := newTable(6, "within", "#at risk", "#events", "#probability", "#95 %", "in words", "read with care")
	for _, g := range r.Given {
		t.add(plain(g.Years)+" years", strconv.Itoa(g.AtRisk), strconv.Itoa(g.Events), percentOr(g.Probability, "-"), span(g.Low, g.High), g.Words, g.Thin)
	}
	a.print(t)
}

func (a *app) hazardFilters(r *forecast.Answer) {
	if len(r.Filters) == 0 {
		return
	}
	a.printf("\n")
	a.paragraph("", "What each filter changes: the incidence without it, and the points that it adds.")
	a.printf("\n")
	head := []string{"without", "#n", "#events"}
	for _, p := range r.Filters[0].Curve {
		head = append(head, fmt.Sprintf("#%g y", p.Years))
	}
	t := newTable(0, head...)
	for _, s := range r.Filters {
		cells := []string{s.Without, strconv.Itoa(s.N), strconv.Itoa(s.Events)}
		for _, p := range s.Curve {
			cells = append(cells, fmt.Sprintf("%s (%+.1f)", percent(p.Incidence), 100*p.Change))
		}
		t.add(cells...)
	}
	a.print(t)
}

func (a *app) hazardModels(r *forecast.Answer) {
	for _, m := range []struct {
		name string
		*forecast.AnswerModel
	}{{"Cox regression of the hazard, dissolution a loss from view", r.Cox}, {"Fine-Gray regression of the incidence, dissolution a competing event", r.FineGray}} {
		if m.AnswerModel == nil {
			continue
		}
		a.printf("\n")
		a.paragraph("", fmt.Sprintf("%s: %d groups, %d events, ties by %s; log-likelihood %.4f, at zero %.4f; likelihood ratio %.3f, p %.3g", m.name, m.N, m.Events, m.Ties, m.LogLik[1], m.LogLik[0], m.Ratio, m.RatioP))
		a.printf("\n")
		t := newTable(0, "covariate", "#coefficient", "#s.e.", "#hazard ratio", "#95 %", "#p")
		for i, name := range m.Names {
			t.add(name, fmt.Sprintf("%.4f", m.Coef[i]), fmt.Sprintf("%.4f", m.SE[i]), fmt.Sprintf("%.3g", math.Exp(m.Coef[i])),
				fmt.Sprintf("%.3g to %.3g", math.Exp(m.Low[i]), math.Exp(m.High[i])), fmt.Sprintf("%.3g", m.P[i]))
		}
		a.print(t)
		if m.Drift != nil {
			a.paragraph("", fmt.Sprintf("Does an effect change with time? Chi-squared %.3f on %d, p %.3g", m.DriftAll, len(m.Drift), forecast.ChiSquareP(m.DriftAll, len(m.Drift))))
		}
		for _, w := range m.Warnings {
			a.paragraph("", "warning: "+w)
		}
	}
	if r.LogRank == nil {
		return
	}
	a.printf("\n")
	a.paragraph("", fmt.Sprintf("Log-rank test by %s: chi-squared %.4f on %d, p %.3g", r.LogRank.By, r.LogRank.ChiSq, r.LogRank.DF, r.LogRank.P))
	a.printf("\n")
	t := newTable(0, "part", "#n", "#events", "#expected")
	for _, p := range r.LogRank.Parts {
		t.add(p.Label, strconv.Itoa(p.N), strconv.Itoa(p.Observed), fmt.Sprintf("%.2f", p.Expected))
	}
	a.print(t)
}
