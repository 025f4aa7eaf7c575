package rem

import (
	"errors"
	"math"
)

// Terms of what actors are.
var covariateTerms = []definition{
	{
		name: "ego", also: []string{"send"}, attrs: 1, one: true, says: "a property of the sender", formula: "a_i",
		bind: func(b *binder, t *Term) (statistic, error) {
			sender := *t
			sender.Of = "sender"
			if _, err := b.sender(&sender); err != nil {
				return statistic{}, err
			}
			return b.covariates(t, 1, func(a, _ []float64, u *unit) float64 { return a[u.i] })
		},
	},
	{
		name: "alter", also: []string{"receive"}, attrs: 1, says: "a property of the receiver", formula: "a_j",
		bind: func(b *binder, t *Term) (statistic, error) {
			if _, err := b.sender(t); err != nil {
				return statistic{}, err
			}
			return b.covariates(t, 1, func(a, _ []float64, u *unit) float64 { return a[u.j] })
		},
	},
	{
		name: "same", attrs: 1, says: "both have the same property", formula: "1 if a_i = a_j",
		bind: func(b *binder, t *Term) (statistic, error) {
			return b.covariates(t, 1, func(a, _ []float64, u *unit) float64 {
				if a[u.i] == a[u.j] {
					return 1
				}
				return 0
			})
		},
	},
	{
		name: "diff", also: []string{"difference", "absdiff"}, attrs: 1, takes: "signed", says: "by how much the two differ (signed: by how much the sender has more)", formula: "|a_i - a_j|",
		bind: func(b *binder, t *Term) (statistic, error) {
			if t.Signed {
				if b.undirected() {
					return statistic{}, errors.New("a pair without direction has a difference and no sign of it")
				}
				return b.covariates(t, 1, func(a, _ []float64, u *unit) float64 { return a[u.i] - a[u.j] })
			}
			return b.covariates(t, 1, func(a, _ []float64, u *unit) float64 { return math.Abs(a[u.i] - a[u.j]) })
		},
	},
	{
		name: "sim", attrs: 1, says: "how alike the two are; a transform is of the difference", formula: "-|a_i - a_j|",
		bind: func(b *binder, t *Term) (statistic, error) {
			return b.covariates(t, 1, func(a, _ []float64, u *unit) float64 { return -math.Abs(a[u.i] - a[u.j]) })
		},
	},
	{
		name: "average", attrs: 1, says: "the mean of the two", formula: "(a_i + a_j)/2",
		bind: func(b *binder, t *Term) (statistic, error) {
			return b.covariates(t, 1, func(a, _ []float64, u *unit) float64 { return (a[u.i] + a[u.j]) / 2 })
		},
	},
	{
		name: "minimum", attrs: 1, says: "the smaller of the two", formula: "min(a_i, a_j)",
		bind: func(b *binder, t *Term) (statistic, error) {
			return b.covariates(t, 1, func(a, _ []float64, u *unit) float64 { return min(a[u.i], a[u.j]) })
		},
	},
	{
		name: "maximum", attrs: 1, says: "the larger of the two", formula: "max(a_i, a_j)",
		bind: func(b *binder, t *Term) (statistic, error) {
			return b.covariates(t, 1, func(a, _ []float64, u *unit) float64 { return max(a[u.i], a[u.j]) })
		},
	},
	{
		name: "egoAlterInt", also: []string{"egoAlterInteraction"}, attrs: 2, says: "a property of the sender times one of the receiver", formula: "a_i b_j",
		source: "Stadtfeld, Hollway & Block 2017",
		bind: func(b *binder, t *Term) (statistic, error) {
			if b.undirected() && t.Attr[0] != t.Attr[1] {
				return statistic{}, errors.New("a pair without direction has no sender and no receiver; name the same covariate twice")
			}
			return b.covariates(t, 2, func(a, c []float64, u *unit) float64 { return a[u.i] * c[u.j] })
		},
	},
}

func (b *binder) covariates(t *Term, k int, value func(first, second []float64, u *unit) float64) (statistic, error) {
	first, err := b.attr(t, 0)
	if err != nil {
		return statistic{}, err
	}
	attrs := []int{first}
	second := first
	if k == 2 {
		if second, err = b.attr(t, 1); err != nil {
			return statistic{}, err
		}
		attrs = append(attrs, second)
	}
	s := b.s
	return statistic{
		attrs: attrs,
		value: func(u *unit) float64 { return value(s.attr[first], s.attr[second], u) },
	}, nil
}
