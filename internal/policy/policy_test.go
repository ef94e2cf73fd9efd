package policy_test

import (
	"sync"
	"testing"

	"github.com/countersign/countersign/internal/policy"
	"github.com/countersign/countersign/internal/review"
	"github.com/countersign/countersign/policies"
)

const desk = "0198c0de-0000-7000-8000-000000000001"

// load is done once: a Policy never changes.
var load = sync.OnceValues(func() (*policy.Policy, error) { return policy.Load(policies.Files) })

func house(t testing.TB) *policy.Policy {
	t.Helper()
	p, err := load()
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func ask(act review.Act, typ review.ObjectType, roles ...review.Role) policy.Request {
	return policy.Request{Roles: roles, Desk: desk, Deed: review.Deed{Act: act, Type: typ}}
}

func TestARefusalListsEveryReason(t *testing.T) {
	q := ask(review.ToSign, review.OnClaim, review.Senior)
	q.Facts = review.SelfContribution | review.Recused | review.StepUpStale | review.StaleBinding | review.Frozen
	got := house(t).May(q)
	if got.Allowed || len(got.Reasons) != 5 {
		t.Fatalf("got %+v, want 5 reasons", got)
	}
	for _, name := range q.Facts.Names() {
		if !got.Has(name) {
			t.Errorf("%s is not among %+v", name, got.Reasons)
		}
	}
}

func TestATokenDoesWhatItWasMadeForOnItsDesk(t *testing.T) {
	p := house(t)
	cases := []struct {
		name  string
		ask   policy.Request
		token review.Token
		want  []string
	}{
		{"an act in its scope", ask(review.ToEditText, review.OnReport, review.Writer), review.Token{Desk: desk, Acts: []review.Act{review.ToEditText}}, nil},
		{"another act", ask(review.ToImport, review.OnDesk, review.Writer), review.Token{Desk: desk, Acts: []review.Act{review.ToEditText}}, []string{"out_of_scope"}},
		{"another desk", ask(review.ToEditText, review.OnReport, review.Writer), review.Token{Desk: "other", Acts: []review.Act{review.ToEditText}}, []string{"out_of_scope"}},
		{"no scope", ask(review.ToRead, review.OnReport, review.Writer), review.Token{Desk: desk}, []string{"out_of_scope"}},
		{"signing, in its scope", ask(review.ToSign, review.OnClaim, review.Senior), review.Token{Desk: desk, Acts: []review.Act{review.ToSign}}, []string{"by_token"}},
		{"signing, out of scope", ask(review.ToSign, review.OnClaim, review.Senior), review.Token{Desk: desk}, []string{"by_token", "out_of_scope"}},
		{"an act that its member may not", ask(review.ToEditText, review.OnReport, review.Reader), review.Token{Desk: desk, Acts: []review.Act{review.ToEditText}}, []string{"no_role"}},
	}
	for _, c := range cases {
		c.ask.Token = &c.token
		got := p.May(c.ask)
		if got.Allowed != (c.want == nil) || len(got.Reasons) != len(c.want) {
			t.Errorf("%s: %+v", c.name, got)
		}
		for _, code := range c.want {
			if !got.Has(code) {
				t.Errorf("%s: %s is not among %+v", c.name, code, got.Reasons)
			}
		}
	}
}

func TestRolesThatAreNone(t *testing.T) {
	p := house(t)
	for _, roles := range [][]review.Role{nil, {""}, {"any"}, {"role:admin"}, {"*"}, {"user:ben"}, {"Chief"}} {
		q := ask(review.ToRead, review.OnReport, roles...)
		q.Facts = review.Frozen | review.Recused
		if got := p.May(q); got.Allowed || !got.Only(review.ReasonNoMember) {
			t.Errorf("%q: %+v", roles, got)
		}
	}
}

func TestActsThatAreNone(t *testing.T) {
	p := house(t)
	for _, deed := range []review.Deed{{}, {Act: "*", Type: "*"}, {Act: review.ToSign, Type: review.OnReport}, {Act: "eat", Type: review.OnClaim}} {
		if got := p.May(ask(deed.Act, deed.Type, review.Roles()...)); got.Allowed || !got.Only(review.ReasonUnknownAct) {
			t.Errorf("%+v: %+v", deed, got)
		}
	}
}

func TestWhoElseMayIsNotWhoIsBarredToo(t *testing.T) {
	q := ask(review.ToPublish, review.OnReport, review.Senior)
	q.Facts = review.StepUpStale
	if got := house(t).May(q).WhoMay; len(got) != 2 || got[0].Role != review.Senior || got[1].Role != review.Chief {
		t.Errorf("without a fresh proof: %+v", got)
	}
	q.Facts |= review.GateClosed
	if got := house(t).May(q).WhoMay; len(got) != 0 {
		t.Errorf("with the gate closed nobody may, not %+v", got)
	}
}
