package manuscript_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/countersign/countersign/internal/manuscript"
	"github.com/countersign/countersign/internal/yjs"
)

func citations(m *manuscript.Manuscript) []string {
	var out []string
	for _, c := range m.Citations {
		line := fmt.Sprintf("%s: %s is %d in %s at %d-%d", c.ID, c.Source, c.Number, c.Part, c.Range.From, c.Range.To)
		if len(c.Attention) > 0 {
			line += fmt.Sprint(" ", c.Attention)
		}
		out = append(out, short(line))
	}
	return out
}

func TestCitationsAreNumberedByFirstOccurrence(t *testing.T) {
	for _, test := range []struct {
		name, text string
		want       []string
	}{
		{"one source twice is two citations and one number", "{cite1=b|[9]} {cite2=a|[1]} {cite3=b|[2]}", []string{
			"1: b is 1 in notes at 0-3", "2: a is 2 in notes at 4-7", "3: b is 1 in notes at 8-11",
		}},
		{"formatting does not cut a citation", "{cite1=b|[}{cite1=b bold|9}{cite1=b claim3|]}", []string{"1: b is 1 in notes at 0-3"}},
		{"neighbours are two", "{cite1=a|[1]}{cite2=a|[1]}", []string{"1: a is 1 in notes at 0-3", "2: a is 1 in notes at 3-6"}},
		{"an id that stands twice", "{cite1=a|[1]} {cite1=b|[1]} {cite1=a|[1]}", []string{
			"1: a is 1 in notes at 0-3", "1~2: b is 2 in notes at 4-7 [twice]", "1~3: a is 1 in notes at 8-11 [twice]",
		}},
		{"a block end cuts a citation", "{cite1=a|[1}\n{cite1=a|]}", []string{
			"1: a is 1 in notes at 0-2", "1~2: a is 1 in notes at 3-4 [twice]",
		}},
		{"words under a citation", "{cite1=a|[1] and so}", []string{"1: a is 1 in notes at 0-10 [cited_words]"}},
		{"many words under a citation", "{cite1=a|[Schiffsunglück]}", []string{"1: a is 1 in notes at 0-16"}},
		{"too many words under a citation", "{cite1=a|[Schiffsunglücke]}", []string{"1: a is 1 in notes at 0-17 [cited_words]"}},
		{"no source", "{cite1=|[1]} {cite2=a|[2]}", []string{"1:  is 0 in notes at 0-3 [no_source]", "2: a is 1 in notes at 4-7"}},
		{"no object", "{cite=7|[1]}", []string{":  is 0 in notes at 0-3 [no_source malformed_id]"}},
		{"an embed is no citation", "{cite1=a|embed}", nil},
	} {
		checkLines(t, test.name, citations(readWritten(t, test.text)), test.want)
	}
}

func TestACitationWithoutIDIsFoundByWhatItIsCalled(t *testing.T) {
	cite := func(v any) yjs.Op { return yjs.Op{Insert: "[1]", Attributes: map[string]any{"cite": v}} }
	m := manuscript.Read(yjs.Delta{
		cite(map[string]any{"source": "a"}), {Insert: " "}, cite(map[string]any{"source": "b", "id": 7.0}), {Insert: " "}, cite(nil), cite(false),
	})
	got := strings.Join(citations(m), "\n")
	if want := ": a is 1 in notes at 0-3 [malformed_id]\n~2: b is 2 in notes at 4-7 [malformed_id twice]"; got != want {
		t.Errorf("%s\nwant\n%s", got, want)
	}
	if m.Citation("~2").Source != "b" || m.Citation("~3") != nil {
		t.Error("a citation is not found, or one that is not there is")
	}
}
