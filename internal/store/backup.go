package store

import (
	"bufio"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"fmt"
	"hash"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/countersign/countersign/internal/review"
)

// A backup is one file, the same from either database: gzip over lines of JSON. The first says the format and the schema;
// then for each table its name, columns and types, and a line for each row, an array in the order of the columns (bytes in
// base64, times in RFC 3339, NULL as null); the last counts the rows, says the audit log's size and root, and holds the
// SHA-256 of all lines before it. It holds all secrets of the server, the audit log's key among them.
const backupFormat = "countersign-backup/1"

// Backup says what a backup holds.
type Backup struct {
	Format    string    `json:"format"`
	From      string    `json:"from"`    // sqlite or postgres
	Schema    []string  `json:"schema"`  // the migrations that had been applied
	MadeAt    time.Time `json:"made_at"` //
	Tables    int       `json:"tables"`
	Rows      int64     `json:"rows"`
	AuditSize int64     `json:"audit_size"`
	AuditRoot string    `json:"audit_root"`
}

type backupTable struct {
	Table   string   `json:"table"`
	Columns []string `json:"columns"`
	Types   []string `json:"types"`
}

type backupEnd struct {
	End       bool   `json:"end"`
	Tables    int    `json:"tables"`
	Rows      int64  `json:"rows"`
	AuditSize int64  `json:"audit_size"`
	AuditRoot string `json:"audit_root"`
	SHA256    string `json:"sha256"`
}

// Backup writes one moment of the database while others go on reading and writing. It verifies the moment first: the file's
// integrity on SQLite, and the audit log on both; with faults it writes nothing and returns Unprocessable.
func (s *Store) Backup(ctx context.Context, w io.Writer) (Backup, error) {
	if s.path == "" {
		return s.backup(ctx, w)
	}
	copied, clean, err := s.copySQLite(ctx)
	if err != nil {
		return Backup{}, err
	}
	defer clean()
	return copied.backup(ctx, w)
}

// copySQLite copies the database with VACUUM INTO, which neither waits for writers nor keeps them waiting, and checks the copy.
func (s *Store) copySQLite(ctx context.Context) (*Store, func(), error) {
	unlock, err := lockFile(ctx, s.path+".backup-lock")
	if err != nil {
		return nil, nil, err
	}
	dir := s.path + ".backup" // beside the database, where there is room and the mode is right
	clean := func() {
		_ = os.RemoveAll(dir)
		unlock()
	}
	copied, err := s.copyInto(ctx, dir)
	if err != nil {
		clean()
		return nil, nil, err
	}
	return copied, func() {
		_ = copied.Close()
		clean()
	}, nil
}

func (s *Store) copyInto(ctx context.Context, dir string) (*Store, error) {
	if err := os.RemoveAll(dir); err != nil { // left by a backup that was killed
		return nil, fmt.Errorf("clear backup directory: %w", err)
	}
	if err := os.Mkdir(dir, 0o700); err != nil {
		return nil, fmt.Errorf("make backup directory: %w", err)
	}
	path := filepath.Join(dir, "copy.db")
	source, err := openSQLitePool(s.path, "_txlock=deferred") // the readers' connections refuse VACUUM, the writer is for writes
	if err != nil {
		return nil, err
	}
	defer func() { _ = source.Close() }()
	if _, err := source.NewRaw("VACUUM INTO ?", path).Exec(ctx); err != nil {
		return nil, translate("database", "copy", err)
	}
	copied := &Store{files: s.files, now: s.now}
	if err := copied.openSQLite(ctx, Config{DSN: path}); err != nil {
		return nil, err
	}
	if err := copied.checkIntegrity(ctx); err != nil {
		_ = copied.Close()
		return nil, err
	}
	return copied, nil
}

func (s *Store) checkIntegrity(ctx context.Context) error {
	var found []string
	if err := s.reader.NewRaw("PRAGMA integrity_check").Scan(ctx, &found); err != nil {
		return translate("copy", "check", err)
	}
	if len(found) != 1 || found[0] != "ok" {
		return review.Errorf(review.Unprocessable, "The database is damaged: %s", strings.Join(found, "; "))
	}
	var orphans int
	if err := s.reader.NewRaw("SELECT count(*) FROM pragma_foreign_key_check").Scan(ctx, &orphans); err != nil {
		return translate("copy", "check", err)
	}
	if orphans > 0 {
		return review.Errorf(review.Unprocessable, "The database is damaged: %d rows refer to rows that are not there.", orphans)
	}
	return nil
}

func (s *Store) backup(ctx context.Context, w io.Writer) (Backup, error) {
	made := Backup{Format: backupFormat, From: s.Dialect(), MadeAt: s.now().UTC()}
	steps, err := s.MigrationStatus(ctx)
	if err != nil {
		return Backup{}, err
	}
	for _, step := range steps {
		if !step.AppliedAt.IsZero() {
			made.Schema = append(made.Schema, step.Name)
		}
	}
	if len(made.Schema) == 0 {
		return Backup{}, review.Errorf(review.NotFound, "There is nothing of Countersign in %s, so there is nothing to back up.", s.where())
	}
	err = s.Snapshot(ctx, func(ctx context.Context, db IDB) error {
		if isPostgres(db) { // whoever takes the file may be slow
			if _, err := db.NewRaw("SET LOCAL idle_in_transaction_session_timeout = 0").Exec(ctx); err != nil {
				return translate("snapshot", "begin", err)
			}
		}
		report, err := soundAudit(ctx, db)
		if err != nil {
			return err
		}
		made.AuditSize, made.AuditRoot = report.Size, report.Root
		return made.write(ctx, db, w)
	})
	return made, err
}

