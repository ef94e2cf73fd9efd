package store

import (
	"context"
	"slices"
	"time"

	"github.com/uptrace/bun"

	"github.com/countersign/countersign/internal/review"
)

// membershipRole is one role of a membership.
type membershipRole struct {
	Desk   string      `bun:"desk,pk"`
	Member string      `bun:"member,pk"`
	Role   review.Role `bun:"role,pk"`
}

// AddMembership makes somebody a member of a desk.
func AddMembership(ctx context.Context, tx IDB, m *review.Membership) error {
	m.Version = 1
	if _, err := tx.NewInsert().Model(m).Exec(ctx); err != nil {
		return translate("membership", "add", err)
	}
	if err := setRoles(ctx, tx, m); err != nil {
		return err
	}
	return membershipChanged(ctx, tx, m, m.CreatedAt)
}

// UpdateMembership stores roles and suspension if m has the version that is stored, and raises it. The member's sessions get
// new secrets at their next request.
func UpdateMembership(ctx context.Context, tx IDB, m *review.Membership, at time.Time) error {
	result, err := tx.NewUpdate().Model(m).Column("suspended_at").Set("version = version + 1").
		Where("desk = ? AND member = ? AND version = ?", m.Desk, m.Member, m.Version).Exec(ctx)
	if err != nil {
		return translate("membership", "update", err)
	}
	if err := changed(result, staleMembership()); err != nil {
		return err
	}
	m.Version++
	if err := dropRoles(ctx, tx, m); err != nil {
		return err
	}
	if err := setRoles(ctx, tx, m); err != nil {
		return err
	}
	return membershipChanged(ctx, tx, m, at)
}

// RemoveMembership takes somebody off a desk if m has the version that is stored. Their tokens for it end.
func RemoveMembership(ctx context.Context, tx IDB, m *review.Membership, at time.Time) error {
	// The version is compared first, so that of two removals one waits for the other and then fails.
	result, err := tx.NewUpdate().Model(m).Set("version = version + 1").
		Where("desk = ? AND member = ? AND version = ?", m.Desk, m.Member, m.Version).Exec(ctx)
	if err != nil {
		return translate("membership", "remove", err)
	}
	if err := changed(result, staleMembership()); err != nil {
		return err
	}
	if err := dropRoles(ctx, tx, m); err != nil {
		return err
	}
	if _, err := tx.NewDelete().Model(m).WherePK().Exec(ctx); err != nil {
		return translate("membership", "remove", err)
	}
	if _, err := tx.NewUpdate().Model((*review.Token)(nil)).Set("revoked_at = ?", at).
		Where("desk = ? AND member = ? AND revoked_at IS NULL", m.Desk, m.Member).Exec(ctx); err != nil {
		return translate("tokens", "revoke", err)
	}
	return membershipChanged(ctx, tx, m, at)
}

func staleMembership() error {
	return review.Errorf(review.Stale, "The membership was changed after you opened it.")
}

func setRoles(ctx context.Context, tx IDB, m *review.Membership) error {
	m.Roles = slices.Compact(slices.Sorted(slices.Values(m.Roles)))
	if len(m.Roles) == 0 {
		return review.Errorf(review.Invalid, "A membership has at least one role.")
	}
	rows := make([]membershipRole, 0, len(m.Roles))
	for _, role := range m.Roles {
		if !role.Held() {
			return review.Errorf(review.Invalid, "Nobody can be given the role %q.", role)
		}
		rows = append(rows, membershipRole{Desk: m.Desk, Member: m.Member, Role: role})
	}
	_, err := tx.NewInsert().Model(&rows).Exec(ctx)
	return translate("role", "add", err)
}

func dropRoles(ctx context.Context, tx IDB, m *review.Membership) error {
	_, err := tx.NewDelete().Model((*membershipRole)(nil)).Where("desk = ? AND member = ?", m.Desk, m.Member).Exec(ctx)
	return translate("roles", "remove", err)
}

func membershipChanged(ctx context.Context, tx IDB, m *review.Membership, at time.Time) error {
	if err := rotateSessionsOf(ctx, tx, m.Member); err != nil {
		return err
	}
	return ChangeRights(ctx, tx, review.RightsChange{At: at, Member: m.Member, Desk: m.Desk})
}

// membershipRow is a membership joined with one of its roles.
type membershipRow struct {
	review.Membership
	Role review.Role `bun:"role"`
}

// Membership returns somebody's place on a desk.
func Membership(ctx context.Context, db IDB, desk, member string) (review.Membership, error) {
	found, err := memberships(ctx, db, func(q *bun.SelectQuery) *bun.SelectQuery {
		return q.Where("m.desk = ? AND m.member = ?", desk, member)
	})
	if err != nil {
		return review.Membership{}, err
	}
	if len(found) == 0 {
		return review.Membership{}, review.Errorf(review.NotFound, "There is no such membership.")
	}
	return found[0], nil
}

// MembershipsOf returns all of somebody's places, by desk id.
func MembershipsOf(ctx context.Context, db IDB, member string) ([]review.Membership, error) {
	return memberships(ctx, db, func(q *bun.SelectQuery) *bun.SelectQuery { return q.Where("m.member = ?", member) })
}

func memberships(ctx context.Context, db IDB, narrow func(*bun.SelectQuery) *bun.SelectQuery) ([]review.Membership, error) {
	var rows []membershipRow
	query := db.NewSelect().TableExpr("membership AS m").ColumnExpr("m.*, r.role").
		Join("JOIN membership_role AS r ON r.desk = m.desk AND r.member = m.member").OrderExpr("m.desk, m.member, r.role")
	if err := narrow(query).Scan(ctx, &rows); err != nil {
		return nil, translate("memberships", "read", err)
	}
	var all []review.Membership
	for _, row := range rows {
		if n := len(all); n == 0 || all[n-1].Desk != row.Desk || all[n-1].Member != row.Member {
			all = append(all, row.Membership)
		}
		last := &all[len(all)-1]
		last.Roles = append(last.Roles, row.Role)
	}
	return all, nil
}

// AdminCount returns how many people are admins of a desk, or of any desk if it is "", and may act as such now.
func AdminCount(ctx context.Context, db IDB, desk string) (int, error) {
	query := active(db.NewSelect()).ColumnExpr("count(DISTINCT m.member)").Where("r.role = ?", review.Admin)
	if desk != "" {
		query.Where("m.desk = ?", desk)
	}
	var n int
	err := query.Scan(ctx, &n)
	return n, translate("admins", "count", err)
}

// active narrows a query to roles whose memberships are not suspended and whose members are not disabled.
func active(query *bun.SelectQuery) *bun.SelectQuery {
	return query.TableExpr("membership AS m").
		Join("JOIN membership_role AS r ON r.desk = m.desk AND r.member = m.member").
		Join("JOIN member AS p ON p.id = m.member").
		Where("m.suspended_at IS NULL AND p.disabled_at IS NULL")
}
