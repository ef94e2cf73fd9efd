package review_test

import (
	"encoding/json"
	"testing"

	"github.com/countersign/countersign/internal/review"
)

func TestFactsKeepTheirNames(t *testing.T) {
	// The names stand in stored policies, audit records and tokens: they never change.
	want := []string{
		"self_contribution", "recused", "suspended", "step_up_stale", "stale_binding", "self_grant", "by_token", "out_of_scope",
		"own_request", "not_owner", "not_named", "frozen", "embargoed", "gate_closed", "no_second_person", "last_admin", "by_timer",
	}
	all := []review.Facts{
		review.SelfContribution, review.Recused, review.Suspended, review.StepUpStale, review.StaleBinding, review.SelfGrant,
		review.ByToken, review.OutOfScope, review.OwnRequest, review.NotOwner, review.NotNamed, review.Frozen, review.Embargoed,
		review.GateClosed, review.NoSecondPerson, review.LastAdmin, review.ByTimer,
	}
	if len(review.AllFacts()) != len(want) || len(all) != len(want) {
		t.Fatalf("there are %d facts", len(review.AllFacts()))
	}
	for i, name := range want {
		fact, ok := review.FactNamed(name)
		if !ok || fact != all[i] || fact.String() != name || review.AllFacts()[i] != fact {
			t.Errorf("%s is %v", name, fact)
		}
	}
	if _, ok := review.FactNamed("always"); ok {
		t.Error("always is no fact")
	}
}

func TestEveryFactIsOfOneKind(t *testing.T) {
	for _, fact := range review.AllFacts() {
		if fact.Personal()|fact.OfObject()|fact.Grounds() != fact || fact.Obstacles()|fact.Grounds() != fact {
			t.Errorf("%v is of no kind", fact)
		}
		kinds := 0
		for _, kind := range []review.Facts{fact.Personal(), fact.OfObject(), fact.Grounds()} {
			if kind != 0 {
				kinds++
			}
		}
		if kinds != 1 {
			t.Errorf("%v is of %d kinds", fact, kinds)
		}
	}
	if review.Recused.Personal() == 0 || review.Frozen.OfObject() == 0 || review.ByTimer.Grounds() == 0 {
		t.Error("recused is personal, frozen the object's, by_timer grounds")
	}
}

func TestFactsThroughJSON(t *testing.T) {
	facts := review.Recused.When(review.Frozen, true).When(review.Embargoed, false)
	data, err := json.Marshal(facts)
	if err != nil || string(data) != `["recused","frozen"]` {
		t.Fatalf("%s, %v", data, err)
	}
	var back review.Facts
	if err := json.Unmarshal(data, &back); err != nil || back != facts || !back.Has(review.Frozen) || back.Has(review.Frozen|review.Embargoed) {
		t.Errorf("%v, %v", back, err)
	}
	for _, bad := range []string{`["always"]`, `["Frozen"]`, `3`, `"frozen"`, `[1]`, `{}`} {
		if err := json.Unmarshal([]byte(bad), &back); err == nil {
			t.Errorf("%s is read as %v", bad, back)
		}
	}
}

func TestAReasonAlone(t *testing.T) {
	p := review.Permission{Reasons: []review.Reason{{Code: "step_up_stale"}}}
	if !p.Has("step_up_stale") || !p.Only("step_up_stale") || p.Has("frozen") {
		t.Error("one reason is the only one")
	}
	p.Reasons = append(p.Reasons, review.Reason{Code: "frozen"})
	if !p.Has("frozen") || p.Only("step_up_stale") {
		t.Error("one of two reasons is not the only one")
	}
}
