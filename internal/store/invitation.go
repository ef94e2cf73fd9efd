package store

import (
	"context"
	"time"

	"github.com/countersign/countersign/internal/review"
)

// AddInvitation adds an invitation and gives it an id if it has none.
func AddInvitation(ctx context.Context, tx IDB, i *review.Invitation) error {
	if i.ID == "" {
		i.ID = NewID()
	}
	_, err := tx.NewInsert().Model(i).Exec(ctx)
	return translate("invitation", "add", err)
}

// InvitationByHash returns the invitation whose secret has that hash, open or not.
func InvitationByHash(ctx context.Context, db IDB, hash []byte) (review.Invitation, error) {
	var i review.Invitation
	err := db.NewSelect().Model(&i).Where("hash = ?", hash).Scan(ctx)
	return i, translate("invitation", "find", err)
}

// Invitations lists a desk's invitations, newest first.
func Invitations(ctx context.Context, db IDB, desk string, page review.Page) ([]review.Invitation, string, error) {
	var rows []review.Invitation
	err := newestFirst(ctx, db.NewSelect().Model(&rows).Where("desk = ?", desk), "invitations", page)
	if err != nil {
		return nil, "", err
	}
	rows, next := cut(rows, page, func(i review.Invitation) string { return cursor("invitations", i.ID) })
	return rows, next, nil
}

// UseInvitation marks an invitation as accepted by a member. Only one of those who try at once succeeds.
func UseInvitation(ctx context.Context, tx IDB, i *review.Invitation, at time.Time) error {
	result, err := tx.NewUpdate().Model(i).Set("used_at = ?", at).Set("used_by = ?", i.UsedBy).
		Where("id = ? AND used_at IS NULL AND revoked_at IS NULL AND expires_at > ?", i.ID, at).Exec(ctx)
	if err != nil {
		return translate("invitation", "use", err)
	}
	if err := changed(result, review.Errorf(review.Conflict, "The invitation was used, was withdrawn or has expired.")); err != nil {
		return err
	}
	i.UsedAt = &at
	return nil
}

// RevokeInvitation withdraws one of a desk's invitations that is still open.
func RevokeInvitation(ctx context.Context, tx IDB, i review.Invitation, at time.Time) error {
	result, err := tx.NewUpdate().Model(&i).Set("revoked_at = ?", at).
		Where("id = ? AND desk = ? AND used_at IS NULL AND revoked_at IS NULL", i.ID, i.Desk).Exec(ctx)
	if err != nil {
		return translate("invitation", "revoke", err)
	}
	return changed(result, review.Errorf(review.NotFound, "There is no such invitation, or it is open no longer."))
}
