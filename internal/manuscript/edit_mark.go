package manuscript

import (
	"github.com/countersign/countersign/internal/review"
	"github.com/countersign/countersign/internal/yjs"
)

// Mark marks a range as a new claim, plain stretch or comment anchor. A claim or plain stretch lies in one part of the report
// and is cut to what can be read of the range; citations are marked whole.
func (m *Manuscript) Mark(kind Kind, id string, r Range) (yjs.Delta, error) {
	if err := m.checkNew(kind, id); err != nil {
		return nil, err
	}
	r, err := m.extent(kind, r)
	if err != nil {
		return nil, err
	}
	return m.paint(m.strokesOn(r, markID{kind, id})), nil
}

// Unmark takes the mark of a claim, plain stretch or comment anchor off the text. Of an id that stands twice only the one
// named is unmarked.
func (m *Manuscript) Unmark(kind Kind, id string) (yjs.Delta, error) {
	own, mark, err := m.own(kind, id)
	if err != nil {
		return nil, err
	}
	return m.paint(strokesOff(own, mark)), nil
}

// Remark gives a claim, plain stretch or comment anchor another range, which must be fit for [Manuscript.Mark].
func (m *Manuscript) Remark(kind Kind, id string, r Range) (yjs.Delta, error) {
	if err := m.refuseTwice(kind, id); err != nil {
		return nil, err
	}
	own, mark, err := m.own(kind, id)
	if err != nil {
		return nil, err
	}
	if r, err = m.extent(kind, r); err != nil {
		return nil, err
	}
	return m.paint(append(strokesOff(own, mark), m.strokesOn(r, mark)...)), nil
}

// extent is what of a range is marked.
func (m *Manuscript) extent(kind Kind, r Range) (Range, error) {
	if err := m.checkRange(r); err != nil {
		return Range{}, err
	}
	if kind != Comment {
		return m.claimable(r)
	}
	if r = m.widened(r); !m.shows(r) {
		return Range{}, review.Errorf(review.Invalid, "There is only white space from %d to %d. Choose the words to comment on.", r.From, r.To)
	}
	return r, nil
}

// claimable is what of a range is marked as a claim or plain stretch.
func (m *Manuscript) claimable(r Range) (Range, error) {
	r, err := m.selection(r)
	if err != nil {
		return Range{}, err
	}
	return r, m.onePart(r)
}

// strokesOn mark the text of a range. Block ends need no mark.
func (m *Manuscript) strokesOn(r Range, mark markID) []stroke {
	var out []stroke
	for _, text := range m.onText(r) {
		out = append(out, stroke{text, mark.key(), true})
	}
	return out
}

func strokesOff(ranges []Range, mark markID) []stroke {
	var out []stroke
	for _, r := range ranges {
		out = append(out, stroke{r, mark.key(), nil})
	}
	return out
}

// checkNew refuses an id that is malformed, or stands in the text.
func (m *Manuscript) checkNew(kind Kind, id string) error {
	if !review.ValidID(id) {
		return review.Errorf(review.Invalid, "%q is no id for a %s: it must be a UUID in lower case.", id, kind)
	}
	if _, pieces, others := m.piecesOf(kind, id); pieces != nil || others != nil {
		return review.Errorf(review.Conflict, "There is a %s %s in the text already. Take a new id.", kind, id)
	}
	return nil
}

// refuseTwice refuses a stretch that does not own its id.
func (m *Manuscript) refuseTwice(kind Kind, id string) error {
	if mark, pieces, _ := m.piecesOf(kind, id); pieces != nil && mark.id != id {
		return review.Errorf(review.Unprocessable, "The id of this %s stands earlier in the text, as after copying. Remove its mark here and mark the text anew.", kind)
	}
	return nil
}

func notThere(kind Kind, id string) error {
	return review.Errorf(review.NotFound, "There is no %s %s in the text. It may have been removed: read the report again.", kind, id)
}
