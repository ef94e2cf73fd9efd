package store

import (
	"context"
	"time"

	"github.com/uptrace/bun"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/countersign/countersign/internal/review"
)

const (
	auditCheckpointEvery = 256 // records; of a log rewritten from end to end, hashes and all, the fault is named this exactly
	auditInsertRows      = 500 // rows of one INSERT
)

// auditRow is a record as it is stored: its bytes, and beside them what filters ask for.
type auditRow struct {
	bun.BaseModel `bun:"table:audit_record"`

	Number  int64     `bun:"number,pk"`
	At      time.Time `bun:"at"`
	Kind    string    `bun:"kind"`
	Member  string    `bun:"member,nullzero"`
	Desk    string    `bun:"desk,nullzero"`
	Report  string    `bun:"report,nullzero"`
	Subject string    `bun:"subject,nullzero"`
	Record  []byte    `bun:"record"`
}

type auditHashRow struct {
	bun.BaseModel `bun:"table:audit_hash"`

	Number int64  `bun:"number,pk"`
	Hash   []byte `bun:"hash"`
}

// Audit appends records to the log, in the transaction of what they record, and numbers them. It locks the log's head until
// the transaction ends, so it comes last.
func Audit(ctx context.Context, tx IDB, records ...review.AuditRecord) error {
	tree, err := lockAuditHead(ctx, tx)
	if err != nil {
		return err
	}
	rows := make([]auditRow, 0, len(records))
	hashes := make([]auditHashRow, 0, 2*len(records))
	for _, record := range records {
		row, err := auditRowOf(record, tree.size)
		if err != nil {
			return err
		}
		rows = append(rows, row)
		first := tlog.StoredHashIndex(0, tree.size)
		for i, hash := range tree.grow(tlog.RecordHash(row.Record)) {
			hashes = append(hashes, auditHashRow{Number: first + int64(i), Hash: hash[:]})
		}
		if tree.size%auditCheckpointEvery == 0 {
			if _, err := signAudit(ctx, tx, tree.tree(), row.At); err != nil {
				return err
			}
		}
	}
	if err := insertAudit(ctx, tx, rows); err != nil {
		return err
	}
	if err := insertAudit(ctx, tx, hashes); err != nil {
		return err
	}
	_, err = tx.NewRaw("UPDATE audit_head SET size = ?, peaks = ? WHERE id = 1", tree.size, tree.encode()).Exec(ctx)
	return translate("head of the audit log", "store", err)
}

func auditRowOf(r review.AuditRecord, number int64) (auditRow, error) {
	r.Number, r.At = number, r.At.UTC().Truncate(time.Microsecond)
	canonical, err := r.Canonical()
	if err != nil {
		return auditRow{}, err
	}
	return auditRow{
		Number: r.Number, At: r.At, Kind: r.Kind, Member: r.Member, Desk: r.Desk, Report: r.Report, Subject: r.Subject, Record: canonical,
	}, nil
}

// lockAuditHead returns the log as it is and keeps everybody else from appending until the transaction ends. SQLite has one
// writer anyway.
func lockAuditHead(ctx context.Context, tx IDB) (*auditTree, error) {
	lock := ""
	if isPostgres(tx) {
		lock = " FOR UPDATE"
	}
	return readAuditHead(ctx, tx, lock)
}

func readAuditHead(ctx context.Context, db IDB, lock string) (*auditTree, error) {
	var size int64
	var peaks []byte
	err := db.NewRaw("SELECT size, peaks FROM audit_head WHERE id = 1"+lock).Scan(ctx, &size, &peaks)
	if err != nil {
		return nil, translate("head of the audit log", "read", err)
	}
	return decodeTree(size, peaks)
}

// insertAudit inserts rows, some hundred in a statement.
func insertAudit[T any](ctx context.Context, tx IDB, rows []T) error {
	for len(rows) > 0 {
		some := rows[:min(len(rows), auditInsertRows)]
		if _, err := tx.NewInsert().Model(&some).Exec(ctx); err != nil {
			return translate("audit record", "append", err)
		}
		rows = rows[len(some):]
	}
	return nil
}
