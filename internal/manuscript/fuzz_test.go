package manuscript_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/countersign/countersign/internal/manuscript"
	"github.com/countersign/countersign/internal/yjs"
)

func FuzzRead(f *testing.F) {
	for _, text := range []string{wholeReport, "{claim1|Six}{claim2 plain3|😀\u0301}{cite1=a|[1]}\n{|embed}", "{claim:~2|a}{cite|b}{h9}\n"} {
		f.Add([]byte(asJSON(written(text))), uint16(3), uint16(9))
	}
	f.Add([]byte(`[{"insert":null},{"insert":"a","attributes":{"cite":{"id":7},"link":[],"header":"x","claim:":true}},{"delete":3}]`), uint16(0), uint16(2))
	f.Fuzz(func(t *testing.T, in []byte, from, length uint16) {
		var text yjs.Delta
		if json.Unmarshal(in, &text) != nil {
			return
		}
		m := manuscript.Read(text)
		if problem := unsound(m); problem != "" {
			t.Fatal(problem)
		}
		if got, want := m.Text(manuscript.Range{To: m.Len()}), textOf(text); got != want {
			t.Fatalf("the text is %q, read as %q", want, got)
		}
		checkCut(t, m, text, int(from), int(length))
	})
}

// textOf is the text of a delta.
func textOf(text yjs.Delta) string {
	var out strings.Builder
	for _, o := range text {
		if o.Embed != nil {
			out.WriteRune('\uFFFC')
		}
		out.WriteString(o.Insert)
	}
	return out.String()
}

// checkCut deletes some of a text by an update and puts the same in again, marked.
func checkCut(t *testing.T, m *manuscript.Manuscript, text yjs.Delta, from, length int) {
	from = min(from, m.Len())
	length = min(length, m.Len()-from)
	change := yjs.Delta{}
	if from > 0 {
		change = append(change, yjs.Op{Retain: from})
	}
	if length > 0 {
		change = append(change, yjs.Op{Delete: length})
	}
	change = append(change, yjs.Op{Insert: "x\n", Attributes: map[string]any{signed: true}})
	next, _, err := m.Update(change)
	if err != nil {
		t.Fatal(err)
	}
	if problem := unsound(next); problem != "" {
		t.Fatal(problem)
	}
	if next.Len() != m.Len()-length+2 {
		t.Fatalf("%d units become %d by %s, of %s", m.Len(), next.Len(), asJSON(change), asJSON(text))
	}
}
