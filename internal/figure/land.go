package figure

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"sync"

	"github.com/sams96/rgeo"
)

// point is a place in degrees (x is the longitude) or on the page.
type point struct{ x, y float64 }

// country is a country as Natural Earth draws it: its rings, outer and inner
// alike, since the page fills by the even-odd rule.
type country struct {
	code    string // Natural Earth's own, mostly ISO 3166-1 alpha-3
	name    string
	dispute string // Natural Earth's remark on a disputed territory, or ""
	rings   [][]point
}

// land returns the countries of Natural Earth 1:110m. The polygons come compressed
// inside the rgeo module and are read at the first map of a process.
var land = sync.OnceValues(loadLand)

func loadLand() ([]country, error) {
	z, err := gzip.NewReader(bytes.NewReader(rgeo.Countries110()))
	if err != nil {
		return nil, fmt.Errorf("map geometry: %w", err)
	}
	var data bytes.Buffer
	data.Grow(1 << 20)
	if _, err := io.Copy(&data, z); err != nil {
		return nil, fmt.Errorf("map geometry: %w", err)
	}
	return readLand(data.Bytes())
}

// readLand reads the features of a GeoJSON collection as rgeo ships it: one
// line, geometry before properties. It scans for the few fields that it needs
// rather than decoding some hundred names of each country.
func readLand(data []byte) ([]country, error) {
	var list []country
	for {
		i := bytes.Index(data, []byte(`"coordinates":`))
		if i < 0 {
			break
		}
		data = data[i+len(`"coordinates":`):]
		k := bytes.Index(data, []byte(`"properties":`))
		if k < 0 {
			return nil, errors.New("map geometry: a feature without properties")
		}
		c := country{rings: readRings(data[:k])}
		data = data[k:]
		properties := data
		if next := bytes.Index(data, []byte(`"coordinates":`)); next >= 0 {
			properties = data[:next]
		}
		c.code, c.name = property(properties, "ADM0_A3"), property(properties, "NAME")
		c.dispute = property(properties, "NOTE_BRK")
		if c.dispute == "" && property(properties, "TYPE") == "Disputed" && property(properties, "FCLASS_ISO") == "Unrecognized" {
			c.dispute = "recognised by some states only"
		}
		if len(c.rings) == 0 || c.code == "" {
			return nil, fmt.Errorf("map geometry: country %q without code or border", c.name)
		}
		if c.code != "ATA" {
			list = append(list, c)
		}
	}
	if len(list) == 0 {
		return nil, errors.New("map geometry: no country found")
	}
	return list, nil
}

// property returns a text property, or "" when it is null or absent.
func property(data []byte, name string) string {
	i := bytes.Index(data, []byte(`"`+name+`":"`))
	if i < 0 {
		return ""
	}
	data = data[i+len(name)+4:]
	if j := bytes.IndexByte(data, '"'); j >= 0 {
		return string(data[:j])
	}
	return ""
}

// readRings reads nested arrays of positions; the nesting above rings does not
// matter here.
func readRings(data []byte) [][]point {
	var rings [][]point
	var ring []point
	for i := 0; i < len(data); i++ {
		switch ch := data[i]; {
		case ch == ']' && ring != nil: // closes a ring
			rings = append(rings, ring)
			ring = nil
		case ch == '-' || ch >= '0' && ch <= '9':
			j := bytes.IndexByte(data[i:], ']')
			if j < 0 {
				return rings
			}
			lon, lat, _ := strings.Cut(string(data[i:i+j]), ",")
			lat, _, _ = strings.Cut(lat, ",")
			x, errX := strconv.ParseFloat(strings.TrimSpace(lon), 64)
			y, errY := strconv.ParseFloat(strings.TrimSpace(lat), 64)
			if errX == nil && errY == nil {
				ring = append(ring, point{x, y})
			}
			i += j
		}
	}
	return rings
}

// landCode translates the codes in which the record and Natural Earth differ.
func landCode(code string) string {
	switch code {
	case "XNC":
		return "CYN"
	case "XKX", "KSV":
		return "KOS"
	case "PSE":
		return "PSX"
	case "SSD":
		return "SDS"
	case "ESH":
		return "SAH"
	case "XSO":
		return "SOL"
	}
	return code
}

// inside reports whether the point is inside the ring.
func inside(p point, ring []point) bool {
	in := false
	for i, j := 0, len(ring)-1; i < len(ring); j, i = i, i+1 {
		a, b := ring[i], ring[j]
		if (a.y > p.y) != (b.y > p.y) && p.x < (b.x-a.x)*(p.y-a.y)/(b.y-a.y)+a.x {
			in = !in
		}
	}
	return in
}

// clip cuts a ring to a rectangle (Sutherland and Hodgman 1974). Edges along the
// rectangle may join parts that are apart; the caller hides them outside the
// frame.
func clip(ring []point, b box) []point {
	for side := range 4 {
		if len(ring) == 0 {
			return nil
		}
		in := func(p point) bool {
			switch side {
			case 0:
				return p.x >= b.x0
			case 1:
				return p.x <= b.x1
			case 2:
				return p.y >= b.y0
			}
			return p.y <= b.y1
		}
		cross := func(p, q point) point {
			var t float64
			switch side {
			case 0:
				t = (b.x0 - p.x) / (q.x - p.x)
			case 1:
				t = (b.x1 - p.x) / (q.x - p.x)
			case 2:
				t = (b.y0 - p.y) / (q.y - p.y)
			default:
				t = (b.y1 - p.y) / (q.y - p.y)
			}
			return point{p.x + t*(q.x-p.x), p.y + t*(q.y-p.y)}
		}
		var out []point
		last := ring[len(ring)-1]
		for _, p := range ring {
			switch {
			case in(p) && in(last):
				out = append(out, p)
			case in(p):
				out = append(out, cross(last, p), p)
			case in(last):
				out = append(out, cross(last, p))
			}
			last = p
		}
		ring = out
	}
	return ring
}
