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

func updateMember(m *review.Member) func(ctx context.Context, tx store.IDB) error {
	return func(ctx context.Context, tx store.IDB) error { return store.UpdateMember(ctx, tx, m) }
}

func TestAMemberIsReadAsItWasWritten(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		any, err := store.AnyMember(t.Context(), s.Reader())
		if err != nil || any {
			t.Fatalf("an empty server has members: %v, %v", any, err)
		}
		at := time.Date(2026, 3, 2, 12, 0, 0, 123456000, time.FixedZone("CET", 3600))
		ann := review.Member{Email: "o'brien@example.org", Name: `Ann "O'Brien" \ ?`, PasswordHash: "$argon2id$v=19$x", CreatedAt: at}
		inTx(t, s, func(ctx context.Context, tx store.IDB) error { return store.AddMember(ctx, tx, &ann) })
		byID, err := store.Member(t.Context(), s.Reader(), ann.ID)
		if err != nil {
			t.Fatal(err)
		}
		byEmail, err := store.MemberByEmail(t.Context(), s.Reader(), ann.Email)
		if err != nil {
			t.Fatal(err)
		}
		ann.CreatedAt = at.UTC() // times come back in UTC
		if byID != ann || byEmail != ann {
			t.Errorf("wrote %+v\nread by id %+v\nread by e-mail %+v", ann, byID, byEmail)
		}
		if any, err = store.AnyMember(t.Context(), s.Reader()); err != nil || !any {
			t.Errorf("a server with a member has none: %v", err)
		}
	})
}

func TestAMemberThatCannotBeIsRefused(t *testing.T) {
	s := storetest.Open(t, storetest.SQLite)
	for name, member := range map[string]review.Member{
		"no address":               {Name: "Ann", Email: ""},
		"no bare address":          {Name: "Ann", Email: "ann <ann@example.org>"},
		"an address in upper case": {Name: "Ann", Email: "Ann@example.org"},
		"an address with a break":  {Name: "Ann", Email: "ann@example.org\r\nbcc: all"},
		"no name":                  {Name: "", Email: "ann@example.org"},
		"a name with a NUL":        {Name: "An\x00n", Email: "ann@example.org"},
		"a name turned around":     {Name: "An\u202en", Email: "ann@example.org"},
		"a name not in UTF-8":      {Name: "An\xffn", Email: "ann@example.org"},
	} {
		t.Run(name, func(t *testing.T) {
			tryTx(t, s, review.Invalid, func(ctx context.Context, tx store.IDB) error { return store.AddMember(ctx, tx, &member) })
		})
	}
}

func TestOfTwoChangesToOneVersionTheSecondIsStale(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ann := addMember(t, s, "ann")
		desk := addDesk(t, s, "politics")
		membership := addMembership(t, s, desk, ann, review.Writer)
		for name, change := range map[string]func() func(ctx context.Context, tx store.IDB) error{
			"member": func() func(ctx context.Context, tx store.IDB) error { m := ann; return updateMember(&m) },
			"desk": func() func(ctx context.Context, tx store.IDB) error {
				d := desk
				return func(ctx context.Context, tx store.IDB) error { return store.UpdateDesk(ctx, tx, &d) }
			},
			"membership": func() func(ctx context.Context, tx store.IDB) error {
				m := membership
				return func(ctx context.Context, tx store.IDB) error { return store.UpdateMembership(ctx, tx, &m, noon) }
			},
		} {
			inTx(t, s, change())
			t.Run(name, func(t *testing.T) { tryTx(t, s, review.Stale, change()) })
		}
	})
}

func TestRolesAreStoredAndFollowed(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		politics, sport := addDesk(t, s, "politics"), addDesk(t, s, "sport")
		ann, ben := addMember(t, s, "ann"), addMember(t, s, "ben")
		names := map[string]string{politics.ID: "politics", sport.ID: "sport", ann.ID: "ann", ben.ID: "ben"}
		membership := addMembership(t, s, politics, ann, review.Senior, review.Admin, review.Senior)
		addMembership(t, s, sport, ann, review.Reader)
		addMembership(t, s, politics, ben, review.Writer)
		session := addSession(t, s, ann, "secret")

		got, err := store.Membership(t.Context(), s.Reader(), politics.ID, ann.ID)
		if err != nil || !slices.Equal(got.Roles, []review.Role{review.Admin, review.Senior}) {
			t.Fatalf("roles %v (%v)", got.Roles, err)
		}
		last := lastRights(t, s)
		membership.Roles = []review.Role{review.Chief}
		inTx(t, s, func(ctx context.Context, tx store.IDB) error {
			return store.UpdateMembership(ctx, tx, &membership, noon)
		})
		all, err := store.MembershipsOf(t.Context(), s.Reader(), ann.ID)
		if err != nil || len(all) != 2 {
			t.Fatalf("memberships %v (%v)", all, err)
		}
		if got := rightsAfter(t, s, last, names); !slices.Equal(got, []string{"member=ann session= desk=politics"}) {
			t.Errorf("changes of rights %v", got)
		}
		if session, err := store.Session(t.Context(), s.Reader(), session.ID); err != nil || !session.RotateDue {
			t.Errorf("the session of a member whose roles changed keeps its secret (%v)", err)
		}
	})
}

