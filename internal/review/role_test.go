package review_test

import (
	"slices"
	"testing"

	"github.com/countersign/countersign/internal/review"
)

func TestTheChainOfRoles(t *testing.T) {
	chain := review.Chain()
	for i, role := range chain {
		for j, other := range chain {
			if got := role.Includes(other); got != (i >= j) {
				t.Errorf("%s includes %s: %t", role, other, got)
			}
		}
		for _, apart := range []review.Role{review.Admin, review.Checker} {
			if role.Includes(apart) || apart.Includes(role) {
				t.Errorf("%s and %s are apart", role, apart)
			}
		}
	}
	if review.Admin.Includes(review.Checker) || !review.Admin.Includes(review.Admin) {
		t.Error("admin includes itself and nothing else")
	}
}

func TestNamesThatAreNoRole(t *testing.T) {
	for _, name := range []string{"", "any", "role:admin", "Admin", "admin ", "*", "user:1"} {
		role := review.Role(name)
		if _, err := review.ParseRole(name); err == nil || role.Valid() || role.Held() || role.Includes(role) {
			t.Errorf("%q passes for a role", name)
		}
	}
	for _, role := range review.Roles() {
		if got, err := review.ParseRole(string(role)); err != nil || got != role {
			t.Errorf("%s: %v", role, err)
		}
	}
	if review.Checker.Held() || !review.Admin.Held() {
		t.Error("a person may be admin and never checker")
	}
}

func TestWhatRaisesAMember(t *testing.T) {
	roles := func(all ...review.Role) []review.Role { return all }
	cases := []struct {
		name          string
		before, after []review.Role
		want          bool
	}{
		{"nothing changes", roles("writer"), roles("writer"), false},
		{"a step down", roles("senior"), roles("writer"), false},
		{"a step up", roles("writer"), roles("editor"), true},
		{"a role that another includes", roles("senior"), roles("senior", "reader"), false},
		{"admin beside the chain", roles("chief"), roles("chief", "admin"), true},
		{"admin is no editor", roles("admin"), roles("admin", "reader"), true},
		{"the first role", nil, roles("reader"), true},
		{"leaving", roles("admin", "chief"), nil, false},
	}
	for _, c := range cases {
		if got := review.Raises(c.before, c.after); got != c.want {
			t.Errorf("%s: %t", c.name, got)
		}
	}
}

func TestListsOfRolesAreCopies(t *testing.T) {
	review.Chain()[0], review.Roles()[0] = "x", "x"
	if !slices.Equal(review.Chain(), review.Roles()[:6]) || review.Chain()[0] != review.Reader {
		t.Error("a caller changed the chain")
	}
}
