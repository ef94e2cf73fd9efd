// Package store holds all SQL: what is kept in SQLite or PostgreSQL, and how it is read and changed.
//
// Functions that read or write take the database as an IDB, so that they compose: Store.Reader outside of a transaction,
// what InTx and Snapshot hand down inside one. Writes are made in InTx only. Locks are taken in one order: rows of nouns
// first, then the number of a rights change, then the head of the audit log; so Audit comes last in its transaction.
package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect"
	"github.com/uptrace/bun/schema"

	"github.com/countersign/countersign/internal/review"
)

// IDB is a database or a transaction, so that callers need not import bun.
type IDB = bun.IDB

// Config says which database to open and how.
type Config struct {
	DSN            string           // a postgres:// URL, or the path of an SQLite file, which is made if missing
	Migrations     fs.FS            // the files of package migrations
	Existing       bool             // refuse a database that is not there, and a schema that is older, instead of making them
	SkipMigrations bool             // leave the schema as it is; only Status, MigrateUp, MigrateDown and Backup are then sure to work
	Now            func() time.Time // nil: time.Now
	Connections    int              // most at once: SQLite's readers, or all of PostgreSQL's; 0 means a default
}

// Store is an open database. It may be used by many goroutines.
type Store struct {
	writer *bun.DB // SQLite: one connection, whose transactions begin IMMEDIATE
	reader *bun.DB // SQLite: many connections, which cannot write; PostgreSQL: the same as writer
	path   string  // of the SQLite file; "" on PostgreSQL
	files  fs.FS
	now    func() time.Time
	file   os.FileInfo // of the SQLite file when it was opened
	health health
}

// nameTables makes bun call a noun's table by the noun's own name. The setting is bun's, and for the whole process.
var nameTables = sync.OnceFunc(func() { schema.SetTableNameInflector(func(name string) string { return name }) })

// Open opens the database, refuses one that could lose what it acknowledged, brings its schema up to date, and makes the
// audit log's key if there is none.
func Open(ctx context.Context, config Config) (*Store, error) {
	nameTables()
	s := &Store{files: config.Migrations, now: config.Now}
	if s.now == nil {
		s.now = time.Now
	}
	if err := checkDSN(config.DSN); err != nil {
		return nil, err
	}
	open := s.openSQLite
	if IsPostgres(config.DSN) {
		open = s.openPostgres
	}
	if err := open(ctx, config); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	if config.SkipMigrations {
		return s, nil
	}
	schema := func(ctx context.Context) error { _, err := s.MigrateUp(ctx); return err }
	if config.Existing {
		schema = s.checkSchema
	}
	if err := schema(ctx); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	if err := s.InTx(ctx, makeAuditKey); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// IsPostgres says whether a DSN names a PostgreSQL database.
func IsPostgres(dsn string) bool {
	return strings.HasPrefix(dsn, "postgres://") || strings.HasPrefix(dsn, "postgresql://")
}

// checkDSN refuses what would become the name of a file and was meant as something else. It repeats nothing of it but the
// scheme: there may be a password in it.
func checkDSN(dsn string) error {
	const kinds = "The database is a postgres:// URL or the path of an SQLite file"
	if IsPostgres(dsn) {
		return nil
	}
	scheme, _, isURL := strings.Cut(dsn, "://")
	switch {
	case isURL && strings.Trim(scheme, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+.-") == "":
		return review.Errorf(review.Invalid, "%s, not a URL that begins with %s://.", kinds, scheme)
	case isURL || strings.Contains(dsn, "password="):
		return review.Errorf(review.Invalid, "%s. What was given is neither.", kinds)
	}
	return nil
}

// Close closes every connection. It may be called twice.
func (s *Store) Close() error {
	var errs []error
	for _, db := range []*bun.DB{s.reader, s.writer} {
		if db != nil {
			errs = append(errs, db.Close())
		}
	}
	return errors.Join(errs...)
}

// Dialect returns "sqlite" or "postgres".
func (s *Store) Dialect() string {
	if s.path == "" {
		return "postgres"
	}
	return "sqlite"
}

// Reader returns the database for reads outside of a transaction.
func (s *Store) Reader() IDB { return s.reader }

// Ping says whether the database can be read now.
func (s *Store) Ping(ctx context.Context) error {
	var one int
	return translate("database", "read", s.reader.NewRaw("SELECT 1").Scan(ctx, &one))
}

// InTx runs do in one transaction and commits it if do returns nil. What do did is durable when InTx returns nil, and undone
// otherwise. do is run once, writes through tx only, and calls neither InTx nor the network.
func (s *Store) InTx(ctx context.Context, do func(ctx context.Context, tx IDB) error) error {
	err := s.inTx(ctx, do)
	s.health.wrote(err)
	return err
}

func (s *Store) inTx(ctx context.Context, do func(ctx context.Context, tx IDB) error) error {
	tx, err := s.writer.BeginTx(ctx, nil)
	if err != nil {
		return translate("transaction", "begin", err)
	}
	defer func() { _ = tx.Rollback() }() // does nothing after Commit
	if err := do(ctx, tx); err != nil {
		return err
	}
	return translate("transaction", "commit", tx.Commit())
}

// Snapshot runs do in a read-only transaction, in which every query sees the same moment.
func (s *Store) Snapshot(ctx context.Context, do func(ctx context.Context, db IDB) error) error {
	tx, err := s.reader.BeginTx(ctx, &sql.TxOptions{Isolation: s.snapshotLevel(), ReadOnly: s.path == ""})
	if err != nil {
		return translate("snapshot", "begin", err)
	}
	defer func() { _ = tx.Rollback() }()
	return do(ctx, tx)
}

func (s *Store) snapshotLevel() sql.IsolationLevel {
	if s.path == "" {
		return sql.LevelRepeatableRead
	}
	return sql.LevelDefault // in SQLite's WAL a transaction sees one moment
}

// changed returns otherwise if a statement changed no row: the compare of compare-and-set failed.
func changed(result sql.Result, otherwise error) error {
	rows, err := result.RowsAffected()
	if err != nil {
		return fmt.Errorf("count changed rows: %w", err)
	}
	if rows == 0 {
		return otherwise
	}
	return nil
}

func isPostgres(db IDB) bool { return db.Dialect().Name() == dialect.PG }
