package policy

import (
	"fmt"

	"github.com/countersign/countersign/internal/review"
)

// Change is one cell in which two policies answer differently.
type Change struct {
	Role     review.Role  `json:"role"`
	Deed     review.Deed  `json:"deed"`
	Facts    review.Facts `json:"facts"` // one, or none
	Allowed  bool         `json:"allowed"`
	Sentence string       `json:"sentence"`
	Rows     []Row        `json:"rows"` // of the policy that allows, or that newly denies
}

// Diff compares what two policies answer on a desk: each role, each deed, without facts and with each fact alone. A fact
// that changes nothing beside the change without facts is not told again.
func Diff(before, after *Policy, desk string) []Change {
	changes := []Change{}
	for _, deed := range review.Deeds() {
		for _, role := range review.Roles() {
			changes = append(changes, diffCell(before, after, Request{Roles: []review.Role{role}, Desk: desk, Deed: deed})...)
		}
	}
	return changes
}

// diffCell compares one role's deed under every fact. ask has no facts.
func diffCell(before, after *Policy, ask Request) []Change {
	var changes []Change
	was, now := before.answers(ask, 0), after.answers(ask, 0)
	plain := was.allows() != now.allows()
	if plain {
		changes = append(changes, newChange(before, after, ask, 0))
	}
	for _, fact := range review.AllFacts() {
		wasWith, nowWith := before.answers(ask, fact).allows(), after.answers(ask, fact).allows()
		told := plain && wasWith == was.allows() && nowWith == now.allows()
		if wasWith != nowWith && !told {
			changes = append(changes, newChange(before, after, ask, fact))
		}
	}
	return changes
}

func (p *Policy) answers(ask Request, facts review.Facts) found {
	return p.find(ask.Roles, ask.Desk, ask.Deed, facts)
}

func newChange(before, after *Policy, ask Request, facts review.Facts) Change {
	role, got := ask.Roles[0], after.answers(ask, facts)
	change := Change{Role: role, Deed: ask.Deed, Facts: facts, Allowed: got.allows(), Rows: []Row{}}
	with := ""
	if facts != 0 {
		with = " with " + facts.String()
	}
	switch {
	case got.allows():
		change.Rows = append(change.Rows, rowOf(*got.allow))
		change.Sentence = fmt.Sprintf("%s could not %s%s; now they may.", plurals[role], theirWords(ask.Deed), with)
	case got.allow != nil:
		change.Rows = append(change.Rows, rowOf(got.denies[0]))
		fallthrough
	default:
		change.Sentence = fmt.Sprintf("%s could %s%s; now they may not.", plurals[role], theirWords(ask.Deed), with)
	}
	if len(change.Rows) == 0 {
		change.Rows = append(change.Rows, rowOf(*before.answers(ask, facts).allow))
	}
	return change
}

var plurals = map[review.Role]string{
	review.Reader: "Readers", review.Commenter: "Commenters", review.Writer: "Writers", review.Editor: "Editors",
	review.Senior: "Seniors", review.Chief: "Chiefs", review.Admin: "Admins", review.Checker: "The checker",
}