// soundAudit verifies the log and refuses one with faults.
func soundAudit(ctx context.Context, db IDB) (review.AuditReport, error) {
	report, err := verifyAudit(ctx, db, AuditTrust{})
	if err != nil {
		return report, err
	}
	if !report.OK() {
		return report, review.Errorf(review.Unprocessable, "The audit log is not whole: %s", report.Faults[0]).With(report)
	}
	return report, nil
}

// backupWriter writes lines, and hashes what it writes.
type backupWriter struct {
	out io.Writer
	sum hash.Hash
}

func (w *backupWriter) line(line any) error { return writeLine(io.MultiWriter(w.out, w.sum), line) }

func (b *Backup) write(ctx context.Context, db IDB, w io.Writer) error {
	zipped := gzip.NewWriter(w)
	buffered := bufio.NewWriter(zipped)
	out := &backupWriter{out: buffered, sum: sha256.New()}
	if err := out.line(b); err != nil {
		return err
	}
	tables, err := tablesOf(ctx, db)
	if err != nil {
		return err
	}
	for _, table := range tables {
		rows, err := table.write(ctx, db, out)
		if err != nil {
			return fmt.Errorf("back up table %s: %w", table.Table, err)
		}
		b.Tables++
		b.Rows += rows
	}
	end := backupEnd{
		End: true, Tables: b.Tables, Rows: b.Rows, AuditSize: b.AuditSize, AuditRoot: b.AuditRoot, SHA256: hex.EncodeToString(out.sum.Sum(nil)),
	}
	if err := out.line(end); err != nil {
		return err
	}
	if err := buffered.Flush(); err != nil {
		return fmt.Errorf("write backup: %w", err)
	}
	if err := zipped.Close(); err != nil {
		return fmt.Errorf("write backup: %w", err)
	}
	return nil
}

func (t backupTable) write(ctx context.Context, db IDB, out *backupWriter) (int64, error) {
	if err := out.line(t); err != nil {
		return 0, err
	}
	var count int64
	err := eachRow(ctx, db, `SELECT "`+strings.Join(t.Columns, `", "`)+`" FROM "`+t.Table+`"`, func(rows *sql.Rows) error {
		values := make([]any, len(t.Types))
		for i, kind := range t.Types {
			values[i] = holder(kind)
		}
		if err := rows.Scan(values...); err != nil {
			return fmt.Errorf("read row: %w", err)
		}
		for _, value := range values {
			// SQLite's driver has no bytes for an empty blob, which is not NULL.
			if blob, ok := value.(**[]byte); ok && *blob != nil && **blob == nil {
				**blob = []byte{}
			}
		}
		count++
		return out.line(values)
	})
	return count, err
}

// tablesOf returns every table but the list of migrations, by name.
func tablesOf(ctx context.Context, db IDB) ([]backupTable, error) {
	query := `SELECT t.name AS table_name, c.name AS column_name, lower(c.type) AS data_type
		FROM sqlite_schema AS t, pragma_table_info(t.name) AS c
		WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%' ORDER BY t.name, c.cid`
	if isPostgres(db) {
		query = `SELECT table_name, column_name, data_type FROM information_schema.columns
			WHERE table_schema = current_schema() ORDER BY table_name COLLATE "C", ordinal_position`
	}
	var columns []struct{ TableName, ColumnName, DataType string }
	if err := db.NewRaw(query).Scan(ctx, &columns); err != nil {
		return nil, translate("tables", "list", err)
	}
	var tables []backupTable
	for _, column := range columns {
		if slices.Contains([]string{migrationTable, migrationLockTable}, column.TableName) {
			continue
		}
		kind, known := columnTypes[column.DataType]
		if !known {
			return nil, fmt.Errorf("column %s of table %s has the type %s, which backups do not know", column.ColumnName, column.TableName, column.DataType)
		}
		if n := len(tables); n == 0 || tables[n-1].Table != column.TableName {
			tables = append(tables, backupTable{Table: column.TableName})
		}
		last := &tables[len(tables)-1]
		last.Columns, last.Types = append(last.Columns, column.ColumnName), append(last.Types, kind)
	}
	return tables, nil
}

// columnTypes are a backup's types by those of the databases.
var columnTypes = map[string]string{
	"text": "text", "bigint": "int", "integer": "int", "boolean": "bool", "blob": "bytes", "bytea": "bytes",
	"timestamp": "time", "timestamp with time zone": "time", "double precision": "float",
}

// holder returns a pointer that a value of a backup's type, or NULL, can be scanned and decoded into.
func holder(kind string) any {
	switch kind {
	case "int":
		return new(*int64)
	case "bool":
		return new(*bool)
	case "bytes":
		return new(*[]byte)
	case "time":
		return new(*time.Time)
	case "float":
		return new(*float64)
	}
	return new(*string)
}
