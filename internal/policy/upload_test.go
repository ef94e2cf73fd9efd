package policy_test

import (
	"strings"
	"testing"

	"github.com/countersign/countersign/internal/policy"
	"github.com/countersign/countersign/internal/review"
)

func TestAnUpload(t *testing.T) {
	admin, senior := []review.Role{review.Admin}, []review.Role{review.Senior}
	both := []review.Role{review.Admin, review.Writer}
	cases := []struct {
		name, old, replacement string
		uploader               []review.Role
		members                [][]review.Role
		sole                   bool
		says                   string // empty: nothing stands against it
	}{
		{"that changes nothing", "", "# a word", admin, [][]review.Role{admin, senior}, false, ""},
		{"that raises others", "", "p, role:editor, *, claim, sign, always, allow", both, [][]review.Role{both, senior}, false, ""},
		{"that lowers the uploader", "p, role:writer, *, desk, import, always, allow", "p, role:editor, *, desk, import, always, allow", both, [][]review.Role{both}, false, ""},
		{"that raises the uploader", "", "p, role:writer, *, claim, sign, always, allow", both, [][]review.Role{both}, false, "You could not sign this claim, and by this row you could."},
		{"that raises the uploader by the timer", "", "p, role:writer, *, report, publish, by_timer, allow", both, [][]review.Role{both}, false, "publish this report with by_timer"},
		{
			"that frees the uploader of a denial", "p, role:any, *, edition, retract, step_up_stale, deny\n", "",
			[]review.Role{review.Admin, review.Chief},
			[][]review.Role{admin},
			false, "You could not retract this edition with step_up_stale",
		},
		{"that raises a sole admin", "", "p, role:admin, *, report, read, always, allow", admin, [][]review.Role{admin}, true, ""},
		{"that raises one of two admins", "", "p, role:admin, *, report, read, always, allow", admin, [][]review.Role{admin, admin}, false, "read this draft"},
		{"on a desk without an admin", "", "# a word", senior, [][]review.Role{senior}, true, "No member of the desk could manage the members"},
		{"about another desk", "", "p, role:editor, desk:other, claim, sign, always, allow", admin, [][]review.Role{admin}, false, "about another desk"},
		{"about this desk by name", "", "p, role:editor, desk:" + desk + ", claim, sign, always, allow", admin, [][]review.Role{admin}, false, ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			after, errs := revised(t, c.old, c.replacement)
			if len(errs) > 0 {
				t.Fatal(errs[0])
			}
			u := policy.Upload{Desk: desk, Before: house(t), After: after, Uploader: c.uploader, Members: c.members, SoleAdmin: c.sole}
			got := u.Check()
			switch {
			case c.says == "" && len(got) > 0:
				t.Errorf("refused: %v", got)
			case c.says != "" && (len(got) == 0 || !strings.Contains(got[0].Message, c.says)):
				t.Errorf("got %v, want %q", got, c.says)
			}
		})
	}
}

func TestTheSoleAdminsRaiseIsTold(t *testing.T) {
	after, errs := revised(t, "", "p, role:admin, *, report, read, always, allow")
	if len(errs) > 0 {
		t.Fatal(errs[0])
	}
	u := policy.Upload{Desk: desk, Before: house(t), After: after, Uploader: []review.Role{review.Admin}, SoleAdmin: true}
	raised := u.Raised()
	if len(raised) != 1 || raised[0].Deed != (review.Deed{Act: review.ToRead, Type: review.OnReport}) || raised[0].Rows[0].Line != strings.Count(after.Text(), "\n") {
		t.Errorf("got %+v", raised)
	}
}

func TestARaiseThatNeedsGroundsAndAFactIsFound(t *testing.T) {
	before, errs := revised(t, "", "p, role:admin, *, report, correct, by_timer, allow")
	if len(errs) > 0 {
		t.Fatal(errs[0])
	}
	text := strings.Replace(before.Text(), "p, role:any, *, report, correct, step_up_stale, deny\n", "", 1)
	after, errs := before.Parse([]byte(text))
	if len(errs) > 0 {
		t.Fatal(errs[0])
	}
	u := policy.Upload{Desk: desk, Before: before, After: after, Uploader: []review.Role{review.Admin}, Members: [][]review.Role{{review.Admin}}}
	if got := u.Check(); len(got) != 1 || !strings.Contains(got[0].Message, "step_up_stale and by_timer") {
		t.Errorf("got %v", got)
	}
}
