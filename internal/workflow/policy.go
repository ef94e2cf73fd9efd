package workflow

import (
	"context"

	"github.com/countersign/countersign/internal/policy"
	"github.com/countersign/countersign/internal/review"
	"github.com/countersign/countersign/internal/store"
)

// InForce asks Policy for the revision that is in force.
const InForce = -1

// Policy shows a revision of a desk's policy; 0 is the one that every desk starts from.
func (w *Workflow) Policy(ctx context.Context, actor Actor, desk string, number int64) (review.PolicyRevision, error) {
	if err := w.judge(ctx, actor, on(desk, review.ToReadPolicy, review.OnPolicy, 0)); err != nil {
		return review.PolicyRevision{}, err
	}
	if number == InForce {
		last, err := store.LastPolicyRevision(ctx, w.store.Reader(), desk)
		if err != nil {
			return review.PolicyRevision{}, err
		}
		number = last
	}
	if number == 0 {
		return review.PolicyRevision{Desk: desk, Policy: w.policies.House().Text(), Note: "The policy that every desk starts from."}, nil
	}
	return store.PolicyRevision(ctx, w.store.Reader(), desk, number)
}

// PolicyRevisions lists the revisions of a desk's policy, last first.
func (w *Workflow) PolicyRevisions(ctx context.Context, actor Actor, desk string, page review.Page) ([]review.PolicyRevision, string, error) {
	if err := w.judge(ctx, actor, on(desk, review.ToReadPolicy, review.OnPolicy, 0)); err != nil {
		return nil, "", err
	}
	return store.PolicyRevisions(ctx, w.store.Reader(), desk, page)
}

// PolicyChange is a new policy for a desk.
type PolicyChange struct {
	Desk  string
	After int64 // the revision that its author saw
	Text  string
	Note  string
}

// PutPolicy checks a policy, row by row and as a whole, and puts it in force on every node.
func (w *Workflow) PutPolicy(ctx context.Context, actor Actor, ask PolicyChange) (review.PolicyRevision, error) {
	// Another node may have put a revision in force that this one has not followed yet. Who may upload, and
	// what raises them, is judged by the revision that the upload follows: AddPolicyRevision refuses it if
	// that is not the last.
	last, err := w.catchUp(ctx, ask.Desk)
	if err != nil {
		return review.PolicyRevision{}, err
	}
	if err := w.judge(ctx, actor, on(ask.Desk, review.ToManagePolicy, review.OnPolicy, 0)); err != nil {
		return review.PolicyRevision{}, err
	}
	if last != ask.After {
		return review.PolicyRevision{}, review.Errorf(review.Stale,
			"The policy is at revision %d by now, and you changed revision %d. Read it again.", last, ask.After)
	}
	next, faults := w.policies.House().Parse([]byte(ask.Text))
	if len(faults) > 0 {
		return review.PolicyRevision{}, policyFaults(faults)
	}
	upload, err := w.upload(ctx, actor, ask.Desk, next)
	if err != nil {
		return review.PolicyRevision{}, err
	}
	if faults := upload.Check(); len(faults) > 0 {
		return review.PolicyRevision{}, policyFaults(faults)
	}
	revision := review.PolicyRevision{
		Desk: ask.Desk, Number: ask.After + 1, Policy: ask.Text, Author: actor.Member.ID, Note: ask.Note, CreatedAt: w.now(),
	}
	err = w.change(ctx, actor, func(ctx context.Context, tx store.IDB, note func(review.AuditRecord)) error {
		if err := store.AddPolicyRevision(ctx, tx, &revision); err != nil {
			return err
		}
		detail := map[string]string{"revision": number(int(revision.Number)), "note": ask.Note}
		if raised := upload.Raised(); len(raised) > 0 {
			detail["self_grant"] = "allowed: the server has one admin only"
		}
		note(actor.record("policy.change", ask.Desk, ask.Desk, detail))
		return store.ChangeRights(ctx, tx, review.RightsChange{At: w.now(), Desk: ask.Desk})
	})
	if err != nil {
		return review.PolicyRevision{}, err
	}
	w.logged(ctx, "put a policy in force", w.putInForce(ask.Desk, revision.Number, next)) // it is stored: Run tries again
	return revision, nil
}

// upload gathers what policy wants to know about who puts it in force, and on whom.
func (w *Workflow) upload(ctx context.Context, actor Actor, desk string, next *policy.Policy) (policy.Upload, error) {
	before, _ := w.policies.For(desk)
	up := policy.Upload{Desk: desk, Before: before, House: w.policies.House(), After: next}
	mine, err := store.Membership(ctx, w.store.Reader(), desk, actor.Member.ID)
	if err != nil {
		return up, err
	}
	up.Uploader = mine.Roles
	if up.Members, err = store.RolesHeld(ctx, w.store.Reader(), desk); err != nil {
		return up, err
	}
	admins, err := store.AdminCount(ctx, w.store.Reader(), "")
	up.SoleAdmin = admins <= 1
	return up, err
}

func policyFaults(lines []policy.LineError) error {
	faults := make([]review.Fault, len(lines))
	for i, line := range lines {
		faults[i] = review.Fault{Location: "body.policy", Line: line.Line, Column: line.Column, Message: line.Message}
	}
	where := "As a whole"
	if lines[0].Line > 0 {
		where = "Line " + number(lines[0].Line)
	}
	return review.Errorf(review.Invalid, "The policy cannot be put in force. %s: %s", where, lines[0].Message).With(faults)
}
