package main

import (
	"archive/zip"
	"bytes"
	"cmp"
	"context"
	"encoding/gob"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
	"sync"
	"time"

	"golang.org/x/term"

	"entente"
	"entente/forecast"
	"entente/jobs"
	"entente/ledger"
	"entente/rem"
	"entente/score"
)

// backtestKind makes the forecasts of past days, one origin a shard. What its shards
// share holds the whole record, so that a worker needs nothing else.
var backtestKind = jobs.Kind{Name: "backtest", Open: func(ctx context.Context, common []byte) (jobs.Work, error) {
	var job backtestJob
	if err := gob.NewDecoder(bytes.NewReader(common)).Decode(&job); err != nil {
		return nil, fmt.Errorf("the job cannot be read: %w", err)
	}
	return job.open(ctx)
}}

// kinds are the sorts of work that a worker takes.
var kinds = []jobs.Kind{backtestKind, scoreKind, simulationKind, fitKind}

// backtestJob is what the shards of a backtest share.
type backtestJob struct {
	Folder   []byte // of the case, as a zip archive
	KnownAt  entente.Day
	AsOf     entente.Day
	Acts     bool // of the group's states; otherwise the rungs of the class
	Horizons []float64
	Model    *rem.Source
	Runs     int
	Seed     uint64
}

func (b *backtestJob) open(ctx context.Context) (jobs.Work, error) {
	folder, err := zip.NewReader(bytes.NewReader(b.Folder), int64(len(b.Folder)))
	if err != nil {
		return nil, err
	}
	c, err := ledger.Load(ctx, folder, ledger.Options{KnownAt: b.KnownAt})
	if err != nil {
		return nil, err
	}
	groups := &forecast.GroupBacktest{Blocs: forecast.Cut(c.Blocs, b.AsOf), Horizons: b.Horizons}
	acts := &forecast.ActsBacktest{Full: c, Model: b.Model, Runs: b.Runs, Seed: b.Seed, Known: func(ctx context.Context, day entente.Day) (*entente.Case, error) {
		if b.KnownAt != 0 {
			day = min(day, b.KnownAt)
		}
		return ledger.Load(ctx, folder, ledger.Options{KnownAt: day})
	}}
	return func(ctx context.Context, payload []byte) ([]byte, error) {
		var origin entente.Day
		if err := gob.NewDecoder(bytes.NewReader(payload)).Decode(&origin); err != nil {
			return nil, fmt.Errorf("the origin cannot be read: %w", err)
		}
		var made forecast.Made
		if b.Acts {
			var err error
			if made, err = acts.At(ctx, origin); err != nil {
				return nil, fmt.Errorf("the forecast of %s: %w", origin, err)
			}
		} else {
			made = groups.At(origin)
		}
		return encoded(made)
	}, nil
}

// numbered gives the types that are sent their numbers, which gob counts in the order in
// which a process meets them: what is the same must be the same bytes in every process.
var numbered = sync.OnceFunc(func() {
	for _, value := range []any{backtestJob{}, entente.Day(0), forecast.Made{}, scoreJob{}, scored{}, scoreRow{},
		simulationJob{}, []simulated{}, simulatedShard{}, sentModel{}, evaluation{}, []rem.Sum{}} {
		_ = gob.NewEncoder(io.Discard).Encode(value)
	}
})

// encoded turns what is sent into bytes.
func encoded(value any) ([]byte, error) {
	numbered()
	var b bytes.Buffer
	err := gob.NewEncoder(&b).Encode(value)
	return b.Bytes(), err
}

// spread hands the origins of a backtest out as shards.
func (b backtestJob) spread(options jobs.Options) func(context.Context, []entente.Day) ([]forecast.Made, error) {
	return func(ctx context.Context, origins []entente.Day) ([]forecast.Made, error) {
		var err error
		if options.Common, err = encoded(b); err != nil {
			return nil, err
		}
		payloads := make([][]byte, len(origins))
		for i, origin := range origins {
			if payloads[i], err = encoded(origin); err != nil {
				return nil, err
			}
		}
		results, err := jobs.Run(ctx, options, backtestKind, payloads)
		if err != nil {
			return nil, err
		}
		made := make([]forecast.Made, len(results))
		for i, text := range results {
			if err := gob.NewDecoder(bytes.NewReader(text)).Decode(&made[i]); err != nil {
				return nil, fmt.Errorf("the result of %s cannot be read: %w", origins[i], err)
			}
		}
		return made, nil
	}
}

