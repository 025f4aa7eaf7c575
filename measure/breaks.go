package measure

import (
	"fmt"
	"math"
)

// MeanBreaks are the changes of the mean of a series with constant variance,
// their number chosen by BIC.
type MeanBreaks struct {
	Last      []int     `json:"last_index"` // last period of each regime but the final one
	LastLabel []string  `json:"last,omitempty"`
	Mean      []float64 `json:"mean"`    // of each regime
	RSS       []float64 `json:"rss"`     // least residual sum of squares with 0, 1, .. breaks
	BIC       []float64 `json:"rss_bic"` // with 0, 1, .. breaks
}

// BaiPerron finds the least-squares breaks of the mean (Bai & Perron 2003, J.
// Appl. Econom. 18:1-22), exactly. Each regime has at least floor(h n) periods,
// and at least two; h of 0 means 0.15. BIC is n (ln RSS + 1 - ln n + ln 2 pi) +
// 2 (breaks + 1) ln n, as in Zeileis et al. 2002 (J. Stat. Softw. 7:2), which
// counts a mean and a break or variance for each regime. An RSS of less than
// 1e-12 of the series' own, which is a series of exact steps, counts as that.
// The series must be finite and hold at least four periods that are not all
// equal.
func BaiPerron(y []float64, h float64) (*MeanBreaks, error) {
	if h == 0 {
		h = 0.15
	}
	if !(h > 0 && h <= 0.5) {
		return nil, fmt.Errorf("measure: trimming h %v: it lies in (0, 0.5]", h)
	}
	n := len(y)
	if n < 4 {
		return nil, fmt.Errorf("measure: %d periods are too few for breaks of the mean: at least 4 are needed", n)
	}
	mean := 0.0
	for t, v := range y {
		if math.IsNaN(v) || math.Abs(v) > 1e100 {
			return nil, fmt.Errorf("measure: value %v in period %d: breaks need finite values below 1e100", v, t+1)
		}
		mean += v / float64(n)
	}
	// Running sums of the centred series keep the differences of squares exact.
	sum, square := make([]float64, n+1), make([]float64, n+1)
	for t, v := range y {
		d := v - mean
		sum[t+1] = sum[t] + d
		square[t+1] = square[t] + d*d
	}
	rss := func(from, to int) float64 {
		d := sum[to] - sum[from]
		return max(0, square[to]-square[from]-d*d/float64(to-from))
	}
	floor := 1e-12 * rss(0, n)
	if floor == 0 || rss(0, n) <= 1e-24*mean*mean*float64(n) {
		return nil, fmt.Errorf("measure: all %d values equal %v: a constant series has no breaks", n, mean)
	}
	minLen := max(2, int(h*float64(n)+1e-9))
	most := (n+minLen-1)/minLen - 2 // breaks
	most = max(0, min(most, n/minLen-1))

	// before[k][t] is where the last of k+1 regimes of the first t periods starts.
	cost := make([]float64, n+1)
	for t := minLen; t <= n; t++ {
		cost[t] = rss(0, t)
	}
	b := &MeanBreaks{}
	before := make([][]int32, 0, most+1)
	before = append(before, make([]int32, n+1))
	best := 0
	for k := 0; ; k++ {
		b.RSS = append(b.RSS, max(floor, cost[n]))
		N := float64(n)
		bic := N*(math.Log(b.RSS[k])+1-math.Log(N)+math.Log(2*math.Pi)) + 2*float64(k+1)*math.Log(N)
		b.BIC = append(b.BIC, bic)
		if bic < b.BIC[best] {
			best = k
		}
		if k == most {
			break
		}
		more, from := make([]float64, n+1), make([]int32, n+1)
		for t := (k + 2) * minLen; t <= n; t++ {
			more[t] = math.Inf(1)
			for start := (k + 1) * minLen; start <= t-minLen; start++ {
				if c := cost[start] + rss(start, t); c < more[t] {
					more[t], from[t] = c, int32(start)
				}
			}
		}
		cost, before = more, append(before, from)
	}
	b.Last = make([]int, best)
	to := n
	for k := best; k > 0; k-- {
		to = int(before[k][to])
		b.Last[k-1] = to - 1
	}
	from := 0
	for k := range best + 1 {
		to := n
		if k < best {
			to = b.Last[k] + 1
		}
		b.Mean = append(b.Mean, mean+(sum[to]-sum[from])/float64(to-from))
		from = to
	}
	return b, nil
}

// meanBreaks looks for breaks of the events per exposure in the covered periods;
// nil where they are too few or all equal.
func (s *counts) meanBreaks() *MeanBreaks {
	rate, at := make([]float64, 0, s.n()), make([]int, 0, s.n())
	for t, x := range s.x {
		if s.e[t] > 0 {
			rate, at = append(rate, x/s.e[t]), append(at, t)
		}
	}
	b, err := BaiPerron(rate, 0)
	if err != nil {
		return nil
	}
	for i, k := range b.Last {
		b.Last[i] = at[k]
	}
	return b
}
