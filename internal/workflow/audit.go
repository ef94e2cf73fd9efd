package workflow

import (
	"context"
	"io"

	"github.com/countersign/countersign/internal/review"
	"github.com/countersign/countersign/internal/store"
)

// Audit lists records of the log that concern a desk, last first.
func (w *Workflow) Audit(ctx context.Context, actor Actor, filter review.AuditFilter, page review.Page) ([]review.AuditRecord, string, error) {
	if err := w.judge(ctx, actor, on(filter.Desk, review.ToReadAudit, review.OnAudit, 0)); err != nil {
		return nil, "", err
	}
	return store.AuditList(ctx, w.store.Reader(), filter, page)
}

// VerifyAudit verifies the whole log. The desk is the one whose rules let the actor read it.
func (w *Workflow) VerifyAudit(ctx context.Context, actor Actor, desk string) (review.AuditReport, error) {
	if err := w.judge(ctx, actor, on(desk, review.ToReadAudit, review.OnAudit, 0)); err != nil {
		return review.AuditReport{}, err
	}
	return w.store.VerifyAudit(ctx, store.AuditTrust{})
}

// ExportAudit writes the whole log, so that it can be verified elsewhere. The log is one for all
// desks, so its reader must be allowed to export on every one of them.
func (w *Workflow) ExportAudit(ctx context.Context, actor Actor, desk string, into io.Writer) error {
	if err := w.judge(ctx, actor, on(desk, review.ToExportAudit, review.OnAudit, 0)); err != nil {
		return err
	}
	if !actor.operator {
		if err := w.administersEveryDesk(ctx, actor); err != nil {
			return err
		}
	}
	if err := w.change(ctx, actor, func(_ context.Context, _ store.IDB, note func(review.AuditRecord)) error {
		note(actor.record("audit.export", desk, "", nil))
		return nil
	}); err != nil {
		return err
	}
	return w.store.AuditExport(ctx, into)
}

const exportsEverywhere = "The log is one for all desks of the server, and to export it takes the right on every one of them. " +
	"Whoever runs the server can: countersign audit export."

func (w *Workflow) administersEveryDesk(ctx context.Context, actor Actor) error {
	for page := (review.Page{Limit: review.MaxPage}); ; {
		desks, next, err := store.Desks(ctx, w.store.Reader(), page)
		if err != nil {
			return err
		}
		for _, desk := range desks {
			err := w.judge(ctx, actor, on(desk.ID, review.ToExportAudit, review.OnAudit, 0))
			if code := review.CodeOf(err); code == review.NotFound || code == review.Forbidden {
				return review.Errorf(review.Forbidden, "%s", exportsEverywhere)
			}
			if err != nil {
				return err
			}
		}
		if page.After = next; next == "" {
			return nil
		}
	}
}