func TestAMembershipWithoutAGivenRoleIsRefused(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		desk, ann := addDesk(t, s, "politics"), addMember(t, s, "ann")
		for _, roles := range [][]review.Role{nil, {review.Checker}, {"king"}, {review.Reader, "king"}} {
			tryTx(t, s, review.Invalid, func(ctx context.Context, tx store.IDB) error {
				return store.AddMembership(ctx, tx, &review.Membership{Desk: desk.ID, Member: ann.ID, Roles: roles, CreatedAt: noon})
			})
		}
	})
}

func TestRemovingAMembershipEndsItsTokens(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		desk, other, ann := addDesk(t, s, "politics"), addDesk(t, s, "sport"), addMember(t, s, "ann")
		membership := addMembership(t, s, desk, ann, review.Admin)
		addMembership(t, s, other, ann, review.Admin)
		gone, stays := addToken(t, s, desk, ann, "gone"), addToken(t, s, other, ann, "stays")
		inTx(t, s, func(ctx context.Context, tx store.IDB) error {
			return store.RemoveMembership(ctx, tx, &membership, noon)
		})
		_, err := store.Membership(t.Context(), s.Reader(), desk.ID, ann.ID)
		wantCode(t, err, review.NotFound)
		for token, ended := range map[*review.Token]bool{&gone: true, &stays: false} {
			if got, err := store.TokenByHash(t.Context(), s.Reader(), token.Hash); err != nil || got.Ended(noon) != ended {
				t.Errorf("token %s has ended: %v, want %v (%v)", token.Name, got.Ended(noon), ended, err)
			}
		}
	})
}

func TestAdminsAndHoldersAreThoseWhoMayActNow(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		politics, sport := addDesk(t, s, "politics"), addDesk(t, s, "sport")
		ann, ben, cleo, dan := addMember(t, s, "ann"), addMember(t, s, "ben"), addMember(t, s, "cleo"), addMember(t, s, "dan")
		addMembership(t, s, politics, ann, review.Admin, review.Chief)
		suspended := addMembership(t, s, politics, ben, review.Admin)
		addMembership(t, s, politics, cleo, review.Admin)
		addMembership(t, s, politics, dan, review.Chief)
		addMembership(t, s, sport, dan, review.Admin)
		addMembership(t, s, sport, ann, review.Admin)
		inTx(t, s, func(ctx context.Context, tx store.IDB) error {
			suspended.SuspendedAt = &noon
			if err := store.UpdateMembership(ctx, tx, &suspended, noon); err != nil {
				return err
			}
			cleo.DisabledAt = &noon
			return store.DisableMember(ctx, tx, &cleo, noon)
		})
		for desk, want := range map[string]int{politics.ID: 1, sport.ID: 2, "": 2} {
			if got, err := store.AdminCount(t.Context(), s.Reader(), desk); err != nil || got != want {
				t.Errorf("%d admins, want %d (%v)", got, want, err)
			}
		}
		holders, err := store.MembersWithRole(t.Context(), s.Reader(), politics.ID, []review.Role{review.Admin, review.Chief})
		if err != nil || len(holders) != 2 || holders[0].Name != "ann" || holders[1].Name != "dan" || len(holders[0].Roles) != 2 {
			t.Errorf("holders %+v (%v)", holders, err)
		}
		everybody, _, err := store.DeskMembers(t.Context(), s.Reader(), politics.ID, review.Page{})
		if err != nil || len(everybody) != 4 || !everybody[1].Suspended() || everybody[2].DisabledAt == nil {
			t.Errorf("members %+v (%v)", everybody, err)
		}
		desks, _, err := store.DesksOf(t.Context(), s.Reader(), dan.ID, review.Page{})
		if err != nil || len(desks) != 2 || desks[0].Slug != "politics" {
			t.Errorf("desks %+v (%v)", desks, err)
		}
	})
}

func TestDisablingAMemberEndsTheirSessions(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ann := addMember(t, s, "ann")
		addSession(t, s, ann, "one")
		last := lastRights(t, s)
		ann.DisabledAt = &noon
		inTx(t, s, func(ctx context.Context, tx store.IDB) error { return store.DisableMember(ctx, tx, &ann, noon) })
		_, err := store.SessionByHash(t.Context(), s.Reader(), hashOf("one"), noon)
		wantCode(t, err, review.NotFound)
		if got := rightsAfter(t, s, last, map[string]string{ann.ID: "ann"}); !slices.Equal(got, []string{"member=ann session= desk="}) {
			t.Errorf("changes of rights %v", got)
		}
	})
}
