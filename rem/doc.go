// Package rem fits relational event models: who acts with whom next, and why.
//
// An event is a dated deed of one actor (a rate model), of two (a dyadic model)
// or of any number (a hyperevent model). At each event the model compares what
// happened with all that could have happened in its place, the risk set, by
// statistics of the past: how often did these actors act together, do they share
// partners, a threat, an organisation. The coefficients say how much each
// statistic raises the rate.
//
// The way of the data:
//
//	Data + Model --Prepare--> Design --Fit--> Fit
//
// Data is what happened: actors, events, layers of other relations, covariates
// that change, actors that come and go. A Model names a family, its terms, the
// risk set and the conventions on which software differs silently (ties in time,
// ages, presence). Prepare walks through time once and writes down the
// statistics: changes of them where the risk set is the same from event to event
// (panel.go), rows of them where each event has its own (strata.go). Fit
// maximises the likelihood.
//
// A term is one file, term_NAME.go: its formula, its source, how its value is
// read from the state of the network, and which units it touches when a tie
// changes. Nothing else in the engine knows it.
package rem
