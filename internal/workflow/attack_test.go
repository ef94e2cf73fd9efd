package workflow_test

import (
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/countersign/countersign/internal/review"
	"github.com/countersign/countersign/internal/workflow"
)

// put uploads a policy on a node and fails the test if it is refused.
func (h *house) put(node *workflow.Workflow, actor workflow.Actor, after int64, text string) {
	h.t.Helper()
	if _, err := node.PutPolicy(h.t.Context(), actor, workflow.PolicyChange{Desk: h.desk.ID, After: after, Text: text}); err != nil {
		h.t.Fatal(err)
	}
}

func (h *house) housePolicy() string {
	h.t.Helper()
	start, err := h.Policy(h.t.Context(), h.boss(), h.desk.ID, 0)
	if err != nil {
		h.t.Fatal(err)
	}
	return start.Policy
}

const adminsHold = "p, role:admin, *, report, hold, always, allow\n"

func TestAnUploadIsJudgedByTheRevisionItFollowsOnEveryNode(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		start := h.housePolicy()
		h.put(h.Workflow, h.boss(), 0, start+adminsHold) // the only admin may
		ben := h.join("ben", review.Admin)
		behind, _ := newNode(t, h.store, h.clock) // knows revision 1, and follows nothing by itself
		h.put(h.Workflow, h.boss(), 1, start)     // takes it from admins
		_, err := behind.PutPolicy(t.Context(), h.actor(ben), workflow.PolicyChange{Desk: h.desk.ID, After: 2, Text: start + adminsHold})
		wantCode(t, err, review.Invalid)
		contains(t, err.Error(), "own rights")
	})
}

func TestWhoLostTheRightToUploadLostItOnEveryNode(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		start := h.housePolicy()
		kofi := h.join("kofi", review.Chief)
		chiefs := start + "p, role:chief, *, policy, manage_policy, always, allow\n"
		h.put(h.Workflow, h.boss(), 0, chiefs)
		behind, _ := newNode(t, h.store, h.clock)
		h.put(h.Workflow, h.boss(), 1, start)
		_, err := behind.PutPolicy(t.Context(), h.actor(kofi), workflow.PolicyChange{Desk: h.desk.ID, After: 2, Text: start + "# mine\n"})
		wantCode(t, err, review.Forbidden)
	})
}

func TestWhatAnUploadTookFromAdminsTheHousesPolicyGivesBack(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		start := h.housePolicy()
		ben := h.join("ben", review.Admin)
		h.put(h.Workflow, h.boss(), 0, strings.Replace(start, "p, role:admin, *, desk, manage_tokens, always, allow\n", "", 1))
		_, _, err := h.Tokens(t.Context(), h.actor(ben), h.desk.ID, review.Page{})
		wantCode(t, err, review.Forbidden)
		_, err = h.PutPolicy(t.Context(), h.actor(ben), workflow.PolicyChange{Desk: h.desk.ID, After: 1, Text: start + adminsHold})
		wantCode(t, err, review.Invalid)
		h.put(h.Workflow, h.actor(ben), 1, start)
		if _, _, err := h.Tokens(t.Context(), h.actor(ben), h.desk.ID, review.Page{}); err != nil {
			t.Error(err)
		}
	})
}

func TestAnInvitationEndsWithTheRightItWasMadeBy(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		for name, lose := range map[string]func(ben workflow.SignedIn) error{
			"removed": func(ben workflow.SignedIn) error { return h.RemoveMember(t.Context(), h.boss(), h.at(ben)) },
			"demoted": func(ben workflow.SignedIn) error {
				_, err := h.SetRoles(t.Context(), h.boss(), h.at(ben), []review.Role{review.Writer}, h.version(h.at(ben)))
				return err
			},
			"suspended": func(ben workflow.SignedIn) error {
				_, err := h.Suspend(t.Context(), h.boss(), h.at(ben), true, h.version(h.at(ben)))
				return err
			},
			"disabled": func(ben workflow.SignedIn) error {
				_, err := h.Disable(t.Context(), workflow.Operator(), ben.Member, true)
				return err
			},
		} {
			ben := h.join("ben-"+name, review.Admin)
			_, secret, err := h.Invite(t.Context(), h.actor(ben), review.Invitation{Desk: h.desk.ID, Email: "puppet-" + name + "@example.org", Roles: []review.Role{review.Admin}})
			if err != nil {
				t.Fatal(err)
			}
			if err := lose(ben); err != nil {
				t.Fatal(err)
			}
			_, err = h.AcceptInvitation(t.Context(), secret, workflow.NewMember{Name: "Puppet", Password: goodPassword}, from("10.0.0.9"))
			if review.CodeOf(err) != review.NotFound {
				t.Errorf("by somebody %s: got %v, want it gone", name, err)
			}
			if _, err := h.FindMember(t.Context(), "puppet-"+name+"@example.org"); review.CodeOf(err) != review.NotFound {
				t.Errorf("by somebody %s: the account was made: %v", name, err)
			}
		}
	})
}

