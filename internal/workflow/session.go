package workflow

import (
	"context"
	"time"

	"github.com/countersign/countersign/internal/review"
	"github.com/countersign/countersign/internal/store"
)

// How long a session lasts: over a long weekend without being used, and a month at most.
const (
	sessionIdle    = 4 * 24 * time.Hour
	sessionLongest = 30 * 24 * time.Hour
	touchEvery     = time.Minute // how old the stored time of the last use may get
	userAgentMax   = 200         // bytes that are kept of what a browser calls itself
)

// beginSession adds a session with a new secret. Its record goes in with the other sign-ins of the minute.
func (w *Workflow) beginSession(ctx context.Context, tx store.IDB, member review.Member, method string, from From) (SignedIn, error) {
	now, secret := w.now(), newSecret()
	session := review.Session{
		Member: member.ID, Hash: hashOf(secret), Method: method, UserAgent: cut(from.UserAgent, userAgentMax), Address: from.Address,
		CreatedAt: now, SeenAt: now, ProofAt: now, IdleAt: now.Add(sessionIdle), EndsAt: now.Add(sessionLongest),
	}
	if err := store.AddSession(ctx, tx, &session); err != nil {
		return SignedIn{}, err
	}
	return SignedIn{Session: session, Secret: secret, Member: member}, nil
}

// begun completes what is told of a session that has been stored.
func (w *Workflow) begun(ctx context.Context, session SignedIn) (SignedIn, error) {
	record := review.AuditRecord{
		At: w.now(), Kind: "session.start", Member: session.Member.ID, Session: session.Session.ID,
		Detail: map[string]string{"method": session.Session.Method, "address": session.Session.Address},
	}
	if err := w.store.AuditSoon(ctx, record); err != nil {
		return SignedIn{}, err
	}
	desks, err := w.Places(ctx, session.Member.ID)
	session.Desks = desks
	return session, err
}

func errEnded() error {
	return review.Errorf(review.Unauthenticated, "The session has ended. Sign in again.")
}

// SessionActor finds who a session's cookie belongs to. A secret that is to be replaced comes back as
// rotated.
func (w *Workflow) SessionActor(ctx context.Context, secret string, from From) (actor Actor, rotated string, err error) {
	now := w.now()
	session, err := store.SessionByHash(ctx, w.store.Reader(), hashOf(secret), now)
	if review.CodeOf(err) == review.NotFound {
		return Actor{}, "", errEnded()
	}
	if err != nil {
		return Actor{}, "", err
	}
	member, err := store.Member(ctx, w.store.Reader(), session.Member)
	if err != nil {
		return Actor{}, "", err
	}
	if member.Disabled() {
		return Actor{}, "", errEnded()
	}
	rotated, err = w.touch(ctx, &session, now)
	return Actor{Member: member, Session: &session, From: from}, rotated, err
}

// touch stores that the session is used, now and then, and replaces its secret when that is due.
func (w *Workflow) touch(ctx context.Context, session *review.Session, now time.Time) (rotated string, err error) {
	due := session.RotateDue
	if now.Sub(session.SeenAt) < touchEvery && !due {
		return "", nil
	}
	session.SeenAt, session.IdleAt = now, now.Add(sessionIdle)
	secret := newSecret()
	err = w.store.InTx(ctx, func(ctx context.Context, tx store.IDB) error {
		if err := store.TouchSession(ctx, tx, *session); err != nil || !due {
			return err
		}
		return store.RotateSession(ctx, tx, session, hashOf(secret), now)
	})
	switch {
	case review.CodeOf(err) == review.Stale || review.CodeOf(err) == review.Unavailable:
		return "", nil // another request replaces it, or a later one will
	case err != nil || !due:
		return "", err
	}
	return secret, nil
}

// TokenActor finds whom an API token acts for.
func (w *Workflow) TokenActor(ctx context.Context, secret string, from From) (Actor, error) {
	refused := review.Errorf(review.Unauthenticated, "This API token is not good, or no longer. An admin of the desk can make another.")
	if !isTokenSecret(secret) {
		return Actor{}, refused
	}
	now := w.now()
	token, err := store.TokenByHash(ctx, w.store.Reader(), hashOf(secret))
	if review.CodeOf(err) == review.NotFound || err == nil && token.Ended(now) {
		return Actor{}, refused
	}
	if err != nil {
		return Actor{}, err
	}
	member, err := store.Member(ctx, w.store.Reader(), token.Member)
	if err != nil {
		return Actor{}, err
	}
	if member.Disabled() {
		return Actor{}, refused
	}
	if token.LastUsedAt == nil || now.Sub(*token.LastUsedAt) >= touchEvery {
		token.LastUsedAt = &now
		err = w.store.InTx(ctx, func(ctx context.Context, tx store.IDB) error { return store.TouchToken(ctx, tx, token) })
		if err != nil && review.CodeOf(err) != review.Unavailable {
			return Actor{}, err
		}
	}
	return Actor{Member: member, Token: &token, From: from}, nil
}

