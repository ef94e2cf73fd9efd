package store_test

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/countersign/countersign/internal/review"
	"github.com/countersign/countersign/internal/store"
	"github.com/countersign/countersign/internal/store/storetest"
)

func addToken(t *testing.T, s *store.Store, desk review.Desk, member review.Member, name string) review.Token {
	t.Helper()
	token := review.Token{
		Desk: desk.ID, Member: member.ID, Name: name, Prefix: "cs_" + name, Hash: hashOf(name),
		Acts: []review.Act{review.ToRead, review.ToImport}, CreatedAt: noon, ExpiresAt: noon.Add(time.Hour),
	}
	inTx(t, s, func(ctx context.Context, tx store.IDB) error { return store.AddToken(ctx, tx, &token) })
	return token
}

func TestATokenIsStoredUsedAndRevoked(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		desk, other, ann := addDesk(t, s, "politics"), addDesk(t, s, "sport"), addMember(t, s, "ann")
		token := addToken(t, s, desk, ann, "importer")
		addToken(t, s, desk, ann, "second")
		got, err := store.TokenByHash(t.Context(), s.Reader(), hashOf("importer"))
		if err != nil || got.ID != token.ID || !slices.Equal(got.Acts, token.Acts) || got.Ended(noon) || !got.Ended(token.ExpiresAt) {
			t.Fatalf("read %+v (%v)", got, err)
		}
		got.LastUsedAt = &noon
		inTx(t, s, func(ctx context.Context, tx store.IDB) error { return store.TouchToken(ctx, tx, got) })
		all := allPages(t, 1, func(page review.Page) ([]review.Token, string, error) {
			return store.Tokens(t.Context(), s.Reader(), desk.ID, page)
		})
		if len(all) != 2 || all[0].Name != "second" || all[1].LastUsedAt == nil || !all[1].LastUsedAt.Equal(noon) {
			t.Fatalf("tokens %+v", all)
		}
		revoke := func(desk string) func(ctx context.Context, tx store.IDB) error {
			return func(ctx context.Context, tx store.IDB) error {
				_, err := store.RevokeToken(ctx, tx, review.Token{ID: token.ID, Desk: desk}, noon)
				return err
			}
		}
		tryTx(t, s, review.NotFound, revoke(other.ID)) // of another desk
		last := lastRights(t, s)
		inTx(t, s, revoke(desk.ID))
		tryTx(t, s, review.NotFound, revoke(desk.ID)) // a second time
		if got, err = store.TokenByHash(t.Context(), s.Reader(), token.Hash); err != nil || !got.Ended(noon) {
			t.Errorf("the revoked token is good (%v)", err)
		}
		if got := rightsAfter(t, s, last, map[string]string{ann.ID: "ann", desk.ID: "politics"}); !slices.Equal(got, []string{"member=ann session= desk=politics"}) {
			t.Errorf("changes of rights %v", got)
		}
	})
}

func TestAnInvitationIsAcceptedOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		desk, ann := addDesk(t, s, "politics"), addMember(t, s, "ann")
		invite := func(name string) review.Invitation {
			i := review.Invitation{
				Desk: desk.ID, Email: name + "@example.org", Roles: []review.Role{review.Writer, review.Admin}, Hash: hashOf(name),
				CreatedBy: ann.ID, CreatedAt: noon, ExpiresAt: noon.Add(time.Hour),
			}
			inTx(t, s, func(ctx context.Context, tx store.IDB) error { return store.AddInvitation(ctx, tx, &i) })
			return i
		}
		use := func(i review.Invitation, at time.Time) func(ctx context.Context, tx store.IDB) error {
			i.UsedBy = ann.ID
			return func(ctx context.Context, tx store.IDB) error { return store.UseInvitation(ctx, tx, &i, at) }
		}
		revoke := func(i review.Invitation) func(ctx context.Context, tx store.IDB) error {
			return func(ctx context.Context, tx store.IDB) error { return store.RevokeInvitation(ctx, tx, i, noon) }
		}
		used, revoked, late := invite("used"), invite("revoked"), invite("late")
		inTx(t, s, use(used, noon))
		tryTx(t, s, review.Conflict, use(used, noon))
		tryTx(t, s, review.NotFound, revoke(used))
		inTx(t, s, revoke(revoked))
		tryTx(t, s, review.Conflict, use(revoked, noon))
		tryTx(t, s, review.Conflict, use(late, late.ExpiresAt))
		got, err := store.InvitationByHash(t.Context(), s.Reader(), hashOf("used"))
		if err != nil || got.Open(noon) || got.UsedBy != ann.ID || !slices.Equal(got.Roles, used.Roles) {
			t.Errorf("read %+v (%v)", got, err)
		}
		all := allPages(t, 2, func(page review.Page) ([]review.Invitation, string, error) {
			return store.Invitations(t.Context(), s.Reader(), desk.ID, page)
		})
		if len(all) != 3 || all[0].ID != late.ID {
			t.Errorf("invitations %+v", all)
		}
	})
}

func TestAServerIsSetUpOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		add := func(secret string, expires time.Time) {
			inTx(t, s, func(ctx context.Context, tx store.IDB) error {
				return store.AddSetupToken(ctx, tx, hashOf(secret), expires)
			})
		}
		use := func(secret string) error {
			return s.InTx(t.Context(), func(ctx context.Context, tx store.IDB) error {
				return store.UseSetupToken(ctx, tx, hashOf(secret), noon)
			})
		}
		add("old", noon)
		add("one", noon.Add(time.Hour))
		add("two", noon.Add(time.Hour))
		wantCode(t, use("old"), review.NotFound)
		wantCode(t, use("none"), review.NotFound)
		if err := store.CheckSetupToken(t.Context(), s.Reader(), hashOf("one"), noon); err != nil {
			t.Fatalf("a wrong secret used the right one up: %v", err)
		}
		var used sync.WaitGroup
		errs := make([]error, 2)
		for i, secret := range []string{"one", "two"} {
			used.Go(func() { errs[i] = use(secret) })
		}
		used.Wait()
		if (errs[0] == nil) == (errs[1] == nil) {
			t.Fatalf("of two who set the server up at once: %v", errs)
		}
		for _, secret := range []string{"one", "two"} {
			wantCode(t, store.CheckSetupToken(t.Context(), s.Reader(), hashOf(secret), noon), review.NotFound)
		}
	})
}

func TestLoginFailuresAreCountedWithinTheirWindow(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		key := store.LoginFailures{Kind: "account", Key: "ann@example.org"}
		fail := func(at time.Time) store.LoginFailures {
			f := store.LoginFailures{Kind: key.Kind, Key: key.Key}
			inTx(t, s, func(ctx context.Context, tx store.IDB) error {
				return store.AddLoginFailure(ctx, tx, &f, at, store.LoginLimit{Window: 15 * time.Minute})
			})
			return f
		}
		for i, step := range []struct {
			after       time.Duration
			count       int64
			first, last time.Duration
		}{
			{0, 1, 0, 0},
			{time.Minute, 2, 0, time.Minute},
			{16 * time.Minute, 3, 0, 16 * time.Minute}, // 15 minutes after the last, not the first
			{32 * time.Minute, 1, 32 * time.Minute, 32 * time.Minute},
		} {
			got := fail(noon.Add(step.after))
			if got.Count != step.count || !got.FirstAt.Equal(noon.Add(step.first)) || !got.LastAt.Equal(noon.Add(step.last)) {
				t.Errorf("step %d: %+v", i, got)
			}
		}
		other := store.LoginFailures{Kind: "address", Key: key.Key}
		if err := store.FindLoginFailures(t.Context(), s.Reader(), &other); err != nil || other.Count != 0 {
			t.Errorf("another kind has %d failures (%v)", other.Count, err)
		}
		if err := store.FindLoginFailures(t.Context(), s.Reader(), &key); err != nil || key.Count != 1 {
			t.Errorf("read %+v (%v)", key, err)
		}
		inTx(t, s, func(ctx context.Context, tx store.IDB) error { return store.ClearLoginFailures(ctx, tx, &key) })
		cleared := store.LoginFailures{Kind: key.Kind, Key: key.Key}
		if err := store.FindLoginFailures(t.Context(), s.Reader(), &cleared); err != nil || cleared.Count != 0 {
			t.Errorf("cleared, and read %+v (%v)", cleared, err)
		}
	})
}

func TestFailuresAtOnceAreAllCounted(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		const tries = 20
		var all sync.WaitGroup
		errs := make([]error, tries)
		for i := range tries {
			all.Go(func() {
				f := store.LoginFailures{Kind: "account", Key: "ann"}
				errs[i] = s.InTx(t.Context(), func(ctx context.Context, tx store.IDB) error {
					return store.AddLoginFailure(ctx, tx, &f, noon, store.LoginLimit{Window: time.Minute})
				})
			})
		}
		all.Wait()
		f := store.LoginFailures{Kind: "account", Key: "ann"}
		if err := store.FindLoginFailures(t.Context(), s.Reader(), &f); err != nil || f.Count != tries {
			t.Fatalf("%d tries were counted as %d (%v, %v)", tries, f.Count, err, errs)
		}
	})
}

func TestAnAnswerIsKeptForItsKey(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		kept := review.KeptAnswer{Member: "", Key: "k1", Request: hashOf("POST"), Status: 201, Body: []byte(`{"a":"\u0000"}`), CreatedAt: noon}
		keep := func(ctx context.Context, tx store.IDB) error { return store.KeepAnswer(ctx, tx, kept) }
		inTx(t, s, keep)
		tryTx(t, s, review.Conflict, keep)
		got, err := store.KeptAnswer(t.Context(), s.Reader(), "", "k1")
		if err != nil || got.Status != 201 || !bytes.Equal(got.Body, kept.Body) || !bytes.Equal(got.Request, kept.Request) {
			t.Errorf("read %+v (%v)", got, err)
		}
		_, err = store.KeptAnswer(t.Context(), s.Reader(), "somebody", "k1")
		wantCode(t, err, review.NotFound)
	})
}

