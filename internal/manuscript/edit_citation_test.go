package manuscript_test

import (
	"fmt"
	"testing"

	"github.com/countersign/countersign/internal/manuscript"
	"github.com/countersign/countersign/internal/review"
	"github.com/countersign/countersign/internal/yjs"
)

func TestEverySourceIsReplaced(t *testing.T) {
	replace := func(from string, to int) func(*manuscript.Manuscript) (yjs.Delta, error) {
		return func(m *manuscript.Manuscript) (yjs.Delta, error) { return m.ReplaceSource(from, uuid(to)) }
	}
	checkEdits(t, []editCase{
		{"wherever it is cited", "{cite1=a|[1]}{cite2=b|[2]} {claim3 cite3=a|[}{cite3=a|1]}", replace("a", 7), "{cite1=7|[1]}{cite2=b|[2]} {cite3=7 claim3|[}{cite3=7|1]}", ""},
		{"neighbours", "{cite1=a|[1]}{cite2=a|[1]}", replace("a", 7), "{cite1=7|[1]}{cite2=7|[1]}", ""},
		{"that nobody cites", "{cite1=b|[1]}", replace("a", 7), "Nothing in the text cites source a", review.NotFound},
		{"none", "{cite1=|[1]}", replace("", 7), "Nothing", review.NotFound},
		{"by what is no id", "{cite1=a|[1]}", func(m *manuscript.Manuscript) (yjs.Delta, error) {
			return m.ReplaceSource("a", "b")
		}, "no source's id", review.Invalid},
	})
}

func TestReplacingASourceKeepsWhatElseACitationHolds(t *testing.T) {
	m := manuscript.Read(yjs.Delta{{Insert: "[1]", Attributes: map[string]any{"cite": map[string]any{"id": uuid(1), "source": "a", "page": 3.0}}}})
	change, err := m.ReplaceSource("a", uuid(7))
	if got := short(asJSON(change)); err != nil || got != `[{"attributes":{"cite":{"id":"1","page":3,"source":"7"}},"retain":3}]` {
		t.Error(got, err)
	}
}

func TestACitationIsInserted(t *testing.T) {
	insert := func(before string, source int) func(*manuscript.Manuscript) (yjs.Delta, error) {
		return func(m *manuscript.Manuscript) (yjs.Delta, error) {
			return m.InsertCitation(at(m, before).From, uuid(9), uuid(source))
		}
	}
	cited := func(n, source int) string { return fmt.Sprintf("{cite%d=%s|[1]}", n, uuid(source)) }
	checkEdits(t, []editCase{
		{"of a new source", "Six boats.", insert(".", 7), "Six boats{cite9=7|[1]}.", ""},
		{"of one cited before", cited(1, 7) + "Six boats.", insert(".", 7), "{cite1=7|[1]}Six boats{cite9=7|[1]}.", ""},
		{"of one more", cited(1, 7) + "Six." + cited(2, 8), insert(".", 6), "{cite1=7|[1]}Six{cite9=6|[2]}.{cite2=8|[1]}", ""},
		{"right before another", cited(1, 7), insert("[", 8), "{cite9=8|[1]}{cite1=7|[1]}", ""},
		{"within a claim", "{claim3 bold|Six}{claim3 plain4|boats}", insert("boats", 7), "{bold claim3|Six}{cite9=7 claim3|[1]}{claim3 plain4|boats}", ""},
		{"at a claim's end", "{claim3|Six}.", insert(".", 7), "{claim3|Six}{cite9=7|[1]}.", ""},
		{"in an empty text", "", insert("", 7), "{cite9=7|[1]}", ""},
		{"within a citation", cited(1, 7), insert("1", 7), "within the citation [1]", review.Invalid},
		{"under an id that stands in the text", cited(9, 7), insert("[", 7), "a citation 9 in the text already", review.Conflict},
		{"outside the text", "Six", func(m *manuscript.Manuscript) (yjs.Delta, error) {
			return m.InsertCitation(4, uuid(9), uuid(7))
		}, "Position 4 lies outside the text", review.Invalid},
		{"of what is no source", "Six", func(m *manuscript.Manuscript) (yjs.Delta, error) {
			return m.InsertCitation(3, uuid(9), "a")
		}, "no citation's or source's id", review.Invalid},
	})
}
