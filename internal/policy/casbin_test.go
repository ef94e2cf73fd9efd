package policy_test

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/casbin/casbin/v2"
	"github.com/casbin/casbin/v2/model"
	"github.com/casbin/casbin/v2/persist"
	"pgregory.net/rapid"

	"github.com/countersign/countersign/internal/policy"
	"github.com/countersign/countersign/internal/review"
	"github.com/countersign/countersign/policies"
)

// byCasbin asks casbin itself, with all rows in one enforcer and the text read by casbin's own loader.
func byCasbin(t *rapid.T, p *policy.Policy) func(policy.Request) bool {
	m, err := model.NewModelFromString(p.Model())
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(p.Text()) {
		if strings.HasPrefix(line, "p,") || strings.HasPrefix(line, "g,") {
			if err := persist.LoadPolicyLine(strings.TrimSpace(line), m); err != nil {
				t.Fatal(err)
			}
		}
	}
	e, err := casbin.NewEnforcer(m)
	if err != nil {
		t.Fatal(err)
	}
	if err := e.BuildRoleLinks(); err != nil {
		t.Fatal(err)
	}
	e.AddFunction("when", func(args ...any) (any, error) {
		return args[0] == "always" || strings.Contains(args[1].(string), " "+args[0].(string)+" "), nil
	})
	return func(q policy.Request) bool {
		ctx := " " + strings.Join(q.Facts.Names(), " ") + " "
		for _, role := range q.Roles {
			ok, err := e.Enforce("role:"+string(role), "desk:"+q.Desk, string(q.Deed.Type), string(q.Deed.Act), ctx)
			if err != nil {
				t.Fatal(err)
			}
			if ok {
				return true
			}
		}
		return false
	}
}

func anyRequest(t *rapid.T) policy.Request {
	return policy.Request{
		Roles: rapid.SliceOfN(rapid.SampledFrom(review.Roles()), 1, 3).Draw(t, "roles"),
		Desk:  rapid.SampledFrom([]string{"one", "two"}).Draw(t, "desk"),
		Deed:  rapid.SampledFrom(review.Deeds()).Draw(t, "deed"),
		Facts: someFacts(t),
	}
}

// someFacts is mostly few facts: with many every answer is no.
func someFacts(t *rapid.T) review.Facts {
	var facts review.Facts
	for _, fact := range rapid.SliceOfN(rapid.SampledFrom(review.AllFacts()), 0, 3).Draw(t, "facts") {
		facts |= fact
	}
	return facts
}

// somePolicy is the house's with rows taken out and put in.
func somePolicy(t *rapid.T, house *policy.Policy) *policy.Policy {
	var text strings.Builder
	gone := rapid.IntRange(0, 9).Draw(t, "of ten rows gone")
	pick := rapid.Uint64().Draw(t, "seed")
	for line := range strings.Lines(house.Text()) {
		pick = pick*6364136223846793005 + 1442695040888963407
		if !strings.HasPrefix(line, "p,") || int(pick>>33%10) >= gone {
			text.WriteString(line)
		}
	}
	seen := map[string]bool{}
	named := rapid.SampledFrom([]string{"desk:one", "desk:two"}).Draw(t, "desk of its own")
	for range rapid.IntRange(0, 20).Draw(t, "new rows") {
		deed := rapid.SampledFrom(review.Deeds()).Draw(t, "deed")
		dom := rapid.SampledFrom([]string{"*", named}).Draw(t, "desk")
		row := "p, role:any, " + dom + ", " + string(deed.Type) + ", " + string(deed.Act) + ", " +
			rapid.SampledFrom(review.EveryFact.Obstacles().Names()).Draw(t, "fact") + ", deny\n"
		if rapid.Bool().Draw(t, "allow") {
			row = "p, role:" + string(rapid.SampledFrom(review.Roles()).Draw(t, "role")) + ", " + dom + ", " +
				string(deed.Type) + ", " + string(deed.Act) + ", " + rapid.SampledFrom([]string{"always", "by_timer"}).Draw(t, "ground") + ", allow\n"
		}
		if !seen[row] && !strings.Contains(text.String(), row) {
			text.WriteString(row)
		}
		seen[row] = true
	}
	p, errs := house.WithoutFloor().Parse([]byte(text.String()))
	if len(errs) > 0 {
		t.Fatalf("%v", errs)
	}
	return p
}

