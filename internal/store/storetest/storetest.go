// Package storetest gives tests a fresh database of each kind that the store knows.
//
// PostgreSQL comes from COUNTERSIGN_TEST_POSTGRES, the URL of a server on which the tests may make databases; tools/postgres
// starts one. A test that needs it fails when there is none: what was not tried on both databases was not tried.
package storetest

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/countersign/countersign/internal/store"
	"github.com/countersign/countersign/migrations"
)

// The kinds of database.
const (
	SQLite   = "sqlite"
	Postgres = "postgres"
)

const (
	postgresVariable = "COUNTERSIGN_TEST_POSTGRES"
	connections      = 8 // of each test's store; the server has 200 for all
	templateLock     = 0x74656d706c617465
)

// Kinds returns every kind of database.
func Kinds() []string { return []string{SQLite, Postgres} }

// Each runs test once on each kind of database, as subtests, on a fresh store with the newest schema.
func Each(t *testing.T, test func(t *testing.T, s *store.Store)) {
	t.Helper()
	for _, kind := range Kinds() {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			test(t, Open(t, kind))
		})
	}
}

// Open returns a fresh store with the newest schema and nothing in it; it is closed when the test ends.
func Open(t testing.TB, kind string) *store.Store {
	t.Helper()
	if kind == Postgres {
		return OpenDSN(t, createPostgres(t, template(t)))
	}
	return OpenDSN(t, Empty(t, kind))
}

// OpenDSN opens a database with the newest schema; it is closed when the test ends.
func OpenDSN(t testing.TB, dsn string) *store.Store {
	t.Helper()
	s, err := store.Open(t.Context(), store.Config{DSN: dsn, Migrations: migrations.Files, Connections: connections})
	if err != nil {
		t.Fatalf("open %s: %v", dsn, err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("close store: %v", err)
		}
	})
	return s
}

// Empty returns the DSN of a database without any table; it is deleted when the test ends.
func Empty(t testing.TB, kind string) string {
	t.Helper()
	if kind == Postgres {
		return createPostgres(t, "template0")
	}
	return filepath.Join(t.TempDir(), "countersign.db")
}

func admin(t testing.TB) *url.URL {
	t.Helper()
	value := os.Getenv(postgresVariable)
	if value == "" {
		t.Fatalf("%s is not set: this test needs PostgreSQL. `make test` sets it; by hand: export %s=$(tools/postgres start)", postgresVariable, postgresVariable)
	}
	parsed, err := url.Parse(value)
	if err != nil {
		t.Fatalf("%s is no URL: %v", postgresVariable, err)
	}
	return parsed
}

// run executes statements on the server's own database.
func run(ctx context.Context, t testing.TB, statements ...string) {
	t.Helper()
	conn, err := pgx.Connect(ctx, admin(t).String())
	if err != nil {
		t.Fatalf("connect to %s: %v", postgresVariable, err)
	}
	defer func() { _ = conn.Close(ctx) }()
	for _, statement := range statements {
		if _, err := conn.Exec(ctx, statement); err != nil {
			t.Fatalf("%s: %v", statement, err)
		}
	}
}

func createPostgres(t testing.TB, from string) string {
	t.Helper()
	name := "test_" + strings.ReplaceAll(store.NewID(), "-", "")
	run(t.Context(), t, "CREATE DATABASE "+name+" TEMPLATE "+from)
	ctx := context.WithoutCancel(t.Context()) // the test's own is done when its clean-up runs
	t.Cleanup(func() { run(ctx, t, "DROP DATABASE "+name+" WITH (FORCE)") })
	return at(t, name)
}

// at returns the URL of another database on the server.
func at(t testing.TB, name string) string {
	t.Helper()
	dsn := admin(t)
	dsn.Path = "/" + name
	return dsn.String()
}

// template returns the name of a database that holds the newest schema, which each test copies. It is named for the
// migrations' text, made once by whichever test comes first, and left for the next run.
func template(t testing.TB) string {
	t.Helper()
	name := "template_" + digest(t)
	ctx := t.Context()
	conn, err := pgx.Connect(ctx, admin(t).String())
	if err != nil {
		t.Fatalf("connect to %s: %v", postgresVariable, err)
	}
	defer func() { _ = conn.Close(ctx) }()
	if _, err := conn.Exec(ctx, "SELECT pg_advisory_lock($1)", templateLock); err != nil {
		t.Fatalf("lock template: %v", err)
	}
	var made bool
	if err := conn.QueryRow(ctx, "SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)", name).Scan(&made); err != nil {
		t.Fatalf("look for template: %v", err)
	}
	if made {
		return name
	}
	half := name + "_half" // becomes the template by its name only when it is whole
	run(ctx, t, "DROP DATABASE IF EXISTS "+half+" WITH (FORCE)", "CREATE DATABASE "+half+" TEMPLATE template0")
	s, err := store.Open(ctx, store.Config{DSN: at(t, half), Migrations: migrations.Files})
	if err != nil {
		t.Fatalf("migrate template: %v", err)
	}
	if err := s.Close(); err != nil {
		t.Fatalf("close template: %v", err)
	}
	// A closed connection may still be there for a moment.
	run(ctx, t, "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = '"+half+"'", "ALTER DATABASE "+half+" RENAME TO "+name)
	return name
}

func digest(t testing.TB) string {
	t.Helper()
	hash := sha256.New()
	err := fs.WalkDir(migrations.Files, ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		text, err := fs.ReadFile(migrations.Files, path)
		_, _ = hash.Write([]byte(path + "\n" + string(text)))
		return err
	})
	if err != nil {
		t.Fatalf("read migrations: %v", err)
	}
	return hex.EncodeToString(hash.Sum(nil)[:8])
}
