package store

import (
	"context"
	"strings"

	"github.com/uptrace/bun"

	"github.com/countersign/countersign/internal/review"
)

// AuditList lists records that pass the filter, last first.
func AuditList(ctx context.Context, db IDB, filter review.AuditFilter, page review.Page) ([]review.AuditRecord, string, error) {
	var number int64
	more, err := readCursor("audit", page, &number)
	if err != nil {
		return nil, "", err
	}
	var rows []auditRow
	query := filterAudit(db.NewSelect().Model(&rows), filter).Order("number DESC").Limit(oneMore(page))
	if more {
		query.Where("number < ?", number)
	}
	if err := query.Scan(ctx); err != nil {
		return nil, "", translate("audit records", "list", err)
	}
	rows, next := cut(rows, page, func(r auditRow) string { return cursor("audit", r.Number) })
	records := make([]review.AuditRecord, len(rows))
	for i, row := range rows {
		if records[i], err = review.ParseAuditRecord(row.Record); err != nil {
			return nil, "", err
		}
	}
	return records, next, nil
}

func filterAudit(query *bun.SelectQuery, filter review.AuditFilter) *bun.SelectQuery {
	for _, equal := range []struct{ column, value string }{
		{"member", filter.Member}, {"desk", filter.Desk}, {"report", filter.Report}, {"subject", filter.Subject},
	} {
		if equal.value != "" {
			query.Where("? = ?", bun.Ident(equal.column), equal.value)
		}
	}
	switch prefix, group := strings.CutSuffix(filter.Kind, "."); {
	case group: // kinds from "session." up to, not including, "session/", which is the next character
		query.Where("kind >= ? AND kind < ?", prefix+".", prefix+"/")
	case filter.Kind != "":
		query.Where("kind = ?", filter.Kind)
	}
	if !filter.Since.IsZero() {
		query.Where("at >= ?", filter.Since)
	}
	if !filter.Before.IsZero() {
		query.Where("at < ?", filter.Before)
	}
	return query
}
