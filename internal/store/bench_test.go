package store_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"testing"

	"github.com/uptrace/bun"

	"github.com/countersign/countersign/internal/review"
	"github.com/countersign/countersign/internal/store"
	"github.com/countersign/countersign/internal/store/storetest"
)

const (
	benchDesks   = 1000
	benchMembers = 100_000
	benchRecords = 100_000
)

func eachBench(b *testing.B, bench func(b *testing.B, s *store.Store)) {
	b.Helper()
	for _, kind := range storetest.Kinds() {
		b.Run(kind, func(b *testing.B) { bench(b, storetest.Open(b, kind)) })
	}
}

// insert inserts rows by the thousand, which the store itself never needs to.
func insert[T any](b *testing.B, tx store.IDB, rows []T) {
	b.Helper()
	for len(rows) > 0 {
		some := rows[:min(1000, len(rows))]
		if _, err := tx.NewInsert().Model(&some).Exec(b.Context()); err != nil {
			b.Fatal(err)
		}
		rows = rows[len(some):]
	}
}

type role struct {
	bun.BaseModel `bun:"table:membership_role"`
	Desk          string `bun:"desk"`
	Member        string `bun:"member"`
	Role          string `bun:"role"`
}

// populate makes 100,000 members on 1,000 desks: each on one of 999, and all of them on the last as well.
func populate(b *testing.B, s *store.Store) (desks []review.Desk, members []review.Member) {
	b.Helper()
	for i := range benchDesks {
		desks = append(desks, review.Desk{ID: store.NewID(), Slug: fmt.Sprintf("desk-%04d", i), Name: "Desk", Version: 1, CreatedAt: noon})
	}
	var memberships []review.Membership
	var roles []role
	for i := range benchMembers {
		m := review.Member{ID: store.NewID(), Email: fmt.Sprintf("m%d@example.org", i), Name: fmt.Sprintf("Member %d", i*7919%benchMembers), Version: 1, CreatedAt: noon}
		members = append(members, m)
		for _, desk := range []review.Desk{desks[i%(benchDesks-1)], desks[benchDesks-1]} {
			memberships = append(memberships, review.Membership{Desk: desk.ID, Member: m.ID, Version: 1, CreatedAt: noon})
			roles = append(roles, role{Desk: desk.ID, Member: m.ID, Role: string(review.Writer)})
		}
	}
	inTx(b, s, func(_ context.Context, tx store.IDB) error {
		insert(b, tx, desks)
		insert(b, tx, members)
		insert(b, tx, memberships)
		insert(b, tx, roles)
		return nil
	})
	if s.Dialect() == storetest.Postgres {
		if _, err := s.Writer().ExecContext(b.Context(), "ANALYZE"); err != nil {
			b.Fatal(err)
		}
	}
	return desks, members
}

func BenchmarkMembers(b *testing.B) {
	eachBench(b, func(b *testing.B, s *store.Store) {
		desks, members := populate(b, s)
		db := s.Reader()
		middle := func(list func(page review.Page) (string, error)) string {
			next, err := list(review.Page{Limit: 200})
			if err != nil {
				b.Fatal(err)
			}
			return next
		}
		everybody := middle(func(page review.Page) (string, error) {
			_, next, err := store.Members(b.Context(), db, page)
			return next, err
		})
		small, large := desks[7].ID, desks[benchDesks-1].ID
		for _, bench := range []struct {
			name string
			run  func(i int) error
		}{
			{"membership", func(i int) error {
				_, err := store.Membership(b.Context(), db, desks[i%(benchDesks-1)].ID, members[i%(benchDesks-1)].ID)
				return err
			}},
			{"memberships_of_a_member", func(i int) error {
				_, err := store.MembershipsOf(b.Context(), db, members[i%benchMembers].ID)
				return err
			}},
			{"member_by_email", func(i int) error {
				_, err := store.MemberByEmail(b.Context(), db, members[i%benchMembers].Email)
				return err
			}},
			{"list_50_of_100_on_a_desk", func(int) error {
				_, _, err := store.DeskMembers(b.Context(), db, small, review.Page{})
				return err
			}},
			{"list_50_of_100000_on_a_desk", func(int) error {
				_, _, err := store.DeskMembers(b.Context(), db, large, review.Page{})
				return err
			}},
			{"list_50_of_100000_members", func(int) error {
				_, _, err := store.Members(b.Context(), db, review.Page{After: everybody})
				return err
			}},
			{"holders_of_a_role_of_100_on_a_desk", func(int) error {
				_, err := store.MembersWithRole(b.Context(), db, small, []review.Role{review.Writer})
				return err
			}},
		} {
			b.Run(bench.name, func(b *testing.B) {
				for i := 0; b.Loop(); i++ {
					if err := bench.run(i); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	})
}

// One record in a transaction of its own, durable.
func BenchmarkAuditAppend(b *testing.B) {
	eachBench(b, func(b *testing.B, s *store.Store) {
		record := records(1)[0]
		b.ResetTimer()
		for b.Loop() {
			if err := s.InTx(b.Context(), func(ctx context.Context, tx store.IDB) error { return store.Audit(ctx, tx, record) }); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// A log of 100,000 records: appended by the hundred, verified, exported, verified from the export.
func BenchmarkAuditLog(b *testing.B) {
	eachBench(b, func(b *testing.B, s *store.Store) {
		all := records(100)
		b.Run("append_100", func(b *testing.B) {
			for b.Loop() {
				if err := s.InTx(b.Context(), func(ctx context.Context, tx store.IDB) error { return store.Audit(ctx, tx, all...) }); err != nil {
					b.Fatal(err)
				}
			}
		})
		for have := count(b, s, "audit_record"); have < benchRecords; have += len(all) {
			appendAudit(b, s, all...)
		}
		size := count(b, s, "audit_record")
		b.Run("verify", func(b *testing.B) {
			for b.Loop() {
				if report := verify(b, s, store.AuditTrust{}); !report.OK() || report.Size != int64(size) {
					b.Fatalf("%+v", report)
				}
			}
			b.ReportMetric(float64(size), "records")
		})
		b.Run("export", func(b *testing.B) {
			for b.Loop() {
				if err := s.AuditExport(b.Context(), io.Discard); err != nil {
					b.Fatal(err)
				}
			}
		})
		file := export(b, s)
		b.Run("verify_export", func(b *testing.B) {
			for b.Loop() {
				report, err := store.VerifyAuditExport(bytes.NewReader(file), store.AuditTrust{})
				if err != nil || !report.OK() {
					b.Fatalf("%+v, %v", report, err)
				}
			}
		})
		var size2 int
		b.Run("backup", func(b *testing.B) {
			for b.Loop() {
				file, _ := backup(b, s)
				size2 = len(file)
			}
			b.ReportMetric(float64(size2), "bytes")
		})
		kept, _ := backup(b, s)
		b.Run("restore", func(b *testing.B) {
			for b.Loop() {
				target := storetest.Open(b, s.Dialect())
				if _, err := target.Restore(b.Context(), bytes.NewReader(kept)); err != nil {
					b.Fatal(err)
				}
			}
		})
	})
}
