// Package score says how good forecasts were, and what may be claimed from that.
//
// Scores are proper: a forecaster does best by saying what it believes (Gneiting &
// Raftery 2007, Journal of the American Statistical Association 102:359). Smaller is
// better for all of them; a skill is how much smaller than a baseline's, 1 at best, 0
// for no better.
//
//	b, err := score.Of(forecasts)                   // Brier with its parts, log, AUC
//	s, err := score.Against(model, baseline, seed)  // skill with a block-bootstrap interval
//	fmt.Println(s.Claim("the class rate"))
//	c, err := score.Calibrate(forecasts, seed)      // what came of what was given p
//	i, err := score.Bootstrap(forecasts, seed)      // intervals of Brier, log and AUC
//	f, err := score.Settled(waits, horizon)         // forecasts from waits that are not all seen
//
// The package does not know what was forecast, and it corrects nothing: forecasts that
// share an event are kept together by their block, and that is all. Formulas and
// sources are in docs/scores.md.
package score
