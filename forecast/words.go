package forecast

// Words returns the expression of likelihood for a probability, from the scale
// of Intelligence Community Directive 203, Analytic Standards (Office of the
// Director of National Intelligence, 2 January 2015, section D.6.e(2)(a)):
// almost no chance 1-5 %, very unlikely 5-20 %, unlikely 20-45 %, roughly even
// chance 45-55 %, likely 55-80 %, very likely 80-95 %, almost certain 95-99 %.
//
// A value on a boundary belongs to the band above it, except 0.99, which is the
// scale's own end. The scale has no words beyond its ends; there the end terms
// of its second row stand, remote below 1 % and nearly certain above 99 %. What
// is not a probability has no words: NaN, or a value outside 0..1, yields "".
func Words(p float64) string {
	switch {
	case !(p >= 0 && p <= 1):
		return ""
	case p < 0.01:
		return "remote"
	case p < 0.05:
		return "almost no chance"
	case p < 0.20:
		return "very unlikely"
	case p < 0.45:
		return "unlikely"
	case p < 0.55:
		return "roughly even chance"
	case p < 0.80:
		return "likely"
	case p < 0.95:
		return "very likely"
	case p <= 0.99:
		return "almost certain"
	}
	return "nearly certain"
}
