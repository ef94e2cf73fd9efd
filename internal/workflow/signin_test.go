package workflow_test

import (
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/countersign/countersign/internal/review"
	"github.com/countersign/countersign/internal/store"
	"github.com/countersign/countersign/internal/store/storetest"
	"github.com/countersign/countersign/internal/workflow"
)

func TestTheSetupLinkWorksOnce(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		empty, err := h.NeedsSetup(t.Context())
		if err != nil || empty {
			t.Fatalf("a server that was set up says that it needs it: %v, %v", empty, err)
		}
		for _, secret := range []string{"", "nonsense", h.admin.Secret} {
			_, err := h.SetUp(t.Context(), secret, workflow.NewAdmin{Name: "Eve", Email: "eve@example.org", Password: goodPassword, Desk: "Mine"}, from("10.0.0.9"))
			wantCode(t, err, review.NotFound)
		}
	})
}

func TestOfTwoSetupLinksUsedAtOnceOneWins(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		// Links as nodes print them that start at once on one database.
		h, _ := newNode(t, s, &clock{now: time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)})
		var won atomic.Int64
		var secrets []string
		for range 4 {
			secret, _, err := h.OfferSetup(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			secrets = append(secrets, secret)
		}
		var racing sync.WaitGroup
		for i, secret := range secrets {
			racing.Go(func() {
				_, err := h.SetUp(t.Context(), secret, workflow.NewAdmin{
					Name: "Racer", Email: string(rune('a'+i)) + "@example.org", Password: goodPassword, Desk: "Race " + string(rune('a'+i)),
				}, from("10.0.0.9"))
				switch {
				case err == nil:
					won.Add(1)
				case review.CodeOf(err) != review.NotFound:
					t.Errorf("a loser got %v", err)
				}
			})
		}
		racing.Wait()
		if won.Load() != 1 {
			t.Errorf("%d of 4 links made an admin, want 1", won.Load())
		}
	})
}

func TestTheFirstFormNamesEveryFault(t *testing.T) {
	h := sqlite(t)
	secret, _, err := h.OfferSetup(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	_, err = h.SetUp(t.Context(), secret, workflow.NewAdmin{Name: "", Email: "no address", Password: "short", Desk: ""}, from("10.0.0.9"))
	wantCode(t, err, review.Invalid)
	for _, field := range []string{"name", "email", "password", "desk"} {
		contains(t, err.Error(), field+":")
	}
}

func TestASignInThatFailsTellsNothingAboutWhoExists(t *testing.T) {
	h := sqlite(t)
	ben := h.join("ben", review.Writer)
	if _, err := h.Disable(t.Context(), workflow.Operator(), ben.Member, true); err != nil {
		t.Fatal(err)
	}
	cases := map[string][2]string{
		"wrong password":   {"sana@courier.example", "not her password at all"},
		"unknown address":  {"nobody@courier.example", goodPassword},
		"no address":       {"nobody", goodPassword},
		"disabled account": {"ben@courier.example", "ben walks past quiet harbours"},
		"empty password":   {"sana@courier.example", ""},
	}
	said := map[string]bool{}
	took := map[string][]time.Duration{}
	for range 3 { // fewer than the throttle lets through
		for name, try := range cases {
			begun := time.Now()
			_, err := h.SignIn(t.Context(), try[0], try[1], from("10.0.0.3"))
			took[name] = append(took[name], time.Since(begun))
			wantCode(t, err, review.Unauthenticated)
			said[err.Error()] = true
		}
		h.clock.pass(time.Hour)
	}
	if len(said) != 1 {
		t.Errorf("the answers differ: %v", said)
	}
	known := slices.Min(took["wrong password"])
	for name, times := range took {
		if least := slices.Min(times); least < known/3 {
			t.Errorf("%s takes %v, a wrong password %v: the time tells them apart", name, least, known)
		}
	}
}

func TestTooManyFailuresPauseThatAccountFromThatAddress(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		try := func(password, address string) error {
			_, err := h.SignIn(t.Context(), "sana@courier.example", password, from(address))
			return err
		}
		for range 5 {
			wantCode(t, try("wrong", "10.0.0.3"), review.Unauthenticated)
		}
		err := try(goodPassword, "10.0.0.3")
		wantCode(t, err, review.TooMany)
		contains(t, err.Error(), "Wait")
		if err := try(goodPassword, "10.0.0.4"); err != nil {
			t.Errorf("the account's owner is kept out from another address: %v", err)
		}
		h.clock.pass(4 * time.Minute)
		wantCode(t, try(goodPassword, "10.0.0.3"), review.TooMany)
		h.clock.pass(2 * time.Minute)
		if err := try(goodPassword, "10.0.0.3"); err != nil {
			t.Errorf("after the pause: %v", err)
		}
	})
}

func TestManyTriesAtOnceAreAllCounted(t *testing.T) {
	h := sqlite(t)
	var compared atomic.Int64
	var trying sync.WaitGroup
	for range 20 {
		trying.Go(func() {
			_, err := h.SignIn(t.Context(), "sana@courier.example", "wrong", from("10.0.0.3"))
			if review.CodeOf(err) == review.Unauthenticated {
				compared.Add(1)
			}
		})
	}
	trying.Wait()
	if compared.Load() != 5 {
		t.Errorf("%d of 20 passwords were compared, want 5", compared.Load())
	}
}

func TestASignInIsNoFailure(t *testing.T) {
	h := sqlite(t)
	for range 30 { // more than an account may fail from one address
		h.clock.pass(time.Second)
		if _, err := h.SignIn(t.Context(), "sana@courier.example", goodPassword, from("10.0.0.3")); err != nil {
			t.Fatal(err)
		}
	}
}

func TestSignInsAndRefusalsReachTheAuditJoined(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		for range 3 {
			_, err := h.SignIn(t.Context(), "sana@courier.example", "wrong", from("10.0.0.3"))
			wantCode(t, err, review.Unauthenticated)
		}
		refused := h.records("session.refused")
		if len(refused) != 1 || refused[0].Count != 3 || refused[0].Member != h.admin.Member.ID {
			t.Errorf("the log has %+v, want one record of 3", refused)
		}
	})
}

func TestPasswordsAreStoredAsArgon2id(t *testing.T) {
	h := sqlite(t)
	member, err := store.MemberByEmail(t.Context(), h.store.Reader(), "sana@courier.example")
	if err != nil {
		t.Fatal(err)
	}
	contains(t, member.PasswordHash, "$argon2id$v=19$m=19456,t=2,p=1$")
}
