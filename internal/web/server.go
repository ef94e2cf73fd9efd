// Package web is the server as others reach it over HTTP: the table of routes, sessions and tokens at
// the door, the JSON API with its description, the pages without script, and problem+json wherever
// something is refused. It decides nothing: it asks workflow, and tells what workflow answered.
package web

import (
	"context"
	"fmt"
	"html/template"
	"io/fs"
	"log/slog"
	"net/http"
	"sync/atomic"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/countersign/countersign/internal/review"
	"github.com/countersign/countersign/internal/workflow"
)

// Parts is what a Server is made of.
type Parts struct {
	Config   Config
	Workflow *workflow.Workflow
	Log      *slog.Logger
	Registry *prometheus.Registry
	Dist     fs.FS // the built application, or placeholder.html alone
	Styles   fs.FS // tokens.css, base.css, fonts/
	Ready    func(context.Context) error
}

// Server answers HTTP.
type Server struct {
	config   Config
	workflow *workflow.Workflow
	log      *slog.Logger
	metrics  *metrics
	registry *prometheus.Registry
	dist     fs.FS
	static   fs.FS
	ready    func(context.Context) error
	routes   []route
	pages    *template.Template
	spec     []byte // the API's description, OpenAPI 3.1
	draining atomic.Bool
	gate     *gate
	handler  http.Handler
}

// New makes a server of its parts.
func New(parts Parts) (*Server, error) {
	s := &Server{
		config: parts.Config, workflow: parts.Workflow, log: parts.Log, registry: parts.Registry,
		metrics: newMetrics(parts.Registry), dist: parts.Dist, static: parts.Styles, ready: parts.Ready, routes: table(),
	}
	pages, err := template.ParseFS(templates, "templates/*.html")
	if err != nil {
		return nil, fmt.Errorf("read the pages: %w", err)
	}
	s.pages = pages
	mux, api := s.mount()
	s.gate = mux
	if s.spec, err = apiDescription(api); err != nil {
		return nil, fmt.Errorf("describe the API: %w", err)
	}
	sameOrigin, err := s.sameOrigin()
	if err != nil {
		return nil, err
	}
	s.handler = s.guard(bound(s.legible(sameOrigin.Handler(s.routed(mux)))))
	return s, nil
}

// sameOrigin refuses what another site's page has a browser send with our cookie.
func (s *Server) sameOrigin() (*http.CrossOriginProtection, error) {
	protection := http.NewCrossOriginProtection()
	for _, origin := range s.config.origins() {
		if err := protection.AddTrustedOrigin(origin); err != nil {
			return nil, fmt.Errorf("trust the origin %s: %w", origin, err)
		}
	}
	protection.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.writeProblem(w, r, problemOf(r.Context(), review.Errorf(review.Forbidden,
			"The request came from a page of another site (%q). Open Countersign at %s and do it there.", r.Header.Get("Origin"), s.config.URL)))
	}))
	return protection, nil
}

// ServeHTTP answers a request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.handler.ServeHTTP(w, r) }

// Drain has /readyz say that nothing new should come here.
func (s *Server) Drain() { s.draining.Store(true) }

// HeaderLimit is for http.Server's MaxHeaderBytes.
const HeaderLimit = headerLimit
