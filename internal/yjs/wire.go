package yjs

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
)

// kind is what a struct holds; the numbers are the wire's.
type kind uint8

const (
	kindGC      kind = 0 // a range that is gone with its parent
	kindDeleted kind = 1
	kindJSON    kind = 2 // older arrays: JSON texts
	kindBinary  kind = 3
	kindString  kind = 4
	kindEmbed   kind = 5
	kindFormat  kind = 6
	kindType    kind = 7
	kindAny     kind = 8
	kindDoc     kind = 9
	kindSkip    kind = 10 // a gap in an update: clocks that it does not bring
)

// countable kinds have a position in their parent.
func (k kind) countable() bool {
	return k != kindDeleted && k != kindFormat && k != kindGC && k != kindSkip
}

// sliceable kinds may be longer than one and be cut.
func (k kind) sliceable() bool {
	switch k {
	case kindGC, kindDeleted, kindJSON, kindString, kindAny, kindSkip:
		return true
	}
	return false
}

// The info byte of a struct: its kind and which of its fields follow.
const (
	infoKind   = 0x1f
	infoSub    = 0x20 // has a key in its parent
	infoRight  = 0x40 // has a right origin
	infoOrigin = 0x80 // has an origin
)

// wireID names a clock of a client by the client's index in its update, plus one; zero is none.
type wireID struct{ client, clock uint32 }

// span is a stretch of an update's bytes.
type span struct{ from, to uint32 }

func (s span) size() uint32 { return s.to - s.from }

// wire is one struct of an update as it came. Its strings and its content stay in the update's bytes.
type wire struct {
	clock, len            uint32
	origin, right, parent wireID
	root, sub, content    span // content: without the count or length before it
	kind                  kind
	hasRoot, hasSub       bool
}

func (w *wire) end() uint32 { return w.clock + w.len }

// group holds the structs of one client in an update.
type group struct {
	client   uint32 // index into update.clients
	from, to int    // range of update.structs
}

// wireDelete is a deleted range of an update.
type wireDelete struct{ client, clock, len uint32 }

// update is a decoded update. Everything in it was checked: what is in range, is UTF-8, is JSON.
type update struct {
	src     []byte
	clients []uint64
	grouped []bool // by client: whether it has a group
	groups  []group
	structs []wire
	deletes []wireDelete
	values  int               // of arrays
	size    int               // bytes of content that a document would have to keep
	index   map[uint64]uint32 // of clients, once there are many
}

// manyClients is where looking for a client by a map beats going through the list.
const manyClients = 12

// decode reads src into u, whose slices it uses again. On an error u is of no use.
func (u *update) decode(src []byte, limits *Limits) error {
	u.src, u.clients, u.groups, u.structs, u.deletes = src, u.clients[:0], u.groups[:0], u.structs[:0], u.deletes[:0]
	u.grouped, u.values, u.size, u.index = u.grouped[:0], 0, 0, nil
	if len(src) > limits.UpdateBytes {
		return fmt.Errorf("%w: an update of %d bytes, allowed are %d", ErrLimit, len(src), limits.UpdateBytes)
	}
	r := reader{buf: src}
	u.readGroups(&r, limits)
	u.readDeletes(&r, limits)
	u.joinDeletes()
	return r.end()
}

// joinDeletes sorts the deletions and joins those that overlap or touch, so that each clock is named once.
func (u *update) joinDeletes() {
	if len(u.deletes) < 2 {
		return
	}
	slices.SortFunc(u.deletes, func(a, b wireDelete) int {
		if a.client != b.client {
			return cmp.Compare(a.client, b.client)
		}
		return cmp.Compare(a.clock, b.clock)
	})
	out := u.deletes[:1]
	for _, del := range u.deletes[1:] {
		last := &out[len(out)-1]
		if del.client == last.client && del.clock <= last.clock+last.len {
			last.len = max(last.clock+last.len, del.clock+del.len) - last.clock
		} else {
			out = append(out, del)
		}
	}
	u.deletes = out
}

