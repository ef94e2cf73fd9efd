package manuscript

import (
	"github.com/countersign/countersign/internal/review"
	"github.com/countersign/countersign/internal/yjs"
)

// MoveFinding lets a finding begin with another heading, the one at a position: what mends a heading that was cut in two or
// is none any longer.
func (m *Manuscript) MoveFinding(id string, at int) (yjs.Delta, error) {
	p := m.Part(id)
	if p == nil || p.Kind != Finding {
		return nil, notThere("finding", id)
	}
	if err := m.checkPosition(at); err != nil {
		return nil, err
	}
	i := m.blockAt(at)
	switch to := m.blocks[i]; {
	case i == p.firstBlock:
		return nil, nil
	case !to.isHeading():
		return nil, review.Errorf(review.Unprocessable, "The block at %d is no heading, so no finding can begin there. Make it a heading first.", at)
	case to.start.kind != "" || i == 0 && m.Parts[0].Kind == Title:
		return nil, review.Errorf(review.Unprocessable, "The heading at %d begins %s. Choose a heading that begins nothing.", at, m.PartAt(at).name())
	}
	return m.paint([]stroke{
		{m.endOf(p.firstBlock), "finding", nil},
		{m.endOf(i), "finding", m.blocks[p.firstBlock].start.finding},
	}), nil
}

// endOf is where the "\n" of a block stands.
func (m *Manuscript) endOf(i int) Range {
	at := m.starts[i] + m.blocks[i].units
	return Range{at, at + 1}
}
