package manuscript

import (
	"slices"
	"strconv"
	"strings"
)

// part is what the block under way belongs to.
type part int

const (
	intro   part = iota // between the title and the first heading
	summary             // the executive summary
	finding
	notes
)

// assembly puts the document together, block by block, and proposes claims and sources on the way.
type assembly struct {
	*importer
	out     deltaWriter
	part    part
	title   int            // index of the title's claim
	heading int            // index of the claim of the finding under way
	sources map[string]int // index by label
	cited   []int          // for each source, the line of its first citation; 0: none
	cites   int            // so far
	names   map[string]bool
	summary []summaryClaim
}

// assemble turns blocks into the result.
func (in *importer) assemble(blocks []block) {
	blocks = in.setAside(blocks)
	in.checkFindings(blocks)
	if in.messages.refused {
		in.markBlocks(blocks)
		return
	}
	a := &assembly{importer: in, title: -1, heading: -1}
	a.listSources()
	for i := range blocks {
		a.add(&blocks[i])
		if in.messages.refused {
			break
		}
	}
	in.markBlocks(blocks)
	a.rest()
	a.tellSources()
	in.result.Document = a.out.end()
}

// setAside keeps what follows a source list out of the text, up to the next heading: footers of web pages.
func (in *importer) setAside(blocks []block) []block {
	if in.listEnd == 0 {
		return blocks
	}
	heading := 0 // line of the last one
	return slices.DeleteFunc(blocks, func(b block) bool {
		if !b.isBody() {
			heading = b.last
			return false
		}
		if b.first <= in.listEnd || heading > in.listEnd {
			return false
		}
		for line := b.first; line <= b.last; line++ {
			in.keep(line, AsBoilerplate, strings.TrimSpace(in.lines[line-1]))
		}
		return true
	})
}

// markBlocks notes for the preview what each block's lines are.
func (in *importer) markBlocks(blocks []block) {
	findings := 0
	as := AsBody
	for i := range blocks {
		b := &blocks[i]
		switch b.kind {
		case blockTitle:
			in.mark(b.first, b.last, AsTitle, "")
		case blockSummary:
			as = AsSummary
			in.mark(b.first, b.last, AsSummaryHeading, "")
		case blockFinding:
			findings++
			as = AsBody
			in.mark(b.first, b.last, AsFinding, strconv.Itoa(findings))
		case blockNotes, blockHeading, blockSubheading:
			if b.kind == blockNotes {
				as = AsBody
			}
			in.mark(b.first, b.last, AsHeading, "")
		case blockText:
			if in.result.Lines[b.first-1].As == AsSummaryHeading { // its text follows on the same line
				break
			}
			if b.list != "" {
				in.mark(b.first, b.last, AsListItem, "")
			} else {
				in.mark(b.first, b.last, as, "")
			}
		}
	}
}

// checkFindings looks whether there are findings and whether each has a body.
func (in *importer) checkFindings(blocks []block) {
	some := false
	open := -1 // a finding's heading that has no body yet
	for i := range blocks {
		b := &blocks[i]
		switch b.kind {
		case blockText:
			open = -1
		case blockSubheading:
		default:
			if open >= 0 {
				in.messages.noBody(blocks[open].first, blocks[open].text())
			}
			if open = -1; b.kind == blockFinding {
				some, open = true, i
			}
		}
	}
	if open >= 0 {
		in.messages.noBody(blocks[open].first, blocks[open].text())
	}
	if !some && len(blocks) > 0 {
		in.messages.noFindings(blocks[0].first)
	}
}
