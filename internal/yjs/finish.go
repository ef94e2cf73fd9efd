package yjs

// finish ends a change: it tells what it did, and tidies up as Yjs does after a transaction.
func (d *Doc) finish() Change {
	ch := Change{
		New:     d.byID(&d.tx.created),
		Deleted: d.struckRanges(),
		Pending: d.pendingStructs != nil || len(d.pendingDeletes.ranges) > 0,
	}
	if b, ok := d.roots[d.watch]; ok && d.watch != "" {
		ch.Delta, ch.Removed = d.changeOf(b)
	}
	d.clearFlags()
	d.collect()
	d.mergeAll()
	d.compact()
	d.compactTables()
	for _, c := range d.tx.touched {
		d.clients[c-1].touched = false
	}
	d.releaseRoom()
	return ch
}

// keptRoom is how many structs or ranges of room for the next update are kept: that of a keystroke, or
// of a paragraph.
const keptRoom = 64

// releaseRoom gives back the room that a large update took.
func (d *Doc) releaseRoom() {
	d.seen.at = nil
	if cap(d.update.structs) > keptRoom || cap(d.update.deletes) > keptRoom || cap(d.update.clients) > keptRoom {
		d.update, d.plan = update{}, plan{}
	}
	d.update.src = nil
	if cap(d.tx.created.ranges) > keptRoom || cap(d.tx.deleted.ranges) > keptRoom || cap(d.splits) > keptRoom || cap(d.tx.struck) > keptRoom {
		d.tx, d.splits = change{touched: d.tx.touched}, nil
	}
}

// byID turns ranges by index into ranges by client id.
func (d *Doc) byID(s *rangeSet) []Range {
	if len(s.ranges) == 0 {
		return nil
	}
	var out rangeSet
	for _, r := range s.ranges {
		out.add(d.clients[r.Client-1].id, r.Clock, r.Len)
	}
	return out.sorted()
}

func (d *Doc) struckRanges() []Range {
	var out rangeSet
	for _, r := range d.tx.struck {
		it := d.at(r)
		out.add(d.clients[it.client-1].id, it.clock, it.len)
	}
	return out.sorted()
}

func (d *Doc) clearFlags() {
	for _, r := range d.tx.struck {
		d.at(r).flags &^= flagStruck
	}
	for _, s := range d.splits {
		if s.clock == 0 {
			continue
		}
		d.at(d.itemAt(s.client, s.clock-1)).flags &^= flagCutEnd
		d.at(d.itemAt(s.client, s.clock)).flags &^= flagCutStart
	}
	for _, c := range d.tx.touched {
		l := &d.clients[c-1].structs
		p := l.find(d.clients[c-1].before)
		for ok := true; ok; p, ok = l.next(p) {
			d.at(l.entry(p).ref).flags &^= flagNew
		}
	}
}

// collect drops the content of what was deleted: an item keeps its place, what stood inside a nested
// type keeps its clocks only.
func (d *Doc) collect() {
	for _, del := range d.tx.deleted.ranges {
		l := &d.clients[del.Client-1].structs
		p := l.find(del.Clock)
		for ok := true; ok; p, ok = l.next(p) {
			r := l.entry(p).ref
			it := d.at(r)
			if it.clock >= del.Clock+del.Len {
				break
			}
			if it.deleted() && it.kind != kindGC && it.kind != kindDeleted {
				d.collectItem(r)
			}
		}
	}
}

// collectItem drops the content of a deleted item. Like delete it keeps a list instead of recursing.
func (d *Doc) collectItem(r ref) {
	var queue []uint32 // branches whose items are to go
	drop := func(it *item) {
		if it.kind == kindType {
			queue = append(queue, it.data)
		}
		d.dropContent(it)
	}
	it := d.at(r)
	drop(it)
	it.kind = kindDeleted
	for len(queue) > 0 {
		b := d.branches[queue[len(queue)-1]]
		d.freeBranch(queue[len(queue)-1])
		queue = queue[:len(queue)-1]
		gone := func(c ref) {
			it := d.at(c)
			drop(it)
			*it = item{client: it.client, clock: it.clock, len: it.len, kind: kindGC, flags: flagDeleted}
		}
		for c := b.first; c != 0; {
			next := d.at(c).right
			gone(c)
			c = next
		}
		for _, c := range b.entries {
			for c != 0 {
				next := d.at(c).left
				gone(c)
				c = next
			}
		}
	}
}

func (d *Doc) freeBranch(b uint32) {
	d.branches[b] = branch{}
	d.freeBranches = append(d.freeBranches, b)
}

// mergeAll joins items that the change made neighbours of one kind: around what was deleted, within
// what is new, and where items were cut.
func (d *Doc) mergeAll() {
	for _, del := range d.tx.deleted.ranges {
		d.mergeRange(uint32(del.Client), del.Clock, del.Clock+del.Len)
	}
	for _, c := range d.tx.touched {
		d.mergeRange(c, d.clients[c-1].before, d.clients[c-1].state)
	}
	for i := len(d.splits) - 1; i >= 0; i-- {
		d.mergeRange(d.splits[i].client, d.splits[i].clock, d.splits[i].clock+1)
	}
}

// mergeRange joins each item that begins in [from, to] with the one before it, where that may be.
func (d *Doc) mergeRange(client, from, to uint32) {
	l := &d.clients[client-1].structs
	p := l.find(min(to, d.clients[client-1].state-1))
	for {
		e := l.entry(p)
		if e.clock < from {
			return
		}
		before, ok := l.prev(p)
		if !ok {
			return
		}
		if left := l.entry(before).ref; d.mergeable(left, e.ref) {
			d.merge(left, e.ref)
			l.remove(p)
		}
		p = before
	}
}
