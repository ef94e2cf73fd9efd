package manuscript

import (
	"cmp"
	"slices"

	"github.com/countersign/countersign/internal/review"
)

// Stretch is a claim or a plain stretch as it stands in the text.
type Stretch struct {
	ID        string         `json:"id"`     // one of its kind: that of its mark, or with "~2", "~3" … if it stands earlier
	Mark      string         `json:"mark"`   // the id as it stands in the text
	Parts     []string       `json:"parts"`  // keys of the parts that it lies in, in order; at least one
	Number    int            `json:"number"` // its position among its kind in its first part, from 1
	Pieces    []Range        `json:"pieces"` // at least one; of one without content, white space under its mark
	Content   review.Content `json:"content"`
	Hash      string         `json:"hash"` // of Content
	Attention []Attention    `json:"attention,omitempty"`

	places []placed // from the first to the last that counts
}

// Extent goes from its beginning to its end.
func (s *Stretch) Extent() Range { return extentOf(s.Pieces) }

// Text is what it says, for lists and search.
func (s *Stretch) Text() string { return s.Content.Text() }

// extentOf goes from the beginning of the first range to the end of the last.
func extentOf(ranges []Range) Range { return Range{ranges[0].From, ranges[len(ranges)-1].To} }

// order sorts stretches by their beginnings, numbers them in their parts, and indexes them by id.
func (m *Manuscript) order(list []Stretch) map[string]int {
	slices.SortFunc(list, func(a, b Stretch) int {
		return cmp.Or(cmp.Compare(a.Pieces[0].From, b.Pieces[0].From), cmp.Compare(a.ID, b.ID))
	})
	index := make(map[string]int, len(list))
	part, number := "", 0
	for i := range list {
		if s := &list[i]; s.Parts[0] == part {
			number++
		} else {
			part, number = s.Parts[0], 1
		}
		list[i].Number = number
		index[list[i].ID] = i
	}
	return index
}
