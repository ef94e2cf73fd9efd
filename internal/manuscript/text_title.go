package manuscript

// chooseTitle finds the title: the last line above the first heading that is not meta; in a text without headings, the
// first; in Markdown, a heading of level 1 before all. If front matter has the title, it is -1 unless there is such a heading.
func (in *importer) chooseTitle(lines []textLine, heading int) int {
	title := -1
	for i := range lines[:heading] {
		if isMeta(lines[i].text) || in.front.title != "" && lines[i].level != 1 {
			continue
		}
		title = i
		if heading == len(lines) || lines[i].level == 1 {
			break
		}
	}
	if title < 0 && in.front.title == "" {
		line := 1
		if heading < len(lines) {
			line = lines[heading].first
		}
		in.messages.noTitle(line)
		for i := range lines[:heading] {
			in.keepMeta(&lines[i])
		}
	}
	return title
}

// keepMeta keeps a line that tells of the page.
func (in *importer) keepMeta(l *textLine) {
	if date, ok := publishedOn(l.text); ok && in.result.Date == "" {
		in.result.Date = date
	}
	in.keep(l.first, AsMeta, l.text)
}

// head reads what stands above the title, and the title.
func (o *textOutline) head(lines []textLine, title int) {
	if title < 0 {
		o.blocks = append(o.blocks, o.titleBlock(o.front.block()))
		return
	}
	for i := range lines[:title] {
		o.above(lines[i].first, lines[i].text)
	}
	o.blocks = append(o.blocks, o.titleBlock(lines[title].block))
}

// above reads a line above the title.
func (o *textOutline) above(line int, text string) {
	switch at, ok := query(text); {
	case ok:
		o.result.Query = text[at:]
		o.mark(line, line, AsQuery, "")
	case isMeta(text):
		o.keepMeta(&textLine{block: block{first: line}, text: text})
	default:
		o.keep(line, AsBoilerplate, text)
	}
}

// titleBlock makes a block the title. What the reader asked is the title without its prefix. The front matter's title goes
// first; what stands in its place is kept if it is another.
func (in *importer) titleBlock(b block) block {
	b.trim()
	if in.front.title != "" && b.first != in.front.line {
		if !in.front.isTitle(b.text()) {
			in.keep(b.first, AsBoilerplate, b.text())
		} else {
			in.mark(b.first, b.last, AsTitle, "")
		}
		b = in.front.block()
	}
	b.kind, b.list, b.quote = blockTitle, "", false
	b.unbold()
	if at, ok := query(b.text()); ok {
		b.cut(at)
		in.result.Query = b.text()
	}
	return b
}
