package store_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/countersign/countersign/internal/review"
	"github.com/countersign/countersign/internal/store"
	"github.com/countersign/countersign/internal/store/storetest"
)

func TestASessionIsFoundByItsSecretUntilItEnds(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		session := addSession(t, s, addMember(t, s, "ann"), "secret")
		for _, test := range []struct {
			name, secret string
			at           time.Time
			found        bool
		}{
			{"at once", "secret", noon, true},
			{"with another secret", "secrets", noon, false},
			{"just before it is idle too long", "secret", session.IdleAt.Add(-time.Microsecond), true},
			{"when it is idle too long", "secret", session.IdleAt, false},
		} {
			got, err := store.SessionByHash(t.Context(), s.Reader(), hashOf(test.secret), test.at)
			if test.found && (err != nil || got.ID != session.ID || !got.ProofAt.Equal(noon)) {
				t.Errorf("%s: %+v, %v", test.name, got, err)
			}
			if !test.found && review.CodeOf(err) != review.NotFound {
				t.Errorf("%s: found (%v)", test.name, err)
			}
		}
		session.IdleAt = session.EndsAt.Add(time.Hour)
		session.SeenAt = noon.Add(time.Minute)
		inTx(t, s, func(ctx context.Context, tx store.IDB) error { return store.TouchSession(ctx, tx, session) })
		_, err := store.SessionByHash(t.Context(), s.Reader(), session.Hash, session.EndsAt)
		wantCode(t, err, review.NotFound)
		session.ProofAt = noon.Add(2 * time.Minute)
		inTx(t, s, func(ctx context.Context, tx store.IDB) error { return store.ProveSession(ctx, tx, session) })
		got, err := store.SessionByHash(t.Context(), s.Reader(), session.Hash, noon)
		if err != nil || !got.SeenAt.Equal(session.SeenAt) || !got.ProofAt.Equal(session.ProofAt) {
			t.Errorf("read %+v (%v)", got, err)
		}
	})
}

func TestAReplacedSecretIsGoodForAMoment(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		session := addSession(t, s, addMember(t, s, "ann"), "old")
		again := session
		inTx(t, s, func(ctx context.Context, tx store.IDB) error {
			return store.RotateSession(ctx, tx, &session, hashOf("new"), noon)
		})
		tryTx(t, s, review.Stale, func(ctx context.Context, tx store.IDB) error {
			return store.RotateSession(ctx, tx, &again, hashOf("other"), noon)
		})
		for _, test := range []struct {
			secret string
			after  time.Duration
			found  bool
		}{{"new", 0, true}, {"new", time.Minute, true}, {"old", 29 * time.Second, true}, {"old", 30 * time.Second, false}, {"other", 0, false}} {
			_, err := store.SessionByHash(t.Context(), s.Reader(), hashOf(test.secret), noon.Add(test.after))
			if (err == nil) != test.found {
				t.Errorf("the secret %q after %v: %v", test.secret, test.after, err)
			}
		}
	})
}

func TestSessionsAreEndedOneAllOrAllOthers(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ann, ben := addMember(t, s, "ann"), addMember(t, s, "ben")
		one, two, three := addSession(t, s, ann, "1"), addSession(t, s, ann, "2"), addSession(t, s, ann, "3")
		bens := addSession(t, s, ben, "4")
		names := map[string]string{ann.ID: "ann", ben.ID: "ben", one.ID: "1", two.ID: "2", three.ID: "3", bens.ID: "4"}
		list := func() (ids []string) {
			sessions, err := store.Sessions(t.Context(), s.Reader(), ann.ID, noon)
			if err != nil {
				t.Fatal(err)
			}
			for _, session := range sessions {
				ids = append(ids, names[session.ID])
			}
			return ids
		}
		last := lastRights(t, s)
		if got := list(); !slices.Equal(got, []string{"3", "2", "1"}) {
			t.Fatalf("sessions %v", got)
		}
		tryTx(t, s, review.NotFound, func(ctx context.Context, tx store.IDB) error {
			return store.EndSession(ctx, tx, review.Session{ID: bens.ID, Member: ann.ID}, noon) // somebody else's
		})
		inTx(t, s, func(ctx context.Context, tx store.IDB) error { return store.EndSession(ctx, tx, one, noon) })
		inTx(t, s, func(ctx context.Context, tx store.IDB) error {
			n, err := store.EndSessions(ctx, tx, ann.ID, three.ID, noon)
			if n != 1 {
				t.Errorf("ended %d sessions", n)
			}
			return err
		})
		if got := list(); !slices.Equal(got, []string{"3"}) {
			t.Fatalf("sessions %v", got)
		}
		inTx(t, s, func(ctx context.Context, tx store.IDB) error {
			_, err := store.EndSessions(ctx, tx, ann.ID, "", noon)
			return err
		})
		want := []string{"member=ann session=1 desk=", "member=ann session=2 desk=", "member=ann session= desk="}
		if got := rightsAfter(t, s, last, names); !slices.Equal(got, want) {
			t.Errorf("changes of rights %v, want %v", got, want)
		}
		if count(t, s, "session") != 1 {
			t.Error("somebody else's session was ended")
		}
	})
}

