package manuscript

import (
	"sort"
	"strings"

	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// markdown turns Markdown into blocks. The parser reads CommonMark and strikethrough; source lists and footnotes are taken
// out of its sight before, tables and the like are read here, so that no word is lost.
type markdown struct {
	*importer
	source []byte
	starts []int // where the lines begin in source
	line   int   // of a source that is one line of the file; else 0
	blocks []block
}

func newParser(blocks []util.PrioritizedValue, transformers ...util.PrioritizedValue) parser.Parser {
	return parser.NewParser(
		parser.WithBlockParsers(blocks...),
		parser.WithParagraphTransformers(transformers...),
		parser.WithInlineParsers(append(parser.DefaultInlineParsers(),
			util.Prioritized(extension.NewStrikethroughParser(), 500))...),
	)
}

// readMarkdown reads Markdown. Where no heading is numbered or stands below "Findings", but lines are as in a text, as when
// a page was pasted into a file with the wrong name, the rules of text tell the parts apart.
func (in *importer) readMarkdown() []block {
	in.takeFrontMatter()
	code := in.codeLines()
	in.takeSources(code)
	md := &markdown{importer: in}
	md.setSource(in.bound(in.lines))
	root := newParser(parser.DefaultBlockParsers(), parser.DefaultParagraphTransformers()...).Parse(text.NewReader(md.source))

	seen := in.messages
	in.messages = messages{}
	md.walk(root, place{})
	if !hasFindings(md.blocks) && in.hasNumbers() {
		as := *in
		as.messages = messages{}
		lines := as.markdownLines(code)
		if as.numberLines(lines); as.findings > 0 {
			in.messages = seen
			in.messages.join(as.messages)
			return in.outlineText(lines)
		}
	}
	seen.join(in.messages)
	in.messages = seen
	return in.outlineMarkdown(md.blocks)
}

// setSource sets the text that the parser reads; lines that are taken are empty.
func (md *markdown) setSource(lines []string) {
	var b strings.Builder
	for i, line := range lines {
		md.starts = append(md.starts, b.Len())
		if md.result.Lines[i].As == "" {
			b.WriteString(line)
		}
		b.WriteByte('\n')
	}
	md.source = []byte(b.String())
}

// lineAt is the line, from 1, of the byte at i of source.
func (md *markdown) lineAt(i int) int {
	if md.line > 0 {
		return md.line
	}
	return max(1, sort.Search(len(md.starts), func(n int) bool { return md.starts[n] > i }))
}

// hasFindings says whether headings tell the findings.
func hasFindings(blocks []block) bool {
	for _, finding := range findingHeadings(blocks) {
		if finding {
			return true
		}
	}
	return false
}

// codeLines says of each line whether it stands in a fenced block of code, fences included. A fence that is never closed is
// taken for none: else one would hide the source list from us.
func (in *importer) codeLines() []bool {
	code := make([]bool, len(in.lines))
	open, mark := -1, ""
	for i, line := range in.lines {
		if in.result.Lines[i].As == AsFrontMatter {
			continue
		}
		switch fence := fenceOf(line); {
		case fence == "":
		case open < 0:
			open, mark = i, fence
		case strings.HasPrefix(fence, mark) && strings.TrimSpace(line) == fence:
			for k := open; k <= i; k++ {
				code[k] = true
			}
			open = -1
		}
	}
	return code
}

// fenceOf is the backticks or tildes of a line that opens or closes a block of code; "" if it does neither.
func fenceOf(line string) string {
	rest := strings.TrimLeft(line, " ")
	if len(line)-len(rest) > 3 || len(rest) < 3 || rest[0] != '`' && rest[0] != '~' {
		return ""
	}
	n := len(rest) - len(strings.TrimLeft(rest, rest[:1]))
	if n < 3 || rest[0] == '`' && strings.Contains(rest[n:], "`") {
		return ""
	}
	return rest[:n]
}
