package corridor

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"entente"
)

// Layer chooses legs of a case.
type Layer struct {
	// Names choose legs, and together what any of them chooses: "freight" (all but
	// pipelines and cables), "energy" (pipelines), "all", a mode such as rail, sea or
	// cable, the name of a corridor or a part of it. Without names: freight.
	Names []string
	// Operating leaves out what is planned or under construction.
	Operating bool
	// With names nodes of the case that a question is about: they are in the network
	// even where no leg chosen reaches them.
	With []string
}

// Of makes a network of a case's own legs; rows that hold the volumes of a whole
// route are not legs. Capacities are those recorded, and unknown otherwise; where
// units differ, those of the rarer unit count as unknown, since they cannot be
// compared. The cost of a leg is the great-circle distance of its ends in kilometres:
// recorded lengths are too few to mix with it. Notes say all this.
func Of(c *entente.Case, layer Layer) (*Network, error) {
	var legs, dropped []entente.Corridor
	notOperating := 0
	names := layer.Names
	if len(names) == 0 {
		names = []string{"freight"}
	}
	for _, name := range names {
		if !slices.ContainsFunc(c.Corridors, func(leg entente.Corridor) bool { return !leg.Whole && chooses(name, leg) }) {
			return nil, fmt.Errorf("no leg of the record is of %q; there are freight, energy, all, the modes %s, and the corridors %s", name,
				strings.Join(distinct(c, func(l entente.Corridor) string { return l.Mode }), ", "),
				strings.Join(distinct(c, func(l entente.Corridor) string { return l.Corridor }), ", "))
		}
	}
	for _, leg := range c.Corridors {
		if leg.Whole || !slices.ContainsFunc(names, func(name string) bool { return chooses(name, leg) }) {
			continue
		}
		if leg.Status != "operating" {
			if layer.Operating {
				dropped = append(dropped, leg)
				continue
			}
			notOperating++
		}
		legs = append(legs, leg)
	}
	if len(legs) == 0 {
		return nil, fmt.Errorf("no leg of %s is operating", strings.Join(names, ", "))
	}
	n := &Network{Name: strings.Join(names, ", "), CostUnit: "km, great circle", place: map[string]int{}}
	unit, units := commonUnit(legs)
	n.CapacityUnit = unit
	places := map[string]entente.Node{}
	for _, node := range c.Nodes {
		places[node.ID] = node
	}
	at := func(id string) int {
		i, ok := n.place[id]
		if !ok {
			i = len(n.Nodes)
			n.place[id] = i
			n.Nodes = append(n.Nodes, id)
			n.labels = append(n.labels, places[id].Name)
		}
		return i
	}
	for _, leg := range legs {
		e := Edge{ID: leg.ID, From: at(leg.From), To: at(leg.To), Capacity: Unknown,
			Cost: Exactly(math.Round(kilometres(places[leg.From].Place, places[leg.To].Place)*1e4) / 1e4)}
		if leg.Capacity != nil && leg.CapacityUnit == unit {
			e.Capacity = Exactly(*leg.Capacity)
		}
		n.Edges = append(n.Edges, e)
	}
	for _, leg := range dropped { // their ends stay, joined by nothing
		at(leg.From)
		at(leg.To)
	}
	for _, node := range c.Nodes {
		if _, here := n.place[node.ID]; here {
			continue
		}
		if slices.ContainsFunc(layer.With, func(name string) bool { return called(name, node) }) {
			at(node.ID)
			n.Notes = append(n.Notes, "no leg of "+n.Name+" reaches "+node.ID)
		} else {
			n.elsewhere = append(n.elsewhere, node.ID, node.Name)
		}
	}
	n.Notes = append(n.Notes, fmt.Sprintf("%d legs of %s", len(legs), n.Name))
	if len(dropped) > 0 {
		n.Notes = append(n.Notes, fmt.Sprintf("%d more are planned or under construction and left out", len(dropped)))
	}
	if notOperating > 0 {
		n.Notes = append(n.Notes, fmt.Sprintf("%d of them are planned or under construction", notOperating))
	}
	if unknown := len(n.UnknownCapacities()); unknown > 0 {
		n.Notes = append(n.Notes, fmt.Sprintf("no capacity is recorded for %d of them", unknown))
	}
	if units > 1 {
		n.Notes = append(n.Notes, "capacities in other units than "+unit+" count as unknown")
	}
	for _, row := range Whole(c, layer) {
		asked := func(id string) bool {
			return slices.ContainsFunc(layer.With, func(name string) bool { return called(name, places[id]) })
		}
		if row.Capacity != nil && asked(row.From) && asked(row.To) {
			n.Notes = append(n.Notes, fmt.Sprintf("for the whole route %s the record gives %v %s", row.ID, *row.Capacity, row.CapacityUnit))
		}
	}
	n.Notes = append(n.Notes, "costs are great-circle kilometres between approximate places: a floor, not a length")
	return n, nil
}

// Whole lists the rows of a case that hold the capacity, days and volumes of a whole
// route of the layer. They are no legs, and no network has them.
func Whole(c *entente.Case, layer Layer) (rows []entente.Corridor) {
	names := layer.Names
	if len(names) == 0 {
		names = []string{"freight"}
	}
	for _, row := range c.Corridors {
		if row.Whole && (row.Status == "operating" || !layer.Operating) && slices.ContainsFunc(names, func(name string) bool { return chooses(name, row) }) {
			rows = append(rows, row)
		}
	}
	return rows
}

// called reports whether a name is a node's id or name.
func called(name string, node entente.Node) bool {
	key := entente.Fold(name)
	return key == entente.Fold(node.ID) || key == entente.Fold(node.Name)
}

// chooses reports whether a layer's name chooses a leg.
func chooses(name string, leg entente.Corridor) bool {
	conduit := strings.HasPrefix(leg.Mode, "pipeline") || leg.Mode == "cable"
	switch key := entente.Fold(name); key {
	case "":
		return false
	case "all":
		return true
	case "freight":
		return !conduit
	case "energy":
		return strings.HasPrefix(leg.Mode, "pipeline")
	case entente.Fold(leg.Mode):
		return true
	default:
		return strings.Contains(entente.Fold(leg.Corridor), key)
	}
}

// commonUnit is the unit of most capacities, and how many units there are.
func commonUnit(legs []entente.Corridor) (unit string, units int) {
	count := map[string]int{}
	for _, leg := range legs {
		if leg.Capacity == nil {
			continue
		}
		count[leg.CapacityUnit]++
		if u := leg.CapacityUnit; unit == "" || count[u] > count[unit] || count[u] == count[unit] && u < unit {
			unit = u
		}
	}
	return unit, len(count)
}

// distinct lists what a property of the legs may be.
func distinct(c *entente.Case, of func(entente.Corridor) string) (values []string) {
	for _, leg := range c.Corridors {
		if !leg.Whole && !slices.Contains(values, of(leg)) {
			values = append(values, of(leg))
		}
	}
	return values
}

// radius of the Earth in kilometres: mean radius of the WGS 84 ellipsoid.
const radius = 6371.0088

// kilometres is the great-circle distance (haversine formula).
func kilometres(a, b entente.Place) float64 {
	rad := func(degrees float64) float64 { return degrees * math.Pi / 180 }
	lat, lon := math.Sin(rad(b.Lat-a.Lat)/2), math.Sin(rad(b.Lon-a.Lon)/2)
	h := lat*lat + math.Cos(rad(a.Lat))*math.Cos(rad(b.Lat))*lon*lon
	return 2 * radius * math.Asin(math.Min(1, math.Sqrt(h)))
}
