package rem

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// Five actors whose covariates change between four times, at which three, two, one
// and two of them act; R's survival 3.5-3 on the same rows, a stratum for each time:
// coxph(Surv(rep(1, 20), y) ~ x + z + strata(t), d, ties = ...).
func TestTiesAgainstR(t *testing.T) {
	x := [][]float64{{0.5, 1.5, -0.3, 0.2, 0.9}, {1.1, 0.4, -0.6, 0.7, -0.2}, {0.3, 0.8, 0.1, -0.9, 0.6}, {-0.4, 1.2, 0.9, 0.35, 0.15}}
	z := [][]float64{{1, 0, 1, 0, 1}, {0, 1, 0, 1, 1}, {0, 1, 1, 0, 0}, {1, 1, 0, 0, 1}}
	acted := [][]int32{{0, 1, 2}, {1, 3}, {0}, {2, 3}}
	data := &Data{Actors: strings.Split("abcde", ""), Covariates: []Covariate{{Name: "x", Start: x[0]}, {Name: "z", Start: z[0]}}}
	for k := range acted {
		for _, a := range acted[k] {
			data.Events = append(data.Events, Event{Time: float64(k), From: []int32{a}, Value: 1})
		}
		for a := range int32(5) {
			if k > 0 {
				for c, values := range [][][]float64{x, z} {
					data.Covariates[c].Changes = append(data.Covariates[c].Changes, CovariateChange{Time: float64(k) - 0.5, Actor: a, Value: values[k][a]})
				}
			}
		}
	}
	for _, c := range []struct {
		ties Ties
		want []float64 // log-likelihoods at zero and at the maximum, estimates, standard errors
	}{
		{Efron, []float64{-11.695247021764, -11.389842749333, 0.392672634759, -0.250900430717, 0.607810309185, 0.724665301914}},
		{Breslow, []float64{-12.875503299473, -12.628479209080, 0.334675621097, -0.233383959527, 0.610778475500, 0.725954663644}},
	} {
		of := func(attr string) Term { return Term{Term: "ego", Attr: []string{attr}} }
		mean := func(attr string) Term { return Term{Term: "attribute", Attr: []string{attr}} }
		for _, m := range []*Model{
			{Family: Rate, Terms: []Term{of("x"), of("z")}},
			{Family: Hyper, Terms: []Term{mean("x"), mean("z")}},
		} {
			m.Ties = c.ties
			d, err := Prepare(t.Context(), data, m)
			if err != nil {
				t.Fatal(err)
			}
			f, err := d.Fit(t.Context(), Options{})
			if err != nil {
				t.Fatal(err)
			}
			for k, got := range []float64{f.NullLogLik, f.LogLik, f.Terms[0].Estimate, f.Terms[1].Estimate, f.Terms[0].SE, f.Terms[1].SE} {
				near(t, string(m.Family)+" "+string(c.ties), got, c.want[k], 2e-6)
			}
		}
	}
}

// tiedData has up to three events at a time.
func tiedData(seed uint64, directed bool) *Data {
	source := rand.New(rand.NewPCG(seed, 1))
	d := &Data{Actors: strings.Split("abcdef", "")}
	for k := range 40 {
		i, j := int32(source.IntN(6)), int32(source.IntN(5))
		if j >= i {
			j++
		}
		e := Event{Time: float64(k / (1 + k/10)), From: []int32{i}, To: []int32{j}, Value: 1}
		if !directed {
			e.From, e.To = []int32{i, j}, nil
		}
		d.Events = append(d.Events, e)
	}
	slices.SortStableFunc(d.Events, func(a, b Event) int { return int(a.Time - b.Time) })
	return d
}

