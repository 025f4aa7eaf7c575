package figure

import (
	"fmt"
	"math"
	"slices"
)

// SVG draws the group's states as a column, the bonds among them as arcs on its
// left and those with outsiders as curves to a second column on its right. Each
// bond carries the letter of its depth. It returns "" without states.
func (f Owes) SVG() string {
	if len(f.Inside) == 0 {
		return ""
	}
	const (
		inner = 236.0 // left edge of the inside column
		boxed = 132.0 // its width
		outer = 560.0 // left edge of the outside column
		last  = width - 2.0
		row   = 46.0
	)
	c := &canvas{}
	inside, outside := index(f.Inside), index(f.Outside)
	outOrder := f.outsideOrder(inside, outside)
	rows := float64(max(len(f.Inside), 1))
	height := rows * row
	if n := float64(len(f.Outside)); n*36 > height {
		height = n * 36
	}
	top := 30.0
	yIn := func(i int) float64 { return top + height*(float64(i)+.5)/float64(len(f.Inside)) }
	yOut := func(i int) float64 {
		return top + height*(float64(outOrder[i])+.5)/float64(max(1, len(f.Outside)))
	}
	c.text("m s", middle, inner/2, 14, "owed inside the group")
	if len(f.Outside) > 0 {
		c.text("m s", middle, (inner+boxed+outer)/2, 14, "owed to and by outsiders")
	}
	var badges canvas
	taken := []box{}
	badge := func(x, y float64, b Bond) {
		letter := letters[b.Depth]
		if b.Signed {
			letter = "(" + letter + ")"
		}
		w := textWidth("y b", letter)/2 + 4
		badges.put(`<rect class="badge" x="`, x-w, `" y="`, y-8.5, `" width="`, 2*w, `" height="17" rx="8"/>`)
		badges.text("y b", middle, x, y+4, letter)
		taken = append(taken, box{x - w, y - 8.5, x + w, y + 8.5, ""})
	}
	free := func(x, y float64) bool {
		b := box{x - 13, y - 9, x + 13, y + 9, ""}
		return !slices.ContainsFunc(taken, b.overlaps)
	}
	used := map[Depth]bool{}
	var signed bool
	all, whole := f.whole(inside)
	bonds := slices.DeleteFunc(slices.Clone(f.Bonds), func(b Bond) bool {
		i, inA := inside[b.A]
		j, inB := inside[b.B]
		return inA && inB && b.Depth <= whole && slices.Contains(all, i) && slices.Contains(all, j)
	})
	if len(all) > 0 {
		const x = inner - 20
		style := fmt.Sprintf("l%d", whole)
		c.line(style, x, yIn(all[0]), x, yIn(all[len(all)-1]))
		for _, i := range all {
			c.line(style, x, yIn(i), inner, yIn(i))
		}
		badge(x, (yIn(all[0])+yIn(all[len(all)-1]))/2, Bond{Depth: whole})
		used[whole] = true
	}
	slices.SortStableFunc(bonds, func(a, b Bond) int { return int(a.Depth) - int(b.Depth) }) // deepest on top
	fanIn, fanOut := f.fans(inside, outside, outOrder)
	for _, b := range bonds {
		i, inA := inside[b.A]
		j, inB := inside[b.B]
		end := c.link(b.Href, b.Title)
		style := fmt.Sprintf("l%d", max(0, b.Depth))
		if b.Signed {
			style += " dash"
		}
		switch {
		case inA && inB && i != j:
			used[b.Depth], signed = true, signed || b.Signed
			y0, y1 := yIn(min(i, j)), yIn(max(i, j))
			reach := 28 + (inner-64)*math.Pow(float64(max(i, j)-min(i, j))/max(1, rows-1), .8)
			c.path(style, fmt.Sprintf("M%s %sC%s %s %s %s %s %s", num(inner), num(y0), num(inner-reach*1.33), num(y0), num(inner-reach*1.33), num(y1), num(inner), num(y1)))
			x, y := inner-reach, (y0+y1)/2
			for k := 1; !free(x, y) && k < 9; k++ { // slide along the arc
				t := .5 + .06*float64((k+1)/2)*float64(1-2*(k%2))
				x = inner - reach*1.33*3*t*(1-t)
				y = y0 + (y1-y0)*(3*t*t-2*t*t*t)
			}
			if free(x, y) { // else the width of the line must do
				badge(x, y, b)
			}
		case inA != inB:
			if inB {
				i, b.A, b.B = j, b.B, b.A
			}
			o, ok := outside[b.B]
			if !ok {
				break
			}
			used[b.Depth], signed = true, signed || b.Signed
			x0, x1, y0, y1 := inner+boxed, outer, yIn(i)+fanIn[[2]int{i, o}], yOut(o)+fanOut[[2]int{i, o}]
			mid := (x0 + x1) / 2
			c.path(style, fmt.Sprintf("M%s %sC%s %s %s %s %s %s", num(x0), num(y0), num(mid), num(y0), num(mid), num(y1), num(x1), num(y1)))
			at := func(t float64) (x, y float64) {
				u := 1 - t
				return u*u*u*x0 + 3*u*t*mid + t*t*t*x1, y0 + (y1-y0)*(3*t*t-2*t*t*t)
			}
			x, y := at(.8)
			for _, t := range []float64{.9, .7, .62, .54, .46, .38, .3, .22, .14} {
				if free(x, y) {
					break
				}
				x, y = at(t)
			}
			if free(x, y) {
				badge(x, y, b)
			}
		}
		c.put(end)
	}
	for i, p := range f.Inside {
		y := yIn(i)
		name, weight := "in", "b"
		if p.Role == Observer {
			name, weight = "in watch", "it"
		}
		c.put(`<rect class="`, name, `" x="`, inner, `" y="`, y-16, `" width="`, boxed, `" height="32" rx="4"/>`)
		c.party(p, middle, inner+boxed/2, y, boxed-8, weight)
	}
	for i, p := range f.Outside {
		y := yOut(i)
		c.put(`<rect class="out" x="`, outer, `" y="`, y-15, `" width="`, last-outer, `" height="30" rx="4"/>`)
		c.party(p, middle, (outer+last)/2, y, last-outer-8, "")
	}
	c.WriteString(badges.String())
	c.boxes = append(c.boxes, badges.boxes...)
	keys := []key{}
	for _, d := range []Depth{Defence, Nonaggression, Consultation, Cooperation} {
		if used[d] {
			keys = append(keys, key{letters[d] + " " + depthNames[d], 30, func(x, y float64) { c.line(fmt.Sprintf("l%d", d), x-14, y, x+14, y) }})
		}
	}
	if len(all) > 0 {
		keys = append(keys, key{fmt.Sprintf("bracket: each of these %d states owes every other %s", len(all), depthNames[whole]), 14, func(x, y float64) { c.path("axis", "M"+num(x+6)+" "+num(y-7)+"h-8v14h8") }})
	}
	if slices.ContainsFunc(f.Inside, func(p Party) bool { return p.Role == Observer }) {
		keys = append(keys, key{"in italics: observer", 0, func(float64, float64) {}})
	}
	if signed {
		keys = append(keys, key{"broken, in brackets: signed, not known to be in force", 30, func(x, y float64) { c.line("l2 dash", x-15, y, x+15, y) }})
	}
	y := c.legend(0, top+height+22, keys)
	return c.figure(f.Head, y-6, 620, depthStyle+`.in{fill:var(--fig-member,#f3d8bd);stroke:var(--fig-own,#b23a12);stroke-width:1.2}
.in.watch{fill:var(--fig-observer,#faeee1);stroke-dasharray:3 2}
.it{font-style:italic}
.out{fill:var(--fig-faint,#f2f5f7);stroke:var(--fig-soft,#55616d);stroke-width:1;stroke-dasharray:4 3}
.badge{fill:var(--fig-paper,#fff);stroke:var(--fig-soft,#55616d);stroke-width:.8}
`)
}

