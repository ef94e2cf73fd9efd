package manuscript

import (
	"maps"
	"reflect"
	"strings"
	"unicode/utf8"

	"github.com/countersign/countersign/internal/review"
	"github.com/countersign/countersign/internal/yjs"
)

// ReplaceText puts a text in the place of a range's, as [Manuscript.Text] gives it. What both begin and end with is left
// alone, with its marks. The rest has the marks that all of the range has, and those that all it replaces has; or, where
// nothing goes, those that stand on both sides.
func (m *Manuscript) ReplaceText(r Range, text string) (yjs.Delta, error) {
	if err := m.checkRange(r); err != nil {
		return nil, err
	}
	if !utf8.ValidString(text) {
		return nil, review.Errorf(review.Invalid, "The new text is not UTF-8. Type it again.")
	}
	gone, text := m.narrowed(r, text)
	if gone.Len() == 0 && text == "" {
		return nil, nil
	}
	if strings.Contains(text, "\n") || strings.Contains(m.Text(gone), "\n") {
		return nil, review.Errorf(review.Unprocessable, "The change from %d to %d goes over the end of a paragraph. Replace the text of one paragraph at a time.",
			gone.From, gone.To)
	}
	attributes := m.common(r)
	if gone.Len() > 0 {
		if err := m.onlyWords(gone); err != nil {
			return nil, err
		}
		maps.Copy(attributes, m.common(gone))
	} else {
		if err := m.inCitation(gone.From); err != nil {
			return nil, err
		}
		maps.Copy(attributes, m.around(gone.From))
	}
	var out deltaOf
	out.goTo(gone.From)
	if text != "" {
		out.delta = append(out.delta, yjs.Op{Insert: text, Attributes: attributes})
	}
	if gone.Len() > 0 {
		out.delta = append(out.delta, yjs.Op{Delete: gone.Len()})
	}
	return out.delta, nil
}

// onlyWords refuses a range with a citation or an embed in it.
func (m *Manuscript) onlyWords(r Range) error {
	for at, s := range m.slices(r) {
		if s.end == nil && (s.embed != "" || s.citation() != nil) {
			return review.Errorf(review.Unprocessable, "A citation or picture stands at %d, in what is to be replaced. Replace the words before and behind it.", at)
		}
	}
	return nil
}

// narrowed leaves out what a range and a text begin and end with alike, in whole characters.
func (m *Manuscript) narrowed(r Range, text string) (Range, string) {
	old := m.Text(r)
	for old != "" && text != "" {
		a, n := utf8.DecodeRuneInString(old)
		if b, _ := utf8.DecodeRuneInString(text); a != b {
			break
		}
		old, text = old[n:], text[n:]
		r.From += unitsOf(string(a))
	}
	for old != "" && text != "" {
		a, n := utf8.DecodeLastRuneInString(old)
		if b, _ := utf8.DecodeLastRuneInString(text); a != b {
			break
		}
		old, text = old[:len(old)-n], text[:len(text)-n]
		r.To -= unitsOf(string(a))
	}
	return r, text
}

// common is what attributes all text of a range has but citations.
func (m *Manuscript) common(r Range) map[string]any {
	var out map[string]any
	for _, s := range m.slices(r) {
		switch {
		case s.end != nil:
		case out == nil:
			out = maps.Clone(s.attributes.raw)
			if out == nil {
				out = map[string]any{}
			}
		default:
			maps.DeleteFunc(out, func(key string, v any) bool { return !reflect.DeepEqual(s.attributes.raw[key], v) })
		}
	}
	if out == nil {
		out = map[string]any{}
	}
	delete(out, "cite")
	return out
}
