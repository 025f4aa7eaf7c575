package scenario

import (
	"context"
	"errors"
	"io/fs"
	"math"
	"reflect"
	"slices"
	"strings"
	"sync"

	"entente"
	"entente/bargain"
	"entente/forecast"
	"entente/ledger"
)

// Base is a record that scenarios are applied to: a case's folder, and the case as read
// from it. What it answers before any change is asked once and kept.
type Base struct {
	Case    *entente.Case
	folder  fs.FS
	knownAt entente.Day

	mu     sync.Mutex
	sides  map[question]*side
	pasts  map[entente.Day]*forecast.ByMethod
	stills map[question]*still
}

// still is the record as it stands on a day, and how the event model is tuned to it. Both
// sides take this tuning: what differs between them then comes from the acts alone.
type still struct {
	c      *entente.Case
	tuning *forecast.Tuning // nil where it is chosen on each side, if there is a model at all
}

func (b *Base) still(ctx context.Context, q question) (*still, error) {
	c, err := b.without(ctx, q.asOf)
	if err != nil || q.opt.WithoutModel {
		return &still{c: c}, err
	}
	// Where this fails, the forecast fails likewise and says why.
	tuning, _ := forecast.Tune(ctx, c, q.asOf, forecast.OutlookOptions{Seed: q.opt.Seed, Covered: b.Case.Horizon})
	return &still{c, tuning}, ctx.Err()
}

// question is what the answers of the record as it stands depend on.
type question struct {
	asOf entente.Day
	opt  Options
}

// Open reads the record.
func Open(ctx context.Context, folder fs.FS, knownAt entente.Day) (*Base, error) {
	c, err := ledger.Load(ctx, folder, ledger.Options{KnownAt: knownAt})
	if err != nil {
		return nil, err
	}
	return &Base{Case: c, folder: folder, knownAt: knownAt,
		sides: map[question]*side{}, pasts: map[entente.Day]*forecast.ByMethod{}, stills: map[question]*still{}}, nil
}

// kept returns the answer of a key, worked out where it is not known yet.
func kept[K comparable, V any](b *Base, known map[K]V, key K, work func() (V, error)) (V, error) {
	b.mu.Lock()
	v, ok := known[key]
	b.mu.Unlock()
	if ok {
		return v, nil
	}
	v, err := work()
	if err == nil {
		b.mu.Lock()
		known[key] = v
		b.mu.Unlock()
	}
	return v, err
}

// Value is one answer: words, or a number with its interval.
type Value struct {
	Text   string  // as shown
	Number float64 // NaN where it is no number
	Low    float64
	High   float64
	// Interval says what lies between Low and High, "" where they are no interval.
	Interval string
}

// Steps lists what is asked, in its order.
func Steps() []string {
	return []string{"ladder", "obligations", "measures", "tolerance", "threats", "forecasts", "event model", "bargaining", "corridors"}
}

// Row is one question with its answer before and after.
type Row struct {
	ID      string // stable: the step and what is asked, as in forecasts/r6
	Step    string // one of Steps
	What    string
	Before  Value
	After   Value
	Changed bool
	Through string // what carried the change, "" where nothing changed
}

// Result is a scenario set against the record as it stands.
type Result struct {
	Scenario *Scenario
	AsOf     entente.Day
	Rows     []Row
	Acts     []string // added, altered or taken away, in the order of their days
	NotAsked []string // what could not be asked, and why
	Case     *entente.Case
	Bargain  *bargain.Case // as the scenario has it; nil where the case has none
}

// Intervals says in words what the intervals of rows are, step by step: of those that
// changed, or of all.
func Intervals(rows []Row, all bool) string {
	kinds := map[string][]string{}
	for _, row := range rows {
		for _, v := range []Value{row.Before, row.After} {
			if (all || row.Changed) && v.Interval != "" && !slices.Contains(kinds[row.Step], v.Interval) {
				kinds[row.Step] = append(kinds[row.Step], v.Interval)
			}
		}
	}
	var parts []string
	for _, step := range Steps() {
		if of := kinds[step]; len(of) > 0 {
			parts = append(parts, step+", "+strings.Join(of, ", or "))
		}
	}
	return strings.Join(parts, "; ")
}

// Row returns the row of an id, or nil.
func (r *Result) Row(id string) *Row {
	if i := slices.IndexFunc(r.Rows, func(x Row) bool { return x.ID == id }); i >= 0 {
		return &r.Rows[i]
	}
	return nil
}

// Options may be left zero.
type Options struct {
	Seed uint64
	Runs int // of the event model on each side; 0: 250
	// Draws from the ranges of the bargain; 0: 1,000.
	Draws int
	// WithoutModel leaves the event model out.
	WithoutModel bool
}