func index(list []Party) map[string]int {
	m := make(map[string]int, len(list))
	for i, p := range list {
		m[p.Code] = i
	}
	return m
}

// outsideOrder orders outsiders by the mean row of those they are bound to, so
// that curves cross less. It returns each outsider's row.
func (f Owes) outsideOrder(inside, outside map[string]int) []int {
	sum := make([]float64, len(f.Outside))
	n := make([]float64, len(f.Outside))
	for _, b := range f.Bonds {
		for _, pair := range [][2]string{{b.A, b.B}, {b.B, b.A}} {
			i, ok := inside[pair[0]]
			o, out := outside[pair[1]]
			if ok && out {
				sum[o] += float64(i)
				n[o]++
			}
		}
	}
	order := make([]int, len(f.Outside))
	for i := range order {
		order[i] = i
	}
	mean := func(i int) float64 { return sum[i] / max(1, n[i]) }
	slices.SortStableFunc(order, func(a, b int) int {
		switch {
		case mean(a) < mean(b):
			return -1
		case mean(a) > mean(b):
			return 1
		}
		return 0
	})
	rank := make([]int, len(order))
	for place, i := range order {
		rank[i] = place
	}
	return rank
}

// whole finds the states that each owe every other the same in force, and the
// depth of it, where drawing every pair would hide the rest.
func (f Owes) whole(inside map[string]int) (all []int, depth Depth) {
	deepest := map[[2]int]Depth{}
	for _, b := range f.Bonds {
		i, inA := inside[b.A]
		j, inB := inside[b.B]
		if inA && inB && i != j && !b.Signed {
			pair := [2]int{min(i, j), max(i, j)}
			deepest[pair] = max(deepest[pair], b.Depth)
		}
	}
	for depth := Defence; depth >= Consultation; depth-- {
		all := clique(len(f.Inside), func(i, j int) bool { return deepest[[2]int{min(i, j), max(i, j)}] == depth })
		if all != nil {
			return all, depth
		}
	}
	return nil, NoTie
}

