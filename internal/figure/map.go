package figure

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

// projection is a Lambert conformal conic on the sphere (Snyder 1987, Map
// Projections: A Working Manual, equations 15-1 to 15-4), or, for places that
// span half the globe or lie about the equator, an equirectangular one.
type projection struct {
	lon0   float64
	n, f   float64
	cosLat float64 // equirectangular when n is 0
}

func radians(deg float64) float64 { return deg * math.Pi / 180 }

func newProjection(west, east, south, north float64) projection {
	p := projection{lon0: (west + east) / 2, cosLat: math.Cos(radians((south + north) / 2))}
	if east-west > 200 || math.Abs(south+north) < 20 || south < -75 || north > 85 {
		return p
	}
	s1, s2 := radians(south+(north-south)/6), radians(north-(north-south)/6)
	t := func(lat float64) float64 { return math.Tan(math.Pi/4 + lat/2) }
	p.n = math.Sin(s1)
	if s2-s1 > 1e-6 {
		p.n = math.Log(math.Cos(s1)/math.Cos(s2)) / math.Log(t(s2)/t(s1))
	}
	p.f = math.Cos(s1) * math.Pow(t(s1), p.n) / p.n
	return p
}

// at returns the place on an unscaled page, y downwards.
func (p projection) at(g point) point {
	lon := math.Mod(g.x-p.lon0+540, 360) - 180
	if lon < -180 {
		lon += 360
	}
	lat := max(-85, min(88, g.y))
	if p.n == 0 {
		return point{radians(lon) * p.cosLat, -radians(lat)}
	}
	rho := p.f / math.Pow(math.Tan(math.Pi/4+radians(lat)/2), p.n)
	angle := p.n * radians(lon)
	return point{rho * math.Sin(angle), rho * math.Cos(angle)}
}

// atlas is a map under way: the frame, what stands where, and the labels that
// have been placed.
type atlas struct {
	canvas
	Map
	frame  box
	place  func(point) point // degrees to the page
	at     []point           // of each place, on the page
	edge   []bool            // the place lies beyond the frame
	whole  map[Depth][]int   // places of which every two have that tie: said, not drawn
	curves []curve
}

// curve is a tie on the page: a quadratic Bézier curve.
type curve struct {
	a, m, b point
	depth   Depth
	outside bool
}

func (k curve) at(t float64) point {
	u := 1 - t
	return point{u*u*k.a.x + 2*u*t*k.m.x + t*t*k.b.x, u*u*k.a.y + 2*u*t*k.m.y + t*t*k.b.y}
}

// SVG draws the map. It returns "" without members and observers; the error is
// one of reading the geometry.
func (f Map) SVG() (string, error) {
	countries, err := land()
	if err != nil {
		return "", err
	}
	own := 0
	for _, p := range f.Places {
		if p.Role != Outsider {
			own++
		}
	}
	if own == 0 {
		return "", nil
	}
	m := &atlas{Map: f}
	m.layOut(countries)
	m.drawLand(countries)
	m.drawTies()
	unplaced := m.drawPlaces()
	y := m.frame.y1 + 20
	y = m.drawLegend(y)
	said := ""
	for depth := Defence; depth >= Cooperation; depth-- {
		if set := m.whole[depth]; set != nil {
			names := make([]string, len(set))
			for k, i := range set {
				names[k] = f.Places[i].Name
			}
			said += fmt.Sprintf("Not drawn: %s between every two of %s. ", depthNames[depth], strings.Join(names, ", "))
		}
	}
	note := said + "Borders are today's, from Natural Earth 1:110m, which draws who controls the ground; they imply no position on any territory."
	if hatched := m.hatched(countries); len(hatched) > 0 {
		note += " Hatched, with Natural Earth's remark: " + strings.Join(hatched, "; ") + "."
	}
	if len(unplaced) > 0 {
		note += " Not labelled for want of room: " + strings.Join(unplaced, ", ") + "."
	}
	y = m.lines("m s", start, 0, y+4, wrap("m s", note, width-10, 0))
	return m.figure(f.Head, y-4, 620, depthStyle+mapStyle), nil
}

