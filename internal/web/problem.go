package web

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"sync"

	"github.com/danielgtaylor/huma/v2"

	"github.com/countersign/countersign/internal/review"
)

// Problem is how every refusal and every fault is told (RFC 9457). Detail is a sentence for people;
// code is for programs.
type Problem struct {
	Type       string             `json:"type" doc:"Always about:blank: the code says more." example:"about:blank"`
	Title      string             `json:"title" doc:"The HTTP status in words." example:"Forbidden"`
	Status     int                `json:"status" doc:"The HTTP status." example:"403"`
	Detail     string             `json:"detail" doc:"What is wrong, and what to do about it." example:"You may not invite members to this desk."`
	Code       string             `json:"code" doc:"The kind of problem, for programs." example:"forbidden"`
	Instance   string             `json:"instance,omitempty" doc:"The request's id, as the server's log has it." example:"urn:uuid:01932d4c-7a3c-7d2e-9d3b-0a2f6c1d5e77"`
	Errors     []review.Fault     `json:"errors,omitempty" doc:"Each thing that is wrong, and where."`
	Permission *review.Permission `json:"permission,omitempty" doc:"For a refusal: all reasons against it, and who else may."`
	More       any                `json:"more,omitempty" doc:"What else there is to know about this problem."`
}

// statusOf is the one table from codes to statuses.
var statusOf = map[review.Code]int{
	review.Invalid:         http.StatusUnprocessableEntity,
	review.Unauthenticated: http.StatusUnauthorized,
	review.StepUp:          http.StatusForbidden,
	review.Forbidden:       http.StatusForbidden,
	review.NotFound:        http.StatusNotFound,
	review.Conflict:        http.StatusConflict,
	review.Stale:           http.StatusConflict,
	review.Unprocessable:   http.StatusUnprocessableEntity,
	review.TooLarge:        http.StatusRequestEntityTooLarge,
	review.TooMany:         http.StatusTooManyRequests,
	review.Unavailable:     http.StatusServiceUnavailable,
	review.Unsupported:     http.StatusUnsupportedMediaType,
}

var errPanicked = errors.New("the handler panicked")

// problemOf is the one place that turns an error into what a client sees. What is not ours is an
// internal error and shows nothing of itself; errorLogged logs it.
func problemOf(ctx context.Context, err error) *Problem {
	var problem *Problem
	if errors.As(err, &problem) {
		return problem
	}
	p := &Problem{Type: "about:blank", Instance: "urn:uuid:" + requestID(ctx)}
	var ours *review.Error
	switch {
	case errors.As(err, &ours) && statusOf[ours.Code] != 0:
		p.Status, p.Code, p.Detail = statusOf[ours.Code], string(ours.Code), ours.Message
		p.describe(ours.Detail)
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled):
		p.Status, p.Code = http.StatusServiceUnavailable, string(review.Unavailable)
		p.Detail = "The server could not answer in time. Nothing was changed, unless a later look shows that it was."
	default:
		p.Status, p.Code = http.StatusInternalServerError, "internal"
		p.Detail = "Internal error. The server's log has more under this request's id."
	}
	p.Title = http.StatusText(p.Status)
	return p
}

func (p *Problem) describe(detail any) {
	switch detail := detail.(type) {
	case nil:
	case []review.Fault:
		p.Errors = detail
	case review.Fault:
		p.Errors = []review.Fault{detail}
	case review.Permission:
		p.Permission = &detail
	case *review.Permission:
		p.Permission = detail
	default:
		p.More = detail
	}
}

// logged logs what a client is not told.
func (s *Server) logged(ctx context.Context, err error) *Problem {
	problem := problemOf(ctx, err)
	if problem.Status >= http.StatusInternalServerError {
		level := slog.LevelError
		if errors.Is(err, context.Canceled) {
			level = slog.LevelInfo // the client went away
		}
		s.log.Log(ctx, level, "request failed", "request", requestID(ctx), "error", err)
	}
	return problem
}

// Error makes a Problem an error that huma passes on as it is.
func (p *Problem) Error() string { return p.Detail }

// GetStatus is huma's name for the status.
func (p *Problem) GetStatus() int { return p.Status }

