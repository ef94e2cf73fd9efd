package workflow_test

import (
	"context"
	"encoding/json"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/countersign/countersign/internal/review"
	"github.com/countersign/countersign/internal/store"
	"github.com/countersign/countersign/internal/store/storetest"
	"github.com/countersign/countersign/internal/workflow"
)

func TestTheOnlyAdminOfAServerMayRaiseThemselvesAndItIsRecorded(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		both := []review.Role{review.Admin, review.Chief}
		if _, err := h.SetRoles(t.Context(), h.boss(), h.at(h.admin), both, h.version(h.at(h.admin))); err != nil {
			t.Fatal(err)
		}
		records := h.records("membership.roles")
		if len(records) != 1 || !strings.Contains(records[0].Detail["self_grant"], "one admin only") {
			t.Errorf("the log has %+v", records)
		}
	})
}

func TestWithASecondAdminNobodyRaisesThemselves(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.join("ben", review.Admin)
		boss := h.boss()
		_, err := h.SetRoles(t.Context(), boss, h.at(h.admin), []review.Role{review.Admin, review.Chief}, h.version(h.at(h.admin)))
		wantReason(t, err, "self_grant")
		// Nor by an invitation to oneself, nor by a policy that gives admins more, nor by another's token.
		_, secret, err := h.Invite(t.Context(), boss, review.Invitation{Desk: h.desk.ID, Email: "sana@courier.example", Roles: []review.Role{review.Chief}})
		if err != nil {
			t.Fatal(err)
		}
		_, err = h.AcceptInvitation(t.Context(), secret, workflow.NewMember{Password: goodPassword}, from("10.0.0.1"))
		wantReason(t, err, "self_grant")
		house, err := h.Policy(t.Context(), boss, h.desk.ID, 0)
		if err != nil {
			t.Fatal(err)
		}
		_, err = h.PutPolicy(t.Context(), boss, workflow.PolicyChange{
			Desk: h.desk.ID, Text: house.Policy + "p, role:admin, *, report, hold, always, allow\n",
		})
		wantCode(t, err, review.Invalid)
		contains(t, err.Error(), "own rights")
		kofi := h.join("kofi", review.Chief)
		_, _, err = h.CreateToken(t.Context(), boss, workflow.NewToken{Desk: h.desk.ID, Member: kofi.Member.ID, Name: "x", Acts: []review.Act{review.ToEditText}})
		wantCode(t, err, review.Forbidden)
	})
}

func TestADeskKeepsAnAdmin(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		at := h.at(h.admin)
		_, err := h.SetRoles(t.Context(), h.boss(), at, []review.Role{review.Reader}, h.version(at))
		wantCode(t, err, review.Unprocessable)
		_, err = h.Suspend(t.Context(), h.boss(), at, true, h.version(at))
		wantCode(t, err, review.Unprocessable)
		wantCode(t, h.RemoveMember(t.Context(), h.boss(), at), review.Unprocessable)
	})
}

func TestOfTwoAdminsWhoDemoteEachOtherOneRemains(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		for range 5 {
			ben := h.join("ben"+store.NewID()[30:], review.Admin)
			first, second := h.boss(), h.actor(ben)
			versions := [2]int64{h.version(h.at(ben)), h.version(h.at(h.admin))}
			errs := make([]error, 2)
			var racing sync.WaitGroup
			racing.Go(func() {
				_, errs[0] = h.SetRoles(t.Context(), first, h.at(ben), []review.Role{review.Reader}, versions[0])
			})
			racing.Go(func() {
				_, errs[1] = h.SetRoles(t.Context(), second, h.at(h.admin), []review.Role{review.Reader}, versions[1])
			})
			racing.Wait()
			admins, err := store.AdminCount(t.Context(), h.store.Reader(), h.desk.ID)
			if err != nil || admins != 1 {
				t.Fatalf("the desk has %d admins (%v); the two got %v", admins, err, errs)
			}
			if errs[0] != nil { // Sana was demoted: Ben gives it back
				if _, err := h.SetRoles(t.Context(), second, h.at(h.admin), []review.Role{review.Admin}, versions[1]+1); err != nil {
					t.Fatal(err)
				}
				if _, err := h.SetRoles(t.Context(), h.boss(), h.at(ben), []review.Role{review.Reader}, h.version(h.at(ben))); err != nil {
					t.Fatal(err)
				}
			}
		}
	})
}

