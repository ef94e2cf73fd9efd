package store

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/countersign/countersign/internal/review"
)

const (
	restoreRows = 200     // of one INSERT
	restoreLine = 1 << 20 // bytes buffered; a line may be longer
)

// bootstrap are the tables that are not empty, or need not be, in a database that nobody has used yet.
var bootstrap = []string{"setting", "audit_head", "setup_token"}

// Restored is a backup that was restored, with how many of its secrets were ended.
type Restored struct {
	Backup
	Sessions    int64 `json:"sessions_ended"`
	Invitations int64 `json:"invitations_revoked"`
	Tokens      int64 `json:"tokens_revoked"`
}

// Restore loads a backup into a database in which there is nothing yet, in one transaction, and verifies what it loaded: the
// file's hash, the number of rows, every reference and the audit log. An older schema is loaded as such and then brought up to
// date. No secret of the backup works afterwards but passwords: a session, an invitation, an API token or a setup link that
// was ended since the backup must not come back, and nothing tells which were.
func (s *Store) Restore(ctx context.Context, r io.Reader) (Restored, error) {
	in, err := newBackupReader(r)
	if err != nil {
		return Restored{}, err
	}
	head, err := in.head()
	if err != nil {
		return Restored{}, err
	}
	backup := Restored{Backup: head}
	err = s.migrating(ctx, func(m *migrations) error {
		if err := s.InTx(ctx, refuseFull); err != nil {
			return err
		}
		if err := m.to(ctx, backup.Schema); err != nil {
			return err
		}
		loading := s.InTx(ctx, func(ctx context.Context, tx IDB) error { return in.load(ctx, tx, &backup, s.now()) })
		_, up := m.up(ctx, nil)
		// The audit log's key may have gone with an older schema.
		return errors.Join(loading, up, s.InTx(ctx, makeAuditKey), s.InTx(ctx, newEpochs))
	})
	return backup, err
}

// newEpochs makes browsers that were open before a restore start afresh: their documents may hold what the backup does not,
// and the log would take it for missing text.
func newEpochs(ctx context.Context, tx IDB) error {
	_, err := tx.NewRaw("UPDATE report SET epoch = epoch + 1").Exec(ctx)
	return translate("reports", "renew", err)
}

// CheckBackup restores a backup into an SQLite file that is not there yet, which is the whole of the check: what can be
// restored is a backup. The caller deletes the file.
func CheckBackup(ctx context.Context, r io.Reader, config Config) (Backup, error) {
	s, err := Open(ctx, config)
	if err != nil {
		return Backup{}, err
	}
	restored, err := s.Restore(ctx, r)
	return restored.Backup, errors.Join(err, s.Close())
}

// refuseFull refuses a database that somebody has used.
func refuseFull(ctx context.Context, tx IDB) error {
	tables, err := tablesOf(ctx, tx)
	if err != nil {
		return err
	}
	for _, table := range tables {
		if slices.Contains(bootstrap, table.Table) {
			continue
		}
		var used bool
		if err := tx.NewRaw(`SELECT EXISTS (SELECT 1 FROM "`+table.Table+`")`).Scan(ctx, &used); err != nil {
			return translate("table "+table.Table, "look into", err)
		}
		if used {
			return review.Errorf(review.Conflict, "The database is not empty: the table %s has rows. A backup is restored into an empty database only.", table.Table)
		}
	}
	return nil
}

// backupReader reads lines, and hashes what it reads.
type backupReader struct {
	in  *bufio.Reader
	sum hash.Hash
}

func newBackupReader(r io.Reader) (*backupReader, error) {
	zipped, err := gzip.NewReader(r)
	if err != nil {
		return nil, noBackup(err)
	}
	return &backupReader{in: bufio.NewReaderSize(zipped, restoreLine), sum: sha256.New()}, nil
}

func noBackup(cause error) error {
	return review.Errorf(review.Invalid, "That is no whole backup (%s).", backupFormat).Because(cause)
}

func (r *backupReader) line() ([]byte, error) {
	line, err := r.in.ReadBytes('\n')
	if err != nil {
		return nil, noBackup(err)
	}
	return line, nil
}

func (r *backupReader) head() (Backup, error) {
	line, err := r.line()
	if err != nil {
		return Backup{}, err
	}
	var backup Backup
	if err := json.Unmarshal(line, &backup); err != nil || backup.Format != backupFormat {
		return Backup{}, noBackup(err)
	}
	_, err = r.sum.Write(line)
	return backup, err
}

func (r *backupReader) load(ctx context.Context, tx IDB, backup *Restored, now time.Time) error {
	if err := prepareLoad(ctx, tx); err != nil {
		return err
	}
	known, err := tablesOf(ctx, tx)
	if err != nil {
		return err
	}
	end, err := r.tables(ctx, tx, known)
	if err != nil {
		return err
	}
	report, err := soundAudit(ctx, tx)
	if err != nil {
		return err
	}
	if report.Size != end.AuditSize || report.Root != end.AuditRoot {
		return review.Errorf(review.Invalid, "The backup's audit log has %d records, and it was made of one of %d.", report.Size, end.AuditSize)
	}
	backup.Tables, backup.Rows, backup.AuditSize, backup.AuditRoot = end.Tables, end.Rows, end.AuditSize, end.AuditRoot
	return backup.endSecrets(ctx, tx, now)
}

