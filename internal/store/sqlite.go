package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"

	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/sqlitedialect"
	_ "modernc.org/sqlite" // the driver "sqlite"

	"github.com/countersign/countersign/internal/review"
)

const (
	sqliteReaders  = 8     // connections that read at once
	sqliteBusy     = 10000 // milliseconds that a connection waits for another process's write
	sqliteWALLimit = 64 << 20
)

func (s *Store) openSQLite(ctx context.Context, config Config) error {
	path, err := filepath.Abs(config.DSN)
	if err != nil {
		return fmt.Errorf("find database file: %w", err)
	}
	if s.file, err = touch(path, config.Existing); err != nil {
		return err
	}
	s.path = path
	if s.writer, err = openSQLitePool(path, "_txlock=immediate"); err != nil {
		return err
	}
	s.writer.SetMaxOpenConns(1)
	if err := s.checkSQLite(ctx); err != nil {
		return err
	}
	if s.reader, err = openSQLitePool(path, "_query_only=1"); err != nil {
		return err
	}
	readers := config.Connections
	if readers <= 0 {
		readers = sqliteReaders
	}
	s.reader.SetMaxOpenConns(readers)
	s.reader.SetMaxIdleConns(readers)
	return nil
}

// touch makes the file unless it must exist, readable by its owner only: it holds password hashes and the audit log's key.
// SQLite gives its other files the same mode.
func touch(path string, existing bool) (os.FileInfo, error) {
	flags := os.O_CREATE | os.O_RDWR
	if existing {
		flags = os.O_RDWR
	}
	file, err := os.OpenFile(path, flags, 0o600) //nolint:gosec // the operator names the file
	if existing && errors.Is(err, os.ErrNotExist) {
		return nil, review.Errorf(review.NotFound, "There is no database at %s. Look at --database and --data, or COUNTERSIGN_DATABASE and COUNTERSIGN_DATA.", path)
	}
	if err != nil {
		return nil, fmt.Errorf("open database file: %w", err)
	}
	info, err := file.Stat()
	return info, errors.Join(err, file.Close())
}

func openSQLitePool(path, more string) (*bun.DB, error) {
	query := fmt.Sprintf("_busy_timeout=%d&_foreign_keys=1&_journal_mode=WAL&_synchronous=FULL&_dqs=0&_defensive=1"+
		"&_pragma=journal_size_limit(%d)&_timezone=UTC&%s", sqliteBusy, sqliteWALLimit, more)
	pool, err := sql.Open("sqlite", (&url.URL{Scheme: "file", Path: path, RawQuery: query}).String())
	if err != nil {
		return nil, fmt.Errorf("open SQLite: %w", err)
	}
	return bun.NewDB(pool, sqlitedialect.New()), nil
}

// checkSQLite refuses a file for which the promises of Open do not hold, such as one where WAL cannot be had.
func (s *Store) checkSQLite(ctx context.Context) error {
	var journal string
	var synchronous, foreignKeys int
	for pragma, into := range map[string]any{"journal_mode": &journal, "synchronous": &synchronous, "foreign_keys": &foreignKeys} {
		if err := s.writer.NewRaw("PRAGMA "+pragma).Scan(ctx, into); err != nil {
			return translate("SQLite file "+s.path, "open", err)
		}
	}
	const full = 2
	if journal != "wal" || synchronous != full || foreignKeys != 1 {
		return review.Errorf(review.Unsupported, "%s cannot be used: it is opened with journal_mode %s, synchronous %d and foreign_keys %d "+
			"instead of wal, 2 and 1. A network file system is the usual cause.", s.path, journal, synchronous, foreignKeys)
	}
	return nil
}
