package yjs

import (
	"cmp"
	"fmt"
	"slices"
)

// Merge joins updates into one that brings the same. Gaps between them are kept as such, and runs of
// text that continue each other become one struct. Like [Diff], [StateVectorOf] and [RangesOf] it takes updates of any
// number of structs: its memory is some forty times the bytes that it is given.
func Merge(updates ...[]byte) ([]byte, error) {
	return mergeUpdates(&trusted, updates)
}

func mergeUpdates(limits *Limits, updates [][]byte) ([]byte, error) {
	all := make([]update, len(updates))
	for i, b := range updates {
		if err := all[i].decode(b, limits); err != nil {
			return nil, fmt.Errorf("merge updates: update %d: %w", i+1, err)
		}
	}
	w := merger{}
	for _, s := range sortedSources(all) {
		w.take(s)
	}
	w.flush()
	var deletes rangeSet
	for i := range all {
		all[i].addDeletes(&deletes)
	}
	return w.out.finish(&deletes), nil
}

// addDeletes adds the deletions of an update to a set.
func (u *update) addDeletes(s *rangeSet) {
	for _, del := range u.deletes {
		s.add(u.clients[del.client], del.clock, del.len)
	}
}

// source is a struct of one of several updates.
type source struct {
	client uint64
	clock  uint32
	from   *update
	wire   *wire
}

// sortedSources gives the structs of all updates, without skips: the greatest client id first, then
// by clock, then in the order of the updates.
func sortedSources(all []update) []source {
	n := 0
	for i := range all {
		n += len(all[i].structs)
	}
	out := make([]source, 0, n)
	for i := range all {
		u := &all[i]
		for _, g := range u.groups {
			for k := g.from; k < g.to; k++ {
				if w := &u.structs[k]; w.kind != kindSkip {
					out = append(out, source{u.clients[g.client], w.clock, u, w})
				}
			}
		}
	}
	slices.SortStableFunc(out, func(a, b source) int {
		if a.client != b.client {
			return cmp.Compare(b.client, a.client)
		}
		return cmp.Compare(a.clock, b.clock)
	})
	return out
}

// merger writes structs that come sorted, each clock once, with gaps as skips.
type merger struct {
	out    writer
	held   record // not written yet: the next one may continue it
	id     ID     // of held
	offset uint32 // units of held that were there before
	holds  bool
	owns   bool // held.content may be appended to
}

func (m *merger) end() uint32 { return m.id.Clock + m.held.len }

func (m *merger) take(s source) {
	offset := uint32(0)
	if m.holds && m.id.Client == s.client {
		end := m.end()
		switch {
		case s.wire.end() <= end:
			return
		case s.clock < end:
			offset = end - s.clock
		case s.clock > end:
			m.flush()
			m.out.add(s.client, end, &record{kind: kindSkip, len: s.clock - end}, 0)
		}
	}
	if m.join(s, offset) {
		return
	}
	m.flush()
	s.from.record(s.wire, &m.held)
	m.id, m.offset, m.holds, m.owns = ID{s.client, s.clock}, offset, true, false
}

// join appends a struct that continues the held one. That says the same as two: integrating the one
// is defined as integrating each of its units to the right of the one before. Values are not joined:
// they may be those of a map's key, where each takes the place of the one before.
func (m *merger) join(s source, offset uint32) bool {
	w := s.wire
	if !m.holds || offset > 0 || m.id.Client != s.client || m.end() != s.clock ||
		w.kind != m.held.kind || (w.kind != kindString && w.kind != kindGC && w.kind != kindDeleted) {
		return false
	}
	if w.kind != kindGC {
		last := pointer{ID{s.client, s.clock - 1}, true}
		if s.from.pointer(w.origin) != last || s.from.pointer(w.right) != m.held.right {
			return false
		}
	}
	if w.kind == kindString {
		if !m.owns {
			m.held.content = slices.Clone(m.held.content)
			m.owns = true
		}
		m.held.content = append(m.held.content, s.from.bytes(w.content)...)
	}
	m.held.len += w.len
	return true
}

func (m *merger) flush() {
	if m.holds {
		m.out.add(m.id.Client, m.id.Clock, &m.held, m.offset)
	}
	m.holds = false
}

// Diff returns what an update brings beyond a state vector. As in Yjs, all its deletions stay.
func Diff(b []byte, since StateVector) ([]byte, error) {
	var u update
	if err := u.decode(b, &trusted); err != nil {
		return nil, fmt.Errorf("difference of an update: %w", err)
	}
	var w writer
	var s record
	for _, g := range u.groups {
		client := u.clients[g.client]
		from := since[client]
		started := false
		for k := g.from; k < g.to; k++ {
			st := &u.structs[k]
			if st.end() <= from || (!started && st.kind == kindSkip) {
				continue
			}
			offset := uint32(0)
			if st.clock < from {
				offset = from - st.clock
			}
			started = true
			u.record(st, &s)
			w.add(client, st.clock, &s, offset)
		}
	}
	var deletes rangeSet
	u.addDeletes(&deletes)
	return w.finish(&deletes), nil
}

// StateVectorOf is the state vector of a document that has only this update. As in Yjs, what comes
// after a gap does not count.
func StateVectorOf(b []byte) (StateVector, error) {
	var u update
	if err := u.decode(b, &trusted); err != nil {
		return nil, fmt.Errorf("state vector of an update: %w", err)
	}
	sv := StateVector{}
	for _, g := range u.groups {
		end := uint32(0)
		for k := g.from; k < g.to; k++ {
			if w := &u.structs[k]; w.kind == kindSkip || w.clock != end {
				break
			} else {
				end = w.end()
			}
		}
		if end > 0 {
			sv[u.clients[g.client]] = end
		}
	}
	return sv, nil
}

// RangesOf tells which units an update brings and which it deletes, both sorted as in [Checked].
func RangesOf(b []byte) (structs, deletes []Range, err error) {
	var u update
	if err := u.decode(b, &trusted); err != nil {
		return nil, nil, fmt.Errorf("ranges of an update: %w", err)
	}
	var have, gone rangeSet
	for _, g := range u.groups {
		for k := g.from; k < g.to; k++ {
			if w := &u.structs[k]; w.kind != kindSkip {
				have.add(u.clients[g.client], w.clock, w.len)
			}
		}
	}
	u.addDeletes(&gone)
	return have.sorted(), gone.sorted(), nil
}
