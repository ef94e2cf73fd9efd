package store

import (
	"context"

	"github.com/uptrace/bun"

	"github.com/countersign/countersign/internal/review"
)

// AddEvent stores an event, in the transaction that it tells of, and gives it an id if it has none.
func AddEvent(ctx context.Context, tx IDB, e *review.Event) error {
	if e.ID == "" {
		e.ID = NewID()
	}
	_, err := tx.NewInsert().Model(e).Exec(ctx)
	return translate("event", "add", err)
}

// EventsAfter returns the events of some desks whose ids come after one, in order, at most limit. Ids are made before their
// transactions commit, so a reader asks again from a few seconds before the last id that it saw.
func EventsAfter(ctx context.Context, db IDB, after string, limit int, desks ...string) ([]review.Event, error) {
	if len(desks) == 0 {
		return nil, nil
	}
	var rows []review.Event
	err := db.NewSelect().Model(&rows).Where("desk IN (?) AND id > ?", bun.List(desks), after).Order("id").Limit(int64(limit)).Scan(ctx)
	return rows, translate("events", "read", err)
}
