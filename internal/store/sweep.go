package store

import (
	"context"
	"fmt"
	"time"
)

// kept is how long events, answers, changes of rights and counts of failures stay after their time. A node reads changes of
// rights each second, and one that starts begins at the last.
const kept = 24 * time.Hour

// Sweep deletes what nobody can ask for any more and says how many rows that were.
func Sweep(ctx context.Context, tx IDB, now time.Time) (int64, error) {
	var swept int64
	for _, old := range []struct {
		table, over string
		since       time.Time
	}{
		{"session", "idle_at", now},
		{"session", "ends_at", now},
		{"setup_token", "expires_at", now},
		{"event", "at", now.Add(-kept)},
		{"kept_answer", "created_at", now.Add(-kept)},
		{"rights_change", "at", now.Add(-kept)},
		{"login_failure", "last_at", now.Add(-kept)},
	} {
		result, err := tx.NewRaw(fmt.Sprintf("DELETE FROM %s WHERE %s <= ?", old.table, old.over), old.since).Exec(ctx)
		if err != nil {
			return swept, translate("table "+old.table, "sweep", err)
		}
		rows, err := result.RowsAffected()
		if err != nil {
			return swept, fmt.Errorf("count swept rows: %w", err)
		}
		swept += rows
	}
	return swept, nil
}