func TestASuccessTakesBackTheOneFailureThatWasCountedForIt(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		f := store.LoginFailures{Kind: "address", Key: "192.0.2.1"}
		inTx(t, s, func(ctx context.Context, tx store.IDB) error {
			return errors.Join(store.AddLoginFailure(ctx, tx, &f, noon, store.LoginLimit{Window: time.Hour}), store.AddLoginFailure(ctx, tx, &f, noon, store.LoginLimit{Window: time.Hour}))
		})
		for _, want := range []int64{1, 0, 0} {
			inTx(t, s, func(ctx context.Context, tx store.IDB) error { return store.ForgiveLoginFailure(ctx, tx, &f) })
			if err := store.FindLoginFailures(t.Context(), s.Reader(), &f); err != nil || f.Count != want {
				t.Errorf("%d failures, want %d (%v)", f.Count, want, err)
			}
		}
	})
}

func TestAnAnswerIsFilledInLater(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		kept := review.KeptAnswer{Member: "m", Key: "k", Request: hashOf("POST"), Body: []byte{}, CreatedAt: noon}
		inTx(t, s, func(ctx context.Context, tx store.IDB) error { return store.KeepAnswer(ctx, tx, kept) })
		filled := review.KeptAnswer{Member: "m", Key: "k", Status: 201, Body: []byte("done")}
		inTx(t, s, func(ctx context.Context, tx store.IDB) error { return store.FillAnswer(ctx, tx, filled) })
		got, err := store.KeptAnswer(t.Context(), s.Reader(), "m", "k")
		if err != nil || got.Status != 201 || string(got.Body) != "done" || !bytes.Equal(got.Request, kept.Request) || !got.CreatedAt.Equal(noon) {
			t.Errorf("read %+v (%v)", got, err)
		}
	})
}

func TestPolicyRevisionsFollowEachOther(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		desk, ann := addDesk(t, s, "politics"), addMember(t, s, "ann")
		add := func(number int64, policy string) func(ctx context.Context, tx store.IDB) error {
			r := review.PolicyRevision{Desk: desk.ID, Number: number, Policy: policy, Author: ann.ID, CreatedAt: noon}
			return func(ctx context.Context, tx store.IDB) error { return store.AddPolicyRevision(ctx, tx, &r) }
		}
		tryTx(t, s, review.Stale, add(2, "p"))
		inTx(t, s, add(1, "p, one\n"))
		tryTx(t, s, review.Stale, add(1, "p"))
		last := lastRights(t, s)
		inTx(t, s, add(2, "p, two\n"))
		if got := rightsAfter(t, s, last, map[string]string{desk.ID: "politics"}); !slices.Equal(got, []string{"member= session= desk=politics"}) {
			t.Errorf("changes of rights %v", got)
		}
		heads, err := store.PolicyHeads(t.Context(), s.Reader())
		if err != nil || len(heads) != 1 || heads[desk.ID] != 2 {
			t.Errorf("heads %v (%v)", heads, err)
		}
		all := allPages(t, 1, func(page review.Page) ([]review.PolicyRevision, string, error) {
			return store.PolicyRevisions(t.Context(), s.Reader(), desk.ID, page)
		})
		first, err := store.PolicyRevision(t.Context(), s.Reader(), desk.ID, 1)
		if err != nil || len(all) != 2 || all[0].Number != 2 || first.Policy != "p, one\n" {
			t.Errorf("revisions %+v, first %+v (%v)", all, first, err)
		}
	})
}

func TestEventsAreReadForTheDesksAskedFor(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		politics, sport := addDesk(t, s, "politics"), addDesk(t, s, "sport")
		var ids []string
		inTx(t, s, func(ctx context.Context, tx store.IDB) error {
			for _, desk := range []review.Desk{politics, sport, politics} {
				e := review.Event{At: noon, Kind: "report.change", Desk: desk.ID, Subject: "s"}
				if err := store.AddEvent(ctx, tx, &e); err != nil {
					return err
				}
				ids = append(ids, e.ID)
			}
			return nil
		})
		for _, test := range []struct {
			name, after string
			desks       []string
			want        []string
		}{
			{"one desk", "", []string{politics.ID}, []string{ids[0], ids[2]}},
			{"both desks", "", []string{politics.ID, sport.ID}, ids},
			{"after the first", ids[0], []string{politics.ID, sport.ID}, ids[1:]},
			{"no desk", "", nil, nil},
		} {
			events, err := store.EventsAfter(t.Context(), s.Reader(), test.after, 10, test.desks...)
			var got []string
			for _, event := range events {
				got = append(got, event.ID)
			}
			if err != nil || !slices.Equal(got, test.want) {
				t.Errorf("%s: %v, want %v (%v)", test.name, got, test.want, err)
			}
		}
	})
}
