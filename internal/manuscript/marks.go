package manuscript

import (
	"slices"
	"strings"

	"github.com/countersign/countersign/internal/review"
)

// placed is a share of a mark and where it is.
type placed struct {
	block  int
	share  *share
	joined bool // only block ends stand between it and the share before
}

// gathered is all marks of a text with their shares.
type gathered struct {
	ids    []markID // in order of first appearance
	index  map[markID]int
	placed []placed // by mark, then in order
	ends   []int    // of each mark: where its part of placed ends
	kinds  map[Kind]int

	blocks []*textBlock
	text   []int // of each block: the last block before it that has text; -1: none
}

// gather sorts the shares of blocks by their marks.
func gather(blocks []*textBlock) *gathered {
	shares := 0
	for _, b := range blocks {
		shares += len(b.shares)
	}
	m := &gathered{index: make(map[markID]int, shares), kinds: map[Kind]int{}, blocks: blocks, text: make([]int, len(blocks))}
	of := make([]int, 0, shares) // of each share: its mark
	text := -1
	for i, b := range blocks {
		m.text[i] = text
		if b.units > 0 {
			text = i
		}
		for k := range b.shares {
			mark := b.shares[k].mark
			n, met := m.index[mark]
			if !met {
				n = len(m.ids)
				m.index[mark] = n
				m.kinds[mark.kind]++
				m.ids, m.ends = append(m.ids, mark), append(m.ends, 0)
			}
			m.ends[n]++
			of = append(of, n)
		}
	}
	m.place(of)
	return m
}

// place puts shares, in order, where those of their marks go. ends holds how many each mark has.
func (m *gathered) place(of []int) {
	at := 0
	for n, count := range m.ends {
		m.ends[n] = at
		at += count
	}
	m.placed = make([]placed, at)
	next := 0
	for i, b := range m.blocks {
		for k := range b.shares {
			n := of[next]
			next++
			m.placed[m.ends[n]] = placed{block: i, share: &b.shares[k]}
			m.ends[n]++
		}
	}
}

// places are the shares of the nth mark, in order.
func (m *gathered) places(n int) []placed {
	from := 0
	if n > 0 {
		from = m.ends[n-1]
	}
	return m.placed[from:m.ends[n]:m.ends[n]]
}

// joins says whether only block ends stand between two shares.
func (m *gathered) joins(a, b placed) bool {
	return a.share.To == m.blocks[a.block].units && b.share.From == 0 && m.text[b.block] == a.block
}

// joinShares puts the content of one piece together.
func joinShares(places []placed) review.Piece {
	var out joiner
	ends := 0
	for i, p := range places {
		if i > 0 {
			ends += p.block - places[i-1].block
		}
		if p.share.content == nil {
			continue
		}
		out.add(review.Run{Text: strings.Repeat("\n", ends)})
		ends = 0
		for _, r := range p.share.content[0] {
			out.add(r)
		}
	}
	return out.piece()
}

// samePlaces says whether two lists of places have the same content.
func samePlaces(a, b []placed) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i].share != b[i].share || i > 0 && (a[i].joined != b[i].joined || a[i].block-a[i-1].block != b[i].block-b[i-1].block) {
			return false
		}
	}
	return true
}

// Anchor is where a thread's comments hang.
type Anchor struct {
	Thread string  `json:"thread"`
	Pieces []Range `json:"pieces"` // at least one
}

func (r *stretchReader) anchor(mark markID, places []placed) Anchor {
	a := Anchor{Thread: mark.id, Pieces: make([]Range, 0, len(r.pieces))}
	for _, p := range r.pieces {
		a.Pieces = append(a.Pieces, Range{r.rangeOf(places[p.first]).From, r.rangeOf(places[p.last]).To})
	}
	return a
}

// Comment is the anchor of a thread; nil if there is none.
func (m *Manuscript) Comment(thread string) *Anchor {
	i := slices.IndexFunc(m.Comments, func(a Anchor) bool { return a.Thread == thread })
	if i < 0 {
		return nil
	}
	return &m.Comments[i]
}
