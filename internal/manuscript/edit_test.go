package manuscript_test

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/countersign/countersign/internal/manuscript"
	"github.com/countersign/countersign/internal/review"
	"github.com/countersign/countersign/internal/yjs"
)

// unwritten writes a text as written reads it; runs with equal attributes are one.
func unwritten(text yjs.Delta) string {
	var out strings.Builder
	for _, o := range text {
		var names []string
		for _, key := range slices.Sorted(maps.Keys(o.Attributes)) {
			names = append(names, unwrittenAttribute(key, o.Attributes[key]))
		}
		for _, line := range strings.SplitAfter(o.Insert, "\n") {
			plain, ended := strings.CutSuffix(line, "\n")
			marks := strings.Join(names, " ")
			switch {
			case o.Embed != nil:
				fmt.Fprintf(&out, "{%s|embed}", marks)
			case plain != "" && marks != "":
				fmt.Fprintf(&out, "{%s|%s}", marks, plain)
			default:
				out.WriteString(plain)
			}
			if ended && marks != "" {
				fmt.Fprintf(&out, "{%s}", marks)
			}
			if ended {
				out.WriteByte('\n')
			}
		}
	}
	return out.String()
}

func unwrittenAttribute(key string, v any) string {
	kind, id, _ := strings.Cut(key, ":")
	if id != "" {
		return kind + short(id)
	}
	switch v := v.(type) {
	case map[string]any:
		return fmt.Sprintf("cite%s=%s", short(fmt.Sprint(v["id"])), short(fmt.Sprint(v["source"])))
	case float64:
		return strings.TrimSuffix(key, "eader") + fmt.Sprint(v)
	case string:
		if key == "finding" {
			return key + short(v)
		}
		return key + "=" + v
	}
	return key
}

// edited carries an edit out, on a manuscript and on a document, which must agree.
func edited(t *testing.T, text string, edit func(*manuscript.Manuscript) (yjs.Delta, error)) (string, error) {
	t.Helper()
	doc := yjs.New(yjs.Options{Text: "body"})
	apply := func(change yjs.Delta) {
		if _, err := doc.Transact(1, func(tx *yjs.Tx) error { return tx.Text("body").Apply(change) }); err != nil {
			t.Fatalf("%s: %s cannot be applied: %v", text, asJSON(change), err)
		}
	}
	apply(written(text))
	m := manuscript.Read(doc.Text("body").Delta())
	change, err := edit(m)
	if err != nil {
		if change != nil {
			t.Errorf("%s: an error and %s", text, asJSON(change))
		}
		return "", err
	}
	next, _, err := m.Update(change)
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	apply(change)
	if got, want := described(next), described(manuscript.Read(doc.Text("body").Delta())); got != want {
		t.Errorf("%s: the edit gives\n%s\nbut of a document\n%s", text, got, want)
	}
	return unwritten(doc.Text("body").Delta()), nil
}

// editCase is a text, an edit, and what comes of it: a text, or an error's code and words of its message.
type editCase struct {
	name, text string
	edit       func(*manuscript.Manuscript) (yjs.Delta, error)
	want       string
	code       review.Code
}

func checkEdits(t *testing.T, cases []editCase) {
	t.Helper()
	for _, c := range cases {
		got, err := edited(t, c.text, c.edit)
		if c.code == "" {
			if err != nil || got != c.want {
				t.Errorf("%s: %s, %v\nwant %s", c.name, got, err, c.want)
			}
			continue
		}
		if e, ok := errors.AsType[*review.Error](err); !ok || e.Code != c.code || !strings.Contains(short(e.Message), c.want) {
			t.Errorf("%s: %q, %v\nwant %s: %s", c.name, got, err, c.code, c.want)
		}
	}
}

// at is a range of a text by its words.
func at(m *manuscript.Manuscript, words string) manuscript.Range {
	text := m.Text(manuscript.Range{To: m.Len()})
	i := strings.Index(text, words)
	if i < 0 {
		panic(words + " is not in " + text)
	}
	from := units(text[:i])
	return manuscript.Range{From: from, To: from + units(words)}
}

func units(s string) int { return len(utf16.Encode([]rune(s))) }
