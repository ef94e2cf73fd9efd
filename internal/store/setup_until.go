package store

import (
	"context"
	"time"
)

// SetupTokenUntil returns until when the setup token with that hash is good; NotFound if it is not.
func SetupTokenUntil(ctx context.Context, db IDB, hash []byte, now time.Time) (time.Time, error) {
	var until time.Time
	err := db.NewRaw("SELECT expires_at FROM setup_token WHERE hash = ? AND expires_at > ?", hash, now).Scan(ctx, &until)
	return until, translate("setup link", "find", err)
}
