package main

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/gob"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"

	"golang.org/x/term"

	"entente"
	"entente/forecast"
	"entente/jobs"
	"entente/ledger"
	"entente/rem"
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
var kinds = []jobs.Kind{backtestKind, simulationKind, fitKind}

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

func encoded(value any) ([]byte, error) {
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
