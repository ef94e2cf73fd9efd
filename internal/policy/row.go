package policy

import (
	"fmt"

	"github.com/countersign/countersign/internal/review"
)

// anybody is the role that every other inherits, so that no role and no bot escapes what stands on it. Nobody holds it.
const anybody review.Role = "any"

const always = "always" // the condition of a row without one

// rule is one p row, checked.
type rule struct {
	Line int
	Sub  review.Role // or anybody
	Desk string      // an id, or "*"
	Deed review.Deed
	Cond review.Facts // one fact, or 0 for always
	Deny bool
}

// stands says whether the rule speaks about a member with role on desk while facts hold.
func (r rule) stands(role review.Role, desk string, facts review.Facts) bool {
	return (r.Desk == "*" || r.Desk == desk) && facts.Has(r.Cond) && (r.Sub == anybody || role.Includes(r.Sub))
}

// fields are the row as casbin reads it.
func (r rule) fields() []string {
	effect := "allow"
	if r.Deny {
		effect = "deny"
	}
	return []string{subject(r.Sub), domain(r.Desk), string(r.Deed.Type), string(r.Deed.Act), condition(r.Cond), effect}
}

func subject(role review.Role) string { return "role:" + string(role) }

func domain(desk string) string {
	if desk == "*" {
		return desk
	}
	return "desk:" + desk
}

func condition(fact review.Facts) string {
	if fact == 0 {
		return always
	}
	return fact.Names()[0]
}

// LineError says what is wrong in a policy's text, where, and what to do about it.
type LineError struct {
	Line    int    `json:"line"`   // from 1; 0 when the text as a whole is wrong
	Column  int    `json:"column"` // in characters, from 1
	Message string `json:"message"`
}

func (e LineError) Error() string {
	if e.Line == 0 {
		return e.Message
	}
	return fmt.Sprintf("line %d, column %d: %s", e.Line, e.Column, e.Message)
}

// Row is a row of the policy's text that decided something.
type Row struct {
	Line int    `json:"line"`
	Text string `json:"text"`
}
