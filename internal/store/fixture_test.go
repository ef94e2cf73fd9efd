package store_test

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/countersign/countersign/internal/review"
	"github.com/countersign/countersign/internal/store"
)

// noon is when the tests happen.
var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

var errStop = errors.New("stop")

// inTx runs do in a transaction that must succeed.
func inTx(t testing.TB, s *store.Store, do func(ctx context.Context, tx store.IDB) error) {
	t.Helper()
	if err := s.InTx(t.Context(), do); err != nil {
		t.Fatal(err)
	}
}

// tryTx runs do in a transaction and fails unless it ends with the code.
func tryTx(t testing.TB, s *store.Store, want review.Code, do func(ctx context.Context, tx store.IDB) error) {
	t.Helper()
	wantCode(t, s.InTx(t.Context(), do), want)
}

func wantCode(t testing.TB, err error, want review.Code) {
	t.Helper()
	if review.CodeOf(err) != want || err == nil {
		t.Fatalf("error %v has the code %q, want %q", err, review.CodeOf(err), want)
	}
}

func addDesk(t testing.TB, s *store.Store, slug string) review.Desk {
	t.Helper()
	desk := review.Desk{Slug: slug, Name: "Desk " + slug, CreatedAt: noon}
	inTx(t, s, func(ctx context.Context, tx store.IDB) error { return store.AddDesk(ctx, tx, &desk) })
	return desk
}

func addMember(t testing.TB, s *store.Store, name string) review.Member {
	t.Helper()
	email, err := review.NormalEmail(name + "@example.org")
	if err != nil {
		t.Fatal(err)
	}
	member := review.Member{Email: email, Name: name, PasswordHash: "opaque", CreatedAt: noon}
	inTx(t, s, func(ctx context.Context, tx store.IDB) error { return store.AddMember(ctx, tx, &member) })
	return member
}

func addMembership(t testing.TB, s *store.Store, desk review.Desk, member review.Member, roles ...review.Role) review.Membership {
	t.Helper()
	membership := review.Membership{Desk: desk.ID, Member: member.ID, Roles: roles, CreatedAt: noon}
	inTx(t, s, func(ctx context.Context, tx store.IDB) error { return store.AddMembership(ctx, tx, &membership) })
	return membership
}

func hashOf(secret string) []byte {
	sum := sha256.Sum256([]byte(secret))
	return sum[:]
}

func addSession(t testing.TB, s *store.Store, member review.Member, secret string) review.Session {
	t.Helper()
	session := review.Session{
		Member: member.ID, Hash: hashOf(secret), Method: "password", UserAgent: "Firefox", Address: "192.0.2.1",
		CreatedAt: noon, SeenAt: noon, ProofAt: noon, IdleAt: noon.Add(time.Hour), EndsAt: noon.Add(24 * time.Hour),
	}
	inTx(t, s, func(ctx context.Context, tx store.IDB) error { return store.AddSession(ctx, tx, &session) })
	return session
}

// allPages reads a list to its end by pages of a size.
func allPages[T any](t testing.TB, size int, list func(page review.Page) ([]T, string, error)) []T {
	t.Helper()
	var all []T
	page := review.Page{Limit: size}
	for {
		rows, next, err := list(page)
		if err != nil {
			t.Fatal(err)
		}
		if len(rows) > size {
			t.Fatalf("a page of %d rows, %d were asked for", len(rows), size)
		}
		all = append(all, rows...)
		if next == "" {
			return all
		}
		page.After = next
	}
}

func count(t testing.TB, s *store.Store, table string) int {
	t.Helper()
	var n int
	if err := s.Reader().NewRaw("SELECT count(*) FROM "+table).Scan(t.Context(), &n); err != nil {
		t.Fatal(err)
	}
	return n
}

// rightsAfter returns the changes of rights after a number as "member session desk" with names put in for ids.
func rightsAfter(t testing.TB, s *store.Store, number int64, names map[string]string) []string {
	t.Helper()
	changes, err := store.RightsChangesAfter(t.Context(), s.Reader(), number, 100)
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for i, change := range changes {
		if change.Number != number+int64(i)+1 {
			t.Fatalf("change of rights %d follows %d", change.Number, number+int64(i))
		}
		all = append(all, fmt.Sprintf("member=%s session=%s desk=%s", names[change.Member], names[change.Session], names[change.Desk]))
	}
	return all
}

