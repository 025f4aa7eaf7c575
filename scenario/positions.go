package scenario

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"

	"entente/bargain"
)

// Positions is the file of a case's folder that holds its bargain.
const Positions = "bargaining.yaml"

// positions reads the bargain of the case, as it is and as the scenario has it; both nil
// where the case has none.
func (b *Base) positions(s *Scenario) (pair [2]*bargain.Case, err error) {
	read := func() (*bargain.Case, error) {
		file, err := b.folder.Open(Positions)
		if errors.Is(err, fs.ErrNotExist) {
			return nil, nil
		}
		if err != nil {
			return nil, err
		}
		defer func() { _ = file.Close() }()
		return bargain.Read(Positions, file)
	}
	for i := range pair {
		if pair[i], err = read(); err != nil {
			return pair, err
		}
	}
	if len(s.spec.Positions) == 0 {
		return pair, nil
	}
	if pair[1] == nil {
		return pair, fmt.Errorf("%s: the case has no %s whose positions could be changed", s.text.Where("$.positions"), Positions)
	}
	var problems []error
	for _, name := range slices.Sorted(maps.Keys(s.spec.Positions)) {
		path, inputs := "$.positions."+name, s.spec.Positions[name]
		joins := inputs["position"] != nil && inputs["salience"] != nil && inputs["capability"] != nil
		if known := pair[1].Names(); !joins && !slices.Contains(known, name) {
			problems = append(problems, fmt.Errorf("%s: %s has no actor %q%s; one that joins the bargain gives position, salience and capability", s.text.Where(path), Positions, name, meant(name, known)))
			continue
		}
		if err := pair[1].Change(s.text, path, name, inputs); err != nil {
			problems = append(problems, err)
		}
	}
	if err := errors.Join(problems...); err != nil {
		return pair, err
	}
	if err := pair[1].Check(); err != nil {
		return pair, fmt.Errorf("%s: %w", s.text.Where("$.positions"), err)
	}
	return pair, nil
}
