package measure

import (
	"slices"

	"entente"
)

// AnswerForm is the strongest form of cooperation that answers an exposure.
type AnswerForm string

// The forms of an answer, from the strongest. NotScored is the political domain:
// political talk alone answers no threat.
const (
	JointMultilateral AnswerForm = "joint work, multilateral"
	JointBilateral    AnswerForm = "joint work, bilateral"
	TalkOnly          AnswerForm = "talk only"
	NoAnswer          AnswerForm = "nothing"
	NotScored         AnswerForm = "not scored"
)

// AnswerForms lists the forms that are scored, from the strongest.
var AnswerForms = []AnswerForm{JointMultilateral, JointBilateral, TalkOnly, NoAnswer}

func (f AnswerForm) rank() int { return slices.Index(AnswerForms, f) }

// Joint reports whether the form is joint work, of two or of more.
func (f AnswerForm) Joint() bool { return f == JointMultilateral || f == JointBilateral }

// AnswerYears is how far back an answer may lie and still count.
const AnswerYears = 10

// Exposure is a threat to one state of the group, and what that state does with
// other exposed states of the group in the domains that could answer it. It says
// that they cooperate, not that it helps.
type Exposure struct {
	Threat  string       `json:"threat"`
	Name    string       `json:"name"`
	State   string       `json:"state"`
	Form    AnswerForm   `json:"form"`        // the strongest in any domain; NotScored when every response is political
	Since   entente.Date `json:"since"`       // of the first act of that form in the last AnswerYears; zero: none
	InGroup bool         `json:"in_group"`    // one of these acts was done in the group's name
	Origin  bool         `json:"with_origin"` // in each of these acts an actor takes part from whom the threat comes
	Acts    []string     `json:"acts"`        // the acts of that form
	Answers []Answer     `json:"domains"`     // by response domain, in the order of the threat
}

// Answer is what answers an exposure in one domain.
type Answer struct {
	Domain  entente.Domain `json:"domain"`
	Form    AnswerForm     `json:"form"`
	Since   entente.Date   `json:"since"`
	InGroup bool           `json:"in_group"`
	Origin  bool           `json:"with_origin"`
	Acts    []string       `json:"acts"`
}

// Exposures returns the exposures of the states studied on the day and of the
// observers, in the order of the threats and of those states. Joint work is an
// exercise, agreement, institution, deployment or the like; talk is a meeting or
// a declaration. It is multilateral when the state has two partners or more among
// the exposed states of the group. What has ended does not count.
func Exposures(c *entente.Case, asOf entente.Day) []Exposure {
	states := slices.Concat(Studied(c, asOf), c.Group.On(asOf, "observer"))
	var acts []*entente.Act
	for _, a := range c.ActsOn(asOf) {
		if a.Cooperation() && a.StatusOn(asOf) != entente.Terminated && a.Date.Start > asOf-AnswerYears*36525/100 {
			acts = append(acts, a)
		}
	}
	exposures := []Exposure{}
	for i := range c.Threats {
		t := &c.Threats[i]
		exposed := slices.DeleteFunc(slices.Clone(states), func(code string) bool { return !slices.Contains(t.Exposed, code) })
		for _, state := range exposed {
			exposures = append(exposures, expose(c, t, state, exposed, acts))
		}
	}
	return exposures
}

func expose(c *entente.Case, t *entente.Threat, state string, exposed []string, acts []*entente.Act) Exposure {
	e := Exposure{Threat: t.ID, Name: t.Name, State: state, Form: NotScored, Acts: []string{}, Answers: []Answer{}}
	for _, d := range t.Responses {
		answer := Answer{Domain: d, Form: NotScored, Acts: []string{}}
		if d != entente.Political {
			answer.Form = NoAnswer
			for _, a := range acts {
				if a.In(d) && a.Has(state) {
					answer.take(a, formOf(a, state, exposed), a.Forum == c.Group.Code, slices.ContainsFunc(t.Origin, a.Has))
				}
			}
			e.take(answer)
		}
		e.Answers = append(e.Answers, answer)
	}
	e.order(acts)
	return e
}

// formOf is the form in which the act joins the state with other exposed states.
func formOf(a *entente.Act, state string, exposed []string) AnswerForm {
	partners := 0
	for _, p := range a.Participants {
		if p.Actor != state && slices.Contains(exposed, p.Actor) {
			partners++
		}
	}
	switch {
	case partners == 0:
		return NoAnswer
	case a.Type == entente.Meeting || a.Type == entente.Declaration:
		return TalkOnly
	case partners >= 2:
		return JointMultilateral
	}
	return JointBilateral
}

// take adds an act to the answer if none before it was of a stronger form. Acts
// come by date.
func (w *Answer) take(a *entente.Act, form AnswerForm, inGroup, origin bool) {
	switch {
	case form == NoAnswer || form.rank() > w.Form.rank():
	case form == w.Form:
		w.Acts = append(w.Acts, a.ID)
		w.InGroup, w.Origin = w.InGroup || inGroup, w.Origin && origin
	default:
		w.Form, w.Since, w.InGroup, w.Origin, w.Acts = form, a.Date, inGroup, origin, []string{a.ID}
	}
}

// take adds the answer in one domain to the whole.
func (e *Exposure) take(w Answer) {
	switch {
	case e.Form != NotScored && w.Form.rank() > e.Form.rank():
	case w.Form == e.Form:
		for _, id := range w.Acts {
			if !slices.Contains(e.Acts, id) {
				e.Acts = append(e.Acts, id)
			}
		}
		e.InGroup, e.Origin = e.InGroup || w.InGroup, e.Origin && w.Origin
		if w.Since.Compare(e.Since) < 0 {
			e.Since = w.Since
		}
	default:
		e.Form, e.Since, e.InGroup, e.Origin, e.Acts = w.Form, w.Since, w.InGroup, w.Origin, slices.Clone(w.Acts)
	}
}

// order brings the acts of several domains into the order of their dates.
func (e *Exposure) order(acts []*entente.Act) {
	if len(e.Answers) < 2 || len(e.Acts) < 2 {
		return
	}
	ids := make([]string, 0, len(e.Acts))
	for _, a := range acts {
		if slices.Contains(e.Acts, a.ID) {
			ids = append(ids, a.ID)
		}
	}
	e.Acts = ids
}
