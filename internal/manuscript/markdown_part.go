package manuscript

// anyLevel is deeper than every heading: each begins a part of its own after it.
const anyLevel = 7

// markdownOutline collects the blocks below the title.
type markdownOutline struct {
	textOutline
	isFinding  []bool
	level      int // of the heading of the part under way; 0: none yet
	summarized bool
	found      bool // a finding stands above
	last       int  // number of the last finding
}

func (m *markdownOutline) addBlock(b block, i int) {
	if b.kind != blockHeading {
		m.addText(b)
		return
	}
	_, rest, isSummary := summaryHeading(b.text())
	switch {
	case m.isFinding[i]:
		m.addFinding(b)
	case isSummary && !m.summarized && (!m.found || rest == len(b.text())):
		m.level, m.summarized = b.level, true
		m.blocks = append(m.blocks, b.splitSummary()...)
	case m.level > 0 && b.level > m.level:
		b.kind = blockSubheading
		b.unbold()
		m.blocks = append(m.blocks, b)
	default:
		m.level = b.level
		b.kind = blockNotes
		b.unbold()
		m.blocks = append(m.blocks, b)
	}
}

func (m *markdownOutline) addFinding(b block) {
	if n, at, ok := numbered(b.text()); ok {
		if n != m.last+1 {
			m.messages.jump(b.first, m.last, n)
		}
		m.last = n
		b.cut(at)
	} else {
		m.last++
	}
	m.level, m.found = b.level, true
	b.kind = blockFinding
	b.unbold()
	m.blocks = append(m.blocks, b)
}

// addText adds a block that is no heading. Above the first one, lines may be meta, or begin the summary.
func (m *markdownOutline) addText(b block) {
	if m.level == 0 && b.list == "" && !b.quote {
		if lines := b.byLine(); allMeta(lines) {
			for i := range lines {
				m.keepMeta(&textLine{block: lines[i], text: lines[i].trimmed()})
			}
			return
		}
		if _, _, ok := summaryHeading(b.text()); ok && !m.summarized {
			m.level, m.summarized = anyLevel, true
			m.blocks = append(m.blocks, b.splitSummary()...)
			return
		}
	}
	m.blocks = append(m.blocks, b)
}

func allMeta(lines []block) bool {
	for i := range lines {
		if !isMeta(lines[i].trimmed()) {
			return false
		}
	}
	return true
}

// trimmed is the block's text without white space at its ends.
func (b *block) trimmed() string {
	b.trim()
	return b.text()
}
