package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/countersign/countersign/internal/bus"
	"github.com/countersign/countersign/internal/store"
	"github.com/countersign/countersign/internal/web"
	"github.com/countersign/countersign/internal/workflow"
	"github.com/countersign/countersign/migrations"
	"github.com/countersign/countersign/policies"
)

const databaseFile = "countersign.db"

// dsn is the database that the command line or the environment names.
func (line *cli) dsn() string {
	if line.Database != "" {
		return line.Database
	}
	return filepath.Join(line.Data, databaseFile)
}

// base is the public base URL.
func (line *cli) base() (*url.URL, error) {
	if line.URL != "" {
		base, err := web.ParseURL(line.URL)
		if err != nil {
			return nil, usageError("COUNTERSIGN_URL: " + err.Error())
		}
		return base, nil
	}
	host, port, err := net.SplitHostPort(line.Addr)
	if err != nil {
		return nil, usageError("COUNTERSIGN_ADDR: " + err.Error())
	}
	base, err := web.ParseURL("http://" + net.JoinHostPort(host, port))
	if err != nil {
		return nil, usageError(fmt.Sprintf("serving on %s needs COUNTERSIGN_URL, the https address that people use", line.Addr))
	}
	return base, nil
}

func (line *cli) logger(w io.Writer) *slog.Logger {
	if line.Log == "json" {
		return slog.New(slog.NewJSONHandler(w, nil))
	}
	return slog.New(slog.NewTextHandler(w, nil))
}

// open opens the database. Unless it must exist, the data directory is made for an SQLite file in it.
func (line *cli) open(ctx context.Context, config store.Config) (*store.Store, error) {
	config.DSN, config.Migrations = line.dsn(), migrations.Files
	if !config.Existing && !strings.Contains(config.DSN, "://") {
		if err := os.MkdirAll(filepath.Dir(config.DSN), 0o700); err != nil {
			return nil, fmt.Errorf("make the data directory: %w", err)
		}
	}
	return store.Open(ctx, config)
}

// How commands open the database. A mistyped path must not become a new one, so that only serve, migrate up and restore
// make it; and only they bring an older schema up.
var (
	made     = store.Config{}                                     // made and brought up to date
	bare     = store.Config{SkipMigrations: true}                 // made, without a schema
	existing = store.Config{Existing: true}                       // with this version's schema
	asItIs   = store.Config{Existing: true, SkipMigrations: true} // with whatever schema it has
)

func (line *cli) withStore(ctx context.Context, how store.Config, do func(*store.Store) error) (err error) {
	s, err := line.open(ctx, how)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	return do(s)
}

// withHouse opens the house for a command, which acts in it as whoever runs the machine.
func (line *cli) withHouse(ctx context.Context, m *Main, do func(*workflow.Workflow, workflow.Actor) error) error {
	return line.withStore(ctx, existing, func(s *store.Store) error {
		flow, err := newWorkflow(s, bus.NewLocal(), line.logger(m.Stderr))
		if err != nil {
			return err
		}
		if err := flow.Load(ctx); err != nil {
			return err
		}
		return do(flow, workflow.Operator())
	})
}

func newWorkflow(s *store.Store, b bus.Bus, log *slog.Logger) (*workflow.Workflow, error) {
	return workflow.New(workflow.Parts{Store: s, Bus: b, Policies: policies.Files, Log: log, Now: time.Now})
}
