// Package bargain says where a bargain ends among actors who differ in what they
// want (position), how much they care (salience) and what they can do (capability).
//
// The one idea: no model of bargaining has been shown to beat a weighted mean on
// decided issues, so no number stands alone. [Solve] gives six readings side by
// side, each with the error that it made on 236 decided issues of the European
// Union: two weighted means, the spatial model of politics, the pivot under the
// rule of decision, the base rate, and a learnt reading ([Tempering]).
//
// [Spatial] plays the spatial model step by step and records every challenge, offer
// and choice; [Expected] plays the older model that it descends from. Inputs may be
// ranges ([Range]): then bargains are drawn, and [Influence] says which input moves
// the outcome most. [Read] reads a bargain from YAML or JSON, [ReadTable] a table of
// issues, [Learn] fits and measures the readings on decided ones.
//
// It does not say whether the inputs are right. Positions and saliences are mostly
// judgements of experts, and who is taken to sit at the table often decides more
// than the model does.
package bargain
