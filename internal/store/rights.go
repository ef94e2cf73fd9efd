package store

import (
	"context"

	"github.com/countersign/countersign/internal/review"
)

// ChangeRights numbers and stores changes of rights. The counter's row stays locked until the transaction ends, so numbers
// become visible in order and without gaps; a sequence of the database would give neither.
func ChangeRights(ctx context.Context, tx IDB, changes ...review.RightsChange) error {
	if len(changes) == 0 {
		return nil
	}
	var last int64
	err := tx.NewRaw(`INSERT INTO counter (name, value) VALUES ('rights_change', ?)
		ON CONFLICT (name) DO UPDATE SET value = counter.value + excluded.value RETURNING value`, len(changes)).Scan(ctx, &last)
	if err != nil {
		return translate("change of rights", "number", err)
	}
	for i := range changes {
		changes[i].Number = last - int64(len(changes)-1-i)
	}
	_, err = tx.NewInsert().Model(&changes).Exec(ctx)
	return translate("change of rights", "add", err)
}

// LastRightsChange returns the number of the last change, 0 before the first: where a node that starts begins to follow.
func LastRightsChange(ctx context.Context, db IDB) (int64, error) {
	var last int64
	err := db.NewRaw("SELECT coalesce(max(value), 0) FROM counter WHERE name = 'rights_change'").Scan(ctx, &last)
	return last, translate("last change of rights", "read", err)
}

// RightsChangesAfter returns the changes after number, in order, at most limit.
func RightsChangesAfter(ctx context.Context, db IDB, number int64, limit int) ([]review.RightsChange, error) {
	var rows []review.RightsChange
	err := db.NewSelect().Model(&rows).Where("number > ?", number).Order("number").Limit(int64(limit)).Scan(ctx)
	return rows, translate("changes of rights", "read", err)
}
