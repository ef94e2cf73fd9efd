package yjs

import (
	"cmp"
	"slices"
)

// deltaWalk finds what the change that is being applied did to a list. It goes from one item that the
// change touched to the next, and walks item by item only while old and new marks differ.
type deltaWalk struct {
	d        *Doc
	out      deltaBuilder
	removed  []Run
	old, now marks
	oldMaps  attributeCache
	nowMaps  attributeCache
	at       uint32 // position in the new text
	touched  []ref  // still to come, in order; in a whole walk, none
	whole    bool   // go through the whole list
}

// changeOf is what the change that is being applied did to a branch, as a delta, and what it removed.
func (d *Doc) changeOf(b uint32) (Delta, []Run) {
	touched := d.touchedIn(b)
	if len(touched) == 0 {
		return nil, nil
	}
	w := deltaWalk{d: d}
	if len(touched) > 64 && len(touched) > int(d.used)/16 {
		w.whole = true // sorting them would cost more than a walk
		w.walk(d.branches[b].first)
	} else {
		touched = d.sortByPlace(b, touched)
		w.touched = touched
		w.at = d.branches[b].index.position(d, touched[0])
		w.out.add(Op{Retain: int(w.at)})
		w.old = d.marksBefore(b, touched[0])
		w.now = slices.Clone(w.old)
		w.walk(touched[0])
	}
	out := w.out.delta()
	if n := len(out); n > 0 && out[n-1].Retain > 0 && len(out[n-1].Attributes) == 0 {
		out = out[:n-1]
	}
	return out, w.removed
}

// touchedIn are the items of a list that the change made or deleted, or that have the half of a
// surrogate pair that it cut. Some may stand twice.
func (d *Doc) touchedIn(b uint32) []ref {
	var out []ref
	for _, c := range d.tx.touched {
		l := &d.clients[c-1].structs
		p := l.find(d.clients[c-1].before)
		for ok := true; ok; p, ok = l.next(p) {
			r := l.entry(p).ref
			if it := d.at(r); it.parent == b && it.sub == 0 && it.kind != kindGC && it.flags&flagNew != 0 {
				out = append(out, r)
			}
		}
	}
	for _, r := range d.tx.struck {
		if it := d.at(r); it.parent == b && it.sub == 0 {
			out = append(out, r)
		}
	}
	for _, s := range d.splits {
		r := d.itemAt(s.client, s.clock)
		if it := d.at(r); it.parent == b && it.sub == 0 && s.clock > 0 && it.flags&flagCutStart != 0 {
			out = append(out, r, d.itemAt(s.client, s.clock-1))
		}
	}
	return out
}

// sortByPlace returns items in the order of their list, each once.
func (d *Doc) sortByPlace(b uint32, items []ref) []ref {
	x := d.indexOf(b)
	if len(items) == 1 {
		return items
	}
	ranks := make(map[ref]uint64, len(items))
	for _, r := range items {
		ranks[r] = x.rank(d, r)
	}
	slices.SortFunc(items, func(a, b ref) int { return cmp.Compare(ranks[a], ranks[b]) })
	return slices.Compact(items)
}

func (w *deltaWalk) walk(r ref) {
	d := w.d
	for r != 0 {
		if len(w.touched) > 0 && w.touched[0] == r {
			w.touched = w.touched[1:]
		}
		w.step(r)
		next := d.at(r).right
		if !w.whole && slices.Equal(w.old, w.now) {
			if len(w.touched) == 0 {
				return
			}
			next = w.jump(next)
		}
		r = next
	}
}

// step takes one item.
func (w *deltaWalk) step(r ref) {
	d, it := w.d, w.d.at(r)
	stands := !it.deleted()
	stood := it.flags&flagNew == 0 && (stands || it.flags&flagStruck != 0)
	switch {
	case !stands && !stood:
	case it.kind == kindFormat:
		if stood {
			w.old = w.old.set(d, it.data)
		}
		if stands {
			w.now = w.now.set(d, it.data)
		}
	case !it.kind.countable():
	case !stood:
		w.at += it.len
		for _, run := range d.run(it, 0, it.len, w.nowMaps.get(d, w.now)) {
			w.out.add(Op{Insert: run.Text, Embed: run.Embed, Attributes: run.Attributes})
		}
	case !stands:
		w.out.add(Op{Delete: int(it.len)})
		w.removed = append(w.removed, d.run(it, 0, it.len, w.oldMaps.get(d, w.old))...)
	default:
		w.at += it.len
		w.stay(it)
	}
}

// stay takes an item that stood and stands. The half of a surrogate pair that was cut is U+FFFD now:
// to whoever holds the text that is a deletion and an insertion.
func (w *deltaWalk) stay(it *item) {
	replace := func() {
		w.out.add(Op{Delete: 1})
		w.out.add(Op{Insert: replacement, Attributes: w.nowMaps.get(w.d, w.now)})
	}
	n := it.len
	if it.flags&flagCutStart != 0 {
		n--
		replace()
	}
	if it.flags&flagCutEnd != 0 {
		n--
	}
	w.out.add(Op{Retain: int(n), Attributes: changedAttributes(w.d, w.old, w.now)})
	if it.flags&flagCutEnd != 0 {
		replace()
	}
}

// jump goes on to the next touched item, over what the change left alone.
func (w *deltaWalk) jump(r ref) ref {
	next := w.touched[0]
	if r == next {
		return next
	}
	d := w.d
	b := d.at(next).parent
	at := d.branches[b].index.position(d, next)
	if at > w.at {
		w.out.add(Op{Retain: int(at - w.at)})
		w.at = at
	}
	w.now = d.marksUpTo(b, w.now, r, next)
	w.old = append(w.old[:0], w.now...)
	return next
}
