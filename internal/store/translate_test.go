package store_test

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/countersign/countersign/internal/review"
	"github.com/countersign/countersign/internal/store"
	"github.com/countersign/countersign/internal/store/storetest"
)

// The databases' own errors, made for real.
func TestErrorsOfBothDatabasesAreTranslatedAlike(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		desk, ann := addDesk(t, s, "politics"), addMember(t, s, "ann")
		for _, test := range []struct {
			name string
			want review.Code
			do   func(ctx context.Context, tx store.IDB) error
		}{
			{"a missing row", review.NotFound, func(ctx context.Context, tx store.IDB) error {
				_, err := store.Desk(ctx, tx, store.NewID())
				return err
			}},
			{"a duplicate of a unique value", review.Conflict, func(ctx context.Context, tx store.IDB) error {
				return store.AddDesk(ctx, tx, &review.Desk{Slug: desk.Slug, Name: "Other", CreatedAt: noon})
			}},
			{"a duplicate of a primary key", review.Conflict, func(ctx context.Context, tx store.IDB) error {
				return store.AddDesk(ctx, tx, &review.Desk{ID: desk.ID, Slug: "other", Name: "Other", CreatedAt: noon})
			}},
			{"a reference to nothing", review.Unprocessable, func(ctx context.Context, tx store.IDB) error {
				return store.AddMembership(ctx, tx, &review.Membership{Desk: store.NewID(), Member: ann.ID, Roles: []review.Role{review.Admin}, CreatedAt: noon})
			}},
			{"a reference from something", review.Unprocessable, func(ctx context.Context, tx store.IDB) error {
				if err := store.AddSession(ctx, tx, &review.Session{Member: ann.ID, Hash: []byte("x")}); err != nil {
					return err
				}
				_, err := tx.NewRaw("DELETE FROM member").Exec(ctx)
				return store.Translate("member", "delete", err)
			}},
		} {
			t.Run(test.name, func(t *testing.T) { tryTx(t, s, test.want, test.do) })
		}
		t.Run("a statement that is wrong", func(t *testing.T) {
			_, err := s.Reader().NewRaw("SELECT nothing FROM nowhere").Exec(t.Context())
			got := store.Translate("member", "find", err)
			if review.CodeOf(got) != "" || !errors.Is(got, err) || !strings.HasPrefix(got.Error(), "find member: ") {
				t.Fatalf("got %v", got)
			}
		})
		t.Run("a caller who gave up", func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			cancel()
			if _, err := store.Desk(ctx, s.Reader(), desk.ID); !errors.Is(err, context.Canceled) || review.CodeOf(err) != "" {
				t.Fatalf("got %v", err)
			}
		})
	})
}

// The writer waits for another process's transaction, and then says that the database is busy.
func TestABusySQLiteIsUnavailable(t *testing.T) {
	s := storetest.Open(t, storetest.SQLite)
	if _, err := s.Writer().NewRaw("PRAGMA busy_timeout = 50").Exec(t.Context()); err != nil {
		t.Fatal(err)
	}
	other := storetest.OpenDSN(t, s.Path())
	inTx(t, other, func(ctx context.Context, _ store.IDB) error {
		wantCode(t, s.InTx(ctx, func(context.Context, store.IDB) error { return nil }), review.Unavailable)
		return nil
	})
	inTx(t, s, func(ctx context.Context, tx store.IDB) error { return store.PutSetting(ctx, tx, "colour", "red") })
}

func TestASerializationFailureOfPostgresIsUnavailable(t *testing.T) {
	s := storetest.Open(t, storetest.Postgres)
	addDesk(t, s, "politics")
	err := s.InTx(t.Context(), func(ctx context.Context, tx store.IDB) error {
		if _, err := tx.NewRaw("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ").Exec(ctx); err != nil {
			return err
		}
		desk, err := store.DeskBySlug(ctx, tx, "politics")
		if err != nil {
			return err
		}
		other := desk
		inTx(t, s, func(ctx context.Context, tx store.IDB) error { return store.UpdateDesk(ctx, tx, &other) })
		return store.UpdateDesk(ctx, tx, &desk)
	})
	wantCode(t, err, review.Unavailable)
}

func TestALockThatIsHeldTooLongIsUnavailable(t *testing.T) {
	s := storetest.Open(t, storetest.Postgres)
	inTx(t, s, func(ctx context.Context, tx store.IDB) error {
		if err := store.Audit(ctx, tx, review.AuditRecord{At: noon, Kind: "test"}); err != nil {
			return err
		}
		err := s.InTx(ctx, func(ctx context.Context, tx store.IDB) error {
			if _, err := tx.NewRaw("SET LOCAL lock_timeout = '50ms'").Exec(ctx); err != nil {
				return err
			}
			return store.Audit(ctx, tx, review.AuditRecord{At: noon, Kind: "test"})
		})
		wantCode(t, err, review.Unavailable)
		return nil
	})
}

// Errors that take a broken machine to make.
func TestErrorsAreTranslatedByTheirCode(t *testing.T) {
	for _, test := range []struct {
		name string
		err  error
		want review.Code
	}{
		{"nothing", nil, ""},
		{"a missing row", sql.ErrNoRows, review.NotFound},
		{"a deadlock", &pgconn.PgError{Code: "40P01"}, review.Unavailable},
		{"a server that shuts down", &pgconn.PgError{Code: "57P01"}, review.Unavailable},
		{"a full disk", &pgconn.PgError{Code: "53100"}, review.Unavailable},
		{"a byte that is no character", &pgconn.PgError{Code: "22021"}, review.Invalid},
		{"a query that was cancelled", &pgconn.PgError{Code: "57014"}, ""},
		{"a syntax error", &pgconn.PgError{Code: "42601"}, ""},
		{"a broken connection", driver.ErrBadConn, review.Unavailable},
		{"an unknown error", errStop, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := store.Translate("desk", "find", test.err)
			if review.CodeOf(got) != test.want {
				t.Errorf("%v has the code %q, want %q", got, review.CodeOf(got), test.want)
			}
			if !errors.Is(got, test.err) {
				t.Errorf("%v does not wrap its cause", got)
			}
		})
	}
}

func TestAnErrorOfOursPassesUnchanged(t *testing.T) {
	stale := review.Errorf(review.Stale, "The desk was changed after you opened it.")
	if got := store.Translate("desk", "update", stale); review.CodeOf(got) != review.Stale {
		t.Fatalf("got %v", got)
	}
}