// fans spreads the ends of the curves over the height of their boxes, in the
// order of the rows at the other end, so that they do not meet in one point.
func (f Owes) fans(inside, outside map[string]int, rank []int) (in, out map[[2]int]float64) {
	seen := map[[2]int]bool{}
	byIn, byOut := map[int][]int{}, map[int][]int{}
	for _, b := range f.Bonds {
		i, ok := inside[b.A]
		o, far := outside[b.B]
		if !ok || !far {
			i, ok = inside[b.B]
			o, far = outside[b.A]
		}
		if ok && far && !seen[[2]int{i, o}] {
			seen[[2]int{i, o}] = true
			byIn[i], byOut[o] = append(byIn[i], o), append(byOut[o], i)
		}
	}
	offset := func(k, n int) float64 {
		step := min(6, 24/float64(max(1, n-1)))
		return (float64(k) - float64(n-1)/2) * step
	}
	in, out = map[[2]int]float64{}, map[[2]int]float64{}
	for i, list := range byIn {
		slices.SortFunc(list, func(a, b int) int { return rank[a] - rank[b] })
		for k, o := range list {
			in[[2]int{i, o}] = offset(k, len(list))
		}
	}
	for o, list := range byOut {
		slices.Sort(list)
		for k, i := range list {
			out[[2]int{i, o}] = offset(k, len(list))
		}
	}
	return in, out
}

// party writes a name in one line, or two smaller ones.
func (c *canvas) party(p Party, anchor string, x, y, w float64, weight string) {
	if textWidth(weight, p.Name) <= w {
		c.text(weight, anchor, x, y+4.5, p.Name)
		return
	}
	small := "y " + weight
	lines := wrap(small, p.Name, w, 2)
	for i, l := range lines {
		lines[i] = shorten(small, l, w)
	}
	c.lines(small, anchor, x, y+4-7*float64(len(lines)-1), lines)
}