// SignOut ends the actor's own session.
func (w *Workflow) SignOut(ctx context.Context, actor Actor) error {
	return w.EndSession(ctx, actor, actor.Session.ID)
}

// Sessions lists the actor's sessions.
func (w *Workflow) Sessions(ctx context.Context, actor Actor) ([]review.Session, error) {
	return store.Sessions(ctx, w.store.Reader(), actor.Member.ID, w.now())
}

// EndSession ends one of the actor's sessions, here or elsewhere.
func (w *Workflow) EndSession(ctx context.Context, actor Actor, id string) error {
	return w.change(ctx, actor, func(ctx context.Context, tx store.IDB, note func(review.AuditRecord)) error {
		if err := store.EndSession(ctx, tx, review.Session{ID: id, Member: actor.Member.ID}, w.now()); err != nil {
			return err
		}
		note(actor.record("session.end", "", id, nil))
		return nil
	})
}

// EndOtherSessions ends all of the actor's sessions but the one that asks.
func (w *Workflow) EndOtherSessions(ctx context.Context, actor Actor) error {
	return w.endSessions(ctx, actor, actor.Member.ID, actor.Session.ID)
}

func (w *Workflow) endSessions(ctx context.Context, actor Actor, member, except string) error {
	return w.change(ctx, actor, func(ctx context.Context, tx store.IDB, note func(review.AuditRecord)) error {
		ended, err := store.EndSessions(ctx, tx, member, except, w.now())
		if err != nil {
			return err
		}
		note(actor.record("session.end_all", "", member, map[string]string{"sessions": number(ended)}))
		return nil
	})
}

// Prove takes a fresh proof of who the actor is.
func (w *Workflow) Prove(ctx context.Context, actor Actor, password string) error {
	if _, err := w.authenticate(ctx, actor.Member.Email, password, actor.From); err != nil {
		return wrongPassword(err)
	}
	return w.change(ctx, actor, func(ctx context.Context, tx store.IDB, note func(review.AuditRecord)) error {
		session := *actor.Session
		session.ProofAt = w.now()
		if err := store.ProveSession(ctx, tx, session); err != nil {
			return err
		}
		note(actor.record("session.prove", "", session.ID, nil))
		return nil
	})
}

// wrongPassword says of somebody who is signed in only that the password is not theirs.
func wrongPassword(err error) error {
	if review.CodeOf(err) != review.Unauthenticated {
		return err
	}
	return review.Errorf(review.Invalid, "That is not your password.").
		With([]review.Fault{{Location: "body.current", Message: "That is not your password."}})
}

// ChangePassword replaces the actor's password, ends their other sessions and gives this one a new secret.
func (w *Workflow) ChangePassword(ctx context.Context, actor Actor, current, password string) (secret string, err error) {
	if _, err := w.authenticate(ctx, actor.Member.Email, current, actor.From); err != nil {
		return "", wrongPassword(err)
	}
	hash, err := w.newPassword(ctx, password, actor.Member.Name, actor.Member.Email)
	if err != nil {
		return "", err
	}
	secret = newSecret()
	err = w.change(ctx, actor, func(ctx context.Context, tx store.IDB, note func(review.AuditRecord)) error {
		now, member, session := w.now(), actor.Member, *actor.Session
		member.PasswordHash = hash
		if err := store.UpdateMember(ctx, tx, &member); err != nil {
			return err
		}
		if err := store.RotateSession(ctx, tx, &session, hashOf(secret), now); err != nil {
			return err
		}
		// Whoever has the old secret may be the reason for the change: it ends now, without grace.
		if err := store.DropPreviousSecret(ctx, tx, &session); err != nil {
			return err
		}
		session.ProofAt = now
		if err := store.ProveSession(ctx, tx, session); err != nil {
			return err
		}
		ended, err := store.EndSessions(ctx, tx, member.ID, session.ID, now)
		note(actor.record("password.change", "", member.ID, map[string]string{"sessions_ended": number(ended)}))
		return err
	})
	return secret, err
}

// newPassword checks and hashes a password that somebody chose.
func (w *Workflow) newPassword(ctx context.Context, password string, personal ...string) (string, error) {
	if err := checkPassword(password, append(personal, "countersign")...); err != nil {
		return "", err
	}
	return w.hasher.hash(ctx, password)
}