// With Efron's rule the contribution of an event is, by definition, its log-weight
// less the mean logarithm of what is left of the risk set.
func TestEfron(t *testing.T) {
	for _, m := range []*Model{
		{Family: REM, Directed: true},
		{Family: REM},
		{Family: Choice},
		{Family: Coordination},
		{Family: Hyper},
		{Family: Hyper, Directed: true, RiskSet: RiskSet{OnSender: true}},
		{Family: Hyper, Directed: true},
		{Family: Hyper, RiskSet: RiskSet{MaxSize: 3}},
	} {
		data := tiedData(3, m.Directed || m.Family == Choice)
		m.Ties = Efron
		m.Terms = []Term{{Term: "inertia"}, {Term: "trans"}}
		switch {
		case m.Family == Hyper && m.Directed:
			m.Terms = []Term{{Term: "activity", Of: "sender"}, {Term: "activity", Of: "receiver"}}
		case m.Family == Hyper:
			m.Terms = []Term{{Term: "subrep", Order: 1}, {Term: "closure"}}
		}
		d, err := Prepare(t.Context(), data, m)
		if err != nil {
			t.Fatal(m.Family, err)
		}
		theta := []float64{0.7, -0.4}
		_, contributions, _ := d.LogLikelihood(theta)
		// What Breslow's rule says of each event: its share, and those of the others of
		// its time among the alternatives.
		type opened struct {
			time   float64
			units  [][2]string
			share  []float64
			chosen [2]string
		}
		var moments []opened
		if err := d.Each(t.Context(), func(m *Moment) error {
			o := opened{time: m.Time, share: m.Shares(theta, nil)}
			for k := range m.Rows() {
				p := d.Parties(m.Actors(k))
				unit := [2]string{strings.Join(p.From, ""), strings.Join(p.To, "")}
				if d.Model.Family == Coordination && unit[0] > unit[1] {
					unit[0], unit[1] = unit[1], unit[0]
					o.share[k] = 0 // the pair has two rows
				}
				o.units = append(o.units, unit)
				if k == m.Observed {
					o.chosen = unit
				}
			}
			moments = append(moments, o)
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		if len(moments) != len(contributions) {
			t.Fatalf("%s: %d moments, %d contributions", m.Family, len(moments), len(contributions))
		}
		share := func(o *opened, unit [2]string) float64 {
			for k, u := range o.units {
				if u == unit && o.share[k] > 0 {
					return o.share[k]
				}
			}
			return 0
		}
		tied := 0
		for k := range moments {
			o := &moments[k]
			out, times := 0.0, 0
			var seen [][2]string
			for _, other := range moments {
				if same := share(o, other.chosen); other.time == o.time && same > 0 {
					times++
					if !slices.Contains(seen, other.chosen) {
						seen = append(seen, other.chosen)
						out += same
					}
				}
			}
			want := math.Log(share(o, o.chosen))
			for l := range times {
				want -= math.Log(1-float64(l)/float64(times)*out) / float64(times)
			}
			near(t, string(m.Family)+" contribution", contributions[k], want, 1e-12)
			if times > 1 {
				tied++
			}
		}
		if tied < 5 {
			t.Errorf("%s: only %d events are tied", m.Family, tied)
		}
		checkSlopes(t, d, theta)
	}
}

// checkSlopes compares the gradient with differences of the log-likelihood, with and
// without the information.
func checkSlopes(t *testing.T, d *Design, theta []float64) {
	t.Helper()
	at, _ := evaluate(t.Context(), d.parts(), theta, true)
	lean, _ := evaluate(t.Context(), d.parts(), theta, false)
	const h = 1e-5
	for k := range theta {
		up, down := slices.Clone(theta), slices.Clone(theta)
		up[k] += h
		down[k] -= h
		a, _, _ := d.LogLikelihood(up)
		c, _, _ := d.LogLikelihood(down)
		near(t, string(d.Model.Family)+" gradient", at.grad[k], (a-c)/(2*h), 1e-6)
		near(t, string(d.Model.Family)+" gradient alone", lean.grad[k], at.grad[k], 1e-11)
	}
}

// Random order is that of the record after the events of each time were shuffled; it
// depends on the seed alone and changes nothing where no events are tied.
func TestRandomOrder(t *testing.T) {
	data := tiedData(5, true)
	loglik := func(data *Data, m Model) float64 {
		m.Family, m.Directed, m.Terms = REM, true, []Term{{Term: "inertia"}, {Term: "recip"}}
		d, err := Prepare(t.Context(), data, &m)
		if err != nil {
			t.Fatal(err)
		}
		l, _, _ := d.LogLikelihood([]float64{0.5, 0.8})
		return l
	}
	random := func(data *Data, seed uint64) float64 {
		return loglik(data, Model{RiskSet: RiskSet{Seed: seed}, Conventions: Conventions{Ties: Random}})
	}
	ordered := Model{Conventions: Conventions{Ties: Ordered}}
	seen := map[float64]bool{}
	for seed := range uint64(5) {
		shuffled := *data
		shuffled.Events = slices.Clone(data.Events)
		m := Model{RiskSet: RiskSet{Seed: seed}}
		for k := 0; k < len(data.Events); {
			var tied []int
			for next := k; next < len(data.Events) && data.Events[next].Time == data.Events[k].Time; next++ {
				tied = append(tied, next)
			}
			m.shuffle(tied)
			for _, from := range tied {
				shuffled.Events[k] = data.Events[from]
				k++
			}
		}
		got := random(data, seed)
		near(t, "shuffled", got, loglik(&shuffled, ordered), 1e-12)
		if got != random(data, seed) {
			t.Error("one seed gave two orders")
		}
		seen[got] = true
	}
	if len(seen) < 3 {
		t.Errorf("five seeds gave %d orders", len(seen))
	}
	apart := *data
	apart.Events = slices.Clone(data.Events)
	for k := range apart.Events {
		apart.Events[k].Time = float64(k)
	}
	near(t, "apart", random(&apart, 1), loglik(&apart, ordered), 0)
}

func TestEfronRefused(t *testing.T) {
	data := tiedData(1, true)
	for _, m := range []*Model{
		{Family: REM, Directed: true, Interval: true},
		{Family: REM, Directed: true, RiskSet: RiskSet{Controls: 3}},
	} {
		m.Ties, m.Terms = Efron, []Term{{Term: "inertia"}}
		if _, err := Prepare(t.Context(), data, m); err == nil || !strings.HasPrefix(err.Error(), "ties: efron") {
			t.Errorf("%+v: %v", m.RiskSet, err)
		}
	}
}
