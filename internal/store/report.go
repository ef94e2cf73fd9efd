package store

import (
	"context"
	"time"

	"github.com/uptrace/bun"

	"github.com/countersign/countersign/internal/review"
)

// AddReport adds a report and gives it an id if it has none.
func AddReport(ctx context.Context, tx IDB, r *review.Report) error {
	if r.ID == "" {
		r.ID = NewID()
	}
	if err := r.Validate(); err != nil {
		return err
	}
	_, err := tx.NewInsert().Model(r).Exec(ctx)
	return translate("report", "add", err)
}

// Report returns a report.
func Report(ctx context.Context, db IDB, id string) (review.Report, error) {
	var r review.Report
	err := db.NewSelect().Model(&r).Where("id = ?", id).Scan(ctx)
	return r, translate("report", "find", err)
}

// LockReport returns a report and keeps others from changing it, or from adding to its log, until the transaction ends. It
// waits for whoever has it, at most as long as wait; on SQLite the transaction itself is the lock.
func LockReport(ctx context.Context, tx IDB, id string, wait time.Duration) (review.Report, error) {
	query := tx.NewSelect().Where("id = ?", id)
	if isPostgres(tx) {
		if _, err := tx.NewRaw("SELECT set_config('lock_timeout', ?, true)", wait.String()).Exec(ctx); err != nil {
			return review.Report{}, translate("report", "lock", err)
		}
		query = query.For("UPDATE")
	}
	var r review.Report
	err := query.Model(&r).Scan(ctx)
	return r, translate("report", "lock", err)
}

// LockFreeReports locks those of some reports that nobody else has locked, and returns them. Those that are missing are
// locked, or do not exist.
func LockFreeReports(ctx context.Context, tx IDB, ids ...string) ([]review.Report, error) {
	var rows []review.Report
	query := tx.NewSelect().Model(&rows).Where("id IN (?)", bun.List(ids)).Order("id")
	if isPostgres(tx) {
		query = query.For("UPDATE SKIP LOCKED")
	}
	return rows, translate("reports", "lock", query.Scan(ctx))
}

// AppendLogs adds rows to the logs of reports that this transaction has locked, and raises each report's seq to its row's.
// Each must be the next row of its report, and the only one.
func AppendLogs(ctx context.Context, tx IDB, rows []review.LogRow) error {
	if len(rows) == 0 {
		return nil
	}
	if _, err := tx.NewInsert().Model(&rows).Exec(ctx); err != nil {
		return translate("log row", "add", err)
	}
	ids := make([]string, len(rows))
	for i, row := range rows {
		ids[i] = row.Report
	}
	_, err := tx.NewRaw("UPDATE report SET seq = seq + 1, changed_at = ? WHERE id IN (?)", rows[0].At, bun.List(ids)).Exec(ctx)
	return translate("report", "raise", err)
}

// LogAfter returns the rows of a report's log after seq, in order, at most limit.
func LogAfter(ctx context.Context, db IDB, report string, seq int64, limit int) ([]review.LogRow, error) {
	var rows []review.LogRow
	err := db.NewSelect().Model(&rows).Where("report = ? AND seq > ?", report, seq).Order("seq").Limit(int64(limit)).Scan(ctx)
	return rows, translate("log", "read", err)
}

// ClaimClients makes Yjs client ids of a report a member's, as far as they are nobody's, and returns whose each of them is.
func ClaimClients(ctx context.Context, tx IDB, report, member string, clients ...uint64) (map[uint64]string, error) {
	if len(clients) == 0 {
		return nil, nil
	}
	rows := make([]review.ReportClient, len(clients))
	for i, c := range clients {
		rows[i] = review.ReportClient{Report: report, Client: int64(c), Member: member} //nolint:gosec // ids end at 2^53
	}
	if _, err := tx.NewInsert().Model(&rows).On("CONFLICT DO NOTHING").Exec(ctx); err != nil {
		return nil, translate("client id", "claim", err)
	}
	return OwnersOfClients(ctx, tx, report, clients...)
}

// OwnersOfClients returns whose Yjs client ids of a report are; what is nobody's is not in it. No ids means all.
func OwnersOfClients(ctx context.Context, db IDB, report string, clients ...uint64) (map[uint64]string, error) {
	var rows []review.ReportClient
	query := db.NewSelect().Model(&rows).Where("report = ?", report)
	if len(clients) > 0 {
		query = query.Where("client IN (?)", bun.List(clients))
	}
	if err := query.Scan(ctx); err != nil {
		return nil, translate("client ids", "read", err)
	}
	owners := make(map[uint64]string, len(rows))
	for _, row := range rows {
		owners[uint64(row.Client)] = row.Member //nolint:gosec // stored from a uint64
	}
	return owners, nil
}

// AddSnapshot stores a snapshot.
func AddSnapshot(ctx context.Context, tx IDB, s review.Snapshot) error {
	_, err := tx.NewInsert().Model(&s).On("CONFLICT DO NOTHING").Exec(ctx)
	return translate("snapshot", "add", err)
}

// LastSnapshot returns the newest snapshot of a report; Seq is 0 if there is none.
func LastSnapshot(ctx context.Context, db IDB, report string) (review.Snapshot, error) {
	var s review.Snapshot
	err := db.NewSelect().Model(&s).Where("report = ?", report).Order("seq DESC").Limit(1).Scan(ctx)
	err = translate("snapshot", "find", err)
	if review.CodeOf(err) == review.NotFound {
		return review.Snapshot{}, nil
	}
	return s, err
}

// LastSnapshotSeq returns the seq of a report's newest snapshot; 0 if there is none.
func LastSnapshotSeq(ctx context.Context, db IDB, report string) (int64, error) {
	var seq int64
	err := db.NewRaw("SELECT coalesce(max(seq), 0) FROM snapshot WHERE report = ?", report).Scan(ctx, &seq)
	return seq, translate("snapshot", "find", err)
}
