// Package export writes acts and the networks they form in the formats of other
// tools: JSON lines, CSV and Parquet for tables, GraphML and GEXF for networks,
// BibTeX and CSL-JSON for citations. Every writer takes the day on which statuses
// are told, and writes the same bytes for the same input.
package export