func TestARefusalNamesWhoCouldAndIsRecorded(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		ana := h.join("ana", review.Writer)
		_, _, err := h.Invite(t.Context(), h.actor(ana), review.Invitation{Desk: h.desk.ID, Email: "eve@example.org", Roles: []review.Role{review.Chief}})
		permission := wantReason(t, err, review.ReasonNoRole)
		if len(permission.WhoMay) != 1 || permission.WhoMay[0].Name != "Sana Ibarra" {
			t.Errorf("who may: %+v", permission.WhoMay)
		}
		if records := h.records("refusal.manage_members"); len(records) != 1 || records[0].Member != ana.Member.ID {
			t.Errorf("the log has %+v", records)
		}
	})
}

func TestADeskOfOthersLooksLikeNone(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		ana := h.join("ana", review.Writer)
		other, err := h.CreateDesk(t.Context(), h.boss(), review.Desk{Name: "Data desk"})
		if err != nil {
			t.Fatal(err)
		}
		_, foreign := h.Desk(t.Context(), h.actor(ana), other.ID)
		_, missing := h.Desk(t.Context(), h.actor(ana), store.NewID())
		wantCode(t, foreign, review.NotFound)
		if foreign.Error() != missing.Error() {
			t.Errorf("a foreign desk answers %q, one that is not there %q", foreign, missing)
		}
	})
}

func TestASuspendedMemberMayNothing(t *testing.T) {
	h := sqlite(t)
	kofi := h.join("kofi", review.Chief)
	if _, err := h.Suspend(t.Context(), h.boss(), h.at(kofi), true, h.version(h.at(kofi))); err != nil {
		t.Fatal(err)
	}
	_, err := h.Desk(t.Context(), h.actor(kofi), h.desk.ID)
	wantReason(t, err, "suspended")
	if _, err := h.Suspend(t.Context(), h.boss(), h.at(kofi), false, h.version(h.at(kofi))); err != nil {
		t.Fatal(err)
	}
	if _, err := h.Desk(t.Context(), h.actor(kofi), h.desk.ID); err != nil {
		t.Error(err)
	}
}

func TestAStaleProofIsAskedForAgain(t *testing.T) {
	h := sqlite(t)
	settings := review.DeskSettings{StepUpMinutes: 10}
	if _, err := h.ChangeDesk(t.Context(), h.boss(), h.desk.ID, workflow.DeskChange{Version: 1, Settings: &settings}); err != nil {
		t.Fatal(err)
	}
	h.clock.pass(11 * time.Minute)
	change := func() error {
		name := "Desk " + store.NewID()
		desk, err := h.Desk(t.Context(), h.boss(), h.desk.ID)
		if err != nil {
			t.Fatal(err)
		}
		_, err = h.ChangeDesk(t.Context(), h.boss(), h.desk.ID, workflow.DeskChange{Version: desk.Version, Name: &name})
		return err
	}
	wantCode(t, change(), review.StepUp)
	wantCode(t, h.Prove(t.Context(), h.boss(), "wrong"), review.Invalid)
	if err := h.Prove(t.Context(), h.boss(), goodPassword); err != nil {
		t.Fatal(err)
	}
	if err := change(); err != nil {
		t.Errorf("after a fresh proof: %v", err)
	}
}

func TestAnInvitationWorksOnceAndForWhomItIs(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		made, secret, err := h.Invite(t.Context(), h.boss(), review.Invitation{Desk: h.desk.ID, Email: "Ana@Courier.example ", Roles: []review.Role{review.Writer}})
		if err != nil || made.Email != "ana@courier.example" {
			t.Fatalf("%+v, %v", made, err)
		}
		wins, errs := 0, make([]error, 6)
		var racing sync.WaitGroup
		for i := range errs {
			racing.Go(func() {
				_, errs[i] = h.AcceptInvitation(t.Context(), secret, workflow.NewMember{Name: "Ana", Password: goodPassword}, from("10.0.0.2"))
			})
		}
		racing.Wait()
		for _, err := range errs {
			if err == nil {
				wins++
			} else if review.CodeOf(err) == "" {
				t.Errorf("a loser got %v", err)
			}
		}
		if wins != 1 {
			t.Errorf("%d of %d accepted, want 1: %v", wins, len(errs), errs)
		}
	})
}

