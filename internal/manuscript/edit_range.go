package manuscript

import (
	"cmp"
	"slices"
	"strconv"
	"unicode"
	"unicode/utf16"

	"github.com/countersign/countersign/internal/review"
)

// onText gives the parts of a range that are text, block by block.
func (m *Manuscript) onText(r Range) []Range {
	var out []Range
	for i := m.blockAt(r.From); i < len(m.blocks) && m.starts[i] < r.To; i++ {
		here := Range{max(r.From, m.starts[i]), min(r.To, m.starts[i]+m.blocks[i].units)}
		if here.Len() > 0 {
			out = append(out, here)
		}
	}
	return out
}

// selection is what a member chose to mark: whole citations, without white space at its ends, with something to read in it.
func (m *Manuscript) selection(r Range) (Range, error) {
	r = m.widened(r)
	counts := Range{-1, -1}
	words := false
	for at, s := range m.slices(r) {
		first, end := s.visible()
		if first == end {
			continue
		}
		if counts.From < 0 {
			counts.From = at + first
		}
		counts.To = at + end
		words = words || s.citation() == nil
	}
	if !words {
		return Range{}, review.Errorf(review.Invalid, "There are no words from %d to %d, only white space or citations. Choose the words that can be true or false.",
			r.From, r.To)
	}
	return counts, nil
}

// widened has the citations whole that a range cuts.
func (m *Manuscript) widened(r Range) Range {
	out := r
	for _, c := range m.citationsIn(r) {
		out = Range{min(out.From, c.Range.From), max(out.To, c.Range.To)}
	}
	return out
}

// citationsIn are the citations of a source that lie in a range, in part or whole.
func (m *Manuscript) citationsIn(r Range) []Citation {
	from, _ := slices.BinarySearchFunc(m.Citations, r.From, func(c Citation, at int) int { return cmp.Compare(c.Range.To, at+1) })
	var out []Citation
	for _, c := range m.Citations[from:] {
		if c.Range.From >= r.To {
			break
		}
		if c.Number > 0 {
			out = append(out, c)
		}
	}
	return out
}

// inCitation refuses a position within a citation.
func (m *Manuscript) inCitation(at int) error {
	for _, c := range m.citationsIn(Range{at - 1, at + 1}) {
		if c.Range.From < at && at < c.Range.To {
			return review.Errorf(review.Invalid, "Position %d lies within the citation [%d]. Choose the place before or behind it.", at, c.Number)
		}
	}
	return nil
}

// visible is the stretch from the first thing that is no white space to the last, in units; empty if there is none.
func (s slice) visible() (first, end int) {
	if s.end != nil {
		return 0, 0
	}
	if s.embed != "" || s.citation() != nil {
		return 0, s.units
	}
	at := 0
	for _, r := range s.text {
		n := utf16.RuneLen(r)
		if !unicode.IsSpace(r) && !isZeroWidth(r) {
			if end == 0 {
				first = at
			}
			end = at + n
		}
		at += n
	}
	return first, end
}

// onePart refuses a range that lies in more than one part of the report.
func (m *Manuscript) onePart(r Range) error {
	a, b := m.PartAt(r.From), m.PartAt(r.To-1)
	if a == b {
		return nil
	}
	return review.Errorf(review.Unprocessable, "The stretch from %d to %d begins in %s and ends in %s. Choose text in one of them.",
		r.From, r.To, a.name(), b.name())
}

// name is a part as a person knows it.
func (p *Part) name() string {
	switch p.Kind {
	case Title:
		return "the title"
	case Summary:
		return "the summary"
	case Finding:
		return "finding " + strconv.Itoa(p.Number)
	case Notes:
	}
	return "the notes"
}

// shows says whether there is anything but white space in a range; reads, whether there are words.
func (m *Manuscript) shows(r Range) bool {
	for _, s := range m.slices(r) {
		if first, end := s.visible(); first < end {
			return true
		}
	}
	return false
}

func (m *Manuscript) reads(r Range) bool {
	for _, s := range m.slices(r) {
		if first, end := s.visible(); first < end && s.citation() == nil {
			return true
		}
	}
	return false
}
