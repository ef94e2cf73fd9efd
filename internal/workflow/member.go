package workflow

import (
	"context"
	"slices"
	"strings"

	"github.com/countersign/countersign/internal/review"
	"github.com/countersign/countersign/internal/store"
)

// At is somebody's place on a desk, by ids.
type At struct {
	Desk, Member string
}

// Rename changes the actor's name.
func (w *Workflow) Rename(ctx context.Context, actor Actor, name string, version int64) (review.Member, error) {
	member := actor.Member
	if member.Version != version {
		return review.Member{}, review.Errorf(review.Stale, "Your name was changed after you opened it.").With(member)
	}
	before := member.Name
	member.Name = strings.TrimSpace(name)
	if err := member.Validate(); err != nil {
		return review.Member{}, allFaults([]review.Fault{faultAt("name", err)})
	}
	err := w.change(ctx, actor, func(ctx context.Context, tx store.IDB, note func(review.AuditRecord)) error {
		note(actor.record("member.rename", "", member.ID, map[string]string{"from": before, "to": member.Name}))
		return store.UpdateMember(ctx, tx, &member)
	})
	return member, err
}

// Members lists a desk's members.
func (w *Workflow) Members(ctx context.Context, actor Actor, desk string, page review.Page) ([]review.DeskMember, string, error) {
	if err := w.judge(ctx, actor, on(desk, review.ToRead, review.OnDesk, 0)); err != nil {
		return nil, "", err
	}
	return store.DeskMembers(ctx, w.store.Reader(), desk, page)
}

// Member shows one member of a desk.
func (w *Workflow) Member(ctx context.Context, actor Actor, desk, member string) (review.DeskMember, error) {
	if err := w.judge(ctx, actor, on(desk, review.ToRead, review.OnDesk, 0)); err != nil {
		return review.DeskMember{}, err
	}
	return deskMember(ctx, w.store.Reader(), At{Desk: desk, Member: member})
}

func deskMember(ctx context.Context, db store.IDB, at At) (review.DeskMember, error) {
	membership, err := store.Membership(ctx, db, at.Desk, at.Member)
	if review.CodeOf(err) == review.NotFound {
		return review.DeskMember{}, review.Errorf(review.NotFound, "There is no such member on this desk.")
	}
	if err != nil {
		return review.DeskMember{}, err
	}
	person, err := store.Member(ctx, db, at.Member)
	return review.DeskMember{Membership: membership, Email: person.Email, Name: person.Name, DisabledAt: person.DisabledAt}, err
}

// SetRoles sets somebody's roles on a desk. Nobody raises their own rights, unless the server has one
// admin only; the audit then says so.
func (w *Workflow) SetRoles(ctx context.Context, actor Actor, at At, roles []review.Role, version int64) (review.DeskMember, error) {
	if err := w.judge(ctx, actor, on(at.Desk, review.ToManageRoles, review.OnDesk, 0)); err != nil {
		return review.DeskMember{}, err
	}
	if err := validRoles(roles); err != nil {
		return review.DeskMember{}, err
	}
	raises, err := w.wouldRaiseOwn(ctx, actor, at, roles)
	if err != nil {
		return review.DeskMember{}, err
	}
	if err := w.judge(ctx, actor, on(at.Desk, review.ToManageRoles, review.OnDesk, review.Facts(0).When(review.SelfGrant, raises == refused))); err != nil {
		return review.DeskMember{}, err
	}
	return w.changeMembership(ctx, actor, at, version, func(m *review.Membership) review.AuditRecord {
		detail := map[string]string{"from": joinWords(m.Roles), "to": joinWords(slices.Sorted(slices.Values(roles)))}
		if raises == soleAdmin {
			detail["self_grant"] = "allowed: the server has one admin only"
		}
		m.Roles = roles
		return actor.record("membership.roles", at.Desk, at.Member, detail)
	})
}

type raise int

const (
	none      raise = iota
	refused         // another admin could do it
	soleAdmin       // there is no other
)

// wouldRaiseOwn says whether the roles would raise the actor's own rights.
func (w *Workflow) wouldRaiseOwn(ctx context.Context, actor Actor, at At, roles []review.Role) (raise, error) {
	if actor.operator || at.Member != actor.Member.ID {
		return none, nil
	}
	mine, err := store.Membership(ctx, w.store.Reader(), at.Desk, at.Member)
	if err != nil && review.CodeOf(err) != review.NotFound {
		return none, err
	}
	if !review.Raises(mine.Roles, roles) {
		return none, nil
	}
	admins, err := store.AdminCount(ctx, w.store.Reader(), "")
	if admins > 1 {
		return refused, err
	}
	return soleAdmin, err
}

