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
		if err := s.position(pair[1], name); err != nil {
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

// position changes the inputs of one actor, or with absent: true takes it from the table.
func (s *Scenario) position(c *bargain.Case, name string) error {
	path := "$.positions." + name
	var names []string
	for _, p := range c.Parties {
		names = append(names, p.Name)
	}
	i := slices.Index(names, name)
	inputs := s.spec.Positions[name]
	if i < 0 {
		if _, joins := inputs["position"]; !joins || inputs["salience"] == nil || inputs["capability"] == nil {
			return fmt.Errorf("%s: %s has no actor %q%s; one that joins the bargain gives position, salience and capability", s.text.Where(path), Positions, name, meant(name, names))
		}
		i = len(c.Parties)
		c.Parties = append(c.Parties, bargain.Party{Name: name, Position: make([]bargain.Range, len(c.Dimensions)), Salience: make([]bargain.Range, len(c.Dimensions)), Votes: 1})
	}
	p := &c.Parties[i]
	var problems []error
	for _, key := range slices.Sorted(maps.Keys(inputs)) {
		place := s.text.Where(path + "." + key)
		if key == "absent" {
			if inputs[key] == true {
				c.Parties = slices.Delete(c.Parties, i, i+1)
				return nil
			}
			continue
		}
		value, err := rangeOf(inputs[key])
		if err != nil {
			problems = append(problems, fmt.Errorf("%s: %s: %w", place, key, err))
			continue
		}
		d := &c.Dimensions[0]
		inside := func(low, high float64) bool { return value.Low >= min(low, high) && value.High <= max(low, high) }
		switch key {
		case "position":
			if !inside(d.Low, d.High) {
				problems = append(problems, fmt.Errorf("%s: position %g to %g lies beyond the ends of the scale, %g and %g", place, value.Low, value.High, d.Low, d.High))
			}
			p.Position[0] = value
		case "salience":
			if !inside(0, 100) {
				problems = append(problems, fmt.Errorf("%s: salience %g to %g is not between 0 and 100", place, value.Low, value.High))
			}
			if value.High <= 1.5 && value.High > 0 {
				problems = append(problems, fmt.Errorf("%s: salience %g is on a scale of 0 to 100; did you mean %g?", place, value.Mode, 100*value.Mode))
			}
			p.Salience[0] = value
		case "capability":
			if value.Low < 0 {
				problems = append(problems, fmt.Errorf("%s: capability %g is below 0", place, value.Low))
			}
			p.Capability = value
		case "ceiling":
			p.Limit = []bargain.Range{value}
		default:
			problems = append(problems, fmt.Errorf("%s: no input is called %q; there are position, salience, capability, ceiling and absent", place, key))
		}
	}
	return errors.Join(problems...)
}

// rangeOf reads a number, or a map of low, mode and high.
func rangeOf(v any) (bargain.Range, error) {
	number := func(v any) (float64, bool) {
		switch v := v.(type) {
		case float64:
			return v, true
		case int:
			return float64(v), true
		case int64:
			return float64(v), true
		case uint64:
			return float64(v), true
		}
		return 0, false
	}
	if x, ok := number(v); ok {
		return bargain.Point(x), nil
	}
	m, ok := v.(map[string]any)
	low, a := number(m["low"])
	mode, b := number(m["mode"])
	high, c := number(m["high"])
	if !ok || !a || !b || !c || len(m) != 3 || !(low <= mode && mode <= high) {
		return bargain.Range{}, errors.New("give a number, or {low: , mode: , high: } in that order")
	}
	return bargain.Range{Low: low, Mode: mode, High: high}, nil
}
