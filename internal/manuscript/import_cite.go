package manuscript

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

const (
	maxCitations = 20_000 // in a report; a report of 250 findings has some 3,000
	maxRange     = 30     // sources that one range may stand for; a wider one is no citation
	maxLabel     = 40     // bytes of a footnote's name
)

// span is a stretch of a text, in bytes.
type span struct{ start, end int }

// citation is a group in brackets, with the labels of the sources that it cites.
type citation struct {
	span
	labels []string
	line   int // of the file, if known
}

// findCitations finds the groups in text that cite sources: [3], [3, 4], [3–5], [^3]. A group inside code is none. Other
// footnotes than numbered ones must be among the names. Missed are groups that would be citations if they did not stand right
// after a word or before a colon.
func findCitations(text string, code []span, names map[string]bool) (found, missed []citation) {
	labelled := 0
	attached := -1 // end of a group that belongs to the word before it, as in arr[0][1]
	for i := 0; ; {
		next := strings.IndexByte(text[i:], '[')
		if next < 0 {
			return found, missed
		}
		i += next
		for len(code) > 0 && code[0].end <= i {
			code = code[1:]
		}
		if len(code) > 0 && code[0].start <= i {
			i = code[0].end
			continue
		}
		if end, label, ok := footnote(text, i, names); ok {
			found = append(found, citation{span: span{i, end}, labels: []string{label}})
			i = end
			continue
		}
		end, labels := group(text, i)
		switch {
		case end < 0:
			end = i + 1
		case wordRune(before(text, i)) || attached == i:
			attached = end
			missed = append(missed, citation{span: span{i, end}, labels: labels})
		case end < len(text) && text[end] == '(':
		case end < len(text) && text[end] == ':':
			missed = append(missed, citation{span: span{i, end}, labels: labels})
		case labels != nil:
			found = append(found, citation{span: span{i, end}, labels: labels})
			if labelled += len(labels); labelled > maxCitations { // too many, whatever follows
				return found, missed
			}
		}
		i = end
	}
}

// footnote reads [^label] at i.
func footnote(text string, i int, names map[string]bool) (end int, label string, ok bool) {
	if !strings.HasPrefix(text[i:], "[^") {
		return 0, "", false
	}
	rest := text[i+2 : min(len(text), i+2+maxLabel+1)]
	n := strings.IndexByte(rest, ']')
	if n <= 0 {
		return 0, "", false
	}
	label = rest[:n]
	if number, at := digits(label, 0); at == n && number > 0 {
		return i + 2 + n + 1, strconv.Itoa(number), true
	}
	return i + 2 + n + 1, label, names[label]
}

// group reads [n], [n, m] and [n–m] at i. The end is -1 if what stands there is not made of numbers of up to three digits.
// It reads no further than the next thing that cannot be part of a group, so that each character is read once.
func group(text string, i int) (end int, labels []string) {
	from := 0 // of a range
	ok := true
	for i++; ; {
		i = skipSpaces(text, i)
		n, at := digits(text, i)
		if at == i {
			return -1, nil
		}
		ok = ok && n > 0
		if from > 0 {
			ok = ok && n > from && n-from < maxRange
			from++
		} else {
			from = n
		}
		for m := from; ok && m <= n; m++ {
			labels = append(labels, strconv.Itoa(m))
		}
		from = 0
		i = skipSpaces(text, at)
		r, size := utf8.DecodeRuneInString(text[i:])
		i += size
		switch r {
		case ']':
			if !ok {
				labels = nil
			}
			return i, labels
		case '-', '–', '‑', '‒':
			from = n
		case ',', ';':
		default:
			return -1, nil
		}
	}
}

// digits reads a number of one to three digits at i.
func digits(text string, i int) (n, end int) {
	for end = i; end < len(text) && text[end] >= '0' && text[end] <= '9'; end++ {
		if end-i == 3 {
			return 0, i
		}
		n = 10*n + int(text[end]-'0')
	}
	return n, end
}

func skipSpaces(text string, i int) int {
	for i < len(text) {
		r, size := utf8.DecodeRuneInString(text[i:])
		if r != ' ' && r != '\t' && r != '\u00a0' && r != '\u202f' {
			break
		}
		i += size
	}
	return i
}