func TestAnInvitationNeverOpensAnAccountByItself(t *testing.T) {
	h := sqlite(t)
	other, err := h.CreateDesk(t.Context(), h.boss(), review.Desk{Name: "Data desk"})
	if err != nil {
		t.Fatal(err)
	}
	h.join("ana", review.Writer)
	_, secret, err := h.Invite(t.Context(), h.boss(), review.Invitation{Desk: other.ID, Email: "ana@courier.example", Roles: []review.Role{review.Senior}})
	if err != nil {
		t.Fatal(err)
	}
	_, err = h.AcceptInvitation(t.Context(), secret, workflow.NewMember{Name: "Eve", Password: "a password of the thief's own"}, from("10.0.0.9"))
	wantCode(t, err, review.Invalid)
	session, err := h.AcceptInvitation(t.Context(), secret, workflow.NewMember{Name: "Eve", Password: "ana walks past quiet harbours"}, from("10.0.0.2"))
	if err != nil || session.Member.Name != "ana" || len(session.Desks) != 2 {
		t.Errorf("%+v, %v", session, err)
	}
}

func TestAnotherNodeFollowsPolicyAndRights(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		h := newHouse(t, s)
		elsewhere, local := newNode(t, s, h.clock)
		rights := local.Subscribe(workflow.RightsSubject)
		defer rights.Close()
		background(t, elsewhere.Run)
		carl := h.join("carl", review.Commenter)
		house, err := h.Policy(t.Context(), h.boss(), h.desk.ID, workflow.InForce)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := h.PutPolicy(t.Context(), h.boss(), workflow.PolicyChange{
			Desk: h.desk.ID, Text: house.Policy + "p, role:commenter, *, desk, create_report, always, allow\n",
		}); err != nil {
			t.Fatal(err)
		}
		deadline := time.After(2 * time.Second)
		var joined, changed bool
		for !joined || !changed {
			select {
			case message := <-rights.Messages():
				var change review.RightsChange
				if err := json.Unmarshal(message, &change); err != nil {
					t.Fatal(err)
				}
				joined = joined || change.Member == carl.Member.ID
				changed = changed || change.Desk == h.desk.ID && change.Member == ""
			case <-deadline:
				t.Fatalf("after 2 s the other node knows of the member: %v, of the policy: %v", joined, changed)
			}
		}
		actor := h.actor(carl)
		allowed := func() bool {
			permissions, err := elsewhere.OwnPermissions(t.Context(), actor, h.desk.ID, review.Deed{Act: review.ToCreateReport})
			return err == nil && permissions[0].Allowed
		}
		for !allowed() { // the policy is put in force right after the change is told
			select {
			case <-deadline:
				t.Fatal("the other node does not follow the policy")
			case <-time.After(10 * time.Millisecond):
			}
		}
	})
}

func TestAPolicyWithAFaultIsRefusedAtItsLine(t *testing.T) {
	h := sqlite(t)
	house, err := h.Policy(t.Context(), h.boss(), h.desk.ID, workflow.InForce)
	if err != nil {
		t.Fatal(err)
	}
	bad := strings.Replace(house.Policy, "p, role:reader, *", "p, role:redaer, *", 1)
	line := strings.Count(bad[:strings.Index(bad, "redaer")], "\n") + 1
	_, err = h.PutPolicy(t.Context(), h.boss(), workflow.PolicyChange{Desk: h.desk.ID, Text: bad})
	wantCode(t, err, review.Invalid)
	ours := err.(*review.Error) //nolint:errorlint // wantCode saw that it is one
	if faults := ours.Detail.([]review.Fault); faults[0].Line != line {
		t.Errorf("the fault is told at line %d, want %d", faults[0].Line, line)
	}
	_, err = h.PutPolicy(t.Context(), h.boss(), workflow.PolicyChange{Desk: h.desk.ID, After: 7, Text: house.Policy})
	wantCode(t, err, review.Stale)
}

