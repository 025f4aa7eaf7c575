package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"entente"
	"entente/measure"
)

func (a *app) toleranceCommand() *cobra.Command {
	var act string
	var proposed bool
	cmd := &cobra.Command{
		Use:   "tolerance [POWER...]",
		Short: "which acts, done or proposed, cross whose line",
		Long: "Sets the stances of outside powers, and the members' own limits, against the acts that they concern: which act\n" +
			"crosses whose line, since when, and what that power did in the 90 days after it, beside what it usually does in\n" +
			"as many days. What followed is listed by its date alone; nothing says that the act caused it. Stances of one power\n" +
			"that contradict each other are both shown. docs/tolerance.md has the rules.",
		Example: "  entente tolerance RUS\n  entente tolerance --act ots-2025-treaty-proposal\n  entente tolerance --proposed --json",
		RunE: func(cmd *cobra.Command, args []string) error {
			v, err := a.open(cmd.Context())
			if err != nil {
				return err
			}
			var powers []string
			for _, arg := range args {
				actor, err := v.find(arg)
				if err != nil {
					return err
				}
				powers = append(powers, actor.Code)
			}
			if act != "" {
				if one := v.Act(act); one == nil || !one.Date.Begun(v.asOf) {
					return notFound(fmt.Sprintf("no act %q in view on %s", act, v.asOf), "entente acts lists them")
				}
			}
			stands := slices.DeleteFunc(measure.Tolerance(v.Case, v.asOf), func(s measure.Stand) bool {
				return len(powers) > 0 && !slices.Contains(powers, s.Power)
			})
			if act != "" || proposed {
				stands = onlyActs(stands, func(x measure.Concern) bool { return (act == "" || x.Act == act) && (!proposed || x.Proposed) })
			}
			if a.json {
				for i := range stands {
					if err := a.writeJSON(&stands[i]); err != nil {
						return err
					}
				}
				return nil
			}
			a.printTolerance(v, stands)
			return nil
		},
	}
	cmd.Flags().StringVar(&act, "act", "", "only the stances that this act touches")
	cmd.Flags().BoolVar(&proposed, "proposed", false, "only acts proposed or announced")
	return cmd
}

// onlyActs keeps the acts that pass, and the stances that are left with one.
func onlyActs(stands []measure.Stand, keep func(measure.Concern) bool) []measure.Stand {
	for i := range stands {
		stands[i].Acts = slices.DeleteFunc(stands[i].Acts, func(x measure.Concern) bool { return !keep(x) })
	}
	return slices.DeleteFunc(stands, func(s measure.Stand) bool { return len(s.Acts) == 0 })
}

func (a *app) printTolerance(v *view, stands []measure.Stand) {
	if len(v.Postures) == 0 {
		a.printf("The record holds no stance of any power: there is nothing to set acts against.\n")
		return
	}
	if len(stands) == 0 {
		a.printf("No recorded stance concerns this as of %s; that may be a gap of the record.\n", v.asOf)
		return
	}
	t := newTable(2, "power", "stance", "towards", "ground", "acts", "id")
	for i := range stands {
		s := &stands[i]
		acts := fmt.Sprintf("%d done, %d proposed", len(s.Done()), len(s.Proposed()))
		if !s.Since.IsZero() {
			acts += map[entente.Stance]string{entente.Oppose: ", crossed since ", entente.Wary: ", strained since "}[s.Stance] + s.Since.String()
		}
		t.add(s.Power, string(s.Stance), s.Form, ground(s), acts, s.Posture)
	}
	a.print(t)
	a.printCrossings(stands)
	a.printContradictions(stands)
	a.printf("\nas of %s\n", v.asOf)
}

// ground says what a stance rests on, since when and how firmly.
func ground(s *measure.Stand) string {
	text := string(s.Basis)
	if !s.Date.IsZero() {
		text += " " + s.Date.String()
	}
	return text + ", " + string(s.Confidence)
}

// printCrossings prints for each line the acts that meet it, and what followed.
func (a *app) printCrossings(stands []measure.Stand) {
	head := fmt.Sprintf("Acts against a line, and what that power did within %d days, by date alone. Usual: how many such acts as many days saw in the two years before.", measure.ResponseDays)
	for i := range stands {
		s := &stands[i]
		if !s.Line() || len(s.Acts) == 0 {
			continue
		}
		t := newTable(3, "  date", "act", "", "followed by, days after", "#usual")
		for _, x := range s.Acts {
			usual := ""
			if x.Unsought == "" {
				usual = fmt.Sprintf("%.1f", x.Usual)
			}
			t.add("  "+x.Date.String(), x.Act, effect(x), followed(x), usual)
		}
		if head != "" {
			a.printf("\n")
			a.paragraph("", head)
			head = ""
		}
		a.printf("\n%s, %s: %s\n", s.Power, s.Stance, s.Form)
		a.print(t)
	}
}

// effect says in words what the act does to the line.
func effect(x measure.Concern) string {
	plain := map[measure.Effect]string{measure.Crosses: "cross", measure.Strains: "strain"}[x.Effect]
	switch {
	case x.May:
		return "may " + plain
	case x.Proposed:
		return "would " + plain
	case x.Before:
		return string(x.Effect) + ", before it was voiced"
	}
	return string(x.Effect)
}

// followed lists the candidates for a response.
func followed(x measure.Concern) string {
	if x.Unsought != "" {
		return "not sought: " + x.Unsought
	}
	list := make([]string, len(x.Responses))
	for i, r := range x.Responses {
		list[i] = fmt.Sprintf("%s +%d", r.Act, r.Days)
	}
	text := shortList(list, 4)
	if text == "" {
		text = "nothing recorded"
	}
	if x.DaysSeen < measure.ResponseDays {
		text += fmt.Sprintf(" (%d days seen)", x.DaysSeen)
	}
	return text
}

// printContradictions names each pair of stances that pull apart once, from the
// side of the line.
func (a *app) printContradictions(stands []measure.Stand) {
	head := "\nStances that contradict each other; neither is dropped\n"
	for i := range stands {
		s := &stands[i]
		if !s.Line() || len(s.Contradicts) == 0 {
			continue
		}
		a.printf("%s", head)
		head = ""
		a.paragraph("  ", fmt.Sprintf("- %s %s: %s, against %s", s.Power, s.Stance, s.Posture, strings.Join(s.Contradicts, ", ")))
	}
}
