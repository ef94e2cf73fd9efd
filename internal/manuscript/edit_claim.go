package manuscript

import (
	"slices"

	"github.com/countersign/countersign/internal/review"
	"github.com/countersign/countersign/internal/yjs"
)

// SplitClaim makes two claims of one: what stands from a position on becomes a claim with a new id.
func (m *Manuscript) SplitClaim(id string, at int, second string) (yjs.Delta, error) {
	if err := m.checkNew(Claim, second); err != nil {
		return nil, err
	}
	if err := m.refuseTwice(Claim, id); err != nil {
		return nil, err
	}
	own, mark, err := m.own(Claim, id)
	if err != nil {
		return nil, err
	}
	if err := m.checkPosition(at); err != nil {
		return nil, err
	}
	if err := m.inCitation(at); err != nil {
		return nil, err
	}
	first, rest := cutAt(own, at)
	if !slices.ContainsFunc(first, m.reads) || !slices.ContainsFunc(rest, m.reads) {
		return nil, review.Errorf(review.Invalid, "Splitting the claim at %d would leave one half without words. Split between two words of it.", at)
	}
	strokes := strokesOff(rest, mark)
	for _, r := range rest {
		strokes = append(strokes, m.strokesOn(r, markID{Claim, second})...)
	}
	return m.paint(strokes), nil
}

// cutAt parts ranges into what lies before a position and what lies behind it.
func cutAt(ranges []Range, at int) (before, behind []Range) {
	for _, r := range ranges {
		if left := (Range{r.From, min(r.To, at)}); left.Len() > 0 {
			before = append(before, left)
		}
		if right := (Range{max(r.From, at), r.To}); right.Len() > 0 {
			behind = append(behind, right)
		}
	}
	return before, behind
}

// MergeClaims makes one claim of two that stand side by side, or overlap: the first one's id stays.
func (m *Manuscript) MergeClaims(first, second string) (yjs.Delta, error) {
	if first == second {
		return nil, review.Errorf(review.Invalid, "Claim %s cannot be merged with itself. Name two claims.", first)
	}
	var extents [2]Range
	for i, id := range [...]string{first, second} {
		if err := m.refuseTwice(Claim, id); err != nil {
			return nil, err
		}
		s := m.Claim(id)
		if s == nil {
			return nil, notThere(Claim, id)
		}
		if slices.Contains(s.Attention, Empty) {
			return nil, review.Errorf(review.Unprocessable, "There is no text left in claim %s, so there is nothing to merge. Remove its mark.", id)
		}
		if len(s.Pieces) > 1 {
			return nil, review.Errorf(review.Unprocessable, "Claim %s is in %d pieces. Give it one range before merging.", id, len(s.Pieces))
		}
		extents[i] = s.Extent()
	}
	whole := Range{min(extents[0].From, extents[1].From), max(extents[0].To, extents[1].To)}
	between := Range{min(extents[0].To, extents[1].To), max(extents[0].From, extents[1].From)}
	if m.shows(between) {
		return nil, review.Errorf(review.Unprocessable, "The claims %s and %s do not stand side by side: %q is between them. Extend one up to the other before merging.",
			first, second, m.Text(between))
	}
	if err := m.onePart(whole); err != nil {
		return nil, err
	}
	own, mark, err := m.own(Claim, second)
	if err != nil {
		return nil, err
	}
	return m.paint(append(strokesOff(own, mark), m.strokesOn(whole, markID{Claim, first})...)), nil
}
