// Package scenario asks what would be different if: it applies the changes that a small
// file describes to a copy of a record, asks everything again and sets the answers side
// by side, with the step through which each of them changed.
//
//	base, err := scenario.Open(ctx, folder)              // a case's folder
//	s, err := scenario.Read("clause.yaml", text)
//	r, err := scenario.Compare(ctx, base, s, scenario.Options{Seed: 1})
//
// A change is made to rows of the case's own tables, so the copy is checked by the same
// rules as any record: an act that does not exist, a word that is no status, a circle of
// replacements is an error at its line. Nothing in the record itself is touched.
//
// Both sides are asked for the same day, the scenario's. What time alone would change is
// therefore on both sides and is no effect of the scenario.
package scenario
