package yjs

import (
	"errors"
	"fmt"
)

// Integrity holds every redundant part of a document against what it is derived from. Tests call it
// after each change.
func (d *Doc) Integrity() error {
	used := map[ref]bool{}
	for i := range d.clients {
		if err := d.checkStructs(uint32(i), used); err != nil {
			return fmt.Errorf("client %d: %w", d.clients[i].id, err)
		}
	}
	free := 0
	for r := d.free; r != 0; r = d.at(r).right {
		if used[r] {
			return fmt.Errorf("item %d is free and in use", r)
		}
		free++
	}
	if free+len(used)+1 != int(d.used) {
		return fmt.Errorf("%d items in use, %d free, of %d", len(used), free, d.used-1)
	}
	for b := range d.branches {
		if err := d.checkBranch(uint32(b)); err != nil {
			return fmt.Errorf("branch %d: %w", b, err)
		}
	}
	return d.checkText(used)
}

func (d *Doc) checkStructs(c uint32, used map[ref]bool) error {
	clock := uint32(0)
	for _, chunk := range d.clients[c].structs.chunks {
		if len(chunk) == 0 {
			return errors.New("an empty chunk")
		}
		for _, e := range chunk {
			it := d.at(e.ref)
			if used[e.ref] {
				return fmt.Errorf("item %d stands twice", e.ref)
			}
			used[e.ref] = true
			if it.client != c+1 || it.clock != clock || e.clock != clock || it.len == 0 {
				return fmt.Errorf("item %d: client %d clock %d length %d, expected clock %d", e.ref, it.client, it.clock, it.len, clock)
			}
			if it.flags&^flagDeleted != 0 {
				return fmt.Errorf("item %d kept flags %b", e.ref, it.flags)
			}
			if it.kind == kindString && units(d.content(it)) != int(it.len) {
				return fmt.Errorf("item %d: %q is not %d long", e.ref, d.content(it), it.len)
			}
			if it.kind != kindGC && it.deleted() != (it.kind == kindDeleted) {
				return fmt.Errorf("item %d: kind %d, deleted %v", e.ref, it.kind, it.deleted())
			}
			clock += it.len
		}
	}
	if clock != d.clients[c].state {
		return fmt.Errorf("ends at %d, state is %d", clock, d.clients[c].state)
	}
	return nil
}

func (d *Doc) checkBranch(b uint32) error {
	br := &d.branches[b]
	length, left := uint32(0), ref(0)
	for r := br.first; r != 0; r = d.at(r).right {
		it := d.at(r)
		if it.left != left || it.parent != b || it.sub != 0 {
			return fmt.Errorf("item %d: left %d not %d, parent %d, key %d", r, it.left, left, it.parent, it.sub)
		}
		if (it.leaf != 0) != (br.index != nil) {
			return fmt.Errorf("item %d: leaf %d", r, it.leaf)
		}
		if it.visible() {
			length += it.len
		}
		left = r
	}
	if length != br.length {
		return fmt.Errorf("length %d, counted %d", br.length, length)
	}
	for key, r := range br.entries {
		if d.at(r).right != 0 {
			return fmt.Errorf("the newest value of %q is not the last", d.keyName(key))
		}
		for ; r != 0; r = d.at(r).left {
			if it := d.at(r); it.parent != b || it.sub != key {
				return fmt.Errorf("item %d stands under the wrong key", r)
			}
		}
	}
	return d.checkIndex(br)
}

func (d *Doc) checkIndex(br *branch) error {
	if br.index == nil {
		return nil
	}
	x, r := br.index, br.first
	for _, g := range x.order {
		var gs sum
		if n := len(x.groups[g].leaves); n == 0 || n > groupMax {
			return fmt.Errorf("group %d has %d leaves", g, n)
		}
		for _, l := range x.groups[g].leaves {
			lf := &x.leaves[l]
			if lf.first != r || lf.group != g || lf.items == 0 || lf.items > leafMax {
				return fmt.Errorf("leaf %d: first %d not %d, group %d, %d items", l, lf.first, r, lf.group, lf.items)
			}
			var ls sum
			for range lf.items {
				if d.at(r).leaf != l {
					return fmt.Errorf("item %d: leaf %d not %d", r, d.at(r).leaf, l)
				}
				s := sumOf(d.at(r))
				ls.units, ls.formats = ls.units+s.units, ls.formats+s.formats
				r = d.at(r).right
			}
			if ls != lf.sum {
				return fmt.Errorf("leaf %d: %v, counted %v", l, lf.sum, ls)
			}
			gs.units, gs.formats = gs.units+ls.units, gs.formats+ls.formats
		}
		if gs != x.groups[g].sum {
			return fmt.Errorf("group %d: %v, counted %v", g, x.groups[g].sum, gs)
		}
	}
	if r != 0 {
		return fmt.Errorf("item %d is in no leaf", r)
	}
	return nil
}

// checkText holds the text's accounting: what items have and the garbage are the whole, and no two
// items share bytes.
func (d *Doc) checkText(used map[ref]bool) error {
	total := 0
	owner := make([]bool, len(d.text))
	for r := range used {
		it := d.at(r)
		if !it.kind.inText() {
			continue
		}
		total += int(it.room)
		for i := it.data; i < it.data+it.room; i++ {
			if owner[i] {
				return fmt.Errorf("byte %d of the text has two owners", i)
			}
			owner[i] = true
		}
	}
	if total+d.garbage != len(d.text) {
		return fmt.Errorf("text: %d in use, %d garbage, %d in all", total, d.garbage, len(d.text))
	}
	return nil
}