// scoreKind scores one method on one target, with the intervals that samples of blocks
// give.
var scoreKind = jobs.Kind{Name: "score", Open: func(_ context.Context, common []byte) (jobs.Work, error) {
	var job scoreJob
	if err := gob.NewDecoder(bytes.NewReader(common)).Decode(&job); err != nil {
		return nil, fmt.Errorf("the job cannot be read: %w", err)
	}
	return job.work, nil
}}

// scoreJob is what the scores of a backtest share.
type scoreJob struct {
	Forecasts *forecast.ByMethod
	Seed      uint64
}

// scored is a method on a target: "" stands for all of them.
type scored struct {
	Target string
	Years  float64
	Method string
	Over   []string // methods that it is compared with
}

func (j *scoreJob) work(_ context.Context, payload []byte) ([]byte, error) {
	var t scored
	if err := gob.NewDecoder(bytes.NewReader(payload)).Decode(&t); err != nil {
		return nil, fmt.Errorf("what is to be scored cannot be read: %w", err)
	}
	row, err := j.row(t)
	if err != nil {
		return nil, err
	}
	return encoded(row)
}

func (j *scoreJob) row(t scored) (row scoreRow, err error) {
	b := j.Forecasts
	forecasts := b.Scored(t.Method, t.Target, t.Years)
	s, err := score.Of(forecasts)
	if err != nil {
		return row, err
	}
	cal, err := score.Calibrate(forecasts, j.Seed)
	if err != nil {
		return row, err
	}
	row = scoreRow{Target: cmp.Or(t.Target, "any rung"), Horizon: t.Years, Method: t.Method, Brier: known(s.Brier), Log: known(s.Log), AUC: known(s.AUC), CRPS: known(math.NaN()),
		N: s.N, Events: s.Events, Clipped: s.Clipped,
		Reliability: known(s.Reliability), Resolution: known(s.Resolution), Uncertainty: known(s.Uncertainty), Variance: known(s.Variance), Covariance: known(s.Covariance),
		Miscalibration: known(cal.Miscalibration), Discrimination: known(cal.Discrimination), CalibrationP: known(cal.P),
		LogParts: &parts{cal.Log.Miscalibration, cal.Log.Discrimination, cal.Log.Uncertainty}}
	if row.Intervals, err = intervalsOf(forecasts, j.Seed); err != nil {
		return row, err
	}
	if err := row.weigh(b, t); err != nil {
		return row, err
	}
	for _, baseline := range t.Over {
		others := b.Scored(baseline, t.Target, t.Years)
		skill, err := score.Against(forecasts, others, j.Seed)
		if err != nil {
			return row, err
		}
		byLog, err := score.AgainstLog(forecasts, others, j.Seed)
		if err != nil {
			return row, err
		}
		row.add(baseline, skill, byLog)
	}
	return row, nil
}

// packed archives the tables of a case's folder; the same tables give the same bytes.
func packed(folder fs.FS) ([]byte, error) {
	var b bytes.Buffer
	archive := zip.NewWriter(&b)
	for _, table := range ledger.Tables() {
		name := table + ".csv"
		if table == "case" {
			name = "case.yaml"
		}
		text, err := fs.ReadFile(folder, name)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, err
		}
		w, err := archive.Create(name)
		if err != nil {
			return nil, err
		}
		if _, err := w.Write(text); err != nil {
			return nil, err
		}
	}
	err := archive.Close()
	return b.Bytes(), err
}

// progress tells a person at a terminal how many pieces of work are done; the last of
// them takes the line away.
func (a *app) progress(what string) func(done, of int) {
	f, ok := a.stderr.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		return nil
	}
	began := time.Now()
	return func(done, of int) {
		if done == of {
			fmt.Fprint(f, "\r\033[K")
		} else if time.Since(began) > time.Second {
			fmt.Fprintf(f, "\r%d of %d %s", done, of, what)
		}
	}
}
