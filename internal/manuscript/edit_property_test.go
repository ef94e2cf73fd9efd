package manuscript_test

import (
	"errors"
	"testing"

	"pgregory.net/rapid"

	"github.com/countersign/countersign/internal/manuscript"
	"github.com/countersign/countersign/internal/review"
	"github.com/countersign/countersign/internal/yjs"
)

// drawText draws a text that members made together.
func drawText(t *rapid.T) *yjs.Doc {
	m := &member{yjs.New(yjs.Options{Text: "body"}), 1}
	for range rapid.IntRange(1, 4).Draw(t, "rounds") {
		m.edit(t, 5)
	}
	return m.doc
}

func drawRange(t *rapid.T, m *manuscript.Manuscript) manuscript.Range {
	from := rapid.IntRange(0, m.Len()).Draw(t, "from")
	return manuscript.Range{From: from, To: rapid.IntRange(from, m.Len()).Draw(t, "to")}
}

// drawID draws a claim's id, as a rule one that is there.
func drawID(t *rapid.T, m *manuscript.Manuscript) string {
	ids := []string{uuid(9)}
	for _, s := range m.Claims {
		ids = append(ids, s.ID)
	}
	return rapid.SampledFrom(ids).Draw(t, "id")
}

// drawn is an edit and what must hold after it.
type drawn struct {
	change yjs.Delta
	err    error
	holds  func(before, after *manuscript.Manuscript) bool
}

func drawMarking(t *rapid.T, m *manuscript.Manuscript) drawn {
	var d drawn
	id, fresh := drawID(t, m), uuid(20)
	mark := ""
	if s := m.Claim(id); s != nil {
		mark = s.Mark
	}
	switch rapid.IntRange(0, 4).Draw(t, "marking") {
	case 0:
		d.change, d.err = m.Mark(manuscript.Claim, fresh, drawRange(t, m))
		d.holds = func(_, after *manuscript.Manuscript) bool { return after.Claim(fresh).Attention == nil }
	case 1:
		d.change, d.err = m.Unmark(manuscript.Claim, id)
		d.holds = func(before, after *manuscript.Manuscript) bool {
			return standing(after, mark) == standing(before, mark)-1
		}
	case 2:
		d.change, d.err = m.Remark(manuscript.Claim, id, drawRange(t, m))
		d.holds = func(before, after *manuscript.Manuscript) bool {
			return standing(before, mark) > 1 || !review.ValidID(mark) || after.Claim(id).Attention == nil
		}
	case 3:
		at := rapid.IntRange(0, m.Len()).Draw(t, "at")
		d.change, d.err = m.SplitClaim(id, at, fresh)
		d.holds = func(_, after *manuscript.Manuscript) bool {
			return after.Claim(id).Extent().To <= at && after.Claim(fresh).Extent().From >= at
		}
	case 4:
		second := drawID(t, m)
		d.change, d.err = m.MergeClaims(id, second)
		d.holds = func(before, after *manuscript.Manuscript) bool {
			a, b, whole := before.Claim(id).Extent(), before.Claim(second).Extent(), after.Claim(id).Extent()
			return standing(after, second) == standing(before, second)-1 && len(after.Claim(id).Pieces) == 1 &&
				whole.From <= min(a.From, b.From) && whole.To >= max(a.To, b.To)
		}
	}
	return d
}

// standing is how often a claim's id stands in a text.
func standing(m *manuscript.Manuscript, mark string) int {
	n := 0
	for _, s := range m.Claims {
		if s.Mark == mark {
			n++
		}
	}
	return n
}

func TestMarkingLeavesTheTextAndDoesWhatItSays(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		doc := drawText(t)
		before := manuscript.Read(doc.Text("body").Delta())
		d := drawMarking(t, before)
		if d.err != nil {
			if _, ok := errors.AsType[*review.Error](d.err); !ok {
				t.Fatal(d.err)
			}
			return
		}
		if _, err := doc.Transact(2, func(tx *yjs.Tx) error { return tx.Text("body").Apply(d.change) }); err != nil {
			t.Fatal(err)
		}
		after := checkUpdate(t, before, d.change, doc.Text("body").Delta())
		whole := manuscript.Range{To: before.Len()}
		if after.Len() != before.Len() || after.Text(whole) != before.Text(whole) {
			t.Fatalf("%s changes the text", asJSON(d.change))
		}
		if !d.holds(before, after) {
			t.Fatalf("%s\nbecomes by %s\n%s", described(before), asJSON(d.change), described(after))
		}
	})
}
