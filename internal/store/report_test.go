package store_test

import (
	"context"
	"testing"
	"time"

	"github.com/countersign/countersign/internal/review"
	"github.com/countersign/countersign/internal/store"
	"github.com/countersign/countersign/internal/store/storetest"
)

func addReport(t *testing.T, s *store.Store, slug string) review.Report {
	t.Helper()
	desk, ann := addDesk(t, s, "desk-of-"+slug), addMember(t, s, "ann-of-"+slug)
	r := review.Report{
		Desk: desk.ID, Slug: slug, Title: "Title", Language: "en", Schema: review.DocumentSchema, Epoch: 1,
		CreatedBy: ann.ID, CreatedAt: noon, ChangedAt: noon,
	}
	inTx(t, s, func(ctx context.Context, tx store.IDB) error { return store.AddReport(ctx, tx, &r) })
	return r
}

func TestAReportIsRefusedThatCannotBeStored(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		good := addReport(t, s, "good")
		cases := []struct {
			name   string
			change func(*review.Report)
			want   review.Code
		}{
			{"a slug that is taken", func(r *review.Report) { r.Slug = good.Slug }, review.Conflict},
			{"a slug with a space", func(r *review.Report) { r.Slug = "a b" }, review.Invalid},
			{"no title", func(r *review.Report) { r.Title = " " }, review.Invalid},
			{"no language", func(r *review.Report) { r.Language = "" }, review.Invalid},
			{"no such desk", func(r *review.Report) { r.Desk = "none" }, review.Unprocessable},
		}
		for _, c := range cases {
			r := good
			r.ID, r.Slug = "", "another"
			c.change(&r)
			err := s.InTx(t.Context(), func(ctx context.Context, tx store.IDB) error { return store.AddReport(ctx, tx, &r) })
			if review.CodeOf(err) != c.want {
				t.Errorf("%s: %v", c.name, err)
			}
		}
	})
}

func TestALogTakesOnlyTheNextRow(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		r := addReport(t, s, "log")
		add := func(seq int64) error {
			return s.InTx(t.Context(), func(ctx context.Context, tx store.IDB) error {
				return store.AppendLogs(ctx, tx, []review.LogRow{{Report: r.ID, Seq: seq, At: noon, Parts: []byte{byte(seq)}}})
			})
		}
		for seq := range int64(5) {
			if err := add(seq + 1); err != nil {
				t.Fatal(err)
			}
		}
		if err := add(5); review.CodeOf(err) != review.Conflict {
			t.Errorf("a row that is there: %v", err)
		}
		rows, err := store.LogAfter(t.Context(), s.Reader(), r.ID, 2, 2)
		if err != nil || len(rows) != 2 || rows[0].Seq != 3 || rows[1].Parts[0] != 4 {
			t.Errorf("rows after 2: %+v, %v", rows, err)
		}
		if got, err := store.Report(t.Context(), s.Reader(), r.ID); err != nil || got.Seq != 5 {
			t.Errorf("the report is at %d, %v", got.Seq, err)
		}
	})
}

func TestAClientIDStaysWithItsFirstMember(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		r, ben := addReport(t, s, "clients"), addMember(t, s, "ben")
		const most = 1<<53 - 1
		claim := func(member string, clients ...uint64) (owners map[uint64]string) {
			inTx(t, s, func(ctx context.Context, tx store.IDB) (err error) {
				owners, err = store.ClaimClients(ctx, tx, r.ID, member, clients...)
				return err
			})
			return owners
		}
		claim(r.CreatedBy, 1, most)
		got := claim(ben.ID, 1, 2)
		if got[1] != r.CreatedBy || got[2] != ben.ID || len(got) != 2 {
			t.Errorf("owners %v", got)
		}
		all, err := store.OwnersOfClients(t.Context(), s.Reader(), r.ID)
		if err != nil || len(all) != 3 || all[most] != r.CreatedBy {
			t.Errorf("all owners %v, %v", all, err)
		}
	})
}

func TestALockedReportIsWaitedForOrPassedOver(t *testing.T) {
	s := storetest.Open(t, storetest.Postgres) // on SQLite the transaction is the lock
	locked, free := addReport(t, s, "locked"), addReport(t, s, "free")
	inTx(t, s, func(ctx context.Context, tx store.IDB) error {
		if _, err := store.LockReport(ctx, tx, locked.ID, time.Second); err != nil {
			return err
		}
		err := s.InTx(ctx, func(ctx context.Context, other store.IDB) error {
			rows, err := store.LockFreeReports(ctx, other, locked.ID, free.ID)
			if err != nil || len(rows) != 1 || rows[0].ID != free.ID {
				t.Errorf("free reports: %+v, %v", rows, err)
			}
			_, err = store.LockReport(ctx, other, locked.ID, 10*time.Millisecond)
			return err
		})
		if review.CodeOf(err) != review.Unavailable {
			t.Errorf("a lock that somebody has: %v", err)
		}
		return nil
	})
}
