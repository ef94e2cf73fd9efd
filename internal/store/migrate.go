package store

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/uptrace/bun/migrate"

	"github.com/countersign/countersign/internal/review"
)

// The types whose names differ between the databases.
var (
	sqliteTypes   = map[string]string{"Key": "text", "Bytes": "blob", "Time": "timestamp"}
	postgresTypes = map[string]string{"Key": `text COLLATE "C"`, "Bytes": "bytea", "Time": "timestamptz"}
)

const (
	migrationTable     = "migration"
	migrationLockTable = "migration_lock" // made by bun and not used: its row would survive kill -9
)

// MigrationStep is one step of the schema.
type MigrationStep struct {
	Name      string    `json:"name"` // such as 0001_house
	AppliedAt time.Time `json:"applied_at,omitzero"`
}

// MigrationStatus returns every step that this binary has, in order; a database that is newer is Unsupported.
// It changes nothing.
func (s *Store) MigrationStatus(ctx context.Context) ([]MigrationStep, error) {
	m, err := s.migrations()
	if err != nil {
		return nil, err
	}
	if err := m.look(ctx); err != nil {
		return nil, err
	}
	steps := make([]MigrationStep, len(m.steps))
	for i, step := range m.steps {
		steps[i] = MigrationStep{Name: fullName(step), AppliedAt: m.applied[step.Name]}
	}
	return steps, nil
}

// checkSchema refuses a schema that is not this binary's.
func (s *Store) checkSchema(ctx context.Context) error {
	steps, err := s.MigrationStatus(ctx)
	if err != nil {
		return err
	}
	var missing []string
	for _, step := range steps {
		if step.AppliedAt.IsZero() {
			missing = append(missing, step.Name)
		}
	}
	if len(missing) == len(steps) {
		return review.Errorf(review.NotFound, "There is nothing of Countersign in %s. Look at --database and --data, or make it with countersign serve or migrate up.", s.where())
	}
	if len(missing) > 0 {
		return review.Errorf(review.Unsupported, "The database is of an older version: it lacks the migrations %s. "+
			"Make a backup, then run countersign migrate up or start the server.", strings.Join(missing, ", "))
	}
	return nil
}

// where names the database for people, without the URL's password.
func (s *Store) where() string {
	if s.path == "" {
		return "the PostgreSQL database"
	}
	return s.path
}

// MigrateUp applies the steps that are missing, one transaction each, and returns their names. Of several processes that
// start at once one does it, and the others wait.
func (s *Store) MigrateUp(ctx context.Context) ([]string, error) {
	var done []string
	err := s.migrating(ctx, func(m *migrations) error {
		var err error
		done, err = m.up(ctx, nil)
		return err
	})
	return done, err
}

// MigrateDown takes the last applied step back and returns its name, "" if there is none. What the step's tables held is lost.
func (s *Store) MigrateDown(ctx context.Context) (string, error) {
	var name string
	err := s.migrating(ctx, func(m *migrations) error {
		var err error
		name, err = m.down(ctx)
		return err
	})
	return name, err
}

// migrations is the schema of one database; whoever changes it holds the lock on it.
type migrations struct {
	store   *Store
	steps   migrate.MigrationSlice
	applied map[string]time.Time // by number
}

// migrating holds the lock, refuses a schema that is newer than the binary, and calls do.
func (s *Store) migrating(ctx context.Context, do func(*migrations) error) error {
	unlock, err := s.lockSchema(ctx)
	if err != nil {
		return err
	}
	defer unlock()
	m, err := s.migrations()
	if err != nil {
		return err
	}
	if err := m.migrator(m.steps...).Init(ctx); err != nil {
		return translate("list of migrations", "make", err)
	}
	if err := m.read(ctx); err != nil {
		return err
	}
	return do(m)
}

func (s *Store) migrations() (*migrations, error) {
	found := migrate.NewMigrations()
	if err := found.Discover(s.files); err != nil {
		return nil, fmt.Errorf("read migrations: %w", err)
	}
	return &migrations{store: s, steps: found.Sorted(), applied: map[string]time.Time{}}, nil
}

