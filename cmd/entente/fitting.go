package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/gob"
	"fmt"
	"sync"

	"entente/jobs"
	"entente/rem"
)

// fitKind evaluates some parts of the likelihood of an event model. What its shards share
// holds the data, so that a worker needs neither the case nor the specification.
var fitKind = jobs.Kind{Name: "fit", Open: func(ctx context.Context, common []byte) (jobs.Work, error) {
	design, err := prepared.design(ctx, common)
	if err != nil {
		return nil, err
	}
	return summing(design), nil
}}

// designs keeps the last design that a worker prepared: every evaluation of a fit is a
// job, and preparing costs more than evaluating.
type designs struct {
	mu   sync.Mutex
	sum  [sha256.Size]byte
	last *rem.Design
}

var prepared designs

func (d *designs) design(ctx context.Context, common []byte) (*rem.Design, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	sum := sha256.Sum256(common)
	if d.last != nil && d.sum == sum {
		return d.last, nil
	}
	var m sentModel
	if err := gob.NewDecoder(bytes.NewReader(common)).Decode(&m); err != nil {
		return nil, fmt.Errorf("the job cannot be read: %w", err)
	}
	d.last = nil // its memory is needed
	design, err := m.design(ctx)
	if err == nil {
		d.last, d.sum = design, sum
	}
	return design, err
}

// evaluation is a shard: some parts of the likelihood at some coefficients.
type evaluation struct {
	First, End int
	Theta      []float64
	Informed   bool
}

func summing(design *rem.Design) jobs.Work {
	return func(ctx context.Context, payload []byte) ([]byte, error) {
		var e evaluation
		if err := gob.NewDecoder(bytes.NewReader(payload)).Decode(&e); err != nil {
			return nil, fmt.Errorf("the evaluation cannot be read: %w", err)
		}
		sums, err := design.Sums(ctx, e.First, e.End, e.Theta, e.Informed)
		if err != nil {
			return nil, err
		}
		return encoded(sums)
	}
}

// shardsPerFit is into how many shards an evaluation is cut: enough for some machines to
// end at about the same time.
const shardsPerFit = 16

// spreadFit has the sums of a fit made by all who take shards.
func spreadFit(design *rem.Design, opt jobs.Options) rem.Spread {
	parts := design.Parts()
	here := fitKind // in this process the design is there already
	here.Open = func(context.Context, []byte) (jobs.Work, error) { return summing(design), nil }
	return func(ctx context.Context, theta []float64, informed bool) ([]rem.Sum, error) {
		var payloads [][]byte
		shards := min(parts, shardsPerFit)
		for k := range shards {
			payload, err := encoded(evaluation{k * parts / shards, (k + 1) * parts / shards, theta, informed})
			if err != nil {
				return nil, err
			}
			payloads = append(payloads, payload)
		}
		results, err := jobs.Run(ctx, opt, here, payloads)
		if err != nil && ctx.Err() == nil {
			return nil, input(err.Error(), "")
		}
		if err != nil {
			return nil, err
		}
		var sums []rem.Sum
		for k, text := range results {
			var some []rem.Sum
			if err := gob.NewDecoder(bytes.NewReader(text)).Decode(&some); err != nil {
				return nil, fmt.Errorf("sums of shard %d cannot be read: %w", k+1, err)
			}
			sums = append(sums, some...)
		}
		return sums, nil
	}
}
