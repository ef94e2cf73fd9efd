package manuscript

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// sentences splits a paragraph. A sentence ends at . ! ? or …, closing quotes and citations after it included, where white
// space and a capital, a digit or an opening quote follow; not after an abbreviation and not inside brackets. Cites are the
// paragraph's citations, in order. The spans have no white space at their ends.
func sentences(text string, cites []citation, language string) []span {
	s := splitter{text: text, cites: cites, language: language, inside: brackets(text, cites)}
	start := 0
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRuneInString(text[i:])
		s.at(i)
		switch {
		case len(s.cites) > 0 && s.cites[0].start == i:
			i = s.cites[0].end
			continue
		case s.inside[i] != 0:
			s.depth += int(s.inside[i])
		case s.depth == 0 && isTerminator(r):
			last, end := s.terminator(i)
			if s.ends(last, end) {
				s.add(start, end)
				start = end
			}
			i = last
			continue
		}
		i += size
	}
	s.add(start, len(text))
	return s.found
}

type splitter struct {
	text     string
	cites    []citation // that end after the present place
	language string
	inside   map[int]int8 // +1 and -1 at brackets that have their partner
	depth    int
	found    []span
}

// at drops the citations that lie behind i.
func (s *splitter) at(i int) {
	for len(s.cites) > 0 && s.cites[0].end <= i {
		s.cites = s.cites[1:]
	}
}

// terminator reads the terminators at i and gives where they end, and where what belongs to them ends: closing quotes and
// citations.
func (s *splitter) terminator(i int) (last, end int) {
	last = i
	for last < len(s.text) {
		r, size := utf8.DecodeRuneInString(s.text[last:])
		if !isTerminator(r) {
			break
		}
		last += size
	}
	end = last + closingQuotes(s.text[last:])
	for _, c := range s.cites {
		if c.start < end {
			continue
		}
		if strings.TrimSpace(s.text[end:c.start]) != "" {
			break
		}
		end = c.end
	}
	return last, end
}

// closingQuotes is the length of the closing quotes that text begins with. French has a space before its own.
func closingQuotes(text string) int {
	n := 0
	for n < len(text) {
		r, size := utf8.DecodeRuneInString(text[n:])
		if !strings.ContainsRune("\"'”’»“‘›«‹", r) {
			break
		}
		n += size
	}
	space, size := utf8.DecodeRuneInString(text[n:])
	if rest, ok := strings.CutPrefix(text[n+size:], "»"); ok && unicode.IsSpace(space) {
		if next, _ := utf8.DecodeRuneInString(rest); rest == "" || !wordRune(next) {
			return n + size + len("»")
		}
	}
	return n
}

// ends says whether a sentence ends with terminators that end at last and what belongs to them, up to end.
func (s *splitter) ends(last, end int) bool {
	rest := s.text[end:]
	next := strings.TrimLeftFunc(rest, unicode.IsSpace)
	if next == "" {
		return true
	}
	if len(next) == len(rest) || !begins(next) {
		return false
	}
	if s.text[last-1] != '.' || last > 1 && isTerminator(before(s.text, last-1)) {
		return true
	}
	return !isAbbreviation(s.text[:last-1], next, s.language)
}

func (s *splitter) add(start, end int) {
	part := s.text[start:end]
	start += len(part) - len(strings.TrimLeftFunc(part, unicode.IsSpace))
	if part = strings.TrimSpace(part); part != "" {
		s.found = append(s.found, span{start, start + len(part)})
	}
}

func isTerminator(r rune) bool { return r == '.' || r == '!' || r == '?' || r == '…' }

// begins says whether a sentence can begin with text: with a capital, or a letter of a script that has none, a digit or an
// opening quote; in Spanish also with an inverted mark.
func begins(text string) bool {
	r, _ := utf8.DecodeRuneInString(text)
	return unicode.IsUpper(r) || unicode.IsTitle(r) || unicode.Is(unicode.Lo, r) || unicode.IsDigit(r) ||
		strings.ContainsRune("\"'“‘„‚«»‹¿¡", r)
}

// brackets finds the brackets that have their partner, +1 where one opens and -1 where it closes.
func brackets(text string, cites []citation) map[int]int8 {
	found := map[int]int8{}
	var round, square []int // open so far
	for i := 0; i < len(text); i++ {
		if len(cites) > 0 && cites[0].start == i {
			i = cites[0].end - 1
			cites = cites[1:]
			continue
		}
		switch text[i] {
		case '(':
			round = append(round, i)
		case '[':
			square = append(square, i)
		case ')':
			round = pair(found, round, i)
		case ']':
			square = pair(found, square, i)
		}
	}
	return found
}

// pair closes the last open bracket.
func pair(found map[int]int8, open []int, i int) []int {
	n := len(open) - 1
	if n < 0 {
		return open
	}
	found[open[n]], found[i] = 1, -1
	return open[:n]
}
