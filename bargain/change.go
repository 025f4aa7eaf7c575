package bargain

import (
	"errors"
	"slices"

	"entente/internal/yamltext"
)

// Change changes the inputs of one actor as a map in a text says: capability, position,
// salience, ceiling, votes and signs, with the rules of a file. A map by the names of
// dimensions may leave some as they are. An actor without a seat joins if capability,
// position and salience are given; absent: true takes one from the table. Of an onlooker
// the ceiling is changed, in every account. The errors have the place in the text, where
// the map stands at path.
func (c *Case) Change(text *yamltext.Text, path, name string, inputs map[string]any) error {
	f := &reader{text: text}
	for _, key := range sorted(inputs) {
		if !slices.Contains([]string{"absent", "capability", "ceiling", "note", "position", "salience", "signs", "source", "votes"}, key) {
			f.bad(path+"."+key, "no input is called %q; there are position, salience, capability, ceiling, votes, signs and absent", key)
		}
	}
	w := written{inputs["capability"], inputs["position"], inputs["salience"], inputs["ceiling"], inputs["votes"], inputs["signs"]}
	joins := w.capability != nil && w.position != nil && w.salience != nil
	seat := slices.IndexFunc(c.Parties, func(p Party) bool { return p.Name == name })
	watching := slices.ContainsFunc(c.Onlookers, func(o Onlooker) bool { return o.Name == name })
	away, isBool := inputs["absent"].(bool)
	switch {
	case inputs["absent"] != nil && !isBool:
		f.bad(path+".absent", "absent is true or false")
	case away && len(inputs) > 1:
		f.bad(path+".absent", "%s is absent, so nothing else of it can be changed", name)
	case away:
		c.remove(name)
	case seat >= 0:
		f.enter(path, &c.Parties[seat], w, c.Dimensions)
		f.faint(path, &c.Parties[seat], w)
	case joins:
		c.remove(name) // who joins does not look on any more
		p := Party{Name: name}
		f.enter(path, &p, w, c.Dimensions)
		f.faint(path, &p, w)
		c.Parties = append(c.Parties, p)
	case watching && len(inputs) == 1 && w.ceiling != nil:
		f.ceilings(path, c, name, w.ceiling)
	case watching:
		f.bad(path, "%s looks on and has nothing but a ceiling; one that joins the bargain gives position, salience and capability", name)
	default:
		f.bad(path, "there is no actor %q; one that joins the bargain gives position, salience and capability", name)
	}
	return errors.Join(f.problems...)
}

// remove takes a name from the table and from those who look on.
func (c *Case) remove(name string) {
	c.Parties = slices.DeleteFunc(c.Parties, func(p Party) bool { return p.Name == name })
	c.Onlookers = slices.DeleteFunc(c.Onlookers, func(o Onlooker) bool { return o.Name == name })
}

// faint refuses saliences that were meant on 0..1.
func (f *reader) faint(path string, p *Party, w written) {
	sum := 0.0
	for _, r := range p.Salience {
		sum += r.High
	}
	if w.salience != nil && sum > 0 && sum <= 2 {
		f.bad(path+".salience", "salience %v of %s: saliences are on 0..100, so write 80 for 0.8", sum, p.Name)
	}
}

// ceilings changes the ceiling in every account of an onlooker.
func (f *reader) ceilings(path string, c *Case, name string, ceiling any) {
	r, ok := f.span(path+".ceiling", ceiling, "ceiling")
	if !ok {
		return
	}
	f.onScale(path+".ceiling", r, "ceiling", name, &c.Dimensions[0])
	for i := range c.Onlookers {
		if c.Onlookers[i].Name == name {
			c.Onlookers[i].Ceiling = r
		}
	}
}

// Names lists who has a seat and who looks on.
func (c *Case) Names() []string {
	var list []string
	for _, p := range c.Parties {
		list = append(list, p.Name)
	}
	for _, o := range c.Onlookers {
		if !slices.Contains(list, o.Name) {
			list = append(list, o.Name)
		}
	}
	return list
}
