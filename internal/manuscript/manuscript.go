package manuscript

import (
	"fmt"
	"slices"

	"github.com/countersign/countersign/internal/review"
	"github.com/countersign/countersign/internal/yjs"
)

// Manuscript is a report's text, read. It never changes; what its methods return is shared and must not be changed either.
type Manuscript struct {
	Title     string     // "" if the text has none
	Parts     []Part     // in order; at least one
	Claims    []Stretch  // in the order in which they begin
	Plains    []Stretch  // likewise
	Citations []Citation // in order
	Comments  []Anchor   // in the order in which they begin

	blocks []*textBlock
	starts []int // of each block
	keys   []string
	parts  []int // of each block: its part's index
	claims map[string]int
	plains map[string]int
	cites  map[string]int
}

// Read reads a whole text. What is no insertion is passed over.
func Read(text yjs.Delta) *Manuscript {
	inserts := text
	if slices.ContainsFunc(text, isNoInsert) {
		inserts = slices.DeleteFunc(slices.Clone(text), isNoInsert)
	}
	blocks, err := rewrite(nil, inserts)
	if err != nil {
		blocks = []*textBlock{readBlock(nil, nil, false)} // cannot be: insertions always fit
	}
	return assemble(blocks, nil)
}

func isNoInsert(o yjs.Op) bool { return o.Embed == nil && o.Insert == "" }

// Update reads the text that a change makes of this one, and says what changed. It costs time in the blocks that are
// touched and in the number of blocks and marks, not in the length of the text. A change that does not fit the text is an
// error.
func (m *Manuscript) Update(change yjs.Delta) (*Manuscript, Changed, error) {
	if len(change) == 0 {
		return m, Changed{}, nil
	}
	blocks, err := rewrite(m.blocks, change)
	if err != nil {
		return nil, Changed{}, fmt.Errorf("update a manuscript: %w", err)
	}
	now := assemble(blocks, m)
	return now, Compare(m, now), nil
}

// assemble puts together what is read in blocks. Contents of before that are the same still are taken over.
func assemble(blocks []*textBlock, before *Manuscript) *Manuscript {
	m := &Manuscript{blocks: blocks, starts: make([]int, len(blocks))}
	at := 0
	for i, b := range blocks {
		m.starts[i] = at
		at += b.length()
	}
	m.readParts()
	m.readStretches(before)
	m.readCitations()
	return m
}

// Claim is the claim with an id; nil if there is none.
func (m *Manuscript) Claim(id string) *Stretch { return stretchOf(m.Claims, m.claims, id) }

// Plain is the plain stretch with an id; nil if there is none.
func (m *Manuscript) Plain(id string) *Stretch { return stretchOf(m.Plains, m.plains, id) }

func stretchOf(list []Stretch, index map[string]int, id string) *Stretch {
	if i, ok := index[id]; ok {
		return &list[i]
	}
	return nil
}

// Citation is the citation with an id; nil if there is none.
func (m *Manuscript) Citation(id string) *Citation {
	if i, ok := m.cites[id]; ok {
		return &m.Citations[i]
	}
	return nil
}

// Part is the part with a key; nil if there is none.
func (m *Manuscript) Part(key string) *Part {
	if i := slices.Index(m.keys, key); i >= 0 {
		return &m.Parts[i]
	}
	return nil
}

// PartText is the canonical content of all text of a part.
func (m *Manuscript) PartText(p *Part) review.Text {
	out := make(review.Text, 0, p.lastBlock-p.firstBlock)
	for _, b := range m.blocks[p.firstBlock:p.lastBlock] {
		out = append(out, review.Block{Kind: b.kind, Indent: b.indent, Runs: b.runs})
	}
	return out
}

// Words is how many words the text has, citations apart.
func (m *Manuscript) Words() int {
	n := 0
	for i := range m.Parts {
		n += m.Parts[i].Words
	}
	return n
}
