package manuscript

import (
	"net/url"
	"strings"
	"unicode/utf8"

	"github.com/yuin/goldmark/ast"
	extast "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/util"
)

// inline appends the runs of what stands below a node.
func (md *markdown) inline(node ast.Node, m marks, out []run) []run {
	for n := node.FirstChild(); n != nil; n = n.NextSibling() {
		with := m
		switch n := n.(type) {
		case *ast.Text:
			out = md.text(n, m, out)
			continue
		case *ast.String:
			out = append(out, run{text: clean(string(n.Value)), line: md.lineAt(n.Pos()), marks: m})
			continue
		case *ast.AutoLink:
			out = append(out, md.autoLink(n, m))
			continue
		case *ast.RawHTML:
			out = md.rawHTML(n, m, out)
			continue
		case *ast.CodeSpan:
			with.code = true
		case *ast.Emphasis:
			with.bold, with.italic = m.bold || n.Level == 2, m.italic || n.Level == 1
		case *extast.Strikethrough:
			with.strike = true
		case *ast.Link:
			with.link = md.address(n, string(n.Destination))
		case *ast.Image:
			md.messages.image(md.lineAt(max(0, n.Pos())), destination(string(n.Destination)))
		}
		out = md.inline(n, with, out)
	}
	return out
}

// text reads text; a line end in it is a space.
func (md *markdown) text(n *ast.Text, m marks, out []run) []run {
	s := show.Replace(string(n.Segment.Value(md.source)))
	line := md.lineAt(n.Segment.Start)
	if n.IsRaw() || m.code {
		s = clean(s)
	} else {
		s = md.unescaped(s, line)
	}
	if n.SoftLineBreak() || n.HardLineBreak() {
		s += " "
	}
	return append(out, run{text: s, line: line, marks: m})
}

func (md *markdown) autoLink(n *ast.AutoLink, m marks) run {
	address := string(n.URL(md.source))
	if n.AutoLinkType == ast.AutoLinkEmail && !strings.HasPrefix(strings.ToLower(address), "mailto:") {
		address = "mailto:" + address
	}
	m.link = md.address(n, address)
	return run{text: clean(show.Replace(string(n.Label(md.source)))), line: md.lineAt(max(0, n.Pos())), marks: m}
}

// rawHTML leaves a tag out; one that breaks a line is a space.
func (md *markdown) rawHTML(n *ast.RawHTML, m marks, out []run) []run {
	line := md.lineAt(n.Segments.At(0).Start)
	md.messages.html(line)
	if tag := strings.ToLower(string(n.Segments.Value(md.source))); strings.HasPrefix(tag, "<br") {
		out = append(out, run{text: " ", line: line, marks: m})
	}
	return out
}

// address is where a link leads; "" if it may not.
func (md *markdown) address(n ast.Node, raw string) string {
	address := destination(raw)
	if u, err := url.Parse(address); err == nil {
		switch strings.ToLower(u.Scheme) {
		case "http", "https":
			if u.Host != "" {
				return address
			}
		case "mailto":
			return address
		}
	}
	md.messages.schemeDropped(md.lineAt(max(0, n.Pos())), address)
	return ""
}

func destination(raw string) string {
	return strings.TrimSpace(clean(unescape(show.Replace(raw))))
}

// unescaped is text on a line as it shows. What the file's own characters may not be, its entities may not be either.
func (md *markdown) unescaped(s string, line int) string {
	s = unescape(s)
	if i := strings.IndexFunc(s, reorders); i >= 0 {
		r, _ := utf8.DecodeRuneInString(s[i:])
		md.messages.bidi(line, r)
	}
	return clean(s)
}

// unescape takes backslashes off punctuation and resolves entities, as the parser's renderer does.
func unescape(s string) string {
	if !strings.ContainsAny(s, `\&`) {
		return s
	}
	var b strings.Builder
	from := 0
	entities := func(part string) {
		b.Write(util.ResolveEntityNames(util.ResolveNumericReferences([]byte(part))))
	}
	for i := 0; i+1 < len(s); i++ {
		if s[i] != '\\' || !util.IsPunct(s[i+1]) {
			continue
		}
		entities(s[from:i])
		b.WriteByte(s[i+1])
		i++
		from = i + 1
	}
	entities(s[from:])
	return b.String()
}
