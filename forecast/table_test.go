package forecast_test

import (
	"math"
	"slices"
	"strings"
	"testing"

	"entente/forecast"
	"entente/internal/shared"
)

const waits = `bloc_id,from_rung,to_rung,days,status,soft_origin,major_power,region,members,since,trade
# a comment
a,2,3,365.25,1,1,0,West Africa,5,1990-06-30,0.5
b,2,3,730.5,0,1,1,Africa,3,1995,1.5
c,2,3,100,2,0,0,Gulf,,2001-05,
d,2,3,0,9,0,0,Gulf,6,2003,1
a,2,4,10,0,1,0,West Africa,5,1990-06-30,0.5
e,2,4,10,0,1,0,West Africa,5,,0.5
`

func TestTable(t *testing.T) {
	table, err := forecast.ReadTable("waits.csv", strings.NewReader(waits))
	if err != nil {
		t.Fatal(err)
	}
	if got := table.Pairs(); !slices.Equal(got, [][2]int{{2, 3}, {2, 4}}) {
		t.Errorf("pairs %v", got)
	}
	c, err := table.Class(2, 3, forecast.Filter{})
	if err != nil {
		t.Fatal(err)
	}
	want := []forecast.Spell{{ID: "a", Years: 1, Outcome: forecast.Event}, {ID: "b", Years: 2}, {ID: "c", Years: 100 / 365.25, Outcome: forecast.Dissolved}}
	if got := c.Spells(); !slices.Equal(got, want) || c.Reached != 4 || c.Already != 1 {
		t.Errorf("%v of %d, %d already", got, c.Reached, c.Already)
	}
	x, err := c.Covariates([]string{"trade", "members", "soft_origin", "region:africa", "since"})
	if err != nil {
		t.Fatal(err)
	}
	if x[0][0] != 0.5 || x[1][1] != 3 || x[2][2] != 0 || x[0][3] != 1 || x[2][3] != 0 || math.Abs(x[0][4]-1990.49) > 0.01 {
		t.Errorf("covariates %v", x)
	}
	if !math.IsNaN(x[2][0]) || !math.IsNaN(x[2][1]) {
		t.Errorf("what is empty is unknown: %v", x[2])
	}
	for name, test := range map[string]struct {
		set  forecast.Filter
		want string
	}{
		"soft":     {forecast.Filter{Soft: true}, "a b"},
		"major":    {forecast.Filter{MajorPower: forecast.With}, "b"},
		"no major": {forecast.Filter{MajorPower: forecast.Without}, "a c"},
		"region":   {forecast.Filter{Region: "AFRICA"}, "a b"},
		"not":      {forecast.Filter{Elsewhere: "africa"}, "c"},
		"size":     {forecast.Filter{Least: 4}, "a"},
		"small":    {forecast.Filter{Most: 3}, "b"},
		"period":   {forecast.Filter{Since: 1991, Until: 2000}, "b"},
		"left out": {forecast.Filter{LeaveOut: []string{"b"}}, "a c"},
	} {
		c, err := table.Class(2, 3, test.set)
		if err != nil {
			t.Fatal(err)
		}
		var ids []string
		for _, m := range c.Members {
			ids = append(ids, m.ID)
		}
		if got := strings.Join(ids, " "); got != test.want {
			t.Errorf("%s: %s, want %s", name, got, test.want)
		}
	}
}

// A group of which it is not known when it came is in no period, 1970 included.
func TestPeriodOfUnknown(t *testing.T) {
	table, err := forecast.ReadTable("waits.csv", strings.NewReader(waits))
	if err != nil {
		t.Fatal(err)
	}
	for _, set := range []forecast.Filter{{Since: 1970}, {Until: 2100}} {
		c, err := table.Class(2, 4, set)
		if err != nil || len(c.Members) != 1 || c.Members[0].ID != "a" {
			t.Errorf("%+v: %+v, %v", set, c, err)
		}
	}
}