// A reader who asks for what comes after N must miss nothing, whichever transaction commits first.
func TestChangesOfRightsBecomeVisibleInOrder(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		const writers, each = 4, 25
		done := make(chan error, writers)
		for range writers {
			go func() {
				var err error
				for range each {
					err = s.InTx(t.Context(), func(ctx context.Context, tx store.IDB) error {
						return store.ChangeRights(ctx, tx, review.RightsChange{At: noon}, review.RightsChange{At: noon})
					})
					if err != nil {
						break
					}
				}
				done <- err
			}()
		}
		var last int64
		read := func() {
			changes, err := store.RightsChangesAfter(t.Context(), s.Reader(), last, 1000)
			if err != nil {
				t.Fatal(err)
			}
			for _, change := range changes {
				if change.Number != last+1 {
					t.Fatalf("after %d came %d", last, change.Number)
				}
				last = change.Number
			}
		}
		for running := writers; running > 0; {
			select {
			case err := <-done:
				if err != nil {
					t.Fatal(err)
				}
				running--
			default:
				read()
			}
		}
		read()
		if last != 2*writers*each {
			t.Fatalf("read %d changes, want %d", last, 2*writers*each)
		}
	})
}

func TestSweepDeletesWhatIsOverAndNothingElse(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ann, desk := addMember(t, s, "ann"), addDesk(t, s, "politics")
		addSession(t, s, ann, "now")
		old := noon.Add(-25 * time.Hour)
		inTx(t, s, func(ctx context.Context, tx store.IDB) error {
			ended := review.Session{Member: ann.ID, Hash: hashOf("old"), IdleAt: noon, EndsAt: noon.Add(time.Hour)}
			for _, at := range []time.Time{old, noon} {
				for _, err := range []error{
					store.AddEvent(ctx, tx, &review.Event{At: at, Kind: "test", Desk: desk.ID}),
					store.KeepAnswer(ctx, tx, review.KeptAnswer{Member: ann.ID, Key: at.String(), Request: []byte{1}, Body: []byte{}, CreatedAt: at}),
					store.ChangeRights(ctx, tx, review.RightsChange{At: at}),
					store.AddLoginFailure(ctx, tx, &store.LoginFailures{Kind: "account", Key: at.String()}, at, store.LoginLimit{Window: time.Hour}),
					store.AddSetupToken(ctx, tx, hashOf(at.String()), at.Add(time.Hour)),
				} {
					if err != nil {
						return err
					}
				}
			}
			return store.AddSession(ctx, tx, &ended)
		})
		inTx(t, s, func(ctx context.Context, tx store.IDB) error {
			swept, err := store.Sweep(ctx, tx, noon)
			if swept != 6 {
				t.Errorf("swept %d rows, want 6", swept)
			}
			return err
		})
		for _, table := range []string{"session", "event", "kept_answer", "rights_change", "login_failure", "setup_token"} {
			if got := count(t, s, table); got != 1 {
				t.Errorf("%d rows are left in %s", got, table)
			}
		}
		if lastRights(t, s) != 2 {
			t.Error("the numbers of changes of rights begin again")
		}
	})
}
