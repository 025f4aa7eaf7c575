package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"entente/jobs"
)

func (a *app) workerCommand() *cobra.Command {
	var nats string
	var cores int
	cmd := &cobra.Command{
		Use:   "worker --nats URL",
		Short: "take work from a NATS server: shards of backtests and simulations that run elsewhere",
		Long: "Joins a NATS server, or a cluster of them, and does the shards of work that commands with --nats put there, until it\n" +
			"is stopped; what it holds then is handed to others. It takes only the work of its own version of the program. A job\n" +
			"brings all it needs with it. docs/jobs.md says how to run on many machines.",
		Example: "  entente worker --nats nats://host:4222\n  entente worker --nats nats://a:4222,nats://b:4222,nats://c:4222 --cores 8",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if nats == "" {
				return usage("a worker needs the address of a NATS server", "give --nats nats://host:4222")
			}
			if cores < 0 {
				return usage(fmt.Sprintf("--cores %d: 0 for all, or a number", cores), "")
			}
			err := jobs.Serve(cmd.Context(), jobs.ServeOptions{NATS: nats, Cores: cores, Log: a.say}, kinds...)
			if err != nil {
				return input(err.Error(), "is a NATS server with JetStream running there?")
			}
			return nil
		},
	}
	cmd.Flags().StringVar(&nats, "nats", "", "address of the server, or of a cluster's servers separated by commas")
	cmd.Flags().IntVar(&cores, "cores", 0, "shards at once (default: one per core)")
	return cmd
}

// jobFlags are the flags of a command whose work can be shared.
func jobFlags(cmd *cobra.Command, nats, keep *string) {
	cmd.Flags().StringVar(nats, "nats", "", "address of a NATS server whose workers share the work (entente worker)")
	cmd.Flags().StringVar(keep, "resume", "", "folder that keeps what is done, from which a rerun goes on")
}

// jobOptions says how the work of a command is shared, and tells the person at the
// terminal what becomes of it where others take part.
func (a *app) jobOptions(nats, keep, what string) jobs.Options {
	opt := jobs.Options{NATS: nats, Folder: keep, Progress: a.progress(what)}
	if nats != "" {
		opt.Log = a.say
	}
	return opt
}

// say writes a line to standard error.
func (a *app) say(message string) { fmt.Fprintf(a.stderr, "entente: %s\n", message) }
