package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/countersign/countersign/internal/review"
	"github.com/countersign/countersign/internal/store"
	"github.com/countersign/countersign/internal/workflow"
)

type migrateCmd struct {
	Up     migrateUp     `cmd:"" help:"Apply the steps that are missing. serve does so by itself."`
	Down   migrateDown   `cmd:"" help:"Take the last step back. What its tables held is lost: make a backup before."`
	Status migrateStatus `cmd:"" help:"List the steps and say which are applied."`
}

type (
	migrateUp     struct{}
	migrateDown   struct{}
	migrateStatus struct{}
)

// Run applies what is missing.
func (migrateUp) Run(ctx context.Context, m *Main, line *cli) error {
	return line.withStore(ctx, bare, func(s *store.Store) error {
		names, err := s.MigrateUp(ctx)
		if err != nil {
			return err
		}
		lines := []string{"The schema is up to date."}
		if len(names) > 0 {
			lines = append([]string{"Applied " + strings.Join(names, ", ") + "."}, lines...)
		}
		return m.print(map[string]any{"applied": append([]string{}, names...)}, lines...)
	})
}

// Run takes one step back.
func (migrateDown) Run(ctx context.Context, m *Main, line *cli) error {
	return line.withStore(ctx, asItIs, func(s *store.Store) error {
		name, err := s.MigrateDown(ctx)
		if err != nil {
			return err
		}
		if name == "" {
			return m.print(map[string]any{"taken_back": nil}, "No step is applied.")
		}
		return m.print(map[string]any{"taken_back": name}, "Took back "+name+".")
	})
}

// Run lists the steps.
func (migrateStatus) Run(ctx context.Context, m *Main, line *cli) error {
	return line.withStore(ctx, asItIs, func(s *store.Store) error {
		steps, err := s.MigrationStatus(ctx)
		if err != nil {
			return err
		}
		lines := make([]string, len(steps))
		for i, step := range steps {
			lines[i] = fmt.Sprintf("%-30s %s", step.Name, map[bool]string{true: "applied", false: "missing"}[!step.AppliedAt.IsZero()])
		}
		return m.print(steps, lines...)
	})
}

type auditCmd struct {
	Verify auditVerify `cmd:"" help:"Verify the log and name what was removed, changed, reordered, truncated or replayed. Exit code 7 if anything was."`
	Export auditExport `cmd:"" help:"Write the log, so that it can be verified elsewhere."`
}

type auditVerify struct {
	File       string   `arg:"" optional:"" help:"An export to verify instead of the database."`
	Key        string   `help:"The public key that the log's checkpoints must be signed with, as noted elsewhere."`
	Checkpoint []string `type:"existingfile" help:"Files with signed checkpoints from elsewhere that the log must agree with."`
}

var errTampered = errors.New("the audit log was tampered with")

// Run verifies.
func (a auditVerify) Run(ctx context.Context, m *Main, line *cli) error {
	trust := store.AuditTrust{Key: a.Key}
	for _, name := range a.Checkpoint {
		note, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		trust.Witnesses = append(trust.Witnesses, string(note))
	}
	report, err := a.verify(ctx, line, trust)
	if err != nil {
		return err
	}
	lines := []string{fmt.Sprintf("%d records, root %s, %d checkpoints.", report.Size, report.Root, report.Checkpoints), "Key: " + report.Key}
	for _, fault := range report.Faults {
		lines = append(lines, fault.String())
	}
	if report.OK() {
		lines = append(lines, "The log is whole.")
	}
	if err := m.print(report, lines...); err != nil || report.OK() {
		return err
	}
	return errTampered
}

func (a auditVerify) verify(ctx context.Context, line *cli, trust store.AuditTrust) (report review.AuditReport, err error) {
	if a.File != "" {
		file, err := os.Open(a.File)
		if err != nil {
			return report, review.Errorf(review.NotFound, "Cannot open the export.").Because(err)
		}
		defer func() { _ = file.Close() }()
		return store.VerifyAuditExport(file, trust)
	}
	return report, line.withStore(ctx, asItIs, func(s *store.Store) error {
		report, err = s.VerifyAudit(ctx, trust)
		return err
	})
}

type auditExport struct {
	File string `arg:"" help:"Where to write; - is standard output."`
}

// Run exports.
func (a auditExport) Run(ctx context.Context, m *Main, line *cli) error {
	return line.withHouse(ctx, m, func(flow *workflow.Workflow, actor workflow.Actor) error {
		if a.File == "-" {
			return flow.ExportAudit(ctx, actor, "", m.Stdout)
		}
		return writeFile(a.File, func(w io.Writer) error { return flow.ExportAudit(ctx, actor, "", w) })
	})
}

// writeFile writes a new file that nobody else can read, and takes a half written one away.
func writeFile(name string, write func(io.Writer) error) error {
	file, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		if errors.Is(err, os.ErrExist) {
			return review.Errorf(review.Conflict, "%s exists already. Name another file.", name)
		}
		return err
	}
	err = errors.Join(write(file), file.Sync(), file.Close())
	if err != nil {
		return errors.Join(err, os.Remove(name))
	}
	return nil
}
