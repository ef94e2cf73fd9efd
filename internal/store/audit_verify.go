package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/countersign/countersign/internal/review"
)

// AuditTrust is what a verifier knows of the log from elsewhere. Whoever can write to the database can write a whole new log,
// key and all; only what is kept outside shows that.
type AuditTrust struct {
	Key       string   // the public key; "": the one that the log brings
	Witnesses []string // signed checkpoints, such as editions print
}

// VerifyAudit reads the whole log and names what was removed, changed, reordered, truncated or replayed. A report with faults
// is no error. It holds some 33 bytes of memory for each record.
func (s *Store) VerifyAudit(ctx context.Context, trust AuditTrust) (review.AuditReport, error) {
	var report review.AuditReport
	err := s.Snapshot(ctx, func(ctx context.Context, db IDB) error {
		var err error
		report, err = verifyAudit(ctx, db, trust)
		return err
	})
	return report, err
}

func verifyAudit(ctx context.Context, db IDB, trust AuditTrust) (review.AuditReport, error) {
	tables, err := tablesOf(ctx, db)
	if err != nil {
		return review.AuditReport{}, err
	}
	if !slices.ContainsFunc(tables, func(t backupTable) bool { return t.Table == "audit_head" }) {
		return review.AuditReport{}, review.Errorf(review.Unsupported, "There is no audit log in the database: its schema is older than that. Bring it up with countersign migrate up.")
	}
	key, err := AuditKey(ctx, db)
	if err != nil {
		return review.AuditReport{}, err
	}
	if trust.Key == "" {
		trust.Key = key
	}
	check := newAuditCheck(trust)
	var notes []string
	if err := db.NewRaw("SELECT note FROM audit_checkpoint ORDER BY size").Scan(ctx, &notes); err != nil {
		return review.AuditReport{}, translate("audit checkpoints", "read", err)
	}
	for _, signed := range notes {
		check.checkpoint(signed, voucher{who: "a stored checkpoint"})
	}
	for _, step := range []func(context.Context, IDB) error{check.readHead, check.readHashes, check.readRecords} {
		if err := step(ctx, db); err != nil {
			return review.AuditReport{}, err
		}
	}
	return check.report(), nil
}

func (c *auditCheck) readHead(ctx context.Context, db IDB) error {
	tree, err := readAuditHead(ctx, db, "")
	if errors.Is(err, errTornHead) || review.CodeOf(err) == review.NotFound {
		c.fault(review.AuditHash, span{}, "the log's head is gone or cannot be read")
		return nil
	}
	if err != nil {
		return err
	}
	c.vouch(tree.tree(), voucher{who: "the log's head"})
	return nil
}

// readHashes builds the tree again from the stored hashes of the records, and compares each stored hash above them.
func (c *auditCheck) readHashes(ctx context.Context, db IDB) error {
	var next int64        // number of the hash that should come
	var above []tlog.Hash // the hashes that should come before the next record's
	missing := func() {
		if len(above) > 0 {
			c.tear(next)
			above = above[1:]
		} else {
			above = c.leaf(tlog.Hash{})
		}
		next++
	}
	return eachRow(ctx, db, "SELECT number, hash FROM audit_hash WHERE number >= 0 ORDER BY number", func(rows *sql.Rows) error {
		var number int64
		var bytes sql.RawBytes
		if err := rows.Scan(&number, &bytes); err != nil {
			return fmt.Errorf("read audit hash: %w", err)
		}
		for next < min(number, tlog.StoredHashCount(c.size)) {
			missing()
		}
		if next != number { // a hash far beyond the log
			return nil
		}
		hash := tlog.Hash{}
		copy(hash[:], bytes)
		if len(above) == 0 {
			above = c.leaf(hash)
		} else {
			if above[0] != hash || len(bytes) != tlog.HashSize {
				c.tear(number)
			}
			above = above[1:]
		}
		next++
		return nil
	})
}

// readRecords compares each record with its hash, and the columns beside it with the record.
func (c *auditCheck) readRecords(ctx context.Context, db IDB) error {
	const query = "SELECT number, at, kind, member, desk, report, subject, record FROM audit_record ORDER BY number"
	return eachRow(ctx, db, query, func(rows *sql.Rows) error {
		var row auditRow
		var member, desk, report, subject sql.NullString
		if err := rows.Scan(&row.Number, &row.At, &row.Kind, &member, &desk, &report, &subject, &row.Record); err != nil {
			return fmt.Errorf("read audit record: %w", err)
		}
		record, home := c.record(row.Number, row.Record)
		same := row.At.Equal(record.At) && row.Kind == record.Kind && member.String == record.Member &&
			desk.String == record.Desk && report.String == record.Report && subject.String == record.Subject
		if home && !same {
			c.fault(review.AuditChanged, span{row.Number, row.Number}, "the columns by which it is found do not say what it says")
		}
		return nil
	})
}

// eachRow calls read for each row of a query without holding more than one.
func eachRow(ctx context.Context, db IDB, query string, read func(*sql.Rows) error) error {
	rows, err := db.QueryContext(ctx, query)
	if err != nil {
		return translate("rows", "read", err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		if err := read(rows); err != nil {
			return err
		}
	}
	return translate("rows", "read", rows.Err())
}
