package workflow_test

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/countersign/countersign/internal/bus"
	"github.com/countersign/countersign/internal/review"
	"github.com/countersign/countersign/internal/store"
	"github.com/countersign/countersign/internal/store/storetest"
	"github.com/countersign/countersign/internal/workflow"
	"github.com/countersign/countersign/policies"
)

const goodPassword = "lantern gravel oboe fjord"

// clock is a time that tests move.
type clock struct {
	mu  sync.Mutex // protects now
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// house is a workflow on a database with one admin and one desk.
type house struct {
	*workflow.Workflow
	t     *testing.T
	store *store.Store
	bus   *bus.Local
	clock *clock
	admin workflow.SignedIn
	desk  review.Desk

	cookies map[string]string // newest secret by session, as a browser would keep it
}

func newNode(t *testing.T, s *store.Store, c *clock) (*workflow.Workflow, *bus.Local) {
	t.Helper()
	local := bus.NewLocal()
	flow, err := workflow.New(workflow.Parts{Store: s, Bus: local, Policies: policies.Files, Log: slog.New(slog.DiscardHandler), Now: c.Now})
	if err != nil {
		t.Fatal(err)
	}
	if err := flow.Load(t.Context()); err != nil {
		t.Fatal(err)
	}
	return flow, local
}

func newHouse(t *testing.T, s *store.Store) *house {
	t.Helper()
	c := &clock{now: time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)}
	flow, local := newNode(t, s, c)
	h := &house{Workflow: flow, t: t, store: s, bus: local, clock: c, cookies: map[string]string{}}
	secret, _, err := flow.OfferSetup(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	h.admin, err = flow.SetUp(t.Context(), secret, workflow.NewAdmin{
		Name: "Sana Ibarra", Email: "sana@courier.example", Password: goodPassword, Desk: "Verification desk",
	}, from("10.0.0.1"))
	if err != nil {
		t.Fatal(err)
	}
	h.desk = h.admin.Desks[0].Desk
	return h
}

func each(t *testing.T, test func(t *testing.T, h *house)) {
	storetest.Each(t, func(t *testing.T, s *store.Store) { test(t, newHouse(t, s)) })
}

func sqlite(t *testing.T) *house { return newHouse(t, storetest.Open(t, storetest.SQLite)) }

func from(address string) workflow.From {
	return workflow.From{Address: address, UserAgent: "test"}
}

func (h *house) actor(session workflow.SignedIn) workflow.Actor {
	h.t.Helper()
	secret := session.Secret
	if newer, ok := h.cookies[session.Session.ID]; ok {
		secret = newer
	}
	actor, rotated, err := h.SessionActor(h.t.Context(), secret, from("10.0.0.1"))
	if err != nil {
		h.t.Fatal(err)
	}
	if rotated != "" {
		h.cookies[session.Session.ID] = rotated
	}
	return actor
}

func (h *house) boss() workflow.Actor { return h.actor(h.admin) }

// join makes a member through an invitation.
func (h *house) join(name string, roles ...review.Role) workflow.SignedIn {
	h.t.Helper()
	_, secret, err := h.Invite(h.t.Context(), h.boss(), review.Invitation{Desk: h.desk.ID, Email: name + "@courier.example", Roles: roles})
	if err != nil {
		h.t.Fatal(err)
	}
	session, err := h.AcceptInvitation(h.t.Context(), secret, workflow.NewMember{Name: name, Password: name + " walks past quiet harbours"}, from("10.0.0.2"))
	if err != nil {
		h.t.Fatal(err)
	}
	return session
}

func (h *house) at(session workflow.SignedIn) workflow.At {
	return workflow.At{Desk: h.desk.ID, Member: session.Member.ID}
}

func (h *house) version(at workflow.At) int64 {
	h.t.Helper()
	member, err := h.Member(h.t.Context(), h.boss(), at.Desk, at.Member)
	if err != nil {
		h.t.Fatal(err)
	}
	return member.Version
}

// records returns what the log says of a kind, newest first, with everything that was joined flushed.
func (h *house) records(kind string) []review.AuditRecord {
	h.t.Helper()
	if err := h.FlushAll(h.t.Context()); err != nil {
		h.t.Fatal(err)
	}
	records, _, err := store.AuditList(h.t.Context(), h.store.Reader(), review.AuditFilter{Kind: kind}, review.Page{Limit: review.MaxPage})
	if err != nil {
		h.t.Fatal(err)
	}
	return records
}

func wantCode(t *testing.T, err error, code review.Code) {
	t.Helper()
	if review.CodeOf(err) != code {
		t.Fatalf("got %v (code %q), want code %q", err, review.CodeOf(err), code)
	}
}

// wantReason checks that a refusal lists a reason.
func wantReason(t *testing.T, err error, code string) review.Permission {
	t.Helper()
	ours, ok := errors.AsType[*review.Error](err)
	if !ok {
		t.Fatalf("got %v, want a refusal", err)
	}
	permission, ok := ours.Detail.(review.Permission)
	if !ok || !permission.Has(code) {
		t.Fatalf("got %v with %+v, want the reason %s", err, ours.Detail, code)
	}
	return permission
}

func background(t *testing.T, run func(context.Context)) {
	ctx, stop := context.WithCancel(t.Context())
	var running sync.WaitGroup
	running.Go(func() { run(ctx) })
	t.Cleanup(func() { stop(); running.Wait() })
}

func contains(t *testing.T, text, part string) {
	t.Helper()
	if !strings.Contains(text, part) {
		t.Errorf("%q lacks %q", text, part)
	}
}
