package manuscript

import (
	"fmt"
	"maps"

	"github.com/countersign/countersign/internal/review"
	"github.com/countersign/countersign/internal/yjs"
)

// ReplaceSource lets every citation of one source cite another.
func (m *Manuscript) ReplaceSource(source, by string) (yjs.Delta, error) {
	if !review.ValidID(by) {
		return nil, review.Errorf(review.Invalid, "%q is no source's id: it must be a UUID in lower case.", by)
	}
	var strokes []stroke
	for at, s := range m.slices(Range{To: m.Len()}) {
		if c := s.cites(); c != nil && c.source == source {
			was, _ := s.attributes.raw["cite"].(map[string]any)
			now := maps.Clone(was) // what else it holds stays
			now["source"] = by
			strokes = append(strokes, stroke{Range{at, at + s.units}, "cite", now})
		}
	}
	if strokes == nil {
		return nil, review.Errorf(review.NotFound, "Nothing in the text cites source %s. Read the report again.", source)
	}
	return m.paint(strokes), nil
}

// InsertCitation puts a citation of a source at a position. It is in the claims, plain stretches and comment anchors that
// stand on both sides of it in its block.
func (m *Manuscript) InsertCitation(at int, id, source string) (yjs.Delta, error) {
	for _, given := range [...]string{id, source} {
		if !review.ValidID(given) {
			return nil, review.Errorf(review.Invalid, "%q is no citation's or source's id: it must be a UUID in lower case.", given)
		}
	}
	if err := m.checkPosition(at); err != nil {
		return nil, err
	}
	if m.citationIDs()(id) {
		return nil, review.Errorf(review.Conflict, "There is a citation %s in the text already. Take a new id.", id)
	}
	if err := m.inCitation(at); err != nil {
		return nil, err
	}
	attributes := m.around(at)
	attributes["cite"] = map[string]any{"id": id, "source": source}
	var out deltaOf
	out.goTo(at)
	return append(out.delta, yjs.Op{Insert: fmt.Sprintf("[%d]", m.numberAt(at, source)), Attributes: attributes}), nil
}

// numberAt is the number of a source once it is cited at a position too.
func (m *Manuscript) numberAt(at int, source string) int {
	before := map[string]bool{}
	for _, c := range m.Citations {
		if c.Range.From >= at {
			break
		}
		if c.Number > 0 && c.Source == source {
			return c.Number
		}
		if c.Number > 0 {
			before[c.Source] = true
		}
	}
	return len(before) + 1
}

// around gives the marks that stand on both sides of a position in its block.
func (m *Manuscript) around(at int) map[string]any {
	left, right := m.sideOf(at-1), m.sideOf(at)
	out := map[string]any{}
	if left == nil || right == nil {
		return out
	}
	for _, mark := range left.marks {
		if right.raw[mark.key()] == true {
			out[mark.key()] = true
		}
	}
	return out
}

// sideOf gives the attributes of the text at a position; nil at a block end and outside.
func (m *Manuscript) sideOf(at int) *attributes {
	for _, s := range m.slices(Range{at, at + 1}) {
		if s.end == nil {
			return s.attributes
		}
	}
	return nil
}
