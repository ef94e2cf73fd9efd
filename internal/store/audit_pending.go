package store

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/countersign/countersign/internal/review"
)

// auditPending joins the records of one kind, member, desk and minute.
type auditPending struct {
	Minute  time.Time `bun:"minute,pk"`
	Kind    string    `bun:"kind,pk"`
	Member  string    `bun:"member,pk"`
	Desk    string    `bun:"desk,pk"`
	Record  string    `bun:"record"` // the first of them
	Count   int64     `bun:"count"`
	UntilAt time.Time `bun:"until_at"` // when the last of them was
}

// AuditSoon takes a record of which there may be very many, a sign-in or a refusal, in a transaction of its own that does not
// touch the log's head. Those alike in kind, member, desk and minute become one record with the first one's details, when
// FlushAudit comes.
func (s *Store) AuditSoon(ctx context.Context, record review.AuditRecord) error {
	record.At = record.At.UTC().Truncate(time.Microsecond)
	text, err := json.Marshal(record)
	if err != nil {
		return fmt.Errorf("encode audit record: %w", err)
	}
	row := auditPending{
		Minute: record.At.Truncate(time.Minute), Kind: record.Kind, Member: record.Member, Desk: record.Desk,
		Record: string(text), Count: max(record.Count, 1), UntilAt: record.At,
	}
	return s.InTx(ctx, func(ctx context.Context, tx IDB) error {
		_, err := tx.NewInsert().Model(&row).On("CONFLICT (minute, kind, member, desk) DO UPDATE").
			Set("count = audit_pending.count + excluded.count").Set("until_at = excluded.until_at").Exec(ctx)
		return translate("audit record", "keep", err)
	})
}

// FlushAudit appends what AuditSoon took in minutes that were over by now, and says how many records that became. To be
// called each minute, and with a time in the future before an export or at shutdown.
func (s *Store) FlushAudit(ctx context.Context, now time.Time) (int, error) {
	var flushed int
	err := s.InTx(ctx, func(ctx context.Context, tx IDB) error {
		var rows []auditPending
		err := tx.NewRaw("DELETE FROM audit_pending WHERE minute < ? RETURNING *", now.UTC().Truncate(time.Minute)).Scan(ctx, &rows)
		if err != nil || len(rows) == 0 {
			return translate("audit records", "take", err)
		}
		records, err := joined(rows)
		if err != nil {
			return err
		}
		flushed = len(records)
		return Audit(ctx, tx, records...)
	})
	return flushed, err
}

func joined(rows []auditPending) ([]review.AuditRecord, error) {
	records := make([]review.AuditRecord, len(rows))
	for i, row := range rows {
		if err := json.Unmarshal([]byte(row.Record), &records[i]); err != nil {
			return nil, fmt.Errorf("decode audit record: %w", err)
		}
		if row.Count > 1 {
			until := row.UntilAt.UTC()
			records[i].Count, records[i].Until = row.Count, &until
		}
	}
	slices.SortFunc(records, func(a, b review.AuditRecord) int { return a.At.Compare(b.At) })
	return records, nil
}
