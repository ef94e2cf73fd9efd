package yjs

// ref names an item of a document; 0 is none. Items live in slabs, so that a ref is half a pointer,
// nothing in them keeps the garbage collector busy, and a document is cloned by copying memory.
type ref uint32

const (
	slabBits = 7 // 128 items, 8 KiB
	slabSize = 1 << slabBits
)

type slab [slabSize]item

// item is a struct in a document: 64 bytes. Client fields hold an index into Doc.clients plus one.
type item struct {
	client, clock, len        uint32
	originClient, originClock uint32 // what stood to its left when it was made; 0 client: nothing
	rightClient, rightClock   uint32 // what stood to its right
	left, right               ref    // neighbours now
	parent                    uint32 // index into Doc.branches
	sub                       uint32 // key in its parent: index into Doc.keys plus one; 0: a list's item
	data, size, room          uint32 // content: bytes in Doc.text, or an index and nothing
	leaf                      uint32 // where the parent's position index has it; 0: nowhere
	kind                      kind
	flags                     flags
}

type flags uint8

const (
	flagDeleted  flags = 1 << iota
	flagNew            // made by the change that is being applied
	flagStruck         // deleted by the change that is being applied
	flagCutStart       // its first unit was half of a surrogate pair that the change cut
	flagCutEnd         // its last unit was
)

func (it *item) deleted() bool  { return it.flags&flagDeleted != 0 }
func (it *item) end() uint32    { return it.clock + it.len }
func (it *item) visible() bool  { return it.flags&flagDeleted == 0 && it.kind.countable() }
func (it *item) isFormat() bool { return it.kind == kindFormat && it.flags&flagDeleted == 0 }

func (d *Doc) at(r ref) *item { return &d.slabs[r>>slabBits][r&(slabSize-1)] }

// newItem returns an empty slot.
func (d *Doc) newItem() (ref, *item) {
	if r := d.free; r != 0 {
		it := d.at(r)
		d.free = it.right
		*it = item{}
		return r, it
	}
	if int(d.used)>>slabBits == len(d.slabs) {
		d.slabs = append(d.slabs, new(slab))
	}
	r := d.used
	d.used++
	return r, d.at(r)
}

// freeItem gives a slot back. Its text, if it holds any, must be accounted for already.
func (d *Doc) freeItem(r ref) {
	*d.at(r) = item{right: d.free}
	d.free = r
}

// content returns an item's bytes.
func (d *Doc) content(it *item) []byte { return d.text[it.data : it.data+it.size] }

// keep copies bytes into the document and makes them the item's content.
func (d *Doc) keep(it *item, b []byte) {
	it.data, it.size, it.room = uint32(len(d.text)), uint32(len(b)), uint32(len(b))
	d.text = append(d.text, b...)
}

// dropContent forgets an item's bytes; compact gives the room back in time.
func (d *Doc) dropContent(it *item) {
	switch {
	case it.kind.inText():
		d.garbage += int(it.room)
	case it.kind == kindFormat:
		d.deadMarks++
	}
	it.data, it.size, it.room = 0, 0, 0
}

// inText tells whether a kind's content stands in Doc.text.
func (k kind) inText() bool {
	switch k {
	case kindJSON, kindBinary, kindString, kindEmbed, kindAny, kindDoc:
		return true
	}
	return false
}

// extend appends b to an item's content, moving it to the end of the text with room to grow if it is
// not there: so typing costs a constant per character on average, wherever and with whomever it is.
func (d *Doc) extend(it *item, b []byte) {
	n := uint32(len(b))
	switch end := it.data + it.size; {
	case it.room-it.size >= n:
		copy(d.text[end:], b)
	case int(it.data+it.room) == len(d.text): // the last of all grows in place
		d.text = append(d.text[:end], b...)
		it.room = it.size + n
	default:
		d.garbage += int(it.room)
		from := len(d.text)
		room := 2 * (it.size + n)
		d.text = append(d.text, d.text[it.data:end]...)
		d.text = append(d.text, b...)
		d.text = append(d.text, make([]byte, room-it.size-n)...)
		it.data, it.room = uint32(from), room
	}
	it.size += n
}

// compactAfter is the least garbage worth a compaction, in bytes.
const compactAfter = 16 << 10

// compact rewrites the text without what nobody refers to any more, once that is half of it.
func (d *Doc) compact() {
	if d.garbage < compactAfter || 2*d.garbage < len(d.text) {
		return
	}
	text := make([]byte, 0, (len(d.text)-d.garbage)*9/8)
	for r := ref(1); r < d.used; r++ {
		if it := d.at(r); it.len > 0 && it.kind.inText() {
			from := len(text)
			text = append(text, d.content(it)...)
			it.data, it.room = uint32(from), it.size
		}
	}
	d.text, d.garbage = text, 0
}

// split cuts an item in two at an offset within it and returns the right half. The left one stays what
// it was, so that others' pointers to it hold.
func (d *Doc) split(r ref, at uint32) ref {
	left := d.at(r)
	if left.kind == kindString && at+1 < left.len {
		if _, inPair := cutUnits(d.content(left), int(at)); inPair {
			d.split(r, at+1) // so that nothing but the pair has to be written anew
		}
	}
	rr, right := d.newItem()
	*right = *left
	right.clock += at
	right.len -= at
	right.originClient, right.originClock = left.client, right.clock-1
	right.left = r
	left.right, left.len = rr, at
	if right.right != 0 {
		d.at(right.right).left = rr
	} else if right.sub != 0 {
		d.branches[right.parent].entries[right.sub] = rr
	}
	right.flags &^= flagCutStart
	left.flags &^= flagCutEnd
	d.splitContent(left, right, at)
	d.clients[left.client-1].structs.insert(right.clock, rr)
	if left.leaf != 0 {
		d.branches[left.parent].index.didSplit(d, r, rr)
	}
	d.splits = append(d.splits, clockOf{left.client, right.clock})
	if left.flags&flagStruck != 0 {
		d.tx.struck = append(d.tx.struck, rr)
	}
	return rr
}

