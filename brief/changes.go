package brief

import (
	"fmt"
	"slices"
	"strconv"

	"entente/measure"
)

// sternest returns the segmentation by the model and penalty that are hardest to
// convince: negative binomial with BIC. It is empty for a series that is too thin.
func sternest(c measure.Change) measure.Segmentation {
	if len(c.NegBin) == 0 {
		return measure.Segmentation{}
	}
	return c.NegBin[len(c.NegBin)-1]
}

// sternChanges returns the first years of the new regimes by the sternest model.
func sternChanges(c measure.Change) []int {
	var years []int
	for _, label := range sternest(c).LastLabel {
		if y, err := strconv.Atoi(label); err == nil {
			years = append(years, y+1)
		}
	}
	return years
}

// changeWords says what the change-point models find.
func changeWords(c measure.Change) []string {
	if c.Thin != "" {
		return []string{"No change point is sought: " + c.Thin + "."}
	}
	stern := sternest(c)
	text := "Against the number of all acts recorded, the sternest model (negative binomial, BIC) finds no change in how often multilateral acts occur"
	if len(stern.LastLabel) > 0 {
		text = "Against the number of all acts recorded, the sternest model (negative binomial, BIC) puts a change in how often multilateral acts occur after " + joinAnd(stern.LastLabel)
	}
	lax := c.Poisson[0]
	switch {
	case slices.Equal(lax.LastLabel, stern.LastLabel):
		text += "; the most lenient (Poisson, SIC) agrees."
	case len(lax.LastLabel) == 0:
		text += "; the most lenient (Poisson, SIC) finds none."
	default:
		text += fmt.Sprintf("; the most lenient (Poisson, SIC) after %s.", joinAnd(lax.LastLabel))
	}
	return []string{text}
}

// changeTable lists every model's changes.
func changeTable(c measure.Change) (Table, bool) {
	t := Table{Caption: "Change points of multilateral acts, with all acts recorded as exposure", Columns: cols("Model", "Penalty", "Changes after")}
	row := func(model, penalty string, after []string) {
		text := "none"
		if len(after) > 0 {
			text = joinAnd(after)
		}
		t.Rows = append(t.Rows, []Cell{{Text: model}, {Text: penalty}, {Text: text}})
	}
	for _, seg := range c.Poisson {
		row("segmented Poisson", seg.PenaltyName, seg.LastLabel)
	}
	for _, seg := range c.NegBin {
		row("segmented negative binomial", seg.PenaltyName, seg.LastLabel)
	}
	if c.Mean != nil {
		row("Bai-Perron mean breaks of the rate", "BIC", c.Mean.LastLabel)
	}
	return t, len(t.Rows) > 0
}
