package manuscript

import "strings"

// findingHeadings says of each block whether it is a finding's heading: those below a heading "Findings", one level deeper,
// numbered or not; without it, the numbered ones of the level where numbers stand.
func findingHeadings(blocks []block) []bool {
	found := make([]bool, len(blocks))
	below, level := -1, 0 // the level of "Findings", and of its children
	some := false
	for i := range blocks {
		b := &blocks[i]
		if b.kind != blockHeading {
			continue
		}
		switch {
		case below > 0 && b.level <= below:
			below = -1
		case below > 0 && level == 0:
			level = b.level
		}
		if below > 0 && b.level == level {
			found[i], some = true, true
		}
		if strings.EqualFold(strings.TrimRight(b.text(), ": "), "findings") {
			below, level = b.level, 0
		}
	}
	if some {
		return found
	}
	level = numberedLevel(blocks)
	for i := range blocks {
		_, _, ok := numbered(blocks[i].text())
		found[i] = ok && blocks[i].kind == blockHeading && blocks[i].level == level
	}
	return found
}

// numberedLevel is the highest level with two numbered headings, else with one; 0 if there are none.
func numberedLevel(blocks []block) int {
	var count [7]int
	for i := range blocks {
		if blocks[i].kind == blockHeading {
			if _, _, ok := numbered(blocks[i].text()); ok {
				count[blocks[i].level]++
			}
		}
	}
	for least := 2; least > 0; least-- {
		for level, n := range count {
			if n >= least {
				return level
			}
		}
	}
	return 0
}

// outlineMarkdown tells title, headings and paragraphs apart.
func (in *importer) outlineMarkdown(blocks []block) []block {
	blocks, title, heading := splitHead(blocks, in.front.title == "")
	if title < 0 && in.front.title == "" {
		title = in.lastLine(blocks[:heading], heading == len(blocks))
	}
	o := textOutline{importer: in}
	switch {
	case title >= 0:
		for i := range blocks[:title] {
			o.above(blocks[i].first, blocks[i].trimmed())
		}
		o.blocks = []block{in.titleBlock(blocks[title])}
	case in.front.title != "":
		o.blocks = []block{in.titleBlock(in.front.block())}
	default:
		line := 1
		if heading < len(blocks) {
			line = blocks[heading].first
		}
		in.messages.noTitle(line)
		return nil
	}
	m := markdownOutline{textOutline: o, isFinding: findingHeadings(blocks)}
	for i := title + 1; i < len(blocks); i++ {
		m.addBlock(blocks[i], i)
	}
	return m.blocks
}

// splitHead finds the title among the headings, and the first other heading. Above a title, and above the first heading if
// none is the title, each line stands for itself: one of them may be the title. Without headings it is the first line. If
// the title is known, byLine is false, and lines are split above a heading only that is a title too.
func splitHead(blocks []block, byLine bool) (out []block, title, heading int) {
	first := nextHeading(blocks, 0)
	split := first
	isTitle := first < len(blocks) && isTitleHeading(blocks, first)
	switch {
	case !isTitle && !byLine:
		split = 0
	case first == len(blocks):
		split = min(1, first)
	}
	for i := range blocks[:split] {
		out = append(out, blocks[i].byLine()...)
	}
	heading = len(out)
	title = -1
	if heading += first - split; isTitle {
		title = heading
		heading += nextHeading(blocks, first+1) - first
	}
	return append(out, blocks[split:]...), title, heading
}

// nextHeading is the index of the first heading from i.
func nextHeading(blocks []block, i int) int {
	for i < len(blocks) && blocks[i].kind != blockHeading {
		i++
	}
	return i
}

// isTitleHeading says whether the first heading is the report's title.
func isTitleHeading(blocks []block, first int) bool {
	b := &blocks[first]
	if _, _, ok := summaryHeading(b.text()); ok || findingHeadings(blocks)[first] ||
		strings.EqualFold(strings.TrimRight(b.text(), ": "), "findings") {
		return false
	}
	for i := first + 1; i < len(blocks); i++ {
		if b.level > 1 && blocks[i].kind == blockHeading && blocks[i].level <= b.level {
			return false
		}
	}
	return true
}

// lastLine is the last of the blocks that is not meta; of a file without headings, the first.
func (in *importer) lastLine(blocks []block, takeFirst bool) int {
	title := -1
	for i := range blocks {
		if !isMeta(blocks[i].trimmed()) {
			if title = i; takeFirst {
				break
			}
		}
	}
	return title
}
