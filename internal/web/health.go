package web

import (
	"context"
	"io/fs"
	"net/http"
	"path"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/countersign/countersign/internal/review"
)

const readyWithin = 2 * time.Second // for the database to answer

// healthz says that the process answers.
func (s *Server) healthz(w http.ResponseWriter, _ *http.Request) error {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, err := w.Write([]byte("ok\n"))
	return err
}

// readyz says whether a proxy should send requests here.
func (s *Server) readyz(w http.ResponseWriter, r *http.Request) error {
	if s.draining.Load() {
		return review.Errorf(review.Unavailable, "The server is shutting down.")
	}
	ctx, cancel := context.WithTimeout(r.Context(), readyWithin)
	defer cancel()
	err := s.ready(ctx)
	if review.CodeOf(err) == review.Unavailable {
		return err // it says what is wrong
	}
	if err != nil {
		return review.Errorf(review.Unavailable, "The database does not answer.").Because(err)
	}
	return s.healthz(w, r)
}

func (s *Server) metricsPage(w http.ResponseWriter, r *http.Request) error {
	promhttp.HandlerFor(s.registry, promhttp.HandlerOpts{}).ServeHTTP(w, r)
	return nil
}

func (s *Server) openAPI(w http.ResponseWriter, _ *http.Request) error {
	w.Header().Set("Content-Type", "application/json")
	_, err := w.Write(s.spec)
	return err
}

// styles serves tokens.css, base.css and the fonts.
func (s *Server) styles(w http.ResponseWriter, r *http.Request) error {
	w.Header().Set("Cache-Control", "public, max-age=3600")
	return s.file(w, r, s.static, strings.TrimPrefix(r.URL.Path, "/styles/"))
}

// assets serves the built application's files, whose names change with their content.
func (s *Server) assets(w http.ResponseWriter, r *http.Request) error {
	w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	return s.file(w, r, s.dist, strings.TrimPrefix(r.URL.Path, "/"))
}

func (s *Server) file(w http.ResponseWriter, r *http.Request, tree fs.FS, name string) error {
	info, err := fs.Stat(tree, path.Clean(name))
	if err != nil || info.IsDir() {
		w.Header().Set("Cache-Control", "no-store")
		return review.Errorf(review.NotFound, "There is nothing at this address.")
	}
	http.ServeFileFS(w, r, tree, path.Clean(name)) //nolint:gosec // G703: an fs.FS of embedded files has no outside
	return nil
}
