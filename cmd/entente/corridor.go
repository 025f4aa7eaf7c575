package main

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"entente"
	"entente/corridor"
)

// corridorFlags choose the network and the ends of a question.
type corridorFlags struct {
	edges               string
	directed, operating bool
	layers              []string
	assume              float64
	from, to            string
}

func (a *app) corridorCommand() *cobra.Command {
	f := &corridorFlags{}
	cmd := &cobra.Command{
		Use:   "corridor flow|route|vital|betweenness|bridges|percolation|risk|legs",
		Short: "what moves along routes, what it costs, and what breaks when a leg is lost",
		Long: "Asks the case's own legs, or a list of edges (--edges: CSV with id, u, v, capacity, cost). What nobody has\n" +
			"recorded stays unknown: an answer is then an interval, and says for how many legs it is so.\n" +
			"docs/corridors.md has the methods and how to read the answers.",
		Example: "  entente corridor flow --from xian --to istanbul\n  entente corridor route --from xian --to istanbul --k 3\n  entente corridor bridges --layer energy",
		RunE: func(_ *cobra.Command, args []string) error {
			if len(args) > 0 {
				return usage(fmt.Sprintf("corridor has no question %q", args[0]), "flow, route, vital, betweenness, bridges, percolation, risk or legs")
			}
			return usage("corridor needs a question", "flow, route, vital, betweenness, bridges, percolation, risk or legs; entente help corridor")
		},
	}
	flags := cmd.PersistentFlags()
	flags.StringVar(&f.edges, "edges", "", "CSV file of edges: id,u,v,capacity,cost; a quantity may be a range 5..10, or empty where unknown (default: the case's own legs)")
	flags.BoolVar(&f.directed, "directed", false, "with --edges: an edge can be used from u to v alone")
	flags.StringArrayVar(&f.layers, "layer", nil, "legs of the case: freight (the default), energy, all, a mode, or a corridor's name or part of it; repeat for several")
	flags.BoolVar(&f.operating, "operating", false, "only legs of the case that operate")
	flags.Float64Var(&f.assume, "assume", math.NaN(), "a scenario: the capacity of legs whose capacity is unknown")
	flags.Lookup("assume").DefValue = "0" // of which the help says nothing
	flags.StringVar(&f.from, "from", "", "node where it starts")
	flags.StringVar(&f.to, "to", "", "node where it ends")
	cmd.AddCommand(a.corridorFlow(f), a.corridorRoute(f), a.corridorVital(f), a.corridorBetweenness(f), a.corridorBridges(f), a.corridorPercolation(f), a.corridorRisk(f), a.corridorLegs(f))
	return cmd
}

// network opens the network that the flags name.
func (a *app) network(cmd *cobra.Command, f *corridorFlags, ends bool) (*corridor.Network, error) {
	if ends && (f.from == "" || f.to == "") {
		return nil, usage("corridor "+cmd.Name()+" needs --from and --to", "the nodes between which is asked")
	}
	var net *corridor.Network
	if f.edges != "" {
		if len(f.layers) > 0 || f.operating {
			return nil, usage("--layer and --operating choose legs of the case; --edges brings its own", "leave one out")
		}
		file, err := openInput(f.edges)
		if err != nil {
			return nil, err
		}
		defer file.Close()
		defer a.working("reading " + f.edges)()
		if net, err = corridor.Read(f.edges, file, f.directed); err != nil {
			return nil, input(err.Error(), "docs/corridors.md has the columns of a list of edges")
		}
	} else {
		if f.directed {
			return nil, usage("--directed goes with --edges", "the case's legs can be used in both directions")
		}
		v, err := a.open(cmd.Context())
		if err != nil {
			return nil, err
		}
		if len(v.Corridors) == 0 {
			return nil, notFound("the case has no corridors", "corridors.csv and corridor_nodes.csv hold them; or give --edges")
		}
		if net, err = corridor.Of(v.Case, corridor.Layer{Names: f.layers, Operating: f.operating, With: []string{f.from, f.to}}); err != nil {
			return nil, notFound(err.Error(), "--layer names them")
		}
	}
	if !math.IsNaN(f.assume) {
		if f.assume < 0 || math.IsInf(f.assume, 0) {
			return nil, usage(fmt.Sprintf("--assume %v is no capacity", f.assume), "a number from 0")
		}
		net = net.Assume(f.assume)
	}
	if ends {
		if _, _, err := net.Ends(f.from, f.to); err != nil {
			return nil, notFound(err.Error(), "nodes are named as in the list of edges, or as in corridor_nodes.csv")
		}
	}
	return net, nil
}