func TestATokenForAnotherMemberIsTheOperatorsToMake(t *testing.T) {
	h := sqlite(t)
	ana := h.join("ana", review.Reader)
	ask := workflow.NewToken{Desk: h.desk.ID, Member: ana.Member.ID, Name: "x", Acts: []review.Act{review.ToRead}}
	both := []review.Role{review.Admin, review.Chief} // more than a reader in everything
	if _, err := h.SetRoles(t.Context(), h.boss(), h.at(h.admin), both, h.version(h.at(h.admin))); err != nil {
		t.Fatal(err)
	}
	_, _, err := h.CreateToken(t.Context(), h.boss(), ask)
	wantCode(t, err, review.Forbidden)
	if _, _, err := h.CreateToken(t.Context(), workflow.Operator(), ask); err != nil {
		t.Error(err)
	}
}

func TestSixtyWrongPasswordsAtOnceAreFiveTries(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		var compared, others atomic.Int64
		var trying sync.WaitGroup
		for range 60 {
			trying.Go(func() {
				_, err := h.SignIn(t.Context(), "sana@courier.example", "wrong", from("10.0.0.3"))
				switch review.CodeOf(err) {
				case review.Unauthenticated:
					compared.Add(1)
				case review.TooMany:
				default:
					others.Add(1)
					t.Error(err)
				}
			})
		}
		trying.Wait()
		if compared.Load() > 5 || compared.Load()+others.Load() == 0 {
			t.Errorf("%d of 60 passwords were compared, want at most 5", compared.Load())
		}
	})
}

func TestANetworkOfIPv6IsOneAddress(t *testing.T) {
	h := sqlite(t)
	try := func(address string) error {
		_, err := h.SignIn(t.Context(), "sana@courier.example", "wrong", from(address))
		return err
	}
	for _, address := range []string{"2001:db8:1:2::1", "2001:db8:1:2:ffff::2", "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::4", "2001:db8:1:2::5"} {
		wantCode(t, try(address), review.Unauthenticated)
	}
	wantCode(t, try("2001:db8:1:2::6"), review.TooMany)
	wantCode(t, try("2001:db8:1:3::6"), review.Unauthenticated)
	wantCode(t, try("10.0.0.3"), review.Unauthenticated)
}

func TestANewPasswordEndsTheOldSecretAtOnce(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		here := h.signIn(goodPassword)
		secret, err := h.ChangePassword(t.Context(), h.actor(here), goodPassword, "four other quiet words")
		if err != nil {
			t.Fatal(err)
		}
		h.ended(here)
		if _, _, err := h.SessionActor(t.Context(), secret, from("10.0.0.3")); err != nil {
			t.Error(err)
		}
	})
}

func TestASetupLinkIsNoGoodOnceThereIsAMember(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		secret, _, err := h.OfferSetup(t.Context()) // as of a node that started on an empty database
		if err != nil {
			t.Fatal(err)
		}
		_, err = h.SetUp(t.Context(), secret, workflow.NewAdmin{Name: "Eve", Email: "eve@example.org", Password: goodPassword, Desk: "Mine"}, from("10.0.0.9"))
		wantCode(t, err, review.NotFound)
		if _, err := h.FindMember(t.Context(), "eve@example.org"); review.CodeOf(err) != review.NotFound {
			t.Errorf("the account was made: %v", err)
		}
	})
}

func TestTheSimulatorKnowsWhatIsTheServers(t *testing.T) {
	h := sqlite(t)
	start := h.housePolicy()
	ben := h.join("ben", review.Admin)
	answer := func(act review.Act) bool {
		t.Helper()
		got, err := h.Simulate(t.Context(), h.boss(), h.desk.ID, workflow.Simulation{Member: ben.Member.ID, Act: act})
		if err != nil || len(got.Answers) != 1 {
			t.Fatalf("%+v, %v", got, err)
		}
		own, err := h.OwnPermissions(t.Context(), h.actor(ben), h.desk.ID, review.Deed{Act: act})
		if err != nil || own[0].Allowed != got.Answers[0].Allowed {
			t.Errorf("%s: one's own permissions say %+v, %v; the simulator %v", act, own, err, got.Answers[0].Allowed)
		}
		return got.Answers[0].Allowed
	}
	export := func() error { return h.ExportAudit(t.Context(), h.actor(ben), h.desk.ID, new(strings.Builder)) }
	h.put(h.Workflow, h.boss(), 0, strings.Replace(start, "p, role:admin, *, server, create_desk, always, allow\n", "", 1))
	if !answer(review.ToExportAudit) || export() != nil {
		t.Error("an admin of the only desk may export its log")
	}
	if _, err := h.CreateDesk(t.Context(), h.boss(), review.Desk{Name: "Another"}); err != nil {
		t.Fatal(err)
	}
	if answer(review.ToExportAudit) || export() == nil {
		t.Error("an admin of one of two desks may not export the log of both")
	}
	_, err := h.CreateDesk(t.Context(), h.actor(ben), review.Desk{Name: "A third"})
	if answer(review.ToCreateDesk) != (err == nil) {
		t.Errorf("the simulator says otherwise than the server, which says %v", err)
	}
}
