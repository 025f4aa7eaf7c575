// Package corridor says what can move along routes, what it costs, and what breaks
// when a part is lost: greatest flows with their cuts, least costs, routes, bridges,
// betweenness, the legs that matter most, percolation, and losses under threats that
// strike several legs at once.
//
// The one idea: the shape of a network ([Graph]) is compact arrays without
// quantities, and a quantity is a range ([Range]) that may be unknown. A question is
// put to both ends of all ranges, so an unknown capacity gives an interval and never
// an invented number; and one shape serves thousands of drawn states.
//
//	net, err := corridor.Read("edges.csv", file, false)
//	answer, err := net.Flow(ctx, "Khorgos", "Budapest")
//
// [Of] makes a network of a case's own legs, [Read] reads one from CSV. Capacities and
// costs are decimals and are added exactly, as whole numbers of their last decimal.
//
// It does not say how traffic spreads when legs are crowded, nor what a leg carries
// if nobody has said so.
package corridor
