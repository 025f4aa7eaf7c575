package corridor

import (
	"encoding/json"
	"math"
	"os"
	"reflect"
	"runtime"
	"strings"
	"testing"
)

func scenario(t testing.TB, n *Network, text string) *Scenario {
	t.Helper()
	sc, err := ReadScenario("scenario.yaml", strings.NewReader(text), n)
	if err != nil {
		t.Fatal(err)
	}
	return sc
}

// The reference draws each edge down with probability 0.1, 2,000 times, with its own
// generator: then the figures are the same. With ours they agree within three standard
// errors.
func TestRandomFailuresAgainstNetworkx(t *testing.T) {
	var want map[string]struct {
		Seed   uint64
		Draws  int
		Mean   float64 `json:"mean_flow"`
		SD     float64
		SE     float64 `json:"standard_error"`
		Zero   float64 `json:"share_zero"`
		P05    float64 `json:"q05"`
		Median float64
		First  []int64 `json:"first10"`
	}
	text, err := os.ReadFile("testdata/monte-carlo-answers.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &want); err != nil {
		t.Fatal(err)
	}
	for name, w := range want {
		t.Run(name, func(t *testing.T) {
			net, ends, _ := known(t, name)
			from, to := names([]int{ends.Source})[0], names([]int{ends.Target})[0]
			s, target, err := net.Ends(from, to)
			if err != nil {
				t.Fatal(err)
			}
			g, err := net.Graph()
			if err != nil {
				t.Fatal(err)
			}
			whole, err := net.wholes(best)
			if err != nil {
				t.Fatal(err)
			}
			state := w.Seed
			pick := func(k uint64) uint64 {
				state = state*6364136223846793005 + 1442695040888963407
				return state >> 33 % k
			}
			flows, zero := make([]float64, w.Draws), 0.0
			left := make([]int64, g.M())
			for i := range flows {
				for e, c := range whole.capacity {
					left[e] = 0
					if pick(1000) >= 100 {
						left[e] = c
					}
				}
				flow := g.MaxFlow(left, s, target).Value
				if i < len(w.First) && flow != w.First[i] {
					t.Errorf("draw %d: %d, want %d", i, flow, w.First[i])
				}
				flows[i] = float64(flow)
				zero += share(flow == 0, w.Draws)
			}
			sum := summarise(flows)
			if !near(sum.Mean, w.Mean, 1e-9) || !near(sum.SE, w.SE, 1e-5) || !near(zero, w.Zero, 1e-9) || sum.P05 != w.P05 || sum.Median != w.Median {
				t.Errorf("%+v, zero %v; want %+v", sum, zero, w)
			}
			sc := scenario(t, net, "threats: [{name: chance, edges: [all], independent: true, yearly: 0.1, day: 0, days: 365}]")
			sc.From, sc.To = from, to
			got, err := net.Risk(t.Context(), sc, RiskOptions{Draws: 4000, Seed: 1})
			if err != nil {
				t.Fatal(err)
			}
			if math.Abs(got.MeanFlow-w.Mean) > 3*math.Hypot(w.SE, got.Loss.SE*got.MaxFlow) || math.Abs(got.Halt-w.Zero) > 3*math.Sqrt(w.Zero/1300) {
				t.Errorf("mean %v and halt %v, want %v and %v", got.MeanFlow, got.Halt, w.Mean, w.Zero)
			}
		})
	}
}

// Two legs side by side of capacity 6 and 4, whose losses can be computed by hand.
func sideBySide(t testing.TB) *Network {
	t.Helper()
	n, err := Read("two.csv", strings.NewReader("id,u,v,capacity,cost\na,s,t,6,1\nb,s,t,4,1\n"), false)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestRiskByHand(t *testing.T) {
	n := sideBySide(t)
	tests := []struct {
		name, text string
		loss       float64 // expected; exact where the threat is certain
		certain    bool
	}{
		// One leg of 6 in 10 is gone for 73 of 365 days.
		{"certain", "{name: x, edges: [a], yearly: 1, day: 100, days: 73}", .6 * .2, true},
		{"half a leg", "{name: x, edges: [b], yearly: 1, day: 0, days: 365, loss: 0.5}", .2, true},
		{"both at once", "{name: x, nodes: [s], yearly: 1, day: 0, days: 36.5}", .1, true},
		// An even recovery loses half of what a late one does.
		{"even", "{name: x, edges: [a], yearly: 1, day: 100, days: 73, recovery: even}", .6 * .1, true},
		// What lasts beyond the horizon counts up to it.
		{"cut off", "{name: x, edges: [a], yearly: 1, day: 292, days: 400}", .6 * .2, true},
		{"likely", "{name: x, edges: [a, b], yearly: 0.3, each: 0.5, day: 0, days: 365}", .3 * .5, false},
		{"spread", "{name: x, edges: [a, b], yearly: {low: 0.1, high: 0.3}, day: 0, days: 365, loss: {low: 0, mode: 0, high: 0.6}}", .2 * .2, false},
		// Any day: on average half of the year is left, and repairs of 73 days are cut
		// off in the last fifth, by half of them on average.
		{"any day", "{name: x, edges: [a, b], yearly: 1, days: 73}", .2 * (.8 + .2*.5), false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			sc := scenario(t, n, "{from: s, to: t, threats: ["+test.text+"]}")
			got, err := n.Risk(t.Context(), sc, RiskOptions{Draws: 20000, Seed: 5})
			if err != nil {
				t.Fatal(err)
			}
			tolerance := 1e-6
			if !test.certain {
				tolerance = 3.5 * got.Loss.SE
			}
			if math.Abs(got.Loss.Mean-test.loss) > tolerance {
				t.Errorf("loss %v (s.e. %v), want %v", got.Loss.Mean, got.Loss.SE, test.loss)
			}
			if saved := got.Threats[0]; math.Abs(saved.Mean-got.Loss.Mean) > 1e-12 || saved.Left != 0 {
				t.Errorf("without the only threat %v is saved of %v", saved, got.Loss.Mean)
			}
		})
	}
}

