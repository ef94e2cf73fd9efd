package store

import (
	"context"

	"github.com/uptrace/bun"

	"github.com/countersign/countersign/internal/review"
)

// DeskMembers lists a desk's members by name, A and a alike.
func DeskMembers(ctx context.Context, db IDB, desk string, page review.Page) ([]review.DeskMember, string, error) {
	var name, id string
	more, err := readCursor("desk_members", page, &name, &id)
	if err != nil {
		return nil, "", err
	}
	var rows []review.DeskMember
	query := deskMembers(db, desk).OrderExpr("lower(p.name), p.id").Limit(oneMore(page))
	if more {
		query.Where("(lower(p.name), p.id) > (?, ?)", name, id)
	}
	if err := query.Scan(ctx, &rows); err != nil {
		return nil, "", translate("members of desk", "list", err)
	}
	rows, next := cut(rows, page, func(m review.DeskMember) string { return cursor("desk_members", lower(m.Name), m.Member) })
	return rows, next, addRoles(ctx, db, desk, rows)
}

// MembersWithRole returns the members of a desk who hold one of the roles and may act now, by name; at most MaxPage.
func MembersWithRole(ctx context.Context, db IDB, desk string, roles []review.Role) ([]review.DeskMember, error) {
	var rows []review.DeskMember
	holders := active(db.NewSelect()).ColumnExpr("m.member").Where("m.desk = ? AND r.role IN (?)", desk, bun.List(roles))
	err := deskMembers(db, desk).Where("m.member IN (?)", holders).OrderExpr("lower(p.name), p.id").Limit(review.MaxPage).Scan(ctx, &rows)
	if err != nil {
		return nil, translate("members with a role", "list", err)
	}
	return rows, addRoles(ctx, db, desk, rows)
}

func deskMembers(db IDB, desk string) *bun.SelectQuery {
	return db.NewSelect().TableExpr("membership AS m").ColumnExpr("m.*, p.email, p.name, p.disabled_at").
		Join("JOIN member AS p ON p.id = m.member").Where("m.desk = ?", desk)
}

// addRoles reads the roles of a page of members in one query.
func addRoles(ctx context.Context, db IDB, desk string, members []review.DeskMember) error {
	if len(members) == 0 {
		return nil
	}
	ids := make([]string, len(members))
	for i, m := range members {
		ids[i] = m.Member
	}
	var rows []membershipRole
	if err := db.NewSelect().Model(&rows).Where("desk = ? AND member IN (?)", desk, bun.List(ids)).Order("role").Scan(ctx); err != nil {
		return translate("roles", "read", err)
	}
	roles := make(map[string][]review.Role, len(members))
	for _, row := range rows {
		roles[row.Member] = append(roles[row.Member], row.Role)
	}
	for i := range members {
		members[i].Roles = roles[members[i].Member]
	}
	return nil
}
