package manuscript

import (
	"slices"
	"unicode"
	"unicode/utf16"
)

// bare is a stretch of a block that no claim covers, from a letter or digit to a letter or digit, without a citation.
type bare struct {
	Range           // in the block
	plains []markID // the plain stretches that it is in
}

// readBare finds what of a block's spans no claim covers. Where it is cut does not depend on where spans are.
func readBare(spans []textSpan) []bare {
	var out []bare
	open := false
	at := 0
	for i := range spans {
		s := &spans[i]
		plains, claimed := coverOf(s.attributes.marks)
		if claimed || s.citation() != nil || open && !slices.Equal(out[len(out)-1].plains, plains) {
			open = false
		}
		if claimed || s.citation() != nil {
			at += s.units
			continue
		}
		first, last := lettersOf(s)
		if first < last && !open {
			out = append(out, bare{Range: Range{From: at + first}, plains: plains})
			open = true
		}
		if first < last {
			out[len(out)-1].To = at + last
		}
		at += s.units
	}
	return out
}

func coverOf(marks []markID) (plains []markID, claimed bool) {
	for _, m := range marks {
		switch m.kind {
		case Claim:
			return nil, true
		case Plain:
			plains = append(plains, m)
		}
	}
	return plains, false
}

// lettersOf is the stretch from the first letter or digit of a span to the last, in units; equal if there is none.
func lettersOf(s *textSpan) (first, last int) {
	at := 0
	for _, r := range s.text {
		n := utf16.RuneLen(r)
		if isWordRune(r) {
			if last == 0 {
				first = at
			}
			last = at + n
		}
		at += n
	}
	return first, last
}

// isWordRune says whether a character is one of the letters and digits that must be covered, and that words are made of.
func isWordRune(r rune) bool { return unicode.IsLetter(r) || unicode.IsNumber(r) }

// Uncovered gives the stretches of the body whose letters and digits are in no claim and in no plain stretch that counts;
// citations and the headings of the summary and of notes need no cover. Whether a plain stretch counts only its row can
// tell. A stretch begins and ends with a letter or digit.
func (m *Manuscript) Uncovered(counts func(plain *Stretch) bool) []Range {
	counting := map[string][]Range{} // by mark
	for i := range m.Plains {
		if p := &m.Plains[i]; counts(p) {
			counting[p.Mark] = append(counting[p.Mark], p.Pieces...)
		}
	}
	var out []Range
	for i, b := range m.blocks {
		for _, s := range b.bare {
			r := Range{m.starts[i] + s.From, m.starts[i] + s.To}
			if !slices.ContainsFunc(s.plains, func(p markID) bool { return covers(counting[p.id], r.From) }) {
				out = append(out, r)
			}
		}
	}
	return out
}

// countWords counts what white space parts and has a letter or digit in it, without citations.
func countWords(spans []textSpan) int {
	words := 0
	inWord := false
	for i := range spans {
		s := &spans[i]
		if s.embed != "" || s.citation() != nil {
			inWord = false
			continue
		}
		for _, r := range s.text {
			switch {
			case unicode.IsSpace(r):
				inWord = false
			case !inWord && isWordRune(r):
				inWord = true
				words++
			}
		}
	}
	return words
}
