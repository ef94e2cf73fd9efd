package yjs

import "sort"

// chunkSize is how many structs one chunk of a [structList] holds at most: an insertion in the middle
// moves 2 KiB at most.
const chunkSize = 256

// entry is where an item stands in its client's history. The clock is kept beside the ref, so that
// the search stays within the chunk.
type entry struct {
	clock uint32
	ref   ref
}

// structList holds a client's items by clock, without gaps, from clock 0. Finding one takes two binary
// searches, inserting one moves at most a chunk: no walk grows with the document's length.
type structList struct{ chunks [][]entry }

// place is a position in a structList.
type place struct{ chunk, i int }

func (l *structList) entry(p place) entry { return l.chunks[p.chunk][p.i] }

// find is the place of the item that has a clock. The list must reach so far.
func (l *structList) find(clock uint32) place {
	last := len(l.chunks) - 1
	c := last
	if l.chunks[last][0].clock > clock {
		c = sort.Search(last, func(i int) bool { return l.chunks[i+1][0].clock > clock })
	}
	chunk := l.chunks[c]
	lo, hi := 0, len(chunk)
	for hi-lo > 1 {
		if mid := int(uint(lo+hi) >> 1); chunk[mid].clock <= clock {
			lo = mid
		} else {
			hi = mid
		}
	}
	return place{c, lo}
}

// push adds the item that comes after all others.
func (l *structList) push(clock uint32, r ref) {
	n := len(l.chunks)
	if n == 0 || len(l.chunks[n-1]) == chunkSize {
		room := 4
		if n > 0 {
			room = chunkSize / 2
		}
		l.chunks = append(l.chunks, make([]entry, 0, room))
		n++
	}
	l.chunks[n-1] = append(l.chunks[n-1], entry{clock, r})
}

// insert adds the right half of an item that was split.
func (l *structList) insert(clock uint32, r ref) {
	p := l.find(clock)
	c := l.chunks[p.chunk]
	if len(c) == chunkSize {
		half := append(make([]entry, 0, chunkSize), c[chunkSize/2:]...)
		l.chunks[p.chunk] = c[:chunkSize/2]
		l.chunks = append(l.chunks, nil)
		copy(l.chunks[p.chunk+2:], l.chunks[p.chunk+1:])
		l.chunks[p.chunk+1] = half
		if p.i >= chunkSize/2 {
			p = place{p.chunk + 1, p.i - chunkSize/2}
		}
		c = l.chunks[p.chunk]
	}
	c = append(c, entry{})
	copy(c[p.i+2:], c[p.i+1:])
	c[p.i+1] = entry{clock, r}
	l.chunks[p.chunk] = c
}

// remove takes out the item at p.
func (l *structList) remove(p place) {
	c := l.chunks[p.chunk]
	copy(c[p.i:], c[p.i+1:])
	l.chunks[p.chunk] = c[:len(c)-1]
	if len(c) == 1 {
		l.chunks = append(l.chunks[:p.chunk], l.chunks[p.chunk+1:]...)
	}
}

// next and prev step to the neighbouring place; ok is false at the ends.
func (l *structList) next(p place) (place, bool) {
	if p.i+1 < len(l.chunks[p.chunk]) {
		return place{p.chunk, p.i + 1}, true
	}
	return place{p.chunk + 1, 0}, p.chunk+1 < len(l.chunks)
}

func (l *structList) prev(p place) (place, bool) {
	if p.i > 0 {
		return place{p.chunk, p.i - 1}, true
	}
	if p.chunk == 0 {
		return p, false
	}
	return place{p.chunk - 1, len(l.chunks[p.chunk-1]) - 1}, true
}

// clone copies the list.
func (l *structList) clone() structList {
	out := structList{chunks: make([][]entry, len(l.chunks))}
	for i, c := range l.chunks {
		out.chunks[i] = append(make([]entry, 0, len(c)), c...)
	}
	return out
}
