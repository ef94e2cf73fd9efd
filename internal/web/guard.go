package web

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/countersign/countersign/internal/review"
)

const (
	bodyLimit      = 1 << 20          // bytes of a request body, unless its route says otherwise
	headerLimit    = 32 << 10         // bytes of request headers
	requestTimeout = 30 * time.Second // for a whole request, unless its route says otherwise
)

// csp lets a page load nothing but our own files. There is no inline script or style anywhere.
const csp = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
	"font-src 'self'; base-uri 'none'; object-src 'none'; form-action 'self'; frame-ancestors 'none'"

// guard wraps every request: an id, the client's address, security headers, the log, the metrics,
// and an answer even if the handler panics.
func (s *Server) guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		begun := time.Now()
		ctx := context.WithValue(r.Context(), requestIDKey, uuid.Must(uuid.NewV7()).String())
		ctx = context.WithValue(ctx, addressKey, addressOf(r, s.config.secure()))
		pattern := new(string) // the mux inside tells the route, for the log and the metrics
		ctx = context.WithValue(ctx, patternKey, pattern)
		r = r.WithContext(ctx)
		rec := &recorder{ResponseWriter: w}
		s.headers(rec.Header(), requestID(ctx))
		s.metrics.inFlight.Inc()
		defer func() {
			if fault := recover(); fault != nil {
				if fault == http.ErrAbortHandler { //nolint:errorlint // net/http compares the recovered value itself
					panic(fault)
				}
				s.log.ErrorContext(ctx, "a handler panicked", "request", requestID(ctx), "route", *pattern, // the path can hold a secret
					"panic", fmt.Sprint(fault), "stack", string(debug.Stack()))
				if rec.status == 0 {
					s.writeProblem(rec, r, problemOf(ctx, errPanicked))
				}
			}
			s.metrics.inFlight.Dec()
			s.finished(r, rec, *pattern, time.Since(begun))
		}()
		next.ServeHTTP(rec, r)
	})
}

func (s *Server) finished(r *http.Request, rec *recorder, pattern string, took time.Duration) {
	status := rec.status
	if status == 0 {
		status = http.StatusOK
	}
	if pattern == "" {
		pattern = "none"
	}
	s.metrics.observe(pattern, status, took)
	level := slog.LevelInfo
	if strings.HasSuffix(pattern, "/healthz") || strings.HasSuffix(pattern, "/readyz") || strings.HasSuffix(pattern, "/metrics") {
		level = slog.LevelDebug
	}
	// The path can hold a secret (a set-up or invitation link), so the log gets the route.
	s.log.Log(r.Context(), level, "request", "request", requestID(r.Context()), "method", r.Method, "route", pattern,
		"status", status, "bytes", rec.bytes, "ms", took.Milliseconds(), "address", clientAddress(r.Context()))
}

func (s *Server) headers(h http.Header, id string) {
	h.Set("X-Request-Id", id)
	h.Set("Content-Security-Policy", csp)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "same-origin") // with no-referrer, browsers send "Origin: null" with our own forms
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()")
	h.Set("Cache-Control", "no-store")
	if s.config.secure() {
		h.Set("Strict-Transport-Security", "max-age=31536000")
	}
}

// bound limits what a request may send and how long it may take.
func bound(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), requestTimeout)
		defer cancel()
		r = r.WithContext(ctx)
		r.Body = http.MaxBytesReader(w, r.Body, bodyLimit)
		next.ServeHTTP(w, r)
	})
}

// routed passes a request to the mux, and answers itself where no route takes it, so that 404 and
// 405 have the same form as every other refusal.
func (s *Server) routed(mux *gate) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		answer, pattern := mux.Handler(r)
		if into, ok := r.Context().Value(patternKey).(*string); ok {
			*into = pattern
		}
		if pattern != "" {
			mux.ServeHTTP(w, r)
			return
		}
		probe := &headerOnly{header: make(http.Header)}
		answer.ServeHTTP(probe, r)
		switch probe.status {
		case http.StatusMethodNotAllowed:
			allow := probe.header.Get("Allow")
			w.Header().Set("Allow", allow)
			problem := problemOf(r.Context(), review.Errorf(review.Invalid, "%s is not a method of this address. It takes %s.", r.Method, allow))
			problem.Status, problem.Title, problem.Code = http.StatusMethodNotAllowed, "Method Not Allowed", "method_not_allowed"
			s.writeProblem(w, r, problem)
		case http.StatusMovedPermanently, http.StatusPermanentRedirect, http.StatusTemporaryRedirect:
			answer.ServeHTTP(w, r) // the same address, cleaned: //x → /x
		default:
			s.writeProblem(w, r, problemOf(r.Context(), review.Errorf(review.NotFound, "There is nothing at this address.")))
		}
	})
}

// recorder remembers what was answered, for the log.
type recorder struct {
	http.ResponseWriter
	status int
	bytes  int64
}

func (r *recorder) WriteHeader(status int) {
	if r.status == 0 {
		r.status = status
	}
	r.ResponseWriter.WriteHeader(status)
}

func (r *recorder) Write(p []byte) (int, error) {
	if r.status == 0 {
		r.status = http.StatusOK
	}
	n, err := r.ResponseWriter.Write(p)
	r.bytes += int64(n)
	return n, err
}

// Unwrap lets http.ResponseController reach deadlines and the connection.
func (r *recorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }

// headerOnly takes an answer and keeps its status and headers.
type headerOnly struct {
	header http.Header
	status int
}

func (h *headerOnly) Header() http.Header         { return h.header }
func (h *headerOnly) Write(p []byte) (int, error) { return len(p), nil }
func (h *headerOnly) WriteHeader(status int)      { h.status = status }