// Compare applies the scenario and asks both sides everything.
func Compare(ctx context.Context, b *Base, s *Scenario, opt Options) (*Result, error) {
	asOf := s.AsOf
	if asOf == 0 {
		asOf = b.Case.Horizon
	}
	if opt.Runs == 0 {
		opt.Runs = 250
	}
	if opt.Draws == 0 {
		opt.Draws = 1000
	}
	positions, err := b.positions(s)
	if err != nil {
		return nil, err
	}
	var unasked string
	switch {
	case positions[1] == nil:
		unasked = "bargaining: the case has no " + Positions
	case asOf < b.Case.Horizon || b.knownAt != 0 && b.knownAt < b.Case.Horizon:
		unasked = "bargaining: positions carry no date, and those of today were not known on that day"
		positions = [2]*bargain.Case{}
	}
	var changed *entente.Case
	var unchanged *still
	var past *forecast.ByMethod
	err = together(
		func() (err error) { changed, err = b.Apply(ctx, s); return err },
		func() (err error) {
			key := question{asOf, Options{Seed: opt.Seed, WithoutModel: opt.WithoutModel}}
			unchanged, err = kept(b, b.stills, key, func() (*still, error) { return b.still(ctx, key) })
			return err
		},
		func() (err error) {
			past, err = kept(b, b.pasts, asOf, func() (*forecast.ByMethod, error) { return pastOf(ctx, b.Case, asOf) })
			return err
		})
	if err != nil {
		return nil, err
	}
	// The past of the class, from which weights come, is the same on both sides unless the
	// class is changed.
	pastAfter := past
	if s.touches("blocs") {
		if pastAfter, err = pastOf(ctx, changed, asOf); err != nil {
			return nil, err
		}
	}
	model := forecast.OutlookOptions{Runs: opt.Runs, Covered: b.Case.Horizon, Tuning: unchanged.tuning}
	var before, after *side
	err = together(
		func() (err error) {
			before, err = kept(b, b.sides, question{asOf, opt}, func() (*side, error) {
				return ask(ctx, unchanged.c, asOf, positions[0], past, model, opt)
			})
			return err
		},
		func() (err error) {
			after, err = ask(ctx, changed, asOf, positions[1], pastAfter, model, opt)
			return err
		})
	if err != nil {
		return nil, err
	}
	r := &Result{Scenario: s, AsOf: asOf, Case: changed, Bargain: after.positions, Acts: changedActs(unchanged.c, changed), NotAsked: after.notes}
	if unasked != "" {
		r.NotAsked = append([]string{unasked}, r.NotAsked...)
	}
	c := &comparison{Result: r, before: before, after: after}
	c.rows()
	return r, c.routes(ctx)
}

// together does pieces of work at once and returns the first error in their order.
func together(work ...func() error) error {
	errs := make([]error, len(work))
	var wg sync.WaitGroup
	for i, do := range work {
		wg.Go(func() { errs[i] = do() })
	}
	wg.Wait()
	return errors.Join(errs...)
}

// touches reports whether the scenario changes a table.
func (s *Scenario) touches(table string) bool {
	return len(s.spec.Add[table])+len(s.spec.Alter[table])+len(s.spec.Remove[table]) > 0
}

func pastOf(ctx context.Context, c *entente.Case, asOf entente.Day) (*forecast.ByMethod, error) {
	if len(c.Blocs) < 2 {
		return nil, nil
	}
	return forecast.PastOf(ctx, forecast.Cut(c.Blocs, asOf), asOf)
}

// changedActs lists the acts that are on one side alone or not the same on both.
func changedActs(before, after *entente.Case) []string {
	was := make(map[string]*entente.Act, len(before.Acts))
	for _, a := range before.Acts {
		was[a.ID] = a
	}
	ids := []string{}
	for _, a := range after.Acts {
		if b := was[a.ID]; b == nil || !reflect.DeepEqual(a, b) {
			ids = append(ids, a.ID)
		}
		delete(was, a.ID)
	}
	for _, a := range before.Acts {
		if was[a.ID] != nil {
			ids = append(ids, a.ID)
		}
	}
	return ids
}

func words(text string) Value { return number(text, math.NaN()) }

// number is an answer without an interval.
func number(text string, x float64) Value {
	return Value{Text: text, Number: x, Low: math.NaN(), High: math.NaN()}
}

// differ reports whether two answers differ in what is shown and, being numbers, in their
// values.
func differ(a, b Value) bool {
	return a.Text != b.Text && (math.IsNaN(a.Number) || math.IsNaN(b.Number) || a.Number != b.Number)
}
