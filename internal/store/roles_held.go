package store

import (
	"context"

	"github.com/countersign/countersign/internal/review"
)

// RolesHeld returns what the members of a desk who may act now hold, each member's roles sorted, each
// combination once.
func RolesHeld(ctx context.Context, db IDB, desk string) ([][]review.Role, error) {
	var rows []membershipRole
	err := active(db.NewSelect()).ColumnExpr("r.desk, r.member, r.role").Where("m.desk = ?", desk).OrderExpr("r.member, r.role").Scan(ctx, &rows)
	if err != nil {
		return nil, translate("roles", "read", err)
	}
	var held [][]review.Role
	seen := make(map[string]bool)
	for begin := 0; begin < len(rows); {
		end, key := begin, ""
		var roles []review.Role
		for end < len(rows) && rows[end].Member == rows[begin].Member {
			roles, key = append(roles, rows[end].Role), key+string(rows[end].Role)+" "
			end++
		}
		if !seen[key] {
			seen[key], held = true, append(held, roles)
		}
		begin = end
	}
	return held, nil
}