const mapStyle = `.sea{fill:var(--fig-sea,#f3f7fa)}
.land{fill:var(--fig-land,#e3e7ea);stroke:var(--fig-border,#fff);stroke-width:.8;stroke-linejoin:round}
.member{fill:var(--fig-member,#f3d8bd);stroke:var(--fig-own,#b23a12);stroke-width:.9;stroke-linejoin:round}
.observer{fill:var(--fig-observer,#faeee1);stroke:var(--fig-own,#b23a12);stroke-width:.9;stroke-dasharray:3 2;stroke-linejoin:round}
.hatch{stroke:var(--fig-soft,#55616d);stroke-width:1}
.frame{fill:none;stroke:var(--fig-line,#c5ced6);stroke-width:1}
.cap{fill:var(--fig-ink,#1c2630);stroke:var(--fig-paper,#fff);stroke-width:1.2}
.far{fill:var(--fig-soft,#55616d)}
.lead{stroke:var(--fig-soft,#55616d);stroke-width:.8}
.it{font-style:italic}
.l0{stroke-opacity:.75;stroke-width:1.2}
.out{stroke:var(--fig-soft,#55616d)}
.l3.out{stroke-width:3}
.l2.out{stroke-width:1.9}
.l1.out{stroke-width:1.1}
`

// layOut chooses projection, scale and frame: the capitals of the group's
// states, and their countries as far as they reach within 14 degrees of
// longitude and 8 of latitude around those capitals.
func (m *atlas) layOut(countries []country) {
	west, east, south, north := spread(m.Places)
	proj := newProjection(west, east, south, north)
	area := box{x0: math.Inf(1), y0: math.Inf(1), x1: math.Inf(-1), y1: math.Inf(-1)}
	include := func(g point) {
		p := proj.at(g)
		area = box{min(area.x0, p.x), min(area.y0, p.y), max(area.x1, p.x), max(area.y1, p.y), ""}
	}
	for _, p := range m.Places {
		if p.Role == Outsider {
			continue
		}
		capital := point{p.Lon, p.Lat}
		include(capital)
		for _, c := range countries {
			if c.code != landCode(p.Code) {
				continue
			}
			for _, ring := range c.rings {
				if !inside(capital, ring) {
					continue
				}
				for _, g := range ring {
					include(point{max(west-14, min(east+14, g.x)), max(south-8, min(north+8, g.y))})
				}
			}
		}
	}
	w, h := max(area.x1-area.x0, 1e-3), max(area.y1-area.y0, 1e-3)
	const pad, least, most = 26.0, 300.0, 460.0
	scale := (width - 2 - 2*pad) / w
	high := h*scale + 2*pad
	if high > most {
		scale *= (most - 2*pad) / (high - 2*pad)
		high = most
	}
	high = max(high, least)
	m.frame = box{1, 1, width - 1, 1 + high, ""}
	cx, cy := (area.x0+area.x1)/2, (area.y0+area.y1)/2
	m.place = func(g point) point {
		p := proj.at(g)
		return point{width/2 + (p.x-cx)*scale, 1 + high/2 + (p.y-cy)*scale}
	}
	inner := m.frame.grow(-12)
	for _, p := range m.Places {
		at := m.place(point{p.Lon, p.Lat})
		out := !inner.overlaps(box{at.x, at.y, at.x, at.y, ""})
		if out {
			at = toEdge(at, inner)
		}
		m.at, m.edge = append(m.at, at), append(m.edge, out)
	}
	m.spreadEdge(inner)
}

// spread returns the bounds of the group's capitals in degrees, padded so that
// they are never empty.
func spread(places []Place) (west, east, south, north float64) {
	west, south, east, north = math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1)
	for _, p := range places {
		if p.Role != Outsider {
			west, east = min(west, p.Lon), max(east, p.Lon)
			south, north = min(south, p.Lat), max(north, p.Lat)
		}
	}
	if d := 10 - (north - south); d > 0 {
		south, north = south-d/2, north+d/2
	}
	if d := 16 - (east - west); d > 0 {
		west, east = west-d/2, east+d/2
	}
	return west, east, south, north
}

// toEdge moves a place beyond the frame to where the line from the centre leaves
// it.
func toEdge(p point, frame box) point {
	c := point{(frame.x0 + frame.x1) / 2, (frame.y0 + frame.y1) / 2}
	dx, dy := p.x-c.x, p.y-c.y
	t := math.Inf(1)
	if dx != 0 {
		t = min(t, (frame.x1-frame.x0)/2/math.Abs(dx))
	}
	if dy != 0 {
		t = min(t, (frame.y1-frame.y0)/2/math.Abs(dy))
	}
	return point{c.x + dx*t, c.y + dy*t}
}

