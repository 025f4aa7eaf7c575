// Package network holds the acts of a case as a temporal hypergraph and measures
// the graphs that are its views.
//
// A Graph is compact and does not change after it is made; its nodes are plain
// numbers and its edges carry weights, so it serves any layer. Measures of
// structure (Density, Transitivity, MeanLocalClustering, HubShare, Components,
// EI, InGroupShare) count each edge once and return ok = false where they are
// not defined. Communities and Modularity use the weights:
//
//	g, err := network.NewGraph(4, []network.Edge{{U: 0, V: 1, W: 2}, {U: 1, V: 2, W: 1}, {U: 2, V: 3, W: 2}})
//	if err != nil {
//		return err
//	}
//	c, ok, err := g.Communities(ctx, network.CommunityOptions{Seed: 1})
//	// c.BestQ and c.WorstQ over 60 runs; c.CoMembership(0, 1) of the runs agree
//
// What depends on chance takes a seed, says how far its runs differ, and gives
// the same result on any number of cores. What would be true of any graph made
// from large acts is not reported as a finding: ClosureTest compares the closure
// of a projection with that of acts dealt out at random.
package network