func TestTheExplanationAlwaysAgreesWithCasbin(t *testing.T) {
	h := house(t)
	rapid.Check(t, func(t *rapid.T) {
		p := somePolicy(t, h)
		enforce := byCasbin(t, p)
		for range 20 {
			q := anyRequest(t)
			got := p.Explain(q)
			if got.Allowed != enforce(q) || got.Has(review.ReasonPolicy) {
				t.Fatalf("%+v: casbin says %t, we say %+v", q, enforce(q), got)
			}
			if got.Allowed != (len(got.Reasons) == 0) || (got.Allowed && len(got.Rows) != 1) {
				t.Fatalf("%+v: %+v", q, got)
			}
		}
	})
}

func TestASecondRoleNeverEscapesADenial(t *testing.T) {
	h := house(t)
	rapid.Check(t, func(t *rapid.T) {
		p, q := somePolicy(t, h), anyRequest(t)
		one := p.May(q)
		q.Roles = append(q.Roles, rapid.SampledFrom(review.Roles()).Draw(t, "second role"))
		two := p.May(q)
		for _, fact := range q.Facts.Names() {
			if one.Has(fact) != two.Has(fact) {
				t.Fatalf("%s: %+v with one role, %+v with %v", fact, one, two, q.Roles)
			}
		}
	})
}

func TestWhoeverMayIsNamedRightly(t *testing.T) {
	h := house(t)
	rapid.Check(t, func(t *rapid.T) {
		p, q := somePolicy(t, h), anyRequest(t)
		for _, who := range p.May(q).WhoMay {
			other := policy.Request{Roles: []review.Role{who.Role}, Desk: q.Desk, Deed: q.Deed, Facts: q.Facts.OfObject()}
			if !p.May(other).Allowed {
				t.Fatalf("%v is named for %+v and may not", who.Role, q)
			}
		}
	})
}

func TestADisagreementRefuses(t *testing.T) {
	sign, read := review.Deed{Act: review.ToSign, Type: review.OnClaim}, review.Deed{Act: review.ToRead, Type: review.OnDesk}
	got := house(t).Break(sign, read).May(ask(sign.Act, sign.Type, review.Senior))
	if got.Allowed || !got.Only(review.ReasonPolicy) {
		t.Errorf("casbin says no and the rows yes: %+v", got)
	}
	q := ask(sign.Act, sign.Type, review.Senior)
	q.Facts = review.SelfContribution
	got = house(t).WithoutDenials(sign).May(q)
	if got.Allowed || !got.Has("self_contribution") || !got.Has(review.ReasonPolicy) {
		t.Errorf("casbin says yes and the rows no: %+v", got)
	}
}

func TestFactsThatNobodyKnowsRefuse(t *testing.T) {
	q := ask(review.ToRead, review.OnReport, review.Chief)
	q.Facts = 1 << 31
	if got := house(t).May(q); got.Allowed || !got.Only(review.ReasonPolicy) {
		t.Errorf("got %+v", got)
	}
}

func TestAModelThatDecidesOtherwiseDoesNotLoad(t *testing.T) {
	files := fstest.MapFS{}
	for _, name := range []string{"model.conf", "policy.csv", "tests.csv"} {
		data, err := policies.Files.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		files[name] = &fstest.MapFile{Data: data}
	}
	sound := string(files["model.conf"].Data)
	for name, change := range map[string][2]string{
		"deny override alone":  {"some(where (p.eft == allow)) && ", ""},
		"allow override alone": {" && !some(where (p.eft == deny))", ""},
		"no role":              {" && g(r.sub, p.sub)", ""},
		"no condition":         {" && when(p.cond, r.ctx)", ""},
		"an unknown function":  {"when(", "if_ever("},
		"not a model":          {"[matchers]", "[matches]"},
	} {
		files["model.conf"] = &fstest.MapFile{Data: []byte(strings.Replace(sound, change[0], change[1], 1))}
		if _, err := policy.Load(files); err == nil {
			t.Errorf("%s: loads", name)
		}
	}
}
