package forecast

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"
)

// FineGray fits the proportional model of the subdistribution hazard (Fine and
// Gray 1999, Journal of the American Statistical Association 94:496): how the
// covariates move the share that ever reaches the rung. A group that dissolved
// stays in the risk set, weighted by the chance that it would not yet be lost
// from view, from the Kaplan-Meier estimate of the times of such losses; of
// those who leave at one time, events and dissolutions go before losses.
//
// Ties are Breslow's. Standard errors are the sandwich of that paper, which
// allows for the estimated weights. Arguments and errors are those of [Cox].
func FineGray(spells []Spell, names []string, x [][]float64) (*Regression, error) {
	d, err := newDesign(spells, names, x)
	if err != nil {
		return nil, err
	}
	l := d.partial(Breslow, inView(d.spells))
	r, beta, inverse, err := l.maximise(d)
	if err != nil {
		return nil, err
	}
	cov := l.sandwich(beta, inverse)
	for j, name := range names {
		if !(cov.At(j, j) > 1e-12*inverse.At(j, j)) {
			return nil, fmt.Errorf("too few groups to say how far the coefficient of %s may err", name)
		}
	}
	var precision mat.Cholesky
	r.Wald = math.NaN()
	if precision.Factorize(cov) {
		var solved mat.VecDense
		at := mat.NewVecDense(l.p, beta)
		if precision.SolveVecTo(&solved, at) == nil {
			r.Wald = mat.Dot(at, &solved)
		}
	}
	d.unscale(r, beta, cov)
	return r, nil
}

// inView returns for each spell, in the order of their years, the Kaplan-Meier
// share not yet lost from view just before its end.
func inView(spells []Spell) []float64 {
	kept := make([]float64, len(spells))
	share := 1.0
	for i := 0; i < len(spells); {
		first, lost := i, 0.0
		for ; i < len(spells) && spells[i].Years == spells[first].Years; i++ {
			kept[i] = share
			if spells[i].Outcome == Censored {
				lost++
			}
		}
		if lost > 0 {
			share *= 1 - lost/(float64(len(spells)-i)+lost)
		}
	}
	return kept
}

// sandwich returns the covariance of the coefficients: the inverse information
// around the sum of squares of what each group adds to the score, through its own
// wait (eta in the paper) and through the weights that it helps to estimate (psi).
func (l *partial) sandwich(beta []float64, inverse *mat.SymDense) *mat.SymDense {
	l.gather(beta)
	n, p := len(l.spells), l.p
	parts := make([]float64, n*p)
	l.ownScores(parts)
	l.weightScores(parts)
	var bread, cov mat.Dense
	bread.Mul(mat.NewDense(n, p, parts), inverse)
	cov.Mul(bread.T(), &bread)
	symmetric := mat.NewSymDense(p, nil)
	for a := range p {
		for b := range a + 1 {
			symmetric.SetSym(a, b, cov.At(a, b))
		}
	}
	return symmetric
}

// jump returns the step of the baseline hazard at a moment and the mean of the
// covariates over its risk set.
func (l *partial) jump(m int) (step float64, mean []float64) {
	sums := l.sums[m*l.stride:]
	mean = make([]float64, l.p)
	for a := range mean {
		mean[a] = sums[1+a] / sums[0]
	}
	return l.moments[m].events / sums[0], mean
}

// ownScores adds to each row's part what the row itself adds to the score: its
// event, and less what was expected of it while it was in the risk set.
func (l *partial) ownScores(parts []float64) {
	p := l.p
	// Expected of a row that waits is the sum over the moments up to its end, of one
	// that dissolved also over those after it, at its falling weight.
	var waited, after float64
	waitedMean, afterMean := make([]float64, p), make([]float64, p)
	expected := func(row int, hazard float64, means []float64, weight float64) {
		for a := range p {
			parts[row*p+a] -= weight * l.risk[row] * (l.x[row*p+a]*hazard - means[a])
		}
	}
	m := 0
	for row := range l.spells {
		for ; m < len(l.moments) && l.moments[m].first <= row; m++ {
			step, mean := l.jump(m)
			waited += step
			for a := range p {
				waitedMean[a] += step * mean[a]
			}
			for dead := l.moments[m].first; dead < l.moments[m].last; dead++ {
				for a := range p {
					if l.spells[dead].Outcome == Event {
						parts[dead*p+a] += l.x[dead*p+a] - mean[a]
					}
				}
			}
		}
		expected(row, waited, waitedMean, 1)
	}
	m = len(l.moments) - 1
	for row := len(l.spells) - 1; row >= 0; row-- {
		for ; m >= 0 && l.moments[m].first > row; m-- {
			step, mean := l.jump(m)
			after += l.moments[m].weight * step
			for a := range p {
				afterMean[a] += l.moments[m].weight * step * mean[a]
			}
		}
		// A moment at the row's own time has first <= row and is not counted.
		if l.spells[row].Outcome == Dissolved {
			expected(row, after, afterMean, 1/l.left[row])
		}
	}
}

// weightScores adds to each row's part what it adds through the estimated
// weights: a loss from view, or the chance of one while it was in view, changes
// the weights of the rows that had dissolved before.
func (l *partial) weightScores(parts []float64) {
	n, p := len(l.spells), l.p
	// What all later moments hold against the rows dissolved so far.
	var gone float64
	goneX := make([]float64, p)
	later, laterMean := l.laterHazards()
	term, compensated := make([]float64, p), make([]float64, p)
	m := 0 // the moments before the current time
	for row := 0; row < n; {
		first, lost := row, 0.0
		for ; row < n && l.spells[row].Years == l.spells[first].Years; row++ {
			if l.spells[row].Outcome == Censored {
				lost++
			}
		}
		for m < len(l.moments) && l.moments[m].first <= first {
			m++ // a loss at the time of an event comes after it
		}
		// Who left by an event or a dissolution had gone before the losses of that time.
		for i := first; i < row; i++ {
			if l.spells[i].Outcome == Censored {
				continue
			}
			subtract(parts[i*p:], compensated)
			if l.spells[i].Outcome == Dissolved {
				w := l.risk[i] / l.left[i]
				gone += w
				for a := range p {
					goneX[a] += w * l.x[i*p+a]
				}
			}
		}
		if lost == 0 {
			continue
		}
		stay := float64(n-row) + lost
		for a := range p {
			term[a] = (goneX[a]*later[m] - gone*laterMean[m*p+a]) / stay
			compensated[a] += term[a] * lost / stay
		}
		for i := first; i < row; i++ {
			if l.spells[i].Outcome == Censored {
				subtract(parts[i*p:], compensated)
				for a := range p {
					parts[i*p+a] += term[a]
				}
			}
		}
	}
}

func subtract(from, v []float64) {
	for a, x := range v {
		from[a] -= x
	}
}

// laterHazards returns, for each moment, the weighted hazard from there on and
// the same times the mean covariates; one more entry of zero stands behind.
func (l *partial) laterHazards() (hazard, means []float64) {
	k, p := len(l.moments), l.p
	hazard, means = make([]float64, k+1), make([]float64, (k+1)*p)
	for m := k - 1; m >= 0; m-- {
		step, mean := l.jump(m)
		hazard[m] = hazard[m+1] + l.moments[m].weight*step
		for a := range p {
			means[m*p+a] = means[(m+1)*p+a] + l.moments[m].weight*step*mean[a]
		}
	}
	return hazard, means
}
