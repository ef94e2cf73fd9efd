package workflow

import (
	"context"
	"slices"
	"time"

	"github.com/countersign/countersign/internal/policy"
	"github.com/countersign/countersign/internal/review"
	"github.com/countersign/countersign/internal/store"
)

const namedWhoMay = 10 // people named in a refusal as those who may; a reader asks one of them

// about is what an act would be done to.
type about struct {
	desk  string // "" for the server
	deed  review.Deed
	facts review.Facts // that the caller found; those of membership, session and token are added
}

func on(desk string, act review.Act, object review.ObjectType, facts review.Facts) about {
	return about{desk: desk, deed: review.Deed{Act: act, Type: object}, facts: facts}
}

// judge asks policy whether the actor may, and returns the refusal if not. Whoever has no place on
// the desk learns nothing about it, not even that it exists.
func (w *Workflow) judge(ctx context.Context, actor Actor, what about) error {
	if actor.operator {
		return w.deskExists(ctx, what.desk)
	}
	ask, err := w.request(ctx, actor, what)
	if err != nil {
		return err
	}
	permission := w.policies.May(ask)
	if permission.Allowed {
		return nil
	}
	if err := w.store.AuditSoon(ctx, w.refusalRecord(actor, what, permission)); err != nil {
		return err
	}
	if permission.Only(review.StepUpStale.Names()[0]) {
		return review.Errorf(review.StepUp, "%s", permission.Reasons[0].Sentence).With(permission)
	}
	if err := w.nameWhoMay(ctx, what.desk, actor.Member.ID, &permission); err != nil {
		return err
	}
	return review.Errorf(review.Forbidden, "%s", permission.Reasons[0].Sentence).With(permission)
}

func (w *Workflow) refusalRecord(actor Actor, what about, permission review.Permission) review.AuditRecord {
	codes := make([]string, len(permission.Reasons))
	for i, reason := range permission.Reasons {
		codes[i] = reason.Code
	}
	record := actor.record("refusal."+string(what.deed.Act), what.desk, "", map[string]string{"reasons": joinWords(codes)})
	record.At = w.now()
	return record
}

func (w *Workflow) deskExists(ctx context.Context, desk string) error {
	if desk == "" {
		return nil
	}
	_, err := store.Desk(ctx, w.store.Reader(), desk)
	return err
}

// request finds what policy has to know about the actor.
func (w *Workflow) request(ctx context.Context, actor Actor, what about) (policy.Request, error) {
	ask := policy.Request{Desk: what.desk, Deed: what.deed, Facts: what.facts, Token: actor.Token}
	if what.deed.Type == review.OnServer {
		return ask, w.serverRoles(ctx, actor, &ask)
	}
	membership, err := store.Membership(ctx, w.store.Reader(), what.desk, actor.Member.ID)
	if review.CodeOf(err) == review.NotFound {
		return ask, noSuchDesk()
	}
	if err != nil {
		return ask, err
	}
	ask.Roles = membership.Roles
	stale, err := w.proofIsStale(ctx, actor, what.desk)
	ask.Facts = ask.Facts.When(review.Suspended, membership.Suspended()).When(review.StepUpStale, stale)
	return ask, err
}

// serverRoles gathers the roles that a member holds anywhere. The house's policy says what they are
// good for on the server itself.
func (w *Workflow) serverRoles(ctx context.Context, actor Actor, ask *policy.Request) error {
	memberships, err := store.MembershipsOf(ctx, w.store.Reader(), actor.Member.ID)
	for _, membership := range memberships {
		if !membership.Suspended() {
			ask.Roles = append(ask.Roles, membership.Roles...)
		}
	}
	return err
}

func (w *Workflow) proofIsStale(ctx context.Context, actor Actor, desk string) (bool, error) {
	if actor.Session == nil {
		return false, nil // a token has no proof to be fresh; by_token refuses where a person is needed
	}
	found, err := store.Desk(ctx, w.store.Reader(), desk)
	if err != nil || found.Settings.StepUpMinutes == 0 {
		return false, err
	}
	limit := time.Duration(found.Settings.StepUpMinutes) * time.Minute
	return w.now().Sub(actor.Session.ProofAt) > limit, nil
}

// nameWhoMay puts names to the roles that may.
func (w *Workflow) nameWhoMay(ctx context.Context, desk, asker string, permission *review.Permission) error {
	if desk == "" || len(permission.WhoMay) == 0 {
		return nil
	}
	roles := make([]review.Role, len(permission.WhoMay))
	for i, who := range permission.WhoMay {
		roles[i] = who.Role
	}
	people, err := store.MembersWithRole(ctx, w.store.Reader(), desk, roles)
	if err != nil {
		return err
	}
	named := []review.WhoMay{}
	for _, person := range people {
		i := slices.IndexFunc(person.Roles, func(role review.Role) bool { return slices.Contains(roles, role) })
		if person.Member != asker && i >= 0 && len(named) < namedWhoMay {
			named = append(named, review.WhoMay{Role: person.Roles[i], Member: person.Member, Name: person.Name})
		}
	}
	if len(named) > 0 {
		permission.WhoMay = named
	}
	return nil
}

func noSuchDesk() error { return review.Errorf(review.NotFound, "There is no such desk.") }