// question makes a command that asks one thing of a network and shows the answer.
func question[T any](a *app, f *corridorFlags, use, short string, ends bool, ask func(context.Context, *corridor.Network) (T, error), show func(T)) *cobra.Command {
	return &cobra.Command{
		Use: use, Short: short, Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			net, err := a.network(cmd, f, ends)
			if err != nil {
				return err
			}
			done := a.working(cmd.Name())
			answer, err := ask(cmd.Context(), net)
			done()
			if err != nil {
				if cmd.Context().Err() != nil {
					return cmd.Context().Err()
				}
				return input(err.Error(), "docs/corridors.md says what can be asked")
			}
			if a.json {
				return a.writeJSON(answer)
			}
			show(answer)
			return nil
		},
	}
}

// amount writes a quantity with up to four decimals; without one, what stands for it.
func amount(x *float64, otherwise string) string {
	if x == nil {
		return otherwise
	}
	return plain(*x)
}

func plain(x float64) string { return strconv.FormatFloat(math.Round(x*1e4)/1e4, 'f', -1, 64) }

func (a *app) notes(notes []string) {
	if len(notes) > 0 {
		a.printf("\n")
	}
	for _, n := range notes {
		a.paragraph("", "- "+n)
	}
}

func (a *app) corridorFlow(f *corridorFlags) *cobra.Command {
	return question(a, f, "flow", "the greatest flow between two nodes, the legs of its cut, and the least cost", true,
		func(ctx context.Context, net *corridor.Network) (*corridor.FlowAnswer, error) {
			return net.Flow(ctx, f.from, f.to)
		},
		func(r *corridor.FlowAnswer) {
			a.printf("%s to %s; routes that share no leg: %d\n\n", r.From, r.To, r.DisjointRoutes)
			head := []string{"", "#value"}
			readings := []corridor.FlowReading{r.FlowReading}
			if r.Low != nil {
				head = []string{"", "#low", "#high"}
				readings = []corridor.FlowReading{*r.Low, *r.High}
			}
			t := newTable(0, head...)
			line := func(name, unit, otherwise string, of func(corridor.FlowReading) *float64) {
				cells := []string{name}
				if unit != "" {
					cells[0] += ", " + unit
				}
				for _, reading := range readings {
					cells = append(cells, amount(of(reading), otherwise))
				}
				t.add(cells...)
			}
			costs := ""
			if r.Unit != "" || r.CostUnit != "" {
				costs = strings.TrimSpace(r.Unit + " times " + r.CostUnit)
			}
			line("greatest flow", r.Unit, "unbounded", func(r corridor.FlowReading) *float64 { return r.MaxFlow })
			line("its least cost", costs, "unknown", func(r corridor.FlowReading) *float64 { return r.MinCost })
			line("half of it", r.Unit, "-", func(r corridor.FlowReading) *float64 { return r.HalfFlow })
			line("least cost of half", costs, "unknown", func(r corridor.FlowReading) *float64 { return r.HalfFlowMinCost })
			a.print(t)
			a.printf("\n")
			for i, reading := range readings {
				name := "minimum cut"
				if len(readings) > 1 {
					name = []string{"cut at the low end", "cut at the high end"}[i]
				}
				switch {
				case reading.MaxFlow == nil:
					a.printf("%s: none; what is known does not bound the flow\n", name)
				case len(reading.Cut) == 0 && r.DisjointRoutes == 0:
					a.printf("%s: none; nothing joins the two\n", name)
				case len(reading.Cut) == 0:
					a.printf("%s: none; every route has a leg that is not known to carry anything\n", name)
				default:
					a.printf("%s: %s\n", name, strings.Join(reading.Cut, ", "))
				}
			}
			a.notes(r.Notes)
		})
}

