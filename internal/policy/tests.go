package policy

import (
	"fmt"
	"slices"
	"strings"

	"github.com/countersign/countersign/internal/review"
)

// test is one t row: what the policy has to answer.
type test struct {
	Line  int
	Roles []review.Role // one, or all for "*"
	Deeds []review.Deed // one, or all for "*"
	Facts review.Facts
	Allow bool
	Never bool // no, and no also on any grounds that a row may need
}

// failure is a deed about which the policy answers some roles otherwise than a test expects.
type failure struct {
	test  test
	deed  review.Deed
	roles []review.Role
	got   found // for the first of the roles
}

// run asks on every desk that a row names, and on one that none does.
func (t test) run(p *Policy) []failure {
	var failed []failure
	for _, deed := range t.Deeds {
		f := failure{test: t, deed: deed}
		for _, role := range t.Roles {
			for _, desk := range p.desks() {
				got := t.ask(p, role, desk, deed)
				if got.allows() == t.Allow || slices.Contains(f.roles, role) {
					continue
				}
				if f.roles = append(f.roles, role); len(f.roles) == 1 {
					f.got = got
				}
			}
		}
		if len(f.roles) > 0 {
			failed = append(failed, f)
		}
	}
	return failed
}

func (t test) ask(p *Policy, role review.Role, desk string, deed review.Deed) found {
	got := p.find([]review.Role{role}, desk, deed, t.Facts)
	if t.Never && !got.allows() {
		return p.find([]review.Role{role}, desk, deed, t.Facts|review.AllGrounds)
	}
	return got
}

// desks are those that rows name, and "" for every other.
func (p *Policy) desks() []string {
	desks := []string{""}
	for _, r := range p.rules {
		if r.Desk != "*" && !slices.Contains(desks, r.Desk) {
			desks = append(desks, r.Desk)
		}
	}
	return desks
}

// runTests runs the desk's own tests, and those that bind every desk.
func (p *Policy) runTests() []LineError {
	var errs []LineError
	for _, t := range p.tests {
		for _, f := range t.run(p) {
			errs = append(errs, LineError{Line: t.Line, Column: 1, Message: "This test fails: " + f.says() + ". Change the rows or the test."})
		}
	}
	for _, t := range p.floor {
		for _, f := range t.run(p) {
			errs = append(errs, f.breaksFloor())
		}
	}
	return errs
}

// says is what the policy answers: "by line 7 a writer or an editor may sign this claim with recused".
func (f failure) says() string {
	doing := fmt.Sprintf("%s may %s", roleList(f.roles, "or"), theirWords(f.deed))
	if f.test.Facts != 0 {
		doing += " with " + f.test.Facts.String()
	}
	switch {
	case f.got.allows():
		return fmt.Sprintf("by line %d %s", f.got.allow.Line, doing)
	case f.got.allow == nil:
		return "no row says that " + doing
	default:
		return fmt.Sprintf("line %d stands against it that %s", f.got.denies[0].Line, doing)
	}
}

// breaksFloor says what no desk's policy may change, and which row mends it.
func (f failure) breaksFloor() LineError {
	err := LineError{Message: "Every desk's policy has to answer this otherwise: " + f.says() + ". "}
	switch {
	case f.got.allows() && f.test.Facts != 0:
		missing := rule{Sub: anybody, Desk: "*", Deed: f.deed, Cond: f.test.Facts.Each()[0], Deny: true}
		err.Message += "Put back the row " + missing.String() + "."
	case f.got.allows():
		err.Line, err.Column = f.got.allow.Line, 1
		err.Message += "Delete this row."
	case f.got.allow == nil:
		missing := rule{Sub: f.roles[0], Desk: "*", Deed: f.deed}
		err.Message += "Put back the row " + missing.String() + "."
	default:
		err.Line, err.Column = f.got.denies[0].Line, 1
		err.Message += "Delete this row."
	}
	return err
}

func (r rule) String() string { return "p, " + strings.Join(r.fields(), ", ") }
