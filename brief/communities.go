package brief

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"entente/measure"
)

// weakModularity is the value below which a division into communities is usually
// called weak (Newman and Girvan 2004, Physical Review E 69:026113).
const weakModularity = 0.3

// communitiesSection asks whether the group is its own community, or whether
// another format holds its states together better.
func (f *findings) communitiesSection(ctx context.Context, seed uint64) (Section, error) {
	s := Section{ID: "communities"}
	r, err := measure.FindCommunities(ctx, f.c, f.asOf, seed)
	if err != nil {
		return s, err
	}
	if r.Thin != "" || len(r.Groups) == 0 {
		s.Title, s.Thin = "Too few acts to look for communities", r.Thin
		return s, nil
	}
	var home []string
	most := 0
	for _, group := range r.Groups {
		k := 0
		for _, state := range group {
			if slices.Contains(f.members, state) {
				k++
			}
		}
		if k > most {
			most, home = k, group
		}
	}
	others := slices.DeleteFunc(slices.Clone(home), func(state string) bool { return slices.Contains(f.members, state) })
	whole := most == len(f.members)
	switch {
	case whole && len(others) == 0:
		s.Title = fmt.Sprintf("By what they do together the %s of %s are a community of their own", f.memberWord(), f.c.Group.Short)
	case whole:
		s.Title = fmt.Sprintf("The %s of %s fall into one community, with %s", f.memberWord(), f.c.Group.Short, joinAnd(f.names(others)))
	default:
		var apart []string
		for _, m := range f.members {
			if !slices.Contains(home, m) {
				apart = append(apart, m)
			}
		}
		s.Title = fmt.Sprintf("%s is not one community: by what they do together %s stand apart from the rest", f.c.Group.Short, joinAnd(f.names(apart)))
		if len(apart) == 1 {
			s.Title = fmt.Sprintf("%s is not one community: by what it does with others %s stands apart from the rest", f.c.Group.Short, f.short(apart[0]))
		}
	}
	better := slices.IndexFunc(r.Formats, func(x measure.Format) bool { return x.Name == f.c.Group.Short })
	if better > 0 {
		var names []string
		for _, x := range r.Formats[:better] {
			names = append(names, x.Name)
		}
		s.Text = append(s.Text, fmt.Sprintf("%s hold their states together better, by the share of runs that keep a pair in one community.", upperFirst(joinAnd(names))))
		if len(names) == 1 {
			s.Text[0] = fmt.Sprintf("%s holds its states together better, by the share of runs that keep a pair in one community.", upperFirst(names[0]))
		}
	}
	if r.BestQ < weakModularity {
		s.Text = append(s.Text, fmt.Sprintf("The communities are weak: modularity is %.2f, and values under %.1f mean that ties between communities are nearly as common as within them.", r.BestQ, weakModularity))
	}
	if closure := r.Closure; closure.Thin == "" {
		what := "no more than"
		switch {
		case closure.P <= 0.05:
			what = "more than"
		case closure.Observed < closure.Low:
			what = "less than"
		}
		s.Text = append(s.Text, fmt.Sprintf("Partners of one state are partners of each other %s the sizes of acts alone bring about: transitivity is %.2f, and %d rearrangements of the same acts among equally active states give %.2f (%.2f to %.2f; p = %.3f).",
			what, closure.Observed, closure.Draws, closure.Mean, closure.Low, closure.High, closure.P))
	}
	partition := Table{Caption: fmt.Sprintf("Communities by the acts of the %d years to %s (best of %d runs)", measure.CommunityYears, longDay(f.asOf), r.Seeds), Columns: cols("#Community", "States")}
	for i, group := range r.Groups {
		partition.Rows = append(partition.Rows, []Cell{{Text: fmt.Sprint(i + 1)}, {Text: strings.Join(f.names(group), ", ")}})
	}
	formats := Table{Caption: "Formats, tightest first", Columns: cols("Format", "States", "#Pairs kept together", "#Ties that stay inside"), Open: true}
	for _, x := range r.Formats {
		name := Cell{Text: x.Name}
		if x.Name == f.c.Group.Short {
			name.Class = "good"
		}
		formats.Rows = append(formats.Rows, []Cell{name, {Text: strings.Join(f.names(x.States), ", ")}, {Text: percent(x.Together)}, {Text: percent(x.Inside)}})
	}
	pairs := Table{Caption: "Pairs of the states studied: share of runs that put both in one community", Columns: cols("Pair", "#Share of runs")}
	for _, p := range r.Pairs {
		pairs.Rows = append(pairs.Rows, []Cell{{Text: f.short(p.A) + " – " + f.short(p.B)}, {Text: percent(p.Rate)}})
	}
	series, err := f.networkTable(ctx)
	if err != nil {
		return s, err
	}
	s.Tables = append(s.Tables, formats, partition, pairs, series)
	s.Notes = append(s.Notes, fmt.Sprintf("Leiden algorithm on %d acts; modularity Q between %.3f and %.3f over %d runs, %s. Ties count the acts of two states, shared among the participants of each act.",
		r.N, r.WorstQ, r.BestQ, r.Seeds, plural(r.Distinct, "distinct partition", "distinct partitions")))
	return s, nil
}

// networkTable prints the network measures of the members in windows that do not
// overlap.
func (f *findings) networkTable(ctx context.Context) (Table, error) {
	names := []string{"density", "transitivity", "clustering", "hub_share", "ei_index", "in_group_share"}
	points, err := measure.Series(ctx, f.c, f.asOf, measure.SeriesOptions{Window: shareWindow}, names...)
	if err != nil {
		return Table{}, err
	}
	t := Table{Caption: fmt.Sprintf("Network of the states studied by acts of cooperation, in windows of %d years", shareWindow),
		Columns: cols("#Window ends", "#Acts", "#Density", "#Transitivity", "#Clustering", "#Hub share", "#E-I index", "#In-group share")}
	n := len(points) / len(names)
	first := (n - 1) % shareWindow
	for i := max(first, 0); i < n; i += shareWindow {
		row := []Cell{{Text: fmt.Sprint(points[i].Year)}, {Text: fmt.Sprint(points[i].N)}}
		for k := range names {
			cell := Cell{Text: "too thin", Class: "none"}
			if v := points[k*n+i].Value; v != nil {
				cell = Cell{Text: fmt.Sprintf("%.2f", *v)}
			}
			row = append(row, cell)
		}
		t.Rows = append(t.Rows, row)
	}
	return t, nil
}
