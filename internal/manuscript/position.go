package manuscript

import (
	"iter"
	"slices"
	"strings"

	"github.com/countersign/countersign/internal/review"
)

// Len is how many units the text has. A last "\n" that is missing is not among them, for an edit cannot reach it.
func (m *Manuscript) Len() int {
	last := len(m.blocks) - 1
	if b := m.blocks[last]; !b.ended {
		return m.starts[last] + b.units
	}
	return m.starts[last] + m.blocks[last].length()
}

// Text is the text of a range, with what stands under citations and "\n" between blocks; an embed is U+FFFC.
func (m *Manuscript) Text(r Range) string {
	var out strings.Builder
	for _, s := range m.slices(r) {
		switch {
		case s.end != nil:
			out.WriteByte('\n')
		case s.embed != "":
			out.WriteRune('\uFFFC')
		default:
			out.WriteString(s.text)
		}
	}
	return out.String()
}

// PartAt is the part that a position is in. The end of the text is in the last part.
func (m *Manuscript) PartAt(at int) *Part { return &m.Parts[m.parts[m.blockAt(at)]] }

// blockAt is the block that a position is in; its "\n" belongs to it.
func (m *Manuscript) blockAt(at int) int {
	i, found := slices.BinarySearch(m.starts, at)
	if !found {
		i--
	}
	return max(i, 0)
}

// slice is some of the text: a part of a span, or the end of a block.
type slice struct {
	textSpan
	end *textBlock
}

// cites is the citation that it is of; nil: none.
func (s slice) cites() *cite {
	if s.end != nil {
		return nil
	}
	return s.citation()
}

// slices gives the text of a range piece by piece, with positions. A last "\n" that is missing is not given.
func (m *Manuscript) slices(r Range) iter.Seq2[int, slice] {
	r = Range{max(r.From, 0), min(r.To, m.Len())}
	return func(yield func(int, slice) bool) {
		if r.Len() <= 0 {
			return
		}
		for i := m.blockAt(r.From); i < len(m.blocks) && m.starts[i] < r.To; i++ {
			b, at := m.blocks[i], m.starts[i]
			for _, s := range b.spans {
				here := Range{at, at + s.units}
				if here.overlaps(r) && !yield(max(at, r.From), slice{textSpan: s.cut(r.From-at, r.To-at)}) {
					return
				}
				at = here.To
			}
			if r.Contains(at) && !yield(at, slice{end: b}) {
				return
			}
		}
	}
}

// cut gives the units from one offset up to another, which may lie outside.
func (s textSpan) cut(from, to int) textSpan {
	if from > 0 {
		_, half, right := s.split(from)
		if s = right; half.units > 0 {
			s = textSpan{half.text + right.text, "", right.units + 1, s.attributes}
		}
		to -= from
	}
	left, _, _ := s.split(max(to, 0))
	return left
}

// checkRange refuses a range that is empty, lies outside the text or cuts a character in two.
func (m *Manuscript) checkRange(r Range) error {
	if r.From < 0 || r.To > m.Len() || r.From > r.To {
		return review.Errorf(review.Invalid, "The stretch from %d to %d lies outside the text, which goes from 0 to %d. Read the report again and choose it anew.",
			r.From, r.To, m.Len())
	}
	if r.From == r.To {
		return review.Errorf(review.Invalid, "The stretch at %d is empty. Choose some text.", r.From)
	}
	for _, at := range [...]int{r.From, r.To} {
		if err := m.checkPosition(at); err != nil {
			return err
		}
	}
	return nil
}

// checkPosition refuses a position outside the text or within a character.
func (m *Manuscript) checkPosition(at int) error {
	if at < 0 || at > m.Len() {
		return review.Errorf(review.Invalid, "Position %d lies outside the text, which goes from 0 to %d. Read the report again and choose it anew.",
			at, m.Len())
	}
	i := m.blockAt(at)
	offset := at - m.starts[i]
	for _, s := range m.blocks[i].spans {
		if offset < s.units {
			if _, half, _ := s.split(offset); half.units > 0 {
				return review.Errorf(review.Invalid, "Position %d lies within one character. Move it by one.", at)
			}
			break
		}
		offset -= s.units
	}
	return nil
}
