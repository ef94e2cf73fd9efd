package manuscript

import (
	"slices"
)

// stretchReader puts claims and plain stretches together.
type stretchReader struct {
	m        *Manuscript
	marks    *gathered
	before   *Manuscript
	resolver map[Kind]*resolver
	pieces   []piece // of the mark at hand
	ranges   []Range // room for Stretch.Pieces
}

// piece is a piece of a mark: consecutive places, by index.
type piece struct {
	first, last int
	empty       bool // nothing in it counts
}

// readStretches reads claims, plain stretches and comment anchors.
func (m *Manuscript) readStretches(before *Manuscript) {
	marks := gather(m.blocks)
	r := stretchReader{m: m, marks: marks, before: before, resolver: map[Kind]*resolver{}}
	r.ranges = make([]Range, 0, len(marks.placed))
	m.Claims = make([]Stretch, 0, marks.kinds[Claim])
	m.Plains = make([]Stretch, 0, marks.kinds[Plain])
	for i, mark := range marks.ids {
		places := marks.places(i)
		r.cut(places)
		if mark.kind == Comment {
			m.Comments = append(m.Comments, r.anchor(mark, places))
			continue
		}
		r.stretches(mark, places)
	}
	m.claims, m.plains = m.order(m.Claims), m.order(m.Plains)
}

// cut cuts a mark's places into pieces.
func (r *stretchReader) cut(places []placed) {
	r.pieces = r.pieces[:0]
	for i := range places {
		places[i].joined = i > 0 && r.marks.joins(places[i-1], places[i])
		if places[i].joined {
			r.pieces[len(r.pieces)-1].last = i
		} else {
			r.pieces = append(r.pieces, piece{first: i, last: i})
		}
	}
}

// stretches makes the stretches of one mark: the pieces that count, those that hang together in one stretch.
func (r *stretchReader) stretches(mark markID, places []placed) {
	counting := r.pieces[:0]
	first := r.pieces[0]
	for _, p := range r.pieces {
		if p.trim(places); !p.empty {
			counting = append(counting, p)
		}
	}
	if len(counting) == 0 {
		counting = append(counting, first)
	}
	for from, to := 0, 0; from < len(counting); from = to {
		to = from + 1
		for to < len(counting) && r.partOf(places[counting[to].first]) == r.partOf(places[counting[to-1].last]) {
			to++
		}
		r.add(mark, places, counting[from:to], from > 0)
	}
}

// trim leaves out, at both ends, the shares of blocks in which nothing counts, and the block ends beside them.
func (p *piece) trim(places []placed) {
	for p.first <= p.last && places[p.first].share.content == nil {
		p.first++
	}
	for p.last > p.first && places[p.last].share.content == nil {
		p.last--
	}
	p.empty = p.first > p.last
}

func (r *stretchReader) partOf(p placed) int { return r.m.parts[p.block] }

// add adds a stretch of some pieces of a mark; twice: an earlier one owns its id.
func (r *stretchReader) add(mark markID, places []placed, pieces []piece, twice bool) {
	s := Stretch{ID: mark.id, Mark: mark.id}
	at := len(r.ranges)
	for _, p := range pieces {
		r.ranges = append(r.ranges, Range{r.rangeOf(places[p.first]).From, r.rangeOf(places[p.last]).To})
	}
	s.Pieces = r.ranges[at:len(r.ranges):len(r.ranges)]
	first, last := pieces[0].first, pieces[len(pieces)-1].last
	s.places = places[first : last+1]
	s.Parts = r.m.keys[r.partOf(places[first]) : r.partOf(places[last])+1]
	if twice {
		s.ID = r.later(mark)
	}
	r.fill(&s, mark.kind, places, pieces)
	s.Attention = r.attention(&s, twice)
	if mark.kind == Claim {
		r.m.Claims = append(r.m.Claims, s)
	} else {
		r.m.Plains = append(r.m.Plains, s)
	}
}

func (r *stretchReader) later(mark markID) string {
	if r.resolver[mark.kind] == nil {
		r.resolver[mark.kind] = newResolver(func(id string) bool {
			_, stands := r.marks.index[markID{mark.kind, id}]
			return stands
		})
	}
	return r.resolver[mark.kind].later(mark.id)
}

func (r *stretchReader) rangeOf(p placed) Range {
	at := r.m.starts[p.block]
	return Range{at + p.share.From, at + p.share.To}
}

// fill gives a stretch its content: the share's if there is one, that from before if it is made of the same shares.
func (r *stretchReader) fill(s *Stretch, kind Kind, places []placed, pieces []piece) {
	if len(s.places) == 1 {
		s.Content, s.Hash = s.places[0].share.content, s.places[0].share.hash
		return
	}
	if old := r.old(kind, s.ID); old != nil && samePlaces(old.places, s.places) {
		s.Content, s.Hash = old.Content, old.Hash
		return
	}
	for _, p := range pieces {
		if runs := joinShares(places[p.first : p.last+1]); len(runs) > 0 {
			s.Content = append(s.Content, runs)
		}
	}
	s.Hash = s.Content.Hash()
}

func (r *stretchReader) old(kind Kind, id string) *Stretch {
	switch {
	case r.before == nil:
		return nil
	case kind == Claim:
		return r.before.Claim(id)
	}
	return r.before.Plain(id)
}

func (r *stretchReader) attention(s *Stretch, twice bool) []Attention {
	var out []Attention
	for _, reason := range [...]struct {
		a     Attention
		holds bool
	}{
		{Empty, !slices.ContainsFunc(s.places, func(p placed) bool { return p.share.says })},
		{InPieces, len(s.Pieces) > 1},
		{AcrossFindings, len(s.Parts) > 1},
		{Twice, twice},
		{MalformedID, !s.places[0].share.validID},
	} {
		if reason.holds {
			out = append(out, reason.a)
		}
	}
	return out
}
