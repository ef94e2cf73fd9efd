package policy

import (
	"fmt"
	"sync"
	"sync/atomic"

	"github.com/countersign/countersign/internal/review"
)

// Holder keeps the policy in force on every desk: its own, or the house's. It is safe for concurrent use; a request sees one
// revision from beginning to end.
type Holder struct {
	house *Policy
	desks sync.Map // desk id → *atomic.Pointer[inForce]
}

type inForce struct {
	revision int64
	policy   *Policy
}

// NewHolder returns a Holder where every desk has the house's policy, as revision 0.
func NewHolder(house *Policy) *Holder { return &Holder{house: house} }

// House is the policy that every desk starts from.
func (h *Holder) House() *Policy { return h.house }

// Set puts a revision in force, nil for the house's policy. One older than that in force is refused as review.Stale, and
// setting one again changes nothing, so that several followers may tell the same news late or twice.
func (h *Holder) Set(desk string, revision int64, p *Policy) error {
	if p == nil {
		p = h.house
	}
	current := h.slot(desk)
	for {
		old := current.Load()
		switch {
		case revision < old.revision:
			return review.Errorf(review.Stale, "Revision %d of the policy came after revision %d.", revision, old.revision)
		case revision == old.revision && p.text == old.policy.text:
			return nil
		case revision == old.revision:
			return fmt.Errorf("policy of desk %s: revision %d stands with another text", desk, revision)
		case current.CompareAndSwap(old, &inForce{revision: revision, policy: p}):
			return nil
		}
	}
}

func (h *Holder) slot(desk string) *atomic.Pointer[inForce] {
	fresh := new(atomic.Pointer[inForce])
	fresh.Store(&inForce{policy: h.house})
	slot, _ := h.desks.LoadOrStore(desk, fresh)
	return slot.(*atomic.Pointer[inForce])
}

// For returns the policy in force on desk and its revision.
func (h *Holder) For(desk string) (*Policy, int64) {
	if slot, ok := h.desks.Load(desk); ok {
		now := slot.(*atomic.Pointer[inForce]).Load()
		return now.policy, now.revision
	}
	return h.house, 0
}

// May decides under the policy in force on the request's desk.
func (h *Holder) May(ask Request) review.Permission {
	p, _ := h.For(ask.Desk)
	return p.May(ask)
}
