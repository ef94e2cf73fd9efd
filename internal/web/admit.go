package web

import (
	"context"
	"net/http"
	"strings"

	"github.com/countersign/countersign/internal/review"
	"github.com/countersign/countersign/internal/workflow"
)

// gate is the mux as rows of the table see it: a row registers its own method and path, once, and what it registers is
// reached through admit.
type gate struct {
	mux      *http.ServeMux // nobody else holds it
	server   *Server
	row      route    // that is being mounted; the zero row before the first and after the last
	patterns []string // that the mux has
}

// HandleFunc is the one way onto the mux, for pages and for huma's adapter alike. It panics if the pattern is another than
// that of the row being mounted.
func (g *gate) HandleFunc(pattern string, handle func(http.ResponseWriter, *http.Request)) {
	if g.row.serve == nil || pattern != g.row.pattern() {
		panic("the route " + pattern + " is not a row of the table")
	}
	g.patterns = append(g.patterns, pattern)
	g.mux.Handle(pattern, g.server.admit(g.row, http.HandlerFunc(handle))) //nolint:forbidigo // the gate itself
}

// ServeHTTP answers by the route that fits.
func (g *gate) ServeHTTP(w http.ResponseWriter, r *http.Request) { g.mux.ServeHTTP(w, r) }

// Handler returns what would answer, with its pattern.
func (g *gate) Handler(r *http.Request) (http.Handler, string) { return g.mux.Handler(r) }

// admit finds out who asks and lets in whom the row's need can mean. Whether a member's roles allow
// the deed is asked by workflow, which knows the object.
func (s *Server) admit(row route, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if row.need.who != oneself && row.need.who != members {
			s.once(row, "", next).ServeHTTP(w, r)
			return
		}
		actor, err := s.actorOf(w, r)
		if err == nil && actor.Token != nil && row.need.who == oneself {
			err = review.Errorf(review.Forbidden, "An API token cannot do this. Sign in and do it in person.")
		}
		if err == nil {
			err = idsAreValid(r)
		}
		if err != nil {
			s.writeProblem(w, r, s.logged(r.Context(), err))
			return
		}
		r = r.WithContext(context.WithValue(r.Context(), actorKey, actor))
		s.once(row, actor.Member.ID, next).ServeHTTP(w, r)
	})
}

// actorOf reads the session cookie or the API token. A request that sends both is taken at its
// token, which can do less.
func (s *Server) actorOf(w http.ResponseWriter, r *http.Request) (workflow.Actor, error) {
	from := s.from(r)
	if header := r.Header.Get("Authorization"); header != "" {
		scheme, secret, _ := strings.Cut(header, " ")
		if !strings.EqualFold(scheme, "Bearer") {
			return workflow.Actor{}, review.Errorf(review.Unauthenticated, "The Authorization header takes an API token: Bearer cs_….")
		}
		return s.workflow.TokenActor(r.Context(), strings.TrimSpace(secret), from)
	}
	cookie, err := r.Cookie(s.config.cookieName())
	if err != nil {
		return workflow.Actor{}, errSignedOut
	}
	actor, rotated, err := s.workflow.SessionActor(r.Context(), cookie.Value, from)
	switch {
	case err != nil && review.CodeOf(err) == review.Unauthenticated:
		http.SetCookie(w, s.cookie("", -1))
	case err == nil && rotated != "":
		http.SetCookie(w, s.cookie(rotated, 0))
	}
	return actor, err
}

func (s *Server) from(r *http.Request) workflow.From {
	return workflow.From{Address: clientAddress(r.Context()), UserAgent: r.UserAgent()}
}

// cookie carries a session's secret. It has no expiry of its own: the session has.
func (s *Server) cookie(secret string, maxAge int) *http.Cookie {
	return &http.Cookie{ //nolint:gosec // G124: Secure is set wherever the URL is https; on loopback there is no TLS
		Name: s.config.cookieName(), Value: secret, Path: "/", MaxAge: maxAge,
		HttpOnly: true, Secure: s.config.secure(), SameSite: http.SameSiteLaxMode,
	}
}
