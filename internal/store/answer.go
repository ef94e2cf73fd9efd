package store

import (
	"context"

	"github.com/countersign/countersign/internal/review"
)

// KeepAnswer stores what a request was answered, in the transaction of what it did. If the same key was used at the same
// time, it returns Conflict and the transaction is to be given up: asked again, KeptAnswer has the other's answer.
func KeepAnswer(ctx context.Context, tx IDB, a review.KeptAnswer) error {
	_, err := tx.NewInsert().Model(&a).Exec(ctx)
	return translate("answer for this idempotency key", "keep", err)
}

// KeptAnswer returns what a member's request with that key was answered.
func KeptAnswer(ctx context.Context, db IDB, member, key string) (review.KeptAnswer, error) {
	var a review.KeptAnswer
	err := db.NewSelect().Model(&a).Where("member = ? AND key = ?", member, key).Scan(ctx)
	return a, translate("kept answer", "find", err)
}

// FillAnswer adds status and body to an answer that was kept before they were known.
func FillAnswer(ctx context.Context, tx IDB, a review.KeptAnswer) error {
	_, err := tx.NewUpdate().Model(&a).Column("status", "body").WherePK().Exec(ctx)
	return translate("answer for this idempotency key", "fill", err)
}
