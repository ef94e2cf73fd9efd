// Package policy answers who may do what on a desk, with every reason against it and who else may.
//
// A policy is text: rows that allow a role an act, rows that deny it to everybody while a named condition holds, and rows
// that test the others. casbin takes each decision; this package explains it, and refuses where the two disagree. A Policy
// never changes once it is made: a new revision is a new Policy, put in the place of the old one by Holder.
package policy

import (
	"fmt"
	"io/fs"

	"github.com/countersign/countersign/internal/review"
)

// Policy is one immutable revision of a desk's rules. It is safe for concurrent use.
type Policy struct {
	model   string // casbin's model, the same for every desk
	floor   []test // what every desk's policy has to answer, whatever its rows
	text    string
	rules   []rule
	tests   []test
	decides map[review.Deed]*decider
}

// Load reads the house's policy from model.conf, policy.csv and tests.csv, which policies/ embeds. The rows of tests.csv
// bind every desk: Parse runs them against each revision.
func Load(files fs.FS) (*Policy, error) {
	model, err := fs.ReadFile(files, "model.conf")
	if err != nil {
		return nil, fmt.Errorf("read policy model: %w", err)
	}
	floor, err := fs.ReadFile(files, "tests.csv")
	if err != nil {
		return nil, fmt.Errorf("read policy tests: %w", err)
	}
	text, err := fs.ReadFile(files, "policy.csv")
	if err != nil {
		return nil, fmt.Errorf("read policy: %w", err)
	}
	house, errs := loadFloor(string(model), floor)
	if len(errs) > 0 {
		return nil, fmt.Errorf("read tests.csv: %w", errs[0])
	}
	loaded, errs := house.Parse(text)
	if len(errs) > 0 {
		return nil, fmt.Errorf("read policy.csv: %w", errs[0])
	}
	if err := loaded.agrees(); err != nil {
		return nil, fmt.Errorf("try policy model: %w", err)
	}
	return loaded, nil
}

// agrees asks casbin about every role and deed, with no fact and with every fact: a model that decides otherwise than the
// rows read must never come to run.
func (p *Policy) agrees() error {
	for _, deed := range review.Deeds() {
		for _, role := range review.Roles() {
			for _, facts := range []review.Facts{0, review.EveryFact} {
				roles := []review.Role{role}
				allowed, err := p.decide(roles, "", deed, facts)
				if err != nil {
					return err
				}
				if want := p.find(roles, "", deed, facts).allows(); allowed != want {
					return fmt.Errorf("casbin says %t, the rows %t: %s %s with facts %v", allowed, want, role, deed.Act, facts)
				}
			}
		}
	}
	return nil
}

func loadFloor(model string, text []byte) (*Policy, []LineError) {
	parsed, errs := parseRows(string(text))
	for _, r := range parsed.rules {
		errs = append(errs, LineError{Line: r.Line, Column: 1, Message: "Only t rows stand in this file."})
	}
	return &Policy{model: model, floor: parsed.tests}, errs
}

// Text is the policy as it was written.
func (p *Policy) Text() string { return p.text }

// Request is one question to a policy.
type Request struct {
	Roles []review.Role // what the member holds on the desk; none for somebody who is no member
	Desk  string        // the desk's id
	Deed  review.Deed
	Facts review.Facts
	Token *review.Token // nil when a person asks with a session
	Name  string        // of the member, when somebody else reads the answer; empty: the reasons say "you"
}

// May decides. A refusal lists every reason, and who else may. Errors refuse.
func (p *Policy) May(ask Request) review.Permission {
	return p.Explain(ask).Permission
}
