package rem

import "math"

// Most of a fit that is not adding up rows is exponentials of many log-weights at once.

// exponents is how many steps a power of two is divided into.
const exponents = 64

// fractions are the bits of 2^(k/exponents).
var fractions = func() (f [exponents]uint64) {
	for k := range f {
		f[k] = math.Float64bits(math.Exp2(float64(k) / exponents))
	}
	return f
}()

// exps replaces each value v by exp(v - shift), to about one unit in the last place.
// The argument is cut into a multiple of log(2)/64 and a rest of at most half of that,
// for which five terms of the series are enough (Tang 1989, ACM Transactions on
// Mathematical Software 15:144).
func exps(values []float64, shift float64) {
	const (
		perStep = exponents / math.Ln2
		high    = 0x1.62e42fefp-1 / exponents // a multiple of it is exact
		low     = 0x1.473de6af278edp-34 / exponents
		whole   = 0x1.8p52 // adding it leaves a whole number in the last bits
	)
	for i, v := range values {
		v -= shift
		if !(v > -700 && v < 700) {
			values[i] = math.Exp(v)
			continue
		}
		z := v*perStep + whole
		steps := z - whole
		r := (v - steps*high) - steps*low
		q := r * r
		rest := r + q*((0.5+r*(1.0/6))+q*(1.0/24+r*(1.0/120)))
		k := math.Float64bits(z)
		f := math.Float64frombits(fractions[k%exponents] + k/exponents<<52)
		values[i] = f + f*rest
	}
}
