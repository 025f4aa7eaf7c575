package bargain

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
)

// Row is one issue of a table of issues in the layout of the DEU data sets:
// columns proposal, issue, then pos_X and sal_X for each actor X (0..100, empty
// where unknown), and, where known, procedure, council_vote, disagreement_point
// and outcome.
type Row struct {
	Line            int
	Proposal, Issue string
	Unanimous       bool
	Actors          []string
	Position        []float64
	Salience        []float64
	Capability      []float64 // nil: all the same
	Reference       float64   // NaN: not known
	Outcome         float64   // NaN: not known
}

// maxTable bounds a table in bytes.
const maxTable = 64 << 20

// ReadTable reads such a table. Actors without a position or without salience do
// not enter an issue. Capability may be nil; it names the weight of each actor X.
// Every problem is reported, with its line.
func ReadTable(name string, r io.Reader, capability map[string]float64) ([]Row, error) {
	text, err := io.ReadAll(io.LimitReader(r, maxTable+1))
	if err != nil {
		return nil, err
	}
	if len(text) > maxTable {
		return nil, fmt.Errorf("%s: more than %d bytes; split the table", name, maxTable)
	}
	reader := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(text, []byte("\ufeff"))))
	reader.FieldsPerRecord = -1
	head, err := reader.Read()
	if err != nil {
		return nil, fmt.Errorf("%s: no header line: it names proposal, issue, pos_X and sal_X", name)
	}
	at := map[string]int{}
	var problems []error
	bad := func(line int, format string, args ...any) {
		problems = append(problems, fmt.Errorf("%s:%d: %s", name, line, fmt.Sprintf(format, args...)))
	}
	type column struct {
		actor    string
		pos, sal int
	}
	var actors []column
	for k, h := range head {
		if _, twice := at[h]; twice {
			bad(1, "column %s stands there twice", h)
		}
		at[h] = k
	}
	for k, h := range head {
		if actor, ok := strings.CutPrefix(h, "pos_"); ok {
			sal, found := at["sal_"+actor]
			if !found {
				bad(1, "actor %s has a column pos_%s and no column sal_%s", actor, actor, actor)
				continue
			}
			if _, known := capability[actor]; capability != nil && !known {
				bad(1, "actor %s has no capability", actor)
			}
			actors = append(actors, column{actor, k, sal})
		} else if actor, ok := strings.CutPrefix(h, "sal_"); ok {
			if _, found := at["pos_"+actor]; !found {
				bad(1, "actor %s has a column sal_%s and no column pos_%s", actor, actor, actor)
			}
		} else if !slices.Contains(tableColumns, h) {
			bad(1, "column %q is not known; there are %s, pos_X and sal_X", h, strings.Join(tableColumns, ", "))
		}
	}
	if len(actors) < 2 {
		bad(1, "%d actors have columns pos_X and sal_X; a bargain needs two", len(actors))
	}
	for _, need := range []string{"proposal", "issue"} {
		if _, ok := at[need]; !ok {
			bad(1, "there is no column %s", need)
		}
	}
	if len(problems) > 0 {
		return nil, errors.Join(problems...)
	}
	var rows []Row
	seen := map[[2]string]int{}
	for {
		cells, err := reader.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			problems = append(problems, fmt.Errorf("%s: %w", name, err))
			break
		}
		line, _ := reader.FieldPos(0)
		if len(cells) != len(head) {
			bad(line, "%d cells; the header has %d", len(cells), len(head))
			continue
		}
		number := func(k int, what string) float64 {
			text := strings.TrimSpace(cells[k])
			if text == "" || text == "NA" {
				return math.NaN()
			}
			v, err := strconv.ParseFloat(text, 64)
			if err != nil || !(v >= 0 && v <= 100) {
				bad(line, "%s %q is no number in 0..100", what, text)
				return math.NaN()
			}
			return v
		}
		optional := func(h string) float64 {
			if k, ok := at[h]; ok {
				return number(k, h)
			}
			return math.NaN()
		}
		row := Row{Line: line, Proposal: cells[at["proposal"]], Issue: cells[at["issue"]], Reference: optional("disagreement_point"), Outcome: optional("outcome")}
		if k, ok := at["council_vote"]; ok {
			switch v := strings.ToLower(strings.TrimSpace(cells[k])); v {
			case "unan", "unanimity":
				row.Unanimous = true
			case "qmv", "":
			default:
				bad(line, "council_vote %q is neither QMV nor Unan", cells[k])
			}
		}
		key := [2]string{row.Proposal, row.Issue}
		if first := seen[key]; first > 0 {
			bad(line, "issue %s of proposal %s stands there twice, first on line %d", row.Issue, row.Proposal, first)
		}
		seen[key] = line
		for _, c := range actors {
			x, s := number(c.pos, "pos_"+c.actor), number(c.sal, "sal_"+c.actor)
			if math.IsNaN(x) || !(s > 0) {
				continue
			}
			row.Actors = append(row.Actors, c.actor)
			row.Position = append(row.Position, x)
			row.Salience = append(row.Salience, s)
			if capability != nil {
				row.Capability = append(row.Capability, capability[c.actor])
			}
		}
		if len(row.Actors) < 2 {
			bad(line, "%d actors have a position and a salience above 0; a bargain needs two", len(row.Actors))
		}
		rows = append(rows, row)
	}
	if len(rows) == 0 && len(problems) == 0 {
		bad(1, "the table has no issues below its header")
	}
	return rows, errors.Join(problems...)
}

