package store

import (
	"context"
	"time"

	"github.com/countersign/countersign/internal/review"
)

// rotationGrace is how long a replaced secret is still good, for requests that were on their way with it.
const rotationGrace = 30 * time.Second

// AddSession adds a session and gives it an id if it has none.
func AddSession(ctx context.Context, tx IDB, s *review.Session) error {
	if s.ID == "" {
		s.ID = NewID()
	}
	_, err := tx.NewInsert().Model(s).Exec(ctx)
	return translate("session", "add", err)
}

// SessionByHash returns the session whose secret has that hash, unless its time is over.
func SessionByHash(ctx context.Context, db IDB, hash []byte, now time.Time) (review.Session, error) {
	var s review.Session
	err := db.NewSelect().Model(&s).WhereOr("hash = ?", hash).
		WhereOr("previous_hash = ? AND rotated_at > ?", hash, now.Add(-rotationGrace)).Limit(1).Scan(ctx)
	if err != nil {
		return review.Session{}, translate("session", "find", err)
	}
	if s.Ended(now) {
		return review.Session{}, review.Errorf(review.NotFound, "There is no such session.")
	}
	return s, nil
}

// Session returns one session by id, ended or not; live asks whether it is still there.
func Session(ctx context.Context, db IDB, id string) (review.Session, error) {
	var s review.Session
	err := db.NewSelect().Model(&s).Where("id = ?", id).Scan(ctx)
	return s, translate("session", "find", err)
}

// Sessions returns somebody's sessions that have not ended, newest first; at most MaxPage.
func Sessions(ctx context.Context, db IDB, member string, now time.Time) ([]review.Session, error) {
	var rows []review.Session
	err := db.NewSelect().Model(&rows).Where("member = ? AND idle_at > ? AND ends_at > ?", member, now, now).
		Order("id DESC").Limit(review.MaxPage).Scan(ctx)
	return rows, translate("sessions", "list", err)
}

// TouchSession stores when a session was seen and when it ends unless seen again.
func TouchSession(ctx context.Context, tx IDB, s review.Session) error {
	_, err := tx.NewUpdate().Model(&s).Column("seen_at", "idle_at").WherePK().Exec(ctx)
	return translate("session", "touch", err)
}

// ProveSession stores the time of a fresh proof of identity, s.ProofAt.
func ProveSession(ctx context.Context, tx IDB, s review.Session) error {
	result, err := tx.NewUpdate().Model(&s).Column("proof_at").WherePK().Exec(ctx)
	if err != nil {
		return translate("session", "prove", err)
	}
	return changed(result, noSession())
}

// RotateSession replaces the session's secret by one with hash next. Of two requests that try at once one gets Stale and goes
// on with the secret that it has.
func RotateSession(ctx context.Context, tx IDB, s *review.Session, next []byte, at time.Time) error {
	result, err := tx.NewUpdate().Model(s).Set("hash = ?", next).Set("previous_hash = hash").Set("rotated_at = ?", at).
		Set("rotate_due = ?", false).Where("id = ? AND hash = ?", s.ID, s.Hash).Exec(ctx)
	if err != nil {
		return translate("session", "rotate", err)
	}
	if err := changed(result, review.Errorf(review.Stale, "The session's secret was replaced already.")); err != nil {
		return err
	}
	s.PreviousHash, s.Hash, s.RotatedAt, s.RotateDue = s.Hash, next, &at, false
	return nil
}

// DropPreviousSecret ends the time in which the secret that was replaced last is still good.
func DropPreviousSecret(ctx context.Context, tx IDB, s *review.Session) error {
	_, err := tx.NewUpdate().Model(s).Set("previous_hash = NULL").WherePK().Exec(ctx)
	s.PreviousHash = nil
	return translate("session", "drop the previous secret of", err)
}

// EndSession ends one of a member's sessions.
func EndSession(ctx context.Context, tx IDB, s review.Session, at time.Time) error {
	result, err := tx.NewDelete().Model(&s).Where("id = ? AND member = ?", s.ID, s.Member).Exec(ctx)
	if err != nil {
		return translate("session", "end", err)
	}
	if err := changed(result, noSession()); err != nil {
		return err
	}
	return ChangeRights(ctx, tx, review.RightsChange{At: at, Member: s.Member, Session: s.ID})
}

// EndSessions ends all of a member's sessions but one (or none, if except is ""), and says how many.
func EndSessions(ctx context.Context, tx IDB, member, except string, at time.Time) (int, error) {
	var ids []string
	query := tx.NewDelete().Model((*review.Session)(nil)).Where("member = ?", member)
	if except != "" {
		query.Where("id <> ?", except)
	}
	if err := query.Returning("id").Scan(ctx, &ids); err != nil {
		return 0, translate("sessions", "end", err)
	}
	if except == "" { // also those whose sockets outlived their row
		return len(ids), ChangeRights(ctx, tx, review.RightsChange{At: at, Member: member})
	}
	changes := make([]review.RightsChange, len(ids))
	for i, id := range ids {
		changes[i] = review.RightsChange{At: at, Member: member, Session: id}
	}
	return len(ids), ChangeRights(ctx, tx, changes...)
}

// rotateSessionsOf asks for new secrets at the next request of each of a member's sessions.
func rotateSessionsOf(ctx context.Context, tx IDB, member string) error {
	_, err := tx.NewUpdate().Model((*review.Session)(nil)).Set("rotate_due = ?", true).Where("member = ?", member).Exec(ctx)
	return translate("sessions", "rotate", err)
}

func noSession() error { return review.Errorf(review.NotFound, "There is no such session.") }
