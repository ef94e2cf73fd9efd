package yjs

import (
	"fmt"
)

// Change is what an applied update, or a transaction, did to a document.
type Change struct {
	New     []Range // units that were not there, sorted by client, the greatest id first, then clock
	Deleted []Range // units that stood before and are deleted now, sorted alike
	Delta   Delta   // of the root that Options.Text names
	Removed []Run   // what was deleted from that root, in its order, each with who made it; a nested type without what was in it
	Pending bool    // whether part of it waits for what it depends on
}

// change is what happened so far, while it happens.
type change struct {
	touched []uint32 // clients that got new structs
	created rangeSet // new units; clients by index
	struck  []ref    // items that stood before and were deleted
	deleted rangeSet // all that was deleted, new or not; clients by index
}

// fewStructs is how many structs may come without a copy of the document to go back to, and so without a bound on effort:
// the most that made-up ones can cost is a walk through the list for each, some 4 ms a struct in a list of 400,000 items.
const fewStructs = 64

// Apply takes an update in. On an error, which wraps [ErrMalformed] or [ErrLimit], the document is as
// it was.
func (d *Doc) Apply(update []byte) (Change, error) {
	ch, err := d.apply(update)
	if err != nil {
		return Change{}, fmt.Errorf("apply an update: %w", err)
	}
	return ch, nil
}

func (d *Doc) apply(update []byte) (Change, error) {
	if err := d.update.decode(update, &d.limits); err != nil {
		return Change{}, err
	}
	d.plan.make(d, &d.update, nil)
	if err := d.tooLarge(&d.update); err != nil {
		return Change{}, err
	}
	if err := d.plan.pendingError(d, len(d.pendingStructs)); err != nil {
		return Change{}, err
	}
	var before *Doc
	if len(d.plan.order) > fewStructs || d.pendingStructs != nil {
		before = d.Clone()
	}
	if d.plan.waiting {
		if err := d.mergePending(); err != nil {
			return Change{}, err
		}
	}
	d.begin()
	d.integratePlan()
	for d.retryPending() {
		d.integratePlan()
	}
	if before != nil && d.effort > d.limits.Effort {
		*d = *before
		return Change{}, fmt.Errorf("%w: too many structs inserted at one place", ErrLimit)
	}
	return d.finish(), nil
}

// tooLarge refuses an update with which the document would outgrow its offsets.
func (d *Doc) tooLarge(u *update) error {
	if uint64(len(d.text))+uint64(u.size) > 1<<31 {
		return fmt.Errorf("%w: a document of 2 GiB", ErrLimit)
	}
	return nil
}

// mergePending adds the structs that must wait to those that wait already.
func (d *Doc) mergePending() error {
	rest := d.plan.pending()
	if d.pendingStructs != nil {
		var err error
		if rest, err = mergeUpdates(&trusted, [][]byte{d.pendingStructs, rest}); err != nil {
			return err
		}
	}
	d.pendingStructs = rest
	if d.missing == nil {
		d.missing = map[uint64]uint32{}
	}
	for client, clock := range d.plan.missing {
		if c, ok := d.missing[client]; !ok || clock < c {
			d.missing[client] = clock
		}
	}
	return nil
}

// retryPending plans what waits once more if something that it waits for has come.
func (d *Doc) retryPending() bool {
	if d.pendingStructs == nil {
		return false
	}
	come := false
	for client, clock := range d.missing {
		if c, ok := d.clientIndex[client]; ok && clock < d.clients[c].state {
			come = true
			break
		}
	}
	if !come {
		return false
	}
	rest := d.pendingStructs
	d.pendingStructs, d.missing = nil, nil
	if err := d.update.decode(rest, &trusted); err != nil {
		return false // cannot be: these are our own bytes
	}
	d.plan.make(d, &d.update, nil)
	if d.plan.waiting {
		d.pendingStructs, d.missing = d.plan.pending(), d.plan.missing
	}
	return true
}

// begin starts a change.
func (d *Doc) begin() {
	d.tx.touched = d.tx.touched[:0]
	d.tx.struck = d.tx.struck[:0]
	d.tx.created = rangeSet{ranges: d.tx.created.ranges[:0]}
	d.tx.deleted = rangeSet{ranges: d.tx.deleted.ranges[:0]}
	d.splits = d.splits[:0]
	d.effort = 0
}