// spreadEdge moves places at the same side of the frame apart.
func (m *atlas) spreadEdge(frame box) {
	for side := range 4 {
		var list []int
		for i, p := range m.at {
			on := [...]bool{p.x <= frame.x0+.01, p.x >= frame.x1-.01, p.y <= frame.y0+.01, p.y >= frame.y1-.01}
			if m.edge[i] && on[side] {
				list = append(list, i)
			}
		}
		along := func(i int) *float64 {
			if side < 2 {
				return &m.at[i].y
			}
			return &m.at[i].x
		}
		gap, low, high := 26.0, frame.y0+8, frame.y1-8
		if side >= 2 {
			gap, low, high = 96, frame.x0+40, frame.x1-40
		}
		slices.SortStableFunc(list, func(a, b int) int { return int(math.Copysign(1, *along(a)-*along(b))) })
		for k, i := range list {
			*along(i) = max(*along(i), low)
			if k > 0 {
				*along(i) = max(*along(i), *along(list[k-1])+gap)
			}
		}
		for k := len(list) - 1; k >= 0; k-- {
			*along(list[k]) = min(*along(list[k]), high)
			high = *along(list[k]) - gap
		}
	}
}

func (m *atlas) drawLand(countries []country) {
	id := m.id()
	m.put(`<defs><clipPath id="`, id, `-frame"><rect x="`, m.frame.x0, `" y="`, m.frame.y0, `" width="`, m.frame.x1-m.frame.x0, `" height="`, m.frame.y1-m.frame.y0, `" rx="4"/></clipPath><pattern id="`, id,
		`-hatch" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><line class="hatch" x1="0" y1="0" x2="0" y2="5"/></pattern></defs><g clip-path="url(#`, id, `-frame)">`)
	m.rect("sea", m.frame.x0, m.frame.y0, m.frame.x1-m.frame.x0, m.frame.y1-m.frame.y0)
	roles := map[string]Role{}
	for _, p := range m.Places {
		roles[landCode(p.Code)] = p.Role
	}
	var others, tinted, hatch strings.Builder
	for _, c := range countries {
		d := m.outline(c)
		if d == "" {
			continue
		}
		name := escape(c.name)
		switch roles[c.code] {
		case Member:
			tinted.WriteString(`<path class="member" fill-rule="evenodd" d="` + d + `"><title>` + name + `</title></path>`)
		case Observer:
			tinted.WriteString(`<path class="observer" fill-rule="evenodd" d="` + d + `"><title>` + name + `</title></path>`)
		default:
			others.WriteString(`<path class="land" fill-rule="evenodd" d="` + d + `"><title>` + name + `</title></path>`)
		}
		if c.dispute != "" {
			hatch.WriteString(`<path fill="url(#` + id + `-hatch)" d="` + d + `"/>`)
		}
	}
	m.put(others.String(), tinted.String(), hatch.String(), "</g>")
	m.put(`<rect class="frame" x="`, m.frame.x0, `" y="`, m.frame.y0, `" width="`, m.frame.x1-m.frame.x0, `" height="`, m.frame.y1-m.frame.y0, `" rx="4"/>`)
}

// outline is the path of a country within the frame, or "".
func (m *atlas) outline(c country) string {
	var d strings.Builder
	bounds := m.frame.grow(6)
	for _, ring := range c.rings {
		page := make([]point, 0, len(ring))
		for i, g := range ring {
			p := m.place(g)
			// A step across the far side of the globe would sweep the page.
			if i > 0 && math.Abs(p.x-page[len(page)-1].x) > 4*width {
				page = nil
				break
			}
			page = append(page, p)
		}
		page = clip(page, bounds)
		if len(page) < 3 {
			continue
		}
		for i, p := range page {
			d.WriteByte("ML"[min(i, 1)])
			d.WriteString(num(p.x))
			d.WriteByte(' ')
			d.WriteString(num(p.y))
		}
		d.WriteByte('Z')
	}
	return d.String()
}