func (u *update) readGroups(r *reader, limits *Limits) {
	groups := r.uint()
	if groups > uint64(r.left()/3) { // a count, a client and a clock
		r.fail(fmt.Sprintf("%d clients in %d bytes", groups, r.left()))
		return
	}
	for ; groups > 0 && r.err == nil; groups-- {
		n := r.uint()
		if n > uint64(r.left()/2) { // a struct takes two bytes at least
			r.fail(fmt.Sprintf("%d structs in %d bytes", n, r.left()))
			return
		}
		if len(u.structs)+int(n) > limits.Structs {
			r.failLimit(fmt.Sprintf("%d structs", len(u.structs)+int(n)), limits.Structs)
			return
		}
		client := u.clientIndex(r.uint())
		if u.grouped[client] {
			r.fail("a client listed twice")
			return
		}
		u.grouped[client] = true
		clock := r.clock()
		g := group{client: client, from: len(u.structs)}
		if cap(u.structs) == 0 {
			u.structs = make([]wire, 0, min(n, 1<<14))
		}
		for ; n > 0 && r.err == nil; n-- {
			u.structs = append(u.structs, wire{clock: clock})
			w := &u.structs[len(u.structs)-1]
			u.readStruct(r, w, client, limits)
			if uint64(clock)+uint64(w.len) > MaxClock {
				r.failLimit("clocks", MaxClock)
			}
			clock += w.len
		}
		g.to = len(u.structs)
		u.groups = append(u.groups, g)
	}
}

// clientIndex is the index of a client in u.clients, where it is put if it is new.
func (u *update) clientIndex(id uint64) uint32 {
	if u.index != nil {
		if i, ok := u.index[id]; ok {
			return i
		}
	} else {
		for i, c := range u.clients {
			if c == id {
				return uint32(i)
			}
		}
	}
	u.clients, u.grouped = append(u.clients, id), append(u.grouped, false)
	n := uint32(len(u.clients) - 1)
	switch {
	case u.index != nil:
		u.index[id] = n
	case len(u.clients) > manyClients:
		u.index = make(map[uint64]uint32, 2*len(u.clients))
		for i, c := range u.clients {
			u.index[c] = uint32(i)
		}
	}
	return n
}

func (u *update) readID(r *reader) wireID {
	client := u.clientIndex(r.uint())
	return wireID{client + 1, r.clock()}
}

// readStruct reads one struct of client, whose clock w has already.
func (u *update) readStruct(r *reader, w *wire, client uint32, limits *Limits) {
	info := r.byte()
	w.kind = kind(info & infoKind)
	switch {
	case w.kind == kindGC || w.kind == kindSkip:
		if info != byte(w.kind) {
			r.fail(fmt.Sprintf("struct type %d", info))
		}
		w.len = r.clock()
	case w.kind > kindSkip:
		r.fail(fmt.Sprintf("struct type %d", info))
	default:
		u.readPlace(r, w, info)
		u.readContent(r, w, limits)
		for _, id := range [...]wireID{w.origin, w.right, w.parent} {
			if id.client == client+1 && id.clock >= w.clock {
				r.fail("a struct that depends on itself or on a later one of its client")
			}
		}
	}
	if w.len == 0 {
		r.fail("an empty struct")
	}
}

// readPlace reads where a struct stands: its origins, or its parent and key.
func (u *update) readPlace(r *reader, w *wire, info byte) {
	if info&infoOrigin != 0 {
		w.origin = u.readID(r)
	}
	if info&infoRight != 0 {
		w.right = u.readID(r)
	}
	if info&(infoOrigin|infoRight) != 0 {
		return // the parent is its neighbours'
	}
	if r.uint() == 1 {
		w.hasRoot = true
		w.root = r.textSpan()
	} else {
		w.parent = u.readID(r)
	}
	if info&infoSub != 0 {
		w.hasSub = true
		w.sub = r.textSpan()
	}
}

func (r *reader) textSpan() span {
	b := r.text()
	return span{uint32(r.pos - len(b)), uint32(r.pos)}
}