func validRoles(roles []review.Role) error {
	var faults []review.Fault
	if len(roles) == 0 {
		faults = append(faults, review.Fault{Location: "body.roles", Message: "A member has at least one role."})
	}
	for _, role := range roles {
		if _, err := review.ParseRole(string(role)); err != nil {
			faults = append(faults, faultAt("roles", err))
		} else if !role.Held() {
			faults = append(faults, review.Fault{Location: "body.roles", Message: "The role " + string(role) + " is the server's own; nobody can be given it."})
		}
	}
	return allFaults(faults)
}

// Suspend takes all rights of somebody's place on a desk away for a while, or gives them back.
func (w *Workflow) Suspend(ctx context.Context, actor Actor, at At, suspended bool, version int64) (review.DeskMember, error) {
	if err := w.judge(ctx, actor, on(at.Desk, review.ToManageMembers, review.OnDesk, 0)); err != nil {
		return review.DeskMember{}, err
	}
	return w.changeMembership(ctx, actor, at, version, func(m *review.Membership) review.AuditRecord {
		m.SuspendedAt = nil
		kind := "membership.resume"
		if suspended {
			now := w.now()
			m.SuspendedAt, kind = &now, "membership.suspend"
		}
		return actor.record(kind, at.Desk, at.Member, nil)
	})
}

// changeMembership applies a change to a membership and refuses one that leaves its desk without an
// admin. The count is taken after the change: of two that would each leave the other as the last,
// the second waits for the first and sees it.
func (w *Workflow) changeMembership(ctx context.Context, actor Actor, at At, version int64, apply func(*review.Membership) review.AuditRecord) (review.DeskMember, error) {
	var member review.DeskMember
	err := w.change(ctx, actor, func(ctx context.Context, tx store.IDB, note func(review.AuditRecord)) error {
		before, err := deskMember(ctx, tx, at)
		if err != nil {
			return err
		}
		if before.Version != version {
			return review.Errorf(review.Stale, "This member was changed after you opened them. Read them again and decide on what they are now.").With(before)
		}
		membership := before.Membership
		record := apply(&membership)
		if err := store.UpdateMembership(ctx, tx, &membership, w.now()); err != nil {
			return err
		}
		if err := keepsAnAdmin(ctx, tx, at.Desk); err != nil {
			return err
		}
		note(record)
		member = before
		member.Membership = membership
		return nil
	})
	return member, err
}

func keepsAnAdmin(ctx context.Context, tx store.IDB, desk string) error {
	admins, err := store.AdminCount(ctx, tx, desk)
	if err != nil {
		return err
	}
	if admins == 0 {
		return review.Errorf(review.Unprocessable, "The desk would be left without an admin. Make another member an admin first.").
			With([]review.Fault{{Message: review.LastAdmin.String()}})
	}
	return nil
}

// RemoveMember takes somebody off a desk. Their tokens for it end.
func (w *Workflow) RemoveMember(ctx context.Context, actor Actor, at At) error {
	if err := w.judge(ctx, actor, on(at.Desk, review.ToManageMembers, review.OnDesk, 0)); err != nil {
		return err
	}
	return w.change(ctx, actor, func(ctx context.Context, tx store.IDB, note func(review.AuditRecord)) error {
		member, err := deskMember(ctx, tx, at)
		if err != nil {
			return err
		}
		if err := store.RemoveMembership(ctx, tx, &member.Membership, w.now()); err != nil {
			return err
		}
		if err := keepsAnAdmin(ctx, tx, at.Desk); err != nil {
			return err
		}
		note(actor.record("membership.remove", at.Desk, at.Member, map[string]string{"roles": joinWords(member.Roles)}))
		return nil
	})
}

// EndMemberSessions ends all sessions of a member of the desk, as after a lost laptop.
func (w *Workflow) EndMemberSessions(ctx context.Context, actor Actor, at At) error {
	if err := w.judge(ctx, actor, on(at.Desk, review.ToManageMembers, review.OnDesk, 0)); err != nil {
		return err
	}
	if _, err := deskMember(ctx, w.store.Reader(), at); err != nil {
		return err
	}
	return w.endSessions(ctx, actor, at.Member, "")
}
