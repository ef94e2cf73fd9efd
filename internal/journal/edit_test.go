package journal_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"

	"github.com/countersign/countersign/internal/journal"
	"github.com/countersign/countersign/internal/review"
	"github.com/countersign/countersign/internal/store"
	"github.com/countersign/countersign/internal/yjs"
)

// insertAtEnd is a server edit.
func insertAtEnd(s string) func(*journal.Text) (yjs.Delta, error) {
	return func(t *journal.Text) (yjs.Delta, error) {
		var d yjs.Delta
		if n := t.Doc.Text(journal.Root).Len(); n > 0 {
			d = append(d, yjs.Op{Retain: n})
		}
		return append(d, yjs.Op{Insert: s}), nil
	}
}

func TestServerEditsAndTypingAddUp(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		report := h.report()
		var wg sync.WaitGroup
		for k := range 3 {
			y := newTypist(h.ann, uint64(k+1))
			wg.Go(func() {
				for range 10 {
					if _, err := h.journal.Append(context.Background(), batch(report, y.types(t, "a"))); err != nil {
						t.Error(err)
					}
				}
			})
			wg.Go(func() {
				for range 5 {
					e := journal.Edit{Report: report, Member: h.ben, Change: insertAtEnd("b")}
					if _, err := h.journal.Edit(context.Background(), e); err != nil {
						t.Error(err)
					}
				}
			})
		}
		wg.Wait()
		got := h.text(report)
		if strings.Count(got, "a") != 30 || strings.Count(got, "b") != 15 || len(got) != 45 {
			t.Errorf("the text is %q", got)
		}
	})
}

func TestAServerEditAndItsSQLAreWholeOrAbsent(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		report := h.report()
		rename := func(title string, err error) func(context.Context, store.IDB, journal.Edited) error {
			return func(ctx context.Context, tx store.IDB, _ journal.Edited) error {
				if _, sqlErr := tx.NewRaw("UPDATE report SET title = ? WHERE id = ?", title, report).Exec(ctx); sqlErr != nil {
					return sqlErr
				}
				return err
			}
		}
		done, err := h.journal.Edit(t.Context(), journal.Edit{Report: report, Member: h.ann, Change: insertAtEnd("whole"), Write: rename("Whole", nil)})
		if err != nil || done.Seq != 1 || done.Text.Doc.Text(journal.Root).String() != "whole" {
			t.Fatalf("%+v, %v", done, err)
		}
		refused := errors.New("no")
		_, err = h.journal.Edit(t.Context(), journal.Edit{Report: report, Member: h.ann, Change: insertAtEnd("absent"), Write: rename("Absent", refused)})
		if !errors.Is(err, refused) {
			t.Errorf("got %v", err)
		}
		row, err := store.Report(t.Context(), h.store.Reader(), report)
		if err != nil {
			t.Fatal(err)
		}
		if row.Title != "Whole" || row.Seq != 1 || h.text(report) != "whole" {
			t.Errorf("title %q, seq %d, text %q", row.Title, row.Seq, h.text(report))
		}
	})
}

func TestServerEditsAreRefusedWithAReason(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		report, frozen := h.report(), h.report()
		h.sql("UPDATE report SET hold = true WHERE id = ?", frozen)
		for range 2 {
			if _, err := h.journal.Edit(t.Context(), journal.Edit{Report: report, Member: h.ann, Change: insertAtEnd("x")}); err != nil {
				t.Fatal(err)
			}
		}
		nothing := func(*journal.Text) (yjs.Delta, error) { return nil, nil }
		tooFar := func(*journal.Text) (yjs.Delta, error) { return yjs.Delta{{Retain: 99}, {Delete: 1}}, nil }
		cases := []struct {
			name string
			edit journal.Edit
			want review.Code
		}{
			{"the text moved on", journal.Edit{Report: report, At: 1, Change: insertAtEnd("y")}, review.Stale},
			{"the text is the one seen", journal.Edit{Report: report, At: 2, Change: nothing}, ""},
			{"frozen", journal.Edit{Report: frozen, Change: insertAtEnd("y")}, review.Conflict},
			{"beyond the end", journal.Edit{Report: report, Change: tooFar}, review.Invalid},
			{"no such report", journal.Edit{Report: "none", Change: insertAtEnd("y")}, review.NotFound},
		}
		for _, c := range cases {
			c.edit.Member = h.ann
			if _, err := h.journal.Edit(t.Context(), c.edit); review.CodeOf(err) != c.want || (err == nil) != (c.want == "") {
				t.Errorf("%s: %v", c.name, err)
			}
		}
		if got := h.text(report); got != "xx" {
			t.Errorf("the text is %q", got)
		}
	})
}
