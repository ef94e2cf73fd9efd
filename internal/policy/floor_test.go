package policy_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/countersign/countersign/internal/review"
	"github.com/countersign/countersign/policies"
)

func TestNoDeskBreaksWhatBindsEveryDesk(t *testing.T) {
	cases := []struct{ name, old, replacement, says string }{
		{
			"contributors may sign", "p, role:any, *, claim, sign, self_contribution, deny\n", "",
			`Put back the row p, role:any, *, claim, sign, self_contribution, deny.`,
		},
		{"tokens may sign", "p, role:any, *, claim, sign, by_token, deny\n", "", "sign this claim with by_token"},
		{"the suspended may read", "p, role:any, *, report, read, suspended, deny\n", "", "read this draft with suspended"},
		{"the checker signs", "", "p, role:checker, *, claim, sign, always, allow", "the checker may sign this claim"},
		{"the checker signs by its timer", "", "p, role:checker, *, claim, sign, by_timer, allow", "the checker may sign this claim"},
		{"the checker publishes what it likes", "", "p, role:checker, *, report, publish, always, allow", "the checker may publish"},
		{"the checker signs on one desk", "", "p, role:checker, desk:" + desk + ", claim, sign, always, allow", "the checker may sign"},
		{"readers sign", "", "p, role:reader, *, claim, sign, always, allow", "a reader may sign"},
		{"admins sign", "", "p, role:admin, *, claim, sign, always, allow", "an admin may sign"},
		{
			"nobody administers", "p, role:admin, *, desk, manage_roles, always, allow\n", "",
			"Put back the row p, role:admin, *, desk, manage_roles, always, allow.",
		},
		{"publishing past the gate", "p, role:any, *, report, publish, gate_closed, deny\n", "", "with gate_closed"},
		{"seconding oneself", "p, role:any, *, override, second, own_request, deny\n", "", "with own_request"},
		{"denials that reach nobody", "g, role:senior, role:editor\n", "", `The row "g, role:senior, role:editor" is missing`},
		{"bots out of reach", "g, role:checker, role:any\n", "", `The row "g, role:checker, role:any" is missing`},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			p, errs := revised(t, c.old, c.replacement)
			if p != nil || len(errs) == 0 {
				t.Fatal("accepted")
			}
			for _, e := range errs {
				if strings.Contains(e.Message, c.says) {
					return
				}
			}
			t.Errorf("got %v, want %q", errs, c.says)
		})
	}
}

// Each row of tests.csv with a fact must be what holds its deny row in place: without that row the policy is refused.
func TestEveryDenialThatBindsIsHeldInPlace(t *testing.T) {
	floor, err := policies.Files.ReadFile("tests.csv")
	if err != nil {
		t.Fatal(err)
	}
	checked := 0
	for line := range strings.Lines(string(floor)) {
		cells := strings.Split(strings.TrimSpace(line), ",")
		if len(cells) != 6 || strings.HasPrefix(line, "#") {
			continue
		}
		for i := range cells {
			cells[i] = strings.TrimSpace(cells[i])
		}
		if cells[4] == "none" || cells[3] == "*" {
			continue
		}
		row := "p, role:any, *, " + cells[2] + ", " + cells[3] + ", " + cells[4] + ", deny\n"
		if _, errs := revised(t, row, ""); len(errs) == 0 {
			t.Errorf("a policy without %q is accepted", row)
		}
		checked++
	}
	if checked < 50 {
		t.Errorf("checked %d rows only", checked)
	}
}

func TestEveryActIsDeniedToTheSuspendedAndOutOfScope(t *testing.T) {
	for _, fact := range []string{"suspended", "out_of_scope"} {
		text := ""
		for line := range strings.Lines(house(t).Text()) {
			if !strings.Contains(line, ", "+fact+", deny") {
				text += line
			}
		}
		_, errs := house(t).Parse([]byte(text))
		told := fmt.Sprint(errs)
		for _, deed := range review.Deeds() {
			row := fmt.Sprintf("Put back the row p, role:any, *, %s, %s, %s, deny.", deed.Type, deed.Act, fact)
			if !strings.Contains(told, row) {
				t.Errorf("nobody says %q", row)
			}
		}
	}
}

func TestAPolicyThatCannotBeReadLeavesAdminsOnly(t *testing.T) {
	p, err := house(t).AdminsOnly()
	if err != nil {
		t.Fatal(err)
	}
	if !p.May(ask(review.ToManagePolicy, review.OnPolicy, review.Admin)).Allowed {
		t.Error("no admin can put it right")
	}
	for _, deed := range review.Deeds() {
		for _, role := range append(review.Chain(), review.Checker) {
			if p.May(ask(deed.Act, deed.Type, role)).Allowed {
				t.Errorf("%s may %s", role, deed.Words())
			}
		}
	}
	q := ask(review.ToManageRoles, review.OnDesk, review.Admin)
	q.Facts = review.SelfGrant
	if p.May(q).Allowed {
		t.Error("an admin may raise their own rights")
	}
}
