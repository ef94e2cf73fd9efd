package workflow

import (
	"context"
	"strings"
	"time"

	"github.com/countersign/countersign/internal/policy"
	"github.com/countersign/countersign/internal/review"
	"github.com/countersign/countersign/internal/store"
)

const invitationLasts = 7 * 24 * time.Hour

// Invite makes an invitation and the secret of its link.
func (w *Workflow) Invite(ctx context.Context, actor Actor, ask review.Invitation) (review.Invitation, string, error) {
	if err := w.judge(ctx, actor, on(ask.Desk, review.ToManageMembers, review.OnDesk, 0)); err != nil {
		return review.Invitation{}, "", err
	}
	email, err := review.NormalEmail(ask.Email)
	if err != nil {
		return review.Invitation{}, "", allFaults([]review.Fault{faultAt("email", err)})
	}
	if err := validRoles(ask.Roles); err != nil {
		return review.Invitation{}, "", err
	}
	secret, now := newSecret(), w.now()
	made := review.Invitation{
		Desk: ask.Desk, Email: email, Roles: ask.Roles, Hash: hashOf(secret),
		CreatedBy: actor.Member.ID, CreatedAt: now, ExpiresAt: now.Add(invitationLasts),
	}
	err = w.change(ctx, actor, func(ctx context.Context, tx store.IDB, note func(review.AuditRecord)) error {
		if err := store.AddInvitation(ctx, tx, &made); err != nil {
			return err
		}
		note(actor.record("invitation.create", made.Desk, made.ID, map[string]string{"email": email, "roles": joinWords(made.Roles)}))
		return nil
	})
	return made, secret, err
}

// Invitations lists a desk's invitations.
func (w *Workflow) Invitations(ctx context.Context, actor Actor, desk string, page review.Page) ([]review.Invitation, string, error) {
	if err := w.judge(ctx, actor, on(desk, review.ToManageMembers, review.OnDesk, 0)); err != nil {
		return nil, "", err
	}
	return store.Invitations(ctx, w.store.Reader(), desk, page)
}

// RevokeInvitation withdraws an invitation that is still open.
func (w *Workflow) RevokeInvitation(ctx context.Context, actor Actor, desk, id string) error {
	if err := w.judge(ctx, actor, on(desk, review.ToManageMembers, review.OnDesk, 0)); err != nil {
		return err
	}
	return w.change(ctx, actor, func(ctx context.Context, tx store.IDB, note func(review.AuditRecord)) error {
		if err := store.RevokeInvitation(ctx, tx, review.Invitation{ID: id, Desk: desk}, w.now()); err != nil {
			return err
		}
		note(actor.record("invitation.revoke", desk, id, nil))
		return nil
	})
}

// Offer is what an invitation's link leads to.
type Offer struct {
	Desk      string        `json:"desk"` // its name
	Email     string        `json:"email"`
	Roles     []review.Role `json:"roles" nullable:"false"`
	ExpiresAt time.Time     `json:"expires_at"`
}

// RolesInWords is "a writer" or "an editor and an admin".
func (o Offer) RolesInWords() string {
	words := make([]string, len(o.Roles))
	for i, role := range o.Roles {
		words[i] = "a " + string(role)
		if strings.ContainsRune("aeiou", rune(role[0])) {
			words[i] = "an " + string(role)
		}
	}
	return strings.Join(words, " and ")
}

func noSuchInvitation() error {
	return review.Errorf(review.NotFound, "This invitation was used or withdrawn, has expired, or was sent by somebody who may no longer invite. Ask an admin of the desk for a new one.")
}

// Offer tells what an invitation's link leads to.
func (w *Workflow) Offer(ctx context.Context, secret string) (Offer, error) {
	invitation, err := w.openInvitation(ctx, w.store.Reader(), secret)
	if err != nil {
		return Offer{}, err
	}
	desk, err := store.Desk(ctx, w.store.Reader(), invitation.Desk)
	return Offer{Desk: desk.Name, Email: invitation.Email, Roles: invitation.Roles, ExpiresAt: invitation.ExpiresAt}, err
}

func (w *Workflow) openInvitation(ctx context.Context, db store.IDB, secret string) (review.Invitation, error) {
	invitation, err := store.InvitationByHash(ctx, db, hashOf(secret))
	if review.CodeOf(err) == review.NotFound || err == nil && !invitation.Open(w.now()) {
		return review.Invitation{}, noSuchInvitation()
	}
	if err != nil {
		return review.Invitation{}, err
	}
	may, err := w.mayStillInvite(ctx, db, invitation)
	if err != nil {
		return review.Invitation{}, err
	}
	if !may {
		return review.Invitation{}, noSuchInvitation()
	}
	return invitation, nil
}

