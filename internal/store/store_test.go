package store_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/countersign/countersign/internal/review"
	"github.com/countersign/countersign/internal/store"
	"github.com/countersign/countersign/internal/store/storetest"
	"github.com/countersign/countersign/migrations"
)

func TestATransactionIsAllOrNothing(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		put := func(ctx context.Context, tx store.IDB) error { return store.PutSetting(ctx, tx, "colour", "red") }
		for _, test := range []struct {
			name string
			run  func() error
			kept bool
		}{
			{"fails after a write", func() error {
				return s.InTx(t.Context(), func(ctx context.Context, tx store.IDB) error { return errors.Join(put(ctx, tx), errStop) })
			}, false},
			{"panics after a write", func() (err error) {
				defer func() { _ = recover() }()
				return s.InTx(t.Context(), func(ctx context.Context, tx store.IDB) error {
					if err := put(ctx, tx); err != nil {
						return err
					}
					panic("planned")
				})
			}, false},
			{"its caller gives up before the commit", func() error {
				ctx, cancel := context.WithCancel(t.Context())
				return s.InTx(ctx, func(ctx context.Context, tx store.IDB) error {
					defer cancel()
					return put(ctx, tx)
				})
			}, false},
			{"succeeds", func() error { return s.InTx(t.Context(), put) }, true},
		} {
			err := test.run()
			value, found := store.Setting(t.Context(), s.Reader(), "colour")
			if test.kept && (err != nil || value != "red") {
				t.Errorf("%s: %v, and %q was read (%v)", test.name, err, value, found)
			}
			if !test.kept && review.CodeOf(found) != review.NotFound {
				t.Errorf("%s: what it wrote is there", test.name)
			}
		}
	})
}

func TestAReaderOfSQLiteCannotWrite(t *testing.T) {
	s := storetest.Open(t, storetest.SQLite)
	if err := store.PutSetting(t.Context(), s.Reader(), "colour", "red"); err == nil {
		t.Fatal("a write outside of a transaction succeeded")
	}
}

func TestASnapshotSeesOneMoment(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		addMember(t, s, "ann")
		err := s.Snapshot(t.Context(), func(ctx context.Context, db store.IDB) error {
			before, _, err := store.Members(ctx, db, review.Page{})
			if err != nil {
				return err
			}
			addMember(t, s, "ben")
			after, _, err := store.Members(ctx, db, review.Page{})
			if len(before) != 1 || len(after) != 1 {
				t.Errorf("saw %d members, then %d", len(before), len(after))
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

func TestSQLiteIsOpenedDurably(t *testing.T) {
	s := storetest.Open(t, storetest.SQLite)
	for pragma, want := range map[string]string{"journal_mode": "wal", "synchronous": "2", "foreign_keys": "1", "busy_timeout": "10000"} {
		for name, db := range map[string]store.IDB{"writer": s.Writer(), "reader": s.Reader()} {
			var got string
			if err := db.NewRaw("PRAGMA "+pragma).Scan(t.Context(), &got); err != nil || got != want {
				t.Errorf("%s of the %s is %q, want %q (%v)", pragma, name, got, want, err)
			}
		}
	}
	info, err := os.Stat(s.Path())
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the file has the mode %v, want 0600 (%v)", info.Mode(), err)
	}
}

func TestASQLitePathMayHoldAnything(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a b?c=%20#d&_synchronous=OFF.db")
	storetest.OpenDSN(t, path)
	if _, err := os.Stat(path); err != nil {
		t.Fatal(err)
	}
}

func TestAPostgresThatLosesWorkIsRefused(t *testing.T) {
	for _, test := range []struct{ name, options string }{
		{"by the URL", "&options=-c%20synchronous_commit%3Doff"},
		{"by the database", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			dsn := storetest.Empty(t, storetest.Postgres)
			if test.options == "" {
				s := storetest.OpenDSN(t, dsn)
				if _, err := s.Writer().NewRaw(`DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET synchronous_commit = off', current_database()); END $$`).Exec(t.Context()); err != nil {
					t.Fatal(err)
				}
			}
			_, err := store.Open(t.Context(), store.Config{DSN: dsn + test.options, Migrations: migrations.Files})
			wantCode(t, err, review.Unsupported)
			if !strings.Contains(err.Error(), "synchronous_commit = off") {
				t.Errorf("the error does not name the setting: %v", err)
			}
		})
	}
}

func TestADatabaseThatIsNotThereIsUnavailable(t *testing.T) {
	_, err := store.Open(t.Context(), store.Config{DSN: "postgres://nobody@127.0.0.1:1/none", Migrations: migrations.Files})
	wantCode(t, err, review.Unavailable)
}
