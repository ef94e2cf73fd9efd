package yjs

import (
	"fmt"
	"slices"
)

// record is a struct as it is written, whichever client table it came with.
type record struct {
	kind                  kind
	len                   uint32
	origin, right, parent pointer
	hasRoot, hasSub       bool
	root, sub             string
	content               []byte // as in wire.content
}

// pointer is an optional ID.
type pointer struct {
	ID
	ok bool
}

// appendStruct writes a record without its first offset units.
func appendStruct(b []byte, id ID, s *record, offset uint32) []byte {
	if s.kind == kindGC || s.kind == kindSkip {
		return appendUint(append(b, byte(s.kind)), uint64(s.len-offset))
	}
	origin := s.origin
	if offset > 0 {
		origin = pointer{ID{id.Client, id.Clock + offset - 1}, true}
	}
	info := byte(s.kind)
	if origin.ok {
		info |= infoOrigin
	}
	if s.right.ok {
		info |= infoRight
	}
	if s.hasSub {
		info |= infoSub
	}
	b = append(b, info)
	if origin.ok {
		b = appendID(b, origin.ID)
	}
	if s.right.ok {
		b = appendID(b, s.right.ID)
	}
	if !origin.ok && !s.right.ok {
		if s.hasRoot {
			b = appendBlock(append(b, 1), s.root)
		} else {
			b = appendID(append(b, 0), s.parent.ID)
		}
		if s.hasSub {
			b = appendBlock(b, s.sub)
		}
	}
	return appendContent(b, s, offset)
}

func appendID(b []byte, id ID) []byte {
	return appendUint(appendUint(b, id.Client), uint64(id.Clock))
}

func appendContent(b []byte, s *record, offset uint32) []byte {
	switch s.kind {
	case kindDeleted:
		return appendUint(b, uint64(s.len-offset))
	case kindString:
		if offset == 0 {
			return appendBlock(b, s.content)
		}
		from, inPair := cutUnits(s.content, int(offset))
		if !inPair {
			return appendBlock(b, s.content[from:])
		}
		rest := s.content[from+4:] // the pair's second half alone cannot be written
		b = appendUint(b, uint64(len(replacement)+len(rest)))
		return append(append(b, replacement...), rest...)
	case kindJSON, kindAny:
		r := reader{buf: s.content}
		for i := offset; i > 0; i-- {
			r.skipValue(s.kind, &trusted)
		}
		b = appendUint(b, uint64(s.len-offset))
		return append(b, s.content[r.pos:]...)
	}
	return append(b, s.content...)
}

// writer puts an update together, client by client in the order in which structs are added.
type writer struct {
	body  []byte
	parts []part
}

// part is what a writer has of one client.
type part struct {
	client uint64
	clock  uint32
	count  int
	to     int // where it ends in the body
}

func (w *writer) add(client uint64, clock uint32, s *record, offset uint32) {
	n := len(w.parts)
	if n == 0 || w.parts[n-1].client != client {
		w.parts = append(w.parts, part{client: client, clock: clock + offset})
		n++
	}
	w.body = appendStruct(w.body, ID{client, clock}, s, offset)
	p := &w.parts[n-1]
	p.count++
	p.to = len(w.body)
}

// finish returns the update.
func (w *writer) finish(deletes *rangeSet) []byte {
	out := make([]byte, 0, len(w.body)+24*(len(w.parts)+1)+8*len(deletes.ranges))
	out = appendUint(out, uint64(len(w.parts)))
	from := 0
	for _, p := range w.parts {
		out = appendUint(out, uint64(p.count))
		out = appendUint(out, p.client)
		out = appendUint(out, uint64(p.clock))
		out = append(out, w.body[from:p.to]...)
		from = p.to
	}
	return deletes.append(out)
}

// record fills s from a struct of an update.
func (u *update) record(w *wire, s *record) {
	*s = record{
		kind: w.kind, len: w.len, hasRoot: w.hasRoot, hasSub: w.hasSub,
		origin: u.pointer(w.origin), right: u.pointer(w.right), parent: u.pointer(w.parent),
		content: u.bytes(w.content),
	}
	if w.hasRoot {
		s.root = string(u.bytes(w.root))
	}
	if w.hasSub {
		s.sub = string(u.bytes(w.sub))
	}
}

func (u *update) bytes(s span) []byte { return u.src[s.from:s.to] }

func (u *update) pointer(id wireID) pointer {
	if id.client == 0 {
		return pointer{}
	}
	return pointer{ID{u.clients[id.client-1], id.clock}, true}
}

