package brief

import (
	"fmt"
	"slices"
	"strings"

	"entente"
)

// againstSection lists what weighs against the thesis of a bloc.
func (f *findings) againstSection() Section {
	s := Section{ID: "against"}
	t := Table{Caption: "Evidence against the thesis that a military bloc is forming", Columns: cols("What the record shows", "Acts"), Open: true}
	for _, e := range f.evidenceAgainst() {
		t.Rows = append(t.Rows, []Cell{{Text: e.Text}, cite(plural(len(e.Acts), "act", "acts"), e.Acts)})
	}
	s.Title = "What weighs against it: " + strings.ToLower(plural(len(t.Rows), "finding", "findings"))
	if len(t.Rows) == 0 {
		s.Title, s.Thin = "Nothing recorded weighs against it", "The record holds no refusal, outside obligation or unmet test; that may be a gap of the record."
		return s
	}
	s.Tables = append(s.Tables, t)
	return s
}

// claimsSection compares the founding document with the record.
func (f *findings) claimsSection() Section {
	if len(f.c.Claims) == 0 || f.asOf < f.c.Horizon {
		return Section{} // the claims were checked on the whole record
	}
	s := Section{ID: "claims"}
	counts := map[string]int{}
	t := Table{Caption: "Claims of the founding document against the record", Columns: cols("Section", "Claim", "Verdict", "Evidence", "Acts")}
	for _, verdict := range []string{"disagrees", "unverified", "agrees"} {
		for _, claim := range f.c.Claims {
			if claim.Verdict != verdict {
				continue
			}
			counts[verdict]++
			class := map[string]string{"disagrees": "bad", "unverified": "warn", "agrees": "good"}[verdict]
			ids := f.inView(claim.Acts)
			t.Rows = append(t.Rows, []Cell{{Text: claim.Section}, {Text: claim.Text}, {Text: verdict, Class: class}, {Text: strings.TrimSuffix(claim.Evidence+". "+claim.Note, ". ")}, cite(plural(len(ids), "act", "acts"), ids)})
		}
	}
	document := "the founding document"
	if f.c.Document != "" {
		document = "“" + f.c.Document + "”"
	}
	s.Title = fmt.Sprintf("Of %d claims of the founding document the record supports %d and contradicts %d; %d cannot be verified",
		len(f.c.Claims), counts["agrees"], counts["disagrees"], counts["unverified"])
	s.Text = append(s.Text, fmt.Sprintf("Each checkable statement of %s is set against the acts on record. The verdicts were reached when the record was coded, on the whole of it.", document))
	s.Tables = append(s.Tables, t)
	return s
}

// coverageSection says what the record covers and where it is known to be thin.
func (f *findings) coverageSection() Section {
	s := Section{ID: "coverage"}
	acts := f.c.ActsOn(f.asOf)
	high, sourced := 0, 0
	counts := map[int]int{}
	var periods []int
	for _, a := range acts {
		if a.Confidence == entente.High {
			high++
		}
		if len(a.Sources) > 0 {
			sourced++
		}
		p := a.Date.Start.Year() / 10 * 10
		if counts[p] == 0 {
			periods = append(periods, p)
		}
		counts[p]++
	}
	slices.Sort(periods)
	s.Title = fmt.Sprintf("The record holds %s up to %s and has known gaps", plural(len(acts), "act", "acts"), longDay(f.asOf))
	if len(f.c.Gaps) == 0 {
		s.Title = fmt.Sprintf("The record holds %s up to %s", plural(len(acts), "act", "acts"), longDay(f.asOf))
	}
	s.Text = append(s.Text, fmt.Sprintf("%d of the acts have a source with an address, and %d are coded with high confidence.", sourced, high))
	t := Table{Caption: "Acts recorded by decade, whoever took part", Columns: cols("Decade", "#Acts")}
	for _, p := range periods {
		t.Rows = append(t.Rows, []Cell{{Text: fmt.Sprintf("%ds", p)}, {Text: fmt.Sprint(counts[p])}})
	}
	s.Tables = append(s.Tables, t)
	if len(f.c.Gaps) > 0 {
		g := Table{Caption: "Known gaps", Columns: cols("Period", "Types", "What is missing"), Open: true}
		for _, gap := range f.c.Gaps {
			types := make([]string, len(gap.Types))
			for i, kind := range gap.Types {
				types[i] = strings.ReplaceAll(string(kind), "_", " ")
			}
			period := gap.Period.String()
			if period == "" {
				period = "all"
			}
			g.Rows = append(g.Rows, []Cell{{Text: period}, {Text: orAll(strings.Join(types, ", "))}, {Text: gap.Text}})
		}
		s.Tables = append(s.Tables, g)
	}
	return s
}

func orAll(s string) string {
	if s == "" {
		return "all"
	}
	return s
}