// drawTies draws the shallow ties first and the deep ones over them.
func (m *atlas) drawTies() {
	at := map[string]int{}
	for i, p := range m.Places {
		at[p.Code] = i
	}
	m.findWhole(at)
	ties := slices.Clone(m.Ties)
	slices.SortStableFunc(ties, func(a, b Tie) int { return int(a.Depth) - int(b.Depth) })
	for _, t := range ties {
		i, okA := at[t.A]
		j, okB := at[t.B]
		if !okA || !okB || i == j || t.Depth < Cooperation {
			continue
		}
		if slices.Contains(m.whole[t.Depth], i) && slices.Contains(m.whole[t.Depth], j) {
			continue
		}
		if m.at[i].x > m.at[j].x {
			i, j = j, i
		}
		k := m.bend(m.at[i], m.at[j])
		k.depth, k.outside = t.Depth, m.Places[i].Role == Outsider || m.Places[j].Role == Outsider
		m.curves = append(m.curves, k)
		name := fmt.Sprintf("l%d", t.Depth)
		if k.outside && t.Depth > Cooperation {
			name += " dash out"
		}
		end := m.link(t.Href, t.Title)
		m.path(name, "M"+num(k.a.x)+" "+num(k.a.y)+"Q"+num(k.m.x)+" "+num(k.m.y)+" "+num(k.b.x)+" "+num(k.b.y))
		m.put(end)
	}
}

// findWhole finds sets of the group's states of which every two share a tie of
// one depth.
func (m *atlas) findWhole(at map[string]int) {
	m.whole = map[Depth][]int{}
	for depth := Defence; depth >= Cooperation; depth-- {
		joined := map[[2]int]bool{}
		for _, t := range m.Ties {
			i, okA := at[t.A]
			j, okB := at[t.B]
			if okA && okB && t.Depth == depth && m.Places[i].Role != Outsider && m.Places[j].Role != Outsider {
				joined[[2]int{min(i, j), max(i, j)}] = true
			}
		}
		if set := clique(len(m.Places), func(i, j int) bool { return joined[[2]int{min(i, j), max(i, j)}] }); set != nil {
			m.whole[depth] = set
		}
	}
}

// bend curves a tie away from the middle of the map, so that ties over the same
// ground part.
func (m *atlas) bend(a, b point) curve {
	cx, cy := (m.frame.x0+m.frame.x1)/2, (m.frame.y0+m.frame.y1)/2
	mid := point{(a.x + b.x) / 2, (a.y + b.y) / 2}
	dx, dy := b.x-a.x, b.y-a.y
	length := math.Hypot(dx, dy)
	if length == 0 {
		length = 1
	}
	nx, ny := -dy/length, dx/length
	if nx*(mid.x-cx)+ny*(mid.y-cy) < 0 {
		nx, ny = -nx, -ny
	}
	amount := min(.14*length, 44)
	return curve{a: a, b: b, m: point{mid.x + nx*amount*2*.8, mid.y + ny*amount*2*.8}}
}

// drawPlaces draws capitals and labels, and returns the names of those for which
// no room was found.
func (m *atlas) drawPlaces() (unplaced []string) {
	var taken []box
	for i := range m.Places {
		p := m.at[i]
		taken = append(taken, box{p.x - 4.5, p.y - 4.5, p.x + 4.5, p.y + 4.5, ""})
	}
	order := make([]int, len(m.Places))
	for i := range order {
		order[i] = i
	}
	rank := func(i int) int { return [...]int{2, 0, 1}[m.Places[i].Role] }
	slices.SortStableFunc(order, func(a, b int) int { return rank(a) - rank(b) })
	inner := m.frame.grow(-3)
	for _, i := range order {
		p, at := m.Places[i], m.at[i]
		style := class("", p.Role)
		if p.Role == Outsider {
			style = class("m", p.Role)
		}
		lines := wrap(style, p.Name, 112, 3)
		m.marker(i)
		spot, leader, ok := m.findRoom(i, style, lines, taken, inner)
		if !ok {
			unplaced = append(unplaced, p.Name)
			continue
		}
		taken = append(taken, spot)
		if leader {
			x, y := max(spot.x0, min(spot.x1, at.x)), max(spot.y0, min(spot.y1, at.y))
			m.line("lead", at.x, at.y, x, y)
		}
		size, _ := classSize(style)
		m.lines("h "+style, middle, (spot.x0+spot.x1)/2, spot.y0+1+.78*size, lines)
	}
	return unplaced
}

