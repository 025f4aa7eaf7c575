package measure

// Provisions are the military provisions of a treaty in the codes of ATOP 5.1
// (Leeds, Ritter, Mitchell and Long 2002).
type Provisions struct {
	IntegratedCommand bool   // INTCOM
	Bases             int    // BASE: 0 none, more for bases of one or more sides
	MilitaryContact   int    // MILCON: 0 none, 1 in war, 2 in peace, 3 common policy
	MilitaryAid       int    // MILAID: 0 none, 1 general, 2 grants, 3 training, 4 both
	Contributions     bool   // CONTRIB: forces or quotas are set
	Subordination     int    // SUBORD: one side's forces under another's command
	Purposes          [2]int // ORGPURP1, ORGPURP2: 1 military, 4 military and other
}

// Institution returns how much military machinery the treaty sets up: 2 high, 1
// moderate, 0 none. The levels are those of MILINST (Leeds and Anac 2005,
// International Interactions 31:183-202); the rule is inferred from the codings.
func (p Provisions) Institution() int {
	military := func(purpose int) bool { return purpose == 1 || purpose == 4 }
	switch {
	case p.IntegratedCommand || p.Bases > 0 || p.MilitaryContact == 3:
		return 2
	case p.MilitaryContact == 2 || military(p.Purposes[0]) || military(p.Purposes[1]) ||
		p.MilitaryAid == 3 || p.MilitaryAid == 4 || p.Contributions || p.Subordination > 0:
		return 1
	}
	return 0
}
