package manuscript

import (
	"strings"

	"github.com/yuin/goldmark/ast"
)

// htmlBlock reads the text of a block of HTML.
func (md *markdown) htmlBlock(n *ast.HTMLBlock, in place) {
	lines := n.Lines()
	if lines.Len() == 0 {
		return
	}
	first := md.lineAt(lines.At(0).Start)
	md.messages.html(first)
	html := string(lines.Value(md.source))
	if n.HasClosure() {
		html += string(n.ClosureLine.Value(md.source))
	}
	line := first
	for row := range strings.SplitSeq(withoutTags(show.Replace(html)), "\n") {
		if hasWords(row) {
			md.append(block{first: line, last: line, quote: in.quote, runs: []run{{text: md.unescaped(row, line), line: line}}})
		}
		line++
	}
}

// withoutTags takes tags and comments out of HTML. What is not closed is text.
func withoutTags(html string) string {
	var b strings.Builder
	closed := true // there may be an end of a comment
	for {
		i := strings.IndexByte(html, '<')
		if i < 0 {
			b.WriteString(html)
			return b.String()
		}
		b.WriteString(html[:i])
		html = html[i:]
		n := 0
		switch comment := strings.HasPrefix(html, "<!--"); {
		case !comment:
			n = tagLength(html)
		case closed:
			n = strings.Index(html, "-->") + len("-->")
			if closed = n >= len("<!---->"); !closed {
				n = 0
			}
		}
		if n == 0 {
			n = 1
			b.WriteByte('<')
		} else {
			b.WriteString(strings.Repeat("\n", strings.Count(html[:n], "\n")))
		}
		html = html[n:]
	}
}

// tagLength is how long the tag is that html begins with; 0 if it begins with none.
func tagLength(html string) int {
	if len(html) < 3 || strings.IndexByte("!/?", html[1]) < 0 && (html[1]|0x20 < 'a' || html[1]|0x20 > 'z') {
		return 0
	}
	if n := strings.IndexAny(html[1:], "<>"); n >= 0 && html[1+n] == '>' {
		return n + 2
	}
	return 0
}
