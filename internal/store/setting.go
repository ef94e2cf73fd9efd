package store

import (
	"context"
	"time"

	"github.com/countersign/countersign/internal/review"
)

// Setting returns one of the server's own settings; NotFound if it was never put.
func Setting(ctx context.Context, db IDB, name string) (string, error) {
	var value string
	err := db.NewRaw("SELECT value FROM setting WHERE name = ?", name).Scan(ctx, &value)
	return value, translate("setting", "read", err)
}

// PutSetting stores one of the server's own settings.
func PutSetting(ctx context.Context, tx IDB, name, value string) error {
	_, err := tx.NewRaw(`INSERT INTO setting (name, value) VALUES (?, ?)
		ON CONFLICT (name) DO UPDATE SET value = excluded.value`, name, value).Exec(ctx)
	return translate("setting", "put", err)
}

// AddSetupToken lets whoever has the secret with that hash make the first admin and desk. Each node that starts on an empty
// database adds its own.
func AddSetupToken(ctx context.Context, tx IDB, hash []byte, expires time.Time) error {
	_, err := tx.NewRaw("INSERT INTO setup_token (hash, expires_at) VALUES (?, ?)", hash, expires).Exec(ctx)
	return translate("setup token", "add", err)
}

// CheckSetupToken returns NotFound if UseSetupToken would.
func CheckSetupToken(ctx context.Context, db IDB, hash []byte, now time.Time) error {
	var n int
	err := db.NewRaw("SELECT 1 FROM setup_token WHERE hash = ? AND expires_at > ?", hash, now).Scan(ctx, &n)
	return translate("setup link", "find", err)
}

// UseSetupToken takes a setup token, and ends all others with it, so that a server is set up once.
func UseSetupToken(ctx context.Context, tx IDB, hash []byte, now time.Time) error {
	// All tokens in one statement and one order: of two who use different ones at once, the second finds none left.
	var good []time.Time
	if err := tx.NewRaw("DELETE FROM setup_token RETURNING CASE WHEN hash = ? THEN expires_at END", hash).Scan(ctx, &good); err != nil {
		return translate("setup link", "use", err)
	}
	for _, expires := range good {
		if now.Before(expires) {
			return nil
		}
	}
	return review.Errorf(review.NotFound, "There is no such setup link, or it was used or has expired.")
}
