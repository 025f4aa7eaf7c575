// Package jobs spreads work over cores and machines without changing its result.
//
// Work is a list of payloads of one [Kind], a pure function that the room which does
// the work provides. [Run] returns the results in the order of the payloads, byte for
// byte the same whether one core did them or processes on many machines, some of which
// died on the way:
//
//	square := jobs.Kind{Name: "square", Open: func(context.Context, []byte) (jobs.Work, error) {
//		return func(_ context.Context, payload []byte) ([]byte, error) {
//			return []byte{payload[0] * payload[0]}, nil
//		}, nil
//	}}
//	results, err := jobs.Run(ctx, jobs.Options{}, square, [][]byte{{3}, {4}})
//
// A payload with its kind, the version of the program and what the payloads share
// ([Options.Common]: the record, a specification, a seed) is a shard. A shard is known by
// the SHA-256 of all four, and its result is stored under that name, so that doing a
// shard twice is the same as doing it once and a rerun does only what is missing.
//
// There is one way through: a queue of shards and a store of results in NATS JetStream.
// By default the server is inside the process, without a socket, and lives in memory or
// in [Options.Folder]; [Options.NATS] names one elsewhere, whose shards are taken by this
// process and by every process that calls [Serve]. With a cluster of three servers or
// more all of it is kept three times.
//
// A shard leaves the queue after its result is stored, and not before: a worker or a
// server may die at any moment. A shard that fails, or whose worker dies, is handed out
// again a bounded number of times; then Run reports it as a [ShardError]. It never
// returns a part of the results.
package jobs
