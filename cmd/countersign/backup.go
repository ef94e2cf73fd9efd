package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/countersign/countersign/internal/review"
	"github.com/countersign/countersign/internal/store"
	"github.com/countersign/countersign/migrations"
)

type backupCmd struct {
	File string `arg:"" help:"Where to write. It holds every secret of the server: keep it accordingly."`
}

// Run writes a backup, then restores it into a database of its own, because only what can be restored
// is a backup.
func (b backupCmd) Run(ctx context.Context, m *Main, line *cli) error {
	var wrote store.Backup
	err := line.withStore(ctx, asItIs, func(s *store.Store) error {
		return writeFile(b.File, func(w io.Writer) (err error) {
			wrote, err = s.Backup(ctx, w)
			return err
		})
	})
	if err != nil {
		return err
	}
	if err := checkBackup(ctx, b.File, wrote); err != nil {
		return errors.Join(err, os.Remove(b.File))
	}
	return m.print(wrote, fmt.Sprintf("%s: %d rows of %d tables, audit log of %d records with root %s. Restored into a database of its own, and equal.",
		b.File, wrote.Rows, wrote.Tables, wrote.AuditSize, wrote.AuditRoot))
}

func checkBackup(ctx context.Context, name string, wrote store.Backup) (err error) {
	dir, err := os.MkdirTemp(filepath.Dir(name), ".countersign-check-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	file, err := os.Open(name)
	if err != nil {
		return err
	}
	defer func() { _ = file.Close() }()
	restored, err := store.CheckBackup(ctx, file, store.Config{DSN: filepath.Join(dir, databaseFile), Migrations: migrations.Files})
	if err != nil {
		return fmt.Errorf("restore the backup to check it: %w", err)
	}
	if restored.Rows != wrote.Rows || restored.AuditRoot != wrote.AuditRoot {
		return fmt.Errorf("the backup does not restore to what was written: %d rows instead of %d, root %s instead of %s",
			restored.Rows, wrote.Rows, restored.AuditRoot, wrote.AuditRoot)
	}
	return nil
}

type restoreCmd struct {
	File string `arg:"" help:"A file that backup wrote."`
}

// Run restores a backup.
func (r restoreCmd) Run(ctx context.Context, m *Main, line *cli) error {
	file, err := os.Open(r.File)
	if err != nil {
		return review.Errorf(review.NotFound, "Cannot open the backup.").Because(err)
	}
	defer func() { _ = file.Close() }()
	return line.withStore(ctx, made, func(s *store.Store) error {
		restored, err := s.Restore(ctx, file)
		if err != nil {
			return err
		}
		return m.print(restored, fmt.Sprintf("Restored %d rows of %d tables, made %s; audit log verified, %d records.",
			restored.Rows, restored.Tables, restored.MadeAt.Format("2 January 2006 15:04 MST"), restored.AuditSize),
			fmt.Sprintf("Ended, because it may have been withdrawn since: %d sessions, %d open invitations, %d API tokens. Everybody signs in again; invite again and make new tokens.",
				restored.Sessions, restored.Invitations, restored.Tokens))
	})
}
