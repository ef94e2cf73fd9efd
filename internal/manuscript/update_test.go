package manuscript_test

import (
	"encoding/json"
	"reflect"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/countersign/countersign/internal/manuscript"
	"github.com/countersign/countersign/internal/yjs"
)

// typed is what random members type.
var typed = []string{
	"six ", "boats", " ", "  ", "\n", "\n\n", "\u00a0", "\u200b", "e\u0301", "\u0301", "😀", "👩‍🚒", "[1]", ".", "Ж", "½", "\ufeff", "\u202e",
	"a longer sentence about six boats, and when they sank. ", "first\nsecond\nthird",
}

// drawAttributes draws inline attributes, well formed or not; with nulls, to take marks off.
func drawAttributes(t *rapid.T, nulls bool) map[string]any {
	values := []any{true, true, true, false, 1.0, "x"}
	if nulls {
		values = append(values, nil, nil)
	}
	out := map[string]any{}
	for range rapid.IntRange(0, 3).Draw(t, "attributes") {
		key := rapid.SampledFrom([]string{
			"bold", "strike", "claim:" + uuid(1), "claim:" + uuid(2), "claim:" + uuid(3), "claim:x", "plain:" + uuid(1), "plain:" + uuid(2),
			"comment:t", "link", "cite", "cite",
		}).Draw(t, "key")
		out[key] = rapid.SampledFrom(values).Draw(t, "value")
		if key == "cite" && out[key] == true {
			out[key] = map[string]any{
				"id":     uuid(rapid.IntRange(1, 3).Draw(t, "citation")),
				"source": rapid.SampledFrom([]string{"a", "b", ""}).Draw(t, "source"),
			}
		}
	}
	return out
}

// drawLine draws attributes of a block end.
func drawLine(t *rapid.T) map[string]any {
	null := func(v any) any { return rapid.SampledFrom([]any{v, v, nil}).Draw(t, "value") }
	switch rapid.IntRange(0, 6).Draw(t, "line") {
	case 0:
		return map[string]any{"header": null(2.0), "finding": null(uuid(rapid.IntRange(1, 4).Draw(t, "finding")))}
	case 1:
		return map[string]any{"header": null(1.0)}
	case 2:
		return map[string]any{"header": null(2.0), "section": null(rapid.SampledFrom([]any{"summary", "notes", "x"}).Draw(t, "section"))}
	case 3:
		return map[string]any{"list": null("bullet"), "indent": null(1.0)}
	case 4:
		return map[string]any{"blockquote": null(true)}
	case 5:
		return map[string]any{"finding": null(rapid.SampledFrom([]any{"x", 7.0, "summary", "notes~2"}).Draw(t, "finding"))}
	}
	return map[string]any{"header": nil, "finding": nil, "section": nil, "list": nil}
}

func drawEdit(t *rapid.T, text yjs.TextEditor) error {
	n := text.Len()
	at := rapid.IntRange(0, n).Draw(t, "at")
	length := func(limit int) int { return rapid.IntRange(0, min(limit, n-at)).Draw(t, "length") }
	switch rapid.IntRange(0, 9).Draw(t, "edit") {
	case 0, 1, 2, 3:
		return text.Insert(at, rapid.SampledFrom(typed).Draw(t, "text"), drawAttributes(t, false))
	case 4:
		return text.Insert(at, "\n", drawLine(t))
	case 5:
		return text.Format(at, length(n), drawLine(t))
	case 6:
		return text.Delete(at, length(6))
	case 7:
		return text.Delete(at, length(n))
	case 8:
		return text.Embed(at, map[string]any{"image": "x"}, drawAttributes(t, false))
	}
	return text.Format(at, length(20), drawAttributes(t, true))
}

// member is a document that edits.
type member struct {
	doc    *yjs.Doc
	client uint64
}

