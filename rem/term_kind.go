package rem

import (
	"errors"
	"fmt"
	"slices"
)

// Where kinds of act are part of what is explained (risk_set: {kinds: true}), each of
// what could happen could do so in every kind.
var kindTerms = []definition{{
	name: "kind", also: []string{"FEtype"}, everywhere: true, one: true, takes: "kinds",
	says:    "the act is of one of these kinds; where kinds are explained (risk_set: {kinds: true})",
	formula: "0 or 1", source: "Butts 2008",
	bind: func(b *binder, t *Term) (statistic, error) {
		if err := b.explainsKinds(); err != nil {
			return statistic{}, err
		}
		if len(t.Kinds) == 0 {
			return statistic{}, fmt.Errorf("kinds says which; there are %s", orNone(b.s.data.Kinds))
		}
		is, err := b.kinds(t)
		if err != nil {
			return statistic{}, err
		}
		return statistic{value: func(u *unit) float64 { return float64(is >> u.kind & 1) }}, nil
	},
}}

// ownKind stands in place of kinds for that of what could happen.
const ownKind = "own"

func (b *binder) explainsKinds() error {
	if !b.m.RiskSet.Kinds {
		return errors.New("the kind of the next act is not explained; risk_set: {kinds: true} makes every kind an alternative")
	}
	return nil
}

// kinds are those that a term names, one bit each.
func (b *binder) kinds(t *Term) (is uint64, err error) {
	for _, kind := range t.Kinds {
		k := slices.Index(b.s.data.Kinds, kind)
		if k < 0 {
			return 0, fmt.Errorf("there is no kind of act %q; there are %s", kind, orNone(b.s.data.Kinds))
		}
		is |= 1 << k
	}
	return is, nil
}

// ofOwnKind binds a term once for each kind of act: of what could happen it reads the
// past acts of the same kind.
func (b *binder) ofOwnKind(t *Term, bind func(b *binder, t *Term) (statistic, error)) (statistic, error) {
	if err := b.explainsKinds(); err != nil {
		return statistic{}, err
	}
	var all statistic
	var parts []statistic
	for _, kind := range b.s.data.Kinds {
		one := *t
		one.Kinds = []string{kind}
		part, err := bind(b, &one)
		if err != nil {
			return statistic{}, err
		}
		parts = append(parts, part)
		all.attrs = part.attrs
	}
	all.value = func(u *unit) float64 { return parts[u.kind].value(u) }
	return all, nil
}

// checkKinds refuses models that cannot explain kinds.
func (m *Model) checkKinds(d *Data) error {
	switch {
	case !m.RiskSet.Kinds:
		return nil
	case len(d.Kinds) < 2:
		return errors.New("risk_set: the events are of one kind, so none is chosen (events: {kind: COLUMN})")
	case m.Family == Coordination:
		return errors.New("risk_set: an agreement of a choice_coordination model has no kind that either side chooses; take a rem model")
	case m.RiskSet.Given != nil:
		return errors.New("risk_set: alternatives that are given have no kind")
	}
	return nil
}

// Kinds are the labels of the kinds of act that the model reads or explains; nil where it
// does not tell them apart.
func (d *Design) Kinds() []string {
	if d.Model.RiskSet.Kinds || d.readsKinds() {
		return d.data.Kinds
	}
	return nil
}