func plural(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return strconv.Itoa(n) + " " + what + "s"
}

func (a *app) corridorRoute(f *corridorFlags) *cobra.Command {
	var k int
	var lost bool
	cmd := question(a, f, "route", "the cheapest routes between two nodes", true,
		func(ctx context.Context, net *corridor.Network) (*corridor.RouteAnswer, error) {
			if k < 1 {
				return nil, fmt.Errorf("--k %d: at least one route", k)
			}
			r, err := net.Routes(ctx, f.from, f.to, k)
			if err == nil && lost {
				err = net.Detours(ctx, r)
			}
			return r, err
		},
		func(r *corridor.RouteAnswer) {
			if !r.Connected {
				a.printf("%s to %s: nothing joins the two\n", r.From, r.To)
				a.notes(r.Notes)
				return
			}
			t := newTable(2, "#", "#cost", "by")
			lists := [][]corridor.Way{r.Routes}
			if r.High != nil {
				lists = append(lists, r.High)
			}
			for i, list := range lists {
				mark := ""
				if len(lists) > 1 {
					mark = []string{" at the least costs", " at the greatest costs"}[i]
				}
				for j, w := range list {
					t.add(strconv.Itoa(j+1)+mark, plain(w.Cost), strings.Join(w.Nodes, " - "))
				}
			}
			a.print(t)
			if len(r.Detours) > 0 {
				a.printf("\nIf a leg of the first is lost:\n")
				t := newTable(0, "leg", "#cost then", "#more")
				for _, d := range r.Detours {
					t.add(d.Leg, amount(d.Cost, "no route"), amount(d.More, ""))
				}
				a.print(t)
			}
			notes := r.Notes
			if r.CostUnit != "" {
				notes = slices.Concat([]string{"cost in " + r.CostUnit}, notes)
			}
			a.notes(notes)
		})
	cmd.Flags().IntVar(&k, "k", 1, "routes without loops, cheapest first")
	cmd.Flags().BoolVar(&lost, "detours", false, "what the way costs if a leg of the cheapest route is lost")
	return cmd
}

func (a *app) corridorVital(f *corridorFlags) *cobra.Command {
	var opt corridor.VitalOptions
	var top int
	cmd := question(a, f, "vital", "the legs whose loss hurts the flow most: one, a set by greed, the worst set", true,
		func(ctx context.Context, net *corridor.Network) (*corridor.VitalAnswer, error) {
			if opt.K < 1 || opt.Exact < 0 || top < 0 {
				return nil, fmt.Errorf("--k %d, --exact %d, --top %d: numbers of legs", opt.K, opt.Exact, top)
			}
			r, err := net.Vital(ctx, f.from, f.to, opt)
			if err == nil && top > 0 {
				r.Single = r.Single[:min(top, len(r.Single))]
				if r.High != nil {
					r.High.Single = r.High.Single[:min(top, len(r.High.Single))]
				}
			}
			return r, err
		},
		func(r *corridor.VitalAnswer) {
			a.showVital(r, opt.K)
			if r.High != nil {
				a.printf("\n")
				a.showVital(r.High, opt.K)
			}
		})
	cmd.Flags().IntVar(&opt.K, "k", 3, "legs that are taken out one after the other, each the one that hurts most")
	cmd.Flags().IntVar(&opt.Exact, "exact", 2, "legs in the worst set, by exact search; 0 leaves it out")
	cmd.Flags().BoolVar(&opt.Nodes, "nodes", false, "also what the loss of each node costs")
	cmd.Flags().IntVar(&top, "top", 0, "only so many single legs (default: all)")
	return cmd
}

