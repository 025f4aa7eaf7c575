package rem

import (
	"math"
	"slices"
)

// Matrices are square, row major and small: one row per coefficient.

// cholesky overwrites the lower triangle of a with its factor; false when a is
// not positive definite to rounding. The diagonal of a should be near 1.
func cholesky(a []float64, n int) bool {
	for j := range n {
		row := a[j*n : j*n+j]
		d := a[j*n+j]
		pivot := d - dot(row, row)
		if !(pivot > 1e-15*math.Abs(d)) {
			return false
		}
		root := math.Sqrt(pivot)
		a[j*n+j] = root
		for i := j + 1; i < n; i++ {
			a[i*n+j] = (a[i*n+j] - dot(a[i*n:i*n+j], row)) / root
		}
	}
	return true
}

// substitute solves L L' x = b in place.
func substitute(l []float64, n int, b []float64) {
	for i := range n {
		b[i] = (b[i] - dot(l[i*n:i*n+i], b[:i])) / l[i*n+i]
	}
	for i := n - 1; i >= 0; i-- {
		for k := i + 1; k < n; k++ {
			b[i] -= l[k*n+i] * b[k]
		}
		b[i] /= l[i*n+i]
	}
}

// correlation divides a by the roots of its diagonal, which it returns; 1 where
// the diagonal is not positive.
func correlation(a []float64, n int) (r, unit []float64) {
	r, unit = slices.Clone(a), make([]float64, n)
	for i := range n {
		unit[i] = 1
		if v := a[i*n+i]; v > 0 {
			unit[i] = math.Sqrt(v)
		}
	}
	for i := range n {
		for j := range n {
			r[i*n+j] = a[i*n+j] / unit[i] / unit[j]
		}
	}
	return r, unit
}

// invert returns the inverse of a; false when it is not positive definite.
func invert(a []float64, n int) ([]float64, bool) {
	l, unit := correlation(a, n)
	if !cholesky(l, n) {
		return nil, false
	}
	out, column := make([]float64, n*n), make([]float64, n)
	for j := range n {
		clear(column)
		column[j] = 1
		substitute(l, n, column)
		for i := range j + 1 {
			v := column[i] / unit[i] / unit[j]
			out[i*n+j], out[j*n+i] = v, v
		}
	}
	return out, true
}

func logDeterminant(a []float64, n int) (float64, bool) {
	l, unit := correlation(a, n)
	if !cholesky(l, n) {
		return 0, false
	}
	sum := 0.0
	for i := range n {
		sum += 2 * math.Log(l[i*n+i]*unit[i])
	}
	return sum, true
}

// eigen returns the eigenvalues of a in ascending order and its eigenvectors, one
// a row, by Jacobi's rotations.
func eigen(a []float64, n int) (values, vectors []float64) {
	a = slices.Clone(a)
	v := make([]float64, n*n)
	for i := range n {
		v[i*n+i] = 1
	}
	for range 60 {
		off := 0.0
		for i := range n {
			for j := range i {
				off += a[i*n+j] * a[i*n+j]
			}
		}
		if off < 1e-34*float64(n) {
			break
		}
		for i := range n {
			for j := range i {
				if a[i*n+j] == 0 {
					continue
				}
				theta := (a[i*n+i] - a[j*n+j]) / (2 * a[i*n+j])
				t := math.Copysign(1, theta) / (math.Abs(theta) + math.Hypot(1, theta))
				c := 1 / math.Hypot(1, t)
				s := t * c
				for k := range n {
					x, y := a[j*n+k], a[i*n+k]
					a[j*n+k], a[i*n+k] = c*x-s*y, s*x+c*y
				}
				for k := range n {
					x, y := a[k*n+j], a[k*n+i]
					a[k*n+j], a[k*n+i] = c*x-s*y, s*x+c*y
					x, y = v[j*n+k], v[i*n+k]
					v[j*n+k], v[i*n+k] = c*x-s*y, s*x+c*y
				}
			}
		}
	}
	order := make([]int, n)
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(i, j int) int {
		switch x, y := a[i*n+i], a[j*n+j]; {
		case x < y:
			return -1
		case x > y:
			return 1
		}
		return 0
	})
	for _, i := range order {
		values = append(values, a[i*n+i])
		vectors = append(vectors, v[i*n:(i+1)*n]...)
	}
	return values, vectors
}

// product returns a b for n x n matrices.
func product(a, b []float64, n int) []float64 {
	out := make([]float64, n*n)
	for i := range n {
		for k := range n {
			f := a[i*n+k]
			for j := range n {
				out[i*n+j] += f * b[k*n+j]
			}
		}
	}
	return out
}
