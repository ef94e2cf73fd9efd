package web

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/countersign/countersign/internal/review"
	"github.com/countersign/countersign/internal/workflow"
)

type auditInput struct {
	Acting
	Paged
	Desk    string    `query:"desk" required:"true" maxLength:"36" doc:"The desk whose records are asked for."`
	Kind    string    `query:"kind" maxLength:"60" doc:"A kind of record, or the start of kinds up to a dot."`
	Member  string    `query:"member" maxLength:"36" doc:"Who did it."`
	Subject string    `query:"subject" maxLength:"36" doc:"The id of what it was done to."`
	Since   time.Time `query:"since" doc:"This time or later."`
	Before  time.Time `query:"before" doc:"Earlier than this."`
}

func (s *Server) audit(ctx context.Context, in *auditInput) (*listOutput[review.AuditRecord], error) {
	for name, at := range map[string]time.Time{"since": in.Since, "before": in.Before} {
		if year := at.UTC().Year(); year < 1 || year > 9999 { // PostgreSQL has no year 0, RFC 3339 none of five digits
			return nil, review.Errorf(review.Invalid, "A time is of the years 1 to 9999.").
				With([]review.Fault{{Location: "query." + name, Message: "Not of the years 1 to 9999."}})
		}
	}
	records, next, err := s.workflow.Audit(ctx, in.actor, review.AuditFilter{
		Desk: in.Desk, Kind: in.Kind, Member: in.Member, Subject: in.Subject, Since: in.Since, Before: in.Before,
	}, in.page())
	if err != nil {
		return nil, err
	}
	return listed(records, next), nil
}

type verifyAuditInput struct {
	Acting
	Desk string `query:"desk" required:"true" maxLength:"36" doc:"A desk whose rules let you read the log."`
}

type verifyAuditOutput struct {
	Body review.AuditReport
}

func (s *Server) verifyAudit(ctx context.Context, in *verifyAuditInput) (*verifyAuditOutput, error) {
	report, err := s.workflow.VerifyAudit(ctx, in.actor, in.Desk)
	if err != nil {
		return nil, err
	}
	return &verifyAuditOutput{Body: report}, nil
}

const exportTimeout = 10 * time.Minute // some ten million records

// exportAudit streams the log, so that it can be verified elsewhere. It is not huma's because its
// answer is a file of any length.
func (s *Server) exportAudit(w http.ResponseWriter, r *http.Request) error {
	actor, ok := r.Context().Value(actorKey).(workflow.Actor)
	if !ok {
		return errSignedOut
	}
	begin := func() {
		w.Header().Set("Content-Type", "application/x-ndjson")
		w.Header().Set("Content-Disposition", `attachment; filename="countersign-audit.ndjson"`)
	}
	into := &lateWriter{ResponseWriter: w, begin: begin}
	// A long log takes longer than other requests may. A client that goes away ends it by its writes.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), exportTimeout)
	defer cancel()
	if err := http.NewResponseController(w).SetWriteDeadline(time.Now().Add(exportTimeout)); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return fmt.Errorf("give an export time: %w", err)
	}
	err := s.workflow.ExportAudit(ctx, actor, r.URL.Query().Get("desk"), into)
	if err != nil && into.begun {
		s.log.ErrorContext(r.Context(), "an export broke off", "request", requestID(r.Context()), "error", err)
		panic(http.ErrAbortHandler) // so that the client does not take half a file for a whole one
	}
	return err
}

// lateWriter sets the headers of a success when the first byte is written, so that an error before
// it can still be told as a problem.
type lateWriter struct {
	http.ResponseWriter
	begin func()
	begun bool
}

func (l *lateWriter) Write(p []byte) (int, error) {
	if !l.begun {
		l.begun = true
		l.begin()
	}
	n, err := l.ResponseWriter.Write(p)
	if err != nil {
		return n, errors.Join(errors.New("the client went away"), err)
	}
	return n, nil
}