func (a *app) showVital(r *corridor.VitalAnswer, k int) {
	a.printf("%s to %s: %s flow", r.From, r.To, plain(r.MaxFlow))
	if r.Unit != "" {
		a.printf(" (%s)", r.Unit)
	}
	a.printf("\n\n")
	t := newTable(0, "leg lost", "#flow falls by")
	quiet := 0
	for _, e := range r.Single {
		if e.Drop == 0 {
			quiet++
			continue
		}
		t.add(e.Edge, plain(e.Drop))
	}
	if len(t.rows) > 0 {
		a.print(t)
	}
	if quiet > 0 {
		a.printf("no fall from any of %s\n", plural(quiet, "other leg"))
	}
	if len(r.Nodes) > 0 {
		a.printf("\n")
		t := newTable(0, "node lost", "#flow falls by")
		for _, n := range r.Nodes {
			if n.Drop > 0 {
				t.add(n.Node, plain(n.Drop))
			}
		}
		a.print(t)
	}
	if len(r.Greedy) > 0 {
		a.printf("\none after the other: %s; then %s flow\n", strings.Join(r.Greedy, ", "), plain(r.GreedyAfter[len(r.GreedyAfter)-1]))
		if after := r.GreedyAfter[len(r.GreedyAfter)-1]; r.GreedyBound < after {
			a.printf("no %s leave less than %s\n", plural(k, "leg"), plain(r.GreedyBound))
		}
	}
	if x := r.Exact; x != nil {
		state := "proven worst"
		if !x.Proven {
			state = "the search was ended; none leaves less than " + plain(x.Bound)
		}
		a.printf("worst %s at once: %s; then %s flow (%s)\n", plural(x.K, "leg"), strings.Join(x.Edges, ", "), plain(x.After), state)
	}
	a.notes(r.Notes)
}

func (a *app) corridorBetweenness(f *corridorFlags) *cobra.Command {
	var top int
	cmd := question(a, f, "betweenness", "how many pairs of nodes go over each leg", false,
		func(ctx context.Context, net *corridor.Network) (*corridor.BetweennessAnswer, error) {
			return net.Betweenness(ctx)
		},
		func(r *corridor.BetweennessAnswer) {
			value := func(e corridor.EdgeBetweenness) float64 {
				if e.ByCost != nil {
					return *e.ByCost
				}
				return e.Unweighted
			}
			slices.SortStableFunc(r.Edges, func(x, y corridor.EdgeBetweenness) int { return cmp.Compare(value(y), value(x)) })
			shown := r.Edges
			if top > 0 {
				shown = shown[:min(top, len(shown))]
			}
			t := newTable(0, "leg", "#by number of legs", "#by cost")
			for _, e := range shown {
				by := amount(e.ByCost, "unknown")
				if e.Low != nil {
					by = amount(e.Low, "") + " to " + amount(e.High, "unknown")
				}
				t.add(e.Edge, plain(e.Unweighted), by)
			}
			a.print(t)
			if rest := len(r.Edges) - len(shown); rest > 0 {
				a.printf("and %s; --top 0 shows all\n", plural(rest, "more leg"))
			}
			a.notes(r.Notes)
		})
	cmd.Flags().IntVar(&top, "top", 20, "legs in the table, largest first; 0 for all (JSON always has all)")
	return cmd
}

func (a *app) corridorBridges(f *corridorFlags) *cobra.Command {
	return question(a, f, "bridges", "legs and nodes whose loss parts the network", false,
		func(_ context.Context, net *corridor.Network) (*corridor.WeakAnswer, error) { return net.Weak() },
		func(r *corridor.WeakAnswer) {
			a.printf("%s, the largest of %s\n", plural(r.Components, "component"), plural(r.Largest, "node"))
			if len(r.Bridges) > 0 {
				a.printf("\n")
				t := newTable(0, "leg", "#pairs parted")
				for _, b := range r.Bridges {
					t.add(b.Edge, strconv.FormatInt(b.Pairs, 10))
				}
				a.print(t)
			}
			if len(r.Nodes) > 0 {
				a.printf("\n")
				a.paragraph("", "nodes: "+strings.Join(r.Nodes, ", "))
			}
			a.notes(append(slices.Clone(r.Notes), "a leg that nobody recorded may join what seems parted"))
		})
}