// look reads the list if there is one.
func (m *migrations) look(ctx context.Context) error {
	query := "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = ?"
	if m.store.path == "" {
		query = "SELECT count(*) FROM information_schema.tables WHERE table_schema = current_schema() AND table_name = ?"
	}
	var lists int
	if err := m.store.reader.NewRaw(query, migrationTable).Scan(ctx, &lists); err != nil {
		return translate("list of migrations", "find", err)
	}
	if lists == 0 {
		return nil
	}
	return m.read(ctx)
}

func (m *migrations) read(ctx context.Context) error {
	var applied []migrate.Migration
	if err := m.store.reader.NewRaw("SELECT name, migrated_at FROM "+migrationTable+" ORDER BY name").Scan(ctx, &applied); err != nil {
		return translate("list of migrations", "read", err)
	}
	var unknown []string
	for _, step := range applied {
		m.applied[step.Name] = step.MigratedAt.UTC()
		if !slices.ContainsFunc(m.steps, func(known migrate.Migration) bool { return known.Name == step.Name }) {
			unknown = append(unknown, step.Name)
		}
	}
	if len(unknown) > 0 {
		slices.Sort(unknown)
		return review.Errorf(review.Unsupported, "The database was made by a newer version: it has the migrations %s, and this version ends at %s. "+
			"Start the newer version, or restore a backup made before it.", strings.Join(unknown, ", "), m.last())
	}
	return nil
}

func (m *migrations) last() string {
	if len(m.steps) == 0 {
		return "none"
	}
	return fullName(m.steps[len(m.steps)-1])
}

// up applies the steps that are missing and wanted (nil: all), each as a group of its own, so that down can take back one.
func (m *migrations) up(ctx context.Context, wanted func(migrate.Migration) bool) ([]string, error) {
	var done []string
	for i, step := range m.steps {
		if _, applied := m.applied[step.Name]; applied || wanted != nil && !wanted(step) {
			continue
		}
		group, err := m.migrator(m.steps[:i+1]...).Migrate(ctx)
		if err != nil {
			return done, translate("migration", "apply", err)
		}
		for _, step := range group.Migrations {
			done = append(done, fullName(step))
			m.applied[step.Name] = step.MigratedAt
		}
	}
	return done, nil
}

func (m *migrations) down(ctx context.Context) (string, error) {
	group, err := m.migrator(m.steps...).Rollback(ctx)
	if err != nil {
		return "", translate("migration", "take back", err)
	}
	var names []string
	for _, step := range group.Migrations {
		names = append(names, fullName(step))
		delete(m.applied, step.Name)
	}
	return strings.Join(names, ", "), nil
}

func (m *migrations) migrator(steps ...migrate.Migration) *migrate.Migrator {
	known := migrate.NewMigrations()
	for _, step := range steps {
		known.Add(step)
	}
	types := sqliteTypes
	if m.store.path == "" {
		types = postgresTypes
	}
	return migrate.NewMigrator(m.store.writer, known, migrate.WithTableName(migrationTable), migrate.WithLocksTableName(migrationLockTable),
		migrate.WithMarkAppliedOnSuccess(true), migrate.WithTemplateData(types))
}

func fullName(step migrate.Migration) string { return step.Name + "_" + step.Comment }

// to brings an empty database to exactly the steps of a list.
func (m *migrations) to(ctx context.Context, names []string) error {
	for _, name := range names {
		if !slices.ContainsFunc(m.steps, func(step migrate.Migration) bool { return fullName(step) == name }) {
			return review.Errorf(review.Unsupported, "The backup was made by a newer version: it has the migration %s, and this version ends at %s.", name, m.last())
		}
	}
	wanted := func(step migrate.Migration) bool { return slices.Contains(names, fullName(step)) }
	for len(m.applied) > 0 {
		last := m.steps[0]
		for _, step := range m.steps {
			if _, applied := m.applied[step.Name]; applied {
				last = step
			}
		}
		if wanted(last) {
			break
		}
		if _, err := m.down(ctx); err != nil {
			return err
		}
	}
	_, err := m.up(ctx, wanted)
	return err
}