func TestAStoredPolicyThatCannotBeReadLeavesAdminsOnly(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		ana := h.join("ana", review.Writer)
		err := h.store.InTx(t.Context(), func(ctx context.Context, tx store.IDB) error {
			return store.AddPolicyRevision(ctx, tx, &review.PolicyRevision{
				Desk: h.desk.ID, Number: 1, Policy: "p, nonsense\n", Author: h.admin.Member.ID, CreatedAt: h.clock.Now(),
			})
		})
		if err != nil {
			t.Fatal(err)
		}
		later, _ := newNode(t, h.store, h.clock)
		_, err = later.Desk(t.Context(), h.actor(ana), h.desk.ID)
		wantCode(t, err, review.Forbidden)
		house, err := later.Policy(t.Context(), h.boss(), h.desk.ID, 0)
		if err == nil {
			_, err = later.PutPolicy(t.Context(), h.boss(), workflow.PolicyChange{Desk: h.desk.ID, After: 1, Text: house.Policy})
		}
		if err != nil {
			t.Fatalf("the admin cannot mend it: %v", err)
		}
		if _, err := later.Desk(t.Context(), h.actor(ana), h.desk.ID); err != nil {
			t.Errorf("after it was mended: %v", err)
		}
	})
}

func TestTheSimulatorAnswersWhatTheServerDoes(t *testing.T) {
	h := sqlite(t)
	ana, kofi := h.join("ana", review.Writer), h.join("kofi", review.Chief)
	_, err := h.Simulate(t.Context(), h.actor(ana), h.desk.ID, workflow.Simulation{Roles: []review.Role{review.Chief}})
	wantCode(t, err, review.Forbidden)
	answer, err := h.Simulate(t.Context(), h.actor(kofi), h.desk.ID, workflow.Simulation{
		Member: ana.Member.ID, Act: review.ToEditText, Facts: []string{"frozen"},
	})
	if err != nil || len(answer.Answers) != 1 || answer.Answers[0].Allowed || !answer.Answers[0].Has("frozen") || len(answer.Answers[0].Rows) == 0 {
		t.Errorf("%+v, %v", answer, err)
	}
	contains(t, answer.Answers[0].Reasons[0].Sentence, "ana")
	_, err = h.Simulate(t.Context(), h.actor(kofi), h.desk.ID, workflow.Simulation{Roles: []review.Role{review.Chief}, Facts: []string{"tired"}})
	wantCode(t, err, review.Invalid)
	unsaved := "nonsense"
	_, err = h.Simulate(t.Context(), h.actor(kofi), h.desk.ID, workflow.Simulation{Roles: []review.Role{review.Chief}, Policy: &unsaved})
	wantCode(t, err, review.Invalid)
}

func TestTheWholeLogIsForWhoAdministersEveryDesk(t *testing.T) {
	h := sqlite(t)
	var out strings.Builder
	if err := h.ExportAudit(t.Context(), h.boss(), h.desk.ID, &out); err != nil || !strings.Contains(out.String(), "server.setup") {
		t.Fatalf("%q, %v", out.String(), err)
	}
	ben := h.join("ben", review.Admin)
	if _, err := h.CreateDesk(t.Context(), h.boss(), review.Desk{Name: "Data desk"}); err != nil {
		t.Fatal(err)
	}
	wantCode(t, h.ExportAudit(t.Context(), h.actor(ben), h.desk.ID, &out), review.Forbidden)
}

func TestEveryChangeOfAuthorityIsInALogThatVerifies(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		ana := h.join("ana", review.Writer)
		if _, err := h.SetRoles(t.Context(), h.boss(), h.at(ana), []review.Role{review.Editor}, h.version(h.at(ana))); err != nil {
			t.Fatal(err)
		}
		if err := h.RemoveMember(t.Context(), h.boss(), h.at(ana)); err != nil {
			t.Fatal(err)
		}
		for _, kind := range []string{"server.setup", "invitation.create", "invitation.accept", "membership.roles", "membership.remove", "session.start"} {
			if len(h.records(kind)) == 0 {
				t.Errorf("the log has no %s", kind)
			}
		}
		report, err := h.VerifyAudit(t.Context(), h.boss(), h.desk.ID)
		if err != nil || !report.OK() || report.Size < 6 {
			t.Errorf("%+v, %v", report, err)
		}
	})
}