// record fills s from an item.
func (d *Doc) record(it *item, s *record) {
	*s = record{kind: it.kind, len: it.len}
	if it.kind == kindGC {
		return
	}
	s.hasSub = it.sub != 0
	s.origin = d.pointer(it.originClient, it.originClock)
	s.right = d.pointer(it.rightClient, it.rightClock)
	if !s.origin.ok && !s.right.ok {
		d.recordParent(it, s)
	}
	switch {
	case it.kind.inText():
		s.content = d.content(it)
	case it.kind == kindFormat:
		s.content = d.formats[it.data].raw
	case it.kind == kindType:
		s.content = d.branches[it.data].wire()
	}
}

func (d *Doc) recordParent(it *item, s *record) {
	if b := &d.branches[it.parent]; b.item == 0 {
		s.hasRoot, s.root = true, b.name
	} else {
		p := d.at(b.item)
		s.parent = pointer{ID{d.clients[p.client-1].id, p.clock}, true}
	}
	if it.sub != 0 {
		s.sub = d.keyName(it.sub)
	}
}

func (d *Doc) pointer(client, clock uint32) pointer {
	if client == 0 {
		return pointer{}
	}
	return pointer{ID{d.clients[client-1].id, clock}, true}
}

// Encode returns an update that brings a document with the given state vector to this one's state:
// the structs that it lacks and every deletion, and what is pending here. Nil means everything.
func (d *Doc) Encode(since StateVector) []byte {
	var w writer
	if len(since) == 0 {
		w.body = make([]byte, 0, len(d.text)-d.garbage+8*int(d.used))
	}
	for _, c := range d.clientsByID() {
		if from := since[d.clients[c].id]; from < d.clients[c].state {
			d.encodeClient(&w, c, from)
		}
	}
	out := w.finish(d.deleteSet())
	if d.pendingStructs == nil && len(d.pendingDeletes.ranges) == 0 {
		return out
	}
	return d.withPending(out, since)
}

// clientsByID gives the indices of the clients, the greatest id first.
func (d *Doc) clientsByID() []uint32 {
	order := make([]uint32, len(d.clients))
	for i := range order {
		order[i] = uint32(i)
	}
	slices.SortFunc(order, func(a, b uint32) int {
		if d.clients[a].id > d.clients[b].id {
			return -1
		}
		return 1
	})
	return order
}

func (d *Doc) encodeClient(w *writer, c, from uint32) {
	l := &d.clients[c].structs
	id := d.clients[c].id
	p := l.find(from)
	var s record
	for ok := true; ok; p, ok = l.next(p) {
		it := d.at(l.entry(p).ref)
		d.record(it, &s)
		offset := uint32(0)
		if it.clock < from {
			offset = from - it.clock
		}
		w.add(id, it.clock, &s, offset)
	}
}

// deleteSet is every clock that is deleted.
func (d *Doc) deleteSet() *rangeSet {
	var s rangeSet
	for i := range d.clients {
		for _, chunk := range d.clients[i].structs.chunks {
			for _, e := range chunk {
				if it := d.at(e.ref); it.deleted() {
					s.add(d.clients[i].id, it.clock, it.len)
				}
			}
		}
	}
	return &s
}

// withPending merges what waits into an encoded state.
func (d *Doc) withPending(state []byte, since StateVector) []byte {
	updates := [][]byte{state}
	if d.pendingStructs != nil {
		if rest, err := Diff(d.pendingStructs, since); err == nil {
			updates = append(updates, rest)
		}
	}
	updates = append(updates, (&writer{}).finish(&rangeSet{ranges: slices.Clone(d.pendingDeletes.ranges)}))
	merged, err := mergeUpdates(&trusted, updates)
	if err != nil {
		return state // cannot be: these are our own bytes
	}
	return merged
}

// StateVector holds, by client, the next clock that is expected of it.
type StateVector map[uint64]uint32

// Encode writes the vector as Yjs does, the greatest client id first.
func (sv StateVector) Encode() []byte {
	clients := make([]uint64, 0, len(sv))
	for c := range sv {
		clients = append(clients, c)
	}
	slices.Sort(clients)
	b := appendUint(nil, uint64(len(sv)))
	for _, c := range slices.Backward(clients) {
		b = appendUint(appendUint(b, c), uint64(sv[c]))
	}
	return b
}

// DecodeStateVector reads what Encode, or Yjs, wrote. Trailing bytes are an error.
func DecodeStateVector(b []byte) (StateVector, error) {
	r := reader{buf: b}
	n := r.uint()
	if n > uint64(r.left()/2) {
		r.fail("more clients than bytes")
	}
	sv := StateVector{}
	for ; n > 0 && r.err == nil; n-- {
		client := r.uint()
		sv[client] = r.clock()
	}
	if err := r.end(); err != nil {
		return nil, fmt.Errorf("decode a state vector: %w", err)
	}
	return sv, nil
}
