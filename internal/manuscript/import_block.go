package manuscript

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// block is one line of the document to be: its text and what its "\n" will say.
type block struct {
	kind        blockKind
	first, last int // lines of the file
	runs        []run
	level       int    // of a heading, 1 to 6, as the format has it; 0: the format has none
	list        string // "bullet" or "ordered"
	indent      int
	quote       bool
}

type blockKind int

const (
	blockText       blockKind = iota
	blockHeading              // not told yet which: readers' outlines leave none
	blockTitle                // the report's
	blockSummary              // heading of the executive summary
	blockNotes                // heading of a part that is neither summary nor finding
	blockFinding              // heading of a finding
	blockSubheading           // heading inside a part
)

// run is a stretch of text with equal marks.
type run struct {
	text string
	line int // of the file, where it begins
	marks
}

// marks are what a stretch of text can carry. Code is no mark of the document: it says that nothing in it is a citation.
type marks struct {
	bold, italic, strike, code bool
	link                       string
	cite                       string // label of the source that the stretch cites
}

// text is what a reader of the block reads.
func (b *block) text() string {
	if len(b.runs) == 1 {
		return b.runs[0].text
	}
	var s strings.Builder
	for i := range b.runs {
		s.WriteString(b.runs[i].text)
	}
	return s.String()
}

// lineAt is the line of the file on which the byte at i of its text stands.
func (b *block) lineAt(i int) int {
	line := b.first
	for at, n := 0, 0; n < len(b.runs) && at <= i; n++ {
		line = b.runs[n].line
		at += len(b.runs[n].text)
	}
	return line
}

// cut takes n bytes off the front.
func (b *block) cut(n int) {
	for len(b.runs) > 0 && n >= len(b.runs[0].text) {
		n -= len(b.runs[0].text)
		b.runs = b.runs[1:]
	}
	if n > 0 && len(b.runs) > 0 {
		b.runs = append([]run{}, b.runs...)
		b.runs[0].text = b.runs[0].text[n:]
	}
}

// trim takes the white space off both ends.
func (b *block) trim() {
	for len(b.runs) > 0 {
		r := &b.runs[0]
		if r.text = strings.TrimLeftFunc(r.text, unicode.IsSpace); r.text != "" {
			break
		}
		b.runs = b.runs[1:]
	}
	for len(b.runs) > 0 {
		r := &b.runs[len(b.runs)-1]
		if r.text = strings.TrimRightFunc(r.text, unicode.IsSpace); r.text != "" {
			break
		}
		b.runs = b.runs[:len(b.runs)-1]
	}
}

// unbold takes bold off: in a heading it only repeats that it is one.
func (b *block) unbold() {
	for i := range b.runs {
		b.runs[i].bold = false
	}
}

// isBody says whether the block is text of a part, not its heading.
func (b *block) isBody() bool { return b.kind == blockText }

// hasWords says whether there is a letter or digit in text.
func hasWords(text string) bool { return strings.IndexFunc(text, wordRune) >= 0 }

func wordRune(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }

// before is the character that ends at i; utf8.RuneError at the beginning.
func before(text string, i int) rune {
	r, _ := utf8.DecodeLastRuneInString(text[:i])
	return r
}
