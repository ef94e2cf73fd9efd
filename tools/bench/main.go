// Command bench measures what docs/performance.md tells, and prints its tables. Each figure stands
// beside its limit, or beside another of the same run, because machines differ.
//
//	go run ./tools/bench [-binary bin/countersign] [-members 100000] [-desks 1000] [-records 100000] [AREA...]
//
// The areas are policy, login, members, audit and process; all of them if none is named. PostgreSQL
// is measured too if COUNTERSIGN_TEST_POSTGRES names a server.
package main

import (
	"context"
	"flag"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/countersign/countersign/internal/store"
	"github.com/countersign/countersign/migrations"
)

type bench struct {
	binary                 string
	members, desks, record int
	dir                    string
}

func main() {
	var b bench
	flag.StringVar(&b.binary, "binary", "bin/countersign", "the built server")
	flag.IntVar(&b.members, "members", 100_000, "members to make")
	flag.IntVar(&b.desks, "desks", 1_000, "desks to spread them over")
	flag.IntVar(&b.record, "records", 100_000, "audit records to append")
	flag.Parse()
	if err := b.run(context.Background(), flag.Args()); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func (b *bench) run(ctx context.Context, areas []string) error {
	dir, err := os.MkdirTemp("", "countersign-bench-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	b.dir = dir
	for _, area := range []struct {
		name string
		run  func(context.Context) error
	}{{"policy", b.policy}, {"process", b.process}, {"login", b.login}, {"audit", b.audit}, {"membership", b.membership}} {
		if len(areas) > 0 && !slices.Contains(areas, area.name) {
			continue
		}
		fmt.Printf("\n### %s\n\n| what | database | measured | limit | |\n|---|---|---|---|---|\n", area.name)
		if err := area.run(ctx); err != nil {
			return fmt.Errorf("%s: %w", area.name, err)
		}
	}
	return nil
}

// row prints a line of a table. Below says whether the limit is an upper one.
func row[T time.Duration | float64](what, database string, measured, limit T, below bool, unit string) {
	met := "met"
	if below && measured > limit || !below && measured < limit {
		met = "**missed**"
	}
	sign := map[bool]string{true: "≤", false: "≥"}[below]
	fmt.Printf("| %s | %s | %s | %s %s | %s |\n", what, database, show(measured, unit), sign, show(limit, unit), met)
}

func show[T time.Duration | float64](value T, unit string) string {
	switch value := any(value).(type) {
	case time.Duration:
		switch {
		case value < 10*time.Microsecond:
			return fmt.Sprintf("%.2f µs", float64(value)/1e3)
		case value < time.Millisecond:
			return fmt.Sprintf("%.0f µs", float64(value)/1e3)
		case value < time.Second:
			return fmt.Sprintf("%.1f ms", float64(value)/1e6)
		}
		return fmt.Sprintf("%.2f s", value.Seconds())
	case float64:
		return strings.TrimSpace(fmt.Sprintf("%.4g %s", value, unit))
	}
	return ""
}

// percentile sorts times and returns the p-th, p between 0 and 1.
func percentile(times []time.Duration, p float64) time.Duration {
	slices.Sort(times)
	return times[min(len(times)-1, int(p*float64(len(times))))]
}

// timed runs do n times and returns how long each took.
func timed(n int, do func(i int) error) ([]time.Duration, error) {
	times := make([]time.Duration, n)
	for i := range times {
		begun := time.Now()
		if err := do(i); err != nil {
			return nil, err
		}
		times[i] = time.Since(begun)
	}
	return times, nil
}

// databases runs do on a fresh database of each kind there is.
func (b *bench) databases(ctx context.Context, do func(kind, dsn string) error) error {
	dir, err := os.MkdirTemp(b.dir, "")
	if err != nil {
		return err
	}
	if err := do("SQLite", filepath.Join(dir, "countersign.db")); err != nil {
		return err
	}
	server := os.Getenv("COUNTERSIGN_TEST_POSTGRES")
	if server == "" {
		return nil
	}
	name := "bench_" + strings.ReplaceAll(store.NewID(), "-", "")
	if err := execute(ctx, server, "CREATE DATABASE "+name); err != nil {
		return err
	}
	defer func() { _ = execute(ctx, server, "DROP DATABASE "+name+" WITH (FORCE)") }()
	dsn, err := url.Parse(server)
	if err != nil {
		return err
	}
	dsn.Path = "/" + name
	return do("PostgreSQL", dsn.String())
}

func execute(ctx context.Context, server, statement string) error {
	conn, err := pgx.Connect(ctx, server)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close(ctx) }()
	_, err = conn.Exec(ctx, statement)
	return err
}

func open(ctx context.Context, dsn string) (*store.Store, error) {
	return store.Open(ctx, store.Config{DSN: dsn, Migrations: migrations.Files})
}
