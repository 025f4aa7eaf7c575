package rem

import (
	"compress/gzip"
	"encoding/csv"
	"fmt"
	"io"
	"math"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"entente/internal/shared"
)

// hyperColumns are the columns of the statistics that eventnet 1.3 wrote, as terms.
var hyperColumns = map[string]Term{
	"size":      {Term: "size"},
	"exact_rep": {Term: "exactrep"}, "exact_rep_decay": {Term: "exactrep", HalfLife: 20},
	"closure_min_avg": {Term: "closure"}, "closure_min_sum": {Term: "closure", Aggregate: "sum"},
	"closure_prod_avg": {Term: "closure", Combine: "product"}, "closure_min_avg_decay": {Term: "closure", HalfLife: 20},
	"x_avg":         {Term: "attribute", Attr: []string{"x"}},
	"x_absdiff_avg": {Term: "attribute", Attr: []string{"x"}, Aggregate: "absdiff"},
	"x_absdiff_sum": {Term: "attribute", Attr: []string{"x"}, Aggregate: "sum_absdiff"},
	"x_sd":          {Term: "attribute", Attr: []string{"x"}, Aggregate: "sd"},
	"group_avg":     {Term: "attribute", Attr: []string{"group"}}, "group_absdiff_avg": {Term: "attribute", Attr: []string{"group"}, Aggregate: "differ"},
	"deg_absdiff_sum": {Term: "activity", Aggregate: "sum_absdiff"}, "deg2_absdiff_sum": {Term: "pairactivity", Aggregate: "sum_absdiff"},
}

func init() {
	for k := 1; k <= 3; k++ {
		name := fmt.Sprintf("subrep%d_", k)
		hyperColumns[name+"avg"] = Term{Term: "subrep", Order: k}
		hyperColumns[name+"sum"] = Term{Term: "subrep", Order: k, Aggregate: "sum"}
		hyperColumns[name+"avg_decay"] = Term{Term: "subrep", Order: k, HalfLife: 20}
	}
}

// Every cell of the tables, to the digits that were printed.
func TestHyperStatistics(t *testing.T) {
	const dir = "reference/rem/hyperevents/"
	for _, c := range []struct {
		table string
		ties  Ties
	}{
		{"testdata/h10_statistics.csv", Ordered},
		{"h10_full_sequential.csv.gz", Ordered},
		{"h30_sampled_sequential.csv", Ordered},
		{"h30_sampled_simultaneous.csv", Exclude},
	} {
		t.Run(c.table, func(t *testing.T) {
			path, actors, events := c.table, "testdata/h10_actors.csv", "testdata/h10_events.csv"
			if !strings.HasPrefix(path, "testdata") {
				path = shared.Path(t, dir+c.table)
				actors, events = shared.Path(t, dir+c.table[:3]+"_actors.csv"), shared.Path(t, dir+c.table[:3]+"_events.csv")
			}
			holdTable(t, hyperData(t, actors, events), path, c.ties)
		})
	}
}

func holdTable(t *testing.T, b *table, path string, ties Ties) {
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var from io.Reader = f
	if strings.HasSuffix(path, ".gz") {
		if from, err = gzip.NewReader(f); err != nil {
			t.Fatal(err)
		}
	}
	cells, err := csv.NewReader(from).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	header := cells[0]
	at := func(name string) int {
		k := slices.Index(header, name)
		if k < 0 {
			t.Fatalf("no column %s", name)
		}
		return k
	}
	stratum, observed, actors := at("stratum"), at("observed"), at("actors")
	first := actors + 1
	m := &Model{Family: Hyper, Conventions: Conventions{Ties: ties}}
	for _, name := range header[first:] {
		term, ok := hyperColumns[name]
		if !ok {
			t.Fatalf("no term for column %s", name)
		}
		term.Name = name
		m.Terms = append(m.Terms, term)
	}
	if len(m.Terms) != len(hyperColumns) {
		t.Fatalf("%d columns, %d terms", len(m.Terms), len(hyperColumns))
	}
	m.RiskSet.Given = make([][]Candidate, len(b.data.Events))
	want := make([][][]string, len(b.data.Events))
	for _, r := range cells[1:] {
		k, err := strconv.Atoi(r[stratum])
		if err != nil {
			t.Fatal(err)
		}
		k--
		if r[observed] == "1" {
			want[k] = slices.Insert(want[k], 0, r)
			continue
		}
		want[k] = append(want[k], r)
		var c Candidate
		for _, a := range strings.Split(r[actors], ";") {
			c.From = append(c.From, b.id(a))
		}
		m.RiskSet.Given[k] = append(m.RiskSet.Given[k], c)
	}
	d, err := Prepare(t.Context(), b.data, m)
	if err != nil {
		t.Fatal(err)
	}
	checked, wrong := 0, 0
	if err := d.Each(t.Context(), func(m *Moment) error {
		if m.Rows() != len(want[m.Event]) {
			t.Fatalf("event %d: %d rows, %d in the table", m.Event+1, m.Rows(), len(want[m.Event]))
		}
		for row, r := range want[m.Event] {
			for k, got := range m.Statistics(row) {
				v := number(t, r[first+k])
				checked++
				// Eight decimals were printed.
				if math.Abs(got-v) > 6e-9*max(1, math.Abs(v)) {
					if wrong++; wrong < 20 {
						t.Errorf("event %d, %s, %s: got %.10g, want %s", m.Event+1, r[actors], header[first+k], got, r[first+k])
					}
				}
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	t.Logf("%d cells", checked)
}
