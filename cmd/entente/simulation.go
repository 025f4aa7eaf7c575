package main

import (
	"bytes"
	"context"
	"encoding/gob"
	"encoding/json"
	"errors"
	"fmt"

	"entente"
	"entente/jobs"
	"entente/rem"
)

// simulationKind runs a fitted model forward, some runs a shard. What its shards share
// holds the data, so that a worker needs neither the case nor the specification.
var simulationKind = jobs.Kind{Name: "simulate", Open: func(ctx context.Context, common []byte) (jobs.Work, error) {
	var job simulationJob
	if err := gob.NewDecoder(bytes.NewReader(common)).Decode(&job); err != nil {
		return nil, fmt.Errorf("the job cannot be read: %w", err)
	}
	s := rem.Simulation{After: job.After, Until: job.Until, Events: job.Events, Rate: job.Rate, Insert: job.Insert, Seed: job.Seed}
	var err error
	if s.Design, err = job.Models[0].design(ctx); err != nil {
		return nil, err
	}
	if len(job.Models) > 1 {
		if s.Choice, err = job.Models[1].design(ctx); err != nil {
			return nil, err
		}
	}
	return simulating(s), nil
}}

// simulationJob is what the runs of a simulation share.
type simulationJob struct {
	Models             []sentModel // who acts, and whom it chooses
	After, Until, Rate float64
	Events             int
	Insert             []rem.Event
	Seed               uint64
}

// sentModel is a model with its data. The model is JSON, as gob does not tell a pointer
// to zero from none.
type sentModel struct {
	Data  rem.Data // without Ends
	Ends  []float64
	Model []byte
}

func (m *sentModel) design(ctx context.Context) (*rem.Design, error) {
	if len(m.Ends) > 0 {
		m.Data.Ends = &m.Ends[0]
	}
	model := &rem.Model{}
	if err := json.Unmarshal(m.Model, model); err != nil {
		return nil, err
	}
	return rem.Prepare(ctx, &m.Data, model)
}

// simulated is a run with its coefficients.
type simulated struct {
	Run                int
	Theta, ChoiceTheta []float64
}

// simulatedShard is the result of some runs. That the model does not describe a process
// which goes on is a result too: it would be the same at another try.
type simulatedShard struct {
	Events  [][]rem.Event
	Problem string
}

// runsPerShard are enough that handing out a shard costs little beside doing it.
const runsPerShard = 10

// simulating does the runs of a shard.
func simulating(s rem.Simulation) jobs.Work {
	return func(ctx context.Context, payload []byte) ([]byte, error) {
		var runs []simulated
		if err := gob.NewDecoder(bytes.NewReader(payload)).Decode(&runs); err != nil {
			return nil, fmt.Errorf("the runs cannot be read: %w", err)
		}
		var made simulatedShard
		for _, run := range runs {
			one := s
			one.Theta, one.ChoiceTheta = run.Theta, run.ChoiceTheta
			events, err := one.Run(ctx, run.Run)
			if ctx.Err() != nil {
				return nil, ctx.Err()
			}
			if err != nil {
				made.Problem = fmt.Sprintf("run %d: %v", run.Run+1, err)
				break
			}
			made.Events = append(made.Events, events)
		}
		return encoded(made)
	}
}

// simulateRuns does all runs and passes the events of each on, in order.
func (a *app) simulateRuns(ctx context.Context, v *view, specs []string, s rem.Simulation, runs []simulated, opt jobs.Options, each func(run int, events []rem.Event) error) error {
	var payloads [][]byte
	for lo := 0; lo < len(runs); lo += runsPerShard {
		payload, err := encoded(runs[lo:min(len(runs), lo+runsPerShard)])
		if err != nil {
			return err
		}
		payloads = append(payloads, payload)
	}
	if opt.NATS+opt.Folder != "" {
		var err error
		if opt.Common, err = a.sendSimulation(v, specs, &s); err != nil {
			return err
		}
	}
	here := simulationKind // in this process the model is there already
	here.Open = func(context.Context, []byte) (jobs.Work, error) { return simulating(s), nil }
	results, err := jobs.Run(ctx, opt, here, payloads)
	if err != nil {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		return input(err.Error(), "")
	}
	run := 0
	for _, text := range results {
		var made simulatedShard
		if err := gob.NewDecoder(bytes.NewReader(text)).Decode(&made); err != nil {
			return fmt.Errorf("the result of run %d cannot be read: %w", run+1, err)
		}
		for _, events := range made.Events {
			if err := each(run, events); err != nil {
				return err
			}
			run++
		}
		if made.Problem != "" {
			return input(made.Problem, "")
		}
	}
	if run != len(runs) {
		return errors.New("the simulation has fewer runs than were asked for")
	}
	return nil
}

// sendSimulation packs what another process needs to run a simulation.
func (a *app) sendSimulation(v *view, specs []string, s *rem.Simulation) ([]byte, error) {
	job := simulationJob{After: s.After, Until: s.Until, Events: s.Events, Rate: s.Rate, Insert: s.Insert, Seed: s.Seed}
	for _, spec := range specs {
		m, err := sendModel(spec, v.Case, v.asOf, a.seed)
		if err != nil {
			return nil, input(err.Error(), modelHint)
		}
		job.Models = append(job.Models, m)
	}
	return encoded(job)
}

func sendModel(spec string, c *entente.Case, asOf entente.Day, seed uint64) (m sentModel, err error) {
	data, model, err := rem.Load(spec, c, asOf, seed)
	if err != nil {
		return m, err
	}
	m.Data = *data
	if data.Ends != nil {
		m.Ends, m.Data.Ends = []float64{*data.Ends}, nil
	}
	m.Model, err = json.Marshal(model)
	return m, err
}
