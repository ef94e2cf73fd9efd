package manuscript

import (
	"regexp"
	"strings"
)

// The parser's time grows with the square of the marks in a paragraph that find no partner, and of the blocks that open on
// one line. What has more than these is read without them: its marks are put out of the parser's sight.
const (
	maxSquares = 200 // opening brackets in a paragraph: more citations than any has
	maxMarks   = 400 // marks of emphasis, code and HTML in a paragraph
	maxNested  = 16  // quotes and lists that open on one line
)

// hidden are characters that mean something to the parser, and the controls that stand for them, which no input has.
const (
	hiddenMarks = "[*_~`<>-+.)"
	stands      = "\x01\x02\x03\x04\x05\x06\x07\x08\x0e\x0f\x10"
)

var hide, show = replacers()

func replacers() (hide, show *strings.Replacer) {
	var there, back []string
	for i := range len(hiddenMarks) {
		there = append(there, hiddenMarks[i:i+1], stands[i:i+1])
		back = append(back, stands[i:i+1], hiddenMarks[i:i+1])
	}
	return strings.NewReplacer(there...), strings.NewReplacer(back...)
}

// breaks finds lines that surely end the paragraph before them: headings, fences, bullets that are not indented.
var breaks = regexp.MustCompile("^(?: {0,3}(?:#{1,6}(?:\\s|$)|```[^`]*$|~~~|[-*+][ \\t]+\\S)|\\s*$)")

// bound gives the lines as the parser may see them.
func (in *importer) bound(lines []string) []string {
	out := make([]string, len(lines))
	first, squares, marks := 0, 0, 0
	end := func(last int) {
		if squares > maxSquares || marks > maxMarks {
			in.messages.tooManyMarks(first + 1)
			for k := first; k < last; k++ {
				out[k] = hideInline(out[k])
			}
		}
		first, squares, marks = last, 0, 0
	}
	for i, line := range lines {
		if in.result.Lines[i].As != "" {
			line = ""
		}
		if breaks.MatchString(line) {
			end(i)
			if strings.TrimSpace(line) == "" {
				first = i + 1
			}
		}
		out[i] = in.boundNesting(line, i+1)
		squares += strings.Count(line, "[")
		for _, mark := range []string{"*", "_", "~", "`", "<"} {
			marks += strings.Count(line, mark)
		}
	}
	end(len(lines))
	return out
}

// hideInline hides a line's marks, but not a bullet at its beginning.
func hideInline(line string) string {
	text := strings.TrimLeft(line, " \t")
	keep := len(line) - len(text)
	if strings.HasPrefix(text, "* ") {
		keep++
	}
	return line[:keep] + hide.Replace(line[keep:])
}

var opens = regexp.MustCompile(`^[ \t]*(?:>|(?:[-*+]|\d{1,9}[.)])(?:[ \t]|$))`)

// boundNesting hides what opens quotes and lists on a line that opens too many.
func (in *importer) boundNesting(line string, number int) string {
	at := 0
	for n := 0; ; n++ {
		form := opens.FindStringIndex(line[at:])
		if form == nil {
			if n <= maxNested {
				return line
			}
			in.messages.tooManyMarks(number)
			return hide.Replace(line[:at]) + line[at:]
		}
		at += form[1]
	}
}