// GetHeaders gives the headers that belong to some statuses.
func (p *Problem) GetHeaders() http.Header {
	h := make(http.Header)
	switch p.Status {
	case http.StatusUnauthorized:
		h.Set("WWW-Authenticate", `Bearer realm="countersign"`)
	case http.StatusTooManyRequests, http.StatusServiceUnavailable:
		h.Set("Retry-After", "5")
		if more, ok := p.More.(map[string]int); ok && more["retry_after_seconds"] > 0 {
			h.Set("Retry-After", strconv.Itoa(more["retry_after_seconds"]))
		}
	}
	return h
}

// ContentType is RFC 9457's.
func (p *Problem) ContentType(string) string { return "application/problem+json" }

// writeProblem answers a request that never reached an operation.
func (s *Server) writeProblem(w http.ResponseWriter, r *http.Request, problem *Problem) {
	for name, values := range problem.GetHeaders() {
		w.Header()[name] = values
	}
	if wantsPage(r) {
		if err := s.showProblem(w, problem); err != nil {
			s.log.InfoContext(r.Context(), "could not show a problem", "request", requestID(r.Context()), "error", err)
		}
		return
	}
	w.Header().Set("Content-Type", problem.ContentType(""))
	w.WriteHeader(problem.Status)
	if r.Method == http.MethodHead {
		return
	}
	if err := json.NewEncoder(w).Encode(problem); err != nil {
		s.log.InfoContext(r.Context(), "could not write a problem", "request", requestID(r.Context()), "error", err)
	}
}

// humaErrors has huma speak our Problem where it refuses a request itself: a body that does not fit
// its schema, a media type, a size. huma keeps this in a variable of its package, so it is set once.
// The value that was wrong is left out: it may be a password.
var humaErrors = sync.OnceFunc(func() {
	huma.ValidateStrictCasing = true // encoding/json would take "Email" for "email", and of both the last
	huma.NewErrorWithContext = func(ctx huma.Context, status int, message string, errs ...error) huma.StatusError {
		return fromHuma(ctx.Context(), status, message, errs)
	}
	huma.NewError = func(status int, message string, errs ...error) huma.StatusError {
		return fromHuma(context.Background(), status, message, errs) //nolint:forbidigo // huma gives none here, and only a request's id is read from it
	}
})

func fromHuma(ctx context.Context, status int, message string, errs []error) *Problem {
	for _, err := range errs {
		var problem *Problem
		if errors.As(err, &problem) {
			return problem // a resolver's answer
		}
	}
	p := &Problem{Type: "about:blank", Title: http.StatusText(status), Status: status, Instance: "urn:uuid:" + requestID(ctx)}
	for _, err := range errs {
		fault := review.Fault{Message: err.Error()}
		var detailer huma.ErrorDetailer
		if errors.As(err, &detailer) {
			fault.Message, fault.Location = detailer.ErrorDetail().Message, detailer.ErrorDetail().Location
		}
		p.Errors = append(p.Errors, fault)
	}
	switch status {
	case http.StatusRequestEntityTooLarge:
		p.Code, p.Detail = string(review.TooLarge), "The body is larger than this address takes."
	case http.StatusUnsupportedMediaType:
		p.Code, p.Detail = string(review.Unsupported), "This address takes application/json."
	case http.StatusRequestTimeout:
		p.Code, p.Detail = string(review.Unavailable), "The body did not arrive in time."
	case http.StatusBadRequest, http.StatusUnprocessableEntity:
		p.Code, p.Detail = string(review.Invalid), "The request does not fit this address: "+faultsInWords(message, p.Errors)
	default:
		p.Code, p.Detail = "internal", "Internal error. The server's log has more under this request's id."
	}
	return p
}

func faultsInWords(message string, faults []review.Fault) string {
	if len(faults) == 0 {
		return message + "."
	}
	words := make([]string, len(faults))
	for i, fault := range faults {
		words[i] = fault.Message
		if fault.Location != "" {
			words[i] = fault.Location + ": " + fault.Message
		}
	}
	return strings.Join(words, "; ") + "."
}