// clockOf is a clock of a client of this document, by index plus one.
type clockOf struct{ client, clock uint32 }

func (d *Doc) splitContent(left, right *item, at uint32) {
	switch left.kind {
	case kindString:
		text := d.content(left)
		if len(text) == int(left.len+right.len) { // one byte a unit
			d.cut(left, right, int(at))
			return
		}
		offset, inPair := cutUnits(text, int(at))
		if !inPair {
			d.cut(left, right, offset)
			return
		}
		d.splitPair(left, right, offset)
	case kindJSON, kindAny:
		d.cut(left, right, d.valueOffset(left, at))
	}
}

// cut gives the content from a byte offset on to the right half.
func (d *Doc) cut(left, right *item, offset int) {
	right.data = left.data + uint32(offset)
	right.size = left.size - uint32(offset)
	right.room = left.room - uint32(offset)
	left.size = uint32(offset)
	left.room = left.size
}

// splitPair cuts the surrogate pair that ends an item: each half becomes U+FFFD, as in Yjs (yjs#248), because a lone half
// cannot be written as UTF-8.
func (d *Doc) splitPair(left, right *item, offset int) {
	d.garbage += int(left.room) - offset - len(replacement)
	left.size = uint32(offset + len(replacement))
	left.room = left.size
	copy(d.text[int(left.data)+offset:], replacement)
	d.keep(right, []byte(replacement))
	left.flags |= flagCutEnd
	right.flags |= flagCutStart
}

const replacement = "\uFFFD"

// valueOffset is the byte offset of an array content's n-th value.
func (d *Doc) valueOffset(it *item, n uint32) int {
	r := reader{buf: d.content(it)}
	for ; n > 0; n-- {
		r.skipValue(it.kind, &trusted)
	}
	return r.pos
}

// trusted are the limits for reading again what was checked before.
var trusted = Limits{
	UpdateBytes: 1 << 31, Structs: 1 << 31, Depth: maxDepth, AttributeBytes: 1 << 31, PendingBytes: 1 << 31, Effort: 1 << 62,
}

// maxContent is how many bytes an item holds at most, if it can be cut at all: to find the place of a cut, and to make room
// for another character, costs that much at most.
const maxContent = 4096

// chop cuts an item that holds more than maxContent.
func (d *Doc) chop(r ref) {
	for it := d.at(r); it.size > maxContent && it.kind.sliceable() && it.len > 1; it = d.at(r) {
		at := d.unitsIn(it, maxContent)
		if at == 0 || at >= it.len {
			at = 1 // the first value alone is too long
		}
		r = d.split(r, at)
	}
}

// unitsIn is how many units of an item stand in its first n bytes, to a whole character or value.
func (d *Doc) unitsIn(it *item, n int) uint32 {
	b := d.content(it)[:n]
	if it.kind == kindString {
		for len(b) > 0 && b[len(b)-1]&0xc0 == 0x80 {
			b = b[:len(b)-1]
		}
		return uint32(units(b[:max(len(b)-1, 0)])) // without the character that may be cut
	}
	r := reader{buf: b}
	count := uint32(0)
	for r.skipValue(it.kind, &trusted); r.err == nil; r.skipValue(it.kind, &trusted) {
		count++
		if r.left() == 0 {
			break
		}
	}
	return count
}

// mergeable tells whether the item at rr continues the one at r, so that they may become one. The
// conditions are Yjs's; the text that results is the same whether or not they are merged.
func (d *Doc) mergeable(r, rr ref) bool {
	left, right := d.at(r), d.at(rr)
	if left.kind != right.kind || left.client != right.client || left.end() != right.clock ||
		left.deleted() != right.deleted() || !left.kind.sliceable() {
		return false
	}
	if left.kind == kindGC {
		return true
	}
	if left.kind.inText() && left.size+right.size > maxContent {
		return false
	}
	return left.right == rr &&
		right.originClient == left.client && right.originClock == right.clock-1 &&
		left.rightClient == right.rightClient && left.rightClock == right.rightClock &&
		left.flags == right.flags
}

// merge joins the item at rr onto the one at r, which must be mergeable, and frees it. The caller
// takes rr out of the client's structs.
func (d *Doc) merge(r, rr ref) {
	left, right := d.at(r), d.at(rr)
	if left.kind.inText() {
		d.mergeContent(left, right)
	}
	if left.kind != kindGC {
		left.right = right.right
		if right.right != 0 {
			d.at(right.right).left = r
		} else if right.sub != 0 {
			d.branches[right.parent].entries[right.sub] = r
		}
		if right.leaf != 0 {
			d.branches[right.parent].index.didMerge(d, r, rr)
		}
	}
	left.len += right.len
	d.freeItem(rr)
}

func (d *Doc) mergeContent(left, right *item) {
	if left.data+left.room == right.data && left.room == left.size { // halves of what was one
		left.size += right.size
		left.room += right.room
		return
	}
	d.garbage += int(right.room)
	if int(right.data+right.room) == len(d.text) && left.room-left.size >= right.size {
		d.garbage -= int(right.room) // just put there: take it back
		b := d.content(right)
		d.text = d.text[:right.data]
		d.extend(left, b)
		return
	}
	d.extend(left, d.content(right))
}
