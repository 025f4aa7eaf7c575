package rem

import (
	"slices"

	"entente"
)

// organisations is the layer of the organisations and blocs other than the group
// itself of which two actors are both members, as far as the record of acts shows
// it. A state is a member from the last possible day of an act in the body's name
// that founds it, sets up an institution of it, is a treaty of it that is in force,
// or takes the state in; until the last possible day of an act by which it
// withdraws. Partners, observers and guests are no members, and what began before
// the record does is not in it.
func (l *loader) organisations() Layer {
	type step struct {
		day    entente.Day
		body   string
		actors []string
		member bool
	}
	var steps []step
	for _, act := range l.c.Acts {
		body := l.c.Actor(act.Forum)
		if body == nil || body.Code == l.c.Group.Code || body.Kind != entente.Organization && body.Kind != entente.Bloc || !act.Date.Over(l.asOf) {
			continue
		}
		s := step{day: act.Date.End, body: body.Code, member: act.Type != entente.Withdrawal}
		entering := slices.ContainsFunc(act.Participants, func(p entente.Participant) bool { return p.Role == "acceding" })
		for _, p := range act.Participants {
			joins := p.Role == "acceding" || !entering && !slices.Contains([]string{"partner", "observer", "guest", "withdrawing"}, p.Role)
			if s.member && joins || !s.member && p.Role == "withdrawing" {
				s.actors = append(s.actors, p.Actor)
			}
		}
		switch act.Type {
		case entente.Founding, entente.Institution, entente.Accession:
			if act.Cooperation() {
				steps = append(steps, s)
			}
		case entente.Treaty:
			if act.Cooperation() && act.StatusOn(l.asOf) == entente.InForce {
				steps = append(steps, s)
			}
		case entente.Withdrawal:
			if act.Status == entente.Terminated {
				steps = append(steps, s)
			}
		}
	}
	slices.SortStableFunc(steps, func(a, b step) int { return int(a.day) - int(b.day) })
	layer := Layer{Name: "organisations"}
	members := map[string][]int32{}
	for _, s := range steps {
		for _, code := range s.actors {
			a, ok := l.at[code]
			now := members[s.body]
			at := slices.Index(now, a)
			if !ok || (at >= 0) == s.member {
				continue
			}
			value := 1.0
			if !s.member {
				value = -1
				now = slices.Delete(now, at, at+1)
			}
			for _, b := range now {
				layer.Events = append(layer.Events, Event{ID: s.body, Time: float64(s.day), From: []int32{a, b}, Value: value})
			}
			if s.member {
				now = append(now, a)
			}
			members[s.body] = now
		}
	}
	return layer
}
