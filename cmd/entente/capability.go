package main

import (
	"context"
	"encoding/csv"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"entente/bargain"
)

// capabilityHint says what a table of capability is.
const capabilityHint = "a header line, then actor and capability; or ccode, year and cinc as in the National Material Capabilities of the Correlates of War"

// strengthen gives the parties of a bargain the capability of a table.
func (a *app) strengthen(ctx context.Context, c *bargain.Case, path string) error {
	v, err := a.open(ctx)
	if err != nil {
		return err
	}
	of, err := readCapability(path, v.asOf.Year())
	if err != nil {
		return input(err.Error(), capabilityHint)
	}
	var missing []string
	for i := range c.Parties {
		p := &c.Parties[i]
		value, ok := of[p.Name]
		if actor := v.Actor(p.Name); !ok && actor != nil {
			value, ok = of["cow:"+strconv.Itoa(actor.COW)]
		}
		if !ok {
			missing = append(missing, p.Name)
		}
		p.Capability = bargain.Point(value)
	}
	if missing != nil {
		return input(fmt.Sprintf("%s has no capability of %s", path, strings.Join(missing, ", ")), capabilityHint)
	}
	return nil
}

// readCapability reads actor and capability, on any scale; or an index by state number
// and year, of which it takes the last year up to one, by numbers written cow:640.
func readCapability(path string, until int) (map[string]float64, error) {
	f, err := openInput(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	r := csv.NewReader(f)
	rows, err := r.ReadAll()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	if len(rows) < 2 {
		return nil, fmt.Errorf("%s has no row below its header", path)
	}
	actor, year, value := 0, -1, 1
	column := func(name string) int {
		return slices.IndexFunc(rows[0], func(s string) bool { return strings.EqualFold(strings.TrimPrefix(s, "\ufeff"), name) })
	}
	index := column("ccode") >= 0
	if index {
		actor, year, value = column("ccode"), column("year"), column("cinc")
	}
	if value < 0 || index && year < 0 || !index && len(rows[0]) != 2 {
		return nil, fmt.Errorf("%s:1: the columns are %s", path, strings.Join(rows[0], ", "))
	}
	out, last := map[string]float64{}, map[string]int{}
	for i, row := range rows[1:] {
		name := row[actor]
		if _, twice := out[name]; twice {
			return nil, fmt.Errorf("%s:%d: actor %s stands there twice", path, i+2, name)
		}
		if index {
			name = "cow:" + name
			when, err := strconv.Atoi(row[year])
			if err != nil {
				return nil, fmt.Errorf("%s:%d: year %q", path, i+2, row[year])
			}
			if seen, ok := last[name]; when > until || ok && seen > when {
				continue
			}
			last[name] = when
			delete(out, name)
			if row[value] == "" || row[value] == "0" || strings.HasPrefix(row[value], "-9") { // not known
				continue
			}
		}
		x, err := strconv.ParseFloat(strings.TrimSpace(row[value]), 64)
		if err != nil || !(x > 0) || math.IsInf(x, 0) {
			return nil, fmt.Errorf("%s:%d: capability %q of %s is no number above 0", path, i+2, row[value], row[actor])
		}
		out[name] = x
	}
	return out, nil
}