func TestTableErrors(t *testing.T) {
	for _, test := range []struct{ text, want string }{
		{"", "the file is empty"},
		{"bloc_id,from_rung,to_rung,days\n", "no column status"},
		{"bloc_id,from_rung,to_rung,days,status\n", "no row below the header"},
		{"bloc_id,from_rung,to_rung,days,days\n", `w.csv:1:32: column 5 has no name, or that of another: "days"`},
		{"bloc_id,from_rung,to_rung,days,status\na,2,3,-1,1\n", `w.csv:2:7: days "-1" is no number from 0`},
		{"bloc_id,from_rung,to_rung,days,status\na,2,3,NaN,1\n", `w.csv:2:7: days "NaN" is no number from 0`},
		{"bloc_id,from_rung,to_rung,days,status\na,2,3,,1\n", `w.csv:2:7: days "" is no number from 0`},
		{"bloc_id,from_rung,to_rung,days,status\na,2,9,1,1\n", `w.csv:2:5: to_rung "9" is no rung from 0 to 8`},
		{"bloc_id,from_rung,to_rung,days,status\na,2,3,1,4\n", `w.csv:2:9: status "4" is none of 0 (last seen)`},
		{"bloc_id,from_rung,to_rung,days,status,x\na,2,3,1,1,one\n", `w.csv:2:11: x "one" is no number`},
		{"bloc_id,from_rung,to_rung,days,status,soft_origin\na,2,3,1,1,yes\n", `soft_origin "yes" is neither 0 nor 1`},
		{"bloc_id,from_rung,to_rung,days,status,since\na,2,3,1,1,later\n", "w.csv:2:11: since: "},
		{"bloc_id,from_rung,to_rung,days,status\na,2,3,1\n", "w.csv: record on line 2: wrong number of fields"},
		{"bloc_id,from_rung,to_rung,days,status\na,2,3,1,1\na,2,3,4,1\n", "w.csv:3: a r2 to r3 stands already in line 2"},
		{"bloc_id,from_rung,to_rung,days,status\n" + strings.Repeat("a,2,3,1,7\n", 30), "w.csv: and 10 more"},
	} {
		if _, err := forecast.ReadTable("w.csv", strings.NewReader(test.text)); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%q: %v, want %q", test.text, err, test.want)
		}
	}
	table, err := forecast.ReadTable("w.csv", strings.NewReader("bloc_id,from_rung,to_rung,days,status\na,2,3,1,1\na,2,6,1,1\n"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := table.Class(2, 7, forecast.Filter{}); err == nil || !strings.Contains(err.Error(), "w.csv has no pair r2-r7; the nearest is r2-r6") {
		t.Error(err)
	}
	if _, err := table.Class(2, 3, forecast.Filter{Soft: true}); err == nil || !strings.Contains(err.Error(), "no column soft_origin to choose groups by") {
		t.Error(err)
	}
	c, err := table.Class(2, 3, forecast.Filter{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Covariates([]string{"soft_origin"}); err == nil {
		t.Error("a covariate that is not there is taken")
	}
}

// TestTableReference reads the reference input and finds the classes of the case
// in it.
func TestTableReference(t *testing.T) {
	table, err := forecast.ReadTable("marker_pairs_input.csv", shared.Open(t, "reference/hazard/marker_pairs_input.csv"))
	if err != nil {
		t.Fatal(err)
	}
	blocs := builtin(t).Blocs
	if n := len(table.Pairs()); n != 64 {
		t.Errorf("%d pairs, want 64", n)
	}
	for _, p := range table.Pairs() {
		for _, set := range sets {
			got, err := table.Class(p[0], p[1], set)
			if err != nil {
				t.Fatal(err)
			}
			want := forecast.Of(blocs, p[0], p[1], set)
			if !slices.Equal(sorted(got.Spells()), sorted(want.Spells())) {
				t.Errorf("r%d-r%d: %d waits, want %d", p[0], p[1], len(got.Members), len(want.Members))
			}
		}
	}
}

func sorted(s []forecast.Spell) []forecast.Spell {
	slices.SortFunc(s, func(a, b forecast.Spell) int { return strings.Compare(a.ID, b.ID) })
	return s
}

func FuzzTable(f *testing.F) {
	f.Add(waits)
	f.Add("bloc_id,from_rung,to_rung,days,status\na,2,3,1e308,1\n")
	f.Fuzz(func(t *testing.T, text string) {
		table, err := forecast.ReadTable("w.csv", strings.NewReader(text))
		if err != nil {
			return
		}
		for _, p := range table.Pairs() {
			c, err := table.Class(p[0], p[1], forecast.Filter{})
			if err != nil {
				t.Fatal(err)
			}
			curve := forecast.Estimate(c.Spells())
			if p := curve.At(curve.Longest()); math.IsNaN(p.Incidence) || math.IsNaN(p.KM) {
				t.Errorf("%+v", p)
			}
		}
	})
}

func TestCovariatesOfCase(t *testing.T) {
	c := forecast.Of(builtin(t).Blocs, 2, 3, forecast.Filter{})
	if _, err := c.Covariates([]string{"soft_orgin"}); err == nil || !strings.Contains(err.Error(), "did you mean soft_origin?") {
		t.Error(err)
	}
	if _, err := c.Covariates([]string{"since", "since"}); err == nil {
		t.Error("the same covariate twice")
	}
	x, err := c.Covariates(append(c.Names(), "region:Turkic"))
	if err != nil {
		t.Fatal(err)
	}
	for i, m := range c.Members {
		if m.ID != "ots" {
			continue
		}
		want := []float64{1, 0, 4, 2022.49, 1, 1, 1, 0, 0, 0, 0, 0, 0, 1}
		for j := range want {
			if math.Abs(x[i][j]-want[j]) > 0.01 {
				t.Errorf("OTS has %v, want %v", x[i], want)
				break
			}
		}
		return
	}
	t.Error("OTS is not in its class")
}

func TestFilterSteps(t *testing.T) {
	if steps := (forecast.Filter{}).Steps(); len(steps) != 0 {
		t.Errorf("no filter has steps %v", steps)
	}
	full := forecast.Filter{Soft: true, LeaveOut: []string{"ots"}, Region: "Africa", Elsewhere: "West", MajorPower: forecast.Without,
		Least: 3, Most: 9, Since: 1990, Until: 2010}
	var words []string
	for _, s := range full.Steps() {
		words = append(words, s.Words)
		if rest := s.Rest.Steps(); len(rest) != 6 {
			t.Errorf("without %q %d parts are left", s.Words, len(rest))
		}
	}
	want := "soft origin|without ots|region Africa|region not West|without a major power|3 to 9 members|first rung in 1990 to 2010"
	if got := strings.Join(words, "|"); got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

// The sums of events over those at risk are those of R's survfit.
func TestNelsonAalenReference(t *testing.T) {
	blocs := builtin(t).Blocs
	for _, test := range []struct {
		to   int
		want []float64
	}{
		{3, []float64{0.267983829627613, 0.353221778029299, 0.488212902948578, 0.0672632025461201, 0.0796457713616816, 0.100134392619556}},
		{8, []float64{0.107671015016004, 0.164691445565847, 0.208652798222851, 0.040736731992947, 0.0523865425807447, 0.0609160635310466}},
	} {
		curve := forecast.Estimate(forecast.Pairs(blocs, 0, test.to, forecast.Filter{}))
		var got []float64
		for _, years := range []float64{5, 10, 20} {
			got = append(got, curve.At(years).Hazard)
		}
		for _, years := range []float64{5, 10, 20} {
			got = append(got, curve.At(years).HazardSE)
		}
		close6(t, "hazard", got, test.want...)
	}
}

// In a large sample the percentiles meet the interval of the delta method, plain.
func TestBootstrap(t *testing.T) {
	var spells []forecast.Spell
	for i := range 400 {
		spells = append(spells, forecast.Spell{ID: string(rune(i)), Years: float64(1 + i%20), Outcome: (i / 20) % 3})
	}
	curve := forecast.Estimate(spells)
	low, high := curve.Bootstrap([]float64{15, 5}, 7)
	for i, years := range []float64{5, 15} {
		p := curve.At(years)
		if math.Abs((high[i]-low[i])/(2*1.96*p.SE)-1) > 0.06 || !(low[i] < p.Incidence && p.Incidence < high[i]) {
			t.Errorf("at %v: %v to %v around %v with error %v", years, low[i], high[i], p.Incidence, p.SE)
		}
	}
	again, _ := curve.Bootstrap([]float64{5, 15}, 7)
	other, _ := curve.Bootstrap([]float64{5, 15}, 8)
	if !slices.Equal(low, again) || slices.Equal(low, other) {
		t.Error("the seed does not decide the samples")
	}
	if low, high := forecast.Estimate(nil).Bootstrap([]float64{5}, 1); !math.IsNaN(low[0]) || !math.IsNaN(high[0]) {
		t.Errorf("an empty class: %v to %v", low, high)
	}
}