var tableColumns = []string{"proposal", "issue", "proposal_code", "instrument", "council", "procedure", "council_vote", "disagreement_point", "outcome"}

// councilVotes are the weighted votes in the Council of the European Union under
// the Treaty of Nice, with Croatia (Protocol on transitional provisions, Article 3;
// in force for decisions taken 2004-2014), by the codes of the data.
var councilVotes = map[string]float64{"de": 29, "fr": 29, "it": 29, "uk": 29, "es": 27, "pl": 27, "ro": 14, "nl": 13, "be": 12, "el": 12, "pt": 12, "cz": 12, "hu": 12,
	"at": 10, "bu": 10, "se": 10, "dk": 7, "ie": 7, "lt": 7, "sk": 7, "fi": 7, "cr": 7, "ee": 4, "cy": 4, "lv": 4, "lu": 4, "si": 4, "mt": 3}

// qualified is the part of those votes that a qualified majority needed.
const qualified = 0.739

// Values are the readings of the issue without intervals, in the order of Readings.
func (row *Row) Values(t Tempering, base float64) [readingsCount]float64 {
	capability := row.Capability
	if capability == nil {
		capability = slices.Repeat([]float64{10}, len(row.Actors))
	}
	e := newEngine(len(row.Actors), 1)
	var signers []Signer
	for i, actor := range row.Actors {
		e.set(i, capability[i], row.Position[i:i+1], row.Salience[i:i+1])
		if v := councilVotes[actor]; v > 0 {
			signers = append(signers, Signer{v, row.Position[i]})
		}
	}
	quorum := qualified
	if row.Unanimous {
		quorum = 1
	}
	if len(signers) == 0 { // not the Council: all must agree
		quorum = 1
		for _, x := range row.Position {
			signers = append(signers, Signer{1, x})
		}
	}
	reference := row.Reference
	if math.IsNaN(reference) {
		reference = 0
	}
	weighted, salience := e.means(0)
	e.play(nil)
	final, _, _ := e.outcome(0)
	return [readingsCount]float64{weighted, salience, final, Pivot(signers, reference, quorum), base, t.Predict(row.Position, row.Salience, row.Reference)}
}

// Readings are those of the issue, with intervals and measured errors.
func (row *Row) Readings() []Reading {
	values := row.Values(learnt.Tempering, learnt.Median)
	equal := row.Capability == nil || slices.Max(row.Capability) == slices.Min(row.Capability)
	var out []Reading
	for k, name := range Readings() {
		m := learnt.Measured[fact(name, equal)]
		low, high := m.interval([]float64{values[k]})
		out = append(out, Reading{Name: name, Value: values[k], Low: low, High: high, Error: m.Mean})
	}
	return out
}

// interval is that of nine outcomes in ten about equally likely values, each with
// the reading's own errors, cut at the ends of the scale.
func (m *Measured) interval(values []float64) (low, high float64) {
	all := make([]float64, 0, len(values)*len(m.Residuals))
	for _, v := range values {
		for _, r := range m.Residuals {
			all = append(all, min(max(v+r, 0), 100))
		}
	}
	slices.Sort(all)
	return quantile(all, 0.05), quantile(all, 0.95)
}

// quantile of sorted values, between neighbours linearly.
func quantile(sorted []float64, q float64) float64 {
	at := q * float64(len(sorted)-1)
	k := int(at)
	if k+1 >= len(sorted) {
		return sorted[len(sorted)-1]
	}
	return sorted[k] + (at-float64(k))*(sorted[k+1]-sorted[k])
}
