package yjs

import (
	"cmp"
	"slices"
)

// rangeSet is a set of clocks by client, as a delete set is.
type rangeSet struct {
	ranges []Range
	tidy   bool // sorted by client, the greatest first, then clock; none touch
}

func (s *rangeSet) add(client uint64, clock, n uint32) {
	if last := len(s.ranges) - 1; last >= 0 { // most come in order
		if r := &s.ranges[last]; r.Client == client && r.Clock+r.Len == clock {
			r.Len += n
			return
		}
	}
	s.ranges = append(s.ranges, Range{client, clock, n})
	s.tidy = false
}

func (s *rangeSet) addRange(r Range) { s.add(r.Client, r.Clock, r.Len) }

// sorted returns the ranges joined, ordered by client, the greatest first, then clock: Yjs's order.
func (s *rangeSet) sorted() []Range {
	if s.tidy || len(s.ranges) == 0 {
		return s.ranges
	}
	slices.SortFunc(s.ranges, func(a, b Range) int {
		if a.Client != b.Client {
			return cmp.Compare(b.Client, a.Client)
		}
		return cmp.Compare(a.Clock, b.Clock)
	})
	out := s.ranges[:1]
	for _, r := range s.ranges[1:] {
		last := &out[len(out)-1]
		if r.Client == last.Client && r.Clock <= last.Clock+last.Len {
			last.Len = max(last.Clock+last.Len, r.Clock+r.Len) - last.Clock
		} else {
			out = append(out, r)
		}
	}
	s.ranges, s.tidy = out, true
	return out
}

// append writes the set as an update's delete set.
func (s *rangeSet) append(b []byte) []byte {
	ranges := s.sorted()
	clients := 0
	for i, r := range ranges {
		if i == 0 || ranges[i-1].Client != r.Client {
			clients++
		}
	}
	b = appendUint(b, uint64(clients))
	for len(ranges) > 0 {
		n := 1
		for n < len(ranges) && ranges[n].Client == ranges[0].Client {
			n++
		}
		b = appendUint(b, ranges[0].Client)
		b = appendUint(b, uint64(n))
		for _, r := range ranges[:n] {
			b = appendUint(b, uint64(r.Clock))
			b = appendUint(b, uint64(r.Len))
		}
		ranges = ranges[n:]
	}
	return b
}
