// Package export writes acts and the networks they form in the formats of other
// tools: JSON lines, CSV and Parquet for tables, GraphML and GEXF for networks,
// BibTeX and CSL-JSON for citations.
//
// The caller chooses the acts (those in view on the day, filtered as the reader
// asked); every writer takes that day too and tells statuses, roles in the group
// and later steps as they stood then. What the record does not know stays
// unknown: null in JSON and Parquet, an empty cell in CSV, a missing attribute in
// a network. Where a format can only hold a day, an imprecise date appears as its
// first and last possible day, and beside them as the record has it.
//
// The same input gives the same bytes, and nothing is read from the clock.
package export
