package policy_test

import (
	"errors"
	"sync"
	"testing"

	"github.com/countersign/countersign/internal/policy"
	"github.com/countersign/countersign/internal/review"
)

func editorsSign(t testing.TB) *policy.Policy {
	t.Helper()
	p, errs := revised(t, "", "p, role:editor, *, claim, sign, always, allow")
	if len(errs) > 0 {
		t.Fatal(errs[0])
	}
	return p
}

func TestARevisionIsInForceOnItsDeskOnly(t *testing.T) {
	h, own := policy.NewHolder(house(t)), editorsSign(t)
	if err := h.Set(desk, 1, own); err != nil {
		t.Fatal(err)
	}
	q := ask(review.ToSign, review.OnClaim, review.Editor)
	if !h.May(q).Allowed {
		t.Error("the desk's revision is not in force")
	}
	q.Desk = "elsewhere"
	if h.May(q).Allowed {
		t.Error("the desk's revision is in force elsewhere")
	}
}

func TestARevisionNeverGoesBack(t *testing.T) {
	h, own := policy.NewHolder(house(t)), editorsSign(t)
	if err := h.Set(desk, 3, own); err != nil {
		t.Fatal(err)
	}
	var stale *review.Error
	if err := h.Set(desk, 2, nil); !errors.As(err, &stale) || stale.Code != review.Stale {
		t.Errorf("an older revision: %v", err)
	}
	if err := h.Set(desk, 3, own); err != nil {
		t.Errorf("the same once more: %v", err)
	}
	if err := h.Set(desk, 3, nil); err == nil {
		t.Error("another text under the same number is accepted")
	}
	if p, revision := h.For(desk); p != own || revision != 3 {
		t.Errorf("revision %d is in force", revision)
	}
	if err := h.Set(desk, 4, nil); err != nil {
		t.Fatal(err)
	}
	if p, revision := h.For(desk); p != h.House() || revision != 4 {
		t.Errorf("revision %d is in force, not the house's", revision)
	}
	if err := h.Set("new", -1, nil); err == nil {
		t.Error("revision -1 is accepted")
	}
}

func TestDecisionsAndRevisionsAtTheSameTime(t *testing.T) {
	h, own := policy.NewHolder(house(t)), editorsSign(t)
	var work sync.WaitGroup
	for worker := range 4 {
		work.Go(func() {
			q := ask(review.ToSign, review.OnClaim, review.Senior)
			q.Facts = review.Facts(worker%2) * review.Recused
			for range 500 {
				if h.May(q).Allowed != (worker%2 == 0) {
					t.Error("a decision was wrong while revisions changed")
				}
			}
		})
		work.Go(func() {
			for revision := range int64(200) {
				p := own
				if revision%2 == 0 {
					p = nil
				}
				var stale *review.Error
				if err := h.Set(desk, revision, p); err != nil && !errors.As(err, &stale) {
					t.Error(err)
				}
			}
		})
	}
	work.Wait()
	if _, revision := h.For(desk); revision != 199 {
		t.Errorf("revision %d is in force, not the last", revision)
	}
}
