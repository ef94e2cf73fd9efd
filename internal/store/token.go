package store

import (
	"context"
	"time"

	"github.com/countersign/countersign/internal/review"
)

// AddToken adds a token and gives it an id if it has none.
func AddToken(ctx context.Context, tx IDB, t *review.Token) error {
	if t.ID == "" {
		t.ID = NewID()
	}
	_, err := tx.NewInsert().Model(t).Exec(ctx)
	return translate("token", "add", err)
}

// TokenByHash returns the token whose secret has that hash, ended or not.
func TokenByHash(ctx context.Context, db IDB, hash []byte) (review.Token, error) {
	var t review.Token
	err := db.NewSelect().Model(&t).Where("hash = ?", hash).Scan(ctx)
	return t, translate("token", "find", err)
}

// Tokens lists a desk's tokens, newest first.
func Tokens(ctx context.Context, db IDB, desk string, page review.Page) ([]review.Token, string, error) {
	var rows []review.Token
	if err := newestFirst(ctx, db.NewSelect().Model(&rows).Where("desk = ?", desk), "tokens", page); err != nil {
		return nil, "", err
	}
	rows, next := cut(rows, page, func(t review.Token) string { return cursor("tokens", t.ID) })
	return rows, next, nil
}

// TouchToken stores when a token was last used.
func TouchToken(ctx context.Context, tx IDB, t review.Token) error {
	_, err := tx.NewUpdate().Model(&t).Column("last_used_at").WherePK().Exec(ctx)
	return translate("token", "touch", err)
}

// RevokeToken ends one of a desk's tokens and returns it as it then is.
func RevokeToken(ctx context.Context, tx IDB, t review.Token, at time.Time) (review.Token, error) {
	err := tx.NewUpdate().Model(&t).Set("revoked_at = ?", at).
		Where("id = ? AND desk = ? AND revoked_at IS NULL", t.ID, t.Desk).Returning("*").Scan(ctx)
	if err != nil {
		return review.Token{}, translate("token", "revoke", err)
	}
	return t, ChangeRights(ctx, tx, review.RightsChange{At: at, Member: t.Member, Desk: t.Desk})
}