// marker draws a capital, or an arrow head at the edge for a place beyond it.
func (m *atlas) marker(i int) {
	p := m.at[i]
	if !m.edge[i] {
		m.circle("cap", p.x, p.y, 3.6)
		return
	}
	cx, cy := (m.frame.x0+m.frame.x1)/2, (m.frame.y0+m.frame.y1)/2
	d := math.Hypot(p.x-cx, p.y-cy)
	ux, uy := (p.x-cx)/d, (p.y-cy)/d
	m.path("far", fmt.Sprintf("M%s %sL%s %sL%s %sZ", num(p.x+8*ux), num(p.y+8*uy), num(p.x-4*uy-2*ux), num(p.y+4*ux-2*uy), num(p.x+4*uy-2*ux), num(p.y-4*ux-2*uy)))
}

// findRoom looks for a place for a label around its point: nearest first, and
// among equals where it covers the fewest ties.
func (m *atlas) findRoom(i int, style string, lines []string, taken []box, inner box) (best box, leader, ok bool) {
	w := 0.0
	for _, l := range lines {
		w = max(w, textWidth(style, l))
	}
	h := leading(style)*float64(len(lines)) + 1
	at := m.at[i]
	cost := math.Inf(1)
	for ring, reach := range []float64{6, 12, 20, 32, 48, 70, 96, 130} {
		if ring > 4 && ok {
			break
		}
		for side := range 16 {
			angle := float64(side) * math.Pi / 8
			dx, dy := math.Cos(angle), math.Sin(angle)
			cx, cy := at.x+dx*(reach+w/2), at.y+dy*(reach+h/2)
			spot := box{cx - w/2, cy - h/2, cx + w/2, cy + h/2, ""}
			if spot.x0 < inner.x0 || spot.x1 > inner.x1 || spot.y0 < inner.y0 || spot.y1 > inner.y1 {
				continue
			}
			if slices.ContainsFunc(taken, spot.grow(1.5).overlaps) {
				continue
			}
			price := float64(ring)*4 + m.covered(spot) + []float64{0, .3}[side%2]
			if price < cost-1e-9 {
				best, leader, ok, cost = spot, reach > 24, true, price
			}
		}
	}
	return best, leader, ok
}

// covered weighs the ties under a label.
func (m *atlas) covered(b box) float64 {
	sum := 0.0
	for _, k := range m.curves {
		const steps = 48
		for s := range steps + 1 {
			p := k.at(float64(s) / steps)
			if p.x > b.x0 && p.x < b.x1 && p.y > b.y0 && p.y < b.y1 {
				sum += 1.5 + 2*float64(k.depth)
				break
			}
		}
	}
	return sum
}

func (m *atlas) drawLegend(y float64) float64 {
	var observers, outside bool
	for _, p := range m.Places {
		observers = observers || p.Role == Observer
	}
	used := map[Depth]bool{}
	for _, k := range m.curves {
		used[k.depth], outside = true, outside || k.outside
	}
	swatch := func(name string) func(x, y float64) {
		return func(x, y float64) { m.rect(name, x-9, y-6, 18, 12) }
	}
	keys := []key{{"member", 18, swatch("member")}}
	if observers {
		keys = append(keys, key{"observer", 18, swatch("observer")})
	}
	for _, d := range []Depth{Defence, Nonaggression, Consultation, Cooperation} {
		if used[d] {
			keys = append(keys, key{depthNames[d], 30, func(x, y float64) { m.line(fmt.Sprintf("l%d", d), x-14, y, x+14, y) }})
		}
	}
	if outside {
		keys = append(keys, key{"broken, grey: tie with an outsider, by the same widths", 34, func(x, y float64) { m.line("l2 dash out", x-17, y, x+17, y) }})
	}
	for i := range m.Places {
		if m.edge[i] {
			keys = append(keys, key{"beyond the map, in this direction", 14, func(x, y float64) { m.path("far", fmt.Sprintf("M%s %sl10 4.5l-10 4.5Z", num(x-5), num(y-4.5))) }})
			break
		}
	}
	return m.legend(0, y, keys)
}

// hatched lists the disputed territories in the frame, with Natural Earth's
// remark on each.
func (m *atlas) hatched(countries []country) []string {
	var list []string
	for _, c := range countries {
		if c.dispute == "" || m.outline(c) == "" {
			continue
		}
		remark := strings.TrimSuffix(c.dispute, ".")
		for _, long := range [][2]string{{"Self admin.", "administers itself"}, {"Partial self-admin", "administers itself in part"}, {"Admin. by", "administered by"}, {"; Claimed", ", claimed"}} {
			remark = strings.Replace(remark, long[0], long[1], 1)
		}
		list = append(list, c.name+" ("+remark+")")
	}
	slices.Sort(list)
	return list
}
