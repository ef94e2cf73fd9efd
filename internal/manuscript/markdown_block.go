package manuscript

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/yuin/goldmark/ast"
)

// place is where in quotes and lists a block stands.
type place struct {
	quote bool
	depth int    // of lists
	list  string // kind of the item that the next paragraph begins
	mark  string // number of that item, if the document cannot show it
}

// walk reads the blocks below a node.
func (md *markdown) walk(node ast.Node, in place) {
	for n := node.FirstChild(); n != nil; n = n.NextSibling() {
		switch n := n.(type) {
		case *ast.Heading:
			md.heading(n, in)
		case *ast.Paragraph, *ast.TextBlock:
			md.paragraph(n, in)
			in.list, in.mark = "", ""
		case *ast.List:
			md.list(n, in)
		case *ast.Blockquote:
			quoted := in
			quoted.quote = true
			md.walk(n, quoted)
		case *ast.CodeBlock, *ast.FencedCodeBlock:
			md.code(n, in)
		case *ast.HTMLBlock:
			md.htmlBlock(n, in)
		}
	}
}

func (md *markdown) heading(n *ast.Heading, in place) {
	if n.Lines().Len() == 0 {
		return
	}
	b := md.block(n, in)
	b.kind, b.level, b.list, b.quote, b.indent = blockHeading, n.Level, "", false, 0
	atx := strings.HasPrefix(strings.TrimLeft(md.lines[b.first-1], " >\t-*+0123456789.)"), "#")
	if !atx && utf8.RuneCountInString(b.text()) > maxHeading { // a paragraph with a rule below it
		b.kind, b.level = blockText, 0
	}
	md.append(b)
}

// block makes a block of a node that has lines.
func (md *markdown) block(n ast.Node, in place) block {
	lines := n.Lines()
	b := block{
		first: md.lineAt(lines.At(0).Start),
		last:  md.lineAt(lines.At(lines.Len() - 1).Start),
		list:  in.list,
		quote: in.quote,
	}
	switch {
	case in.list != "":
		b.indent = min(in.depth-1, maxIndent)
	case in.depth > 0:
		b.indent = min(in.depth, maxIndent)
	}
	if in.mark != "" {
		b.runs = append(b.runs, run{text: in.mark, line: b.first})
	}
	b.runs = md.inline(n, marks{}, b.runs)
	return b
}

// append adds a block on which something is seen.
func (md *markdown) append(b block) {
	if b.trim(); strings.ContainsFunc(b.text(), shown) {
		md.blocks = append(md.blocks, b)
	}
}

// paragraph reads a paragraph; one that is a table becomes a paragraph for each row.
func (md *markdown) paragraph(n ast.Node, in place) {
	lines := n.Lines()
	if lines.Len() == 0 {
		return
	}
	b := md.block(n, in)
	for i := 1; i < lines.Len(); i++ {
		if row := lines.At(i); isTableRule(string(row.Value(md.source))) {
			md.messages.table(b.first)
			for _, row := range b.byLine() {
				if md.row(&row); len(row.runs) > 0 {
					md.append(row)
				}
			}
			return
		}
	}
	md.append(b)
}

// isTableRule says whether a line parts a table's head from its body.
func isTableRule(line string) bool {
	return strings.Contains(line, "|") && strings.Contains(line, "-") && strings.Trim(line, "|:- \t\n") == ""
}

// row takes the bars off both ends of a table's row, and everything off its rule.
func (md *markdown) row(b *block) {
	b.trim()
	text := b.text()
	if isTableRule(text) {
		b.runs = nil
		return
	}
	if strings.HasPrefix(text, "|") {
		b.cut(1)
		text = text[1:]
	}
	c := cursor{runs: b.runs}
	b.runs = c.take(len(strings.TrimSuffix(text, "|")), nil)
}

// byLine splits a block where the file's lines end.
func (b *block) byLine() []block {
	var out []block
	for i := range b.runs {
		r := b.runs[i]
		if n := len(out); n == 0 || out[n-1].first != r.line {
			part := *b
			part.first, part.last, part.runs = r.line, r.line, nil
			out = append(out, part)
		}
		last := &out[len(out)-1]
		last.runs = append(last.runs, r)
	}
	return out
}

// list reads a list. The document's lists count from 1: the items of another keep their numbers as text.
func (md *markdown) list(n *ast.List, in place) {
	in.depth++
	number := n.Start
	for item := n.FirstChild(); item != nil; item = item.NextSibling() {
		in.list, in.mark = "bullet", ""
		switch {
		case n.IsOrdered() && n.Start == 1:
			in.list = "ordered"
		case n.IsOrdered():
			in.list, in.mark = "", strconv.Itoa(number)+string(n.Marker)+" "
			number++
		}
		md.walk(item, in)
	}
}

// code reads a block of code: each line a paragraph.
func (md *markdown) code(n ast.Node, in place) {
	lines := n.Lines()
	for i := range lines.Len() {
		segment := lines.At(i)
		line := md.lineAt(segment.Start)
		text := show.Replace(strings.TrimRight(string(segment.Value(md.source)), " \t\n"))
		if text == "" {
			continue
		}
		b := block{first: line, last: line, quote: in.quote, runs: []run{{text: text, line: line, marks: marks{code: true}}}}
		md.blocks = append(md.blocks, b)
	}
}