func (u *update) readContent(r *reader, w *wire, limits *Limits) {
	w.len = 1
	from := r.pos
	switch w.kind {
	case kindDeleted:
		w.len = r.clock()
		return
	case kindString:
		text := r.text()
		w.len = uint32(units(text))
		from = r.pos - len(text)
	case kindBinary:
		r.block()
	case kindEmbed:
		r.json(limits)
	case kindFormat:
		r.text()
		r.json(limits)
		if n := r.pos - from; n > limits.AttributeBytes {
			r.failLimit(fmt.Sprintf("a mark of %d bytes", n), limits.AttributeBytes)
		}
	case kindType:
		if ref := r.uint(); ref > uint64(typeXMLText) {
			r.fail(fmt.Sprintf("shared type %d, known are 0 to 6", ref))
		} else if typeRef(ref).named() {
			r.text()
		}
	case kindDoc:
		r.text()
		r.skipAny(limits.Depth)
	case kindAny, kindJSON:
		from = u.readArray(r, w, limits)
	}
	w.content = span{uint32(from), uint32(r.pos)}
	if w.kind != kindFormat && w.kind != kindType { // those are kept once per document
		u.size += int(w.content.size())
	}
}

// readArray reads the values of an array's struct and returns where they begin.
func (u *update) readArray(r *reader, w *wire, limits *Limits) (from int) {
	n := r.uint()
	if n > uint64(r.left()) {
		r.fail(fmt.Sprintf("%d values in %d bytes", n, r.left()))
		return r.pos
	}
	if u.values += int(n); u.values > limits.Structs {
		r.failLimit(fmt.Sprintf("%d values", u.values), limits.Structs)
		return r.pos
	}
	w.len = uint32(n)
	from = r.pos
	for ; n > 0 && r.err == nil; n-- {
		r.skipValue(w.kind, limits)
	}
	return from
}

// skipValue reads past one value of an array's content.
func (r *reader) skipValue(k kind, limits *Limits) {
	if k == kindAny {
		r.skipAny(limits.Depth)
		return
	}
	if b := r.text(); !bytes.Equal(b, undefinedJSON) {
		r.checkJSON(b, limits)
	}
}

var undefinedJSON = []byte("undefined") // how Yjs writes what JSON has no word for

// json reads a string that holds JSON.
func (r *reader) json(limits *Limits) {
	b := r.text()
	if len(b) > limits.AttributeBytes {
		r.failLimit(fmt.Sprintf("JSON of %d bytes", len(b)), limits.AttributeBytes)
		return
	}
	r.checkJSON(b, limits)
}

func (r *reader) checkJSON(b []byte, limits *Limits) {
	switch string(b) {
	case "null", "true", "false":
		return
	}
	if depth := jsonDepth(b); depth > limits.Depth {
		r.failLimit(fmt.Sprintf("JSON %d levels deep", depth), limits.Depth)
		return
	}
	if !json.Valid(b) || (bytes.ContainsAny(b, "eE") && json.Unmarshal(b, new(any)) != nil) {
		r.fail("a string that is not JSON, or holds a number that no JavaScript has")
	}
}

// jsonDepth counts how deep arrays and objects nest, without recursion.
func jsonDepth(b []byte) int {
	depth, deepest, inString := 0, 0, false
	for i := 0; i < len(b); i++ {
		switch c := b[i]; {
		case inString && c == '\\':
			i++
		case c == '"':
			inString = !inString
		case inString:
		case c == '{' || c == '[':
			if depth++; depth > deepest {
				deepest = depth
			}
		case c == '}' || c == ']':
			depth--
		}
	}
	return deepest
}

func (u *update) readDeletes(r *reader, limits *Limits) {
	clients := r.uint()
	if clients > uint64(r.left()/2) {
		r.fail(fmt.Sprintf("deletions of %d clients in %d bytes", clients, r.left()))
		return
	}
	for ; clients > 0 && r.err == nil; clients-- {
		client := u.clientIndex(r.uint())
		n := r.uint()
		if n > uint64(r.left()/2) {
			r.fail(fmt.Sprintf("%d deletions in %d bytes", n, r.left()))
			return
		}
		if len(u.deletes)+int(n) > limits.Structs {
			r.failLimit(fmt.Sprintf("%d deletions", len(u.deletes)+int(n)), limits.Structs)
			return
		}
		for ; n > 0 && r.err == nil; n-- {
			d := wireDelete{client, r.clock(), r.clock()}
			if uint64(d.clock)+uint64(d.len) > MaxClock {
				r.failLimit("deleted clocks", MaxClock)
			}
			if d.len > 0 {
				u.deletes = append(u.deletes, d)
			}
		}
	}
}