func (a *app) corridorPercolation(f *corridorFlags) *cobra.Command {
	var runs int
	fractions := []float64{0, .05, .1, .2, .3, .4, .5}
	cmd := question(a, f, "percolation", "how the network falls apart as legs go, by attack and by chance", false,
		func(ctx context.Context, net *corridor.Network) (*corridor.PercolationAnswer, error) {
			return net.Percolation(ctx, fractions, runs, a.seed)
		},
		func(r *corridor.PercolationAnswer) {
			a.printf("%s, %s; attack by %s, chance over %s (seed %d)\n\n", plural(r.Nodes, "node"), plural(r.Edges, "leg"), r.By, plural(r.Runs, "run"), r.Seed)
			t := newTable(0, "#legs lost", "#largest, attack", "#components", "#largest, chance", "#p05", "#p95")
			for i, p := range r.Targeted {
				q := r.Random[i]
				t.add(strconv.Itoa(p.Removed), plain(p.Largest), plain(p.Components), tenth(q.Largest), plain(q.Low), plain(q.High))
			}
			a.print(t)
			a.notes(r.Notes)
		})
	cmd.Flags().IntVar(&runs, "runs", 1000, "random orders")
	cmd.Flags().Float64SliceVar(&fractions, "fractions", fractions, "parts of the legs that are lost")
	return cmd
}

func (a *app) corridorRisk(f *corridorFlags) *cobra.Command {
	var draws int
	cmd := &cobra.Command{
		Use: "risk SCENARIO", Short: "what threats cost a route, and what protections would save, over many draws", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			file, err := openInput(args[0])
			if err != nil {
				return err
			}
			defer file.Close()
			net, err := a.network(cmd, f, false)
			if err != nil {
				return err
			}
			sc, err := corridor.ReadScenario(args[0], file, net)
			if err != nil {
				return input(err.Error(), "docs/corridors.md has the keys of a scenario")
			}
			sc.From, sc.To = orDefault(f.from, sc.From), orDefault(f.to, sc.To)
			if sc.From == "" || sc.To == "" {
				return usage("corridor risk needs two nodes", "from and to in the scenario, or --from and --to")
			}
			if _, _, err := net.Ends(sc.From, sc.To); err != nil {
				return notFound(err.Error(), "nodes are named as in the list of edges, or as in corridor_nodes.csv")
			}
			if draws < 2 {
				return usage(fmt.Sprintf("--draws %d", draws), "at least two")
			}
			done := a.working("drawing")
			r, err := net.Risk(cmd.Context(), sc, corridor.RiskOptions{Draws: draws, Seed: a.seed})
			done()
			if err != nil {
				return err
			}
			if a.json {
				return a.writeJSON(r)
			}
			a.showRisk(r)
			return nil
		},
	}
	cmd.Flags().IntVar(&draws, "draws", 10000, "draws of what the threats do")
	return cmd
}

func (a *app) showRisk(r *corridor.RiskAnswer) {
	percent := func(x float64) string { return strconv.FormatFloat(100*x, 'f', 2, 64) }
	a.printf("%s to %s: %s flow", r.From, r.To, plain(r.MaxFlow))
	if r.Unit != "" {
		a.printf(" (%s)", r.Unit)
	}
	a.printf("; %s days, %d draws, seed %d\n\n", plain(r.Horizon), r.Draws, r.Seed)
	t := newTable(0, "part of the flow that is lost, %", "#value")
	t.add("mean", percent(r.Loss.Mean)+" (s.e. "+percent(r.Loss.SE)+")")
	t.add("median", percent(r.Loss.Median))
	t.add("nine in ten", percent(r.Loss.P05)+" to "+percent(r.Loss.P95))
	t.add("mean of the worst twentieth", percent(r.Loss.WorstTwentieth))
	t.add("draws with some loss", percent(r.AnyLoss))
	t.add("draws in which nothing flows for a time", percent(r.Halt))
	t.add(fmt.Sprintf("draws that lose more than %s%% for %s days on end", plain(100*r.AlarmLoss), plain(r.AlarmDays)), percent(r.Alarm))
	a.print(t)
	savings := func(title string, list []corridor.Saving) {
		if len(list) == 0 {
			return
		}
		a.printf("\n")
		t := newTable(0, title, "#saved, %", "interval", "#left, %")
		for _, s := range list {
			t.add(s.Name, percent(s.Mean), percent(s.Low)+" to "+percent(s.High), percent(s.Left))
		}
		a.print(t)
	}
	savings("if it never struck", r.Threats)
	protections := r.Protections
	if r.Together != nil {
		protections = append(slices.Clone(protections), *r.Together)
	}
	savings("if it were done", protections)
	if len(protections) > 0 {
		a.printf("\n")
		a.paragraph("", "Both runs of a difference use the same draws. The interval is 95% for the number of draws, not for whether the inputs are right.")
	}
	a.notes(r.Notes)
}

