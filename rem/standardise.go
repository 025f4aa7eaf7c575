package rem

import (
	"context"
	"math"
)

// standard is what a column is moved by and divided by.
type standard struct{ mean, sd float64 }

// standardise gives the columns of terms that are standardised overall the mean 0
// and the standard deviation 1 over all rows of all risk sets. A column that never
// varies stays as it is: the fit refuses it by name.
func (d *Design) standardise(ctx context.Context) error {
	p := len(d.Terms)
	wanted := make([]bool, p)
	some := false
	for k, i := range d.of {
		wanted[k] = d.Model.Terms[i].Overall
		some = some || wanted[k]
	}
	if !some {
		return nil
	}
	rows, sum, squares := 0.0, make([]float64, p), make([]float64, p)
	var origin []float64 // near the mean, so that little is lost in the squares
	if err := d.Each(ctx, func(m *Moment) error {
		for r := range m.Rows() {
			x := m.Statistics(r)
			if origin == nil {
				origin = append(origin, x...)
			}
			for k, v := range x {
				v -= origin[k]
				sum[k] += v
				squares[k] += v * v
			}
			rows++
		}
		return nil
	}); err != nil {
		return err
	}
	d.scales = make([]standard, p)
	for k := range d.scales {
		d.scales[k] = standard{0, 1}
		mean := sum[k] / rows
		if variance := squares[k]/rows - mean*mean; wanted[k] && variance > 1e-12*(mean*mean+math.Abs(origin[k])) {
			d.scales[k] = standard{mean + origin[k], math.Sqrt(variance * rows / (rows - 1))}
		}
	}
	var mine scratch
	move := func(r *slab) error {
		x, err := r.load(&mine)
		if err != nil {
			return err
		}
		for at := 0; at < len(x); at += p {
			for k, s := range d.scales {
				x[at+k] = (x[at+k] - s.mean) / s.sd
			}
		}
		return r.store(x)
	}
	if d.panel != nil {
		for _, c := range d.panel.chunks {
			if err := move(&c.slab); err != nil {
				return err
			}
		}
	}
	for _, c := range d.strata {
		if err := move(&c.slab); err != nil {
			return err
		}
	}
	return nil
}

// scaled makes statistics bound anew give what the design holds.
func (d *Design) scaled(stats []statistic) {
	for k, s := range d.scales {
		raw := stats[k].value
		stats[k].value = func(u *unit) float64 { return (raw(u) - s.mean) / s.sd }
	}
}
