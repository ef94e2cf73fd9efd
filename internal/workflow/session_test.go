package workflow_test

import (
	"testing"
	"time"

	"github.com/countersign/countersign/internal/review"
	"github.com/countersign/countersign/internal/workflow"
)

func (h *house) signIn(password string) workflow.SignedIn {
	h.t.Helper()
	session, err := h.SignIn(h.t.Context(), "sana@courier.example", password, from("10.0.0.3"))
	if err != nil {
		h.t.Fatal(err)
	}
	return session
}

func (h *house) ended(session workflow.SignedIn) {
	h.t.Helper()
	_, _, err := h.SessionActor(h.t.Context(), session.Secret, from("10.0.0.3"))
	wantCode(h.t, err, review.Unauthenticated)
}

func TestASessionEndsElsewhereAtOnce(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		here, there := h.signIn(goodPassword), h.signIn(goodPassword)
		listed, err := h.Sessions(t.Context(), h.actor(here))
		if err != nil || len(listed) != 3 {
			t.Fatalf("listed %d sessions, %v; want 3 with that of the set-up", len(listed), err)
		}
		if err := h.EndSession(t.Context(), h.actor(here), there.Session.ID); err != nil {
			t.Fatal(err)
		}
		h.ended(there)
		wantCode(t, h.EndSession(t.Context(), h.actor(here), there.Session.ID), review.NotFound)
		if err := h.EndOtherSessions(t.Context(), h.actor(here)); err != nil {
			t.Fatal(err)
		}
		h.ended(h.admin)
		h.actor(here)
	})
}

func TestNobodyEndsAnothersSessionByItsID(t *testing.T) {
	h := sqlite(t)
	ana := h.join("ana", review.Writer)
	wantCode(t, h.EndSession(t.Context(), h.actor(ana), h.admin.Session.ID), review.NotFound)
	h.boss()
}

func TestASessionEndsWhenItIsIdleOrOld(t *testing.T) {
	h := sqlite(t)
	session := h.signIn(goodPassword)
	for range 9 { // used every third day it goes on
		h.clock.pass(3 * 24 * time.Hour)
		h.actor(session)
	}
	h.clock.pass(3 * 24 * time.Hour) // the thirtieth day
	h.ended(session)
	idle := h.signIn(goodPassword)
	h.clock.pass(4*24*time.Hour + time.Minute)
	h.ended(idle)
}

func TestAChangeOfRoleReplacesTheSecret(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		ana := h.join("ana", review.Writer)
		h.actor(ana)
		if _, err := h.SetRoles(t.Context(), h.boss(), h.at(ana), []review.Role{review.Editor}, h.version(h.at(ana))); err != nil {
			t.Fatal(err)
		}
		actor, rotated, err := h.SessionActor(t.Context(), ana.Secret, from("10.0.0.2"))
		if err != nil || rotated == "" || rotated == ana.Secret {
			t.Fatalf("the secret was not replaced: %q, %v", rotated, err)
		}
		if actor.Session.ID != ana.Session.ID {
			t.Error("the session is another one")
		}
		h.actor(ana) // on its way with the old secret
		h.clock.pass(time.Minute)
		h.ended(ana)
		if _, again, err := h.SessionActor(t.Context(), rotated, from("10.0.0.2")); err != nil || again != "" {
			t.Errorf("the new secret: rotated to %q, %v", again, err)
		}
	})
}

func TestANewPasswordEndsTheOtherSessions(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		here := h.signIn(goodPassword)
		_, err := h.ChangePassword(t.Context(), h.actor(here), "wrong", "four other quiet words")
		wantCode(t, err, review.Invalid)
		secret, err := h.ChangePassword(t.Context(), h.actor(here), goodPassword, "four other quiet words")
		if err != nil {
			t.Fatal(err)
		}
		h.ended(h.admin)
		if _, _, err := h.SessionActor(t.Context(), secret, from("10.0.0.3")); err != nil {
			t.Errorf("the session that changed it ended too: %v", err)
		}
		_, err = h.SignIn(t.Context(), "sana@courier.example", goodPassword, from("10.0.0.5"))
		wantCode(t, err, review.Unauthenticated)
		h.signIn("four other quiet words")
	})
}

func TestADisabledMemberIsOutAndTheirTokensToo(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		ana := h.join("ana", review.Writer)
		_, secret, err := h.CreateToken(t.Context(), workflow.Operator(), workflow.NewToken{
			Desk: h.desk.ID, Member: ana.Member.ID, Name: "script", Acts: []review.Act{review.ToRead},
		})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := h.TokenActor(t.Context(), secret, from("10.0.0.2")); err != nil {
			t.Fatal(err)
		}
		if _, err := h.Disable(t.Context(), workflow.Operator(), ana.Member, true); err != nil {
			t.Fatal(err)
		}
		h.ended(ana)
		_, err = h.TokenActor(t.Context(), secret, from("10.0.0.2"))
		wantCode(t, err, review.Unauthenticated)
	})
}

func TestATokenEndsWithItsTimeItsRevocationAndItsPlace(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		ana := h.join("ana", review.Writer)
		secretOf := func(expires time.Time) (review.Token, string) {
			token, secret, err := h.CreateToken(t.Context(), workflow.Operator(), workflow.NewToken{
				Desk: h.desk.ID, Member: ana.Member.ID, Name: "script", Acts: []review.Act{review.ToRead}, ExpiresAt: expires,
			})
			if err != nil {
				t.Fatal(err)
			}
			return token, secret
		}
		good := func(secret string) bool {
			_, err := h.TokenActor(t.Context(), secret, from("10.0.0.2"))
			return err == nil
		}
		_, short := secretOf(h.clock.Now().Add(time.Hour))
		revoked, gone := secretOf(time.Time{})
		_, left := secretOf(time.Time{})
		if !good(short) || !good(gone) || !good(left) || good("cs_nonsense") || good("") {
			t.Fatal("a fresh token is not good, or nonsense is")
		}
		h.clock.pass(time.Hour)
		if good(short) {
			t.Error("a token outlives its time")
		}
		if err := h.RevokeToken(t.Context(), h.boss(), h.desk.ID, revoked.ID); err != nil {
			t.Fatal(err)
		}
		if good(gone) {
			t.Error("a token outlives its revocation")
		}
		if err := h.RemoveMember(t.Context(), h.boss(), h.at(ana)); err != nil {
			t.Fatal(err)
		}
		if good(left) {
			t.Error("a token outlives its member's place on the desk")
		}
	})
}
