package policy

import (
	"fmt"
	"slices"

	"github.com/countersign/countersign/internal/review"
)

// Explanation is a decision with the rows that took it: those that deny, or else the first that allows.
type Explanation struct {
	review.Permission
	Rows []Row `json:"rows"`
}

// Explain decides like May and names the deciding rows.
func (p *Policy) Explain(ask Request) Explanation {
	answer := Explanation{Permission: review.Permission{Deed: ask.Deed, Reasons: []review.Reason{}, WhoMay: []review.WhoMay{}}, Rows: []Row{}}
	roles, facts := ask.roles(), ask.facts()
	switch {
	case !ask.Deed.Valid():
		answer.Reasons = append(answer.Reasons, newTeller(ask.Deed, ask.Name).unknownAct())
		return answer
	case len(roles) == 0:
		answer.Reasons = append(answer.Reasons, newTeller(ask.Deed, ask.Name).noMember())
		return answer
	}
	got := p.find(roles, ask.Desk, ask.Deed, facts)
	allowed, err := p.decide(roles, ask.Desk, ask.Deed, facts)
	if err == nil && allowed && got.allows() {
		answer.Allowed = true
		answer.Rows = append(answer.Rows, rowOf(*got.allow))
		return answer
	}
	p.refuse(&answer, ask, got)
	if err != nil || allowed || got.allows() {
		answer.Reasons = append(answer.Reasons, newTeller(ask.Deed, ask.Name).broken())
	}
	return answer
}

// refuse fills in what stands against it, and who else may.
func (p *Policy) refuse(answer *Explanation, ask Request, got found) {
	tell := newTeller(ask.Deed, ask.Name)
	answer.WhoMay = p.whoElse(ask)
	if got.allow == nil {
		answer.Reasons = append(answer.Reasons, tell.noRole(ask.roles(), answer.WhoMay))
	}
	for _, r := range got.denies {
		answer.Rows = append(answer.Rows, rowOf(r))
		if !answer.Has(condition(r.Cond)) {
			answer.Reasons = append(answer.Reasons, tell.denied(r.Cond))
		}
	}
}

// decide is casbin's own answer.
func (p *Policy) decide(roles []review.Role, desk string, deed review.Deed, facts review.Facts) (bool, error) {
	d := p.decides[deed]
	switch {
	case facts&^review.EveryFact != 0:
		return false, fmt.Errorf("facts %b are not all known", facts)
	case d == nil:
		return false, nil
	}
	return d.engine.allows(roles, desk, deed, facts)
}

// found is what the rows say, read without casbin: the first row that allows, every row that denies.
type found struct {
	allow  *rule
	denies []rule
}

func (f found) allows() bool { return f.allow != nil && len(f.denies) == 0 }

func (p *Policy) find(roles []review.Role, desk string, deed review.Deed, facts review.Facts) found {
	var f found
	d := p.decides[deed]
	if d == nil {
		return f
	}
	speaks := func(r rule) bool {
		return slices.ContainsFunc(roles, func(role review.Role) bool { return r.stands(role, desk, facts) })
	}
	if i := slices.IndexFunc(d.allows, speaks); i >= 0 {
		f.allow = &d.allows[i]
	}
	for _, r := range d.denies {
		if speaks(r) {
			f.denies = append(f.denies, r)
		}
	}
	return f
}

// WhoMay returns the roles, least first, that may do deed on desk while facts about the object hold.
func (p *Policy) WhoMay(desk string, deed review.Deed, facts review.Facts) []review.Role {
	roles := []review.Role{}
	for _, role := range review.Roles() {
		if p.find([]review.Role{role}, desk, deed, facts.OfObject()).allows() {
			roles = append(roles, role)
		}
	}
	return roles
}

func (p *Policy) whoElse(ask Request) []review.WhoMay {
	may := []review.WhoMay{}
	for _, role := range p.WhoMay(ask.Desk, ask.Deed, ask.Facts) {
		if role.Held() {
			may = append(may, review.WhoMay{Role: role})
		}
	}
	return may
}

func rowOf(r rule) Row {
	return Row{Line: r.Line, Text: r.String()}
}
