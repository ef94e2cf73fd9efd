package workflow

import (
	"testing"

	"github.com/countersign/countersign/internal/policy"
	"github.com/countersign/countersign/policies"
)

// TestAPolicyThatWasOvertakenIsNoError: between the commit of a revision and its place in this process,
// the follower can have put a later one there.
func TestAPolicyThatWasOvertakenIsNoError(t *testing.T) {
	house, err := policy.Load(policies.Files)
	if err != nil {
		t.Fatal(err)
	}
	next, faults := house.Parse([]byte(house.Text() + "# another\n"))
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	w := &Workflow{policies: policy.NewHolder(house)}
	if err := w.putInForce("desk", 2, next); err != nil {
		t.Fatal(err)
	}
	if err := w.putInForce("desk", 1, house); err != nil {
		t.Error(err)
	}
	if _, now := w.policies.For("desk"); now != 2 {
		t.Errorf("revision %d is in force, want 2", now)
	}
}
