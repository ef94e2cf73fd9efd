package manuscript

import "github.com/countersign/countersign/internal/review"

// PartKind is what a part of a report is.
type PartKind string

// The kinds of part.
const (
	Title   PartKind = "title"
	Summary PartKind = "summary"
	Finding PartKind = "finding"
	Notes   PartKind = "notes" // everything else
)

// Part is a stretch of whole blocks: the title, the summary, a finding, or notes.
type Part struct {
	// Key is "title", "summary", "notes", or a finding's id; one that stands earlier has "~2", "~3" … behind it.
	Key       string      `json:"key"`
	Kind      PartKind    `json:"kind"`
	Number    int         `json:"number,omitempty"` // of a finding: its position among the findings, from 1
	Heading   string      `json:"heading"`          // its text without citations; "" if the part has none
	HeadingAt Range       `json:"heading_at"`       // without the "\n"; empty if the part has none
	Range     Range       `json:"range"`            // with the last "\n", which counts as present
	Words     int         `json:"words"`            // with those of the heading, citations apart
	Attention []Attention `json:"attention,omitempty"`

	firstBlock, lastBlock int // the latter excluded
}

// readParts cuts the blocks into parts.
func (m *Manuscript) readParts() {
	keys := m.newPartKeys()
	m.parts = make([]int, len(m.blocks))
	number := 0
	for i, b := range m.blocks {
		if kind, starts := m.startsPart(i); starts {
			p := Part{Kind: kind, Range: Range{From: m.starts[i]}, firstBlock: i}
			m.beginPart(&p, b, keys)
			if kind == Finding {
				number++
				p.Number = number
			}
			m.Parts, m.keys = append(m.Parts, p), append(m.keys, p.Key)
		}
		p := &m.Parts[len(m.Parts)-1]
		if b.start.kind == "" {
			p.Attention = append(p.Attention, b.start.attention...)
		}
		p.lastBlock, p.Range.To = i+1, m.starts[i]+b.length()
		p.Words += b.words
		m.parts[i] = len(m.Parts) - 1
	}
	if m.Parts[0].Kind == Title {
		m.Title = m.Parts[0].Heading
	}
}

// partKeys names parts.
type partKeys struct {
	*resolver
	met map[string]bool
}

func (m *Manuscript) newPartKeys() *partKeys {
	findings := map[string]bool{}
	for _, b := range m.blocks {
		if b.start.kind == Finding {
			findings[b.start.finding] = true
		}
	}
	return &partKeys{newResolver(func(id string) bool { return findings[id] }), map[string]bool{}}
}

// startsPart says whether a part begins with a block, and of what kind it is.
func (m *Manuscript) startsPart(i int) (PartKind, bool) {
	b := m.blocks[i]
	switch {
	case b.start.kind != "":
		return b.start.kind, true
	case i == 0 && b.kind == review.HeadingOne:
		return Title, true
	case i == 0 || i == 1 && m.Parts[0].Kind == Title:
		return Notes, true
	}
	return "", false
}

func (m *Manuscript) beginPart(p *Part, b *textBlock, keys *partKeys) {
	p.Key = string(p.Kind)
	if p.Kind == Finding {
		p.Key = b.start.finding
	}
	twice := keys.met[p.Key]
	keys.met[p.Key] = true
	if twice {
		p.Key = keys.later(p.Key)
	}
	if b.start.kind != "" {
		p.Attention = append(p.Attention, b.start.attention...)
	}
	if twice && p.Kind != Notes {
		p.Attention = append(p.Attention, Twice)
	}
	if b.start.kind != "" || p.Kind == Title {
		p.Heading = b.runs.Text()
		p.HeadingAt = Range{p.Range.From, p.Range.From + b.units}
	}
}

// Findings are the parts that are findings, in order.
func (m *Manuscript) Findings() []*Part {
	var out []*Part
	for i := range m.Parts {
		if m.Parts[i].Kind == Finding {
			out = append(out, &m.Parts[i])
		}
	}
	return out
}