// edit makes some edits and returns their update.
func (m *member) edit(t *rapid.T, most int) []byte {
	update, err := m.doc.Transact(m.client, func(tx *yjs.Tx) error {
		for range rapid.IntRange(1, most).Draw(t, "edits") {
			if err := drawEdit(t, tx.Text("body")); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return update
}

func TestAnUpdateGivesWhatReadingAnewWould(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		reader := yjs.New(yjs.Options{Text: "body"})
		members := []*member{{yjs.New(yjs.Options{}), 1}, {yjs.New(yjs.Options{}), 2}}
		m := manuscript.Read(nil)
		for range rapid.IntRange(1, 12).Draw(t, "rounds") {
			var updates [][]byte
			for _, member := range members[:rapid.IntRange(1, 2).Draw(t, "members")] {
				updates = append(updates, member.edit(t, 5))
			}
			together, err := yjs.Merge(updates...)
			if err != nil {
				t.Fatal(err)
			}
			change, err := reader.Apply(together)
			if err != nil {
				t.Fatal(err)
			}
			m = checkUpdate(t, m, change.Delta, reader.Text("body").Delta())
			for _, member := range members {
				if _, err := member.doc.Apply(reader.Encode(member.doc.StateVector())); err != nil {
					t.Fatal(err)
				}
			}
		}
	})
}

// checkUpdate updates a manuscript and holds it against the whole text.
func checkUpdate(t *rapid.T, m *manuscript.Manuscript, change, text yjs.Delta) *manuscript.Manuscript {
	was := described(m)
	next, changed, err := m.Update(change)
	if err != nil {
		t.Fatal(err)
	}
	anew := manuscript.Read(text)
	if got, want := described(next), described(anew); got != want {
		t.Fatalf("%s\nupdated by %s gives\n%s\nwant\n%s", was, asJSON(change), got, want)
	}
	if problem := unsound(next); problem != "" {
		t.Fatal(problem)
	}
	if described(m) != was {
		t.Fatal("the update changed what it began with")
	}
	if want := manuscript.Compare(m, anew); !reflect.DeepEqual(changed, want) {
		t.Fatalf("%s\nsays %+v\nwant %+v", asJSON(change), changed, want)
	}
	checkChanged(t, m, next, changed.Claims)
	return next
}

// checkChanged holds what is said of claims against the claims.
func checkChanged(t *rapid.T, before, now *manuscript.Manuscript, said manuscript.Difference) {
	for _, s := range before.Claims {
		if gone := now.Claim(s.ID) == nil; gone != slices.Contains(said.Removed, s.ID) {
			t.Fatalf("claim %s is gone: %v; removed are %v", s.ID, gone, said.Removed)
		}
	}
	for _, s := range now.Claims {
		was := before.Claim(s.ID)
		same := was != nil && was.Hash == s.Hash && reflect.DeepEqual(was.Parts, s.Parts) && was.Number == s.Number &&
			reflect.DeepEqual(was.Attention, s.Attention) && len(was.Pieces) == len(s.Pieces)
		if same == slices.Contains(said.Set, s.ID) {
			t.Fatalf("claim %s is the same: %v; set are %v", s.ID, same, said.Set)
		}
	}
}

func asJSON(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		return err.Error()
	}
	return string(b)
}

func TestAChangeThatDoesNotFitIsAnError(t *testing.T) {
	m := readWritten(t, "Six\nboats")
	for name, change := range map[string]yjs.Delta{
		"keeps too much":                   {{Retain: 10}},
		"deletes too much":                 {{Retain: 4}, {Delete: 6}},
		"formats the missing last \\n":     {{Retain: 10, Attributes: map[string]any{"header": 1}}},
		"deletes behind what was inserted": {{Insert: "and "}, {Delete: 10}},
	} {
		if _, _, err := m.Update(change); err == nil {
			t.Errorf("%s: taken", name)
		}
	}
	next, changed, err := m.Update(nil)
	if err != nil || next != m || !changed.None() {
		t.Errorf("no change gives %p, %+v, %v", next, changed, err)
	}
}

func TestOnlyWhatChangedIsToldOf(t *testing.T) {
	m := readWritten(t, wholeReport+"{claim1|First} {claim2|second} {claim3|third}.\n{plain4|By us}\n")
	at := m.Claim(uuid(2)).Pieces[0]
	for _, test := range []struct {
		name   string
		change yjs.Delta
		want   manuscript.Changed
	}{
		{"typing in the title", yjs.Delta{{Insert: "So: "}}, manuscript.Changed{Parts: manuscript.Difference{Set: []string{"title"}}}},
		{
			"typing in a claim",
			yjs.Delta{{Retain: at.From + 1}, {Insert: "x", Attributes: map[string]any{"claim:" + uuid(2): true}}},
			manuscript.Changed{Claims: manuscript.Difference{Set: []string{uuid(2)}}, Parts: manuscript.Difference{Set: []string{"notes"}}},
		},
		{
			"bold", yjs.Delta{{Retain: at.To, Attributes: map[string]any{"bold": true}}}, manuscript.Changed{},
		},
		{
			"deleting a claim",
			yjs.Delta{{Retain: at.From}, {Delete: at.Len()}},
			manuscript.Changed{
				Claims: manuscript.Difference{Set: []string{uuid(3)}, Removed: []string{uuid(2)}},
				Parts:  manuscript.Difference{Set: []string{"notes"}},
			},
		},
		{
			"citing another source first",
			yjs.Delta{{Insert: "[9]", Attributes: map[string]any{"cite": map[string]any{"id": uuid(9), "source": "z"}}}},
			manuscript.Changed{
				Citations: manuscript.Difference{Set: []string{uuid(9), uuid(1), uuid(2), uuid(3)}},
				Parts:     manuscript.Difference{Set: []string{"title"}},
			},
		},
		{
			"a comment",
			yjs.Delta{{Retain: 3, Attributes: map[string]any{"comment:t": true}}},
			manuscript.Changed{Comments: manuscript.Difference{Set: []string{"t"}}},
		},
		{
			"a finding's heading that is one no longer",
			yjs.Delta{{Retain: m.Part(uuid(1)).HeadingAt.To}, {Retain: 1, Attributes: map[string]any{"finding": nil}}},
			manuscript.Changed{
				Citations: manuscript.Difference{Set: []string{uuid(3)}},
				Parts:     manuscript.Difference{Set: []string{"summary", uuid(2), "notes"}, Removed: []string{uuid(1)}},
			},
		},
	} {
		_, got, err := m.Update(test.change)
		if err != nil || !reflect.DeepEqual(got, test.want) {
			t.Errorf("%s: %s, %v\nwant %s", test.name, short(asJSON(got)), err, short(asJSON(test.want)))
		}
	}
}
