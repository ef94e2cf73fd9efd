package workflow

import (
	"context"

	"github.com/countersign/countersign/internal/review"
	"github.com/countersign/countersign/internal/store"
)

// Once is a request's idempotency key: what the request does is done together with a row under this
// key, so that it can never be done twice.
type Once struct {
	Key     string // as it is stored
	Request []byte // hash of the request that used it
}

// change runs do in one transaction and appends the records it notes to the audit, last and in the
// same transaction. Changes of rights reach this node's connections at once.
func (w *Workflow) change(ctx context.Context, actor Actor, do func(ctx context.Context, tx store.IDB, note func(review.AuditRecord)) error) error {
	err := w.store.InTx(ctx, func(ctx context.Context, tx store.IDB) error {
		now := w.now()
		if actor.Once != nil {
			if err := store.KeepAnswer(ctx, tx, review.KeptAnswer{
				Member: actor.Member.ID, Key: actor.Once.Key, Request: actor.Once.Request, Body: []byte{}, CreatedAt: now,
			}); err != nil {
				return err
			}
		}
		var records []review.AuditRecord
		err := do(ctx, tx, func(record review.AuditRecord) {
			record.At = now
			records = append(records, record)
		})
		if err != nil || len(records) == 0 {
			return err
		}
		return store.Audit(ctx, tx, records...)
	})
	if err == nil {
		w.poke()
	}
	return err
}

// poke has Run look for changes now instead of at its next tick.
func (w *Workflow) poke() {
	select {
	case w.wake <- struct{}{}:
	default: // it is going to look already
	}
}

// Answered returns what a member's request with that key was answered; a zero Status means that it
// was done and its answer was lost.
func (w *Workflow) Answered(ctx context.Context, member, key string) (review.KeptAnswer, error) {
	return store.KeptAnswer(ctx, w.store.Reader(), member, key)
}

// Answer stores the answer of a request that was done under an idempotency key.
func (w *Workflow) Answer(ctx context.Context, answer review.KeptAnswer) error {
	return w.store.InTx(ctx, func(ctx context.Context, tx store.IDB) error {
		return store.FillAnswer(ctx, tx, answer)
	})
}
