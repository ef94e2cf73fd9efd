package workflow

import (
	"context"
	"crypto/rand"
	"strings"
	"time"

	"github.com/countersign/countersign/internal/review"
	"github.com/countersign/countersign/internal/store"
)

// FindDesk finds a desk by slug or id, for the command line.
func (w *Workflow) FindDesk(ctx context.Context, name string) (review.Desk, error) {
	desk, err := store.DeskBySlug(ctx, w.store.Reader(), name)
	if review.CodeOf(err) == review.NotFound && review.ValidID(name) {
		desk, err = store.Desk(ctx, w.store.Reader(), name)
	}
	if review.CodeOf(err) == review.NotFound {
		return desk, review.Errorf(review.NotFound, "There is no desk %q. Name its slug or id.", name)
	}
	return desk, err
}

// FindMember finds a member by e-mail, for the command line.
func (w *Workflow) FindMember(ctx context.Context, email string) (review.Member, error) {
	normal, err := review.NormalEmail(email)
	if err != nil {
		return review.Member{}, err
	}
	member, err := store.MemberByEmail(ctx, w.store.Reader(), normal)
	if review.CodeOf(err) == review.NotFound {
		return member, review.Errorf(review.NotFound, "There is no member %s.", normal)
	}
	return member, err
}

// Everybody lists all members of the server, for the command line.
func (w *Workflow) Everybody(ctx context.Context, page review.Page) ([]review.Member, string, error) {
	return store.Members(ctx, w.store.Reader(), page)
}

// AddedMember is somebody whom the operator adds to a desk.
type AddedMember struct {
	Desk     string
	Email    string
	Name     string // of a new member
	Password string // of a new member; empty: made up
	Roles    []review.Role
}

// AddMember adds somebody to a desk without an invitation, and tells the password if it made one up.
// Whoever is a member of the server already keeps name and password.
func (w *Workflow) AddMember(ctx context.Context, operator Actor, ask AddedMember) (member review.Member, password string, err error) {
	email, err := review.NormalEmail(ask.Email)
	if err != nil {
		return member, "", err
	}
	if err := validRoles(ask.Roles); err != nil {
		return member, "", err
	}
	member, err = store.MemberByEmail(ctx, w.store.Reader(), email)
	fresh := review.CodeOf(err) == review.NotFound
	if err != nil && !fresh {
		return member, "", err
	}
	if fresh {
		if password = ask.Password; password == "" {
			password = rand.Text()
		}
		member = review.Member{Email: email, Name: strings.TrimSpace(ask.Name), CreatedAt: w.now()}
		if err := member.Validate(); err != nil {
			return member, "", err
		}
		if member.PasswordHash, err = w.newPassword(ctx, password, member.Name, email); err != nil {
			return member, "", err
		}
	}
	err = w.change(ctx, operator, func(ctx context.Context, tx store.IDB, note func(review.AuditRecord)) error {
		if fresh {
			if err := store.AddMember(ctx, tx, &member); err != nil {
				return err
			}
		}
		note(operator.record("membership.add", ask.Desk, member.ID, map[string]string{"roles": joinWords(ask.Roles)}))
		return store.AddMembership(ctx, tx, &review.Membership{Desk: ask.Desk, Member: member.ID, Roles: ask.Roles, CreatedAt: w.now()})
	})
	return member, password, err
}

// SetPassword gives somebody a new password, made up if it is empty, and ends their sessions.
func (w *Workflow) SetPassword(ctx context.Context, operator Actor, member review.Member, password string) (string, error) {
	if password == "" {
		password = rand.Text()
	}
	hash, err := w.newPassword(ctx, password, member.Name, member.Email)
	if err != nil {
		return "", err
	}
	member.PasswordHash = hash
	return password, w.change(ctx, operator, func(ctx context.Context, tx store.IDB, note func(review.AuditRecord)) error {
		if err := store.UpdateMember(ctx, tx, &member); err != nil {
			return err
		}
		_, err := store.EndSessions(ctx, tx, member.ID, "", w.now())
		note(operator.record("password.reset", "", member.ID, nil))
		return err
	})
}

// Disable keeps somebody from signing in anywhere and ends their sessions, or lets them again.
func (w *Workflow) Disable(ctx context.Context, operator Actor, member review.Member, disabled bool) (review.Member, error) {
	now, kind := w.now(), "member.enable"
	member.DisabledAt = nil
	if disabled {
		member.DisabledAt, kind = &now, "member.disable"
	}
	return member, w.change(ctx, operator, func(ctx context.Context, tx store.IDB, note func(review.AuditRecord)) error {
		note(operator.record(kind, "", member.ID, nil))
		return store.DisableMember(ctx, tx, &member, now)
	})
}

// FlushAll appends every sign-in and refusal to the audit, those of this minute too: at shutdown.
func (w *Workflow) FlushAll(ctx context.Context) error {
	_, err := w.store.FlushAudit(ctx, w.now().Add(2*time.Minute))
	return err
}
