package entente

import (
	"reflect"
	"testing"
)

func TestStatusOn(t *testing.T) {
	change := func(on string, s Status) Change { return Change{Date: date(t, on), Status: s} }
	for _, c := range []struct {
		name string
		act  Act
		day  string
		want Status
	}{
		{"before it happened", Act{Date: date(t, "2010-05-01"), Status: InForce}, "2010-04-30", ""},
		{"dated to a year, from its first day on", Act{Date: date(t, "2010"), Status: Held}, "2010-01-01", Held},
		{"in force without a date of entry", Act{Date: date(t, "2010-05-01"), Status: InForce}, "2010-05-01", InForce},
		{"signed before its entry into force", Act{Date: date(t, "1992-05-15"), Status: InForce, Changes: []Change{change("1994-04-20", InForce)}}, "1994-04-19", Signed},
		{"from its entry into force on", Act{Date: date(t, "1992-05-15"), Status: InForce, Changes: []Change{change("1994-04-20", InForce)}}, "1994-04-20", InForce},
		{"ratified by one side changes nothing", Act{Date: date(t, "2025-07-22"), Status: Signed, Changes: []Change{change("2025-12-25", Ratified)}}, "2026-01-01", Signed},
		{"ended in a year is not over before the year is", Act{Date: date(t, "1992-06-24"), Status: Terminated, Changes: []Change{change("1998", Terminated)}}, "1998-12-30", InForce},
		{"ended when the year is over", Act{Date: date(t, "1992-06-24"), Status: Terminated, Changes: []Change{change("1998", Terminated)}}, "1998-12-31", Terminated},
		{"ended at an unknown date", Act{Date: date(t, "1992-06-24"), Status: Terminated}, "1995-01-01", Terminated},
		{"proposed until signed", Act{Date: date(t, "2025-10-07"), Status: Signed, Changes: []Change{change("2026-02-01", Signed)}}, "2026-01-31", Proposed},
		{"signed when signed", Act{Date: date(t, "2025-10-07"), Status: Signed, Changes: []Change{change("2026-02-01", Signed)}}, "2026-02-01", Signed},
	} {
		day, err := ParseDay(c.day)
		if err != nil {
			t.Fatal(err)
		}
		if got := c.act.StatusOn(day); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

func TestCooperation(t *testing.T) {
	two := []Participant{{Actor: "A"}, {Actor: "B"}}
	for _, c := range []struct {
		name string
		act  Act
		want bool
	}{
		{"a meeting held", Act{Type: Meeting, Status: Held, Participants: two}, true},
		{"a meeting announced", Act{Type: Meeting, Status: Announced, Participants: two}, false},
		{"an incident", Act{Type: Incident, Status: Held, Participants: two}, false},
		{"a statement", Act{Type: Statement, Status: Held, Participants: two}, false},
		{"a withdrawal", Act{Type: Withdrawal, Status: Terminated, Participants: two}, false},
		{"a treaty of one", Act{Type: Treaty, Status: Signed, Participants: two[:1]}, false},
		{"of unknown status", Act{Type: Treaty, Participants: two}, false},
	} {
		if got := c.act.Cooperation(); got != c.want {
			t.Errorf("%s: %v", c.name, got)
		}
	}
}

func TestFind(t *testing.T) {
	c := &Case{Actors: []Actor{
		{Code: "TUR", Name: "Türkiye", ISO3: "TUR", COW: 640, GW: 640, Aliases: []Alias{{Name: "Turkey"}}},
		{Code: "KGZ", Name: "Kyrgyzstan", ISO3: "KGZ", COW: 703, GW: 703, Aliases: []Alias{{Name: "Kyrgyz Republic"}}},
		{Code: "SUN", Name: "Soviet Union", COW: 365, GW: 365, Aliases: []Alias{{Name: "Union"}}},
		{Code: "UNI", Name: "The Union", Aliases: []Alias{{Name: "Union"}}},
	}}
	for text, want := range map[string]string{
		"TUR": "TUR", "tur": "TUR", "Türkiye": "TUR", "TURKIYE": "TUR", "türkİye": "TUR", "Turkey": "TUR", "cow:640": "TUR", "gw:703": "KGZ",
		"kyrgyz republic": "KGZ", "The Union": "UNI",
	} {
		if a, err := c.Find(text); err != nil || a.Code != want {
			t.Errorf("Find(%q) = %v, %v; want %s", text, a, err, want)
		}
	}
	for _, text := range []string{"Atlantis", "cow:1", "cow:0", "", "Union"} {
		if a, err := c.Find(text); err == nil {
			t.Errorf("Find(%q) = %s, want an error", text, a.Code)
		}
	}
}

// A copy has everything that the case has, and lists of its own.
func TestCopy(t *testing.T) {
	c := &Case{}
	v := reflect.ValueOf(c).Elem()
	for i := range v.NumField() {
		f := v.Field(i)
		switch {
		case !f.CanSet():
		case f.Kind() == reflect.Slice:
			f.Set(reflect.MakeSlice(f.Type(), 1, 1))
		case f.Kind() == reflect.String:
			f.SetString("x")
		case f.CanInt():
			f.SetInt(1)
		case f.Kind() == reflect.Struct:
			f.Field(0).SetString("x")
		default:
			t.Fatalf("%s: a kind of field that the test does not fill", v.Type().Field(i).Name)
		}
	}
	copied := reflect.ValueOf(c.Copy()).Elem()
	for i := range v.NumField() {
		name := v.Type().Field(i).Name
		if name == "index" {
			continue
		}
		if !reflect.DeepEqual(v.Field(i).Interface(), copied.Field(i).Interface()) {
			t.Errorf("%s is lost in a copy", name)
		}
		if v.Field(i).Kind() == reflect.Slice && v.Field(i).Pointer() == copied.Field(i).Pointer() {
			t.Errorf("%s is shared with the copy", name)
		}
	}
}
