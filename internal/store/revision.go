package store

import (
	"context"

	"github.com/countersign/countersign/internal/review"
)

// AddPolicyRevision stores a desk's next policy. r.Number is one more than the revision that its author saw; if that is no
// longer the last, it returns Stale.
func AddPolicyRevision(ctx context.Context, tx IDB, r *review.PolicyRevision) error {
	last, err := LastPolicyRevision(ctx, tx, r.Desk)
	if err != nil {
		return err
	}
	stale := review.Errorf(review.Stale, "The desk's policy was changed after you opened it: revision %d is the last.", last)
	if r.Number != last+1 {
		return stale
	}
	_, err = tx.NewInsert().Model(r).Exec(ctx)
	if err = translate("policy revision", "add", err); review.CodeOf(err) == review.Conflict {
		return stale
	}
	if err != nil {
		return err
	}
	return ChangeRights(ctx, tx, review.RightsChange{At: r.CreatedAt, Desk: r.Desk})
}

// LastPolicyRevision returns the number of a desk's last revision, 0 if it uses the default.
func LastPolicyRevision(ctx context.Context, db IDB, desk string) (int64, error) {
	var last int64
	err := db.NewRaw("SELECT coalesce(max(number), 0) FROM policy_revision WHERE desk = ?", desk).Scan(ctx, &last)
	return last, translate("last policy revision", "read", err)
}

// PolicyRevision returns one revision of a desk's policy.
func PolicyRevision(ctx context.Context, db IDB, desk string, number int64) (review.PolicyRevision, error) {
	var r review.PolicyRevision
	err := db.NewSelect().Model(&r).Where("desk = ? AND number = ?", desk, number).Scan(ctx)
	return r, translate("policy revision", "find", err)
}

// PolicyRevisions lists a desk's revisions, last first.
func PolicyRevisions(ctx context.Context, db IDB, desk string, page review.Page) ([]review.PolicyRevision, string, error) {
	var number int64
	more, err := readCursor("policy_revisions", page, &number)
	if err != nil {
		return nil, "", err
	}
	var rows []review.PolicyRevision
	query := db.NewSelect().Model(&rows).Where("desk = ?", desk).Order("number DESC").Limit(oneMore(page))
	if more {
		query.Where("number < ?", number)
	}
	if err := query.Scan(ctx); err != nil {
		return nil, "", translate("policy revisions", "list", err)
	}
	rows, next := cut(rows, page, func(r review.PolicyRevision) string { return cursor("policy_revisions", r.Number) })
	return rows, next, nil
}

// PolicyHeads returns the number of the last revision of every desk that has one.
func PolicyHeads(ctx context.Context, db IDB) (map[string]int64, error) {
	var rows []review.PolicyRevision
	err := db.NewSelect().Model(&rows).ColumnExpr("desk, max(number) AS number").Group("desk").Scan(ctx)
	if err != nil {
		return nil, translate("last policy revisions", "read", err)
	}
	heads := make(map[string]int64, len(rows))
	for _, row := range rows {
		heads[row.Desk] = row.Number
	}
	return heads, nil
}
