package journal_test

import (
	"fmt"
	"testing"

	"github.com/countersign/countersign/internal/store"
)

func TestASnapshotStandsForTheLogBeforeIt(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		report := h.report()
		y := newTypist(h.ann, 1)
		want := ""
		add := func(n int) {
			for i := range n {
				s := fmt.Sprintf("%d ", i)
				want += s
				if _, err := h.journal.Append(t.Context(), batch(report, y.types(t, s))); err != nil {
					t.Fatal(err)
				}
			}
		}
		add(5)
		if err := h.journal.Compact(t.Context(), report); err != nil {
			t.Fatal(err)
		}
		add(3)
		if err := h.journal.Verify(t.Context(), report); err != nil {
			t.Error(err)
		}
		h.sql("DELETE FROM log_row WHERE report = ? AND seq <= 5", report) // as retention will
		if got := h.text(report); got != want {
			t.Errorf("loaded %q, want %q", got, want)
		}
		seq, err := store.LastSnapshotSeq(t.Context(), h.store.Reader(), report)
		if err != nil || seq != 5 {
			t.Errorf("the snapshot is of %d, %v", seq, err)
		}
	})
}

func TestALogIsNotReadOverWhatIsDamaged(t *testing.T) {
	cases := []struct {
		name   string
		damage string
	}{
		{"a row is missing", "DELETE FROM log_row WHERE seq = 2"},
		{"the last row is missing", "DELETE FROM log_row WHERE seq = 3"},
		{"a row holds something else", "UPDATE log_row SET parts = ? WHERE seq = 2"},
		{"the snapshot is another report's", "UPDATE snapshot SET state = ?"},
	}
	each(t, func(t *testing.T, h *house) {
		for _, c := range cases {
			report := h.report()
			y := newTypist(h.ann, 1)
			for range 3 {
				if _, err := h.journal.Append(t.Context(), batch(report, y.types(t, "x"))); err != nil {
					t.Fatal(err)
				}
			}
			if c.name == "the snapshot is another report's" {
				if err := h.journal.Compact(t.Context(), report); err != nil {
					t.Fatal(err)
				}
			}
			if c.damage[0] == 'D' {
				h.sql(c.damage+" AND report = ?", report)
			} else {
				h.sql(c.damage, []byte{9, 9, 9})
			}
			if _, err := h.journal.Load(t.Context(), report); err == nil {
				t.Errorf("%s: it was loaded", c.name)
			}
			h.sql("DELETE FROM snapshot")
			h.sql("DELETE FROM log_row")
			h.sql("UPDATE report SET seq = 0")
		}
	})
}
