package yjs

// integrate puts a struct of an update into the document. Its dependencies are there.
func (d *Doc) integrate(u *update, w *wire, client uint32) {
	c := &d.clients[client-1]
	offset := c.state - w.clock // units that are there already
	if !c.touched {
		c.touched, c.before = true, c.state
		d.tx.touched = append(d.tx.touched, client)
	}
	r, it := d.newItem()
	it.client, it.clock, it.len = client, c.state, w.len-offset
	it.kind, it.flags = w.kind, flagNew
	c.state += it.len
	d.tx.created.add(uint64(client), it.clock, it.len)
	if w.kind == kindGC || !d.findPlace(u, w, it, offset) {
		*it = item{client: client, clock: it.clock, len: it.len, kind: kindGC, flags: flagNew | flagDeleted}
		c.structs.push(it.clock, r)
		return
	}
	d.takeContent(u, w, r, offset)
	d.link(r)
	c.structs.push(it.clock, r)
	d.settle(r)
	if w.len > 1 && it.size > maxContent {
		d.chop(r)
	}
}

// findPlace sets an item's origins, its neighbours as they were when it was made, and its parent. It
// is false if the parent is gone: then only the clocks count.
func (d *Doc) findPlace(u *update, w *wire, it *item, offset uint32) bool {
	known := d.plan.known
	switch {
	case offset > 0:
		it.originClient, it.originClock = it.client, it.clock-1
	case w.origin.client != 0:
		it.originClient, it.originClock = known[w.origin.client-1], w.origin.clock
	}
	if it.originClient != 0 {
		it.left = d.endingAt(it.originClient, it.originClock)
		if d.at(it.left).kind == kindGC {
			return false
		}
	}
	if w.right.client != 0 {
		it.rightClient, it.rightClock = known[w.right.client-1], w.right.clock
		it.right = d.startingAt(it.rightClient, it.rightClock)
		if d.at(it.right).kind == kindGC {
			return false
		}
	}
	switch {
	case it.left != 0:
		it.parent, it.sub = d.at(it.left).parent, d.at(it.left).sub
	case it.right != 0:
		it.parent, it.sub = d.at(it.right).parent, d.at(it.right).sub
	default:
		return d.findParent(u, w, it)
	}
	return true
}

func (d *Doc) findParent(u *update, w *wire, it *item) bool {
	if w.hasRoot {
		it.parent = d.rootBranch(u.bytes(w.root))
	} else {
		b, ok := d.branchOf(d.itemAt(d.plan.known[w.parent.client-1], w.parent.clock))
		if !ok {
			return false
		}
		it.parent = b
	}
	if w.hasSub {
		it.sub = d.key(u.bytes(w.sub))
	}
	return true
}

// takeContent copies what a struct holds into the document.
func (d *Doc) takeContent(u *update, w *wire, r ref, offset uint32) {
	it := d.at(r)
	b := u.bytes(w.content)
	switch {
	case w.kind == kindDeleted:
		it.flags |= flagDeleted
		d.tx.deleted.add(uint64(it.client), it.clock, it.len)
	case w.kind == kindFormat:
		it.data = d.formatIndex(b)
	case w.kind == kindType:
		it.data = d.newNested(r, b)
	case offset == 0:
		d.keep(it, b)
	default:
		d.keepFrom(it, b, offset)
	}
}

// keepFrom keeps content without its first offset units.
func (d *Doc) keepFrom(it *item, b []byte, offset uint32) {
	if it.kind != kindString {
		r := reader{buf: b}
		for ; offset > 0; offset-- {
			r.skipValue(it.kind, &trusted)
		}
		d.keep(it, b[r.pos:])
		return
	}
	from, inPair := cutUnits(b, int(offset))
	if inPair {
		b = append([]byte(replacement), b[from+4:]...)
		from = 0
	}
	d.keep(it, b[from:])
}

// newNested makes the branch of a nested type from its bytes on the wire.
func (d *Doc) newNested(r ref, b []byte) uint32 {
	rd := reader{buf: b}
	br := branch{item: r, ref: typeRef(rd.uint()), root: d.branches[d.at(r).parent].root}
	if br.ref.named() {
		br.name = string(rd.block())
	}
	return d.newBranch(br)
}

// wire is a nested type's content as it came.
func (b *branch) wire() []byte {
	out := []byte{byte(b.ref)}
	if b.ref.named() {
		out = appendBlock(out, b.name)
	}
	return out
}

