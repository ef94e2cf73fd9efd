package store_test

import (
	"context"
	"os"
	"strings"
	"testing"

	"github.com/countersign/countersign/internal/review"
	"github.com/countersign/countersign/internal/store"
	"github.com/countersign/countersign/internal/store/storetest"
)

func wantUnready(t *testing.T, s *store.Store, because string) {
	t.Helper()
	err := s.Ready(t.Context())
	wantCode(t, err, review.Unavailable)
	if !strings.Contains(err.Error(), because) {
		t.Errorf("%q does not say %q", err, because)
	}
}

func wantReady(t *testing.T, s *store.Store) {
	t.Helper()
	if err := s.Ready(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func TestReadyIsOfThisVersionsSchema(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		wantReady(t, s)
		if _, err := s.MigrateDown(t.Context()); err != nil {
			t.Fatal(err)
		}
		wantUnready(t, s, "schema")
		if _, err := s.MigrateUp(t.Context()); err != nil {
			t.Fatal(err)
		}
		wantReady(t, s)
		execute(t, s, "INSERT INTO migration (name, group_id, migrated_at) VALUES ('9999', 99, '2026-03-02 12:00:00')")
		wantUnready(t, s, "newer")
	})
}

func TestReadyIsOfTheFileThatWasOpened(t *testing.T) {
	s := storetest.Open(t, storetest.SQLite)
	wantReady(t, s)
	if err := os.Rename(s.Path(), s.Path()+".away"); err != nil {
		t.Fatal(err)
	}
	wantUnready(t, s, "gone")
	if err := os.WriteFile(s.Path(), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	wantUnready(t, s, "replaced")
	if err := os.Rename(s.Path()+".away", s.Path()); err != nil {
		t.Fatal(err)
	}
	wantReady(t, s)
}

// TestReadyTellsOfAWriteThatFailed fills a database that may not grow, as on a full disk.
func TestReadyTellsOfAWriteThatFailed(t *testing.T) {
	s := storetest.Open(t, storetest.SQLite)
	wantReady(t, s)
	if _, err := s.Writer().NewRaw("PRAGMA max_page_count = 1").Exec(t.Context()); err != nil {
		t.Fatal(err)
	}
	tryTx(t, s, review.Unavailable, func(ctx context.Context, tx store.IDB) error {
		return store.PutSetting(ctx, tx, "long", strings.Repeat("x", 1<<20))
	})
	wantUnready(t, s, "takes no writes")
	if err := s.Ping(t.Context()); err != nil {
		t.Errorf("reads end too: %v", err)
	}
	execute(t, s, "UPDATE counter SET value = value") // a write that succeeds
	wantReady(t, s)
}

// TestReadyTriesToWrite: nobody has written since the database became read-only.
func TestReadyTriesToWrite(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		if s.Dialect() == storetest.Postgres {
			if _, err := s.Writer().NewRaw(`DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET default_transaction_read_only = on', current_database()); END $$`).Exec(t.Context()); err != nil {
				t.Fatal(err)
			}
			s.DropConnections()
		} else if _, err := s.Writer().NewRaw("PRAGMA query_only = 1").Exec(t.Context()); err != nil {
			t.Fatal(err)
		}
		s.ForgetWrites()
		wantUnready(t, s, "takes no writes")
	})
}

func TestTwoWritersThatMeetAreNoFailure(t *testing.T) {
	s := storetest.Open(t, storetest.SQLite)
	desk := addDesk(t, s, "desk")
	tryTx(t, s, review.Conflict, func(ctx context.Context, tx store.IDB) error {
		again := desk
		again.ID = ""
		return store.AddDesk(ctx, tx, &again)
	})
	wantReady(t, s)
}
