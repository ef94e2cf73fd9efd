package manuscript

import "slices"

// Changed says how a text differs from what it was, by ids and keys. What only moved because the text before it grew or
// shrank is not told.
type Changed struct {
	Claims    Difference // by id: content, parts, number, number of pieces, attention
	Plains    Difference // by id: likewise
	Citations Difference // by id: source, number, part, attention
	Comments  Difference // by thread: number of pieces
	Parts     Difference // by key: text, kind of blocks, number, place among the parts, attention
}

// Difference is how the things of one kind differ.
type Difference struct {
	Set     []string // new or different, in the order of the text
	Removed []string // in the order of the text as it was
}

// None says whether nothing that is told of changed.
func (c *Changed) None() bool {
	for _, d := range [...]Difference{c.Claims, c.Plains, c.Citations, c.Comments, c.Parts} {
		if len(d.Set)+len(d.Removed) > 0 {
			return false
		}
	}
	return true
}

// Compare says how a text differs from what it was.
func Compare(before, now *Manuscript) Changed {
	stretchID := func(s *Stretch) string { return s.ID }
	return Changed{
		Claims: difference(before.Claims, now.Claims, stretchID, sameStretch),
		Plains: difference(before.Plains, now.Plains, stretchID, sameStretch),
		Citations: difference(before.Citations, now.Citations,
			func(c *Citation) string { return c.ID }, sameCitation),
		Comments: difference(before.Comments, now.Comments,
			func(a *Anchor) string { return a.Thread },
			func(a, b *Anchor) bool { return len(a.Pieces) == len(b.Pieces) }),
		Parts: difference(before.Parts, now.Parts,
			func(p *Part) string { return p.Key },
			func(a, b *Part) bool { return samePart(before, a, now, b) }),
	}
}

func sameStretch(a, b *Stretch) bool {
	return a.Hash == b.Hash && a.Number == b.Number && a.Mark == b.Mark && len(a.Pieces) == len(b.Pieces) &&
		slices.Equal(a.Parts, b.Parts) && slices.Equal(a.Attention, b.Attention)
}

func sameCitation(a, b *Citation) bool {
	return a.Source == b.Source && a.Number == b.Number && a.Mark == b.Mark && a.Part == b.Part &&
		slices.Equal(a.Attention, b.Attention)
}

func samePart(before *Manuscript, a *Part, now *Manuscript, b *Part) bool {
	return a.Kind == b.Kind && a.Number == b.Number && slices.Equal(a.Attention, b.Attention) &&
		before.parts[a.firstBlock] == now.parts[b.firstBlock] &&
		slices.EqualFunc(before.blocks[a.firstBlock:a.lastBlock], now.blocks[b.firstBlock:b.lastBlock], (*textBlock).sameText)
}

// difference compares two lists in which a name stands once. As a rule both are the same but for a few places, so it looks
// names up only where the lists differ in order.
func difference[T any](before, now []T, name func(*T) string, same func(a, b *T) bool) Difference {
	var out Difference
	tell := func(a, b *T) {
		if !same(a, b) {
			out.Set = append(out.Set, name(b))
		}
	}
	i := 0
	for i < min(len(before), len(now)) && name(&before[i]) == name(&now[i]) {
		tell(&before[i], &now[i])
		i++
	}
	k := 0
	for k < min(len(before), len(now))-i && name(&before[len(before)-1-k]) == name(&now[len(now)-1-k]) {
		k++
	}
	gone := map[string]*T{}
	for n := i; n < len(before)-k; n++ {
		gone[name(&before[n])] = &before[n]
	}
	for n := i; n < len(now)-k; n++ {
		id := name(&now[n])
		if a, ok := gone[id]; ok {
			tell(a, &now[n])
			delete(gone, id)
		} else {
			out.Set = append(out.Set, id)
		}
	}
	for n := i; n < len(before)-k; n++ {
		if id := name(&before[n]); gone[id] != nil {
			out.Removed = append(out.Removed, id)
		}
	}
	for n := k; n > 0; n-- {
		tell(&before[len(before)-n], &now[len(now)-n])
	}
	return out
}