// mayStillInvite judges whoever sent an invitation as they are now: it ends with the right that it was
// made by.
func (w *Workflow) mayStillInvite(ctx context.Context, db store.IDB, invitation review.Invitation) (bool, error) {
	sender, err := deskMember(ctx, db, At{Desk: invitation.Desk, Member: invitation.CreatedBy})
	switch {
	case review.CodeOf(err) == review.NotFound:
		return false, nil
	case err != nil:
		return false, err
	case sender.DisabledAt != nil:
		return false, nil
	}
	return w.policies.May(policy.Request{
		Roles: sender.Roles, Desk: invitation.Desk, Deed: review.Deed{Act: review.ToManageMembers, Type: review.OnDesk},
		Facts: review.Facts(0).When(review.Suspended, sender.Suspended()),
	}).Allowed, nil
}

// NewMember is what somebody who accepts an invitation says of themselves.
type NewMember struct {
	Name, Password string
}

// AcceptInvitation makes whom the invitation is for a member of its desk and signs them in. Whoever
// has an account already shows it with their own password, so that the link alone never opens it.
func (w *Workflow) AcceptInvitation(ctx context.Context, secret string, ask NewMember, from From) (SignedIn, error) {
	invitation, err := w.openInvitation(ctx, w.store.Reader(), secret)
	if err != nil {
		return SignedIn{}, err
	}
	member, err := store.MemberByEmail(ctx, w.store.Reader(), invitation.Email)
	known := err == nil
	switch {
	case known:
		if member, err = w.authenticate(ctx, invitation.Email, ask.Password, from); err == nil {
			err = w.mayJoinMore(ctx, member, invitation, from)
		}
		if review.CodeOf(err) == review.Unauthenticated {
			err = review.Errorf(review.Invalid, "There is an account with this e-mail, and that is not its password.").
				With([]review.Fault{{Location: "body.password", Message: "You have an account here: this is not its password."}})
		}
	case review.CodeOf(err) == review.NotFound:
		member, err = w.newMember(ctx, invitation, ask)
	}
	if err != nil {
		return SignedIn{}, err
	}
	var begun SignedIn
	actor := Actor{Member: member, From: from}
	err = w.change(ctx, actor, func(ctx context.Context, tx store.IDB, note func(review.AuditRecord)) error {
		if _, err := w.openInvitation(ctx, tx, secret); err != nil { // again, as it stands now
			return err
		}
		if !known {
			if err := store.AddMember(ctx, tx, &member); err != nil {
				return err
			}
		}
		actor.Member = member
		invitation.UsedBy = member.ID
		if err := store.UseInvitation(ctx, tx, &invitation, w.now()); err != nil {
			return err
		}
		if err := w.join(ctx, tx, invitation, member.ID); err != nil {
			return err
		}
		note(actor.record("invitation.accept", invitation.Desk, invitation.ID, map[string]string{"roles": joinWords(invitation.Roles)}))
		// After the membership, which has the member's earlier sessions take a new secret.
		begun, err = w.beginSession(ctx, tx, member, byInvitation, from)
		return err
	})
	if err != nil {
		return SignedIn{}, err
	}
	return w.begun(ctx, begun)
}

// newMember is whom the invitation is for, as they describe themselves.
func (w *Workflow) newMember(ctx context.Context, invitation review.Invitation, ask NewMember) (review.Member, error) {
	member := review.Member{Email: invitation.Email, Name: strings.TrimSpace(ask.Name), CreatedAt: w.now()}
	var faults []review.Fault
	if err := member.Validate(); err != nil {
		faults = append(faults, faultAt("name", err))
	}
	if err := checkPassword(ask.Password, member.Name, member.Email, "countersign"); err != nil {
		faults = append(faults, faultAt("password", err))
	}
	if err := allFaults(faults); err != nil {
		return review.Member{}, err
	}
	hash, err := w.hasher.hash(ctx, ask.Password)
	member.PasswordHash = hash
	return member, err
}

// mayJoinMore refuses an invitation by which an admin would raise their own rights.
func (w *Workflow) mayJoinMore(ctx context.Context, member review.Member, invitation review.Invitation, from From) error {
	if invitation.CreatedBy != member.ID {
		return nil
	}
	actor := Actor{Member: member, From: from}
	raises, err := w.wouldRaiseOwn(ctx, actor, At{Desk: invitation.Desk, Member: member.ID}, invitation.Roles)
	if err != nil || raises != refused {
		return err
	}
	return w.judge(ctx, actor, on(invitation.Desk, review.ToManageRoles, review.OnDesk, review.SelfGrant))
}

// join adds the invitation's roles to whatever place its member has on the desk.
func (w *Workflow) join(ctx context.Context, tx store.IDB, invitation review.Invitation, member string) error {
	place, err := store.Membership(ctx, tx, invitation.Desk, member)
	switch {
	case err == nil:
		place.Roles = append(place.Roles, invitation.Roles...)
		return store.UpdateMembership(ctx, tx, &place, w.now())
	case review.CodeOf(err) == review.NotFound:
		return store.AddMembership(ctx, tx, &review.Membership{
			Desk: invitation.Desk, Member: member, Roles: invitation.Roles, CreatedAt: w.now(),
		})
	default:
		return err
	}
}
