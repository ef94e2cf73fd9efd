package manuscript

import (
	"slices"
)

// own gives what bears the mark of a claim, plain stretch or comment anchor, block by block. What bears it and belongs to
// none, white space and block ends, belongs to the owner of the id.
func (m *Manuscript) own(kind Kind, id string) ([]Range, markID, error) {
	mark, pieces, others := m.piecesOf(kind, id)
	if pieces == nil {
		return nil, mark, notThere(kind, id)
	}
	owner := mark.id == id
	key := mark.key()
	var out []Range
	for i, b := range m.blocks {
		for _, s := range b.shares {
			r := Range{m.starts[i] + s.From, m.starts[i] + s.To}
			if s.mark == mark && (covers(pieces, r.From) || owner && !covers(others, r.From)) {
				out = append(out, r)
			}
		}
		if end := (Range{m.starts[i] + b.units, m.starts[i] + b.length()}); owner && b.end[key] == true && !covers(others, end.From) {
			out = append(out, end)
		}
	}
	return out, mark, nil
}

// piecesOf gives the mark and the pieces of a claim, plain stretch or comment anchor, and the pieces of others with its mark.
func (m *Manuscript) piecesOf(kind Kind, id string) (mark markID, pieces, others []Range) {
	list := m.Claims
	switch kind {
	case Comment:
		if a := m.Comment(id); a != nil {
			pieces = a.Pieces
		}
		return markID{Comment, id}, pieces, nil
	case Plain:
		list = m.Plains
	case Claim:
	}
	mark = markID{kind, id}
	if i := slices.IndexFunc(list, func(s Stretch) bool { return s.ID == id }); i >= 0 {
		mark.id, pieces = list[i].Mark, list[i].Pieces
	}
	for i := range list {
		if list[i].Mark == mark.id && list[i].ID != id {
			others = append(others, list[i].Pieces...)
		}
	}
	return mark, pieces, others
}
