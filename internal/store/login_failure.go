package store

import (
	"context"
	"crypto/sha256"
	"math"
	"time"

	"github.com/countersign/countersign/internal/review"
)

// LoginFailures counts failed sign-ins of one account or from one address.
type LoginFailures struct {
	Kind    string    `bun:"kind,pk"` // "both", "account" or "address"
	Key     string    `bun:"-"`       // which; stored as a hash only, because anybody can try any account
	Hash    []byte    `bun:"key,pk"`
	Count   int64     `bun:"count"`
	FirstAt time.Time `bun:"first_at"`
	LastAt  time.Time `bun:"last_at"`
}

// FindLoginFailures fills in f from its kind and key; all zero if there are none.
func FindLoginFailures(ctx context.Context, db IDB, f *LoginFailures) error {
	f.hash()
	err := db.NewSelect().Model(f).ModelTableExpr("login_failure AS login_failures").WherePK().Scan(ctx)
	if err = translate("login failures", "find", err); review.CodeOf(err) == review.NotFound {
		return nil
	}
	return err
}

// LoginLimit says how many failures are counted before a pause, and when a count starts again.
type LoginLimit struct {
	Count  int64         // failures before the pause; 0: without limit
	Window time.Duration // failures older than this are forgotten
	Pause  time.Duration // after the last failure within the limit; then the count starts again
}

// AddLoginFailure counts one more at the time at and fills in f. A count above the limit means a pause: f.LastAt is then the
// last failure within it, and the caller gives the transaction up, so that a pause is not drawn out. The row stays locked
// until the transaction ends. Call it before the password is compared and take it back with ClearLoginFailures, so that
// many tries at once are all counted.
func AddLoginFailure(ctx context.Context, tx IDB, f *LoginFailures, at time.Time, limit LoginLimit) error {
	f.hash()
	if limit.Count == 0 {
		limit.Count = math.MaxInt64
	}
	const old = "(login_failure.last_at < ?2 OR login_failure.count >= ?3 AND login_failure.last_at <= ?4)"
	err := tx.NewRaw(`INSERT INTO login_failure (kind, key, count, first_at, last_at) VALUES (?0, ?1, 1, ?5, ?5)
		ON CONFLICT (kind, key) DO UPDATE SET
		count = CASE WHEN `+old+` THEN 1 ELSE login_failure.count + 1 END,
		first_at = CASE WHEN `+old+` THEN excluded.first_at ELSE login_failure.first_at END,
		last_at = CASE WHEN `+old+` OR login_failure.count < ?3 THEN excluded.last_at ELSE login_failure.last_at END
		RETURNING count, first_at, last_at`,
		f.Kind, f.Hash, at.Add(-limit.Window), limit.Count, at.Add(-limit.Pause), at).Scan(ctx, &f.Count, &f.FirstAt, &f.LastAt)
	return translate("login failure", "count", err)
}

// ClearLoginFailures forgets an account's or address's failures.
func ClearLoginFailures(ctx context.Context, tx IDB, f *LoginFailures) error {
	f.hash()
	_, err := tx.NewRaw("DELETE FROM login_failure WHERE kind = ? AND key = ?", f.Kind, f.Hash).Exec(ctx)
	return translate("login failures", "clear", err)
}

func (f *LoginFailures) hash() {
	sum := sha256.Sum256([]byte(f.Key))
	f.Hash = sum[:]
}

// ForgiveLoginFailure takes one failure back, after a try that was counted beforehand and succeeded.
func ForgiveLoginFailure(ctx context.Context, tx IDB, f *LoginFailures) error {
	f.hash()
	_, err := tx.NewRaw("UPDATE login_failure SET count = count - 1 WHERE kind = ? AND key = ? AND count > 0", f.Kind, f.Hash).Exec(ctx)
	return translate("login failures", "take back", err)
}
