package web

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/countersign/countersign/frontend"
	"github.com/countersign/countersign/internal/bus"
	"github.com/countersign/countersign/internal/review"
	"github.com/countersign/countersign/internal/store"
	"github.com/countersign/countersign/internal/store/storetest"
	"github.com/countersign/countersign/internal/workflow"
	"github.com/countersign/countersign/policies"
)

// world is a server on a database of its own, with desks and members put there directly.
type world struct {
	*Server
	t      *testing.T
	store  *store.Store
	within store.IDB // the transaction of together, nil outside
}

func newWorld(t *testing.T, base string) *world {
	t.Helper()
	s := storetest.Open(t, storetest.SQLite)
	log := slog.New(slog.DiscardHandler)
	flow, err := workflow.New(workflow.Parts{Store: s, Bus: bus.NewLocal(), Policies: policies.Files, Log: log, Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	if err := flow.Load(t.Context()); err != nil {
		t.Fatal(err)
	}
	url, err := ParseURL(base)
	if err != nil {
		t.Fatal(err)
	}
	server, err := New(Parts{
		Config: Config{URL: url, Version: "test"}, Workflow: flow, Log: log, Registry: prometheus.NewRegistry(),
		Dist: frontend.Dist(), Styles: frontend.Styles(), Ready: s.Ping,
	})
	if err != nil {
		t.Fatal(err)
	}
	return &world{Server: server, t: t, store: s}
}

const local = "http://127.0.0.1:8080"

func (w *world) tx(do func(ctx context.Context, tx store.IDB) error) {
	w.t.Helper()
	if w.within != nil {
		if err := do(w.t.Context(), w.within); err != nil {
			w.t.Fatal(err)
		}
		return
	}
	if err := w.store.InTx(w.t.Context(), do); err != nil {
		w.t.Fatal(err)
	}
}

// together puts many things there in one transaction, because each has to reach the disk.
func (w *world) together(do func()) {
	w.t.Helper()
	w.tx(func(_ context.Context, tx store.IDB) error {
		w.within = tx
		defer func() { w.within = nil }()
		do()
		return nil
	})
}

func (w *world) desk(slug string) review.Desk {
	desk := review.Desk{Slug: slug, Name: "Desk " + slug, CreatedAt: time.Now()}
	w.tx(func(ctx context.Context, tx store.IDB) error { return store.AddDesk(ctx, tx, &desk) })
	return desk
}

// member adds somebody without a password, on a desk if roles are named.
func (w *world) member(desk string, roles ...review.Role) review.Member {
	id := store.NewID()
	member := review.Member{ID: id, Email: id + "@example.org", Name: "Member " + id[24:], CreatedAt: time.Now()}
	w.tx(func(ctx context.Context, tx store.IDB) error {
		if err := store.AddMember(ctx, tx, &member); err != nil || len(roles) == 0 {
			return err
		}
		return store.AddMembership(ctx, tx, &review.Membership{Desk: desk, Member: id, Roles: roles, CreatedAt: time.Now()})
	})
	return member
}

func hash(secret string) []byte {
	sum := sha256.Sum256([]byte(secret))
	return sum[:]
}

// session begins one and returns its id and secret.
func (w *world) session(member string) (id, secret string) {
	now := time.Now()
	session := review.Session{
		Member: member, Hash: hash(store.NewID()), Method: "password", CreatedAt: now, SeenAt: now, ProofAt: now,
		IdleAt: now.Add(time.Hour), EndsAt: now.Add(time.Hour),
	}
	secret = "secret " + store.NewID()
	session.Hash = hash(secret)
	w.tx(func(ctx context.Context, tx store.IDB) error { return store.AddSession(ctx, tx, &session) })
	return session.ID, secret
}

func (w *world) token(desk, member string, acts ...review.Act) (id, secret string) {
	secret = "cs_" + store.NewID()
	token := review.Token{
		Desk: desk, Member: member, Name: "test", Prefix: secret[:11], Hash: hash(secret), Acts: acts,
		CreatedAt: time.Now(), ExpiresAt: time.Now().Add(time.Hour),
	}
	w.tx(func(ctx context.Context, tx store.IDB) error { return store.AddToken(ctx, tx, &token) })
	return token.ID, secret
}

func (w *world) invitation(desk, by string) string {
	invitation := review.Invitation{
		Desk: desk, Email: "new@example.org", Roles: []review.Role{review.Reader}, Hash: hash(store.NewID()), CreatedBy: by,
		CreatedAt: time.Now(), ExpiresAt: time.Now().Add(time.Hour),
	}
	w.tx(func(ctx context.Context, tx store.IDB) error { return store.AddInvitation(ctx, tx, &invitation) })
	return invitation.ID
}

// answer is what a request got.
type answer struct {
	*httptest.ResponseRecorder
	problem Problem
}

func (a answer) reasons() []string {
	var codes []string
	if a.problem.Permission != nil {
		for _, reason := range a.problem.Permission.Reasons {
			codes = append(codes, reason.Code)
		}
	}
	return codes
}

// send sends a request; a header is written "Name: value".
func (w *world) send(method, path, body string, headers ...string) answer {
	w.t.Helper()
	request := httptest.NewRequestWithContext(w.t.Context(), method, path, strings.NewReader(body))
	request.RemoteAddr = "192.0.2.1:4711"
	if body != "" {
		request.Header.Set("Content-Type", "application/json")
	}
	for _, header := range headers {
		name, value, _ := strings.Cut(header, ": ")
		request.Header.Set(name, value)
	}
	got := answer{ResponseRecorder: httptest.NewRecorder()}
	w.ServeHTTP(got, request)
	if strings.HasPrefix(got.Header().Get("Content-Type"), "application/problem+json") {
		if err := json.Unmarshal(got.Body.Bytes(), &got.problem); err != nil {
			w.t.Fatalf("%s %s: the problem is no JSON: %v", method, path, err)
		}
	}
	return got
}

func withCookie(secret string) string { return "Cookie: cs_8080=" + secret }
func withToken(secret string) string  { return "Authorization: Bearer " + secret }

func wantStatus(t *testing.T, got answer, status int, code string) {
	t.Helper()
	if got.Code != status || got.problem.Code != code {
		t.Fatalf("got %d %s, want %d %s", got.Code, got.Body, status, code)
	}
}

// wantProblem checks the form that every refusal has.
func wantProblem(t *testing.T, got answer) {
	t.Helper()
	p := got.problem
	if p.Type != "about:blank" || p.Status != got.Code || p.Title == "" || p.Detail == "" || p.Code == "" || !strings.HasPrefix(p.Instance, "urn:uuid:") {
		t.Errorf("not a whole problem: %d %s", got.Code, got.Body)
	}
	if strings.TrimPrefix(p.Instance, "urn:uuid:") != got.Header().Get("X-Request-Id") {
		t.Errorf("the problem's instance is not the request's id: %s", got.Body)
	}
}

func has(codes []string, code string) bool { return slices.Contains(codes, code) }

var _ http.Handler = (*Server)(nil)

func (w *world) suspend(desk, member string) {
	w.t.Helper()
	now := time.Now()
	w.tx(func(ctx context.Context, tx store.IDB) error {
		place, err := store.Membership(ctx, tx, desk, member)
		if err != nil {
			return err
		}
		place.SuspendedAt = &now
		return store.UpdateMembership(ctx, tx, &place, now)
	})
}