// link puts an item into its list, or among the values of its key, at the place that all documents
// agree on. This is YATA as Yjs has it (Item.integrate).
func (d *Doc) link(r ref) {
	it := d.at(r)
	if (it.left == 0 && (it.right == 0 || d.at(it.right).left != 0)) || (it.left != 0 && d.at(it.left).right != it.right) {
		it.left = d.resolve(it)
	}
	b := &d.branches[it.parent]
	switch {
	case it.left != 0:
		it.right = d.at(it.left).right
		d.at(it.left).right = r
	case it.sub != 0:
		it.right = d.oldest(b.entries[it.sub])
	default:
		it.right = b.first
		b.first = r
	}
	if it.right != 0 {
		d.at(it.right).left = r
	} else if it.sub != 0 {
		b.setEntry(it.sub, r)
		if it.left != 0 {
			d.delete(it.left) // this is the key's value now
		}
	}
}

// oldest is the first of a key's values.
func (d *Doc) oldest(r ref) ref {
	for r != 0 && d.at(r).left != 0 {
		r = d.at(r).left
		d.effort++
	}
	return r
}

// resolve finds the item to the left of which others were inserted at the same place: it goes through
// those between the left and right neighbours and says behind which of them the new one belongs.
func (d *Doc) resolve(it *item) (left ref) {
	left = it.left
	var o ref
	switch {
	case left != 0:
		o = d.at(left).right
	case it.sub != 0:
		o = d.oldest(d.branches[it.parent].entries[it.sub])
	default:
		o = d.branches[it.parent].first
	}
	d.seen.reset()
	for n := uint32(0); o != 0 && o != it.right; o = d.at(o).right {
		other := d.at(o)
		d.seen.add(o, d.used)
		d.effort++
		switch {
		case other.originClient == it.originClient && other.originClock == it.originClock:
			if d.clients[other.client-1].id < d.clients[it.client-1].id {
				left = o
				n = d.seen.len() // the ones before are no conflict any more
			} else if other.rightClient == it.rightClient && other.rightClock == it.rightClock {
				return left
			}
		case other.originClient != 0:
			i, ok := d.seen.find(d.originOf(other))
			if !ok {
				return left
			}
			if i < n {
				left = o
				n = d.seen.len()
			}
		default:
			return left
		}
	}
	return left
}

// originOf is the item with an item's origin: mostly its neighbour.
func (d *Doc) originOf(it *item) ref {
	if it.left != 0 {
		if l := d.at(it.left); l.client == it.originClient && l.clock <= it.originClock && it.originClock < l.end() {
			return it.left
		}
	}
	d.effort += 8 // what a look-up costs
	return d.itemAt(it.originClient, it.originClock)
}

// settle finishes the integration of a linked item.
func (d *Doc) settle(r ref) {
	it := d.at(r)
	b := &d.branches[it.parent]
	if it.sub == 0 {
		if it.visible() {
			b.length += it.len
		}
		if b.index != nil {
			b.index.didInsert(d, r)
		}
	}
	if d.branchDeleted(it.parent) || (it.sub != 0 && it.right != 0) {
		d.delete(r) // its parent is gone, or the key has a newer value
	}
}

// seenItems numbers the items that resolve has passed. There are hardly ever more than two.
type seenItems struct {
	list []ref
	at   []seenAt // by item, once there are many
	run  uint32   // tells this run's numbers from those of runs before
}

type seenAt struct{ run, i uint32 }

const manySeen = 16

func (s *seenItems) reset() { s.list, s.run = s.list[:0], s.run+1 }

func (s *seenItems) len() uint32 { return uint32(len(s.list)) }

// add numbers an item of a document that has used so many slots.
func (s *seenItems) add(r, used ref) {
	s.list = append(s.list, r)
	if len(s.list) <= manySeen {
		return
	}
	if len(s.at) < int(used) {
		s.at = append(s.at, make([]seenAt, int(used)-len(s.at)+slabSize)...)
	}
	if len(s.list) == manySeen+1 {
		for i, o := range s.list {
			s.at[o] = seenAt{s.run, uint32(i)}
		}
	}
	s.at[r] = seenAt{s.run, uint32(len(s.list) - 1)}
}

func (s *seenItems) find(r ref) (i uint32, ok bool) {
	if len(s.list) > manySeen {
		at := s.at[r]
		return at.i, at.run == s.run
	}
	for i, o := range s.list {
		if o == r {
			return uint32(i), true
		}
	}
	return 0, false
}
