package rem

import (
	"context"
	"fmt"
)

// Sum is what one part of a design adds to the log-likelihood.
type Sum struct {
	LogLik      float64
	Gradient    []float64
	Information []float64 // p*p, row by row, the upper triangle; nil: not asked for
}

// Spread makes the sums of all parts of a design elsewhere: what [Design.Sums] returns of
// them, in order.
type Spread func(ctx context.Context, theta []float64, informed bool) ([]Sum, error)

// Parts is the number of parts into which the design cuts its sums. It depends on the
// data and the model alone.
func (d *Design) Parts() int { return len(d.parts()) }

// Sums evaluates the parts from first to before end, on all cores.
func (d *Design) Sums(ctx context.Context, first, end int, theta []float64, informed bool) ([]Sum, error) {
	parts := d.parts()
	if first < 0 || end > len(parts) || first >= end || len(theta) != len(d.Terms) {
		return nil, fmt.Errorf("parts %d to %d at %d coefficients are asked of a design of %d parts and %d coefficients", first, end, len(theta), len(parts), len(d.Terms))
	}
	totals, err := each(ctx, parts[first:end], theta, informed)
	sums := make([]Sum, len(totals))
	for k, t := range totals {
		sums[k] = Sum{t.loglik, t.grad, t.info}
	}
	return sums, err
}

// SpreadBy has the sums of every later fit and profile of the design made elsewhere; they
// are added in the order of the parts, so the result is the same to the bit.
func (d *Design) SpreadBy(spread Spread) { d.spread = spread }