const campaign = `
name: invented
from: "0"
to: "21"
horizon_days: 730
threats:
  - {name: campaign, edges: ["20", "34", "0"], yearly: {low: 0.1, mode: 0.2, high: 0.5}, each: 0.7, loss: {low: 0.3, high: 1}, days: {low: 10, mode: 30, high: 120}, recovery: even}
  - {name: weather, nodes: ["10"], yearly: 0.4, loss: 0.5, days: 20, source: invented}
  - {name: wear, edges: [all], independent: true, yearly: 0.05, days: 5}
protections:
  - {name: patrols, threats: [campaign], yearly: 0.5}
  - {name: repair teams, days: 0.5}
  - {name: guards on two legs, edges: ["20", "34"], yearly: 0.2}
`

// The difference of two runs on the same draws is far more precise than that of runs
// on their own, a protection never does harm here, and nothing depends on the cores.
func TestRiskTogether(t *testing.T) {
	net, _, _ := known(t, "netA")
	sc := scenario(t, net, campaign)
	run := func(cores int) *RiskAnswer {
		defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(cores))
		a, err := net.Risk(t.Context(), sc, RiskOptions{Draws: 2000, Seed: 9})
		if err != nil {
			t.Fatal(err)
		}
		return a
	}
	a := run(1)
	if !reflect.DeepEqual(a, run(3)) {
		t.Error("three cores give another answer than one")
	}
	for _, p := range a.Protections {
		if p.Mean <= 0 || p.SE >= p.Unpaired || math.Abs(p.Left+p.Mean-a.Loss.Mean) > 1e-12 {
			t.Errorf("%+v of %+v", p, a.Loss)
		}
		if a.Together.Mean < p.Mean {
			t.Errorf("%s alone saves more than all together: %v, %v", p.Name, p.Mean, a.Together.Mean)
		}
	}
	// A threat that is added leaves the draws of the others as they are.
	fewer := *sc
	fewer.Threats, fewer.Protections = sc.Threats[:2], nil
	b, err := net.Risk(t.Context(), &fewer, RiskOptions{Draws: 2000, Seed: 9})
	if err != nil {
		t.Fatal(err)
	}
	if wear := a.Threats[2]; math.Abs(wear.Left-b.Loss.Mean) > 1e-12 {
		t.Errorf("without wear %v is lost, in a scenario that never had it %v", wear.Left, b.Loss.Mean)
	}
	if len(a.Notes) != 5 {
		t.Errorf("notes %q: two threats and three protections have no source", a.Notes)
	}
}

func TestScenarioMistakes(t *testing.T) {
	n := sideBySide(t)
	tests := []struct{ text, want string }{
		{"", "it is empty"},
		{"threats: []", "there are no threats"},
		{"threats:\n  - {name: x, edges: [a], yearly: 1.4, days: 3}", "s.yaml:2:35: yearly probability 1.4 lies outside 0..1"},
		{"threats:\n  - {name: x, edges: [a], yearly: .nan, days: 3}", "is no number"},
		{"threats:\n  - {name: x, edges: [q], yearly: 1, days: 3}", `s.yaml:2:23: no leg "q"`},
		{"threats:\n  - {name: x, nodes: [u], yearly: 1, days: 3}", `s.yaml:2:23: no node "u"; there are s, t`},
		{"threats:\n  - {name: x, yearly: 1, days: 3}", "exposes nothing"},
		{"threats:\n  - {name: x, edges: [a], yearly: 1}", "days is missing"},
		{"threats:\n  - {name: x, edges: [a], yearly: {low: 0.5, high: 0.2}, days: 1}", "not in order"},
		{"threats:\n  - {name: x, edges: [a], yearly: {least: 0.5}, days: 1}", `key "least"`},
		{"threats:\n  - {name: x, edges: [a], yearly: 1, days: 1, recovery: soon}", "neither at_once nor even"},
		{"threats:\n  - {name: x, edges: [a], yearly: 1, days: 1}\n  - {name: x, edges: [b], yearly: 1, days: 1}", "twice"},
		{"threats:\n  - {name: x, edges: [a], yearly: 1, days: 1}\nprotections:\n  - {name: p, threats: [y], days: 0.5}", `s.yaml:4:25: no threat "y"`},
		{"threats:\n  - {name: x, edges: [a], yearly: 1, days: 1}\nprotections:\n  - {name: p}", "changes nothing"},
		{"menaces: []", "menaces"},
		{"horizon_days: 0\nthreats:\n  - {name: x, edges: [a], yearly: 1, days: 1}", "s.yaml:1:15: horizon_days 0 lies outside"},
	}
	for _, test := range tests {
		_, err := ReadScenario("s.yaml", strings.NewReader(test.text), n)
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%q: %v, want %q", test.text, err, test.want)
		}
	}
}

func FuzzReadScenario(f *testing.F) {
	f.Add(campaign)
	f.Add("threats: [{name: x, edges: [a], yearly: {low: 0, high: 1}, days: 3, day: 4}]")
	n := sideBySide(f)
	f.Fuzz(func(t *testing.T, text string) {
		sc, err := ReadScenario("s.yaml", strings.NewReader(text), n)
		if err == nil && len(sc.Threats) < 20 && sc.Horizon < 5*year {
			sc.From, sc.To = "s", "t"
			if _, err := n.Risk(t.Context(), sc, RiskOptions{Draws: 2}); err != nil {
				t.Error(err)
			}
		}
	})
}
