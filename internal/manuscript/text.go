package manuscript

import "strings"

// textLine is a line that the outline of a text looks at: one with something on it that no source list has taken.
type textLine struct {
	block
	text string // what is read on it
	role lineRole
}

// lineRole is what a line's number says that it is.
type lineRole int

const (
	plainLine lineRole = iota
	findingLine
	listLine   // of an ordered list
	ownNumber  // begins with a number that is part of its text
	bulletLine // of a bullet list
	codeLine
)

// readText reads text: one line, one paragraph.
func (in *importer) readText() []block {
	in.takeSources(nil)
	var lines []textLine
	for i, line := range in.lines {
		if in.result.Lines[i].As != "" {
			continue
		}
		line = strings.TrimSpace(line)
		if isRule(line) {
			in.mark(i+1, i+1, AsMarkup, "")
			continue
		}
		lines = append(lines, textLine{
			block: block{first: i + 1, last: i + 1, runs: []run{{text: line, line: i + 1}}},
			text:  line,
		})
	}
	in.numberLines(lines)
	return in.outlineText(lines)
}

// outlineText tells title, headings and paragraphs apart.
func (in *importer) outlineText(lines []textLine) []block {
	summary := findSummary(lines)
	heading := len(lines)
	for i := range lines {
		if i == summary || lines[i].role == findingLine {
			heading = i
			break
		}
	}
	title := in.chooseTitle(lines, heading)
	if in.messages.refused {
		return nil
	}
	o := textOutline{importer: in, summary: summary}
	o.head(lines, title)
	below := title + 1
	for below < heading && isMeta(lines[below].text) {
		in.keepMeta(&lines[below])
		below++
	}
	for i := below; i < len(lines); i++ {
		o.add(&lines[i], i)
	}
	return o.blocks
}

// findSummary finds the summary's heading; -1 if there is none. Below a finding's heading, a line that begins like one and
// goes on is a paragraph ("Bottom line: …").
func findSummary(lines []textLine) int {
	below := false
	for i := range lines {
		below = below || lines[i].role == findingLine
		if lines[i].role != plainLine {
			continue
		}
		if _, text, ok := summaryHeading(lines[i].text); ok && (!below || text == len(lines[i].text)) {
			return i
		}
	}
	return -1
}

// textOutline collects the blocks of a text.
type textOutline struct {
	*importer
	summary int // line
	blocks  []block
}

// add adds a line below the title.
func (o *textOutline) add(l *textLine, i int) {
	b := l.block
	switch {
	case i == o.summary:
		o.blocks = append(o.blocks, b.splitSummary()...)
		return
	case l.role == findingLine:
		_, at, _ := numbered(l.text)
		b.cut(at)
		b.kind = blockFinding
	case l.level > 0:
		b.kind = blockSubheading
	case l.role == listLine:
		_, at, _ := numbered(l.text)
		b.cut(at)
		b.list = "ordered"
	case l.role == bulletLine:
		at, _ := bullet(l.text)
		b.cut(at)
		b.list = "bullet"
	}
	if b.kind != blockText {
		b.unbold()
	}
	o.blocks = append(o.blocks, b)
}

// splitSummary makes a block the summary's heading, and what follows on the same line a paragraph.
func (b block) splitSummary() []block {
	words, text, _ := summaryHeading(b.text())
	rest := b
	rest.cut(text)
	rest.kind, rest.level = blockText, 0
	c := cursor{runs: b.runs}
	b.runs = c.take(words, nil)
	b.kind = blockSummary
	b.unbold()
	if len(rest.runs) == 0 {
		return []block{b}
	}
	return []block{b, rest}
}