// integratePlan carries out the plan for d.update. Nothing in it can go wrong: the plan saw to that.
func (d *Doc) integratePlan() {
	u, p := &d.update, &d.plan
	for i, id := range u.clients {
		if p.known[i] == 0 && p.state[i] > 0 { // those that are only named are not worth remembering
			p.known[i] = d.clientOf(id) + 1
		}
	}
	d.reserve(u, len(p.order))
	for i, t := range p.order {
		if i >= fewStructs && d.effort > d.limits.Effort {
			return // apply takes the document back
		}
		d.integrate(u, &u.structs[t.at], p.known[t.client])
	}
	d.applyDeletes()
}

// reserve makes room for an update's structs and content at once.
func (d *Doc) reserve(u *update, structs int) {
	if need := len(d.text) + u.size; need > cap(d.text) && u.size > 4<<10 {
		text := make([]byte, len(d.text), need)
		copy(text, d.text)
		d.text = text
	}
	if need := (int(d.used) + structs) >> slabBits; need > len(d.slabs)+8 && need > cap(d.slabs) {
		slabs := make([]*slab, len(d.slabs), need+1)
		copy(slabs, d.slabs)
		d.slabs = slabs
	}
}

// applyDeletes deletes what the plan says, and what waited and can be deleted by now.
func (d *Doc) applyDeletes() {
	p := &d.plan
	waiting := d.pendingDeletes.ranges
	d.pendingDeletes = rangeSet{}
	for _, del := range p.deletes {
		d.deleteRange(p.known[del.client], del.clock, del.clock+del.len)
	}
	for _, del := range p.unknown {
		d.pendingDeletes.add(d.update.clients[del.client], del.clock, del.len)
	}
	for _, del := range waiting {
		if c, ok := d.clientIndex[del.Client]; ok && del.Clock < d.clients[c].state {
			state := min(del.end(), d.clients[c].state)
			d.deleteRange(c+1, del.Clock, state)
			del.Len, del.Clock = del.end()-state, state
		}
		if del.Len > 0 {
			d.pendingDeletes.addRange(del)
		}
	}
	d.pendingDeletes.sorted()
}

// deleteRange deletes the clocks in [clock, end) of a client, which must be there.
func (d *Doc) deleteRange(client, clock, end uint32) {
	l := &d.clients[client-1].structs
	p := l.find(clock)
	r := l.entry(p).ref
	if it := d.at(r); !it.deleted() && it.clock < clock {
		d.split(r, clock-it.clock)
		p = l.find(clock)
	}
	for ok := true; ok; p, ok = l.next(p) {
		r = l.entry(p).ref
		it := d.at(r)
		if it.clock >= end {
			return
		}
		if it.deleted() {
			continue
		}
		if it.end() > end {
			d.split(r, end-it.clock)
			p = l.find(it.clock)
		}
		d.delete(r)
	}
}

// delete marks an item as deleted, and everything inside it. It works through a list instead of
// recursing, because nesting has no bound that a stack would survive.
func (d *Doc) delete(r ref) {
	d.deleteOne(r)
	if d.at(r).kind != kindType {
		return
	}
	queue := []ref{r}
	for len(queue) > 0 {
		b, _ := d.branchOf(queue[len(queue)-1])
		queue = queue[:len(queue)-1]
		strike := func(c ref) {
			it := d.at(c)
			if it.deleted() {
				d.splits = append(d.splits, clockOf{it.client, it.clock}) // it may merge once all are gone
				return
			}
			d.deleteOne(c)
			if it.kind == kindType {
				queue = append(queue, c)
			}
		}
		for c := d.branches[b].first; c != 0; c = d.at(c).right {
			strike(c)
		}
		for _, c := range d.branches[b].entries {
			strike(c)
		}
	}
}

func (d *Doc) deleteOne(r ref) {
	it := d.at(r)
	if it.deleted() {
		return
	}
	if it.leaf != 0 {
		d.branches[it.parent].index.willDelete(it)
	}
	if it.sub == 0 && it.kind.countable() {
		d.branches[it.parent].length -= it.len
	}
	it.flags |= flagDeleted
	d.tx.deleted.add(uint64(it.client), it.clock, it.len)
	if it.flags&flagNew == 0 {
		it.flags |= flagStruck
		d.tx.struck = append(d.tx.struck, r)
	}
}