func lastRights(t testing.TB, s *store.Store) int64 {
	t.Helper()
	last, err := store.LastRightsChange(t.Context(), s.Reader())
	if err != nil {
		t.Fatal(err)
	}
	return last
}

// fill puts something into every table.
func fill(t testing.TB, s *store.Store) {
	t.Helper()
	desk, ann := addDesk(t, s, "filled"), addMember(t, s, "filler")
	addMembership(t, s, desk, ann, review.Admin, review.Chief)
	addSession(t, s, ann, "filled")
	inTx(t, s, func(ctx context.Context, tx store.IDB) error {
		return errors.Join(
			store.AddInvitation(ctx, tx, &review.Invitation{
				Desk: desk.ID, Email: "new@example.org", Roles: []review.Role{review.Reader}, Hash: hashOf("i"), CreatedBy: ann.ID, CreatedAt: noon, ExpiresAt: noon,
			}),
			store.AddToken(ctx, tx, &review.Token{
				Desk: desk.ID, Member: ann.ID, Name: "naïve 'quoted'\n", Hash: hashOf("t"), Acts: []review.Act{review.ToRead}, CreatedAt: noon, ExpiresAt: noon, LastUsedAt: &noon,
			}),
			store.AddLoginFailure(ctx, tx, &store.LoginFailures{Kind: "account", Key: "k"}, noon, store.LoginLimit{Window: time.Hour}),
			store.AddSetupToken(ctx, tx, hashOf("s"), noon),
			store.KeepAnswer(ctx, tx, review.KeptAnswer{Key: "k", Request: []byte{0}, Status: 201, Body: []byte("body"), CreatedAt: noon}),
			store.AddPolicyRevision(ctx, tx, &review.PolicyRevision{Desk: desk.ID, Number: 1, Policy: "p\n", Author: ann.ID, CreatedAt: noon}),
			store.AddEvent(ctx, tx, &review.Event{At: noon, Kind: "k", Desk: desk.ID}),
			fillReport(ctx, tx, desk.ID, ann.ID),
			store.Audit(ctx, tx, records(3)...),
		)
	})
	inTx(t, s, func(ctx context.Context, tx store.IDB) error {
		_, err := store.AuditCheckpoint(ctx, tx, noon)
		return err
	})
	if err := s.AuditSoon(t.Context(), review.AuditRecord{At: noon, Kind: "session.start", Member: ann.ID}); err != nil {
		t.Fatal(err)
	}
}

// fillReport makes a report with a row in its log, a client id and a snapshot.
func fillReport(ctx context.Context, tx store.IDB, desk, member string) error {
	r := review.Report{
		Desk: desk, Slug: "filled", Title: "Filled", Language: "en", Schema: review.DocumentSchema, Epoch: 3,
		CreatedBy: member, CreatedAt: noon, ChangedAt: noon,
	}
	if err := store.AddReport(ctx, tx, &r); err != nil {
		return err
	}
	_, err := store.ClaimClients(ctx, tx, r.ID, member, 1, 1<<53-1)
	return errors.Join(
		err,
		store.AppendLogs(ctx, tx, []review.LogRow{{Report: r.ID, Seq: 1, At: noon, Parts: []byte{0, 1}}}),
		store.AddSnapshot(ctx, tx, review.Snapshot{Report: r.ID, Seq: 1, State: []byte{0, 0}, CreatedAt: noon}),
	)
}

// records returns n records that all differ.
func records(n int) []review.AuditRecord {
	all := make([]review.AuditRecord, n)
	for i := range all {
		all[i] = review.AuditRecord{
			At: noon.Add(time.Duration(i) * time.Second), Kind: "membership.change", Member: fmt.Sprintf("member-%d", i%7),
			Desk: "desk", Subject: fmt.Sprintf("subject-%d", i), Detail: map[string]string{"to": "chief", "from": "<senior> & \"others\""},
		}
	}
	return all
}