// endSecrets ends what lets somebody in, and counts it.
func (r *Restored) endSecrets(ctx context.Context, tx IDB, now time.Time) error {
	for _, end := range []struct {
		what  string
		query string
		args  []any
		count *int64
	}{
		{"sessions", "DELETE FROM session", nil, &r.Sessions},
		{"invitations", "UPDATE invitation SET revoked_at = ? WHERE used_at IS NULL AND revoked_at IS NULL", []any{now.UTC()}, &r.Invitations},
		{"tokens", "UPDATE token SET revoked_at = ? WHERE revoked_at IS NULL", []any{now.UTC()}, &r.Tokens},
		{"setup links", "DELETE FROM setup_token", nil, new(int64)},
	} {
		result, err := tx.NewRaw(end.query, end.args...).Exec(ctx)
		if err != nil {
			return translate(end.what, "end", err)
		}
		if *end.count, err = result.RowsAffected(); err != nil {
			return fmt.Errorf("count ended %s: %w", end.what, err)
		}
	}
	return nil
}

// prepareLoad puts off the checks of references to the commit, and clears what an unused database holds.
func prepareLoad(ctx context.Context, tx IDB) error {
	later := "PRAGMA defer_foreign_keys = ON"
	if isPostgres(tx) {
		later = "SET CONSTRAINTS ALL DEFERRED"
	}
	statements := []string{later}
	for _, table := range bootstrap {
		statements = append(statements, "DELETE FROM "+table)
	}
	for _, statement := range statements {
		if _, err := tx.NewRaw(statement).Exec(ctx); err != nil {
			return translate("database", "prepare", err)
		}
	}
	return nil
}

// tables loads every table, and returns the last line, which agrees with what was loaded.
func (r *backupReader) tables(ctx context.Context, tx IDB, known []backupTable) (backupEnd, error) {
	rows := new(rowLoader) // of no table yet
	var total int64
	loaded := map[string]bool{}
	for {
		line, err := r.line()
		if err != nil {
			return backupEnd{}, err
		}
		if line[0] == '[' {
			total++
			err = rows.add(ctx, tx, line)
		} else {
			err = rows.flush(ctx, tx)
			if err == nil && bytes.HasPrefix(line, []byte(`{"end":true`)) {
				return r.end(line, len(loaded), total)
			}
			rows = new(rowLoader)
			err = errors.Join(err, rows.begin(line, known, loaded))
		}
		if err != nil {
			return backupEnd{}, err
		}
		_, _ = r.sum.Write(line)
	}
}

func (r *backupReader) end(line []byte, tables int, rows int64) (backupEnd, error) {
	var end backupEnd
	if err := json.Unmarshal(line, &end); err != nil {
		return end, noBackup(err)
	}
	if end.SHA256 != hex.EncodeToString(r.sum.Sum(nil)) || end.Tables != tables || end.Rows != rows {
		return end, noBackup(fmt.Errorf("%d tables, %d rows or their hash differ from the last line", tables, rows))
	}
	if _, err := r.in.ReadByte(); !errors.Is(err, io.EOF) { // also gzip's own sum
		return end, noBackup(err)
	}
	return end, nil
}

// rowLoader inserts the rows of one table, some hundred in a statement.
type rowLoader struct {
	table backupTable
	args  []any
	rows  int
}

func (l *rowLoader) begin(line []byte, known []backupTable, loaded map[string]bool) error {
	if err := json.Unmarshal(line, &l.table); err != nil {
		return noBackup(err)
	}
	// The names of the file go into statements: they must be those of the schema, in its order.
	fits := slices.ContainsFunc(known, func(k backupTable) bool {
		return k.Table == l.table.Table && slices.Equal(k.Columns, l.table.Columns) && slices.Equal(k.Types, l.table.Types)
	})
	if !fits || loaded[l.table.Table] {
		return noBackup(fmt.Errorf("table %q does not fit the schema", l.table.Table))
	}
	loaded[l.table.Table] = true
	return nil
}

func (l *rowLoader) add(ctx context.Context, tx IDB, line []byte) error {
	if l.table.Table == "" {
		return noBackup(errors.New("a row stands before the first table"))
	}
	values := make([]any, len(l.table.Types))
	for i, kind := range l.table.Types {
		values[i] = holder(kind)
	}
	if err := decodeTuple(line, values...); err != nil {
		return noBackup(err)
	}
	l.args = append(l.args, values...)
	if l.rows++; l.rows == restoreRows {
		return l.flush(ctx, tx)
	}
	return nil
}

func (l *rowLoader) flush(ctx context.Context, tx IDB) error {
	if l.rows == 0 {
		return nil
	}
	row := "(" + strings.TrimSuffix(strings.Repeat("?, ", len(l.table.Columns)), ", ") + ")"
	statement := `INSERT INTO "` + l.table.Table + `" ("` + strings.Join(l.table.Columns, `", "`) + `") VALUES ` +
		strings.TrimSuffix(strings.Repeat(row+", ", l.rows), ", ")
	_, err := tx.NewRaw(statement, l.args...).Exec(ctx)
	l.args, l.rows = nil, 0
	return translate("rows of table "+l.table.Table, "restore", err)
}
