package manuscript

import (
	"regexp"
	"strings"

	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// mayBeNumbered finds lines that may begin with a number once their marks are off.
var mayBeNumbered = regexp.MustCompile(`^[\s#>*_~\\<\x{A0}]*\d{1,3}\\?[.)]`)

// hasNumbers says whether a line that is not taken may begin with a number.
func (in *importer) hasNumbers() bool {
	for i, line := range in.lines {
		if in.result.Lines[i].As == "" && mayBeNumbered.MatchString(line) {
			return true
		}
	}
	return false
}

// markdownLines reads each line by itself, as a text's, with the marks inside it.
func (in *importer) markdownLines(code []bool) []textLine {
	bounded := in.bound(in.lines)
	in.messages = messages{} // told already
	inlines := newParser([]util.PrioritizedValue{util.Prioritized(parser.NewParagraphParser(), 1000)})
	var out []textLine
	for i, line := range in.lines {
		var l textLine
		switch {
		case in.result.Lines[i].As != "" || code[i] && fenceOf(line) != "":
			continue
		case code[i]:
			l = textLine{text: line, role: codeLine}
			l.runs = []run{{text: line, line: i + 1, marks: marks{code: true}}}
		default:
			l = in.markdownLine(bounded[i], i+1, inlines)
		}
		if l.first, l.last = i+1, i+1; strings.ContainsFunc(l.text, shown) {
			out = append(out, l)
		}
	}
	return out
}

// markdownLine reads one line; without runs if there is nothing to read on it.
func (in *importer) markdownLine(line string, number int, inlines parser.Parser) textLine {
	var l textLine
	line = strings.TrimSpace(line)
	if rest := strings.TrimLeft(line, "#"); len(line)-len(rest) <= 6 && rest != line && strings.HasPrefix(rest, " ") {
		l.level = len(line) - len(rest)
		line = strings.TrimSpace(strings.TrimRight(rest, "# "))
	}
	if rest, ok := strings.CutPrefix(line, ">"); ok {
		line, l.quote = strings.TrimSpace(rest), true
	}
	if isRule(line) {
		return l
	}
	if !strings.ContainsAny(line, "*_`[]<&\\~!") { // nothing for the parser
		l.text = show.Replace(line)
		l.runs = []run{{text: l.text, line: number}}
		return l
	}
	md := &markdown{importer: in, source: []byte(line + "\n"), starts: []int{0}, line: number}
	if first := inlines.Parse(text.NewReader(md.source)).FirstChild(); first != nil {
		l.runs = md.inline(first, marks{}, nil)
	}
	l.trim()
	l.text = l.block.text()
	return l
}