// corridorLegs lists what is known of each leg, with its sources.
func (a *app) corridorLegs(f *corridorFlags) *cobra.Command {
	return &cobra.Command{
		Use: "legs", Short: "what is recorded of each leg of the case, with its sources", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if f.edges != "" {
				return usage("corridor legs lists the case's own legs", "leave --edges out")
			}
			net, err := a.network(cmd, f, false)
			if err != nil {
				return err
			}
			v, err := a.open(cmd.Context())
			if err != nil {
				return err
			}
			whole := corridor.Whole(v.Case, corridor.Layer{Names: f.layers, Operating: f.operating})
			if a.json {
				return a.legsJSON(v.Corridors, net, whole)
			}
			capacity := func(c entente.Corridor) string {
				if c.Capacity == nil {
					return "unknown"
				}
				return plain(*c.Capacity) + " " + c.CapacityUnit
			}
			t := newTable(6, "leg", "from", "to", "mode", "status", "#capacity", "sources")
			for _, e := range net.Edges {
				c := v.Corridors[slices.IndexFunc(v.Corridors, func(c entente.Corridor) bool { return c.ID == e.ID })]
				t.add(c.ID, c.From, c.To, c.Mode, c.Status, capacity(c), strings.Join(c.Sources, ", "))
			}
			a.print(t)
			if len(whole) > 0 {
				a.printf("\nwhole routes, which are not legs:\n")
				t := newTable(6, "route", "from", "to", "#capacity", "#days", "volumes", "sources")
				for _, c := range whole {
					var volumes []string
					for _, year := range slices.Sorted(maps.Keys(c.Volumes)) {
						volumes = append(volumes, fmt.Sprintf("%d: %s", year, plain(c.Volumes[year])))
					}
					text := strings.Join(volumes, ", ")
					if text != "" {
						text += " " + c.VolumeUnit
					}
					t.add(c.ID, c.From, c.To, capacity(c), amount(c.TransitDays, "unknown"), text, strings.Join(c.Sources, ", "))
				}
				a.print(t)
			}
			a.notes(net.Notes)
			return nil
		},
	}
}

// legsJSON writes one line for each leg, and for each whole route.
func (a *app) legsJSON(rows []entente.Corridor, net *corridor.Network, whole []entente.Corridor) error {
	type leg struct {
		ID           string          `json:"id"`
		Corridor     string          `json:"corridor"`
		From         string          `json:"from"`
		To           string          `json:"to"`
		Mode         string          `json:"mode"`
		Status       string          `json:"status"`
		Whole        bool            `json:"whole_route"`
		GreatCircle  *float64        `json:"great_circle_km"`
		LengthKM     *float64        `json:"length_km"`
		Capacity     *float64        `json:"capacity"`
		CapacityUnit string          `json:"capacity_unit,omitempty"`
		TransitDays  *float64        `json:"transit_days"`
		Volumes      map[int]float64 `json:"volumes,omitempty"`
		VolumeUnit   string          `json:"volume_unit,omitempty"`
		Sources      []string        `json:"sources"`
		Note         string          `json:"note,omitempty"`
	}
	write := func(c entente.Corridor, km *float64) error {
		return a.writeJSON(leg{c.ID, c.Corridor, c.From, c.To, c.Mode, c.Status, c.Whole, km, c.LengthKM, c.Capacity, c.CapacityUnit,
			c.TransitDays, c.Volumes, c.VolumeUnit, append([]string{}, c.Sources...), c.Note})
	}
	for _, e := range net.Edges {
		i := slices.IndexFunc(rows, func(c entente.Corridor) bool { return c.ID == e.ID })
		if err := write(rows[i], &e.Cost.Low); err != nil {
			return err
		}
	}
	for _, c := range whole {
		if err := write(c, nil); err != nil {
			return err
		}
	}
	return nil
}
