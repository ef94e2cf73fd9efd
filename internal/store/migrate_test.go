package store_test

import (
	"bufio"
	"context"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/countersign/countersign/internal/review"
	"github.com/countersign/countersign/internal/store"
	"github.com/countersign/countersign/internal/store/storetest"
	"github.com/countersign/countersign/migrations"
)

// holdVariable makes the test binary a process that holds the schema's lock of the database that it names.
const holdVariable = "COUNTERSIGN_TEST_HOLD_LOCK"

func TestMain(m *testing.M) {
	if dsn := os.Getenv(holdVariable); dsn != "" {
		holdLock(dsn)
	}
	os.Exit(m.Run())
}

// holdLock says so when it has the lock, and then waits to be killed.
func holdLock(dsn string) {
	ctx := context.Background()
	s, err := store.Open(ctx, store.Config{DSN: dsn, Migrations: migrations.Files, SkipMigrations: true})
	if err == nil {
		_, err = store.LockSchema(s, ctx)
	}
	if err != nil {
		os.Stdout.WriteString(err.Error() + "\n")
		os.Exit(1)
	}
	os.Stdout.WriteString("locked\n")
	select {}
}

// with returns the migrations and one more.
func with(t *testing.T, name, up, down string) fs.FS {
	t.Helper()
	files := fstest.MapFS{name + ".tx.up.sql": {Data: []byte(up)}, name + ".tx.down.sql": {Data: []byte(down)}}
	entries, err := fs.ReadDir(migrations.Files, ".")
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		text, err := fs.ReadFile(migrations.Files, entry.Name())
		if err != nil {
			t.Fatal(err)
		}
		files[entry.Name()] = &fstest.MapFile{Data: text}
	}
	return files
}

func eachEmpty(t *testing.T, test func(t *testing.T, dsn string)) {
	t.Helper()
	for _, kind := range storetest.Kinds() {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			test(t, storetest.Empty(t, kind))
		})
	}
}

func TestMigrationsGoUpDownAndUpOnAFilledDatabase(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		fill(t, s)
		fresh, err := store.TablesOf(t.Context(), s.Reader())
		if err != nil {
			t.Fatal(err)
		}
		var down []string
		for {
			name, err := s.MigrateDown(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if name == "" {
				break
			}
			down = append(down, name)
		}
		if left, err := store.TablesOf(t.Context(), s.Reader()); err != nil || len(left) != 0 {
			t.Errorf("down left the tables %v (%v)", left, err)
		}
		up, err := s.MigrateUp(t.Context())
		slices.Reverse(down)
		if err != nil || len(up) == 0 || !slices.Equal(up, down) {
			t.Errorf("up %v after down %v (%v)", up, down, err)
		}
		again, err := store.TablesOf(t.Context(), s.Reader())
		if err != nil || len(again) != len(fresh) {
			t.Errorf("%d tables, then %d (%v)", len(fresh), len(again), err)
		}
		if up, err := s.MigrateUp(t.Context()); err != nil || len(up) != 0 {
			t.Errorf("a second up did %v (%v)", up, err)
		}
	})
}

// The process may die between a step's commit and its entry in the list.
func TestAStepThatWasNotNotedRunsAgain(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		fill(t, s)
		members := count(t, s, "member")
		if _, err := s.Writer().NewRaw("DELETE FROM migration").Exec(t.Context()); err != nil {
			t.Fatal(err)
		}
		if up, err := s.MigrateUp(t.Context()); err != nil || len(up) < 2 {
			t.Fatalf("ran %v again (%v)", up, err)
		}
		if count(t, s, "member") != members {
			t.Error("rows were lost")
		}
		for {
			name, err := s.MigrateDown(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if name == "" {
				return
			}
		}
	})
}

func TestAStepThatFailsLeavesNothing(t *testing.T) {
	eachEmpty(t, func(t *testing.T, dsn string) {
		broken := with(t, "0900_broken", "CREATE TABLE half (id bigint);\n--bun:split\nCREATE TABLE nonsense (", "DROP TABLE half;")
		if _, err := store.Open(t.Context(), store.Config{DSN: dsn, Migrations: broken}); err == nil || !strings.Contains(err.Error(), "0900") {
			t.Fatalf("got %v", err)
		}
		s := storetest.OpenDSN(t, dsn)
		if tables, err := store.TablesOf(t.Context(), s.Reader()); err != nil || slices.ContainsFunc(tables, func(table store.BackupTable) bool { return table.Table == "half" }) {
			t.Errorf("half of the step is there (%v)", err)
		}
	})
}

func TestANewerSchemaIsRefused(t *testing.T) {
	eachEmpty(t, func(t *testing.T, dsn string) {
		newer := with(t, "0900_later", "CREATE TABLE later (id bigint);", "DROP TABLE later;")
		s, err := store.Open(t.Context(), store.Config{DSN: dsn, Migrations: newer})
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		_, err = store.Open(t.Context(), store.Config{DSN: dsn, Migrations: migrations.Files})
		wantCode(t, err, review.Unsupported)
		if !strings.Contains(err.Error(), "0900") || !strings.Contains(err.Error(), "newer version") {
			t.Errorf("the error does not say what to do: %v", err)
		}
	})
}

func TestOfSeveralThatStartAtOnceOneMigrates(t *testing.T) {
	eachEmpty(t, func(t *testing.T, dsn string) {
		slow := with(t, "0900_once", "CREATE TABLE once (id bigint);", "DROP TABLE once;") // fails if it runs twice
		var all sync.WaitGroup
		errs := make([]error, 4)
		for i := range errs {
			all.Go(func() {
				s, err := store.Open(t.Context(), store.Config{DSN: dsn, Migrations: slow, Connections: 2})
				if err == nil {
					err = s.Close()
				}
				errs[i] = err
			})
		}
		all.Wait()
		if err := errors.Join(errs...); err != nil {
			t.Fatal(err)
		}
	})
}

func TestTheLockOfAProcessThatWasKilledIsFree(t *testing.T) {
	eachEmpty(t, func(t *testing.T, dsn string) {
		holder := exec.Command(os.Args[0])
		holder.Env = append(os.Environ(), holdVariable+"="+dsn)
		out, err := holder.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := holder.Start(); err != nil {
			t.Fatal(err)
		}
		defer func() { _ = holder.Process.Kill() }()
		if line, err := bufio.NewReader(out).ReadString('\n'); line != "locked\n" {
			t.Fatalf("the other process says %q (%v)", line, err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
		defer cancel()
		if _, err := store.Open(ctx, store.Config{DSN: dsn, Migrations: migrations.Files}); !errors.Is(err, context.DeadlineExceeded) {
			t.Fatalf("while the lock is held: %v", err)
		}
		if err := holder.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		_ = holder.Wait()
		ctx, cancel = context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		s, err := store.Open(ctx, store.Config{DSN: dsn, Migrations: migrations.Files})
		if err != nil {
			t.Fatalf("after its holder was killed: %v", err)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	})
}

// Restoring puts references off until the commit, which a constraint must allow.
func TestEveryForeignKeyIsDeferrable(t *testing.T) {
	s := storetest.Open(t, storetest.Postgres)
	var names []string
	if err := s.Reader().NewRaw("SELECT conname FROM pg_constraint WHERE contype = 'f' AND NOT condeferrable").Scan(t.Context(), &names); err != nil {
		t.Fatal(err)
	}
	if len(names) > 0 {
		t.Errorf("not deferrable: %v", names)
	}
}
